//! A software TPM with certificates of an authority of this run, driven through tpm2-tools.

use std::{
	fs,
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Command, Output},
	thread,
	time::{Duration, Instant},
};

use tea_tpm::EkKind;

/// What has to be installed, and how.
const MISSING: &str = "needs swtpm, swtpm-tools and tpm2-tools: \
	apt-get install swtpm swtpm-tools tpm2-tools";

/// In front of the credentials that tpm2-tools read.
const CREDENTIAL_HEADER: [u8; 8] = [0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1];

/// The PCRs of a machine that measures its boot on UEFI.
pub(crate) const UEFI_PCRS: &str = "sha256:0,2,4,7,11,12,13,14";

/// A running software TPM in a directory of its own. Dropping it ends the process.
pub(crate) struct Tpm {
	dir: tempfile::TempDir,
	port: u16,
}

/// A key of the TPM: the context file that names it and its public area.
pub(crate) struct Key {
	pub(crate) context: PathBuf,
	pub(crate) public: Vec<u8>,
	pub(crate) name: Vec<u8>,
}

/// A quote or another attestation, with its signature.
pub(crate) struct Attestation {
	pub(crate) attest: Vec<u8>,
	pub(crate) signature: Vec<u8>,
}

impl Tpm {
	/// Makes a TPM with an RSA-2048 and a P-384 endorsement certificate, and starts it.
	pub(crate) fn manufacture() -> Self {
		let dir = tempfile::tempdir().expect("a temporary directory");
		let at = |name: &str| dir.path().join(name).display().to_string();
		for sub in ["ca", "state"] {
			fs::create_dir(dir.path().join(sub)).expect("a directory");
		}
		let write = |name: &str, text: String| fs::write(dir.path().join(name), text).expect(name);
		write(
			"localca.conf",
			format!(
				"statedir = {ca}\nsigningkey = {ca}/signkey.pem\nissuercert = {ca}/issuercert.pem\n\
				 certserial = {ca}/certserial\n",
				ca = at("ca")
			),
		);
		write(
			"localca.options",
			"--platform-manufacturer TEA\n--platform-version 2.1\n--platform-model dev\n".into(),
		);
		let localca = find("swtpm_localca");
		write(
			"setup.conf",
			format!(
				"create_certs_tool = {}\ncreate_certs_tool_config = {}\n\
				 create_certs_tool_options = {}\nactive_pcr_banks = sha256\n",
				localca.display(),
				at("localca.conf"),
				at("localca.options")
			),
		);
		let mut setup = Command::new(find("swtpm_setup"));
		setup
			.args([
				"--tpm2",
				"--ecc",
				"--create-ek-cert",
				"--create-platform-cert",
			])
			.args(["--lock-nvram", "--pcr-banks", "sha256", "--overwrite"])
			.args(["--tpmstate", &at("state"), "--config", &at("setup.conf")]);
		let made = output(&mut setup);
		assert!(
			made.status.success(),
			"swtpm_setup: {}",
			String::from_utf8_lossy(&made.stdout)
		);
		let mut tpm = Self { dir, port: 0 };
		// Somebody else may take the ports between the look and the start.
		for _ in 0..5 {
			tpm.port = free_ports();
			if tpm.start() {
				return tpm;
			}
		}
		panic!("swtpm does not start");
	}

	fn start(&self) -> bool {
		let mut swtpm = Command::new(find("swtpm"));
		swtpm
			.args([
				"socket",
				"--tpm2",
				"--daemon",
				"--flags",
				"not-need-init,startup-clear",
			])
			.args([
				"--tpmstate",
				&format!("dir={}", self.path("state").display()),
			])
			.args(["--server", &format!("type=tcp,port={}", self.port)])
			.args(["--ctrl", &format!("type=tcp,port={}", self.port + 1)])
			.args(["--pid", &format!("file={}", self.path("pid").display())]);
		output(&mut swtpm).status.success()
	}

	/// A path in the directory of this TPM.
	pub(crate) fn path(&self, name: &str) -> PathBuf {
		self.dir.path().join(name)
	}

	fn command(&self, tool: &str) -> Command {
		let mut command = Command::new(find(tool));
		command.current_dir(self.dir.path()).env(
			"TPM2TOOLS_TCTI",
			format!("swtpm:host=127.0.0.1,port={}", self.port),
		);
		command
	}

	/// Runs a tool in the directory of this TPM, then frees what it left in the chip.
	pub(crate) fn try_tool(&self, tool: &str, args: &[&str]) -> Result<String, String> {
		let output = output(self.command(tool).args(args));
		self.flush();
		if output.status.success() {
			Ok(String::from_utf8_lossy(&output.stdout).into_owned())
		} else {
			Err(String::from_utf8_lossy(&output.stderr).into_owned())
		}
	}

	/// Runs a tool that has to succeed.
	pub(crate) fn tool(&self, tool: &str, args: &[&str]) -> String {
		self.try_tool(tool, args)
			.unwrap_or_else(|error| panic!("{tool} {args:?}: {error}"))
	}

	/// There is no resource manager in front of a bare swtpm: loaded objects are freed after each step.
	fn flush(&self) {
		output(self.command("tpm2_flushcontext").arg("--transient-object"));
	}

	/// Reads a file of this TPM's directory.
	pub(crate) fn read(&self, name: &str) -> Vec<u8> {
		fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
	}

	/// Writes a file into this TPM's directory.
	pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
		fs::write(self.path(name), bytes).expect(name);
	}

	/// The issuer's certificate, in DER.
	pub(crate) fn issuer(&self) -> Vec<u8> {
		let pem = self.read("ca/issuercert.pem");
		let (_, pem) = x509_parser::pem::parse_x509_pem(&pem).expect("a PEM certificate");
		pem.contents
	}

	/// The endorsement certificate of this kind, as the chip keeps it.
	pub(crate) fn ek_leaf(&self, kind: EkKind) -> Vec<u8> {
		let index = match kind {
			EkKind::Rsa2048 => "0x01c00002",
			EkKind::P256 => "0x01c0000a",
			EkKind::P384 => "0x01c00016",
		};
		self.tool("tpm2_nvread", &[index, "-o", "leaf"]);
		self.read("leaf")
	}

	/// The endorsement key of this kind.
	pub(crate) fn ek(&self, kind: EkKind) -> Key {
		let algorithm = match kind {
			EkKind::Rsa2048 => "rsa",
			EkKind::P256 => "ecc",
			EkKind::P384 => "ecc384",
		};
		self.tool(
			"tpm2_createek",
			&["-G", algorithm, "-c", "ek.ctx", "-u", "ek.pub"],
		);
		self.finish("ek")
	}

	/// A key under an endorsement key: `algorithm` and `attributes` in the words of tpm2-tools.
	pub(crate) fn child(&self, ek: &Key, kind: EkKind, algorithm: &str, attributes: &str) -> Key {
		let parent = ek.context.display().to_string();
		let auth = self.ek_auth(kind);
		let common = ["-C", &parent, "-P", &auth];
		let create = ["-G", algorithm, "-g", "sha256", "-a", attributes];
		self.tool(
			"tpm2_create",
			&[
				&common[..],
				&create,
				&["-u", "child.pub", "-r", "child.priv"],
			]
			.concat(),
		);
		let auth = self.ek_auth(kind);
		let common = ["-C", &parent, "-P", &auth];
		self.tool(
			"tpm2_load",
			&[
				&common[..],
				&["-u", "child.pub", "-r", "child.priv", "-c", "child.ctx"],
			]
			.concat(),
		);
		self.finish("child")
	}

	/// The authorisation for an endorsement key: its policy, or for P-384 an empty password.
	fn ek_auth(&self, kind: EkKind) -> String {
		if kind == EkKind::P384 {
			return String::new();
		}
		self.session("ek.session");
		self.tool(
			"tpm2_policysecret",
			&["-S", "ek.session", "-c", "endorsement"],
		);
		"session:ek.session".into()
	}

	/// Opens a policy session in place of an older one of the same name.
	pub(crate) fn session(&self, name: &str) {
		if self.path(name).exists() {
			// Most commands consume the session, so there may be nothing left to end.
			let _ = self.try_tool("tpm2_flushcontext", &[name]);
		}
		self.tool(
			"tpm2_startauthsession",
			&["--policy-session", "-S", name, "-g", "sha256"],
		);
	}

	/// The policy of a receive key in the present state, in the session `name`.
	fn rk_policy(&self, name: &str, pcrs: &str) {
		self.session(name);
		self.tool("tpm2_policypcr", &["-S", name, "-l", pcrs]);
		self.tool(
			"tpm2_policycommandcode",
			&["-S", name, "-L", "rk.policy", "TPM2_CC_ActivateCredential"],
		);
	}

	/// The receive key that opens in the present state.
	pub(crate) fn rk(&self, pcrs: &str) -> Key {
		self.rk_policy("rk.session", pcrs);
		let attributes =
			"fixedtpm|fixedparent|sensitivedataorigin|adminwithpolicy|noda|restricted|sign";
		self.tool(
			"tpm2_createprimary",
			&[
				"-C",
				"endorsement",
				"-G",
				"ecc256:ecdsa-sha256:null",
				"-g",
				"sha256",
				"-a",
				attributes,
				"-L",
				"rk.policy",
				"-c",
				"rk.ctx",
			],
		);
		self.finish("rk")
	}

	/// Keeps the context of a fresh key under a name of its own and reads its public area.
	fn finish(&self, name: &str) -> Key {
		let context = (0..)
			.map(|number| self.path(&format!("{name}.{number}.ctx")))
			.find(|path| !path.exists())
			.expect("an unused name");
		fs::rename(self.path(&format!("{name}.ctx")), &context).expect("a context file");
		let at = context.display().to_string();
		self.tool(
			"tpm2_readpublic",
			&["-c", &at, "-f", "tpmt", "-o", "key.tpmt", "-n", "key.name"],
		);
		Key {
			context,
			public: self.read("key.tpmt"),
			name: self.read("key.name"),
		}
	}

	/// Extends PCRs with fixed words, as firmware and boot loader would.
	pub(crate) fn boot(&self) {
		for pcr in [0u8, 2, 4, 7, 11, 14] {
			self.extend(pcr, pcr);
		}
	}

	/// Extends one PCR by a digest of equal bytes.
	pub(crate) fn extend(&self, pcr: u8, word: u8) {
		self.tool(
			"tpm2_pcrextend",
			&[&format!("{pcr}:sha256={}", hex::encode([word; 32]))],
		);
	}

	/// The values of PCRs, ascending.
	pub(crate) fn pcrs(&self, pcrs: &str) -> Vec<[u8; 32]> {
		self.tool("tpm2_pcrread", &[pcrs, "-o", "pcrs.bin"]);
		self.read("pcrs.bin")
			.chunks(32)
			.map(|value| value.try_into().expect("32 bytes"))
			.collect()
	}

	/// A quote.
	pub(crate) fn quote(&self, ak: &Key, pcrs: &str, extra_data: &[u8]) -> Attestation {
		self.tool(
			"tpm2_quote",
			&[
				"-c",
				&ak.context.display().to_string(),
				"-l",
				pcrs,
				"-q",
				&hex::encode(extra_data),
				"-m",
				"attest",
				"-s",
				"signature",
				"-g",
				"sha256",
			],
		);
		self.attestation()
	}

	/// A statement of the TPM about a key, which is not a quote.
	pub(crate) fn certify(&self, ak: &Key, object: &Key) -> Attestation {
		self.tool(
			"tpm2_certify",
			&[
				"-c",
				&object.context.display().to_string(),
				"-C",
				&ak.context.display().to_string(),
				"-g",
				"sha256",
				"-o",
				"attest",
				"-s",
				"signature",
			],
		);
		self.attestation()
	}

	/// A signature over bytes that the TPM only hashed. It gives none for bytes with its own magic.
	pub(crate) fn sign_bytes(&self, ak: &Key, bytes: &[u8]) -> Result<Attestation, String> {
		self.write("attest", bytes);
		let hash = [
			"-C",
			"endorsement",
			"-g",
			"sha256",
			"-t",
			"ticket",
			"-o",
			"digest",
			"attest",
		];
		self.tool("tpm2_hash", &hash);
		let context = ak.context.display().to_string();
		self.try_tool(
			"tpm2_sign",
			&[
				"-c",
				&context,
				"-g",
				"sha256",
				"-d",
				"-t",
				"ticket",
				"-o",
				"signature",
				"digest",
			],
		)?;
		Ok(self.attestation())
	}

	fn attestation(&self) -> Attestation {
		Attestation {
			attest: self.read("attest"),
			signature: self.read("signature"),
		}
	}

	/// Opens a credential with a key that has an empty password.
	pub(crate) fn activate(
		&self,
		ek: &Key,
		kind: EkKind,
		object: &Key,
		credential: &[u8],
	) -> Result<Vec<u8>, String> {
		self.activate_with(ek, kind, object, "", credential)
	}

	/// Opens a credential with the receive key, by its policy.
	pub(crate) fn activate_rk(
		&self,
		ek: &Key,
		kind: EkKind,
		rk: &Key,
		pcrs: &str,
		credential: &[u8],
	) -> Result<Vec<u8>, String> {
		self.rk_policy("rk.session", pcrs);
		self.activate_with(ek, kind, rk, "session:rk.session", credential)
	}

	fn activate_with(
		&self,
		ek: &Key,
		kind: EkKind,
		object: &Key,
		object_auth: &str,
		credential: &[u8],
	) -> Result<Vec<u8>, String> {
		self.write("credential", &[&CREDENTIAL_HEADER, credential].concat());
		let auth = self.ek_auth(kind);
		let (object, ek) = (
			object.context.display().to_string(),
			ek.context.display().to_string(),
		);
		self.try_tool(
			"tpm2_activatecredential",
			&[
				"-c",
				&object,
				"-p",
				object_auth,
				"-C",
				&ek,
				"-P",
				&auth,
				"-i",
				"credential",
				"-o",
				"secret",
			],
		)?;
		Ok(self.read("secret"))
	}
}

impl Drop for Tpm {
	fn drop(&mut self) {
		if let Ok(pid) = fs::read_to_string(self.path("pid")) {
			output(Command::new("kill").arg(pid.trim()));
		}
	}
}

/// Finds a program, or says what to install.
fn find(program: &str) -> PathBuf {
	let path = std::env::var_os("PATH").unwrap_or_default();
	std::env::split_paths(&path)
		.map(|dir| dir.join(program))
		.find(|path| Path::is_file(path))
		.unwrap_or_else(|| panic!("{program} not found; this test {MISSING}"))
}

/// Two free ports, one behind the other.
fn free_ports() -> u16 {
	let deadline = Instant::now() + Duration::from_secs(10);
	while Instant::now() < deadline {
		let first = TcpListener::bind("127.0.0.1:0").expect("a port");
		let port = first.local_addr().expect("an address").port();
		if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
			return port;
		}
		thread::sleep(Duration::from_millis(10));
	}
	panic!("no two neighbouring ports are free");
}

fn output(command: &mut Command) -> Output {
	command
		.output()
		.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

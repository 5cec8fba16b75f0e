//! A software TPM with certificates of an authority of this run.

use std::{
	fs,
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Output, Stdio},
	thread,
	time::{Duration, Instant},
};

use tea_tpm_device::Tcti;

const MISSING: &str = "needs swtpm, swtpm-tools and tpm2-tools: \
	apt-get install swtpm swtpm-tools tpm2-tools";

/// A running software TPM in a directory of its own. Dropping it ends the process.
pub(crate) struct Soft {
	dir: tempfile::TempDir,
	pub(crate) port: u16,
	process: Option<Child>,
}

impl Soft {
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
		write(
			"setup.conf",
			format!(
				"create_certs_tool = {}\ncreate_certs_tool_config = {}\n\
				 create_certs_tool_options = {}\nactive_pcr_banks = sha256\n",
				find("swtpm_localca").display(),
				at("localca.conf"),
				at("localca.options")
			),
		);
		let mut setup = program("swtpm_setup");
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
		let mut soft = Self {
			dir,
			port: 0,
			process: None,
		};
		// Somebody else may take the ports between the look and the start.
		for _ in 0..5 {
			soft.port = free_ports();
			if soft.start() {
				return soft;
			}
		}
		panic!("swtpm does not start");
	}

	/// Starts the process; it is not there before its port answers.
	pub(crate) fn start(&mut self) -> bool {
		let mut swtpm = program("swtpm");
		swtpm
			.args(["socket", "--tpm2", "--flags", "not-need-init,startup-clear"])
			.args([
				"--tpmstate",
				&format!("dir={}", self.path("state").display()),
			])
			.args(["--server", &format!("type=tcp,port={}", self.port)])
			.args(["--ctrl", &format!("type=tcp,port={}", self.port + 1)])
			.stdout(Stdio::null())
			.stderr(Stdio::null());
		let mut child = swtpm.spawn().expect("swtpm");
		let deadline = Instant::now() + Duration::from_secs(10);
		while Instant::now() < deadline {
			if child.try_wait().expect("a child").is_some() {
				return false;
			}
			if output(self.command("tpm2_getcap").arg("properties-fixed"))
				.status
				.success()
			{
				self.process = Some(child);
				return true;
			}
			thread::sleep(Duration::from_millis(20));
		}
		let _ = child.kill();
		let _ = child.wait();
		false
	}

	/// Ends the process without any warning to the chip.
	pub(crate) fn kill(&mut self) {
		if let Some(mut child) = self.process.take() {
			let _ = child.kill();
			let _ = child.wait();
		}
	}

	pub(crate) fn path(&self, name: &str) -> PathBuf {
		self.dir.path().join(name)
	}

	pub(crate) fn tcti(&self) -> Tcti {
		tcti(self.port)
	}

	fn command(&self, tool: &str) -> Command {
		let mut command = program(tool);
		command.current_dir(self.dir.path()).env(
			"TPM2TOOLS_TCTI",
			format!("swtpm:host=127.0.0.1,port={}", self.port),
		);
		command
	}

	/// Runs a tool, and leaves in the chip what it left there.
	pub(crate) fn try_tool(&self, tool: &str, args: &[&str]) -> Result<String, String> {
		let output = output(self.command(tool).args(args));
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

	/// How many objects and sessions are in the chip.
	pub(crate) fn handles(&self) -> usize {
		[
			"handles-transient",
			"handles-loaded-session",
			"handles-saved-session",
		]
		.map(|kind| self.tool("tpm2_getcap", &[kind]).lines().count())
		.iter()
		.sum()
	}

	/// Pulls the reset line.
	pub(crate) fn reset(&self) {
		self.tool(
			"swtpm_ioctl",
			&["--tcp", &format!("127.0.0.1:{}", self.port + 1), "-i"],
		);
	}

	/// The issuer's certificate, in DER.
	pub(crate) fn issuer_spki(&self) -> Vec<u8> {
		let pem = fs::read(self.path("ca/issuercert.pem")).expect("an issuer");
		let (_, pem) = x509_parser::pem::parse_x509_pem(&pem).expect("a PEM certificate");
		let (_, certificate) =
			x509_parser::parse_x509_certificate(&pem.contents).expect("a certificate");
		certificate.public_key().raw.to_vec()
	}
}

impl Drop for Soft {
	fn drop(&mut self) {
		self.kill();
	}
}

pub(crate) fn tcti(port: u16) -> Tcti {
	format!("swtpm:host=127.0.0.1,port={port}")
		.parse()
		.expect("a place")
}

/// The TPM library opens its sockets so that child processes inherit them. Another test may be talking to its chip
/// just now, and a chip serves one connection: whatever is inherited is closed first.
const CLOSE_INHERITED: &str = "for fd in /proc/$$/fd/*; do fd=${fd##*/}; \
	if [ \"$fd\" -gt 2 ]; then eval \"exec $fd>&-\"; fi; done 2>/dev/null; exec \"$0\" \"$@\"";

fn program(name: &str) -> Command {
	let mut command = Command::new("bash");
	command.args(["-c", CLOSE_INHERITED]).arg(find(name));
	command
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
pub(crate) fn free_ports() -> u16 {
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

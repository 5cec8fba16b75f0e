//! A network of modules: one validator, software TPMs, hosts, registrars, modules.

use crate::{Daemon, DaemonBuilder, Lab, Node, SoftTpm, Taps, locate, wait_until};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
	fs,
	net::{SocketAddr, TcpListener},
	ops::Range,
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};
use tokio::process::Command;

/// Owners of the modules of a development chain, by module.
pub const OWNERS: [&str; 6] = [
	"//Alice//stash",
	"//Bob//stash",
	"//Charlie//stash",
	"//Dave//stash",
	"//Eve//stash",
	"//Ferdie//stash",
];

/// Name of the validator in logs.
const VALIDATOR: &str = "alice";

/// Maker of software TPMs, as their certificates name it.
const VENDOR: &str = "0x00001014";

/// Blocks of one second for which a certificate is valid.
const CERTIFICATE_LIFE: u32 = 100;

/// A command of `tea` that waits for finality.
const COMMAND: Duration = Duration::from_secs(120);

/// What `tea` answered.
#[derive(Debug)]
pub struct Answer {
	/// Exit code.
	pub code: i32,
	/// Standard output.
	pub out: String,
	/// Standard error.
	pub err: String,
}

/// A module, with its TPM and its host.
#[derive(Debug)]
pub struct Place {
	/// Its number.
	pub id: u32,
	/// Its chip.
	pub tpm: SoftTpm,
	/// Where its host listens for it, as programs want it.
	pub link: String,
	/// The IPFS server of its host.
	pub ipfs: String,
	/// Its host; none while it is stopped.
	pub host: Option<Daemon>,
	/// Its process; none while it is stopped.
	pub module: Option<Daemon>,
}

/// The network.
#[derive(Debug)]
pub struct ModuleNet {
	/// The validator; none while it is stopped.
	pub node: Option<Node>,
	/// Registrars of the development chain, in one process.
	pub registrars: Option<Daemon>,
	/// The modules.
	pub places: Vec<Place>,
	/// What records the traffic, if it is recorded.
	pub taps: Taps,
	dir: PathBuf,
	spec: PathBuf,
	url: String,
	ws: String,
}

impl ModuleNet {
	/// Starts a validator of the chain `module`, registers issuer and release, and starts hosts and registrars for `count`
	/// modules. The modules themselves are not started.
	pub async fn prepare(lab: &Lab, count: u32) -> Result<Self> {
		Self::prepare_with(lab, count, Taps::none()).await
	}

	/// [`Self::prepare`], with taps before everything that speaks to a host. Hosts that have learnt each other's own addresses
	/// dial past theirs; what they say is under noise anyway.
	pub async fn prepare_with(lab: &Lab, count: u32, taps: Taps) -> Result<Self> {
		let ws = format!("/ip4/127.0.0.1/tcp/{}/ws", free_port()?);
		let node = lab
			.node(VALIDATOR)
			.chain(chain_spec(lab, CERTIFICATE_LIFE).await?)
			.arg("--alice")
			.rpc_port(free_port()?)
			.args(["--listen-addr", &ws])
			.start()
			.await?;
		node.rpc().wait_finalized(2, COMMAND).await?;
		let names: Vec<_> = (0..count).map(|id| id.to_string()).collect();
		let names: Vec<_> = names.iter().map(String::as_str).collect();
		let tpms = SoftTpm::manufacture(lab, &names).await?;
		let mut net = Self {
			url: format!("ws://{}", node.rpc_address()),
			node: Some(node),
			registrars: None,
			places: Vec::new(),
			taps,
			dir: lab.dir().to_owned(),
			spec: lab.dir().join("spec.json"),
			ws,
		};
		net.govern(lab).await?;
		let mut first = None;
		for (id, tpm) in (0..count).zip(tpms) {
			let socket = lab.dir().join(format!("link-{id}.sock"));
			let link = format!("unix:{}", socket.display());
			let [ipfs, listen] =
				[free_port()?, free_port()?].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
			let mut args = vec![
				"--state-dir".to_owned(),
				lab.dir().join(format!("host-{id}")).display().to_string(),
				"--link".into(),
				link.clone(),
				"--ipfs-rpc".into(),
				ipfs.to_string(),
				"--gateway".into(),
				"none".into(),
				"--listen".into(),
				multiaddr(listen),
				"--http".into(),
				"127.0.0.1:0".into(),
				"--chain-rpc".into(),
				net.url.clone(),
			];
			if let Some(first) = &first {
				args.extend(["--bootnode".into(), String::clone(first)]);
			}
			let outside = net.taps.tcp(&format!("hosts-{id}"), listen).await?;
			if outside != listen {
				args.extend(["--external".into(), multiaddr(outside)]);
			}
			let host = DaemonBuilder::new(lab, "tea-host", &format!("host-{id}"))
				.args(args)
				.start()
				.await?;
			if first.is_none() {
				first = Some(format!(
					"{}/p2p/{}",
					multiaddr(outside),
					host.ready("peer_id")?
				));
			}
			let link = net.taps.unix(&format!("link-{id}"), &socket).await?;
			let ipfs = net.taps.tcp(&format!("ipfs-rpc-{id}"), ipfs).await?;
			net.places.push(Place {
				id,
				tpm,
				link,
				ipfs: format!("http://{ipfs}"),
				host: Some(host),
				module: None,
			});
		}
		net.registrars = Some(net.start_registrars(lab, "registrars").await?);
		Ok(net)
	}

	/// Writes down how light clients find the chain, and tells the chain whose TPMs and which program it accepts.
	async fn govern(&self, lab: &Lab) -> Result<()> {
		let spec = self.spec.display().to_string();
		self.done(&["chain-spec", "light", "--out", &spec]).await?;
		self.accept_issuer(&self.url, lab).await?;
		self.accept_release(&self.url, 1, &locate("tea-module")?)
			.await
	}

	/// Starts the registrars beside the host of the first module.
	async fn start_registrars(&self, lab: &Lab, name: &str) -> Result<Daemon> {
		let metrics = SocketAddr::from(([127, 0, 0, 1], free_port()?));
		let spec = self.spec.display().to_string();
		DaemonBuilder::new(lab, "tea-registrar", name)
			.args([
				"--dev",
				"--chain-spec",
				&spec,
				"--metrics",
				&metrics.to_string(),
			])
			.http(metrics)
			.args(["--host", &self.places[0].link])
			.start()
			.await
	}

	/// [`Self::prepare`], then every module.
	pub async fn start(lab: &Lab, count: u32) -> Result<Self> {
		let mut net = Self::prepare(lab, count).await?;
		net.start_modules(lab, 0..count).await?;
		Ok(net)
	}

	/// Starts modules.
	pub async fn start_modules(&mut self, lab: &Lab, ids: Range<u32>) -> Result<()> {
		self.start_modules_as(lab, ids, |module| module).await
	}

	/// Starts modules, each as `change` wants it.
	pub async fn start_modules_as(
		&mut self,
		lab: &Lab,
		ids: Range<u32>,
		change: impl Fn(DaemonBuilder) -> DaemonBuilder,
	) -> Result<()> {
		let mut modules = Vec::new();
		for id in ids {
			modules.push((id, change(self.module(lab, id).await?)));
		}
		// A light client may begin some blocks behind the head: it has to see its operator named.
		let node = self.node.as_ref().context("the node is stopped")?;
		let named = node.rpc().best().await?.number;
		node.rpc().wait_finalized(named + 2, COMMAND).await?;
		for (id, module) in modules {
			self.places[id as usize].module = Some(module.start().await?);
		}
		Ok(())
	}

	/// A module that is to be started, its operator named and funded.
	pub async fn module(&self, lab: &Lab, id: u32) -> Result<DaemonBuilder> {
		if !self.operator_key(id).exists() {
			let account = self.operator(id).await?;
			self.fund(&account).await?;
			self.name_operator(id, &account).await?;
		}
		let config = self.state(id).join("module.toml");
		let metrics = SocketAddr::from(([127, 0, 0, 1], free_port()?));
		fs::write(
			&config,
			format!("{}metrics = \"{metrics}\"\n", self.config(id)),
		)?;
		Ok(
			DaemonBuilder::new(lab, "tea-module", &format!("module-{id}"))
				.args(["--config".into(), config.into_os_string()])
				.http(metrics),
		)
	}

	/// Configuration of a module, but for the address of its metrics.
	pub fn config(&self, id: u32) -> String {
		let place = self.place(id);
		format!(
			"module = {id}\nclass = \"Dev\"\nissuer = 1\ntpm = \"{}\"\nstate_dir = \"{}\"\nchain_spec = \"{}\"\n\
			 host = \"{}\"\nipfs_api = \"{}\"\n",
			place.tpm.tcti(),
			self.state(id).display(),
			self.spec.display(),
			place.link,
			place.ipfs,
		)
	}

	/// Chip, host and process of a module.
	fn place(&self, id: u32) -> &Place {
		let place = self.places.iter().find(|place| place.id == id);
		place.expect("a test asks for modules that it has prepared")
	}

	/// Makes the key of a module's operator, who has neither money nor a module yet. Returns the account.
	pub async fn operator(&self, id: u32) -> Result<String> {
		let suri = format!("//Operator//{id}");
		fs::create_dir_all(self.state(id))?;
		write_secret(&self.operator_key(id), &suri)?;
		self.account(&suri).await
	}

	/// Gives an account what enrolment needs.
	pub async fn fund(&self, account: &str) -> Result<()> {
		self.done(&["--suri", OWNERS[0], "transfer", account, "5000"])
			.await
	}

	/// Lets the owner of a module name its operator.
	pub async fn name_operator(&self, id: u32, account: &str) -> Result<()> {
		let (owner, id) = (OWNERS[id as usize], id.to_string());
		self.done(&["--suri", owner, "module", "set-operator", &id, account])
			.await
	}

	fn operator_key(&self, id: u32) -> PathBuf {
		self.state(id).join("operator.key")
	}

	/// The network of a chain that somebody invented, with the last place of this one, whose validator must be stopped. Its
	/// validator has the keys, the name and the address of that one, and another genesis. There are an issuer, a release and
	/// registrars, so that a module that takes the chain for its own becomes Active there.
	pub async fn invented(&mut self, lab: &Lab) -> Result<Self> {
		ensure!(self.node.is_none(), "the validator of the network runs");
		let node = lab
			.node("impostor")
			.posing_as(lab, VALIDATOR)
			.chain(chain_spec(lab, CERTIFICATE_LIFE + 1).await?)
			.arg("--alice")
			.rpc_port(free_port()?)
			.args(["--listen-addr", &self.ws])
			.start()
			.await?;
		node.rpc().wait_finalized(2, COMMAND).await?;
		let mut net = Self {
			url: format!("ws://{}", node.rpc_address()),
			node: Some(node),
			registrars: None,
			places: Vec::from_iter(self.places.pop()),
			taps: Taps::none(),
			dir: self.dir.clone(),
			spec: self.dir.join("invented.json"),
			ws: self.ws.clone(),
		};
		net.govern(lab).await?;
		net.registrars = Some(net.start_registrars(lab, "invented-registrars").await?);
		Ok(net)
	}

	/// Where its validator answers.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// Where the module keeps what is not secret.
	pub fn state(&self, id: u32) -> PathBuf {
		self.dir.join(format!("module-{id}"))
	}

	/// Address of the account of a secret URI.
	pub async fn account(&self, suri: &str) -> Result<String> {
		let answer = self.json(&["--suri", suri, "account"]).await?;
		Ok(answer["account"]
			.as_str()
			.context("no account in the answer")?
			.to_owned())
	}

	/// Registers the authority of the software TPMs as issuer, on the chain behind `url`.
	pub async fn accept_issuer(&self, url: &str, lab: &Lab) -> Result<()> {
		let issuer = SoftTpm::issuer(lab).display().to_string();
		let mut args = vec!["--suri", "//Alice", "issuer", "add", "1"];
		args.extend(["--certificate", &issuer]);
		args.extend(["--class", "Dev", "--vendor", VENDOR]);
		succeeded(&args, &self.tea_at(url, &args).await?)
	}

	/// Registers the measurements of `executable` as a release, on the chain behind `url`.
	pub async fn accept_release(&self, url: &str, release: u32, executable: &Path) -> Result<()> {
		let release = release.to_string();
		let (executable, spec) = (
			executable.display().to_string(),
			self.spec.display().to_string(),
		);
		let mut args = vec!["--suri", "//Alice", "release", "add", &release];
		args.extend(["--module-exe", &executable, "--spec", &spec]);
		args.extend(["--class", "Dev"]);
		succeeded(&args, &self.tea_at(url, &args).await?)
	}

	/// Runs `tea` against the node of the network.
	pub async fn tea(&self, args: &[&str]) -> Result<Answer> {
		self.tea_at(&self.url, args).await
	}

	/// Runs `tea` against the node behind `url`.
	pub async fn tea_at(&self, url: &str, args: &[&str]) -> Result<Answer> {
		let child = self
			.command_at(url, args)?
			.stdout(Stdio::piped())
			.stderr(Stdio::piped())
			.spawn()?;
		let Ok(output) = tokio::time::timeout(COMMAND, child.wait_with_output()).await else {
			bail!("`tea {}` takes longer than {COMMAND:?}", args.join(" "));
		};
		let output = output?;
		Ok(Answer {
			code: output.status.code().unwrap_or(-1),
			out: String::from_utf8_lossy(&output.stdout).into_owned(),
			err: String::from_utf8_lossy(&output.stderr).into_owned(),
		})
	}

	/// `tea` against the node of the network, to be started.
	pub fn command(&self, args: &[&str]) -> Result<Command> {
		self.command_at(&self.url, args)
	}

	fn command_at(&self, url: &str, args: &[&str]) -> Result<Command> {
		let mut command = Command::new(locate("tea")?);
		command
			.args(["--node", url])
			.args(args)
			.env("HOME", &self.dir)
			// What the TPM library writes by itself.
			.env("TSS2_LOG", "all+NONE")
			.stdin(Stdio::null())
			.kill_on_drop(true);
		Ok(command)
	}

	/// Runs `tea`, which has to succeed.
	pub async fn done(&self, args: &[&str]) -> Result<()> {
		succeeded(args, &self.tea(args).await?)
	}

	/// Runs `tea --json`, which has to succeed.
	pub async fn json(&self, args: &[&str]) -> Result<Value> {
		self.json_at(&self.url, args).await
	}

	/// Runs `tea --json` against the node behind `url`, which has to succeed.
	pub async fn json_at(&self, url: &str, args: &[&str]) -> Result<Value> {
		let answer = self.tea_at(url, &[&["--json"], args].concat()).await?;
		succeeded(args, &answer)?;
		serde_json::from_str(&answer.out).with_context(|| format!("no JSON: {}", answer.out))
	}

	/// Status of a module on chain.
	pub async fn status(&self, id: u32) -> Result<String> {
		let modules = self.json(&["modules"]).await?;
		let module = modules["modules"]
			.as_array()
			.and_then(|all| all.iter().find(|module| module["module"] == id))
			.with_context(|| format!("no module {id} in {modules}"))?;
		Ok(module["status"].as_str().context("no status")?.to_owned())
	}

	/// Waits until a module stands where `expected` says.
	pub async fn wait_status(&self, id: u32, expected: &str, within: Duration) -> Result<()> {
		wait_until(&format!("module {id} is {expected}"), within, async || {
			let status = self.status(id).await?;
			ensure!(status == expected, "it is {status}");
			Ok(())
		})
		.await
	}

	/// Waits until all modules are Active.
	pub async fn wait_all_active(&self, within: Duration) -> Result<()> {
		for place in &self.places {
			self.wait_status(place.id, "Active", within).await?;
		}
		Ok(())
	}

	/// A module as the chain has it.
	pub async fn shown(&self, id: u32) -> Result<Value> {
		self.json(&["module", "show", &id.to_string()]).await
	}

	/// Session key of a module's present boot.
	pub async fn session(&self, id: u32) -> Result<String> {
		let shown = self.shown(id).await?;
		Ok(shown["boot"]["session"]
			.as_str()
			.with_context(|| format!("no session in {shown}"))?
			.to_owned())
	}

	/// Number of a module's present boot.
	pub async fn boot_seq(&self, id: u32) -> Result<u64> {
		let shown = self.shown(id).await?;
		shown["bootSeq"]
			.as_u64()
			.with_context(|| format!("no boot in {shown}"))
	}

	/// Kills a module the hard way. What comes back starts it again.
	pub async fn kill(&mut self, id: u32) -> Result<DaemonBuilder> {
		let module = self.places[id as usize].module.take();
		module.context("there is no module")?.kill().await
	}

	/// Starts a module that was killed, and waits until its new session is certified: by the old one it is Active still.
	pub async fn start_again(
		&mut self,
		id: u32,
		module: DaemonBuilder,
		within: Duration,
	) -> Result<()> {
		let old = self.session(id).await?;
		self.places[id as usize].module = Some(module.start().await?);
		wait_until(
			&format!("module {id} has a new session"),
			within,
			async || {
				ensure!(self.session(id).await? != old, "it is the old one");
				Ok(())
			},
		)
		.await?;
		self.wait_status(id, "Active", within).await
	}

	/// Number of the best block.
	pub async fn block(&self) -> Result<u32> {
		let node = self.node.as_ref().context("the node is stopped")?;
		Ok(node.rpc().best().await?.number)
	}
}

fn succeeded(args: &[&str], answer: &Answer) -> Result<()> {
	ensure!(answer.code == 0, "`tea {}`: {answer:?}", args.join(" "));
	Ok(())
}

/// The chain of the preset `module`, with certificates that live longer: a renewal at nine tenths of 60 blocks of one second
/// leaves six, and takes as many until it is final.
async fn chain_spec(lab: &Lab, certificate_life: u32) -> Result<PathBuf> {
	let exported = lab
		.run_node(["export-chain-spec", "--chain", "module"], COMMAND)
		.await?;
	let mut spec: Value = serde_json::from_str(&exported.stdout)
		.with_context(|| format!("no chain spec: {}", exported.stderr))?;
	let life = spec
		.pointer_mut("/genesis/runtimeGenesis/patch/attestation/parameters/certificateLife")
		.context("the chain spec has no life of certificates")?;
	*life = certificate_life.into();
	lab.write(
		&format!("module-{certificate_life}.json"),
		serde_json::to_vec(&spec)?,
	)
}

/// A file that only its owner may read.
fn write_secret(path: &Path, text: &str) -> Result<()> {
	use std::{io::Write, os::unix::fs::OpenOptionsExt};
	let mut file = fs::OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(path)?;
	writeln!(file, "{text}")?;
	Ok(())
}

/// A socket as hosts write it.
fn multiaddr(socket: SocketAddr) -> String {
	format!("/ip4/{}/tcp/{}", socket.ip(), socket.port())
}

/// A port that was free a moment ago, for what must keep it over a restart.
fn free_port() -> Result<u16> {
	Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

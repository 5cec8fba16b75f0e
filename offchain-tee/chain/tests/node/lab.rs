//! A real node for a test.

use std::{
	env, fs,
	net::SocketAddr,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};
use tea_chain::{Access, Chain};
use tempfile::TempDir;

/// Building genesis compiles the runtime.
const START: Duration = Duration::from_secs(180);

/// A running `tea-node`; killed when dropped.
pub(crate) struct Node {
	dir: TempDir,
	child: Child,
	pub(crate) rpc: SocketAddr,
	args: Vec<String>,
}

/// The program: what `TEA_NODE` says, else the one beside the test executable.
fn program() -> PathBuf {
	if let Some(path) = env::var_os("TEA_NODE") {
		return path.into();
	}
	let exe = env::current_exe().unwrap();
	let profile = exe.parent().unwrap().parent().unwrap();
	let path = profile.join("tea-node");
	assert!(
		path.is_file(),
		"no tea-node at {}: run `cargo build --workspace`, or let TEA_NODE name it",
		path.display()
	);
	path
}

impl Node {
	/// A development chain of its own, which keeps its state over [`Self::restart`].
	pub(crate) fn start(args: &[&str]) -> Self {
		let dir = tempfile::Builder::new()
			.prefix("tea-chain-")
			.tempdir()
			.unwrap();
		let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
		let (child, rpc) = spawn(dir.path(), &args, "0");
		Self {
			dir,
			child,
			rpc,
			args,
		}
	}

	pub(crate) fn url(&self) -> String {
		format!("ws://{}", self.rpc)
	}

	pub(crate) async fn chain(&self) -> Chain {
		Chain::connect(Access::Rpc { url: self.url() })
			.await
			.unwrap()
	}

	/// Kills it the hard way.
	pub(crate) fn kill(&mut self) {
		self.child.kill().unwrap();
		self.child.wait().unwrap();
	}

	/// Starts it again on its state and its port.
	pub(crate) fn restart(&mut self) {
		let port = self.rpc.port().to_string();
		(self.child, self.rpc) = spawn(self.dir.path(), &self.args, &port);
	}
}

impl Drop for Node {
	fn drop(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

fn spawn(dir: &Path, args: &[String], port: &str) -> (Child, SocketAddr) {
	let log = dir.join(format!("{:?}.log", Instant::now()).replace(' ', ""));
	let file = fs::File::create(&log).unwrap();
	let mut child = Command::new(program())
		.args([
			"--dev",
			"--no-telemetry",
			"--no-mdns",
			"--prometheus-port",
			"0",
			"--listen-addr",
			"/ip4/127.0.0.1/tcp/0",
			"--rpc-port",
			port,
			"--base-path",
		])
		.arg(dir.join("node"))
		.args(args)
		.stdin(Stdio::null())
		.stdout(Stdio::null())
		.stderr(file)
		.spawn()
		.unwrap();
	let since = Instant::now();
	loop {
		let text = fs::read_to_string(&log).unwrap_or_default();
		let address = text
			.split_once("Running JSON-RPC server: addr=")
			.and_then(|(_, rest)| rest.split([',', ' ', '\n']).next())
			.and_then(|address| address.trim().parse().ok());
		if let Some(address) = address {
			return (child, address);
		}
		let ended = child.try_wait().unwrap();
		assert!(
			ended.is_none() && since.elapsed() < START,
			"the node does not come up: {text}"
		);
		std::thread::sleep(Duration::from_millis(200));
	}
}

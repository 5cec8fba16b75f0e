//! One `tea-node`.

use crate::{http::Metrics, lab::Lab, locate, process::Process, rpc::Rpc, wait::wait_until};
use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use sp_crypto_hashing::blake2_256;
use std::{
	ffi::{OsStr, OsString},
	net::SocketAddr,
	path::PathBuf,
	process::ExitStatus,
	time::Duration,
};

/// From the start of the process until RPC answers: building genesis compiles the runtime.
const START: Duration = Duration::from_secs(120);

/// A node that is asked to stop has to be gone by then.
const STOP: Duration = Duration::from_secs(15);

/// A `tea-node` that is to be started. Each server asks the system for a free port, and the node is asked which it got,
/// so that tests never compete for ports.
#[derive(Clone, Debug)]
pub struct NodeBuilder {
	name: String,
	program: Option<PathBuf>,
	base_path: Option<PathBuf>,
	environment: Vec<(OsString, OsString)>,
	log: PathBuf,
	args: Vec<OsString>,
	bootnodes: Vec<String>,
	node_key: String,
	rpc_port: u16,
}

impl NodeBuilder {
	pub(crate) fn new(lab: &Lab, name: &str) -> Self {
		Self {
			name: name.to_owned(),
			program: None,
			base_path: Some(lab.dir().join(name)),
			// Where `--tmp` makes its directory.
			environment: vec![("TMPDIR".into(), lab.dir().into())],
			log: lab.log(name),
			args: Vec::new(),
			bootnodes: Vec::new(),
			node_key: node_key(lab, name),
			rpc_port: 0,
		}
	}

	/// Run this executable instead of the one that [`locate`] finds.
	pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
		self.program = Some(program.into());
		self
	}

	/// Let the node keep its database in a temporary directory of its own (`--tmp`).
	pub fn temporary(mut self) -> Self {
		self.base_path = None;
		self
	}

	/// Add an argument.
	pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
		self.args.push(arg.as_ref().to_owned());
		self
	}

	/// Add arguments.
	pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
		self.args
			.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
		self
	}

	/// The chain: a name that the node knows, or the path of a chain spec.
	pub fn chain(self, chain: impl AsRef<OsStr>) -> Self {
		self.arg("--chain").arg(chain)
	}

	/// Nodes to connect to first; replaces those given before.
	pub fn bootnodes(mut self, addresses: impl IntoIterator<Item = String>) -> Self {
		self.bootnodes = addresses.into_iter().collect();
		self
	}

	/// Leave out an argument that was added before.
	pub fn without(mut self, arg: impl AsRef<OsStr>) -> Self {
		self.args.retain(|given| given != arg.as_ref());
		self
	}

	/// On the network, be the node `name` of this lab: whoever holds its machine holds its key.
	pub fn posing_as(mut self, lab: &Lab, name: &str) -> Self {
		self.node_key = node_key(lab, name);
		self
	}

	/// Serve RPC on this port, also after a restart.
	pub fn rpc_port(mut self, port: u16) -> Self {
		self.rpc_port = port;
		self
	}

	/// Start it and wait until its RPC answers.
	pub async fn start(self) -> Result<Node> {
		let mut process = self.spawn()?;
		let output = process.output();
		let up = async {
			let addresses = wait_until("the servers say where they listen", START, async || {
				Addresses::read(&output.read()?)
			})
			.await?;
			let rpc = wait_until("RPC answers", START, async || {
				let rpc = Rpc::connect(addresses.rpc).await?;
				rpc.best().await?;
				Ok(rpc)
			})
			.await?;
			anyhow::Ok((addresses, rpc))
		};
		let (addresses, rpc) = tokio::select! {
			up = up => up.with_context(|| format!("{} does not come up", self.name))?,
			ended = process.ended() => return Err(ended),
		};
		Ok(Node {
			builder: self,
			process,
			addresses,
			rpc,
		})
	}

	/// Start it, and kill it the hard way (SIGKILL) after `delay`, whatever it is doing then.
	pub async fn start_and_kill_after(&self, delay: Duration) -> Result<()> {
		let mut process = self.spawn()?;
		tokio::time::sleep(delay).await;
		process.ensure_running()?;
		process.kill().await
	}

	fn spawn(&self) -> Result<Process> {
		let program = match &self.program {
			Some(program) => program.clone(),
			None => locate("tea-node")?,
		};
		Process::spawn(
			&self.name,
			&program,
			&self.command_line(),
			&self.environment,
			&self.log,
		)
	}

	fn command_line(&self) -> Vec<OsString> {
		let mut line = self.args.clone();
		let rpc_port = self.rpc_port.to_string();
		for (flag, value) in [
			("--name", OsStr::new(&self.name)),
			("--node-key", OsStr::new(&self.node_key)),
			("--listen-addr", OsStr::new("/ip4/127.0.0.1/tcp/0")),
			("--rpc-port", OsStr::new(&rpc_port)),
			("--prometheus-port", OsStr::new("0")),
		] {
			line.extend([OsString::from(flag), value.to_owned()]);
		}
		match &self.base_path {
			Some(path) => line.extend(["--base-path".into(), path.into()]),
			None => line.push("--tmp".into()),
		}
		line.extend(["--no-telemetry", "--no-mdns"].map(OsString::from));
		if !self.bootnodes.is_empty() {
			line.push("--bootnodes".into());
			line.extend(self.bootnodes.iter().map(OsString::from));
		}
		line
	}
}

/// The key of a node on the network, known to its test.
fn node_key(lab: &Lab, name: &str) -> String {
	hex::encode(blake2_256(format!("{}/{name}", lab.name()).as_bytes()))
}

/// Where the servers of a node listen.
#[derive(Clone, Copy, Debug)]
struct Addresses {
	rpc: SocketAddr,
	metrics: SocketAddr,
}

impl Addresses {
	/// From what the node has logged.
	fn read(log: &str) -> Result<Self> {
		Ok(Self {
			rpc: address_after(log, "Running JSON-RPC server: addr=")?,
			metrics: address_after(log, "Prometheus exporter started at ")?,
		})
	}
}

/// The first address behind `marker`; the one for IPv6 may follow after a comma.
fn address_after(log: &str, marker: &str) -> Result<SocketAddr> {
	log.split_once(marker)
		.and_then(|(_, rest)| rest.split([',', ' ', '\n']).next())
		.and_then(|address| address.trim().parse().ok())
		.with_context(|| format!("the log has no address behind {marker:?}"))
}

/// A running `tea-node`; killed when dropped.
#[derive(Debug)]
pub struct Node {
	builder: NodeBuilder,
	process: Process,
	addresses: Addresses,
	rpc: Rpc,
}

impl Node {
	/// Its name.
	pub fn name(&self) -> &str {
		&self.builder.name
	}

	/// Its RPC.
	pub fn rpc(&self) -> &Rpc {
		&self.rpc
	}

	/// Address of its RPC server, for HTTP and WebSocket.
	pub fn rpc_address(&self) -> SocketAddr {
		self.addresses.rpc
	}

	/// Address of its Prometheus endpoint.
	pub fn metrics_address(&self) -> SocketAddr {
		self.addresses.metrics
	}

	/// Its metrics now.
	pub async fn metrics(&self) -> Result<Metrics> {
		Metrics::scrape(self.addresses.metrics).await
	}

	/// What it has logged since it was started.
	pub fn output(&self) -> Result<String> {
		self.process.output().read()
	}

	/// Fails if the process has ended.
	pub fn ensure_running(&mut self) -> Result<()> {
		self.process.ensure_running()
	}

	/// Its resident memory, in MiB.
	pub fn resident_mib(&self) -> Result<u64> {
		self.process.resident_mib()
	}

	/// An address that other nodes can use as `--bootnodes`.
	pub async fn p2p_address(&self) -> Result<String> {
		wait_until(
			&format!("{} has a p2p address", self.name()),
			START,
			async || {
				let addresses = self.rpc.p2p_addresses().await?;
				addresses
					.into_iter()
					.find(|address| address.contains("/tcp/") && address.contains("/p2p/"))
					.context("none yet")
			},
		)
		.await
	}

	/// The TCP socket behind [`Self::p2p_address`].
	pub async fn p2p_socket(&self) -> Result<SocketAddr> {
		let address = self.p2p_address().await?;
		let parts: Vec<_> = address.split('/').collect();
		let ["", "ip4", ip, "tcp", port, ..] = parts[..] else {
			bail!("{address} is not an address of TCP over IPv4")
		};
		Ok(SocketAddr::new(ip.parse()?, port.parse()?))
	}

	/// Kill it the hard way (SIGKILL). It can be started again on its database.
	pub async fn kill(mut self) -> Result<StoppedNode> {
		self.process.kill().await?;
		Ok(StoppedNode {
			builder: self.builder,
		})
	}

	/// Ask it to stop by `signal`; tells how it ended.
	pub async fn stop(mut self, signal: Signal) -> Result<(ExitStatus, StoppedNode)> {
		self.process.signal(signal)?;
		let status = self.process.wait(STOP).await?;
		Ok((
			status,
			StoppedNode {
				builder: self.builder,
			},
		))
	}
}

/// A `tea-node` that has ended, with its database.
#[derive(Debug)]
pub struct StoppedNode {
	builder: NodeBuilder,
}

impl StoppedNode {
	/// What to start again: same arguments, same database.
	pub fn builder(self) -> NodeBuilder {
		self.builder
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn addresses_are_read_from_the_log() {
		let log = "… Running JSON-RPC server: addr=127.0.0.1:4005,[::1]:4006\n\
			… 〽️ Prometheus exporter started at 127.0.0.1:4007\n";
		let addresses = Addresses::read(log).unwrap();
		assert_eq!(addresses.rpc.port(), 4005);
		assert_eq!(addresses.metrics.port(), 4007);
		assert!(Addresses::read("Running JSON-RPC server: addr=").is_err());
	}
}

//! Hosts and modules for the tests.

use std::{
	fs::{self, File},
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	sync::Arc,
	time::{Duration, Instant},
};

use nix::{
	sys::signal::{Signal, kill},
	unistd::Pid,
};
use tea_envelope::TransportSecret;
use tea_link::{HostLink, Incoming, LinkState, Mailbox, SendError, StreamLink, Timing};
use tokio::time::{sleep, timeout};

pub(crate) const SOON: Duration = Duration::from_secs(30);

/// What the ready file says.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
	pub(crate) peer_id: String,
	pub(crate) listen: String,
	pub(crate) link: String,
	pub(crate) http: Option<String>,
	pub(crate) ipfs_rpc: Option<String>,
	pub(crate) gateway: Option<String>,
}

fn parse(path: &Path) -> Option<Ready> {
	let json: serde_json::Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
	let text = |value: &serde_json::Value| value.as_str().map(ToOwned::to_owned);
	Some(Ready {
		peer_id: text(&json["peer_id"])?,
		listen: text(&json["listen"][0])?,
		link: text(&json["link"])?,
		http: text(&json["http"]),
		ipfs_rpc: text(&json["ipfs_rpc"]),
		gateway: text(&json["gateway"]),
	})
}

/// The binary with the arguments of a quiet host that takes free ports.
pub(crate) fn command(dir: &Path) -> Command {
	command_at(dir, "/ip4/127.0.0.1/tcp/0")
}

fn command_at(dir: &Path, listen: &str) -> Command {
	let mut command = Command::new(env!("CARGO_BIN_EXE_tea-host"));
	for (name, _) in std::env::vars() {
		if name.starts_with("TEA_HOST_") {
			command.env_remove(name);
		}
	}
	command
		.args(["--listen", listen, "--http", "127.0.0.1:0"])
		.args(["--ipfs-rpc", "127.0.0.1:0", "--gateway", "127.0.0.1:0"])
		.args(["--chain-rpc", "none"])
		.arg("--state-dir")
		.arg(dir.join("state"))
		.stdin(Stdio::null());
	command
}

/// A host that runs; killed when dropped.
pub(crate) struct Host {
	pub(crate) ready: Ready,
	dir: PathBuf,
	child: Child,
}

impl Host {
	pub(crate) async fn start(dir: &Path, args: &[&str]) -> Self {
		Self::run(dir, command(dir).args(args)).await
	}

	/// A host where another one was.
	pub(crate) async fn start_at(dir: &Path, listen: &str) -> Self {
		Self::run(dir, &mut command_at(dir, listen)).await
	}

	async fn run(dir: &Path, command: &mut Command) -> Self {
		let file = dir.join("ready.json");
		let _ = fs::remove_file(&file);
		let log = File::options()
			.create(true)
			.append(true)
			.open(dir.join("host.log"))
			.unwrap();
		let mut child = command
			.arg("--ready-file")
			.arg(&file)
			.stdout(Stdio::null())
			.stderr(log)
			.spawn()
			.unwrap();
		let begun = Instant::now();
		let ready = loop {
			if let Some(ready) = parse(&file) {
				break ready;
			}
			if let Some(status) = child.try_wait().unwrap() {
				panic!("the host ended with {status}: {}", log_of(dir));
			}
			assert!(begun.elapsed() < SOON, "not ready: {}", log_of(dir));
			sleep(Duration::from_millis(20)).await;
		};
		Self {
			ready,
			dir: dir.to_owned(),
			child,
		}
	}

	pub(crate) fn log(&self) -> String {
		log_of(&self.dir)
	}

	pub(crate) fn signal(&self, signal: Signal) {
		let pid = i32::try_from(self.child.id()).unwrap();
		kill(Pid::from_raw(pid), signal).unwrap();
	}

	pub(crate) async fn ended(&mut self) -> ExitStatus {
		let begun = Instant::now();
		loop {
			if let Some(status) = self.child.try_wait().unwrap() {
				return status;
			}
			assert!(begun.elapsed() < SOON, "it goes on: {}", self.log());
			sleep(Duration::from_millis(20)).await;
		}
	}

	pub(crate) fn is_running(&mut self) -> bool {
		self.child.try_wait().unwrap().is_none()
	}

	/// Resident memory in KiB.
	pub(crate) fn memory(&self) -> u64 {
		let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
		let line = status
			.lines()
			.find(|line| line.starts_with("VmRSS:"))
			.unwrap();
		line.split_whitespace().nth(1).unwrap().parse().unwrap()
	}

	/// Status and body of a page.
	pub(crate) async fn get(&self, path: &str) -> (u16, String) {
		let url = format!("http://{}{path}", self.ready.http.as_ref().unwrap());
		tokio::task::spawn_blocking(move || {
			let agent: ureq::Agent = ureq::Agent::config_builder()
				.http_status_as_error(false)
				.timeout_global(Some(SOON))
				.build()
				.into();
			let mut response = agent.get(&url).call().unwrap();
			let body = response.body_mut().read_to_string().unwrap();
			(response.status().as_u16(), body)
		})
		.await
		.unwrap()
	}

	/// A client of its RPC.
	pub(crate) fn ipfs(&self) -> tea_ipfs::Client {
		let url = format!("http://{}", self.ready.ipfs_rpc.as_ref().unwrap());
		tea_ipfs::Client::new(&url).unwrap()
	}

	/// A figure of `/metrics`; 0 where it is not there yet.
	pub(crate) async fn figure(&self, name: &str) -> f64 {
		let (_, text) = self.get("/metrics").await;
		text.lines()
			.find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
			.unwrap_or(0.0)
	}
}

impl Drop for Host {
	fn drop(&mut self) {
		// It may have ended by itself.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

pub(crate) fn log_of(dir: &Path) -> String {
	fs::read_to_string(dir.join("host.log")).unwrap_or_default()
}

pub(crate) fn transport(seed: u8) -> Arc<TransportSecret> {
	Arc::new(TransportSecret::take(&mut [seed; 32]))
}

pub(crate) fn mailbox(seed: u8) -> Mailbox {
	Mailbox(transport(seed).public().0)
}

/// A module at this host.
pub(crate) async fn module(host: &Host, seed: u8) -> StreamLink {
	let timing = Timing {
		pause: (Duration::from_millis(50), Duration::from_millis(200)),
		..Timing::default()
	};
	let link = StreamLink::with_timing(host.ready.link.parse().unwrap(), timing);
	up(&link).await;
	link.attach(transport(seed)).await.unwrap();
	link
}

pub(crate) async fn up(link: &StreamLink) {
	let mut state = link.state();
	let up = state.wait_for(|state| matches!(state, LinkState::Up(_)));
	timeout(SOON, up).await.expect("the link comes up").unwrap();
}

pub(crate) async fn next_letter(link: &StreamLink) -> Vec<u8> {
	match timeout(SOON, link.next()).await.expect("a letter comes") {
		Incoming::Letter { sealed, .. } => sealed,
		other => panic!("{other:?}"),
	}
}

/// Sends as modules do: again, until a host takes it.
pub(crate) async fn send(link: &StreamLink, to: u8, bytes: &[u8]) {
	let begun = Instant::now();
	loop {
		match link.send(mailbox(to), bytes.to_vec()).await {
			Ok(()) => return,
			Err(error) if begun.elapsed() < SOON => {
				assert_ne!(error, SendError::TooLong);
				sleep(Duration::from_millis(100)).await;
			}
			Err(error) => panic!("no host takes it: {error}"),
		}
	}
}

/// Waits for exactly these bytes; a letter may come twice.
pub(crate) async fn expect(link: &StreamLink, bytes: &[u8]) {
	let waiting = async { while next_letter(link).await != bytes {} };
	timeout(SOON, waiting).await.expect("the letter comes");
}

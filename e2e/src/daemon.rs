//! A program beside the chain that runs until it is told to stop: `tea-host`, `tea-module`, `tea-registrar`.

use crate::{Lab, Metrics, get, locate, process::Process, wait_until};
use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use serde_json::Value;
use std::{
	ffi::{OsStr, OsString},
	fs,
	net::SocketAddr,
	path::PathBuf,
	process::ExitStatus,
	time::Duration,
};

/// From the start of the process until everything listens.
const START: Duration = Duration::from_secs(60);

/// A program that is asked to stop has to be gone by then.
const STOP: Duration = Duration::from_secs(20);

/// A program that is to be started. When everything listens it writes a ready file that says where.
#[derive(Clone, Debug)]
pub struct DaemonBuilder {
	name: String,
	program: OsString,
	file: Option<PathBuf>,
	environment: Vec<(OsString, OsString)>,
	args: Vec<OsString>,
	ready: PathBuf,
	http: Option<SocketAddr>,
	log: PathBuf,
}

impl DaemonBuilder {
	/// `program` as it is found by [`locate`], called `name` in logs.
	pub fn new(lab: &Lab, program: &str, name: &str) -> Self {
		Self {
			name: name.to_owned(),
			program: program.into(),
			file: None,
			environment: vec![("HOME".into(), lab.dir().into())],
			args: Vec::new(),
			ready: lab.dir().join(format!("{name}.ready.json")),
			http: None,
			log: lab.log(name),
		}
	}

	/// Run this executable instead.
	pub fn executable(mut self, file: impl Into<PathBuf>) -> Self {
		self.file = Some(file.into());
		self
	}

	/// Add arguments.
	pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
		self.args
			.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
		self
	}

	/// It writes no ready file; it is ready when its HTTP service answers at this address.
	pub fn http(mut self, address: SocketAddr) -> Self {
		self.http = Some(address);
		self
	}

	fn spawn(&self) -> Result<Process> {
		let program = match &self.file {
			Some(file) => file.clone(),
			None => locate(&self.program.to_string_lossy())?,
		};
		let mut args = self.args.clone();
		if self.http.is_none() {
			args.extend(["--ready-file".into(), self.ready.clone().into()]);
		}
		Process::spawn(&self.name, &program, &args, &self.environment, &self.log)
	}

	/// Start it and wait until it listens.
	pub async fn start(self) -> Result<Daemon> {
		// What a killed predecessor has left says where that one listened.
		let _ = fs::remove_file(&self.ready);
		let mut process = self.spawn()?;
		let what = format!("{} is ready", self.name);
		let ready = tokio::select! {
			ready = wait_until(&what, START, async || self.look().await) => ready?,
			ended = process.ended() => return Err(ended),
		};
		Ok(Daemon {
			builder: self,
			process,
			ready,
		})
	}

	async fn look(&self) -> Result<Value> {
		match self.http {
			Some(address) => {
				get(address, "/health").await?;
				Ok(serde_json::json!({ "http": address }))
			}
			None => Ok(serde_json::from_slice(
				&fs::read(&self.ready).context("no ready file")?,
			)?),
		}
	}

	/// Start it and wait until it ends by itself. Returns how, and what it said.
	pub async fn run(self, within: Duration) -> Result<(ExitStatus, String)> {
		let mut process = self.spawn()?;
		let output = process.output();
		let status = process.wait(within).await?;
		Ok((status, output.read()?))
	}
}

/// A running program; it dies with this value.
#[derive(Debug)]
pub struct Daemon {
	builder: DaemonBuilder,
	process: Process,
	ready: Value,
}

impl Daemon {
	/// Its name in logs.
	pub fn name(&self) -> &str {
		&self.builder.name
	}

	/// A text of the ready file.
	pub fn ready(&self, key: &str) -> Result<&str> {
		self.ready[key]
			.as_str()
			.with_context(|| format!("{}: no {key} in {}", self.name(), self.ready))
	}

	/// The first text of a list of the ready file.
	pub fn first(&self, key: &str) -> Result<&str> {
		self.ready[key][0]
			.as_str()
			.with_context(|| format!("{}: no {key} in {}", self.name(), self.ready))
	}

	/// Where its HTTP service listens.
	pub fn http(&self) -> Result<SocketAddr> {
		Ok(self.ready("http")?.parse()?)
	}

	/// What it tells Prometheus.
	pub async fn metrics(&self) -> Result<Metrics> {
		Metrics::scrape(self.http()?).await
	}

	/// Everything that it has written in this run.
	pub fn output(&self) -> Result<String> {
		self.process.output().read()
	}

	/// Fails with the end of the output if it has ended.
	pub fn ensure_running(&mut self) -> Result<()> {
		self.process.ensure_running()
	}

	/// Resident memory, in MiB.
	pub fn resident_mib(&self) -> Result<u64> {
		self.process.resident_mib()
	}

	/// Kill it the hard way. What comes back starts it again with the same arguments.
	pub async fn kill(mut self) -> Result<DaemonBuilder> {
		self.process.kill().await?;
		Ok(self.builder)
	}

	/// Send it a signal.
	pub fn signal(&self, signal: Signal) -> Result<()> {
		self.process.signal(signal)
	}

	/// Ask it to stop with SIGTERM, and wait for its end.
	pub async fn stop(mut self) -> Result<DaemonBuilder> {
		self.signal(Signal::SIGTERM)?;
		let status = self.process.wait(STOP).await?;
		if !status.success() {
			bail!("{} ended with {status} when asked to stop", self.name());
		}
		Ok(self.builder)
	}
}

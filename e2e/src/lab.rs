//! The surroundings of one test.

use crate::{
	NodeBuilder,
	binary::{self, locate},
	process::tail,
};
use anyhow::{Context, Result, bail};
use std::{
	ffi::OsStr,
	fs,
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::{Duration, Instant},
};
use tempfile::TempDir;

/// Lines printed of each log when a test fails.
const TAIL: usize = 40;

/// Run the body of a test in a [`Lab`] of its own.
///
/// # Panics
///
/// When the body fails; the reason is then printed together with the ends of the logs.
pub fn run(name: &str, body: impl AsyncFnOnce(&Lab) -> Result<()>) {
	let outcome = Lab::new(name).and_then(|lab| {
		let runtime = tokio::runtime::Builder::new_multi_thread()
			.worker_threads(2)
			.enable_all()
			.build()
			.context("no tokio runtime")?;
		runtime
			.block_on(body(&lab))
			.inspect_err(|_| lab.print_logs())
	});
	if let Err(error) = outcome {
		panic!("{name}: {error:#}");
	}
}

/// Temporary directory, logs and programs of one test.
#[derive(Debug)]
pub struct Lab {
	name: String,
	temp: TempDir,
	logs: PathBuf,
}

impl Lab {
	fn new(name: &str) -> Result<Self> {
		let logs = binary::log_dir(name)?;
		if logs.exists() {
			fs::remove_dir_all(&logs)
				.with_context(|| format!("cannot remove the old logs in {}", logs.display()))?;
		}
		let temp = tempfile::Builder::new().prefix("tea-e2e-").tempdir()?;
		Ok(Self {
			name: name.to_owned(),
			temp,
			logs,
		})
	}

	/// Name of the test.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// A directory that goes away with the lab.
	pub fn dir(&self) -> &Path {
		self.temp.path()
	}

	/// Where all logs are.
	pub fn logs(&self) -> &Path {
		&self.logs
	}

	/// The log file of the process `name`; it outlives the lab.
	pub fn log(&self, name: &str) -> PathBuf {
		self.logs.join(format!("{name}.log"))
	}

	/// Write a file into the lab's directory.
	pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf> {
		let path = self.dir().join(name);
		fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
		Ok(path)
	}

	/// A `tea-node` to be started, called `name` in logs and on the network.
	pub fn node(&self, name: &str) -> NodeBuilder {
		NodeBuilder::new(self, name)
	}

	/// Run `tea-node` with exactly these arguments until it ends by itself.
	pub async fn run_node<S: AsRef<OsStr>>(
		&self,
		args: impl IntoIterator<Item = S>,
		within: Duration,
	) -> Result<CommandOutput> {
		let started = Instant::now();
		let child = tokio::process::Command::new(locate("tea-node")?)
			.args(args)
			.stdin(Stdio::null())
			.stdout(Stdio::piped())
			.stderr(Stdio::piped())
			// What a default base path would be derived from: nothing may reach the real one.
			.env("HOME", self.dir())
			.env("XDG_DATA_HOME", self.dir())
			.env("TMPDIR", self.dir())
			.kill_on_drop(true)
			.spawn()?;
		let Ok(output) = tokio::time::timeout(within, child.wait_with_output()).await else {
			bail!("tea-node has not ended by itself within {within:?}");
		};
		let output = output?;
		Ok(CommandOutput {
			status: output.status,
			stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
			stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
			took: started.elapsed(),
		})
	}

	/// Print the end of every log to stderr.
	fn print_logs(&self) {
		let Ok(entries) = fs::read_dir(&self.logs) else {
			return;
		};
		let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
		paths.sort();
		for path in paths {
			let bytes = fs::read(&path).unwrap_or_default();
			eprintln!("──── end of {}", path.display());
			eprintln!("{}", tail(&String::from_utf8_lossy(&bytes), TAIL));
		}
	}
}

impl Drop for Lab {
	fn drop(&mut self) {
		if std::thread::panicking() {
			self.print_logs();
		}
	}
}

/// What a program that ended by itself has left.
#[derive(Debug)]
pub struct CommandOutput {
	/// How it ended.
	pub status: ExitStatus,
	/// Its standard output.
	pub stdout: String,
	/// Its standard error.
	pub stderr: String,
	/// How long it took.
	pub took: Duration,
}

//! One child process: its log file, its end.
//!
//! Children stay in the process group of the test: nextest gives each test a group of its own and ends the
//! whole group when a test takes too long, a terminal does the same on Ctrl-C. So no node is left over when the
//! test itself is killed and cannot clean up.

use anyhow::{Context, Error, Result, anyhow, bail, ensure};
use nix::{
	sys::signal::{Signal, kill},
	unistd::Pid,
};
use std::{
	ffi::OsString,
	fs::{self, File, OpenOptions},
	io::{Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::Duration,
};
use tokio::process::{Child, Command};

/// A running program whose output goes to a file; killed when dropped.
#[derive(Debug)]
pub struct Process {
	name: String,
	child: Child,
	output: Output,
}

impl Process {
	/// Start `program` with `args`, and with `environment` in addition to the test's own; both its outputs are appended
	/// to `log`.
	pub fn spawn(
		name: &str,
		program: &Path,
		args: &[OsString],
		environment: &[(OsString, OsString)],
		log: &Path,
	) -> Result<Self> {
		let mut file = open_log(log)?;
		writeln!(file, "$ {} {}", program.display(), shell_words(args))?;
		let start = file.seek(SeekFrom::End(0))?;
		let child = Command::new(program)
			.args(args)
			.envs(environment.iter().map(|(name, value)| (name, value)))
			.stdin(Stdio::null())
			.stdout(file.try_clone()?)
			.stderr(file)
			.kill_on_drop(true)
			.spawn()
			.with_context(|| format!("cannot start {}", program.display()))?;
		let output = Output {
			log: log.to_owned(),
			start,
		};
		Ok(Self {
			name: name.to_owned(),
			child,
			output,
		})
	}

	/// What this run writes.
	pub fn output(&self) -> Output {
		self.output.clone()
	}

	/// Fails with the end of the output if the program has ended.
	pub fn ensure_running(&mut self) -> Result<()> {
		match self.child.try_wait()? {
			Some(status) => Err(self.obituary(status)),
			None => Ok(()),
		}
	}

	/// Becomes ready when the program ends, with an error that says how.
	pub async fn ended(&mut self) -> Error {
		match self.child.wait().await {
			Ok(status) => self.obituary(status),
			Err(error) => Error::new(error).context(format!("cannot wait for {}", self.name)),
		}
	}

	fn obituary(&self, status: ExitStatus) -> Error {
		let last_words = self.output.read().unwrap_or_default();
		anyhow!(
			"{} has ended ({status}); its last words:\n{}",
			self.name,
			tail(&last_words, 15)
		)
	}

	/// Resident memory, in MiB.
	pub fn resident_mib(&self) -> Result<u64> {
		let id = self
			.child
			.id()
			.with_context(|| format!("{} has already ended", self.name))?;
		let status = fs::read_to_string(format!("/proc/{id}/status"))?;
		let kib: u64 = status
			.lines()
			.find_map(|line| line.strip_prefix("VmRSS:"))
			.and_then(|value| value.trim().strip_suffix("kB"))
			.context("the system does not tell the resident memory")?
			.trim()
			.parse()?;
		Ok(kib / 1024)
	}

	/// Send a signal.
	pub fn signal(&self, signal: Signal) -> Result<()> {
		let id = self
			.child
			.id()
			.with_context(|| format!("{} has already ended", self.name))?;
		kill(Pid::from_raw(i32::try_from(id)?), signal)
			.with_context(|| format!("cannot send {signal} to {}", self.name))
	}

	/// Wait for the end of the program.
	pub async fn wait(&mut self, within: Duration) -> Result<ExitStatus> {
		match tokio::time::timeout(within, self.child.wait()).await {
			Ok(status) => Ok(status?),
			Err(_) => bail!("{} has not ended within {within:?}", self.name),
		}
	}

	/// Kill it the hard way (SIGKILL) and wait until it is gone.
	pub async fn kill(&mut self) -> Result<()> {
		self.signal(Signal::SIGKILL)?;
		let status = self.wait(Duration::from_secs(30)).await?;
		ensure!(
			!status.success(),
			"{} ended by itself before the kill",
			self.name
		);
		Ok(())
	}
}

/// What one run of a program has written to its log. A restarted program appends to the log of its predecessor.
#[derive(Clone, Debug)]
pub struct Output {
	log: PathBuf,
	start: u64,
}

impl Output {
	/// Everything so far.
	pub fn read(&self) -> Result<String> {
		let mut file = File::open(&self.log)?;
		file.seek(SeekFrom::Start(self.start))?;
		let mut bytes = Vec::new();
		file.read_to_end(&mut bytes)?;
		Ok(String::from_utf8_lossy(&bytes).into_owned())
	}
}

/// The last `lines` lines of `text`.
pub(crate) fn tail(text: &str, lines: usize) -> String {
	let all: Vec<_> = text.lines().collect();
	all[all.len().saturating_sub(lines)..].join("\n")
}

fn open_log(path: &Path) -> Result<File> {
	if let Some(dir) = path.parent() {
		fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
	}
	OpenOptions::new()
		.create(true)
		.append(true)
		.open(path)
		.with_context(|| format!("cannot write the log {}", path.display()))
}

/// The arguments as one would type them, for the head of the log.
fn shell_words(args: &[OsString]) -> String {
	args.iter()
		.map(|arg| arg.to_string_lossy())
		.collect::<Vec<_>>()
		.join(" ")
}

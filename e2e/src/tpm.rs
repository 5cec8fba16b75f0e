//! Software TPMs with certificates of an authority of the test.

use crate::{Lab, process::Process, slow_chip::SlowChip, wait_until};
use anyhow::{Context, Result, ensure};
use std::{
	fs,
	net::{TcpListener, TcpStream},
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::Duration,
};

/// Until a software TPM listens.
const START: Duration = Duration::from_secs(20);

/// The script that makes and runs software TPMs, the same for demos and tests.
fn script() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/swtpm")
}

/// A software TPM; its process ends with this value.
#[derive(Debug)]
pub struct SoftTpm {
	name: String,
	dir: PathBuf,
	log: PathBuf,
	port: u16,
	process: Option<Process>,
	slow: Option<(u16, SlowChip)>,
}

impl SoftTpm {
	/// Makes a TPM for each of `names`, certified by one authority, and starts them.
	pub async fn manufacture(lab: &Lab, names: &[&str]) -> Result<Vec<Self>> {
		let tpms: Vec<_> = names
			.iter()
			.map(|name| Self {
				name: format!("tpm-{name}"),
				dir: lab.dir().join(format!("tpm-{name}")),
				log: lab.log(&format!("tpm-{name}")),
				port: 0,
				process: None,
				slow: None,
			})
			.collect();
		let made = Command::new(script())
			.arg("make")
			.arg(Self::authority(lab))
			.args(tpms.iter().map(|tpm| &tpm.dir))
			.stdin(Stdio::null())
			.output()
			.context("cannot run scripts/swtpm")?;
		ensure!(
			made.status.success(),
			"scripts/swtpm: {}",
			String::from_utf8_lossy(&made.stderr)
		);
		let mut running = Vec::with_capacity(tpms.len());
		for mut tpm in tpms {
			tpm.port = free_ports()?;
			tpm.power_on().await?;
			running.push(tpm);
		}
		Ok(running)
	}

	fn authority(lab: &Lab) -> PathBuf {
		lab.dir().join("authority")
	}

	/// The certificate of the authority, which governance registers as issuer.
	pub fn issuer(lab: &Lab) -> PathBuf {
		Self::authority(lab).join("issuer.pem")
	}

	/// Where programs find it.
	pub fn tcti(&self) -> String {
		let port = self.slow.as_ref().map_or(self.port, |(port, _)| *port);
		format!("swtpm:host=127.0.0.1,port={port}")
	}

	/// For programs that begin from now on, each quote takes so much longer.
	pub fn slow_down(&mut self, quote: Duration) -> Result<()> {
		let port = free_ports()?;
		self.slow = Some((port, SlowChip::start(port, self.port, quote)?));
		Ok(())
	}

	/// Starts the process: for the chip a power-on.
	pub async fn power_on(&mut self) -> Result<()> {
		let args = [
			"run".into(),
			self.dir.clone().into(),
			self.port.to_string().into(),
		];
		let mut process = Process::spawn(&self.name, &script(), &args, &[], &self.log)?;
		wait_until(&format!("{} listens", self.name), START, async || {
			process.ensure_running()?;
			// A chip serves one connection: its control port is asked, not the other one.
			TcpStream::connect(("127.0.0.1", self.port + 1))?;
			Ok(())
		})
		.await?;
		self.process = Some(process);
		Ok(())
	}

	/// Ends the process without a word to the chip: a power cut.
	pub async fn power_off(&mut self) -> Result<()> {
		match self.process.take() {
			Some(mut process) => process.kill().await,
			None => Ok(()),
		}
	}

	/// Pulls the reset line of the running chip: its PCRs begin anew, whoever uses it is not told.
	pub fn reset(&self) -> Result<()> {
		let control = format!("127.0.0.1:{}", self.port + 1);
		let output = Command::new("swtpm_ioctl")
			.args(["--tcp", &control, "-i"])
			.stdin(Stdio::null())
			.output()
			.context("cannot run swtpm_ioctl")?;
		ensure!(
			output.status.success(),
			"swtpm_ioctl: {}",
			String::from_utf8_lossy(&output.stderr)
		);
		Ok(())
	}

	/// Runs a tool of tpm2-tools on the chip; nobody else may use it meanwhile.
	pub fn tool(&self, tool: &str, args: &[&str]) -> Result<String> {
		let output = Command::new(tool)
			.args(args)
			.env("TPM2TOOLS_TCTI", self.tcti())
			.stdin(Stdio::null())
			.output()
			.with_context(|| format!("cannot run {tool}"))?;
		ensure!(
			output.status.success(),
			"{tool}: {}",
			String::from_utf8_lossy(&output.stderr)
		);
		Ok(String::from_utf8_lossy(&output.stdout).into_owned())
	}

	/// Keeps a copy of the state of a chip that is off.
	pub fn save(&self, name: &str) -> Result<()> {
		ensure!(self.process.is_none(), "{} is on", self.name);
		let to = self.dir.with_extension(name);
		fs::create_dir_all(&to)?;
		fs::copy(self.dir.join(STATE), to.join(STATE)).context("cannot copy the state")?;
		Ok(())
	}

	/// Puts an older state into a chip that is off.
	pub fn restore(&self, name: &str) -> Result<()> {
		ensure!(self.process.is_none(), "{} is on", self.name);
		let from = self.dir.with_extension(name);
		fs::copy(from.join(STATE), self.dir.join(STATE)).context("cannot restore the state")?;
		Ok(())
	}
}

/// The file in which a software TPM keeps what outlives a power-off.
const STATE: &str = "tpm2-00.permall";

/// Two free ports, one behind the other.
fn free_ports() -> Result<u16> {
	for _ in 0..100 {
		let first = TcpListener::bind("127.0.0.1:0")?;
		let port = first.local_addr()?.port();
		if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
			return Ok(port);
		}
	}
	anyhow::bail!("no two neighbouring ports are free")
}

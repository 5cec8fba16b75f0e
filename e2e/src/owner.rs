//! An owner of deployments: runs `tea`, through the host of its machine, with files that nobody else sees.

use crate::{Answer, Lab, ModuleNet, Place};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::{
	fs,
	path::{Path, PathBuf},
	process::Stdio,
	time::{Duration, Instant},
};
use tokio::process::Child;

/// How often the key file is looked at: a step of `tea deploy` may take as little as a block.
const GLANCE: Duration = Duration::from_millis(5);

/// How far `tea deploy` or `tea reseed` is, as its key file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
	/// The key is made, the content is being encrypted and stored.
	Begun,
	/// The content is stored, a module is being asked.
	Stored,
	/// The module has signed, the registration is being sent.
	Offered,
	/// The chain has it.
	Registered,
}

/// The owner.
#[derive(Clone, Debug)]
pub struct Owner {
	suri: String,
	dir: PathBuf,
	link: String,
	ipfs: String,
}

impl Owner {
	/// An owner at the machine of `place`, with a folder of its own below that of the lab.
	pub fn new(lab: &Lab, suri: &str, place: &Place) -> Result<Self> {
		let dir = lab.dir().join(format!("owner{}", suri.replace('/', "-")));
		fs::create_dir_all(&dir)?;
		Ok(Self {
			suri: suri.to_owned(),
			dir,
			link: place.link.clone(),
			ipfs: place.ipfs.clone(),
		})
	}

	/// The same owner at another machine.
	pub fn at(&self, place: &Place) -> Self {
		Self {
			link: place.link.clone(),
			ipfs: place.ipfs.clone(),
			..self.clone()
		}
	}

	/// The same owner, who reads through another IPFS server.
	pub fn through(&self, ipfs: &str) -> Self {
		Self {
			ipfs: ipfs.to_owned(),
			..self.clone()
		}
	}

	/// The folder.
	pub fn dir(&self) -> &Path {
		&self.dir
	}

	/// Where a file of the owner is, as an argument.
	pub fn path(&self, name: &str) -> String {
		self.dir.join(name).display().to_string()
	}

	/// Writes a file of the owner.
	pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<String> {
		fs::write(self.dir.join(name), content)?;
		Ok(self.path(name))
	}

	fn args(&self, args: &[&str]) -> Vec<String> {
		let keys = self.path("keys");
		let before: [&str; 2] = ["--suri", &self.suri];
		let behind: [&str; 6] = [
			"--keys",
			&keys,
			"--host",
			&self.link,
			"--ipfs-api",
			&self.ipfs,
		];
		before
			.iter()
			.chain(args)
			.chain(&behind)
			.map(ToString::to_string)
			.collect()
	}

	/// Runs a command that speaks to the host.
	pub async fn tea(&self, net: &ModuleNet, args: &[&str]) -> Result<Answer> {
		let args = self.args(args);
		net.tea(&args.iter().map(String::as_str).collect::<Vec<_>>())
			.await
	}

	/// Runs a command that speaks to the host, with `--json`; it has to succeed.
	pub async fn json(&self, net: &ModuleNet, args: &[&str]) -> Result<Value> {
		let answer = self.tea(net, &[args, &["--json"]].concat()).await?;
		ensure!(answer.code == 0, "`tea {}`: {answer:?}", args.join(" "));
		serde_json::from_str(&answer.out).with_context(|| format!("no JSON: {}", answer.out))
	}

	/// Starts a command that speaks to the host; it is killed when the value is dropped.
	pub fn start(&self, net: &ModuleNet, args: &[&str]) -> Result<Child> {
		let args = self.args(args);
		let args: Vec<_> = args.iter().map(String::as_str).collect();
		let mut command = net.command(&args)?;
		Ok(command
			.stdout(Stdio::null())
			.stderr(Stdio::piped())
			.spawn()?)
	}

	/// Deploys, and gives the id.
	pub async fn deploy(&self, net: &ModuleNet, file: &str, args: &[&str]) -> Result<String> {
		let deployed = self.json(net, &[&["deploy", file], args].concat()).await?;
		id_of(&deployed)
	}

	/// The key files.
	pub fn entries(&self) -> Result<Vec<Value>> {
		let keys = self.dir.join("keys");
		if !keys.exists() {
			return Ok(Vec::new());
		}
		let mut entries = Vec::new();
		for file in fs::read_dir(keys)? {
			let path = file?.path();
			// Others are being written.
			if path
				.extension()
				.is_some_and(|extension| extension == "json")
			{
				entries.push(serde_json::from_slice(&fs::read(path)?)?);
			}
		}
		Ok(entries)
	}

	/// The key file of what was deployed from a file of this name.
	pub fn entry(&self, name: &str) -> Result<Value> {
		self.entries()?
			.into_iter()
			.find(|entry| entry["name"] == name)
			.with_context(|| format!("no key file of {name}"))
	}

	/// The key of what was deployed from a file of this name.
	pub fn k1(&self, name: &str) -> Result<Vec<u8>> {
		let entry = self.entry(name)?;
		Ok(hex::decode(entry["k1"].as_str().context("no key")?)?)
	}

	/// How far the deployment of a file of this name is; nothing before it has begun.
	pub fn stage(&self, name: &str) -> Option<Stage> {
		let entry = self.entry(name).ok()?;
		let has = |key: &str| !entry[key].is_null();
		Some(match (has("registered"), has("offer"), has("content")) {
			(true, ..) => Stage::Registered,
			(_, true, _) => Stage::Offered,
			(.., true) => Stage::Stored,
			_ => Stage::Begun,
		})
	}

	/// Waits until `is_there` holds, and kills the command at that moment. Fails if it ends before.
	pub async fn kill_when(
		&self,
		mut child: Child,
		within: Duration,
		is_there: impl Fn(&Self) -> bool,
	) -> Result<()> {
		self.watch(&mut child, within, is_there).await?;
		child.kill().await.context("it cannot be killed")
	}

	/// Waits until `is_there` holds while a command runs. Fails if it ends before.
	pub async fn watch(
		&self,
		child: &mut Child,
		within: Duration,
		is_there: impl Fn(&Self) -> bool,
	) -> Result<()> {
		let begun = Instant::now();
		while !is_there(self) {
			if let Some(status) = child.try_wait()? {
				bail!("`tea` ended first ({status})");
			}
			ensure!(begun.elapsed() < within, "`tea` does not come that far");
			tokio::time::sleep(GLANCE).await;
		}
		Ok(())
	}

	/// What the chain has of this owner.
	pub async fn deployments(&self, net: &ModuleNet) -> Result<Vec<Value>> {
		let listed = net.json(&["--suri", &self.suri, "pins"]).await?;
		let listed = listed["deployments"].as_array().cloned();
		listed.context("no list of deployments")
	}
}

/// The id in an answer of `tea`.
pub fn id_of(answer: &Value) -> Result<String> {
	let id = answer["deployment"].as_str();
	Ok(id.with_context(|| format!("no id in {answer}"))?.to_owned())
}

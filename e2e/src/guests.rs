//! Guests, built from source.

use anyhow::{Context, Result, ensure};
use std::{
	path::{Path, PathBuf},
	process::Stdio,
};
use tokio::process::Command;

/// The example guests, by name.
#[derive(Clone, Debug)]
pub struct Guests(PathBuf);

impl Guests {
	/// Builds them; that takes a moment if they are there.
	pub async fn build() -> Result<Self> {
		let script = root().join("offchain-tee/guest/examples/build");
		let built = Command::new(&script)
			// Of the build of this workspace nothing is meant for guests.
			.env_remove("CARGO_RESOLVER_FEATURE_UNIFICATION")
			.stdin(Stdio::null())
			.stderr(Stdio::inherit())
			.output()
			.await
			.with_context(|| format!("{} cannot be run", script.display()))?;
		ensure!(built.status.success(), "the guests cannot be built");
		let folder = String::from_utf8(built.stdout)?;
		let last = folder.lines().last().context("it names no folder")?;
		Ok(Self(PathBuf::from(last)))
	}

	/// Where the wasm of a guest is, as an argument.
	pub fn path(&self, name: &str) -> String {
		self.0.join(format!("{name}.wasm")).display().to_string()
	}
}

/// The root of the repository.
pub fn root() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

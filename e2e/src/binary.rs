//! Where the programs under test are.

use anyhow::{Context, Result, bail};
use std::{
	env,
	path::{Path, PathBuf},
};

/// Path of the program `name`: what the environment variable (`tea-node` → `TEA_NODE`) says, else the file of that
/// name beside the test executable (`target/<profile>/`).
pub fn locate(name: &str) -> Result<PathBuf> {
	let variable = name.to_uppercase().replace('-', "_");
	let path = match env::var_os(&variable) {
		Some(path) => PathBuf::from(path),
		None => profile_dir()?.join(name),
	};
	if !path.is_file() {
		bail!(
			"no program {name} at {}: run scripts/test, or `cargo build --workspace` first, or let {variable} name it",
			path.display()
		);
	}
	path.canonicalize()
		.with_context(|| format!("cannot resolve {}", path.display()))
}

/// Path of an example, which tests bring along: what the environment variable says, else `target/<profile>/examples/`.
pub fn locate_example(name: &str) -> Result<PathBuf> {
	let variable = name.to_uppercase().replace('-', "_");
	let path = match env::var_os(&variable) {
		Some(path) => PathBuf::from(path),
		None => profile_dir()?.join("examples").join(name),
	};
	if !path.is_file() {
		bail!(
			"no example {name} at {}: `cargo build --workspace --examples` makes it",
			path.display()
		);
	}
	Ok(path.canonicalize()?)
}

/// `target/<profile>`: the test executable is in `target/<profile>/deps`.
pub(crate) fn profile_dir() -> Result<PathBuf> {
	let exe = env::current_exe().context("the test executable has no path")?;
	let dir = exe
		.parent()
		.context("the test executable is in no directory")?;
	let dir = if dir.ends_with("deps") {
		dir.parent().unwrap_or(dir)
	} else {
		dir
	};
	Ok(dir.to_path_buf())
}

/// Where the logs of the test `name` go: `target/e2e-logs/<name>`, so that they outlive the test.
pub(crate) fn log_dir(name: &str) -> Result<PathBuf> {
	let profile = profile_dir()?;
	Ok(profile
		.parent()
		.unwrap_or(Path::new("."))
		.join("e2e-logs")
		.join(name))
}

//! Takes every check out of the source, one at a time, and sees whether a test of the battery fails.
//!
//! Slow, so it runs on demand: `cargo test -p tea-tpm --test mutants -- --ignored --nocapture`. With `TEA_MUTANTS` only
//! checks whose file or text contains this word are taken out; `TEA_MUTANTS_TARGET` names a target directory to reuse.

use std::{
	fs,
	path::{Path, PathBuf},
	process::{Command, Output},
};

/// A refusal in the source: file and byte range of a statement, and what stands there afterwards.
struct Mutant {
	file: PathBuf,
	line: usize,
	start: usize,
	end: usize,
	replacement: &'static str,
}

fn crate_dir() -> &'static Path {
	Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies the crate into a workspace of its own that shares versions and lock file with the real one.
fn copy(to: &Path) {
	let root = crate_dir().join("../..");
	let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the workspace's manifest");
	let members: String = manifest
		.lines()
		.map(|line| match line.split_once('=') {
			Some(("members ", _)) => "members = [\"primitives/tea-tpm\"]\n".into(),
			_ => format!("{line}\n"),
		})
		.collect();
	fs::write(to.join("Cargo.toml"), members).expect("a manifest");
	fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock")).expect("a lock file");
	let target = to.join("primitives/tea-tpm");
	fs::create_dir_all(&target).expect("a directory");
	// Without the fuzz targets, whose corpora may be large and growing.
	for part in ["Cargo.toml", "README.md", "src", "tests", "benches"] {
		let mut copy = Command::new("cp");
		copy.arg("-r").arg(crate_dir().join(part)).arg(&target);
		assert!(copy.status().expect("cp").success(), "{part}");
	}
}

fn sources(dir: &Path) -> Vec<PathBuf> {
	let mut files: Vec<PathBuf> = fs::read_dir(dir)
		.expect("a directory")
		.flat_map(|entry| {
			let path = entry.expect("an entry").path();
			if path.is_dir() {
				sources(&path)
			} else {
				vec![path]
			}
		})
		.collect();
	files.sort();
	files
}

/// Every `return Err(…);`, every refusal as the other branch of a test, every call that may refuse and gives nothing.
///
/// The constants of public areas are missing here: their table also writes them, so a test goes through them byte by
/// byte (`each_constant_byte_of_a_public_area_counts`).
fn mutants(dir: &Path) -> Vec<Mutant> {
	let mut found = Vec::new();
	for file in sources(&dir.join("src")) {
		let text = fs::read_to_string(&file).expect("a source");
		let mut mutant = |start: usize, end: usize, replacement: &'static str| {
			found.push(Mutant {
				line: text[..start].matches('\n').count() + 1,
				file: file.clone(),
				start,
				end,
				replacement,
			});
		};
		for (start, _) in text.match_indices("return Err(") {
			let end = start + text[start..].find(';').expect("a statement") + 1;
			// The arm of a match must give a value: it has nothing to fall through to.
			let is_arm = text[..start].trim_end().ends_with("=>");
			if !is_arm && !text[start..end].contains(['}', '=']) {
				mutant(start, end, "{}");
			}
		}
		for (branch, matched) in text.match_indices("} else {\n") {
			let start = branch + matched.len();
			let end = start + text[start..].find('\n').expect("a line");
			if text[start..end].trim_start().starts_with("Err(") {
				mutant(start, end, "Ok(())");
			}
		}
		let mut start = 0;
		for line in text.split_inclusive('\n') {
			let statement = line.trim();
			let is_call = statement.starts_with(|first: char| first.is_ascii_alphabetic())
				&& !["let ", "return ", "Ok("]
					.iter()
					.any(|word| statement.starts_with(word));
			if is_call && statement.ends_with(")?;") && !statement.contains(" = ") {
				mutant(start, start + line.trim_end().len(), "");
			}
			start += line.len();
		}
	}
	found
}

fn battery(dir: &Path) -> Output {
	let target = std::env::var_os("TEA_MUTANTS_TARGET").map_or(dir.join("target"), PathBuf::from);
	Command::new(env!("CARGO"))
		.current_dir(dir)
		.args([
			"test",
			"--offline",
			"--quiet",
			"-p",
			"tea-tpm",
			"--test",
			"battery",
		])
		.env("CARGO_TARGET_DIR", target)
		// A named test must fail, not one random case in a thousand.
		.env("PROPTEST_CASES", "4")
		.output()
		.expect("cargo")
}

#[test]
#[ignore = "compiles the crate once for every check"]
fn each_removed_check_is_caught() {
	let dir = tempfile::tempdir().expect("a directory");
	copy(dir.path());
	let crate_copy = dir.path().join("primitives/tea-tpm");
	let clean = battery(dir.path());
	assert!(
		clean.status.success(),
		"the battery fails without a change:\n{}",
		String::from_utf8_lossy(&clean.stderr)
	);
	let mutants = mutants(&crate_copy);
	assert!(mutants.len() > 80, "{} checks found", mutants.len());
	let wanted = std::env::var("TEA_MUTANTS").unwrap_or_default();
	let (mut caught, mut missed) = (0, Vec::new());
	for mutant in &mutants {
		let original = fs::read_to_string(&mutant.file).expect("a source");
		let name = mutant
			.file
			.strip_prefix(&crate_copy)
			.expect("inside")
			.display();
		let check = original[mutant.start..mutant.end].trim();
		let what = format!("{name}:{} {check}", mutant.line);
		if !what.contains(&wanted) {
			continue;
		}
		let mut text = original.clone();
		text.replace_range(mutant.start..mutant.end, mutant.replacement);
		fs::write(&mutant.file, text).expect("a source");
		let run = battery(dir.path());
		fs::write(&mutant.file, &original).expect("a source");
		let stderr = String::from_utf8_lossy(&run.stderr);
		if run.status.success() {
			println!("MISSED {what}");
			missed.push(what);
		} else if stderr.contains("could not compile") {
			println!("does not compile {what}");
		} else {
			caught += 1;
			println!("caught {what}");
		}
	}
	println!("{caught} of {} checks caught", mutants.len());
	assert!(
		missed.is_empty(),
		"no test fails without:\n{}",
		missed.join("\n")
	);
}

//! The example guests, built from source once for a test run.

#![allow(dead_code, unreachable_pub, missing_docs)]

use std::{
	path::{Path, PathBuf},
	process::Command,
	sync::OnceLock,
};
use tea_executor::{Cancel, Config, Executor, Fault, Job, Outcome};

pub fn examples() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest/examples")
}

/// The bytes of a guest.
pub fn guest(name: &str) -> Vec<u8> {
	static FOLDER: OnceLock<PathBuf> = OnceLock::new();
	let folder = FOLDER.get_or_init(|| {
		let built = Command::new(examples().join("build"))
			.output()
			.expect("the build script starts");
		let said = String::from_utf8_lossy(&built.stderr);
		assert!(built.status.success(), "the guests do not build: {said}");
		PathBuf::from(String::from_utf8_lossy(&built.stdout).trim())
	});
	std::fs::read(folder.join(format!("{name}.wasm"))).expect("the build script builds it")
}

pub fn executor() -> Executor {
	Executor::new(Config::default())
}

pub fn run(code: &[u8], job: Job) -> Outcome {
	try_run(code, job).expect("the machine is not at fault")
}

pub fn try_run(code: &[u8], job: Job) -> Result<Outcome, Fault> {
	executor().execute(code, job, &Cancel::new())
}

/// A guest in text whose `tea_run` has this body, with everything else that a guest needs.
pub fn wat(body: &str) -> Vec<u8> {
	wat_with("", body)
}

/// The same with fields of the module in front, imports for example.
pub fn wat_with(fields: &str, body: &str) -> Vec<u8> {
	assemble(&format!(
		r#"(module
			{fields}
			(memory (export "memory") 1)
			(func (export "tea_abi") (result i32) i32.const 1)
			(func (export "tea_run") (result i32) {body}))"#
	))
}

pub fn assemble(text: &str) -> Vec<u8> {
	wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

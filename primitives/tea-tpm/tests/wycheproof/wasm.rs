//! The crate compiled to wasm and run by the engine that nodes run runtimes with.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};

use crate::Runner;

/// The target that runtimes are built for: no standard library, first version of wasm.
const TARGET: &str = "wasm32v1-none";

/// A running instance of the guest.
pub struct Guest {
	store: Store<()>,
	memory: Memory,
	run: TypedFunc<u32, i32>,
	buffer: usize,
}

impl Guest {
	/// Builds the guest when nobody has done so yet, and starts an instance.
	pub fn new() -> Self {
		static GUEST: OnceLock<(Engine, Module)> = OnceLock::new();
		let (engine, module) = GUEST.get_or_init(|| {
			let engine = Engine::default();
			let module = Module::new(&engine, build()).expect("valid wasm");
			(engine, module)
		});
		let mut store = Store::new(engine, ());
		let instance = Instance::new(&mut store, module, &[]).expect("a guest without imports");
		let memory = instance.get_memory(&mut store, "memory").expect("a memory");
		let run = instance
			.get_typed_func(&mut store, "run")
			.expect("the function run");
		let buffer = instance
			.get_typed_func::<(), u32>(&mut store, "buffer")
			.and_then(|buffer| buffer.call(&mut store, ()))
			.expect("the address of the buffer");
		Self {
			store,
			memory,
			run,
			buffer: buffer as usize,
		}
	}
}

impl Runner for Guest {
	fn run(&mut self, job: &[u8]) -> Option<Vec<u8>> {
		self.memory
			.write(&mut self.store, self.buffer, job)
			.expect("a job that fits");
		let len = u32::try_from(job.len()).expect("a job that fits");
		let written = self
			.run
			.call(&mut self.store, len)
			.expect("a guest that does not trap");
		let mut out = vec![0; usize::try_from(written).ok()?];
		self.memory
			.read(&self.store, self.buffer, &mut out)
			.expect("a result that fits");
		Some(out)
	}
}

/// Compiles the guest into a target directory of its own, with the versions of this workspace.
fn build() -> Vec<u8> {
	let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("wasm");
	let output = Command::new(env!("CARGO"))
		.current_dir(env!("CARGO_MANIFEST_DIR"))
		.args([
			"build",
			"--release",
			"--package",
			"tea-tpm",
			"--no-default-features",
		])
		.args(["--example", "wasm_verifier", "--target", TARGET])
		.arg("--target-dir")
		.arg(&target)
		.env_remove("RUSTFLAGS")
		.env_remove("CARGO_ENCODED_RUSTFLAGS")
		.output()
		.expect("cargo");
	assert!(
		output.status.success(),
		"the guest does not build (is the target {TARGET} installed?):\n{}",
		String::from_utf8_lossy(&output.stderr)
	);
	let wasm = target
		.join(TARGET)
		.join("release/examples/wasm_verifier.wasm");
	std::fs::read(wasm).expect("the compiled guest")
}

//! The crate compiled to wasm and run by the engine that nodes run runtimes with.

use std::{path::PathBuf, process::Command, sync::OnceLock};

use wasmtime::{Config, Engine, Instance, Memory, Module, OptLevel, Store, TypedFunc};

/// The target that runtimes are built for: no standard library, first version of wasm.
const TARGET: &str = "wasm32v1-none";

/// A running instance of the guest.
pub(crate) struct Guest {
	store: Store<()>,
	memory: Memory,
	run: TypedFunc<u32, i32>,
	measure: TypedFunc<(u32, u32), i32>,
	buffer: usize,
}

/// The engine with the settings of `sc-executor`.
fn engine() -> Engine {
	let mut config = Config::new();
	config.cranelift_opt_level(OptLevel::SpeedAndSize);
	config.max_wasm_stack(1024 * 1024);
	config.wasm_simd(false);
	config.wasm_relaxed_simd(false);
	config.wasm_bulk_memory(false);
	config.wasm_multi_value(false);
	config.wasm_multi_memory(false);
	config.wasm_memory64(false);
	config.wasm_tail_call(false);
	config.wasm_extended_const(false);
	Engine::new(&config).expect("settings that fit together")
}

impl Guest {
	/// Builds the guest when nobody has done so yet, and starts an instance.
	pub(crate) fn new() -> Self {
		static GUEST: OnceLock<(Engine, Module)> = OnceLock::new();
		let (engine, module) = GUEST.get_or_init(|| {
			let engine = engine();
			let module = Module::new(&engine, build()).expect("valid wasm");
			(engine, module)
		});
		let mut store = Store::new(engine, ());
		let instance = Instance::new(&mut store, module, &[]).expect("a guest without imports");
		let memory = instance.get_memory(&mut store, "memory").expect("a memory");
		let run = instance
			.get_typed_func(&mut store, "run")
			.expect("the function run");
		let measure = instance
			.get_typed_func(&mut store, "measure")
			.expect("the function measure");
		let buffer = instance
			.get_typed_func::<(), u32>(&mut store, "buffer")
			.and_then(|buffer| buffer.call(&mut store, ()))
			.expect("the address of the buffer");
		Self {
			store,
			memory,
			run,
			measure,
			buffer: buffer as usize,
		}
	}

	/// Puts bytes into the buffer.
	fn hand_over(&mut self, job: &[u8]) -> u32 {
		self.memory
			.write(&mut self.store, self.buffer, job)
			.expect("a job that fits");
		u32::try_from(job.len()).expect("a job that fits")
	}

	/// Runs a job. Gives its result, or nothing when it is refused.
	#[allow(
		dead_code,
		reason = "one of the two programs that use this file measures only"
	)]
	pub(crate) fn run(&mut self, job: &[u8]) -> Option<Vec<u8>> {
		let len = self.hand_over(job);
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

	/// Does a piece of work that must not be refused, several times.
	#[allow(
		dead_code,
		reason = "one of the two programs that use this file verifies only"
	)]
	pub(crate) fn measure(&mut self, job: &[u8], times: u32) {
		let len = self.hand_over(job);
		let done = self.measure.call(&mut self.store, (len, times));
		assert_eq!(done.expect("a guest that does not trap"), 0, "refused");
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
		// As wasm-builder builds runtimes.
		.env("CARGO_PROFILE_RELEASE_LTO", "thin")
		.env("CARGO_PROFILE_RELEASE_PANIC", "abort")
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

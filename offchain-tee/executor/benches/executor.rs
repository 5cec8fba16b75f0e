//! Executor against plain wasmi on the same modules, with wasmtime beside it for the reader.
//!
//! `cargo bench -p tea-executor` prints the tables of `benchmarks/executor.md`; `benchmarks/executor`
//! writes that page.

use std::{
	fs,
	path::PathBuf,
	process::Command,
	thread,
	time::{Duration, Instant},
};
use tea_executor::{Cancel, Config, Executor, Exit, Job, Limits, Program, engine_config};

/// Runs of each engine, one after the other in turn, so that a busy moment of the machine meets all of them.
const ROUNDS: usize = 31;

/// Runs at once whose memory is measured.
const RUNS: u64 = 16;

struct Case {
	name: &'static str,
	code: Vec<u8>,
	data: Vec<Vec<u8>>,
	/// Runs that are measured as one, so that the clock is no part of the figure.
	batch: u32,
}

fn example(name: &str) -> Vec<u8> {
	let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../guest/examples/build");
	let built = Command::new(script)
		.output()
		.expect("the build script starts");
	assert!(
		built.status.success(),
		"{}",
		String::from_utf8_lossy(&built.stderr)
	);
	let folder = String::from_utf8_lossy(&built.stdout).trim().to_owned();
	fs::read(format!("{folder}/{name}.wasm")).expect("the build script builds it")
}

fn text(fields: &str, body: &str) -> Vec<u8> {
	let module = format!(
		r#"(module {fields} (memory (export "memory") 16)
			(func (export "tea_abi") (result i32) i32.const 1)
			(func (export "tea_run") (result i32) {body}))"#
	);
	wat::parse_str(module).expect("written right")
}

fn cases() -> Vec<Case> {
	let picture =
		PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../guest/examples/digits/pictures/7.png");
	let bytes: Vec<u8> = (0..1u32 << 20)
		.map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
		.collect();
	vec![
		Case {
			name: "digits, one picture",
			code: example("digits"),
			data: vec![fs::read(picture).expect("it is there")],
			batch: 4,
		},
		Case {
			name: "sha256, 1 MiB",
			code: example("sha256"),
			data: vec![bytes.clone()],
			batch: 1,
		},
		Case {
			name: "word count, 1 MiB",
			code: example("word-count"),
			data: vec![bytes],
			batch: 1,
		},
		Case {
			name: "integer loop",
			code: text(
				"",
				"(local $n i32) (local $x i32)
				(loop $again
					(local.set $x (i32.xor (i32.mul (local.get $x) (i32.const 31)) (local.get $n)))
					(local.set $n (i32.add (local.get $n) (i32.const 1)))
					(br_if $again (i32.lt_u (local.get $n) (i32.const 5000000))))
				(i32.and (local.get $x) (i32.const 0))",
			),
			data: Vec::new(),
			batch: 1,
		},
		Case {
			name: "f32 multiply and add",
			code: text(
				"",
				"(local $n i32) (local $at i32) (local $x f32)
				(loop $again
					(local.set $at (i32.and (i32.shl (local.get $n) (i32.const 2)) (i32.const 0xffff)))
					(local.set $x (f32.add (local.get $x)
						(f32.mul (f32.load (local.get $at)) (f32.load offset=65536 (local.get $at)))))
					(local.set $n (i32.add (local.get $n) (i32.const 1)))
					(br_if $again (i32.lt_u (local.get $n) (i32.const 3000000))))
				(i32.and (i32.reinterpret_f32 (local.get $x)) (i32.const 0))",
			),
			data: Vec::new(),
			batch: 1,
		},
		Case {
			name: "calls",
			code: text(
				"(func $fib (param i32) (result i32)
					(if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
						(then (local.get 0))
						(else (i32.add
							(call $fib (i32.sub (local.get 0) (i32.const 1)))
							(call $fib (i32.sub (local.get 0) (i32.const 2)))))))",
				"(i32.and (call $fib (i32.const 25)) (i32.const 0))",
			),
			data: Vec::new(),
			batch: 1,
		},
		Case {
			name: "nothing",
			code: text("", "i32.const 0"),
			data: Vec::new(),
			batch: 200,
		},
	]
}

fn limits() -> Limits {
	Limits {
		fuel: 10_000_000_000,
		..Limits::default()
	}
}

/// The imports without checks and prices, as a program would write them that trusts its guest.
struct Streams {
	inputs: Vec<Vec<u8>>,
	output: Vec<u8>,
}

fn plain_linker(engine: &wasmi::Engine) -> wasmi::Linker<Streams> {
	use wasmi::{Caller, Memory};
	fn memory(caller: &Caller<'_, Streams>) -> Memory {
		caller
			.get_export("memory")
			.and_then(|export| export.into_memory())
			.expect("it is exported")
	}
	let mut linker = wasmi::Linker::new(engine);
	let defined = linker
		.func_wrap("tea1", "in_count", |caller: Caller<'_, Streams>| {
			caller.data().inputs.len() as i32
		})
		.and_then(|linker| {
			linker.func_wrap("tea1", "in_len", |caller: Caller<'_, Streams>, h: i32| {
				caller.data().inputs[h as usize].len() as i64
			})
		})
		.and_then(|linker| {
			linker.func_wrap(
				"tea1",
				"in_read",
				|mut caller: Caller<'_, Streams>, h: i32, off: i64, ptr: i32, cap: i32| {
					let (memory, streams) = memory(&caller).data_and_store_mut(&mut caller);
					let rest = streams.inputs[h as usize]
						.get(off as usize..)
						.unwrap_or(&[]);
					let count = rest.len().min(cap as usize);
					memory[ptr as usize..ptr as usize + count].copy_from_slice(&rest[..count]);
					count as i32
				},
			)
		})
		.and_then(|linker| {
			linker.func_wrap(
				"tea1",
				"out_write",
				|mut caller: Caller<'_, Streams>, ptr: i32, len: i32| {
					let (memory, streams) = memory(&caller).data_and_store_mut(&mut caller);
					streams
						.output
						.extend_from_slice(&memory[ptr as usize..(ptr + len) as usize]);
					len
				},
			)
		})
		.and_then(|linker| linker.func_wrap("tea1", "fail", |_: i32, _: i32, _: i32| ()))
		.and_then(|linker| linker.func_wrap("tea1", "log", |_: i32, _: i32, _: i32| ()))
		.map(drop);
	defined.expect("the names are different");
	linker
}

fn wasmtime_linker(engine: &wasmtime::Engine) -> wasmtime::Linker<Streams> {
	use wasmtime::{Caller, Extern, Memory};
	fn memory(caller: &mut Caller<'_, Streams>) -> Memory {
		caller
			.get_export("memory")
			.and_then(Extern::into_memory)
			.expect("it is exported")
	}
	fn define(linker: &mut wasmtime::Linker<Streams>) -> wasmtime::Result<()> {
		linker.func_wrap("tea1", "in_count", |caller: Caller<'_, Streams>| {
			caller.data().inputs.len() as i32
		})?;
		linker.func_wrap("tea1", "in_len", |caller: Caller<'_, Streams>, h: i32| {
			caller.data().inputs[h as usize].len() as i64
		})?;
		linker.func_wrap(
			"tea1",
			"in_read",
			|mut caller: Caller<'_, Streams>, h: i32, off: i64, ptr: i32, cap: i32| {
				let (memory, streams) = memory(&mut caller).data_and_store_mut(&mut caller);
				let rest = streams.inputs[h as usize]
					.get(off as usize..)
					.unwrap_or(&[]);
				let count = rest.len().min(cap as usize);
				memory[ptr as usize..ptr as usize + count].copy_from_slice(&rest[..count]);
				count as i32
			},
		)?;
		linker.func_wrap(
			"tea1",
			"out_write",
			|mut caller: Caller<'_, Streams>, ptr: i32, len: i32| {
				let (memory, streams) = memory(&mut caller).data_and_store_mut(&mut caller);
				streams
					.output
					.extend_from_slice(&memory[ptr as usize..(ptr + len) as usize]);
				len
			},
		)?;
		linker.func_wrap("tea1", "fail", |_: i32, _: i32, _: i32| ())?;
		linker.func_wrap("tea1", "log", |_: i32, _: i32, _: i32| ())?;
		Ok(())
	}
	let mut linker = wasmtime::Linker::new(engine);
	define(&mut linker).expect("the names are different");
	linker
}

fn middle(mut times: Vec<Duration>) -> Duration {
	times.sort();
	times[times.len() / 2]
}

fn milliseconds(time: Duration) -> String {
	format!("{:.3}", time.as_secs_f64() * 1_000.0)
}

fn main() {
	// Before the others, whose memory would be used again.
	let memory = memory_of_a_run();
	println!(
		"| module | fuel | executor, ms | plain wasmi, ms | ratio | wasmtime, ms | load, ms | ns per fuel |"
	);
	println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
	for case in cases() {
		row(&case);
	}
	println!("\nMemory of a run beside the guest's own: {memory} KiB ({RUNS} runs at once)");
}

fn row(case: &Case) {
	let executor = Executor::new(Config::default());
	let load = middle(
		(0..9)
			.map(|_| {
				let clock = Instant::now();
				drop(Program::new(&case.code).expect("nothing is wrong with it"));
				clock.elapsed()
			})
			.collect(),
	);
	let program = executor.load(&case.code).expect("nothing is wrong with it");
	let streams = || Streams {
		inputs: std::iter::once(Vec::new())
			.chain(case.data.iter().cloned())
			.collect(),
		output: Vec::new(),
	};

	let engine = wasmi::Engine::new(&engine_config());
	let module = wasmi::Module::new(&engine, &case.code).expect("valid");
	let linker = plain_linker(&engine);
	let foreign_engine = wasmtime::Engine::default();
	let foreign_module = wasmtime::Module::new(&foreign_engine, &case.code).expect("valid");
	let foreign_linker = wasmtime_linker(&foreign_engine);

	let mut fuel = 0;
	let mut expected = Vec::new();
	let (mut ours, mut plain, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
	for round in 0..=ROUNDS {
		// The inputs are made before the clock starts.
		let jobs: Vec<_> = (0..case.batch)
			.map(|_| {
				let mut job = Job::new("", case.data.clone());
				job.limits = limits();
				job
			})
			.collect();
		let clock = Instant::now();
		for job in jobs {
			let outcome = executor
				.run(&program, job, &Cancel::new())
				.expect("no fault");
			assert_eq!(outcome.exit, Exit::Ok);
			fuel = outcome.fuel_used;
			expected = outcome.output.to_vec();
		}
		let our_time = clock.elapsed() / case.batch;

		let inputs: Vec<_> = (0..case.batch).map(|_| streams()).collect();
		let clock = Instant::now();
		for inputs in inputs {
			let mut store = wasmi::Store::new(&engine, inputs);
			store.set_fuel(limits().fuel).expect("fuel is on");
			let instance = linker
				.instantiate_and_start(&mut store, &module)
				.expect("links");
			let run = instance
				.get_typed_func::<(), i32>(&store, "tea_run")
				.expect("it is exported");
			assert_eq!(run.call(&mut store, ()).expect("no trap"), 0);
			assert_eq!(store.data().output, expected);
		}
		let plain_time = clock.elapsed() / case.batch;

		let inputs: Vec<_> = (0..case.batch).map(|_| streams()).collect();
		let clock = Instant::now();
		for inputs in inputs {
			let mut store = wasmtime::Store::new(&foreign_engine, inputs);
			let instance = foreign_linker
				.instantiate(&mut store, &foreign_module)
				.expect("links");
			let run = instance
				.get_typed_func::<(), i32>(&mut store, "tea_run")
				.expect("it is exported");
			assert_eq!(run.call(&mut store, ()).expect("no trap"), 0);
			assert_eq!(store.data().output, expected);
		}
		let foreign_time = clock.elapsed() / case.batch;
		// The first round translates.
		if round > 0 {
			ours.push(our_time);
			plain.push(plain_time);
			foreign.push(foreign_time);
		}
	}
	let (ours, plain, foreign) = (middle(ours), middle(plain), middle(foreign));
	let inner = fuel - program.facts().start_fuel;
	// Of a guest that does nothing there is no price.
	let price = if inner > 1_000 {
		format!("{:.2}", ours.as_nanos() as f64 / inner as f64)
	} else {
		"–".to_owned()
	};
	println!(
		"| {} | {fuel} | {} | {} | {:.3} | {} | {} | {price} |",
		case.name,
		milliseconds(ours),
		milliseconds(plain),
		ours.as_secs_f64() / plain.as_secs_f64(),
		milliseconds(foreign),
		milliseconds(load),
	);
}

/// What a run takes beside the memory of the guest, in KiB: many that wait at once, against none.
fn memory_of_a_run() -> u64 {
	let code = text("", "(loop $l (br $l)) i32.const 0");
	let executor = Executor::new(Config {
		memory_budget: 64 << 30,
		..Config::default()
	});
	let program = executor.load(&code).expect("nothing is wrong with it");
	let cancel = Cancel::new();
	let before = resident();
	let during = thread::scope(|scope| {
		for _ in 0..RUNS {
			scope.spawn(|| {
				let mut job = Job::default();
				job.limits.fuel = tea_executor::abi::MAX_FUEL;
				executor.run(&program, job, &cancel).map(drop)
			});
		}
		thread::sleep(Duration::from_millis(500));
		let during = resident();
		cancel.cancel();
		during
	});
	// Pages that the guest declares are its own.
	let own = RUNS * u64::from(program.facts().pages) * 65_536;
	during.saturating_sub(before).saturating_sub(own) / RUNS / 1_024
}

fn resident() -> u64 {
	let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
	let line = status
		.lines()
		.find_map(|line| line.strip_prefix("VmRSS:"))
		.unwrap_or("0 kB");
	line.trim()
		.trim_end_matches(" kB")
		.trim()
		.parse::<u64>()
		.unwrap_or(0)
		* 1_024
}

//! Every limit, and what happens at it.

mod support;

use std::{
	thread,
	time::{Duration, Instant},
};
use support::*;
use tea_executor::{
	Cancel, Config, Executor, Exit, Fault, Job, LimitKind, Limits, Program, TrapKind, abi,
};

fn job(change: impl FnOnce(&mut Limits)) -> Job {
	let mut job = Job::default();
	change(&mut job.limits);
	job
}

/// Fuel of a run that ends by itself.
fn fuel_of(code: &[u8]) -> u64 {
	let outcome = run(code, Job::default());
	assert_eq!(outcome.exit, Exit::Ok);
	outcome.fuel_used
}

const COUNT_TO: &str = r#"(local $n i32)
	(loop $again
		(local.set $n (i32.add (local.get $n) (i32.const 1)))
		(br_if $again (i32.lt_u (local.get $n) (i32.const 100000))))
	i32.const 0"#;

#[test]
fn fuel_is_enough_or_all_used() {
	let code = wat(COUNT_TO);
	let exact = fuel_of(&code);
	let enough = run(&code, job(|limits| limits.fuel = exact));
	assert_eq!((enough.exit, enough.fuel_used), (Exit::Ok, exact));
	for fuel in [0, 1, 20_000, exact / 2, exact - 1] {
		let short = run(&code, job(|limits| limits.fuel = fuel));
		assert_eq!(
			(short.exit, short.fuel_used),
			(Exit::OutOfFuel, fuel),
			"{fuel}"
		);
		assert!(short.output.is_empty());
	}
}

#[test]
fn the_start_is_paid() {
	let code = wat("i32.const 0");
	let facts = *Program::new(&code)
		.expect("nothing is wrong with it")
		.facts();
	assert_eq!(facts.start_fuel, abi::start_cost(code.len() as u64, 1));
	// Two functions with one constant each; entering a function is an operator too.
	assert_eq!(fuel_of(&code), facts.start_fuel + 4);
}

/// Attack G02.
#[test]
fn same_result_and_fuel_twice() {
	let code = guest("sha256");
	let data = || vec![(0..200_000u32).map(|n| (n * 31) as u8).collect::<Vec<u8>>()];
	let first = run(&code, Job::new("", data()));
	assert_eq!(first.exit, Exit::Ok);
	// Fresh and cached programs, whole runs and slices down to one unit, alone and beside others.
	let executor = executor();
	let mut runs = Vec::new();
	for _ in 0..2 {
		runs.push(executor.execute(&code, Job::new("", data()), &Cancel::new()));
	}
	for slice in [1, 1_000, 1_000_000] {
		let executor = Executor::new(Config {
			slice,
			..Config::default()
		});
		runs.push(executor.execute(&code, Job::new("", data()), &Cancel::new()));
	}
	thread::scope(|scope| {
		let threads: Vec<_> = (0..4)
			.map(|_| scope.spawn(|| executor.execute(&code, Job::new("", data()), &Cancel::new())))
			.collect();
		runs.extend(
			threads
				.into_iter()
				.map(|thread| thread.join().expect("no panic")),
		);
	});
	assert_eq!(runs.len(), 9);
	for outcome in runs {
		let outcome = outcome.expect("the machine is not at fault");
		assert_eq!(outcome.output, first.output);
		assert_eq!(
			(
				outcome.exit,
				outcome.fuel_used,
				outcome.peak_pages,
				outcome.host_calls
			),
			(
				first.exit,
				first.fuel_used,
				first.peak_pages,
				first.host_calls
			)
		);
	}
}

/// The same for runs that end badly: where a run ends must not depend on how it is cut.
#[test]
fn slices_do_not_move_the_end() {
	let grow = wat(
		"(drop (memory.grow (i32.const 100))) (drop (memory.grow (i32.const 1000))) i32.const 0",
	);
	let deep = wat_with("(func $f (call $f))", "(call $f) i32.const 0");
	let host = wat_with(
		r#"(import "tea1" "in_count" (func $count (result i32)))"#,
		"(loop $l (drop (call $count)) (br $l)) i32.const 0",
	);
	for (code, change) in [
		(&grow, (|_| ()) as fn(&mut Limits)),
		(&grow, |limits| limits.fuel = 100_000),
		(&deep, |_| ()),
		(&host, |_| ()),
		(&host, |limits| limits.fuel = 123_456),
	] {
		let whole = run(code, job(change));
		for slice in [1, 7, 500, 10_000] {
			let executor = Executor::new(Config {
				slice,
				..Config::default()
			});
			let cut = executor
				.execute(code, job(change), &Cancel::new())
				.expect("no fault");
			assert_eq!(
				(cut.exit, cut.fuel_used, cut.host_calls, cut.peak_pages),
				(
					whole.exit,
					whole.fuel_used,
					whole.host_calls,
					whole.peak_pages
				),
				"{slice}"
			);
		}
	}
}

#[test]
fn memory_grows_to_its_limit() {
	// Answers the number of pages that it got.
	let code = wat(
		"(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) memory.size",
	);
	let outcome = run(&code, job(|limits| limits.pages = 37));
	assert_eq!((outcome.exit, outcome.peak_pages), (Exit::Failed(37), 37));
}

#[test]
fn tables_grow_to_their_limit() {
	let code = wat_with(
		"(table $a 10 funcref) (table $b 20 externref)",
		"(loop $more (br_if $more (i32.ne (table.grow $a (ref.null func) (i32.const 1000)) (i32.const -1))))
		(loop $more (br_if $more (i32.ne (table.grow $b (ref.null extern) (i32.const 1)) (i32.const -1))))
		(i32.add (table.size $a) (table.size $b))",
	);
	assert_eq!(
		run(&code, Job::default()).exit,
		Exit::Failed(abi::MAX_TABLE_ELEMENTS as i32)
	);
}

const WRITE: &str = r#"(import "tea1" "out_write" (func $write (param i32 i32) (result i32)))"#;

#[test]
fn output_ends_at_its_limit() {
	let write = |bytes: u32| {
		wat_with(
			WRITE,
			&format!("(drop (call $write (i32.const 0) (i32.const {bytes}))) i32.const 0"),
		)
	};
	let within = run(&write(1_000), job(|limits| limits.output = 1_000));
	assert_eq!((within.exit, within.output.len()), (Exit::Ok, 1_000));
	let beyond = run(&write(1_001), job(|limits| limits.output = 1_000));
	assert_eq!(beyond.exit, Exit::LimitExceeded(LimitKind::Output));
	assert!(beyond.output.is_empty(), "half a result is none");
	// The guest sees the errno, and cannot make it undone.
	let code = wat_with(
		WRITE,
		"(drop (call $write (i32.const 0) (i32.const 600)))
		(if (i32.ne (call $write (i32.const 0) (i32.const 600)) (i32.const -22)) (then unreachable))
		(drop (call $write (i32.const 0) (i32.const 400)))
		i32.const 0",
	);
	let outcome = run(&code, job(|limits| limits.output = 1_000));
	assert_eq!(outcome.exit, Exit::LimitExceeded(LimitKind::Output));
}

#[test]
fn host_calls_end_at_their_limit() {
	let code = wat_with(
		r#"(import "tea1" "in_count" (func $count (result i32)))"#,
		"(drop (call $count)) (drop (call $count)) i32.const 0",
	);
	let within = run(&code, job(|limits| limits.host_calls = 2));
	assert_eq!((within.exit, within.host_calls), (Exit::Ok, 2));
	let beyond = run(&code, job(|limits| limits.host_calls = 1));
	assert_eq!(beyond.exit, Exit::LimitExceeded(LimitKind::HostCalls));
	assert_eq!(beyond.host_calls, 1);
}

#[test]
fn recursion_ends_as_a_trap() {
	let depth = |depth: u32| {
		wat_with(
			"(func $f (param i32) (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1))))))",
			&format!("(call $f (i32.const {depth})) i32.const 0"),
		)
	};
	assert_eq!(run(&depth(990), Job::default()).exit, Exit::Ok);
	assert_eq!(
		run(&depth(1_001), Job::default()).exit,
		Exit::Trap(TrapKind::StackOverflow)
	);
}

#[test]
fn each_trap_has_its_kind() {
	for (fields, body, kind) in [
		("", "unreachable", TrapKind::Unreachable),
		(
			"",
			"(i32.load (i32.const 65533))",
			TrapKind::MemoryOutOfBounds,
		),
		(
			"",
			"(memory.fill (i32.const 0) (i32.const 0) (i32.const 65537)) i32.const 0",
			TrapKind::MemoryOutOfBounds,
		),
		(
			"(table 1 funcref)",
			"(drop (table.get (i32.const 1))) i32.const 0",
			TrapKind::TableOutOfBounds,
		),
		(
			"(table 1 funcref)",
			"(call_indirect (i32.const 1)) i32.const 0",
			TrapKind::TableOutOfBounds,
		),
		(
			"(table 1 funcref)",
			"(call_indirect (i32.const 0)) i32.const 0",
			TrapKind::IndirectCallToNull,
		),
		(
			"(table funcref (elem $f)) (func $f (param i32))",
			"(call_indirect (i32.const 0)) i32.const 0",
			TrapKind::BadSignature,
		),
		(
			"",
			"(i32.div_s (i32.const 1) (i32.const 0))",
			TrapKind::DivisionByZero,
		),
		(
			"",
			"(i32.rem_u (i32.const 1) (i32.const 0))",
			TrapKind::DivisionByZero,
		),
		(
			"",
			"(i32.div_s (i32.const 0x80000000) (i32.const -1))",
			TrapKind::IntegerOverflow,
		),
		(
			"",
			"(i32.trunc_f64_s (f64.const nan))",
			TrapKind::BadConversion,
		),
		(
			"(data (memory 0) (i32.const 65530) \"0123456789\")",
			"i32.const 0",
			TrapKind::MemoryOutOfBounds,
		),
		(
			"(table $t 1 funcref) (elem (table $t) (i32.const 5) func $f) (func $f)",
			"i32.const 0",
			TrapKind::TableOutOfBounds,
		),
	] {
		let outcome = run(&wat_with(fields, body), Job::default());
		assert_eq!(outcome.exit, Exit::Trap(kind), "{fields} {body}");
		assert!(outcome.output.is_empty());
	}
}

#[test]
fn the_initializer_runs_once_on_the_same_fuel() {
	let code = assemble(
		r#"(module (memory (export "memory") 1)
			(global $n (mut i32) (i32.const 0))
			(func (export "_initialize") (global.set $n (i32.add (global.get $n) (i32.const 7))))
			(func (export "tea_abi") (result i32) i32.const 1)
			(func (export "tea_run") (result i32) global.get $n))"#,
	);
	let outcome = run(&code, Job::default());
	assert_eq!(outcome.exit, Exit::Failed(7));
	let without = abi::start_cost(code.len() as u64, 1);
	assert_eq!(outcome.fuel_used, without + 9);
}

#[test]
fn nothing_survives_between_runs() {
	let code = assemble(
		r#"(module (memory (export "memory") 1)
			(global $n (mut i32) (i32.const 0))
			(func (export "tea_abi") (result i32) i32.const 1)
			(func (export "tea_run") (result i32)
				(global.set $n (i32.add (global.get $n) (i32.const 1)))
				(i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1)))
				(i32.add (global.get $n) (i32.load (i32.const 8)))))"#,
	);
	let executor = executor();
	for _ in 0..3 {
		let outcome = executor
			.execute(&code, Job::default(), &Cancel::new())
			.expect("no fault");
		assert_eq!(outcome.exit, Exit::Failed(2));
	}
	assert_eq!(executor.cached_programs(), 1);
}

const FOR_EVER: &str = "(loop $l (br $l)) i32.const 0";

#[test]
fn a_run_can_be_cancelled() {
	let executor = executor();
	let cancel = Cancel::new();
	let job = job(|limits| limits.fuel = abi::MAX_FUEL);
	thread::scope(|scope| {
		let run = scope.spawn(|| executor.execute(&wat(FOR_EVER), job, &cancel));
		thread::sleep(Duration::from_millis(50));
		let clock = Instant::now();
		cancel.cancel();
		let fault = run
			.join()
			.expect("no panic")
			.expect_err("it never ends by itself");
		assert!(matches!(fault, Fault::Cancelled));
		assert!(
			clock.elapsed() < Duration::from_secs(5),
			"{:?}",
			clock.elapsed()
		);
	});
	assert_eq!(executor.free_memory(), executor.config().memory_budget);
}

#[test]
fn a_cancelled_run_does_not_start() {
	let cancel = Cancel::new();
	cancel.cancel();
	let result = executor().execute(&wat("i32.const 0"), Job::default(), &cancel);
	assert!(matches!(result, Err(Fault::Cancelled)));
}

#[test]
fn the_clock_is_not_the_guests_fault() {
	let executor = Executor::new(Config {
		wall_base: Duration::from_millis(20),
		wall_nanos_per_fuel: 0,
		slice: 1_000_000,
		..Config::default()
	});
	let job = job(|limits| limits.fuel = abi::MAX_FUEL);
	let fault = executor
		.execute(&wat(FOR_EVER), job, &Cancel::new())
		.expect_err("too slow");
	assert!(matches!(fault, Fault::Deadline { .. }), "{fault}");
}

#[test]
fn memory_is_set_aside_before_the_start() {
	let needed = Executor::needed_memory(&Job::default());
	let executor = Executor::new(Config {
		memory_budget: needed + needed / 2,
		..Config::default()
	});
	let cancel = Cancel::new();
	thread::scope(|scope| {
		let long = job(|limits| limits.fuel = abi::MAX_FUEL);
		let first = scope.spawn(|| executor.execute(&wat(FOR_EVER), long, &cancel));
		while executor.free_memory() == executor.config().memory_budget {
			thread::yield_now();
		}
		let second = executor.execute(&wat("i32.const 0"), Job::default(), &Cancel::new());
		match second {
			Err(Fault::NoRoom {
				needed: asked,
				free,
			}) => {
				assert_eq!((asked, free), (needed, needed / 2));
			}
			other => panic!("{other:?}"),
		}
		cancel.cancel();
		assert!(first.join().expect("no panic").is_err());
	});
	let after = executor.execute(&wat("i32.const 0"), Job::default(), &Cancel::new());
	assert_eq!(after.expect("there is room again").exit, Exit::Ok);
}

#[test]
fn errands_above_the_ceiling_are_refused() {
	let result = try_run(
		&wat("i32.const 0"),
		job(|limits| limits.fuel = abi::MAX_FUEL + 1),
	);
	assert!(matches!(
		result,
		Err(Fault::AboveCeiling { what: "fuel", .. })
	));
}

#[test]
fn programs_are_forgotten_in_the_order_of_their_use() {
	let executor = Executor::new(Config {
		cached_programs: 2,
		..Config::default()
	});
	let code = |n: u32| wat(&format!("i32.const {n}"));
	let first = executor.load(&code(1)).expect("good");
	executor.load(&code(2)).expect("good");
	assert!(std::sync::Arc::ptr_eq(
		&first,
		&executor.load(&code(1)).expect("good")
	));
	executor.load(&code(3)).expect("good");
	assert_eq!(executor.cached_programs(), 2);
	assert!(
		std::sync::Arc::ptr_eq(&first, &executor.load(&code(1)).expect("good")),
		"used last"
	);
	assert!(executor.forget(first.hash()));
	assert!(!executor.forget(first.hash()));
	assert_eq!(executor.cached_programs(), 1);
	let tiny = Executor::new(Config {
		cached_bytes: 10,
		..Config::default()
	});
	tiny.load(&code(1)).expect("good");
	assert_eq!(tiny.cached_programs(), 0, "too large to be kept");
}

/// One number for all machines and profiles. It changes with the price list only, and then the engine has another id.
#[test]
fn fuel_is_the_same_in_every_build() {
	let code = wat_with(
		"(table 2 funcref) (elem (i32.const 0) $f $f) (global $g (mut f64) (f64.const 1)) (func $f (param i64) (result i64)
			(global.set $g (f64.sqrt (f64.add (global.get $g) (f64.convert_i64_u (local.get 0)))))
			(i64.extend_i32_u (i32.popcnt (i32.wrap_i64 (i64.div_u (local.get 0) (i64.const 3))))))",
		"(local $n i64)
		(loop $again
			(i64.store (i32.wrap_i64 (local.get $n)) (call $f (local.get $n)))
			(memory.copy (i32.const 40000) (i32.const 0) (i32.const 1000))
			(local.set $n (i64.add (local.get $n) (i64.const 1)))
			(br_if $again (i64.lt_u (local.get $n) (i64.const 1000))))
		(drop (memory.grow (i32.const 2)))
		i32.const 0",
	);
	assert_eq!(fuel_of(&code), 71_218);
}

/// An engine that dispatches by tail calls leaves a frame behind wherever the compiler makes an ordinary call instead; a
/// loop of such an operator then ends the process. Each of these loops would need megabytes for it.
#[test]
fn loops_do_not_grow_the_native_stack() {
	let fields = r#"
		(import "tea1" "in_count" (func $count (result i32)))
		(import "tea1" "log" (func $log (param i32 i32 i32)))
		(type $t (func))
		(table $a 4 funcref) (table $b 4 funcref) (table $e 4 externref)
		(elem $seg func $f $f) (data $bytes "0123456789")
		(global $g (mut i64) (i64.const 0))
		(func $f)"#;
	for step in [
		"(drop (memory.grow (i32.const 0)))",
		"(drop (memory.grow (i32.const 70000)))",
		"(drop (memory.size))",
		"(memory.copy (i32.const 0) (i32.const 8) (i32.const 1))",
		"(memory.fill (i32.const 0) (i32.const 8) (i32.const 1))",
		"(memory.init $bytes (i32.const 0) (i32.const 0) (i32.const 1))",
		"(data.drop $bytes)",
		"(drop (table.grow $a (ref.null func) (i32.const 0)))",
		"(drop (table.grow $e (ref.null extern) (i32.const -1)))",
		"(drop (table.size $a))",
		"(table.fill $a (i32.const 0) (ref.func $f) (i32.const 1))",
		"(table.copy $a $b (i32.const 0) (i32.const 0) (i32.const 1))",
		"(table.init $a $seg (i32.const 0) (i32.const 0) (i32.const 1))",
		"(elem.drop $seg)",
		"(table.set $a (i32.const 0) (table.get $b (i32.const 0)))",
		"(table.set $a (i32.const 0) (ref.func $f)) (call_indirect $a (type $t) (i32.const 0))",
		"(call $f)",
		"(drop (call $count))",
		"(call $log (i32.const 0) (i32.const 0) (i32.const 0))",
		"(global.set $g (i64.rem_u (i64.const 7) (i64.add (global.get $g) (i64.const 1))))",
		"(i64.store (i32.const 0) (i64.trunc_sat_f64_s (f64.sqrt (f64.nearest (f64.const 7.5)))))",
	] {
		let code = wat_with(
			fields,
			&format!(
				"(local $n i32)
				(loop $again {step}
					(local.set $n (i32.add (local.get $n) (i32.const 1)))
					(br_if $again (i32.lt_u (local.get $n) (i32.const 100000))))
				i32.const 0"
			),
		);
		let run = thread::Builder::new()
			.stack_size(512 << 10)
			.spawn(move || run(&code, Job::default()));
		let outcome = run.expect("a thread").join().expect("no panic");
		assert_eq!(outcome.exit, Exit::Ok, "{step}");
	}
}

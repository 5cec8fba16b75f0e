//! Every import: what it does, what it refuses, and pointers at the edge of the memory.

mod support;

use support::*;
use tea_executor::{
	Cancel, Capability, Exit, Ipfs, Job, Manifest, Outcome, Rand, Secret, Time, TrapKind, abi,
	package::{CapabilityBudget, CapabilityNeed},
};

const IMPORTS: &str = r#"
	(import "tea1" "in_count" (func $in_count (result i32)))
	(import "tea1" "in_len" (func $in_len (param i32) (result i64)))
	(import "tea1" "in_read" (func $in_read (param i32 i64 i32 i32) (result i32)))
	(import "tea1" "out_write" (func $out_write (param i32 i32) (result i32)))
	(import "tea1" "fail" (func $fail (param i32 i32 i32)))
	(import "tea1" "log" (func $log (param i32 i32 i32)))
"#;

const CAPABILITY_IMPORTS: &str = r#"
	(import "tea1" "cap_call" (func $cap_call (param i32 i32 i32 i32) (result i64)))
	(import "tea1" "res_len" (func $res_len (param i64) (result i64)))
	(import "tea1" "res_read" (func $res_read (param i64 i64 i32 i32) (result i32)))
	(import "tea1" "res_drop" (func $res_drop (param i64)))
"#;

/// Runs a body that answers a number, over the params `par` and the data `0123456789`.
fn answer(body: &str) -> Outcome {
	run(
		&wat_with(IMPORTS, body),
		Job::new("par", [b"0123456789".to_vec()]),
	)
}

/// The number that an expression of type i32 gives.
fn value(expression: &str) -> i32 {
	match answer(expression).exit {
		Exit::Ok => 0,
		Exit::Failed(number) => number,
		other => panic!("{expression}: {other:?}"),
	}
}

#[test]
fn streams_are_counted_and_measured() {
	assert_eq!(value("(call $in_count)"), 2);
	assert_eq!(value("(i32.wrap_i64 (call $in_len (i32.const 0)))"), 3);
	assert_eq!(value("(i32.wrap_i64 (call $in_len (i32.const 1)))"), 10);
	for handle in [2, -1, i32::MIN] {
		assert_eq!(
			value(&format!(
				"(i32.wrap_i64 (call $in_len (i32.const {handle})))"
			)),
			-8
		);
	}
}

#[test]
fn reads_are_short_only_at_the_end() {
	let read = |h: i32, off: i64, ptr: u32, cap: u32| {
		value(&format!(
			"(call $in_read (i32.const {h}) (i64.const {off}) (i32.const {ptr}) (i32.const {cap}))"
		))
	};
	assert_eq!(read(1, 0, 0, 10), 10);
	assert_eq!(read(1, 0, 0, 4), 4);
	assert_eq!(read(1, 7, 0, 4), 3);
	assert_eq!(read(1, 10, 0, 4), 0);
	assert_eq!(read(1, i64::MAX, 0, 4), 0);
	assert_eq!(read(1, 0, 65_536, 0), 0);
	assert_eq!(read(1, 0, 65_535, 1), 1);
	assert_eq!(read(1, -1, 0, 4), -28);
	assert_eq!(read(1, 0, 0, 1 << 31), -28);
	assert_eq!(read(2, 0, 0, 4), -8);
	let outcome = answer(
		"(drop (call $in_read (i32.const 1) (i64.const 2) (i32.const 100) (i32.const 5)))
		(drop (call $out_write (i32.const 99) (i32.const 7)))
		i32.const 0",
	);
	assert_eq!(
		&outcome.output[..],
		b"\x0023456\0",
		"nothing beside the range was touched"
	);
}

#[test]
fn ranges_out_of_bounds_are_traps() {
	for body in [
		"(call $in_read (i32.const 1) (i64.const 0) (i32.const 65527) (i32.const 10))",
		"(call $in_read (i32.const 1) (i64.const 0) (i32.const -1) (i32.const 1))",
		"(call $in_read (i32.const 1) (i64.const 0) (i32.const 65537) (i32.const 0))",
		"(call $in_read (i32.const 1) (i64.const 50) (i32.const 65536) (i32.const 1))",
		"(call $in_read (i32.const 1) (i64.const 0) (i32.const 1) (i32.const 0x7fffffff))",
		"(call $out_write (i32.const 65530) (i32.const 7))",
		"(call $out_write (i32.const -4) (i32.const 8))",
		"(call $out_write (i32.const 0) (i32.const -1))",
		"(call $fail (i32.const 1) (i32.const 65536) (i32.const 1)) i32.const 0",
		"(call $fail (i32.const 1) (i32.const 0) (i32.const -1)) i32.const 0",
		"(call $log (i32.const 1) (i32.const 65536) (i32.const 1)) i32.const 0",
		"(call $log (i32.const 1) (i32.const -1) (i32.const -1)) i32.const 0",
	] {
		assert_eq!(
			answer(body).exit,
			Exit::Trap(TrapKind::BadPointer),
			"{body}"
		);
	}
	// The last byte of the memory is still in it.
	assert_eq!(
		value("(call $out_write (i32.const 65529) (i32.const 7))"),
		7
	);
}

#[test]
fn bytes_are_paid_as_asked_for() {
	let fuel = |body: &str| answer(body).fuel_used;
	let read = |cap: u32| {
		let body = format!(
			"(drop (call $in_read (i32.const 1) (i64.const 0) (i32.const 0) (i32.const {cap}))) i32.const 0"
		);
		// The constant takes more bytes of code the larger it is.
		fuel(&body) - abi::FUEL_PER_CODE_BYTE * wat_with(IMPORTS, &body).len() as u64
	};
	let none = read(0);
	assert_eq!(read(1), none + 1);
	assert_eq!(read(64), none + 1);
	assert_eq!(read(65), none + 2);
	assert_eq!(read(6_400), none + 100);
	// Asking for too much is paid too: 2³¹ bytes are 33 554 432 units.
	let large =
		answer("(call $in_read (i32.const 1) (i64.const 0) (i32.const 0) (i32.const 0x80000000))");
	assert!(large.fuel_used > 33_554_432);
	let mut job = Job::new("", [vec![1]]);
	job.limits.fuel = 1_000_000;
	let code = wat_with(IMPORTS, "(call $out_write (i32.const 0) (i32.const -1))");
	assert_eq!(
		run(&code, job).exit,
		Exit::OutOfFuel,
		"before the range is looked at"
	);
}

#[test]
fn the_first_failure_counts() {
	let data = r#"(data (i32.const 0) "first, second")"#;
	let fields = format!("{IMPORTS} (memory (export \"memory\") 1) {data}");
	let guest = |body: &str| {
		assemble(&format!(
			r#"(module {fields} (func (export "tea_abi") (result i32) i32.const 1)
				(func (export "tea_run") (result i32) {body}))"#
		))
	};
	let outcome = run(
		&guest(
			"(call $fail (i32.const 5) (i32.const 0) (i32.const 5))
			(call $fail (i32.const 6) (i32.const 7) (i32.const 6))
			(drop (call $out_write (i32.const 0) (i32.const 4)))
			i32.const 0",
		),
		Job::default(),
	);
	assert_eq!(
		(outcome.exit, outcome.message.as_str()),
		(Exit::Failed(5), "first")
	);
	assert!(outcome.output.is_empty());
	for code in [0, -7] {
		let outcome = run(
			&guest(&format!(
				"(call $fail (i32.const {code}) (i32.const 0) (i32.const 5)) i32.const 9"
			)),
			Job::default(),
		);
		assert_eq!(outcome.exit, Exit::Failed(1));
	}
	let outcome = run(
		&guest("(call $fail (i32.const 3) (i32.const 0) (i32.const 5000)) i32.const 0"),
		Job::default(),
	);
	assert_eq!(outcome.message.len(), abi::MAX_LINE_BYTES);
	// A trap after it is a panic that was explained; another trap is not.
	let outcome = run(
		&guest("(call $fail (i32.const 3) (i32.const 0) (i32.const 5)) unreachable"),
		Job::default(),
	);
	assert_eq!(outcome.exit, Exit::Failed(3));
	let outcome = run(
		&guest("(call $fail (i32.const 3) (i32.const 0) (i32.const 5)) (i32.load (i32.const -1))"),
		Job::default(),
	);
	assert_eq!(outcome.exit, Exit::Trap(TrapKind::MemoryOutOfBounds));
}

#[test]
fn the_log_is_cut() {
	let outcome = answer(
		"(local $n i32)
		(call $log (i32.const 2) (i32.const 0) (i32.const 3))
		(call $log (i32.const -3) (i32.const 0) (i32.const 0))
		(call $log (i32.const 99) (i32.const 0) (i32.const 2000))
		(loop $again
			(call $log (i32.const 4) (i32.const 0) (i32.const 1000))
			(local.set $n (i32.add (local.get $n) (i32.const 1)))
			(br_if $again (i32.lt_u (local.get $n) (i32.const 1000))))
		i32.const 0",
	);
	assert_eq!(outcome.exit, Exit::Ok);
	let levels: Vec<_> = outcome
		.logs
		.iter()
		.take(4)
		.map(|line| (line.level, line.text.len()))
		.collect();
	assert_eq!(levels, [(2, 3), (0, 0), (4, 1_024), (4, 1_000)]);
	let bytes: usize = outcome.logs.iter().map(|line| line.text.len()).sum();
	assert!(
		bytes <= abi::MAX_LOG_BYTES && bytes > abi::MAX_LOG_BYTES - 2_000,
		"{bytes}"
	);
	assert_eq!(
		outcome.host_calls, 1_003,
		"dropped lines are calls like others"
	);
}

fn need(n: &str, calls: u32, bytes: u64) -> CapabilityNeed {
	CapabilityNeed {
		n: n.into(),
		ops: vec![0],
		max: CapabilityBudget { calls, bytes },
	}
}

fn with_capabilities(
	caps: Vec<CapabilityNeed>,
	grants: Vec<Box<dyn Capability>>,
	body: &str,
) -> Outcome {
	let wasm = wat_with(&format!("{IMPORTS}{CAPABILITY_IMPORTS}"), body);
	let manifest = Manifest {
		caps,
		..Manifest::default()
	};
	let object = manifest.package(&wasm).expect("the manifest is right");
	let mut job = Job::new("", []);
	job.grants = grants;
	executor()
		.execute(&object, job, &Cancel::new())
		.expect("the machine is not at fault")
}

#[test]
fn a_capability_answers() {
	let outcome = with_capabilities(
		vec![need("rand", 1, 64), need("time", 2, 16)],
		vec![Box::new(Time::new(0x0102_0304)), Box::new(Rand::new(&[1; 32], b"e", &[2; 32]))],
		"(local $r i64)
		(local.set $r (call $cap_call (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
		(if (i64.ne (call $res_len (local.get $r)) (i64.const 8)) (then unreachable))
		(if (i32.ne (call $res_read (local.get $r) (i64.const 0) (i32.const 64) (i32.const 99)) (i32.const 8)) (then unreachable))
		(call $res_drop (local.get $r))
		(call $res_drop (local.get $r))
		(if (i64.ne (call $res_len (local.get $r)) (i64.const -8)) (then unreachable))
		(if (i32.ne (call $res_read (local.get $r) (i64.const 0) (i32.const 64) (i32.const 1)) (i32.const -8)) (then unreachable))
		(drop (call $out_write (i32.const 64) (i32.const 8)))
		;; the next handle is another one
		(i32.store (i32.const 0) (i32.const 16))
		(if (i64.ne (call $cap_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4)) (i64.const 2)) (then unreachable))
		(drop (call $res_read (i64.const 2) (i64.const 0) (i32.const 64) (i32.const 16)))
		(drop (call $out_write (i32.const 64) (i32.const 16)))
		i32.const 0",
	);
	assert_eq!(outcome.exit, Exit::Ok);
	assert_eq!(outcome.output[..8], [4, 3, 2, 1, 0, 0, 0, 0]);
	let mut rand = Rand::new(&[1; 32], b"e", &[2; 32]);
	let expected = rand
		.call(0, &16u32.to_le_bytes())
		.expect("within its limits");
	match expected {
		tea_executor::Answer::Made(bytes) => assert_eq!(outcome.output[8..], bytes[..]),
		other => panic!("{other:?}"),
	}
}

/// What one `cap_call` answers.
fn called(
	caps: Vec<CapabilityNeed>,
	grants: Vec<Box<dyn Capability>>,
	cap: i32,
	op: i32,
	len: i32,
) -> Exit {
	with_capabilities(
		caps,
		grants,
		&format!(
			"(i32.wrap_i64 (call $cap_call (i32.const {cap}) (i32.const {op}) (i32.const 0) (i32.const {len})))"
		),
	)
	.exit
}

#[test]
fn capabilities_are_refused_by_name_of_the_reason() {
	let time = || -> Vec<Box<dyn Capability>> { vec![Box::new(Time::new(5))] };
	let caps = || vec![need("time", 5, 1_000)];
	assert_eq!(
		called(caps(), time(), 0, 0, 0),
		Exit::Failed(1),
		"the first handle"
	);
	assert_eq!(
		called(caps(), time(), 1, 0, 0),
		Exit::Failed(-8),
		"no such place"
	);
	assert_eq!(
		called(caps(), time(), -1, 0, 0),
		Exit::Failed(-8),
		"no such place"
	);
	assert_eq!(
		called(caps(), time(), 0, 7, 0),
		Exit::Failed(-52),
		"no such operation"
	);
	assert_eq!(
		called(caps(), Vec::new(), 0, 0, 0),
		Exit::Failed(-2),
		"not granted"
	);
	let rand: Vec<Box<dyn Capability>> = vec![Box::new(Rand::new(&[0; 32], b"", &[0; 32]))];
	assert_eq!(
		called(caps(), rand, 0, 0, 0),
		Exit::Failed(-2),
		"something else was granted"
	);
	assert_eq!(
		called(caps(), time(), 0, 0, 4_097),
		Exit::Failed(-1),
		"request too large"
	);
	assert_eq!(
		called(caps(), time(), 0, 0, 4),
		Exit::Failed(-28),
		"malformed request"
	);
	assert_eq!(
		called(vec![need("time", 0, 1_000)], time(), 0, 0, 0),
		Exit::Failed(-19),
		"no call left"
	);
	assert_eq!(
		called(vec![need("time", 1, 7)], time(), 0, 0, 0),
		Exit::Failed(-19),
		"no byte left"
	);
	assert_eq!(
		called(caps(), time(), 0, 0, -1),
		Exit::Trap(TrapKind::BadPointer),
		"a range out of bounds is no errno"
	);
}

#[test]
fn sixty_four_answers_are_alive_at_most() {
	let outcome = with_capabilities(
		vec![need("time", 1_000, 100_000)],
		vec![Box::new(Time::new(5))],
		"(local $n i32) (local $r i64)
		(loop $again
			(local.set $r (call $cap_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
			(local.set $n (i32.add (local.get $n) (i32.const 1)))
			(br_if $again (i64.gt_s (local.get $r) (i64.const 0))))
		(if (i64.ne (local.get $r) (i64.const -41)) (then unreachable))
		(call $res_drop (i64.const 30))
		(if (i64.ne (call $cap_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i64.const 65)) (then unreachable))
		local.get $n",
	);
	assert_eq!(outcome.exit, Exit::Failed(65));
}

#[test]
fn blocks_of_the_closure_are_read() {
	let block = b"a block of the closure".to_vec();
	let digest = {
		use sha2::Digest;
		sha2::Sha256::digest(&block)
	};
	let cid = [&[1, 0x55, 0x12, 0x20][..], &digest[..]].concat();
	let bytes: String = cid.iter().map(|byte| format!("\\{byte:02x}")).collect();
	let wasm = assemble(&format!(
		r#"(module {IMPORTS}{CAPABILITY_IMPORTS}
			(memory (export "memory") 1)
			(data (i32.const 0) "{bytes}")
			(func (export "tea_abi") (result i32) i32.const 1)
			(func (export "tea_run") (result i32)
				(local $r i64)
				(local.set $r (call $cap_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 36)))
				(if (i64.lt_s (local.get $r) (i64.const 0)) (then (return (i32.wrap_i64 (local.get $r)))))
				(drop (call $out_write (i32.const 1000)
					(call $res_read (local.get $r) (i64.const 2) (i32.const 1000) (i32.const 5))))
				i32.const 0))"#
	));
	let manifest = Manifest {
		caps: vec![need("ipfs", 5, 1_000)],
		..Manifest::default()
	};
	let object = manifest.package(&wasm).expect("the manifest is right");
	let job = |blocks: Vec<(Vec<u8>, Secret)>| {
		let mut job = Job::default();
		job.grants
			.push(Box::new(Ipfs::new(blocks).expect("hashes are right")));
		job
	};
	let outcome = run(&object, job(vec![(cid, Secret::new(block))]));
	assert_eq!(
		(outcome.exit, &outcome.output[..]),
		(Exit::Ok, &b"block"[..])
	);
	assert_eq!(
		run(&object, job(Vec::new())).exit,
		Exit::Failed(-2),
		"outside of the closure"
	);
}

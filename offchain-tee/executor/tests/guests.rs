//! The example guests, in the executor.

mod support;

use std::time::{Duration, Instant};
use support::*;
use tea_executor::{Cancel, Exit, Job, LimitKind, Limits, TrapKind};

#[test]
fn words_are_counted() {
	let outcome = run(
		&guest("word-count"),
		Job::new("", [b" one  two\n".to_vec(), b"three".to_vec()]),
	);
	assert_eq!((outcome.exit, &outcome.output[..]), (Exit::Ok, &b"3\n"[..]));
}

#[test]
fn sha256_is_right() {
	let large = vec![b'a'; 1_000_000];
	let outcome = run(
		&guest("sha256"),
		Job::new("", [b"abc".to_vec(), Vec::new(), large]),
	);
	assert_eq!(outcome.exit, Exit::Ok);
	assert_eq!(
		String::from_utf8_lossy(&outcome.output),
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n\
		e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
		cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0\n"
	);
}

#[test]
fn c_without_a_library_works() {
	let outcome = run(&guest("bytes-c"), Job::new("", [b"abca".to_vec()]));
	assert_eq!(outcome.exit, Exit::Ok);
	let count = |byte: u8| outcome.output[4 * usize::from(byte)];
	assert_eq!(
		(outcome.output.len(), count(b'a'), count(b'b'), count(b'z')),
		(1_024, 2, 1, 0)
	);
	let outcome = run(&guest("bytes-c"), Job::default());
	assert_eq!(
		(outcome.exit, outcome.message.as_str()),
		(Exit::Failed(1), "give it one data input")
	);
}

/// Attack G03: whatever a guest does, it is the guest's fault, ends, and leaves the executor as it was.
#[test]
fn guest_bombs_are_guest_faults() {
	let code = guest("hostile");
	let executor = executor();
	for (trick, expected) in [
		("loop", Exit::OutOfFuel),
		("memory", Exit::Failed(12)),
		("recursion", Exit::Trap(TrapKind::StackOverflow)),
		("output", Exit::LimitExceeded(LimitKind::Output)),
		("host-calls", Exit::LimitExceeded(LimitKind::HostCalls)),
		("log", Exit::Ok),
		("panic", Exit::Failed(101)),
		("trap", Exit::Trap(TrapKind::Unreachable)),
		("fail", Exit::Failed(42)),
		("something else", Exit::Failed(2)),
	] {
		let mut job = Job::new(trick, []);
		job.limits = Limits {
			fuel: 400_000_000,
			..Limits::default()
		};
		let clock = Instant::now();
		let outcome = executor
			.execute(&code, job, &Cancel::new())
			.expect("never a fault of the machine");
		assert_eq!(outcome.exit, expected, "{trick}: {:?}", outcome.message);
		assert!(outcome.fuel_used <= 400_000_000, "{trick}");
		assert!(outcome.peak_pages <= 1_024, "{trick}");
		assert!(outcome.output.is_empty(), "{trick}");
		assert!(
			clock.elapsed() < Duration::from_secs(20),
			"{trick}: {:?}",
			clock.elapsed()
		);
		match trick {
			"panic" => assert!(outcome.message.contains("on purpose")),
			"fail" => assert_eq!(outcome.message.as_str(), "as asked"),
			_ => (),
		}
		assert_eq!(executor.free_memory(), executor.config().memory_budget);
		let after = executor
			.execute(
				&guest("word-count"),
				Job::new("", [b"still here".to_vec()]),
				&Cancel::new(),
			)
			.expect("no fault");
		assert_eq!(&after.output[..], b"2\n");
	}
}

#[test]
fn a_failure_is_told_to_the_client() {
	let outcome = run(&guest("hostile"), Job::new("fail", []));
	let (fuel, pages) = (outcome.fuel_used, outcome.peak_pages);
	let report = outcome.into_result();
	let report: std::collections::BTreeMap<String, ipld_core::ipld::Ipld> =
		serde_ipld_dagcbor::from_slice(&report).expect("a map of dag-cbor");
	assert_eq!(report["exit"], 1i128.into());
	assert_eq!(report["code"], 42i128.into());
	assert_eq!(report["msg"], "as asked".to_owned().into());
	assert_eq!(report["fuel"], i128::from(fuel).into());
	assert_eq!(report["pages"], i128::from(pages).into());
}

//! Nothing of a run is left in the memory of the process (R-143).
//!
//! What the executor owns it wipes itself. What the engine frees, a memory that grew, stacks, translated code, is wiped
//! by the allocator, as in the module; here by one of the same kind.

#![cfg(target_os = "linux")]

mod support;

use std::{
	alloc::{GlobalAlloc, Layout, System},
	fs::File,
	io::{Read, Seek, SeekFrom},
};
use support::*;
use tea_executor::{Cancel, Executor, Exit, Job};

struct Wiping;

// SAFETY: the system's allocator, with the block overwritten before it goes back.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Wiping {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		// SAFETY: as of the caller.
		unsafe { System.alloc(layout) }
	}

	unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
		// SAFETY: the block belongs to the caller until the end of this call.
		unsafe {
			block.write_bytes(0, layout.size());
			std::hint::black_box(block);
			System.dealloc(block, layout);
		}
	}
}

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

const MASK: u8 = 0x5b;

/// 48 bytes that stand in the program only behind a mask.
fn masked() -> [u8; 48] {
	std::array::from_fn(|n| (n as u8).wrapping_mul(37).wrapping_add(113) ^ MASK)
}

/// How often the secret stands in the writable memory of this process.
fn found() -> usize {
	let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has it");
	let mut memory = File::open("/proc/self/mem").expect("Linux has it");
	let needle = masked();
	let mut count = 0;
	for line in maps.lines().filter(|line| line.contains(" rw")) {
		let (start, rest) = line.split_once('-').expect("a range");
		let end = rest.split(' ').next().expect("an end");
		let (Ok(start), Ok(end)) = (u64::from_str_radix(start, 16), u64::from_str_radix(end, 16))
		else {
			continue;
		};
		let mut chunk = vec![0; 1 << 20];
		let mut at = start;
		while at < end {
			let size = chunk.len().min((end - at) as usize);
			if memory.seek(SeekFrom::Start(at)).is_err()
				|| memory.read_exact(&mut chunk[..size]).is_err()
			{
				break;
			}
			count += chunk[..size]
				.windows(needle.len())
				.filter(|window| {
					window
						.iter()
						.zip(&needle)
						.all(|(byte, masked)| byte ^ MASK == *masked)
				})
				.count();
			if size < chunk.len() {
				break;
			}
			// With an overlap, so that no copy hides on the border.
			at += (size - needle.len()) as u64;
		}
	}
	count
}

fn secret() -> Vec<u8> {
	let mut input = Vec::with_capacity(4_096);
	input.extend((0..1_000u32).map(|n| n as u8));
	input.extend(masked().iter().map(|byte| byte ^ MASK));
	input
}

const IMPORTS: &str = r#"
	(import "tea1" "in_read" (func $in_read (param i32 i64 i32 i32) (result i32)))
	(import "tea1" "out_write" (func $out_write (param i32 i32) (result i32)))
	(import "tea1" "log" (func $log (param i32 i32 i32)))
	(import "tea1" "fail" (func $fail (param i32 i32 i32)))
"#;

/// Reads the secret, and spreads it over everything that there is.
fn spread(end: &str) -> Vec<u8> {
	wat_with(
		IMPORTS,
		&format!(
			"(local $n i32)
			(drop (call $in_read (i32.const 1) (i64.const 0) (i32.const 100) (i32.const 2000)))
			(loop $again
				(drop (memory.grow (i32.const 3)))
				(memory.copy (i32.shl (memory.size) (i32.const 15)) (i32.const 100) (i32.const 2000))
				(drop (call $out_write (i32.const 100) (i32.const 1048)))
				(call $log (i32.const 0) (i32.const 1100) (i32.const 48))
				(local.set $n (i32.add (local.get $n) (i32.const 1)))
				(br_if $again (i32.lt_u (local.get $n) (i32.const 20))))
			{end}"
		),
	)
}

#[test]
fn nothing_is_left() {
	let held = secret();
	assert!(found() >= 1, "the search finds what is there");
	drop(held);
	assert_eq!(found(), 0, "before");
	let executor = executor();
	for (end, exit) in [
		("i32.const 0", Some(Exit::Ok)),
		("unreachable", None),
		(
			"(call $fail (i32.const 3) (i32.const 1100) (i32.const 48)) i32.const 0",
			Some(Exit::Failed(3)),
		),
		("(loop $l (br $l)) i32.const 0", Some(Exit::OutOfFuel)),
	] {
		let mut job = Job::new(secret(), [secret()]);
		job.limits.fuel = 10_000_000;
		let outcome = executor
			.execute(&spread(end), job, &Cancel::new())
			.expect("no fault");
		if let Some(exit) = exit {
			assert_eq!(outcome.exit, exit);
		}
		if outcome.exit.is_ok() {
			assert!(found() >= 20, "the output is there");
		}
		drop(outcome.into_result());
		assert_eq!(found(), 0, "{end}");
	}
	// A run that is given up in the middle.
	let cancel = Cancel::new();
	let code = spread("(loop $l (br $l)) i32.const 0");
	std::thread::scope(|scope| {
		let mut job = Job::new(secret(), [secret()]);
		job.limits.fuel = tea_executor::abi::MAX_FUEL;
		let run = scope.spawn(|| executor.execute(&code, job, &cancel).map(drop));
		std::thread::sleep(std::time::Duration::from_millis(100));
		cancel.cancel();
		assert!(run.join().expect("no panic").is_err());
	});
	assert_eq!(found(), 0, "cancelled");
	private_code_goes_with_its_pin(&executor);
}

fn private_code_goes_with_its_pin(executor: &Executor) {
	let code = || {
		let bytes: String = masked()
			.iter()
			.map(|byte| format!("\\{:02x}", byte ^ MASK))
			.collect();
		assemble(&format!(
			r#"(module (memory (export "memory") 1) (data (i32.const 0) "{bytes}")
				(func (export "tea_abi") (result i32) i32.const 1)
				(func (export "tea_run") (result i32) i32.const 0))"#
		))
	};
	let program = executor.load(&code()).expect("nothing is wrong with it");
	let outcome = executor
		.run(&program, Job::default(), &Cancel::new())
		.expect("no fault");
	assert_eq!(outcome.exit, Exit::Ok);
	assert!(found() >= 1, "the program is kept");
	assert!(executor.forget(program.hash()));
	drop(program);
	assert_eq!(found(), 0, "after the pin");
}

//! What a guest can do to the module that runs it, one trick for each value of the parameters. Every one of them must end
//! as an outcome of the guest and leave the module as it was.

use std::hint::black_box;
use tea_guest::{Failure, Io, Level, Result};

/// Never ends.
fn spin() -> Result<()> {
	let mut n = 0u64;
	loop {
		n = black_box(n)
			.wrapping_mul(6_364_136_223_846_793_005)
			.wrapping_add(1);
	}
}

/// Takes memory until there is none, and touches all of it.
fn memory() -> Result<()> {
	let mut kept = Vec::new();
	loop {
		let mut block: Vec<u8> = Vec::new();
		if block.try_reserve_exact(1 << 20).is_err() {
			return Err(Failure::new(12, format!("got {} MiB", kept.len())));
		}
		block.resize(1 << 20, 0xa5);
		kept.push(black_box(block));
	}
}

#[allow(unconditional_recursion)]
fn recursion(depth: u64) -> u64 {
	black_box(depth) + recursion(black_box(depth + 1))
}

/// Writes until the host refuses, and pretends that nothing happened.
fn output(io: &Io) -> Result<()> {
	let block = vec![0x5a; 64 << 10];
	while io.write(&block).is_ok() {}
	Ok(())
}

/// Calls the host for nothing, for ever.
fn host_calls(io: &Io) -> Result<()> {
	loop {
		black_box(io.data_count());
	}
}

/// More log than anybody reads.
fn log(io: &Io) -> Result<()> {
	let line = "x".repeat(4_000);
	for _ in 0..200 {
		io.log(Level::Error, &line);
	}
	Ok(())
}

fn attack(io: &Io) -> Result<()> {
	match &io.params().read_to_end()?[..] {
		b"loop" => spin(),
		b"memory" => memory(),
		b"recursion" => Err(Failure::new(1, recursion(0).to_string())),
		b"output" => output(io),
		b"host-calls" => host_calls(io),
		b"log" => log(io),
		b"panic" => panic!("on purpose"),
		#[cfg(target_arch = "wasm32")]
		b"trap" => core::arch::wasm32::unreachable(),
		b"fail" => Err(Failure::new(42, "as asked")),
		_ => Err(Failure::new(
			2,
			"say what to do in the parameters: loop, memory, recursion, output, host-calls, log, panic, trap, fail",
		)),
	}
}

tea_guest::entry!(attack);

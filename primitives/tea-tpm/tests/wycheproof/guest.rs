//! The crate as wasm, for the target that runtimes are built for: jobs come in and results go out through one
//! buffer in linear memory.

#![cfg_attr(target_family = "wasm", no_std)]
#![allow(
	unsafe_code,
	reason = "exported functions have a name that nothing else may have"
)]

mod job;
#[path = "../../benches/cost/work.rs"]
mod work;

use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[cfg(target_family = "wasm")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
	core::arch::wasm32::unreachable()
}

const SIZE: usize = 1 << 14;

/// Atomics give shared mutable bytes without unsafe code; in one thread they are plain bytes.
static BUFFER: [AtomicU8; SIZE] = [const { AtomicU8::new(0) }; SIZE];

/// Where the buffer is.
#[unsafe(no_mangle)]
pub extern "C" fn buffer() -> *const AtomicU8 {
	BUFFER.as_ptr()
}

/// The bytes of the host in the buffer.
fn taken() -> [u8; SIZE] {
	let mut bytes = [0; SIZE];
	for (to, from) in bytes.iter_mut().zip(&BUFFER) {
		*to = from.load(Relaxed);
	}
	bytes
}

/// Runs the job of `len` bytes in the buffer. Returns the length of the result there, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn run(len: u32) -> i32 {
	let bytes = taken();
	let mut out = [0; 512];
	let Some(written) = bytes
		.get(..len as usize)
		.and_then(|job| job::run(job, &mut out))
	else {
		return -1;
	};
	for (to, from) in BUFFER.iter().zip(&out[..written]) {
		to.store(*from, Relaxed);
	}
	written as i32
}

/// Does the piece of work of `len` bytes in the buffer `times` times. Returns 0, or -1 when it was refused.
#[unsafe(no_mangle)]
pub extern "C" fn measure(len: u32, times: u32) -> i32 {
	let bytes = taken();
	match bytes
		.get(..len as usize)
		.and_then(|job| work::repeat(job, times))
	{
		Some(()) => 0,
		None => -1,
	}
}

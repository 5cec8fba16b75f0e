//! The crate as wasm, for the target that runtimes are built for: jobs come in and results go out through one
//! buffer in linear memory.

#![cfg_attr(target_family = "wasm", no_std)]

mod job;

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

/// Runs the job of `len` bytes in the buffer. Returns the length of the result there, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn run(len: u32) -> i32 {
	let mut job = [0; SIZE];
	for (to, from) in job.iter_mut().zip(&BUFFER) {
		*to = from.load(Relaxed);
	}
	let mut out = [0; 512];
	let Some(written) = job
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

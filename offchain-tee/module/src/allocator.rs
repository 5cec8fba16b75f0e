//! The allocator of the C library, told to share its heaps and to give memory back (ADR 0022).
//!
//! Left to itself glibc makes a heap for each thread that asks, up to eight for each core, and keeps ever larger pieces
//! in them: after a burst of errands, whose runs come and go on threads of their own, most of a module's memory is air.

/// Size in bytes from which an allocation has pages of its own, and from which the free end of a heap is given back.
#[cfg(target_env = "gnu")]
const LARGE: i32 = 128 << 10;

/// Heaps of all threads together.
#[cfg(target_env = "gnu")]
const HEAPS: i32 = 2;

/// Says so to the C library; other ones than glibc are left alone. First thing in `main`, before there is a second thread.
/// Whether it was understood; without, the program takes more memory and is none the worse otherwise.
#[allow(
	unsafe_code,
	reason = "a call of the C library that takes two numbers and touches no memory of ours"
)]
pub fn share_heaps() -> bool {
	#[cfg(target_env = "gnu")]
	{
		use nix::libc::{M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, mallopt};
		[
			(M_ARENA_MAX, HEAPS),
			(M_MMAP_THRESHOLD, LARGE),
			(M_TRIM_THRESHOLD, LARGE),
		]
		.into_iter()
		.all(|(parameter, value)| {
			// SAFETY: it takes numbers, and answers 0 to those that it does not know.
			unsafe { mallopt(parameter, value) == 1 }
		})
	}
	#[cfg(not(target_env = "gnu"))]
	true
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn library_understands() {
		assert!(share_heaps());
	}
}

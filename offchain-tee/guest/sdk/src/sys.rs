//! The imports, as functions without `unsafe`. On other targets than wasm they lead to [`crate::testing`], so that the
//! logic of a guest can be tested like any other code.

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)]
mod imports {
	mod raw {
		#[link(wasm_import_module = "tea1")]
		unsafe extern "C" {
			pub(crate) safe fn in_count() -> i32;
			pub(crate) safe fn in_len(h: i32) -> i64;
			pub(super) fn in_read(h: i32, off: i64, ptr: *mut u8, cap: i32) -> i32;
			pub(super) fn out_write(ptr: *const u8, len: i32) -> i32;
			pub(super) fn fail(code: i32, ptr: *const u8, len: i32);
			pub(super) fn log(level: i32, ptr: *const u8, len: i32);
			pub(super) fn cap_call(cap: i32, op: i32, ptr: *const u8, len: i32) -> i64;
			pub(crate) safe fn res_len(r: i64) -> i64;
			pub(super) fn res_read(r: i64, off: i64, ptr: *mut u8, cap: i32) -> i32;
			pub(crate) safe fn res_drop(r: i64);
		}
	}

	pub(crate) use raw::{in_count, in_len, res_drop, res_len};

	// In all of these the host touches exactly the range of the slice, before it returns.

	pub(crate) fn in_read(h: i32, off: i64, into: &mut [u8]) -> i32 {
		// SAFETY: see above.
		unsafe { raw::in_read(h, off, into.as_mut_ptr(), into.len() as i32) }
	}

	pub(crate) fn out_write(bytes: &[u8]) -> i32 {
		// SAFETY: see above.
		unsafe { raw::out_write(bytes.as_ptr(), bytes.len() as i32) }
	}

	pub(crate) fn fail(code: i32, message: &[u8]) {
		// SAFETY: see above.
		unsafe { raw::fail(code, message.as_ptr(), message.len() as i32) }
	}

	pub(crate) fn log(level: i32, line: &[u8]) {
		// SAFETY: see above.
		unsafe { raw::log(level, line.as_ptr(), line.len() as i32) }
	}

	pub(crate) fn cap_call(cap: i32, op: i32, request: &[u8]) -> i64 {
		// SAFETY: see above.
		unsafe { raw::cap_call(cap, op, request.as_ptr(), request.len() as i32) }
	}

	pub(crate) fn res_read(r: i64, off: i64, into: &mut [u8]) -> i32 {
		// SAFETY: see above.
		unsafe { raw::res_read(r, off, into.as_mut_ptr(), into.len() as i32) }
	}
}

#[cfg(target_arch = "wasm32")]
pub(crate) use imports::*;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use crate::testing::imports::*;

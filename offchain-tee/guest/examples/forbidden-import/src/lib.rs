//! A guest that wants to open files. No module runs it; it shows how that is said.

#[link(wasm_import_module = "env")]
unsafe extern "C" {
	fn open(path: *const u8, length: usize) -> i32;
}

/// The version of the ABI that this guest speaks.
#[unsafe(no_mangle)]
pub extern "C" fn tea_abi() -> i32 {
	1
}

/// The run, if there were one.
#[unsafe(no_mangle)]
pub extern "C" fn tea_run() -> i32 {
	let path = b"/etc/passwd";
	// SAFETY: the range is that of a constant.
	unsafe { open(path.as_ptr(), path.len()) }
}

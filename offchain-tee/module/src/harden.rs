//! Secrets stay in memory: no core dump, no tracing by others, pages of keys are not swapped out.

use std::io;

use nix::sys::{
	prctl,
	resource::{Resource, setrlimit},
};

/// Why the process is not as closed as it has to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HardenError {
	/// The limit cannot be set.
	#[error("core dumps cannot be switched off, and a core would hold the keys of the boot")]
	CoreDumps(#[source] io::Error),
	/// The page cannot be locked.
	#[error(
		"memory cannot be locked, so the keys of the boot could be swapped out: raise the limit (`LimitMEMLOCK=1M`)"
	)]
	Lock(#[source] io::Error),
}

/// Switches off core dumps and tracing by other processes of the same user. First thing in `main`.
pub fn close_process() -> Result<(), HardenError> {
	setrlimit(Resource::RLIMIT_CORE, 0, 0).map_err(|error| HardenError::CoreDumps(error.into()))?;
	prctl::set_dumpable(false).map_err(|error| HardenError::CoreDumps(error.into()))
}

/// Silences the TPM library, which writes to the error output by itself; what it says is in the errors too. First thing in
/// `main`, before there is a second thread.
#[allow(
	unsafe_code,
	reason = "the environment is changed before there is a second thread"
)]
pub fn quiet_tpm_library() {
	const VARIABLE: &str = "TSS2_LOG";
	if std::env::var_os(VARIABLE).is_none() {
		// SAFETY: `main` calls this before it starts anything.
		unsafe { std::env::set_var(VARIABLE, "all+NONE") };
	}
}

/// A value that stays where it is and is never swapped out. What it holds wipes itself.
pub struct Locked<T>(Box<T>);

impl<T> Locked<T> {
	/// Moves a value to a place of its own and locks that.
	pub fn new(value: T) -> Result<Self, HardenError> {
		let place = Box::new(value);
		lock(std::ptr::from_ref(&*place).cast(), size_of::<T>())?;
		Ok(Self(place))
	}
}

impl<T> std::ops::Deref for Locked<T> {
	type Target = T;

	fn deref(&self) -> &T {
		&self.0
	}
}

impl<T> std::fmt::Debug for Locked<T> {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str("Locked")
	}
}

/// Locks the pages that hold these bytes, for the rest of the process: another secret may lie on the same page, so
/// nothing is ever unlocked.
pub fn lock_bytes(bytes: &[u8]) -> Result<(), HardenError> {
	lock(bytes.as_ptr(), bytes.len())
}

#[allow(
	unsafe_code,
	reason = "the system call takes an address; nothing is read or written through it"
)]
fn lock(at: *const u8, len: usize) -> Result<(), HardenError> {
	let Some(at) = std::ptr::NonNull::new(at.cast_mut()) else {
		return Ok(());
	};
	// SAFETY: the kernel looks only at page tables; an address that is not mapped gives an error.
	unsafe { nix::sys::mman::mlock(at.cast(), len) }
		.map_err(|error| HardenError::Lock(error.into()))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn locked_kib() -> u64 {
		let status = std::fs::read_to_string("/proc/self/status").unwrap();
		let line = status.lines().find(|line| line.starts_with("VmLck"));
		let number = line.and_then(|line| line.split_whitespace().nth(1));
		number.unwrap().parse().unwrap()
	}

	#[test]
	fn locked_value_is_in_locked_memory_and_never_shown() {
		let value = Locked::new([7u8; 4096]).unwrap();
		assert!(locked_kib() >= 4);
		assert_eq!(value[0], 7);
		assert_eq!(format!("{value:?}"), "Locked");
	}

	#[test]
	fn process_dumps_no_core() {
		close_process().unwrap();
		let (soft, hard) = nix::sys::resource::getrlimit(Resource::RLIMIT_CORE).unwrap();
		assert_eq!((soft, hard), (0, 0));
		assert!(!prctl::get_dumpable().unwrap());
	}
}

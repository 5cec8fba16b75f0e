#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(missing_docs)]

extern crate alloc;

mod capability;
mod failure;
mod io;
mod sys;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use capability::{Capability, Response};
pub use failure::{Failure, Result};
pub use io::{Input, Io, Level};
pub use tea_guest_abi as abi;
pub use tea_guest_abi::Errno;

/// Defines the exports of a guest around a function or closure of type `fn(&Io) -> tea_guest::Result<()>`.
#[macro_export]
macro_rules! entry {
	($body:expr) => {
		/// The version of the ABI that this guest speaks.
		#[unsafe(no_mangle)]
		pub extern "C" fn tea_abi() -> i32 {
			$crate::abi::ABI_VERSION
		}

		/// The run.
		#[unsafe(no_mangle)]
		pub extern "C" fn tea_run() -> i32 {
			$crate::run($body)
		}
	};
}

/// Code of a guest that panicked.
pub const PANICKED: i32 = 101;

/// What `tea_run` does: the body, and its error as a failure of the errand. For [`entry!`].
pub fn run(body: impl FnOnce(&Io) -> Result<()>) -> i32 {
	#[cfg(all(feature = "std", target_arch = "wasm32"))]
	std::panic::set_hook(std::boxed::Box::new(|info| {
		use std::string::ToString;
		sys::fail(PANICKED, info.to_string().as_bytes());
	}));
	match body(&Io::new()) {
		Ok(()) => 0,
		Err(failure) => {
			sys::fail(failure.code(), failure.message().as_bytes());
			failure.code()
		}
	}
}

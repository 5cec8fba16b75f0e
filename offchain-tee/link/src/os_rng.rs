//! The generator of the operating system, as the library that seals wants it.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// Randomness of the operating system. It panics where there is none: nothing may be sealed there.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRng;

impl TryRng for OsRng {
	type Error = Infallible;

	fn try_next_u32(&mut self) -> Result<u32, Infallible> {
		let mut bytes = [0; 4];
		self.try_fill_bytes(&mut bytes)?;
		Ok(u32::from_le_bytes(bytes))
	}

	fn try_next_u64(&mut self) -> Result<u64, Infallible> {
		let mut bytes = [0; 8];
		self.try_fill_bytes(&mut bytes)?;
		Ok(u64::from_le_bytes(bytes))
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
		getrandom::fill(bytes)
			.expect("every supported system gives randomness to a running process; qed");
		Ok(())
	}
}

impl TryCryptoRng for OsRng {}

//! Prices of what is not a wasm operator, part of the cost table `tea-v1`. Bytes are those that the guest asks for, not
//! those that it gets, and are charged before the work.

/// Price of a host call without its bytes.
pub const CALL_BASE: u64 = 200;

/// Price of `cap_call` without its bytes.
pub const CAP_CALL_BASE: u64 = 1_000;

/// Price of starting any guest: instance, stack, and memory.
pub const START_BASE: u64 = 20_000;

/// Price of validating, translating, and wiping one byte of wasm.
pub const FUEL_PER_CODE_BYTE: u64 = 10;

/// Price of one page of the memory that the module declares; the same as that of `memory.grow`.
pub const FUEL_PER_START_PAGE: u64 = 1_024;

/// Bytes that are moved for one unit.
const BYTES_PER_FUEL: u64 = 64;

/// Price of a host call that moves `bytes`.
pub const fn call_cost(bytes: u64) -> u64 {
	CALL_BASE + bytes.div_ceil(BYTES_PER_FUEL)
}

/// Price of a call of a capability with a request of `bytes`. The bytes of the answer are paid when they are read.
pub const fn cap_call_cost(bytes: u64) -> u64 {
	CAP_CALL_BASE + bytes.div_ceil(BYTES_PER_FUEL)
}

/// Price of starting a guest of so many bytes of wasm with so many pages of declared memory.
pub const fn start_cost(wasm_bytes: u64, pages: u64) -> u64 {
	START_BASE + wasm_bytes * FUEL_PER_CODE_BYTE + pages * FUEL_PER_START_PAGE
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn prices_round_up() {
		assert_eq!(call_cost(0), 200);
		assert_eq!(call_cost(1), 201);
		assert_eq!(call_cost(64), 201);
		assert_eq!(call_cost(65), 202);
		assert_eq!(cap_call_cost(4_096), 1_064);
		assert_eq!(start_cost(1_000, 2), 32_048);
	}
}

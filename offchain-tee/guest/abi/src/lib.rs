#![doc = include_str!("../README.md")]
#![no_std]
#![deny(missing_docs)]

mod capability;
mod errno;
mod exit;
mod fuel;
mod imports;
mod limits;

pub use capability::{CAPABILITIES, CapabilityInfo, OpInfo, ipfs, rand, time};
pub use errno::Errno;
pub use exit::{Exit, InputFault, LimitKind, ModuleFault, TrapKind};
pub use fuel::{
	CALL_BASE, CAP_CALL_BASE, FUEL_PER_CODE_BYTE, FUEL_PER_START_PAGE, START_BASE, call_cost,
	cap_call_cost, start_cost,
};
pub use imports::{CAPABILITY_IMPORTS, EXPORTS, IMPORTS, Signature, ValueType, import};
pub use limits::*;

/// Name of the ABI, and of the module that all imports of a guest come from.
pub const ABI: &str = "tea1";

/// What `tea_abi` of a guest answers.
pub const ABI_VERSION: i32 = 1;

/// The first bytes of a package: manifest and wasm in one object.
pub const PACKAGE_MAGIC: [u8; 8] = *b"TEA1PKG\0";

/// The first bytes of wasm, which is accepted without a package.
pub const WASM_MAGIC: [u8; 4] = *b"\0asm";

/// Version of the manifest.
pub const MANIFEST_VERSION: u32 = 1;

/// The profile that is open: core wasm without SIMD.
pub const PROFILE_BASE: &str = "base";

/// The engine that guests run in.
pub const ENGINE_NAME: &str = "wasmi";

/// Its version, exactly.
pub const ENGINE_VERSION: &str = "2.0.0";

/// Name of the price list: fuel of every operator, of host calls, and of the start.
pub const COST_TABLE: &str = "tea-v1";

//! Capabilities of version 1. A guest gets one when its manifest asks for it and the errand grants it.

/// An operation of a capability.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OpInfo {
	/// Its number in `cap_call`.
	pub op: i32,
	/// Its name, for people.
	pub name: &'static str,
}

/// A capability.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CapabilityInfo {
	/// Its name in the manifest and in the errand.
	pub name: &'static str,
	/// Its operations.
	pub ops: &'static [OpInfo],
}

/// All capabilities that exist.
pub const CAPABILITIES: [CapabilityInfo; 3] = [
	CapabilityInfo {
		name: rand::NAME,
		ops: &[OpInfo {
			op: rand::BYTES,
			name: "bytes",
		}],
	},
	CapabilityInfo {
		name: time::NAME,
		ops: &[OpInfo {
			op: time::NOW,
			name: "now",
		}],
	},
	CapabilityInfo {
		name: ipfs::NAME,
		ops: &[OpInfo {
			op: ipfs::GET,
			name: "get",
		}],
	},
];

/// Random bytes that follow from the chain's beacon, the same for everybody who runs the errand again.
pub mod rand {
	/// Its name.
	pub const NAME: &str = "rand";
	/// Request: how many bytes, `u32` little-endian. Answer: the bytes.
	pub const BYTES: i32 = 0;
	/// The most for one call.
	pub const MAX_CALL_BYTES: u32 = 4 << 10;
	/// The most for a run.
	pub const MAX_RUN_BYTES: u64 = 1 << 20;
}

/// The time of the block that the errand was posted in; it stands still during the run.
pub mod time {
	/// Its name.
	pub const NAME: &str = "time";
	/// Request: nothing. Answer: milliseconds since 1970, `u64` little-endian.
	pub const NOW: i32 = 0;
}

/// Blocks of the content that the errand declared.
pub mod ipfs {
	/// Its name.
	pub const NAME: &str = "ipfs";
	/// Request: the bytes of a CID. Answer: the block.
	pub const GET: i32 = 0;
	/// The largest block.
	pub const MAX_BLOCK_BYTES: usize = 2 << 20;
}

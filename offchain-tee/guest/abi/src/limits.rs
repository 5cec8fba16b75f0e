//! Limits. Those with a default are chosen by the errand up to the ceiling; the others hold for all.

/// Code, package and manifest included.
pub const MAX_MODULE_BYTES: usize = 16 << 20;
/// Manifest of a package.
pub const MAX_MANIFEST_BYTES: usize = 64 << 10;
/// Name and version in the manifest.
pub const MAX_NAME_BYTES: usize = 64;
/// Capabilities in the manifest.
pub const MAX_CAPABILITIES: usize = 8;

/// Fuel of an errand that names none.
pub const DEFAULT_FUEL: u64 = 1_000_000_000;
/// The most that an errand may ask for.
pub const MAX_FUEL: u64 = 100_000_000_000;
/// Pages of 64 KiB of an errand that names none.
pub const DEFAULT_PAGES: u32 = 1_024;
/// The most that an errand may ask for.
pub const MAX_PAGES: u32 = 4_096;
/// Bytes of output of an errand that names none.
pub const DEFAULT_OUTPUT: u32 = 1 << 20;
/// The most that an errand may ask for.
pub const MAX_OUTPUT: u32 = 16 << 20;
/// Host calls of an errand that names none.
pub const DEFAULT_HOST_CALLS: u64 = 1_000_000;
/// The most that an errand may ask for.
pub const MAX_HOST_CALLS: u64 = 10_000_000;

/// Bytes of a page of wasm memory.
pub const PAGE_BYTES: u64 = 65_536;
/// Bytes of the parameters (stream 0).
pub const MAX_PARAMS_BYTES: usize = 64 << 10;
/// Data inputs (streams 1 and up).
pub const MAX_DATA_INPUTS: usize = 8;
/// Bytes of one data input.
pub const MAX_DATA_BYTES: usize = 64 << 20;

/// Nested calls.
pub const MAX_CALL_DEPTH: usize = 1_000;
/// Bytes of the stack of values.
pub const MAX_STACK_BYTES: usize = 1_000_000;
/// Elements of all tables together.
pub const MAX_TABLE_ELEMENTS: usize = 100_000;

/// Bytes of one line of the log, and of the message of `fail`; the rest is cut.
pub const MAX_LINE_BYTES: usize = 1 << 10;
/// Bytes of all lines of a run; what comes later is dropped.
pub const MAX_LOG_BYTES: usize = 64 << 10;
/// Answers of capabilities that are alive at one time.
pub const MAX_RESPONSES: usize = 64;
/// Bytes of a request to a capability.
pub const MAX_REQUEST_BYTES: usize = 4 << 10;

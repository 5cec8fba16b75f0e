//! Files as blocks: UnixFS, profile unixfs-v1-2025, and nothing else.
//!
//! Chunks of 1 MiB as raw leaves, balanced, 1 024 links a node, CIDv1 with sha2-256. A file of one chunk is its leaf. So a
//! file has one root, whoever imports it.

mod import;
#[cfg(test)]
mod tests;
mod walk;

use std::io::{self, Write};

use crate::cid::Cid;
pub use crate::dag_pb::NodeError;
pub use import::{ImportError, Imported, import};
pub use walk::{Accepted, ExportError, Walk};

/// Bytes of a leaf.
pub const CHUNK_LEN: usize = 1024 * 1024;
/// Levels of nodes above the leaves.
pub const MAX_DEPTH: usize = 8;
/// Blocks of a file.
pub const MAX_BLOCKS: usize = 70_000;

/// Puts a file together and writes it. Nothing that `get` gives is believed; a file that would be longer than `max_len`
/// is refused before its first byte. Returns the length.
pub fn export(
	root: &Cid,
	max_len: u64,
	get: &mut dyn FnMut(&Cid) -> io::Result<Option<Vec<u8>>>,
	out: &mut dyn Write,
) -> Result<u64, ExportError> {
	let mut walk = Walk::new(root, max_len)?;
	while let Some(cid) = walk.wanted() {
		let block = get(&cid)?.ok_or(ExportError::Missing(cid))?;
		if let Accepted::Bytes(bytes) = walk.accept(block)? {
			out.write_all(&bytes)?;
		}
	}
	Ok(walk.passed())
}

//! Blocks to files: one pass in order, in which nothing is believed.

use std::io;

use super::{MAX_BLOCKS, MAX_DEPTH};
use crate::{
	MAX_BLOCK_LEN,
	cid::{self, Cid, CidError, RAW},
	dag_pb::{self, NodeError},
};

/// Why a file was not exported. Nothing of what was written before is to be used.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
	/// It cannot be written, or blocks cannot be read.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// The root is not accepted.
	#[error("the root is not accepted: {0}")]
	Root(#[from] CidError),
	/// A block is not there.
	#[error("block {0} is missing")]
	Missing(Cid),
	/// A block is not the one that its CID names.
	#[error("block {0} is not what its name says")]
	Mismatch(Cid),
	/// A block is no node of a file.
	#[error("block {cid}: {error}")]
	Node {
		/// The block.
		cid: Cid,
		/// What is wrong with it.
		error: NodeError,
	},
	/// A part is longer or shorter than its parent says.
	#[error("block {0} does not have the size that its parent says")]
	Size(Cid),
	/// The file is longer than was allowed.
	#[error("the file has more than the allowed {0} bytes")]
	TooLarge(u64),
	/// Too many blocks or levels.
	#[error("the file has more than {MAX_BLOCKS} blocks or {MAX_DEPTH} levels")]
	TooDeep,
}

/// What a block was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
	/// A node; its parts are what comes next.
	Node,
	/// The next bytes of the file.
	Bytes(Vec<u8>),
}

/// A block that is to come.
#[derive(Clone, Copy)]
struct Want {
	cid: Cid,
	/// Bytes of the file below it, as its parent says; nothing is known of a root.
	size: Option<u64>,
	depth: usize,
}

/// A way through a file, block by block. Whoever has the blocks hands them in; each part must have what its parent says,
/// so the size of the root, and with it `max_len`, bounds everything below, however often a block is repeated.
pub struct Walk {
	max_len: u64,
	/// What is to come, the next on top.
	open: Vec<Want>,
	taken: usize,
	passed: u64,
	len: Option<u64>,
}

impl Walk {
	/// Begins at a root. A file of more than `max_len` bytes is refused at its root.
	pub fn new(root: &Cid, max_len: u64) -> Result<Self, CidError> {
		cid::check(root)?;
		Ok(Self {
			max_len,
			open: vec![Want {
				cid: *root,
				size: None,
				depth: 0,
			}],
			taken: 0,
			passed: 0,
			len: None,
		})
	}

	/// The block that is needed now; nothing at the end.
	pub fn wanted(&self) -> Option<Cid> {
		self.open.last().map(|want| want.cid)
	}

	/// The blocks that will be needed, as far as they are known, in order; the first one is [`Self::wanted`].
	pub fn ahead(&self) -> impl Iterator<Item = Cid> {
		self.open.iter().rev().map(|want| want.cid)
	}

	/// Bytes of the file so far.
	pub const fn passed(&self) -> u64 {
		self.passed
	}

	/// Length of the file, once its root has been seen.
	pub const fn len(&self) -> Option<u64> {
		self.len
	}

	/// Whether the file is known to have no bytes.
	pub fn is_empty(&self) -> bool {
		self.len == Some(0)
	}

	fn take(&mut self) -> Result<Want, ExportError> {
		let want = self.open.pop().ok_or_else(|| {
			ExportError::Io(io::Error::other("a block came after the end of the file"))
		})?;
		self.taken += 1;
		if self.taken > MAX_BLOCKS || want.depth > MAX_DEPTH {
			return Err(ExportError::TooDeep);
		}
		Ok(want)
	}

	fn check_size(&mut self, want: &Want, size: u64) -> Result<(), ExportError> {
		match want.size {
			Some(expected) if expected != size => Err(ExportError::Size(want.cid)),
			None if size > self.max_len => Err(ExportError::TooLarge(self.max_len)),
			None => {
				self.len = Some(size);
				Ok(())
			}
			Some(_) => Ok(()),
		}
	}

	/// Takes the block that [`Self::wanted`] asks for.
	pub fn accept(&mut self, block: Vec<u8>) -> Result<Accepted, ExportError> {
		let want = self.take()?;
		let cid = want.cid;
		if block.len() > MAX_BLOCK_LEN || !cid::names(&cid, &block) {
			return Err(ExportError::Mismatch(cid));
		}
		if cid.codec() == RAW {
			let size = block.len() as u64;
			self.check_size(&want, size)?;
			self.passed += size;
			return Ok(Accepted::Bytes(block));
		}
		let links = dag_pb::read(&block).map_err(|error| ExportError::Node { cid, error })?;
		self.check_size(&want, links.iter().map(|link| link.size).sum())?;
		self.open.extend(links.iter().rev().map(|link| Want {
			cid: link.cid,
			size: Some(link.size),
			depth: want.depth + 1,
		}));
		Ok(Accepted::Node)
	}

	/// Takes the leaf that [`Self::wanted`] asks for from somebody who has hashed it and keeps it.
	pub fn accept_hashed_leaf(&mut self, len: u64) -> Result<(), ExportError> {
		let want = self.take()?;
		if want.cid.codec() != RAW {
			return Err(ExportError::Mismatch(want.cid));
		}
		self.check_size(&want, len)?;
		self.passed += len;
		Ok(())
	}
}

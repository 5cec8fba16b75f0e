//! Why the store refuses.

use std::{io, path::PathBuf};

use tea_ipfs::{
	MAX_BLOCK_LEN,
	cid::{Cid, CidError},
	dag_pb::NodeError,
	unixfs::MAX_BLOCKS,
};

/// Why the store refuses.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// The disk refuses.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// The CID is not accepted.
	#[error(transparent)]
	Cid(#[from] CidError),
	/// The bytes are not what the CID names.
	#[error("the block is not what {0} names")]
	Mismatch(Cid),
	/// It is longer than a block may be.
	#[error("the block is longer than {MAX_BLOCK_LEN} bytes; others would drop it")]
	TooLong,
	/// There is no room.
	#[error("the store is full ({quota} bytes); unpin something and collect, or raise the quota")]
	Full {
		/// Its size.
		quota: u64,
	},
	/// Something that is to be pinned is not there.
	#[error("block {0} was not found here, so what needs it cannot be pinned")]
	Missing(Cid),
	/// A node does not read.
	#[error("block {cid}: {error}")]
	Node {
		/// The block.
		cid: Cid,
		/// What is wrong with it.
		error: NodeError,
	},
	/// One pin would reach too much.
	#[error("{0} reaches more than {MAX_BLOCKS} blocks")]
	TooLarge(Cid),
	/// It is not pinned.
	#[error("{0} is not pinned")]
	NotPinned(Cid),
	/// The holder's name cannot be kept.
	#[error("a pin's name has at most 128 characters, and no line breaks")]
	Holder,
	/// Imports are open.
	#[error("{0} imports are open; blocks are collected when they have ended")]
	ImportsOpen(usize),
	/// The list of pins does not read.
	#[error(
		"the list of pins {} does not read at line {line}; restore it, or remove it and pin again",
		.path.display()
	)]
	Pins {
		/// Where it is.
		path: PathBuf,
		/// Which line.
		line: usize,
	},
}

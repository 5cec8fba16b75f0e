//! Files to blocks.

use std::io::{self, Read};

use super::{CHUNK_LEN, MAX_BLOCKS};
use crate::{
	cid::{self, Cid, DAG_PB, RAW},
	dag_pb::{self, Link, MAX_LINKS},
};

/// A file that was imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
	/// Its root.
	pub root: Cid,
	/// Its length.
	pub size: u64,
	/// Its blocks.
	pub blocks: usize,
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
	/// It cannot be read, or its blocks cannot be kept.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// It is too large.
	#[error("the file is larger than {MAX_BLOCKS} blocks")]
	TooLarge,
}

/// Where blocks go.
pub(super) struct Sink<'a> {
	pub(super) put: &'a mut dyn FnMut(Cid, Vec<u8>) -> io::Result<()>,
	pub(super) blocks: usize,
	/// Links of each level that have no node yet; level 0 are leaves.
	pub(super) levels: Vec<Vec<Link>>,
}

impl Sink<'_> {
	fn put(&mut self, codec: u64, block: Vec<u8>) -> Result<Cid, ImportError> {
		if self.blocks == MAX_BLOCKS {
			return Err(ImportError::TooLarge);
		}
		self.blocks += 1;
		let cid = cid::of(codec, &block);
		(self.put)(cid, block)?;
		Ok(cid)
	}

	fn node(&mut self, links: &[Link]) -> Result<Link, ImportError> {
		let block = dag_pb::write(links);
		let below: u64 = links.iter().map(|link| link.total).sum();
		Ok(Link {
			total: below + block.len() as u64,
			size: links.iter().map(|link| link.size).sum(),
			cid: self.put(DAG_PB, block)?,
		})
	}

	/// A level gets a node only when it would have more links than a node may have.
	pub(super) fn push(&mut self, level: usize, link: Link) -> Result<(), ImportError> {
		if self.levels.len() == level {
			self.levels.push(Vec::new());
		}
		if self.levels[level].len() == MAX_LINKS {
			let links = std::mem::take(&mut self.levels[level]);
			let node = self.node(&links)?;
			self.push(level + 1, node)?;
		}
		self.levels[level].push(link);
		Ok(())
	}

	pub(super) fn finish(&mut self) -> Result<Link, ImportError> {
		let mut level = 0;
		loop {
			let links = std::mem::take(&mut self.levels[level]);
			let top = level + 1 == self.levels.len();
			match <[Link; 1]>::try_from(links) {
				Ok([only]) if top => return Ok(only),
				Ok([only]) => {
					// All leaves lie at one depth, so what is alone gets a node too.
					let node = self.node(&[only])?;
					self.push(level + 1, node)?;
				}
				Err(links) => {
					let node = self.node(&links)?;
					if top {
						return Ok(node);
					}
					self.push(level + 1, node)?;
				}
			}
			level += 1;
		}
	}
}

/// Fills the buffer as far as the file reaches.
fn fill(reader: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<()> {
	buffer.clear();
	reader.by_ref().take(CHUNK_LEN as u64).read_to_end(buffer)?;
	Ok(())
}

/// Cuts a file into blocks and hands each to `put`, children before parents.
pub fn import(
	mut file: impl Read,
	put: &mut dyn FnMut(Cid, Vec<u8>) -> io::Result<()>,
) -> Result<Imported, ImportError> {
	let mut sink = Sink {
		put,
		blocks: 0,
		levels: vec![Vec::new()],
	};
	let mut chunk = Vec::new();
	loop {
		fill(&mut file, &mut chunk)?;
		// An empty file is an empty leaf; the end of another one is none.
		let first = sink.blocks == 0;
		if chunk.is_empty() && !first {
			break;
		}
		let size = chunk.len() as u64;
		let last = chunk.len() < CHUNK_LEN;
		let leaf = Link {
			cid: sink.put(RAW, std::mem::take(&mut chunk))?,
			total: size,
			size,
		};
		sink.push(0, leaf)?;
		if last {
			break;
		}
	}
	let root = sink.finish()?;
	Ok(Imported {
		root: root.cid,
		size: root.size,
		blocks: sink.blocks,
	})
}

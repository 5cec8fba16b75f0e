//! Archives of blocks (CARv1): depth first, as a stream. Blocks come from this machine only, and limits are those of files.

use std::{collections::HashSet, io, sync::Arc};

use bytes::Bytes;
use futures::{Stream, stream};
use tea_ipfs::{
	cid::{Cid, DAG_PB},
	dag_pb,
	protobuf::put_varint,
	unixfs::{MAX_BLOCKS, MAX_DEPTH},
};

use crate::ipfs::{Ipfs, Reach};

/// Which blocks below a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
	/// The root alone.
	pub(crate) root_only: bool,
	/// A block that is met again is there again.
	pub(crate) repeats: bool,
	/// Bytes of the file, the last one included; negative ones count from the end.
	pub(crate) range: Option<(i64, Option<i64>)>,
	/// The longest file.
	pub(crate) max_len: u64,
}

impl Selection {
	/// All blocks, each once.
	pub const fn all(max_len: u64) -> Self {
		Self {
			root_only: false,
			repeats: false,
			range: None,
			max_len,
		}
	}
}

/// The header: a map in CBOR, `{roots: [CID], version: 1}`.
pub(crate) fn header(root: &[u8]) -> Vec<u8> {
	let mut map = b"\xa2\x65roots\x81\xd8\x2a\x58".to_vec();
	// One more for the zero that CIDs in CBOR begin with.
	map.push(u8::try_from(root.len() + 1).unwrap_or(u8::MAX));
	map.push(0);
	map.extend_from_slice(root);
	map.extend_from_slice(b"\x67version\x01");
	let mut header = Vec::with_capacity(map.len() + 1);
	put_varint(&mut header, map.len() as u64);
	header.append(&mut map);
	header
}

fn section(cid: &Cid, block: &[u8]) -> Bytes {
	let name = cid.to_bytes();
	let mut section = Vec::with_capacity(block.len() + name.len() + 4);
	put_varint(&mut section, (name.len() + block.len()) as u64);
	section.extend_from_slice(&name);
	section.extend_from_slice(block);
	section.into()
}

/// A block that is to come: where its bytes begin in the file, and how many it has, as its parent says.
struct Next {
	cid: Cid,
	begin: u64,
	len: Option<u64>,
	depth: usize,
}

struct State {
	ipfs: Arc<dyn Ipfs>,
	selection: Selection,
	open: Vec<Next>,
	seen: HashSet<Cid>,
	blocks: usize,
	/// First and last byte, once the length is known.
	range: (u64, u64),
}

/// The first and the last byte of a range in a file of that length.
fn bounds(range: Option<(i64, Option<i64>)>, len: u64) -> (u64, u64) {
	let place = |at: i64| match u64::try_from(at) {
		Ok(at) => at,
		Err(_) => len.saturating_sub(at.unsigned_abs()),
	};
	match range {
		None => (0, u64::MAX),
		Some((from, to)) => (place(from), to.map_or(u64::MAX, place)),
	}
}

impl State {
	/// The next block as a section; nothing at the end.
	async fn next(&mut self) -> io::Result<Option<Bytes>> {
		while let Some(next) = self.open.pop() {
			self.blocks += 1;
			if self.blocks > MAX_BLOCKS || next.depth > MAX_DEPTH {
				return Err(io::Error::other("more blocks or levels than a file has"));
			}
			let new = self.seen.insert(next.cid);
			let is_node = next.cid.codec() == DAG_PB;
			if !new && !self.selection.repeats && !is_node {
				continue;
			}
			let block = self
				.ipfs
				.get(&next.cid, Reach::Local)
				.await
				.map_err(io::Error::other)?;
			if is_node && !self.selection.root_only {
				self.enter(&next, &block)?;
			}
			if new || self.selection.repeats {
				return Ok(Some(section(&next.cid, &block)));
			}
		}
		Ok(None)
	}

	fn enter(&mut self, node: &Next, block: &[u8]) -> io::Result<()> {
		let links = dag_pb::read(block).map_err(io::Error::other)?;
		let len: u64 = links.iter().map(|link| link.size).sum();
		match node.len {
			Some(expected) if expected != len => {
				return Err(io::Error::other(
					"a part has another size than its parent says",
				));
			}
			None if len > self.selection.max_len => {
				return Err(io::Error::other(
					"the file is longer than this gateway serves",
				));
			}
			None => self.range = bounds(self.selection.range, len),
			Some(_) => (),
		}
		let (first, last) = self.range;
		let mut begin = node.begin;
		let mut below = Vec::with_capacity(links.len());
		for link in links {
			let end = begin + link.size;
			if begin <= last && end > first {
				below.push(Next {
					cid: link.cid,
					begin,
					len: Some(link.size),
					depth: node.depth + 1,
				});
			}
			begin = end;
		}
		self.open.extend(below.into_iter().rev());
		Ok(())
	}
}

/// Streams an archive. It breaks off where a block is missing, so whoever reads sees that it is not whole.
pub fn stream(
	ipfs: Arc<dyn Ipfs>,
	root: Cid,
	selection: Selection,
) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
	let state = State {
		ipfs,
		selection,
		open: vec![Next {
			cid: root,
			begin: 0,
			len: None,
			depth: 0,
		}],
		seen: HashSet::new(),
		blocks: 0,
		range: (0, u64::MAX),
	};
	let begin = Bytes::from(header(&root.to_bytes()));
	stream::try_unfold((Some(begin), state), async |(begin, mut state)| {
		if let Some(begin) = begin {
			return Ok(Some((begin, (None, state))));
		}
		let next = state.next().await?;
		Ok(next.map(|section| (section, (None, state))))
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_ipfs::cid::{self, RAW};

	/// The header as the specification's example has it, up to the CID.
	#[test]
	fn header_is_that_of_the_specification() {
		let root = cid::of(RAW, b"tea").to_bytes();
		let header = header(&root);
		assert_eq!(header[0], 58);
		assert_eq!(&header[1..14], b"\xa2\x65roots\x81\xd8\x2a\x58\x25\x00");
		assert_eq!(&header[14..50], &root[..]);
		assert_eq!(&header[50..], b"\x67version\x01");
		assert_eq!(header.len(), 59);
	}

	#[test]
	fn ranges_count_from_both_ends() {
		assert_eq!(bounds(None, 10), (0, u64::MAX));
		assert_eq!(bounds(Some((2, Some(5))), 10), (2, 5));
		assert_eq!(bounds(Some((-3, None)), 10), (7, u64::MAX));
		assert_eq!(bounds(Some((-30, Some(-1))), 10), (0, 9));
	}
}

//! The two messages of a UnixFS file: dag-pb nodes, and the UnixFS data inside. Reading is strict: what this module would
//! not write is refused, so that a file has one form.

use crate::{
	MAX_BLOCK_LEN,
	cid::{self, Cid, CidError},
	protobuf::{Malformed, Reader, key, put_bytes, put_number},
};

/// Links of a node.
pub const MAX_LINKS: usize = 1024;
/// UnixFS type of a file.
const FILE: u64 = 2;
const NODE_DATA: u8 = key(1, 2);
const NODE_LINK: u8 = key(2, 2);
const LINK_HASH: u8 = key(1, 2);
const LINK_NAME: u8 = key(2, 2);
const LINK_SIZE: u8 = key(3, 0);
const FILE_TYPE: u8 = key(1, 0);
const FILE_SIZE: u8 = key(3, 0);
const FILE_PART: u8 = key(4, 0);

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
	/// Its block.
	pub cid: Cid,
	/// Bytes of all blocks below, itself included.
	pub total: u64,
	/// Bytes of the file.
	pub size: u64,
}

/// Why a block is no node of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
	/// It ends too early, or has a field that does not belong there.
	#[error("the block is not a node of a file in the one form that is used here")]
	Malformed(#[from] Malformed),
	/// A link is not accepted.
	#[error("a link is not accepted: {0}")]
	Link(#[from] CidError),
	/// Too many links.
	#[error("the node has more than {MAX_LINKS} links")]
	TooManyLinks,
	/// The sizes contradict each other.
	#[error("the sizes in the node contradict each other")]
	Sizes,
	/// It is longer than a block may be.
	#[error("the block is longer than {MAX_BLOCK_LEN} bytes")]
	TooLong,
}

/// Writes a node.
pub fn write(links: &[Link]) -> Vec<u8> {
	let mut data = Vec::new();
	put_number(&mut data, FILE_TYPE, FILE);
	let size = links.iter().map(|link| link.size).sum();
	put_number(&mut data, FILE_SIZE, size);
	let mut node = Vec::new();
	for link in links {
		put_number(&mut data, FILE_PART, link.size);
		let mut inner = Vec::new();
		put_bytes(&mut inner, LINK_HASH, &link.cid.to_bytes());
		put_bytes(&mut inner, LINK_NAME, b"");
		put_number(&mut inner, LINK_SIZE, link.total);
		put_bytes(&mut node, NODE_LINK, &inner);
	}
	put_bytes(&mut node, NODE_DATA, &data);
	node
}

/// Reads a node: its links, with the sizes that their parts must have.
pub fn read(block: &[u8]) -> Result<Vec<Link>, NodeError> {
	if block.len() > MAX_BLOCK_LEN {
		return Err(NodeError::TooLong);
	}
	let mut reader = Reader::new(block);
	let mut links = Vec::new();
	while reader.peek() == Some(NODE_LINK) {
		if links.len() == MAX_LINKS {
			return Err(NodeError::TooManyLinks);
		}
		let mut inner = Reader::new(reader.bytes_of(NODE_LINK)?);
		let cid = cid::from_bytes(inner.bytes_of(LINK_HASH)?)?;
		if !inner.bytes_of(LINK_NAME)?.is_empty() {
			return Err(NodeError::Malformed(Malformed));
		}
		let total = inner.number_of(LINK_SIZE)?;
		inner.end()?;
		links.push(Link {
			cid,
			total,
			size: 0,
		});
	}
	let mut data = Reader::new(reader.bytes_of(NODE_DATA)?);
	reader.end()?;
	// One link is what stands alone in a level; none would be an empty file, which is a leaf.
	if data.number_of(FILE_TYPE)? != FILE || links.is_empty() {
		return Err(NodeError::Malformed(Malformed));
	}
	let size = data.number_of(FILE_SIZE)?;
	let mut sum = 0u64;
	for link in &mut links {
		link.size = data.number_of(FILE_PART)?;
		sum = sum.checked_add(link.size).ok_or(NodeError::Sizes)?;
	}
	data.end()?;
	if sum != size {
		return Err(NodeError::Sizes);
	}
	Ok(links)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn links(count: usize) -> Vec<Link> {
		(0..count)
			.map(|number| Link {
				cid: cid::of(cid::RAW, &number.to_le_bytes()),
				total: 200,
				size: 100 + number as u64,
			})
			.collect()
	}

	#[test]
	fn node_reads_as_it_was_written() {
		for count in [1, 2, 3, MAX_LINKS] {
			assert_eq!(read(&write(&links(count))), Ok(links(count)));
		}
	}

	#[test]
	fn other_forms_are_refused() {
		let node = write(&links(3));
		assert_eq!(
			read(&write(&links(0))),
			Err(NodeError::Malformed(Malformed))
		);
		assert_eq!(
			read(&write(&links(MAX_LINKS + 1))),
			Err(NodeError::TooManyLinks)
		);
		assert_eq!(read(&vec![0; MAX_BLOCK_LEN + 1]), Err(NodeError::TooLong));
		// An unknown field at the end, and data before the links.
		assert!(read(&[&node[..], &[0x18, 1]].concat()).is_err());
		let at = node.len() - (2 + 3 + 3 * 2);
		assert_eq!(node[at - 2], NODE_DATA);
		let (before, data) = node.split_at(at - 2);
		assert!(read(&[data, before].concat()).is_err());
		// A size that is not the sum of the parts.
		let mut wrong = node.clone();
		*wrong.last_mut().unwrap() ^= 1;
		assert_eq!(read(&wrong), Err(NodeError::Sizes));
		for cut in 0..node.len() {
			assert!(read(&node[..cut]).is_err());
		}
	}

	#[test]
	fn sizes_that_overflow_are_refused() {
		let mut data = vec![FILE_TYPE, 2];
		put_number(&mut data, FILE_SIZE, 1);
		put_number(&mut data, FILE_PART, u64::MAX);
		put_number(&mut data, FILE_PART, 2);
		let mut node = write(&links(2));
		// Type, size and two parts, and what stands in front of them.
		node.truncate(node.len() - (2 + 3 + 2 * 2) - 2);
		put_bytes(&mut node, NODE_DATA, &data);
		assert_eq!(read(&node), Err(NodeError::Sizes));
	}

	proptest! {
		#[test]
		fn what_is_read_has_one_form(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
			if let Ok(links) = read(&bytes) {
				prop_assert_eq!(write(&links), bytes);
			}
		}

		#[test]
		fn altered_nodes_have_one_form_or_none(at in 0..200usize, change in 1..=255u8) {
			let mut node = write(&links(3));
			let at = at % node.len();
			node[at] ^= change;
			if let Ok(links) = read(&node) {
				prop_assert_eq!(write(&links), node);
			}
		}
	}
}

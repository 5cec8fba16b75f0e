//! Files as blocks: UnixFS, profile unixfs-v1-2025, and nothing else.
//!
//! Chunks of 1 MiB as raw leaves, balanced, 1 024 links a node, CIDv1 with sha2-256. A file of one chunk is its leaf. So a
//! file has one root, whoever imports it.

use std::io::{self, Read, Write};

use litep2p::types::cid::Cid;

use super::{
	MAX_BLOCK_LEN,
	cid::{self, CidError, DAG_PB, RAW},
	dag_pb::{self, Link, MAX_LINKS},
};

pub use super::dag_pb::NodeError;

/// Bytes of a leaf.
pub const CHUNK_LEN: usize = 1024 * 1024;
/// Levels of nodes above the leaves.
const MAX_DEPTH: usize = 8;
/// Blocks of a file.
const MAX_BLOCKS: usize = 70_000;

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
struct Sink<'a> {
	put: &'a mut dyn FnMut(Cid, Vec<u8>) -> io::Result<()>,
	blocks: usize,
	/// Links of each level that have no node yet; level 0 are leaves.
	levels: Vec<Vec<Link>>,
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
	fn push(&mut self, level: usize, link: Link) -> Result<(), ImportError> {
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

	fn finish(&mut self) -> Result<Link, ImportError> {
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

/// Puts a file together and writes it. Nothing that `get` gives is believed; a file that would be longer than `max_len`
/// is refused before its first byte. Returns the length.
pub fn export(
	root: &Cid,
	max_len: u64,
	get: &mut dyn FnMut(&Cid) -> io::Result<Option<Vec<u8>>>,
	out: &mut dyn Write,
) -> Result<u64, ExportError> {
	cid::check(root)?;
	let mut written = 0u64;
	let mut seen = 0usize;
	// What is to come, the next on top: block, expected size, level.
	let mut open = vec![(*root, None, 0usize)];
	while let Some((cid, expected, depth)) = open.pop() {
		seen += 1;
		if seen > MAX_BLOCKS || depth > MAX_DEPTH {
			return Err(ExportError::TooDeep);
		}
		let block = get(&cid)?.ok_or(ExportError::Missing(cid))?;
		if block.len() > MAX_BLOCK_LEN || !cid::names(&cid, &block) {
			return Err(ExportError::Mismatch(cid));
		}
		let (size, links) = if cid.codec() == RAW {
			(block.len() as u64, None)
		} else {
			let links = dag_pb::read(&block).map_err(|error| ExportError::Node { cid, error })?;
			(links.iter().map(|link| link.size).sum(), Some(links))
		};
		match expected {
			// Each part has what its parent says, so the root's size bounds everything below.
			Some(expected) if expected != size => return Err(ExportError::Size(cid)),
			None if size > max_len => return Err(ExportError::TooLarge(max_len)),
			_ => (),
		}
		match links {
			Some(links) => open.extend(
				links
					.iter()
					.rev()
					.map(|link| (link.cid, Some(link.size), depth + 1)),
			),
			None => {
				out.write_all(&block)?;
				written += size;
			}
		}
	}
	Ok(written)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::HashMap;

	type Blocks = HashMap<Cid, Vec<u8>>;

	fn import_all(file: impl Read) -> (Imported, Blocks) {
		let mut blocks = Blocks::new();
		let imported = import(file, &mut |cid, block| {
			blocks.insert(cid, block);
			Ok(())
		})
		.unwrap();
		(imported, blocks)
	}

	fn export_all(root: &Cid, blocks: &Blocks, max_len: u64) -> Result<Vec<u8>, ExportError> {
		let mut file = Vec::new();
		let len = export(
			root,
			max_len,
			&mut |cid| Ok(blocks.get(cid).cloned()),
			&mut file,
		)?;
		assert_eq!(len, file.len() as u64);
		Ok(file)
	}

	/// The content of the published vectors: ChaCha20 under the hash of a label, as IPIP-499 says.
	fn vector(label: &str, len: usize) -> Vec<u8> {
		use rand_chacha::{
			ChaCha20Rng,
			rand_core::{Rng, SeedableRng},
		};
		use sha2::{Digest, Sha256};
		let mut content = vec![0; len];
		ChaCha20Rng::from_seed(Sha256::digest(label).into()).fill_bytes(&mut content);
		content
	}

	#[test]
	fn published_vectors() {
		for (content, root) in [
			(
				b"hello world".to_vec(),
				"bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
			),
			(
				vector("chunk-v1-seed", CHUNK_LEN),
				"bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta",
			),
			(
				vector("chunk-v1-seed", CHUNK_LEN + 1),
				"bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64",
			),
		] {
			let (imported, blocks) = import_all(&content[..]);
			assert_eq!(imported.root.to_string(), root);
			let exported = export_all(&imported.root, &blocks, content.len() as u64).unwrap();
			assert_eq!(exported, content);
		}
	}

	#[test]
	fn files_come_back_as_they_went() {
		for len in [0, 1, CHUNK_LEN - 1, 2 * CHUNK_LEN, 5 * CHUNK_LEN + 3] {
			let content = vector("tea", len);
			let (imported, blocks) = import_all(&content[..]);
			assert_eq!((imported.size, blocks.len()), (len as u64, imported.blocks));
			assert_eq!(
				export_all(&imported.root, &blocks, len as u64).unwrap(),
				content
			);
		}
	}

	/// A node is full at 1 024 links; one more makes a new level, and all leaves lie at one depth.
	#[test]
	fn levels_grow_when_a_node_would_overflow() {
		let leaf = Link {
			cid: cid::of(RAW, b"tea"),
			total: 3,
			size: 3,
		};
		let import_leaves = |count: usize| {
			let mut blocks = Blocks::new();
			let mut put = |cid, block| {
				blocks.insert(cid, block);
				Ok(())
			};
			let mut sink = Sink {
				put: &mut put,
				blocks: 0,
				levels: vec![Vec::new()],
			};
			for _ in 0..count {
				sink.push(0, leaf.clone()).unwrap();
			}
			(sink.finish().unwrap(), blocks)
		};
		let links = |blocks: &Blocks, cid: &Cid| dag_pb::read(&blocks[cid]).unwrap();
		let (full, blocks) = import_leaves(MAX_LINKS);
		assert_eq!(links(&blocks, &full.cid).len(), MAX_LINKS);
		assert_eq!(blocks.len(), 1);
		let (two, blocks) = import_leaves(MAX_LINKS + 2);
		let top = links(&blocks, &two.cid);
		assert_eq!(top.len(), 2);
		assert_eq!(top[0].cid, full.cid);
		assert_eq!(links(&blocks, &top[1].cid).len(), 2);
		assert_eq!(two.size, 3 * (MAX_LINKS as u64 + 2));
		// A leaf that is alone in its place gets a node of one link; such a file is not refused either.
		let (lone, blocks) = import_leaves(MAX_LINKS + 1);
		let top = links(&blocks, &lone.cid);
		assert_eq!(links(&blocks, &top[1].cid), [leaf]);
	}

	#[test]
	fn corrupted_missing_and_oversized_are_refused() {
		let content = vector("tea", 3 * CHUNK_LEN);
		let (imported, blocks) = import_all(&content[..]);
		let root = imported.root;
		let len = content.len() as u64;
		assert!(matches!(
			export_all(&root, &blocks, len - 1),
			Err(ExportError::TooLarge(max)) if max == len - 1
		));
		for cid in blocks.keys() {
			let mut missing = blocks.clone();
			missing.remove(cid);
			assert!(
				matches!(export_all(&root, &missing, len), Err(ExportError::Missing(which)) if which == *cid)
			);
			let mut corrupted = blocks.clone();
			corrupted.get_mut(cid).unwrap()[0] ^= 1;
			assert!(
				matches!(export_all(&root, &corrupted, len), Err(ExportError::Mismatch(which)) if which == *cid)
			);
		}
	}

	fn keep(blocks: &mut Blocks, codec: u64, block: Vec<u8>) -> Cid {
		let cid = cid::of(codec, &block);
		blocks.insert(cid, block);
		cid
	}

	#[test]
	fn hostile_dags_are_refused() {
		let mut blocks = Blocks::new();
		let leaf = keep(&mut blocks, RAW, vec![7; 10]);
		let link = |cid, size| Link {
			cid,
			total: size,
			size,
		};
		// A leaf that is shorter than its parent says.
		let liar = keep(
			&mut blocks,
			DAG_PB,
			dag_pb::write(&[link(leaf, 10), link(leaf, 11)]),
		);
		assert!(
			matches!(export_all(&liar, &blocks, 100), Err(ExportError::Size(cid)) if cid == leaf)
		);
		// A leaf of 2 MiB and a byte, under its right name.
		let long = keep(&mut blocks, RAW, vec![0; MAX_BLOCK_LEN + 1]);
		assert!(matches!(
			export_all(&long, &blocks, u64::MAX),
			Err(ExportError::Mismatch(_))
		));
		// Raw bytes in the place of a node.
		let no_node = keep(&mut blocks, DAG_PB, b"no node".to_vec());
		assert!(matches!(
			export_all(&no_node, &blocks, 100),
			Err(ExportError::Node { .. })
		));
		// The same leaf again and again: a few blocks that would be 10 MiB, GiB, TiB.
		let mut top = leaf;
		let mut size = 10u64;
		for _ in 0..3 {
			top = keep(
				&mut blocks,
				DAG_PB,
				dag_pb::write(&vec![link(top, size); MAX_LINKS]),
			);
			size *= MAX_LINKS as u64;
		}
		assert!(matches!(
			export_all(&top, &blocks, 1 << 20),
			Err(ExportError::TooLarge(_))
		));
		let mut out = io::sink();
		let bomb = export(
			&top,
			u64::MAX,
			&mut |cid| Ok(blocks.get(cid).cloned()),
			&mut out,
		);
		assert!(matches!(bomb, Err(ExportError::TooDeep)));
		// Empty parts, so that the size bounds nothing: levels and blocks do.
		let nothing = keep(&mut blocks, RAW, Vec::new());
		let mut deep = nothing;
		for _ in 0..=MAX_DEPTH {
			deep = keep(
				&mut blocks,
				DAG_PB,
				dag_pb::write(&[link(deep, 0), link(nothing, 0)]),
			);
		}
		assert!(matches!(
			export_all(&deep, &blocks, 100),
			Err(ExportError::TooDeep)
		));
		let root = Cid::new_v1(0x71, *leaf.hash());
		assert!(matches!(
			export_all(&root, &blocks, 100),
			Err(ExportError::Root(_))
		));
	}
}

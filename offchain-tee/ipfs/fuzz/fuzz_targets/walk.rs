//! A file of blocks that somebody hostile has put together: each has its right name, sizes and links are anything.
//!
//! The input is a recipe. `0 len`: a leaf. `1 count (which size)*`: a node that links blocks from before. `2 len bytes`: a block
//! of any bytes that says it is a node.

#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use tea_ipfs::{
	cid::{self, Cid, DAG_PB, RAW},
	dag_pb::{self, Link},
	unixfs::{MAX_BLOCKS, export},
};

/// Bytes that a file may have.
const MOST: u64 = 4096;

struct Dag {
	blocks: HashMap<Cid, Vec<u8>>,
	/// Names with the sizes that are true.
	names: Vec<(Cid, u64)>,
}

impl Dag {
	fn put(&mut self, codec: u64, block: Vec<u8>, size: u64) {
		let cid = cid::of(codec, &block);
		self.blocks.insert(cid, block);
		self.names.push((cid, size));
	}

	fn node(&mut self, recipe: &[u8]) {
		let links: Vec<_> = recipe
			.chunks_exact(2)
			.filter_map(|pair| {
				let at = usize::from(pair[0]).checked_rem(self.names.len())?;
				let (cid, size) = self.names[at];
				// Mostly the truth, so that the walk goes on.
				let size = if pair[1] < 0xf0 { size } else { pair[1].into() };
				Some(Link {
					cid,
					total: size,
					size,
				})
			})
			.collect();
		if !links.is_empty() {
			let size = links
				.iter()
				.fold(0u64, |sum, link| sum.saturating_add(link.size));
			// What overflows is no node that could be written.
			if size < 1 << 60 {
				self.put(DAG_PB, dag_pb::write(&links), size);
			}
		}
	}
}

fuzz_target!(|recipe: &[u8]| {
	let mut dag = Dag {
		blocks: HashMap::new(),
		names: Vec::new(),
	};
	let mut rest = recipe;
	while let [kind, len, after @ ..] = rest {
		let len = usize::from(*len);
		match kind % 3 {
			0 => {
				dag.put(RAW, vec![*kind; len], len as u64);
				rest = after;
			}
			1 => {
				let (links, after) = after.split_at((2 * len).min(after.len()));
				dag.node(links);
				rest = after;
			}
			_ => {
				let (bytes, after) = after.split_at(len.min(after.len()));
				dag.put(DAG_PB, bytes.to_vec(), len as u64);
				rest = after;
			}
		}
	}
	let Some((root, _)) = dag.names.last() else {
		return;
	};
	let (mut file, mut asked) = (Vec::new(), 0);
	let mut get = |cid: &Cid| {
		asked += 1;
		Ok(dag.blocks.get(cid).cloned())
	};
	if let Ok(len) = export(root, MOST, &mut get, &mut file) {
		assert_eq!(len, file.len() as u64);
	}
	assert!(
		file.len() as u64 <= MOST,
		"a file is longer than was allowed"
	);
	assert!(asked <= MAX_BLOCKS + 1, "work has no bound");
});

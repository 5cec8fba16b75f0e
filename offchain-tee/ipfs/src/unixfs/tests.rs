use std::{
	collections::HashMap,
	io::{self, Read},
};

use proptest::prelude::*;

use super::{import::Sink, *};
use crate::{
	MAX_BLOCK_LEN,
	cid::{self, DAG_PB, RAW},
	dag_pb::{self, Link, MAX_LINKS},
};

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
	assert!(matches!(export_all(&liar, &blocks, 100), Err(ExportError::Size(cid)) if cid == leaf));
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

/// A block of a DAG that somebody hostile has put together, from those before it.
#[derive(Clone, Debug)]
enum Recipe {
	Leaf(usize),
	/// Which block, and what is said of its size if that is no truth.
	Node(Vec<(prop::sample::Index, Option<u16>)>),
	NoNode(Vec<u8>),
}

fn recipe() -> impl Strategy<Value = Recipe> {
	let lie = prop::option::weighted(0.1, any::<u16>());
	prop_oneof![
		(0..300usize).prop_map(Recipe::Leaf),
		prop::collection::vec((any::<prop::sample::Index>(), lie), 1..40).prop_map(Recipe::Node),
		prop::collection::vec(any::<u8>(), 0..80).prop_map(Recipe::NoNode),
	]
}

/// The blocks under their right names, and the last one's name with the length that it says.
fn cook(recipes: &[Recipe]) -> (Blocks, Cid, u64) {
	let mut blocks = Blocks::new();
	let mut names = vec![(keep(&mut blocks, RAW, b"first".to_vec()), 5u64)];
	for recipe in recipes {
		names.push(match recipe {
			Recipe::Leaf(len) => (keep(&mut blocks, RAW, vec![7; *len]), *len as u64),
			Recipe::Node(parts) => {
				let links: Vec<_> = parts
					.iter()
					.map(|(which, lie)| {
						let (cid, size) = *which.get(&names);
						let size = lie.map_or(size, u64::from);
						Link {
							cid,
							total: size,
							size,
						}
					})
					.collect();
				let size = links.iter().map(|link| link.size).sum();
				(keep(&mut blocks, DAG_PB, dag_pb::write(&links)), size)
			}
			Recipe::NoNode(bytes) => (keep(&mut blocks, DAG_PB, bytes.clone()), 0),
		});
	}
	let (root, size) = names[names.len() - 1];
	(blocks, root, size)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn hostile_blocks_cost_no_more_than_the_limits(recipes in prop::collection::vec(recipe(), 1..8), most in 0..20_000u64) {
		let (blocks, root, size) = cook(&recipes);
		let (mut file, mut asked) = (Vec::new(), 0);
		let exported = export(
			&root,
			most,
			&mut |cid| {
				asked += 1;
				Ok(blocks.get(cid).cloned())
			},
			&mut file,
		);
		prop_assert!(file.len() as u64 <= most);
		prop_assert!(asked <= MAX_BLOCKS + 1);
		match exported {
			Ok(len) => prop_assert_eq!((len, len), (size, file.len() as u64)),
			Err(_) if size > most => prop_assert!(file.is_empty(), "before its first byte"),
			Err(_) => (),
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn no_altered_block_gets_through(len in 1..3 * CHUNK_LEN, which: prop::sample::Index, at: prop::sample::Index, change in 1..=255u8) {
		let (imported, mut blocks) = import_all(io::repeat(9).take(len as u64));
		let mut cids: Vec<_> = blocks.keys().copied().collect();
		cids.sort();
		let block = blocks.get_mut(which.get(&cids)).unwrap();
		let at = at.index(block.len());
		block[at] ^= change;
		let exported = export_all(&imported.root, &blocks, u64::MAX);
		prop_assert!(matches!(exported, Err(ExportError::Mismatch(cid)) if cid == *which.get(&cids)));
	}
}

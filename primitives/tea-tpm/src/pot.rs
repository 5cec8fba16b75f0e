//! What a quote of an errand is bound to: one PoT, or the Merkle root of a batch that shares the quote.

use crate::{Hash, sha256};

const DOMAIN: &[u8] = b"tea/pot/v1";

/// The most PoTs that one quote may serve.
pub const MAX_BATCH: usize = 32;
/// The longest proof of membership in a batch: the base-two logarithm of [`MAX_BATCH`].
pub const MAX_PATH: usize = 5;

/// The statement that a PoT quote is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PotBinding {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// The module.
	pub module: u32,
	/// Number of its boot.
	pub boot_seq: u32,
	/// The PoT hash, or [`batch_root`] of several.
	pub pot_root: Hash,
	/// SHA-256 of the verifiers' nonces in member order, of all errands served in errand order.
	pub nonces: Hash,
}

impl PotBinding {
	/// The extra data of a quote that is bound to this statement.
	pub fn hash(&self) -> Hash {
		sha256(&[
			DOMAIN,
			&self.genesis,
			&self.module.to_le_bytes(),
			&self.boot_seq.to_le_bytes(),
			&self.pot_root,
			&self.nonces,
		])
	}
}

fn leaf(pot: &Hash) -> Hash {
	sha256(&[&[0], pot])
}

fn node(left: &Hash, right: &Hash) -> Hash {
	sha256(&[&[1], left, right])
}

/// The root over one to [`MAX_BATCH`] PoT hashes: one PoT is its own root; more are a binary tree in which a
/// last node without a sibling moves up unchanged.
pub fn batch_root(pots: &[Hash]) -> Option<Hash> {
	if let [pot] = pots {
		return Some(*pot);
	}
	let (mut level, mut len) = leaves(pots)?;
	while len > 1 {
		len = climb(&mut level, len);
	}
	Some(level[0])
}

/// The proof that the PoT at `index` belongs to the batch: siblings from the bottom up, and their number.
pub fn batch_path(pots: &[Hash], mut index: usize) -> Option<([Hash; MAX_PATH], usize)> {
	let (mut level, mut len) = leaves(pots).filter(|(_, len)| index < *len)?;
	let (mut path, mut depth) = ([[0; 32]; MAX_PATH], 0);
	while len > 1 {
		if let Some(sibling) = level[..len].get(index ^ 1) {
			path[depth] = *sibling;
			depth += 1;
		}
		len = climb(&mut level, len);
		index /= 2;
	}
	Some((path, depth))
}

/// Whether `path` proves that `pot` stands at `index` in the batch of `len` PoTs with this root.
pub fn is_in_batch(root: &Hash, pot: &Hash, index: usize, len: usize, path: &[Hash]) -> bool {
	if len == 1 {
		return index == 0 && path.is_empty() && pot == root;
	}
	if len > MAX_BATCH || index >= len {
		return false;
	}
	let (mut hash, mut index, mut len, mut path) = (leaf(pot), index, len, path);
	while len > 1 {
		if index ^ 1 < len {
			let Some((sibling, rest)) = path.split_first() else {
				return false;
			};
			hash = if index & 1 == 0 {
				node(&hash, sibling)
			} else {
				node(sibling, &hash)
			};
			path = rest;
		}
		index /= 2;
		len = len.div_ceil(2);
	}
	path.is_empty() && hash == *root
}

fn leaves(pots: &[Hash]) -> Option<([Hash; MAX_BATCH], usize)> {
	if pots.is_empty() || pots.len() > MAX_BATCH {
		return None;
	}
	let mut level = [[0; 32]; MAX_BATCH];
	for (slot, pot) in level.iter_mut().zip(pots) {
		*slot = leaf(pot);
	}
	Some((level, pots.len()))
}

/// Replaces the first `len` nodes by their parents.
fn climb(level: &mut [Hash; MAX_BATCH], len: usize) -> usize {
	let parents = len.div_ceil(2);
	for parent in 0..parents {
		level[parent] = match level[..len].get(2 * parent + 1) {
			Some(right) => node(&level[2 * parent], right),
			None => level[2 * parent],
		};
	}
	parents
}

//! PoTs that share a quote. While the TPM is at work, proofs that become ready wait for each other; the next quote serves
//! all of them.

use tea_primitives::errand::{Batch, ErrandId, PotBody};
use tea_tpm::{
	Hash,
	binding::committee_nonce,
	pot::{MAX_BATCH, batch_path, batch_root},
};

use super::protocol::Nonce;

/// A proof that waits for its quote.
#[derive(Clone, Debug)]
pub struct Ready {
	/// What is proven.
	pub body: PotBody,
	/// Nonces of its verifiers, ascending.
	pub nonces: Vec<(u8, Hash)>,
}

/// Proofs under one root.
#[derive(Clone, Debug)]
pub struct Bundle {
	/// The root that the quote is bound to.
	pub root: Hash,
	/// All nonces: errands in order, members ascending.
	pub nonces: Vec<Nonce>,
	/// The errands and their places.
	pub places: Vec<(ErrandId, Batch)>,
}

impl Bundle {
	/// Puts proofs under one root; nothing without proofs, or with more than a quote serves.
	pub fn new(ready: &[Ready]) -> Option<Self> {
		let hashes: Vec<Hash> = ready.iter().map(|ready| ready.body.hash()).collect();
		let root = batch_root(&hashes)?;
		let len = u8::try_from(hashes.len()).ok()?;
		let places = (0u8..)
			.zip(ready)
			.map(|(index, ready)| {
				let (path, depth) = batch_path(&hashes, index.into())?;
				let path = path.get(..depth)?.to_vec().try_into().ok()?;
				let batch = Batch {
					root,
					index,
					len,
					path,
				};
				Some((ready.body.errand, batch))
			})
			.collect::<Option<Vec<_>>>()?;
		let nonces = ready
			.iter()
			.flat_map(|ready| {
				let errand = ready.body.errand;
				ready.nonces.iter().map(move |(member, nonce)| Nonce {
					errand,
					member: *member,
					nonce: *nonce,
				})
			})
			.collect();
		Some(Self {
			root,
			nonces,
			places,
		})
	}

	/// SHA-256 of the nonces.
	pub fn nonces_hash(&self) -> Hash {
		nonces_hash(&self.nonces)
	}
}

/// SHA-256 of nonces in their order.
pub fn nonces_hash(nonces: &[Nonce]) -> Hash {
	let bare: Vec<Hash> = nonces.iter().map(|nonce| nonce.nonce).collect();
	committee_nonce(&bare)
}

/// Takes as many proofs as one quote serves, the oldest first.
pub fn take(waiting: &mut Vec<Ready>) -> Vec<Ready> {
	let many = waiting.len().min(MAX_BATCH);
	waiting.drain(..many).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::errand::protocol::tests::body;
	use tea_tpm::pot::is_in_batch;

	fn ready(errand: u64) -> Ready {
		let mut body = body();
		body.errand = ErrandId(errand);
		Ready {
			body,
			nonces: vec![(0, [errand as u8; 32]), (2, [errand as u8 + 100; 32])],
		}
	}

	#[test]
	fn every_size_of_batch_proves_each_of_its_members() {
		for size in 1..=MAX_BATCH as u64 {
			let all: Vec<_> = (0..size).map(ready).collect();
			let bundle = Bundle::new(&all).unwrap();
			assert_eq!(bundle.places.len(), all.len());
			for (ready, (errand, batch)) in all.iter().zip(&bundle.places) {
				assert_eq!(ready.body.errand, *errand);
				assert!(is_in_batch(
					&bundle.root,
					&ready.body.hash(),
					batch.index.into(),
					batch.len.into(),
					&batch.path
				));
			}
		}
		assert!(Bundle::new(&[]).is_none());
		let many: Vec<_> = (0..=MAX_BATCH as u64).map(ready).collect();
		assert!(Bundle::new(&many).is_none());
	}

	#[test]
	fn lonely_proof_is_its_own_root() {
		let bundle = Bundle::new(&[ready(1)]).unwrap();
		assert_eq!(bundle.root, ready(1).body.hash());
		assert!(bundle.places[0].1.path.is_empty());
	}

	#[test]
	fn nonces_stand_in_the_order_of_errands_and_members() {
		let bundle = Bundle::new(&[ready(2), ready(1)]).unwrap();
		let order: Vec<_> = bundle
			.nonces
			.iter()
			.map(|nonce| (nonce.errand.0, nonce.member))
			.collect();
		assert_eq!(order, [(2, 0), (2, 2), (1, 0), (1, 2)]);
		let bare = [[2; 32], [102; 32], [1; 32], [101; 32]];
		assert_eq!(bundle.nonces_hash(), committee_nonce(&bare));
	}

	#[test]
	fn what_a_quote_cannot_serve_waits_for_the_next() {
		let mut waiting: Vec<_> = (0..40).map(ready).collect();
		assert_eq!(take(&mut waiting).len(), MAX_BATCH);
		assert_eq!(waiting.first().unwrap().body.errand, ErrandId(32));
		assert_eq!(take(&mut waiting).len(), 8);
		assert!(take(&mut waiting).is_empty());
	}
}

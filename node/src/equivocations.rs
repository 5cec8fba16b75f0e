//! Reports of authors who made two blocks for one slot.
//!
//! The block import of sc-consensus-babe 0.60 notices them, but hands the runtime headers from which it has taken the seal, and without
//! seals nothing is proven. Here headers are kept as they were imported, and reported whole.

use crate::service::{FullClient, FullPool};
use futures::{Stream, StreamExt as _};
use sc_client_api::{BlockImportNotification, BlockchainEvents as _};
use sc_consensus_babe::find_pre_digest;
use sc_transaction_pool_api::{
	LocalTransactionPool, OffchainTransactionPoolFactory, TxHash, error::Error as PoolError,
};
use sp_api::{ApiExt as _, ProvideRuntimeApi as _};
use sp_blockchain::HeaderBackend as _;
use sp_consensus_babe::{
	AuthorityId, AuthorityIndex, BabeApi as _, EquivocationProof, Slot, digests::PreDigest,
};
use sp_runtime::traits::Block as BlockT;
use std::{collections::BTreeMap, sync::Arc};
use tea_runtime::opaque::Block;

/// Slots of which headers are kept, as many as BABE's import keeps.
const WINDOW: u64 = 1000;

type Header = <Block as BlockT>::Header;

/// Where BABE's import sends its own reports: nowhere. They would be included, fail, and until then stand in the pool in the
/// place of the valid ones, because both are of the same author and slot.
pub(crate) struct Nowhere;

impl LocalTransactionPool for Nowhere {
	type Block = Block;
	type Hash = TxHash<FullPool>;
	type Error = PoolError;

	fn submit_local(
		&self,
		_at: <Block as BlockT>::Hash,
		_extrinsic: <Block as BlockT>::Extrinsic,
	) -> Result<Self::Hash, Self::Error> {
		Ok(Self::Hash::default())
	}
}

/// What became of a slot of an author.
enum Sighting {
	/// The first header seen, with its seal.
	Once(Box<Header>),
	/// There were two, and they were reported.
	Reported,
}

/// The headers of the last slots, one for each author and slot: a cheat may make as many blocks as it likes.
#[derive(Default)]
struct Sightings(BTreeMap<(Slot, AuthorityIndex), Sighting>);

impl Sightings {
	/// Takes note of a header. Gives the earlier one of the same author and slot, once, if it is another one.
	fn see(&mut self, slot: Slot, author: AuthorityIndex, header: &Header) -> Option<Header> {
		let seen = self
			.0
			.entry((slot, author))
			.or_insert_with(|| Sighting::Once(Box::new(header.clone())));
		let earlier = match seen {
			Sighting::Once(first) if first.hash() != header.hash() => {
				let first = (**first).clone();
				*seen = Sighting::Reported;
				Some(first)
			}
			_ => None,
		};
		self.forget_old();
		earlier
	}

	fn forget_old(&mut self) {
		if let Some(((newest, _), _)) = self.0.last_key_value() {
			let oldest = newest.saturating_sub(WINDOW);
			self.0 = self.0.split_off(&(oldest, 0));
		}
	}
}

/// Why a pair of headers was not reported.
#[derive(Debug, thiserror::Error)]
enum Unreported {
	#[error("a header names no author: {0}")]
	NoAuthor(String),
	#[error("the author {0} is not in the epoch of its block")]
	UnknownAuthor(AuthorityIndex),
	#[error("the author is in no set of validators that the chain remembers")]
	NoOwner,
	#[error("the pool did not take the report")]
	Refused,
	#[error(transparent)]
	Runtime(#[from] sp_api::ApiError),
}

/// Watches all blocks that are imported, those of forks too, and reports authors who made two for one slot. The pool keeps the report
/// until this node, or another one that saw the same, makes a block.
pub(crate) async fn report(client: Arc<FullClient>, pool: Arc<FullPool>) {
	let pool = OffchainTransactionPoolFactory::new(pool);
	let imported = client.every_import_notification_stream();
	watch(imported, |first, second| {
		let (one, other) = (first.hash(), second.hash());
		match submit(&client, &pool, first, second) {
			Ok(author) => {
				tracing::warn!(%author, ?one, ?other, "two blocks of one author for one slot: reported");
			}
			Err(error) => {
				tracing::warn!(?one, ?other, %error, "two blocks of one author for one slot: not reported");
			}
		}
	})
	.await;
}

async fn watch(
	mut imported: impl Stream<Item = BlockImportNotification<Block>> + Unpin,
	mut report: impl FnMut(Header, Header),
) {
	let mut sightings = Sightings::default();
	while let Some(block) = imported.next().await {
		// Genesis has no author.
		let Ok(digest) = find_pre_digest::<Block>(&block.header) else {
			continue;
		};
		if let Some(first) = sightings.see(digest.slot(), digest.authority_index(), &block.header) {
			report(first, block.header);
		}
	}
}

/// Submits the report; gives the author.
fn submit(
	client: &FullClient,
	pool: &OffchainTransactionPoolFactory<Block>,
	first: Header,
	second: Header,
) -> Result<AuthorityId, Unreported> {
	let digest: PreDigest = find_pre_digest::<Block>(&second)
		.map_err(|error| Unreported::NoAuthor(error.to_string()))?;
	let (at, slot) = (second.hash(), digest.slot());
	let epoch = client.runtime_api().current_epoch(at)?;
	let offender = usize::try_from(digest.authority_index())
		.ok()
		.and_then(|index| epoch.authorities.into_iter().nth(index))
		.map(|(author, _)| author)
		.ok_or(Unreported::UnknownAuthor(digest.authority_index()))?;
	// The state of the block knows the validators of its session.
	let owner = client
		.runtime_api()
		.generate_key_ownership_proof(at, slot, offender.clone())?
		.ok_or(Unreported::NoOwner)?;
	let best = client.info().best_hash;
	let mut runtime = client.runtime_api();
	runtime.register_extension(pool.offchain_transaction_pool(best));
	runtime
		.submit_report_equivocation_unsigned_extrinsic(
			best,
			EquivocationProof {
				offender: offender.clone(),
				slot,
				first_header: first,
				second_header: second,
			},
			owner,
		)?
		.ok_or(Unreported::Refused)?;
	Ok(offender)
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_consensus_babe::digests::{CompatibleDigestItem as _, SecondaryPlainPreDigest};
	use sp_runtime::{Digest, DigestItem, traits::Header as _};

	fn header(slot: u64, author: u32, root: u8) -> Header {
		let digest = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
			authority_index: author,
			slot: slot.into(),
		});
		Header::new(
			7,
			Default::default(),
			[root; 32].into(),
			Default::default(),
			Digest {
				logs: vec![DigestItem::babe_pre_digest(digest)],
			},
		)
	}

	fn see(sightings: &mut Sightings, header: &Header) -> Option<Header> {
		let digest = find_pre_digest::<Block>(header).expect("it has one");
		sightings.see(digest.slot(), digest.authority_index(), header)
	}

	#[test]
	fn two_headers_of_one_author_and_slot_are_a_pair() {
		let mut sightings = Sightings::default();
		assert_eq!(see(&mut sightings, &header(5, 1, 0)), None);
		assert_eq!(see(&mut sightings, &header(5, 1, 1)), Some(header(5, 1, 0)));
	}

	#[test]
	fn the_same_header_again_is_none() {
		let mut sightings = Sightings::default();
		assert_eq!(see(&mut sightings, &header(5, 1, 0)), None);
		assert_eq!(see(&mut sightings, &header(5, 1, 0)), None);
	}

	#[test]
	fn other_authors_and_other_slots_are_none() {
		let mut sightings = Sightings::default();
		assert_eq!(see(&mut sightings, &header(5, 1, 0)), None);
		assert_eq!(see(&mut sightings, &header(5, 2, 1)), None);
		assert_eq!(see(&mut sightings, &header(6, 1, 2)), None);
	}

	#[test]
	fn a_third_header_is_not_reported_again() {
		let mut sightings = Sightings::default();
		for root in 0..2 {
			let _ = see(&mut sightings, &header(5, 1, root));
		}
		assert_eq!(see(&mut sightings, &header(5, 1, 2)), None);
	}

	#[test]
	fn old_slots_are_forgotten() {
		let mut sightings = Sightings::default();
		assert_eq!(see(&mut sightings, &header(5, 1, 0)), None);
		assert_eq!(see(&mut sightings, &header(5 + WINDOW, 1, 1)), None);
		assert_eq!(sightings.0.len(), 2, "the window is as long as it says");
		assert_eq!(see(&mut sightings, &header(6 + WINDOW, 1, 2)), None);
		assert_eq!(see(&mut sightings, &header(5, 1, 3)), None);
		assert_eq!(sightings.0.len(), 2, "what is too old is not kept");
	}
}

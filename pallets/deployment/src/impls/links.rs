//! Proofs of delegation: chained by hash, each kept as long as something hangs on it.

use crate::{Config, LinkOf, LinkRecord, LinkRecordOf, Links, Pallet, PinTableOf, SignedLinkOf};
use tea_primitives::deployment::{Hash, LINK_DOMAIN, NO_PARENT, SignedLink};

impl<T: Config> Pallet<T> {
	/// Writes a link that is verified. `holders`: what hangs on it from now on. Its parent has one more to carry.
	pub(crate) fn keep_link(signed: &SignedLinkOf<T>, depth: u8, holders: u32) -> Hash {
		let link = &signed.link;
		let hash = link.hash();
		Links::<T>::insert(
			hash,
			LinkRecord {
				deployment: link.deployment,
				parent: link.parent,
				from: link.from.clone(),
				to: link.to,
				boot_seq: link.boot_seq,
				reason: link.reason,
				block: link.block,
				sealed_key: link.sealed_key,
				giver: signed.giver.clone(),
				receiver: signed.receiver.clone(),
				receiver_key: signed.receiver_key,
				depth,
				holders,
			},
		);
		if link.parent != NO_PARENT {
			Links::<T>::mutate_extant(link.parent, |parent| {
				parent.holders = parent.holders.saturating_add(1);
			});
		}
		hash
	}

	/// Takes one hold off a link. Gives the parent, whose hold is left over, when the link is gone by that.
	pub(crate) fn let_go(hash: &Hash) -> Option<Hash> {
		let Some(mut link) = Links::<T>::get(hash) else {
			frame_support::defensive!("whatever is held exists");
			return None;
		};
		link.holders = link.holders.saturating_sub(1);
		if link.holders > 0 {
			Links::<T>::insert(hash, link);
			return None;
		}
		Links::<T>::remove(hash);
		Some(link.parent).filter(|parent| *parent != NO_PARENT)
	}

	/// Clears away links that nothing hangs on any more, at most so many. The rest waits.
	pub(crate) fn release_links(table: &mut PinTableOf<T>, most: u32) -> u32 {
		let mut done = 0u32;
		while done < most
			&& let Some(hash) = table.loose.pop()
		{
			done = done.saturating_add(1);
			if let Some(parent) = Self::let_go(&hash) {
				// In the place that has just become free.
				let _ = table.loose.try_push(parent);
			}
		}
		done
	}

	/// A link as it was signed.
	pub(crate) fn signed(record: LinkRecordOf<T>) -> SignedLinkOf<T> {
		SignedLink {
			link: LinkOf::<T> {
				domain: LINK_DOMAIN,
				genesis: Self::genesis(),
				deployment: record.deployment,
				parent: record.parent,
				from: record.from,
				to: record.to,
				boot_seq: record.boot_seq,
				reason: record.reason,
				block: record.block,
				sealed_key: record.sealed_key,
			},
			giver: record.giver,
			receiver: record.receiver,
			receiver_key: record.receiver_key,
		}
	}
}

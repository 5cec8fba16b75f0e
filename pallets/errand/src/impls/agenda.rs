//! When errands are looked at: a bounded agenda by block. A deadline holds whether or not it found room here, and everybody
//! may call `expire` after it.

use crate::{
	Agenda, Config, Errands, Event, Finished, NextErrand, OldestFinished, Pallet, WeightInfo,
};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{Saturating, traits::One};
use tea_primitives::errand::ErrandId;

/// Blocks after a full one in which room is looked for.
const SPILL: u32 = 8;

/// Records that one block takes out of the state, at most.
const PRUNE: u32 = 256;

impl<T: Config> Pallet<T> {
	/// The block in progress.
	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// Notes that something is due about an errand. What turns out pointless is passed over.
	pub(crate) fn schedule(errand: ErrandId, due: BlockNumberFor<T>) {
		let mut block = due.max(Self::now().saturating_add(One::one()));
		for _ in 0..=SPILL {
			if Agenda::<T>::try_append(block, errand).is_ok() {
				return;
			}
			block = block.saturating_add(One::one());
		}
		Self::deposit_event(Event::AgendaFull { errand, due });
	}

	/// Does what is due in block `now`.
	pub(crate) fn do_agenda(now: BlockNumberFor<T>) -> Weight {
		let mut weight = T::WeightInfo::agenda();
		let mut left = T::ExpiriesPerBlock::get();
		for errand in Agenda::<T>::take(now) {
			weight.saturating_accrue(T::WeightInfo::look());
			if left == 0 {
				Self::schedule(errand, now.saturating_add(One::one()));
				continue;
			}
			// A refusal means that there is nothing to do any more, or not yet.
			if Self::do_expire(errand).is_ok() {
				left = left.saturating_sub(1);
				weight.saturating_accrue(T::WeightInfo::expire().max(T::WeightInfo::redraw()));
			}
		}
		weight
	}

	/// Takes a final errand out of the state.
	pub(crate) fn archive(errand: ErrandId) {
		Finished::<T>::remove(errand);
		Self::deposit_event(Event::Archived { errand });
	}

	/// Takes final errands out of the state, in the order of their numbers, as far as weight is left over. One that is
	/// not final yet holds the later ones up for its life, at most.
	pub(crate) fn prune(remaining: Weight) -> Weight {
		let each = T::WeightInfo::prune();
		let mut used = each;
		if used.any_gt(remaining) {
			return Weight::zero();
		}
		let now = Self::now();
		let next = NextErrand::<T>::get();
		let oldest = OldestFinished::<T>::get();
		let mut errand = oldest;
		for _ in 0..PRUNE {
			if errand >= next || used.saturating_add(each).any_gt(remaining) {
				break;
			}
			used.saturating_accrue(each);
			match Finished::<T>::get(errand) {
				Some(record) if now >= record.until => Self::archive(errand),
				Some(_) => break,
				None if Errands::<T>::contains_key(errand) => break,
				None => (),
			}
			errand = ErrandId(errand.0.saturating_add(1));
		}
		if errand != oldest {
			OldestFinished::<T>::put(errand);
		}
		used
	}
}

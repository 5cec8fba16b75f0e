//! Drawing a committee.

use crate::{
	Config, ModuleCount, Pallet,
	shuffle::{Shuffle, Stream},
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use tea_primitives::draw::{BeaconValue, Draw, DrawError, Draws, Member, Membership};

impl<T: Config> Draws<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn beacon(block: BlockNumberFor<T>) -> Option<BeaconValue> {
		Self::beacon_of(block)
	}

	fn committee(
		draw: &Draw<'_, T::AccountId, BlockNumberFor<T>>,
	) -> Result<Vec<Member<T::AccountId>>, DrawError> {
		let beacon = Self::beacon_of(draw.block).ok_or(DrawError::NoBeacon)?;
		let modules = ModuleCount::<T>::get();
		let total = modules.saturating_add(Self::registrars_now());
		// Nobody is no committee: a quorum of nobody would be met by nobody.
		ensure!(draw.size > 0 && draw.size <= total, DrawError::NoCommittee);

		let stream = Stream::new(&Self::genesis(), draw.purpose, draw.subject, &beacon);
		let candidates = Shuffle::new(stream, total).take(T::MaxCandidates::get() as usize);
		let mut members = Vec::new();
		let mut owners: Vec<T::AccountId> = Vec::new();
		for place in candidates {
			let Some(member) = Self::member_at(place, modules) else {
				continue;
			};
			if draw.excluded.contains(&member) {
				continue;
			}
			// Read now: a module may have been sold a block ago.
			let Some(owner) = T::Membership::owner(&member) else {
				continue;
			};
			if draw.excluded_owners.contains(&owner) || owners.contains(&owner) {
				continue;
			}
			members.push(member);
			owners.push(owner);
			if members.len() >= draw.size as usize {
				return Ok(members);
			}
		}
		Err(DrawError::NoCommittee)
	}
}

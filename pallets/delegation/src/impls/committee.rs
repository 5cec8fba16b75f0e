//! Drawing a committee.

use crate::{Config, ModuleCount, Pallet};
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use tea_primitives::{
	committee::{Pool, committee, shortlist},
	draw::{BeaconValue, Draw, DrawError, Draws, Member, Membership, Shortlist, Shortlists},
};

/// The known-good set as it is now.
struct Now<T> {
	modules: u32,
	_runtime: core::marker::PhantomData<T>,
}

impl<T: Config> Now<T> {
	fn read() -> Self {
		Self {
			modules: ModuleCount::<T>::get(),
			_runtime: core::marker::PhantomData,
		}
	}
}

impl<T: Config> Pool<T::AccountId> for Now<T> {
	type Error = DrawError;

	fn len(&self) -> Result<u32, DrawError> {
		Ok(self.modules.saturating_add(Pallet::<T>::registrars_now()))
	}

	fn member(&self, place: u32) -> Result<Option<Member<T::AccountId>>, DrawError> {
		Ok(Pallet::<T>::member_at(place, self.modules))
	}

	fn owner(&self, member: &Member<T::AccountId>) -> Result<Option<T::AccountId>, DrawError> {
		Ok(T::Membership::owner(member))
	}
}

impl<T: Config> Draws<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn beacon(block: BlockNumberFor<T>) -> Option<BeaconValue> {
		Self::beacon_of(block)
	}

	fn committee(
		draw: &Draw<'_, T::AccountId, BlockNumberFor<T>>,
	) -> Result<Vec<Member<T::AccountId>>, DrawError> {
		let beacon = Self::beacon_of(draw.block).ok_or(DrawError::NoBeacon)?;
		committee(
			&Now::<T>::read(),
			draw,
			&Self::genesis(),
			&beacon,
			T::MaxCandidates::get(),
		)
	}
}

impl<T: Config> Shortlists<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn shortlist(
		draw: &Draw<'_, T::AccountId, BlockNumberFor<T>>,
		spare: u32,
	) -> Shortlist<T::AccountId> {
		let nobody = Shortlist {
			members: Vec::new(),
			looked_at: 0,
		};
		let Some(beacon) = Self::beacon_of(draw.block) else {
			return nobody;
		};
		let candidates = T::MaxCandidates::get();
		// The set as it is now always answers.
		shortlist(
			&Now::<T>::read(),
			draw,
			&Self::genesis(),
			&beacon,
			candidates,
			spare,
		)
		.unwrap_or(nobody)
	}
}

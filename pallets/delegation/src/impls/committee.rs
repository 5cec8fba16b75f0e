//! Drawing a committee.

use crate::{Config, ModuleCount, Pallet};
use alloc::vec::Vec;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use tea_primitives::{
	committee::{Pool, drawn},
	draw::{BeaconValue, Draw, DrawError, Drawn, Draws, FrugalDraws, Member, Membership},
};

/// The known-good set as it is now.
struct Now<T> {
	modules: u32,
	_runtime: core::marker::PhantomData<T>,
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
		Self::draw(draw, T::MaxCandidates::get()).committee
	}
}

impl<T: Config> FrugalDraws<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn draw(
		draw: &Draw<'_, T::AccountId, BlockNumberFor<T>>,
		candidates: u32,
	) -> Drawn<T::AccountId> {
		let failed = |error| Drawn {
			committee: Err(error),
			looked_at: 0,
		};
		let Some(beacon) = Self::beacon_of(draw.block) else {
			return failed(DrawError::NoBeacon);
		};
		let pool = Now::<T> {
			modules: ModuleCount::<T>::get(),
			_runtime: core::marker::PhantomData,
		};
		let candidates = candidates.min(T::MaxCandidates::get());
		drawn(&pool, draw, &Self::genesis(), &beacon, candidates).unwrap_or_else(failed)
	}
}

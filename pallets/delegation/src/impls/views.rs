//! What readers are shown.

use crate::{Config, DrawQueryOf, KnownGoodInfo, ModuleCount, Pallet};
use alloc::vec::Vec;
use tea_primitives::draw::{Draw, DrawError, Draws, Member};

/// Members in one answer.
const PAGE: u32 = 256;

impl<T: Config> Pallet<T> {
	pub(crate) fn set_info() -> KnownGoodInfo {
		KnownGoodInfo {
			modules: ModuleCount::<T>::get(),
			registrars: Self::registrars_now(),
		}
	}

	pub(crate) fn page_of_members(from: u32) -> Vec<Member<T::AccountId>> {
		let KnownGoodInfo {
			modules,
			registrars,
		} = Self::set_info();
		let end = modules
			.saturating_add(registrars)
			.min(from.saturating_add(PAGE));
		(from..end)
			.filter_map(|place| Self::member_at(place, modules))
			.collect()
	}

	pub(crate) fn answer(query: &DrawQueryOf<T>) -> Result<Vec<Member<T::AccountId>>, DrawError> {
		<Self as Draws<_, _>>::committee(&Draw {
			purpose: query.purpose,
			subject: &query.subject,
			block: query.block,
			size: query.size,
			excluded_owners: &query.excluded_owners,
			excluded: &query.excluded,
		})
	}
}

//! The known-good set: a dense list of Active modules, and registrars while it is short.

use crate::{Config, Event, ModuleCount, Modules, Pallet, Places};
use frame_support::traits::{Defensive, Get};
use tea_primitives::{
	draw::{KnownGood, Member, Membership},
	ids::ModuleId,
};

impl<T: Config> Pallet<T> {
	/// Registrars that count now. They leave by themselves when enough modules are there.
	pub(crate) fn registrars_now() -> u32 {
		if ModuleCount::<T>::get() < T::RegistrarsLeaveAt::get() {
			T::Membership::registrars()
		} else {
			0
		}
	}

	/// Who stands at a place: modules first, then registrars.
	pub(crate) fn member_at(place: u32, modules: u32) -> Option<Member<T::AccountId>> {
		match place.checked_sub(modules) {
			None => Modules::<T>::get(place).defensive().map(Member::Module),
			Some(index) => T::Membership::registrar(index).map(Member::Registrar),
		}
	}
}

impl<T: Config> KnownGood<T::AccountId> for Pallet<T> {
	fn admit(module: ModuleId) {
		if Places::<T>::contains_key(module) {
			return;
		}
		let place = ModuleCount::<T>::get();
		// As many modules as numbers of modules.
		let modules = place.saturating_add(1);
		Modules::<T>::insert(place, module);
		Places::<T>::insert(module, place);
		ModuleCount::<T>::put(modules);
		Self::deposit_event(Event::Admitted { module, modules });
	}

	fn dismiss(module: ModuleId) {
		let Some(place) = Places::<T>::take(module) else {
			return;
		};
		let last = ModuleCount::<T>::get().saturating_sub(1);
		// The last one takes the place that becomes free.
		if let Some(moved) = Modules::<T>::take(last).defensive()
			&& place != last
		{
			Modules::<T>::insert(place, moved);
			Places::<T>::insert(moved, place);
		}
		ModuleCount::<T>::put(last);
		Self::deposit_event(Event::Dismissed {
			module,
			modules: last,
		});
	}

	fn modules() -> u32 {
		ModuleCount::<T>::get()
	}
}

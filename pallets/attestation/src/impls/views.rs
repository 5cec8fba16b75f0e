//! What view functions return.

use super::enrolment::challenges;
use crate::{
	Boots, Chips, Config, EnrolmentView, Enrolments, MODULES_PER_PAGE, ModuleInfo, ModuleInfoOf,
	Modules, Pallet, PastBoots, Profiles, RegistrarAt, RegistrarCount, RegistrarRecordOf,
	Registrars, Sequences,
};
use alloc::vec::Vec;
use tea_primitives::{
	ids::{BootSeq, ModuleId},
	module::{BootKeys, ModuleStatus},
};

impl<T: Config> Pallet<T> {
	pub(crate) fn info(module: ModuleId) -> Option<ModuleInfoOf<T>> {
		let record = Self::effective(module)?;
		let sequence = Sequences::<T>::get(module);
		Some(ModuleInfo {
			status: record.status,
			since: record.since,
			reason: record.reason,
			cool_down_until: record.cool_down_until,
			next_round: sequence.round.saturating_add(1),
			boot_seq: sequence.boot_seq,
			chip: Chips::<T>::get(module),
			boot: Boots::<T>::get(module),
			profile: Profiles::<T>::get(module),
		})
	}

	pub(crate) fn modules_after(after: Option<ModuleId>) -> Vec<(ModuleId, ModuleStatus)> {
		let keys = match after {
			Some(module) => Modules::<T>::iter_keys_from(Modules::<T>::hashed_key_for(module)),
			None => Modules::<T>::iter_keys(),
		};
		keys.take(MODULES_PER_PAGE)
			.filter_map(|module| Self::effective(module).map(|record| (module, record.status)))
			.collect()
	}

	pub(crate) fn all_registrars() -> Vec<(T::AccountId, RegistrarRecordOf<T>)> {
		(0..RegistrarCount::<T>::get())
			.filter_map(RegistrarAt::<T>::get)
			.filter_map(|account| Registrars::<T>::get(&account).map(|record| (account, record)))
			.collect()
	}

	pub(crate) fn enrolment_with_challenges(module: ModuleId) -> Option<EnrolmentView<T>> {
		let record = Enrolments::<T>::get(module)?;
		let posted = challenges::<T>(module, record.slots.len());
		Some((record, posted))
	}

	pub(crate) fn keys_of_boot(module: ModuleId, boot_seq: BootSeq) -> Vec<BootKeys> {
		let present = Boots::<T>::get(module).map(|boot| (boot.seq, boot.keys));
		PastBoots::<T>::get(module)
			.into_iter()
			.map(|past| (past.seq, past.keys))
			.chain(present)
			.filter(|(seq, _)| *seq == boot_seq)
			.map(|(_, keys)| keys)
			.collect()
	}
}

//! Ends of life that come by themselves, a bounded number in each block.

use crate::{Agenda, Camelliae, Config, Event, Pallet, WeightInfo};
use frame_support::{storage::with_storage_layer, traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::Saturating;
use tea_primitives::ids::ModuleId;

impl<T: Config> Pallet<T> {
	/// Writes the end into the agenda of that block or of the next one that has room. Without room the burial is left
	/// to whoever wants it.
	pub(crate) fn schedule(module: ModuleId, due: BlockNumberFor<T>) -> Option<BlockNumberFor<T>> {
		for later in 0..=T::AgendaSpread::get() {
			let block = due.saturating_add(later.into());
			if Agenda::<T>::try_append(block, module).is_ok() {
				return Some(block);
			}
		}
		Self::deposit_event(Event::BurialLeftToOthers { module, from: due });
		None
	}

	pub(crate) fn unschedule(module: ModuleId, block: Option<BlockNumberFor<T>>) {
		let Some(block) = block else { return };
		Agenda::<T>::mutate_exists(block, |agenda| {
			let mut left = agenda.take().unwrap_or_default();
			left.retain(|entry| *entry != module);
			*agenda = (!left.is_empty()).then_some(left);
		});
	}

	pub(crate) fn agenda_weight(ends: u32) -> Weight {
		let end = <T as Config>::WeightInfo::bury().saturating_add(T::EndOfLifeWeight::get());
		<T as Config>::WeightInfo::serve_agenda().saturating_add(end.saturating_mul(ends.into()))
	}

	pub(crate) fn serve_agenda(now: BlockNumberFor<T>) -> Weight {
		let agenda = Agenda::<T>::take(now);
		let ends = agenda.len() as u32;
		for module in agenda {
			Camelliae::<T>::mutate_extant(module, |record| record.agenda = None);
			if with_storage_layer(|| Self::do_bury(module)).is_err() {
				Self::deposit_event(Event::BurialLeftToOthers { module, from: now });
			}
		}
		Self::agenda_weight(ends)
	}
}

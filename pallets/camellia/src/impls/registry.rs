//! What other pallets ask and tell the registry.

use crate::{
	CamelliaRecordOf, Camelliae, Chips, Config, Error, Event, Operators, Pallet, Stage, math,
};
use frame_support::ensure;
use sp_runtime::{DispatchResult, SaturatedConversion, traits::Saturating};
use tea_primitives::{
	camellia::{Camellias, CreditEvent, DrawWeight},
	ids::{EkHash, ModuleId},
};

impl<T: Config> Pallet<T> {
	/// Blocks since planting.
	pub(crate) fn age(record: &CamelliaRecordOf<T>) -> Option<u32> {
		match record.stage {
			Stage::Fresh { .. } => None,
			Stage::Planted { since, .. } => {
				Some(Self::now().saturating_sub(since).saturated_into())
			}
		}
	}

	pub(crate) fn productivity_now(record: &CamelliaRecordOf<T>) -> u32 {
		Self::age(record).map_or(0, |age| {
			math::productivity(record.base_productivity, age, record.life_span)
		})
	}

	pub(crate) fn weight_now(module: ModuleId, record: &CamelliaRecordOf<T>) -> Option<DrawWeight> {
		if record.hardware.is_none() || Self::is_over(record) {
			return None;
		}
		let (credit, _) = Self::credit_now(record);
		Some(math::draw_weight(
			Self::productivity_now(record),
			Self::stake_weight(module),
			credit,
		))
	}

	fn do_plant(module: ModuleId, chip: EkHash) -> DispatchResult {
		let mut record = Camelliae::<T>::get(module).ok_or(Error::<T>::UnknownCamellia)?;
		ensure!(
			!Self::is_over(&record) && Self::item_owner(module).is_some(),
			Error::<T>::CamelliaDead
		);
		ensure!(record.hardware.is_none(), Error::<T>::HardwareBound);
		ensure!(!Chips::<T>::contains_key(chip), Error::<T>::EkInUse);

		if matches!(record.stage, Stage::Fresh { .. }) {
			let since = Self::now();
			let ends = since.saturating_add(record.life_span.into());
			Self::unschedule(module, record.agenda);
			record.stage = Stage::Planted { since, ends };
			record.agenda = Self::schedule(module, ends);
			Self::deposit_event(Event::Planted { module, ends });
		}
		record.hardware = Some(chip);
		Chips::<T>::insert(chip, module);
		Camelliae::<T>::insert(module, record);
		Self::deposit_event(Event::HardwareBound { module, chip });
		Ok(())
	}
}

impl<T: Config> Camellias<T::AccountId> for Pallet<T> {
	fn owner(module: ModuleId) -> Option<T::AccountId> {
		Self::item_owner(module)
	}

	fn operator(module: ModuleId) -> Option<T::AccountId> {
		let record = Operators::<T>::get(module)?;
		(Self::item_owner(module)? == record.named_by).then_some(record.operator)
	}

	fn is_living(module: ModuleId) -> bool {
		Camelliae::<T>::get(module).is_some_and(|record| !Self::is_over(&record))
			&& Self::item_owner(module).is_some()
	}

	fn hardware(module: ModuleId) -> Option<EkHash> {
		Camelliae::<T>::get(module)?.hardware
	}

	fn planted() -> u32 {
		Chips::<T>::count()
	}

	fn plant(module: ModuleId, chip: EkHash) -> DispatchResult {
		Self::do_plant(module, chip)
	}

	fn unbind(module: ModuleId) {
		let taken = Camelliae::<T>::mutate_extant(module, |record| record.hardware.take());
		let Some(chip) = taken else { return };
		Chips::<T>::remove(chip);
		Self::deposit_event(Event::HardwareUnbound { module, chip });
	}

	fn draw_weight(module: ModuleId) -> Option<DrawWeight> {
		let record = Camelliae::<T>::get(module)?;
		Self::weight_now(module, &record)
	}

	fn note(module: ModuleId, event: CreditEvent) {
		Self::do_note(module, event);
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn bear(owner: &T::AccountId) -> Result<ModuleId, sp_runtime::DispatchError> {
		Self::do_bear(owner.clone(), crate::Kind::B)
	}
}

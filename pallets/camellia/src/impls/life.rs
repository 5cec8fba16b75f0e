//! Birth, operator, end.

use crate::{
	CamelliaRecord, CamelliaRecordOf, Camelliae, Chips, Config, CreditLogs, DeathCause, Error,
	Event, Kind, NextId, OperatorRecord, Operators, Pallet, Stage, math,
};
use codec::Encode;
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_io::hashing::blake2_256;
use sp_runtime::{
	DispatchResult,
	traits::{One, Saturating, Zero},
};
use tea_primitives::{
	camellia::OnEndOfLife,
	draw::{BeaconValue, Draws},
	ids::ModuleId,
};

/// Tag in front of what is hashed into the traits of a newborn.
const BIRTH_DOMAIN: [u8; 12] = *b"tea/birth/v1";

impl<T: Config> Pallet<T> {
	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// Whether the life of a Camellia, or the time of a fresh one, is over.
	pub(crate) fn is_over(record: &CamelliaRecordOf<T>) -> bool {
		Self::now() >= record.stage.end()
	}

	/// A birth whose traits come from the randomness of the last block.
	pub(crate) fn do_bear(
		owner: T::AccountId,
		kind: Kind,
	) -> Result<ModuleId, sp_runtime::DispatchError> {
		// There is none at genesis and in the first block. All zeroes then: the same for all, and known to all.
		let beacon = T::Draws::beacon(Self::now().saturating_sub(One::one())).unwrap_or_default();
		Self::bear_with(owner, kind, beacon)
	}

	/// A birth whose traits come from this randomness. An auction gives that of the block after its last bid.
	pub(crate) fn bear_with(
		owner: T::AccountId,
		kind: Kind,
		beacon: BeaconValue,
	) -> Result<ModuleId, sp_runtime::DispatchError> {
		let module = NextId::<T>::get();
		let next = module.0.checked_add(1).ok_or(Error::<T>::NumbersUsedUp)?;
		let now = Self::now();
		let withers = now.saturating_add(math::WITHERS_AFTER.into());
		// Two draws: a long life and a productive one have nothing to do with each other.
		let base_productivity =
			math::five_percent_around(kind.productivity(), Self::drawn(module, &beacon, 0));
		let life_span =
			math::five_percent_around(kind.life_span(), Self::drawn(module, &beacon, 1));

		Self::mint(module, &owner)?;
		NextId::<T>::put(ModuleId(next));
		let agenda = Self::schedule(module, withers);
		Camelliae::<T>::insert(
			module,
			CamelliaRecord {
				kind,
				base_productivity,
				life_span,
				born: now,
				stage: Stage::Fresh { withers },
				hardware: None,
				agenda,
				credit: math::CREDIT_START,
				credit_as_of: now,
			},
		);
		Self::deposit_event(Event::Born {
			module,
			owner,
			kind,
			base_productivity,
			life_span,
			withers,
		});
		Ok(module)
	}

	fn drawn(module: ModuleId, beacon: &BeaconValue, property: u8) -> u64 {
		let genesis = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let hash = (BIRTH_DOMAIN, genesis, module, beacon, property).using_encoded(blake2_256);
		let [a, b, c, d, e, f, g, h, ..] = hash;
		u64::from_le_bytes([a, b, c, d, e, f, g, h])
	}

	pub(crate) fn do_set_operator(
		who: T::AccountId,
		module: ModuleId,
		operator: Option<T::AccountId>,
	) -> DispatchResult {
		let record = Camelliae::<T>::get(module).ok_or(Error::<T>::UnknownCamellia)?;
		ensure!(
			Self::item_owner(module).as_ref() == Some(&who),
			Error::<T>::NotOwner
		);
		ensure!(!Self::is_over(&record), Error::<T>::CamelliaDead);
		match operator.clone() {
			Some(operator) => Operators::<T>::insert(
				module,
				OperatorRecord {
					named_by: who,
					operator,
				},
			),
			None => Operators::<T>::remove(module),
		}
		Self::deposit_event(Event::OperatorSet { module, operator });
		Ok(())
	}

	pub(crate) fn do_bury(module: ModuleId) -> DispatchResult {
		let record = Camelliae::<T>::get(module).ok_or(Error::<T>::UnknownCamellia)?;
		let owner = Self::item_owner(module);
		let cause = if owner.is_none() {
			DeathCause::ItemBurnt
		} else {
			ensure!(Self::is_over(&record), Error::<T>::StillLiving);
			match record.stage {
				Stage::Fresh { .. } => DeathCause::Withered,
				Stage::Planted { .. } => DeathCause::EndOfLife,
			}
		};

		if matches!(record.stage, Stage::Planted { .. }) {
			// The record still stands, so that the others can read it, take the hardware off and note the end.
			T::OnEndOfLife::end_of_life(module);
		}
		if let Some(record) = Camelliae::<T>::take(module) {
			if let Some(chip) = record.hardware {
				Chips::<T>::remove(chip);
				Self::deposit_event(Event::HardwareUnbound { module, chip });
			}
			Self::unschedule(module, record.agenda);
		}
		Operators::<T>::remove(module);
		CreditLogs::<T>::remove(module);
		if owner.is_some() {
			Self::burn(module)?;
		}
		Self::deposit_event(Event::Died {
			module,
			owner,
			cause,
		});
		Ok(())
	}
}

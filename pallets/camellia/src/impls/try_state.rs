//! The invariants of the README, checked by walking the maps.

use crate::{
	Agenda, CamelliaRecordOf, Camelliae, Chips, Collection, Config, CreditLogs, NextId, Operators,
	Pallet, Rewards, Stage, math,
};
use frame_support::{ensure, traits::fungible::Inspect};
use sp_runtime::{
	TryRuntimeError,
	traits::{Saturating, Zero},
};
use tea_primitives::ids::ModuleId;

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		for (module, record) in Camelliae::<T>::iter() {
			Self::check_record(module, &record)?;
		}
		Self::check_chips()?;
		Self::check_agenda()?;
		Self::check_items()?;
		for module in Operators::<T>::iter_keys().chain(CreditLogs::<T>::iter_keys()) {
			ensure!(
				Camelliae::<T>::contains_key(module),
				"8: operators and logs belong to Camelliae"
			);
		}
		Self::check_rewards()
	}

	fn check_record(module: ModuleId, record: &CamelliaRecordOf<T>) -> Result<(), TryRuntimeError> {
		ensure!(
			module < NextId::<T>::get(),
			"1: numbers come from the counter"
		);
		ensure!(
			record.credit <= math::CREDIT_MAX,
			"2: credit is 10 000 at most"
		);
		ensure!(
			record.credit_as_of <= Self::now(),
			"2: credit is not of the future"
		);
		let near = |value: u32, middle: u32| {
			let reach = middle / 20;
			value >= middle.saturating_sub(reach) && value <= middle.saturating_add(reach)
		};
		ensure!(
			near(record.base_productivity, record.kind.productivity()),
			"3: productivity is within 5 % of the kind's"
		);
		ensure!(
			near(record.life_span, record.kind.life_span()),
			"3: life is within 5 % of the kind's"
		);
		match record.stage {
			Stage::Fresh { withers } => {
				ensure!(record.hardware.is_none(), "4: hardware plants");
				ensure!(
					withers == record.born.saturating_add(math::WITHERS_AFTER.into()),
					"4: a fresh one withers in its time"
				);
			}
			Stage::Planted { since, ends } => {
				ensure!(since >= record.born, "4: born before planted");
				ensure!(
					ends == since.saturating_add(record.life_span.into()),
					"4: life lasts as long as was drawn"
				);
			}
		}
		if let Some(chip) = record.hardware {
			ensure!(
				Chips::<T>::get(chip) == Some(module),
				"5: hardware is in the reverse map"
			);
		}
		if let Some(block) = record.agenda {
			ensure!(
				Agenda::<T>::get(block).contains(&module),
				"6: the end stands in the agenda that the record names"
			);
		}
		Ok(())
	}

	fn check_chips() -> Result<(), TryRuntimeError> {
		let mut chips = 0u32;
		for (chip, module) in Chips::<T>::iter() {
			chips = chips.saturating_add(1);
			ensure!(
				Camelliae::<T>::get(module).is_some_and(|record| record.hardware == Some(chip)),
				"5: the reverse map holds bound hardware only"
			);
		}
		ensure!(chips == Chips::<T>::count(), "5: bound chips are counted");
		Ok(())
	}

	fn check_agenda() -> Result<(), TryRuntimeError> {
		for (block, agenda) in Agenda::<T>::iter() {
			ensure!(!agenda.is_empty(), "6: no agenda is kept empty");
			for module in agenda {
				let record = Camelliae::<T>::get(module).ok_or("6: the agenda names Camelliae")?;
				ensure!(
					record.agenda == Some(block),
					"6: each stands in one agenda, once"
				);
				ensure!(
					block >= record.stage.end(),
					"6: nobody is served before the end"
				);
			}
		}
		Ok(())
	}

	fn check_rewards() -> Result<(), TryRuntimeError> {
		if Collection::<T>::get().is_none() {
			ensure!(
				Rewards::<T>::iter_keys().next().is_none(),
				"9: nothing is earned without Camelliae"
			);
			return Ok(());
		}
		let mut owed = <T as Config>::Currency::minimum_balance();
		for (_, _, reward) in Rewards::<T>::iter() {
			ensure!(!reward.is_zero(), "9: no empty reward is kept");
			owed = owed.saturating_add(reward);
		}
		ensure!(
			<T as Config>::Currency::balance(&Self::account_id()) >= owed,
			"9: what was earned is there, and the account lives"
		);
		Ok(())
	}

	fn check_items() -> Result<(), TryRuntimeError> {
		let Some(collection) = Collection::<T>::get() else {
			ensure!(
				Camelliae::<T>::iter_keys().next().is_none(),
				"7: no Camellia without items"
			);
			return Ok(());
		};
		for item in pallet_nfts::Item::<T>::iter_key_prefix(collection) {
			ensure!(
				Camelliae::<T>::contains_key(ModuleId(item)),
				"7: every item is a Camellia"
			);
		}
		Ok(())
	}
}

//! What is due when: a bounded agenda by block. A deadline holds whether or not it found room here, and everybody may
//! call `expire_*` after it.

use crate::{
	Agenda, AgendaItem, BalanceOf, ChipRecordOf, Config, CoolDowns, CurrentParameters, EkOwners,
	EkRecord, Error, Event, HoldReason, Pallet, Unbonding, Unbondings, WeightInfo,
};
use frame_support::{
	ensure,
	traits::{fungible::MutateHold, tokens::Precision},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{DispatchResult, Saturating, traits::One};
use tea_primitives::ids::{ModuleId, Round};

/// Blocks after a full one in which room is looked for.
pub(crate) const SPILL: u32 = 8;

impl<T: Config> Pallet<T> {
	/// The block in progress.
	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// Notes that something of `module` is due.
	pub(crate) fn schedule(
		due: BlockNumberFor<T>,
		module: ModuleId,
		item: AgendaItem<T::AccountId>,
	) {
		let mut block = due;
		for _ in 0..=SPILL {
			if Agenda::<T>::try_append(block, item.clone()).is_ok() {
				return;
			}
			block = block.saturating_add(One::one());
		}
		Self::deposit_event(Event::AgendaFull { module, due });
	}

	/// Does what is due in block `now`. What turned out pointless meanwhile is passed over.
	pub(crate) fn do_agenda(now: BlockNumberFor<T>) -> Weight {
		let mut weight = T::WeightInfo::agenda();
		for item in Agenda::<T>::take(now) {
			// Refusals mean that there is nothing to do any more, or not yet.
			let (_, cost) = match item {
				AgendaItem::Enrolment(module) => (
					Self::do_expire_enrolment(module),
					T::WeightInfo::expire_enrolment(),
				),
				AgendaItem::Round(module) => {
					(Self::do_expire_round(module), T::WeightInfo::expire_round())
				}
				AgendaItem::Certificate(module) => (
					Self::do_expire_certificate(module),
					T::WeightInfo::expire_certificate(),
				),
				AgendaItem::Bond(module, round) => (
					Self::do_expire_bond(module, round),
					T::WeightInfo::expire_bond(),
				),
				AgendaItem::CoolDown(account) => (
					Self::end_cool_down(&account, now),
					T::WeightInfo::expire_bond(),
				),
			};
			weight.saturating_accrue(cost);
		}
		weight
	}

	fn end_cool_down(account: &T::AccountId, now: BlockNumberFor<T>) -> DispatchResult {
		if CoolDowns::<T>::get(account).is_some_and(|until| until <= now) {
			CoolDowns::<T>::remove(account);
		}
		Ok(())
	}

	/// Puts a bond on hold.
	pub(crate) fn hold(who: &T::AccountId, amount: BalanceOf<T>) -> Result<(), Error<T>> {
		T::Currency::hold(&HoldReason::EnrolmentBond.into(), who, amount)
			.map_err(|_| Error::<T>::InsufficientBalance)
	}

	/// Releases a bond.
	pub(crate) fn release(module: ModuleId, who: &T::AccountId, amount: BalanceOf<T>) {
		let released = T::Currency::release(
			&HoldReason::EnrolmentBond.into(),
			who,
			amount,
			Precision::BestEffort,
		);
		frame_support::defensive_assert!(
			released == Ok(amount),
			"every record of a bond stands for a hold"
		);
		Self::deposit_event(Event::BondReturned {
			module,
			who: who.clone(),
			amount,
		});
	}

	/// The bond of a chip that leaves comes back later; until then it answers for what the chip did.
	pub(crate) fn unbond(
		module: ModuleId,
		round: Round,
		chip: &ChipRecordOf<T>,
		barred_until: Option<BlockNumberFor<T>>,
	) {
		let delayed = Self::now().saturating_add(CurrentParameters::<T>::get().bond_delay);
		let free_from = barred_until.map_or(delayed, |barred| delayed.max(barred));
		Unbondings::<T>::insert(
			module,
			round,
			Unbonding {
				who: chip.bonded_by.clone(),
				amount: chip.bond,
				free_from,
				chip: chip.id,
			},
		);
		Self::schedule(free_from, module, AgendaItem::Bond(module, round));
	}

	pub(crate) fn do_expire_bond(module: ModuleId, round: Round) -> DispatchResult {
		let unbonding = Unbondings::<T>::get(module, round).ok_or(Error::<T>::NoBond)?;
		ensure!(Self::now() >= unbonding.free_from, Error::<T>::TooSoon);
		Unbondings::<T>::remove(module, round);
		// A barred chip is free by now; nothing else keeps its entry alive.
		EkOwners::<T>::mutate_exists(unbonding.chip, |owner| {
			if let Some(EkRecord {
				module: of,
				barred_until: Some(until),
			}) = owner && *of == module
				&& *until <= Self::now()
			{
				*owner = None;
			}
		});
		Self::release(module, &unbonding.who, unbonding.amount);
		Ok(())
	}
}

//! One function per call, without the check of the origin.

use crate::{
	BalanceOf, BondState, Bonds, Config, Error, Event, HoldReason, LeaveReason, Pallet, Validators,
};
use frame_support::{
	ensure,
	pallet_prelude::DispatchResult,
	traits::{
		Get, ValidatorRegistration, ValidatorSet,
		fungible::{InspectHold as _, MutateHold as _},
		tokens::Precision,
	},
};
use pallet_session::SessionInterface;
use sp_runtime::{
	ArithmeticError,
	traits::{CheckedAdd, Zero},
};
use sp_staking::SessionIndex;

impl<T: Config> Pallet<T> {
	/// The bond that is on hold.
	pub(crate) fn bonded(who: &T::AccountId) -> BalanceOf<T> {
		T::Currency::balance_on_hold(&HoldReason::Bond.into(), who)
	}

	/// The session in progress.
	pub(crate) fn current_session() -> SessionIndex {
		<T::Session as ValidatorSet<T::AccountId>>::session_index()
	}

	/// Last session that was planned before now. What changes now cannot change it.
	pub(crate) fn last_planned_session() -> SessionIndex {
		Self::current_session().saturating_add(1)
	}

	/// Puts more on hold; the whole must reach the least bond.
	pub(crate) fn do_bond(who: T::AccountId, added: BalanceOf<T>) -> DispatchResult {
		ensure!(!added.is_zero(), Error::<T>::NothingToBond);
		let state = Bonds::<T>::get(&who);
		ensure!(
			!matches!(state, Some(BondState::Unbonding { .. })),
			Error::<T>::BondUnbonding
		);
		let total = Self::bonded(&who)
			.checked_add(&added)
			.ok_or(ArithmeticError::Overflow)?;
		ensure!(total >= T::MinBond::get(), Error::<T>::BelowMinBond);

		T::Currency::hold(&HoldReason::Bond.into(), &who, added)?;
		if state.is_none() {
			Bonds::<T>::insert(&who, BondState::Candidate { last_session: None });
		}
		Self::deposit_event(Event::Bonded { who, added, total });
		Ok(())
	}

	/// Starts the delay, which counts from the last session that the bond answers for.
	pub(crate) fn do_unbond(who: T::AccountId) -> DispatchResult {
		let last_session = match Bonds::<T>::get(&who).ok_or(Error::<T>::NotBonded)? {
			BondState::Candidate { last_session } => last_session,
			BondState::Serving => return Err(Error::<T>::StillServing.into()),
			BondState::Unbonding { .. } => return Err(Error::<T>::BondUnbonding.into()),
		};
		let current = Self::current_session();
		let withdrawable_from = last_session.map_or(current, |last| {
			last.saturating_add(T::UnbondingSessions::get())
				.saturating_add(1)
				.max(current)
		});

		Bonds::<T>::insert(&who, BondState::Unbonding { withdrawable_from });
		let amount = Self::bonded(&who);
		Self::deposit_event(Event::UnbondingStarted {
			who,
			amount,
			withdrawable_from,
		});
		Ok(())
	}

	/// Releases what is left of the bond, takes the session keys away and forgets the account.
	pub(crate) fn do_withdraw_unbonded(who: T::AccountId) -> DispatchResult {
		match Bonds::<T>::get(&who).ok_or(Error::<T>::NotBonded)? {
			BondState::Unbonding { withdrawable_from } => {
				ensure!(
					Self::current_session() >= withdrawable_from,
					Error::<T>::StillSlashable
				);
			}
			BondState::Candidate { .. } | BondState::Serving => {
				return Err(Error::<T>::NotUnbonding.into());
			}
		}

		// Only a bonded account has a validator id, so its keys and their deposit come back while it still has one.
		if T::Session::is_registered(&who) {
			<T::Session as SessionInterface>::purge_keys(&who)?;
		}
		// Exact: the hold is the record of the amount, there is nothing that it could disagree with.
		let amount = T::Currency::release_all(&HoldReason::Bond.into(), &who, Precision::Exact)?;
		Bonds::<T>::remove(&who);
		Self::deposit_event(Event::Withdrawn { who, amount });
		Ok(())
	}

	/// Takes a candidate into the set.
	pub(crate) fn do_admit(who: T::AccountId) -> DispatchResult {
		match Bonds::<T>::get(&who).ok_or(Error::<T>::NotBonded)? {
			BondState::Candidate { .. } => (),
			BondState::Serving => return Err(Error::<T>::AlreadyServing.into()),
			BondState::Unbonding { .. } => return Err(Error::<T>::BondUnbonding.into()),
		}
		let bond = Self::bonded(&who);
		ensure!(bond >= T::MinBond::get(), Error::<T>::BelowMinBond);
		ensure!(T::Session::is_registered(&who), Error::<T>::NoSessionKeys);
		Validators::<T>::try_append(who.clone()).map_err(|()| Error::<T>::SetFull)?;

		Bonds::<T>::insert(&who, BondState::Serving);
		let first_session = Self::last_planned_session().saturating_add(1);
		Self::deposit_event(Event::Admitted {
			who,
			bond,
			first_session,
		});
		Ok(())
	}

	/// Takes a validator out of the set. The last one stays.
	pub(crate) fn do_leave(who: T::AccountId, reason: LeaveReason) -> DispatchResult {
		Validators::<T>::try_mutate(|validators| {
			let position = validators
				.iter()
				.position(|v| *v == who)
				.ok_or(Error::<T>::NotServing)?;
			ensure!(validators.len() > 1, Error::<T>::LastValidator);
			validators.remove(position);
			Ok::<_, Error<T>>(())
		})?;

		let last_session = Self::last_planned_session();
		Bonds::<T>::insert(
			&who,
			BondState::Candidate {
				last_session: Some(last_session),
			},
		);
		Self::deposit_event(Event::Left {
			who,
			reason,
			last_session,
		});
		Ok(())
	}
}

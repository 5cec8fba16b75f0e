//! The set as pallet-session and its history see it.

use crate::{
	Bonds, Config, Exposure, ExposureRecordOf, Exposures, Pallet, SlashedFractions, Suspended,
	Validators,
};
use alloc::vec::Vec;
use core::marker::PhantomData;
use frame_support::traits::{Get, ValidatorRegistration};
use pallet_session::{SessionInterface, SessionManager, historical};
use sp_runtime::traits::Convert;
use sp_staking::{SessionIndex, offence::OffenceSeverity};

/// For `pallet_session::Config::ValidatorIdOf`: an account is its own validator id, provided that it is bonded. So
/// nobody can fill the key map for the price of a key deposit.
pub struct ValidatorIdOf<T>(PhantomData<T>);

impl<T: Config> Convert<T::AccountId, Option<T::AccountId>> for ValidatorIdOf<T> {
	fn convert(who: T::AccountId) -> Option<T::AccountId> {
		Bonds::<T>::contains_key(&who).then_some(who)
	}
}

/// For `historical::Config::FullIdentificationOf`: the exposure in the session in progress, as it was planned. What is
/// bonded or slashed meanwhile does not change it, so a proof of key ownership stays valid through the session.
pub struct ExposureOf<T>(PhantomData<T>);

impl<T: Config> Convert<T::AccountId, Option<ExposureRecordOf<T>>> for ExposureOf<T> {
	fn convert(who: T::AccountId) -> Option<ExposureRecordOf<T>> {
		Exposures::<T>::get(Pallet::<T>::current_session(), who)
	}
}

impl<T: Config> Pallet<T> {
	/// Plans a session with the whole set, always: a change of a bond must reach the history too. `None`, which leaves
	/// the choice to pallet-session, only where genesis named no validators.
	fn plan_session(session: SessionIndex) -> Option<Vec<(T::AccountId, ExposureRecordOf<T>)>> {
		let validators = Validators::<T>::get();
		if validators.is_empty() {
			return None;
		}
		let exposed = validators.into_iter().map(|who| {
			let exposure = Exposure {
				bond: Self::bonded(&who),
			};
			Exposures::<T>::insert(session, &who, exposure);
			(who, exposure)
		});
		Some(exposed.collect())
	}

	/// The same at genesis, where a validator without keys is a mistake in the chain specification.
	fn plan_genesis_session(
		session: SessionIndex,
	) -> Option<Vec<(T::AccountId, ExposureRecordOf<T>)>> {
		for who in Validators::<T>::get() {
			assert!(
				T::Session::is_registered(&who),
				"validatorSet.validators: {who:?} has no session keys in session.keys",
			);
		}
		Self::plan_session(session)
	}

	/// Those who offended while the session was already planned do not get to act in it.
	fn on_session_start() {
		for (who, fraction) in Suspended::<T>::take() {
			<T::Session as SessionInterface>::report_offence(who, OffenceSeverity(fraction));
		}
	}

	/// Forgets what ages out: the exposures of the session itself, and of the one session whose offences can no longer
	/// be reported from the next session on the noted fractions and the key history.
	fn on_session_end(session: SessionIndex) {
		// A session has at most `MaxValidators` exposures, so one round always removes all.
		let _ = Exposures::<T>::clear_prefix(session, T::MaxValidators::get(), None);

		if let Some(outdated) = session.checked_sub(T::UnbondingSessions::get()) {
			SlashedFractions::<T>::remove(outdated);
			<T::Session as SessionInterface>::prune_up_to(outdated.saturating_add(1));
		}
	}
}

impl<T: Config> SessionManager<T::AccountId> for Pallet<T> {
	fn new_session(new_index: SessionIndex) -> Option<Vec<T::AccountId>> {
		Self::plan_session(new_index).map(without_exposures)
	}

	fn new_session_genesis(new_index: SessionIndex) -> Option<Vec<T::AccountId>> {
		Self::plan_genesis_session(new_index).map(without_exposures)
	}

	fn start_session(_: SessionIndex) {
		Self::on_session_start();
	}

	fn end_session(end_index: SessionIndex) {
		Self::on_session_end(end_index);
	}
}

impl<T: Config> historical::SessionManager<T::AccountId, ExposureRecordOf<T>> for Pallet<T> {
	fn new_session(new_index: SessionIndex) -> Option<Vec<(T::AccountId, ExposureRecordOf<T>)>> {
		Self::plan_session(new_index)
	}

	fn new_session_genesis(
		new_index: SessionIndex,
	) -> Option<Vec<(T::AccountId, ExposureRecordOf<T>)>> {
		Self::plan_genesis_session(new_index)
	}

	fn start_session(_: SessionIndex) {
		Self::on_session_start();
	}

	fn end_session(end_index: SessionIndex) {
		Self::on_session_end(end_index);
	}
}

fn without_exposures<AccountId, Exposure>(exposed: Vec<(AccountId, Exposure)>) -> Vec<AccountId> {
	exposed.into_iter().map(|(who, _)| who).collect()
}

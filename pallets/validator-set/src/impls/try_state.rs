//! The invariants that the README numbers.

use crate::{BondState, Bonds, Config, Exposures, Pallet, SlashedFractions, Suspended, Validators};
use alloc::collections::BTreeSet;
use frame_support::{ensure, traits::Get};
use sp_runtime::{Perbill, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks all invariants.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_set()?;
		Self::check_bonds()?;
		Self::check_exposures()?;
		Self::check_offences()
	}

	fn check_set() -> Result<(), TryRuntimeError> {
		let validators = Validators::<T>::get();
		let distinct: BTreeSet<_> = validators.iter().cloned().collect();
		ensure!(
			distinct.len() == validators.len(),
			"1: a validator is in the set twice"
		);

		let serving: BTreeSet<_> = Bonds::<T>::iter()
			.filter_map(|(who, state)| (state == BondState::Serving).then_some(who))
			.collect();
		ensure!(
			distinct == serving,
			"2: the set differs from the bonds that serve"
		);

		let current = Self::current_session();
		ensure!(
			!validators.is_empty() || Exposures::<T>::iter_prefix(current).next().is_none(),
			"3: the set has become empty"
		);
		Ok(())
	}

	fn check_bonds() -> Result<(), TryRuntimeError> {
		let last = Self::last_planned_session();
		let last_delay = last
			.saturating_add(T::UnbondingSessions::get())
			.saturating_add(1);
		for (_, state) in Bonds::<T>::iter() {
			match state {
				BondState::Candidate { last_session } => {
					ensure!(
						last_session <= Some(last),
						"4: a bond answers for unplanned sessions"
					);
				}
				BondState::Unbonding { withdrawable_from } => {
					ensure!(
						withdrawable_from <= last_delay,
						"5: a bond is held for too long"
					);
				}
				BondState::Serving => (),
			}
		}
		Ok(())
	}

	fn check_exposures() -> Result<(), TryRuntimeError> {
		let planned = [Self::current_session(), Self::last_planned_session()];
		ensure!(
			Exposures::<T>::iter_keys().all(|(session, _)| planned.contains(&session)),
			"6: an exposure is neither of this session nor of the next"
		);
		for session in planned {
			ensure!(
				Exposures::<T>::iter_prefix(session).count() <= T::MaxValidators::get() as usize,
				"7: more validators are exposed than fit the set"
			);
		}
		Ok(())
	}

	fn check_offences() -> Result<(), TryRuntimeError> {
		let current = Self::current_session();
		let oldest = current.saturating_sub(T::UnbondingSessions::get());
		for (session, noted) in SlashedFractions::<T>::iter() {
			ensure!(
				(oldest..=current).contains(&session),
				"8: a fraction is noted for a session that cannot be reported"
			);
			ensure!(
				all_distinct(&noted),
				"9: an offender is noted twice for a session"
			);
		}

		let suspended = Suspended::<T>::get();
		ensure!(
			all_distinct(&suspended),
			"10: an offender is suspended twice"
		);
		ensure!(
			suspended
				.iter()
				.all(|(who, _)| Exposures::<T>::contains_key(Self::last_planned_session(), who)),
			"11: somebody is suspended from a session that it is not planned for"
		);
		Ok(())
	}
}

fn all_distinct<AccountId: Ord>(offenders: &[(AccountId, Perbill)]) -> bool {
	offenders
		.iter()
		.map(|(who, _)| who)
		.collect::<BTreeSet<_>>()
		.len() == offenders.len()
}

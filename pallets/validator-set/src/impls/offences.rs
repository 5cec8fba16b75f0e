//! What an offence costs.

use crate::{
	BalanceOf, BondState, Bonds, Config, Event, ExposureRecordOf, Exposures, HoldReason,
	LeaveReason, Pallet, SlashedFractions, Suspended, Validators, WeightInfo, slash,
};
use alloc::vec::Vec;
use frame_support::{
	traits::{
		Defensive, Get, Imbalance,
		fungible::{Balanced as _, BalancedHold},
	},
	weights::Weight,
};
use pallet_session::SessionInterface;
use sp_runtime::{
	Perbill,
	traits::{Saturating, Zero},
};
use sp_staking::{
	SessionIndex,
	offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
};

/// Reporters of one offender that are paid, at most; the rest of a longer list gets nothing.
pub const MAX_REPORTERS: u32 = 8;

/// An offender as pallet-offences names it: validator id and exposure in the session of the offence.
type OffenderOf<T> = (<T as frame_system::Config>::AccountId, ExposureRecordOf<T>);

impl<T: Config> OnOffenceHandler<T::AccountId, OffenderOf<T>, Weight> for Pallet<T> {
	fn on_offence(
		offenders: &[OffenceDetails<T::AccountId, OffenderOf<T>>],
		fractions: &[Perbill],
		session: SessionIndex,
	) -> Weight {
		if session.saturating_add(T::UnbondingSessions::get()) < Self::current_session() {
			Self::deposit_event(Event::OffenceOutdated { session });
			return T::DbWeight::get().reads(1);
		}
		for (details, fraction) in offenders.iter().zip(fractions) {
			Self::punish(details, *fraction, session);
		}
		T::WeightInfo::on_offence(u32::try_from(offenders.len()).unwrap_or(u32::MAX))
	}
}

impl<T: Config> Pallet<T> {
	fn punish(
		details: &OffenceDetails<T::AccountId, OffenderOf<T>>,
		fraction: Perbill,
		session: SessionIndex,
	) {
		let (offender, exposure) = &details.offender;
		let Some(previous) = Self::note_fraction(session, offender, fraction) else {
			return;
		};

		let due = slash::due(exposure.bond, previous, fraction);
		Self::slash_bond(offender, &details.reporters, due, session, fraction);

		if !Self::is_last_validator(offender) {
			Self::expel(offender, fraction);
		} else {
			// Disabling it would stop the chain, so it goes on until governance has admitted another.
			let validator = offender.clone();
			Self::deposit_event(Event::OffenderKept { validator, session });
		}
	}

	/// Remembers the largest fraction of the session. Returns the one before, or `None` if this one is not larger:
	/// then the offence, or a worse one, has been punished already.
	fn note_fraction(
		session: SessionIndex,
		offender: &T::AccountId,
		fraction: Perbill,
	) -> Option<Perbill> {
		SlashedFractions::<T>::mutate(session, |noted| {
			match noted.iter_mut().find(|(who, _)| who == offender) {
				Some((_, largest)) if *largest >= fraction => None,
				Some((_, largest)) => Some(core::mem::replace(largest, fraction)),
				// There are no more offenders than validators in a session, and these fit.
				None => noted
					.try_push((offender.clone(), fraction))
					.defensive()
					.ok()
					.map(|()| Perbill::zero()),
			}
		})
	}

	/// Takes `due` from the hold, or what is left of it: reporters get their share, the rest is burnt.
	fn slash_bond(
		offender: &T::AccountId,
		reporters: &[T::AccountId],
		due: BalanceOf<T>,
		session: SessionIndex,
		fraction: Perbill,
	) {
		let (mut credit, _not_held) =
			<T::Currency as BalancedHold<_>>::slash(&HoldReason::Bond.into(), offender, due);
		let amount: BalanceOf<T> = credit.peek();
		// A block author reports what it has seen, which may be its own offence.
		let payees: Vec<_> = reporters
			.iter()
			.filter(|reporter| *reporter != offender)
			.take(MAX_REPORTERS as usize)
			.collect();
		let each = slash::reward_of_each(amount, T::ReporterShare::get(), payees.len() as u32);

		let mut rewarded = BalanceOf::<T>::zero();
		if !each.is_zero() {
			for reporter in payees {
				// What cannot be deposited, as with an account that does not exist, is dropped: burnt.
				if T::Currency::resolve(reporter, credit.extract(each)).is_ok() {
					rewarded.saturating_accrue(each);
					Self::deposit_event(Event::ReporterRewarded {
						reporter: reporter.clone(),
						validator: offender.clone(),
						session,
						amount: each,
					});
				}
			}
		}
		drop(credit);
		Self::deposit_event(Event::Slashed {
			validator: offender.clone(),
			session,
			fraction,
			amount,
			burnt: amount.saturating_sub(rewarded),
		});
	}

	/// Whether the set has this validator and no other.
	fn is_last_validator(who: &T::AccountId) -> bool {
		Validators::<T>::get().as_slice() == core::slice::from_ref(who)
	}

	/// Takes an offender out of the set and out of the sessions that are planned already.
	fn expel(offender: &T::AccountId, fraction: Perbill) {
		if Bonds::<T>::get(offender) == Some(BondState::Serving) {
			// It serves and is not the last: nothing is left that could be refused.
			let _ = Self::do_leave(offender.clone(), LeaveReason::Offence).defensive();
		}
		if Exposures::<T>::contains_key(Self::last_planned_session(), offender) {
			Suspended::<T>::mutate(|suspended| {
				match suspended.iter_mut().find(|(who, _)| who == offender) {
					Some((_, largest)) => *largest = fraction.max(*largest),
					// A subset of the exposed, of which there are `MaxValidators` at most.
					None => {
						let _ = suspended.try_push((offender.clone(), fraction)).defensive();
					}
				}
			});
		}
		<T::Session as SessionInterface>::report_offence(
			offender.clone(),
			OffenceSeverity(fraction),
		);
	}
}

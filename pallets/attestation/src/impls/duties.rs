//! Duty calls: who may act, and when they cost nothing.

use crate::{Config, Error, Event, FailedDuties, FailedDutiesOf, Pallet, Registrars, Sessions};
use frame_support::traits::Get;
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::traits::Convert;
use tea_primitives::draw::Member;

impl<T: Config> Pallet<T> {
	/// Whether a duty call is feeless: everything but the signatures inside it is right.
	pub(crate) fn is_duty(
		origin: &OriginFor<T>,
		check: impl FnOnce(&T::AccountId) -> Result<(), Error<T>>,
	) -> bool {
		let Ok(who) = ensure_signed(origin.clone()) else {
			return false;
		};
		!Self::has_lost_feelessness(&who) && check(&who).is_ok()
	}

	/// Whether so many duty calls of this account failed in dispatch that the next ones of this epoch cost fees.
	pub(crate) fn has_lost_feelessness(who: &T::AccountId) -> bool {
		let failed = FailedDutiesOf::<T>::get(who);
		failed.epoch == T::Epoch::get() && failed.count >= T::MaxFailedDuties::get()
	}

	/// Notes that a feeless call of this account failed in dispatch. [`crate::DutyGuard`] calls it, because what a
	/// failed call writes itself is rolled back.
	pub(crate) fn note_failed_duty(who: &T::AccountId) {
		let epoch = T::Epoch::get();
		let failed = FailedDutiesOf::<T>::get(who);
		let count = if failed.epoch == epoch {
			failed.count.saturating_add(1)
		} else {
			1
		};
		FailedDutiesOf::<T>::insert(who, FailedDuties { epoch, count });
		Self::deposit_event(Event::DutyFailed {
			who: who.clone(),
			count,
		});
	}

	/// Whether this account is a registrar.
	///
	/// Reads the record: light clients validate duties themselves, and the proof that a node makes of "there is such a
	/// key" holds only the hash of a value longer than 32 bytes, which they refuse.
	pub(crate) fn is_registrar(account: &T::AccountId) -> bool {
		Registrars::<T>::get(account).is_some()
	}

	/// Whether `who` may act as this member now.
	pub(crate) fn acts_as(who: &T::AccountId, member: &Member<T::AccountId>) -> bool {
		match member {
			Member::Registrar(account) => account == who && Self::is_registrar(account),
			Member::Module(module) => {
				Sessions::<T>::get(who).is_some_and(|(of, _)| of == *module)
					&& Self::valid_certificate(*module).is_some()
			}
		}
	}

	/// The account whose signature is this member's now.
	pub(crate) fn account_of(member: &Member<T::AccountId>) -> Option<T::AccountId> {
		match member {
			Member::Registrar(account) => Self::is_registrar(account).then(|| account.clone()),
			Member::Module(module) => Self::valid_certificate(*module)
				.map(|record| T::SessionAccount::convert(record.certificate.keys.session)),
		}
	}
}

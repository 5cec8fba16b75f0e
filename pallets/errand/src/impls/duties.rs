//! Duty calls: who may act, and when they cost nothing.

use crate::{Config, Error, Pallet};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::traits::Convert;
use tea_primitives::{
	draw::{Member, Membership},
	errand::DutyStanding,
	module::Attested,
};

impl<T: Config> Pallet<T> {
	/// Whether a duty call is feeless: everything but the signatures inside it is right.
	pub(crate) fn is_duty(
		origin: &OriginFor<T>,
		check: impl FnOnce(&T::AccountId) -> Result<(), Error<T>>,
	) -> bool {
		let Ok(who) = ensure_signed(origin.clone()) else {
			return false;
		};
		T::Duties::is_feeless(&who) && check(&who).is_ok()
	}

	/// The account whose signature is this member's now.
	pub(crate) fn account_of(member: &Member<T::AccountId>) -> Option<T::AccountId> {
		match member {
			Member::Registrar(account) => T::Membership::owner(member)
				.is_some()
				.then(|| account.clone()),
			Member::Module(module) => T::Attested::certificate(*module)
				.map(|certificate| T::SessionAccount::convert(certificate.keys.session)),
		}
	}
}

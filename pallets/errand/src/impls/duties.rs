//! Duty calls: who may act, and when they cost nothing.

use crate::{Call, Config, Error, Pallet};
use alloc::vec::Vec;
use codec::Encode;
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

/// What a duty of this pallet is about: two of the same signer about the same are one. `None`: the call is no duty.
pub fn duty_subject<T: Config>(call: &Call<T>) -> Option<Vec<u8>> {
	match call {
		Call::claim { errand, .. } => Some((0u8, errand).encode()),
		Call::complete { errand, .. } => Some((1u8, errand).encode()),
		Call::fail { errand, .. } => Some((2u8, errand).encode()),
		Call::vote_fail { errand, .. } => Some((3u8, errand).encode()),
		_ => None,
	}
}

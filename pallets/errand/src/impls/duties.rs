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

	/// Whether one of several may be done now; otherwise why the last one may not.
	pub(crate) fn check_any<Item>(
		items: &[Item],
		check: impl Fn(&Item) -> Result<(), Error<T>>,
	) -> Result<(), Error<T>> {
		let mut refusal = Error::<T>::NothingNamed;
		for item in items {
			match check(item) {
				Ok(()) => return Ok(()),
				Err(error) => refusal = error,
			}
		}
		Err(refusal)
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
		// One at a time, whatever is in it: whoever has more sends it when this one is in a block.
		Call::claim_many { .. } => Some(4u8.encode()),
		Call::complete_many { .. } => Some(5u8.encode()),
		_ => None,
	}
}

//! Duty calls: when they cost nothing, and what they are about.

use crate::{Call, Config, Error, Pallet};
use alloc::vec::Vec;
use codec::Encode;
use frame_system::{ensure_signed, pallet_prelude::OriginFor};
use tea_primitives::errand::DutyStanding;

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
}

/// What a duty of this pallet is about: two of the same signer about the same are one. `None`: the call is no duty.
pub fn duty_subject<T: Config>(call: &Call<T>) -> Option<Vec<u8>> {
	match call {
		Call::confirm_pin { deployment, .. } => Some((0u8, deployment).encode()),
		Call::drop_pin { deployment, .. } => Some((1u8, deployment).encode()),
		_ => None,
	}
}

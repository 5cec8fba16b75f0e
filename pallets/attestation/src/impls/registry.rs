//! What other pallets see of modules and registrars.

use crate::{
	Boots, Chips, Config, Pallet, QuoteKey, RegistrarAt, RegistrarCount, Registrars, RetireReason,
	Sessions,
};
use frame_system::pallet_prelude::BlockNumberFor;
use tea_primitives::{
	camellia::{Camellias, OnEndOfLife},
	draw::{Member, Membership},
	ids::{BootSeq, ModuleId},
	module::{Attested, Certificate, ModuleStatus},
};

impl<T: Config> Pallet<T> {
	/// Whose member this is.
	pub(crate) fn owner_of(member: &Member<T::AccountId>) -> Option<T::AccountId> {
		match member {
			Member::Module(module) => T::Camellias::owner(*module),
			Member::Registrar(account) => {
				Registrars::<T>::get(account).map(|registrar| registrar.owner)
			}
		}
	}

	/// What is needed to verify quotes of a certified module's errands.
	pub fn quote_key(module: ModuleId) -> Option<QuoteKey> {
		Self::valid_certificate(module)?;
		let chip = Chips::<T>::get(module)?;
		let boot = Boots::<T>::get(module)?;
		Some(QuoteKey {
			ak: chip.ak,
			signer: chip.signer,
			class: chip.class,
			pcr_digest: boot.evidence.pcr_digest,
			firmware_version: boot.evidence.firmware_version,
			boot: chip.boot?,
		})
	}
}

impl<T: Config> Attested<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
	fn status(module: ModuleId) -> Option<ModuleStatus> {
		Self::effective(module).map(|record| record.status)
	}

	fn certificate(module: ModuleId) -> Option<Certificate<BlockNumberFor<T>>> {
		Self::valid_certificate(module).map(|record| record.certificate)
	}

	fn module_of_session(account: &T::AccountId) -> Option<(ModuleId, BootSeq)> {
		Sessions::<T>::get(account)
	}
}

impl<T: Config> Membership<T::AccountId> for Pallet<T> {
	fn owner(member: &Member<T::AccountId>) -> Option<T::AccountId> {
		match member {
			Member::Module(module) if Self::valid_certificate(*module).is_none() => None,
			member => Self::owner_of(member),
		}
	}

	fn registrar(index: u32) -> Option<T::AccountId> {
		RegistrarAt::<T>::get(index)
	}

	fn registrars() -> u32 {
		RegistrarCount::<T>::get()
	}
}

impl<T: Config> OnEndOfLife for Pallet<T> {
	fn end_of_life(module: ModuleId) {
		Self::take_out(module, RetireReason::EndOfLife);
	}
}

//! What other pallets see of modules and registrars.

use crate::{
	AcceptedReleases, Boots, Chips, Config, Pallet, RegistrarAt, RegistrarCount, Registrars,
	Releases, RetireReason, Sessions, Suspicion,
};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use tea_primitives::{
	camellia::{Camellias, OnEndOfLife},
	draw::{Member, Membership},
	errand::{DutyStanding, ErrandId, QuoteKey, QuoteKeyError, QuoteKeys, RefuteReason, Suspects},
	ids::{BootSeq, ModuleId},
	module::{Attested, Certificate, ModuleStatus},
	verdict::FailReason,
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

	/// Whether the release that a certificate names is still accepted: neither retired nor past its window.
	fn is_accepted(certificate: &Certificate<BlockNumberFor<T>>) -> bool {
		AcceptedReleases::<T>::get(certificate.class).contains(&certificate.release)
			&& Releases::<T>::get(certificate.release)
				.is_some_and(|release| release.is_accepted(Self::now()))
	}
}

impl<T: Config> QuoteKeys for Pallet<T> {
	fn quote_key(module: ModuleId) -> Result<QuoteKey, QuoteKeyError> {
		let certified = Self::valid_certificate(module).ok_or(QuoteKeyError::NotCertified)?;
		ensure!(
			Self::is_accepted(&certified.certificate),
			QuoteKeyError::ReleaseNotAccepted
		);
		let chip = Chips::<T>::get(module).ok_or(QuoteKeyError::NotCertified)?;
		let boot = Boots::<T>::get(module).ok_or(QuoteKeyError::NotCertified)?;
		Ok(QuoteKey {
			ak: chip.ak,
			signer: chip.signer,
			class: chip.class,
			pcr_digest: boot.evidence.pcr_digest,
			firmware_version: boot.evidence.firmware_version,
			manifest_root: boot.evidence.manifest_root,
			boot: chip.boot.ok_or(QuoteKeyError::NotCertified)?,
		})
	}
}

impl<T: Config> DutyStanding<T::AccountId> for Pallet<T> {
	fn is_feeless(who: &T::AccountId) -> bool {
		!Self::has_lost_feelessness(who)
	}
}

/// What a committee of an errand found out is as good as what a committee of a round found out. A boot that has
/// ended is not examined any more.
impl<T: Config> Suspects for Pallet<T> {
	fn refuted(module: ModuleId, boot_seq: BootSeq, _: ErrandId, reason: RefuteReason) {
		let Some(boot) = Self::examinable_boot(module).filter(|boot| boot.seq == boot_seq) else {
			return;
		};
		let reason = match reason {
			RefuteReason::Evidence(reason) => reason,
			RefuteReason::OtherPot | RefuteReason::OtherErrand | RefuteReason::NonceMissing => {
				FailReason::BadQuote
			}
		};
		let round = Self::next_round(module);
		Self::suspect(
			module,
			round,
			boot_seq,
			Suspicion::Committee(reason),
			boot.evidence,
			Default::default(),
		);
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

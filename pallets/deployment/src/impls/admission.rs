//! Who may pin and execute, and what may be registered.

use crate::{
	BalanceOf, Config, DeploymentRecordOf, Deployments, EndReason, Error, Holdings, Pallet,
	RegistrationOf, SeedOf, TermsByHash, TermsOf,
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	Saturating,
	traits::{CheckedAdd, Convert, Zero},
};
use tea_primitives::{
	HardwareClass,
	camellia::Camellias,
	deployment::{
		Checker, DeploymentId, Document, Kind, MAX_CODE, MAX_DATA, MAX_WANTED, Node, Refusal,
		Visibility,
	},
	errand::ValueAtRisk,
	ids::{BootSeq, ModuleId},
	module::{Attested, Certificate},
};

impl<T: Config> Pallet<T> {
	/// The block in progress.
	pub(crate) fn now() -> BlockNumberFor<T> {
		frame_system::Pallet::<T>::block_number()
	}

	/// Genesis hash of the chain.
	pub(crate) fn genesis() -> [u8; 32] {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		let mut genesis = [0; 32];
		for (to, from) in genesis.iter_mut().zip(hash.as_ref()) {
			*to = *from;
		}
		genesis
	}

	fn is_expired(record: &DeploymentRecordOf<T>) -> bool {
		record.expires.is_some_and(|expires| expires <= Self::now())
	}

	/// Why no further errand and no further pin is accepted, whether or not anybody has noted it.
	pub(crate) fn end_of(record: &DeploymentRecordOf<T>) -> Option<EndReason> {
		if record.retired.is_some() {
			Some(EndReason::Retired)
		} else {
			Self::is_expired(record).then_some(EndReason::Expired)
		}
	}

	/// Whether all its pins are void. A retired deployment keeps them until its last errand is over.
	pub(crate) fn pins_are_void(record: &DeploymentRecordOf<T>) -> bool {
		Self::is_expired(record) || (record.retired.is_some() && record.uses == 0)
	}

	/// The deployment, while it accepts errands and pins.
	pub(crate) fn open(id: &DeploymentId) -> Result<DeploymentRecordOf<T>, Error<T>> {
		let record = Deployments::<T>::get(id).ok_or(Error::<T>::UnknownDeployment)?;
		match Self::end_of(&record) {
			None => Ok(record),
			Some(EndReason::Retired) => Err(Error::<T>::AlreadyRetired),
			Some(EndReason::Expired) => Err(Error::<T>::DeploymentExpired),
		}
	}

	/// The same for its owner.
	pub(crate) fn open_for_owner(
		who: &T::AccountId,
		id: &DeploymentId,
	) -> Result<DeploymentRecordOf<T>, Error<T>> {
		let record = Deployments::<T>::get(id).ok_or(Error::<T>::UnknownDeployment)?;
		ensure!(*who == record.owner, Error::<T>::NotOwner);
		Self::open(id)
	}

	/// Whether terms admit a module to pin and to execute.
	pub(crate) fn admit(
		terms: &TermsOf<T>,
		certificate: &Certificate<BlockNumberFor<T>>,
		owner: &T::AccountId,
	) -> Result<(), Refusal> {
		let listed = terms.nodes.admit(|node| match node {
			Node::Module(module) => *module == certificate.module,
			Node::Owner(account) => account == owner,
		});
		ensure!(listed, Refusal::NodeNotAllowed);
		ensure!(
			terms.classes.contains(certificate.class),
			Refusal::ClassNotAccepted
		);
		if let Some(oldest) = terms.max_certificate_age {
			let left = certificate.until.saturating_sub(Self::now());
			let age = T::CertificateLife::get().saturating_sub(left);
			ensure!(age <= oldest, Refusal::CertificateTooOld);
		}
		Ok(())
	}

	/// What a module answers for by the pins of this boot.
	pub(crate) fn value_held(module: ModuleId, boot_seq: BootSeq) -> BalanceOf<T> {
		let holding = Holdings::<T>::get(module);
		if holding.boot_seq == boot_seq {
			holding.value
		} else {
			Zero::zero()
		}
	}

	/// Whether a module of this class may answer for so much more.
	pub(crate) fn check_cap(
		module: ModuleId,
		boot_seq: BootSeq,
		class: HardwareClass,
		more: BalanceOf<T>,
	) -> Result<(), Refusal> {
		// A sum that no balance can hold is above every cap, also where there is none.
		let at_risk = Self::value_held(module, boot_seq)
			.checked_add(&T::Errands::of_errands(module))
			.and_then(|sum| sum.checked_add(&more))
			.ok_or(Refusal::ClassCapExceeded)?;
		ensure!(
			T::ClassCap::convert(class).is_none_or(|cap| at_risk <= cap),
			Refusal::ClassCapExceeded
		);
		Ok(())
	}

	/// Whether a link may name this block.
	pub(crate) fn check_block(block: BlockNumberFor<T>) -> Result<(), Error<T>> {
		let now = Self::now();
		ensure!(
			block <= now && now.saturating_sub(block) <= T::LinkWindow::get(),
			Error::<T>::StaleLink
		);
		Ok(())
	}

	/// Whether an initial pinner is admitted. Gives its certificate.
	pub(crate) fn check_seed(
		visibility: Visibility,
		declared_value: BalanceOf<T>,
		terms: &TermsOf<T>,
		seed: &SeedOf<T>,
	) -> Result<Certificate<BlockNumberFor<T>>, Error<T>> {
		Self::check_block(seed.block)?;
		let certificate =
			T::Attestation::certificate(seed.pinner).ok_or(Error::<T>::PinnerNotActive)?;
		ensure!(certificate.boot_seq == seed.boot_seq, Error::<T>::StaleBoot);
		let owner = T::Camellias::owner(seed.pinner).ok_or(Error::<T>::PinnerNotActive)?;
		Self::admit(terms, &certificate, &owner).map_err(Self::refused)?;
		if visibility == Visibility::Hosted {
			Self::check_cap(
				seed.pinner,
				seed.boot_seq,
				certificate.class,
				declared_value,
			)
			.map_err(Self::refused)?;
		}
		Ok(certificate)
	}

	pub(crate) fn check_registration(registration: &RegistrationOf<T>) -> Result<(), Error<T>> {
		let most = match registration.kind {
			Kind::Code => MAX_CODE,
			Kind::Data => MAX_DATA,
		};
		ensure!(registration.content.size <= most, Error::<T>::TooLarge);
		let checker = match registration.checker {
			Checker::Wasm(document) => Some(document),
			_ => None,
		};
		let is_named = |document: &Document| document.cid.is_valid();
		ensure!(
			registration.content.cid.is_valid()
				&& checker.as_ref().is_none_or(is_named)
				&& registration.description.as_ref().is_none_or(is_named),
			Error::<T>::BadCid
		);
		ensure!(
			(1..=MAX_WANTED).contains(&registration.wanted),
			Error::<T>::TermsInvalid
		);
		ensure!(
			registration.kind == Kind::Code || registration.checker == Checker::None,
			Error::<T>::TermsInvalid
		);
		if let Checker::Needs(needs) = registration.checker {
			ensure!(needs.classes.is_valid(), Error::<T>::TermsInvalid);
		}
		Self::check_terms(registration.kind, &registration.terms)
	}

	pub(crate) fn check_terms(kind: Kind, terms: &TermsOf<T>) -> Result<(), Error<T>> {
		ensure!(terms.classes.is_valid(), Error::<T>::TermsInvalid);
		ensure!(
			terms.expires.is_none_or(|expires| expires > Self::now()),
			Error::<T>::TermsInvalid
		);
		if kind == Kind::Code {
			let nothing =
				terms.readers.code.is_none() && !terms.readers.ad_hoc && terms.max_output.is_none();
			ensure!(nothing, Error::<T>::TermsInvalid);
		}
		Ok(())
	}

	/// Whether a module may pin the deployment now, or go on pinning it.
	pub(crate) fn admits(id: &DeploymentId, module: ModuleId) -> Result<(), Refusal> {
		let record = Deployments::<T>::get(id).ok_or(Refusal::UnknownDeployment)?;
		match Self::end_of(&record) {
			None => (),
			Some(EndReason::Retired) => return Err(Refusal::Retired),
			Some(EndReason::Expired) => return Err(Refusal::Expired),
		}
		let certificate = T::Attestation::certificate(module).ok_or(Refusal::PeerNotActive)?;
		let owner = T::Camellias::owner(module).ok_or(Refusal::PeerNotActive)?;
		let terms = TermsByHash::<T>::get(id, record.terms).ok_or(Refusal::UnknownTerms)?;
		Self::admit(&terms, &certificate, &owner)?;
		let pins = crate::Pins::<T>::get(id).pins;
		let holds = pins
			.iter()
			.any(|pin| pin.module == module && pin.boot_seq == certificate.boot_seq);
		if record.visibility == Visibility::Hosted && !holds {
			Self::check_cap(
				module,
				certificate.boot_seq,
				certificate.class,
				record.declared_value,
			)?;
		}
		Ok(())
	}

	/// The error of a call that is refused for this.
	pub(crate) fn refused(refusal: Refusal) -> Error<T> {
		match refusal {
			Refusal::NodeNotAllowed => Error::NodeNotAllowed,
			Refusal::ClassNotAccepted => Error::ClassNotAccepted,
			Refusal::CertificateTooOld => Error::CertificateTooOld,
			Refusal::ClassCapExceeded => Error::ClassCapExceeded,
			Refusal::PeerNotActive => Error::PeerNotActive,
			Refusal::NotPinner => Error::NotPinner,
			Refusal::Retired => Error::AlreadyRetired,
			Refusal::Expired => Error::DeploymentExpired,
			// The others are refusals of uses, which no call of this pallet asks for.
			_ => Error::UnknownDeployment,
		}
	}
}

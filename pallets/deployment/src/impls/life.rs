//! What owners do: register, set terms, seed anew, retire.

use super::TIDY_LINKS;
use crate::{
	BalanceOf, Config, DeploymentRecord, Deployments, Ended, Error, Event, HoldReason, Pallet, Pin,
	Pins, RegistrationOf, SeedOf, SignedLinkOf, TermUses, TermsByHash, TermsOf, WeightInfo,
};
use alloc::boxed::Box;
use codec::Encode;
use frame_support::{
	dispatch::DispatchResultWithPostInfo,
	ensure,
	traits::{Get, fungible::MutateHold, tokens::Precision},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	DispatchResult, SaturatedConversion, Saturating,
	traits::{BlakeTwo256, Convert, Hash as _, One, Verify, Zero},
};
use tea_primitives::{
	deployment::{
		DeploymentId, Giver, Hash, LINK_DOMAIN, Link, LinkReason, NO_PARENT, SignedLink, Visibility,
	},
	module::Certificate,
};

impl<T: Config> Pallet<T> {
	fn per_byte(bytes: usize) -> BalanceOf<T> {
		let bytes: BalanceOf<T> = bytes.saturated_into::<u32>().into();
		T::DepositPerByte::get().saturating_mul(bytes)
	}

	pub(crate) fn hold(who: &T::AccountId, amount: BalanceOf<T>) -> Result<(), Error<T>> {
		T::Currency::hold(&HoldReason::Deposit.into(), who, amount)
			.map_err(|_| Error::<T>::InsufficientBalance)
	}

	pub(crate) fn free(who: &T::AccountId, amount: BalanceOf<T>) {
		let released = T::Currency::release(
			&HoldReason::Deposit.into(),
			who,
			amount,
			Precision::BestEffort,
		);
		frame_support::defensive_assert!(
			released == Ok(amount),
			"every deposit of a record stands for a hold"
		);
	}

	/// Link 0, if the initial pinner has signed it.
	fn origin(
		deployment: DeploymentId,
		owner: &T::AccountId,
		registration: Hash,
		number: u32,
		seed: SeedOf<T>,
		certificate: &Certificate<BlockNumberFor<T>>,
	) -> Result<SignedLinkOf<T>, Error<T>> {
		let link = Link {
			domain: LINK_DOMAIN,
			genesis: Self::genesis(),
			deployment,
			parent: NO_PARENT,
			from: Giver::Account(owner.clone()),
			to: seed.pinner,
			boot_seq: seed.boot_seq,
			reason: LinkReason::Origin {
				seed: number,
				public_key: seed.public_key,
				registration,
			},
			block: seed.block,
			sealed_key: seed.sealed_key,
		};
		let account = T::SessionAccount::convert(certificate.keys.session);
		ensure!(
			seed.signature.verify(link.payload().as_slice(), &account),
			Error::<T>::BadPinnerSignature
		);
		Ok(SignedLink {
			link,
			giver: None,
			receiver: seed.signature,
			receiver_key: certificate.keys.session,
		})
	}

	/// The pin of link 0.
	fn initial_pin(signed: &SignedLinkOf<T>, seed: u32) -> Pin<BlockNumberFor<T>> {
		Pin {
			module: signed.link.to,
			boot_seq: signed.link.boot_seq,
			seed,
			link: signed.link.hash(),
			depth: 1,
			since: Self::now(),
			while_degraded: false,
		}
	}

	pub(crate) fn do_register(
		who: T::AccountId,
		deployment: DeploymentId,
		registration: RegistrationOf<T>,
		seed: SeedOf<T>,
	) -> DispatchResult {
		ensure!(
			deployment == DeploymentId::of_key(&seed.public_key),
			Error::<T>::BadId
		);
		ensure!(
			!Deployments::<T>::contains_key(deployment) && !Ended::<T>::contains_key(deployment),
			Error::<T>::DeploymentExists
		);
		Self::check_registration(&registration)?;
		let RegistrationOf::<T> {
			visibility,
			declared_value,
			ref terms,
			..
		} = registration;
		let certificate = Self::check_seed(visibility, declared_value, terms, &seed)?;
		let deposit =
			T::DepositBase::get().saturating_add(Self::per_byte(registration.encoded_size()));
		Self::hold(&who, deposit)?;
		let public_key = seed.public_key;
		let hash = registration.hash();
		let signed = Self::origin(deployment, &who, hash, 0, seed, &certificate)?;

		let terms = Self::hash_of(&registration.terms);
		let is_pinned = visibility == Visibility::Hosted;
		let mut record = DeploymentRecord {
			owner: who.clone(),
			kind: registration.kind,
			visibility,
			content: registration.content,
			wanted: registration.wanted,
			checker: registration.checker,
			description: registration.description,
			declared_value,
			replaces: registration.replaces,
			registration: hash,
			registered: Self::now(),
			public_key,
			seed: 0,
			origin: Self::keep_link(&signed, 1, if is_pinned { 2 } else { 1 }),
			delegator: signed.link.to,
			terms,
			former_terms: 0,
			expires: registration.terms.expires,
			retired: None,
			closed: false,
			uses: 0,
			busy_until: Zero::zero(),
			deposit,
			agenda: None,
		};
		TermsByHash::<T>::insert(deployment, terms, &registration.terms);
		if is_pinned {
			let mut table = Pins::<T>::get(deployment);
			Self::add_pin(&record, &mut table, Self::initial_pin(&signed, 0))?;
			Self::write_table(&deployment, table);
		}
		if let Some(expires) = record.expires {
			Self::schedule(deployment, &mut record, expires);
		}
		Deployments::<T>::insert(deployment, record);
		Self::deposit_event(Event::Registered {
			deployment,
			owner: who,
			registration: Box::new(registration),
			link: Box::new(signed),
			deposit,
		});
		Ok(())
	}

	/// Hash by which terms are named.
	pub(crate) fn hash_of(terms: &TermsOf<T>) -> Hash {
		BlakeTwo256::hash_of(terms).0
	}

	pub(crate) fn do_set_terms(
		who: T::AccountId,
		deployment: DeploymentId,
		terms: TermsOf<T>,
	) -> DispatchResult {
		let mut record = Self::open_for_owner(&who, &deployment)?;
		Self::check_terms(record.kind, &terms)?;
		ensure!(
			terms
				.expires
				.is_none_or(|expires| expires >= record.busy_until || record.uses == 0),
			Error::<T>::ErrandsRunLonger
		);
		let hash = Self::hash_of(&terms);
		ensure!(hash != record.terms, Error::<T>::TermsUnchanged);
		let former =
			TermsByHash::<T>::get(deployment, record.terms).ok_or(Error::<T>::UnknownDeployment)?;
		let has_uses = TermUses::<T>::get(deployment, record.terms) > 0;
		let returns = TermsByHash::<T>::contains_key(deployment, hash);
		if returns {
			record.former_terms = record.former_terms.saturating_sub(1);
		}
		if has_uses {
			ensure!(
				record.former_terms < T::MaxFormerTerms::get(),
				Error::<T>::TooManyTerms
			);
			record.former_terms = record.former_terms.saturating_add(1);
		}
		let deposit = record
			.deposit
			.saturating_sub(Self::per_byte(former.encoded_size()))
			.saturating_add(Self::per_byte(terms.encoded_size()));
		if deposit > record.deposit {
			Self::hold(&who, deposit.saturating_sub(record.deposit))?;
		} else {
			Self::free(&who, record.deposit.saturating_sub(deposit));
		}
		if !has_uses {
			TermsByHash::<T>::remove(deployment, record.terms);
		}
		if !returns {
			TermsByHash::<T>::insert(deployment, hash, &terms);
		}
		record.terms = hash;
		record.deposit = deposit;
		if record.expires != terms.expires {
			record.expires = terms.expires;
			match terms.expires {
				Some(expires) => Self::schedule(deployment, &mut record, expires),
				None => Self::unschedule(&deployment, &mut record),
			}
		}
		Deployments::<T>::insert(deployment, record);
		Self::deposit_event(Event::TermsSet {
			deployment,
			hash,
			terms: Box::new(terms),
			deposit,
		});
		Ok(())
	}

	pub(crate) fn do_reseed(
		who: T::AccountId,
		deployment: DeploymentId,
		seed: SeedOf<T>,
	) -> DispatchResultWithPostInfo {
		let mut record = Self::open_for_owner(&who, &deployment)?;
		ensure!(
			record.visibility == Visibility::Hosted,
			Error::<T>::NotHosted
		);
		let terms =
			TermsByHash::<T>::get(deployment, record.terms).ok_or(Error::<T>::UnknownDeployment)?;
		let certificate =
			Self::check_seed(record.visibility, record.declared_value, &terms, &seed)?;
		let mut table = Pins::<T>::get(deployment);
		let looked = table.pins.len() as u32;
		ensure!(
			!table.pins.iter().any(|pin| Self::is_live(&record, pin)),
			Error::<T>::NotLost
		);
		let number = record.seed.saturating_add(1);
		let public_key = seed.public_key;
		let signed = Self::origin(
			deployment,
			&who,
			record.registration,
			number,
			seed,
			&certificate,
		)?;

		// The initial pin was the last to hang on it, or its children were: either way it has no parent.
		let _ = Self::let_go(&record.origin);
		record.seed = number;
		record.public_key = public_key;
		record.delegator = signed.link.to;
		record.origin = Self::keep_link(&signed, 1, 2);
		Self::release_links(&mut table, TIDY_LINKS);
		let former = Self::position_of(&table, signed.link.to);
		match former.or(table.pins.is_full().then_some(0)) {
			Some(index) => Self::remove_pin(&deployment, &record, &mut table, index)?,
			None => Self::tidy_pins(&deployment, &record, &mut table),
		}
		Self::add_pin(&record, &mut table, Self::initial_pin(&signed, number))?;
		Self::write_table(&deployment, table);
		Deployments::<T>::insert(deployment, record);
		Self::deposit_event(Event::Reseeded {
			deployment,
			seed: number,
			link: Box::new(signed),
		});
		Ok(Some(T::WeightInfo::reseed(looked)).into())
	}

	pub(crate) fn do_retire(who: T::AccountId, deployment: DeploymentId) -> DispatchResult {
		let mut record = Self::open_for_owner(&who, &deployment)?;
		record.retired = Some(Self::now());
		let uses = record.uses;
		if uses == 0 {
			let next = Self::now().saturating_add(One::one());
			Self::schedule(deployment, &mut record, next);
		}
		Deployments::<T>::insert(deployment, record);
		Self::deposit_event(Event::Retired { deployment, uses });
		Ok(())
	}
}

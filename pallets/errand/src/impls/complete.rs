//! `complete`: the chain verifies the whole proof of a run. What costs nothing first, members before their
//! signatures, the TPM last; a quote that was verified once serves the rest of its batch. Nothing is written before
//! everything is right.

use crate::{
	AssignmentOf, BatchEvidence, Config, CounterRefusal, ErrandRecordOf, Error, Event, KeyPath,
	Pallet, PotField, PotOf, QuoteRefusal, SignatureRefusal, Stage, WeightInfo, bit, quorum,
};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::{
	dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
	ensure,
	traits::{Get, UnixTime},
	weights::Weight,
};
use sp_io::hashing::sha2_256;
use sp_runtime::{DispatchError, SaturatedConversion, traits::Verify};
use tea_primitives::{
	deployment::Hash,
	errand::{
		ERRAND_PASS_DOMAIN, ErrandId, ErrandPass, Exit, MAX_SOURCES, POT_DOMAIN, Pot, QuoteKey,
		QuoteKeyError, QuoteKeys,
	},
	module::Attested,
};
use tea_tpm::{
	EvidenceError, PotContext, PotEvidence, Quote,
	evidence::{InspectedPot, inspect_pot},
	pot::{PotBinding, is_in_batch},
};

use super::settle::Work;

/// A proof that is right in everything but signatures.
pub(crate) struct Completion<T: Config> {
	record: ErrandRecordOf<T>,
	assignment: AssignmentOf<T>,
	key: QuoteKey,
	binding: PotBinding,
	/// SHA-256 of the PoT and of the quote.
	pot: Hash,
	quote: Hash,
	/// Accounts of the members whose verdicts are there, in the order of the verdicts.
	signers: Vec<T::AccountId>,
	/// SHA-256 over hash of the quote and signature, and whether that evidence was verified before.
	evidence: Hash,
	known: bool,
}

/// What the proofs of one call cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProofCost {
	/// Proofs, refused ones too.
	proofs: u32,
	/// Deployments that their errands use.
	deployments: u32,
	/// Quotes of which the TPM's signature is verified.
	quotes: u32,
	/// Different verifiers whose verdicts are in them.
	verifiers: u32,
}

impl ProofCost {
	/// A refused proof: how far it was looked at is not known.
	const fn refused(verdicts: u32) -> Self {
		Self {
			proofs: 1,
			deployments: MAX_SOURCES,
			quotes: 0,
			verifiers: verdicts,
		}
	}

	/// What these cost at most.
	pub(crate) fn at_most<S>(pots: &[Pot<S>]) -> Self {
		let mut quotes = 0u32;
		let mut verifiers = 0u32;
		let mut last = None;
		for pot in pots {
			verifiers = verifiers.saturating_add(pot.verdicts.len() as u32);
			let evidence = (&pot.quote, &pot.signature);
			if last != Some(evidence) {
				quotes = quotes.saturating_add(1);
			}
			last = Some(evidence);
		}
		let proofs = pots.len() as u32;
		Self {
			proofs,
			deployments: proofs.saturating_mul(MAX_SOURCES),
			quotes,
			verifiers,
		}
	}

	fn add(&mut self, other: Self) {
		self.proofs = self.proofs.saturating_add(other.proofs);
		self.deployments = self.deployments.saturating_add(other.deployments);
		self.quotes = self.quotes.saturating_add(other.quotes);
		self.verifiers = self.verifiers.saturating_add(other.verifiers);
	}

	/// In weight. One committee is part of every call; only those beyond it are extra.
	pub(crate) fn weight<T: Config>(&self) -> Weight {
		let others = self.verifiers.saturating_sub(T::CommitteeSize::get());
		let others = if others == 0 {
			Weight::zero()
		} else {
			T::WeightInfo::verifiers(others)
		};
		T::WeightInfo::complete(self.proofs, self.deployments)
			.saturating_add(T::WeightInfo::quote().saturating_mul(self.quotes.into()))
			.saturating_add(others)
	}
}

/// The error of the pallet for a refusal of the verifier.
fn refusal<T: Config>(error: EvidenceError) -> Error<T> {
	match error {
		EvidenceError::Quote(field) => Error::BadQuote(QuoteRefusal(field)),
		EvidenceError::Signature(reason) => Error::BadSignature(SignatureRefusal(reason)),
		// Of a PoT quote there is nothing else to be wrong.
		_ => Error::BadQuote(QuoteRefusal(tea_tpm::QuoteError::ExtraData)),
	}
}

impl<T: Config> Completion<T> {
	pub(crate) fn inspect<'a>(&'a self, pot: &'a PotOf<T>) -> Result<InspectedPot<'a>, Error<T>> {
		inspect_pot(
			&PotEvidence {
				quote: &pot.quote,
				signature: &pot.signature,
			},
			&PotContext {
				ak: &self.key.ak,
				signer: &self.key.signer,
				selection: self.key.class.selection(),
				pcr_digest: &self.key.pcr_digest,
				firmware_version: self.key.firmware_version,
				binding: &self.binding,
			},
		)
		.map_err(refusal)
	}
}

impl<T: Config> Pallet<T> {
	/// The errand and the assignment of this executor, in the boot to which it was assigned.
	pub(crate) fn work_of(
		who: &T::AccountId,
		errand: ErrandId,
	) -> Result<(ErrandRecordOf<T>, AssignmentOf<T>), Error<T>> {
		let record = Self::unfinished(errand)?;
		let assignment = record.assignment().ok_or(Error::<T>::NotAssigned)?.clone();
		let (module, boot_seq) =
			T::Attested::module_of_session(who).ok_or(Error::<T>::NotExecutor)?;
		ensure!(module == assignment.executor, Error::<T>::NotExecutor);
		ensure!(boot_seq == assignment.boot_seq, Error::<T>::StaleBoot);
		Ok((record, assignment))
	}

	/// Everything about a proof that costs no curve operation.
	pub(crate) fn check_complete(
		who: &T::AccountId,
		errand: ErrandId,
		pot: &PotOf<T>,
	) -> Result<Completion<T>, Error<T>> {
		let (record, assignment) = Self::work_of(who, errand)?;
		ensure!(
			matches!(record.stage, Stage::Assigned(_)),
			Error::<T>::KeysMissing
		);
		ensure!(
			Self::now() < assignment.deadline,
			Error::<T>::DeadlinePassed
		);
		ensure!(
			!assignment.verifiers.is_empty(),
			Error::<T>::CommitteeNotDrawn
		);
		let signers = Self::check_verdicts(&assignment, pot)?;
		let key =
			T::QuoteKeys::quote_key(assignment.executor).map_err(|refusal| match refusal {
				QuoteKeyError::NotCertified => Error::<T>::StaleBoot,
				QuoteKeyError::ReleaseNotAccepted => Error::<T>::ReleaseNotAccepted,
			})?;
		ensure!(key.boot.seq == assignment.boot_seq, Error::<T>::StaleBoot);
		Self::check_body(errand, &record, &assignment, &key, pot)?;
		let hash = pot.body.hash();
		ensure!(
			is_in_batch(
				&pot.batch.root,
				&hash,
				pot.batch.index.into(),
				pot.batch.len.into(),
				&pot.batch.path,
			),
			Error::<T>::BadPot(PotField::Batch)
		);
		let quote = sha2_256(&pot.quote);
		let evidence = sha2_256(&[&quote[..], &pot.signature].concat());
		let completion = Completion {
			binding: PotBinding {
				genesis: Self::genesis(),
				module: assignment.executor.0,
				boot_seq: assignment.boot_seq,
				pot_root: pot.batch.root,
				nonces: pot.nonces,
			},
			known: BatchEvidence::<T>::get(assignment.executor)
				== Some((assignment.boot_seq, evidence)),
			record,
			assignment,
			key,
			pot: hash,
			quote,
			signers,
			evidence,
		};
		let _ = completion.inspect(pot)?;
		Self::check_counters(&completion.key, pot)?;
		Ok(completion)
	}

	/// Number, membership and distinctness of verdicts, before any signature is looked at.
	fn check_verdicts(
		assignment: &AssignmentOf<T>,
		pot: &PotOf<T>,
	) -> Result<Vec<T::AccountId>, Error<T>> {
		ensure!(
			pot.verdicts.len() as u32 >= quorum(assignment.verifiers.len()),
			Error::<T>::TooFewVerdicts
		);
		let mut seen = assignment.failed;
		let mut signers = Vec::new();
		for (position, _) in &pot.verdicts {
			let member = assignment
				.verifiers
				.get(usize::from(*position))
				.ok_or(Error::<T>::NotOnCommittee)?;
			ensure!(seen & bit(*position) == 0, Error::<T>::DuplicateVerdict);
			seen |= bit(*position);
			signers.push(Self::account_of(member).ok_or(Error::<T>::NotOnCommittee)?);
		}
		Ok(signers)
	}

	/// The PoT says what the errand says.
	fn check_body(
		errand: ErrandId,
		record: &ErrandRecordOf<T>,
		assignment: &AssignmentOf<T>,
		key: &QuoteKey,
		pot: &PotOf<T>,
	) -> Result<(), Error<T>> {
		let body = &pot.body;
		let must = |holds: bool, field: PotField| {
			ensure!(holds, Error::<T>::BadPot(field));
			Ok(())
		};
		must(body.domain == POT_DOMAIN, PotField::Domain)?;
		must(body.errand == errand, PotField::Errand)?;
		must(body.attempt == record.attempt, PotField::Attempt)?;
		must(body.executor == assignment.executor, PotField::Executor)?;
		must(body.boot_seq == assignment.boot_seq, PotField::Boot)?;
		must(body.client_key == record.client_key, PotField::ClientKey)?;
		must(body.code == record.code.ciphertext_hash(), PotField::Code)?;
		must(
			body.data.len() == record.data.len()
				&& body
					.data
					.iter()
					.zip(&record.data)
					.all(|(hash, source)| *hash == source.ciphertext_hash()),
			PotField::Data,
		)?;
		let links = assignment.keys.iter().filter_map(|path| match path {
			KeyPath::Pin { link, .. } | KeyPath::Supplied(link) => Some(link),
			KeyPath::None | KeyPath::Wanted => None,
		});
		must(links.eq(&body.links), PotField::Links)?;
		must(body.input == record.input, PotField::Input)?;
		must(body.result.cid.is_valid(), PotField::Result)?;
		let keyed = record.sources().any(|(_, source)| source.needs_key());
		must(body.exit != Exit::BadKey || keyed, PotField::Exit)?;
		must(
			match body.exit {
				Exit::OutOfFuel => body.fuel == record.limits.fuel,
				_ => body.fuel <= record.limits.fuel,
			},
			PotField::Fuel,
		)?;
		must(body.manifest_root == key.manifest_root, PotField::Manifest)?;
		let assigned: u32 = assignment.assigned.saturated_into();
		must(
			(assigned..=Self::now_u32()).contains(&body.block),
			PotField::Block,
		)
	}

	/// The quote is of this boot, younger than its last attestation, and its clock runs as the chain's does.
	fn check_counters(key: &QuoteKey, pot: &PotOf<T>) -> Result<(), Error<T>> {
		let counters = Quote::parse(&pot.quote)
			.map_err(|field| Error::<T>::BadQuote(QuoteRefusal(field)))?
			.counters();
		let now: u64 = T::Clock::now().as_millis().saturated_into();
		key.boot
			.judge_pot(&counters, now)
			.map_err(|reason| Error::<T>::BadCounters(CounterRefusal(reason)))
	}

	/// What a verifier of this errand signs.
	pub(crate) fn pass_of(
		errand: ErrandId,
		attempt: u8,
		assignment: &AssignmentOf<T>,
		member: u8,
		pot: Hash,
		quote: Hash,
	) -> ErrandPass {
		ErrandPass {
			domain: ERRAND_PASS_DOMAIN,
			genesis: Self::genesis(),
			errand,
			attempt,
			executor: assignment.executor,
			boot_seq: assignment.boot_seq,
			member,
			pot,
			quote,
		}
	}

	/// Verifies what `check_complete` has left, pays, and ends the errand. Gives what it cost.
	fn accept_proof(
		errand: ErrandId,
		completion: Completion<T>,
		pot: PotOf<T>,
	) -> Result<ProofCost, Error<T>> {
		for ((member, signature), signer) in pot.verdicts.iter().zip(&completion.signers) {
			let pass = Self::pass_of(
				errand,
				completion.record.attempt,
				&completion.assignment,
				*member,
				completion.pot,
				completion.quote,
			);
			ensure!(
				signature.verify(pass.payload().as_slice(), signer),
				Error::<T>::BadVerdictSignature
			);
		}
		if !completion.known {
			completion
				.inspect(&pot)?
				.verify::<T::SigVerify>()
				.map_err(refusal::<T>)?;
		}

		// Everything is right. From here on nothing is refused.
		let Completion {
			record,
			assignment,
			evidence,
			known,
			..
		} = completion;
		if !known && pot.batch.len > 1 {
			BatchEvidence::<T>::insert(assignment.executor, (assignment.boot_seq, evidence));
		}
		let cost = ProofCost {
			proofs: 1,
			deployments: record.deployments().count() as u32,
			quotes: u32::from(!known),
			verifiers: pot.verdicts.len() as u32,
		};
		Self::settle(errand, record, Work { assignment, pot });
		Ok(cost)
	}

	pub(crate) fn do_complete(
		who: T::AccountId,
		errand: ErrandId,
		pot: PotOf<T>,
	) -> DispatchResultWithPostInfo {
		let completion = Self::check_complete(&who, errand, &pot)?;
		let cost = Self::accept_proof(errand, completion, pot)?;
		Ok(PostDispatchInfo {
			actual_weight: Some(cost.weight::<T>()),
			..Default::default()
		})
	}

	/// Proofs one after the other. What has become pointless since they were sent is left out; a false signature refuses
	/// all of them, because nobody sends one by accident.
	pub(crate) fn do_complete_many(
		who: T::AccountId,
		pots: Vec<PotOf<T>>,
	) -> DispatchResultWithPostInfo {
		let mut cost = ProofCost::default();
		let mut signers = BTreeSet::new();
		let mut refusal = DispatchError::from(Error::<T>::NothingNamed);
		let mut is_any_taken = false;
		for pot in pots {
			let errand = pot.body.errand;
			match Self::check_complete(&who, errand, &pot) {
				Ok(completion) => {
					let known = signers.len();
					signers.extend(completion.signers.iter().cloned());
					let verifiers = signers.len().saturating_sub(known) as u32;
					cost.add(ProofCost {
						verifiers,
						..Self::accept_proof(errand, completion, pot)?
					});
					is_any_taken = true;
				}
				Err(error) => {
					cost.add(ProofCost::refused(pot.verdicts.len() as u32));
					refusal = error.into();
					Self::deposit_event(Event::NotTaken {
						errand,
						error: refusal,
					});
				}
			}
		}
		ensure!(is_any_taken, refusal);
		Ok(PostDispatchInfo {
			actual_weight: Some(cost.weight::<T>()),
			..Default::default()
		})
	}
}

//! `report`: proofs that leave no question open. Whatever cannot be told without judgement is refused:
//! committees judge.

use crate::{
	BootRecordOf, Boots, Certificates, Chips, Config, Contradiction, CurrentParameters, Error,
	Event, HoldReason, Offence, Pallet, PastBoots, Proof, Punished, ReportRecord, Reports,
	RoundOutcome, Rounds, Statement, StrayQuote, Suspicion, impls::rounds::bit,
};
use codec::Encode;
use frame_support::{
	ensure,
	traits::{
		fungible::MutateHold,
		tokens::{Fortitude, Precision},
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	DispatchResult,
	traits::{Convert, Verify},
};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	draw::Member,
	ids::ModuleId,
	module::ModuleStatus,
	verdict::{Pass, VERDICT_DOMAIN},
};
use tea_tpm::{CounterError, Hash, Quote, SigVerify, TpmSignature, binding::QUOTE_DOMAIN};

/// Under what name a punished offence is known. It holds no signature and no byte that the reporter chooses, so that
/// nothing counts twice.
fn name_of(offence: Offence, module: ModuleId, of: impl Encode) -> Hash {
	sp_io::hashing::sha2_256(&(b"tea/offence/v1", offence, module, of).encode())
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_report(
		reporter: T::AccountId,
		module: ModuleId,
		proof: &Proof<T::MemberSignature>,
	) -> DispatchResult {
		ensure!(
			T::Camellias::owner(module).is_some(),
			Error::<T>::UnknownModule
		);
		Self::ensure_room()?;
		let evidence = match proof {
			Proof::ContradictingVerdicts(proof) => Self::prove_contradiction(module, proof),
			Proof::ClonedTpm(proof) => Self::prove_clone(module, proof),
			Proof::RefutedVerdict(live_quote) => Self::prove_refuted(module, live_quote),
		}?;
		let offence = proof.offence();
		Punished::<T>::insert(evidence, Self::now());
		let suspicion = match offence {
			Offence::ClonedTpm => {
				Chips::<T>::mutate(module, |chip| {
					if let Some(chip) = chip {
						chip.closed = true;
					}
				});
				T::Camellias::note(module, CreditEvent::ProvableLie);
				Suspicion::Counter(CounterError::ResetRollback)
			}
			Offence::ContradictingVerdicts => {
				T::Camellias::note(module, CreditEvent::ProvableLie);
				Suspicion::Reported(offence)
			}
			Offence::RefutedVerdict => {
				Self::blame_committee(module);
				Suspicion::Reported(offence)
			}
		};
		Self::deposit_event(Event::OffenceProven {
			module,
			offence,
			evidence,
			reporter: reporter.clone(),
		});
		Self::suspect_reported(module, reporter, offence, suspicion)
	}

	/// The module's boot is examined by a second committee, and the reporter stands for it with its bond. A module that
	/// has no boot or is under suspicion already is not examined, and nothing is held.
	fn suspect_reported(
		module: ModuleId,
		reporter: T::AccountId,
		offence: Offence,
		suspicion: Suspicion,
	) -> DispatchResult {
		let Some(boot) = Self::examinable_boot(module) else {
			return Ok(());
		};
		let bond = CurrentParameters::<T>::get().report_bond;
		T::Currency::hold(&HoldReason::ReportBond.into(), &reporter, bond)
			.map_err(|_| Error::<T>::InsufficientBalance)?;
		let former = match offence {
			// Who passed the live quote does not judge it again.
			Offence::RefutedVerdict => Certificates::<T>::get(module)
				.map(|record| record.committee)
				.unwrap_or_default(),
			_ => Default::default(),
		};
		Reports::<T>::insert(
			module,
			ReportRecord {
				reporter,
				bond,
				offence,
			},
		);
		let round = Self::next_round(module);
		Self::suspect(module, round, boot.seq, suspicion, boot.evidence, former);
		Ok(())
	}

	/// The present boot of a module that a second committee may examine: none is at work, and it is not in quarantine.
	pub(crate) fn examinable_boot(module: ModuleId) -> Option<BootRecordOf<T>> {
		let record = Self::effective(module)?;
		matches!(
			record.status,
			ModuleStatus::Enrolled
				| ModuleStatus::Pending
				| ModuleStatus::Active
				| ModuleStatus::Inactive
		)
		.then(|| Boots::<T>::get(module))
		.flatten()
	}

	/// The second committee of a reported module is done: the bond comes back, unless it passed the module.
	pub(crate) fn settle_report(module: ModuleId, outcome: RoundOutcome) {
		let Some(report) = Reports::<T>::take(module) else {
			return;
		};
		let reason = HoldReason::ReportBond.into();
		let lost = outcome == RoundOutcome::Passed;
		let moved = if lost {
			T::Currency::burn_held(
				&reason,
				&report.reporter,
				report.bond,
				Precision::BestEffort,
				Fortitude::Force,
			)
		} else {
			T::Currency::release(
				&reason,
				&report.reporter,
				report.bond,
				Precision::BestEffort,
			)
		};
		frame_support::defensive_assert!(
			moved == Ok(report.bond),
			"every report in progress stands for a hold"
		);
		Self::deposit_event(Event::ReportSettled {
			module,
			reporter: report.reporter,
			bond: report.bond,
			lost,
		});
	}

	fn ensure_unpunished(evidence: Hash) -> Result<Hash, Error<T>> {
		ensure!(
			!Punished::<T>::contains_key(evidence),
			Error::<T>::AlreadyPunished
		);
		Ok(evidence)
	}

	/// Two statements of one module about one round that cannot both be true.
	fn prove_contradiction(
		module: ModuleId,
		proof: &Contradiction<T::MemberSignature>,
	) -> Result<Hash, Error<T>> {
		let pass = &proof.pass;
		ensure!(
			pass.domain == VERDICT_DOMAIN && pass.genesis == Self::genesis(),
			Error::<T>::NotConclusive
		);
		let evidence = Self::ensure_unpunished(name_of(
			Offence::ContradictingVerdicts,
			module,
			(pass.purpose, pass.module, pass.round),
		))?;
		let present = Boots::<T>::get(module).map(|boot| boot.keys.session);
		ensure!(
			present == Some(proof.session)
				|| PastBoots::<T>::get(module)
					.iter()
					.any(|past| past.keys.session == proof.session),
			Error::<T>::NotConclusive
		);
		let other = match &proof.against {
			Statement::Pass(other, signature) => {
				let same_round = (
					other.domain,
					other.genesis,
					other.purpose,
					other.module,
					other.round,
				) == (
					pass.domain,
					pass.genesis,
					pass.purpose,
					pass.module,
					pass.round,
				);
				let agrees = Pass {
					live_quote: pass.live_quote,
					..*other
				} == *pass;
				ensure!(same_round && !agrees, Error::<T>::NotConclusive);
				Some((other, signature))
			}
			Statement::Vote => {
				let voted = Rounds::<T>::get(pass.module).is_some_and(|round| {
					(0u8..).zip(&round.committee).any(|(position, member)| {
						*member == Member::Module(module) && round.failed & bit(position) != 0
					}) && (round.round, round.purpose) == (pass.round, pass.purpose)
				});
				// The vote may be of an older boot than the one whose key signed the pass: both spoke for the module.
				ensure!(voted, Error::<T>::NotConclusive);
				None
			}
		};
		let account = T::SessionAccount::convert(proof.session);
		for (pass, signature) in core::iter::once((pass, &proof.signature)).chain(other) {
			ensure!(
				signature.verify(pass.payload().as_slice(), &account),
				Error::<T>::BadVerdictSignature
			);
		}
		Ok(evidence)
	}

	/// A quote of the bound key that was made after the last boot on chain and counts less than that boot.
	fn prove_clone(module: ModuleId, proof: &StrayQuote) -> Result<Hash, Error<T>> {
		let chip = Chips::<T>::get(module).ok_or(Error::<T>::NotConclusive)?;
		let evidence = Self::ensure_unpunished(name_of(Offence::ClonedTpm, module, chip.ak_name))?;
		let boot = Boots::<T>::get(module).ok_or(Error::<T>::NotConclusive)?;
		let counters = chip.boot.ok_or(Error::<T>::NotConclusive)?.counters;
		let binding = &proof.binding;
		let named = BlockNumberFor::<T>::from(binding.nonce_block);
		let named_hash = frame_system::Pallet::<T>::block_hash(named);
		ensure!(
			binding.domain == QUOTE_DOMAIN
				&& binding.genesis == Self::genesis()
				&& binding.module == module.0
				&& named >= boot.since
				&& binding.nonce_block_hash != [0; 32]
				&& named_hash.as_ref() == &binding.nonce_block_hash[..],
			Error::<T>::NotConclusive
		);
		let quote = Quote::parse(&proof.quote)
			.and_then(|quote| quote.check_signer(&chip.signer).map(|()| quote))
			.and_then(|quote| quote.check_extra_data(&binding.hash()).map(|()| quote))
			.map_err(|_| Error::<T>::NotConclusive)?;
		// The clock runs on in one boot, so an equal count proves nothing.
		ensure!(
			matches!(
				quote.counters().progress_since(&counters),
				Err(CounterError::ResetRollback | CounterError::RestartRollback)
			),
			Error::<T>::NotConclusive
		);
		TpmSignature::parse(&proof.signature)
			.and_then(|signature| T::SigVerify::attestation(&chip.ak, &quote.hash(), &signature))
			.map_err(|reason| Error::<T>::BadSignature(crate::SignatureRefusal(reason)))?;
		Ok(evidence)
	}

	/// The live quote that a committee passed is not one of this boot.
	fn prove_refuted(module: ModuleId, live_quote: &[u8]) -> Result<Hash, Error<T>> {
		let record = Certificates::<T>::get(module).ok_or(Error::<T>::NotConclusive)?;
		let evidence = Self::ensure_unpunished(name_of(
			Offence::RefutedVerdict,
			module,
			record.certificate.round,
		))?;
		ensure!(
			sp_io::hashing::sha2_256(live_quote) == record.live_quote,
			Error::<T>::NotConclusive
		);
		let chip = Chips::<T>::get(module).ok_or(Error::<T>::NotConclusive)?;
		let boot = Boots::<T>::get(module).ok_or(Error::<T>::NotConclusive)?;
		let known = chip.boot.ok_or(Error::<T>::NotConclusive)?.counters;
		// Only what no honest member can have overlooked: PCRs that are not strict may move between two quotes.
		let passable = Quote::parse(live_quote).is_ok_and(|quote| {
			let counters = quote.counters();
			quote.check_signer(&chip.signer).is_ok()
				&& quote.check_selection(chip.class.selection()).is_ok()
				&& (counters.reset_count, counters.restart_count)
					== (known.reset_count, known.restart_count)
				&& quote.firmware_version() == boot.evidence.firmware_version
		});
		ensure!(!passable, Error::<T>::NotConclusive);
		Ok(evidence)
	}

	/// Who signed a pass over a live quote that is refuted loses credit.
	fn blame_committee(module: ModuleId) {
		let Some(record) = Certificates::<T>::get(module) else {
			return;
		};
		for (position, member) in (0u8..).zip(&record.committee) {
			if record.passed & bit(position) != 0 {
				Self::note(member, CreditEvent::ProvablyBad);
			}
		}
	}

	/// What this account has to have on hold for its reports; for the invariants.
	#[cfg(any(test, feature = "try-runtime"))]
	pub(crate) fn reported(who: &T::AccountId) -> crate::BalanceOf<T> {
		use sp_runtime::{Saturating, traits::Zero};
		Reports::<T>::iter()
			.filter(|(_, report)| report.reporter == *who)
			.fold(Zero::zero(), |sum: crate::BalanceOf<T>, (_, report)| {
				sum.saturating_add(report.bond)
			})
	}
}

//! Attestation rounds: passes and fails of a drawn committee.

use crate::{
	Boots, Chips, CommitteeOf, Config, Error, Event, EvidenceRecord, Pallet, RoundOutcome,
	RoundRecord, RoundRecordOf, Rounds, Sessions, StatusReason, Suspicion,
};
use alloc::vec::Vec;
use frame_support::ensure;
use sp_runtime::{DispatchResult, traits::Verify};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	draw::Purpose,
	ids::{BootSeq, ModuleId, ReleaseId, Round},
	module::ModuleStatus,
	verdict::{FailReason, Pass, VERDICT_DOMAIN},
};
use tea_tpm::Hash;

/// Passes that a committee of this size needs: two thirds, rounded up.
pub(crate) const fn quorum(members: usize) -> u32 {
	(members as u32).saturating_mul(2).div_ceil(3)
}

/// The bit of a member in a set of votes.
pub(crate) fn bit(member: u8) -> u16 {
	1u16.checked_shl(member.into()).unwrap_or_default()
}

/// Passes that are right in everything but their signatures.
pub(crate) struct Verdicts<T: Config> {
	round: RoundRecordOf<T>,
	release: ReleaseId,
	accounts: Vec<T::AccountId>,
	passed: u16,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn open_round(
		module: ModuleId,
		round: Round,
		purpose: Purpose,
		boot_seq: BootSeq,
		renewal: bool,
		evidence: EvidenceRecord,
		former: CommitteeOf<T>,
	) {
		Self::deposit_event(Event::RoundOpened {
			module,
			round,
			purpose,
			boot_seq,
			evidence: evidence.quote,
		});
		Rounds::<T>::insert(
			module,
			RoundRecord {
				round,
				purpose,
				boot_seq,
				renewal,
				deadline: Self::draw_deadline(),
				committee: Default::default(),
				former,
				failed: 0,
				evidence,
			},
		);
		Self::enqueue(module, round, purpose);
	}

	pub(crate) fn close_round(module: ModuleId, round: &RoundRecordOf<T>, outcome: RoundOutcome) {
		Rounds::<T>::remove(module);
		if round.purpose == Purpose::SecondCommittee {
			Self::settle_report(module, outcome);
		}
		Self::deposit_event(Event::RoundClosed {
			module,
			round: round.round,
			purpose: round.purpose,
			outcome,
		});
	}

	/// The round, while its window is open and its committee known.
	fn round_in_progress(module: ModuleId, round: Round) -> Result<RoundRecordOf<T>, Error<T>> {
		let record = Rounds::<T>::get(module)
			.filter(|record| record.round == round && Self::now() < record.deadline)
			.ok_or(Error::<T>::RoundClosed)?;
		ensure!(!record.committee.is_empty(), Error::<T>::CommitteeNotDrawn);
		Ok(record)
	}

	/// Number, membership and distinctness of passes, and the release that they certify.
	pub(crate) fn check_verdicts(
		who: &T::AccountId,
		module: ModuleId,
		round: Round,
		members: impl ExactSizeIterator<Item = u8>,
	) -> Result<Verdicts<T>, Error<T>> {
		let round = Self::round_in_progress(module, round)?;
		ensure!(
			Sessions::<T>::get(who) == Some((module, round.boot_seq)),
			Error::<T>::NotTestee
		);
		ensure!(
			members.len() as u32 >= quorum(round.committee.len()),
			Error::<T>::TooFewVerdicts
		);
		let mut passed = 0u16;
		let mut accounts = Vec::new();
		for position in members {
			let member = round
				.committee
				.get(usize::from(position))
				.ok_or(Error::<T>::NotOnCommittee)?;
			ensure!(
				(passed | round.failed) & bit(position) == 0,
				Error::<T>::DuplicateVerdict
			);
			passed |= bit(position);
			accounts.push(Self::account_of(member).ok_or(Error::<T>::NotOnCommittee)?);
		}
		let chip = Chips::<T>::get(module).ok_or(Error::<T>::NotEnrolled)?;
		// A second committee may accept changed firmware, but nobody can pass what no release allows.
		let pins = match round.purpose {
			Purpose::SecondCommittee => None,
			_ => chip.pins.as_ref(),
		};
		let release = Self::judge(
			chip.class,
			&round.evidence.values,
			&round.evidence.manifest_root,
			pins,
		)
		.map_err(|_| Error::<T>::ReleaseNotAccepted)?;
		Ok(Verdicts {
			round,
			release,
			accounts,
			passed,
		})
	}

	/// What a member of this round signs.
	pub(crate) fn pass_of(
		module: ModuleId,
		round: &RoundRecordOf<T>,
		member: u8,
		live_quote: Hash,
		release: ReleaseId,
	) -> Pass {
		Pass {
			domain: VERDICT_DOMAIN,
			genesis: Self::genesis(),
			purpose: round.purpose,
			module,
			round: round.round,
			boot_seq: round.boot_seq,
			member,
			evidence: round.evidence.quote,
			live_quote,
			log_root: round.evidence.log_root,
			release,
		}
	}

	pub(crate) fn do_submit_verdicts(
		who: T::AccountId,
		module: ModuleId,
		round: Round,
		live_quote: Hash,
		passes: &[(u8, T::MemberSignature)],
	) -> DispatchResult {
		let members = passes.iter().map(|(member, _)| *member);
		let verdicts = Self::check_verdicts(&who, module, round, members)?;
		for ((member, signature), account) in passes.iter().zip(&verdicts.accounts) {
			let pass = Self::pass_of(
				module,
				&verdicts.round,
				*member,
				live_quote,
				verdicts.release,
			);
			ensure!(
				signature.verify(pass.payload().as_slice(), account),
				Error::<T>::BadVerdictSignature
			);
		}
		Self::pass(module, verdicts, live_quote);
		Ok(())
	}

	fn pass(module: ModuleId, verdicts: Verdicts<T>, live_quote: Hash) {
		let Verdicts {
			round,
			release,
			passed,
			..
		} = verdicts;
		Self::close_round(module, &round, RoundOutcome::Passed);
		for (position, member) in (0u8..).zip(&round.committee) {
			if passed & bit(position) != 0 {
				Self::duty_done(member, module, round.purpose);
			} else if round.failed & bit(position) == 0 {
				Self::note(member, CreditEvent::DutyMissed);
			}
		}
		let (Some(mut chip), Some(mut boot)) = (Chips::<T>::get(module), Boots::<T>::get(module))
		else {
			frame_support::defensive!("a round examines a boot of a proven key");
			return;
		};
		if chip.closed {
			Self::set_status(
				module,
				ModuleStatus::Inactive,
				StatusReason::MustEnrolAgain,
				None,
			);
			return;
		}
		chip.pins = Self::pins_of(chip.class, &round.evidence.values);
		boot.evidence = round.evidence.clone();
		let keys = boot.keys;
		let class = chip.class;
		Chips::<T>::insert(module, chip);
		Boots::<T>::insert(module, boot);
		if round.renewal {
			T::Camellias::note(module, CreditEvent::RenewalPassed);
		}
		Self::certify(module, &round, keys, class, release, passed, live_quote);
	}

	/// The round and the position of `who` in it, if it may still vote.
	pub(crate) fn check_vote(
		who: &T::AccountId,
		module: ModuleId,
		round: Round,
	) -> Result<(RoundRecordOf<T>, u8), Error<T>> {
		let record = Self::round_in_progress(module, round)?;
		let position = (0u8..)
			.zip(&record.committee)
			.find(|(_, member)| Self::acts_as(who, member))
			.map(|(position, _)| position)
			.ok_or(Error::<T>::NotOnCommittee)?;
		ensure!(
			record.failed & bit(position) == 0,
			Error::<T>::DuplicateVerdict
		);
		Ok((record, position))
	}

	pub(crate) fn do_vote_fail(
		who: T::AccountId,
		module: ModuleId,
		round: Round,
		reason: FailReason,
	) -> DispatchResult {
		let (mut record, member) = Self::check_vote(&who, module, round)?;
		record.failed |= bit(member);
		Self::deposit_event(Event::FailVoted {
			module,
			round,
			member,
			reason,
		});
		let members = record.committee.len() as u32;
		let left = members.saturating_sub(record.failed.count_ones());
		if left >= quorum(record.committee.len()) {
			Rounds::<T>::insert(module, record);
			return Ok(());
		}
		Self::close_round(module, &record, RoundOutcome::Failed);
		for (position, member) in (0u8..).zip(&record.committee) {
			if record.failed & bit(position) != 0 {
				Self::duty_done(member, module, record.purpose);
			}
		}
		match record.purpose {
			Purpose::SecondCommittee => Self::quarantine(module, reason),
			_ => Self::suspect(
				module,
				record.round,
				record.boot_seq,
				Suspicion::Committee(reason),
				record.evidence,
				record.committee,
			),
		}
		Ok(())
	}

	pub(crate) fn do_expire_round(module: ModuleId) -> DispatchResult {
		let record = Rounds::<T>::get(module).ok_or(Error::<T>::RoundClosed)?;
		ensure!(Self::now() >= record.deadline, Error::<T>::TooSoon);
		let outcome = if record.committee.is_empty() {
			RoundOutcome::NoCommittee
		} else {
			RoundOutcome::Undecided
		};
		for (position, member) in (0u8..).zip(&record.committee) {
			if record.failed & bit(position) == 0 {
				Self::note(member, CreditEvent::DutyMissed);
			}
		}
		Self::end_undecided(module, record, outcome);
		Ok(())
	}
}

//! How an attempt or an errand ends without a result: cancelled, given up, refuted, silent, gone, too late.

use crate::{
	AssignmentOf, Config, DrawPlan, ErrandRecordOf, Errands, Error, Event, Finished, GasPrice,
	GasShares, Pallet, Queue, Shares, Stage, bit, quorum,
};
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	DispatchResult, Saturating,
	traits::{One, Zero},
};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	committee::MAX_CANDIDATES,
	draw::{DrawError, Draws, Member},
	errand::{ErrandId, FaultReason, Outcome, RefundReason, RefuteReason, Stakes, Suspects},
	module::Attested,
};

/// Attempts of an errand.
const ATTEMPTS: u8 = 2;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_cancel(who: T::AccountId, errand: ErrandId) -> DispatchResult {
		let record = Self::unfinished(errand)?;
		ensure!(record.client == who, Error::<T>::NotClient);
		ensure!(
			matches!(record.stage, Stage::Open | Stage::AwaitingPinners { .. }),
			Error::<T>::AlreadyAssigned
		);
		Self::give_back(errand, record, Outcome::Cancelled);
		Ok(())
	}

	/// Ends an errand, with the whole hold back to the client.
	pub(crate) fn refund(errand: ErrandId, record: ErrandRecordOf<T>, reason: RefundReason) {
		Self::give_back(errand, record, Outcome::Refunded(reason));
	}

	/// Ends an attempt: the errand is re-opened without its executor, or refunded.
	pub(crate) fn end_attempt(
		errand: ErrandId,
		mut record: ErrandRecordOf<T>,
		assignment: &AssignmentOf<T>,
		reason: RefundReason,
	) {
		let now = Self::now();
		if let Stage::AwaitingKey { since, .. } = record.stage {
			record.deadline = record.deadline.saturating_add(now.saturating_sub(since));
		}
		let attempt = record.attempt.saturating_add(1);
		if attempt >= ATTEMPTS || record.deadline < now.saturating_add(T::MinDeadline::get()) {
			Self::refund(errand, record, reason);
			return;
		}
		let former = assignment.executor;
		Self::vacate(former, errand, record.held);
		Self::wipe_envelopes(errand, &record);
		Queue::<T>::mutate(|queue| {
			queue.assigned = queue.assigned.saturating_sub(1);
			queue.open = queue.open.saturating_add(1);
		});
		record.attempt = attempt;
		record.former = Some(former);
		record.draw = DrawPlan {
			fixed_in: now,
			total_weight: Self::total_weight(record.deployments()),
		};
		record.stage = Stage::Open;
		Self::schedule(errand, Self::claims_end(&record.draw, record.deadline));
		Errands::<T>::insert(errand, record);
		Self::deposit_event(Event::Reopened {
			errand,
			attempt,
			former,
			reason,
		});
	}

	/// Whether the executor may give up for this reason.
	pub(crate) fn check_fail(
		who: &T::AccountId,
		errand: ErrandId,
		reason: FaultReason,
	) -> Result<(ErrandRecordOf<T>, AssignmentOf<T>), Error<T>> {
		let (record, assignment) = Self::work_of(who, errand)?;
		let now = Self::now();
		if matches!(record.stage, Stage::Assigned(_)) {
			ensure!(now < assignment.deadline, Error::<T>::DeadlinePassed);
		}
		if reason == FaultReason::VerifiersSilent {
			let asked = assignment.redraw.unwrap_or(assignment.assigned);
			ensure!(
				matches!(record.stage, Stage::Assigned(_))
					&& !assignment.verifiers.is_empty()
					&& now >= asked.saturating_add(T::VerifierPatience::get()),
				Error::<T>::BadReason
			);
		}
		Ok((record, assignment))
	}

	pub(crate) fn do_fail(
		who: T::AccountId,
		errand: ErrandId,
		reason: FaultReason,
	) -> DispatchResult {
		let (mut record, mut assignment) = Self::check_fail(&who, errand, reason)?;
		if reason == FaultReason::VerifiersSilent && assignment.redraw.is_none() {
			// Once, and nobody is to blame.
			let now = Self::now();
			assignment.redraw = Some(now);
			assignment.former = core::mem::take(&mut assignment.verifiers);
			assignment.failed = 0;
			Self::schedule(errand, Self::redraw_due(now));
			Self::deposit_event(Event::CommitteeSilent {
				errand,
				executor: assignment.executor,
			});
			record.stage = Stage::Assigned(assignment);
			Errands::<T>::insert(errand, record);
			return Ok(());
		}
		T::Camellias::note(assignment.executor, CreditEvent::InfrastructureFault);
		Self::end_attempt(errand, record, &assignment, RefundReason::Fault(reason));
		Ok(())
	}

	/// First block in which the beacon of a second committee is known.
	fn redraw_due(fixed_in: BlockNumberFor<T>) -> BlockNumberFor<T> {
		fixed_in
			.saturating_add(One::one())
			.saturating_add(One::one())
	}

	/// The errand and the position of `who` in its committee, if it may still vote.
	pub(crate) fn check_vote(
		who: &T::AccountId,
		errand: ErrandId,
	) -> Result<(ErrandRecordOf<T>, AssignmentOf<T>, u8), Error<T>> {
		let record = Self::unfinished(errand)?;
		let assignment = record.assignment().ok_or(Error::<T>::NotAssigned)?.clone();
		if matches!(record.stage, Stage::Assigned(_)) {
			ensure!(
				Self::now() < assignment.deadline,
				Error::<T>::DeadlinePassed
			);
		}
		let position = (0u8..)
			.zip(&assignment.verifiers)
			.find(|(_, member)| Self::account_of(member).as_ref() == Some(who))
			.map(|(position, _)| position)
			.ok_or(Error::<T>::NotOnCommittee)?;
		ensure!(
			assignment.failed & bit(position) == 0,
			Error::<T>::DuplicateVerdict
		);
		Ok((record, assignment, position))
	}

	pub(crate) fn do_vote_fail(
		who: T::AccountId,
		errand: ErrandId,
		reason: RefuteReason,
	) -> DispatchResult {
		let (mut record, mut assignment, member) = Self::check_vote(&who, errand)?;
		assignment.failed |= bit(member);
		Self::deposit_event(Event::FailVoted {
			errand,
			member,
			reason,
		});
		let members = assignment.verifiers.len();
		let left = (members as u32).saturating_sub(assignment.failed.count_ones());
		match &mut record.stage {
			Stage::Assigned(stored)
			| Stage::AwaitingKey {
				assignment: stored, ..
			} => stored.failed = assignment.failed,
			_ => {
				frame_support::defensive!("an assignment is in these stages only");
			}
		}
		if left >= quorum(members) {
			Errands::<T>::insert(errand, record);
			return Ok(());
		}
		for (position, member) in (0u8..).zip(&assignment.verifiers) {
			if let Member::Module(module) = member
				&& assignment.failed & bit(position) != 0
			{
				T::Camellias::note(*module, CreditEvent::DutyDone);
			}
		}
		T::Camellias::note(assignment.executor, CreditEvent::InfrastructureFault);
		T::Suspects::refuted(assignment.executor, assignment.boot_seq, errand, reason);
		Self::end_attempt(errand, record, &assignment, RefundReason::Refuted);
		Ok(())
	}

	/// Does what is due about an errand.
	pub(crate) fn do_expire(errand: ErrandId) -> DispatchResult {
		let now = Self::now();
		let Some(record) = Errands::<T>::get(errand) else {
			let finished = Finished::<T>::get(errand).ok_or(Error::<T>::UnknownErrand)?;
			ensure!(now >= finished.until, Error::<T>::TooSoon);
			Self::archive(errand);
			return Ok(());
		};
		match record.stage.clone() {
			Stage::Open => Self::expire_open(errand, record, now),
			Stage::AwaitingPinners { until } => {
				ensure!(now >= until || now >= record.deadline, Error::<T>::TooSoon);
				Self::refund(errand, record, RefundReason::NoPinners);
				Ok(())
			}
			// It is fixed at the end of this block, and then has a deadline.
			Stage::Claimed { .. } => Err(Error::<T>::TooSoon.into()),
			Stage::Assigned(assignment) => Self::expire_assigned(errand, record, assignment, now),
			Stage::AwaitingKey {
				assignment, until, ..
			} => {
				if now >= until {
					Self::refund(errand, record, RefundReason::KeyNotSupplied);
					return Ok(());
				}
				ensure!(Self::is_gone(&assignment), Error::<T>::TooSoon);
				Self::executor_gone(errand, record, &assignment);
				Ok(())
			}
		}
	}

	fn expire_open(
		errand: ErrandId,
		mut record: ErrandRecordOf<T>,
		now: BlockNumberFor<T>,
	) -> DispatchResult {
		if now >= record.deadline {
			Self::refund(errand, record, RefundReason::NoExecutor);
			return Ok(());
		}
		let decided_by = record.draw.fixed_in.saturating_add(One::one());
		if now > decided_by && T::Draws::beacon(decided_by).is_none() {
			// Without a beacon nobody can claim: a younger one decides, which nobody knows yet either.
			record.draw.fixed_in = now;
			Self::schedule(errand, Self::claims_end(&record.draw, record.deadline));
			Errands::<T>::insert(errand, record);
			Self::deposit_event(Event::DrawDeferred {
				errand,
				fixed_in: now,
			});
			return Ok(());
		}
		ensure!(
			now >= Self::claims_end(&record.draw, record.deadline),
			Error::<T>::TooSoon
		);
		// By now everybody's ticket is let in, and nobody has come who may run it.
		let until = now
			.saturating_add(T::PinnersWait::get())
			.min(record.deadline);
		record.stage = Stage::AwaitingPinners { until };
		Self::schedule(errand, until);
		Errands::<T>::insert(errand, record);
		Self::deposit_event(Event::PinnersWanted { errand, until });
		Ok(())
	}

	/// Whether the executor has lost the boot or the certificate with which it took the errand.
	fn is_gone(assignment: &AssignmentOf<T>) -> bool {
		T::Attested::certificate(assignment.executor)
			.is_none_or(|certificate| certificate.boot_seq != assignment.boot_seq)
	}

	fn executor_gone(errand: ErrandId, record: ErrandRecordOf<T>, assignment: &AssignmentOf<T>) {
		T::Camellias::note(assignment.executor, CreditEvent::InfrastructureFault);
		Self::end_attempt(errand, record, assignment, RefundReason::ExecutorGone);
	}

	fn expire_assigned(
		errand: ErrandId,
		mut record: ErrandRecordOf<T>,
		mut assignment: AssignmentOf<T>,
		now: BlockNumberFor<T>,
	) -> DispatchResult {
		if Self::is_gone(&assignment) {
			Self::executor_gone(errand, record, &assignment);
			return Ok(());
		}
		if let Some(fixed_in) = assignment.redraw
			&& assignment.verifiers.is_empty()
		{
			// Without verifiers it cannot finish, so whatever happens is not its fault.
			if now >= assignment.deadline {
				let reason = RefundReason::Fault(FaultReason::VerifiersSilent);
				Self::end_attempt(errand, record, &assignment, reason);
				return Ok(());
			}
			ensure!(now >= Self::redraw_due(fixed_in), Error::<T>::TooSoon);
			let (drawn, _) = Self::draw_verifiers(
				errand,
				&record,
				&assignment.beneficiary,
				fixed_in,
				1,
				&assignment.former,
				MAX_CANDIDATES,
			);
			match drawn {
				Ok(verifiers) => {
					assignment.verifiers = verifiers;
					assignment.redraw = Some(now);
					Self::schedule(errand, assignment.deadline);
					Self::deposit_event(Event::CommitteeRedrawn {
						errand,
						verifiers: assignment.verifiers.clone(),
					});
				}
				Err(DrawError::NoBeacon) => {
					assignment.redraw = Some(now);
					Self::schedule(errand, Self::redraw_due(now));
					Self::deposit_event(Event::DrawDeferred {
						errand,
						fixed_in: now,
					});
				}
				Err(DrawError::NoCommittee) => {
					let reason = RefundReason::Fault(FaultReason::VerifiersSilent);
					Self::end_attempt(errand, record, &assignment, reason);
					return Ok(());
				}
			}
			record.stage = Stage::Assigned(assignment);
			Errands::<T>::insert(errand, record);
			return Ok(());
		}
		ensure!(now >= assignment.deadline, Error::<T>::TooSoon);
		let executor = assignment.executor;
		T::Camellias::note(executor, CreditEvent::DeadlineMissed);
		let amount = T::Stakes::slash_silence(executor, record.held, &record.client);
		if !amount.is_zero() {
			Self::deposit_event(Event::SilenceSlashed {
				errand,
				module: executor,
				amount,
			});
		}
		Self::end_attempt(errand, record, &assignment, RefundReason::ExecutorSilent);
		Ok(())
	}

	pub(crate) fn do_set_shares(shares: Shares) -> DispatchResult {
		ensure!(shares.are_whole(), Error::<T>::BadShares);
		GasShares::<T>::put(shares);
		Self::deposit_event(Event::SharesSet { shares });
		Ok(())
	}

	pub(crate) fn do_set_gas_price(price: crate::BalanceOf<T>) {
		GasPrice::<T>::put(price);
		Self::deposit_event(Event::GasPriceSet { price });
	}
}

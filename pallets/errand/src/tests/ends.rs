use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use tea_primitives::{
	camellia::CreditEvent,
	deployment::{Kind, Visibility},
	draw::Member,
	errand::{ErrandId, Exit, FaultReason, Outcome, RefundReason, RefuteReason, Source},
	ids::ModuleId,
};

const Y: ModuleId = ModuleId(2);
const UNIT: Balance = 1_000_000_000_000;

fn expire(errand: ErrandId) -> sp_runtime::DispatchResult {
	Errand::expire(signed(&account(30)), errand)
}

/// M10: nobody claims, nobody calls anything, and the money is back.
#[test]
fn expired_errand_refunds_itself() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		advance_to(7 + OPEN_PATIENCE);
		assert_eq!(
			record(errand).stage,
			Stage::AwaitingPinners {
				until: 7 + OPEN_PATIENCE + PINNERS_WAIT
			}
		);
		advance(PINNERS_WAIT);
		assert_eq!(outcome(errand), Outcome::Refunded(RefundReason::NoPinners));
		assert_eq!(held(&client()), 0);
		assert_noop!(claim_late(errand), Error::<Test>::AlreadySettled);

		let short = Ask {
			deadline: MIN_DEADLINE,
			..Ask::default()
		};
		let errand = short.post();
		advance(MIN_DEADLINE);
		assert_eq!(outcome(errand), Outcome::Refunded(RefundReason::NoExecutor));
	});
}

fn claim_late(errand: ErrandId) -> sp_runtime::DispatchResultWithInfo<PostInfo> {
	let ticket = prove(X, 1, &[0; 32]);
	Errand::claim(signed(&session(X)), errand, ticket)
}

/// A module that pins what was missing may claim while the errand waits for pinners.
#[test]
fn pinner_that_comes_late_still_runs_it() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Hosted);
		let errand = Ask::of(Source::Deployed(code), vec![]).post();
		advance(2 + OPEN_PATIENCE);
		assert!(matches!(
			record(errand).stage,
			Stage::AwaitingPinners { .. }
		));
		assert_noop!(claim(errand, X), Error::<Test>::NotPinner);
		pin(code, X, Some(Y), true);
		assign_to(errand, X);
		finish(errand, Exit::Ok, 1_000);
	});
}

#[test]
fn client_may_cancel_while_it_waits_for_pinners() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		advance(2 + OPEN_PATIENCE);
		assert_ok!(Errand::cancel(signed(&client()), errand));
		assert_eq!(outcome(errand), Outcome::Cancelled);
	});
}

#[test]
fn draw_without_a_beacon_takes_a_younger_one() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		world::Dark::<Test>::put(vec![6]);
		assert_noop!(expire(errand), Error::<Test>::TooSoon);
		advance(2);
		assert_noop!(claim(errand, X), Error::<Test>::NoBeacon);
		assert_ok!(expire(errand));
		assert_eq!(record(errand).draw.fixed_in, 7);
		assert_noop!(expire(errand), Error::<Test>::TooSoon);
		assign_to(errand, X);
		finish(errand, Exit::Ok, 1_000);
	});
	// Without anybody's help, when the time for claims is over.
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		world::Dark::<Test>::put(vec![6]);
		advance_to(7 + OPEN_PATIENCE);
		assert_eq!(record(errand).draw.fixed_in, 7 + OPEN_PATIENCE);
		assert_eq!(record(errand).stage, Stage::Open);
	});
}

/// M06, R-135
#[test]
fn silent_executor_pays() {
	ExtBuilder::default().build_and_execute(|| {
		stake(X, 1_000 * UNIT / 100);
		let errand = assigned();
		let deadline = assignment(errand).deadline;
		let before = Balances::free_balance(client());
		credit();
		advance_to(deadline - 1);
		assert_noop!(expire(errand), Error::<Test>::TooSoon);
		assert!(record(errand).assignment().is_some());
		advance(1);
		assert_eq!(credit(), [(X, CreditEvent::DeadlineMissed)]);
		// 1 % of slot 0, but never more than what was held.
		assert_eq!(Balances::free_balance(client()) - before, 10_000_000_000);
		let record_now = record(errand);
		assert_eq!(record_now.stage, Stage::Open);
		assert_eq!(record_now.former, Some(X));
		assert_eq!(record_now.draw.fixed_in, deadline);
		advance(2);
		assert_noop!(
			claim(errand, X),
			Error::<Test>::NotEligible(Rule::FormerExecutor)
		);
		assign_to(errand, Y);
		// The second one has all that is left.
		assert_eq!(assignment(errand).deadline, record(errand).deadline);
		finish(errand, Exit::Ok, 1_000);
		assert_eq!(finished(errand).attempt, 1);
	});
}

/// M11
#[test]
fn errand_reopens_once_then_refunds() {
	ExtBuilder::default().build_and_execute(|| {
		let before = Balances::free_balance(client());
		let errand = assigned();
		advance_to(assignment(errand).deadline);
		assign_to(errand, Y);
		let deadline = record(errand).deadline;
		advance_to(deadline);
		assert_eq!(
			outcome(errand),
			Outcome::Refunded(RefundReason::ExecutorSilent)
		);
		assert_eq!(Balances::free_balance(client()), before);
		assert_eq!(
			credit(),
			[
				(X, CreditEvent::DeadlineMissed),
				(Y, CreditEvent::DeadlineMissed)
			]
		);
		assert!(!is_busy(X) && !is_busy(Y));
	});
}

#[test]
fn too_little_time_for_a_second_attempt_refunds_at_once() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = Ask {
			deadline: 7,
			..Ask::default()
		}
		.post();
		assign_to(errand, X);
		advance(1);
		assert_ok!(fail(errand, FaultReason::Shutdown));
		assert_eq!(
			outcome(errand),
			Outcome::Refunded(RefundReason::Fault(FaultReason::Shutdown))
		);
	});
}

#[test]
fn only_the_executor_gives_up() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let by = |who: &AccountId| Errand::fail(signed(who), errand, FaultReason::Host);
		assert_noop!(by(&session(Y)), Error::<Test>::NotExecutor);
		assert_noop!(by(&client()), Error::<Test>::NotExecutor);
		let open = post();
		assert_noop!(
			Errand::fail(signed(&session(X)), open, FaultReason::Host),
			Error::<Test>::NotAssigned
		);
		let old = session(X);
		reboot(X);
		assert_noop!(by(&old), Error::<Test>::NotExecutor);
		assert_noop!(by(&session(X)), Error::<Test>::StaleBoot);
	});
}

/// once, and nobody is to blame.
#[test]
fn silent_verifiers_are_drawn_again_once() {
	ExtBuilder::default().modules(12).build_and_execute(|| {
		let errand = assigned();
		let first = assignment(errand).verifiers;
		assert_noop!(
			fail(errand, FaultReason::VerifiersSilent),
			Error::<Test>::BadReason
		);
		let late = pot(errand);
		advance(VERIFIER_PATIENCE);
		credit();
		assert_ok!(fail(errand, FaultReason::VerifiersSilent));
		assert_eq!(credit(), [], "no penalty");
		assert_noop!(complete(errand, late), Error::<Test>::CommitteeNotDrawn);
		assert_noop!(
			Errand::vote_fail(
				signed(&session(ModuleId(3))),
				errand,
				RefuteReason::OtherPot
			),
			Error::<Test>::NotOnCommittee
		);
		assert_noop!(expire(errand), Error::<Test>::TooSoon);
		advance(2);
		let second = assignment(errand).verifiers;
		assert_eq!(second.len(), N as usize);
		for member in &second {
			assert!(!first.contains(member), "nobody of the silent ones");
			assert_ne!(*member, Member::Module(X));
		}
		frame_support::hypothetically!(finish(errand, Exit::Ok, 1));
		// A second silence ends the attempt.
		assert_noop!(
			fail(errand, FaultReason::VerifiersSilent),
			Error::<Test>::BadReason
		);
		advance(VERIFIER_PATIENCE);
		assert_ok!(fail(errand, FaultReason::VerifiersSilent));
		assert_eq!(record(errand).stage, Stage::Open);
		assert_eq!(record(errand).attempt, 1);
	});
}

#[test]
fn no_second_committee_ends_the_attempt_without_blame() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		advance(VERIFIER_PATIENCE);
		assert_ok!(fail(errand, FaultReason::VerifiersSilent));
		credit();
		// Of eight modules, three are left beside executor and first committee.
		advance(2);
		assert_eq!(record(errand).attempt, 1);
		assert_eq!(credit(), []);
	});
}

/// Second committee whose beacon is missing.
#[test]
fn second_committee_waits_for_a_beacon() {
	ExtBuilder::default().modules(12).build_and_execute(|| {
		let errand = assigned();
		advance(VERIFIER_PATIENCE);
		let now = System::block_number();
		assert_ok!(fail(errand, FaultReason::VerifiersSilent));
		world::Dark::<Test>::put(vec![now + 1]);
		advance(2);
		assert!(assignment(errand).verifiers.is_empty());
		advance(2);
		assert_eq!(assignment(errand).verifiers.len(), N as usize);
		finish(errand, Exit::Ok, 1);
	});
}

/// a boot that is gone cannot finish; anybody may say so.
#[test]
fn executor_that_is_gone_loses_the_errand() {
	for quarantined in [false, true] {
		ExtBuilder::default().build_and_execute(|| {
			let errand = assigned();
			assert_noop!(expire(errand), Error::<Test>::TooSoon);
			if quarantined {
				with_module(X, |record| record.status = INACTIVE);
			} else {
				reboot(X);
			}
			credit();
			assert_ok!(expire(errand));
			assert_eq!(credit(), [(X, CreditEvent::InfrastructureFault)]);
			assert_eq!(record(errand).stage, Stage::Open);
			assign_to(errand, Y);
			reboot(Y);
			assert_ok!(expire(errand));
			assert_eq!(
				outcome(errand),
				Outcome::Refunded(RefundReason::ExecutorGone)
			);
		});
	}
}

/// M18
#[test]
fn idle_module_is_never_slashed() {
	ExtBuilder::default().build_and_execute(|| {
		stake(Y, UNIT);
		for _ in 0..3 {
			let errand = assigned();
			finish(errand, Exit::Ok, 1_000);
		}
		let unclaimed = post();
		advance(200);
		assert!(Finished::<Test>::contains_key(unclaimed));
		assert!(credit().iter().all(|(_, event)| matches!(
			event,
			CreditEvent::ErrandConfirmed | CreditEvent::DutyDone
		)));
		assert_eq!(
			Balances::reserved_balance(account(98)),
			UNIT,
			"slot 0 is whole"
		);
	});
}

/// C06
#[test]
fn full_agenda_is_typed_and_drains() {
	ExtBuilder::default().build_and_execute(|| {
		// Nine lists of eight have room.
		let errands: Vec<_> = (0..80).map(|_| post()).collect();
		let full = events()
			.into_iter()
			.filter(|event| matches!(event, Event::AgendaFull { .. }))
			.count();
		assert_eq!(full, 8);
		advance(300);
		let left: Vec<_> = errands
			.iter()
			.filter(|errand| Errands::<Test>::contains_key(errand))
			.collect();
		assert_eq!(left.len(), 8, "those wait for anybody's call");
		for errand in left {
			assert_ok!(expire(*errand));
			assert!(Finished::<Test>::contains_key(errand));
		}
	});
}

/// More ends than a block serves wait for the next ones.
#[test]
fn a_block_serves_only_so_many_ends() {
	ExtBuilder::default().build_and_execute(|| {
		let ask = Ask {
			deadline: 6,
			..Ask::default()
		};
		let errands: Vec<_> = (0..8).map(|_| ask.post()).collect();
		let open = || {
			errands
				.iter()
				.filter(|errand| Errands::<Test>::contains_key(errand))
				.count()
		};
		advance(6);
		assert_eq!(open(), 8 - EXPIRIES_PER_BLOCK as usize);
		advance(1);
		assert_eq!(open(), 0);
	});
}

#[test]
fn unknown_errands_are_named() {
	ExtBuilder::default().build_and_execute(|| {
		let unknown = ErrandId(7);
		assert_noop!(expire(unknown), Error::<Test>::UnknownErrand);
		assert_noop!(
			Errand::cancel(signed(&client()), unknown),
			Error::<Test>::UnknownErrand
		);
		assert_noop!(
			Errand::vote_fail(signed(&session(X)), unknown, RefuteReason::OtherPot),
			Error::<Test>::UnknownErrand
		);
		assert_noop!(
			Errand::refuse(signed(&client()), unknown),
			Error::<Test>::UnknownErrand
		);
		let open = post();
		assert_noop!(
			Errand::vote_fail(signed(&session(X)), open, RefuteReason::OtherPot),
			Error::<Test>::NotAssigned
		);
	});
}

/// C07
#[test]
fn expired_entry_stays_dead() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let old = pot(errand);
		let executor = session(X);
		advance(300);
		assert!(Finished::<Test>::contains_key(errand));
		for refused in [
			Errand::complete(signed(&executor), errand, Box::new(old))
				.map_err(|error| error.error)
				.map(|_| ()),
			Errand::fail(signed(&executor), errand, FaultReason::Host),
			Errand::cancel(signed(&client()), errand),
			Errand::refuse(signed(&client()), errand),
		] {
			assert_eq!(refused, Err(Error::<Test>::AlreadySettled.into()));
		}
	});
}

//! Committees, passes and fails.

use super::lab::*;
use crate::{impls::quorum, mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use sp_core::Pair;
use tea_primitives::{
	camellia::CreditEvent,
	draw::{Member, Purpose},
	errand::QuoteKeys,
	ids::ModuleId,
	module::{Attested, ModuleStatus},
	verdict::{FailReason, Pass},
};

type Errors = Error<Test>;

/// A module whose committee is drawn.
fn examined(n: u8) -> TestModule {
	let module = TestModule::enrolled(n);
	assert_ok!(module.attest());
	module.wait_for_draw();
	credit();
	module
}

/// Eight modules with certificates: registrars have left the set.
fn grown() -> Vec<TestModule> {
	other_classes();
	(1..=8).map(TestModule::active).collect()
}

#[test]
fn three_passes_certify() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let now = System::block_number();
		assert_ok!(module.pass(&[0, 2, 3]));
		let certificate = Attestation::certificate(module.id).unwrap();
		assert_eq!(certificate.keys, module.boot_keys());
		assert_eq!(certificate.release, RELEASE);
		assert_eq!((certificate.since, certificate.until), (now, now + LIFE));
		let record = Attestation::certificate_record(module.id).unwrap();
		assert_eq!(record.passed, 0b1101);
		assert_eq!(record.committee.len(), N as usize);
		assert_eq!(record.live_quote, LIVE_QUOTE);
		assert_eq!(world::Good::<Test>::get(), [module.id]);
		assert_eq!(module.reason(), StatusReason::RoundPassed);
		assert!(Attestation::quote_key(module.id).is_ok());
	});
}

#[test]
fn quorum_never_shrinks() {
	assert_eq!(quorum(4), 3);
	for members in 1..=16usize {
		let needed = quorum(members) as usize;
		assert!(3 * needed >= 2 * members && 3 * (needed - 1) < 2 * members);
	}
}

#[test]
fn empty_short_foreign_quorum_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		assert_noop!(module.submit(vec![]), Errors::TooFewVerdicts);
		assert_noop!(module.pass(&[0, 1]), Errors::TooFewVerdicts);
		let mut foreign = module.pass_of(0);
		foreign.0 = 4;
		assert_noop!(
			module.submit(vec![foreign, module.pass_of(1), module.pass_of(2)]),
			Errors::NotOnCommittee
		);
	});
}

#[test]
fn repeated_member_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		assert_noop!(module.pass(&[0, 1, 1]), Errors::DuplicateVerdict);
		assert_noop!(module.pass(&[0, 0, 0, 0]), Errors::DuplicateVerdict);
	});
}

#[test]
fn bad_verdict_signature_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let (_, stolen) = module.pass_of(0);
		assert_noop!(
			module.submit(vec![
				module.pass_of(1),
				module.pass_of(2),
				(0, module.pass_of(3).1)
			]),
			Errors::BadVerdictSignature
		);
		assert_noop!(
			module.submit(vec![(0, stolen.clone()), (1, stolen.clone()), (2, stolen)]),
			Errors::BadVerdictSignature
		);
	});
}

#[test]
fn verdict_of_other_context_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let round = module.round();
		let good = Attestation::pass_of(module.id, &round, 0, LIVE_QUOTE, RELEASE);
		let changes: [fn(&mut Pass); 10] = [
			|pass| pass.domain[0] ^= 1,
			|pass| pass.genesis[0] ^= 1,
			|pass| pass.purpose = Purpose::SecondCommittee,
			|pass| pass.module = ModuleId(2),
			|pass| pass.round += 1,
			|pass| pass.boot_seq += 1,
			|pass| pass.member += 1,
			|pass| pass.evidence[0] ^= 1,
			|pass| pass.log_root[0] ^= 1,
			|pass| pass.release.0 += 1,
		];
		let submit = |pass: Pass| {
			let signature = pair_of(&module.member(0)).sign(&pass.payload());
			module.submit(vec![
				(0, signature.into()),
				module.pass_of(1),
				module.pass_of(2),
			])
		};
		for change in changes {
			let mut pass = good;
			change(&mut pass);
			assert_noop!(submit(pass), Errors::BadVerdictSignature);
		}
		assert_ok!(submit(good));
	});
}

#[test]
fn verdict_without_own_nonce_refused() {
	// A member signs over the live quote that holds its own nonce, so its pass is worth nothing under another one.
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let mut pass = Attestation::pass_of(module.id, &module.round(), 0, LIVE_QUOTE, RELEASE);
		pass.live_quote = [0x22; 32];
		let signature = pair_of(&module.member(0)).sign(&pass.payload());
		assert_noop!(
			module.submit(vec![
				(0, signature.into()),
				module.pass_of(1),
				module.pass_of(2)
			]),
			Errors::BadVerdictSignature
		);
	});
}

#[test]
fn nonces_differ_between_members_and_rounds() {
	// The chain's part: no two rounds and no two committees share what is signed.
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let round = module.round();
		let pass = |member, live_quote| {
			Attestation::pass_of(module.id, &round, member, live_quote, RELEASE).payload()
		};
		assert_ne!(pass(0, LIVE_QUOTE), pass(1, LIVE_QUOTE));
		assert_ne!(pass(0, LIVE_QUOTE), pass(0, [0x22; 32]));
		let mut later = round.clone();
		later.round += 1;
		assert_ne!(
			Attestation::pass_of(module.id, &later, 0, LIVE_QUOTE, RELEASE).payload(),
			pass(0, LIVE_QUOTE)
		);
	});
}

#[test]
fn only_the_testee_hands_in_passes() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let other = TestModule::active(2);
		let passes =
			BoundedVec::truncate_from([0, 1, 2].map(|position| module.pass_of(position)).to_vec());
		for who in [module.owner.clone(), module.member(0), other.session()] {
			assert_noop!(
				Attestation::submit_verdicts(
					signed(&who),
					module.id,
					module.round().round,
					LIVE_QUOTE,
					passes.clone()
				),
				Errors::NotTestee
			);
		}
	});
}

#[test]
fn verdicts_have_a_window() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		let round = module.round().round;
		let empty = BoundedVec::new();
		assert_noop!(
			Attestation::submit_verdicts(
				signed(&module.session()),
				module.id,
				round,
				LIVE_QUOTE,
				empty.clone()
			),
			Errors::CommitteeNotDrawn
		);
		assert_noop!(
			Attestation::vote_fail(
				signed(&registrar(0)),
				module.id,
				round,
				FailReason::BadQuote
			),
			Errors::CommitteeNotDrawn
		);
		module.wait_for_draw();
		assert_noop!(
			Attestation::submit_verdicts(
				signed(&module.session()),
				module.id,
				round + 1,
				LIVE_QUOTE,
				empty
			),
			Errors::RoundClosed
		);
		let passes = [0, 1, 2].map(|position| module.pass_of(position)).to_vec();
		Rounds::<Test>::mutate(module.id, |round| {
			round.as_mut().unwrap().deadline = System::block_number();
		});
		assert_noop!(module.submit(passes), Errors::RoundClosed);
		assert_noop!(
			module.vote_fail(0, FailReason::BadQuote),
			Errors::RoundClosed
		);
	});
}

#[test]
fn member_votes_once() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		assert_ok!(module.vote_fail(0, FailReason::LogMismatch(11)));
		assert_noop!(
			module.vote_fail(0, FailReason::LogMismatch(11)),
			Errors::DuplicateVerdict
		);
		// Nor can it pass the module afterwards.
		assert_noop!(module.pass(&[0, 1, 2]), Errors::DuplicateVerdict);
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
		assert_ok!(module.pass(&[1, 2, 3]));
		assert_eq!(module.status(), Some(ModuleStatus::Active));
	});
}

#[test]
fn strangers_do_not_vote() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let round = module.round();
		let stranger = (0..12)
			.map(registrar)
			.find(|who| !round.committee.contains(&Member::Registrar(who.clone())))
			.unwrap();
		for who in [
			stranger,
			module.session(),
			module.owner.clone(),
			account(99),
		] {
			assert_noop!(
				Attestation::vote_fail(signed(&who), module.id, round.round, FailReason::BadQuote),
				Errors::NotOnCommittee
			);
		}
	});
}

#[test]
fn two_fails_end_the_round() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		let first: Vec<_> = module.round().committee.to_vec();
		module.fail();
		assert_eq!(module.status(), Some(ModuleStatus::Suspicious));
		assert_eq!(
			module.reason(),
			StatusReason::Suspected(Suspicion::Committee(FailReason::LogMismatch(11)))
		);
		assert_eq!(purpose(&module), Purpose::SecondCommittee);
		module.wait_for_draw();
		for member in module.round().committee {
			assert!(!first.contains(&member));
		}
	});
}

#[test]
fn silence_is_neither() {
	ExtBuilder::default().build_and_execute(|| {
		let modules = grown();
		let testee = examined(20);
		let members: Vec<_> = testee
			.round()
			.committee
			.iter()
			.map(|member| match member {
				Member::Module(module) => *module,
				Member::Registrar(_) => panic!("registrars have left the set"),
			})
			.collect();
		assert_ok!(testee.vote_fail(0, FailReason::BadQuote));
		advance(ROUND_WINDOW);
		// Neither passed nor failed.
		assert_eq!(testee.status(), Some(ModuleStatus::Enrolled));
		assert_eq!(testee.reason(), StatusReason::RoundUndecided);
		let missed: Vec<_> = credit().into_iter().collect();
		for member in &members[1..] {
			assert!(missed.contains(&(*member, CreditEvent::DutyMissed)));
		}
		assert!(!missed.contains(&(members[0], CreditEvent::DutyMissed)));
		assert_noop!(testee.attest(), Errors::CoolingDown);
		advance(ROUND_COOL_DOWN);
		assert_ok!(testee.attest());
		drop(modules);
	});
}

#[test]
fn members_earn_and_lose_credit() {
	ExtBuilder::default().build_and_execute(|| {
		let _modules = grown();
		let testee = examined(20);
		let members: Vec<_> = testee.round().committee.to_vec();
		assert_ok!(testee.pass(&[0, 1, 2]));
		let credit = credit();
		for (position, member) in members.iter().enumerate() {
			let Member::Module(module) = member else {
				panic!("a module")
			};
			let event = if position < 3 {
				CreditEvent::DutyDone
			} else {
				CreditEvent::DutyMissed
			};
			assert!(credit.contains(&(*module, event)));
		}
	});
}

#[test]
fn registrars_end_at_2n() {
	ExtBuilder::default().build_and_execute(|| {
		other_classes();
		let mut modules: Vec<_> = (1..=7).map(TestModule::active).collect();
		let testee = TestModule::enrolled(20);
		let has_registrar = |testee: &TestModule| {
			testee
				.round()
				.committee
				.iter()
				.any(|member| matches!(member, Member::Registrar(_)))
		};
		let mut seen = false;
		assert_ok!(testee.attest());
		testee.wait_for_draw();
		seen |= has_registrar(&testee);
		modules.push(TestModule::active(8));
		for n in 21..24 {
			let testee = examined(n);
			assert!(!has_registrar(&testee));
		}
		assert!(seen, "seven modules need a registrar's help");
	});
}

#[test]
fn a_member_that_lost_its_certificate_has_no_verdict() {
	ExtBuilder::default().build_and_execute(|| {
		let modules = grown();
		let testee = examined(20);
		let Member::Module(member) = testee.round().committee[0].clone() else {
			panic!("a module")
		};
		let passes = [0, 1, 2].map(|position| testee.pass_of(position)).to_vec();
		let who = testee.member(0);
		let owner = modules
			.iter()
			.find(|module| module.id == member)
			.unwrap()
			.owner
			.clone();
		assert_ok!(Attestation::retire(signed(&owner), member));
		assert_noop!(testee.submit(passes), Errors::NotOnCommittee);
		assert_noop!(
			Attestation::vote_fail(
				signed(&who),
				testee.id,
				testee.round().round,
				FailReason::BadQuote
			),
			Errors::NotOnCommittee
		);
		assert_ok!(testee.pass(&[1, 2, 3]));
	});
}

#[test]
fn foreign_account_cannot_close_round() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		for who in [account(9), module.owner.clone(), module.session()] {
			assert_noop!(
				Attestation::expire_round(signed(&who), module.id),
				Errors::TooSoon
			);
		}
		assert_noop!(
			Attestation::expire_round(signed(&account(9)), ModuleId(9)),
			Errors::RoundClosed
		);
		Agenda::<Test>::remove(module.round().deadline);
		advance(ROUND_WINDOW);
		assert_ok!(Attestation::expire_round(signed(&account(9)), module.id));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn without_a_committee_no_round_is_held() {
	ExtBuilder::default().registrars(5).build_and_execute(|| {
		let module = TestModule::enrolled(1);
		for n in 0..3 {
			assert_ok!(Attestation::set_registrar(
				RuntimeOrigin::root(),
				registrar(n),
				None
			));
		}
		assert_ok!(module.attest());
		module.wait_for_draw();
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
		assert_eq!(module.reason(), StatusReason::NoCommittee);
		// Nobody is to blame, so nobody waits.
		assert_ok!(module.attest());
	});
}

#[test]
fn a_release_that_was_retired_meanwhile_certifies_nobody() {
	ExtBuilder::default().build_and_execute(|| {
		let module = examined(1);
		assert_ok!(Attestation::retire_release(RuntimeOrigin::root(), RELEASE));
		assert_noop!(module.pass(&[0, 1, 2]), Errors::ReleaseNotAccepted);
	});
}

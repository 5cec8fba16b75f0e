use super::lab::*;
use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use proptest::prelude::*;
use sp_core::Pair;
use sp_io::hashing::sha2_256;
use sp_runtime::MultiSignature;
use tea_primitives::{
	camellia::CreditEvent,
	errand::{Exit, Outcome, RefundReason, RefuteReason},
	ids::ModuleId,
};

/// Q01: refused before any signature is looked at.
#[test]
fn repeated_member_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let mut pot = pot(errand);
		verdicts(errand, &mut pot, &[0, 0, 1]);
		curve_operations();
		assert_noop!(
			complete(errand, pot.clone()),
			Error::<Test>::DuplicateVerdict
		);
		verdicts(errand, &mut pot, &[0, 1, 1, 2]);
		assert_noop!(complete(errand, pot), Error::<Test>::DuplicateVerdict);
		assert_eq!(curve_operations(), 0);
	});
}

/// Q02
#[test]
fn empty_short_foreign_quorum_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let mut pot = pot(errand);
		for members in [&[][..], &[0], &[0, 1]] {
			verdicts(errand, &mut pot, members);
			assert_noop!(complete(errand, pot.clone()), Error::<Test>::TooFewVerdicts);
		}
		verdicts(errand, &mut pot, &[0, 1, 2]);
		pot.verdicts[2].0 = 4;
		assert_noop!(complete(errand, pot.clone()), Error::<Test>::NotOnCommittee);
		pot.verdicts[2].0 = 255;
		assert_noop!(complete(errand, pot), Error::<Test>::NotOnCommittee);
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	/// Q02: whatever the list is, only three different members of the committee are a quorum.
	#[test]
	fn only_distinct_members_are_a_quorum(members in proptest::collection::vec(0u8..6, 0..6)) {
		ExtBuilder::default().build_and_execute(|| {
			let errand = assigned();
			let mut pot = pot(errand);
			let real: Vec<u8> = members.iter().copied().filter(|member| *member < 4).collect();
			verdicts(errand, &mut pot, &real);
			let mut signatures = pot.verdicts.clone().into_iter().map(|(_, signature)| signature);
			pot.verdicts = BoundedVec::truncate_from(
				members
					.iter()
					.map(|member| {
						let signature = if *member < 4 { signatures.next() } else { None };
						(*member, signature.unwrap_or(signature_of_nobody(&[7; 64])))
					})
					.collect(),
			);
			let mut distinct = members.clone();
			distinct.sort_unstable();
			distinct.dedup();
			let good = members.len() >= 3 && distinct.len() == members.len() && members.iter().all(|m| *m < 4);
			assert_eq!(complete(errand, pot).is_ok(), good);
		});
	}
}

fn signature_of_nobody(bytes: &[u8; 64]) -> MultiSignature {
	MultiSignature::Sr25519(sp_core::sr25519::Signature::from_raw(*bytes))
}

/// Q09
#[test]
fn bad_verdict_signature_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let mut pot = pot(errand);
		pot.verdicts[1].1 = pot.verdicts[0].1.clone();
		assert_noop!(
			complete(errand, pot.clone()),
			Error::<Test>::BadVerdictSignature
		);
		pot.verdicts[1].1 = signature_of_nobody(&[1; 64]);
		assert_noop!(complete(errand, pot), Error::<Test>::BadVerdictSignature);
	});
}

/// Q03: each field of what is signed binds.
#[test]
fn verdict_of_other_context_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let good = pot(errand);
		let pass = Errand::pass_of(
			errand,
			0,
			&assignment(errand),
			0,
			good.body.hash(),
			sha2_256(&good.quote),
		);
		type Pass = tea_primitives::errand::ErrandPass;
		let changes: [fn(&mut Pass); 9] = [
			|pass| pass.domain[0] ^= 1,
			|pass| pass.genesis[0] ^= 1,
			|pass| pass.errand.0 += 1,
			|pass| pass.attempt += 1,
			|pass| pass.executor.0 += 1,
			|pass| pass.boot_seq += 1,
			|pass| pass.member += 1,
			|pass| pass.pot[0] ^= 1,
			|pass| pass.quote[0] ^= 1,
		];
		for change in changes {
			let mut other = pass;
			change(&mut other);
			let mut pot = good.clone();
			pot.verdicts[0].1 = pair_of(&verifier(errand, 0)).sign(&other.payload()).into();
			assert_noop!(complete(errand, pot), Error::<Test>::BadVerdictSignature);
		}
		assert_ok!(complete(errand, good));
	});
}

/// Q10: a verdict over a quote without the member's nonce is over another quote.
#[test]
fn verdict_without_own_nonce_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let other = pot(errand);
		let mut pot = other.clone();
		pot.nonces = sha2_256(b"other nonces");
		requote(errand, &mut pot, |_| ());
		pot.verdicts = other.verdicts;
		assert_noop!(complete(errand, pot), Error::<Test>::BadVerdictSignature);
	});
}

/// Q07
#[test]
fn quorum_never_shrinks() {
	ExtBuilder::default().build_and_execute(|| {
		for (members, needed) in [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 4)] {
			assert_eq!(quorum(members), needed);
		}
		let errand = assigned();
		// Members that left do not make the quorum smaller, nor do members that said no.
		with_module(verifier_module(errand, 3), |record| {
			record.status = INACTIVE
		});
		assert_ok!(vote_fail(errand, 2));
		let mut pot = pot_of(errand, body(errand, Exit::Ok, 1));
		verdicts(errand, &mut pot, &[0, 1]);
		assert_noop!(complete(errand, pot.clone()), Error::<Test>::TooFewVerdicts);
		verdicts(errand, &mut pot, &[0, 1, 2]);
		assert_noop!(
			complete(errand, pot.clone()),
			Error::<Test>::DuplicateVerdict
		);
		with_module(verifier_module(errand, 3), |record| record.status = ACTIVE);
		verdicts(errand, &mut pot, &[0, 1, 3]);
		assert_ok!(complete(errand, pot));
	});
}

#[test]
fn verdict_of_a_member_without_certificate_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let pot = pot(errand);
		with_module(verifier_module(errand, 1), |record| {
			record.status = INACTIVE
		});
		assert_noop!(complete(errand, pot.clone()), Error::<Test>::NotOnCommittee);
		with_module(verifier_module(errand, 1), |record| record.status = ACTIVE);
		reboot(verifier_module(errand, 1));
		assert_noop!(complete(errand, pot), Error::<Test>::BadVerdictSignature);
	});
}

/// Q09
#[test]
fn member_votes_once() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let stranger = session(X);
		assert_noop!(
			Errand::vote_fail(signed(&stranger), errand, RefuteReason::OtherPot),
			Error::<Test>::NotOnCommittee
		);
		assert_ok!(vote_fail(errand, 0));
		assert_noop!(vote_fail(errand, 0), Error::<Test>::DuplicateVerdict);
		assert!(
			record(errand).assignment().is_some(),
			"one no is not enough"
		);
	});
}

#[test]
fn two_refusals_make_a_suspect_and_reopen() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let (first, second) = (verifier_module(errand, 0), verifier_module(errand, 2));
		assert_ok!(vote_fail(errand, 0));
		assert_ok!(vote_fail(errand, 2));
		let record_now = record(errand);
		assert_eq!(record_now.stage, Stage::Open);
		assert_eq!(record_now.attempt, 1);
		assert_eq!(record_now.former, Some(X));
		assert_eq!(
			world::Suspected::<Test>::get(),
			[(X, 1, RefuteReason::OtherPot)]
		);
		assert_eq!(
			credit(),
			[
				(first, CreditEvent::DutyDone),
				(second, CreditEvent::DutyDone),
				(X, CreditEvent::InfrastructureFault),
			]
		);
		assign_to(errand, ModuleId(2));
		assert_ok!(vote_fail(errand, 0));
		assert_ok!(vote_fail(errand, 1));
		assert_eq!(outcome(errand), Outcome::Refunded(RefundReason::Refuted));
		assert_eq!(held(&client()), 0);
	});
}

/// Q13: who says nothing neither passes nor fails, and loses nothing.
#[test]
fn silence_is_neither() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let silent = verifier_module(errand, 3);
		assert_ok!(vote_fail(errand, 0));
		let mut pot = pot(errand);
		verdicts(errand, &mut pot, &[1, 2]);
		assert_noop!(complete(errand, pot.clone()), Error::<Test>::TooFewVerdicts);
		assert!(record(errand).assignment().is_some());
		verdicts(errand, &mut pot, &[1, 2, 3]);
		assert_ok!(complete(errand, pot));
		assert!(credit().contains(&(silent, CreditEvent::DutyDone)));

		let errand = assigned();
		let silent = verifier_module(errand, 3);
		credit();
		finish(errand, Exit::Ok, 1);
		assert!(credit().iter().all(|(module, _)| *module != silent));
	});
}

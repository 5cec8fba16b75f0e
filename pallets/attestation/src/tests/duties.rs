//! Feeless duties, and how feelessness is lost.

use super::lab::*;
use crate::{mock::*, *};
use codec::Encode;
use frame_support::{
	BoundedVec, assert_ok,
	dispatch::{CheckIfFeeless, GetDispatchInfo},
};
use sp_runtime::{
	DispatchError,
	traits::{DispatchTransaction, TransactionExtension, TxBaseImplication},
	transaction_validity::TransactionSource,
};
use tea_primitives::verdict::FailReason;

fn is_feeless(who: &AccountId, call: &RuntimeCall) -> bool {
	call.is_feeless(&signed(who))
}

fn renewal(module: &TestModule) -> RuntimeCall {
	RuntimeCall::Attestation(Call::attest {
		evidence: Evidence::from(module.evidence()),
	})
}

/// A renewal with a signature of nobody.
fn false_renewal(module: &TestModule) -> RuntimeCall {
	let mut evidence = module.evidence();
	evidence.signature[10] ^= 1;
	RuntimeCall::Attestation(Call::attest {
		evidence: Evidence::from(evidence),
	})
}

fn submission(module: &TestModule, positions: &[u8]) -> RuntimeCall {
	let passes = positions
		.iter()
		.map(|position| module.pass_of(*position))
		.collect();
	RuntimeCall::Attestation(Call::submit_verdicts {
		module: module.id,
		round: module.round().round,
		live_quote: LIVE_QUOTE,
		passes: BoundedVec::truncate_from(passes),
	})
}

/// Goes through the extension as a transaction would.
fn transact(who: &AccountId, call: RuntimeCall) -> Result<(), DispatchError> {
	let info = call.get_dispatch_info();
	let len = call.encoded_size();
	DutyGuard::<Test>::default()
		.dispatch_transaction(signed(who), call, &info, len, 0)
		.expect("the extension refuses nothing")
		.map(|_| ())
		.map_err(|refused| refused.error)
}

#[test]
fn valid_duties_are_feeless_for_whom_they_belong_to() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert_ok!(module.register());
		module.wait_for_draw();
		let challenge = module.challenge(0, &root(0));
		let call = RuntimeCall::Attestation(Call::challenge {
			module: module.id,
			slot: 0,
			blob: BoundedVec::truncate_from(challenge.blob().as_bytes().to_vec()),
			commitment: *challenge.commitment(),
		});
		assert!(is_feeless(&module.challenger(0), &call));
		assert!(!is_feeless(&module.challenger(1), &call));
		module.challenge_all();
		let mut answers = module.answers();
		answers[0] = Answer::Bad;
		assert_ok!(module.respond(&answers));
		let call = RuntimeCall::Attestation(Call::reveal {
			module: module.id,
			slot: 0,
			root: root(0),
		});
		assert!(is_feeless(&module.challenger(0), &call));
		assert!(!is_feeless(&module.challenger(1), &call));
		let who = module.challenger(0);
		assert_ok!(transact(&who, call));

		assert_ok!(module.attest());
		module.wait_for_draw();
		let call = submission(&module, &[0, 1, 2]);
		assert!(is_feeless(&module.session(), &call));
		assert!(!is_feeless(&module.owner, &call));
		assert!(!is_feeless(
			&module.session(),
			&submission(&module, &[0, 1])
		));
		assert!(!is_feeless(
			&module.session(),
			&submission(&module, &[0, 1, 1])
		));
		let vote = RuntimeCall::Attestation(Call::vote_fail {
			module: module.id,
			round: module.round().round,
			reason: FailReason::BadQuote,
		});
		assert!(is_feeless(&module.member(0), &vote));
		assert!(!is_feeless(&module.session(), &vote));
		assert_ok!(transact(&module.session(), call));

		assert!(
			!is_feeless(&module.session(), &renewal(&module)),
			"too early"
		);
		advance(LIFE / 2);
		assert!(is_feeless(&module.session(), &renewal(&module)));
		assert!(
			!is_feeless(&module.owner, &renewal(&module)),
			"operators pay"
		);
		assert_ok!(transact(&module.session(), renewal(&module)));
		assert!(
			!is_feeless(&module.session(), &renewal(&module)),
			"a round is open"
		);
	});
}

#[test]
fn validation_never_touches_a_curve() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		advance(LIFE / 2);
		CountingVerify::taken();
		assert!(is_feeless(&module.session(), &renewal(&module)));
		assert!(is_feeless(&module.session(), &false_renewal(&module)));
		let call = renewal(&module);
		let (valid, _, _) = DutyGuard::<Test>::default()
			.validate(
				signed(&module.session()),
				&call,
				&call.get_dispatch_info(),
				call.encoded_size(),
				(),
				&TxBaseImplication(()),
				TransactionSource::External,
			)
			.unwrap();
		assert_eq!(CountingVerify::taken(), 0);
		assert_eq!(valid.priority, 1_000);
		assert_eq!(
			valid.provides.len(),
			1,
			"one pending call per signer and subject"
		);
		assert_ok!(transact(&module.session(), call));
		assert_eq!(CountingVerify::taken(), 1, "one verification in dispatch");
	});
}

#[test]
fn calls_that_are_no_duties_get_no_place() {
	ExtBuilder::default().build_and_execute(|| {
		let call = RuntimeCall::Attestation(Call::retire {
			module: tea_primitives::ids::ModuleId(1),
		});
		let (valid, pre, _) = DutyGuard::<Test>::default()
			.validate(
				signed(&account(1)),
				&call,
				&call.get_dispatch_info(),
				call.encoded_size(),
				(),
				&TxBaseImplication(()),
				TransactionSource::External,
			)
			.unwrap();
		assert_eq!(valid, Default::default());
		assert_eq!(pre, None);
		assert!(transact(&account(1), call).is_err());
		assert_eq!(FailedDutiesOf::<Test>::get(account(1)).count, 0);
	});
}

#[test]
fn failing_calls_lose_feelessness() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		advance(LIFE / 2);
		for count in 1..=MAX_FAILED {
			assert!(is_feeless(&module.session(), &false_renewal(&module)));
			assert!(transact(&module.session(), false_renewal(&module)).is_err());
			assert_eq!(FailedDutiesOf::<Test>::get(module.session()).count, count);
		}
		assert!(!is_feeless(&module.session(), &renewal(&module)));
		// Until the end of the epoch.
		world::Epoch::<Test>::put(1);
		assert!(is_feeless(&module.session(), &renewal(&module)));
		assert!(transact(&module.session(), false_renewal(&module)).is_err());
		assert_eq!(FailedDutiesOf::<Test>::get(module.session()).count, 1);
		// The memory goes with the session key.
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		assert!(!FailedDutiesOf::<Test>::contains_key(module.session()));
	});
}

#[test]
fn false_attest_is_paid_for() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert!(!is_feeless(&module.operator, &renewal(&module)));
		assert!(!is_feeless(&module.operator, &false_renewal(&module)));
		assert!(
			!is_feeless(&module.session(), &renewal(&module)),
			"no session yet"
		);
		let RuntimeCall::Attestation(Call::attest { evidence }) = false_renewal(&module) else {
			unreachable!("an attest")
		};
		let refused = Attestation::attest(signed(&module.operator), evidence).unwrap_err();
		assert_eq!(
			refused.post_info.pays_fee,
			frame_support::dispatch::Pays::Yes
		);
	});
}

#[test]
fn stale_duties_are_not_feeless() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		advance(LIFE / 2);
		let old = renewal(&module);
		let session = module.session();
		assert!(is_feeless(&session, &old));
		module.reboot();
		assert_ok!(module.attest());
		assert!(!is_feeless(&session, &old));
		assert!(!is_feeless(&session, &renewal(&module)));
	});
}

#[test]
fn duties_of_other_pallets_wait_once_for_each_subject() {
	ExtBuilder::default().build_and_execute(|| {
		let tag = |who: u8, about: u8, how: u8| {
			let call = RuntimeCall::World(world::Call::work { about, how });
			let (valid, _, _) = DutyGuard::<Test>::default()
				.validate(
					signed(&account(who)),
					&call,
					&call.get_dispatch_info(),
					call.encoded_size(),
					(),
					&TxBaseImplication(()),
					TransactionSource::External,
				)
				.unwrap();
			assert_eq!(valid.provides.len(), 1);
			valid.provides
		};
		assert_eq!(tag(1, 5, 1), tag(1, 5, 2), "about the same");
		assert_ne!(tag(1, 5, 1), tag(1, 6, 1));
		assert_ne!(tag(1, 5, 1), tag(2, 5, 1), "each signer has its own");
		assert_eq!(tag(1, 0, 1), tag(1, 0, 1));
		assert_ne!(
			tag(1, 0, 1),
			tag(1, 0, 2),
			"without a subject the whole call counts"
		);
	});
}

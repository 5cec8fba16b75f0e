//! Several claims or proofs in one call.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{CheckIfFeeless, DispatchResultWithPostInfo},
};
use tea_primitives::{
	errand::{ErrandId, Exit, Outcome, TicketProof},
	ids::ModuleId,
};

const Y: ModuleId = ModuleId(2);

fn posted(count: usize) -> Vec<ErrandId> {
	let errands = (0..count).map(|_| post()).collect();
	advance(2);
	errands
}

fn tickets(errands: &[ErrandId], module: ModuleId) -> Claims {
	errands
		.iter()
		.map(|errand| (*errand, ticket(*errand, module)))
		.collect::<Vec<_>>()
		.try_into()
		.expect("as many as a module may have")
}

fn claim_many(module: ModuleId, claims: Claims) -> DispatchResultWithPostInfo {
	Errand::claim_many(signed(&session(module)), claims)
}

/// Proofs of errands that module 1 has, under one quote.
fn proofs(errands: &[ErrandId]) -> Vec<PotOf<Test>> {
	batch(
		errands
			.iter()
			.map(|errand| (*errand, body(*errand, Exit::Ok, 1_000)))
			.collect(),
	)
}

fn complete_many(pots: Vec<PotOf<Test>>) -> DispatchResultWithPostInfo {
	Errand::complete_many(signed(&session(X)), pots.try_into().expect("room"))
}

fn left_out() -> Vec<(ErrandId, sp_runtime::DispatchError)> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Errand(Event::NotTaken { errand, error }) => Some((errand, error)),
			_ => None,
		})
		.collect()
}

#[test]
fn claims_of_one_call_are_claims() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(3);
		assert_ok!(claim_many(X, tickets(&errands, X)));
		assert_eq!(Errand::errands_of(X), errands);
		assert_eq!(left_out(), []);
		advance(1);
		for errand in errands {
			assert_eq!(assignment(errand).executor, X);
			assert_eq!(assignment(errand).verifiers.len(), N as usize);
		}
	});
}

#[test]
fn pointless_claims_are_left_out() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(3);
		assert_ok!(Errand::cancel(signed(&client()), errands[1]));
		let mut claims = tickets(&[errands[0], errands[2]], X).into_inner();
		let any = claims[0].1;
		claims.insert(1, (errands[1], any));
		claims.push((ErrandId(99), any));
		// The same twice: the second one is not lower.
		claims.push(claims[0]);
		assert_ok!(claim_many(X, claims.try_into().expect("room")));
		assert_eq!(Errand::errands_of(X), [errands[0], errands[2]]);
		assert_eq!(
			left_out(),
			[
				(errands[1], Error::<Test>::AlreadySettled.into()),
				(ErrandId(99), Error::<Test>::UnknownErrand.into()),
				(errands[0], Error::<Test>::LowerTicketClaimed.into()),
			]
		);
	});
}

/// Otherwise a module could have the chain verify false proofs for nothing.
#[test]
fn false_ticket_refuses_all_claims() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(2);
		let mut claims = tickets(&errands, X);
		claims[1].1 = TicketProof {
			proof: [7; 64],
			..claims[1].1
		};
		assert_noop!(claim_many(X, claims), Error::<Test>::BadVrfProof);
		assert_eq!(Errand::errands_of(X), []);
	});
}

#[test]
fn nothing_to_do_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(2);
		let claims = tickets(&errands, X);
		assert_noop!(claim_many(X, Claims::new()), Error::<Test>::NothingNamed);
		assert_noop!(complete_many(Vec::new()), Error::<Test>::NothingNamed);
		assert_ok!(claim_many(X, claims.clone()));
		assert_noop!(claim_many(X, claims), Error::<Test>::LowerTicketClaimed);
		advance(1);
		let pots = proofs(&errands);
		assert_ok!(complete_many(pots.clone()));
		assert_noop!(complete_many(pots), Error::<Test>::AlreadySettled);
	});
}

/// one quote, verified once.
#[test]
fn proofs_of_one_call_settle_every_errand() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(5);
		assert_ok!(claim_many(X, tickets(&errands, X)));
		advance(1);
		let pots = proofs(&errands);
		curve_operations();
		let verifiers: std::collections::BTreeSet<_> = errands
			.iter()
			.flat_map(|errand| (0..3).map(|position| verifier(*errand, position)))
			.collect();
		let info = complete_many(pots).expect("good proofs");
		assert_eq!(curve_operations(), 1);
		let others = verifiers.len() as u32 - N;
		assert_eq!(
			info.actual_weight,
			Some(
				<()>::complete(5, 0)
					.saturating_add(<()>::quote())
					.saturating_add(<()>::verifiers(others))
			)
		);
		for errand in errands {
			assert_eq!(outcome(errand), Outcome::Confirmed);
		}
	});
}

#[test]
fn pointless_proofs_are_left_out() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(3);
		assert_ok!(claim_many(X, tickets(&errands, X)));
		advance(1);
		let pots = proofs(&errands);
		assert_ok!(complete(errands[0], pots[0].clone()));
		assert_ok!(complete_many(pots));
		assert_eq!(
			left_out(),
			[(errands[0], Error::<Test>::AlreadySettled.into())]
		);
		for errand in errands {
			assert_eq!(outcome(errand), Outcome::Confirmed);
		}
	});
}

#[test]
fn false_signature_refuses_all_proofs() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(2);
		assert_ok!(claim_many(X, tickets(&errands, X)));
		advance(1);
		let good = proofs(&errands);
		let mut pots = good.clone();
		let (first, other) = (pots[1].verdicts[0].1.clone(), pots[1].verdicts[1].1.clone());
		assert_ne!(first, other);
		pots[1].verdicts[0].1 = other;
		assert_noop!(complete_many(pots), Error::<Test>::BadVerdictSignature);
		let mut pots = good.clone();
		for pot in &mut pots {
			pot.signature.clear();
		}
		assert!(complete_many(pots).is_err());
		assert!(record(errands[0]).assignment().is_some(), "not settled");
		assert_ok!(complete_many(good));
	});
}

/// C02 and C03 for calls that carry several.
#[test]
fn several_are_feeless_when_one_is_valid() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(2);
		let is_feeless = |call: Call<Test>, who: &AccountId| {
			curve_operations();
			let is_feeless = RuntimeCall::from(call).is_feeless(&signed(who));
			assert_eq!(curve_operations(), 0);
			is_feeless
		};
		let claims = tickets(&errands, X);
		let call = Call::claim_many { claims };
		assert!(is_feeless(call.clone(), &session(X)));
		assert!(!is_feeless(call.clone(), &client()));
		assert_ok!(claim(errands[0], X));
		assert!(is_feeless(call.clone(), &session(X)));
		assert_ok!(claim(errands[1], X));
		assert!(!is_feeless(call, &session(X)));
		advance(1);
		let pots = PotsOf::<Test>::try_from(proofs(&errands)).expect("room");
		let call = Call::complete_many { pots: pots.clone() };
		assert!(is_feeless(call.clone(), &session(X)));
		assert!(!is_feeless(call.clone(), &session(Y)));
		assert_ok!(complete(errands[1], pots[1].clone()));
		assert!(is_feeless(call.clone(), &session(X)));
		world::Fallen::<Test>::put(vec![session(X)]);
		assert!(!is_feeless(call, &session(X)));
		world::Fallen::<Test>::kill();
		assert!(!is_feeless(
			Call::complete_many {
				pots: Default::default()
			},
			&session(X)
		));
	});
}

#[test]
fn one_of_a_kind_waits_at_a_time() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = posted(2);
		let call = |errands: &[ErrandId]| Call::claim_many {
			claims: tickets(errands, X),
		};
		let subject = duty_subject::<Test>(&call(&errands));
		assert!(subject.is_some());
		assert_eq!(subject, duty_subject(&call(&errands[..1])));
		assert_ne!(
			subject,
			duty_subject::<Test>(&Call::complete_many {
				pots: Default::default()
			})
		);
	});
}

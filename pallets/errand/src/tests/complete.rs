use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::BoundedVec;
use tea_primitives::{
	errand::{ErrandId, Exit, MAX_SIGNATURE, Outcome, Trap},
	ids::ModuleId,
};
use tea_tpm::{CounterError, QuoteError, SignatureError};

/// Every refusal leaves the storage as it was: `assert_noop!` compares its root.
fn refused(change: impl FnOnce(ErrandId, &mut PotOf<Test>), error: Error<Test>) {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let mut pot = pot(errand);
		change(errand, &mut pot);
		assert_noop!(complete(errand, pot.clone()), error);
		// And the executor may still do better.
		assert_ok!(complete(errand, super::lab::pot(errand)));
	});
}

/// A field of the body is changed, and everything is signed again.
fn body_refused(change: impl FnOnce(&mut tea_primitives::errand::PotBody), field: PotField) {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let mut body = body(errand, Exit::Ok, 1_000);
		change(&mut body);
		let executor = body.executor;
		// The quote is the executor's, whatever the body says.
		let signed_body = tea_primitives::errand::PotBody {
			executor: X,
			..body.clone()
		};
		let mut pot = pot_of(errand, signed_body);
		pot.body.executor = executor;
		assert_noop!(complete(errand, pot), Error::<Test>::BadPot(field));
		assert_ok!(complete(errand, super::lab::pot(errand)));
	});
}

#[test]
fn good_proof_confirms_and_settles() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let pot = pot(errand);
		assert_ok!(complete(errand, pot.clone()));
		let record = finished(errand);
		assert_eq!(record.outcome, Outcome::Confirmed);
		assert_eq!(record.pot, Some(pot));
		assert_eq!(record.posted, 5);
		assert_eq!(record.finished, 8, "b + 3");
		assert_eq!(held(&client()), 0);
		assert_eq!(Queue::<Test>::get(), Counters::default());
		assert_eq!(curve_operations(), 2, "one ticket, one quote");
	});
}

#[test]
fn every_field_of_the_body_is_compared() {
	use tea_primitives::deployment::Cid;
	body_refused(|body| body.domain = *b"tea/errand-pot/v2", PotField::Domain);
	body_refused(|body| body.errand = ErrandId(9), PotField::Errand);
	body_refused(|body| body.attempt = 1, PotField::Attempt);
	body_refused(|body| body.executor = ModuleId(9), PotField::Executor);
	body_refused(|body| body.boot_seq = 9, PotField::Boot);
	body_refused(|body| body.client_key = [9; 32], PotField::ClientKey);
	body_refused(|body| body.code = [9; 32], PotField::Code);
	body_refused(|body| body.data[0] = [9; 32], PotField::Data);
	body_refused(|body| body.data = Default::default(), PotField::Data);
	body_refused(
		|body| body.links = BoundedVec::truncate_from(vec![[9; 32]]),
		PotField::Links,
	);
	body_refused(|body| body.input = [9; 32], PotField::Input);
	body_refused(|body| body.result.cid = Cid([9; 36]), PotField::Result);
	body_refused(|body| body.exit = Exit::BadKey, PotField::Exit);
	body_refused(|body| body.fuel = 50_000_001, PotField::Fuel);
	body_refused(|body| body.exit = Exit::OutOfFuel, PotField::Fuel);
	body_refused(|body| body.block = 6, PotField::Block);
	body_refused(|body| body.block = 9, PotField::Block);
}

/// E22
#[test]
fn pot_of_other_manifest_refused() {
	body_refused(|body| body.manifest_root = [9; 32], PotField::Manifest);
}

/// M01
#[test]
fn complete_before_claim_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let good = pot(errand);
		let open = post();
		let mut pot = good.clone();
		pot.body.errand = open;
		assert_noop!(
			Errand::complete(signed(&session(X)), open, Box::new(pot.clone())),
			Error::<Test>::NotAssigned
		);
		advance(2);
		assert_ok!(claim(open, X));
		assert_noop!(
			Errand::complete(signed(&session(X)), open, Box::new(pot)),
			Error::<Test>::NotAssigned
		);
	});
}

/// M02: another module hands in what it has seen in the pool, and replays for another errand.
#[test]
fn copied_pot_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let seen = pot(errand);
		assert_noop!(
			Errand::complete(
				signed(&session(ModuleId(2))),
				errand,
				Box::new(seen.clone())
			),
			Error::<Test>::NotExecutor
		);
		assert_noop!(
			Errand::complete(signed(&client()), errand, Box::new(seen.clone())),
			Error::<Test>::NotExecutor
		);

		let other = post();
		assign_to(other, ModuleId(2));
		assert_noop!(
			complete(other, seen.clone()),
			Error::<Test>::BadPot(PotField::Errand)
		);
		// With a body of its own it lacks the quote; with a quote of its own TPM it lacks nothing, so it has to run.
		let mut copied = seen.clone();
		copied.body = body(other, Exit::Ok, 1);
		verdicts(other, &mut copied, &[0, 1, 2]);
		assert_noop!(
			complete(other, copied.clone()),
			Error::<Test>::BadPot(PotField::Batch)
		);
		copied.batch.root = copied.body.hash();
		verdicts(other, &mut copied, &[0, 1, 2]);
		assert_noop!(
			complete(other, copied),
			Error::<Test>::BadQuote(QuoteRefusal(QuoteError::Signer))
		);
		assert_ok!(complete(errand, seen));
	});
}

/// PoT of an errand replayed for another one of the same executor.
#[test]
fn replayed_pot_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let first = assigned();
		let pot = pot(first);
		assert_ok!(complete(first, pot.clone()));
		let second = assigned();
		assert_noop!(
			complete(second, pot.clone()),
			Error::<Test>::BadPot(PotField::Errand)
		);
		let mut renamed = pot;
		renamed.body.errand = second;
		renamed.batch.root = renamed.body.hash();
		verdicts(second, &mut renamed, &[0, 1, 2]);
		assert_noop!(
			complete(second, renamed.clone()),
			Error::<Test>::BadPot(PotField::Block),
		);
		renamed.body.block = assignment(second).assigned;
		renamed.batch.root = renamed.body.hash();
		verdicts(second, &mut renamed, &[0, 1, 2]);
		assert_noop!(
			complete(second, renamed),
			Error::<Test>::BadQuote(QuoteRefusal(QuoteError::ExtraData))
		);
	});
}

/// M03: what was run on something else is quoted, and handed in for what was ordered.
#[test]
fn quote_of_another_input_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let ordered = body(errand, Exit::Ok, 1_000);
		let mut pot = pot_of(
			errand,
			tea_primitives::errand::PotBody {
				input: [9; 32],
				..ordered.clone()
			},
		);
		assert_noop!(
			complete(errand, pot.clone()),
			Error::<Test>::BadPot(PotField::Input)
		);
		// The body names the order, and the quote stays.
		pot.body = ordered;
		verdicts(errand, &mut pot, &[0, 1, 2]);
		assert_noop!(
			complete(errand, pot.clone()),
			Error::<Test>::BadPot(PotField::Batch)
		);
		pot.batch.root = pot.body.hash();
		verdicts(errand, &mut pot, &[0, 1, 2]);
		assert_noop!(
			complete(errand, pot),
			Error::<Test>::BadQuote(QuoteRefusal(QuoteError::ExtraData))
		);
		assert_ok!(complete(errand, super::lab::pot(errand)));
	});
}

/// M03
#[test]
fn invalid_complete_changes_nothing() {
	refused(
		|_, pot| pot.signature = BoundedVec::truncate_from(vec![0; MAX_SIGNATURE as usize]),
		Error::BadSignature(SignatureRefusal(SignatureError::Scheme)),
	);
	refused(
		|_, pot| {
			let last = pot.signature.len() - 1;
			pot.signature[last] ^= 1;
		},
		Error::BadSignature(SignatureRefusal(SignatureError::Invalid)),
	);
}

#[test]
fn quote_is_checked_field_by_field() {
	refused(
		|errand, pot| requote(errand, pot, |quote| quote.extra_data = [9; 32]),
		Error::BadQuote(QuoteRefusal(QuoteError::ExtraData)),
	);
	refused(
		|errand, pot| requote(errand, pot, |quote| quote.pcr_digest = [9; 32]),
		Error::BadQuote(QuoteRefusal(QuoteError::PcrDigest)),
	);
	refused(
		|errand, pot| requote(errand, pot, |quote| quote.firmware += 1),
		Error::BadQuote(QuoteRefusal(QuoteError::FirmwareChanged)),
	);
	refused(
		|errand, pot| requote(errand, pot, |quote| quote.resets += 1),
		Error::BadCounters(CounterRefusal(CounterError::OtherBoot)),
	);
	refused(
		|errand, pot| requote(errand, pot, |quote| quote.clock = 50_000),
		Error::BadCounters(CounterRefusal(CounterError::ClockRollback)),
	);
	refused(
		|errand, pot| requote(errand, pot, |quote| quote.clock += 1_000_000),
		Error::BadCounters(CounterRefusal(CounterError::ClockRate)),
	);
	refused(
		|_, pot| pot.nonces = [9; 32],
		Error::BadQuote(QuoteRefusal(QuoteError::ExtraData)),
	);
	refused(
		|_, pot| {
			pot.quote.pop();
		},
		Error::BadQuote(QuoteRefusal(QuoteError::Length)),
	);
	// Another key of the same machine, or a key in no TPM.
	refused(
		|errand, pot| {
			pot.signature = BoundedVec::truncate_from(tpm_sign(ModuleId(2), &pot.quote));
			verdicts(errand, pot, &[0, 1, 2]);
		},
		Error::BadSignature(SignatureRefusal(SignatureError::Invalid)),
	);
}

#[test]
fn old_session_key_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let pot = pot(errand);
		let old = session(X);
		reboot(X);
		assert_noop!(
			Errand::complete(signed(&old), errand, Box::new(pot.clone())),
			Error::<Test>::NotExecutor
		);
		assert_noop!(
			Errand::complete(signed(&session(X)), errand, Box::new(pot)),
			Error::<Test>::StaleBoot
		);
	});
}

#[test]
fn lapsed_certificate_and_retired_release_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let pot = pot(errand);
		world::ReleaseRetired::<Test>::put(true);
		assert_noop!(
			complete(errand, pot.clone()),
			Error::<Test>::ReleaseNotAccepted
		);
		world::ReleaseRetired::<Test>::put(false);
		with_module(X, |record| record.status = INACTIVE);
		assert_noop!(complete(errand, pot.clone()), Error::<Test>::StaleBoot);
		with_module(X, |record| record.status = ACTIVE);
		assert_ok!(complete(errand, pot));
	});
}

#[test]
fn executor_is_too_late_at_its_deadline() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let deadline = assignment(errand).deadline;
		advance_to(deadline - 1);
		let good = pot(errand);
		frame_support::hypothetically!({
			assert_ok!(complete(errand, good.clone()));
		});
		// The agenda of the deadline's block re-opens it; before that the call itself is too late.
		System::set_block_number(deadline);
		assert_noop!(complete(errand, good), Error::<Test>::DeadlinePassed);
		System::set_block_number(deadline - 1);
	});
}

/// M05
#[test]
fn settle_twice_impossible() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let pot = pot(errand);
		let executor = session(X);
		assert_ok!(complete(errand, pot.clone()));
		assert_noop!(
			Errand::complete(signed(&executor), errand, Box::new(pot)),
			Error::<Test>::AlreadySettled
		);
		assert_noop!(
			Errand::cancel(signed(&client()), errand),
			Error::<Test>::AlreadySettled
		);
		assert_noop!(
			Errand::fail(
				signed(&executor),
				errand,
				tea_primitives::errand::FaultReason::Host
			),
			Error::<Test>::AlreadySettled
		);
	});
}

/// the quote of a batch is verified once.
#[test]
fn batch_of_one_quote_settles_every_errand() {
	ExtBuilder::default().build_and_execute(|| {
		let errands: Vec<_> = (0..5).map(|_| post()).collect();
		advance(2);
		for errand in &errands {
			assert_ok!(claim(*errand, X));
		}
		advance(1);
		let pots = batch(
			errands
				.iter()
				.map(|errand| (*errand, body(*errand, Exit::Ok, 1_000)))
				.collect(),
		);
		curve_operations();
		for (n, (errand, pot)) in errands.iter().zip(pots).enumerate() {
			let info = complete(*errand, pot).expect("a good proof");
			assert_eq!(curve_operations(), u32::from(n == 0));
			let quote = if n == 0 {
				<()>::quote()
			} else {
				Default::default()
			};
			assert_eq!(
				info.actual_weight,
				Some(<()>::complete(1, 0).saturating_add(quote)),
				"what was not done is not paid for"
			);
			assert_eq!(outcome(*errand), Outcome::Confirmed);
		}
	});
}

/// Evidence that was verified once serves only what it covers, and only as it was.
#[test]
fn remembered_evidence_is_no_pass() {
	ExtBuilder::default().build_and_execute(|| {
		let errands: Vec<_> = (0..3).map(|_| post()).collect();
		advance(2);
		for errand in &errands {
			assert_ok!(claim(*errand, X));
		}
		advance(1);
		let pots = batch(
			errands[..2]
				.iter()
				.map(|errand| (*errand, body(*errand, Exit::Ok, 1_000)))
				.collect(),
		);
		assert_ok!(complete(errands[0], pots[0].clone()));
		// Another errand is not in the batch.
		let mut outside = pots[1].clone();
		outside.body = body(errands[2], Exit::Ok, 1_000);
		verdicts(errands[2], &mut outside, &[0, 1, 2]);
		assert_noop!(
			complete(errands[2], outside),
			Error::<Test>::BadPot(PotField::Batch)
		);
		// Another result under the known quote.
		let mut other = pots[1].clone();
		other.body.result.ciphertext = [9; 32];
		verdicts(errands[1], &mut other, &[0, 1, 2]);
		assert_noop!(
			complete(errands[1], other),
			Error::<Test>::BadPot(PotField::Batch)
		);
		// The known quote with another signature is verified again.
		let mut mirrored = pots[1].clone();
		let last = mirrored.signature.len() - 1;
		mirrored.signature[last] ^= 1;
		assert_noop!(
			complete(errands[1], mirrored),
			Error::<Test>::BadSignature(SignatureRefusal(SignatureError::Invalid))
		);
		// Wrong places in the tree.
		for (index, len) in [(0, 2), (1, 1), (1, 3), (2, 2), (1, 33)] {
			let mut moved = pots[1].clone();
			moved.batch.index = index;
			moved.batch.len = len;
			assert_noop!(
				complete(errands[1], moved),
				Error::<Test>::BadPot(PotField::Batch)
			);
		}
		assert_ok!(complete(errands[1], pots[1].clone()));
		// After a reboot nothing is remembered.
		reboot(X);
		assert_eq!(BatchEvidence::<Test>::get(X).map(|(boot, _)| boot), Some(1));
	});
}

/// A batch that was quoted before a renewal is too old after it: the module quotes again.
#[test]
fn quote_is_younger_than_the_last_attestation() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let old = pot(errand);
		advance(1);
		let now = Timestamp::get();
		with_module(X, |record| {
			record.clock += now - record.accepted_at;
			record.accepted_at = now;
		});
		assert_noop!(
			complete(errand, old),
			Error::<Test>::BadCounters(CounterRefusal(CounterError::ClockRollback))
		);
		advance(1);
		assert_ok!(complete(errand, pot(errand)));
	});
}

/// M11: what the guest did wrong is proven like a success, and has its name.
#[test]
fn bad_code_gives_typed_failure() {
	ExtBuilder::default().build_and_execute(|| {
		use tea_primitives::errand::{InputFault, Limit, ModuleFault};
		for (exit, fuel) in [
			(Exit::Failed(-7), 10),
			(Exit::Trap(Trap::Unreachable), 20),
			(Exit::OutOfFuel, 50_000_000),
			(Exit::LimitExceeded(Limit::Output), 30),
			(Exit::BadModule(ModuleFault::Import), 40),
			(Exit::BadInput(InputFault::Commitment), 50),
		] {
			let errand = assigned();
			finish(errand, exit, fuel);
			assert_eq!(outcome(errand), Outcome::Failed(exit));
			assert_eq!(finished(errand).bill.gas, Balance::from(fuel) * GAS_PRICE);
			assert!(finished(errand).pot.is_some());
		}
	});
}

/// E27: the second valid form of a signature proves the same once more, and settles nothing twice.
#[test]
fn mirrored_s_is_same_evidence() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let mut pot = pot(errand);
		let signature = pot.signature.clone();
		let s: [u8; 32] = signature[40..72].try_into().expect("32 bytes");
		let order =
			hex_literal::hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
		let mut mirrored = [0u8; 32];
		let mut borrow = 0i16;
		for index in (0..32).rev() {
			let mut digit = i16::from(order[index]) - i16::from(s[index]) - borrow;
			borrow = i16::from(digit < 0);
			if digit < 0 {
				digit += 256;
			}
			mirrored[index] = digit as u8;
		}
		pot.signature[40..72].copy_from_slice(&mirrored);
		let executor = session(X);
		assert_ok!(complete(errand, pot.clone()));
		pot.signature = signature;
		assert_noop!(
			Errand::complete(signed(&executor), errand, Box::new(pot)),
			Error::<Test>::AlreadySettled
		);
	});
}

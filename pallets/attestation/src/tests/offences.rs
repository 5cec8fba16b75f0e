//! `report`: what is proven, what is not, and what it costs.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_core::Pair;
use sp_runtime::{DispatchResult, MultiSignature};
use tea_primitives::{
	camellia::CreditEvent,
	draw::{Member, Purpose},
	ids::{ModuleId, ReleaseId},
	module::{Attested, ModuleStatus},
	verdict::{FailReason, Pass},
};
use tea_tpm::{CounterError, Hash};

type Errors = Error<Test>;

const REPORTER: u8 = 90;

fn report(module: ModuleId, proof: Proof<MultiSignature>) -> DispatchResult {
	Attestation::report(signed(&account(REPORTER)), module, proof)
}

fn bond_on_hold() -> Balance {
	Balances::balance_on_hold(&HoldReason::ReportBond.into(), &account(REPORTER))
}

/// A module whose committee consists of modules, and the one in its first place.
fn with_members() -> (TestModule, TestModule) {
	other_classes();
	let modules: Vec<_> = (1..=8).map(TestModule::active).collect();
	let testee = TestModule::enrolled(20);
	assert_ok!(testee.attest());
	testee.wait_for_draw();
	let member = match testee.round().committee[0] {
		Member::Module(id) => modules.into_iter().find(|module| module.id == id),
		Member::Registrar(_) => None,
	};
	(testee, member.expect("registrars have left the set"))
}

/// The pass of the first member, changed, and signed by it.
fn said(
	testee: &TestModule,
	member: &TestModule,
	change: impl FnOnce(&mut Pass),
) -> (Pass, MultiSignature) {
	let mut pass = Attestation::pass_of(testee.id, &testee.round(), 0, LIVE_QUOTE, RELEASE);
	change(&mut pass);
	let signature = pair_of(&member.session()).sign(&pass.payload());
	(pass, signature.into())
}

fn contradiction(
	member: &TestModule,
	(pass, signature): (Pass, MultiSignature),
	against: Statement<MultiSignature>,
) -> Proof<MultiSignature> {
	Proof::ContradictingVerdicts(Box::new(Contradiction {
		session: member.boot_keys().session,
		pass,
		signature,
		against,
	}))
}

/// The member said two things of this round.
fn two_passes(
	testee: &TestModule,
	member: &TestModule,
	change: impl FnOnce(&mut Pass),
) -> Proof<MultiSignature> {
	let (other, signature) = said(testee, member, change);
	contradiction(
		member,
		said(testee, member, |_| ()),
		Statement::Pass(other, signature),
	)
}

fn under_second_committee(module: &TestModule, offence: Offence) {
	assert_eq!(module.status(), Some(ModuleStatus::Suspicious));
	assert_eq!(purpose(module), Purpose::SecondCommittee);
	assert_eq!(
		Reports::<Test>::get(module.id),
		Some(ReportRecord {
			reporter: account(REPORTER),
			bond: REPORT_BOND,
			offence
		})
	);
	assert_eq!(bond_on_hold(), REPORT_BOND);
	assert!(Attestation::certificate(module.id).is_none());
}

#[test]
fn contradicting_verdicts_cost_all_credit_and_lead_to_a_second_committee() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let passes = (0..3).map(|position| testee.pass_of(position)).collect();
		credit();
		assert_ok!(report(
			member.id,
			two_passes(&testee, &member, |pass| pass.log_root = [9; 32])
		));
		assert_eq!(credit(), [(member.id, CreditEvent::ProvableLie)]);
		under_second_committee(&member, Offence::ContradictingVerdicts);
		assert_eq!(
			member.reason(),
			StatusReason::Suspected(Suspicion::Reported(Offence::ContradictingVerdicts))
		);
		// The round in which it lied is not its own: the testee's goes on without it.
		assert_noop!(testee.submit(passes), Errors::NotOnCommittee);
		assert_ok!(testee.pass(&[1, 2, 3]));
	});
}

#[test]
fn every_fixed_field_contradicts_and_the_live_quote_does_not() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let changes: [fn(&mut Pass); 5] = [
			|pass| pass.boot_seq += 1,
			|pass| pass.member = 1,
			|pass| pass.evidence = [9; 32],
			|pass| pass.log_root = [9; 32],
			|pass| pass.release = ReleaseId(9),
		];
		for change in changes {
			frame_support::hypothetically!({
				assert_ok!(report(member.id, two_passes(&testee, &member, change)));
			});
		}
		// A testee that has to quote again asks again, about another round nothing is contradicted.
		let harmless: [fn(&mut Pass); 5] = [
			|_| (),
			|pass| pass.live_quote = [9; 32],
			|pass| pass.round += 1,
			|pass| pass.module = ModuleId(3),
			|pass| pass.purpose = Purpose::SecondCommittee,
		];
		for change in harmless {
			assert_noop!(
				report(member.id, two_passes(&testee, &member, change)),
				Errors::NotConclusive
			);
		}
	});
}

#[test]
fn statements_of_others_prove_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let lie = |pass: &mut Pass| pass.log_root = [9; 32];
		// Another module is accused of it.
		let other = if member.id == ModuleId(1) { 2 } else { 1 };
		assert_noop!(
			report(ModuleId(other), two_passes(&testee, &member, lie)),
			Errors::NotConclusive
		);
		// Nobody's module.
		assert_noop!(
			report(ModuleId(77), two_passes(&testee, &member, lie)),
			Errors::UnknownModule
		);
		// A forged second signature, and a forged first one.
		for forge_first in [true, false] {
			let Proof::ContradictingVerdicts(mut proof) = two_passes(&testee, &member, lie) else {
				unreachable!()
			};
			let forged = pair([0x99; 32]).sign(&proof.pass.payload()).into();
			if forge_first {
				proof.signature = forged;
			} else {
				let (pass, _) = said(&testee, &member, lie);
				proof.against = Statement::Pass(pass, forged);
			}
			assert_noop!(
				report(member.id, Proof::ContradictingVerdicts(proof)),
				Errors::BadVerdictSignature
			);
		}
		// Said on another chain, or not a verdict at all.
		for change in [(|pass| pass.genesis = [9; 32]) as fn(&mut Pass), |pass| {
			pass.domain = *b"tea/verdict/v2"
		}] {
			let (first, second) = (
				said(&testee, &member, change),
				said(&testee, &member, |pass| {
					change(pass);
					pass.log_root = [9; 32];
				}),
			);
			assert_noop!(
				report(
					member.id,
					contradiction(&member, first, Statement::Pass(second.0, second.1))
				),
				Errors::NotConclusive
			);
		}
	});
}

#[test]
fn a_vote_contradicts_a_pass_of_the_same_round() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let pass = said(&testee, &member, |_| ());
		let proof = || contradiction(&member, pass.clone(), Statement::Vote);
		assert_noop!(report(member.id, proof()), Errors::NotConclusive);
		// Another member's vote is not its own.
		assert_ok!(testee.vote_fail(1, FailReason::BadQuote));
		assert_noop!(report(member.id, proof()), Errors::NotConclusive);
		frame_support::hypothetically!({
			Rounds::<Test>::mutate(testee.id, |round| round.as_mut().unwrap().failed = 0);
			assert_ok!(testee.vote_fail(0, FailReason::BadQuote));
			assert_ok!(report(member.id, proof()));
			under_second_committee(&member, Offence::ContradictingVerdicts);
		});
	});
}

#[test]
fn keys_of_past_boots_answer_for_what_they_signed() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, mut member) = with_members();
		let proof = two_passes(&testee, &member, |pass| pass.log_root = [9; 32]);
		member.reboot();
		assert_ok!(member.attest());
		assert_ok!(report(member.id, proof));
		under_second_committee(&member, Offence::ContradictingVerdicts);
	});
}

#[test]
fn the_same_offence_counts_once() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let lie = |root: Hash| two_passes(&testee, &member, move |pass| pass.log_root = root);
		assert_ok!(report(member.id, lie([9; 32])));
		credit();
		// Another pair of the same round, and the same pair the other way round.
		assert_noop!(report(member.id, lie([8; 32])), Errors::AlreadyPunished);
		let first = said(&testee, &member, |pass| pass.log_root = [9; 32]);
		let (pass, signature) = said(&testee, &member, |_| ());
		assert_noop!(
			report(
				member.id,
				contradiction(&member, first, Statement::Pass(pass, signature))
			),
			Errors::AlreadyPunished
		);
		assert_eq!(credit(), []);
	});
}

#[test]
fn the_bond_is_lost_when_the_second_committee_passes() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let before = Balances::free_balance(account(REPORTER));
		assert_ok!(report(
			member.id,
			two_passes(&testee, &member, |pass| pass.log_root = [9; 32])
		));
		let issued = Balances::total_issuance();
		member.wait_for_draw();
		assert_ok!(member.pass(&[0, 1, 2]));
		assert_eq!(member.status(), Some(ModuleStatus::Active));
		assert!(events().contains(&Event::ReportSettled {
			module: member.id,
			reporter: account(REPORTER),
			bond: REPORT_BOND,
			lost: true
		}));
		assert_eq!(bond_on_hold(), 0);
		assert_eq!(
			Balances::free_balance(account(REPORTER)),
			before - REPORT_BOND
		);
		assert_eq!(Balances::total_issuance(), issued - REPORT_BOND);
	});
}

#[test]
fn the_bond_comes_back_in_every_other_case() {
	let ends: [fn(&TestModule); 3] = [
		|member| member.fail(),
		|_| advance(ROUND_WINDOW),
		|member| {
			assert_ok!(Attestation::retire(signed(&member.owner), member.id));
		},
	];
	for end in ends {
		ExtBuilder::default().build_and_execute(|| {
			let (testee, member) = with_members();
			let before = Balances::free_balance(account(REPORTER));
			assert_ok!(report(
				member.id,
				two_passes(&testee, &member, |pass| pass.log_root = [9; 32])
			));
			member.wait_for_draw();
			end(&member);
			assert!(!Reports::<Test>::contains_key(member.id));
			assert_eq!(Balances::free_balance(account(REPORTER)), before);
			assert_ne!(member.status(), Some(ModuleStatus::Suspicious));
		});
	}
}

#[test]
fn a_reporter_without_the_bond_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let proof = two_passes(&testee, &member, |pass| pass.log_root = [9; 32]);
		assert_noop!(
			Attestation::report(signed(&account(150)), member.id, proof.clone()),
			Errors::InsufficientBalance
		);
		// Another may still prove it.
		assert_ok!(report(member.id, proof));
	});
}

#[test]
fn who_is_under_suspicion_loses_credit_and_nothing_is_held() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		assert_ok!(report(
			member.id,
			two_passes(&testee, &member, |pass| pass.log_root = [9; 32])
		));
		member.wait_for_draw();
		let round = member.round();
		credit();
		// Said of another round, signed with the same key.
		let (first, second) = (
			said(&testee, &member, |pass| pass.round = 77),
			said(&testee, &member, |pass| {
				pass.round = 77;
				pass.log_root = [9; 32];
			}),
		);
		assert_ok!(report(
			member.id,
			contradiction(&member, first, Statement::Pass(second.0, second.1))
		));
		assert_eq!(credit(), [(member.id, CreditEvent::ProvableLie)]);
		assert_eq!((bond_on_hold(), member.round()), (REPORT_BOND, round));
		member.fail();
		assert_eq!(member.status(), Some(ModuleStatus::Quarantined));
		assert_eq!(bond_on_hold(), 0);
	});
}

/// A quote of another state of the module's chip, bound to a block of the past.
fn stray(module: &TestModule, block: u32, tpm: &SoftTpm) -> StrayQuote {
	let mut binding = module.binding();
	binding.nonce_block = block;
	binding.nonce_block_hash = System::block_hash(block).0;
	let quote = tpm.quote(&binding.hash());
	StrayQuote {
		signature: BoundedVec::truncate_from(tpm.sign(&quote)),
		quote: BoundedVec::truncate_from(quote),
		binding,
	}
}

/// A module in its fifth boot, and its chip as it was in the second.
fn copied() -> (TestModule, SoftTpm) {
	let mut module = TestModule::active(1);
	module.reboot();
	let copy = module.tpm.clone();
	for _ in 0..3 {
		module.reboot();
	}
	module.activate();
	advance(3);
	credit();
	(module, copy)
}

#[test]
fn a_cloned_tpm_loses_its_key_and_all_credit() {
	ExtBuilder::default().build_and_execute(|| {
		let (module, copy) = copied();
		let proof = || stray(&module, System::block_number() - 1, &copy);
		assert_ok!(report(module.id, Proof::ClonedTpm(Box::new(proof()))));
		assert_eq!(credit(), [(module.id, CreditEvent::ProvableLie)]);
		under_second_committee(&module, Offence::ClonedTpm);
		assert_eq!(
			module.reason(),
			StatusReason::Suspected(Suspicion::Counter(CounterError::ResetRollback))
		);
		assert!(Chips::<Test>::get(module.id).unwrap().closed);
		assert_noop!(
			report(module.id, Proof::ClonedTpm(Box::new(proof()))),
			Errors::AlreadyPunished
		);
		// Even a committee that passes it cannot give its key back.
		module.wait_for_draw();
		assert_ok!(module.pass(&[0, 1, 2]));
		assert_eq!(module.reason(), StatusReason::MustEnrolAgain);
	});
}

#[test]
fn nobody_is_accused_with_its_own_past_or_present() {
	ExtBuilder::default().build_and_execute(|| {
		let (module, copy) = copied();
		let now = System::block_number();
		let since = Boots::<Test>::get(module.id).unwrap().since;
		let refused = |proof: StrayQuote| {
			assert_noop!(
				report(module.id, Proof::ClonedTpm(Box::new(proof))),
				Errors::NotConclusive
			);
		};
		// A quote of the second boot that is older than the fifth: a recording.
		refused(stray(&module, since - 1, &copy));
		// The present boot, and one that is not on chain yet.
		refused(stray(&module, now - 1, &module.tpm));
		let mut next = module.clone();
		next.reboot();
		refused(stray(&module, now - 1, &next.tpm));
		// A block of the future, another hash, another chain, another module, another struct.
		let changes: [fn(&mut tea_tpm::QuoteBinding); 5] = [
			|binding| {
				binding.nonce_block += 50;
				binding.nonce_block_hash = [0; 32];
			},
			|binding| binding.nonce_block_hash = [9; 32],
			|binding| binding.genesis = [9; 32],
			|binding| binding.module = 2,
			|binding| binding.domain = *b"tea/quote/v2",
		];
		for change in changes {
			let mut proof = stray(&module, now - 1, &copy);
			change(&mut proof.binding);
			let quote = copy.quote(&proof.binding.hash());
			proof.signature = BoundedVec::truncate_from(copy.sign(&quote));
			proof.quote = BoundedVec::truncate_from(quote);
			refused(proof);
		}
		// A binding that the quote is not bound to, and what is no quote.
		let mut proof = stray(&module, now - 1, &copy);
		proof.binding.log_root = [9; 32];
		refused(proof);
		let mut proof = stray(&module, now - 1, &copy);
		proof.quote[0] ^= 1;
		refused(proof);
		// Another chip's quote, and a signature of nobody.
		refused(stray(&module, now - 1, &SoftTpm::new(9)));
		let mut proof = stray(&module, now - 1, &copy);
		proof.signature[20] ^= 1;
		assert_noop!(
			report(module.id, Proof::ClonedTpm(Box::new(proof))),
			Errors::BadSignature(SignatureRefusal(tea_tpm::SignatureError::Invalid))
		);
		// Not even enrolled.
		let other = TestModule::born(2);
		assert_noop!(
			report(
				other.id,
				Proof::ClonedTpm(Box::new(stray(&module, now - 1, &copy)))
			),
			Errors::NotConclusive
		);
	});
}

/// A module that was certified by modules for this live quote.
fn certified_for(live_quote: &[u8]) -> TestModule {
	let (testee, _) = with_members();
	let hash = sp_io::hashing::sha2_256(live_quote);
	let round = testee.round();
	let passes = (0..3)
		.map(|position| {
			let pass = Attestation::pass_of(testee.id, &round, position, hash, RELEASE);
			let pair = pair_of(&testee.member(position));
			(position, pair.sign(&pass.payload()).into())
		})
		.collect::<Vec<_>>();
	assert_ok!(Attestation::submit_verdicts(
		signed(&testee.session()),
		testee.id,
		round.round,
		hash,
		BoundedVec::truncate_from(passes)
	));
	credit();
	testee
}

fn refutation(live_quote: &[u8]) -> Proof<MultiSignature> {
	Proof::RefutedVerdict(BoundedVec::truncate_from(live_quote.to_vec()))
}

#[test]
fn a_committee_that_passed_no_quote_loses_credit() {
	ExtBuilder::default().build_and_execute(|| {
		let live_quote = b"nothing at all";
		let module = certified_for(live_quote);
		let record = Attestation::certificate_record(module.id).unwrap();
		assert_ok!(report(module.id, refutation(live_quote)));
		let blamed: Vec<_> = record.committee[..3]
			.iter()
			.map(|member| match member {
				Member::Module(id) => (*id, CreditEvent::ProvablyBad),
				Member::Registrar(_) => panic!("registrars have left the set"),
			})
			.collect();
		assert_eq!(credit(), blamed);
		under_second_committee(&module, Offence::RefutedVerdict);
		module.wait_for_draw();
		for member in &module.round().committee {
			assert!(!record.committee.contains(member));
		}
		assert_noop!(
			report(module.id, refutation(live_quote)),
			Errors::NotConclusive
		);
	});
}

#[test]
fn quotes_that_no_honest_member_passes_are_refuted_and_others_are_not() {
	ExtBuilder::default().build_and_execute(|| {
		let good = |tpm: &SoftTpm| tpm.quote(&[5; 32]);
		let own = SoftTpm::new(20);
		let mut rebooted = own.clone();
		rebooted.reboot();
		let mut other_firmware = own.clone();
		other_firmware.firmware += 1;
		let mut other_selection = good(&own);
		other_selection[108] ^= 1;
		let mut moved = own.clone();
		moved.pcrs[7] = [0x99; 32];
		for (quote, refuted) in [
			(good(&own), false),
			(good(&moved), false),
			(good(&rebooted), true),
			(good(&other_firmware), true),
			(other_selection, true),
			(good(&SoftTpm::new(21)), true),
		] {
			frame_support::hypothetically!({
				let module = certified_for(&quote);
				// Something else than what was passed.
				assert_noop!(
					report(module.id, refutation(b"else")),
					Errors::NotConclusive
				);
				if refuted {
					assert_ok!(report(module.id, refutation(&quote)));
				} else {
					assert_noop!(report(module.id, refutation(&quote)), Errors::NotConclusive);
				}
			});
		}
		// Without a certificate there is nothing to refute.
		let module = TestModule::enrolled(30);
		assert_noop!(
			report(module.id, refutation(b"else")),
			Errors::NotConclusive
		);
	});
}

#[test]
fn a_report_needs_room_for_its_draw() {
	ExtBuilder::default().build_and_execute(|| {
		let (testee, member) = with_members();
		let proof = two_passes(&testee, &member, |pass| pass.log_root = [9; 32]);
		for n in 31..31 + MAX_QUEUE as u8 {
			assert_ok!(TestModule::born(n).register());
		}
		assert_noop!(report(member.id, proof), Errors::QueueFull);
	});
}

#[test]
fn plain_cases_touch_no_curve() {
	ExtBuilder::default().build_and_execute(|| {
		let (module, copy) = copied();
		CountingVerify::taken();
		let _ = report(
			module.id,
			Proof::ClonedTpm(Box::new(stray(
				&module,
				System::block_number() - 1,
				&module.tpm,
			))),
		);
		assert_eq!(CountingVerify::taken(), 0);
		let proof = stray(&module, System::block_number() - 1, &copy);
		assert_ok!(report(module.id, Proof::ClonedTpm(Box::new(proof))));
		assert_eq!(CountingVerify::taken(), 1);
	});
}

//! Challenges, answers, disputes.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use sp_runtime::DispatchError;
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	draw::Member,
	ids::ModuleId,
	module::ModuleStatus,
};
use tea_tpm::CredentialError;

type Errors = Error<Test>;

/// A module that is registered and whose challengers are drawn.
fn drawn(n: u8) -> TestModule {
	let module = TestModule::born(n);
	assert_ok!(module.register());
	module.wait_for_draw();
	module
}

/// A module whose challengers have posted good challenges.
fn posted(n: u8) -> TestModule {
	let module = drawn(n);
	module.challenge_all();
	module
}

#[test]
fn four_right_answers_bind_the_key() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		assert!(!Chips::<Test>::contains_key(module.id));
		let mut answers = module.answers();
		answers[2] = Answer::Secret([9; 32]);
		let info = assert_ok_info(module.respond(&answers));
		assert_eq!(info.pays_fee, Pays::No);
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
		assert_eq!(module.reason(), StatusReason::KeyProven);
		let chip = Chips::<Test>::get(module.id).unwrap();
		assert_eq!(chip.ek, module.tpm.ek_public());
		assert_eq!(World::hardware(module.id), Some(chip.id));
		assert_eq!(module.held(), BOND);
		assert!(events().contains(&Event::Enrolled {
			module: module.id,
			round: 1,
			chip: chip.id
		}));
	});
}

fn assert_ok_info(result: sp_runtime::DispatchResultWithInfo<PostInfo>) -> PostInfo {
	result.expect("accepted")
}

#[test]
fn draws_wait_for_the_beacon_of_the_next_block() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert_ok!(module.register());
		advance(1);
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Drawing);
		advance(1);
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Posting);
		assert_eq!(
			module.enrolment().deadline,
			System::block_number() + CHALLENGE_WINDOW
		);
	});
}

#[test]
fn draw_does_not_depend_on_submitter() {
	let draw = |operator: u8| {
		ExtBuilder::default().build().execute_with(|| {
			let mut module = TestModule::born(1);
			module.operator = account(operator);
			world::Items::<Test>::mutate(module.id, |item| {
				item.as_mut().unwrap().operator = Some(account(operator));
			});
			assert_ok!(module.register());
			module.wait_for_draw();
			module.enrolment().slots
		})
	};
	assert_eq!(draw(50), draw(60));
}

#[test]
fn a_lost_beacon_is_replaced_by_a_younger_one() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		world::Dark::<Test>::put(true);
		assert_ok!(module.register());
		let registered = System::block_number();
		advance(8);
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Drawing);
		assert_eq!(
			DrawQueue::<Test>::iter_values().next().unwrap().fixed_in,
			registered
		);
		advance(4);
		assert_eq!(DrawQueueEnds::<Test>::get().len(), 1);
		assert!(DrawQueue::<Test>::iter_values().next().unwrap().fixed_in > registered);
		world::Dark::<Test>::put(false);
		advance(3);
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Posting);
	});
}

#[test]
fn challengers_share_no_owner() {
	ExtBuilder::default().build_and_execute(|| {
		// Half of the registrars act for the owner of the first one.
		for n in 0..6 {
			let info = RegistrarInfo {
				transport: [n; 32],
				owner: registrar_owner(0),
				name: Default::default(),
			};
			assert_ok!(Attestation::set_registrar(
				RuntimeOrigin::root(),
				registrar(n),
				Some(info)
			));
		}
		for n in 1..4 {
			let module = drawn(n);
			let mut owners: Vec<_> = module
				.enrolment()
				.slots
				.iter()
				.map(|slot| Attestation::owner_of(slot.challenger.as_ref().unwrap()).unwrap())
				.collect();
			owners.sort();
			owners.dedup();
			assert_eq!(owners.len(), C as usize);
		}
	});
}

#[test]
fn committee_excludes_owner() {
	ExtBuilder::default().registrars(6).build_and_execute(|| {
		// The owner of the module owns a registrar too: five others are left.
		let info = RegistrarInfo {
			transport: [0; 32],
			owner: account(1),
			name: Default::default(),
		};
		assert_ok!(Attestation::set_registrar(
			RuntimeOrigin::root(),
			registrar(3),
			Some(info)
		));
		let module = drawn(1);
		assert!(
			module
				.enrolment()
				.slots
				.iter()
				.all(|slot| slot.challenger != Some(Member::Registrar(registrar(3))))
		);
	});
}

#[test]
fn no_committee_closes_the_enrolment() {
	ExtBuilder::default().registrars(4).build_and_execute(|| {
		let module = TestModule::born(1);
		assert_ok!(module.register());
		module.wait_for_draw();
		assert_eq!(module.status(), None);
		assert_eq!(module.held(), 0);
		assert!(CoolDowns::<Test>::get(&module.operator).is_none());
		assert_ok!(module.register());
	});
}

#[test]
fn only_the_drawn_challenger_may_post() {
	ExtBuilder::default().build_and_execute(|| {
		let module = drawn(1);
		let challenge = module.challenge(0, &root(0));
		let blob = Blob::truncate_from(challenge.blob().as_bytes().to_vec());
		for who in [module.challenger(1), module.owner.clone(), account(99)] {
			assert_noop!(
				Attestation::challenge(signed(&who), module.id, 0, blob.clone(), [0; 32]),
				Errors::NotChallenger
			);
		}
		let who = module.challenger(0);
		assert_noop!(
			Attestation::challenge(signed(&who), module.id, 9, blob.clone(), [0; 32]),
			Errors::WrongSlot
		);
		assert_noop!(
			Attestation::challenge(signed(&who), ModuleId(7), 0, blob.clone(), [0; 32]),
			Errors::NoEnrolment
		);
		let mut short = blob.clone();
		short.pop();
		assert_noop!(
			Attestation::challenge(signed(&who), module.id, 0, short, [0; 32]),
			Errors::BadBlob(CredentialRefusal(CredentialError::Length))
		);
		assert_ok!(module.post(0, &challenge));
		assert_noop!(module.post(0, &challenge), Errors::WrongSlot);
	});
}

#[test]
fn a_dismissed_registrar_may_not_act() {
	ExtBuilder::default().build_and_execute(|| {
		let module = drawn(1);
		let who = module.challenger(0);
		let challenge = module.challenge(0, &root(0));
		let blob = Blob::truncate_from(challenge.blob().as_bytes().to_vec());
		assert_ok!(Attestation::set_registrar(
			RuntimeOrigin::root(),
			who.clone(),
			None
		));
		assert_noop!(
			Attestation::challenge(signed(&who), module.id, 0, blob, [0; 32]),
			Errors::NotChallenger
		);
	});
}

#[test]
fn nobody_posts_or_answers_after_the_window() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		let answers = module.answers();
		advance(RESPONSE_WINDOW - 1);
		hypothetically_ok(|| module.respond(&answers).is_ok());
		// The agenda has done it in this block.
		advance(1);
		assert_noop!(module.respond(&answers), Errors::NoEnrolment);

		let module = drawn(2);
		let challenge = module.challenge(0, &root(0));
		Enrolments::<Test>::mutate(module.id, |record| {
			record.as_mut().unwrap().deadline = System::block_number();
		});
		assert_noop!(module.post(0, &challenge), Errors::WrongPhase);
		assert_noop!(module.respond(&[]), Errors::WrongPhase);
	});
}

fn hypothetically_ok(check: impl FnOnce() -> bool) {
	assert!(frame_support::hypothetically!(check()));
}

#[test]
fn answers_are_complete_and_come_from_the_people_of_the_module() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		let answers = module.answers();
		assert_noop!(module.respond(&answers[..4]), Errors::WrongAnswerCount);
		assert_noop!(
			Attestation::respond(signed(&account(9)), module.id, answers.clone()),
			Errors::NotOperator
		);
		assert_noop!(
			Attestation::respond(signed(&account(9)), ModuleId(77), answers.clone()),
			Errors::UnknownModule
		);
		assert_ok!(module.respond(&answers));
		assert_noop!(module.respond(&answers), Errors::NoEnrolment);
	});
}

#[test]
fn three_of_five_is_not_enough() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		let mut answers = module.answers();
		answers[0] = Answer::Secret([9; 32]);
		answers[1] = Answer::Absent;
		let info = assert_ok_info(module.respond(&answers));
		assert_eq!(info.pays_fee, Pays::Yes);
		assert_eq!(module.status(), None);
		assert!(events().iter().any(|event| matches!(
			event,
			Event::EnrolmentFailed {
				reason: EnrolmentFailure::TooFewCorrect,
				..
			}
		)));
	});
}

#[test]
fn failed_enrolment_leaves_no_record() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		let chip = module.enrolment().chip.id;
		advance(RESPONSE_WINDOW);
		assert_eq!(module.status(), None);
		assert_eq!(module.held(), 0);
		assert!(!Enrolments::<Test>::contains_key(module.id));
		assert!(!EkOwners::<Test>::contains_key(chip));
		assert!(!Chips::<Test>::contains_key(module.id));
		assert_eq!(Challenges::<Test>::iter().count(), 0);
		assert_eq!(ChipsOfIssuer::<Test>::get(ISSUER), 0);
		assert_eq!(World::hardware(module.id), None);
		assert_eq!(World::planted(), 0);
		// The number is used up, so that revealed secrets are worth nothing in the next enrolment.
		assert_eq!(Sequences::<Test>::get(module.id).round, 1);
	});
}

#[test]
fn who_lets_an_enrolment_fail_must_wait() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		advance(RESPONSE_WINDOW);
		assert_noop!(module.register(), Errors::CoolingDown);
		advance(ENROLMENT_COOL_DOWN);
		assert!(!CoolDowns::<Test>::contains_key(&module.operator));
		assert_ok!(module.register());
		assert_eq!(module.enrolment().round, 2);
	});
}

#[test]
fn stranger_cannot_keep_my_ek() {
	ExtBuilder::default().build_and_execute(|| {
		let mine = TestModule::born(1);
		let mut thief = TestModule::born(2);
		thief.tpm = mine.tpm.clone();
		thief.tpm.ak = [0x13; 32];
		assert_ok!(thief.register());
		assert_eq!(thief.held(), BOND);
		assert_noop!(mine.register(), Errors::EkInUse);
		thief.wait_for_draw();
		thief.challenge_all();
		advance(RESPONSE_WINDOW);
		// The chip is free at the deadline, and the stranger waits.
		assert_noop!(thief.register(), Errors::CoolingDown);
		mine.enrol();
	});
}

#[test]
fn bad_blob_costs_challenger() {
	ExtBuilder::default().build_and_execute(|| {
		let module = drawn(1);
		// Slots 3 and 4 post something else than their root values say.
		for slot in 0..5 {
			let mut blob = module
				.challenge(slot, &root(slot))
				.blob()
				.as_bytes()
				.to_vec();
			if slot > 2 {
				let last = blob.len() - 1;
				blob[last] ^= 1;
			}
			let commitment = *module.challenge(slot, &root(slot)).commitment();
			assert_ok!(Attestation::challenge(
				signed(&module.challenger(slot)),
				module.id,
				slot,
				Blob::truncate_from(blob),
				commitment
			));
		}
		let mut answers = module.answers();
		answers[3] = Answer::Bad;
		answers[4] = Answer::Bad;
		assert_ok!(module.respond(&answers));
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Disputing);

		let reveal =
			|who: &AccountId, slot| Attestation::reveal(signed(who), module.id, slot, root(slot));
		assert_noop!(reveal(&module.challenger(3), 4), Errors::NotChallenger);
		assert_noop!(reveal(&module.challenger(0), 0), Errors::WrongSlot);
		let former = [module.challenger(3), module.challenger(4)];
		assert_ok!(reveal(&module.challenger(3), 3));
		assert!(events().contains(&Event::DisputeSettled {
			module: module.id,
			round: 1,
			slot: 3,
			challenger_at_fault: true
		}));
		// The other one stays silent, which is no better.
		advance(REVEAL_WINDOW);
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Drawing);
		module.wait_for_draw();
		for slot in [3, 4] {
			assert!(!former.contains(&module.challenger(slot)));
		}
		module.challenge_all();
		assert_ok!(module.respond(&module.answers()));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn denied_good_blob_fails_module() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		let mut answers = module.answers();
		answers[3] = Answer::Bad;
		answers[4] = Answer::Bad;
		assert_ok!(module.respond(&answers));
		for slot in [3, 4] {
			let who = module.challenger(slot);
			assert_ok!(Attestation::reveal(
				signed(&who),
				module.id,
				slot,
				root(slot)
			));
		}
		// Both answers count as wrong, and three right ones are not enough.
		assert_eq!(module.status(), None);
		assert!(events().iter().any(|event| matches!(
			event,
			Event::EnrolmentFailed {
				reason: EnrolmentFailure::TooFewCorrect,
				..
			}
		)));
		assert!(CoolDowns::<Test>::contains_key(&module.operator));
	});
}

#[test]
fn a_dispute_does_not_stop_four_right_answers() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		let mut answers = module.answers();
		answers[0] = Answer::Bad;
		assert_ok!(module.respond(&answers));
		assert_eq!(module.status(), Some(ModuleStatus::Challenged));
		let who = module.challenger(0);
		assert_ok!(Attestation::reveal(signed(&who), module.id, 0, root(0)));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn copied_commitment_is_worthless() {
	ExtBuilder::default().build_and_execute(|| {
		let module = drawn(1);
		// The challenger of slot 1 copies blob and commitment of slot 0: the chip gets the secret of slot 0 out of it,
		// which does not fit the commitment in slot 1.
		let original = module.challenge(0, &root(0));
		assert_ok!(module.post(0, &original));
		assert_ok!(module.post(1, &original));
		for slot in 2..5 {
			assert_ok!(module.post(slot, &module.challenge(slot, &root(slot))));
		}
		let mut answers = module.answers();
		answers[1] = Answer::Secret(*original.secret());
		frame_support::hypothetically!({
			assert_ok!(module.respond(&answers));
			assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
		});
		// So an honest module disputes it, and no root value saves the copier.
		answers[1] = Answer::Bad;
		assert_ok!(module.respond(&answers));
		let who = module.challenger(1);
		assert_ok!(Attestation::reveal(signed(&who), module.id, 1, root(0)));
		assert!(events().contains(&Event::DisputeSettled {
			module: module.id,
			round: 1,
			slot: 1,
			challenger_at_fault: true
		}));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn four_posted_challenges_suffice() {
	ExtBuilder::default().build_and_execute(|| {
		let module = drawn(1);
		for slot in 0..4 {
			assert_ok!(module.post(slot, &module.challenge(slot, &root(slot))));
		}
		assert_noop!(module.respond(&module.answers()), Errors::WrongPhase);
		advance(CHALLENGE_WINDOW);
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Answering);
		assert_eq!(module.enrolment().slots[4].state, SlotState::Silent);
		assert_ok!(module.respond(&module.answers()));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn silent_challengers_are_redrawn_once() {
	ExtBuilder::default().build_and_execute(|| {
		let module = drawn(1);
		assert_ok!(module.post(0, &module.challenge(0, &root(0))));
		let first = module.enrolment().drawn;
		advance(CHALLENGE_WINDOW);
		assert_eq!(module.enrolment().phase, EnrolmentPhase::Drawing);
		module.wait_for_draw();
		let slots = module.enrolment().slots;
		assert_eq!(slots[0].state, SlotState::Posted);
		for slot in &slots[1..] {
			assert!(!first.contains(slot.challenger.as_ref().unwrap()));
		}
		// Silent again: nobody is to blame but the challengers.
		advance(CHALLENGE_WINDOW);
		assert_eq!(module.status(), None);
		assert!(CoolDowns::<Test>::get(&module.operator).is_none());
	});
}

#[test]
fn bad_and_silent_modules_lose_credit() {
	ExtBuilder::default().registrars(12).build_and_execute(|| {
		other_classes();
		let _modules: Vec<_> = (1..=8).map(TestModule::active).collect();
		// Now modules alone are drawn.
		let testee = drawn(20);
		credit();
		let (fourth, fifth) = {
			let slots = testee.enrolment().slots;
			(slots[3].challenger.clone(), slots[4].challenger.clone())
		};
		let (Some(Member::Module(fourth)), Some(Member::Module(fifth))) = (fourth, fifth) else {
			panic!("registrars have left the set");
		};
		for slot in 0..3 {
			assert_ok!(testee.post(slot, &testee.challenge(slot, &root(slot))));
		}
		assert_ok!(testee.post(3, &testee.challenge(3, &[0x99; 32])));
		advance(CHALLENGE_WINDOW);
		assert_eq!(credit(), [(fifth, CreditEvent::DutyMissed)]);
		let mut answers = testee.answers();
		answers[3] = Answer::Bad;
		assert_ok!(testee.respond(&answers));
		credit();
		let who = testee.challenger(3);
		assert_ok!(Attestation::reveal(signed(&who), testee.id, 3, [0x98; 32]));
		assert_eq!(credit(), [(fourth, CreditEvent::ProvablyBad)]);
	});
}

#[test]
fn anybody_ends_a_phase_whose_window_is_over() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		assert_noop!(
			Attestation::expire_enrolment(signed(&account(9)), module.id),
			Errors::TooSoon
		);
		assert_noop!(
			Attestation::expire_enrolment(signed(&account(9)), ModuleId(9)),
			Errors::NoEnrolment
		);
		Agenda::<Test>::remove(module.enrolment().deadline);
		advance(RESPONSE_WINDOW);
		assert_eq!(module.status(), Some(ModuleStatus::Challenged));
		assert_ok!(Attestation::expire_enrolment(
			signed(&account(9)),
			module.id
		));
		assert_eq!(module.status(), None);
	});
}

#[test]
fn a_camellia_that_dies_while_enrolling_is_not_planted() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		world::Items::<Test>::mutate(module.id, |item| item.as_mut().unwrap().living = false);
		assert_ok!(module.respond(&module.answers()));
		assert_eq!(module.status(), None);
		assert_eq!(module.held(), 0);
	});
}

#[test]
fn bind_to_foreign_item_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mine = TestModule::born(1);
		let mut thief = TestModule::born(2);
		thief.id = mine.id;
		assert_noop!(thief.register(), Errors::NotOperator);
		let nobody: DispatchError = Errors::UnknownModule.into();
		thief.id = ModuleId(50);
		assert_noop!(thief.register(), nobody);
	});
}

#[test]
fn a_wait_that_found_no_room_in_the_agenda_ends_all_the_same() {
	ExtBuilder::default().build_and_execute(|| {
		let module = posted(1);
		advance(RESPONSE_WINDOW - 1);
		let until = System::block_number() + 1 + ENROLMENT_COOL_DOWN;
		for _ in 0..9 * AGENDA_PER_BLOCK {
			Attestation::schedule(until, ModuleId(7), AgendaItem::Round(ModuleId(7)));
		}
		advance(1);
		assert_noop!(module.register(), Errors::CoolingDown);
		advance_to(until + 20);
		assert!(CoolDowns::<Test>::contains_key(&module.operator));
		assert_ok!(module.register());
		assert!(!CoolDowns::<Test>::contains_key(&module.operator));
	});
}

//! Retirement, death, bonds.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use tea_primitives::{
	camellia::{Camellias, OnEndOfLife},
	ids::ModuleId,
	module::{Attested, ModuleStatus},
};

type Errors = Error<Test>;

#[test]
fn the_owner_retires_a_module() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let session = module.session();
		assert_noop!(
			Attestation::retire(signed(&account(9)), module.id),
			Errors::NotOwner
		);
		assert_noop!(
			Attestation::retire(signed(&account(9)), ModuleId(9)),
			Errors::UnknownModule
		);
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		assert_eq!(module.status(), Some(ModuleStatus::Retired));
		assert_eq!(module.reason(), StatusReason::Retired(RetireReason::Owner));
		assert!(Attestation::module_of_session(&session).is_none());
		assert_eq!(System::providers(&session), 0);
		assert!(world::Good::<Test>::get().is_empty());
		assert_eq!(World::hardware(module.id), None);
		assert_noop!(
			Attestation::retire(signed(&module.owner), module.id),
			Errors::ModuleRetired
		);
		assert_noop!(module.attest(), Errors::ModuleRetired);
		// The bond answers for another day.
		assert_eq!(module.held(), BOND);
		advance(BOND_DELAY);
		assert_eq!(module.held(), 0);
	});
}

#[test]
fn who_never_registered_cannot_retire() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert_noop!(
			Attestation::retire(signed(&module.owner), module.id),
			Errors::NotEnrolled
		);
	});
}

#[test]
fn rebind_keeps_unbonding() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		let round = Sequences::<Test>::get(module.id).round;
		// Other hardware in the same Camellia.
		module.tpm = SoftTpm::new(70);
		module.keys += 1;
		module.enrol();
		assert_eq!(module.held(), 2 * BOND);
		assert_noop!(
			Attestation::expire_bond(signed(&account(9)), module.id, round),
			Errors::TooSoon
		);
		assert_noop!(
			Attestation::expire_bond(signed(&account(9)), module.id, round + 9),
			Errors::NoBond
		);
		module.activate();
		Agenda::<Test>::remove(Unbondings::<Test>::get(module.id, round).unwrap().free_from);
		advance(BOND_DELAY);
		assert_eq!(module.held(), 2 * BOND);
		assert_ok!(Attestation::expire_bond(
			signed(&account(9)),
			module.id,
			round
		));
		assert_eq!(module.held(), BOND);
	});
}

#[test]
fn the_chip_of_a_retired_module_is_free() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		let mut other = TestModule::born(2);
		other.tpm = module.tpm.clone();
		other.enrol();
		other.activate();
	});
}

#[test]
fn an_enrolment_can_be_given_up() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert_ok!(module.register());
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		assert_eq!(module.status(), None);
		assert_eq!(module.held(), 0);
		assert_noop!(module.register(), Errors::CoolingDown);
		// The draw that was asked for finds nothing to do.
		advance(3);
		assert_eq!(DrawQueueEnds::<Test>::get().len(), 0);
	});
}

#[test]
fn hardware_leaves_with_the_life_of_its_camellia() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		Attestation::end_of_life(module.id);
		assert_eq!(
			module.reason(),
			StatusReason::Retired(RetireReason::EndOfLife)
		);
		assert!(Attestation::certificate(module.id).is_none());
		let enrolling = TestModule::born(2);
		assert_ok!(enrolling.register());
		Attestation::end_of_life(enrolling.id);
		assert_eq!(enrolling.status(), None);
		Attestation::end_of_life(ModuleId(77));
	});
}

#[test]
fn a_retired_module_leaves_its_round() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		assert!(!Rounds::<Test>::contains_key(module.id));
		advance(3);
		assert_eq!(module.status(), Some(ModuleStatus::Retired));
	});
}

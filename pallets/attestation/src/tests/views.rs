//! What clients read.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::assert_ok;
use tea_primitives::{draw::Purpose, ids::ModuleId, module::ModuleStatus};

#[test]
fn everything_is_told_at_every_stage() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert!(Attestation::module_info(module.id).is_none());
		assert!(Attestation::why(module.id).is_none());
		assert!(Attestation::enrolment_of(module.id).is_none());
		assert_ok!(module.register());
		module.wait_for_draw();
		module.challenge_all();
		let (record, posted) = Attestation::enrolment_of(module.id).unwrap();
		assert_eq!((record.round, posted.len()), (1, C as usize));
		assert_ok!(module.respond(&module.answers()));
		let info = Attestation::module_info(module.id).unwrap();
		assert_eq!(info.status, ModuleStatus::Enrolled);
		assert_eq!((info.next_round, info.boot_seq), (2, 0));
		assert!(info.chip.is_some() && info.boot.is_none());

		assert_ok!(module.attest());
		assert_eq!(
			Attestation::known_good_committee(module.id)
				.map(|(round, purpose, members)| { (round, purpose, members.len()) }),
			Some((2, Purpose::Attestation, 0))
		);
		module.wait_for_draw();
		let (_, _, members) = Attestation::known_good_committee(module.id).unwrap();
		assert_eq!(members.len(), N as usize);
		assert_ok!(module.pass(&[0, 1, 2]));
		assert!(Attestation::known_good_committee(module.id).is_none());
		assert_eq!(
			Attestation::certificate_of(module.id).unwrap().keys,
			module.boot_keys()
		);
		assert_eq!(
			Attestation::why(module.id),
			Some((
				ModuleStatus::Active,
				StatusReason::RoundPassed,
				System::block_number()
			))
		);
		assert!(
			Attestation::module_info(module.id)
				.unwrap()
				.profile
				.is_some()
		);
		assert!(Attestation::certificate_of(ModuleId(9)).is_none());
	});
}

#[test]
fn keys_of_past_boots_stay_known() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let first = module.boot_keys();
		module.reboot();
		assert_ok!(module.attest());
		assert_eq!(Attestation::boot_keys(module.id, 1), [first]);
		assert_eq!(Attestation::boot_keys(module.id, 2), [module.boot_keys()]);
		assert!(Attestation::boot_keys(module.id, 3).is_empty());
	});
}

#[test]
fn a_lapse_tells_its_own_block() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let until = Attestation::certificate_of(module.id).unwrap().until;
		Agenda::<Test>::remove(until);
		advance_to(until + 7);
		assert_eq!(
			Attestation::why(module.id),
			Some((
				ModuleStatus::Inactive,
				StatusReason::CertificateLapsed,
				until
			))
		);
	});
}

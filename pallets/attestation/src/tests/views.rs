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
fn modules_are_listed_page_by_page() {
	ExtBuilder::default().build_and_execute(|| {
		assert!(Attestation::modules(None).is_empty());
		other_classes();
		let active = TestModule::active(1);
		let record = Modules::<Test>::get(active.id).unwrap();
		let count = MODULES_PER_PAGE as u32 + 20;
		frame_support::hypothetically!({
			for id in 1_000..1_000 + count {
				Modules::<Test>::insert(ModuleId(id), record);
			}
			let mut seen = std::collections::BTreeSet::new();
			let mut after = None;
			let mut pages = 0;
			loop {
				let page = Attestation::modules(after);
				let Some((last, _)) = page.last() else { break };
				after = Some(*last);
				pages += 1;
				assert!(page.len() <= MODULES_PER_PAGE);
				for (module, status) in page {
					assert!(seen.insert(module.0), "{module} is listed twice");
					assert_eq!(status, ModuleStatus::Active);
				}
			}
			assert_eq!((pages, seen.len() as u32), (2, count + 1));
		});
		// A lapse shows in the list before anybody has noted it.
		let until = Attestation::certificate_of(active.id).unwrap().until;
		Agenda::<Test>::remove(until);
		advance_to(until);
		assert_eq!(
			Attestation::modules(None),
			[(active.id, ModuleStatus::Inactive)]
		);
	});
}

#[test]
fn releases_registrars_parameters_and_pool_are_told() {
	use tea_primitives::HardwareClass;
	ExtBuilder::default().registrars(3).build_and_execute(|| {
		let releases = Attestation::releases_of(HardwareClass::C);
		assert_eq!(releases.len(), 1);
		assert_eq!(
			(releases[0].0, releases[0].1.manifest_root),
			(RELEASE, MANIFEST)
		);
		assert!(Attestation::releases_of(HardwareClass::A).is_empty());
		let registrars = Attestation::registrar_list();
		assert_eq!(
			registrars
				.iter()
				.map(|(who, _)| who.clone())
				.collect::<Vec<_>>(),
			[registrar(0), registrar(1), registrar(2)]
		);
		assert_eq!(registrars[1].1.owner, registrar_owner(1));
		assert_eq!(Attestation::parameters(), PARAMETERS);
		// The pool keeps the one unit that its account needs.
		assert_eq!(
			Attestation::duty_pool(),
			(Attestation::duty_pool_account(), 99_999)
		);
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

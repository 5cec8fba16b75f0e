//! Bounds, agendas, queues, constants.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{
	assert_ok,
	traits::{StorageInfoTrait, StorageVersion},
};
use tea_primitives::{ids::ModuleId, module::ModuleStatus};

#[test]
fn no_unbounded_storage() {
	for info in <Attestation as StorageInfoTrait>::storage_info() {
		assert!(
			info.max_size.is_some(),
			"{} has no bound",
			String::from_utf8_lossy(&info.storage_name)
		);
	}
}

#[test]
fn storage_version_is_one() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(StorageVersion::get::<Attestation>(), 1);
	});
}

#[test]
fn metadata_has_no_unsigned_call() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		assert!(
			Attestation::attest(RuntimeOrigin::none(), Evidence::from(module.evidence())).is_err()
		);
		for call in [
			Attestation::retire(RuntimeOrigin::none(), module.id),
			Attestation::expire_round(RuntimeOrigin::none(), module.id),
			Attestation::expire_enrolment(RuntimeOrigin::none(), module.id),
			Attestation::expire_certificate(RuntimeOrigin::none(), module.id),
			Attestation::expire_bond(RuntimeOrigin::none(), module.id, 1),
		] {
			assert_eq!(call, Err(sp_runtime::DispatchError::BadOrigin));
		}
	});
}

#[test]
fn full_agenda_is_typed_and_drains() {
	ExtBuilder::default().build_and_execute(|| {
		let due = System::block_number() + 10;
		let item = || AgendaItem::Round(ModuleId(7));
		// Nine blocks of three find room, one more does not.
		for _ in 0..9 * AGENDA_PER_BLOCK {
			Attestation::schedule(due, ModuleId(7), item());
		}
		assert!(!events().contains(&Event::AgendaFull {
			module: ModuleId(7),
			due
		}));
		Attestation::schedule(due, ModuleId(7), item());
		assert!(events().contains(&Event::AgendaFull {
			module: ModuleId(7),
			due
		}));
		advance(20);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_deadline_without_room_holds_all_the_same() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		let deadline = System::block_number() + 2 + ROUND_WINDOW;
		for _ in 0..9 * AGENDA_PER_BLOCK {
			Attestation::schedule(deadline, ModuleId(7), AgendaItem::Round(ModuleId(7)));
		}
		module.wait_for_draw();
		advance_to(deadline + 20);
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
		assert_ok!(Attestation::expire_round(signed(&account(9)), module.id));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn draws_per_block_are_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		let modules: Vec<_> = (1..=6).map(TestModule::born).collect();
		for module in &modules {
			assert_ok!(module.register());
		}
		for left in [6, 4, 2, 0] {
			advance(1);
			assert_eq!(DrawQueueEnds::<Test>::get().len(), left);
		}
		// First come, first drawn.
		assert!(modules[0].enrolment().deadline < modules[5].enrolment().deadline);
	});
}

#[test]
fn key_history_is_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		for _ in 0..MAX_PAST_BOOTS + 3 {
			advance(1);
			module.reboot();
			assert_ok!(module.attest());
			while DrawQueueEnds::<Test>::get().len() > 2 {
				advance(1);
			}
		}
		let past = PastBoots::<Test>::get(module.id);
		assert_eq!(past.len(), MAX_PAST_BOOTS as usize);
		assert_eq!(past.last().unwrap().seq, MAX_PAST_BOOTS + 3);
		assert_eq!(past.first().unwrap().seq, 4);
	});
}

#[test]
fn constants_fit_together() {
	use frame_support::traits::Hooks;
	<Attestation as Hooks<u32>>::integrity_test();
}

#[test]
fn max_values_do_not_overflow() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		Sequences::<Test>::insert(
			module.id,
			Sequence {
				round: u32::MAX - 1,
				boot_seq: u32::MAX - 1,
			},
		);
		assert_ok!(module.register());
		assert_eq!(module.enrolment().round, u32::MAX);
	});
}

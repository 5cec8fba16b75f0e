//! Authentic bad news: measurements, counters, manifests; second committees and quarantine.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	draw::Purpose,
	errand::{ErrandId, RefuteReason, Suspects},
	ids::ReleaseId,
	module::{Attested, ModuleStatus},
	verdict::FailReason,
};
use tea_tpm::{CounterError, PcrError};

type Errors = Error<Test>;

/// Position of a PCR among the values of the class.
fn at(pcr: u8) -> usize {
	tea_tpm::PcrSelection::UEFI
		.iter()
		.position(|index| index == pcr)
		.unwrap()
}

/// Posts evidence of a new boot that is authentic but bad.
fn suspected(module: &TestModule, suspicion: Suspicion) {
	let info = module.attest().unwrap();
	assert_eq!(info.pays_fee, Pays::Yes);
	assert_eq!(module.status(), Some(ModuleStatus::Suspicious));
	assert_eq!(module.reason(), StatusReason::Suspected(suspicion));
	assert_eq!(purpose(module), Purpose::SecondCommittee);
	assert!(Attestation::certificate(module.id).is_none());
	assert!(!world::Good::<Test>::get().contains(&module.id));
}

#[test]
fn sim_pcr_tamper() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		module.reboot();
		module.tpm.pcrs[at(11)] = [0x66; 32];
		suspected(&module, Suspicion::Measurement(PcrError::Mismatch(11)));
		assert_noop!(module.attest(), Errors::UnderSuspicion);
		module.wait_for_draw();
		// No committee can pass what no release allows.
		assert_noop!(module.pass(&[0, 1, 2]), Errors::ReleaseNotAccepted);
		credit();
		module.fail();
		assert_eq!(module.status(), Some(ModuleStatus::Quarantined));
		assert_eq!(
			module.reason(),
			StatusReason::SecondCommitteeFailed(FailReason::LogMismatch(11))
		);
		assert!(credit().contains(&(module.id, CreditEvent::Quarantined)));
		assert!(Attestation::module_of_session(&module.session()).is_none());
		// The way back: the cool-down, then an accepted release.
		module.reboot();
		module.tpm.pcrs[at(11)] = SoftTpm::new(1).pcrs[at(11)];
		assert_noop!(module.attest(), Errors::InQuarantine);
		advance(QUARANTINE);
		module.activate();
	});
}

#[test]
fn a_tampered_pcr_in_a_renewal_ends_the_certificate() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		advance(LIFE / 2);
		module.tpm.pcrs[at(12)] = [0x66; 32];
		assert_ok!(module.renew());
		assert_eq!(module.status(), Some(ModuleStatus::Suspicious));
		assert!(!Certificates::<Test>::contains_key(module.id));
	});
}

#[test]
fn zero_pcr_refused() {
	ExtBuilder::default().build_and_execute(|| {
		for (n, pcr) in [(1, 0), (2, 2), (3, 4), (4, 7)] {
			let mut module = TestModule::enrolled(n);
			module.tpm.pcrs[at(pcr)] = [0; 32];
			suspected(&module, Suspicion::Measurement(PcrError::Zero(pcr)));
			module.wait_for_draw();
			assert_noop!(module.pass(&[0, 1, 2]), Errors::ReleaseNotAccepted);
			advance(ROUND_WINDOW);
		}
	});
}

#[test]
fn secure_boot_change_is_suspicious() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		module.reboot();
		module.tpm.pcrs[at(7)] = [0x77; 32];
		suspected(
			&module,
			Suspicion::Measurement(PcrError::FirmwareChanged(7)),
		);
		module.wait_for_draw();
		credit();
		// The second committee replays the log and sets the new pin.
		assert_ok!(module.pass(&[0, 1, 3]));
		assert_eq!(module.status(), Some(ModuleStatus::Active));
		assert!(
			!credit()
				.iter()
				.any(|(_, event)| *event == CreditEvent::Quarantined)
		);
		module.reboot();
		module.activate();
	});
}

#[test]
fn an_unknown_manifest_is_suspicious() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		let mut binding = module.binding();
		binding.manifest_root = [0x66; 32];
		assert_ok!(module.post_evidence(module.evidence_with(binding)));
		assert_eq!(
			module.reason(),
			StatusReason::Suspected(Suspicion::Manifest)
		);
	});
}

#[test]
fn both_releases_valid_in_window() {
	ExtBuilder::default().build_and_execute(|| {
		let mut old = TestModule::active(1);
		let mut new = TestModule::active(2);
		let mut values: Vec<_> = STRICT.iter().map(|pcr| new.tpm.pcrs[at(*pcr)]).collect();
		values[0] = [0x44; 32];
		values[1] = [0x4b; 32];
		assert_ok!(Attestation::register_release(
			RuntimeOrigin::root(),
			ReleaseId(2),
			release(&STRICT, values, MANIFEST)
		));
		new.reboot();
		new.tpm.pcrs[at(4)] = [0x44; 32];
		new.tpm.pcrs[at(11)] = [0x4b; 32];
		assert_ok!(new.attest());
		assert_eq!(new.status(), Some(ModuleStatus::Pending));
		old.reboot();
		assert_ok!(old.attest());
		assert_eq!(old.status(), Some(ModuleStatus::Pending));
		// After the window the old one is news.
		advance(3);
		assert_ok!(old.pass(&[0, 1, 2]));
		assert_ok!(Attestation::retire_release(RuntimeOrigin::root(), RELEASE));
		old.reboot();
		suspected(&old, Suspicion::Measurement(PcrError::Mismatch(4)));
	});
}

#[test]
fn sim_rollback() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::enrolled(1);
		module.tpm.reset = 5;
		module.activate();
		let boot_seq = Boots::<Test>::get(module.id).unwrap().seq;
		module.keys += 1;
		module.tpm.reset = 4;
		suspected(&module, Suspicion::Counter(CounterError::ResetRollback));
		assert!(Chips::<Test>::get(module.id).unwrap().closed);
		// The present boot is not replaced by what a copy of the chip says.
		assert_eq!(Boots::<Test>::get(module.id).unwrap().seq, boot_seq);
		module.keys -= 1;
		module.wait_for_draw();
		// Even a committee cannot revive the key.
		assert_ok!(module.pass(&[0, 1, 2]));
		assert_eq!(module.status(), Some(ModuleStatus::Inactive));
		assert_eq!(module.reason(), StatusReason::MustEnrolAgain);
		module.reboot();
		assert_noop!(module.attest(), Errors::MustEnrolAgain);
		module.tpm.ak[0] = 0x99;
		module.enrol();
		module.activate();
		assert_eq!(Boots::<Test>::get(module.id).unwrap().seq, boot_seq + 1);
	});
}

#[test]
fn sim_clone() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		// A copy of the chip answers with the same counters and a clock that lags behind.
		let mut copy = module.clone();
		copy.tpm.ahead -= 400_000;
		advance(LIFE / 2);
		assert_ok!(copy.renew());
		assert_eq!(
			module.reason(),
			StatusReason::Suspected(Suspicion::Counter(CounterError::ClockRollback))
		);
		module.wait_for_draw();
		module.fail();
		assert_eq!(module.status(), Some(ModuleStatus::Quarantined));
		// After a rollback no evidence helps, only a new enrolment, and that after the cool-down.
		let mut back = module.clone();
		back.reboot();
		assert_noop!(back.attest(), Errors::InQuarantine);
		assert_noop!(back.register(), Errors::InQuarantine);
		advance(QUARANTINE);
		assert_noop!(back.attest(), Errors::MustEnrolAgain);
		back.tpm.ak[0] = 0x99;
		back.enrol();
	});
}

#[test]
fn restart_rollback_is_suspicious() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::enrolled(1);
		module.tpm.restart = 2;
		module.activate();
		module.tpm.restart = 1;
		module.keys += 1;
		suspected(&module, Suspicion::Counter(CounterError::RestartRollback));
	});
}

#[test]
fn nobody_accuses_a_module_with_its_own_past() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let past = module.evidence();
		advance(LIFE / 2);
		assert_ok!(module.renew());
		module.wait_for_draw();
		assert_ok!(module.pass(&[0, 1, 2]));
		assert!(module.post_evidence(past).is_err());
		assert_eq!(module.status(), Some(ModuleStatus::Active));
		module.reboot();
	});
}

#[test]
fn an_undecided_second_committee_leads_to_inactive() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		module.reboot();
		module.tpm.pcrs[at(0)] = [0x66; 32];
		assert_ok!(module.attest());
		module.wait_for_draw();
		advance(ROUND_WINDOW);
		assert_eq!(module.status(), Some(ModuleStatus::Inactive));
		assert_eq!(module.reason(), StatusReason::RoundUndecided);
		// Silence is no pardon: the same news is news again.
		advance(ROUND_COOL_DOWN);
		assert_ok!(module.attest());
		assert_eq!(module.status(), Some(ModuleStatus::Suspicious));
	});
}

#[test]
fn a_suspicious_module_that_its_second_committee_passes_is_active() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		module.wait_for_draw();
		module.fail();
		module.wait_for_draw();
		assert_ok!(module.pass(&[0, 1, 2]));
		assert_eq!(module.status(), Some(ModuleStatus::Active));
	});
}

#[test]
fn nobody_leaves_quarantine_through_another_camellia() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		module.reboot();
		module.tpm.pcrs[at(11)] = [0x66; 32];
		assert_ok!(module.attest());
		module.wait_for_draw();
		module.fail();
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		assert_eq!(World::hardware(module.id), None);
		let mut other = TestModule::born(2);
		other.tpm = module.tpm.clone();
		assert_noop!(other.register(), Errors::EkInUse);
		assert_noop!(module.register(), Errors::EkInUse);
		advance(QUARANTINE);
		assert_ok!(other.register());
	});
}

/// What a committee of an errand decides about the present boot.
fn refuted(module: &TestModule, reason: RefuteReason) {
	let boot = Boots::<Test>::get(module.id).unwrap();
	Attestation::refuted(module.id, boot.seq, ErrandId(7), reason);
}

#[test]
fn a_refuted_executor_is_examined_by_a_second_committee() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let before = Sequences::<Test>::get(module.id).round;
		refuted(&module, RefuteReason::OtherPot);
		assert_eq!(module.status(), Some(ModuleStatus::Suspicious));
		assert_eq!(
			module.reason(),
			StatusReason::Suspected(Suspicion::Committee(FailReason::BadQuote))
		);
		assert_eq!(purpose(&module), Purpose::SecondCommittee);
		assert_eq!(
			module.round().round,
			before + 1,
			"nothing signed before counts"
		);
		assert!(Attestation::certificate(module.id).is_none());
		assert!(!world::Good::<Test>::get().contains(&module.id));
		// More of the same changes nothing.
		refuted(&module, RefuteReason::NonceMissing);
		assert_eq!(module.round().round, before + 1);
		module.wait_for_draw();
		module.fail();
		assert_eq!(module.status(), Some(ModuleStatus::Quarantined));
	});
}

#[test]
fn a_refuted_executor_that_is_sound_is_active_again() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		advance(LIFE / 2);
		// A renewal is in progress: it ends without a decision.
		assert_ok!(module.renew());
		let reason = FailReason::LogMismatch(11);
		refuted(&module, RefuteReason::Evidence(reason));
		assert_eq!(
			module.reason(),
			StatusReason::Suspected(Suspicion::Committee(reason))
		);
		assert_eq!(purpose(&module), Purpose::SecondCommittee);
		module.wait_for_draw();
		assert_ok!(module.pass(&[0, 1, 2]));
		assert_eq!(module.status(), Some(ModuleStatus::Active));
	});
}

#[test]
fn a_boot_that_has_ended_is_not_examined() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let boot = Boots::<Test>::get(module.id).unwrap();
		module.reboot();
		module.activate();
		Attestation::refuted(module.id, boot.seq, ErrandId(7), RefuteReason::OtherPot);
		assert_eq!(module.status(), Some(ModuleStatus::Active));
		module.reboot();
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		let seq = boot.seq + 1;
		Attestation::refuted(module.id, seq, ErrandId(7), RefuteReason::OtherPot);
		assert_eq!(module.status(), Some(ModuleStatus::Retired));
	});
}

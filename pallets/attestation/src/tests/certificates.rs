//! Renewal, lapse, clocks.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use tea_primitives::{
	camellia::CreditEvent,
	errand::{QuoteKeyError, QuoteKeys},
	ids::ModuleId,
	module::{Attested, ModuleStatus},
};
use tea_tpm::CounterError;

type Errors = Error<Test>;

#[test]
fn certificate_lapse_makes_inactive() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let until = Attestation::certificate(module.id).unwrap().until;
		// Nobody does anything: not even the agenda.
		Agenda::<Test>::remove(until);
		advance_to(until - 1);
		assert_eq!(module.status(), Some(ModuleStatus::Active));
		assert_noop!(
			Attestation::expire_certificate(signed(&account(9)), module.id),
			Errors::NotLapsed
		);
		advance(1);
		assert_eq!(Attestation::status(module.id), Some(ModuleStatus::Inactive));
		assert!(Attestation::certificate(module.id).is_none());
		assert_eq!(
			Attestation::quote_key(module.id),
			Err(QuoteKeyError::NotCertified)
		);
		assert_eq!(module.reason(), StatusReason::CertificateLapsed);
		assert_eq!(world::Good::<Test>::get(), [module.id]);
		// Anybody may note it.
		assert_ok!(Attestation::expire_certificate(
			signed(&account(9)),
			module.id
		));
		assert!(world::Good::<Test>::get().is_empty());
		assert_noop!(
			Attestation::expire_certificate(signed(&account(9)), module.id),
			Errors::NotLapsed
		);
		// Unreachable is not untrusted: the boot goes on, and evidence leads back.
		assert!(Attestation::module_of_session(&module.session()).is_some());
		assert_ok!(module.renew());
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
	});
}

#[test]
fn the_agenda_notes_a_lapse() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		advance(LIFE);
		assert!(!Certificates::<Test>::contains_key(module.id));
		assert!(world::Good::<Test>::get().is_empty());
	});
}

#[test]
fn an_unnoted_lapse_does_not_keep_a_module_active() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let until = Attestation::certificate(module.id).unwrap().until;
		Agenda::<Test>::remove(until);
		advance_to(until + 1);
		assert_ok!(module.renew());
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
		assert!(world::Good::<Test>::get().is_empty());
	});
}

#[test]
fn renewal_opens_at_half_of_the_life() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let first = Attestation::certificate(module.id).unwrap();
		advance_to(first.until - LIFE / 2 - 1);
		assert_noop!(module.renew(), Errors::TooEarly);
		advance(1);
		let info = module.renew().unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		assert_eq!(module.status(), Some(ModuleStatus::Active));
		module.wait_for_draw();
		credit();
		assert_ok!(module.pass(&[0, 1, 2]));
		assert!(credit().contains(&(module.id, CreditEvent::RenewalPassed)));
		let second = Attestation::certificate(module.id).unwrap();
		assert_eq!(second.since, first.since);
		assert_eq!(second.until, System::block_number() + LIFE);
		assert_eq!(second.boot_seq, first.boot_seq);
		// The agenda of the first certificate finds a newer one.
		advance_to(first.until + 1);
		assert_eq!(module.status(), Some(ModuleStatus::Active));
	});
}

#[test]
fn an_undecided_renewal_leaves_the_certificate_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		advance(LIFE / 2);
		assert_ok!(module.renew());
		module.wait_for_draw();
		advance(ROUND_WINDOW);
		assert_eq!(module.status(), Some(ModuleStatus::Active));
		assert_eq!(module.reason(), StatusReason::RoundUndecided);
		assert_noop!(module.renew(), Errors::CoolingDown);
		advance(ROUND_COOL_DOWN);
		assert_ok!(module.renew());
	});
}

#[test]
fn a_certificate_that_lapses_while_its_renewal_is_examined() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let until = Attestation::certificate(module.id).unwrap().until;
		advance_to(until - 5);
		assert_ok!(module.renew());
		module.wait_for_draw();
		advance_to(until);
		assert_eq!(module.status(), Some(ModuleStatus::Inactive));
		assert_ok!(module.pass(&[0, 1, 2]));
		let certificate = Attestation::certificate(module.id).unwrap();
		assert_eq!(certificate.since, until);
	});
}

#[test]
fn a_wild_clock_is_no_renewal_and_no_guilt() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		advance(LIFE / 2);
		// Two and a half minutes have passed; the TPM says four more.
		module.tpm.ahead += 240_000;
		let info = module.renew().unwrap();
		assert_eq!(info.pays_fee, Pays::Yes);
		assert_eq!(module.status(), Some(ModuleStatus::Active));
		assert_eq!(
			module.reason(),
			StatusReason::RenewalRefused(CounterError::ClockRate)
		);
		assert!(!Rounds::<Test>::contains_key(module.id));
		// The round is used up, so the same evidence is worth nothing.
		module.tpm.ahead -= 240_000;
		assert_ok!(module.renew());
	});
}

#[test]
fn unknown_modules_have_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Attestation::status(ModuleId(5)), None);
		assert!(Attestation::certificate(ModuleId(5)).is_none());
		assert!(Attestation::module_of_session(&account(5)).is_none());
		assert_noop!(
			Attestation::expire_certificate(signed(&account(9)), ModuleId(5)),
			Errors::NotLapsed
		);
	});
}

#[test]
fn quotes_count_while_the_release_is_accepted() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::active(1);
		let key = Attestation::quote_key(module.id).unwrap();
		assert_eq!(key.boot.seq, Boots::<Test>::get(module.id).unwrap().seq);
		assert_eq!(key.manifest_root, MANIFEST);
		let end = System::block_number() + 1;
		Releases::<Test>::mutate_extant(RELEASE, |release| release.until = Some(end));
		assert!(Attestation::quote_key(module.id).is_ok());
		advance(1);
		let refused = Err(QuoteKeyError::ReleaseNotAccepted);
		assert_eq!(Attestation::quote_key(module.id), refused);
		Releases::<Test>::mutate_extant(RELEASE, |release| release.until = None);
		assert!(Attestation::quote_key(module.id).is_ok());
		assert_ok!(Attestation::retire_release(RuntimeOrigin::root(), RELEASE));
		assert_eq!(Attestation::quote_key(module.id), refused);
		// The certificate itself holds on.
		assert!(Attestation::certificate(module.id).is_some());
	});
}

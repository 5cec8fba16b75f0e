//! Issuers, deny lists, releases, registrars.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use sp_runtime::DispatchError;
use tea_primitives::{
	HardwareClass,
	draw::{Member, Membership},
	ids::{IssuerId, ReleaseId},
};
use tea_tpm::{CertificateError, DerError};

type Errors = Error<Test>;

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

#[test]
fn only_governance_governs() {
	ExtBuilder::default().build_and_execute(|| {
		let who = signed(&account(1));
		let denial = FirmwareDenial {
			model: None,
			range: tea_tpm::evidence::FirmwareRange { first: 0, last: 1 },
		};
		let calls = [
			Attestation::register_issuer(who.clone(), ISSUER, issuer_info(2)),
			Attestation::set_issuer_status(who.clone(), ISSUER, IssuerStatus::Suspended),
			Attestation::set_serial_denial(who.clone(), ISSUER, Serial::new(), DenialChange::Deny),
			Attestation::set_firmware_denial(who.clone(), VENDOR, denial, DenialChange::Deny),
			Attestation::register_release(
				who.clone(),
				ReleaseId(2),
				release(&[11, 12, 13], vec![[1; 32]; 3], MANIFEST),
			),
			Attestation::retire_release(who.clone(), RELEASE),
			Attestation::set_registrar(who.clone(), registrar(0), None),
			Attestation::set_parameters(who, PARAMETERS),
		];
		for call in calls {
			assert_eq!(call, Err(DispatchError::BadOrigin));
		}
	});
}

#[test]
fn issuer_rollback_refused() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			Attestation::register_issuer(root(), ISSUER, issuer_info(1)),
			Errors::VersionNotNewer
		);
		assert_ok!(Attestation::set_issuer_status(
			root(),
			ISSUER,
			IssuerStatus::Suspended
		));
		assert_ok!(Attestation::register_issuer(root(), ISSUER, issuer_info(5)));
		// A newer record does not lift a suspension.
		assert_eq!(
			Issuers::<Test>::get(ISSUER).unwrap().status,
			IssuerStatus::Suspended
		);
		assert_noop!(
			Attestation::register_issuer(root(), ISSUER, issuer_info(4)),
			Errors::VersionNotNewer
		);
	});
}

#[test]
fn unusable_issuers_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut info = issuer_info(2);
		info.spki = BoundedVec::new();
		assert_noop!(
			Attestation::register_issuer(root(), ISSUER, info),
			Errors::BadCertificate(CertificateRefusal(CertificateError::Der(
				DerError::UnexpectedTag
			)))
		);
		assert_noop!(
			Attestation::set_issuer_status(root(), IssuerId(9), IssuerStatus::Suspended),
			Errors::UnknownIssuer
		);
		assert_noop!(
			Attestation::set_serial_denial(root(), IssuerId(9), Serial::new(), DenialChange::Deny),
			Errors::UnknownIssuer
		);
	});
}

#[test]
fn deny_lists_are_bounded_and_exact() {
	ExtBuilder::default().build_and_execute(|| {
		let denial = |first| FirmwareDenial {
			model: None,
			range: tea_tpm::evidence::FirmwareRange {
				first,
				last: u64::MAX,
			},
		};
		let set = |denial, change| Attestation::set_firmware_denial(root(), VENDOR, denial, change);
		assert_noop!(set(denial(0), DenialChange::Allow), Errors::DenialUnchanged);
		for first in 0..u64::from(MAX_DENIALS) {
			assert_ok!(set(denial(first), DenialChange::Deny));
		}
		assert_noop!(set(denial(0), DenialChange::Deny), Errors::DenialUnchanged);
		assert_noop!(set(denial(99), DenialChange::Deny), Errors::DenyListFull);
		assert_ok!(set(denial(0), DenialChange::Allow));
		assert_eq!(
			Attestation::denied_firmware(VENDOR).len(),
			MAX_DENIALS as usize - 1
		);
		let serial = Serial::truncate_from(vec![7]);
		let set = |change| Attestation::set_serial_denial(root(), ISSUER, serial.clone(), change);
		assert_noop!(set(DenialChange::Allow), Errors::DenialUnchanged);
		assert_ok!(set(DenialChange::Deny));
		assert_noop!(set(DenialChange::Deny), Errors::DenialUnchanged);
		assert_ok!(set(DenialChange::Allow));
	});
}

#[test]
fn releases_that_compare_nothing_are_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let register = |record| Attestation::register_release(root(), ReleaseId(2), record);
		let mut empty = release(&[11, 12, 13], vec![], MANIFEST);
		assert_noop!(register(empty.clone()), Errors::BadReference);
		empty.value_sets = BoundedVec::new();
		assert_noop!(register(empty), Errors::BadReference);
		// 11 to 13 are always strict, 0 and 7 never.
		for (strict, count) in [
			(&[11, 12][..], 2),
			(&[0, 11, 12, 13], 4),
			(&[11, 12, 13, 16], 4),
		] {
			assert_noop!(
				register(release(strict, vec![[1; 32]; count], MANIFEST)),
				Errors::BadReference
			);
		}
		assert_noop!(
			register(release(&[11, 12, 13], vec![[1; 32]; 4], MANIFEST)),
			Errors::BadReference
		);
		assert_ok!(register(release(&[11, 12, 13], vec![[1; 32]; 3], MANIFEST)));
		assert_noop!(
			register(release(&[11, 12, 13], vec![[2; 32]; 3], MANIFEST)),
			Errors::ReleaseExists
		);
	});
}

#[test]
fn accepted_releases_are_few_and_have_windows() {
	ExtBuilder::default().build_and_execute(|| {
		let now = System::block_number();
		for id in 2..=4 {
			let mut record = release(&[11, 12, 13], vec![[id; 32]; 3], MANIFEST);
			record.until = Some(now + u32::from(id));
			assert_ok!(Attestation::register_release(
				root(),
				ReleaseId(id.into()),
				record
			));
		}
		let late = release(&[11, 12, 13], vec![[9; 32]; 3], MANIFEST);
		assert_noop!(
			Attestation::register_release(root(), ReleaseId(9), late.clone()),
			Errors::ReleasesFull
		);
		assert_eq!(Attestation::accepted_releases(HardwareClass::C).len(), 4);
		advance(3);
		assert_eq!(Attestation::accepted_releases(HardwareClass::C).len(), 2);
		assert_ok!(Attestation::register_release(root(), ReleaseId(9), late));
		assert_noop!(
			Attestation::retire_release(root(), ReleaseId(2)),
			Errors::UnknownRelease
		);
		assert_noop!(
			Attestation::retire_release(root(), ReleaseId(77)),
			Errors::UnknownRelease
		);
	});
}

#[test]
fn registrars_are_a_dense_list() {
	ExtBuilder::default().registrars(3).build_and_execute(|| {
		let owner =
			|n| <Attestation as Membership<AccountId>>::owner(&Member::Registrar(registrar(n)));
		assert_eq!(owner(0), Some(registrar_owner(0)));
		assert_ok!(Attestation::set_registrar(root(), registrar(0), None));
		assert_eq!(owner(0), None);
		assert_eq!(Attestation::registrars(), 2);
		assert_eq!(Attestation::registrar(0), Some(registrar(2)));
		assert_eq!(Attestation::registrar(2), None);
		assert_noop!(
			Attestation::set_registrar(root(), registrar(0), None),
			Errors::UnknownRegistrar
		);
		let info = RegistrarInfo {
			transport: [0; 32],
			owner: account(1),
			name: Default::default(),
		};
		for n in 10..24 {
			assert_ok!(Attestation::set_registrar(
				root(),
				registrar(n),
				Some(info.clone())
			));
		}
		assert_noop!(
			Attestation::set_registrar(root(), registrar(30), Some(info.clone())),
			Errors::RegistrarsFull
		);
		// A change of one that is there needs no room.
		assert_ok!(Attestation::set_registrar(root(), registrar(1), Some(info)));
		assert_eq!(owner(1), Some(account(1)));
	});
}

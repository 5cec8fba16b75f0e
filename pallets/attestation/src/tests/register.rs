//! `register`: everything that keeps a chip out.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use tea_primitives::{camellia::Camellias, ids::IssuerId, module::ModuleStatus};
use tea_tpm::{CertificateError, PublicError};

type Errors = Error<Test>;

fn register_with(
	module: &TestModule,
	leaf: EkLeaf,
	issuer: IssuerId,
	ak: AkArea,
) -> sp_runtime::DispatchResult {
	Attestation::register(signed(&module.operator), module.id, leaf, issuer, ak)
}

#[test]
fn register_takes_a_bond_and_asks_for_challengers() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert_ok!(module.register());
		assert_eq!(module.held(), BOND);
		assert_eq!(module.status(), Some(ModuleStatus::Challenged));
		assert_eq!(DrawQueueEnds::<Test>::get().len(), 1);
		assert_eq!(
			events().last(),
			Some(&Event::Registered {
				module: module.id,
				round: 1,
				chip: module.tpm.ek_public().id(),
				issuer: ISSUER,
				class: tea_primitives::HardwareClass::C,
				by: module.operator.clone(),
				bond: BOND,
			})
		);
		// No key is proven, and nothing is planted.
		assert!(!Chips::<Test>::contains_key(module.id));
		assert_eq!(World::planted(), 0);
	});
}

#[test]
fn an_operator_may_register_for_the_owner() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::born(1);
		module.operator = account(30);
		assert_noop!(module.register(), Errors::NotOperator);
		world::Items::<Test>::mutate(module.id, |item| {
			item.as_mut().unwrap().operator = Some(account(30));
		});
		assert_ok!(module.register());
	});
}

#[test]
fn a_dead_camellia_carries_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		world::Items::<Test>::mutate(module.id, |item| item.as_mut().unwrap().living = false);
		assert_noop!(module.register(), Errors::CamelliaDead);
	});
}

#[test]
fn a_module_enrols_once_at_a_time() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert_ok!(module.register());
		assert_noop!(module.register(), Errors::HardwareBound);
		let active = TestModule::active(2);
		assert_noop!(active.register(), Errors::HardwareBound);
	});
}

#[test]
fn second_item_for_same_ek_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let first = TestModule::active(1);
		let mut second = TestModule::born(2);
		second.tpm = first.tpm.clone();
		assert_noop!(second.register(), Errors::EkInUse);
	});
}

#[test]
fn suspended_issuer_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		let leaf = module.tpm.leaf().sign();
		assert_noop!(
			register_with(&module, leaf, IssuerId(9), module.tpm.ak_area()),
			Errors::UnknownIssuer
		);
		assert_ok!(Attestation::set_issuer_status(
			RuntimeOrigin::root(),
			ISSUER,
			IssuerStatus::Suspended
		));
		assert_noop!(module.register(), Errors::IssuerSuspended);
		assert_eq!(
			CountingVerify::taken(),
			0,
			"no curve work for a suspended issuer"
		);
	});
}

#[test]
fn denied_serial_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		let serial = Serial::truncate_from(vec![0x0a]);
		assert_ok!(Attestation::set_serial_denial(
			RuntimeOrigin::root(),
			ISSUER,
			serial.clone(),
			DenialChange::Deny
		));
		assert_noop!(
			module.register(),
			Errors::BadCertificate(CertificateRefusal(CertificateError::SerialDenied))
		);
		assert_ok!(Attestation::set_serial_denial(
			RuntimeOrigin::root(),
			ISSUER,
			serial,
			DenialChange::Allow
		));
		assert_ok!(module.register());
	});
}

#[test]
fn bad_certificates_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		let ak = module.tpm.ak_area();
		let refused = |leaf: EkLeaf, error: CertificateError| {
			assert_noop!(
				register_with(&module, leaf, ISSUER, ak.clone()),
				Errors::BadCertificate(CertificateRefusal(error))
			);
		};
		let good = module.tpm.leaf();
		let mut altered = good.sign();
		let at = altered.len() / 2;
		altered[at] ^= 1;
		assert!(register_with(&module, altered, ISSUER, ak.clone()).is_err());
		refused(
			good.sign_with(&p256::ecdsa::SigningKey::from_slice(&[1; 32]).unwrap()),
			CertificateError::Signature,
		);
		refused(
			Leaf {
				is_authority: true,
				..good.clone()
			}
			.sign(),
			CertificateError::Authority,
		);
		refused(
			Leaf {
				usage: 0x88,
				..good.clone()
			}
			.sign(),
			CertificateError::SigningKeyUsage,
		);
		refused(
			Leaf {
				usage: 0x20,
				..good.clone()
			}
			.sign(),
			CertificateError::KeyUsage,
		);
		refused(
			Leaf {
				maker: "id:494E5443",
				..good.clone()
			}
			.sign(),
			CertificateError::VendorMismatch,
		);
		refused(
			Leaf {
				model: "swtpm",
				..good.clone()
			}
			.sign(),
			CertificateError::SoftwareTpm,
		);
		let mut trailing = good.sign();
		trailing.try_push(0).unwrap();
		assert!(register_with(&module, trailing, ISSUER, ak.clone()).is_err());
		assert!(register_with(&module, BoundedVec::new(), ISSUER, ak.clone()).is_err());
		assert_ok!(register_with(
			&module,
			Leaf {
				padding: 2_000,
				..good
			}
			.sign(),
			ISSUER,
			ak
		));
	});
}

#[test]
fn a_certificate_of_the_future_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		Timestamp::set_timestamp(1_000);
		assert_noop!(
			module.register(),
			Errors::BadCertificate(CertificateRefusal(CertificateError::NotYetValid))
		);
	});
}

#[test]
fn sim_unrestricted_ak() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		for bit in 0..32 {
			let attributes = 0x0005_0472 ^ (1 << bit);
			if attributes == 0x0005_0072 {
				continue;
			}
			let area = module.tpm.ak_area_with(attributes);
			assert_noop!(
				register_with(&module, module.tpm.leaf().sign(), ISSUER, area),
				Errors::BadAkTemplate(PublicRefusal(PublicError::Attributes))
			);
		}
		assert_eq!(CountingVerify::taken(), 0);
	});
}

#[test]
fn ek_as_ak_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::born(1);
		module.tpm.ak = module.tpm.ek;
		assert_noop!(
			module.register(),
			Errors::BadAkTemplate(PublicRefusal(PublicError::SameKey))
		);
	});
}

#[test]
fn the_bond_must_be_there() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::born(1);
		module.owner = account(101);
		module.operator = account(101);
		bear(module.id, account(101));
		assert_noop!(module.register(), Errors::InsufficientBalance);
	});
}

#[test]
fn an_issuer_has_a_cap() {
	ExtBuilder::default().build_and_execute(|| {
		let info = IssuerInfo {
			cap: 1,
			..issuer_info(2)
		};
		assert_ok!(Attestation::register_issuer(
			RuntimeOrigin::root(),
			ISSUER,
			info
		));
		let first = TestModule::enrolled(1);
		let second = TestModule::born(2);
		assert_noop!(second.register(), Errors::IssuerCapReached);
		assert_ok!(Attestation::retire(signed(&first.owner), first.id));
		assert_ok!(TestModule::born(3).register());
	});
}

#[test]
fn a_class_above_a_third_costs_double_and_above_half_is_full() {
	ExtBuilder::default().build_and_execute(|| {
		// Below the threshold there is no limit.
		for n in 1..=5 {
			TestModule::enrolled(n);
		}
		// Nine planted: five of class C are more than half.
		world::MorePlanted::<Test>::put(4);
		let dear = TestModule::born(6);
		assert_noop!(dear.register(), Errors::ClassFull);
		// Ten: exactly half is not above half, but above a third.
		world::MorePlanted::<Test>::put(5);
		assert_ok!(dear.register());
		assert_eq!(dear.held(), 2 * BOND);
	});
	ExtBuilder::default().build_and_execute(|| {
		for n in 1..=2 {
			TestModule::enrolled(n);
		}
		// Six planted, two of them of class C: a third is not above a third.
		world::MorePlanted::<Test>::put(4);
		let cheap = TestModule::born(3);
		assert_ok!(cheap.register());
		assert_eq!(cheap.held(), BOND);
	});
}

#[test]
fn the_queue_of_draws_is_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		for n in 1..=MAX_QUEUE as u8 {
			assert_ok!(TestModule::born(n).register());
		}
		let late = TestModule::born(50);
		assert_noop!(late.register(), Errors::QueueFull);
		advance(2);
		assert_eq!(
			DrawQueueEnds::<Test>::get().len(),
			MAX_QUEUE - DRAWS_PER_BLOCK
		);
		assert_ok!(late.register());
		late.wait_for_draw();
		assert_eq!(late.enrolment().phase, EnrolmentPhase::Posting);
	});
}

#[test]
fn a_genuine_certificate_of_a_software_tpm_is_accepted_in_class_dev_only() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		let leaf = include_bytes!("../../../../primitives/tea-tpm/tests/data/ek_rsa2048.der");
		let ak = include_bytes!("../../../../primitives/tea-tpm/tests/data/ak_p256.tpmt");
		let leaf = EkLeaf::truncate_from(leaf.to_vec());
		let ak = AkArea::truncate_from(ak.to_vec());
		assert_noop!(
			register_with(&module, leaf.clone(), ISSUER, ak.clone()),
			Errors::BadCertificate(CertificateRefusal(CertificateError::Algorithm))
		);
		assert_ok!(register_with(&module, leaf, DEV_ISSUER, ak));
		assert_eq!(
			module.enrolment().chip.class,
			tea_primitives::HardwareClass::Dev
		);
		module.wait_for_draw();
		module.challenge_all();
		assert_ok!(module.respond(&module.answers()));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn a_module_with_open_work_keeps_its_hardware() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		world::Working::<Test>::put(vec![module.id]);
		assert_noop!(module.register(), Errors::ModuleBusy);
	});
}

#[test]
fn sim_clear() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let session = module.session();
		advance(LIFE);
		assert_eq!(module.status(), Some(ModuleStatus::Inactive));
		// The chip was cleared: another key under the same endorsement key, counters at zero.
		module.tpm.ak[0] = 0x99;
		module.tpm.reset = 0;
		module.keys += 1;
		let other = {
			let mut other = module.clone();
			other.tpm.ek[0] = 0x50;
			other
		};
		assert_noop!(other.register(), Errors::HardwareBound);
		assert_ok!(module.register());
		assert_eq!(module.held(), BOND);
		assert_eq!(module.status(), Some(ModuleStatus::Challenged));
		// The old key is closed, and the old boot with it.
		assert!(!Chips::<Test>::contains_key(module.id));
		assert!(!Sessions::<Test>::contains_key(session));
		assert!(World::hardware(module.id).is_some());
		module.wait_for_draw();
		module.challenge_all();
		assert_ok!(module.respond(&module.answers()));
		module.activate();
		assert_eq!(Boots::<Test>::get(module.id).unwrap().seq, 2);
	});
}

#[test]
fn a_cleared_chip_that_fails_to_enrol_again_is_free() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(module.register());
		module.wait_for_draw();
		module.challenge_all();
		advance(RESPONSE_WINDOW);
		assert_eq!(module.status(), None);
		assert_eq!(World::hardware(module.id), None);
		assert_eq!(module.held(), 0);
	});
}

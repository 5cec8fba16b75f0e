//! `attest`: what is no evidence, and what is a boot.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use tea_primitives::{
	draw::Purpose,
	module::{Attested, ModuleStatus},
};
use tea_tpm::{BindingError, PublicError, QuoteBinding, QuoteError, SignatureError};

type Errors = Error<Test>;

/// Good evidence with a changed binding is refused.
fn refused(module: &TestModule, change: impl FnOnce(&mut QuoteBinding), error: Errors) {
	let mut binding = module.binding();
	change(&mut binding);
	assert_noop!(module.post_evidence(module.evidence_with(binding)), error);
}

#[test]
fn a_boot_is_posted_and_examined() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		let info = module.attest().unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
		assert_eq!(module.reason(), StatusReason::BootPosted);
		assert_eq!(
			Attestation::module_of_session(&module.session()),
			Some((module.id, 1))
		);
		assert_eq!(System::providers(&module.session()), 1);
		assert_eq!(purpose(&module), Purpose::Attestation);
		assert!(Attestation::certificate(module.id).is_none());
		assert_eq!(
			Boots::<Test>::get(module.id).unwrap().keys,
			module.boot_keys()
		);
	});
}

#[test]
fn quote_before_activation_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		assert_noop!(module.attest(), Errors::NotEnrolled);
		assert_ok!(module.register());
		assert_noop!(module.attest(), Errors::NotEnrolled);
		module.wait_for_draw();
		module.challenge_all();
		assert_noop!(module.attest(), Errors::NotEnrolled);
		assert_eq!(
			CountingVerify::taken(),
			1,
			"the certificate and nothing else"
		);
	});
}

#[test]
fn only_the_people_of_the_module_post_a_boot() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::enrolled(1);
		module.operator = account(9);
		assert_noop!(module.attest(), Errors::NotOperator);
		let other = TestModule::active(2);
		assert_noop!(
			Attestation::attest(signed(&other.session()), Evidence::from(module.evidence())),
			Errors::NotOperator
		);
	});
}

#[test]
fn quote_of_other_round_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		refused(&module, |binding| binding.round += 1, Errors::WrongRound);
		refused(&module, |binding| binding.round -= 1, Errors::WrongRound);
		// Evidence is good for one round: posted again it is a replay.
		let evidence = module.evidence();
		assert_ok!(module.post_evidence(evidence.clone()));
		advance(3);
		assert_ok!(module.pass(&[0, 1, 2]));
		advance(LIFE / 2);
		assert_noop!(module.post_evidence(evidence), Errors::WrongRound);
	});
}

#[test]
fn quote_stale_block_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		advance(30);
		let now = System::block_number();
		let named = |block: u32| {
			move |binding: &mut QuoteBinding| {
				binding.nonce_block = block;
				binding.nonce_block_hash = hash_of(block).0;
			}
		};
		refused(
			&module,
			named(now - NONCE_WINDOW - 1),
			Errors::StaleEvidence,
		);
		refused(&module, named(now), Errors::StaleEvidence);
		refused(&module, named(now + 1), Errors::StaleEvidence);
		refused(
			&module,
			|binding| binding.nonce_block_hash = [1; 32],
			Errors::StaleEvidence,
		);
		let mut oldest = module.binding();
		named(now - NONCE_WINDOW)(&mut oldest);
		assert_ok!(module.post_evidence(module.evidence_with(oldest)));
	});
}

#[test]
fn every_field_of_the_binding_counts() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		let field = |field| Errors::BadBinding(BindingRefusal(field));
		refused(&module, |b| b.domain[0] ^= 1, field(BindingError::Domain));
		refused(&module, |b| b.genesis[0] ^= 1, Errors::WrongGenesis);
		refused(
			&module,
			|b| b.committee_nonce[0] ^= 1,
			field(BindingError::CommitteeNonce),
		);
		refused(
			&module,
			|b| b.rk_name.0[5] ^= 1,
			field(BindingError::RkName),
		);
		refused(&module, |b| b.boot_seq += 1, Errors::StaleBoot);
		// A binding that is not the one that the quote signs.
		let evidence = module.evidence();
		type Change = fn(&mut QuoteBinding);
		let changes: [Change; 5] = [
			|b| b.session_key[0] ^= 1,
			|b| b.vrf_key[0] ^= 1,
			|b| b.transport_key[0] ^= 1,
			|b| b.manifest_root[0] ^= 1,
			|b| b.log_root[0] ^= 1,
		];
		for change in changes {
			let mut changed = evidence.clone();
			change(&mut changed.binding);
			assert_noop!(
				module.post_evidence(changed),
				Errors::BadQuote(QuoteRefusal(QuoteError::ExtraData))
			);
		}
		assert_eq!(
			CountingVerify::taken(),
			1,
			"the certificate and nothing else"
		);
	});
}

#[test]
fn sim_foreign_ak() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::enrolled(1);
		let mine = module.tpm.clone();
		// The chip of another module answers for this one.
		module.tpm = TestModule::enrolled(2).tpm;
		assert_noop!(
			module.attest(),
			Errors::BadQuote(QuoteRefusal(QuoteError::Signer))
		);
		// The right name in a quote that another key signs.
		let stranger = module.tpm.clone();
		module.tpm = mine;
		let mut evidence = module.evidence();
		evidence.signature =
			frame_support::BoundedVec::truncate_from(stranger.sign(&evidence.quote));
		CountingVerify::taken();
		assert_noop!(
			module.post_evidence(evidence),
			Errors::BadSignature(SignatureRefusal(SignatureError::Invalid))
		);
		assert_eq!(CountingVerify::taken(), 1);
	});
}

#[test]
fn malformed_evidence_refused_before_any_curve_work() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		CountingVerify::taken();
		let with = |change: fn(&mut Tpm2Evidence), error: Errors| {
			let mut evidence = module.evidence();
			change(&mut evidence);
			assert_noop!(module.post_evidence(evidence), error);
		};
		let quote = |field| Errors::BadQuote(QuoteRefusal(field));
		with(|e| e.quote[0] = 0xfe, quote(QuoteError::Magic));
		with(|e| e.quote[5] = 0x17, quote(QuoteError::Type));
		with(
			|e| {
				e.quote.pop();
			},
			quote(QuoteError::Length),
		);
		with(|e| e.quote.try_push(0).unwrap(), quote(QuoteError::Length));
		with(|e| e.quote[92] = 2, quote(QuoteError::Safe));
		with(|e| e.quote[104] = 2, Errors::BadPcrSelection);
		with(|e| e.quote[106] = 4, Errors::BadPcrSelection);
		with(|e| e.quote[107] = 4, Errors::BadPcrSelection);
		with(|e| e.quote[108] = 0xff, Errors::BadPcrSelection);
		with(
			|e| {
				e.pcr_values.pop();
			},
			Errors::BadPcrSelection,
		);
		with(
			|e| e.pcr_values.as_mut().swap(0, 1),
			quote(QuoteError::PcrDigest),
		);
		with(
			|e| e.rk_public[7] ^= 0x40,
			Errors::BadRkPolicy(PublicRefusal(PublicError::Attributes)),
		);
		with(
			|e| e.rk_public[10] ^= 1,
			Errors::BadRkPolicy(PublicRefusal(PublicError::Policy)),
		);
		with(
			|e| {
				e.signature.pop();
			},
			Errors::BadSignature(SignatureRefusal(SignatureError::Length)),
		);
		assert_eq!(CountingVerify::taken(), 0);
	});
}

#[test]
fn empty_reference_set_is_error() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(Attestation::retire_release(RuntimeOrigin::root(), RELEASE));
		assert_noop!(module.attest(), Errors::NoAcceptedRelease);
	});
}

#[test]
fn firmware_in_denied_range_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		let range = tea_tpm::evidence::FirmwareRange {
			first: module.tpm.firmware,
			last: module.tpm.firmware,
		};
		let deny = |model: Option<&str>, change| {
			let model = model
				.map(|model| frame_support::BoundedVec::truncate_from(model.as_bytes().to_vec()));
			let denial = FirmwareDenial { model, range };
			assert_ok!(Attestation::set_firmware_denial(
				RuntimeOrigin::root(),
				VENDOR,
				denial,
				change
			));
		};
		deny(Some("another model"), DenialChange::Deny);
		frame_support::hypothetically!({
			assert_ok!(module.attest());
		});
		deny(Some("SLB9670"), DenialChange::Deny);
		assert_noop!(module.attest(), Errors::FirmwareDenied);
		deny(Some("SLB9670"), DenialChange::Allow);
		deny(None, DenialChange::Deny);
		assert_noop!(module.attest(), Errors::FirmwareDenied);
	});
}

#[test]
fn sim_orderly_reboot() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let old = module.session();
		let old_keys = module.boot_keys();
		module.reboot();
		assert_ok!(module.attest());
		// In this block the old keys have lost everything.
		assert!(Attestation::module_of_session(&old).is_none());
		assert_eq!(System::providers(&old), 0);
		assert!(Attestation::certificate(module.id).is_none());
		assert!(world::Good::<Test>::get().is_empty());
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
		assert_eq!(
			Attestation::module_of_session(&module.session()),
			Some((module.id, 2))
		);
		let past = PastBoots::<Test>::get(module.id);
		assert_eq!((past[0].seq, past[0].keys), (1, old_keys));
		assert_eq!(past[0].until, System::block_number());
		module.wait_for_draw();
		assert_ok!(module.pass(&[1, 2, 3]));
		assert_eq!(module.status(), Some(ModuleStatus::Active));
	});
}

#[test]
fn sim_power_cut() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		module.reboot();
		module.tpm.safe = false;
		assert_ok!(module.attest());
		assert!(!Boots::<Test>::get(module.id).unwrap().evidence.safe);
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
	});
}

#[test]
fn sim_resume() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		module.tpm.restart += 1;
		// The old session key cannot carry on as if nothing had happened.
		assert_noop!(module.renew(), Errors::NotOperator);
		assert_noop!(module.attest(), Errors::SessionKeyInUse);
		module.keys += 1;
		assert_ok!(module.attest());
		assert_eq!(Boots::<Test>::get(module.id).unwrap().seq, 2);
	});
}

#[test]
fn sim_chip_reset_replay() {
	// The chip alone was reset and the good words were extended again: the quote is valid, and only the counter shows
	// it. The evidence is accepted, as that of a new boot.
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let old = module.session();
		module.tpm.reset += 1;
		module.keys += 1;
		assert_ok!(module.attest());
		assert!(Attestation::module_of_session(&old).is_none());
	});
}

#[test]
fn a_restarted_process_brings_new_keys_in_the_same_boot() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let old = module.session();
		module.keys += 1;
		assert_ok!(module.attest());
		assert!(Attestation::module_of_session(&old).is_none());
		assert_eq!(Boots::<Test>::get(module.id).unwrap().seq, 1);
		assert_eq!(module.status(), Some(ModuleStatus::Pending));
	});
}

#[test]
fn session_keys_serve_one_boot() {
	ExtBuilder::default().build_and_execute(|| {
		let other = TestModule::active(2);
		let mut module = TestModule::active(1);
		module.reboot();
		assert_ok!(module.attest());
		module.tpm.reboot();
		// The keys of the first boot again.
		module.keys -= 1;
		assert_noop!(module.attest(), Errors::SessionKeyInUse);
		// Those of another module, and the account of a registrar.
		refused(
			&module,
			|binding| binding.session_key = other.boot_keys().session,
			Errors::SessionKeyInUse,
		);
		refused(
			&module,
			|binding| binding.session_key = registrar(0).into(),
			Errors::SessionKeyInUse,
		);
	});
}

#[test]
fn attest_of_older_boot_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let old_keys = module.keys;
		let evidence_of_old_boot = module.evidence();
		module.reboot();
		assert_ok!(module.attest());
		assert_noop!(
			module.post_evidence(evidence_of_old_boot),
			Errors::SessionKeyInUse
		);
		// Signed afresh, by a chip that claims the old boot number.
		let mut old = module.clone();
		old.keys = old_keys + 50;
		let mut binding = old.binding();
		binding.boot_seq = 1;
		assert_noop!(
			old.post_evidence(old.evidence_with(binding)),
			Errors::StaleBoot
		);
	});
}

#[test]
fn a_newer_boot_supersedes_the_round_of_an_older_one() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		assert_noop!(module.renew(), Errors::RoundOpen);
		module.wait_for_draw();
		let (round, passes) = (
			module.round().round,
			[0, 1, 2].map(|position| module.pass_of(position)),
		);
		let old = module.session();
		module.reboot();
		assert_ok!(module.attest());
		assert!(events().contains(&Event::RoundClosed {
			module: module.id,
			round,
			purpose: Purpose::Attestation,
			outcome: RoundOutcome::Superseded
		}));
		let submit = |who: &AccountId, round| {
			Attestation::submit_verdicts(
				signed(who),
				module.id,
				round,
				LIVE_QUOTE,
				frame_support::BoundedVec::truncate_from(passes.to_vec()),
			)
		};
		assert_noop!(submit(&old, round), Errors::RoundClosed);
		module.wait_for_draw();
		assert_noop!(submit(&old, round + 1), Errors::NotTestee);
		// Verdicts over the older boot say nothing about the newer one.
		assert!(submit(&module.session(), round + 1).is_err());
	});
}

#[test]
fn mirrored_s_is_same_evidence() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		let mut evidence = module.evidence();
		let original = evidence.clone();
		// s and n − s are both valid for P-256.
		let order =
			hex_literal::hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
		let s: Vec<u8> = evidence.signature[40..72].to_vec();
		let mut borrow = 0i16;
		for at in (0..32).rev() {
			let difference = i16::from(order[at]) - i16::from(s[at]) - borrow;
			borrow = i16::from(difference < 0);
			evidence.signature[40 + at] = (difference & 0xff) as u8;
		}
		assert_ne!(original.signature, evidence.signature);
		assert_ok!(module.post_evidence(evidence));
		module.wait_for_draw();
		assert_ok!(module.pass(&[0, 1, 2]));
		advance(LIFE / 2);
		assert_noop!(module.post_evidence(original), Errors::WrongRound);
	});
}

#[test]
fn chain_and_module_verdicts_agree() {
	// Both sides run one verifier: what it refuses, the pallet refuses, field by field.
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		let good = module.evidence();
		let chip = Chips::<Test>::get(module.id).unwrap();
		for at in 0..good.quote.len() {
			let mut evidence = good.clone();
			evidence.quote[at] ^= 1;
			let verified = tea_tpm::evidence::inspect_attest(
				&tea_tpm::AttestEvidence {
					quote: &evidence.quote,
					signature: &evidence.signature,
					binding: &evidence.binding,
					rk_public: &evidence.rk_public,
					pcr_values: &evidence.pcr_values,
				},
				&tea_tpm::AttestContext {
					ak: &chip.ak,
					signer: &chip.signer,
					selection: chip.class.selection(),
					denied_firmware: &[],
					binding: tea_tpm::binding::ExpectedBinding {
						genesis: evidence.binding.genesis,
						module: module.id.0,
						round: evidence.binding.round,
						head: System::block_number(),
						window: NONCE_WINDOW,
						nonce_block_hash: Some(evidence.binding.nonce_block_hash),
						committee_nonce: [0; 32],
					},
					boot: None,
					first_boot_seq: 1,
				},
			)
			.and_then(|inspected| inspected.verify::<tea_tpm::RustCrypto>());
			assert!(verified.is_err(), "byte {at}");
			assert!(module.post_evidence(evidence).is_err(), "byte {at}");
		}
		assert_ok!(module.post_evidence(good));
	});
}

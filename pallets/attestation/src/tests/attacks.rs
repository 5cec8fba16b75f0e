//! Attacks by their names in `docs/attacks.md`, as far as no other concern has a test of that name. Every forgery is
//! signed again with the right key, so it fails at the check that is meant to stop it.

use super::lab::*;
use crate::{mock::*, *};
use codec::{Decode, Encode};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use tea_primitives::module::ModuleStatus;
use tea_tpm::{CertificateError, PublicError, QuoteError};

type Errors = Error<Test>;

/// The quote of an enrolled module, changed and signed again, is refused with this error.
fn forged(change: impl FnOnce(&mut Vec<u8>), error: Errors) {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		let mut evidence = module.evidence();
		let mut quote = evidence.quote.to_vec();
		change(&mut quote);
		evidence.signature = BoundedVec::truncate_from(module.tpm.sign(&quote));
		evidence.quote = BoundedVec::try_from(quote).expect("at most 160 bytes");
		assert_noop!(module.post_evidence(evidence), error);
		// The same without the change is accepted.
		assert_ok!(module.attest());
	});
}

fn bad_quote(field: QuoteError) -> Errors {
	Errors::BadQuote(QuoteRefusal(field))
}

#[test]
fn quote_bad_magic_refused() {
	forged(|quote| quote[0] = 0xfe, bad_quote(QuoteError::Magic));
}

#[test]
fn attest_type_not_quote_refused() {
	// Certify, creation, time.
	for kind in [0x17, 0x1a, 0x19] {
		forged(|quote| quote[5] = kind, bad_quote(QuoteError::Type));
	}
}

#[test]
fn quote_empty_selection_refused() {
	forged(|quote| quote[108..111].fill(0), Errors::BadPcrSelection);
	// No selection at all.
	forged(|quote| quote[104] = 0, Errors::BadPcrSelection);
}

#[test]
fn quote_two_selections_refused() {
	forged(|quote| quote[104] = 2, Errors::BadPcrSelection);
	// Two, with room for the second one.
	forged(
		|quote| {
			quote[104] = 2;
			let second: Vec<u8> = quote[105..111].to_vec();
			quote.splice(111..111, second);
		},
		bad_quote(QuoteError::Length),
	);
}

#[test]
fn quote_sha1_bank_refused() {
	forged(|quote| quote[106] = 4, Errors::BadPcrSelection);
}

#[test]
fn quote_relabelled_pcr_refused() {
	ExtBuilder::default().build_and_execute(|| {
		// PCR 16 in place of 14: the same number of values under another label.
		let module = TestModule::enrolled(1);
		let mut evidence = module.evidence();
		let mut quote = evidence.quote.to_vec();
		quote[109] &= !0x40;
		quote[110] |= 0x01;
		evidence.signature = BoundedVec::truncate_from(module.tpm.sign(&quote));
		evidence.quote = BoundedVec::truncate_from(quote);
		assert_noop!(module.post_evidence(evidence), Errors::BadPcrSelection);
		// The right labels over values in another order: the digest holds the order.
		let mut evidence = module.evidence();
		evidence.pcr_values.as_mut().swap(4, 5);
		assert_noop!(
			module.post_evidence(evidence),
			bad_quote(QuoteError::PcrDigest)
		);
	});
}

#[test]
fn ak_point_off_curve_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		let mut area = module.tpm.ak_area();
		let last = area.len() - 1;
		area[last] ^= 1;
		CountingVerify::taken();
		assert_noop!(
			Attestation::register(
				signed(&module.operator),
				module.id,
				module.tpm.leaf().sign(),
				ISSUER,
				area
			),
			Errors::BadAkTemplate(PublicRefusal(PublicError::Point))
		);
		assert_eq!(CountingVerify::taken(), 0);
	});
}

#[test]
fn leaf_as_issuer_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::born(1);
		let register = |leaf: EkLeaf| {
			Attestation::register(
				signed(&module.operator),
				module.id,
				leaf,
				ISSUER,
				module.tpm.ak_area(),
			)
		};
		// The key in a genuine leaf signs a further certificate with any claims.
		let genuine = SoftTpm::new(9).leaf();
		let key = p256::ecdsa::SigningKey::from_slice(&genuine.ek).expect("a scalar");
		assert_noop!(
			register(module.tpm.leaf().sign_with(&key)),
			Errors::BadCertificate(CertificateRefusal(CertificateError::Signature))
		);
		// And a leaf that may sign others is none.
		let authority = Leaf {
			is_authority: true,
			..module.tpm.leaf()
		};
		assert_noop!(
			register(authority.sign()),
			Errors::BadCertificate(CertificateRefusal(CertificateError::Authority))
		);
	});
}

#[test]
fn oversize_evidence_refused_before_decode() {
	/// The fields of `Tpm2Evidence` without their bounds.
	fn encoded(quote: usize, signature: usize, rk: usize, values: usize, log: usize) -> Vec<u8> {
		let binding = ExtBuilder::default()
			.build()
			.execute_with(|| TestModule::enrolled(1).binding());
		(
			vec![0u8; quote],
			vec![0u8; signature],
			binding,
			vec![0u8; rk],
			vec![[0u8; 32]; values],
			(
				vec![0u8; 64],
				vec![vec![0u8; 128]; 4],
				0u64,
				vec![0u8; 64],
				vec![0u8; log],
			),
		)
			.encode()
	}
	let decodes = |bytes: Vec<u8>| Tpm2Evidence::decode(&mut &bytes[..]).is_ok();
	assert!(decodes(encoded(160, 280, 128, 10, 64)));
	for bytes in [
		encoded(161, 280, 128, 10, 64),
		encoded(160, 281, 128, 10, 64),
		encoded(160, 280, 129, 10, 64),
		encoded(160, 280, 128, 11, 64),
		encoded(160, 280, 128, 10, 65),
	] {
		assert!(!decodes(bytes));
	}
	// A list that only claims to be long takes no memory.
	let mut claim = codec::Compact(u32::MAX).encode();
	claim.push(0);
	assert!(EkLeaf::decode(&mut &claim[..]).is_err());
	assert!(!decodes(claim));
}

#[test]
fn sim_relay() {
	ExtBuilder::default().build_and_execute(|| {
		let mine = TestModule::enrolled(1);
		let other = TestModule::enrolled(2);
		// Module 1 forwards what is asked of it to the chip of module 2: refused as module 1 …
		let mut relayed = mine.clone();
		relayed.tpm = other.tpm.clone();
		assert_noop!(relayed.attest(), bad_quote(QuoteError::Signer));
		// … and as module 2 it is module 2, whoever carries it.
		assert_ok!(other.attest());
		assert_eq!(other.status(), Some(ModuleStatus::Pending));
		assert_eq!(mine.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn every_call_has_a_weight_of_its_own() {
	use frame_support::{dispatch::GetDispatchInfo, traits::GetCallName};
	let weights = include_str!("../weights.rs");
	let measured = weights
		.split("pub struct SubstrateWeight")
		.nth(1)
		.and_then(|rest| rest.split("impl WeightInfo for ()").next())
		.expect("the weights of the runtime");
	// Every call has a weight of its own name, and a list costs by its length.
	for call in <Call<Test> as GetCallName>::get_call_names() {
		let name = match *call {
			"report" => "report_contradiction",
			name => name,
		};
		assert!(measured.contains(&format!("\tfn {name}(")), "{name}");
	}
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		module.wait_for_draw();
		let weight = |members: &[u8]| {
			let passes = members.iter().map(|member| module.pass_of(*member));
			Call::<Test>::submit_verdicts {
				module: module.id,
				round: 2,
				live_quote: LIVE_QUOTE,
				passes: BoundedVec::truncate_from(passes.collect()),
			}
			.get_dispatch_info()
			.call_weight
			.ref_time()
		};
		assert!(weight(&[0, 1, 2, 3]) > weight(&[0, 1, 2]));
		assert!(weight(&[0, 1, 2]) > 0);
	});
}

/// The table of `docs/attacks.md` names tests that exist where it says.
#[test]
fn every_row_of_the_attack_list_has_its_test() {
	let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
	let table = std::fs::read_to_string(format!("{root}/docs/attacks.md")).expect("the table");
	let mut tests = 0;
	for row in table.lines().filter(|line| line.starts_with("| `")) {
		let cells: Vec<_> = row.split('|').map(str::trim).collect();
		let name = cells[1].trim_matches('`');
		let file = cells[3].trim_matches('`');
		let source = std::fs::read_to_string(format!("{root}/{file}"))
			.unwrap_or_else(|_| panic!("{name}: there is no {file}"));
		assert!(
			source.contains(&format!("fn {name}(")),
			"{file} has no test {name}"
		);
		tests += 1;
	}
	assert!(tests > 60, "{tests} rows");
}

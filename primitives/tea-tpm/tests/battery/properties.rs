//! Properties over random input: no parser panics, and what is accepted is written again byte for byte.

use codec::{DecodeAll, Encode};
use proptest::{collection::vec, prelude::*};
use tea_tpm::{
	AkPublic, Challenge, ChallengeContext, EkKind, EkPublic, IssuerKey, ObjectName, Quote,
	QuoteBinding, RkPublic, SignatureAlgorithm, TpmSignature, UnverifiedLeaf,
	binding::BINDING_LEN,
	credential::CredentialParts,
	der::{Reader, check_structure},
	nv,
	spki::{self, SubjectKey},
};

use crate::{
	cert::{Issuer, Leaf, RSA_ENCRYPTION, p256_spki, p384_spki, rsa_spki, tlv},
	lab::{Lab, SoftKey, ecdsa_signature, ek, rk_public},
};

/// Bytes of a good structure with a few changes.
fn almost(base: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
	let len = base.len();
	(vec((0..len, any::<u8>()), 0..4), 0..=len + 4).prop_map(move |(changes, new_len)| {
		let mut bytes = base.clone();
		for (at, byte) in changes {
			bytes[at] = byte;
		}
		bytes.resize(new_len, 0);
		bytes
	})
}

fn ak_or_noise() -> impl Strategy<Value = Vec<u8>> {
	prop_oneof![
		almost(SoftKey::p256(0x42).public()),
		almost(SoftKey::rsa(2048).public()),
		vec(any::<u8>(), 0..300)
	]
}

fn certificate() -> Vec<u8> {
	let issuer = Issuer::p256();
	Leaf::p256(issuer.identifier()).sign(&issuer)
}

/// Nested elements with random tags, as deep as a random tree gets.
fn elements() -> impl Strategy<Value = Vec<u8>> {
	let leaf = (0u8..0x1f, vec(any::<u8>(), 0..40)).prop_map(|(tag, value)| tlv(tag, &[&value]));
	leaf.prop_recursive(16, 64, 4, |inner| {
		(0x20u8..0x3f, vec(inner, 0..4)).prop_map(|(tag, parts)| {
			let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
			tlv(tag, &parts)
		})
	})
}

/// How deep constructed elements nest, found by recursion.
fn depth(bytes: &[u8]) -> usize {
	let mut reader = Reader::new(bytes);
	let mut deepest = 0;
	while !reader.is_empty() {
		let element = reader.element().expect("an element");
		if element.tag & 0x20 != 0 {
			deepest = deepest.max(1 + depth(element.value));
		}
	}
	deepest
}

proptest! {
	#[test]
	fn quotes_never_panic(bytes in prop_oneof![almost(Lab::new().quote), vec(any::<u8>(), 0..200)]) {
		if let Ok(quote) = Quote::parse(&bytes) {
			let counters = quote.counters();
			prop_assert_eq!(&counters.clock.to_be_bytes()[..], &bytes[76..84]);
			prop_assert_eq!(&counters.reset_count.to_be_bytes()[..], &bytes[84..88]);
			prop_assert_eq!(&counters.restart_count.to_be_bytes()[..], &bytes[88..92]);
			prop_assert_eq!(u8::from(counters.safe), bytes[92]);
			prop_assert_eq!(&quote.firmware_version().to_be_bytes()[..], &bytes[93..101]);
		}
	}

	#[test]
	fn attestation_keys_are_written_again(bytes in ak_or_noise()) {
		if let Ok(key) = AkPublic::parse(&bytes) {
			let area = key.public_area();
			prop_assert_eq!(area.as_bytes(), &bytes[..]);
		}
	}

	#[test]
	fn endorsement_keys_are_written_again(
		bytes in prop_oneof![
			almost(ek().public_area().as_bytes().to_vec()),
			almost(include_bytes!("../data/challenge_rsa2048.ek").to_vec()),
			almost(include_bytes!("../data/challenge_p384.ek").to_vec()),
			vec(any::<u8>(), 0..330),
		]
	) {
		if let Ok(key) = EkPublic::parse(&bytes) {
			let area = key.public_area();
			prop_assert_eq!(area.as_bytes(), &bytes[..]);
		}
	}

	#[test]
	fn receive_keys_are_written_again(bytes in almost(rk_public(&[9; 32]))) {
		if let Ok(key) = RkPublic::parse(&bytes, &[9; 32]) {
			let area = key.public_area();
			prop_assert_eq!(area.as_bytes(), &bytes[..]);
		}
	}

	#[test]
	fn signatures_keep_their_numbers(r in vec(any::<u8>(), 0..40), s in vec(any::<u8>(), 0..40)) {
		let bytes = ecdsa_signature(&r, &s);
		match TpmSignature::parse(&bytes) {
			Ok(TpmSignature::Ecdsa { r: read_r, s: read_s }) => {
				prop_assert_eq!(&read_r[32 - r.len()..], &r[..]);
				prop_assert_eq!(&read_s[32 - s.len()..], &s[..]);
				prop_assert!(read_r[..32 - r.len()].iter().all(|byte| *byte == 0));
			},
			Ok(other) => prop_assert!(false, "{:?}", other),
			Err(_) => prop_assert!(r.len() > 32 || s.len() > 32),
		}
	}

	#[test]
	fn signatures_never_panic(bytes in prop_oneof![
		almost(Lab::new().signature), almost(Lab::rsa().signature), vec(any::<u8>(), 0..300),
	]) {
		if let Ok(TpmSignature::Rsassa(signature)) = TpmSignature::parse(&bytes) {
			prop_assert_eq!([&[0, 0x14, 0, 0x0b, 1, 0][..], signature].concat(), bytes);
		}
	}

	#[test]
	fn certificates_never_panic(bytes in prop_oneof![almost(certificate()), vec(any::<u8>(), 0..600)]) {
		if UnverifiedLeaf::parse(&bytes).is_ok() {
			// What is accepted is one element and nothing else, sound in all of its depth.
			prop_assert_eq!(check_structure(&bytes), Ok(()));
			prop_assert_eq!(nv::certificate(&bytes), Ok(&bytes[..]));
		}
		let _ = nv::certificate(&bytes);
	}

	#[test]
	fn issuer_keys_are_written_again(bytes in prop_oneof![
		almost(Issuer::p256().spki()), almost(Issuer::p384().spki()),
		almost(Issuer::rsa(2048, SignatureAlgorithm::RsaSha256).spki()), vec(any::<u8>(), 0..600),
	]) {
		// The algorithm of an RSA key may be written in several ways, the key itself in one only.
		match (spki::parse(&bytes), IssuerKey::from_spki(&bytes)) {
			(Ok(SubjectKey::P256 { x, y }), Ok(_)) => prop_assert_eq!(p256_spki(&x, &y), bytes),
			(Ok(SubjectKey::P384 { x, y }), Ok(_)) => prop_assert_eq!(p384_spki(&x, &y), bytes),
			(Ok(SubjectKey::Rsa { modulus }), Ok(_)) => {
				let written = rsa_spki(modulus, &[1, 0, 1], RSA_ENCRYPTION);
				prop_assert!(bytes.ends_with(&written[19..]));
			},
			(parsed, key) => prop_assert!(key.is_err(), "{:?} {:?}", parsed, key),
		}
	}

	#[test]
	fn bindings_are_written_again(bytes in prop_oneof![
		almost(Lab::new().binding.encode()), vec(any::<u8>(), 300..330),
	]) {
		match QuoteBinding::decode_all(&mut &bytes[..]) {
			Ok(binding) => prop_assert_eq!(binding.encode(), bytes),
			Err(_) => prop_assert!(bytes.len() != BINDING_LEN),
		}
	}

	#[test]
	fn structure_is_checked_like_a_recursive_reader_does(bytes in elements()) {
		prop_assert_eq!(check_structure(&bytes).is_ok(), depth(&bytes) <= 12);
	}

	#[test]
	fn nothing_behind_an_element_is_accepted(bytes in elements(), rest in vec(any::<u8>(), 1..4)) {
		prop_assert!(check_structure(&[bytes, rest].concat()).is_err());
	}

	#[test]
	fn evidence_with_random_changes_never_verifies(at in 0usize..145, byte in any::<u8>()) {
		let mut lab = Lab::new();
		prop_assume!(lab.quote[at] != byte);
		lab.quote[at] = byte;
		prop_assert!(lab.attest().is_err());
	}

	#[test]
	fn challenges_are_made_again_bit_for_bit(
		root in any::<[u8; 32]>(), genesis in any::<[u8; 32]>(), module in any::<u32>(),
		round in any::<u32>(), slot in any::<u8>(), name in vec(any::<u8>(), 34),
	) {
		let place = ChallengeContext { genesis, module, round, slot };
		let name = ObjectName(name.try_into().expect("34 bytes"));
		let first = Challenge::new(&root, &place, &ek(), &name).expect("a challenge");
		let second = Challenge::new(&root, &place, &ek(), &name).expect("a challenge");
		prop_assert!(first.is(second.blob().as_bytes(), second.commitment()));
		prop_assert!(CredentialParts::parse(EkKind::P256, first.blob().as_bytes()).is_ok());
	}

	/// The verification of this crate adds both multiplications up in one pass; the library makes them one by one.
	#[test]
	fn p256_verdict_is_that_of_the_library(
		key in vec(1u8..0xff, 32), digest in any::<[u8; 32]>(), flip in 0usize..1200,
	) {
		use p256::ecdsa::{Signature, SigningKey, signature::hazmat::{PrehashSigner, PrehashVerifier}};
		let key = SigningKey::from_slice(&key).expect("a scalar");
		let signature: Signature = key.sign_prehash(&digest).expect("a signature");
		// One flipped bit in signature or digest, or none.
		let mut bytes = [signature.to_bytes().to_vec(), digest.to_vec()].concat();
		if let Some(byte) = bytes.get_mut(flip / 8) {
			*byte ^= 1 << (flip % 8);
		}
		let (x, y) = crate::lab::p256_coordinates(&key);
		let part = |at: usize| bytes[at..at + 32].try_into().expect("32 bytes");
		let verdict = tea_tpm::curve::p256::verify(&x, &y, &part(0), &part(32), &part(64)).is_ok();
		let library = Signature::from_slice(&bytes[..64])
			.is_ok_and(|signature| key.verifying_key().verify_prehash(&bytes[64..], &signature).is_ok());
		prop_assert_eq!(verdict, library);
		prop_assert_eq!(verdict, flip / 8 >= bytes.len());
	}

	#[test]
	fn p384_verdict_is_that_of_the_library(
		key in vec(1u8..0xff, 48), digest in any::<[u8; 48]>(), flip in 0usize..1800,
	) {
		use p384::ecdsa::{Signature, SigningKey, signature::hazmat::{PrehashSigner, PrehashVerifier}};
		let key = SigningKey::from_slice(&key).expect("a scalar");
		let signature: Signature = key.sign_prehash(&digest).expect("a signature");
		let mut bytes = [signature.to_bytes().to_vec(), digest.to_vec()].concat();
		if let Some(byte) = bytes.get_mut(flip / 8) {
			*byte ^= 1 << (flip % 8);
		}
		let point = key.verifying_key().to_encoded_point(false);
		let coordinate = |bytes: Option<&p384::FieldBytes>| (*bytes.expect("a point")).into();
		let (x, y) = (coordinate(point.x()), coordinate(point.y()));
		let part = |at: usize| bytes[at..at + 48].try_into().expect("48 bytes");
		let verdict = tea_tpm::curve::p384::verify(&x, &y, &part(0), &part(48), &part(96)).is_ok();
		let library = Signature::from_slice(&bytes[..96])
			.is_ok_and(|signature| key.verifying_key().verify_prehash(&bytes[96..], &signature).is_ok());
		prop_assert_eq!(verdict, library);
		prop_assert_eq!(verdict, flip / 8 >= bytes.len());
	}

	#[test]
	fn credentials_never_panic(bytes in vec(any::<u8>(), 0..330)) {
		for kind in [EkKind::Rsa2048, EkKind::P256, EkKind::P384] {
			let _ = CredentialParts::parse(kind, &bytes);
		}
	}
}

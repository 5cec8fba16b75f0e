//! Signatures of attestation keys.

use hex_literal::hex;
use tea_tpm::{AkPublic, EvidenceError, SignatureError, TpmSignature};

use crate::lab::{Lab, SoftKey, ecdsa_signature};

/// The order of the group of P-256.
const ORDER: [u8; 32] = hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

/// The two numbers of the lab's signature.
fn numbers(lab: &Lab) -> ([u8; 32], [u8; 32]) {
	match TpmSignature::parse(&lab.signature) {
		Ok(TpmSignature::Ecdsa { r, s }) => (r, s),
		other => panic!("{other:?}"),
	}
}

fn expect(lab: &Lab, error: SignatureError) {
	assert_eq!(lab.attest(), Err(EvidenceError::Signature(error)));
}

/// Replaces the numbers of the lab's signature.
fn with_numbers(change: impl FnOnce([u8; 32], [u8; 32]) -> (Vec<u8>, Vec<u8>)) -> Lab {
	let mut lab = Lab::new();
	let (r, s) = numbers(&lab);
	let (r, s) = change(r, s);
	lab.signature = ecdsa_signature(&r, &s);
	lab
}

#[test]
fn signature_with_swapped_numbers_refused() {
	expect(
		&with_numbers(|r, s| (s.to_vec(), r.to_vec())),
		SignatureError::Invalid,
	);
}

#[test]
fn signature_with_shortened_r_refused() {
	expect(
		&with_numbers(|r, s| (r[1..].to_vec(), s.to_vec())),
		SignatureError::Invalid,
	);
}

#[test]
fn signature_with_r_zero_refused() {
	expect(
		&with_numbers(|_, s| (vec![0; 32], s.to_vec())),
		SignatureError::ScalarR,
	);
	expect(
		&with_numbers(|_, s| (vec![], s.to_vec())),
		SignatureError::ScalarR,
	);
}

#[test]
fn signature_with_s_zero_refused() {
	expect(
		&with_numbers(|r, _| (r.to_vec(), vec![0; 32])),
		SignatureError::ScalarS,
	);
}

#[test]
fn signature_with_r_of_the_order_refused() {
	expect(
		&with_numbers(|_, s| (ORDER.to_vec(), s.to_vec())),
		SignatureError::ScalarR,
	);
	expect(
		&with_numbers(|_, s| (vec![0xff; 32], s.to_vec())),
		SignatureError::ScalarR,
	);
}

#[test]
fn signature_with_s_of_the_order_refused() {
	expect(
		&with_numbers(|r, _| (r.to_vec(), ORDER.to_vec())),
		SignatureError::ScalarS,
	);
}

#[test]
fn signature_with_number_of_33_bytes_refused() {
	let long = |number: [u8; 32]| [&[0][..], &number].concat();
	expect(
		&with_numbers(|r, s| (long(r), s.to_vec())),
		SignatureError::ScalarLength,
	);
	expect(
		&with_numbers(|r, s| (r.to_vec(), long(s))),
		SignatureError::ScalarLength,
	);
}

/// A TPM may drop leading zeros of a number.
#[test]
fn signature_with_dropped_zeros_accepted() {
	let mut lab = Lab::new();
	let (r, s) = loop {
		let clock = u64::from_be_bytes(lab.quote[76..84].try_into().expect("8 bytes")) + 1;
		lab.quote[76..84].copy_from_slice(&clock.to_be_bytes());
		lab.sign();
		let (r, s) = numbers(&lab);
		if r[0] == 0 {
			break (r, s);
		}
	};
	lab.signature = ecdsa_signature(&r[1..], &s);
	assert!(lab.attest().is_ok());
}

/// The second valid form of a signature is the same evidence, not a new one.
#[test]
fn mirrored_s_is_same_evidence() {
	let lab = Lab::new();
	let (r, s) = numbers(&lab);
	let signature = p256::ecdsa::Signature::from_scalars(r, s).expect("numbers of a signature");
	let s = *signature.s();
	let mirrored = Lab {
		signature: ecdsa_signature(&r, &(-s).to_bytes()),
		..Lab::new()
	};
	assert_ne!(lab.signature, mirrored.signature);
	let (first, second) = (
		lab.attest().expect("good"),
		mirrored.attest().expect("good"),
	);
	assert_eq!(first.quote_hash(), second.quote_hash());
	assert_eq!(first, second);
}

#[test]
fn signature_of_other_key_refused() {
	let mut lab = Lab::new();
	lab.signature = SoftKey::p256(0x43).sign(&lab.quote);
	expect(&lab, SignatureError::Invalid);
}

#[test]
fn rsa_signature_of_other_quote_refused() {
	let mut lab = Lab::rsa();
	assert!(lab.attest().is_ok());
	lab.signature = lab.key.sign(&[]);
	expect(&lab, SignatureError::Invalid);
}

#[test]
fn rsa_signature_flipped_refused() {
	let mut lab = Lab::rsa();
	for at in [6, 100, 261] {
		lab.signature[at] ^= 1;
		expect(&lab, SignatureError::Invalid);
		lab.signature[at] ^= 1;
	}
}

#[test]
fn rsassa_offered_for_ecdsa_key_refused() {
	let mut lab = Lab::new();
	lab.signature = SoftKey::rsa(2048).sign(&lab.quote);
	expect(&lab, SignatureError::SchemeMismatch);
}

#[test]
fn ecdsa_offered_for_rsa_key_refused() {
	let mut lab = Lab::rsa();
	lab.signature = SoftKey::p256(0x42).sign(&lab.quote);
	expect(&lab, SignatureError::SchemeMismatch);
}

#[test]
fn signature_schemes_other_than_the_two_refused() {
	// RSAPSS, ECDAA, SM2, EC-Schnorr, NULL.
	for scheme in [0x16, 0x1a, 0x1b, 0x1c, 0x10] {
		for mut lab in [Lab::new(), Lab::rsa()] {
			lab.signature[1] = scheme;
			expect(&lab, SignatureError::Scheme);
		}
	}
}

#[test]
fn signature_hashes_other_than_sha256_refused() {
	// SHA-1, SHA-384, SHA-512, SM3.
	for hash in [0x04, 0x0c, 0x0d, 0x12] {
		for mut lab in [Lab::new(), Lab::rsa()] {
			lab.signature[3] = hash;
			expect(&lab, SignatureError::Hash);
		}
	}
}

#[test]
fn signature_of_wrong_length_refused() {
	for lab in [Lab::new(), Lab::rsa()] {
		for len in 0..lab.signature.len() {
			let cut = TpmSignature::parse(&lab.signature[..len]);
			assert_eq!(cut, Err(SignatureError::Length), "{len} bytes");
		}
		let long = [&lab.signature[..], &[0]].concat();
		assert_eq!(TpmSignature::parse(&long), Err(SignatureError::Length));
	}
}

#[test]
fn rsa_signature_of_other_length_refused() {
	let mut lab = Lab::rsa();
	lab.signature[5] = 0xff;
	lab.signature[4] = 0x00;
	lab.signature.pop();
	expect(&lab, SignatureError::Length);
}

/// A key that only storage vouches for makes verification fail, never panic.
#[test]
fn broken_stored_key_refused() {
	let mut lab = Lab::new();
	if let AkPublic::P256 { y, .. } = &mut lab.ak {
		y[31] ^= 1;
	}
	expect(&lab, SignatureError::Key);
	let mut lab = Lab::rsa();
	if let AkPublic::Rsa2048 { modulus, .. } = &mut lab.ak {
		modulus[255] ^= 1;
	}
	expect(&lab, SignatureError::Key);
}

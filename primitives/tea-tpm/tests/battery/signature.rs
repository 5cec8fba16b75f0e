//! Signatures of attestation keys.

use hex_literal::hex;
use rsa::{BigUint, RsaPrivateKey, hazmat::rsa_decrypt_and_check};
use sha2::{Digest, Sha256, Sha384};
use tea_tpm::{
	AkPublic, CertificateError, EvidenceError, RustCrypto, SigVerify, SignatureAlgorithm,
	SignatureError, TpmSignature,
};

use crate::{
	cert::Issuer,
	lab::{Lab, SoftKey, ecdsa_signature},
};

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

/// The DER prefixes in front of the digests, algorithm parameters NULL.
const SHA256_INFO: [u8; 19] = hex!("3031300d060960864801650304020105000420");
const SHA384_INFO: [u8; 19] = hex!("3041300d060960864801650304020205000430");
const SHA1_INFO: [u8; 15] = hex!("3021300906052b0e03021a05000414");

/// The private operation on a whole block, whatever its padding.
fn raw_sign(key: &RsaPrivateKey, block: &[u8]) -> Vec<u8> {
	let rng: Option<&mut rsa::rand_core::OsRng> = None;
	let block_number = BigUint::from_bytes_be(block);
	let signature =
		rsa_decrypt_and_check(key, rng, &block_number).expect("a number below the modulus");
	let bytes = signature.to_bytes_be();
	[vec![0; block.len() - bytes.len()], bytes].concat()
}

/// A block of `len` bytes: these first bytes, `fill` up to `tail`, the tail.
fn block(len: usize, first: &[u8], fill: u8, tail: &[u8]) -> Vec<u8> {
	[first, &vec![fill; len - first.len() - tail.len()], tail].concat()
}

/// Blocks that end in the right digest but are padded in a way that no signer uses.
fn badly_padded(len: usize, info: &[u8], digest: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
	let digest_info = [info, digest].concat();
	let with_separator = [&[0][..], &digest_info].concat();
	let mut gap = block(len, &[0, 1], 0xff, &with_separator);
	gap[10] = 0xfe;
	// The parameters NULL left out, the two lengths around them adjusted.
	let mut no_null = digest_info.clone();
	no_null[1] -= 2;
	no_null[3] -= 2;
	no_null.drain(15..17);
	let short = [
		&[0][..],
		&digest_info,
		&vec![0x5a; len - 11 - digest_info.len()],
	]
	.concat();
	vec![
		("only the tail", block(len, &[], 0, digest)),
		("no padding", block(len, &[], 0, &digest_info)),
		("zeros", block(len, &[0, 1], 0, &with_separator)),
		("random padding", block(len, &[0, 2], 0xff, &with_separator)),
		("no first byte", block(len, &[0, 0], 0xff, &with_separator)),
		("a hole", gap),
		("no separator", block(len, &[0, 1], 0xff, &digest_info)),
		(
			"no algorithm",
			block(len, &[0, 1], 0xff, &[&[0][..], digest].concat()),
		),
		(
			"no parameters",
			block(len, &[0, 1], 0xff, &[&[0][..], &no_null].concat()),
		),
		(
			"short padding, garbage behind",
			block(len, &[0, 1], 0xff, &short),
		),
		(
			"the algorithm of SHA-1",
			block(
				len,
				&[0, 1],
				0xff,
				&[&[0][..], &SHA1_INFO, &digest[..20]].concat(),
			),
		),
	]
}

fn private_key(bits: usize) -> Box<RsaPrivateKey> {
	match SoftKey::rsa(bits) {
		SoftKey::Rsa(key) => key,
		SoftKey::P256(_) => unreachable!("an RSA key"),
	}
}

/// Signed with the right private key over the right digest: only the padding is wrong.
#[test]
fn rsa_bad_padding_refused() {
	let mut lab = Lab::rsa();
	let key = private_key(2048);
	let digest = Sha256::digest(&lab.quote);
	let good = block(
		256,
		&[0, 1],
		0xff,
		&[&[0][..], &SHA256_INFO, &digest].concat(),
	);
	let sign = |block: &[u8]| [&hex!("0014000b0100")[..], &raw_sign(&key, block)].concat();
	lab.signature = sign(&good);
	assert!(lab.attest().is_ok());
	for (what, block) in badly_padded(256, &SHA256_INFO, &digest) {
		lab.signature = sign(&block);
		let refused = Err(EvidenceError::Signature(SignatureError::Invalid));
		assert_eq!(lab.attest(), refused, "{what}");
	}
}

#[test]
fn rsa_bad_padding_of_issuers_refused() {
	const SIGNED: &[u8] = b"the signed part of a certificate";
	let (sha256, sha384) = (Sha256::digest(SIGNED), Sha384::digest(SIGNED));
	let algorithms: [(SignatureAlgorithm, &[u8], &[u8]); 2] = [
		(SignatureAlgorithm::RsaSha256, &SHA256_INFO, &sha256),
		(SignatureAlgorithm::RsaSha384, &SHA384_INFO, &sha384),
	];
	for bits in [2048, 3072, 4096] {
		let (key, len) = (private_key(bits), bits / 8);
		for (algorithm, info, digest) in algorithms {
			let issuer = Issuer::rsa(bits, algorithm).key();
			let verify = |block: &[u8]| {
				RustCrypto::certificate(&issuer, algorithm, SIGNED, &raw_sign(&key, block))
			};
			let good = block(len, &[0, 1], 0xff, &[&[0][..], info, digest].concat());
			assert_eq!(verify(&good), Ok(()), "{bits} {algorithm:?}");
			for (what, block) in badly_padded(len, info, digest) {
				let refused = Err(CertificateError::Signature);
				assert_eq!(verify(&block), refused, "{bits} {algorithm:?} {what}");
			}
		}
	}
}

/// A signature that is not below the modulus, though it means the same number.
#[test]
fn rsa_signature_above_modulus_refused() {
	let mut lab = Lab::rsa();
	let AkPublic::Rsa2048 { modulus, .. } = &lab.ak else {
		unreachable!("an RSA key")
	};
	let modulus = BigUint::from_bytes_be(modulus);
	// One signature in a few is small enough that adding the modulus still fits into 256 bytes.
	let shifted = loop {
		let shifted = BigUint::from_bytes_be(&lab.signature[6..]) + &modulus;
		if shifted.bits() <= 2048 {
			break shifted;
		}
		let clock = u64::from_be_bytes(lab.quote[76..84].try_into().expect("8 bytes")) + 1;
		lab.quote[76..84].copy_from_slice(&clock.to_be_bytes());
		lab.sign();
	};
	assert!(lab.attest().is_ok());
	lab.signature = [&hex!("0014000b0100")[..], &shifted.to_bytes_be()].concat();
	expect(&lab, SignatureError::Invalid);
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

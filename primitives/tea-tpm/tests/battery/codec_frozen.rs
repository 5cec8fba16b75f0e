//! Encodings that stand in storage and in calls: a change here is a migration.

use std::fmt::{Debug, Display};

use codec::{Decode, Encode, MaxEncodedLen};
use tea_tpm::*;

/// The indices of fieldless errors follow the list, and every one has a sentence of its own.
fn frozen<T: Encode + Decode + PartialEq + Debug + Display + MaxEncodedLen + Copy>(
	all: &[T],
	expected: &str,
) {
	let names: Vec<String> = all.iter().map(|error| format!("{error:?}")).collect();
	assert_eq!(names.join(" "), expected);
	let mut sentences = Vec::new();
	for (index, error) in all.iter().enumerate() {
		assert_eq!(error.encode(), [index as u8], "{error:?}");
		assert_eq!(T::decode(&mut &[index as u8][..]).as_ref(), Ok(error));
		let sentence = error.to_string();
		assert!(
			sentence.len() > 20 && !sentences.contains(&sentence),
			"{error:?}: {sentence}"
		);
		sentences.push(sentence);
	}
	assert!(T::decode(&mut &[all.len() as u8][..]).is_err());
	assert_eq!(T::max_encoded_len(), 1);
}

#[test]
fn quote_errors() {
	frozen(
		QuoteError::ALL,
		"Length Magic Type SignerLength Signer ExtraDataLength ExtraData Safe PcrCount PcrBank \
		 PcrSelectSize PcrBitmap PcrDigestLength PcrDigest FirmwareDenied FirmwareChanged",
	);
}

#[test]
fn signature_errors() {
	frozen(
		SignatureError::ALL,
		"Length Scheme Hash SchemeMismatch ScalarLength ScalarR ScalarS Key Invalid",
	);
}

#[test]
fn public_errors() {
	frozen(
		PublicError::ALL,
		"Type Length NameAlg Attributes Policy Symmetric Scheme SchemeHash Curve Kdf KeyBits \
		 Exponent KeyLength Point Modulus WeakKey SameKey",
	);
}

#[test]
fn binding_errors() {
	frozen(
		BindingError::ALL,
		"Domain Genesis Module Round FutureBlock StaleBlock BlockHash CommitteeNonce RkName BootSeq",
	);
}

#[test]
fn counter_errors() {
	frozen(
		CounterError::ALL,
		"ResetRollback RestartRollback ClockRollback ClockRate OtherBoot",
	);
}

#[test]
fn der_errors() {
	frozen(
		DerError::ALL,
		"Truncated IndefiniteLength NonMinimalLength OverlongLength HighTag TooDeep Trailing \
		 UnexpectedTag Integer BitString Boolean Time",
	);
}

#[test]
fn key_errors() {
	frozen(KeyError::ALL, "Algorithm Size Exponent Modulus Point Weak");
}

#[test]
fn credential_errors() {
	frozen(CredentialError::ALL, "Key Kind Scalar Length Layout");
}

#[test]
fn errors_with_content() {
	assert_eq!(PcrError::Count.encode(), [0]);
	assert_eq!(PcrError::Zero(7).encode(), [1, 7]);
	assert_eq!(PcrError::AllOnes(17).encode(), [2, 17]);
	assert_eq!(PcrError::Mismatch(11).encode(), [3, 11]);
	assert_eq!(PcrError::FirmwareChanged(0).encode(), [4, 0]);
	assert_eq!(PcrError::NoReference.encode(), [5]);
	assert_eq!(PcrError::BadReference.encode(), [6]);
	assert_eq!(EvidenceError::from(QuoteError::Magic).encode(), [0, 1]);
	assert_eq!(EvidenceError::from(BindingError::Round).encode(), [1, 3]);
	assert_eq!(EvidenceError::Rk(PublicError::Policy).encode(), [2, 4]);
	assert_eq!(EvidenceError::from(PcrError::Zero(7)).encode(), [3, 1, 7]);
	assert_eq!(
		EvidenceError::from(SignatureError::Invalid).encode(),
		[4, 8]
	);
	let certificate = [
		CertificateError::Size,
		CertificateError::Der(DerError::Truncated),
		CertificateError::Key(KeyError::Algorithm),
		CertificateError::Version,
		CertificateError::AlgorithmMismatch,
		CertificateError::Algorithm,
		CertificateError::TooManyExtensions,
		CertificateError::DuplicateExtension,
		CertificateError::UnknownCriticalExtension,
		CertificateError::AmbiguousAttribute,
		CertificateError::Signature,
		CertificateError::Authority,
		CertificateError::KeyUsageMissing,
		CertificateError::KeyUsage,
		CertificateError::SigningKeyUsage,
		CertificateError::ExtendedKeyUsage,
		CertificateError::SubjectAltNameNotCritical,
		CertificateError::ManufacturerMissing,
		CertificateError::ManufacturerFormat,
		CertificateError::VendorMismatch,
		CertificateError::SoftwareTpm,
		CertificateError::NotYetValid,
		CertificateError::SerialDenied,
	];
	for (index, error) in certificate.iter().enumerate() {
		assert_eq!(usize::from(error.encode()[0]), index, "{error:?}");
		assert!(error.to_string().len() > 20, "{error}");
	}
	assert_eq!(CertificateError::max_encoded_len(), 2);
	assert_eq!(EvidenceError::max_encoded_len(), 3);
}

#[test]
fn stored_values() {
	let classes = [
		HardwareClass::A,
		HardwareClass::B,
		HardwareClass::C,
		HardwareClass::D,
		HardwareClass::V,
		HardwareClass::Dev,
	];
	for (index, class) in classes.iter().enumerate() {
		assert_eq!(class.encode(), [index as u8]);
	}
	assert_eq!(
		[EkKind::Rsa2048, EkKind::P256, EkKind::P384].encode(),
		[0, 1, 2]
	);
	let ek = EkPublic::P256 {
		x: [1; 32],
		y: [2; 32],
	};
	assert_eq!(ek.encode(), [&[1][..], &[1; 32], &[2; 32]].concat());
	assert_eq!(EkPublic::Rsa2048 { modulus: [3; 256] }.encode()[0], 0);
	assert_eq!(
		EkPublic::P384 {
			x: [1; 48],
			y: [2; 48]
		}
		.encode()
		.len(),
		97
	);
	assert_eq!(EkPublic::max_encoded_len(), 257);
	use tea_tpm::public::{AkAttributes, RsaExponent};
	let ak = AkPublic::P256 {
		attributes: AkAttributes::Da,
		x: [1; 32],
		y: [2; 32],
	};
	assert_eq!(ak.encode(), [&[0, 1][..], &[1; 32], &[2; 32]].concat());
	let ak = AkPublic::Rsa2048 {
		attributes: AkAttributes::NoDa,
		exponent: RsaExponent::Explicit,
		modulus: [3; 256],
	};
	assert_eq!(ak.encode(), [&[1, 0, 1][..], &[3; 256]].concat());
	assert_eq!(AkPublic::max_encoded_len(), 259);
	assert_eq!(IssuerKey::Rsa2048([1; 256]).encode()[0], 0);
	assert_eq!(IssuerKey::Rsa3072([1; 384]).encode()[0], 1);
	assert_eq!(IssuerKey::Rsa4096([1; 512]).encode()[0], 2);
	assert_eq!(
		IssuerKey::P256 {
			x: [1; 32],
			y: [1; 32]
		}
		.encode()[0],
		3
	);
	assert_eq!(
		IssuerKey::P384 {
			x: [1; 48],
			y: [1; 48]
		}
		.encode()[0],
		4
	);
	assert_eq!(IssuerKey::max_encoded_len(), 513);
	let algorithms = [
		SignatureAlgorithm::RsaSha256,
		SignatureAlgorithm::RsaSha384,
		SignatureAlgorithm::EcdsaP256Sha256,
		SignatureAlgorithm::EcdsaP384Sha384,
	];
	assert_eq!(algorithms.encode(), [0, 1, 2, 3]);
	let counters = Counters {
		clock: 1,
		reset_count: 2,
		restart_count: 3,
		safe: true,
	};
	assert_eq!(
		counters.encode(),
		hex::decode("01000000000000000200000003000000 01".replace(' ', "")).unwrap()
	);
	let boot = Boot {
		seq: 4,
		counters,
		accepted_at: 5,
	};
	assert_eq!(boot.encode().len(), 4 + 17 + 8);
	assert_eq!(ObjectName([1; 34]).encode(), [1; 34]);
	assert_eq!(QualifiedName([1; 34]).encode(), [1; 34]);
	assert_eq!(PcrSelection::UEFI.encode(), [0x95, 0x78, 0]);
	assert_eq!(QuoteBinding::max_encoded_len(), 318);
}

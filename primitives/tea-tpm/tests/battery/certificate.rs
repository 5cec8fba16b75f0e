//! Endorsement certificates: every refusal, and every sloppiness of genuine makers that is tolerated.

use tea_tpm::{
	CertificateError, DerError, EkPublic, HardwareClass, IssuerKey, KeyError, LeafRules,
	RustCrypto, SignatureAlgorithm, UnverifiedLeaf,
	der::{MAX_DEPTH, check_structure},
	leaf::MAX_LEAF_LEN,
	nv,
};

use crate::{
	cert::{
		ALT_NAME, BASIC_CONSTRAINTS, ECDSA_WITH_SHA256, EXT_KEY_USAGE, Issuer, KEY_USAGE, Leaf,
		MANUFACTURER, MODEL, RSA_ENCRYPTION, SHA1_WITH_RSA, SHA256_WITH_RSA, VERSION, alt_name,
		attribute, bits, certify, chip, ek_modulus, extension, integer, key_usage, oid, p256_spki,
		rsa_spki, rules, sequence, tlv,
	},
	lab::hex_bytes,
};

type Rules = LeafRules<fn(&[u8]) -> bool>;

/// Signs a spoiled certificate and offers it under spoiled rules.
fn offer(
	spoil: impl FnOnce(&mut Leaf),
	adapt: impl FnOnce(&mut Rules),
) -> Result<EkPublic, CertificateError> {
	let issuer = Issuer::p256();
	let mut leaf = Leaf::rsa(issuer.identifier());
	spoil(&mut leaf);
	let mut rules = rules();
	adapt(&mut rules);
	certify(&leaf.sign(&issuer), &issuer, rules)
}

macro_rules! refused {
	($($name:ident: $spoil:expr => $error:expr;)+) => {
		$(
			#[test]
			fn $name() {
				let spoil: fn(&mut Leaf) = $spoil;
				assert_eq!(offer(spoil, |_| ()).err(), Some($error));
			}
		)+
	};
}

macro_rules! accepted {
	($($name:ident: $change:expr;)+) => {
		$(
			#[test]
			fn $name() {
				let change: fn(&mut Leaf) = $change;
				let expected = EkPublic::Rsa2048 { modulus: ek_modulus().try_into().expect("2048 bits") };
				assert_eq!(offer(change, |_| ()), Ok(expected));
			}
		)+
	};
}

accepted! {
	good_leaf_accepted: |_| ();
	leaf_with_encoded_default_accepted: |leaf| {
		leaf.replace(BASIC_CONSTRAINTS, extension(BASIC_CONSTRAINTS, Some(false), &sequence(&[&tlv(1, &[&[0]])])));
		leaf.replace(EXT_KEY_USAGE, extension(EXT_KEY_USAGE, Some(false), &sequence(&[&oid("6781050801")])));
	};
	leaf_with_unsorted_set_accepted: |leaf| leaf.replace(ALT_NAME, alt_name(Some(true), &[&[
		attribute(VERSION, "id:0001"),
		attribute(MODEL, "NPCT75x"),
		attribute(MANUFACTURER, "id:49465800"),
	].concat()]));
	leaf_without_basic_constraints_accepted: |leaf| leaf.remove(BASIC_CONSTRAINTS);
	leaf_with_subject_and_plain_alt_name_accepted: |leaf| {
		leaf.subject = leaf.issuer.clone();
		leaf.replace(ALT_NAME, alt_name(None, &[&attribute(MANUFACTURER, "id:49465800")]));
	};
	leaf_with_repeated_maker_accepted: |leaf| leaf.replace(ALT_NAME, alt_name(Some(true), &[
		&attribute(MANUFACTURER, "id:49465800"),
		&attribute(MANUFACTURER, "id:49465800"),
	]));
	leaf_with_printable_maker_accepted: |leaf| leaf.replace(ALT_NAME, alt_name(Some(true), &[
		&sequence(&[&oid(MANUFACTURER), &tlv(0x13, &[b"id:49465800"])]),
	]));
	leaf_with_other_names_accepted: |leaf| {
		let name = tlv(0xa4, &[&sequence(&[&tlv(0x31, &[&attribute(MANUFACTURER, "id:49465800")])])]);
		let uri = tlv(0x86, &[b"https://example.org"]);
		leaf.replace(ALT_NAME, extension(ALT_NAME, Some(true), &sequence(&[&uri, &name])));
	};
	leaf_with_oaep_key_accepted: |leaf| {
		leaf.spki = rsa_spki(&ek_modulus(), &[1, 0, 1], "300b06092a864886f70d010107");
	};
	leaf_with_oaep_parameters_accepted: |leaf| {
		leaf.spki = rsa_spki(&ek_modulus(), &[1, 0, 1], "300d06092a864886f70d0101073000");
	};
	leaf_long_expired_accepted: |leaf| leaf.not_after = tlv(0x17, &[b"240102030406Z"]);
	leaf_with_known_critical_extensions_accepted: |leaf| {
		leaf.extensions.push(extension("551d20", Some(true), &sequence(&[])));
		leaf.extensions.push(extension("551d23", Some(true), &sequence(&[])));
	};
	leaf_with_unknown_extension_accepted: |leaf| {
		leaf.extensions.push(extension("2b0601040182371502", None, b"anything"));
	};
	leaf_with_negative_serial_accepted: |leaf| leaf.serial = tlv(2, &[&[0xff, 0, 1]]);
	leaf_with_wider_key_usage_accepted: |leaf| leaf.replace(KEY_USAGE, key_usage(0x30));
	leaf_with_nine_bit_key_usage_accepted: |leaf| {
		leaf.replace(KEY_USAGE, extension(KEY_USAGE, Some(true), &tlv(3, &[&[7, 0x20, 0x80]])));
	};
}

refused! {
	leaf_version_1_refused: |leaf| leaf.version.clear() => CertificateError::Version;
	leaf_version_2_refused: |leaf| leaf.version = tlv(0xa0, &[&integer(&[1])]) => CertificateError::Version;
	leaf_as_issuer_refused: |leaf| {
		leaf.replace(BASIC_CONSTRAINTS, extension(BASIC_CONSTRAINTS, Some(true), &sequence(&[&tlv(1, &[&[0xff]])])))
	} => CertificateError::Authority;
	leaf_as_issuer_with_path_length_refused: |leaf| {
		let value = sequence(&[&tlv(1, &[&[1]]), &integer(&[0])]);
		leaf.replace(BASIC_CONSTRAINTS, extension(BASIC_CONSTRAINTS, Some(true), &value));
	} => CertificateError::Authority;
	leaf_without_key_usage_refused: |leaf| leaf.remove(KEY_USAGE) => CertificateError::KeyUsageMissing;
	leaf_rsa_with_key_agreement_only_refused: |leaf| leaf.replace(KEY_USAGE, key_usage(0x08)) => CertificateError::KeyUsage;
	leaf_signing_refused: |leaf| leaf.replace(KEY_USAGE, key_usage(0xa0)) => CertificateError::SigningKeyUsage;
	leaf_non_repudiation_refused: |leaf| leaf.replace(KEY_USAGE, key_usage(0x60)) => CertificateError::SigningKeyUsage;
	leaf_cert_sign_refused: |leaf| leaf.replace(KEY_USAGE, key_usage(0x24)) => CertificateError::SigningKeyUsage;
	leaf_crl_sign_refused: |leaf| leaf.replace(KEY_USAGE, key_usage(0x22)) => CertificateError::SigningKeyUsage;
	leaf_empty_key_usage_refused: |leaf| {
		leaf.replace(KEY_USAGE, extension(KEY_USAGE, Some(true), &tlv(3, &[&[0]])))
	} => CertificateError::Der(DerError::BitString);
	leaf_without_purpose_refused: |leaf| leaf.remove(EXT_KEY_USAGE) => CertificateError::ExtendedKeyUsage;
	leaf_with_other_purpose_refused: |leaf| {
		leaf.replace(EXT_KEY_USAGE, extension(EXT_KEY_USAGE, None, &sequence(&[&oid("6781050803")])))
	} => CertificateError::ExtendedKeyUsage;
	leaf_empty_subject_with_plain_alt_name_refused: |leaf| {
		leaf.replace(ALT_NAME, alt_name(None, &[&attribute(MANUFACTURER, "id:49465800")]))
	} => CertificateError::SubjectAltNameNotCritical;
	leaf_without_alt_name_refused: |leaf| {
		leaf.subject = leaf.issuer.clone();
		leaf.remove(ALT_NAME);
	} => CertificateError::ManufacturerMissing;
	leaf_without_maker_refused: |leaf| {
		leaf.replace(ALT_NAME, alt_name(Some(true), &[&attribute(MODEL, "SLB9670")]))
	} => CertificateError::ManufacturerMissing;
	leaf_with_malformed_maker_refused: |leaf| leaf.replace(ALT_NAME, chip("IFX", "SLB9670")) => CertificateError::ManufacturerFormat;
	leaf_with_short_maker_refused: |leaf| leaf.replace(ALT_NAME, chip("id:494658", "x")) => CertificateError::ManufacturerFormat;
	leaf_with_signed_maker_refused: |leaf| leaf.replace(ALT_NAME, chip("id:+9465800", "x")) => CertificateError::ManufacturerFormat;
	leaf_of_other_maker_refused: |leaf| leaf.replace(ALT_NAME, chip("id:53544D20", "ST33")) => CertificateError::VendorMismatch;
	leaf_with_two_makers_refused: |leaf| leaf.replace(ALT_NAME, alt_name(Some(true), &[
		&attribute(MANUFACTURER, "id:49465800"),
		&attribute(MANUFACTURER, "id:53544D20"),
	])) => CertificateError::AmbiguousAttribute;
	leaf_with_maker_as_number_refused: |leaf| leaf.replace(ALT_NAME, alt_name(Some(true), &[
		&sequence(&[&oid(MANUFACTURER), &integer(&[1])]),
	])) => CertificateError::Der(DerError::UnexpectedTag);
	leaf_of_software_model_refused: |leaf| leaf.replace(ALT_NAME, chip("id:49465800", "My SWTPM 2")) => CertificateError::SoftwareTpm;
	leaf_not_valid_yet_refused: |leaf| leaf.not_before = tlv(0x17, &[b"270115080001Z"]) => CertificateError::NotYetValid;
	leaf_with_duplicate_extension_refused: |leaf| leaf.extensions.push(key_usage(0x20)) => CertificateError::DuplicateExtension;
	leaf_with_duplicate_unknown_extension_refused: |leaf| {
		for _ in 0..2 {
			leaf.extensions.push(extension("2a0304", None, b"x"));
		}
	} => CertificateError::DuplicateExtension;
	leaf_with_too_many_extensions_refused: |leaf| {
		for number in 0..40u8 {
			leaf.extensions.push(extension(&hex::encode([0x2a, number]), None, b""));
		}
	} => CertificateError::TooManyExtensions;
	leaf_with_unknown_critical_extension_refused: |leaf| {
		leaf.extensions.push(extension("2a0304", Some(true), b"x"))
	} => CertificateError::UnknownCriticalExtension;
	leaf_signature_algorithm_inside_differs_refused: |leaf| {
		leaf.inner_algorithm = hex_bytes(SHA256_WITH_RSA)
	} => CertificateError::AlgorithmMismatch;
	leaf_signature_algorithm_parameters_differ_refused: |leaf| {
		leaf.inner_algorithm = hex_bytes("300c06082a8648ce3d0403020500")
	} => CertificateError::AlgorithmMismatch;
	leaf_signed_with_sha1_refused: |leaf| {
		leaf.inner_algorithm = hex_bytes(SHA1_WITH_RSA);
		leaf.outer_algorithm = hex_bytes(SHA1_WITH_RSA);
	} => CertificateError::Algorithm;
	leaf_of_other_algorithm_than_issuer_refused: |leaf| {
		leaf.inner_algorithm = hex_bytes(SHA256_WITH_RSA);
		leaf.outer_algorithm = hex_bytes(SHA256_WITH_RSA);
	} => CertificateError::Algorithm;
	leaf_algorithm_with_parameters_refused: |leaf| {
		let algorithm = hex_bytes("300c06082a8648ce3d0403020201");
		leaf.inner_algorithm = [&algorithm[..], &[1]].concat();
		leaf.inner_algorithm[1] += 1;
		leaf.outer_algorithm = leaf.inner_algorithm.clone();
	} => CertificateError::Algorithm;
	leaf_rsa_3072_key_refused: |leaf| {
		leaf.spki = rsa_spki(&[0xff; 384], &[1, 0, 1], RSA_ENCRYPTION)
	} => CertificateError::Key(KeyError::Size);
	leaf_rsa_exponent_three_refused: |leaf| {
		leaf.spki = rsa_spki(&ek_modulus(), &[3], RSA_ENCRYPTION)
	} => CertificateError::Key(KeyError::Exponent);
	leaf_rsa_even_modulus_refused: |leaf| {
		let mut modulus = ek_modulus();
		modulus[255] = 0xfe;
		leaf.spki = rsa_spki(&modulus, &[1, 0, 1], RSA_ENCRYPTION);
	} => CertificateError::Key(KeyError::Modulus);
	leaf_rsa_2047_bits_refused: |leaf| {
		let mut modulus = ek_modulus();
		modulus[0] = 0x7f;
		leaf.spki = rsa_spki(&modulus, &[1, 0, 1], RSA_ENCRYPTION);
	} => CertificateError::Key(KeyError::Size);
	leaf_roca_key_refused: |leaf| {
		leaf.spki = rsa_spki(&crate::public::roca_modulus(), &[1, 0, 1], RSA_ENCRYPTION)
	} => CertificateError::Key(KeyError::Weak);
	leaf_ed25519_key_refused: |leaf| {
		leaf.spki = sequence(&[&sequence(&[&oid("2b6570")]), &bits(&[7; 32])])
	} => CertificateError::Key(KeyError::Algorithm);
	leaf_p521_key_refused: |leaf| {
		let algorithm = hex_bytes("301006072a8648ce3d020106052b81040023");
		leaf.spki = sequence(&[&algorithm, &bits(&[4; 133])]);
	} => CertificateError::Key(KeyError::Algorithm);
	leaf_explicit_curve_refused: |leaf| {
		let algorithm = sequence(&[&oid("2a8648ce3d0201"), &sequence(&[])]);
		leaf.spki = sequence(&[&algorithm, &bits(&[4; 65])]);
	} => CertificateError::Key(KeyError::Algorithm);
	leaf_point_off_curve_refused: |leaf| leaf.spki = p256_spki(&[1; 32], &[1; 32]) => CertificateError::Key(KeyError::Point);
	leaf_p384_point_off_curve_refused: |leaf| {
		leaf.spki = crate::cert::p384_spki(&[1; 48], &[1; 48])
	} => CertificateError::Key(KeyError::Point);
	leaf_compressed_point_refused: |leaf| {
		let algorithm = hex_bytes("301306072a8648ce3d020106082a8648ce3d030107");
		leaf.spki = sequence(&[&algorithm, &bits(&[2; 33])]);
	} => CertificateError::Key(KeyError::Point);
	leaf_key_with_trailing_bytes_refused: |leaf| {
		let key = [sequence(&[&integer(&ek_modulus()), &integer(&[1, 0, 1])]), vec![5, 0]].concat();
		leaf.spki = sequence(&[&hex_bytes(RSA_ENCRYPTION), &bits(&key)]);
	} => CertificateError::Der(DerError::Trailing);
	leaf_key_with_padded_modulus_refused: |leaf| {
		let modulus = tlv(2, &[&[0, 0], &ek_modulus()]);
		let key = sequence(&[&modulus, &integer(&[1, 0, 1])]);
		leaf.spki = sequence(&[&hex_bytes(RSA_ENCRYPTION), &bits(&key)]);
	} => CertificateError::Der(DerError::Integer);
	leaf_key_with_odd_bits_refused: |leaf| {
		let key = sequence(&[&integer(&ek_modulus()), &integer(&[1, 0, 1])]);
		leaf.spki = sequence(&[&hex_bytes(RSA_ENCRYPTION), &tlv(3, &[&[1], &key])]);
	} => CertificateError::Der(DerError::BitString);
	leaf_with_bytes_behind_extensions_refused: |leaf| leaf.rest = tlv(5, &[]) => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_version_refused: |leaf| {
		leaf.version = tlv(0xa0, &[&integer(&[2]), &tlv(5, &[])])
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_validity_refused: |leaf| leaf.not_after.extend(tlv(5, &[])) => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_list_of_extensions_refused: |leaf| leaf.behind_list = tlv(5, &[]) => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_purposes_refused: |leaf| {
		let value = [sequence(&[&oid("6781050801")]), tlv(5, &[])].concat();
		leaf.replace(EXT_KEY_USAGE, extension(EXT_KEY_USAGE, None, &value));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_basic_constraints_refused: |leaf| {
		let value = [sequence(&[]), tlv(5, &[])].concat();
		leaf.replace(BASIC_CONSTRAINTS, extension(BASIC_CONSTRAINTS, Some(true), &value));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_in_basic_constraints_refused: |leaf| {
		let value = sequence(&[&tlv(1, &[&[0]]), &integer(&[0]), &tlv(1, &[&[0xff]])]);
		leaf.replace(BASIC_CONSTRAINTS, extension(BASIC_CONSTRAINTS, Some(true), &value));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_alt_name_refused: |leaf| {
		let name = sequence(&[&tlv(0x31, &[&attribute(MANUFACTURER, "id:49465800")])]);
		let value = [sequence(&[&tlv(0xa4, &[&name])]), tlv(5, &[])].concat();
		leaf.replace(ALT_NAME, extension(ALT_NAME, Some(true), &value));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_directory_name_refused: |leaf| {
		let name = sequence(&[&tlv(0x31, &[&attribute(MANUFACTURER, "id:49465800")])]);
		let value = sequence(&[&tlv(0xa4, &[&name, &tlv(5, &[])])]);
		leaf.replace(ALT_NAME, extension(ALT_NAME, Some(true), &value));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_in_attribute_refused: |leaf| {
		let maker = sequence(&[&oid(MANUFACTURER), &tlv(0x0c, &[b"id:49465800"]), &tlv(5, &[])]);
		leaf.replace(ALT_NAME, alt_name(Some(true), &[&maker]));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_key_refused: |leaf| {
		leaf.spki = p256_spki(&[1; 32], &[1; 32]);
		leaf.spki[1] += 2;
		leaf.spki.extend(tlv(5, &[]));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_rsa_exponent_refused: |leaf| {
		let key = sequence(&[&integer(&ek_modulus()), &integer(&[1, 0, 1]), &tlv(5, &[])]);
		leaf.spki = sequence(&[&hex_bytes(RSA_ENCRYPTION), &bits(&key)]);
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_curve_refused: |leaf| {
		let algorithm = sequence(&[&oid("2a8648ce3d0201"), &oid("2a8648ce3d030107"), &tlv(5, &[])]);
		leaf.spki = sequence(&[&algorithm, &bits(&[4; 65])]);
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_in_extension_refused: |leaf| {
		leaf.extensions.push(sequence(&[&oid("2a0304"), &tlv(4, &[b"x"]), &tlv(5, &[])]))
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_bytes_behind_key_usage_refused: |leaf| {
		let value = [tlv(3, &[&[5, 0x20]]), vec![5, 0]].concat();
		leaf.replace(KEY_USAGE, extension(KEY_USAGE, Some(true), &value));
	} => CertificateError::Der(DerError::Trailing);
	leaf_with_long_truth_value_refused: |leaf| {
		leaf.extensions.push(sequence(&[&oid("2a0304"), &tlv(1, &[&[0, 0]]), &tlv(4, &[b"x"])]))
	} => CertificateError::Der(DerError::Boolean);
	leaf_with_date_without_seconds_refused: |leaf| leaf.not_before = tlv(0x17, &[b"2401020304Z"]) => CertificateError::Der(DerError::Time);
	leaf_with_date_in_zone_refused: |leaf| leaf.not_before = tlv(0x17, &[b"240102030405+"]) => CertificateError::Der(DerError::Time);
	leaf_with_impossible_day_refused: |leaf| leaf.not_before = tlv(0x17, &[b"230229000000Z"]) => CertificateError::Der(DerError::Time);
	leaf_with_month_zero_refused: |leaf| leaf.not_before = tlv(0x17, &[b"240001000000Z"]) => CertificateError::Der(DerError::Time);
	leaf_with_hour_24_refused: |leaf| leaf.not_after = tlv(0x18, &[b"20240101240000Z"]) => CertificateError::Der(DerError::Time);
	leaf_with_letters_in_date_refused: |leaf| leaf.not_after = tlv(0x18, &[b"2024O101000000Z"]) => CertificateError::Der(DerError::Time);
	leaf_with_text_as_date_refused: |leaf| leaf.not_before = tlv(0x0c, &[b"240102030405Z"]) => CertificateError::Der(DerError::UnexpectedTag);
}

#[test]
fn purpose_is_a_rule_of_the_issuer() {
	let without = |leaf: &mut Leaf| leaf.remove(EXT_KEY_USAGE);
	assert!(offer(without, |rules| rules.requires_purpose = false).is_ok());
}

#[test]
fn denied_serial_refused() {
	let deny = |rules: &mut Rules| rules.is_denied = |serial| serial == [0x0a, 0x0b, 0x0c];
	assert_eq!(offer(|_| (), deny), Err(CertificateError::SerialDenied));
	let other = |rules: &mut Rules| rules.is_denied = |serial| serial == [0x0a];
	assert!(offer(|_| (), other).is_ok());
}

#[test]
fn software_maker_refused_outside_class_dev() {
	let swtpm = |leaf: &mut Leaf| leaf.replace(ALT_NAME, chip("id:00001014", "Q"));
	for class in [
		HardwareClass::A,
		HardwareClass::B,
		HardwareClass::C,
		HardwareClass::D,
		HardwareClass::V,
		HardwareClass::Dev,
	] {
		let offered = offer(swtpm, |rules| {
			rules.vendor = 0x1014;
			rules.class = class;
		});
		match class {
			HardwareClass::Dev => assert!(offered.is_ok()),
			_ => assert_eq!(offered, Err(CertificateError::SoftwareTpm), "{class:?}"),
		}
	}
}

#[test]
fn leaf_valid_from_this_second_accepted() {
	let from = |leaf: &mut Leaf| leaf.not_before = tlv(0x17, &[b"270115080000Z"]);
	assert!(offer(from, |_| ()).is_ok());
	let early = offer(from, |rules| rules.now -= 1);
	assert_eq!(early, Err(CertificateError::NotYetValid));
}

#[test]
fn elliptic_leaf_needs_key_agreement() {
	let issuer = Issuer::p256();
	let mut leaf = Leaf::p256(issuer.identifier());
	let certify = |leaf: &Leaf| certify(&leaf.sign(&issuer), &issuer, rules());
	assert!(matches!(certify(&leaf), Ok(EkPublic::P256 { .. })));
	leaf.replace(KEY_USAGE, key_usage(0x20));
	assert_eq!(certify(&leaf), Err(CertificateError::KeyUsage));
}

#[test]
fn every_issuer_algorithm_verifies() {
	use SignatureAlgorithm::{RsaSha256, RsaSha384};
	let mut issuers = vec![Issuer::p256(), Issuer::p384()];
	for bits in [2048, 3072, 4096] {
		issuers.extend([Issuer::rsa(bits, RsaSha256), Issuer::rsa(bits, RsaSha384)]);
	}
	for issuer in &issuers {
		let leaf = Leaf::rsa(issuer.identifier()).sign(issuer);
		assert!(certify(&leaf, issuer, rules()).is_ok());
		// One bit anywhere in the signed part, or in the signature.
		for at in [20, 200, leaf.len() - 1] {
			let mut altered = leaf.clone();
			altered[at] ^= 1;
			assert!(certify(&altered, issuer, rules()).is_err(), "byte {at}");
		}
	}
}

/// A certificate that says all the right things under a signature of anybody else: it never becomes a key, and what
/// it says about the key never becomes visible. That it has no other way out is shown by the examples that must not
/// compile, at [`UnverifiedLeaf`].
#[test]
fn unverified_leaf_cannot_reach_state() {
	use SignatureAlgorithm::{RsaSha256, RsaSha384};
	let stranger = |issuer: &Issuer| match issuer {
		Issuer::P256(_) => {
			Issuer::P256(p256::ecdsa::SigningKey::from_slice(&[0x51; 32]).expect("a scalar"))
		}
		Issuer::P384(_) => {
			Issuer::P384(p384::ecdsa::SigningKey::from_slice(&[0x52; 48]).expect("a scalar"))
		}
		// The keys of other sizes are other keys; the size must not be what gives the forgery away.
		Issuer::RsaSha256(_) => Issuer::rsa(4096, RsaSha256),
		Issuer::RsaSha384(_) => Issuer::rsa(4096, RsaSha384),
	};
	for issuer in [
		Issuer::p256(),
		Issuer::p384(),
		Issuer::rsa(2048, RsaSha256),
		Issuer::rsa(3072, RsaSha384),
	] {
		let leaf = Leaf::rsa(issuer.identifier());
		let signed = leaf.signed_part();
		let zeros = vec![0; issuer.sign(&signed).len()];
		let mut foreign = stranger(&issuer).sign(&signed);
		if let Issuer::RsaSha256(_) | Issuer::RsaSha384(_) = issuer {
			foreign.truncate(zeros.len());
		}
		for signature in [vec![], zeros, foreign, issuer.sign(b"something else")] {
			let forged = sequence(&[&signed, &leaf.outer_algorithm, &bits(&signature)]);
			let parsed =
				UnverifiedLeaf::parse(&forged).expect("good in everything but the signature");
			let refused = parsed.verify::<RustCrypto>(&issuer.key(), issuer.algorithm());
			assert!(
				matches!(
					refused,
					Err(CertificateError::Signature | CertificateError::Der(_))
				),
				"{refused:?}"
			);
		}
		assert!(certify(&leaf.sign(&issuer), &issuer, rules()).is_ok());
	}
}

/// What genuine makers are known to write, all of it signed: accepted, because only raw bytes are hashed. Each quirk
/// also stands alone in a test of its own above; here they meet.
#[test]
fn vendor_quirk_corpus_accepted() {
	let maker = || attribute(MANUFACTURER, "id:49465800");
	type Quirk = (&'static str, fn(&mut Leaf));
	let quirks: [Quirk; 6] = [
		("defaults encoded", |leaf| {
			let not_an_authority = sequence(&[&tlv(1, &[&[0]])]);
			leaf.replace(
				BASIC_CONSTRAINTS,
				extension(BASIC_CONSTRAINTS, Some(false), &not_an_authority),
			);
		}),
		("set out of order", |leaf| {
			let set = [
				attribute(VERSION, "id:0001"),
				attribute(MANUFACTURER, "id:49465800"),
				attribute(MODEL, "NPCT75x"),
			]
			.concat();
			leaf.replace(ALT_NAME, alt_name(Some(true), &[&set]));
		}),
		("key under the identifier of its padding", |leaf| {
			leaf.spki = rsa_spki(&ek_modulus(), &[1, 0, 1], "300d06092a864886f70d0101073000");
		}),
		("validity without end, serial number below zero", |leaf| {
			leaf.not_after = tlv(0x18, &[b"99991231235959Z"]);
			leaf.serial = tlv(2, &[&[0x80, 0, 0, 1]]);
		}),
		("long expired, with unique identifiers", |leaf| {
			leaf.not_after = tlv(0x17, &[b"240102030406Z"]);
			leaf.spki.extend(tlv(0x81, &[&[0, 1]]));
			leaf.spki.extend(tlv(0x82, &[&[0, 2]]));
		}),
		("purpose and key usage not critical", |leaf| {
			leaf.replace(
				KEY_USAGE,
				extension(KEY_USAGE, None, &tlv(3, &[&[5, 0x20]])),
			);
			let purposes = sequence(&[&oid("6781050801"), &oid("2b0601040182371524")]);
			leaf.replace(EXT_KEY_USAGE, extension(EXT_KEY_USAGE, None, &purposes));
		}),
	];
	let issuer = Issuer::rsa(2048, SignatureAlgorithm::RsaSha256);
	let mut together = Leaf::rsa(issuer.identifier());
	for (what, quirk) in quirks {
		let mut leaf = Leaf::rsa(issuer.identifier());
		quirk(&mut leaf);
		quirk(&mut together);
		for leaf in [&leaf, &together] {
			let signed = leaf.sign(&issuer);
			assert!(certify(&signed, &issuer, rules()).is_ok(), "{what}");
			// As it lies in NV memory: padded to the size of the index, or behind the older header.
			let padded = [&signed[..], &vec![0xff; 1600 - signed.len()]].concat();
			let len = (signed.len() as u16).to_be_bytes();
			let headed = [&[0x10, 0x01, 0x00][..], &len, &signed].concat();
			for content in [&padded, &headed] {
				assert_eq!(nv::certificate(content), Ok(&signed[..]), "{what}");
				assert!(certify(content, &issuer, rules()).is_err(), "{what}");
			}
		}
	}
	// The maker alone in a set of its own, the subject filled and the alternative name plain.
	together.subject = together.issuer.clone();
	together.replace(ALT_NAME, alt_name(Some(false), &[&maker()]));
	assert!(certify(&together.sign(&issuer), &issuer, rules()).is_ok());
}

#[test]
fn algorithm_that_does_not_fit_the_issuers_key_refused() {
	let (ec, rsa) = (
		Issuer::p256(),
		Issuer::rsa(2048, SignatureAlgorithm::RsaSha256),
	);
	for (key, other) in [(&ec, &rsa), (&rsa, &ec)] {
		let leaf = Leaf::rsa(other.identifier()).sign(other);
		let leaf = UnverifiedLeaf::parse(&leaf).expect("a certificate");
		let refused = leaf.verify::<RustCrypto>(&key.key(), other.algorithm());
		assert_eq!(refused.err(), Some(CertificateError::Algorithm));
	}
}

#[test]
fn tbs_altered_in_any_byte_refused() {
	let issuer = Issuer::p256();
	let leaf = Leaf::p256(issuer.identifier());
	let signed = leaf.sign(&issuer);
	let end = 4 + leaf.signed_part().len();
	for at in 0..end {
		let mut altered = signed.clone();
		altered[at] ^= 1;
		assert!(certify(&altered, &issuer, rules()).is_err(), "byte {at}");
	}
}

#[test]
fn leaf_truncated_anywhere_refused() {
	let issuer = Issuer::p256();
	let leaf = Leaf::p256(issuer.identifier()).sign(&issuer);
	for len in 0..leaf.len() {
		assert!(UnverifiedLeaf::parse(&leaf[..len]).is_err(), "{len} bytes");
	}
}

#[test]
fn leaf_with_trailing_bytes_refused() {
	let issuer = Issuer::p256();
	for padding in [&[0][..], &[0xff; 100]] {
		let leaf = [&Leaf::rsa(issuer.identifier()).sign(&issuer)[..], padding].concat();
		let refused = CertificateError::Der(DerError::Trailing);
		assert_eq!(UnverifiedLeaf::parse(&leaf).err(), Some(refused));
	}
}

#[test]
fn leaf_with_bytes_behind_signature_refused() {
	let issuer = Issuer::p256();
	let leaf = Leaf::rsa(issuer.identifier());
	let signed = leaf.signed_part();
	let signature = bits(&issuer.sign(&signed));
	let parts: [&[u8]; 4] = [&signed, &leaf.outer_algorithm, &signature, &tlv(5, &[])];
	assert!(certify(&sequence(&parts[..3]), &issuer, rules()).is_ok());
	let refused = CertificateError::Der(DerError::Trailing);
	assert_eq!(certify(&sequence(&parts), &issuer, rules()), Err(refused));
}

/// Nothing may hide in the signature of an elliptic issuer either: it would be a second form of one certificate.
#[test]
fn issuer_signature_with_trailing_bytes_refused() {
	let issuer = Issuer::p256();
	let leaf = Leaf::rsa(issuer.identifier());
	let signed = leaf.signed_part();
	let good = issuer.sign(&signed);
	let mut inside = [&good[..], &[5, 0]].concat();
	inside[1] += 2;
	let behind = [&good[..], &[5, 0]].concat();
	for signature in [inside, behind] {
		let leaf = sequence(&[&signed, &leaf.outer_algorithm, &bits(&signature)]);
		let refused = CertificateError::Der(DerError::Trailing);
		assert_eq!(certify(&leaf, &issuer, rules()), Err(refused));
	}
}

#[test]
fn leaf_of_4097_bytes_refused() {
	// An RSA signature has the same length every time.
	let issuer = Issuer::rsa(2048, SignatureAlgorithm::RsaSha256);
	let sized = |filler: usize| {
		let mut leaf = Leaf::rsa(issuer.identifier());
		leaf.extensions
			.push(extension("2a0304", None, &vec![0; filler]));
		leaf.sign(&issuer)
	};
	let overhead = sized(2000).len() - 2000;
	let (fits, large) = (
		sized(MAX_LEAF_LEN - overhead),
		sized(MAX_LEAF_LEN + 1 - overhead),
	);
	assert_eq!((fits.len(), large.len()), (MAX_LEAF_LEN, MAX_LEAF_LEN + 1));
	assert!(certify(&fits, &issuer, rules()).is_ok());
	assert_eq!(
		certify(&large, &issuer, rules()),
		Err(CertificateError::Size)
	);
}

/// Elements inside each other, `depth` of them.
fn nested(depth: usize) -> Vec<u8> {
	(0..depth).fold(vec![], |inner, _| sequence(&[&inner]))
}

#[test]
fn nesting_13_refused() {
	assert_eq!(check_structure(&nested(MAX_DEPTH)), Ok(()));
	assert_eq!(
		check_structure(&nested(MAX_DEPTH + 1)),
		Err(DerError::TooDeep)
	);
	let issuer = Issuer::p256();
	let with_subject = |depth: usize| {
		let mut leaf = Leaf::rsa(issuer.identifier());
		leaf.subject = nested(depth);
		certify(&leaf.sign(&issuer), &issuer, rules())
	};
	// The subject is two levels deep in the certificate.
	assert!(with_subject(10).is_ok());
	assert_eq!(
		with_subject(11),
		Err(CertificateError::Der(DerError::TooDeep))
	);
}

#[test]
fn lengths_in_other_than_shortest_form_refused() {
	for (bytes, error) in [
		("30800500 0000", DerError::IndefiniteLength),
		("308100", DerError::NonMinimalLength),
		("30817f", DerError::NonMinimalLength),
		("30820080", DerError::NonMinimalLength),
		("308200ff", DerError::NonMinimalLength),
		("3083000100", DerError::OverlongLength),
		("308400000001", DerError::OverlongLength),
		("30ff", DerError::OverlongLength),
		("3081", DerError::Truncated),
		("308201", DerError::Truncated),
		("30", DerError::Truncated),
		("", DerError::Truncated),
		("3001", DerError::Truncated),
		("3f0100", DerError::HighTag),
		("30020502", DerError::Truncated),
		("3003050000", DerError::Truncated),
		("30000500", DerError::Trailing),
		("300430020501", DerError::Truncated),
	] {
		let bytes = hex_bytes(&bytes.replace(' ', ""));
		assert_eq!(check_structure(&bytes), Err(error), "{bytes:02x?}");
	}
	assert_eq!(check_structure(&hex_bytes("3000")), Ok(()));
	assert_eq!(check_structure(&hex_bytes("300430020500")), Ok(()));
}

#[test]
fn every_element_must_be_there() {
	let issuer = Issuer::p256();
	type Part = fn(&mut Leaf) -> &mut Vec<u8>;
	let parts: [Part; 7] = [
		|leaf| &mut leaf.serial,
		|leaf| &mut leaf.inner_algorithm,
		|leaf| &mut leaf.issuer,
		|leaf| &mut leaf.not_before,
		|leaf| &mut leaf.not_after,
		|leaf| &mut leaf.subject,
		|leaf| &mut leaf.spki,
	];
	for (position, part) in parts.iter().enumerate() {
		let mut leaf = Leaf::rsa(issuer.identifier());
		part(&mut leaf).clear();
		assert!(
			certify(&leaf.sign(&issuer), &issuer, rules()).is_err(),
			"part {position}"
		);
	}
}

#[test]
fn issuer_is_found_by_the_hash_of_its_name() {
	use sha2::{Digest, Sha256};
	let issuer = Issuer::p256();
	let leaf = Leaf::rsa(issuer.identifier());
	let signed = leaf.sign(&issuer);
	let parsed = UnverifiedLeaf::parse(&signed).expect("a certificate");
	assert_eq!(parsed.issuer_hash()[..], Sha256::digest(&leaf.issuer)[..]);
	assert_eq!(parsed.algorithm(), SignatureAlgorithm::EcdsaP256Sha256);
}

/// One key is one identity, however its certificate writes it.
#[test]
fn identity_does_not_depend_on_the_writing_of_the_key() {
	let plain = offer(|_| (), |_| ()).expect("a key");
	let oaep = |leaf: &mut Leaf| {
		leaf.spki = rsa_spki(&ek_modulus(), &[1, 0, 1], "300b06092a864886f70d010107");
	};
	let oaep = offer(oaep, |_| ()).expect("a key");
	assert_eq!(plain.id(), oaep.id());
	use sha2::{Digest, Sha256};
	let canonical = Leaf::rsa(ECDSA_WITH_SHA256).spki;
	assert_eq!(plain.id()[..], Sha256::digest(canonical)[..]);
}

#[test]
fn issuer_keys_of_other_kinds_refused() {
	let refused = |spki: &[u8]| IssuerKey::from_spki(spki).expect_err("a refusal");
	let modulus = |len: usize| vec![0xff; len];
	let rsa = |modulus: &[u8], exponent: &[u8]| rsa_spki(modulus, exponent, RSA_ENCRYPTION);
	assert_eq!(
		refused(&rsa(&modulus(128), &[1, 0, 1])),
		KeyError::Size.into()
	);
	assert_eq!(
		refused(&rsa(&modulus(513), &[1, 0, 1])),
		KeyError::Size.into()
	);
	assert_eq!(
		refused(&rsa(&modulus(384), &[3])),
		KeyError::Exponent.into()
	);
	assert_eq!(
		refused(&rsa(&modulus(384), &[0])),
		KeyError::Exponent.into()
	);
	let roca = crate::public::roca_modulus();
	assert_eq!(refused(&rsa(&roca, &[1, 0, 1])), KeyError::Weak.into());
	assert_eq!(
		refused(&p256_spki(&[1; 32], &[2; 32])),
		KeyError::Point.into()
	);
	let long = [Issuer::p256().spki(), vec![0]].concat();
	assert_eq!(refused(&long), DerError::Trailing.into());
	assert_eq!(refused(&[]), DerError::UnexpectedTag.into());
}

#[test]
fn certificate_is_cut_out_of_nv_padding() {
	let issuer = Issuer::p256();
	let leaf = Leaf::rsa(issuer.identifier()).sign(&issuer);
	let padded = [&leaf[..], &[0xff; 600]].concat();
	assert_eq!(nv::certificate(&padded), Ok(&leaf[..]));
	let len = (leaf.len() as u16).to_be_bytes();
	let headed = [&[0x10, 0x01, 0x00][..], &len, &leaf, &[0xff; 10]].concat();
	assert_eq!(nv::certificate(&headed), Ok(&leaf[..]));
	assert_eq!(nv::certificate(&headed[..100]), Err(DerError::Truncated));
	assert_eq!(nv::certificate(&[0xff; 1600]), Err(DerError::UnexpectedTag));
	assert_eq!(nv::certificate(&[]), Err(DerError::UnexpectedTag));
}

#[test]
fn dates_are_counted_right() {
	use tea_tpm::{der::Reader, time::unix_seconds};
	for (tag, text, seconds) in [
		(0x17, "700101000000Z", 0),
		(0x17, "240229235959Z", 1_709_251_199),
		(0x17, "491231235959Z", 2_524_607_999),
		(0x17, "991231235959Z", 946_684_799),
		(0x18, "20000301000000Z", 951_868_800),
		(0x18, "21000228235959Z", 4_107_542_399),
		(0x18, "99991231235959Z", 253_402_300_799u64),
		(0x18, "19500101000000Z", 0),
	] {
		let der = tlv(tag, &[text.as_bytes()]);
		let element = Reader::new(&der).element().expect("an element");
		assert_eq!(unix_seconds(&element), Ok(seconds), "{text}");
	}
	let century = tlv(0x18, &[b"21000229000000Z"]);
	let element = Reader::new(&century).element().expect("an element");
	assert_eq!(unix_seconds(&element), Err(DerError::Time));
}

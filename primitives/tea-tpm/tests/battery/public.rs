//! Public areas: endorsement key, attestation key, receive key.

use hex_literal::hex;
use num_bigint::BigUint;
use tea_tpm::{
	AkPublic, EkKind, EkPublic, EvidenceError, PcrSelection, PublicError, RkPublic,
	public::rk_policy,
};

use crate::lab::{Lab, SoftKey, ek, hex_bytes, rk_public};

fn ak_p256() -> Vec<u8> {
	SoftKey::p256(0x42).public()
}

fn ak_rsa() -> Vec<u8> {
	SoftKey::rsa(2048).public()
}

/// Changes bytes from `at` on.
fn with(mut bytes: Vec<u8>, at: usize, new: &[u8]) -> Vec<u8> {
	bytes[at..at + new.len()].copy_from_slice(new);
	bytes
}

macro_rules! refused {
	($($name:ident: $parse:ident($base:expr), $at:expr, $new:expr => $error:ident;)+) => {
		$(
			#[test]
			fn $name() {
				let base = $base;
				assert!($parse::parse(&base).is_ok());
				let spoilt = with(base, $at, &$new[..]);
				assert_eq!($parse::parse(&spoilt).err(), Some(PublicError::$error));
			}
		)+
	};
}

refused! {
	ak_of_unknown_type_refused: AkPublic(ak_p256()), 0, [0, 0x25] => Type;
	ak_ecc_as_rsa_refused: AkPublic(ak_p256()), 0, [0, 1] => Length;
	ak_name_alg_sha384_refused: AkPublic(ak_p256()), 2, [0, 0x0c] => NameAlg;
	ak_with_policy_refused: AkPublic(ak_p256()), 8, [0, 0x20] => Policy;
	ak_with_symmetric_refused: AkPublic(ak_p256()), 10, [0, 6] => Symmetric;
	ak_scheme_ecdaa_refused: AkPublic(ak_p256()), 12, [0, 0x1a] => Scheme;
	ak_scheme_null_refused: AkPublic(ak_p256()), 12, [0, 0x10] => Scheme;
	ak_scheme_hash_sha1_refused: AkPublic(ak_p256()), 14, [0, 4] => SchemeHash;
	ak_curve_p384_refused: AkPublic(ak_p256()), 16, [0, 4] => Curve;
	ak_with_kdf_refused: AkPublic(ak_p256()), 18, [0, 0x20] => Kdf;
	ak_x_length_refused: AkPublic(ak_p256()), 20, [0, 0x1f] => KeyLength;
	ak_y_length_refused: AkPublic(ak_p256()), 54, [0, 0x21] => KeyLength;
	ak_point_off_curve_refused: AkPublic(ak_p256()), 87, [0xaa] => Point;
	ak_point_at_infinity_refused: AkPublic(ak_p256()), 56, [0; 32] => Point;
	ak_point_zero_refused: AkPublic(ak_p256()), 22, [&[0; 32][..], &[0, 32], &[0; 32]].concat() => Point;
	ak_coordinate_above_prime_refused: AkPublic(ak_p256()), 22, [0xff; 32] => Point;
	ak_rsa_name_alg_refused: AkPublic(ak_rsa()), 2, [0, 4] => NameAlg;
	ak_rsa_with_policy_refused: AkPublic(ak_rsa()), 8, [0, 0x20] => Policy;
	ak_rsa_with_symmetric_refused: AkPublic(ak_rsa()), 10, [0, 6] => Symmetric;
	ak_rsa_scheme_pss_refused: AkPublic(ak_rsa()), 12, [0, 0x16] => Scheme;
	ak_rsa_scheme_hash_refused: AkPublic(ak_rsa()), 14, [0, 0x0c] => SchemeHash;
	ak_rsa_key_bits_refused: AkPublic(ak_rsa()), 16, [0x0c, 0] => KeyBits;
	ak_rsa_exponent_three_refused: AkPublic(ak_rsa()), 18, [0, 0, 0, 3] => Exponent;
	ak_rsa_modulus_length_refused: AkPublic(ak_rsa()), 22, [0, 0xff] => KeyLength;
	ak_rsa_even_modulus_refused: AkPublic(ak_rsa()), 279, [0xfe] => Modulus;
	ak_rsa_short_modulus_refused: AkPublic(ak_rsa()), 24, [0x00] => Modulus;
	ek_of_unknown_type_refused: EkPublic(ek_area()), 0, [0, 8] => Type;
	ek_name_alg_refused: EkPublic(ek_area()), 3, [0x0c] => NameAlg;
	ek_attributes_refused: EkPublic(ek_area()), 7, [0xb3] => Attributes;
	ek_policy_length_refused: EkPublic(ek_area()), 9, [0x1f] => Policy;
	ek_policy_refused: EkPublic(ek_area()), 10, [0] => Policy;
	ek_symmetric_refused: EkPublic(ek_area()), 45, [0xff] => Symmetric;
	ek_scheme_refused: EkPublic(ek_area()), 49, [0x18] => Scheme;
	ek_curve_refused: EkPublic(ek_area()), 51, [5] => Curve;
	ek_kdf_refused: EkPublic(ek_area()), 53, [0x20] => Kdf;
	ek_x_length_refused: EkPublic(ek_area()), 55, [0x1f] => KeyLength;
	ek_y_length_refused: EkPublic(ek_area()), 89, [0x1f] => KeyLength;
	ek_point_off_curve_refused: EkPublic(ek_area()), 121, [0] => Point;
	ek_p384_point_off_curve_refused: EkPublic(ek_p384_area()), 169, [0] => Point;
	ek_p384_policy_refused: EkPublic(ek_p384_area()), 57, [0] => Policy;
	ek_rsa_exponent_refused: EkPublic(ek_rsa_area()), 52, [0, 1, 0, 1] => Exponent;
	ek_rsa_key_bits_refused: EkPublic(ek_rsa_area()), 50, [0x0c, 0] => KeyBits;
	ek_rsa_modulus_length_refused: EkPublic(ek_rsa_area()), 56, [0, 0xff] => KeyLength;
	ek_rsa_even_modulus_refused: EkPublic(ek_rsa_area()), 313, [0] => Modulus;
}

fn ek_area() -> Vec<u8> {
	ek().public_area().as_bytes().to_vec()
}

fn ek_p384_area() -> Vec<u8> {
	include_bytes!("../data/challenge_p384.ek").to_vec()
}

fn ek_rsa_area() -> Vec<u8> {
	include_bytes!("../data/challenge_rsa2048.ek").to_vec()
}

/// Every byte of a public area is a constant, or belongs to the key: none is left without a rule.
#[test]
fn each_constant_byte_of_a_public_area_counts() {
	type Accepts = fn(&[u8]) -> bool;
	let ak: Accepts = |bytes| AkPublic::parse(bytes).is_ok();
	let ek: Accepts = |bytes| EkPublic::parse(bytes).is_ok();
	let rk: Accepts = |bytes| RkPublic::parse(bytes, &[9; 32]).is_ok();
	/// Start and end of the key's numbers in a public area; all else is constant.
	type Numbers = &'static [(usize, usize)];
	let areas: [(Vec<u8>, Accepts, Numbers); 6] = [
		(ak_p256(), ak, &[(22, 54), (56, 88)]),
		(ak_rsa(), ak, &[(24, 280)]),
		(ek_area(), ek, &[(56, 88), (90, 122)]),
		(ek_p384_area(), ek, &[(72, 120), (122, 170)]),
		(ek_rsa_area(), ek, &[(58, 314)]),
		(rk_public(&[9; 32]), rk, &[(54, 86), (88, 120)]),
	];
	for (area, accepts, numbers) in areas {
		assert!(accepts(&area));
		for at in (0..area.len()).filter(|at| {
			!numbers
				.iter()
				.any(|(start, end)| (start..end).contains(&at))
		}) {
			for bit in [0x01, 0x80] {
				let spoilt = with(area.clone(), at, &[area[at] ^ bit]);
				assert!(!accepts(&spoilt), "byte {at} of {}", area.len());
			}
		}
	}
}

/// Every attribute counts but noDA, which is the difference between the two accepted numbers.
#[test]
fn ak_any_attribute_bit_refused() {
	const NO_DA: u32 = 0x400;
	for base in [ak_p256(), ak_rsa()] {
		for accepted in [0x0005_0472u32, 0x0005_0072] {
			assert!(AkPublic::parse(&with(base.clone(), 4, &accepted.to_be_bytes())).is_ok());
			for bit in (0..32).map(|bit| 1u32 << bit).filter(|bit| *bit != NO_DA) {
				let spoilt = with(base.clone(), 4, &(accepted ^ bit).to_be_bytes());
				let refused = AkPublic::parse(&spoilt);
				assert_eq!(
					refused,
					Err(PublicError::Attributes),
					"bit {bit:#x} of {accepted:#x}"
				);
			}
		}
	}
}

#[test]
fn ak_decrypt_bit_refused() {
	let attributes = 0x0005_0472u32 | 0x0002_0000;
	let spoilt = with(ak_p256(), 4, &attributes.to_be_bytes());
	assert_eq!(AkPublic::parse(&spoilt), Err(PublicError::Attributes));
}

#[test]
fn public_area_of_wrong_length_refused() {
	for base in [ak_p256(), ak_rsa()] {
		for len in 2..base.len() {
			assert_eq!(
				AkPublic::parse(&base[..len]),
				Err(PublicError::Length),
				"{len} bytes"
			);
		}
		assert_eq!(
			AkPublic::parse(&[&base[..], &[0]].concat()),
			Err(PublicError::Length)
		);
		assert_eq!(AkPublic::parse(&base[..1]), Err(PublicError::Type));
	}
	for base in [ek_area(), ek_p384_area(), ek_rsa_area()] {
		for len in 0..base.len() {
			assert!(EkPublic::parse(&base[..len]).is_err(), "{len} bytes");
		}
		assert_eq!(
			EkPublic::parse(&[&base[..], &[0]].concat()),
			Err(PublicError::Length)
		);
	}
}

/// A key that decrypts cannot be an attestation key, nor the other way round.
#[test]
fn ek_as_ak_refused() {
	for ek in [ek_area(), ek_p384_area(), ek_rsa_area()] {
		assert!(AkPublic::parse(&ek).is_err());
	}
	for ak in [ak_p256(), ak_rsa()] {
		assert!(EkPublic::parse(&ak).is_err());
	}
}

/// The same key pair under the template of an attestation key is refused too.
#[test]
fn ak_with_key_of_ek_refused() {
	let ak = AkPublic::parse(&ak_p256()).expect("an attestation key");
	let AkPublic::P256 { x, y, .. } = ak else {
		panic!("a P-256 key")
	};
	assert_eq!(
		ak.qualified_name(&EkPublic::P256 { x, y }),
		Err(PublicError::SameKey)
	);
	let ak = AkPublic::parse(&ak_rsa()).expect("an attestation key");
	let AkPublic::Rsa2048 { modulus, .. } = ak else {
		panic!("an RSA key")
	};
	assert_eq!(
		ak.qualified_name(&EkPublic::Rsa2048 { modulus }),
		Err(PublicError::SameKey)
	);
	assert!(ak.qualified_name(&ek()).is_ok());
}

/// A modulus with both factors of the guessable form, prime or not: the fingerprint sees only residues.
pub(crate) fn roca_modulus() -> [u8; 256] {
	let primes = (2u32..=167).filter(|n| (2..*n).all(|divisor| n % divisor != 0));
	let product: BigUint = primes.map(BigUint::from).product();
	let base = BigUint::from(65537u32);
	let factor = |exponent: u32, fill: u8| {
		let low = base.modpow(&BigUint::from(exponent), &product);
		let high = BigUint::from_bytes_be(&[fill; 128]) / &product;
		high * &product + low
	};
	let modulus = (factor(1234, 0xff) * factor(4321, 0xf1)).to_bytes_be();
	modulus.try_into().expect("2048 bits")
}

#[test]
fn roca_key_refused() {
	let ak = with(ak_rsa(), 24, &roca_modulus());
	assert_eq!(AkPublic::parse(&ak), Err(PublicError::WeakKey));
	let ek = with(ek_rsa_area(), 58, &roca_modulus());
	assert_eq!(EkPublic::parse(&ek), Err(PublicError::WeakKey));
	let mut other = roca_modulus();
	other[255] ^= 2;
	assert!(AkPublic::parse(&with(ak_rsa(), 24, &other)).is_ok());
}

#[test]
fn names_depend_on_the_form_of_the_exponent() {
	let implicit = AkPublic::parse(&ak_rsa()).expect("an attestation key");
	let explicit = AkPublic::parse(&with(ak_rsa(), 18, &[0, 1, 0, 1])).expect("the same key");
	assert_ne!(implicit.name(), explicit.name());
	assert_eq!(explicit.public_area().as_bytes()[18..22], [0, 1, 0, 1]);
}

#[test]
fn accepted_public_areas_are_written_again_byte_for_byte() {
	for base in [ak_p256(), ak_rsa(), with(ak_p256(), 4, &[0, 5, 0, 0x72])] {
		let ak = AkPublic::parse(&base).expect("an attestation key");
		assert_eq!(ak.public_area().as_bytes(), base);
	}
	for (base, kind) in [
		(ek_rsa_area(), EkKind::Rsa2048),
		(ek_area(), EkKind::P256),
		(ek_p384_area(), EkKind::P384),
	] {
		let ek = EkPublic::parse(&base).expect("an endorsement key");
		assert_eq!(ek.kind(), kind);
		assert_eq!(ek.public_area().as_bytes(), base);
	}
	let policy = [9; 32];
	let rk = RkPublic::parse(&rk_public(&policy), &policy).expect("a receive key");
	assert_eq!(rk.public_area().as_bytes(), rk_public(&policy));
}

/// The policy in known bytes: bitmap and digest give exactly this.
#[test]
fn rk_policy_known_answer() {
	let digest = hex!("4031250f9919e7ab42fa4b6f31e7bb43e76d052df9ddd3478366924123dcdaa4");
	assert_eq!(
		rk_policy(PcrSelection::UEFI, &digest),
		hex!("ba7d8d1da67f2367f42aef2ddcd26b04ab918ecf86d6b2327e91a1eb6cc300a0")
	);
}

/// Offers a receive key whose Name the binding carries, so that only its own rules stand against it.
fn offer(rk_public: Vec<u8>, error: PublicError) {
	let mut lab = Lab::new();
	lab.rk_public = rk_public;
	assert_eq!(lab.attest(), Err(EvidenceError::Rk(error)));
}

#[test]
fn rk_with_other_policy_refused() {
	offer(
		with(Lab::new().rk_public, 10, &[0; 32]),
		PublicError::Policy,
	);
}

#[test]
fn rk_with_other_bitmap_refused() {
	let digest = Lab::new().quote[113..].try_into().expect("32 bytes");
	offer(
		rk_public(&rk_policy(PcrSelection::BOARD, &digest)),
		PublicError::Policy,
	);
}

/// Without the command code the key could be used for everything that its state allows.
#[test]
fn rk_without_command_code_refused() {
	use sha2::{Digest, Sha256};
	let digest = &Lab::new().quote[113..];
	let pcrs_only = Sha256::new()
		.chain_update([0; 32])
		.chain_update(hex_bytes("0000017f00000001000b03957800"))
		.chain_update(digest)
		.finalize();
	offer(rk_public(&pcrs_only.into()), PublicError::Policy);
}

#[test]
fn rk_with_user_with_auth_refused() {
	offer(
		with(Lab::new().rk_public, 7, &[0xf2]),
		PublicError::Attributes,
	);
}

#[test]
fn rk_of_other_type_refused() {
	offer(with(Lab::new().rk_public, 1, &[1]), PublicError::Type);
}

#[test]
fn rk_with_other_constants_refused() {
	let base = || Lab::new().rk_public;
	offer(with(base(), 3, &[0x0c]), PublicError::NameAlg);
	offer(with(base(), 9, &[0x1f]), PublicError::Policy);
	offer(with(base(), 43, &[6]), PublicError::Symmetric);
	offer(with(base(), 45, &[0x1a]), PublicError::Scheme);
	offer(with(base(), 47, &[4]), PublicError::SchemeHash);
	offer(with(base(), 49, &[4]), PublicError::Curve);
	offer(with(base(), 51, &[0x20]), PublicError::Kdf);
	offer(with(base(), 53, &[0x1f]), PublicError::KeyLength);
	offer(with(base(), 87, &[0x1f]), PublicError::KeyLength);
}

#[test]
fn rk_of_wrong_length_refused() {
	let mut rk = Lab::new().rk_public;
	rk.push(0);
	offer(rk.clone(), PublicError::Length);
	rk.truncate(119);
	offer(rk, PublicError::Length);
}

#[test]
fn rk_point_off_curve_refused() {
	offer(with(Lab::new().rk_public, 119, &[0]), PublicError::Point);
}

//! The endorsement key: rebuilt from the certified key and the template, never taken from the module.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hex_literal::hex;
use scale_info::TypeInfo;

use crate::{
	Hash, curve,
	error::PublicError,
	name::EkName,
	public::{PublicArea, check_modulus, check_p256},
	sha256,
	template::{Field, Template, array},
};

/// PolicySecret(endorsement) in SHA-256.
const POLICY_A: &[u8] = &hex!("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");
/// PolicySecret(endorsement) with the policies of the high-range templates, in SHA-384.
const POLICY_B: &[u8] = &hex!(
	"b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419ca"
	"cb47ba09699646150f9fc000f3f80e12"
);

const RSA: Template = Template {
	len: 314,
	fields: &[
		Field(0, &hex!("0001"), PublicError::Type),
		Field(2, &hex!("000b"), PublicError::NameAlg),
		Field(4, &hex!("000300b2"), PublicError::Attributes),
		Field(8, &hex!("0020"), PublicError::Policy),
		Field(10, POLICY_A, PublicError::Policy),
		Field(42, &hex!("000600800043"), PublicError::Symmetric),
		Field(48, &hex!("0010"), PublicError::Scheme),
		Field(50, &hex!("0800"), PublicError::KeyBits),
		Field(52, &hex!("00000000"), PublicError::Exponent),
		Field(56, &hex!("0100"), PublicError::KeyLength),
	],
};
const RSA_MODULUS: usize = 58;

const P256: Template = Template {
	len: 122,
	fields: &[
		Field(0, &hex!("0023"), PublicError::Type),
		Field(2, &hex!("000b"), PublicError::NameAlg),
		Field(4, &hex!("000300b2"), PublicError::Attributes),
		Field(8, &hex!("0020"), PublicError::Policy),
		Field(10, POLICY_A, PublicError::Policy),
		Field(42, &hex!("000600800043"), PublicError::Symmetric),
		Field(48, &hex!("0010"), PublicError::Scheme),
		Field(50, &hex!("0003"), PublicError::Curve),
		Field(52, &hex!("0010"), PublicError::Kdf),
		Field(54, &hex!("0020"), PublicError::KeyLength),
		Field(88, &hex!("0020"), PublicError::KeyLength),
	],
};
const P256_X: usize = 56;
const P256_Y: usize = 90;

const P384: Template = Template {
	len: 170,
	fields: &[
		Field(0, &hex!("0023"), PublicError::Type),
		Field(2, &hex!("000c"), PublicError::NameAlg),
		Field(4, &hex!("000300f2"), PublicError::Attributes),
		Field(8, &hex!("0030"), PublicError::Policy),
		Field(10, POLICY_B, PublicError::Policy),
		Field(58, &hex!("000601000043"), PublicError::Symmetric),
		Field(64, &hex!("0010"), PublicError::Scheme),
		Field(66, &hex!("0004"), PublicError::Curve),
		Field(68, &hex!("0010"), PublicError::Kdf),
		Field(70, &hex!("0030"), PublicError::KeyLength),
		Field(120, &hex!("0030"), PublicError::KeyLength),
	],
};
const P384_X: usize = 72;
const P384_Y: usize = 122;

/// The kind of an endorsement key. It fixes name algorithm, protection of credentials and their length.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum EkKind {
	/// RSA with 2048 bits.
	#[codec(index = 0)]
	Rsa2048,
	/// NIST P-256.
	#[codec(index = 1)]
	P256,
	/// NIST P-384.
	#[codec(index = 2)]
	P384,
}

/// The public part of an endorsement key, as a certificate vouches for it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum EkPublic {
	/// RSA with 2048 bits and exponent 65537.
	#[codec(index = 0)]
	Rsa2048 {
		/// The modulus.
		modulus: [u8; 256],
	},
	/// NIST P-256.
	#[codec(index = 1)]
	P256 {
		/// Abscissa.
		x: [u8; 32],
		/// Ordinate.
		y: [u8; 32],
	},
	/// NIST P-384.
	#[codec(index = 2)]
	P384 {
		/// Abscissa.
		x: [u8; 48],
		/// Ordinate.
		y: [u8; 48],
	},
}

impl EkPublic {
	/// Recognises the public area of an endorsement key, as a TPM shows it.
	///
	/// Verifiers do not need this: they take the key from its certificate. It is for the side that holds the
	/// TPM, to compare what the TPM shows with what was certified.
	pub fn parse(bytes: &[u8]) -> Result<Self, PublicError> {
		let key = match (bytes.get(..2), bytes.len()) {
			(Some([0x00, 0x01]), _) => {
				RSA.check(bytes)?;
				Self::Rsa2048 {
					modulus: array(bytes, RSA_MODULUS)?,
				}
			}
			(Some([0x00, 0x23]), 170) => {
				P384.check(bytes)?;
				Self::P384 {
					x: array(bytes, P384_X)?,
					y: array(bytes, P384_Y)?,
				}
			}
			(Some([0x00, 0x23]), _) => {
				P256.check(bytes)?;
				Self::P256 {
					x: array(bytes, P256_X)?,
					y: array(bytes, P256_Y)?,
				}
			}
			_ => return Err(PublicError::Type),
		};
		key.check()?;
		Ok(key)
	}

	/// Refuses a key that is no point of its curve, or a modulus that is even, short or weak.
	fn check(&self) -> Result<(), PublicError> {
		match self {
			Self::Rsa2048 { modulus } => check_modulus(modulus),
			Self::P256 { x, y } => check_p256(x, y),
			Self::P384 { x, y } if curve::p384::is_point(x, y) => Ok(()),
			Self::P384 { .. } => Err(PublicError::Point),
		}
	}

	/// The kind of this key.
	pub const fn kind(&self) -> EkKind {
		match self {
			Self::Rsa2048 { .. } => EkKind::Rsa2048,
			Self::P256 { .. } => EkKind::P256,
			Self::P384 { .. } => EkKind::P384,
		}
	}

	/// The public area: template and certified key.
	pub fn public_area(&self) -> PublicArea {
		match self {
			Self::Rsa2048 { modulus } => {
				let mut area = PublicArea::new(&RSA);
				area.put(RSA_MODULUS, modulus);
				area
			}
			Self::P256 { x, y } => {
				let mut area = PublicArea::new(&P256);
				area.put(P256_X, x);
				area.put(P256_Y, y);
				area
			}
			Self::P384 { x, y } => {
				let mut area = PublicArea::new(&P384);
				area.put(P384_X, x);
				area.put(P384_Y, y);
				area
			}
		}
	}

	/// The Name.
	pub fn name(&self) -> EkName {
		let area = self.public_area();
		match self.kind() {
			EkKind::Rsa2048 | EkKind::P256 => EkName::sha256(area.as_bytes()),
			EkKind::P384 => EkName::sha384(area.as_bytes()),
		}
	}

	/// The qualified name of this key as a primary of the endorsement hierarchy.
	pub fn qualified_name(&self) -> EkName {
		self.name().qualified()
	}

	/// The identity of the module on chain: SHA-256 of the key's SubjectPublicKeyInfo in its canonical form.
	///
	/// Canonical, so that two certificates which write the same key differently (rsaEncryption or RSAES-OAEP)
	/// still are one identity.
	pub fn id(&self) -> Hash {
		match self {
			Self::Rsa2048 { modulus } => sha256(&[
				&hex!("30820122300d06092a864886f70d01010105000382010f003082010a0282010100"),
				modulus,
				&hex!("0203010001"),
			]),
			Self::P256 { x, y } => sha256(&[
				&hex!("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
				x,
				y,
			]),
			Self::P384 { x, y } => sha256(&[
				&hex!("3076301006072a8648ce3d020106052b8104002203620004"),
				x,
				y,
			]),
		}
	}
}

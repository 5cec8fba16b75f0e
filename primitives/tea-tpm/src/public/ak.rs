//! The attestation key: restricted, signing, child of the endorsement key.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hex_literal::hex;
use scale_info::TypeInfo;

use crate::{
	error::PublicError,
	name::{ObjectName, QualifiedName},
	public::{EkPublic, PublicArea, check_modulus, check_p256},
	template::{Field, Template, array},
};

const ATTRIBUTES: usize = 4;

const P256: Template = Template {
	len: 88,
	fields: &[
		Field(0, &hex!("0023"), PublicError::Type),
		Field(2, &hex!("000b"), PublicError::NameAlg),
		Field(8, &hex!("0000"), PublicError::Policy),
		Field(10, &hex!("0010"), PublicError::Symmetric),
		Field(12, &hex!("0018"), PublicError::Scheme),
		Field(14, &hex!("000b"), PublicError::SchemeHash),
		Field(16, &hex!("0003"), PublicError::Curve),
		Field(18, &hex!("0010"), PublicError::Kdf),
		Field(20, &hex!("0020"), PublicError::KeyLength),
		Field(54, &hex!("0020"), PublicError::KeyLength),
	],
};
const P256_X: usize = 22;
const P256_Y: usize = 56;

const RSA: Template = Template {
	len: 280,
	fields: &[
		Field(0, &hex!("0001"), PublicError::Type),
		Field(2, &hex!("000b"), PublicError::NameAlg),
		Field(8, &hex!("0000"), PublicError::Policy),
		Field(10, &hex!("0010"), PublicError::Symmetric),
		Field(12, &hex!("0014"), PublicError::Scheme),
		Field(14, &hex!("000b"), PublicError::SchemeHash),
		Field(16, &hex!("0800"), PublicError::KeyBits),
		Field(22, &hex!("0100"), PublicError::KeyLength),
	],
};
const RSA_EXPONENT: usize = 18;
const RSA_MODULUS: usize = 24;

/// The attributes that an attestation key may have: exactly one of two numbers.
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
pub enum AkAttributes {
	/// `00050472`: outside the dictionary-attack protection, as the module makes it.
	#[codec(index = 0)]
	NoDa,
	/// `00050072`: under the dictionary-attack protection.
	#[codec(index = 1)]
	Da,
}

impl AkAttributes {
	const fn to_bytes(self) -> [u8; 4] {
		match self {
			Self::NoDa => 0x0005_0472u32.to_be_bytes(),
			Self::Da => 0x0005_0072u32.to_be_bytes(),
		}
	}

	fn from_bytes(bytes: [u8; 4]) -> Result<Self, PublicError> {
		match u32::from_be_bytes(bytes) {
			0x0005_0472 => Ok(Self::NoDa),
			0x0005_0072 => Ok(Self::Da),
			_ => Err(PublicError::Attributes),
		}
	}
}

/// The two ways in which a TPM writes the exponent 65537. The Name depends on it.
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
pub enum RsaExponent {
	/// `00000000`.
	#[codec(index = 0)]
	Default,
	/// `00010001`.
	#[codec(index = 1)]
	Explicit,
}

impl RsaExponent {
	const fn to_bytes(self) -> [u8; 4] {
		match self {
			Self::Default => 0u32.to_be_bytes(),
			Self::Explicit => 65537u32.to_be_bytes(),
		}
	}

	fn from_bytes(bytes: [u8; 4]) -> Result<Self, PublicError> {
		match u32::from_be_bytes(bytes) {
			0 => Ok(Self::Default),
			65537 => Ok(Self::Explicit),
			_ => Err(PublicError::Exponent),
		}
	}
}

/// The public part of an attestation key.
///
/// Values come from [`AkPublic::parse`]. A decoded value is only as good as the storage it comes from; a bad
/// point in it makes verification fail, never panic.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum AkPublic {
	/// ECDSA with SHA-256 on NIST P-256.
	#[codec(index = 0)]
	P256 {
		/// Attributes.
		attributes: AkAttributes,
		/// Abscissa.
		x: [u8; 32],
		/// Ordinate.
		y: [u8; 32],
	},
	/// RSASSA-PKCS1-v1_5 with SHA-256 and 2048 bits.
	#[codec(index = 1)]
	Rsa2048 {
		/// Attributes.
		attributes: AkAttributes,
		/// How the exponent is written.
		exponent: RsaExponent,
		/// The modulus.
		modulus: [u8; 256],
	},
}

impl AkPublic {
	/// Recognises the public area of an attestation key.
	pub fn parse(bytes: &[u8]) -> Result<Self, PublicError> {
		match bytes.get(..2) {
			Some([0x00, 0x23]) => {
				P256.check(bytes)?;
				let attributes = AkAttributes::from_bytes(array(bytes, ATTRIBUTES)?)?;
				let (x, y) = (array(bytes, P256_X)?, array(bytes, P256_Y)?);
				check_p256(&x, &y)?;
				Ok(Self::P256 { attributes, x, y })
			}
			Some([0x00, 0x01]) => {
				RSA.check(bytes)?;
				let attributes = AkAttributes::from_bytes(array(bytes, ATTRIBUTES)?)?;
				let exponent = RsaExponent::from_bytes(array(bytes, RSA_EXPONENT)?)?;
				let modulus = array(bytes, RSA_MODULUS)?;
				check_modulus(&modulus)?;
				Ok(Self::Rsa2048 {
					attributes,
					exponent,
					modulus,
				})
			}
			_ => Err(PublicError::Type),
		}
	}

	/// The public area.
	pub fn public_area(&self) -> PublicArea {
		match self {
			Self::P256 { attributes, x, y } => {
				let mut area = PublicArea::new(&P256);
				area.put(ATTRIBUTES, &attributes.to_bytes());
				area.put(P256_X, x);
				area.put(P256_Y, y);
				area
			}
			Self::Rsa2048 {
				attributes,
				exponent,
				modulus,
			} => {
				let mut area = PublicArea::new(&RSA);
				area.put(ATTRIBUTES, &attributes.to_bytes());
				area.put(RSA_EXPONENT, &exponent.to_bytes());
				area.put(RSA_MODULUS, modulus);
				area
			}
		}
	}

	/// The Name.
	pub fn name(&self) -> ObjectName {
		ObjectName::of(self.public_area().as_bytes())
	}

	/// The qualified name of this key under `ek`: what every one of its quotes must carry.
	///
	/// Computed once at enrolment and stored. It ties a quote to this endorsement key in this hierarchy.
	pub fn qualified_name(&self, ek: &EkPublic) -> Result<QualifiedName, PublicError> {
		if self.is_key_of(ek) {
			return Err(PublicError::SameKey);
		}
		Ok(QualifiedName::under(&ek.qualified_name(), &self.name()))
	}

	/// Whether both public areas describe one key pair.
	fn is_key_of(&self, ek: &EkPublic) -> bool {
		match (self, ek) {
			(Self::P256 { x, .. }, EkPublic::P256 { x: ek_x, .. }) => x == ek_x,
			(
				Self::Rsa2048 { modulus, .. },
				EkPublic::Rsa2048 {
					modulus: ek_modulus,
				},
			) => modulus == ek_modulus,
			_ => false,
		}
	}
}

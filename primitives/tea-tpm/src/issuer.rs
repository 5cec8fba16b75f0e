//! Issuers of endorsement certificates, as governance registers them.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hex_literal::hex;
use scale_info::TypeInfo;

use crate::{
	der::{Reader, tag},
	error::{CertificateError, KeyError},
	roca,
	spki::{self, SubjectKey},
};

const SHA256_WITH_RSA: &[u8] = &hex!("2a864886f70d01010b");
const SHA384_WITH_RSA: &[u8] = &hex!("2a864886f70d01010c");
const ECDSA_WITH_SHA256: &[u8] = &hex!("2a8648ce3d040302");
const ECDSA_WITH_SHA384: &[u8] = &hex!("2a8648ce3d040303");

/// The signature algorithms of issuers. SHA-1 never.
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
pub enum SignatureAlgorithm {
	/// RSASSA-PKCS1-v1_5 with SHA-256.
	#[codec(index = 0)]
	RsaSha256,
	/// RSASSA-PKCS1-v1_5 with SHA-384.
	#[codec(index = 1)]
	RsaSha384,
	/// ECDSA on P-256 with SHA-256.
	#[codec(index = 2)]
	EcdsaP256Sha256,
	/// ECDSA on P-384 with SHA-384.
	#[codec(index = 3)]
	EcdsaP384Sha384,
}

impl SignatureAlgorithm {
	/// Reads the value of an `AlgorithmIdentifier`. Parameters are absent or NULL.
	pub(crate) fn parse(value: &[u8]) -> Result<Self, CertificateError> {
		let mut fields = Reader::new(value);
		let oid = fields.expect(tag::OID)?;
		if fields
			.optional(tag::NULL)?
			.is_some_and(|null| !null.is_empty())
			|| !fields.is_empty()
		{
			return Err(CertificateError::Algorithm);
		}
		match oid {
			SHA256_WITH_RSA => Ok(Self::RsaSha256),
			SHA384_WITH_RSA => Ok(Self::RsaSha384),
			ECDSA_WITH_SHA256 => Ok(Self::EcdsaP256Sha256),
			ECDSA_WITH_SHA384 => Ok(Self::EcdsaP384Sha384),
			_ => Err(CertificateError::Algorithm),
		}
	}
}

/// The public key of an issuer.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[allow(
	clippy::large_enum_variant,
	reason = "stored as it is; a box would need a heap"
)]
pub enum IssuerKey {
	/// RSA with 2048 bits: the modulus.
	#[codec(index = 0)]
	Rsa2048([u8; 256]),
	/// RSA with 3072 bits: the modulus.
	#[codec(index = 1)]
	Rsa3072([u8; 384]),
	/// RSA with 4096 bits: the modulus.
	#[codec(index = 2)]
	Rsa4096([u8; 512]),
	/// NIST P-256.
	#[codec(index = 3)]
	P256 {
		/// Abscissa.
		x: [u8; 32],
		/// Ordinate.
		y: [u8; 32],
	},
	/// NIST P-384.
	#[codec(index = 4)]
	P384 {
		/// Abscissa.
		x: [u8; 48],
		/// Ordinate.
		y: [u8; 48],
	},
}

impl IssuerKey {
	/// The key in the `SubjectPublicKeyInfo` of the issuer's certificate.
	pub fn from_spki(der: &[u8]) -> Result<Self, CertificateError> {
		match spki::parse(der)? {
			SubjectKey::P256 { x, y } => Ok(Self::P256 { x, y }),
			SubjectKey::P384 { x, y } => Ok(Self::P384 { x, y }),
			SubjectKey::Rsa { modulus } if roca::has_fingerprint(modulus) => {
				Err(KeyError::Weak.into())
			}
			SubjectKey::Rsa { modulus } => {
				if let Ok(modulus) = modulus.try_into() {
					Ok(Self::Rsa2048(modulus))
				} else if let Ok(modulus) = modulus.try_into() {
					Ok(Self::Rsa3072(modulus))
				} else if let Ok(modulus) = modulus.try_into() {
					Ok(Self::Rsa4096(modulus))
				} else {
					Err(KeyError::Size.into())
				}
			}
		}
	}

	/// The modulus of an RSA key.
	pub(crate) fn modulus(&self) -> Option<&[u8]> {
		match self {
			Self::Rsa2048(modulus) => Some(modulus),
			Self::Rsa3072(modulus) => Some(modulus),
			Self::Rsa4096(modulus) => Some(modulus),
			Self::P256 { .. } | Self::P384 { .. } => None,
		}
	}
}

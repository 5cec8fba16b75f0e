//! The `SubjectPublicKeyInfo` of a certificate.

use hex_literal::hex;

use crate::{
	curve,
	der::{Reader, tag},
	error::{CertificateError, DerError, KeyError},
	rsa_key,
};

const RSA_ENCRYPTION: &[u8] = &hex!("2a864886f70d010101");
/// Some makers file the very same key under the OID of the padding that it is used with.
const RSAES_OAEP: &[u8] = &hex!("2a864886f70d010107");
const EC_PUBLIC_KEY: &[u8] = &hex!("2a8648ce3d0201");
const PRIME256V1: &[u8] = &hex!("2a8648ce3d030107");
const SECP384R1: &[u8] = &hex!("2b81040022");

/// The exponent 65537 as a DER integer's value.
const EXPONENT: &[u8] = &hex!("010001");

/// A public key as a certificate states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKey<'a> {
	/// RSA with exponent 65537 and an odd modulus that fills its bytes.
	Rsa {
		/// The modulus, without a sign byte.
		modulus: &'a [u8],
	},
	/// A point of NIST P-256.
	P256 {
		/// Abscissa.
		x: [u8; 32],
		/// Ordinate.
		y: [u8; 32],
	},
	/// A point of NIST P-384.
	P384 {
		/// Abscissa.
		x: [u8; 48],
		/// Ordinate.
		y: [u8; 48],
	},
}

impl<'a> SubjectKey<'a> {
	/// Reads the value (without tag and length) of a `SubjectPublicKeyInfo`.
	pub fn parse(value: &'a [u8]) -> Result<Self, CertificateError> {
		let mut fields = Reader::new(value);
		let mut algorithm = Reader::new(fields.expect(tag::SEQUENCE)?);
		let key = fields.whole_bits()?;
		fields.finish()?;
		match algorithm.expect(tag::OID)? {
			RSA_ENCRYPTION | RSAES_OAEP => Self::rsa(key),
			EC_PUBLIC_KEY => {
				let curve = algorithm
					.expect(tag::OID)
					.map_err(|_| KeyError::Algorithm)?;
				algorithm.finish()?;
				match curve {
					PRIME256V1 => {
						let (x, y) = coordinates(key)?;
						if !curve::p256::is_point(&x, &y) {
							return Err(KeyError::Point.into());
						}
						Ok(Self::P256 { x, y })
					}
					SECP384R1 => {
						let (x, y) = coordinates(key)?;
						if !curve::p384::is_point(&x, &y) {
							return Err(KeyError::Point.into());
						}
						Ok(Self::P384 { x, y })
					}
					_ => Err(KeyError::Algorithm.into()),
				}
			}
			_ => Err(KeyError::Algorithm.into()),
		}
	}

	fn rsa(key: &'a [u8]) -> Result<Self, CertificateError> {
		let mut outer = Reader::new(key);
		let mut numbers = Reader::new(outer.expect(tag::SEQUENCE)?);
		outer.finish()?;
		let modulus = numbers.unsigned()?;
		let exponent = numbers.unsigned()?;
		numbers.finish()?;
		if exponent != EXPONENT {
			return Err(KeyError::Exponent.into());
		}
		if !rsa_key::is_odd(modulus) {
			return Err(KeyError::Modulus.into());
		}
		if !rsa_key::is_full(modulus) {
			return Err(KeyError::Size.into());
		}
		Ok(Self::Rsa { modulus })
	}
}

/// The coordinates of an uncompressed point.
fn coordinates<const N: usize>(key: &[u8]) -> Result<([u8; N], [u8; N]), CertificateError> {
	let point = || {
		let (4, point) = key.split_first().map(|(form, point)| (*form, point))? else {
			return None;
		};
		let (x, y) = point.split_first_chunk::<N>()?;
		Some((*x, y.try_into().ok()?))
	};
	point().ok_or(CertificateError::Key(KeyError::Point))
}

/// Reads a whole `SubjectPublicKeyInfo`.
pub fn parse(der: &[u8]) -> Result<SubjectKey<'_>, CertificateError> {
	let mut outer = Reader::new(der);
	let value = outer.expect(tag::SEQUENCE)?;
	outer
		.finish()
		.map_err(|_| CertificateError::Der(DerError::Trailing))?;
	SubjectKey::parse(value)
}

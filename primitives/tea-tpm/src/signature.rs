//! Signatures of attestation keys: `TPMT_SIGNATURE` with ECDSA on P-256 or RSASSA-2048, both with SHA-256.

use crate::error::SignatureError;

const ALG_RSASSA: [u8; 2] = [0x00, 0x14];
const ALG_ECDSA: [u8; 2] = [0x00, 0x18];
const ALG_SHA256: [u8; 2] = [0x00, 0x0b];

/// Length of an RSASSA-2048 signature structure, and the most that any accepted signature has.
pub const MAX_SIGNATURE_LEN: usize = 262;

/// A recognised signature structure. Its numbers are not checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TpmSignature<'a> {
	/// ECDSA on P-256 with SHA-256, both numbers padded to full length.
	Ecdsa {
		/// The number r.
		r: [u8; 32],
		/// The number s.
		s: [u8; 32],
	},
	/// RSASSA-PKCS1-v1_5 with SHA-256.
	Rsassa(&'a [u8; 256]),
}

impl<'a> TpmSignature<'a> {
	/// Recognises a whole `TPMT_SIGNATURE`, not one byte more or less.
	pub fn parse(bytes: &'a [u8]) -> Result<Self, SignatureError> {
		let (scheme, rest) = bytes
			.split_first_chunk::<2>()
			.ok_or(SignatureError::Length)?;
		let is_ecdsa = match *scheme {
			ALG_ECDSA => true,
			ALG_RSASSA => false,
			_ => return Err(SignatureError::Scheme),
		};
		let (hash, rest) = rest
			.split_first_chunk::<2>()
			.ok_or(SignatureError::Length)?;
		if *hash != ALG_SHA256 {
			return Err(SignatureError::Hash);
		}
		let (first, rest) = sized(rest)?;
		if is_ecdsa {
			let (second, rest) = sized(rest)?;
			if !rest.is_empty() {
				return Err(SignatureError::Length);
			}
			Ok(Self::Ecdsa {
				r: padded(first)?,
				s: padded(second)?,
			})
		} else {
			match <&[u8; 256]>::try_from(first) {
				Ok(signature) if rest.is_empty() => Ok(Self::Rsassa(signature)),
				_ => Err(SignatureError::Length),
			}
		}
	}
}

/// Splits a `TPM2B` off the front.
fn sized(bytes: &[u8]) -> Result<(&[u8], &[u8]), SignatureError> {
	let (len, rest) = bytes
		.split_first_chunk::<2>()
		.ok_or(SignatureError::Length)?;
	rest.split_at_checked(u16::from_be_bytes(*len).into())
		.ok_or(SignatureError::Length)
}

/// A number of at most 32 bytes, padded on the left: TPMs may drop leading zeros.
fn padded(number: &[u8]) -> Result<[u8; 32], SignatureError> {
	let mut out = [0; 32];
	let start = out
		.len()
		.checked_sub(number.len())
		.ok_or(SignatureError::ScalarLength)?;
	out[start..].copy_from_slice(number);
	Ok(out)
}

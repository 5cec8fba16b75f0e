//! Public areas (`TPMT_PUBLIC`) of the three kinds of TPM keys: endorsement key, attestation key, receive key.
//!
//! Every layout is a table of constants at fixed offsets. A public area is accepted when all its constants,
//! its length and its key are right, and then writing it again gives the same bytes, because the Name is
//! computed over exactly them.

mod ak;
mod ek;
mod rk;

pub use crate::template::{MAX_PUBLIC_LEN, PublicArea};
pub use ak::{AkAttributes, AkPublic, RsaExponent};
pub use ek::{EkKind, EkPublic};
pub use rk::{RkPublic, rk_policy};

use crate::{curve, error::PublicError, roca, rsa_key};

/// Refuses an RSA-2048 modulus that is even, short or made by a broken generator.
fn check_modulus(modulus: &[u8; 256]) -> Result<(), PublicError> {
	if !rsa_key::is_full(modulus) || !rsa_key::is_odd(modulus) {
		return Err(PublicError::Modulus);
	}
	if roca::has_fingerprint(modulus) {
		return Err(PublicError::WeakKey);
	}
	Ok(())
}

/// Refuses coordinates that are no point of P-256.
fn check_p256(x: &[u8; 32], y: &[u8; 32]) -> Result<(), PublicError> {
	if curve::p256::is_point(x, y) {
		Ok(())
	} else {
		Err(PublicError::Point)
	}
}

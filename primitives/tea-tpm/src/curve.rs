//! The two curves, with coordinates as byte arrays: on-curve test, ECDSA verification, Diffie-Hellman.
//!
//! Every function builds its point through the checking constructor, so a value that was merely decoded never
//! reaches curve arithmetic.

use zeroize::Zeroizing;

/// What a sender gets from an ephemeral scalar and a public point.
pub struct Shared<const N: usize> {
	/// Abscissa of the ephemeral public point.
	pub ephemeral_x: [u8; N],
	/// Ordinate of the ephemeral public point.
	pub ephemeral_y: [u8; N],
	/// Abscissa of the shared point.
	pub secret: Zeroizing<[u8; N]>,
}

/// Why there is no [`Shared`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedError {
	/// The coordinates are no point of the curve.
	Point,
	/// The scalar is zero or not below the order of the group.
	Scalar,
}

macro_rules! curve {
	($(#[$meta:meta])* $name:ident, $curve:ident, $size:literal) => {
		$(#[$meta])*
		pub mod $name {
			use ::$name::{
				$curve, EncodedPoint, FieldBytes, PublicKey, SecretKey,
				ecdh::diffie_hellman,
				ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier},
				elliptic_curve::{
					scalar::ScalarPrimitive,
					sec1::{FromEncodedPoint, ToEncodedPoint},
				},
			};
			use zeroize::Zeroizing;

			use super::{Shared, SharedError};
			use crate::error::SignatureError;

			/// Length of a coordinate and of a scalar.
			pub const SIZE: usize = $size;

			fn public_key(x: &[u8; SIZE], y: &[u8; SIZE]) -> Option<PublicKey> {
				let point = EncodedPoint::from_affine_coordinates(
					FieldBytes::from_slice(x),
					FieldBytes::from_slice(y),
					false,
				);
				PublicKey::from_encoded_point(&point).into()
			}

			/// Whether the coordinates are a point of the curve other than infinity.
			pub fn is_point(x: &[u8; SIZE], y: &[u8; SIZE]) -> bool {
				public_key(x, y).is_some()
			}

			/// Whether `scalar` is above zero and below the order of the group.
			fn is_scalar(scalar: &[u8; SIZE]) -> bool {
				ScalarPrimitive::<$curve>::from_slice(scalar)
					.is_ok_and(|scalar| !bool::from(scalar.is_zero()))
			}

			/// Verifies an ECDSA signature over a digest. Both forms of `s` are good: TPMs do not normalise.
			pub fn verify(
				x: &[u8; SIZE],
				y: &[u8; SIZE],
				r: &[u8; SIZE],
				s: &[u8; SIZE],
				digest: &[u8; SIZE],
			) -> Result<(), SignatureError> {
				if !is_scalar(r) {
					return Err(SignatureError::ScalarR);
				}
				if !is_scalar(s) {
					return Err(SignatureError::ScalarS);
				}
				let key = public_key(x, y).ok_or(SignatureError::Key)?;
				let signature =
					Signature::from_scalars(*FieldBytes::from_slice(r), *FieldBytes::from_slice(s))
						.map_err(|_| SignatureError::Invalid)?;
				VerifyingKey::from(key)
					.verify_prehash(digest, &signature)
					.map_err(|_| SignatureError::Invalid)
			}

			/// Diffie-Hellman of an ephemeral scalar with a public point.
			pub fn share(
				x: &[u8; SIZE],
				y: &[u8; SIZE],
				scalar: &[u8; SIZE],
			) -> Result<Shared<SIZE>, SharedError> {
				let public = public_key(x, y).ok_or(SharedError::Point)?;
				let ephemeral = SecretKey::from_bytes(FieldBytes::from_slice(scalar))
					.map_err(|_| SharedError::Scalar)?;
				let point = ephemeral.public_key().to_encoded_point(false);
				let (ephemeral_x, ephemeral_y) =
					point.x().zip(point.y()).ok_or(SharedError::Scalar)?;
				let shared = diffie_hellman(ephemeral.to_nonzero_scalar(), public.as_affine());
				let mut secret = Zeroizing::new([0; SIZE]);
				secret.copy_from_slice(shared.raw_secret_bytes());
				Ok(Shared {
					ephemeral_x: (*ephemeral_x).into(),
					ephemeral_y: (*ephemeral_y).into(),
					secret,
				})
			}
		}
	};
}

curve!(
	/// NIST P-256.
	p256,
	NistP256,
	32
);
curve!(
	/// NIST P-384.
	p384,
	NistP384,
	48
);

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
				ProjectivePoint, Scalar,
				ecdsa::Signature,
				elliptic_curve::{
					ops::{Invert, Reduce},
					point::{AffineCoordinates, Double},
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
				let (r, s) = signature.split_scalars();
				let inverse = *s.invert_vartime();
				let z = <Scalar as Reduce<_>>::reduce_bytes(FieldBytes::from_slice(digest));
				let point = sum(&(z * inverse), &(*r * inverse), &key.to_projective());
				// The abscissa of infinity is zero, which r is not.
				let x = <Scalar as Reduce<_>>::reduce_bytes(&point.to_affine().x());
				if x == *r {
					Ok(())
				} else {
					Err(SignatureError::Invalid)
				}
			}

			/// `a * G + b * point`, both at once: half the doublings of two multiplications. Takes a time that
			/// depends on the numbers, which all are public when a signature is verified.
			fn sum(a: &Scalar, b: &Scalar, point: &ProjectivePoint) -> ProjectivePoint {
				let (a, b) = (digits(&a.to_bytes()), digits(&b.to_bytes()));
				let (of_a, of_b) = (odd_multiples(&ProjectivePoint::GENERATOR), odd_multiples(point));
				let mut sum = ProjectivePoint::IDENTITY;
				for (a, b) in a.iter().zip(&b).rev() {
					sum = sum.double();
					for (digit, multiples) in [(a, &of_a), (b, &of_b)] {
						let multiple = &multiples[usize::from(digit.unsigned_abs() / 2)];
						match digit.signum() {
							1 => sum += multiple,
							-1 => sum -= multiple,
							_ => {}
						}
					}
				}
				sum
			}

			/// One, three, five … fifteen times a point.
			fn odd_multiples(point: &ProjectivePoint) -> [ProjectivePoint; 8] {
				let twice = point.double();
				let mut multiples = [*point; 8];
				for at in 1..multiples.len() {
					multiples[at] = multiples[at - 1] + twice;
				}
				multiples
			}

			/// A scalar as digits of powers of two, lowest first: each is zero or odd and at most fifteen in
			/// absolute value, and of five neighbours at most one is not zero.
			fn digits(scalar: &FieldBytes) -> [i8; 8 * SIZE + 1] {
				let bit = |at: usize| match scalar.len().checked_sub(1 + at / 8) {
					Some(byte) => (scalar[byte] >> (at % 8) & 1) as i8,
					None => 0,
				};
				let mut digits = [0; 8 * SIZE + 1];
				let (mut at, mut carry) = (0, 0);
				while at < digits.len() {
					if bit(at) == carry {
						at += 1;
						continue;
					}
					let low = (0..5).fold(carry, |sum, offset| sum + (bit(at + offset) << offset));
					carry = low >> 4 & 1;
					digits[at] = low - (carry << 5);
					at += 5;
				}
				digits
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

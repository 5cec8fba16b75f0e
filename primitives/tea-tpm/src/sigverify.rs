//! Where signatures are verified.
//!
//! Everything that needs curve or bigint work goes through [`SigVerify`], so that a runtime can move it to the
//! host later, and a test can count that validation never calls it.

use rsa::pkcs1v15;
use rsa::signature::hazmat::PrehashVerifier;
use sha2::{Digest, Sha256, Sha384};

use crate::{
	Hash, curve,
	error::{CertificateError, SignatureError},
	issuer::{IssuerKey, SignatureAlgorithm},
	public::AkPublic,
	rsa_key,
	signature::TpmSignature,
};

/// Verification of the two kinds of signatures that evidence rests on.
pub trait SigVerify {
	/// Verifies the signature of an attestation key over the SHA-256 of an attestation.
	fn attestation(
		key: &AkPublic,
		digest: &Hash,
		signature: &TpmSignature<'_>,
	) -> Result<(), SignatureError>;

	/// Verifies the signature of an issuer over the raw bytes of a certificate's signed part.
	fn certificate(
		key: &IssuerKey,
		algorithm: SignatureAlgorithm,
		signed: &[u8],
		signature: &[u8],
	) -> Result<(), CertificateError>;
}

/// Verification inside the program itself, native or wasm, with the RustCrypto libraries.
pub struct RustCrypto;

impl SigVerify for RustCrypto {
	fn attestation(
		key: &AkPublic,
		digest: &Hash,
		signature: &TpmSignature<'_>,
	) -> Result<(), SignatureError> {
		match (key, signature) {
			(AkPublic::P256 { x, y, .. }, TpmSignature::Ecdsa { r, s }) => {
				curve::p256::verify(x, y, r, s, digest)
			}
			(AkPublic::Rsa2048 { modulus, .. }, TpmSignature::Rsassa(signature)) => {
				let key = rsa_key::public_key(modulus).ok_or(SignatureError::Key)?;
				rsassa::<Sha256>(key, digest, *signature).ok_or(SignatureError::Invalid)
			}
			_ => Err(SignatureError::SchemeMismatch),
		}
	}

	fn certificate(
		key: &IssuerKey,
		algorithm: SignatureAlgorithm,
		signed: &[u8],
		signature: &[u8],
	) -> Result<(), CertificateError> {
		let verified = match (algorithm, key) {
			(SignatureAlgorithm::EcdsaP256Sha256, IssuerKey::P256 { x, y }) => {
				let (r, s) = ecdsa_numbers(signature)?;
				curve::p256::verify(x, y, &r, &s, &Sha256::digest(signed).into()).ok()
			}
			(SignatureAlgorithm::EcdsaP384Sha384, IssuerKey::P384 { x, y }) => {
				let (r, s) = ecdsa_numbers(signature)?;
				curve::p384::verify(x, y, &r, &s, &Sha384::digest(signed).into()).ok()
			}
			(SignatureAlgorithm::RsaSha256, _) => {
				let modulus = key.modulus().ok_or(CertificateError::Algorithm)?;
				rsa_key::public_key(modulus)
					.and_then(|key| rsassa::<Sha256>(key, &Sha256::digest(signed), signature))
			}
			(SignatureAlgorithm::RsaSha384, _) => {
				let modulus = key.modulus().ok_or(CertificateError::Algorithm)?;
				rsa_key::public_key(modulus)
					.and_then(|key| rsassa::<Sha384>(key, &Sha384::digest(signed), signature))
			}
			_ => return Err(CertificateError::Algorithm),
		};
		verified.ok_or(CertificateError::Signature)
	}
}

/// RSASSA-PKCS1-v1_5 over a digest; length of the signature and whole padding are checked by the library.
fn rsassa<D: Digest + rsa::pkcs8::AssociatedOid>(
	key: rsa::RsaPublicKey,
	digest: &[u8],
	signature: &[u8],
) -> Option<()> {
	let signature = pkcs1v15::Signature::try_from(signature).ok()?;
	pkcs1v15::VerifyingKey::<D>::new(key)
		.verify_prehash(digest, &signature)
		.ok()
}

/// The two numbers of an ECDSA signature in DER, padded to full length.
fn ecdsa_numbers<const N: usize>(signature: &[u8]) -> Result<([u8; N], [u8; N]), CertificateError> {
	use crate::der::{Reader, tag};
	let mut outer = Reader::new(signature);
	let mut numbers = Reader::new(outer.expect(tag::SEQUENCE)?);
	outer.finish()?;
	let r = padded(numbers.unsigned()?)?;
	let s = padded(numbers.unsigned()?)?;
	numbers.finish()?;
	Ok((r, s))
}

fn padded<const N: usize>(number: &[u8]) -> Result<[u8; N], CertificateError> {
	let mut out = [0; N];
	let start = N
		.checked_sub(number.len())
		.ok_or(CertificateError::Signature)?;
	out[start..].copy_from_slice(number);
	Ok(out)
}

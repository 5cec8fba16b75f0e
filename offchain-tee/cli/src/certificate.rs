//! The public key in a file: of a certificate or bare, in PEM or DER.

use std::{fs, path::Path};
use tea_tpm::{
	IssuerKey, SignatureAlgorithm,
	der::{Reader, tag},
};

use crate::failure::{Failure, Result};

/// No certificate is longer.
const MAX_LEN: u64 = 64 * 1024;

/// `SubjectPublicKeyInfo` in a file, and the key in it.
pub(crate) fn public_key(path: &Path) -> Result<(Vec<u8>, IssuerKey)> {
	let refused = |reason: &str| {
		Failure::input(
			format!("{} cannot be used: {reason}", path.display()),
			"give the issuer's certificate or its public key, in PEM or DER",
		)
	};
	let length = fs::metadata(path)
		.map_err(|error| refused(&error.to_string()))?
		.len();
	if length > MAX_LEN {
		return Err(refused("it is too long"));
	}
	let bytes = fs::read(path).map_err(|error| refused(&error.to_string()))?;
	let der = if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
		let pem = pem::parse(&bytes).map_err(|error| refused(&error.to_string()))?;
		if !matches!(pem.tag(), "CERTIFICATE" | "PUBLIC KEY") {
			return Err(refused(&format!("it is a {}", pem.tag())));
		}
		pem.into_contents()
	} else {
		bytes
	};
	let spki = if IssuerKey::from_spki(&der).is_ok() {
		der
	} else {
		spki_of_certificate(&der)
			.ok_or_else(|| refused("it is no certificate and no public key"))?
	};
	let key = IssuerKey::from_spki(&spki).map_err(|error| refused(&error.to_string()))?;
	Ok((spki, key))
}

/// The way in which a key of this kind usually signs.
pub(crate) const fn usual_algorithm(key: &IssuerKey) -> SignatureAlgorithm {
	match key {
		IssuerKey::Rsa2048(_) | IssuerKey::Rsa3072(_) | IssuerKey::Rsa4096(_) => {
			SignatureAlgorithm::RsaSha256
		}
		IssuerKey::P256 { .. } => SignatureAlgorithm::EcdsaP256Sha256,
		IssuerKey::P384 { .. } => SignatureAlgorithm::EcdsaP384Sha384,
	}
}

/// `SubjectPublicKeyInfo` is the seventh field of a certificate with a version.
fn spki_of_certificate(der: &[u8]) -> Option<Vec<u8>> {
	let mut outer = Reader::new(der);
	let certificate = outer.expect(tag::SEQUENCE).ok()?;
	let mut fields = Reader::new(Reader::new(certificate).expect(tag::SEQUENCE).ok()?);
	fields.optional(tag::CONTEXT_0_CONSTRUCTED).ok()?;
	fields.expect(tag::INTEGER).ok()?;
	// How it is signed, by whom, from when to when, for whom.
	for _ in 0..4 {
		fields.expect(tag::SEQUENCE).ok()?;
	}
	let spki = fields.expect_element(tag::SEQUENCE).ok()?;
	Some(spki.raw.to_vec())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_is_no_certificate_is_refused_with_the_path() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		assert!(public_key(&path).unwrap_err().sentence.contains("file"));
		for content in [
			&b""[..],
			b"nonsense",
			&[0x30, 0x03, 0x02, 0x01, 0x00],
			b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
			b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		] {
			fs::write(&path, content).unwrap();
			let failure = public_key(&path).unwrap_err();
			assert!(failure.sentence.contains("file"), "{failure}");
			assert_eq!(failure.code, crate::failure::Kind::Input.code());
		}
		fs::write(&path, vec![0u8; 70_000]).unwrap();
		assert!(public_key(&path).unwrap_err().sentence.contains("too long"));
	}

	#[test]
	fn a_bare_public_key_is_taken_as_it_is() {
		let mut spki = hex::decode("3059301306072a8648ce3d020106082a8648ce3d030107034200").unwrap();
		// The base point of P-256.
		spki.extend(
			hex::decode("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5").unwrap(),
		);
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("key.der");
		fs::write(&path, &spki).unwrap();
		let (found, key) = public_key(&path).unwrap();
		assert_eq!(found, spki);
		assert_eq!(usual_algorithm(&key), SignatureAlgorithm::EcdsaP256Sha256);
		let text = pem::encode(&pem::Pem::new("PUBLIC KEY", spki.clone()));
		fs::write(&path, text).unwrap();
		assert_eq!(public_key(&path).unwrap().0, spki);
	}
}

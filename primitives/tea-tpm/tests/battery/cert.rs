//! Endorsement certificates of a test authority, good in everything, to be spoiled one thing at a time.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::{RsaPrivateKey, traits::PublicKeyParts};
use sha2::{Digest, Sha256, Sha384};
use tea_tpm::{
	CertificateError, EkPublic, HardwareClass, IssuerKey, LeafRules, RustCrypto,
	SignatureAlgorithm, UnverifiedLeaf,
};

use crate::lab::{SoftKey, hex_bytes, p256_coordinates};

/// An element: tag, shortest length, the parts one behind the other.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
	let value = parts.concat();
	let len = match value.len() {
		len @ 0..0x80 => vec![len as u8],
		len @ 0x80..0x100 => vec![0x81, len as u8],
		len => [&[0x82][..], &(len as u16).to_be_bytes()].concat(),
	};
	[&[tag][..], &len, &value].concat()
}

pub(crate) fn oid(hex: &str) -> Vec<u8> {
	tlv(0x06, &[&hex_bytes(hex)])
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
	tlv(0x30, parts)
}

/// A non-negative integer.
pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
	let zeros = bytes
		.iter()
		.take_while(|byte| **byte == 0)
		.count()
		.min(bytes.len() - 1);
	let number = &bytes[zeros..];
	let sign: &[u8] = if number[0] & 0x80 != 0 { &[0] } else { &[] };
	tlv(0x02, &[sign, number])
}

pub(crate) fn bits(bytes: &[u8]) -> Vec<u8> {
	tlv(0x03, &[&[0], bytes])
}

pub(crate) fn extension(id: &str, critical: Option<bool>, value: &[u8]) -> Vec<u8> {
	let critical = critical.map_or(vec![], |critical| {
		tlv(0x01, &[&[if critical { 0xff } else { 0 }]])
	});
	sequence(&[&oid(id), &critical, &tlv(0x04, &[value])])
}

pub(crate) const KEY_USAGE: &str = "551d0f";
pub(crate) const ALT_NAME: &str = "551d11";
pub(crate) const BASIC_CONSTRAINTS: &str = "551d13";
pub(crate) const EXT_KEY_USAGE: &str = "551d25";
pub(crate) const MANUFACTURER: &str = "6781050201";
pub(crate) const MODEL: &str = "6781050202";
pub(crate) const VERSION: &str = "6781050203";

pub(crate) fn key_usage(usage: u8) -> Vec<u8> {
	extension(
		KEY_USAGE,
		Some(true),
		&tlv(0x03, &[&[usage.trailing_zeros() as u8, usage]]),
	)
}

pub(crate) fn attribute(id: &str, text: &str) -> Vec<u8> {
	sequence(&[&oid(id), &tlv(0x0c, &[text.as_bytes()])])
}

/// An alternative name: sets of attributes in one directory name.
pub(crate) fn alt_name(critical: Option<bool>, sets: &[&[u8]]) -> Vec<u8> {
	let sets: Vec<Vec<u8>> = sets.iter().map(|set| tlv(0x31, &[set])).collect();
	let name = sequence(&[&sets.concat()]);
	extension(ALT_NAME, critical, &sequence(&[&tlv(0xa4, &[&name])]))
}

pub(crate) fn chip(manufacturer: &str, model: &str) -> Vec<u8> {
	alt_name(
		Some(true),
		&[
			&attribute(MANUFACTURER, manufacturer),
			&attribute(MODEL, model),
			&attribute(VERSION, "id:00070055"),
		],
	)
}

pub(crate) const SHA256_WITH_RSA: &str = "300d06092a864886f70d01010b0500";
pub(crate) const SHA384_WITH_RSA: &str = "300d06092a864886f70d01010c0500";
pub(crate) const SHA1_WITH_RSA: &str = "300d06092a864886f70d0101050500";
pub(crate) const ECDSA_WITH_SHA256: &str = "300a06082a8648ce3d040302";
pub(crate) const ECDSA_WITH_SHA384: &str = "300a06082a8648ce3d040303";

pub(crate) fn rsa_spki(modulus: &[u8], exponent: &[u8], algorithm: &str) -> Vec<u8> {
	let key = sequence(&[&integer(modulus), &integer(exponent)]);
	sequence(&[&hex_bytes(algorithm), &bits(&key)])
}

pub(crate) const RSA_ENCRYPTION: &str = "300d06092a864886f70d0101010500";

pub(crate) fn p256_spki(x: &[u8], y: &[u8]) -> Vec<u8> {
	let algorithm = hex_bytes("301306072a8648ce3d020106082a8648ce3d030107");
	sequence(&[&algorithm, &bits(&[&[4][..], x, y].concat())])
}

pub(crate) fn p384_spki(x: &[u8], y: &[u8]) -> Vec<u8> {
	let algorithm = hex_bytes("301006072a8648ce3d020106052b81040022");
	sequence(&[&algorithm, &bits(&[&[4][..], x, y].concat())])
}

/// The modulus of the RSA endorsement key.
pub(crate) fn ek_modulus() -> Vec<u8> {
	let SoftKey::Rsa(key) = SoftKey::rsa(2048) else {
		unreachable!("an RSA key")
	};
	key.n().to_bytes_be()
}

/// The parts of a certificate, each as its whole element.
#[derive(Clone)]
pub(crate) struct Leaf {
	pub(crate) version: Vec<u8>,
	pub(crate) serial: Vec<u8>,
	pub(crate) inner_algorithm: Vec<u8>,
	pub(crate) outer_algorithm: Vec<u8>,
	pub(crate) issuer: Vec<u8>,
	pub(crate) not_before: Vec<u8>,
	pub(crate) not_after: Vec<u8>,
	pub(crate) subject: Vec<u8>,
	pub(crate) spki: Vec<u8>,
	pub(crate) extensions: Vec<Vec<u8>>,
	/// Behind the list of extensions, inside its wrapper.
	pub(crate) behind_list: Vec<u8>,
	/// Behind the extensions, inside the signed part.
	pub(crate) rest: Vec<u8>,
}

impl Leaf {
	/// For an RSA-2048 endorsement key, to be signed with this algorithm.
	pub(crate) fn rsa(algorithm: &str) -> Self {
		let name = sequence(&[&tlv(0x31, &[&attribute("550403", "Test issuer")])]);
		Self {
			version: tlv(0xa0, &[&integer(&[2])]),
			serial: integer(&[0x0a, 0x0b, 0x0c]),
			inner_algorithm: hex_bytes(algorithm),
			outer_algorithm: hex_bytes(algorithm),
			issuer: name,
			not_before: tlv(0x17, &[b"240102030405Z"]),
			not_after: tlv(0x18, &[b"99991231235959Z"]),
			subject: sequence(&[]),
			spki: rsa_spki(&ek_modulus(), &[1, 0, 1], RSA_ENCRYPTION),
			extensions: vec![
				key_usage(0x20),
				extension(BASIC_CONSTRAINTS, Some(true), &sequence(&[])),
				extension(EXT_KEY_USAGE, None, &sequence(&[&oid("6781050801")])),
				chip("id:49465800", "SLB9670"),
			],
			behind_list: vec![],
			rest: vec![],
		}
	}

	/// For a P-256 endorsement key.
	pub(crate) fn p256(algorithm: &str) -> Self {
		let SoftKey::P256(key) = SoftKey::p256(0x66) else {
			unreachable!("a P-256 key")
		};
		let (x, y) = p256_coordinates(&key);
		let mut leaf = Self::rsa(algorithm);
		leaf.spki = p256_spki(&x, &y);
		leaf.replace(KEY_USAGE, key_usage(0x08));
		leaf
	}

	fn position(&self, id: &str) -> usize {
		let id = oid(id);
		let has = |extension: &Vec<u8>| extension.windows(id.len()).take(6).any(|at| at == id);
		self.extensions.iter().position(has).expect("an extension")
	}

	/// Puts another extension in the place of the one with this identifier.
	pub(crate) fn replace(&mut self, id: &str, extension: Vec<u8>) {
		let at = self.position(id);
		self.extensions[at] = extension;
	}

	pub(crate) fn remove(&mut self, id: &str) {
		let at = self.position(id);
		self.extensions.remove(at);
	}

	pub(crate) fn signed_part(&self) -> Vec<u8> {
		let extensions = tlv(
			0xa3,
			&[&sequence(&[&self.extensions.concat()]), &self.behind_list],
		);
		sequence(&[
			&self.version,
			&self.serial,
			&self.inner_algorithm,
			&self.issuer,
			&sequence(&[&self.not_before, &self.not_after]),
			&self.subject,
			&self.spki,
			&extensions,
			&self.rest,
		])
	}

	pub(crate) fn sign(&self, issuer: &Issuer) -> Vec<u8> {
		let signed = self.signed_part();
		sequence(&[&signed, &self.outer_algorithm, &bits(&issuer.sign(&signed))])
	}
}

/// A test authority.
pub(crate) enum Issuer {
	P256(p256::ecdsa::SigningKey),
	P384(p384::ecdsa::SigningKey),
	RsaSha256(Box<RsaPrivateKey>),
	RsaSha384(Box<RsaPrivateKey>),
}

impl Issuer {
	pub(crate) fn p256() -> Self {
		Self::P256(p256::ecdsa::SigningKey::from_slice(&[0x31; 32]).expect("a scalar"))
	}

	pub(crate) fn p384() -> Self {
		Self::P384(p384::ecdsa::SigningKey::from_slice(&[0x32; 48]).expect("a scalar"))
	}

	pub(crate) fn rsa(bits: usize, algorithm: SignatureAlgorithm) -> Self {
		let SoftKey::Rsa(key) = SoftKey::rsa(bits) else {
			unreachable!("an RSA key")
		};
		match algorithm {
			SignatureAlgorithm::RsaSha384 => Self::RsaSha384(key),
			_ => Self::RsaSha256(key),
		}
	}

	pub(crate) fn algorithm(&self) -> SignatureAlgorithm {
		match self {
			Self::P256(_) => SignatureAlgorithm::EcdsaP256Sha256,
			Self::P384(_) => SignatureAlgorithm::EcdsaP384Sha384,
			Self::RsaSha256(_) => SignatureAlgorithm::RsaSha256,
			Self::RsaSha384(_) => SignatureAlgorithm::RsaSha384,
		}
	}

	/// The algorithm as a certificate writes it.
	pub(crate) fn identifier(&self) -> &'static str {
		match self {
			Self::P256(_) => ECDSA_WITH_SHA256,
			Self::P384(_) => ECDSA_WITH_SHA384,
			Self::RsaSha256(_) => SHA256_WITH_RSA,
			Self::RsaSha384(_) => SHA384_WITH_RSA,
		}
	}

	pub(crate) fn spki(&self) -> Vec<u8> {
		match self {
			Self::P256(key) => {
				let (x, y) = p256_coordinates(key);
				p256_spki(&x, &y)
			}
			Self::P384(key) => {
				let point = key.verifying_key().to_encoded_point(false);
				p384_spki(point.x().expect("a point"), point.y().expect("a point"))
			}
			Self::RsaSha256(key) | Self::RsaSha384(key) => {
				rsa_spki(&key.n().to_bytes_be(), &[1, 0, 1], RSA_ENCRYPTION)
			}
		}
	}

	pub(crate) fn key(&self) -> IssuerKey {
		IssuerKey::from_spki(&self.spki()).expect("an issuer")
	}

	pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
		let der = |r: &[u8], s: &[u8]| sequence(&[&integer(r), &integer(s)]);
		match self {
			Self::P256(key) => {
				let signature: p256::ecdsa::Signature = key
					.sign_prehash(&Sha256::digest(message))
					.expect("a signature");
				let (r, s) = signature.split_bytes();
				der(&r, &s)
			}
			Self::P384(key) => {
				let signature: p384::ecdsa::Signature = key
					.sign_prehash(&Sha384::digest(message))
					.expect("a signature");
				let (r, s) = signature.split_bytes();
				der(&r, &s)
			}
			Self::RsaSha256(key) => crate::lab::rsassa_sha256(key, message),
			Self::RsaSha384(key) => key
				.sign(rsa::Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message))
				.expect("a signature"),
		}
	}
}

/// The rules of the issuer of the leaf under test.
pub(crate) fn rules() -> LeafRules<fn(&[u8]) -> bool> {
	LeafRules {
		now: 1_800_000_000,
		class: HardwareClass::C,
		vendor: 0x4946_5800,
		requires_purpose: true,
		is_denied: |_| false,
	}
}

/// The whole way from bytes to an endorsement key.
pub(crate) fn certify(
	leaf: &[u8],
	issuer: &Issuer,
	rules: LeafRules<fn(&[u8]) -> bool>,
) -> Result<EkPublic, CertificateError> {
	let verified =
		UnverifiedLeaf::parse(leaf)?.verify::<RustCrypto>(&issuer.key(), issuer.algorithm())?;
	Ok(verified.certify(rules)?.key().clone())
}

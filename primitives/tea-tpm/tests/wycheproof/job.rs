//! One verification as bytes in and bytes out, so that the same vectors run natively and inside wasm.
//!
//! A job is a number and fields, each behind its length in two bytes. It is refused, or gives bytes.

use codec::Decode;
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, Challenge, ChallengeContext, EkPublic, HardwareClass,
	IssuerKey, LeafRules, ObjectName, QuoteBinding, RustCrypto, SigVerify, SignatureAlgorithm,
	TpmSignature, UnverifiedLeaf, binding::ExpectedBinding, curve, evidence::inspect_attest,
	kdf::oaep_encode,
};

/// A signature of an attestation key: `TPMT_PUBLIC`, digest, `TPMT_SIGNATURE`.
pub(crate) const ATTESTATION: u8 = 0;
/// A signature of an issuer: algorithm, `SubjectPublicKeyInfo`, message, signature.
pub(crate) const CERTIFICATE: u8 = 1;
/// An OAEP encoding: message, label, seed.
pub(crate) const OAEP: u8 = 2;
/// Diffie-Hellman on P-256: abscissa, ordinate, scalar.
pub(crate) const ECDH_P256: u8 = 3;
/// Diffie-Hellman on P-384: abscissa, ordinate, scalar.
pub(crate) const ECDH_P384: u8 = 4;
/// The challenge of root value 0 in slot 0: `TPMT_PUBLIC` of the endorsement key, Name.
pub(crate) const CHALLENGE: u8 = 5;
/// An endorsement certificate of class Dev: certificate, issuer's `SubjectPublicKeyInfo`.
pub(crate) const LEAF: u8 = 6;
/// The evidence of the boot in `tests/data`: certificate, issuer, `TPMT_PUBLIC`, quote, signature, binding,
/// receive key, PCR values.
pub(crate) const EVIDENCE: u8 = 7;

/// Runs a job. Returns how many bytes of `out` are the result, or nothing when it is refused.
pub(crate) fn run(job: &[u8], out: &mut [u8]) -> Option<usize> {
	let (&kind, fields) = job.split_first()?;
	let mut fields = Fields(fields);
	match kind {
		ATTESTATION => {
			let key = AkPublic::parse(fields.next()?).ok()?;
			let digest = fields.array()?;
			let signature = TpmSignature::parse(fields.next()?).ok()?;
			RustCrypto::attestation(&key, &digest, &signature).ok()?;
			Some(0)
		}
		CERTIFICATE => {
			let algorithm = SignatureAlgorithm::decode(&mut fields.next()?).ok()?;
			let key = IssuerKey::from_spki(fields.next()?).ok()?;
			let (message, signature) = (fields.next()?, fields.next()?);
			RustCrypto::certificate(&key, algorithm, message, signature).ok()?;
			Some(0)
		}
		OAEP => {
			let (message, label) = (fields.next()?, fields.next()?);
			write(out, &oaep_encode(message, label, &fields.array()?)?)
		}
		ECDH_P256 => {
			let (x, y, scalar) = (fields.array()?, fields.array()?, fields.array()?);
			write(out, &*curve::p256::share(&x, &y, &scalar).ok()?.secret)
		}
		ECDH_P384 => {
			let (x, y, scalar) = (fields.array()?, fields.array()?, fields.array()?);
			write(out, &*curve::p384::share(&x, &y, &scalar).ok()?.secret)
		}
		CHALLENGE => {
			let ek = EkPublic::parse(fields.next()?).ok()?;
			let name = ObjectName(fields.array()?);
			let place = ChallengeContext {
				genesis: [1; 32],
				module: 7,
				round: 1,
				slot: 0,
			};
			let challenge = Challenge::new(&[0; 32], &place, &ek, &name).ok()?;
			write(out, challenge.blob().as_bytes())
		}
		LEAF => write(out, &ek(&mut fields)?.id()),
		EVIDENCE => {
			let ek = ek(&mut fields)?;
			let ak = AkPublic::parse(fields.next()?).ok()?;
			let signer = ak.qualified_name(&ek).ok()?;
			let (quote, signature) = (fields.next()?, fields.next()?);
			let binding = QuoteBinding::decode(&mut fields.next()?).ok()?;
			let rk_public = fields.next()?;
			let mut pcr_values = [[0; 32]; 8];
			for value in &mut pcr_values {
				*value = fields.array()?;
			}
			let evidence = AttestEvidence {
				quote,
				signature,
				binding: &binding,
				rk_public,
				pcr_values: &pcr_values,
			};
			let context = AttestContext {
				ak: &ak,
				signer: &signer,
				selection: HardwareClass::Dev.selection(),
				denied_firmware: &[],
				binding: ExpectedBinding {
					genesis: [1; 32],
					module: 7,
					round: 3,
					head: 1000,
					window: 20,
					nonce_block_hash: Some([2; 32]),
					committee_nonce: [0; 32],
				},
				boot: None,
				first_boot_seq: 1,
			};
			let verified = inspect_attest(&evidence, &context)
				.ok()?
				.verify::<RustCrypto>()
				.ok()?;
			write(out, verified.quote_hash())
		}
		_ => None,
	}
}

fn ek(fields: &mut Fields<'_>) -> Option<EkPublic> {
	let leaf = UnverifiedLeaf::parse(fields.next()?).ok()?;
	let issuer = IssuerKey::from_spki(fields.next()?).ok()?;
	let rules = LeafRules {
		now: 4_000_000_000,
		class: HardwareClass::Dev,
		vendor: 0x1014,
		requires_purpose: true,
		is_denied: |_: &[u8]| false,
	};
	let leaf = leaf
		.verify::<RustCrypto>(&issuer, SignatureAlgorithm::RsaSha256)
		.ok()?;
	Some(leaf.certify(rules).ok()?.key().clone())
}

fn write(out: &mut [u8], bytes: &[u8]) -> Option<usize> {
	out.get_mut(..bytes.len())?.copy_from_slice(bytes);
	Some(bytes.len())
}

/// Takes fields off the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
	fn next(&mut self) -> Option<&'a [u8]> {
		let (len, rest) = self.0.split_first_chunk::<2>()?;
		let (field, rest) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
		self.0 = rest;
		Some(field)
	}

	fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
		self.next()?.try_into().ok()
	}
}

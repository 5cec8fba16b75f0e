//! Properties of the whole verification: order, what it costs, what it hands out.

use std::cell::Cell;

use tea_tpm::{
	AkPublic, CertificateError, EvidenceError, IssuerKey, RustCrypto, SigVerify,
	SignatureAlgorithm, SignatureError, TpmSignature, evidence::inspect_attest,
};

use crate::lab::Lab;

thread_local! {
	static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Verifies like the real one and counts.
struct Counting;

impl SigVerify for Counting {
	fn attestation(
		key: &AkPublic,
		digest: &[u8; 32],
		signature: &TpmSignature<'_>,
	) -> Result<(), SignatureError> {
		CALLS.set(CALLS.get() + 1);
		RustCrypto::attestation(key, digest, signature)
	}

	fn certificate(
		key: &IssuerKey,
		algorithm: SignatureAlgorithm,
		signed: &[u8],
		signature: &[u8],
	) -> Result<(), CertificateError> {
		CALLS.set(CALLS.get() + 1);
		RustCrypto::certificate(key, algorithm, signed, signature)
	}
}

#[test]
fn one_signature_is_verified_once_and_only_at_the_end() {
	let lab = Lab::new();
	CALLS.set(0);
	let inspected = inspect_attest(&lab.evidence(), &lab.context()).expect("good evidence");
	assert_eq!(CALLS.get(), 0);
	inspected.verify::<Counting>().expect("a good signature");
	assert_eq!(CALLS.get(), 1);
}

#[test]
fn verified_evidence_says_what_the_quote_says() {
	let lab = Lab::new();
	let verified = lab.attest().expect("good evidence");
	assert_eq!(verified.pcr_digest()[..], lab.quote[113..]);
	assert_eq!(verified.firmware_version(), 0x2019_1023_0016_3636);
	assert_eq!(*verified.rk_name(), lab.binding.rk_name);
	assert_eq!(verified.boot_seq(), 1);
	assert_eq!(verified.counters().reset_count, 2);
}

#[test]
fn good_evidence_accepted_for_both_kinds_of_keys() {
	assert!(Lab::new().attest().is_ok());
	assert!(Lab::rsa().attest().is_ok());
}

/// Two faults at once: the cheaper check speaks.
#[test]
fn cheap_checks_come_first() {
	let mut lab = Lab::new();
	lab.signature[4] = 0xff;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Signature(SignatureError::Length))
	);
	lab.pcrs[0] = [0; 32];
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Quote(tea_tpm::QuoteError::PcrDigest))
	);
	lab.binding.log_root = [0; 32];
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Quote(tea_tpm::QuoteError::ExtraData))
	);
	lab.binding.boot_seq = 9;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Binding(tea_tpm::BindingError::BootSeq))
	);
	lab.rk_public[0] = 9;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Rk(tea_tpm::PublicError::Type))
	);
	lab.quote[108] = 0;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Quote(tea_tpm::QuoteError::PcrBitmap))
	);
	lab.quote[8] ^= 1;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Quote(tea_tpm::QuoteError::Signer))
	);
	lab.quote[0] ^= 1;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Quote(tea_tpm::QuoteError::Magic))
	);
	lab.binding.round = 9;
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Binding(tea_tpm::BindingError::Round))
	);
}

//! The whole way from a certificate to an endorsement key, behind a verifier that believes every signature: the
//! fuzzer reaches all rules, and every key that comes out has a public area that is recognised again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_tpm::{
	AkPublic, CertificateError, EkPublic, HardwareClass, IssuerKey, LeafRules, SigVerify,
	SignatureAlgorithm, SignatureError, TpmSignature, UnverifiedLeaf,
};

struct Believing;

impl SigVerify for Believing {
	fn attestation(_: &AkPublic, _: &[u8; 32], _: &TpmSignature<'_>) -> Result<(), SignatureError> {
		Ok(())
	}

	fn certificate(
		_: &IssuerKey,
		_: SignatureAlgorithm,
		_: &[u8],
		_: &[u8],
	) -> Result<(), CertificateError> {
		Ok(())
	}
}

fuzz_target!(|bytes: &[u8]| {
	let issuer = IssuerKey::P256 { x: [0; 32], y: [0; 32] };
	let Ok(leaf) = UnverifiedLeaf::parse(bytes) else { return };
	let algorithm = leaf.algorithm();
	let leaf = leaf.verify::<Believing>(&issuer, algorithm).expect("a believing verifier");
	let rules = LeafRules {
		now: u64::MAX,
		class: HardwareClass::Dev,
		vendor: 0x1014,
		requires_purpose: false,
		is_denied: |_: &[u8]| false,
	};
	if let Ok(certificate) = leaf.certify(rules) {
		let key = certificate.key();
		assert_eq!(EkPublic::parse(key.public_area().as_bytes()).as_ref(), Ok(key));
	}
});

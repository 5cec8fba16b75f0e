//! A signature structure that is recognised has the lengths of its scheme; verifying it never panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_tpm::{AkPublic, RustCrypto, SigVerify, TpmSignature};

fuzz_target!(|bytes: &[u8]| {
	let Ok(signature) = TpmSignature::parse(bytes) else { return };
	match signature {
		TpmSignature::Ecdsa { .. } => assert!(bytes.len() <= 72),
		TpmSignature::Rsassa(value) => assert_eq!(bytes[6..], value[..]),
	}
	let keys: [&[u8]; 2] = [
		include_bytes!("../../tests/data/ak_p256.tpmt"),
		include_bytes!("../../tests/data/ak_rsa2048.tpmt"),
	];
	for key in keys {
		let key = AkPublic::parse(key).expect("an attestation key");
		assert!(RustCrypto::attestation(&key, &[0x5a; 32], &signature).is_err());
	}
});

//! A credential that is recognised splits into parts that give it again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_tpm::{EkKind, credential::CredentialParts};

fuzz_target!(|bytes: &[u8]| {
	for kind in [EkKind::Rsa2048, EkKind::P256, EkKind::P384] {
		if let Ok(parts) = CredentialParts::parse(kind, bytes) {
			assert_eq!([parts.id_object, parts.encrypted_secret].concat(), bytes);
			assert_eq!(bytes.len(), kind.credential_len());
		}
	}
});

//! Reading a certificate, its structure, its public key and NV content never panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_tpm::{IssuerKey, UnverifiedLeaf, der::check_structure, nv, spki};

fuzz_target!(|bytes: &[u8]| {
	let structure = check_structure(bytes);
	if let Ok(leaf) = UnverifiedLeaf::parse(bytes) {
		assert!(structure.is_ok());
		assert_eq!(nv::certificate(bytes), Ok(bytes));
		let _ = leaf.issuer_hash();
	}
	let _ = nv::certificate(bytes);
	let _ = spki::parse(bytes);
	let _ = IssuerKey::from_spki(bytes);
});

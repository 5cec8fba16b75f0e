//! The whole verification of a boot: nothing but the genuine evidence is ever accepted.
//!
//! The input is laid over the genuine evidence, so that the fuzzer starts one byte away from success.

#![no_main]

use codec::Decode;
use libfuzzer_sys::fuzz_target;
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, HardwareClass, IssuerKey, LeafRules, QualifiedName,
	QuoteBinding, RustCrypto, SignatureAlgorithm, UnverifiedLeaf, binding::ExpectedBinding,
	evidence::inspect_attest,
};

macro_rules! data {
	($name:literal) => {
		include_bytes!(concat!("../../tests/data/", $name))
	};
}

fn signer(ak: &AkPublic) -> QualifiedName {
	let issuer = IssuerKey::from_spki(data!("issuer_rsa3072.spki")).expect("an issuer");
	let rules = LeafRules {
		now: 4_000_000_000,
		class: HardwareClass::Dev,
		vendor: 0x1014,
		requires_purpose: true,
		is_denied: |_: &[u8]| false,
	};
	let ek = UnverifiedLeaf::parse(data!("ek_rsa2048.der"))
		.and_then(|leaf| leaf.verify::<RustCrypto>(&issuer, SignatureAlgorithm::RsaSha256))
		.and_then(|leaf| leaf.certify(rules))
		.expect("an endorsement key");
	ak.qualified_name(ek.key()).expect("two different keys")
}

fuzz_target!(
	init: {
		let _ = &*GENUINE;
	},
	|changes: &[u8]| {
		let (ak, signer) = &*GENUINE;
		let parts: [&[u8]; 5] = [
			data!("ak_p256.attest"),
			data!("ak_p256.sig"),
			data!("binding.scale"),
			data!("rk.tpmt"),
			data!("pcrs"),
		];
		let mut bytes = parts.concat();
		// Triples: position in two bytes, value to mix in.
		for change in changes.chunks_exact(3) {
			let at = usize::from(u16::from_be_bytes([change[0], change[1]])) % bytes.len();
			bytes[at] ^= change[2];
		}
		let is_genuine = bytes == parts.concat();
		let (quote, rest) = bytes.split_at(145);
		let (signature, rest) = rest.split_at(72);
		let (binding, rest) = rest.split_at(318);
		let (rk_public, pcrs) = rest.split_at(120);
		let binding = QuoteBinding::decode(&mut &binding[..]).expect("318 bytes are a binding");
		let pcr_values: Vec<[u8; 32]> =
			pcrs.chunks_exact(32).map(|value| value.try_into().expect("32 bytes")).collect();
		let evidence =
			AttestEvidence { quote, signature, binding: &binding, rk_public, pcr_values: &pcr_values };
		let context = AttestContext {
			ak,
			signer,
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
			.and_then(|inspected| inspected.verify::<RustCrypto>());
		assert_eq!(verified.is_ok(), is_genuine);
	}
);

static GENUINE: std::sync::LazyLock<(AkPublic, QualifiedName)> = std::sync::LazyLock::new(|| {
	let ak = AkPublic::parse(data!("ak_p256.tpmt")).expect("an attestation key");
	let signer = signer(&ak);
	(ak, signer)
});

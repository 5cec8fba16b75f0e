//! The path of a quote allocates nothing: recognition, binding, PCRs, receive key, and an ECDSA signature.

#![allow(unsafe_code, reason = "an allocator cannot be written without it")]

use std::{
	alloc::{GlobalAlloc, Layout, System},
	cell::Cell,
};

use codec::Decode;
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, EkPublic, HardwareClass, QuoteBinding, RustCrypto,
	binding::ExpectedBinding, evidence::inspect_attest,
};

thread_local! {
	static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// Counts the allocations of each thread.
struct Counting;

// SAFETY: everything is handed to the allocator of the system unchanged.
unsafe impl GlobalAlloc for Counting {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		ALLOCATIONS.with(|count| count.set(count.get() + 1));
		// SAFETY: the caller keeps the rules of the trait.
		unsafe { System.alloc(layout) }
	}

	unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
		// SAFETY: the caller keeps the rules of the trait.
		unsafe { System.dealloc(pointer, layout) }
	}
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

macro_rules! data {
	($name:literal) => {
		include_bytes!(concat!("data/", $name))
	};
}

/// Allocations while the evidence of the boot in `tests/data` is verified.
fn allocations(ak: &[u8], quote: &[u8], signature: &[u8]) -> usize {
	let ak = AkPublic::parse(ak).expect("an attestation key");
	let leaf = tea_tpm::UnverifiedLeaf::parse(data!("ek_rsa2048.der")).expect("a certificate");
	let issuer = tea_tpm::IssuerKey::from_spki(data!("issuer_rsa3072.spki")).expect("an issuer");
	let leaf = leaf
		.verify::<RustCrypto>(&issuer, tea_tpm::SignatureAlgorithm::RsaSha256)
		.expect("a signature of the issuer");
	let rules = tea_tpm::LeafRules {
		now: 4_000_000_000,
		class: HardwareClass::Dev,
		vendor: 0x1014,
		requires_purpose: true,
		is_denied: |_: &[u8]| false,
	};
	let ek: EkPublic = leaf
		.certify(rules)
		.expect("an endorsement key")
		.key()
		.clone();
	let signer = ak.qualified_name(&ek).expect("two different keys");
	let binding = QuoteBinding::decode(&mut &data!("binding.scale")[..]).expect("a binding");
	let pcr_values: Vec<[u8; 32]> = data!("pcrs")
		.chunks(32)
		.map(|value| value.try_into().expect("32 bytes"))
		.collect();
	let evidence = AttestEvidence {
		quote,
		signature,
		binding: &binding,
		rk_public: data!("rk.tpmt"),
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
	let before = ALLOCATIONS.get();
	let verified =
		inspect_attest(&evidence, &context).and_then(|inspected| inspected.verify::<RustCrypto>());
	let after = ALLOCATIONS.get();
	assert!(verified.is_ok());
	after - before
}

#[test]
fn quote_of_an_ecdsa_key_allocates_nothing() {
	let count = allocations(
		data!("ak_p256.tpmt"),
		data!("ak_p256.attest"),
		data!("ak_p256.sig"),
	);
	assert_eq!(count, 0);
}

/// Only the big numbers of the RSA library are on the heap: the same test shows that the counter counts.
#[test]
fn quote_of_an_rsa_key_allocates_in_the_rsa_library_only() {
	let count = allocations(
		data!("ak_rsa2048.tpmt"),
		data!("ak_rsa2048.attest"),
		data!("ak_rsa2048.sig"),
	);
	assert!((1..200).contains(&count), "{count} allocations");
}

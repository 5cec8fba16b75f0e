//! The binding: every field that the verifier can compute itself, changed alone in a quote that follows it.

use codec::Encode;
use sha2::{Digest, Sha256};
use tea_tpm::{
	BindingError, EvidenceError, ObjectName,
	binding::{BINDING_LEN, committee_nonce},
};

use crate::lab::Lab;

macro_rules! refused {
	($($name:ident: $spoil:expr => $error:ident;)+) => {
		$(
			#[test]
			fn $name() {
				let mut lab = Lab::new();
				let spoil: fn(&mut Lab) = $spoil;
				spoil(&mut lab);
				lab.bind();
				assert_eq!(lab.attest(), Err(EvidenceError::Binding(BindingError::$error)));
			}
		)+
	};
}

refused! {
	binding_of_other_domain_refused: |lab| lab.binding.domain = *b"tea/quote/v2" => Domain;
	binding_of_other_genesis_refused: |lab| lab.binding.genesis[0] ^= 1 => Genesis;
	binding_of_other_module_refused: |lab| lab.binding.module = 8 => Module;
	quote_of_other_round_refused: |lab| lab.binding.round = 2 => Round;
	quote_of_future_block_refused: |lab| lab.binding.nonce_block = 1001 => FutureBlock;
	quote_stale_block_refused: |lab| lab.binding.nonce_block = 979 => StaleBlock;
	quote_of_other_fork_refused: |lab| lab.binding.nonce_block_hash[31] ^= 1 => BlockHash;
	quote_of_unknown_block_refused: |lab| lab.nonce_block_hash = None => BlockHash;
	quote_with_nonce_before_committee_refused: |lab| lab.binding.committee_nonce = [1; 32] => CommitteeNonce;
	quote_with_other_committees_nonce_refused: |lab| {
		lab.committee_nonce = committee_nonce(&[[1; 32], [2; 32]]);
		lab.binding.committee_nonce = committee_nonce(&[[2; 32], [1; 32]]);
	} => CommitteeNonce;
	binding_of_other_rk_refused: |lab| lab.binding.rk_name = ObjectName([0; 34]) => RkName;
	attest_of_older_boot_refused: |lab| lab.binding.boot_seq = 0 => BootSeq;
	attest_of_later_boot_refused: |lab| lab.binding.boot_seq = 2 => BootSeq;
}

#[test]
fn blocks_at_both_ends_of_the_window_accepted() {
	for block in [980, 1000] {
		let mut lab = Lab::new();
		lab.binding.nonce_block = block;
		lab.bind();
		assert!(lab.attest().is_ok(), "{block}");
	}
}

/// A changed field without a new quote fails at the hash, also where the verifier has no value of its own.
#[test]
fn each_field_of_the_binding_is_signed() {
	type Change = fn(&mut tea_tpm::QuoteBinding);
	let changes: [Change; 5] = [
		|binding| binding.session_key[0] ^= 1,
		|binding| binding.vrf_key[31] ^= 1,
		|binding| binding.transport_key[7] ^= 1,
		|binding| binding.manifest_root[0] ^= 1,
		|binding| binding.log_root[31] ^= 1,
	];
	for change in changes {
		let mut lab = Lab::new();
		change(&mut lab.binding);
		assert_eq!(
			lab.attest(),
			Err(EvidenceError::Quote(tea_tpm::QuoteError::ExtraData))
		);
		lab.bind();
		assert!(lab.attest().is_ok());
	}
}

#[test]
fn live_quote_with_the_committees_nonces_accepted() {
	let nonces = [[1; 32], [2; 32], [3; 32], [4; 32]];
	let mut lab = Lab::new();
	lab.committee_nonce = committee_nonce(&nonces);
	lab.binding.committee_nonce = Sha256::digest(nonces.as_flattened()).into();
	lab.bind();
	assert!(lab.attest().is_ok());
}

/// All fields have a fixed size and stand where the profile says: nothing can shift.
#[test]
fn binding_field_shift_refused() {
	let binding = Lab::new().binding;
	let encoded = binding.encode();
	assert_eq!(encoded.len(), BINDING_LEN);
	let expected = [
		&b"tea/quote/v1"[..],
		&[1; 32],
		&7u32.to_le_bytes(),
		&3u32.to_le_bytes(),
		&990u32.to_le_bytes(),
		&[2; 32],
		&[0; 32],
		&[3; 32],
		&[4; 32],
		&[5; 32],
		&binding.rk_name.0,
		&1u32.to_le_bytes(),
		&[6; 32],
		&[7; 32],
	]
	.concat();
	assert_eq!(encoded, expected);
	assert_eq!(binding.hash()[..], Sha256::digest(encoded)[..]);
}

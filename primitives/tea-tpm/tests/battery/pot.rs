//! Evidence of errands: binding, batches, and the border to evidence of a boot.

use sha2::{Digest, Sha256};
use tea_tpm::{
	EvidenceError, QuoteError,
	pot::{MAX_BATCH, PotBinding, batch_path, batch_root, is_in_batch},
};

use crate::lab::{Lab, pot_binding};

/// The lab with a quote that is bound to an errand.
fn lab() -> Lab {
	let mut lab = Lab::new();
	lab.quote[44..76].copy_from_slice(&pot_binding().hash());
	lab.sign();
	lab
}

#[test]
fn pot_of_other_context_refused() {
	let good = pot_binding();
	assert!(lab().pot(&good).is_ok());
	let others = [
		PotBinding {
			genesis: [0; 32],
			..good
		},
		PotBinding { module: 8, ..good },
		PotBinding {
			boot_seq: 2,
			..good
		},
		PotBinding {
			pot_root: [0; 32],
			..good
		},
		PotBinding {
			nonces: [0; 32],
			..good
		},
	];
	for other in others {
		let refused = Err(EvidenceError::Quote(QuoteError::ExtraData));
		assert_eq!(lab().pot(&other), refused, "{other:?}");
	}
}

#[test]
fn pot_quote_offered_as_attest_refused() {
	assert_eq!(
		lab().attest(),
		Err(EvidenceError::Quote(QuoteError::ExtraData))
	);
}

#[test]
fn attest_quote_offered_as_pot_refused() {
	let refused = Err(EvidenceError::Quote(QuoteError::ExtraData));
	assert_eq!(Lab::new().pot(&pot_binding()), refused);
}

#[test]
fn pot_quote_of_other_pcr_state_refused() {
	let mut lab = lab();
	lab.quote[144] ^= 1;
	lab.sign();
	assert_eq!(
		lab.pot(&pot_binding()),
		Err(EvidenceError::Quote(QuoteError::PcrDigest))
	);
}

#[test]
fn pot_quote_over_other_pcrs_refused() {
	let mut lab = lab();
	lab.quote[108] ^= 1;
	lab.sign();
	assert_eq!(
		lab.pot(&pot_binding()),
		Err(EvidenceError::Quote(QuoteError::PcrBitmap))
	);
}

#[test]
fn pot_quote_of_other_key_refused() {
	let mut lab = lab();
	lab.quote[20] ^= 1;
	lab.sign();
	assert_eq!(
		lab.pot(&pot_binding()),
		Err(EvidenceError::Quote(QuoteError::Signer))
	);
}

#[test]
fn pot_without_signature_refused() {
	let mut lab = lab();
	lab.signature = crate::lab::SoftKey::p256(1).sign(&lab.quote);
	let refused = Err(EvidenceError::Signature(tea_tpm::SignatureError::Invalid));
	assert_eq!(lab.pot(&pot_binding()), refused);
}

#[test]
fn pot_binding_known_layout() {
	let expected = Sha256::new()
		.chain_update(b"tea/pot/v1")
		.chain_update([1; 32])
		.chain_update(7u32.to_le_bytes())
		.chain_update(1u32.to_le_bytes())
		.chain_update([8; 32])
		.chain_update([9; 32])
		.finalize();
	assert_eq!(pot_binding().hash()[..], expected[..]);
}

fn pots(len: usize) -> Vec<[u8; 32]> {
	(0..len).map(|index| [index as u8; 32]).collect()
}

#[test]
fn batch_of_one_is_the_pot_itself() {
	assert_eq!(batch_root(&pots(1)), Some([0; 32]));
	assert!(is_in_batch(&[0; 32], &[0; 32], 0, 1, &[]));
	assert!(!is_in_batch(&[0; 32], &[1; 32], 0, 1, &[]));
	assert!(!is_in_batch(&[0; 32], &[0; 32], 1, 1, &[]));
	assert!(!is_in_batch(&[0; 32], &[0; 32], 0, 1, &[[0; 32]]));
}

#[test]
fn batch_root_of_three_known_layout() {
	let hash = |parts: &[&[u8]]| -> [u8; 32] { Sha256::digest(parts.concat()).into() };
	let leaf = |byte: u8| hash(&[&[0], &[byte; 32]]);
	let left = hash(&[&[1], &leaf(0), &leaf(1)]);
	assert_eq!(batch_root(&pots(3)), Some(hash(&[&[1], &left, &leaf(2)])));
}

#[test]
fn empty_and_oversized_batches_refused() {
	assert_eq!(batch_root(&[]), None);
	assert_eq!(batch_root(&pots(MAX_BATCH + 1)), None);
	assert_eq!(batch_path(&pots(3), 3), None);
	assert!(!is_in_batch(&[0; 32], &[0; 32], 0, 0, &[]));
	assert!(!is_in_batch(&[0; 32], &[0; 32], 0, MAX_BATCH + 1, &[]));
}

/// Every member proves its own place, and no other one.
#[test]
fn membership_holds_for_one_place_only() {
	for len in 1..=MAX_BATCH {
		let pots = pots(len);
		let root = batch_root(&pots).expect("a batch");
		for (index, pot) in pots.iter().enumerate() {
			let (path, depth) = batch_path(&pots, index).expect("a member");
			let path = &path[..depth];
			assert!(
				is_in_batch(&root, pot, index, len, path),
				"{index} of {len}"
			);
			for other in (0..=len).filter(|other| *other != index) {
				assert!(
					!is_in_batch(&root, pot, other, len, path),
					"{index} of {len} at {other}"
				);
			}
			assert!(!is_in_batch(&root, &[0xff; 32], index, len, path));
			let long = [path, &[[0; 32]]].concat();
			assert!(!is_in_batch(&root, pot, index, len, &long));
			if let Some((_, short)) = path.split_last() {
				assert!(!is_in_batch(&root, pot, index, len, short));
			}
		}
	}
}

/// An inner node is no PoT: leaves and nodes are hashed under different tags.
#[test]
fn inner_node_is_no_member() {
	let pots = pots(4);
	let root = batch_root(&pots).expect("a batch");
	let node = |left: [u8; 32], right: [u8; 32]| -> [u8; 32] {
		Sha256::digest([&[1][..], &left, &right].concat()).into()
	};
	let leaf = |pot: [u8; 32]| -> [u8; 32] { Sha256::digest([&[0][..], &pot].concat()).into() };
	let (left, right) = (
		node(leaf(pots[0]), leaf(pots[1])),
		node(leaf(pots[2]), leaf(pots[3])),
	);
	assert_eq!(root, node(left, right));
	assert!(!is_in_batch(&root, &left, 0, 2, &[right]));
}

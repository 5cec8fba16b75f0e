//! Properties: all sizes round a border, all single changes, and nothing panics.

use codec::{Decode, Encode};
use proptest::{collection::vec, prelude::*};
use tea_envelope::{
	content::{self, CHUNK_LEN, FIRST_CHUNK_LEN, LEAF_LEN},
	*,
};

use crate::lab::*;

/// Small contents, and contents that end close to a border.
fn lens() -> impl Strategy<Value = usize> {
	prop_oneof![
		4 => 0..2_000_usize,
		1 => (0..3_usize, 0..80_usize).prop_map(|(leaves, past)| {
			FIRST_CHUNK_LEN + leaves * CHUNK_LEN + past - 40
		}),
	]
}

fn opens(sealed: &[u8]) -> bool {
	content::open(&k1(1), &ID, sealed).is_ok()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn what_was_sealed_opens(len in lens(), seed: u64) {
		let sealed = content::seal(&k1(1), &ID, &plaintext(len), &mut rng(seed)).expect("sealed");
		let opened = content::open(&k1(1), &ID, &sealed).expect("opened");
		prop_assert!(*opened == plaintext(len));
	}

	#[test]
	fn no_bit_may_flip(len in lens(), at: prop::sample::Index, bit in 0..8_u8) {
		let mut sealed = content::seal(&k1(1), &ID, &plaintext(len), &mut rng(1)).expect("sealed");
		let at = at.index(sealed.len());
		sealed[at] ^= 1 << bit;
		prop_assert!(!opens(&sealed));
	}

	#[test]
	fn no_end_may_move(len in lens(), cut: prop::sample::Index, tail in vec(any::<u8>(), 1..200)) {
		let sealed = content::seal(&k1(1), &ID, &plaintext(len), &mut rng(1)).expect("sealed");
		prop_assert!(!opens(&sealed[..cut.index(sealed.len())]));
		prop_assert!(!opens(&[sealed, tail].concat()));
	}

	#[test]
	fn no_leaves_may_be_exchanged(
		leaves in 2..5_usize,
		end in 1..=CHUNK_LEN,
		one: prop::sample::Index,
		other: prop::sample::Index,
	) {
		let len = FIRST_CHUNK_LEN + (leaves - 2) * CHUNK_LEN + end;
		let sealed = content::seal(&k1(1), &ID, &plaintext(len), &mut rng(1)).expect("sealed");
		let mut parts: Vec<_> = sealed.chunks(LEAF_LEN).collect();
		prop_assert_eq!(parts.len(), leaves);
		let (one, other) = (one.index(leaves), other.index(leaves));
		prop_assume!(one != other);
		parts.swap(one, other);
		prop_assert!(!opens(&parts.concat()));
	}
}

proptest! {
	#[test]
	fn lengths_and_layouts_are_one_to_one(len: u64) {
		let sealed = Layout::of_sealed(len);
		if let Ok(layout) = sealed {
			prop_assert_eq!(layout.sealed_len(), len);
		}
		if let Ok(layout) = Layout::of_plain(len % (1 << 52)) {
			prop_assert_eq!(layout.plain_len(), len % (1 << 52));
			prop_assert_eq!(Layout::of_sealed(layout.sealed_len()), Ok(layout));
			let last = layout.leaves() - 1;
			prop_assert!(layout.chunk_len(last + 1).is_none());
			let full = u64::from(last) * LEAF_LEN as u64;
			let rest = layout.leaf_len(last).expect("a last leaf") as u64;
			prop_assert_eq!(full + rest, layout.sealed_len());
		}
	}

	#[test]
	fn chunks_add_up(len in 0..40_000_000_u64) {
		let layout = Layout::of_plain(len).expect("a layout");
		let chunks: usize = (0..layout.leaves()).filter_map(|at| layout.chunk_len(at)).sum();
		prop_assert_eq!(chunks as u64, len);
	}

	#[test]
	fn decoders_never_panic(bytes in vec(any::<u8>(), 0..600)) {
		if let Ok(envelope) = KeyEnvelope::from_bytes(&bytes) {
			prop_assert_eq!(envelope.encode(), &bytes[..]);
			prop_assert!(open(&envelope, &context(Purpose::Pin)).is_err());
		}
		if let Ok(message) = Message::from_bytes(&bytes) {
			prop_assert_eq!(message.encode(), &bytes[..]);
		}
		if let Ok(context) = Context::decode(&mut &bytes[..]) {
			prop_assert!(bytes.starts_with(&context.encode()));
		}
		let _ = Header::parse(&bytes);
		prop_assert!(!opens(&bytes));
	}

	#[test]
	fn no_bit_of_an_envelope_may_flip(at in 0..256_usize, bit in 0..8_u8) {
		let envelope = seal(&context(Purpose::Pin));
		let mut encoded = envelope.encode();
		encoded[at] ^= 1 << bit;
		if let Ok(spoilt) = KeyEnvelope::from_bytes(&encoded) {
			let signed = envelope.hash();
			let refused = spoilt.authenticate(|hash| *hash == signed);
			prop_assert_eq!(refused.err(), Some(EnvelopeError::Unsigned));
		}
	}
}

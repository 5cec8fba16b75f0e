//! The draw on any input.

use crate::shuffle::{Shuffle, Stream};
use proptest::prelude::*;
use std::collections::BTreeSet;
use tea_primitives::draw::Purpose;

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn shuffle_is_a_permutation(seed: [u8; 32], total in 0u32..300) {
		let stream = Stream::new(&seed, Purpose::Errand, b"s", &seed);
		let order: Vec<_> = Shuffle::new(stream, total).collect();
		prop_assert_eq!(order.len(), total as usize);
		prop_assert_eq!(order.into_iter().collect::<BTreeSet<_>>(), (0..total).collect());
	}

	#[test]
	fn numbers_stay_below_their_bound(seed: [u8; 32], bound: u32) {
		let mut stream = Stream::new(&seed, Purpose::Errand, b"s", &seed);
		prop_assert!(stream.below(bound) < bound.max(1));
	}
}

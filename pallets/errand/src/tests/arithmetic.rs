use crate::{Shares, bill::split};
use proptest::prelude::*;

#[test]
fn example_of_the_specification() {
	let split = split(5_000_000u128, &Shares::DEFAULT, 1, 4, &[false]);
	assert_eq!(split.executor, 3_500_000);
	assert_eq!(split.delegator, 750_000);
	assert_eq!(split.verifier, 125_000);
	assert_eq!(split.parents, [250_000]);
}

#[test]
fn parts_without_a_payee_are_the_executors() {
	let split = split(1_000u64, &Shares::DEFAULT, 0, 0, &[]);
	assert_eq!(split.executor, 1_000);
}

#[test]
fn parents_share_in_equal_parts() {
	let split = split(1_000u64, &Shares::DEFAULT, 1, 3, &[false, true]);
	assert_eq!(split.parents, [25, 50]);
	assert_eq!(split.verifier, 33);
	assert_eq!(split.executor, 1_000 - 150 - 99 - 75);
}

fn shares() -> impl Strategy<Value = Shares> {
	(0u8..=100, 0u8..=100, 0u8..=100, 0u8..=100)
		.prop_map(|(delegator, verifiers, parents, more)| {
			let delegator = delegator % 101;
			let verifiers = verifiers % (101 - delegator);
			let parents_degraded = more % (101 - delegator - verifiers);
			let parents = parents % (parents_degraded + 1);
			Shares {
				executor: 100 - delegator - verifiers - parents,
				delegator,
				verifiers,
				parents,
				parents_degraded,
			}
		})
		.prop_filter("whole", Shares::are_whole)
}

proptest! {
	/// M17
	#[test]
	fn bill_sums_exactly(
		gas in any::<u128>(),
		shares in shares(),
		delegators in 0usize..9,
		verifiers in 0usize..7,
		parents in proptest::collection::vec(any::<bool>(), 0..10),
	) {
		let split = split(gas, &shares, delegators, verifiers, &parents);
		let sum = split.executor
			+ split.delegator * delegators as u128
			+ split.verifier * verifiers as u128
			+ split.parents.iter().sum::<u128>();
		prop_assert_eq!(sum, gas, "nothing is created or lost");
		prop_assert!(split.delegator * delegators as u128 <= gas);
		prop_assert_eq!(split.parents.len(), parents.len());
	}

	/// Nobody's part is more than its share.
	#[test]
	fn nobody_has_more_than_the_share(
		gas in 0u128..1 << 100,
		verifiers in 1usize..7,
		degraded in any::<bool>(),
	) {
		let split = split(gas, &Shares::DEFAULT, 1, verifiers, &[degraded]);
		prop_assert!(split.delegator * 100 <= gas * 15);
		prop_assert!(split.verifier * 100 * verifiers as u128 <= gas * 10);
		let (parent, executor) = if degraded { (10, 65) } else { (5, 70) };
		prop_assert!(split.parents[0] * 100 <= gas * parent);
		prop_assert!(split.executor * 100 >= gas * executor);
	}
}

//! The arithmetic on any input.

use super::*;
use crate::ticket;
use proptest::prelude::*;

const TWO_64: f64 = 18_446_744_073_709_551_616.0;

/// −ln((random + 1) / 2⁶⁴) as well as a float can.
fn exact(random: u64) -> f64 {
	if random > u64::MAX / 2 {
		-(-((u64::MAX - random) as f64) / TWO_64).ln_1p()
	} else {
		-(((random as f64) + 1.0) / TWO_64).ln()
	}
}

fn near(random: u64) -> Result<(), TestCaseError> {
	let computed = ticket::negative_ln(random) as f64 / TWO_64;
	let exact = exact(random);
	// A float of up to 45 has errors of 2⁻⁴⁷; the integer's own is 2⁻⁵⁸.
	let tolerance = exact * 2f64.powi(-51) + 2f64.powi(-58);
	prop_assert!(
		(computed - exact).abs() <= tolerance,
		"{random}: {computed} {exact}"
	);
	Ok(())
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn logarithm_is_near(random: u64) {
		near(random)?;
	}

	#[test]
	fn logarithm_is_near_at_any_scale(random: u64, shift in 0u32..64) {
		near(random >> shift)?;
		near(u64::MAX - (random >> shift))?;
	}

	/// Numbers further apart than the error are never swapped.
	#[test]
	fn logarithm_falls(random: u64, shift in 0u32..58) {
		let step = (random >> 6).max(1).min(u64::MAX - random) >> shift.min(50);
		let other = random.saturating_add(step);
		prop_assert!(ticket::negative_ln(other) <= ticket::negative_ln(random) + (1 << 6));
	}

	#[test]
	fn value_falls_with_weight(random: u64, a in 250_000u32..=4_000_000, b in 250_000u32..=4_000_000) {
		let (light, heavy) = (a.min(b), a.max(b));
		prop_assert!(
			ticket::value(random, DrawWeight(heavy)) <= ticket::value(random, DrawWeight(light))
		);
	}

	#[test]
	fn value_is_the_race(random: u64, weight in 250_000u32..=4_000_000) {
		let value = ticket::value(random, DrawWeight(weight)).0 as f64 / TWO_64;
		let exact = exact(random) / (f64::from(weight) / 1e6);
		prop_assert!((value - exact).abs() <= exact * 1e-14 + 2f64.powi(-55));
	}

	#[test]
	fn threshold_is_one_and_a_half_winners(total in 1_000_000u64..=1_000_000_000_000) {
		// The chance that one of rate w is below t is 1 − exp(−wt), nearly wt when many race.
		let threshold = ticket::threshold(total, 0).0 as f64 / TWO_64;
		let expected = threshold * total as f64 / 1e6;
		prop_assert!((expected - 1.5).abs() < 1e-6, "{expected}");
	}

	#[test]
	fn threshold_doubles_until_everybody_may_claim(total: u64, open in 0u32..200) {
		let (now, next) = (ticket::threshold(total, open).0, ticket::threshold(total, open + 1).0);
		prop_assert!(next == now.saturating_mul(2) || next == u128::MAX);
	}

	/// No total, true or false, keeps anybody out for longer than two hundred blocks.
	#[test]
	fn nobody_waits_for_ever(total: u64, random: u64, weight in 250_000u32..=4_000_000) {
		prop_assert_eq!(ticket::threshold(total, 200), TicketValue(u128::MAX));
		prop_assert!(ticket::value(random, DrawWeight(weight)) <= ticket::threshold(total, 200));
		prop_assert_eq!(ticket::threshold(total, u32::MAX), TicketValue(u128::MAX));
	}

	/// With every module of a network of a hundred thousand, the wait ends within a minute and a half.
	#[test]
	fn large_network_does_not_wait_long(total in 250_000u64..=400_000_000_000) {
		prop_assert_eq!(ticket::threshold(total, 30), TicketValue(u128::MAX));
	}

	/// M14, C07
	#[test]
	fn max_values_do_not_overflow(random: u64, weight: u32, total: u64, open: u32) {
		ticket::value(random, DrawWeight(weight));
		ticket::threshold(total, open);
	}
}

#[test]
fn extremes_are_exact() {
	assert_eq!(ticket::negative_ln(u64::MAX), 0);
	// 64 ln 2
	assert_eq!(ticket::negative_ln(0), 64 * 12_786_308_645_202_655_660);
	assert_eq!(
		ticket::negative_ln(u64::MAX / 2),
		12_786_308_645_202_655_660,
		"ln 2"
	);
	assert_eq!(ticket::value(0, DrawWeight(0)), TicketValue(u128::MAX));
	assert!(ticket::value(0, DrawWeight::MIN).0 < 178 << 64);
	assert_eq!(ticket::threshold(0, 0), TicketValue(u128::MAX));
}

#[test]
fn subject_is_errand_and_attempt() {
	assert_eq!(subject(ErrandId(258), 1), [2, 1, 0, 0, 0, 0, 0, 0, 1]);
}

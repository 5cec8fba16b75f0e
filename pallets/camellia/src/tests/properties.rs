//! The arithmetic on any input.

use crate::math::{self, *};
use proptest::prelude::*;
use tea_primitives::camellia::{CreditEvent, CreditEvent::*, DrawWeight};

const EVENTS: [CreditEvent; 9] = [
	ErrandConfirmed,
	DutyDone,
	RenewalPassed,
	DutyMissed,
	InfrastructureFault,
	DeadlineMissed,
	ProvablyBad,
	Quarantined,
	ProvableLie,
];

proptest! {
	/// M14
	#[test]
	fn weight_stays_in_bounds(productivity: u32, stake: u64, credit: u32) {
		let weight = draw_weight(productivity, stake, credit);
		prop_assert!(weight >= DrawWeight::MIN && weight <= DrawWeight::MAX);
	}

	#[test]
	fn weight_is_monotone_in_each_factor(
		a in 0u32..=2_500_000, b in 0u32..=2_500_000,
		c in 0u64..=1_100_000_000, d in 0u64..=1_100_000_000,
		e in 0u32..=CREDIT_MAX, f in 0u32..=CREDIT_MAX,
	) {
		let (a, b) = (a.min(b), a.max(b));
		let (c, d) = (c.min(d), c.max(d));
		let (e, f) = (e.min(f), e.max(f));
		prop_assert!(draw_weight(a, c, e) <= draw_weight(b, c, e));
		prop_assert!(draw_weight(a, c, e) <= draw_weight(a, d, e));
		prop_assert!(draw_weight(a, c, e) <= draw_weight(a, c, f));
	}

	#[test]
	fn weight_is_the_product(
		productivity in 0u32..=2_100_000,
		stake in 1_000_000u64..=32_000_000,
		credit in 0u32..=CREDIT_MAX,
	) {
		let million = 1e6;
		let factor = (f64::from(credit) / million).sqrt().clamp(0.25, 2.0);
		let exact = f64::from(productivity) / million * (stake as f64 / million).sqrt() * factor;
		let weight = f64::from(draw_weight(productivity, stake, credit).0) / million;
		// Three roundings down of a millionth each, of factors below 5.7.
		prop_assert!((weight - exact.clamp(0.25, 4.0)).abs() < 2e-5, "{weight} {exact}");
	}

	#[test]
	fn credit_stays_in_bounds(credit in 0u32..=CREDIT_MAX, event in 0usize..9, days: u32) {
		prop_assert!(credit_after(credit, EVENTS[event]) <= CREDIT_MAX);
		prop_assert!(credit_decayed(credit, days) <= CREDIT_MAX);
	}

	#[test]
	fn gains_and_losses_go_the_right_way(credit in 0u32..=CREDIT_MAX) {
		for event in EVENTS {
			let after = credit_after(credit, event);
			match event {
				ErrandConfirmed | DutyDone | RenewalPassed => prop_assert!(after >= credit),
				_ => prop_assert!(after <= credit),
			}
		}
	}

	#[test]
	fn gains_shrink_towards_the_top(a in 0u32..=CREDIT_MAX, b in 0u32..=CREDIT_MAX) {
		let (low, high) = (a.min(b), a.max(b));
		let gain = |credit| credit_after(credit, ErrandConfirmed) - credit;
		prop_assert!(gain(low) >= gain(high));
		prop_assert!(credit_after(low, ErrandConfirmed) <= credit_after(high, ErrandConfirmed));
	}

	#[test]
	fn decay_goes_home_and_never_past(credit in 0u32..=CREDIT_MAX, days in 0u32..10_000) {
		let after = credit_decayed(credit, days);
		if credit >= CREDIT_START {
			prop_assert!(after >= CREDIT_START && after <= credit);
		} else {
			prop_assert!(after <= CREDIT_START && after >= credit);
		}
		prop_assert!(
			credit_decayed(credit, days + 1).abs_diff(CREDIT_START)
				<= after.abs_diff(CREDIT_START)
		);
	}

	#[test]
	fn decay_is_one_per_cent_a_day(credit in 0u32..=CREDIT_MAX, days in 0u32..2_000) {
		let distance = f64::from(credit) - f64::from(CREDIT_START);
		let exact = f64::from(CREDIT_START) + distance * 0.99f64.powf(f64::from(days));
		prop_assert!((f64::from(credit_decayed(credit, days)) - exact).abs() <= 1.001);
	}

	#[test]
	fn productivity_follows_the_table(base in 0u32..=2_100_000, life in 10u32..30_000_000, tenth in 0u8..10) {
		let start = (u64::from(life) * u64::from(tenth)).div_ceil(10) as u32;
		let last = ((u64::from(life) * (u64::from(tenth) + 1)).div_ceil(10) - 1) as u32;
		let percent = u64::from(PERCENT_BY_TENTH[usize::from(tenth)]);
		let expected = (u64::from(base) * percent / 100) as u32;
		prop_assert_eq!(productivity(base, start, life), expected);
		prop_assert_eq!(productivity(base, last, life), expected);
		prop_assert_eq!(productivity(base, life, life), 0);
	}

	/// C07
	#[test]
	fn max_values_do_not_overflow(a: u32, b: u32, c: u32, d: u64) {
		math::productivity(a, b, c);
		math::tenth_of_life(a, b);
		math::five_percent_around(a, d);
		math::credit_decayed(a, b);
		math::credit_after(a, ErrandConfirmed);
		math::draw_weight(a, d, c);
	}

	#[test]
	fn drawn_values_are_within_five_per_cent(middle: u32, random: u64) {
		let drawn = five_percent_around(middle, random);
		prop_assert!(drawn >= middle - middle / 20);
		prop_assert!(u64::from(drawn) <= u64::from(middle) + u64::from(middle / 20));
	}
}

#[test]
fn weight_of_one_is_one() {
	assert_eq!(
		draw_weight(ONE, u64::from(ONE), CREDIT_START),
		DrawWeight::ONE
	);
}

#[test]
fn extremes_are_reached() {
	assert_eq!(draw_weight(0, 0, 0), DrawWeight::MIN);
	assert_eq!(draw_weight(u32::MAX, u64::MAX, u32::MAX), DrawWeight::MAX);
	assert_eq!(credit_factor(0), CREDIT_FACTOR_MIN);
	assert_eq!(credit_factor(CREDIT_MAX), CREDIT_FACTOR_MAX);
	assert_eq!(five_percent_around(1_000, 0), 950);
	assert_eq!(five_percent_around(1_000, 100), 1_050);
}

#[test]
fn no_life_has_no_age() {
	assert_eq!(tenth_of_life(0, 0), None);
	assert_eq!(productivity(ONE, 0, 0), 0);
}

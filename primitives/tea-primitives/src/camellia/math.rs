//! Age, credit and weight in integers. Pure: no storage, no floats. The chain reckons with it, and so does whoever checks a
//! draw.
//!
//! Units: productivity, stake weight and draw weight are counted in millionths, credit in thousandths of a point.
//! Every step rounds down, so each result grows, or stays, when an input grows.

use super::{CreditEvent, DrawWeight};
use sp_runtime::{Perquintill, Saturating};

/// One, in millionths.
pub const ONE: u32 = 1_000_000;

/// Blocks of a day (SPEC 3.1).
pub const DAY: u32 = 28_800;

/// Blocks of a month (SPEC 3.5).
pub const MONTH: u32 = 876_000;

/// Blocks that a fresh Camellia waits for hardware before it withers (SPEC 3.5).
pub const WITHERS_AFTER: u32 = 201_600;

/// Productivity in each tenth of life, per cent (SPEC 3.5). Steps: nothing is interpolated.
pub const PERCENT_BY_TENTH: [u8; 10] = [30, 60, 90, 100, 100, 90, 70, 50, 30, 10];

/// Thousandths of a point of credit.
pub const POINT: u32 = 1_000;

/// Credit of a newborn, to which all credit decays (SPEC 3.4).
pub const CREDIT_START: u32 = 1_000 * POINT;

/// The most credit.
pub const CREDIT_MAX: u32 = 10_000 * POINT;

/// The smallest factor that credit can be: a quarter.
pub const CREDIT_FACTOR_MIN: u32 = 250_000;

/// The largest factor that credit can be: two.
pub const CREDIT_FACTOR_MAX: u32 = 2_000_000;

/// A value drawn evenly from `middle` ± 5 %.
pub fn five_percent_around(middle: u32, random: u64) -> u32 {
	let reach = middle.checked_div(20).unwrap_or_default();
	// At most a tenth of a u32, so the remainder fits; its bias is below 2⁻³⁵.
	let values = u64::from(reach).saturating_mul(2).saturating_add(1);
	let offset = random.checked_rem(values).unwrap_or_default();
	let drawn = u64::from(middle.saturating_sub(reach)).saturating_add(offset);
	u32::try_from(drawn).unwrap_or(u32::MAX)
}

/// Which tenth of its life a Camellia of that age is in, from 0; `None` when the life is over.
pub fn tenth_of_life(age: u32, life: u32) -> Option<u8> {
	if age >= life {
		return None;
	}
	let tenth = u64::from(age)
		.saturating_mul(10)
		.checked_div(u64::from(life))?;
	u8::try_from(tenth).ok()
}

/// Productivity at an age, in millionths; 0 when the life is over.
pub fn productivity(base: u32, age: u32, life: u32) -> u32 {
	let percent = tenth_of_life(age, life)
		.and_then(|tenth| PERCENT_BY_TENTH.get(usize::from(tenth)))
		.copied()
		.unwrap_or_default();
	let product = u64::from(base).saturating_mul(u64::from(percent));
	u32::try_from(product.checked_div(100).unwrap_or_default()).unwrap_or(u32::MAX)
}

/// Square root of a number of millionths, in millionths.
fn sqrt_millionths(value: u64) -> u64 {
	let root = u128::from(value).saturating_mul(u128::from(ONE)).isqrt();
	u64::try_from(root).unwrap_or(u64::MAX)
}

/// sqrt(credit / 1000), clamped to [¼, 2], in millionths.
pub fn credit_factor(credit: u32) -> u32 {
	// Thousandths of a point over a thousand points are millionths.
	let root = u32::try_from(sqrt_millionths(u64::from(credit))).unwrap_or(u32::MAX);
	root.clamp(CREDIT_FACTOR_MIN, CREDIT_FACTOR_MAX)
}

/// Weight in draws: productivity × sqrt(stake weight) × credit factor, the product clamped to [¼, 4] (SPEC 3.2).
pub fn draw_weight(productivity: u32, stake_weight: u64, credit: u32) -> DrawWeight {
	let one = u128::from(ONE);
	// 2³² × 2⁴³ × 2²¹ at most: far below 2¹²⁸.
	let product = u128::from(productivity)
		.saturating_mul(u128::from(sqrt_millionths(stake_weight)))
		.saturating_mul(u128::from(credit_factor(credit)))
		.checked_div(one.saturating_mul(one))
		.unwrap_or_default();
	let weight = u32::try_from(product).unwrap_or(u32::MAX);
	DrawWeight(weight.clamp(DrawWeight::MIN.0, DrawWeight::MAX.0))
}

/// Credit after an event (SPEC 3.4).
pub fn credit_after(credit: u32, event: CreditEvent) -> u32 {
	let missing = CREDIT_MAX.saturating_sub(credit);
	let part = |whole: u32, divisor: u32| whole.checked_div(divisor).unwrap_or_default();
	match event {
		CreditEvent::ErrandConfirmed => credit.saturating_add(part(missing, 100)),
		CreditEvent::DutyDone | CreditEvent::RenewalPassed => {
			credit.saturating_add(part(missing, 500))
		}
		CreditEvent::DutyMissed => credit.saturating_sub(part(credit, 20)),
		CreditEvent::InfrastructureFault => credit.saturating_sub(part(credit, 10)),
		CreditEvent::DeadlineMissed => credit.saturating_sub(part(credit, 5)),
		CreditEvent::ProvablyBad => credit.saturating_sub(part(credit, 2)),
		CreditEvent::Quarantined | CreditEvent::ProvableLie => 0,
	}
	.min(CREDIT_MAX)
}

/// Credit after so many whole days without an event: each takes 1 % of the distance from the start.
pub fn credit_decayed(credit: u32, days: u32) -> u32 {
	if days == 0 {
		return credit;
	}
	let left = Perquintill::from_percent(99).saturating_pow(days as usize);
	let remaining = |distance: u32| -> u32 {
		u32::try_from(left.mul_floor(u64::from(distance))).unwrap_or(distance)
	};
	if credit >= CREDIT_START {
		CREDIT_START.saturating_add(remaining(credit.saturating_sub(CREDIT_START)))
	} else {
		CREDIT_START.saturating_sub(remaining(CREDIT_START.saturating_sub(credit)))
	}
}

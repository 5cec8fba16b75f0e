//! Arithmetic of a slash, free of storage.

use sp_runtime::{Perbill, traits::AtLeast32BitUnsigned};

/// What is still to be taken when a session's fraction rises from `previous` to `fraction`.
///
/// Each fraction is rounded down before the difference is taken, so the parts of a rising sequence add up to exactly
/// what its largest fraction alone would take.
pub(crate) fn due<Balance>(exposed: Balance, previous: Perbill, fraction: Perbill) -> Balance
where
	Balance: AtLeast32BitUnsigned + Copy,
{
	fraction
		.mul_floor(exposed)
		.saturating_sub(previous.mul_floor(exposed))
}

/// What each of `reporters` gets of a slash of `amount`; nothing without reporters.
///
/// Rounded down twice, so what is left for the fire is never less than its share.
pub(crate) fn reward_of_each<Balance>(amount: Balance, share: Perbill, reporters: u32) -> Balance
where
	Balance: AtLeast32BitUnsigned + Copy,
{
	share
		.mul_floor(amount)
		.checked_div(&Balance::from(reporters))
		.unwrap_or_else(Balance::zero)
}

//! How gas is shared. Pure: no storage, no floats; every part is rounded down, and what is left is the executor's.

use crate::Shares;
use alloc::vec::Vec;
use sp_runtime::{Percent, traits::AtLeast32BitUnsigned};

/// Parts of the gas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split<Balance> {
	/// Of the executor.
	pub executor: Balance,
	/// Of each delegator.
	pub delegator: Balance,
	/// Of each verifier.
	pub verifier: Balance,
	/// Of each parent, in the order in which they were given.
	pub parents: Vec<Balance>,
}

fn part<Balance: AtLeast32BitUnsigned + Copy>(gas: Balance, percent: u8, among: usize) -> Balance {
	let among = Balance::from(u32::try_from(among).unwrap_or(u32::MAX));
	// The floor of a floor is the floor of the whole fraction.
	Percent::from_percent(percent)
		.mul_floor(gas)
		.checked_div(&among)
		.unwrap_or_else(Balance::zero)
}

/// Shares gas among so many delegators and verifiers, and among parents, of which each says whether its pin was confirmed
/// while the deployment was Degraded. A part that nobody has is the executor's.
pub fn split<Balance: AtLeast32BitUnsigned + Copy>(
	gas: Balance,
	shares: &Shares,
	delegators: usize,
	verifiers: usize,
	parents: &[bool],
) -> Split<Balance> {
	let delegator = part(gas, shares.delegator, delegators);
	let verifier = part(gas, shares.verifiers, verifiers);
	let parents = parents
		.iter()
		.map(|degraded| {
			let percent = if *degraded {
				shares.parents_degraded
			} else {
				shares.parents
			};
			part(gas, percent, parents.len())
		})
		.collect::<Vec<Balance>>();
	let all = |each: Balance, count: usize| {
		each.saturating_mul(Balance::from(u32::try_from(count).unwrap_or(u32::MAX)))
	};
	let others = parents.iter().fold(
		all(delegator, delegators).saturating_add(all(verifier, verifiers)),
		|sum, parent| sum.saturating_add(*parent),
	);
	Split {
		executor: gas.saturating_sub(others),
		delegator,
		verifier,
		parents,
	}
}

//! What this module runs, by the will of whoever runs it. Nothing in it binds anybody else.

use std::time::Duration;

use tea_chain::types::ErrandRecord;
use tea_executor::abi::{MAX_DATA_BYTES, MAX_FUEL, MAX_MODULE_BYTES, MAX_OUTPUT, PAGE_BYTES};

/// Stack, tables and bookkeeping of a run.
const RUN_BYTES: u64 = 8 << 20;

/// Fuel that a processor surely burns in a second: 8 ns a unit, four times what the dearest code takes on a quiet machine and twice what it
/// took on a shared one (`benchmarks/executor.md`), because guests are not alone on theirs.
const FUEL_PER_SECOND: u64 = 125_000_000;

/// The policy of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
	/// Errands at a time; 0 takes none.
	pub most: u32,
	/// Guests that run at a time.
	pub guests: u32,
	/// What a unit of fuel has to bring, at least.
	pub least_gas_price: u128,
	/// Memory for a guest, in pages of 64 KiB.
	pub memory_pages: u32,
	/// Fuel of one run.
	pub fuel: u64,
	/// Memory of all runs together, in bytes.
	pub memory: u64,
}

/// Why an errand is not taken, although the chain may let it be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Declined {
	/// This module runs nothing.
	#[error("this module runs no errands")]
	Closed,
	/// It pays too little.
	#[error("it pays less for fuel than this module asks for")]
	Cheap,
	/// The guest may use more memory, fuel or output than a run has here.
	#[error("it wants more memory, fuel or output than a run has here")]
	TooMuch,
	/// Code or data are larger than a run takes.
	#[error("code or data are larger than a run takes")]
	TooLarge,
}

impl Policy {
	/// Whether an errand is taken. Sizes of code and data are those of the plaintexts, code first.
	pub fn takes(&self, record: &ErrandRecord, sizes: &[u64]) -> Result<(), Declined> {
		let limits = &record.limits;
		if self.most == 0 {
			return Err(Declined::Closed);
		}
		if record.gas_price < self.least_gas_price {
			return Err(Declined::Cheap);
		}
		if limits.pages > self.memory_pages
			|| limits.fuel > self.fuel.min(MAX_FUEL)
			|| limits.output > MAX_OUTPUT
		{
			return Err(Declined::TooMuch);
		}
		let fits = sizes.split_first().is_none_or(|(code, data)| {
			*code <= MAX_MODULE_BYTES as u64
				&& data.iter().all(|size| *size <= MAX_DATA_BYTES as u64)
		});
		if !fits {
			return Err(Declined::TooLarge);
		}
		if needed(record, sizes) > self.memory {
			return Err(Declined::TooMuch);
		}
		Ok(())
	}
}

impl Policy {
	/// Whether a run of so much fuel is surely over when so much time has passed, behind runs of `queued` fuel. The first one is
	/// always begun: what it may take is in its limits.
	pub fn is_in_time(&self, queued: u64, fuel: u64, left: Duration) -> bool {
		let each = FUEL_PER_SECOND.saturating_mul(u64::from(self.guests.max(1)));
		queued == 0 || queued.saturating_add(fuel) <= each.saturating_mul(left.as_secs())
	}
}

/// Memory that a run of an errand needs, in bytes.
pub fn needed(record: &ErrandRecord, sizes: &[u64]) -> u64 {
	let inputs = sizes
		.iter()
		.fold(0u64, |sum, size| sum.saturating_add(*size));
	RUN_BYTES
		.saturating_add(u64::from(record.limits.pages).saturating_mul(PAGE_BYTES))
		// An output that grows is there twice for a moment, and once more sealed.
		.saturating_add(u64::from(record.limits.output).saturating_mul(4))
		.saturating_add(inputs)
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::errand::tests::record;

	pub(crate) fn policy() -> Policy {
		Policy {
			most: 2,
			guests: 2,
			least_gas_price: 1,
			memory_pages: 100,
			fuel: 1_000_000,
			memory: 64 << 20,
		}
	}

	#[test]
	fn what_fits_is_taken() {
		assert_eq!(policy().takes(&record(), &[1000, 1000]), Ok(()));
	}

	#[test]
	fn queue_is_as_long_as_its_time_allows() {
		let minute = Duration::from_secs(60);
		let in_a_minute = 2 * 60 * FUEL_PER_SECOND;
		assert!(policy().is_in_time(0, u64::MAX, Duration::ZERO));
		assert!(policy().is_in_time(1, in_a_minute - 1, minute));
		assert!(!policy().is_in_time(2, in_a_minute - 1, minute));
		assert!(!policy().is_in_time(1, 1, Duration::ZERO));
		let none = Policy {
			guests: 0,
			..policy()
		};
		assert!(none.is_in_time(1, 1, minute), "there is one at least");
	}

	#[test]
	fn every_limit_declines() {
		type Change = fn(&mut Policy, &mut ErrandRecord, &mut Vec<u64>);
		let changes: [(Change, Declined); 9] = [
			(|policy, _, _| policy.most = 0, Declined::Closed),
			(
				|policy, _, _| policy.least_gas_price = 1 << 100,
				Declined::Cheap,
			),
			(|_, record, _| record.limits.pages = 101, Declined::TooMuch),
			(
				|_, record, _| record.limits.fuel = 1_000_001,
				Declined::TooMuch,
			),
			(
				|_, record, _| record.limits.output = MAX_OUTPUT + 1,
				Declined::TooMuch,
			),
			(|policy, _, _| policy.memory = 8 << 20, Declined::TooMuch),
			(
				|_, _, sizes| sizes[0] = MAX_MODULE_BYTES as u64 + 1,
				Declined::TooLarge,
			),
			(
				|_, _, sizes| sizes[1] = MAX_DATA_BYTES as u64 + 1,
				Declined::TooLarge,
			),
			(
				|policy, record, _| {
					// The engine has a ceiling of its own.
					policy.fuel = u64::MAX;
					record.limits.fuel = MAX_FUEL + 1;
				},
				Declined::TooMuch,
			),
		];
		for (index, (change, declined)) in changes.into_iter().enumerate() {
			let (mut policy, mut record, mut sizes) = (policy(), record(), vec![1000, 1000]);
			change(&mut policy, &mut record, &mut sizes);
			assert_eq!(
				policy.takes(&record, &sizes),
				Err(declined),
				"change {index}"
			);
		}
	}
}

//! Weights of `pallet_errand`. ESTIMATES, on the safe side: `scripts/weights` replaces them by measurements of the reference
//! machine.
//!
//! How they were reckoned: the computing part from the measured parts of other pallets (a quote of P-256 in wasm 1 ms, an
//! sr25519 signature 0.06 ms, a committee at worst 1.4 ms, a ticket 0.5 ms, a note of credit 0.03 ms), the database part from
//! the reads and writes of the longest path with the weights of the runtime's database.

#![allow(missing_docs)]

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{Weight, constants::ParityDbWeight},
};

/// What the calls and hooks of `pallet_errand` cost at worst.
pub trait WeightInfo {
	fn post(d: u32) -> Weight;
	fn cancel() -> Weight;
	fn claim() -> Weight;
	fn assign() -> Weight;
	fn complete(v: u32) -> Weight;
	fn complete_in_batch(v: u32) -> Weight;
	fn fail() -> Weight;
	fn supply_key() -> Weight;
	fn refuse() -> Weight;
	fn vote_fail() -> Weight;
	fn expire() -> Weight;
	fn redraw() -> Weight;
	fn set_shares() -> Weight;
	fn set_gas_price() -> Weight;
	fn agenda() -> Weight;
	fn look() -> Weight;
	fn prune() -> Weight;
}

/// One microsecond.
const MICRO: u64 = 1_000_000;

fn estimate<D: Get<frame_support::weights::RuntimeDbWeight>>(
	micros: u64,
	reads: u64,
	writes: u64,
) -> Weight {
	// What is read counts for the size of a proof too, which this chain does not limit.
	Weight::from_parts(micros.saturating_mul(MICRO), reads.saturating_mul(4_096))
		.saturating_add(D::get().reads_writes(reads, writes))
}

/// Estimated, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn post(d: u32) -> Weight {
		estimate::<T::DbWeight>(400, 40, 8)
			.saturating_add(estimate::<T::DbWeight>(60, 12, 3).saturating_mul(d.into()))
	}

	fn cancel() -> Weight {
		estimate::<T::DbWeight>(350, 30, 27)
	}

	fn claim() -> Weight {
		estimate::<T::DbWeight>(900, 60, 4)
	}

	fn assign() -> Weight {
		estimate::<T::DbWeight>(1_700, 230, 4)
	}

	fn complete(v: u32) -> Weight {
		estimate::<T::DbWeight>(2_500, 110, 70)
			.saturating_add(estimate::<T::DbWeight>(100, 6, 3).saturating_mul(v.into()))
	}

	fn complete_in_batch(v: u32) -> Weight {
		estimate::<T::DbWeight>(1_400, 110, 69)
			.saturating_add(estimate::<T::DbWeight>(100, 6, 3).saturating_mul(v.into()))
	}

	fn fail() -> Weight {
		estimate::<T::DbWeight>(500, 50, 32)
	}

	fn supply_key() -> Weight {
		estimate::<T::DbWeight>(120, 8, 3)
	}

	fn refuse() -> Weight {
		estimate::<T::DbWeight>(400, 34, 36)
	}

	fn vote_fail() -> Weight {
		estimate::<T::DbWeight>(800, 70, 48)
	}

	fn expire() -> Weight {
		estimate::<T::DbWeight>(600, 50, 40)
	}

	fn redraw() -> Weight {
		estimate::<T::DbWeight>(1_700, 230, 3)
	}

	fn set_shares() -> Weight {
		estimate::<T::DbWeight>(15, 0, 1)
	}

	fn set_gas_price() -> Weight {
		estimate::<T::DbWeight>(15, 0, 1)
	}

	fn agenda() -> Weight {
		estimate::<T::DbWeight>(30, 1, 1)
	}

	fn look() -> Weight {
		estimate::<T::DbWeight>(25, 4, 1)
	}

	fn prune() -> Weight {
		estimate::<T::DbWeight>(30, 2, 2)
	}
}

/// The same for tests.
impl WeightInfo for () {
	fn post(d: u32) -> Weight {
		estimate::<ParityDbWeight>(400, 40, 8)
			.saturating_add(estimate::<ParityDbWeight>(60, 12, 3).saturating_mul(d.into()))
	}

	fn cancel() -> Weight {
		estimate::<ParityDbWeight>(350, 30, 27)
	}

	fn claim() -> Weight {
		estimate::<ParityDbWeight>(900, 60, 4)
	}

	fn assign() -> Weight {
		estimate::<ParityDbWeight>(1_700, 230, 4)
	}

	fn complete(v: u32) -> Weight {
		estimate::<ParityDbWeight>(2_500, 110, 70)
			.saturating_add(estimate::<ParityDbWeight>(100, 6, 3).saturating_mul(v.into()))
	}

	fn complete_in_batch(v: u32) -> Weight {
		estimate::<ParityDbWeight>(1_400, 110, 69)
			.saturating_add(estimate::<ParityDbWeight>(100, 6, 3).saturating_mul(v.into()))
	}

	fn fail() -> Weight {
		estimate::<ParityDbWeight>(500, 50, 32)
	}

	fn supply_key() -> Weight {
		estimate::<ParityDbWeight>(120, 8, 3)
	}

	fn refuse() -> Weight {
		estimate::<ParityDbWeight>(400, 34, 36)
	}

	fn vote_fail() -> Weight {
		estimate::<ParityDbWeight>(800, 70, 48)
	}

	fn expire() -> Weight {
		estimate::<ParityDbWeight>(600, 50, 40)
	}

	fn redraw() -> Weight {
		estimate::<ParityDbWeight>(1_700, 230, 3)
	}

	fn set_shares() -> Weight {
		estimate::<ParityDbWeight>(15, 0, 1)
	}

	fn set_gas_price() -> Weight {
		estimate::<ParityDbWeight>(15, 0, 1)
	}

	fn agenda() -> Weight {
		estimate::<ParityDbWeight>(30, 1, 1)
	}

	fn look() -> Weight {
		estimate::<ParityDbWeight>(25, 4, 1)
	}

	fn prune() -> Weight {
		estimate::<ParityDbWeight>(30, 2, 2)
	}
}

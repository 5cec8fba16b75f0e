//! Weights of `pallet_deployment`.
//!
//! ESTIMATES by hand, on the safe side, until `scripts/weights` replaces them: an sr25519 verification counts 80 µs, a
//! record that is read and decoded 2 µs, 10 KiB of lists 20 µs; each storage item as the benchmarks touch it.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]

use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};
use core::marker::PhantomData;

/// What the calls and hooks of `pallet_deployment` cost at worst.
pub trait WeightInfo {
	fn register() -> Weight;
	fn set_terms() -> Weight;
	fn reseed(n: u32, ) -> Weight;
	fn retire() -> Weight;
	fn confirm_pin(n: u32, ) -> Weight;
	fn drop_pin() -> Weight;
	fn expire() -> Weight;
	fn serve_agenda() -> Weight;
	fn quote_use() -> Weight;
	fn begin_use() -> Weight;
	fn end_use() -> Weight;
	fn may_execute() -> Weight;
}

/// Estimates, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register() -> Weight {
		Weight::from_parts(350_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn set_terms() -> Weight {
		Weight::from_parts(200_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads(15_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn reseed(n: u32, ) -> Weight {
		Weight::from_parts(350_000_000, 40_000)
			.saturating_add(Weight::from_parts(3_000_000, 2_600).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(20_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(12_u64))
	}
	fn retire() -> Weight {
		Weight::from_parts(40_000_000, 5_000)
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn confirm_pin(n: u32, ) -> Weight {
		Weight::from_parts(280_000_000, 90_000)
			.saturating_add(Weight::from_parts(3_000_000, 2_600).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(25_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn drop_pin() -> Weight {
		Weight::from_parts(150_000_000, 60_000)
			.saturating_add(T::DbWeight::get().reads(25_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(400_000_000, 160_000)
			.saturating_add(T::DbWeight::get().reads(90_u64))
			.saturating_add(T::DbWeight::get().writes(80_u64))
	}
	fn serve_agenda() -> Weight {
		Weight::from_parts(10_000_000, 4_000)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn quote_use() -> Weight {
		Weight::from_parts(120_000_000, 60_000)
			.saturating_add(T::DbWeight::get().reads(20_u64))
	}
	fn begin_use() -> Weight {
		Weight::from_parts(60_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn end_use() -> Weight {
		Weight::from_parts(80_000_000, 20_000)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn may_execute() -> Weight {
		Weight::from_parts(60_000_000, 30_000)
			.saturating_add(T::DbWeight::get().reads(3_u64))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register() -> Weight { of(350_000_000, 14, 8) }
	fn set_terms() -> Weight { of(200_000_000, 15, 7) }
	fn reseed(n: u32, ) -> Weight { of(350_000_000, 20, 12).saturating_add(of(3_000_000, 1, 0).saturating_mul(n.into())) }
	fn retire() -> Weight { of(40_000_000, 11, 3) }
	fn confirm_pin(n: u32, ) -> Weight { of(280_000_000, 25, 8).saturating_add(of(3_000_000, 1, 0).saturating_mul(n.into())) }
	fn drop_pin() -> Weight { of(150_000_000, 25, 6) }
	fn expire() -> Weight { of(400_000_000, 90, 80) }
	fn serve_agenda() -> Weight { of(10_000_000, 1, 1) }
	fn quote_use() -> Weight { of(120_000_000, 20, 0) }
	fn begin_use() -> Weight { of(60_000_000, 3, 3) }
	fn end_use() -> Weight { of(80_000_000, 13, 4) }
	fn may_execute() -> Weight { of(60_000_000, 3, 0) }
}

fn of(time: u64, reads: u64, writes: u64) -> Weight {
	Weight::from_parts(time, 0)
		.saturating_add(ParityDbWeight::get().reads(reads))
		.saturating_add(ParityDbWeight::get().writes(writes))
}

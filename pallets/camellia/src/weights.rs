//! Weights of `pallet_camellia`

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_camellia`.
pub trait WeightInfo {
	fn bear() -> Weight;
	fn set_operator() -> Weight;
	fn bury() -> Weight;
	fn serve_agenda() -> Weight;
	fn plant() -> Weight;
	fn note() -> Weight;
	fn draw_weight() -> Weight;
}

/// Weights for `pallet_camellia` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn bear() -> Weight {
		Weight::from_parts(48_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	fn set_operator() -> Weight {
		Weight::from_parts(22_000_000, 4500)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn bury() -> Weight {
		Weight::from_parts(95_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn serve_agenda() -> Weight {
		Weight::from_parts(4_000_000, 1700)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn plant() -> Weight {
		Weight::from_parts(40_000_000, 5000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn note() -> Weight {
		Weight::from_parts(26_000_000, 4200)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn draw_weight() -> Weight {
		Weight::from_parts(12_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn bear() -> Weight {
		Weight::from_parts(48_000_000, 6000)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(8_u64))
	}
	fn set_operator() -> Weight {
		Weight::from_parts(22_000_000, 4500)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn bury() -> Weight {
		Weight::from_parts(95_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(13_u64))
			.saturating_add(RocksDbWeight::get().writes(14_u64))
	}
	fn serve_agenda() -> Weight {
		Weight::from_parts(4_000_000, 1700)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn plant() -> Weight {
		Weight::from_parts(40_000_000, 5000)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn note() -> Weight {
		Weight::from_parts(26_000_000, 4200)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn draw_weight() -> Weight {
		Weight::from_parts(12_000_000, 3600)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
	}
}

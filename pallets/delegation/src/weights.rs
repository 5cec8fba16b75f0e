//! Weights of `pallet_delegation`

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_delegation`.
pub trait WeightInfo {
	fn record_beacon() -> Weight;
	fn admit() -> Weight;
	fn dismiss() -> Weight;
	fn committee() -> Weight;
	fn ticket() -> Weight;
	fn ticket_without_proof() -> Weight;
}

/// Weights for `pallet_delegation` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn record_beacon() -> Weight {
		Weight::from_parts(11_000_000, 1600)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn admit() -> Weight {
		Weight::from_parts(14_000_000, 3500)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn dismiss() -> Weight {
		Weight::from_parts(18_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn committee() -> Weight {
		Weight::from_parts(460_000_000, 165000)
			.saturating_add(T::DbWeight::get().reads(131_u64))
	}
	fn ticket() -> Weight {
		Weight::from_parts(620_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
	fn ticket_without_proof() -> Weight {
		Weight::from_parts(9_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn record_beacon() -> Weight {
		Weight::from_parts(11_000_000, 1600)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn admit() -> Weight {
		Weight::from_parts(14_000_000, 3500)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn dismiss() -> Weight {
		Weight::from_parts(18_000_000, 3600)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn committee() -> Weight {
		Weight::from_parts(460_000_000, 165000)
			.saturating_add(RocksDbWeight::get().reads(131_u64))
	}
	fn ticket() -> Weight {
		Weight::from_parts(620_000_000, 3600)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
	fn ticket_without_proof() -> Weight {
		Weight::from_parts(9_000_000, 3600)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
	}
}

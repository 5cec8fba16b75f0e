//! Weights of `pallet_validator_set`

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_validator_set`.
pub trait WeightInfo {
	fn bond() -> Weight;
	fn unbond() -> Weight;
	fn withdraw_unbonded() -> Weight;
	fn admit() -> Weight;
	fn dismiss() -> Weight;
	fn resign() -> Weight;
	fn on_offence(n: u32, ) -> Weight;
}

/// Weights for `pallet_validator_set` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	fn bond() -> Weight {
		Weight::from_parts(62_000_000, 3774)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:0)
	fn unbond() -> Weight {
		Weight::from_parts(24_000_000, 3774)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	fn withdraw_unbonded() -> Weight {
		Weight::from_parts(62_000_000, 3774)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:0)
	/// Storage: `Session::NextKeys` (r:1 w:0)
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	fn admit() -> Weight {
		Weight::from_parts(38_000_000, 4687)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `ValidatorSet::Bonds` (r:0 w:1)
	fn dismiss() -> Weight {
		Weight::from_parts(28_000_000, 4687)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `ValidatorSet::Bonds` (r:0 w:1)
	fn resign() -> Weight {
		Weight::from_parts(28_000_000, 4687)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `ValidatorSet::SlashedFractions` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:100 w:100)
	/// Storage: `System::Account` (r:8 w:8)
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `ValidatorSet::Bonds` (r:100 w:100)
	/// Storage: `ValidatorSet::Exposures` (r:100 w:0)
	/// Storage: `ValidatorSet::Suspended` (r:1 w:1)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// The range of component `n` is `[1, 100]`.
	fn on_offence(n: u32, ) -> Weight {
		Weight::from_parts(140_000_000, 22334)
			.saturating_add(Weight::from_parts(190_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(12_u64))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(n.into()))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	fn bond() -> Weight {
		Weight::from_parts(62_000_000, 3774)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:0)
	fn unbond() -> Weight {
		Weight::from_parts(24_000_000, 3774)
			.saturating_add(RocksDbWeight::get().reads(3_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1)
	fn withdraw_unbonded() -> Weight {
		Weight::from_parts(62_000_000, 3774)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	/// Storage: `ValidatorSet::Bonds` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:1 w:0)
	/// Storage: `Session::NextKeys` (r:1 w:0)
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	fn admit() -> Weight {
		Weight::from_parts(38_000_000, 4687)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `ValidatorSet::Bonds` (r:0 w:1)
	fn dismiss() -> Weight {
		Weight::from_parts(28_000_000, 4687)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `ValidatorSet::Bonds` (r:0 w:1)
	fn resign() -> Weight {
		Weight::from_parts(28_000_000, 4687)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	/// Storage: `Session::CurrentIndex` (r:1 w:0)
	/// Storage: `ValidatorSet::SlashedFractions` (r:1 w:1)
	/// Storage: `Balances::Holds` (r:100 w:100)
	/// Storage: `System::Account` (r:8 w:8)
	/// Storage: `ValidatorSet::Validators` (r:1 w:1)
	/// Storage: `ValidatorSet::Bonds` (r:100 w:100)
	/// Storage: `ValidatorSet::Exposures` (r:100 w:0)
	/// Storage: `ValidatorSet::Suspended` (r:1 w:1)
	/// Storage: `Session::DisabledValidators` (r:1 w:1)
	/// Storage: `Session::Validators` (r:1 w:0)
	/// The range of component `n` is `[1, 100]`.
	fn on_offence(n: u32, ) -> Weight {
		Weight::from_parts(140_000_000, 22334)
			.saturating_add(Weight::from_parts(190_000_000, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(14_u64))
			.saturating_add(RocksDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(12_u64))
			.saturating_add(RocksDbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 2902).saturating_mul(n.into()))
	}
}

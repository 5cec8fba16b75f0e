
//! Weights of `pallet_delegation`, measured by `scripts/weights` on 2026-11-26: AMD EPYC, 20 steps, 10 repeats.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]

use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};
use core::marker::PhantomData;

/// What the calls and hooks of `pallet_delegation` cost at worst.
pub trait WeightInfo {
	fn record_beacon() -> Weight;
	fn admit() -> Weight;
	fn dismiss() -> Weight;
	fn committee() -> Weight;
	fn ticket() -> Weight;
	fn ticket_without_proof() -> Weight;
}

/// As measured, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Babe::AuthorVrfRandomness` (r:1 w:0)
	/// Proof: `Babe::AuthorVrfRandomness` (`max_values`: Some(1), `max_size`: Some(33), added: 528, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::LatestBeacon` (r:1 w:1)
	/// Proof: `Delegation::LatestBeacon` (`max_values`: Some(1), `max_size`: Some(36), added: 531, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Beacons` (r:0 w:1)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	fn record_beacon() -> Weight {
		// Least time: 5_268_000 ps.
		Weight::from_parts(5_768_000, 1521)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Delegation::Places` (r:1 w:1)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:0 w:1)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	fn admit() -> Weight {
		// Least time: 8_843_000 ps.
		Weight::from_parts(9_554_000, 3481)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Delegation::Places` (r:1 w:2)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:2)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	fn dismiss() -> Weight {
		// Least time: 13_490_000 ps.
		Weight::from_parts(14_262_000, 3481)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:0)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:64 w:0)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:64 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:64 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	fn committee() -> Weight {
		// Least time: 761_566_000 ps.
		Weight::from_parts(785_921_000, 214494)
			.saturating_add(T::DbWeight::get().reads(196_u64))
	}
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn ticket() -> Weight {
		// Least time: 281_540_000 ps.
		Weight::from_parts(286_708_000, 3513)
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn ticket_without_proof() -> Weight {
		// Least time: 6_289_000 ps.
		Weight::from_parts(6_660_000, 3513)
			.saturating_add(T::DbWeight::get().reads(2_u64))
	}
}

/// For tests.
impl WeightInfo for () {
	fn record_beacon() -> Weight {
		Weight::from_parts(5_768_000, 1521)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn admit() -> Weight {
		Weight::from_parts(9_554_000, 3481)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn dismiss() -> Weight {
		Weight::from_parts(14_262_000, 3481)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn committee() -> Weight {
		Weight::from_parts(785_921_000, 214494)
			.saturating_add(ParityDbWeight::get().reads(196_u64))
	}
	fn ticket() -> Weight {
		Weight::from_parts(286_708_000, 3513)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
	}
	fn ticket_without_proof() -> Weight {
		Weight::from_parts(6_660_000, 3513)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
	}
}

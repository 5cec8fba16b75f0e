
//! Weights of `pallet_camellia`, measured by `scripts/weights` on 2026-11-26: AMD EPYC, 20 steps, 10 repeats.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]

use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};
use core::marker::PhantomData;

/// What the calls and hooks of `pallet_camellia` cost at worst.
pub trait WeightInfo {
	fn bear() -> Weight;
	fn set_operator() -> Weight;
	fn bury() -> Weight;
	fn claim_rewards() -> Weight;
	fn serve_agenda() -> Weight;
	fn plant() -> Weight;
	fn note() -> Weight;
	fn draw_weight() -> Weight;
}

/// As measured, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::NextId` (r:1 w:1)
	/// Proof: `Camellia::NextId` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:1)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::NextCollectionId` (r:1 w:1)
	/// Proof: `Nfts::NextCollectionId` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:1)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:1 w:1)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Agenda` (r:64 w:1)
	/// Proof: `Camellia::Agenda` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:0 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionRoleOf` (r:0 w:1)
	/// Proof: `Nfts::CollectionRoleOf` (`max_values`: None, `max_size`: Some(69), added: 2544, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionConfigOf` (r:0 w:1)
	/// Proof: `Nfts::CollectionConfigOf` (`max_values`: None, `max_size`: Some(73), added: 2548, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:1)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::CollectionAccount` (r:0 w:1)
	/// Proof: `Nfts::CollectionAccount` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	fn bear() -> Weight {
		// Least time: 200_919_000 ps.
		Weight::from_parts(212_096_000, 162270)
			.saturating_add(T::DbWeight::get().reads(73_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	/// Storage: `Camellia::Camelliae` (r:1 w:0)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Operators` (r:0 w:1)
	/// Proof: `Camellia::Operators` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	fn set_operator() -> Weight {
		// Least time: 14_442_000 ps.
		Weight::from_parts(15_373_000, 4326)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:1)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Enrolments` (r:1 w:0)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:0)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Chips` (r:1 w:1)
	/// Proof: `Camellia::Chips` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CounterForChips` (r:1 w:1)
	/// Proof: `Camellia::CounterForChips` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Agenda` (r:1 w:1)
	/// Proof: `Camellia::Agenda` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Attribute` (r:1 w:0)
	/// Proof: `Nfts::Attribute` (`max_values`: None, `max_size`: Some(479), added: 2954, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemConfigOf` (r:1 w:1)
	/// Proof: `Nfts::ItemConfigOf` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Collection` (r:1 w:1)
	/// Proof: `Nfts::Collection` (`max_values`: None, `max_size`: Some(84), added: 2559, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemMetadataOf` (r:1 w:0)
	/// Proof: `Nfts::ItemMetadataOf` (`max_values`: None, `max_size`: Some(347), added: 2822, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:0 w:1)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Operators` (r:0 w:1)
	/// Proof: `Camellia::Operators` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Account` (r:0 w:1)
	/// Proof: `Nfts::Account` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemPriceOf` (r:0 w:1)
	/// Proof: `Nfts::ItemPriceOf` (`max_values`: None, `max_size`: Some(89), added: 2564, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::ItemAttributesApprovalsOf` (r:0 w:1)
	/// Proof: `Nfts::ItemAttributesApprovalsOf` (`max_values`: None, `max_size`: Some(1001), added: 3476, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::PendingSwapOf` (r:0 w:1)
	/// Proof: `Nfts::PendingSwapOf` (`max_values`: None, `max_size`: Some(71), added: 2546, mode: `MaxEncodedLen`)
	fn bury() -> Weight {
		// Least time: 62_413_000 ps.
		Weight::from_parts(65_177_000, 6229)
			.saturating_add(T::DbWeight::get().reads(12_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	/// Storage: `Camellia::Rewards` (r:1 w:1)
	/// Proof: `Camellia::Rewards` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn claim_rewards() -> Weight {
		// Least time: 42_774_000 ps.
		Weight::from_parts(44_316_000, 6196)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Camellia::Agenda` (r:1 w:0)
	/// Proof: `Camellia::Agenda` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	fn serve_agenda() -> Weight {
		// Least time: 1_302_000 ps.
		Weight::from_parts(1_462_000, 3510)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Chips` (r:1 w:1)
	/// Proof: `Camellia::Chips` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Agenda` (r:2 w:2)
	/// Proof: `Camellia::Agenda` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CounterForChips` (r:1 w:1)
	/// Proof: `Camellia::CounterForChips` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	fn plant() -> Weight {
		// Least time: 23_525_000 ps.
		Weight::from_parts(25_588_000, 6030)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:1 w:1)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	fn note() -> Weight {
		// Least time: 12_799_000 ps.
		Weight::from_parts(13_470_000, 3590)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Camellia::Camelliae` (r:1 w:0)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	fn draw_weight() -> Weight {
		// Least time: 8_182_000 ps.
		Weight::from_parts(8_663_000, 3545)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
}

/// For tests.
impl WeightInfo for () {
	fn bear() -> Weight {
		Weight::from_parts(212_096_000, 162270)
			.saturating_add(ParityDbWeight::get().reads(73_u64))
			.saturating_add(ParityDbWeight::get().writes(13_u64))
	}
	fn set_operator() -> Weight {
		Weight::from_parts(15_373_000, 4326)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn bury() -> Weight {
		Weight::from_parts(65_177_000, 6229)
			.saturating_add(ParityDbWeight::get().reads(12_u64))
			.saturating_add(ParityDbWeight::get().writes(13_u64))
	}
	fn claim_rewards() -> Weight {
		Weight::from_parts(44_316_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn serve_agenda() -> Weight {
		Weight::from_parts(1_462_000, 3510)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
	}
	fn plant() -> Weight {
		Weight::from_parts(25_588_000, 6030)
			.saturating_add(ParityDbWeight::get().reads(7_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn note() -> Weight {
		Weight::from_parts(13_470_000, 3590)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn draw_weight() -> Weight {
		Weight::from_parts(8_663_000, 3545)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
	}
}


//! Weights of `pallet_deployment`, measured by `scripts/weights` on 2026-11-26: AMD EPYC, 20 steps, 10 repeats.

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

/// As measured, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Deployment::Deployments` (r:1 w:1)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Ended` (r:1 w:0)
	/// Proof: `Deployment::Ended` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Holdings` (r:1 w:1)
	/// Proof: `Deployment::Holdings` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:0)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(285), added: 2760, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:1 w:1)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Agenda` (r:1 w:1)
	/// Proof: `Deployment::Agenda` (`max_values`: None, `max_size`: Some(525), added: 3000, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:0 w:1)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Links` (r:0 w:1)
	/// Proof: `Deployment::Links` (`max_values`: None, `max_size`: Some(412), added: 2887, mode: `MaxEncodedLen`)
	fn register() -> Weight {
		// Least time: 122_152_000 ps.
		Weight::from_parts(132_017_000, 13997)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(8_u64))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:1)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:2 w:2)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:1 w:0)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Agenda` (r:2 w:2)
	/// Proof: `Deployment::Agenda` (`max_values`: None, `max_size`: Some(525), added: 3000, mode: `MaxEncodedLen`)
	fn set_terms() -> Weight {
		// Least time: 61_833_000 ps.
		Weight::from_parts(68_612_000, 26906)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:1)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:1 w:0)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:128 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Holdings` (r:2 w:2)
	/// Proof: `Deployment::Holdings` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:0)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(285), added: 2760, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:1 w:1)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Links` (r:2 w:3)
	/// Proof: `Deployment::Links` (`max_values`: None, `max_size`: Some(412), added: 2887, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 128]`.
	fn reseed(n: u32, ) -> Weight {
		// Least time: 131_446_000 ps.
		Weight::from_parts(147_042_333, 13997)
			// Standard error: 41_837
			.saturating_add(Weight::from_parts(5_057_569, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(8_u64))
			.saturating_add(Weight::from_parts(0, 3171).saturating_mul(n.into()))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:1)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Agenda` (r:2 w:2)
	/// Proof: `Deployment::Agenda` (`max_values`: None, `max_size`: Some(525), added: 3000, mode: `MaxEncodedLen`)
	fn retire() -> Weight {
		// Least time: 17_426_000 ps.
		Weight::from_parts(19_279_000, 6990)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:1 w:0)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:33 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:1 w:1)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:1 w:0)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Holdings` (r:2 w:2)
	/// Proof: `Deployment::Holdings` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:0)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(285), added: 2760, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Links` (r:3 w:3)
	/// Proof: `Deployment::Links` (`max_values`: None, `max_size`: Some(412), added: 2887, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 24]`.
	fn confirm_pin(n: u32, ) -> Weight {
		// Least time: 236_723_000 ps.
		Weight::from_parts(244_876_546, 29529)
			// Standard error: 119_696
			.saturating_add(Weight::from_parts(4_434_013, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(23_u64))
			.saturating_add(T::DbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(6_u64))
			.saturating_add(Weight::from_parts(0, 3171).saturating_mul(n.into()))
	}
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:1 w:0)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:1 w:1)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:17 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Holdings` (r:1 w:1)
	/// Proof: `Deployment::Holdings` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Links` (r:2 w:2)
	/// Proof: `Deployment::Links` (`max_values`: None, `max_size`: Some(412), added: 2887, mode: `MaxEncodedLen`)
	fn drop_pin() -> Weight {
		// Least time: 134_260_000 ps.
		Weight::from_parts(144_526_000, 54897)
			.saturating_add(T::DbWeight::get().reads(23_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:1)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:1 w:1)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Holdings` (r:8 w:8)
	/// Proof: `Deployment::Holdings` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Links` (r:17 w:17)
	/// Proof: `Deployment::Links` (`max_values`: None, `max_size`: Some(412), added: 2887, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Clients` (r:32 w:32)
	/// Proof: `Deployment::Clients` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Agenda` (r:1 w:1)
	/// Proof: `Deployment::Agenda` (`max_values`: None, `max_size`: Some(525), added: 3000, mode: `MaxEncodedLen`)
	fn expire() -> Weight {
		// Least time: 207_660_000 ps.
		Weight::from_parts(214_499_000, 83006)
			.saturating_add(T::DbWeight::get().reads(60_u64))
			.saturating_add(T::DbWeight::get().writes(60_u64))
	}
	/// Storage: `Deployment::Agenda` (r:1 w:0)
	/// Proof: `Deployment::Agenda` (`max_values`: None, `max_size`: Some(525), added: 3000, mode: `MaxEncodedLen`)
	fn serve_agenda() -> Weight {
		// Least time: 1_222_000 ps.
		Weight::from_parts(1_372_000, 3990)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:0)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:1 w:0)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:1 w:0)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:16 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Clients` (r:1 w:0)
	/// Proof: `Deployment::Clients` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	fn quote_use() -> Weight {
		// Least time: 94_711_000 ps.
		Weight::from_parts(100_249_000, 51726)
			.saturating_add(T::DbWeight::get().reads(20_u64))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:1)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:1 w:1)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Clients` (r:1 w:1)
	/// Proof: `Deployment::Clients` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	fn begin_use() -> Weight {
		// Least time: 7_391_000 ps.
		Weight::from_parts(7_892_000, 4008)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:1)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Clients` (r:1 w:1)
	/// Proof: `Deployment::Clients` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:1 w:1)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Agenda` (r:1 w:1)
	/// Proof: `Deployment::Agenda` (`max_values`: None, `max_size`: Some(525), added: 3000, mode: `MaxEncodedLen`)
	fn end_use() -> Weight {
		// Least time: 19_990_000 ps.
		Weight::from_parts(21_722_000, 4008)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `Deployment::Deployments` (r:1 w:0)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:1 w:0)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:1 w:0)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	fn may_execute() -> Weight {
		// Least time: 18_388_000 ps.
		Weight::from_parts(20_220_000, 13997)
			.saturating_add(T::DbWeight::get().reads(4_u64))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register() -> Weight {
		Weight::from_parts(132_017_000, 13997)
			.saturating_add(ParityDbWeight::get().reads(13_u64))
			.saturating_add(ParityDbWeight::get().writes(8_u64))
	}
	fn set_terms() -> Weight {
		Weight::from_parts(68_612_000, 26906)
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
	}
	fn reseed(n: u32, ) -> Weight {
		Weight::from_parts(147_042_333, 13997)
			.saturating_add(Weight::from_parts(5_057_569, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(14_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(8_u64))
			.saturating_add(Weight::from_parts(0, 3171).saturating_mul(n.into()))
	}
	fn retire() -> Weight {
		Weight::from_parts(19_279_000, 6990)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn confirm_pin(n: u32, ) -> Weight {
		Weight::from_parts(244_876_546, 29529)
			.saturating_add(Weight::from_parts(4_434_013, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(23_u64))
			.saturating_add(ParityDbWeight::get().reads((1_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
			.saturating_add(Weight::from_parts(0, 3171).saturating_mul(n.into()))
	}
	fn drop_pin() -> Weight {
		Weight::from_parts(144_526_000, 54897)
			.saturating_add(ParityDbWeight::get().reads(23_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(214_499_000, 83006)
			.saturating_add(ParityDbWeight::get().reads(60_u64))
			.saturating_add(ParityDbWeight::get().writes(60_u64))
	}
	fn serve_agenda() -> Weight {
		Weight::from_parts(1_372_000, 3990)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
	}
	fn quote_use() -> Weight {
		Weight::from_parts(100_249_000, 51726)
			.saturating_add(ParityDbWeight::get().reads(20_u64))
	}
	fn begin_use() -> Weight {
		Weight::from_parts(7_892_000, 4008)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn end_use() -> Weight {
		Weight::from_parts(21_722_000, 4008)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn may_execute() -> Weight {
		Weight::from_parts(20_220_000, 13997)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
	}
}


//! Weights of `pallet_errand`, measured by `scripts/weights` on 2026-11-26: AMD EPYC, 20 steps, 10 repeats.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]

use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};
use core::marker::PhantomData;

/// What the calls and hooks of `pallet_errand` cost at worst.
pub trait WeightInfo {
	fn post(d: u32, ) -> Weight;
	fn cancel() -> Weight;
	fn claim(n: u32, d: u32, ) -> Weight;
	fn draw(c: u32, ) -> Weight;
	fn assign(n: u32, d: u32, ) -> Weight;
	fn complete(n: u32, d: u32, ) -> Weight;
	fn quote() -> Weight;
	fn verifiers(m: u32, ) -> Weight;
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

/// As measured, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Errand::GasPrice` (r:1 w:0)
	/// Proof: `Errand::GasPrice` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:8 w:8)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:8 w:0)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:8 w:0)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:16 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Clients` (r:8 w:8)
	/// Proof: `Deployment::Clients` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:8 w:8)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Errand::NextErrand` (r:1 w:1)
	/// Proof: `Errand::NextErrand` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::GasShares` (r:1 w:0)
	/// Proof: `Errand::GasShares` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Agenda` (r:1 w:1)
	/// Proof: `Errand::Agenda` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Errands` (r:0 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Errand::ParamsOf` (r:0 w:1)
	/// Proof: `Errand::ParamsOf` (`max_values`: None, `max_size`: Some(4114), added: 6589, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:0)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:8 w:0)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:8 w:0)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// The range of component `d` is `[0, 8]`.
	fn post(d: u32, ) -> Weight {
		// Least time: 134_410_000 ps.
		Weight::from_parts(149_898_602, 51726)
			// Standard error: 395_555
			.saturating_add(Weight::from_parts(77_986_281, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(23_u64))
			.saturating_add(T::DbWeight::get().reads((5_u64).saturating_mul(d.into())))
			.saturating_add(T::DbWeight::get().writes(7_u64))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 13007).saturating_mul(d.into()))
	}
	/// Storage: `Errand::Errands` (r:1 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:9 w:9)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Clients` (r:9 w:9)
	/// Proof: `Deployment::Clients` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:9 w:9)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Finished` (r:0 w:1)
	/// Proof: `Errand::Finished` (`max_values`: None, `max_size`: Some(3966), added: 6441, mode: `MaxEncodedLen`)
	/// Storage: `Errand::ParamsOf` (r:0 w:1)
	/// Proof: `Errand::ParamsOf` (`max_values`: None, `max_size`: Some(4114), added: 6589, mode: `MaxEncodedLen`)
	fn cancel() -> Weight {
		// Least time: 210_313_000 ps.
		Weight::from_parts(232_878_000, 28152)
			.saturating_add(T::DbWeight::get().reads(31_u64))
			.saturating_add(T::DbWeight::get().writes(33_u64))
	}
	/// Storage: `Errand::Errands` (r:8 w:8)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:0)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:9 w:9)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(1054), added: 3529, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:8 w:0)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermsByHash` (r:8 w:0)
	/// Proof: `Deployment::TermsByHash` (`max_values`: None, `max_size`: Some(10483), added: 12958, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:8 w:0)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 8]`.
	/// The range of component `d` is `[0, 8]`.
	fn claim(n: u32, d: u32, ) -> Weight {
		// Least time: 488_308_000 ps.
		Weight::from_parts(62_180_957, 4519)
			// Standard error: 989_140
			.saturating_add(Weight::from_parts(314_980_268, 0).saturating_mul(n.into()))
			// Standard error: 872_602
			.saturating_add(Weight::from_parts(16_235_315, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(d.into())))
			.saturating_add(T::DbWeight::get().writes(1_u64))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 13007).saturating_mul(d.into()))
			.saturating_add(Weight::from_parts(0, 4951).saturating_mul(n.into()))
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
	/// The range of component `c` is `[8, 64]`.
	fn draw(c: u32, ) -> Weight {
		// Least time: 103_955_000 ps.
		Weight::from_parts(29_185_990, 3513)
			// Standard error: 66_424
			.saturating_add(Weight::from_parts(10_617_164, 0).saturating_mul(c.into()))
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 3336).saturating_mul(c.into()))
	}
	/// Storage: `Errand::ClaimedNow` (r:1 w:1)
	/// Proof: `Errand::ClaimedNow` (`max_values`: Some(1), `max_size`: Some(4098), added: 4593, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Errands` (r:8 w:8)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:6 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:8 w:0)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Pins` (r:8 w:0)
	/// Proof: `Deployment::Pins` (`max_values`: None, `max_size`: Some(10532), added: 13007, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:6 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Links` (r:8 w:0)
	/// Proof: `Deployment::Links` (`max_values`: None, `max_size`: Some(412), added: 2887, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:0)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::RegistrarCount` (r:1 w:0)
	/// Proof: `Attestation::RegistrarCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:6 w:0)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Agenda` (r:8 w:8)
	/// Proof: `Errand::Agenda` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 8]`.
	/// The range of component `d` is `[0, 8]`.
	fn assign(n: u32, d: u32, ) -> Weight {
		// Least time: 247_589_000 ps.
		Weight::from_parts(61_129_569, 18968)
			// Standard error: 394_931
			.saturating_add(Weight::from_parts(45_778_732, 0).saturating_mul(n.into()))
			// Standard error: 348_401
			.saturating_add(Weight::from_parts(22_736_124, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(23_u64))
			.saturating_add(T::DbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(d.into())))
			.saturating_add(T::DbWeight::get().writes(2_u64))
			.saturating_add(T::DbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 13007).saturating_mul(d.into()))
			.saturating_add(Weight::from_parts(0, 10681).saturating_mul(n.into()))
	}
	/// Storage: `Errand::Errands` (r:8 w:8)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:5 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::AcceptedReleases` (r:1 w:0)
	/// Proof: `Attestation::AcceptedReleases` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Releases` (r:1 w:0)
	/// Proof: `Attestation::Releases` (`max_values`: None, `max_size`: Some(2622), added: 5097, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:0)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:0)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Errand::BatchEvidence` (r:1 w:0)
	/// Proof: `Errand::BatchEvidence` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:8 w:8)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Clients` (r:8 w:8)
	/// Proof: `Deployment::Clients` (`max_values`: None, `max_size`: Some(88), added: 2563, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:8 w:8)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:20 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:16 w:0)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:5 w:5)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:5 w:5)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:1)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(1054), added: 3529, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:8 w:8)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:41 w:41)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Rewards` (r:5 w:5)
	/// Proof: `Camellia::Rewards` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Finished` (r:0 w:8)
	/// Proof: `Errand::Finished` (`max_values`: None, `max_size`: Some(3966), added: 6441, mode: `MaxEncodedLen`)
	/// Storage: `Errand::ParamsOf` (r:0 w:8)
	/// Proof: `Errand::ParamsOf` (`max_values`: None, `max_size`: Some(4114), added: 6589, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[1, 8]`.
	/// The range of component `d` is `[0, 8]`.
	fn complete(n: u32, d: u32, ) -> Weight {
		// Least time: 1_616_099_000 ps.
		Weight::from_parts(59_857_256, 16845)
			// Standard error: 1_570_660
			.saturating_add(Weight::from_parts(470_102_639, 0).saturating_mul(n.into()))
			// Standard error: 1_385_609
			.saturating_add(Weight::from_parts(139_175_527, 0).saturating_mul(d.into()))
			.saturating_add(T::DbWeight::get().reads(36_u64))
			.saturating_add(T::DbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().reads((10_u64).saturating_mul(d.into())))
			.saturating_add(T::DbWeight::get().writes(18_u64))
			.saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes((6_u64).saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 7809).saturating_mul(d.into()))
			.saturating_add(Weight::from_parts(0, 5206).saturating_mul(n.into()))
	}
	fn quote() -> Weight {
		// Least time: 586_074_000 ps.
		Weight::from_parts(603_399_000, 0)
	}
	/// Storage: `Attestation::Certificates` (r:32 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:32 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:32 w:32)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:32 w:32)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Rewards` (r:32 w:32)
	/// Proof: `Camellia::Rewards` (`max_values`: None, `max_size`: Some(76), added: 2551, mode: `MaxEncodedLen`)
	/// The range of component `m` is `[1, 32]`.
	fn verifiers(m: u32, ) -> Weight {
		// Least time: 22_995_000 ps.
		Weight::from_parts(6_526_656, 1489)
			// Standard error: 103_344
			.saturating_add(Weight::from_parts(19_529_765, 0).saturating_mul(m.into()))
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().reads((5_u64).saturating_mul(m.into())))
			.saturating_add(T::DbWeight::get().writes((3_u64).saturating_mul(m.into())))
			.saturating_add(Weight::from_parts(0, 3336).saturating_mul(m.into()))
	}
	/// Storage: `Errand::Errands` (r:1 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:1 w:1)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:9 w:9)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:9 w:9)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:1)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(1054), added: 3529, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Finished` (r:0 w:1)
	/// Proof: `Errand::Finished` (`max_values`: None, `max_size`: Some(3966), added: 6441, mode: `MaxEncodedLen`)
	/// Storage: `Errand::ParamsOf` (r:0 w:1)
	/// Proof: `Errand::ParamsOf` (`max_values`: None, `max_size`: Some(4114), added: 6589, mode: `MaxEncodedLen`)
	fn fail() -> Weight {
		// Least time: 205_316_000 ps.
		Weight::from_parts(224_435_000, 28152)
			.saturating_add(T::DbWeight::get().reads(26_u64))
			.saturating_add(T::DbWeight::get().writes(27_u64))
	}
	/// Storage: `Errand::Errands` (r:1 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Agenda` (r:1 w:1)
	/// Proof: `Errand::Agenda` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Envelopes` (r:0 w:1)
	/// Proof: `Errand::Envelopes` (`max_values`: None, `max_size`: Some(539), added: 3014, mode: `MaxEncodedLen`)
	fn supply_key() -> Weight {
		// Least time: 38_317_000 ps.
		Weight::from_parts(40_130_000, 11671)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Errand::Errands` (r:1 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:9 w:9)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:9 w:9)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:1)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(1054), added: 3529, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Finished` (r:0 w:1)
	/// Proof: `Errand::Finished` (`max_values`: None, `max_size`: Some(3966), added: 6441, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Envelopes` (r:0 w:9)
	/// Proof: `Errand::Envelopes` (`max_values`: None, `max_size`: Some(539), added: 3014, mode: `MaxEncodedLen`)
	/// Storage: `Errand::ParamsOf` (r:0 w:1)
	/// Proof: `Errand::ParamsOf` (`max_values`: None, `max_size`: Some(4114), added: 6589, mode: `MaxEncodedLen`)
	fn refuse() -> Weight {
		// Least time: 156_143_000 ps.
		Weight::from_parts(162_042_000, 28152)
			.saturating_add(T::DbWeight::get().reads(23_u64))
			.saturating_add(T::DbWeight::get().writes(34_u64))
	}
	/// Storage: `Errand::Errands` (r:1 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:5 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:3 w:3)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:3 w:3)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:0)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:2)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:2)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:9 w:9)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:9 w:9)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:1)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(1054), added: 3529, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:0 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Finished` (r:0 w:1)
	/// Proof: `Errand::Finished` (`max_values`: None, `max_size`: Some(3966), added: 6441, mode: `MaxEncodedLen`)
	/// Storage: `Errand::ParamsOf` (r:0 w:1)
	/// Proof: `Errand::ParamsOf` (`max_values`: None, `max_size`: Some(4114), added: 6589, mode: `MaxEncodedLen`)
	fn vote_fail() -> Weight {
		// Least time: 264_735_000 ps.
		Weight::from_parts(287_629_000, 28152)
			.saturating_add(T::DbWeight::get().reads(43_u64))
			.saturating_add(T::DbWeight::get().writes(42_u64))
	}
	/// Storage: `Errand::Errands` (r:1 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:1 w:1)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::Deployments` (r:9 w:9)
	/// Proof: `Deployment::Deployments` (`max_values`: None, `max_size`: Some(543), added: 3018, mode: `MaxEncodedLen`)
	/// Storage: `Deployment::TermUses` (r:9 w:9)
	/// Proof: `Deployment::TermUses` (`max_values`: None, `max_size`: Some(68), added: 2543, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Queue` (r:1 w:1)
	/// Proof: `Errand::Queue` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Workloads` (r:1 w:1)
	/// Proof: `Errand::Workloads` (`max_values`: None, `max_size`: Some(1054), added: 3529, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Finished` (r:0 w:1)
	/// Proof: `Errand::Finished` (`max_values`: None, `max_size`: Some(3966), added: 6441, mode: `MaxEncodedLen`)
	/// Storage: `Errand::ParamsOf` (r:0 w:1)
	/// Proof: `Errand::ParamsOf` (`max_values`: None, `max_size`: Some(4114), added: 6589, mode: `MaxEncodedLen`)
	fn expire() -> Weight {
		// Least time: 201_421_000 ps.
		Weight::from_parts(219_307_000, 28152)
			.saturating_add(T::DbWeight::get().reads(26_u64))
			.saturating_add(T::DbWeight::get().writes(27_u64))
	}
	/// Storage: `Errand::Errands` (r:1 w:1)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:56 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:0)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:55 w:0)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:55 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Agenda` (r:1 w:1)
	/// Proof: `Errand::Agenda` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
	fn redraw() -> Weight {
		// Least time: 648_166_000 ps.
		Weight::from_parts(668_116_000, 184470)
			.saturating_add(T::DbWeight::get().reads(172_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Errand::GasShares` (r:0 w:1)
	/// Proof: `Errand::GasShares` (`max_values`: Some(1), `max_size`: Some(5), added: 500, mode: `MaxEncodedLen`)
	fn set_shares() -> Weight {
		// Least time: 3_395_000 ps.
		Weight::from_parts(3_685_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Errand::GasPrice` (r:0 w:1)
	/// Proof: `Errand::GasPrice` (`max_values`: Some(1), `max_size`: Some(16), added: 511, mode: `MaxEncodedLen`)
	fn set_gas_price() -> Weight {
		// Least time: 3_355_000 ps.
		Weight::from_parts(3_605_000, 0)
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Errand::Agenda` (r:1 w:0)
	/// Proof: `Errand::Agenda` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
	fn agenda() -> Weight {
		// Least time: 1_252_000 ps.
		Weight::from_parts(1_402_000, 11671)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	/// Storage: `Errand::Errands` (r:1 w:0)
	/// Proof: `Errand::Errands` (`max_values`: None, `max_size`: Some(2476), added: 4951, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Agenda` (r:1 w:1)
	/// Proof: `Errand::Agenda` (`max_values`: None, `max_size`: Some(8206), added: 10681, mode: `MaxEncodedLen`)
	fn look() -> Weight {
		// Least time: 29_714_000 ps.
		Weight::from_parts(32_648_000, 11671)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Errand::NextErrand` (r:1 w:0)
	/// Proof: `Errand::NextErrand` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::OldestFinished` (r:1 w:1)
	/// Proof: `Errand::OldestFinished` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Errand::Finished` (r:1 w:1)
	/// Proof: `Errand::Finished` (`max_values`: None, `max_size`: Some(3966), added: 6441, mode: `MaxEncodedLen`)
	fn prune() -> Weight {
		// Least time: 19_909_000 ps.
		Weight::from_parts(29_154_000, 7431)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
}

/// For tests.
impl WeightInfo for () {
	fn post(d: u32, ) -> Weight {
		Weight::from_parts(149_898_602, 51726)
			.saturating_add(Weight::from_parts(77_986_281, 0).saturating_mul(d.into()))
			.saturating_add(ParityDbWeight::get().reads(23_u64))
			.saturating_add(ParityDbWeight::get().reads((5_u64).saturating_mul(d.into())))
			.saturating_add(ParityDbWeight::get().writes(7_u64))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 13007).saturating_mul(d.into()))
	}
	fn cancel() -> Weight {
		Weight::from_parts(232_878_000, 28152)
			.saturating_add(ParityDbWeight::get().reads(31_u64))
			.saturating_add(ParityDbWeight::get().writes(33_u64))
	}
	fn claim(n: u32, d: u32, ) -> Weight {
		Weight::from_parts(62_180_957, 4519)
			.saturating_add(Weight::from_parts(314_980_268, 0).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(16_235_315, 0).saturating_mul(d.into()))
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(d.into())))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 13007).saturating_mul(d.into()))
			.saturating_add(Weight::from_parts(0, 4951).saturating_mul(n.into()))
	}
	fn draw(c: u32, ) -> Weight {
		Weight::from_parts(29_185_990, 3513)
			.saturating_add(Weight::from_parts(10_617_164, 0).saturating_mul(c.into()))
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(c.into())))
			.saturating_add(Weight::from_parts(0, 3336).saturating_mul(c.into()))
	}
	fn assign(n: u32, d: u32, ) -> Weight {
		Weight::from_parts(61_129_569, 18968)
			.saturating_add(Weight::from_parts(45_778_732, 0).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(22_736_124, 0).saturating_mul(d.into()))
			.saturating_add(ParityDbWeight::get().reads(23_u64))
			.saturating_add(ParityDbWeight::get().reads((2_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(d.into())))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
			.saturating_add(ParityDbWeight::get().writes((2_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 13007).saturating_mul(d.into()))
			.saturating_add(Weight::from_parts(0, 10681).saturating_mul(n.into()))
	}
	fn complete(n: u32, d: u32, ) -> Weight {
		Weight::from_parts(59_857_256, 16845)
			.saturating_add(Weight::from_parts(470_102_639, 0).saturating_mul(n.into()))
			.saturating_add(Weight::from_parts(139_175_527, 0).saturating_mul(d.into()))
			.saturating_add(ParityDbWeight::get().reads(36_u64))
			.saturating_add(ParityDbWeight::get().reads((4_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().reads((10_u64).saturating_mul(d.into())))
			.saturating_add(ParityDbWeight::get().writes(18_u64))
			.saturating_add(ParityDbWeight::get().writes((6_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes((6_u64).saturating_mul(d.into())))
			.saturating_add(Weight::from_parts(0, 7809).saturating_mul(d.into()))
			.saturating_add(Weight::from_parts(0, 5206).saturating_mul(n.into()))
	}
	fn quote() -> Weight {
		Weight::from_parts(603_399_000, 0)
	}
	fn verifiers(m: u32, ) -> Weight {
		Weight::from_parts(6_526_656, 1489)
			.saturating_add(Weight::from_parts(19_529_765, 0).saturating_mul(m.into()))
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().reads((5_u64).saturating_mul(m.into())))
			.saturating_add(ParityDbWeight::get().writes((3_u64).saturating_mul(m.into())))
			.saturating_add(Weight::from_parts(0, 3336).saturating_mul(m.into()))
	}
	fn fail() -> Weight {
		Weight::from_parts(224_435_000, 28152)
			.saturating_add(ParityDbWeight::get().reads(26_u64))
			.saturating_add(ParityDbWeight::get().writes(27_u64))
	}
	fn supply_key() -> Weight {
		Weight::from_parts(40_130_000, 11671)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn refuse() -> Weight {
		Weight::from_parts(162_042_000, 28152)
			.saturating_add(ParityDbWeight::get().reads(23_u64))
			.saturating_add(ParityDbWeight::get().writes(34_u64))
	}
	fn vote_fail() -> Weight {
		Weight::from_parts(287_629_000, 28152)
			.saturating_add(ParityDbWeight::get().reads(43_u64))
			.saturating_add(ParityDbWeight::get().writes(42_u64))
	}
	fn expire() -> Weight {
		Weight::from_parts(219_307_000, 28152)
			.saturating_add(ParityDbWeight::get().reads(26_u64))
			.saturating_add(ParityDbWeight::get().writes(27_u64))
	}
	fn redraw() -> Weight {
		Weight::from_parts(668_116_000, 184470)
			.saturating_add(ParityDbWeight::get().reads(172_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn set_shares() -> Weight {
		Weight::from_parts(3_685_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_gas_price() -> Weight {
		Weight::from_parts(3_605_000, 0)
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn agenda() -> Weight {
		Weight::from_parts(1_402_000, 11671)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
	}
	fn look() -> Weight {
		Weight::from_parts(32_648_000, 11671)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn prune() -> Weight {
		Weight::from_parts(29_154_000, 7431)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
}


//! Weights of `pallet_attestation`, measured by `scripts/weights` on 2026-11-26: AMD EPYC, 20 steps, 10 repeats.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]

use frame_support::{traits::Get, weights::{Weight, constants::ParityDbWeight}};
use core::marker::PhantomData;

/// What the calls and hooks of `pallet_attestation` cost at worst.
pub trait WeightInfo {
	fn register_issuer() -> Weight;
	fn set_issuer_status() -> Weight;
	fn set_serial_denial() -> Weight;
	fn set_firmware_denial() -> Weight;
	fn register_release() -> Weight;
	fn retire_release() -> Weight;
	fn set_registrar() -> Weight;
	fn register() -> Weight;
	fn register_rsa() -> Weight;
	fn challenge() -> Weight;
	fn respond() -> Weight;
	fn reveal() -> Weight;
	fn attest() -> Weight;
	fn submit_verdicts(n: u32, ) -> Weight;
	fn vote_fail() -> Weight;
	fn expire_round() -> Weight;
	fn expire_enrolment() -> Weight;
	fn expire_certificate() -> Weight;
	fn retire() -> Weight;
	fn expire_bond() -> Weight;
	fn agenda() -> Weight;
	fn draws() -> Weight;
	fn draw() -> Weight;
	fn duty_guard() -> Weight;
	fn set_parameters() -> Weight;
	fn report_contradiction() -> Weight;
	fn report_clone() -> Weight;
	fn report_refuted() -> Weight;
	fn pay_duties() -> Weight;
}

/// As measured, with the database weights of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Attestation::Issuers` (r:1 w:1)
	/// Proof: `Attestation::Issuers` (`max_values`: None, `max_size`: Some(541), added: 3016, mode: `MaxEncodedLen`)
	fn register_issuer() -> Weight {
		// Least time: 8_573_000 ps.
		Weight::from_parts(8_994_000, 4006)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Attestation::Issuers` (r:1 w:1)
	/// Proof: `Attestation::Issuers` (`max_values`: None, `max_size`: Some(541), added: 3016, mode: `MaxEncodedLen`)
	fn set_issuer_status() -> Weight {
		// Least time: 6_109_000 ps.
		Weight::from_parts(6_540_000, 4006)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Attestation::Issuers` (r:1 w:0)
	/// Proof: `Attestation::Issuers` (`max_values`: None, `max_size`: Some(541), added: 3016, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DeniedSerials` (r:1 w:1)
	/// Proof: `Attestation::DeniedSerials` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn set_serial_denial() -> Weight {
		// Least time: 7_621_000 ps.
		Weight::from_parts(8_182_000, 4006)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Attestation::DeniedFirmware` (r:1 w:1)
	/// Proof: `Attestation::DeniedFirmware` (`max_values`: None, `max_size`: Some(2669), added: 5144, mode: `MaxEncodedLen`)
	fn set_firmware_denial() -> Weight {
		// Least time: 12_879_000 ps.
		Weight::from_parts(13_650_000, 6134)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Attestation::Releases` (r:5 w:1)
	/// Proof: `Attestation::Releases` (`max_values`: None, `max_size`: Some(2622), added: 5097, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::AcceptedReleases` (r:1 w:1)
	/// Proof: `Attestation::AcceptedReleases` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	fn register_release() -> Weight {
		// Least time: 26_490_000 ps.
		Weight::from_parts(28_733_000, 26475)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Attestation::Releases` (r:1 w:0)
	/// Proof: `Attestation::Releases` (`max_values`: None, `max_size`: Some(2622), added: 5097, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::AcceptedReleases` (r:1 w:1)
	/// Proof: `Attestation::AcceptedReleases` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	fn retire_release() -> Weight {
		// Least time: 11_557_000 ps.
		Weight::from_parts(12_539_000, 6087)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Attestation::Registrars` (r:2 w:2)
	/// Proof: `Attestation::Registrars` (`max_values`: None, `max_size`: Some(149), added: 2624, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::RegistrarCount` (r:1 w:1)
	/// Proof: `Attestation::RegistrarCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::RegistrarAt` (r:1 w:2)
	/// Proof: `Attestation::RegistrarAt` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	fn set_registrar() -> Weight {
		// Least time: 16_384_000 ps.
		Weight::from_parts(17_716_000, 6238)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:0)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CoolDowns` (r:1 w:1)
	/// Proof: `Attestation::CoolDowns` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Issuers` (r:1 w:0)
	/// Proof: `Attestation::Issuers` (`max_values`: None, `max_size`: Some(541), added: 3016, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfIssuer` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfIssuer` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CounterForChips` (r:1 w:0)
	/// Proof: `Camellia::CounterForChips` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DeniedSerials` (r:1 w:0)
	/// Proof: `Attestation::DeniedSerials` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::EkOwners` (r:1 w:1)
	/// Proof: `Attestation::EkOwners` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:0)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfClass` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfClass` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Enrolments` (r:0 w:1)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:0 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	fn register() -> Weight {
		// Least time: 4_431_115_000 ps.
		Weight::from_parts(4_548_060_000, 4569)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:0)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CoolDowns` (r:1 w:1)
	/// Proof: `Attestation::CoolDowns` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Issuers` (r:1 w:0)
	/// Proof: `Attestation::Issuers` (`max_values`: None, `max_size`: Some(541), added: 3016, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfIssuer` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfIssuer` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CounterForChips` (r:1 w:0)
	/// Proof: `Camellia::CounterForChips` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DeniedSerials` (r:1 w:0)
	/// Proof: `Attestation::DeniedSerials` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::EkOwners` (r:1 w:1)
	/// Proof: `Attestation::EkOwners` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:0)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfClass` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfClass` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Enrolments` (r:0 w:1)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:0 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	fn register_rsa() -> Weight {
		// Least time: 2_201_912_000 ps.
		Weight::from_parts(2_298_656_000, 4569)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	/// Storage: `Attestation::Enrolments` (r:1 w:1)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Agenda` (r:9 w:1)
	/// Proof: `Attestation::Agenda` (`max_values`: None, `max_size`: Some(2126), added: 4601, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Challenges` (r:0 w:1)
	/// Proof: `Attestation::Challenges` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	fn challenge() -> Weight {
		// Least time: 81_351_000 ps.
		Weight::from_parts(86_789_000, 42399)
			.saturating_add(T::DbWeight::get().reads(13_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:6 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Enrolments` (r:1 w:1)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Challenges` (r:5 w:5)
	/// Proof: `Attestation::Challenges` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:6 w:6)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:5 w:5)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DutyPoints` (r:5 w:5)
	/// Proof: `Attestation::DutyPoints` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Chips` (r:1 w:1)
	/// Proof: `Camellia::Chips` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Agenda` (r:2 w:2)
	/// Proof: `Camellia::Agenda` (`max_values`: None, `max_size`: Some(45), added: 2520, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CounterForChips` (r:1 w:1)
	/// Proof: `Camellia::CounterForChips` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:0 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:0 w:1)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	fn respond() -> Weight {
		// Least time: 229_452_000 ps.
		Weight::from_parts(238_356_000, 21006)
			.saturating_add(T::DbWeight::get().reads(34_u64))
			.saturating_add(T::DbWeight::get().writes(28_u64))
	}
	/// Storage: `Attestation::Enrolments` (r:1 w:1)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Challenges` (r:1 w:5)
	/// Proof: `Attestation::Challenges` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:2 w:2)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:1 w:1)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
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
	/// Storage: `Attestation::Modules` (r:0 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:0 w:1)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	fn reveal() -> Weight {
		// Least time: 8_035_007_000 ps.
		Weight::from_parts(8_188_347_000, 6229)
			.saturating_add(T::DbWeight::get().reads(14_u64))
			.saturating_add(T::DbWeight::get().writes(15_u64))
	}
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:1)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:1)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:2 w:2)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Registrars` (r:1 w:0)
	/// Proof: `Attestation::Registrars` (`max_values`: None, `max_size`: Some(149), added: 2624, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::PastBoots` (r:1 w:1)
	/// Proof: `Attestation::PastBoots` (`max_values`: None, `max_size`: Some(1741), added: 4216, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::BootsOfDay` (r:1 w:1)
	/// Proof: `Attestation::BootsOfDay` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:4 w:4)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::AcceptedReleases` (r:1 w:0)
	/// Proof: `Attestation::AcceptedReleases` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Releases` (r:4 w:0)
	/// Proof: `Attestation::Releases` (`max_values`: None, `max_size`: Some(2622), added: 5097, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:2 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DeniedFirmware` (r:1 w:0)
	/// Proof: `Attestation::DeniedFirmware` (`max_values`: None, `max_size`: Some(2669), added: 5144, mode: `MaxEncodedLen`)
	/// Storage: `Timestamp::Now` (r:1 w:0)
	/// Proof: `Timestamp::Now` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:2)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:2)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::FailedDutiesOf` (r:0 w:1)
	/// Proof: `Attestation::FailedDutiesOf` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:0 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Profiles` (r:0 w:1)
	/// Proof: `Attestation::Profiles` (`max_values`: None, `max_size`: Some(739), added: 3214, mode: `MaxEncodedLen`)
	fn attest() -> Weight {
		// Least time: 895_475_000 ps.
		Weight::from_parts(926_802_000, 21378)
			.saturating_add(T::DbWeight::get().reads(31_u64))
			.saturating_add(T::DbWeight::get().writes(23_u64))
	}
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:5 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:1)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::AcceptedReleases` (r:1 w:0)
	/// Proof: `Attestation::AcceptedReleases` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Releases` (r:4 w:0)
	/// Proof: `Attestation::Releases` (`max_values`: None, `max_size`: Some(2622), added: 5097, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:5 w:5)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:5 w:5)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:4 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DutyPoints` (r:4 w:4)
	/// Proof: `Attestation::DutyPoints` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:1)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Agenda` (r:9 w:1)
	/// Proof: `Attestation::Agenda` (`max_values`: None, `max_size`: Some(2126), added: 4601, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:0)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:0 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// The range of component `n` is `[3, 4]`.
	fn submit_verdicts(n: u32, ) -> Weight {
		// Least time: 316_472_000 ps.
		Weight::from_parts(287_954_541, 42399)
			// Standard error: 2_265_012
			.saturating_add(Weight::from_parts(18_272_989, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(33_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(16_u64))
			.saturating_add(T::DbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3336).saturating_mul(n.into()))
	}
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:1)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:2 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Reports` (r:1 w:0)
	/// Proof: `Attestation::Reports` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:5 w:5)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:5 w:5)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:4 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DutyPoints` (r:4 w:4)
	/// Proof: `Attestation::DutyPoints` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:1)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:1)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:1)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::PastBoots` (r:1 w:1)
	/// Proof: `Attestation::PastBoots` (`max_values`: None, `max_size`: Some(1741), added: 4216, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:0 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::FailedDutiesOf` (r:0 w:1)
	/// Proof: `Attestation::FailedDutiesOf` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn vote_fail() -> Weight {
		// Least time: 150_174_000 ps.
		Weight::from_parts(160_710_000, 14334)
			.saturating_add(T::DbWeight::get().reads(31_u64))
			.saturating_add(T::DbWeight::get().writes(25_u64))
	}
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:4 w:4)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:4 w:4)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	fn expire_round() -> Weight {
		// Least time: 58_708_000 ps.
		Weight::from_parts(67_220_000, 11390)
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().writes(10_u64))
	}
	/// Storage: `Attestation::Enrolments` (r:1 w:1)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:6 w:6)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:5 w:5)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfIssuer` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfIssuer` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfClass` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfClass` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Agenda` (r:9 w:1)
	/// Proof: `Attestation::Agenda` (`max_values`: None, `max_size`: Some(2126), added: 4601, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:0 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::EkOwners` (r:0 w:1)
	/// Proof: `Attestation::EkOwners` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Challenges` (r:0 w:5)
	/// Proof: `Attestation::Challenges` (`max_values`: None, `max_size`: Some(383), added: 2858, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Profiles` (r:0 w:1)
	/// Proof: `Attestation::Profiles` (`max_values`: None, `max_size`: Some(739), added: 3214, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CoolDowns` (r:0 w:1)
	/// Proof: `Attestation::CoolDowns` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	fn expire_enrolment() -> Weight {
		// Least time: 184_475_000 ps.
		Weight::from_parts(189_653_000, 42399)
			.saturating_add(T::DbWeight::get().reads(26_u64))
			.saturating_add(T::DbWeight::get().writes(26_u64))
	}
	/// Storage: `Attestation::Certificates` (r:1 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:1)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:1)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:0 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	fn expire_certificate() -> Weight {
		// Least time: 21_262_000 ps.
		Weight::from_parts(22_844_000, 4161)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Enrolments` (r:1 w:0)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:1)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:1)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:1)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::PastBoots` (r:1 w:1)
	/// Proof: `Attestation::PastBoots` (`max_values`: None, `max_size`: Some(1741), added: 4216, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:1)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Agenda` (r:9 w:1)
	/// Proof: `Attestation::Agenda` (`max_values`: None, `max_size`: Some(2126), added: 4601, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfIssuer` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfIssuer` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::ChipsOfClass` (r:1 w:1)
	/// Proof: `Attestation::ChipsOfClass` (`max_values`: None, `max_size`: Some(13), added: 2488, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Chips` (r:1 w:1)
	/// Proof: `Camellia::Chips` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CounterForChips` (r:1 w:1)
	/// Proof: `Camellia::CounterForChips` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:0 w:1)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::FailedDutiesOf` (r:0 w:1)
	/// Proof: `Attestation::FailedDutiesOf` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::BootsOfDay` (r:0 w:1)
	/// Proof: `Attestation::BootsOfDay` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::EkOwners` (r:0 w:1)
	/// Proof: `Attestation::EkOwners` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Profiles` (r:0 w:1)
	/// Proof: `Attestation::Profiles` (`max_values`: None, `max_size`: Some(739), added: 3214, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Unbondings` (r:0 w:1)
	/// Proof: `Attestation::Unbondings` (`max_values`: None, `max_size`: Some(108), added: 2583, mode: `MaxEncodedLen`)
	fn retire() -> Weight {
		// Least time: 145_366_000 ps.
		Weight::from_parts(161_712_000, 42399)
			.saturating_add(T::DbWeight::get().reads(29_u64))
			.saturating_add(T::DbWeight::get().writes(23_u64))
	}
	/// Storage: `Attestation::Unbondings` (r:1 w:1)
	/// Proof: `Attestation::Unbondings` (`max_values`: None, `max_size`: Some(108), added: 2583, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::EkOwners` (r:1 w:1)
	/// Proof: `Attestation::EkOwners` (`max_values`: None, `max_size`: Some(41), added: 2516, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	fn expire_bond() -> Weight {
		// Least time: 42_613_000 ps.
		Weight::from_parts(45_197_000, 3676)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `Attestation::Agenda` (r:1 w:1)
	/// Proof: `Attestation::Agenda` (`max_values`: None, `max_size`: Some(2126), added: 4601, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:0)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	fn agenda() -> Weight {
		// Least time: 81_532_000 ps.
		Weight::from_parts(84_476_000, 5591)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:0)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	fn draws() -> Weight {
		// Least time: 541_000 ps.
		Weight::from_parts(691_000, 1493)
			.saturating_add(T::DbWeight::get().reads(1_u64))
	}
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:1 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Enrolments` (r:1 w:1)
	/// Proof: `Attestation::Enrolments` (`max_values`: None, `max_size`: Some(2764), added: 5239, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:6 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Beacons` (r:1 w:0)
	/// Proof: `Delegation::Beacons` (`max_values`: None, `max_size`: Some(48), added: 2523, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:0)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:6 w:0)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:5 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Agenda` (r:9 w:1)
	/// Proof: `Attestation::Agenda` (`max_values`: None, `max_size`: Some(2126), added: 4601, mode: `MaxEncodedLen`)
	fn draw() -> Weight {
		// Least time: 150_704_000 ps.
		Weight::from_parts(155_702_000, 42399)
			.saturating_add(T::DbWeight::get().reads(34_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `Attestation::Modules` (r:1 w:0)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:0)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:0)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:0)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sessions` (r:1 w:0)
	/// Proof: `Attestation::Sessions` (`max_values`: None, `max_size`: Some(56), added: 2531, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:0)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:0)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::AcceptedReleases` (r:1 w:0)
	/// Proof: `Attestation::AcceptedReleases` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Releases` (r:4 w:0)
	/// Proof: `Attestation::Releases` (`max_values`: None, `max_size`: Some(2622), added: 5097, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:0)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:2 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DeniedFirmware` (r:1 w:0)
	/// Proof: `Attestation::DeniedFirmware` (`max_values`: None, `max_size`: Some(2669), added: 5144, mode: `MaxEncodedLen`)
	/// Storage: `Babe::EpochIndex` (r:1 w:0)
	/// Proof: `Babe::EpochIndex` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::FailedDutiesOf` (r:1 w:1)
	/// Proof: `Attestation::FailedDutiesOf` (`max_values`: None, `max_size`: Some(60), added: 2535, mode: `MaxEncodedLen`)
	fn duty_guard() -> Weight {
		// Least time: 123_995_000 ps.
		Weight::from_parts(131_706_000, 21378)
			.saturating_add(T::DbWeight::get().reads(21_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Attestation::DevAllowed` (r:1 w:0)
	/// Proof: `Attestation::DevAllowed` (`max_values`: Some(1), `max_size`: Some(1), added: 496, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:0 w:1)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	fn set_parameters() -> Weight {
		// Least time: 4_287_000 ps.
		Weight::from_parts(4_596_000, 1486)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Punished` (r:1 w:1)
	/// Proof: `Attestation::Punished` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:0)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::PastBoots` (r:1 w:0)
	/// Proof: `Attestation::PastBoots` (`max_values`: None, `max_size`: Some(1741), added: 4216, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:1 w:1)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:1)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:1)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:0 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Reports` (r:0 w:1)
	/// Proof: `Attestation::Reports` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	fn report_contradiction() -> Weight {
		// Least time: 219_648_000 ps.
		Weight::from_parts(243_963_000, 5206)
			.saturating_add(T::DbWeight::get().reads(19_u64))
			.saturating_add(T::DbWeight::get().writes(15_u64))
	}
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:1)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Punished` (r:1 w:1)
	/// Proof: `Attestation::Punished` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:0)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `System::BlockHash` (r:1 w:0)
	/// Proof: `System::BlockHash` (`max_values`: None, `max_size`: Some(44), added: 2519, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:1 w:1)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:1 w:1)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:1)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:1)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:0 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Reports` (r:0 w:1)
	/// Proof: `Attestation::Reports` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	fn report_clone() -> Weight {
		// Least time: 748_476_000 ps.
		Weight::from_parts(800_453_000, 5043)
			.saturating_add(T::DbWeight::get().reads(19_u64))
			.saturating_add(T::DbWeight::get().writes(16_u64))
	}
	/// Storage: `Camellia::Collection` (r:1 w:0)
	/// Proof: `Camellia::Collection` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Nfts::Item` (r:1 w:0)
	/// Proof: `Nfts::Item` (`max_values`: None, `max_size`: Some(861), added: 3336, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueueEnds` (r:1 w:1)
	/// Proof: `Attestation::DrawQueueEnds` (`max_values`: Some(1), `max_size`: Some(8), added: 503, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Certificates` (r:1 w:1)
	/// Proof: `Attestation::Certificates` (`max_values`: None, `max_size`: Some(696), added: 3171, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Punished` (r:1 w:1)
	/// Proof: `Attestation::Punished` (`max_values`: None, `max_size`: Some(36), added: 2511, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Chips` (r:1 w:0)
	/// Proof: `Attestation::Chips` (`max_values`: None, `max_size`: Some(1104), added: 3579, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Boots` (r:1 w:0)
	/// Proof: `Attestation::Boots` (`max_values`: None, `max_size`: Some(608), added: 3083, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::Camelliae` (r:4 w:4)
	/// Proof: `Camellia::Camelliae` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
	/// Storage: `Camellia::CreditLogs` (r:4 w:4)
	/// Proof: `Camellia::CreditLogs` (`max_values`: None, `max_size`: Some(125), added: 2600, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Modules` (r:1 w:1)
	/// Proof: `Attestation::Modules` (`max_values`: None, `max_size`: Some(26), added: 2501, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:1 w:1)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	/// Storage: `Balances::Holds` (r:1 w:1)
	/// Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(211), added: 2686, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Sequences` (r:1 w:1)
	/// Proof: `Attestation::Sequences` (`max_values`: None, `max_size`: Some(20), added: 2495, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Rounds` (r:1 w:1)
	/// Proof: `Attestation::Rounds` (`max_values`: None, `max_size`: Some(1578), added: 4053, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Places` (r:1 w:1)
	/// Proof: `Delegation::Places` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::ModuleCount` (r:1 w:1)
	/// Proof: `Delegation::ModuleCount` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
	/// Storage: `Delegation::Modules` (r:1 w:1)
	/// Proof: `Delegation::Modules` (`max_values`: None, `max_size`: Some(16), added: 2491, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::DrawQueue` (r:0 w:1)
	/// Proof: `Attestation::DrawQueue` (`max_values`: None, `max_size`: Some(25), added: 2500, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::Reports` (r:0 w:1)
	/// Proof: `Attestation::Reports` (`max_values`: None, `max_size`: Some(61), added: 2536, mode: `MaxEncodedLen`)
	fn report_refuted() -> Weight {
		// Least time: 169_923_000 ps.
		Weight::from_parts(190_905_000, 11390)
			.saturating_add(T::DbWeight::get().reads(24_u64))
			.saturating_add(T::DbWeight::get().writes(21_u64))
	}
	/// Storage: `Attestation::DutyPoints` (r:1 w:1)
	/// Proof: `Attestation::DutyPoints` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
	/// Storage: `Attestation::CurrentParameters` (r:1 w:0)
	/// Proof: `Attestation::CurrentParameters` (`max_values`: Some(1), `max_size`: Some(92), added: 587, mode: `MaxEncodedLen`)
	/// Storage: `System::Account` (r:2 w:2)
	/// Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
	fn pay_duties() -> Weight {
		// Least time: 43_595_000 ps.
		Weight::from_parts(45_698_000, 6196)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
}

/// For tests.
impl WeightInfo for () {
	fn register_issuer() -> Weight {
		Weight::from_parts(8_994_000, 4006)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_issuer_status() -> Weight {
		Weight::from_parts(6_540_000, 4006)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_serial_denial() -> Weight {
		Weight::from_parts(8_182_000, 4006)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_firmware_denial() -> Weight {
		Weight::from_parts(13_650_000, 6134)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn register_release() -> Weight {
		Weight::from_parts(28_733_000, 26475)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn retire_release() -> Weight {
		Weight::from_parts(12_539_000, 6087)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_registrar() -> Weight {
		Weight::from_parts(17_716_000, 6238)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn register() -> Weight {
		Weight::from_parts(4_548_060_000, 4569)
			.saturating_add(ParityDbWeight::get().reads(18_u64))
			.saturating_add(ParityDbWeight::get().writes(11_u64))
	}
	fn register_rsa() -> Weight {
		Weight::from_parts(2_298_656_000, 4569)
			.saturating_add(ParityDbWeight::get().reads(18_u64))
			.saturating_add(ParityDbWeight::get().writes(11_u64))
	}
	fn challenge() -> Weight {
		Weight::from_parts(86_789_000, 42399)
			.saturating_add(ParityDbWeight::get().reads(13_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn respond() -> Weight {
		Weight::from_parts(238_356_000, 21006)
			.saturating_add(ParityDbWeight::get().reads(34_u64))
			.saturating_add(ParityDbWeight::get().writes(28_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(8_188_347_000, 6229)
			.saturating_add(ParityDbWeight::get().reads(14_u64))
			.saturating_add(ParityDbWeight::get().writes(15_u64))
	}
	fn attest() -> Weight {
		Weight::from_parts(926_802_000, 21378)
			.saturating_add(ParityDbWeight::get().reads(31_u64))
			.saturating_add(ParityDbWeight::get().writes(23_u64))
	}
	fn submit_verdicts(n: u32, ) -> Weight {
		Weight::from_parts(287_954_541, 42399)
			.saturating_add(Weight::from_parts(18_272_989, 0).saturating_mul(n.into()))
			.saturating_add(ParityDbWeight::get().reads(33_u64))
			.saturating_add(ParityDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(ParityDbWeight::get().writes(16_u64))
			.saturating_add(ParityDbWeight::get().writes((1_u64).saturating_mul(n.into())))
			.saturating_add(Weight::from_parts(0, 3336).saturating_mul(n.into()))
	}
	fn vote_fail() -> Weight {
		Weight::from_parts(160_710_000, 14334)
			.saturating_add(ParityDbWeight::get().reads(31_u64))
			.saturating_add(ParityDbWeight::get().writes(25_u64))
	}
	fn expire_round() -> Weight {
		Weight::from_parts(67_220_000, 11390)
			.saturating_add(ParityDbWeight::get().reads(11_u64))
			.saturating_add(ParityDbWeight::get().writes(10_u64))
	}
	fn expire_enrolment() -> Weight {
		Weight::from_parts(189_653_000, 42399)
			.saturating_add(ParityDbWeight::get().reads(26_u64))
			.saturating_add(ParityDbWeight::get().writes(26_u64))
	}
	fn expire_certificate() -> Weight {
		Weight::from_parts(22_844_000, 4161)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn retire() -> Weight {
		Weight::from_parts(161_712_000, 42399)
			.saturating_add(ParityDbWeight::get().reads(29_u64))
			.saturating_add(ParityDbWeight::get().writes(23_u64))
	}
	fn expire_bond() -> Weight {
		Weight::from_parts(45_197_000, 3676)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn agenda() -> Weight {
		Weight::from_parts(84_476_000, 5591)
			.saturating_add(ParityDbWeight::get().reads(2_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn draws() -> Weight {
		Weight::from_parts(691_000, 1493)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
	}
	fn draw() -> Weight {
		Weight::from_parts(155_702_000, 42399)
			.saturating_add(ParityDbWeight::get().reads(34_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn duty_guard() -> Weight {
		Weight::from_parts(131_706_000, 21378)
			.saturating_add(ParityDbWeight::get().reads(21_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn set_parameters() -> Weight {
		Weight::from_parts(4_596_000, 1486)
			.saturating_add(ParityDbWeight::get().reads(1_u64))
			.saturating_add(ParityDbWeight::get().writes(1_u64))
	}
	fn report_contradiction() -> Weight {
		Weight::from_parts(243_963_000, 5206)
			.saturating_add(ParityDbWeight::get().reads(19_u64))
			.saturating_add(ParityDbWeight::get().writes(15_u64))
	}
	fn report_clone() -> Weight {
		Weight::from_parts(800_453_000, 5043)
			.saturating_add(ParityDbWeight::get().reads(19_u64))
			.saturating_add(ParityDbWeight::get().writes(16_u64))
	}
	fn report_refuted() -> Weight {
		Weight::from_parts(190_905_000, 11390)
			.saturating_add(ParityDbWeight::get().reads(24_u64))
			.saturating_add(ParityDbWeight::get().writes(21_u64))
	}
	fn pay_duties() -> Weight {
		Weight::from_parts(45_698_000, 6196)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
}

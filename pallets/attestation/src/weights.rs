//! Weights of `pallet_attestation`
//!
//! Estimates by hand, by signature algorithm and number of storage items, until the generated file replaces them.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_parens)]
#![allow(unused_imports)]
#![allow(missing_docs)]
#![allow(dead_code)]

use frame_support::{traits::Get, weights::{Weight, constants::RocksDbWeight}};
use core::marker::PhantomData;

/// Weight functions needed for `pallet_attestation`.
pub trait WeightInfo {
	fn register_issuer() -> Weight;
	fn set_issuer_status() -> Weight;
	fn set_serial_denial() -> Weight;
	fn set_firmware_denial() -> Weight;
	fn register_release() -> Weight;
	fn retire_release() -> Weight;
	fn set_registrar() -> Weight;
	fn register() -> Weight;
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
}

/// Weights for `pallet_attestation` using the Substrate node and recommended hardware.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	fn register_issuer() -> Weight {
		Weight::from_parts(600_000_000, 3100)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_issuer_status() -> Weight {
		Weight::from_parts(25_000_000, 3100)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_serial_denial() -> Weight {
		Weight::from_parts(25_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_firmware_denial() -> Weight {
		Weight::from_parts(40_000_000, 6700)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn register_release() -> Weight {
		Weight::from_parts(90_000_000, 14000)
			.saturating_add(T::DbWeight::get().reads(7_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	fn retire_release() -> Weight {
		Weight::from_parts(45_000_000, 6000)
			.saturating_add(T::DbWeight::get().reads(2_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn set_registrar() -> Weight {
		Weight::from_parts(40_000_000, 4000)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn register() -> Weight {
		Weight::from_parts(6_500_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(17_u64))
			.saturating_add(T::DbWeight::get().writes(13_u64))
	}
	fn challenge() -> Weight {
		Weight::from_parts(90_000_000, 6500)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	fn respond() -> Weight {
		Weight::from_parts(330_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(22_u64))
			.saturating_add(T::DbWeight::get().writes(14_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(1_300_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(16_u64))
			.saturating_add(T::DbWeight::get().writes(11_u64))
	}
	fn attest() -> Weight {
		Weight::from_parts(3_400_000_000, 18000)
			.saturating_add(T::DbWeight::get().reads(24_u64))
			.saturating_add(T::DbWeight::get().writes(16_u64))
	}
	fn submit_verdicts(n: u32, ) -> Weight {
		Weight::from_parts(150_000_000, 16000)
			.saturating_add(Weight::from_parts(60_000_000, 0).saturating_mul(n.into()))
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(T::DbWeight::get().writes(12_u64))
	}
	fn vote_fail() -> Weight {
		Weight::from_parts(120_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(15_u64))
			.saturating_add(T::DbWeight::get().writes(12_u64))
	}
	fn expire_round() -> Weight {
		Weight::from_parts(90_000_000, 7000)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(7_u64))
	}
	fn expire_enrolment() -> Weight {
		Weight::from_parts(150_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(16_u64))
	}
	fn expire_certificate() -> Weight {
		Weight::from_parts(55_000_000, 6500)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	fn retire() -> Weight {
		Weight::from_parts(160_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(18_u64))
			.saturating_add(T::DbWeight::get().writes(16_u64))
	}
	fn expire_bond() -> Weight {
		Weight::from_parts(60_000_000, 4800)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn agenda() -> Weight {
		Weight::from_parts(8_000_000, 3600)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
	fn draws() -> Weight {
		Weight::from_parts(4_000_000, 1500)
			.saturating_add(T::DbWeight::get().reads(1_u64))
			.saturating_add(T::DbWeight::get().writes(0_u64))
	}
	fn draw() -> Weight {
		Weight::from_parts(180_000_000, 20000)
			.saturating_add(T::DbWeight::get().reads(40_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	fn duty_guard() -> Weight {
		Weight::from_parts(60_000_000, 9000)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(1_u64))
	}
}

// For backwards compatibility and tests.
impl WeightInfo for () {
	fn register_issuer() -> Weight {
		Weight::from_parts(600_000_000, 3100)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn set_issuer_status() -> Weight {
		Weight::from_parts(25_000_000, 3100)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn set_serial_denial() -> Weight {
		Weight::from_parts(25_000_000, 3600)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn set_firmware_denial() -> Weight {
		Weight::from_parts(40_000_000, 6700)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn register_release() -> Weight {
		Weight::from_parts(90_000_000, 14000)
			.saturating_add(RocksDbWeight::get().reads(7_u64))
			.saturating_add(RocksDbWeight::get().writes(2_u64))
	}
	fn retire_release() -> Weight {
		Weight::from_parts(45_000_000, 6000)
			.saturating_add(RocksDbWeight::get().reads(2_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn set_registrar() -> Weight {
		Weight::from_parts(40_000_000, 4000)
			.saturating_add(RocksDbWeight::get().reads(4_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn register() -> Weight {
		Weight::from_parts(6_500_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(17_u64))
			.saturating_add(RocksDbWeight::get().writes(13_u64))
	}
	fn challenge() -> Weight {
		Weight::from_parts(90_000_000, 6500)
			.saturating_add(RocksDbWeight::get().reads(6_u64))
			.saturating_add(RocksDbWeight::get().writes(3_u64))
	}
	fn respond() -> Weight {
		Weight::from_parts(330_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(22_u64))
			.saturating_add(RocksDbWeight::get().writes(14_u64))
	}
	fn reveal() -> Weight {
		Weight::from_parts(1_300_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(16_u64))
			.saturating_add(RocksDbWeight::get().writes(11_u64))
	}
	fn attest() -> Weight {
		Weight::from_parts(3_400_000_000, 18000)
			.saturating_add(RocksDbWeight::get().reads(24_u64))
			.saturating_add(RocksDbWeight::get().writes(16_u64))
	}
	fn submit_verdicts(n: u32, ) -> Weight {
		Weight::from_parts(150_000_000, 16000)
			.saturating_add(Weight::from_parts(60_000_000, 0).saturating_mul(n.into()))
			.saturating_add(RocksDbWeight::get().reads(18_u64))
			.saturating_add(RocksDbWeight::get().reads((3_u64).saturating_mul(n.into())))
			.saturating_add(RocksDbWeight::get().writes(12_u64))
	}
	fn vote_fail() -> Weight {
		Weight::from_parts(120_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(15_u64))
			.saturating_add(RocksDbWeight::get().writes(12_u64))
	}
	fn expire_round() -> Weight {
		Weight::from_parts(90_000_000, 7000)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(7_u64))
	}
	fn expire_enrolment() -> Weight {
		Weight::from_parts(150_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(18_u64))
			.saturating_add(RocksDbWeight::get().writes(16_u64))
	}
	fn expire_certificate() -> Weight {
		Weight::from_parts(55_000_000, 6500)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(4_u64))
	}
	fn retire() -> Weight {
		Weight::from_parts(160_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(18_u64))
			.saturating_add(RocksDbWeight::get().writes(16_u64))
	}
	fn expire_bond() -> Weight {
		Weight::from_parts(60_000_000, 4800)
			.saturating_add(RocksDbWeight::get().reads(5_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn agenda() -> Weight {
		Weight::from_parts(8_000_000, 3600)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
	fn draws() -> Weight {
		Weight::from_parts(4_000_000, 1500)
			.saturating_add(RocksDbWeight::get().reads(1_u64))
			.saturating_add(RocksDbWeight::get().writes(0_u64))
	}
	fn draw() -> Weight {
		Weight::from_parts(180_000_000, 20000)
			.saturating_add(RocksDbWeight::get().reads(40_u64))
			.saturating_add(RocksDbWeight::get().writes(5_u64))
	}
	fn duty_guard() -> Weight {
		Weight::from_parts(60_000_000, 9000)
			.saturating_add(RocksDbWeight::get().reads(8_u64))
			.saturating_add(RocksDbWeight::get().writes(1_u64))
	}
}

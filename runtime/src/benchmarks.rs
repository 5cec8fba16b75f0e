//! Pallets with benchmarks, for `scripts/weights`, and what they want of the other pallets.

use crate::{AccountId, BlockNumber, Camellia, Delegation, Runtime, Signature};
use pallet_attestation::{CertificateRecord, Certificates, KeystoreHelper};
use tea_primitives::{
	HardwareClass,
	camellia::Camellias,
	ids::{ModuleId, ReleaseId},
	module::{BootKeys, Certificate},
};

/// What the benchmarks of a pallet cannot do by themselves.
pub struct Helper;

impl pallet_delegation::BenchmarkHelper for Helper {
	fn make_drawable(module: ModuleId) {
		let owner: AccountId = frame_benchmarking::account("owner", 0, 0);
		// Numbers are given in order.
		while <Camellia as Camellias<_>>::owner(module).is_none() {
			<Camellia as Camellias<_>>::bear(&owner).expect("a Camellia can be born; qed");
		}
		Certificates::<Runtime>::insert(
			module,
			CertificateRecord {
				certificate: Certificate {
					module,
					boot_seq: 1,
					round: 1,
					keys: BootKeys {
						session: [1; 32],
						vrf: [2; 32],
						transport: [3; 32],
					},
					class: HardwareClass::C,
					release: ReleaseId(0),
					since: 0,
					until: BlockNumber::MAX,
				},
				committee: Default::default(),
				passed: 0,
				live_quote: [0; 32],
			},
		);
	}
}

impl pallet_attestation::BenchmarkHelper<Signature, BlockNumber> for Helper {
	fn set_time(moment: u64) {
		pallet_timestamp::Now::<Runtime>::put(moment);
	}

	fn set_beacon(block: BlockNumber) {
		Delegation::note_beacon(block);
	}

	fn session_key() -> [u8; 32] {
		KeystoreHelper::generate()
	}

	fn sign(key: &[u8; 32], message: &[u8]) -> Signature {
		KeystoreHelper::sign(key, message).expect("the bencher has a keystore; qed")
	}
}

impl frame_system_benchmarking::Config for Runtime {}

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_attestation, Attestation]
	[pallet_balances, Balances]
	[pallet_camellia, Camellia]
	[pallet_delegation, Delegation]
	[pallet_validator_set, ValidatorSet]
);

//! Pallets with benchmarks, for `scripts/weights`, and what they want of the other pallets.

mod module;

use crate::{AccountId, Balance, Balances, BlockNumber, Camellia, Delegation, Runtime, Signature};
use alloc::vec::Vec;
use frame_support::traits::fungible::{Inspect, Mutate};
use module::{BOOT, MOMENT, activate};
use pallet_attestation::KeystoreHelper;
use pallet_errand::SoftTpm;
use tea_primitives::{
	camellia::Camellias,
	errand::Earnings,
	ids::{BootSeq, ModuleId},
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
		activate(module);
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

impl pallet_deployment::BenchmarkHelper<Signature> for Helper {
	fn certify(module: ModuleId) -> (BootSeq, [u8; 32]) {
		(BOOT, activate(module))
	}

	fn sign(key: &[u8; 32], message: &[u8]) -> Signature {
		KeystoreHelper::sign(key, message).expect("the bencher has a keystore; qed")
	}
}

impl pallet_errand::BenchmarkHelper<Runtime> for Helper {
	fn fund(who: &AccountId, amount: Balance) {
		let earnings = <Camellia as Earnings<_, _>>::account();
		for (account, amount) in [(who, amount), (&earnings, Balances::minimum_balance())] {
			Balances::mint_into(account, amount).expect("the issuance is far from its end; qed");
		}
	}

	fn certify(module: ModuleId) -> [u8; 32] {
		activate(module)
	}

	fn tpm_sign(_: ModuleId, quote: &[u8]) -> Vec<u8> {
		SoftTpm::sign(quote).expect("a P-256 key signs everything; qed")
	}

	fn set_time() {
		// A second after the attestation of the modules.
		pallet_timestamp::Now::<Runtime>::put(MOMENT.saturating_add(1_000));
	}

	fn set_beacon(block: BlockNumber) {
		Delegation::note_beacon(block);
	}

	fn verify_a_ticket() -> bool {
		Delegation::verify_a_ticket()
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
	[pallet_deployment, Deployment]
	[pallet_errand, Errand]
	[pallet_validator_set, ValidatorSet]
);

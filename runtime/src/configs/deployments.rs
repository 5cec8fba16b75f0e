//! Deployments: encrypted code and data, and the modules that hold their keys.

use super::modules::{ClassCap, SessionAccount};
use crate::{
	Attestation, Balance, Balances, BlockNumber, Camellia, Errand, Runtime, RuntimeHoldReason,
	Signature, constants,
};
use frame_support::{
	parameter_types,
	traits::{ConstU8, ConstU32, Get},
};
use tea_primitives::deployment::{MAX_DEPTH, MAX_PINS, PASS_BLOCKS};

/// The life of a certificate is a parameter of the attestation: governance may change it.
pub struct CertificateLife;
impl Get<BlockNumber> for CertificateLife {
	fn get() -> BlockNumber {
		pallet_attestation::CurrentParameters::<Runtime>::get().certificate_life
	}
}

parameter_types! {
	/// Record, terms, table of pins and the first link.
	pub const DeploymentDeposit: Balance = constants::deposit(4, 1_500);
	pub const DeploymentByteDeposit: Balance = constants::deposit(0, 1);
}

impl pallet_deployment::Config for Runtime {
	type AgendaPerBlock = ConstU32<16>;
	type Attestation = Attestation;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type Camellias = Camellia;
	type CertificateLife = CertificateLife;
	type ClassCap = ClassCap;
	type Currency = Balances;
	type DepositBase = DeploymentDeposit;
	type DepositPerByte = DeploymentByteDeposit;
	type Duties = Attestation;
	type Errands = Errand;
	// Time to fetch and open a GiB.
	type LinkWindow = ConstU32<{ constants::time::HOURS }>;
	type MaxDepth = ConstU8<MAX_DEPTH>;
	type MaxFormerTerms = ConstU8<8>;
	type MaxPins = ConstU32<MAX_PINS>;
	type MemberSignature = Signature;
	type PassBlocks = ConstU32<PASS_BLOCKS>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionAccount = SessionAccount;
	type WeightInfo = pallet_deployment::weights::SubstrateWeight<Runtime>;
}

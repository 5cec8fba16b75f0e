//! Modules: their NFTs, their evidence, and who is drawn to work and to check.

use crate::{
	AccountId, Attestation, Balance, Balances, Camellia, Delegation, Runtime, RuntimeHoldReason,
	Signature, Timestamp, configs::GovernanceOrigin, constants,
};
use frame_support::{
	PalletId, parameter_types,
	traits::{ConstU32, ConstU64, Get, Nothing},
	weights::Weight,
};
use sp_runtime::traits::Convert;

/// VRF output of the author of the block, which BABE has verified.
pub struct AuthorVrf;
impl Get<Option<[u8; 32]>> for AuthorVrf {
	fn get() -> Option<[u8; 32]> {
		pallet_babe::AuthorVrfRandomness::<Runtime>::get()
	}
}

impl pallet_delegation::Config for Runtime {
	type AuthorRandomness = AuthorVrf;
	type BeaconHistory = ConstU32<256>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type MaxCandidates = ConstU32<64>;
	type Membership = Attestation;
	type RegistrarsLeaveAt = ConstU32<{ 2 * constants::COMMITTEE_SIZE }>;
	type WeightInfo = pallet_delegation::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	pub const CamelliaPalletId: PalletId = PalletId(*b"tea/caml");
	pub EndOfLifeWeight: Weight =
		<pallet_attestation::weights::SubstrateWeight<Runtime> as pallet_attestation::WeightInfo>::retire();
}

impl pallet_camellia::Config for Runtime {
	type AgendaSpread = ConstU32<64>;
	type BirthOrigin = GovernanceOrigin;
	type Draws = Delegation;
	type EndOfLifeWeight = EndOfLifeWeight;
	type MaxEndsPerBlock = ConstU32<8>;
	type OnEndOfLife = Attestation;
	type PalletId = CamelliaPalletId;
	type WeightInfo = pallet_camellia::weights::SubstrateWeight<Runtime>;
}

/// The epoch in progress.
pub struct Epoch;
impl Get<u64> for Epoch {
	fn get() -> u64 {
		pallet_babe::EpochIndex::<Runtime>::get()
	}
}

/// A session key is an account.
pub struct SessionAccount;
impl Convert<[u8; 32], AccountId> for SessionAccount {
	fn convert(key: [u8; 32]) -> AccountId {
		key.into()
	}
}

parameter_types! {
	pub const EnrolmentBond: Balance = constants::ENROLMENT_BOND;
}

impl pallet_attestation::Config for Runtime {
	type AgendaPerBlock = ConstU32<64>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type BondDelay = ConstU32<{ constants::time::DAYS }>;
	type Busy = Nothing;
	type Camellias = Camellia;
	type CertificateLife = ConstU32<600>;
	type ChallengeWindow = ConstU32<40>;
	type Challengers = ConstU32<5>;
	type ClassCapFrom = ConstU32<20>;
	type Clock = Timestamp;
	type CommitteeSize = ConstU32<{ constants::COMMITTEE_SIZE }>;
	type CorrectAnswers = ConstU32<4>;
	type Currency = Balances;
	type Draws = Delegation;
	type DrawsPerBlock = ConstU32<32>;
	type DutyPriority = ConstU64<{ constants::DUTY_PRIORITY }>;
	type EnrolmentBond = EnrolmentBond;
	type EnrolmentCoolDown = ConstU32<{ constants::time::MINUTES * 5 }>;
	type Epoch = Epoch;
	type GovernanceOrigin = GovernanceOrigin;
	type KnownGood = Delegation;
	type MaxFailedDuties = ConstU32<3>;
	type MaxQueue = ConstU32<256>;
	type MaxRegistrars = ConstU32<32>;
	type MemberSignature = Signature;
	type NonceWindow = ConstU32<20>;
	type QuarantineCoolDown = ConstU32<{ constants::time::DAYS }>;
	type ResponseWindow = ConstU32<40>;
	type RevealWindow = ConstU32<20>;
	type Rewards = ();
	type RoundCoolDown = ConstU32<20>;
	type RoundWindow = ConstU32<20>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionAccount = SessionAccount;
	type SigVerify = tea_tpm::RustCrypto;
	type WeightInfo = pallet_attestation::weights::SubstrateWeight<Runtime>;
}

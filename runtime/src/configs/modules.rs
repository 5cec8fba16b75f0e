//! Modules: their NFTs, their evidence, and who is drawn to work and to check.

use crate::{
	AccountId, Attestation, Balance, Balances, BlockNumber, Camellia, Delegation, Deployment,
	Errand, Runtime, RuntimeCall, RuntimeHoldReason, Signature, Timestamp,
	configs::GovernanceOrigin,
	constants::{
		self,
		time::{DAYS, HOURS, MINUTES},
	},
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	PalletId, parameter_types,
	traits::{ConstU32, ConstU64, Get, PalletInfoAccess},
	weights::Weight,
};
use pallet_attestation::{Bounds, DutySubjects, Parameters};
use sp_runtime::traits::Convert;
use tea_primitives::{HardwareClass, chain::UNIT, committee};

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
	type MaxCandidates = ConstU32<{ committee::MAX_CANDIDATES }>;
	type Membership = Attestation;
	type RegistrarsLeaveAt = ConstU32<{ committee::REGISTRARS_LEAVE_AT }>;
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
	type Currency = Balances;
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

/// Most value at risk of one module, by the class of its hardware (SPEC 3.1).
pub struct ClassCap;
impl Convert<HardwareClass, Option<Balance>> for ClassCap {
	fn convert(class: HardwareClass) -> Option<Balance> {
		match class {
			HardwareClass::A => Some(100_000 * UNIT),
			HardwareClass::B => Some(10_000 * UNIT),
			HardwareClass::C => Some(5_000 * UNIT),
			HardwareClass::V => Some(1_000 * UNIT),
			HardwareClass::D => Some(100 * UNIT),
			HardwareClass::Dev => None,
		}
	}
}

/// What the duties of pinners, executors and verifiers are about, with the name of the pallet.
pub struct OtherDuties;
impl DutySubjects<RuntimeCall> for OtherDuties {
	fn subject(call: &RuntimeCall) -> Option<Vec<u8>> {
		match call {
			RuntimeCall::Deployment(call) => pallet_deployment::duty_subject(call)
				.map(|subject| (Deployment::name(), subject).encode()),
			RuntimeCall::Errand(call) => {
				pallet_errand::duty_subject(call).map(|subject| (Errand::name(), subject).encode())
			}
			_ => None,
		}
	}
}

/// The defaults of SPEC 3.1.
pub const DEFAULT_PARAMETERS: Parameters<BlockNumber, Balance> = Parameters {
	challenge_window: 40,
	response_window: 40,
	reveal_window: 20,
	nonce_window: 20,
	round_window: 20,
	round_cool_down: 20,
	enrolment_cool_down: 5 * MINUTES,
	certificate_life: 600,
	quarantine_cool_down: DAYS,
	bond_delay: DAYS,
	enrolment_bond: constants::ENROLMENT_BOND,
	report_bond: constants::REPORT_BOND,
	duty_reward: constants::DUTY_REWARD,
	paid_boots: 4,
};

/// For tests and demonstrations of modules, with slots of a second: what takes a day elsewhere takes a minute. Windows
/// have more blocks than elsewhere, because TPMs and networks do not become faster with the slots.
pub const SHORT_PARAMETERS: Parameters<BlockNumber, Balance> = Parameters {
	challenge_window: 60,
	response_window: 60,
	reveal_window: 60,
	nonce_window: 60,
	round_window: 25,
	round_cool_down: 5,
	enrolment_cool_down: 10,
	certificate_life: 60,
	quarantine_cool_down: 60,
	bond_delay: 60,
	..DEFAULT_PARAMETERS
};

/// What no chain may go below: shorter windows close before two blocks have passed on messages and answers.
const LEAST_PARAMETERS: Parameters<BlockNumber, Balance> = Parameters {
	challenge_window: 4,
	response_window: 4,
	reveal_window: 4,
	nonce_window: 4,
	round_window: 6,
	round_cool_down: 1,
	enrolment_cool_down: 1,
	certificate_life: 20,
	quarantine_cool_down: 1,
	bond_delay: 1,
	enrolment_bond: constants::EXISTENTIAL_DEPOSIT,
	report_bond: constants::EXISTENTIAL_DEPOSIT,
	duty_reward: constants::EXISTENTIAL_DEPOSIT,
	paid_boots: 0,
};

/// In a live chain a block of evidence must be finalised (10 blocks of lag are allowed), people far away must reach
/// their windows, and bonds must still be there when an offence comes out.
const LEAST_LIVE_PARAMETERS: Parameters<BlockNumber, Balance> = Parameters {
	challenge_window: 20,
	response_window: 20,
	reveal_window: 10,
	nonce_window: 16,
	round_window: 16,
	round_cool_down: 10,
	enrolment_cool_down: MINUTES,
	certificate_life: 200,
	quarantine_cool_down: 6 * HOURS,
	bond_delay: 6 * HOURS,
	enrolment_bond: UNIT,
	report_bond: UNIT,
	paid_boots: 1,
	..LEAST_PARAMETERS
};

const MOST_PARAMETERS: Parameters<BlockNumber, Balance> = Parameters {
	challenge_window: HOURS,
	response_window: HOURS,
	reveal_window: HOURS,
	nonce_window: 256,
	round_window: HOURS,
	round_cool_down: HOURS,
	enrolment_cool_down: DAYS,
	certificate_life: DAYS,
	quarantine_cool_down: 30 * DAYS,
	bond_delay: 30 * DAYS,
	enrolment_bond: 100_000 * UNIT,
	report_bond: 100_000 * UNIT,
	duty_reward: 100 * UNIT,
	paid_boots: 1_000,
};

parameter_types! {
	pub const DefaultParameters: Parameters<BlockNumber, Balance> = DEFAULT_PARAMETERS;
	pub const ParameterBounds: Bounds<BlockNumber, Balance> = Bounds {
		least: LEAST_PARAMETERS,
		least_live: LEAST_LIVE_PARAMETERS,
		most: MOST_PARAMETERS,
	};
	pub DrawWeight: Weight =
		<pallet_delegation::weights::SubstrateWeight<Runtime> as pallet_delegation::WeightInfo>::committee();
	pub const DutyPoolId: PalletId = PalletId(*b"tea/duty");
}

impl pallet_attestation::Config for Runtime {
	type AgendaPerBlock = ConstU32<64>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::benchmarks::Helper;
	type Busy = pallet_errand::Busy<Runtime>;
	type Camellias = Camellia;
	type Challengers = ConstU32<5>;
	type ClassCapFrom = ConstU32<20>;
	type Clock = Timestamp;
	type CommitteeSize = ConstU32<{ constants::COMMITTEE_SIZE }>;
	type CorrectAnswers = ConstU32<4>;
	type Currency = Balances;
	type DayLength = ConstU32<{ constants::time::DAYS }>;
	type DefaultParameters = DefaultParameters;
	type Draws = Delegation;
	type DrawWeight = DrawWeight;
	type DrawsPerBlock = ConstU32<32>;
	type DutyPriority = ConstU64<{ constants::DUTY_PRIORITY }>;
	type Epoch = Epoch;
	type GovernanceOrigin = GovernanceOrigin;
	type KnownGood = Delegation;
	type MaxFailedDuties = ConstU32<3>;
	type MaxQueue = ConstU32<256>;
	type MaxRegistrars = ConstU32<32>;
	type MemberSignature = Signature;
	type OtherDuties = OtherDuties;
	type PalletId = DutyPoolId;
	type ParameterBounds = ParameterBounds;
	type Rewards = Attestation;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionAccount = SessionAccount;
	type SigVerify = tea_tpm::RustCrypto;
	type WeightInfo = pallet_attestation::weights::SubstrateWeight<Runtime>;
}

#[cfg(test)]
mod tests {
	use super::*;
	use pallet_attestation::ParameterName;

	fn check(
		parameters: &Parameters<BlockNumber, Balance>,
		live: bool,
	) -> Result<(), ParameterName> {
		parameters.check(&ParameterBounds::get(), live)
	}

	#[test]
	fn a_live_chain_takes_the_defaults_and_no_short_periods() {
		assert_eq!(check(&DEFAULT_PARAMETERS, true), Ok(()));
		assert_eq!(check(&SHORT_PARAMETERS, false), Ok(()));
		assert_eq!(
			check(&SHORT_PARAMETERS, true),
			Err(ParameterName::RoundCoolDown)
		);
		for parameters in [LEAST_PARAMETERS, LEAST_LIVE_PARAMETERS, MOST_PARAMETERS] {
			assert_eq!(check(&parameters, false), Ok(()));
		}
	}
}

//! Who makes blocks and when: slots, BABE, GRANDPA, the bonded validator set, sessions, offences.

use crate::{
	AccountId, Babe, Balances, Historical, Moment, Offences, Runtime, RuntimeEvent,
	RuntimeHoldReason, Session, SessionKeys, ValidatorSet, configs::GovernanceOrigin, constants,
};
use frame_support::{parameter_types, traits::ConstU32};
use pallet_slot_timing::{EpochLength, MinimumPeriod, SlotDuration};
use sp_core::Get;
use sp_runtime::{Perbill, traits::OpaqueKeys};

impl pallet_slot_timing::Config for Runtime {}

/// Blocks for which an equivocation may be reported: as long as the bond behind it is held.
pub struct ReportLongevity;
impl Get<u64> for ReportLongevity {
	fn get() -> u64 {
		u64::from(constants::UNBONDING_SESSIONS) * EpochLength::<Runtime>::get()
	}
}

impl pallet_babe::Config for Runtime {
	type DisabledValidators = Session;
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type EpochDuration = EpochLength<Runtime>;
	type EquivocationReportSystem =
		pallet_babe::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
	type ExpectedBlockTime = SlotDuration<Runtime>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type MaxAuthorities = ConstU32<{ constants::MAX_VALIDATORS }>;
	type MaxNominators = ConstU32<0>;
	type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
	type EquivocationReportSystem =
		pallet_grandpa::EquivocationReportSystem<Runtime, Offences, Historical, ReportLongevity>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type MaxAuthorities = ConstU32<{ constants::MAX_VALIDATORS }>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries =
		frame_support::traits::ConstU64<{ constants::UNBONDING_SESSIONS as u64 }>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
}

impl pallet_timestamp::Config for Runtime {
	type MinimumPeriod = MinimumPeriod<Runtime>;
	type Moment = Moment;
	type OnTimestampSet = Babe;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_authorship::Config for Runtime {
	type EventHandler = ();
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Runtime, Babe>;
}

parameter_types! {
	/// Both session keys and their record in the key-owner map.
	pub const KeyDeposit: crate::Balance = constants::deposit(3, 2 * 32 + 2 * 36 + 32);
	pub const ReporterShare: Perbill = Perbill::from_percent(10);
}

impl pallet_validator_set::Config for Runtime {
	type AdminOrigin = GovernanceOrigin;
	type Currency = Balances;
	type MaxValidators = ConstU32<{ constants::MAX_VALIDATORS }>;
	type MinBond = frame_support::traits::ConstU128<{ constants::MIN_VALIDATOR_BOND }>;
	type ReporterShare = ReporterShare;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Session = Session;
	type UnbondingSessions = ConstU32<{ constants::UNBONDING_SESSIONS }>;
	type WeightInfo = pallet_validator_set::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::Config for Runtime {
	type Currency = Balances;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type KeyDeposit = KeyDeposit;
	type Keys = SessionKeys;
	type NextSessionRotation = Babe;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Runtime, ValidatorSet>;
	type ShouldEndSession = Babe;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_validator_set::ValidatorIdOf<Runtime>;
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
	type FullIdentification = pallet_validator_set::Exposure<crate::Balance>;
	type FullIdentificationOf = pallet_validator_set::ExposureOf<Runtime>;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
	type IdentificationTuple = pallet_session::historical::IdentificationTuple<Runtime>;
	type OnOffenceHandler = ValidatorSet;
	type RuntimeEvent = RuntimeEvent;
}

//! Who decides: council and its election, whitelisted root calls, scheduler, preimages, sudo in dev chains.

use crate::{
	AccountId, Balance, Balances, Council, OriginCaller, Preimage, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeHoldReason, RuntimeOrigin, System, constants,
};
use frame_support::{
	parameter_types,
	traits::{
		ConstU32, ConstU128, EitherOfDiverse, EqualPrivilegeOnly, LinearStoragePrice,
		LockIdentifier, fungible::HoldConsideration,
	},
	weights::Weight,
};
use frame_system::EnsureRoot;
use sp_runtime::Perbill;

/// The council among the collectives of the runtime.
pub type CouncilInstance = pallet_collective::Instance1;

/// Two thirds of the council.
type TwoThirdsOfCouncil =
	pallet_collective::EnsureProportionAtLeast<AccountId, CouncilInstance, 2, 3>;

/// Three quarters of the council.
type ThreeQuartersOfCouncil =
	pallet_collective::EnsureProportionAtLeast<AccountId, CouncilInstance, 3, 4>;

/// The origin "governance" of the SPEC: two thirds of the council; root, which only dev chains can reach
/// without the council, too.
pub type GovernanceOrigin = EitherOfDiverse<EnsureRoot<AccountId>, TwoThirdsOfCouncil>;

parameter_types! {
	pub MaxProposalWeight: Weight = Perbill::from_percent(50) * constants::MAX_BLOCK_WEIGHT;
}

impl pallet_collective::Config<CouncilInstance> for Runtime {
	type Consideration = ();
	type DefaultVote = pallet_collective::PrimeDefaultVote;
	type DisapproveOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	type MaxMembers = ConstU32<{ constants::COUNCIL_SEATS * 4 }>;
	type MaxProposals = ConstU32<64>;
	type MaxProposalWeight = MaxProposalWeight;
	type MotionDuration = ConstU32<{ 5 * constants::time::DAYS }>;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type SetMembersOrigin = EnsureRoot<AccountId>;
	type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	pub const ElectionsPalletId: LockIdentifier = *b"phrelect";
	/// Storage of a voter with one vote, and of each further one.
	pub const VotingBondBase: Balance = constants::deposit(1, 64);
	pub const VotingBondFactor: Balance = constants::deposit(0, 32);
}

impl pallet_elections_phragmen::Config for Runtime {
	type CandidacyBond = ConstU128<{ 100 * tea_primitives::chain::UNIT }>;
	type ChangeMembers = Council;
	type Currency = Balances;
	type CurrencyToVote = sp_staking::currency_to_vote::U128CurrencyToVote;
	type DesiredMembers = ConstU32<{ constants::COUNCIL_SEATS }>;
	type DesiredRunnersUp = ConstU32<{ constants::COUNCIL_SEATS }>;
	type InitializeMembers = Council;
	type KickedMember = ();
	type LoserCandidate = ();
	type MaxCandidates = ConstU32<64>;
	type MaxVoters = ConstU32<512>;
	type MaxVotesPerVoter = ConstU32<16>;
	type PalletId = ElectionsPalletId;
	type RuntimeEvent = RuntimeEvent;
	type TermDuration = ConstU32<{ 7 * constants::time::DAYS }>;
	type VotingBondBase = VotingBondBase;
	type VotingBondFactor = VotingBondFactor;
	type WeightInfo = pallet_elections_phragmen::weights::SubstrateWeight<Runtime>;
}

/// The way to root without sudo: two thirds of the council name the hash of a call, three quarters run it.
impl pallet_whitelist::Config for Runtime {
	type BlockNumberProvider = System;
	type DeferredDispatchExpiration = ConstU32<{ 7 * constants::time::DAYS }>;
	type DispatchWhitelistedOrigin = EitherOfDiverse<EnsureRoot<AccountId>, ThreeQuartersOfCouncil>;
	type Preimages = Preimage;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_whitelist::weights::SubstrateWeight<Runtime>;
	type WhitelistOrigin = GovernanceOrigin;
}

parameter_types! {
	pub MaximumSchedulerWeight: Weight = Perbill::from_percent(80) * constants::MAX_BLOCK_WEIGHT;
	pub const PreimageHoldReason: RuntimeHoldReason =
		RuntimeHoldReason::Preimage(pallet_preimage::HoldReason::Preimage);
	pub const PreimageBaseDeposit: Balance = constants::deposit(2, 64);
	pub const PreimageByteDeposit: Balance = constants::deposit(0, 1);
}

impl pallet_scheduler::Config for Runtime {
	type BlockNumberProvider = System;
	type MaxScheduledPerBlock = ConstU32<64>;
	type MaximumWeight = MaximumSchedulerWeight;
	type OriginPrivilegeCmp = EqualPrivilegeOnly;
	type PalletsOrigin = OriginCaller;
	type Preimages = Preimage;
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type RuntimeOrigin = RuntimeOrigin;
	type ScheduleOrigin = GovernanceOrigin;
	type WeightInfo = pallet_scheduler::weights::SubstrateWeight<Runtime>;
}

impl pallet_preimage::Config for Runtime {
	type Consideration = HoldConsideration<
		AccountId,
		Balances,
		PreimageHoldReason,
		LinearStoragePrice<PreimageBaseDeposit, PreimageByteDeposit, Balance>,
	>;
	type Currency = Balances;
	type ManagerOrigin = EnsureRoot<AccountId>;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_preimage::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

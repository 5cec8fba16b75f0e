//! A runtime with money, sessions with a history, and offences.

use crate as pallet_validator_set;
use crate::{BondState, Bonds, Event, Exposure, HoldReason};
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{ConstU32, ConstU64, fungible::InspectHold},
};
use pallet_session::{PeriodicSessions, SessionInterface, historical as pallet_session_historical};
use sp_runtime::{BuildStorage, Perbill, impl_opaque_keys, testing::UintAuthorityId};
use sp_staking::{
	SessionIndex,
	offence::{Kind, Offence, OffenceError, ReportOffence},
};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type ValidatorSet = pallet_validator_set;
	#[runtime::pallet_index(3)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(4)]
	pub type Historical = pallet_session_historical;
	#[runtime::pallet_index(5)]
	pub type Offences = pallet_offences;
}

type Block = frame_system::mocking::MockBlock<Test>;

pub(crate) type AccountId = u64;
pub(crate) type Balance = u64;

/// Blocks of a session.
pub(crate) const SESSION: u64 = 5;
/// Least bond.
pub(crate) const MIN_BOND: Balance = 1_000;
/// Balance of each account before it bonds.
pub(crate) const ENDOWMENT: Balance = 10_000;
/// Most validators.
pub(crate) const MAX_VALIDATORS: u32 = 6;
/// Sessions that a bond answers for after the last of service.
pub(crate) const UNBONDING: SessionIndex = 3;
/// Accounts 1 to 10 have money; those after it are strangers.
pub(crate) const ACCOUNTS: AccountId = 10;
/// An account that does not exist.
pub(crate) const STRANGER: AccountId = 99;

impl_opaque_keys! {
	pub struct MockSessionKeys {
		pub dummy: UintAuthorityId,
	}
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type Block = Block;
}

parameter_types! {
	pub const ExistentialDeposit: Balance = 10;
	pub const ReporterShare: Perbill = Perbill::from_percent(10);
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type ExistentialDeposit = ExistentialDeposit;
}

impl pallet_validator_set::Config for Test {
	type AdminOrigin = frame_system::EnsureRoot<AccountId>;
	type Currency = Balances;
	type MaxValidators = ConstU32<MAX_VALIDATORS>;
	type MinBond = ConstU64<MIN_BOND>;
	type ReporterShare = ReporterShare;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Session = Session;
	type UnbondingSessions = ConstU32<UNBONDING>;
	type WeightInfo = ();
}

impl pallet_session::Config for Test {
	type Currency = Balances;
	type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
	type KeyDeposit = ConstU64<0>;
	type Keys = MockSessionKeys;
	type NextSessionRotation = PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
	type RuntimeEvent = RuntimeEvent;
	type SessionHandler = pallet_session::TestSessionHandler;
	type SessionManager = pallet_session_historical::NoteHistoricalRoot<Test, ValidatorSet>;
	type ShouldEndSession = PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
	type ValidatorId = AccountId;
	type ValidatorIdOf = pallet_validator_set::ValidatorIdOf<Test>;
	type WeightInfo = ();
}

impl pallet_session_historical::Config for Test {
	type FullIdentification = Exposure<Balance>;
	type FullIdentificationOf = pallet_validator_set::ExposureOf<Test>;
	type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Test {
	type IdentificationTuple = pallet_session_historical::IdentificationTuple<Test>;
	type OnOffenceHandler = ValidatorSet;
	type RuntimeEvent = RuntimeEvent;
}

/// A chain whose first accounts are validators with the least bond.
pub(crate) struct ExtBuilder {
	bonds: Vec<(AccountId, Balance)>,
	keys: Vec<AccountId>,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			bonds: Vec::new(),
			keys: Vec::new(),
		}
		.validators(4)
	}
}

impl ExtBuilder {
	/// Accounts 1 to `count` validate with the least bond.
	pub(crate) fn validators(self, count: AccountId) -> Self {
		self.bonds((1..=count).map(|who| (who, MIN_BOND)).collect())
	}

	/// These validate with these bonds, and have keys.
	pub(crate) fn bonds(mut self, bonds: Vec<(AccountId, Balance)>) -> Self {
		self.keys = bonds.iter().map(|(who, _)| *who).collect();
		self.bonds = bonds;
		self
	}

	/// Keys for these accounts only.
	pub(crate) fn keys(mut self, keys: Vec<AccountId>) -> Self {
		self.keys = keys;
		self
	}

	/// The state after genesis, in the first block.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let keys = self
			.keys
			.into_iter()
			.map(|who| (who, who, session_keys(who)))
			.collect();
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: (1..=ACCOUNTS).map(|who| (who, ENDOWMENT)).collect(),
				..Default::default()
			},
			validator_set: pallet_validator_set::GenesisConfig {
				validators: self.bonds,
			},
			session: pallet_session::GenesisConfig {
				keys,
				..Default::default()
			},
			..Default::default()
		}
		.build_storage()
		.expect("the test names a valid genesis");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| System::set_block_number(1));
		ext
	}

	/// Runs the test, then checks the invariants.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			check_state();
		});
	}
}

/// The invariants of this pallet and of those that it leans on.
pub(crate) fn check_state() {
	ValidatorSet::do_try_state().expect("the invariants hold after every test");
	let issued: Balance = (1..=ACCOUNTS)
		.chain([STRANGER])
		.map(Balances::total_balance_of)
		.sum();
	assert_eq!(
		Balances::total_issuance(),
		issued,
		"money was created or lost"
	);
}

/// Total balance under a short name.
pub(crate) trait TotalBalance {
	/// Free balance and all holds.
	fn total_balance_of(who: AccountId) -> Balance;
}

impl TotalBalance for Balances {
	fn total_balance_of(who: AccountId) -> Balance {
		<Balances as frame_support::traits::fungible::Inspect<_>>::total_balance(&who)
	}
}

pub(crate) fn session_keys(who: AccountId) -> MockSessionKeys {
	MockSessionKeys {
		dummy: UintAuthorityId(who),
	}
}

/// Gives session keys to a candidate.
pub(crate) fn set_keys(who: AccountId) {
	assert_ok!(<Session as SessionInterface>::set_keys(
		&who,
		session_keys(who)
	));
}

/// Bonds the least and sets keys: all that a candidate can do for its admission.
pub(crate) fn candidate(who: AccountId) {
	assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(who), MIN_BOND));
	set_keys(who);
}

/// Goes through the blocks until the session begins.
pub(crate) fn advance_to_session(session: SessionIndex) {
	System::run_to_block::<AllPalletsWithSystem>(u64::from(session) * SESSION);
	assert_eq!(Session::current_index(), session);
}

pub(crate) fn held(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

pub(crate) fn state_of(who: AccountId) -> Option<BondState> {
	Bonds::<Test>::get(who)
}

/// Whether the account is a validator of the session in progress and disabled.
pub(crate) fn is_disabled(who: AccountId) -> bool {
	Session::validators()
		.iter()
		.position(|validator| *validator == who)
		.is_some_and(|index| Session::disabled_validators().contains(&(index as u32)))
}

/// The events of this pallet since the last look.
pub(crate) fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

/// An offence that costs each offender `fraction` times the number of those who offended at the same time.
#[derive(Clone)]
pub(crate) struct TestOffence {
	pub(crate) offenders: Vec<(AccountId, Exposure<Balance>)>,
	pub(crate) session: SessionIndex,
	pub(crate) time: u64,
	pub(crate) fraction: Perbill,
}

impl Offence<(AccountId, Exposure<Balance>)> for TestOffence {
	type Slot = u64;

	const ID: Kind = *b"tea:test-offence";

	fn offenders(&self) -> Vec<(AccountId, Exposure<Balance>)> {
		self.offenders.clone()
	}

	fn session_index(&self) -> SessionIndex {
		self.session
	}

	fn validator_set_count(&self) -> u32 {
		Session::validators().len() as u32
	}

	fn slot(&self) -> u64 {
		self.time
	}

	fn slash_fraction(&self, offenders_count: u32) -> Perbill {
		Perbill::from_parts(self.fraction.deconstruct().saturating_mul(offenders_count))
	}
}

/// Reports that `who`, exposed with `bond`, offended at `time` of `session`.
pub(crate) fn report(
	reporters: &[AccountId],
	(who, bond): (AccountId, Balance),
	session: SessionIndex,
	time: u64,
	percent: u32,
) -> Result<(), OffenceError> {
	Offences::report_offence(
		reporters.to_vec(),
		TestOffence {
			offenders: vec![(who, Exposure { bond })],
			session,
			time,
			fraction: Perbill::from_percent(percent),
		},
	)
}

/// The same with the least bond and without a reporter, in the session in progress.
pub(crate) fn offend(who: AccountId, percent: u32) {
	let session = Session::current_index();
	let time = System::block_number();
	assert_eq!(report(&[], (who, MIN_BOND), session, time, percent), Ok(()));
}

//! A runtime with money, NFTs and a beacon that tests set.

use crate as pallet_camellia;
use crate::{Event, KeepsCamelliae, Kind};
use core::cell::{Cell, RefCell};
use frame_support::{
	PalletId, assert_ok, derive_impl, parameter_types,
	traits::{AsEnsureOriginWithArg, ConstU32, ConstU64, Contains, Hooks},
	weights::Weight,
};
use sp_runtime::{BuildStorage, traits::Verify};
use tea_primitives::{
	camellia::{Camellias, OnEndOfLife},
	chain::{AccountId, Signature},
	draw::{BeaconValue, Draw, DrawError, Draws, Member},
	ids::{EkHash, ModuleId},
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
	pub type Nfts = pallet_nfts;
	#[runtime::pallet_index(3)]
	pub type Camellia = pallet_camellia;
}

type Block = frame_system::mocking::MockBlock<Test>;
pub(crate) type Balance = u64;

/// Accounts 1 to 10 have this.
pub(crate) const ENDOWMENT: Balance = 10_000;
/// The existential deposit.
pub(crate) const MINIMUM: Balance = 10;
/// Burials per block.
pub(crate) const MAX_ENDS: u32 = 2;
/// Blocks that are searched for room beside the wanted one.
pub(crate) const SPREAD: u32 = 1;
/// The module of most tests.
pub(crate) const MODULE: ModuleId = ModuleId(0);
/// Its chip.
pub(crate) const CHIP: EkHash = [7; 32];

/// The runtime's rule: whatever pallet-nfts can do, save burning Camelliae.
pub struct CallFilter;
impl Contains<RuntimeCall> for CallFilter {
	fn contains(call: &RuntimeCall) -> bool {
		match call {
			RuntimeCall::Nfts(call) => KeepsCamelliae::<Test>::contains(call),
			_ => true,
		}
	}
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type BaseCallFilter = CallFilter;
	type Block = Block;
	type Lookup = sp_runtime::traits::IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type ExistentialDeposit = ConstU64<MINIMUM>;
}

parameter_types! {
	pub storage Features: pallet_nfts::PalletFeatures = pallet_nfts::PalletFeatures::all_enabled();
	pub const Collector: PalletId = PalletId(*b"tea/came");
	pub EndOfLifeWeight: Weight = Weight::from_parts(1_000_000, 1_000);
}

impl pallet_nfts::Config for Test {
	type ApprovalsLimit = ConstU32<10>;
	type AttributeDepositBase = ConstU64<1>;
	type BlockNumberProvider = System;
	type CollectionDeposit = ConstU64<2>;
	type CollectionId = u32;
	type CreateOrigin = AsEnsureOriginWithArg<frame_system::EnsureSigned<AccountId>>;
	type Currency = Balances;
	type DepositPerByte = ConstU64<1>;
	type Features = Features;
	type ForceOrigin = frame_system::EnsureRoot<AccountId>;
	#[cfg(feature = "runtime-benchmarks")]
	type Helper = ();
	type ItemAttributesApprovalsLimit = ConstU32<2>;
	type ItemDeposit = ConstU64<1>;
	type ItemId = u32;
	type KeyLimit = ConstU32<50>;
	type Locker = Camellia;
	type MaxAttributesPerCall = ConstU32<2>;
	type MaxDeadlineDuration = ConstU64<10_000>;
	type MaxTips = ConstU32<10>;
	type MetadataDepositBase = ConstU64<1>;
	type OffchainPublic = <Signature as Verify>::Signer;
	type OffchainSignature = Signature;
	type RuntimeEvent = RuntimeEvent;
	type StringLimit = ConstU32<50>;
	type ValueLimit = ConstU32<50>;
	type WeightInfo = ();
}

thread_local! {
	static BEACON: Cell<Option<BeaconValue>> = const { Cell::new(None) };
	static ENDED: RefCell<Vec<ModuleId>> = const { RefCell::new(Vec::new()) };
}

/// A beacon that has the same value in every block.
pub struct TestDraws;
impl Draws<AccountId, u64> for TestDraws {
	fn beacon(_: u64) -> Option<BeaconValue> {
		BEACON.get()
	}

	fn committee(_: &Draw<'_, AccountId, u64>) -> Result<Vec<Member<AccountId>>, DrawError> {
		Err(DrawError::NoCommittee)
	}
}

/// Remembers whom it was told, and takes the hardware off as the attestation does.
pub struct Ends;
impl OnEndOfLife for Ends {
	fn end_of_life(module: ModuleId) {
		ENDED.with_borrow_mut(|ended| ended.push(module));
		<Camellia as Camellias<_>>::unbind(module);
	}
}

impl pallet_camellia::Config for Test {
	type AgendaSpread = ConstU32<SPREAD>;
	type BirthOrigin = frame_system::EnsureRoot<AccountId>;
	type Currency = Balances;
	type Draws = TestDraws;
	type EndOfLifeWeight = EndOfLifeWeight;
	type MaxEndsPerBlock = ConstU32<MAX_ENDS>;
	type OnEndOfLife = Ends;
	type PalletId = Collector;
	type WeightInfo = ();
}

/// A chain with Camelliae from genesis.
#[derive(Default)]
pub(crate) struct ExtBuilder {
	camellias: Vec<(AccountId, Kind)>,
}

impl ExtBuilder {
	/// A fresh Camellia of this owner and kind.
	pub(crate) fn with(mut self, owner: u8, kind: Kind) -> Self {
		self.camellias.push((who(owner), kind));
		self
	}

	/// The state after genesis, in the first block.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		BEACON.set(None);
		ENDED.take();
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: (1..=10).map(|n| (who(n), ENDOWMENT)).collect(),
				..Default::default()
			},
			camellia: pallet_camellia::GenesisConfig {
				camellias: self.camellias,
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

/// One Camellia of kind B, owned by account 1.
pub(crate) fn one() -> ExtBuilder {
	ExtBuilder::default().with(1, Kind::B)
}

pub(crate) fn check_state() {
	Camellia::do_try_state().expect("the invariants hold after every test");
}

pub(crate) fn who(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

pub(crate) fn signed(n: u8) -> RuntimeOrigin {
	RuntimeOrigin::signed(who(n))
}

pub(crate) fn set_beacon(beacon: Option<BeaconValue>) {
	BEACON.set(beacon);
}

/// Whom the end of life was announced to be, since the last look.
pub(crate) fn ended() -> Vec<ModuleId> {
	ENDED.take()
}

/// Jumps: nothing happens in the blocks between.
pub(crate) fn jump_to(block: u64) {
	System::set_block_number(block);
}

/// Jumps and runs the hook of the block.
pub(crate) fn enter(block: u64) -> Weight {
	System::set_block_number(block);
	<Camellia as Hooks<u64>>::on_initialize(block)
}

pub(crate) fn plant() {
	assert_ok!(<Camellia as Camellias<_>>::plant(MODULE, CHIP));
}

/// First block in which the Camellia is dead.
pub(crate) fn end_of(module: ModuleId) -> u64 {
	pallet_camellia::Camelliae::<Test>::get(module)
		.expect("the Camellia is there")
		.stage
		.end()
}

/// The events of this pallet since the last look.
pub(crate) fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

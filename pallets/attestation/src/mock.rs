//! A runtime with money, a clock, and doubles of the other rooms that keep their promises.
#![allow(unreachable_pub)]

use crate::{self as pallet_attestation, mock::world::Item};
use codec::Encode;
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU32, ConstU64, ConstU128, Contains, Hooks},
};
use sp_core::{H256, Pair, sr25519};
use sp_runtime::{
	AccountId32, BuildStorage, DispatchError, DispatchResult, MultiSignature,
	traits::{ConvertInto, IdentityLookup},
};
use std::{cell::RefCell, collections::BTreeMap};
use tea_primitives::{
	camellia::{Camellias, CreditEvent, DrawWeight},
	draw::{BeaconValue, Draw, DrawError, Draws, KnownGood, Member, Membership},
	ids::{EkHash, ModuleId},
};
use tea_tpm::{
	AkPublic, CertificateError, Hash, IssuerKey, RustCrypto, SigVerify, SignatureAlgorithm,
	SignatureError, TpmSignature,
};

pub(crate) type AccountId = AccountId32;
pub(crate) type Balance = u128;

/// What stands in for the other rooms. It lives in storage, so a refused call leaves it alone too.
#[frame_support::pallet(dev_mode)]
#[allow(missing_docs, unreachable_pub)]
pub(crate) mod world {
	use super::*;
	use frame_support::{dispatch::DispatchResult, pallet_prelude::*};
	use frame_system::pallet_prelude::OriginFor;

	#[derive(Clone, Encode, Decode, TypeInfo)]
	pub(crate) struct Item {
		pub(crate) owner: AccountId,
		pub(crate) operator: Option<AccountId>,
		pub(crate) living: bool,
		pub(crate) hardware: Option<EkHash>,
		pub(crate) planted: bool,
	}

	#[pallet::pallet]
	#[pallet::without_storage_info]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::storage]
	pub(crate) type Items<T> = StorageMap<_, Twox64Concat, ModuleId, Item>;
	#[pallet::storage]
	pub(crate) type Credit<T> = StorageValue<_, Vec<(ModuleId, CreditEvent)>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Good<T> = StorageValue<_, Vec<ModuleId>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Dark<T> = StorageValue<_, bool, ValueQuery>;
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// A duty of another pallet.
		#[pallet::feeless_if(|_: &OriginFor<T>, _: &u8, _: &u8| -> bool { true })]
		pub fn work(_: OriginFor<T>, about: u8, how: u8) -> DispatchResult {
			let _ = (about, how);
			Ok(())
		}
	}

	#[pallet::storage]
	pub(crate) type Epoch<T> = StorageValue<_, u64, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Working<T> = StorageValue<_, Vec<ModuleId>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type MorePlanted<T> = StorageValue<_, u32, ValueQuery>;
}

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
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type World = world;
	#[runtime::pallet_index(4)]
	pub type Attestation = pallet_attestation;
}

type Block = frame_system::mocking::MockBlockU32<Test>;

/// Members of a committee, challengers, right answers.
pub(crate) const N: u32 = 4;
pub(crate) const C: u32 = 5;
pub(crate) const K: u32 = 4;
/// Windows and delays, shortened where a test would otherwise wait for a day.
pub(crate) const CHALLENGE_WINDOW: u32 = 40;
pub(crate) const RESPONSE_WINDOW: u32 = 40;
pub(crate) const REVEAL_WINDOW: u32 = 20;
pub(crate) const NONCE_WINDOW: u32 = 20;
pub(crate) const ROUND_WINDOW: u32 = 20;
pub(crate) const ROUND_COOL_DOWN: u32 = 20;
pub(crate) const ENROLMENT_COOL_DOWN: u32 = 50;
pub(crate) const LIFE: u32 = 100;
pub(crate) const QUARANTINE: u32 = 200;
pub(crate) const BOND_DELAY: u32 = 150;
pub(crate) const BOND: Balance = 1_000;
pub(crate) const REPORT_BOND: Balance = 500;
/// What the pool pays for a duty, how many boots of a day it pays for, and what a day is.
pub(crate) const REWARD: Balance = 7;
pub(crate) const PAID_BOOTS: u32 = 4;
pub(crate) const DAY: u32 = 1_000;
pub(crate) const ENDOWMENT: Balance = 1_000_000;
pub(crate) const CLASS_CAP_FROM: u32 = 6;
pub(crate) const MAX_FAILED: u32 = 3;
pub(crate) const MAX_QUEUE: u32 = 6;
pub(crate) const DRAWS_PER_BLOCK: u32 = 2;
pub(crate) const AGENDA_PER_BLOCK: u32 = 3;
/// Milliseconds of the first block, and of a block.
pub(crate) const START: u64 = 1_800_000_000_000;
pub(crate) const SLOT: u64 = 3_000;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = Block;
	type BlockHashCount = ConstU32<250>;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
}

impl world::Config for Test {}

/// What a chain of the tests starts with.
pub(crate) const PARAMETERS: crate::Parameters<u32, Balance> = crate::Parameters {
	challenge_window: CHALLENGE_WINDOW,
	response_window: RESPONSE_WINDOW,
	reveal_window: REVEAL_WINDOW,
	nonce_window: NONCE_WINDOW,
	round_window: ROUND_WINDOW,
	round_cool_down: ROUND_COOL_DOWN,
	enrolment_cool_down: ENROLMENT_COOL_DOWN,
	certificate_life: LIFE,
	quarantine_cool_down: QUARANTINE,
	bond_delay: BOND_DELAY,
	enrolment_bond: BOND,
	report_bond: REPORT_BOND,
	duty_reward: REWARD,
	paid_boots: PAID_BOOTS,
};

/// Every parameter is this.
const fn all(blocks: u32, money: Balance, count: u32) -> crate::Parameters<u32, Balance> {
	crate::Parameters {
		challenge_window: blocks,
		response_window: blocks,
		reveal_window: blocks,
		nonce_window: blocks,
		round_window: blocks,
		round_cool_down: blocks,
		enrolment_cool_down: blocks,
		certificate_life: blocks,
		quarantine_cool_down: blocks,
		bond_delay: blocks,
		enrolment_bond: money,
		report_bond: money,
		duty_reward: money,
		paid_boots: count,
	}
}

/// Between what they stay.
pub(crate) const BOUNDS: crate::Bounds<u32, Balance> = crate::Bounds {
	least: crate::Parameters {
		certificate_life: 20,
		..all(4, 1, 0)
	},
	least_live: crate::Parameters {
		certificate_life: 50,
		..all(10, 5, 1)
	},
	most: crate::Parameters {
		certificate_life: 600,
		nonce_window: 250,
		..all(250, 1_000_000, 100)
	},
};

parameter_types! {
	pub const DefaultParameters: crate::Parameters<u32, Balance> = PARAMETERS;
	pub const ParameterBounds: crate::Bounds<u32, Balance> = BOUNDS;
	pub const DutyPoolId: frame_support::PalletId = frame_support::PalletId(*b"tea/duty");
	pub EpochIndex: u64 = world::Epoch::<Test>::get();
}

/// Duties of the other pallet are told apart by what they are about; those about 0 as a whole.
pub struct OtherDuties;
impl crate::DutySubjects<RuntimeCall> for OtherDuties {
	fn subject(call: &RuntimeCall) -> Option<Vec<u8>> {
		match call {
			RuntimeCall::World(world::Call::work { about, .. }) if *about > 0 => Some(vec![*about]),
			_ => None,
		}
	}
}

/// Modules with open work.
pub struct Working;
impl Contains<ModuleId> for Working {
	fn contains(module: &ModuleId) -> bool {
		world::Working::<Test>::get().contains(module)
	}
}

thread_local! {
	static VERIFICATIONS: RefCell<u32> = const { RefCell::new(0) };
	static PAIRS: RefCell<BTreeMap<AccountId, sr25519::Pair>> = const { RefCell::new(BTreeMap::new()) };
}

/// Verifies for real, and counts.
pub struct CountingVerify;

impl CountingVerify {
	/// Verifications since the last look.
	pub(crate) fn taken() -> u32 {
		VERIFICATIONS.with_borrow_mut(std::mem::take)
	}
}

impl SigVerify for CountingVerify {
	fn attestation(
		key: &AkPublic,
		digest: &Hash,
		signature: &TpmSignature<'_>,
	) -> Result<(), SignatureError> {
		VERIFICATIONS.with_borrow_mut(|count| *count += 1);
		RustCrypto::attestation(key, digest, signature)
	}

	fn certificate(
		key: &IssuerKey,
		algorithm: SignatureAlgorithm,
		signed: &[u8],
		signature: &[u8],
	) -> Result<(), CertificateError> {
		VERIFICATIONS.with_borrow_mut(|count| *count += 1);
		RustCrypto::certificate(key, algorithm, signed, signature)
	}
}

impl pallet_attestation::Config for Test {
	type AgendaPerBlock = ConstU32<AGENDA_PER_BLOCK>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
	type Busy = Working;
	type Camellias = World;
	type Challengers = ConstU32<C>;
	type ClassCapFrom = ConstU32<CLASS_CAP_FROM>;
	type Clock = Timestamp;
	type CommitteeSize = ConstU32<N>;
	type CorrectAnswers = ConstU32<K>;
	type Currency = Balances;
	type DayLength = ConstU32<DAY>;
	type DefaultParameters = DefaultParameters;
	type Draws = World;
	type DrawWeight = ();
	type DrawsPerBlock = ConstU32<DRAWS_PER_BLOCK>;
	type DutyPriority = ConstU64<1_000>;
	type Epoch = EpochIndex;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type KnownGood = World;
	type MaxFailedDuties = ConstU32<MAX_FAILED>;
	type MaxQueue = ConstU32<MAX_QUEUE>;
	type MaxRegistrars = ConstU32<16>;
	type MemberSignature = MultiSignature;
	type OtherDuties = OtherDuties;
	type PalletId = DutyPoolId;
	type ParameterBounds = ParameterBounds;
	type Rewards = Attestation;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionAccount = ConvertInto;
	type SigVerify = CountingVerify;
	type WeightInfo = ();
}

/// Sets clock and beacon, and signs with keys of the keystore.
#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<MultiSignature, u32> for Helper {
	fn set_time(moment: u64) {
		Timestamp::set_timestamp(moment);
	}

	fn set_beacon(_: u32) {}

	fn session_key() -> [u8; 32] {
		crate::KeystoreHelper::generate()
	}

	fn sign(key: &[u8; 32], message: &[u8]) -> MultiSignature {
		crate::KeystoreHelper::sign(key, message).expect("a key of the keystore")
	}
}

impl Camellias<AccountId> for World {
	fn owner(module: ModuleId) -> Option<AccountId> {
		world::Items::<Test>::get(module).map(|item| item.owner)
	}

	fn operator(module: ModuleId) -> Option<AccountId> {
		world::Items::<Test>::get(module).and_then(|item| item.operator)
	}

	fn is_living(module: ModuleId) -> bool {
		world::Items::<Test>::get(module).is_some_and(|item| item.living)
	}

	fn hardware(module: ModuleId) -> Option<EkHash> {
		world::Items::<Test>::get(module).and_then(|item| item.hardware)
	}

	fn planted() -> u32 {
		let planted = world::Items::<Test>::iter().filter(|(_, item)| item.planted && item.living);
		planted.count() as u32 + world::MorePlanted::<Test>::get()
	}

	fn plant(module: ModuleId, chip: EkHash) -> DispatchResult {
		world::Items::<Test>::try_mutate(module, |item| {
			let item = item
				.as_mut()
				.filter(|item| item.living && item.hardware.is_none());
			let item = item.ok_or(DispatchError::Other("cannot carry hardware"))?;
			item.hardware = Some(chip);
			item.planted = true;
			Ok(())
		})
	}

	fn unbind(module: ModuleId) {
		world::Items::<Test>::mutate(module, |item| {
			if let Some(item) = item {
				item.hardware = None;
			}
		});
	}

	fn draw_weight(_: ModuleId) -> Option<DrawWeight> {
		Some(DrawWeight::ONE)
	}

	fn note(module: ModuleId, event: CreditEvent) {
		world::Credit::<Test>::append((module, event));
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn bear(owner: &AccountId) -> Result<ModuleId, DispatchError> {
		let module = ModuleId(1_000 + world::Items::<Test>::iter().count() as u32);
		bear(module, owner.clone());
		Ok(module)
	}
}

impl Draws<AccountId, u32> for World {
	fn beacon(block: u32) -> Option<BeaconValue> {
		let now = System::block_number();
		let known = block < now && now - block <= 16 && !world::Dark::<Test>::get();
		known.then(|| sp_io::hashing::sha2_256(&("beacon", block).encode()))
	}

	fn committee(draw: &Draw<'_, AccountId, u32>) -> Result<Vec<Member<AccountId>>, DrawError> {
		let beacon = Self::beacon(draw.block).ok_or(DrawError::NoBeacon)?;
		let good = world::Good::<Test>::get();
		let mut candidates: Vec<_> = good.iter().map(|module| Member::Module(*module)).collect();
		if good.len() < 2 * N as usize {
			let registrars = (0..Attestation::registrars()).filter_map(Attestation::registrar);
			candidates.extend(registrars.map(Member::Registrar));
		}
		candidates.sort_by_key(|member| {
			sp_io::hashing::sha2_256(&(draw.purpose, draw.subject, beacon, member).encode())
		});
		let mut owners = draw.excluded_owners.to_vec();
		let mut drawn = Vec::new();
		for member in candidates {
			if drawn.len() == draw.size as usize {
				break;
			}
			let owner = <Attestation as Membership<AccountId>>::owner(&member);
			if let Some(owner) = owner
				&& !owners.contains(&owner)
				&& !draw.excluded.contains(&member)
			{
				owners.push(owner);
				drawn.push(member);
			}
		}
		if drawn.len() == draw.size as usize {
			Ok(drawn)
		} else {
			Err(DrawError::NoCommittee)
		}
	}
}

impl KnownGood<AccountId> for World {
	fn admit(module: ModuleId) {
		world::Good::<Test>::mutate(|good| {
			if !good.contains(&module) {
				good.push(module);
			}
		});
	}

	fn dismiss(module: ModuleId) {
		world::Good::<Test>::mutate(|good| good.retain(|other| *other != module));
	}

	fn modules() -> u32 {
		world::Good::<Test>::get().len() as u32
	}
}

/// A key pair of the test, found again by its account.
pub(crate) fn pair(seed: [u8; 32]) -> sr25519::Pair {
	let pair = sr25519::Pair::from_seed(&seed);
	PAIRS.with_borrow_mut(|pairs| pairs.insert(pair.public().into(), pair.clone()));
	pair
}

/// The key pair behind an account that the test has made.
pub(crate) fn pair_of(account: &AccountId) -> sr25519::Pair {
	PAIRS.with_borrow(|pairs| pairs[account].clone())
}

/// Account number `n` of people: owners, operators, strangers.
pub(crate) fn account(n: u8) -> AccountId {
	pair([n; 32]).public().into()
}

/// Account of registrar number `n`.
pub(crate) fn registrar(n: u8) -> AccountId {
	let mut seed = [0xee; 32];
	seed[0] = n;
	pair(seed).public().into()
}

/// Owner of registrar number `n`.
pub(crate) fn registrar_owner(n: u8) -> AccountId {
	account(200 + n)
}

/// A living, unplanted Camellia.
pub(crate) fn bear(module: ModuleId, owner: AccountId) {
	world::Items::<Test>::insert(
		module,
		Item {
			owner,
			operator: None,
			living: true,
			hardware: None,
			planted: false,
		},
	);
}

/// A chain with issuers and releases of the lab, and registrars of different owners.
pub(crate) struct ExtBuilder {
	registrars: u8,
	live: bool,
	lab: bool,
	pool: Balance,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			registrars: 12,
			live: false,
			lab: true,
			pool: 100_000,
		}
	}
}

impl ExtBuilder {
	/// So many registrars.
	pub(crate) fn registrars(mut self, count: u8) -> Self {
		self.registrars = count;
		self
	}

	/// A live chain.
	pub(crate) fn live(mut self) -> Self {
		self.live = true;
		self
	}

	/// No issuer and no release.
	pub(crate) fn bare(mut self) -> Self {
		self.lab = false;
		self
	}

	/// So much money in the duty pool.
	pub(crate) fn pool(mut self, money: Balance) -> Self {
		self.pool = money;
		self
	}

	/// The genesis of this pallet.
	pub(crate) fn genesis(&self) -> crate::GenesisConfig<Test> {
		crate::GenesisConfig {
			parameters: PARAMETERS,
			issuers: if self.lab {
				crate::tests::lab::issuers()
			} else {
				Vec::new()
			},
			releases: if self.lab {
				crate::tests::lab::releases()
			} else {
				Vec::new()
			},
			registrars: (0..self.registrars)
				.map(|n| crate::GenesisRegistrar {
					account: registrar(n),
					transport: sp_core::Bytes(vec![n; 32]),
					owner: registrar_owner(n),
					name: format!("owner {n}"),
				})
				.collect(),
			live: self.live,
		}
	}

	/// The state in the first block.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: (1..=100)
					.map(|n| (account(n), ENDOWMENT))
					.chain([(Attestation::duty_pool_account(), self.pool)])
					.collect(),
				..Default::default()
			},
			attestation: self.genesis(),
			..Default::default()
		}
		.build_storage()
		.expect("the test names a valid genesis");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| advance_to(1));
		CountingVerify::taken();
		ext
	}

	/// The same with a keystore, which the benchmarks sign with.
	#[cfg(feature = "runtime-benchmarks")]
	pub(crate) fn build_with_keystore(self) -> sp_io::TestExternalities {
		let mut ext = self.build();
		let keystore = sp_keystore::testing::MemoryKeystore::new();
		ext.register_extension(sp_keystore::KeystoreExt::new(keystore));
		ext
	}

	/// Runs the test, then checks the invariants.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			test();
			Attestation::do_try_state().expect("the invariants hold after every test");
		});
	}
}

/// The hash that the chain of the tests gives to a block.
pub(crate) fn hash_of(block: u32) -> H256 {
	H256(sp_io::hashing::sha2_256(&("block", block).encode()))
}

/// Goes through the blocks up to this one.
pub(crate) fn advance_to(block: u32) {
	while System::block_number() < block {
		let next = System::block_number() + 1;
		System::initialize(&next, &hash_of(next - 1), &Default::default());
		Timestamp::set_timestamp(START + u64::from(next) * SLOT);
		Attestation::on_initialize(next);
	}
}

/// Goes on by so many blocks.
pub(crate) fn advance(blocks: u32) {
	advance_to(System::block_number() + blocks);
}

/// The events of this pallet in this block.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet::<crate::Event<Test>>()
}

/// What moved anybody's credit, oldest first, since the last look.
pub(crate) fn credit() -> Vec<(ModuleId, CreditEvent)> {
	world::Credit::<Test>::take()
}

/// A signed origin.
pub(crate) fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

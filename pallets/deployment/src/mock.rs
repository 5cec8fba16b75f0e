//! A runtime with money; modules and their owners are what the test says.

use crate as pallet_deployment;
use crate::*;
use codec::{Decode, Encode};
use core::cell::RefCell;
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU8, ConstU32, ConstU128, Hooks},
};
use scale_info::TypeInfo;
use sp_core::{Pair, sr25519};
use sp_runtime::{
	AccountId32, BuildStorage, DispatchResult, MultiSignature,
	traits::{Convert, ConvertInto, IdentityLookup, Verify},
};
use std::collections::BTreeMap;
use tea_primitives::{
	HardwareClass,
	camellia::{Camellias, CreditEvent, DrawWeight},
	errand::{DutyStanding, ValueAtRisk},
	ids::{BootSeq, EkHash, ModuleId, ReleaseId},
	module::{Attested, BootKeys, Certificate, ModuleStatus},
};

pub(crate) type AccountId = AccountId32;
pub(crate) type Balance = u128;

/// What stands in for the other rooms. It lives in storage, so a refused call leaves it alone too.
#[frame_support::pallet(dev_mode)]
#[allow(missing_docs, unreachable_pub)]
pub(crate) mod world {
	use super::*;
	use frame_support::pallet_prelude::*;

	/// A module, as the test wants it.
	#[derive(Clone, Encode, Decode, TypeInfo)]
	pub(crate) struct Machine {
		pub(crate) owner: AccountId,
		pub(crate) class: HardwareClass,
		pub(crate) boot_seq: BootSeq,
		/// Whether the boot's session key is registered.
		pub(crate) up: bool,
		/// The certificate, while there is one.
		pub(crate) certified: Option<(u32, u32)>,
	}

	#[pallet::pallet]
	#[pallet::without_storage_info]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::storage]
	pub(crate) type Machines<T> = StorageMap<_, Twox64Concat, ModuleId, Machine>;
	#[pallet::storage]
	pub(crate) type AtRisk<T> = StorageMap<_, Twox64Concat, ModuleId, Balance, ValueQuery>;
	/// The certificate of these modules is of another boot.
	#[pallet::storage]
	pub(crate) type CertifiedBoot<T> = StorageMap<_, Twox64Concat, ModuleId, BootSeq>;
	#[pallet::storage]
	pub(crate) type Failing<T> = StorageValue<_, Vec<AccountId>, ValueQuery>;
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
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type World = world;
	#[runtime::pallet_index(3)]
	pub type Deployment = pallet_deployment;
}

type Block = frame_system::mocking::MockBlockU32<Test>;

pub(crate) const LIFE: u32 = 600;
pub(crate) const LINK_WINDOW: u32 = 100;
pub(crate) const MAX_PINS: u32 = 20;
pub(crate) const MAX_DEPTH: u8 = 5;
pub(crate) const MAX_FORMER_TERMS: u8 = 2;
pub(crate) const PASS: u32 = 50;
pub(crate) const DEPOSIT_BASE: Balance = 1_000;
pub(crate) const DEPOSIT_PER_BYTE: Balance = 1;
pub(crate) const AGENDA_PER_BLOCK: u32 = 2;
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// Cap of class D; the others have none but C.
pub(crate) const CAP_D: Balance = 100;
pub(crate) const CAP_C: Balance = 5_000;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<1>;
}

impl world::Config for Test {}

impl DutyStanding<AccountId> for World {
	fn is_feeless(who: &AccountId) -> bool {
		!world::Failing::<Test>::get().contains(who)
	}
}

/// The caps of the tests.
pub struct Caps;
impl Convert<HardwareClass, Option<Balance>> for Caps {
	fn convert(class: HardwareClass) -> Option<Balance> {
		match class {
			HardwareClass::D => Some(CAP_D),
			HardwareClass::C => Some(CAP_C),
			_ => None,
		}
	}
}

thread_local! {
	static PAIRS: RefCell<BTreeMap<AccountId, sr25519::Pair>> = const { RefCell::new(BTreeMap::new()) };
	static VERIFICATIONS: RefCell<u32> = const { RefCell::new(0) };
}

/// A signature that counts how often it is verified.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	codec::DecodeWithMemTracking,
	codec::MaxEncodedLen,
	TypeInfo,
)]
pub struct Counted(pub MultiSignature);

impl Verify for Counted {
	type Signer = <MultiSignature as Verify>::Signer;

	fn verify<L: sp_runtime::traits::Lazy<[u8]>>(&self, message: L, signer: &AccountId) -> bool {
		VERIFICATIONS.with_borrow_mut(|count| *count += 1);
		self.0.verify(message, signer)
	}
}

/// Verifications since the last look.
pub(crate) fn verifications() -> u32 {
	VERIFICATIONS.with_borrow_mut(std::mem::take)
}

parameter_types! {
	pub const PassBlocks: u32 = PASS;
}

impl pallet_deployment::Config for Test {
	type AgendaPerBlock = ConstU32<AGENDA_PER_BLOCK>;
	type Attestation = World;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
	type Camellias = World;
	type CertificateLife = ConstU32<LIFE>;
	type ClassCap = Caps;
	type Currency = Balances;
	type DepositBase = ConstU128<DEPOSIT_BASE>;
	type DepositPerByte = ConstU128<DEPOSIT_PER_BYTE>;
	type Duties = World;
	type Errands = World;
	type LinkWindow = ConstU32<LINK_WINDOW>;
	type MaxDepth = ConstU8<MAX_DEPTH>;
	type MaxFormerTerms = ConstU8<MAX_FORMER_TERMS>;
	type MaxPins = ConstU32<MAX_PINS>;
	type MemberSignature = Counted;
	type PassBlocks = PassBlocks;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionAccount = ConvertInto;
	type WeightInfo = ();
}

impl ValueAtRisk<Balance> for World {
	fn of_errands(module: ModuleId) -> Balance {
		world::AtRisk::<Test>::get(module)
	}
}

impl Attested<AccountId, u32> for World {
	fn status(module: ModuleId) -> Option<ModuleStatus> {
		let machine = world::Machines::<Test>::get(module)?;
		Some(match (machine.up, Self::certificate(module)) {
			(true, Some(_)) => ModuleStatus::Active,
			(true, None) => ModuleStatus::Inactive,
			(false, _) => ModuleStatus::Quarantined,
		})
	}

	fn certificate(module: ModuleId) -> Option<Certificate<u32>> {
		let machine = world::Machines::<Test>::get(module)?;
		let (since, until) = machine.certified?;
		(machine.up && System::block_number() < until).then(|| Certificate {
			module,
			boot_seq: world::CertifiedBoot::<Test>::get(module).unwrap_or(machine.boot_seq),
			round: 1,
			keys: BootKeys {
				session: session(module, machine.boot_seq).into(),
				vrf: [1; 32],
				transport: [2; 32],
			},
			class: machine.class,
			release: ReleaseId(1),
			since,
			until,
		})
	}

	fn module_of_session(account: &AccountId) -> Option<(ModuleId, BootSeq)> {
		world::Machines::<Test>::iter()
			.filter(|(_, machine)| machine.up)
			.map(|(module, machine)| (module, machine.boot_seq))
			.find(|(module, boot_seq)| session(*module, *boot_seq) == *account)
	}
}

impl Camellias<AccountId> for World {
	fn owner(module: ModuleId) -> Option<AccountId> {
		world::Machines::<Test>::get(module).map(|machine| machine.owner)
	}

	fn operator(_: ModuleId) -> Option<AccountId> {
		None
	}

	fn is_living(module: ModuleId) -> bool {
		world::Machines::<Test>::contains_key(module)
	}

	fn hardware(_: ModuleId) -> Option<EkHash> {
		None
	}

	fn planted() -> u32 {
		0
	}

	fn plant(_: ModuleId, _: EkHash) -> DispatchResult {
		Ok(())
	}

	fn unbind(_: ModuleId) {}

	fn draw_weight(_: ModuleId) -> Option<DrawWeight> {
		None
	}

	fn note(_: ModuleId, _: CreditEvent) {}

	#[cfg(feature = "runtime-benchmarks")]
	fn bear(owner: &AccountId) -> Result<ModuleId, sp_runtime::DispatchError> {
		let module = ModuleId(1_000 + world::Machines::<Test>::iter().count() as u32);
		let machine = machine_of(owner.clone());
		world::Machines::<Test>::insert(module, machine);
		Ok(module)
	}
}

/// Certifies modules and signs with their keys.
#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<Counted> for Helper {
	fn certify(module: ModuleId) -> (BootSeq, [u8; 32]) {
		world::Machines::<Test>::mutate_extant(module, |machine| {
			let now = System::block_number();
			machine.certified = Some((now, now + LIFE));
		});
		(1, session(module, 1).into())
	}

	fn sign(key: &[u8; 32], message: &[u8]) -> Counted {
		sign(&(*key).into(), message)
	}
}

/// A key pair of the test, found again by its account.
pub(crate) fn pair(seed: [u8; 32]) -> sr25519::Pair {
	let pair = sr25519::Pair::from_seed(&seed);
	PAIRS.with_borrow_mut(|pairs| pairs.insert(pair.public().into(), pair.clone()));
	pair
}

/// The session account of a module in a boot.
pub(crate) fn session(module: ModuleId, boot_seq: BootSeq) -> AccountId {
	thread_local! {
		static KNOWN: RefCell<BTreeMap<(u32, u32), AccountId>> = const { RefCell::new(BTreeMap::new()) };
	}
	let key = (module.0, boot_seq);
	if let Some(account) = KNOWN.with_borrow(|known| known.get(&key).cloned()) {
		return account;
	}
	let account: AccountId = pair(sp_io::hashing::blake2_256(&("session", key).encode()))
		.public()
		.into();
	KNOWN.with_borrow_mut(|known| known.insert(key, account.clone()));
	account
}

/// Signature of an account that the test has made.
pub(crate) fn sign(account: &AccountId, message: &[u8]) -> Counted {
	let pair = PAIRS.with_borrow(|pairs| pairs[account].clone());
	Counted(pair.sign(message).into())
}

/// Account number `n` of people.
pub(crate) fn account(n: u8) -> AccountId {
	AccountId::new([n; 32])
}

/// A module that is up in its first boot, without certificate.
pub(crate) fn machine_of(owner: AccountId) -> world::Machine {
	world::Machine {
		owner,
		class: HardwareClass::B,
		boot_seq: 1,
		up: true,
		certified: None,
	}
}

pub(crate) fn change(module: ModuleId, change: impl FnOnce(&mut world::Machine)) {
	world::Machines::<Test>::mutate(module, |machine| {
		change(machine.as_mut().expect("a module of the test"));
	});
}

/// A module becomes Active, in its present boot, for the life of a certificate.
pub(crate) fn activate(module: ModuleId) {
	let now = System::block_number();
	change(module, |machine| {
		machine.up = true;
		machine.certified = Some((now, now + LIFE));
	});
}

/// A module loses its certificate, but its boot goes on: Inactive or Suspicious.
pub(crate) fn suspend(module: ModuleId) {
	change(module, |machine| machine.certified = None);
}

/// A module boots anew, and is not certified yet.
pub(crate) fn reboot(module: ModuleId) {
	change(module, |machine| {
		machine.boot_seq += 1;
		machine.up = true;
		machine.certified = None;
	});
}

/// A module is quarantined or retired: its boot is over.
pub(crate) fn quarantine(module: ModuleId) {
	change(module, |machine| {
		machine.up = false;
		machine.certified = None;
	});
}

/// Modules 1 … n, all Active, of class B, module i of owner 100 + i. People 1 … 20 have money.
pub(crate) struct ExtBuilder {
	modules: u32,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self { modules: 30 }
	}
}

impl ExtBuilder {
	/// The state in the first block.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances: (1..=20).map(|n| (account(n), ENDOWMENT)).collect(),
				..Default::default()
			},
			..Default::default()
		}
		.build_storage()
		.expect("the test names a valid genesis");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			frame_system::BlockHash::<Test>::insert(0, sp_core::H256([0x99; 32]));
			System::set_block_number(1);
			for n in 1..=self.modules {
				let module = ModuleId(n);
				let owner = account(100u8.wrapping_add(n as u8));
				world::Machines::<Test>::insert(module, machine_of(owner));
				activate(module);
			}
			verifications();
		});
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

pub(crate) fn check_state() {
	Deployment::do_try_state().expect("the invariants hold after every test");
}

/// Goes through the blocks up to this one.
pub(crate) fn advance_to(block: u32) {
	while System::block_number() < block {
		let next = System::block_number() + 1;
		System::set_block_number(next);
		Deployment::on_initialize(next);
	}
}

/// Goes on by so many blocks.
pub(crate) fn advance(blocks: u32) {
	advance_to(System::block_number() + blocks);
}

/// Certificates of all modules are renewed.
pub(crate) fn renew_all() {
	let modules: Vec<_> = world::Machines::<Test>::iter()
		.filter(|(_, machine)| machine.certified.is_some())
		.map(|(module, _)| module)
		.collect();
	modules.into_iter().for_each(activate);
}

/// The events of this pallet since the last look.
pub(crate) fn events() -> Vec<Event<Test>> {
	let events = System::read_events_for_pallet::<Event<Test>>();
	System::reset_events();
	events
}

/// A signed origin.
pub(crate) fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

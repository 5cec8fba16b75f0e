//! A runtime with BABE, and members that tests set.

use crate as pallet_delegation;
use core::cell::RefCell;
use frame_support::{
	derive_impl,
	traits::{ConstU32, ConstU64, Get, Hooks},
};
use sp_runtime::BuildStorage;
use std::collections::BTreeMap;
use tea_primitives::{
	draw::{Draw, DrawError, Draws, KnownGood, Member, Membership, Purpose},
	ids::ModuleId,
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
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(2)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(3)]
	pub type Delegation = pallet_delegation;
}

type Block = frame_system::mocking::MockBlock<Test>;
pub(crate) type AccountId = u64;

/// Blocks whose beacon is kept.
pub(crate) const HISTORY: u64 = 8;
/// Candidates of a draw.
pub(crate) const CANDIDATES: u32 = 64;
/// Modules at which registrars leave.
pub(crate) const LEAVE_AT: u32 = 8;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {
	type MinimumPeriod = ConstU64<1_500>;
}

impl pallet_babe::Config for Test {
	type DisabledValidators = ();
	type EpochChangeTrigger = pallet_babe::SameAuthoritiesForever;
	type EpochDuration = ConstU64<200>;
	type EquivocationReportSystem = ();
	type ExpectedBlockTime = ConstU64<3_000>;
	type KeyOwnerProof = sp_session::MembershipProof;
	type MaxAuthorities = ConstU32<4>;
	type MaxNominators = ConstU32<0>;
	type WeightInfo = ();
}

/// Where the randomness of a block comes from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
	Given(Option<[u8; 32]>),
	Babe,
}

#[derive(Default)]
struct Members {
	owners: BTreeMap<ModuleId, AccountId>,
	registrars: Vec<AccountId>,
	reads: u32,
}

thread_local! {
	static SOURCE: RefCell<Source> = const { RefCell::new(Source::Given(None)) };
	static MEMBERS: RefCell<Members> = RefCell::default();
}

/// BABE as the runtime reads it, or what the test gives.
pub struct TestRandomness;
impl Get<Option<[u8; 32]>> for TestRandomness {
	fn get() -> Option<[u8; 32]> {
		match SOURCE.with_borrow(|source| *source) {
			Source::Given(randomness) => randomness,
			Source::Babe => pallet_babe::AuthorVrfRandomness::<Test>::get(),
		}
	}
}

/// Owners and registrars as the test sets them.
pub struct TestMembers;
impl Membership<AccountId> for TestMembers {
	fn owner(member: &Member<AccountId>) -> Option<AccountId> {
		MEMBERS.with_borrow_mut(|members| {
			members.reads += 1;
			match member {
				Member::Module(module) => members.owners.get(module).copied(),
				Member::Registrar(account) => {
					members.registrars.contains(account).then_some(*account)
				}
			}
		})
	}

	fn registrar(index: u32) -> Option<AccountId> {
		MEMBERS.with_borrow(|members| members.registrars.get(index as usize).copied())
	}

	fn registrars() -> u32 {
		MEMBERS.with_borrow(|members| members.registrars.len() as u32)
	}
}

impl pallet_delegation::Config for Test {
	type AuthorRandomness = TestRandomness;
	type BeaconHistory = ConstU32<{ HISTORY as u32 }>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Helper;
	type MaxCandidates = ConstU32<CANDIDATES>;
	type Membership = TestMembers;
	type RegistrarsLeaveAt = ConstU32<LEAVE_AT>;
	type WeightInfo = ();
}

/// All modules of a benchmark belong to one account.
#[cfg(feature = "runtime-benchmarks")]
pub struct Helper;
#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper for Helper {
	fn make_drawable(module: ModuleId) {
		set_owner(module.0, Some(1));
	}
}

/// A chain with modules and registrars.
#[derive(Default)]
pub(crate) struct ExtBuilder {
	owners: Vec<AccountId>,
	registrars: Vec<AccountId>,
	authorities: Vec<sp_consensus_babe::AuthorityId>,
}

impl ExtBuilder {
	/// Modules 0, 1, 2 … of owners of their own, 1000, 1001, 1002 …
	pub(crate) fn modules(self, count: u64) -> Self {
		self.owned_by((1_000..1_000 + count).collect())
	}

	/// Modules 0, 1, 2 … of these owners.
	pub(crate) fn owned_by(mut self, owners: Vec<AccountId>) -> Self {
		self.owners = owners;
		self
	}

	/// Registrars 1, 2, 3 …
	pub(crate) fn registrars(mut self, count: u64) -> Self {
		self.registrars = (1..=count).collect();
		self
	}

	/// Who makes blocks.
	pub(crate) fn authority(mut self, authority: sp_consensus_babe::AuthorityId) -> Self {
		self.authorities.push(authority);
		self
	}

	/// The state after block 1, whose beacon is known, in block 2.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		SOURCE.set(Source::Given(None));
		let count = self.owners.len() as u32;
		MEMBERS.set(Members {
			owners: self
				.owners
				.into_iter()
				.enumerate()
				.map(|(index, owner)| (ModuleId(index as u32), owner))
				.collect(),
			registrars: self.registrars,
			reads: 0,
		});
		let storage = RuntimeGenesisConfig {
			babe: pallet_babe::GenesisConfig {
				authorities: self.authorities.into_iter().map(|id| (id, 1)).collect(),
				epoch_config: pallet_babe_config(),
				..Default::default()
			},
			..Default::default()
		}
		.build_storage()
		.expect("the test names a valid genesis");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			System::set_block_number(1);
			for module in 0..count {
				Delegation::admit(ModuleId(module));
			}
			finish([1; 32]);
			System::reset_events();
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

/// Primary and secondary slots with VRF, as the runtime runs it.
fn pallet_babe_config() -> sp_consensus_babe::BabeEpochConfiguration {
	sp_consensus_babe::BabeEpochConfiguration {
		c: (1, 4),
		allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
	}
}

pub(crate) fn check_state() {
	Delegation::do_try_state().expect("the invariants hold after every test");
}

pub(crate) fn set_source(source: Source) {
	SOURCE.set(source);
}

/// Sells a module, or makes it one that may not be drawn.
pub(crate) fn set_owner(module: u32, owner: Option<AccountId>) {
	MEMBERS.with_borrow_mut(|members| match owner {
		Some(owner) => {
			members.owners.insert(ModuleId(module), owner);
		}
		None => {
			members.owners.remove(&ModuleId(module));
		}
	});
}

/// Owners that were read since the last look.
pub(crate) fn owner_reads() -> u32 {
	MEMBERS.with_borrow_mut(|members| core::mem::take(&mut members.reads))
}

/// Ends the block with this randomness of its author, and begins the next.
pub(crate) fn finish(randomness: [u8; 32]) {
	set_source(Source::Given(Some(randomness)));
	let block = System::block_number();
	<Delegation as Hooks<u64>>::on_finalize(block);
	System::set_block_number(block + 1);
}

/// A draw of so many for subject and beacon of block 1.
pub(crate) fn draw(subject: &[u8], size: u32) -> Draw<'_, AccountId, u64> {
	Draw {
		purpose: Purpose::Attestation,
		subject,
		block: 1,
		size,
		excluded_owners: &[],
		excluded: &[],
	}
}

pub(crate) fn committee(
	draw: &Draw<'_, AccountId, u64>,
) -> Result<Vec<Member<AccountId>>, DrawError> {
	<Delegation as Draws<_, _>>::committee(draw)
}

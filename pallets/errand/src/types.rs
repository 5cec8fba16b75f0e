//! What is stored and shown.
//!
//! INVARIANT: encodings are frozen; an index is never used again.

use crate::Config;
use alloc::boxed::Box;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::traits::AtLeast32BitUnsigned;
use tea_primitives::{
	deployment::{Charge, DeploymentId, Hash, Visibility},
	draw::Member,
	errand::{
		AdHoc, Bill, ErrandId, Limits, MAX_ENVELOPE, MAX_INPUTS, MAX_PARAMS, MAX_SOURCES,
		MAX_VERIFIERS, Needs, Options, Outcome, Pot, Source, TicketProof,
	},
	ids::{BootSeq, ModuleId},
};

/// Money of the runtime.
pub type BalanceOf<T> = <<T as Config>::Currency as frame_support::traits::fungible::Inspect<
	<T as frame_system::Config>::AccountId,
>>::Balance;

/// Params, as they are posted.
pub type Params = BoundedVec<u8, ConstU32<MAX_PARAMS>>;
/// A sealed key, as it is posted.
pub type Envelope = BoundedVec<u8, ConstU32<MAX_ENVELOPE>>;
/// Data inputs.
pub type DataSources = BoundedVec<Source, ConstU32<MAX_INPUTS>>;
/// A drawn committee.
pub type Verifiers<AccountId> = BoundedVec<Member<AccountId>, ConstU32<MAX_VERIFIERS>>;
/// A committee of the runtime.
pub type VerifiersOf<T> = Verifiers<<T as frame_system::Config>::AccountId>;
/// A PoT of the runtime.
pub type PotOf<T> = Pot<<T as Config>::MemberSignature>;
/// A PoT as a call carries it: boxed, because calls are small.
pub type BoxedPotOf<T> = Box<PotOf<T>>;
/// Claims or proofs that one call carries, at most: as many as one quote serves.
pub const MAX_MANY: u32 = tea_tpm::pot::MAX_BATCH as u32;
/// Claims that one call carries.
pub type Claims = BoundedVec<(ErrandId, TicketProof), ConstU32<MAX_MANY>>;
/// PoTs that one call carries.
pub type PotsOf<T> = BoundedVec<PotOf<T>, ConstU32<MAX_MANY>>;
/// A bill of the runtime.
pub type BillOf<T> = Bill<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// Options of the runtime.
pub type OptionsOf<T> =
	Options<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// How gas is shared, in per cent.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Shares {
	/// Executor, who also has the remainders.
	pub executor: u8,
	/// Initial pinner.
	pub delegator: u8,
	/// Verifiers together.
	pub verifiers: u8,
	/// Parents together.
	pub parents: u8,
	/// Parents together, taken from the executor's part, for pins that were confirmed while the deployment was Degraded.
	pub parents_degraded: u8,
}

impl Shares {
	/// 70, 15, 10, 5, and 10 for parents in need (SPEC 3.4).
	pub const DEFAULT: Self = Self {
		executor: 70,
		delegator: 15,
		verifiers: 10,
		parents: 5,
		parents_degraded: 10,
	};

	/// Whether they are a whole, in every case.
	pub fn are_whole(&self) -> bool {
		let sum = |parts: &[u8]| {
			parts
				.iter()
				.fold(0u32, |sum, part| sum.saturating_add((*part).into()))
		};
		sum(&[self.executor, self.delegator, self.verifiers, self.parents]) == 100
			&& self.parents_degraded >= self.parents
			&& sum(&[self.delegator, self.verifiers, self.parents_degraded]) <= 100
	}
}

/// A deployment as the errand uses it, by the terms of the block of its posting.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Used<AccountId, Balance> {
	/// The deployment.
	pub id: DeploymentId,
	/// Who is paid for the use, and has the key of a `Private` deployment.
	pub owner: AccountId,
	/// Who has the key.
	pub visibility: Visibility,
	/// Hash of what is stored.
	pub ciphertext_hash: Hash,
	/// How the use is charged.
	pub charge: Charge<Balance>,
	/// Hash of the terms.
	pub terms: Hash,
	/// Its initial pinner.
	pub delegator: ModuleId,
}

/// Where code or data comes from, with what was agreed on.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum UsedSource<AccountId, Balance> {
	/// A deployment.
	#[codec(index = 0)]
	Deployed(Used<AccountId, Balance>),
	/// A content that the client named itself.
	#[codec(index = 1)]
	AdHoc(AdHoc),
}

/// [`UsedSource`] of the runtime.
pub type UsedSourceOf<T> = UsedSource<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

impl<AccountId, Balance> UsedSource<AccountId, Balance> {
	/// Hash of what is stored.
	pub fn ciphertext_hash(&self) -> Hash {
		match self {
			Self::Deployed(used) => used.ciphertext_hash,
			Self::AdHoc(ad_hoc) => ad_hoc.content.ciphertext_hash,
		}
	}

	/// Whether its key has to be supplied for this errand.
	pub fn needs_key(&self) -> bool {
		match self {
			Self::Deployed(used) => used.visibility == Visibility::Private,
			Self::AdHoc(ad_hoc) => ad_hoc.sealed,
		}
	}

	/// Who supplies that key.
	pub fn key_holder<'a>(&'a self, client: &'a AccountId) -> &'a AccountId {
		match self {
			Self::Deployed(used) => &used.owner,
			Self::AdHoc(_) => client,
		}
	}

	/// The deployment, if it is one.
	pub fn deployment(&self) -> Option<&Used<AccountId, Balance>> {
		match self {
			Self::Deployed(used) => Some(used),
			Self::AdHoc(_) => None,
		}
	}
}

/// The draw of an executor.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DrawPlan<BlockNumber> {
	/// Block that fixed it. The beacon is the next one's, claims open in the one after.
	pub fixed_in: BlockNumber,
	/// Weight in millionths of all who may claim, by which the threshold starts.
	pub total_weight: u64,
}

/// How the key of a source came to the executor.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum KeyPath {
	/// There is none: the content is public.
	#[codec(index = 0)]
	None,
	/// By the executor's pin.
	#[codec(index = 1)]
	Pin {
		/// Hash of its link.
		link: Hash,
		/// The module that handed the key over.
		parent: Option<ModuleId>,
		/// Whether too few were live then.
		while_degraded: bool,
	},
	/// The key holder has not supplied it yet.
	#[codec(index = 2)]
	Wanted,
	/// The key holder supplied it: hash of the link.
	#[codec(index = 3)]
	Supplied(Hash),
}

/// Who does the work, and until when.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Assignment<AccountId, BlockNumber> {
	/// Who runs it.
	pub executor: ModuleId,
	/// In which boot.
	pub boot_seq: BootSeq,
	/// Who owned the executor when it got the errand, and is paid for it.
	pub beneficiary: AccountId,
	/// Worth of its ticket.
	pub ticket: u128,
	/// Block at whose end it was assigned.
	pub assigned: BlockNumber,
	/// First block in which the executor is too late.
	pub deadline: BlockNumber,
	/// Who checks it; empty while a second committee is being drawn.
	pub verifiers: Verifiers<AccountId>,
	/// Block whose next beacon decides about the second committee.
	pub redraw: Option<BlockNumber>,
	/// The first committee, when it was silent.
	pub former: Verifiers<AccountId>,
	/// Members that said no, as bits.
	pub failed: u16,
	/// How the keys came: code first, then data in order.
	pub keys: BoundedVec<KeyPath, ConstU32<MAX_SOURCES>>,
}

/// [`Assignment`] of the runtime.
pub type AssignmentOf<T> = Assignment<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// Where an errand stands (SPEC 6.5). The final states are in [`FinishedRecord`].
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Stage<AccountId, BlockNumber> {
	/// Modules may claim it.
	#[codec(index = 0)]
	Open,
	/// Nobody who may run it has turned up. A module that pins what is missing may claim.
	#[codec(index = 1)]
	AwaitingPinners {
		/// First block in which the wait is over.
		until: BlockNumber,
	},
	/// Claimed in this block. A lower ticket may still replace the claim.
	#[codec(index = 2)]
	Claimed {
		/// Who has the lowest ticket so far.
		module: ModuleId,
		/// In which boot.
		boot_seq: BootSeq,
		/// Worth of the ticket.
		ticket: u128,
	},
	/// The executor works.
	#[codec(index = 3)]
	Assigned(Assignment<AccountId, BlockNumber>),
	/// A key holder is asked. Deadlines stand still.
	#[codec(index = 4)]
	AwaitingKey {
		/// Who will work.
		assignment: Assignment<AccountId, BlockNumber>,
		/// Since when.
		since: BlockNumber,
		/// First block in which the wait is over.
		until: BlockNumber,
	},
}

/// An errand that is not final.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ErrandRecord<AccountId, Balance, BlockNumber> {
	/// Who pays.
	pub client: AccountId,
	/// Whom the result is sealed to.
	pub client_key: [u8; 32],
	/// The function.
	pub code: UsedSource<AccountId, Balance>,
	/// What it is given.
	pub data: BoundedVec<UsedSource<AccountId, Balance>, ConstU32<MAX_INPUTS>>,
	/// Input hash of the PoT.
	pub input: Hash,
	/// Hash of what was agreed on: sources with their terms, prices, shares.
	pub terms: Hash,
	/// How much the guest may use.
	pub limits: Limits,
	/// What the executor must be able to do.
	pub needs: Needs,
	/// Price of one unit of fuel.
	pub gas_price: Balance,
	/// How gas is shared.
	pub shares: Shares,
	/// Who is paid for ad-hoc code, and how much.
	pub payee: Option<(AccountId, Balance)>,
	/// What the client has on hold for it.
	pub held: Balance,
	/// Blocks to wait for a key holder.
	pub key_wait: BlockNumber,
	/// Whether the client's own modules may run it.
	pub allow_own: bool,
	/// Block of the posting.
	pub posted: BlockNumber,
	/// First block in which it is too late for everything.
	pub deadline: BlockNumber,
	/// Number of the attempt, from 0.
	pub attempt: u8,
	/// The executor of the first attempt.
	pub former: Option<ModuleId>,
	/// The draw of the executor.
	pub draw: DrawPlan<BlockNumber>,
	/// Where it stands.
	pub stage: Stage<AccountId, BlockNumber>,
}

/// [`ErrandRecord`] of the runtime.
pub type ErrandRecordOf<T> =
	ErrandRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

impl<AccountId, Balance: AtLeast32BitUnsigned + Copy, BlockNumber>
	ErrandRecord<AccountId, Balance, BlockNumber>
{
	/// Code and data, with their numbers.
	pub fn sources(&self) -> impl Iterator<Item = (u8, &UsedSource<AccountId, Balance>)> {
		(0u8..).zip(core::iter::once(&self.code).chain(&self.data))
	}

	/// The deployments among them.
	pub fn deployments(&self) -> impl Iterator<Item = &Used<AccountId, Balance>> {
		self.sources().filter_map(|(_, source)| source.deployment())
	}

	/// Who has it, once that is fixed.
	pub fn assignment(&self) -> Option<&Assignment<AccountId, BlockNumber>> {
		match &self.stage {
			Stage::Assigned(assignment) | Stage::AwaitingKey { assignment, .. } => Some(assignment),
			_ => None,
		}
	}
}

/// A final errand. It leaves the state after a while; events stay.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct FinishedRecord<AccountId, Balance, BlockNumber, Signature> {
	/// Who paid.
	pub client: AccountId,
	/// How it ended.
	pub outcome: Outcome,
	/// In which attempt.
	pub attempt: u8,
	/// Hash of what was agreed on.
	pub terms: Hash,
	/// The draw of the executor.
	pub draw: DrawPlan<BlockNumber>,
	/// Who had it last, and its ticket.
	pub executor: Option<(ModuleId, BootSeq, u128)>,
	/// Who checked it.
	pub verifiers: Verifiers<AccountId>,
	/// What it cost.
	pub bill: Bill<AccountId, Balance>,
	/// Its proof, if it came to one.
	pub pot: Option<Pot<Signature>>,
	/// Block of the posting.
	pub posted: BlockNumber,
	/// Block of the end.
	pub finished: BlockNumber,
	/// First block in which the record may leave the state.
	pub until: BlockNumber,
}

/// [`FinishedRecord`] of the runtime.
pub type FinishedRecordOf<T> = FinishedRecord<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::MemberSignature,
>;

/// An errand as readers are shown it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(clippy::large_enum_variant)]
pub enum ErrandInfo<AccountId, Balance, BlockNumber, Signature> {
	/// Not final yet.
	#[codec(index = 0)]
	Unfinished(ErrandRecord<AccountId, Balance, BlockNumber>),
	/// Final.
	#[codec(index = 1)]
	Finished(FinishedRecord<AccountId, Balance, BlockNumber, Signature>),
}

/// [`ErrandInfo`] of the runtime.
pub type ErrandInfoOf<T> = ErrandInfo<
	<T as frame_system::Config>::AccountId,
	BalanceOf<T>,
	BlockNumberFor<T>,
	<T as Config>::MemberSignature,
>;

/// Errands that are not final, by what they wait for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Counters {
	/// For an executor.
	pub open: u32,
	/// For a result, or for the key before it.
	pub assigned: u32,
}

/// What a module has taken and not finished.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[scale_info(skip_type_params(MaxErrands))]
#[codec(mel_bound(Balance: MaxEncodedLen))]
pub struct Workload<Balance, MaxErrands: frame_support::traits::Get<u32>> {
	/// The errands.
	pub errands: BoundedVec<ErrandId, MaxErrands>,
	/// Their holds.
	pub at_risk: Balance,
}

impl<Balance: Default, MaxErrands: frame_support::traits::Get<u32>> Default
	for Workload<Balance, MaxErrands>
{
	fn default() -> Self {
		Self {
			errands: BoundedVec::new(),
			at_risk: Balance::default(),
		}
	}
}

/// [`Workload`] of the runtime.
pub type WorkloadOf<T> = Workload<BalanceOf<T>, <T as Config>::MaxErrandsPerModule>;

/// What a client orders.
pub(crate) struct Order<T: Config> {
	pub(crate) code: Source,
	pub(crate) data: DataSources,
	pub(crate) params: Params,
	pub(crate) client_key: [u8; 32],
	pub(crate) limits: Limits,
	pub(crate) max_price: BalanceOf<T>,
	pub(crate) deadline: BlockNumberFor<T>,
	pub(crate) options: OptionsOf<T>,
}

/// Passes that a committee of this size needs: two thirds, rounded up. No trust level lowers it.
pub(crate) const fn quorum(members: usize) -> u32 {
	(members as u32).saturating_mul(2).div_ceil(3)
}

/// The bit of a member in a set of votes.
pub(crate) fn bit(member: u8) -> u16 {
	1u16.checked_shl(member.into()).unwrap_or_default()
}

//! What is stored about a Camellia, and what readers are shown.

use crate::math;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU32, fungible};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::BoundedVec;
use tea_primitives::{
	camellia::{CreditEvent, DrawWeight},
	ids::EkHash,
};

/// Balance of the currency that Camelliae earn.
pub type EarningsBalanceOf<T> = <<T as crate::Config>::Currency as fungible::Inspect<
	<T as frame_system::Config>::AccountId,
>>::Balance;

/// Entries of a credit log.
pub const LOG_LENGTH: u32 = 16;

/// Kind of a Camellia: its place in the economy. Not to be confused with the class of its hardware.
//
// INVARIANT: stored and shown to clients; a variant keeps its index for ever.
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
	serde::Serialize,
	serde::Deserialize,
)]
pub enum Kind {
	/// Twice the productivity, 24 months.
	#[codec(index = 0)]
	A,
	/// The measure of the others: productivity 1, 24 months.
	#[codec(index = 1)]
	B,
	/// Half the productivity, 12 months.
	#[codec(index = 2)]
	C,
}

impl Kind {
	/// Base productivity before the draw at birth, in millionths.
	pub const fn productivity(self) -> u32 {
		match self {
			Self::A => 2 * math::ONE,
			Self::B => math::ONE,
			Self::C => math::ONE / 2,
		}
	}

	/// Blocks of life from planting, before the draw at birth.
	pub const fn life_span(self) -> u32 {
		match self {
			Self::A | Self::B => 24 * math::MONTH,
			Self::C => 12 * math::MONTH,
		}
	}
}

/// Stage of life. What is dead is gone from state, or waits to be buried.
//
// INVARIANT: a variant keeps its index for ever. 0 and 3 are kept for `Frozen` and `StakedInto` (SPEC 6.6).
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
pub enum Stage<BlockNumber> {
	/// Born, never had hardware.
	#[codec(index = 1)]
	Fresh {
		/// First block in which it is withered.
		withers: BlockNumber,
	},
	/// Its life has begun, with or without hardware at the moment.
	#[codec(index = 2)]
	Planted {
		/// Block in which it was planted.
		since: BlockNumber,
		/// First block in which it is dead.
		ends: BlockNumber,
	},
}

impl<BlockNumber: Copy> Stage<BlockNumber> {
	/// First block in which the Camellia is dead, unless its stage changes before.
	pub(crate) fn end(&self) -> BlockNumber {
		match self {
			Self::Fresh { withers } => *withers,
			Self::Planted { ends, .. } => *ends,
		}
	}
}

/// A Camellia. Its owner stands in the NFT.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct CamelliaRecord<BlockNumber> {
	/// Kind.
	pub kind: Kind,
	/// Productivity at its best age, in millionths, drawn at birth.
	pub base_productivity: u32,
	/// Blocks of life from planting, drawn at birth.
	pub life_span: u32,
	/// Block of birth.
	pub born: BlockNumber,
	/// Stage of life.
	pub stage: Stage<BlockNumber>,
	/// Identity of the chip that is bound to it.
	pub hardware: Option<EkHash>,
	/// Block in whose agenda its end stands; `None` when there was no room, so that somebody must bury it.
	pub agenda: Option<BlockNumber>,
	/// Credit at `credit_as_of`, in thousandths of a point.
	pub credit: u32,
	/// Block up to which decay is accounted for.
	pub credit_as_of: BlockNumber,
}

/// [`CamelliaRecord`] of the runtime.
pub type CamelliaRecordOf<T> = CamelliaRecord<BlockNumberFor<T>>;

/// The account that an owner named for its module.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct OperatorRecord<AccountId> {
	/// Who named it. When the Camellia belongs to somebody else, the record is void.
	pub named_by: AccountId,
	/// Whom.
	pub operator: AccountId,
}

/// [`OperatorRecord`] of the runtime.
pub type OperatorRecordOf<T> = OperatorRecord<<T as frame_system::Config>::AccountId>;

/// What moved the credit.
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
pub struct CreditEntry<BlockNumber> {
	/// When.
	pub block: BlockNumber,
	/// Why.
	pub event: CreditEvent,
	/// Whole points after it.
	pub credit: u16,
}

/// The last entries, oldest first.
pub type CreditLogOf<T> = BoundedVec<CreditEntry<BlockNumberFor<T>>, ConstU32<LOG_LENGTH>>;

/// Why a Camellia is no more.
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
pub enum DeathCause {
	/// It never got hardware in time.
	#[codec(index = 0)]
	Withered,
	/// Its life was over.
	#[codec(index = 1)]
	EndOfLife,
	/// Somebody with power over pallet-nfts burnt the item.
	#[codec(index = 2)]
	ItemBurnt,
}

/// Stage of life as readers are shown it (SPEC 6.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum LifeStage {
	/// Waits for hardware and withers without.
	#[codec(index = 0)]
	Fresh,
	/// Carries hardware.
	#[codec(index = 1)]
	Planted,
	/// Lives without hardware at the moment.
	#[codec(index = 2)]
	Idle,
	/// Waits to be buried.
	#[codec(index = 3)]
	Dead,
}

/// All that there is to know about a Camellia, in one query.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CamelliaInfo<AccountId, BlockNumber> {
	/// Owner of the NFT now.
	pub owner: Option<AccountId>,
	/// The account that this owner named for the module.
	pub operator: Option<AccountId>,
	/// Kind.
	pub kind: Kind,
	/// Stage of life.
	pub stage: LifeStage,
	/// Block of birth.
	pub born: BlockNumber,
	/// Block of planting.
	pub planted: Option<BlockNumber>,
	/// First block in which it is dead; of a fresh one, withered.
	pub ends: BlockNumber,
	/// Blocks of life from planting.
	pub life_span: u32,
	/// Tenth of its life, from 0. `None` before planting and after the end.
	pub age_in_tenths: Option<u8>,
	/// Productivity at its best age, in millionths.
	pub base_productivity: u32,
	/// Productivity now, in millionths.
	pub productivity: u32,
	/// Weight of its filled slots, in millionths.
	pub stake_weight: u64,
	/// Whole points of credit.
	pub credit: u16,
	/// What moved the credit last, oldest first.
	pub credit_log: Vec<CreditEntry<BlockNumber>>,
	/// Weight in draws. `None` while it carries no hardware, and after its end.
	pub draw_weight: Option<DrawWeight>,
	/// Identity of the chip that is bound to it.
	pub hardware: Option<EkHash>,
}

/// [`CamelliaInfo`] of the runtime.
pub type CamelliaInfoOf<T> =
	CamelliaInfo<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

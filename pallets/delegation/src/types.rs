//! What is stored, asked and answered.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use tea_primitives::{
	camellia::DrawWeight,
	draw::{BeaconValue, Member, Purpose},
	ids::ModuleId,
};

/// Randomness of a block, with the block: places in the ring are used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct BeaconRecord<BlockNumber> {
	/// The block.
	pub block: BlockNumber,
	/// Its randomness.
	pub value: BeaconValue,
}

/// [`BeaconRecord`] of the runtime.
pub type BeaconRecordOf<T> = BeaconRecord<BlockNumberFor<T>>;

/// A ticket to be examined.
#[derive(Clone, Copy, Debug)]
pub struct TicketClaim<'a, BlockNumber> {
	/// The module that claims.
	pub module: ModuleId,
	/// Its weight.
	pub weight: DrawWeight,
	/// Its VRF key.
	pub key: &'a [u8; 32],
	/// Block in which that key was certified.
	pub key_since: BlockNumber,
	/// What is claimed: the encoded id of the errand, and its attempt.
	pub subject: &'a [u8],
	/// Block in which that was posted. The beacon is the next block's.
	pub posted: BlockNumber,
	/// Weight in millionths of all who may claim.
	pub total_weight: u64,
	/// Blocks since claims opened.
	pub blocks_open: u32,
}

/// Why a ticket is refused.
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
pub enum TicketError {
	/// The beacon of the block after the posting is not known: too old, or not finished yet.
	#[codec(index = 0)]
	NoBeacon,
	/// The key was certified in the block of the posting or later: it could have been chosen for it.
	#[codec(index = 1)]
	KeyTooNew,
	/// The ticket is not yet let in.
	#[codec(index = 2)]
	TicketTooHigh,
	/// The holder of the key did not make this output.
	#[codec(index = 3)]
	BadVrfProof,
}

/// Who may be drawn, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct KnownGoodInfo {
	/// Active modules.
	pub modules: u32,
	/// Registrars that count now.
	pub registrars: u32,
}

/// A draw as readers ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DrawQuery<AccountId, BlockNumber> {
	/// What the committee is for.
	pub purpose: Purpose,
	/// What it is about.
	pub subject: Vec<u8>,
	/// The block whose beacon decides.
	pub block: BlockNumber,
	/// How many members.
	pub size: u32,
	/// Owners none of whose members may be drawn.
	pub excluded_owners: Vec<AccountId>,
	/// Members that must not be drawn again.
	pub excluded: Vec<Member<AccountId>>,
}

/// [`DrawQuery`] of the runtime.
pub type DrawQueryOf<T> = DrawQuery<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

//! What is stored, asked and answered.

use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use tea_primitives::draw::{BeaconValue, Member, Purpose};

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

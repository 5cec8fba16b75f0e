//! Records and states of the validator set.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible;
use scale_info::TypeInfo;
use sp_staking::SessionIndex;

/// Balance of the currency that bonds are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// What a validator stands to lose in one session: the full identification of the session's history.
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
pub struct Exposure<Balance> {
	/// Bond on hold when the session was planned.
	pub bond: Balance,
}

/// [`Exposure`] in the currency of the pallet.
pub type ExposureRecordOf<T> = Exposure<BalanceOf<T>>;

/// Where the owner of a bond stands. The amount is not repeated here: the hold is the amount.
//
// INVARIANT: stored, so the indices are frozen.
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
pub enum BondState {
	/// Bonded and outside the set: waits to be admitted, or has left.
	#[codec(index = 0)]
	Candidate {
		/// Last session in which the account may still act as a validator; none if it was never in the set.
		last_session: Option<SessionIndex>,
	},
	/// In the set.
	#[codec(index = 1)]
	Serving,
	/// Wants the money back. Still slashable.
	#[codec(index = 2)]
	Unbonding {
		/// First session in which the bond may be withdrawn.
		withdrawable_from: SessionIndex,
	},
}

/// A bond as the view function `bond_of` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct BondInfo<Balance> {
	/// Amount on hold.
	pub amount: Balance,
	/// Where its owner stands.
	pub state: BondState,
}

/// [`BondInfo`] in the currency of the pallet.
pub type BondInfoOf<T> = BondInfo<BalanceOf<T>>;

/// Why a validator left the set.
//
// INVARIANT: part of an event, so the indices are frozen.
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
pub enum LeaveReason {
	/// Governance dismissed it.
	#[codec(index = 0)]
	Dismissed,
	/// It resigned.
	#[codec(index = 1)]
	Resigned,
	/// It was caught in an offence.
	#[codec(index = 2)]
	Offence,
}

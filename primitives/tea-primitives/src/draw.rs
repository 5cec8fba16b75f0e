//! Public randomness, and who is drawn with it (DESIGN 5, SPEC 3.2).

use crate::ids::ModuleId;
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Randomness of one block: hash of its author's VRF output.
pub type BeaconValue = [u8; 32];

/// Somebody who may be drawn into a committee.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Member<AccountId> {
	/// An Active module.
	#[codec(index = 0)]
	Module(ModuleId),
	/// A governance-appointed account, while too few modules are Active.
	#[codec(index = 1)]
	Registrar(AccountId),
}

/// What a committee is for: draws of different purposes are independent of each other.
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
pub enum Purpose {
	/// Challengers of an enrolment.
	#[codec(index = 0)]
	Enrolment,
	/// Committee of an attestation round.
	#[codec(index = 1)]
	Attestation,
	/// Second committee of a suspicious module.
	#[codec(index = 2)]
	SecondCommittee,
	/// Verifiers of an errand.
	#[codec(index = 3)]
	Errand,
}

/// A committee to be drawn.
#[derive(Clone, Debug)]
pub struct Draw<'a, AccountId, BlockNumber> {
	/// What it is for.
	pub purpose: Purpose,
	/// What it is about, unique within the purpose; hashed into the draw.
	pub subject: &'a [u8],
	/// The block whose beacon decides: the one after the block that fixed the subject.
	pub block: BlockNumber,
	/// How many members.
	pub size: u32,
	/// Owners none of whose members may be drawn. Never two members of one owner.
	pub excluded_owners: &'a [AccountId],
	/// Members that must not be drawn again.
	pub excluded: &'a [Member<AccountId>],
}

/// Why nobody was drawn.
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
pub enum DrawError {
	/// The beacon of that block is not known: the block is too old, or not finished yet.
	#[codec(index = 0)]
	NoBeacon,
	/// The known-good set has too few members of different owners.
	#[codec(index = 1)]
	NoCommittee,
}

/// What came of a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn<AccountId> {
	/// The committee, whole or not at all.
	pub committee: Result<Vec<Member<AccountId>>, DrawError>,
	/// Candidates that were looked at.
	pub looked_at: u32,
}

/// Beacon and draws.
pub trait Draws<AccountId, BlockNumber> {
	/// The randomness of a past block of the last few.
	fn beacon(block: BlockNumber) -> Option<BeaconValue>;

	/// Draws without replacement from the known-good set, in a constant number of reads. The same draw gives
	/// the same members as long as the set does not change.
	fn committee(
		draw: &Draw<'_, AccountId, BlockNumber>,
	) -> Result<Vec<Member<AccountId>>, DrawError>;
}

/// Draws that look no further than whoever pays for them.
pub trait FrugalDraws<AccountId, BlockNumber>: Draws<AccountId, BlockNumber> {
	/// The same draw, with so many candidates at most, and never more than [`Draws::committee`] looks at. What it gives, that
	/// one gives.
	fn draw(draw: &Draw<'_, AccountId, BlockNumber>, candidates: u32) -> Drawn<AccountId>;
}

/// The known-good set: Active modules, and registrars while fewer than 2N modules are Active.
pub trait KnownGood<AccountId> {
	/// A module became Active. Again is no error.
	fn admit(module: ModuleId);

	/// A module is no longer Active. Again is no error.
	fn dismiss(module: ModuleId);

	/// Number of Active modules in the set.
	fn modules() -> u32;
}

/// What the draw must know about those it draws from.
pub trait Membership<AccountId> {
	/// Whose member this is; `None` when it may not be drawn now.
	fn owner(member: &Member<AccountId>) -> Option<AccountId>;

	/// Registrar number `index` of a dense list, `None` beyond its end.
	fn registrar(index: u32) -> Option<AccountId>;

	/// Number of registrars.
	fn registrars() -> u32;
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn member_and_purpose_encodings_are_frozen() {
		assert_eq!(
			Member::<[u8; 2]>::Module(ModuleId(7)).encode(),
			[0, 7, 0, 0, 0]
		);
		assert_eq!(Member::Registrar([8u8, 9]).encode(), [1, 8, 9]);
		use Purpose::*;
		for (index, purpose) in [Enrolment, Attestation, SecondCommittee, Errand]
			.into_iter()
			.enumerate()
		{
			assert_eq!(purpose.encode(), [u8::try_from(index).unwrap()]);
		}
	}
}

//! Offences that the chain can prove by itself, and their proofs.
//
// INVARIANT: everything here is part of a call or of an event, so variants keep their indices.

use alloc::boxed::Box;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;
use tea_primitives::verdict::Pass;
use tea_tpm::QuoteBinding;

/// What a module did.
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
pub enum Offence {
	/// It signed verdicts of one round that cannot both be true.
	#[codec(index = 0)]
	ContradictingVerdicts,
	/// Its TPM runs twice, or was put back to an older state.
	#[codec(index = 1)]
	ClonedTpm,
	/// It was certified for a live quote that no honest member passes.
	#[codec(index = 2)]
	RefutedVerdict,
}

/// The proof of an offence; it names the offence too.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Proof<Signature> {
	/// The module said two things of one round.
	#[codec(index = 0)]
	ContradictingVerdicts(Box<Contradiction<Signature>>),
	/// A quote of the module's attestation key that is younger than its last boot on chain and counts less.
	#[codec(index = 1)]
	ClonedTpm(Box<StrayQuote>),
	/// The live quote whose hash the module's certificate holds.
	#[codec(index = 2)]
	RefutedVerdict(BoundedVec<u8, ConstU32<160>>),
}

impl<Signature> Proof<Signature> {
	/// The offence that this proves.
	pub const fn offence(&self) -> Offence {
		match self {
			Self::ContradictingVerdicts(_) => Offence::ContradictingVerdicts,
			Self::ClonedTpm(_) => Offence::ClonedTpm,
			Self::RefutedVerdict(_) => Offence::RefutedVerdict,
		}
	}
}

/// A signed pass, and what contradicts it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Contradiction<Signature> {
	/// Session key of the module, of its present boot or of a past one.
	pub session: [u8; 32],
	/// The pass.
	pub pass: Pass,
	/// Its signature.
	pub signature: Signature,
	/// What the module said besides.
	pub against: Statement<Signature>,
}

/// Another statement about the same round.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Statement<Signature> {
	/// A pass that says something else of what is fixed in the round. Two live quotes of one round are no
	/// contradiction: a testee may have to ask again.
	#[codec(index = 0)]
	Pass(Pass, Signature),
	/// Its vote against, which the round in progress holds.
	#[codec(index = 1)]
	Vote,
}

/// A quote that should not exist.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct StrayQuote {
	/// `TPMS_ATTEST`.
	pub quote: BoundedVec<u8, ConstU32<160>>,
	/// `TPMT_SIGNATURE`.
	pub signature: BoundedVec<u8, ConstU32<280>>,
	/// What the quote is bound to. The block that it names is what the quote is younger than.
	pub binding: QuoteBinding,
}

/// A report whose second committee has not decided.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ReportRecord<AccountId, Balance> {
	/// Who reported.
	pub reporter: AccountId,
	/// What it has on hold.
	pub bond: Balance,
	/// What was proven.
	pub offence: Offence,
}

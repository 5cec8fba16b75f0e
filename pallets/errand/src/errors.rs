//! What is wrong, inside the errors of the pallet: refusals of `tea-tpm` and of other rooms keep their variants and codec
//! indices, so that a client reads the field or the rule out of the error.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::PalletError;
use scale_info::TypeInfo;
use tea_primitives::deployment::Refusal;

macro_rules! refusals {
	($($(#[$meta:meta])* $name:ident($inner:ident) = $size:literal;)+) => {
		$(
			$(#[$meta])*
			#[derive(
				Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo,
			)]
			pub struct $name(pub tea_tpm::$inner);

			impl PalletError for $name {
				const MAX_ENCODED_SIZE: usize = $size;
			}
		)+

		#[cfg(test)]
		mod tests {
			use super::*;

			#[test]
			fn stated_sizes_hold() {
				$(assert_eq!(tea_tpm::$inner::max_encoded_len(), $size);)+
				assert_eq!(Rule::max_encoded_len(), Rule::MAX_ENCODED_SIZE);
				assert_eq!(PotField::max_encoded_len(), PotField::MAX_ENCODED_SIZE);
			}

			#[test]
			fn rules_and_fields_are_frozen() {
				for (rule, bytes) in [
					(Rule::NotActive, &[0][..]),
					(Rule::NotLiving, &[1]),
					(Rule::FormerExecutor, &[2]),
					(Rule::OwnErrand, &[3]),
					(Rule::Class, &[4]),
					(Rule::TooManyErrands, &[5]),
					(Rule::ClassCap, &[6]),
					(Rule::Terms(Refusal::NodeNotAllowed), &[7, 9]),
				] {
					assert_eq!(rule.encode(), bytes);
				}
				use PotField::*;
				let fields = [
					Domain, Errand, Attempt, Executor, Boot, ClientKey, Code, Data, Links, Input, Result,
					Exit, Fuel, Manifest, Block, Batch,
				];
				for (index, field) in (0u8..).zip(fields) {
					assert_eq!(field.encode(), [index]);
				}
			}
		}
	};
}

refusals! {
	/// The field of the quote that is wrong.
	QuoteRefusal(QuoteError) = 1;
	/// What is wrong with the signature.
	SignatureRefusal(SignatureError) = 1;
	/// What is wrong with clock or counters.
	CounterRefusal(CounterError) = 1;
}

/// The rule by which a module may not execute an errand.
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
pub enum Rule {
	/// It has no valid certificate.
	#[codec(index = 0)]
	NotActive,
	/// Its Camellia is not planted, or at the end of its life.
	#[codec(index = 1)]
	NotLiving,
	/// It had the errand before.
	#[codec(index = 2)]
	FormerExecutor,
	/// It belongs to the client, who does not allow that.
	#[codec(index = 3)]
	OwnErrand,
	/// Its hardware is of a class that the errand does not accept.
	#[codec(index = 4)]
	Class,
	/// It has as many open errands as a module may have.
	#[codec(index = 5)]
	TooManyErrands,
	/// The value at risk would be above the cap of its class.
	#[codec(index = 6)]
	ClassCap,
	/// The terms of a deployment do not admit it.
	#[codec(index = 7)]
	Terms(Refusal),
}

impl PalletError for Rule {
	const MAX_ENCODED_SIZE: usize = 2;
}

/// The field of a PoT that does not fit the errand.
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
pub enum PotField {
	/// Tag and version.
	#[codec(index = 0)]
	Domain,
	/// The errand.
	#[codec(index = 1)]
	Errand,
	/// Its attempt.
	#[codec(index = 2)]
	Attempt,
	/// Who ran it.
	#[codec(index = 3)]
	Executor,
	/// In which boot.
	#[codec(index = 4)]
	Boot,
	/// Whom the result is sealed to.
	#[codec(index = 5)]
	ClientKey,
	/// Hash of the code.
	#[codec(index = 6)]
	Code,
	/// Hashes of the data.
	#[codec(index = 7)]
	Data,
	/// Links by which the keys came.
	#[codec(index = 8)]
	Links,
	/// Input hash.
	#[codec(index = 9)]
	Input,
	/// CID of the result.
	#[codec(index = 10)]
	Result,
	/// An exit that this errand cannot have.
	#[codec(index = 11)]
	Exit,
	/// More fuel than the limit, or less when it ran out.
	#[codec(index = 12)]
	Fuel,
	/// Root of the manifest.
	#[codec(index = 13)]
	Manifest,
	/// A block before the assignment, or one that is still to come.
	#[codec(index = 14)]
	Block,
	/// The path does not lead to the root.
	#[codec(index = 15)]
	Batch,
}

impl PalletError for PotField {
	const MAX_ENCODED_SIZE: usize = 1;
}

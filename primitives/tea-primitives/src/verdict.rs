//! What members of a committee sign.

use crate::{
	draw::Purpose,
	ids::{BootSeq, ModuleId, ReleaseId, Round},
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Tag in front of every signed verdict.
pub const VERDICT_DOMAIN: [u8; 14] = *b"tea/verdict/v1";

/// A member's statement that a module passed its round. Signed with the member's session key, a registrar with
/// the key of its account; every field has a fixed size, so none can shift into another.
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
pub struct Pass {
	/// [`VERDICT_DOMAIN`].
	pub domain: [u8; 14],
	/// Genesis hash of the chain.
	pub genesis: [u8; 32],
	/// First or second committee.
	pub purpose: Purpose,
	/// The module that was examined.
	pub module: ModuleId,
	/// Its round.
	pub round: Round,
	/// Number of its boot.
	pub boot_seq: BootSeq,
	/// Position of the signer in the committee.
	pub member: u8,
	/// SHA-256 of the quote that the module posted.
	pub evidence: [u8; 32],
	/// SHA-256 of the live quote, whose nonces hold the member's own.
	pub live_quote: [u8; 32],
	/// Root of the boot log that was replayed.
	pub log_root: [u8; 32],
	/// The release whose reference values it showed.
	pub release: ReleaseId,
}

impl Pass {
	/// The bytes that are signed.
	pub fn payload(&self) -> alloc::vec::Vec<u8> {
		self.encode()
	}
}

/// Why a member says no, or why a module is suspected. Stored and shown word for word.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum FailReason {
	/// The live quote does not belong to the posted boot.
	#[codec(index = 0)]
	BootMismatch,
	/// The live quote is not acceptable.
	#[codec(index = 1)]
	BadQuote,
	/// The boot log does not lead to the quoted value of this PCR.
	#[codec(index = 2)]
	LogMismatch(u8),
	/// The boot log holds nothing for this PCR.
	#[codec(index = 3)]
	LogMissing(u8),
	/// This PCR is in no accepted release.
	#[codec(index = 4)]
	PcrMismatch(u8),
	/// The manifest is not the one of the release.
	#[codec(index = 5)]
	ManifestMismatch,
	/// The counters of the live quote contradict the posted ones.
	#[codec(index = 6)]
	CounterMismatch,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn pass_encoding_is_frozen() {
		let pass = Pass {
			domain: VERDICT_DOMAIN,
			genesis: [1; 32],
			purpose: Purpose::SecondCommittee,
			module: ModuleId(2),
			round: 3,
			boot_seq: 4,
			member: 5,
			evidence: [6; 32],
			live_quote: [7; 32],
			log_root: [8; 32],
			release: ReleaseId(9),
		};
		let mut expected = b"tea/verdict/v1".to_vec();
		expected.extend([1; 32]);
		expected.extend([2, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5]);
		expected.extend([6; 32]);
		expected.extend([7; 32]);
		expected.extend([8; 32]);
		expected.extend([9, 0, 0, 0]);
		assert_eq!(pass.payload(), expected);
		assert_eq!(pass.payload().len(), Pass::max_encoded_len());
	}

	#[test]
	fn fail_reason_encoding_is_frozen() {
		use FailReason::*;
		for (reason, bytes) in [
			(BootMismatch, &[0][..]),
			(BadQuote, &[1]),
			(LogMismatch(11), &[2, 11]),
			(LogMissing(12), &[3, 12]),
			(PcrMismatch(13), &[4, 13]),
			(ManifestMismatch, &[5]),
			(CounterMismatch, &[6]),
		] {
			assert_eq!(reason.encode(), bytes);
		}
	}
}

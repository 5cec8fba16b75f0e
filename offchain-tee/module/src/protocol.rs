//! What committee and testee write to each other in a round (SPEC F-02). Sealed and signed letters carry it
//! ([`tea_link::Letter`]); here are only the bodies.
//!
//! INVARIANT: encodings are frozen. Two releases talk to each other while an upgrade lasts.

use codec::{Decode, DecodeAll, Encode};
use tea_primitives::ids::{ModuleId, ReleaseId, Round};
use tea_tpm::{Hash, QuoteBinding};

/// The most members of a committee.
pub const MAX_MEMBERS: usize = 16;
/// The most bytes of a log that fits a letter beside the rest.
pub const MAX_LOG: usize = 384 * 1024;

const MAX_QUOTE: usize = 160;
const MAX_SIGNATURE: usize = 280;
const MAX_RK: usize = 128;
const MAX_PCRS: usize = 24;

/// Why a body is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
	/// The bytes are no body of this protocol.
	#[error("the body of the letter cannot be read")]
	Format,
	/// A part is longer than the protocol allows, or the nonces are not in the order of the members.
	#[error("a part of the body has no possible length or order")]
	Size,
}

/// Why a member neither passes nor fails a testee. Nobody is blamed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, thiserror::Error)]
pub enum Abstention {
	/// The own nonce came too late and is not in the quote.
	#[codec(index = 0)]
	#[error("the quote does not hold the member's nonce")]
	NonceMissing,
	/// The quote names a block that is too old, too new, or not on the member's chain.
	#[codec(index = 1)]
	#[error("the quote names a block that the member does not know as recent")]
	Stale,
	/// Another round is open.
	#[codec(index = 2)]
	#[error("the evidence belongs to another round")]
	OtherRound,
	/// A part is missing or cannot be read.
	#[codec(index = 3)]
	#[error("a part of the evidence cannot be read")]
	Unreadable,
	/// No release is accepted, so there is nothing to compare with.
	#[codec(index = 4)]
	#[error("no release of the class is accepted")]
	NoRelease,
	/// The member does not see enough of the chain.
	#[codec(index = 5)]
	#[error("the member does not see the chain well enough")]
	ChainUnavailable,
}

/// The live evidence of a testee.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RoundEvidence {
	/// The round.
	pub round: Round,
	/// What the quote is bound to.
	pub binding: QuoteBinding,
	/// `TPMS_ATTEST`.
	pub quote: Vec<u8>,
	/// `TPMT_SIGNATURE`.
	pub signature: Vec<u8>,
	/// `TPMT_PUBLIC` of the receive key.
	pub rk_public: Vec<u8>,
	/// The PCR values, ascending.
	pub pcr_values: Vec<Hash>,
	/// The members whose nonces are in the quote, ascending, and the nonces.
	pub nonces: Vec<(u8, Hash)>,
	/// The boot log.
	pub log: Vec<u8>,
	/// The manifest.
	pub manifest: Vec<u8>,
}

impl RoundEvidence {
	/// Whether no part is longer than the protocol allows.
	pub(crate) fn check(&self) -> Result<(), ProtocolError> {
		let fits = self.quote.len() <= MAX_QUOTE
			&& self.signature.len() <= MAX_SIGNATURE
			&& self.rk_public.len() <= MAX_RK
			&& self.pcr_values.len() <= MAX_PCRS
			&& self.nonces.len() <= MAX_MEMBERS
			&& self.log.len() <= MAX_LOG
			&& self.manifest.len() <= crate::manifest::MAX_MANIFEST_LEN
			&& self.nonces.is_sorted_by(|(a, _), (b, _)| a < b);
		if fits {
			Ok(())
		} else {
			Err(ProtocolError::Size)
		}
	}
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Body {
	/// Member to testee: what the live quote has to hold.
	#[codec(index = 0)]
	Nonce {
		/// The round.
		round: Round,
		/// Position of the member.
		member: u8,
		/// Drawn by the member for this round.
		nonce: Hash,
	},
	/// Testee to member.
	#[codec(index = 1)]
	Evidence(Box<RoundEvidence>),
	/// Member to testee: its signature under a pass.
	#[codec(index = 2)]
	Passed {
		/// The round.
		round: Round,
		/// Position of the member.
		member: u8,
		/// SHA-256 of the live quote that it saw.
		live_quote: Hash,
		/// The release that it found.
		release: ReleaseId,
		/// sr25519, over [`tea_primitives::verdict::Pass`].
		signature: [u8; 64],
	},
	/// Member to testee: no verdict over this quote.
	#[codec(index = 3)]
	Abstained {
		/// The round.
		round: Round,
		/// Position of the member.
		member: u8,
		/// SHA-256 of the live quote that it saw.
		live_quote: Hash,
		/// Why.
		reason: Abstention,
	},
}

impl Body {
	/// The round that it is about.
	pub fn round(&self) -> Round {
		match self {
			Self::Nonce { round, .. }
			| Self::Passed { round, .. }
			| Self::Abstained { round, .. } => *round,
			Self::Evidence(evidence) => evidence.round,
		}
	}

	/// The body as bytes.
	pub fn to_bytes(&self) -> Vec<u8> {
		self.encode()
	}

	/// Reads a body and nothing behind it. It may come from anybody.
	pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, ProtocolError> {
		let body = Self::decode_all(&mut bytes).map_err(|_| ProtocolError::Format)?;
		if let Self::Evidence(evidence) = &body {
			evidence.check()?;
		}
		Ok(body)
	}
}

/// The subject of every letter of a round: the module that is examined, and the round.
pub fn subject(module: ModuleId, round: Round) -> [u8; 8] {
	let mut subject = [0; 8];
	subject[..4].copy_from_slice(&module.0.to_le_bytes());
	subject[4..].copy_from_slice(&round.to_le_bytes());
	subject
}

/// Module and round of a subject.
pub fn read_subject(subject: &[u8]) -> Option<(ModuleId, Round)> {
	let (module, round) = subject.split_first_chunk::<4>()?;
	let round = round.try_into().ok()?;
	Some((
		ModuleId(u32::from_le_bytes(*module)),
		u32::from_le_bytes(round),
	))
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use proptest::prelude::*;
	use tea_tpm::{ObjectName, binding::QUOTE_DOMAIN};

	pub(crate) fn evidence() -> RoundEvidence {
		RoundEvidence {
			round: 3,
			binding: QuoteBinding {
				domain: QUOTE_DOMAIN,
				genesis: [1; 32],
				module: 7,
				round: 3,
				nonce_block: 990,
				nonce_block_hash: [2; 32],
				committee_nonce: [0; 32],
				session_key: [3; 32],
				vrf_key: [4; 32],
				transport_key: [5; 32],
				rk_name: ObjectName([0; 34]),
				boot_seq: 1,
				manifest_root: [6; 32],
				log_root: [7; 32],
			},
			quote: vec![1; 145],
			signature: vec![2; 72],
			rk_public: vec![3; 120],
			pcr_values: vec![[4; 32]; 8],
			nonces: vec![(0, [5; 32]), (2, [6; 32])],
			log: vec![7; 100],
			manifest: vec![8; 50],
		}
	}

	fn bodies() -> Vec<Body> {
		vec![
			Body::Nonce {
				round: 3,
				member: 1,
				nonce: [9; 32],
			},
			Body::Evidence(Box::new(evidence())),
			Body::Passed {
				round: 3,
				member: 1,
				live_quote: [1; 32],
				release: ReleaseId(2),
				signature: [3; 64],
			},
			Body::Abstained {
				round: 3,
				member: 1,
				live_quote: [1; 32],
				reason: Abstention::Stale,
			},
		]
	}

	#[test]
	fn bodies_come_back_as_they_were() {
		for (index, body) in bodies().into_iter().enumerate() {
			let bytes = body.to_bytes();
			assert_eq!(usize::from(bytes[0]), index, "indices are frozen");
			assert_eq!(Body::from_bytes(&bytes), Ok(body.clone()));
			assert_eq!(body.round(), 3);
			for len in 0..bytes.len() {
				assert_eq!(Body::from_bytes(&bytes[..len]), Err(ProtocolError::Format));
			}
			let longer = [&bytes[..], &[0]].concat();
			assert_eq!(Body::from_bytes(&longer), Err(ProtocolError::Format));
		}
		assert_eq!(Body::from_bytes(&[4]), Err(ProtocolError::Format));
	}

	#[test]
	fn parts_out_of_bounds_are_refused() {
		let refused = |change: fn(&mut RoundEvidence)| {
			let mut evidence = evidence();
			change(&mut evidence);
			Body::from_bytes(&Body::Evidence(Box::new(evidence)).to_bytes())
		};
		for change in [
			(|e| e.quote = vec![0; MAX_QUOTE + 1]) as fn(&mut RoundEvidence),
			|e| e.signature = vec![0; MAX_SIGNATURE + 1],
			|e| e.rk_public = vec![0; MAX_RK + 1],
			|e| e.pcr_values = vec![[0; 32]; MAX_PCRS + 1],
			|e| e.nonces = (0..17).map(|n| (n, [0; 32])).collect(),
			|e| e.nonces = vec![(1, [0; 32]), (1, [1; 32])],
			|e| e.nonces.reverse(),
			|e| e.log = vec![0; MAX_LOG + 1],
			|e| e.manifest = vec![0; 4096],
		] {
			assert_eq!(refused(change), Err(ProtocolError::Size));
		}
	}

	#[test]
	fn subject_names_module_and_round() {
		let subject = subject(ModuleId(0x0102), 3);
		assert_eq!(subject, [2, 1, 0, 0, 3, 0, 0, 0]);
		assert_eq!(read_subject(&subject), Some((ModuleId(0x0102), 3)));
		assert_eq!(read_subject(&subject[..7]), None);
		assert_eq!(read_subject(&[0; 9]), None);
	}

	#[test]
	fn an_unsealed_letter_would_show_what_end_to_end_tests_look_for() {
		use tea_link::{Letter, Party, Purpose, Subject};
		let about = Subject::new(&subject(ModuleId(2), 3)).unwrap();
		let to = Party::Module {
			id: ModuleId(2),
			boot_seq: 1,
		};
		let (from, body) = (Party::Registrar([9; 32]), vec![7; 40]);
		let letter = Letter::new(Purpose::Round, about, from, to, 5, body.clone()).encode();
		assert_eq!(letter[..11], [0, 32, 2, 0, 0, 0, 3, 0, 0, 0, 1]);
		assert_eq!(letter[11..43], [9; 32]);
		assert!(letter.ends_with(&body));
	}

	proptest! {
		#[test]
		fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
			if let Ok(body) = Body::from_bytes(&bytes) {
				prop_assert_eq!(body.to_bytes(), bytes);
			}
		}
	}
}

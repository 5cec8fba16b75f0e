//! What executor and verifiers of an errand write to each other (SPEC F-07). Sealed and signed letters carry it
//! ([`tea_link::Letter`]); here are only subjects and bodies.
//!
//! INVARIANT: encodings are frozen. Two releases talk to each other while an upgrade lasts.

use codec::{Decode, DecodeAll, Encode};
use tea_primitives::errand::{Batch, ErrandId, MAX_SIGNATURE, MAX_VERIFIERS, PotBody, QUOTE_LEN};
use tea_tpm::{Hash, pot::MAX_BATCH};

use crate::protocol::{MAX_LOG, ProtocolError};

/// Nonces of a batch, at most.
pub const MAX_NONCES: usize = MAX_BATCH * MAX_VERIFIERS as usize;

/// Who is to read a letter about an errand. A module may be executor of one attempt and verifier of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
	/// The executor.
	Executor,
	/// A verifier.
	Verifier,
}

/// What a letter is about: an attempt of an errand, and who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
	/// The errand.
	pub errand: ErrandId,
	/// Its attempt.
	pub attempt: u8,
	/// Who reads it.
	pub reader: Reader,
}

impl About {
	/// The subject of the letter.
	pub fn subject(&self) -> [u8; 10] {
		let mut subject = [0; 10];
		subject[..8].copy_from_slice(&self.errand.0.to_le_bytes());
		subject[8] = self.attempt;
		subject[9] = match self.reader {
			Reader::Executor => 0,
			Reader::Verifier => 1,
		};
		subject
	}

	/// Reads a subject.
	pub fn from_subject(subject: &[u8]) -> Option<Self> {
		let (errand, rest) = subject.split_first_chunk::<8>()?;
		let [attempt, reader] = *<&[u8; 2]>::try_from(rest).ok()?;
		Some(Self {
			errand: ErrandId(u64::from_le_bytes(*errand)),
			attempt,
			reader: match reader {
				0 => Reader::Executor,
				1 => Reader::Verifier,
				_ => return None,
			},
		})
	}
}

/// Why a verifier neither passes nor refutes a PoT. Nobody is blamed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, thiserror::Error)]
pub enum Abstention {
	/// The own nonce came too late and is not in the quote.
	#[codec(index = 0)]
	#[error("the quote does not hold the verifier's nonce")]
	NonceMissing,
	/// The quote is older than the last attestation of the executor, or the PoT names a block that the verifier does not know.
	#[codec(index = 1)]
	#[error("quote or block are older or newer than what the verifier knows")]
	Stale,
	/// The verifier's chain has another executor, boot, attempt or committee, or the order is not final there.
	#[codec(index = 2)]
	#[error("the errand stands otherwise on the verifier's chain")]
	OtherAttempt,
	/// The log is missing or cannot be read.
	#[codec(index = 3)]
	#[error("a part of the evidence cannot be read")]
	Unreadable,
	/// The executor is not certified now, or its release is not accepted any more.
	#[codec(index = 4)]
	#[error("the executor is not certified with an accepted release")]
	NotCertified,
	/// The verifier does not see enough of the chain.
	#[codec(index = 5)]
	#[error("the verifier does not see the chain well enough")]
	ChainUnavailable,
}

/// A nonce in a quote, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Nonce {
	/// The errand that its verifier checks.
	pub errand: ErrandId,
	/// Position of the verifier.
	pub member: u8,
	/// The nonce.
	pub nonce: Hash,
}

/// The evidence of a run, as an executor shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Evidence {
	/// What is proven.
	pub body: PotBody,
	/// Where it stands in its batch.
	pub batch: Batch,
	/// All nonces of the quote: errands in the order of the batch, members ascending.
	pub nonces: Vec<Nonce>,
	/// `TPMS_ATTEST`.
	pub quote: Vec<u8>,
	/// `TPMT_SIGNATURE`.
	pub signature: Vec<u8>,
	/// The boot log, unless the verifier has replayed it before.
	pub log: Option<Vec<u8>>,
}

impl Evidence {
	fn check(&self) -> Result<(), ProtocolError> {
		let fits = self.quote.len() <= QUOTE_LEN as usize
			&& self.signature.len() <= MAX_SIGNATURE as usize
			&& self.nonces.len() <= MAX_NONCES
			&& self.log.as_ref().is_none_or(|log| log.len() <= MAX_LOG);
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
	/// Verifier to executor: what the quote has to hold.
	#[codec(index = 0)]
	Nonce {
		/// Position of the verifier.
		member: u8,
		/// Drawn by the verifier for this attempt.
		nonce: Hash,
		/// Root of the boot log of the executor that the verifier has replayed before.
		known_log: Option<Hash>,
	},
	/// Executor to verifier.
	#[codec(index = 1)]
	Evidence(Box<Evidence>),
	/// Verifier to executor: its signature under a pass.
	#[codec(index = 2)]
	Passed {
		/// Position of the verifier.
		member: u8,
		/// The PoT hash.
		pot: Hash,
		/// SHA-256 of the quote.
		quote: Hash,
		/// sr25519, over [`tea_primitives::errand::ErrandPass`].
		signature: [u8; 64],
	},
	/// Verifier to executor: no verdict over this quote.
	#[codec(index = 3)]
	Abstained {
		/// Position of the verifier.
		member: u8,
		/// SHA-256 of the quote.
		quote: Hash,
		/// Why.
		reason: Abstention,
	},
}

impl Body {
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

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use proptest::prelude::*;
	use tea_primitives::{
		deployment::Cid,
		errand::{Exit, POT_DOMAIN, SealedResult},
		ids::ModuleId,
	};

	pub(crate) fn body() -> PotBody {
		PotBody {
			domain: POT_DOMAIN,
			errand: ErrandId(5),
			attempt: 0,
			executor: ModuleId(1),
			boot_seq: 2,
			client_key: [3; 32],
			code: [4; 32],
			data: vec![[5; 32]].try_into().unwrap(),
			links: vec![[6; 32]].try_into().unwrap(),
			input: [7; 32],
			result: SealedResult {
				cid: Cid::new(Cid::RAW, [8; 32]),
				ciphertext: [8; 32],
				commitment: [9; 32],
				enc: [10; 32],
			},
			exit: Exit::Ok,
			fuel: 11,
			manifest_root: [12; 32],
			block: 100,
		}
	}

	pub(crate) fn evidence() -> Evidence {
		let nonce = |member| Nonce {
			errand: ErrandId(5),
			member,
			nonce: [member; 32],
		};
		Evidence {
			batch: Batch {
				root: body().hash(),
				index: 0,
				len: 1,
				path: Default::default(),
			},
			body: body(),
			nonces: vec![nonce(0), nonce(2), nonce(3)],
			quote: vec![1; 145],
			signature: vec![2; 72],
			log: Some(vec![3; 100]),
		}
	}

	fn bodies() -> Vec<Body> {
		vec![
			Body::Nonce {
				member: 1,
				nonce: [9; 32],
				known_log: Some([8; 32]),
			},
			Body::Evidence(Box::new(evidence())),
			Body::Passed {
				member: 1,
				pot: [1; 32],
				quote: [2; 32],
				signature: [3; 64],
			},
			Body::Abstained {
				member: 1,
				quote: [2; 32],
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
			for len in 0..bytes.len() {
				assert_eq!(Body::from_bytes(&bytes[..len]), Err(ProtocolError::Format));
			}
			let longer = [&bytes[..], &[0]].concat();
			assert_eq!(Body::from_bytes(&longer), Err(ProtocolError::Format));
		}
		assert_eq!(Body::from_bytes(&[4]), Err(ProtocolError::Format));
	}

	#[test]
	fn abstentions_are_frozen() {
		use Abstention::*;
		let all = [
			NonceMissing,
			Stale,
			OtherAttempt,
			Unreadable,
			NotCertified,
			ChainUnavailable,
		];
		for (index, reason) in (0u8..).zip(all) {
			assert_eq!(reason.encode(), [index]);
		}
	}

	#[test]
	fn parts_out_of_bounds_are_refused() {
		for change in [
			(|e| e.quote = vec![0; 146]) as fn(&mut Evidence),
			|e| e.signature = vec![0; 263],
			|e| e.nonces = vec![e.nonces[0]; MAX_NONCES + 1],
			|e| e.log = Some(vec![0; MAX_LOG + 1]),
		] {
			let mut evidence = evidence();
			change(&mut evidence);
			let bytes = Body::Evidence(Box::new(evidence)).to_bytes();
			assert_eq!(Body::from_bytes(&bytes), Err(ProtocolError::Size));
		}
	}

	#[test]
	fn evidence_of_a_full_batch_fits_a_letter() {
		let mut evidence = evidence();
		evidence.nonces = vec![evidence.nonces[0]; MAX_NONCES];
		evidence.log = Some(vec![0; MAX_LOG]);
		let bytes = Body::Evidence(Box::new(evidence)).to_bytes();
		assert!(bytes.len() <= tea_link::letter::MAX_BODY_LEN);
	}

	#[test]
	fn subject_names_attempt_and_reader() {
		for reader in [Reader::Executor, Reader::Verifier] {
			let about = About {
				errand: ErrandId(0x0102),
				attempt: 1,
				reader,
			};
			assert_eq!(About::from_subject(&about.subject()), Some(about));
		}
		let subject = [2, 1, 0, 0, 0, 0, 0, 0, 1, 0];
		assert_eq!(
			About::from_subject(&subject).map(|about| about.errand),
			Some(ErrandId(0x0102))
		);
		assert_eq!(About::from_subject(&subject[..9]), None);
		assert_eq!(About::from_subject(&[0; 11]), None);
		assert_eq!(About::from_subject(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 2]), None);
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

//! What a verifier makes of the evidence of a run: pass, refuted with a typed reason, or nothing.
//!
//! Pure functions over what the chain says ([`Case`]) and what the executor shows ([`Evidence`]). The letter is signed by
//! the executor's session key, so what is wrong in it is the executor's doing; what may be the fault of time, of a host
//! or of another fork leads to an abstention.

use sha2::{Digest, Sha256};
use tea_chain::types::{Assignment, ErrandRecord, EvidenceRecord, KeyPath};
use tea_primitives::{
	HardwareClass,
	errand::{ERRAND_PASS_DOMAIN, ErrandId, ErrandPass, Exit, POT_DOMAIN, PotBody, RefuteReason},
	verdict::FailReason,
};
use tea_tpm::{
	AkPublic, Boot, CounterError, EvidenceError, Hash, PcrValues, PotContext, PotEvidence,
	QualifiedName, QuoteError, RustCrypto,
	evidence::inspect_pot,
	pot::{PotBinding, is_in_batch},
};
use tea_tpm_device::{EventLog, LogError};

use super::{
	batch::nonces_hash,
	protocol::{Abstention, Evidence},
};
use crate::verify::{AcceptedRelease, release_of};

/// What the chain says about an errand and its executor, at the verifier's own head.
#[derive(Clone, Debug)]
pub struct Case {
	/// Genesis hash.
	pub genesis: Hash,
	/// The errand.
	pub errand: ErrandId,
	/// What was ordered.
	pub record: ErrandRecord,
	/// Who runs it.
	pub assignment: Assignment,
	/// Whether the order stands in a finalised block. Before that, another fork may know another one by this number.
	pub order_is_final: bool,
	/// The proven attestation key of the executor.
	pub ak: AkPublic,
	/// Its qualified name.
	pub signer: QualifiedName,
	/// Class of its hardware.
	pub class: HardwareClass,
	/// Whether the executor is certified in the boot of the assignment.
	pub is_certified: bool,
	/// The evidence of that boot.
	pub evidence: EvidenceRecord,
	/// Counters of its last accepted evidence.
	pub boot: Boot,
	/// Values of the PCRs that no class holds strict.
	pub pins: Option<Vec<Hash>>,
	/// The accepted releases of the class, in the order of the chain.
	pub releases: Vec<AcceptedRelease>,
	/// Height of the verifier's head.
	pub head: u32,
	/// The chain's clock, in milliseconds.
	pub now_ms: u64,
}

/// What a verifier says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// A pass, to be signed.
	Pass {
		/// The PoT hash.
		pot: Hash,
		/// SHA-256 of the quote.
		quote: Hash,
		/// Root of the log that was replayed.
		log_root: Hash,
	},
	/// A vote against the executor, to be posted.
	Refuted(RefuteReason),
	/// Nothing.
	Abstain(Abstention),
}

/// A verdict other than a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum No {
	Refuted(RefuteReason),
	Abstain(Abstention),
}

impl From<RefuteReason> for No {
	fn from(reason: RefuteReason) -> Self {
		Self::Refuted(reason)
	}
}

impl From<FailReason> for No {
	fn from(reason: FailReason) -> Self {
		Self::Refuted(RefuteReason::Evidence(reason))
	}
}

impl From<Abstention> for No {
	fn from(reason: Abstention) -> Self {
		Self::Abstain(reason)
	}
}

impl Case {
	/// The statement that a verifier signs.
	pub fn pass(&self, member: u8, pot: Hash, quote: Hash) -> ErrandPass {
		ErrandPass {
			domain: ERRAND_PASS_DOMAIN,
			genesis: self.genesis,
			errand: self.errand,
			attempt: self.record.attempt,
			executor: self.assignment.executor,
			boot_seq: self.assignment.boot_seq,
			member,
			pot,
			quote,
		}
	}

	/// Judges evidence for the verifier at this position, who drew this nonce. `known_log` is the root of the log that it
	/// has replayed before.
	pub fn judge(
		&self,
		member: u8,
		nonce: &Hash,
		known_log: Option<&Hash>,
		evidence: &Evidence,
	) -> Verdict {
		match self.examine(member, nonce, known_log, evidence) {
			Ok((pot, quote)) => Verdict::Pass {
				pot,
				quote,
				log_root: self.evidence.log_root,
			},
			Err(No::Refuted(reason)) => Verdict::Refuted(reason),
			Err(No::Abstain(reason)) => Verdict::Abstain(reason),
		}
	}

	fn examine(
		&self,
		member: u8,
		nonce: &Hash,
		known_log: Option<&Hash>,
		evidence: &Evidence,
	) -> Result<(Hash, Hash), No> {
		self.check_place(&evidence.body)?;
		self.check_order(&evidence.body)?;
		let own = evidence.nonces.iter().any(|theirs| {
			(theirs.errand, theirs.member, &theirs.nonce) == (self.errand, member, nonce)
		});
		if !own {
			return Err(Abstention::NonceMissing.into());
		}
		let pot = evidence.body.hash();
		let batch = &evidence.batch;
		let (index, len) = (batch.index.into(), batch.len.into());
		if !is_in_batch(&batch.root, &pot, index, len, &batch.path) {
			return Err(RefuteReason::OtherPot.into());
		}
		self.check_quote(evidence)?;
		self.check_release()?;
		if known_log != Some(&self.evidence.log_root) {
			self.check_log(evidence.log.as_deref().ok_or(Abstention::Unreadable)?)?;
		}
		Ok((pot, Sha256::digest(&evidence.quote).into()))
	}

	/// The attempt of the verifier's own chain.
	fn check_place(&self, body: &PotBody) -> Result<(), No> {
		let assignment = &self.assignment;
		let is_here = body.errand == self.errand
			&& body.attempt == self.record.attempt
			&& body.executor == assignment.executor
			&& body.boot_seq == assignment.boot_seq
			&& body.links[..] == assignment.links()[..]
			&& !assignment.keys.contains(&KeyPath::Wanted);
		if !is_here {
			return Err(Abstention::OtherAttempt.into());
		}
		if !self.is_certified {
			return Err(Abstention::NotCertified.into());
		}
		if !(assignment.assigned..=self.head).contains(&body.block) {
			return Err(Abstention::Stale.into());
		}
		Ok(())
	}

	/// The PoT says what was ordered.
	fn check_order(&self, body: &PotBody) -> Result<(), No> {
		let record = &self.record;
		let data = record.data.iter().map(|source| source.ciphertext_hash());
		let is_ordered = body.domain == POT_DOMAIN
			&& body.client_key == record.client_key
			&& body.code == record.code.ciphertext_hash()
			&& data.eq(body.data.iter().copied())
			&& body.input == record.input;
		if !is_ordered {
			return Err(if self.order_is_final {
				No::Refuted(RefuteReason::OtherErrand)
			} else {
				No::Abstain(Abstention::OtherAttempt)
			});
		}
		let keyed = record.sources().any(|(_, source)| source.needs_key());
		let is_possible = body.result.cid.is_valid()
			&& (body.exit != Exit::BadKey || keyed)
			&& match body.exit {
				Exit::OutOfFuel => body.fuel == record.limits.fuel,
				_ => body.fuel <= record.limits.fuel,
			} && body.manifest_root == self.evidence.manifest_root;
		if is_possible {
			Ok(())
		} else {
			Err(RefuteReason::OtherErrand.into())
		}
	}

	/// Constants at fixed offsets, binding, signature of the attestation key, counters.
	fn check_quote(&self, evidence: &Evidence) -> Result<(), No> {
		let binding = PotBinding {
			genesis: self.genesis,
			module: self.assignment.executor.0,
			boot_seq: self.assignment.boot_seq,
			pot_root: evidence.batch.root,
			nonces: nonces_hash(&evidence.nonces),
		};
		let verified = inspect_pot(
			&PotEvidence {
				quote: &evidence.quote,
				signature: &evidence.signature,
			},
			&PotContext {
				ak: &self.ak,
				signer: &self.signer,
				selection: self.class.selection(),
				pcr_digest: &self.evidence.pcr_digest,
				firmware_version: self.evidence.firmware_version,
				binding: &binding,
			},
		)
		.and_then(|inspected| inspected.verify::<RustCrypto>())
		.map_err(|error| match error {
			EvidenceError::Quote(QuoteError::ExtraData) => No::Refuted(RefuteReason::OtherPot),
			_ => No::from(FailReason::BadQuote),
		})?;
		match self.boot.judge_pot(verified.counters(), self.now_ms) {
			Ok(()) => Ok(()),
			// It has attested since.
			Err(CounterError::ClockRollback) => Err(Abstention::Stale.into()),
			Err(_) => Err(FailReason::CounterMismatch.into()),
		}
	}

	/// What it measured belongs to a release that is accepted now. A release can leave meanwhile: nobody is to blame.
	fn check_release(&self) -> Result<(), No> {
		let found = release_of(
			self.class,
			&self.releases,
			self.pins.as_deref(),
			&self.evidence.values,
			&self.evidence.manifest_root,
		);
		match found {
			Ok(Some(_)) => Ok(()),
			_ => Err(Abstention::NotCertified.into()),
		}
	}

	/// The log is the one that was bound at the attestation, and leads to the values of this boot.
	fn check_log(&self, log: &[u8]) -> Result<(), No> {
		let log = EventLog::from_bytes(log).map_err(|_| Abstention::Unreadable)?;
		let selection = self.class.selection();
		let values =
			PcrValues::new(selection, &self.evidence.values).map_err(|_| Abstention::Unreadable)?;
		match log.explain(&values) {
			Ok(()) => (),
			Err(LogError::Unexplained(pcr)) => {
				let is_there = log.events().iter().any(|event| event.pcr == pcr);
				return Err(if is_there {
					FailReason::LogMismatch(pcr)
				} else {
					FailReason::LogMissing(pcr)
				}
				.into());
			}
			Err(_) => return Err(Abstention::Unreadable.into()),
		}
		if log.root() != self.evidence.log_root {
			let first = selection.iter().next().unwrap_or_default();
			return Err(FailReason::LogMismatch(first).into());
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests;

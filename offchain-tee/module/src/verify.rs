//! What a member of a committee makes of live evidence: pass, fail with a typed reason, or nothing.
//!
//! Pure functions over what the chain says ([`Case`]) and what the testee shows ([`RoundEvidence`]), in the order of
//! SPEC F-02.4. The letter that carries the evidence is signed by the testee's session key, so what is wrong in it is the
//! testee's doing; what may be the fault of time or of a host leads to an abstention.

use tea_primitives::{
	HardwareClass,
	draw::Purpose,
	ids::{BootSeq, ModuleId, ReleaseId, Round},
	module::BootKeys,
	verdict::{FailReason, Pass, VERDICT_DOMAIN},
};
use tea_tpm::{
	AkPublic, AttestContext, AttestEvidence, BindingError, Boot, EvidenceError, Hash, PcrError,
	PcrSelection, PcrValues, Progress, QualifiedName, RustCrypto,
	binding::{ExpectedBinding, committee_nonce},
	evidence::{FirmwareRange, VerifiedAttest, inspect_attest},
	pcr::Reference,
};
use tea_tpm_device::{EventLog, LogError};

use crate::{
	manifest::Manifest,
	protocol::{Abstention, RoundEvidence},
};

/// A release as the chain accepts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedRelease {
	/// Its number.
	pub id: ReleaseId,
	/// The PCRs that must equal a value set.
	pub strict: PcrSelection,
	/// The value sets.
	pub value_sets: Vec<Vec<Hash>>,
	/// Root of its manifest.
	pub manifest_root: Hash,
}

impl AcceptedRelease {
	/// The releases as the chain lists them.
	pub fn of_chain(releases: Vec<(ReleaseId, tea_chain::types::ReleaseRecord)>) -> Vec<Self> {
		releases
			.into_iter()
			.map(|(id, release)| Self {
				id,
				strict: release.strict,
				value_sets: release.value_sets,
				manifest_root: release.manifest_root,
			})
			.collect()
	}
}

/// What the module posted to open the round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
	/// SHA-256 of the quote.
	pub quote: Hash,
	/// PCR values, ascending.
	pub values: Vec<Hash>,
	/// Root of the manifest.
	pub manifest_root: Hash,
	/// Root of the boot log.
	pub log_root: Hash,
}

/// What the chain says about a round and the module under examination, at the member's own head.
#[derive(Clone, Debug)]
pub struct Case {
	/// Genesis hash.
	pub genesis: Hash,
	/// The module.
	pub module: ModuleId,
	/// The open round.
	pub round: Round,
	/// First or second committee.
	pub purpose: Purpose,
	/// The boot that is examined.
	pub boot_seq: BootSeq,
	/// Keys of this boot.
	pub keys: BootKeys,
	/// Class of the hardware.
	pub class: HardwareClass,
	/// The proven attestation key.
	pub ak: AkPublic,
	/// Its qualified name.
	pub signer: QualifiedName,
	/// Counters of the last accepted evidence.
	pub boot: Option<Boot>,
	/// Values of the PCRs that no class holds strict, at the last passed round.
	pub pins: Option<Vec<Hash>>,
	/// Refused firmware of this vendor and model.
	pub denied: Vec<FirmwareRange>,
	/// What was posted.
	pub posted: Posted,
	/// The accepted releases of the class, in the order of the chain.
	pub releases: Vec<AcceptedRelease>,
	/// Height of the member's head.
	pub head: u32,
	/// How many blocks old the block in a quote may be.
	pub nonce_window: u32,
	/// The hash that the member's chain has at the height which the binding names.
	pub nonce_block_hash: Option<Hash>,
	/// The chain's clock, in milliseconds.
	pub now_ms: u64,
}

/// What a member says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// A pass, to be signed.
	Pass {
		/// The release whose measurements it showed.
		release: ReleaseId,
		/// SHA-256 of the live quote.
		live_quote: Hash,
	},
	/// A fail, to be posted.
	Fail(FailReason),
	/// Nothing.
	Abstain(Abstention),
}

/// A verdict other than a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
	/// The testee is to blame.
	Fail(FailReason),
	/// Nobody is.
	Abstain(Abstention),
}

impl From<FailReason> for No {
	fn from(reason: FailReason) -> Self {
		Self::Fail(reason)
	}
}

impl From<Abstention> for No {
	fn from(reason: Abstention) -> Self {
		Self::Abstain(reason)
	}
}

impl Case {
	/// The statement that a member signs.
	pub fn pass(&self, member: u8, live_quote: Hash, release: ReleaseId) -> Pass {
		Pass {
			domain: VERDICT_DOMAIN,
			genesis: self.genesis,
			purpose: self.purpose,
			module: self.module,
			round: self.round,
			boot_seq: self.boot_seq,
			member,
			evidence: self.posted.quote,
			live_quote,
			log_root: self.posted.log_root,
			release,
		}
	}

	/// Judges live evidence for the member at this position, who drew this nonce.
	pub fn judge(&self, member: u8, nonce: &Hash, evidence: &RoundEvidence) -> Verdict {
		match self.examine(member, nonce, evidence) {
			Ok((release, live_quote)) => Verdict::Pass {
				release,
				live_quote,
			},
			Err(No::Fail(reason)) => Verdict::Fail(reason),
			Err(No::Abstain(reason)) => Verdict::Abstain(reason),
		}
	}

	fn examine(
		&self,
		member: u8,
		nonce: &Hash,
		evidence: &RoundEvidence,
	) -> Result<(ReleaseId, Hash), No> {
		self.check_place(evidence)?;
		check_nonce(member, nonce, evidence)?;
		let nonces: Vec<Hash> = evidence.nonces.iter().map(|(_, nonce)| *nonce).collect();
		let (release, verified) = self.examine_live(committee_nonce(&nonces), evidence)?;
		Ok((release, *verified.quote_hash()))
	}

	/// Judges the evidence of a module that somebody challenges outside of a round: what was drawn for it stands where the
	/// hash of the members' nonces stands in a round.
	pub fn judge_challenge(
		&self,
		drawn: Hash,
		evidence: &RoundEvidence,
	) -> Result<VerifiedAttest, No> {
		self.examine_live(drawn, evidence)
			.map(|(_, verified)| verified)
	}

	fn examine_live(
		&self,
		committee_nonce: Hash,
		evidence: &RoundEvidence,
	) -> Result<(ReleaseId, VerifiedAttest), No> {
		self.check_place(evidence)?;
		let verified = self.check_quote(committee_nonce, evidence)?;
		let found = self.check_pcrs(&evidence.pcr_values)?;
		self.check_log(evidence)?;
		let release = self.check_manifest(evidence, found)?;
		Ok((release, verified))
	}

	/// Round, boot and keys as on chain.
	fn check_place(&self, evidence: &RoundEvidence) -> Result<(), No> {
		let binding = &evidence.binding;
		if evidence.round != self.round || binding.round != self.round {
			return Err(Abstention::OtherRound.into());
		}
		let keys = BootKeys {
			session: binding.session_key,
			vrf: binding.vrf_key,
			transport: binding.transport_key,
		};
		if binding.boot_seq != self.boot_seq || keys != self.keys {
			return Err(FailReason::BootMismatch.into());
		}
		Ok(())
	}

	/// Constants at fixed offsets, binding, signature of the attestation key, counters.
	fn check_quote(
		&self,
		committee_nonce: Hash,
		evidence: &RoundEvidence,
	) -> Result<VerifiedAttest, No> {
		let verified = inspect_attest(
			&AttestEvidence {
				quote: &evidence.quote,
				signature: &evidence.signature,
				binding: &evidence.binding,
				rk_public: &evidence.rk_public,
				pcr_values: &evidence.pcr_values,
			},
			&AttestContext {
				ak: &self.ak,
				signer: &self.signer,
				selection: self.class.selection(),
				denied_firmware: &self.denied,
				binding: ExpectedBinding {
					genesis: self.genesis,
					module: self.module.0,
					round: self.round,
					head: self.head,
					window: self.nonce_window,
					nonce_block_hash: self.nonce_block_hash,
					committee_nonce,
				},
				boot: self.boot.as_ref(),
				first_boot_seq: self.boot_seq,
			},
		)
		.and_then(|inspected| inspected.verify::<RustCrypto>())
		.map_err(|error| match error {
			EvidenceError::Binding(
				BindingError::FutureBlock | BindingError::StaleBlock | BindingError::BlockHash,
			) => No::Abstain(Abstention::Stale),
			EvidenceError::Binding(BindingError::BootSeq) => No::Fail(FailReason::BootMismatch),
			_ => No::Fail(FailReason::BadQuote),
		})?;
		if let Some(boot) = &self.boot {
			match boot.judge(verified.counters(), self.now_ms) {
				Ok(Progress::SameBoot) => (),
				Ok(Progress::NewBoot) => return Err(FailReason::BootMismatch.into()),
				Err(_) => return Err(FailReason::CounterMismatch.into()),
			}
		}
		Ok(verified)
	}

	/// The values are the posted ones and belong to an accepted release. The release is `None` when only its manifest
	/// differs.
	fn check_pcrs(&self, values: &[Hash]) -> Result<Option<ReleaseId>, No> {
		let selection = self.class.selection();
		let changed = selection
			.iter()
			.zip(values.iter().zip(&self.posted.values))
			.find(|(_, (live, posted))| live != posted);
		if let Some((pcr, _)) = changed {
			return Err(FailReason::PcrMismatch(pcr).into());
		}
		self.release_of(values).map_err(|error| match error {
			PcrError::Zero(pcr)
			| PcrError::AllOnes(pcr)
			| PcrError::Mismatch(pcr)
			| PcrError::FirmwareChanged(pcr) => No::Fail(FailReason::PcrMismatch(pcr)),
			PcrError::NoReference => No::Abstain(Abstention::NoRelease),
			PcrError::Count | PcrError::BadReference => No::Fail(FailReason::BadQuote),
		})
	}

	fn release_of(&self, values: &[Hash]) -> Result<Option<ReleaseId>, PcrError> {
		// A second committee may accept changed firmware.
		let pins = self
			.pins
			.as_deref()
			.filter(|_| self.purpose != Purpose::SecondCommittee);
		let root = &self.posted.manifest_root;
		release_of(self.class, &self.releases, pins, values, root)
	}

	/// The log is the one that was bound, and leads to the quoted values.
	fn check_log(&self, evidence: &RoundEvidence) -> Result<(), No> {
		let log = EventLog::from_bytes(&evidence.log).map_err(|_| Abstention::Unreadable)?;
		let selection = self.class.selection();
		let values = PcrValues::new(selection, &evidence.pcr_values)
			.map_err(|_| No::Fail(FailReason::BadQuote))?;
		match log.explain(&values) {
			Ok(()) => (),
			Err(LogError::Unexplained(pcr)) => {
				let is_there = log.events().iter().any(|event| event.pcr == pcr);
				return Err(No::Fail(if is_there {
					FailReason::LogMismatch(pcr)
				} else {
					FailReason::LogMissing(pcr)
				}));
			}
			Err(_) => return Err(Abstention::Unreadable.into()),
		}
		let root = log.root();
		if root != self.posted.log_root || root != evidence.binding.log_root {
			// The values are explained, but by another log than the one that was bound.
			let first = selection.iter().next().unwrap_or_default();
			return Err(FailReason::LogMismatch(first).into());
		}
		Ok(())
	}

	/// The manifest is the one that was bound, and the release's.
	fn check_manifest(
		&self,
		evidence: &RoundEvidence,
		found: Option<ReleaseId>,
	) -> Result<ReleaseId, No> {
		let manifest =
			Manifest::from_bytes(&evidence.manifest).map_err(|_| Abstention::Unreadable)?;
		let root = manifest.root();
		match found {
			Some(release)
				if root == self.posted.manifest_root && root == evidence.binding.manifest_root =>
			{
				Ok(release)
			}
			_ => Err(FailReason::ManifestMismatch.into()),
		}
	}
}

/// The same decision as the runtime's: the first release in its order that fits in values and manifest. `None` when only
/// the manifest fits none.
pub fn release_of(
	class: HardwareClass,
	releases: &[AcceptedRelease],
	pins: Option<&[Hash]>,
	values: &[Hash],
	manifest_root: &Hash,
) -> Result<Option<ReleaseId>, PcrError> {
	let all = class.selection();
	let labelled = PcrValues::new(all, values)?;
	let pinnable = all.without(class.always_strict());
	let mut worst = PcrError::NoReference;
	let mut measured = false;
	for release in releases {
		let pins = pins.and_then(|pins| select(pinnable, pins, all.without(release.strict)));
		let reference = Reference {
			class,
			strict: release.strict,
			releases: release.value_sets.iter().map(|set| &set[..]),
			pins: pins.as_deref(),
		};
		match reference.judge(&labelled) {
			Ok(_) if release.manifest_root == *manifest_root => return Ok(Some(release.id)),
			Ok(_) => measured = true,
			Err(error) if telling(&error) > telling(&worst) => worst = error,
			Err(_) => (),
		}
	}
	if measured { Ok(None) } else { Err(worst) }
}

/// A member signs a pass only over a quote that holds its own nonce.
fn check_nonce(member: u8, nonce: &Hash, evidence: &RoundEvidence) -> Result<(), Abstention> {
	let is_there = evidence
		.nonces
		.iter()
		.any(|(at, theirs)| *at == member && theirs == nonce);
	if is_there {
		Ok(())
	} else {
		Err(Abstention::NonceMissing)
	}
}

/// How much a measurement error tells: what holds for every release first, then the release that agrees longest.
fn telling(error: &PcrError) -> (u8, u8) {
	match error {
		PcrError::Zero(index) | PcrError::AllOnes(index) => (4, *index),
		PcrError::FirmwareChanged(index) => (3, *index),
		PcrError::Mismatch(index) => (2, *index),
		_ => (1, 0),
	}
}

/// The values of `some` out of the values of `all`, both ascending. `None` when one is missing.
fn select(all: PcrSelection, values: &[Hash], some: PcrSelection) -> Option<Vec<Hash>> {
	let labelled = || all.iter().zip(values);
	some.iter()
		.map(|wanted| {
			labelled()
				.find(|(index, _)| *index == wanted)
				.map(|(_, value)| *value)
		})
		.collect()
}

#[cfg(test)]
pub(crate) mod tests;

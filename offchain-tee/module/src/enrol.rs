//! Enrolment (SPEC F-01): from a bare chip to a proven attestation key. Every step looks at the chain first, so calling it
//! again after any interruption goes on where it stood.

use std::{fmt, path::Path, time::Duration};

use tea_chain::{
	Call, Chain, SubmitError, Submitter,
	types::{Answer, Enrolment, EnrolmentPhase, SlotState},
};
use tea_primitives::{
	HardwareClass,
	ids::{IssuerId, ModuleId},
	module::ModuleStatus,
};
use tea_tpm::{ChallengeContext, EkKind, EkPublic, LeafRules, RustCrypto, UnverifiedLeaf};
use tea_tpm_device::{
	AkAlgorithm, EkCertificate, Error as TpmError, Identity, Tpm, certificate_from_file,
};

use crate::{
	exit::{Cause, Exit},
	state::{StateDir, StateError},
};

/// Pause between two looks at the chain.
const PAUSE: Duration = Duration::from_secs(1);
/// Looks for an issuer before it counts as unknown.
const LOOKS: u32 = 6;

/// What an enrolment needs.
pub struct Enrol<'a> {
	/// The chain.
	pub chain: &'a Chain,
	/// The chip.
	pub tpm: &'a Tpm,
	/// Signs: owner or operator of the Camellia.
	pub operator: &'a Submitter,
	/// Keeps the attestation key.
	pub state: &'a StateDir,
	/// The module.
	pub module: ModuleId,
	/// Who certified the chip.
	pub issuer: Option<IssuerId>,
	/// Kind of the endorsement key.
	pub ek: EkKind,
	/// File with the certificate, for a chip that keeps none.
	pub ek_certificate: Option<&'a Path>,
	/// Class that the hardware is configured as.
	pub class: HardwareClass,
}

/// A step that was taken, or is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
	/// The certificate of the endorsement key is there.
	FoundCertificate {
		/// Where it was.
		from: &'static str,
		/// Its length.
		bytes: usize,
	},
	/// A new attestation key was made and kept.
	AttestationKeyMade,
	/// The kept attestation key loads.
	AttestationKeyKept,
	/// The chain has this very attestation key as proven.
	AlreadyEnrolled,
	/// The registration is on its way.
	Registering,
	/// The registration is final; challengers are being drawn.
	Registered {
		/// Number of the enrolment.
		round: u32,
	},
	/// Challengers post.
	Challenged {
		/// So many did.
		posted: usize,
		/// Of so many.
		of: usize,
		/// First block in which it is too late.
		deadline: u32,
	},
	/// The chip opens the challenges.
	Answering {
		/// So many are open.
		opened: usize,
		/// Of so many.
		of: usize,
	},
	/// The answers are on their way.
	Answered,
	/// Challengers whose blobs were called bad show their secrets.
	Disputed,
	/// The attestation key is proven.
	Enrolled,
}

impl Step {
	/// How far it is, from 0 to 1.
	pub fn fraction(&self) -> f32 {
		match self {
			Self::FoundCertificate { .. } => 0.05,
			Self::AttestationKeyMade | Self::AttestationKeyKept => 0.1,
			Self::Registering => 0.15,
			Self::Registered { .. } => 0.3,
			Self::Challenged { posted, of, .. } => 0.3 + 0.4 * part(*posted, *of),
			Self::Answering { opened, of } => 0.7 + 0.1 * part(*opened, *of),
			Self::Answered | Self::Disputed => 0.85,
			Self::AlreadyEnrolled | Self::Enrolled => 1.0,
		}
	}
}

fn part(some: usize, of: usize) -> f32 {
	some as f32 / of.max(1) as f32
}

impl fmt::Display for Step {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::FoundCertificate { from, bytes } => {
				write!(
					f,
					"the endorsement key has a certificate of {bytes} bytes ({from})"
				)
			}
			Self::AttestationKeyMade => f.write_str("a new attestation key was made"),
			Self::AttestationKeyKept => f.write_str("the kept attestation key loads"),
			Self::AlreadyEnrolled => f.write_str("this chip is enrolled"),
			Self::Registering => f.write_str("registering the chip"),
			Self::Registered { round } => {
				write!(
					f,
					"registered (enrolment {round}); challengers are being drawn"
				)
			}
			Self::Challenged {
				posted,
				of,
				deadline,
			} => write!(
				f,
				"{posted} of {of} challenges are posted (until block {deadline})"
			),
			Self::Answering { opened, of } => {
				write!(f, "the chip opened {opened} of {of} challenges")
			}
			Self::Answered => f.write_str("the answers are on their way"),
			Self::Disputed => f.write_str("challengers prove their challenges"),
			Self::Enrolled => f.write_str("the attestation key is proven"),
		}
	}
}

/// Why an enrolment did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
	/// The chip keeps no certificate and no file names one.
	#[error("the TPM keeps no certificate of its {kind:?} endorsement key; the maker has it")]
	NoCertificate {
		/// Kind of the key.
		kind: EkKind,
	},
	/// No issuer is named.
	#[error("the TPM is not enrolled, and `issuer` does not say who certified it")]
	NoIssuer,
	/// The chain does not know the issuer.
	#[error("the chain knows no issuer {0}")]
	UnknownIssuer(IssuerId),
	/// The certificate does not satisfy the issuer's record.
	#[error("issuer {issuer} did not give this certificate, or it is no endorsement certificate")]
	Certificate {
		/// The issuer.
		issuer: IssuerId,
		/// Why.
		source: tea_tpm::CertificateError,
	},
	/// The issuer is of another class.
	#[error("issuer {issuer} certifies class {found:?}, configured is class {configured:?}")]
	Class {
		/// The issuer.
		issuer: IssuerId,
		/// Its class.
		found: HardwareClass,
		/// The configured class.
		configured: HardwareClass,
	},
	/// The account may not act.
	#[error("{account} is neither owner nor operator of module {module}")]
	NotOperator {
		/// The account.
		account: String,
		/// The module.
		module: ModuleId,
	},
	/// There is no such Camellia.
	#[error("there is no Camellia {0}")]
	NoCamellia(ModuleId),
	/// The account cannot pay bond and fee.
	#[error("{account} has {has} and needs {needs} for the bond besides the fee")]
	Unfunded {
		/// The account.
		account: String,
		/// What it has.
		has: u128,
		/// What it needs.
		needs: u128,
	},
	/// Another chip or key is bound to the module.
	#[error("module {module} has another chip or attestation key on chain: {reason}")]
	OtherHardware {
		/// The module.
		module: ModuleId,
		/// What stands there.
		reason: String,
	},
	/// The enrolment failed on chain.
	#[error("the enrolment failed: {0}")]
	Failed(String),
	/// The TPM does not work.
	#[error(transparent)]
	Tpm(#[from] TpmError),
	/// The chain cannot be read.
	#[error(transparent)]
	Chain(#[from] tea_chain::Error),
	/// The chain refused a call.
	#[error(transparent)]
	Submit(#[from] SubmitError),
	/// The state directory cannot be used.
	#[error(transparent)]
	State(#[from] StateError),
}

impl From<EnrolError> for Exit {
	fn from(error: EnrolError) -> Self {
		let cause = match error {
			EnrolError::Tpm(error) => return error.into(),
			EnrolError::Chain(error) => return error.into(),
			EnrolError::Submit(error) => return error.into(),
			EnrolError::NoCertificate { .. } => Cause::NoCertificate,
			EnrolError::NoIssuer => Cause::Config,
			EnrolError::UnknownIssuer(_) | EnrolError::Certificate { .. } => Cause::UnknownIssuer,
			EnrolError::Class { .. } => Cause::Class,
			EnrolError::NotOperator { .. } | EnrolError::NoCamellia(_) => Cause::NotOperator,
			EnrolError::Unfunded { .. } => Cause::Unfunded,
			EnrolError::OtherHardware { .. } | EnrolError::Failed(_) => Cause::Enrolment,
			EnrolError::State(_) => Cause::State,
		};
		Self::of(cause, &error)
	}
}

/// Enrols the chip, or finds that it is enrolled. Gives the attestation key, loaded and kept.
pub async fn enrol(
	enrol: &Enrol<'_>,
	progress: &mut dyn FnMut(Step),
) -> Result<Identity, EnrolError> {
	let kept = enrol.state.identity()?;
	if let Some(identity) = &kept {
		enrol.tpm.load(identity.clone()).await?;
		progress(Step::AttestationKeyKept);
		if is_enrolled(enrol, identity).await? {
			progress(Step::AlreadyEnrolled);
			return Ok(identity.clone());
		}
	}
	let (leaf, from) = certificate(enrol).await?;
	progress(Step::FoundCertificate {
		from,
		bytes: leaf.len(),
	});
	let identity = match kept {
		Some(identity) => identity,
		None => {
			let ek = certified_key(enrol, &leaf).await?;
			let identity = enrol.tpm.create_ak(ek, AkAlgorithm::P256).await?;
			// Kept before the chain hears of it: a key that nobody has any more would be a dead end.
			enrol.state.keep_identity(&identity)?;
			enrol.tpm.load(identity.clone()).await?;
			progress(Step::AttestationKeyMade);
			identity
		}
	};
	register(enrol, &identity, &leaf, progress).await?;
	answer(enrol, &identity, progress).await?;
	progress(Step::Enrolled);
	Ok(identity)
}

/// Whether the chain has this attestation key as proven.
async fn is_enrolled(enrol: &Enrol<'_>, identity: &Identity) -> Result<bool, EnrolError> {
	let at = enrol.chain.fresh().await?;
	let Some(info) = at.module_info(enrol.module).await? else {
		return Ok(false);
	};
	let ak = identity.ak()?;
	match &info.chip {
		Some(chip) if chip.ak == ak => Ok(true),
		_ => Ok(false),
	}
}

async fn certificate(enrol: &Enrol<'_>) -> Result<(Vec<u8>, &'static str), EnrolError> {
	if let Some(path) = enrol.ek_certificate {
		return Ok((certificate_from_file(path)?, "file"));
	}
	match enrol.tpm.certificate(enrol.ek).await? {
		EkCertificate::Present(leaf) => Ok((leaf, "TPM")),
		EkCertificate::Absent => Err(EnrolError::NoCertificate { kind: enrol.ek }),
	}
}

/// The key that the registered issuer certified: never the one that the chip shows.
async fn certified_key(enrol: &Enrol<'_>, leaf: &[u8]) -> Result<EkPublic, EnrolError> {
	let issuer = enrol.issuer.ok_or(EnrolError::NoIssuer)?;
	let mut looks = 0;
	let (at, record) = loop {
		let at = enrol.chain.fresh().await?;
		if let Some(record) = at.issuer(issuer).await? {
			break (at, record);
		}
		// The first head that is seen may be a minute old, and the registration younger.
		looks += 1;
		if looks >= LOOKS {
			return Err(EnrolError::UnknownIssuer(issuer));
		}
		tokio::time::sleep(4 * PAUSE).await;
	};
	if record.class != enrol.class {
		return Err(EnrolError::Class {
			issuer,
			found: record.class,
			configured: enrol.class,
		});
	}
	let now = at.timestamp_ms().await? / 1000;
	let refused = |source| EnrolError::Certificate { issuer, source };
	let key = UnverifiedLeaf::parse(leaf)
		.and_then(|leaf| leaf.verify::<RustCrypto>(&record.key, record.algorithm))
		.and_then(|leaf| {
			leaf.certify(LeafRules {
				now,
				class: record.class,
				vendor: record.vendor,
				requires_purpose: record.requires_purpose,
				is_denied: |_: &[u8]| false,
			})
		})
		.map_err(refused)?
		.key()
		.clone();
	Ok(key)
}

/// Registers, unless this key is registered already.
async fn register(
	enrol: &Enrol<'_>,
	identity: &Identity,
	leaf: &[u8],
	progress: &mut dyn FnMut(Step),
) -> Result<(), EnrolError> {
	let at = enrol.chain.fresh().await?;
	if let Some(enrolment) = at.enrolment(enrol.module).await? {
		return if enrolment.record.chip.ak == identity.ak()? {
			progress(Step::Registered {
				round: enrolment.record.round,
			});
			Ok(())
		} else {
			Err(EnrolError::OtherHardware {
				module: enrol.module,
				reason: "an enrolment with another attestation key is in progress".into(),
			})
		};
	}
	let mut looks = 1;
	while let Err(refused) = may_register(enrol).await {
		// As with the issuer: whoever was named or paid just now is not known to an older head.
		let is_young = matches!(
			refused,
			EnrolError::NoCamellia(_)
				| EnrolError::NotOperator { .. }
				| EnrolError::Unfunded { .. }
		);
		if !is_young || looks >= LOOKS {
			return Err(refused);
		}
		looks += 1;
		tokio::time::sleep(4 * PAUSE).await;
	}
	let issuer = enrol.issuer.ok_or(EnrolError::NoIssuer)?;
	progress(Step::Registering);
	let call = Call::register(enrol.module, leaf, issuer, &identity.public);
	enrol.operator.submit_finalized(call).await?;
	let round = enrol
		.chain
		.finalized()
		.await?
		.sequence(enrol.module)
		.await?;
	progress(Step::Registered { round: round.round });
	Ok(())
}

/// Whether the chain would take the registration from this account, at the newest head.
async fn may_register(enrol: &Enrol<'_>) -> Result<(), EnrolError> {
	let at = enrol.chain.fresh().await?;
	let camellia = at
		.camellia(enrol.module)
		.await?
		.ok_or(EnrolError::NoCamellia(enrol.module))?;
	let account = enrol.operator.account();
	if camellia.owner != Some(account) && camellia.operator != Some(account) {
		return Err(EnrolError::NotOperator {
			account: account.to_string(),
			module: enrol.module,
		});
	}
	let info = at.module_info(enrol.module).await?;
	if let Some(info) = &info
		&& matches!(info.status, ModuleStatus::Active | ModuleStatus::Suspicious)
	{
		return Err(EnrolError::OtherHardware {
			module: enrol.module,
			reason: format!("it is {:?} ({})", info.status, info.reason),
		});
	}
	let needs = enrol.chain.constants()?.enrolment_bond;
	let has = at.free_balance(account).await?;
	if has < needs {
		return Err(EnrolError::Unfunded {
			account: account.to_string(),
			has,
			needs,
		});
	}
	Ok(())
}

/// Waits for challenges, opens and answers them, until the key is proven or the enrolment failed.
async fn answer(
	enrol: &Enrol<'_>,
	identity: &Identity,
	progress: &mut dyn FnMut(Step),
) -> Result<(), EnrolError> {
	let mut last: Option<Step> = None;
	let mut answered = None;
	let mut tell = |step: Step| {
		if last.as_ref() != Some(&step) {
			progress(step.clone());
			last = Some(step);
		}
	};
	loop {
		match look(enrol, identity, &mut answered, &mut tell).await {
			Ok(true) => return Ok(()),
			Ok(false) => (),
			Err(EnrolError::Chain(error)) if error.is_passing() => {
				tracing::debug!(%error, "the chain does not answer; trying again");
			}
			Err(error) => return Err(error),
		}
		tokio::time::sleep(PAUSE).await;
	}
}

/// One look at the enrolment. Says whether the key is proven.
async fn look(
	enrol: &Enrol<'_>,
	identity: &Identity,
	answered: &mut Option<(u32, u32)>,
	tell: &mut impl FnMut(Step),
) -> Result<bool, EnrolError> {
	// Secrets of challenges leave only for what is final.
	let at = enrol.chain.fresh().await?;
	let Some(enrolment) = at.enrolment(enrol.module).await? else {
		let info = at.module_info(enrol.module).await?;
		let ak = identity.ak()?;
		return match info {
			Some(info) if info.chip.as_ref().is_some_and(|chip| chip.ak == ak) => Ok(true),
			Some(info) => Err(EnrolError::Failed(format!(
				"module {} is {:?} ({})",
				enrol.module, info.status, info.reason
			))),
			None => Err(EnrolError::Failed(
				"the chain gave it up: too few challengers posted, or too few answers were right; the account waits before it \
				 may register again"
					.into(),
			)),
		};
	};
	let record = &enrolment.record;
	match record.phase {
		EnrolmentPhase::Drawing => tell(Step::Registered {
			round: record.round,
		}),
		EnrolmentPhase::Posting => tell(Step::Challenged {
			posted: enrolment.posted.len(),
			of: record.slots.len(),
			deadline: record.deadline,
		}),
		EnrolmentPhase::Disputing => tell(Step::Disputed),
		EnrolmentPhase::Answering => {
			// A second draw asks for a second answer.
			let this = (record.round, record.deadline);
			if *answered != Some(this) {
				let answers = open_all(enrol, &enrolment, tell).await?;
				tell(Step::Answered);
				let call = Call::respond(enrol.module, &answers);
				match enrol.operator.submit_finalized(call).await {
					Ok(_) => *answered = Some(this),
					Err(error) if error.is_passing() => return Ok(false),
					Err(error) if error.dispatch() == Some(("Attestation", "WrongPhase")) => (),
					Err(error) => return Err(error.into()),
				}
			}
		}
	}
	Ok(false)
}

async fn open_all(
	enrol: &Enrol<'_>,
	enrolment: &Enrolment,
	tell: &mut impl FnMut(Step),
) -> Result<Vec<Answer>, EnrolError> {
	let record = &enrolment.record;
	let mut answers = Vec::with_capacity(record.slots.len());
	for (index, slot) in (0u8..).zip(&record.slots) {
		tell(Step::Answering {
			opened: answers.len(),
			of: record.slots.len(),
		});
		let posted = enrolment
			.posted
			.iter()
			.find(|(at, _)| *at == index)
			.map(|(_, posted)| posted)
			.filter(|_| slot.state == SlotState::Posted);
		let Some(posted) = posted else {
			answers.push(Answer::Absent);
			continue;
		};
		let context = ChallengeContext {
			genesis: enrol.chain.genesis(),
			module: enrol.module.0,
			round: record.round,
			slot: index,
		};
		let answer = match enrol.tpm.activate_ak(posted.blob.clone()).await {
			Ok(secret) if context.commitment(secret.expose()) == posted.commitment => {
				Answer::Secret(*secret.expose())
			}
			Ok(_) => {
				tracing::warn!(slot = index, "the commitment is not the one to the secret");
				Answer::Bad
			}
			Err(error @ (TpmError::ForeignCredential(_) | TpmError::Credential(_))) => {
				tracing::warn!(slot = index, %error, "a challenge does not open");
				Answer::Bad
			}
			Err(error) => return Err(error.into()),
		};
		answers.push(answer);
	}
	Ok(answers)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn progress_goes_forward() {
		let steps = [
			Step::FoundCertificate {
				from: "TPM",
				bytes: 1016,
			},
			Step::AttestationKeyMade,
			Step::Registering,
			Step::Registered { round: 1 },
			Step::Challenged {
				posted: 2,
				of: 5,
				deadline: 40,
			},
			Step::Challenged {
				posted: 5,
				of: 5,
				deadline: 40,
			},
			Step::Answering { opened: 3, of: 5 },
			Step::Answered,
			Step::Enrolled,
		];
		assert!(steps.is_sorted_by(|a, b| a.fraction() <= b.fraction()));
		assert!(steps.iter().all(|step| !step.to_string().is_empty()));
	}

	#[test]
	fn every_refusal_has_a_cause() {
		for (error, cause) in [
			(
				EnrolError::NoCertificate {
					kind: EkKind::Rsa2048,
				},
				Cause::NoCertificate,
			),
			(EnrolError::NoIssuer, Cause::Config),
			(EnrolError::UnknownIssuer(IssuerId(3)), Cause::UnknownIssuer),
			(EnrolError::NoCamellia(ModuleId(7)), Cause::NotOperator),
			(
				EnrolError::Unfunded {
					account: "5…".into(),
					has: 1,
					needs: 2,
				},
				Cause::Unfunded,
			),
			(EnrolError::Failed("x".into()), Cause::Enrolment),
		] {
			assert_eq!(Exit::from(error).cause, cause);
		}
	}
}

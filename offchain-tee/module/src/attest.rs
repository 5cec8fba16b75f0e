//! Evidence of a boot: measure, make keys, close the state, quote, post.

use std::{path::Path, time::Duration};

use tea_chain::{
	At, Call, Chain, SubmitError, Submitter,
	types::{ModuleInfo, Profile, Tpm2Evidence},
};
use tea_primitives::{
	HardwareClass,
	ids::{BootSeq, ModuleId, Round},
	module::{BootKeys, ModuleStatus},
};
use tea_tpm::{Counters, Hash, ObjectName, Progress, QuoteBinding, binding::QUOTE_DOMAIN};
use tea_tpm_device::{BootEvidence, Error as TpmError, EventLog, Tpm};

use crate::{
	exit::{Cause, Exit},
	keys::BootSecrets,
	manifest::Manifest,
	measure::{MeasureError, Measurement, standing},
	state::StateDir,
	verify::{AcceptedRelease, release_of},
};

/// How long a recent finalised block is waited for before somebody is told.
const PATIENCE: Duration = Duration::from_secs(90);
/// Pause between two tries.
const PAUSE: Duration = Duration::from_secs(3);

/// Everything that evidence of this boot is made of.
#[derive(Clone)]
pub struct BootState {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// The module.
	pub module: ModuleId,
	/// Class of its hardware.
	pub class: HardwareClass,
	/// Public keys of the boot.
	pub keys: BootKeys,
	/// The boot log.
	pub log: EventLog,
	/// What runs.
	pub manifest: Manifest,
}

/// Why evidence was not made or not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttestError {
	/// The chain cannot be read.
	#[error(transparent)]
	Chain(#[from] tea_chain::Error),
	/// The TPM does not quote.
	#[error(transparent)]
	Tpm(#[from] TpmError),
	/// The chain refused it.
	#[error(transparent)]
	Submit(#[from] SubmitError),
	/// The TPM went through a reset while the process ran.
	#[error(
		"the TPM was reset while this program ran: what it measured is not the machine any more"
	)]
	Reset,
	/// The chain does not know the module, or no attestation key of it.
	#[error("the chain has no proven attestation key of this module")]
	NotEnrolled,
}

/// Measures program and manifest, makes the keys, and closes the state. A process that starts again in the same boot extends
/// nothing twice.
pub async fn measure_boot(
	tpm: &Tpm,
	state: &StateDir,
	measurement: &Measurement,
	class: HardwareClass,
	firmware: &EventLog,
) -> Result<(BootSecrets, EventLog), Exit> {
	let plan = measurement.plan(class);
	let selection = class.selection();
	let values = tpm.pcrs(selection).await?;
	let mut at = standing(firmware, &plan, selection, &values).map_err(unexplained)?;
	let rest = plan.get(at.done..).unwrap_or_default();
	let (open, close) = rest.split_at(rest.len().saturating_sub(1));
	for event in open {
		tpm.measure(event.clone()).await?;
		at.log.append(event.clone()).map_err(TpmError::from)?;
	}
	let secrets = BootSecrets::generate().map_err(|error| Exit::of(Cause::Memory, &error))?;
	for event in close {
		tpm.measure(event.clone()).await?;
		at.log.append(event.clone()).map_err(TpmError::from)?;
	}
	let kept = state.keep_log(&at.log);
	kept.map_err(|error| Exit::of(Cause::State, &error))?;
	tracing::info!(
		executable = %hex::encode(measurement.executable()),
		manifest = %hex::encode(measurement.manifest().root()),
		extended = rest.len(),
		"measured"
	);
	Ok((secrets, at.log))
}

fn unexplained(error: MeasureError) -> Exit {
	let cause = match error {
		MeasureError::Unexplained(_) => Cause::RestartMachine,
		_ => Cause::Tpm,
	};
	Exit::of(cause, &error)
}

/// Measures the program at this path, or the running one.
pub fn measure_program(
	executable: Option<&Path>,
	chain: &crate::config::ChainAccess,
) -> Result<Measurement, MeasureError> {
	match executable {
		Some(path) => Measurement::of(path, &chain.source()),
		None => Measurement::of_this_program(&chain.source()),
	}
}

impl BootState {
	/// What a quote is bound to: this finalised block, by number and hash, and the rest. The Name of the receive key is filled
	/// in by the TPM.
	pub fn binding(
		&self,
		(nonce_block, nonce_block_hash): (u32, Hash),
		round: Round,
		boot_seq: BootSeq,
		committee_nonce: Hash,
	) -> QuoteBinding {
		QuoteBinding {
			domain: QUOTE_DOMAIN,
			genesis: self.genesis,
			module: self.module.0,
			round,
			nonce_block,
			nonce_block_hash,
			committee_nonce,
			session_key: self.keys.session,
			vrf_key: self.keys.vrf,
			transport_key: self.keys.transport,
			rk_name: ObjectName([0; 34]),
			boot_seq,
			manifest_root: self.manifest.root(),
			log_root: self.log.root(),
		}
	}

	/// Quotes for a round that is about to be opened. The number of the boot follows from counters that only a quote shows, so
	/// a wrong guess costs a second quote.
	async fn quote(
		&self,
		tpm: &Tpm,
		finalized: &At,
		info: &ModuleInfo,
	) -> Result<BootEvidence, AttestError> {
		let chip = info.chip.as_ref().ok_or(AttestError::NotEnrolled)?;
		let mut boot_seq = match &chip.boot {
			Some(boot) => boot.seq,
			None => info.boot_seq.saturating_add(1),
		};
		let block = (finalized.number(), finalized.hash());
		let binding = self.binding(block, info.next_round, boot_seq, [0; 32]);
		let evidence = tpm.attest(binding, self.class.selection()).await?;
		let Some(boot) = &chip.boot else {
			return Ok(evidence);
		};
		match evidence.counters().progress_since(&boot.counters) {
			Ok(Progress::NewBoot) => boot_seq = boot.seq.saturating_add(1),
			// Counters that went back are not hidden: the chain decides what they mean.
			Ok(Progress::SameBoot) | Err(_) => return Ok(evidence),
		}
		let binding = self.binding(block, info.next_round, boot_seq, [0; 32]);
		Ok(tpm.attest(binding, self.class.selection()).await?)
	}

	/// Evidence for `attest`, made from what the chain says now.
	pub async fn evidence(
		&self,
		chain: &Chain,
		tpm: &Tpm,
	) -> Result<(BootEvidence, ModuleInfo), AttestError> {
		let finalized = tokio::time::timeout(PATIENCE, chain.fresh())
			.await
			.map_err(|_| stale(chain))??;
		// The number of the round is the best block's: a round may have ended just now.
		let info = chain.best().await?.module_info(self.module).await?;
		let info = info.ok_or(AttestError::NotEnrolled)?;
		let evidence = self.quote(tpm, &finalized, &info).await?;
		Ok((evidence, info))
	}
}

fn stale(chain: &Chain) -> tea_chain::Error {
	tea_chain::Error::StaleHead {
		number: chain.health().finalized,
		age: chain.health().silent_for,
	}
}

/// The call that posts evidence.
pub fn call(evidence: &BootEvidence, profile: Profile) -> Call {
	Call::attest(Tpm2Evidence {
		quote: evidence.quote.clone(),
		signature: evidence.signature.clone(),
		binding: evidence.binding.clone(),
		rk_public: evidence.rk_public.clone(),
		pcr_values: evidence.pcr_values.clone(),
		profile,
	})
}

/// What a new boot is known by after the chain took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
	/// Number of the boot.
	pub boot_seq: BootSeq,
	/// Counters of its first evidence.
	pub counters: Counters,
}

/// Posts a new boot. Goes on until the chain takes it or nothing but a person helps.
pub async fn post_boot(
	chain: &Chain,
	tpm: &Tpm,
	boot: &BootState,
	operator: &Submitter,
	profile: impl AsyncFn() -> Profile,
	attest_unreleased: bool,
) -> Result<Accepted, Exit> {
	let mut said = None;
	loop {
		match try_boot(chain, tpm, boot, operator, &profile, attest_unreleased).await {
			Ok(accepted) => return Ok(accepted),
			Err(Hindrance::Exit(exit)) => return Err(exit),
			Err(Hindrance::Wait(reason)) => {
				// Once is enough for people.
				if said.as_ref() != Some(&reason) {
					tracing::info!(%reason, "waiting to attest");
					said = Some(reason);
				}
				tokio::time::sleep(PAUSE).await;
			}
		}
	}
}

enum Hindrance {
	Wait(String),
	Exit(Exit),
}

impl From<Exit> for Hindrance {
	fn from(exit: Exit) -> Self {
		Self::Exit(exit)
	}
}

async fn try_boot(
	chain: &Chain,
	tpm: &Tpm,
	boot: &BootState,
	operator: &Submitter,
	profile: &impl AsyncFn() -> Profile,
	attest_unreleased: bool,
) -> Result<Accepted, Hindrance> {
	let best = chain.best().await.map_err(hindrance)?;
	let info = best.module_info(boot.module).await.map_err(hindrance)?;
	let info = info.ok_or_else(|| Exit::new(Cause::Enrolment, AttestError::NotEnrolled))?;
	may_attest(&info, best.number())?;
	check_class(&info, boot.class)?;
	let (evidence, info) = match boot.evidence(chain, tpm).await {
		Ok(made) => made,
		Err(AttestError::Chain(error)) => return Err(hindrance(error)),
		Err(AttestError::Tpm(error)) if error.is_passing() => {
			return Err(Hindrance::Wait(error.to_string()));
		}
		Err(AttestError::Tpm(error)) => return Err(Exit::from(error).into()),
		Err(error) => return Err(Exit::of(Cause::Enrolment, &error).into()),
	};
	check_release(&best, &info, boot, &evidence, attest_unreleased).await?;
	let counters = *evidence.counters();
	let boot_seq = evidence.binding.boot_seq;
	let submitted = operator
		.submit_finalized(call(&evidence, profile().await))
		.await;
	if let Err(error) = submitted {
		return Err(match error.dispatch() {
			Some((
				"Attestation",
				"StaleEvidence" | "WrongRound" | "StaleBoot" | "QueueFull" | "RoundOpen"
				| "CoolingDown" | "UnderSuspicion" | "TooEarly" | "NoAcceptedRelease",
			)) => Hindrance::Wait(error.to_string()),
			_ if error.is_passing() => Hindrance::Wait(error.to_string()),
			_ => Hindrance::Exit(error.into()),
		});
	}
	tracing::info!(
		boot_seq,
		round = evidence.binding.round,
		"the boot is posted"
	);
	Ok(Accepted { boot_seq, counters })
}

fn hindrance(error: tea_chain::Error) -> Hindrance {
	if error.is_passing() {
		Hindrance::Wait(error.to_string())
	} else {
		Hindrance::Exit(error.into())
	}
}

/// Whether the chain takes evidence of a new boot now.
fn may_attest(info: &ModuleInfo, now: u32) -> Result<(), Hindrance> {
	let cools = info.cool_down_until.filter(|until| now < *until);
	match (info.status, cools) {
		(ModuleStatus::Retired, _) => Err(Exit::new(
			Cause::Retired,
			format!("the module has left the network: {}", info.reason),
		)
		.into()),
		(ModuleStatus::Quarantined, Some(until)) => Err(Exit::new(
			Cause::Quarantined,
			format!(
				"the module is in quarantine until block {until} (now {now}): {}",
				info.reason
			),
		)
		.into()),
		(ModuleStatus::Suspicious, _) => Err(Hindrance::Wait(format!(
			"a second committee examines the module: {}",
			info.reason
		))),
		(ModuleStatus::Challenged, _) => Err(Hindrance::Wait(
			"challengers are proving the attestation key".into(),
		)),
		(_, Some(until)) => Err(Hindrance::Wait(format!(
			"no evidence is taken before block {until}: {}",
			info.reason
		))),
		_ => match &info.chip {
			Some(chip) if chip.closed => Err(Exit::new(
				Cause::EnrolAgain,
				format!("the attestation key is finished: {}", info.reason),
			)
			.into()),
			Some(_) => Ok(()),
			None => Err(Exit::new(Cause::Enrolment, AttestError::NotEnrolled).into()),
		},
	}
}

fn check_class(info: &ModuleInfo, class: HardwareClass) -> Result<(), Exit> {
	match &info.chip {
		Some(chip) if chip.class != class => Err(Exit::new(
			Cause::Class,
			format!(
				"the chip is enrolled in class {:?}, configured is class {class:?}",
				chip.class
			),
		)),
		_ => Ok(()),
	}
}

/// An operator is spared a quarantine that he brings upon himself by an unreleased version.
async fn check_release(
	best: &At,
	info: &ModuleInfo,
	boot: &BootState,
	evidence: &BootEvidence,
	attest_unreleased: bool,
) -> Result<(), Hindrance> {
	let releases = best.releases_of(boot.class).await.map_err(hindrance)?;
	if releases.is_empty() {
		return Err(Hindrance::Wait(format!(
			"the chain accepts no release of class {:?} yet",
			boot.class
		)));
	}
	let pins = info.chip.as_ref().and_then(|chip| chip.pins.as_deref());
	let reason = match release_of(
		boot.class,
		&AcceptedRelease::of_chain(releases),
		pins,
		&evidence.pcr_values,
		&evidence.binding.manifest_root,
	) {
		Ok(Some(release)) => {
			tracing::info!(%release, "this machine runs an accepted release");
			return Ok(());
		}
		Ok(None) => "the manifest is of no accepted release".to_owned(),
		Err(error) => error.to_string(),
	};
	if attest_unreleased {
		tracing::warn!(%reason, "attesting what the network will suspect");
		return Ok(());
	}
	Err(Exit::new(
		Cause::Unreleased,
		format!("{reason}; attesting it would bring the module into quarantine"),
	)
	.into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_chain::types::StatusReason;

	fn info(status: ModuleStatus, cool_down_until: Option<u32>) -> ModuleInfo {
		ModuleInfo {
			status,
			since: 1,
			reason: StatusReason::RoundUndecided,
			cool_down_until,
			next_round: 2,
			boot_seq: 1,
			chip: None,
			boot: None,
			profile: None,
		}
	}

	fn cause(hindrance: Result<(), Hindrance>) -> Option<Cause> {
		match hindrance {
			Err(Hindrance::Exit(exit)) => Some(exit.cause),
			_ => None,
		}
	}

	#[test]
	fn quarantine_and_retirement_need_a_person() {
		let quarantined = may_attest(&info(ModuleStatus::Quarantined, Some(100)), 99);
		assert_eq!(cause(quarantined), Some(Cause::Quarantined));
		let retired = may_attest(&info(ModuleStatus::Retired, None), 99);
		assert_eq!(cause(retired), Some(Cause::Retired));
		// Without a chip there is nothing to attest with.
		let over = may_attest(&info(ModuleStatus::Quarantined, Some(100)), 100);
		assert_eq!(cause(over), Some(Cause::Enrolment));
	}

	#[test]
	fn other_hindrances_pass() {
		for (status, until) in [
			(ModuleStatus::Suspicious, None),
			(ModuleStatus::Challenged, None),
			(ModuleStatus::Enrolled, Some(100)),
			(ModuleStatus::Inactive, Some(100)),
		] {
			assert!(matches!(
				may_attest(&info(status, until), 99),
				Err(Hindrance::Wait(_))
			));
		}
	}
}

//! `tea doctor`: what a module will need, looked at before it needs it, each with the next step.

use serde_json::{Value, json};
use std::{
	fs::File,
	io::Read,
	path::{Path, PathBuf},
	time::Duration,
};
use tea_chain::{AccountId, At, Chain, Error as ChainError, Key, Sign};
use tea_module::{
	config::{ChainAccess, module::Config as ModuleConfig},
	exit::{Cause, Exit},
	firmware,
};
use tea_primitives::{
	HardwareClass,
	ids::{IssuerId, ModuleId},
};
use tea_tpm::{EkKind, LeafRules, PcrSelection, RustCrypto, UnverifiedLeaf};
use tea_tpm_device::{Config, EkCertificate, Tcti, Tpm, certificate_from_file};

use super::enrol::{chain_of, configuration};
use crate::{
	args,
	context::Context,
	failure::{Failure, Result},
	output::tokens,
};

/// How far the clock may be off before a module notices.
const CLOCK: Duration = Duration::from_secs(30);

/// What a fee and a few more cost, beside the bond.
const FEES: u128 = tea_primitives::chain::UNIT;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
	Ok,
	Warn,
	Fail,
	Skip,
}

/// One check.
#[derive(Debug)]
struct Check {
	name: &'static str,
	state: State,
	found: String,
	next: Option<String>,
	code: u8,
}

impl Check {
	fn ok(name: &'static str, found: impl Into<String>) -> Self {
		Self {
			name,
			state: State::Ok,
			found: found.into(),
			next: None,
			code: 0,
		}
	}

	fn warn(name: &'static str, found: impl Into<String>, next: impl Into<String>) -> Self {
		Self {
			state: State::Warn,
			next: Some(next.into()),
			..Self::ok(name, found)
		}
	}

	fn skip(name: &'static str, why: impl Into<String>) -> Self {
		Self {
			state: State::Skip,
			..Self::ok(name, why)
		}
	}

	fn fail(name: &'static str, failure: Failure) -> Self {
		Self {
			name,
			state: State::Fail,
			found: failure.sentence,
			next: Some(failure.next),
			code: failure.code,
		}
	}

	fn of(name: &'static str, outcome: Result<Self>) -> Self {
		outcome.unwrap_or_else(|failure| Self::fail(name, failure))
	}
}

/// What is looked at: of a configuration, or of flags.
struct Subject {
	tpm: Tcti,
	ek: EkKind,
	ek_certificate: Option<PathBuf>,
	firmware_log: Option<PathBuf>,
	class: HardwareClass,
	issuer: Option<IssuerId>,
	module: Option<ModuleId>,
	account: Option<AccountId>,
	/// The chain of the configuration; without one, the node of the command line.
	chain: Option<ChainAccess>,
}

impl Subject {
	fn of_config(config: ModuleConfig, account: Option<AccountId>) -> Self {
		Self {
			chain: Some(config.chain().clone()),
			tpm: config.tpm,
			ek: config.ek,
			ek_certificate: config.ek_certificate,
			firmware_log: config.firmware_log,
			class: config.class,
			issuer: config.issuer,
			module: Some(config.module),
			account,
		}
	}
}

/// Looks at everything.
pub(crate) async fn run(context: &Context, settings: &args::Doctor) -> Result<()> {
	let key = context.optional_key()?.map(|key| key.account());
	let mut checks = Vec::new();
	let subject = match &settings.config {
		Some(path) => {
			let config = configuration(path)?;
			checks.push(Check::ok("configuration", path.display().to_string()));
			let account = match settings.account.or(key) {
				Some(account) => Some(account),
				None => operator(&config.operator_key, &mut checks),
			};
			Subject::of_config(config, account)
		}
		None => Subject {
			tpm: settings.tpm.clone(),
			ek: settings.ek,
			ek_certificate: settings.ek_certificate.clone(),
			firmware_log: None,
			class: settings.class,
			issuer: settings.issuer.map(IssuerId),
			module: settings.module.map(ModuleId),
			account: settings.account.or(key),
			chain: None,
		},
	};
	let bar = context.output.spinner("looking at the TPM");
	let leaf = chip(&subject, &mut checks).await;
	checks.push(event_log(&subject));
	bar.finish_and_clear();
	network(context, &subject, leaf.as_deref(), &mut checks).await;
	report(context, &checks)
}

fn operator(path: &Path, checks: &mut Vec<Check>) -> Option<AccountId> {
	match Key::from_file(path) {
		Ok(key) => {
			checks.push(Check::ok("operator key", key.account().to_string()));
			Some(key.account())
		}
		Err(error) => {
			checks.push(Check::fail("operator key", error.into()));
			None
		}
	}
}

/// The chip. Returns the certificate of its endorsement key.
async fn chip(subject: &Subject, checks: &mut Vec<Check>) -> Option<Vec<u8>> {
	let opened = Tpm::open(Config::new(subject.tpm.clone(), subject.ek)).await;
	let tpm = match opened {
		Ok(tpm) => tpm,
		Err(error) => {
			checks.push(Check::fail("TPM", Exit::from(error).into()));
			for name in ["lockout", "PCR banks", "EK certificate"] {
				checks.push(Check::skip(name, "needs the TPM"));
			}
			return None;
		}
	};
	match tpm.chip_state().await {
		Ok(chip) => {
			let maker: String = chip
				.manufacturer
				.iter()
				.filter(|byte| byte.is_ascii_graphic())
				.map(|byte| char::from(*byte))
				.collect();
			checks.push(Check::ok("TPM", format!("{} of {maker}", subject.tpm)));
			checks.push(lockout(&chip));
			checks.push(Check::of(
				"PCR banks",
				banks(&tpm, chip.has_sha256_bank, subject.class).await,
			));
		}
		Err(error) => checks.push(Check::fail("TPM", Exit::from(error).into())),
	}
	let leaf = certificate(&tpm, subject).await;
	let found = match leaf {
		Ok((check, leaf)) => {
			checks.push(check);
			Some(leaf)
		}
		Err(failure) => {
			checks.push(Check::fail("EK certificate", failure));
			None
		}
	};
	// What the chip says to a goodbye changes nothing here.
	let _ = tpm.shutdown().await;
	found
}

fn lockout(chip: &tea_tpm_device::ChipState) -> Check {
	if chip.in_lockout {
		return Check::fail(
			"lockout",
			Failure::of(
				Cause::Lockout,
				format!(
					"the TPM is in lockout after {} failed attempts",
					chip.failures
				),
			)
			.next(format!(
				"wait: one attempt is forgotten every {} s; or run `tpm2_dictionarylockout --clear-lockout` as the owner of the machine",
				chip.recovery_seconds
			)),
		);
	}
	if chip.failures > 0 {
		return Check::warn(
			"lockout",
			format!(
				"open, with {} of {} failed attempts",
				chip.failures, chip.max_failures
			),
			"see who tries passwords on this TPM",
		);
	}
	Check::ok("lockout", "open")
}

async fn banks(tpm: &Tpm, has_sha256: bool, class: HardwareClass) -> Result<Check> {
	if !has_sha256 {
		return Err(Exit::from(tea_tpm_device::Error::NoPcrBank).into());
	}
	let selection = class.selection();
	let values = tpm
		.pcrs(selection)
		.await
		.map_err(|error| Failure::from(Exit::from(error)))?;
	let empty: Vec<String> = unmeasured(class, selection, &values)
		.iter()
		.map(u8::to_string)
		.collect();
	if !empty.is_empty() {
		return Ok(Check::warn(
			"PCR banks",
			format!(
				"SHA-256, but PCR {} of class {class:?} hold nothing",
				empty.join(", ")
			),
			"switch measured boot on in the firmware setup, or choose the class that this machine is of",
		));
	}
	Ok(Check::ok("PCR banks", "SHA-256"))
}

/// PCRs that the platform of this class must have extended, and did not.
fn unmeasured(class: HardwareClass, selection: PcrSelection, values: &[[u8; 32]]) -> Vec<u8> {
	selection
		.iter()
		.zip(values)
		.filter(|(pcr, value)| class.never_zero().contains(*pcr) && **value == [0; 32])
		.map(|(pcr, _)| pcr)
		.collect()
}

async fn certificate(tpm: &Tpm, subject: &Subject) -> Result<(Check, Vec<u8>)> {
	let tpm_failed = |error| Failure::from(Exit::from(error));
	if let Some(path) = &subject.ek_certificate {
		let leaf = certificate_from_file(path).map_err(tpm_failed)?;
		let found = format!("{} bytes in {}", leaf.len(), path.display());
		return Ok((Check::ok("EK certificate", found), leaf));
	}
	match tpm.certificate(subject.ek).await.map_err(tpm_failed)? {
		EkCertificate::Present(leaf) => {
			let found = format!("{} bytes in the TPM", leaf.len());
			Ok((Check::ok("EK certificate", found), leaf))
		}
		EkCertificate::Absent => Err(Failure::of(
			Cause::NoCertificate,
			format!("the TPM keeps no certificate of its {:?} endorsement key", subject.ek),
		)
		.next(
			"try another --ek (rsa2048, p256, p384), or get it from the maker and name the file with --ek-certificate",
		)),
	}
}

/// The log of the firmware, with which a committee explains the PCRs.
fn event_log(subject: &Subject) -> Check {
	const NAME: &str = "event log";
	if matches!(subject.class, HardwareClass::D | HardwareClass::Dev) {
		return Check::skip(NAME, "hardware of this class has no firmware that measures");
	}
	let path = subject
		.firmware_log
		.as_deref()
		.unwrap_or_else(|| Path::new(firmware::USUAL_PLACE));
	let unusable = |reason: String| {
		Check::fail(
			NAME,
			Failure::of(
				Cause::Config,
				format!("{} cannot be used: {reason}", path.display()),
			)
			.next("run this as root, or switch measured boot on in the firmware setup"),
		)
	};
	let mut bytes = Vec::new();
	let read =
		File::open(path).and_then(|file| file.take(firmware::MAX_LEN + 1).read_to_end(&mut bytes));
	if let Err(error) = read {
		return unusable(error.to_string());
	}
	match firmware::parse(&bytes) {
		Ok(log) => Check::ok(NAME, format!("{} events", log.events().len())),
		Err(error) => unusable(error.to_string()),
	}
}

/// Node, clock, and what stands on chain.
async fn network(
	context: &Context,
	subject: &Subject,
	leaf: Option<&[u8]>,
	checks: &mut Vec<Check>,
) {
	let connected = match &subject.chain {
		Some(access) => chain_of(context, access).await,
		None => context.chain().await,
	};
	let on_chain = ["clock", "account", "issuer", "module"];
	let chain = match connected {
		Ok(chain) => chain,
		Err(failure) => {
			checks.push(Check::fail("node", failure));
			for name in on_chain {
				checks.push(Check::skip(name, "needs the node"));
			}
			return;
		}
	};
	checks.push(node(&chain));
	let at = match chain.finalized().await {
		Ok(at) => at,
		Err(error) => {
			checks.push(Check::fail("clock", error.into()));
			return;
		}
	};
	checks.push(Check::of("clock", clock(&at).await));
	checks.push(Check::of("account", account(&at, subject).await));
	checks.push(Check::of("issuer", issuer(&at, subject, leaf).await));
	checks.push(Check::of("module", module(&at, subject).await));
}

fn node(chain: &Chain) -> Check {
	let health = chain.health();
	let how = if chain.is_proven() {
		"followed as a light client"
	} else {
		"trusted"
	};
	Check::ok(
		"node",
		format!(
			"block {} final, runtime {}, genesis 0x{}, {how}",
			health.finalized,
			chain.spec_version(),
			hex::encode(chain.genesis())
		),
	)
}

async fn clock(at: &At) -> Result<Check> {
	match at.ensure_fresh().await {
		Ok(()) => {}
		Err(ChainError::StaleHead { number, age }) => {
			return Err(Failure::of(
				Cause::Clock,
				format!(
					"the newest finalised block {number} is {} s old by this clock",
					age.as_secs()
				),
			)
			.next(
				"set the clock with NTP; if it is right, the chain or its way here stands still",
			));
		}
		Err(error) => return Err(error.into()),
	}
	let age = at.age().await?;
	if age > CLOCK {
		return Ok(Check::warn(
			"clock",
			format!("the newest finalised block is {} s old", age.as_secs()),
			"compare the clock with NTP; a minute is too much",
		));
	}
	Ok(Check::ok(
		"clock",
		format!("{} s behind the chain's last word", age.as_secs()),
	))
}

async fn account(at: &At, subject: &Subject) -> Result<Check> {
	let Some(account) = subject.account else {
		return Ok(Check::skip(
			"account",
			"none is named; --account, --key or --config names one",
		));
	};
	let free = at.free_balance(account).await?;
	let bond = at.constants().await?.enrolment_bond;
	// The bond is on hold already once the chip is enrolled.
	let enrolled = match subject.module {
		Some(module) => at
			.module_info(module)
			.await?
			.is_some_and(|info| info.chip.is_some()),
		None => false,
	};
	let needed = if enrolled { FEES } else { bond + FEES };
	if free < needed {
		return Err(Failure::of(
			Cause::Unfunded,
			format!(
				"{account} has {} and needs {}",
				tokens(free),
				tokens(needed)
			),
		)
		.next(format!(
			"send it money: tea transfer {account} {}",
			tokens(needed - free).trim_end_matches(" TEA")
		)));
	}
	if let Some(until) = at.cool_down(account).await? {
		return Ok(Check::warn(
			"account",
			format!(
				"{account} has {}, but an enrolment of its failed",
				tokens(free)
			),
			format!("wait until block {until} before enrolling again"),
		));
	}
	Ok(Check::ok(
		"account",
		format!("{account} has {}", tokens(free)),
	))
}

async fn issuer(at: &At, subject: &Subject, leaf: Option<&[u8]>) -> Result<Check> {
	let Some(issuer) = subject.issuer else {
		return Ok(Check::skip(
			"issuer",
			"none is named; `tea issuer list` shows those that are known",
		));
	};
	let refused =
		|sentence: String, next: &str| Failure::of(Cause::UnknownIssuer, sentence).next(next);
	let record = at.issuer(issuer).await?.ok_or_else(|| {
		refused(
			format!("the chain knows no issuer {issuer}"),
			"see `tea issuer list`; governance registers issuers",
		)
	})?;
	if record.status != tea_chain::types::IssuerStatus::Accepted {
		return Err(refused(
			format!("issuer {issuer} is suspended"),
			"ask governance why; no chip of this issuer can enrol",
		));
	}
	if record.class != subject.class {
		return Err(Failure::of(
			Cause::Class,
			format!(
				"issuer {issuer} certifies class {:?}, looked for is class {:?}",
				record.class, subject.class
			),
		));
	}
	let Some(leaf) = leaf else {
		return Ok(Check::ok("issuer", format!("{issuer} is accepted")));
	};
	let now = at.timestamp_ms().await? / 1000;
	UnverifiedLeaf::parse(leaf)
		.and_then(|leaf| leaf.verify::<RustCrypto>(&record.key, record.algorithm))
		.and_then(|leaf| {
			leaf.certify(LeafRules {
				now,
				class: record.class,
				vendor: record.vendor,
				requires_purpose: record.requires_purpose,
				is_denied: |_: &[u8]| false,
			})
			.map(|_| ())
		})
		.map_err(|error| {
			refused(
				format!("issuer {issuer} did not give the certificate of this TPM: {error}"),
				"name the right --issuer; `tea issuer list` shows them",
			)
		})?;
	Ok(Check::ok(
		"issuer",
		format!("{issuer} is accepted and gave the certificate of this TPM"),
	))
}

async fn module(at: &At, subject: &Subject) -> Result<Check> {
	let Some(module) = subject.module else {
		return Ok(Check::skip(
			"module",
			"none is named; --module or --config names one",
		));
	};
	let camellia = at.camellia(module).await?.ok_or_else(|| {
		Failure::of(Cause::NotOperator, format!("there is no Camellia {module}"))
			.next("see `tea modules`; governance has Camelliae born")
	})?;
	if let Some(account) = subject.account
		&& camellia.owner != Some(account)
		&& camellia.operator != Some(account)
	{
		return Err(Failure::of(
			Cause::NotOperator,
			format!("{account} is neither owner nor operator of module {module}"),
		)
		.next(format!(
			"its owner runs: tea module set-operator {module} {account}"
		)));
	}
	let found = match at.module_info(module).await? {
		Some(info) => format!(
			"{module} is {}: {}",
			super::modules::status(info.status),
			info.reason
		),
		None => format!("{module} was never registered; `tea enrol` does that"),
	};
	Ok(Check::ok("module", found))
}

fn report(context: &Context, checks: &[Check]) -> Result<()> {
	let json: Value = checks
		.iter()
		.map(|check| {
			json!({
				"check": check.name,
				"state": word(check.state),
				"found": check.found,
				"next": check.next,
				"code": (check.code != 0).then_some(check.code),
			})
		})
		.collect();
	context.output.show(&json, || text(checks))?;
	let failed: Vec<_> = checks
		.iter()
		.filter(|check| check.state == State::Fail)
		.collect();
	match failed.first() {
		None => Ok(()),
		Some(first) => Err(Failure {
			code: first.code,
			sentence: format!("{} of {} checks failed", failed.len(), checks.len()),
			next: first.next.clone().unwrap_or_default(),
		}),
	}
}

const fn word(state: State) -> &'static str {
	match state {
		State::Ok => "ok",
		State::Warn => "warn",
		State::Fail => "fail",
		State::Skip => "skip",
	}
}

fn text(checks: &[Check]) -> String {
	let mut out = String::new();
	for check in checks {
		out += &format!(
			"{:4}  {:14}  {}\n",
			word(check.state),
			check.name,
			check.found
		);
		if let Some(next) = &check.next {
			out += &format!("{:22}next step: {next}\n", "");
		}
	}
	out
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn empty_pcrs_are_found_only_where_a_platform_measures() {
		let class = HardwareClass::C;
		let selection = class.selection();
		let empty = vec![[0; 32]; selection.count()];
		assert_eq!(unmeasured(class, selection, &empty), [0, 2, 4, 7]);
		let full = vec![[1; 32]; selection.count()];
		assert!(unmeasured(class, selection, &full).is_empty());
		let dev = HardwareClass::Dev;
		let empty = vec![[0; 32]; dev.selection().count()];
		assert!(unmeasured(dev, dev.selection(), &empty).is_empty());
	}

	#[test]
	fn a_lockout_is_a_failure_with_its_own_code() {
		let chip = tea_tpm_device::ChipState {
			in_lockout: true,
			failures: 32,
			recovery_seconds: 600,
			..Default::default()
		};
		let check = lockout(&chip);
		assert_eq!(
			(check.state, check.code),
			(State::Fail, Cause::Lockout.code())
		);
		assert!(check.next.unwrap().contains("600 s"));
		let chip = tea_tpm_device::ChipState {
			failures: 1,
			max_failures: 32,
			..Default::default()
		};
		assert_eq!(lockout(&chip).state, State::Warn);
		assert_eq!(lockout(&Default::default()).state, State::Ok);
	}

	#[test]
	fn every_check_that_is_not_right_says_what_to_do() {
		let checks = [
			Check::ok("TPM", "there"),
			Check::warn("clock", "late", "set it"),
			Check::fail("node", Failure::of(Cause::NoTpm, "gone")),
		];
		let text = text(&checks);
		assert_eq!(text.matches("next step:").count(), 2, "{text}");
	}
}

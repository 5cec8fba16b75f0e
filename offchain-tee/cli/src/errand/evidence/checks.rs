//! What has to hold for the proof of an errand, one check after the other (R-151, R-153, F-11). The runtime checked the same
//! before it paid anybody; here it is done once more, by whoever relies on the result.
//!
//! A check fails, holds, or cannot be made. One that cannot be made says why, and never counts as one that holds.

mod draw;

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use tea_chain::{
	AccountId,
	delegation::{Expected, is_signed, verify_chain},
	types::{Assignment, FinishedErrand, KeyPath, Pot},
};
use tea_envelope::EnvelopeHash;
use tea_module::verify::{AcceptedRelease, release_of};
use tea_primitives::{
	errand::{
		ERRAND_PASS_DOMAIN, ErrandPass, Exit, Input, Outcome, POT_DOMAIN, RefundReason, Role,
	},
	ticket,
};
use tea_tpm::{
	PotContext, PotEvidence, Quote, RustCrypto,
	evidence::inspect_pot,
	pot::{PotBinding, is_in_batch},
};

use super::{
	draw::{Standing, Weights},
	facts::{Before, Delegation, Facts},
};
use crate::errand::{book::Page, keys, result, stage};

/// Blocks between assignment and end among which the block of a supplied key is looked for, at most.
const SUPPLY_BLOCKS: u32 = 4_000;
/// How a check came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
	/// It holds: what was seen.
	Holds(String),
	/// It fails: what is wrong.
	Fails(String),
	/// It cannot be made: why.
	Unmade(String),
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
	/// Its name.
	pub(crate) name: &'static str,
	/// How it came out.
	pub(crate) found: Found,
	/// Whether the proof is worth nothing without it.
	pub(crate) needed: bool,
}

/// Why a check does not hold.
pub(crate) enum Problem {
	/// Something is wrong.
	Wrong(String),
	/// Something is missing.
	Missing(String),
}

type Outcomes = Result<String, Problem>;

fn wrong<T>(text: impl Into<String>) -> Result<T, Problem> {
	Err(Problem::Wrong(text.into()))
}

fn missing<T>(text: impl Into<String>) -> Result<T, Problem> {
	Err(Problem::Missing(text.into()))
}

impl Check {
	/// A check that came out so.
	pub(crate) fn new(name: &'static str, needed: bool, outcome: Outcomes) -> Self {
		let found = match outcome {
			Ok(text) => Found::Holds(text),
			Err(Problem::Wrong(text)) => Found::Fails(text),
			Err(Problem::Missing(text)) => Found::Unmade(text),
		};
		Self {
			name,
			found,
			needed,
		}
	}
}

/// What whoever checks knows besides.
#[derive(Clone, Copy, Default)]
pub(crate) struct Known<'a> {
	/// The own order, with the key of the result.
	pub(crate) page: Option<&'a Page>,
	/// Why there is no result at hand.
	pub(crate) no_result: Option<&'a str>,
}

/// The proof and all that it is compared with.
struct Case<'a> {
	facts: &'a Facts,
	record: &'a FinishedErrand,
	pot: &'a Pot,
	hash: [u8; 32],
	quote: [u8; 32],
}

/// All checks of a proof. There are none without a proof.
pub(crate) fn judge(facts: &Facts, known: Known<'_>) -> Vec<Check> {
	let Some(pot) = &facts.record.pot else {
		let outcome = missing(format!(
			"the errand ended without a proof: {}",
			crate::errand::words::outcome(facts.record.outcome)
		));
		return vec![Check::new("proof", true, outcome)];
	};
	let case = Case {
		facts,
		record: &facts.record,
		pot,
		hash: pot.body.hash(),
		quote: Sha256::digest(&pot.quote).into(),
	};
	vec![
		Check::new("order", true, case.order()),
		Check::new("input", true, case.input()),
		Check::new("own order", false, case.own_order(known.page)),
		Check::new("executor", true, case.executor()),
		Check::new("ticket", false, case.ticket()),
		Check::new("draw of the executor", false, case.draw_of_executor()),
		Check::new("draw of the verifiers", false, case.draw_of_verifiers()),
		Check::new("certificate", true, case.certificate()),
		Check::new("release", true, case.release()),
		Check::new("key links", true, case.links()),
		Check::new("batch", true, case.batch()),
		Check::new("quote", true, case.quote_form()),
		Check::new("binding", true, case.binding()),
		Check::new("PCRs", true, case.pcrs()),
		Check::new("counters", true, case.counters()),
		Check::new("TPM signature", true, case.tpm_signature()),
		Check::new("verdicts", true, case.verdicts()),
		Check::new("verdict signatures", true, case.verdict_signatures()),
		Check::new("outcome", true, case.outcome()),
		Check::new("bill", true, case.bill()),
		Check::new("result", false, case.result(known.no_result)),
		Check::new("plaintext", false, case.plaintext(known.page)),
	]
}

impl<'a> Case<'a> {
	fn before(&self) -> Result<&'a Before, Problem> {
		match &self.facts.before {
			Some(before) => Ok(before),
			None => missing(format!(
				"the state before block {} is not at hand; an archive node keeps it",
				self.record.finished
			)),
		}
	}

	fn assignment(&self) -> Result<&'a Assignment, Problem> {
		match self.before()?.record.assignment() {
			Some(assignment) => Ok(assignment),
			None => wrong("nobody had the errand in the block before it was settled"),
		}
	}

	/// The PoT is about this errand, and says what was ordered.
	fn order(&self) -> Outcomes {
		let (body, record) = (&self.pot.body, &self.before()?.record);
		if body.domain != POT_DOMAIN {
			return wrong("it is no PoT of a version that is known");
		}
		if body.errand != self.facts.errand {
			return wrong(format!("the PoT is about errand {}", body.errand));
		}
		if body.attempt != record.attempt || self.record.attempt != record.attempt {
			return wrong(format!("the PoT is about attempt {}", body.attempt));
		}
		if self.record.client != record.client || body.client_key != record.client_key {
			return wrong("client or client key are not those of the order");
		}
		if body.code != record.code.ciphertext_hash() {
			return wrong("the PoT names other code than was ordered");
		}
		let data: Vec<_> = record
			.data
			.iter()
			.map(|used| used.ciphertext_hash())
			.collect();
		if body.data[..] != data[..] {
			return wrong("the PoT names other data than was ordered");
		}
		let sources: Vec<_> = record
			.sources()
			.map(|(number, used)| keys::named(number, used))
			.collect();
		Ok(sources.join("; "))
	}

	/// The input hash, computed again from code, data, params, limits and capabilities.
	fn input(&self) -> Outcomes {
		let before = self.before()?;
		let (body, record) = (&self.pot.body, &before.record);
		let input = Input::new(
			record.code.ciphertext_hash(),
			&body.data,
			&before.params,
			record.limits,
			record.needs.capabilities,
		);
		if body.input != record.input {
			return wrong("the PoT names the input of another order");
		}
		if input.hash() != body.input {
			return wrong("the input hash is not that of code, data, params and limits");
		}
		Ok(format!(
			"{} bytes of params, {} fuel at most",
			before.params.len(),
			record.limits.fuel
		))
	}

	/// What this machine ordered is what the chain says was ordered.
	fn own_order(&self, page: Option<&Page>) -> Outcomes {
		let Some(page) = page else {
			return missing("there is no order of this errand in the folder of keys");
		};
		let (body, asked) = (&self.pot.body, &page.asked);
		let hashes: Vec<_> = std::iter::once(body.code)
			.chain(body.data.iter().copied())
			.collect();
		if page.genesis != self.facts.genesis || page.client != self.record.client {
			return wrong("the order is of another chain or client");
		}
		if body.client_key != page.client_key() {
			return wrong("the result is sealed to another key");
		}
		let same = asked.sources().count() == hashes.len()
			&& asked
				.sources()
				.zip(&hashes)
				.all(|(source, hash)| match source {
					tea_primitives::errand::Source::AdHoc(ad_hoc) => {
						ad_hoc.content.ciphertext_hash == *hash
					}
					// Which content a deployment has, the chain knows.
					tea_primitives::errand::Source::Deployed(_) => true,
				});
		if !same || asked.input(&hashes) != Some(body.input) {
			return wrong("what was computed is not what this machine ordered");
		}
		if let Some(before) = &self.facts.before {
			let deployed = |source: &tea_primitives::errand::Source| match source {
				tea_primitives::errand::Source::Deployed(id) => Some(*id),
				tea_primitives::errand::Source::AdHoc(_) => None,
			};
			let theirs = before
				.record
				.sources()
				.map(|(_, used)| used.deployment().map(|used| used.id));
			if !asked.sources().map(deployed).eq(theirs) {
				return wrong("the chain has an order of other deployments");
			}
		}
		Ok("code, data, params, limits and key of the result are those of this machine".into())
	}

	/// The module that had the errand ran it, in the boot that had it.
	fn executor(&self) -> Outcomes {
		let (body, assignment) = (&self.pot.body, self.assignment()?);
		if body.executor != assignment.executor || body.boot_seq != assignment.boot_seq {
			return wrong(format!(
				"module {} in boot {} had it, and module {} in boot {} proved it",
				assignment.executor, assignment.boot_seq, body.executor, body.boot_seq
			));
		}
		let had = self.record.executor.map(|(module, boot, _)| (module, boot));
		if had != Some((body.executor, body.boot_seq)) {
			return wrong("the final record names another executor");
		}
		if !(assignment.assigned..=self.record.finished).contains(&body.block) {
			return wrong(format!(
				"the PoT names block {}, when it did not have it",
				body.block
			));
		}
		if self.record.finished >= assignment.deadline {
			return wrong(format!("it was due before block {}", assignment.deadline));
		}
		Ok(format!(
			"module {}, boot {}, assigned in block {}",
			body.executor, body.boot_seq, assignment.assigned
		))
	}

	/// The executor's VRF key made its ticket from this errand and a beacon that came after the posting.
	fn ticket(&self) -> Outcomes {
		let before = self.before()?;
		let assignment = self.assignment()?;
		let scene = self.facts.scene.as_ref();
		// After a long wait for keys only the state of the draw has it.
		let kept = scene.and_then(|scene| scene.beacon.as_ref());
		let Some(beacon) = before.beacon.as_ref().or(kept) else {
			return missing(format!(
				"the chain does not remember the beacon of block {} any more",
				self.record.draw.beacon_block()
			));
		};
		let Some(claims) = self
			.facts
			.claims
			.as_ref()
			.filter(|claims| !claims.is_empty())
		else {
			return missing(format!(
				"the claim of block {} is not at hand",
				assignment.assigned
			));
		};
		let Some(boot) = &before.boot else {
			return missing("the boot of the executor is not at hand");
		};
		let subject = ticket::subject(self.facts.errand, self.record.attempt);
		let input = ticket::input(&self.facts.genesis, &subject, beacon);
		let Some(proof) = claims
			.iter()
			.find(|claim| ticket::is_proved(&boot.keys.vrf, &input, claim))
		else {
			return wrong(
				"no claim in that block was made with the executor's VRF key for this errand",
			);
		};
		let random = ticket::random_of(&boot.keys.vrf, &input, &proof.pre_output);
		let recorded = self.record.executor.map_or(0, |(_, _, ticket)| ticket);
		// A lighter module has a higher ticket: the record has to lie between the weights that it may have had.
		let weight = self.weight_of_executor().unwrap_or(Weights::ANY);
		let at = |weight| ticket::value(random, weight).0;
		let (heaviest, lightest) = (at(weight.greatest), at(weight.least));
		if recorded < heaviest || recorded > lightest || recorded != assignment.ticket {
			return wrong("the worth in the record is not that of the ticket");
		}
		let others = claims.len().saturating_sub(1);
		Ok(format!(
			"VRF proof over the beacon of block {}; {others} other claims in the block",
			self.record.draw.beacon_block()
		))
	}

	/// The weight with which the executor raced, if its state is at hand.
	fn weight_of_executor(&self) -> Option<Weights> {
		let executor = self.pot.body.executor;
		let claimants = &self.facts.scene.as_ref()?.claimants;
		claimants
			.iter()
			.find_map(|claimant| match &claimant.standing {
				Some(Standing::Active(runner)) if runner.certificate.module == executor => {
					Some(runner.weight)
				}
				_ => None,
			})
	}

	/// The executor was certified, in this boot, by a committee.
	fn certificate(&self) -> Outcomes {
		let before = self.before()?;
		let (Some(certified), Some(boot)) = (&before.certificate, &before.boot) else {
			return wrong("the executor had no certificate");
		};
		let (body, certificate) = (&self.pot.body, &certified.certificate);
		if certificate.module != body.executor || certificate.boot_seq != body.boot_seq {
			return wrong(format!(
				"the certificate is of module {} in boot {}",
				certificate.module, certificate.boot_seq
			));
		}
		if boot.seq != certificate.boot_seq || boot.keys != certificate.keys {
			return wrong(
				"the certificate is of another boot than the one that the chain has evidence of",
			);
		}
		if certificate.until <= self.record.finished {
			return wrong(format!(
				"the certificate ended in block {}",
				certificate.until
			));
		}
		let passed = certified.passed.count_ones();
		let members = u32::try_from(certified.committee.len()).unwrap_or(u32::MAX);
		if members == 0 || passed < members.saturating_mul(2).div_ceil(3) {
			return wrong(format!(
				"{passed} of {members} members of its committee passed it"
			));
		}
		Ok(format!(
			"class {:?}, since block {}, until block {}, {passed} of {members} passed it",
			certificate.class, certificate.since, certificate.until
		))
	}

	/// What the executor runs is a release that governance accepted.
	fn release(&self) -> Outcomes {
		let before = self.before()?;
		let (Some(certified), Some(boot), Some(chip)) =
			(&before.certificate, &before.boot, &before.chip)
		else {
			return wrong("the chain knows no boot of the executor");
		};
		let id = certified.certificate.release;
		let Some(release) = &before.release else {
			return wrong(format!("there is no release {id}"));
		};
		if release
			.until
			.is_some_and(|until| until <= self.record.finished)
		{
			return wrong(format!("release {id} was not accepted any more"));
		}
		if release.class != certified.certificate.class || chip.class != release.class {
			return wrong("release, certificate and chip are not of one class");
		}
		let accepted = AcceptedRelease::of_chain(vec![(id, release.clone())]);
		let fits = release_of(
			chip.class,
			&accepted,
			chip.pins.as_deref(),
			&boot.evidence.values,
			&boot.evidence.manifest_root,
		);
		if !matches!(fits, Ok(Some(_))) {
			return wrong(format!(
				"the PCR values of the executor are not those of release {id}"
			));
		}
		if self.pot.body.manifest_root != boot.evidence.manifest_root {
			return wrong("the PoT names another manifest than the executor was certified with");
		}
		Ok(format!(
			"release {id}, manifest 0x{}",
			hex::encode(self.pot.body.manifest_root)
		))
	}

	/// How every key came to the executor, back to its owner.
	fn links(&self) -> Outcomes {
		let (before, assignment) = (self.before()?, self.assignment()?);
		if self.pot.body.links[..] != assignment.links()[..] {
			return wrong("the PoT names other links than the chain");
		}
		let mut told = Vec::new();
		for ((number, source), path) in before.record.sources().zip(&assignment.keys) {
			let what = keys::named(number, source);
			match path {
				KeyPath::None if source.needs_key() => {
					return wrong(format!("{what} needs a key, and none was given"));
				}
				KeyPath::None => told.push(format!("{what}: public")),
				KeyPath::Wanted => return wrong(format!("the key of {what} was never supplied")),
				KeyPath::Supplied(link) => {
					let holder = source.key_holder(before.record.client);
					let block = self.supplied(
						number,
						*link,
						holder,
						source.deployment().map(|used| used.id),
					)?;
					told.push(format!("{what}: from {holder} in block {block}"));
				}
				KeyPath::Pin { link, .. } => {
					let found = before
						.delegations
						.iter()
						.find(|delegation| delegation.source == number && delegation.link == *link);
					let Some(delegation) = found else {
						return missing(format!("the links of {what} are not at hand"));
					};
					told.push(format!("{what}: {}", self.pinned(delegation)?));
				}
			}
		}
		Ok(told.join("; "))
	}

	/// The Execute link: the chain made it from the call of the key holder, whose envelope is still there.
	fn supplied(
		&self,
		number: u8,
		link: [u8; 32],
		holder: AccountId,
		deployment: Option<tea_primitives::deployment::DeploymentId>,
	) -> Result<u32, Problem> {
		let assignment = self.assignment()?;
		let envelope = self
			.before()?
			.envelopes
			.get(usize::from(number))
			.and_then(|envelope| envelope.as_deref());
		let Some(envelope) = envelope else {
			return missing("an envelope is not at hand");
		};
		let sealed_key = EnvelopeHash(
			Sha256::new_with_prefix(b"tea/envelope/v1")
				.chain_update(envelope)
				.finalize()
				.into(),
		);
		let seat = keys::seat(self.facts.errand, assignment);
		let last = self
			.record
			.finished
			.min(assignment.assigned.saturating_add(SUPPLY_BLOCKS));
		(assignment.assigned..=last)
			.find(|block| {
				seat.link(self.facts.genesis, holder, deployment, *block, sealed_key)
					.hash() == link
			})
			.map_or_else(
				|| wrong("a link is not about this envelope, holder and executor"),
				Ok,
			)
	}

	fn pinned(&self, delegation: &Delegation) -> Outcomes {
		let Some(registration) = delegation.registration else {
			return missing("the deployment is not at hand");
		};
		let expected = Expected {
			genesis: self.facts.genesis,
			deployment: delegation.deployment,
			owner: delegation.owner,
			registration,
		};
		if delegation.links.is_empty() {
			return missing("its links are not at hand");
		}
		let holders = match verify_chain(&expected, &delegation.links) {
			Ok(holders) => holders,
			Err(error) => return wrong(error.to_string()),
		};
		let first = delegation.links.first().map(|signed| signed.link.hash());
		if first != Some(delegation.link) {
			return wrong("the pin hangs on another link");
		}
		let body = &self.pot.body;
		let here = holders
			.first()
			.map(|holder| (holder.module, holder.boot_seq));
		if here != Some((body.executor, body.boot_seq)) {
			return wrong("the link did not lead to the executor");
		}
		let mut forgotten = 0;
		for (holder, session) in holders.iter().zip(&delegation.sessions) {
			match session {
				Some(session) if *session == holder.session => (),
				Some(_) => {
					return wrong(format!(
						"the key of module {} was not that of its boot {}",
						holder.module, holder.boot_seq
					));
				}
				None => forgotten += 1,
			}
		}
		let note = match forgotten {
			0 => String::new(),
			many => format!(" ({many} by boots that the chain has forgotten)"),
		};
		Ok(format!("{} links back to its owner{note}", holders.len()))
	}

	/// The PoT stands in the batch whose root the quote names.
	fn batch(&self) -> Outcomes {
		let batch = &self.pot.batch;
		if !is_in_batch(
			&batch.root,
			&self.hash,
			batch.index.into(),
			batch.len.into(),
			&batch.path,
		) {
			return wrong("the PoT is not in the batch that the quote is about");
		}
		Ok(match batch.len {
			1 => "a quote of its own".into(),
			len => format!("number {} of {len} under one quote", batch.index),
		})
	}

	fn quote(&self) -> Result<Quote<'a>, Problem> {
		Quote::parse(&self.pot.quote)
			.map_err(|error| Problem::Wrong(format!("this is no quote of the profile: {error}")))
	}

	/// It is a quote of a TPM, by the attestation key of the executor's chip.
	fn quote_form(&self) -> Outcomes {
		let quote = self.quote()?;
		let Some(chip) = &self.before()?.chip else {
			return wrong("the chain knows no chip of the executor");
		};
		if quote.check_signer(&chip.signer).is_err() {
			return wrong("the quote is of another attestation key than that of the executor");
		}
		Ok(format!("0x{}", hex::encode(self.quote)))
	}

	/// The extra data of the quote: chain, module, boot, root of the batch, nonces of the verifiers.
	fn binding(&self) -> Outcomes {
		let body = &self.pot.body;
		let binding = self.pot_binding();
		if self.quote()?.check_extra_data(&binding.hash()).is_err() {
			return wrong(
				"the quote is not bound to this PoT, module, boot, chain and these nonces",
			);
		}
		Ok(format!(
			"this PoT, module {}, boot {}, this chain, the verifiers' nonces",
			body.executor, body.boot_seq
		))
	}

	fn pot_binding(&self) -> PotBinding {
		PotBinding {
			genesis: self.facts.genesis,
			module: self.pot.body.executor.0,
			boot_seq: self.pot.body.boot_seq,
			pot_root: self.pot.batch.root,
			nonces: self.pot.nonces,
		}
	}

	/// The PCRs at the time of the quote are those that the executor was certified with.
	fn pcrs(&self) -> Outcomes {
		let before = self.before()?;
		let (Some(chip), Some(boot)) = (&before.chip, &before.boot) else {
			return wrong("the chain knows no boot of the executor");
		};
		let quote = self.quote()?;
		if quote.check_selection(chip.class.selection()).is_err() {
			return wrong(format!(
				"the quote is not over the PCRs of class {:?}",
				chip.class
			));
		}
		if quote.check_pcr_digest(&boot.evidence.pcr_digest).is_err() {
			return wrong("the PCRs had other values than when the executor was certified");
		}
		if quote.firmware_version() != boot.evidence.firmware_version {
			return wrong("the TPM had other firmware than when the executor was certified");
		}
		Ok(format!("digest 0x{}", hex::encode(quote.pcr_digest())))
	}

	/// The quote is of the certified boot, younger than its last attestation, and its clock runs as the chain's does.
	fn counters(&self) -> Outcomes {
		let before = self.before()?;
		let Some(boot) = before.chip.as_ref().and_then(|chip| chip.boot) else {
			return wrong("the chain knows no counters of the executor's chip");
		};
		let Some(now) = self.facts.time_ms else {
			return missing("the time of the block is not at hand");
		};
		let counters = self.quote()?.counters();
		if boot.seq != self.pot.body.boot_seq {
			return wrong("the counters on chain are of another boot");
		}
		match boot.judge_pot(&counters, now) {
			Ok(()) => Ok(format!(
				"resets {}, restarts {}, clock {} ms",
				counters.reset_count, counters.restart_count, counters.clock
			)),
			Err(error) => wrong(error.to_string()),
		}
	}

	/// The signature of the attestation key over exactly this quote. Everything about it once more, as the runtime does it.
	fn tpm_signature(&self) -> Outcomes {
		let before = self.before()?;
		let (Some(chip), Some(boot)) = (&before.chip, &before.boot) else {
			return wrong("the chain knows no attestation key of the executor");
		};
		let binding = self.pot_binding();
		let inspected = inspect_pot(
			&PotEvidence {
				quote: &self.pot.quote,
				signature: &self.pot.signature,
			},
			&PotContext {
				ak: &chip.ak,
				signer: &chip.signer,
				selection: chip.class.selection(),
				pcr_digest: &boot.evidence.pcr_digest,
				firmware_version: boot.evidence.firmware_version,
				binding: &binding,
			},
		);
		match inspected.and_then(|inspected| inspected.verify::<RustCrypto>()) {
			Ok(_) => Ok("by the attestation key that the chip enrolled with".into()),
			Err(error) => wrong(format!("the evidence does not verify: {error}")),
		}
	}

	/// Number, membership and distinctness.
	fn verdicts(&self) -> Outcomes {
		let members = self.record.verifiers.len();
		let quorum = members.saturating_mul(2).div_ceil(3);
		let passes = self.pot.verdicts.len();
		if members == 0 || passes < quorum {
			return wrong(format!(
				"{passes} verdicts are there, {quorum} of {members} have to be"
			));
		}
		let assignment = self.assignment().ok();
		let mut seen = HashSet::new();
		for (member, _) in &self.pot.verdicts {
			if usize::from(*member) >= members {
				return wrong(format!("a verdict names member {member} of {members}"));
			}
			if !seen.insert(member) {
				return wrong(format!("member {member} is counted twice"));
			}
			if assignment.is_some_and(|assignment| assignment.has_failed(*member)) {
				return wrong(format!("member {member} had said no"));
			}
		}
		Ok(format!(
			"{passes} of {members} members, {quorum} are needed"
		))
	}

	/// Each verdict is over this PoT and this quote, by the key of its member.
	fn verdict_signatures(&self) -> Outcomes {
		let before = self.before()?;
		let body = &self.pot.body;
		for (member, signature) in &self.pot.verdicts {
			let pass = ErrandPass {
				domain: ERRAND_PASS_DOMAIN,
				genesis: self.facts.genesis,
				errand: self.facts.errand,
				attempt: self.record.attempt,
				executor: body.executor,
				boot_seq: body.boot_seq,
				member: *member,
				pot: self.hash,
				quote: self.quote,
			};
			let signer = before.signers.get(usize::from(*member)).copied().flatten();
			let Some(signer) = signer else {
				return missing(format!("the key of member {member} is not at hand"));
			};
			if !is_signed(signature, &pass.payload(), &signer) {
				return wrong(format!("the signature of member {member} does not verify"));
			}
		}
		Ok(format!("by {}", stage::members(&self.record.verifiers)))
	}

	/// Exit, fuel and outcome fit each other and the order.
	fn outcome(&self) -> Outcomes {
		let body = &self.pot.body;
		let expected = match body.exit {
			Exit::Ok => Outcome::Confirmed,
			Exit::BadKey => Outcome::Refunded(RefundReason::BadKey),
			exit => Outcome::Failed(exit),
		};
		if self.record.outcome != expected {
			return wrong("the chain has another outcome than the PoT");
		}
		if let Some(before) = &self.facts.before {
			let limit = before.record.limits.fuel;
			if body.fuel > limit || (body.exit == Exit::OutOfFuel && body.fuel != limit) {
				return wrong(format!("{} fuel of {limit} is no possible use", body.fuel));
			}
		}
		if !body.result.cid.is_valid() {
			return wrong("the result has no name that IPFS knows");
		}
		Ok(format!(
			"{}, {} fuel",
			crate::errand::words::exit(body.exit),
			body.fuel
		))
	}

	/// The bill is that of the fuel, is shared whole, and adds up to what was held.
	fn bill(&self) -> Outcomes {
		let bill = &self.record.bill;
		let sum = |wanted: &dyn Fn(Role) -> bool, paid_only: bool| {
			bill.lines
				.iter()
				.filter(|line| wanted(line.role) && (line.paid || !paid_only))
				.try_fold(0u128, |sum, line| sum.checked_add(line.amount))
		};
		let all = sum(&|_| true, true).and_then(|paid| paid.checked_add(bill.returned));
		if all != Some(bill.held) {
			return wrong("the lines and what went back are not what was held");
		}
		let is_use = |role| matches!(role, Role::DataOwner | Role::Developer);
		if sum(&|role| !is_use(role), false) != Some(bill.gas) {
			return wrong("the gas is not shared whole");
		}
		if let Some(before) = &self.facts.before {
			let gas = match self.pot.body.exit {
				Exit::BadKey => Some(0),
				_ => u128::from(self.pot.body.fuel).checked_mul(before.record.gas_price),
			};
			if gas != Some(bill.gas) || bill.held != before.record.held {
				return wrong(
					"the gas is not the fuel times its price, or another amount was held",
				);
			}
		}
		if self.pot.body.exit != Exit::Ok && bill.lines.iter().any(|line| is_use(line.role)) {
			return wrong("uses are paid though the guest failed");
		}
		Ok(format!(
			"{} lines and what went back are the hold, exactly",
			bill.lines.len()
		))
	}

	/// What is stored is what the PoT names.
	fn result(&self, no_result: Option<&str>) -> Outcomes {
		let named = &self.pot.body.result;
		match &self.facts.result {
			None => missing(no_result.unwrap_or("the result is not at hand")),
			Some(sealed) if result::is_ciphertext(named, sealed) => Ok(format!(
				"{} bytes, 0x{}",
				sealed.len(),
				hex::encode(named.ciphertext)
			)),
			Some(_) => wrong("what is stored is not the result that the PoT names"),
		}
	}

	/// The result opens with the client's key, to what was committed to.
	fn plaintext(&self, page: Option<&Page>) -> Outcomes {
		let Some(page) = page else {
			return missing("only the client has the key of the result");
		};
		let Some(sealed) = &self.facts.result else {
			return missing("the result is not at hand");
		};
		match result::open(page, &self.pot.body, sealed) {
			Ok(plain) => Ok(format!("{} bytes, as committed to in the PoT", plain.len())),
			Err(failure) => wrong(failure.sentence),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::lab::{CLIENT, Lab, RNG, commitment},
		*,
	};
	use tea_envelope::{K1, TransportPublic};
	use tea_module::errand::sealing::result_context;
	use tea_primitives::{
		deployment::DeploymentId,
		errand::{ErrandId, PotBody, Source, TicketProof},
		ids::ModuleId,
	};
	use tea_tpm::PcrSelection;

	fn found(lab: &Lab, name: &str) -> Found {
		let checks = lab.checks();
		let check = checks.iter().find(|check| check.name == name);
		check
			.unwrap_or_else(|| panic!("there is a check {name}"))
			.found
			.clone()
	}

	/// After this change, exactly these checks fail.
	fn fails(names: &[&str], change: impl FnOnce(&mut Lab)) {
		let mut lab = Lab::new();
		change(&mut lab);
		assert_eq!(lab.failing(), names);
	}

	/// Another PoT, quoted by the TPM and passed by the verifiers: exactly these checks fail.
	fn forged(names: &[&str], change: impl FnOnce(&mut PotBody)) {
		fails(names, |lab| {
			let mut body = lab.body();
			change(&mut body);
			lab.prove(body, |_| ());
		});
	}

	fn unmade(lab: &Lab, name: &str) {
		assert!(matches!(found(lab, name), Found::Unmade(_)), "{name}");
	}

	#[test]
	fn honest_proof_holds_in_everything_that_can_be_checked() {
		let lab = Lab::new();
		for check in lab.checks() {
			assert!(
				matches!(check.found, Found::Holds(_)),
				"{}: {:?}",
				check.name,
				check.found
			);
		}
	}

	#[test]
	fn altered_pot_is_refused_by_the_quote_and_by_every_verdict() {
		// Nobody signed it again.
		fails(&["batch", "verdict signatures", "outcome", "bill"], |lab| {
			lab.pot_mut().body.fuel += 100_000
		});
		fails(
			&["batch", "verdict signatures", "result", "plaintext"],
			|lab| {
				lab.pot_mut().body.result.ciphertext[0] ^= 1;
				lab.pot_mut().body.result.enc[0] ^= 1;
			},
		);
	}

	#[test]
	fn pot_of_another_errand_client_or_attempt_is_refused() {
		forged(&["order", "plaintext"], |body| body.errand = ErrandId(8));
		forged(&["order"], |body| body.attempt = 1);
		forged(&["order"], |body| body.domain[16] = b'2');
		forged(&["order", "own order", "plaintext"], |body| {
			body.client_key[0] ^= 1
		});
		fails(&["order", "own order"], |lab| {
			lab.facts.record.client = AccountId([9; 32]);
		});
	}

	#[test]
	fn other_input_than_was_ordered_is_refused() {
		forged(&["order", "own order"], |body| body.code[0] ^= 1);
		forged(&["order", "input", "own order"], |body| {
			body.data[0][0] ^= 1
		});
		forged(&["order", "input", "own order"], |body| {
			body.data.pop();
		});
		forged(&["input", "own order"], |body| body.input[0] ^= 1);
		// The chain has other params or limits than the hash that it keeps.
		fails(&["input"], |lab| lab.before().params.push(0));
		fails(&["input"], |lab| lab.before().record.limits.pages += 1);
	}

	#[test]
	fn order_of_this_machine_is_compared() {
		let lab = Lab::new();
		let with = |change: fn(&mut Page)| {
			let mut page = lab.page();
			change(&mut page);
			let known = Known {
				page: Some(&page),
				no_result: None,
			};
			let own = judge(&lab.facts, known);
			let own = own.iter().find(|check| check.name == "own order");
			own.unwrap().found.clone()
		};
		let refused = |change: fn(&mut Page)| {
			assert!(matches!(with(change), Found::Fails(_)));
		};
		assert!(matches!(with(|_| ()), Found::Holds(_)));
		refused(|page| page.genesis[0] ^= 1);
		refused(|page| page.client = AccountId([9; 32]));
		refused(|page| page.asked.params.push(0));
		refused(|page| page.asked.limits.fuel += 1);
		refused(|page| page.asked.code = Source::Deployed(DeploymentId([0x11; 32])));
		refused(|page| {
			page.asked.data.pop();
		});
		let checks = judge(&lab.facts, Known::default());
		for name in ["own order", "plaintext"] {
			let check = checks.iter().find(|check| check.name == name).unwrap();
			assert!(matches!(check.found, Found::Unmade(_)), "{name}");
			assert!(!check.needed, "{name}");
		}
	}

	#[test]
	fn executor_that_did_not_have_it_is_refused() {
		fails(&["executor", "ticket"], |lab| {
			lab.facts.record.executor = None
		});
		// The result was sealed at the block that the PoT names.
		forged(&["executor", "plaintext"], |body| body.block = 11);
		forged(&["executor", "plaintext"], |body| body.block = 16);
		fails(&["executor"], |lab| lab.assignment().deadline = 15);
		let names = [
			"executor",
			"ticket",
			"draw of the executor",
			"draw of the verifiers",
			"key links",
		];
		fails(&names, |lab| {
			lab.assignment().executor = ModuleId(9);
			lab.assignment().ticket = 1;
		});
	}

	#[test]
	fn pot_of_another_module_or_boot_is_refused() {
		let copied = |change: fn(&mut PotBody)| {
			let mut lab = Lab::new();
			let mut body = lab.body();
			change(&mut body);
			lab.prove(body, |_| ());
			let failing = lab.failing();
			for name in ["executor", "certificate", "key links"] {
				assert!(failing.contains(&name), "{name}: {failing:?}");
			}
		};
		copied(|body| body.executor = ModuleId(3));
		copied(|body| body.boot_seq += 1);
	}

	#[test]
	fn ticket_that_the_executor_did_not_draw_is_refused() {
		let other = TicketProof {
			pre_output: [1; 32],
			proof: [2; 64],
		};
		fails(&["ticket"], |lab| lab.facts.claims = Some(vec![other]));
		fails(&["ticket"], |lab| lab.before().beacon = Some([0xbf; 32]));
		fails(&["ticket"], |lab| {
			lab.facts.record.executor = lab.facts.record.executor.map(|(m, b, _)| (m, b, 0));
		});
		let names = ["ticket", "draw of the executor", "draw of the verifiers"];
		fails(&names, |lab| lab.assignment().ticket += 1);
		// Its weight is known, so another worth that some weight would have given is none.
		let heavier = |ticket: u128| ticket / 2;
		fails(&["ticket"], |lab| {
			lab.assignment().ticket = heavier(lab.assignment().ticket);
			lab.drawn().ticket = heavier(lab.drawn().ticket);
			let executor = lab.facts.record.executor;
			lab.facts.record.executor = executor.map(|(m, b, ticket)| (m, b, heavier(ticket)));
		});
		let mut lab = Lab::new();
		lab.facts.claims = None;
		unmade(&lab, "ticket");
		let mut lab = Lab::new();
		lab.before().beacon = None;
		assert!(matches!(found(&lab, "ticket"), Found::Holds(_)));
		lab.scene().beacon = None;
		unmade(&lab, "ticket");
	}

	#[test]
	fn uncertified_executor_is_refused() {
		fails(&["certificate", "release"], |lab| {
			lab.before().certificate = None
		});
		let certificate = |change: fn(&mut tea_chain::types::CertificateRecord)| {
			fails(&["certificate"], |lab| {
				change(lab.before().certificate.as_mut().unwrap());
			});
		};
		certificate(|record| record.certificate.until = 15);
		certificate(|record| record.certificate.boot_seq += 1);
		certificate(|record| record.certificate.module = ModuleId(2));
		certificate(|record| record.certificate.keys.transport[0] ^= 1);
		certificate(|record| record.passed = 0b11);
		certificate(|record| record.committee.clear());
	}

	#[test]
	fn wrong_release_is_refused() {
		let release = |change: fn(&mut tea_chain::types::ReleaseRecord)| {
			fails(&["release"], |lab| {
				change(lab.before().release.as_mut().unwrap())
			});
		};
		release(|release| release.until = Some(15));
		release(|release| release.manifest_root[0] ^= 1);
		release(|release| release.value_sets[0][0][0] ^= 1);
		release(|release| release.value_sets.clear());
		release(|release| release.class = tea_primitives::HardwareClass::A);
		fails(&["release"], |lab| lab.before().release = None);
		forged(&["release"], |body| body.manifest_root[0] ^= 1);
	}

	#[test]
	fn keys_that_came_another_way_are_refused() {
		forged(&["key links"], |body| {
			body.links.pop();
		});
		forged(&["key links"], |body| body.links[0][0] ^= 1);
		fails(&["key links"], |lab| {
			lab.before().envelopes[1].as_mut().unwrap().push(0);
		});
		fails(&["key links"], |lab| {
			lab.before().delegations[0].links.swap(0, 1)
		});
		fails(&["key links"], |lab| {
			lab.before().delegations[0].owner = CLIENT
		});
		fails(&["key links"], |lab| {
			lab.before().delegations[0].registration = Some([5; 32]);
		});
		fails(&["key links"], |lab| {
			lab.before().delegations[0].sessions[1] = Some([1; 32]);
		});
		fails(&["key links"], |lab| {
			// The executor's own link is left out.
			lab.before().delegations[0].links.remove(0);
		});
		fails(&["key links"], |lab| {
			lab.assignment().keys[2] = KeyPath::Wanted
		});
		let mut lab = Lab::new();
		lab.before().envelopes[1] = None;
		unmade(&lab, "key links");
		let mut lab = Lab::new();
		lab.before().delegations.clear();
		unmade(&lab, "key links");
	}

	#[test]
	fn pot_outside_of_its_batch_is_refused() {
		fails(&["batch"], |lab| lab.pot_mut().batch.index = 0);
		fails(&["batch"], |lab| lab.pot_mut().batch.path[0][0] ^= 1);
		fails(&["batch"], |lab| {
			lab.pot_mut().batch.path.pop();
		});
		fails(&["batch", "binding", "TPM signature"], |lab| {
			lab.pot_mut().batch.root[0] ^= 1;
		});
	}

	/// The TPM says something else in its quote, and the verifiers pass that.
	fn quoted(names: &[&str], change: impl FnOnce(&mut super::super::lab::QuoteOf)) {
		fails(names, |lab| {
			let body = lab.body();
			lab.prove(body, change);
		});
	}

	#[test]
	fn quote_that_says_something_else_is_refused() {
		quoted(&["binding", "TPM signature"], |quote| {
			quote.extra_data[0] ^= 1
		});
		quoted(&["quote", "TPM signature"], |quote| quote.signer[5] ^= 1);
		quoted(&["PCRs", "TPM signature"], |quote| quote.pcr_digest[0] ^= 1);
		quoted(&["PCRs", "TPM signature"], |quote| quote.firmware += 1);
		quoted(&["PCRs", "TPM signature"], |quote| {
			quote.selection = PcrSelection::of(&[0, 1]);
		});
		quoted(&["counters"], |quote| quote.resets += 1);
		quoted(&["counters"], |quote| quote.clock = 50_000);
		quoted(&["counters"], |quote| quote.clock += 1_000_000);
	}

	#[test]
	fn nonces_of_others_are_refused() {
		fails(&["binding", "TPM signature"], |lab| {
			lab.pot_mut().nonces[0] ^= 1
		});
	}

	#[test]
	fn quote_that_is_none_is_refused() {
		let names = [
			"quote",
			"binding",
			"PCRs",
			"counters",
			"TPM signature",
			"verdict signatures",
		];
		fails(&names, |lab| lab.pot_mut().quote[0] ^= 1);
		fails(&names, |lab| {
			lab.pot_mut().quote.pop();
		});
	}

	#[test]
	fn signature_of_another_key_or_over_another_quote_is_refused() {
		fails(&["TPM signature"], |lab| {
			*lab.pot_mut().signature.last_mut().unwrap() ^= 1;
		});
		fails(&["TPM signature"], |lab| {
			lab.pot_mut().signature.pop();
		});
		let other = Lab::new().pot().signature.clone();
		fails(&["TPM signature"], |lab| {
			let body = lab.body();
			lab.prove(body, |quote| quote.clock += 1);
			lab.pot_mut().signature = other;
		});
	}

	#[test]
	fn too_few_repeated_or_foreign_verdicts_are_refused() {
		fails(&["verdicts"], |lab| lab.pass(&[0, 1]));
		fails(&["verdicts"], |lab| lab.pass(&[]));
		fails(&["verdicts"], |lab| lab.pass(&[0, 1, 1]));
		fails(&["verdicts"], |lab| {
			// Signed for a place that does not exist.
			lab.before().signers.resize(10, None);
			lab.before().signers[9] = Some(super::super::lab::session_of(9));
			lab.pass(&[0, 1, 9]);
		});
		fails(&["verdicts"], |lab| lab.assignment().failed = 0b10);
		fails(&["draw of the verifiers", "verdicts"], |lab| {
			lab.facts.record.verifiers.clear();
			lab.assignment().verifiers.clear();
		});
	}

	#[test]
	fn verdict_that_its_member_did_not_sign_is_refused() {
		fails(&["verdict signatures"], |lab| {
			let verdicts = &mut lab.pot_mut().verdicts;
			let (one, two) = (verdicts[0].1.clone(), verdicts[1].1.clone());
			verdicts[0].1 = two;
			verdicts[1].1 = one;
		});
		// Over the quote of an earlier try.
		let old = Lab::new().pot().verdicts.clone();
		fails(&["verdict signatures"], |lab| {
			let body = lab.body();
			lab.prove(body, |quote| quote.clock += 1);
			lab.pot_mut().verdicts = old;
		});
		// By the key of an older boot.
		fails(&["verdict signatures"], |lab| {
			lab.before().signers[0] = Some([1; 32])
		});
		let mut lab = Lab::new();
		lab.before().signers[0] = None;
		unmade(&lab, "verdict signatures");
	}

	#[test]
	fn outcome_that_does_not_follow_is_refused() {
		forged(&["outcome", "bill"], |body| body.exit = Exit::Failed(1));
		fails(&["outcome"], |lab| {
			lab.facts.record.outcome = Outcome::Failed(Exit::OutOfFuel);
		});
		forged(&["outcome", "bill"], |body| body.fuel = 100_001);
		forged(&["outcome"], |body| body.result.cid.0[0] = 0);
	}

	#[test]
	fn bill_that_does_not_add_up_is_refused() {
		fails(&["bill"], |lab| lab.facts.record.bill.returned += 1);
		fails(&["bill"], |lab| lab.facts.record.bill.held += 1);
		fails(&["bill"], |lab| lab.facts.record.bill.lines[1].amount -= 1);
		fails(&["bill"], |lab| lab.facts.record.bill.gas += 1);
		fails(&["bill"], |lab| lab.before().record.gas_price += 1);
		// What could not be paid went back.
		let mut lab = Lab::new();
		let bill = &mut lab.facts.record.bill;
		bill.lines[2].paid = false;
		bill.returned += bill.lines[2].amount;
		assert!(matches!(found(&lab, "bill"), Found::Holds(_)));
	}

	#[test]
	fn altered_result_is_refused() {
		fails(&["result", "plaintext"], |lab| {
			*lab.facts.result.as_mut().unwrap().last_mut().unwrap() ^= 1;
		});
		fails(&["result", "plaintext"], |lab| {
			lab.facts.result.as_mut().unwrap().pop();
		});
		let mut lab = Lab::new();
		lab.facts.result = None;
		unmade(&lab, "result");
		unmade(&lab, "plaintext");
	}

	/// An executor that stores another result than it committed to: the hash holds, the plaintext does not.
	#[test]
	fn result_that_was_not_committed_to_is_refused() {
		fails(&["plaintext"], |lab| {
			let mut body = lab.body();
			let context = result_context(body.errand, body.executor, CLIENT, body.block);
			let mut rng = RNG;
			let client = TransportPublic(body.client_key);
			let (enc, key): ([u8; 32], K1) =
				tea_envelope::result::encapsulate(client, &lab.facts.genesis, &context, &mut rng)
					.unwrap();
			// Sealed under the name of one plaintext, and with another inside.
			let claimed = commitment(&key, b"7, 99 %\n");
			let sealed =
				tea_envelope::content::seal(&key, &claimed.into(), b"1, 99 %\n", &mut rng).unwrap();
			body.result.enc = enc;
			body.result.commitment = claimed.0;
			body.result.ciphertext = Sha256::digest(&sealed).into();
			lab.facts.result = Some(sealed);
			lab.prove(body, |_| ());
		});
	}

	#[test]
	fn without_the_state_before_what_is_needed_is_not_made() {
		let mut lab = Lab::new();
		lab.facts.before = None;
		assert!(lab.failing().is_empty());
		for check in lab.checks() {
			let made = matches!(check.found, Found::Holds(_));
			let alone = [
				"own order",
				"batch",
				"binding",
				"verdicts",
				"outcome",
				"bill",
				"result",
				"plaintext",
			];
			assert_eq!(
				made,
				alone.contains(&check.name),
				"{}: {:?}",
				check.name,
				check.found
			);
		}
	}

	#[test]
	fn errand_without_a_proof_has_nothing_to_check() {
		let mut lab = Lab::new();
		lab.facts.record.pot = None;
		lab.facts.record.outcome = Outcome::Refunded(RefundReason::NoExecutor);
		unmade(&lab, "proof");
		assert_eq!(lab.checks().len(), 1);
	}
}

//! The verifier's service, of a module or a registrar: gives nonces to executors, judges what they show, signs or votes.
//! Judgements run beside this loop, in jobs; the loop alone changes anything.

use std::{
	collections::{BTreeMap, HashMap},
	sync::Arc,
	time::Duration,
};

use tea_chain::{
	At, Call, Chain, Error, Submitter,
	types::{ChainMember, ErrandEvent, ErrandStage},
};
use tea_link::{Mailbox, Party, Purpose, Replays, Unverified};
use tea_primitives::{
	errand::{ErrandId, RefuteReason},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;
use tokio::{
	sync::{broadcast, mpsc, watch},
	task::JoinSet,
};

use super::{
	check::{Case, Verdict},
	finality::order_stands,
	protocol::{About, Abstention, Body, Evidence, Reader},
};
use crate::{
	keys,
	metrics::Metrics,
	service::{
		Actor, LOOK,
		courier::{Address, Courier},
		listener::Sight,
		outbox::Outbox,
	},
	signals::stopped,
	verify::AcceptedRelease,
};

/// Blocks after which an executor that showed nothing is asked again.
const ASK_AGAIN: u32 = 2;
/// Blocks after which a vote that is not seen in the state is handed in again.
const VOTE_AGAIN: u32 = 6;
/// How long an order that is shown may need to become final: some blocks. After that the verifier abstains.
const FINALITY: Duration = Duration::from_secs(10);
/// How long calls that are under way may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(6);

/// An attempt of an errand.
type Attempt = (ErrandId, u8);

/// What was said about a quote.
#[derive(Clone, Copy, Debug)]
enum Said {
	Passed(Hash, [u8; 64]),
	Abstained,
}

/// One attempt that the actor checks.
struct Duty {
	executor: (ModuleId, BootSeq),
	member: u8,
	nonce: Hash,
	/// How the executor is reached.
	address: Option<Address>,
	/// Keys are waited for: nothing is due.
	is_waiting: bool,
	deadline: u32,
	asked: Option<u32>,
	said: Option<(Hash, Said)>,
	/// Quote that is being judged.
	judging: Option<Hash>,
	refuted: Option<RefuteReason>,
	voted: Option<u32>,
}

/// What a judgement came to.
struct Judged {
	attempt: Attempt,
	quote: Hash,
	verdict: Verdict,
	/// What is signed under a pass.
	payload: Vec<u8>,
}

/// The service of one actor.
pub struct Verifying {
	actor: Actor,
	chain: Chain,
	courier: Courier,
	outbox: Outbox<Attempt>,
	metrics: Arc<Metrics>,
	replays: Replays,
	jobs: JoinSet<Judged>,
	duties: BTreeMap<Attempt, Duty>,
	/// Logs that were replayed, by module and boot.
	logs: HashMap<ModuleId, (BootSeq, Hash)>,
	missed: bool,
	best: u32,
}

impl Verifying {
	/// A service that checks nothing yet.
	pub fn new(
		actor: Actor,
		chain: Chain,
		courier: Courier,
		submitter: Submitter,
		metrics: Arc<Metrics>,
	) -> Self {
		Self {
			outbox: Outbox::new(Arc::new(submitter), metrics.clone()),
			actor,
			chain,
			courier,
			metrics,
			replays: Replays::default(),
			jobs: JoinSet::new(),
			duties: BTreeMap::new(),
			logs: HashMap::new(),
			missed: true,
			best: 0,
		}
	}

	/// Serves until told to stop; then lets calls that are under way end.
	pub async fn run(
		mut self,
		mut sights: broadcast::Receiver<Sight>,
		mut letters: mpsc::Receiver<Unverified>,
		mut stop: watch::Receiver<bool>,
	) {
		loop {
			tokio::select! {
				() = stopped(&mut stop) => break,
				seen = sights.recv() => match seen {
					Ok(Sight::Best(at, seen)) => self.see_best(&at, &seen.errands).await,
					Ok(Sight::Final(..)) => (),
					Ok(Sight::Gap) | Err(broadcast::error::RecvError::Lagged(_)) => {
						self.missed = true;
					}
					Err(broadcast::error::RecvError::Closed) => break,
				},
				Some(letter) = letters.recv() => self.read(letter),
				(attempt, ended) = self.outbox.next() => {
					if let (Err(error), Some(duty)) = (ended, self.duties.get_mut(&attempt))
						&& error.is_passing()
					{
						duty.voted = None;
					}
				},
				Some(judged) = self.jobs.join_next() => match judged {
					Ok(judged) => self.judged(judged),
					Err(error) => tracing::error!(%error, "a judgement was torn off"),
				},
			}
		}
		self.jobs.shutdown().await;
		self.outbox.drain(DRAIN).await;
	}

	// What the chain says, at the best block.

	async fn see_best(&mut self, at: &At, events: &[ErrandEvent]) {
		let now = at.number();
		self.missed |= now > self.best.saturating_add(1) || now <= self.best;
		self.best = now;
		for event in events {
			self.see(event);
		}
		let looked = async {
			if self.missed {
				self.look_at_everything(at).await?;
			}
			self.fill_addresses(at).await
		};
		match tokio::time::timeout(LOOK, looked).await {
			Ok(Ok(())) => (),
			Ok(Err(error)) => {
				tracing::debug!(%error, "errands cannot be read");
				self.missed = true;
			}
			Err(_) => self.missed = true,
		}
		self.advance();
		self.replays.forget(now);
	}

	fn see(&mut self, event: &ErrandEvent) {
		match event {
			ErrandEvent::Assigned {
				errand,
				attempt,
				executor,
				boot_seq,
				verifiers,
				deadline,
			} => {
				self.end(*errand);
				self.drawn(
					(*errand, *attempt),
					(*executor, *boot_seq),
					verifiers,
					*deadline,
				);
			}
			ErrandEvent::KeyWanted { errand, .. } => {
				if let Some(duty) = self.duty_of(*errand) {
					duty.is_waiting = true;
				}
			}
			ErrandEvent::KeysComplete {
				errand,
				executor_deadline,
				..
			} => {
				if let Some(duty) = self.duty_of(*errand) {
					duty.is_waiting = false;
					duty.deadline = *executor_deadline;
					duty.asked = None;
				}
			}
			// The record says who checks it now.
			ErrandEvent::CommitteeRedrawn { .. } => self.missed = true,
			ErrandEvent::CommitteeSilent { errand, .. }
			| ErrandEvent::Reopened { errand, .. }
			| ErrandEvent::Settled { errand, .. } => self.end(*errand),
			_ => (),
		}
	}

	fn duty_of(&mut self, errand: ErrandId) -> Option<&mut Duty> {
		self.duties
			.iter_mut()
			.find(|((of, _), _)| *of == errand)
			.map(|(_, duty)| duty)
	}

	/// Takes a duty up, if this is one.
	fn drawn(
		&mut self,
		attempt: Attempt,
		executor: (ModuleId, BootSeq),
		verifiers: &[ChainMember],
		deadline: u32,
	) {
		let me = &self.actor.member;
		let Some(member) = verifiers
			.iter()
			.position(|member| member == me)
			.and_then(|member| u8::try_from(member).ok())
		else {
			return;
		};
		// A reorganisation may seat the verifiers anew, or name another executor.
		if let Some(duty) = self.duties.get_mut(&attempt)
			&& duty.executor == executor
		{
			duty.member = member;
			duty.deadline = deadline;
			return;
		}
		let Ok(nonce) = keys::random() else {
			tracing::error!("no random numbers");
			return;
		};
		let (errand, number) = attempt;
		tracing::info!(%errand, attempt = number, executor = %executor.0, member, "verifier");
		let duty = Duty {
			executor,
			member,
			nonce: *nonce,
			address: None,
			is_waiting: false,
			deadline,
			asked: None,
			said: None,
			judging: None,
			refuted: None,
			voted: None,
		};
		self.duties.insert(attempt, duty);
	}

	/// The duties of an errand are over.
	fn end(&mut self, errand: ErrandId) {
		let over: Vec<_> = self
			.duties
			.keys()
			.filter(|(of, _)| *of == errand)
			.copied()
			.collect();
		for attempt in over {
			if let Some(duty) = self.duties.remove(&attempt) {
				let label = match (&duty.refuted, &duty.said) {
					(Some(_), _) => "refuted",
					(None, Some((_, Said::Passed(..)))) => "pass",
					(None, Some((_, Said::Abstained))) => "abstain",
					(None, None) => "no_evidence",
				};
				self.metrics.errand_checks.with_label_values(&[label]).inc();
			}
		}
	}

	/// All duties, from the state.
	async fn look_at_everything(&mut self, at: &At) -> Result<(), Error> {
		let errands = at.errands().await?;
		let mut standing = Vec::new();
		for (errand, record) in errands {
			let Some(assignment) = record.assignment() else {
				continue;
			};
			let attempt = (errand, record.attempt);
			standing.push(attempt);
			let is_seated = assignment.verifiers.contains(&self.actor.member);
			if !is_seated {
				standing.pop();
				continue;
			}
			let executor = (assignment.executor, assignment.boot_seq);
			self.drawn(
				attempt,
				executor,
				&assignment.verifiers,
				assignment.deadline,
			);
			if let Some(duty) = self.duties.get_mut(&attempt) {
				duty.is_waiting = matches!(record.stage, ErrandStage::AwaitingKey { .. });
				if assignment.has_failed(duty.member) {
					duty.voted = Some(u32::MAX);
				}
			}
		}
		let over: Vec<_> = self
			.duties
			.keys()
			.filter(|attempt| !standing.contains(attempt))
			.map(|(errand, _)| *errand)
			.collect();
		for errand in over {
			self.end(errand);
		}
		self.missed = false;
		Ok(())
	}

	async fn fill_addresses(&mut self, at: &At) -> Result<(), Error> {
		for duty in self.duties.values_mut() {
			if duty.address.is_some() {
				continue;
			}
			let (module, boot_seq) = duty.executor;
			duty.address = at
				.boot(module)
				.await?
				.filter(|boot| boot.seq == boot_seq)
				.map(|boot| Address {
					party: Party::Module {
						id: module,
						boot_seq,
					},
					mailbox: Mailbox(boot.keys.transport),
					key: boot.keys.session,
				});
		}
		Ok(())
	}

	/// Asks, votes, and lets go what is over.
	fn advance(&mut self) {
		let now = self.best;
		let over: Vec<_> = self
			.duties
			.iter()
			.filter(|(_, duty)| !duty.is_waiting && now >= duty.deadline)
			.map(|((errand, _), _)| *errand)
			.collect();
		for errand in over {
			self.end(errand);
		}
		for ((errand, attempt), duty) in &mut self.duties {
			if let Some(reason) = duty.refuted {
				let is_due = duty
					.voted
					.is_none_or(|voted| now >= voted.saturating_add(VOTE_AGAIN));
				if is_due {
					duty.voted = Some(now);
					let call = Call::vote_fail_errand(*errand, reason);
					self.outbox.post((*errand, *attempt), call);
				}
				continue;
			}
			let is_done = matches!(duty.said, Some((_, Said::Passed(..))));
			let is_due = duty
				.asked
				.is_none_or(|asked| now >= asked.saturating_add(ASK_AGAIN));
			if is_done || duty.is_waiting || !is_due {
				continue;
			}
			let Some(address) = &duty.address else {
				continue;
			};
			duty.asked = Some(now);
			let (executor, boot_seq) = duty.executor;
			let known_log = self
				.logs
				.get(&executor)
				.filter(|(boot, _)| *boot == boot_seq)
				.map(|(_, log)| *log);
			let body = Body::Nonce {
				member: duty.member,
				nonce: duty.nonce,
				known_log,
			};
			tell(&self.courier, address, (*errand, *attempt), now, &body);
		}
	}

	// What executors show.

	fn read(&mut self, letter: Unverified) {
		let Some(about) = About::from_subject(letter.subject().as_bytes()) else {
			return self.metrics.drop_letter("format");
		};
		let attempt = (about.errand, about.attempt);
		let Some(duty) = self.duties.get_mut(&attempt) else {
			return self.metrics.drop_letter("unexpected");
		};
		let Some(address) = duty.address else {
			return self.metrics.drop_letter("peer_not_active");
		};
		let letter = match letter.verify(&address.party, &address.key, &mut self.replays) {
			Ok(letter) => letter,
			Err(error) => {
				tracing::debug!(errand = %about.errand, %error, "a letter was dropped");
				return self.metrics.drop_letter(error.label());
			}
		};
		let evidence = match Body::from_bytes(&letter.body) {
			Ok(Body::Evidence(evidence)) => evidence,
			Ok(_) => return self.metrics.drop_letter("unexpected"),
			Err(_) => return self.metrics.drop_letter("format"),
		};
		if duty.refuted.is_some() {
			return;
		}
		use sha2::{Digest, Sha256};
		let quote: Hash = Sha256::digest(&evidence.quote).into();
		// The same quote gets the same pass: the answer may have been lost.
		if let Some((before, Said::Passed(pot, signature))) = duty.said
			&& before == quote
			&& pot == evidence.body.hash()
		{
			let body = Body::Passed {
				member: duty.member,
				pot,
				quote,
				signature,
			};
			return tell(&self.courier, &address, attempt, self.best, &body);
		}
		if duty.judging == Some(quote) {
			return;
		}
		duty.judging = Some(quote);
		let (executor, boot_seq) = duty.executor;
		let known_log = self
			.logs
			.get(&executor)
			.filter(|(boot, _)| *boot == boot_seq)
			.map(|(_, log)| *log);
		let (member, nonce, chain) = (duty.member, duty.nonce, self.chain.clone());
		self.jobs.spawn(async move {
			let looked = tokio::time::timeout(LOOK, case(&chain, attempt)).await;
			let case = match looked {
				Ok(Ok(Some(case))) => Ok(case),
				Ok(Ok(None)) => Err(Abstention::OtherAttempt),
				Ok(Err(error)) => {
					tracing::debug!(errand = %attempt.0, %error, "the case cannot be read");
					Err(Abstention::ChainUnavailable)
				}
				Err(_) => Err(Abstention::ChainUnavailable),
			};
			judge(
				case,
				attempt,
				member,
				&nonce,
				known_log.as_ref(),
				quote,
				&evidence,
			)
		});
	}

	fn judged(&mut self, judged: Judged) {
		let Judged {
			attempt,
			quote,
			verdict,
			payload,
		} = judged;
		let Some(duty) = self.duties.get_mut(&attempt) else {
			return;
		};
		duty.judging = None;
		let (errand, number) = attempt;
		let member = duty.member;
		let body = match verdict {
			Verdict::Pass { pot, log_root, .. } => {
				let signature = tea_link::Sign::sign(&*self.actor.signer, &payload);
				tracing::info!(%errand, attempt = number, member, "the proof passes");
				self.logs
					.insert(duty.executor.0, (duty.executor.1, log_root));
				duty.said = Some((quote, Said::Passed(pot, signature)));
				Body::Passed {
					member,
					pot,
					quote,
					signature,
				}
			}
			Verdict::Abstain(reason) => {
				tracing::info!(%errand, attempt = number, member, %reason, "no verdict");
				duty.said = Some((quote, Said::Abstained));
				Body::Abstained {
					member,
					quote,
					reason,
				}
			}
			Verdict::Refuted(reason) => {
				tracing::warn!(%errand, attempt = number, member, ?reason, "the proof is refuted");
				duty.refuted = Some(reason);
				return self.advance();
			}
		};
		if let Some(address) = &duty.address {
			tell(&self.courier, address, attempt, self.best, &body);
		}
	}
}

fn tell(courier: &Courier, to: &Address, (errand, attempt): Attempt, now: u32, body: &Body) {
	let about = About {
		errand,
		attempt,
		reader: Reader::Executor,
	};
	let subject = about.subject();
	courier.post(to, Purpose::Errand, &subject, None, now, body.to_bytes());
}

fn judge(
	case: Result<Case, Abstention>,
	attempt: Attempt,
	member: u8,
	nonce: &Hash,
	known_log: Option<&Hash>,
	quote: Hash,
	evidence: &Evidence,
) -> Judged {
	let (verdict, payload) = match case {
		Ok(case) => {
			let verdict = case.judge(member, nonce, known_log, evidence);
			let payload = match verdict {
				Verdict::Pass { pot, quote, .. } => case.pass(member, pot, quote).payload(),
				_ => Vec::new(),
			};
			(verdict, payload)
		}
		Err(reason) => (Verdict::Abstain(reason), Vec::new()),
	};
	Judged {
		attempt,
		quote,
		verdict,
		payload,
	}
}

/// What the chain says at the best block; nothing when it knows no such attempt.
async fn case(chain: &Chain, (errand, attempt): Attempt) -> Result<Option<Case>, Error> {
	let at = chain.best().await?;
	let Some(record) = at.errand(errand).await? else {
		return Ok(None);
	};
	let Some(assignment) = record
		.assignment()
		.filter(|_| record.attempt == attempt)
		.cloned()
	else {
		return Ok(None);
	};
	let module = assignment.executor;
	let (info, certificate, now_ms) = futures::try_join!(
		at.module_info(module),
		at.certificate_of(module),
		at.timestamp_ms()
	)?;
	let Some((chip, executor)) = info.and_then(|info| Some((info.chip?, info.boot?))) else {
		return Ok(None);
	};
	let Some(boot) = chip.boot else {
		return Ok(None);
	};
	let releases = at.releases_of(chip.class).await?;
	// The executor may see finality a moment earlier.
	let stands = tokio::time::timeout(FINALITY, order_stands(chain, errand, &record)).await;
	let order_is_final = stands.unwrap_or(Ok(false))?;
	Ok(Some(Case {
		genesis: chain.genesis(),
		errand,
		order_is_final,
		ak: chip.ak,
		signer: chip.signer,
		class: chip.class,
		is_certified: executor.seq == assignment.boot_seq
			&& certificate.is_some_and(|certificate| certificate.boot_seq == assignment.boot_seq),
		evidence: executor.evidence,
		boot,
		pins: chip.pins,
		releases: AcceptedRelease::of_chain(releases),
		head: at.number(),
		now_ms,
		record,
		assignment,
	}))
}

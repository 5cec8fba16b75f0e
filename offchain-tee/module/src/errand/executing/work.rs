//! Errands that this module runs.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tea_chain::{
	At, Call, Error,
	types::{ChainMember, ErrandRecord, ErrandStage, MultiSignature, Pot},
};
use tea_link::Purpose;
use tea_primitives::{
	deployment::Cid,
	errand::{Batch, ErrandId, Exit, FaultReason},
};
use tea_tpm::{Hash, pot::PotBinding};

use super::{Done, Executing, Quoted, Tag, candidate::fetched_here, tray::Item};
use crate::{
	errand::{
		batch::{Bundle, Ready, nonces_hash, take},
		execute::{Executed, Order, execute},
		proof::{Proof, Step},
		protocol::{About, Body, Evidence, Nonce, Reader},
	},
	metrics::Metrics,
	service::{courier::Address, duty::address_of_member},
};

/// Refusals of a proof after which it is quoted anew.
const REFUSALS: u8 = 2;

/// Why the chain did not take a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
	/// Its quote, or what is bound to it.
	Quote,
	/// Something else in it.
	Otherwise,
	/// It was not said why.
	Unsaid,
	/// It did not come so far.
	Passing,
}

impl Refused {
	/// With this error of the runtime.
	pub(super) fn by(pallet: &str, error: &str) -> Self {
		match (pallet, error) {
			(
				"Errand",
				"BadCounters" | "BadQuote" | "BadPot" | "BadSignature" | "BadVerdictSignature",
			) => Self::Quote,
			_ => Self::Otherwise,
		}
	}
}

/// A verifier, and how it is reached.
pub(super) struct Verifier {
	pub(super) member: ChainMember,
	pub(super) address: Option<Address>,
	/// Root of the log that it has replayed before.
	pub(super) known_log: Option<Hash>,
}

/// A quote that serves an errand.
struct Live {
	batch: Batch,
	nonces: Vec<Nonce>,
	quote: Vec<u8>,
	signature: Vec<u8>,
}

/// When the stages began.
struct Clock {
	assigned: Instant,
	/// The run has ended.
	ran: Option<Instant>,
	/// It was put in line for a quote.
	queued: Option<Instant>,
	/// The quote is there.
	quoted: Option<Instant>,
	/// It was handed in.
	handed_in: Option<Instant>,
}

/// An errand that this module runs.
pub(super) struct Work {
	order: Order,
	pub(super) proof: Proof,
	pub(super) verifiers: Vec<Verifier>,
	executed: Option<Executed>,
	live: Option<Live>,
	is_running: bool,
	refusals: u8,
	clock: Clock,
}

/// Blocks after which an executor calls its verifiers silent: no fewer than the chain wants, and an eighth of its time, because
/// verifiers that have much to do are not silent.
fn patience(record: &ErrandRecord, least: u32) -> u32 {
	const MOST: u32 = 16;
	let time = record.assignment().map_or(0, |assignment| {
		assignment.deadline.saturating_sub(assignment.assigned)
	});
	(time / 8).min(MOST).max(least)
}

fn verifiers(members: &[ChainMember]) -> Vec<Verifier> {
	members
		.iter()
		.map(|member| Verifier {
			member: member.clone(),
			address: None,
			known_log: None,
		})
		.collect()
}

impl Work {
	fn new(order: Order, patience: u32, last_call: u32) -> Self {
		let assignment = &order.assignment;
		let drawn = assignment.redraw.unwrap_or(assignment.assigned);
		let members = assignment.verifiers.len();
		Self {
			proof: Proof::new(members, drawn, patience, (assignment.deadline, last_call)),
			verifiers: verifiers(&assignment.verifiers),
			order,
			executed: None,
			live: None,
			is_running: false,
			refusals: 0,
			clock: Clock {
				assigned: Instant::now(),
				ran: None,
				queued: None,
				quoted: None,
				handed_in: None,
			},
		}
	}

	pub(super) const fn attempt(&self) -> u8 {
		self.order.record.attempt
	}

	/// Executor, boot and genesis as verdicts name them.
	pub(super) const fn order(&self) -> &Order {
		&self.order
	}

	/// How long its proof has been on its way.
	pub(super) fn took(&self) -> Option<Duration> {
		self.clock.ran.map(|ran| ran.elapsed())
	}

	/// The most fuel that it may still burn.
	pub(super) const fn fuel_to_come(&self) -> Option<u64> {
		match self.executed {
			Some(_) => None,
			None => Some(self.order.record.limits.fuel),
		}
	}

	/// Whether its proof may be there in a moment.
	pub(super) const fn is_near(&self) -> bool {
		self.executed.is_some() && self.clock.handed_in.is_none()
	}

	pub(super) const fn is_handed_in(&self) -> bool {
		self.clock.handed_in.is_some()
	}

	pub(super) fn cancel(&self) {
		self.order.cancel.cancel();
	}

	/// Where the result is.
	pub(super) fn result(&self) -> Option<Cid> {
		Some(self.executed.as_ref()?.body.result.cid)
	}

	/// Hash of the PoT.
	pub(super) fn pot(&self) -> Option<Hash> {
		Some(self.executed.as_ref()?.body.hash())
	}

	/// Sources that the host keeps for it.
	pub(super) fn fetched(&self) -> Vec<Cid> {
		fetched_here(&self.order.materials)
	}

	/// Everything that the host keeps for it.
	pub(super) fn contents(&self) -> Vec<Cid> {
		let mut contents = self.fetched();
		contents.extend(self.result());
		contents
	}

	pub(super) fn settled(&self, metrics: &Metrics, end: &str) {
		metrics.errands.with_label_values(&[end]).inc();
		if let Some(handed_in) = self.clock.handed_in {
			metrics.stage("inclusion", handed_in.elapsed());
		}
	}

	/// The chain did not take the proof. What is wrong with the quote is mended by another one.
	pub(super) fn not_taken(&mut self, now: u32, refused: Refused) {
		self.clock.handed_in = None;
		self.refusals = self.refusals.saturating_add(1);
		let anew = match refused {
			Refused::Quote => true,
			Refused::Passing => false,
			// A proof that is refused before it gets into a block says not why.
			Refused::Otherwise | Refused::Unsaid => self.refusals >= REFUSALS,
		};
		self.proof.not_taken(now, anew);
	}
}

impl Executing {
	/// This module is the executor.
	pub(super) async fn assigned(
		&mut self,
		at: &At,
		errand: ErrandId,
		record: ErrandRecord,
	) -> Result<(), Error> {
		let least = at.errand_constants()?.verifier_patience;
		let patience = patience(&record, least);
		let is_known = self
			.works
			.get(&errand)
			.is_some_and(|work| work.attempt() == record.attempt);
		if !is_known {
			self.drop_work(errand, "another attempt");
			let Some(order) = self.order(at, errand, record).await? else {
				return Ok(());
			};
			tracing::info!(
				%errand,
				attempt = order.record.attempt,
				block = order.assignment.assigned,
				deadline = order.assignment.deadline,
				waits_for_keys = matches!(order.record.stage, ErrandStage::AwaitingKey { .. }),
				"executor"
			);
			let time = order
				.assignment
				.deadline
				.saturating_sub(order.assignment.assigned);
			let last_call = self.world.pace.last_call(time);
			self.works
				.insert(errand, Work::new(order, patience, last_call));
		} else if let Some(work) = self.works.get_mut(&errand) {
			work.update(record, at.number(), patience);
		}
		self.start(errand);
		self.fill_addresses(at, errand).await
	}

	/// Runs it, when all keys are there.
	fn start(&mut self, errand: ErrandId) {
		let Some(work) = self.works.get_mut(&errand) else {
			return;
		};
		let is_due = matches!(work.order.record.stage, ErrandStage::Assigned(_))
			&& !work.is_running
			&& work.executed.is_none();
		if !is_due {
			return;
		}
		work.is_running = true;
		let (world, order) = (self.world.clone(), work.order.clone());
		let attempt = order.record.attempt;
		self.jobs.spawn(async move {
			let ran = execute(world, order).await;
			Done::Ran(errand, attempt, Box::new(ran))
		});
	}

	async fn fill_addresses(&mut self, at: &At, errand: ErrandId) -> Result<(), Error> {
		let Some(work) = self.works.get_mut(&errand) else {
			return Ok(());
		};
		for verifier in &mut work.verifiers {
			if verifier.address.is_none() {
				verifier.address = address_of_member(at, &verifier.member).await?;
			}
		}
		Ok(())
	}

	/// Lets go of an errand that is not this module's any more.
	pub(super) fn drop_work(&mut self, errand: ErrandId, why: &str) {
		if let Some(work) = self.works.remove(&errand) {
			tracing::info!(%errand, why, "let go");
			work.cancel();
			work.settled(&self.world.metrics, "lost");
			self.release(errand, work.contents());
		}
		self.waiting.retain(|ready| ready.body.errand != errand);
		self.proofs.forget(errand);
	}

	pub(super) fn ran(
		&mut self,
		errand: ErrandId,
		attempt: u8,
		ran: Result<Executed, FaultReason>,
	) {
		let metrics = self.world.metrics.clone();
		let Some(work) = self
			.works
			.get_mut(&errand)
			.filter(|work| work.attempt() == attempt)
		else {
			// It is over, and nobody wants the result.
			if let Ok(executed) = ran {
				self.release(errand, vec![executed.body.result.cid]);
			}
			return;
		};
		work.is_running = false;
		match ran {
			Ok(executed) => {
				let stages = &executed.stages;
				for (stage, took) in [
					("fetch", stages.fetch),
					("decrypt", stages.decrypt),
					("translate", stages.translate),
					("run", stages.run),
					("seal", stages.seal),
					("store", stages.store),
				] {
					metrics.stage(stage, took);
				}
				metrics
					.errand_exits
					.with_label_values(&[label(executed.body.exit)])
					.inc();
				let code = work.order.record.code.deployment().map(|used| used.id);
				if let (Some(code), Some(hash)) = (code, executed.pinned_code) {
					self.programs.insert(code, hash);
				}
				work.clock.ran = Some(Instant::now());
				work.executed = Some(executed);
				work.proof.ran();
			}
			Err(reason) => {
				tracing::warn!(%errand, attempt, ?reason, "a run came to nothing");
				work.proof.fault(reason);
			}
		}
	}

	/// Does what is due for all errands of this module.
	pub(super) fn step_all(&mut self) {
		let (now, late) = (self.best, self.is_late());
		let all: Vec<_> = self.works.keys().copied().collect();
		for errand in all {
			while self.step(errand, now, late) {}
		}
		self.quote();
	}

	/// Says whether there may be more to do.
	fn step(&mut self, errand: ErrandId, now: u32, late: bool) -> bool {
		let Some(work) = self.works.get_mut(&errand) else {
			return false;
		};
		match work.proof.next(now, late) {
			Step::Wait => false,
			Step::Over => {
				tracing::warn!(%errand, "its deadline is over");
				self.drop_work(errand, "too late");
				false
			}
			Step::Quote(nonces) => {
				if let Some(executed) = &work.executed {
					let began = work.clock.ran.unwrap_or(work.clock.assigned);
					self.world.metrics.stage("nonces", began.elapsed());
					work.clock.queued = Some(Instant::now());
					self.waiting.push(Ready {
						body: executed.body.clone(),
						nonces,
					});
				}
				false
			}
			Step::Show(members) => {
				self.show_evidence(errand, now, &members);
				false
			}
			Step::HandIn(passes) => {
				self.hand_in(errand, &passes);
				false
			}
			Step::GiveUp(reason) => {
				let attempt = work.attempt();
				tracing::warn!(%errand, attempt, ?reason, "giving up");
				if reason != FaultReason::VerifiersSilent {
					work.cancel();
				}
				self.flow.given_up();
				let text = format!("{reason:?}");
				self.world
					.metrics
					.errand_faults
					.with_label_values(&[&text])
					.inc();
				self.outbox
					.post(Tag::Fail(errand, attempt), Call::fail(errand, reason));
				false
			}
		}
	}

	// Quotes: one at a time. What becomes ready meanwhile shares the next one.

	fn quote(&mut self) {
		if self.is_quoting || self.waiting.is_empty() {
			return;
		}
		let ready = take(&mut self.waiting);
		let Some(bundle) = Bundle::new(&ready) else {
			return;
		};
		self.is_quoting = true;
		let binding = PotBinding {
			genesis: self.world.boot.genesis,
			module: self.world.module().0,
			boot_seq: self.world.boot_seq,
			pot_root: bundle.root,
			nonces: bundle.nonces_hash(),
		};
		let world = self.world.clone();
		self.jobs.spawn(async move {
			let began = Instant::now();
			let quoted = async {
				let at = world
					.chain
					.best()
					.await
					.map_err(|error| error.to_string())?;
				let boot = at.boot(world.module()).await;
				let boot = boot.map_err(|error| error.to_string())?;
				let firmware = boot
					.filter(|boot| boot.seq == world.boot_seq)
					.ok_or("the chain has another boot of this module")?
					.evidence
					.firmware_version;
				let quote = world
					.opener
					.tpm
					.quote_pot(binding, world.opener.state, firmware);
				quote.await.map_err(|error| error.to_string())
			};
			let quote = quoted.await;
			Done::Quoted(Box::new(Quoted {
				ready,
				bundle,
				quote,
				took: began.elapsed(),
			}))
		});
	}

	pub(super) fn quoted(&mut self, quoted: Quoted) {
		self.is_quoting = false;
		let Quoted {
			ready,
			bundle,
			quote,
			took,
		} = quoted;
		let many = i64::try_from(ready.len()).unwrap_or(i64::MAX);
		self.world.metrics.errand_batch.set(many);
		let quote = match quote {
			Ok(quote) => quote,
			Err(error) => {
				tracing::warn!(%error, errands = many, "no quote");
				for ready in ready {
					if let Some(work) = self.works.get_mut(&ready.body.errand) {
						work.proof.not_quoted();
					}
				}
				return;
			}
		};
		tracing::info!(errands = many, quote_ms = took.as_millis(), "quoted");
		let hash: Hash = Sha256::digest(&quote.quote).into();
		for (ready, (errand, batch)) in ready.into_iter().zip(bundle.places) {
			let Some(work) = self
				.works
				.get_mut(&errand)
				.filter(|work| work.pot() == Some(ready.body.hash()))
			else {
				continue;
			};
			self.world.metrics.stage("quote", took);
			work.clock.quoted = Some(Instant::now());
			work.live = Some(Live {
				batch,
				nonces: bundle.nonces.clone(),
				quote: quote.quote.clone(),
				signature: quote.signature.clone(),
			});
			let members = ready.nonces.iter().map(|(member, _)| *member);
			work.proof.quoted(self.best, hash, members);
		}
	}

	fn show_evidence(&mut self, errand: ErrandId, now: u32, members: &[u8]) {
		let Some(work) = self.works.get_mut(&errand) else {
			return;
		};
		let (Some(executed), Some(live)) = (&work.executed, &work.live) else {
			return;
		};
		let subject = About {
			errand,
			attempt: work.order.record.attempt,
			reader: Reader::Verifier,
		}
		.subject();
		let log = &self.world.boot.log;
		for member in members {
			work.proof.shown(now, *member);
			let Some(verifier) = work.verifiers.get(usize::from(*member)) else {
				continue;
			};
			let Some(address) = &verifier.address else {
				continue;
			};
			let body = Body::Evidence(Box::new(Evidence {
				body: executed.body.clone(),
				batch: live.batch.clone(),
				nonces: live.nonces.clone(),
				quote: live.quote.clone(),
				signature: live.signature.clone(),
				log: (verifier.known_log != Some(log.root())).then(|| log.to_bytes()),
			}));
			self.world.courier.post(
				address,
				Purpose::Errand,
				&subject,
				None,
				now,
				body.to_bytes(),
			);
		}
	}

	fn hand_in(&mut self, errand: ErrandId, passes: &[(u8, [u8; 64])]) {
		let Some(work) = self.works.get_mut(&errand) else {
			return;
		};
		let Some(pot) = work.pot_of(passes) else {
			tracing::error!(%errand, "a proof has parts that are too long");
			work.proof.fault(FaultReason::Host);
			return;
		};
		if let Some(quoted) = work.clock.quoted {
			self.world.metrics.stage("verdicts", quoted.elapsed());
		}
		work.clock.handed_in = Some(Instant::now());
		tracing::info!(
			%errand,
			attempt = work.attempt(),
			passes = passes.len(),
			since_assigned_ms = work.clock.assigned.elapsed().as_millis(),
			since_queued_ms = work.clock.queued.map_or(Duration::ZERO, |at| at.elapsed()).as_millis(),
			"handing in a proof"
		);
		// Those under one quote stand together: the chain verifies it once.
		let [a, b, c, d, e, f, g, h, ..] = pot.batch.root;
		self.proofs.put(Item {
			errand,
			attempt: work.attempt(),
			rank: u64::from_be_bytes([a, b, c, d, e, f, g, h]),
			payload: pot,
		});
	}
}

impl Work {
	/// The errand as it stands now: keys may have come, or another committee.
	fn update(&mut self, record: ErrandRecord, now: u32, patience: u32) {
		let Some(assignment) = record.assignment().cloned() else {
			return;
		};
		if assignment.verifiers != self.order.assignment.verifiers {
			self.verifiers = verifiers(&assignment.verifiers);
			self.live = None;
			self.proof
				.redrawn(assignment.verifiers.len(), now, patience);
		}
		self.proof.postponed(assignment.deadline);
		self.order.assignment = assignment;
		self.order.record = record;
	}

	/// The proof as the chain takes it.
	fn pot_of(&self, passes: &[(u8, [u8; 64])]) -> Option<Pot> {
		let (executed, live) = (self.executed.as_ref()?, self.live.as_ref()?);
		let verdicts: Vec<_> = passes
			.iter()
			.map(|(member, signature)| (*member, MultiSignature::Sr25519(*signature)))
			.collect();
		Some(Pot {
			body: executed.body.clone(),
			batch: live.batch.clone(),
			nonces: nonces_hash(&live.nonces),
			quote: live.quote.clone().try_into().ok()?,
			signature: live.signature.clone().try_into().ok()?,
			verdicts: verdicts.try_into().ok()?,
		})
	}
}

/// One word for an exit.
const fn label(exit: Exit) -> &'static str {
	match exit {
		Exit::Ok => "ok",
		Exit::Failed(_) => "failed",
		Exit::Trap(_) => "trap",
		Exit::OutOfFuel => "out_of_fuel",
		Exit::LimitExceeded(_) => "limit_exceeded",
		Exit::BadModule(_) => "bad_module",
		Exit::BadInput(_) => "bad_input",
		Exit::BadKey => "bad_key",
	}
}

//! The executor's service: sees errands, claims them, runs them, has its chip quote, and hands the proof in. What takes
//! long runs beside this loop, in jobs; the loop alone changes anything.

mod candidate;
mod flow;
mod letters;
mod tray;
mod work;

use std::{
	collections::{BTreeMap, HashMap, VecDeque},
	sync::Arc,
	time::{Duration, Instant},
};

use tea_chain::{
	At, Call, SubmitError, Withdrawal,
	types::{ErrandEvent, ErrandStage, Pot},
};
use tea_link::{Replays, Unverified};
use tea_primitives::{
	deployment::{Cid, DeploymentId},
	errand::{ErrandId, FaultReason, Outcome, TicketProof},
};
use tea_tpm_device::PotQuote;
use tokio::{
	sync::{broadcast, mpsc, watch},
	task::{JoinError, JoinSet},
};

use super::{
	batch::{Bundle, Ready},
	execute::Executed,
	results::Results,
	world::World,
};
use crate::{
	pins::content::ContentError,
	service::{LOOK, listener::Sight, outbox::Outbox},
	signals::stopped,
};
use candidate::Candidate;
use flow::Flow;
use tray::{Item, Tray};
use work::{Refused, Work};

/// How long calls that are under way may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(6);
/// Letters that came before their errand was seen.
const EARLY: usize = 256;
/// Blocks of postings whose times are remembered.
const TIMES: usize = 4096;

/// What a call was for. Claims and proofs have the number that their tray gave the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
	Claims(u64),
	Proofs(u64),
	Fail(ErrandId, u8),
}

/// What a job has done.
enum Done {
	/// The contents of an errand are at the own host, or are not.
	Fetched(ErrandId, Result<(), ContentError>),
	/// A run of an attempt.
	Ran(ErrandId, u8, Box<Result<Executed, FaultReason>>),
	/// A quote, and how long it took.
	Quoted(Box<Quoted>),
	/// The result of an errand that others ran is kept too.
	Kept(ErrandId, Cid),
	/// Nothing that anybody waits for.
	Nothing,
}

struct Quoted {
	ready: Vec<Ready>,
	bundle: Bundle,
	quote: Result<PotQuote, String>,
	took: Duration,
}

/// The service of one boot.
pub struct Executing {
	world: Arc<World>,
	outbox: Outbox<Tag>,
	flow: Flow,
	claims: Tray<TicketProof>,
	proofs: Tray<Pot>,
	/// Calls that stand in a block.
	stands: (mpsc::UnboundedSender<Tag>, mpsc::UnboundedReceiver<Tag>),
	replays: Replays,
	jobs: JoinSet<Done>,
	open: BTreeMap<ErrandId, Candidate>,
	works: BTreeMap<ErrandId, Work>,
	/// Letters about errands that were not seen yet.
	early: VecDeque<Unverified>,
	/// Proofs that wait for a quote.
	waiting: Vec<Ready>,
	is_quoting: bool,
	results: Results,
	/// Code that only pins open, by the deployment; forgotten with the pin.
	programs: HashMap<DeploymentId, [u8; 32]>,
	/// Hash and time of blocks with postings that want to know.
	times: BTreeMap<u32, ([u8; 32], u64)>,
	/// The state is to be looked at, because events were missed.
	missed: bool,
	/// The results are to be compared with the chain.
	is_unsure: bool,
	best: u32,
	best_since: Instant,
}

impl Executing {
	/// A service that has seen nothing yet.
	pub fn new(world: World) -> Self {
		Self {
			outbox: Outbox::new(world.session.clone(), world.metrics.clone()),
			flow: Flow::new(usize::try_from(world.policy.most).unwrap_or(usize::MAX)),
			claims: Tray::default(),
			proofs: Tray::default(),
			stands: mpsc::unbounded_channel(),
			results: Results::open(world.state.clone()),
			world: Arc::new(world),
			replays: Replays::default(),
			jobs: JoinSet::new(),
			open: BTreeMap::new(),
			works: BTreeMap::new(),
			early: VecDeque::new(),
			waiting: Vec::new(),
			is_quoting: false,
			programs: HashMap::new(),
			times: BTreeMap::new(),
			missed: true,
			is_unsure: true,
			best: 0,
			best_since: Instant::now(),
		}
	}

	/// Serves until told to stop; then gives up what is not done.
	pub async fn run(
		mut self,
		mut sights: broadcast::Receiver<Sight>,
		mut letters: mpsc::Receiver<Unverified>,
		mut stop: watch::Receiver<bool>,
	) {
		let mut tick = tokio::time::interval(self.world.pace.tick());
		loop {
			tokio::select! {
				() = stopped(&mut stop) => break,
				seen = sights.recv() => match seen {
					Ok(Sight::Best(at, seen)) => self.see_best(&at, &seen.errands).await,
					Ok(Sight::Final(at, seen)) => self.see_final(&at, &seen.errands).await,
					Ok(Sight::Gap) | Err(broadcast::error::RecvError::Lagged(_)) => {
						self.missed = true;
						self.is_unsure = true;
					}
					Err(broadcast::error::RecvError::Closed) => break,
				},
				Some(letter) = letters.recv() => self.read(letter),
				Some(tag) = self.stands.1.recv() => self.stands(tag),
				(tag, ended) = self.outbox.next() => self.ended(tag, ended),
				Some(done) = self.jobs.join_next() => self.jobs_done(done).await,
				_ = tick.tick() => (),
			}
			self.step_all();
			self.send();
			self.show();
		}
		self.leave();
		self.jobs.shutdown().await;
		self.outbox.drain(DRAIN).await;
	}

	/// Says so to the chain: silence would cost more.
	fn leave(&mut self) {
		// Those that are ready still count.
		while let Some(items) = self.proofs.hurry() {
			self.send_proofs(items);
		}
		for (errand, work) in std::mem::take(&mut self.works) {
			work.cancel();
			if !work.is_handed_in() {
				tracing::info!(%errand, "given up: the module shuts down");
				let attempt = work.attempt();
				let call = Call::fail(errand, FaultReason::Shutdown);
				self.outbox.post(Tag::Fail(errand, attempt), call);
			}
		}
	}

	fn show(&self) {
		let many = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
		self.world
			.metrics
			.errands_running
			.set(many(self.works.len()));
		self.world.metrics.errands_open.set(many(self.open.len()));
	}

	fn is_late(&self) -> bool {
		self.best_since.elapsed() >= self.world.pace.late()
	}

	// What the chain says, at the best block.

	async fn see_best(&mut self, at: &At, events: &[ErrandEvent]) {
		let now = at.number();
		// A best block that was left out had events of its own.
		self.missed |= now > self.best.saturating_add(1) || now <= self.best;
		self.best = now;
		self.best_since = Instant::now();
		let me = self.world.module();
		let looked = async {
			let to_read: Vec<_> = events
				.iter()
				.filter_map(|event| match event {
					ErrandEvent::Posted { errand, .. } => Some(*errand),
					ErrandEvent::Assigned {
						errand, executor, ..
					} => (*executor == me).then_some(*errand),
					_ => None,
				})
				.collect();
			at.prefetch_errands(&to_read).await?;
			for event in events {
				self.see(at, event).await?;
			}
			if self.missed {
				self.look_at_everything(at).await?;
			}
			self.consider_all(at).await
		};
		match tokio::time::timeout(LOOK, looked).await {
			Ok(Ok(())) => (),
			Ok(Err(error)) => {
				tracing::debug!(%error, "errands cannot be read");
				self.missed = true;
			}
			Err(_) => {
				tracing::debug!("errands are not answered");
				self.missed = true;
			}
		}
		self.read_early();
		self.replays.forget(now);
		self.forget_programs();
	}

	async fn see(&mut self, at: &At, event: &ErrandEvent) -> Result<(), tea_chain::Error> {
		let me = self.world.module();
		match event {
			ErrandEvent::Posted { errand, .. } => self.posted(at, *errand).await?,
			ErrandEvent::Reopened { errand, former, .. } => {
				if *former == me {
					self.drop_work(*errand, "reopened");
				}
				self.look_at(at, *errand).await?;
			}
			ErrandEvent::NoCommittee { errand, .. }
			| ErrandEvent::DrawDeferred { errand, .. }
			| ErrandEvent::PinnersWanted { errand, .. }
			| ErrandEvent::CommitteeRedrawn { errand, .. }
			| ErrandEvent::CommitteeSilent { errand, .. }
			| ErrandEvent::KeysComplete { errand, .. } => self.look_at(at, *errand).await?,
			ErrandEvent::Assigned {
				errand, executor, ..
			} => {
				if *executor == me {
					self.look_at(at, *errand).await?;
				} else {
					self.drop_candidate(*errand);
					self.drop_work(*errand, "others run it");
				}
			}
			ErrandEvent::FailVoted { errand, member, .. } => {
				if let Some(work) = self.works.get_mut(errand) {
					tracing::warn!(%errand, member, "a verifier says no");
					work.proof.refuted(*member);
				}
			}
			ErrandEvent::Settled {
				errand, outcome, ..
			} => self.settled(*errand, *outcome),
			_ => (),
		}
		Ok(())
	}

	/// Everything that is not final, from the state.
	async fn look_at_everything(&mut self, at: &At) -> Result<(), tea_chain::Error> {
		let (errands, workload) =
			futures::try_join!(at.errands(), at.workload(self.world.module()))?;
		let known: Vec<_> = errands.iter().map(|(errand, _)| *errand).collect();
		let gone: Vec<_> = self
			.open
			.keys()
			.chain(self.works.keys())
			.copied()
			.filter(|errand| known.binary_search(errand).is_err())
			.collect();
		for errand in gone {
			self.drop_candidate(errand);
			self.drop_work(errand, "it is over");
		}
		for (errand, record) in errands {
			let is_open = matches!(
				record.stage,
				ErrandStage::Open | ErrandStage::AwaitingPinners { .. }
			);
			if is_open || workload.errands.contains(&errand) || self.works.contains_key(&errand) {
				self.take_up(at, errand, record).await?;
			} else {
				self.drop_candidate(errand);
			}
		}
		self.missed = false;
		Ok(())
	}

	/// One errand, from the state.
	async fn look_at(&mut self, at: &At, errand: ErrandId) -> Result<(), tea_chain::Error> {
		match at.errand(errand).await? {
			Some(record) => self.take_up(at, errand, record).await,
			None => {
				self.drop_candidate(errand);
				self.drop_work(errand, "it is over");
				Ok(())
			}
		}
	}

	/// An errand as it stands now: one to be claimed, one to be run, or none of this module's business.
	async fn take_up(
		&mut self,
		at: &At,
		errand: ErrandId,
		record: tea_chain::types::ErrandRecord,
	) -> Result<(), tea_chain::Error> {
		let me = (self.world.module(), self.world.boot_seq);
		let own = record
			.assignment()
			.is_some_and(|assignment| (assignment.executor, assignment.boot_seq) == me);
		if own {
			return self.assigned(at, errand, record).await;
		}
		self.drop_work(errand, "others run it");
		match record.stage {
			ErrandStage::Open | ErrandStage::AwaitingPinners { .. } => {
				self.offered(errand, record);
			}
			_ => self.drop_candidate(errand),
		}
		Ok(())
	}

	fn settled(&mut self, errand: ErrandId, outcome: Outcome) {
		self.drop_candidate(errand);
		self.proofs.forget(errand);
		if let Some(work) = self.works.remove(&errand) {
			work.cancel();
			let label = match outcome {
				Outcome::Confirmed => "confirmed",
				Outcome::Failed(_) => "failed",
				Outcome::Cancelled => "cancelled",
				Outcome::Refunded(_) => "refunded",
			};
			tracing::info!(%errand, ?outcome, "settled");
			work.settled(&self.world.metrics, label);
			if let (Outcome::Confirmed | Outcome::Failed(_), Some(took)) = (outcome, work.took()) {
				self.flow.ended(took, self.world.pace.blocks(1));
			}
			if let (Outcome::Confirmed | Outcome::Failed(_), Some(cid)) = (outcome, work.result()) {
				self.results.keep(errand, cid);
				let world = self.world.clone();
				self.jobs.spawn(async move {
					world.store.provide(&cid).await;
					Done::Nothing
				});
				self.release(errand, work.fetched());
			} else {
				self.release(errand, work.contents());
			}
		}
	}

	// What is kept for clients, at finalised blocks.

	async fn see_final(&mut self, at: &At, events: &[ErrandEvent]) {
		for event in events {
			match event {
				ErrandEvent::Settled {
					errand,
					outcome: Outcome::Confirmed | Outcome::Failed(_),
					..
				} => self.keep_as_verifier(at, *errand),
				ErrandEvent::Archived { errand } => self.give_up_result(*errand),
				_ => (),
			}
		}
		if std::mem::take(&mut self.is_unsure) {
			for errand in self.results.list() {
				match at.finished_errand(errand).await {
					Ok(Some(_)) => (),
					Ok(None) => self.give_up_result(errand),
					Err(error) => {
						tracing::debug!(%errand, %error, "a final record cannot be read");
						self.is_unsure = true;
						break;
					}
				}
			}
		}
		self.results.write();
	}

	fn give_up_result(&mut self, errand: ErrandId) {
		if let Some(cid) = self.results.give_up(errand) {
			self.release(errand, vec![cid]);
		}
	}

	/// Verifiers keep the result beside the executor.
	fn keep_as_verifier(&mut self, at: &At, errand: ErrandId) {
		let (world, at) = (self.world.clone(), at.clone());
		let me = tea_primitives::draw::Member::Module(self.world.module());
		self.jobs.spawn(async move {
			let record = match at.finished_errand(errand).await {
				Ok(Some(record)) if record.verifiers.contains(&me) => record,
				Ok(_) => return Done::Nothing,
				Err(error) => {
					tracing::debug!(%errand, %error, "a final record cannot be read");
					return Done::Nothing;
				}
			};
			let Some(pot) = record.pot else {
				return Done::Nothing;
			};
			let cid = pot.body.result.cid;
			match world.store.keep_for(&cid, errand, MAX_RESULT).await {
				Ok(()) => Done::Kept(errand, cid),
				Err(error) => {
					tracing::debug!(%errand, %error, "a result is not kept");
					Done::Nothing
				}
			}
		});
	}

	/// Lets the host forget what it keeps for an errand. A kubo daemon knows one pin for each root, so what a pin of this
	/// module needs is left alone.
	fn release(&mut self, errand: ErrandId, contents: Vec<Cid>) {
		if contents.is_empty() {
			return;
		}
		let world = self.world.clone();
		self.jobs.spawn(async move {
			for cid in contents {
				if !world.vault.needs(&cid) {
					world.store.release_for(&cid, errand).await;
				}
			}
			Done::Nothing
		});
	}

	/// Code whose pin is gone is forgotten.
	fn forget_programs(&mut self) {
		let World {
			vault, executor, ..
		} = &*self.world;
		self.programs.retain(|deployment, hash| {
			let is_held = vault.get(deployment).is_some();
			if !is_held {
				executor.forget(hash);
			}
			is_held
		});
	}

	// Jobs and calls.

	/// What has come to its end by now. Errands whose contents came together are looked at together.
	async fn jobs_done(&mut self, first: Result<Done, JoinError>) {
		let mut next = Some(first);
		let mut is_any_here = false;
		while let Some(done) = next {
			match done {
				Ok(Done::Fetched(errand, fetched)) => is_any_here |= self.fetched(errand, fetched),
				Ok(done) => self.done(done),
				Err(error) => tracing::error!(%error, "a job was torn off"),
			}
			next = self.jobs.try_join_next();
		}
		if is_any_here {
			self.consider_fetched().await;
		}
	}

	fn done(&mut self, done: Done) {
		match done {
			Done::Fetched(..) => (),
			Done::Ran(errand, attempt, ran) => self.ran(errand, attempt, *ran),
			Done::Quoted(quoted) => self.quoted(*quoted),
			Done::Kept(errand, cid) => {
				self.results.keep(errand, cid);
			}
			Done::Nothing => (),
		}
	}

	/// Sends claims and proofs that are due.
	fn send(&mut self) {
		self.claims
			.withdraw_unless(|errand| self.open.contains_key(errand));
		self.proofs
			.withdraw_unless(|errand| self.works.contains_key(errand));
		let linger = |is_any_near: bool| {
			if is_any_near {
				self.world.pace.tick()
			} else {
				Duration::ZERO
			}
		};
		let for_claims = linger(self.open.values().any(Candidate::is_near));
		let for_proofs = linger(self.works.values().any(Work::is_near));
		if let Some(items) = self.claims.next(for_claims) {
			self.send_claims(items);
		}
		if let Some(items) = self.proofs.next(for_proofs) {
			self.send_proofs(items);
		}
	}

	fn send_claims(&mut self, items: Vec<Item<TicketProof>>) {
		let claims: Vec<_> = items
			.iter()
			.map(|item| (item.errand, item.payload))
			.collect();
		let call = match claims.as_slice() {
			[(errand, ticket)] => Call::claim(*errand, ticket),
			many => Call::claim_many(many),
		};
		let withdrawal = self.post(Tag::Claims(self.claims.number()), call);
		self.claims.sent(items, withdrawal);
	}

	fn send_proofs(&mut self, items: Vec<Item<Pot>>) {
		let call = match items.as_slice() {
			[one] => Call::complete(one.errand, &one.payload),
			many => {
				let pots: Vec<_> = many.iter().map(|item| item.payload.clone()).collect();
				Call::complete_many(&pots)
			}
		};
		let withdrawal = self.post(Tag::Proofs(self.proofs.number()), call);
		self.proofs.sent(items, withdrawal);
	}

	fn post(&mut self, tag: Tag, call: Call) -> Withdrawal {
		let told = self.stands.0.clone();
		self.outbox.post_and(tag, call, move || {
			// Nobody listens when the service has ended.
			let _ = told.send(tag);
		})
	}

	fn stands(&mut self, tag: Tag) {
		match tag {
			Tag::Claims(call) => self.claims.stands(call),
			Tag::Proofs(call) => self.proofs.stands(call),
			Tag::Fail(..) => (),
		}
	}

	fn ended(&mut self, tag: Tag, ended: Result<tea_chain::Outcome, SubmitError>) {
		match tag {
			Tag::Claims(call) => self.claims_ended(call, ended),
			Tag::Proofs(call) => self.proofs_ended(call, ended),
			Tag::Fail(errand, attempt) => {
				if let (Some(work), Err(_)) = (self.works.get_mut(&errand), ended)
					&& work.attempt() == attempt
				{
					work.proof.not_given_up(self.best);
				}
			}
		}
	}

	fn claims_ended(&mut self, call: u64, ended: Result<tea_chain::Outcome, SubmitError>) {
		let items = self.claims.ended(call);
		let refused: Vec<_> = match ended {
			Ok(outcome) => outcome
				.left_out
				.into_iter()
				.map(|(errand, _)| errand)
				.collect(),
			Err(error) if is_for_one(&error) && items.len() > 1 => {
				let open = &self.open;
				return self
					.claims
					.single_out(items, |errand| open.contains_key(errand));
			}
			Err(_) => items.iter().map(|item| item.errand).collect(),
		};
		for item in items.iter().filter(|item| refused.contains(&item.errand)) {
			if let Some(candidate) = self.open.get_mut(&item.errand)
				&& candidate.attempt() == item.attempt
			{
				candidate.not_claimed(self.best);
			}
		}
	}

	fn proofs_ended(&mut self, call: u64, ended: Result<tea_chain::Outcome, SubmitError>) {
		let items = self.proofs.ended(call);
		let refused: Vec<(ErrandId, Refused)> = match ended {
			Ok(outcome) => outcome
				.left_out
				.into_iter()
				.map(|(errand, error)| (errand, Refused::by(&error.pallet, &error.name)))
				.collect(),
			Err(error) if is_for_one(&error) && items.len() > 1 => {
				let works = &self.works;
				return self
					.proofs
					.single_out(items, |errand| works.contains_key(errand));
			}
			Err(error) => {
				let refused = match error.dispatch() {
					Some((pallet, name)) => Refused::by(pallet, name),
					None if error.is_passing() => Refused::Passing,
					None => Refused::Unsaid,
				};
				items.iter().map(|item| (item.errand, refused)).collect()
			}
		};
		for (errand, refused) in refused {
			let attempt = items
				.iter()
				.find(|item| item.errand == errand)
				.map(|item| item.attempt);
			if let Some(work) = self.works.get_mut(&errand)
				&& Some(work.attempt()) == attempt
			{
				tracing::warn!(%errand, ?refused, "the proof was not taken");
				work.not_taken(self.best, refused);
			}
		}
	}
}

/// Whether one claim or proof of a call is false, and took the others with it.
fn is_for_one(error: &SubmitError) -> bool {
	matches!(
		error.dispatch(),
		Some((
			"Errand",
			"BadVrfProof" | "BadVerdictSignature" | "BadSignature"
		))
	)
}

/// The longest sealed result.
const MAX_RESULT: u64 = 2 * tea_executor::abi::MAX_OUTPUT as u64;

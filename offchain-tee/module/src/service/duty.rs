//! What an actor owes to others: challenges of enrolments, verdicts of rounds. Everything follows from the state of the
//! chain; events only say where to look, and after a gap all of it is looked at.

use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

use tea_chain::{
	At, Call, Chain, Submitter,
	types::{AttestationEvent, ChainMember, RoundRecord},
};
use tea_link::{Mailbox, Party, Replays, Unverified};
use tea_primitives::{
	ids::{ModuleId, ReleaseId, Round},
	verdict::FailReason,
};
use tea_tpm::Hash;
use tokio::sync::{broadcast, mpsc, watch};

use super::{
	Actor, LOOK, case,
	challenger::{self, Owed},
	courier::{Address, Courier},
	listener::Sight,
	outbox::Outbox,
};
use crate::{
	keys,
	metrics::Metrics,
	protocol::{Abstention, Body, RoundEvidence},
	signals::stopped,
	verify::Verdict,
};

/// Blocks after which a testee that did not answer is asked again.
const ASK_AGAIN: u32 = 2;
/// Blocks after which a call that is not seen in the state is handed in again.
const POST_AGAIN: u32 = 8;

/// What a call was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tag {
	Challenge(ModuleId, Round, u8),
	Reveal(ModuleId, Round, u8),
	Vote(ModuleId, Round),
}

/// What was said about a live quote.
#[derive(Clone, Copy, Debug)]
enum Said {
	Passed(ReleaseId, [u8; 64]),
	Abstained(Abstention),
}

/// One round in which the actor is a member.
struct RoundDuty {
	record: RoundRecord,
	member: u8,
	nonce: Hash,
	testee: Option<Address>,
	asked: Option<u32>,
	said: Option<(Hash, Said)>,
	fail: Option<FailReason>,
	voted: Option<u32>,
}

/// The duties of one actor.
pub struct Duties {
	actor: Actor,
	chain: Chain,
	genesis: [u8; 32],
	courier: Courier,
	outbox: Outbox<Tag>,
	metrics: Arc<Metrics>,
	replays: Replays,
	heard: mpsc::Sender<(ModuleId, u32)>,
	/// Modules whose round was opened and whose committee is not known yet.
	pending: BTreeSet<ModuleId>,
	rounds: BTreeMap<(ModuleId, Round), RoundDuty>,
	/// Enrolments that may need this challenger.
	enrolments: BTreeSet<ModuleId>,
	posted: BTreeMap<Tag, u32>,
	/// Rounds and enrolments are to be read from the state.
	missed: (bool, bool),
}

impl Duties {
	/// The duties of an actor. `heard` is told whose signed letters came in.
	pub fn new(
		actor: Actor,
		chain: Chain,
		courier: Courier,
		submitter: Submitter,
		metrics: Arc<Metrics>,
		heard: mpsc::Sender<(ModuleId, u32)>,
	) -> Self {
		Self {
			genesis: chain.genesis(),
			outbox: Outbox::new(Arc::new(submitter), metrics.clone()),
			actor,
			chain,
			courier,
			metrics,
			replays: Replays::default(),
			heard,
			pending: BTreeSet::new(),
			rounds: BTreeMap::new(),
			enrolments: BTreeSet::new(),
			posted: BTreeMap::new(),
			missed: (true, true),
		}
	}

	/// Does them until told to stop; then lets calls that are under way end.
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
					Ok(Sight::Best(at, seen)) => self.see_best(&at, &seen.modules).await,
					Ok(Sight::Final(at, seen)) => self.see_final(&at, &seen.modules).await,
					Ok(Sight::Gap) | Err(broadcast::error::RecvError::Lagged(_)) => {
						self.missed = (true, true);
					}
					Err(broadcast::error::RecvError::Closed) => break,
				},
				Some(letter) = letters.recv() => self.read(letter).await,
				(tag, ended) = self.outbox.next() => {
					self.ended(tag, ended.as_ref().err());
				}
			}
		}
		self.outbox.drain(std::time::Duration::from_secs(6)).await;
	}

	/// A call ended. One that never got in is handed in again at the next block; one that was refused is not.
	fn ended(&mut self, tag: Tag, error: Option<&tea_chain::SubmitError>) {
		let again = error.is_some_and(tea_chain::SubmitError::is_passing);
		let counted = match tag {
			Tag::Challenge(..) => Some("posted"),
			Tag::Reveal(..) => Some("revealed"),
			Tag::Vote(module, round) => {
				if let Some(duty) = self.rounds.get_mut(&(module, round)) {
					duty.voted = if again { None } else { Some(u32::MAX) };
				}
				None
			}
		};
		if let Some(label) = counted {
			let label = if error.is_none() { label } else { "failed" };
			self.metrics.challenges.with_label_values(&[label]).inc();
			if again {
				self.posted.remove(&tag);
			}
		}
	}

	// Rounds, at the best block.

	async fn see_best(&mut self, at: &At, events: &[AttestationEvent]) {
		for event in events {
			match event {
				AttestationEvent::RoundOpened { module, .. }
				| AttestationEvent::CommitteeDrawn { module, .. } => {
					self.pending.insert(*module);
				}
				AttestationEvent::RoundClosed { module, round, .. } => {
					self.close(*module, *round);
				}
				_ => (),
			}
		}
		if tokio::time::timeout(LOOK, self.look_for_rounds(at))
			.await
			.is_err()
		{
			self.missed.0 = true;
		}
		self.advance(at).await;
		self.replays.forget(at.number());
	}

	async fn look_for_rounds(&mut self, at: &At) {
		if self.missed.0 {
			match at.rounds().await {
				Ok(rounds) => {
					self.missed.0 = false;
					for (module, record) in rounds {
						self.consider(at, module, record).await;
					}
				}
				Err(error) => tracing::debug!(%error, "rounds cannot be read"),
			}
			return;
		}
		for module in std::mem::take(&mut self.pending) {
			match at.round(module).await {
				Ok(Some(record)) => self.consider(at, module, record).await,
				Ok(None) => (),
				Err(error) => {
					tracing::debug!(%module, %error, "a round cannot be read");
					self.pending.insert(module);
				}
			}
		}
	}

	/// Takes up a duty, if this is one.
	async fn consider(&mut self, at: &At, module: ModuleId, record: RoundRecord) {
		if record.committee.is_empty() {
			if at.number() < record.deadline {
				self.pending.insert(module);
			}
			return;
		}
		let me = &self.actor.member;
		let Some(member) = record.committee.iter().position(|member| member == me) else {
			return;
		};
		let member = u8::try_from(member).unwrap_or(u8::MAX);
		let key = (module, record.round);
		if at.number() >= record.deadline {
			return;
		}
		match self.rounds.get_mut(&key) {
			// A reorganisation may seat the members anew.
			Some(duty) => {
				duty.member = member;
				duty.record = record;
			}
			None => {
				let Ok(nonce) = keys::random() else {
					tracing::error!("no random numbers");
					return;
				};
				tracing::info!(%module, round = record.round, member, "member of a committee");
				self.rounds.insert(
					key,
					RoundDuty {
						record,
						member,
						nonce: *nonce,
						testee: None,
						asked: None,
						said: None,
						fail: None,
						voted: None,
					},
				);
			}
		}
	}

	fn close(&mut self, module: ModuleId, round: Round) {
		self.pending.remove(&module);
		if let Some(duty) = self.rounds.remove(&(module, round)) {
			let label = match (&duty.fail, &duty.said) {
				(Some(_), _) => "fail",
				(None, Some((_, Said::Passed(..)))) => "pass",
				(None, Some((_, Said::Abstained(_)))) => "abstain",
				(None, None) => "no_evidence",
			};
			self.metrics.verdicts.with_label_values(&[label]).inc();
		}
	}

	/// Asks, votes, and lets go what is over.
	async fn advance(&mut self, at: &At) {
		let now = at.number();
		let over: Vec<_> = self
			.rounds
			.iter()
			.filter(|(_, duty)| now >= duty.record.deadline)
			.map(|(key, _)| *key)
			.collect();
		for (module, round) in over {
			self.close(module, round);
		}
		for ((module, round), duty) in &mut self.rounds {
			if let Some(reason) = duty.fail {
				let is_due = duty
					.voted
					.is_none_or(|voted| now >= voted.saturating_add(POST_AGAIN));
				let was_counted = duty.record.failed & (1u16 << duty.member) != 0;
				if is_due && !was_counted {
					duty.voted = Some(now);
					let call = Call::vote_fail(*module, *round, reason);
					self.outbox.post(Tag::Vote(*module, *round), call);
				}
				continue;
			}
			if matches!(duty.said, Some((_, Said::Passed(..)))) {
				continue;
			}
			let is_due = duty
				.asked
				.is_none_or(|asked| now >= asked.saturating_add(ASK_AGAIN));
			if !is_due {
				continue;
			}
			if duty.testee.is_none() {
				duty.testee = address_of_testee(at, *module, &duty.record).await;
			}
			if let Some(testee) = &duty.testee {
				duty.asked = Some(now);
				let body = Body::Nonce {
					round: *round,
					member: duty.member,
					nonce: duty.nonce,
				};
				self.courier.send(testee, *module, *round, now, &body);
			}
		}
	}

	/// A letter about a module of whose committee the actor may be a member.
	async fn read(&mut self, letter: Unverified) {
		let Some((module, round)) = crate::protocol::read_subject(letter.subject().as_bytes())
		else {
			self.metrics.drop_letter("format");
			return;
		};
		let Some(duty) = self.rounds.get(&(module, round)) else {
			self.metrics.drop_letter("unexpected");
			return;
		};
		let Ok(at) = self.chain.best().await else {
			return;
		};
		let testee = match duty.testee {
			Some(testee) => testee,
			None => match address_of_testee(&at, module, &duty.record).await {
				Some(testee) => testee,
				None => {
					self.metrics.drop_letter("peer_not_active");
					return;
				}
			},
		};
		let letter = match letter.verify(&testee.party, &testee.key, &mut self.replays) {
			Ok(letter) => letter,
			Err(error) => {
				tracing::debug!(%module, round, %error, "a letter was dropped");
				self.metrics.drop_letter(error.label());
				return;
			}
		};
		let _ = self.heard.try_send((module, at.number()));
		let body = match Body::from_bytes(&letter.body) {
			Ok(Body::Evidence(evidence)) if evidence.round == round => evidence,
			Ok(_) => {
				self.metrics.drop_letter("unexpected");
				return;
			}
			Err(_) => {
				self.metrics.drop_letter("format");
				return;
			}
		};
		let judged = tokio::time::timeout(LOOK, self.answer(&at, module, round, testee, &body));
		if judged.await.is_err() {
			tracing::warn!(%module, round, "the chain did not answer in time for a verdict");
		}
	}

	/// Judges evidence and answers the testee. The same quote gets the same answer.
	async fn answer(
		&mut self,
		at: &At,
		module: ModuleId,
		round: Round,
		testee: Address,
		evidence: &RoundEvidence,
	) {
		use sha2::{Digest, Sha256};
		let live_quote: Hash = Sha256::digest(&evidence.quote).into();
		let Some(duty) = self.rounds.get(&(module, round)) else {
			return;
		};
		if duty.fail.is_some() {
			return;
		}
		let (member, nonce) = (duty.member, duty.nonce);
		let before = duty
			.said
			.filter(|(quote, said)| *quote == live_quote && matches!(said, Said::Passed(..)))
			.map(|(_, said)| said);
		let said = match before {
			Some(said) => said,
			None => match self
				.judge(at, module, round, member, &nonce, evidence)
				.await
			{
				Ok(said) => said,
				Err(reason) => {
					tracing::warn!(%module, round, member, ?reason, "the module fails");
					if let Some(duty) = self.rounds.get_mut(&(module, round)) {
						duty.fail = Some(reason);
					}
					self.advance(at).await;
					return;
				}
			},
		};
		let body = match said {
			Said::Passed(release, signature) => Body::Passed {
				round,
				member,
				live_quote,
				release,
				signature,
			},
			Said::Abstained(reason) => Body::Abstained {
				round,
				member,
				live_quote,
				reason,
			},
		};
		if let Some(duty) = self.rounds.get_mut(&(module, round)) {
			duty.said = Some((live_quote, said));
			// The answer may get lost; who asks again gets it again.
			duty.testee = Some(testee);
		}
		self.courier
			.send(&testee, module, round, at.number(), &body);
	}

	/// The verdict over live evidence. An error is a fail.
	async fn judge(
		&self,
		at: &At,
		module: ModuleId,
		round: Round,
		member: u8,
		nonce: &Hash,
		evidence: &RoundEvidence,
	) -> Result<Said, FailReason> {
		let case = match case::of_round(at, module, round, evidence.binding.nonce_block).await {
			Ok(Some(case)) => case,
			Ok(None) => return Ok(Said::Abstained(Abstention::OtherRound)),
			Err(error) => {
				tracing::debug!(%module, round, %error, "the case cannot be read");
				return Ok(Said::Abstained(Abstention::ChainUnavailable));
			}
		};
		match case.judge(member, nonce, evidence) {
			Verdict::Pass {
				release,
				live_quote,
			} => {
				tracing::info!(%module, round, member, %release, "the module passes");
				let pass = case.pass(member, live_quote, release);
				let signature = tea_link::Sign::sign(&*self.actor.signer, &pass.payload());
				Ok(Said::Passed(release, signature))
			}
			Verdict::Fail(reason) => Err(reason),
			Verdict::Abstain(reason) => {
				tracing::info!(%module, round, member, %reason, "no verdict");
				Ok(Said::Abstained(reason))
			}
		}
	}

	// Enrolments, at finalised blocks: a root value that was shown on a fork that loses would be known too early.

	async fn see_final(&mut self, at: &At, events: &[AttestationEvent]) {
		for event in events {
			match event {
				AttestationEvent::ChallengersDrawn { module, .. }
				| AttestationEvent::BlobsDisputed { module, .. } => {
					self.enrolments.insert(*module);
				}
				AttestationEvent::Enrolled { module, .. }
				| AttestationEvent::EnrolmentFailed { module, .. } => {
					self.enrolments.remove(module);
				}
				_ => (),
			}
		}
		if tokio::time::timeout(LOOK, self.challenge(at))
			.await
			.is_err()
		{
			self.missed.1 = true;
		}
		let now = at.number();
		self.posted
			.retain(|_, posted| now < posted.saturating_add(4 * POST_AGAIN));
	}

	async fn challenge(&mut self, at: &At) {
		if self.missed.1 {
			match at.enrolments().await {
				Ok(all) => {
					self.missed.1 = false;
					let mine = all
						.into_iter()
						.filter(|(_, record)| challenger::is_challenger(&self.actor.member, record))
						.map(|(module, _)| module);
					self.enrolments.extend(mine);
				}
				Err(error) => {
					tracing::debug!(%error, "enrolments cannot be read");
					return;
				}
			}
		}
		if self.enrolments.is_empty() {
			return;
		}
		if let Err(error) = at.ensure_fresh().await {
			tracing::warn!(%error, "nothing is released at this block");
			return;
		}
		for module in self.enrolments.clone() {
			let enrolment = match at.enrolment(module).await {
				Ok(Some(enrolment)) => enrolment,
				Ok(None) => {
					self.enrolments.remove(&module);
					continue;
				}
				Err(error) => {
					tracing::debug!(%module, %error, "an enrolment cannot be read");
					continue;
				}
			};
			if !challenger::is_challenger(&self.actor.member, &enrolment.record) {
				self.enrolments.remove(&module);
				continue;
			}
			let owed = challenger::owed(
				&self.actor.member,
				&self.actor.transport,
				&self.genesis,
				module,
				&enrolment,
				at.number(),
			);
			match owed {
				Ok(owed) => self.pay(at.number(), module, enrolment.record.round, owed),
				Err(error) => tracing::warn!(%module, %error, "no challenge can be made"),
			}
		}
	}

	fn pay(&mut self, now: u32, module: ModuleId, round: Round, owed: Vec<Owed>) {
		for owed in owed {
			let (tag, call) = match owed {
				Owed::Post {
					slot,
					blob,
					commitment,
				} => (
					Tag::Challenge(module, round, slot),
					Call::challenge(module, slot, &blob, commitment),
				),
				Owed::Reveal { slot, root } => (
					Tag::Reveal(module, round, slot),
					Call::reveal(module, slot, root),
				),
			};
			let is_due = self
				.posted
				.get(&tag)
				.is_none_or(|posted| now >= posted.saturating_add(POST_AGAIN));
			if is_due {
				tracing::info!(%module, round, ?tag, "duty of a challenger");
				self.posted.insert(tag, now);
				self.outbox.post(tag, call);
			}
		}
	}
}

/// Where the module under examination is reached: in the boot that is examined.
async fn address_of_testee(at: &At, module: ModuleId, record: &RoundRecord) -> Option<Address> {
	let boot = match at.boot(module).await {
		Ok(boot) => boot?,
		Err(error) => {
			tracing::debug!(%module, %error, "a boot cannot be read");
			return None;
		}
	};
	(boot.seq == record.boot_seq).then_some(Address {
		party: Party::Module {
			id: module,
			boot_seq: boot.seq,
		},
		mailbox: Mailbox(boot.keys.transport),
		key: boot.keys.session,
	})
}

/// Where a member of a committee is reached.
pub(crate) async fn address_of_member(
	at: &At,
	member: &ChainMember,
) -> Result<Option<Address>, tea_chain::Error> {
	let keys = at.member_keys(member).await?;
	Ok(keys.map(|keys| Address {
		party: match (member, keys.boot_seq) {
			(tea_primitives::draw::Member::Module(id), Some(boot_seq)) => {
				Party::Module { id: *id, boot_seq }
			}
			_ => Party::Registrar(keys.session),
		},
		mailbox: Mailbox(keys.transport),
		key: keys.session,
	}))
}

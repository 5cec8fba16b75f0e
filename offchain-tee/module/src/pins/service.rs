//! The service: sees the chain, reads letters, and plays the three parts. What takes long runs beside this loop, in jobs;
//! the loop alone changes anything.

use std::{
	collections::{BTreeMap, BTreeSet, HashMap},
	sync::{Arc, atomic::AtomicU64},
	time::Duration,
};

use tea_chain::{At, Call, types::DropReason};
use tea_link::{Mailbox, Party, Purpose, Replays, Unverified};
use tea_primitives::{
	deployment::DeploymentId,
	ids::{BootSeq, ModuleId},
};
use tokio::{
	sync::{broadcast, mpsc, watch},
	task::JoinSet,
};

use super::{
	board::Board,
	candidate::{Confirmation, Seat},
	denial::Denial,
	initial::Made,
	parent::Challenge,
	protocol::{Body, Contact},
	vault::{Held, Standing},
	world::World,
};
use crate::{
	protocol::RoundEvidence,
	service::{LOOK, courier::Address, listener::Sight, outbox::Outbox},
	signals::stopped,
};

/// Examinations of candidates at a time.
const MOST_EXAMS: usize = 4;
/// Blocks for which a deployment that was tried in vain is left alone.
pub(super) const LEAVE: u32 = 20;
/// How long calls that are under way may take after the end was asked for.
const DRAIN: Duration = Duration::from_secs(6);

/// What a call was for.
#[derive(Clone, Debug)]
pub(super) enum Tag {
	/// A pin is to be confirmed.
	Confirm(DeploymentId, tea_tpm::Hash),
	/// A pin is given up.
	Drop(DeploymentId),
}

/// A request of an owner.
pub(super) struct Ask {
	pub(super) to: Address,
	pub(super) subject: Vec<u8>,
	pub(super) state: Asking,
	/// First block in which it is forgotten.
	pub(super) until: u32,
}

/// How far a request is.
pub(super) enum Asking {
	/// Bytes read so far, and bytes in all.
	Working(Arc<AtomicU64>, u64),
	/// It was answered with this.
	Answered(Body),
}

/// What a job has done.
pub(super) enum Done {
	/// A request of an owner.
	Made([u8; 32], Result<Box<Made>, Denial>),
	/// An examination of a candidate.
	Examined(Address, DeploymentId, Result<Body, Denial>),
	/// The first step of an application.
	Prepared(DeploymentId, Result<(), Denial>),
	/// Evidence for a pinner.
	Quoted(DeploymentId, Result<Box<RoundEvidence>, Denial>),
	/// What a pinner gave.
	Opened(DeploymentId, Result<Box<(Held, Confirmation)>, Denial>),
	/// Nothing that anybody waits for.
	Nothing,
}

/// What comes in.
pub struct Feed {
	/// The chain.
	pub sights: broadcast::Receiver<Sight>,
	/// Letters about pins.
	pub letters: mpsc::Receiver<Unverified>,
	/// The end.
	pub stop: watch::Receiver<bool>,
}

/// The service of one boot.
pub struct Pins {
	pub(super) world: Arc<World>,
	pub(super) outbox: Outbox<Tag>,
	pub(super) replays: Replays,
	pub(super) jobs: JoinSet<Done>,
	pub(super) board: Board,
	/// Deployments to be read again.
	pub(super) dirty: BTreeSet<DeploymentId>,
	/// Everything is to be read again.
	pub(super) missed: bool,
	/// Block in which all held keys were compared with the chain.
	pub(super) compared: u32,
	pub(super) asks: HashMap<[u8; 32], Ask>,
	pub(super) challenges: HashMap<(DeploymentId, ModuleId), Challenge>,
	pub(super) exams: usize,
	pub(super) seats: BTreeMap<DeploymentId, Seat>,
	/// Pins that the chain is being told to be given up.
	dropping: BTreeSet<DeploymentId>,
	/// Newest finalised block.
	pub(super) now: u32,
}

impl Pins {
	/// A service that holds nothing yet.
	pub fn new(world: World) -> Self {
		Self {
			outbox: Outbox::new(Arc::new(world.session.clone()), world.metrics.clone()),
			world: Arc::new(world),
			replays: Replays::default(),
			jobs: JoinSet::new(),
			board: Board::default(),
			dirty: BTreeSet::new(),
			missed: true,
			compared: 0,
			asks: HashMap::new(),
			challenges: HashMap::new(),
			exams: 0,
			seats: BTreeMap::new(),
			dropping: BTreeSet::new(),
			now: 0,
		}
	}

	/// Serves until told to stop; then wipes all keys and gives its pins up.
	pub async fn run(mut self, feed: Feed) {
		let Feed {
			mut sights,
			mut letters,
			mut stop,
		} = feed;
		loop {
			tokio::select! {
				() = stopped(&mut stop) => break,
				seen = sights.recv() => match seen {
					Ok(Sight::Final(at, seen)) => self.see(&at, &seen).await,
					Ok(Sight::Best(..)) => (),
					Ok(Sight::Gap) | Err(broadcast::error::RecvError::Lagged(_)) => {
						self.missed = true;
					}
					Err(broadcast::error::RecvError::Closed) => break,
				},
				Some(letter) = letters.recv() => {
					if tokio::time::timeout(LOOK, self.read(letter)).await.is_err() {
						tracing::warn!("the chain did not answer in time for a letter");
					}
				}
				(tag, ended) = self.outbox.next() => self.ended(tag, ended.is_ok()),
				Some(done) = self.jobs.join_next() => match done {
					Ok(done) => self.done(done).await,
					Err(error) => tracing::error!(%error, "a job was torn off"),
				},
			}
			self.show();
		}
		self.jobs.shutdown().await;
		self.wipe_all(DropReason::Draining);
		self.outbox.drain(DRAIN).await;
	}

	fn show(&self) {
		let pinned = self.world.vault.count_pinned();
		let pinned = i64::try_from(pinned).unwrap_or(i64::MAX);
		self.world.metrics.pins.set(pinned);
	}

	/// Wipes every key, and then tells the chain.
	pub(super) fn wipe_all(&mut self, reason: DropReason) {
		self.seats.clear();
		self.challenges.clear();
		self.asks.clear();
		for deployment in self.world.vault.wipe_all() {
			tracing::info!(deployment = %hex::encode(deployment.0), ?reason, "key wiped");
			self.drop_pin(deployment, reason);
		}
	}

	/// Tells the chain that a key is not here, once at a time.
	pub(super) fn drop_pin(&mut self, deployment: DeploymentId, reason: DropReason) {
		if self.dropping.insert(deployment) {
			let call = Call::drop_pin(deployment, reason);
			self.outbox.post(Tag::Drop(deployment), call);
		}
	}

	/// Wipes one key; its content need not be kept any more.
	pub(super) fn wipe(&mut self, deployment: DeploymentId, why: &str) {
		let Some(content) = self.world.vault.wipe(&deployment) else {
			return;
		};
		tracing::info!(deployment = %hex::encode(deployment.0), why, "key wiped");
		let world = self.world.clone();
		self.jobs.spawn(async move {
			world.release(&content.cid).await;
			Done::Nothing
		});
	}

	/// The chain has a pin of this module.
	pub(super) fn pinned(&mut self, deployment: DeploymentId, link: tea_tpm::Hash) {
		let Some((held, standing)) = self.world.vault.get(&deployment) else {
			return;
		};
		let new = Standing::Pinned { link };
		if standing == new {
			return;
		}
		self.world.vault.stands(&deployment, new);
		tracing::info!(deployment = %hex::encode(deployment.0), "pinned");
		let world = self.world.clone();
		self.jobs.spawn(async move {
			world.contents.provide(&held.content.cid).await;
			Done::Nothing
		});
	}

	fn ended(&mut self, tag: Tag, is_ok: bool) {
		match tag {
			Tag::Confirm(deployment, link) => {
				self.seats.remove(&deployment);
				self.dirty.insert(deployment);
				if is_ok {
					self.world
						.metrics
						.hand_overs
						.with_label_values(&["received"])
						.inc();
					self.pinned(deployment, link);
				} else {
					self.board
						.put_off(&deployment, self.now.saturating_add(LEAVE));
					self.wipe(deployment, "the chain did not take the link");
				}
			}
			Tag::Drop(deployment) => {
				self.dropping.remove(&deployment);
				self.dirty.insert(deployment);
			}
		}
	}

	async fn done(&mut self, done: Done) {
		match done {
			Done::Made(name, made) => self.made(name, made),
			Done::Examined(to, deployment, body) => self.examined(&to, deployment, body),
			Done::Prepared(deployment, Ok(())) => self.prepared(deployment).await,
			Done::Quoted(deployment, Ok(evidence)) => self.quoted(deployment, evidence).await,
			Done::Opened(deployment, Ok(opened)) => self.opened(deployment, *opened),
			Done::Prepared(deployment, Err(denial)) => self.give_up(deployment, &denial),
			Done::Quoted(deployment, Err(denial)) | Done::Opened(deployment, Err(denial)) => {
				self.refused(&denial);
				self.ask_next(deployment).await;
			}
			Done::Nothing => (),
		}
	}

	// The pinner that is asked.

	/// Examines a candidate beside the loop.
	pub(super) fn examine(
		&mut self,
		to: Address,
		contact: Contact,
		challenge: Challenge,
		evidence: Box<RoundEvidence>,
	) {
		let deployment = contact.deployment;
		if self.exams >= MOST_EXAMS {
			self.deny(&to, deployment, Denial::Busy);
			return;
		}
		self.exams = self.exams.saturating_add(1);
		let world = self.world.clone();
		self.jobs.spawn(async move {
			let body = super::parent::grant(&world, &contact, &challenge, &evidence).await;
			Done::Examined(to, deployment, body)
		});
	}

	fn examined(&mut self, to: &Address, deployment: DeploymentId, body: Result<Body, Denial>) {
		self.exams = self.exams.saturating_sub(1);
		match body {
			// Wiped or gone meanwhile: nothing leaves.
			Ok(_) if self.world.vault.pinned(&deployment).is_none() => {
				self.deny(to, deployment, Denial::NotAPinner);
			}
			Ok(body) => {
				self.world
					.metrics
					.hand_overs
					.with_label_values(&["given"])
					.inc();
				tracing::info!(deployment = %hex::encode(deployment.0), to = ?to.party, "handed over");
				self.tell(to, &deployment.0, &body);
			}
			Err(denial) => self.deny(to, deployment, denial),
		}
	}

	/// Says no, and counts it.
	pub(super) fn deny(&self, to: &Address, deployment: DeploymentId, denial: Denial) {
		tracing::info!(deployment = %hex::encode(deployment.0), to = ?to.party, %denial, "denied");
		self.world.metrics.refuse_pin("given", &denial);
		self.tell(to, &deployment.0, &Body::Denied(denial));
	}

	/// Writes a letter.
	pub(super) fn tell(&self, to: &Address, subject: &[u8], body: &Body) {
		let now = self.world.chain.health().best;
		let courier = &self.world.courier;
		courier.post(to, Purpose::Pin, subject, None, now, body.to_bytes());
	}

	/// Where a module is reached: in this boot, and while it is Active.
	pub(super) async fn address_of(
		&self,
		(module, boot_seq): (ModuleId, BootSeq),
	) -> Option<Address> {
		let certificate = self
			.finalized()
			.await?
			.certificate_of(module)
			.await
			.ok()??;
		(certificate.boot_seq == boot_seq).then_some(Address {
			party: Party::Module {
				id: module,
				boot_seq,
			},
			mailbox: Mailbox(certificate.keys.transport),
			key: certificate.keys.session,
		})
	}

	pub(super) async fn finalized(&self) -> Option<At> {
		self.world.chain.finalized().await.ok()
	}

	/// This module and a candidate, about a deployment.
	pub(super) fn contact(
		&self,
		deployment: DeploymentId,
		pinner: (ModuleId, BootSeq),
		candidate: (ModuleId, BootSeq),
	) -> Contact {
		Contact {
			genesis: self.world.boot.genesis,
			deployment,
			pinner,
			candidate,
		}
	}
}

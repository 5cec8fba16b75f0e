//! Sends letters: signed, sealed, through the host. A letter that no host takes is written again by whoever waits for an
//! answer, so nothing is kept here.

use std::{sync::Arc, time::Duration};

use tea_link::{HostLink, Letter, Mailbox, Party, Purpose, Subject};
use tea_primitives::ids::{ModuleId, Round};
use tokio::sync::Semaphore;

use super::Actor;
use crate::{
	metrics::Metrics,
	protocol::{Body, subject},
};

/// Letters that may be on their way at once.
const ON_THE_WAY: usize = 32;
/// Letters that may wait for that, in KiB together: those of a block full of errands come at once.
const WAITING_KIB: usize = 16 * 1024;
/// How long a host may take for one.
const LIMIT: Duration = Duration::from_secs(20);
/// Blocks for which a letter is valid: no round and no hand-over is longer.
const LIFE: u32 = 20;

/// Somebody who gets letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
	/// How the letter names it.
	pub party: Party,
	/// What the letter is sealed to.
	pub mailbox: Mailbox,
	/// What it signs with.
	pub key: [u8; 32],
}

impl Address {
	/// Whether somebody claims to be this party, in whatever boot: which boot counts is decided when a letter is verified.
	pub fn is_of(&self, claimed: &Party) -> bool {
		match (&self.party, claimed) {
			(Party::Module { id, .. }, Party::Module { id: other, .. }) => id == other,
			(known, claimed) => known == claimed,
		}
	}
}

/// The courier of one actor.
#[derive(Clone)]
pub struct Courier {
	link: Arc<dyn HostLink>,
	genesis: [u8; 32],
	actor: Actor,
	metrics: Arc<Metrics>,
	on_the_way: Arc<Semaphore>,
	/// Room for those that wait, in KiB.
	room: Arc<Semaphore>,
}

impl Courier {
	/// A courier that goes through this host.
	pub fn new(
		link: Arc<dyn HostLink>,
		genesis: [u8; 32],
		actor: Actor,
		metrics: Arc<Metrics>,
	) -> Self {
		Self {
			link,
			genesis,
			actor,
			metrics,
			on_the_way: Arc::new(Semaphore::new(ON_THE_WAY)),
			room: Arc::new(Semaphore::new(WAITING_KIB)),
		}
	}

	/// Sends a body about a round, without waiting for the host.
	pub fn send(&self, to: &Address, module: ModuleId, round: Round, now: u32, body: &Body) {
		let subject = subject(module, round);
		self.post(to, Purpose::Round, &subject, None, now, body.to_bytes());
	}

	/// Sends a letter, without waiting for the host. `answers`: the letter that it answers.
	pub fn post(
		&self,
		to: &Address,
		purpose: Purpose,
		subject: &[u8],
		answers: Option<[u8; 16]>,
		now: u32,
		body: Vec<u8>,
	) {
		let kib = u32::try_from(body.len() / 1024 + 1).unwrap_or(u32::MAX);
		let Ok(room) = self.room.clone().try_acquire_many_owned(kib) else {
			tracing::debug!(?purpose, to = ?to.party, "too many letters wait");
			self.metrics.unsent.inc();
			return;
		};
		let sealed = Subject::new(subject).and_then(|subject| {
			let expires = now.saturating_add(LIFE);
			let from = self.actor.party;
			let mut letter = Letter::new(purpose, subject, from, to.party, expires, body);
			letter.answers = answers;
			letter.seal(&self.genesis, &*self.actor.signer, &to.mailbox)
		});
		let sealed = match sealed {
			Ok(sealed) => sealed,
			Err(error) => {
				tracing::warn!(?purpose, to = ?to.party, %error, "a letter cannot be sealed");
				self.metrics.unsent.inc();
				return;
			}
		};
		let (link, metrics, to) = (self.link.clone(), self.metrics.clone(), *to);
		let on_the_way = self.on_the_way.clone();
		tokio::spawn(async move {
			// In the order of their posting. Never closed.
			let _turn = on_the_way.acquire_owned().await.ok();
			drop(room);
			match tokio::time::timeout(LIMIT, link.send(to.mailbox, sealed)).await {
				Ok(Ok(())) => metrics.sent.inc(),
				Ok(Err(error)) => {
					tracing::debug!(to = ?to.party, %error, "the host did not take a letter");
					metrics.unsent.inc();
				}
				Err(_) => {
					tracing::debug!(to = ?to.party, "the host did not answer in time");
					metrics.unsent.inc();
				}
			}
		});
	}
}

#[cfg(test)]
mod tests {
	use std::sync::atomic::{AtomicUsize, Ordering};

	use tea_chain::types::ChainMember;
	use tea_envelope::TransportSecret;
	use tea_link::{Incoming, LinkError, LinkState, LinkStats, PingId, SendError, SignedPong};
	use tokio::sync::{Notify, watch};

	use super::*;
	use crate::keys::BootSecrets;

	/// A host that takes letters only when it is told to.
	#[derive(Default)]
	struct Gate {
		inside: AtomicUsize,
		most: AtomicUsize,
		taken: AtomicUsize,
		open: Notify,
	}

	#[async_trait::async_trait]
	impl HostLink for Gate {
		async fn attach(&self, _: Arc<TransportSecret>) -> Result<Mailbox, LinkError> {
			Err(LinkError::Closed)
		}

		async fn detach(&self, _: Mailbox) {}

		async fn send(&self, _: Mailbox, _: Vec<u8>) -> Result<(), SendError> {
			let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
			self.most.fetch_max(inside, Ordering::SeqCst);
			self.open.notified().await;
			self.inside.fetch_sub(1, Ordering::SeqCst);
			self.taken.fetch_add(1, Ordering::SeqCst);
			Ok(())
		}

		async fn next(&self) -> Incoming {
			std::future::pending().await
		}

		async fn pong(&self, _: PingId, _: SignedPong) -> Result<(), SendError> {
			Ok(())
		}

		fn state(&self) -> watch::Receiver<LinkState> {
			watch::channel(LinkState::Down(String::new())).1
		}

		fn stats(&self) -> LinkStats {
			LinkStats::default()
		}
	}

	fn courier(gate: &Arc<Gate>) -> (Courier, Address) {
		let secrets = BootSecrets::generate().expect("random numbers");
		let keys = secrets.public();
		let actor = Actor {
			member: ChainMember::Module(ModuleId(1)),
			party: Party::Module {
				id: ModuleId(1),
				boot_seq: 1,
			},
			signer: secrets.session.clone(),
			transport: secrets.transport.clone(),
		};
		let address = Address {
			party: actor.party,
			mailbox: Mailbox(keys.transport),
			key: keys.session,
		};
		let metrics = Arc::new(Metrics::new().expect("metrics"));
		(Courier::new(gate.clone(), [1; 32], actor, metrics), address)
	}

	fn post(courier: &Courier, to: &Address, len: usize) {
		courier.post(to, Purpose::Errand, b"errand", None, 1, vec![7; len]);
	}

	/// Lets the tasks of the runtime go as far as they can.
	async fn settle() {
		for _ in 0..1000 {
			tokio::task::yield_now().await;
		}
	}

	#[tokio::test]
	async fn letters_that_come_at_once_wait_for_their_turn() {
		let gate = Arc::new(Gate::default());
		let (courier, address) = courier(&gate);
		let many = 3 * ON_THE_WAY + 1;
		for _ in 0..many {
			post(&courier, &address, 100);
		}
		settle().await;
		assert_eq!(gate.inside.load(Ordering::SeqCst), ON_THE_WAY);
		while gate.taken.load(Ordering::SeqCst) < many {
			gate.open.notify_waiters();
			settle().await;
		}
		assert_eq!(gate.most.load(Ordering::SeqCst), ON_THE_WAY);
		assert_eq!(courier.metrics.sent.get() as usize, many);
		assert_eq!(courier.metrics.unsent.get(), 0);
	}

	#[tokio::test]
	async fn letters_that_have_no_room_are_not_kept() {
		let gate = Arc::new(Gate::default());
		let (courier, address) = courier(&gate);
		let len = tea_link::MAX_BODY_LEN;
		let fit = WAITING_KIB / (len / 1024 + 1);
		for _ in 0..fit + 3 {
			post(&courier, &address, len);
		}
		assert_eq!(courier.metrics.unsent.get(), 3);
		// Those that are on their way make room.
		settle().await;
		post(&courier, &address, 100);
		assert_eq!(courier.metrics.unsent.get(), 3);
	}
}

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
		let Ok(permit) = self.on_the_way.clone().try_acquire_owned() else {
			tracing::debug!(?purpose, to = ?to.party, "too many letters are on their way");
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
		tokio::spawn(async move {
			let _permit = permit;
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

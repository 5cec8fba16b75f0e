//! Receives letters: opens them and hands them on by subject; answers pings.

use std::{collections::HashMap, sync::Arc};

use tea_chain::Chain;
use tea_link::{HostLink, Incoming, Mailbox, SignedPong, Unverified, letter};
use tea_primitives::{draw::Member, ids::ModuleId};
use tokio::sync::mpsc;

use super::Actor;
use crate::{metrics::Metrics, protocol::read_subject};

/// Letters that may wait for one reader.
const WAITING: usize = 256;

/// The mailbox of one actor.
struct Desk {
	actor: Actor,
	/// Letters about others.
	duty: mpsc::Sender<Unverified>,
	/// Letters about the module itself.
	own: Option<(ModuleId, mpsc::Sender<Unverified>)>,
}

/// The letters of one actor, opened and not yet verified.
pub struct Letters {
	/// About others: it is a member of their committees.
	pub duty: mpsc::Receiver<Unverified>,
	/// About itself.
	pub own: Option<mpsc::Receiver<Unverified>>,
}

/// Everything that comes through one host.
pub struct Mailroom {
	link: Arc<dyn HostLink>,
	chain: Chain,
	metrics: Arc<Metrics>,
	desks: HashMap<Mailbox, Desk>,
}

impl Mailroom {
	/// A mailroom without mailboxes.
	pub fn new(link: Arc<dyn HostLink>, chain: Chain, metrics: Arc<Metrics>) -> Self {
		Self {
			link,
			chain,
			metrics,
			desks: HashMap::new(),
		}
	}

	/// Opens a mailbox.
	pub async fn open(&mut self, actor: Actor) -> Result<Letters, tea_link::LinkError> {
		let mailbox = self.link.attach(actor.transport.clone()).await?;
		let (duty, duty_letters) = mpsc::channel(WAITING);
		let (own, own_letters) = match actor.member {
			Member::Module(module) => {
				let (own, letters) = mpsc::channel(WAITING);
				(Some((module, own)), Some(letters))
			}
			Member::Registrar(_) => (None, None),
		};
		self.desks.insert(mailbox, Desk { actor, duty, own });
		Ok(Letters {
			duty: duty_letters,
			own: own_letters,
		})
	}

	/// Serves for ever.
	pub async fn run(self) {
		loop {
			match self.link.next().await {
				Incoming::Letter { mailbox, sealed } => self.hand_on(mailbox, &sealed),
				Incoming::Ping {
					mailbox,
					ping,
					challenge,
				} => {
					let Some(desk) = self.desks.get(&mailbox) else {
						continue;
					};
					let tea_link::Party::Module { id, boot_seq } = desk.actor.party else {
						continue;
					};
					let genesis = self.chain.genesis();
					let pong =
						SignedPong::sign(&*desk.actor.signer, &genesis, id, boot_seq, &challenge);
					match self.link.pong(ping, pong).await {
						Ok(()) => self.metrics.pongs.inc(),
						Err(error) => tracing::debug!(%error, "a ping was not answered"),
					}
				}
			}
		}
	}

	fn hand_on(&self, mailbox: Mailbox, sealed: &[u8]) {
		let Some(desk) = self.desks.get(&mailbox) else {
			return;
		};
		let now = self.chain.health().best;
		let genesis = self.chain.genesis();
		let opened = letter::open(
			sealed,
			&genesis,
			&desk.actor.transport,
			&desk.actor.party,
			now,
		);
		let letter = match opened {
			Ok(letter) => letter,
			Err(error) => {
				tracing::debug!(%error, "a letter was dropped");
				self.metrics.drop_letter(error.label());
				return;
			}
		};
		let about = read_subject(letter.subject().as_bytes());
		let reader = match (about, &desk.own) {
			(Some((module, _)), Some((own, reader))) if module == *own => reader,
			(Some(_), _) => &desk.duty,
			(None, _) => {
				self.metrics.drop_letter("format");
				return;
			}
		};
		if reader.try_send(letter).is_err() {
			self.metrics.drop_letter("too_many");
		}
	}
}

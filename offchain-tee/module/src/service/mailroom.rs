//! Receives letters: opens them and hands them on by purpose and subject; answers pings.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tea_chain::Chain;
use tea_link::{HostLink, Incoming, LinkError, Mailbox, Purpose, SignedPong, Unverified, letter};
use tea_primitives::{draw::Member, ids::ModuleId};
use tokio::sync::mpsc;

use super::Actor;
use crate::{
	errand::protocol::{About, Reader},
	metrics::Metrics,
	protocol::read_subject,
};

/// Letters that may wait for one reader.
const WAITING: usize = 512;
/// Until a host that refused a mailbox is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// How often the figures of the link are shown.
const SHOW: Duration = Duration::from_secs(5);

/// The mailbox of one actor.
struct Desk {
	actor: Actor,
	/// Letters about others.
	duty: mpsc::Sender<Unverified>,
	/// Letters about the module itself.
	own: Option<(ModuleId, mpsc::Sender<Unverified>)>,
	/// Letters about pins.
	pins: Option<mpsc::Sender<Unverified>>,
	/// Letters to the executor of an errand.
	errands: Option<mpsc::Sender<Unverified>>,
	/// Letters to a verifier of an errand.
	checks: mpsc::Sender<Unverified>,
}

/// The letters of one actor, opened and not yet verified.
pub struct Letters {
	/// About others: it is a member of their committees.
	pub duty: mpsc::Receiver<Unverified>,
	/// About itself.
	pub own: Option<mpsc::Receiver<Unverified>>,
	/// About pins: from owners, candidates and pinners.
	pub pins: Option<mpsc::Receiver<Unverified>>,
	/// To the executor of an errand, from its verifiers.
	pub errands: Option<mpsc::Receiver<Unverified>>,
	/// To a verifier of an errand, from its executor.
	pub checks: mpsc::Receiver<Unverified>,
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

	/// Opens a mailbox. A host that refuses is asked again: it may lie, or have no room just now.
	pub async fn open(&mut self, actor: Actor) -> Result<Letters, LinkError> {
		let mailbox = loop {
			match self.link.attach(actor.transport.clone()).await {
				Ok(mailbox) => break mailbox,
				Err(LinkError::Refused(error)) => {
					tracing::warn!(%error, again_in_s = ASK_AGAIN.as_secs(), "the host serves no mailbox");
					tokio::time::sleep(ASK_AGAIN).await;
				}
				Err(error @ LinkError::Closed) => return Err(error),
			}
		};
		let (duty, duty_letters) = mpsc::channel(WAITING);
		let (checks, check_letters) = mpsc::channel(WAITING);
		let mut desk = Desk {
			actor,
			duty,
			own: None,
			pins: None,
			errands: None,
			checks,
		};
		let mut letters = Letters {
			duty: duty_letters,
			own: None,
			pins: None,
			errands: None,
			checks: check_letters,
		};
		// A registrar is not examined, holds no keys and runs nothing.
		if let Member::Module(module) = desk.actor.member {
			let (own, own_letters) = mpsc::channel(WAITING);
			let (pins, pin_letters) = mpsc::channel(WAITING);
			let (errands, errand_letters) = mpsc::channel(WAITING);
			desk.own = Some((module, own));
			desk.pins = Some(pins);
			desk.errands = Some(errands);
			letters.own = Some(own_letters);
			letters.pins = Some(pin_letters);
			letters.errands = Some(errand_letters);
		}
		self.desks.insert(mailbox, desk);
		Ok(letters)
	}

	/// Serves for ever.
	pub async fn run(self) {
		let mut show = tokio::time::interval(SHOW);
		loop {
			let incoming = tokio::select! {
				incoming = self.link.next() => incoming,
				_ = show.tick() => {
					self.metrics.show_link(&self.link.stats());
					continue;
				}
			};
			match incoming {
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
		let reader = match letter.purpose() {
			Purpose::Round => {
				let about = read_subject(letter.subject().as_bytes());
				match (about, &desk.own) {
					(Some((module, _)), Some((own, reader))) if module == *own => Ok(reader),
					(Some(_), _) => Ok(&desk.duty),
					(None, _) => Err("format"),
				}
			}
			Purpose::Pin => desk.pins.as_ref().ok_or("unexpected"),
			Purpose::Errand => {
				let about = About::from_subject(letter.subject().as_bytes());
				match about.map(|about| about.reader) {
					Some(Reader::Executor) => desk.errands.as_ref().ok_or("unexpected"),
					Some(Reader::Verifier) => Ok(&desk.checks),
					None => Err("format"),
				}
			}
			Purpose::Enrolment => Err("unexpected"),
		};
		let reader = match reader {
			Ok(reader) => reader,
			Err(reason) => {
				self.metrics.drop_letter(reason);
				return;
			}
		};
		if reader.try_send(letter).is_err() {
			self.metrics.drop_letter("too_many");
		}
	}
}

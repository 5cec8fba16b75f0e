//! Letters between an owner and a module, through the host of this machine. The host sees ciphertext and mailboxes.

use std::{sync::Arc, time::Duration};

use tea_chain::{AccountId, Chain, Key, Sign};
use tea_envelope::TransportSecret;
use tea_link::{
	HostLink, Incoming, Letter, LinkAddress, LinkState, Mailbox, Party, Purpose, Replays,
	StreamLink, Subject, letter, os_rng::OsRng,
};
use tea_module::{
	keys::AccountKey,
	pins::{protocol::Body, seal::Recipient},
};
use tokio::time::{Instant, sleep_until, timeout};

use crate::failure::{Failure, Kind, Result};

/// How long the host may take to be there.
const HOST: Duration = Duration::from_secs(5);
/// Blocks for which a letter is valid.
const LIFE: u32 = 40;
/// How often a letter that nobody answered is written again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long a module may say nothing.
const PATIENCE: Duration = Duration::from_secs(25);

/// A mailbox of this process.
pub(crate) struct Post {
	link: StreamLink,
	secret: Arc<TransportSecret>,
	mailbox: Mailbox,
	chain: Chain,
	account: AccountId,
	key: AccountKey,
	replays: Replays,
}

/// A module said nothing for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Silence;

impl Post {
	/// Opens a mailbox at the host.
	pub(crate) async fn open(host: &LinkAddress, chain: &Chain, key: Key) -> Result<Self> {
		let link = StreamLink::new(host.clone());
		let mut state = link.state();
		let is_up = state.wait_for(|state| matches!(state, LinkState::Up(_)));
		let unreachable = |reason: String| {
			Failure::new(
				Kind::Unreachable,
				format!("the host at {host} is not there ({reason})"),
				"start tea-host on this machine, or say where it listens with --host",
			)
		};
		match timeout(HOST, is_up).await {
			Ok(Ok(_)) => (),
			_ => {
				let reason = match &*link.state().borrow() {
					LinkState::Down(reason) => reason.clone(),
					LinkState::Up(_) => "it went away".to_owned(),
				};
				return Err(unreachable(reason));
			}
		}
		let secret = Arc::new(TransportSecret::generate(&mut OsRng));
		let mailbox = link
			.attach(secret.clone())
			.await
			.map_err(|error| unreachable(error.to_string()))?;
		Ok(Self {
			link,
			secret,
			mailbox,
			chain: chain.clone(),
			account: key.account(),
			key: AccountKey(key),
			replays: Replays::default(),
		})
	}

	/// Where answers go.
	pub(crate) const fn mailbox(&self) -> [u8; 32] {
		self.mailbox.0
	}

	/// The owner.
	pub(crate) const fn account(&self) -> AccountId {
		self.account
	}

	async fn send(&self, to: &Recipient, subject: &[u8], body: &Body) -> Result<()> {
		let refused = |error: tea_link::LetterError| Failure::input(error, "deploy it in parts");
		let genesis = self.chain.genesis();
		let letter = Letter::new(
			Purpose::Pin,
			Subject::new(subject).map_err(refused)?,
			Party::Client(self.account.0),
			party(to),
			self.chain.health().best.saturating_add(LIFE),
			body.to_bytes(),
		);
		let mailbox = Mailbox(to.certificate.keys.transport);
		let sealed = letter
			.seal(&genesis, &self.key, &mailbox)
			.map_err(refused)?;
		// It is written again until it is answered.
		let _ = self.link.send(mailbox, sealed).await;
		Ok(())
	}

	/// Reads a letter of the module that was asked; anything else is nothing.
	fn read(&mut self, from: &Recipient, sealed: &[u8]) -> Option<Body> {
		let me = Party::Client(self.account.0);
		let now = self.chain.health().best;
		let letter = letter::open(sealed, &self.chain.genesis(), &self.secret, &me, now).ok()?;
		let session = &from.certificate.keys.session;
		let letter = letter
			.verify(&party(from), session, &mut self.replays)
			.ok()?;
		Body::from_bytes(&letter.body).ok()
	}

	/// Asks a module, again and again, until it says something final or nothing for too long.
	pub(crate) async fn ask(
		&mut self,
		to: &Recipient,
		subject: &[u8],
		body: &Body,
		mut working: impl FnMut(u64, u64),
	) -> Result<Result<Body, Silence>> {
		let mut silent_at = Instant::now() + PATIENCE;
		let mut again_at = Instant::now();
		loop {
			tokio::select! {
				incoming = self.link.next() => {
					let Incoming::Letter { sealed, .. } = incoming else {
						continue;
					};
					match self.read(to, &sealed) {
						Some(Body::Working { read, size }) => {
							silent_at = Instant::now() + PATIENCE;
							working(read, size);
						}
						Some(body @ (Body::Offer(_) | Body::Denied(_))) => return Ok(Ok(body)),
						_ => (),
					}
				}
				() = sleep_until(again_at) => {
					again_at = Instant::now() + AGAIN;
					self.send(to, subject, body).await?;
				}
				() = sleep_until(silent_at) => return Ok(Err(Silence)),
			}
		}
	}
}

fn party(of: &Recipient) -> Party {
	Party::Module {
		id: of.module(),
		boot_seq: of.boot_seq(),
	}
}

//! One link of the host.

use std::{collections::HashMap, num::NonZeroU32, sync::Arc, time::Duration};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::{
	sync::{Semaphore, mpsc},
	task::JoinSet,
	time::timeout,
};
use tracing::debug;

use super::{
	Counters, Shared,
	mailboxes::{Outbox, Outgoing},
};
use crate::{
	MAX_SEALED_LEN, Mailbox, SendError,
	frame::{self, FrameError},
	proof, random,
	transport::{Owned, Reader, Writer},
	wire::{
		AttachError, CloseReason, FromHost, MAGIC, MAX_FRAME_LEN, MAX_HELLO_LEN, ToHost, VERSION,
		from_frame, to_frame,
	},
};

/// Attachments that wait for their proof.
const MAX_PROOFS: usize = 16;
/// How long what still waits may take when a link is ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Says goodbye to a link that is not served.
pub(super) async fn refuse(mut writer: Writer, reason: CloseReason) {
	let goodbye = to_frame(&FromHost::Goodbye { reason });
	// Who does not listen has at least been told.
	let _ = frame::write(&mut writer, &goodbye, LAST_WORDS).await;
}

/// Serves a link until it ends; the error is why it was ended from here.
pub(super) async fn serve(
	mut reader: Reader,
	mut writer: Writer,
	shared: Arc<Shared>,
) -> Result<(), CloseReason> {
	if let Err(error) = greet(&mut reader, &mut writer, &shared).await {
		return match error {
			FrameError::Refused(reason) => {
				refuse(writer, reason).await;
				Err(reason)
			}
			_ => Ok(()),
		};
	}
	Counters::add(&shared.counters.links);

	// Answers that may wait: one for each request in flight, some for attachments, some signs of life.
	let own = shared.limits.in_flight + 2 * MAX_PROOFS + shared.limits.mailboxes + 16;
	let (outbox, queue) = Outbox::new(shared.limits.queue_kib, own);
	let mut link = Link {
		name: shared.mailboxes.new_link(),
		outbox,
		proofs: HashMap::new(),
		attached: Vec::new(),
		in_flight: Arc::new(Semaphore::new(shared.limits.in_flight)),
		requests: JoinSet::new(),
		pace: RateLimiter::direct(Quota::per_second(
			NonZeroU32::new(shared.limits.letters_per_second).unwrap_or(NonZeroU32::MIN),
		)),
		shared: shared.clone(),
	};
	let mut closing = shared.closing.clone();
	let mut writing = Owned(tokio::spawn(write(writer, queue, shared.clone())));
	let result = tokio::select! {
		result = link.read(&mut reader) => result,
		written = &mut writing.0 => match written {
			Ok(result) => result,
			Err(_) => Ok(()),
		},
		_ = closing.wait_for(|closing| *closing) => Err(CloseReason::ShuttingDown),
	};
	link.end();
	if let Err(reason) = result {
		link.outbox.answer(&FromHost::Goodbye { reason });
	}
	// With the last sender gone the writer writes what waits, and ends.
	drop(link);
	if !writing.0.is_finished() && timeout(LAST_WORDS, &mut writing.0).await.is_err() {
		debug!("a link did not listen to the end");
	}
	result
}

async fn greet(
	reader: &mut Reader,
	writer: &mut Writer,
	shared: &Shared,
) -> Result<(), FrameError> {
	let hello = frame::read(reader, MAX_HELLO_LEN, shared.limits.hello).await?;
	let Some(ToHost::Hello {
		magic: MAGIC,
		oldest,
		newest,
	}) = from_frame(&hello)
	else {
		return Err(CloseReason::Malformed.into());
	};
	if !(oldest..=newest).contains(&VERSION) {
		return Err(CloseReason::Version.into());
	}
	let hello = FromHost::Hello {
		version: VERSION,
		info: shared.info.clone(),
	};
	frame::write(writer, &to_frame(&hello), shared.limits.hello).await
}

async fn write(
	mut writer: Writer,
	mut queue: mpsc::Receiver<Outgoing>,
	shared: Arc<Shared>,
) -> Result<(), CloseReason> {
	let alive = to_frame(&FromHost::KeepAlive);
	loop {
		let next = timeout(shared.limits.keep_alive, queue.recv()).await;
		let frame = match &next {
			Ok(Some(outgoing)) => &outgoing.frame,
			Ok(None) => return Ok(()),
			Err(_) => &alive,
		};
		match frame::write(&mut writer, frame, shared.limits.write).await {
			Ok(()) => (),
			Err(FrameError::Refused(reason)) => return Err(reason),
			Err(error) => {
				debug!(%error, "a link broke while writing");
				return Ok(());
			}
		}
	}
}

struct Link {
	name: u64,
	outbox: Outbox,
	proofs: HashMap<u32, (Mailbox, [u8; 32])>,
	attached: Vec<Mailbox>,
	in_flight: Arc<Semaphore>,
	requests: JoinSet<()>,
	pace: DefaultDirectRateLimiter,
	shared: Arc<Shared>,
}

impl Link {
	async fn read(&mut self, reader: &mut Reader) -> Result<(), CloseReason> {
		loop {
			let frame = match frame::read(reader, MAX_FRAME_LEN, self.shared.limits.silence).await {
				Ok(frame) => frame,
				Err(FrameError::Refused(reason)) => return Err(reason),
				Err(error) => {
					debug!(%error, "a link ended");
					return Ok(());
				}
			};
			let message = from_frame(&frame).ok_or(CloseReason::Malformed)?;
			self.handle(message).await?;
			while self.requests.try_join_next().is_some() {}
		}
	}

	fn answer(&self, message: &FromHost) -> Result<(), CloseReason> {
		match self.outbox.answer(message) {
			true => Ok(()),
			false => Err(CloseReason::SlowReader),
		}
	}

	async fn handle(&mut self, message: ToHost) -> Result<(), CloseReason> {
		match message {
			ToHost::Hello { .. } => Err(CloseReason::Malformed),
			ToHost::KeepAlive => Ok(()),
			ToHost::Attach { id, mailbox } => self.challenge(id, mailbox),
			ToHost::Prove { id, answer } => self.attach(id, answer),
			ToHost::Detach { mailbox } => {
				self.attached.retain(|attached| *attached != mailbox);
				self.give_up(mailbox);
				Ok(())
			}
			ToHost::Send { id, to, sealed } => self.send(id, to, sealed).await,
			ToHost::Pong { ping, pong } => {
				self.shared.mailboxes.answered(ping, self.name, pong);
				Ok(())
			}
		}
	}

	fn challenge(&mut self, id: u32, mailbox: Mailbox) -> Result<(), CloseReason> {
		// Who asks again has lost the challenge before.
		self.proofs.retain(|_, (asked, _)| *asked != mailbox);
		let attached = self.attached.len() + self.proofs.len();
		let full = attached >= self.shared.limits.mailboxes || self.proofs.len() >= MAX_PROOFS;
		let answer = random();
		let refused = match proof::challenge(&mailbox, &answer) {
			_ if full && !self.attached.contains(&mailbox) => AttachError::TooMany,
			None => AttachError::BadMailbox,
			Some(sealed) => {
				self.proofs.insert(id, (mailbox, answer));
				return self.answer(&FromHost::Challenge { id, sealed });
			}
		};
		self.answer(&FromHost::Attached {
			id,
			result: Err(refused),
		})
	}

	fn attach(&mut self, id: u32, answer: [u8; 32]) -> Result<(), CloseReason> {
		// Each challenge can be answered once.
		let (mailbox, expected) = self.proofs.remove(&id).ok_or(CloseReason::Malformed)?;
		if answer != expected {
			return self.answer(&FromHost::Attached {
				id,
				result: Err(AttachError::NotTheOwner),
			});
		}
		if !self.attached.contains(&mailbox) {
			self.attached.push(mailbox);
		}
		// The answer first: no letter comes before it.
		self.answer(&FromHost::Attached { id, result: Ok(()) })?;
		let mailboxes = &self.shared.mailboxes;
		mailboxes.attach(mailbox, self.name, self.outbox.clone());
		self.shared.relay.attached(mailbox);
		Ok(())
	}

	async fn send(&mut self, id: u32, to: Mailbox, sealed: Vec<u8>) -> Result<(), CloseReason> {
		let shared = &self.shared;
		let at_once = if sealed.len() > MAX_SEALED_LEN {
			Err(SendError::TooLong)
		} else if self.pace.check().is_err() {
			Counters::add(&shared.counters.limited);
			Err(SendError::RateLimited)
		} else if shared.mailboxes.contains(&to) {
			shared.mailboxes.deliver(to, sealed)
		} else {
			// Who has too much in flight is not read from until something came back.
			let Ok(permit) = self.in_flight.clone().acquire_owned().await else {
				return Ok(());
			};
			let (relay, outbox) = (shared.relay.clone(), self.outbox.clone());
			self.requests.spawn(async move {
				let result = relay.relay(to, sealed).await;
				outbox.answer(&FromHost::Sent { id, result });
				drop(permit);
			});
			return Ok(());
		};
		self.answer(&FromHost::Sent {
			id,
			result: at_once,
		})
	}

	fn give_up(&self, mailbox: Mailbox) {
		if self.shared.mailboxes.detach(mailbox, self.name) {
			self.shared.relay.detached(mailbox);
		}
	}

	/// Ends what the link began.
	fn end(&mut self) {
		self.requests.abort_all();
		for mailbox in std::mem::take(&mut self.attached) {
			self.give_up(mailbox);
		}
	}
}

//! Which mailbox is served by which link.

use std::{
	collections::HashMap,
	sync::{
		Arc, Mutex, MutexGuard, PoisonError,
		atomic::{AtomicU64, Ordering},
	},
	time::Duration,
};

use tokio::{
	sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
	time::timeout,
};

use super::Counters;
use crate::{
	MAX_SEALED_LEN, Mailbox, SendError, SignedPong, random,
	wire::{FromHost, to_frame},
};

/// Pings that wait for an answer, at most.
const MAX_PINGS: usize = 1024;
/// What the smallest message takes of a queue.
const LEAST_KIB: usize = 64;

/// A frame that waits to be written, and its place in the queue.
pub(super) struct Outgoing {
	pub(super) frame: Vec<u8>,
	_room: Option<OwnedSemaphorePermit>,
}

/// The queue of one link.
#[derive(Clone)]
pub(super) struct Outbox {
	frames: mpsc::Sender<Outgoing>,
	room: Arc<Semaphore>,
}

impl Outbox {
	/// The queue, and where its writer takes from. `own` is how many answers to the link's own requests may wait
	/// beside letters and pings.
	pub(super) fn new(queue_kib: u32, own: usize) -> (Self, mpsc::Receiver<Outgoing>) {
		let kib = queue_kib as usize;
		let (frames, queue) = mpsc::channel(kib / LEAST_KIB + own + 1);
		let room = Arc::new(Semaphore::new(kib));
		(Self { frames, room }, queue)
	}

	/// Puts in an answer that the link asked for. Whether there was room.
	pub(super) fn answer(&self, message: &FromHost) -> bool {
		let outgoing = Outgoing {
			frame: to_frame(message),
			_room: None,
		};
		self.frames.try_send(outgoing).is_ok()
	}

	/// Puts in what others sent, if there is room.
	fn push(&self, message: &FromHost) -> Result<(), SendError> {
		let frame = to_frame(message);
		let kib = frame.len().div_ceil(1024).max(LEAST_KIB);
		let room = u32::try_from(kib)
			.ok()
			.and_then(|kib| self.room.clone().try_acquire_many_owned(kib).ok())
			.ok_or(SendError::Busy)?;
		let outgoing = Outgoing {
			frame,
			_room: Some(room),
		};
		self.frames.try_send(outgoing).map_err(|error| match error {
			mpsc::error::TrySendError::Full(_) => SendError::Busy,
			mpsc::error::TrySendError::Closed(_) => SendError::NoSuchMailbox,
		})
	}
}

struct Entry {
	link: u64,
	outbox: Outbox,
}

#[derive(Default)]
struct Tables {
	boxes: HashMap<Mailbox, Entry>,
	pings: HashMap<u64, (u64, oneshot::Sender<SignedPong>)>,
}

/// Why a ping has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PingError {
	/// The mailbox is not attached here.
	#[error("the mailbox is not attached here")]
	NoSuchMailbox,
	/// The link is full, or too many pings wait.
	#[error("too many messages wait for this module")]
	Busy,
	/// Nothing came in time.
	#[error("the module did not answer in time")]
	TimedOut,
}

/// The mailboxes that are attached to this host. The host's other halves deliver and ping through it.
#[derive(Clone)]
pub struct Mailboxes {
	tables: Arc<Mutex<Tables>>,
	counters: Arc<Counters>,
	next_link: Arc<AtomicU64>,
}

impl Mailboxes {
	pub(super) fn new(counters: Arc<Counters>) -> Self {
		Self {
			tables: Arc::default(),
			counters,
			next_link: Arc::default(),
		}
	}

	fn tables(&self) -> MutexGuard<'_, Tables> {
		// Each change is a single call on a map, so a panic elsewhere leaves nothing half done.
		self.tables.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// A name for a new link.
	pub(super) fn new_link(&self) -> u64 {
		self.next_link.fetch_add(1, Ordering::Relaxed)
	}

	/// Gives the mailbox to a link that proved to own it; the newest one wins, because an older one may be dead
	/// without anybody having noticed.
	pub(super) fn attach(&self, mailbox: Mailbox, link: u64, outbox: Outbox) {
		let former = self.tables().boxes.insert(mailbox, Entry { link, outbox });
		if let Some(former) = former.filter(|former| former.link != link) {
			former.outbox.answer(&FromHost::Taken { mailbox });
		}
	}

	/// Takes the mailbox from the link, if it has it. Whether it had.
	pub(super) fn detach(&self, mailbox: Mailbox, link: u64) -> bool {
		let mut tables = self.tables();
		let has = tables
			.boxes
			.get(&mailbox)
			.is_some_and(|entry| entry.link == link);
		if has {
			tables.boxes.remove(&mailbox);
		}
		has
	}

	/// Hands the answer to whoever pinged this link.
	pub(super) fn answered(&self, ping: u64, link: u64, pong: SignedPong) {
		let mut tables = self.tables();
		if tables
			.pings
			.get(&ping)
			.is_some_and(|(asked, _)| *asked == link)
			&& let Some((_, waiting)) = tables.pings.remove(&ping)
		{
			// Who asked may have given up.
			let _ = waiting.send(pong);
		}
	}

	/// Whether the mailbox is attached.
	pub fn contains(&self, mailbox: &Mailbox) -> bool {
		self.tables().boxes.contains_key(mailbox)
	}

	/// All attached mailboxes.
	pub fn list(&self) -> Vec<Mailbox> {
		self.tables().boxes.keys().copied().collect()
	}

	/// Puts a letter into the queue of its mailbox.
	pub fn deliver(&self, mailbox: Mailbox, sealed: Vec<u8>) -> Result<(), SendError> {
		if sealed.len() > MAX_SEALED_LEN {
			return Err(SendError::TooLong);
		}
		let outbox = self.outbox(&mailbox).ok_or(SendError::NoSuchMailbox)?;
		let result = outbox.push(&FromHost::Letter { mailbox, sealed });
		Counters::add(match result {
			Ok(()) => &self.counters.delivered,
			Err(_) => &self.counters.busy,
		});
		result
	}

	fn outbox(&self, mailbox: &Mailbox) -> Option<Outbox> {
		self.tables()
			.boxes
			.get(mailbox)
			.map(|entry| entry.outbox.clone())
	}

	/// Asks a module whether it lives. The answer is whatever the link said: verify it.
	pub async fn ping(
		&self,
		mailbox: Mailbox,
		challenge: [u8; 32],
		patience: Duration,
	) -> Result<SignedPong, PingError> {
		let name = u64::from_le_bytes(random());
		let (answer, answered) = oneshot::channel();
		let outbox = {
			let mut tables = self.tables();
			let entry = tables.boxes.get(&mailbox).ok_or(PingError::NoSuchMailbox)?;
			let (link, outbox) = (entry.link, entry.outbox.clone());
			if tables.pings.len() >= MAX_PINGS {
				return Err(PingError::Busy);
			}
			tables.pings.insert(name, (link, answer));
			outbox
		};
		let _forget = Forget(self, name);
		outbox
			.push(&FromHost::Ping {
				mailbox,
				ping: name,
				challenge,
			})
			.map_err(|_| PingError::Busy)?;
		match timeout(patience, answered).await {
			Ok(Ok(pong)) => Ok(pong),
			_ => Err(PingError::TimedOut),
		}
	}
}

/// Forgets a ping when its asker is gone, also when it gave up early.
struct Forget<'a>(&'a Mailboxes, u64);

impl Drop for Forget<'_> {
	fn drop(&mut self) {
		self.0.tables().pings.remove(&self.1);
	}
}

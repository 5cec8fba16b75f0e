//! The host's end of the link.
//!
//! Everything that a module can make grow is bounded: connections, mailboxes, requests in flight, letters that wait. A
//! letter for a full mailbox is refused to its sender; a module that reads nothing for [`Limits::write`] is cut off.

mod connection;
mod mailboxes;

use std::{
	fs, io,
	sync::{
		Arc,
		atomic::{AtomicU64, Ordering},
	},
	time::Duration,
};

use async_trait::async_trait;
use tokio::{
	sync::{Semaphore, watch},
	task::{JoinHandle, JoinSet},
	time::{sleep, timeout},
};
use tracing::{debug, info, warn};

use crate::{
	HostInfo, LinkAddress, Mailbox, SendError,
	transport::{Listener, Reader, Writer},
	wire::CloseReason,
};
pub use mailboxes::{Mailboxes, PingError};

/// What a host does with letters for mailboxes that are not attached to it.
#[async_trait]
pub trait Relay: Send + Sync + 'static {
	/// Hands a letter to whoever serves the mailbox.
	async fn relay(&self, to: Mailbox, sealed: Vec<u8>) -> Result<(), SendError>;

	/// A module attached this mailbox here.
	fn attached(&self, _mailbox: Mailbox) {}

	/// No module serves this mailbox here any more.
	fn detached(&self, _mailbox: Mailbox) {}
}

/// A host that knows no other host.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRelay;

#[async_trait]
impl Relay for NoRelay {
	async fn relay(&self, _to: Mailbox, _sealed: Vec<u8>) -> Result<(), SendError> {
		Err(SendError::NoSuchMailbox)
	}
}

/// What one module, and all of them, may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// Links at a time.
	pub connections: usize,
	/// Mailboxes of a link.
	pub mailboxes: usize,
	/// Letters of a link that are on their way to other hosts.
	pub in_flight: usize,
	/// KiB of letters that wait for a link; each counts at least 64, so this bounds their number too.
	pub queue_kib: u32,
	/// Letters of a link in a second, after a burst of as many.
	pub letters_per_second: u32,
	/// How long a greeting may take.
	pub hello: Duration,
	/// How long a frame may wait to be read.
	pub write: Duration,
	/// How often to say something.
	pub keep_alive: Duration,
	/// How long the other side may say nothing.
	pub silence: Duration,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			connections: 64,
			mailboxes: 16,
			in_flight: 32,
			queue_kib: 16 * 1024,
			letters_per_second: 200,
			hello: Duration::from_secs(5),
			write: Duration::from_secs(15),
			keep_alive: Duration::from_secs(10),
			silence: Duration::from_secs(30),
		}
	}
}

/// What happened since the start.
#[derive(Debug, Default)]
pub(crate) struct Counters {
	pub(crate) links: AtomicU64,
	pub(crate) refused_links: AtomicU64,
	pub(crate) malformed: AtomicU64,
	pub(crate) slow_readers: AtomicU64,
	pub(crate) silent: AtomicU64,
	pub(crate) delivered: AtomicU64,
	pub(crate) busy: AtomicU64,
	pub(crate) limited: AtomicU64,
}

impl Counters {
	pub(crate) fn add(counter: &AtomicU64) {
		counter.fetch_add(1, Ordering::Relaxed);
	}

	fn read(&self) -> ServerStats {
		let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
		ServerStats {
			links: read(&self.links),
			refused_links: read(&self.refused_links),
			malformed: read(&self.malformed),
			slow_readers: read(&self.slow_readers),
			silent: read(&self.silent),
			delivered: read(&self.delivered),
			busy: read(&self.busy),
			limited: read(&self.limited),
		}
	}

	fn closed(&self, reason: CloseReason) {
		match reason {
			CloseReason::Malformed | CloseReason::Version => Self::add(&self.malformed),
			CloseReason::SlowReader => Self::add(&self.slow_readers),
			CloseReason::Silent => Self::add(&self.silent),
			CloseReason::TooMany => Self::add(&self.refused_links),
			CloseReason::ShuttingDown => (),
		}
	}
}

/// What happened since the start, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerStats {
	/// Links that said hello.
	pub links: u64,
	/// Links refused because there were too many.
	pub refused_links: u64,
	/// Links cut off for bytes that are no message.
	pub malformed: u64,
	/// Links cut off for reading too slowly.
	pub slow_readers: u64,
	/// Links cut off for silence.
	pub silent: u64,
	/// Letters put into a queue.
	pub delivered: u64,
	/// Letters refused because the queue was full.
	pub busy: u64,
	/// Letters refused because a module sent too many.
	pub limited: u64,
}

/// Why the link cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
	/// Another process listens there.
	#[error("{0} is in use; stop the other process or choose another address")]
	InUse(LinkAddress),
	/// The operating system refuses.
	#[error("{address} cannot be listened on: {source}")]
	Io {
		/// Where.
		address: LinkAddress,
		/// Why.
		source: io::Error,
	},
}

/// What all connections share.
pub(crate) struct Shared {
	pub(crate) info: HostInfo,
	pub(crate) relay: Arc<dyn Relay>,
	pub(crate) limits: Limits,
	pub(crate) mailboxes: Mailboxes,
	pub(crate) counters: Arc<Counters>,
	pub(crate) closing: watch::Receiver<bool>,
}

/// The host's end of all links. Dropping it cuts them off; [`close`](Self::close) says goodbye first.
pub struct Server {
	local: LinkAddress,
	mailboxes: Mailboxes,
	counters: Arc<Counters>,
	close: watch::Sender<bool>,
	task: JoinHandle<()>,
}

impl Server {
	/// Listens and serves.
	pub async fn bind(
		address: &LinkAddress,
		info: HostInfo,
		relay: Arc<dyn Relay>,
		limits: Limits,
	) -> Result<Self, BindError> {
		let failed = |source: io::Error| match source.kind() {
			io::ErrorKind::AddrInUse => BindError::InUse(address.clone()),
			_ => BindError::Io {
				address: address.clone(),
				source,
			},
		};
		let listener = Listener::bind(address).await.map_err(failed)?;
		let local = listener.local(address).map_err(failed)?;
		let (close, closing) = watch::channel(false);
		let counters = Arc::<Counters>::default();
		let mailboxes = Mailboxes::new(counters.clone());
		let shared = Arc::new(Shared {
			info,
			relay,
			limits,
			mailboxes: mailboxes.clone(),
			counters: counters.clone(),
			closing,
		});
		info!(address = %local, "host link listens");
		Ok(Self {
			local,
			mailboxes,
			counters,
			close,
			task: tokio::spawn(accept(listener, shared)),
		})
	}

	/// Where it listens, with the port that it got.
	pub fn local(&self) -> &LinkAddress {
		&self.local
	}

	/// The mailboxes that are attached here.
	pub fn mailboxes(&self) -> Mailboxes {
		self.mailboxes.clone()
	}

	/// What happened since the start.
	pub fn stats(&self) -> ServerStats {
		self.counters.read()
	}

	/// The same for somebody who does not hold the server.
	pub fn stats_reader(&self) -> Box<dyn Fn() -> ServerStats + Send + Sync> {
		let counters = self.counters.clone();
		Box::new(move || counters.read())
	}

	/// Accepts no more links, lets what waits be read for a moment, and says goodbye.
	pub async fn close(mut self) {
		self.close.send_replace(true);
		if timeout(Duration::from_secs(3), &mut self.task)
			.await
			.is_err()
		{
			debug!("links did not end in time and are cut off");
		}
	}
}

impl Drop for Server {
	fn drop(&mut self) {
		self.task.abort();
		if let LinkAddress::Unix(path) = &self.local {
			// Gone already is as good.
			let _ = fs::remove_file(path);
		}
	}
}

async fn accept(listener: Listener, shared: Arc<Shared>) {
	let room = Arc::new(Semaphore::new(shared.limits.connections));
	let mut closing = shared.closing.clone();
	// Dropped with this task, and every connection with it.
	let mut connections = JoinSet::new();
	loop {
		let accepted = tokio::select! {
			accepted = listener.accept() => accepted,
			Some(_) = connections.join_next() => continue,
			_ = closing.changed() => break,
		};
		let (reader, writer) = match accepted {
			Ok(streams) => streams,
			Err(error) => {
				// Out of file descriptors, most likely: others end, then there is room again.
				warn!(%error, "a link could not be accepted");
				sleep(Duration::from_millis(100)).await;
				continue;
			}
		};
		match room.clone().try_acquire_owned() {
			Ok(permit) => {
				let shared = shared.clone();
				connections.spawn(async move {
					serve(reader, writer, shared).await;
					drop(permit);
				});
			}
			Err(_) => {
				shared.counters.closed(CloseReason::TooMany);
				connections.spawn(connection::refuse(writer, CloseReason::TooMany));
			}
		}
	}
	drop(listener);
	while connections.join_next().await.is_some() {}
}

async fn serve(reader: Reader, writer: Writer, shared: Arc<Shared>) {
	let counters = shared.counters.clone();
	match connection::serve(reader, writer, shared).await {
		Ok(()) => debug!("a link ended"),
		Err(reason) => {
			counters.closed(reason);
			if reason != CloseReason::ShuttingDown {
				info!(%reason, "a link was cut off");
			}
		}
	}
}

//! The protocol's own task: connections and streams. It waits for nobody; reading, writing and the disk are elsewhere.

use std::{
	collections::HashMap,
	sync::{
		Arc,
		atomic::{AtomicUsize, Ordering},
	},
	time::Duration,
};

use async_trait::async_trait;
use futures::StreamExt;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use litep2p::{
	PeerId,
	codec::ProtocolCodec,
	error::ImmediateDialError,
	protocol::{Direction, TransportEvent, TransportService, UserProtocol},
	substream::Substream,
	types::{SubstreamId, protocol::ProtocolName},
};
use tokio::{
	sync::{Semaphore, mpsc},
	time::{Instant, MissedTickBehavior, interval},
};
use tracing::debug;

use super::{
	Command, PROTOCOL,
	hub::Hub,
	queue::Queue,
	stream::{self, PATIENCE, Refusal},
	wire::{MAX_ENTRIES, Message},
};
use crate::{ipfs::store::Store, metrics::Metrics, p2p::nonzero};

/// Streams of one peer, and of all, that are read at a time.
const MAX_STREAMS_OF_PEER: usize = 16;
const MAX_STREAMS: usize = 1024;
/// Messages with blocks in memory, each up to 2 MiB.
const MAX_IN_MEMORY: usize = 64;
/// Wants that a peer may send in a second, and at once.
const WANTS: (u32, u32) = (2000, 8192);
/// Messages in a row that a peer may fail to take.
const MAX_STRIKES: u32 = 2;
/// How long connecting and opening a stream may take.
const OPEN: Duration = Duration::from_secs(10);

/// What the tasks of streams report.
enum Report {
	/// There may be something to send.
	Queued(PeerId),
	/// A writer has ended, well or not.
	Written(PeerId, bool),
}

/// What is done to send to a peer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
	No,
	/// Being connected, or a stream being opened, until then.
	Opening(Instant),
	Writing,
}

struct Peer {
	queue: Arc<Queue>,
	sending: Sending,
	connected: bool,
	strikes: u32,
	reading: Arc<AtomicUsize>,
}

impl Default for Peer {
	fn default() -> Self {
		Self {
			queue: Arc::default(),
			sending: Sending::No,
			connected: false,
			strikes: 0,
			reading: Arc::default(),
		}
	}
}

pub(super) struct Protocol {
	orders: mpsc::UnboundedReceiver<Command>,
	shared: Arc<Shared>,
	reports: mpsc::UnboundedSender<Report>,
	inbox: mpsc::UnboundedReceiver<Report>,
	peers: HashMap<PeerId, Peer>,
	opening: HashMap<SubstreamId, PeerId>,
	streams: Arc<Semaphore>,
	memory: Arc<Semaphore>,
}

struct Shared {
	hub: Arc<Hub>,
	store: Arc<Store>,
	metrics: Arc<Metrics>,
	wants: DefaultKeyedRateLimiter<PeerId>,
}

impl Protocol {
	pub(super) fn new(
		orders: mpsc::UnboundedReceiver<Command>,
		hub: Arc<Hub>,
		store: Arc<Store>,
		metrics: Arc<Metrics>,
	) -> Self {
		let (reports, inbox) = mpsc::unbounded_channel();
		let quota = Quota::per_second(nonzero(WANTS.0)).allow_burst(nonzero(WANTS.1));
		Self {
			orders,
			shared: Arc::new(Shared {
				hub,
				store,
				metrics,
				wants: RateLimiter::keyed(quota),
			}),
			reports,
			inbox,
			peers: HashMap::new(),
			opening: HashMap::new(),
			streams: Arc::new(Semaphore::new(MAX_STREAMS)),
			memory: Arc::new(Semaphore::new(MAX_IN_MEMORY)),
		}
	}

	fn order(&mut self, service: &mut TransportService, order: Command) {
		let Command::Want {
			peer,
			addresses,
			wants,
		} = order;
		if peer == service.local_peer_id() {
			return self.shared.hub.gone(peer);
		}
		if !addresses.is_empty() {
			service.add_known_address(&peer, addresses.into_iter());
		}
		self.peers.entry(peer).or_default().queue.want(wants);
		self.send(service, peer);
	}

	/// Sees to it that what is queued for a peer gets a stream.
	fn send(&mut self, service: &mut TransportService, peer: PeerId) {
		let Some(known) = self.peers.get_mut(&peer) else {
			return;
		};
		if known.sending != Sending::No || known.queue.is_empty() {
			return;
		}
		let until = Instant::now() + OPEN;
		if known.connected {
			match service.open_substream(peer) {
				Ok(stream) => {
					known.sending = Sending::Opening(until);
					self.opening.insert(stream, peer);
				}
				Err(error) => {
					debug!(%peer, ?error, "no stream to a host");
					self.lose(peer);
				}
			}
			return;
		}
		match service.dial(&peer) {
			// Connected for others already; this protocol hears of it in a moment.
			Ok(()) | Err(ImmediateDialError::AlreadyConnected) => {
				known.sending = Sending::Opening(until);
			}
			Err(error) => {
				debug!(%peer, ?error, "a host is not dialled");
				self.lose(peer);
			}
		}
	}

	/// Gives up what was to be sent to a peer.
	fn lose(&mut self, peer: PeerId) {
		if let Some(known) = self.peers.get_mut(&peer) {
			known.queue.clear();
			known.sending = Sending::No;
			if !known.connected {
				self.peers.remove(&peer);
			}
		}
		self.shared.hub.gone(peer);
	}

	fn event(&mut self, service: &mut TransportService, event: TransportEvent) {
		match event {
			TransportEvent::ConnectionEstablished { peer, .. } => {
				let known = self.peers.entry(peer).or_default();
				known.connected = true;
				if known.sending != Sending::Writing {
					known.sending = Sending::No;
				}
				self.shared.hub.connected(peer);
				self.send(service, peer);
			}
			TransportEvent::ConnectionClosed { peer } => {
				if let Some(known) = self.peers.get_mut(&peer) {
					known.connected = false;
				}
				self.lose(peer);
			}
			TransportEvent::DialFailure { peer, .. } => self.lose(peer),
			TransportEvent::SubstreamOpened {
				peer,
				direction: Direction::Inbound,
				substream,
				..
			} => self.read(peer, substream),
			TransportEvent::SubstreamOpened {
				direction: Direction::Outbound(id),
				substream,
				..
			} => {
				if let Some(peer) = self.opening.remove(&id) {
					self.write(peer, substream);
				}
			}
			TransportEvent::SubstreamOpenFailure { substream, error } => {
				if let Some(peer) = self.opening.remove(&substream) {
					debug!(%peer, ?error, "a host opens no stream; does it speak bitswap 1.2?");
					self.lose(peer);
				}
			}
		}
	}

	fn write(&mut self, peer: PeerId, stream: Substream) {
		let Some(known) = self.peers.get_mut(&peer) else {
			return;
		};
		if known.sending == Sending::Writing {
			return;
		}
		known.sending = Sending::Writing;
		let (queue, reports) = (known.queue.clone(), self.reports.clone());
		let (shared, memory) = (self.shared.clone(), self.memory.clone());
		tokio::spawn(async move {
			let store = shared.store.clone();
			let sent = |counts| shared.metrics.bitswap.sent(counts);
			let well = stream::write(peer, stream, queue, store, memory, sent).await;
			// The protocol may have ended.
			let _ = reports.send(Report::Written(peer, well));
		});
	}

	fn read(&mut self, peer: PeerId, mut stream: Substream) {
		let known = self.peers.entry(peer).or_default();
		let metrics = &self.shared.metrics.bitswap;
		let Ok(permit) = self.streams.clone().try_acquire_owned() else {
			return metrics.refused("streams");
		};
		if known.reading.load(Ordering::Relaxed) >= MAX_STREAMS_OF_PEER {
			return metrics.refused("streams");
		}
		known.reading.fetch_add(1, Ordering::Relaxed);
		let (reading, queue) = (known.reading.clone(), known.queue.clone());
		let (shared, reports) = (self.shared.clone(), self.reports.clone());
		tokio::spawn(async move {
			let _permit = permit;
			let refusal = loop {
				let message =
					match stream::read(&mut stream, PATIENCE, || shared.hub.expects(&peer)).await {
						Ok(message) => message,
						Err(refusal) => break refusal,
					};
				let Ok(message) = Message::read(&message) else {
					break Refusal::Malformed;
				};
				if shared.take(peer, &queue, message) {
					let _ = reports.send(Report::Queued(peer));
				}
			};
			reading.fetch_sub(1, Ordering::Relaxed);
			match refusal {
				Refusal::Ended => (),
				Refusal::TooLong => shared.metrics.bitswap.refused("too_long"),
				Refusal::Malformed => shared.metrics.bitswap.refused("malformed"),
				Refusal::Slow => shared.metrics.bitswap.refused("slow"),
			}
		});
	}

	fn report(&mut self, service: &mut TransportService, report: Report) {
		match report {
			Report::Queued(peer) => self.send(service, peer),
			Report::Written(peer, well) => {
				let Some(known) = self.peers.get_mut(&peer) else {
					return;
				};
				known.sending = Sending::No;
				known.strikes = if well { 0 } else { known.strikes + 1 };
				if known.strikes < MAX_STRIKES {
					return self.send(service, peer);
				}
				debug!(%peer, "a host takes no messages; it is disconnected");
				self.shared.metrics.bitswap.refused("stalled");
				// Whoever is gone already needs no closing.
				let _ = service.force_close(peer);
				self.lose(peer);
			}
		}
	}

	/// Gives up streams that do not open.
	fn tick(&mut self) {
		let now = Instant::now();
		let late = |known: &Peer| matches!(known.sending, Sending::Opening(until) if until < now);
		let lost: Vec<_> = self
			.peers
			.iter()
			.filter(|(_, known)| late(known))
			.map(|(peer, _)| *peer)
			.collect();
		for peer in lost {
			self.opening.retain(|_, opening| *opening != peer);
			self.lose(peer);
		}
		self.shared.hub.sweep();
		self.shared.wants.retain_recent();
	}
}

impl Shared {
	/// Takes a message in. Whether there is something to answer.
	fn take(&self, peer: PeerId, queue: &Queue, mut message: Message) -> bool {
		let metrics = &self.metrics.bitswap;
		metrics.left_out.inc_by(message.left_out as u64);
		for (cid, block) in &message.blocks {
			match self.hub.block(peer, *cid, block) {
				true => metrics.received(block.len()),
				false => metrics.refused("junk"),
			}
		}
		for (cid, present) in &message.presences {
			self.hub.presence(peer, *cid, *present);
		}
		let asked = message.wants.iter().filter(|want| !want.cancel).count();
		if let Ok(count) = u32::try_from(asked.min(MAX_ENTRIES))
			&& count > 0
			&& !matches!(self.wants.check_key_n(&peer, nonzero(count)), Ok(Ok(())))
		{
			metrics.refused("wants");
			message.wants.retain(|want| want.cancel);
		}
		if message.wants.is_empty() && !message.full {
			return false;
		}
		let left_out = queue.serve(message.full, &message.wants);
		metrics.left_out.inc_by(left_out as u64);
		true
	}
}

#[async_trait]
impl UserProtocol for Protocol {
	fn protocol(&self) -> ProtocolName {
		ProtocolName::from(PROTOCOL)
	}

	/// Framing is our own, so that memory is taken only for what may come.
	fn codec(&self) -> ProtocolCodec {
		ProtocolCodec::Unspecified
	}

	async fn run(mut self: Box<Self>, mut service: TransportService) -> litep2p::Result<()> {
		let mut tick = interval(Duration::from_secs(1));
		tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				event = service.next() => match event {
					Some(event) => self.event(&mut service, event),
					None => return Ok(()),
				},
				order = self.orders.recv() => match order {
					Some(order) => self.order(&mut service, order),
					None => return Ok(()),
				},
				Some(report) = self.inbox.recv() => self.report(&mut service, report),
				_ = tick.tick() => self.tick(),
			}
		}
	}
}

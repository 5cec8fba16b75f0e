//! The task that owns the network. It never waits for a module or another host.

mod dht;
mod dial;

use std::{
	collections::{HashMap, HashSet},
	sync::Arc,
	time::Duration,
};

use codec::Encode;
use futures::{Stream, StreamExt};
use litep2p::{
	Litep2pEvent, PeerId,
	protocol::{
		libp2p::{
			identify::IdentifyEvent,
			kademlia::{QueryId, RecordKey},
			ping::PingEvent,
		},
		request_response::{DialOptions, RequestResponseError, RequestResponseEvent},
	},
	types::{RequestId, multiaddr::Multiaddr},
};
use tea_ipfs::cid::Cid;
use tea_link::{SendError, server::Mailboxes};
use tokio::{
	sync::{mpsc, oneshot},
	time::{Instant, MissedTickBehavior, interval},
};
use tracing::{debug, warn};

use super::{
	ConnectError, Connected, Node, Provider, RequestError,
	limits::Limits,
	protocol::{Request, Response},
};
use crate::metrics::Metrics;
pub(crate) use dht::{key_of, key_of_root};

/// Requests and queries under way.
const MAX_PENDING: usize = 128;
/// How long a module may take to answer another host's ping.
const PONG: Duration = Duration::from_secs(8);
/// How long after connecting every protocol of the library knows of it.
const SETTLED: Duration = Duration::from_millis(300);
/// How long requests wait for the first one to the same host.
const FIRST: Duration = Duration::from_secs(15);

pub(super) type Identified = Box<dyn Stream<Item = IdentifyEvent> + Send + Unpin>;
pub(super) type Pinged = Box<dyn Stream<Item = PingEvent> + Send + Unpin>;

pub(super) enum Command {
	Request(
		PeerId,
		Vec<u8>,
		oneshot::Sender<Result<Vec<u8>, RequestError>>,
	),
	Providers(RecordKey, oneshot::Sender<Vec<Provider>>),
	Peers(oneshot::Sender<Vec<Connected>>),
	Connect(Multiaddr, oneshot::Sender<Result<(), ConnectError>>),
	Announce,
	/// A root is here, or not any more.
	Provide(Cid, bool),
}

struct Peer {
	connections: usize,
	since: Instant,
	address: Multiaddr,
}

type Answer = oneshot::Sender<Result<Vec<u8>, RequestError>>;

/// Requests to a host that is being connected to. The library keeps one of them and loses the others without a word, so
/// they wait here until the first one has ended or the connection stands.
struct Waiting {
	first: Option<RequestId>,
	since: Instant,
	queue: Vec<(Vec<u8>, Answer)>,
}

struct Task {
	node: Node,
	mailboxes: Mailboxes,
	metrics: Arc<Metrics>,
	limits: Limits,
	peers: HashMap<PeerId, Peer>,
	requests: HashMap<RequestId, Answer>,
	waiting: HashMap<PeerId, Waiting>,
	queries: HashMap<QueryId, oneshot::Sender<Vec<Provider>>>,
	provided: HashSet<RecordKey>,
	/// Roots of content that is here.
	roots: HashSet<Cid>,
	dials: dial::Dials,
	/// When everything is told again; sooner after somebody came.
	announce_at: Instant,
	bootnodes: Vec<dial::Bootnode>,
	pongs: mpsc::Sender<(RequestId, Option<Response>)>,
}

pub(super) async fn run(
	node: Node,
	mut orders: mpsc::Receiver<Command>,
	mailboxes: Mailboxes,
	metrics: Arc<Metrics>,
) {
	let (pongs, mut answered) = mpsc::channel(super::MAX_INBOUND);
	let now = Instant::now();
	let bootnodes = dial::bootnodes(&node.config.bootnodes, node.peer_id());
	let mut task = Task {
		limits: Limits::new(node.config.letters_per_second),
		node,
		mailboxes,
		metrics,
		peers: HashMap::new(),
		requests: HashMap::new(),
		waiting: HashMap::new(),
		queries: HashMap::new(),
		provided: HashSet::new(),
		roots: HashSet::new(),
		dials: dial::Dials::default(),
		announce_at: now + dht::ANNOUNCE,
		bootnodes,
		pongs,
	};
	let mut tick = interval(Duration::from_secs(1));
	let mut minute = interval(Duration::from_secs(60));
	let mut moment = interval(SETTLED);
	for timer in [&mut tick, &mut minute, &mut moment] {
		timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
	}
	loop {
		tokio::select! {
			event = task.node.litep2p.next_event() => match event {
				Some(event) => task.connection(event),
				None => return warn!("the network has ended"),
			},
			Some(event) = task.node.requests.next() => task.request(event),
			Some(event) = task.node.kademlia.next() => task.dht(event),
			Some(event) = task.node.identify.next() => task.identified(event),
			Some(_) = task.node.ping.next() => (),
			Some((id, response)) = answered.recv() => task.respond(id, response),
			order = orders.recv() => match order {
				Some(order) => task.order(order).await,
				None => return debug!("the network is not needed any more"),
			},
			_ = moment.tick() => task.release(),
			_ = tick.tick() => {
				task.announce().await;
				task.dials.sweep();
				task.dial().await;
			},
			_ = minute.tick() => {
				task.limits.sweep();
				task.node.kademlia.find_node(PeerId::random()).await;
			},
		}
	}
}

impl Task {
	fn connection(&mut self, event: Litep2pEvent) {
		match event {
			Litep2pEvent::ConnectionEstablished { peer, endpoint } => {
				debug!(%peer, address = %endpoint.address(), "connected");
				let known = self.peers.entry(peer).or_insert_with(|| Peer {
					connections: 0,
					since: Instant::now(),
					address: endpoint.address().clone(),
				});
				known.connections += 1;
				if known.connections == 1 {
					// Who is new does not know which mailboxes are here. A moment later, several that come at once are told
					// together.
					let soon = Instant::now() + Duration::from_secs(1);
					self.announce_at = self.announce_at.min(soon);
				}
				self.reached(peer);
			}
			Litep2pEvent::ConnectionClosed { peer, .. } => {
				debug!(%peer, "disconnected");
				if let Some(known) = self.peers.get_mut(&peer) {
					known.connections = known.connections.saturating_sub(1);
					if known.connections == 0 {
						self.peers.remove(&peer);
					}
				}
			}
			Litep2pEvent::DialFailure { address, error } => {
				debug!(%address, %error, "a host was not reached");
				self.dials.failed(&address);
			}
			Litep2pEvent::ListDialFailures { errors } => {
				debug!(tried = errors.len(), "a host was not reached");
				for (address, _) in &errors {
					self.dials.failed(address);
				}
			}
		}
		self.metrics
			.peers
			.set(i64::try_from(self.peers.len()).unwrap_or(i64::MAX));
	}

	fn request(&mut self, event: RequestResponseEvent) {
		match event {
			RequestResponseEvent::RequestReceived {
				peer,
				request_id,
				request,
				..
			} => self.serve(peer, request_id, &request),
			RequestResponseEvent::ResponseReceived {
				request_id,
				response,
				..
			} => self.answered(request_id, Ok(response)),
			RequestResponseEvent::RequestFailed {
				peer,
				request_id,
				error,
			} => {
				debug!(%peer, ?error, "a host did not answer");
				let error = match error {
					RequestResponseError::TooLargePayload => RequestError::Malformed,
					_ => RequestError::Unreachable,
				};
				self.answered(request_id, Err(error));
			}
		}
	}

	fn answered(&mut self, id: RequestId, answer: Result<Vec<u8>, RequestError>) {
		if let Some(waiting) = self.requests.remove(&id) {
			// Who asked may have given up.
			let _ = waiting.send(answer);
		}
		let first = self
			.waiting
			.iter()
			.find(|(_, waiting)| waiting.first == Some(id));
		if let Some(peer) = first.map(|(peer, _)| *peer) {
			self.release_one(peer);
		}
	}

	/// Sends a request. The host is connected, or nothing else is on its way to it.
	fn send(&mut self, peer: PeerId, bytes: Vec<u8>, answer: Answer) -> Option<RequestId> {
		match self
			.node
			.requests
			.try_send_request(peer, bytes, DialOptions::Dial)
		{
			Ok(id) => {
				self.requests.insert(id, answer);
				Some(id)
			}
			Err(_) => {
				let _ = answer.send(Err(RequestError::Busy));
				None
			}
		}
	}

	fn ask(&mut self, peer: PeerId, bytes: Vec<u8>, answer: Answer) {
		self.requests.retain(|_, waiting| !waiting.is_closed());
		let queued: usize = self
			.waiting
			.values()
			.map(|waiting| waiting.queue.len())
			.sum();
		if self.requests.len() + queued >= MAX_PENDING {
			let _ = answer.send(Err(RequestError::Busy));
			return;
		}
		if let Some(waiting) = self.waiting.get_mut(&peer) {
			waiting.queue.push((bytes, answer));
			return;
		}
		let (first, queue) = match self.peers.get(&peer).map(|known| known.since.elapsed()) {
			Some(connected) if connected >= SETTLED => {
				self.send(peer, bytes, answer);
				return;
			}
			Some(_) => (None, vec![(bytes, answer)]),
			None => match self.send(peer, bytes, answer) {
				Some(id) => (Some(id), Vec::new()),
				None => return,
			},
		};
		let since = Instant::now();
		self.waiting.insert(
			peer,
			Waiting {
				first,
				since,
				queue,
			},
		);
	}

	/// Sends what waited for connections that stand now, and gives up what waited for too long.
	fn release(&mut self) {
		let ready: Vec<_> = self
			.waiting
			.iter()
			.filter(|(peer, waiting)| {
				let settled = self
					.peers
					.get(*peer)
					.is_some_and(|known| known.since.elapsed() >= SETTLED);
				settled || waiting.since.elapsed() >= FIRST
			})
			.map(|(peer, _)| *peer)
			.collect();
		for peer in ready {
			self.release_one(peer);
		}
	}

	fn release_one(&mut self, peer: PeerId) {
		let Some(waiting) = self.waiting.remove(&peer) else {
			return;
		};
		let connected = self.peers.contains_key(&peer);
		for (bytes, answer) in waiting.queue {
			if connected {
				self.send(peer, bytes, answer);
			} else {
				let _ = answer.send(Err(RequestError::Unreachable));
			}
		}
	}

	/// Answers another host, at once or, for a ping, when the module has signed.
	fn serve(&mut self, peer: PeerId, id: RequestId, bytes: &[u8]) {
		let limited = Some(Response::Done(Err(SendError::RateLimited)));
		if !self.limits.allows(&peer, bytes.len()) {
			self.metrics.letter("in", Err(SendError::RateLimited));
			return self.respond(id, limited);
		}
		match Request::from_bytes(bytes) {
			Some(Request::Deliver { to, sealed }) => {
				let result = self.mailboxes.deliver(to, sealed);
				self.metrics.letter("in", result);
				self.respond(id, Some(Response::Done(result)));
			}
			Some(Request::Serves { mailbox }) => {
				let result = match self.mailboxes.contains(&mailbox) {
					true => Ok(()),
					false => Err(SendError::NoSuchMailbox),
				};
				self.respond(id, Some(Response::Done(result)));
			}
			Some(Request::Ping { mailbox, challenge }) => {
				if !self.mailboxes.contains(&mailbox) {
					let none = Response::Done(Err(SendError::NoSuchMailbox));
					return self.respond(id, Some(none));
				}
				if !self.limits.allows_ping(&mailbox) {
					return self.respond(id, limited);
				}
				let (mailboxes, pongs) = (self.mailboxes.clone(), self.pongs.clone());
				tokio::spawn(async move {
					let response = match mailboxes.ping(mailbox, challenge, PONG).await {
						Ok(pong) => Response::Pong(pong),
						Err(_) => Response::Done(Err(SendError::Unreachable)),
					};
					// The network may have ended meanwhile.
					let _ = pongs.send((id, Some(response))).await;
				});
			}
			None => {
				debug!(%peer, "a host asks nonsense");
				self.metrics.nonsense.inc();
				self.respond(id, None);
			}
		}
	}

	fn respond(&mut self, id: RequestId, response: Option<Response>) {
		match response {
			Some(response) => self.node.requests.send_response(id, response.encode()),
			None => self.node.requests.reject_request(id),
		}
	}

	async fn order(&mut self, order: Command) {
		match order {
			Command::Request(peer, bytes, answer) => self.ask(peer, bytes, answer),
			Command::Providers(key, answer) => self.find(key, answer).await,
			Command::Peers(answer) => {
				let connected = |(peer, known): (&PeerId, &Peer)| Connected {
					peer: *peer,
					address: known.address.clone(),
				};
				// Who asked may have given up.
				let _ = answer.send(self.peers.iter().map(connected).collect());
			}
			Command::Connect(address, answer) => self.connect(address, answer).await,
			Command::Announce => self.announce().await,
			Command::Provide(root, here) => {
				match here {
					true => self.roots.insert(root),
					false => self.roots.remove(&root),
				};
				self.announce().await;
			}
		}
	}
}

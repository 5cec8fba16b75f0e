//! The task that owns the network. It never waits for a module or another host.

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
			kademlia::{KademliaEvent, QueryId, Quorum, RecordKey},
			ping::PingEvent,
		},
		request_response::{DialOptions, RequestResponseError, RequestResponseEvent},
	},
	types::{
		RequestId,
		multiaddr::{Multiaddr, Protocol},
		multihash::{Code, MultihashDigest},
	},
};
use tea_link::{Mailbox, SendError, server::Mailboxes};
use tokio::{
	sync::{mpsc, oneshot},
	time::{Instant, MissedTickBehavior, interval},
};
use tracing::{debug, info, warn};

use super::{
	Node, Provider, RequestError, kademlia_name,
	limits::Limits,
	protocol::{Request, Response},
};
use crate::{config::peer_of, metrics::Metrics};

/// What the key of a mailbox in the DHT begins with: who reads keys there does not read mailboxes.
const DOMAIN: &[u8] = b"tea/mailbox/v1";
/// Hosts that are tried for one mailbox, and addresses of each.
const MAX_PROVIDERS: usize = 20;
const MAX_ADDRESSES: usize = 4;
/// Requests and queries under way.
const MAX_PENDING: usize = 128;
/// How long a module may take to answer another host's ping.
const PONG: Duration = Duration::from_secs(8);
/// Pauses between tries to reach a bootnode.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// How long after connecting every protocol of the library knows of it.
const SETTLED: Duration = Duration::from_millis(300);
/// How long requests wait for the first one to the same host.
const FIRST: Duration = Duration::from_secs(15);
/// How often everything is told again.
const ANNOUNCE: Duration = Duration::from_secs(300);

pub(super) type Identified = Box<dyn Stream<Item = IdentifyEvent> + Send + Unpin>;
pub(super) type Pinged = Box<dyn Stream<Item = PingEvent> + Send + Unpin>;

pub(super) enum Command {
	Request(
		PeerId,
		Vec<u8>,
		oneshot::Sender<Result<Vec<u8>, RequestError>>,
	),
	Providers(Mailbox, oneshot::Sender<Vec<Provider>>),
	Peers(oneshot::Sender<Vec<PeerId>>),
	Announce,
}

struct Bootnode {
	peer: PeerId,
	address: Multiaddr,
	next: Instant,
	pause: Duration,
}

struct Peer {
	connections: usize,
	since: Instant,
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
	provided: HashSet<Mailbox>,
	/// When everything is told again; sooner after somebody came.
	announce_at: Instant,
	bootnodes: Vec<Bootnode>,
	pongs: mpsc::Sender<(RequestId, Option<Response>)>,
}

fn key_of(mailbox: &Mailbox) -> RecordKey {
	Code::Sha2_256.digest(&[DOMAIN, &mailbox.0].concat()).into()
}

pub(super) async fn run(
	node: Node,
	mut orders: mpsc::Receiver<Command>,
	mailboxes: Mailboxes,
	metrics: Arc<Metrics>,
) {
	let (pongs, mut answered) = mpsc::channel(super::MAX_INBOUND);
	let now = Instant::now();
	let bootnodes = node
		.config
		.bootnodes
		.iter()
		.filter_map(|address| {
			let peer = peer_of(address).filter(|peer| *peer != node.peer_id())?;
			Some(Bootnode {
				peer,
				address: address.clone(),
				next: now,
				pause: RETRY.0,
			})
		})
		.collect();
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
		announce_at: now + ANNOUNCE,
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
				});
				known.connections += 1;
				if known.connections == 1 {
					// Who is new does not know which mailboxes are here. A moment later, several that come at once are told
					// together.
					let soon = Instant::now() + Duration::from_secs(1);
					self.announce_at = self.announce_at.min(soon);
				}
				if let Some(bootnode) = self.bootnodes.iter_mut().find(|node| node.peer == peer) {
					info!(%peer, "bootnode reached");
					bootnode.pause = RETRY.0;
				}
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
			}
			Litep2pEvent::ListDialFailures { errors } => {
				debug!(tried = errors.len(), "a host was not reached");
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

	fn dht(&mut self, event: KademliaEvent) {
		match event {
			KademliaEvent::GetProvidersSuccess {
				query_id,
				providers,
				..
			} => {
				let Some(waiting) = self.queries.remove(&query_id) else {
					return;
				};
				let own = self.node.peer_id();
				let providers: Vec<_> = providers
					.into_iter()
					.filter(|provider| provider.peer != own)
					.take(MAX_PROVIDERS)
					.map(|provider| Provider {
						peer: provider.peer,
						addresses: usable(provider.addresses),
					})
					.collect();
				for provider in &providers {
					self.node
						.litep2p
						.add_known_address(provider.peer, provider.addresses.clone().into_iter());
				}
				let _ = waiting.send(providers);
			}
			KademliaEvent::QueryFailed { query_id } => {
				// Dropping it answers with nobody.
				self.queries.remove(&query_id);
			}
			_ => (),
		}
	}

	fn identified(&mut self, event: IdentifyEvent) {
		let IdentifyEvent::PeerIdentified {
			peer,
			supported_protocols,
			listen_addresses,
			..
		} = event;
		let name = kademlia_name(self.node.config.genesis);
		if supported_protocols.contains(&name) {
			// A full queue loses a hint, no more.
			let _ = self
				.node
				.kademlia
				.try_add_known_peer(peer, usable(listen_addresses));
		}
	}

	async fn order(&mut self, order: Command) {
		match order {
			Command::Request(peer, bytes, answer) => self.ask(peer, bytes, answer),
			Command::Providers(mailbox, answer) => {
				self.queries.retain(|_, waiting| !waiting.is_closed());
				if self.queries.len() < MAX_PENDING {
					let query = self.node.kademlia.get_providers(key_of(&mailbox)).await;
					self.queries.insert(query, answer);
				}
			}
			Command::Peers(answer) => {
				let _ = answer.send(self.peers.keys().copied().collect());
			}
			Command::Announce => self.announce().await,
		}
	}

	/// Tells the network which mailboxes are here: what changed at once, everything from time to time.
	async fn announce(&mut self) {
		let here: HashSet<_> = self.mailboxes.list().into_iter().collect();
		self.metrics
			.mailboxes
			.set(i64::try_from(here.len()).unwrap_or(i64::MAX));
		for gone in self.provided.difference(&here) {
			self.node.kademlia.stop_providing(key_of(gone)).await;
		}
		let now = Instant::now();
		let all = self.announce_at <= now;
		if all {
			self.announce_at = now + ANNOUNCE;
		}
		for mailbox in &here {
			if all || !self.provided.contains(mailbox) {
				self.node
					.kademlia
					.start_providing(key_of(mailbox), Quorum::One)
					.await;
			}
		}
		self.provided = here;
	}

	/// Looks for bootnodes that are not connected, for ever.
	async fn dial(&mut self) {
		let now = Instant::now();
		for bootnode in &mut self.bootnodes {
			if bootnode.next > now || self.peers.contains_key(&bootnode.peer) {
				continue;
			}
			bootnode.next = now + bootnode.pause;
			bootnode.pause = (bootnode.pause * 2).min(RETRY.1);
			let address = bootnode.address.clone();
			let hint = (bootnode.peer, vec![address.clone()]);
			let _ = self.node.kademlia.try_add_known_peer(hint.0, hint.1);
			if let Err(error) = self.node.litep2p.dial_address(address).await {
				debug!(peer = %bootnode.peer, %error, "a bootnode is not dialled");
			}
		}
	}
}

/// Addresses that this node could dial; others may claim any.
fn usable(addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
	addresses
		.into_iter()
		.filter(|address| {
			let mut parts = address.iter();
			matches!(
				(parts.next(), parts.next()),
				(
					Some(Protocol::Ip4(_) | Protocol::Ip6(_)),
					Some(Protocol::Tcp(_))
				)
			) && matches!(
				(parts.next(), parts.next()),
				(None, None) | (Some(Protocol::P2p(_)), None)
			)
		})
		.take(MAX_ADDRESSES)
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn key_of_a_mailbox_is_frozen() {
		use sha2::{Digest, Sha256};
		let digest = Sha256::new()
			.chain_update(b"tea/mailbox/v1")
			.chain_update([1; 32])
			.finalize();
		let expected = [&[0x12, 0x20][..], &digest].concat();
		assert_eq!(key_of(&Mailbox([1; 32])).to_vec(), expected);
	}

	#[test]
	fn only_what_can_be_dialled_is_kept() {
		let peer = PeerId::random();
		let text = [
			"/ip4/127.0.0.1/tcp/1".to_owned(),
			format!("/ip6/::1/tcp/1/p2p/{peer}"),
			"/ip4/127.0.0.1/udp/1/quic-v1".to_owned(),
			"/ip4/127.0.0.1/tcp/1/ws".to_owned(),
			"/dns/example.org/tcp/1".to_owned(),
			"/ip4/127.0.0.1".to_owned(),
		];
		let addresses: Vec<Multiaddr> = text.iter().map(|text| text.parse().unwrap()).collect();
		assert_eq!(usable(addresses.clone()), addresses[..2]);
		assert_eq!(usable(vec![addresses[0].clone(); 9]).len(), MAX_ADDRESSES);
	}
}

//! Finds the host of a mailbox and hands letters to it.
//!
//! Who serves a mailbox is only ever claimed, so a letter goes to every host that claims it: a liar who says "delivered"
//! keeps nothing from the true one, and a module reads each letter once however often it comes.

use std::{
	collections::{HashMap, HashSet},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};

use async_trait::async_trait;
use futures::{
	StreamExt,
	stream::{self, FuturesUnordered},
};
use litep2p::PeerId;
use tea_link::{
	Mailbox, SendError, SignedPong,
	server::{Mailboxes, PingError, Relay},
};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};
use tracing::debug;

use crate::{
	metrics::Metrics,
	p2p::{
		Network, RequestError,
		protocol::{Request, Response},
	},
};

/// How long one letter may take.
const RELAY: Duration = Duration::from_secs(20);
/// How long a found route is used without asking again, and how long it is remembered that there is none.
const FOUND: Duration = Duration::from_secs(60);
const MISSING: Duration = Duration::from_secs(1);
/// Mailboxes whose route is kept.
const MAX_ROUTES: usize = 4096;
/// Mailboxes that are looked for at a time.
const MAX_LOOKUPS: usize = 32;
/// Connected hosts that are asked when the network names nobody.
const MAX_NEIGHBOURS: usize = 32;

struct Route {
	hosts: Vec<PeerId>,
	until: Instant,
}

/// Finds hosts of mailboxes.
pub struct Router {
	network: Network,
	metrics: Arc<Metrics>,
	routes: Mutex<HashMap<Mailbox, Route>>,
	lookups: Semaphore,
}

impl Router {
	/// A router on this network.
	pub fn new(network: Network, metrics: Arc<Metrics>) -> Self {
		Self {
			network,
			metrics,
			routes: Mutex::default(),
			lookups: Semaphore::new(MAX_LOOKUPS),
		}
	}

	fn routes(&self) -> MutexGuard<'_, HashMap<Mailbox, Route>> {
		self.routes.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn known(&self, mailbox: &Mailbox) -> Option<Vec<PeerId>> {
		let routes = self.routes();
		let route = routes.get(mailbox)?;
		(route.until > Instant::now()).then(|| route.hosts.clone())
	}

	fn learn(&self, mailbox: Mailbox, hosts: Vec<PeerId>) {
		let now = Instant::now();
		let life = if hosts.is_empty() { MISSING } else { FOUND };
		let mut routes = self.routes();
		if routes.len() >= MAX_ROUTES {
			routes.retain(|_, route| route.until > now);
			if routes.len() >= MAX_ROUTES {
				routes.clear();
			}
		}
		let until = now + life;
		routes.insert(mailbox, Route { hosts, until });
	}

	/// Hands the letter to all these hosts. It is taken as soon as one took it; the others get it all the same, because
	/// that one may lie. Otherwise, the most telling refusal.
	async fn deliver(
		&self,
		to: Mailbox,
		sealed: &[u8],
		hosts: &[PeerId],
	) -> Result<(), Option<SendError>> {
		let request = Arc::new(Request::Deliver {
			to,
			sealed: sealed.to_vec(),
		});
		let mut deliveries = JoinSet::new();
		for host in hosts {
			let (network, request, host) = (self.network.clone(), request.clone(), *host);
			deliveries.spawn(async move { (host, network.request(host, &request).await) });
		}
		let mut refused = None;
		while let Some(delivery) = deliveries.join_next().await {
			let Ok((host, result)) = delivery else {
				continue;
			};
			let error = match result {
				Ok(Response::Done(Ok(()))) => {
					deliveries.detach_all();
					return Ok(());
				}
				Ok(Response::Done(Err(SendError::NoSuchMailbox))) => continue,
				// The own host of the sender is this one, and it is here.
				Ok(Response::Done(Err(SendError::HostGone)) | Response::Pong(_))
				| Err(RequestError::Unreachable | RequestError::Malformed) => SendError::Unreachable,
				Ok(Response::Done(Err(error))) => error,
				Err(RequestError::Busy) => SendError::RateLimited,
			};
			debug!(%host, %error, "a host did not take a letter");
			// A host that has the mailbox and says no tells more than one that does not answer.
			if refused.is_none_or(|known| known == SendError::Unreachable) {
				refused = Some(error);
			}
		}
		Err(refused)
	}

	/// The hosts that claim a mailbox in the network.
	async fn look_up(&self, mailbox: Mailbox) -> Vec<PeerId> {
		let Ok(_permit) = self.lookups.acquire().await else {
			return Vec::new();
		};
		let providers = self.network.providers(mailbox).await;
		providers
			.into_iter()
			.map(|provider| provider.peer)
			.collect()
	}

	/// The connected hosts that say they serve a mailbox: news of a module that has just come has not spread yet.
	async fn ask_neighbours(&self, mailbox: Mailbox, besides: &HashSet<PeerId>) -> Vec<PeerId> {
		let Ok(_permit) = self.lookups.acquire().await else {
			return Vec::new();
		};
		let neighbours = self.network.peers().await;
		let request = Request::Serves { mailbox };
		stream::iter(
			neighbours
				.into_iter()
				.filter(|peer| !besides.contains(peer)),
		)
		.take(MAX_NEIGHBOURS)
		.map(|host| {
			let request = &request;
			async move {
				let answer = self.network.request(host, request).await;
				matches!(answer, Ok(Response::Done(Ok(())))).then_some(host)
			}
		})
		.buffer_unordered(MAX_NEIGHBOURS)
		.filter_map(|host| async move { host })
		.collect()
		.await
	}

	async fn send(&self, to: Mailbox, sealed: &[u8]) -> Result<(), SendError> {
		let mut tried = HashSet::new();
		let mut refused = None;
		if let Some(hosts) = self.known(&to) {
			if hosts.is_empty() {
				return Err(SendError::NoSuchMailbox);
			}
			match self.deliver(to, sealed, &hosts).await {
				Ok(()) => return Ok(()),
				Err(refusal) => refused = refusal,
			}
		}
		// The route is unknown or leads nowhere any more: a module may have moved to a host that was tried a minute ago.
		for neighbours in [false, true] {
			let hosts = match neighbours {
				false => self.look_up(to).await,
				true => self.ask_neighbours(to, &tried).await,
			};
			match self.deliver(to, sealed, &hosts).await {
				Ok(()) => {
					self.learn(to, hosts);
					return Ok(());
				}
				Err(refusal) => {
					refused = refused
						.filter(|known| *known != SendError::Unreachable)
						.or(refusal);
				}
			}
			tried.extend(hosts);
		}
		self.learn(to, Vec::new());
		Err(refused.unwrap_or(SendError::NoSuchMailbox))
	}

	/// Has the module of a mailbox sign a challenge, wherever it is. What does not satisfy `genuine` is not believed, and
	/// the next host is asked.
	pub async fn ping(
		&self,
		mailboxes: &Mailboxes,
		mailbox: Mailbox,
		challenge: [u8; 32],
		patience: Duration,
		genuine: impl Fn(&SignedPong) -> bool + Sync,
	) -> Ping {
		let asked = async {
			match mailboxes.ping(mailbox, challenge, patience).await {
				Ok(pong) if genuine(&pong) => return Ping::Alive(self.network.peer_id()),
				Ok(_) => return Ping::Forged,
				Err(PingError::NoSuchMailbox) => (),
				Err(_) => return Ping::Silent,
			}
			let request = Request::Ping { mailbox, challenge };
			let mut outcome = Ping::Silent;
			let mut hosts = self.known(&mailbox).unwrap_or_default();
			for round in 0..3 {
				match round {
					0 => (),
					1 => hosts = self.look_up(mailbox).await,
					_ => hosts = self.ask_neighbours(mailbox, &HashSet::new()).await,
				}
				let mut answers: FuturesUnordered<_> = hosts
					.iter()
					.map(|host| {
						let (network, request, host) =
							(self.network.clone(), request.clone(), *host);
						async move { (host, network.request(host, &request).await) }
					})
					.collect();
				while let Some((host, answer)) = answers.next().await {
					match answer {
						Ok(Response::Pong(pong)) if genuine(&pong) => {
							drop(answers);
							if round > 0 {
								self.learn(mailbox, hosts);
							}
							return Ping::Alive(host);
						}
						Ok(Response::Pong(_)) => {
							debug!(%host, %mailbox, "a host answers a ping with a forged signature");
							outcome = Ping::Forged;
						}
						Ok(Response::Done(_)) | Err(_) => (),
					}
				}
			}
			outcome
		};
		timeout(patience, asked).await.unwrap_or(Ping::Silent)
	}
}

/// How a ping ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
	/// The module signed; through which host.
	Alive(PeerId),
	/// Nobody answered.
	Silent,
	/// Somebody answered who does not have the module's key.
	Forged,
}

#[async_trait]
impl Relay for Router {
	async fn relay(&self, to: Mailbox, sealed: Vec<u8>) -> Result<(), SendError> {
		let result = timeout(RELAY, self.send(to, &sealed))
			.await
			.unwrap_or(Err(SendError::Unreachable));
		self.metrics.letter("out", result);
		result
	}

	fn attached(&self, _mailbox: Mailbox) {
		self.network.announce();
	}

	fn detached(&self, _mailbox: Mailbox) {
		self.network.announce();
	}
}

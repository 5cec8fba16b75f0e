//! Which modules live: Active on chain, and answering a signed ping.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures::{StreamExt, stream};
use rand::random;
use serde::Serialize;
use tea_chain::{
	Access, At, Chain,
	types::{ChainCertificate, Kind},
};
use tea_link::{Mailbox, server::Mailboxes};
use tea_primitives::ids::ModuleId;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tracing::{debug, info, warn};

use crate::{
	exit::HostError,
	metrics::Metrics,
	router::{Ping, Router},
	state::State,
};

/// How long a module may take to sign.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often every module is asked.
const PERIOD: Duration = Duration::from_secs(10);
/// Pings missed in a row after which a module is left out.
const MAX_MISSED: u32 = 3;
/// Modules that are asked side by side.
const SIDE_BY_SIDE: usize = 32;
/// Pause between tries to reach the node.
const RETRY: Duration = Duration::from_secs(3);

/// What is known of a module.
#[derive(Clone, Debug)]
struct Known {
	certificate: ChainCertificate,
	missed: u32,
	last_seen: Option<u64>,
	host: Option<String>,
	details: Details,
}

/// What else the chain says. The profile is the module's own claim.
#[derive(Clone, Debug, Default)]
struct Details {
	kind: Option<&'static str>,
	credit: Option<u16>,
	addresses: Vec<String>,
	capabilities: u64,
	versions: String,
}

/// A module as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Live {
	/// The module.
	pub module: u32,
	/// Number of its boot.
	pub boot_seq: u32,
	/// Its session key.
	pub session: String,
	/// Its mailbox.
	pub transport: String,
	/// The host that it answered through.
	pub peer_id: Option<String>,
	/// Addresses that it has on chain.
	pub addresses: Vec<String>,
	/// What its hardware can prove.
	pub class: String,
	/// Its place in the economy.
	pub kind: Option<&'static str>,
	/// Its reputation.
	pub credit: Option<u16>,
	/// Milliseconds since 1970.
	pub last_seen: Option<u64>,
	/// One bit each.
	pub capabilities: u64,
	/// For people.
	pub versions: String,
	/// First block in which its certificate is no longer valid.
	pub until: u32,
}

/// The list, as it is served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct List {
	/// Genesis hash of the chain.
	pub genesis: String,
	/// The finalised block that says who is Active.
	pub block: u32,
	/// The modules.
	pub modules: Vec<Live>,
}

#[derive(Default)]
struct Inner {
	genesis: Option<[u8; 32]>,
	block: Option<u32>,
	modules: HashMap<ModuleId, Known>,
}

/// The modules that live, as far as this host knows.
#[derive(Clone, Default)]
pub struct LiveList {
	inner: Arc<Mutex<Inner>>,
}

fn text(bytes: &[u8]) -> String {
	String::from_utf8_lossy(bytes).into_owned()
}

const fn kind(kind: Kind) -> &'static str {
	match kind {
		Kind::A => "A",
		Kind::B => "B",
		Kind::C => "C",
	}
}

fn hex0x(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

impl LiveList {
	fn inner(&self) -> MutexGuard<'_, Inner> {
		self.inner.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// The list; nothing before the chain was read for the first time.
	pub fn list(&self) -> Option<List> {
		let inner = self.inner();
		let (genesis, block) = (inner.genesis?, inner.block?);
		let mut modules: Vec<_> = inner
			.modules
			.values()
			.filter(|known| known.last_seen.is_some() && known.missed < MAX_MISSED)
			.map(|known| {
				let (certificate, details) = (&known.certificate, known.details.clone());
				Live {
					module: certificate.module.0,
					boot_seq: certificate.boot_seq,
					session: hex0x(&certificate.keys.session),
					transport: hex0x(&certificate.keys.transport),
					peer_id: known.host.clone(),
					addresses: details.addresses,
					class: format!("{:?}", certificate.class),
					kind: details.kind,
					credit: details.credit,
					last_seen: known.last_seen,
					capabilities: details.capabilities,
					versions: details.versions,
					until: certificate.until,
				}
			})
			.collect();
		modules.sort_by_key(|live| live.module);
		Some(List {
			genesis: hex0x(&genesis),
			block,
			modules,
		})
	}

	/// Takes over who is Active. A module in a new boot begins anew.
	fn set_active(
		&self,
		genesis: [u8; 32],
		block: u32,
		active: Vec<(ChainCertificate, Option<Details>)>,
	) {
		let mut inner = self.inner();
		let mut former = std::mem::take(&mut inner.modules);
		inner.genesis = Some(genesis);
		inner.block = Some(block);
		inner.modules = active
			.into_iter()
			.map(|(certificate, details)| {
				let known = match former.remove(&certificate.module) {
					Some(known) if known.certificate.keys == certificate.keys => Known {
						certificate,
						details: details.unwrap_or(known.details),
						..known
					},
					_ => Known {
						certificate,
						missed: 0,
						last_seen: None,
						host: None,
						details: details.unwrap_or_default(),
					},
				};
				(known.certificate.module, known)
			})
			.collect();
	}

	fn certificates(&self) -> Vec<ChainCertificate> {
		self.inner()
			.modules
			.values()
			.map(|known| known.certificate.clone())
			.collect()
	}

	/// Notes how a ping ended. An answer of a boot that is over meanwhile counts for nothing.
	fn note(&self, asked: &ChainCertificate, ping: Ping, now: u64) {
		let mut inner = self.inner();
		let Some(known) = inner
			.modules
			.get_mut(&asked.module)
			.filter(|known| known.certificate.keys == asked.keys)
		else {
			return;
		};
		match ping {
			Ping::Alive(host) => {
				known.missed = 0;
				known.last_seen = Some(now);
				known.host = Some(host.to_string());
			}
			Ping::Silent | Ping::Forged => known.missed = known.missed.saturating_add(1),
		}
	}

	fn count(&self) -> (usize, usize) {
		let inner = self.inner();
		let live = inner
			.modules
			.values()
			.filter(|known| known.last_seen.is_some() && known.missed < MAX_MISSED);
		(inner.modules.len(), live.count())
	}
}

fn now_ms() -> u64 {
	let since = SystemTime::now()
		.duration_since(UNIX_EPOCH)
		.unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Reads who is Active and asks each of them, for ever.
pub struct Watch {
	/// The node.
	pub url: String,
	/// Where modules are reached.
	pub router: Arc<Router>,
	/// The own ones.
	pub mailboxes: Mailboxes,
	/// Where it is kept.
	pub list: LiveList,
	/// Figures.
	pub metrics: Arc<Metrics>,
	/// The chain that this host serves.
	pub genesis: [u8; 32],
}

/// Connects to the node; waits for it as long as it takes.
pub async fn connect(url: &str, genesis: Option<[u8; 32]>) -> Result<Chain, HostError> {
	let mut told = false;
	loop {
		let access = Access::Rpc { url: url.into() };
		match Chain::connect_expecting(access, genesis).await {
			Ok(chain) => return Ok(chain),
			Err(error @ (tea_chain::Error::BadUrl { .. } | tea_chain::Error::NotTea(_))) => {
				return Err(HostError::Chain(error.to_string()));
			}
			Err(error @ tea_chain::Error::WrongChain { .. }) => {
				return Err(HostError::Chain(format!(
					"{error}; if the chain was made anew, remove the file `genesis` from the state directory"
				)));
			}
			Err(error) if told => debug!(%error, "the node is still away"),
			Err(error) => {
				told = true;
				warn!(%error, "the node is away; trying again for ever");
			}
		}
		sleep(RETRY).await;
	}
}

/// The genesis of the chain: the one that was served last, or that of the node.
pub async fn genesis(url: &str, state: &State) -> Result<[u8; 32], HostError> {
	if let Some(genesis) = state.genesis() {
		return Ok(genesis);
	}
	let genesis = connect(url, None).await?.genesis();
	state.keep_genesis(&genesis)?;
	Ok(genesis)
}

impl Watch {
	/// Watches until the task is dropped; ends only if the node follows another chain.
	pub async fn run(self) -> HostError {
		let chain = match connect(&self.url, Some(self.genesis)).await {
			Ok(chain) => chain,
			Err(error) => return error,
		};
		info!(node = self.url, "follows the chain");
		let mut period = interval(PERIOD);
		period.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			period.tick().await;
			match self.read(&chain).await {
				Ok(()) => (),
				Err(error) => debug!(%error, "the chain was not read"),
			}
			self.ask().await;
			let (active, live) = self.list.count();
			let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
			self.metrics.active.set(count(active));
			self.metrics.live.set(count(live));
		}
	}

	async fn read(&self, chain: &Chain) -> tea_chain::Result<()> {
		let at = chain.finalized().await?;
		self.metrics.finalized.set(at.number().into());
		let mut active = Vec::new();
		for certificate in at.certificates().await? {
			let details = details(&at, certificate.module).await;
			active.push((certificate, details));
		}
		self.list.set_active(self.genesis, at.number(), active);
		Ok(())
	}

	async fn ask(&self) {
		stream::iter(self.list.certificates())
			.for_each_concurrent(SIDE_BY_SIDE, |certificate| async move {
				let challenge: [u8; 32] = random();
				let keys = &certificate.keys;
				let ping = self
					.router
					.ping(
						&self.mailboxes,
						Mailbox(keys.transport),
						challenge,
						PATIENCE,
						|pong| {
							pong.module == certificate.module
								&& pong.boot_seq == certificate.boot_seq
								&& pong.verify(&self.genesis, &challenge, &keys.session)
						},
					)
					.await;
				let result = match ping {
					Ping::Alive(_) => "alive",
					Ping::Silent => "silent",
					Ping::Forged => "forged",
				};
				self.metrics.pings.with_label_values(&[result]).inc();
				self.list.note(&certificate, ping, now_ms());
			})
			.await;
	}
}

/// What is shown beside the certificate; without it the list is poorer, not wrong.
async fn details(at: &At, module: ModuleId) -> Option<Details> {
	let info = at.module_info(module).await.ok()??;
	let camellia = at.camellia(module).await.ok()?;
	let profile = info.profile.unwrap_or_default();
	Some(Details {
		kind: camellia.as_ref().map(|camellia| kind(camellia.kind)),
		credit: camellia.as_ref().map(|camellia| camellia.credit),
		addresses: profile
			.addresses
			.iter()
			.map(|address| text(address))
			.collect(),
		capabilities: profile.capabilities,
		versions: text(&profile.versions),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use litep2p::PeerId;
	use tea_primitives::{
		HardwareClass,
		ids::ReleaseId,
		module::{BootKeys, Certificate},
	};

	fn certificate(module: u32, boot_seq: u32) -> ChainCertificate {
		Certificate {
			module: ModuleId(module),
			boot_seq,
			round: 1,
			keys: BootKeys {
				session: [boot_seq as u8; 32],
				vrf: [2; 32],
				transport: [3; 32],
			},
			class: HardwareClass::Dev,
			release: ReleaseId(1),
			since: 1,
			until: 600,
		}
	}

	fn listed(list: &LiveList) -> Vec<u32> {
		let list = list.list().unwrap();
		list.modules.iter().map(|live| live.module).collect()
	}

	#[test]
	fn module_is_listed_while_active_and_answering() {
		let list = LiveList::default();
		assert_eq!(list.list(), None);
		let (one, two) = (certificate(1, 1), certificate(2, 1));
		let alive = Ping::Alive(PeerId::random());
		list.set_active([1; 32], 5, vec![(one.clone(), None), (two.clone(), None)]);
		assert!(listed(&list).is_empty());
		list.note(&one, alive, 7);
		list.note(&two, Ping::Forged, 7);
		assert_eq!(listed(&list), [1]);
		// Two misses are forgiven, the third is not; an answer brings it back.
		for missed in [Ping::Silent, Ping::Forged] {
			list.note(&one, missed, 8);
		}
		assert_eq!(listed(&list), [1]);
		list.note(&one, Ping::Silent, 9);
		assert!(listed(&list).is_empty());
		list.note(&one, alive, 10);
		assert_eq!(listed(&list), [1]);
		assert_eq!(list.count(), (2, 1));
		// The chain has the last word.
		list.set_active([1; 32], 6, vec![(two, None)]);
		assert!(listed(&list).is_empty());
	}

	#[test]
	fn new_boot_begins_anew() {
		let list = LiveList::default();
		let (old, new) = (certificate(1, 1), certificate(1, 2));
		let alive = Ping::Alive(PeerId::random());
		list.set_active([1; 32], 5, vec![(old.clone(), None)]);
		list.note(&old, alive, 7);
		list.set_active([1; 32], 6, vec![(new.clone(), None)]);
		assert!(listed(&list).is_empty());
		// A late answer of the old boot.
		list.note(&old, alive, 8);
		assert!(listed(&list).is_empty());
		list.note(&new, alive, 9);
		assert_eq!(listed(&list), [1]);
	}

	/// What the pages show when one module signs, one has another key, one is silent and one is not there.
	#[tokio::test]
	async fn pong_with_a_forged_signature_is_not_listed() {
		use crate::{
			http::{Pages, router},
			p2p::{Node, NodeConfig},
		};
		use schnorrkel::{ExpansionMode, MiniSecretKey};
		use tea_envelope::TransportSecret;
		use tea_link::{
			HostInfo, HostLink, Incoming, SignedPong, StreamLink,
			server::{Limits, Server, ServerStats},
		};

		let key = |seed: u8| {
			MiniSecretKey::from_bytes(&[seed; 32])
				.unwrap()
				.expand_to_keypair(ExpansionMode::Ed25519)
		};
		let secret = |seed: u8| Arc::new(TransportSecret::take(&mut [seed; 32]));
		let dir = tempfile::tempdir().unwrap();
		let metrics = Arc::new(Metrics::new());
		let node = Node::bind(NodeConfig {
			key: litep2p::crypto::ed25519::Keypair::generate(),
			listen: vec!["/ip4/127.0.0.1/tcp/0".parse().unwrap()],
			external: Vec::new(),
			bootnodes: Vec::new(),
			genesis: Some([1; 32]),
			letters_per_second: 10,
			protocols: Vec::new(),
		})
		.unwrap();
		let (network, orders) = node.handle();
		let routes = Arc::new(Router::new(network, metrics.clone()));
		let address = tea_link::LinkAddress::unix(&dir.path().join("link.sock")).unwrap();
		let info = HostInfo::default();
		let server = Server::bind(&address, info, routes.clone(), Limits::default())
			.await
			.unwrap();
		let mailboxes = server.mailboxes();
		let own = node.peer_id().to_string();
		let _network = node.run(orders, mailboxes.clone(), metrics.clone());

		// Module 1 signs as it should, 2 with another key, 3 as another module, 4 for another boot, 5 not at all; 6 is away.
		for (seed, signer, module, boot_seq) in [
			(1, 1, 1, 7),
			(2, 99, 2, 7),
			(3, 3, 1, 7),
			(4, 4, 4, 6),
			(5, 0, 5, 7),
		] {
			let link = StreamLink::new(address.clone());
			let mut state = link.state();
			state
				.wait_for(|state| matches!(state, tea_link::LinkState::Up(_)))
				.await
				.unwrap();
			link.attach(secret(seed)).await.unwrap();
			tokio::spawn(async move {
				loop {
					let Incoming::Ping {
						ping, challenge, ..
					} = link.next().await
					else {
						continue;
					};
					if signer != 0 {
						let module = ModuleId(module);
						let pong =
							SignedPong::sign(&key(signer), &[1; 32], module, boot_seq, &challenge);
						link.pong(ping, pong).await.unwrap();
					}
				}
			});
		}
		let active = (1..=6)
			.map(|seed| {
				let mut certificate = certificate(seed.into(), 7);
				certificate.keys.session = key(seed).public.to_bytes();
				certificate.keys.transport = secret(seed).public().0;
				(certificate, None)
			})
			.collect();
		let list = LiveList::default();
		list.set_active([1; 32], 5, active);
		let watch = Watch {
			url: String::new(),
			router: routes,
			mailboxes,
			list: list.clone(),
			metrics: metrics.clone(),
			genesis: [1; 32],
		};
		watch.ask().await;
		let shown = list.list().unwrap();
		assert_eq!(listed(&list), [1]);
		assert_eq!(shown.modules[0].peer_id, Some(own));
		assert_eq!(shown.modules[0].class, "Dev");
		let text = metrics.render();
		for line in [
			"tea_host_pings_total{result=\"alive\"} 1",
			"tea_host_pings_total{result=\"forged\"} 3",
			"tea_host_pings_total{result=\"silent\"} 2",
		] {
			assert!(text.contains(line), "{line} is not in {text}");
		}

		// And over HTTP.
		let pages = Pages {
			modules: Some(list),
			hosts: Vec::new(),
			metrics,
			link: Box::new(ServerStats::default),
			per_second: 10,
		};
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}/v1/modules", listener.local_addr().unwrap());
		tokio::spawn(async move { axum::serve(listener, router(pages)).await.unwrap() });
		let body = tokio::task::spawn_blocking(move || {
			ureq::get(&url)
				.call()
				.unwrap()
				.body_mut()
				.read_to_string()
				.unwrap()
		})
		.await
		.unwrap();
		let json: serde_json::Value = serde_json::from_str(&body).unwrap();
		assert_eq!(json["modules"].as_array().unwrap().len(), 1);
		assert_eq!(json["modules"][0]["module"], 1);
		assert_eq!(json["block"], 5);
	}
}

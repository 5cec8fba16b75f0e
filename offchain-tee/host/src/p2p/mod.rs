//! The network of hosts: TCP, noise, yamux; identify, ping, Kademlia, and one protocol of our own.

mod limits;
pub mod protocol;
mod task;

use std::{net::TcpListener, sync::Arc, time::Duration};

use litep2p::{
	Litep2p, PeerId, ProtocolName,
	config::ConfigBuilder,
	crypto::ed25519::Keypair,
	protocol::{
		UserProtocol,
		libp2p::{identify, kademlia, ping},
		request_response,
	},
	transport::{ConnectionLimitsConfig, tcp::config::Config as TcpConfig},
	types::multiaddr::{Multiaddr, Protocol},
	yamux,
};
use tea_ipfs::cid::Cid;
use tea_link::{Mailbox, server::Mailboxes};
use tokio::{
	sync::{mpsc, oneshot},
	task::JoinHandle,
	time::timeout,
};

use crate::{bind::socket_of, exit::HostError, metrics::Metrics};
pub(crate) use limits::nonzero;
use protocol::{MAX_REQUEST_LEN, PROTOCOL, Request, Response};

/// Connections in each direction.
const MAX_CONNECTIONS: usize = 256;
/// Requests of others that are worked on at a time, each up to a MiB.
const MAX_INBOUND: usize = 64;
/// Streams of a connection, and bytes by which their windows grow together.
const MAX_STREAMS: usize = 256;
const MAX_GROWTH: usize = 1024 * 1024 - yamux::DEFAULT_CREDIT as usize;
/// How long a host may take to answer.
const REQUEST: Duration = Duration::from_secs(10);
/// How long an idle connection stays.
const KEEP_ALIVE: Duration = Duration::from_secs(600);
/// How long others remember who serves a mailbox; it is told again long before.
const PROVIDER_TTL: Duration = Duration::from_secs(1800);
/// Mailboxes whose host is remembered for others, and hosts of each.
const MAX_PROVIDER_KEYS: usize = 16 * 1024;
const MAX_PROVIDERS: usize = 20;

/// What a node is made of.
pub struct NodeConfig {
	/// Its name.
	pub key: Keypair,
	/// Where it listens.
	pub listen: Vec<Multiaddr>,
	/// What it tells others, if not where it listens.
	pub external: Vec<Multiaddr>,
	/// Whom it looks for first.
	pub bootnodes: Vec<Multiaddr>,
	/// Genesis of the chain, or nothing.
	pub genesis: Option<[u8; 32]>,
	/// Letters that another host may send in a second.
	pub letters_per_second: u32,
	/// What it speaks besides.
	pub protocols: Vec<Box<dyn UserProtocol>>,
}

/// A node that listens and does nothing yet.
pub struct Node {
	litep2p: Litep2p,
	requests: request_response::RequestResponseHandle,
	kademlia: kademlia::KademliaHandle,
	identify: task::Identified,
	ping: task::Pinged,
	config: NodeConfig,
	addresses: Vec<Multiaddr>,
	listened: Vec<Multiaddr>,
}

/// Streams of a connection. Its windows grow by so little together that none comes above 1 MiB: Helia sends frames as long
/// as the window, and our side closes the connection of whoever sends a frame of more than 1 MiB.
fn streams() -> yamux::Config {
	let mut config = yamux::Config::default();
	config.set_max_num_streams(MAX_STREAMS);
	config.set_max_connection_receive_window(Some(
		MAX_STREAMS * yamux::DEFAULT_CREDIT as usize + MAX_GROWTH,
	));
	config
}

/// The name of the DHT: hosts of different chains do not mix.
fn kademlia_name(genesis: Option<[u8; 32]>) -> ProtocolName {
	match genesis {
		Some(genesis) => format!("/tea/{}/kad/1", hex::encode(&genesis[..4])).into(),
		None => "/tea/kad/1".into(),
	}
}

impl Node {
	/// Listens.
	pub fn bind(mut config: NodeConfig) -> Result<Self, HostError> {
		// The library leaves out what it cannot listen on; here it is asked for by name.
		for address in &config.listen {
			if let Some(socket) = socket_of(address) {
				TcpListener::bind(socket).map_err(|error| HostError::of_bind(address, error))?;
			}
		}
		let (requests_config, requests) =
			request_response::ConfigBuilder::new(ProtocolName::from(PROTOCOL))
				.with_max_size(MAX_REQUEST_LEN)
				.with_timeout(REQUEST)
				.with_max_concurrent_inbound_requests(MAX_INBOUND)
				.build();
		let (kademlia_config, kademlia) = kademlia::ConfigBuilder::new()
			.with_protocol_names(vec![kademlia_name(config.genesis)])
			.with_mode(kademlia::KademliaMode::Server)
			// Records are not used, so nobody's are kept.
			.with_incoming_records_validation_mode(kademlia::IncomingRecordValidationMode::Manual)
			.with_provider_record_ttl(PROVIDER_TTL)
			.with_provider_refresh_interval(PROVIDER_TTL / 3)
			.with_max_provider_keys(MAX_PROVIDER_KEYS)
			.with_max_providers_per_key(MAX_PROVIDERS)
			.with_max_provider_addresses(4)
			.build();
		let agent = concat!("tea-host/", env!("CARGO_PKG_VERSION"));
		let (identify_config, identify) =
			identify::Config::new("/tea/1".into(), Some(agent.into()));
		let (ping_config, ping) = ping::Config::default();
		let tcp = TcpConfig {
			listen_addresses: config.listen.clone(),
			// Two hosts would share a port, and each get half of the connections.
			reuse_port: false,
			nodelay: true,
			yamux_config: streams(),
			..TcpConfig::default()
		};
		let mut builder = ConfigBuilder::new();
		for protocol in std::mem::take(&mut config.protocols) {
			builder = builder.with_user_protocol(protocol);
		}
		let built = builder
			.with_keypair(config.key.clone())
			.with_tcp(tcp)
			.with_request_response_protocol(requests_config)
			.with_libp2p_kademlia(kademlia_config)
			.with_libp2p_identify(identify_config)
			.with_libp2p_ping(ping_config)
			.with_connection_limits(
				ConnectionLimitsConfig::default()
					.max_incoming_connections(Some(MAX_CONNECTIONS))
					.max_outgoing_connections(Some(MAX_CONNECTIONS)),
			)
			.with_keep_alive_timeout(KEEP_ALIVE)
			.build();
		let litep2p = Litep2p::new(built).map_err(|error| HostError::Network(error.to_string()))?;

		let peer = *litep2p.local_peer_id();
		let with_peer = |address: &Multiaddr| match address.iter().last() {
			Some(Protocol::P2p(_)) => address.clone(),
			_ => address.clone().with(Protocol::P2p(peer.into())),
		};
		let listened: Vec<_> = litep2p.listen_addresses().map(with_peer).collect();
		if listened.len() < config.listen.len() {
			let wanted = config
				.listen
				.iter()
				.map(ToString::to_string)
				.collect::<Vec<_>>();
			return Err(HostError::InUse(wanted.join(", ")));
		}
		let addresses: Vec<_> = match config.external.is_empty() {
			true => listened.clone(),
			false => config.external.iter().map(with_peer).collect(),
		};
		for address in &addresses {
			litep2p
				.public_addresses()
				.add_address(address.clone())
				.map_err(|error| {
					HostError::Config(format!(
						"the external address {address} is wrong: {error:?}; leave out /p2p/ or give the peer id of this host"
					))
				})?;
		}
		Ok(Self {
			litep2p,
			requests,
			kademlia,
			identify,
			ping,
			config,
			addresses,
			listened,
		})
	}

	/// Its name.
	pub fn peer_id(&self) -> PeerId {
		*self.litep2p.local_peer_id()
	}

	/// Where others find it.
	pub fn addresses(&self) -> &[Multiaddr] {
		&self.addresses
	}

	/// Where it listens, with the ports that it got.
	pub fn listened(&self) -> &[Multiaddr] {
		&self.listened
	}

	/// What to call it by, before it runs.
	pub fn handle(&self) -> (Network, Orders) {
		let (commands, orders) = mpsc::channel(256);
		let network = Network {
			commands,
			peer_id: self.peer_id(),
		};
		(network, Orders(orders))
	}

	/// Runs until the handle is gone.
	pub fn run(
		self,
		orders: Orders,
		mailboxes: Mailboxes,
		metrics: Arc<Metrics>,
	) -> JoinHandle<()> {
		tokio::spawn(task::run(self, orders.0, mailboxes, metrics))
	}
}

/// What [`Node::run`] takes its orders from.
pub struct Orders(mpsc::Receiver<task::Command>);

/// Why another host did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
	/// It cannot be reached, or speaks no such protocol.
	#[error("the host cannot be reached")]
	Unreachable,
	/// Its answer does not decode.
	#[error("the host answers nonsense")]
	Malformed,
	/// This host sends too much at a time.
	#[error("too many requests are under way")]
	Busy,
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
	/// The address does not say whom.
	#[error("the address must end with /p2p/PEER")]
	NoPeer,
	/// Nobody is there, or somebody else.
	#[error("the host cannot be reached at this address")]
	Unreachable,
}

/// A host that is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
	/// Its name.
	pub peer: PeerId,
	/// Where it is.
	pub address: Multiaddr,
}

/// A host that may have something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
	/// Its name.
	pub peer: PeerId,
	/// Where it says that it is.
	pub addresses: Vec<Multiaddr>,
}

/// The network, for the other halves of the host.
#[derive(Clone)]
pub struct Network {
	commands: mpsc::Sender<task::Command>,
	peer_id: PeerId,
}

impl Network {
	/// The own name.
	pub fn peer_id(&self) -> PeerId {
		self.peer_id
	}

	async fn ask<T>(
		&self,
		command: impl FnOnce(oneshot::Sender<T>) -> task::Command,
		patience: Duration,
	) -> Option<T> {
		let (answer, answered) = oneshot::channel();
		let asked = async {
			self.commands.send(command(answer)).await.ok()?;
			answered.await.ok()
		};
		timeout(patience, asked).await.ok().flatten()
	}

	/// Asks a host; connects to it if need be.
	pub async fn request(&self, peer: PeerId, request: &Request) -> Result<Response, RequestError> {
		let bytes = codec::Encode::encode(request);
		let answer = self
			.ask(
				|answer| task::Command::Request(peer, bytes, answer),
				2 * REQUEST,
			)
			.await
			.unwrap_or(Err(RequestError::Unreachable))?;
		Response::from_bytes(&answer).ok_or(RequestError::Malformed)
	}

	/// The hosts that say they serve a mailbox. Nobody has checked that.
	pub async fn providers(&self, mailbox: Mailbox) -> Vec<Provider> {
		let key = task::key_of(&mailbox);
		self.ask(|answer| task::Command::Providers(key, answer), REQUEST)
			.await
			.unwrap_or_default()
	}

	/// The hosts that say they have this content. Nobody has checked that.
	pub async fn content_providers(&self, root: &Cid) -> Vec<Provider> {
		let key = task::key_of_root(root);
		self.ask(|answer| task::Command::Providers(key, answer), REQUEST)
			.await
			.unwrap_or_default()
	}

	/// Tells the network from now on that this content is here, or not any more.
	pub async fn provide(&self, root: Cid, here: bool) {
		// A network that has ended is told nothing.
		let _ = self.commands.send(task::Command::Provide(root, here)).await;
	}

	/// The hosts that this one is connected to.
	pub async fn connections(&self) -> Vec<Connected> {
		self.ask(task::Command::Peers, REQUEST)
			.await
			.unwrap_or_default()
	}

	/// Their names.
	pub async fn peers(&self) -> Vec<PeerId> {
		let connections = self.connections().await;
		connections.into_iter().map(|one| one.peer).collect()
	}

	/// Connects to a host, unless it is connected.
	pub async fn connect(&self, address: Multiaddr) -> Result<(), ConnectError> {
		self.ask(|answer| task::Command::Connect(address, answer), REQUEST)
			.await
			.unwrap_or(Err(ConnectError::Unreachable))
	}

	/// Tells the network at once which mailboxes are served, instead of in a second.
	pub fn announce(&self) {
		// A full queue is worked off within that second.
		let _ = self.commands.try_send(task::Command::Announce);
	}
}

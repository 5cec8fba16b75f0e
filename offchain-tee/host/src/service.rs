//! The whole host: starts everything in order, and ends it in the opposite one.

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use serde::Serialize;
use tea_link::{
	HostInfo,
	server::{Limits, Server},
};
use tokio::{
	net::TcpListener,
	sync::watch,
	task::JoinHandle,
	time::{Instant, timeout_at},
};
use tracing::{error, info, warn};

use crate::{
	config::Config,
	content::{Content, Serving},
	exit::HostError,
	http::{self, BootstrapHost, Pages},
	live::{self, LiveList, Watch},
	metrics::Metrics,
	p2p::{Node, NodeConfig},
	router::Router,
	state::{self, State},
};

/// How long what is under way may take at the end.
const DRAIN: Duration = Duration::from_secs(5);

/// What listens where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ready {
	/// This process.
	pub pid: u32,
	/// The name of the host.
	pub peer_id: String,
	/// Where other hosts connect, with the peer id: bootnodes of others.
	pub listen: Vec<String>,
	/// Where modules connect.
	pub link: String,
	/// Where lists and metrics are.
	pub http: Option<String>,
	/// Where modules put and get blocks.
	pub ipfs_rpc: Option<String>,
	/// Where browsers get blocks.
	pub gateway: Option<String>,
}

/// A host that runs.
pub struct Host {
	ready: Ready,
	ready_file: Option<PathBuf>,
	server: Server,
	network: JoinHandle<()>,
	http: Option<JoinHandle<()>>,
	content: Serving,
	watch: Option<JoinHandle<HostError>>,
	stop: watch::Sender<bool>,
	_state: State,
}

impl Host {
	/// Starts a host. When this returns, everything listens.
	pub async fn start(config: Config) -> Result<Self, HostError> {
		let state = State::open(&config.state_dir)?;
		let key = state.peer_key()?;
		// Bound first, so that a port in use is said at once and not after a node was waited for.
		let listener = match config.http {
			Some(address) => Some(
				TcpListener::bind(address)
					.await
					.map_err(|error| HostError::of_bind(address, error))?,
			),
			None => None,
		};
		let metrics = Arc::new(Metrics::new());
		let (content, protocols) =
			Content::open(&config.state_dir, config.ipfs, metrics.clone()).await?;
		let genesis = match &config.chain_rpc {
			Some(url) => Some(live::genesis(url, &state).await?),
			None => None,
		};
		let node = Node::bind(NodeConfig {
			key,
			listen: config.listen,
			external: config.external,
			bootnodes: config.bootnodes.clone(),
			genesis,
			letters_per_second: config.peer_letters_per_second,
			protocols,
		})?;
		let texts = |addresses: &[litep2p::types::multiaddr::Multiaddr]| -> Vec<String> {
			addresses.iter().map(ToString::to_string).collect()
		};
		let info = HostInfo {
			peer_id: node.peer_id().to_string(),
			addresses: texts(node.addresses()),
			version: concat!("tea-host/", env!("CARGO_PKG_VERSION")).into(),
		};
		let (network, orders) = node.handle();
		let router = Arc::new(Router::new(network.clone(), metrics.clone()));
		let server = Server::bind(
			&config.link,
			info.clone(),
			router.clone(),
			Limits::default(),
		)
		.await?;
		let mailboxes = server.mailboxes();
		let listen = texts(node.listened());
		let task = node.run(orders, mailboxes.clone(), metrics.clone());

		let mut modules = None;
		let watch = config.chain_rpc.zip(genesis).map(|(url, genesis)| {
			let list = modules.insert(LiveList::default()).clone();
			let watch = Watch {
				url,
				router,
				mailboxes,
				list,
				metrics: metrics.clone(),
				genesis,
			};
			tokio::spawn(watch.run())
		});
		let mut hosts = vec![BootstrapHost {
			peer_id: info.peer_id.clone(),
			addresses: info.addresses.clone(),
		}];
		hosts.extend(config.bootnodes.iter().filter_map(|address| {
			Some(BootstrapHost {
				peer_id: crate::config::peer_of(address)?.to_string(),
				addresses: vec![address.to_string()],
			})
		}));
		let (stop, stopping) = watch::channel(false);
		let (ipfs_rpc, gateway) = (content.rpc(), content.gateway());
		let content = content.serve(network, info.addresses, &stopping).await;
		let mut http_address = None;
		let http = match listener {
			Some(listener) => {
				let address = listener
					.local_addr()
					.map_err(|error| HostError::of_bind("http", error))?;
				http_address = Some(address.to_string());
				let pages = Pages {
					modules,
					hosts,
					metrics,
					link: server.stats_reader(),
					per_second: config.http_per_second,
				};
				Some(tokio::spawn(serve(listener, http::router(pages), stopping)))
			}
			None => None,
		};
		let ready = Ready {
			pid: std::process::id(),
			peer_id: info.peer_id,
			listen,
			link: server.local().to_string(),
			http: http_address,
			ipfs_rpc,
			gateway,
		};
		let host = Self {
			ready,
			ready_file: config.ready_file,
			server,
			network: task,
			http,
			content,
			watch,
			stop,
			_state: state,
		};
		host.tell()?;
		Ok(host)
	}

	/// Says what listens where, for people and for scripts.
	fn tell(&self) -> Result<(), HostError> {
		let ready = &self.ready;
		info!(
			peer_id = ready.peer_id,
			listen = ready.listen.join(","),
			link = ready.link,
			http = ready.http.as_deref().unwrap_or("none"),
			ipfs_rpc = ready.ipfs_rpc.as_deref().unwrap_or("none"),
			gateway = ready.gateway.as_deref().unwrap_or("none"),
			"host is ready"
		);
		let Some(path) = &self.ready_file else {
			return Ok(());
		};
		let mut json = serde_json::to_vec(ready).unwrap_or_default();
		json.push(b'\n');
		state::write(path, &json).map_err(|source| HostError::ReadyFile {
			path: path.clone(),
			source,
		})
	}

	/// What listens where.
	pub fn ready(&self) -> &Ready {
		&self.ready
	}

	/// Waits until the host cannot go on.
	pub async fn failed(&mut self) -> HostError {
		let watch = async {
			match &mut self.watch {
				Some(watch) => match watch.await {
					Ok(error) => error,
					Err(error) => {
						HostError::Network(format!("the watch of the chain broke: {error}"))
					}
				},
				None => std::future::pending().await,
			}
		};
		tokio::select! {
			error = watch => error,
			_ = &mut self.network => HostError::Network("its task has ended".into()),
		}
	}

	/// Takes nothing new, lets what is under way end, and stops.
	pub async fn stop(self) {
		if let Some(path) = &self.ready_file {
			// Who reads it afterwards would be told a lie.
			let _ = fs::remove_file(path);
		}
		self.stop.send_replace(true);
		if let Some(watch) = self.watch {
			watch.abort();
		}
		self.server.close().await;
		let deadline = Instant::now() + DRAIN;
		for mut http in self.http.into_iter().chain(self.content.tasks) {
			if timeout_at(deadline, &mut http).await.is_err() {
				warn!("HTTP requests did not end in time");
				http.abort();
			}
		}
		self.network.abort();
		info!("host has stopped");
	}
}

/// Serves HTTP until `stopping` says otherwise.
pub(crate) async fn serve(
	listener: TcpListener,
	app: axum::Router,
	mut stopping: watch::Receiver<bool>,
) {
	let app = app.into_make_service_with_connect_info::<SocketAddr>();
	let served = axum::serve(listener, app)
		.with_graceful_shutdown(async move {
			// A sender that is gone means the same.
			let _ = stopping.wait_for(|stopping| *stopping).await;
		})
		.await;
	if let Err(error) = served {
		error!(%error, "HTTP has ended");
	}
}

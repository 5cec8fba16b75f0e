//! Content, put together: the embedded node or a kubo daemon, and the two servers in front of it.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use axum::Router;
use litep2p::protocol::UserProtocol;
use tea_ipfs::Client;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{
	config::IpfsConfig,
	exit::HostError,
	gateway::{self, Gateway},
	ipfs::{self, Embedded, Ipfs, Kubo, Parts},
	metrics::Metrics,
	p2p::Network,
	rpc::{self, Rpc},
	service::serve,
};

/// Bytes of the shortest token.
const MIN_TOKEN: usize = 16;

/// What stands behind the trait, before there is a network.
enum Backend {
	Embedded(Parts),
	Kubo(Client),
}

/// Content, before there is a network. Its addresses are bound.
pub(crate) struct Content {
	backend: Backend,
	rpc: Option<TcpListener>,
	gateway: Option<TcpListener>,
	token: Option<String>,
	config: IpfsConfig,
	metrics: Arc<Metrics>,
}

/// The servers.
pub(crate) struct Serving {
	pub(crate) tasks: Vec<JoinHandle<()>>,
	/// Kept for the upkeep of the embedded node.
	_ipfs: Arc<dyn Ipfs>,
}

async fn listen(address: Option<SocketAddr>) -> Result<Option<TcpListener>, HostError> {
	match address {
		Some(address) => match TcpListener::bind(address).await {
			Ok(listener) => Ok(Some(listener)),
			Err(error) => Err(HostError::of_bind(address, error)),
		},
		None => Ok(None),
	}
}

fn local(listener: Option<&TcpListener>) -> Option<String> {
	Some(listener?.local_addr().ok()?.to_string())
}

/// Reads a token that only this user may know.
fn token(path: &Path) -> Result<String, HostError> {
	let failed = |reason: String| {
		HostError::Config(format!(
			"the token file {} cannot be used: {reason}",
			path.display()
		))
	};
	let metadata = fs::metadata(path).map_err(|error| failed(error.to_string()))?;
	if metadata.permissions().mode() & 0o007 != 0 {
		return Err(failed(
			"every user may read it; run `chmod o=` on it".into(),
		));
	}
	let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
	let token = text.trim();
	if token.len() < MIN_TOKEN || !token.chars().all(|letter| letter.is_ascii_graphic()) {
		return Err(failed(format!(
			"it must hold one word of at least {MIN_TOKEN} letters, for example from `openssl rand -hex 32`"
		)));
	}
	Ok(token.to_owned())
}

impl Content {
	/// Binds the addresses and opens the store; and what the network is to speak.
	pub(crate) async fn open(
		state_dir: &Path,
		config: IpfsConfig,
		metrics: Arc<Metrics>,
	) -> Result<(Self, Vec<Box<dyn UserProtocol>>), HostError> {
		let token = config.rpc_token_file.as_deref().map(token).transpose()?;
		let (rpc, gateway) = (listen(config.rpc).await?, listen(config.gateway).await?);
		let mut protocols = Vec::new();
		let backend =
			match &config.api {
				Some(url) => Backend::Kubo(
					Client::new(url).map_err(|error| HostError::Config(error.to_string()))?,
				),
				None => {
					let dir = state_dir.join("ipfs");
					let (parts, protocol) = ipfs::open(&dir, config.quota(), metrics.clone())
						.map_err(|error| HostError::State {
							path: dir.clone(),
							reason: error.to_string(),
						})?;
					protocols.push(protocol);
					Backend::Embedded(parts)
				}
			};
		let content = Self {
			backend,
			rpc,
			gateway,
			token,
			config,
			metrics,
		};
		Ok((content, protocols))
	}

	/// Where the RPC is.
	pub(crate) fn rpc(&self) -> Option<String> {
		local(self.rpc.as_ref())
	}

	/// Where the gateway is.
	pub(crate) fn gateway(&self) -> Option<String> {
		local(self.gateway.as_ref())
	}

	/// Serves, until `stopping` says otherwise. The network runs.
	pub(crate) async fn serve(
		self,
		network: Network,
		addresses: Vec<String>,
		stopping: &watch::Receiver<bool>,
	) -> Serving {
		let ipfs: Arc<dyn Ipfs> = match self.backend {
			Backend::Embedded(parts) => Embedded::start(parts, network, addresses).await,
			Backend::Kubo(client) => Arc::new(Kubo::new(client)),
		};
		let mut tasks = Vec::new();
		let mut spawn = |listener: Option<TcpListener>, app: Router| {
			if let Some(listener) = listener {
				tasks.push(tokio::spawn(serve(listener, app, stopping.clone())));
			}
		};
		let max_file = self.config.max_file();
		spawn(
			self.rpc,
			rpc::router(Rpc {
				ipfs: ipfs.clone(),
				token: self.token,
				max_file,
				metrics: self.metrics.clone(),
			}),
		);
		spawn(
			self.gateway,
			gateway::router(Gateway {
				ipfs: ipfs.clone(),
				per_second: self.config.gateway_per_second,
				max_file,
				metrics: self.metrics,
			}),
		);
		Serving { tasks, _ipfs: ipfs }
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn token_is_a_secret_of_some_length() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("token");
		let refusal = || token(&path).unwrap_err().to_string();
		assert!(refusal().contains("cannot be used"));
		let write = |text: &str, mode: u32| {
			fs::write(&path, text).unwrap();
			fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
		};
		write("0123456789abcdef\n", 0o644);
		assert!(refusal().contains("every user"));
		write("short\n", 0o600);
		assert!(refusal().contains("at least"));
		write("two words of a token\n", 0o600);
		assert!(refusal().contains("one word"));
		write("0123456789abcdef\n", 0o640);
		assert_eq!(token(&path).unwrap(), "0123456789abcdef");
	}
}

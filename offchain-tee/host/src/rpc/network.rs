//! The network: who this is, who is connected, who has what.

use axum::response::Response;
use litep2p::types::multiaddr::Multiaddr;
use serde_json::json;

use super::{Shared, answer, arguments::Arguments, error::RpcError, lines};
use crate::{bitswap, config::peer_of, p2p::Provider};

/// Providers that are told when nobody says how many.
const PROVIDERS: u64 = 20;
/// Type of the event that names a provider.
const PROVIDER: u8 = 4;

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn version() -> Response {
	answer(&json!({
		"Version": VERSION,
		"Commit": "",
		"Repo": "",
		"System": std::env::consts::ARCH,
		"Golang": "",
	}))
}

impl Shared {
	pub(super) async fn id(&self) -> Result<Response, RpcError> {
		let identity = self.ipfs().id().await?;
		Ok(answer(&json!({
			"ID": identity.peer_id,
			"PublicKey": "",
			"Addresses": identity.addresses,
			"AgentVersion": format!("tea-host/{VERSION}"),
			"Protocols": [bitswap::PROTOCOL],
		})))
	}

	pub(super) async fn provide(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let roots = arguments.cids()?;
		for root in &roots {
			self.ipfs().provide(root).await?;
		}
		let identity = self.ipfs().id().await?;
		let told = json!({ "Extra": "", "ID": identity.peer_id, "Responses": null, "Type": 0 });
		Ok(lines(&[told]))
	}

	pub(super) async fn find_providers(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let root = arguments.cid()?;
		let limit = arguments.number("num-providers")?.unwrap_or(PROVIDERS);
		let limit = usize::try_from(limit).unwrap_or(usize::MAX);
		let found = self.ipfs().find_providers(&root).await?;
		let event = |provider: &Provider| {
			let addresses: Vec<_> = provider.addresses.iter().map(ToString::to_string).collect();
			json!({
				"Extra": "",
				"ID": "",
				"Responses": [{ "ID": provider.peer.to_string(), "Addrs": addresses }],
				"Type": PROVIDER,
			})
		};
		Ok(lines(
			&found.iter().take(limit).map(event).collect::<Vec<_>>(),
		))
	}

	pub(super) async fn connect(&self, arguments: &Arguments) -> Result<Response, RpcError> {
		let mut connected = Vec::new();
		for text in arguments.all()? {
			let address: Multiaddr = text.parse().map_err(|_| {
				RpcError::wrong("an address is written like /ip4/192.0.2.7/tcp/30500/p2p/12D3KooW…")
			})?;
			let peer = peer_of(&address)
				.ok_or_else(|| RpcError::wrong("the address must end with /p2p/PEER"))?;
			self.ipfs()
				.connect(address)
				.await
				.map_err(|error| RpcError::failed(format!("connect {peer} failure: {error}")))?;
			connected.push(format!("connect {peer} success"));
		}
		Ok(answer(&json!({ "Strings": connected })))
	}

	pub(super) async fn peers(&self) -> Result<Response, RpcError> {
		let peers: Vec<_> = self
			.ipfs()
			.peers()
			.await?
			.iter()
			.map(|one| json!({ "Addr": one.address, "Peer": one.peer }))
			.collect();
		Ok(answer(&json!({ "Peers": peers })))
	}
}

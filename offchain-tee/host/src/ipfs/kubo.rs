//! A kubo daemon in the place of the embedded node (`--ipfs-api`). Its blocks are hashed here, and its files walked within
//! the same limits.

use std::time::Duration;

use async_trait::async_trait;
use litep2p::types::multiaddr::Multiaddr;
use tea_ipfs::{Client, ClientError, cid::Cid, client::Identity};

use super::{
	Ipfs, IpfsError, Peer, Pin, Reach,
	store::{Collected, Stat, StoreError},
};
use crate::{config::peer_of, p2p::Provider};

/// Providers that are asked for.
const MAX_PROVIDERS: usize = 20;

/// A kubo daemon.
pub struct Kubo {
	client: Client,
}

impl Kubo {
	/// A daemon behind this client.
	pub const fn new(client: Client) -> Self {
		Self { client }
	}
}

#[async_trait]
impl Ipfs for Kubo {
	async fn id(&self) -> Result<Identity, IpfsError> {
		Ok(self.client.id().await?)
	}

	async fn get(&self, cid: &Cid, reach: Reach) -> Result<Vec<u8>, IpfsError> {
		Ok(match reach {
			Reach::Local => self.client.block_get_local(cid).await?,
			Reach::Network(patience) => {
				let client = self.client.clone().with_patience(patience);
				client.block_get(cid).await?
			}
		})
	}

	async fn put(&self, cid: &Cid, block: Vec<u8>) -> Result<(), IpfsError> {
		let kept = self.client.block_put(cid.codec(), block).await?;
		match kept == *cid {
			true => Ok(()),
			false => Err(StoreError::Mismatch(*cid).into()),
		}
	}

	async fn len_of(&self, cid: &Cid) -> Result<Option<u64>, IpfsError> {
		Ok(self.client.block_len(cid).await?)
	}

	async fn fetch(
		&self,
		root: &Cid,
		hints: Vec<Provider>,
		max_len: u64,
		patience: Duration,
	) -> Result<u64, IpfsError> {
		for hint in hints {
			for address in hint.addresses {
				let suffix = match peer_of(&address) {
					Some(_) => String::new(),
					None => format!("/p2p/{}", hint.peer),
				};
				// A hint that leads nowhere is no reason to give up.
				let _ = self
					.client
					.swarm_connect(&format!("{address}{suffix}"))
					.await;
			}
		}
		let client = self.client.clone().with_patience(patience);
		Ok(client.read_file(root, max_len, |_| Ok(())).await?)
	}

	async fn provide(&self, root: &Cid) -> Result<(), IpfsError> {
		Ok(self.client.provide(root).await?)
	}

	async fn find_providers(&self, root: &Cid) -> Result<Vec<Provider>, IpfsError> {
		let found = self.client.find_providers(root, MAX_PROVIDERS).await?;
		// What does not read cannot be asked.
		let provider = |one: tea_ipfs::client::Provider| {
			Some(Provider {
				peer: one.peer_id.parse().ok()?,
				addresses: one
					.addrs
					.iter()
					.filter_map(|text| text.parse().ok())
					.collect(),
			})
		};
		Ok(found.into_iter().filter_map(provider).collect())
	}

	async fn pin(
		&self,
		root: &Cid,
		holder: &str,
		hints: Vec<Provider>,
		max_len: u64,
		patience: Duration,
	) -> Result<(), IpfsError> {
		// The daemon would fetch whatever hangs below the root; the limits are kept here.
		self.fetch(root, hints, max_len, patience).await?;
		Ok(self.client.pin_named(root, holder, patience).await?)
	}

	/// The daemon knows one pin for each root, whoever holds it.
	async fn unpin(&self, root: &Cid, _: Option<&str>) -> Result<(), IpfsError> {
		if !self.client.is_pinned(root).await? {
			return Err(StoreError::NotPinned(*root).into());
		}
		Ok(self.client.unpin(root).await?)
	}

	async fn pins(&self) -> Result<Vec<Pin>, IpfsError> {
		let pin = |root| Pin {
			root,
			holders: Vec::new(),
		};
		Ok(self.client.pins().await?.into_iter().map(pin).collect())
	}

	async fn connect(&self, address: Multiaddr) -> Result<(), IpfsError> {
		Ok(self.client.swarm_connect(&address.to_string()).await?)
	}

	async fn peers(&self) -> Result<Vec<Peer>, IpfsError> {
		let peers = self.client.swarm_peers().await?;
		Ok(peers
			.into_iter()
			.map(|(peer, address)| Peer { peer, address })
			.collect())
	}

	async fn stat(&self) -> Result<Stat, IpfsError> {
		let stat = self.client.repo_stat().await?;
		Ok(Stat {
			blocks: usize::try_from(stat.num_objects).unwrap_or(usize::MAX),
			bytes: stat.repo_size,
			quota: stat.storage_max,
			pins: 0,
			rotten: 0,
		})
	}

	async fn collect(&self) -> Result<Collected, IpfsError> {
		let before = self.client.repo_stat().await?;
		self.client.collect().await?;
		let after = self.client.repo_stat().await?;
		let fewer = |before: u64, after: u64| before.saturating_sub(after);
		Ok(Collected {
			blocks: usize::try_from(fewer(before.num_objects, after.num_objects))
				.map_err(|_| ClientError::Malformed("repo/stat".into()))?,
			bytes: fewer(before.repo_size, after.repo_size),
		})
	}
}

//! The embedded node: store, bitswap, and the DHT of hosts.

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use litep2p::{protocol::UserProtocol, types::multiaddr::Multiaddr};
use tea_ipfs::{cid::Cid, client::Identity};
use tokio::{
	task::JoinHandle,
	time::{MissedTickBehavior, interval},
};
use tracing::{debug, info, warn};

use super::{
	Ipfs, IpfsError, Peer, Pin, Reach,
	fetch::{Fetcher, Goal},
	store::{Collected, Stat, Store, StoreError},
};
use crate::{
	bitswap::{self, Bitswap},
	metrics::Metrics,
	p2p::{Network, Provider},
};

/// How long a block stays that nobody pinned yet.
const GRACE: Duration = Duration::from_secs(3600);
/// How often it is looked whether there is room.
const LOOK: Duration = Duration::from_secs(10);
/// Part of the quota, in percent, above which loose blocks are removed.
const FULL: u64 = 90;

/// The store and its protocol, before there is a network.
pub struct Parts {
	store: Arc<Store>,
	bitswap: Bitswap,
	metrics: Arc<Metrics>,
}

/// Opens the store in a directory, and makes the protocol that the network is to speak.
pub fn open(
	dir: &Path,
	quota: u64,
	metrics: Arc<Metrics>,
) -> Result<(Parts, Box<dyn UserProtocol>), StoreError> {
	let store = Store::open(dir, quota, GRACE)?;
	let (protocol, bitswap) = bitswap::new(store.clone(), metrics.clone());
	let parts = Parts {
		store,
		bitswap,
		metrics,
	};
	Ok((parts, protocol))
}

/// The embedded node. Its upkeep ends when it is dropped.
pub struct Embedded {
	store: Arc<Store>,
	fetcher: Fetcher,
	network: Network,
	identity: Identity,
	upkeep: JoinHandle<()>,
}

impl Drop for Embedded {
	fn drop(&mut self) {
		self.upkeep.abort();
	}
}

/// Runs what waits for the disk on a thread that may.
async fn on_disk<T: Send + 'static>(
	store: &Arc<Store>,
	work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, IpfsError> {
	let store = store.clone();
	let done = tokio::task::spawn_blocking(move || work(&store)).await;
	Ok(done.map_err(|_| IpfsError::Ending)??)
}

/// Makes room before there is none, and keeps the figures.
async fn keep_up(store: Arc<Store>, metrics: Arc<Metrics>) {
	let mut look = interval(LOOK);
	look.set_missed_tick_behavior(MissedTickBehavior::Delay);
	loop {
		look.tick().await;
		let stat = store.stat();
		metrics.ipfs.store(&stat);
		if stat.bytes < stat.quota / 100 * FULL {
			continue;
		}
		match on_disk(&store, Store::collect).await {
			Ok(collected) => info!(
				blocks = collected.blocks,
				bytes = collected.bytes,
				"loose blocks were removed to make room"
			),
			Err(IpfsError::Store(StoreError::ImportsOpen(_))) => (),
			Err(error) => warn!(%error, "no room was made in the block store"),
		}
	}
}

impl Embedded {
	/// Begins: tells the network what is pinned, and keeps the store in order.
	pub async fn start(parts: Parts, network: Network, addresses: Vec<String>) -> Arc<Self> {
		let Parts {
			store,
			bitswap,
			metrics,
		} = parts;
		for (root, _) in store.pins() {
			network.provide(root, true).await;
		}
		let fetcher = Fetcher::new(store.clone(), bitswap, network.clone(), metrics.clone());
		Arc::new(Self {
			identity: Identity {
				peer_id: network.peer_id().to_string(),
				addresses,
			},
			upkeep: tokio::spawn(keep_up(store.clone(), metrics)),
			store,
			fetcher,
			network,
		})
	}
}

#[async_trait]
impl Ipfs for Embedded {
	async fn id(&self) -> Result<Identity, IpfsError> {
		Ok(self.identity.clone())
	}

	async fn get(&self, cid: &Cid, reach: Reach) -> Result<Vec<u8>, IpfsError> {
		let wanted = *cid;
		// Twice, because it may have rotted or been collected since it was fetched.
		for _ in 0..2 {
			if let Some(block) = on_disk(&self.store, move |store| store.get(&wanted)).await? {
				return Ok(block);
			}
			let Reach::Network(patience) = reach else {
				break;
			};
			self.fetcher
				.fetch(cid, Goal::Block, Vec::new(), patience)
				.await?;
		}
		Err(IpfsError::Missing(*cid))
	}

	async fn put(&self, cid: &Cid, block: Vec<u8>) -> Result<(), IpfsError> {
		let cid = *cid;
		on_disk(&self.store, move |store| match store.put(&cid, &block) {
			Err(StoreError::Full { .. }) => {
				store.collect()?;
				store.put(&cid, &block)
			}
			put => put,
		})
		.await
	}

	async fn len_of(&self, cid: &Cid) -> Result<Option<u64>, IpfsError> {
		Ok(self.store.len_of(cid)?)
	}

	async fn fetch(
		&self,
		root: &Cid,
		hints: Vec<Provider>,
		max_len: u64,
		patience: Duration,
	) -> Result<u64, IpfsError> {
		Ok(self
			.fetcher
			.fetch(root, Goal::File(max_len), hints, patience)
			.await?)
	}

	async fn provide(&self, root: &Cid) -> Result<(), IpfsError> {
		if !self.store.has(root)? {
			return Err(IpfsError::Missing(*root));
		}
		self.network.provide(*root, true).await;
		Ok(())
	}

	async fn find_providers(&self, root: &Cid) -> Result<Vec<Provider>, IpfsError> {
		tea_ipfs::cid::check(root).map_err(StoreError::from)?;
		Ok(self.network.content_providers(root).await)
	}

	async fn pin(
		&self,
		root: &Cid,
		holder: &str,
		hints: Vec<Provider>,
		max_len: u64,
		patience: Duration,
	) -> Result<(), IpfsError> {
		// From the first block to the pin nothing is collected.
		let _import = self.store.import();
		self.fetch(root, hints, max_len, patience).await?;
		let (wanted, name) = (*root, holder.to_owned());
		on_disk(&self.store, move |store| store.pin(&wanted, &name)).await?;
		debug!(%root, holder, "pinned");
		self.network.provide(*root, true).await;
		Ok(())
	}

	async fn unpin(&self, root: &Cid, holder: Option<&str>) -> Result<(), IpfsError> {
		let (wanted, name) = (*root, holder.map(ToOwned::to_owned));
		on_disk(&self.store, move |store| {
			store.unpin(&wanted, name.as_deref())
		})
		.await?;
		if !self.store.is_pinned(root) {
			debug!(%root, "no longer pinned");
			self.network.provide(*root, false).await;
		}
		Ok(())
	}

	async fn pins(&self) -> Result<Vec<Pin>, IpfsError> {
		let pin = |(root, holders)| Pin { root, holders };
		Ok(self.store.pins().into_iter().map(pin).collect())
	}

	async fn connect(&self, address: Multiaddr) -> Result<(), IpfsError> {
		Ok(self.network.connect(address).await?)
	}

	async fn peers(&self) -> Result<Vec<Peer>, IpfsError> {
		let connected = self.network.connections().await;
		Ok(connected
			.into_iter()
			.map(|one| Peer {
				peer: one.peer.to_string(),
				address: one.address.to_string(),
			})
			.collect())
	}

	async fn stat(&self) -> Result<Stat, IpfsError> {
		Ok(self.store.stat())
	}

	async fn collect(&self) -> Result<Collected, IpfsError> {
		on_disk(&self.store, Store::collect).await
	}
}

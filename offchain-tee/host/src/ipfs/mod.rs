//! IPFS: one trait, and two that stand behind it. The embedded node keeps blocks on this machine and speaks bitswap and
//! Kademlia with other hosts; a kubo daemon takes its place where the operator has one.
//!
//! Neither is believed: every block is hashed when it comes.

mod embedded;
mod error;
pub mod fetch;
mod kubo;
mod run;
pub mod store;

use std::time::Duration;

use async_trait::async_trait;
use litep2p::types::multiaddr::Multiaddr;
use tea_ipfs::{cid::Cid, client::Identity};

use crate::p2p::Provider;
pub use embedded::{Embedded, Parts, open};
pub use error::IpfsError;
pub use kubo::Kubo;
use store::{Collected, Stat};

/// How far a block is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
	/// On this machine.
	Local,
	/// Among other hosts too, for so long.
	Network(Duration),
}

/// A host that is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
	/// Its name.
	pub peer: String,
	/// Where it is.
	pub address: String,
}

/// A pinned root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
	/// Which.
	pub root: Cid,
	/// For whom it is kept.
	pub holders: Vec<String>,
}

/// Blocks, pins, and who has what.
#[async_trait]
pub trait Ipfs: Send + Sync {
	/// Who this is in the network.
	async fn id(&self) -> Result<Identity, IpfsError>;

	/// A block.
	async fn get(&self, cid: &Cid, reach: Reach) -> Result<Vec<u8>, IpfsError>;

	/// Keeps a block that the CID names.
	async fn put(&self, cid: &Cid, block: Vec<u8>) -> Result<(), IpfsError>;

	/// Length of a block, if it is on this machine.
	async fn len_of(&self, cid: &Cid) -> Result<Option<u64>, IpfsError>;

	/// Whether a block is on this machine.
	async fn has(&self, cid: &Cid) -> Result<bool, IpfsError> {
		Ok(self.len_of(cid).await?.is_some())
	}

	/// Fetches a file of at most `max_len` bytes, all its blocks; hints are asked first. Returns its length.
	async fn fetch(
		&self,
		root: &Cid,
		hints: Vec<Provider>,
		max_len: u64,
		patience: Duration,
	) -> Result<u64, IpfsError>;

	/// Tells the network that this root is here.
	async fn provide(&self, root: &Cid) -> Result<(), IpfsError>;

	/// Who is said to have a root.
	async fn find_providers(&self, root: &Cid) -> Result<Vec<Provider>, IpfsError>;

	/// Keeps a file for a holder, fetches what of it is missing, from the hints first, and tells the network.
	async fn pin(
		&self,
		root: &Cid,
		holder: &str,
		hints: Vec<Provider>,
		max_len: u64,
		patience: Duration,
	) -> Result<(), IpfsError>;

	/// Takes the pin of a holder away, or of all.
	async fn unpin(&self, root: &Cid, holder: Option<&str>) -> Result<(), IpfsError>;

	/// What is pinned.
	async fn pins(&self) -> Result<Vec<Pin>, IpfsError>;

	/// Connects to a host, unless it is connected.
	async fn connect(&self, address: Multiaddr) -> Result<(), IpfsError>;

	/// The hosts that are connected.
	async fn peers(&self) -> Result<Vec<Peer>, IpfsError>;

	/// How full it is.
	async fn stat(&self) -> Result<Stat, IpfsError>;

	/// Removes what no pin reaches.
	async fn collect(&self) -> Result<Collected, IpfsError>;
}

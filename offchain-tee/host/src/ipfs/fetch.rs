//! Fetches a block or a file from other hosts into the store: whom to ask, how long to wait, and why it did not work.

use std::{sync::Arc, time::Duration};

use litep2p::PeerId;
use tea_ipfs::{
	cid::{self, Cid, CidError},
	unixfs::{Accepted, ExportError, Walk},
};
use tokio::{
	sync::Semaphore,
	time::{Instant, timeout},
};

use super::{
	run::Run,
	store::{Store, StoreError},
};
use crate::{
	bitswap::Bitswap,
	metrics::Metrics,
	p2p::{Network, Provider},
};

/// Fetches at a time; more wait for their turn.
const MAX_FETCHES: usize = 32;

/// Why something was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
	/// The root is not accepted.
	#[error(transparent)]
	Cid(#[from] CidError),
	/// Nobody is known to have it.
	#[error(
		"block {0} was not found: no host that was reached has it; connect to one that does (swarm/connect)"
	)]
	NoProviders(Cid),
	/// Somebody is said to have it, and did not send it in time.
	#[error(
		"block {0} was not found in time: timed out waiting for hosts that are said to have it"
	)]
	Timeout(Cid),
	/// What was sent is not what was asked for.
	#[error("block {cid} was not found: host {peer} sends other blocks instead")]
	BadBlock {
		/// What was asked for.
		cid: Cid,
		/// Who sent other things.
		peer: Box<PeerId>,
	},
	/// The content breaks a limit, or is no file.
	#[error("the content is refused: {0}")]
	Refused(ExportError),
	/// The store does not take it.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// Too much is being fetched.
	#[error("too much is being fetched at the moment; try again later")]
	Busy,
	/// The host ends.
	#[error("the host is stopping")]
	Ending,
}

impl FetchError {
	/// One word for figures.
	pub(crate) const fn label(&self) -> &'static str {
		match self {
			Self::Cid(_) => "cid",
			Self::NoProviders(_) => "no_providers",
			Self::Timeout(_) => "timeout",
			Self::BadBlock { .. } => "bad_block",
			Self::Refused(_) => "refused",
			Self::Store(_) => "store",
			Self::Busy => "busy",
			Self::Ending => "ending",
		}
	}
}

/// What is to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
	/// One block.
	Block,
	/// A file of at most so many bytes, with all its blocks.
	File(u64),
}

/// What is still to come.
pub(super) enum Plan {
	Block(Cid, Option<u64>),
	File(Box<Walk>),
}

impl Plan {
	pub(super) fn new(root: &Cid, goal: Goal) -> Result<Self, CidError> {
		cid::check(root)?;
		Ok(match goal {
			Goal::Block => Self::Block(*root, None),
			Goal::File(max_len) => Self::File(Box::new(Walk::new(root, max_len)?)),
		})
	}

	/// Goes as far as what is here reaches. Blocks the thread.
	pub(super) fn advance(&mut self, store: &Store) -> Result<(), FetchError> {
		match self {
			Self::Block(cid, len) => *len = store.len_of(cid)?,
			Self::File(walk) => {
				while let Some(cid) = walk.wanted() {
					let Some(len) = store.len_of(&cid)? else {
						break;
					};
					// What is in the store was hashed when it came, and leaves need not be read again for their length.
					if cid.codec() == cid::RAW {
						walk.accept_hashed_leaf(len).map_err(FetchError::Refused)?;
						continue;
					}
					let Some(block) = store.get(&cid)? else {
						break;
					};
					let Accepted::Node = walk.accept(block).map_err(FetchError::Refused)? else {
						continue;
					};
				}
			}
		}
		Ok(())
	}

	/// What it has come to, at the end: bytes.
	pub(super) fn done(&self) -> Option<u64> {
		match self {
			Self::Block(_, len) => *len,
			Self::File(walk) if walk.wanted().is_none() => Some(walk.passed()),
			Self::File(_) => None,
		}
	}

	/// What is needed next, in order, as far as it is known.
	pub(super) fn ahead(&self, count: usize) -> Vec<Cid> {
		match self {
			Self::Block(cid, _) => vec![*cid],
			Self::File(walk) => walk.ahead().take(count).collect(),
		}
	}
}

/// Fetches from other hosts.
pub(super) struct Fetcher {
	pub(super) store: Arc<Store>,
	pub(super) bitswap: Bitswap,
	pub(super) network: Network,
	pub(super) metrics: Arc<Metrics>,
	slots: Semaphore,
}

impl Fetcher {
	pub(super) fn new(
		store: Arc<Store>,
		bitswap: Bitswap,
		network: Network,
		metrics: Arc<Metrics>,
	) -> Self {
		Self {
			store,
			bitswap,
			network,
			metrics,
			slots: Semaphore::new(MAX_FETCHES),
		}
	}

	/// Fetches what is not here. Returns the bytes of the block or file.
	pub(super) async fn fetch(
		&self,
		root: &Cid,
		goal: Goal,
		hints: Vec<Provider>,
		patience: Duration,
	) -> Result<u64, FetchError> {
		let fetched = self.try_fetch(root, goal, hints, patience).await;
		let label = fetched.as_ref().map_or_else(FetchError::label, |_| "ok");
		self.metrics.ipfs.fetched(label);
		fetched
	}

	async fn try_fetch(
		&self,
		root: &Cid,
		goal: Goal,
		hints: Vec<Provider>,
		patience: Duration,
	) -> Result<u64, FetchError> {
		let deadline = Instant::now() + patience;
		let plan = Plan::new(root, goal)?;
		// What comes has no pin yet.
		let _import = self.store.import();
		let plan = self.advance(plan).await?;
		if let Some(len) = plan.done() {
			return Ok(len);
		}
		let _slot = timeout(patience, self.slots.acquire())
			.await
			.map_err(|_| FetchError::Busy)?
			.map_err(|_| FetchError::Ending)?;
		Run::new(self, *root, hints, deadline).go(plan).await
	}

	/// Goes on, on a thread that may wait for the disk.
	pub(super) async fn advance(&self, mut plan: Plan) -> Result<Plan, FetchError> {
		let store = self.store.clone();
		tokio::task::spawn_blocking(move || plan.advance(&store).map(|()| plan))
			.await
			.map_err(|_| FetchError::Ending)?
	}
}

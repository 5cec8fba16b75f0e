//! The connection: made once, kept for ever.

use crate::{
	At, Error, Result,
	at::Block,
	backoff::Backoff,
	config::Tea,
	follow,
	runtime::{METADATA_VERSION, Runtime},
	spec,
	types::{Constants, Parameters},
};
use codec::{Decode, Encode};
use futures::{Stream, StreamExt};
use std::{
	collections::VecDeque,
	future::Future,
	sync::{Arc, RwLock},
	time::{Duration, Instant},
};
use subxt::{
	backend::{Backend, ChainHeadBackend},
	config::substrate::H256,
	error::{BackendError, RpcError},
	lightclient::LightClient,
	rpcs::{
		RpcClient, client::RpcParams,
		client::reconnecting_rpc_client::RpcClient as ReconnectingClient,
	},
};
use tokio::{
	net::TcpStream,
	sync::{Mutex, Semaphore, watch},
	task::JoinHandle,
	time::timeout,
};

/// Blocks behind the finalised one after which a block is let go, whoever still holds it. A server keeps 512 for a client.
const BLOCK_LIFE: usize = 64;

/// How long one question may take. The library waits for ever when an answer gets lost with a connection, and when a light
/// client finds nobody to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// How long the first try of a question may take; each further one takes as much more.
const FIRST_ANSWER: Duration = Duration::from_secs(4);

/// Questions that wait for their answers at the same time. A full node keeps 16 for a client, and refuses light clients
/// beyond 20 of all of them together; a light client that is refused leaves its peer for ten seconds.
const QUESTIONS: usize = 12;

/// The same for a light client.
const PROVEN_QUESTIONS: usize = 3;

/// How long a node may take for what [`Chain::request`] asks: to write a chain specification, it builds genesis anew.
const LONG_ANSWER: Duration = Duration::from_secs(180);

/// How often a question is asked before the chain counts as unavailable.
const TRIES: u32 = 4;

/// How often a connection looks where the chain begins.
const BEGINNINGS: u32 = 8;

/// How long the parameters that governance sets are remembered for [`Chain::constants`].
const REMEMBERED: Duration = Duration::from_secs(60);

/// How long a node may take to answer for the first time.
const FIRST_CONTACT: Duration = Duration::from_secs(20);

/// How long a light client may look for peers for the first time: it downloads finality proofs and the runtime.
const FIRST_PEER: Duration = Duration::from_secs(120);

/// Blocks whose extrinsics are kept.
const BODIES: usize = 16;

/// The extrinsics of a block, encoded.
pub(crate) type Body = Arc<Vec<Vec<u8>>>;

/// The way to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
	/// As a light client: nothing is believed without a proof.
	LightClient {
		/// Raw chain specification in JSON, with boot nodes, and with a checkpoint (`lightSyncState`) or genesis.
		spec: Vec<u8>,
	},
	/// Through a node that is trusted: for development, and for people at their own node.
	Rpc {
		/// Its address, `ws://…` or `wss://…`.
		url: String,
	},
}

/// How the connection fares, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
	/// Number of the newest finalised block that was seen.
	pub finalized: u32,
	/// Number of the best block that was seen.
	pub best: u32,
	/// How long ago the last finalised block came.
	pub silent_for: Duration,
}

/// A chain. Clones share the connection, which is closed with the last of them.
#[derive(Clone)]
pub struct Chain(Arc<Inner>);

struct Inner {
	link: Arc<Link>,
	tasks: Vec<JoinHandle<()>>,
	/// Keeps the light client alive.
	_light: Option<LightClient>,
}

impl Drop for Inner {
	fn drop(&mut self) {
		for task in &self.tasks {
			task.abort();
		}
	}
}

/// What tasks in the background share with the users of the chain.
pub(crate) struct Link {
	pub(crate) rpc: RpcClient,
	pub(crate) genesis: H256,
	/// Whether answers are proven.
	pub(crate) proven: bool,
	backend: RwLock<ChainHeadBackend<Tea>>,
	runtime: RwLock<Arc<Runtime>>,
	finalized: watch::Sender<(Arc<Block>, Instant)>,
	best: watch::Sender<Arc<Block>>,
	parameters: watch::Sender<Option<Parameters>>,
	/// Bounds the questions that wait for answers.
	questions: Semaphore,
	/// The last bodies that were asked for.
	bodies: Mutex<VecDeque<(H256, Body)>>,
}

impl std::fmt::Debug for Chain {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.debug_struct("Chain")
			.field("genesis", &self.0.link.genesis)
			.field("proven", &self.0.link.proven)
			.finish_non_exhaustive()
	}
}

impl Chain {
	/// Connects, and stays connected: whoever goes away is looked for again for ever.
	///
	/// Must be called in a tokio runtime.
	pub async fn connect(access: Access) -> Result<Self> {
		Self::connect_expecting(access, None).await
	}

	/// The same, and refuses every chain but the one with this genesis hash.
	pub async fn connect_expecting(access: Access, genesis: Option<[u8; 32]>) -> Result<Self> {
		let limit = match access {
			Access::Rpc { .. } => FIRST_CONTACT,
			Access::LightClient { .. } => FIRST_PEER,
		};
		Self::connect_within(access, genesis, limit).await
	}

	/// The same, with a limit for the time until the chain has answered for the first time.
	pub async fn connect_within(
		access: Access,
		genesis: Option<[u8; 32]>,
		limit: Duration,
	) -> Result<Self> {
		match access {
			Access::Rpc { url } => {
				probe(&url).await?;
				let unreachable = |reason: String| Error::Unreachable {
					url: url.clone(),
					reason,
				};
				let client = ReconnectingClient::builder()
					.retry_policy(Backoff::of_connections())
					.request_timeout(LONG_ANSWER)
					.build(&url);
				let client = timeout(limit, client)
					.await
					.map_err(|_| unreachable("it accepts no WebSocket".into()))?
					.map_err(|e| unreachable(e.to_string()))?;
				let rpc = RpcClient::new(client);
				let opened = Self::open(rpc, None, genesis);
				timeout(limit * 2, opened)
					.await
					.map_err(|_| unreachable("it does not follow a chain".into()))?
			}
			Access::LightClient { spec } => {
				let text = spec::check(&spec)?;
				let (light, rpc) =
					LightClient::relay_chain(text).map_err(|e| Error::BadSpec(e.to_string()))?;
				drop(spec);
				let rpc = RpcClient::new(rpc);
				let found = genesis_hash(&rpc)
					.await
					.map_or_else(|_| "unknown".to_owned(), |hash| format!("{hash:?}"));
				let opened = Self::open(rpc, Some(light), genesis);
				timeout(limit, opened).await.map_err(|_| Error::NoPeers {
					genesis: found,
					within: limit,
				})?
			}
		}
	}

	async fn open(
		rpc: RpcClient,
		light: Option<LightClient>,
		expected: Option<[u8; 32]>,
	) -> Result<Self> {
		let genesis = genesis_hash(&rpc).await?;
		compare_genesis(expected, genesis)?;
		let (backend, driver) = builder().build(rpc.clone());
		let (stop, first_driver) = drive(driver);
		// Until the link is there to own it, the driver must not outlive a failure.
		let guard = AbortOnDrop(Some(first_driver));
		let (first, runtime) = begin(&backend, genesis).await?;
		let first = Arc::new(first);
		let is_light = light.is_some();
		let link = Arc::new(Link {
			rpc,
			genesis,
			proven: is_light,
			backend: RwLock::new(backend),
			runtime: RwLock::new(Arc::new(runtime)),
			finalized: watch::Sender::new((Arc::clone(&first), Instant::now())),
			best: watch::Sender::new(first),
			parameters: watch::Sender::new(None),
			questions: Semaphore::new(if is_light {
				PROVEN_QUESTIONS
			} else {
				QUESTIONS
			}),
			bodies: Mutex::default(),
		});
		let supervisor = tokio::spawn(supervise(Arc::clone(&link), stop, guard));
		let watcher = tokio::spawn(watch_chain(Arc::clone(&link)));
		let best = tokio::spawn(watch_best(Arc::clone(&link)));
		let chain = Self(Arc::new(Inner {
			link,
			tasks: vec![supervisor, watcher, best],
			_light: light,
		}));
		chain.remember_parameters().await?;
		let weak = Arc::downgrade(&chain.0);
		tokio::spawn(async move {
			loop {
				tokio::time::sleep(REMEMBERED).await;
				let Some(inner) = weak.upgrade() else { return };
				if let Err(error) = Self(inner).remember_parameters().await {
					tracing::debug!(%error, "parameters are not read anew");
				}
			}
		});
		Ok(chain)
	}

	async fn remember_parameters(&self) -> Result<()> {
		let parameters = self.finalized().await?.constants().await?.parameters;
		self.0.link.parameters.send_replace(Some(parameters));
		Ok(())
	}

	pub(crate) fn link(&self) -> &Arc<Link> {
		&self.0.link
	}

	/// Genesis hash: the name of the chain.
	pub fn genesis(&self) -> [u8; 32] {
		self.0.link.genesis.0
	}

	/// Whether every answer is proven: true for a light client.
	pub fn is_proven(&self) -> bool {
		self.0.link.proven
	}

	/// The newest finalised block that was seen. Whether it is recent, [`At::ensure_fresh`] says.
	pub async fn finalized(&self) -> Result<At> {
		let block = Arc::clone(&self.0.link.finalized.borrow().0);
		Ok(At::new(self.clone(), block))
	}

	/// The best block that was seen; it may yet be replaced.
	pub async fn best(&self) -> Result<At> {
		let best = Arc::clone(&self.0.link.best.borrow());
		let finalized = Arc::clone(&self.0.link.finalized.borrow().0);
		let block = if best.number < finalized.number {
			finalized
		} else {
			best
		};
		Ok(At::new(self.clone(), block))
	}

	/// The newest finalised block, as soon as it is no older than a minute; waits for ever, so give it a limit.
	pub async fn fresh(&self) -> Result<At> {
		let mut changes = self.0.link.finalized.subscribe();
		loop {
			let at = self.finalized().await?;
			if at.ensure_fresh().await.is_ok() {
				return Ok(at);
			}
			// A closed channel cannot be: its sender is in `self`.
			let _ = timeout(ANSWER, changes.changed()).await;
		}
	}

	/// Follows the finalised blocks, from the present one or a few before it on. The stream never ends and survives every reconnection; blocks
	/// that cannot be had any more are reported as a gap.
	pub fn follow_finalized(&self) -> impl Stream<Item = Followed> + Send + Unpin + 'static {
		follow::finalized(self.clone())
	}

	/// Follows the best block. Some may be left out, and those on forks that lost stay without mention.
	pub fn follow_best(&self) -> impl Stream<Item = At> + Send + Unpin + 'static {
		follow::best(self.clone())
	}

	/// What the runtime fixes and governance sets, as it was in one of the last finalised blocks: for plans. What is decided
	/// takes [`At::constants`] of its block.
	pub fn constants(&self) -> Result<Constants> {
		let parameters = *self.0.link.parameters.borrow();
		self.0.link.runtime().constants(parameters)
	}

	/// What the runtime fixes for deployments.
	pub fn deployment_constants(&self) -> Result<crate::types::DeploymentConstants> {
		self.0.link.runtime().deployment_constants()
	}

	/// The interval at which blocks are to come; some slots stay empty.
	pub fn block_time(&self) -> Result<Duration> {
		self.0.link.runtime().block_time()
	}

	/// Blocks whose beacon the chain keeps.
	pub fn beacon_history(&self) -> Result<u32> {
		self.0.link.runtime().beacon_history()
	}

	/// Version of the present runtime.
	pub fn spec_version(&self) -> u32 {
		self.0.link.runtime().spec_version
	}

	/// How the connection fares.
	pub fn health(&self) -> Health {
		let (finalized, since) = {
			let seen = self.0.link.finalized.borrow();
			(seen.0.number, seen.1)
		};
		Health {
			finalized,
			best: self.0.link.best.borrow().number.max(finalized),
			silent_for: since.elapsed(),
		}
	}

	/// The hash by which the council names a call.
	pub fn call_hash(&self, call: &crate::Call) -> Result<[u8; 32]> {
		call.hash(&self.0.link.runtime())
	}

	/// A method of the node beyond what this crate offers; it may take minutes. What it answers is not proven.
	pub async fn request(
		&self,
		method: &str,
		parameters: Vec<serde_json::Value>,
	) -> Result<serde_json::Value> {
		let mut params = RpcParams::new();
		for parameter in parameters {
			params.push(parameter).map_err(|e| Error::Unreadable {
				what: format!("a parameter of {method}"),
				reason: e.to_string(),
			})?;
		}
		let unavailable = |reason: String| Error::ChainUnavailable {
			what: method.to_owned(),
			reason,
		};
		timeout(LONG_ANSWER, self.0.link.rpc.request(method, params))
			.await
			.map_err(|_| unavailable("no answer".into()))?
			.map_err(|e| unavailable(e.to_string()))
	}

	/// The next GRANDPA justification that the node comes by, encoded, of whichever block. Whoever uses it verifies it.
	pub async fn next_justification(&self) -> Result<Vec<u8>> {
		const WHAT: &str = "grandpa_subscribeJustifications";
		let unavailable = |reason: String| Error::ChainUnavailable {
			what: WHAT.to_owned(),
			reason,
		};
		let next = async {
			let mut justifications = self
				.0
				.link
				.rpc
				.subscribe::<String>(WHAT, RpcParams::new(), "grandpa_unsubscribeJustifications")
				.await
				.map_err(|e| unavailable(e.to_string()))?;
			match justifications.next().await {
				Some(Ok(text)) => Ok(text),
				Some(Err(error)) => Err(unavailable(error.to_string())),
				None => Err(unavailable("the node ended it".into())),
			}
		};
		let text = timeout(LONG_ANSWER, next)
			.await
			.map_err(|_| unavailable("nothing was finalised".into()))??;
		hex::decode(text.trim_start_matches("0x")).map_err(|e| Error::Unreadable {
			what: "a justification".into(),
			reason: e.to_string(),
		})
	}
}

/// What follows in a stream of finalised blocks.
#[derive(Clone, Debug)]
pub enum Followed {
	/// The next block.
	Block(At),
	/// These blocks were finalised while nobody could look, and their events are lost: look at the state of the block that
	/// follows.
	Gap {
		/// The first one.
		from: u32,
		/// The last one.
		to: u32,
	},
}

impl Link {
	pub(crate) fn runtime(&self) -> Arc<Runtime> {
		// A lock is poisoned only by a panic while it is held, and nothing in this crate panics there.
		let guard = self.runtime.read();
		Arc::clone(&guard.unwrap_or_else(std::sync::PoisonError::into_inner))
	}

	pub(crate) fn backend(&self) -> ChainHeadBackend<Tea> {
		let guard = self.backend.read();
		guard
			.unwrap_or_else(std::sync::PoisonError::into_inner)
			.clone()
	}

	fn set_backend(&self, backend: ChainHeadBackend<Tea>) {
		let guard = self.backend.write();
		*guard.unwrap_or_else(std::sync::PoisonError::into_inner) = backend;
	}

	fn set_runtime(&self, runtime: Runtime) {
		let guard = self.runtime.write();
		*guard.unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(runtime);
	}

	/// The extrinsics in a block, asked for once: a node refuses to send the same block to the same peer a third time, and a
	/// light client that is refused leaves its peer.
	pub(crate) async fn body(&self, hash: H256, number: u32) -> Result<Body> {
		let mut bodies = self.bodies.lock().await;
		if let Some((_, body)) = bodies.iter().find(|(of, _)| *of == hash) {
			return Ok(Arc::clone(body));
		}
		let body = self
			.ask("the body of a block", number, |backend| async move {
				backend.block_body(hash).await
			})
			.await?
			.ok_or(Error::BlockGone { number })?;
		let body = Arc::new(body);
		if bodies.len() >= BODIES {
			bodies.pop_front();
		}
		bodies.push_back((hash, Arc::clone(&body)));
		Ok(body)
	}

	/// Asks, with a limit and a few more tries.
	pub(crate) async fn ask<T, F>(
		&self,
		what: &str,
		number: u32,
		question: impl Fn(ChainHeadBackend<Tea>) -> F,
	) -> Result<T>
	where
		F: Future<Output = Result<T, BackendError>>,
	{
		let mut reason = String::new();
		let mut pauses = Backoff::new(Duration::from_millis(200), Duration::from_secs(2));
		for attempt in 0..TRIES {
			if attempt > 0
				&& let Some(pause) = pauses.next()
			{
				tokio::time::sleep(pause).await;
			}
			let patience = FIRST_ANSWER * (attempt + 1);
			let answer = {
				// Never closed; without a permit the question is asked all the same.
				let _permit = self.questions.acquire().await;
				timeout(patience, question(self.backend())).await
			};
			reason = match answer {
				Ok(Ok(answer)) => return Ok(answer),
				Ok(Err(error)) if is_gone(&error) => return Err(Error::BlockGone { number }),
				Ok(Err(error)) => error.to_string(),
				Err(_) => format!("no answer within {} s", patience.as_secs()),
			};
			tracing::debug!(what, number, attempt, reason, "the chain did not answer");
		}
		let what = what.to_owned();
		Err(if self.proven {
			Error::ProofMissing { what, reason }
		} else {
			Error::ChainUnavailable { what, reason }
		})
	}
}

/// Whether the server does not keep the block any more.
fn is_gone(error: &BackendError) -> bool {
	/// "Invalid block hash" of the JSON-RPC specification for `chainHead`.
	const INVALID_BLOCK: i32 = -32801;
	matches!(
		error,
		BackendError::Rpc(RpcError::ClientError(subxt::rpcs::Error::User(user)))
			if user.code == INVALID_BLOCK
	)
}

struct AbortOnDrop(Option<JoinHandle<()>>);

impl Drop for AbortOnDrop {
	fn drop(&mut self) {
		if let Some(task) = &self.0 {
			task.abort();
		}
	}
}

fn builder() -> subxt::backend::ChainHeadBackendBuilder<Tea> {
	ChainHeadBackend::builder()
		.max_block_life(BLOCK_LIFE)
		.submit_transactions_ignoring_follow_events()
}

type Driver = subxt::backend::ChainHeadBackendDriver<Tea>;

/// Runs a driver in a task; the receiver hears when it has ended.
fn drive(mut driver: Driver) -> (tokio::sync::oneshot::Receiver<()>, JoinHandle<()>) {
	let (ended, has_ended) = tokio::sync::oneshot::channel();
	let task = tokio::spawn(async move {
		while let Some(event) = driver.next().await {
			if let Err(error) = event {
				tracing::debug!(%error, "following the chain failed");
			}
		}
		drop(ended);
	});
	(has_ended, task)
}

/// Makes the connection's backend anew whenever it has ended.
async fn supervise(
	link: Arc<Link>,
	mut ended: tokio::sync::oneshot::Receiver<()>,
	mut guard: AbortOnDrop,
) {
	let mut pauses = Backoff::of_connections();
	loop {
		let since = Instant::now();
		let _ = (&mut ended).await;
		if since.elapsed() > Duration::from_secs(60) {
			pauses = Backoff::of_connections();
		}
		let pause = pauses.next().unwrap_or_default();
		tracing::warn!(?pause, "the chain cannot be followed; trying again");
		tokio::time::sleep(pause).await;
		let (backend, driver) = builder().build(link.rpc.clone());
		let task;
		(ended, task) = drive(driver);
		drop(std::mem::replace(&mut guard, AbortOnDrop(Some(task))));
		link.set_backend(backend);
	}
}

/// Keeps the newest finalised block and the runtime.
async fn watch_chain(link: Arc<Link>) {
	let mut follower = follow::Follower::new(Arc::clone(&link));
	loop {
		let block = match follower.next().await {
			follow::Step::Block(block) => block,
			follow::Step::Gap { .. } => {
				refresh_runtime(&link).await;
				continue;
			}
			follow::Step::Reconnected => {
				match genesis_hash(&link.rpc).await {
					Ok(genesis) if genesis != link.genesis => {
						tracing::error!(expected = ?link.genesis, found = ?genesis, "another chain answers; nothing of it is believed");
						follower.distrust();
					}
					_ => follower.trust(),
				}
				continue;
			}
		};
		let upgraded = block.upgraded;
		// A subscription begins with a few blocks that were final before: they are no news.
		link.finalized.send_if_modified(|seen| {
			let is_newer = block.number > seen.0.number;
			if is_newer {
				*seen = (block, Instant::now());
			}
			is_newer
		});
		if upgraded {
			refresh_runtime(&link).await;
		}
	}
}

async fn watch_best(link: Arc<Link>) {
	let mut stream = Box::pin(follow::best_blocks(Arc::clone(&link)));
	while let Some(block) = stream.next().await {
		link.best.send_replace(block);
	}
}

async fn refresh_runtime(link: &Arc<Link>) {
	let head = Arc::clone(&link.finalized.borrow().0);
	let mut pauses = Backoff::of_connections();
	loop {
		match fetch_runtime(&link.backend(), link.genesis, head.hash).await {
			Ok(runtime) => {
				tracing::info!(spec_version = runtime.spec_version, "runtime");
				link.set_runtime(runtime);
				return;
			}
			Err(error @ (Error::ChainUnavailable { .. } | Error::ProofMissing { .. })) => {
				tracing::warn!(%error, "the new runtime cannot be read yet");
			}
			// Gone, or no runtime of ours: the next reads say so by themselves.
			Err(error) => {
				tracing::error!(%error, "the new runtime cannot be used");
				return;
			}
		}
		tokio::time::sleep(pauses.next().unwrap_or_default()).await;
	}
}

/// Reads the version and the metadata of the runtime of a block.
/// Where a backend begins, with the runtime there. A light client that comes by a newer finality proof begins anew, and
/// answers nothing about the block that it named before.
async fn begin(backend: &ChainHeadBackend<Tea>, genesis: H256) -> Result<(Block, Runtime)> {
	let mut pauses = Backoff::new(Duration::from_millis(200), Duration::from_secs(2));
	let mut attempt = 1;
	loop {
		let found = async {
			let first = follow::first(backend).await?;
			let runtime = fetch_runtime(backend, genesis, first.hash).await?;
			Ok((first, runtime))
		};
		match found.await {
			Err(Error::ChainUnavailable { what, reason }) if attempt < BEGINNINGS => {
				tracing::debug!(what, reason, attempt, "the chain begins anew");
				tokio::time::sleep(pauses.next().unwrap_or_default()).await;
				attempt += 1;
			}
			other => return other,
		}
	}
}

async fn fetch_runtime(
	backend: &ChainHeadBackend<Tea>,
	genesis: H256,
	at: H256,
) -> Result<Runtime> {
	#[derive(Decode)]
	struct Version {
		_spec_name: String,
		_impl_name: String,
		_authoring_version: u32,
		spec_version: u32,
		_impl_version: u32,
		_apis: Vec<([u8; 8], u32)>,
		transaction_version: u32,
	}
	let call = async |method: &'static str, parameters: Vec<u8>| {
		let unavailable = |reason: String| Error::ChainUnavailable {
			what: format!("the runtime's {method}"),
			reason,
		};
		timeout(ANSWER * 2, backend.call(method, Some(&parameters), at))
			.await
			.map_err(|_| unavailable("no answer".into()))?
			.map_err(|e| unavailable(e.to_string()))
	};
	let unreadable = |reason: codec::Error| Error::Unreadable {
		what: "the version of the runtime".into(),
		reason: reason.to_string(),
	};
	let version = call("Core_version", Vec::new()).await?;
	let version = Version::decode(&mut &version[..]).map_err(unreadable)?;
	let metadata = call("Metadata_metadata_at_version", METADATA_VERSION.encode()).await?;
	let metadata = <Option<Vec<u8>>>::decode(&mut &metadata[..])
		.map_err(unreadable)?
		.ok_or_else(|| Error::NotTea(format!("metadata of version {METADATA_VERSION}")))?;
	Runtime::new(
		version.spec_version,
		version.transaction_version,
		genesis,
		&metadata,
	)
}

async fn genesis_hash(rpc: &RpcClient) -> Result<H256> {
	let unavailable = |reason: String| Error::ChainUnavailable {
		what: "the genesis hash".into(),
		reason,
	};
	timeout(
		ANSWER,
		rpc.request("chainSpec_v1_genesisHash", RpcParams::new()),
	)
	.await
	.map_err(|_| unavailable("no answer".into()))?
	.map_err(|e| unavailable(e.to_string()))
}

fn compare_genesis(expected: Option<[u8; 32]>, found: H256) -> Result<()> {
	match expected {
		Some(expected) if expected != found.0 => Err(Error::WrongChain {
			expected: format!("0x{}", hex::encode(expected)),
			found: format!("{found:?}"),
		}),
		_ => Ok(()),
	}
}

/// Opens the socket once, for an error that says why: the reconnecting client would try for ever.
async fn probe(url: &str) -> Result<()> {
	let bad = |reason: &str| Error::BadUrl {
		url: url.to_owned(),
		reason: reason.to_owned(),
	};
	let (rest, default) = if let Some(rest) = url.strip_prefix("ws://") {
		(rest, 80)
	} else if let Some(rest) = url.strip_prefix("wss://") {
		(rest, 443)
	} else {
		return Err(bad("it does not begin with ws:// or wss://"));
	};
	let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
	if authority.is_empty() {
		return Err(bad("it names no host"));
	}
	let has_port = authority
		.rsplit_once(':')
		.is_some_and(|(_, port)| port.parse::<u16>().is_ok());
	let target = if has_port {
		authority.to_owned()
	} else if authority.contains(':') && !authority.ends_with(']') {
		return Err(bad("its port is no number"));
	} else {
		format!("{authority}:{default}")
	};
	let unreachable = |reason: String| Error::Unreachable {
		url: url.to_owned(),
		reason,
	};
	timeout(FIRST_CONTACT, TcpStream::connect(target))
		.await
		.map_err(|_| unreachable("no answer".into()))?
		.map(drop)
		.map_err(|e| unreachable(e.to_string()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn addresses_that_are_none_are_refused_with_the_reason() {
		for (url, reason) in [
			("http://127.0.0.1:9944", "ws://"),
			("127.0.0.1:9944", "ws://"),
			("ws://", "no host"),
			("ws:///path", "no host"),
			("ws://localhost:port", "no number"),
		] {
			let error = probe(url).await.unwrap_err();
			assert!(matches!(error, Error::BadUrl { .. }), "{url}: {error}");
			assert!(error.to_string().contains(reason), "{url}: {error}");
		}
	}

	#[tokio::test]
	async fn a_closed_port_is_unreachable_at_once() {
		// Port 1 of the loopback is nobody's.
		let access = Access::Rpc {
			url: "ws://127.0.0.1:1".into(),
		};
		let error = Chain::connect(access).await.unwrap_err();
		assert!(matches!(error, Error::Unreachable { .. }), "{error}");
		assert!(error.is_passing());
	}

	#[tokio::test]
	async fn a_bad_specification_never_reaches_the_light_client() {
		let access = Access::LightClient {
			spec: b"{}".to_vec(),
		};
		let error = Chain::connect(access).await.unwrap_err();
		assert!(matches!(error, Error::BadSpec(_)), "{error}");
	}

	#[test]
	fn another_genesis_is_a_clear_error() {
		let found = H256([2; 32]);
		assert_eq!(compare_genesis(None, found), Ok(()));
		assert_eq!(compare_genesis(Some([2; 32]), found), Ok(()));
		let error = compare_genesis(Some([1; 32]), found).unwrap_err();
		assert!(error.to_string().contains("another chain"));
		assert!(!error.is_passing());
	}
}

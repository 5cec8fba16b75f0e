//! A client of the kubo RPC, as `tea-host` and kubo serve it. Everything that comes back is hashed here: whoever answers may
//! withhold content, never alter it.
//!
//! Files are cut into blocks here and sent block by block, so their CID is never the other side's word.

mod answers;
mod error;
mod files;
mod transport;

use std::time::Duration;

use futures::{
	future::{Either, join_all, select},
	pin_mut,
};
use serde_json::Value;

pub use answers::{Identity, Provider, RepoStat};
pub use error::ClientError;
pub use files::root_of;

use crate::{
	MAX_BLOCK_LEN,
	cid::{self, Cid, DAG_PB},
};
use answers::strings;
use error::is_missing;
use transport::{Body, Transport};

/// How long the other side may look for a block or a provider, unless told otherwise.
const LOOK: Duration = Duration::from_secs(30);
/// How long an answer may take that needs no looking.
const ANSWER: Duration = Duration::from_secs(20);
/// What an answer takes on top of what the other side was allowed.
const GRACE: Duration = Duration::from_secs(5);
/// The longest answer that is not a block.
const MAX_ANSWER: u64 = 4 * 1024 * 1024;

/// How a root is pinned.
#[derive(Clone, Debug, Default)]
pub struct PinOptions {
	/// For whom. `tea-host` keeps a root as long as anybody's name is on it; kubo knows one pin for each root.
	pub name: String,
	/// Hosts that have it, `/ip4/…/tcp/…/p2p/PEER`, wherever they were named: on chain, in a letter. Nobody believes them.
	pub hints: Vec<String>,
	/// The longest file that is fetched, if it is shorter than what the server allows anyway. kubo knows no such limit.
	pub max_len: Option<u64>,
}

/// A client of one RPC server. Clones share their connections.
#[derive(Clone)]
pub struct Client {
	transport: Transport,
	look: Duration,
}

impl Client {
	/// A client of `http://ADDRESS:PORT`. Nothing is sent yet.
	pub fn new(url: &str) -> Result<Self, ClientError> {
		Ok(Self {
			transport: Transport::new(url)?,
			look: LOOK,
		})
	}

	/// Sends a bearer token with each request, where the server asks for one.
	pub fn with_token(mut self, token: &str) -> Self {
		self.transport.set_token(token);
		self
	}

	/// How long the other side may look for one block or provider.
	pub fn with_patience(mut self, look: Duration) -> Self {
		self.look = look;
		self
	}

	/// Where the server is.
	pub fn url(&self) -> &str {
		self.transport.url()
	}

	async fn ask(&self, path: &str, arguments: &[(&str, &str)]) -> Result<Vec<u8>, ClientError> {
		self.transport
			.post(path, arguments, Body::Nothing, MAX_ANSWER, ANSWER)
			.await
	}

	async fn ask_json(&self, path: &str, arguments: &[(&str, &str)]) -> Result<Value, ClientError> {
		let answer = self.ask(path, arguments).await?;
		serde_json::from_slice(&answer).map_err(|_| ClientError::Malformed(path.to_owned()))
	}

	/// Name and version of the server.
	pub async fn version(&self) -> Result<String, ClientError> {
		let answer = self.ask_json("version", &[]).await?;
		match answer["Version"].as_str() {
			Some(version) => Ok(version.to_owned()),
			None => Err(ClientError::Malformed("version".into())),
		}
	}

	/// Who the server is in the network.
	pub async fn id(&self) -> Result<Identity, ClientError> {
		let answer = self.ask_json("id", &[]).await?;
		match answer["ID"].as_str() {
			Some(peer_id) => Ok(Identity {
				peer_id: peer_id.to_owned(),
				addresses: strings(&answer["Addresses"]),
			}),
			None => Err(ClientError::Malformed("id".into())),
		}
	}

	/// How full the server's store is.
	pub async fn repo_stat(&self) -> Result<RepoStat, ClientError> {
		let answer = self.ask_json("repo/stat", &[]).await?;
		serde_json::from_value(answer).map_err(|_| ClientError::Malformed("repo/stat".into()))
	}

	/// Sends a block to be kept, and returns its CID.
	pub async fn block_put(&self, codec: u64, block: Vec<u8>) -> Result<Cid, ClientError> {
		if block.len() > MAX_BLOCK_LEN {
			return Err(ClientError::TooLong(MAX_BLOCK_LEN as u64));
		}
		let cid = cid::of(codec, &block);
		self.put(cid, block).await?;
		Ok(cid)
	}

	async fn put(&self, cid: Cid, block: Vec<u8>) -> Result<(), ClientError> {
		cid::check(&cid)?;
		let codec = if cid.codec() == DAG_PB {
			"dag-pb"
		} else {
			"raw"
		};
		// What kubo does without these depends on its configuration.
		let arguments = [
			("cid-codec", codec),
			("mhtype", "sha2-256"),
			("mhlen", "32"),
			("pin", "false"),
		];
		let answer = self
			.transport
			.post(
				"block/put",
				&arguments,
				Body::File(block),
				MAX_ANSWER,
				ANSWER,
			)
			.await?;
		let key = serde_json::from_slice::<Value>(&answer)
			.ok()
			.and_then(|answer| Some(answer["Key"].as_str()?.to_owned()));
		match key.as_deref().map(cid::parse) {
			Some(Ok(kept)) if kept == cid => Ok(()),
			Some(_) => Err(ClientError::Mismatch(cid)),
			None => Err(ClientError::Malformed("block/put".into())),
		}
	}

	/// Fetches a block; the server looks for it as long as it may.
	pub async fn block_get(&self, cid: &Cid) -> Result<Vec<u8>, ClientError> {
		let patience = format!("{}ms", self.look.as_millis());
		self.block(cid, ("timeout", &patience), self.look).await
	}

	/// A block that the server keeps itself; it asks nobody else.
	pub async fn block_get_local(&self, cid: &Cid) -> Result<Vec<u8>, ClientError> {
		self.block(cid, ("offline", "true"), ANSWER).await
	}

	async fn block(
		&self,
		cid: &Cid,
		how: (&str, &str),
		patience: Duration,
	) -> Result<Vec<u8>, ClientError> {
		cid::check(cid)?;
		let name = cid.to_string();
		let block = self
			.transport
			.post(
				"block/get",
				&[("arg", &name), how],
				Body::Nothing,
				MAX_BLOCK_LEN as u64,
				patience + GRACE,
			)
			.await
			.map_err(|error| match error {
				ClientError::Refused { ref message, .. } if is_missing(message) => {
					ClientError::Missing(*cid)
				}
				ClientError::Timeout(_) => ClientError::Missing(*cid),
				error => error,
			})?;
		match cid::names(cid, &block) {
			true => Ok(block),
			false => Err(ClientError::Mismatch(*cid)),
		}
	}

	/// Whether the server says that it keeps the block. It may lie.
	pub async fn has(&self, cid: &Cid) -> Result<bool, ClientError> {
		Ok(self.block_len(cid).await?.is_some())
	}

	/// The length that the server says that a block has which it keeps. It may lie.
	pub async fn block_len(&self, cid: &Cid) -> Result<Option<u64>, ClientError> {
		cid::check(cid)?;
		let name = cid.to_string();
		match self
			.ask_json("block/stat", &[("arg", &name), ("offline", "true")])
			.await
		{
			Ok(answer) => match answer["Size"].as_u64() {
				Some(len) => Ok(Some(len)),
				None => Err(ClientError::Malformed("block/stat".into())),
			},
			Err(ClientError::Refused { ref message, .. }) if is_missing(message) => Ok(None),
			Err(error) => Err(error),
		}
	}

	/// Keeps everything below a root; the server fetches what it lacks, for as long as `patience`.
	pub async fn pin(&self, root: &Cid, patience: Duration) -> Result<(), ClientError> {
		self.pin_named(root, "", patience).await
	}

	/// Keeps everything below a root under a name.
	pub async fn pin_named(
		&self,
		root: &Cid,
		name: &str,
		patience: Duration,
	) -> Result<(), ClientError> {
		let options = PinOptions {
			name: name.to_owned(),
			..PinOptions::default()
		};
		self.pin_with(root, &options, patience).await
	}

	/// Keeps everything below a root; the server looks for what it lacks at the hints first.
	pub async fn pin_with(
		&self,
		root: &Cid,
		options: &PinOptions,
		patience: Duration,
	) -> Result<(), ClientError> {
		// kubo takes no hints, but fetches from whoever is connected. One that leads nowhere costs nothing.
		let connecting = join_all(options.hints.iter().map(|hint| self.swarm_connect(hint)));
		let pinning = self.try_pin(root, options, patience);
		pin_mut!(pinning);
		match select(connecting, pinning).await {
			Either::Left((_, pinning)) => pinning.await,
			Either::Right((pinned, _)) => pinned,
		}
	}

	async fn try_pin(
		&self,
		root: &Cid,
		options: &PinOptions,
		patience: Duration,
	) -> Result<(), ClientError> {
		cid::check(root)?;
		let (arg, wait) = (root.to_string(), format!("{}ms", patience.as_millis()));
		let mut arguments = vec![("arg", arg.as_str()), ("timeout", &wait)];
		if !options.name.is_empty() {
			arguments.push(("name", &options.name));
		}
		let max_len = options.max_len.map(|max| max.to_string());
		if let Some(max_len) = &max_len {
			arguments.push(("max-size", max_len));
		}
		arguments.extend(options.hints.iter().map(|hint| ("hint", hint.as_str())));
		let answer = self
			.transport
			.post(
				"pin/add",
				&arguments,
				Body::Nothing,
				MAX_ANSWER,
				patience + GRACE,
			)
			.await
			.map_err(|error| match error {
				ClientError::Refused { ref message, .. } if is_missing(message) => {
					ClientError::Missing(*root)
				}
				error => error,
			})?;
		let answer: Value = serde_json::from_slice(&answer)
			.map_err(|_| ClientError::Malformed("pin/add".into()))?;
		let pinned = strings(&answer["Pins"])
			.iter()
			.any(|pin| cid::parse(pin).as_ref() == Ok(root));
		match pinned {
			true => Ok(()),
			false => Err(ClientError::Malformed("pin/add".into())),
		}
	}

	/// Takes a pin away, whoever's it is; nothing happens if there is none.
	pub async fn unpin(&self, root: &Cid) -> Result<(), ClientError> {
		self.unpin_named(root, "").await
	}

	/// Takes the pin of one name away, where the server keeps them apart; nothing happens if there is none.
	pub async fn unpin_named(&self, root: &Cid, name: &str) -> Result<(), ClientError> {
		cid::check(root)?;
		let arg = root.to_string();
		let mut arguments = vec![("arg", arg.as_str())];
		if !name.is_empty() {
			arguments.push(("name", name));
		}
		match self.ask("pin/rm", &arguments).await {
			Ok(_) => Ok(()),
			Err(ClientError::Refused { ref message, .. }) if message.contains("not pinned") => {
				Ok(())
			}
			Err(error) => Err(error),
		}
	}

	/// Whether the server says that the root is pinned.
	pub async fn is_pinned(&self, root: &Cid) -> Result<bool, ClientError> {
		cid::check(root)?;
		let name = root.to_string();
		match self
			.ask("pin/ls", &[("arg", &name), ("type", "recursive")])
			.await
		{
			Ok(_) => Ok(true),
			Err(ClientError::Refused { ref message, .. }) if message.contains("not pinned") => {
				Ok(false)
			}
			Err(error) => Err(error),
		}
	}

	/// All pinned roots that are written as TEA writes them.
	pub async fn pins(&self) -> Result<Vec<Cid>, ClientError> {
		let answer = self.ask_json("pin/ls", &[("type", "recursive")]).await?;
		let keys = answer["Keys"]
			.as_object()
			.ok_or_else(|| ClientError::Malformed("pin/ls".into()))?;
		Ok(keys.keys().filter_map(|key| cid::parse(key).ok()).collect())
	}

	/// Tells the network that this server has a root. On a large network that takes a while; do not wait for it.
	pub async fn provide(&self, root: &Cid) -> Result<(), ClientError> {
		cid::check(root)?;
		let name = root.to_string();
		self.transport
			.post(
				"routing/provide",
				&[("arg", &name)],
				Body::Nothing,
				MAX_ANSWER,
				self.look + GRACE,
			)
			.await?;
		Ok(())
	}

	/// Who is said to have a root; `limit` at most. Nobody has checked that.
	pub async fn find_providers(
		&self,
		root: &Cid,
		limit: usize,
	) -> Result<Vec<Provider>, ClientError> {
		cid::check(root)?;
		let (name, count) = (root.to_string(), limit.to_string());
		let answer = self
			.transport
			.post(
				"routing/findprovs",
				&[("arg", &name), ("num-providers", &count)],
				Body::Nothing,
				MAX_ANSWER,
				self.look + GRACE,
			)
			.await?;
		answers::providers(&answer, limit)
	}

	/// Connects the server to a host, `/ip4/…/tcp/…/p2p/PEER`.
	pub async fn swarm_connect(&self, address: &str) -> Result<(), ClientError> {
		self.ask("swarm/connect", &[("arg", address)]).await?;
		Ok(())
	}

	/// The hosts that the server is connected to: names and addresses.
	pub async fn swarm_peers(&self) -> Result<Vec<(String, String)>, ClientError> {
		let answer = self.ask_json("swarm/peers", &[]).await?;
		let peers = answer["Peers"].as_array().map(Vec::as_slice);
		Ok(peers
			.unwrap_or_default()
			.iter()
			.filter_map(|peer| {
				let text = |name: &str| Some(peer[name].as_str()?.to_owned());
				Some((text("Peer")?, text("Addr")?))
			})
			.collect())
	}

	/// Removes what no pin reaches from the server's store.
	pub async fn collect(&self) -> Result<(), ClientError> {
		self.ask("repo/gc", &[("quiet", "true")]).await?;
		Ok(())
	}
}

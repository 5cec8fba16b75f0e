//! JSON-RPC over WebSocket, with the questions that the tests ask again and again.

use crate::{storage, wait::wait_until};
use anyhow::{Context, Result, bail, ensure};
use codec::Decode;
use jsonrpsee::{
	core::client::{ClientT, Error, Subscription, SubscriptionClientT},
	ws_client::{WsClient, WsClientBuilder},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};

/// Larger than what a node accepts, so that it is the node that refuses.
const MAX_REQUEST: u32 = 64 * 1024 * 1024;

/// The first event of a subscription tells the present state, so it comes at once.
const EVENT: Duration = Duration::from_secs(30);

/// A block by number and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRef {
	/// Height.
	pub number: u32,
	/// Hash, `0x…`.
	pub hash: String,
}

/// Connection to a node.
#[derive(Debug)]
pub struct Rpc {
	client: WsClient,
}

impl Rpc {
	/// Connect to the WebSocket server at `address`.
	pub async fn connect(address: SocketAddr) -> Result<Self> {
		let client = WsClientBuilder::default()
			.max_request_size(MAX_REQUEST)
			.max_response_size(MAX_REQUEST)
			.request_timeout(Duration::from_secs(60))
			.build(format!("ws://{address}"))
			.await
			.with_context(|| format!("cannot connect to ws://{address}"))?;
		Ok(Self { client })
	}

	/// Call `method`; `params` is a JSON array.
	pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
		self.try_call(method, params)
			.await
			.with_context(|| format!("RPC {method} failed"))
	}

	/// Call a method that must be refused; gives code and message of the refusal.
	pub async fn refused(&self, method: &str, params: Value) -> Result<(i32, String)> {
		match self.try_call(method, params).await {
			Err(Error::Call(error)) => Ok((
				error.code(),
				format!(
					"{} {}",
					error.message(),
					error.data().map_or("", |data| data.get())
				),
			)),
			Err(error) => bail!("{method} was not refused but broke: {error}"),
			Ok(value) => bail!("{method} was not refused but answered {value}"),
		}
	}

	/// Subscribe, take the first event, unsubscribe.
	pub async fn first_event(
		&self,
		subscribe: &str,
		params: Value,
		unsubscribe: &str,
	) -> Result<Value> {
		let Value::Array(params) = params else {
			bail!("parameters are passed as an array")
		};
		let mut events: Subscription<Value> = self
			.client
			.subscribe(subscribe, params, unsubscribe)
			.await
			.with_context(|| format!("RPC {subscribe} failed"))?;
		let event = tokio::time::timeout(EVENT, events.next())
			.await
			.with_context(|| format!("{subscribe} sent nothing within {EVENT:?}"))?;
		let event = event.with_context(|| format!("{subscribe} has ended"))??;
		events.unsubscribe().await?;
		Ok(event)
	}

	async fn try_call(&self, method: &str, params: Value) -> Result<Value, Error> {
		let Value::Array(params) = params else {
			return Err(Error::Custom("parameters are passed as an array".into()));
		};
		self.client.request(method, params).await
	}

	/// Hash of the block `number` of the best chain.
	pub async fn block_hash(&self, number: u32) -> Result<String> {
		match self.call("chain_getBlockHash", json!([number])).await? {
			Value::String(hash) => Ok(hash),
			_ => bail!("there is no block {number}"),
		}
	}

	/// The best block.
	pub async fn best(&self) -> Result<BlockRef> {
		let hash = self.block_hash_by("chain_getBlockHash").await?;
		self.block(hash).await
	}

	/// The latest finalised block.
	pub async fn finalized(&self) -> Result<BlockRef> {
		let hash = self.block_hash_by("chain_getFinalizedHead").await?;
		self.block(hash).await
	}

	async fn block_hash_by(&self, method: &str) -> Result<String> {
		let hash = self.call(method, json!([])).await?;
		Ok(hash
			.as_str()
			.with_context(|| format!("{method} gives no hash"))?
			.to_owned())
	}

	async fn block(&self, hash: String) -> Result<BlockRef> {
		let header = self.call("chain_getHeader", json!([hash])).await?;
		let number = header["number"]
			.as_str()
			.context("a header without a number")?;
		let number = u32::from_str_radix(number.trim_start_matches("0x"), 16)?;
		Ok(BlockRef { number, hash })
	}

	/// Wait until the block `number` is finalised.
	pub async fn wait_finalized(&self, number: u32, within: Duration) -> Result<BlockRef> {
		wait_until(
			&format!("block {number} is finalised"),
			within,
			async || {
				let head = self.finalized().await?;
				ensure!(head.number >= number, "{} is finalised", head.number);
				Ok(head)
			},
		)
		.await
	}

	/// Wait until the best block has at least this number.
	pub async fn wait_best(&self, number: u32, within: Duration) -> Result<BlockRef> {
		wait_until(&format!("block {number} is made"), within, async || {
			let head = self.best().await?;
			ensure!(head.number >= number, "{} is the best block", head.number);
			Ok(head)
		})
		.await
	}

	/// A storage value of the best block, if there is one.
	pub async fn storage(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
		match self.call("state_getStorage", json!([to_hex(key)])).await? {
			Value::String(value) => Ok(Some(from_hex(&value)?)),
			_ => Ok(None),
		}
	}

	/// A storage value of the block `hash`, if there is one.
	pub async fn storage_at(&self, key: &[u8], hash: &str) -> Result<Option<Vec<u8>>> {
		match self
			.call("state_getStorage", json!([to_hex(key), hash]))
			.await?
		{
			Value::String(value) => Ok(Some(from_hex(&value)?)),
			_ => Ok(None),
		}
	}

	/// A plain storage item of the best block, decoded.
	pub async fn read<T: Decode>(&self, pallet: &str, item: &str) -> Result<T> {
		let value = self
			.storage(&storage::key(pallet, item))
			.await?
			.with_context(|| format!("{pallet}.{item} is empty"))?;
		T::decode(&mut value.as_slice()).with_context(|| format!("{pallet}.{item} does not decode"))
	}

	/// How many entries the map has; counts to 1000.
	pub async fn map_len(&self, pallet: &str, map: &str) -> Result<usize> {
		self.entries(&storage::key(pallet, map)).await
	}

	/// How many entries have keys that begin so; counts to 1000.
	pub async fn entries(&self, prefix: &[u8]) -> Result<usize> {
		let keys = self
			.call("state_getKeysPaged", json!([to_hex(prefix), 1000]))
			.await?;
		Ok(keys
			.as_array()
			.context("state_getKeysPaged gives no list")?
			.len())
	}

	/// Call a function of the runtime's API; arguments and result are SCALE.
	pub async fn runtime_call(&self, function: &str, arguments: &[u8]) -> Result<Vec<u8>> {
		let result = self
			.call("state_call", json!([function, to_hex(arguments)]))
			.await?;
		from_hex(result.as_str().context("state_call gives no bytes")?)
	}

	/// Peers connected.
	pub async fn peers(&self) -> Result<u64> {
		let health = self.call("system_health", json!([])).await?;
		health["peers"]
			.as_u64()
			.context("system_health without peers")
	}

	/// Addresses under which the node can be dialled, with its peer id.
	pub async fn p2p_addresses(&self) -> Result<Vec<String>> {
		let addresses = self.call("system_localListenAddresses", json!([])).await?;
		Ok(serde_json::from_value(addresses)?)
	}
}

/// `0x…`
pub(crate) fn to_hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn from_hex(text: &str) -> Result<Vec<u8>> {
	hex::decode(text.trim_start_matches("0x")).with_context(|| format!("not hex: {text:.20}…"))
}

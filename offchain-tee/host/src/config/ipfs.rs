//! Content: where blocks are, who may ask for them, and how many.

use std::{
	net::SocketAddr,
	path::{Path, PathBuf},
};

use clap::Args;
use serde::Serialize;
use tea_ipfs::{Client, unixfs::CHUNK_LEN, unixfs::MAX_BLOCKS};

use super::{positive, unless_none, wrong};
use crate::{bind::check_socket, exit::HostError};

/// Where the RPC and the gateway are, unless told otherwise.
const RPC: &str = "127.0.0.1:9960";
const GATEWAY: &str = "127.0.0.1:9980";
const MIB: u64 = 1024 * 1024;
/// The longest file that its profile allows, nearly.
const MAX_FILE_MIB: u64 = (MAX_BLOCKS / 2 * CHUNK_LEN) as u64 / MIB;

/// Flags and environment for content.
#[derive(Args, Clone, Debug, Default)]
pub struct IpfsFlags {
	/// Where modules and tools for kubo put and get blocks: ADDRESS:PORT or none. [default: 127.0.0.1:9960]
	#[arg(long, env = "TEA_HOST_IPFS_RPC", value_name = "ADDRESS")]
	pub ipfs_rpc: Option<String>,
	/// File with a token that whoever uses the RPC must send; needed where it leaves this machine.
	#[arg(long, env = "TEA_HOST_IPFS_RPC_TOKEN_FILE", value_name = "FILE")]
	pub ipfs_rpc_token_file: Option<PathBuf>,
	/// A kubo daemon to use instead of the embedded node: http://127.0.0.1:5001.
	#[arg(long, env = "TEA_HOST_IPFS_API", value_name = "URL")]
	pub ipfs_api: Option<String>,
	/// MiB of blocks that are kept. [default: 10240]
	#[arg(long, env = "TEA_HOST_IPFS_QUOTA_MIB", value_name = "N")]
	pub ipfs_quota_mib: Option<u64>,
	/// MiB of the longest file that is fetched or added. [default: 1024]
	#[arg(long, env = "TEA_HOST_IPFS_MAX_FILE_MIB", value_name = "N")]
	pub ipfs_max_file_mib: Option<u64>,
	/// Where browsers get blocks: ADDRESS:PORT or none. [default: 127.0.0.1:9980]
	#[arg(long, env = "TEA_HOST_GATEWAY", value_name = "ADDRESS")]
	pub gateway: Option<String>,
	/// Requests that a client of the gateway may make in a second. [default: 200]
	#[arg(long, env = "TEA_HOST_GATEWAY_PER_SECOND", value_name = "N")]
	pub gateway_per_second: Option<u32>,
}

/// What the host does with content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpfsConfig {
	/// Where the RPC is.
	pub rpc: Option<SocketAddr>,
	/// Where its token is.
	pub rpc_token_file: Option<PathBuf>,
	/// The daemon that takes the place of the embedded node.
	pub api: Option<String>,
	/// MiB that are kept.
	pub quota_mib: u64,
	/// MiB of the longest file.
	pub max_file_mib: u64,
	/// Where the gateway is.
	pub gateway: Option<SocketAddr>,
	/// Requests of one client of the gateway in a second.
	pub gateway_per_second: u32,
}

/// As it is shown, under the names of the file.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
	ipfs_rpc: String,
	ipfs_rpc_token_file: Option<&'a Path>,
	ipfs_api: Option<&'a str>,
	ipfs_quota_mib: u64,
	ipfs_max_file_mib: u64,
	gateway: String,
	gateway_per_second: u32,
}

fn socket(
	name: &str,
	value: Option<String>,
	default: &str,
) -> Result<Option<SocketAddr>, HostError> {
	let value = value.map_or_else(|| Some(default.to_owned()), unless_none);
	let parse = |value: String| {
		let example = format_args!("write it like {default}, or none").to_string();
		value.parse().map_err(|_| wrong(name, &value, example))
	};
	value.map(parse).transpose()
}

fn mib(name: &str, value: Option<u64>, default: u64, max: u64) -> Result<u64, HostError> {
	let value = value.unwrap_or(default);
	if value == 0 || value > max {
		let range = format_args!("it must be from 1 to {max}").to_string();
		return Err(wrong(name, &value.to_string(), range));
	}
	Ok(value)
}

impl IpfsConfig {
	pub(super) fn resolve(
		flags: IpfsFlags,
		file: IpfsFlags,
		public: bool,
	) -> Result<Self, HostError> {
		let rpc = socket("ipfs_rpc", flags.ipfs_rpc.or(file.ipfs_rpc), RPC)?;
		let rpc_token_file = flags.ipfs_rpc_token_file.or(file.ipfs_rpc_token_file);
		if let Some(address) = rpc {
			if !address.ip().is_loopback() && rpc_token_file.is_none() {
				return Err(wrong(
					"ipfs_rpc",
					&address.to_string(),
					"it would leave this machine, and whoever reaches it may delete everything; give --ipfs-rpc-token-file, or an address like 127.0.0.1:9960",
				));
			}
			check_socket(address, public)?;
		}
		let gateway = socket("gateway", flags.gateway.or(file.gateway), GATEWAY)?;
		if let Some(address) = gateway {
			check_socket(address, public)?;
		}
		let api = flags.ipfs_api.or(file.ipfs_api).and_then(unless_none);
		if let Some(url) = &api {
			Client::new(url).map_err(|error| wrong("ipfs_api", url, error))?;
		}
		Ok(Self {
			rpc,
			rpc_token_file,
			api,
			quota_mib: mib(
				"ipfs_quota_mib",
				flags.ipfs_quota_mib.or(file.ipfs_quota_mib),
				10 * 1024,
				u64::MAX / MIB,
			)?,
			max_file_mib: mib(
				"ipfs_max_file_mib",
				flags.ipfs_max_file_mib.or(file.ipfs_max_file_mib),
				1024,
				MAX_FILE_MIB,
			)?,
			gateway,
			gateway_per_second: positive(
				"gateway_per_second",
				flags
					.gateway_per_second
					.or(file.gateway_per_second)
					.unwrap_or(200),
			)?,
		})
	}

	/// Bytes that are kept.
	pub const fn quota(&self) -> u64 {
		self.quota_mib * MIB
	}

	/// Bytes of the longest file.
	pub const fn max_file(&self) -> u64 {
		self.max_file_mib * MIB
	}

	pub(super) fn shown(&self) -> Shown<'_> {
		let address = |address: Option<SocketAddr>| {
			address.map_or_else(|| "none".into(), |address| address.to_string())
		};
		Shown {
			ipfs_rpc: address(self.rpc),
			ipfs_rpc_token_file: self.rpc_token_file.as_deref(),
			ipfs_api: self.api.as_deref(),
			ipfs_quota_mib: self.quota_mib,
			ipfs_max_file_mib: self.max_file_mib,
			gateway: address(self.gateway),
			gateway_per_second: self.gateway_per_second,
		}
	}
}

//! The configuration file.

use std::path::PathBuf;

use serde::Deserialize;

use super::{IpfsFlags, LogFormat};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
	pub(super) state_dir: Option<PathBuf>,
	pub(super) link: Option<String>,
	pub(super) listen: Option<Vec<String>>,
	pub(super) external: Option<Vec<String>>,
	pub(super) bootnode: Option<Vec<String>>,
	pub(super) http: Option<String>,
	pub(super) chain_rpc: Option<String>,
	pub(super) public: Option<bool>,
	pub(super) peer_letters_per_second: Option<u32>,
	pub(super) http_per_second: Option<u32>,
	ipfs_rpc: Option<String>,
	ipfs_rpc_token_file: Option<PathBuf>,
	ipfs_api: Option<String>,
	ipfs_quota_mib: Option<u64>,
	ipfs_max_file_mib: Option<u64>,
	gateway: Option<String>,
	gateway_per_second: Option<u32>,
	pub(super) ready_file: Option<PathBuf>,
	pub(super) log_format: Option<LogFormat>,
}

impl File {
	/// What it says of content.
	pub(super) fn ipfs(&self) -> IpfsFlags {
		IpfsFlags {
			ipfs_rpc: self.ipfs_rpc.clone(),
			ipfs_rpc_token_file: self.ipfs_rpc_token_file.clone(),
			ipfs_api: self.ipfs_api.clone(),
			ipfs_quota_mib: self.ipfs_quota_mib,
			ipfs_max_file_mib: self.ipfs_max_file_mib,
			gateway: self.gateway.clone(),
			gateway_per_second: self.gateway_per_second,
		}
	}
}

//! Commands about deployments.

use clap::{Args, ValueEnum};
use std::path::PathBuf;
use tea_chain::AccountId;
use tea_link::LinkAddress;
use tea_primitives::{HardwareClass, deployment::DeploymentId};

use super::class;
use crate::output::amount;

/// The host of this machine, which relays letters and keeps contents. It is not trusted.
#[derive(Args, Clone, Debug)]
pub(crate) struct Host {
	/// Where the host listens: unix:/path or tcp:127.0.0.1:PORT
	#[arg(
		long,
		env = "TEA_HOST_LINK",
		value_name = "LINK",
		default_value = "unix:/run/tea-host/link.sock"
	)]
	pub(crate) host: LinkAddress,
	/// Its IPFS server: the RPC of tea-host, or a kubo daemon
	#[arg(
		long,
		env = "TEA_IPFS_API",
		value_name = "URL",
		default_value = "http://127.0.0.1:9960"
	)]
	pub(crate) ipfs_api: String,
}

/// Where keys of own deployments are kept.
#[derive(Args, Clone, Debug)]
pub(crate) struct Keys {
	/// Folder with the keys of own deployments; only its owner may look into it [default: ~/.local/share/tea/keys]
	#[arg(long, env = "TEA_KEYS", value_name = "DIR")]
	pub(crate) keys: Option<PathBuf>,
}

/// Settings of `deploy`.
#[derive(Args, Debug)]
pub(crate) struct Deploy {
	/// What is deployed: a file, a folder (as a tar archive), or wasm
	pub(crate) source: PathBuf,
	/// What it is for; wasm is code, everything else data, if not given
	#[arg(long, value_enum)]
	pub(crate) kind: Option<Kind>,
	/// Public: not encrypted, and no key is needed to use it
	#[arg(long, conflicts_with_all = ["hosted", "private"])]
	pub(crate) plain: bool,
	/// Encrypted; modules hold the key (this is the default)
	#[arg(long, conflicts_with = "private")]
	pub(crate) hosted: bool,
	/// Encrypted; only you hold the key, and give it to one executor for each errand
	#[arg(long)]
	pub(crate) private: bool,
	/// Modules that should hold the key
	#[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=16))]
	pub(crate) replicas: u8,
	/// The initial pinner; own modules first, then by credit, if not given
	#[arg(long, value_name = "MODULE")]
	pub(crate) pinner: Option<u32>,
	/// How modules find out whether they are able to run the code: a list of needs (.json), or a check (.wasm)
	#[arg(long, value_name = "FILE")]
	pub(crate) checker: Option<PathBuf>,
	/// What people read about it
	#[arg(long, value_name = "FILE")]
	pub(crate) description: Option<PathBuf>,
	/// What it is worth to you, in TEA: every pinner answers for it within the cap of its class
	#[arg(long, value_name = "AMOUNT", value_parser = amount, default_value = "0")]
	pub(crate) declared_value: u128,
	/// The deployment of which this is a new version
	#[arg(long, value_name = "ID", value_parser = deployment)]
	pub(crate) replaces: Option<DeploymentId>,
	/// Keep no key after registration: nobody can decrypt it or seed it anew then
	#[arg(long)]
	pub(crate) forget_key: bool,
	/// Deploy the same content under the same terms once more
	#[arg(long)]
	pub(crate) again: bool,
	/// Wait until as many modules hold the key as wanted, this many seconds at most
	#[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "300")]
	pub(crate) wait: Option<u64>,
	/// The conditions of use
	#[command(flatten)]
	pub(crate) terms: Terms,
	/// The host
	#[command(flatten)]
	pub(crate) host: Host,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// What a deployment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
	/// It runs as the function
	Code,
	/// It is a parameter of the function
	Data,
}

/// The conditions of use. What is given here counts before what the file says.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Terms")]
pub(crate) struct Terms {
	/// File with the terms (JSON)
	#[arg(long = "terms", value_name = "FILE")]
	pub(crate) file: Option<PathBuf>,
	/// What a use costs, in TEA
	#[arg(long, value_name = "AMOUNT", value_parser = amount, conflicts_with = "price_per_hour")]
	pub(crate) price: Option<u128>,
	/// What an hour of any number of uses costs, in TEA
	#[arg(long, value_name = "AMOUNT", value_parser = amount)]
	pub(crate) price_per_hour: Option<u128>,
	/// Uses of each client that cost nothing
	#[arg(long, value_name = "NUMBER")]
	pub(crate) free_uses: Option<u32>,
	/// Class of hardware that may hold the key and run it: A, B, C, D, V or Dev; repeatable; all if not given
	#[arg(long = "class", value_name = "CLASS", value_parser = class)]
	pub(crate) classes: Vec<HardwareClass>,
	/// Oldest attestation that is accepted, in blocks
	#[arg(long, value_name = "BLOCKS")]
	pub(crate) max_certificate_age: Option<u32>,
	/// Only these nodes: module:NUMBER or owner:ACCOUNT; repeatable
	#[arg(long, value_name = "NODE", value_parser = node)]
	pub(crate) allow_node: Vec<Node>,
	/// Not these nodes; repeatable
	#[arg(long, value_name = "NODE", value_parser = node)]
	pub(crate) block_node: Vec<Node>,
	/// Only these clients; repeatable
	#[arg(long, value_name = "ACCOUNT")]
	pub(crate) allow_client: Vec<AccountId>,
	/// Not these clients; repeatable
	#[arg(long, value_name = "ACCOUNT")]
	pub(crate) block_client: Vec<AccountId>,
	/// First block without errands and pins
	#[arg(long, value_name = "BLOCK")]
	pub(crate) expires: Option<u32>,
	/// Data: only this code deployment may read it; repeatable
	#[arg(long, value_name = "ID", value_parser = deployment)]
	pub(crate) reader: Vec<DeploymentId>,
	/// Data: code that is not deployed may read it too
	#[arg(long)]
	pub(crate) ad_hoc: bool,
	/// Data: bytes of the largest result that may be made of it
	#[arg(long, value_name = "BYTES")]
	pub(crate) max_output: Option<u32>,
}

/// An entry of a node list.
pub(crate) type Node = tea_primitives::deployment::Node<AccountId>;

/// Settings of `pins`.
#[derive(Args, Debug)]
pub(crate) struct Pins {
	/// The deployment; without it, all deployments: those of the key, if one is named
	#[arg(value_parser = deployment)]
	pub(crate) deployment: Option<DeploymentId>,
	/// Write the proofs into a file, for whoever verifies them without a node
	#[arg(long, value_name = "FILE", requires = "deployment")]
	pub(crate) save: Option<PathBuf>,
	/// Verify the proofs in a file; no node is asked
	#[arg(long, value_name = "FILE", conflicts_with_all = ["deployment", "save"])]
	pub(crate) verify: Option<PathBuf>,
}

/// Settings of `reseed`.
#[derive(Args, Debug)]
pub(crate) struct Reseed {
	/// The deployment
	#[arg(value_parser = deployment)]
	pub(crate) deployment: DeploymentId,
	/// The initial pinner of the new seed
	#[arg(long, value_name = "MODULE")]
	pub(crate) pinner: Option<u32>,
	/// The host
	#[command(flatten)]
	pub(crate) host: Host,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// Settings of `fetch`.
#[derive(Args, Debug)]
pub(crate) struct Fetch {
	/// The deployment
	#[arg(value_parser = deployment)]
	pub(crate) deployment: DeploymentId,
	/// Where to write it
	#[arg(long, short, value_name = "FILE")]
	pub(crate) out: PathBuf,
	/// Decrypt it with the own key
	#[arg(long)]
	pub(crate) decrypt: bool,
	/// Overwrite what is there
	#[arg(long)]
	pub(crate) force: bool,
	/// The host
	#[command(flatten)]
	pub(crate) host: Host,
	/// The keys
	#[command(flatten)]
	pub(crate) keys: Keys,
}

/// Reads the id of a deployment.
pub(crate) fn deployment(text: &str) -> Result<DeploymentId, String> {
	super::hash(text).map(DeploymentId)
}

/// Reads an entry of a node list.
pub(crate) fn node(text: &str) -> Result<Node, String> {
	let refused = || format!("`{text}` is no node: write module:NUMBER or owner:ACCOUNT");
	match text.split_once(':') {
		Some(("module", number)) => number
			.parse()
			.map(|number: u32| Node::Module(number.into()))
			.map_err(|_| refused()),
		Some(("owner", account)) => account
			.parse()
			.map(Node::Owner)
			.map_err(|error: tea_chain::NotAnAccount| error.to_string()),
		_ => Err(refused()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_primitives::ids::ModuleId;

	#[test]
	fn nodes_are_modules_or_their_owners() {
		assert_eq!(node("module:3"), Ok(Node::Module(ModuleId(3))));
		let account = format!("owner:0x{}", "11".repeat(32));
		assert_eq!(node(&account), Ok(Node::Owner(AccountId([0x11; 32]))));
		for text in ["3", "module:x", "owner:nobody", "module", ""] {
			assert!(node(text).is_err(), "{text}");
		}
	}
}

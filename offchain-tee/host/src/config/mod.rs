//! Configuration: flags before environment before file before defaults, resolved once.

mod file;
mod ipfs;
#[cfg(test)]
mod tests;

use std::{
	fmt, fs,
	net::SocketAddr,
	path::{Path, PathBuf},
	str::FromStr,
};

use clap::Args;
use litep2p::{PeerId, types::multiaddr::Multiaddr};
use serde::{Deserialize, Serialize};
use tea_link::LinkAddress;

use file::File;
pub use ipfs::{IpfsConfig, IpfsFlags};

use crate::{
	bind::{check_multiaddr, check_socket, socket_of},
	exit::HostError,
};

/// Flags and environment of the host. What is not given comes from the file, then from defaults.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
	/// Configuration file (TOML, the same names with underscores).
	#[arg(long, env = "TEA_HOST_CONFIG", value_name = "FILE")]
	pub config: Option<PathBuf>,
	/// Directory for the peer key. [default: ./tea-host]
	#[arg(long, env = "TEA_HOST_STATE_DIR", value_name = "DIR")]
	pub state_dir: Option<PathBuf>,
	/// Where modules connect: unix:PATH or tcp:127.0.0.1:PORT. [default: unix:STATE_DIR/link.sock]
	#[arg(long, env = "TEA_HOST_LINK", value_name = "ADDRESS")]
	pub link: Option<String>,
	/// Where other hosts connect; may be repeated. [default: /ip4/127.0.0.1/tcp/30500]
	#[arg(
		long,
		env = "TEA_HOST_LISTEN",
		value_name = "MULTIADDR",
		value_delimiter = ','
	)]
	pub listen: Vec<String>,
	/// Addresses told to other hosts, if not those listened on; may be repeated.
	#[arg(
		long,
		env = "TEA_HOST_EXTERNAL",
		value_name = "MULTIADDR",
		value_delimiter = ','
	)]
	pub external: Vec<String>,
	/// Hosts to begin with, /ip4/…/tcp/…/p2p/PEER; may be repeated.
	#[arg(
		long,
		env = "TEA_HOST_BOOTNODE",
		value_name = "MULTIADDR",
		value_delimiter = ','
	)]
	pub bootnode: Vec<String>,
	/// Where the lists and metrics are served: ADDRESS:PORT or none. [default: 127.0.0.1:9950]
	#[arg(long, env = "TEA_HOST_HTTP", value_name = "ADDRESS")]
	pub http: Option<String>,
	/// Node that is asked which modules are Active: ws://… or none. [default: ws://127.0.0.1:9944]
	#[arg(long, env = "TEA_HOST_CHAIN_RPC", value_name = "URL")]
	pub chain_rpc: Option<String>,
	/// Allow addresses that are neither loopback nor private.
	#[arg(long, env = "TEA_HOST_PUBLIC")]
	pub public: bool,
	/// Letters that another host may send in a second. [default: 50]
	#[arg(long, env = "TEA_HOST_PEER_LETTERS_PER_SECOND", value_name = "N")]
	pub peer_letters_per_second: Option<u32>,
	/// Requests that an HTTP client may make in a second. [default: 20]
	#[arg(long, env = "TEA_HOST_HTTP_PER_SECOND", value_name = "N")]
	pub http_per_second: Option<u32>,
	/// File that is written when everything listens, with all addresses as JSON.
	#[arg(long, env = "TEA_HOST_READY_FILE", value_name = "FILE")]
	pub ready_file: Option<PathBuf>,
	/// Content.
	#[command(flatten)]
	pub ipfs: IpfsFlags,
	/// text or json. [default: text]
	#[arg(long, env = "TEA_HOST_LOG_FORMAT", value_name = "FORMAT")]
	pub log_format: Option<LogFormat>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
	/// For people.
	#[default]
	Text,
	/// One JSON object a line.
	Json,
}

/// What the host runs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
	/// Directory for the peer key.
	pub state_dir: PathBuf,
	/// Where modules connect.
	pub link: LinkAddress,
	/// Where other hosts connect.
	pub listen: Vec<Multiaddr>,
	/// Addresses told to other hosts.
	pub external: Vec<Multiaddr>,
	/// Hosts to begin with.
	pub bootnodes: Vec<Multiaddr>,
	/// Where lists and metrics are served.
	pub http: Option<SocketAddr>,
	/// The node that is asked.
	pub chain_rpc: Option<String>,
	/// Whether public addresses are allowed.
	pub public: bool,
	/// Letters that another host may send in a second.
	pub peer_letters_per_second: u32,
	/// Requests that an HTTP client may make in a second.
	pub http_per_second: u32,
	/// Content.
	pub ipfs: IpfsConfig,
	/// File for scripts.
	pub ready_file: Option<PathBuf>,
	/// How the log is written.
	pub log_format: LogFormat,
}

fn wrong(name: &str, value: &str, reason: impl fmt::Display) -> HostError {
	HostError::Config(format!("{name} `{value}` is wrong: {reason}"))
}

fn multiaddr(name: &str, value: &str) -> Result<Multiaddr, HostError> {
	Multiaddr::from_str(value).map_err(|error| {
		wrong(
			name,
			value,
			format_args!("{error}; write it like /ip4/127.0.0.1/tcp/30500"),
		)
	})
}

/// The peer that an address ends with.
pub(crate) fn peer_of(address: &Multiaddr) -> Option<PeerId> {
	PeerId::try_from_multiaddr(address)
}

fn read(path: &Path) -> Result<File, HostError> {
	let text = fs::read_to_string(path).map_err(|error| {
		HostError::Config(format!(
			"the configuration file {} cannot be read: {error}",
			path.display()
		))
	})?;
	toml::from_str(&text).map_err(|error| {
		HostError::Config(format!(
			"the configuration file {} is wrong: {}",
			path.display(),
			error.to_string().trim_end()
		))
	})
}

/// `none` switches something off.
fn unless_none(value: String) -> Option<String> {
	(value != "none").then_some(value)
}

fn given(flags: Vec<String>, file: Option<Vec<String>>) -> Option<Vec<String>> {
	if flags.is_empty() { file } else { Some(flags) }
}

impl Config {
	/// Resolves flags, environment and file.
	pub fn resolve(flags: Flags) -> Result<Self, HostError> {
		let file = match &flags.config {
			Some(path) => read(path)?,
			None => File::default(),
		};
		let public = flags.public || file.public.unwrap_or(false);
		let ipfs = IpfsConfig::resolve(flags.ipfs, file.ipfs(), public)?;
		let state_dir = flags
			.state_dir
			.or(file.state_dir)
			.unwrap_or_else(|| "tea-host".into());
		let link = match flags.link.or(file.link) {
			Some(link) => link
				.parse()
				.map_err(|error: tea_link::AddressError| HostError::Config(error.to_string()))?,
			None => LinkAddress::unix(&state_dir.join("link.sock"))
				.map_err(|error| HostError::Config(error.to_string()))?,
		};
		let listen = given(flags.listen, file.listen)
			.unwrap_or_else(|| vec!["/ip4/127.0.0.1/tcp/30500".into()])
			.iter()
			.map(|value| {
				let address = multiaddr("listen", value)?;
				if socket_of(&address).is_none() {
					let reason =
						"only /ip4/ADDRESS/tcp/PORT and /ip6/ADDRESS/tcp/PORT are listened on";
					return Err(wrong("listen", value, reason));
				}
				check_multiaddr(&address, public)?;
				Ok(address)
			})
			.collect::<Result<Vec<_>, HostError>>()?;
		if listen.is_empty() {
			return Err(HostError::Config(
				"no address to listen on; give --listen /ip4/127.0.0.1/tcp/30500".into(),
			));
		}
		let external = given(flags.external, file.external)
			.unwrap_or_default()
			.iter()
			.map(|value| multiaddr("external", value))
			.collect::<Result<_, _>>()?;
		let bootnodes = given(flags.bootnode, file.bootnode)
			.unwrap_or_default()
			.iter()
			.map(|value| {
				let address = multiaddr("bootnode", value)?;
				match peer_of(&address) {
					Some(_) => Ok(address),
					None => Err(wrong("bootnode", value, "it must end with /p2p/PEER")),
				}
			})
			.collect::<Result<_, _>>()?;
		let http = flags
			.http
			.or(file.http)
			.map_or_else(|| Some("127.0.0.1:9950".into()), unless_none)
			.map(|value| {
				let address: SocketAddr = value
					.parse()
					.map_err(|_| wrong("http", &value, "write it like 127.0.0.1:9950, or none"))?;
				check_socket(address, public)?;
				Ok::<_, HostError>(address)
			})
			.transpose()?;
		let chain_rpc = flags
			.chain_rpc
			.or(file.chain_rpc)
			.map_or_else(|| Some("ws://127.0.0.1:9944".into()), unless_none);
		if let Some(url) = &chain_rpc
			&& !(url.starts_with("ws://") || url.starts_with("wss://"))
		{
			return Err(wrong(
				"chain_rpc",
				url,
				"write it like ws://127.0.0.1:9944, or none",
			));
		}
		Ok(Self {
			state_dir,
			link,
			listen,
			external,
			bootnodes,
			http,
			chain_rpc,
			public,
			peer_letters_per_second: positive(
				"peer_letters_per_second",
				flags
					.peer_letters_per_second
					.or(file.peer_letters_per_second)
					.unwrap_or(50),
			)?,
			http_per_second: positive(
				"http_per_second",
				flags.http_per_second.or(file.http_per_second).unwrap_or(20),
			)?,
			ipfs,
			ready_file: flags.ready_file.or(file.ready_file),
			log_format: flags.log_format.or(file.log_format).unwrap_or_default(),
		})
	}

	/// The configuration as a file that would give it again.
	pub fn to_toml(&self) -> String {
		#[derive(Serialize)]
		struct Shown<'a> {
			state_dir: &'a Path,
			link: String,
			listen: Vec<String>,
			external: Vec<String>,
			bootnode: Vec<String>,
			http: String,
			chain_rpc: &'a str,
			public: bool,
			peer_letters_per_second: u32,
			http_per_second: u32,
			#[serde(flatten)]
			ipfs: ipfs::Shown<'a>,
			ready_file: Option<&'a Path>,
			log_format: LogFormat,
		}
		let texts = |addresses: &[Multiaddr]| addresses.iter().map(ToString::to_string).collect();
		let shown = Shown {
			state_dir: &self.state_dir,
			link: self.link.to_string(),
			listen: texts(&self.listen),
			external: texts(&self.external),
			bootnode: texts(&self.bootnodes),
			http: self
				.http
				.map_or_else(|| "none".into(), |http| http.to_string()),
			chain_rpc: self.chain_rpc.as_deref().unwrap_or("none"),
			public: self.public,
			peer_letters_per_second: self.peer_letters_per_second,
			http_per_second: self.http_per_second,
			ipfs: self.ipfs.shown(),
			ready_file: self.ready_file.as_deref(),
			log_format: self.log_format,
		};
		toml::to_string(&shown).expect("strings, numbers and lists of strings are TOML; qed")
	}
}

fn positive(name: &str, value: u32) -> Result<u32, HostError> {
	if value == 0 {
		return Err(wrong(name, "0", "it must be at least 1"));
	}
	Ok(value)
}

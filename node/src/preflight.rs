//! What can be checked before the node starts, so that it refuses with a sentence instead of failing half-way.

use crate::chain_spec;
use sc_cli::{CliConfiguration as _, RunCmd};
use sc_network::{config::NetworkBackendType, multiaddr::Protocol};
use sc_service::Configuration;
use std::{
	fs, io,
	net::{IpAddr, SocketAddr, TcpListener},
	path::Path,
};

/// Why the node does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
	#[error(
		"the base path {path} cannot be used ({source}); choose a directory that you may write to with --base-path"
	)]
	BasePath { path: String, source: io::Error },
	#[error(
		"the {what} address {address} cannot be used ({source}); stop the other program or choose another one with {flag}"
	)]
	Address {
		what: &'static str,
		address: SocketAddr,
		flag: &'static str,
		source: io::Error,
	},
	#[error("the network backend libp2p is not part of this node; leave --network-backend away")]
	Backend,
	#[error(transparent)]
	ChainSpec(#[from] chain_spec::Error),
}

impl From<Error> for sc_cli::Error {
	fn from(error: Error) -> Self {
		sc_cli::Error::Application(Box::new(error))
	}
}

/// The base path is a directory, or can become one, and takes files.
pub(crate) fn base_path(cmd: &RunCmd) -> sc_cli::Result<()> {
	match cmd.base_path()? {
		Some(base_path) => Ok(writable(base_path.path())?),
		None => Ok(()),
	}
}

fn writable(path: &Path) -> Result<(), Error> {
	let probe = path.join(".write-probe");
	fs::create_dir_all(path)
		.and_then(|()| fs::write(&probe, []))
		.and_then(|()| fs::remove_file(&probe))
		.map_err(|source| Error::BasePath {
			path: path.display().to_string(),
			source,
		})
}

/// The chain may be run and the addresses are free.
pub(crate) fn configuration(config: &Configuration) -> Result<(), Error> {
	chain_spec::check_live(config.chain_spec.as_ref())?;
	if !matches!(config.network.network_backend, NetworkBackendType::Litep2p) {
		return Err(Error::Backend);
	}
	for address in &config.network.listen_addresses {
		if let Some(address) = tcp_address(address.iter()) {
			free(address, "p2p", "--port or --listen-addr")?;
		}
	}
	for endpoint in config.rpc.addr.iter().flatten() {
		// Left to itself, the server would take another port without a word, and clients would not find it.
		if !endpoint.is_optional {
			free(endpoint.listen_addr, "RPC", "--rpc-port")?;
		}
	}
	if let Some(prometheus) = &config.prometheus_config {
		free(
			prometheus.port,
			"metrics",
			"--prometheus-port or --no-prometheus",
		)?;
	}
	Ok(())
}

/// The TCP socket of a multiaddress; `None` for other transports.
fn tcp_address<'a>(mut protocols: impl Iterator<Item = Protocol<'a>>) -> Option<SocketAddr> {
	let ip: IpAddr = match protocols.next()? {
		Protocol::Ip4(ip) => ip.into(),
		Protocol::Ip6(ip) => ip.into(),
		_ => return None,
	};
	match protocols.next()? {
		Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}

fn free(address: SocketAddr, what: &'static str, flag: &'static str) -> Result<(), Error> {
	match TcpListener::bind(address) {
		Ok(_) => Ok(()),
		// Without IPv6 on this machine its addresses are left out, not in use.
		Err(source) if source.kind() == io::ErrorKind::AddrNotAvailable && address.is_ipv6() => {
			Ok(())
		}
		Err(source) => Err(Error::Address {
			what,
			address,
			flag,
			source,
		}),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn address_in_use_is_named() {
		let taken = TcpListener::bind("127.0.0.1:0").unwrap();
		let address = taken.local_addr().unwrap();
		let error = free(address, "RPC", "--rpc-port").unwrap_err().to_string();
		assert!(error.contains(&address.to_string()) && error.contains("--rpc-port"));
	}

	#[test]
	fn free_address_is_free() {
		let address = TcpListener::bind("127.0.0.1:0")
			.unwrap()
			.local_addr()
			.unwrap();
		assert!(free(address, "RPC", "--rpc-port").is_ok());
	}

	#[test]
	fn file_is_no_base_path() {
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("file");
		fs::write(&file, []).unwrap();
		let error = writable(&file.join("base")).unwrap_err().to_string();
		assert!(error.contains("base path") && error.contains("--base-path"));
	}

	#[test]
	fn writable_directory_is_a_base_path_and_stays_empty() {
		let dir = tempfile::tempdir().unwrap();
		let base = dir.path().join("new");
		writable(&base).unwrap();
		assert_eq!(fs::read_dir(&base).unwrap().count(), 0);
	}
}

//! Which addresses may be listened on.

use std::net::{IpAddr, SocketAddr};

use litep2p::types::multiaddr::{Multiaddr, Protocol};

/// Why an address is not listened on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicBind {
	/// It can be reached from outside.
	#[error(
		"{0} is neither loopback nor private: everybody could reach it; choose another address, or say --public if that is what you want"
	)]
	Public(String),
}

/// Whether nobody outside the machine or its local network can reach this address.
pub fn is_local(ip: IpAddr) -> bool {
	match ip {
		IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
		IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
			Some(ip) => is_local(ip.into()),
			None => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
		},
	}
}

/// Refuses a public socket unless that was asked for.
pub fn check_socket(address: SocketAddr, public: bool) -> Result<(), PublicBind> {
	if public || is_local(address.ip()) {
		Ok(())
	} else {
		Err(PublicBind::Public(address.to_string()))
	}
}

/// Refuses a public multiaddr unless that was asked for.
pub fn check_multiaddr(address: &Multiaddr, public: bool) -> Result<(), PublicBind> {
	match socket_of(address) {
		Some(socket) if public || is_local(socket.ip()) => Ok(()),
		_ => Err(PublicBind::Public(address.to_string())),
	}
}

/// The socket of `/ip4/…/tcp/…` or `/ip6/…/tcp/…`; what else is listened on is not ours to know.
pub fn socket_of(address: &Multiaddr) -> Option<SocketAddr> {
	let mut parts = address.iter();
	let ip = match parts.next()? {
		Protocol::Ip4(ip) => IpAddr::V4(ip),
		Protocol::Ip6(ip) => IpAddr::V6(ip),
		_ => return None,
	};
	match (parts.next()?, parts.next()) {
		(Protocol::Tcp(port), None) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn local_addresses_are_known() {
		for ip in [
			"127.0.0.1",
			"127.8.8.8",
			"10.1.2.3",
			"172.16.0.1",
			"192.168.1.1",
			"169.254.1.1",
			"::1",
			"fd00::1",
			"fe80::1",
			"::ffff:127.0.0.1",
		] {
			assert!(is_local(ip.parse().unwrap()), "{ip}");
		}
		for ip in [
			"0.0.0.0",
			"8.8.8.8",
			"172.32.0.1",
			"100.64.0.1",
			"::",
			"2001:db8::1",
			"::ffff:8.8.8.8",
		] {
			assert!(!is_local(ip.parse().unwrap()), "{ip}");
		}
	}

	#[test]
	fn public_addresses_need_the_flag() {
		let socket: SocketAddr = "0.0.0.0:80".parse().unwrap();
		let multiaddr: Multiaddr = "/ip4/0.0.0.0/tcp/80".parse().unwrap();
		assert!(check_socket(socket, false).is_err());
		let error = check_multiaddr(&multiaddr, false).unwrap_err().to_string();
		assert!(error.contains("--public"), "{error}");
		assert_eq!(check_socket(socket, true), Ok(()));
		assert_eq!(check_multiaddr(&multiaddr, true), Ok(()));
		assert_eq!(check_socket("[::1]:80".parse().unwrap(), false), Ok(()));
		let lan: Multiaddr = "/ip4/10.0.0.1/tcp/0".parse().unwrap();
		assert_eq!(check_multiaddr(&lan, false), Ok(()));
	}
}

//! Where the host link is.

use std::{
	fmt,
	net::SocketAddr,
	path::{Path, PathBuf},
	str::FromStr,
};

/// Address of a host link. It never leaves the machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LinkAddress {
	/// `unix:/path/of/socket`.
	Unix(PathBuf),
	/// `tcp:127.0.0.1:9960`; port 0 takes a free one.
	Tcp(SocketAddr),
}

/// Why a text is no address of a host link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
	/// Neither of the two forms.
	#[error("`{0}` is no address of a host link; write unix:/path/of/socket or tcp:127.0.0.1:PORT")]
	Form(String),
	/// It would be reachable from outside.
	#[error(
		"the host link `{0}` would leave this machine; use a loopback address such as tcp:127.0.0.1:9960"
	)]
	NotLoopback(String),
	/// The operating system has a limit.
	#[error("the path of the socket `{0}` is longer than 100 bytes; choose a shorter one")]
	PathTooLong(String),
}

/// What `sockaddr_un` holds is 108 bytes on Linux and 104 elsewhere.
const MAX_PATH_LEN: usize = 100;

impl LinkAddress {
	/// A unix socket at this path.
	pub fn unix(path: &Path) -> Result<Self, AddressError> {
		if path.as_os_str().is_empty() {
			return Err(AddressError::Form("unix:".into()));
		}
		if path.as_os_str().len() > MAX_PATH_LEN {
			return Err(AddressError::PathTooLong(path.display().to_string()));
		}
		Ok(Self::Unix(path.to_owned()))
	}
}

impl FromStr for LinkAddress {
	type Err = AddressError;

	fn from_str(text: &str) -> Result<Self, AddressError> {
		let form = || AddressError::Form(text.into());
		match text.split_once(':') {
			Some(("unix", path)) => Self::unix(Path::new(path)),
			Some(("tcp", address)) => {
				let address: SocketAddr = address.parse().map_err(|_| form())?;
				if !address.ip().is_loopback() {
					return Err(AddressError::NotLoopback(text.into()));
				}
				Ok(Self::Tcp(address))
			}
			_ => Err(form()),
		}
	}
}

impl fmt::Display for LinkAddress {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Unix(path) => write!(f, "unix:{}", path.display()),
			Self::Tcp(address) => write!(f, "tcp:{address}"),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn both_forms_are_read_and_written() {
		for text in [
			"unix:/run/tea/link.sock",
			"tcp:127.0.0.1:9960",
			"tcp:[::1]:0",
		] {
			let address: LinkAddress = text.parse().unwrap();
			assert_eq!(address.to_string(), text);
		}
	}

	#[test]
	fn anything_else_is_refused_with_a_sentence() {
		for text in [
			"",
			"unix:",
			"tcp:",
			"tcp:localhost:1",
			"tcp:127.0.0.1",
			"/run/x",
			"udp:1",
		] {
			assert!(matches!(
				text.parse::<LinkAddress>(),
				Err(AddressError::Form(_))
			));
		}
		for text in [
			"tcp:0.0.0.0:1",
			"tcp:10.0.0.1:1",
			"tcp:[::]:1",
			"tcp:8.8.8.8:1",
		] {
			assert_eq!(
				text.parse::<LinkAddress>(),
				Err(AddressError::NotLoopback(text.into()))
			);
		}
		let long = format!("unix:/{}", "x".repeat(MAX_PATH_LEN));
		assert!(matches!(
			long.parse::<LinkAddress>(),
			Err(AddressError::PathTooLong(_))
		));
	}
}

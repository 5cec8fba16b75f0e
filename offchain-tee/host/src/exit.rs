//! What can stop the host, each with one sentence and an exit code.

use std::{io, path::PathBuf};

use tea_link::server::BindError;

use crate::bind::PublicBind;

/// Why the host does not run.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
	/// Command line, environment or file are wrong.
	#[error("{0}")]
	Config(String),
	/// An address would be public.
	#[error(transparent)]
	PublicBind(#[from] PublicBind),
	/// The state directory cannot be used.
	#[error("the state directory {} cannot be used: {reason}", .path.display())]
	State {
		/// Where.
		path: PathBuf,
		/// What happened, and what to do.
		reason: String,
	},
	/// Somebody else listens there.
	#[error("{0} is in use; stop the other process or choose another address")]
	InUse(String),
	/// The operating system refuses.
	#[error("{address} cannot be listened on: {source}")]
	Bind {
		/// Where.
		address: String,
		/// Why.
		source: io::Error,
	},
	/// The host link cannot be served.
	#[error(transparent)]
	Link(#[from] BindError),
	/// The network library refuses.
	#[error("the network does not start: {0}")]
	Network(String),
	/// The chain at the configured address is not the one that this host served before.
	#[error("{0}")]
	Chain(String),
	/// The file for scripts cannot be written.
	#[error("the ready file {} cannot be written: {source}", .path.display())]
	ReadyFile {
		/// Where.
		path: PathBuf,
		/// Why.
		source: io::Error,
	},
}

impl HostError {
	/// The exit code of the program.
	pub const fn code(&self) -> u8 {
		match self {
			Self::Network(_) => 1,
			Self::Config(_) | Self::PublicBind(_) => 2,
			Self::State { .. } | Self::ReadyFile { .. } => 3,
			Self::InUse(_) | Self::Bind { .. } | Self::Link(_) => 4,
			Self::Chain(_) => 5,
		}
	}

	/// Why `address` is not listened on.
	pub(crate) fn of_bind(address: impl ToString, source: io::Error) -> Self {
		match source.kind() {
			io::ErrorKind::AddrInUse => Self::InUse(address.to_string()),
			_ => Self::Bind {
				address: address.to_string(),
				source,
			},
		}
	}
}

//! What goes wrong, and what to do.

use std::time::Duration;

use crate::{
	cid::{Cid, CidError},
	unixfs::{ExportError, ImportError},
};

/// Why the server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
	/// The address is none.
	#[error("`{0}` is no address of an IPFS server; write it like http://127.0.0.1:5001")]
	Url(String),
	/// Nobody answers.
	#[error("the IPFS server at {url} does not answer ({reason}); is it running?")]
	Unreachable {
		/// Where.
		url: String,
		/// Why.
		reason: String,
	},
	/// It takes too long.
	#[error("the IPFS server did not answer within {} s", .0.as_secs())]
	Timeout(Duration),
	/// It says no.
	#[error("the IPFS server refuses {path} ({status}): {message}")]
	Refused {
		/// What was asked.
		path: String,
		/// HTTP status.
		status: u16,
		/// In its words.
		message: String,
	},
	/// Its answer does not read.
	#[error("the answer of the IPFS server to {0} does not read; is it a kubo or a tea-host?")]
	Malformed(String),
	/// It sends more than was allowed.
	#[error("the IPFS server sends more than the allowed {0} bytes")]
	TooLong(u64),
	/// The CID is not accepted.
	#[error(transparent)]
	Cid(#[from] CidError),
	/// A block was not found in time.
	#[error("block {0} was not found; connect the IPFS server to somebody who has it")]
	Missing(Cid),
	/// The bytes are not what the CID names.
	#[error("the IPFS server gives bytes for {0} that are not what it names")]
	Mismatch(Cid),
	/// A file was not cut into blocks.
	#[error(transparent)]
	Import(#[from] ImportError),
	/// A file was not put together.
	#[error(transparent)]
	Export(#[from] ExportError),
	/// The program ends.
	#[error("the program is ending")]
	Ending,
}

/// How kubo, boxo and `tea-host` say that a block is not there.
pub(super) fn is_missing(message: &str) -> bool {
	[
		"not found",
		"could not find",
		"deadline exceeded",
		"timed out",
	]
	.iter()
	.any(|words| message.contains(words))
}

//! What crosses the host link.
//!
//! ```text
//! frame    length u32 little endian ‖ SCALE(ToHost) or SCALE(FromHost)
//! ```
//!
//! Both sides say hello first; the module names the versions it speaks, the host picks one. Requests carry an id that
//! the answer repeats. Whatever does not decode ends the connection.
//!
//! INVARIANT: module and host are updated apart from each other; an index is never reused.

use std::fmt;

use codec::{Decode, DecodeAll, Encode};

use crate::ping::SignedPong;

/// The longest sealed payload that is relayed (R-017).
pub const MAX_SEALED_LEN: usize = 1024 * 1024;
/// The longest frame: a sealed payload and what stands around it.
pub(crate) const MAX_FRAME_LEN: usize = MAX_SEALED_LEN + 128;
/// The longest frame before the greeting: nobody needs memory who said nothing.
pub(crate) const MAX_HELLO_LEN: usize = 4096;
/// What a greeting of a module begins with.
pub(crate) const MAGIC: [u8; 8] = *b"tea/link";
/// The version that this crate speaks.
pub(crate) const VERSION: u16 = 1;

/// Where letters go: a transport key as it stands on chain. The host sees it and nothing else of a letter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Mailbox(pub [u8; 32]);

impl fmt::Display for Mailbox {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

impl fmt::Debug for Mailbox {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

/// What a host says about itself. All of it is a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct HostInfo {
	/// Its name in the network.
	pub peer_id: String,
	/// Where it can be reached: multiaddrs with the peer id.
	pub addresses: Vec<String>,
	/// Its version.
	pub version: String,
}

/// Why a letter was not taken. A host may lie in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, thiserror::Error)]
pub enum SendError {
	/// No host that could be asked serves this mailbox.
	#[error("no host serves this mailbox; the module is away, or in a new boot")]
	#[codec(index = 0)]
	NoSuchMailbox,
	/// Hosts that serve it, or may, do not answer.
	#[error("the host of this mailbox does not answer")]
	#[codec(index = 1)]
	Unreachable,
	/// Longer than the relay allows.
	#[error("the letter is longer than hosts relay ({MAX_SEALED_LEN} bytes)")]
	#[codec(index = 2)]
	TooLong,
	/// The sender sends more than the host allows.
	#[error("the host allows no more letters at present")]
	#[codec(index = 3)]
	RateLimited,
	/// The receiver does not read as fast as others write.
	#[error("the mailbox is full: its module does not keep up")]
	#[codec(index = 4)]
	Busy,
	/// The module's own host is gone.
	#[error("the own host is gone; the link reconnects by itself")]
	#[codec(index = 5)]
	HostGone,
}

impl SendError {
	/// Whether trying later makes sense.
	pub const fn is_passing(&self) -> bool {
		!matches!(self, Self::TooLong)
	}

	/// One word, for counters.
	pub const fn label(&self) -> &'static str {
		match self {
			Self::NoSuchMailbox => "no_such_mailbox",
			Self::Unreachable => "unreachable",
			Self::TooLong => "too_long",
			Self::RateLimited => "rate_limited",
			Self::Busy => "busy",
			Self::HostGone => "host_gone",
		}
	}
}

/// Why the host does not serve a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, thiserror::Error)]
pub enum AttachError {
	/// The challenge was not opened.
	#[error("the challenge was not opened with the key of this mailbox")]
	#[codec(index = 0)]
	NotTheOwner,
	/// One link serves a limited number.
	#[error("this link serves as many mailboxes as it may")]
	#[codec(index = 1)]
	TooMany,
	/// Nothing can be sealed to it.
	#[error("the mailbox is no usable key")]
	#[codec(index = 2)]
	BadMailbox,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, thiserror::Error)]
pub enum CloseReason {
	/// The host ends.
	#[error("the host shuts down")]
	#[codec(index = 0)]
	ShuttingDown,
	/// No version in common.
	#[error("module and host have no version of the link in common; update the older one")]
	#[codec(index = 1)]
	Version,
	/// Bytes that are no message, or none that is due.
	#[error("the other side does not speak this protocol")]
	#[codec(index = 2)]
	Malformed,
	/// Nothing was read for too long.
	#[error("the other side reads too slowly")]
	#[codec(index = 3)]
	SlowReader,
	/// Nothing was heard for too long.
	#[error("the other side fell silent")]
	#[codec(index = 4)]
	Silent,
	/// As many connections as the host serves.
	#[error("the host serves as many links as it may")]
	#[codec(index = 5)]
	TooMany,
}

/// From module to host.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ToHost {
	/// The first message.
	#[codec(index = 0)]
	Hello {
		/// `tea/link`.
		magic: [u8; 8],
		/// Oldest version that the module speaks.
		oldest: u16,
		/// Newest version that the module speaks.
		newest: u16,
	},
	/// Nothing to say, but alive.
	#[codec(index = 1)]
	KeepAlive,
	/// Asks for the letters of a mailbox.
	#[codec(index = 2)]
	Attach {
		/// Request.
		id: u32,
		/// The mailbox.
		mailbox: Mailbox,
	},
	/// Opens the challenge of [`FromHost::Challenge`].
	#[codec(index = 3)]
	Prove {
		/// Request, the same as of [`ToHost::Attach`].
		id: u32,
		/// What was sealed.
		answer: [u8; 32],
	},
	/// Gives a mailbox up.
	#[codec(index = 4)]
	Detach {
		/// The mailbox.
		mailbox: Mailbox,
	},
	/// Sends a letter.
	#[codec(index = 5)]
	Send {
		/// Request.
		id: u32,
		/// To whom.
		to: Mailbox,
		/// What.
		sealed: Vec<u8>,
	},
	/// Answers a ping.
	#[codec(index = 6)]
	Pong {
		/// The ping.
		ping: u64,
		/// The answer.
		pong: SignedPong,
	},
}

/// From host to module.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum FromHost {
	/// The answer to a greeting.
	#[codec(index = 0)]
	Hello {
		/// The version that is spoken from now on.
		version: u16,
		/// Who the host says it is.
		info: HostInfo,
	},
	/// Nothing to say, but alive.
	#[codec(index = 1)]
	KeepAlive,
	/// A challenge sealed to the mailbox that is to be attached.
	#[codec(index = 2)]
	Challenge {
		/// Request.
		id: u32,
		/// Sealed bytes.
		sealed: Vec<u8>,
	},
	/// How an attachment ended.
	#[codec(index = 3)]
	Attached {
		/// Request.
		id: u32,
		/// Its result.
		result: Result<(), AttachError>,
	},
	/// How sending ended. Success means that a host has put the letter into the queue of the mailbox.
	#[codec(index = 4)]
	Sent {
		/// Request.
		id: u32,
		/// Its result.
		result: Result<(), SendError>,
	},
	/// A letter.
	#[codec(index = 5)]
	Letter {
		/// For which mailbox.
		mailbox: Mailbox,
		/// What.
		sealed: Vec<u8>,
	},
	/// Somebody asks whether the module lives.
	#[codec(index = 6)]
	Ping {
		/// Which module.
		mailbox: Mailbox,
		/// Name of the ping.
		ping: u64,
		/// What to sign.
		challenge: [u8; 32],
	},
	/// Another link attached this mailbox.
	#[codec(index = 7)]
	Taken {
		/// The mailbox.
		mailbox: Mailbox,
	},
	/// The connection ends.
	#[codec(index = 8)]
	Goodbye {
		/// Why.
		reason: CloseReason,
	},
}

/// A message as a frame.
pub(crate) fn to_frame(message: &impl Encode) -> Vec<u8> {
	let len = message.encoded_size();
	let mut frame = Vec::with_capacity(4 + len);
	frame.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
	message.encode_to(&mut frame);
	frame
}

/// A message and nothing behind it.
pub(crate) fn from_frame<M: Decode>(frame: &[u8]) -> Option<M> {
	M::decode_all(&mut &*frame).ok()
}

#[cfg(test)]
mod tests;

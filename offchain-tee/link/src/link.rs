//! The host link as a module sees it.

use std::sync::Arc;

use async_trait::async_trait;
use tea_envelope::TransportSecret;
use tokio::sync::watch;

use crate::{HostInfo, LinkStats, Mailbox, SendError, SignedPong};

pub use crate::wire::AttachError;

/// Names a ping of this link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PingId(pub(crate) u64);

/// What comes from the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
	/// A letter. It is whatever the host says it is: open and verify it.
	Letter {
		/// For which mailbox.
		mailbox: Mailbox,
		/// The sealed bytes.
		sealed: Vec<u8>,
	},
	/// Somebody asks whether the module lives; answer with [`HostLink::pong`].
	Ping {
		/// Which module.
		mailbox: Mailbox,
		/// Name of the ping.
		ping: PingId,
		/// What to sign.
		challenge: [u8; 32],
	},
}

/// Whether the link is up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
	/// The host is there.
	Up(HostInfo),
	/// It is not, and why; the link tries again for ever.
	Down(String),
}

/// Why a mailbox was not attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
	/// The host refused.
	#[error("the host does not serve this mailbox: {0}")]
	Refused(#[from] AttachError),
	/// The link was closed.
	#[error("the host link was closed")]
	Closed,
}

/// The way between a module and its host. What carries it may change, what it promises does not: the host may drop,
/// delay, repeat, reorder and invent, so nothing counts as delivered before its receiver has answered.
#[async_trait]
pub trait HostLink: Send + Sync {
	/// Asks for the letters and pings of the mailbox with this key, from now on and after each reconnect. While the host
	/// is away it returns at once and attaches later.
	async fn attach(&self, secret: Arc<TransportSecret>) -> Result<Mailbox, LinkError>;

	/// Gives a mailbox up.
	async fn detach(&self, mailbox: Mailbox);

	/// Sends a sealed letter. Success means that a host says it lies in the queue of the mailbox.
	async fn send(&self, to: Mailbox, sealed: Vec<u8>) -> Result<(), SendError>;

	/// Waits for what comes next, through all reconnects. May be cancelled. One task calls it.
	async fn next(&self) -> Incoming;

	/// Answers a ping.
	async fn pong(&self, ping: PingId, pong: SignedPong) -> Result<(), SendError>;

	/// What the host says about itself; nothing while it is away.
	fn host_info(&self) -> Option<HostInfo> {
		match &*self.state().borrow() {
			LinkState::Up(info) => Some(info.clone()),
			LinkState::Down(_) => None,
		}
	}

	/// Whether the link is up.
	fn state(&self) -> watch::Receiver<LinkState>;

	/// What happened since the start.
	fn stats(&self) -> LinkStats;
}

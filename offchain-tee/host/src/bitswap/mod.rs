//! Bitswap 1.2 as a protocol of litep2p: blocks for other hosts, and blocks from them.
//!
//! The library brings a bitswap of its own. It answers cancels with blocks, keeps one stream a peer and loses the others,
//! and lets one stalled reader stop everybody (ADR 0017). Here each stream has a task, each peer a bounded queue, and what
//! nobody asked for is not read.

mod hub;
mod queue;
mod stream;
mod task;
mod wire;

use std::sync::Arc;

use litep2p::{PeerId, protocol::UserProtocol, types::multiaddr::Multiaddr};
use tea_ipfs::cid::Cid;
use tokio::sync::mpsc;

use crate::{ipfs::store::Store, metrics::Metrics};
pub use hub::Event;
use hub::Hub;
pub use queue::Counts;
pub use wire::Kind;
use wire::Want;

/// Name of the protocol.
pub const PROTOCOL: &str = "/ipfs/bitswap/1.2.0";

enum Command {
	Want {
		peer: PeerId,
		addresses: Vec<Multiaddr>,
		wants: Vec<Want>,
	},
}

/// Makes the protocol, and what to call it by. Blocks for others come from the store.
pub fn new(store: Arc<Store>, metrics: Arc<Metrics>) -> (Box<dyn UserProtocol>, Bitswap) {
	let (commands, orders) = mpsc::unbounded_channel();
	let hub = Arc::new(Hub::default());
	let protocol = task::Protocol::new(orders, hub.clone(), store, metrics);
	(Box::new(protocol), Bitswap { commands, hub })
}

/// Blocks from other hosts.
#[derive(Clone)]
pub struct Bitswap {
	/// Not bounded: a session has a few wants at a time, and sessions are bounded.
	commands: mpsc::UnboundedSender<Command>,
	hub: Arc<Hub>,
}

impl Bitswap {
	/// Begins to want something.
	pub fn session(&self) -> Session {
		let (id, events) = self.hub.register();
		Session {
			bitswap: self.clone(),
			id,
			events,
		}
	}

	/// The hosts that are connected.
	pub fn peers(&self) -> Vec<PeerId> {
		self.hub.peers()
	}
}

/// Somebody who wants blocks. When it is dropped, nothing is wanted any more.
pub struct Session {
	bitswap: Bitswap,
	id: u64,
	events: mpsc::Receiver<Event>,
}

impl Session {
	/// Asks a host for blocks; connects to it if need be.
	pub fn want(&self, peer: PeerId, addresses: &[Multiaddr], kind: Kind, cids: &[Cid]) {
		let hub = &self.bitswap.hub;
		for cid in cids {
			hub.want(self.id, cid);
		}
		hub.ask(peer);
		self.send(peer, addresses, kind, cids, false);
	}

	/// Tells a host that it need not send these blocks.
	pub fn cancel(&self, peer: PeerId, cids: &[Cid]) {
		self.send(peer, &[], Kind::Block, cids, true);
	}

	fn send(&self, peer: PeerId, addresses: &[Multiaddr], kind: Kind, cids: &[Cid], cancel: bool) {
		let want = |cid: &Cid| Want {
			cid: *cid,
			kind,
			cancel,
			say_absent: !cancel,
		};
		// When the network has ended, wants run into their deadlines.
		let _ = self.bitswap.commands.send(Command::Want {
			peer,
			addresses: addresses.to_vec(),
			wants: cids.iter().map(want).collect(),
		});
	}

	/// What happens next.
	pub async fn next(&mut self) -> Option<Event> {
		self.events.recv().await
	}
}

impl Drop for Session {
	fn drop(&mut self) {
		self.bitswap.hub.unregister(self.id);
	}
}

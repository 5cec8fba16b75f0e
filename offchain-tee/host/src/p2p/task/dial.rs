//! Bootnodes, and hosts that somebody asks for by their address.

use std::{collections::HashMap, time::Duration};

use litep2p::{PeerId, types::multiaddr::Multiaddr};
use tokio::{sync::oneshot, time::Instant};
use tracing::{debug, info};

use super::{MAX_PENDING, Task};
use crate::{config::peer_of, p2p::ConnectError};

/// Pauses between tries to reach a bootnode.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

pub(super) struct Bootnode {
	peer: PeerId,
	address: Multiaddr,
	next: Instant,
	pause: Duration,
}

pub(super) fn bootnodes(addresses: &[Multiaddr], own: PeerId) -> Vec<Bootnode> {
	let bootnode = |address: &Multiaddr| {
		let peer = peer_of(address).filter(|peer| *peer != own)?;
		Some(Bootnode {
			peer,
			address: address.clone(),
			next: Instant::now(),
			pause: RETRY.0,
		})
	};
	addresses.iter().filter_map(bootnode).collect()
}

type Answer = oneshot::Sender<Result<(), ConnectError>>;

/// Those who wait for a connection.
#[derive(Default)]
pub(super) struct Dials(HashMap<PeerId, Vec<Answer>>);

impl Dials {
	fn settle(&mut self, peer: PeerId, result: Result<(), ConnectError>) {
		for waiting in self.0.remove(&peer).into_iter().flatten() {
			// Who asked may have given up.
			let _ = waiting.send(result);
		}
	}

	/// An address was not reached.
	pub(super) fn failed(&mut self, address: &Multiaddr) {
		if let Some(peer) = peer_of(address) {
			self.settle(peer, Err(ConnectError::Unreachable));
		}
	}

	/// Forgets who has given up.
	pub(super) fn sweep(&mut self) {
		self.0.retain(|_, waiting| {
			waiting.retain(|waiting| !waiting.is_closed());
			!waiting.is_empty()
		});
	}
}

impl Task {
	/// A host is connected.
	pub(super) fn reached(&mut self, peer: PeerId) {
		self.dials.settle(peer, Ok(()));
		if let Some(bootnode) = self.bootnodes.iter_mut().find(|node| node.peer == peer) {
			info!(%peer, "bootnode reached");
			bootnode.pause = RETRY.0;
		}
	}

	/// Connects to a host.
	pub(super) async fn connect(&mut self, address: Multiaddr, answer: Answer) {
		let Some(peer) = peer_of(&address) else {
			let _ = answer.send(Err(ConnectError::NoPeer));
			return;
		};
		if self.peers.contains_key(&peer) {
			let _ = answer.send(Ok(()));
			return;
		}
		if peer == self.node.peer_id() || self.dials.0.len() >= MAX_PENDING {
			let _ = answer.send(Err(ConnectError::Unreachable));
			return;
		}
		self.dials.0.entry(peer).or_default().push(answer);
		if let Err(error) = self.node.litep2p.dial_address(address).await {
			debug!(%peer, %error, "a host is not dialled");
			self.dials.settle(peer, Err(ConnectError::Unreachable));
		}
	}

	/// Looks for bootnodes that are not connected, for ever.
	pub(super) async fn dial(&mut self) {
		let now = Instant::now();
		for bootnode in &mut self.bootnodes {
			if bootnode.next > now || self.peers.contains_key(&bootnode.peer) {
				continue;
			}
			bootnode.next = now + bootnode.pause;
			bootnode.pause = (bootnode.pause * 2).min(RETRY.1);
			let address = bootnode.address.clone();
			let hint = (bootnode.peer, vec![address.clone()]);
			let _ = self.node.kademlia.try_add_known_peer(hint.0, hint.1);
			if let Err(error) = self.node.litep2p.dial_address(address).await {
				debug!(peer = %bootnode.peer, %error, "a bootnode is not dialled");
			}
		}
	}
}

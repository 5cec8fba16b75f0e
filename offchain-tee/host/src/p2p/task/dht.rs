//! Who has what: mailboxes, and roots of content.

use std::{collections::HashSet, time::Duration};

use litep2p::{
	protocol::libp2p::{
		identify::IdentifyEvent,
		kademlia::{KademliaEvent, Quorum, RecordKey},
	},
	types::{
		multiaddr::{Multiaddr, Protocol},
		multihash::{Code, MultihashDigest},
	},
};
use tea_ipfs::cid::Cid;
use tea_link::Mailbox;
use tokio::{sync::oneshot, time::Instant};

use super::{MAX_PENDING, Task};
use crate::p2p::{Provider, kademlia_name};

/// What the key of a mailbox in the DHT begins with: who reads keys there does not read mailboxes.
const DOMAIN: &[u8] = b"tea/mailbox/v1";
/// Hosts that are tried for one mailbox or root, and addresses of each.
const MAX_PROVIDERS: usize = 20;
const MAX_ADDRESSES: usize = 4;
/// Roots that are told again at once when somebody connects.
const MAX_AGAIN: usize = 1024;
/// How often everything is told again.
pub(super) const ANNOUNCE: Duration = Duration::from_secs(300);

pub(crate) fn key_of(mailbox: &Mailbox) -> RecordKey {
	Code::Sha2_256.digest(&[DOMAIN, &mailbox.0].concat()).into()
}

/// The key of content, as IPFS has it: the hash of the root.
pub(crate) fn key_of_root(root: &Cid) -> RecordKey {
	(*root.hash()).into()
}

impl Task {
	pub(super) fn dht(&mut self, event: KademliaEvent) {
		match event {
			KademliaEvent::GetProvidersSuccess {
				query_id,
				providers,
				..
			} => {
				let Some(waiting) = self.queries.remove(&query_id) else {
					return;
				};
				let own = self.node.peer_id();
				let providers: Vec<_> = providers
					.into_iter()
					.filter(|provider| provider.peer != own)
					.take(MAX_PROVIDERS)
					.map(|provider| Provider {
						peer: provider.peer,
						addresses: usable(provider.addresses),
					})
					.collect();
				for provider in &providers {
					self.node
						.litep2p
						.add_known_address(provider.peer, provider.addresses.clone().into_iter());
				}
				let _ = waiting.send(providers);
			}
			KademliaEvent::QueryFailed { query_id } => {
				// Dropping it answers with nobody.
				self.queries.remove(&query_id);
			}
			_ => (),
		}
	}

	pub(super) fn identified(&mut self, event: IdentifyEvent) {
		let IdentifyEvent::PeerIdentified {
			peer,
			supported_protocols,
			listen_addresses,
			..
		} = event;
		let name = kademlia_name(self.node.config.genesis);
		if supported_protocols.contains(&name) {
			// A full queue loses a hint, no more.
			let _ = self
				.node
				.kademlia
				.try_add_known_peer(peer, usable(listen_addresses));
		}
	}

	/// Asks the network who has something.
	pub(super) async fn find(&mut self, key: RecordKey, answer: oneshot::Sender<Vec<Provider>>) {
		self.queries.retain(|_, waiting| !waiting.is_closed());
		if self.queries.len() < MAX_PENDING {
			let query = self.node.kademlia.get_providers(key).await;
			self.queries.insert(query, answer);
		}
	}

	/// Tells the network which mailboxes and roots are here: what changed at once, everything from time to time.
	pub(super) async fn announce(&mut self) {
		let mailboxes = self.mailboxes.list();
		let count = |number| i64::try_from(number).unwrap_or(i64::MAX);
		self.metrics.mailboxes.set(count(mailboxes.len()));
		let mailboxes: HashSet<_> = mailboxes.iter().map(key_of).collect();
		let roots = self.roots.iter().map(key_of_root);
		let here: HashSet<_> = mailboxes.iter().cloned().chain(roots).collect();
		for gone in self.provided.difference(&here) {
			self.node.kademlia.stop_providing(gone.clone()).await;
		}
		let now = Instant::now();
		let all = self.announce_at <= now;
		if all {
			self.announce_at = now + ANNOUNCE;
		}
		for key in &here {
			// The library tells everything again by itself; doing so at once for thousands of roots would be a flood.
			let again = all && (mailboxes.contains(key) || self.roots.len() <= MAX_AGAIN);
			if again || !self.provided.contains(key) {
				self.node
					.kademlia
					.start_providing(key.clone(), Quorum::One)
					.await;
			}
		}
		self.provided = here;
	}
}

/// Addresses that this node could dial; others may claim any.
fn usable(addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
	addresses
		.into_iter()
		.filter(|address| {
			let mut parts = address.iter();
			matches!(
				(parts.next(), parts.next()),
				(
					Some(Protocol::Ip4(_) | Protocol::Ip6(_)),
					Some(Protocol::Tcp(_))
				)
			) && matches!(
				(parts.next(), parts.next()),
				(None, None) | (Some(Protocol::P2p(_)), None)
			)
		})
		.take(MAX_ADDRESSES)
		.collect()
}

#[cfg(test)]
mod tests {
	use litep2p::PeerId;

	use super::*;

	#[test]
	fn key_of_a_mailbox_is_frozen() {
		use sha2::{Digest, Sha256};
		let digest = Sha256::new()
			.chain_update(b"tea/mailbox/v1")
			.chain_update([1; 32])
			.finalize();
		let expected = [&[0x12, 0x20][..], &digest].concat();
		assert_eq!(key_of(&Mailbox([1; 32])).to_vec(), expected);
	}

	#[test]
	fn only_what_can_be_dialled_is_kept() {
		let peer = PeerId::random();
		let text = [
			"/ip4/127.0.0.1/tcp/1".to_owned(),
			format!("/ip6/::1/tcp/1/p2p/{peer}"),
			"/ip4/127.0.0.1/udp/1/quic-v1".to_owned(),
			"/ip4/127.0.0.1/tcp/1/ws".to_owned(),
			"/dns/example.org/tcp/1".to_owned(),
			"/ip4/127.0.0.1".to_owned(),
		];
		let addresses: Vec<Multiaddr> = text.iter().map(|text| text.parse().unwrap()).collect();
		assert_eq!(usable(addresses.clone()), addresses[..2]);
		assert_eq!(usable(vec![addresses[0].clone(); 9]).len(), MAX_ADDRESSES);
	}
}

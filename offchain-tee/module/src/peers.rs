//! The active modules that this process knows (F-20): Active on chain, and heard of lately in letters that they signed.

use std::collections::BTreeMap;

use serde::Serialize;
use tea_primitives::{
	ids::{BootSeq, ModuleId},
	module::Certificate,
};

/// Blocks after which a module that was not heard of counts as silent.
const LATELY: u32 = 600;

/// An Active module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Peer {
	/// The module.
	pub module: u32,
	/// Its boot.
	pub boot_seq: BootSeq,
	/// First block in which its certificate is no longer valid.
	pub until: u32,
	/// Block in which a letter that it signed came in last.
	pub heard: Option<u32>,
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Peers(BTreeMap<ModuleId, Peer>);

impl Peers {
	/// The chain certifies a module.
	pub fn certified(&mut self, certificate: &Certificate<u32>) {
		let boot_seq = certificate.boot_seq;
		let peer = self.0.entry(certificate.module).or_insert_with(|| Peer {
			module: certificate.module.0,
			boot_seq,
			until: certificate.until,
			heard: None,
		});
		if peer.boot_seq != boot_seq {
			peer.heard = None;
		}
		peer.boot_seq = boot_seq;
		peer.until = certificate.until;
	}

	/// The chain says that a module is Active no more.
	pub fn gone(&mut self, module: ModuleId) {
		self.0.remove(&module);
	}

	/// A letter that this boot of a module signed came in.
	pub fn heard(&mut self, module: ModuleId, boot_seq: BootSeq, now: u32) {
		if let Some(peer) = self.0.get_mut(&module)
			&& peer.boot_seq == boot_seq
		{
			peer.heard = Some(now);
		}
	}

	/// Forgets certificates that ran out.
	pub fn tick(&mut self, now: u32) {
		self.0.retain(|_, peer| now < peer.until);
	}

	/// All that are Active.
	pub fn list(&self) -> Vec<Peer> {
		self.0.values().cloned().collect()
	}

	/// Those that were heard of lately.
	pub fn answering(&self, now: u32) -> usize {
		self.0
			.values()
			.filter(|peer| peer.heard.is_some_and(|at| now < at.saturating_add(LATELY)))
			.count()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_primitives::{HardwareClass, ids::ReleaseId, module::BootKeys};

	fn certificate(module: u32, boot_seq: u32, until: u32) -> Certificate<u32> {
		Certificate {
			module: ModuleId(module),
			boot_seq,
			round: 1,
			keys: BootKeys {
				session: [1; 32],
				vrf: [2; 32],
				transport: [3; 32],
			},
			class: HardwareClass::Dev,
			release: ReleaseId(1),
			since: 1,
			until,
		}
	}

	#[test]
	fn list_follows_the_chain() {
		let mut peers = Peers::default();
		peers.certified(&certificate(1, 1, 100));
		peers.certified(&certificate(2, 1, 200));
		peers.tick(99);
		assert_eq!(peers.list().len(), 2);
		peers.tick(100);
		assert_eq!(peers.list().len(), 1, "a lapsed certificate is none");
		peers.gone(ModuleId(2));
		assert!(peers.list().is_empty());
	}

	#[test]
	fn only_the_present_boot_is_heard() {
		let mut peers = Peers::default();
		peers.certified(&certificate(1, 2, 2000));
		peers.heard(ModuleId(1), 1, 10);
		peers.heard(ModuleId(9), 2, 10);
		assert_eq!(peers.answering(10), 0);
		peers.heard(ModuleId(1), 2, 10);
		assert_eq!(peers.answering(10), 1);
		assert_eq!(peers.answering(10 + LATELY), 0, "that was long ago");
		peers.certified(&certificate(1, 3, 2000));
		assert_eq!(peers.answering(11), 0, "a new boot has to be heard itself");
	}
}

//! The keys that this module holds: in locked memory, wiped when they go, never written, never shown.

use std::{
	collections::BTreeMap,
	sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use tea_envelope::{DeploymentKey, K1, Keys};
use tea_primitives::deployment::{Cid, Content, DeploymentId};
use tea_tpm::Hash;

use crate::harden::{HardenError, lock_bytes};

/// Context of signatures that others verify as they verify those of accounts.
const CONTEXT: &[u8] = b"substrate";

/// The keys of one deployment.
pub struct Held {
	keys: Keys,
	/// Public half of the deployment key.
	pub public: [u8; 32],
	/// Of which seed they are.
	pub seed: u32,
	/// The content that they open.
	pub content: Content,
}

impl std::fmt::Debug for Held {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Held(seed {})", self.seed)
	}
}

/// The pair of a deployment key. Its private half wipes itself.
fn pair(key: &DeploymentKey) -> Option<Keypair> {
	let mini = MiniSecretKey::from_bytes(key.expose()).ok()?;
	Some(mini.expand_to_keypair(ExpansionMode::Ed25519))
}

/// Public half of a deployment key.
pub fn public_of(key: &DeploymentKey) -> Option<[u8; 32]> {
	pair(key).map(|pair| pair.public.to_bytes())
}

impl Held {
	/// Takes both keys into locked memory; nothing without a deployment key.
	pub fn new(keys: Keys, seed: u32, content: Content) -> Result<Option<Self>, HardenError> {
		let Some(public) = keys.deployment.as_ref().and_then(public_of) else {
			return Ok(None);
		};
		lock_bytes(keys.k1.expose())?;
		if let Some(key) = &keys.deployment {
			lock_bytes(key.expose())?;
		}
		Ok(Some(Self {
			keys,
			public,
			seed,
			content,
		}))
	}

	/// Both keys.
	pub const fn keys(&self) -> &Keys {
		&self.keys
	}

	/// The key of the content.
	pub const fn k1(&self) -> &K1 {
		&self.keys.k1
	}

	/// Signs with the deployment key.
	pub fn sign(&self, payload: &[u8]) -> Option<[u8; 64]> {
		let pair = self.keys.deployment.as_ref().and_then(pair)?;
		Some(pair.sign_simple(CONTEXT, payload).to_bytes())
	}
}

/// Where a pin of this module stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
	/// The owner has link 0 and has not registered it yet. Wiped when this block is final.
	Offered {
		/// The block.
		until: u32,
	},
	/// The link is on its way to the chain.
	Confirming,
	/// The chain has the pin.
	Pinned {
		/// Hash of the link.
		link: Hash,
	},
}

struct Entry {
	held: Arc<Held>,
	standing: Standing,
}

/// All keys that this module holds. Clones are the same vault.
#[derive(Clone, Default)]
pub struct Vault(Arc<RwLock<BTreeMap<DeploymentId, Entry>>>);

impl Vault {
	// A lock is poisoned only by a panic while it is held, and nothing here panics there.

	fn read(&self) -> RwLockReadGuard<'_, BTreeMap<DeploymentId, Entry>> {
		self.0
			.read()
			.unwrap_or_else(std::sync::PoisonError::into_inner)
	}

	fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<DeploymentId, Entry>> {
		self.0
			.write()
			.unwrap_or_else(std::sync::PoisonError::into_inner)
	}

	/// Takes keys in. Those of before are wiped.
	pub fn put(&self, deployment: DeploymentId, held: Held, standing: Standing) {
		let held = Arc::new(held);
		self.write().insert(deployment, Entry { held, standing });
	}

	/// The keys of a deployment, wherever its pin stands.
	pub fn get(&self, deployment: &DeploymentId) -> Option<(Arc<Held>, Standing)> {
		let entries = self.read();
		let entry = entries.get(deployment)?;
		Some((entry.held.clone(), entry.standing))
	}

	/// The keys of a deployment whose pin the chain has.
	pub fn pinned(&self, deployment: &DeploymentId) -> Option<Arc<Held>> {
		match self.get(deployment)? {
			(held, Standing::Pinned { .. }) => Some(held),
			_ => None,
		}
	}

	/// Notes where a pin stands.
	pub fn stands(&self, deployment: &DeploymentId, standing: Standing) {
		if let Some(entry) = self.write().get_mut(deployment) {
			entry.standing = standing;
		}
	}

	/// Whether a key here opens this content.
	pub fn needs(&self, cid: &Cid) -> bool {
		self.read()
			.values()
			.any(|entry| entry.held.content.cid == *cid)
	}

	/// Wipes the keys of a deployment; tells whether there were any. A hand-over that has begun ends first.
	pub fn wipe(&self, deployment: &DeploymentId) -> Option<Content> {
		self.write()
			.remove(deployment)
			.map(|entry| entry.held.content)
	}

	/// Wipes everything, and names what the chain has as pinned.
	pub fn wipe_all(&self) -> Vec<DeploymentId> {
		std::mem::take(&mut *self.write())
			.into_iter()
			.filter(|(_, entry)| matches!(entry.standing, Standing::Pinned { .. }))
			.map(|(deployment, _)| deployment)
			.collect()
	}

	/// What is held, and where it stands.
	pub fn list(&self) -> Vec<(DeploymentId, Standing)> {
		self.read()
			.iter()
			.map(|(deployment, entry)| (*deployment, entry.standing))
			.collect()
	}

	/// How many keys are held, and the bytes of their contents.
	pub fn load(&self) -> (usize, u64) {
		let entries = self.read();
		let bytes = entries
			.values()
			.map(|entry| entry.held.content.size)
			.fold(0u64, u64::saturating_add);
		(entries.len(), bytes)
	}

	/// How many pins the chain has.
	pub fn count_pinned(&self) -> usize {
		self.read()
			.values()
			.filter(|entry| matches!(entry.standing, Standing::Pinned { .. }))
			.count()
	}
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;

	pub(crate) fn held(seed: u32) -> Held {
		let keys = Keys {
			k1: K1::take(&mut [1; 32]),
			deployment: Some(DeploymentKey::take(&mut [2; 32])),
		};
		let content = Content {
			cid: Cid::new(Cid::RAW, [1; 32]),
			ciphertext_hash: [2; 32],
			commitment: [3; 32],
			size: 10,
		};
		Held::new(keys, seed, content).unwrap().unwrap()
	}

	#[test]
	fn deployment_key_signs_for_its_public_half() {
		let held = held(0);
		let signature = held.sign(b"payload").unwrap();
		assert!(tea_link::verify(&signature, b"payload", &held.public));
		assert!(!tea_link::verify(&signature, b"other", &held.public));
	}

	#[test]
	fn key_without_deployment_key_is_not_held() {
		let keys = Keys {
			k1: K1::take(&mut [1; 32]),
			deployment: None,
		};
		assert!(Held::new(keys, 0, held(0).content).unwrap().is_none());
	}

	#[test]
	fn nothing_of_a_key_is_shown() {
		assert_eq!(format!("{:?}", held(3)), "Held(seed 3)");
	}

	#[test]
	fn only_what_the_chain_has_is_pinned() {
		let vault = Vault::default();
		let (one, two) = (DeploymentId([1; 32]), DeploymentId([2; 32]));
		vault.put(one, held(0), Standing::Offered { until: 9 });
		vault.put(two, held(0), Standing::Confirming);
		assert!(vault.pinned(&one).is_none() && vault.pinned(&two).is_none());
		assert_eq!(vault.load(), (2, 20));
		assert!(vault.needs(&held(0).content.cid));
		assert_eq!(vault.count_pinned(), 0);
		let pinned = Standing::Pinned { link: [7; 32] };
		vault.stands(&one, pinned);
		assert!(vault.pinned(&one).is_some());
		assert_eq!(vault.count_pinned(), 1);
		assert_eq!(vault.list(), [(one, pinned), (two, Standing::Confirming)]);
	}

	#[test]
	fn wiped_keys_are_gone() {
		let vault = Vault::default();
		let (one, two) = (DeploymentId([1; 32]), DeploymentId([2; 32]));
		vault.put(one, held(0), Standing::Pinned { link: [7; 32] });
		vault.put(two, held(0), Standing::Confirming);
		let watched = Arc::downgrade(&vault.get(&one).unwrap().0);
		assert_eq!(vault.wipe_all(), [one]);
		// Nobody else has it, so it was dropped, and dropping wipes.
		assert!(watched.upgrade().is_none());
		assert_eq!(vault.load(), (0, 0));
		assert!(!vault.needs(&held(0).content.cid));
		assert_eq!(vault.wipe(&one), None);
	}
}

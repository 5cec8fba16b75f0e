//! The keys of own deployments, and how far each deployment is: one file each, which only its owner may read.
//!
//! A file is written before anything is stored or told to anybody, so that a repetition after an interruption goes on
//! with the same key.

use std::{
	fs::{self, DirBuilder, File},
	io::Write,
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
};

use codec::{Decode, DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tea_chain::{AccountId, types::Registration};
use tea_envelope::K1;
use tea_module::pins::protocol::Offer;
use tea_primitives::deployment::{Content, DeploymentId};
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind, Result};

/// A secret in a file.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Secret(String);

impl Drop for Secret {
	fn drop(&mut self) {
		zeroize::Zeroize::zeroize(&mut self.0);
	}
}

/// What a file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Page {
	version: u32,
	genesis: String,
	owner: String,
	name: String,
	/// What was asked for: the same file under the same settings.
	fingerprint: String,
	k1: Option<Secret>,
	content: Option<String>,
	registration: Option<String>,
	offer: Option<String>,
	deployment: Option<String>,
	registered: Option<u32>,
}

/// A deployment of one's own.
pub(crate) struct Entry {
	/// Genesis hash of its chain.
	pub(crate) genesis: [u8; 32],
	/// Its owner.
	pub(crate) owner: AccountId,
	/// For people.
	pub(crate) name: String,
	/// What was asked for.
	pub(crate) fingerprint: [u8; 32],
	/// The key; none of a public one, and none that was forgotten.
	pub(crate) k1: Option<K1>,
	/// What was stored.
	pub(crate) content: Option<Content>,
	/// What will be, or was, registered.
	pub(crate) registration: Option<Registration>,
	/// What the initial pinner has offered.
	pub(crate) offer: Option<Offer>,
	/// The block of the registration.
	pub(crate) registered: Option<u32>,
}

impl Entry {
	/// Its id, once a pinner has made one.
	pub(crate) fn deployment(&self) -> Option<DeploymentId> {
		self.offer.as_ref().map(|offer| offer.deployment)
	}
}

/// A copy of a key, for whoever takes it over.
pub(crate) fn copy_of(k1: &K1) -> K1 {
	let mut bytes = Zeroizing::new(*k1.expose());
	K1::take(&mut bytes)
}

/// The folder.
pub(crate) struct Keystore(PathBuf);

fn damaged(path: &Path) -> Failure {
	Failure::input(
		format!("the key file {} is damaged", path.display()),
		"take it out of the folder; without it nobody can decrypt that deployment",
	)
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
	Failure::new(
		Kind::Output,
		format!(
			"the folder of keys {} cannot be used ({error})",
			path.display()
		),
		"name another one with --keys",
	)
}

fn encoded<T: Encode>(value: &Option<T>) -> Option<String> {
	value.as_ref().map(|value| hex::encode(value.encode()))
}

fn decoded<T: Decode>(text: &Option<String>) -> Option<Option<T>> {
	match text {
		None => Some(None),
		Some(text) => {
			let bytes = hex::decode(text).ok()?;
			T::decode_all(&mut &bytes[..]).ok().map(Some)
		}
	}
}

fn array(text: &str) -> Option<[u8; 32]> {
	hex::decode(text).ok()?.try_into().ok()
}

impl Page {
	fn of(entry: &Entry) -> Self {
		Self {
			version: 1,
			genesis: hex::encode(entry.genesis),
			owner: entry.owner.to_string(),
			name: entry.name.clone(),
			fingerprint: hex::encode(entry.fingerprint),
			k1: entry.k1.as_ref().map(|k1| Secret(hex::encode(k1.expose()))),
			content: encoded(&entry.content),
			registration: encoded(&entry.registration),
			offer: encoded(&entry.offer),
			deployment: entry.deployment().map(|id| hex::encode(id.0)),
			registered: entry.registered,
		}
	}

	fn entry(self) -> Option<Entry> {
		let k1 = match &self.k1 {
			None => None,
			Some(secret) => {
				let mut bytes = Zeroizing::new([0; 32]);
				hex::decode_to_slice(&secret.0, &mut *bytes).ok()?;
				Some(K1::take(&mut bytes))
			}
		};
		Some(Entry {
			genesis: array(&self.genesis)?,
			owner: self.owner.parse().ok()?,
			fingerprint: array(&self.fingerprint)?,
			k1,
			content: decoded(&self.content)?,
			registration: decoded(&self.registration)?,
			offer: decoded(&self.offer)?,
			registered: self.registered,
			name: self.name,
		})
	}
}

impl Keystore {
	/// Opens the folder, and makes it if it is not there.
	pub(crate) fn open(named: Option<&Path>) -> Result<Self> {
		folder(named).map(Self)
	}

	/// Where an entry is.
	pub(crate) fn path_of(&self, entry: &Entry) -> PathBuf {
		self.0
			.join(format!("{}.json", hex::encode(entry.fingerprint)))
	}

	/// Writes an entry; after this it survives a power cut.
	pub(crate) fn write(&self, entry: &Entry) -> Result<PathBuf> {
		let path = self.path_of(entry);
		let text = serde_json::to_string_pretty(&Page::of(entry)).map(Zeroizing::new);
		let written = text.map_err(std::io::Error::other).and_then(|text| {
			// Made with mode 600, and in its place only when it is complete.
			let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
			file.write_all(text.as_bytes())?;
			file.as_file().sync_all()?;
			file.persist(&path).map_err(|error| error.error)?;
			File::open(&self.0)?.sync_all()
		});
		match written {
			Ok(()) => Ok(path),
			Err(error) => Err(unusable(&self.0, &error)),
		}
	}

	fn read(path: &Path) -> Result<Entry> {
		let text = fs::read(path)
			.map(Zeroizing::new)
			.map_err(|error| unusable(path, &error))?;
		serde_json::from_slice::<Page>(&text)
			.ok()
			.filter(|page| page.version == 1)
			.and_then(Page::entry)
			.ok_or_else(|| damaged(path))
	}

	/// The entry of what was asked for before, the latest one if it was deployed several times. `again`: one that is not
	/// finished, or nothing. Beside it, the name under which it is, or a new one would be.
	pub(crate) fn find(&self, asked: &[u8; 32], again: bool) -> Result<([u8; 32], Option<Entry>)> {
		let mut latest = None;
		let mut number = 0u32;
		loop {
			let name = numbered(asked, number);
			let path = self.0.join(format!("{}.json", hex::encode(name)));
			if !path.exists() {
				let is_done = |entry: &Entry| {
					entry.registered.is_some() || (entry.k1.is_none() && entry.offer.is_none())
				};
				return Ok(match latest {
					Some((name, entry)) if !(again && is_done(&entry)) => (name, Some(entry)),
					_ => (name, None),
				});
			}
			latest = Some((name, Self::read(&path)?));
			number = number.saturating_add(1);
		}
	}

	/// The entry of a deployment.
	pub(crate) fn of(&self, genesis: &[u8; 32], deployment: DeploymentId) -> Result<Entry> {
		let failed = |error: std::io::Error| unusable(&self.0, &error);
		for file in fs::read_dir(&self.0).map_err(failed)? {
			let path = file.map_err(failed)?.path();
			if path.extension().is_none_or(|extension| extension != "json") {
				continue;
			}
			// One damaged file does not hide the others.
			if let Ok(entry) = Self::read(&path)
				&& entry.genesis == *genesis
				&& entry.deployment() == Some(deployment)
			{
				return Ok(entry);
			}
		}
		Err(Failure::new(
			Kind::NotFound,
			format!(
				"there is no key of deployment 0x{} in {}",
				hex::encode(deployment.0),
				self.0.display()
			),
			"name the folder where it was deployed from with --keys",
		))
	}
}

/// The name of the n-th time that the same was asked for.
fn numbered(asked: &[u8; 32], number: u32) -> [u8; 32] {
	match number {
		0 => *asked,
		_ => Sha256::new_with_prefix(asked)
			.chain_update(number.to_le_bytes())
			.finalize()
			.into(),
	}
}

/// The folder of keys, made if it is not there. Only its owner may look into it.
pub(crate) fn folder(named: Option<&Path>) -> Result<PathBuf> {
	let path = match named {
		Some(path) => path.to_owned(),
		None => usual().ok_or_else(|| {
			Failure::input(
				"there is no home folder to keep keys in",
				"name one with --keys",
			)
		})?,
	};
	let failed = |error: std::io::Error| unusable(&path, &error);
	DirBuilder::new()
		.recursive(true)
		.mode(0o700)
		.create(&path)
		.map_err(failed)?;
	let mode = fs::metadata(&path).map_err(failed)?.permissions().mode();
	if mode & 0o077 != 0 {
		return Err(Failure::input(
			format!("others may look into the folder of keys {}", path.display()),
			"run `chmod 700` on it",
		));
	}
	Ok(path)
}

/// Where keys are kept if nobody says otherwise.
fn usual() -> Option<PathBuf> {
	let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
	let data = match set("XDG_DATA_HOME") {
		Some(data) => PathBuf::from(data),
		None => PathBuf::from(set("HOME")?).join(".local/share"),
	};
	Some(data.join("tea").join("keys"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_chain::types::{MultiSignature, Seed};
	use tea_primitives::{deployment::Cid, ids::ModuleId};

	fn entry(fill: u8) -> Entry {
		Entry {
			genesis: [1; 32],
			owner: AccountId([2; 32]),
			name: "picture.png".into(),
			fingerprint: [fill; 32],
			k1: Some(K1::take(&mut [fill; 32])),
			content: Some(Content {
				cid: Cid::new(Cid::RAW, [3; 32]),
				ciphertext_hash: [4; 32],
				commitment: [5; 32],
				size: 6,
			}),
			registration: None,
			offer: Some(Offer {
				deployment: DeploymentId([fill; 32]),
				seed: Seed {
					public_key: [1; 32],
					pinner: ModuleId(2),
					boot_seq: 3,
					block: 4,
					sealed_key: [5; 32],
					signature: MultiSignature::Sr25519([6; 64]),
				},
			}),
			registered: Some(9),
		}
	}

	fn store() -> (tempfile::TempDir, Keystore) {
		let dir = tempfile::tempdir().unwrap();
		let store = Keystore::open(Some(&dir.path().join("a/keys"))).unwrap();
		(dir, store)
	}

	#[test]
	fn entry_comes_back_as_it_was_and_nobody_else_may_read_it() {
		let (_dir, store) = store();
		let path = store.write(&entry(7)).unwrap();
		let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
		assert_eq!(mode(&path), 0o600);
		assert_eq!(mode(path.parent().unwrap()), 0o700);
		store.write(&entry(8)).unwrap();
		let found = store.of(&[1; 32], DeploymentId([7; 32])).unwrap();
		assert_eq!(found.k1.unwrap().expose(), &[7; 32]);
		assert_eq!(found.content, entry(7).content);
		assert_eq!(found.offer, entry(7).offer);
		assert_eq!(found.registered, Some(9));
		let (name, again) = store.find(&[8; 32], false).unwrap();
		assert_eq!(name, [8; 32]);
		assert_eq!(again.unwrap().name, "picture.png");
	}

	#[test]
	fn second_deployment_of_the_same_overwrites_no_key() {
		let (_dir, store) = store();
		store.write(&entry(7)).unwrap();
		let (second, found) = store.find(&[7; 32], true).unwrap();
		assert!(found.is_none() && second != [7; 32]);
		let mut unfinished = entry(8);
		unfinished.fingerprint = second;
		unfinished.registered = None;
		store.write(&unfinished).unwrap();
		// An interrupted repetition goes on, with and without the flag.
		for again in [true, false] {
			let (name, found) = store.find(&[7; 32], again).unwrap();
			assert_eq!(name, second);
			assert_eq!(found.unwrap().k1.unwrap().expose(), &[8; 32]);
		}
		let first = store.of(&[1; 32], DeploymentId([7; 32])).unwrap();
		assert_eq!(first.k1.unwrap().expose(), &[7; 32]);
	}

	#[test]
	fn what_is_not_there_is_said() {
		let (_dir, store) = store();
		store.write(&entry(7)).unwrap();
		assert!(store.find(&[9; 32], false).unwrap().1.is_none());
		let foreign = store.of(&[9; 32], DeploymentId([7; 32]));
		assert!(foreign.err().unwrap().next.contains("--keys"));
	}

	#[test]
	fn damaged_file_is_named_and_hides_no_other() {
		let (_dir, store) = store();
		let path = store.write(&entry(7)).unwrap();
		store.write(&entry(8)).unwrap();
		fs::write(&path, "{}").unwrap();
		let failure = store.find(&[7; 32], false).err().unwrap();
		assert!(failure.sentence.contains("damaged"), "{failure}");
		assert!(store.of(&[1; 32], DeploymentId([8; 32])).is_ok());
	}

	#[test]
	fn folder_that_others_may_look_into_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
		let failure = Keystore::open(Some(dir.path())).err().unwrap();
		assert!(failure.next.contains("chmod 700"), "{failure}");
	}

	#[test]
	fn forgotten_key_is_not_in_the_file() {
		let (_dir, store) = store();
		let mut forgotten = entry(7);
		let secret = hex::encode([7; 32]);
		forgotten.fingerprint = [1; 32];
		forgotten.offer = None;
		let path = store.write(&forgotten).unwrap();
		assert!(fs::read_to_string(&path).unwrap().contains(&secret));
		forgotten.k1 = None;
		let path = store.write(&forgotten).unwrap();
		assert!(!fs::read_to_string(&path).unwrap().contains(&secret));
	}
}

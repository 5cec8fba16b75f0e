//! The state directory: peer key, lock, and the chain that was served last.

use std::{
	fs::{self, File, OpenOptions, TryLockError},
	io::{self, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
};

use litep2p::crypto::ed25519::{Keypair, SecretKey};

use crate::exit::HostError;

const KEY: &str = "peer.key";
const GENESIS: &str = "genesis";

/// The directory, held by this process alone.
pub struct State {
	path: PathBuf,
	_lock: File,
}

impl State {
	/// Opens the directory and locks it.
	pub fn open(path: &Path) -> Result<Self, HostError> {
		let failed = |reason: String| HostError::State {
			path: path.to_owned(),
			reason,
		};
		let lock = (|| {
			fs::DirBuilder::new()
				.recursive(true)
				.mode(0o700)
				.create(path)?;
			OpenOptions::new()
				.create(true)
				.truncate(false)
				.write(true)
				.mode(0o600)
				.open(path.join("lock"))
		})()
		.map_err(|error| {
			failed(format!(
				"{error}; make it writable for this user or give another one with --state-dir"
			))
		})?;
		match lock.try_lock() {
			Ok(()) => Ok(Self {
				path: path.to_owned(),
				_lock: lock,
			}),
			Err(TryLockError::WouldBlock) => Err(failed(
				"another host runs with it; stop that one or give another directory with --state-dir"
					.into(),
			)),
			Err(TryLockError::Error(error)) => Err(failed(format!("it cannot be locked: {error}"))),
		}
	}

	/// The key that names this host in the network; made once.
	pub fn peer_key(&self) -> Result<Keypair, HostError> {
		let path = self.path.join(KEY);
		let failed = |reason: String| HostError::State {
			path: path.clone(),
			reason,
		};
		match fs::read(&path) {
			Ok(bytes) => {
				let mode = fs::metadata(&path)
					.map_err(|error| failed(error.to_string()))?
					.permissions()
					.mode();
				if mode & 0o077 != 0 {
					return Err(failed(
						"other users may read this key; run `chmod 600` on it".into(),
					));
				}
				let secret: [u8; 32] = bytes.try_into().map_err(|_| {
					failed(
						"it is no peer key of 32 bytes; restore it, or remove it to get a new name in the network"
							.into(),
					)
				})?;
				SecretKey::try_from_bytes(secret)
					.map(Keypair::from)
					.map_err(|error| failed(error.to_string()))
			}
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				let key = Keypair::generate();
				write(&path, &key.secret().to_bytes())
					.map_err(|error| failed(error.to_string()))?;
				Ok(key)
			}
			Err(error) => Err(failed(error.to_string())),
		}
	}

	/// The chain that was served last.
	pub fn genesis(&self) -> Option<[u8; 32]> {
		let text = fs::read_to_string(self.path.join(GENESIS)).ok()?;
		let mut genesis = [0; 32];
		hex::decode_to_slice(text.trim(), &mut genesis).ok()?;
		Some(genesis)
	}

	/// Keeps the chain for the next start.
	pub fn keep_genesis(&self, genesis: &[u8; 32]) -> Result<(), HostError> {
		let path = self.path.join(GENESIS);
		write(&path, hex::encode(genesis).as_bytes()).map_err(|error| HostError::State {
			path,
			reason: error.to_string(),
		})
	}
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
	let mut name = path.file_name().unwrap_or_default().to_owned();
	name.push(".new");
	let new = path.with_file_name(name);
	let mut file = OpenOptions::new()
		.create(true)
		.truncate(true)
		.write(true)
		.mode(0o600)
		.open(&new)?;
	file.write_all(bytes)?;
	file.sync_all()?;
	fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn key_stays_and_directory_has_one_owner() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("deep/state");
		let state = State::open(&path).unwrap();
		let first = state.peer_key().unwrap().public();
		let mode = fs::metadata(path.join(KEY)).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o600);
		let error = State::open(&path).err().unwrap();
		assert!(error.to_string().contains("another host runs"), "{error}");
		assert_eq!(error.code(), 3);
		drop(state);
		let again = State::open(&path).unwrap().peer_key().unwrap().public();
		assert_eq!(first.to_bytes(), again.to_bytes());
	}

	#[test]
	fn broken_or_readable_key_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let state = State::open(dir.path()).unwrap();
		fs::write(dir.path().join(KEY), b"short").unwrap();
		fs::set_permissions(dir.path().join(KEY), fs::Permissions::from_mode(0o600)).unwrap();
		let refusal = |state: &State| state.peer_key().err().unwrap().to_string();
		assert!(refusal(&state).contains("no peer key of 32 bytes"));
		fs::set_permissions(dir.path().join(KEY), fs::Permissions::from_mode(0o644)).unwrap();
		assert!(refusal(&state).contains("chmod 600"));
	}

	#[test]
	fn file_in_the_way_is_named() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		fs::write(&path, b"").unwrap();
		let error = State::open(&path).err().unwrap();
		assert!(error.to_string().contains("--state-dir"), "{error}");
	}

	#[test]
	fn genesis_is_kept() {
		let dir = tempfile::tempdir().unwrap();
		let state = State::open(dir.path()).unwrap();
		assert_eq!(state.genesis(), None);
		state.keep_genesis(&[7; 32]).unwrap();
		assert_eq!(state.genesis(), Some([7; 32]));
	}
}

//! The state directory: the blob of the attestation key, the event log, the list of kept results, the lock. Nothing in it is secret but the
//! operator's key file, which is of low value.

use std::{
	fs::{self, File, OpenOptions, TryLockError},
	io::{self, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt},
	path::{Path, PathBuf},
};

use codec::{DecodeAll, Encode};
use tea_tpm_device::{EventLog, Identity};

const LOCK: &str = "lock";
const IDENTITY: &str = "identity.bin";
const EVENT_LOG: &str = "event-log.bin";
const RESULTS: &str = "results.bin";
const VERSION: u8 = 1;

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
	/// Reading or writing failed.
	#[error("{path} cannot be used")]
	Io {
		/// File or folder.
		path: PathBuf,
		/// Why.
		source: io::Error,
	},
	/// Somebody else has the lock.
	#[error("{0} is locked: another process of this module runs, and a TPM has one owner")]
	Locked(PathBuf),
	/// The file is damaged.
	#[error("{0} cannot be read: it is damaged or of another version")]
	Damaged(PathBuf),
}

/// The state directory of one module. Whoever has it owns the TPM.
#[derive(Debug)]
pub struct StateDir {
	path: PathBuf,
	// The lock is free again when the file is closed, however the process ends.
	_lock: File,
}

impl StateDir {
	/// Opens the directory, makes it where it is missing, and takes the lock.
	pub fn open(path: &Path) -> Result<Self, StateError> {
		let failed = |source| StateError::Io {
			path: path.to_owned(),
			source,
		};
		fs::DirBuilder::new()
			.recursive(true)
			.mode(0o700)
			.create(path)
			.map_err(failed)?;
		let at = path.join(LOCK);
		let lock = OpenOptions::new()
			.create(true)
			.truncate(false)
			.write(true)
			.mode(0o600)
			.open(&at)
			.map_err(|source| StateError::Io {
				path: at.clone(),
				source,
			})?;
		match lock.try_lock() {
			Ok(()) => Ok(Self {
				path: path.to_owned(),
				_lock: lock,
			}),
			Err(TryLockError::WouldBlock) => Err(StateError::Locked(at)),
			Err(TryLockError::Error(source)) => Err(StateError::Io { path: at, source }),
		}
	}

	/// Where it is.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// The kept attestation key.
	pub fn identity(&self) -> Result<Option<Identity>, StateError> {
		let Some(bytes) = self.read(IDENTITY)? else {
			return Ok(None);
		};
		let damaged = || StateError::Damaged(self.path.join(IDENTITY));
		match bytes.split_first() {
			Some((&VERSION, mut rest)) => Identity::decode_all(&mut rest)
				.map(Some)
				.map_err(|_| damaged()),
			_ => Err(damaged()),
		}
	}

	/// Keeps the attestation key.
	pub fn keep_identity(&self, identity: &Identity) -> Result<(), StateError> {
		self.write(IDENTITY, &(VERSION, identity).encode())
	}

	/// Keeps the event log, for people and for tools: what it says follows from the measurements.
	pub fn keep_log(&self, log: &EventLog) -> Result<(), StateError> {
		self.write(EVENT_LOG, &log.to_bytes())
	}

	/// The list of results that the host keeps for clients.
	pub fn results(&self) -> Result<Option<Vec<u8>>, StateError> {
		self.read(RESULTS)
	}

	/// Keeps that list.
	pub fn keep_results(&self, list: &[u8]) -> Result<(), StateError> {
		self.write(RESULTS, list)
	}

	fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StateError> {
		let path = self.path.join(name);
		match fs::read(&path) {
			Ok(bytes) => Ok(Some(bytes)),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
			Err(source) => Err(StateError::Io { path, source }),
		}
	}

	/// Whole or not at all, also when the power goes.
	fn write(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
		let path = self.path.join(name);
		let draft = self.path.join(format!("{name}.new"));
		let write = || -> io::Result<()> {
			let mut file = OpenOptions::new()
				.create(true)
				.truncate(true)
				.write(true)
				.mode(0o600)
				.open(&draft)?;
			file.write_all(bytes)?;
			file.sync_all()?;
			fs::rename(&draft, &path)?;
			File::open(&self.path)?.sync_all()
		};
		write().map_err(|source| StateError::Io { path, source })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_tpm::EkPublic;
	use tea_tpm_device::Event;

	fn identity() -> Identity {
		Identity {
			ek: EkPublic::P256 {
				x: [1; 32],
				y: [2; 32],
			},
			private: vec![3; 100],
			public: vec![4; 88],
		}
	}

	#[test]
	fn identity_is_kept_for_the_next_process() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("state/of/module");
		{
			let state = StateDir::open(&path).unwrap();
			assert_eq!(state.identity().unwrap(), None);
			state.keep_identity(&identity()).unwrap();
		}
		let state = StateDir::open(&path).unwrap();
		assert_eq!(state.identity().unwrap(), Some(identity()));
	}

	#[test]
	fn second_process_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let first = StateDir::open(dir.path()).unwrap();
		assert!(matches!(
			StateDir::open(dir.path()),
			Err(StateError::Locked(_))
		));
		drop(first);
		assert!(StateDir::open(dir.path()).is_ok());
	}

	#[test]
	fn damaged_identity_is_refused_and_not_made_anew() {
		let dir = tempfile::tempdir().unwrap();
		let state = StateDir::open(dir.path()).unwrap();
		for bytes in [&b""[..], &[9, 1, 2], &[VERSION, 1, 2]] {
			fs::write(dir.path().join(IDENTITY), bytes).unwrap();
			assert!(matches!(state.identity(), Err(StateError::Damaged(_))));
		}
	}

	#[test]
	fn log_is_kept_and_files_are_for_the_owner_only() {
		use std::os::unix::fs::PermissionsExt;
		let dir = tempfile::tempdir().unwrap();
		let state = StateDir::open(dir.path()).unwrap();
		let mut log = EventLog::default();
		log.append(Event::of(11, "executable", b"x")).unwrap();
		state.keep_log(&log).unwrap();
		let path = dir.path().join(EVENT_LOG);
		assert_eq!(
			EventLog::from_bytes(&fs::read(&path).unwrap()).unwrap(),
			log
		);
		let mode = fs::metadata(&path).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o600);
	}

	#[test]
	fn impossible_place_is_named() {
		let error = StateDir::open(Path::new("/proc/nothing/here")).unwrap_err();
		assert!(error.to_string().contains("/proc/nothing/here"));
	}
}

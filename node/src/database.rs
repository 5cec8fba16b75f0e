//! A database that is still being made.
//!
//! A node that is killed in its first moments may leave half a database, which opens no more. A mark beside it says that
//! this was so, and the next start begins anew: there is nothing in it yet but genesis and a block or two. Keys lie
//! elsewhere.

use std::{
	fs::{self, File, TryLockError},
	io,
	path::{Path, PathBuf},
};

/// Removes what a first start has left that was killed, and marks a database that is about to be made. Returns the mark,
/// to be removed when the database is surely written.
pub(crate) fn prepare(database: &Path) -> io::Result<Option<PathBuf>> {
	let mark = database.with_extension("unfinished");
	if !mark.exists() {
		if database.exists() {
			return Ok(None);
		}
	} else if database.exists() {
		if in_use(database)? {
			return Ok(None);
		}
		tracing::warn!(
			database = %database.display(),
			"the node was killed while it made its database; it is made anew"
		);
		fs::remove_dir_all(database)?;
	}
	if let Some(directory) = mark.parent() {
		fs::create_dir_all(directory)?;
	}
	File::create(&mark)?.sync_all()?;
	Ok(Some(mark))
}

/// Whether a running node holds the database.
fn in_use(database: &Path) -> io::Result<bool> {
	match File::open(database.join("lock")) {
		Ok(lock) => match lock.try_lock() {
			Ok(()) => Ok(false),
			Err(TryLockError::WouldBlock) => Ok(true),
			Err(TryLockError::Error(error)) => Err(error),
		},
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
		Err(error) => Err(error),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn unfinished_database_is_made_anew_and_a_finished_one_is_kept() {
		let dir = tempfile::tempdir().unwrap();
		let database = dir.path().join("chains/full");
		let mark = prepare(&database).unwrap().unwrap();
		assert!(mark.exists());
		let half = database.join("half");
		fs::create_dir_all(&database).unwrap();
		fs::write(&half, []).unwrap();

		assert_eq!(prepare(&database).unwrap(), Some(mark.clone()));
		assert!(!half.exists());

		fs::create_dir_all(&database).unwrap();
		fs::write(&half, []).unwrap();
		fs::remove_file(&mark).unwrap();
		assert_eq!(prepare(&database).unwrap(), None);
		assert!(half.exists());
	}

	#[test]
	fn database_of_a_running_node_is_left_alone() {
		let dir = tempfile::tempdir().unwrap();
		let database = dir.path().join("full");
		prepare(&database).unwrap().unwrap();
		fs::create_dir_all(&database).unwrap();
		let lock = File::create(database.join("lock")).unwrap();
		lock.lock().unwrap();
		assert_eq!(prepare(&database).unwrap(), None);
		assert!(database.exists());
	}
}

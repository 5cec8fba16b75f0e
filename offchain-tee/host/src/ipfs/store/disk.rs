//! Files: one for each block, in a directory for each first byte of a hash.

use std::{
	fs::{self, File, OpenOptions},
	io::{self, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt},
	path::{Path, PathBuf},
	sync::atomic::{AtomicU64, Ordering},
	time::SystemTime,
};

use super::absent;

/// SHA-256 of a block: two codecs of the same bytes share it.
pub(super) type Digest = [u8; 32];

pub(super) struct Disk {
	dir: PathBuf,
	/// Makes names of files that are being written differ.
	next: AtomicU64,
}

fn make_dir(path: &Path) -> io::Result<()> {
	fs::DirBuilder::new()
		.recursive(true)
		.mode(0o700)
		.create(path)
}

/// Writes a file whole or not at all.
pub(super) fn write_whole(path: &Path, new: &Path, bytes: &[u8]) -> io::Result<()> {
	let mut file = OpenOptions::new()
		.create(true)
		.truncate(true)
		.write(true)
		.mode(0o600)
		.open(new)?;
	file.write_all(bytes)?;
	file.sync_all()?;
	fs::rename(new, path)?;
	// So that the name survives a loss of power too.
	path.parent()
		.map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

impl Disk {
	pub(super) fn open(dir: &Path) -> io::Result<Self> {
		make_dir(&dir.join("blocks"))?;
		Ok(Self {
			dir: dir.to_owned(),
			next: AtomicU64::new(0),
		})
	}

	pub(super) fn dir(&self) -> &Path {
		&self.dir
	}

	/// The list of pins.
	pub(super) fn pins(&self) -> PathBuf {
		self.dir.join("pins")
	}

	pub(super) fn path(&self, digest: &Digest) -> PathBuf {
		let name = hex::encode(digest);
		self.dir.join("blocks").join(&name[..2]).join(name)
	}

	/// Shows each block with its length and its time, and clears away what is none.
	pub(super) fn each(&self, mut see: impl FnMut(Digest, u64, SystemTime)) -> io::Result<()> {
		for part in fs::read_dir(self.dir.join("blocks"))? {
			for file in fs::read_dir(part?.path())? {
				let file = file?;
				let mut digest = [0; 32];
				let name = file.file_name();
				match name
					.to_str()
					.map(|name| hex::decode_to_slice(name, &mut digest))
				{
					Some(Ok(())) => {
						let metadata = file.metadata()?;
						see(digest, metadata.len(), metadata.modified()?);
					}
					// Left behind by a process that died while writing.
					_ => fs::remove_file(file.path())?,
				}
			}
		}
		Ok(())
	}

	pub(super) fn write(&self, digest: &Digest, block: &[u8]) -> io::Result<()> {
		let path = self.path(digest);
		if let Some(part) = path.parent() {
			make_dir(part)?;
		}
		let number = self.next.fetch_add(1, Ordering::Relaxed);
		let new = path.with_extension(format!("{number}.new"));
		let written = write_whole(&path, &new, block);
		if written.is_err() {
			// The disk may be full; what is half written only makes it worse.
			let _ = fs::remove_file(&new);
		}
		written
	}

	pub(super) fn read(&self, digest: &Digest) -> io::Result<Vec<u8>> {
		fs::read(self.path(digest))
	}

	pub(super) fn remove(&self, digest: &Digest) -> io::Result<()> {
		absent(fs::remove_file(self.path(digest))).map(|_| ())
	}
}

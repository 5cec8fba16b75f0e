//! Blocks on disk: one file each, named after its hash, verified whenever it is read.
//!
//! A block is written beside its place, synced and renamed, so what has its name is whole. What rots on disk is answered
//! like what was never there, and counted. Pins are recursive, and each holder has its own; what no pin reaches is
//! collected, but never while an import is open, and never what came a moment ago.

mod disk;
mod error;
mod pins;
#[cfg(test)]
mod tests;

use std::{
	collections::{HashMap, HashSet},
	fs, io,
	path::Path,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, SystemTime},
};

use tea_ipfs::{
	MAX_BLOCK_LEN,
	cid::{self, Cid, DAG_PB},
	dag_pb,
	unixfs::MAX_BLOCKS,
};

use disk::{Digest, Disk};
pub use error::StoreError;
use pins::Pins;

/// What is in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
	/// Blocks.
	pub blocks: usize,
	/// Their bytes.
	pub bytes: u64,
	/// The most bytes that are kept.
	pub quota: u64,
	/// Roots that are pinned.
	pub pins: usize,
	/// Blocks that had rotted when they were read.
	pub rotten: u64,
}

/// What was collected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
	/// Blocks.
	pub blocks: usize,
	/// Their bytes.
	pub bytes: u64,
}

/// A block that is kept.
#[derive(Clone, Copy)]
struct Entry {
	len: u64,
	/// When somebody put it last.
	since: SystemTime,
}

#[derive(Default)]
struct Index {
	blocks: HashMap<Digest, Entry>,
	/// Bytes of the blocks, and of those that are being written.
	bytes: u64,
	pins: Pins,
	imports: usize,
	rotten: u64,
}

impl Index {
	fn forget(&mut self, digest: &Digest) {
		if let Some(entry) = self.blocks.remove(digest) {
			self.bytes -= entry.len;
		}
	}
}

/// Blocks on disk. Calls block the thread; they belong on one that may.
pub struct Store {
	disk: Disk,
	quota: u64,
	/// How long a block stays that nobody pinned yet.
	grace: Duration,
	index: Mutex<Index>,
}

/// While it exists, nothing is collected: blocks that came have no pin yet.
pub struct Import {
	store: Arc<Store>,
}

impl Drop for Import {
	fn drop(&mut self) {
		self.store.index().imports -= 1;
	}
}

fn digest_of(cid: &Cid) -> Result<Digest, StoreError> {
	cid::check(cid)?;
	let digest = cid.hash().digest().try_into();
	Ok(digest.expect("`check` accepts digests of 32 bytes only; qed"))
}

impl Store {
	/// Opens a directory, or makes it. `quota` is the most bytes that are kept; what is younger than `grace` is not collected.
	pub fn open(dir: &Path, quota: u64, grace: Duration) -> Result<Arc<Self>, StoreError> {
		let disk = Disk::open(dir)?;
		let mut index = Index {
			pins: Pins::read(&disk.pins())?,
			..Index::default()
		};
		disk.each(|digest, len, since| {
			index.bytes += len;
			index.blocks.insert(digest, Entry { len, since });
		})?;
		Ok(Arc::new(Self {
			disk,
			quota,
			grace,
			index: Mutex::new(index),
		}))
	}

	fn index(&self) -> MutexGuard<'_, Index> {
		// The index is only changed after the disk was, so a panic in between leaves it poorer, not wrong.
		self.index.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Begins an import: until it is dropped, nothing is collected.
	pub fn import(self: &Arc<Self>) -> Import {
		self.index().imports += 1;
		Import {
			store: self.clone(),
		}
	}

	/// Keeps a block under its name.
	pub fn put(&self, cid: &Cid, block: &[u8]) -> Result<(), StoreError> {
		let digest = digest_of(cid)?;
		if block.len() > MAX_BLOCK_LEN {
			return Err(StoreError::TooLong);
		}
		if !cid::names(cid, block) {
			return Err(StoreError::Mismatch(*cid));
		}
		let len = block.len() as u64;
		let since = SystemTime::now();
		{
			let mut index = self.index();
			if let Some(entry) = index.blocks.get_mut(&digest) {
				entry.since = since;
				return Ok(());
			}
			let bytes = index.bytes.saturating_add(len);
			if bytes > self.quota {
				return Err(StoreError::Full { quota: self.quota });
			}
			index.bytes = bytes;
		}
		// The disk takes its time, and others may read and write meanwhile.
		let written = self.disk.write(&digest, block);
		let mut index = self.index();
		// Somebody may have written the same block at the same time.
		if written.is_err() || index.blocks.insert(digest, Entry { len, since }).is_some() {
			index.bytes -= len;
		}
		Ok(written?)
	}

	/// The block, if it is here and whole.
	pub fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
		let digest = digest_of(cid)?;
		if !self.index().blocks.contains_key(&digest) {
			return Ok(None);
		}
		let block = self.disk.read(&digest);
		if let Ok(block) = block
			&& cid::names(cid, &block)
		{
			return Ok(Some(block));
		}
		let mut index = self.index();
		// It may have been collected between the two looks; then nothing rotted.
		if index.blocks.contains_key(&digest) {
			self.disk.remove(&digest)?;
			index.forget(&digest);
			index.rotten += 1;
		}
		Ok(None)
	}

	/// The length of the block, if it is here; it may have rotted since it was written.
	pub fn len_of(&self, cid: &Cid) -> Result<Option<u64>, StoreError> {
		let digest = digest_of(cid)?;
		Ok(self.index().blocks.get(&digest).map(|entry| entry.len))
	}

	/// Whether the block is here; it may have rotted since it was written.
	pub fn has(&self, cid: &Cid) -> Result<bool, StoreError> {
		Ok(self.len_of(cid)?.is_some())
	}

	/// Keeps everything below a root until the holder unpins it. All of it must be here.
	pub fn pin(&self, root: &Cid, holder: &str) -> Result<(), StoreError> {
		if let Some(missing) = self.reach(root, &mut HashSet::new())? {
			return Err(StoreError::Missing(missing));
		}
		let mut index = self.index();
		let pins = index.pins.with(root, holder)?;
		pins.write(&self.disk.pins())?;
		index.pins = pins;
		Ok(())
	}

	/// Takes the pin of a holder away, or of all.
	pub fn unpin(&self, root: &Cid, holder: Option<&str>) -> Result<(), StoreError> {
		let mut index = self.index();
		let Some(pins) = index.pins.without(root, holder) else {
			return Err(StoreError::NotPinned(*root));
		};
		pins.write(&self.disk.pins())?;
		index.pins = pins;
		Ok(())
	}

	/// The pinned roots, each with its holders.
	pub fn pins(&self) -> Vec<(Cid, Vec<String>)> {
		self.index().pins.list()
	}

	/// Whether somebody holds this root.
	pub fn is_pinned(&self, root: &Cid) -> bool {
		self.index().pins.contains(root)
	}

	/// Adds the blocks below a root, itself included; the first one that is missing.
	fn reach(&self, root: &Cid, reached: &mut HashSet<Digest>) -> Result<Option<Cid>, StoreError> {
		let mut missing = None;
		let mut open = vec![*root];
		let mut seen = HashSet::new();
		while let Some(cid) = open.pop() {
			let digest = digest_of(&cid)?;
			// The same bytes as a node and as a leaf are two things.
			if !seen.insert(cid) {
				continue;
			}
			if seen.len() > MAX_BLOCKS {
				return Err(StoreError::TooLarge(*root));
			}
			if cid.codec() == DAG_PB {
				let Some(block) = self.get(&cid)? else {
					missing = missing.or(Some(cid));
					continue;
				};
				let links =
					dag_pb::read(&block).map_err(|error| StoreError::Node { cid, error })?;
				open.extend(links.iter().map(|link| link.cid));
			} else if !self.has(&cid)? {
				missing = missing.or(Some(cid));
				continue;
			}
			reached.insert(digest);
		}
		Ok(missing)
	}

	/// Removes what no pin reaches and what is not young.
	pub fn collect(&self) -> Result<Collected, StoreError> {
		let mut reached = HashSet::new();
		let mut walked = HashSet::new();
		loop {
			let roots: Vec<_> = {
				let index = self.index();
				if index.imports > 0 {
					return Err(StoreError::ImportsOpen(index.imports));
				}
				let new = |(root, _): (Cid, _)| (!walked.contains(&root)).then_some(root);
				index.pins.list().into_iter().filter_map(new).collect()
			};
			for root in &roots {
				// Where a block rotted below a root, the others stay, and that one can be fetched again.
				self.reach(root, &mut reached)?;
				walked.insert(*root);
			}
			let mut index = self.index();
			let all = |root: &Cid| walked.contains(root);
			if index.imports == 0 && index.pins.list().iter().all(|(root, _)| all(root)) {
				return self.sweep(&mut index, &reached);
			}
			// Somebody pinned meanwhile.
		}
	}

	fn sweep(&self, index: &mut Index, reached: &HashSet<Digest>) -> Result<Collected, StoreError> {
		let now = SystemTime::now();
		// A clock that was set back makes everything young, which is the safe side.
		let old = |entry: &Entry| {
			let age = now.duration_since(entry.since).unwrap_or_default();
			age >= self.grace
		};
		let loose: Vec<_> = index
			.blocks
			.iter()
			.filter(|(digest, entry)| !reached.contains(*digest) && old(entry))
			.map(|(digest, entry)| (*digest, entry.len))
			.collect();
		let mut collected = Collected::default();
		for (digest, len) in loose {
			self.disk.remove(&digest)?;
			index.forget(&digest);
			collected.blocks += 1;
			collected.bytes += len;
		}
		Ok(collected)
	}

	/// What is in the store.
	pub fn stat(&self) -> Stat {
		let index = self.index();
		Stat {
			blocks: index.blocks.len(),
			bytes: index.bytes,
			quota: self.quota,
			pins: index.pins.len(),
			rotten: index.rotten,
		}
	}

	/// Where it is.
	pub fn dir(&self) -> &Path {
		self.disk.dir()
	}
}

/// What a failed look at a file means: it is not there, or the disk refuses.
fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
	match result {
		Ok(value) => Ok(Some(value)),
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
		Err(error) => Err(error),
	}
}

/// Whether a file is there, as bytes.
fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
	absent(fs::read(path))
}

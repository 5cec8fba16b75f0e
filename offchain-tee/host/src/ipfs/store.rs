//! Blocks on disk: one file each, named after its hash, verified whenever it is read.
//!
//! A block is written beside its place, synced and renamed, so what has its name is whole. What rots on disk is answered
//! like what was never there, and counted. Pins are recursive and counted; what no pin reaches is collected, but never
//! while an import is open.

use std::{
	collections::{BTreeMap, HashMap, HashSet},
	fs::{self, File, OpenOptions},
	io::{self, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt},
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tea_ipfs::{
	MAX_BLOCK_LEN,
	cid::{self, Cid, CidError, DAG_PB},
	dag_pb::{self, NodeError},
};

/// Blocks that one pin may reach.
const MAX_PIN_BLOCKS: usize = 70_000;
/// Name of the list of pins.
const PINS: &str = "pins";

/// SHA-256 of a block: two codecs of the same bytes share it.
type Digest = [u8; 32];

/// Why the store refuses.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
	/// The disk refuses.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// The CID is not accepted.
	#[error(transparent)]
	Cid(#[from] CidError),
	/// The bytes are not what the CID names.
	#[error("the block is not what {0} names")]
	Mismatch(Cid),
	/// It is longer than a block may be.
	#[error("the block is longer than {MAX_BLOCK_LEN} bytes; others would drop it")]
	TooLong,
	/// There is no room.
	#[error("the store is full ({quota} bytes); unpin something and collect, or raise the quota")]
	Full {
		/// Its size.
		quota: u64,
	},
	/// Something that is to be pinned is not there.
	#[error("block {0} is not here, so what needs it cannot be pinned")]
	Missing(Cid),
	/// A node does not read.
	#[error("block {cid}: {error}")]
	Node {
		/// The block.
		cid: Cid,
		/// What is wrong with it.
		error: NodeError,
	},
	/// One pin would reach too much.
	#[error("{0} reaches more than {MAX_PIN_BLOCKS} blocks")]
	TooLarge(Cid),
	/// It is not pinned.
	#[error("{0} is not pinned")]
	NotPinned(Cid),
	/// Imports are open.
	#[error("{0} imports are open; blocks are collected when they have ended")]
	ImportsOpen(usize),
	/// The list of pins does not read.
	#[error(
		"the list of pins {} does not read at line {line}; restore it, or remove it and pin again",
		.path.display()
	)]
	Pins {
		/// Where it is.
		path: PathBuf,
		/// Which line.
		line: usize,
	},
}

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

#[derive(Default)]
struct Index {
	blocks: HashMap<Digest, u64>,
	bytes: u64,
	pins: BTreeMap<Cid, u32>,
	imports: usize,
	rotten: u64,
}

/// Blocks on disk. Calls block the thread; they belong on one that may.
pub struct Store {
	dir: PathBuf,
	quota: u64,
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

fn make_dir(path: &Path) -> io::Result<()> {
	fs::DirBuilder::new()
		.recursive(true)
		.mode(0o700)
		.create(path)
}

/// Syncs a directory, so that a name in it survives a loss of power.
fn sync_dir(path: &Path) -> io::Result<()> {
	File::open(path)?.sync_all()
}

/// Writes a file whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
	let new = path.with_extension("new");
	let mut file = OpenOptions::new()
		.create(true)
		.truncate(true)
		.write(true)
		.mode(0o600)
		.open(&new)?;
	file.write_all(bytes)?;
	file.sync_all()?;
	fs::rename(&new, path)?;
	path.parent().map_or(Ok(()), sync_dir)
}

fn read_pins(path: &Path) -> Result<BTreeMap<Cid, u32>, StoreError> {
	let text = match fs::read_to_string(path) {
		Ok(text) => text,
		Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
		Err(error) => return Err(error.into()),
	};
	let mut pins = BTreeMap::new();
	for (at, line) in text.lines().enumerate() {
		let pin = line
			.split_once(' ')
			.and_then(|(count, cid)| Some((cid::parse(cid).ok()?, count.parse().ok()?)));
		let Some((cid, count)) = pin else {
			return Err(StoreError::Pins {
				path: path.to_owned(),
				line: at + 1,
			});
		};
		pins.insert(cid, count);
	}
	Ok(pins)
}

impl Store {
	/// Opens a directory, or makes it. `quota` is the most bytes that are kept.
	pub fn open(dir: &Path, quota: u64) -> Result<Arc<Self>, StoreError> {
		let blocks = dir.join("blocks");
		make_dir(&blocks)?;
		let mut index = Index {
			pins: read_pins(&dir.join(PINS))?,
			..Index::default()
		};
		for part in fs::read_dir(&blocks)? {
			for file in fs::read_dir(part?.path())? {
				let file = file?;
				let mut digest = [0; 32];
				let name = file.file_name();
				match name
					.to_str()
					.map(|name| hex::decode_to_slice(name, &mut digest))
				{
					Some(Ok(())) => {
						let len = file.metadata()?.len();
						index.bytes += len;
						index.blocks.insert(digest, len);
					}
					// Left behind by a process that died while writing.
					_ => fs::remove_file(file.path())?,
				}
			}
		}
		Ok(Arc::new(Self {
			dir: dir.to_owned(),
			quota,
			index: Mutex::new(index),
		}))
	}

	fn index(&self) -> MutexGuard<'_, Index> {
		// The index is only changed after the disk was, so a panic in between leaves it poorer, not wrong.
		self.index.lock().unwrap_or_else(PoisonError::into_inner)
	}

	fn path(&self, digest: &Digest) -> PathBuf {
		let name = hex::encode(digest);
		self.dir.join("blocks").join(&name[..2]).join(name)
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
		let mut index = self.index();
		if index.blocks.contains_key(&digest) {
			return Ok(());
		}
		let len = block.len() as u64;
		let bytes = index.bytes.saturating_add(len);
		if bytes > self.quota {
			return Err(StoreError::Full { quota: self.quota });
		}
		let path = self.path(&digest);
		if let Some(part) = path.parent() {
			make_dir(part)?;
		}
		write_whole(&path, block)?;
		index.blocks.insert(digest, len);
		index.bytes = bytes;
		Ok(())
	}

	/// The block, if it is here and whole.
	pub fn get(&self, cid: &Cid) -> Result<Option<Vec<u8>>, StoreError> {
		let digest = digest_of(cid)?;
		let mut index = self.index();
		self.read(&mut index, cid, &digest)
	}

	fn read(
		&self,
		index: &mut Index,
		cid: &Cid,
		digest: &Digest,
	) -> Result<Option<Vec<u8>>, StoreError> {
		let Some(len) = index.blocks.get(digest).copied() else {
			return Ok(None);
		};
		let block = match fs::read(self.path(digest)) {
			Ok(block) if cid::names(cid, &block) => return Ok(Some(block)),
			Ok(_) => fs::remove_file(self.path(digest)),
			Err(error) => Err(error),
		};
		match block {
			Ok(()) => (),
			Err(error) if error.kind() == io::ErrorKind::NotFound => (),
			Err(error) => return Err(error.into()),
		}
		index.rotten += 1;
		index.blocks.remove(digest);
		index.bytes -= len;
		Ok(None)
	}

	/// Whether the block is here; it may have rotted since it was written.
	pub fn has(&self, cid: &Cid) -> Result<bool, StoreError> {
		let digest = digest_of(cid)?;
		Ok(self.index().blocks.contains_key(&digest))
	}

	/// Keeps everything below a root until it is unpinned as often. All of it must be here.
	pub fn pin(&self, root: &Cid) -> Result<(), StoreError> {
		let mut index = self.index();
		if let Some(missing) = self.reach(&mut index, root, &mut HashSet::new())? {
			return Err(StoreError::Missing(missing));
		}
		let mut pins = index.pins.clone();
		let count = pins.entry(*root).or_default();
		*count = count.saturating_add(1);
		self.keep_pins(&mut index, pins)
	}

	/// Takes one pin away.
	pub fn unpin(&self, root: &Cid) -> Result<(), StoreError> {
		let mut index = self.index();
		let mut pins = index.pins.clone();
		match pins.get_mut(root) {
			None => return Err(StoreError::NotPinned(*root)),
			Some(1) => {
				pins.remove(root);
			}
			Some(count) => *count -= 1,
		}
		self.keep_pins(&mut index, pins)
	}

	/// The pinned roots.
	pub fn pins(&self) -> Vec<Cid> {
		self.index().pins.keys().copied().collect()
	}

	fn keep_pins(&self, index: &mut Index, pins: BTreeMap<Cid, u32>) -> Result<(), StoreError> {
		let text: String = pins
			.iter()
			.map(|(cid, count)| format!("{count} {cid}\n"))
			.collect();
		write_whole(&self.dir.join(PINS), text.as_bytes())?;
		index.pins = pins;
		Ok(())
	}

	/// Adds the blocks below a root, itself included; the first one that is missing.
	fn reach(
		&self,
		index: &mut Index,
		root: &Cid,
		reached: &mut HashSet<Digest>,
	) -> Result<Option<Cid>, StoreError> {
		let mut missing = None;
		let mut open = vec![*root];
		let mut seen = HashSet::new();
		while let Some(cid) = open.pop() {
			let digest = digest_of(&cid)?;
			// The same bytes as a node and as a leaf are two things.
			if !seen.insert(cid) {
				continue;
			}
			if seen.len() > MAX_PIN_BLOCKS {
				return Err(StoreError::TooLarge(*root));
			}
			if cid.codec() == DAG_PB {
				let Some(block) = self.read(index, &cid, &digest)? else {
					missing = missing.or(Some(cid));
					continue;
				};
				let links =
					dag_pb::read(&block).map_err(|error| StoreError::Node { cid, error })?;
				open.extend(links.iter().map(|link| link.cid));
			} else if !index.blocks.contains_key(&digest) {
				missing = missing.or(Some(cid));
				continue;
			}
			reached.insert(digest);
		}
		Ok(missing)
	}

	/// Removes what no pin reaches.
	pub fn collect(&self) -> Result<Collected, StoreError> {
		let mut index = self.index();
		if index.imports > 0 {
			return Err(StoreError::ImportsOpen(index.imports));
		}
		let mut reached = HashSet::new();
		for root in index.pins.keys().copied().collect::<Vec<_>>() {
			// Where a block rotted below a root, the others stay, and that one can be fetched again.
			self.reach(&mut index, &root, &mut reached)?;
		}
		let loose: Vec<_> = index
			.blocks
			.iter()
			.filter(|(digest, _)| !reached.contains(*digest))
			.map(|(digest, len)| (*digest, *len))
			.collect();
		let mut collected = Collected::default();
		for (digest, len) in loose {
			fs::remove_file(self.path(&digest))?;
			index.blocks.remove(&digest);
			index.bytes -= len;
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
}

#[cfg(test)]
mod tests {
	use super::*;
	use tea_ipfs::{cid::RAW, unixfs};

	const QUOTA: u64 = 64 * 1024 * 1024;

	fn open(dir: &Path) -> Arc<Store> {
		Store::open(dir, QUOTA).unwrap()
	}

	fn put(store: &Store, block: &[u8]) -> Cid {
		let cid = cid::of(RAW, block);
		store.put(&cid, block).unwrap();
		cid
	}

	fn add(store: &Arc<Store>, file: &[u8]) -> Cid {
		let mut keep = |cid: Cid, block: Vec<u8>| store.put(&cid, &block).map_err(io::Error::other);
		unixfs::import(file, &mut keep).unwrap().root
	}

	fn file(len: usize, seed: u8) -> Vec<u8> {
		(0..len).map(|place| (place >> 12) as u8 ^ seed).collect()
	}

	#[test]
	fn blocks_outlive_the_process() {
		let dir = tempfile::tempdir().unwrap();
		let store = open(dir.path());
		let cid = put(&store, b"tea");
		assert!(store.has(&cid).unwrap());
		drop(store);
		// What a dead process left half written is cleared away.
		let part = fs::read_dir(dir.path().join("blocks"))
			.unwrap()
			.next()
			.unwrap()
			.unwrap();
		fs::write(part.path().join("half.new"), b"half").unwrap();
		let store = open(dir.path());
		assert_eq!(store.get(&cid).unwrap(), Some(b"tea".to_vec()));
		assert_eq!((store.stat().blocks, store.stat().bytes), (1, 3));
		assert!(!part.path().join("half.new").exists());
		// Another codec of the same bytes is the same block.
		assert!(store.has(&cid::of(DAG_PB, b"tea")).unwrap());
	}

	#[test]
	fn what_is_not_what_it_says_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let store = Store::open(dir.path(), 10).unwrap();
		let cid = cid::of(RAW, b"tea");
		assert!(matches!(
			store.put(&cid, b"Tea"),
			Err(StoreError::Mismatch(_))
		));
		let long = vec![0; MAX_BLOCK_LEN + 1];
		assert!(matches!(
			store.put(&cid::of(RAW, &long), &long),
			Err(StoreError::TooLong)
		));
		let other = Cid::new_v1(0x71, *cid.hash());
		assert!(matches!(store.put(&other, b"tea"), Err(StoreError::Cid(_))));
		assert!(matches!(store.get(&other), Err(StoreError::Cid(_))));
		store.put(&cid, b"tea").unwrap();
		let more = cid::of(RAW, b"eight by");
		assert!(matches!(
			store.put(&more, b"eight by"),
			Err(StoreError::Full { quota: 10 })
		));
		// What is there already needs no room.
		store.put(&cid, b"tea").unwrap();
		assert_eq!(store.stat().bytes, 3);
	}

	#[test]
	fn rotten_block_is_answered_like_an_absent_one() {
		let dir = tempfile::tempdir().unwrap();
		let store = open(dir.path());
		let (rotten, gone) = (put(&store, b"tea"), put(&store, b"cup"));
		fs::write(store.path(&digest_of(&rotten).unwrap()), b"rot").unwrap();
		fs::remove_file(store.path(&digest_of(&gone).unwrap())).unwrap();
		assert_eq!(store.get(&rotten).unwrap(), None);
		assert_eq!(store.get(&gone).unwrap(), None);
		let stat = store.stat();
		assert_eq!((stat.blocks, stat.bytes, stat.rotten), (0, 0, 2));
		// It can be fetched again.
		put(&store, b"tea");
		assert_eq!(store.get(&rotten).unwrap(), Some(b"tea".to_vec()));
	}

	#[test]
	fn what_no_pin_reaches_is_collected() {
		let dir = tempfile::tempdir().unwrap();
		let store = open(dir.path());
		let (one, two) = (file(3 << 20, 1), file(2 << 20, 9));
		let (one, two) = (add(&store, &one), add(&store, &two));
		let loose = put(&store, b"loose");
		store.pin(&one).unwrap();
		store.pin(&one).unwrap();
		store.pin(&two).unwrap();
		assert_eq!(
			store.collect().unwrap(),
			Collected {
				blocks: 1,
				bytes: 5
			}
		);
		assert!(!store.has(&loose).unwrap());
		// Pins are counted, and outlive the process.
		store.unpin(&one).unwrap();
		store.unpin(&two).unwrap();
		drop(store);
		let store = open(dir.path());
		assert_eq!(store.pins(), [one]);
		assert!(store.collect().unwrap().blocks > 0);
		let mut back = Vec::new();
		let mut get = |cid: &Cid| store.get(cid).map_err(io::Error::other);
		unixfs::export(&one, QUOTA, &mut get, &mut back).unwrap();
		assert_eq!(back, file(3 << 20, 1));
		assert!(!store.has(&two).unwrap());
		store.unpin(&one).unwrap();
		assert!(matches!(store.unpin(&one), Err(StoreError::NotPinned(_))));
		store.collect().unwrap();
		assert_eq!((store.stat().blocks, store.stat().bytes), (0, 0));
	}

	#[test]
	fn nothing_is_collected_during_an_import() {
		let dir = tempfile::tempdir().unwrap();
		let store = open(dir.path());
		let import = store.import();
		let cid = put(&store, b"tea");
		assert!(matches!(store.collect(), Err(StoreError::ImportsOpen(1))));
		store.pin(&cid).unwrap();
		drop(import);
		assert_eq!(store.collect().unwrap(), Collected::default());
		assert!(store.has(&cid).unwrap());
	}

	#[test]
	fn only_what_is_here_whole_is_pinned() {
		let dir = tempfile::tempdir().unwrap();
		let store = open(dir.path());
		let root = add(&store, &file(3 << 20, 1));
		let links = dag_pb::read(&store.get(&root).unwrap().unwrap()).unwrap();
		fs::remove_file(store.path(&digest_of(&links[1].cid).unwrap())).unwrap();
		store.get(&links[1].cid).unwrap();
		assert!(matches!(store.pin(&root), Err(StoreError::Missing(cid)) if cid == links[1].cid));
		let no_node = cid::of(DAG_PB, b"no node");
		store.put(&no_node, b"no node").unwrap();
		assert!(matches!(store.pin(&no_node), Err(StoreError::Node { .. })));
		assert!(store.pins().is_empty());
	}

	#[test]
	fn block_that_rots_below_a_pin_costs_only_itself() {
		let dir = tempfile::tempdir().unwrap();
		let store = open(dir.path());
		let root = add(&store, &file(3 << 20, 1));
		store.pin(&root).unwrap();
		let links = dag_pb::read(&store.get(&root).unwrap().unwrap()).unwrap();
		for rotten in [&links[0].cid, &links[2].cid] {
			fs::write(store.path(&digest_of(rotten).unwrap()), b"rot").unwrap();
			assert_eq!(store.get(rotten).unwrap(), None);
		}
		let blocks = store.stat().blocks;
		assert_eq!(store.collect().unwrap(), Collected::default());
		assert_eq!(store.stat().blocks, blocks);
	}

	#[test]
	fn list_of_pins_that_does_not_read_is_said() {
		let dir = tempfile::tempdir().unwrap();
		fs::write(dir.path().join(PINS), "1 nonsense\n").unwrap();
		let error = Store::open(dir.path(), QUOTA).err().unwrap();
		assert!(error.to_string().contains("at line 1"), "{error}");
	}
}

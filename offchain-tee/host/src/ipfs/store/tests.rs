use std::fs;

use tea_ipfs::{cid::RAW, unixfs};

use super::*;

const QUOTA: u64 = 64 * 1024 * 1024;

fn open(dir: &Path) -> Arc<Store> {
	Store::open(dir, QUOTA, Duration::ZERO).unwrap()
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
	let store = Store::open(dir.path(), 10, Duration::ZERO).unwrap();
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
	fs::write(store.disk.path(&digest_of(&rotten).unwrap()), b"rot").unwrap();
	fs::remove_file(store.disk.path(&digest_of(&gone).unwrap())).unwrap();
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
	store.pin(&one, "one").unwrap();
	store.pin(&one, "two").unwrap();
	// Whoever pins again after a loss of power holds it once.
	store.pin(&one, "two").unwrap();
	store.pin(&two, "one").unwrap();
	assert_eq!(
		store.collect().unwrap(),
		Collected {
			blocks: 1,
			bytes: 5
		}
	);
	assert!(!store.has(&loose).unwrap());
	// Each holder has its own, and they outlive the process.
	store.unpin(&one, Some("one")).unwrap();
	assert!(matches!(
		store.unpin(&one, Some("one")),
		Err(StoreError::NotPinned(_))
	));
	store.unpin(&two, None).unwrap();
	drop(store);
	let store = open(dir.path());
	assert_eq!(store.pins(), [(one, vec!["two".to_owned()])]);
	assert!(store.collect().unwrap().blocks > 0);
	let mut back = Vec::new();
	let mut get = |cid: &Cid| store.get(cid).map_err(io::Error::other);
	unixfs::export(&one, QUOTA, &mut get, &mut back).unwrap();
	assert_eq!(back, file(3 << 20, 1));
	assert!(!store.has(&two).unwrap());
	store.unpin(&one, None).unwrap();
	assert!(matches!(
		store.unpin(&one, None),
		Err(StoreError::NotPinned(_))
	));
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
	store.pin(&cid, "one").unwrap();
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
	fs::remove_file(store.disk.path(&digest_of(&links[1].cid).unwrap())).unwrap();
	store.get(&links[1].cid).unwrap();
	assert!(
		matches!(store.pin(&root, "one"), Err(StoreError::Missing(cid)) if cid == links[1].cid)
	);
	let no_node = cid::of(DAG_PB, b"no node");
	store.put(&no_node, b"no node").unwrap();
	assert!(matches!(
		store.pin(&no_node, "one"),
		Err(StoreError::Node { .. })
	));
	assert!(store.pins().is_empty());
}

#[test]
fn block_that_rots_below_a_pin_costs_only_itself() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path());
	let root = add(&store, &file(3 << 20, 1));
	store.pin(&root, "one").unwrap();
	let links = dag_pb::read(&store.get(&root).unwrap().unwrap()).unwrap();
	for rotten in [&links[0].cid, &links[2].cid] {
		fs::write(store.disk.path(&digest_of(rotten).unwrap()), b"rot").unwrap();
		assert_eq!(store.get(rotten).unwrap(), None);
	}
	let blocks = store.stat().blocks;
	assert_eq!(store.collect().unwrap(), Collected::default());
	assert_eq!(store.stat().blocks, blocks);
}

#[test]
fn list_of_pins_that_does_not_read_is_said() {
	let dir = tempfile::tempdir().unwrap();
	fs::write(dir.path().join("pins"), "nonsense\n").unwrap();
	let error = Store::open(dir.path(), QUOTA, Duration::ZERO)
		.err()
		.unwrap();
	assert!(error.to_string().contains("at line 1"), "{error}");
}

#[test]
fn what_came_a_moment_ago_is_not_collected() {
	let dir = tempfile::tempdir().unwrap();
	let store = Store::open(dir.path(), QUOTA, Duration::from_secs(3600)).unwrap();
	let cid = put(&store, b"tea");
	assert_eq!(store.collect().unwrap(), Collected::default());
	// Time goes on while the process does not run.
	let file = store.disk.path(&digest_of(&cid).unwrap());
	let before = SystemTime::now() - Duration::from_secs(7200);
	fs::File::options()
		.write(true)
		.open(&file)
		.unwrap()
		.set_modified(before)
		.unwrap();
	drop(store);
	let store = Store::open(dir.path(), QUOTA, Duration::from_secs(3600)).unwrap();
	// Whoever puts it again wants it now.
	put(&store, b"tea");
	assert_eq!(store.collect().unwrap(), Collected::default());
	drop(store);
	let store = Store::open(dir.path(), QUOTA, Duration::from_secs(3600)).unwrap();
	assert_eq!(store.collect().unwrap().blocks, 1);
}

#[test]
fn names_of_holders_are_checked() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path());
	let cid = put(&store, b"tea");
	for name in ["a\nb", "a\u{7f}", &"x".repeat(129)] {
		assert!(matches!(store.pin(&cid, name), Err(StoreError::Holder)));
	}
	store.pin(&cid, "").unwrap();
	store.pin(&cid, "module 7 / ü").unwrap();
	let store = open(dir.path());
	assert_eq!(store.pins()[0].1, ["", "module 7 / ü"]);
}

#[test]
fn same_block_from_many_sides_is_kept_once() {
	let dir = tempfile::tempdir().unwrap();
	let store = open(dir.path());
	let block = file(1 << 20, 3);
	let cid = cid::of(RAW, &block);
	std::thread::scope(|scope| {
		for _ in 0..8 {
			scope.spawn(|| store.put(&cid, &block).unwrap());
		}
	});
	let stat = store.stat();
	assert_eq!((stat.blocks, stat.bytes), (1, 1 << 20));
	assert_eq!(store.get(&cid).unwrap(), Some(block));
}

//! Real hosts exchange files: whoever has them, however they are found, and what happens when they are not there.

use std::time::{Duration, Instant};

use tea_ipfs::{
	ClientError,
	cid::{self, RAW},
	client::{PinOptions, root_of},
	unixfs::CHUNK_LEN,
};

use crate::setup::*;

/// The sizes of the interop tests.
const SIZES: [usize; 4] = [0, CHUNK_LEN, CHUNK_LEN + 1, 20 * CHUNK_LEN];
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn file(len: usize, seed: u8) -> Vec<u8> {
	use sha2::{Digest, Sha256};
	let mut file = Vec::with_capacity(len + 32);
	let mut part: [u8; 32] = Sha256::digest([seed]).into();
	while file.len() < len {
		part = Sha256::digest(part).into();
		file.extend_from_slice(&part);
	}
	file.truncate(len);
	file
}

#[tokio::test]
async fn files_of_every_size_cross_from_host_to_host() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let (one, two) = (
		Host::start(a.path(), &[]).await,
		Host::start(b.path(), &[]).await,
	);
	two.ipfs().swarm_connect(&one.ready.listen).await.unwrap();
	for len in SIZES {
		let file = file(len, 1);
		let added = one.ipfs().add_bytes(file.clone()).await.unwrap();
		assert_eq!(added, root_of(&file[..]).unwrap());
		two.ipfs().pin(&added.root, PATIENCE).await.unwrap();
		assert!(two.ipfs().is_pinned(&added.root).await.unwrap());
		let back = two.ipfs().get_file(&added.root, len as u64).await.unwrap();
		assert!(back == file, "{len} bytes do not come back as they went");
	}
	let sent = "tea_host_bitswap_blocks_total{way=\"out\"}";
	assert!(one.figure(sent).await >= 22.0);
	// Every block went once.
	let bytes = one
		.figure("tea_host_bitswap_bytes_total{way=\"out\"}")
		.await;
	let all: usize = SIZES.iter().sum();
	assert!(bytes < 1.1 * all as f64, "{bytes} bytes for files of {all}");
}

#[tokio::test]
async fn file_is_found_by_its_provider_record() {
	let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
	let first = Host::start(dirs[0].path(), &[]).await;
	let bootnode = ["--bootnode", &first.ready.listen];
	let giver = Host::start(dirs[1].path(), &bootnode).await;
	let taker = Host::start(dirs[2].path(), &bootnode).await;
	let file = file(3 * CHUNK_LEN, 2);
	let root = giver.ipfs().add_bytes(file.clone()).await.unwrap().root;
	giver.ipfs().pin(&root, PATIENCE).await.unwrap();
	let begun = Instant::now();
	loop {
		let found = taker.ipfs().find_providers(&root, 20).await.unwrap();
		if found.iter().any(|one| one.peer_id == giver.ready.peer_id) {
			break;
		}
		assert!(begun.elapsed() < SOON, "{found:?}");
		tokio::time::sleep(Duration::from_millis(200)).await;
	}
	taker.ipfs().pin(&root, PATIENCE).await.unwrap();
	assert_eq!(taker.ipfs().get_file(&root, 1 << 30).await.unwrap(), file);
}

#[tokio::test]
async fn file_comes_from_whom_a_hint_names() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let (giver, taker) = (
		Host::start(a.path(), &[]).await,
		Host::start(b.path(), &[]).await,
	);
	let root = giver
		.ipfs()
		.add_bytes(file(3 * CHUNK_LEN, 7))
		.await
		.unwrap()
		.root;
	// Nobody is there, and nonsense.
	let (address, _) = giver.ready.listen.split_once("/tcp/").unwrap();
	let options = PinOptions {
		name: "module 1".into(),
		hints: vec![
			format!("{address}/tcp/1/p2p/{}", litep2p::PeerId::random()),
			"nonsense".into(),
			giver.ready.listen.clone(),
		],
		max_len: Some(3 * CHUNK_LEN as u64),
	};
	let pinned = taker.ipfs().pin_with(&root, &options, PATIENCE).await;
	pinned.unwrap();
	assert!(taker.ipfs().is_pinned(&root).await.unwrap());
	// The limit of whoever asks holds too.
	let long = giver
		.ipfs()
		.add_bytes(file(3 * CHUNK_LEN + 1, 7))
		.await
		.unwrap()
		.root;
	let refused = taker.ipfs().pin_with(&long, &options, PATIENCE).await;
	let refused = refused.unwrap_err().to_string();
	assert!(refused.contains("more than the allowed"), "{refused}");
}

#[tokio::test]
async fn what_nobody_has_is_said_in_time() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let (one, two) = (
		Host::start(a.path(), &[]).await,
		Host::start(b.path(), &[]).await,
	);
	two.ipfs().swarm_connect(&one.ready.listen).await.unwrap();
	let cid = cid::of(RAW, b"nobody has this");
	let begun = Instant::now();
	let client = two.ipfs().with_patience(Duration::from_secs(2));
	let refused = client.block_get(&cid).await.unwrap_err();
	assert!(matches!(refused, ClientError::Missing(_)), "{refused}");
	assert!(begun.elapsed() < Duration::from_secs(10));
	let none = "tea_host_ipfs_fetches_total{result=\"no_providers\"}";
	assert_eq!(two.figure(none).await, 1.0);
	// A host that asks makes another one fetch nothing.
	assert_eq!(one.figure(none).await, 0.0);
	assert!(one.figure("tea_host_bitswap_absent_total").await >= 1.0);
	assert!(!two.ipfs().has(&cid).await.unwrap());
}

#[tokio::test]
async fn file_that_is_too_long_or_none_is_refused() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let one = Host::start(a.path(), &[]).await;
	let two = Host::start(b.path(), &["--ipfs-max-file-mib", "2"]).await;
	two.ipfs().swarm_connect(&one.ready.listen).await.unwrap();
	let long = file(3 * CHUNK_LEN, 3);
	let root = one.ipfs().add_bytes(long).await.unwrap().root;
	let refused = two.ipfs().pin(&root, PATIENCE).await.unwrap_err();
	assert!(
		refused.to_string().contains("more than the allowed"),
		"{refused}"
	);
	// Its root came, and nothing below.
	let received = two
		.figure("tea_host_bitswap_blocks_total{way=\"in\"}")
		.await;
	assert_eq!(received, 1.0);
	let none = one
		.ipfs()
		.block_put(cid::DAG_PB, b"no node".to_vec())
		.await
		.unwrap();
	let refused = two.ipfs().pin(&none, PATIENCE).await.unwrap_err();
	assert!(refused.to_string().contains("not a node"), "{refused}");
	let refusals = two
		.figure("tea_host_ipfs_fetches_total{result=\"refused\"}")
		.await;
	assert_eq!(refusals, 2.0);
}

#[tokio::test]
async fn giver_that_dies_half_way_is_replaced() {
	let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
	let (one, two, taker) = (
		Host::start(dirs[0].path(), &[]).await,
		Host::start(dirs[1].path(), &[]).await,
		Host::start(dirs[2].path(), &[]).await,
	);
	let file = file(40 * CHUNK_LEN, 4);
	for host in [&one, &two] {
		host.ipfs().add_bytes(file.clone()).await.unwrap();
		taker
			.ipfs()
			.swarm_connect(&host.ready.listen)
			.await
			.unwrap();
	}
	let root = root_of(&file[..]).unwrap().root;
	let client = taker.ipfs();
	let pinning = tokio::spawn(async move { client.pin(&root, PATIENCE).await });
	let begun = Instant::now();
	while taker
		.figure("tea_host_bitswap_blocks_total{way=\"in\"}")
		.await < 3.0
	{
		assert!(begun.elapsed() < SOON);
		tokio::time::sleep(Duration::from_millis(5)).await;
	}
	drop(one);
	pinning.await.unwrap().unwrap();
	assert!(taker.ipfs().get_file(&root, 1 << 30).await.unwrap() == file);
}

#[tokio::test]
async fn pins_outlive_the_process_and_loose_blocks_wait_an_hour() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let mut host = Host::start(a.path(), &[]).await;
	let kept = file(2 * CHUNK_LEN, 5);
	let root = host.ipfs().add_bytes(kept.clone()).await.unwrap().root;
	let loose = host.ipfs().block_put(RAW, b"loose".to_vec()).await.unwrap();
	host.ipfs()
		.pin_named(&root, "module 1", PATIENCE)
		.await
		.unwrap();
	host.ipfs()
		.pin_named(&root, "module 2", PATIENCE)
		.await
		.unwrap();
	host.ipfs().collect().await.unwrap();
	assert!(host.ipfs().has(&loose).await.unwrap());
	host.signal(nix::sys::signal::Signal::SIGKILL);
	host.ended().await;
	let host = Host::start(a.path(), &[]).await;
	assert_eq!(host.ipfs().pins().await.unwrap(), [root]);
	// Each module has its own pin.
	host.ipfs().unpin_named(&root, "module 1").await.unwrap();
	assert!(host.ipfs().is_pinned(&root).await.unwrap());
	// It is announced again, too.
	let bootnode = ["--bootnode", &host.ready.listen];
	let other = Host::start(b.path(), &bootnode).await;
	other.ipfs().pin(&root, PATIENCE).await.unwrap();
	host.ipfs().unpin_named(&root, "module 2").await.unwrap();
	assert!(!host.ipfs().is_pinned(&root).await.unwrap());
}

#[tokio::test]
async fn host_in_front_of_another_server_hashes_and_limits() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let back = Host::start(a.path(), &[]).await;
	let api = format!("http://{}", back.ready.ipfs_rpc.as_ref().unwrap());
	let front = Host::start(b.path(), &["--ipfs-api", &api, "--ipfs-max-file-mib", "4"]).await;
	let file = file(3 * CHUNK_LEN, 6);
	let root = front.ipfs().add_bytes(file.clone()).await.unwrap().root;
	front.ipfs().pin(&root, PATIENCE).await.unwrap();
	assert!(back.ipfs().is_pinned(&root).await.unwrap());
	assert_eq!(front.ipfs().get_file(&root, 1 << 30).await.unwrap(), file);
	assert_eq!(front.ipfs().id().await.unwrap().peer_id, back.ready.peer_id);
	// A file that is too long for the one in front.
	let long = back
		.ipfs()
		.add_bytes(vec![7; 5 * CHUNK_LEN])
		.await
		.unwrap()
		.root;
	let refused = front.ipfs().pin(&long, PATIENCE).await.unwrap_err();
	assert!(
		refused.to_string().contains("more than the allowed"),
		"{refused}"
	);
	assert!(!back.ipfs().is_pinned(&long).await.unwrap());
	front.ipfs().unpin(&root).await.unwrap();
	assert!(!back.ipfs().is_pinned(&root).await.unwrap());
	// The blocks of one that rotted behind are refused in front.
	let rotten = back
		.ipfs()
		.block_put(RAW, b"rotten".to_vec())
		.await
		.unwrap();
	let digest = hex::encode(rotten.hash().digest());
	let path = a
		.path()
		.join("state/ipfs/blocks")
		.join(&digest[..2])
		.join(&digest);
	std::fs::write(path, b"other").unwrap();
	let refused = front
		.ipfs()
		.with_patience(Duration::from_secs(1))
		.block_get(&rotten)
		.await
		.unwrap_err();
	assert!(matches!(refused, ClientError::Missing(_)), "{refused}");
}

//! What goes in comes out.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex},
	time::Duration,
};

use tea_ipfs::{
	Client, ClientError,
	cid::{self, DAG_PB, RAW},
	client::root_of,
	unixfs::CHUNK_LEN,
};

use crate::server::{Answer, Asked, client};

pub(crate) type Blocks = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// Keeps and gives blocks as kubo does.
pub(crate) fn keep(blocks: &Blocks, asked: &Asked) -> Answer {
	let mut blocks = blocks.lock().unwrap();
	match asked.path.as_str() {
		"block/put" => {
			assert_eq!(asked.argument("mhtype"), Some("sha2-256"));
			let codec = match asked.argument("cid-codec") {
				Some("raw") => RAW,
				Some("dag-pb") => DAG_PB,
				other => panic!("{other:?}"),
			};
			let file = asked.file();
			let key = cid::of(codec, &file).to_string();
			let answer = format!("{{\"Key\":\"{key}\",\"Size\":{}}}\n", file.len());
			blocks.insert(key, file);
			(200, answer.into())
		}
		"block/get" => match blocks.get(asked.argument("arg").unwrap()) {
			Some(block) => (200, block.clone()),
			None => (
				500,
				br#"{"Message":"context deadline exceeded","Code":0,"Type":"error"}"#.to_vec(),
			),
		},
		other => panic!("{other}"),
	}
}

pub(crate) fn keeper() -> (Client, Blocks) {
	let blocks = Blocks::default();
	let kept = blocks.clone();
	(client(move |asked| keep(&kept, asked)), blocks)
}

pub(crate) fn file(len: usize) -> Vec<u8> {
	(0..len)
		.map(|place| (place >> 10) as u8 ^ place as u8)
		.collect()
}

#[tokio::test]
async fn files_come_back_as_they_went() {
	let (client, _) = keeper();
	for len in [0, 1, CHUNK_LEN, CHUNK_LEN + 1, 9 * CHUNK_LEN + 7] {
		let file = file(len);
		let added = client.add_bytes(file.clone()).await.unwrap();
		assert_eq!(added, root_of(&file[..]).unwrap());
		assert_eq!(
			client.get_file(&added.root, len as u64).await.unwrap(),
			file
		);
	}
}

#[tokio::test]
async fn leaves_come_in_order() {
	let (client, _) = keeper();
	let file = file(20 * CHUNK_LEN);
	let root = client.add_bytes(file.clone()).await.unwrap().root;
	let mut leaves = Vec::new();
	let take = |leaf| {
		leaves.push(leaf);
		Ok(())
	};
	let len = client.read_file(&root, 1 << 30, take).await.unwrap();
	assert_eq!((len, leaves.len()), (file.len() as u64, 20));
	assert_eq!(leaves.concat(), file);
}

#[tokio::test]
async fn missing_block_is_named() {
	let (client, blocks) = keeper();
	let root = client.add_bytes(file(3 * CHUNK_LEN)).await.unwrap().root;
	let leaf = cid::of(RAW, &file(3 * CHUNK_LEN)[CHUNK_LEN..2 * CHUNK_LEN]);
	blocks.lock().unwrap().remove(&leaf.to_string());
	let refused = client.get_file(&root, 1 << 30).await.unwrap_err();
	assert!(
		matches!(refused, ClientError::Missing(cid) if cid == leaf),
		"{refused}"
	);
}

#[tokio::test]
async fn token_goes_with_each_request() {
	let client = client(|asked| {
		let headers = asked.headers.to_ascii_lowercase();
		match headers.contains("authorization: bearer s3cret") {
			true => (200, br#"{"Version":"0.40.0"}"#.to_vec()),
			false => (403, b"forbidden".to_vec()),
		}
	});
	let refused = client.version().await.unwrap_err();
	assert!(matches!(refused, ClientError::Refused { status: 403, .. }));
	assert_eq!(
		client.with_token("s3cret").version().await.unwrap(),
		"0.40.0"
	);
}

#[tokio::test]
async fn what_was_not_pinned_is_unpinned_already() {
	let client = client(|asked| match asked.path.as_str() {
		"pin/rm" => (
			500,
			br#"{"Message":"not pinned or pinned indirectly"}"#.to_vec(),
		),
		"pin/ls" => (500, br#"{"Message":"path 'x' is not pinned"}"#.to_vec()),
		"pin/add" => {
			let pins = format!("{{\"Pins\":[\"{}\"]}}", asked.argument("arg").unwrap());
			(200, pins.into())
		}
		other => panic!("{other}"),
	});
	let root = cid::of(RAW, b"tea");
	client.unpin(&root).await.unwrap();
	assert!(!client.is_pinned(&root).await.unwrap());
	client.pin(&root, Duration::from_secs(1)).await.unwrap();
}

//! Servers that lie, flood, or say nothing.

use std::{io::Write, thread, time::Duration};

use tea_ipfs::{
	Client, ClientError, ExportError, MAX_BLOCK_LEN,
	cid::{self, DAG_PB, RAW},
	dag_pb::{self, Link},
	unixfs::CHUNK_LEN,
};

use crate::{
	honest::{Blocks, file, keep, keeper},
	server::{client, raw},
};

#[tokio::test]
async fn altered_blocks_are_refused() {
	let blocks = Blocks::default();
	let client = client(move |asked| {
		let (status, mut body) = keep(&blocks, asked);
		if asked.path == "block/get" && body.len() == CHUNK_LEN {
			body[0] ^= 1;
		}
		(status, body)
	});
	let root = client.add_bytes(file(3 * CHUNK_LEN)).await.unwrap().root;
	let refused = client.get_file(&root, 1 << 30).await.unwrap_err();
	assert!(matches!(refused, ClientError::Mismatch(_)), "{refused}");
}

#[tokio::test]
async fn another_name_for_what_was_sent_is_refused() {
	let other = cid::of(RAW, b"other");
	let client = client(move |_| (200, format!("{{\"Key\":\"{other}\"}}").into()));
	let refused = client.add_bytes(file(10)).await.unwrap_err();
	assert!(matches!(refused, ClientError::Mismatch(_)), "{refused}");
	// The same bytes under another codec are another block.
	let twin = cid::of(DAG_PB, b"tea");
	let client = crate::server::client(move |_| (200, format!("{{\"Key\":\"{twin}\"}}").into()));
	let refused = client.block_put(RAW, b"tea".to_vec()).await.unwrap_err();
	assert!(matches!(refused, ClientError::Mismatch(_)), "{refused}");
}

#[tokio::test]
async fn file_that_is_longer_than_allowed_is_refused_at_its_root() {
	let (client, blocks) = keeper();
	let root = client.add_bytes(file(3 * CHUNK_LEN)).await.unwrap().root;
	// Only the root is there, so whoever asks for more does not get this error.
	blocks
		.lock()
		.unwrap()
		.retain(|name, _| *name == root.to_string());
	let refused = client
		.get_file(&root, 3 * CHUNK_LEN as u64 - 1)
		.await
		.unwrap_err();
	assert!(
		matches!(refused, ClientError::Export(ExportError::TooLarge(_))),
		"{refused}"
	);
}

#[tokio::test]
async fn bomb_is_refused() {
	let (client, _) = keeper();
	let mut top = client.block_put(RAW, vec![7; 10]).await.unwrap();
	let mut size = 10u64;
	for _ in 0..3 {
		let link = Link {
			cid: top,
			total: size,
			size,
		};
		let node = dag_pb::write(&vec![link; dag_pb::MAX_LINKS]);
		top = client.block_put(DAG_PB, node).await.unwrap();
		size *= dag_pb::MAX_LINKS as u64;
	}
	let refused = client.get_file(&top, 1 << 30).await.unwrap_err();
	assert!(
		matches!(refused, ClientError::Export(ExportError::TooLarge(_))),
		"{refused}"
	);
	let no_node = client.block_put(DAG_PB, b"no node".to_vec()).await.unwrap();
	let refused = client.get_file(&no_node, 1 << 30).await.unwrap_err();
	assert!(
		matches!(refused, ClientError::Export(ExportError::Node { .. })),
		"{refused}"
	);
}

#[tokio::test]
async fn flood_is_cut_off() {
	let client = raw(|_, stream| {
		stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
		loop {
			stream.write_all(b"10000\r\n")?;
			stream.write_all(&[0; 0x10000])?;
			stream.write_all(b"\r\n")?;
		}
	});
	let refused = client.block_get(&cid::of(RAW, b"tea")).await.unwrap_err();
	assert!(
		matches!(refused, ClientError::TooLong(max) if max == MAX_BLOCK_LEN as u64),
		"{refused}"
	);
	assert!(matches!(
		client.version().await,
		Err(ClientError::TooLong(_))
	));
}

#[tokio::test]
async fn silence_ends_in_time() {
	let client = raw(|_, _| {
		thread::sleep(Duration::from_secs(60));
		Ok(())
	})
	.with_patience(Duration::from_millis(10));
	let cid = cid::of(RAW, b"tea");
	let begun = std::time::Instant::now();
	let refused = client.block_get(&cid).await.unwrap_err();
	assert!(matches!(refused, ClientError::Missing(_)), "{refused}");
	assert!(begun.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn answer_that_is_none_is_said() {
	for body in ["", "tea", "{}", "{\"Key\":5}", "{\"Key\":\"tea\"}"] {
		let client = client(move |_| (200, body.into()));
		assert!(client.block_put(RAW, vec![1]).await.is_err(), "{body}");
		assert!(client.version().await.is_err(), "{body}");
		let pinned = client
			.pin(&cid::of(RAW, b"tea"), Duration::from_secs(1))
			.await;
		assert!(pinned.is_err(), "{body}");
	}
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
	let client = raw(|_, stream| {
		stream.write_all(
			b"HTTP/1.1 307 X\r\nLocation: http://192.0.2.1:5001/\r\nContent-Length: 0\r\n\r\n",
		)
	});
	let refused = client.version().await.unwrap_err();
	assert!(
		matches!(refused, ClientError::Refused { status: 307, .. }),
		"{refused}"
	);
}

#[tokio::test]
async fn server_that_is_not_there_is_named() {
	let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	drop(listener);
	let refused = Client::new(&url).unwrap().version().await.unwrap_err();
	assert!(matches!(refused, ClientError::Unreachable { .. }));
	assert!(refused.to_string().contains(&url), "{refused}");
}

#[tokio::test]
async fn block_that_others_would_drop_is_not_sent() {
	let (client, _) = keeper();
	let refused = client
		.block_put(RAW, vec![0; MAX_BLOCK_LEN + 1])
		.await
		.unwrap_err();
	assert!(matches!(refused, ClientError::TooLong(_)));
}

//! The gateway as browsers use it.

use tea_ipfs::{
	cid::{self, Cid, RAW},
	protobuf::Reader,
	unixfs::CHUNK_LEN,
};

use crate::{files::file, rpc::ask, setup::*};

const CAR: &[(&str, &str)] = &[(
	"accept",
	"application/vnd.ipld.car; version=1; order=dfs; dups=n",
)];

impl Host {
	fn gateway(&self, path: &str) -> String {
		format!("http://{}{path}", self.ready.gateway.as_ref().unwrap())
	}
}

/// The blocks of an archive, in order, each hashed; nothing if it breaks off.
fn blocks_of(car: &[u8]) -> Option<Vec<(Cid, Vec<u8>)>> {
	let mut reader = Reader::new(car);
	let len = reader.varint().ok()?;
	reader.take(len).ok()?;
	let mut blocks = Vec::new();
	while reader.peek().is_some() {
		let len = reader.varint().ok()?;
		let section = reader.take(len).ok()?;
		let (name, block) = section.split_at_checked(36)?;
		let cid = cid::from_bytes(name).unwrap();
		assert!(cid::names(&cid, block));
		blocks.push((cid, block.to_vec()));
	}
	Some(blocks)
}

#[tokio::test]
async fn blocks_are_served_with_the_headers_of_the_specification() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let cid = host.ipfs().block_put(RAW, b"tea".to_vec()).await.unwrap();
	let url = host.gateway(&format!("/ipfs/{cid}?format=raw"));
	let (status, headers, body) = ask(
		"GET",
		url.clone(),
		&[("origin", "http://example.org")],
		Vec::new(),
	)
	.await;
	assert_eq!((status, &body[..]), (200, &b"tea"[..]));
	for (name, value) in [
		("content-type", "application/vnd.ipld.raw".to_owned()),
		(
			"cache-control",
			"public, max-age=29030400, immutable".into(),
		),
		("etag", format!("\"{cid}.raw\"")),
		("x-content-type-options", "nosniff".into()),
		(
			"content-disposition",
			format!("attachment; filename=\"{cid}.bin\""),
		),
		("access-control-allow-origin", "*".into()),
		("content-length", "3".into()),
		("x-ipfs-roots", cid.to_string()),
	] {
		assert_eq!(headers[name], *value, "{name}");
	}
	let (status, headers, body) = ask("HEAD", url.clone(), &[], Vec::new()).await;
	assert_eq!((status, body.len()), (200, 0));
	assert_eq!(headers["content-length"], "3");
	let (status, _, _) = ask("OPTIONS", url.clone(), &[], Vec::new()).await;
	assert_eq!(status, 204);
	let raw: &[_] = &[("accept", "application/vnd.ipld.raw")];
	let (status, _, body) = ask(
		"GET",
		host.gateway(&format!("/ipfs/{cid}")),
		raw,
		Vec::new(),
	)
	.await;
	assert_eq!((status, &body[..]), (200, &b"tea"[..]));
	// What a client has is not sent again.
	let known: &[_] = &[("if-none-match", "W/\"x\", *")];
	let (status, _, body) = ask("GET", url, known, Vec::new()).await;
	assert_eq!((status, body.len()), (304, 0));
	let (status, _, body) = ask(
		"GET",
		host.gateway("/ipfs/bafkqaaa?format=raw"),
		&[],
		Vec::new(),
	)
	.await;
	assert_eq!((status, body.len()), (200, 0));
	let (status, _, body) = ask(
		"GET",
		host.gateway("/ipfs/bafkqaaa?format=car"),
		&[],
		Vec::new(),
	)
	.await;
	assert_eq!((status, blocks_of(&body)), (200, Some(Vec::new())));
}

#[tokio::test]
async fn archive_holds_the_file() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let file = file(4 * CHUNK_LEN + 5, 1);
	let root = host.ipfs().add_bytes(file.clone()).await.unwrap().root;
	let get = |query: &str| {
		ask(
			"GET",
			host.gateway(&format!("/ipfs/{root}{query}")),
			CAR,
			Vec::new(),
		)
	};
	let (status, headers, car) = get("").await;
	assert_eq!(status, 200);
	assert_eq!(
		headers["content-type"],
		"application/vnd.ipld.car; version=1; order=dfs; dups=n"
	);
	let blocks = blocks_of(&car).unwrap();
	assert_eq!((blocks.len(), blocks[0].0), (6, root));
	let leaves: Vec<_> = blocks[1..]
		.iter()
		.flat_map(|(_, block)| block.clone())
		.collect();
	assert!(leaves == file);
	let count = async |query: &str| blocks_of(&get(query).await.2).unwrap().len();
	assert_eq!(count("?dag-scope=block").await, 1);
	assert_eq!(count("?entity-bytes=0:0").await, 2);
	assert_eq!(
		count(&format!("?entity-bytes={}:{}", CHUNK_LEN - 1, CHUNK_LEN)).await,
		3
	);
	assert_eq!(count("?entity-bytes=-5:*").await, 2);
	// The same leaf again and again is there once, or as often as it is met.
	let same = host
		.ipfs()
		.add_bytes(vec![7; 3 * CHUNK_LEN])
		.await
		.unwrap()
		.root;
	let same = |query: &str| host.gateway(&format!("/ipfs/{same}?format=car{query}"));
	let (_, _, once) = ask("GET", same(""), &[], Vec::new()).await;
	assert_eq!(blocks_of(&once).unwrap().len(), 2);
	let (_, _, often) = ask("GET", same("&car-dups=y"), &[], Vec::new()).await;
	assert_eq!(blocks_of(&often).unwrap().len(), 4);
}

#[tokio::test]
async fn archive_with_a_missing_block_breaks_off() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let file = file(3 * CHUNK_LEN, 2);
	let root = host.ipfs().add_bytes(file.clone()).await.unwrap().root;
	let leaf = cid::of(RAW, &file[CHUNK_LEN..2 * CHUNK_LEN]);
	let digest = hex::encode(leaf.hash().digest());
	let path = dir
		.path()
		.join("state/ipfs/blocks")
		.join(&digest[..2])
		.join(&digest);
	std::fs::remove_file(path).unwrap();
	let url = host.gateway(&format!("/ipfs/{root}?format=car"));
	let read = tokio::task::spawn_blocking(move || {
		let mut response = ureq::get(&url).call().unwrap();
		response.body_mut().read_to_vec()
	});
	assert!(read.await.unwrap().is_err(), "it looks whole");
	// The host goes on, and knows what it lacks.
	let (status, _, _) = ask(
		"GET",
		host.gateway(&format!("/ipfs/{leaf}?format=raw")),
		&[],
		Vec::new(),
	)
	.await;
	assert_eq!(status, 404);
}

#[tokio::test]
async fn what_is_not_served_is_refused() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let host = Host::start(a.path(), &["--ipfs-max-file-mib", "2"]).await;
	let other = Host::start(b.path(), &[]).await;
	host.ipfs()
		.swarm_connect(&other.ready.listen)
		.await
		.unwrap();
	let there = other.ipfs().block_put(RAW, b"tea".to_vec()).await.unwrap();
	let here = host.ipfs().block_put(RAW, b"cup".to_vec()).await.unwrap();
	let cached: &[_] = &[("cache-control", "only-if-cached")];
	let html: &[_] = &[("accept", "text/html")];
	for (method, path, headers, status) in [
		// Nothing is fetched for a client of the gateway.
		("GET", format!("/ipfs/{there}?format=raw"), &[][..], 404),
		("GET", format!("/ipfs/{there}?format=raw"), cached, 412),
		("GET", format!("/ipfs/{here}"), html, 400),
		("GET", format!("/ipfs/{here}?format=tar"), &[], 400),
		("GET", format!("/ipfs/{here}/a?format=raw"), &[], 400),
		("GET", "/ipfs/tea?format=raw".into(), &[], 400),
		("GET", "/ipns/example.org".into(), &[], 404),
		("GET", "/api/v0/id".into(), &[], 404),
		("POST", format!("/ipfs/{here}?format=raw"), &[], 405),
	] {
		let (got, answer, body) = ask(method, host.gateway(&path), headers, Vec::new()).await;
		assert_eq!(got, status, "{method} {path}");
		assert_eq!(answer["content-type"], "text/plain; charset=utf-8");
		assert!(!body.is_empty());
	}
	assert!(!host.ipfs().has(&there).await.unwrap());
	let gone = "tea_host_gateway_total{form=\"raw\",status=\"404\"}";
	assert_eq!(host.figure(gone).await, 1.0);
}

#[tokio::test]
async fn client_that_asks_too_much_waits() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &["--gateway-per-second", "2"]).await;
	let mut limited = 0;
	for _ in 0..20 {
		let (status, headers, _) = ask(
			"GET",
			host.gateway("/ipfs/bafkqaaa?format=raw"),
			&[],
			Vec::new(),
		)
		.await;
		if status == 429 {
			assert_eq!(headers["retry-after"], "1");
			limited += 1;
		}
	}
	assert!(limited >= 10, "{limited}");
}

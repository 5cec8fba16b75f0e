//! The RPC as tools for kubo use it, and those who may not.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;
use tea_ipfs::{
	ClientError,
	cid::{self, RAW},
};

use crate::{files::file, setup::*};

/// A request with headers of its own: status, headers and body.
pub(crate) async fn ask(
	method: &'static str,
	url: String,
	headers: &'static [(&'static str, &'static str)],
	body: Vec<u8>,
) -> (u16, ureq::http::HeaderMap, Vec<u8>) {
	tokio::task::spawn_blocking(move || {
		let agent: ureq::Agent = ureq::Agent::config_builder()
			.http_status_as_error(false)
			.allow_non_standard_methods(true)
			.timeout_global(Some(SOON))
			.build()
			.into();
		let mut request = ureq::http::Request::builder().method(method).uri(url);
		for (name, value) in headers {
			request = request.header(*name, *value);
		}
		let mut response = agent.run(request.body(body).unwrap()).unwrap();
		let body = response
			.body_mut()
			.with_config()
			.limit(1 << 30)
			.read_to_vec()
			.unwrap();
		(response.status().as_u16(), response.headers().clone(), body)
	})
	.await
	.unwrap()
}

impl Host {
	fn rpc(&self, path: &str) -> String {
		let address = self.ready.ipfs_rpc.as_ref().unwrap();
		format!("http://{address}/api/v0/{path}")
	}

	/// Status and JSON.
	async fn post(&self, path: &str) -> (u16, Value) {
		let (status, _, body) = ask("POST", self.rpc(path), &[], Vec::new()).await;
		(status, serde_json::from_slice(&body).unwrap_or(Value::Null))
	}

	/// A form of one file.
	async fn form(&self, path: &str, file: &[u8]) -> (u16, Value) {
		const KIND: &[(&str, &str)] = &[("content-type", "multipart/form-data; boundary=x-y-z")];
		let head =
			"--x-y-z\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cup\"\r\n\r\n";
		let form = [head.as_bytes(), file, b"\r\n--x-y-z--\r\n"].concat();
		let (status, _, body) = ask("POST", self.rpc(path), KIND, form).await;
		(status, serde_json::from_slice(&body).unwrap_or(Value::Null))
	}
}

#[tokio::test]
async fn answers_are_those_of_kubo() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let (status, id) = host.post("id").await;
	assert_eq!(
		(status, &id["ID"]),
		(200, &Value::from(&*host.ready.peer_id))
	);
	assert_eq!(id["Addresses"][0], *host.ready.listen);
	assert!(host.post("version").await.1["Version"].is_string());

	let (status, added) = host.form("add", b"tea").await;
	let root = cid::of(RAW, b"tea").to_string();
	assert_eq!(
		(status, &added["Hash"], &added["Name"]),
		(200, &root.clone().into(), &"cup".into())
	);
	let (_, stat) = host.post(&format!("block/stat?arg={root}")).await;
	assert_eq!(
		(&stat["Key"], &stat["Size"]),
		(&root.clone().into(), &3.into())
	);
	let (status, _, bytes) = ask(
		"POST",
		host.rpc(&format!("cat?arg={root}&offset=1&length=1")),
		&[],
		Vec::new(),
	)
	.await;
	assert_eq!((status, &bytes[..]), (200, &b"e"[..]));

	// `add` pins.
	let (_, pins) = host.post("pin/ls").await;
	assert_eq!(pins["Keys"][&root]["Type"], "recursive");
	let (_, line) = host.post("pin/ls?stream=true").await;
	assert_eq!(line["Cid"], *root);
	let (status, gone) = host.post(&format!("pin/rm?arg={root}")).await;
	assert_eq!((status, &gone["Pins"][0]), (200, &root.clone().into()));
	let (status, refused) = host.post(&format!("pin/rm?arg={root}")).await;
	assert_eq!((status, &refused["Type"]), (500, &"error".into()));
	assert!(refused["Message"].as_str().unwrap().contains("not pinned"));
	assert_eq!(host.post(&format!("pin/ls?arg={root}")).await.0, 500);

	let (_, stat) = host.post("repo/stat").await;
	assert_eq!(
		(&stat["NumObjects"], &stat["RepoSize"]),
		(&1.into(), &3.into())
	);
	assert_eq!(host.post("repo/gc").await.0, 200);
	assert_eq!(
		host.post(&format!("routing/provide?arg={root}")).await.0,
		200
	);
	assert_eq!(
		host.post(&format!("routing/findprovs?arg={root}")).await.0,
		200
	);
	assert_eq!(
		host.post("swarm/peers").await.1["Peers"],
		Value::Array(Vec::new())
	);
	assert_eq!(
		host.figure("tea_host_ipfs_rpc_total{endpoint=\"add\",status=\"200\"}")
			.await,
		1.0
	);
}

#[tokio::test]
async fn long_file_is_added_read_and_archived() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let file = file(5 << 20 | 77, 9);
	let (_, added) = host.form("add", &file).await;
	let root = added["Hash"].as_str().unwrap().to_owned();
	assert_eq!(
		root,
		tea_ipfs::client::root_of(&file[..])
			.unwrap()
			.root
			.to_string()
	);
	let cat = |arguments: String| {
		ask(
			"POST",
			host.rpc(&format!("cat?arg={root}{arguments}")),
			&[],
			Vec::new(),
		)
	};
	assert!(cat(String::new()).await.2 == file);
	let (from, count) = ((1 << 20) - 5, (2 << 20) + 9);
	let part = cat(format!("&offset={from}&length={count}")).await.2;
	assert!(part == file[from..from + count]);
	assert_eq!(cat(format!("&offset={}", file.len() + 5)).await.2, b"");
	let (status, _, car) = ask(
		"POST",
		host.rpc(&format!("dag/export?arg={root}")),
		&[],
		Vec::new(),
	)
	.await;
	assert_eq!(status, 200);
	assert!(car.len() > file.len() && car.len() < file.len() + 2000);
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_a_sentence() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &["--ipfs-max-file-mib", "1"]).await;
	let old = "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n";
	let here = cid::of(RAW, b"tea");
	let absent = format!("block/get?arg={here}&timeout=100ms");
	for (path, status, part) in [
		("block/get", 400, "required"),
		(&*format!("block/get?arg={old}"), 400, "version 0"),
		("block/get?arg=tea", 400, "no CID"),
		(
			&*format!("block/get?arg={here}&timeout=soon"),
			400,
			"duration",
		),
		(
			&*format!("block/get?arg={here}&offline=true"),
			500,
			"not found",
		),
		(&*absent, 500, "not found"),
		(
			&*format!("pin/add?arg={here}&recursive=false"),
			400,
			"recursive",
		),
		(
			&*format!("pin/add?arg={here}&name=a%0Ab&timeout=100ms"),
			500,
			"not found",
		),
		(&*format!("routing/provide?arg={here}"), 500, "not found"),
		("pin/ls?type=some", 400, "is not one of"),
		("swarm/connect?arg=/ip4/127.0.0.1/tcp/1", 400, "/p2p/PEER"),
		("swarm/connect?arg=tea", 400, "written like"),
		("files/ls", 404, "does not serve"),
		("../../etc/passwd", 404, "does not serve"),
		("add", 400, "multipart"),
		("block/put", 400, "multipart"),
	] {
		let (got, answer) = host.post(path).await;
		let message = answer["Message"].as_str().unwrap_or_default().to_owned();
		assert_eq!(got, status, "{path}: {message}");
		assert!(message.contains(part), "{path}: {message}");
	}
	for (path, len, status, part) in [
		("block/put?cid-codec=dag-cbor", 3, 400, "dag-cbor"),
		("block/put?mhtype=blake3", 3, 400, "sha2-256"),
		("block/put?mhlen=20", 3, 400, "mhlen"),
		("block/put", tea_ipfs::MAX_BLOCK_LEN + 1, 400, "at most"),
		("block/put", 32 << 20, 400, "at most"),
		("add?chunker=size-262144", 3, 400, "unixfs-v1-2025"),
		("add?cid-version=0", 3, 400, "unixfs-v1-2025"),
		("add?wrap-with-directory=true", 3, 400, "unixfs-v1-2025"),
		("add", (1 << 20) + 1, 500, "at most"),
	] {
		let (got, answer) = host.form(path, &vec![7; len]).await;
		let message = answer["Message"].as_str().unwrap_or_default().to_owned();
		assert_eq!(got, status, "{path}: {message}");
		assert!(message.contains(part), "{path}: {message}");
	}
	let kept = host.post("repo/stat").await.1["NumObjects"].as_u64();
	assert!(kept <= Some(1), "at most the first chunk was kept");
}

#[tokio::test]
async fn pages_in_a_browser_and_other_methods_are_refused() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	for headers in [
		&[("origin", "http://127.0.0.1:9960")][..],
		&[("origin", "null")],
		&[("referer", "http://example.org/")],
		&[("sec-fetch-site", "cross-site")],
	] {
		let (status, got, _) = ask("POST", host.rpc("id"), headers, Vec::new()).await;
		assert_eq!(status, 403, "{headers:?}");
		assert!(!got.contains_key("access-control-allow-origin"));
	}
	for method in ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"] {
		let (status, headers, _) = ask(method, host.rpc("id"), &[], Vec::new()).await;
		assert_eq!(status, 405, "{method}");
		assert_eq!(headers["allow"], "POST");
	}
	let url = format!("http://{}/", host.ready.ipfs_rpc.as_ref().unwrap());
	assert_eq!(ask("POST", url, &[], Vec::new()).await.0, 404);
}

#[tokio::test]
async fn token_is_asked_for_where_there_is_one() {
	let dir = tempfile::tempdir().unwrap();
	let token = dir.path().join("token");
	fs::write(&token, "0123456789abcdef0123\n").unwrap();
	fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
	let host = Host::start(
		dir.path(),
		&["--ipfs-rpc-token-file", token.to_str().unwrap()],
	)
	.await;
	let refused = host.ipfs().id().await.unwrap_err();
	assert!(matches!(refused, ClientError::Refused { status: 403, .. }));
	let refused = host.ipfs().with_token("0123456789abcdef").id().await;
	assert!(refused.is_err());
	let client = host.ipfs().with_token("0123456789abcdef0123");
	assert_eq!(client.id().await.unwrap().peer_id, host.ready.peer_id);
	assert!(!host.log().contains("0123456789abcdef"));
}

#[tokio::test]
async fn full_store_says_so() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &["--ipfs-quota-mib", "2"]).await;
	host.ipfs().block_put(RAW, vec![1; 1 << 20]).await.unwrap();
	let refused = host.ipfs().add_bytes(file(3 << 20, 1)).await.unwrap_err();
	assert!(
		refused.to_string().contains("the store is full"),
		"{refused}"
	);
	host.ipfs().block_put(RAW, vec![1; 1 << 20]).await.unwrap();
}

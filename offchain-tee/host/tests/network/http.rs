//! Pages and their limits.

use crate::setup::*;

#[tokio::test]
async fn pages_are_served() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &[]).await;
	let _one = module(&host, 1).await;
	assert_eq!(host.get("/health").await, (200, "ok\n".into()));
	assert_eq!(host.get("/ready").await, (200, "ready\n".into()));
	let (status, hosts) = host.get("/v1/hosts").await;
	assert_eq!(status, 200);
	let hosts: serde_json::Value = serde_json::from_str(&hosts).unwrap();
	assert_eq!(hosts["hosts"][0]["peer_id"], *host.ready.peer_id);
	assert_eq!(hosts["hosts"][0]["addresses"][0], *host.ready.listen);
	// No node, no list; and it says so.
	let (status, modules) = host.get("/v1/modules").await;
	assert_eq!(status, 503);
	assert!(modules.contains("NoChain"), "{modules}");
	let (status, missing) = host.get("/v1/secrets").await;
	assert_eq!(status, 404);
	assert!(missing.contains("/v1/modules"), "{missing}");
	assert_eq!(host.figure("tea_host_link{event=\"links\"}").await, 1.0);
	assert_eq!(
		host.figure("tea_host_http_total{status=\"503\"}").await,
		1.0
	);
}

#[tokio::test]
async fn client_that_asks_too_much_is_limited() {
	let dir = tempfile::tempdir().unwrap();
	let host = Host::start(dir.path(), &["--http-per-second", "2"]).await;
	let mut limited = 0;
	for _ in 0..20 {
		let (status, body) = host.get("/v1/hosts").await;
		if status == 429 {
			assert!(body.contains("RateLimited"), "{body}");
			limited += 1;
		}
	}
	assert!(limited >= 10, "{limited}");
	// Whether it lives is answered all the same.
	assert_eq!(host.get("/health").await.0, 200);
}

#[tokio::test]
async fn host_waits_for_its_node_and_ends_when_asked() {
	let dir = tempfile::tempdir().unwrap();
	// A port where nobody listens.
	let port = std::net::TcpListener::bind("127.0.0.1:0")
		.unwrap()
		.local_addr()
		.unwrap()
		.port();
	let log = std::fs::File::create(dir.path().join("host.log")).unwrap();
	let mut child = command(dir.path())
		.args(["--chain-rpc", &format!("ws://127.0.0.1:{port}")])
		.stderr(log)
		.spawn()
		.unwrap();
	let begun = std::time::Instant::now();
	while !log_of(dir.path()).contains("trying again for ever") {
		assert!(begun.elapsed() < SOON, "{}", log_of(dir.path()));
		tokio::time::sleep(std::time::Duration::from_millis(50)).await;
	}
	let pid = i32::try_from(child.id()).unwrap();
	nix::sys::signal::kill(
		nix::unistd::Pid::from_raw(pid),
		nix::sys::signal::Signal::SIGTERM,
	)
	.unwrap();
	let status = child.wait().unwrap();
	assert_eq!(status.code(), Some(0), "{}", log_of(dir.path()));
}

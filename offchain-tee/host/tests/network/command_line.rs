//! Bad input: one sentence and a meaningful exit code. Good input: it stops when asked.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Stdio};

use nix::sys::signal::Signal;
use tea_link::HostLink;

use crate::setup::*;

/// Exit code and error output.
fn refused(dir: &Path, args: &[&str]) -> (i32, String) {
	let output = command(dir)
		.args(args)
		.env("RUST_LOG", "off")
		.stdout(Stdio::null())
		.stderr(Stdio::piped())
		.output()
		.unwrap();
	let text = String::from_utf8(output.stderr).unwrap();
	(output.status.code().unwrap(), text)
}

fn expect_sentence((code, text): (i32, String), expected_code: i32, part: &str) {
	assert_eq!(code, expected_code, "{text}");
	assert!(text.contains(part), "{text}");
	assert!(!text.contains("panicked"), "{text}");
	assert_eq!(text.trim_end().lines().count(), 1, "{text}");
}

#[tokio::test]
async fn wrong_configuration_is_refused() {
	let dir = tempfile::tempdir().unwrap();
	let dir = dir.path();
	for (args, part) in [
		(
			&["--listen", "127.0.0.1:1"][..],
			"listen `127.0.0.1:1` is wrong",
		),
		(&["--bootnode", "/ip4/127.0.0.1/tcp/1"], "/p2p/PEER"),
		(&["--link", "tcp:0.0.0.0:1"], "would leave this machine"),
		(&["--http", "0.0.0.0:0"], "--public"),
		(&["--listen", "/ip4/0.0.0.0/tcp/0"], "--public"),
		(&["--chain-rpc", "http://127.0.0.1:9944"], "chain_rpc"),
		(&["--config", "/nonexistent"], "cannot be read"),
	] {
		expect_sentence(refused(dir, args), 2, part);
	}
	let file = dir.join("host.toml");
	fs::write(&file, "letters_per_second = 5\n").unwrap();
	let (code, text) = refused(dir, &["--config", file.to_str().unwrap()]);
	assert_eq!(code, 2);
	assert!(
		text.contains("unknown field `letters_per_second`"),
		"{text}"
	);
}

#[tokio::test]
async fn addresses_in_use_are_named() {
	let [a, b] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
	let host = Host::start(a.path(), &[]).await;
	let (listen, _) = host.ready.listen.split_once("/p2p/").unwrap();
	let http = host.ready.http.as_deref().unwrap();
	for args in [
		["--listen", listen],
		["--http", http],
		["--link", &host.ready.link],
	] {
		// A later flag of the same name goes before an earlier one, but addresses to listen on add up.
		expect_sentence(refused(b.path(), &args), 4, "is in use");
	}
	let args = ["--state-dir", a.path().join("state").to_str().unwrap()].map(ToOwned::to_owned);
	expect_sentence(
		refused(b.path(), &[&args[0], &args[1]]),
		3,
		"another host runs",
	);
}

#[tokio::test]
async fn unusable_state_directory_is_named() {
	let dir = tempfile::tempdir().unwrap();
	let file = dir.path().join("file");
	fs::write(&file, b"").unwrap();
	let args = ["--state-dir", file.to_str().unwrap()];
	expect_sentence(refused(dir.path(), &args), 3, "--state-dir");
	// A key that everybody can read.
	let state = dir.path().join("state");
	fs::create_dir(&state).unwrap();
	fs::write(state.join("peer.key"), [1; 32]).unwrap();
	fs::set_permissions(state.join("peer.key"), fs::Permissions::from_mode(0o644)).unwrap();
	expect_sentence(refused(dir.path(), &[]), 3, "chmod 600");
	// A place for the ready file that is none.
	fs::set_permissions(state.join("peer.key"), fs::Permissions::from_mode(0o600)).unwrap();
	let args = ["--ready-file", "/nonexistent/ready.json"];
	expect_sentence(refused(dir.path(), &args), 3, "ready file");
}

#[tokio::test]
async fn configuration_is_shown_as_it_would_be_read() {
	let dir = tempfile::tempdir().unwrap();
	let show = |args: &[&str]| {
		let output = std::process::Command::new(env!("CARGO_BIN_EXE_tea-host"))
			.args(["config", "show"])
			.args(args)
			.env("TEA_HOST_HTTP", "127.0.0.1:7")
			.output()
			.unwrap();
		assert!(output.status.success());
		String::from_utf8(output.stdout).unwrap()
	};
	let first = show(&["--listen", "/ip4/127.0.0.1/tcp/9", "--chain-rpc", "none"]);
	assert!(first.contains("http = \"127.0.0.1:7\""), "{first}");
	let file = dir.path().join("host.toml");
	fs::write(&file, &first).unwrap();
	assert_eq!(show(&["--config", file.to_str().unwrap()]), first);
}

#[tokio::test]
async fn host_drains_when_asked_to_stop() {
	let dir = tempfile::tempdir().unwrap();
	for signal in [Signal::SIGTERM, Signal::SIGINT] {
		let mut host = Host::start(dir.path(), &["--link", "tcp:127.0.0.1:0"]).await;
		assert!(host.ready.link.starts_with("tcp:127.0.0.1:"));
		let one = module(&host, 1).await;
		let mut state = one.state();
		state.mark_unchanged();
		host.signal(signal);
		assert_eq!(host.ended().await.code(), Some(0), "{}", host.log());
		state.changed().await.unwrap();
		assert_eq!(one.host_info(), None);
		assert!(!dir.path().join("ready.json").exists());
		assert!(host.log().contains("host has stopped"), "{}", host.log());
	}
}

//! Letters between hosts that do what they should.

use std::time::Duration;

use nix::sys::signal::Signal;
use tea_link::{HostLink, MAX_SEALED_LEN, SendError};

use crate::setup::*;

fn dirs<const N: usize>() -> [tempfile::TempDir; N] {
	std::array::from_fn(|_| tempfile::tempdir().unwrap())
}

#[tokio::test]
async fn letters_between_mailboxes_of_two_hosts_and_of_one() {
	let [a, b] = dirs();
	let a = Host::start(a.path(), &[]).await;
	let b = Host::start(b.path(), &["--bootnode", &a.ready.listen]).await;
	let (one, two, three) = (
		module(&a, 1).await,
		module(&b, 2).await,
		module(&a, 3).await,
	);
	send(&one, 2, b"from one to two").await;
	expect(&two, b"from one to two").await;
	send(&two, 1, b"from two to one").await;
	expect(&one, b"from two to one").await;
	send(&one, 3, b"on one host").await;
	expect(&three, b"on one host").await;
	// The largest letter that is relayed.
	let large = vec![7; MAX_SEALED_LEN];
	send(&one, 2, &large).await;
	expect(&two, &large).await;
	let info = one.host_info().unwrap();
	assert_eq!(info.peer_id, a.ready.peer_id);
	assert_eq!(info.addresses, std::slice::from_ref(&a.ready.listen));
}

#[tokio::test]
async fn hosts_find_each_other_through_a_third() {
	let [a, b, c] = dirs();
	let a = Host::start(a.path(), &[]).await;
	let bootnode = ["--bootnode", &a.ready.listen];
	let b = Host::start(b.path(), &bootnode).await;
	let c = Host::start(c.path(), &bootnode).await;
	let (two, three) = (module(&b, 2).await, module(&c, 3).await);
	send(&two, 3, b"to three").await;
	expect(&three, b"to three").await;
	send(&three, 2, b"to two").await;
	expect(&two, b"to two").await;
	// The one in the middle carried none of them.
	assert_eq!(
		a.figure("tea_host_letters_total{result=\"ok\",way=\"in\"}")
			.await,
		0.0
	);
}

#[tokio::test]
async fn letters_flow_again_after_a_host_died() {
	let [a, b] = dirs();
	let a = Host::start(a.path(), &[]).await;
	let bootnode = ["--bootnode", &a.ready.listen];
	let mut host = Host::start(b.path(), &bootnode).await;
	let peer = host.ready.peer_id.clone();
	let (one, two) = (module(&a, 1).await, module(&host, 2).await);
	send(&one, 2, b"before").await;
	expect(&two, b"before").await;

	host.signal(Signal::SIGKILL);
	host.ended().await;
	let refused = one.send(mailbox(2), b"meanwhile".to_vec()).await;
	assert!(
		matches!(
			refused,
			Err(SendError::Unreachable | SendError::NoSuchMailbox)
		),
		"{refused:?}"
	);
	assert_eq!(
		two.send(mailbox(1), vec![0]).await,
		Err(SendError::HostGone)
	);

	// The same name, another port.
	let host = Host::start(b.path(), &bootnode).await;
	assert_eq!(host.ready.peer_id, peer);
	up(&two).await;
	send(&one, 2, b"after").await;
	expect(&two, b"after").await;
	send(&two, 1, b"answer").await;
	expect(&one, b"answer").await;
}

/// A free port that the system gives to nobody by itself: whoever dials a port without a listener may else get it for its own end.
fn quiet_port() -> u16 {
	let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
	(first..)
		.find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
		.unwrap()
}

#[tokio::test]
async fn bootnode_that_comes_later_or_comes_back_is_found() {
	let [a, b] = dirs();
	let mut host = Host::start(a.path(), &[]).await;
	let (_, peer) = host.ready.listen.split_once("/p2p/").unwrap();
	let fixed = format!("/ip4/127.0.0.1/tcp/{}", quiet_port());
	let address = format!("{fixed}/p2p/{peer}");
	host.signal(Signal::SIGTERM);
	host.ended().await;
	// Nobody is there when this one starts.
	let b = Host::start(b.path(), &["--bootnode", &address]).await;
	let two = module(&b, 2).await;
	tokio::time::sleep(Duration::from_millis(1500)).await;
	// The last --listen counts beside the first: a free port and the known one.
	let a = Host::start(a.path(), &["--listen", &fixed]).await;
	let one = module(&a, 1).await;
	send(&one, 2, b"hello").await;
	expect(&two, b"hello").await;
}

#[tokio::test]
async fn unknown_mailbox_is_said() {
	let [a, b] = dirs();
	let a = Host::start(a.path(), &[]).await;
	let b = Host::start(b.path(), &["--bootnode", &a.ready.listen]).await;
	let one = module(&b, 1).await;
	for _ in 0..2 {
		let refused = one.send(mailbox(99), vec![0]).await;
		assert_eq!(refused, Err(SendError::NoSuchMailbox));
	}
	let refused = one.send(mailbox(99), vec![0; MAX_SEALED_LEN + 1]).await;
	assert_eq!(refused, Err(SendError::TooLong));
}

#[tokio::test]
async fn module_that_moves_is_found_again() {
	let [a, b, c] = dirs();
	let a = Host::start(a.path(), &[]).await;
	let bootnode = ["--bootnode", &a.ready.listen];
	let b = Host::start(b.path(), &bootnode).await;
	let c = Host::start(c.path(), &bootnode).await;
	let one = module(&a, 1).await;
	let two = module(&b, 2).await;
	send(&one, 2, b"at b").await;
	expect(&two, b"at b").await;
	drop(two);
	let two = module(&c, 2).await;
	// Until the old host has noticed, it may say that it took a letter; a module repeats what is not answered.
	let begun = std::time::Instant::now();
	loop {
		send(&one, 2, b"at c").await;
		if tokio::time::timeout(Duration::from_secs(1), next_letter(&two))
			.await
			.is_ok()
		{
			break;
		}
		assert!(begun.elapsed() < SOON);
	}
}

/// The network library keeps one request while it connects to a host; the others must not get lost.
#[tokio::test]
async fn many_letters_to_a_host_that_is_not_connected() {
	let [a, b] = dirs();
	let mut host = Host::start(b.path(), &[]).await;
	let a = Host::start(a.path(), &["--bootnode", &host.ready.listen]).await;
	let (one, two) = (module(&a, 1).await, module(&host, 2).await);
	send(&one, 2, b"route").await;
	expect(&two, b"route").await;
	// It goes and comes back between two tries to reach it.
	host.signal(Signal::SIGKILL);
	host.ended().await;
	tokio::time::sleep(Duration::from_secs(8)).await;
	let fixed = host.ready.listen.split_once("/p2p/").unwrap().0.to_owned();
	let host = Host::start_at(b.path(), &fixed).await;
	up(&two).await;
	tokio::time::sleep(Duration::from_millis(200)).await;
	assert_eq!(host.figure("tea_host_peers").await, 0.0);
	let sends: Vec<_> = (0..20u8)
		.map(|number| {
			let one = one.clone();
			tokio::spawn(async move { one.send(mailbox(2), vec![number]).await })
		})
		.collect();
	for send in sends {
		assert_eq!(send.await.unwrap(), Ok(()));
	}
	let mut came: Vec<_> = Vec::new();
	while came.len() < 20 {
		let letter = next_letter(&two).await;
		if !came.contains(&letter) {
			came.push(letter);
		}
	}
}

//! Two ends that play by the rules.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tea_link::{
	HostLink, Incoming, LinkAddress, LinkError, LinkState, MAX_SEALED_LEN, Mailbox, Replays,
	SendError, SignedPong, StreamLink, letter,
	link::AttachError,
	server::{BindError, Limits, PingError, Relay, Server},
};
use tea_primitives::ids::ModuleId;
use tokio::time::timeout;

use crate::setup::*;

#[tokio::test]
async fn two_modules_one_host() {
	let dir = tempfile::tempdir().unwrap();
	for address in [unix(dir.path()), "tcp:127.0.0.1:0".parse().unwrap()] {
		let server = serve(&address, Limits::default()).await;
		let one = link(server.local(), 1).await;
		let two = link(server.local(), 2).await;
		one.send(mailbox(2), sealed(1, 2, b"to two")).await.unwrap();
		two.send(mailbox(1), sealed(2, 1, b"to one")).await.unwrap();
		for (link, me, from, body) in [(&one, 1, 2, b"to one"), (&two, 2, 1, b"to two")] {
			let sealed = next_letter(link).await;
			let opened = letter::open(&sealed, &GENESIS, &transport(me), &party(me), 1).unwrap();
			let key = keypair(from).public.to_bytes();
			let letter = opened
				.verify(&party(from), &key, &mut Replays::default())
				.unwrap();
			assert_eq!(letter.body, body);
		}
		assert_eq!(one.host_info(), Some(info()));
		assert_eq!(server.stats().delivered, 2);
		server.close().await;
	}
}

#[tokio::test]
async fn one_link_serves_several_mailboxes() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let one = link(server.local(), 1).await;
	one.attach(transport(2)).await.unwrap();
	for to in [1, 2] {
		one.send(mailbox(to), vec![to]).await.unwrap();
		let expected = Incoming::Letter {
			mailbox: mailbox(to),
			sealed: vec![to],
		};
		assert_eq!(one.next().await, expected);
	}
	one.detach(mailbox(2)).await;
	until("the mailbox is given up", || {
		!server.mailboxes().contains(&mailbox(2))
	})
	.await;
	assert_eq!(
		one.send(mailbox(2), vec![0]).await,
		Err(SendError::NoSuchMailbox)
	);
}

#[tokio::test]
async fn unknown_mailbox_and_oversize_are_refused() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let one = link(server.local(), 1).await;
	assert_eq!(
		one.send(mailbox(9), vec![0]).await,
		Err(SendError::NoSuchMailbox)
	);
	assert_eq!(
		one.send(mailbox(1), vec![0; MAX_SEALED_LEN + 1]).await,
		Err(SendError::TooLong)
	);
	one.send(mailbox(1), vec![7; MAX_SEALED_LEN]).await.unwrap();
	assert_eq!(next_letter(&one).await.len(), MAX_SEALED_LEN);
}

#[tokio::test]
async fn link_comes_back_and_attaches_again() {
	let dir = tempfile::tempdir().unwrap();
	let address = unix(dir.path());
	// The module is there first.
	let one = StreamLink::with_timing(address.clone(), quick());
	let kept = timeout(SOON, one.attach(transport(1))).await.unwrap();
	assert_eq!(kept, Ok(mailbox(1)));
	assert_eq!(
		one.send(mailbox(1), vec![0]).await,
		Err(SendError::HostGone)
	);
	assert_eq!(one.host_info(), None);
	for round in 1..=3 {
		let server = serve(&address, Limits::default()).await;
		up(&one).await;
		until("the mailbox is attached again", || {
			server.mailboxes().contains(&mailbox(1))
		})
		.await;
		one.send(mailbox(1), vec![round]).await.unwrap();
		assert_eq!(next_letter(&one).await, [round]);
		server.close().await;
		let reason = down(&one).await;
		assert!(reason.contains("shuts down"), "{reason}");
	}
	assert_eq!(one.stats().connects, 3);
}

#[tokio::test]
async fn host_that_dies_without_a_word_is_noticed() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let one = link(server.local(), 1).await;
	drop(server);
	down(&one).await;
}

#[tokio::test]
async fn waiting_for_a_letter_may_be_cancelled() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let one = link(server.local(), 1).await;
	for number in 0..20u8 {
		let _ = timeout(Duration::from_millis(1), one.next()).await;
		server
			.mailboxes()
			.deliver(mailbox(1), vec![number])
			.unwrap();
		assert_eq!(next_letter(&one).await, [number]);
	}
}

#[tokio::test]
async fn ping_is_answered_by_the_module_that_was_asked() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let one = link(server.local(), 1).await;
	let answering = tokio::spawn(async move {
		while let Incoming::Ping {
			mailbox: asked,
			ping,
			challenge,
		} = one.next().await
		{
			assert_eq!(asked, mailbox(1));
			let pong = SignedPong::sign(&keypair(1), &GENESIS, ModuleId(1), 1, &challenge);
			one.pong(ping, pong).await.unwrap();
		}
	});
	let mailboxes = server.mailboxes();
	let pong = mailboxes.ping(mailbox(1), [5; 32], SOON).await.unwrap();
	assert!(pong.verify(&GENESIS, &[5; 32], &keypair(1).public.to_bytes()));
	assert_eq!(
		mailboxes.ping(mailbox(2), [5; 32], SOON).await,
		Err(PingError::NoSuchMailbox)
	);
	answering.abort();
	let impatient = Duration::from_millis(50);
	assert!(
		mailboxes
			.ping(mailbox(1), [5; 32], impatient)
			.await
			.is_err()
	);
}

#[tokio::test]
async fn limits_of_a_link_hold() {
	let dir = tempfile::tempdir().unwrap();
	let limits = Limits {
		connections: 1,
		mailboxes: 2,
		letters_per_second: 5,
		..Limits::default()
	};
	let server = serve(&unix(dir.path()), limits).await;
	let one = link(server.local(), 1).await;
	one.attach(transport(2)).await.unwrap();
	assert_eq!(
		one.attach(transport(3)).await,
		Err(LinkError::Refused(AttachError::TooMany))
	);
	// What is attached already may be attached again.
	one.attach(transport(1)).await.unwrap();

	let second = StreamLink::with_timing(server.local().clone(), quick());
	let reason = down(&second).await;
	assert!(reason.contains("as many links as it may"), "{reason}");

	let mut refused = 0;
	for _ in 0..10 {
		if one.send(mailbox(2), vec![0]).await == Err(SendError::RateLimited) {
			refused += 1;
		}
	}
	assert!(refused >= 4, "{refused}");
	assert!(server.stats().limited >= 4);
	assert!(server.stats().refused_links >= 1);
}

#[tokio::test]
async fn flood_of_letters_is_dropped_and_counted() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let one = link(server.local(), 1).await;
	// The module does not read its letters at all; its other calls go on.
	let mailboxes = server.mailboxes();
	let mut taken = 0;
	for _ in 0..2000 {
		match mailboxes.deliver(mailbox(1), vec![0; 64 * 1024]) {
			Ok(()) => taken += 1,
			Err(error) => {
				assert_eq!(error, SendError::Busy);
				tokio::time::sleep(Duration::from_millis(1)).await;
			}
		}
	}
	until("all that was taken arrived", || {
		one.stats().letters == taken
	})
	.await;
	let kept = taken - one.stats().dropped;
	assert!(kept <= 256, "{kept} letters are kept");
	one.send(mailbox(9), vec![0]).await.unwrap_err();
	assert!(matches!(&*one.state().borrow(), LinkState::Up(_)));
}

#[tokio::test]
async fn newest_owner_has_the_mailbox() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let old = link(server.local(), 1).await;
	let new = link(server.local(), 1).await;
	server.mailboxes().deliver(mailbox(1), vec![1]).unwrap();
	assert_eq!(next_letter(&new).await, [1]);
	// What the old one gives up now is not its own.
	old.detach(mailbox(1)).await;
	drop(old);
	tokio::time::sleep(Duration::from_millis(50)).await;
	server.mailboxes().deliver(mailbox(1), vec![2]).unwrap();
	assert_eq!(next_letter(&new).await, [2]);
}

/// Another host, at the end of the network.
struct Far(Duration, Result<(), SendError>);

#[async_trait]
impl Relay for Far {
	async fn relay(&self, _to: Mailbox, _sealed: Vec<u8>) -> Result<(), SendError> {
		tokio::time::sleep(self.0).await;
		self.1
	}
}

#[tokio::test]
async fn letters_for_other_hosts_are_relayed_side_by_side() {
	let dir = tempfile::tempdir().unwrap();
	let far = Far(Duration::from_millis(300), Ok(()));
	let limits = Limits {
		in_flight: 8,
		..Limits::default()
	};
	let server = Server::bind(&unix(dir.path()), info(), Arc::new(far), limits)
		.await
		.unwrap();
	let one = link(server.local(), 1).await;
	let begun = std::time::Instant::now();
	let sends: Vec<_> = (0..16)
		.map(|_| {
			let one = one.clone();
			tokio::spawn(async move { one.send(mailbox(9), vec![0]).await })
		})
		.collect();
	for send in sends {
		assert_eq!(send.await.unwrap(), Ok(()));
	}
	let took = begun.elapsed();
	// Two lots of eight, not sixteen one after the other and not all at once.
	assert!(
		took >= Duration::from_millis(550) && took < Duration::from_secs(3),
		"{took:?}"
	);
}

#[tokio::test]
async fn host_that_goes_while_a_letter_is_under_way_says_so() {
	let dir = tempfile::tempdir().unwrap();
	let far = Far(Duration::from_secs(600), Ok(()));
	let address = unix(dir.path());
	let server = Server::bind(&address, info(), Arc::new(far), Limits::default())
		.await
		.unwrap();
	let one = link(server.local(), 1).await;
	let sending = tokio::spawn({
		let one = one.clone();
		async move { one.send(mailbox(9), vec![0]).await }
	});
	tokio::time::sleep(Duration::from_millis(100)).await;
	server.close().await;
	assert_eq!(sending.await.unwrap(), Err(SendError::HostGone));
}

#[tokio::test]
async fn address_in_use_is_refused_and_a_dead_socket_is_not() {
	let dir = tempfile::tempdir().unwrap();
	let address = unix(dir.path());
	let refused = |address: LinkAddress| async move {
		let limits = Limits::default();
		let relay = Arc::new(tea_link::server::NoRelay);
		match Server::bind(&address, info(), relay, limits).await {
			Ok(_) => panic!("{address} was taken twice"),
			Err(error) => error,
		}
	};
	let server = serve(&address, Limits::default()).await;
	assert!(matches!(
		refused(address.clone()).await,
		BindError::InUse(_)
	));
	let tcp = serve(&"tcp:127.0.0.1:0".parse().unwrap(), Limits::default()).await;
	let error = refused(tcp.local().clone()).await;
	assert!(
		error.to_string().contains("stop the other process"),
		"{error}"
	);
	server.close().await;

	// A socket file that nobody listens on, as after SIGKILL.
	drop(std::os::unix::net::UnixListener::bind(dir.path().join("link.sock")).unwrap());
	let server = serve(&address, Limits::default()).await;
	link(server.local(), 1).await;
	server.close().await;

	// A file that is no socket stays.
	std::fs::write(dir.path().join("link.sock"), b"mine").unwrap();
	assert!(matches!(refused(address).await, BindError::Io { .. }));
	assert_eq!(
		std::fs::read(dir.path().join("link.sock")).unwrap(),
		b"mine"
	);
}

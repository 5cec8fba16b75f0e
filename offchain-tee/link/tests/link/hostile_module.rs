//! Programs that connect to the host and do not play by the rules.

use std::time::Duration;

use tea_link::{
	HostLink, Mailbox, SendError,
	server::{Limits, Server},
	wire::{CloseReason, FromHost, ToHost},
};
use tokio::{io::AsyncWriteExt, net::UnixStream};

use crate::setup::*;

async fn connect(server: &Server) -> UnixStream {
	let path = server.local().to_string();
	UnixStream::connect(path.strip_prefix("unix:").unwrap())
		.await
		.unwrap()
}

fn hello(oldest: u16, newest: u16) -> ToHost {
	ToHost::Hello {
		magic: *b"tea/link",
		oldest,
		newest,
	}
}

async fn greeted(server: &Server) -> UnixStream {
	let mut stream = connect(server).await;
	write(&mut stream, &hello(1, 1)).await;
	let answer = read::<FromHost>(&mut stream).await;
	assert!(matches!(answer, Some(FromHost::Hello { version: 1, .. })));
	stream
}

/// The reason that the host gives; whatever it says before is skipped.
async fn goodbye(stream: &mut UnixStream) -> Option<CloseReason> {
	loop {
		match read::<FromHost>(stream).await? {
			FromHost::Goodbye { reason } => return Some(reason),
			_ => continue,
		}
	}
}

/// The host still serves others.
async fn still_serves(server: &Server) {
	let link = link(server.local(), 200).await;
	link.send(mailbox(200), vec![1]).await.unwrap();
	assert_eq!(next_letter(&link).await, [1]);
}

#[tokio::test]
async fn nonsense_before_the_greeting_ends_the_link() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let beginnings: [&[u8]; 5] = [
		b"GET / HTTP/1.1\r\n\r\n",
		&[0xff; 64],
		&[0, 0, 0, 0],
		&[1, 0, 0, 0, 1],
		// A greeting of 5 KB.
		&[0x88, 0x13, 0, 0, 0],
	];
	for bytes in beginnings {
		let mut stream = connect(&server).await;
		stream.write_all(bytes).await.unwrap();
		assert_eq!(goodbye(&mut stream).await, Some(CloseReason::Malformed));
	}
	// Another magic.
	let mut stream = connect(&server).await;
	let other = ToHost::Hello {
		magic: *b"tea/knil",
		oldest: 1,
		newest: 1,
	};
	write(&mut stream, &other).await;
	assert_eq!(goodbye(&mut stream).await, Some(CloseReason::Malformed));
	assert_eq!(server.stats().malformed, 6);
	still_serves(&server).await;
}

#[tokio::test]
async fn versions_are_negotiated() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let mut newer = connect(&server).await;
	write(&mut newer, &hello(1, 9)).await;
	let answer = read::<FromHost>(&mut newer).await;
	assert!(matches!(answer, Some(FromHost::Hello { version: 1, .. })));
	for (oldest, newest) in [(2, 9), (0, 0), (2, 1)] {
		let mut stream = connect(&server).await;
		write(&mut stream, &hello(oldest, newest)).await;
		assert_eq!(goodbye(&mut stream).await, Some(CloseReason::Version));
	}
}

#[tokio::test]
async fn nonsense_after_the_greeting_ends_the_link() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	for bytes in [
		&[0xff, 0xff, 0xff, 0xff][..],
		&[0, 0, 0, 0],
		&[2, 0, 0, 0, 1, 0],
		&[1, 0, 0, 0, 99],
		// One byte more than a frame may have.
		&[0x81, 0, 0x10, 0],
	] {
		let mut stream = greeted(&server).await;
		stream.write_all(bytes).await.unwrap();
		assert_eq!(goodbye(&mut stream).await, Some(CloseReason::Malformed));
	}
	// A second greeting, and a proof that nobody asked for.
	for message in [
		hello(1, 1),
		ToHost::Prove {
			id: 1,
			answer: [0; 32],
		},
	] {
		let mut stream = greeted(&server).await;
		write(&mut stream, &message).await;
		assert_eq!(goodbye(&mut stream).await, Some(CloseReason::Malformed));
	}
	still_serves(&server).await;
}

#[tokio::test]
async fn silence_and_dribble_end_the_link() {
	let dir = tempfile::tempdir().unwrap();
	let limits = Limits {
		hello: Duration::from_millis(100),
		silence: Duration::from_millis(200),
		..Limits::default()
	};
	let server = serve(&unix(dir.path()), limits).await;
	let mut silent = connect(&server).await;
	assert_eq!(goodbye(&mut silent).await, Some(CloseReason::Silent));
	let mut dribbling = greeted(&server).await;
	dribbling.write_all(&[100, 0]).await.unwrap();
	assert_eq!(goodbye(&mut dribbling).await, Some(CloseReason::Silent));
	assert_eq!(server.stats().silent, 2);
}

#[tokio::test]
async fn stranger_does_not_get_a_mailbox() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let owner = link(server.local(), 1).await;
	let mut stranger = greeted(&server).await;
	let attach = ToHost::Attach {
		id: 1,
		mailbox: mailbox(1),
	};
	write(&mut stranger, &attach).await;
	let challenge = read::<FromHost>(&mut stranger).await;
	assert!(matches!(challenge, Some(FromHost::Challenge { id: 1, .. })));
	let guess = ToHost::Prove {
		id: 1,
		answer: [0; 32],
	};
	write(&mut stranger, &guess).await;
	let answer = read::<FromHost>(&mut stranger).await;
	assert!(matches!(
		answer,
		Some(FromHost::Attached { result: Err(_), .. })
	));
	// A key that opens for everybody is no mailbox.
	let attach = ToHost::Attach {
		id: 2,
		mailbox: Mailbox([0; 32]),
	};
	write(&mut stranger, &attach).await;
	let answer = read::<FromHost>(&mut stranger).await;
	assert!(matches!(
		answer,
		Some(FromHost::Attached { result: Err(_), .. })
	));
	server.mailboxes().deliver(mailbox(1), vec![5]).unwrap();
	assert_eq!(next_letter(&owner).await, [5]);
}

#[tokio::test]
async fn asking_again_takes_no_more_room() {
	let dir = tempfile::tempdir().unwrap();
	let server = serve(&unix(dir.path()), Limits::default()).await;
	let mut stream = greeted(&server).await;
	let mut last = None;
	for id in 0..40 {
		let attach = ToHost::Attach {
			id,
			mailbox: mailbox(1),
		};
		write(&mut stream, &attach).await;
		last = read::<FromHost>(&mut stream).await;
		assert!(matches!(last, Some(FromHost::Challenge { .. })), "{last:?}");
	}
	let Some(FromHost::Challenge { id, sealed }) = last else {
		unreachable!("looked at above");
	};
	let answer = open_challenge(&sealed);
	write(&mut stream, &ToHost::Prove { id, answer }).await;
	assert!(matches!(
		read(&mut stream).await,
		Some(FromHost::Attached { result: Ok(()), .. })
	));
}

#[tokio::test]
async fn slow_reader_is_dropped_with_a_reason() {
	let dir = tempfile::tempdir().unwrap();
	let limits = Limits {
		write: Duration::from_millis(300),
		queue_kib: 4 * 1024,
		..Limits::default()
	};
	let server = serve(&unix(dir.path()), limits).await;
	let mut slow = greeted(&server).await;
	// It attaches as it should, and then reads nothing more.
	let attach = ToHost::Attach {
		id: 1,
		mailbox: mailbox(1),
	};
	write(&mut slow, &attach).await;
	let Some(FromHost::Challenge { id, sealed }) = read(&mut slow).await else {
		panic!("no challenge");
	};
	let answer = open_challenge(&sealed);
	write(&mut slow, &ToHost::Prove { id, answer }).await;
	assert!(matches!(
		read(&mut slow).await,
		Some(FromHost::Attached { result: Ok(()), .. })
	));
	let mailboxes = server.mailboxes();
	until("the mailbox is attached", || {
		mailboxes.contains(&mailbox(1))
	})
	.await;
	let mut taken = 0;
	let refusal = loop {
		match mailboxes.deliver(mailbox(1), vec![0; 512 * 1024]) {
			Ok(()) => taken += 1,
			Err(error) => break error,
		}
	};
	assert_eq!(refusal, SendError::Busy);
	assert!(taken <= 8, "{taken} half MiB wait");
	until("the link is cut off", || server.stats().slow_readers == 1).await;
	until("its mailbox is gone", || !mailboxes.contains(&mailbox(1))).await;
	still_serves(&server).await;
}

/// What a module does with a challenge, written out once more.
fn open_challenge(sealed: &[u8]) -> [u8; 32] {
	use sha2::Digest;
	use tea_envelope::{Context, Message, Party, Purpose, Subject};
	let digest = sha2::Sha256::new()
		.chain_update(b"tea/attach/v1")
		.chain_update(mailbox(1).0)
		.finalize();
	let context = Context {
		purpose: Purpose::Message,
		subject: Subject::Content(digest.into()),
		sender: Party::Account([0; 32]),
		receiver: Party::Account(mailbox(1).0),
		boot_seq: 0,
		block: 0,
	};
	Message::from_bytes(sealed)
		.unwrap()
		.open(&transport(1), &[0; 32], &context)
		.unwrap()
		.as_slice()
		.try_into()
		.unwrap()
}

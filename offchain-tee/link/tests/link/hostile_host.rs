//! A host that lies. What it does to letters is in the tests of letters; here is what it does to the link.

use std::{sync::Arc, time::Duration};

use tea_link::{
	HostLink, Incoming, Letter, LetterError, Replays, SendError, SignedPong, StreamLink, letter,
	link::AttachError,
	wire::{CloseReason, FromHost, ToHost},
};
use tea_primitives::ids::ModuleId;
use tokio::{
	io::AsyncWriteExt,
	net::{UnixListener, UnixStream},
	sync::Mutex,
};

use crate::setup::*;

struct Liar {
	_dir: tempfile::TempDir,
	listener: UnixListener,
	link: StreamLink,
}

impl Liar {
	async fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let listener = UnixListener::bind(dir.path().join("link.sock")).unwrap();
		let link = StreamLink::with_timing(unix(dir.path()), quick());
		link.attach(transport(1)).await.unwrap();
		Self {
			_dir: dir,
			listener,
			link,
		}
	}

	async fn accept(&self) -> UnixStream {
		let (mut stream, _) = self.listener.accept().await.unwrap();
		let hello = read::<ToHost>(&mut stream).await;
		assert!(matches!(
			hello,
			Some(ToHost::Hello {
				oldest: 1,
				newest: 1,
				..
			})
		));
		let hello = FromHost::Hello {
			version: 1,
			info: info(),
		};
		write(&mut stream, &hello).await;
		assert!(matches!(
			read::<ToHost>(&mut stream).await,
			Some(ToHost::Attach { .. })
		));
		up(&self.link).await;
		stream
	}

	async fn still_works(&self) {
		let mut stream = self.accept().await;
		write(&mut stream, &a_letter(b"still")).await;
		assert_eq!(next_letter(&self.link).await, b"still");
	}
}

fn a_letter(sealed: &[u8]) -> FromHost {
	FromHost::Letter {
		mailbox: mailbox(1),
		sealed: sealed.to_vec(),
	}
}

#[tokio::test]
async fn link_survives_a_host_that_speaks_nonsense() {
	let liar = Liar::new().await;
	for bytes in [
		&[0xff; 16][..],
		&[0, 0, 0, 0],
		&[1, 0, 0, 0, 200],
		&[0x81, 0, 0x10, 0, 5],
	] {
		let mut stream = liar.accept().await;
		stream.write_all(bytes).await.unwrap();
		down(&liar.link).await;
	}
	for message in [
		FromHost::Hello {
			version: 1,
			info: info(),
		},
		FromHost::Goodbye {
			reason: CloseReason::SlowReader,
		},
	] {
		let mut stream = liar.accept().await;
		write(&mut stream, &message).await;
		down(&liar.link).await;
	}
	// Half a letter and then nothing.
	let mut stream = liar.accept().await;
	stream.write_all(&[100, 0, 0, 0, 5]).await.unwrap();
	drop(stream);
	down(&liar.link).await;
	// What was no message, and a greeting that was not due; not the goodbye, and not the letter that broke off.
	assert_eq!(liar.link.stats().malformed, 5);
	liar.still_works().await;
}

#[tokio::test]
async fn host_of_another_version_is_no_host() {
	let liar = Liar::new().await;
	for version in [0, 2] {
		let (mut stream, _) = liar.listener.accept().await.unwrap();
		let hello = FromHost::Hello {
			version,
			info: info(),
		};
		write(&mut stream, &hello).await;
		let reason = down(&liar.link).await;
		assert!(reason.contains("does not speak this protocol"), "{reason}");
	}
	liar.still_works().await;
}

#[tokio::test]
async fn attachment_that_is_lost_or_refused_is_asked_for_again() {
	let dir = tempfile::tempdir().unwrap();
	let listener = UnixListener::bind(dir.path().join("link.sock")).unwrap();
	let timing = tea_link::Timing {
		attach: Duration::from_millis(100),
		..quick()
	};
	let link = StreamLink::with_timing(unix(dir.path()), timing);
	link.attach(transport(1)).await.unwrap();
	let (mut stream, _) = listener.accept().await.unwrap();
	let hello = FromHost::Hello {
		version: 1,
		info: info(),
	};
	assert!(matches!(
		read(&mut stream).await,
		Some(ToHost::Hello { .. })
	));
	write(&mut stream, &hello).await;
	let mut ids = Vec::new();
	// The first one is lost, the second one refused.
	for answer in [None, Some(Err(AttachError::NotTheOwner)), Some(Ok(()))] {
		let Some(ToHost::Attach { id, mailbox: asked }) = read(&mut stream).await else {
			panic!("no attachment");
		};
		assert_eq!(asked, mailbox(1));
		assert!(!ids.contains(&id), "each has a name of its own");
		ids.push(id);
		if let Some(result) = answer {
			write(&mut stream, &FromHost::Attached { id, result }).await;
		}
	}
	write(&mut stream, &a_letter(b"here")).await;
	assert_eq!(next_letter(&link).await, b"here");
	// A late answer to the first one means nothing any more.
	let late = FromHost::Attached {
		id: ids[0],
		result: Ok(()),
	};
	write(&mut stream, &late).await;
	until("it is counted", || link.stats().foreign == 1).await;
}

#[tokio::test]
async fn host_that_goes_in_the_middle_of_an_attachment_is_waited_for() {
	let liar = Liar::new().await;
	let mut stream = liar.accept().await;
	let link = liar.link.clone();
	let attaching = tokio::spawn(async move { link.attach(transport(2)).await });
	loop {
		match read(&mut stream).await {
			Some(ToHost::Attach { mailbox: asked, .. }) if asked == mailbox(2) => break,
			Some(_) => (),
			None => panic!("no attachment"),
		}
	}
	drop(stream);
	assert_eq!(attaching.await.unwrap(), Ok(mailbox(2)));
	// Both are asked for again, in any order.
	let (mut stream, _) = liar.listener.accept().await.unwrap();
	assert!(matches!(
		read(&mut stream).await,
		Some(ToHost::Hello { .. })
	));
	let hello = FromHost::Hello {
		version: 1,
		info: info(),
	};
	write(&mut stream, &hello).await;
	let mut asked = Vec::new();
	while asked.len() < 2 {
		match read(&mut stream).await {
			Some(ToHost::Attach { mailbox, .. }) => asked.push(mailbox),
			Some(_) => (),
			None => panic!("only {asked:?}"),
		}
	}
	assert!(asked.contains(&mailbox(1)) && asked.contains(&mailbox(2)));
}

#[tokio::test]
async fn silent_host_is_left() {
	let dir = tempfile::tempdir().unwrap();
	let listener = UnixListener::bind(dir.path().join("link.sock")).unwrap();
	let timing = tea_link::Timing {
		silence: Duration::from_millis(200),
		connect: Duration::from_millis(200),
		..quick()
	};
	let link = StreamLink::with_timing(unix(dir.path()), timing);
	// Once without a greeting, once after it.
	let (_silent, _) = listener.accept().await.unwrap();
	down(&link).await;
	let (mut stream, _) = listener.accept().await.unwrap();
	let hello = FromHost::Hello {
		version: 1,
		info: info(),
	};
	write(&mut stream, &hello).await;
	up(&link).await;
	assert!(down(&link).await.contains("fell silent"));
}

#[tokio::test]
async fn foreign_answers_are_ignored() {
	let liar = Liar::new().await;
	let mut stream = liar.accept().await;
	let messages = [
		FromHost::Sent {
			id: 77,
			result: Ok(()),
		},
		FromHost::Attached {
			id: 77,
			result: Ok(()),
		},
		FromHost::Challenge {
			id: 77,
			sealed: vec![0; 81],
		},
		// A mailbox that this module does not have.
		FromHost::Letter {
			mailbox: mailbox(9),
			sealed: vec![0],
		},
		FromHost::Ping {
			mailbox: mailbox(9),
			ping: 1,
			challenge: [0; 32],
		},
	];
	for message in &messages {
		write(&mut stream, message).await;
	}
	write(&mut stream, &a_letter(b"real")).await;
	assert_eq!(next_letter(&liar.link).await, b"real");
	assert_eq!(liar.link.stats().foreign, 5);
	assert_eq!(liar.link.stats().letters, 1);
}

#[tokio::test]
async fn unsealable_challenge_is_not_answered() {
	let liar = Liar::new().await;
	let mut stream = liar.accept().await;
	// A letter to this module, in the place of a challenge: the module must not become a machine that opens letters.
	let sealed = sealed(2, 1, b"secret");
	for sealed in [sealed[1..82].to_vec(), sealed, Vec::new()] {
		write(&mut stream, &FromHost::Challenge { id: 1, sealed }).await;
	}
	until("all three were refused", || liar.link.stats().foreign == 3).await;
}

#[tokio::test]
async fn host_that_drops_costs_a_repetition() {
	let liar = Liar::new().await;
	let mut stream = liar.accept().await;
	let bytes = sealed(1, 2, b"important");
	let link = liar.link.clone();
	let sending = tokio::spawn(async move {
		// It says that the letter was delivered. Nobody answers, so the module sends it again.
		for _ in 0..2 {
			link.send(mailbox(2), bytes.clone()).await.unwrap();
		}
	});
	let mut seen = Vec::new();
	for _ in 0..2 {
		let Some(ToHost::Send { id, sealed, .. }) = read(&mut stream).await else {
			panic!("no letter");
		};
		write(&mut stream, &FromHost::Sent { id, result: Ok(()) }).await;
		seen.push(sealed);
	}
	sending.await.unwrap();
	// The receiver reads it once, however often it comes.
	let replays = Mutex::new(Replays::default());
	let mut read = Vec::new();
	for sealed in &seen {
		let opened = letter::open(sealed, &GENESIS, &transport(2), &party(2), 1).unwrap();
		let key = keypair(1).public.to_bytes();
		read.push(opened.verify(&party(1), &key, &mut *replays.lock().await));
	}
	assert!(matches!(&read[0], Ok(Letter { body, .. }) if body == b"important"));
	assert_eq!(read[1], Err(LetterError::Replay));
}

#[tokio::test]
async fn host_that_does_not_answer_does_not_hold_the_module() {
	let dir = tempfile::tempdir().unwrap();
	let listener = UnixListener::bind(dir.path().join("link.sock")).unwrap();
	let timing = tea_link::Timing {
		send: Duration::from_millis(200),
		..quick()
	};
	let link = Arc::new(StreamLink::with_timing(unix(dir.path()), timing));
	let (mut stream, _) = listener.accept().await.unwrap();
	let hello = FromHost::Hello {
		version: 1,
		info: info(),
	};
	write(&mut stream, &hello).await;
	up(&link).await;
	// It neither reads nor answers; many calls end all the same, and none of them takes memory for ever.
	for _ in 0..4 {
		let sends: Vec<_> = (0..64)
			.map(|_| {
				let link = link.clone();
				tokio::spawn(async move { link.send(mailbox(2), vec![0; 256 * 1024]).await })
			})
			.collect();
		for send in sends {
			let result = send.await.unwrap();
			assert!(
				matches!(
					result,
					Err(SendError::Unreachable | SendError::Busy | SendError::HostGone)
				),
				"{result:?}"
			);
		}
	}
}

#[tokio::test]
async fn repeated_ping_learns_nothing_new() {
	let liar = Liar::new().await;
	let mut stream = liar.accept().await;
	for _ in 0..2 {
		let ping = FromHost::Ping {
			mailbox: mailbox(1),
			ping: 3,
			challenge: [4; 32],
		};
		write(&mut stream, &ping).await;
		let Incoming::Ping {
			ping, challenge, ..
		} = liar.link.next().await
		else {
			panic!("no ping");
		};
		let pong = SignedPong::sign(&keypair(1), &GENESIS, ModuleId(1), 1, &challenge);
		liar.link.pong(ping, pong).await.unwrap();
		let answer = loop {
			match read::<ToHost>(&mut stream).await {
				Some(ToHost::Pong { pong, .. }) => break pong,
				Some(_) => continue,
				None => panic!("no pong"),
			}
		};
		// What it has now is a proof of life for its own challenge, for no other one and for nothing else.
		let key = keypair(1).public.to_bytes();
		assert!(answer.verify(&GENESIS, &[4; 32], &key));
		assert!(!answer.verify(&GENESIS, &[5; 32], &key));
	}
}

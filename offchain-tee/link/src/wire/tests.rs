use super::*;
use proptest::prelude::*;
use tea_primitives::ids::ModuleId;

const BOX: Mailbox = Mailbox([7; 32]);

fn bytes(parts: &[&[u8]]) -> Vec<u8> {
	parts.concat()
}

#[test]
fn encodings_to_the_host_are_frozen() {
	let pong = SignedPong {
		module: ModuleId(1),
		boot_seq: 2,
		signature: [3; 64],
	};
	let cases: [(ToHost, Vec<u8>); 7] = [
		(
			ToHost::Hello {
				magic: MAGIC,
				oldest: 1,
				newest: 2,
			},
			bytes(&[&[0], b"tea/link", &[1, 0, 2, 0]]),
		),
		(ToHost::KeepAlive, vec![1]),
		(
			ToHost::Attach {
				id: 5,
				mailbox: BOX,
			},
			bytes(&[&[2, 5, 0, 0, 0], &[7; 32]]),
		),
		(
			ToHost::Prove {
				id: 5,
				answer: [8; 32],
			},
			bytes(&[&[3, 5, 0, 0, 0], &[8; 32]]),
		),
		(ToHost::Detach { mailbox: BOX }, bytes(&[&[4], &[7; 32]])),
		(
			ToHost::Send {
				id: 6,
				to: BOX,
				sealed: vec![9, 10],
			},
			bytes(&[&[5, 6, 0, 0, 0], &[7; 32], &[8, 9, 10]]),
		),
		(
			ToHost::Pong { ping: 11, pong },
			bytes(&[
				&[6, 11, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0],
				&[3; 64],
			]),
		),
	];
	for (message, expected) in cases {
		assert_eq!(message.encode(), expected);
		assert_eq!(from_frame::<ToHost>(&expected), Some(message));
	}
}

#[test]
fn encodings_from_the_host_are_frozen() {
	let info = HostInfo {
		peer_id: "p".into(),
		addresses: vec!["a".into()],
		version: "v".into(),
	};
	let cases: [(FromHost, Vec<u8>); 9] = [
		(
			FromHost::Hello { version: 1, info },
			vec![0, 1, 0, 4, b'p', 4, 4, b'a', 4, b'v'],
		),
		(FromHost::KeepAlive, vec![1]),
		(
			FromHost::Challenge {
				id: 5,
				sealed: vec![1],
			},
			vec![2, 5, 0, 0, 0, 4, 1],
		),
		(
			FromHost::Attached {
				id: 5,
				result: Err(AttachError::TooMany),
			},
			vec![3, 5, 0, 0, 0, 1, 1],
		),
		(
			FromHost::Sent {
				id: 6,
				result: Ok(()),
			},
			vec![4, 6, 0, 0, 0, 0],
		),
		(
			FromHost::Letter {
				mailbox: BOX,
				sealed: vec![9],
			},
			bytes(&[&[5], &[7; 32], &[4, 9]]),
		),
		(
			FromHost::Ping {
				mailbox: BOX,
				ping: 1,
				challenge: [2; 32],
			},
			bytes(&[&[6], &[7; 32], &[1, 0, 0, 0, 0, 0, 0, 0], &[2; 32]]),
		),
		(FromHost::Taken { mailbox: BOX }, bytes(&[&[7], &[7; 32]])),
		(
			FromHost::Goodbye {
				reason: CloseReason::SlowReader,
			},
			vec![8, 3],
		),
	];
	for (message, expected) in cases {
		assert_eq!(message.encode(), expected);
		assert_eq!(from_frame::<FromHost>(&expected), Some(message));
	}
}

#[test]
fn errors_have_frozen_indices() {
	use AttachError::{BadMailbox, NotTheOwner, TooMany};
	use SendError::{Busy, HostGone, NoSuchMailbox, RateLimited, TooLong, Unreachable};
	let send = [
		NoSuchMailbox,
		Unreachable,
		TooLong,
		RateLimited,
		Busy,
		HostGone,
	];
	for (index, error) in send.into_iter().enumerate() {
		assert_eq!(error.encode(), [index as u8]);
		assert_eq!(error.is_passing(), error != TooLong);
	}
	for (index, error) in [NotTheOwner, TooMany, BadMailbox].into_iter().enumerate() {
		assert_eq!(error.encode(), [index as u8]);
	}
	let close = [
		CloseReason::ShuttingDown,
		CloseReason::Version,
		CloseReason::Malformed,
		CloseReason::SlowReader,
		CloseReason::Silent,
		CloseReason::TooMany,
	];
	for (index, reason) in close.into_iter().enumerate() {
		assert_eq!(reason.encode(), [index as u8]);
	}
}

#[test]
fn largest_letter_fits_into_a_frame() {
	let sealed = vec![0; MAX_SEALED_LEN];
	let to_host = ToHost::Send {
		id: 0,
		to: BOX,
		sealed: sealed.clone(),
	};
	let from_host = FromHost::Letter {
		mailbox: BOX,
		sealed,
	};
	assert!(to_host.encoded_size() <= MAX_FRAME_LEN);
	assert!(from_host.encoded_size() <= MAX_FRAME_LEN);
}

#[test]
fn trailing_bytes_are_refused() {
	assert_eq!(from_frame::<ToHost>(&[1, 0]), None);
	assert_eq!(from_frame::<FromHost>(&[1, 0]), None);
	assert_eq!(from_frame::<ToHost>(&[]), None);
}

proptest! {
	#[test]
	fn arbitrary_bytes_never_panic_and_what_decodes_is_canonical(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
		if let Some(message) = from_frame::<ToHost>(&bytes) {
			prop_assert_eq!(message.encode(), bytes.clone());
		}
		if let Some(message) = from_frame::<FromHost>(&bytes) {
			prop_assert_eq!(message.encode(), bytes);
		}
	}
}

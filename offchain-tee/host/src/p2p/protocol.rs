//! What hosts say to each other: `/tea/letter/1`, one request and one response each.
//!
//! INVARIANT: hosts are updated apart from each other; an index is never reused.

use codec::{Decode, DecodeAll, Encode};
use tea_link::{MAX_SEALED_LEN, Mailbox, SendError, SignedPong};

/// Name of the protocol.
pub const PROTOCOL: &str = "/tea/letter/1";
/// The longest request: a letter and what stands around it. Responses are shorter.
pub const MAX_REQUEST_LEN: usize = MAX_SEALED_LEN + 64;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Request {
	/// Put a letter into the queue of a mailbox.
	#[codec(index = 0)]
	Deliver {
		/// The mailbox.
		to: Mailbox,
		/// The letter.
		sealed: Vec<u8>,
	},
	/// Is this mailbox attached to you?
	#[codec(index = 1)]
	Serves {
		/// The mailbox.
		mailbox: Mailbox,
	},
	/// Let the module of this mailbox sign a challenge.
	#[codec(index = 2)]
	Ping {
		/// The mailbox.
		mailbox: Mailbox,
		/// What to sign.
		challenge: [u8; 32],
	},
}

/// A response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Response {
	/// To `Deliver` and `Serves`.
	#[codec(index = 0)]
	Done(Result<(), SendError>),
	/// To `Ping`. Nobody has checked the signature.
	#[codec(index = 1)]
	Pong(SignedPong),
}

impl Request {
	/// Reads a request and nothing behind it.
	pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
		Self::decode_all(&mut &*bytes).ok()
	}
}

impl Response {
	/// Reads a response and nothing behind it.
	pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
		Self::decode_all(&mut &*bytes).ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use tea_primitives::ids::ModuleId;

	#[test]
	fn encodings_are_frozen() {
		let mailbox = Mailbox([7; 32]);
		let requests = [
			(
				Request::Deliver {
					to: mailbox,
					sealed: vec![8, 9],
				},
				[&[0][..], &[7; 32], &[8, 8, 9]].concat(),
			),
			(Request::Serves { mailbox }, [&[1][..], &[7; 32]].concat()),
			(
				Request::Ping {
					mailbox,
					challenge: [6; 32],
				},
				[&[2][..], &[7; 32], &[6; 32]].concat(),
			),
		];
		for (request, expected) in requests {
			assert_eq!(request.encode(), expected);
			assert_eq!(Request::from_bytes(&expected), Some(request));
		}
		let pong = SignedPong {
			module: ModuleId(1),
			boot_seq: 2,
			signature: [3; 64],
		};
		let responses = [
			(Response::Done(Ok(())), vec![0, 0]),
			(Response::Done(Err(SendError::Busy)), vec![0, 1, 4]),
			(
				Response::Pong(pong),
				[&[1, 1, 0, 0, 0, 2, 0, 0, 0][..], &[3; 64]].concat(),
			),
		];
		for (response, expected) in responses {
			assert_eq!(response.encode(), expected);
			assert_eq!(Response::from_bytes(&expected), Some(response));
		}
	}

	#[test]
	fn largest_letter_fits() {
		let request = Request::Deliver {
			to: Mailbox([0; 32]),
			sealed: vec![0; MAX_SEALED_LEN],
		};
		assert!(request.encoded_size() <= MAX_REQUEST_LEN);
	}

	proptest! {
		#[test]
		fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
			if let Some(request) = Request::from_bytes(&bytes) {
				prop_assert_eq!(request.encode(), bytes.clone());
			}
			if let Some(response) = Response::from_bytes(&bytes) {
				prop_assert_eq!(response.encode(), bytes);
			}
		}
	}
}

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod address;
pub mod client;
mod frame;
pub mod letter;
pub mod link;
pub mod os_rng;
pub mod ping;
mod proof;
mod replays;
pub mod server;
pub mod sign;
mod transport;
pub mod wire;

pub use address::{AddressError, LinkAddress};
pub use client::{LinkStats, StreamLink, Timing};
pub use letter::{
	Letter, LetterError, MAX_BODY_LEN, MAX_LETTER_LEN, MAX_LIFE, Party, Purpose, Subject,
	Unverified,
};
pub use link::{HostLink, Incoming, LinkError, LinkState, PingId};
pub use ping::SignedPong;
pub use replays::Replays;
pub use sign::{Sign, verify};
pub use wire::{HostInfo, MAX_SEALED_LEN, Mailbox, SendError};

/// Hash of the chain's genesis block.
pub type Genesis = [u8; 32];

/// Fresh random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
	let mut bytes = [0; N];
	rand_core::Rng::fill_bytes(&mut os_rng::OsRng, &mut bytes);
	bytes
}

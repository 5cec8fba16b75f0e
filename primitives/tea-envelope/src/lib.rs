#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

extern crate alloc;

pub mod commitment;
pub mod content;
pub mod context;
pub mod error;
pub mod key;
pub mod message;
pub mod result;
pub mod secret;

#[cfg(test)]
mod rfc9180;
mod suite;

pub use commitment::{CiphertextHash, CiphertextHasher, Commitment, Committer};
pub use content::{ContentId, Decryptor, Encryptor, Header, Layout, LeafReader};
pub use context::{Context, Genesis, Party, Purpose, Subject};
pub use error::EnvelopeError;
pub use key::{AuthenticEnvelope, EnvelopeHash, KeyEnvelope, Keys};
pub use message::Message;
pub use rand_core;
pub use secret::{DeploymentKey, K1, Psk, TransportPublic, TransportSecret};

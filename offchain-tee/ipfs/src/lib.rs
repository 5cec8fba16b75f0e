#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod cid;
pub mod client;
pub mod dag_pb;
pub mod protobuf;
pub mod unixfs;

pub use cid::{Cid, CidError};
pub use client::{Client, ClientError};
pub use unixfs::{ExportError, ImportError, Imported};

/// The longest block. Other implementations drop what is longer without a word.
pub const MAX_BLOCK_LEN: usize = 2 * 1024 * 1024;

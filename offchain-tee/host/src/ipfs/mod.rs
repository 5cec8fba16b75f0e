//! IPFS content: which CIDs are accepted, how files become blocks and back, and where blocks are kept.

pub mod cid;
mod dag_pb;
pub mod store;
pub mod unixfs;

/// The longest block. Other implementations drop what is longer without a word.
pub const MAX_BLOCK_LEN: usize = 2 * 1024 * 1024;

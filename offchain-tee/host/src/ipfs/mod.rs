//! IPFS content: where blocks are kept.

pub mod store;

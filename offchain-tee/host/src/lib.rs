#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod bind;
pub mod bitswap;
pub mod config;
mod content;
pub mod exit;
pub mod gateway;
pub mod http;
pub mod ipfs;
pub mod live;
pub mod metrics;
pub mod p2p;
pub mod router;
pub mod rpc;
pub mod service;
pub mod state;

pub use config::{Config, Flags, LogFormat};
pub use exit::HostError;
pub use service::{Host, Ready};

#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod attest;
pub mod config;
pub mod enrol;
pub mod exit;
pub mod firmware;
pub mod harden;
pub mod http;
pub mod keys;
pub mod lifecycle;
pub mod logging;
pub mod manifest;
pub mod measure;
pub mod metrics;
pub mod peers;
pub mod pins;
pub mod protocol;
pub mod registrar;
pub mod renewal;
pub mod run;
pub mod service;
pub mod signals;
pub mod state;
pub mod testee;
pub mod tpm;
pub mod verify;

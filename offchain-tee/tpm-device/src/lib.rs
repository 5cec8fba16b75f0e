#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod device;
pub mod error;
pub mod log;
mod queue;
mod secret;
mod tcti;
mod tpm;

pub use device::{
	AkAlgorithm, BootEvidence, ChipState, EkCertificate, Identity, PcrState, PotQuote,
	certificate_from_file,
};
pub use error::{Error, Result, TpmCode};
pub use log::{Event, EventLog, LogError, Start};
pub use secret::Secret;
pub use tcti::{Tcti, TctiError};
pub use tpm::{Config, Deadlines, Health, Tpm};

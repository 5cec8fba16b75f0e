#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod account;
mod at;
mod backoff;
mod call;
mod chain;
mod config;
pub mod delegation;
mod describe;
mod error;
mod follow;
pub mod key;
mod line;
mod runtime;
mod shape;
mod signer;
mod spec;
mod submit;
pub mod types;

pub use account::{AccountId, NotAnAccount};
pub use at::{At, FRESH};
pub use backoff::Backoff;
pub use call::{Call, Order};
pub use chain::{Access, Chain, Followed, Health};
pub use describe::describe;
pub use error::{DispatchFailure, Error, Refusal, Result, SubmitError};
pub use signer::{Key, KeyError, Sign};
pub use spec::for_light_clients;
pub use submit::{Outcome, Progress, Submission, Submit, Submitter, Withdrawal};
pub use types::{Event, EventRecord};

//! What the pallet does, by concern.

mod agenda;
mod claims;
mod complete;
mod duties;
mod ends;
mod keys;
mod post;
mod settle;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod views;
mod workload;

pub(crate) use claims::ClaimCost;
#[cfg(test)]
pub(crate) use claims::candidates_for;
pub(crate) use complete::ProofCost;
pub use duties::duty_subject;
#[cfg(feature = "runtime-benchmarks")]
pub(crate) use post::SAMPLE;
pub(crate) use post::deployed;
pub use workload::Busy;

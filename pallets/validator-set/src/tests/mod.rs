//! Tests by concern.
#![allow(clippy::unwrap_used)]

mod bond;
mod genesis;
mod invariants;
mod offences;
mod properties;
mod sessions;
mod set;
mod unbond;
mod views;

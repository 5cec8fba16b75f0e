//! Tests by concern.
#![allow(clippy::unwrap_used)]

mod beacon;
mod committee;
mod fairness;
mod invariants;
mod set;
mod tickets;
mod views;

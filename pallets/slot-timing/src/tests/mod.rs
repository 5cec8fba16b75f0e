//! Tests by concern.

mod genesis;
mod getters;
mod invariants;

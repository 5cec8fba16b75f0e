//! Tests by concern.
#![allow(clippy::unwrap_used)]

mod birth;
mod credit;
mod earnings;
mod end;
mod genesis;
mod hardware;
mod histories;
mod invariants;
mod operator;
mod properties;
mod trade;
mod views;

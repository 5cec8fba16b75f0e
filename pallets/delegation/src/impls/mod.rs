//! What the pallet does, by concern.

mod beacon;
mod committee;
mod set;
mod tickets;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod views;

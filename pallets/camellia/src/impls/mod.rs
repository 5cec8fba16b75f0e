//! What the pallet does, by concern.

mod agenda;
mod credit;
mod earnings;
mod life;
mod nft;
mod registry;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod views;

pub use nft::KeepsCamelliae;

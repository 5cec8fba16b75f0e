//! What the pallet does, by concern.

mod admission;
mod agenda;
mod constants;
mod duties;
mod life;
mod links;
pub(crate) mod pins;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod uses;
mod views;

pub use duties::duty_subject;

/// Pins that are looked at, the latest first, to see whether enough are live. Live ones are kept behind the others.
pub const PROBES: u32 = 24;
/// The same to see whether any is live.
pub(crate) const LOST_PROBES: u32 = 16;
/// Pins that are looked at, the oldest first, for one that may make way.
pub(crate) const ROOM_PROBES: u32 = 8;
/// Pins of an older seed that a call clears away beside its own work.
pub(crate) const TIDY_PINS: u32 = 1;
/// Links that a call clears away beside its own work.
pub(crate) const TIDY_LINKS: u32 = 2;
/// Pins that one step of `expire` clears away.
pub(crate) const STEP_PINS: u32 = 8;
/// Links that one step of `expire` clears away.
pub(crate) const STEP_LINKS: u32 = 32;
/// Records of clients that one step of `expire` clears away.
pub(crate) const STEP_CLIENTS: u32 = 32;

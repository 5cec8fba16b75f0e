//! All logic: calls, sessions, offences, checks of the state.

mod dispatchables;
mod offences;
mod sessions;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;

pub use offences::MAX_REPORTERS;
pub use sessions::{ExposureOf, ValidatorIdOf};

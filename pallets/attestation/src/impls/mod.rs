//! What the calls, hooks and traits do.

mod agenda;
mod constants;
mod draws;
mod duties;
mod enrolment;
mod evidence;
mod governance;
mod life;
mod offences;
mod pool;
mod registry;
mod rounds;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod views;

#[cfg(feature = "runtime-benchmarks")]
pub(crate) use agenda::SPILL;
#[cfg(any(test, feature = "runtime-benchmarks"))]
pub(crate) use rounds::quorum;

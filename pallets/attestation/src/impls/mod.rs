//! What the calls, hooks and traits do.

mod agenda;
mod constants;
mod draws;
mod duties;
mod enrolment;
mod evidence;
mod governance;
mod life;
mod registry;
mod rounds;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod views;

#[cfg(any(test, feature = "runtime-benchmarks"))]
pub(crate) use rounds::quorum;

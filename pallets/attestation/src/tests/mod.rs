//! Tests by concern.
#![allow(clippy::unwrap_used)]

mod attacks;
mod attest;
mod certificates;
mod duties;
mod enrolment;
mod genesis;
mod governance;
pub(crate) mod lab;
mod leaving;
mod offences;
mod parameters;
mod pool;
mod register;
mod rounds;
mod storage;
mod suspicion;
mod swtpm;
mod views;

//! Tests by concern.
#![allow(clippy::unwrap_used)]

mod attest;
mod certificates;
mod duties;
mod enrolment;
mod genesis;
mod governance;
pub(crate) mod lab;
mod leaving;
mod register;
mod rounds;
mod storage;
mod suspicion;
mod swtpm;
mod views;

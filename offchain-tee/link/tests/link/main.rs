//! Both ends of the host link over real sockets, and each of them against somebody who does not play by the rules.

#![allow(clippy::unwrap_used)]

mod hostile_host;
mod hostile_module;
mod setup;
mod together;

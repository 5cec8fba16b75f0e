//! The client against servers that keep what they get, and against servers that do not play by the rules.

#![allow(clippy::unwrap_used)]

mod honest;
mod hostile;
mod server;

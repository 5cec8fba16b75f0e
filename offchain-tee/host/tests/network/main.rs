//! Hosts as processes, modules on real sockets, and others who do not play by the rules.

#![allow(clippy::unwrap_used)]

mod command_line;
mod hostile;
mod http;
mod relay;
mod setup;

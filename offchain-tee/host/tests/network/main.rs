//! Hosts as processes, modules on real sockets, and others who do not play by the rules.

#![allow(clippy::unwrap_used)]

mod command_line;
mod files;
mod gateway;
mod hostile;
mod http;
mod peers;
mod relay;
mod rpc;
mod setup;

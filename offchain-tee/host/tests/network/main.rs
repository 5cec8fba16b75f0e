//! Hosts as processes, modules on real sockets, and others who do not play by the rules.

mod command_line;
mod hostile;
mod http;
mod relay;
mod setup;

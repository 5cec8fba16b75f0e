//! The untrusted machine beside a module: network, relay, list of live modules.

//! Full node and validator of the TEA chain.

// The errors of sc-service and sc-cli are what they are; they are made once, when the node does not start.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod database;
mod equivocations;
mod error;
mod preflight;
mod rpc;
mod service;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {}", error::explain(&error));
			ExitCode::FAILURE
		}
	}
}

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod args;
mod certificate;
mod command;
mod context;
mod deployment;
mod errand;
mod failure;
mod output;

use clap::Parser;
use std::process::ExitCode;

use crate::{args::Tea, context::Context, failure::Failure, output::Output};

/// Runs the command line of this process.
pub fn run() -> ExitCode {
	let tea = Tea::parse();
	let json = tea.global.json;
	// The log of libraries is for those who ask for it.
	let filter = tracing_subscriber::EnvFilter::try_from_default_env()
		.unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("off"));
	tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_writer(std::io::stderr)
		.init();
	let outcome = tokio::runtime::Builder::new_multi_thread()
		.worker_threads(2)
		.enable_all()
		.build()
		.map_err(|error| {
			Failure::of(
				tea_module::exit::Cause::Internal,
				format!("the program cannot start ({error})"),
			)
		})
		.and_then(|runtime| {
			let context = Context {
				global: tea.global,
				output: Output { json },
			};
			let outcome = runtime.block_on(command::run(&context, tea.command));
			// Connections and waiting calls end with the process.
			runtime.shutdown_background();
			outcome
		});
	match outcome {
		Ok(()) => ExitCode::SUCCESS,
		Err(failure) => {
			if json {
				let error = serde_json::json!({
					"error": failure.sentence,
					"next": failure.next,
					"code": failure.code,
				});
				eprintln!("{error:#}");
			} else {
				eprintln!("error: {failure}");
			}
			ExitCode::from(failure.code)
		}
	}
}

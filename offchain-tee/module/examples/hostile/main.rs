//! A module that lies, for tests on real processes. It enrols and attests like any other; then it asks every pinner for
//! every key, without a look at terms or checkers, and writes down what it was told (`diary.jsonl` in its state folder).
//! What it was given once it keeps, and tries again in its next boot.

mod candidate;
mod diary;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use tea_module::{
	config::module::{Config, Flags},
	exit::{Cause, Exit},
	harden, logging, run,
};

/// A module that lies.
#[derive(Parser)]
struct Cli {
	/// File with the settings, as of tea-module.
	#[arg(long)]
	config: PathBuf,
}

fn main() -> ExitCode {
	match start() {
		Ok(()) => ExitCode::SUCCESS,
		Err(exit) => {
			eprintln!("hostile: {exit}");
			ExitCode::from(exit.cause.code())
		}
	}
}

fn start() -> Result<(), Exit> {
	harden::quiet_tpm_library();
	let cli = Cli::parse();
	let refused = |error: tea_module::config::ConfigError| Exit::of(Cause::Config, &error);
	let layers = Config::layers(Some(&cli.config), &Flags::default()).map_err(refused)?;
	let config = Config::resolve(&layers).map_err(refused)?;
	logging::start(config.common.log_format, &config.common.log)?;
	let folder = config.state_dir.clone();
	let runtime =
		tokio::runtime::Runtime::new().map_err(|error| Exit::of(Cause::Internal, &error))?;
	let ended = runtime.block_on(run::run_with(config, |world, feed| {
		candidate::run(world, feed, folder)
	}));
	runtime.shutdown_background();
	ended
}

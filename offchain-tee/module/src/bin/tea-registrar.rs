//! `tea-registrar`: parses, wires, waits.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use tea_module::{
	allocator,
	config::registrar::{Config, Flags},
	exit::{Cause, Exit, table},
	harden, logging, registrar,
};

/// Fills committees while there are too few Active modules: challenges chips that enrol, examines modules.
#[derive(Parser)]
#[command(name = "tea-registrar", version, after_long_help = table())]
struct Cli {
	/// File with the settings, in TOML; also TEA_REGISTRAR_CONFIG.
	#[arg(long, global = true, env = "TEA_REGISTRAR_CONFIG")]
	config: Option<PathBuf>,
	#[command(flatten)]
	flags: Flags,
	#[command(subcommand)]
	command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
	/// Serve (this is what happens without a command).
	Run,
	/// Look at the configuration.
	Config {
		#[command(subcommand)]
		command: ConfigCommand,
	},
}

#[derive(Subcommand)]
enum ConfigCommand {
	/// Print every setting with its origin.
	Show,
}

fn main() -> ExitCode {
	match start() {
		Ok(()) => ExitCode::SUCCESS,
		Err(exit) => {
			eprintln!("tea-registrar: {exit}");
			ExitCode::from(exit.cause.code())
		}
	}
}

fn start() -> Result<(), Exit> {
	let shares_heaps = allocator::share_heaps();
	let cli = Cli::parse();
	let refused = |error: tea_module::config::ConfigError| Exit::of(Cause::Config, &error);
	let layers = Config::layers(cli.config.as_ref(), &cli.flags).map_err(refused)?;
	if let Some(Command::Config {
		command: ConfigCommand::Show,
	}) = cli.command
	{
		print!("{}", layers.show());
		return Config::resolve(&layers).map(drop).map_err(refused);
	}
	harden::close_process().map_err(|error| Exit::of(Cause::Memory, &error))?;
	let config = Config::resolve(&layers).map_err(refused)?;
	logging::start(config.common.log_format, &config.common.log)?;
	if !shares_heaps {
		tracing::warn!("the C library does not share heaps; more memory stays taken after a burst");
	}
	let runtime =
		tokio::runtime::Runtime::new().map_err(|error| Exit::of(Cause::Internal, &error))?;
	let ended = runtime.block_on(registrar::run(config));
	runtime.shutdown_background();
	ended
}

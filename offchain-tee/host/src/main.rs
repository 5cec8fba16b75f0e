//! `tea-host`: the untrusted machine beside a module.

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use tea_host::{Config, Flags, Host, HostError, LogFormat};
use tokio::signal::unix::{SignalKind, signal};
use tracing::info;
use tracing_subscriber::EnvFilter;

/// Relays sealed letters between modules and lists the modules that live. Knows no secret of them.
///
/// Exit codes: 0 stopped as asked, 1 internal failure, 2 command line or configuration, 3 state directory or ready file,
/// 4 address in use or not bindable, 5 wrong chain.
#[derive(Parser)]
#[command(name = "tea-host", version, args_override_self = true)]
struct Cli {
	#[command(subcommand)]
	command: Option<Command>,
	#[command(flatten)]
	flags: Flags,
}

#[derive(Subcommand)]
enum Command {
	/// Runs the host, as without a command.
	Run(Flags),
	/// Shows the configuration.
	#[command(subcommand)]
	Config(ConfigCommand),
}

#[derive(Subcommand)]
enum ConfigCommand {
	/// Prints what flags, environment and file amount to.
	Show(Flags),
}

fn main() -> ExitCode {
	let cli = Cli::parse();
	let result = match cli.command {
		None => Config::resolve(cli.flags).and_then(run),
		Some(Command::Run(flags)) => Config::resolve(flags).and_then(run),
		Some(Command::Config(ConfigCommand::Show(flags))) => {
			Config::resolve(flags).map(|config| print!("{}", config.to_toml()))
		}
	};
	match result {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("tea-host: {error}");
			ExitCode::from(error.code())
		}
	}
}

fn log(format: LogFormat) {
	let filter =
		EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,litep2p=warn"));
	let log = tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_writer(std::io::stderr)
		.with_ansi(std::io::stderr().is_terminal());
	match format {
		LogFormat::Text => log.init(),
		LogFormat::Json => log.json().init(),
	}
}

fn run(config: Config) -> Result<(), HostError> {
	log(config.log_format);
	tokio::runtime::Builder::new_multi_thread()
		.enable_all()
		.build()
		.map_err(|error| HostError::Network(format!("no runtime: {error}")))?
		.block_on(serve(config))
}

async fn serve(config: Config) -> Result<(), HostError> {
	let listen = |kind| {
		signal(kind).map_err(|error| HostError::Network(format!("no signal handler: {error}")))
	};
	let (mut terminate, mut interrupt) = (
		listen(SignalKind::terminate())?,
		listen(SignalKind::interrupt())?,
	);
	let mut asked_to_stop = async || {
		tokio::select! {
			_ = terminate.recv() => (),
			_ = interrupt.recv() => (),
		}
	};
	let mut host = tokio::select! {
		host = Host::start(config) => host?,
		() = asked_to_stop() => return Ok(()),
	};
	let failed = tokio::select! {
		error = host.failed() => Some(error),
		() = asked_to_stop() => {
			info!("asked to stop");
			None
		},
	};
	host.stop().await;
	failed.map_or(Ok(()), Err)
}

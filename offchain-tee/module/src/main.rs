//! `tea-module`: parses, wires, waits.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use tea_module::{
	allocator,
	config::{
		ChainAccess, class,
		module::{Config, Flags},
	},
	exit::{Cause, Exit, table},
	harden, logging, measure, run,
};

/// The attested machine: enrols its TPM, attests each boot, examines others, and serves while it is certified.
#[derive(Parser)]
#[command(name = "tea-module", version, after_long_help = table())]
struct Cli {
	/// File with the settings, in TOML; also TEA_MODULE_CONFIG.
	#[arg(long, global = true, env = "TEA_MODULE_CONFIG")]
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
	/// Print the reference values that a release of this program has, as JSON. Needs no TPM.
	Measure {
		/// The executable; without it, this one.
		#[arg(long)]
		exe: Option<PathBuf>,
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
			// The log may be JSON or silent; people get their sentence all the same.
			eprintln!("tea-module: {exit}");
			ExitCode::from(exit.cause.code())
		}
	}
}

fn start() -> Result<(), Exit> {
	harden::quiet_tpm_library();
	let shares_heaps = allocator::share_heaps();
	let cli = Cli::parse();
	let refused = |error: tea_module::config::ConfigError| Exit::of(Cause::Config, &error);
	// The prefix of the settings is that of the file's own variable, too.
	let layers = Config::layers(cli.config.as_ref(), &cli.flags).map_err(refused)?;
	match cli.command.unwrap_or(Command::Run) {
		Command::Config {
			command: ConfigCommand::Show,
		} => {
			print!("{}", layers.show());
			Config::resolve(&layers).map(drop).map_err(refused)
		}
		Command::Measure { exe } => {
			let class = layers.required("class", class).map_err(refused)?;
			let path = |text: &str| Ok(PathBuf::from(text));
			let spec = layers.optional("chain_spec", path).map_err(refused)?;
			let rpc = layers
				.optional("dev_trust_rpc", |text| Ok(text.to_owned()))
				.map_err(refused)?;
			let chain = match (spec, rpc) {
				(Some(spec), _) => ChainAccess::Light(spec),
				(None, rpc) => ChainAccess::TrustedRpc(rpc.unwrap_or_default()),
			};
			show_measurement(exe, class, &chain)
		}
		Command::Run => {
			harden::close_process().map_err(|error| Exit::of(Cause::Memory, &error))?;
			let config = Config::resolve(&layers).map_err(refused)?;
			logging::start(config.common.log_format, &config.common.log)?;
			if !shares_heaps {
				tracing::warn!(
					"the C library does not share heaps; more memory stays taken after a burst"
				);
			}
			let runtime = tokio::runtime::Runtime::new()
				.map_err(|error| Exit::of(Cause::Internal, &error))?;
			let ended = runtime.block_on(run::run(config, &run::Honest));
			// What still waits for the network is not waited for.
			runtime.shutdown_background();
			ended
		}
	}
}

fn show_measurement(
	exe: Option<PathBuf>,
	class: tea_tpm::HardwareClass,
	chain: &ChainAccess,
) -> Result<(), Exit> {
	let failed = |error: measure::MeasureError| Exit::of(Cause::Config, &error);
	let measured = tea_module::attest::measure_program(exe.as_deref(), chain).map_err(failed)?;
	let reference = measured.reference(class).map_err(failed)?;
	let values: serde_json::Map<String, serde_json::Value> = reference
		.strict
		.iter()
		.zip(&reference.values)
		.map(|(pcr, value)| (pcr.to_string(), hex::encode(value).into()))
		.collect();
	let manifest: Vec<serde_json::Value> = measured
		.manifest()
		.entries()
		.iter()
		.map(|entry| serde_json::json!({ "name": entry.name, "sha256": hex::encode(entry.digest) }))
		.collect();
	let shown = serde_json::json!({
		"class": format!("{class:?}"),
		"pcrs": values,
		"manifest": manifest,
		"manifest_root": hex::encode(reference.manifest_root),
	});
	println!("{shown:#}");
	Ok(())
}

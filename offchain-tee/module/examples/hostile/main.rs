//! A module that lies, for tests on real processes. It enrols and attests like any other. What it does then is written down
//! in `diary.jsonl` in its state folder.
//!
//! | `--lie` | what it does |
//! | --- | --- |
//! | `keys` | asks every pinner for every key, without a look at terms or checkers; keeps what it was given once, and tries it again in its next boot |
//! | `proofs` | before each proof that it owes the chain it hands in others that are wrong in one thing each; keeps proofs back, and signs those of others, also after its services have ended |

mod candidate;
mod clerk;
mod den;
mod diary;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::{Parser, ValueEnum};
use futures::{FutureExt, future::BoxFuture};
use tea_module::{
	config::module::{Config, Flags},
	errand,
	exit::{Cause, Exit},
	harden, logging, pins,
	run::{self, Services},
};

use crate::{clerk::Clerk, den::Den, diary::Diary};

/// A module that lies.
#[derive(Parser)]
struct Cli {
	/// File with the settings, as of tea-module.
	#[arg(long)]
	config: PathBuf,
	/// What it lies about.
	#[arg(long, value_enum, default_value_t = Lie::Keys)]
	lie: Lie,
	/// Folder of all modules that are in the same hands; for proofs.
	#[arg(long, default_value = ".")]
	den: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Lie {
	Keys,
	Proofs,
}

/// Lies about keys.
struct Keys(PathBuf);

impl Services for Keys {
	fn pins(&self, world: pins::World, feed: pins::Feed) -> BoxFuture<'static, ()> {
		candidate::run(world, feed, self.0.clone()).boxed()
	}
}

/// Lies about proofs.
struct Proofs {
	folder: PathBuf,
	den: PathBuf,
}

impl Services for Proofs {
	fn executing(&self, mut world: errand::World) -> errand::World {
		let clerk = Arc::new(Clerk::new(
			&world,
			Den::new(self.den.clone()),
			Diary::new(self.folder.clone()),
		));
		tokio::spawn(clerk.clone().obey());
		world.session = clerk;
		world
	}
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
	let services: Box<dyn Services> = match cli.lie {
		Lie::Keys => Box::new(Keys(folder)),
		Lie::Proofs => Box::new(Proofs {
			folder,
			den: cli.den,
		}),
	};
	let runtime =
		tokio::runtime::Runtime::new().map_err(|error| Exit::of(Cause::Internal, &error))?;
	let ended = runtime.block_on(async {
		run::run(config, &*services).await?;
		if cli.lie == Lie::Proofs {
			// It has given up chip and duties, and still has its session key: until it is killed.
			std::future::pending::<()>().await;
		}
		Ok(())
	});
	runtime.shutdown_background();
	ended
}

#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod capability;
mod check;
mod cost;
mod engine;
mod error;
mod hash;
mod host;
mod job;
mod outcome;
pub mod package;
mod program;
mod run;
mod secret;

pub use capability::{Answer, BlockError, Cancel, Capability, Ipfs, Rand, Time};
pub use check::Facts;
pub use engine::{EngineId, config as engine_config, engine_id};
pub use error::{BadModule, Fault, LoadError};
pub use job::{Job, Limits, content_hash, input_hash};
pub use outcome::{LogLine, Outcome, Timings, report};
pub use package::{Manifest, Package};
pub use program::Program;
pub use secret::Secret;
pub use tea_guest_abi as abi;
pub use tea_guest_abi::{Errno, Exit, InputFault, LimitKind, ModuleFault, TrapKind};

use program::Cache;
use std::{
	sync::{
		Arc, Mutex, PoisonError,
		atomic::{AtomicU64, Ordering},
	},
	time::{Duration, Instant},
};

/// Stack, tables, and bookkeeping of a run, beside memory, inputs and output.
const RUN_BYTES: u64 = 8 << 20;

/// How an executor is set up.
#[derive(Clone, Debug)]
pub struct Config {
	/// Memory that all runs together may use, inputs and outputs included.
	pub memory_budget: u64,
	/// Programs that are kept.
	pub cached_programs: usize,
	/// Bytes of wasm of all programs that are kept. A program takes some times as much.
	pub cached_bytes: u64,
	/// Fuel between two looks at clock and caller.
	pub slice: u64,
	/// Time that every run has.
	pub wall_base: Duration,
	/// Time for a unit of fuel, in nanoseconds.
	pub wall_nanos_per_fuel: u64,
}

impl Default for Config {
	fn default() -> Self {
		Config {
			memory_budget: 1 << 30,
			cached_programs: 16,
			cached_bytes: 64 << 20,
			slice: 20_000_000,
			wall_base: Duration::from_secs(5),
			// Three times what the slowest kind of code takes on two cores of an AMD EPYC.
			wall_nanos_per_fuel: 12,
		}
	}
}

impl Config {
	fn wall_per_fuel(&self, fuel: u64) -> Duration {
		Duration::from_nanos(fuel.saturating_mul(self.wall_nanos_per_fuel))
	}
}

/// Runs guests. One for a process; all its methods may be called from any thread at once.
pub struct Executor {
	config: Config,
	cache: Mutex<Cache>,
	reserved: AtomicU64,
}

/// Memory that is promised to a run until this goes.
struct Room<'a> {
	reserved: &'a AtomicU64,
	bytes: u64,
}

impl Drop for Room<'_> {
	fn drop(&mut self) {
		self.reserved.fetch_sub(self.bytes, Ordering::Relaxed);
	}
}

impl Executor {
	/// An executor without programs.
	pub fn new(config: Config) -> Executor {
		let cache = Cache::new(config.cached_programs, config.cached_bytes);
		Executor {
			config,
			cache: Mutex::new(cache),
			reserved: AtomicU64::new(0),
		}
	}

	/// How it was set up.
	pub fn config(&self) -> &Config {
		&self.config
	}

	/// Checks code and makes it ready; from memory, if it was there before.
	pub fn load(&self, object: &[u8]) -> Result<Arc<Program>, LoadError> {
		let hash = content_hash(object);
		if let Some(program) = self.cache().get(&hash) {
			return Ok(program);
		}
		let program = Arc::new(Program::new(object)?);
		self.cache().insert(program.clone());
		Ok(program)
	}

	/// Forgets code by its [`content_hash`]; for private code, when its pin ends. Runs that have it end first.
	pub fn forget(&self, hash: &[u8; 32]) -> bool {
		self.cache().remove(hash)
	}

	/// Loads and runs. Code that nobody can run is an outcome too.
	pub fn execute(&self, object: &[u8], job: Job, cancel: &Cancel) -> Result<Outcome, Fault> {
		let clock = Instant::now();
		let program = match self.load(object) {
			Ok(program) => program,
			Err(LoadError::BadModule(bad)) => {
				return Ok(Outcome::refused(
					Exit::BadModule(bad.fault()),
					bad.to_string(),
				));
			}
			Err(LoadError::EngineMismatch { wanted, have }) => {
				return Err(Fault::EngineMismatch { wanted, have });
			}
		};
		let load = clock.elapsed();
		let mut outcome = self.run(&program, job, cancel)?;
		outcome.timings.load = load;
		tracing::debug!(
			exit = outcome.exit.index(),
			fuel = outcome.fuel_used,
			pages = outcome.peak_pages,
			host_calls = outcome.host_calls,
			load_us = load.as_micros() as u64,
			run_us = outcome.timings.run.as_micros() as u64,
			"run ended"
		);
		Ok(outcome)
	}

	/// How many programs are kept.
	pub fn cached_programs(&self) -> usize {
		self.cache().len()
	}

	/// Memory of the budget that no run holds.
	pub fn free_memory(&self) -> u64 {
		self.config
			.memory_budget
			.saturating_sub(self.reserved.load(Ordering::Relaxed))
	}

	/// Memory that a run of this job is promised before it starts.
	pub fn needed_memory(job: &Job) -> u64 {
		let inputs: u64 = job.data.iter().map(|data| data.len() as u64).sum();
		let held: u64 = job.grants.iter().map(|grant| grant.held_bytes()).sum();
		// An output that grows is there twice for a moment.
		let output = 3 * u64::from(job.limits.output);
		let memory = u64::from(job.limits.pages) * abi::PAGE_BYTES;
		RUN_BYTES + memory + inputs + job.params.len() as u64 + held + output
	}

	fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
		// A cache is right after every step, so a thread that died with it did no harm.
		self.cache.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Sets memory aside, so that no neighbour can make a grow fail half way.
	fn reserve(&self, job: &Job) -> Result<Room<'_>, Fault> {
		let needed = Executor::needed_memory(job);
		let budget = self.config.memory_budget;
		let taken = self
			.reserved
			.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |reserved| {
				reserved
					.checked_add(needed)
					.filter(|total| *total <= budget)
			});
		match taken {
			Ok(_) => Ok(Room {
				reserved: &self.reserved,
				bytes: needed,
			}),
			Err(reserved) => Err(Fault::NoRoom {
				needed,
				free: budget.saturating_sub(reserved),
			}),
		}
	}
}

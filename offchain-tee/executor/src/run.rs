//! Running a program, in slices of fuel.

use crate::{
	Cancel, Executor, Fault, Outcome,
	engine::engine_id,
	host::{Host, Stop},
	job::Job,
	outcome::Timings,
	program::Program,
	secret::wipe,
};
use std::time::{Duration, Instant};
use tea_guest_abi::{self as abi, Exit, LimitKind, ModuleFault, TrapKind};
use wasmi::{
	Error, Instance, Store, TrapCode, TypedFunc, TypedResumableCall, WasmResults,
	errors::{ErrorKind, InstantiationError, MemoryError, TableError},
};
use zeroize::Zeroizing;

/// What ends a run in the middle.
enum End {
	Exit(Exit),
	Fault(Fault),
}

/// Looks at clock and caller between slices.
struct Watch<'a> {
	start: Instant,
	limit: Duration,
	cancel: &'a Cancel,
}

impl Watch<'_> {
	fn look(&self) -> Result<(), End> {
		if self.cancel.is_cancelled() {
			return Err(End::Fault(Fault::Cancelled));
		}
		if self.start.elapsed() > self.limit {
			return Err(End::Fault(Fault::Deadline { limit: self.limit }));
		}
		Ok(())
	}
}

impl Executor {
	/// Runs a program. Blocks; call it where blocking is allowed.
	///
	/// What the guest does ends as an [`Outcome`], whatever it is. A [`Fault`] is not the guest's.
	pub fn run(&self, program: &Program, job: Job, cancel: &Cancel) -> Result<Outcome, Fault> {
		job.limits.check()?;
		if let Err(fault) = job.check() {
			return Ok(Outcome::refused(Exit::BadInput(fault), fault.to_string()));
		}
		let limits = job.limits;
		let facts = program.facts();
		if facts.pages > limits.pages {
			let message = format!(
				"the code begins with {} pages of memory, the errand allows {}",
				facts.pages, limits.pages
			);
			return Ok(Outcome::refused(
				Exit::BadModule(ModuleFault::Memory),
				message,
			));
		}
		let Some(fuel) = limits.fuel.checked_sub(facts.start_fuel) else {
			let mut outcome = Outcome::refused(Exit::OutOfFuel, String::new());
			outcome.fuel_used = limits.fuel;
			return Ok(outcome);
		};
		let _room = self.reserve(&job)?;
		let watch = Watch {
			start: Instant::now(),
			limit: self.config().wall_base + self.config().wall_per_fuel(limits.fuel),
			cancel,
		};
		watch.look().or_else(|end| match end {
			End::Fault(fault) => Err(fault),
			End::Exit(_) => Ok(()),
		})?;

		let slice = fuel.min(self.config().slice);
		let host = Host::new(job, program.manifest(), fuel - slice);
		let mut store = Store::new(&program.engine, host);
		store.limiter(|host| &mut host.limiter);
		store.set_fuel(slice).map_err(internal)?;
		let mut timings = Timings::default();
		let ended = self.guest(program, &mut store, &watch, &mut timings);

		let left = store.get_fuel().map_err(internal)?;
		let clock = Instant::now();
		let mut peak_pages = 0;
		if let Some(memory) = store.data().memory {
			peak_pages = memory.size(&store) as u32;
			wipe(memory.data_mut(&mut store));
		}
		timings.wipe = clock.elapsed();
		let mut host = store.into_data();

		let returned = match ended {
			Ok(returned) => returned,
			Err(End::Fault(fault)) => return Err(fault),
			Err(End::Exit(exit)) => exit,
		};
		let mut message = Zeroizing::default();
		let exit = match returned {
			Exit::Ok | Exit::Failed(_) if host.output_exceeded => {
				Exit::LimitExceeded(LimitKind::Output)
			}
			// A panic hook says what happened and then traps.
			Exit::Ok | Exit::Failed(_) | Exit::Trap(TrapKind::Unreachable) => {
				match host.failure.take() {
					Some((code, text)) => {
						message = text;
						Exit::Failed(code)
					}
					None => returned,
				}
			}
			other => other,
		};
		let output = if exit.is_ok() {
			host.output.take()
		} else {
			Default::default()
		};
		let fuel_used = match exit {
			Exit::OutOfFuel => limits.fuel,
			_ => limits.fuel - host.reserve - left,
		};
		Ok(Outcome {
			exit,
			output,
			message,
			fuel_used,
			peak_pages,
			host_calls: host.calls,
			logs: std::mem::take(&mut host.logs),
			timings,
		})
	}

	fn guest(
		&self,
		program: &Program,
		store: &mut Store<Host>,
		watch: &Watch<'_>,
		timings: &mut Timings,
	) -> Result<Exit, End> {
		let clock = Instant::now();
		let instance = program
			.linker
			.instantiate_and_start(&mut *store, &program.module)
			.map_err(|error| ended(store, &error))?;
		store.data_mut().memory = instance.get_memory(&*store, "memory");
		timings.instantiate = clock.elapsed();

		let clock = Instant::now();
		let returned = self.calls(program, &instance, store, watch);
		timings.run = clock.elapsed();
		returned
	}

	fn calls(
		&self,
		program: &Program,
		instance: &Instance,
		store: &mut Store<Host>,
		watch: &Watch<'_>,
	) -> Result<Exit, End> {
		let version: i32 = self.call(instance, "tea_abi", store, watch)?;
		if version != abi::ABI_VERSION {
			return Err(End::Exit(Exit::BadModule(ModuleFault::AbiVersion)));
		}
		if program.facts().initializer {
			self.call::<()>(instance, "_initialize", store, watch)?;
		}
		let code: i32 = self.call(instance, "tea_run", store, watch)?;
		Ok(if code == 0 {
			Exit::Ok
		} else {
			Exit::Failed(code)
		})
	}

	/// Calls an export. Each slice of fuel ends with a look at clock and caller, so no thread has to watch.
	fn call<R: WasmResults>(
		&self,
		instance: &Instance,
		name: &str,
		store: &mut Store<Host>,
		watch: &Watch<'_>,
	) -> Result<R, End> {
		let function: TypedFunc<(), R> = instance
			.get_typed_func(&*store, name)
			.map_err(|error| End::Fault(internal(error)))?;
		let mut state = function.call_resumable(&mut *store, ());
		loop {
			match state {
				Ok(TypedResumableCall::Finished(result)) => return Ok(result),
				Ok(TypedResumableCall::HostTrap(trap)) => {
					return Err(ended(store, trap.host_error()));
				}
				Ok(TypedResumableCall::OutOfFuel(call)) => {
					watch.look()?;
					self.top_up(store, call.required_fuel())?;
					state = call.resume(&mut *store);
				}
				Err(error) => return Err(ended(store, &error)),
			}
		}
	}

	/// Moves the next slice from the reserve into the store, and more where a single step takes more.
	fn top_up(&self, store: &mut Store<Host>, required: u64) -> Result<(), End> {
		let left = store
			.get_fuel()
			.map_err(|error| End::Fault(internal(error)))?;
		let reserve = store.data().reserve;
		let total = left.saturating_add(reserve);
		if total < required {
			return Err(End::Exit(Exit::OutOfFuel));
		}
		let next = total.min(required.max(self.config().slice));
		store.data_mut().reserve = total - next;
		store
			.set_fuel(next)
			.map_err(|error| End::Fault(internal(error)))
	}
}

fn internal(error: Error) -> Fault {
	Fault::Internal {
		engine: engine_id(),
		message: error.to_string(),
	}
}

/// What an error of the engine means for the run.
fn ended(store: &Store<Host>, error: &Error) -> End {
	if store.data().limiter.out_of_memory {
		return End::Fault(Fault::OutOfMemory);
	}
	if let Some(stop) = error.downcast_ref::<Stop>() {
		return match stop {
			Stop::BadPointer => End::Exit(Exit::Trap(TrapKind::BadPointer)),
			Stop::OutOfFuel => End::Exit(Exit::OutOfFuel),
			Stop::HostCalls => End::Exit(Exit::LimitExceeded(LimitKind::HostCalls)),
			Stop::OutOfMemory => End::Fault(Fault::OutOfMemory),
		};
	}
	let fault = || {
		End::Fault(Fault::Internal {
			engine: engine_id(),
			message: error.to_string(),
		})
	};
	if let Some(code) = error.as_trap_code() {
		let kind = match code {
			TrapCode::UnreachableCodeReached => TrapKind::Unreachable,
			TrapCode::MemoryOutOfBounds => TrapKind::MemoryOutOfBounds,
			TrapCode::TableOutOfBounds => TrapKind::TableOutOfBounds,
			TrapCode::IndirectCallToNull => TrapKind::IndirectCallToNull,
			TrapCode::IntegerDivisionByZero => TrapKind::DivisionByZero,
			TrapCode::IntegerOverflow => TrapKind::IntegerOverflow,
			TrapCode::BadConversionToInteger => TrapKind::BadConversion,
			TrapCode::StackOverflow => TrapKind::StackOverflow,
			TrapCode::BadSignature => TrapKind::BadSignature,
			TrapCode::OutOfFuel => return End::Exit(Exit::OutOfFuel),
			TrapCode::GrowthOperationLimited | TrapCode::OutOfSystemMemory => {
				return End::Fault(Fault::OutOfMemory);
			}
		};
		return End::Exit(Exit::Trap(kind));
	}
	match error.kind() {
		ErrorKind::Instantiation(InstantiationError::ElementSegmentDoesNotFit { .. }) => {
			End::Exit(Exit::Trap(TrapKind::TableOutOfBounds))
		}
		ErrorKind::Instantiation(
			InstantiationError::FailedToInstantiateMemory(MemoryError::OutOfSystemMemory)
			| InstantiationError::FailedToInstantiateTable(TableError::OutOfSystemMemory),
		) => End::Fault(Fault::OutOfMemory),
		// The translation of a function waits for its first call; what it cannot do it can do nowhere.
		ErrorKind::Translation(_) | ErrorKind::ImplementationLimits(_) => {
			End::Exit(Exit::BadModule(ModuleFault::Structure))
		}
		_ => fault(),
	}
}

//! One run: the guest under the limits of its errand, and what its end means on chain.

use std::{sync::Arc, time::Duration};

use tea_executor::{
	Cancel, Executor, Fault, Job, LimitKind, ModuleFault as CodeFault, Outcome, Secret, TrapKind,
	report,
};
use tea_primitives::errand::{Exit, FaultReason, InputFault, Limit, Limits, ModuleFault, Trap};

/// How a run ended, for the proof.
pub struct Ran {
	/// How it ended.
	pub exit: Exit,
	/// Fuel used.
	pub fuel: u64,
	/// What the client gets, not yet sealed.
	pub result: Secret,
	/// How long checking and translating took.
	pub translate: Duration,
	/// How long the guest took.
	pub run: Duration,
}

impl Ran {
	/// An end before the beginning.
	fn never(exit: Exit, index: u8, code: i32, message: &str) -> Self {
		Self {
			exit,
			fuel: 0,
			result: report(index, code, message, 0, 0),
			translate: Duration::ZERO,
			run: Duration::ZERO,
		}
	}

	/// An input that cannot be used.
	pub fn bad_input(fault: InputFault) -> Self {
		let (code, message) = match fault {
			InputFault::Commitment => (0, "an input is not what its commitment says"),
			InputFault::TooLarge => (1, "an input is larger than it was said to be"),
			InputFault::Malformed => (2, "an input is not sealed as content is"),
		};
		Self::never(Exit::BadInput(fault), 6, code, message)
	}

	/// A supplied key that does not open its source.
	pub fn bad_key() -> Self {
		let message = "a supplied key does not open its source";
		Self::never(Exit::BadKey, 7, 0, message)
	}

	fn of(outcome: Outcome) -> Self {
		Self {
			exit: exit(outcome.exit),
			fuel: outcome.fuel_used,
			translate: outcome.timings.load,
			run: outcome
				.timings
				.instantiate
				.saturating_add(outcome.timings.run)
				.saturating_add(outcome.timings.wipe),
			result: outcome.into_result(),
		}
	}
}

/// The exit of a guest as it stands in proofs.
fn exit(exit: tea_executor::Exit) -> Exit {
	use tea_executor::Exit as Guest;
	match exit {
		Guest::Ok => Exit::Ok,
		Guest::Failed(code) => Exit::Failed(code),
		Guest::OutOfFuel => Exit::OutOfFuel,
		Guest::Trap(kind) => Exit::Trap(match kind {
			TrapKind::Unreachable => Trap::Unreachable,
			TrapKind::MemoryOutOfBounds => Trap::MemoryOutOfBounds,
			TrapKind::TableOutOfBounds => Trap::TableOutOfBounds,
			TrapKind::IndirectCallToNull => Trap::IndirectCallToNull,
			TrapKind::BadSignature => Trap::BadSignature,
			TrapKind::DivisionByZero => Trap::DivisionByZero,
			TrapKind::IntegerOverflow => Trap::IntegerOverflow,
			TrapKind::BadConversion => Trap::BadConversion,
			TrapKind::StackOverflow => Trap::StackOverflow,
			TrapKind::BadPointer => Trap::BadPointer,
		}),
		Guest::LimitExceeded(kind) => Exit::LimitExceeded(match kind {
			LimitKind::Output => Limit::Output,
			LimitKind::HostCalls => Limit::HostCalls,
		}),
		Guest::BadModule(fault) => Exit::BadModule(match fault {
			CodeFault::TooLarge | CodeFault::Structure => ModuleFault::TooLarge,
			CodeFault::Package | CodeFault::Malformed => ModuleFault::Invalid,
			CodeFault::Manifest | CodeFault::Capability => ModuleFault::Manifest,
			CodeFault::StartSection => ModuleFault::Start,
			CodeFault::Import => ModuleFault::Import,
			CodeFault::Export => ModuleFault::Export,
			CodeFault::Memory => ModuleFault::Memory,
			CodeFault::AbiVersion => ModuleFault::Engine,
		}),
		// All three are about sizes.
		Guest::BadInput(_) => Exit::BadInput(InputFault::TooLarge),
	}
}

/// Limits as the engine takes them.
pub fn limits(limits: &Limits) -> tea_executor::Limits {
	tea_executor::Limits {
		fuel: limits.fuel,
		pages: limits.pages,
		output: limits.output,
		..tea_executor::Limits::default()
	}
}

/// Runs code beside the other tasks. A run that takes longer than `wall` is stopped, which is this machine's fault.
pub async fn run(
	executor: Arc<Executor>,
	code: Secret,
	job: Job,
	wall: Duration,
	cancel: Cancel,
) -> Result<Ran, FaultReason> {
	let stop = cancel.clone();
	let mut running = tokio::task::spawn_blocking(move || executor.execute(&code, job, &cancel));
	let mut is_late = false;
	let ended = tokio::select! {
		ended = &mut running => ended,
		() = tokio::time::sleep(wall) => {
			is_late = true;
			stop.cancel();
			running.await
		}
	};
	let outcome = ended.map_err(|error| {
		tracing::error!(%error, "a run was torn off");
		FaultReason::Host
	})?;
	match outcome {
		Ok(outcome) => Ok(Ran::of(outcome)),
		Err(Fault::EngineMismatch { wanted, have }) => {
			let message = format!("the code wants the engine {wanted}, this one is {have}");
			let exit = Exit::BadModule(ModuleFault::Engine);
			Ok(Ran::never(exit, 5, 10, &message))
		}
		Err(error) => {
			tracing::warn!(%error, "a run came to nothing");
			Err(match error {
				Fault::Deadline { .. } => FaultReason::WallClock,
				Fault::Cancelled if is_late => FaultReason::WallClock,
				Fault::Cancelled => FaultReason::Shutdown,
				_ => FaultReason::Host,
			})
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::pins::content::tests::guest;

	const WALL: Duration = Duration::from_secs(60);

	async fn ran(code: Vec<u8>, change: impl FnOnce(&mut Job)) -> Result<Ran, FaultReason> {
		let mut job = Job::new("", []);
		change(&mut job);
		let executor = Arc::new(Executor::new(tea_executor::Config::default()));
		run(executor, Secret::new(code), job, WALL, Cancel::new()).await
	}

	#[tokio::test]
	async fn guests_end_as_they_do() {
		for (body, expected) in [
			("i32.const 0", Exit::Ok),
			("i32.const 7", Exit::Failed(7)),
			("unreachable", Exit::Trap(Trap::Unreachable)),
			(
				"i32.const 1 i32.const 0 i32.div_s",
				Exit::Trap(Trap::DivisionByZero),
			),
			("(loop $l br $l) i32.const 0", Exit::OutOfFuel),
		] {
			let ran = ran(guest(body), |job| job.limits.fuel = 1_000_000).await;
			assert_eq!(ran.unwrap().exit, expected, "{body}");
		}
		let none = ran(b"no code".to_vec(), |_| ()).await.unwrap();
		assert_eq!(none.exit, Exit::BadModule(ModuleFault::Invalid));
		assert_eq!(none.fuel, 0);
		assert!(!none.result.is_empty(), "the client hears why");
	}

	#[tokio::test]
	async fn fuel_that_ran_out_is_the_limit() {
		let endless = guest("(loop $l br $l) i32.const 0");
		let ran = ran(endless, |job| job.limits.fuel = 1_000_000).await;
		assert_eq!(ran.unwrap().fuel, 1_000_000);
	}

	#[tokio::test]
	async fn clock_and_caller_stop_a_run_and_it_has_no_proof() {
		let endless = || Secret::new(guest("(loop $l br $l) i32.const 0"));
		let job = || {
			let mut job = Job::new("", []);
			job.limits.fuel = tea_executor::abi::MAX_FUEL;
			job
		};
		let executor = Arc::new(Executor::new(tea_executor::Config::default()));
		let late = run(
			executor.clone(),
			endless(),
			job(),
			Duration::from_millis(1),
			Cancel::new(),
		);
		assert_eq!(late.await.err(), Some(FaultReason::WallClock));
		let cancel = Cancel::new();
		cancel.cancel();
		let stopped = run(executor, endless(), job(), WALL, cancel);
		assert_eq!(stopped.await.err(), Some(FaultReason::Shutdown));
	}

	#[test]
	fn ends_before_the_beginning_say_why() {
		for fault in [
			InputFault::Commitment,
			InputFault::TooLarge,
			InputFault::Malformed,
		] {
			let ran = Ran::bad_input(fault);
			assert_eq!((ran.exit, ran.fuel), (Exit::BadInput(fault), 0));
			assert!(!ran.result.is_empty());
		}
		assert_eq!(Ran::bad_key().exit, Exit::BadKey);
	}

	#[test]
	fn every_end_of_a_guest_has_a_name_on_chain() {
		use tea_executor::Exit as Guest;
		let traps: Vec<u8> = TrapKind::ALL
			.iter()
			.map(|kind| match exit(Guest::Trap(*kind)) {
				Exit::Trap(trap) => codec::Encode::encode(&trap)[0],
				_ => unreachable!(),
			})
			.collect();
		// Both lists have the same order.
		assert_eq!(traps, (0..10).collect::<Vec<u8>>());
		for fault in CodeFault::ALL {
			assert!(matches!(exit(Guest::BadModule(*fault)), Exit::BadModule(_)));
		}
	}
}

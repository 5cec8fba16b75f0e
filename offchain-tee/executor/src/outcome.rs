use crate::Secret;
use serde::Serialize;
use std::time::Duration;
use tea_guest_abi::Exit;
use zeroize::Zeroizing;

/// How a run ended, and what it cost. All of it is the guest's doing and the same on every machine, but for the timings.
#[derive(Debug)]
pub struct Outcome {
	/// How it ended.
	pub exit: Exit,
	/// What it wrote; empty unless it ended well, because half a result is none.
	pub output: Secret,
	/// What the guest said when it failed, or why its code is not run. It can hold data: it goes to the client, sealed, and
	/// into no log.
	pub message: Zeroizing<String>,
	/// Fuel, the start included; all of it when it ran out.
	pub fuel_used: u64,
	/// The most pages of memory at any time.
	pub peak_pages: u32,
	/// Host calls.
	pub host_calls: u64,
	/// Lines that the guest wrote for the client. Not part of the result.
	pub logs: Vec<LogLine>,
	/// For metrics, never for a proof.
	pub timings: Timings,
}

/// A line of the guest's log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogLine {
	/// 0 error … 4 trace.
	pub level: u8,
	/// The line.
	pub text: Zeroizing<String>,
}

/// How long the phases took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
	/// Checking and translating, or looking into the cache.
	pub load: Duration,
	/// Making an instance.
	pub instantiate: Duration,
	/// The guest itself.
	pub run: Duration,
	/// Wiping its memory.
	pub wipe: Duration,
}

#[derive(Serialize)]
struct Report<'a> {
	exit: u8,
	code: i32,
	msg: &'a str,
	fuel: u64,
	pages: u32,
}

/// The plaintext that is sealed to the client of a run without a result: a dag-cbor map that says what went wrong.
pub fn report(exit: u8, code: i32, message: &str, fuel: u64, pages: u32) -> Secret {
	let report = Report {
		exit,
		code,
		msg: message,
		fuel,
		pages,
	};
	let bytes = serde_ipld_dagcbor::to_vec(&report)
		.expect("numbers and a text in a map have an encoding; qed");
	Secret::new(bytes)
}

impl Outcome {
	/// A run that ended before it began.
	pub(crate) fn refused(exit: Exit, message: String) -> Outcome {
		Outcome {
			exit,
			output: Secret::default(),
			message: Zeroizing::new(message),
			fuel_used: 0,
			peak_pages: 0,
			host_calls: 0,
			logs: Vec::new(),
			timings: Timings::default(),
		}
	}

	/// The plaintext that is sealed to the client: the output, or a dag-cbor map that says what went wrong.
	pub fn into_result(self) -> Secret {
		if self.exit.is_ok() {
			return self.output;
		}
		report(
			self.exit.index(),
			self.exit.code(),
			&self.message,
			self.fuel_used,
			self.peak_pages,
		)
	}
}

//! Any bytes as code: refused with a name, or run as any guest.
#![no_main]

use tea_executor::{Cancel, Config, Executor, Job, Limits};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	let executor = Executor::new(Config::default());
	let limits = Limits { fuel: 2_000_000, pages: 64, ..Limits::default() };
	let job = Job { limits, ..Job::default() };
	let outcome = executor.execute(bytes, job, &Cancel::new());
	if let Ok(outcome) = outcome {
		assert!(outcome.fuel_used <= limits.fuel);
		let _ = outcome.into_result();
	}
});

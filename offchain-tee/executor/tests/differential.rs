//! Results and fuel of generated guests, against plain wasmi.
//!
//! The ignored test does the same for as long as `TEA_FUZZ_SECONDS` says; `fuzz/` does it under libFuzzer.

#[path = "support/generate.rs"]
mod generate;

use proptest::{prelude::*, strategy::ValueTree};
use std::time::{Duration, Instant};

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	#[test]
	fn results_and_fuel_are_those_of_wasmi(bytes in proptest::collection::vec(any::<u8>(), 100..4_000)) {
		generate::compare(&bytes);
	}
}

#[test]
#[ignore = "as long as TEA_FUZZ_SECONDS says, one minute otherwise"]
fn results_and_fuel_are_those_of_wasmi_for_longer() {
	let seconds = std::env::var("TEA_FUZZ_SECONDS")
		.ok()
		.and_then(|text| text.parse().ok())
		.unwrap_or(60);
	let end = Instant::now() + Duration::from_secs(seconds);
	let mut runner = proptest::test_runner::TestRunner::default();
	let strategy = proptest::collection::vec(any::<u8>(), 100..8_000);
	let (mut all, mut compared) = (0u64, 0u64);
	while Instant::now() < end {
		let bytes = strategy
			.new_tree(&mut runner)
			.expect("bytes are always there")
			.current();
		all += 1;
		compared += u64::from(generate::compare(&bytes));
	}
	println!("{compared} of {all} generated guests compared");
	assert!(compared > 0);
}

/// Most of the bytes must make something that is compared, or the tests above say little.
#[test]
fn most_bytes_make_a_guest() {
	let mut runner = proptest::test_runner::TestRunner::deterministic();
	let strategy = proptest::collection::vec(any::<u8>(), 100..4_000);
	let mut exits = std::collections::BTreeMap::new();
	for _ in 0..200 {
		let bytes = strategy
			.new_tree(&mut runner)
			.expect("bytes are always there")
			.current();
		if let Some(shown) = generate::guest(&bytes).and_then(|wasm| generate::ours(&wasm, 5_000)) {
			*exits.entry(shown.exit.index()).or_insert(0) += 1;
		}
	}
	println!("exits by index: {exits:?}");
	assert!(exits.values().sum::<u32>() > 100, "{exits:?}");
	assert!(
		exits.len() >= 3,
		"results, traps, and endless loops: {exits:?}"
	);
}

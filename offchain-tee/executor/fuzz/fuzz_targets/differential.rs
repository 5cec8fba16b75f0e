//! Results and fuel against plain wasmi.
#![no_main]

#[path = "../../tests/support/generate.rs"]
mod generate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
	generate::compare(bytes);
});

//! A quote that is recognised has its length and writes its numbers where they stood.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tea_tpm::Quote;

fuzz_target!(|bytes: &[u8]| {
	if let Ok(quote) = Quote::parse(bytes) {
		assert_eq!(bytes.len(), 145);
		let counters = quote.counters();
		assert_eq!(counters.clock.to_be_bytes(), bytes[76..84]);
		assert_eq!(counters.reset_count.to_be_bytes(), bytes[84..88]);
		assert_eq!(counters.restart_count.to_be_bytes(), bytes[88..92]);
		assert_eq!([u8::from(counters.safe)], bytes[92..93]);
		assert_eq!(quote.firmware_version().to_be_bytes(), bytes[93..101]);
		assert_eq!(quote.pcr_digest()[..], bytes[113..]);
	}
});

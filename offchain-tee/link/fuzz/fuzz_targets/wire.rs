//! Messages of the host link: what decodes is canonical, and nothing panics.

#![no_main]

use codec::{DecodeAll, Encode};
use libfuzzer_sys::fuzz_target;
use tea_link::{
	Letter,
	wire::{FromHost, ToHost},
};

fuzz_target!(|bytes: &[u8]| {
	if let Ok(message) = ToHost::decode_all(&mut &*bytes) {
		assert_eq!(message.encode(), bytes);
	}
	if let Ok(message) = FromHost::decode_all(&mut &*bytes) {
		assert_eq!(message.encode(), bytes);
	}
	if let Ok(letter) = Letter::decode_all(&mut &*bytes) {
		assert_eq!(letter.encode(), bytes);
	}
});

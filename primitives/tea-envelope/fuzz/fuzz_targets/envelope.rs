//! What is recognised as an envelope, a message or a context is written again byte for byte.

#![no_main]

use codec::{Decode, Encode};
use libfuzzer_sys::fuzz_target;
use tea_envelope::{Context, Header, KeyEnvelope, Message, key::MAX_ENVELOPE_LEN};

fuzz_target!(|bytes: &[u8]| {
	if let Ok(envelope) = KeyEnvelope::from_bytes(bytes) {
		assert_eq!(envelope.encode(), bytes);
		assert!(bytes.len() <= MAX_ENVELOPE_LEN);
	}
	if let Ok(message) = Message::from_bytes(bytes) {
		assert_eq!(message.encode(), bytes);
	}
	if let Ok(context) = Context::decode(&mut &bytes[..]) {
		assert!(bytes.starts_with(&context.encode()));
	}
	if let Ok(header) = Header::parse(bytes) {
		assert!(bytes.starts_with(header.as_bytes()));
	}
});

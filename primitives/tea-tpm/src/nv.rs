//! Certificates as TPMs keep them in NV memory. For the side that holds the chip; the chain takes no padding.

use crate::{
	der::{Reader, tag},
	error::DerError,
};

/// `10 01 00`, then the length: in front of certificates that follow an older specification.
const STORED_CERTIFICATE: [u8; 3] = [0x10, 0x01, 0x00];

/// The certificate in the content of an NV index: without an older header in front and padding behind.
pub fn certificate(content: &[u8]) -> Result<&[u8], DerError> {
	let der = match content.split_first_chunk::<5>() {
		Some(([a, b, c, high, low], rest)) if [*a, *b, *c] == STORED_CERTIFICATE => {
			let len = u16::from_be_bytes([*high, *low]).into();
			rest.get(..len).ok_or(DerError::Truncated)?
		}
		_ => content,
	};
	Ok(Reader::new(der).expect_element(tag::SEQUENCE)?.raw)
}

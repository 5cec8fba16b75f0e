//! The key of a result, for the client only: both ends export it from one HPKE context, and the result is content under
//! it. So the commitment of the result hangs on the same context.

use rand_core::CryptoRng;

use crate::{
	context::{Context, Genesis, Purpose, info},
	error::EnvelopeError,
	secret::{K1, TransportPublic, TransportSecret},
	suite::{self, ENC_LEN},
};

/// HPKE's `info` begins with it.
const FORMAT: &[u8] = b"tea/result/v1";

/// Makes the key of a result, and what the client needs to make it too.
pub fn encapsulate(
	client: TransportPublic,
	genesis: &Genesis,
	context: &Context,
	rng: &mut impl CryptoRng,
) -> Result<([u8; ENC_LEN], K1), EnvelopeError> {
	if context.purpose != Purpose::Result {
		return Err(EnvelopeError::Purpose);
	}
	let (enc, hpke) = suite::sender(None, client, &info(FORMAT, genesis), rng)?;
	let key = K1::derive(|key| {
		hpke.export(&context.aad(), key)
			.map_err(|_| EnvelopeError::TooLong)
	})?;
	Ok((enc, key))
}

/// Makes the key of a result at the client's end. A wrong context gives a key that opens nothing.
pub fn decapsulate(
	secret: &TransportSecret,
	enc: &[u8; ENC_LEN],
	genesis: &Genesis,
	context: &Context,
) -> Result<K1, EnvelopeError> {
	if context.purpose != Purpose::Result {
		return Err(EnvelopeError::Open);
	}
	let hpke = suite::receiver(None, secret, enc, &info(FORMAT, genesis))?;
	K1::derive(|key| {
		hpke.export(&context.aad(), key)
			.map_err(|_| EnvelopeError::Open)
	})
}

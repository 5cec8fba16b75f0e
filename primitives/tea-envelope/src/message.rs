//! Sealed messages: HPKE's base mode, to a key that the chain knows. As with key envelopes, nothing here says who sealed:
//! what is inside carries the sender's signature.

use alloc::vec::Vec;

use codec::{Decode, DecodeAll, DecodeWithMemTracking, Encode, Error as CodecError, Input};
use rand_core::CryptoRng;
use scale_info::TypeInfo;
use zeroize::Zeroizing;

use crate::{
	context::{Context, Genesis, Purpose, info},
	error::EnvelopeError,
	key::read_bytes,
	secret::{TransportPublic, TransportSecret},
	suite::{self, ENC_LEN, TAG_LEN},
};

/// HPKE's `info` begins with it.
const FORMAT: &[u8] = b"tea/message/v1";

/// The longest message. What is larger is content.
pub const MAX_MESSAGE_LEN: usize = 64 * 1024;

/// A sealed message: `{ enc, ciphertext }`.
///
/// INVARIANT: two releases talk to each other while an upgrade lasts.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub struct Message {
	enc: [u8; ENC_LEN],
	ciphertext: Vec<u8>,
}

impl Message {
	/// Seals a message.
	pub fn seal(
		plaintext: &[u8],
		receiver: TransportPublic,
		genesis: &Genesis,
		context: &Context,
		rng: &mut impl CryptoRng,
	) -> Result<Self, EnvelopeError> {
		if context.purpose != Purpose::Message {
			return Err(EnvelopeError::Purpose);
		}
		if plaintext.len() > MAX_MESSAGE_LEN {
			return Err(EnvelopeError::TooLong);
		}
		let (enc, mut hpke) = suite::sender(None, receiver, &info(FORMAT, genesis), rng)?;
		let ciphertext = suite::seal(&mut hpke, plaintext, &context.aad())?;
		Ok(Self { enc, ciphertext })
	}

	/// Opens a message.
	pub fn open(
		&self,
		secret: &TransportSecret,
		genesis: &Genesis,
		context: &Context,
	) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
		if context.purpose != Purpose::Message {
			return Err(EnvelopeError::Open);
		}
		let mut hpke = suite::receiver(None, secret, &self.enc, &info(FORMAT, genesis))?;
		suite::open(&mut hpke, &self.ciphertext, &context.aad())
	}

	/// Reads a message and nothing behind it.
	pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, EnvelopeError> {
		Self::decode_all(&mut bytes).map_err(|_| EnvelopeError::Malformed)
	}
}

impl Decode for Message {
	fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
		Ok(Self {
			enc: Decode::decode(input)?,
			ciphertext: read_bytes(input, |len| {
				(TAG_LEN..=MAX_MESSAGE_LEN + TAG_LEN).contains(&len)
			})?,
		})
	}
}

impl DecodeWithMemTracking for Message {}

//! The one suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 (RFC 9180: 0x0020, 0x0001, 0x0003).
//! ChaCha20 takes the same time for all inputs without help from the processor, in wasm too.

use alloc::vec::Vec;

use hpke::{
	Deserializable, HpkeError, OpModeR, OpModeS, PskBundle, Serializable,
	aead::{AeadCtxR, AeadCtxS, AeadTag, ChaCha20Poly1305},
	inout::InOutBuf,
	kdf::HkdfSha256,
	kem::X25519HkdfSha256,
	setup_receiver, setup_sender_with_rng,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
	error::EnvelopeError,
	secret::{Psk, TransportPublic, TransportSecret},
};

pub(crate) type Kem = X25519HkdfSha256;
type Sender = AeadCtxS<ChaCha20Poly1305, HkdfSha256, Kem>;
type Receiver = AeadCtxR<ChaCha20Poly1305, HkdfSha256, Kem>;

/// Length of an encapsulated key.
pub(crate) const ENC_LEN: usize = 32;
/// Length of an authentication tag.
pub(crate) const TAG_LEN: usize = 16;

/// A pre-shared key with its name.
pub(crate) type PskRef<'a> = (&'a Psk, &'a [u8]);

fn bundle<'a>((psk, psk_id): PskRef<'a>) -> Result<PskBundle<'a>, HpkeError> {
	PskBundle::new(psk.expose(), psk_id)
}

pub(crate) fn sender(
	psk: Option<PskRef<'_>>,
	receiver: TransportPublic,
	info: &[u8],
	rng: &mut impl CryptoRng,
) -> Result<([u8; ENC_LEN], Sender), EnvelopeError> {
	let failed = |_| EnvelopeError::ReceiverKey;
	let mode = match psk {
		Some(psk) => OpModeS::Psk(bundle(psk).map_err(failed)?),
		None => OpModeS::Base,
	};
	let (key, context) = setup_sender_with_rng::<_, _, Kem>(&mode, &receiver.as_hpke(), info, rng)
		.map_err(failed)?;
	let mut enc = [0; ENC_LEN];
	key.write_exact(&mut enc);
	Ok((enc, context))
}

pub(crate) fn receiver(
	psk: Option<PskRef<'_>>,
	secret: &TransportSecret,
	enc: &[u8; ENC_LEN],
	info: &[u8],
) -> Result<Receiver, EnvelopeError> {
	let failed = |_| EnvelopeError::Open;
	let mode = match psk {
		Some(psk) => OpModeR::Psk(bundle(psk).map_err(failed)?),
		None => OpModeR::Base,
	};
	let enc = <Kem as hpke::Kem>::EncappedKey::from_bytes(enc).map_err(failed)?;
	setup_receiver(&mode, &secret.as_hpke(), &enc, info).map_err(failed)
}

/// Ciphertext and tag.
pub(crate) fn seal(
	context: &mut Sender,
	plaintext: &[u8],
	aad: &[u8],
) -> Result<Vec<u8>, EnvelopeError> {
	let mut sealed = alloc::vec![0; plaintext.len() + TAG_LEN];
	let (body, place) = sealed.split_at_mut(plaintext.len());
	let buffer = InOutBuf::new(plaintext, body).map_err(|_| EnvelopeError::Buffer)?;
	let tag = context
		.seal_inout_detached(buffer, aad)
		.map_err(|_| EnvelopeError::TooLong)?;
	tag.write_exact(place);
	Ok(sealed)
}

pub(crate) fn open(
	context: &mut Receiver,
	sealed: &[u8],
	aad: &[u8],
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
	let (body, tag) = sealed
		.split_last_chunk::<TAG_LEN>()
		.ok_or(EnvelopeError::Open)?;
	let tag = AeadTag::from_bytes(tag).map_err(|_| EnvelopeError::Open)?;
	let mut plaintext = Zeroizing::new(alloc::vec![0; body.len()]);
	let buffer = InOutBuf::new(body, &mut plaintext).map_err(|_| EnvelopeError::Open)?;
	context
		.open_inout_detached(buffer, aad, &tag)
		.map_err(|_| EnvelopeError::Open)?;
	Ok(plaintext)
}

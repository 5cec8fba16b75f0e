//! Key envelopes: K1, and with it the deployment key, for one chip, in one state, in one boot.
//!
//! Two layers. The pre-shared key reaches the receiver through `TPM2_MakeCredential`, so only his chip, in the state that
//! the chain accepted, gives it out. X25519 goes to a key that lives in the memory of one boot. HPKE's PSK mode needs
//! both. Neither says who sealed: that does the sender's signature over the hash of the envelope, and
//! [`KeyEnvelope::authenticate`] is the only way to something that opens.

use alloc::vec::Vec;

use codec::{
	Compact, Decode, DecodeAll, DecodeWithMemTracking, Encode, Error as CodecError, Input,
	MaxEncodedLen,
};
use rand_core::CryptoRng;
use scale_info::TypeInfo;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
	context::{Context, Genesis, Purpose, info},
	error::EnvelopeError,
	secret::{DeploymentKey, K1, Psk, SECRET_LEN, TransportPublic, TransportSecret},
	suite::{self, ENC_LEN, TAG_LEN},
};

/// HPKE's `info` begins with it.
const FORMAT: &[u8] = b"tea/k1/v1";
/// What the hash of an envelope begins with.
const HASH_DOMAIN: &[u8] = b"tea/envelope/v1";

/// Lengths of credentials: for a P-256, a P-384 and an RSA-2048 endorsement key.
pub const CREDENTIAL_LENS: [usize; 3] = [140, 188, 328];
/// Lengths of ciphertexts: K1 alone, and K1 with the deployment key.
pub const CIPHERTEXT_LENS: [usize; 2] = [SECRET_LEN + TAG_LEN, 2 * SECRET_LEN + TAG_LEN];
/// The longest encoding: two lengths of two bytes each, and the three fields.
pub const MAX_ENVELOPE_LEN: usize = 2 + CREDENTIAL_LENS[2] + ENC_LEN + 2 + CIPHERTEXT_LENS[1];

/// TPM name of a receive key: algorithm and SHA-256.
pub type RkName = [u8; 34];

/// Hash of a key envelope, as it stands in the link that its sender signs.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct EnvelopeHash(pub [u8; 32]);

/// What a key envelope carries.
pub struct Keys {
	/// The key of the content.
	pub k1: K1,
	/// The deployment's private key: from pinner to pinner only.
	pub deployment: Option<DeploymentKey>,
}

impl Keys {
	/// Whether a deployment key belongs into an envelope of this purpose; nothing if no keys do.
	fn takes_deployment_key(purpose: Purpose) -> Option<bool> {
		match purpose {
			Purpose::Pin => Some(true),
			Purpose::InitialPin | Purpose::Reseed | Purpose::Execute => Some(false),
			Purpose::Message | Purpose::Result => None,
		}
	}

	fn fit(&self, purpose: Purpose) -> bool {
		Self::takes_deployment_key(purpose) == Some(self.deployment.is_some())
	}

	fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
		// Its full capacity at once: growing would leave a copy behind.
		let mut bytes = Zeroizing::new(Vec::with_capacity(2 * SECRET_LEN));
		bytes.extend_from_slice(self.k1.expose());
		if let Some(key) = &self.deployment {
			bytes.extend_from_slice(key.expose());
		}
		bytes
	}

	fn from_bytes(bytes: &mut [u8]) -> Option<Self> {
		let (k1, rest) = bytes.split_first_chunk_mut()?;
		let deployment = match rest.len() {
			0 => None,
			_ => Some(DeploymentKey::take(rest.try_into().ok()?)),
		};
		Some(Self {
			k1: K1::take(k1),
			deployment,
		})
	}
}

/// A sealed key: `{ cred, enc, ciphertext }`.
///
/// INVARIANT: senders sign the hash of this encoding, and a call carries it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub struct KeyEnvelope {
	cred: Vec<u8>,
	enc: [u8; ENC_LEN],
	ciphertext: Vec<u8>,
}

impl KeyEnvelope {
	/// Seals keys. `cred` is the credential that carries `psk` to the receive key of this name; the sender computes that
	/// name from what the chain accepted and takes it from nobody.
	#[allow(clippy::too_many_arguments)]
	pub fn seal(
		keys: &Keys,
		receiver: TransportPublic,
		psk: &Psk,
		rk_name: &RkName,
		cred: &[u8],
		genesis: &Genesis,
		context: &Context,
		rng: &mut impl CryptoRng,
	) -> Result<Self, EnvelopeError> {
		if !keys.fit(context.purpose) {
			return Err(EnvelopeError::Purpose);
		}
		if !CREDENTIAL_LENS.contains(&cred.len()) {
			return Err(EnvelopeError::Credential);
		}
		let info = info(FORMAT, genesis);
		let (enc, mut hpke) = suite::sender(Some((psk, rk_name)), receiver, &info, rng)?;
		let ciphertext = suite::seal(&mut hpke, &keys.to_bytes(), &context.aad())?;
		Ok(Self {
			cred: cred.to_vec(),
			enc,
			ciphertext,
		})
	}

	/// Reads an envelope and nothing behind it.
	pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, EnvelopeError> {
		Self::decode_all(&mut bytes).map_err(|_| EnvelopeError::Malformed)
	}

	/// The credential for `TPM2_ActivateCredential`.
	pub fn cred(&self) -> &[u8] {
		&self.cred
	}

	/// What the sender signs.
	pub fn hash(&self) -> EnvelopeHash {
		let hash = Sha256::new_with_prefix(HASH_DOMAIN).chain_update(self.encode());
		EnvelopeHash(hash.finalize().into())
	}

	/// The envelope, if the sender signed it. `signed` is to verify a signature of the sender's session key, or of the
	/// owner's account, over a link that holds this hash.
	pub fn authenticate(
		&self,
		signed: impl FnOnce(&EnvelopeHash) -> bool,
	) -> Result<AuthenticEnvelope<'_>, EnvelopeError> {
		if signed(&self.hash()) {
			Ok(AuthenticEnvelope(self))
		} else {
			Err(EnvelopeError::Unsigned)
		}
	}
}

/// A key envelope whose sender is known.
#[derive(Clone, Copy, Debug)]
pub struct AuthenticEnvelope<'a>(&'a KeyEnvelope);

impl AuthenticEnvelope<'_> {
	/// Opens it with the boot's transport key and the pre-shared key that the chip gave out.
	pub fn open(
		&self,
		secret: &TransportSecret,
		psk: &Psk,
		rk_name: &RkName,
		genesis: &Genesis,
		context: &Context,
	) -> Result<Keys, EnvelopeError> {
		let KeyEnvelope {
			enc, ciphertext, ..
		} = self.0;
		let info = info(FORMAT, genesis);
		let mut hpke = suite::receiver(Some((psk, rk_name)), secret, enc, &info)?;
		let mut bytes = suite::open(&mut hpke, ciphertext, &context.aad())?;
		Keys::from_bytes(&mut bytes)
			.filter(|keys| keys.fit(context.purpose))
			.ok_or(EnvelopeError::Open)
	}
}

/// Reads a length, and only then as many bytes: the input cannot make us reserve more than a format allows.
pub(crate) fn read_bytes<I: Input>(
	input: &mut I,
	fits: impl FnOnce(usize) -> bool,
) -> Result<Vec<u8>, CodecError> {
	let len = usize::try_from(Compact::<u32>::decode(input)?.0)
		.ok()
		.filter(|len| fits(*len))
		.ok_or("length out of bounds")?;
	let mut bytes = alloc::vec![0; len];
	input.read(&mut bytes)?;
	Ok(bytes)
}

impl Decode for KeyEnvelope {
	fn decode<I: Input>(input: &mut I) -> Result<Self, CodecError> {
		Ok(Self {
			cred: read_bytes(input, |len| CREDENTIAL_LENS.contains(&len))?,
			enc: Decode::decode(input)?,
			ciphertext: read_bytes(input, |len| CIPHERTEXT_LENS.contains(&len))?,
		})
	}
}

impl DecodeWithMemTracking for KeyEnvelope {}

impl MaxEncodedLen for KeyEnvelope {
	fn max_encoded_len() -> usize {
		MAX_ENVELOPE_LEN
	}
}

//! What the chain keeps of a content: a hash of what is stored, and a commitment to what it means.
//!
//! A plain hash of the plaintext would let anyone test a guess. The commitment is keyed from K1, so it says nothing
//! without the key; and it binds the key too, because no two keys give the same commitment.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use hmac::{Hmac, KeyInit, Mac};
use rand_core::CryptoRng;
use scale_info::TypeInfo;
use sha2::{Digest, Sha256};

use crate::{
	content::{ContentId, derive},
	error::EnvelopeError,
	secret::K1,
};

/// Keyed commitment to a plaintext: HMAC-SHA256.
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
pub struct Commitment(pub [u8; 32]);

/// The id of a deployed content is its commitment: the chain has it, so everyone knows what to expect.
impl From<Commitment> for ContentId {
	fn from(commitment: Commitment) -> Self {
		Self(commitment.0)
	}
}

impl ContentId {
	/// An id for a content that is sealed before its end is known.
	pub fn generate(rng: &mut impl CryptoRng) -> Self {
		let mut id = [0; 32];
		rng.fill_bytes(&mut id);
		Self(id)
	}
}

/// Makes a commitment piece by piece.
pub struct Committer(Hmac<Sha256>);

impl Committer {
	/// Begins.
	pub fn new(k1: &K1) -> Self {
		let key = derive(k1, b"commitment", &[]);
		Self(Hmac::new_from_slice(&*key).expect("HMAC takes keys of any length; qed"))
	}

	/// Takes the next piece of the plaintext, of any length.
	pub fn update(&mut self, plaintext: &[u8]) {
		self.0.update(plaintext);
	}

	/// The commitment to all pieces.
	pub fn finish(self) -> Commitment {
		Commitment(self.0.finalize().into_bytes().into())
	}

	/// Whether this is the commitment to all pieces.
	pub fn verify(self, commitment: &Commitment) -> Result<(), EnvelopeError> {
		self.0
			.verify_slice(&commitment.0)
			.map_err(|_| EnvelopeError::Open)
	}
}

/// Hash of a content as it is stored: SHA-256. Of a `Plain` deployment that is the plaintext.
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
pub struct CiphertextHash(pub [u8; 32]);

/// Hashes a stored content piece by piece.
#[derive(Clone, Default)]
pub struct CiphertextHasher(Sha256);

impl CiphertextHasher {
	/// Takes the next piece, of any length.
	pub fn update(&mut self, stored: &[u8]) {
		self.0.update(stored);
	}

	/// The hash of all pieces.
	pub fn finish(self) -> CiphertextHash {
		CiphertextHash(self.0.finalize().into())
	}
}

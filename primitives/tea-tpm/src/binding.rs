//! What a quote of a boot is bound to: the struct whose SHA-256 is the quote's extra data.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen, Output};
use scale_info::TypeInfo;
use sha2::{Digest, Sha256};

use crate::{Hash, error::BindingError, name::ObjectName, sha256};

/// Tag that keeps a binding from being mistaken for anything else that is hashed.
pub const QUOTE_DOMAIN: [u8; 12] = *b"tea/quote/v1";

/// Encoded length: every field has a fixed size, so no field can shift into another.
pub const BINDING_LEN: usize = 318;

/// The statement that a quote is bound to. It is posted, and hashed again by the verifier.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct QuoteBinding {
	/// [`QUOTE_DOMAIN`].
	pub domain: [u8; 12],
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// The module.
	pub module: u32,
	/// The module's next round.
	pub round: u32,
	/// A recent finalised block.
	pub nonce_block: u32,
	/// Its hash: the quote is not older than this block.
	pub nonce_block_hash: Hash,
	/// Zero when the boot is posted, the hash of the members' nonces in the live quote of a round.
	pub committee_nonce: Hash,
	/// sr25519 key that signs duty calls, messages and links in this boot.
	pub session_key: [u8; 32],
	/// sr25519 key of the executor tickets in this boot.
	pub vrf_key: [u8; 32],
	/// X25519 key that envelopes are sealed to in this boot.
	pub transport_key: [u8; 32],
	/// Name of the receive key.
	pub rk_name: ObjectName,
	/// Number of the boot.
	pub boot_seq: u32,
	/// Merkle root over everything that the module runs.
	pub manifest_root: Hash,
	/// Root of the boot log.
	pub log_root: Hash,
}

/// What the verifier knows of a binding before it looks at the quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedBinding {
	/// Genesis hash of the verifier's own chain.
	pub genesis: Hash,
	/// The module that hands in the evidence.
	pub module: u32,
	/// Its next round.
	pub round: u32,
	/// The verifier's best block.
	pub head: u32,
	/// How many blocks old the named block may be.
	pub window: u32,
	/// The hash that the verifier's chain has at the height which the binding names, if it has one.
	pub nonce_block_hash: Option<Hash>,
	/// Zero, or [`committee_nonce`] of the members' nonces.
	pub committee_nonce: Hash,
}

impl QuoteBinding {
	/// The extra data of a quote that is bound to this statement.
	pub fn hash(&self) -> Hash {
		let mut hasher = Hasher(Sha256::new());
		self.encode_to(&mut hasher);
		hasher.0.finalize().into()
	}

	/// Compares chain, module, round, block and committee.
	pub fn check(&self, expected: &ExpectedBinding) -> Result<(), BindingError> {
		if self.domain != QUOTE_DOMAIN {
			return Err(BindingError::Domain);
		}
		if self.genesis != expected.genesis {
			return Err(BindingError::Genesis);
		}
		if self.module != expected.module {
			return Err(BindingError::Module);
		}
		if self.round != expected.round {
			return Err(BindingError::Round);
		}
		let age = expected
			.head
			.checked_sub(self.nonce_block)
			.ok_or(BindingError::FutureBlock)?;
		if age > expected.window {
			return Err(BindingError::StaleBlock);
		}
		if expected.nonce_block_hash != Some(self.nonce_block_hash) {
			return Err(BindingError::BlockHash);
		}
		if self.committee_nonce != expected.committee_nonce {
			return Err(BindingError::CommitteeNonce);
		}
		Ok(())
	}

	/// Compares what follows from the rest of the evidence: the receive key that was handed in, and the number
	/// of the boot that the quote's counters belong to.
	pub fn check_boot(&self, rk_name: &ObjectName, boot_seq: u32) -> Result<(), BindingError> {
		if self.rk_name != *rk_name {
			return Err(BindingError::RkName);
		}
		if self.boot_seq != boot_seq {
			return Err(BindingError::BootSeq);
		}
		Ok(())
	}
}

/// The committee nonce of a live quote: SHA-256 of the members' nonces in member order.
pub fn committee_nonce(nonces: &[Hash]) -> Hash {
	sha256(&[nonces.as_flattened()])
}

/// Hashes what is encoded, without a buffer.
struct Hasher(Sha256);

impl Output for Hasher {
	fn write(&mut self, bytes: &[u8]) {
		self.0.update(bytes);
	}
}

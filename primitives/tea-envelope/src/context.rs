//! What an envelope is for. The receiver builds the context from what he knows himself, never from the envelope.
//!
//! INVARIANT: these encodings are authenticated by envelopes in flight; an index is never reused.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Hash of the chain's genesis block: an envelope of one chain does not open on another.
pub type Genesis = [u8; 32];

/// Why something is sealed.
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
pub enum Purpose {
	/// The owner hands K1 to the initial pinner, who makes the deployment key.
	#[codec(index = 0)]
	InitialPin,
	/// The owner hands K1 of a lost deployment to a pinner again.
	#[codec(index = 1)]
	Reseed,
	/// A pinner hands K1 and the deployment key to another one.
	#[codec(index = 2)]
	Pin,
	/// A key holder hands K1 to the executor of one errand.
	#[codec(index = 3)]
	Execute,
	/// A message between modules, or to one.
	#[codec(index = 4)]
	Message,
	/// The result of an errand, for its client only.
	#[codec(index = 5)]
	Result,
}

/// What it is about.
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
pub enum Subject {
	/// A deployment, by its id.
	#[codec(index = 0)]
	Deployment([u8; 32]),
	/// An errand, by its id.
	#[codec(index = 1)]
	Errand(u64),
	/// A content that is no deployment yet, by its ciphertext hash.
	#[codec(index = 2)]
	Content([u8; 32]),
}

/// Who sends or receives.
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
pub enum Party {
	/// A module, by its id.
	#[codec(index = 0)]
	Module(u32),
	/// An owner, a key holder or a client, by the account.
	#[codec(index = 1)]
	Account([u8; 32]),
}

/// The whole context, authenticated with every envelope.
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
pub struct Context {
	/// Why it is sealed.
	pub purpose: Purpose,
	/// What it is about.
	pub subject: Subject,
	/// Who seals.
	pub sender: Party,
	/// Who opens.
	pub receiver: Party,
	/// The boot of the receiving module; 0 when an account receives.
	pub boot_seq: u32,
	/// The finalised block at which the sender looked the receiver up.
	pub block: u32,
}

impl Context {
	pub(crate) fn aad(&self) -> Vec<u8> {
		self.encode()
	}
}

/// HPKE's `info`: the format with its version, then the chain.
pub(crate) fn info(format: &[u8], genesis: &Genesis) -> Vec<u8> {
	[format, genesis].concat()
}

//! Names and qualified names of TPM objects.
//!
//! A Name is the name algorithm followed by the hash of the public area; a qualified name adds the chain of
//! parents up to the hierarchy. The three types cannot be mistaken for each other.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sha2::{Digest, Sha384};

use crate::{Hash, sha256};

/// `TPM_ALG_SHA256`.
const SHA256: [u8; 2] = [0x00, 0x0b];
/// `TPM_ALG_SHA384`.
const SHA384: [u8; 2] = [0x00, 0x0c];
/// `TPM_RH_ENDORSEMENT`, the Name of the endorsement hierarchy.
const ENDORSEMENT: [u8; 4] = [0x40, 0x00, 0x00, 0x0b];

/// Name of an object whose name algorithm is SHA-256: every attestation key and receive key.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ObjectName(pub [u8; 34]);

impl ObjectName {
	/// The Name of an object with this public area.
	pub(crate) fn of(public_area: &[u8]) -> Self {
		Self(tagged(sha256(&[public_area])))
	}
}

impl AsRef<[u8]> for ObjectName {
	fn as_ref(&self) -> &[u8] {
		&self.0
	}
}

/// Qualified name of an attestation key, which every one of its quotes carries as `qualifiedSigner`.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct QualifiedName(pub [u8; 34]);

impl QualifiedName {
	/// The qualified name of the object `name` under the endorsement key whose qualified name is `parent`.
	pub(crate) fn under(parent: &EkName, name: &ObjectName) -> Self {
		Self(tagged(sha256(&[parent.as_ref(), &name.0])))
	}
}

impl AsRef<[u8]> for QualifiedName {
	fn as_ref(&self) -> &[u8] {
		&self.0
	}
}

/// Name or qualified name of an endorsement key, in the key's own name algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EkName {
	/// RSA-2048 and P-256 keys.
	Sha256([u8; 34]),
	/// P-384 keys.
	Sha384([u8; 50]),
}

impl EkName {
	/// The SHA-256 Name of an endorsement key with this public area.
	pub(crate) fn sha256(public_area: &[u8]) -> Self {
		Self::Sha256(tagged(sha256(&[public_area])))
	}

	/// The SHA-384 Name of an endorsement key with this public area.
	pub(crate) fn sha384(public_area: &[u8]) -> Self {
		Self::Sha384(tagged384(&[public_area]))
	}

	/// The qualified name of a primary key with this Name in the endorsement hierarchy.
	pub(crate) fn qualified(&self) -> Self {
		match self {
			Self::Sha256(name) => Self::Sha256(tagged(sha256(&[&ENDORSEMENT, name]))),
			Self::Sha384(name) => Self::Sha384(tagged384(&[&ENDORSEMENT, name])),
		}
	}
}

impl AsRef<[u8]> for EkName {
	fn as_ref(&self) -> &[u8] {
		match self {
			Self::Sha256(name) => name,
			Self::Sha384(name) => name,
		}
	}
}

fn tagged(digest: Hash) -> [u8; 34] {
	let mut name = [0; 34];
	name[..2].copy_from_slice(&SHA256);
	name[2..].copy_from_slice(&digest);
	name
}

fn tagged384(parts: &[&[u8]]) -> [u8; 50] {
	let mut hasher = Sha384::new();
	for part in parts {
		hasher.update(part);
	}
	let mut name = [0; 50];
	name[..2].copy_from_slice(&SHA384);
	name[2..].copy_from_slice(&hasher.finalize());
	name
}

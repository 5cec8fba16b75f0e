//! CIDs: version 1, sha2-256, raw or dag-pb, and exactly one spelling in bytes.

use ::cid::{Version, multihash::Multihash};
use sha2::{Digest, Sha256};

pub use ::cid::Cid;

/// Plain bytes.
pub const RAW: u64 = 0x55;
/// Links and a little data.
pub const DAG_PB: u64 = 0x70;
const SHA2_256: u64 = 0x12;
const DIGEST_LEN: u8 = 32;
/// The hash function, and the bytes of its digest, as CIDs hold them.
pub const SHA2_256_LEN: (u64, u64) = (SHA2_256, DIGEST_LEN as u64);

/// Why a CID is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CidError {
	/// No CID at all.
	#[error("this is no CID")]
	Malformed,
	/// The old form.
	#[error("CIDs of version 0 are not used here; convert it, for example with `ipfs cid base32`")]
	VersionZero,
	/// Another codec.
	#[error("codec {0:#x} is not used here; raw (0x55) and dag-pb (0x70) are")]
	Codec(u64),
	/// Another hash, or a shortened one.
	#[error("only sha2-256 with 32 bytes is used here, not hash {code:#x} with {len}")]
	Hash {
		/// The hash function.
		code: u64,
		/// Bytes of the digest.
		len: u8,
	},
	/// More than one way to write it.
	#[error("the CID is not written in its one form")]
	NotCanonical,
}

/// Accepts a CID, or says why not.
pub fn check(cid: &Cid) -> Result<(), CidError> {
	if cid.version() == Version::V0 {
		return Err(CidError::VersionZero);
	}
	if ![RAW, DAG_PB].contains(&cid.codec()) {
		return Err(CidError::Codec(cid.codec()));
	}
	let (code, len) = (cid.hash().code(), cid.hash().size());
	if (code, len) != (SHA2_256, DIGEST_LEN) {
		return Err(CidError::Hash { code, len });
	}
	Ok(())
}

/// Reads a CID as people write it.
pub fn parse(text: &str) -> Result<Cid, CidError> {
	let cid = Cid::try_from(text).map_err(|_| CidError::Malformed)?;
	check(&cid)?;
	Ok(cid)
}

/// Reads a CID as links hold it, and nothing behind it.
pub fn from_bytes(bytes: &[u8]) -> Result<Cid, CidError> {
	let cid = Cid::try_from(bytes).map_err(|_| CidError::Malformed)?;
	check(&cid)?;
	if cid.to_bytes() != bytes {
		return Err(CidError::NotCanonical);
	}
	Ok(cid)
}

fn hash(block: &[u8]) -> Multihash<64> {
	Multihash::wrap(SHA2_256, &Sha256::digest(block)).expect("32 bytes are fewer than 64; qed")
}

/// The CID of a block.
pub fn of(codec: u64, block: &[u8]) -> Cid {
	Cid::new_v1(codec, hash(block))
}

/// Whether the block is the one that the CID names.
pub fn names(cid: &Cid, block: &[u8]) -> bool {
	cid.hash() == &hash(block)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn other_forms_are_refused_each_with_its_reason() {
		let refusal = |text: &str| parse(text).unwrap_err();
		assert_eq!(
			refusal("QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n"),
			CidError::VersionZero
		);
		// The empty identity CID that gateways are probed with.
		assert!(matches!(
			refusal("bafkqaaa"),
			CidError::Hash { code: 0, .. }
		));
		for text in [
			"",
			"x",
			"bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5",
		] {
			assert_eq!(refusal(text), CidError::Malformed);
		}
		let cbor = Cid::new_v1(0x71, hash(b""));
		assert_eq!(check(&cbor), Err(CidError::Codec(0x71)));
		let blake = Cid::new_v1(RAW, Multihash::wrap(0xb220, &[1; 32]).unwrap());
		assert!(matches!(check(&blake), Err(CidError::Hash { .. })));
		let short = Multihash::wrap(SHA2_256, &[1; 20]).unwrap();
		let short = Cid::new_v1(RAW, short);
		assert_eq!(
			check(&short),
			Err(CidError::Hash {
				code: SHA2_256,
				len: 20
			})
		);
	}

	#[test]
	fn bytes_have_one_form() {
		let bytes = of(RAW, b"tea").to_bytes();
		assert!(from_bytes(&bytes).is_ok());
		assert!(from_bytes(&[&bytes[..], &[0]].concat()).is_err());
		assert!(from_bytes(&bytes[..35]).is_err());
		// A version with a varint that is longer than needed.
		assert!(from_bytes(&[&[0x81, 0][..], &bytes[1..]].concat()).is_err());
	}

	#[test]
	fn same_bytes_have_two_names_and_one_hash() {
		let (raw, dag) = (of(RAW, b"tea"), of(DAG_PB, b"tea"));
		assert_ne!(raw, dag);
		assert!(names(&raw, b"tea") && names(&dag, b"tea") && !names(&raw, b"Tea"));
	}

	proptest! {
		#[test]
		fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
			if let Ok(cid) = from_bytes(&bytes) {
				prop_assert_eq!(cid.to_bytes(), bytes);
			}
		}
	}
}

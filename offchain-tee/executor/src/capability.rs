//! What a run may ask the host for, besides its inputs. Each capability is a closed list: nothing else of the module can
//! be reached through it.

use crate::{Secret, hash::blake2_256};
use chacha20::{
	ChaCha20,
	cipher::{KeyIvInit, StreamCipher},
};
use sha2::{Digest, Sha256};
use std::{
	collections::BTreeMap,
	sync::{Arc, atomic::Ordering},
};
use tea_guest_abi::{self as abi, Errno};
use zeroize::Zeroizing;

/// What a capability answers.
#[derive(Clone, Debug)]
pub enum Answer {
	/// Bytes made for this call.
	Made(Secret),
	/// Bytes that exist anyway.
	Shared(Arc<Secret>),
}

impl Answer {
	pub(crate) fn bytes(&self) -> &[u8] {
		match self {
			Answer::Made(bytes) => bytes,
			Answer::Shared(bytes) => bytes,
		}
	}
}

/// A capability that an errand grants.
pub trait Capability: Send {
	/// Its name, one of [`abi::CAPABILITIES`].
	fn name(&self) -> &'static str;

	/// What decides about its answers. It goes into the input hash, so that a verifier repeats the run exactly.
	fn fixed_value(&self) -> Vec<u8>;

	/// Memory that it holds for the run.
	fn held_bytes(&self) -> u64 {
		0
	}

	/// Fuel of an operation, besides that of the call.
	fn fuel(&self, op: i32) -> u64 {
		let _ = op;
		0
	}

	/// Answers a request. The operation exists and was granted, the request is not too long.
	fn call(&mut self, op: i32, request: &[u8]) -> Result<Answer, Errno>;
}

/// Capability `rand`: the key stream of ChaCha20 under a key that everybody can compute.
pub struct Rand {
	key: [u8; 32],
	stream: ChaCha20,
	left: u64,
}

impl Rand {
	/// For an errand; `beacon` is the randomness of the block after the one that holds its `post`.
	pub fn new(genesis: &[u8; 32], errand: &[u8], beacon: &[u8; 32]) -> Rand {
		let key = blake2_256(&[b"tea1/rand", genesis, errand, beacon]);
		Rand {
			key,
			stream: ChaCha20::new(&key.into(), &[0; 12].into()),
			left: abi::rand::MAX_RUN_BYTES,
		}
	}
}

impl Capability for Rand {
	fn name(&self) -> &'static str {
		abi::rand::NAME
	}

	fn fixed_value(&self) -> Vec<u8> {
		self.key.to_vec()
	}

	fn call(&mut self, _op: i32, request: &[u8]) -> Result<Answer, Errno> {
		let request: [u8; 4] = request.try_into().map_err(|_| Errno::Invalid)?;
		let count = u32::from_le_bytes(request);
		if count > abi::rand::MAX_CALL_BYTES {
			return Err(Errno::TooBig);
		}
		self.left = self.left.checked_sub(count.into()).ok_or(Errno::Quota)?;
		let mut bytes = Zeroizing::new(vec![0; count as usize]);
		self.stream.apply_keystream(&mut bytes);
		Ok(Answer::Made(bytes))
	}
}

/// Capability `time`: the time of the block that holds the errand's `post`.
pub struct Time {
	milliseconds: u64,
}

impl Time {
	/// Milliseconds since 1970.
	pub fn new(milliseconds: u64) -> Time {
		Time { milliseconds }
	}
}

impl Capability for Time {
	fn name(&self) -> &'static str {
		abi::time::NAME
	}

	fn fixed_value(&self) -> Vec<u8> {
		self.milliseconds.to_le_bytes().to_vec()
	}

	fn call(&mut self, _op: i32, request: &[u8]) -> Result<Answer, Errno> {
		if !request.is_empty() {
			return Err(Errno::Invalid);
		}
		Ok(Answer::Made(Zeroizing::new(self.fixed_value())))
	}
}

/// Capability `ipfs`: blocks that were fetched before the run.
#[derive(Debug)]
pub struct Ipfs {
	blocks: BTreeMap<Vec<u8>, Arc<Secret>>,
}

/// Why a block is not taken into the closure of an errand.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum BlockError {
	/// The name is no CID that TEA uses.
	#[error("{cid:02x?} is not a CIDv1 of raw, dag-pb or dag-cbor with sha2-256")]
	Cid {
		/// Its bytes.
		cid: Vec<u8>,
	},
	/// The bytes are not those that the name says.
	#[error("the block is not the one that {cid:02x?} names; fetch it from somebody else")]
	Mismatch {
		/// The bytes of its CID.
		cid: Vec<u8>,
	},
	/// The block is larger than any.
	#[error("the block has {size} bytes, the limit is {limit}")]
	TooLarge {
		/// What there is.
		size: usize,
		/// What may be.
		limit: usize,
	},
}

impl Ipfs {
	/// The blocks of the closure that the errand declared, each under the bytes of its CID, hashed again here.
	pub fn new(blocks: impl IntoIterator<Item = (Vec<u8>, Secret)>) -> Result<Ipfs, BlockError> {
		let mut checked = BTreeMap::new();
		for (cid, block) in blocks {
			if block.len() > abi::ipfs::MAX_BLOCK_BYTES {
				return Err(BlockError::TooLarge {
					size: block.len(),
					limit: abi::ipfs::MAX_BLOCK_BYTES,
				});
			}
			let Some(digest) = digest_of(&cid) else {
				return Err(BlockError::Cid { cid });
			};
			if Sha256::digest(&*block)[..] != *digest {
				return Err(BlockError::Mismatch { cid });
			}
			checked.insert(cid, Arc::new(block));
		}
		Ok(Ipfs { blocks: checked })
	}
}

/// The digest in a CID of the kinds that TEA accepts: version 1; raw, dag-pb or dag-cbor; sha2-256.
fn digest_of(cid: &[u8]) -> Option<&[u8]> {
	match cid {
		[0x01, 0x55 | 0x70 | 0x71, 0x12, 0x20, digest @ ..] if digest.len() == 32 => Some(digest),
		_ => None,
	}
}

impl Capability for Ipfs {
	fn name(&self) -> &'static str {
		abi::ipfs::NAME
	}

	fn fixed_value(&self) -> Vec<u8> {
		let names: Vec<&[u8]> = self.blocks.keys().map(Vec::as_slice).collect();
		crate::hash::blake2_256_prefixed(names).to_vec()
	}

	fn held_bytes(&self) -> u64 {
		self.blocks.values().map(|block| block.len() as u64).sum()
	}

	fn call(&mut self, _op: i32, request: &[u8]) -> Result<Answer, Errno> {
		if digest_of(request).is_none() {
			return Err(Errno::Invalid);
		}
		let block = self.blocks.get(request).ok_or(Errno::Access)?;
		Ok(Answer::Shared(block.clone()))
	}
}

/// A way to stop a run from another thread.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<std::sync::atomic::AtomicBool>);

impl Cancel {
	/// One that nobody has used yet.
	pub fn new() -> Cancel {
		Cancel::default()
	}

	/// Stops the run at the end of its slice of fuel, some milliseconds away.
	pub fn cancel(&self) {
		self.0.store(true, Ordering::Relaxed);
	}

	/// Whether somebody cancelled.
	pub fn is_cancelled(&self) -> bool {
		self.0.load(Ordering::Relaxed)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn cid(block: &[u8]) -> Vec<u8> {
		[&[0x01, 0x55, 0x12, 0x20][..], &Sha256::digest(block)[..]].concat()
	}

	fn made(answer: Result<Answer, Errno>) -> Vec<u8> {
		answer.expect("an answer").bytes().to_vec()
	}

	#[test]
	fn rand_is_the_same_for_the_same_errand_only() {
		let rand = |errand: &[u8]| Rand::new(&[1; 32], errand, &[2; 32]);
		let ask = 40u32.to_le_bytes();
		let first = made(rand(b"7").call(0, &ask));
		assert_eq!(first.len(), 40);
		assert_eq!(first, made(rand(b"7").call(0, &ask)));
		assert_ne!(first, made(rand(b"8").call(0, &ask)));
		let mut one = rand(b"7");
		let pieces = [
			made(one.call(0, &10u32.to_le_bytes())),
			made(one.call(0, &30u32.to_le_bytes())),
		];
		assert_eq!(
			pieces.concat(),
			first,
			"one stream, however it is asked for"
		);
	}

	#[test]
	fn rand_has_limits() {
		let mut rand = Rand::new(&[1; 32], b"7", &[2; 32]);
		assert_eq!(
			rand.call(0, &4_097u32.to_le_bytes()).err(),
			Some(Errno::TooBig)
		);
		assert_eq!(rand.call(0, b"abc").err(), Some(Errno::Invalid));
		for _ in 0..256 {
			assert!(rand.call(0, &4_096u32.to_le_bytes()).is_ok());
		}
		assert_eq!(rand.call(0, &1u32.to_le_bytes()).err(), Some(Errno::Quota));
		assert!(rand.call(0, &0u32.to_le_bytes()).is_ok());
	}

	#[test]
	fn time_stands_still() {
		let mut time = Time::new(1_234_567);
		assert_eq!(made(time.call(0, b"")), 1_234_567u64.to_le_bytes());
		assert_eq!(made(time.call(0, b"")), 1_234_567u64.to_le_bytes());
		assert_eq!(time.call(0, b"x").err(), Some(Errno::Invalid));
	}

	#[test]
	fn ipfs_gives_the_declared_blocks_only() {
		let block = b"leaf".to_vec();
		let name = cid(&block);
		let mut ipfs =
			Ipfs::new([(name.clone(), Zeroizing::new(block.clone()))]).expect("hash is right");
		assert_eq!(ipfs.held_bytes(), 4);
		assert_eq!(made(ipfs.call(0, &name)), block);
		assert_eq!(ipfs.call(0, &cid(b"other")).err(), Some(Errno::Access));
		assert_eq!(ipfs.call(0, b"no cid").err(), Some(Errno::Invalid));
		let other = Ipfs::new([]).expect("nothing to check");
		assert_ne!(ipfs.fixed_value(), other.fixed_value());
	}

	#[test]
	fn ipfs_hashes_again() {
		let refuse = |cid: &[u8], block: &[u8]| {
			Ipfs::new([(cid.to_vec(), Zeroizing::new(block.to_vec()))]).expect_err("refused")
		};
		let name = cid(b"leaf");
		assert_eq!(
			refuse(&name, b"leaf!"),
			BlockError::Mismatch { cid: name.clone() }
		);
		let mut identity = name.clone();
		identity[2] = 0;
		assert!(matches!(refuse(&identity, b"leaf"), BlockError::Cid { .. }));
		assert!(matches!(
			refuse(&name[..35], b"leaf"),
			BlockError::Cid { .. }
		));
		let large = vec![0; abi::ipfs::MAX_BLOCK_BYTES + 1];
		assert!(matches!(
			refuse(&cid(&large), &large),
			BlockError::TooLarge { .. }
		));
	}
}

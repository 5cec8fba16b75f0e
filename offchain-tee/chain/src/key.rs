//! Storage keys. The hashers are those that the pallets declare; the comparison with the metadata covers them.

use codec::Encode;
use sp_crypto_hashing::{blake2_128, twox_64, twox_128};

/// Key of a value, and prefix of the keys of a map.
pub fn entry(pallet: &str, name: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

/// Adds a part of a key that is hashed with `Twox64Concat`.
pub fn twox(mut key: Vec<u8>, part: &impl Encode) -> Vec<u8> {
	let part = part.encode();
	key.extend(twox_64(&part));
	key.extend(part);
	key
}

/// Adds a part of a key that is hashed with `Blake2_128Concat`.
pub fn blake2(mut key: Vec<u8>, part: &impl Encode) -> Vec<u8> {
	let part = part.encode();
	key.extend(blake2_128(&part));
	key.extend(part);
	key
}

/// Adds a part of a key that is a hash already: `Identity`.
pub fn identity(mut key: Vec<u8>, part: &impl Encode) -> Vec<u8> {
	part.encode_to(&mut key);
	key
}

/// The part of a key that stands at its end in clear.
pub(crate) fn last<const N: usize>(key: &[u8]) -> Option<[u8; N]> {
	let at = key.len().checked_sub(N)?;
	key.get(at..)?.try_into().ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn keys_are_those_of_substrate() {
		// Of `System.Account` for an account of zeros, as every Substrate chain has it.
		let key = blake2(entry("System", "Account"), &[0u8; 32]);
		assert_eq!(
			hex::encode(&key[..32]),
			"26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
		);
		assert_eq!(key.len(), 32 + 16 + 32);
		assert_eq!(last::<32>(&key), Some([0; 32]));
		let key = twox(entry("Attestation", "Modules"), &7u32);
		assert_eq!(key.len(), 32 + 8 + 4);
		assert_eq!(last::<4>(&key).map(u32::from_le_bytes), Some(7));
		assert_eq!(last::<4>(&[1]), None);
	}
}

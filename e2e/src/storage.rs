//! Storage keys and the few SCALE values that the tests read without metadata.

use anyhow::{Context, Result};
use codec::{Compact, Decode};
use sp_crypto_hashing::{blake2_128, twox_64, twox_128};

/// Key of a plain storage value, or the prefix of a map.
pub fn key(pallet: &str, item: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}

/// Key in a map hashed with `Blake2_128Concat`.
pub fn blake2_concat(pallet: &str, map: &str, entry: &[u8]) -> Vec<u8> {
	[key(pallet, map).as_slice(), &blake2_128(entry), entry].concat()
}

/// Key in a map hashed with `Twox64Concat`.
pub fn twox64_concat(pallet: &str, map: &str, entry: &[u8]) -> Vec<u8> {
	[key(pallet, map).as_slice(), &twox_64(entry), entry].concat()
}

/// The sum of all holds in a value of `Balances::Holds`, whose items are (pallet index, reason index, amount).
pub fn held(value: &[u8]) -> Result<u128> {
	let mut input = value;
	let items = Compact::<u32>::decode(&mut input)
		.context("not a list of holds")?
		.0;
	let mut sum = 0u128;
	for _ in 0..items {
		let (_pallet, _reason, amount) =
			<(u8, u8, u128)>::decode(&mut input).context("not a hold")?;
		sum = sum
			.checked_add(amount)
			.context("the holds are more than all money")?;
	}
	anyhow::ensure!(
		input.is_empty(),
		"{} bytes left after the holds",
		input.len()
	);
	Ok(sum)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn keys_are_those_of_the_chain() {
		assert_eq!(
			hex::encode(key("System", "Account")),
			"26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
		);
	}

	#[test]
	fn holds_are_summed_and_rubbish_is_refused() {
		let value = vec![(3u8, 0u8, 5u128), (9, 1, 7)].encode();
		assert_eq!(held(&value).unwrap(), 12);
		assert!(held(&value[..value.len() - 1]).is_err());
		assert!(held(&[value.as_slice(), &[0]].concat()).is_err());
	}
}

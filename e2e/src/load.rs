//! What a network asks of its chain: extrinsics and their weight.

use crate::{Rpc, storage};
use anyhow::{Context, Result};
use codec::{Compact, Decode};
use serde_json::json;
use std::time::Duration;

/// A block has to come within this time.
const BLOCK: Duration = Duration::from_secs(60);

/// Extrinsics of some blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
	/// Number of extrinsics, without those that authors put in themselves.
	pub extrinsics: u64,
	/// Their weight: execution time in picoseconds.
	pub ref_time: u64,
}

/// Waits for the blocks `blocks` and adds up what is in them.
pub async fn watch_load(rpc: &Rpc, blocks: std::ops::Range<u32>) -> Result<Load> {
	let mut load = Load::default();
	for number in blocks {
		rpc.wait_best(number, BLOCK).await?;
		let hash = rpc.block_hash(number).await?;
		let block = rpc.call("chain_getBlock", json!([hash])).await?;
		let extrinsics = block["block"]["extrinsics"]
			.as_array()
			.context("a block without a list of extrinsics")?;
		let signed = extrinsics
			.iter()
			.filter(|extrinsic| extrinsic.as_str().is_some_and(|text| !is_bare(text)))
			.count();
		load.extrinsics += signed as u64;
		let key = storage::key("System", "BlockWeight");
		let weight = rpc
			.storage_at(&key, &hash)
			.await?
			.context("a block without a weight")?;
		load.ref_time += of_extrinsics(&weight)?;
	}
	Ok(load)
}

/// Whether an extrinsic carries no signature, as inherents do (extrinsic format 5: the upper two bits of the byte behind the
/// length tell the kind, 0 is bare).
fn is_bare(hex: &str) -> bool {
	let Ok(bytes) = hex::decode(hex.trim_start_matches("0x")) else {
		return false;
	};
	let mut input = bytes.as_slice();
	Compact::<u32>::decode(&mut input).is_ok() && input.first().is_some_and(|kind| kind >> 6 == 0)
}

/// Execution time of the classes `normal` and `operational`: a value of `System::BlockWeight` is three times two compact
/// numbers, the third for what is mandatory.
fn of_extrinsics(value: &[u8]) -> Result<u64> {
	let mut input = value;
	let mut sum = 0;
	for _ in 0..2 {
		let (ref_time, _proof_size) = <(Compact<u64>, Compact<u64>)>::decode(&mut input)
			.context("the weight of a block does not decode")?;
		sum += ref_time.0;
	}
	Ok(sum)
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	#[test]
	fn inherents_are_told_from_signed_extrinsics() {
		let extrinsic = |kind: u8| format!("0x{}", hex::encode(vec![kind, 1, 2].encode()));
		assert!(is_bare(&extrinsic(0x05)) && is_bare(&extrinsic(0x04)));
		assert!(!is_bare(&extrinsic(0x84)) && !is_bare(&extrinsic(0x45)));
		assert!(!is_bare("0xzz") && !is_bare("0x"));
	}

	#[test]
	fn what_is_mandatory_is_not_counted() {
		let classes = [5u64, 0, 7, 0, 1_000_000, 0].map(Compact);
		assert_eq!(of_extrinsics(&classes.encode()).unwrap(), 12);
		assert!(of_extrinsics(&[]).is_err());
	}
}

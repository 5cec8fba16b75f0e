//! The evidence as it is saved: JSON, bytes as `0x…`. It carries proofs and no conclusions.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};

/// Format and version.
pub(crate) const FORMAT: &str = "tea/pot-bundle/v1";
/// Bytes of a file, at most: a result of four MiB in hexadecimal, some thousand headers, proofs.
const MOST: u64 = 64 << 20;

/// Bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl TryFrom<String> for Bytes {
	type Error = String;

	fn try_from(text: String) -> Result<Self, String> {
		text.strip_prefix("0x")
			.and_then(|digits| hex::decode(digits).ok())
			.map(Self)
			.ok_or_else(|| "bytes are 0x and hexadecimal digits".to_owned())
	}
}

impl From<Bytes> for String {
	fn from(bytes: Bytes) -> Self {
		format!("0x{}", hex::encode(bytes.0))
	}
}

/// Parts of the state of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct State {
	/// The block after which it is the state.
	pub(crate) block: u32,
	/// Nodes of the trie.
	pub(crate) proof: Vec<Bytes>,
}

/// The extrinsics of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Body {
	/// The block.
	pub(crate) block: u32,
	/// The extrinsics, encoded.
	pub(crate) extrinsics: Vec<Bytes>,
}

/// The evidence of an errand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Bundle {
	/// [`FORMAT`].
	pub(crate) format: String,
	/// Genesis hash of the chain.
	pub(crate) genesis: Bytes,
	/// The errand.
	pub(crate) errand: u64,
	/// Blocks whose beacon the chain keeps: says in which place a beacon is looked for.
	pub(crate) beacon_history: u32,
	/// Headers, each the parent of the next one. The last one is justified.
	pub(crate) headers: Vec<Bytes>,
	/// GRANDPA justification of the last header.
	pub(crate) justification: Option<Bytes>,
	/// The state after the block that settled it, and the one before, if the node had them.
	pub(crate) states: Vec<State>,
	/// The block in which it was claimed.
	pub(crate) claimed: Option<Body>,
	/// The sealed result.
	pub(crate) result: Option<Bytes>,
}

impl Bundle {
	/// Reads a file.
	pub(crate) fn read(path: &Path) -> Result<Self> {
		let unreadable = |reason: &dyn std::fmt::Display, next: &str| {
			Failure::input(
				format!("the bundle {} cannot be read ({reason})", path.display()),
				next,
			)
		};
		let len = fs::metadata(path)
			.map_err(|error| unreadable(&error, "check the path"))?
			.len();
		if len > MOST {
			return Err(unreadable(
				&"it is too long",
				"name a file of `tea verify --save`",
			));
		}
		let text = fs::read(path).map_err(|error| unreadable(&error, "check the path"))?;
		let bundle: Self = serde_json::from_slice(&text)
			.map_err(|error| unreadable(&error, "name a file of `tea verify --save`"))?;
		if bundle.format != FORMAT {
			return Err(unreadable(
				&format!("its format is {}", bundle.format),
				"use the version of this program that saved it",
			));
		}
		Ok(bundle)
	}

	/// As a file.
	pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
		serde_json::to_vec_pretty(self).map_err(|error| Failure::input(error, "leave out --save"))
	}

	/// The genesis hash.
	pub(crate) fn genesis(&self) -> Result<[u8; 32]> {
		self.genesis.0.as_slice().try_into().map_err(|_| {
			Failure::input(
				"the genesis hash of the bundle has not 32 bytes",
				"name a file of `tea verify --save`",
			)
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn bundle() -> Bundle {
		Bundle {
			format: FORMAT.to_owned(),
			genesis: Bytes(vec![1; 32]),
			errand: 7,
			beacon_history: 256,
			headers: vec![Bytes(vec![2, 3])],
			justification: None,
			states: vec![State {
				block: 9,
				proof: vec![Bytes(vec![4])],
			}],
			claimed: None,
			result: Some(Bytes(Vec::new())),
		}
	}

	#[test]
	fn saved_bundle_is_read_as_it_was() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("pot.json");
		fs::write(&path, bundle().to_bytes().unwrap()).unwrap();
		let read = Bundle::read(&path).unwrap();
		assert_eq!(read, bundle());
		assert_eq!(read.genesis().unwrap(), [1; 32]);
	}

	#[test]
	fn what_is_no_bundle_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("pot.json");
		let refused = |bytes: &[u8], word: &str| {
			fs::write(&path, bytes).unwrap();
			let failure = Bundle::read(&path).unwrap_err();
			assert!(failure.sentence.contains(word), "{failure}");
		};
		refused(b"", "cannot be read");
		refused(b"{}", "missing field");
		let other = Bundle {
			format: "tea/pot-bundle/v9".into(),
			..bundle()
		};
		refused(&other.to_bytes().unwrap(), "v9");
		let text = String::from_utf8(bundle().to_bytes().unwrap()).unwrap();
		refused(text.replace("0x04", "04").as_bytes(), "0x");
		refused(
			text.replace("\"errand\"", "\"errands\"").as_bytes(),
			"errands",
		);
		assert!(Bundle::read(&dir.path().join("missing")).is_err());
		let short = Bundle {
			genesis: Bytes(vec![1; 31]),
			..bundle()
		};
		assert!(short.genesis().is_err());
	}
}

//! The manifest: what a module runs, as an ordered list of names and digests under one Merkle root.
//!
//! The root is bound into every quote and stands in the record of a release, so it has to be the same on every
//! machine that runs the same: nothing that belongs to one machine goes in here.

use codec::{Decode, Encode};
use sha2::{Digest, Sha256};
use tea_tpm::Hash;

/// The most entries of a manifest.
pub const MAX_ENTRIES: usize = 16;
/// The most bytes of a name.
pub const MAX_NAME: usize = 64;
/// The most bytes of an encoded manifest.
pub const MAX_MANIFEST_LEN: usize = 4 + MAX_ENTRIES * (MAX_NAME + 2 + 32);

const VERSION: u8 = 1;

/// Why bytes are no manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
	/// The bytes are no manifest of this version.
	#[error("the manifest cannot be read")]
	Format,
	/// More entries or longer names than a manifest takes, or none at all.
	#[error("the manifest is empty or too long")]
	Size,
	/// A name stands twice.
	#[error("the manifest names one thing twice")]
	Duplicate,
}

/// One thing that runs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Entry {
	/// What it is.
	pub name: String,
	/// SHA-256 of it.
	pub digest: Hash,
}

/// Everything that a module runs, in a fixed order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest(Vec<Entry>);

impl Manifest {
	/// A manifest of these entries.
	pub fn new(entries: Vec<Entry>) -> Result<Self, ManifestError> {
		let is_long = |entry: &Entry| entry.name.len() > MAX_NAME;
		if entries.is_empty() || entries.len() > MAX_ENTRIES || entries.iter().any(is_long) {
			return Err(ManifestError::Size);
		}
		let is_twice = |(at, entry): (usize, &Entry)| {
			entries[..at].iter().any(|other| other.name == entry.name)
		};
		if entries.iter().enumerate().any(is_twice) {
			return Err(ManifestError::Duplicate);
		}
		Ok(Self(entries))
	}

	/// The entries.
	pub fn entries(&self) -> &[Entry] {
		&self.0
	}

	/// The digest under a name.
	pub fn get(&self, name: &str) -> Option<&Hash> {
		self.0
			.iter()
			.find(|entry| entry.name == name)
			.map(|entry| &entry.digest)
	}

	/// Merkle root: a leaf is `H(00 ‖ encoded)`, the first one is the version; a node is `H(01 ‖ left ‖ right)`, a last
	/// node without a sibling moves up unchanged.
	pub fn root(&self) -> Hash {
		let leaf = |bytes: Vec<u8>| -> Hash {
			Sha256::new_with_prefix([0])
				.chain_update(bytes)
				.finalize()
				.into()
		};
		let mut level = vec![leaf(VERSION.encode())];
		level.extend(self.0.iter().map(|entry| leaf(entry.encode())));
		while level.len() > 1 {
			level = level
				.chunks(2)
				.map(|pair| match pair {
					[left, right] => Sha256::new_with_prefix([1])
						.chain_update(left)
						.chain_update(right)
						.finalize()
						.into(),
					rest => rest[0],
				})
				.collect();
		}
		level[0]
	}

	/// The manifest as bytes.
	pub fn to_bytes(&self) -> Vec<u8> {
		(VERSION, &self.0).encode()
	}

	/// Reads a manifest. It may come from anybody.
	pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, ManifestError> {
		if bytes.len() > MAX_MANIFEST_LEN {
			return Err(ManifestError::Size);
		}
		let (version, entries) =
			<(u8, Vec<Entry>)>::decode(&mut bytes).map_err(|_| ManifestError::Format)?;
		if version != VERSION || !bytes.is_empty() {
			return Err(ManifestError::Format);
		}
		Self::new(entries)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn entry(name: &str, fill: u8) -> Entry {
		Entry {
			name: name.into(),
			digest: [fill; 32],
		}
	}

	fn manifest() -> Manifest {
		Manifest::new(vec![entry("executable", 1), entry("chain", 2)]).unwrap()
	}

	#[test]
	fn bytes_come_back_as_they_were() {
		assert_eq!(Manifest::from_bytes(&manifest().to_bytes()), Ok(manifest()));
		assert_eq!(manifest().get("chain"), Some(&[2; 32]));
		assert_eq!(manifest().get("else"), None);
	}

	#[test]
	fn damaged_bytes_are_refused() {
		let bytes = manifest().to_bytes();
		for len in 0..bytes.len() {
			assert_eq!(
				Manifest::from_bytes(&bytes[..len]),
				Err(ManifestError::Format),
				"{len}"
			);
		}
		let longer = [&bytes[..], &[0]].concat();
		assert_eq!(Manifest::from_bytes(&longer), Err(ManifestError::Format));
		let other_version = [&[2], &bytes[1..]].concat();
		assert_eq!(
			Manifest::from_bytes(&other_version),
			Err(ManifestError::Format)
		);
		assert_eq!(
			Manifest::from_bytes(&vec![1; MAX_MANIFEST_LEN + 1]),
			Err(ManifestError::Size)
		);
	}

	#[test]
	fn empty_long_and_ambiguous_manifests_are_refused() {
		assert_eq!(Manifest::new(vec![]), Err(ManifestError::Size));
		let many = (0..=MAX_ENTRIES)
			.map(|n| entry(&n.to_string(), 0))
			.collect();
		assert_eq!(Manifest::new(many), Err(ManifestError::Size));
		let long = "x".repeat(MAX_NAME + 1);
		assert_eq!(
			Manifest::new(vec![entry(&long, 0)]),
			Err(ManifestError::Size)
		);
		assert_eq!(
			Manifest::new(vec![entry("a", 0), entry("a", 1)]),
			Err(ManifestError::Duplicate)
		);
	}

	#[test]
	fn longest_manifest_can_be_read() {
		let entries = (0..MAX_ENTRIES)
			.map(|n| entry(&format!("{n:064}"), 7))
			.collect();
		let manifest = Manifest::new(entries).unwrap();
		assert_eq!(Manifest::from_bytes(&manifest.to_bytes()), Ok(manifest));
	}

	#[test]
	fn root_depends_on_everything() {
		let root = manifest().root();
		for other in [
			vec![entry("executable", 1)],
			vec![entry("executable", 1), entry("chain", 3)],
			vec![entry("executable", 1), entry("Chain", 2)],
			vec![entry("chain", 2), entry("executable", 1)],
			vec![entry("executable", 1), entry("chain", 2), entry("x", 0)],
		] {
			assert_ne!(Manifest::new(other).unwrap().root(), root);
		}
	}

	proptest! {
		#[test]
		fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
			if let Ok(manifest) = Manifest::from_bytes(&bytes) {
				prop_assert_eq!(manifest.to_bytes(), bytes);
			}
		}
	}
}

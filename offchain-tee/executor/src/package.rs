//! The object that a deployment holds: manifest and wasm, or wasm alone.

use serde::{Deserialize, Serialize};
use tea_guest_abi as abi;

/// What the author of a guest says about it. Under the same hash and the same signatures as the code.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
	/// Version of this table: 1.
	pub v: u32,
	/// Name of the ABI: `tea1`.
	pub abi: String,
	/// Name of the guest, for people.
	pub name: String,
	/// Version of the guest, for people.
	pub ver: String,
	/// Profile of wasm: `base`.
	pub profile: String,
	/// Capabilities that the guest uses; their place here is their number in `cap_call`.
	pub caps: Vec<CapabilityNeed>,
	/// Limits that the author thinks are enough. An errand may ask for less or more.
	pub lim: Needs,
	/// The engine that the guest was written for.
	pub engine: EngineNeed,
	/// JSON schema of the parameters.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub params: Option<String>,
}

/// A capability that the guest uses.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilityNeed {
	/// Its name.
	pub n: String,
	/// The operations.
	pub ops: Vec<i32>,
	/// How much of it.
	pub max: CapabilityBudget,
}

/// How much of a capability a run may use.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilityBudget {
	/// Calls.
	pub calls: u32,
	/// Bytes of all answers.
	pub bytes: u64,
}

/// Limits that the author thinks are enough.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
	/// Fuel.
	pub fuel: u64,
	/// Pages of memory.
	pub pages: u32,
	/// Bytes of output.
	pub out: u32,
	/// Host calls.
	pub calls: u64,
}

/// The engine that a guest was written for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EngineNeed {
	/// Its name.
	pub name: String,
	/// Its version.
	pub ver: String,
	/// Its price list.
	pub table: String,
}

impl Default for Needs {
	fn default() -> Self {
		Needs {
			fuel: abi::DEFAULT_FUEL,
			pages: abi::DEFAULT_PAGES,
			out: abi::DEFAULT_OUTPUT,
			calls: abi::DEFAULT_HOST_CALLS,
		}
	}
}

impl Default for EngineNeed {
	fn default() -> Self {
		EngineNeed {
			name: abi::ENGINE_NAME.into(),
			ver: abi::ENGINE_VERSION.into(),
			table: abi::COST_TABLE.into(),
		}
	}
}

impl Default for Manifest {
	/// What wasm without a package runs with: no capabilities, default limits.
	fn default() -> Self {
		Manifest {
			v: abi::MANIFEST_VERSION,
			abi: abi::ABI.into(),
			name: String::new(),
			ver: String::new(),
			profile: abi::PROFILE_BASE.into(),
			caps: Vec::new(),
			lim: Needs::default(),
			engine: EngineNeed::default(),
			params: None,
		}
	}
}

/// Why a package cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackageError {
	/// More bytes than any code may have.
	#[error("the code has {size} bytes, the limit is {limit}; build it for size, or strip it")]
	TooLarge {
		/// What there is.
		size: usize,
		/// What may be.
		limit: usize,
	},
	/// Other first bytes than those of a package or of wasm.
	#[error(
		"the code begins with {found:02x?}, neither a package nor wasm; text (.wat) must be assembled first"
	)]
	UnknownFormat {
		/// The first bytes.
		found: Vec<u8>,
	},
	/// The object ends too early.
	#[error("the package ends within its {part}")]
	Cut {
		/// Where.
		part: &'static str,
	},
	/// The manifest is longer than any may be.
	#[error("the manifest has {size} bytes, the limit is {limit}")]
	ManifestTooLarge {
		/// What there is.
		size: usize,
		/// What may be.
		limit: usize,
	},
	/// The manifest is no dag-cbor of the right fields.
	#[error("the manifest cannot be read: {0}")]
	Manifest(String),
	/// The manifest has another encoding than the one that is canonical.
	#[error("the manifest is not encoded canonically; make the package anew")]
	NotCanonical,
	/// A field of the manifest has a value that does not exist.
	#[error("the manifest says {field} = {found}; {allowed}")]
	Field {
		/// Its name.
		field: &'static str,
		/// Its value.
		found: String,
		/// What may be there.
		allowed: &'static str,
	},
	/// A capability that does not exist, or exists twice in the manifest.
	#[error("the manifest asks for the capability {name:?}: {why}")]
	Capability {
		/// Its name.
		name: String,
		/// What is wrong with it.
		why: &'static str,
	},
}

/// A code object, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Package<'a> {
	/// Its manifest; the default one for wasm alone.
	pub manifest: Manifest,
	/// Its wasm, not checked.
	pub wasm: &'a [u8],
}

impl<'a> Package<'a> {
	/// Takes an object apart and checks its manifest, not yet its wasm.
	pub fn parse(object: &'a [u8]) -> Result<Package<'a>, PackageError> {
		if object.len() > abi::MAX_MODULE_BYTES {
			return Err(PackageError::TooLarge {
				size: object.len(),
				limit: abi::MAX_MODULE_BYTES,
			});
		}
		if object.starts_with(&abi::WASM_MAGIC) {
			return Ok(Package {
				manifest: Manifest::default(),
				wasm: object,
			});
		}
		let Some(rest) = object.strip_prefix(&abi::PACKAGE_MAGIC) else {
			return Err(PackageError::UnknownFormat {
				found: object[..object.len().min(8)].to_vec(),
			});
		};
		let (length, rest) = rest
			.split_first_chunk::<4>()
			.ok_or(PackageError::Cut { part: "length" })?;
		let length = u32::from_le_bytes(*length) as usize;
		if length > abi::MAX_MANIFEST_BYTES {
			return Err(PackageError::ManifestTooLarge {
				size: length,
				limit: abi::MAX_MANIFEST_BYTES,
			});
		}
		let (manifest, wasm) = rest
			.split_at_checked(length)
			.ok_or(PackageError::Cut { part: "manifest" })?;
		let manifest = Manifest::decode(manifest)?;
		if !wasm.starts_with(&abi::WASM_MAGIC) {
			return Err(PackageError::UnknownFormat {
				found: wasm[..wasm.len().min(8)].to_vec(),
			});
		}
		Ok(Package { manifest, wasm })
	}
}

impl Manifest {
	/// Reads a manifest: right fields, canonical encoding, known names.
	pub fn decode(bytes: &[u8]) -> Result<Manifest, PackageError> {
		let manifest: Manifest = serde_ipld_dagcbor::from_slice(bytes)
			.map_err(|error| PackageError::Manifest(error.to_string()))?;
		if manifest.encode() != bytes {
			return Err(PackageError::NotCanonical);
		}
		manifest.check()?;
		Ok(manifest)
	}

	/// Its canonical bytes.
	pub fn encode(&self) -> Vec<u8> {
		serde_ipld_dagcbor::to_vec(self)
			.expect("numbers, texts, lists and maps of them have an encoding; qed")
	}

	/// The object of this manifest and that wasm.
	pub fn package(&self, wasm: &[u8]) -> Result<Vec<u8>, PackageError> {
		self.check()?;
		let manifest = self.encode();
		let length = u32::try_from(manifest.len()).unwrap_or(u32::MAX);
		let object = [
			&abi::PACKAGE_MAGIC[..],
			&length.to_le_bytes(),
			&manifest,
			wasm,
		]
		.concat();
		// Refuses what would not be read back.
		Package::parse(&object)?;
		Ok(object)
	}

	fn check(&self) -> Result<(), PackageError> {
		let field = |field, found: String, allowed| {
			Err(PackageError::Field {
				field,
				found,
				allowed,
			})
		};
		if self.v != abi::MANIFEST_VERSION {
			return field("v", self.v.to_string(), "this version reads 1");
		}
		if self.abi != abi::ABI {
			return field("abi", self.abi.clone(), "it must be tea1");
		}
		if self.profile != abi::PROFILE_BASE {
			return field("profile", self.profile.clone(), "only base is open");
		}
		for (name, value) in [("name", &self.name), ("ver", &self.ver)] {
			if value.len() > abi::MAX_NAME_BYTES {
				return field(name, format!("{} bytes", value.len()), "at most 64 bytes");
			}
		}
		if self.caps.len() > abi::MAX_CAPABILITIES {
			return field("caps", format!("{} entries", self.caps.len()), "at most 8");
		}
		for (index, need) in self.caps.iter().enumerate() {
			let refuse = |why| {
				let name = need.n.chars().take(64).collect();
				Err(PackageError::Capability { name, why })
			};
			let Some(known) = abi::CAPABILITIES.iter().find(|known| known.name == need.n) else {
				return refuse("there is none of that name");
			};
			if self.caps[..index].iter().any(|earlier| earlier.n == need.n) {
				return refuse("it stands there twice");
			}
			if need.ops.is_empty() {
				return refuse("without an operation");
			}
			if !need.ops.is_sorted_by(|a, b| a < b) {
				return refuse("its operations are not in ascending order");
			}
			if need
				.ops
				.iter()
				.any(|op| known.ops.iter().all(|info| info.op != *op))
			{
				return refuse("with an operation that it does not have");
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const WASM: &[u8] = b"\0asm\x01\0\0\0";

	fn need(n: &str, ops: &[i32]) -> CapabilityNeed {
		CapabilityNeed {
			n: n.into(),
			ops: ops.to_vec(),
			max: CapabilityBudget {
				calls: 10,
				bytes: 1_000,
			},
		}
	}

	fn with(change: impl FnOnce(&mut Manifest)) -> Manifest {
		let mut manifest = Manifest {
			name: "words".into(),
			ver: "1".into(),
			..Manifest::default()
		};
		change(&mut manifest);
		manifest
	}

	#[test]
	fn wasm_alone_has_the_default_manifest() {
		let package = Package::parse(WASM).expect("wasm is accepted");
		assert_eq!(
			package,
			Package {
				manifest: Manifest::default(),
				wasm: WASM
			}
		);
	}

	#[test]
	fn packages_are_read_back() {
		for manifest in [
			with(|_| ()),
			with(|m| m.caps = vec![need("time", &[0]), need("rand", &[0])]),
			with(|m| m.params = Some("{}".into())),
		] {
			let object = manifest.package(WASM).expect("the manifest is right");
			assert_eq!(
				Package::parse(&object),
				Ok(Package {
					manifest,
					wasm: WASM
				})
			);
		}
	}

	#[test]
	fn each_wrong_value_is_named() {
		let field = |manifest: Manifest| match manifest.package(WASM) {
			Err(PackageError::Field { field, .. }) => field,
			other => panic!("{other:?}"),
		};
		assert_eq!(field(with(|m| m.v = 2)), "v");
		assert_eq!(field(with(|m| m.abi = "tea2".into())), "abi");
		assert_eq!(field(with(|m| m.profile = "simd128".into())), "profile");
		assert_eq!(field(with(|m| m.name = "n".repeat(65))), "name");
		assert_eq!(field(with(|m| m.ver = "n".repeat(65))), "ver");
		assert_eq!(
			field(with(|m| m.caps = vec![need("time", &[0]); 9])),
			"caps"
		);
		let why = |manifest: Manifest| match manifest.package(WASM) {
			Err(PackageError::Capability { why, .. }) => why,
			other => panic!("{other:?}"),
		};
		assert_eq!(
			why(with(|m| m.caps = vec![need("http", &[0])])),
			"there is none of that name"
		);
		assert_eq!(
			why(with(|m| m.caps = vec![need("time", &[0]); 2])),
			"it stands there twice"
		);
		assert_eq!(
			why(with(|m| m.caps = vec![need("time", &[])])),
			"without an operation"
		);
		assert_eq!(
			why(with(|m| m.caps = vec![need("time", &[0, 0])])),
			"its operations are not in ascending order"
		);
		assert_eq!(
			why(with(|m| m.caps = vec![need("time", &[1])])),
			"with an operation that it does not have"
		);
	}

	fn framed(manifest: &[u8], wasm: &[u8]) -> Vec<u8> {
		let length = (manifest.len() as u32).to_le_bytes();
		[&abi::PACKAGE_MAGIC[..], &length, manifest, wasm].concat()
	}

	#[test]
	fn other_encodings_are_refused() {
		let canonical = with(|_| ()).encode();
		assert!(Package::parse(&framed(&canonical, WASM)).is_ok());
		// The version as a number of two bytes.
		let position = canonical
			.windows(3)
			.position(|window| window == [0x61, b'v', 1])
			.expect("the manifest has its version");
		let mut longer = canonical.clone();
		longer.splice(position + 2..position + 3, [0x18, 1]);
		assert!(matches!(
			Package::parse(&framed(&longer, WASM)),
			Err(PackageError::NotCanonical | PackageError::Manifest(_))
		));
		let trailing = [&canonical[..], &[0]].concat();
		assert!(matches!(
			Package::parse(&framed(&trailing, WASM)),
			Err(PackageError::NotCanonical | PackageError::Manifest(_))
		));
		// One more key: the map's head counts nine instead of eight.
		let mut unknown = canonical.clone();
		assert_eq!(unknown[0], 0xa8);
		unknown[0] = 0xa9;
		unknown.splice(1..1, [0x61, b'a', 1]);
		assert!(matches!(
			Package::parse(&framed(&unknown, WASM)),
			Err(PackageError::Manifest(_))
		));
	}

	#[test]
	fn what_is_cut_or_foreign_is_refused() {
		let object = with(|_| ()).package(WASM).expect("the manifest is right");
		for length in 0..object.len() - WASM.len() + 4 {
			assert!(Package::parse(&object[..length]).is_err(), "{length} bytes");
		}
		assert!(matches!(
			Package::parse(b"(module)"),
			Err(PackageError::UnknownFormat { .. })
		));
		assert!(matches!(
			Package::parse(&framed(&with(|_| ()).encode(), b"\x7fELF")),
			Err(PackageError::UnknownFormat { .. })
		));
		let huge = [&abi::PACKAGE_MAGIC[..], &u32::MAX.to_le_bytes()].concat();
		assert!(matches!(
			Package::parse(&huge),
			Err(PackageError::ManifestTooLarge { .. })
		));
	}

	/// Attack G01.
	#[test]
	fn oversize_wasm_refused() {
		let object = vec![0; abi::MAX_MODULE_BYTES + 1];
		assert_eq!(
			Package::parse(&object),
			Err(PackageError::TooLarge {
				size: abi::MAX_MODULE_BYTES + 1,
				limit: abi::MAX_MODULE_BYTES
			})
		);
	}

	proptest! {
		#[test]
		fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
			let _ = Package::parse(&bytes);
			let _ = Package::parse(&framed(&bytes, WASM));
		}

		#[test]
		fn a_changed_manifest_never_reads_as_the_same(at in 0usize..150, flip in 1u8..) {
			let manifest = with(|m| m.caps = vec![need("rand", &[0])]);
			let mut bytes = manifest.encode();
			let at = at % bytes.len();
			bytes[at] ^= flip;
			if let Ok(other) = Manifest::decode(&bytes) {
				prop_assert_ne!(&other, &manifest);
				prop_assert_eq!(other.encode(), bytes);
			}
		}
	}
}

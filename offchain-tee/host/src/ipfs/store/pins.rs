//! Which roots are kept, and for whom. One line for each pin: CID, space, holder.

use std::{
	collections::{BTreeMap, BTreeSet},
	io,
	path::Path,
};

use tea_ipfs::cid::{self, Cid};

use super::{StoreError, disk::write_whole, read_if_there};

/// Characters of a holder's name.
const MAX_HOLDER: usize = 128;

#[derive(Clone, Default)]
pub(super) struct Pins(BTreeMap<Cid, BTreeSet<String>>);

impl Pins {
	pub(super) fn read(path: &Path) -> Result<Self, StoreError> {
		let bytes = read_if_there(path)?.unwrap_or_default();
		let mut pins = Self::default();
		for (at, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
			let pin = line
				.split_once(' ')
				.and_then(|(cid, holder)| Some((cid::parse(cid).ok()?, holder)));
			let Some((cid, holder)) = pin else {
				return Err(StoreError::Pins {
					path: path.to_owned(),
					line: at + 1,
				});
			};
			pins.0.entry(cid).or_default().insert(holder.to_owned());
		}
		Ok(pins)
	}

	pub(super) fn write(&self, path: &Path) -> io::Result<()> {
		let text: String = self
			.0
			.iter()
			.flat_map(|(cid, holders)| {
				holders
					.iter()
					.map(move |holder| format!("{cid} {holder}\n"))
			})
			.collect();
		write_whole(path, &path.with_extension("new"), text.as_bytes())
	}

	/// These, and one more.
	pub(super) fn with(&self, root: &Cid, holder: &str) -> Result<Self, StoreError> {
		if holder.chars().count() > MAX_HOLDER || holder.chars().any(char::is_control) {
			return Err(StoreError::Holder);
		}
		let mut pins = self.clone();
		pins.0.entry(*root).or_default().insert(holder.to_owned());
		Ok(pins)
	}

	/// These without that of one holder, or of all; nothing if there is none.
	pub(super) fn without(&self, root: &Cid, holder: Option<&str>) -> Option<Self> {
		let mut pins = self.clone();
		let holders = pins.0.get_mut(root)?;
		match holder {
			Some(holder) if !holders.remove(holder) => return None,
			Some(_) if !holders.is_empty() => (),
			_ => {
				pins.0.remove(root);
			}
		}
		Some(pins)
	}

	pub(super) fn contains(&self, root: &Cid) -> bool {
		self.0.contains_key(root)
	}

	pub(super) fn list(&self) -> Vec<(Cid, Vec<String>)> {
		let holders = |holders: &BTreeSet<String>| holders.iter().cloned().collect();
		self.0
			.iter()
			.map(|(root, of)| (*root, holders(of)))
			.collect()
	}

	pub(super) fn len(&self) -> usize {
		self.0.len()
	}
}

//! PCR selections, and the rules for the values behind an accepted quote.
//!
//! A quote signs only a digest. The labels hold because the selection is a constant of the class and the digest
//! is recomputed from the submitted values in ascending order.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sha2::{Digest, Sha256};

use crate::{Hash, class::HardwareClass, error::PcrError};

/// The number of PCRs that three bytes can select.
const PCRS: u8 = 24;

/// A set of PCRs of the SHA-256 bank: the bitmap of a quote, PCR n in bit n mod 8 of byte n / 8.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct PcrSelection([u8; 3]);

impl PcrSelection {
	/// No PCR.
	pub const EMPTY: Self = Self([0; 3]);
	/// Measured boot on UEFI: 0, 2, 4, 7, 11, 12, 13, 14.
	pub const UEFI: Self = Self([0x95, 0x78, 0x00]);
	/// The same and the dynamic launch: 17, 18.
	pub const DRTM: Self = Self([0x95, 0x78, 0x06]);
	/// A board without a root of measurement: 11, 12, 13.
	pub const BOARD: Self = Self([0x00, 0x38, 0x00]);

	/// The set of these PCRs. Indices from 24 on name no PCR.
	pub const fn of(indices: &[u8]) -> Self {
		let mut bitmap = [0; 3];
		let mut at = 0;
		while at < indices.len() {
			let index = indices[at];
			if index < PCRS {
				bitmap[(index / 8) as usize] |= 1 << (index % 8);
			}
			at += 1;
		}
		Self(bitmap)
	}

	/// The bitmap as it stands in a quote.
	pub const fn to_bytes(self) -> [u8; 3] {
		self.0
	}

	/// Whether PCR `index` is in the set.
	pub const fn contains(self, index: u8) -> bool {
		index < PCRS && self.0[(index / 8) as usize] & (1 << (index % 8)) != 0
	}

	/// Whether all PCRs of `other` are in the set.
	pub const fn contains_all(self, other: Self) -> bool {
		other.without(self).is_empty()
	}

	/// Whether there is no PCR in the set.
	pub const fn is_empty(self) -> bool {
		self.count() == 0
	}

	/// The number of PCRs in the set.
	pub const fn count(self) -> usize {
		let [a, b, c] = self.0;
		(a.count_ones() + b.count_ones() + c.count_ones()) as usize
	}

	/// The PCRs in both sets.
	pub const fn intersection(self, other: Self) -> Self {
		let ([a, b, c], [d, e, f]) = (self.0, other.0);
		Self([a & d, b & e, c & f])
	}

	/// The PCRs in either set.
	pub const fn union(self, other: Self) -> Self {
		let ([a, b, c], [d, e, f]) = (self.0, other.0);
		Self([a | d, b | e, c | f])
	}

	/// The PCRs of this set that are not in `other`.
	pub const fn without(self, other: Self) -> Self {
		let ([a, b, c], [d, e, f]) = (self.0, other.0);
		Self([a & !d, b & !e, c & !f])
	}

	/// The indices in ascending order.
	pub fn iter(self) -> impl Iterator<Item = u8> {
		(0..PCRS).filter(move |&index| self.contains(index))
	}
}

/// PCR values with the selection that labels them, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PcrValues<'a> {
	selection: PcrSelection,
	values: &'a [Hash],
}

impl<'a> PcrValues<'a> {
	/// Labels `values` with `selection`; there must be exactly one value for each PCR.
	pub const fn new(selection: PcrSelection, values: &'a [Hash]) -> Result<Self, PcrError> {
		if values.len() != selection.count() {
			return Err(PcrError::Count);
		}
		Ok(Self { selection, values })
	}

	/// The PCRs.
	pub const fn selection(&self) -> PcrSelection {
		self.selection
	}

	/// The digest that a quote over these values carries.
	pub fn digest(&self) -> Hash {
		let mut hasher = Sha256::new();
		for value in self.values {
			hasher.update(value);
		}
		hasher.finalize().into()
	}

	/// Index and value of every PCR in ascending order.
	pub fn iter(&self) -> impl Iterator<Item = (u8, &'a Hash)> + use<'a> {
		self.selection.iter().zip(self.values)
	}

	/// The value of PCR `index`.
	pub fn get(&self, index: u8) -> Option<&'a Hash> {
		self.iter()
			.find(|(at, _)| *at == index)
			.map(|(_, value)| value)
	}

	/// The first PCR of `reference` that has another value here, or none.
	fn first_difference(&self, reference: &PcrValues<'_>) -> Option<u8> {
		reference
			.iter()
			.find(|(index, value)| self.get(*index) != Some(*value))
			.map(|(at, _)| at)
	}
}

/// What the values of an accepted quote are compared with.
#[derive(Clone, Debug)]
pub struct Reference<'a, S> {
	/// The hardware class of the module.
	pub class: HardwareClass,
	/// The PCRs that the release declares strict.
	pub strict: PcrSelection,
	/// The accepted value sets: for each the values of `strict` in ascending order.
	pub releases: S,
	/// The values of all other PCRs of the class at the first accepted round, if there was one.
	pub pins: Option<&'a [Hash]>,
}

impl<'a, S: IntoIterator<Item = &'a [Hash]>> Reference<'a, S> {
	/// Judges the values behind an accepted quote: extended at all, member of an accepted release, unchanged.
	///
	/// Returns the position of the release that matched. A difference is authentic news about the machine,
	/// named by the index of the PCR; with several releases the one that agrees longest names it.
	pub fn judge(self, values: &PcrValues<'_>) -> Result<usize, PcrError> {
		let all = self.class.selection();
		let may_be_strict = self
			.class
			.always_strict()
			.union(self.class.strict_or_pinned());
		if values.selection() != all {
			return Err(PcrError::Count);
		}
		if !self.strict.contains_all(self.class.always_strict())
			|| !may_be_strict.contains_all(self.strict)
		{
			return Err(PcrError::BadReference);
		}
		for (index, value) in values.iter() {
			if self.class.never_zero().contains(index) && *value == [0; 32] {
				return Err(PcrError::Zero(index));
			}
			if self.class.dynamic_launch().contains(index) && *value == [0xff; 32] {
				return Err(PcrError::AllOnes(index));
			}
		}
		let mut matched = None;
		let mut mismatch = None;
		for (position, release) in self.releases.into_iter().enumerate() {
			let release =
				PcrValues::new(self.strict, release).map_err(|_| PcrError::BadReference)?;
			match values.first_difference(&release) {
				None => {
					matched = Some(position);
					break;
				}
				difference => mismatch = mismatch.max(difference),
			}
		}
		let position = match (matched, mismatch) {
			(Some(position), _) => position,
			(None, Some(index)) => return Err(PcrError::Mismatch(index)),
			(None, None) => return Err(PcrError::NoReference),
		};
		if let Some(pins) = self.pins {
			let pins = PcrValues::new(all.without(self.strict), pins)
				.map_err(|_| PcrError::BadReference)?;
			if let Some(index) = values.first_difference(&pins) {
				return Err(PcrError::FirmwareChanged(index));
			}
		}
		Ok(position)
	}
}

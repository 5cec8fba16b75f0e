//! Hardware classes: what the hardware behind a chip can prove, and which PCRs follow from it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::pcr::PcrSelection;

/// What the hardware can prove. Not to be confused with the kind of a Camellia.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum HardwareClass {
	/// Dynamic root of trust.
	#[codec(index = 0)]
	A,
	/// Firmware TPM on UEFI with verified boot.
	#[codec(index = 1)]
	B,
	/// Discrete TPM on UEFI.
	#[codec(index = 2)]
	C,
	/// Board without a root of measurement: identity and liveness of a chip only.
	#[codec(index = 3)]
	D,
	/// Cloud TPM whose provider issues certificates.
	#[codec(index = 4)]
	V,
	/// Software TPM, for development chains only.
	#[codec(index = 5)]
	Dev,
}

impl HardwareClass {
	/// The PCRs that every quote of this class selects, exactly.
	pub const fn selection(self) -> PcrSelection {
		match self {
			Self::A => PcrSelection::DRTM,
			Self::B | Self::C | Self::V | Self::Dev => PcrSelection::UEFI,
			Self::D => PcrSelection::BOARD,
		}
	}

	/// The PCRs whose values must belong to an accepted release, whatever the release says.
	pub const fn always_strict(self) -> PcrSelection {
		self.selection()
			.intersection(PcrSelection::of(&[11, 12, 13, 17, 18]))
	}

	/// The PCRs that a release may declare strict; otherwise they are pinned.
	pub const fn strict_or_pinned(self) -> PcrSelection {
		self.selection().intersection(PcrSelection::of(&[4, 14]))
	}

	/// The PCRs that a platform must have extended.
	pub const fn never_zero(self) -> PcrSelection {
		let measured = match self {
			Self::A | Self::B | Self::C | Self::V => PcrSelection::of(&[0, 2, 4, 7]),
			Self::D | Self::Dev => PcrSelection::EMPTY,
		};
		self.selection()
			.intersection(measured.union(self.dynamic_launch()))
	}

	/// The PCRs of a dynamic launch, which start at all ones and must not stay there.
	pub const fn dynamic_launch(self) -> PcrSelection {
		self.selection().intersection(PcrSelection::of(&[17, 18]))
	}
}

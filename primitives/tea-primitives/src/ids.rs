//! Names of things on chain.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Declares a number that names something.
macro_rules! id {
	($(#[$meta:meta])* $name:ident) => {
		$(#[$meta])*
		#[derive(
			Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
			DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
		)]
		pub struct $name(pub u32);

		impl From<u32> for $name {
			fn from(number: u32) -> Self {
				Self(number)
			}
		}

		impl core::fmt::Display for $name {
			fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
				self.0.fmt(f)
			}
		}
	};
}

id! {
	/// A module: the item id of its Camellia in the collection (SPEC 4).
	ModuleId
}
id! {
	/// An issuer of endorsement certificates, registered by governance.
	IssuerId
}
id! {
	/// A release: approved measurements and manifest root for a class, registered by governance.
	ReleaseId
}

/// Identity of a chip: SHA-256 of the `SubjectPublicKeyInfo` in the certificate of its endorsement key.
pub type EkHash = [u8; 32];

/// Number of a module's boot, counted by the chain.
pub type BootSeq = u32;

/// Number of a module's attestation round or enrolment, counted per module.
pub type Round = u32;

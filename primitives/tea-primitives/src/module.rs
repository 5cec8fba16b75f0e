//! What the chain says about a module: status, certificate, keys (SPEC 5.C, 6.1).

use crate::ids::{BootSeq, ModuleId, ReleaseId, Round};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use tea_tpm::HardwareClass;

/// Where a module stands in its life (SPEC 6.1).
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ModuleStatus {
	/// Registered; challengers are proving that its signing key sits under its endorsement key.
	#[codec(index = 0)]
	Challenged,
	/// The signing key is bound; no boot has been attested, or its round stayed undecided.
	#[codec(index = 1)]
	Enrolled,
	/// A boot has been attested; a committee examines it.
	#[codec(index = 2)]
	Pending,
	/// Certified: works, verifies, holds keys.
	#[codec(index = 3)]
	Active,
	/// The certificate lapsed. Unreachable is not untrusted.
	#[codec(index = 4)]
	Inactive,
	/// Authentic bad news: a second committee examines it.
	#[codec(index = 5)]
	Suspicious,
	/// A second committee confirmed the bad news.
	#[codec(index = 6)]
	Quarantined,
	/// Left, or its Camellia died.
	#[codec(index = 7)]
	Retired,
}

/// The keys that a module made in one boot. They die with it.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct BootKeys {
	/// sr25519: account of the module, signs duty calls, messages, verdicts and links.
	pub session: [u8; 32],
	/// sr25519: executor tickets.
	pub vrf: [u8; 32],
	/// X25519: receives envelopes and messages.
	pub transport: [u8; 32],
}

/// What a passed attestation is worth: the one record that relying parties read.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Certificate<BlockNumber> {
	/// The module.
	pub module: ModuleId,
	/// Number of the boot that was attested.
	pub boot_seq: BootSeq,
	/// Round in which it passed.
	pub round: Round,
	/// Keys of this boot.
	pub keys: BootKeys,
	/// What its hardware can prove.
	pub class: HardwareClass,
	/// The release whose measurements it showed.
	pub release: ReleaseId,
	/// First block in which the module was Active in this boot.
	pub since: BlockNumber,
	/// First block in which the certificate is no longer valid.
	pub until: BlockNumber,
}

/// What other pallets ask about modules. The answers hold for the current block.
pub trait Attested<AccountId, BlockNumber> {
	/// Where the module stands, if it was ever registered.
	fn status(module: ModuleId) -> Option<ModuleStatus>;

	/// The certificate of an Active module. A lapsed or revoked one reads as absent.
	fn certificate(module: ModuleId) -> Option<Certificate<BlockNumber>>;

	/// The module and boot whose session key is this account, while that boot is registered.
	fn module_of_session(account: &AccountId) -> Option<(ModuleId, BootSeq)>;
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn module_status_encoding_is_frozen() {
		use ModuleStatus::*;
		let all = [
			Challenged,
			Enrolled,
			Pending,
			Active,
			Inactive,
			Suspicious,
			Quarantined,
			Retired,
		];
		for (index, status) in all.into_iter().enumerate() {
			assert_eq!(status.encode(), [u8::try_from(index).unwrap()]);
		}
	}

	#[test]
	fn certificate_encoding_is_frozen() {
		let certificate = Certificate::<u32> {
			module: ModuleId(1),
			boot_seq: 2,
			round: 3,
			keys: BootKeys {
				session: [4; 32],
				vrf: [5; 32],
				transport: [6; 32],
			},
			class: HardwareClass::Dev,
			release: ReleaseId(7),
			since: 8,
			until: 9,
		};
		let mut expected = alloc::vec![1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
		expected.extend([4; 32]);
		expected.extend([5; 32]);
		expected.extend([6; 32]);
		expected.extend([5, 7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0]);
		assert_eq!(certificate.encode(), expected);
	}
}

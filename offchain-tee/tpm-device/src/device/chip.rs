//! What the chip says about itself, for people and alarms.

use tss_esapi::{
	constants::{CapabilityType, PropertyTag},
	interface_types::algorithm::HashingAlgorithm,
	structures::CapabilityData,
};

use super::{Device, scope::Scope};
use crate::error::Result;

/// Bit of the permanent attributes that says the dictionary-attack protection is shut.
const IN_LOCKOUT: u32 = 1 << 9;

/// Maker, PCR bank and dictionary-attack protection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChipState {
	/// The maker, four letters.
	pub manufacturer: [u8; 4],
	/// Whether the SHA-256 PCR bank is allocated.
	pub has_sha256_bank: bool,
	/// Whether the dictionary-attack protection is shut. Quotes go on; it is an alarm, not a failure of honesty.
	pub in_lockout: bool,
	/// Failures that are counted at present.
	pub failures: u32,
	/// So many shut it.
	pub max_failures: u32,
	/// Seconds after which one failure is forgotten.
	pub recovery_seconds: u32,
}

impl Device {
	/// Asks the chip.
	pub(crate) fn chip_state(&mut self) -> Result<ChipState> {
		self.run(|device| {
			let mut scope = device.scope()?;
			let state = ChipState {
				manufacturer: property(&mut scope, PropertyTag::Manufacturer)?.to_be_bytes(),
				has_sha256_bank: has_bank(&mut scope)?,
				in_lockout: property(&mut scope, PropertyTag::Permanent)? & IN_LOCKOUT != 0,
				failures: property(&mut scope, PropertyTag::LockoutCounter)?,
				max_failures: property(&mut scope, PropertyTag::MaxAuthFail)?,
				recovery_seconds: property(&mut scope, PropertyTag::LockoutInterval)?,
			};
			if state.in_lockout {
				tracing::warn!(failures = state.failures, "the chip is in lockout");
			}
			Ok(state)
		})
	}
}

/// Read each time: the library's own cache would hide a change.
fn property(scope: &mut Scope<'_>, tag: PropertyTag) -> Result<u32> {
	let (data, _) = scope.call("TPM2_GetCapability", |context| {
		context.get_capability(CapabilityType::TpmProperties, tag.into(), 1)
	})?;
	Ok(match data {
		CapabilityData::TpmProperties(list) => list.find(tag).map_or(0, |found| found.value()),
		_ => 0,
	})
}

fn has_bank(scope: &mut Scope<'_>) -> Result<bool> {
	let (data, _) = scope.call("TPM2_GetCapability", |context| {
		context.get_capability(CapabilityType::AssignedPcr, 0, 1)
	})?;
	Ok(match data {
		CapabilityData::AssignedPcr(banks) => banks
			.get_selections()
			.iter()
			.any(|bank| bank.hashing_algorithm() == HashingAlgorithm::Sha256 && !bank.is_empty()),
		_ => false,
	})
}

//! Reading and extending PCRs of the SHA-256 bank.

use sha2::{Digest as _, Sha256};
use tea_tpm::{Hash, PcrSelection};
use tss_esapi::{
	handles::{ObjectHandle, PcrHandle},
	interface_types::algorithm::HashingAlgorithm,
	structures::{Digest, DigestValues, PcrSelectionList, PcrSlot},
};

use super::Device;
use crate::{
	error::{Error, Result},
	log::{Event, extended},
};

/// The PCRs that a program may extend at locality 0. The dynamic launch owns 17 to 22, and 16 and 23 can be reset,
/// so nothing is ever measured into them.
const EXTENDABLE: std::ops::RangeInclusive<u8> = 0..=15;

/// The selection as the chip takes it.
pub(super) fn list(selection: PcrSelection) -> Result<PcrSelectionList> {
	let range = |error| Error::from_tss("PCR selection", error);
	let slots = selection
		.iter()
		.map(|index| PcrSlot::try_from(1u32 << index))
		.collect::<std::result::Result<Vec<_>, _>>()
		.map_err(range)?;
	PcrSelectionList::builder()
		.with_selection(HashingAlgorithm::Sha256, &slots)
		.build()
		.map_err(range)
}

/// The digest that a quote over these values carries.
pub(super) fn digest(values: &[Hash]) -> Hash {
	Sha256::digest(values.as_flattened()).into()
}

impl Device {
	/// The values, ascending.
	pub(crate) fn pcrs(&mut self, selection: PcrSelection) -> Result<Vec<Hash>> {
		self.run(|device| device.read_pcrs(selection))
	}

	/// Chips give as many values at once as they like.
	pub(super) fn read_pcrs(&mut self, selection: PcrSelection) -> Result<Vec<Hash>> {
		let mut scope = self.scope()?;
		let mut values = [None::<Hash>; 24];
		let mut missing = selection;
		while !missing.is_empty() {
			let asked = list(missing)?;
			let (_, given, digests) =
				scope.call("TPM2_PCR_Read", |context| context.pcr_read(asked))?;
			let indices: Vec<u8> = given
				.get_selections()
				.iter()
				.filter(|selection| selection.hashing_algorithm() == HashingAlgorithm::Sha256)
				.flat_map(|selection| selection.selected())
				.map(|slot| u32::from(slot).trailing_zeros() as u8)
				.collect();
			// A bank that is not allocated answers with nothing.
			if indices.is_empty() || indices.len() != digests.len() {
				return Err(Error::NoPcrBank);
			}
			for (index, digest) in indices.iter().zip(digests.value()) {
				let slot = values
					.get_mut(usize::from(*index))
					.ok_or(Error::NoPcrBank)?;
				*slot = Some(digest.value().try_into().map_err(|_| Error::NoPcrBank)?);
			}
			let before = missing;
			missing = missing.without(PcrSelection::of(&indices));
			if missing == before {
				return Err(Error::NoPcrBank);
			}
		}
		selection
			.iter()
			.map(|index| values[usize::from(index)].ok_or(Error::NoPcrBank))
			.collect()
	}

	/// Extends a PCR and appends to the log, both or neither.
	pub(crate) fn measure(&mut self, event: Event) -> Result<()> {
		if !EXTENDABLE.contains(&event.pcr) {
			return Err(Error::NotExtendable(event.pcr));
		}
		self.log().admits(&event)?;
		let selection = PcrSelection::of(&[event.pcr]);
		let before = self.pcrs(selection)?;
		let mut was_sent = false;
		self.run(|device| {
			// When the answer was lost, the value tells whether the command arrived.
			if was_sent {
				let now = device.read_pcrs(selection)?;
				if now != before {
					let expected = before.iter().map(|value| extended(value, &event.digest));
					return if now.iter().copied().eq(expected) {
						Ok(())
					} else {
						Err(Error::PcrsMoving)
					};
				}
			}
			let digest = Digest::try_from(&event.digest[..])
				.map_err(|error| Error::from_tss("digest", error))?;
			let mut digests = DigestValues::new();
			digests.set(HashingAlgorithm::Sha256, digest);
			let handle = PcrHandle::try_from(ObjectHandle::from(u32::from(event.pcr)))
				.map_err(|_| Error::NotExtendable(event.pcr))?;
			let mut scope = device.scope()?;
			was_sent = true;
			scope.call_with_password("TPM2_PCR_Extend", |context| {
				context.pcr_extend(handle, digests)
			})
		})?;
		tracing::info!(pcr = event.pcr, kind = %event.kind, "measured");
		self.log().append(event)?;
		Ok(())
	}
}

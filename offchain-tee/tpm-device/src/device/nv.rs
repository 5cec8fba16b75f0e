//! The endorsement certificate.

use std::{fs, path::Path};

use tea_tpm::EkKind;
use tss_esapi::{
	handles::{NvIndexHandle, NvIndexTpmHandle, TpmHandle},
	interface_types::resource_handles::NvAuth,
};

use super::{Device, keys::certificate_index};
use crate::error::{Error, Result, codes};

/// The index exists and nobody wrote it.
const UNINITIALIZED: u32 = 0x14a;
/// Every chip gives as many bytes of an index at once.
const CHUNK: u16 = 512;

/// The certificate that the chip keeps for its endorsement key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EkCertificate {
	/// The certificate in DER, without header and padding.
	Present(Vec<u8>),
	/// The chip keeps none. This is ordinary: the maker has it, found by the hash of the key.
	Absent,
}

/// The certificate in a file: DER, or the content of an NV index as another tool read it.
pub fn certificate_from_file(path: &Path) -> Result<Vec<u8>> {
	cut(&fs::read(path).map_err(Error::CertificateFile)?)
}

/// Without the older header in front and the padding behind.
fn cut(content: &[u8]) -> Result<Vec<u8>> {
	tea_tpm::nv::certificate(content)
		.map(<[u8]>::to_vec)
		.map_err(Error::Certificate)
}

impl Device {
	/// The certificate for the endorsement key of this kind.
	pub(crate) fn certificate(&mut self, kind: EkKind) -> Result<EkCertificate> {
		let read = self.run(|device| device.read_nv(certificate_index(kind)));
		match read {
			Ok(content) => cut(&content).map(EkCertificate::Present),
			Err(error) => match error.chip_code() {
				Some(codes::HANDLE | UNINITIALIZED) => Ok(EkCertificate::Absent),
				_ => Err(error),
			},
		}
	}

	fn read_nv(&mut self, index: u32) -> Result<Vec<u8>> {
		let at =
			NvIndexTpmHandle::new(index).map_err(|error| Error::from_tss("NV index", error))?;
		let mut scope = self.scope()?;
		let mut object = scope.call("TPM2_NV_ReadPublic", |context| {
			context.tr_from_tpm_public(TpmHandle::NvIndex(at))
		})?;
		let handle = NvIndexHandle::from(object);
		let content = (|| {
			let (public, _) = scope.call("TPM2_NV_ReadPublic", |context| {
				context.nv_read_public(handle)
			})?;
			let len = public.data_size();
			let mut content = Vec::with_capacity(len);
			while content.len() < len {
				let chunk = CHUNK.min((len - content.len()).try_into().unwrap_or(CHUNK));
				let offset = content.len() as u16;
				let part = scope.call_with_password("TPM2_NV_Read", |context| {
					context.nv_read(NvAuth::NvIndex(handle), handle, chunk, offset)
				})?;
				content.extend_from_slice(part.value());
				if part.value().is_empty() {
					break;
				}
			}
			Ok(content)
		})();
		// Nothing in the chip: the library only forgets the index.
		let _ = scope.call("close", |context| context.tr_close(&mut object));
		content
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn header_and_padding_are_cut() {
		let der = [0x30, 2, 5, 0];
		let stored = [&[0x10, 1, 0, 0, 4][..], &der, &[0xff; 9]].concat();
		assert_eq!(cut(&stored).unwrap(), der);
		assert_eq!(cut(&[&der[..], &[0xff; 9]].concat()).unwrap(), der);
	}

	#[test]
	fn file_without_certificate_is_refused() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("leaf");
		assert!(matches!(
			certificate_from_file(&path),
			Err(Error::CertificateFile(_))
		));
		fs::write(&path, "-----BEGIN CERTIFICATE-----").unwrap();
		assert!(matches!(
			certificate_from_file(&path),
			Err(Error::Certificate(_))
		));
		fs::write(&path, [0x30, 2, 5, 0]).unwrap();
		assert_eq!(certificate_from_file(&path).unwrap(), [0x30, 2, 5, 0]);
	}
}

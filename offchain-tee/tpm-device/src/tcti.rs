//! Where the TPM is: the configuration string of the command transmission interface.

use std::{fmt, str::FromStr};

use tss_esapi::tcti_ldr::TctiNameConf;

/// Why a configuration string is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TctiError {
	/// The word `device` without a path stands for `/dev/tpm0`, which has no resource manager.
	#[error("`device` names no path; write `device:/dev/tpmrm0`")]
	BareDevice,
	/// The word `swtpm` without host and port.
	#[error("`swtpm` names no address; write `swtpm:host=127.0.0.1,port=2321`")]
	BareSwtpm,
	/// Neither `device:` nor `swtpm:`.
	#[error(
		"`{0}` is no place of a TPM; write `device:/dev/tpmrm0` or `swtpm:host=127.0.0.1,port=2321`"
	)]
	Unknown(String),
}

/// A TPM device or a software TPM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tcti {
	text: String,
	conf: TctiNameConf,
}

impl Tcti {
	/// What the TPM library takes.
	pub(crate) fn conf(&self) -> TctiNameConf {
		self.conf.clone()
	}

	/// Whether the kernel's resource manager stands in front of the chip: it swaps objects, frees what a dead
	/// process left, and shuts the chip down in order.
	pub(crate) fn is_managed(&self) -> bool {
		self.text.starts_with("device:/dev/tpmrm")
	}

	/// Whether the kernel owns the chip, and with it start and shutdown.
	pub(crate) fn is_device(&self) -> bool {
		self.text.starts_with("device:")
	}
}

impl FromStr for Tcti {
	type Err = TctiError;

	fn from_str(text: &str) -> Result<Self, TctiError> {
		let unknown = || TctiError::Unknown(text.to_owned());
		match text.split_once(':') {
			None if text == "device" => return Err(TctiError::BareDevice),
			None if text == "swtpm" => return Err(TctiError::BareSwtpm),
			Some(("device", "")) => return Err(TctiError::BareDevice),
			Some(("swtpm", "")) => return Err(TctiError::BareSwtpm),
			Some(("device", path)) if path.starts_with('/') => {}
			Some(("swtpm", place)) if place.contains("host=") && place.contains("port=") => {}
			_ => return Err(unknown()),
		}
		Ok(Self {
			text: text.to_owned(),
			conf: TctiNameConf::from_str(text).map_err(|_| unknown())?,
		})
	}
}

impl fmt::Display for Tcti {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.text)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn places_are_recognised() {
		let device = Tcti::from_str("device:/dev/tpmrm0").unwrap();
		assert!(device.is_managed() && device.is_device());
		let raw = Tcti::from_str("device:/dev/tpm0").unwrap();
		assert!(!raw.is_managed() && raw.is_device());
		let soft = Tcti::from_str("swtpm:host=127.0.0.1,port=2321").unwrap();
		assert!(!soft.is_managed() && !soft.is_device());
		assert_eq!(soft.to_string(), "swtpm:host=127.0.0.1,port=2321");
	}

	#[test]
	fn bare_words_are_refused_with_a_sentence() {
		assert_eq!(Tcti::from_str("device"), Err(TctiError::BareDevice));
		assert_eq!(Tcti::from_str("device:"), Err(TctiError::BareDevice));
		assert_eq!(Tcti::from_str("swtpm"), Err(TctiError::BareSwtpm));
		assert!(
			TctiError::BareDevice
				.to_string()
				.contains("device:/dev/tpmrm0")
		);
	}

	#[test]
	fn anything_else_is_refused() {
		for text in [
			"",
			"tpm0",
			"mssim:host=localhost,port=1",
			"device:tpm0",
			"swtpm:port=1",
			"swtpm:host=127.0.0.1,port=x",
		] {
			assert_eq!(
				Tcti::from_str(text),
				Err(TctiError::Unknown(text.into())),
				"{text}"
			);
		}
	}
}

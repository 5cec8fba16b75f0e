//! Opening the TPM, and what is checked of it before anything else.

use std::{fs::File, io::Read, path::Path};

use tea_tpm::HardwareClass;
use tea_tpm_device::{Config as DeviceConfig, EventLog, Tpm};

use crate::{
	config::module::Config,
	exit::{Cause, Exit},
	firmware,
};

/// Opens the chip and looks at its state. Lockout is an alarm; it stops nothing by itself.
pub async fn open(config: &Config) -> Result<Tpm, Exit> {
	let tpm = Tpm::open(DeviceConfig::new(config.tpm.clone(), config.ek)).await?;
	let chip = tpm.chip_state().await?;
	if !chip.has_sha256_bank {
		return Err(tea_tpm_device::Error::NoPcrBank.into());
	}
	if chip.in_lockout {
		tracing::warn!(
			failures = chip.failures,
			recovery_seconds = chip.recovery_seconds,
			"the TPM is in lockout; quotes go on"
		);
	}
	Ok(tpm)
}

/// The log of what the firmware measured: from the named file, else from where Linux has it; empty where there is none.
pub fn firmware_log(config: &Config) -> Result<EventLog, Exit> {
	let usual = Path::new(firmware::USUAL_PLACE);
	let path = match &config.firmware_log {
		Some(path) => path.as_path(),
		// A software TPM has no firmware in front of it, a board none that measures.
		None if matches!(config.class, HardwareClass::Dev | HardwareClass::D) => {
			return Ok(EventLog::default());
		}
		None if usual.exists() => usual,
		None => return Ok(EventLog::default()),
	};
	let refused = |reason: String| {
		let sentence = format!(
			"the firmware log {} cannot be used: {reason}",
			path.display()
		);
		Exit::new(Cause::Config, sentence)
	};
	// Files of the kernel have no length.
	let mut bytes = Vec::new();
	File::open(path)
		.and_then(|file| file.take(firmware::MAX_LEN + 1).read_to_end(&mut bytes))
		.map_err(|error| refused(error.to_string()))?;
	if bytes.len() as u64 > firmware::MAX_LEN {
		return Err(refused("it is longer than a log may be".into()));
	}
	firmware::parse(&bytes).map_err(|error| refused(error.to_string()))
}

//! What can go wrong, each with a sentence for people. Codes of the TPM are in the details: [`Error::code`] and
//! the source of the error.

use std::{fmt, io};

use tea_tpm::{CredentialError, DerError, EvidenceError, PublicError};
use tss_esapi::constants::response_code::Tss2ResponseCode;

use crate::{log::LogError, tcti::TctiError};

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Response codes that are looked at by name.
pub mod codes {
	/// The chip was not started, or lost power.
	pub const INITIALIZE: u32 = 0x100;
	/// The hierarchy is switched off.
	pub const HIERARCHY: u32 = 0x185;
	/// There is nothing behind the handle; for an NV index the ordinary "no certificate".
	pub const HANDLE: u32 = 0x18b;
	/// The blob of a key does not belong to its parent.
	pub const INTEGRITY: u32 = 0x1df;
	/// The state does not satisfy the policy.
	pub const POLICY_FAIL: u32 = 0x99d;
	/// A wrong password of something outside the dictionary-attack protection.
	pub const BAD_AUTH: u32 = 0x9a2;
	/// Too long without closing a session.
	pub const CONTEXT_GAP: u32 = 0x901;
	/// No room for another object.
	pub const OBJECT_MEMORY: u32 = 0x902;
	/// No room for another session.
	pub const SESSION_MEMORY: u32 = 0x903;
	/// No room at all.
	pub const MEMORY: u32 = 0x904;
	/// No handle for another session.
	pub const SESSION_HANDLES: u32 = 0x905;
	/// No handle for another object.
	pub const OBJECT_HANDLES: u32 = 0x906;
	/// The chip paused the command.
	pub const YIELDED: u32 = 0x908;
	/// The chip tests itself.
	pub const TESTING: u32 = 0x90a;
	/// The object or session of the first handle is not loaded; six more codes follow.
	pub const REFERENCE_H0: u32 = 0x910;
	/// The dictionary-attack protection is shut.
	pub const LOCKOUT: u32 = 0x921;
	/// The chip could not begin now.
	pub const RETRY: u32 = 0x922;
}

/// The answer of the TPM, or of the library in front of it, to one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TpmCode {
	/// The command.
	pub operation: &'static str,
	/// The response code with its layer in the upper half; nothing when the wrapper itself refused.
	pub code: Option<u32>,
}

impl TpmCode {
	/// The code of the chip itself, whether or not a resource manager passed it on.
	pub fn of_chip(&self) -> Option<u32> {
		let code = self.code?;
		matches!(code >> 16, 0 | 11 | 12).then_some(code & 0xffff)
	}
}

impl fmt::Display for TpmCode {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.code {
			Some(code) => write!(f, "{} answered {code:#x}", self.operation),
			None => write!(f, "{} got or gave a value out of range", self.operation),
		}
	}
}

impl std::error::Error for TpmCode {}

/// Why an operation of the TPM failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The configuration string is wrong.
	#[error(transparent)]
	Tcti(#[from] TctiError),
	/// Nothing answers, or it stopped answering.
	#[error("the TPM cannot be reached: is it there, and may this user open it?")]
	Unavailable(#[source] TpmCode),
	/// The chip lost power and nobody started it since.
	#[error("the TPM was reset and has not been started")]
	NotStarted(#[source] TpmCode),
	/// The chip was cleared, or the blob is of another chip.
	#[error(
		"the attestation key does not load: the TPM was cleared or is another one; enrol again"
	)]
	EnrolAgain(#[source] TpmCode),
	/// The PCRs do not satisfy the policy of the receive key.
	#[error("the machine is not in the state that the receive key opens in")]
	WrongState(#[source] TpmCode),
	/// The credential is for another key or another chip.
	#[error("the TPM cannot open this credential: it was made for another key or another TPM")]
	ForeignCredential(#[source] TpmCode),
	/// Loaded objects or sessions fill the chip, also after everything was freed.
	#[error("the TPM has no free slot: another program holds it, or use `device:/dev/tpmrm0`")]
	OutOfSlots(#[source] TpmCode),
	/// The dictionary-attack protection is shut. Quotes go on.
	#[error("the TPM is in lockout; quotes go on, anything with a password waits")]
	Lockout(#[source] TpmCode),
	/// The chip was busy at every try.
	#[error("the TPM was busy at every try")]
	Busy(#[source] TpmCode),
	/// The owner of the machine set a password or switched the hierarchy off.
	#[error("the endorsement hierarchy of the TPM has a password or is switched off")]
	Endorsement(#[source] TpmCode),
	/// Any other answer.
	#[error("the TPM refused a command")]
	Refused(#[source] TpmCode),
	/// The bytes are no credential for this kind of endorsement key.
	#[error(transparent)]
	Credential(#[from] CredentialError),
	/// What the chip or a file holds is no certificate.
	#[error("not a certificate in DER")]
	Certificate(#[source] DerError),
	/// The file with the certificate cannot be read.
	#[error("the certificate file cannot be read")]
	CertificateFile(#[source] io::Error),
	/// The chip, or somebody on its bus, shows another endorsement key than the certified one.
	#[error("the endorsement key of the TPM is not the certified one")]
	OtherEndorsementKey,
	/// The bank of SHA-256 PCRs is not allocated.
	#[error("the TPM has no SHA-256 PCR bank; switch it on in the firmware setup")]
	NoPcrBank,
	/// The PCRs changed between every quote and its read-back.
	#[error("the PCRs changed during every try of the quote")]
	PcrsMoving,
	/// No such PCR can be extended by this program.
	#[error("PCR {0} cannot be extended")]
	NotExtendable(u8),
	/// The chip's own evidence does not satisfy the verifiers, so it is not sent.
	#[error("the TPM's evidence would be refused")]
	Evidence(#[source] EvidenceError),
	/// A public area of the chip is not the one of the profile.
	#[error("a key of the TPM is not of the profile")]
	Public(#[source] PublicError),
	/// No attestation key is loaded.
	#[error("no attestation key: create one, or load the kept one")]
	NoAttestationKey,
	/// The event log does not take the event.
	#[error(transparent)]
	Log(#[from] LogError),
	/// The time for this operation is over.
	#[error("the TPM did not get to this in time")]
	Deadline,
	/// Too many operations wait.
	#[error("too many operations wait for the TPM")]
	QueueFull,
	/// The owner of the TPM has ended.
	#[error("the TPM was closed")]
	Closed,
	/// The owner thread cannot be started.
	#[error("the thread that owns the TPM cannot be started")]
	Thread(#[source] io::Error),
}

impl Error {
	/// What the TPM or its library answered, when they are at the bottom of this.
	pub fn code(&self) -> Option<&TpmCode> {
		match self {
			Self::Unavailable(code)
			| Self::NotStarted(code)
			| Self::EnrolAgain(code)
			| Self::WrongState(code)
			| Self::ForeignCredential(code)
			| Self::OutOfSlots(code)
			| Self::Lockout(code)
			| Self::Busy(code)
			| Self::Endorsement(code)
			| Self::Refused(code) => Some(code),
			_ => None,
		}
	}

	/// Whether the same operation may succeed later without a person doing anything.
	pub fn is_passing(&self) -> bool {
		matches!(
			self,
			Self::Unavailable(_)
				| Self::NotStarted(_)
				| Self::OutOfSlots(_)
				| Self::Lockout(_)
				| Self::Busy(_)
				| Self::PcrsMoving
				| Self::Deadline
				| Self::QueueFull
		)
	}

	/// The code of the chip itself.
	pub(crate) fn chip_code(&self) -> Option<u32> {
		self.code().and_then(TpmCode::of_chip)
	}

	/// Whether a handle points to nothing, as after a reset of the chip alone.
	pub(crate) fn lost_handles(&self) -> bool {
		self.chip_code()
			.is_some_and(|code| (codes::REFERENCE_H0..codes::REFERENCE_H0 + 7).contains(&code))
	}

	/// Names the answer to `operation`.
	pub(crate) fn from_tss(operation: &'static str, error: tss_esapi::Error) -> Self {
		let code = match error {
			tss_esapi::Error::WrapperError(_) => None,
			tss_esapi::Error::Tss2Error(response) => number(response),
		};
		let code = TpmCode { operation, code };
		let Some(answer) = code.of_chip() else {
			return match code.code {
				// The layer of the transmission interface and, without a transmission, the wrapper.
				Some(number) if number >> 16 == 10 => Self::Unavailable(code),
				_ => Self::Refused(code),
			};
		};
		match answer {
			codes::INITIALIZE => Self::NotStarted(code),
			codes::CONTEXT_GAP..=codes::OBJECT_HANDLES => Self::OutOfSlots(code),
			codes::YIELDED | codes::TESTING | codes::RETRY => Self::Busy(code),
			codes::LOCKOUT => Self::Lockout(code),
			codes::HIERARCHY | codes::BAD_AUTH => Self::Endorsement(code),
			_ => Self::Refused(code),
		}
	}
}

/// The number behind a response code. The wrapper keeps it to itself but compares, and there are few.
fn number(response: Tss2ResponseCode) -> Option<u32> {
	(0..16u32)
		.flat_map(|layer| (0..0x1000u32).map(move |code| layer << 16 | code))
		.find(|number| Tss2ResponseCode::from(*number) == response)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn named(code: u32) -> Error {
		let response = tss_esapi::Error::Tss2Error(Tss2ResponseCode::from(code));
		Error::from_tss("TPM2_Quote", response)
	}

	#[test]
	fn codes_get_names() {
		assert!(matches!(named(0x100), Error::NotStarted(_)));
		for code in 0x901..=0x906 {
			assert!(matches!(named(code), Error::OutOfSlots(_)), "{code:#x}");
		}
		for code in [0x908, 0x90a, 0x922] {
			assert!(matches!(named(code), Error::Busy(_)), "{code:#x}");
		}
		assert!(matches!(named(0x921), Error::Lockout(_)));
		assert!(matches!(named(0x9a2), Error::Endorsement(_)));
		assert!(matches!(named(0x12f), Error::Refused(_)));
		assert!(matches!(named(0xa000a), Error::Unavailable(_)));
		assert!(named(0x910).lost_handles() && named(0x916).lost_handles());
		assert!(!named(0x917).lost_handles());
	}

	#[test]
	fn resource_manager_hides_no_code() {
		for layer in [0, 11, 12] {
			let error = named(layer << 16 | 0x902);
			assert!(matches!(error, Error::OutOfSlots(_)));
			assert_eq!(error.chip_code(), Some(0x902));
		}
	}

	#[test]
	fn code_is_in_the_details_and_not_in_the_headline() {
		let error = named(0x902);
		assert!(!error.to_string().contains("902"));
		let source = std::error::Error::source(&error).unwrap();
		assert_eq!(source.to_string(), "TPM2_Quote answered 0x902");
	}
}

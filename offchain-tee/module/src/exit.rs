//! Why a process ends: a code for supervisors, a sentence for people, and the next step.

use std::{error::Error as StdError, fmt};

use tea_chain::{Error as ChainError, SubmitError};
use tea_tpm_device::Error as TpmError;

/// Declares the causes with code, name and next step.
macro_rules! causes {
	($($code:literal $name:ident $what:literal, $next:literal;)+) => {
		/// Causes of an end, one exit code each.
		#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
		#[non_exhaustive]
		pub enum Cause {
			$(#[doc = $what] $name,)+
		}

		impl Cause {
			/// Every cause.
			pub const ALL: &'static [Self] = &[$(Self::$name),+];

			/// The exit code.
			pub const fn code(self) -> u8 {
				match self { $(Self::$name => $code,)+ }
			}

			/// What it means.
			pub const fn meaning(self) -> &'static str {
				match self { $(Self::$name => $what,)+ }
			}

			/// What to do.
			pub const fn next_step(self) -> &'static str {
				match self { $(Self::$name => $next,)+ }
			}
		}
	};
}

causes! {
	1 Internal "a part of the program ended unexpectedly", "start it again; if it happens twice, report the log";
	2 Config "the command line or the configuration is wrong", "correct it; `config show` prints what was understood";
	10 State "the state directory cannot be used", "check path, owner and free space";
	11 Running "another process owns the TPM of this state directory", "stop it first";
	12 NoTpm "there is no TPM", "check `tpm`, and that this user may open the device";
	13 Lockout "the TPM is in lockout", "wait until it forgets failed attempts, or reset the lockout with the owner's password";
	14 NoCertificate "the TPM keeps no certificate of its endorsement key", "get it from the maker and name the file as `ek_certificate`";
	15 EnrolAgain "the attestation key is gone: the TPM was cleared, replaced or rolled back", "move identity.bin out of the state directory and start again to enrol";
	16 RestartMachine "the TPM holds measurements that this program cannot explain", "restart the machine (or reset the software TPM)";
	17 Tpm "the TPM refuses to work", "see the details; `tea doctor` checks the chip";
	20 WrongChain "this is another chain, or one that this program does not understand", "check `chain_spec`, or update the program";
	21 UnknownIssuer "the issuer of the TPM's certificate is not accepted", "check `issuer`; governance registers issuers";
	22 Unfunded "the operator's account cannot pay", "send it some money";
	23 Clock "the clock of this machine is far off", "set it, for example with NTP";
	24 NotOperator "this account may not act for this module", "let the owner of the Camellia call `set_operator`, or correct `module`";
	25 Enrolment "the chain refuses the enrolment", "see the reason";
	26 Unreleased "this machine measures something that belongs to no accepted release", "install a released version, or let governance register this one";
	27 Class "the hardware is not of the configured class", "correct `class`";
	28 Key "a key file cannot be used", "see the reason";
	29 Bind "the address for metrics cannot be used", "choose another with `metrics`";
	30 Quarantined "the module is in quarantine", "see the reason; after the cool-down start an accepted release";
	31 Retired "the module has left the network", "enrol it again, or stop the service";
	33 Superseded "a newer boot of this module was posted from elsewhere", "see that only one machine runs this module";
	32 Memory "the keys of the boot cannot be protected", "see the reason";
}

/// The end of a process.
#[derive(Debug)]
pub struct Exit {
	/// Why.
	pub cause: Cause,
	/// What happened, in one sentence.
	pub sentence: String,
}

impl Exit {
	/// An end for this cause.
	pub fn new(cause: Cause, sentence: impl fmt::Display) -> Self {
		Self {
			cause,
			sentence: sentence.to_string(),
		}
	}

	/// An end for this cause, with all that lies under the error.
	pub fn of(cause: Cause, error: &(dyn StdError + 'static)) -> Self {
		let mut sentence = error.to_string();
		let mut source = error.source();
		while let Some(inner) = source {
			let text = inner.to_string();
			if !sentence.contains(&text) {
				sentence = format!("{sentence} ({text})");
			}
			source = inner.source();
		}
		Self { cause, sentence }
	}
}

impl fmt::Display for Exit {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(
			f,
			"{}\nnext step: {}",
			self.sentence,
			self.cause.next_step()
		)
	}
}

impl StdError for Exit {}

impl From<TpmError> for Exit {
	fn from(error: TpmError) -> Self {
		let cause = match &error {
			TpmError::Tcti(_) | TpmError::Unavailable(_) | TpmError::NotStarted(_) => Cause::NoTpm,
			TpmError::Lockout(_) => Cause::Lockout,
			TpmError::EnrolAgain(_) | TpmError::OtherEndorsementKey => Cause::EnrolAgain,
			TpmError::Certificate(_) | TpmError::CertificateFile(_) => Cause::NoCertificate,
			_ => Cause::Tpm,
		};
		Self::of(cause, &error)
	}
}

impl From<ChainError> for Exit {
	fn from(error: ChainError) -> Self {
		let cause = match &error {
			ChainError::WrongChain { .. }
			| ChainError::NotTea(_)
			| ChainError::RuntimeChanged { .. }
			| ChainError::Unreadable { .. } => Cause::WrongChain,
			ChainError::BadSpec(_) | ChainError::BadUrl { .. } => Cause::Config,
			ChainError::ClockBehind { .. } => Cause::Clock,
			_ => Cause::Internal,
		};
		Self::of(cause, &error)
	}
}

impl From<SubmitError> for Exit {
	fn from(error: SubmitError) -> Self {
		if let SubmitError::Chain(error) = error {
			return error.into();
		}
		let cause = match error.dispatch() {
			Some((
				"Attestation",
				"UnknownIssuer" | "IssuerSuspended" | "BadCertificate" | "IssuerCapReached",
			)) => Cause::UnknownIssuer,
			Some(("Attestation", "InsufficientBalance")) => Cause::Unfunded,
			Some(("Attestation", "NotOperator" | "UnknownModule" | "CamelliaDead")) => {
				Cause::NotOperator
			}
			Some(("Attestation", "ModuleRetired")) => Cause::Retired,
			Some(("Attestation", "InQuarantine")) => Cause::Quarantined,
			Some(("Attestation", "MustEnrolAgain")) => Cause::EnrolAgain,
			Some(("Attestation", _)) => Cause::Enrolment,
			_ => match &error {
				SubmitError::Refused {
					reason: tea_chain::Refusal::Payment,
					..
				} => Cause::Unfunded,
				_ => Cause::Internal,
			},
		};
		Self::of(cause, &error)
	}
}

/// The table of exit codes, for `--help`.
pub fn table() -> String {
	let mut text = String::from("Exit codes:\n   0  stopped in order\n");
	for cause in Cause::ALL {
		text += &format!("{:4}  {}\n", cause.code(), cause.meaning());
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn codes_are_distinct_and_leave_room_for_signals() {
		let codes: std::collections::BTreeSet<u8> =
			Cause::ALL.iter().map(|cause| cause.code()).collect();
		assert_eq!(codes.len(), Cause::ALL.len());
		assert!(codes.iter().all(|code| (1..64).contains(code)));
	}

	#[test]
	fn every_cause_has_a_sentence_and_a_next_step() {
		for cause in Cause::ALL {
			assert!(!cause.meaning().is_empty() && !cause.next_step().is_empty());
			assert!(table().contains(cause.meaning()));
		}
	}

	#[test]
	fn exit_says_what_happened_and_what_to_do() {
		let error = TpmError::NoPcrBank;
		let exit = Exit::from(error);
		assert_eq!(exit.cause, Cause::Tpm);
		let text = exit.to_string();
		assert!(text.contains("PCR bank") && text.contains("next step:"));
	}

	#[test]
	fn refusals_of_the_chain_have_causes() {
		let refused = |name: &str| {
			Exit::from(SubmitError::Dispatch {
				call: "Attestation.register".into(),
				error: tea_chain::DispatchFailure {
					pallet: "Attestation".into(),
					name: name.into(),
					detail: None,
					doc: "…".into(),
				},
			})
			.cause
		};
		assert_eq!(refused("UnknownIssuer"), Cause::UnknownIssuer);
		assert_eq!(refused("InsufficientBalance"), Cause::Unfunded);
		assert_eq!(refused("NotOperator"), Cause::NotOperator);
		assert_eq!(refused("InQuarantine"), Cause::Quarantined);
		assert_eq!(refused("EkInUse"), Cause::Enrolment);
	}
}

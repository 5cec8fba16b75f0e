//! Words of the chain as sentences for people.

use tea_primitives::verdict::FailReason;

/// Why a member of a committee says no, as a sentence.
pub fn describe(reason: FailReason) -> String {
	match reason {
		FailReason::BootMismatch => "the live quote does not belong to the posted boot".into(),
		FailReason::BadQuote => "the live quote is not acceptable".into(),
		FailReason::LogMismatch(pcr) => {
			format!("the boot log does not lead to the quoted value of PCR {pcr}")
		}
		FailReason::LogMissing(pcr) => format!("the boot log holds nothing for PCR {pcr}"),
		FailReason::PcrMismatch(pcr) => {
			format!("the value of PCR {pcr} is in no accepted release")
		}
		FailReason::ManifestMismatch => "the manifest is not the one of the release".into(),
		FailReason::CounterMismatch => {
			"the counters of the live quote contradict the posted ones".into()
		}
	}
}

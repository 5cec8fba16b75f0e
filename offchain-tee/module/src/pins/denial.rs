//! Why a module does not pin, or does not hand a key over. Every refusal is typed, told to whoever asked, and counted.

use codec::{Decode, Encode};
use tea_primitives::{deployment::Refusal, verdict::FailReason};

/// Declares the refusals: index on the wire, name, label of the metric, sentence.
macro_rules! denials {
	($($(#[$meta:meta])* $index:literal $name:ident $(($inner:ty))? $label:literal $sentence:literal;)+) => {
		/// A refusal.
		///
		/// INVARIANT: it crosses the wire; an index is never reused.
		#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, thiserror::Error)]
		pub enum Denial {
			$(
				#[doc = $sentence]
				#[codec(index = $index)]
				#[error($sentence)]
				$name $(($inner))?,
			)+
		}

		impl Denial {
			/// Every label, for metrics that stand at zero from the start.
			pub const LABELS: &'static [&'static str] = &[$($label),+];

			/// One word, for counters.
			pub const fn label(&self) -> &'static str {
				match self {
					$(denials!(@pattern $name $(($inner))?) => $label,)+
				}
			}
		}
	};
	(@pattern $name:ident) => { Self::$name };
	(@pattern $name:ident ($inner:ty)) => { Self::$name(_) };
}

denials! {
	0 NotServing "not_serving" "the module takes no work at present; ask another one";
	1 Busy "busy" "the module does as much as it may at a time; ask again later";
	2 Unreadable "unreadable" "the letter cannot be read; the two programs are of different releases";
	3 ChainUnavailable "chain_unavailable" "the module does not see the chain well enough; ask again later";
	4 UnknownDeployment "unknown_deployment" "the chain has no such deployment";
	5 Ended "ended" "the deployment is retired, or its time is over";
	6 NotHosted "not_hosted" "nobody pins the key of a plain or private deployment";
	7 NotAPinner "not_a_pinner" "the module does not hold this key; ask another pinner";
	8 PeerNotActive "peer_not_active" "the chain does not certify the module in this boot";
	9 ReleaseNotAccepted "release_not_accepted" "the module runs no release that the chain accepts now";
	10 BadEvidence(FailReason) "bad_evidence" "the live evidence of the module fails";
	11 NoVerdict "no_verdict" "the live evidence of the module cannot be judged; show it again";
	12 NoChallenge "no_challenge" "there is no challenge that this evidence answers; apply first";
	13 NodeNotAllowed "node_not_allowed" "the terms do not admit the module or its owner";
	14 ClassNotAccepted "class_not_accepted" "the terms do not accept the class of the module's hardware";
	15 CertificateTooOld "certificate_too_old" "the module's last attestation is older than the terms accept";
	16 ClassCapExceeded "class_cap_exceeded" "the module would answer for more than its class may";
	17 NotCapable "not_capable" "the checker of the deployment says that the module is not able to run it";
	18 CheckerUnavailable "checker_unavailable" "the checker of the deployment cannot be fetched, or is not what the chain names";
	19 AlreadyPinned "already_pinned" "the module holds this pin already";
	20 Enough "enough" "as many modules hold the key as the owner wants";
	21 TooManyPins "too_many_pins" "the deployment has as many pins as there may be";
	22 TooDeep "too_deep" "the pinner is as far from the owner as a pin may be; ask one of an earlier generation";
	23 Superseded "superseded" "the deployment was seeded anew, and this key is of an older seed";
	24 ContentUnavailable "content_unavailable" "the content cannot be fetched; keep a host online that has it";
	25 ContentMismatch "content_mismatch" "the content is not what was named: length or hash differ, or it is no file of the profile";
	26 BadKey "bad_key" "the key does not open the content, or the commitment is of another one";
	27 BadEnvelope "bad_envelope" "the envelope does not open in this chip, state and boot";
	28 BadSignature "bad_signature" "a signature is not of who it has to be";
	29 InvalidWasm "invalid_wasm" "the code is not a guest that this network runs";
	30 BadRegistration "bad_registration" "the registration contradicts itself; the chain would refuse it";
	31 StaleBlock "stale_block" "the block that was named is too old or not known; look the module up again";
	32 KindNotTaken "kind_not_taken" "the module's policy does not take deployments of this kind";
	33 TooLarge "too_large" "the content is larger than the module's policy takes";
	34 NoRoom "no_room" "the module holds as much as its policy takes";
	35 OwnerNotTaken "owner_not_taken" "the module's policy takes neither this owner nor this price";
	36 Unfunded "unfunded" "the account cannot pay the deposit of this registration; send it some money";
	37 TpmUnavailable "tpm_unavailable" "the chip of the module does not answer; ask again later";
	38 NotLost "not_lost" "the deployment has live pins and needs no new seed";
	39 NotOwner "not_owner" "the account does not own the deployment";
}

impl Denial {
	/// Whether asking the same module again later makes sense.
	pub const fn is_passing(&self) -> bool {
		matches!(
			self,
			Self::NotServing
				| Self::Busy | Self::ChainUnavailable
				| Self::NoVerdict
				| Self::NoChallenge
				| Self::ContentUnavailable
				| Self::CheckerUnavailable
				| Self::StaleBlock
				| Self::TpmUnavailable
		)
	}
}

impl From<Refusal> for Denial {
	fn from(refusal: Refusal) -> Self {
		match refusal {
			Refusal::Retired | Refusal::Expired => Self::Ended,
			Refusal::PeerNotActive => Self::PeerNotActive,
			Refusal::NodeNotAllowed => Self::NodeNotAllowed,
			Refusal::ClassNotAccepted => Self::ClassNotAccepted,
			Refusal::CertificateTooOld => Self::CertificateTooOld,
			Refusal::ClassCapExceeded => Self::ClassCapExceeded,
			Refusal::NotPinner => Self::NotAPinner,
			// The others are refusals of uses.
			_ => Self::UnknownDeployment,
		}
	}
}

impl From<tea_chain::Error> for Denial {
	fn from(error: tea_chain::Error) -> Self {
		tracing::debug!(%error, "the chain cannot be read");
		Self::ChainUnavailable
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::DecodeAll;

	#[test]
	fn every_refusal_has_its_own_index_label_and_sentence() {
		let distinct: std::collections::BTreeSet<_> = Denial::LABELS.iter().collect();
		assert_eq!(distinct.len(), Denial::LABELS.len());
		for (index, label) in (0u8..).zip(Denial::LABELS) {
			let mut bytes = vec![index];
			if index == 10 {
				bytes.extend(FailReason::BadQuote.encode());
			}
			let denial = Denial::decode_all(&mut &bytes[..]).unwrap();
			assert_eq!(denial.label(), *label);
			assert_eq!(denial.encode(), bytes);
			assert!(!denial.to_string().is_empty());
		}
		let behind = u8::try_from(Denial::LABELS.len()).unwrap();
		assert!(Denial::decode_all(&mut &[behind][..]).is_err());
	}

	#[test]
	fn refusals_of_the_chain_keep_their_meaning() {
		for (refusal, denial) in [
			(Refusal::Retired, Denial::Ended),
			(Refusal::Expired, Denial::Ended),
			(Refusal::PeerNotActive, Denial::PeerNotActive),
			(Refusal::NodeNotAllowed, Denial::NodeNotAllowed),
			(Refusal::ClassNotAccepted, Denial::ClassNotAccepted),
			(Refusal::CertificateTooOld, Denial::CertificateTooOld),
			(Refusal::ClassCapExceeded, Denial::ClassCapExceeded),
			(Refusal::UnknownDeployment, Denial::UnknownDeployment),
		] {
			assert_eq!(Denial::from(refusal), denial);
		}
	}
}

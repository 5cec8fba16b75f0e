//! Whole evidence, checked in one order: what costs nothing first, the signature last.
//!
//! [`inspect_attest`] and [`inspect_pot`] touch no curve and may run in validation. What they return has no
//! content until its signature verified, and the verified value is built in one place, at the very end.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
	Hash,
	binding::{ExpectedBinding, QuoteBinding},
	counters::{Boot, Counters},
	error::{BindingError, EvidenceError, QuoteError, SignatureError},
	name::{ObjectName, QualifiedName},
	pcr::{PcrSelection, PcrValues},
	pot::PotBinding,
	public::{AkPublic, RkPublic, rk_policy},
	quote::Quote,
	signature::TpmSignature,
	sigverify::SigVerify,
};

/// A range of firmware versions that are refused, both ends included.
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
pub struct FirmwareRange {
	/// The first version.
	pub first: u64,
	/// The last version.
	pub last: u64,
}

/// The evidence of a boot, as a module posts it or shows it to a committee.
#[derive(Clone, Copy, Debug)]
pub struct AttestEvidence<'a> {
	/// `TPMS_ATTEST`.
	pub quote: &'a [u8],
	/// `TPMT_SIGNATURE`.
	pub signature: &'a [u8],
	/// What the quote is bound to.
	pub binding: &'a QuoteBinding,
	/// `TPMT_PUBLIC` of the receive key.
	pub rk_public: &'a [u8],
	/// The PCR values, ascending.
	pub pcr_values: &'a [Hash],
}

/// What the verifier knows before it looks at the evidence of a boot.
#[derive(Clone, Copy, Debug)]
pub struct AttestContext<'a> {
	/// The attestation key of the module.
	pub ak: &'a AkPublic,
	/// Its qualified name, stored at enrolment.
	pub signer: &'a QualifiedName,
	/// The PCRs of the hardware class.
	pub selection: PcrSelection,
	/// Refused firmware of this vendor and model.
	pub denied_firmware: &'a [FirmwareRange],
	/// What the binding must say.
	pub binding: ExpectedBinding,
	/// The last accepted boot of this attestation key.
	pub boot: Option<&'a Boot>,
	/// The number of the boot when there is no accepted one of this key.
	pub first_boot_seq: u32,
}

/// Evidence that is right in everything but the signature, which nobody has looked at.
///
/// It has no content before that. This does not compile:
///
/// ```compile_fail,E0599
/// fn counters(inspected: tea_tpm::evidence::InspectedAttest<'_>) -> tea_tpm::Counters {
///     *inspected.counters()
/// }
/// ```
#[must_use = "nothing is proven before the signature verified"]
#[derive(Clone, Copy, Debug)]
pub struct InspectedAttest<'a> {
	inspected: Inspected<'a>,
	rk_name: ObjectName,
	boot_seq: u32,
}

/// Verified evidence of a boot.
///
/// Whether it is good news is decided by [`Boot::judge`] and [`crate::pcr::Reference::judge`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAttest {
	quote_hash: Hash,
	counters: Counters,
	firmware_version: u64,
	pcr_digest: Hash,
	rk_name: ObjectName,
	boot_seq: u32,
}

impl VerifiedAttest {
	/// SHA-256 of the quote: the name of this evidence.
	pub const fn quote_hash(&self) -> &Hash {
		&self.quote_hash
	}

	/// Clock and counters.
	pub const fn counters(&self) -> &Counters {
		&self.counters
	}

	/// The firmware version of the TPM.
	pub const fn firmware_version(&self) -> u64 {
		self.firmware_version
	}

	/// The signed PCR digest, to compare with quotes of this boot's errands.
	pub const fn pcr_digest(&self) -> &Hash {
		&self.pcr_digest
	}

	/// Name of the receive key.
	pub const fn rk_name(&self) -> &ObjectName {
		&self.rk_name
	}

	/// Number of the boot.
	pub const fn boot_seq(&self) -> u32 {
		self.boot_seq
	}
}

/// Checks everything about the evidence of a boot but the signature.
pub fn inspect_attest<'a>(
	evidence: &AttestEvidence<'a>,
	context: &AttestContext<'a>,
) -> Result<InspectedAttest<'a>, EvidenceError> {
	evidence.binding.check(&context.binding)?;
	let quote = Quote::parse(evidence.quote)?;
	quote.check_signer(context.signer)?;
	quote.check_selection(context.selection)?;
	let firmware = quote.firmware_version();
	if context
		.denied_firmware
		.iter()
		.any(|range| (range.first..=range.last).contains(&firmware))
	{
		return Err(QuoteError::FirmwareDenied.into());
	}
	let policy = rk_policy(context.selection, quote.pcr_digest());
	let rk_name = RkPublic::parse(evidence.rk_public, &policy)
		.map_err(EvidenceError::Rk)?
		.name();
	let boot_seq = match context.boot {
		Some(boot) => boot
			.seq_of(&quote.counters())
			.ok_or(BindingError::BootSeq)?,
		None => context.first_boot_seq,
	};
	evidence.binding.check_boot(&rk_name, boot_seq)?;
	quote.check_extra_data(&evidence.binding.hash())?;
	let values = PcrValues::new(context.selection, evidence.pcr_values)?;
	quote.check_pcr_digest(&values.digest())?;
	let signature = TpmSignature::parse(evidence.signature)?;
	Ok(InspectedAttest {
		inspected: Inspected {
			quote,
			ak: context.ak,
			signature,
		},
		rk_name,
		boot_seq,
	})
}

impl InspectedAttest<'_> {
	/// Verifies the signature of the attestation key.
	pub fn verify<V: SigVerify>(self) -> Result<VerifiedAttest, EvidenceError> {
		let quote_hash = self.inspected.verify::<V>()?;
		let quote = self.inspected.quote;
		Ok(VerifiedAttest {
			quote_hash,
			counters: quote.counters(),
			firmware_version: quote.firmware_version(),
			pcr_digest: *quote.pcr_digest(),
			rk_name: self.rk_name,
			boot_seq: self.boot_seq,
		})
	}
}

/// The evidence of an errand or of a batch.
#[derive(Clone, Copy, Debug)]
pub struct PotEvidence<'a> {
	/// `TPMS_ATTEST`.
	pub quote: &'a [u8],
	/// `TPMT_SIGNATURE`.
	pub signature: &'a [u8],
}

/// What the verifier knows before it looks at the evidence of an errand.
#[derive(Clone, Copy, Debug)]
pub struct PotContext<'a> {
	/// The attestation key of the module.
	pub ak: &'a AkPublic,
	/// Its qualified name, stored at enrolment.
	pub signer: &'a QualifiedName,
	/// The PCRs of the hardware class.
	pub selection: PcrSelection,
	/// The PCR digest of this boot's accepted `attest`.
	pub pcr_digest: &'a Hash,
	/// The firmware version of this boot's accepted `attest`.
	pub firmware_version: u64,
	/// What the quote must be bound to.
	pub binding: &'a PotBinding,
}

/// Evidence of an errand that is right in everything but the signature, which nobody has looked at.
#[must_use = "nothing is proven before the signature verified"]
#[derive(Clone, Copy, Debug)]
pub struct InspectedPot<'a>(Inspected<'a>);

/// Verified evidence of an errand. Whether its counters fit is decided by [`Boot::judge_pot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPot {
	quote_hash: Hash,
	counters: Counters,
}

impl VerifiedPot {
	/// SHA-256 of the quote: the name of this evidence.
	pub const fn quote_hash(&self) -> &Hash {
		&self.quote_hash
	}

	/// Clock and counters.
	pub const fn counters(&self) -> &Counters {
		&self.counters
	}
}

/// Checks everything about the evidence of an errand but the signature.
pub fn inspect_pot<'a>(
	evidence: &PotEvidence<'a>,
	context: &PotContext<'a>,
) -> Result<InspectedPot<'a>, EvidenceError> {
	let quote = Quote::parse(evidence.quote)?;
	quote.check_signer(context.signer)?;
	quote.check_selection(context.selection)?;
	if quote.firmware_version() != context.firmware_version {
		return Err(QuoteError::FirmwareChanged.into());
	}
	quote.check_extra_data(&context.binding.hash())?;
	quote.check_pcr_digest(context.pcr_digest)?;
	let signature = TpmSignature::parse(evidence.signature)?;
	Ok(InspectedPot(Inspected {
		quote,
		ak: context.ak,
		signature,
	}))
}

impl InspectedPot<'_> {
	/// Verifies the signature of the attestation key.
	pub fn verify<V: SigVerify>(self) -> Result<VerifiedPot, EvidenceError> {
		let quote_hash = self.0.verify::<V>()?;
		Ok(VerifiedPot {
			quote_hash,
			counters: self.0.quote.counters(),
		})
	}
}

/// A quote, and the signature that is still to be verified.
#[derive(Clone, Copy, Debug)]
struct Inspected<'a> {
	quote: Quote<'a>,
	ak: &'a AkPublic,
	signature: TpmSignature<'a>,
}

impl Inspected<'_> {
	fn verify<V: SigVerify>(&self) -> Result<Hash, SignatureError> {
		let hash = self.quote.hash();
		V::attestation(self.ak, &hash, &self.signature)?;
		Ok(hash)
	}
}

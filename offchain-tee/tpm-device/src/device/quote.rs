//! Quotes, verified by the code of the verifiers before anybody else sees them.

use tea_tpm::{
	AttestContext, AttestEvidence, Counters, EvidenceError, Hash, PcrSelection, PotContext,
	PotEvidence, Quote, QuoteBinding, QuoteError, RustCrypto, VerifiedAttest, VerifiedPot,
	binding::ExpectedBinding,
	evidence::{inspect_attest, inspect_pot},
	pot::PotBinding,
};
use tss_esapi::{
	interface_types::session_handles::AuthSession,
	structures::{Data, SignatureScheme},
	traits::Marshall,
};

use super::{Device, PcrState, pcr};
use crate::error::{Error, Result};

/// Tries until a quote and the values that were read fit together.
const TRIES: u32 = 5;

/// The evidence of a boot: what `attest` posts and what a committee is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootEvidence {
	/// `TPMS_ATTEST`.
	pub quote: Vec<u8>,
	/// `TPMT_SIGNATURE`.
	pub signature: Vec<u8>,
	/// What the quote is bound to; the Name of the receive key is filled in.
	pub binding: QuoteBinding,
	/// `TPMT_PUBLIC` of the receive key.
	pub rk_public: Vec<u8>,
	/// The PCR values, ascending.
	pub pcr_values: Vec<Hash>,
	/// The state that the receive key opens in.
	pub state: PcrState,
	/// What the verifiers' code made of it.
	pub verified: VerifiedAttest,
}

impl BootEvidence {
	/// The evidence as `tea_tpm` takes it.
	pub fn as_evidence(&self) -> AttestEvidence<'_> {
		AttestEvidence {
			quote: &self.quote,
			signature: &self.signature,
			binding: &self.binding,
			rk_public: &self.rk_public,
			pcr_values: &self.pcr_values,
		}
	}

	/// Clock and counters.
	pub fn counters(&self) -> &Counters {
		self.verified.counters()
	}
}

/// The quote of an errand or a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotQuote {
	/// `TPMS_ATTEST`.
	pub quote: Vec<u8>,
	/// `TPMT_SIGNATURE`.
	pub signature: Vec<u8>,
	/// What the verifiers' code made of it.
	pub verified: VerifiedPot,
}

struct Signed {
	quote: Vec<u8>,
	signature: Vec<u8>,
}

impl Device {
	/// Evidence for `binding`, whose field `rk_name` is filled in.
	pub(crate) fn attest(
		&mut self,
		mut binding: QuoteBinding,
		selection: PcrSelection,
	) -> Result<BootEvidence> {
		for attempt in 1..=TRIES {
			let made = self.run(|device| device.quote_and_values(&mut binding, selection))?;
			if let Some(evidence) = made {
				return Ok(evidence);
			}
			tracing::warn!(attempt, "the PCRs changed during the quote");
		}
		Err(Error::PcrsMoving)
	}

	/// Nothing when the PCRs changed between reading and quoting.
	fn quote_and_values(
		&mut self,
		binding: &mut QuoteBinding,
		selection: PcrSelection,
	) -> Result<Option<BootEvidence>> {
		let pcr_values = self.read_pcrs(selection)?;
		let state = PcrState {
			selection,
			digest: pcr::digest(&pcr_values),
		};
		let rk = self.rk(&state.policy())?;
		binding.rk_name = rk.name();
		let Signed { quote, signature } = self.quote(&binding.hash(), selection)?;
		let signed = Quote::parse(&quote).map_err(refused)?;
		if *signed.pcr_digest() != state.digest {
			return Ok(None);
		}
		let rk_public = rk.public_area().as_bytes().to_vec();
		let enrolled = self.enrolled()?;
		let context = AttestContext {
			ak: &enrolled.ak,
			signer: &enrolled.signer,
			selection,
			denied_firmware: &[],
			// What the chain knows is not known here; the quote has to fit the statement.
			binding: ExpectedBinding {
				genesis: binding.genesis,
				module: binding.module,
				round: binding.round,
				head: binding.nonce_block,
				window: 0,
				nonce_block_hash: Some(binding.nonce_block_hash),
				committee_nonce: binding.committee_nonce,
			},
			boot: None,
			first_boot_seq: binding.boot_seq,
		};
		let evidence = AttestEvidence {
			quote: &quote,
			signature: &signature,
			binding,
			rk_public: &rk_public,
			pcr_values: &pcr_values,
		};
		let verified = inspect_attest(&evidence, &context)
			.and_then(|inspected| inspected.verify::<RustCrypto>())
			.map_err(Error::Evidence)?;
		Ok(Some(BootEvidence {
			binding: binding.clone(),
			quote,
			signature,
			rk_public,
			pcr_values,
			state,
			verified,
		}))
	}

	/// A quote over the state of the accepted boot.
	pub(crate) fn quote_pot(
		&mut self,
		binding: &PotBinding,
		state: PcrState,
		firmware_version: u64,
	) -> Result<PotQuote> {
		self.run(|device| {
			let Signed { quote, signature } = device.quote(&binding.hash(), state.selection)?;
			let enrolled = device.enrolled()?;
			let context = PotContext {
				ak: &enrolled.ak,
				signer: &enrolled.signer,
				selection: state.selection,
				pcr_digest: &state.digest,
				firmware_version,
				binding,
			};
			let evidence = PotEvidence {
				quote: &quote,
				signature: &signature,
			};
			let verified = inspect_pot(&evidence, &context)
				.and_then(|inspected| inspected.verify::<RustCrypto>())
				.map_err(Error::Evidence)?;
			Ok(PotQuote {
				quote,
				signature,
				verified,
			})
		})
	}

	/// One command.
	fn quote(&mut self, extra_data: &Hash, selection: PcrSelection) -> Result<Signed> {
		const QUOTE: &str = "TPM2_Quote";
		let ak = self.ak()?;
		let range = |error| Error::from_tss(QUOTE, error);
		let data = Data::try_from(&extra_data[..]).map_err(range)?;
		let pcrs = pcr::list(selection)?;
		let mut scope = self.scope()?;
		let (attest, signature) =
			scope.call_with(QUOTE, Some(AuthSession::Password), |context| {
				context.quote(ak, data, SignatureScheme::Null, pcrs)
			})?;
		Ok(Signed {
			quote: attest.marshall().map_err(range)?,
			signature: signature.marshall().map_err(range)?,
		})
	}
}

fn refused(error: QuoteError) -> Error {
	Error::Evidence(EvidenceError::Quote(error))
}

//! The quote profile: a `TPMS_ATTEST` of exactly 145 bytes whose every byte has a rule.
//!
//! There is no structure walker. Constants are compared at fixed offsets, and what is hashed is the raw input.

use hex_literal::hex;

use crate::{
	Hash, counters::Counters, error::QuoteError, name::QualifiedName, pcr::PcrSelection, sha256,
};

/// Length of a quote of the profile.
pub const QUOTE_LEN: usize = 145;

/// `TPM_GENERATED_VALUE`: a restricted key signs these bytes only when the TPM itself made the structure.
const MAGIC: [u8; 4] = hex!("ff544347");
/// `TPM_ST_ATTEST_QUOTE`.
const TYPE: [u8; 2] = hex!("8018");
const LEN_34: [u8; 2] = hex!("0022");
const LEN_32: [u8; 2] = hex!("0020");
const ONE: [u8; 4] = hex!("00000001");
/// `TPM_ALG_SHA256`.
const SHA256: [u8; 2] = hex!("000b");
const THREE: [u8; 1] = hex!("03");

/// A quote whose constants are right. What it says is compared with what is expected by its methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote<'a>(&'a [u8; QUOTE_LEN]);

impl<'a> Quote<'a> {
	/// Recognises a quote by its length and by the constants of the profile.
	pub fn parse(bytes: &'a [u8]) -> Result<Self, QuoteError> {
		// The first two say what the bytes are at all, so they are looked at before the length.
		if !bytes.starts_with(&MAGIC) {
			return Err(QuoteError::Magic);
		}
		if !bytes[MAGIC.len()..].starts_with(&TYPE) {
			return Err(QuoteError::Type);
		}
		let quote = Self(bytes.try_into().map_err(|_| QuoteError::Length)?);
		if *quote.field::<6, 2>() != LEN_34 {
			return Err(QuoteError::SignerLength);
		}
		if *quote.field::<42, 2>() != LEN_32 {
			return Err(QuoteError::ExtraDataLength);
		}
		if quote.field::<92, 1>()[0] > 1 {
			return Err(QuoteError::Safe);
		}
		if *quote.field::<101, 4>() != ONE {
			return Err(QuoteError::PcrCount);
		}
		if *quote.field::<105, 2>() != SHA256 {
			return Err(QuoteError::PcrBank);
		}
		if *quote.field::<107, 1>() != THREE {
			return Err(QuoteError::PcrSelectSize);
		}
		if *quote.field::<111, 2>() != LEN_32 {
			return Err(QuoteError::PcrDigestLength);
		}
		Ok(quote)
	}

	/// The `N` bytes at offset `AT`.
	fn field<const AT: usize, const N: usize>(&self) -> &'a [u8; N] {
		const { assert!(AT + N <= QUOTE_LEN) };
		let (_, rest) = self.0.split_at(AT);
		rest.first_chunk()
			.expect("AT + N is at most QUOTE_LEN, checked when compiling; qed")
	}

	/// Refuses a quote of another key, or of the same key in another place.
	pub fn check_signer(&self, signer: &QualifiedName) -> Result<(), QuoteError> {
		if *self.field::<8, 34>() == signer.0 {
			Ok(())
		} else {
			Err(QuoteError::Signer)
		}
	}

	/// Refuses a quote that is bound to anything else.
	pub fn check_extra_data(&self, hash: &Hash) -> Result<(), QuoteError> {
		if self.field::<44, 32>() == hash {
			Ok(())
		} else {
			Err(QuoteError::ExtraData)
		}
	}

	/// Refuses a quote over other PCRs.
	pub fn check_selection(&self, selection: PcrSelection) -> Result<(), QuoteError> {
		if *self.field::<108, 3>() == selection.to_bytes() {
			Ok(())
		} else {
			Err(QuoteError::PcrBitmap)
		}
	}

	/// Refuses a quote over other PCR values.
	pub fn check_pcr_digest(&self, digest: &Hash) -> Result<(), QuoteError> {
		if self.pcr_digest() == digest {
			Ok(())
		} else {
			Err(QuoteError::PcrDigest)
		}
	}

	/// The signed PCR digest.
	pub fn pcr_digest(&self) -> &'a Hash {
		self.field::<113, 32>()
	}

	/// Clock and counters.
	pub fn counters(&self) -> Counters {
		Counters {
			clock: u64::from_be_bytes(*self.field::<76, 8>()),
			reset_count: u32::from_be_bytes(*self.field::<84, 4>()),
			restart_count: u32::from_be_bytes(*self.field::<88, 4>()),
			safe: self.field::<92, 1>()[0] == 1,
		}
	}

	/// The firmware version of the TPM.
	pub fn firmware_version(&self) -> u64 {
		u64::from_be_bytes(*self.field::<93, 8>())
	}

	/// SHA-256 of the quote: what is signed, and the name of this piece of evidence.
	///
	/// A signature never names evidence, because it has a second valid form.
	pub fn hash(&self) -> Hash {
		sha256(&[self.0])
	}
}

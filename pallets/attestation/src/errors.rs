//! Refusals of `tea-tpm` inside the errors of the pallet.
//!
//! The verifier knows no FRAME, so its refusals are wrapped here. They keep their variants and codec indices, and a
//! client reads the field that is wrong out of the error.

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::traits::PalletError;
use scale_info::TypeInfo;

macro_rules! refusals {
	($($(#[$meta:meta])* $name:ident($inner:ident) = $size:literal;)+) => {
		$(
			$(#[$meta])*
			#[derive(
				Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo,
			)]
			pub struct $name(pub tea_tpm::$inner);

			impl PalletError for $name {
				const MAX_ENCODED_SIZE: usize = $size;
			}
		)+

		#[cfg(test)]
		mod tests {
			use codec::MaxEncodedLen;

			#[test]
			fn stated_sizes_hold() {
				$(assert_eq!(tea_tpm::$inner::max_encoded_len(), $size);)+
			}
		}
	};
}

refusals! {
	/// The field of the quote that is wrong.
	QuoteRefusal(QuoteError) = 1;
	/// The field of the binding that is wrong.
	BindingRefusal(BindingError) = 1;
	/// What is wrong with the signature.
	SignatureRefusal(SignatureError) = 1;
	/// The field of the public area that is wrong.
	PublicRefusal(PublicError) = 1;
	/// What is wrong with the PCR values.
	PcrRefusal(PcrError) = 2;
	/// What is wrong with the certificate.
	CertificateRefusal(CertificateError) = 2;
	/// What is wrong with the credential.
	CredentialRefusal(CredentialError) = 1;
}

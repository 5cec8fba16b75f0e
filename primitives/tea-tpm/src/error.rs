//! Every refusal of this crate, each with its own variant, its own sentence and a frozen codec index.
//!
//! Indices are stored on chain and shown by wallets: a variant is never renumbered or reused, new ones are
//! appended.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Declares a fieldless error enum from a table of index, name and sentence.
macro_rules! refusals {
	($(#[$meta:meta])* $name:ident { $($index:tt $variant:ident = $text:tt,)+ }) => {
		$(#[$meta])*
		#[derive(
			Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode, DecodeWithMemTracking,
			MaxEncodedLen, TypeInfo, thiserror::Error,
		)]
		pub enum $name {
			$(
				#[doc = $text]
				#[codec(index = $index)]
				#[error($text)]
				$variant,
			)+
		}

		impl $name {
			/// Every variant, in the order of the indices.
			pub const ALL: &'static [Self] = &[$(Self::$variant),+];
		}
	};
}

refusals! {
	/// Why bytes are not the quote that was asked for: the field of the profile that is wrong.
	QuoteError {
		0 Length = "the quote is not exactly 145 bytes long",
		1 Magic = "the quote does not start with the TPM's own magic: a TPM did not make this structure",
		2 Type = "the attestation is not a quote but another kind of TPM statement",
		3 SignerLength = "the qualified signer of the quote is not 34 bytes long",
		4 Signer = "the quote was signed by another attestation key or in another hierarchy",
		5 ExtraDataLength = "the extra data of the quote are not exactly 32 bytes long",
		6 ExtraData = "the quote is not bound to this statement: its extra data are another hash",
		7 Safe = "the safe flag of the quote is neither 0 nor 1",
		8 PcrCount = "the quote does not select exactly one PCR bank",
		9 PcrBank = "the quote is not over the SHA-256 bank",
		10 PcrSelectSize = "the PCR bitmap of the quote is not three bytes long",
		11 PcrBitmap = "the quote selects other PCRs than the hardware class demands",
		12 PcrDigestLength = "the PCR digest of the quote is not 32 bytes long",
		13 PcrDigest = "the PCR values are not the ones that the quote signs",
		14 FirmwareDenied = "this TPM firmware version is on the deny list",
		15 FirmwareChanged = "the TPM firmware differs from the one that was attested in this boot",
	}
}

refusals! {
	/// Why a signature is refused.
	SignatureError {
		0 Length = "the signature has the wrong length for its scheme",
		1 Scheme = "the signature scheme is neither ECDSA nor RSASSA",
		2 Hash = "the signature hash is not SHA-256",
		3 SchemeMismatch = "the signature scheme is not the scheme of the attestation key",
		4 ScalarLength = "a number of the ECDSA signature is longer than 32 bytes",
		5 ScalarR = "the number r of the ECDSA signature is zero or not below the group order",
		6 ScalarS = "the number s of the ECDSA signature is zero or not below the group order",
		7 Key = "the public key is not usable",
		8 Invalid = "the signature does not verify",
	}
}

refusals! {
	/// Why a public area (`TPMT_PUBLIC`) is refused: the field that differs from the template.
	PublicError {
		0 Type = "the key type of the public area is not supported",
		1 Length = "the public area does not have the length of its template",
		2 NameAlg = "the name algorithm of the key is not the one of the template",
		3 Attributes = "the attributes of the key are not exactly the ones of the template",
		4 Policy = "the authorisation policy of the key is not the expected one",
		5 Symmetric = "the symmetric algorithm of the key is not the one of the template",
		6 Scheme = "the signing scheme of the key is not the one of the template",
		7 SchemeHash = "the hash of the signing scheme is not SHA-256",
		8 Curve = "the curve of the key is not the one of the template",
		9 Kdf = "the key derivation scheme of the key is not NULL",
		10 KeyBits = "the RSA key is not 2048 bits long",
		11 Exponent = "the RSA exponent is not 65537",
		12 KeyLength = "a number of the public key does not have its full length",
		13 Point = "the public key is not a point on its curve",
		14 Modulus = "the RSA modulus is even or shorter than its nominal length",
		15 WeakKey = "the RSA modulus carries the ROCA fingerprint (CVE-2017-15361)",
		16 SameKey = "the attestation key is the endorsement key",
	}
}

refusals! {
	/// Why a `QuoteBinding` is refused: the field that differs from what the verifier computes itself.
	BindingError {
		0 Domain = "the binding does not carry the tag of a quote binding",
		1 Genesis = "the binding belongs to another chain",
		2 Module = "the binding belongs to another module",
		3 Round = "the binding belongs to another round",
		4 FutureBlock = "the binding names a block that the chain has not reached",
		5 StaleBlock = "the binding names a block that is too old",
		6 BlockHash = "the binding names a block hash that is not on this chain",
		7 CommitteeNonce = "the binding does not carry the nonces of this committee",
		8 RkName = "the binding names another receive key",
		9 BootSeq = "the binding belongs to another boot",
	}
}

refusals! {
	/// Why counters are bad news: the chip was cleared, rolled back or cloned, or its clock runs wild.
	CounterError {
		0 ResetRollback = "the reset counter of the TPM went back",
		1 RestartRollback = "the restart counter of the TPM went back",
		2 ClockRollback = "the clock of the TPM did not advance",
		3 ClockRate = "the clock of the TPM does not advance at the rate of the chain",
		4 OtherBoot = "the reset or restart counter is not the one of the attested boot",
	}
}

/// Why PCR values are refused.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	thiserror::Error,
)]
pub enum PcrError {
	/// The number of values is not the number of selected PCRs.
	#[codec(index = 0)]
	#[error("the number of PCR values is not the number of selected PCRs")]
	Count,
	/// The PCR was never extended.
	#[codec(index = 1)]
	#[error("PCR {0} is all zero: the platform never measured into it")]
	Zero(u8),
	/// The dynamic-launch PCR still holds its reset value.
	#[codec(index = 2)]
	#[error("PCR {0} is all ones: there was no dynamic launch")]
	AllOnes(u8),
	/// The PCR is in no value set of an accepted release.
	#[codec(index = 3)]
	#[error("PCR {0} does not match any accepted release")]
	Mismatch(u8),
	/// The PCR differs from its pinned value.
	#[codec(index = 4)]
	#[error("PCR {0} differs from its pinned value: the firmware or its settings changed")]
	FirmwareChanged(u8),
	/// There is nothing to compare with.
	#[codec(index = 5)]
	#[error("there is no accepted release to compare the PCRs with")]
	NoReference,
	/// A reference does not have the shape that the class demands.
	#[codec(index = 6)]
	#[error("the reference values do not fit the PCR selection of the hardware class")]
	BadReference,
}

refusals! {
	/// Why bytes are not acceptable DER.
	DerError {
		0 Truncated = "a length in the certificate runs past its end",
		1 IndefiniteLength = "the certificate uses an indefinite length",
		2 NonMinimalLength = "a length in the certificate is not encoded in the shortest form",
		3 OverlongLength = "a length field in the certificate is longer than any certificate needs",
		4 HighTag = "the certificate uses a tag of several bytes",
		5 TooDeep = "the certificate is nested more than twelve levels deep",
		6 Trailing = "a structure of the certificate has trailing bytes",
		7 UnexpectedTag = "a field of the certificate is missing or has another type",
		8 Integer = "a number in the certificate is empty, negative or padded",
		9 BitString = "a bit string in the certificate is malformed",
		10 Boolean = "a truth value in the certificate is malformed",
		11 Time = "a date in the certificate is malformed",
	}
}

refusals! {
	/// Why the public key of a certificate is refused.
	KeyError {
		0 Algorithm = "the key algorithm or curve is not supported",
		1 Size = "the key size is not supported",
		2 Exponent = "the RSA exponent is not 65537",
		3 Modulus = "the RSA modulus is even",
		4 Point = "the public key is not an uncompressed point on its curve",
		5 Weak = "the RSA modulus carries the ROCA fingerprint (CVE-2017-15361)",
	}
}

/// Why an endorsement certificate is refused.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	thiserror::Error,
)]
pub enum CertificateError {
	/// The certificate is larger than 4 KiB.
	#[codec(index = 0)]
	#[error("the certificate is larger than 4096 bytes")]
	Size,
	/// The certificate is not acceptable DER.
	#[codec(index = 1)]
	#[error(transparent)]
	Der(#[from] DerError),
	/// The certified key is not acceptable.
	#[codec(index = 2)]
	#[error(transparent)]
	Key(#[from] KeyError),
	/// The certificate is not an X.509 version 3 certificate.
	#[codec(index = 3)]
	#[error("the certificate is not version 3")]
	Version,
	/// The signature algorithm inside the signed part is not the one outside.
	#[codec(index = 4)]
	#[error("the signature algorithm inside the certificate differs from the one outside")]
	AlgorithmMismatch,
	/// The signature algorithm is not supported or not the one of the issuer.
	#[codec(index = 5)]
	#[error("the signature algorithm is not supported or not the one of the issuer")]
	Algorithm,
	/// There are more extensions than any endorsement certificate has.
	#[codec(index = 6)]
	#[error("the certificate has too many extensions")]
	TooManyExtensions,
	/// An extension appears twice.
	#[codec(index = 7)]
	#[error("the certificate carries the same extension twice")]
	DuplicateExtension,
	/// An extension that must be understood is not.
	#[codec(index = 8)]
	#[error("the certificate has a critical extension that is not understood")]
	UnknownCriticalExtension,
	/// A TPM attribute appears with two values.
	#[codec(index = 9)]
	#[error("the certificate names two different values for one TPM attribute")]
	AmbiguousAttribute,
	/// The signature of the issuer does not verify.
	#[codec(index = 10)]
	#[error("the signature of the issuer does not verify")]
	Signature,
	/// The certificate belongs to a certificate authority.
	#[codec(index = 11)]
	#[error("the certificate belongs to a certificate authority, not to a TPM")]
	Authority,
	/// The key usage is absent.
	#[codec(index = 12)]
	#[error("the certificate does not state a key usage")]
	KeyUsageMissing,
	/// The key may not be used as an endorsement key.
	#[codec(index = 13)]
	#[error("the certified key may not be used to protect credentials")]
	KeyUsage,
	/// The key may sign.
	#[codec(index = 14)]
	#[error("the certified key may sign: it is not an endorsement key")]
	SigningKeyUsage,
	/// The purpose of an endorsement key is missing.
	#[codec(index = 15)]
	#[error(
		"the certificate lacks the purpose of an endorsement key, which this issuer must state"
	)]
	ExtendedKeyUsage,
	/// The subject is empty and the alternative name not critical.
	#[codec(index = 16)]
	#[error("the subject is empty, but the alternative name is not critical")]
	SubjectAltNameNotCritical,
	/// The certificate does not name the maker of the TPM.
	#[codec(index = 17)]
	#[error("the certificate does not name the maker of the TPM")]
	ManufacturerMissing,
	/// The maker's identifier is malformed.
	#[codec(index = 18)]
	#[error("the identifier of the TPM's maker is malformed")]
	ManufacturerFormat,
	/// The maker is not the vendor of this issuer.
	#[codec(index = 19)]
	#[error("the maker of the TPM is not the vendor of this issuer")]
	VendorMismatch,
	/// A software TPM outside class Dev.
	#[codec(index = 20)]
	#[error("the certificate belongs to a software TPM, which only development chains accept")]
	SoftwareTpm,
	/// The certificate is not valid yet.
	#[codec(index = 21)]
	#[error("the certificate is not valid yet")]
	NotYetValid,
	/// The serial number is on the deny list.
	#[codec(index = 22)]
	#[error("the serial number of the certificate is on the deny list")]
	SerialDenied,
}

refusals! {
	/// Why a credential cannot be made or a blob is not one.
	CredentialError {
		0 Key = "the endorsement key is not usable",
		1 Kind = "the random values do not fit the kind of the endorsement key",
		2 Scalar = "the ephemeral scalar is zero or not below the group order",
		3 Length = "the credential does not have the length that the endorsement key demands",
		4 Layout = "a length inside the credential is wrong",
	}
}

/// Why evidence of a boot or of an errand is no evidence at all.
///
/// These are the failures of which nobody is guilty, because anybody could have sent the bytes. Authentic
/// bad news are [`CounterError`] and [`PcrError`] of evidence that did verify.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	thiserror::Error,
)]
pub enum EvidenceError {
	/// A field of the quote is wrong.
	#[codec(index = 0)]
	#[error(transparent)]
	Quote(#[from] QuoteError),
	/// A field of the binding is wrong.
	#[codec(index = 1)]
	#[error(transparent)]
	Binding(#[from] BindingError),
	/// The receive key is not the one that policy and template demand.
	#[codec(index = 2)]
	#[error("receive key: {0}")]
	Rk(PublicError),
	/// The PCR values do not fit the selection.
	#[codec(index = 3)]
	#[error(transparent)]
	Pcr(#[from] PcrError),
	/// The signature of the attestation key is wrong.
	#[codec(index = 4)]
	#[error(transparent)]
	Signature(#[from] SignatureError),
}

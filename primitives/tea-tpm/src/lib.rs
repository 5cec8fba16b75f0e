#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod binding;
pub mod challenge;
pub mod class;
pub mod counters;
pub mod credential;
pub mod curve;
pub mod der;
pub mod error;
pub mod evidence;
pub mod issuer;
pub mod kdf;
pub mod leaf;
pub mod name;
pub mod nv;
pub mod pcr;
pub mod pot;
pub mod profile;
pub mod public;
pub mod quote;
pub mod signature;
pub mod sigverify;
pub mod spki;
pub mod time;

mod roca;
mod rsa_key;
mod template;

pub use binding::QuoteBinding;
pub use challenge::{Challenge, ChallengeContext};
pub use class::HardwareClass;
pub use counters::{Boot, Counters, Progress};
pub use credential::{Credential, Ephemeral, make_credential};
pub use error::*;
pub use evidence::{
	AttestContext, AttestEvidence, PotContext, PotEvidence, VerifiedAttest, VerifiedPot,
};
pub use issuer::{IssuerKey, SignatureAlgorithm};
pub use leaf::{UnverifiedLeaf, VerifiedLeaf};
pub use name::{EkName, ObjectName, QualifiedName};
pub use pcr::{PcrSelection, PcrValues};
pub use profile::{EkCertificate, LeafRules};
pub use public::{AkPublic, EkKind, EkPublic, RkPublic};
pub use quote::Quote;
pub use signature::TpmSignature;
pub use sigverify::{RustCrypto, SigVerify};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// SHA-256 of the concatenation of `parts`.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
	use sha2::Digest;
	let mut hasher = sha2::Sha256::new();
	for part in parts {
		hasher.update(part);
	}
	hasher.finalize().into()
}

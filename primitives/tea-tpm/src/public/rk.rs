//! The receive key: it never signs anything and exists only so that its Name carries a PCR policy.

use hex_literal::hex;

use crate::{
	Hash,
	error::PublicError,
	name::ObjectName,
	pcr::PcrSelection,
	public::{PublicArea, check_p256},
	sha256,
	template::{Field, Template, array},
};

const P256: Template = Template {
	len: 120,
	fields: &[
		Field(0, &hex!("0023"), PublicError::Type),
		Field(2, &hex!("000b"), PublicError::NameAlg),
		Field(4, &hex!("000504b2"), PublicError::Attributes),
		Field(8, &hex!("0020"), PublicError::Policy),
		Field(42, &hex!("0010"), PublicError::Symmetric),
		Field(44, &hex!("0018"), PublicError::Scheme),
		Field(46, &hex!("000b"), PublicError::SchemeHash),
		Field(48, &hex!("0003"), PublicError::Curve),
		Field(50, &hex!("0010"), PublicError::Kdf),
		Field(52, &hex!("0020"), PublicError::KeyLength),
		Field(86, &hex!("0020"), PublicError::KeyLength),
	],
};
const POLICY: usize = 10;
const X: usize = 54;
const Y: usize = 88;

/// `TPM_CC_PolicyPCR`, then one selection of three bytes in the SHA-256 bank.
const POLICY_PCR: [u8; 4] = hex!("0000017f");
const ONE_SHA256_BANK: [u8; 7] = hex!("00000001000b03");
/// `TPM_CC_PolicyCommandCode` with `TPM_CC_ActivateCredential`.
const POLICY_ACTIVATE: [u8; 8] = hex!("0000016c00000147");

/// The policy of a receive key: these PCR values, and nothing but ActivateCredential.
///
/// `pcr_digest` is the digest that an accepted quote over `selection` carries.
pub fn rk_policy(selection: PcrSelection, pcr_digest: &Hash) -> Hash {
	let pcrs = sha256(&[
		&[0; 32],
		&POLICY_PCR,
		&ONE_SHA256_BANK,
		&selection.to_bytes(),
		pcr_digest,
	]);
	sha256(&[&pcrs, &POLICY_ACTIVATE])
}

/// The public part of a receive key whose policy was recomputed by the verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RkPublic {
	policy: Hash,
	x: [u8; 32],
	y: [u8; 32],
}

impl RkPublic {
	/// Recognises the public area of a receive key that carries exactly `policy`.
	pub fn parse(bytes: &[u8], policy: &Hash) -> Result<Self, PublicError> {
		P256.check(bytes)?;
		if array::<32>(bytes, POLICY)? != *policy {
			return Err(PublicError::Policy);
		}
		let (x, y) = (array(bytes, X)?, array(bytes, Y)?);
		check_p256(&x, &y)?;
		Ok(Self {
			policy: *policy,
			x,
			y,
		})
	}

	/// The public area.
	pub fn public_area(&self) -> PublicArea {
		let mut area = PublicArea::new(&P256);
		area.put(POLICY, &self.policy);
		area.put(X, &self.x);
		area.put(Y, &self.y);
		area
	}

	/// The Name, target of `MakeCredential`.
	pub fn name(&self) -> ObjectName {
		ObjectName::of(self.public_area().as_bytes())
	}
}

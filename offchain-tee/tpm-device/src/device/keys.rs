//! Templates of the three keys, and their public areas.

use tea_tpm::{EkKind, Hash, PublicError};
use tss_esapi::{
	Result,
	abstraction::{AsymmetricAlgorithmSelection, DefaultKey, ek},
	attributes::ObjectAttributesBuilder,
	interface_types::{
		algorithm::{HashingAlgorithm, PublicAlgorithm},
		ecc::EccCurve,
		key_bits::RsaKeyBits,
	},
	structures::{
		Digest, EccPoint, EccScheme, HashScheme, KeyDerivationFunctionScheme, Public,
		PublicBuilder, PublicEccParametersBuilder, PublicKeyRsa, PublicRsaParametersBuilder,
		RsaExponent, RsaScheme, SymmetricDefinition, SymmetricDefinitionObject,
	},
};

/// What an attestation key signs with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum AkAlgorithm {
	/// ECDSA on NIST P-256 with SHA-256.
	#[default]
	P256,
	/// RSASSA with 2048 bits and SHA-256, for chips without ECC.
	Rsa2048,
}

/// NV index of the endorsement certificate.
pub(super) const fn certificate_index(kind: EkKind) -> u32 {
	match kind {
		EkKind::Rsa2048 => 0x01c0_0002,
		EkKind::P256 => 0x01c0_000a,
		EkKind::P384 => 0x01c0_0016,
	}
}

pub(super) fn ek_template(kind: EkKind) -> Result<Public> {
	let algorithm = match kind {
		EkKind::Rsa2048 => AsymmetricAlgorithmSelection::Rsa(RsaKeyBits::Rsa2048),
		EkKind::P256 => AsymmetricAlgorithmSelection::Ecc(EccCurve::NistP256),
		EkKind::P384 => AsymmetricAlgorithmSelection::Ecc(EccCurve::NistP384),
	};
	ek::create_ek_public_from_default_template_2(algorithm, None::<DefaultKey>)
}

/// Hash and cipher of sessions that serve an endorsement key of this kind.
pub(super) const fn ek_algorithms(kind: EkKind) -> (HashingAlgorithm, SymmetricDefinition) {
	match kind {
		EkKind::Rsa2048 | EkKind::P256 => {
			(HashingAlgorithm::Sha256, SymmetricDefinition::AES_128_CFB)
		}
		EkKind::P384 => (HashingAlgorithm::Sha384, SymmetricDefinition::AES_256_CFB),
	}
}

/// What attestation key and receive key have in common.
fn attributes() -> ObjectAttributesBuilder {
	ObjectAttributesBuilder::new()
		.with_fixed_tpm(true)
		.with_fixed_parent(true)
		.with_sensitive_data_origin(true)
		.with_no_da(true)
		.with_restricted(true)
		.with_sign_encrypt(true)
}

fn ecc(public: PublicBuilder) -> Result<PublicBuilder> {
	let parameters = PublicEccParametersBuilder::new()
		.with_symmetric(SymmetricDefinitionObject::Null)
		.with_ecc_scheme(EccScheme::EcDsa(HashScheme::new(HashingAlgorithm::Sha256)))
		.with_curve(EccCurve::NistP256)
		.with_key_derivation_function_scheme(KeyDerivationFunctionScheme::Null)
		.with_is_signing_key(true)
		.with_is_decryption_key(false)
		.with_restricted(true)
		.build()?;
	Ok(public
		.with_public_algorithm(PublicAlgorithm::Ecc)
		.with_ecc_parameters(parameters)
		.with_ecc_unique_identifier(EccPoint::default()))
}

fn rsa(public: PublicBuilder) -> Result<PublicBuilder> {
	let parameters = PublicRsaParametersBuilder::new()
		.with_symmetric(SymmetricDefinitionObject::Null)
		.with_scheme(RsaScheme::RsaSsa(HashScheme::new(HashingAlgorithm::Sha256)))
		.with_key_bits(RsaKeyBits::Rsa2048)
		.with_exponent(RsaExponent::default())
		.with_is_signing_key(true)
		.with_is_decryption_key(false)
		.with_restricted(true)
		.build()?;
	Ok(public
		.with_public_algorithm(PublicAlgorithm::Rsa)
		.with_rsa_parameters(parameters)
		.with_rsa_unique_identifier(PublicKeyRsa::default()))
}

/// Attributes `00050472`, empty policy.
pub(super) fn ak_template(algorithm: AkAlgorithm) -> Result<Public> {
	let public = PublicBuilder::new()
		.with_name_hashing_algorithm(HashingAlgorithm::Sha256)
		.with_object_attributes(attributes().with_user_with_auth(true).build()?);
	match algorithm {
		AkAlgorithm::P256 => ecc(public)?,
		AkAlgorithm::Rsa2048 => rsa(public)?,
	}
	.build()
}

/// Attributes `000504b2`, nothing but the policy.
pub(super) fn rk_template(policy: &Hash) -> Result<Public> {
	let public = PublicBuilder::new()
		.with_name_hashing_algorithm(HashingAlgorithm::Sha256)
		.with_object_attributes(attributes().with_admin_with_policy(true).build()?)
		.with_auth_policy(Digest::try_from(&policy[..])?);
	ecc(public)?.build()
}

/// What `parse` makes of the public area that the chip shows.
pub(super) fn recognise<T>(
	public: &Public,
	parse: impl FnOnce(&[u8]) -> std::result::Result<T, PublicError>,
) -> crate::Result<T> {
	use tss_esapi::traits::Marshall;
	let bytes = public
		.marshall()
		.map_err(|error| crate::Error::from_tss("TPMT_PUBLIC", error))?;
	parse(&bytes).map_err(crate::Error::Public)
}

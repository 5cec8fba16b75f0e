//! The certificate of an endorsement key: read first, then verified, and only then used.
//!
//! [`UnverifiedLeaf`] tells no more than is needed to find its issuer. What it says about the key becomes
//! visible when the issuer's signature over the raw signed bytes has verified ([`VerifiedLeaf`]), and becomes
//! a key only when the rules of [`crate::profile`] hold.

use hex_literal::hex;

use crate::{
	Hash,
	der::{self, Element, Reader, tag},
	error::{CertificateError, DerError},
	issuer::{IssuerKey, SignatureAlgorithm},
	sha256,
	sigverify::SigVerify,
	spki::SubjectKey,
	time::unix_seconds,
};

/// The largest certificate that is read.
pub const MAX_LEAF_LEN: usize = 4096;

/// More extensions than any endorsement certificate has.
const MAX_EXTENSIONS: usize = 32;

const KEY_USAGE: &[u8] = &hex!("551d0f");
const SUBJECT_ALT_NAME: &[u8] = &hex!("551d11");
const BASIC_CONSTRAINTS: &[u8] = &hex!("551d13");
const EXT_KEY_USAGE: &[u8] = &hex!("551d25");
/// Extensions that may be critical without a rule here, because nothing that is decided depends on them:
/// subject directory attributes, subject key id, issuer alternative name, CRL distribution points, policies,
/// authority key id, authority information access.
const HARMLESS: [&[u8]; 7] = [
	&hex!("551d09"),
	&hex!("551d0e"),
	&hex!("551d12"),
	&hex!("551d1f"),
	&hex!("551d20"),
	&hex!("551d23"),
	&hex!("2b06010505070101"),
];

/// The purpose of an endorsement key: `tcg-kp-EKCertificate`.
const EK_CERTIFICATE: &[u8] = &hex!("6781050801");
const TPM_MANUFACTURER: &[u8] = &hex!("6781050201");
const TPM_MODEL: &[u8] = &hex!("6781050202");
const TPM_VERSION: &[u8] = &hex!("6781050203");

/// The attributes of the TPM in the alternative name, as the certificate writes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TpmAttributes<'a> {
	/// The maker, as `id:` and eight hexadecimal digits.
	pub manufacturer: Option<&'a [u8]>,
	/// The part number.
	pub model: Option<&'a [u8]>,
	/// The firmware version, as `id:` and hexadecimal digits.
	pub version: Option<&'a [u8]>,
}

/// The key usage bits that rules exist for, first bit of the standard first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyUsage(pub u8);

impl KeyUsage {
	/// digitalSignature, nonRepudiation, keyCertSign, cRLSign.
	pub(crate) const SIGNS: u8 = 0b1100_0110;
	/// keyEncipherment.
	pub(crate) const KEY_ENCIPHERMENT: u8 = 0b0010_0000;
	/// keyAgreement.
	pub(crate) const KEY_AGREEMENT: u8 = 0b0000_1000;
}

/// Everything that is read from a certificate, as slices of it.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
	pub serial: &'a [u8],
	pub issuer: &'a [u8],
	pub not_before: u64,
	pub not_after: u64,
	pub subject_is_empty: bool,
	pub key: SubjectKey<'a>,
	pub is_authority: bool,
	pub key_usage: Option<KeyUsage>,
	pub is_ek_certificate: bool,
	pub alt_name_is_critical: bool,
	pub attributes: TpmAttributes<'a>,
}

/// A certificate that was read but not verified.
///
/// It shows no key. This does not compile:
///
/// ```compile_fail,E0599
/// fn key(leaf: tea_tpm::UnverifiedLeaf<'_>, rules: tea_tpm::LeafRules<fn(&[u8]) -> bool>) {
///     let _ = leaf.certify(rules);
/// }
/// ```
///
/// Nor can the verified form, or a certified key, be made by hand:
///
/// ```compile_fail,E0451
/// fn promote<'a>(leaf: &'a tea_tpm::VerifiedLeaf<'a>) -> tea_tpm::VerifiedLeaf<'a> {
///     tea_tpm::VerifiedLeaf { ..leaf.clone() }
/// }
/// ```
///
/// While this is the way:
///
/// ```
/// use tea_tpm::{CertificateError, EkPublic, IssuerKey, LeafRules, RustCrypto, UnverifiedLeaf};
///
/// fn key(
///     leaf: UnverifiedLeaf<'_>,
///     issuer: &IssuerKey,
///     rules: LeafRules<fn(&[u8]) -> bool>,
/// ) -> Result<EkPublic, CertificateError> {
///     let algorithm = leaf.algorithm();
///     Ok(leaf.verify::<RustCrypto>(issuer, algorithm)?.certify(rules)?.key().clone())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct UnverifiedLeaf<'a> {
	signed: &'a [u8],
	algorithm: SignatureAlgorithm,
	signature: &'a [u8],
	fields: Fields<'a>,
}

impl<'a> UnverifiedLeaf<'a> {
	/// Reads a certificate: nothing but one outer SEQUENCE, at most 4 KiB.
	pub fn parse(der: &'a [u8]) -> Result<Self, CertificateError> {
		if der.len() > MAX_LEAF_LEN {
			return Err(CertificateError::Size);
		}
		der::check_structure(der)?;
		let mut outer = Reader::new(der);
		let mut certificate = Reader::new(outer.expect(tag::SEQUENCE)?);
		let signed = certificate.expect_element(tag::SEQUENCE)?;
		let algorithm = certificate.expect_element(tag::SEQUENCE)?;
		let signature = certificate.whole_bits()?;
		certificate.finish()?;
		Ok(Self {
			signed: signed.raw,
			fields: read_fields(signed.value, &algorithm)?,
			algorithm: SignatureAlgorithm::parse(algorithm.value)?,
			signature,
		})
	}

	/// The algorithm that the certificate says it is signed with.
	pub const fn algorithm(&self) -> SignatureAlgorithm {
		self.algorithm
	}

	/// SHA-256 of the issuer's name, to find the record of the issuer.
	pub fn issuer_hash(&self) -> Hash {
		sha256(&[self.fields.issuer])
	}

	/// Verifies the issuer's signature over the raw signed bytes.
	pub fn verify<V: SigVerify>(
		self,
		issuer: &IssuerKey,
		algorithm: SignatureAlgorithm,
	) -> Result<VerifiedLeaf<'a>, CertificateError> {
		if self.algorithm != algorithm {
			return Err(CertificateError::Algorithm);
		}
		V::certificate(issuer, algorithm, self.signed, self.signature)?;
		Ok(VerifiedLeaf {
			fields: self.fields,
		})
	}
}

/// A certificate whose issuer's signature verified. [`VerifiedLeaf::certify`] applies the rules.
#[derive(Clone, Debug)]
pub struct VerifiedLeaf<'a> {
	pub(crate) fields: Fields<'a>,
}

/// Reads the signed part. `outside` is the algorithm that stands beside it.
fn read_fields<'a>(
	signed: &'a [u8],
	outside: &Element<'_>,
) -> Result<Fields<'a>, CertificateError> {
	let mut tbs = Reader::new(signed);
	let version = tbs
		.optional(tag::CONTEXT_0_CONSTRUCTED)?
		.ok_or(CertificateError::Version)?;
	let mut version = Reader::new(version);
	if version.unsigned()? != [2] {
		return Err(CertificateError::Version);
	}
	version.finish()?;
	// Serial numbers that are negative or padded exist; they are only compared with a list.
	let serial = tbs.expect(tag::INTEGER)?;
	if tbs.expect_element(tag::SEQUENCE)?.raw != outside.raw {
		return Err(CertificateError::AlgorithmMismatch);
	}
	let issuer = tbs.expect_element(tag::SEQUENCE)?.raw;
	let mut validity = Reader::new(tbs.expect(tag::SEQUENCE)?);
	let not_before = unix_seconds(&validity.element()?)?;
	let not_after = unix_seconds(&validity.element()?)?;
	validity.finish()?;
	let subject_is_empty = tbs.expect(tag::SEQUENCE)?.is_empty();
	let key = SubjectKey::parse(tbs.expect(tag::SEQUENCE)?)?;
	tbs.optional(tag::CONTEXT_1)?;
	tbs.optional(tag::CONTEXT_2)?;
	let mut fields = Fields {
		serial,
		issuer,
		not_before,
		not_after,
		subject_is_empty,
		key,
		is_authority: false,
		key_usage: None,
		is_ek_certificate: false,
		alt_name_is_critical: false,
		attributes: TpmAttributes::default(),
	};
	if let Some(extensions) = tbs.optional(tag::CONTEXT_3_CONSTRUCTED)? {
		read_extensions(extensions, &mut fields)?;
	}
	tbs.finish()?;
	Ok(fields)
}

fn read_extensions<'a>(
	extensions: &'a [u8],
	fields: &mut Fields<'a>,
) -> Result<(), CertificateError> {
	let mut outer = Reader::new(extensions);
	let mut list = Reader::new(outer.expect(tag::SEQUENCE)?);
	outer.finish()?;
	let mut seen: [&[u8]; MAX_EXTENSIONS] = [&[]; MAX_EXTENSIONS];
	let mut count = 0;
	while !list.is_empty() {
		let mut extension = Reader::new(list.expect(tag::SEQUENCE)?);
		let oid = extension.expect(tag::OID)?;
		let is_critical = extension.optional_bool()?.unwrap_or(false);
		let value = extension.expect(tag::OCTET_STRING)?;
		extension.finish()?;
		if seen[..count].contains(&oid) {
			return Err(CertificateError::DuplicateExtension);
		}
		*seen
			.get_mut(count)
			.ok_or(CertificateError::TooManyExtensions)? = oid;
		count += 1;
		match oid {
			KEY_USAGE => fields.key_usage = Some(read_key_usage(value)?),
			EXT_KEY_USAGE => fields.is_ek_certificate = read_purposes(value)?,
			BASIC_CONSTRAINTS => fields.is_authority = read_basic_constraints(value)?,
			SUBJECT_ALT_NAME => {
				fields.alt_name_is_critical = is_critical;
				fields.attributes = read_alt_name(value)?;
			}
			_ if is_critical && !HARMLESS.contains(&oid) => {
				return Err(CertificateError::UnknownCriticalExtension);
			}
			_ => {}
		}
	}
	Ok(())
}

fn read_key_usage(value: &[u8]) -> Result<KeyUsage, CertificateError> {
	let mut reader = Reader::new(value);
	let bits = reader.expect(tag::BIT_STRING)?;
	reader.finish()?;
	match bits {
		// The ninth bit, decipherOnly, has no rule.
		[0..8, usage] | [0..8, usage, _] => Ok(KeyUsage(*usage)),
		_ => Err(DerError::BitString.into()),
	}
}

fn read_purposes(value: &[u8]) -> Result<bool, CertificateError> {
	let mut outer = Reader::new(value);
	let mut list = Reader::new(outer.expect(tag::SEQUENCE)?);
	outer.finish()?;
	let mut is_ek_certificate = false;
	while !list.is_empty() {
		is_ek_certificate |= list.expect(tag::OID)? == EK_CERTIFICATE;
	}
	Ok(is_ek_certificate)
}

fn read_basic_constraints(value: &[u8]) -> Result<bool, CertificateError> {
	let mut outer = Reader::new(value);
	let mut fields = Reader::new(outer.expect(tag::SEQUENCE)?);
	outer.finish()?;
	let is_authority = fields.optional_bool()?.unwrap_or(false);
	fields.optional(tag::INTEGER)?;
	fields.finish()?;
	Ok(is_authority)
}

fn read_alt_name(value: &[u8]) -> Result<TpmAttributes<'_>, CertificateError> {
	let mut outer = Reader::new(value);
	let mut names = Reader::new(outer.expect(tag::SEQUENCE)?);
	outer.finish()?;
	let mut attributes = TpmAttributes::default();
	while !names.is_empty() {
		let name = names.element()?;
		if name.tag == tag::CONTEXT_4_CONSTRUCTED {
			read_directory_name(name.value, &mut attributes)?;
		}
	}
	Ok(attributes)
}

/// Reads the attributes of one directory name. The order inside a set does not matter.
fn read_directory_name<'a>(
	value: &'a [u8],
	attributes: &mut TpmAttributes<'a>,
) -> Result<(), CertificateError> {
	let mut outer = Reader::new(value);
	let mut sets = Reader::new(outer.expect(tag::SEQUENCE)?);
	outer.finish()?;
	while !sets.is_empty() {
		let mut set = Reader::new(sets.expect(tag::SET)?);
		while !set.is_empty() {
			let mut attribute = Reader::new(set.expect(tag::SEQUENCE)?);
			let oid = attribute.expect(tag::OID)?;
			let text = attribute.element()?;
			attribute.finish()?;
			let target = match oid {
				TPM_MANUFACTURER => &mut attributes.manufacturer,
				TPM_MODEL => &mut attributes.model,
				TPM_VERSION => &mut attributes.version,
				_ => continue,
			};
			if !is_text(text.tag) {
				return Err(DerError::UnexpectedTag.into());
			}
			if target.is_some_and(|earlier| earlier != text.value) {
				return Err(CertificateError::AmbiguousAttribute);
			}
			*target = Some(text.value);
		}
	}
	Ok(())
}

const fn is_text(tag: u8) -> bool {
	matches!(
		tag,
		tag::UTF8_STRING | tag::PRINTABLE_STRING | tag::TELETEX_STRING | tag::IA5_STRING
	)
}

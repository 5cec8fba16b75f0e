//! The rules that a verified certificate must satisfy before its key is an endorsement key.

use crate::{
	class::HardwareClass,
	error::{CertificateError, KeyError},
	leaf::{KeyUsage, TpmAttributes, VerifiedLeaf},
	public::EkPublic,
	roca,
	spki::SubjectKey,
};

/// The identifier under which swtpm's own authority certifies: only class Dev may be made of this.
const SIMULATOR_VENDOR: u32 = 0x0000_1014;
const SIMULATOR_MODEL: &[u8] = b"swtpm";

/// What the record of the issuer and the state of the chain say about a certificate.
#[derive(Clone, Debug)]
pub struct LeafRules<D> {
	/// Now, in seconds since 1970.
	pub now: u64,
	/// The hardware class of the issuer.
	pub class: HardwareClass,
	/// The identifier of the issuer's vendor, as registered by the TCG.
	pub vendor: u32,
	/// Whether this issuer states the purpose of an endorsement key in every certificate.
	pub requires_purpose: bool,
	/// Whether a serial number is on the deny list.
	pub is_denied: D,
}

/// An endorsement key that a certificate vouches for, and what the certificate says about the chip.
///
/// There is no way to get one but [`VerifiedLeaf::certify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EkCertificate<'a> {
	key: EkPublic,
	serial: &'a [u8],
	not_before: u64,
	not_after: u64,
	attributes: TpmAttributes<'a>,
}

impl<'a> EkCertificate<'a> {
	/// The certified key.
	pub const fn key(&self) -> &EkPublic {
		&self.key
	}

	/// The serial number, as the certificate writes it.
	pub const fn serial(&self) -> &'a [u8] {
		self.serial
	}

	/// Start of validity, in seconds since 1970.
	pub const fn not_before(&self) -> u64 {
		self.not_before
	}

	/// End of validity, in seconds since 1970. Expiry alone is no refusal: chips outlive their certificates.
	pub const fn not_after(&self) -> u64 {
		self.not_after
	}

	/// Maker, model and version of the chip.
	pub const fn attributes(&self) -> &TpmAttributes<'a> {
		&self.attributes
	}
}

impl<'a> VerifiedLeaf<'a> {
	/// Applies the rules and hands out the key.
	pub fn certify<D: FnOnce(&[u8]) -> bool>(
		self,
		rules: LeafRules<D>,
	) -> Result<EkCertificate<'a>, CertificateError> {
		let fields = self.fields;
		if fields.is_authority {
			return Err(CertificateError::Authority);
		}
		let usage = fields.key_usage.ok_or(CertificateError::KeyUsageMissing)?;
		if usage.0 & KeyUsage::SIGNS != 0 {
			return Err(CertificateError::SigningKeyUsage);
		}
		let needed = match fields.key {
			SubjectKey::Rsa { .. } => KeyUsage::KEY_ENCIPHERMENT,
			SubjectKey::P256 { .. } | SubjectKey::P384 { .. } => KeyUsage::KEY_AGREEMENT,
		};
		if usage.0 & needed == 0 {
			return Err(CertificateError::KeyUsage);
		}
		if rules.requires_purpose && !fields.is_ek_certificate {
			return Err(CertificateError::ExtendedKeyUsage);
		}
		if fields.subject_is_empty && !fields.alt_name_is_critical {
			return Err(CertificateError::SubjectAltNameNotCritical);
		}
		let vendor = vendor(&fields.attributes)?;
		if vendor != rules.vendor {
			return Err(CertificateError::VendorMismatch);
		}
		let is_simulator = vendor == SIMULATOR_VENDOR
			|| fields
				.attributes
				.model
				.is_some_and(|model| contains(model, SIMULATOR_MODEL));
		if is_simulator && rules.class != HardwareClass::Dev {
			return Err(CertificateError::SoftwareTpm);
		}
		if fields.not_before > rules.now {
			return Err(CertificateError::NotYetValid);
		}
		if (rules.is_denied)(fields.serial) {
			return Err(CertificateError::SerialDenied);
		}
		let key = match fields.key {
			SubjectKey::Rsa { modulus } => {
				let modulus: [u8; 256] = modulus.try_into().map_err(|_| KeyError::Size)?;
				if roca::has_fingerprint(&modulus) {
					return Err(KeyError::Weak.into());
				}
				EkPublic::Rsa2048 { modulus }
			}
			SubjectKey::P256 { x, y } => EkPublic::P256 { x, y },
			SubjectKey::P384 { x, y } => EkPublic::P384 { x, y },
		};
		Ok(EkCertificate {
			key,
			serial: fields.serial,
			not_before: fields.not_before,
			not_after: fields.not_after,
			attributes: fields.attributes,
		})
	}
}

/// The maker's identifier from `id:` and eight hexadecimal digits.
fn vendor(attributes: &TpmAttributes<'_>) -> Result<u32, CertificateError> {
	let text = attributes
		.manufacturer
		.ok_or(CertificateError::ManufacturerMissing)?;
	let digits = text
		.strip_prefix(b"id:")
		.filter(|digits| digits.len() == 8 && digits.iter().all(u8::is_ascii_hexdigit))
		.and_then(|digits| core::str::from_utf8(digits).ok())
		.ok_or(CertificateError::ManufacturerFormat)?;
	u32::from_str_radix(digits, 16).map_err(|_| CertificateError::ManufacturerFormat)
}

/// Whether `text` contains `word` in any case.
fn contains(text: &[u8], word: &[u8]) -> bool {
	text.windows(word.len())
		.any(|part| part.eq_ignore_ascii_case(word))
}

//! Public areas as tables of constants at fixed offsets: one table both recognises and writes a layout.

use crate::error::PublicError;

/// One constant field: offset, bytes, and the refusal when they differ.
pub(crate) struct Field(pub usize, pub &'static [u8], pub PublicError);

/// The constant part of a public area.
pub(crate) struct Template {
	/// Length of the whole public area.
	pub len: usize,
	/// Its constant fields, in order.
	pub fields: &'static [Field],
}

impl Template {
	/// Refuses `bytes` with the reason of the first field that differs.
	pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), PublicError> {
		if bytes.len() != self.len {
			return Err(PublicError::Length);
		}
		for Field(at, expected, error) in self.fields {
			if bytes.get(*at..at + expected.len()) != Some(*expected) {
				return Err(*error);
			}
		}
		Ok(())
	}
}

/// The `N` bytes of `bytes` at `at`.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], PublicError> {
	bytes
		.get(at..)
		.and_then(|rest| rest.first_chunk::<N>())
		.copied()
		.ok_or(PublicError::Length)
}

/// The longest public area of the profile: an RSA-2048 endorsement key.
pub const MAX_PUBLIC_LEN: usize = 314;

/// The bytes of a `TPMT_PUBLIC`, as the TPM hashes them into a Name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicArea {
	bytes: [u8; MAX_PUBLIC_LEN],
	len: usize,
}

impl PublicArea {
	/// Starts a public area from its constants.
	pub(crate) fn new(template: &Template) -> Self {
		let mut area = Self {
			bytes: [0; MAX_PUBLIC_LEN],
			len: template.len.min(MAX_PUBLIC_LEN),
		};
		for Field(at, constant, _) in template.fields {
			area.put(*at, constant);
		}
		area
	}

	/// Writes `value` at `at`. What does not fit is cut off, which no template of this crate does.
	pub(crate) fn put(&mut self, at: usize, value: &[u8]) {
		if let Some(target) = self.bytes.get_mut(at..) {
			for (to, from) in target.iter_mut().zip(value) {
				*to = *from;
			}
		}
	}

	/// The bytes.
	pub fn as_bytes(&self) -> &[u8] {
		&self.bytes[..self.len]
	}
}

impl AsRef<[u8]> for PublicArea {
	fn as_ref(&self) -> &[u8] {
		self.as_bytes()
	}
}

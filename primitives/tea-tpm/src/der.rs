//! A tolerant, zero-copy reader of DER that returns slices of its input.
//!
//! Tolerant where genuine certificates are sloppy (encoded default values, unsorted sets), strict where
//! sloppiness helps only an attacker (lengths, trailing bytes, nesting). It never decodes and re-encodes: what
//! is hashed is the raw input.

use crate::error::DerError;

/// The tags that occur in endorsement certificates.
pub mod tag {
	#![allow(missing_docs, reason = "the names are those of the standard")]
	pub const BOOLEAN: u8 = 0x01;
	pub const INTEGER: u8 = 0x02;
	pub const BIT_STRING: u8 = 0x03;
	pub const OCTET_STRING: u8 = 0x04;
	pub const NULL: u8 = 0x05;
	pub const OID: u8 = 0x06;
	pub const UTF8_STRING: u8 = 0x0c;
	pub const PRINTABLE_STRING: u8 = 0x13;
	pub const TELETEX_STRING: u8 = 0x14;
	pub const IA5_STRING: u8 = 0x16;
	pub const UTC_TIME: u8 = 0x17;
	pub const GENERALIZED_TIME: u8 = 0x18;
	pub const SEQUENCE: u8 = 0x30;
	pub const SET: u8 = 0x31;
	/// `[1]` primitive, as in an issuer's unique identifier.
	pub const CONTEXT_1: u8 = 0x81;
	/// `[2]` primitive, as in a subject's unique identifier.
	pub const CONTEXT_2: u8 = 0x82;
	/// `[0]` constructed, as around the version.
	pub const CONTEXT_0_CONSTRUCTED: u8 = 0xa0;
	/// `[3]` constructed, as around the extensions.
	pub const CONTEXT_3_CONSTRUCTED: u8 = 0xa3;
	/// `[4]` constructed, as around a directory name.
	pub const CONTEXT_4_CONSTRUCTED: u8 = 0xa4;
}

/// Set in the tag of everything that contains further elements.
const CONSTRUCTED: u8 = 0x20;
/// All low bits set: the tag number follows in further bytes.
const HIGH_TAG: u8 = 0x1f;

/// How deep [`check_structure`] lets elements nest.
pub const MAX_DEPTH: usize = 12;

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
	/// The tag byte.
	pub tag: u8,
	/// Tag, length and value.
	pub raw: &'a [u8],
	/// The value alone.
	pub value: &'a [u8],
}

/// Reads elements from the front of a slice.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
	rest: &'a [u8],
}

impl<'a> Reader<'a> {
	/// A reader of `bytes`.
	pub const fn new(bytes: &'a [u8]) -> Self {
		Self { rest: bytes }
	}

	/// Whether nothing is left.
	pub const fn is_empty(&self) -> bool {
		self.rest.is_empty()
	}

	/// The next element.
	pub fn element(&mut self) -> Result<Element<'a>, DerError> {
		let (tag, header, len) = header(self.rest)?;
		let end = header.checked_add(len).ok_or(DerError::Truncated)?;
		let (raw, rest) = self.rest.split_at_checked(end).ok_or(DerError::Truncated)?;
		self.rest = rest;
		Ok(Element {
			tag,
			raw,
			value: &raw[header..],
		})
	}

	/// The next element, which must have this tag.
	pub fn expect_element(&mut self, tag: u8) -> Result<Element<'a>, DerError> {
		if self.rest.first() != Some(&tag) {
			return Err(DerError::UnexpectedTag);
		}
		self.element()
	}

	/// The value of the next element, which must have this tag.
	pub fn expect(&mut self, tag: u8) -> Result<&'a [u8], DerError> {
		Ok(self.expect_element(tag)?.value)
	}

	/// The value of the next element if it has this tag.
	pub fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, DerError> {
		if self.rest.first() == Some(&tag) {
			self.expect(tag).map(Some)
		} else {
			Ok(None)
		}
	}

	/// A non-negative integer in its shortest form, without the sign byte.
	pub fn unsigned(&mut self) -> Result<&'a [u8], DerError> {
		match self.expect(tag::INTEGER)? {
			[] | [0x80..=0xff, ..] | [0, ..=0x7f, ..] => Err(DerError::Integer),
			[0, number @ ..] if !number.is_empty() => Ok(number),
			number => Ok(number),
		}
	}

	/// A bit string of whole bytes.
	pub fn whole_bits(&mut self) -> Result<&'a [u8], DerError> {
		match self.expect(tag::BIT_STRING)? {
			[0, bytes @ ..] => Ok(bytes),
			_ => Err(DerError::BitString),
		}
	}

	/// A truth value if there is one. Every value but zero counts as true.
	pub fn optional_bool(&mut self) -> Result<Option<bool>, DerError> {
		match self.optional(tag::BOOLEAN)? {
			None => Ok(None),
			Some([value]) => Ok(Some(*value != 0)),
			Some(_) => Err(DerError::Boolean),
		}
	}

	/// Refuses what is left.
	pub fn finish(self) -> Result<(), DerError> {
		if self.rest.is_empty() {
			Ok(())
		} else {
			Err(DerError::Trailing)
		}
	}
}

/// Tag, length of the header and length of the value of the element at the front of `bytes`.
fn header(bytes: &[u8]) -> Result<(u8, usize, usize), DerError> {
	let (&tag, rest) = bytes.split_first().ok_or(DerError::Truncated)?;
	if tag & HIGH_TAG == HIGH_TAG {
		return Err(DerError::HighTag);
	}
	match rest {
		[] => Err(DerError::Truncated),
		[len @ ..0x80, ..] => Ok((tag, 2, usize::from(*len))),
		[0x80, ..] => Err(DerError::IndefiniteLength),
		[0x81, len @ 0x80..=0xff, ..] => Ok((tag, 3, usize::from(*len))),
		[0x82, high @ 1..=0xff, low, ..] => {
			Ok((tag, 4, usize::from(u16::from_be_bytes([*high, *low]))))
		}
		[0x81] | [0x82] | [0x82, _] => Err(DerError::Truncated),
		[0x81 | 0x82, ..] => Err(DerError::NonMinimalLength),
		// A length of three bytes is more than any certificate that is read here can have.
		[0x83..=0xff, ..] => Err(DerError::OverlongLength),
	}
}

/// Walks the whole of one element without recursion: every length ends inside its parent, and nothing nests
/// deeper than [`MAX_DEPTH`]. Afterwards no reader of any part can meet a broken length.
pub fn check_structure(bytes: &[u8]) -> Result<(), DerError> {
	let (mut ends, mut depth, mut at) = ([0usize; MAX_DEPTH], 0, 0);
	loop {
		let end = if depth == 0 {
			bytes.len()
		} else {
			ends[depth - 1]
		};
		let (tag, header, len) = header(&bytes[at..end])?;
		at += header;
		if len > end - at {
			return Err(DerError::Truncated);
		}
		if tag & CONSTRUCTED != 0 {
			*ends.get_mut(depth).ok_or(DerError::TooDeep)? = at + len;
			depth += 1;
		} else {
			at += len;
		}
		// Leave every element that ends here; the outermost one ends the walk.
		while depth > 0 && at == ends[depth - 1] {
			depth -= 1;
		}
		if depth == 0 {
			return if at == bytes.len() {
				Ok(())
			} else {
				Err(DerError::Trailing)
			};
		}
	}
}

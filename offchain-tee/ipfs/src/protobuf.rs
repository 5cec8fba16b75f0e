//! The little of protocol buffers that IPFS needs. Reading copies nothing and keeps to one spelling of numbers.

/// The bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes end too early, or hold what does not belong there")]
pub struct Malformed;

/// Field and wire type in one byte: 0 is a number, 2 is bytes.
pub const fn key(field: u8, wire: u8) -> u8 {
	field << 3 | wire
}

/// Writes a varint.
pub fn put_varint(out: &mut Vec<u8>, mut number: u64) {
	while number >= 0x80 {
		// The low seven bits, and the mark that more follow.
		out.push((number & 0x7f) as u8 | 0x80);
		number >>= 7;
	}
	out.push(number as u8);
}

/// Writes a field that is a number.
pub fn put_number(out: &mut Vec<u8>, key: u8, number: u64) {
	out.push(key);
	put_varint(out, number);
}

/// Writes a field that is bytes.
pub fn put_bytes(out: &mut Vec<u8>, key: u8, bytes: &[u8]) {
	put_number(out, key, bytes.len() as u64);
	out.extend_from_slice(bytes);
}

/// What is still to be read.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
	/// Begins at the first byte.
	pub const fn new(bytes: &'a [u8]) -> Self {
		Self(bytes)
	}

	/// The next byte, which stays.
	pub fn peek(&self) -> Option<u8> {
		self.0.first().copied()
	}

	fn byte(&mut self) -> Result<u8, Malformed> {
		let (first, rest) = self.0.split_first().ok_or(Malformed)?;
		self.0 = rest;
		Ok(*first)
	}

	/// A varint in its shortest form.
	pub fn varint(&mut self) -> Result<u64, Malformed> {
		let mut number = 0u64;
		for shift in (0..64).step_by(7) {
			let byte = self.byte()?;
			let bits = u64::from(byte & 0x7f);
			// What does not fit, and zeros at the end, are other spellings.
			if (shift == 63 && bits > 1) || (byte == 0 && shift > 0) {
				return Err(Malformed);
			}
			number |= bits << shift;
			if byte & 0x80 == 0 {
				return Ok(number);
			}
		}
		Err(Malformed)
	}

	/// So many bytes.
	pub fn take(&mut self, len: u64) -> Result<&'a [u8], Malformed> {
		let len = usize::try_from(len).map_err(|_| Malformed)?;
		let (bytes, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
		self.0 = rest;
		Ok(bytes)
	}

	fn expect(&mut self, key: u8) -> Result<(), Malformed> {
		match self.byte()? {
			found if found == key => Ok(()),
			_ => Err(Malformed),
		}
	}

	/// The number of this field, which must come next.
	pub fn number_of(&mut self, key: u8) -> Result<u64, Malformed> {
		self.expect(key)?;
		self.varint()
	}

	/// The bytes of this field, which must come next.
	pub fn bytes_of(&mut self, key: u8) -> Result<&'a [u8], Malformed> {
		let len = self.number_of(key)?;
		self.take(len)
	}

	/// The next field, whichever it is, where order and unknown fields are free.
	pub fn field(&mut self) -> Result<Option<(u64, Field<'a>)>, Malformed> {
		if self.0.is_empty() {
			return Ok(None);
		}
		let key = self.varint()?;
		let field = match key & 7 {
			0 => Field::Number(self.varint()?),
			1 => Field::Bytes(self.take(8)?),
			2 => {
				let len = self.varint()?;
				Field::Bytes(self.take(len)?)
			}
			5 => Field::Bytes(self.take(4)?),
			_ => return Err(Malformed),
		};
		Ok(Some((key >> 3, field)))
	}

	/// Nothing may be left.
	pub fn end(&self) -> Result<(), Malformed> {
		match self.0 {
			[] => Ok(()),
			_ => Err(Malformed),
		}
	}
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
	/// A number.
	Number(u64),
	/// Bytes; numbers of fixed width are bytes too.
	Bytes(&'a [u8]),
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn numbers_have_one_spelling() {
		for (bytes, number) in [
			(&[0][..], Ok(0)),
			(&[0x7f], Ok(127)),
			(&[0x80, 1], Ok(128)),
			(&[0x80, 0], Err(Malformed)),
			(&[0x80], Err(Malformed)),
			(&[0xff; 11], Err(Malformed)),
		] {
			assert_eq!(Reader::new(bytes).varint(), number);
		}
	}

	#[test]
	fn fields_come_in_any_order() {
		let mut bytes = Vec::new();
		put_bytes(&mut bytes, key(3, 2), b"tea");
		put_number(&mut bytes, key(1, 0), 300);
		bytes.extend([key(2, 5), 1, 2, 3, 4]);
		let mut reader = Reader::new(&bytes);
		assert_eq!(reader.field(), Ok(Some((3, Field::Bytes(b"tea")))));
		assert_eq!(reader.field(), Ok(Some((1, Field::Number(300)))));
		assert_eq!(reader.field(), Ok(Some((2, Field::Bytes(&[1, 2, 3, 4])))));
		assert_eq!(reader.field(), Ok(None));
		// A group, and bytes that are not there.
		assert_eq!(Reader::new(&[key(1, 3)]).field(), Err(Malformed));
		assert_eq!(Reader::new(&[key(1, 2), 5, 0]).field(), Err(Malformed));
	}

	proptest! {
		#[test]
		fn varints_read_as_they_were_written(number: u64) {
			let mut bytes = Vec::new();
			put_varint(&mut bytes, number);
			let mut reader = Reader::new(&bytes);
			prop_assert_eq!(reader.varint(), Ok(number));
			prop_assert_eq!(reader.end(), Ok(()));
		}

		#[test]
		fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
			let mut reader = Reader::new(&bytes);
			while let Ok(Some(_)) = reader.field() {}
		}
	}
}

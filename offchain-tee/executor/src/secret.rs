use zeroize::Zeroizing;

/// Bytes that are wiped when they go.
pub type Secret = Zeroizing<Vec<u8>>;

/// A secret that grows. A vector that grows by itself leaves its old copy in the heap.
#[derive(Default)]
pub(crate) struct Growing(Secret);

impl Growing {
	pub(crate) fn len(&self) -> usize {
		self.0.len()
	}

	/// Appends; `false` when there is no memory for it.
	#[must_use]
	pub(crate) fn push(&mut self, bytes: &[u8]) -> bool {
		let needed = self.0.len() + bytes.len();
		if needed > self.0.capacity() {
			let mut larger = Vec::new();
			if larger
				.try_reserve_exact(needed.max(2 * self.0.capacity()).max(256))
				.is_err()
			{
				return false;
			}
			larger.extend_from_slice(&self.0);
			// The old one is wiped as it goes.
			self.0 = Zeroizing::new(larger);
		}
		self.0.extend_from_slice(bytes);
		true
	}

	pub(crate) fn take(&mut self) -> Secret {
		std::mem::take(&mut self.0)
	}
}

/// Wipes the memory of a guest. Byte by byte as `zeroize` does it takes longer than most runs.
pub(crate) fn wipe(memory: &mut [u8]) {
	memory.fill(0);
	zeroize::optimization_barrier(memory);
}

/// A line or message of the guest, wiped when it goes.
pub(crate) fn text(bytes: &[u8], limit: usize) -> Zeroizing<String> {
	let cut = &bytes[..bytes.len().min(limit)];
	let mut text = String::from_utf8_lossy(cut).into_owned();
	if bytes.len() > limit {
		// The cut may go through a character; what is left of it became a replacement mark.
		while text.ends_with(char::REPLACEMENT_CHARACTER) {
			text.pop();
		}
	}
	Zeroizing::new(text)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn grows_and_keeps_what_it_had() {
		let mut secret = Growing::default();
		let mut expected = Vec::new();
		for n in 0..200u8 {
			let chunk = vec![n; usize::from(n) * 7];
			assert!(secret.push(&chunk));
			expected.extend_from_slice(&chunk);
		}
		assert_eq!(secret.len(), expected.len());
		assert_eq!(*secret.take(), expected);
		assert_eq!(secret.len(), 0);
	}

	#[test]
	fn wipes() {
		let mut memory = vec![7; 70_000];
		wipe(&mut memory);
		assert!(memory.iter().all(|byte| *byte == 0));
	}

	#[test]
	fn text_is_cut_between_characters() {
		assert_eq!(*text("größe".as_bytes(), 4), "gr\u{f6}");
		assert_eq!(*text("größe".as_bytes(), 3), "gr");
		assert_eq!(*text(b"a\xffb", 10), "a\u{fffd}b");
	}
}

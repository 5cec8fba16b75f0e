use blake2::{Blake2b, Digest, digest::consts::U32};

/// blake2-256 of the parts, one after the other.
pub(crate) fn blake2_256(parts: &[&[u8]]) -> [u8; 32] {
	let mut hasher = Blake2b::<U32>::new();
	for part in parts {
		hasher.update(part);
	}
	hasher.finalize().into()
}

/// blake2-256 of the parts, each behind its length, so that no part can lend bytes to its neighbour.
pub(crate) fn blake2_256_prefixed<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
	let mut hasher = Blake2b::<U32>::new();
	for part in parts {
		hasher.update((part.len() as u64).to_le_bytes());
		hasher.update(part);
	}
	hasher.finalize().into()
}

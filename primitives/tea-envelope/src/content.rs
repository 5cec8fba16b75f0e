//! Content encryption: STREAM over XChaCha20-Poly1305, one AEAD chunk for each IPFS leaf.
//!
//! ```text
//! leaf 0   header (88) ‖ ciphertext ‖ tag (16)       1 MiB, or less if it is the last
//! leaf i   ciphertext ‖ tag (16)                     1 MiB, or less if it is the last; never empty
//!
//! header   "teac" ‖ version (1) ‖ nonce prefix (19) ‖ content id (32) ‖ key check (32)
//! key      HKDF-SHA256(salt "tea/content/v1", K1, label ‖ header without its key check)
//! nonce    prefix ‖ index (32 bits, big-endian) ‖ 1 for the last leaf, 0 for the others
//! ```
//!
//! The key hangs on the whole header: even under one K1 two contents share no key, and chunks cannot move between them.
//! Index and last flag stand in the nonce: a leaf opens in its place only, and a content ends where it ended. The key
//! check is a commitment to K1, which Poly1305 tags are not: no content opens under two keys.

use alloc::{boxed::Box, vec::Vec};

use aead_stream::{NewStream, StreamBE32, StreamPrimitive, aead};
use chacha20poly1305::XChaCha20Poly1305;
use hkdf::Hkdf;
use rand_core::CryptoRng;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::{error::EnvelopeError, secret::K1};

/// Length of every leaf but the last: the chunk size of the IPFS profile.
pub const LEAF_LEN: usize = 1 << 20;
/// Length of the header in front of the first chunk.
pub const HEADER_LEN: usize = BOUND_LEN + CHECK_LEN;
/// Length of the tag behind every chunk.
pub const TAG_LEN: usize = 16;
/// Plaintext in the first leaf, when it is full.
pub const FIRST_CHUNK_LEN: usize = LEAF_LEN - HEADER_LEN - TAG_LEN;
/// Plaintext in every other full leaf.
pub const CHUNK_LEN: usize = LEAF_LEN - TAG_LEN;

const MAGIC: [u8; 4] = *b"teac";
const VERSION: u8 = 1;
const PREFIX_LEN: usize = 19;
/// The header up to its key check.
const BOUND_LEN: usize = MAGIC.len() + 1 + PREFIX_LEN + 32;
const CHECK_LEN: usize = 32;
const SALT: &[u8] = b"tea/content/v1";

type Stream = StreamBE32<XChaCha20Poly1305>;

/// Name of a content, known to whoever opens it, from elsewhere than the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContentId(pub [u8; 32]);

/// 32 bytes of key for one use. The labels are no prefixes of each other.
pub(crate) fn derive(k1: &K1, label: &[u8], bound: &[u8]) -> Zeroizing<[u8; 32]> {
	let mut key = Zeroizing::new([0; 32]);
	Hkdf::<Sha256>::new(Some(SALT), k1.expose())
		.expand_multi_info(&[label, bound], &mut *key)
		.expect("HKDF-SHA256 gives up to 8160 bytes; qed");
	key
}

/// Where a content is cut. It follows from the length alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
	plain_len: u64,
	leaves: u32,
}

impl Layout {
	/// For a plaintext of this length.
	pub fn of_plain(plain_len: u64) -> Result<Self, EnvelopeError> {
		let behind_first = plain_len.saturating_sub(FIRST_CHUNK_LEN as u64);
		let leaves = 1 + behind_first.div_ceil(CHUNK_LEN as u64);
		let leaves = u32::try_from(leaves).map_err(|_| EnvelopeError::TooLong)?;
		Ok(Self { plain_len, leaves })
	}

	/// For a sealed content of this length, if there is one.
	pub fn of_sealed(sealed_len: u64) -> Result<Self, EnvelopeError> {
		let leaves = sealed_len.div_ceil(LEAF_LEN as u64).max(1);
		let leaves = u32::try_from(leaves).map_err(|_| EnvelopeError::Open)?;
		sealed_len
			.checked_sub(HEADER_LEN as u64 + u64::from(leaves) * TAG_LEN as u64)
			.and_then(|plain_len| Self::of_plain(plain_len).ok())
			.filter(|layout| layout.sealed_len() == sealed_len)
			.ok_or(EnvelopeError::Open)
	}

	/// Length of the plaintext.
	pub const fn plain_len(&self) -> u64 {
		self.plain_len
	}

	/// Length of the sealed content.
	pub const fn sealed_len(&self) -> u64 {
		HEADER_LEN as u64 + self.plain_len + self.leaves as u64 * TAG_LEN as u64
	}

	/// Number of leaves, at least one.
	pub const fn leaves(&self) -> u32 {
		self.leaves
	}

	/// Length of this leaf, if there is one.
	pub fn leaf_len(&self, index: u32) -> Option<usize> {
		let head = if index == 0 { HEADER_LEN } else { 0 };
		Some(self.chunk_len(index)? + head + TAG_LEN)
	}

	/// Length of the plaintext in this leaf, if there is one.
	pub fn chunk_len(&self, index: u32) -> Option<usize> {
		if index >= self.leaves {
			return None;
		}
		let (start, full) = match index {
			0 => (0, FIRST_CHUNK_LEN),
			_ => {
				let before = u64::from(index - 1) * CHUNK_LEN as u64;
				(FIRST_CHUNK_LEN as u64 + before, CHUNK_LEN)
			}
		};
		Some(usize::try_from(self.plain_len - start).map_or(full, |rest| rest.min(full)))
	}

	fn is_last(&self, index: u32) -> bool {
		index + 1 == self.leaves
	}
}

/// The header of a content. It is public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header([u8; HEADER_LEN]);

impl Header {
	fn new(k1: &K1, id: &ContentId, rng: &mut impl CryptoRng) -> Self {
		let mut header = Self([0; HEADER_LEN]);
		let (magic, rest) = header.0.split_at_mut(MAGIC.len());
		let (version, rest) = rest.split_at_mut(1);
		let (prefix, rest) = rest.split_at_mut(PREFIX_LEN);
		let (place, _) = rest.split_at_mut(id.0.len());
		magic.copy_from_slice(&MAGIC);
		version.copy_from_slice(&[VERSION]);
		rng.fill_bytes(prefix);
		place.copy_from_slice(&id.0);
		let check = header.expected_check(k1);
		header.0[BOUND_LEN..].copy_from_slice(&*check);
		header
	}

	/// Reads the header at the front of the first leaf.
	pub fn parse(leaf: &[u8]) -> Result<Self, EnvelopeError> {
		let header = Self(*leaf.first_chunk().ok_or(EnvelopeError::Open)?);
		if header.0.starts_with(&MAGIC) && header.0[MAGIC.len()] == VERSION {
			Ok(header)
		} else {
			Err(EnvelopeError::Open)
		}
	}

	/// The id that the content claims. Trust follows from comparing it, not from reading it.
	pub fn content_id(&self) -> ContentId {
		let mut id = [0; 32];
		id.copy_from_slice(&self.0[BOUND_LEN - 32..BOUND_LEN]);
		ContentId(id)
	}

	/// The bytes.
	pub const fn as_bytes(&self) -> &[u8; HEADER_LEN] {
		&self.0
	}

	fn bound(&self) -> &[u8] {
		&self.0[..BOUND_LEN]
	}

	fn expected_check(&self, k1: &K1) -> Zeroizing<[u8; 32]> {
		derive(k1, b"check", self.bound())
	}

	/// Whether header, key and id belong together.
	fn verify(&self, k1: &K1, id: &ContentId) -> Result<(), EnvelopeError> {
		let check = self.expected_check(k1).ct_eq(&self.0[BOUND_LEN..]);
		if (check & self.content_id().0.ct_eq(&id.0)).into() {
			Ok(())
		} else {
			Err(EnvelopeError::Open)
		}
	}

	/// Boxed, so that the key inside is not left behind by moves.
	fn stream(&self, k1: &K1) -> Box<Stream> {
		let mut prefix = [0; PREFIX_LEN];
		let start = MAGIC.len() + 1;
		prefix.copy_from_slice(&self.0[start..start + PREFIX_LEN]);
		let key = derive(k1, b"stream", self.bound());
		Box::new(Stream::new((&*key).into(), &prefix.into()))
	}
}

/// A slice that ends somewhere, as the AEAD library wants it.
struct Window<'a> {
	bytes: &'a mut [u8],
	len: usize,
}

impl AsRef<[u8]> for Window<'_> {
	fn as_ref(&self) -> &[u8] {
		&self.bytes[..self.len]
	}
}

impl AsMut<[u8]> for Window<'_> {
	fn as_mut(&mut self) -> &mut [u8] {
		&mut self.bytes[..self.len]
	}
}

impl aead::Buffer for Window<'_> {
	fn extend_from_slice(&mut self, other: &[u8]) -> aead::Result<()> {
		let end = self.len.checked_add(other.len()).ok_or(aead::Error)?;
		self.bytes
			.get_mut(self.len..end)
			.ok_or(aead::Error)?
			.copy_from_slice(other);
		self.len = end;
		Ok(())
	}

	fn truncate(&mut self, len: usize) {
		self.len = self.len.min(len);
	}
}

/// Seals a content leaf by leaf, in order.
pub struct Encryptor {
	stream: Box<Stream>,
	header: Header,
	layout: Layout,
	next: u32,
}

impl Encryptor {
	/// Begins a content of `plain_len` bytes.
	pub fn new(
		k1: &K1,
		id: &ContentId,
		plain_len: u64,
		rng: &mut impl CryptoRng,
	) -> Result<Self, EnvelopeError> {
		let layout = Layout::of_plain(plain_len)?;
		let header = Header::new(k1, id, rng);
		Ok(Self {
			stream: header.stream(k1),
			header,
			layout,
			next: 0,
		})
	}

	/// Where the content is cut.
	pub const fn layout(&self) -> &Layout {
		&self.layout
	}

	/// Length of the chunk that is due; nothing when the content is sealed.
	pub fn due(&self) -> Option<usize> {
		self.layout.chunk_len(self.next)
	}

	/// Seals the chunk that is due into `leaf` and says how many bytes it wrote: a whole IPFS leaf.
	pub fn seal(&mut self, chunk: &[u8], leaf: &mut [u8]) -> Result<usize, EnvelopeError> {
		if self.due() != Some(chunk.len()) {
			return Err(EnvelopeError::Chunk);
		}
		let leaf_len = self
			.layout
			.leaf_len(self.next)
			.ok_or(EnvelopeError::Chunk)?;
		let leaf = leaf.get_mut(..leaf_len).ok_or(EnvelopeError::Buffer)?;
		let sealed = if self.next == 0 {
			let (head, sealed) = leaf.split_at_mut(HEADER_LEN);
			head.copy_from_slice(self.header.as_bytes());
			sealed
		} else {
			leaf
		};
		sealed[..chunk.len()].copy_from_slice(chunk);
		let mut window = Window {
			bytes: sealed,
			len: chunk.len(),
		};
		self.stream
			.encrypt_in_place(self.next, self.layout.is_last(self.next), &[], &mut window)
			.map_err(|_| EnvelopeError::Chunk)?;
		self.next += 1;
		Ok(leaf_len)
	}
}

/// Opens the leaves of one content in any order, for readers that need a part.
pub struct LeafReader {
	stream: Box<Stream>,
	layout: Layout,
}

impl LeafReader {
	/// Begins: checks that key, id and header belong together. `first_leaf` may end behind the header.
	pub fn new(
		k1: &K1,
		id: &ContentId,
		sealed_len: u64,
		first_leaf: &[u8],
	) -> Result<Self, EnvelopeError> {
		let layout = Layout::of_sealed(sealed_len)?;
		let header = Header::parse(first_leaf)?;
		header.verify(k1, id)?;
		Ok(Self {
			stream: header.stream(k1),
			layout,
		})
	}

	/// Where the content is cut.
	pub const fn layout(&self) -> &Layout {
		&self.layout
	}

	/// Opens a leaf into `buffer` and says how many bytes of plaintext stand at its front. The buffer must hold the tag
	/// too; [`LEAF_LEN`] is always enough. A refusal leaves nothing of the plaintext there.
	pub fn open(&self, index: u32, leaf: &[u8], buffer: &mut [u8]) -> Result<usize, EnvelopeError> {
		if self.layout.leaf_len(index) != Some(leaf.len()) {
			return Err(EnvelopeError::Open);
		}
		let sealed = if index == 0 {
			&leaf[HEADER_LEN..]
		} else {
			leaf
		};
		let bytes = buffer
			.get_mut(..sealed.len())
			.ok_or(EnvelopeError::Buffer)?;
		bytes.copy_from_slice(sealed);
		let mut window = Window {
			len: bytes.len(),
			bytes,
		};
		let opened =
			self.stream
				.decrypt_in_place(index, self.layout.is_last(index), &[], &mut window);
		if opened.is_err() {
			window.bytes.zeroize();
			return Err(EnvelopeError::Open);
		}
		Ok(window.len)
	}
}

/// Opens a content leaf by leaf, in order, and knows whether it came to the end.
pub struct Decryptor {
	reader: LeafReader,
	next: u32,
}

impl Decryptor {
	/// As [`LeafReader::new`].
	pub fn new(
		k1: &K1,
		id: &ContentId,
		sealed_len: u64,
		first_leaf: &[u8],
	) -> Result<Self, EnvelopeError> {
		Ok(Self {
			reader: LeafReader::new(k1, id, sealed_len, first_leaf)?,
			next: 0,
		})
	}

	/// Where the content is cut.
	pub const fn layout(&self) -> &Layout {
		self.reader.layout()
	}

	/// Length of the leaf that is due; nothing when the content is open.
	pub fn due(&self) -> Option<usize> {
		self.layout().leaf_len(self.next)
	}

	/// Opens the leaf that is due, as [`LeafReader::open`]. After a refusal the same leaf is due, perhaps from another
	/// source.
	pub fn open(&mut self, leaf: &[u8], buffer: &mut [u8]) -> Result<usize, EnvelopeError> {
		let len = self.reader.open(self.next, leaf, buffer)?;
		self.next += 1;
		Ok(len)
	}

	/// Says that the content was opened to its end.
	pub fn finish(self) -> Result<(), EnvelopeError> {
		match self.due() {
			None => Ok(()),
			Some(_) => Err(EnvelopeError::Open),
		}
	}
}

/// Seals a content that lies in memory.
pub fn seal(
	k1: &K1,
	id: &ContentId,
	plaintext: &[u8],
	rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, EnvelopeError> {
	let mut encryptor = Encryptor::new(k1, id, plaintext.len() as u64, rng)?;
	let sealed_len = usize::try_from(encryptor.layout().sealed_len());
	let mut sealed = alloc::vec![0; sealed_len.map_err(|_| EnvelopeError::TooLong)?];
	let (mut rest, mut place) = (plaintext, &mut sealed[..]);
	while let Some(due) = encryptor.due() {
		let (chunk, behind) = rest.split_at_checked(due).ok_or(EnvelopeError::Chunk)?;
		let written = encryptor.seal(chunk, place)?;
		(rest, place) = (behind, &mut place[written..]);
	}
	Ok(sealed)
}

/// Opens a content that lies in memory.
pub fn open(k1: &K1, id: &ContentId, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
	let mut decryptor = Decryptor::new(k1, id, sealed.len() as u64, sealed)?;
	// As long as the sealed content, which has room for the last tag.
	let mut plaintext = Zeroizing::new(alloc::vec![0; sealed.len()]);
	let (mut rest, mut len) = (sealed, 0);
	while let Some(due) = decryptor.due() {
		let (leaf, behind) = rest.split_at_checked(due).ok_or(EnvelopeError::Open)?;
		len += decryptor.open(leaf, &mut plaintext[len..])?;
		rest = behind;
	}
	decryptor.finish()?;
	plaintext.truncate(len);
	Ok(plaintext)
}

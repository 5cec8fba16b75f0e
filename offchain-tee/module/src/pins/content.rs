//! The content of a deployment: where it comes from, and whether a key opens it.
//!
//! What the host gives is not believed. The store compares every block with its name; here the length, the hash of the
//! whole, every chunk of the encryption and the commitment are compared with what was registered.

use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use tea_envelope::{
	CiphertextHasher, Commitment, Committer, ContentId, Decryptor, K1, Layout, content::LEAF_LEN,
};
use tea_primitives::deployment::{Cid, Content, Kind, MAX_CODE, Visibility};
use zeroize::Zeroizing;

use super::denial::Denial;

/// Why a content was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
	/// Nobody gives it.
	#[error("it cannot be fetched: {0}")]
	Unavailable(String),
	/// It is no file of the profile, larger than allowed, or whoever reads it refuses it.
	#[error("it is not what was named: {0}")]
	Mismatch(String),
}

impl From<ContentError> for Denial {
	fn from(error: ContentError) -> Self {
		match error {
			ContentError::Unavailable(_) => Self::ContentUnavailable,
			ContentError::Mismatch(_) => Self::ContentMismatch,
		}
	}
}

/// Takes the next piece of a file. An error ends the reading.
pub type Take<'a> = dyn FnMut(&[u8]) -> Result<(), ContentError> + Send + 'a;

/// Files by their names. An implementation hashes every block again and believes no size.
#[async_trait]
pub trait Contents: Send + Sync {
	/// Reads a file of at most so many bytes, piece by piece and in order.
	async fn read(&self, cid: &Cid, most: u64, take: &mut Take<'_>) -> Result<(), ContentError>;

	/// Has the host keep a file.
	async fn keep(&self, cid: &Cid) -> Result<(), ContentError>;

	/// Lets the host forget a file.
	async fn release(&self, cid: &Cid);

	/// Tells others that the file can be had here.
	async fn provide(&self, cid: &Cid);
}

/// Length of a content as it is stored; nothing if there is no such length.
pub fn stored_len(visibility: Visibility, size: u64) -> Option<u64> {
	match visibility {
		Visibility::Plain => Some(size),
		Visibility::Hosted | Visibility::Private => Layout::of_plain(size)
			.ok()
			.map(|layout| layout.sealed_len()),
	}
}

/// Reads a content and compares it with what was registered. With a key, every chunk is opened; `read` counts bytes.
/// Code that is seen in plain has to be a guest of this network (R-032).
pub async fn prove(
	contents: &dyn Contents,
	kind: Kind,
	visibility: Visibility,
	content: &Content,
	k1: Option<&K1>,
	read: &AtomicU64,
) -> Result<(), Denial> {
	let len = stored_len(visibility, content.size).ok_or(Denial::BadRegistration)?;
	let mut proof = Proof::new(kind, visibility, content, k1, len)?;
	let mut refused = None;
	let done = contents
		.read(&content.cid, len, &mut |piece| {
			read.fetch_add(piece.len() as u64, Ordering::Relaxed);
			proof.take(piece).map_err(|denial| {
				refused = Some(denial);
				ContentError::Mismatch(denial.to_string())
			})
		})
		.await;
	match (done, refused) {
		(_, Some(denial)) => Err(denial),
		(Err(error), None) => {
			tracing::debug!(%error, "a content was not read");
			Err(error.into())
		}
		(Ok(()), None) => proof.finish(),
	}
}

/// The opening of a content, leaf by leaf.
struct Opening<'a> {
	k1: &'a K1,
	id: ContentId,
	committer: Committer,
	decryptor: Option<Decryptor>,
	/// What of the next leaf has come.
	leaf: Vec<u8>,
	/// Room for a leaf in plain.
	plain: Zeroizing<Vec<u8>>,
}

/// What has been seen of a content.
struct Proof<'a> {
	content: &'a Content,
	len: u64,
	seen: u64,
	hasher: CiphertextHasher,
	opening: Option<Opening<'a>>,
	/// The commitment is the plain hash.
	is_plain: bool,
	/// Code in plain.
	code: Option<Zeroizing<Vec<u8>>>,
}

impl<'a> Proof<'a> {
	fn new(
		kind: Kind,
		visibility: Visibility,
		content: &'a Content,
		k1: Option<&'a K1>,
		len: u64,
	) -> Result<Self, Denial> {
		let is_plain = visibility == Visibility::Plain;
		let is_readable = is_plain || k1.is_some();
		let code = (kind == Kind::Code && is_readable)
			.then(|| {
				let size = usize::try_from(content.size.min(MAX_CODE)).ok()?;
				// At its full capacity at once: growing would leave copies behind.
				Some(Zeroizing::new(Vec::with_capacity(size)))
			})
			.flatten();
		if kind == Kind::Code && content.size > MAX_CODE {
			return Err(Denial::TooLarge);
		}
		Ok(Self {
			content,
			len,
			seen: 0,
			hasher: CiphertextHasher::default(),
			opening: k1.filter(|_| !is_plain).map(|k1| Opening {
				k1,
				id: Commitment(content.commitment).into(),
				committer: Committer::new(k1),
				decryptor: None,
				leaf: Vec::with_capacity(LEAF_LEN),
				plain: Zeroizing::new(vec![0; LEAF_LEN]),
			}),
			is_plain,
			code,
		})
	}

	fn take(&mut self, piece: &[u8]) -> Result<(), Denial> {
		self.seen = self.seen.saturating_add(piece.len() as u64);
		if self.seen > self.len {
			return Err(Denial::ContentMismatch);
		}
		self.hasher.update(piece);
		match &mut self.opening {
			Some(opening) => opening.take(piece, self.len, &mut self.code),
			None => {
				if let Some(code) = &mut self.code {
					code.extend_from_slice(piece);
				}
				Ok(())
			}
		}
	}

	fn finish(self) -> Result<(), Denial> {
		let hash = self.hasher.finish();
		if self.seen != self.len || hash.0 != self.content.ciphertext_hash {
			return Err(Denial::ContentMismatch);
		}
		if self.is_plain && hash.0 != self.content.commitment {
			return Err(Denial::ContentMismatch);
		}
		if let Some(opening) = self.opening {
			opening.finish(&Commitment(self.content.commitment))?;
		}
		match self.code {
			Some(code) => tea_executor::Program::new(&code)
				.map(drop)
				.map_err(|_| Denial::InvalidWasm),
			None => Ok(()),
		}
	}
}

impl Opening<'_> {
	fn take(
		&mut self,
		mut piece: &[u8],
		len: u64,
		code: &mut Option<Zeroizing<Vec<u8>>>,
	) -> Result<(), Denial> {
		while !piece.is_empty() {
			let due = match &self.decryptor {
				Some(decryptor) => decryptor.due().ok_or(Denial::BadKey)?,
				// The first leaf: as long as all of it, or full.
				None => usize::try_from(len).map_or(LEAF_LEN, |len| len.min(LEAF_LEN)),
			};
			let wanting = due.saturating_sub(self.leaf.len());
			let (now, later) = piece.split_at(wanting.min(piece.len()));
			self.leaf.extend_from_slice(now);
			piece = later;
			if self.leaf.len() < due {
				return Ok(());
			}
			let decryptor = match &mut self.decryptor {
				Some(decryptor) => decryptor,
				None => {
					let new = Decryptor::new(self.k1, &self.id, len, &self.leaf);
					self.decryptor.insert(new.map_err(|_| Denial::BadKey)?)
				}
			};
			let opened = decryptor.open(&self.leaf, &mut self.plain);
			let opened = opened.map_err(|_| Denial::BadKey)?;
			let plain = self.plain.get(..opened).unwrap_or_default();
			self.committer.update(plain);
			if let Some(code) = code {
				code.extend_from_slice(plain);
			}
			self.leaf.clear();
		}
		Ok(())
	}

	fn finish(self, commitment: &Commitment) -> Result<(), Denial> {
		let decryptor = self.decryptor.ok_or(Denial::BadKey)?;
		decryptor.finish().map_err(|_| Denial::BadKey)?;
		self.committer
			.verify(commitment)
			.map_err(|_| Denial::BadKey)
	}
}

/// SHA-256 of bytes in memory.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
	Sha256::digest(bytes).into()
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use std::collections::HashMap;
	use tea_envelope::content::seal;
	use tea_link::os_rng::OsRng;

	/// Files in memory, given in pieces of odd lengths.
	#[derive(Default)]
	pub(crate) struct Shelf {
		files: HashMap<[u8; 36], Vec<u8>>,
	}

	impl Shelf {
		pub(crate) fn put(&mut self, file: Vec<u8>) -> Cid {
			let cid = Cid::new(Cid::RAW, sha256(&file));
			self.files.insert(cid.0, file);
			cid
		}

		pub(crate) fn file(&self, cid: &Cid) -> Vec<u8> {
			self.files[&cid.0].clone()
		}

		/// Puts other bytes in the place of a file.
		pub(crate) fn replace(&mut self, cid: &Cid, file: Vec<u8>) {
			self.files.insert(cid.0, file);
		}
	}

	#[async_trait]
	impl Contents for Shelf {
		async fn read(
			&self,
			cid: &Cid,
			most: u64,
			take: &mut Take<'_>,
		) -> Result<(), ContentError> {
			let file = self
				.files
				.get(&cid.0)
				.ok_or_else(|| ContentError::Unavailable("nobody has it".into()))?;
			if file.len() as u64 > most {
				return Err(ContentError::Mismatch("too long".into()));
			}
			file.chunks(700_001).try_for_each(take)
		}

		async fn keep(&self, _: &Cid) -> Result<(), ContentError> {
			Ok(())
		}

		async fn release(&self, _: &Cid) {}

		async fn provide(&self, _: &Cid) {}
	}

	/// A guest whose `tea_run` has this body.
	pub(crate) fn guest(body: &str) -> Vec<u8> {
		wat::parse_str(format!(
			r#"(module
				(memory (export "memory") 1)
				(func (export "tea_abi") (result i32) i32.const 1)
				(func (export "tea_run") (result i32) {body}))"#
		))
		.unwrap()
	}

	/// Seals a plaintext and puts it on the shelf.
	pub(crate) fn sealed(shelf: &mut Shelf, k1: &K1, plaintext: &[u8]) -> Content {
		let mut committer = Committer::new(k1);
		committer.update(plaintext);
		let commitment = committer.finish();
		let file = seal(k1, &commitment.into(), plaintext, &mut OsRng).unwrap();
		let ciphertext_hash = sha256(&file);
		Content {
			cid: shelf.put(file),
			ciphertext_hash,
			commitment: commitment.0,
			size: plaintext.len() as u64,
		}
	}

	fn plain(shelf: &mut Shelf, file: &[u8]) -> Content {
		let hash = sha256(file);
		Content {
			cid: shelf.put(file.to_vec()),
			ciphertext_hash: hash,
			commitment: hash,
			size: file.len() as u64,
		}
	}

	fn key(fill: u8) -> K1 {
		K1::take(&mut [fill; 32])
	}

	async fn hosted(shelf: &Shelf, kind: Kind, content: &Content, k1: &K1) -> Result<(), Denial> {
		let read = AtomicU64::new(0);
		prove(shelf, kind, Visibility::Hosted, content, Some(k1), &read).await
	}

	#[tokio::test]
	async fn the_key_opens_contents_of_all_lengths() {
		for len in [0, 1, 1000, LEAF_LEN, LEAF_LEN + 1, 3 * LEAF_LEN + 5] {
			let mut shelf = Shelf::default();
			let content = sealed(&mut shelf, &key(1), &vec![7; len]);
			let proven = hosted(&shelf, Kind::Data, &content, &key(1)).await;
			assert_eq!(proven, Ok(()), "{len}");
			let other = hosted(&shelf, Kind::Data, &content, &key(2)).await;
			assert_eq!(other, Err(Denial::BadKey), "{len}");
		}
	}

	#[tokio::test]
	async fn wrong_commitment_is_a_bad_key() {
		let mut shelf = Shelf::default();
		let mut content = sealed(&mut shelf, &key(1), b"plaintext");
		content.commitment[0] ^= 1;
		let proven = hosted(&shelf, Kind::Data, &content, &key(1)).await;
		assert_eq!(proven, Err(Denial::BadKey));
	}

	#[tokio::test]
	async fn altered_content_is_found_by_its_hash_or_its_chunks() {
		let mut shelf = Shelf::default();
		let content = sealed(&mut shelf, &key(1), &vec![7; LEAF_LEN + 9]);
		let mut file = shelf.files[&content.cid.0].clone();
		let last = file.len() - 1;
		file[last] ^= 1;
		shelf.replace(&content.cid, file.clone());
		let proven = hosted(&shelf, Kind::Data, &content, &key(1)).await;
		assert_eq!(proven, Err(Denial::BadKey));
		// Whoever has no key sees it by the hash.
		let read = AtomicU64::new(0);
		let private = prove(
			&shelf,
			Kind::Data,
			Visibility::Private,
			&content,
			None,
			&read,
		);
		assert_eq!(private.await, Err(Denial::ContentMismatch));
		assert_eq!(read.into_inner(), file.len() as u64);
		file.pop();
		shelf.replace(&content.cid, file);
		let short = hosted(&shelf, Kind::Data, &content, &key(1)).await;
		assert_eq!(short, Err(Denial::ContentMismatch));
	}

	#[tokio::test]
	async fn plain_content_needs_the_plain_hash() {
		let mut shelf = Shelf::default();
		let content = plain(&mut shelf, b"public");
		let read = AtomicU64::new(0);
		let prove_it = async |content: &Content| {
			prove(&shelf, Kind::Data, Visibility::Plain, content, None, &read).await
		};
		assert_eq!(prove_it(&content).await, Ok(()));
		let commitment = Content {
			commitment: [9; 32],
			..content
		};
		assert_eq!(prove_it(&commitment).await, Err(Denial::ContentMismatch));
		let size = Content { size: 5, ..content };
		assert_eq!(prove_it(&size).await, Err(Denial::ContentMismatch));
		let missing = Content {
			cid: Cid::new(Cid::RAW, [9; 32]),
			..content
		};
		assert_eq!(prove_it(&missing).await, Err(Denial::ContentUnavailable));
	}

	#[tokio::test]
	async fn code_has_to_be_a_guest() {
		let mut shelf = Shelf::default();
		let code = sealed(&mut shelf, &key(1), &guest("i32.const 0"));
		assert_eq!(hosted(&shelf, Kind::Code, &code, &key(1)).await, Ok(()));
		let text = sealed(&mut shelf, &key(1), b"no code");
		assert_eq!(
			hosted(&shelf, Kind::Code, &text, &key(1)).await,
			Err(Denial::InvalidWasm)
		);
		// As data it is as good as any other.
		assert_eq!(hosted(&shelf, Kind::Data, &text, &key(1)).await, Ok(()));
		let large = Content {
			size: MAX_CODE + 1,
			..text
		};
		assert_eq!(
			hosted(&shelf, Kind::Code, &large, &key(1)).await,
			Err(Denial::TooLarge)
		);
	}
}

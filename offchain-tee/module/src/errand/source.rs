//! Sources of an errand: where they are, by which key they open, and what they turn out to be.
//!
//! Whose fault it is, is decided here. Bytes that are not what their hash says are the fault of whoever serves them, and
//! the errand has no proof. What the hash names and cannot be used is the fault of client or owner, and has one.

use std::time::{Duration, Instant};

use tea_chain::{At, types::ErrandRecord, types::UsedSource};
use tea_envelope::{
	CiphertextHasher, Commitment, Committer, ContentId, Decryptor, Header, K1, content::LEAF_LEN,
};
use tea_executor::Secret;
use tea_primitives::{
	deployment::{Content, DeploymentId, Visibility},
	errand::InputFault,
};
use zeroize::Zeroizing;

use super::store::Store;
use crate::pins::{Denial, content::ContentError, content::stored_len};

/// How a source opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keying {
	/// It lies open.
	Plain,
	/// With the key of this module's pin.
	Pinned(DeploymentId),
	/// With a key that is supplied for this errand.
	Supplied,
}

/// A source and its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
	/// Its number: 0 is the code.
	pub number: u8,
	/// The content.
	pub content: Content,
	/// How it opens.
	pub keying: Keying,
}

impl Material {
	/// Length of what is stored; nothing if there is no such length.
	pub fn stored_len(&self) -> Option<u64> {
		let visibility = match self.keying {
			Keying::Plain => Visibility::Plain,
			Keying::Pinned(_) | Keying::Supplied => Visibility::Hosted,
		};
		stored_len(visibility, self.content.size)
	}
}

/// The sources of an errand as the chain describes them.
pub async fn materials(at: &At, record: &ErrandRecord) -> Result<Vec<Material>, Denial> {
	let mut all = Vec::new();
	for (number, source) in record.sources() {
		all.push(match source {
			UsedSource::AdHoc(ad_hoc) => Material {
				number,
				content: ad_hoc.content,
				keying: if ad_hoc.sealed {
					Keying::Supplied
				} else {
					Keying::Plain
				},
			},
			UsedSource::Deployed(used) => {
				let deployment = at
					.deployment(used.id)
					.await?
					.ok_or(Denial::UnknownDeployment)?;
				Material {
					number,
					content: deployment.content,
					keying: match used.visibility {
						Visibility::Plain => Keying::Plain,
						Visibility::Hosted => Keying::Pinned(used.id),
						Visibility::Private => Keying::Supplied,
					},
				}
			}
		});
	}
	Ok(all)
}

/// Why a source is not given to the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoilt {
	/// It cannot be had, or is not what its hash says.
	Content(ContentError),
	/// It cannot be used.
	Input(InputFault),
	/// The supplied key does not open it.
	BadKey,
}

/// How long it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Took {
	/// To fetch and hash.
	pub fetch: Duration,
	/// To open.
	pub decrypt: Duration,
}

/// Fetches a content without opening it, and compares it with its hash.
pub async fn look_at(store: &dyn Store, material: &Material) -> Result<(), ContentError> {
	let len = material.stored_len().ok_or_else(no_such_length)?;
	let mut hasher = CiphertextHasher::default();
	let mut seen = 0u64;
	store
		.read(&material.content.cid, len, &mut |piece| {
			seen = seen.saturating_add(piece.len() as u64);
			hasher.update(piece);
			Ok(())
		})
		.await?;
	if seen == len && hasher.finish().0 == material.content.ciphertext_hash {
		Ok(())
	} else {
		Err(other_bytes())
	}
}

fn no_such_length() -> ContentError {
	ContentError::Mismatch("no content has such a length".into())
}

fn other_bytes() -> ContentError {
	ContentError::Mismatch("length or hash are others than those of the order".into())
}

/// Fetches a source and opens it. Without a key it has to lie open.
pub async fn open(
	store: &dyn Store,
	material: &Material,
	key: Option<&K1>,
) -> Result<(Secret, Took), Spoilt> {
	let len = material
		.stored_len()
		.ok_or_else(|| Spoilt::Content(no_such_length()))?;
	let began = Instant::now();
	let mut reading = Reading::new(material, key, len);
	store
		.read(&material.content.cid, len, &mut |piece| reading.take(piece))
		.await
		.map_err(Spoilt::Content)?;
	let all = began.elapsed();
	let decrypt = reading.decrypting;
	let plaintext = reading.finish()?;
	let took = Took {
		fetch: all.saturating_sub(decrypt),
		decrypt,
	};
	Ok((plaintext, took))
}

/// A sealed content while it is opened.
struct Opening<'a> {
	k1: &'a K1,
	committer: Committer,
	decryptor: Option<Decryptor>,
	/// What of the next leaf has come.
	leaf: Vec<u8>,
	/// Room for a leaf in plain.
	plain: Zeroizing<Vec<u8>>,
}

/// What has been seen of a content.
struct Reading<'a> {
	material: &'a Material,
	len: u64,
	seen: u64,
	hasher: CiphertextHasher,
	opening: Option<Opening<'a>>,
	/// At its full capacity from the start: growing would leave copies behind.
	plaintext: Secret,
	/// Why it does not open; the rest is read for its hash.
	spoilt: Option<Spoilt>,
	decrypting: Duration,
}

impl<'a> Reading<'a> {
	fn new(material: &'a Material, key: Option<&'a K1>, len: u64) -> Self {
		let capacity = usize::try_from(material.content.size).unwrap_or_default();
		Self {
			material,
			len,
			seen: 0,
			hasher: CiphertextHasher::default(),
			opening: key.map(|k1| Opening {
				k1,
				committer: Committer::new(k1),
				decryptor: None,
				leaf: Vec::with_capacity(LEAF_LEN),
				plain: Zeroizing::new(vec![0; LEAF_LEN]),
			}),
			plaintext: Secret::new(Vec::with_capacity(capacity)),
			spoilt: None,
			decrypting: Duration::ZERO,
		}
	}

	fn take(&mut self, piece: &[u8]) -> Result<(), ContentError> {
		self.seen = self.seen.saturating_add(piece.len() as u64);
		if self.seen > self.len {
			return Err(other_bytes());
		}
		self.hasher.update(piece);
		if self.spoilt.is_some() {
			return Ok(());
		}
		match &mut self.opening {
			None => self.plaintext.extend_from_slice(piece),
			Some(opening) => {
				let began = Instant::now();
				let commitment = Commitment(self.material.content.commitment);
				if let Err(spoilt) = opening.take(piece, self.len, &commitment, &mut self.plaintext)
				{
					self.spoilt = Some(spoilt);
				}
				self.decrypting = self.decrypting.saturating_add(began.elapsed());
			}
		}
		Ok(())
	}

	fn finish(self) -> Result<Secret, Spoilt> {
		let content = &self.material.content;
		let hash = self.hasher.finish();
		if self.seen != self.len || hash.0 != content.ciphertext_hash {
			return Err(Spoilt::Content(other_bytes()));
		}
		if let Some(spoilt) = self.spoilt {
			return Err(spoilt);
		}
		let is_committed = match self.opening {
			None => hash.0 == content.commitment,
			Some(opening) => {
				let decryptor = opening
					.decryptor
					.ok_or(Spoilt::Input(InputFault::Malformed))?;
				decryptor
					.finish()
					.map_err(|_| Spoilt::Input(InputFault::Malformed))?;
				let commitment = Commitment(content.commitment);
				opening.committer.verify(&commitment).is_ok()
			}
		};
		if is_committed {
			Ok(self.plaintext)
		} else {
			Err(Spoilt::Input(InputFault::Commitment))
		}
	}
}

impl Opening<'_> {
	fn take(
		&mut self,
		mut piece: &[u8],
		len: u64,
		commitment: &Commitment,
		plaintext: &mut Secret,
	) -> Result<(), Spoilt> {
		while !piece.is_empty() {
			let due = match &self.decryptor {
				Some(decryptor) => decryptor
					.due()
					.ok_or(Spoilt::Input(InputFault::Malformed))?,
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
					let begun = begin(self.k1, commitment, len, &self.leaf)?;
					self.decryptor.insert(begun)
				}
			};
			let opened = decryptor
				.open(&self.leaf, &mut self.plain)
				.map_err(|_| Spoilt::Input(InputFault::Malformed))?;
			let plain = self.plain.get(..opened).unwrap_or_default();
			self.committer.update(plain);
			plaintext.extend_from_slice(plain);
			self.leaf.clear();
		}
		Ok(())
	}
}

/// Begins to open a content. Its header tells a wrong key from a content that is none.
fn begin(
	k1: &K1,
	commitment: &Commitment,
	len: u64,
	first_leaf: &[u8],
) -> Result<Decryptor, Spoilt> {
	let id = ContentId::from(*commitment);
	let header = Header::parse(first_leaf).map_err(|_| Spoilt::Input(InputFault::Malformed))?;
	if header.content_id() != id {
		return Err(Spoilt::Input(InputFault::Commitment));
	}
	Decryptor::new(k1, &id, len, first_leaf).map_err(|_| Spoilt::BadKey)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		errand::tests::Shelf,
		pins::content::{sha256, tests::sealed},
	};
	use tea_primitives::deployment::Cid;

	fn key(fill: u8) -> K1 {
		K1::take(&mut [fill; 32])
	}

	fn supplied(content: Content) -> Material {
		Material {
			number: 0,
			content,
			keying: Keying::Supplied,
		}
	}

	fn plain(shelf: &mut Shelf, file: &[u8]) -> Material {
		let hash = sha256(file);
		Material {
			number: 1,
			content: Content {
				cid: shelf.put(file.to_vec()),
				ciphertext_hash: hash,
				commitment: hash,
				size: file.len() as u64,
			},
			keying: Keying::Plain,
		}
	}

	async fn opened(
		shelf: &Shelf,
		material: &Material,
		key: Option<&K1>,
	) -> Result<Vec<u8>, Spoilt> {
		let opened = open(shelf, material, key).await;
		opened.map(|(plaintext, _)| plaintext.to_vec())
	}

	#[tokio::test]
	async fn sources_of_all_lengths_open() {
		for len in [0, 1, 1000, LEAF_LEN, LEAF_LEN + 1, 3 * LEAF_LEN + 5] {
			let mut shelf = Shelf::default();
			let plaintext: Vec<u8> = (0..len).map(|n| n as u8).collect();
			let material = supplied(sealed(shelf.contents(), &key(1), &plaintext));
			look_at(&shelf, &material).await.unwrap();
			let read = opened(&shelf, &material, Some(&key(1))).await;
			assert_eq!(read, Ok(plaintext.clone()), "{len}");
			let open = plain(&mut shelf, &plaintext);
			look_at(&shelf, &open).await.unwrap();
			assert_eq!(opened(&shelf, &open, None).await, Ok(plaintext), "{len}");
		}
	}

	#[tokio::test]
	async fn wrong_key_is_told_from_a_wrong_commitment_and_from_no_content_at_all() {
		let mut shelf = Shelf::default();
		let content = sealed(shelf.contents(), &key(1), b"plaintext");
		let material = supplied(content);
		assert_eq!(
			opened(&shelf, &material, Some(&key(2))).await,
			Err(Spoilt::BadKey)
		);
		let other = Content {
			commitment: [9; 32],
			..content
		};
		assert_eq!(
			opened(&shelf, &supplied(other), Some(&key(1))).await,
			Err(Spoilt::Input(InputFault::Commitment))
		);
		let text = vec![7; 200];
		let hash = sha256(&text);
		let none = Content {
			cid: shelf.put(text),
			ciphertext_hash: hash,
			commitment: [9; 32],
			size: 200 - 104,
		};
		assert_eq!(
			opened(&shelf, &supplied(none), Some(&key(1))).await,
			Err(Spoilt::Input(InputFault::Malformed))
		);
	}

	#[tokio::test]
	async fn altered_bytes_are_the_fault_of_whoever_serves_them() {
		let mut shelf = Shelf::default();
		let content = sealed(shelf.contents(), &key(1), &vec![7; LEAF_LEN + 9]);
		let mut file = shelf.file(&content.cid);
		*file.last_mut().unwrap() ^= 1;
		shelf.contents().replace(&content.cid, file.clone());
		let material = supplied(content);
		for key in [key(1), key(2)] {
			let read = opened(&shelf, &material, Some(&key)).await;
			assert!(matches!(read, Err(Spoilt::Content(_))), "{read:?}");
		}
		assert!(look_at(&shelf, &material).await.is_err());
		file.pop();
		shelf.contents().replace(&content.cid, file);
		let read = opened(&shelf, &material, Some(&key(1))).await;
		assert!(matches!(read, Err(Spoilt::Content(_))), "{read:?}");
	}

	#[tokio::test]
	async fn plain_source_is_what_its_hash_and_its_commitment_say() {
		let mut shelf = Shelf::default();
		let material = plain(&mut shelf, b"public");
		let mut committed = material.clone();
		committed.content.commitment = [9; 32];
		assert_eq!(
			opened(&shelf, &committed, None).await,
			Err(Spoilt::Input(InputFault::Commitment))
		);
		for size in [5, 7] {
			let mut other = material.clone();
			other.content.size = size;
			let read = opened(&shelf, &other, None).await;
			assert!(matches!(read, Err(Spoilt::Content(_))), "{size} {read:?}");
			assert!(look_at(&shelf, &other).await.is_err());
		}
		let mut missing = material;
		missing.content.cid = Cid::new(Cid::RAW, [9; 32]);
		let read = opened(&shelf, &missing, None).await;
		assert!(matches!(
			read,
			Err(Spoilt::Content(ContentError::Unavailable(_)))
		));
	}
}

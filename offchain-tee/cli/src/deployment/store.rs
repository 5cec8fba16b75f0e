//! Contents on their way to storage, encrypted on this side, and back.

use std::{
	io::{self, Read},
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};

use indicatif::ProgressBar;
use sha2::{Digest, Sha256};
use tea_envelope::{Commitment, Committer, ContentId, Decryptor, Encryptor, K1, content::LEAF_LEN};
use tea_ipfs::{Client, ClientError};
use tea_link::os_rng::OsRng;
use tea_primitives::deployment::{Cid, Content, Document};
use zeroize::Zeroizing;

use super::source::Source;
use crate::failure::{Failure, Kind, Result};

/// How long a server may take to put a pin on what it has.
const PIN: Duration = Duration::from_secs(60);

impl From<ClientError> for Failure {
	fn from(error: ClientError) -> Self {
		let (kind, next) = match &error {
			ClientError::Url(_) => (Kind::Input, "correct --ipfs-api"),
			ClientError::Unreachable { .. } | ClientError::Timeout(_) => (
				Kind::Unreachable,
				"start tea-host, or name another server with --ipfs-api",
			),
			ClientError::Missing(_) => (
				Kind::Unreachable,
				"keep a host online that has it, and try again",
			),
			ClientError::Mismatch(_) | ClientError::Export(_) => (
				Kind::Untrusted,
				"do not use this server; name another one with --ipfs-api",
			),
			_ => (Kind::Unreachable, "see the log of the server"),
		};
		Self::new(kind, error, next)
	}
}

/// What is known of a plaintext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measured {
	/// Its SHA-256.
	pub(crate) hash: [u8; 32],
	/// The commitment to it under a key.
	pub(crate) commitment: Option<[u8; 32]>,
}

fn unreadable(source: &Source, error: &io::Error) -> Failure {
	Failure::input(
		format!("{} cannot be read to its end ({error})", source.name),
		"try again",
	)
}

/// Reads a plaintext once.
pub(crate) fn measure(source: &Source, k1: Option<&K1>) -> Result<Measured> {
	let mut file = source.read()?;
	let mut hasher = Sha256::new();
	let mut committer = k1.map(Committer::new);
	let mut buffer = Zeroizing::new(vec![0; LEAF_LEN]);
	loop {
		let read = file
			.read(&mut buffer)
			.map_err(|error| unreadable(source, &error))?;
		let piece = buffer.get(..read).unwrap_or_default();
		if piece.is_empty() {
			break;
		}
		hasher.update(piece);
		if let Some(committer) = &mut committer {
			committer.update(piece);
		}
	}
	Ok(Measured {
		hash: hasher.finalize().into(),
		commitment: committer.map(|committer| committer.finish().0),
	})
}

/// What was seen of a content while it was sent.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
	hash: Option<[u8; 32]>,
	encrypting: Duration,
}

/// A content as it is stored, made while it is read.
struct Sealing<R> {
	source: R,
	encryptor: Option<Encryptor>,
	chunk: Zeroizing<Vec<u8>>,
	leaf: Vec<u8>,
	at: usize,
	hasher: Sha256,
	bar: ProgressBar,
	passed: Arc<Mutex<Passed>>,
	encrypting: Duration,
}

impl<R: Read> Sealing<R> {
	/// Makes the next leaf; false at the end.
	fn next(&mut self) -> io::Result<bool> {
		self.at = 0;
		let len = match &mut self.encryptor {
			None => {
				self.leaf.resize(LEAF_LEN, 0);
				let read = self.source.read(&mut self.leaf)?;
				self.leaf.truncate(read);
				read
			}
			Some(encryptor) => {
				let Some(due) = encryptor.due() else {
					self.leaf.clear();
					return Ok(false);
				};
				self.chunk.resize(due, 0);
				// What became shorter meanwhile ends here.
				self.source.read_exact(&mut self.chunk)?;
				self.leaf.resize(LEAF_LEN, 0);
				let began = Instant::now();
				let written = encryptor
					.seal(&self.chunk, &mut self.leaf)
					.map_err(io::Error::other)?;
				self.encrypting = self.encrypting.saturating_add(began.elapsed());
				self.leaf.truncate(written);
				written
			}
		};
		self.hasher.update(&self.leaf);
		self.bar.inc(len as u64);
		Ok(len > 0)
	}
}

impl<R: Read> Read for Sealing<R> {
	fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
		if self.at >= self.leaf.len() && !self.next()? {
			let hash = self.hasher.clone().finalize().into();
			let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
			*passed = Passed {
				hash: Some(hash),
				encrypting: self.encrypting,
			};
			return Ok(0);
		}
		let rest = self.leaf.get(self.at..).unwrap_or_default();
		let len = rest.len().min(out.len());
		if let (Some(to), Some(from)) = (out.get_mut(..len), rest.get(..len)) {
			to.copy_from_slice(from);
		}
		self.at = self.at.saturating_add(len);
		Ok(len)
	}
}

/// A content that is stored, and how long that took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored {
	/// What the chain will name.
	pub(crate) content: Content,
	/// Time that encryption took.
	pub(crate) encrypting: Duration,
	/// Time that all of it took.
	pub(crate) storing: Duration,
}

/// Encrypts a plaintext, unless it is public, and stores it.
pub(crate) async fn store(
	client: &Client,
	source: &Source,
	measured: &Measured,
	k1: Option<&K1>,
	bar: ProgressBar,
) -> Result<Stored> {
	let began = Instant::now();
	let commitment = measured.commitment.unwrap_or(measured.hash);
	let encryptor = match k1 {
		Some(k1) => {
			let id = ContentId::from(Commitment(commitment));
			let encryptor = Encryptor::new(k1, &id, source.size, &mut OsRng);
			Some(encryptor.map_err(|error| Failure::input(error, "deploy it in parts"))?)
		}
		None => None,
	};
	let passed = Arc::new(Mutex::new(Passed::default()));
	let sealing = Sealing {
		source: source.read()?,
		encryptor,
		chunk: Zeroizing::new(Vec::with_capacity(LEAF_LEN)),
		leaf: Vec::with_capacity(LEAF_LEN),
		at: 0,
		hasher: Sha256::new(),
		bar,
		passed: passed.clone(),
		encrypting: Duration::ZERO,
	};
	let added = client.add(sealing).await?;
	let Passed { hash, encrypting } = *passed.lock().unwrap_or_else(PoisonError::into_inner);
	let ciphertext_hash = hash.ok_or_else(|| {
		Failure::input(
			format!("{} was not read to its end", source.name),
			"try again",
		)
	})?;
	client.pin(&added.root, PIN).await?;
	Ok(Stored {
		content: Content {
			cid: chain_cid(&added.root)?,
			ciphertext_hash,
			commitment,
			size: source.size,
		},
		encrypting,
		storing: began.elapsed(),
	})
}

/// Stores a document that anybody may read.
pub(crate) async fn document(client: &Client, bytes: Vec<u8>) -> Result<Document> {
	let hash = Sha256::digest(&bytes).into();
	let added = client.add_bytes(bytes).await?;
	client.pin(&added.root, PIN).await?;
	Ok(Document {
		cid: chain_cid(&added.root)?,
		hash,
	})
}

/// A CID as the chain writes it.
fn chain_cid(cid: &tea_ipfs::Cid) -> Result<Cid> {
	cid.to_bytes().try_into().map(Cid).map_err(|_| {
		Failure::input(
			format!("{cid} is no name that the chain takes"),
			"try again",
		)
	})
}

/// A CID as people write it.
pub(crate) fn shown_cid(cid: &Cid) -> String {
	ipfs_cid(cid).map_or_else(|_| hex::encode(cid.0), |cid| cid.to_string())
}

/// A CID of the chain.
pub(crate) fn ipfs_cid(cid: &Cid) -> Result<tea_ipfs::Cid> {
	tea_ipfs::cid::from_bytes(&cid.0)
		.map_err(|error| Failure::new(Kind::Untrusted, error, "ask the owner of the deployment"))
}

/// Reads a stored content piece by piece, and writes what it means: the plaintext with a key, else what is stored. All of
/// it is compared with what the chain says; nothing is to be used before this has returned.
pub(crate) struct Reading<W> {
	content: Content,
	sealed_len: u64,
	hasher: Sha256,
	opening: Option<Box<Opening>>,
	out: W,
}

struct Opening {
	k1: K1,
	committer: Committer,
	decryptor: Option<Decryptor>,
	leaf: Vec<u8>,
	plain: Zeroizing<Vec<u8>>,
}

fn wrong(what: &str) -> io::Error {
	io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

impl<W: io::Write> Reading<W> {
	/// Reads a content of this stored length.
	pub(crate) fn new(content: Content, sealed_len: u64, k1: Option<K1>, out: W) -> Self {
		Self {
			content,
			sealed_len,
			hasher: Sha256::new(),
			opening: k1.map(|k1| {
				Box::new(Opening {
					committer: Committer::new(&k1),
					k1,
					decryptor: None,
					leaf: Vec::with_capacity(LEAF_LEN),
					plain: Zeroizing::new(vec![0; LEAF_LEN]),
				})
			}),
			out,
		}
	}

	/// Takes the next piece, of any length.
	pub(crate) fn take(&mut self, mut piece: &[u8]) -> io::Result<()> {
		self.hasher.update(piece);
		let Some(opening) = &mut self.opening else {
			return self.out.write_all(piece);
		};
		let id = ContentId::from(Commitment(self.content.commitment));
		while !piece.is_empty() {
			let due = match &opening.decryptor {
				Some(decryptor) => decryptor.due().ok_or_else(|| wrong("it is too long"))?,
				None => usize::try_from(self.sealed_len).map_or(LEAF_LEN, |len| len.min(LEAF_LEN)),
			};
			let wanting = due.saturating_sub(opening.leaf.len());
			let (now, later) = piece.split_at(wanting.min(piece.len()));
			opening.leaf.extend_from_slice(now);
			piece = later;
			if opening.leaf.len() < due {
				return Ok(());
			}
			let decryptor = match &mut opening.decryptor {
				Some(decryptor) => decryptor,
				None => {
					let leaf = &opening.leaf;
					let new = Decryptor::new(&opening.k1, &id, self.sealed_len, leaf);
					opening.decryptor.insert(new.map_err(io::Error::other)?)
				}
			};
			let len = decryptor
				.open(&opening.leaf, &mut opening.plain)
				.map_err(io::Error::other)?;
			let plain = opening.plain.get(..len).unwrap_or_default();
			opening.committer.update(plain);
			self.out.write_all(plain)?;
			opening.leaf.clear();
		}
		Ok(())
	}

	/// Compares all of it with what the chain says, and gives the writer back.
	pub(crate) fn finish(mut self) -> io::Result<W> {
		let hash: [u8; 32] = self.hasher.finalize().into();
		if hash != self.content.ciphertext_hash {
			return Err(wrong("its hash is not the one on chain"));
		}
		if let Some(opening) = self.opening {
			let commitment = Commitment(self.content.commitment);
			let Opening {
				decryptor,
				committer,
				..
			} = *opening;
			decryptor
				.ok_or_else(|| wrong("it is too short"))?
				.finish()
				.and_then(|()| committer.verify(&commitment))
				.map_err(io::Error::other)?;
		}
		self.out.flush()?;
		Ok(self.out)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;
	use tea_envelope::Layout;

	fn k1() -> K1 {
		K1::take(&mut [7; 32])
	}

	fn source(len: usize) -> (tempfile::TempDir, Source) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
		fs::write(&path, bytes).unwrap();
		let source = Source::open(&path, None).unwrap();
		(dir, source)
	}

	/// The content as it is stored, and what the chain would say about it.
	fn sealed(source: &Source, k1: Option<&K1>) -> (Vec<u8>, Content) {
		let measured = measure(source, k1).unwrap();
		let commitment = measured.commitment.unwrap_or(measured.hash);
		let passed = Arc::new(Mutex::new(Passed::default()));
		let id = ContentId::from(Commitment(commitment));
		let mut sealing = Sealing {
			source: source.read().unwrap(),
			encryptor: k1.map(|k1| Encryptor::new(k1, &id, source.size, &mut OsRng).unwrap()),
			chunk: Zeroizing::default(),
			leaf: Vec::new(),
			at: 0,
			hasher: Sha256::new(),
			bar: ProgressBar::hidden(),
			passed: passed.clone(),
			encrypting: Duration::ZERO,
		};
		let mut stored = Vec::new();
		sealing.read_to_end(&mut stored).unwrap();
		let content = Content {
			cid: Cid([0; 36]),
			ciphertext_hash: passed.lock().unwrap().hash.unwrap(),
			commitment,
			size: source.size,
		};
		(stored, content)
	}

	fn read(stored: &[u8], content: Content, k1: Option<K1>) -> io::Result<Vec<u8>> {
		let mut reading = Reading::new(content, stored.len() as u64, k1, Vec::new());
		for piece in stored.chunks(300_007) {
			reading.take(piece)?;
		}
		reading.finish()
	}

	fn plain(source: &Source) -> Vec<u8> {
		let mut bytes = Vec::new();
		source.read().unwrap().read_to_end(&mut bytes).unwrap();
		bytes
	}

	#[test]
	fn what_is_sealed_comes_back() {
		for len in [0, 1, LEAF_LEN, 2 * LEAF_LEN + 77] {
			let (_dir, source) = source(len);
			let (stored, content) = sealed(&source, Some(&k1()));
			let layout = Layout::of_plain(len as u64).unwrap();
			assert_eq!(stored.len() as u64, layout.sealed_len());
			assert_eq!(read(&stored, content, Some(k1())).unwrap(), plain(&source));
			assert_eq!(read(&stored, content, None).unwrap(), stored);
		}
	}

	#[test]
	fn public_content_is_stored_as_it_is() {
		let (_dir, source) = source(LEAF_LEN + 5);
		let (stored, content) = sealed(&source, None);
		assert_eq!(stored, plain(&source));
		assert_eq!(content.ciphertext_hash, content.commitment);
		assert_eq!(read(&stored, content, None).unwrap(), stored);
	}

	#[test]
	fn what_is_not_the_content_is_refused() {
		let (_dir, source) = source(LEAF_LEN + 5);
		let (stored, content) = sealed(&source, Some(&k1()));
		assert!(read(&stored, content, Some(K1::take(&mut [8; 32]))).is_err());
		let mut altered = stored.clone();
		altered[LEAF_LEN] ^= 1;
		assert!(read(&altered, content, Some(k1())).is_err());
		assert!(read(&altered, content, None).is_err());
		assert!(read(&stored[..LEAF_LEN], content, Some(k1())).is_err());
		let foreign = Content {
			commitment: [9; 32],
			..content
		};
		assert!(read(&stored, foreign, Some(k1())).is_err());
	}

	#[test]
	fn two_seals_under_one_key_have_nothing_in_common() {
		let (_dir, source) = source(1000);
		let (one, _) = sealed(&source, Some(&k1()));
		let (two, _) = sealed(&source, Some(&k1()));
		assert_ne!(one, two);
	}
}

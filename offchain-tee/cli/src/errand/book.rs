//! Own orders: the key that opens the result, the keys of sealed files, and what was asked for. One file each, below the folder
//! of keys, written before anything is posted. Without it nobody can read the result.
//!
//! A file is named after the public half of the client key, which the chain has: so an order is found also when its number was
//! never learnt.

use std::{
	fs::{self, DirBuilder, File},
	io::Write,
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
};

use codec::{Decode, DecodeAll, Encode};
use serde::{Deserialize, Serialize};
use tea_chain::AccountId;
use tea_envelope::{K1, TransportSecret};
use tea_link::os_rng::OsRng;
use tea_primitives::errand::{Capabilities, ErrandId, Input, Limits, Source};
use zeroize::{Zeroize, Zeroizing};

use crate::{
	deployment::keystore::{self, copy_of},
	failure::{Failure, Kind, Result},
};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Asked {
	/// The function.
	pub(crate) code: Source,
	/// What it is given.
	pub(crate) data: Vec<Source>,
	/// More input.
	pub(crate) params: Vec<u8>,
	/// How much the guest may use.
	pub(crate) limits: Limits,
	/// What it is granted.
	pub(crate) capabilities: Capabilities,
}

impl Asked {
	/// Code first, then data in order.
	pub(crate) fn sources(&self) -> impl Iterator<Item = &Source> {
		std::iter::once(&self.code).chain(&self.data)
	}

	/// The input hash, given the ciphertext hashes of code and data in order.
	pub(crate) fn input(&self, hashes: &[[u8; 32]]) -> Option<[u8; 32]> {
		let (code, data) = hashes.split_first()?;
		Some(Input::new(*code, data, &self.params, self.limits, self.capabilities).hash())
	}
}

/// An own order.
pub(crate) struct Page {
	/// Genesis hash of its chain.
	pub(crate) genesis: [u8; 32],
	/// Who pays.
	pub(crate) client: AccountId,
	/// The secret half of the client key.
	pub(crate) secret: TransportSecret,
	/// The keys of sealed files, by source: 0 is the code, n the data input n − 1.
	pub(crate) keys: Vec<Option<K1>>,
	/// What was asked for.
	pub(crate) asked: Asked,
	/// The number that the chain gave it, if that was learnt.
	pub(crate) errand: Option<ErrandId>,
}

impl Page {
	/// An order under a fresh client key.
	pub(crate) fn new(
		genesis: [u8; 32],
		client: AccountId,
		asked: Asked,
		keys: Vec<Option<K1>>,
	) -> Self {
		Self {
			genesis,
			client,
			secret: TransportSecret::generate(&mut OsRng),
			keys,
			asked,
			errand: None,
		}
	}

	/// The public half of the client key, as the chain has it.
	pub(crate) fn client_key(&self) -> [u8; 32] {
		self.secret.public().0
	}

	/// The key of a sealed file.
	pub(crate) fn key_of(&self, source: u8) -> Option<K1> {
		self.keys.get(usize::from(source))?.as_ref().map(copy_of)
	}
}

/// A secret in a file.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Secret(String);

impl Drop for Secret {
	fn drop(&mut self) {
		self.0.zeroize();
	}
}

impl Secret {
	fn of(bytes: &[u8; 32]) -> Self {
		Self(hex::encode(bytes))
	}

	fn bytes(&self) -> Option<Zeroizing<[u8; 32]>> {
		let mut bytes = Zeroizing::new([0; 32]);
		hex::decode_to_slice(&self.0, &mut *bytes).ok()?;
		Some(bytes)
	}
}

/// What a file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
	version: u32,
	genesis: String,
	client: String,
	secret: Secret,
	keys: Vec<Option<Secret>>,
	asked: String,
	errand: Option<u64>,
}

impl Written {
	fn of(page: &Page) -> Self {
		Self {
			version: 1,
			genesis: hex::encode(page.genesis),
			client: page.client.to_string(),
			secret: Secret::of(page.secret.expose()),
			keys: page
				.keys
				.iter()
				.map(|key| key.as_ref().map(|key| Secret::of(key.expose())))
				.collect(),
			asked: hex::encode(page.asked.encode()),
			errand: page.errand.map(|errand| errand.0),
		}
	}

	fn page(&self) -> Option<Page> {
		let key = |secret: &Secret| secret.bytes().map(|mut bytes| K1::take(&mut bytes));
		let keys = self
			.keys
			.iter()
			.map(|secret| match secret {
				None => Some(None),
				Some(secret) => key(secret).map(Some),
			})
			.collect::<Option<Vec<_>>>()?;
		let asked = hex::decode(&self.asked).ok()?;
		Some(Page {
			genesis: hex::decode(&self.genesis).ok()?.try_into().ok()?,
			client: self.client.parse().ok()?,
			secret: TransportSecret::take(&mut *self.secret.bytes()?),
			keys,
			asked: Asked::decode_all(&mut &asked[..]).ok()?,
			errand: self.errand.map(ErrandId),
		})
	}
}

/// The folder.
pub(crate) struct Book(PathBuf);

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
	Failure::new(
		Kind::Output,
		format!(
			"the folder of orders {} cannot be used ({error})",
			path.display()
		),
		"name another folder of keys with --keys",
	)
}

impl Book {
	/// Opens the folder below the folder of keys, and makes it if it is not there.
	pub(crate) fn open(named: Option<&Path>) -> Result<Self> {
		let path = keystore::folder(named)?.join("errands");
		DirBuilder::new()
			.recursive(true)
			.mode(0o700)
			.create(&path)
			.map_err(|error| unusable(&path, &error))?;
		Ok(Self(path))
	}

	fn path_of(&self, client_key: &[u8; 32]) -> PathBuf {
		self.0.join(format!("{}.json", hex::encode(client_key)))
	}

	/// Writes an order; after this it survives a power cut.
	pub(crate) fn write(&self, page: &Page) -> Result<()> {
		let path = self.path_of(&page.client_key());
		let text = serde_json::to_string_pretty(&Written::of(page)).map(Zeroizing::new);
		let written = text.map_err(std::io::Error::other).and_then(|text| {
			// Made with mode 600, and in its place only when it is complete.
			let mut file = tempfile::NamedTempFile::new_in(&self.0)?;
			file.write_all(text.as_bytes())?;
			file.as_file().sync_all()?;
			file.persist(&path).map_err(|error| error.error)?;
			File::open(&self.0)?.sync_all()
		});
		written.map_err(|error| unusable(&self.0, &error))
	}

	/// The order with this client key on this chain; `None`: this folder has none.
	pub(crate) fn find(&self, genesis: &[u8; 32], client_key: &[u8; 32]) -> Result<Option<Page>> {
		let path = self.path_of(client_key);
		let text = match fs::read(&path) {
			Ok(text) => Zeroizing::new(text),
			Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
			Err(error) => return Err(unusable(&path, &error)),
		};
		let page = serde_json::from_slice::<Written>(&text)
			.ok()
			.filter(|written| written.version == 1)
			.and_then(|written| written.page())
			.filter(|page| page.client_key() == *client_key)
			.ok_or_else(|| {
				Failure::input(
					format!("the order {} is damaged", path.display()),
					"take it out of the folder; without it nobody can read that result",
				)
			})?;
		Ok(Some(page).filter(|page| page.genesis == *genesis))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;
	use tea_primitives::deployment::DeploymentId;

	fn page() -> Page {
		let asked = Asked {
			code: Source::Deployed(DeploymentId([1; 32])),
			data: vec![Source::Deployed(DeploymentId([2; 32]))],
			params: b"params".to_vec(),
			limits: Limits {
				fuel: 1,
				pages: 2,
				output: 3,
				wall_ms: 4,
			},
			capabilities: Capabilities::RAND,
		};
		let keys = vec![None, Some(K1::take(&mut [7; 32]))];
		Page::new([9; 32], AccountId([3; 32]), asked, keys)
	}

	fn book() -> (tempfile::TempDir, Book) {
		let dir = tempfile::tempdir().unwrap();
		let keys = dir.path().join("keys");
		let book = Book::open(Some(&keys)).unwrap();
		(dir, book)
	}

	#[test]
	fn order_comes_back_as_it_was_written() {
		let (_dir, book) = book();
		let mut page = page();
		let name = page.client_key();
		assert!(book.find(&page.genesis, &name).unwrap().is_none());
		book.write(&page).unwrap();
		page.errand = Some(ErrandId(5));
		book.write(&page).unwrap();
		let found = book.find(&page.genesis, &name).unwrap().unwrap();
		assert_eq!(found.secret.expose(), page.secret.expose());
		assert_eq!(found.asked, page.asked);
		assert_eq!(
			(found.client, found.errand),
			(page.client, Some(ErrandId(5)))
		);
		assert!(found.key_of(0).is_none() && found.key_of(2).is_none());
		assert_eq!(found.key_of(1).unwrap().expose(), &[7; 32]);
		// Of another chain it is none.
		assert!(book.find(&[8; 32], &name).unwrap().is_none());
	}

	#[test]
	fn nobody_else_may_read_it() {
		let (_dir, book) = book();
		let page = page();
		book.write(&page).unwrap();
		let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
		assert_eq!(mode(&book.0), 0o700);
		assert_eq!(mode(&book.path_of(&page.client_key())), 0o600);
	}

	#[test]
	fn damaged_order_is_named() {
		let (_dir, book) = book();
		let page = page();
		let name = page.client_key();
		for text in ["", "{}", r#"{"version": 1}"#] {
			fs::write(book.path_of(&name), text).unwrap();
			let failure = book.find(&page.genesis, &name).err().unwrap();
			assert!(failure.sentence.contains("damaged"), "{failure}");
		}
		// A file under another's name opens nothing.
		book.write(&page).unwrap();
		fs::rename(book.path_of(&name), book.path_of(&[4; 32])).unwrap();
		assert!(book.find(&page.genesis, &[4; 32]).is_err());
	}
}

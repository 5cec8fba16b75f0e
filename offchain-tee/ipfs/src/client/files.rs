//! Files, cut and put together on this side.

use std::{collections::HashMap, io::Read};

use futures::{StreamExt, TryStreamExt, stream};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{Client, ClientError};
use crate::{
	cid::Cid,
	unixfs::{self, Accepted, ExportError, ImportError, Imported, Walk},
};

/// Blocks that are sent or fetched at a time.
const AT_A_TIME: usize = 4;

impl Client {
	/// Sends a file, block by block, and returns its root. Nothing is pinned: until [`Client::pin`] the server may collect it.
	pub async fn add(&self, file: impl Read + Send + 'static) -> Result<Imported, ClientError> {
		let (blocks, cut) = mpsc::channel(AT_A_TIME);
		let importing = tokio::task::spawn_blocking(move || {
			unixfs::import(file, &mut |cid, block| {
				// Who reads has failed, and says why.
				let gone = |_| std::io::Error::other("the blocks are not wanted any more");
				blocks.blocking_send((cid, block)).map_err(gone)
			})
		});
		stream::unfold(cut, async |mut cut| Some((cut.recv().await?, cut)))
			.map(|(cid, block)| self.put(cid, block))
			.buffer_unordered(AT_A_TIME)
			.try_for_each(async |()| Ok(()))
			.await?;
		let imported = importing.await.map_err(|_| ClientError::Ending)?;
		Ok(imported?)
	}

	/// Sends a file that is in memory, as [`Client::add`] does.
	pub async fn add_bytes(&self, file: Vec<u8>) -> Result<Imported, ClientError> {
		self.add(std::io::Cursor::new(file)).await
	}

	/// Fetches a file of at most `max_len` bytes.
	pub async fn get_file(&self, root: &Cid, max_len: u64) -> Result<Vec<u8>, ClientError> {
		let mut file = Vec::new();
		self.read_file(root, max_len, |bytes| {
			file.extend_from_slice(&bytes);
			Ok(())
		})
		.await?;
		Ok(file)
	}

	/// Fetches a file of at most `max_len` bytes and hands it on leaf by leaf, in order. What was handed on before an error
	/// is the file's beginning, and no more. Returns the length.
	pub async fn read_file(
		&self,
		root: &Cid,
		max_len: u64,
		mut take: impl FnMut(Vec<u8>) -> std::io::Result<()>,
	) -> Result<u64, ClientError> {
		let mut walk = Walk::new(root, max_len)?;
		let mut coming = Coming(HashMap::new());
		while let Some(cid) = walk.wanted() {
			for next in walk.ahead().take(AT_A_TIME) {
				coming.0.entry(next).or_insert_with(|| {
					let client = self.clone();
					tokio::spawn(async move { client.block_get(&next).await })
				});
			}
			let block = match coming.0.remove(&cid) {
				Some(coming) => coming.await.map_err(|_| ClientError::Ending)??,
				None => self.block_get(&cid).await?,
			};
			if let Accepted::Bytes(bytes) = walk.accept(block)? {
				take(bytes).map_err(ExportError::Io)?;
			}
		}
		Ok(walk.passed())
	}
}

/// Blocks that are on their way; nobody waits for them when this is gone.
struct Coming(HashMap<Cid, JoinHandle<Result<Vec<u8>, ClientError>>>);

impl Drop for Coming {
	fn drop(&mut self) {
		for task in self.0.values() {
			task.abort();
		}
	}
}

/// The root that a file will have, without sending it.
pub fn root_of(file: impl Read) -> Result<Imported, ImportError> {
	unixfs::import(file, &mut |_, _| Ok(()))
}

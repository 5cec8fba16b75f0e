//! Contents and results behind the host's IPFS server. It is not believed: every block is hashed here.

use std::time::Duration;

use async_trait::async_trait;
use tea_executor::{Secret, abi::ipfs::MAX_BLOCK_BYTES};
use tea_ipfs::{
	client::PinOptions,
	unixfs::{Accepted, Walk},
};
use tea_primitives::{deployment::Cid, errand::ErrandId};

use crate::pins::{
	content::{ContentError, Contents},
	ipfs::{Ipfs, cid_of, refused},
};

/// How long the server may look for everything below a root.
const PATIENCE: Duration = Duration::from_secs(30);

/// Blocks of a content, by the bytes of their CIDs.
pub type Closure = Vec<(Vec<u8>, Secret)>;

/// What errands ask of a store beside reading.
#[async_trait]
pub trait Store: Contents {
	/// Stores a file, and says where it is. Nothing keeps it yet.
	async fn add(&self, file: Vec<u8>) -> Result<Cid, ContentError>;

	/// Has the host fetch a file of at most so many bytes and keep it for an errand.
	async fn keep_for(&self, cid: &Cid, errand: ErrandId, most: u64) -> Result<(), ContentError>;

	/// Lets the host forget what it keeps for an errand.
	async fn release_for(&self, cid: &Cid, errand: ErrandId);

	/// All blocks of a file of at most so many bytes.
	async fn closure(&self, cid: &Cid, most: u64) -> Result<Closure, ContentError>;
}

/// For whom the host keeps a content.
fn name_of(errand: ErrandId) -> String {
	format!("tea-errand-{errand}")
}

#[async_trait]
impl Store for Ipfs {
	async fn add(&self, file: Vec<u8>) -> Result<Cid, ContentError> {
		let imported = self.0.add_bytes(file).await.map_err(refused)?;
		let bytes = imported.root.to_bytes();
		let bytes = <[u8; 36]>::try_from(bytes).map_err(|_| {
			ContentError::Mismatch("the name of a file has another length than all have".into())
		})?;
		Ok(Cid(bytes))
	}

	async fn keep_for(&self, cid: &Cid, errand: ErrandId, most: u64) -> Result<(), ContentError> {
		let options = PinOptions {
			name: name_of(errand),
			max_len: Some(most),
			..PinOptions::default()
		};
		self.0
			.pin_with(&cid_of(cid)?, &options, PATIENCE)
			.await
			.map_err(refused)
	}

	async fn release_for(&self, cid: &Cid, errand: ErrandId) {
		if let Ok(root) = cid_of(cid)
			&& let Err(error) = self.0.unpin_named(&root, &name_of(errand)).await
		{
			tracing::debug!(%errand, %error, "the host keeps a content for longer");
		}
	}

	async fn closure(&self, cid: &Cid, most: u64) -> Result<Closure, ContentError> {
		let mismatch = |error: &dyn std::fmt::Display| ContentError::Mismatch(error.to_string());
		let mut walk = Walk::new(&cid_of(cid)?, most).map_err(|error| mismatch(&error))?;
		let mut blocks = Vec::new();
		while let Some(wanted) = walk.wanted() {
			let block = self.0.block_get(&wanted).await.map_err(refused)?;
			if block.len() > MAX_BLOCK_BYTES {
				return Err(mismatch(&"a block is larger than guests may read"));
			}
			blocks.push((wanted.to_bytes(), Secret::new(block.clone())));
			match walk.accept(block).map_err(|error| mismatch(&error))? {
				Accepted::Bytes(_) | Accepted::Node => (),
			}
		}
		Ok(blocks)
	}
}

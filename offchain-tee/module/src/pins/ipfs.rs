//! Contents through an IPFS server: `tea-host`, or a kubo daemon. It is not believed.

use std::time::Duration;

use async_trait::async_trait;
use tea_ipfs::{Client, ClientError, ExportError};
use tea_primitives::deployment::Cid;

use super::content::{ContentError, Contents, Take};

/// How long the server may look for everything below a root.
const PATIENCE: Duration = Duration::from_secs(120);

/// Contents behind the kubo RPC.
pub struct Ipfs(pub Client);

pub(crate) fn cid_of(cid: &Cid) -> Result<tea_ipfs::Cid, ContentError> {
	tea_ipfs::cid::from_bytes(&cid.0).map_err(|error| ContentError::Mismatch(error.to_string()))
}

pub(crate) fn refused(error: ClientError) -> ContentError {
	let is_hostile = match &error {
		ClientError::Mismatch(_) | ClientError::Cid(_) | ClientError::TooLong(_) => true,
		ClientError::Export(error) => !matches!(error, ExportError::Missing(_)),
		_ => false,
	};
	if is_hostile {
		ContentError::Mismatch(error.to_string())
	} else {
		ContentError::Unavailable(error.to_string())
	}
}

#[async_trait]
impl Contents for Ipfs {
	async fn read(&self, cid: &Cid, most: u64, take: &mut Take<'_>) -> Result<(), ContentError> {
		let root = cid_of(cid)?;
		let mut stopped = None;
		let read = self.0.read_file(&root, most, |piece| {
			take(&piece).map_err(|error| {
				let io = std::io::Error::other(error.to_string());
				stopped = Some(error);
				io
			})
		});
		match (read.await, stopped) {
			(_, Some(error)) => Err(error),
			(Ok(_), None) => Ok(()),
			(Err(error), None) => Err(refused(error)),
		}
	}

	async fn keep(&self, cid: &Cid) -> Result<(), ContentError> {
		self.0.pin(&cid_of(cid)?, PATIENCE).await.map_err(refused)
	}

	async fn release(&self, cid: &Cid) {
		if let Ok(root) = cid_of(cid)
			&& let Err(error) = self.0.unpin(&root).await
		{
			tracing::debug!(%error, "the host keeps a content for longer");
		}
	}

	async fn provide(&self, cid: &Cid) {
		if let Ok(root) = cid_of(cid)
			&& let Err(error) = self.0.provide(&root).await
		{
			tracing::debug!(%error, "a content is not announced");
		}
	}
}

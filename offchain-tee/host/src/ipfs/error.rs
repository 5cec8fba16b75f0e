//! What goes wrong, whoever stands behind the trait.

use tea_ipfs::{ClientError, cid::Cid};

use super::{fetch::FetchError, store::StoreError};
use crate::p2p::ConnectError;

/// Why IPFS did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum IpfsError {
	/// The store refuses.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// Something was not fetched.
	#[error(transparent)]
	Fetch(#[from] FetchError),
	/// The daemon behind `--ipfs-api` refuses.
	#[error(transparent)]
	Client(#[from] ClientError),
	/// There is no connection.
	#[error(transparent)]
	Connect(#[from] ConnectError),
	/// A block is not here.
	#[error("block {0} was not found on this machine")]
	Missing(Cid),
	/// The host ends.
	#[error("the host is stopping")]
	Ending,
}

impl IpfsError {
	/// Whether something is not there, as opposed to wrong.
	pub fn is_missing(&self) -> bool {
		matches!(
			self,
			Self::Missing(_)
				| Self::Store(StoreError::Missing(_))
				| Self::Fetch(
					FetchError::NoProviders(_)
						| FetchError::Timeout(_)
						| FetchError::BadBlock { .. }
				) | Self::Client(ClientError::Missing(_))
		)
	}
}

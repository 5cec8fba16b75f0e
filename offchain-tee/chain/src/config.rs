//! The words in which the client library speaks about this chain.

use subxt::{
	Config,
	config::{
		DefaultTransactionExtensions, HashFor,
		substrate::{
			AccountId32, BlakeTwo256, H256, MultiAddress, MultiSignature, SubstrateHeader,
		},
	},
	metadata::ArcMetadata,
};

/// Types of the chain, and one version of its runtime.
///
/// Extensions of transactions that carry nothing, such as the one that counts failed duties, need no word here; the fee
/// extension reads as `ChargeTransactionPayment` inside and outside of the one that skips it for duties.
#[derive(Clone, Debug)]
pub(crate) struct Tea {
	pub(crate) genesis: H256,
	pub(crate) spec_version: u32,
	pub(crate) transaction_version: u32,
	pub(crate) metadata: ArcMetadata,
}

impl Config for Tea {
	type AccountId = AccountId32;
	type Address = MultiAddress<AccountId32, u32>;
	type AssetId = u32;
	type Hasher = BlakeTwo256;
	type Header = SubstrateHeader<H256>;
	type Signature = MultiSignature;
	type TransactionExtensions = DefaultTransactionExtensions<Self>;

	fn genesis_hash(&self) -> Option<HashFor<Self>> {
		Some(self.genesis)
	}

	fn spec_and_transaction_version_for_block_number(&self, _: u64) -> Option<(u32, u32)> {
		Some((self.spec_version, self.transaction_version))
	}

	fn metadata_for_spec_version(&self, _: u32) -> Option<ArcMetadata> {
		Some(ArcMetadata::clone(&self.metadata))
	}
}

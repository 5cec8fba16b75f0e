//! Types of blocks and extrinsics.

use crate::{AllPalletsWithSystem, Runtime, RuntimeCall};
#[cfg(not(feature = "std"))]
use alloc::vec::Vec;
use sp_runtime::{generic, impl_opaque_keys};
pub use tea_primitives::chain::{
	AccountId, Address, Balance, BlockNumber, Hash, Hashing, Moment, Nonce, Signature,
};

/// Header of a block.
pub type Header = generic::Header<BlockNumber, Hashing>;

/// Block as the runtime sees it.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What is checked of every transaction, in this order; the first fields cost the least.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_attestation::DutyGuard<Runtime>,
	pallet_skip_feeless_payment::SkipCheckIfFeeless<
		Runtime,
		pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// Extrinsic as it comes from the network.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a signer signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Applies blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

impl_opaque_keys! {
	/// Keys of a validator, bound to its account by `Session.set_keys`.
	pub struct SessionKeys {
		pub babe: crate::Babe,
		pub grandpa: crate::Grandpa,
	}
}

/// Types the node needs to handle blocks without knowing what is inside an extrinsic.
pub mod opaque {
	use super::{Hashing, Header};
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;
	use sp_runtime::generic;

	/// Block with opaque extrinsics.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;

	/// Hash of a block.
	pub type Hash = <Hashing as sp_runtime::traits::Hash>::Output;
}

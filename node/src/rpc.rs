//! RPCs beyond those that `sc-service` adds by itself (system, chain, state, author, chainHead, archive, transaction).

use crate::service::{FullBackend, FullClient, FullPool, FullSelectChain};
use jsonrpsee::RpcModule;
use sc_consensus_babe::BabeWorkerHandle;
use sc_consensus_babe_rpc::{Babe, BabeApiServer};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_rpc::SubscriptionTaskExecutor;
use sc_service::ChainSpec;
use sc_sync_state_rpc::{SyncState, SyncStateApiServer};
use sp_keystore::KeystorePtr;
use std::{error::Error, sync::Arc};
use substrate_frame_rpc_system::{System, SystemApiServer};
use tea_runtime::{BlockNumber, Hash, opaque::Block};

/// What the handlers need.
pub(crate) struct FullDeps {
	pub(crate) client: Arc<FullClient>,
	pub(crate) pool: Arc<FullPool>,
	pub(crate) select_chain: FullSelectChain,
	pub(crate) chain_spec: Box<dyn ChainSpec>,
	pub(crate) babe: BabeWorkerHandle<Block>,
	pub(crate) keystore: KeystorePtr,
	pub(crate) grandpa: GrandpaDeps,
}

/// What the handler of GRANDPA needs.
#[derive(Clone)]
pub(crate) struct GrandpaDeps {
	pub(crate) voter_state: SharedVoterState,
	pub(crate) authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	pub(crate) justifications: GrandpaJustificationStream<Block>,
	pub(crate) finality_proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// All handlers in one module.
pub(crate) fn create_full(
	deps: FullDeps,
	executor: SubscriptionTaskExecutor,
) -> Result<RpcModule<()>, Box<dyn Error + Send + Sync>> {
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};

	let FullDeps {
		client,
		pool,
		select_chain,
		chain_spec,
		babe,
		keystore,
		grandpa,
	} = deps;
	let mut module = RpcModule::new(());
	module.merge(System::new(Arc::clone(&client), pool).into_rpc())?;
	module.merge(TransactionPayment::new(Arc::clone(&client)).into_rpc())?;
	module
		.merge(Babe::new(Arc::clone(&client), babe.clone(), keystore, select_chain).into_rpc())?;
	module.merge(
		Grandpa::new(
			executor,
			grandpa.authority_set.clone(),
			grandpa.voter_state,
			grandpa.justifications,
			grandpa.finality_proofs,
		)
		.into_rpc(),
	)?;
	module.merge(SyncState::new(chain_spec, client, grandpa.authority_set, babe)?.into_rpc())?;
	Ok(module)
}

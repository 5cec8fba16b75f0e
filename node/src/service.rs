//! Wires the parts of a node: database, transaction pool, BABE, GRANDPA, network, RPC.

use crate::{
	database, equivocations,
	rpc::{self, FullDeps, GrandpaDeps},
};
use async_trait::async_trait;
use futures::StreamExt as _;
use sc_client_api::{BlockBackend as _, BlockchainEvents as _};
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle, SlotProportion};
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf, SharedVoterState};
use sc_executor::WasmExecutor;
use sc_network::{Litep2pNetworkBackend, NetworkBackend, service::traits::NetworkService};
use sc_service::{
	ChainType, Configuration, PruningMode, TaskManager, WarpSyncConfig,
	error::Error as ServiceError,
};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_api::ProvideRuntimeApi as _;
use sp_blockchain::Error as ClientError;
use sp_consensus_babe::{SlotDuration, inherents::InherentDataProvider as SlotInherent};
use sp_consensus_grandpa::GrandpaApi as _;
use sp_timestamp::InherentDataProvider as TimestampInherent;
use std::{sync::Arc, time::Duration};
use tea_runtime::{Hash, apis::RuntimeApi, opaque::Block};

/// A justification is kept for at least every so many blocks, so that light clients and joining validators
/// find one near any block.
const JUSTIFICATION_PERIOD: u32 = 512;

type HostFunctions = sp_io::SubstrateHostFunctions;
pub(crate) type FullClient =
	sc_service::TFullClient<Block, RuntimeApi, WasmExecutor<HostFunctions>>;
pub(crate) type FullBackend = sc_service::TFullBackend<Block>;
pub(crate) type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;
pub(crate) type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
type FullGrandpaBlockImport = GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
type FullBabeBlockImport =
	BabeBlockImport<Block, FullClient, FullGrandpaBlockImport, InherentProviders, FullSelectChain>;

/// Makes the slot and the timestamp of a block from the system's clock.
#[derive(Clone, Copy)]
pub(crate) struct InherentProviders(SlotDuration);

#[async_trait]
impl sp_inherents::CreateInherentDataProviders<Block, ()> for InherentProviders {
	type InherentDataProviders = (SlotInherent, TimestampInherent);

	async fn create_inherent_data_providers(
		&self,
		_parent: Hash,
		_: (),
	) -> Result<Self::InherentDataProviders, Box<dyn std::error::Error + Send + Sync>> {
		let timestamp = TimestampInherent::from_system_time();
		Ok((
			SlotInherent::from_timestamp_and_slot_duration(*timestamp, self.0),
			timestamp,
		))
	}
}

/// Parts that only a running node uses.
pub(crate) struct Consensus {
	block_import: FullBabeBlockImport,
	grandpa: LinkHalf<Block, FullClient, FullSelectChain>,
	babe: BabeLink<Block>,
	babe_worker: BabeWorkerHandle<Block>,
	telemetry: Option<Telemetry>,
}

type PartialComponents = sc_service::PartialComponents<
	FullClient,
	FullBackend,
	FullSelectChain,
	sc_consensus::DefaultImportQueue<Block>,
	FullPool,
	Consensus,
>;

/// On a development chain all states are kept, unless the command line says otherwise: explorers look back.
pub(crate) fn for_developers(mut config: Configuration) -> Configuration {
	if matches!(config.chain_spec.chain_type(), ChainType::Development) {
		config.state_pruning.get_or_insert(PruningMode::ArchiveAll);
	}
	config
}

/// Without authorities in its genesis a chain would have nobody to make and finalise blocks.
fn ensure_validators(client: &FullClient) -> Result<(), ServiceError> {
	let chain = client.chain_info();
	if chain.best_hash != chain.genesis_hash {
		return Ok(());
	}
	let authorities = client
		.runtime_api()
		.grandpa_authorities(chain.genesis_hash)
		.map_err(ClientError::from)?;
	if authorities.is_empty() {
		return Err(ClientError::Storage("it has no validators".into()).into());
	}
	Ok(())
}

/// Opens the database and builds everything that subcommands need, too.
pub(crate) fn new_partial(config: &Configuration) -> Result<PartialComponents, ServiceError> {
	let telemetry = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| -> Result<_, sc_telemetry::Error> {
			let worker = TelemetryWorker::new(16)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok((worker, telemetry))
		})
		.transpose()?;

	let executor = sc_service::new_wasm_executor::<HostFunctions>(&config.executor);
	let (client, backend, keystore_container, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
			executor,
			Vec::new(),
		)?;
	let client = Arc::new(client);
	ensure_validators(&client)?;

	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager
			.spawn_handle()
			.spawn("telemetry", None, worker.run());
		telemetry
	});

	let select_chain = sc_consensus::LongestChain::new(Arc::clone(&backend));
	let transaction_pool = Arc::new(
		sc_transaction_pool::Builder::new(
			task_manager.spawn_essential_handle(),
			Arc::clone(&client),
			config.role.is_authority().into(),
		)
		.with_options(config.transaction_pool.clone())
		.with_prometheus(config.prometheus_registry())
		.build(),
	);

	let (grandpa_block_import, grandpa) = sc_consensus_grandpa::block_import(
		Arc::clone(&client),
		JUSTIFICATION_PERIOD,
		&client,
		select_chain.clone(),
		telemetry.as_ref().map(Telemetry::handle),
	)?;
	let justification_import = grandpa_block_import.clone();

	let babe_configuration = sc_consensus_babe::configuration(&*client)?;
	let slot_duration = babe_configuration.slot_duration();
	let (block_import, babe) = sc_consensus_babe::block_import(
		babe_configuration,
		grandpa_block_import,
		Arc::clone(&client),
		InherentProviders(slot_duration),
		select_chain.clone(),
		OffchainTransactionPoolFactory::new(equivocations::Nowhere),
	)?;
	let (import_queue, babe_worker) =
		sc_consensus_babe::import_queue(sc_consensus_babe::ImportQueueParams {
			link: babe.clone(),
			block_import: block_import.clone(),
			justification_import: Some(Box::new(justification_import)),
			client: Arc::clone(&client),
			slot_duration,
			spawner: &task_manager.spawn_essential_handle(),
			registry: config.prometheus_registry(),
			telemetry: telemetry.as_ref().map(Telemetry::handle),
		})?;

	Ok(PartialComponents {
		client,
		backend,
		task_manager,
		keystore_container,
		select_chain,
		import_queue,
		transaction_pool,
		other: Consensus {
			block_import,
			grandpa,
			babe,
			babe_worker,
			telemetry,
		},
	})
}

/// Starts the node; it runs until its task manager ends.
pub(crate) fn new_full(config: Configuration) -> Result<TaskManager, ServiceError> {
	type Network = Litep2pNetworkBackend;

	let sc_service::PartialComponents {
		client,
		backend,
		mut task_manager,
		import_queue,
		keystore_container,
		select_chain,
		transaction_pool,
		other:
			Consensus {
				block_import,
				grandpa,
				babe,
				babe_worker,
				mut telemetry,
			},
	} = {
		let unfinished = config
			.database
			.path()
			.map(database::prepare)
			.transpose()?
			.flatten();
		let parts = new_partial(&config)?;
		if let Some(mark) = unfinished {
			// The database writes behind, in order: when a third block comes in, genesis has long been written.
			let mut later = parts.client.every_import_notification_stream().skip(2);
			parts
				.task_manager
				.spawn_handle()
				.spawn("database-mark", None, async move {
					if later.next().await.is_some()
						&& let Err(error) = std::fs::remove_file(&mark)
					{
						tracing::warn!(mark = %mark.display(), %error, "the mark of a new database stays");
					}
				});
		}
		parts
	};

	let genesis_hash = client
		.block_hash(0)?
		.ok_or_else(|| ServiceError::Other("the database holds no genesis block".into()))?;
	let metrics = <Network as NetworkBackend<Block, Hash>>::register_notification_metrics(
		config.prometheus_registry(),
	);
	let mut net_config = sc_network::config::FullNetworkConfiguration::<Block, Hash, Network>::new(
		&config.network,
		config.prometheus_registry().cloned(),
	);
	let grandpa_protocol =
		sc_consensus_grandpa::protocol_standard_name(&genesis_hash, &config.chain_spec);
	let (grandpa_protocol_config, grandpa_notifications) =
		sc_consensus_grandpa::grandpa_peers_set_config::<Block, Network>(
			grandpa_protocol.clone(),
			metrics.clone(),
			net_config.peer_store_handle(),
		);
	net_config.add_notification_protocol(grandpa_protocol_config);

	let warp_sync = Arc::new(sc_consensus_grandpa::warp_proof::NetworkProvider::new(
		Arc::clone(&backend),
		grandpa.shared_authority_set().clone(),
		Vec::new(),
	));

	let (network, system_rpc_tx, tx_handler_controller, sync_service, _) =
		sc_service::build_network(sc_service::BuildNetworkParams {
			config: &config,
			net_config,
			client: Arc::clone(&client),
			transaction_pool: Arc::clone(&transaction_pool),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: Some(WarpSyncConfig::WithProvider(warp_sync)),
			block_relay: None,
			metrics,
			gap_sync_body_policy: None,
		})?;

	let role = config.role;
	let name = config.network.node_name.clone();
	let force_authoring = config.force_authoring;
	let enable_grandpa = !config.disable_grandpa;
	let prometheus_registry = config.prometheus_registry().cloned();
	let shared_voter_state = SharedVoterState::empty();

	let rpc_builder = {
		let client = Arc::clone(&client);
		let pool = Arc::clone(&transaction_pool);
		let select_chain = select_chain.clone();
		let chain_spec = config.chain_spec.cloned_box();
		let keystore = keystore_container.keystore();
		let grandpa = GrandpaDeps {
			voter_state: shared_voter_state.clone(),
			authority_set: grandpa.shared_authority_set().clone(),
			justifications: grandpa.justification_stream(),
			finality_proofs: sc_consensus_grandpa::FinalityProofProvider::new_for_service(
				Arc::clone(&backend),
				Some(grandpa.shared_authority_set().clone()),
			),
		};
		Box::new(move |executor: sc_rpc::SubscriptionTaskExecutor| {
			let deps = FullDeps {
				client: Arc::clone(&client),
				pool: Arc::clone(&pool),
				select_chain: select_chain.clone(),
				chain_spec: chain_spec.cloned_box(),
				babe: babe_worker.clone(),
				keystore: Arc::clone(&keystore),
				grandpa: grandpa.clone(),
			};
			rpc::create_full(deps, executor).map_err(ServiceError::Application)
		})
	};

	sc_service::spawn_tasks(sc_service::SpawnTasksParams {
		config,
		client: Arc::clone(&client),
		backend,
		task_manager: &mut task_manager,
		keystore: keystore_container.keystore(),
		transaction_pool: Arc::clone(&transaction_pool),
		rpc_builder,
		network: Arc::clone(&network) as Arc<dyn NetworkService>,
		system_rpc_tx,
		tx_handler_controller,
		sync_service: Arc::clone(&sync_service),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if role.is_authority() {
		task_manager.spawn_handle().spawn(
			"equivocations",
			Some("block-import"),
			equivocations::report(Arc::clone(&client), Arc::clone(&transaction_pool)),
		);
		let slot_duration = babe.config().slot_duration();
		let proposer = sc_basic_authorship::ProposerFactory::new(
			task_manager.spawn_handle(),
			Arc::clone(&client),
			Arc::clone(&transaction_pool),
			prometheus_registry.as_ref(),
			telemetry.as_ref().map(Telemetry::handle),
		);
		let babe_worker = sc_consensus_babe::start_babe(sc_consensus_babe::BabeParams {
			keystore: keystore_container.keystore(),
			client: Arc::clone(&client),
			select_chain,
			env: proposer,
			block_import,
			sync_oracle: Arc::clone(&sync_service),
			justification_sync_link: Arc::clone(&sync_service),
			create_inherent_data_providers: InherentProviders(slot_duration),
			force_authoring,
			backoff_authoring_blocks: Some(
				sc_consensus_slots::BackoffAuthoringOnFinalizedHeadLagging::default(),
			),
			babe_link: babe,
			block_proposal_slot_portion: SlotProportion::new(0.5),
			max_block_proposal_slot_portion: None,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking(
			"babe-proposer",
			Some("block-authoring"),
			babe_worker,
		);
	}

	if enable_grandpa {
		let config = sc_consensus_grandpa::Config {
			gossip_duration: Duration::from_millis(333),
			justification_generation_period: JUSTIFICATION_PERIOD,
			name: Some(name),
			observer_enabled: false,
			keystore: role.is_authority().then(|| keystore_container.keystore()),
			local_role: role,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			protocol_name: grandpa_protocol,
		};
		let voter = sc_consensus_grandpa::run_grandpa_voter(sc_consensus_grandpa::GrandpaParams {
			config,
			link: grandpa,
			network,
			sync: sync_service,
			notification_service: grandpa_notifications,
			voting_rule: sc_consensus_grandpa::VotingRulesBuilder::default().build(),
			prometheus_registry,
			shared_voter_state,
			telemetry: telemetry.as_ref().map(Telemetry::handle),
			offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(transaction_pool),
		})?;
		task_manager.spawn_essential_handle().spawn_blocking(
			"grandpa-voter",
			Some("block-finalization"),
			voter,
		);
	}

	Ok(task_manager)
}

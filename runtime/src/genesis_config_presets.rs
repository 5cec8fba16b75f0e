//! Genesis presets: everything that differs between a development chain, a test network and a live one.

use crate::{
	AccountId, Attestation, AttestationConfig, BabeConfig, BalancesConfig, CamelliaConfig,
	CouncilConfig, ElectionsConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys,
	SlotTimingConfig, SudoConfig, ValidatorSetConfig,
	configs::{DEFAULT_PARAMETERS, SHORT_PARAMETERS},
	constants,
};
use alloc::{string::ToString, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use hex_literal::hex;
use pallet_attestation::{GenesisRegistrar, Parameters};
use pallet_camellia::Kind;
use serde_json::Value;
use sp_consensus_babe::{AllowedSlots, BabeEpochConfiguration};
use sp_genesis_builder::PresetId;
pub use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use tea_primitives::chain::{Balance, BlockNumber, UNIT};

/// Four validators, slots of one second, epochs of twenty slots, certificates of a minute: for tests of what takes
/// epochs.
pub const FAST_TESTNET_RUNTIME_PRESET: &str = "fast_testnet";

/// Alice alone, slots of one second, certificates of a minute: for tests and demonstrations of modules.
pub const MODULE_TESTNET_RUNTIME_PRESET: &str = "module_testnet";

/// Template of a live chain: timing and rules are set; validators, council and balances are for the founders to fill in.
pub const LIVE_RUNTIME_PRESET: &str = "live";

/// One primary slot in four; every other slot has a secondary author whose block carries a VRF output too, so
/// that each block has randomness for the beacon.
pub const BABE_GENESIS_EPOCH_CONFIG: BabeEpochConfiguration = BabeEpochConfiguration {
	c: (1, 4),
	allowed_slots: AllowedSlots::PrimaryAndSecondaryVRFSlots,
};

const ENDOWMENT: Balance = 10_000_000 * UNIT;

/// Slots of a development chain.
const DEV_TIMING: SlotTimingConfig = timing(3_000, 200);

const fn timing(slot_millis: u64, epoch_slots: u64) -> SlotTimingConfig {
	SlotTimingConfig {
		slot_millis,
		epoch_slots,
		_config: core::marker::PhantomData,
	}
}

/// Session keys of a development account. Public knowledge: never use them with money.
fn session_keys(babe: Sr25519Keyring, grandpa: Ed25519Keyring) -> SessionKeys {
	SessionKeys {
		babe: babe.public().into(),
		grandpa: grandpa.public().into(),
	}
}

/// Registrars of a development chain, and the X25519 keys that messages to them are sealed to. The secret half is the
/// SHA-256 of `tea/dev/registrar/NAME`: public knowledge, like the accounts.
const REGISTRARS: [(Sr25519Keyring, [u8; 32]); 6] = [
	(
		Sr25519Keyring::Alice,
		hex!("400ba18d0f0b127b8900df2cf14d79f8499b3423c4ed48c70937fa071e19a721"),
	),
	(
		Sr25519Keyring::Bob,
		hex!("de24140d6421439d440572e07e34e0c90294f2048078f95de4b4f3e24b9fa35a"),
	),
	(
		Sr25519Keyring::Charlie,
		hex!("53ca5de9d8bb5d0ec5f37fe9ed0970870205dca34dd760779ae3d7d2cfa4255e"),
	),
	(
		Sr25519Keyring::Dave,
		hex!("c2f98f628bf4aa169989f3a44ce83b3d80610dc390ce201fc47ae31d3b2b1300"),
	),
	(
		Sr25519Keyring::Eve,
		hex!("b417d2de0a4eea917abcb4e14de62842841522ff6c4ba1af1a3e58b2e5e3be52"),
	),
	(
		Sr25519Keyring::Ferdie,
		hex!("4dcd548757c7dfac9ff934e4a049b0c252ee287e8e45170411012f421ebcb43f"),
	),
];

/// Owners of the modules of a development chain: others than the registrars, who may not examine their own.
const MODULE_OWNERS: [Sr25519Keyring; 6] = [
	Sr25519Keyring::AliceStash,
	Sr25519Keyring::BobStash,
	Sr25519Keyring::CharlieStash,
	Sr25519Keyring::DaveStash,
	Sr25519Keyring::EveStash,
	Sr25519Keyring::FerdieStash,
];

/// A chain whose validators are well-known development accounts, with root in the hands of Alice.
fn development_chain(
	validators: Vec<(Sr25519Keyring, Ed25519Keyring)>,
	slot_timing: SlotTimingConfig,
	parameters: Parameters<BlockNumber, Balance>,
) -> Value {
	let alice = Sr25519Keyring::Alice.to_account_id();
	let bonds: Vec<(AccountId, Balance)> = validators
		.iter()
		.map(|(account, _)| (account.to_account_id(), constants::MIN_VALIDATOR_BOND))
		.collect();
	let keys = validators
		.iter()
		.map(|(babe, grandpa)| {
			let account = babe.to_account_id();
			(account.clone(), account, session_keys(*babe, *grandpa))
		})
		.collect();

	build_struct_json_patch!(RuntimeGenesisConfig {
		slot_timing,
		babe: BabeConfig {
			epoch_config: BABE_GENESIS_EPOCH_CONFIG
		},
		balances: BalancesConfig {
			balances: Sr25519Keyring::well_known()
				.map(|key| (key.to_account_id(), ENDOWMENT))
				.chain([(
					Attestation::duty_pool_account(),
					constants::DEVELOPMENT_DUTY_POOL
				)])
				.collect::<Vec<_>>(),
		},
		validator_set: ValidatorSetConfig { validators: bonds },
		session: SessionConfig { keys },
		council: CouncilConfig {
			members: [
				Sr25519Keyring::Alice,
				Sr25519Keyring::Bob,
				Sr25519Keyring::Charlie
			]
			.map(|key| key.to_account_id())
			.to_vec(),
		},
		sudo: SudoConfig { key: Some(alice) },
		camellia: CamelliaConfig {
			camellias: MODULE_OWNERS
				.map(|owner| (owner.to_account_id(), Kind::B))
				.to_vec(),
		},
		// The authority of software TPMs is made where they are made, so governance registers it later.
		attestation: AttestationConfig {
			parameters,
			registrars: REGISTRARS
				.map(|(key, transport)| GenesisRegistrar {
					account: key.to_account_id(),
					transport: transport.to_vec().into(),
					owner: key.to_account_id(),
					name: key.to_string(),
				})
				.to_vec(),
		},
	})
}

/// Alice alone, 3 s slots, 200-slot epochs.
fn development() -> Value {
	development_chain(alice_alone(), DEV_TIMING, DEFAULT_PARAMETERS)
}

fn alice_alone() -> Vec<(Sr25519Keyring, Ed25519Keyring)> {
	vec![(Sr25519Keyring::Alice, Ed25519Keyring::Alice)]
}

/// Four validators: GRANDPA finalises while more than two thirds vote, so four is the least number of which one
/// may fail.
fn four_validators() -> Vec<(Sr25519Keyring, Ed25519Keyring)> {
	vec![
		(Sr25519Keyring::Alice, Ed25519Keyring::Alice),
		(Sr25519Keyring::Bob, Ed25519Keyring::Bob),
		(Sr25519Keyring::Charlie, Ed25519Keyring::Charlie),
		(Sr25519Keyring::Dave, Ed25519Keyring::Dave),
	]
}

/// No account, no validator, no council, no registrar, no sudo key: a live chain is refused until they are filled in.
fn live() -> Value {
	build_struct_json_patch!(RuntimeGenesisConfig {
		slot_timing: timing(3_000, 1_200),
		babe: BabeConfig {
			epoch_config: BABE_GENESIS_EPOCH_CONFIG
		},
		balances: BalancesConfig {
			balances: Vec::new()
		},
		validator_set: ValidatorSetConfig {
			validators: Vec::new()
		},
		session: SessionConfig { keys: Vec::new() },
		elections: ElectionsConfig {
			members: Vec::new()
		},
		sudo: SudoConfig { key: None },
		attestation: AttestationConfig {
			parameters: DEFAULT_PARAMETERS,
			live: true
		},
	})
}

/// The preset of that name as a JSON patch of the default genesis.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
	let patch = match id.as_ref() {
		DEV_RUNTIME_PRESET => development(),
		LOCAL_TESTNET_RUNTIME_PRESET => {
			development_chain(four_validators(), DEV_TIMING, DEFAULT_PARAMETERS)
		}
		FAST_TESTNET_RUNTIME_PRESET => {
			development_chain(four_validators(), timing(1_000, 20), SHORT_PARAMETERS)
		}
		MODULE_TESTNET_RUNTIME_PRESET => {
			development_chain(alice_alone(), timing(1_000, 60), SHORT_PARAMETERS)
		}
		LIVE_RUNTIME_PRESET => live(),
		_ => return None,
	};
	Some(
		serde_json::to_string(&patch)
			.expect("a preset is a JSON value made by serde, which it can print; qed")
			.into_bytes(),
	)
}

/// Names of all presets.
pub fn preset_names() -> Vec<PresetId> {
	[
		DEV_RUNTIME_PRESET,
		LOCAL_TESTNET_RUNTIME_PRESET,
		FAST_TESTNET_RUNTIME_PRESET,
		MODULE_TESTNET_RUNTIME_PRESET,
		LIVE_RUNTIME_PRESET,
	]
	.map(PresetId::from)
	.to_vec()
}

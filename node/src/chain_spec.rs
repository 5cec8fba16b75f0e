//! Chain specs: a name, a preset of the runtime and the runtime itself.

use codec::Decode as _;
use sc_chain_spec::{ChainSpecExtension, ChainType, GenericChainSpec, Properties};
use sc_client_api::{BadBlocks, ForkBlocks};
use sc_sync_state_rpc::LightSyncStateExtension;
use serde::{Deserialize, Serialize};
use sp_core::storage::Storage;
use sp_io::hashing::twox_128;
use sp_keyring::Sr25519Keyring;
use std::{fs, path::Path};
use tea_primitives::chain::{AccountId, TOKEN_DECIMALS, TOKEN_SYMBOL};
use tea_runtime::{
	genesis_config_presets::{
		DEV_RUNTIME_PRESET, FAST_TESTNET_RUNTIME_PRESET, LIVE_RUNTIME_PRESET,
		LOCAL_TESTNET_RUNTIME_PRESET, MODULE_TESTNET_RUNTIME_PRESET,
	},
	opaque::Block,
};

/// What a spec says beyond genesis.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extensions {
	/// Blocks with known hashes.
	pub(crate) fork_blocks: ForkBlocks<Block>,
	/// Blocks that are refused.
	pub(crate) bad_blocks: BadBlocks<Block>,
	/// Checkpoint for light clients, filled in by `sync_state_genSyncSpec`.
	pub(crate) light_sync_state: LightSyncStateExtension,
}

/// Chain spec of this node.
pub(crate) type ChainSpec = GenericChainSpec<Extensions>;

/// Why there is no chain spec to run with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
	#[error(
		"no chain was chosen; use --dev for a chain of your own, --chain local for a test network or --chain FILE with a chain spec"
	)]
	NoChain,
	#[error(
		"there is no chain called `{0}` and no file of that name; use --chain dev, local, fast, module or the path of a chain spec"
	)]
	UnknownChain(String),
	#[error("the chain spec {path} cannot be read ({source}); check the path and its permissions")]
	Unreadable {
		path: String,
		source: std::io::Error,
	},
	#[error(
		"the chain spec {path} is not valid ({reason}); get it again from where it was published or export it anew with `tea-node export-chain-spec`"
	)]
	Invalid { path: String, reason: String },
	#[error(
		"this binary was built without a runtime (SKIP_WASM_BUILD was set); build it again without it"
	)]
	NoRuntime,
	#[error(
		"the genesis of this live chain is refused ({0}; the log names the value); a live chain needs validators, a council and five registrars of its own: fill in what `tea-node export-chain-spec --chain live` prints"
	)]
	NoLiveGenesis(String),
	#[error("this live chain must not start: {0}; change its spec")]
	UnfitForLive(&'static str),
}

fn runtime_blob() -> Result<&'static [u8], Error> {
	tea_runtime::WASM_BINARY.ok_or(Error::NoRuntime)
}

fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
	properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
	properties.insert("ss58Format".into(), 42.into());
	properties
}

fn from_preset(name: &str, id: &str, preset: &str, kind: ChainType) -> Result<ChainSpec, Error> {
	Ok(ChainSpec::builder(runtime_blob()?, Extensions::default())
		.with_name(name)
		.with_id(id)
		.with_protocol_id(id)
		.with_chain_type(kind)
		.with_properties(properties())
		.with_genesis_config_preset_name(preset)
		.build())
}

/// A spec file. An empty `code` stands for the runtime built into this node, so that the committed specs are
/// small and show what they set; a network that outlives a release writes its code down (`--raw`).
fn from_file(path: &Path) -> Result<ChainSpec, Error> {
	let invalid = |reason: String| Error::Invalid {
		path: path.display().to_string(),
		reason,
	};
	let bytes = fs::read(path).map_err(|source| Error::Unreadable {
		path: path.display().to_string(),
		source,
	})?;
	let mut json: serde_json::Value =
		serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
	if let Some(code) = json.pointer_mut("/genesis/runtimeGenesis/code")
		&& code.as_str() == Some("0x")
	{
		*code = sp_core::bytes::to_hex(runtime_blob()?, false).into();
	}
	let bytes = serde_json::to_vec(&json).map_err(|error| invalid(error.to_string()))?;
	ChainSpec::from_json_bytes(bytes).map_err(invalid)
}

/// The spec that `--chain` names.
pub(crate) fn load(id: &str) -> Result<ChainSpec, Error> {
	match id {
		"" => Err(Error::NoChain),
		"dev" => from_preset(
			"TEA Development",
			"tea_dev",
			DEV_RUNTIME_PRESET,
			ChainType::Development,
		),
		"local" => from_preset(
			"TEA Local Testnet",
			"tea_local",
			LOCAL_TESTNET_RUNTIME_PRESET,
			ChainType::Local,
		),
		"fast" => from_preset(
			"TEA Fast Testnet",
			"tea_fast",
			FAST_TESTNET_RUNTIME_PRESET,
			ChainType::Local,
		),
		"module" => from_preset(
			"TEA Module Testnet",
			"tea_module",
			MODULE_TESTNET_RUNTIME_PRESET,
			ChainType::Development,
		),
		"live" => from_preset("TEA", "tea", LIVE_RUNTIME_PRESET, ChainType::Live),
		path if Path::new(path).exists() => from_file(Path::new(path)),
		unknown => Err(Error::UnknownChain(unknown.into())),
	}
}

/// Refuses a live chain that has a master key, nobody to make blocks, nobody to govern, or identities whose
/// private keys are public knowledge (SPEC R-063).
pub(crate) fn check_live(spec: &dyn sc_chain_spec::ChainSpec) -> Result<(), Error> {
	if spec.chain_type() != ChainType::Live {
		return Ok(());
	}
	let genesis = spec
		.as_storage_builder()
		.build_storage()
		.map_err(|reason| Error::NoLiveGenesis(crate::error::of_genesis(&reason)))?;

	if value(&genesis, "Sudo", "Key").is_some() {
		return Err(Error::UnfitForLive("it has a sudo key"));
	}
	let validators = accounts(&genesis, "ValidatorSet", "Validators");
	if validators.is_empty() {
		return Err(Error::UnfitForLive("it has no validators"));
	}
	let council = accounts(&genesis, "Council", "Members");
	if council.is_empty() {
		return Err(Error::UnfitForLive(
			"it has no council, so nobody could govern it",
		));
	}
	if value(&genesis, "Attestation", "DevAllowed").is_some_and(|flag| flag == &[1]) {
		return Err(Error::UnfitForLive(
			"it accepts software TPMs (attestation.live is not set)",
		));
	}
	let registrars: Vec<_> = values(&genesis, "Attestation", "RegistrarAt")
		.filter_map(|bytes| AccountId::decode(&mut bytes.as_slice()).ok())
		.collect();
	let public_knowledge = |account: &AccountId| {
		Sr25519Keyring::iter().any(|development| &development.to_account_id() == account)
	};
	if validators
		.iter()
		.chain(&council)
		.chain(&registrars)
		.any(public_knowledge)
	{
		return Err(Error::UnfitForLive(
			"one of its validators, council members or registrars is a development account, whose key everybody knows",
		));
	}
	Ok(())
}

/// The value of a storage item at genesis.
fn value<'a>(genesis: &'a Storage, pallet: &str, item: &str) -> Option<&'a Vec<u8>> {
	let key = [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat();
	genesis.top.get(&key)
}

/// The values of a storage map at genesis.
fn values<'a>(genesis: &'a Storage, pallet: &str, item: &str) -> impl Iterator<Item = &'a Vec<u8>> {
	let prefix = [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat();
	genesis
		.top
		.range(prefix.clone()..)
		.take_while(move |(key, _)| key.starts_with(&prefix))
		.map(|(_, value)| value)
}

/// A list of accounts at genesis; absent means empty.
fn accounts(genesis: &Storage, pallet: &str, item: &str) -> Vec<AccountId> {
	value(genesis, pallet, item)
		.and_then(|bytes| Vec::decode(&mut bytes.as_slice()).ok())
		.unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_chain_spec::ChainSpec as _;

	#[test]
	fn live_template_is_refused_until_it_is_filled_in() {
		let error = check_live(&load("live").unwrap()).unwrap_err().to_string();
		assert!(error.contains("registrars"), "{error}");
	}

	#[test]
	fn unfit_live_chains_are_refused_one_by_one() {
		// From a development chain, what is unfit is taken away until nothing is left but the accounts.
		let mut taken: Vec<(&str, &str)> = Vec::new();
		for (pallet, item, reason) in [
			("Sudo", "Key", "sudo key"),
			("Attestation", "DevAllowed", "software TPMs"),
		] {
			assert!(refusal(&taken).contains(reason), "{reason}");
			taken.push((pallet, item));
		}
		assert!(refusal(&taken).contains("development account"));
		for (pallet, item, reason) in [
			("ValidatorSet", "Validators", "no validators"),
			("Council", "Members", "no council"),
		] {
			let mut taken = taken.clone();
			taken.push((pallet, item));
			assert!(refusal(&taken).contains(reason), "{reason}");
		}
	}

	/// Why the local test network would not be let live, without these storage values.
	fn refusal(without: &[(&str, &str)]) -> String {
		let mut spec = relabelled_live("local");
		let mut genesis = spec.as_storage_builder().build_storage().unwrap();
		for (pallet, item) in without {
			let key = [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat();
			assert!(genesis.top.remove(&key).is_some(), "{pallet}.{item}");
		}
		spec.set_storage(genesis);
		check_live(&spec).unwrap_err().to_string()
	}

	#[test]
	fn development_chains_are_not_held_to_the_rules_of_a_live_one() {
		assert!(check_live(&load("dev").unwrap()).is_ok());
	}

	#[test]
	fn every_preset_builds_a_genesis() {
		for id in ["dev", "local", "fast", "module"] {
			let genesis = load(id)
				.unwrap()
				.as_storage_builder()
				.build_storage()
				.unwrap();
			assert!(
				value(&genesis, "SlotTiming", "SlotMillis").is_some(),
				"{id}"
			);
		}
	}

	#[test]
	fn unknown_chain_names_the_choices() {
		let error = load("mainnet").err().unwrap().to_string();
		assert!(error.contains("mainnet") && error.contains("dev, local, fast, module"));
	}

	#[test]
	fn spec_file_without_code_means_the_runtime_of_this_node() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("spec.json");
		let dev = load("dev").unwrap();
		let mut json: serde_json::Value =
			serde_json::from_str(&dev.as_json(false).unwrap()).unwrap();
		json["genesis"]["runtimeGenesis"]["code"] = "0x".into();
		fs::write(&path, json.to_string()).unwrap();
		let loaded = load(path.to_str().unwrap()).unwrap();
		assert_eq!(loaded.as_json(true).unwrap(), dev.as_json(true).unwrap());
	}

	#[test]
	fn corrupted_spec_file_is_named() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("spec.json");
		fs::write(&path, "{\"name\": \"x\"").unwrap();
		let error = load(path.to_str().unwrap()).err().unwrap().to_string();
		assert!(error.contains("spec.json") && error.contains("not valid"));
	}

	fn relabelled_live(id: &str) -> ChainSpec {
		let mut json: serde_json::Value =
			serde_json::from_str(&load(id).unwrap().as_json(false).unwrap()).unwrap();
		json["chainType"] = "Live".into();
		ChainSpec::from_json_bytes(json.to_string().into_bytes()).unwrap()
	}
}

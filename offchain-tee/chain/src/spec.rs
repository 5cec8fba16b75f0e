//! Chain specifications for the light client.

use crate::{Error, Result};
use serde_json::Value;
use subxt::lightclient::LightClient;

/// Reads a raw chain specification and says what is wrong with it before the light client does.
pub(crate) fn check(spec: &[u8]) -> Result<&str> {
	let bad = |reason: &str| Error::BadSpec(reason.to_owned());
	let text = std::str::from_utf8(spec).map_err(|_| bad("it is no text"))?;
	let json: Value =
		serde_json::from_str(text).map_err(|e| Error::BadSpec(format!("it is no JSON: {e}")))?;
	let genesis = json
		.get("genesis")
		.ok_or_else(|| bad("it has no genesis"))?;
	if genesis.get("raw").is_none() && genesis.get("stateRootHash").is_none() {
		return Err(bad(
			"its genesis is not raw; export it with `--raw` or fetch it from a node",
		));
	}
	let boot_nodes = json
		.get("bootNodes")
		.and_then(Value::as_array)
		.map_or(0, Vec::len);
	if boot_nodes == 0 {
		return Err(bad("it names no boot node, so that no peer can be found"));
	}
	Ok(text)
}

/// Makes a specification for light clients out of what `sync_state_genSyncSpec` gives.
///
/// The state of genesis, megabytes of it, is replaced by its root where the checkpoint makes the rest unnecessary. A chain
/// in its first epochs has no checkpoint that a light client could begin at; there it begins at genesis.
///
/// Must be called in a tokio runtime: the light client itself is asked whether it could begin there.
pub fn for_light_clients(
	spec: &[u8],
	boot_nodes: &[String],
	genesis_state_root: [u8; 32],
) -> Result<Vec<u8>> {
	choose(spec, boot_nodes, genesis_state_root, |text| {
		LightClient::relay_chain(text).is_ok()
	})
}

fn choose(
	spec: &[u8],
	boot_nodes: &[String],
	genesis_state_root: [u8; 32],
	is_usable: impl Fn(&str) -> bool,
) -> Result<Vec<u8>> {
	let full: Value =
		serde_json::from_slice(spec).map_err(|e| Error::BadSpec(format!("it is no JSON: {e}")))?;
	let Value::Object(mut full) = full else {
		return Err(Error::BadSpec("it is no object".into()));
	};
	if !boot_nodes.is_empty() {
		full.insert("bootNodes".into(), boot_nodes.into());
	}
	let mut short = full.clone();
	short.insert(
		"genesis".into(),
		serde_json::json!({ "stateRootHash": format!("0x{}", hex::encode(genesis_state_root)) }),
	);
	let write = |object: serde_json::Map<String, Value>| {
		let text = serde_json::to_vec_pretty(&Value::Object(object))
			.map_err(|e| Error::BadSpec(e.to_string()))?;
		check(&text)?;
		Ok(text)
	};
	if short
		.get("lightSyncState")
		.is_some_and(|state| !state.is_null())
	{
		let text = write(short)?;
		if std::str::from_utf8(&text).is_ok_and(&is_usable) {
			return Ok(text);
		}
	}
	full.remove("lightSyncState");
	write(full)
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn reason(spec: &Value) -> String {
		check(spec.to_string().as_bytes()).unwrap_err().to_string()
	}

	#[test]
	fn unusable_specifications_are_refused_with_the_reason() {
		assert!(check(b"\xff").unwrap_err().to_string().contains("no text"));
		assert!(check(b"{").unwrap_err().to_string().contains("no JSON"));
		assert!(reason(&json!({})).contains("no genesis"));
		assert!(reason(&json!({ "genesis": { "runtimeGenesis": {} } })).contains("not raw"));
		let lonely = json!({ "genesis": { "raw": {} }, "bootNodes": [] });
		assert!(reason(&lonely).contains("no boot node"));
	}

	fn full() -> Vec<u8> {
		let full = json!({
			"genesis": { "raw": { "top": { "0x3a636f6465": "0x00" } } },
			"bootNodes": [],
			"lightSyncState": { "finalizedBlockHeader": "0x00" },
		});
		full.to_string().into_bytes()
	}

	fn made(spec: &[u8], is_usable: bool) -> Value {
		let nodes = ["/ip4/127.0.0.1/tcp/1/ws/p2p/x".to_owned()];
		let made = choose(spec, &nodes, [7; 32], |_| is_usable).unwrap();
		let made: Value = serde_json::from_slice(&made).unwrap();
		assert_eq!(made["bootNodes"][0], nodes[0]);
		made
	}

	#[test]
	fn a_checkpoint_replaces_the_state_of_genesis() {
		let light = made(&full(), true);
		assert_eq!(
			light["genesis"],
			json!({ "stateRootHash": format!("0x{}", "07".repeat(32)) })
		);
		assert!(light["lightSyncState"].is_object());
	}

	#[test]
	fn without_a_usable_checkpoint_a_light_client_begins_at_genesis() {
		let early = made(&full(), false);
		assert!(early["genesis"]["raw"].is_object());
		assert!(early.get("lightSyncState").is_none());
		let none = json!({ "genesis": { "raw": {} }, "lightSyncState": null });
		assert!(made(none.to_string().as_bytes(), true)["genesis"]["raw"].is_object());
	}

	#[test]
	fn what_no_light_client_could_use_is_not_written() {
		for spec in [&b"[]"[..], b"{", br#"{"genesis":{}}"#] {
			assert!(choose(spec, &["x".to_owned()], [0; 32], |_| true).is_err());
		}
		// No boot node.
		assert!(choose(&full(), &[], [0; 32], |_| true).is_err());
	}
}

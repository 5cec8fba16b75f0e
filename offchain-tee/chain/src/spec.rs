//! Chain specifications for the light client.

use crate::{Error, Result};
use codec::{Compact, Decode};
use serde_json::Value;

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

/// Makes a specification for light clients out of what `sync_state_genSyncSpec` gives: the state of genesis, megabytes of
/// it, is replaced by its root where a checkpoint makes the rest unnecessary.
pub fn for_light_clients(
	spec: &[u8],
	boot_nodes: &[String],
	genesis_state_root: [u8; 32],
) -> Result<Vec<u8>> {
	let mut json: Value =
		serde_json::from_slice(spec).map_err(|e| Error::BadSpec(format!("it is no JSON: {e}")))?;
	let object = json
		.as_object_mut()
		.ok_or_else(|| Error::BadSpec("it is no object".into()))?;
	let header = object
		.get("lightSyncState")
		.and_then(|state| state.get("finalizedBlockHeader"))
		.and_then(Value::as_str);
	if header.and_then(height).is_none_or(|number| number == 0) {
		return Err(Error::BadSpec(
			"the node gave no checkpoint; wait until it has finalised its first block".into(),
		));
	}
	object.insert(
		"genesis".into(),
		serde_json::json!({ "stateRootHash": format!("0x{}", hex::encode(genesis_state_root)) }),
	);
	if !boot_nodes.is_empty() {
		object.insert("bootNodes".into(), boot_nodes.into());
	}
	let text = serde_json::to_vec_pretty(&json).map_err(|e| Error::BadSpec(e.to_string()))?;
	check(&text)?;
	Ok(text)
}

/// Number of the block in an encoded header: it stands behind the hash of the parent.
fn height(header: &str) -> Option<u32> {
	let bytes = hex::decode(header.strip_prefix("0x")?).ok()?;
	let number = <Compact<u32>>::decode(&mut bytes.get(32..)?).ok()?;
	Some(number.0)
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

	#[test]
	fn a_checkpoint_replaces_the_state_of_genesis() {
		let full = json!({
			"genesis": { "raw": { "top": { "0x3a636f6465": "0x00" } } },
			"bootNodes": [],
			"lightSyncState": { "finalizedBlockHeader": format!("0x{}04", "00".repeat(32)) },
		});
		let nodes = ["/ip4/127.0.0.1/tcp/1/ws/p2p/x".to_owned()];
		let light = for_light_clients(full.to_string().as_bytes(), &nodes, [7; 32]).unwrap();
		let light: Value = serde_json::from_slice(&light).unwrap();
		assert_eq!(
			light["genesis"],
			json!({ "stateRootHash": format!("0x{}", "07".repeat(32)) })
		);
		assert_eq!(light["bootNodes"][0], nodes[0]);
		assert!(light["lightSyncState"].is_object());
	}

	#[test]
	fn without_a_checkpoint_there_is_no_light_specification() {
		let of_genesis = format!("0x{}00", "00".repeat(32));
		for state in [
			json!(null),
			json!({}),
			json!({ "finalizedBlockHeader": "0x00" }),
			json!({ "finalizedBlockHeader": of_genesis }),
		] {
			let full =
				json!({ "genesis": { "raw": {} }, "bootNodes": ["x"], "lightSyncState": state });
			let error = for_light_clients(full.to_string().as_bytes(), &[], [0; 32]).unwrap_err();
			assert!(error.to_string().contains("checkpoint"));
		}
	}
}

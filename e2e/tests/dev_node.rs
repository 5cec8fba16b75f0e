//! What a newcomer has after `tea-node --dev`.

use anyhow::{Context, Result, ensure};
use codec::{Decode, Encode};
use serde_json::json;
use std::time::Duration;
use tea_e2e::{Lab, Node, Signal, get, run, wait_until};

const BLOCKS: Duration = Duration::from_secs(60);

async fn dev_node(lab: &Lab) -> Result<Node> {
	lab.node("alice").arg("--dev").start().await
}

#[test]
fn dev_node_serves_its_users() {
	run("dev_node_serves_its_users", async |lab| {
		let node = dev_node(lab).await?;
		let finalized = node.rpc().wait_finalized(2, BLOCKS).await?;
		ensure!(
			node.rpc().block_hash(finalized.number).await? == finalized.hash,
			"the finalised block is not on the best chain"
		);
		for version in [14, 15, 16] {
			serves_metadata(&node, version).await?;
		}
		offers_rpc_families(&node).await?;
		answers_new_rpc(&node).await?;
		reports_token(&node).await?;
		reports_metrics(&node).await
	});
}

/// `Metadata_metadata_at_version` gives metadata with the magic bytes and that version.
async fn serves_metadata(node: &Node, version: u32) -> Result<()> {
	let answer = node
		.rpc()
		.runtime_call("Metadata_metadata_at_version", &version.encode())
		.await?;
	let metadata = Option::<Vec<u8>>::decode(&mut answer.as_slice())?
		.with_context(|| format!("there is no metadata v{version}"))?;
	ensure!(
		metadata.starts_with(b"meta"),
		"metadata v{version} has no magic bytes"
	);
	ensure!(
		u32::from(metadata[4]) == version,
		"metadata v{} was given for v{version}",
		metadata[4]
	);
	ensure!(
		metadata.len() > 10_000,
		"metadata v{version} has only {} bytes",
		metadata.len()
	);
	Ok(())
}

async fn offers_rpc_families(node: &Node) -> Result<()> {
	let answer = node.rpc().call("rpc_methods", json!([])).await?;
	let methods: Vec<String> = serde_json::from_value(answer["methods"].clone())?;
	for method in [
		"archive_v1_storage",
		"author_submitExtrinsic",
		"babe_epochAuthorship",
		"chainHead_v1_follow",
		"chainSpec_v1_genesisHash",
		"chain_getFinalizedHead",
		"grandpa_proveFinality",
		"grandpa_roundState",
		"payment_queryInfo",
		"state_getMetadata",
		"sync_state_genSyncSpec",
		"system_accountNextIndex",
		"transactionWatch_v1_submitAndWatch",
		"transaction_v1_broadcast",
	] {
		ensure!(
			methods.iter().any(|known| known == method),
			"there is no RPC {method}"
		);
	}
	Ok(())
}

/// The RPCs that newer clients speak agree with the old ones.
async fn answers_new_rpc(node: &Node) -> Result<()> {
	let rpc = node.rpc();
	let genesis = json!(rpc.block_hash(0).await?);
	for method in ["archive_v1_genesisHash", "chainSpec_v1_genesisHash"] {
		ensure!(
			rpc.call(method, json!([])).await? == genesis,
			"{method} differs"
		);
	}
	let height = rpc.call("archive_v1_finalizedHeight", json!([])).await?;
	ensure!(
		height.as_u64().is_some_and(|height| height >= 2),
		"archive height is {height}"
	);

	let event = rpc
		.first_event(
			"chainHead_v1_follow",
			json!([false]),
			"chainHead_v1_unfollow",
		)
		.await?;
	ensure!(
		event["event"] == "initialized",
		"chainHead begins with {event}"
	);

	let slots = rpc.call("babe_epochAuthorship", json!([])).await?;
	ensure!(
		slots.as_object().is_some_and(|authors| authors.len() == 1),
		"slots: {slots}"
	);
	let round = rpc.call("grandpa_roundState", json!([])).await?;
	ensure!(round["best"]["totalWeight"] == 1, "round state: {round}");
	Ok(())
}

async fn reports_token(node: &Node) -> Result<()> {
	let properties = node.rpc().call("system_properties", json!([])).await?;
	for (key, value) in [
		("tokenSymbol", json!("TEA")),
		("tokenDecimals", json!(12)),
		("ss58Format", json!(42)),
	] {
		ensure!(properties[key] == value, "{key} is {}", properties[key]);
	}
	let chain = node.rpc().call("system_chainType", json!([])).await?;
	ensure!(chain == "Development", "the chain type is {chain}");
	Ok(())
}

async fn reports_metrics(node: &Node) -> Result<()> {
	wait_until("the metrics tell of finalised blocks", BLOCKS, async || {
		let metrics = node.metrics().await?;
		let finalized = metrics.value("substrate_block_height", "status=\"finalized\"")?;
		let best = metrics.value("substrate_block_height", "status=\"best\"")?;
		ensure!(
			finalized >= 2.0 && best >= finalized,
			"best {best}, finalised {finalized}"
		);
		Ok(())
	})
	.await?;
	let elsewhere = get(node.metrics_address(), "/").await?;
	ensure!(
		elsewhere.status == 404,
		"the metrics server serves / with {}",
		elsewhere.status
	);
	let health = get(node.rpc_address(), "/health").await?;
	ensure!(
		health.status == 200,
		"/health answers {} {}",
		health.status,
		health.body
	);
	Ok(())
}

#[test]
fn dev_node_stops_on_sigterm() {
	run("dev_node_stops_on_sigterm", async |lab| {
		stops_on(lab, Signal::SIGTERM).await
	});
}

#[test]
fn dev_node_stops_on_sigint() {
	run("dev_node_stops_on_sigint", async |lab| {
		stops_on(lab, Signal::SIGINT).await
	});
}

/// The node ends by itself with success, and its database is in order.
async fn stops_on(lab: &Lab, signal: Signal) -> Result<()> {
	let node = dev_node(lab).await?;
	let finalized = node.rpc().wait_finalized(1, BLOCKS).await?;
	let (status, stopped) = node.stop(signal).await?;
	ensure!(status.success(), "{signal} ended the node with {status}");

	let node = stopped.builder().start().await?;
	let hash = node.rpc().block_hash(finalized.number).await?;
	ensure!(hash == finalized.hash, "the chain before the stop is gone");
	Ok(())
}

#[test]
fn temporary_node_leaves_nothing_behind() {
	run("temporary_node_leaves_nothing_behind", async |lab| {
		let before = std::fs::read_dir(lab.dir())?.count();
		let node = lab.node("alice").temporary().arg("--dev").start().await?;
		node.rpc().wait_best(1, BLOCKS).await?;
		let during = std::fs::read_dir(lab.dir())?.count();
		ensure!(
			during == before + 1,
			"the base path is not in the temporary directory"
		);
		let (status, _) = node.stop(Signal::SIGTERM).await?;
		ensure!(status.success(), "the node ended with {status}");
		let after = std::fs::read_dir(lab.dir())?.count();
		ensure!(
			after == before,
			"{} entries are left",
			after.saturating_sub(before)
		);
		Ok(())
	});
}

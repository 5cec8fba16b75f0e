//! A host that shows its module another chain, or one that stands still: the module believes nothing of it, and loses nothing.

use anyhow::{Context, Result, ensure};
use std::{net::SocketAddr, time::Duration};
use tea_e2e::{ModuleNet, get, locate, run, wait_until};

/// Until a module is Active, in blocks of one second on a busy machine.
const ACTIVE: Duration = Duration::from_secs(180);

/// Blocks in which a module that believed the invented chain would have enrolled.
const BELIEVING: u32 = 40;

/// Until a module has noticed that its chain stands still: a head is fresh for a minute.
const NOTICED: Duration = Duration::from_secs(150);

#[test]
fn an_invented_or_stale_chain_is_not_believed() {
	run("an_invented_or_stale_chain_is_not_believed", async |lab| {
		let mut net = ModuleNet::prepare(lab, 1).await?;
		let module = net.module(lab, 0).await?;

		// The host routes its module to a chain of its own making. Whoever made it has put the keys of the genuine validator
		// there, and has this module's chip and program accepted.
		let node = net.node.take().context("there is a node")?;
		let genesis = node.rpc().block_hash(0).await?;
		let genuine = node.kill().await?.builder();
		let invented = net.invented(lab).await?;
		let url = format!("ws://{}", invented.rpc_address());
		net.accept_issuer(&url, lab).await?;
		net.accept_release(&url, 1, &locate("tea-module")?).await?;
		let module = module.start().await?;
		let http = module.http()?;
		let end = invented.rpc().best().await?.number + BELIEVING;
		invented.rpc().wait_best(end, ACTIVE).await?;
		let modules = net.json_at(&url, &["modules"]).await?;
		ensure!(
			modules["modules"][0]["status"].is_null(),
			"the module has spoken to the invented chain: {modules}"
		);
		let health = health(http).await?;
		ensure!(
			health["finalized"].is_null() && health["ready"] == false,
			"the module follows the invented chain: {health}"
		);
		let answer = net
			.tea_at(&url, &["--genesis", &genesis, "modules"])
			.await?;
		ensure!(
			answer.code == 20,
			"tea takes it for the genuine chain: {answer:?}"
		);
		invented.kill().await.map(drop)?;

		// With the genuine one back it goes on by itself.
		net.node = Some(genuine.start().await?);
		net.wait_status(0, "Active", ACTIVE).await?;
		ready(http, 200).await?;

		// The host holds back what is new: nothing is done on what is old.
		let node = net.node.take().context("there is a node")?;
		let stopped = node.kill().await?.builder();
		net.node = Some(stopped.clone().without("--alice").start().await?);
		ready(http, 503).await?;
		let stale = net.node.take().context("there is a node")?;
		stale.kill().await.map(drop)?;
		net.node = Some(stopped.start().await?);
		ready(http, 200).await?;
		net.wait_status(0, "Active", ACTIVE).await
	});
}

async fn health(http: SocketAddr) -> Result<serde_json::Value> {
	let reply = get(http, "/health").await?;
	serde_json::from_str(&reply.body).with_context(|| format!("no JSON: {}", reply.body))
}

/// Waits until the module says that it takes work (200) or does not (503).
async fn ready(http: SocketAddr, status: u16) -> Result<()> {
	wait_until(&format!("/ready answers {status}"), NOTICED, async || {
		let reply = get(http, "/ready").await?;
		ensure!(
			reply.status == status,
			"it answers {}: {}",
			reply.status,
			reply.body
		);
		Ok(())
	})
	.await
}

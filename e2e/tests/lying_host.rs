//! A host that shows its module another chain, or one that stands still: the module believes nothing of it, and loses nothing.

use anyhow::{Context, Result, ensure};
use std::{net::SocketAddr, time::Duration};
use tea_e2e::{Metrics, ModuleNet, get, locate, run, wait_until};

/// Until a module is Active, in blocks of one second on a busy machine.
const ACTIVE: Duration = Duration::from_secs(180);

/// Until a module has noticed that its chain stands still: a head is fresh for a minute.
const NOTICED: Duration = Duration::from_secs(150);

/// Light clients of the genuine chain: the module, and the registrars.
const FOLLOWERS: u64 = 2;

#[test]
fn an_invented_or_stale_chain_is_not_believed() {
	run("an_invented_or_stale_chain_is_not_believed", async |lab| {
		let mut net = ModuleNet::prepare(lab, 2).await?;
		let module = net.module(lab, 0).await?;

		// The host routes its module to a chain of its own making. Whoever made it has put the keys of the genuine validator and
		// of the registrars there, and has this module's chip and program accepted.
		let node = net.node.take().context("there is a node")?;
		let genesis = node.rpc().block_hash(0).await?;
		let genuine = node.kill().await?.builder();
		let mut invented = net.invented(lab).await?;
		net.accept_release(invented.url(), 2, &locate("tea-module")?)
			.await?;
		let module = module.start().await?;
		let http = module.http()?;

		// Another module, with a chip of its own, takes that chain for its own. There is nothing that keeps it from being Active.
		let accomplice = invented.module(lab, 1).await?.start().await?;
		invented.wait_status(1, "Active", ACTIVE).await?;

		// In the same time the genuine module has done nothing.
		ensure!(
			status_on(&invented, 0).await?.is_none(),
			"the module has spoken to the invented chain"
		);
		let health = health(http).await?;
		ensure!(
			health["finalized"].is_null() && health["ready"] == false,
			"the module follows the invented chain: {health}"
		);
		ensure!(
			Handed::of(http).await? == Handed::default(),
			"the module has handed something out"
		);
		let answer = net
			.tea_at(invented.url(), &["--genesis", &genesis, "modules"])
			.await?;
		ensure!(
			answer.code == 20,
			"tea takes it for the genuine chain: {answer:?}"
		);
		let impostor = invented.node.take().context("there is a node")?;
		let impostor = impostor.kill().await?.builder();

		// With the genuine one back it goes on by itself.
		net.node = Some(genuine.start().await?);
		net.wait_status(0, "Active", ACTIVE).await?;
		ready(http, 200).await?;

		// Now that it has something to hand out, the host shows it the invented chain once more, and the Active module there.
		let node = net.node.take().context("there is a node")?;
		let genuine = node.kill().await?.builder();
		let before = Handed::of(http).await?;
		ensure!(before != Handed::default(), "it has handed out nothing yet");
		invented.node = Some(impostor.start().await?);
		let begin = invented.block().await?;
		ready(http, 503).await?;
		ensure!(
			invented.block().await? > begin,
			"the invented chain stood still"
		);
		ensure!(
			invented.status(1).await? == "Active",
			"the invented module is not Active any more"
		);
		ensure!(
			status_on(&invented, 0).await?.is_none(),
			"the module has spoken to the invented chain"
		);
		ensure!(
			Handed::of(http).await? == before,
			"the module has handed something out"
		);
		let health = self::health(http).await?;
		ensure!(
			health["peers"] == serde_json::json!([]),
			"the module knows the one on the invented chain: {health}"
		);
		accomplice.stop().await?;
		let impostor = invented.node.take().context("there is a node")?;
		impostor.kill().await.map(drop)?;
		drop(invented);

		// The host shows the genuine chain and holds back what is new: nothing is done on what is old.
		let stale = genuine.clone().without("--alice").start().await?;
		wait_until("the module sees the stale chain", ACTIVE, async || {
			let peers = stale.rpc().peers().await?;
			ensure!(peers >= FOLLOWERS, "{peers} follow it");
			Ok(())
		})
		.await?;
		ready(http, 503).await?;
		stale.kill().await.map(drop)?;
		net.node = Some(genuine.start().await?);
		ready(http, 200).await?;
		net.wait_status(0, "Active", ACTIVE).await
	});
}

/// What a module has given away since its start.
#[derive(Debug, Default, PartialEq)]
struct Handed {
	letters: f64,
	challenges: f64,
	pins: f64,
}

impl Handed {
	async fn of(http: SocketAddr) -> Result<Self> {
		let metrics = Metrics::scrape(http).await?;
		Ok(Self {
			letters: metrics.sum("tea_letters_sent_total")?
				+ metrics.sum("tea_letters_unsent_total")?,
			challenges: metrics.sum("tea_challenges_total")?,
			pins: metrics.sum("tea_hand_overs_total")?,
		})
	}
}

/// Status of a module on another chain; nothing when it is unknown there.
async fn status_on(net: &ModuleNet, id: u32) -> Result<Option<String>> {
	let modules = net.json(&["modules"]).await?;
	let module = modules["modules"]
		.as_array()
		.and_then(|all| all.iter().find(|module| module["module"] == id))
		.with_context(|| format!("no Camellia {id} in {modules}"))?;
	Ok(module["status"].as_str().map(str::to_owned))
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

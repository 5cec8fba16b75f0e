//! Validators of the local test network: together, without one of them, together again.

use anyhow::{Context, Result, ensure};
use std::time::Duration;
use tea_e2e::{Dev, Node, all_connected, run, start_validators, voters_that_may_fail};

/// Blocks of 3 s; finality follows one or two blocks behind, later when rounds have to wait for an absent voter.
const BLOCKS: Duration = Duration::from_secs(120);

/// The database writes behind: what was finalised a moment ago may still be on its way to the disk.
const WRITTEN: Duration = Duration::from_secs(1);

#[test]
fn local_testnet_survives_a_loss() {
	run("local_testnet_survives_a_loss", async |lab| {
		let validators = [Dev::Alice, Dev::Bob, Dev::Charlie, Dev::Dave];
		let mut nodes = start_validators(lab, "local", &validators).await?;
		are_the_validators(&nodes[0], &validators).await?;
		ensure!(
			voters_that_may_fail(validators.len()) == 1,
			"finality cannot go on without one of {} validators",
			validators.len()
		);

		let together = agree_on_finalized(&nodes, 3).await?;

		tokio::time::sleep(WRITTEN).await;
		let killed = nodes.pop().context("there is no node")?.kill().await?;
		let without = agree_on_finalized(&nodes, together + 4).await?;

		let address = nodes[1].p2p_address().await?;
		let returned = killed.builder().bootnodes([address]).start().await?;
		let restored = returned.rpc().finalized().await?;
		ensure!(
			restored.number >= together,
			"it had finalised {together}, but its database says {}",
			restored.number
		);
		nodes.push(returned);
		all_connected(&nodes).await?;
		let again = agree_on_finalized(&nodes, without + 3).await?;

		// Only with the vote of the one that returned can they now do without another.
		nodes.remove(1).kill().await?;
		agree_on_finalized(&nodes, again + 4).await?;
		Ok(())
	});
}

/// The chain's own list of validators is this one.
async fn are_the_validators(node: &Node, expected: &[Dev]) -> Result<()> {
	let accounts: Vec<[u8; 32]> = node.rpc().read("Session", "Validators").await?;
	let names: Vec<_> = accounts.iter().map(Dev::of).collect();
	let expected: Vec<_> = expected.iter().copied().map(Some).collect();
	ensure!(names == expected, "the validators are {names:?}");
	Ok(())
}

/// Wait until every node has finalised the block `number`, and check that it is the same block. Returns the height
/// that all of them have then finalised.
async fn agree_on_finalized(nodes: &[Node], number: u32) -> Result<u32> {
	let mut common = u32::MAX;
	let mut hash = None;
	for node in nodes {
		let head = node
			.rpc()
			.wait_finalized(number, BLOCKS)
			.await
			.with_context(|| format!("{} does not get there", node.name()))?;
		common = common.min(head.number);
		let own = node.rpc().block_hash(number).await?;
		let agreed = hash.get_or_insert_with(|| own.clone());
		ensure!(
			*agreed == own,
			"{} has finalised another block {number}",
			node.name()
		);
	}
	Ok(common)
}

//! A node that is killed the hard way goes on from its database.

use anyhow::{Result, ensure};
use std::time::Duration;
use tea_e2e::{Node, run};

const BLOCKS: Duration = Duration::from_secs(60);

/// The database writes behind: what was finalised a moment ago may still be on its way to the disk.
const WRITTEN: Duration = Duration::from_secs(1);

#[test]
fn killed_node_goes_on_from_its_database() {
	run("killed_node_goes_on_from_its_database", async |lab| {
		let mut node = lab.node("alice").arg("--dev").start().await?;
		let genesis = node.rpc().block_hash(0).await?;
		let mut height = 0;
		for _ in 0..2 {
			let finalized = node.rpc().wait_finalized(height + 3, BLOCKS).await?;
			tokio::time::sleep(WRITTEN).await;

			node = node.kill().await?.builder().start().await?;

			ensure!(
				node.rpc().block_hash(0).await? == genesis,
				"another chain was begun"
			);
			let restored = node.rpc().finalized().await?;
			ensure!(
				restored.number >= finalized.number,
				"block {} was finalised, after the restart only {}",
				finalized.number,
				restored.number
			);
			let hash = node.rpc().block_hash(finalized.number).await?;
			ensure!(hash == finalized.hash, "a finalised block was replaced");
			height = restored.number;
			goes_on(&node, height).await?;
		}
		Ok(())
	});
}

#[test]
fn node_killed_while_it_starts_is_not_damaged() {
	run("node_killed_while_it_starts_is_not_damaged", async |lab| {
		let builder = lab.node("alice").arg("--dev");
		for delay in [100, 400, 900, 1600] {
			builder
				.start_and_kill_after(Duration::from_millis(delay))
				.await?;
		}
		goes_on(&builder.start().await?, 0).await
	});
}

/// Blocks are made and finalised beyond `height`.
async fn goes_on(node: &Node, height: u32) -> Result<()> {
	node.rpc().wait_finalized(height + 2, BLOCKS).await?;
	Ok(())
}

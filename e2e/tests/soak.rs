//! Hours of kills and restarts. `scripts/soak` runs it; it is not part of the tests.

use anyhow::{Context, ensure};
use std::time::{Duration, Instant};
use tea_e2e::{Dev, run, start_validators};

const BLOCKS: Duration = Duration::from_secs(180);

/// Minutes to go on for.
const MINUTES: &str = "TEA_SOAK_MINUTES";

/// Memory that a node may have gained since its first cycle: caches fill, leaks go on.
const GROWTH_MIB: u64 = 512;

#[test]
#[ignore = "takes hours; scripts/soak runs it"]
fn validators_are_killed_in_turn_for_hours() {
	run("validators_are_killed_in_turn_for_hours", async |lab| {
		let minutes = std::env::var(MINUTES)
			.with_context(|| format!("{MINUTES} says for how long; use scripts/soak"))?
			.parse::<u64>()
			.with_context(|| format!("{MINUTES} is not a number"))?;
		let until = Instant::now() + Duration::from_secs(60 * minutes);
		let validators = [Dev::Alice, Dev::Bob, Dev::Charlie, Dev::Dave];
		let mut nodes = start_validators(lab, "local", &validators).await?;
		// The youngest node is the last, so the first in the list is the one that has run longest.
		let mut first_memory = None;
		let mut height = 0;
		for cycle in 1.. {
			let killed = nodes.remove(0).kill().await?;
			height = nodes[0]
				.rpc()
				.wait_finalized(height + 5, BLOCKS)
				.await?
				.number;
			let address = nodes[0].p2p_address().await?;
			let returned = killed.builder().bootnodes([address]).start().await?;
			height = returned
				.rpc()
				.wait_finalized(height + 5, BLOCKS)
				.await
				.context("the validator that returned does not catch up")?
				.number;
			nodes.push(returned);

			let hash = nodes[0].rpc().block_hash(height).await?;
			let mut memory = Vec::new();
			for node in &nodes {
				node.rpc().wait_finalized(height, BLOCKS).await?;
				let own = node.rpc().block_hash(height).await?;
				ensure!(own == hash, "{} has another block {height}", node.name());
				memory.push(node.resident_mib()?);
			}
			let most = memory.iter().copied().max().unwrap_or_default();
			let least = *first_memory.get_or_insert(most);
			ensure!(
				most <= least + GROWTH_MIB,
				"a node has grown from {least} MiB to {most} MiB"
			);
			println!("cycle {cycle}: all agree on block {height}; resident memory {memory:?} MiB");
			if Instant::now() >= until {
				break;
			}
		}
		Ok(())
	});
}

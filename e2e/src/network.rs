//! Several validators of one chain.

use crate::{Dev, Lab, Node, wait_until};
use anyhow::{Result, ensure};
use std::time::Duration;

/// Until freshly started nodes know each other.
const CONNECT: Duration = Duration::from_secs(60);

/// Start a validator of `chain` for each of `validators`, the first as boot node of the others, and wait until each of them
/// has a connection to each other.
pub async fn start_validators(lab: &Lab, chain: &str, validators: &[Dev]) -> Result<Vec<Node>> {
	let mut nodes: Vec<Node> = Vec::with_capacity(validators.len());
	for validator in validators {
		let mut builder = lab
			.node(validator.name())
			.chain(chain)
			.arg(validator.flag());
		if let Some(first) = nodes.first() {
			builder = builder.bootnodes([first.p2p_address().await?]);
		}
		nodes.push(builder.start().await?);
	}
	all_connected(&nodes).await?;
	Ok(nodes)
}

/// Wait until each of `nodes` has a connection to each other. A node that knows only one other is alone when that one goes.
pub async fn all_connected(nodes: &[Node]) -> Result<()> {
	for node in nodes {
		wait_until(
			&format!("{} has found the others", node.name()),
			CONNECT,
			async || {
				let peers = node.rpc().peers().await?;
				ensure!(peers + 1 >= nodes.len() as u64, "it has {peers} peers");
				Ok(())
			},
		)
		.await?;
	}
	Ok(())
}

/// How many of `voters` equal GRANDPA voters may be away while finality goes on: it needs more than two thirds.
pub fn voters_that_may_fail(voters: usize) -> usize {
	voters.saturating_sub(1) / 3
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn three_voters_need_each_other_and_four_can_lose_one() {
		assert_eq!([1, 3, 4, 6, 7].map(voters_that_may_fail), [0, 0, 1, 1, 2]);
	}
}

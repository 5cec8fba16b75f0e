//! `tea chain-spec`.

use serde_json::json;
use std::{fs, time::Duration};
use tea_chain::{Chain, for_light_clients};

use crate::{
	args::ChainSpec,
	context::Context,
	failure::{Failure, Kind, Result},
};

/// Carries out a command about chain specifications.
pub(crate) async fn run(context: &Context, command: ChainSpec) -> Result<()> {
	let ChainSpec::Light { out, boot_nodes } = command;
	let chain = context.chain().await?;
	let unreadable = |what: &str| {
		Failure::new(
			Kind::Unreachable,
			format!("the node's answer has no {what}"),
			"update the node or this program",
		)
	};
	let spec = checkpoint(&chain).await?;
	let genesis = format!("0x{}", hex::encode(chain.genesis()));
	let header = chain
		.request("chain_getHeader", vec![genesis.clone().into()])
		.await?;
	let root = header
		.get("stateRoot")
		.and_then(|root| root.as_str())
		.and_then(|root| hex::decode(root.trim_start_matches("0x")).ok())
		.and_then(|root| root.try_into().ok())
		.ok_or_else(|| unreadable("state root of genesis"))?;
	let boot_nodes = if boot_nodes.is_empty() {
		let addresses = chain
			.request("system_localListenAddresses", Vec::new())
			.await?;
		let addresses = addresses
			.as_array()
			.ok_or_else(|| unreadable("list of addresses"))?;
		addresses
			.iter()
			.filter_map(|address| address.as_str())
			.filter(|address| address.contains("/ws"))
			.map(str::to_owned)
			.collect()
	} else {
		boot_nodes
	};
	if boot_nodes.is_empty() {
		return Err(Failure::input(
			"the node listens for no WebSocket, which light clients need",
			"start it with --listen-addr /ip4/0.0.0.0/tcp/30334/ws, or name another with --boot-node",
		));
	}
	let spec = for_light_clients(spec.to_string().as_bytes(), &boot_nodes, root)?;
	fs::write(&out, &spec).map_err(|error| {
		Failure::new(
			Kind::Output,
			format!("{} cannot be written ({error})", out.display()),
			"check path, owner and free space",
		)
	})?;
	let json = json!({
		"written": out,
		"bytes": spec.len(),
		"genesis": genesis,
		"bootNodes": boot_nodes,
	});
	context.output.show(&json, || {
		format!(
			"{}: {} bytes, genesis {genesis}, {} boot node(s).\nWhoever runs a module with this file trusts its checkpoint; it is part of what the module measures.",
			out.display(),
			spec.len(),
			boot_nodes.len()
		)
	})
}

/// The specification with a checkpoint at the newest finalised block. A node may finalise another one while it writes, and
/// then does not find the weight of the first any more; it finds that of the next.
async fn checkpoint(chain: &Chain) -> Result<serde_json::Value> {
	const TRIES: u32 = 5;
	let mut attempt = 1;
	loop {
		match chain
			.request("sync_state_genSyncSpec", vec![true.into()])
			.await
		{
			Ok(spec) => return Ok(spec),
			Err(error) if attempt == TRIES => return Err(error.into()),
			Err(_) => attempt += 1,
		}
		tokio::time::sleep(Duration::from_secs(2)).await;
	}
}

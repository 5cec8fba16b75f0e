//! `tea council`: where a chain has no sudo key, governance is motions.

use serde_json::json;
use tea_chain::{At, Call, types::Motion};

use crate::{
	args::Council,
	context::Context,
	failure::{Failure, Kind, Result},
	output::table,
};

/// What a motion may weigh and measure when it is carried out: more than any call of this program.
const WEIGHT: (u64, u64) = (500_000_000_000, 1_000_000);
const LENGTH: u32 = 64 * 1024;

/// Carries out a command about motions.
pub(crate) async fn run(context: &Context, command: Council) -> Result<()> {
	let chain = match command {
		Council::Motions => context.chain().await?,
		_ => context.chain_to_sign().await?,
	};
	let at = chain.finalized().await?;
	let (call, label) = match command {
		Council::Motions => return list(context, &at).await,
		Council::Vote { index, against } => {
			let (hash, _) = find(&at, index).await?;
			(
				Call::council_vote(hash, index, !against),
				format!("vote on motion {index}"),
			)
		}
		Council::Close { index } => {
			let (hash, _) = find(&at, index).await?;
			(
				Call::council_close(hash, index, WEIGHT, LENGTH),
				format!("count of motion {index}"),
			)
		}
	};
	let outcome = context.submit(&chain, call).await?;
	context.done(&label, &outcome)
}

async fn find(at: &At, index: u32) -> Result<([u8; 32], Motion)> {
	at.motions()
		.await?
		.into_iter()
		.find(|(_, motion)| motion.index == index)
		.ok_or_else(|| {
			Failure::new(
				Kind::NotFound,
				format!("there is no open motion {index}"),
				"`tea council motions` lists all of them",
			)
		})
}

async fn list(context: &Context, at: &At) -> Result<()> {
	let motions = at.motions().await?;
	let json = motions
		.iter()
		.map(|(hash, motion)| {
			json!({
				"motion": motion.index,
				"hash": format!("0x{}", hex::encode(hash)),
				"threshold": motion.threshold,
				"ayes": motion.ayes,
				"nays": motion.nays,
				"end": motion.end,
			})
		})
		.collect();
	context.output.show(&json, || {
		if motions.is_empty() {
			return "no motion is open".into();
		}
		table(
			[
				"motion",
				"ayes",
				"needed",
				"nays",
				"ends in block",
				"hash of the call",
			],
			motions.iter().map(|(hash, motion)| {
				[
					motion.index.to_string(),
					motion.ayes.len().to_string(),
					motion.threshold.to_string(),
					motion.nays.len().to_string(),
					motion.end.to_string(),
					format!("0x{}", hex::encode(hash)),
				]
			}),
		)
	})
}

//! What commands share: the chain, the key, the way of governance.

use std::sync::Arc;
use tea_chain::{Access, At, Call, Chain, Key, Outcome, Sign, Submitter};
use tea_module::exit::Cause;

use crate::{
	args::{Global, Governed, Via},
	failure::{Failure, Result},
	output::Output,
};

/// What commands share.
pub(crate) struct Context {
	/// Settings of all commands.
	pub(crate) global: Global,
	/// Where output goes.
	pub(crate) output: Output,
}

impl Context {
	/// The chain behind `--node`.
	pub(crate) async fn chain(&self) -> Result<Chain> {
		let bar = self
			.output
			.spinner(format!("connecting to {}", self.global.node));
		let access = Access::Rpc {
			url: self.global.node.clone(),
		};
		let chain = Chain::connect_expecting(access, self.global.genesis).await;
		bar.finish_and_clear();
		Ok(chain?)
	}

	/// The chain behind `--node`, for a command that signs: nobody waits for a node to hear that a key is missing.
	pub(crate) async fn chain_to_sign(&self) -> Result<Chain> {
		self.key()?;
		self.chain().await
	}

	/// Chain and newest finalised block.
	pub(crate) async fn at(&self) -> Result<At> {
		Ok(self.chain().await?.finalized().await?)
	}

	/// The key that signs, if one is named.
	pub(crate) fn optional_key(&self) -> Result<Option<Key>> {
		Ok(match (&self.global.key, &self.global.suri) {
			(Some(path), _) => Some(Key::from_file(path)?),
			(None, Some(uri)) => Some(Key::from_uri(uri)?),
			(None, None) => None,
		})
	}

	/// The key that signs.
	pub(crate) fn key(&self) -> Result<Key> {
		self.optional_key()?.ok_or_else(|| {
			Failure::of(Cause::Key, "this command signs, and no key is named")
				.next("name one with --key FILE, or on a development chain --suri //Alice")
		})
	}

	/// Signs, submits and waits until it is final.
	pub(crate) async fn submit(&self, chain: &Chain, call: Call) -> Result<Outcome> {
		let submitter = Submitter::new(chain.clone(), Arc::new(self.key()?));
		self.output.follow(submitter.submit(call)).await
	}

	/// Submits a call of governance, and says what came of it.
	pub(crate) async fn govern(&self, chain: &Chain, call: Call, via: Governed) -> Result<()> {
		let account = self.key()?.account();
		let governance = chain.finalized().await?.governance().await?;
		let is_sudo = governance.sudo == Some(account);
		let sits = governance.council.contains(&account);
		let via = match via.via {
			Some(via) => via,
			None if is_sudo => Via::Sudo,
			None if sits => Via::Council,
			None => {
				return Err(Failure::of(
					Cause::Key,
					format!("{account} cannot speak for governance"),
				)
				.next(
					"sign with the sudo key of a development chain, or as a member of the council",
				));
			}
		};
		let label = call.label();
		if via == Via::Sudo {
			let outcome = self.submit(chain, Call::sudo(call)).await?;
			return self.done(&label, &outcome);
		}
		let hash = chain.call_hash(&call)?;
		let threshold = council_threshold(governance.council.len());
		let outcome = self
			.submit(chain, Call::council_propose(threshold, call))
			.await?;
		let motions = chain.finalized().await?.motions().await?;
		let index = motions
			.iter()
			.find(|(of, _)| *of == hash)
			.map(|(_, motion)| motion.index);
		let json = serde_json::json!({
			"proposed": label,
			"block": outcome.number,
			"hash": format!("0x{}", hex::encode(hash)),
			"motion": index,
			"threshold": threshold,
		});
		self.output.show(&json, || match index {
			Some(index) => format!(
				"{label} is motion {index} of the council since block {}.\nnext step: {threshold} members vote with `tea council vote {index}`, then anybody runs `tea council close {index}`",
				outcome.number
			),
			None => format!("{label} was carried out by the council in block {}.", outcome.number),
		})
	}

	/// Says that a call is done.
	pub(crate) fn done(&self, label: &str, outcome: &Outcome) -> Result<()> {
		let json = serde_json::json!({
			"done": label,
			"block": outcome.number,
			"hash": format!("0x{}", hex::encode(outcome.block)),
		});
		self.output.show(&json, || {
			format!("{label} is final in block {}.", outcome.number)
		})
	}
}

/// Two thirds of the council, rounded up.
fn council_threshold(members: usize) -> u32 {
	u32::try_from((2 * members).div_ceil(3)).unwrap_or(u32::MAX)
}

impl Failure {
	/// The same with another next step.
	pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
		self.next = next.into();
		self
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn two_thirds_of_the_council_agree() {
		for (members, threshold) in [(1, 1), (2, 2), (3, 2), (4, 3), (7, 5)] {
			assert_eq!(council_threshold(members), threshold);
		}
	}
}

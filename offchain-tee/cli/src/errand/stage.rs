//! Where an errand stands, block by block. Only finalised blocks count.

use futures::StreamExt;
use serde_json::{Value, json};
use tea_chain::{
	At, Chain, Followed,
	types::{ChainMember, ErrandInfo, ErrandRecord, ErrandStage, FinishedErrand},
};
use tea_module::exit::Cause;
use tea_primitives::errand::ErrandId;

use super::{
	book::Page,
	keys::{self, Holder},
	words,
};
use crate::{
	context::Context,
	failure::{Failure, Kind, Result},
	output::tokens,
};

/// A stage that an errand has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
	/// The block of it.
	pub(crate) block: u32,
	/// Its name.
	pub(crate) stage: &'static str,
	/// The attempt.
	pub(crate) attempt: u8,
	/// More, for people.
	pub(crate) text: String,
}

impl Step {
	/// For programs.
	pub(crate) fn json(&self) -> Value {
		json!({"block": self.block, "stage": self.stage, "attempt": self.attempt, "text": self.text})
	}

	/// For people.
	pub(crate) fn line(&self) -> String {
		format!("block {:>6}  {:<16} {}", self.block, self.stage, self.text)
	}

	/// Where an errand stands at a block.
	pub(crate) fn of(at: u32, info: &ErrandInfo) -> Self {
		match info {
			ErrandInfo::Unfinished(record) => Self::unfinished(at, record),
			ErrandInfo::Finished(record) => Self::finished(record),
		}
	}

	fn unfinished(at: u32, record: &ErrandRecord) -> Self {
		let (block, text) = match &record.stage {
			ErrandStage::Open if record.attempt == 0 => (
				record.posted,
				format!(
					"{} on hold; modules may claim from block {}",
					tokens(record.held),
					record.draw.claims_open()
				),
			),
			ErrandStage::Open => (
				at,
				format!(
					"the first executor did not finish it; modules may claim from block {}",
					record.draw.claims_open()
				),
			),
			ErrandStage::AwaitingPinners { until } => (
				at,
				format!("no module that may run it has come; waiting until block {until}"),
			),
			ErrandStage::Claimed { module, .. } => (at, format!("by module {module}")),
			ErrandStage::Assigned(assignment) => (
				assignment.assigned,
				format!(
					"module {} runs it until block {}, checked by {}",
					assignment.executor,
					assignment.deadline,
					members(&assignment.verifiers)
				),
			),
			ErrandStage::AwaitingKey {
				assignment,
				since,
				until,
			} => {
				let asked: Vec<_> = record
					.sources()
					.filter(|(number, source)| {
						source.needs_key()
							&& assignment.keys.get(usize::from(*number))
								== Some(&tea_chain::types::KeyPath::Wanted)
					})
					.map(|(number, source)| {
						format!(
							"{} for the key of {}",
							source.key_holder(record.client),
							keys::named(number, source)
						)
					})
					.collect();
				(
					*since,
					format!(
						"module {} has it and asks {}, until block {until}",
						assignment.executor,
						asked.join(", ")
					),
				)
			}
		};
		Self {
			block,
			stage: words::stage(record),
			attempt: record.attempt,
			text,
		}
	}

	fn finished(record: &FinishedErrand) -> Self {
		let blocks = record.finished.saturating_sub(record.posted);
		let text = words::outcome(record.outcome);
		Self {
			block: record.finished,
			stage: words::state(record.outcome),
			attempt: record.attempt,
			text: match text.split_once(": ") {
				Some((_, reason)) => format!("{reason}, {blocks} blocks after it was posted"),
				None => format!("{blocks} blocks after it was posted"),
			},
		}
	}
}

/// A committee, for people.
pub(crate) fn members(members: &[ChainMember]) -> String {
	let names: Vec<_> = members
		.iter()
		.map(|member| match member {
			ChainMember::Module(module) => format!("module {module}"),
			ChainMember::Registrar(account) => {
				let account = account.to_string();
				format!("registrar {}…", account.get(..8).unwrap_or(&account))
			}
		})
		.collect();
	if names.is_empty() {
		"a committee that is being drawn".to_owned()
	} else {
		names.join(", ")
	}
}

/// There is no such errand.
pub(crate) fn unknown(errand: ErrandId) -> Failure {
	Failure::new(
		Kind::NotFound,
		format!("there is no errand {errand}, or its record has left the state"),
		"`tea errands` lists those that there are",
	)
}

/// Whether a failure passes by itself with the next block.
fn is_passing(failure: &Failure) -> bool {
	failure.code == Kind::Unreachable.code() || failure.code == Cause::Clock.code()
}

/// Follows an errand to its end. Each stage is shown as it comes and kept in `steps`. With `holder`, the keys that it is asked
/// for are supplied.
pub(crate) async fn follow(
	context: &Context,
	chain: &Chain,
	errand: ErrandId,
	since: u32,
	holder: Option<(&Holder, Option<&Page>)>,
	steps: &mut Vec<Step>,
) -> Result<(At, FinishedErrand)> {
	let mut blocks = chain.follow_finalized();
	let mut at = chain.finalized().await?;
	// Blocks before this one do not know yet what was supplied.
	let mut deaf_until = 0;
	let bar = context.output.spinner("waiting for the next block");
	let outcome = loop {
		let look = async {
			let Some(info) = at.errand_info(errand).await? else {
				// The head of this connection may be behind the one that the posting was final in.
				if at.number() < since {
					return Ok(None);
				}
				return Err(unknown(errand));
			};
			let step = Step::of(at.number(), &info);
			if steps
				.last()
				.is_none_or(|last| (last.stage, last.attempt) != (step.stage, step.attempt))
			{
				bar.suspend(|| context.output.say(&step.line()));
				steps.push(step);
			}
			match (info, holder) {
				(ErrandInfo::Finished(record), _) => return Ok(Some(*record)),
				(ErrandInfo::Unfinished(record), Some((holder, page)))
					if at.number() >= deaf_until =>
				{
					let supplied = holder.supply(context, chain, &at, errand, &record, page);
					if let Some((standing, blocks)) = supplied.await? {
						bar.suspend(|| {
							context.output.say(standing.text().trim_end());
							for (source, block) in &blocks {
								context.output.say(&format!(
									"block {block:>6}  key of source {source} supplied"
								));
							}
						});
						deaf_until = blocks.iter().map(|(_, block)| *block).max().unwrap_or(0);
					}
				}
				_ => (),
			}
			Ok(None)
		};
		match look.await {
			Ok(Some(record)) => break Ok((at, record)),
			Ok(None) => bar.set_message(format!("block {}", at.number())),
			Err(failure) if is_passing(&failure) => {
				tracing::debug!(%failure, "looking again at the next block");
			}
			Err(failure) => break Err(failure),
		}
		at = loop {
			match blocks.next().await {
				Some(Followed::Block(at)) => break at,
				Some(Followed::Gap { .. }) => continue,
				None => break chain.finalized().await?,
			}
		};
	};
	bar.finish_and_clear();
	outcome
}

#[cfg(test)]
mod tests {
	use super::{super::evidence::lab, *};
	use tea_primitives::errand::{Exit, Outcome, RefundReason};

	#[test]
	fn each_stage_has_its_block_and_what_is_waited_for() {
		let mut record = lab::private();
		let waiting = Step::of(50, &ErrandInfo::Unfinished(Box::new(record.clone())));
		assert_eq!((waiting.block, waiting.stage), (12, "AwaitingKey"));
		assert!(
			waiting.text.contains(&lab::OWNER.to_string()),
			"{}",
			waiting.text
		);
		record.stage = ErrandStage::Open;
		let open = Step::of(50, &ErrandInfo::Unfinished(Box::new(record.clone())));
		assert_eq!((open.block, open.stage), (record.posted, "Open"));
		record.attempt = 1;
		let again = Step::of(50, &ErrandInfo::Unfinished(Box::new(record)));
		assert_eq!(again.block, 50);
		assert!(again.line().contains("block     50"), "{}", again.line());
	}

	#[test]
	fn the_end_says_why() {
		let mut record = lab::Lab::new().facts.record;
		let step =
			|record: &FinishedErrand| Step::of(99, &ErrandInfo::Finished(Box::new(record.clone())));
		assert_eq!(step(&record).stage, "Confirmed");
		record.outcome = Outcome::Failed(Exit::OutOfFuel);
		assert!(step(&record).text.contains("fuel"));
		record.outcome = Outcome::Refunded(RefundReason::NoPinners);
		let refunded = step(&record);
		assert_eq!(refunded.block, record.finished);
		assert!(refunded.text.contains("turned up"), "{}", refunded.text);
	}
}

//! `tea errands`: what there is, what happens, and keys for those that ask; `tea supply`, `tea refuse`.

use futures::StreamExt;
use serde_json::json;
use std::collections::BTreeMap;
use tea_chain::{
	AccountId, At, Chain, Followed, Sign,
	types::{ErrandInfo, ErrandRecord},
};
use tea_primitives::errand::ErrandId;

use crate::{
	args::errand::{Errands, Supply},
	context::Context,
	errand::{
		keys::{self, Holder, Standing},
		stage::{self, Step},
		words,
	},
	failure::{Failure, Kind, Result},
	output::{table, tokens},
};

/// Lists, watches, or serves keys.
pub(crate) async fn run(context: &Context, settings: &Errands) -> Result<()> {
	let account = context.optional_key()?.map(|key| key.account());
	if settings.serve_keys {
		// It signs.
		let account = context.key()?.account();
		let holder = Holder::open(account, settings.keys.keys.as_deref())?;
		let chain = context.chain().await?;
		return watch(context, &chain, settings, Some(account), Some(&holder)).await;
	}
	let chain = context.chain().await?;
	if settings.watch {
		return watch(context, &chain, settings, account, None).await;
	}
	list(context, &chain.finalized().await?, settings, account).await
}

/// Whether an errand has to do with an account: its client, or who is asked for a key.
fn concerns(info: &ErrandInfo, account: AccountId) -> bool {
	match info {
		ErrandInfo::Finished(record) => record.client == account,
		ErrandInfo::Unfinished(record) => {
			record.client == account
				|| record.sources().any(|(_, source)| {
					source.needs_key() && source.key_holder(record.client) == account
				})
		}
	}
}

/// The errands at a block that are of interest.
async fn errands(
	at: &At,
	is_wanted: impl Fn(&ErrandId, &ErrandInfo) -> bool,
) -> Result<BTreeMap<ErrandId, ErrandInfo>> {
	let (open, finished) = futures::try_join!(at.errands(), at.finished_errands())?;
	let open = open
		.into_iter()
		.map(|(id, record)| (id, ErrandInfo::Unfinished(Box::new(record))));
	let finished = finished
		.into_iter()
		.map(|(id, record)| (id, ErrandInfo::Finished(Box::new(record))));
	Ok(open
		.chain(finished)
		.filter(|(id, info)| is_wanted(id, info))
		.collect())
}

async fn list(
	context: &Context,
	at: &At,
	settings: &Errands,
	account: Option<AccountId>,
) -> Result<()> {
	let of = account.filter(|_| !settings.all);
	let all = errands(at, |_, info| {
		of.is_none_or(|account| concerns(info, account))
	})
	.await?;
	let rows: Vec<_> = all
		.iter()
		.map(|(id, info)| {
			let step = Step::of(at.number(), info);
			let (client, posted, cost) = match info {
				ErrandInfo::Unfinished(record) => (
					record.client,
					record.posted,
					format!("{} held", tokens(record.held)),
				),
				ErrandInfo::Finished(record) => (
					record.client,
					record.posted,
					tokens(record.bill.held.saturating_sub(record.bill.returned)),
				),
			};
			(*id, client, posted, cost, step)
		})
		.collect();
	let json = json!({
		"block": at.number(),
		"errands": rows.iter().map(|(id, client, posted, _, step)| json!({
			"errand": id.0,
			"client": client,
			"posted": posted,
			"stage": step.stage,
			"attempt": step.attempt,
			"since": step.block,
			"text": step.text,
		})).collect::<Vec<_>>(),
	});
	context.output.show(&json, || {
		if rows.is_empty() {
			return "there is no errand\nnext step: `tea run CODE DATA` posts one; --all shows those of others".into();
		}
		let header = ["errand", "client", "posted", "stage", "since", "cost"];
		table(
			header,
			rows.iter().map(|(id, client, posted, cost, step)| {
				[
					id.to_string(),
					client.to_string(),
					posted.to_string(),
					step.stage.to_owned(),
					step.block.to_string(),
					cost.clone(),
				]
			}),
		)
	})
}

/// Shows every change, and supplies keys when there is a holder. Ends with the process.
async fn watch(
	context: &Context,
	chain: &Chain,
	settings: &Errands,
	account: Option<AccountId>,
	holder: Option<&Holder>,
) -> Result<()> {
	let of = account.filter(|_| !settings.all);
	let mut blocks = chain.follow_finalized();
	let mut seen: BTreeMap<ErrandId, Step> = BTreeMap::new();
	// What was tried for an executor and failed is not tried at every block.
	let mut tried: BTreeMap<ErrandId, (u8, u32)> = BTreeMap::new();
	let mut is_first = true;
	context.output.say(match holder {
		Some(_) => "supplying keys as they are asked for; Ctrl-C ends it",
		None => "watching; Ctrl-C ends it",
	});
	let mut at = chain.finalized().await?;
	loop {
		// What was of interest once is so to its end: a final record does not say who was asked for keys.
		let is_wanted = |id: &ErrandId, info: &ErrandInfo| {
			of.is_none_or(|account| concerns(info, account)) || seen.contains_key(id)
		};
		match errands(&at, is_wanted).await {
			Ok(all) => {
				for (id, info) in &all {
					let step = Step::of(at.number(), info);
					let is_news = seen.get(id).is_none_or(|last| last.stage != step.stage);
					// Errands that ended before are no news.
					let is_old = is_first && matches!(info, ErrandInfo::Finished(_));
					if is_news && !is_old {
						event(context, *id, &step)?;
					}
					seen.insert(*id, step);
					if let (Some(holder), ErrandInfo::Unfinished(record)) = (holder, info) {
						serve(context, chain, &at, *id, record, holder, &mut tried).await?;
					}
				}
				seen.retain(|id, _| all.contains_key(id));
				is_first = false;
			}
			Err(failure) if failure.code == Kind::Unreachable.code() => {
				tracing::debug!(%failure, "looking again at the next block");
			}
			Err(failure) => return Err(failure),
		}
		at = loop {
			match blocks.next().await {
				Some(Followed::Block(at)) => break at,
				Some(Followed::Gap { .. }) => (),
				None => break chain.finalized().await?,
			}
		};
	}
}

/// One line of what happens: for programs a line of JSON.
fn event(context: &Context, errand: ErrandId, step: &Step) -> Result<()> {
	let mut json = step.json();
	json["errand"] = errand.0.into();
	context
		.output
		.line(&json, || format!("errand {errand}  {}", step.line()))
}

async fn serve(
	context: &Context,
	chain: &Chain,
	at: &At,
	errand: ErrandId,
	record: &ErrandRecord,
	holder: &Holder,
	tried: &mut BTreeMap<ErrandId, (u8, u32)>,
) -> Result<()> {
	if keys::wanted(record, holder.account()).is_empty() {
		return Ok(());
	}
	let attempt = record.attempt;
	// What was supplied or refused stays so for this attempt.
	if tried
		.get(&errand)
		.is_some_and(|(of, until)| *of == attempt && at.number() < *until)
	{
		return Ok(());
	}
	let outcome = holder
		.supply(context, chain, at, errand, record, None)
		.await;
	let until = match outcome {
		Ok(Some((standing, supplied))) => {
			let block = supplied.iter().map(|(_, block)| *block).max();
			let json = json!({
				"errand": errand.0,
				"supplied": supplied.iter().map(|(source, block)| json!({"source": source, "block": block})).collect::<Vec<_>>(),
				"executor": standing.json(),
			});
			context.output.line(&json, || {
				format!(
					"errand {errand}  keys of {} sources supplied in block {}\n{}",
					supplied.len(),
					block.unwrap_or_default(),
					standing.text().trim_end()
				)
			})?;
			block.unwrap_or_default().saturating_add(1)
		}
		Ok(None) => 0,
		Err(failure) if failure.code == Kind::Unreachable.code() => 0,
		Err(failure) => {
			// One errand that cannot be served keeps no other one waiting.
			let json = json!({"errand": errand.0, "error": failure.sentence, "next": failure.next});
			context
				.output
				.line(&json, || format!("errand {errand}  {failure}"))?;
			u32::MAX
		}
	};
	tried.insert(errand, (attempt, until));
	Ok(())
}

/// `tea supply`: looks at the executor and supplies the keys that this account is asked for.
pub(crate) async fn supply(context: &Context, settings: &Supply) -> Result<()> {
	let account = context.key()?.account();
	let holder = Holder::open(account, settings.keys.keys.as_deref())?;
	let chain = context.chain().await?;
	let at = chain.finalized().await?;
	let errand = settings.errand;
	let record = match at.errand_info(errand).await? {
		None => return Err(stage::unknown(errand)),
		Some(ErrandInfo::Finished(record)) => {
			return Err(Failure::new(
				Kind::Refused,
				format!("errand {errand} is {}", words::outcome(record.outcome)),
				"nothing has to be done",
			));
		}
		Some(ErrandInfo::Unfinished(record)) => record,
	};
	let wanted = keys::wanted(&record, account);
	let Some(assignment) = record.assignment().filter(|_| !wanted.is_empty()) else {
		return Err(Failure::new(
			Kind::Refused,
			format!(
				"errand {errand} is {} and asks {account} for no key",
				words::stage(&record)
			),
			format!("`tea errands --all` shows whom errands ask; `tea result {errand}` waits"),
		));
	};
	if settings.look {
		let standing = Standing::look_up(&at, errand, &record, assignment).await?;
		let json = json!({
			"errand": errand.0,
			"client": record.client,
			"sources": wanted.iter().map(|wanted| wanted.source).collect::<Vec<_>>(),
			"executor": standing.json(),
		});
		return context.output.show(&json, || {
			let asked: Vec<_> = record
				.sources()
				.filter(|(number, _)| wanted.iter().any(|wanted| wanted.source == *number))
				.map(|(number, source)| keys::named(number, source))
				.collect();
			format!(
				"client {} asks for the key of {}\n{}next step: `tea supply {errand}` or `tea refuse {errand}`\n",
				record.client,
				asked.join(", "),
				standing.text()
			)
		});
	}
	let Some((standing, supplied)) = holder
		.supply(context, &chain, &at, errand, &record, None)
		.await?
	else {
		return Ok(());
	};
	let json = json!({
		"errand": errand.0,
		"supplied": supplied.iter().map(|(source, block)| json!({"source": source, "block": block})).collect::<Vec<_>>(),
		"executor": standing.json(),
	});
	context.output.show(&json, || {
		let lines: String = supplied
			.iter()
			.map(|(source, block)| {
				format!("key of source {source} supplied, final in block {block}\n")
			})
			.collect();
		standing.text() + &lines
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::errand::evidence::lab;

	#[test]
	fn clients_and_key_holders_are_concerned() {
		let open = ErrandInfo::Unfinished(Box::new(lab::private()));
		assert!(concerns(&open, lab::CLIENT) && concerns(&open, lab::OWNER));
		assert!(!concerns(&open, AccountId([77; 32])));
		let record = lab::Lab::new().facts.record;
		let finished = ErrandInfo::Finished(Box::new(record));
		assert!(concerns(&finished, lab::CLIENT) && !concerns(&finished, lab::OWNER));
	}
}

//! `tea run`: post an errand, watch it, supply what keys it asks for, decrypt the result, verify the proof.

use serde_json::json;
use tea_chain::{At, Call, Chain, Order, Sign, types::ErrandEvent};
use tea_ipfs::Client;
use tea_primitives::{
	deployment::{Classes, Refusal},
	errand::{Capabilities, ErrandId, Exit, Limits, Needs, Options, Outcome},
};

use super::{result as fetched, verify};
use crate::{
	args::errand::{Order as Wanted, Run},
	context::Context,
	errand::{
		bill,
		book::{Asked, Book, Page},
		evidence::report::Report,
		keys::Holder,
		result,
		sources::{self, Prepared},
		stage::{self, Step},
		words,
	},
	failure::{Failure, Kind, Result},
	output::tokens,
};

/// Runs code on data.
pub(crate) async fn run(context: &Context, settings: &Run) -> Result<()> {
	let key = context.key()?;
	let account = key.account();
	let out = settings.out.as_deref();
	result::check_place(out, settings.force)?;
	let spec = settings
		.spec
		.as_deref()
		.map(verify::validators)
		.transpose()?;
	let params = sources::params(&settings.params)?;
	let client = Client::new(&settings.host.ipfs_api)?;
	let book = Book::open(settings.keys.keys.as_deref())?;
	let chain = context.chain().await?;
	let at = chain.finalized().await?;

	let Prepared { sources, keys } =
		sources::prepare(context.output, &at, &client, settings).await?;
	let mut sources = sources.into_iter();
	let Some(code) = sources.next() else {
		return Err(Failure::input("no code is named", "name it first"));
	};
	let asked = Asked {
		code,
		data: sources.collect(),
		params,
		limits: limits(&settings.order),
		capabilities: capabilities(&settings.order),
	};
	let mut page = Page::new(chain.genesis(), account, asked, keys);
	let order = order(&at, &page, &settings.order).await?;
	if !settings.forget_key {
		book.write(&page)?;
	}
	let posted = context.submit(&chain, Call::post(&order)).await?;
	let errand = posted
		.events
		.iter()
		.find_map(|record| match &record.event {
			tea_chain::Event::Errand(ErrandEvent::Posted { errand, client, .. })
				if *client == account =>
			{
				Some(*errand)
			}
			_ => None,
		})
		.ok_or_else(|| {
			Failure::new(
				Kind::NotFound,
				"the errand was posted, and its number is not among the events",
				"`tea errands` lists it",
			)
		})?;
	page.errand = Some(errand);
	if !settings.forget_key {
		book.write(&page)?;
	}
	if settings.post_only {
		return show_posted(context, errand, posted.number, order.max_price);
	}
	context.output.say(&format!(
		"errand {errand} is posted, final in block {}",
		posted.number
	));
	finish(
		context,
		settings,
		&chain,
		&client,
		&book,
		&page,
		(errand, posted.number),
		spec.as_ref(),
	)
	.await
}

fn limits(wanted: &Wanted) -> Limits {
	Limits {
		fuel: wanted.fuel,
		pages: wanted.pages,
		output: wanted.max_output,
		wall_ms: wanted.wall_ms,
	}
}

fn capabilities(wanted: &Wanted) -> Capabilities {
	Capabilities(
		wanted
			.capabilities
			.iter()
			.fold(0, |bits, capability| bits | capability.0),
	)
}

/// The order as it goes on chain. What it may cost is asked of the chain, unless it is said.
async fn order(at: &At, page: &Page, wanted: &Wanted) -> Result<Order> {
	let asked = &page.asked;
	let payee = wanted.payee.zip(wanted.payee_price);
	let max_price = match wanted.max_price {
		Some(price) => price,
		None => at
			.maximum_price(
				page.client,
				&asked.code,
				&asked.data,
				asked.limits,
				wanted.deadline,
			)
			.await?
			.map_err(refused)?
			.saturating_add(payee.map_or(0, |(_, price)| price)),
	};
	let free = at.free_balance(page.client).await?;
	if free < max_price {
		return Err(Failure::of(
			tea_module::exit::Cause::Unfunded,
			format!(
				"the errand may cost {}, and {} has {}",
				tokens(max_price),
				page.client,
				tokens(free)
			),
		)
		.next("lower --fuel, or send the account some money with `tea transfer`"));
	}
	Ok(Order {
		code: asked.code.clone(),
		data: asked.data.clone(),
		params: asked.params.clone(),
		client_key: page.client_key(),
		limits: asked.limits,
		max_price,
		deadline: wanted.deadline,
		options: Options {
			needs: Needs {
				classes: match wanted.classes.is_empty() {
					true => Classes::ALL,
					false => Classes::of(&wanted.classes),
				},
				capabilities: asked.capabilities,
			},
			key_wait: wanted.key_wait,
			allow_own: wanted.allow_own,
			payee,
		},
	})
}

/// Why the terms of a deployment do not admit this errand.
fn refused(refusal: Refusal) -> Failure {
	let (sentence, next) = match refusal {
		Refusal::Retired => ("a deployment is retired by its owner", "use another one"),
		Refusal::Expired => (
			"a deployment expires before the errand could be finished",
			"set a shorter --deadline, or use another one",
		),
		Refusal::ClientNotAllowed => (
			"the terms of a deployment do not admit this account",
			"ask its owner",
		),
		Refusal::CodeNotAllowed => (
			"the owner of the data does not let this code read it",
			"`tea pins` shows deployments; ask the owner of the data which code may",
		),
		Refusal::OutputTooLarge => (
			"the owner of the data allows a smaller result only",
			"lower --max-output",
		),
		Refusal::WrongKind => (
			"code is named as data, or data as code",
			"name the code first, then the data",
		),
		_ => (
			"no module holds the key of a deployment",
			"`tea pins` shows who does; its owner can run `tea reseed`",
		),
	};
	Failure::new(Kind::Refused, sentence, next)
}

fn show_posted(context: &Context, errand: ErrandId, block: u32, held: u128) -> Result<()> {
	let json = json!({"errand": errand.0, "block": block, "held": held.to_string()});
	context.output.show(&json, || {
		format!(
			"errand {errand} is posted, final in block {block}, {} on hold\nnext step: `tea result {errand}`, and `tea errands --serve-keys` if it asks for keys",
			tokens(held)
		)
	})
}

/// From the posting to the proof.
#[allow(clippy::too_many_arguments, reason = "what the steps before have made")]
async fn finish(
	context: &Context,
	settings: &Run,
	chain: &Chain,
	client: &Client,
	book: &Book,
	page: &Page,
	(errand, since): (ErrandId, u32),
	spec: Option<&crate::errand::evidence::proof::Validators>,
) -> Result<()> {
	let holder = Holder::open(page.client, settings.keys.keys.as_deref())?;
	let mut steps: Vec<Step> = Vec::new();
	let (_, record) = stage::follow(
		context,
		chain,
		errand,
		since,
		Some((&holder, Some(page))),
		&mut steps,
	)
	.await?;
	let stages: Vec<_> = steps.iter().map(Step::json).collect();
	let Some(pot) = &record.pot else {
		let json = json!({
			"errand": errand.0,
			"outcome": words::outcome(record.outcome),
			"stages": stages,
			"bill": bill::json(&record.bill),
		});
		context.output.show(&json, || bill::text(&record.bill))?;
		return Err(fetched::ended(errand, record.outcome));
	};
	let sealed = result::fetch(context.output, client, &pot.body.result)
		.await
		.map_err(|failure| {
			failure.next(format!(
				"the errand is settled, and only its result is missing: `tea result {errand}` fetches it, through another host with --ipfs-api"
			))
		})?;
	let plain = result::open(page, &pot.body, &sealed)?;
	let out = settings.out.as_deref();
	if let Some(path) = out.filter(|_| pot.body.exit == Exit::Ok) {
		result::write(path, &plain)?;
	}
	let file = out.filter(|_| pot.body.exit == Exit::Ok);
	let (bundle, no_result) = verify::collect(context, errand, Some(client)).await?;
	let report = verify::judged(&bundle, spec, book, no_result.as_deref())?;
	let json = json!({
		"errand": errand.0,
		"outcome": words::outcome(record.outcome),
		"exit": words::exit(pot.body.exit),
		"executor": pot.body.executor.0,
		"fuel": pot.body.fuel,
		"blocks": record.finished.saturating_sub(record.posted),
		"stages": stages,
		"result": result::json(&plain, file),
		"bill": bill::json(&record.bill),
		"verification": report.json(),
	});
	context.output.show(&json, || {
		let mut text = match pot.body.exit {
			Exit::Ok => result::text(&plain, file),
			exit => format!("{}\n{}", words::exit(exit), result::report(&plain)),
		};
		text += &format!(
			"\nmodule {} used {} fuel\n{}\n",
			pot.body.executor,
			pot.body.fuel,
			bill::text(&record.bill)
		);
		text + &verdict(errand, &report)
	})?;
	report.end()?;
	match record.outcome {
		Outcome::Confirmed => Ok(()),
		outcome => Err(fetched::ended(errand, outcome)),
	}
}

fn verdict(errand: ErrandId, report: &Report) -> String {
	format!(
		"{}\nnext step: `tea verify {errand}` names each check; --save FILE keeps them\n",
		report.sentence()
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_refusal_of_terms_has_a_next_step() {
		for refusal in [
			Refusal::Retired,
			Refusal::Expired,
			Refusal::ClientNotAllowed,
			Refusal::CodeNotAllowed,
			Refusal::OutputTooLarge,
			Refusal::WrongKind,
			Refusal::DeploymentLost,
		] {
			let failure = refused(refusal);
			assert_eq!(failure.code, Kind::Refused.code());
			assert!(!failure.next.is_empty());
		}
	}
}

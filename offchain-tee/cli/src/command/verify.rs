//! `tea verify`: the proof of an errand, checked once more by whoever relies on it.

use std::path::Path;

use serde_json::json;
use tea_ipfs::Client;
use tea_primitives::errand::ErrandId;

use crate::{
	args::errand::Verify,
	context::Context,
	errand::{
		book::{Book, Page},
		evidence::{
			bundle::{Bundle, Bytes},
			checks::Known,
			gather::gather,
			proof::Validators,
			report::{Report, examine},
		},
		result,
	},
	failure::{Failure, Result},
};

/// What a saved bundle proves, and what it does not.
const OFFLINE: &str = "Checked without a node. That proves what the chain had final at that time. It does not prove that the chain has not revoked the release or the chip since: `tea verify ERRAND` and `tea module show` say so.";

/// Verifies.
pub(crate) async fn run(context: &Context, settings: &Verify) -> Result<()> {
	result::check_place(settings.save.as_deref(), settings.force)?;
	let spec = settings.spec.as_deref().map(validators).transpose()?;
	let book = Book::open(settings.keys.keys.as_deref())?;
	if let Some(path) = &settings.bundle {
		let bundle = Bundle::read(path)?;
		let no_result = Some("the bundle was saved without the result");
		let report = judged(&bundle, spec.as_ref(), &book, no_result)?;
		return show(context, &report, Some(OFFLINE), None);
	}
	let Some(errand) = settings.errand else {
		return Err(Failure::input(
			"no errand is named",
			"name one; `tea errands` lists them",
		));
	};
	let client = match settings.without_result {
		true => None,
		false => Some(Client::new(&settings.host.ipfs_api)?),
	};
	let (bundle, no_result) = collect(context, errand, client.as_ref()).await?;
	let report = judged(&bundle, spec.as_ref(), &book, no_result.as_deref())?;
	if let Some(path) = &settings.save {
		result::write(path, &bundle.to_bytes()?)?;
	}
	show(context, &report, None, settings.save.as_deref())
}

/// The validators of a chain specification.
pub(crate) fn validators(path: &Path) -> Result<Validators> {
	let unusable = |reason: &dyn std::fmt::Display| {
		Failure::input(
			format!(
				"the chain specification {} cannot be used ({reason})",
				path.display()
			),
			"fetch one with `tea chain-spec light`, from a node that you trust",
		)
	};
	let spec = std::fs::read(path).map_err(|error| unusable(&error))?;
	Validators::of_spec(&spec).map_err(|error| unusable(&error))
}

/// Gathers the evidence, with the result if a host has it. Beside it, why there is no result.
pub(crate) async fn collect(
	context: &Context,
	errand: ErrandId,
	client: Option<&Client>,
) -> Result<(Bundle, Option<String>)> {
	let chain = context.chain().await?;
	let bar = context
		.output
		.spinner(format!("gathering the evidence of errand {errand}"));
	let gathered = gather(&chain, errand).await;
	bar.finish_and_clear();
	let mut bundle = gathered?;
	let Some(client) = client else {
		return Ok((bundle, Some("it was left where it is".into())));
	};
	let at = chain.finalized().await?;
	let Some(pot) = at.pot(errand).await? else {
		return Ok((bundle, None));
	};
	// An altered result is evidence too: the check names it.
	match result::fetch_unchecked(context.output, client, &pot.body.result).await {
		Ok(sealed) => {
			bundle.result = Some(Bytes(sealed));
			Ok((bundle, None))
		}
		Err(failure) => Ok((bundle, Some(failure.sentence))),
	}
}

/// Checks a bundle, with the own order if there is one.
pub(crate) fn judged(
	bundle: &Bundle,
	spec: Option<&Validators>,
	book: &Book,
	no_result: Option<&str>,
) -> Result<Report> {
	let report = examine(
		bundle,
		spec,
		Known {
			page: None,
			no_result,
		},
	);
	let client_key = report
		.facts
		.as_ref()
		.and_then(|facts| Some(facts.record.pot.as_ref()?.body.client_key));
	let page: Option<Page> = match client_key {
		Some(key) => book.find(&bundle.genesis()?, &key)?,
		None => None,
	};
	Ok(match page {
		None => report,
		Some(page) => examine(
			bundle,
			spec,
			Known {
				page: Some(&page),
				no_result,
			},
		),
	})
}

fn show(
	context: &Context,
	report: &Report,
	note: Option<&str>,
	saved: Option<&Path>,
) -> Result<()> {
	let mut json = report.json();
	json["offline"] = note.is_some().into();
	json["saved"] = json!(saved.map(|path| path.display().to_string()));
	context.output.show(&json, || {
		let mut text = report.text();
		if let Some(note) = note {
			text += &format!("{note}\n");
		}
		if let Some(path) = saved {
			text += &format!(
				"saved in {}\nnext step: `tea verify --bundle {0}` checks it anywhere\n",
				path.display()
			);
		}
		text
	})?;
	report.end()
}

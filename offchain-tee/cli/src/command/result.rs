//! `tea result`: the result of an own errand, waited for if it has to be.

use serde_json::json;
use tea_chain::types::ErrandInfo;
use tea_ipfs::Client;
use tea_primitives::errand::{ErrandId, Exit, Outcome};

use crate::{
	args::errand::Outcome as Settings,
	context::Context,
	errand::{
		bill,
		book::Book,
		result,
		stage::{self, Step},
		words,
	},
	failure::{Failure, Kind, Result},
};

/// Fetches a result.
pub(crate) async fn run(context: &Context, settings: &Settings) -> Result<()> {
	let errand = settings.errand;
	let out = settings.out.as_deref();
	result::check_place(out, settings.force)?;
	let book = Book::open(settings.keys.keys.as_deref())?;
	let chain = context.chain().await?;
	let at = chain.finalized().await?;
	let client_key = match at.errand_info(errand).await? {
		None => return Err(stage::unknown(errand)),
		Some(ErrandInfo::Unfinished(record)) => Some(record.client_key),
		Some(ErrandInfo::Finished(record)) => record.pot.map(|pot| pot.body.client_key),
	};
	let page = match client_key {
		None => None,
		Some(key) => Some(book.find(&chain.genesis(), &key)?.ok_or_else(|| {
			Failure::new(
				Kind::NotFound,
				format!("there is no key of the result of errand {errand}"),
				"only its client can read it; name the folder where it was ordered from with --keys",
			)
		})?),
	};
	let mut steps: Vec<Step> = Vec::new();
	let (_, record) = stage::follow(context, &chain, errand, 0, None, &mut steps).await?;
	let (Some(pot), Some(page)) = (&record.pot, page) else {
		return Err(ended(errand, record.outcome));
	};
	let client = Client::new(&settings.host.ipfs_api)?;
	let sealed = result::fetch(context.output, &client, &pot.body.result).await?;
	let plain = result::open(&page, &pot.body, &sealed)?;
	let file = out.filter(|_| pot.body.exit == Exit::Ok);
	if let Some(path) = file {
		result::write(path, &plain)?;
	}
	let json = json!({
		"errand": errand.0,
		"outcome": words::outcome(record.outcome),
		"exit": words::exit(pot.body.exit),
		"fuel": pot.body.fuel,
		"result": result::json(&plain, file),
		"bill": bill::json(&record.bill),
	});
	context.output.show(&json, || match pot.body.exit {
		Exit::Ok => result::text(&plain, file),
		exit => format!("{}\n{}", words::exit(exit), result::report(&plain)),
	})?;
	match record.outcome {
		Outcome::Confirmed => Ok(()),
		outcome => Err(ended(errand, outcome)),
	}
}

/// The failure of a command whose errand did not end well.
pub(crate) fn ended(errand: ErrandId, outcome: Outcome) -> Failure {
	let sentence = format!("errand {errand} is {}", words::outcome(outcome));
	let next = match outcome {
		Outcome::Failed(exit) => words::after(exit),
		Outcome::Refunded(reason) => words::after_refund(reason),
		_ => "post it again if you still want it",
	};
	Failure::new(Kind::Unfulfilled, sentence, next)
}

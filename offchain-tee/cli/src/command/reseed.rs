//! `tea reseed`: hand the key of a lost deployment to a module again.

use serde_json::json;
use tea_chain::Call;
use tea_primitives::deployment::Visibility;

use crate::{
	args::deployment::Reseed,
	context::Context,
	deployment::{
		keystore::Keystore,
		offer::{self, Wish},
		post::Post,
	},
	failure::{Failure, Kind, Result},
	output::lines,
};

/// Seeds a deployment anew.
pub(crate) async fn run(context: &Context, settings: &Reseed) -> Result<()> {
	let key = context.key()?;
	let chain = context.chain().await?;
	let at = chain.finalized().await?;
	let id = settings.deployment;
	let unknown = || {
		Failure::new(
			Kind::NotFound,
			format!("there is no deployment 0x{}", hex::encode(id.0)),
			"`tea pins` lists them",
		)
	};
	let info = at.deployment_info(id).await?.ok_or_else(unknown)?;
	if info.record.visibility != Visibility::Hosted {
		return Err(Failure::input(
			"only a hosted deployment has a key that modules hold",
			"nothing has to be done",
		));
	}
	if info.live > 0 {
		return Err(Failure::new(
			Kind::Refused,
			format!("{} modules hold its key: it needs no new seed", info.live),
			format!("`tea pins 0x{}` shows who", hex::encode(id.0)),
		));
	}
	let keystore = Keystore::open(settings.keys.keys.as_deref())?;
	let mut entry = keystore.of(&chain.genesis(), id)?;
	let Some(k1) = &entry.k1 else {
		return Err(Failure::new(
			Kind::NotFound,
			"the key of this deployment was not kept",
			"deploy the content anew",
		));
	};
	let owner = tea_chain::Sign::account(&key);
	let modules = offer::pinners(&at, owner, &info.terms, settings.pinner).await?;
	let mut post = Post::open(&settings.host.host, &chain, key).await?;
	let wish = Wish::Again(id, info.record.seed, info.record.registration);
	let offer = offer::obtain(&chain, &mut post, context.output, &modules, &wish, Some(k1)).await?;
	let outcome = context
		.submit(&chain, Call::reseed(id, &offer.seed))
		.await?;
	let pinner = offer.seed.pinner;
	entry.offer = Some(offer);
	keystore.write(&entry)?;
	let shown = format!("0x{}", hex::encode(id.0));
	let json = json!({
		"deployment": shown,
		"block": outcome.number,
		"seed": info.record.seed.saturating_add(1),
		"pinner": pinner.0,
	});
	context.output.show(&json, || {
		lines([
			("deployment", shown.clone()),
			("seeded anew", format!("in block {}", outcome.number)),
			("delegator", format!("module {pinner}")),
		])
	})
}

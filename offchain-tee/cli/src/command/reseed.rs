//! `tea reseed`: hand the key of a lost deployment to a module again.

use serde_json::json;
use tea_chain::{Call, Chain, types::DeploymentInfo};
use tea_module::pins::protocol::Offer;
use tea_primitives::deployment::{DeploymentId, Visibility};

use crate::{
	args::deployment::Reseed,
	context::Context,
	deployment::{
		keystore::{Entry, Keystore},
		offer::{self, Wish},
		post::Post,
	},
	failure::{Failure, Kind, Result},
	output::lines,
};

/// Seeds a deployment anew.
pub(crate) async fn run(context: &Context, settings: &Reseed) -> Result<()> {
	context.key()?;
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
	let keystore = Keystore::open(settings.keys.keys.as_deref())?;
	if info.live > 0 {
		// It got through before an interruption.
		if let Ok(entry) = keystore.of(&chain.genesis(), id)
			&& let Some(offer) = entry.offer.filter(|offer| is_carried_out(&info, offer))
		{
			return report(context, id, info.record.seed, &offer, None);
		}
		return Err(Failure::new(
			Kind::Refused,
			format!("{} modules hold its key: it needs no new seed", info.live),
			format!("`tea pins 0x{}` shows who", hex::encode(id.0)),
		));
	}
	let mut entry = keystore.of(&chain.genesis(), id)?;
	let next = info.record.seed.saturating_add(1);
	// What was offered before an interruption may be on its way to the chain: another offer would compete with it.
	if let Some(offer) = pending(&info, &entry, at.number()) {
		match context.submit(&chain, Call::reseed(id, &offer.seed)).await {
			Ok(outcome) => return report(context, id, next, &offer, Some(outcome.number)),
			Err(failure) if failure.code != Kind::Refused.code() => return Err(failure),
			Err(failure) => tracing::debug!(%failure, "the offer is not taken"),
		}
		let at = chain.finalized().await?;
		let now = at.deployment_info(id).await?.ok_or_else(unknown)?;
		if is_carried_out(&now, &offer) {
			return report(context, id, now.record.seed, &offer, None);
		}
	}
	let offer = ask(context, settings, &chain, &info, &entry).await?;
	entry.offer = Some(offer.clone());
	keystore.write(&entry)?;
	let outcome = context
		.submit(&chain, Call::reseed(id, &offer.seed))
		.await?;
	report(context, id, next, &offer, Some(outcome.number))
}

/// Whether the present seed is this offer.
fn is_carried_out(info: &DeploymentInfo, offer: &Offer) -> bool {
	info.record.seed > 0 && offer.seed.public_key == info.record.public_key
}

/// An offer for the next seed that the chain may yet take.
fn pending(info: &DeploymentInfo, entry: &Entry, now: u32) -> Option<Offer> {
	entry
		.offer
		.clone()
		.filter(|offer| offer.seed.public_key != info.record.public_key)
		.filter(|offer| offer::is_fresh(offer, now))
}

async fn ask(
	context: &Context,
	settings: &Reseed,
	chain: &Chain,
	info: &DeploymentInfo,
	entry: &Entry,
) -> Result<Offer> {
	let Some(k1) = &entry.k1 else {
		return Err(Failure::new(
			Kind::NotFound,
			"the key of this deployment was not kept",
			"deploy the content anew",
		));
	};
	let key = context.key()?;
	let owner = tea_chain::Sign::account(&key);
	let at = chain.finalized().await?;
	let modules = offer::pinners(&at, owner, &info.terms, settings.pinner).await?;
	let mut post = Post::open(&settings.host.host, chain, key).await?;
	let record = &info.record;
	let wish = Wish::Again(settings.deployment, record.seed, record.registration);
	offer::obtain(chain, &mut post, context.output, &modules, &wish, Some(k1)).await
}

/// `block`: where it was done, if it was done now.
fn report(
	context: &Context,
	id: DeploymentId,
	seed: u32,
	offer: &Offer,
	block: Option<u32>,
) -> Result<()> {
	let pinner = offer.seed.pinner;
	let shown = format!("0x{}", hex::encode(id.0));
	let json = json!({
		"deployment": shown,
		"block": block,
		"seed": seed,
		"pinner": pinner.0,
	});
	context.output.show(&json, || {
		let done = match block {
			Some(block) => format!("in block {block}"),
			None => "already".to_owned(),
		};
		lines([
			("deployment", shown.clone()),
			("seeded anew", done),
			("delegator", format!("module {pinner}")),
		])
	})
}

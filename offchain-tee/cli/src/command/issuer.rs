//! `tea issuer`.

use serde_json::json;
use tea_chain::{
	Call,
	types::{IssuerInfo, IssuerStatus},
};
use tea_primitives::ids::IssuerId;

use crate::{
	args::{Issuer, IssuerAdd},
	certificate,
	context::Context,
	failure::Result,
	output::table,
};

/// Carries out a command about issuers.
pub(crate) async fn run(context: &Context, command: Issuer) -> Result<()> {
	match command {
		Issuer::List => list(context).await,
		Issuer::Add(settings) => add(context, &settings).await,
		Issuer::Accept { issuer, via } => {
			let call = Call::set_issuer_status(IssuerId(issuer), IssuerStatus::Accepted);
			context
				.govern(&context.chain_to_sign().await?, call, via)
				.await
		}
		Issuer::Suspend { issuer, via } => {
			let call = Call::set_issuer_status(IssuerId(issuer), IssuerStatus::Suspended);
			context
				.govern(&context.chain_to_sign().await?, call, via)
				.await
		}
	}
}

async fn list(context: &Context) -> Result<()> {
	let at = context.at().await?;
	let issuers = at.issuers().await?;
	let json = issuers
		.iter()
		.map(|(id, record)| {
			json!({
				"issuer": id.0,
				"class": format!("{:?}", record.class),
				"status": format!("{:?}", record.status),
				"algorithm": format!("{:?}", record.algorithm),
				"vendor": vendor(record.vendor),
				"cap": record.cap,
				"version": record.version,
				"requiresPurpose": record.requires_purpose,
			})
		})
		.collect();
	context.output.show(&json, || {
		if issuers.is_empty() {
			return "no issuer is registered\nnext step: governance registers one with `tea issuer add`"
				.into();
		}
		table(
			[
				"issuer",
				"class",
				"status",
				"maker",
				"signs with",
				"chips at most",
				"version",
			],
			issuers.iter().map(|(id, record)| {
				[
					id.to_string(),
					format!("{:?}", record.class),
					format!("{:?}", record.status),
					vendor(record.vendor),
					format!("{:?}", record.algorithm),
					record.cap.to_string(),
					record.version.to_string(),
				]
			}),
		)
	})
}

/// The letters of a maker.
fn vendor(vendor: u32) -> String {
	let letters: String = vendor
		.to_be_bytes()
		.iter()
		.filter(|byte| byte.is_ascii_graphic())
		.map(|byte| char::from(*byte))
		.collect();
	if letters.is_empty() {
		format!("{vendor:#010x}")
	} else {
		letters
	}
}

async fn add(context: &Context, settings: &IssuerAdd) -> Result<()> {
	// Files first: nobody waits for a node to hear of a typing error.
	let (spki, key) = certificate::public_key(&settings.certificate)?;
	let chain = context.chain_to_sign().await?;
	let issuer = IssuerId(settings.issuer);
	let version = match settings.record_version {
		Some(version) => version,
		None => {
			let present = chain.finalized().await?.issuer(issuer).await?;
			present.map_or(1, |record| record.version.saturating_add(1))
		}
	};
	let info = IssuerInfo {
		spki,
		algorithm: settings
			.algorithm
			.unwrap_or_else(|| certificate::usual_algorithm(&key)),
		vendor: settings.vendor,
		class: settings.class,
		requires_purpose: settings.requires_purpose,
		cap: settings.cap,
		version,
	};
	let call = Call::register_issuer(issuer, &info);
	context.govern(&chain, call, settings.via).await
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn makers_are_shown_as_letters() {
		assert_eq!(vendor(0x4946_5800), "IFX");
		assert_eq!(vendor(0), "0x00000000");
	}
}

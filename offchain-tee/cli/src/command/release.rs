//! `tea release`.

use serde_json::{Value, json};
use tea_chain::{Call, types::ReleaseRecord};
use tea_module::measure::{ChainSource, Measurement};
use tea_primitives::ids::ReleaseId;

use crate::{
	args::{Measured, Release},
	context::Context,
	failure::{Failure, Result},
	output::{lines, table},
};

/// Carries out a command about releases.
pub(crate) async fn run(context: &Context, command: Release) -> Result<()> {
	match command {
		Release::List => list(context).await,
		Release::Compute(measured) => {
			let record = compute(&measured, None)?;
			context.output.show(&describe(&record), || text(&record))
		}
		Release::Add {
			release,
			measured,
			until,
			via,
		} => {
			let record = compute(&measured, until)?;
			let call = Call::register_release(ReleaseId(release), &record);
			context
				.govern(&context.chain_to_sign().await?, call, via)
				.await
		}
		Release::Retire { release, via } => {
			let call = Call::retire_release(ReleaseId(release));
			context
				.govern(&context.chain_to_sign().await?, call, via)
				.await
		}
	}
}

/// The reference values of a build. They come out of files, so that everybody can check them.
fn compute(measured: &Measured, until: Option<u32>) -> Result<ReleaseRecord> {
	let chain = match &measured.spec {
		Some(spec) => ChainSource::Spec(spec.clone()),
		None => ChainSource::TrustedRpc,
	};
	let refused = |error: tea_module::measure::MeasureError| {
		Failure::input(error, "check the paths of executable and specification")
	};
	let reference = Measurement::of(&measured.module_exe, &chain)
		.and_then(|measurement| measurement.reference(measured.class))
		.map_err(refused)?;
	Ok(ReleaseRecord {
		class: measured.class,
		strict: reference.strict,
		value_sets: vec![reference.values],
		manifest_root: reference.manifest_root,
		until,
	})
}

fn hex32(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn describe(record: &ReleaseRecord) -> Value {
	json!({
		"class": format!("{:?}", record.class),
		"strict": record.strict.iter().collect::<Vec<_>>(),
		"valueSets": record
			.value_sets
			.iter()
			.map(|set| set.iter().map(|value| hex32(value)).collect::<Vec<_>>())
			.collect::<Vec<_>>(),
		"manifestRoot": hex32(&record.manifest_root),
		"until": record.until,
	})
}

fn text(record: &ReleaseRecord) -> String {
	let mut out = lines([
		("class   ", format!("{:?}", record.class)),
		("manifest", hex32(&record.manifest_root)),
	]);
	for set in &record.value_sets {
		for (pcr, value) in record.strict.iter().zip(set) {
			out += &format!("PCR {pcr:<6}{}\n", hex32(value));
		}
	}
	out
}

async fn list(context: &Context) -> Result<()> {
	let at = context.at().await?;
	let releases = at.releases().await?;
	let now = at.number();
	let accepted = |record: &ReleaseRecord| record.until.is_none_or(|until| now < until);
	let json = releases
		.iter()
		.map(|(id, record)| {
			let mut value = describe(record);
			value["release"] = id.0.into();
			value["accepted"] = accepted(record).into();
			value
		})
		.collect();
	context.output.show(&json, || {
		if releases.is_empty() {
			return "no release is registered\nnext step: governance registers one with `tea release add`"
				.into();
		}
		table(
			["release", "class", "accepted", "PCRs", "manifest root"],
			releases.iter().map(|(id, record)| {
				[
					id.to_string(),
					format!("{:?}", record.class),
					match (accepted(record), record.until) {
						(true, None) => "yes".into(),
						(true, Some(until)) => format!("until block {until}"),
						(false, _) => "no".into(),
					},
					record
						.strict
						.iter()
						.map(|pcr| pcr.to_string())
						.collect::<Vec<_>>()
						.join(" "),
					hex32(&record.manifest_root),
				]
			}),
		)
	})
}

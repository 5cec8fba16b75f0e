//! Code and data of an errand: deployments by their ids, files stored for it alone.

use std::path::Path;

use tea_chain::At;
use tea_envelope::K1;
use tea_ipfs::Client;
use tea_link::os_rng::OsRng;
use tea_primitives::{
	deployment::{DeploymentId, Kind},
	errand::{AdHoc, MAX_INPUTS, MAX_PARAMS, Source as OnChain},
};

use crate::{
	args::errand::{Run, What},
	deployment::{
		source::Source,
		store::{self, ipfs_cid},
	},
	failure::{Failure, Kind as FailureKind, Result},
	output::Output,
};

/// Sources as they go on chain.
pub(crate) struct Prepared {
	/// Code first, then data in order.
	pub(crate) sources: Vec<OnChain>,
	/// The keys of those that were sealed.
	pub(crate) keys: Vec<Option<K1>>,
}

/// Looks deployments up and stores files. Nothing is on chain afterwards.
pub(crate) async fn prepare(
	output: Output,
	at: &At,
	client: &Client,
	settings: &Run,
) -> Result<Prepared> {
	if settings.data.len() > MAX_INPUTS as usize {
		return Err(Failure::input(
			format!("{} data inputs are named", settings.data.len()),
			format!("name {MAX_INPUTS} at most; a folder counts as one"),
		));
	}
	let mut prepared = Prepared {
		sources: Vec::new(),
		keys: Vec::new(),
	};
	let code = std::iter::once((&settings.code, Kind::Code));
	let data = settings.data.iter().map(|what| (what, Kind::Data));
	for (what, kind) in code.chain(data) {
		let (source, key) = match what {
			What::Deployed(id) => (deployed(at, *id, kind).await?, None),
			What::File(path) => ad_hoc(output, client, path, kind, settings.sealed).await?,
		};
		prepared.sources.push(source);
		prepared.keys.push(key);
	}
	Ok(prepared)
}

async fn deployed(at: &At, id: DeploymentId, kind: Kind) -> Result<OnChain> {
	let shown = format!("0x{}", hex::encode(id.0));
	let record = at.deployment(id).await?.ok_or_else(|| {
		Failure::new(
			FailureKind::NotFound,
			format!("there is no deployment {shown}"),
			"`tea pins` lists them",
		)
	})?;
	if record.kind != kind {
		return Err(Failure::input(
			format!(
				"{shown} is {:?}, and is named where {kind:?} is meant",
				record.kind
			),
			"name the code first, then the data in the order in which it reads them",
		));
	}
	Ok(OnChain::Deployed(id))
}

async fn ad_hoc(
	output: Output,
	client: &Client,
	path: &Path,
	kind: Kind,
	sealed: bool,
) -> Result<(OnChain, Option<K1>)> {
	let source = Source::open(path, Some(kind))?;
	if source.size == 0 {
		return Err(Failure::input(
			format!("{} is empty", path.display()),
			"name a file with something in it",
		));
	}
	let k1 = sealed.then(|| K1::generate(&mut OsRng));
	let measured = store::measure(&source, k1.as_ref())?;
	let bar = output.bytes(
		source.size,
		if sealed {
			"sealing and storing"
		} else {
			"storing"
		},
	);
	let stored = store::store(client, &source, &measured, k1.as_ref(), bar.clone()).await;
	bar.finish_and_clear();
	let content = stored?.content;
	// Best effort: who is connected to this host finds it without.
	if let Err(error) = client.provide(&ipfs_cid(&content.cid)?).await {
		tracing::debug!(%error, "the content is not announced");
	}
	Ok((OnChain::AdHoc(AdHoc { content, sealed }), k1))
}

/// The bytes of params: text, or a file behind `@`.
pub(crate) fn params(text: &str) -> Result<Vec<u8>> {
	let bytes = match text.strip_prefix('@') {
		None => text.as_bytes().to_vec(),
		Some(path) => std::fs::read(path).map_err(|error| {
			Failure::input(
				format!("the file {path} cannot be read ({error})"),
				"check the path",
			)
		})?,
	};
	if bytes.len() > MAX_PARAMS as usize {
		return Err(Failure::input(
			format!("the params have {} bytes", bytes.len()),
			format!("{MAX_PARAMS} may be; more is data"),
		));
	}
	Ok(bytes)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn params_are_text_or_a_file() {
		assert_eq!(params("").unwrap(), b"");
		assert_eq!(params("text").unwrap(), b"text");
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("params");
		std::fs::write(&path, [0xff, 0]).unwrap();
		let named = format!("@{}", path.display());
		assert_eq!(params(&named).unwrap(), [0xff, 0]);
		assert!(params("@/nowhere").unwrap_err().next.contains("path"));
	}

	#[test]
	fn too_many_params_are_refused_with_the_way_out() {
		let most = "x".repeat(MAX_PARAMS as usize);
		assert!(params(&most).is_ok());
		let failure = params(&format!("{most}x")).unwrap_err();
		assert!(failure.next.contains("data"), "{failure}");
	}
}

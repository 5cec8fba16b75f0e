//! `tea fetch`: the content of a deployment, compared with the chain, decrypted with the own key if that is asked for.

use std::{fs::File, io::Write, path::Path};

use serde_json::json;
use tea_envelope::{K1, Layout};
use tea_ipfs::Client;
use tea_primitives::deployment::Visibility;

use crate::{
	args::deployment::Fetch,
	context::Context,
	deployment::{
		keystore::Keystore,
		store::{Reading, ipfs_cid, shown_cid},
	},
	failure::{Failure, Kind, Result},
};

/// Fetches.
pub(crate) async fn run(context: &Context, settings: &Fetch) -> Result<()> {
	let id = settings.deployment;
	let out = &settings.out;
	if out.exists() && !settings.force {
		return Err(Failure::new(
			Kind::Output,
			format!("{} is there already", out.display()),
			"choose another name, or add --force to overwrite it",
		));
	}
	let chain = context.chain().await?;
	let at = chain.finalized().await?;
	let record = at.deployment(id).await?.ok_or_else(|| {
		Failure::new(
			Kind::NotFound,
			format!("there is no deployment 0x{}", hex::encode(id.0)),
			"`tea pins` lists them",
		)
	})?;
	let content = record.content;
	let is_plain = record.visibility == Visibility::Plain;
	let len = match is_plain {
		true => Some(content.size),
		false => Layout::of_plain(content.size)
			.ok()
			.map(|layout| layout.sealed_len()),
	};
	let len = len.ok_or_else(|| {
		Failure::new(
			Kind::Untrusted,
			"the chain names a size that no content has",
			"ask its owner",
		)
	})?;
	let k1 = if settings.decrypt && !is_plain {
		Some(key(settings, &chain.genesis())?)
	} else {
		None
	};
	let client = Client::new(&settings.host.ipfs_api)?;
	let cid = ipfs_cid(&content.cid)?;
	let unwritable = |error: std::io::Error| unwritable(out, &error);
	// Beside its place, so that nothing half read is ever there.
	let folder = match out.parent() {
		Some(folder) if !folder.as_os_str().is_empty() => folder,
		_ => Path::new("."),
	};
	let file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
	let writer = std::io::BufWriter::new(file.reopen().map_err(unwritable)?);
	let is_decrypted = k1.is_some();
	let mut reading = Reading::new(content, len, k1, writer);
	let bar = context.output.bytes(len, "fetching");
	let fetched = client
		.read_file(&cid, len, |piece| {
			bar.inc(piece.len() as u64);
			reading.take(&piece)
		})
		.await;
	bar.finish_and_clear();
	fetched?;
	let untrusted = |error: std::io::Error| {
		Failure::new(
			Kind::Untrusted,
			format!(
				"the content is not the one that the chain names, or the key is another's ({error})"
			),
			"fetch it through another host",
		)
	};
	let mut writer = reading.finish().map_err(untrusted)?;
	writer.flush().map_err(unwritable)?;
	finish(file, out)?;
	let bytes = if is_decrypted { content.size } else { len };
	let json = json!({
		"deployment": format!("0x{}", hex::encode(id.0)),
		"cid": shown_cid(&content.cid),
		"file": out.display().to_string(),
		"bytes": bytes,
		"decrypted": is_decrypted,
	});
	context.output.show(&json, || {
		let state = match (is_plain, is_decrypted) {
			(true, _) => "public content",
			(false, true) => "decrypted",
			(false, false) => "as it is stored, encrypted",
		};
		format!("{bytes} bytes in {} ({state})", out.display())
	})
}

fn key(settings: &Fetch, genesis: &[u8; 32]) -> Result<K1> {
	let keystore = Keystore::open(settings.keys.keys.as_deref())?;
	keystore
		.of(genesis, settings.deployment)?
		.k1
		.ok_or_else(|| {
			Failure::new(
				Kind::NotFound,
				"the key of this deployment was not kept",
				"leave out --decrypt to have it as it is stored",
			)
		})
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
	Failure::new(
		Kind::Output,
		format!("{} cannot be written ({error})", path.display()),
		"choose another place",
	)
}

/// Puts a complete file in its place.
fn finish(file: tempfile::NamedTempFile, out: &Path) -> Result<()> {
	let kept: File = file
		.persist(out)
		.map_err(|error| unwritable(out, &error.error))?;
	kept.sync_all().map_err(|error| unwritable(out, &error))
}

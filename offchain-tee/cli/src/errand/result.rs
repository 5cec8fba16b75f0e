//! The result of an errand: fetched by its CID, hashed, opened with the client key, compared with the commitment.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use tea_envelope::Layout;
use tea_ipfs::Client;
use tea_module::errand::sealing::{open_result, result_context};
use tea_primitives::{
	deployment::MAX_OUTPUT,
	errand::{PotBody, SealedResult},
};
use zeroize::Zeroizing;

use super::book::Page;
use crate::{
	deployment::store::ipfs_cid,
	failure::{Failure, Kind, Result},
	output::Output,
};

/// Bytes of binary that programs get in line; more is for `--out`.
const INLINE: usize = 64 * 1024;

/// Fetches what is stored, whatever it is.
pub(crate) async fn fetch_unchecked(
	output: Output,
	client: &Client,
	result: &SealedResult,
) -> Result<Vec<u8>> {
	let most = Layout::of_plain(MAX_OUTPUT.into())
		.map(|layout| layout.sealed_len())
		.map_err(|error| Failure::new(Kind::Untrusted, error, "update this program"))?;
	let bar = output.spinner("fetching the result");
	let fetched = client.get_file(&ipfs_cid(&result.cid)?, most).await;
	bar.finish_and_clear();
	Ok(fetched?)
}

/// Fetches what is stored, and refuses what is not what the PoT names.
pub(crate) async fn fetch(
	output: Output,
	client: &Client,
	result: &SealedResult,
) -> Result<Vec<u8>> {
	let sealed = fetch_unchecked(output, client, result).await?;
	if is_ciphertext(result, &sealed) {
		Ok(sealed)
	} else {
		Err(altered(
			"what the host has is not the result that the proof names",
		))
	}
}

/// Whether these are the bytes that a PoT names.
pub(crate) fn is_ciphertext(result: &SealedResult, sealed: &[u8]) -> bool {
	use sha2::{Digest, Sha256};
	<[u8; 32]>::from(Sha256::digest(sealed)) == result.ciphertext
}

fn altered(sentence: &str) -> Failure {
	Failure::new(
		Kind::Untrusted,
		sentence,
		"fetch it through another host with --ipfs-api; do not use what this one gave",
	)
}

/// Opens a result with the key of the order. What does not open, or is not what was committed to, is refused.
pub(crate) fn open(page: &Page, body: &PotBody, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
	let refused = |_| {
		Failure::new(
			Kind::Untrusted,
			"the result does not open with the key of this order",
			"the executor sealed something else than it proved; keep `tea verify --save` of it as evidence",
		)
	};
	if body.client_key != page.client_key() {
		return Err(altered("the result is sealed to another key"));
	}
	let context = result_context(body.errand, body.executor, page.client, body.block);
	open_result(sealed, &body.result, &page.secret, &page.genesis, &context).map_err(refused)
}

/// Text that a terminal takes.
fn as_text(bytes: &[u8]) -> Option<&str> {
	let is_printable = |c: char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
	std::str::from_utf8(bytes)
		.ok()
		.filter(|text| text.chars().all(is_printable))
}

/// A result, for programs.
pub(crate) fn json(bytes: &[u8], file: Option<&Path>) -> Value {
	let text = as_text(bytes).filter(|_| file.is_none());
	let is_short = bytes.len() <= INLINE;
	json!({
		"bytes": bytes.len(),
		"text": text,
		"hex": (text.is_none() && file.is_none() && is_short).then(|| hex::encode(bytes)),
		"file": file.map(|file| file.display().to_string()),
	})
}

/// A result, for people.
pub(crate) fn text(bytes: &[u8], file: Option<&Path>) -> String {
	match (file, as_text(bytes)) {
		(Some(file), _) => format!("{} bytes in {}\n", bytes.len(), file.display()),
		(None, Some("")) => "nothing: the guest wrote no output\n".to_owned(),
		(None, Some(text)) => format!("{}\n", text.trim_end_matches('\n')),
		(None, None) => format!(
			"{} bytes that are no text\nnext step: --out FILE writes them\n",
			bytes.len()
		),
	}
}

/// What an executor seals of a run without a result.
#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct Report {
	exit: u8,
	code: i32,
	msg: String,
	fuel: u64,
	pages: u32,
}

/// What stands in the result of a run that did not end well, for people.
pub(crate) fn report(bytes: &[u8]) -> String {
	match serde_ipld_dagcbor::from_slice::<Report>(bytes) {
		Ok(report) => {
			// It is the guest's word: a terminal gets no control characters of it.
			let said: String = report.msg.chars().filter(|c| !c.is_control()).collect();
			let said = match said.trim() {
				"" => "it says nothing about it",
				said => said,
			};
			format!(
				"{said} (exit {}, code {}, {} fuel, {} pages)\n",
				report.exit, report.code, report.fuel, report.pages
			)
		}
		Err(_) => "it says nothing that can be read\n".to_owned(),
	}
}

/// Refuses a place that is taken, before anything costs money.
pub(crate) fn check_place(out: Option<&Path>, force: bool) -> Result<()> {
	match out {
		Some(path) if path.exists() && !force => Err(Failure::new(
			Kind::Output,
			format!("{} is there already", path.display()),
			"choose another name, or add --force to overwrite it",
		)),
		_ => Ok(()),
	}
}

/// Writes a file, complete or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
	use std::io::Write as _;
	let folder = match path.parent() {
		Some(folder) if !folder.as_os_str().is_empty() => folder,
		_ => Path::new("."),
	};
	let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
		file.write_all(bytes)?;
		file.as_file().sync_all()?;
		file.persist(path).map_err(|error| error.error)?;
		Ok(())
	});
	written.map_err(|error| {
		Failure::new(
			Kind::Output,
			format!("{} cannot be written ({error})", path.display()),
			"choose another place",
		)
	})
}

#[cfg(test)]
mod tests {
	use super::{super::evidence::lab::Lab, *};

	#[test]
	fn honest_result_opens_with_the_key_of_the_order_alone() {
		let lab = Lab::new();
		let (page, body) = (lab.page(), lab.body());
		let sealed = lab.facts.result.clone().unwrap();
		assert!(is_ciphertext(&body.result, &sealed));
		assert_eq!(**open(&page, &body, &sealed).unwrap(), *Lab::OUTPUT);

		let mut altered = sealed.clone();
		*altered.last_mut().unwrap() ^= 1;
		assert!(!is_ciphertext(&body.result, &altered));
		assert!(open(&page, &body, &altered).is_err());
		assert!(open(&page, &body, &sealed[..sealed.len() - 1]).is_err());
	}

	#[test]
	fn result_of_another_errand_module_or_block_does_not_open() {
		let lab = Lab::new();
		let (page, sealed) = (lab.page(), lab.facts.result.clone().unwrap());
		let refused = |change: fn(&mut PotBody)| {
			let mut body = lab.body();
			change(&mut body);
			assert!(open(&page, &body, &sealed).is_err());
		};
		refused(|body| body.errand.0 += 1);
		refused(|body| body.executor.0 += 1);
		refused(|body| body.block += 1);
		refused(|body| body.result.enc[0] ^= 1);
		refused(|body| body.result.commitment[0] ^= 1);
		refused(|body| body.client_key[0] ^= 1);
	}

	#[test]
	fn binary_is_not_thrown_at_a_terminal() {
		assert_eq!(text(b"7\n", None), "7\n");
		assert!(text(b"", None).contains("no output"));
		assert!(text(b"\x1b[2J", None).contains("--out"));
		assert!(text(&[0xff], None).contains("1 bytes"));
		let json = json(&[0xff, 1], None);
		assert_eq!(json["hex"], "ff01");
		assert!(json["text"].is_null());
		assert_eq!(super::json(b"a", None)["text"], "a");
	}

	#[test]
	fn report_of_a_failed_run_is_read_without_control_characters() {
		let sealed = |msg: &str| {
			let report = Report {
				exit: 2,
				code: -1,
				msg: msg.to_owned(),
				fuel: 7,
				pages: 8,
			};
			serde_ipld_dagcbor::to_vec(&report).unwrap()
		};
		let text = report(&sealed("stop\x1b[2J"));
		assert!(
			text.contains("stop[2J") && text.contains("exit 2, code -1"),
			"{text}"
		);
		assert!(!text.contains('\x1b'));
		let silent = report(&sealed(""));
		assert!(silent.contains("says nothing"), "{silent}");
		assert!(report(b"\xff").contains("nothing that can be read"));
	}

	#[test]
	fn place_that_is_taken_is_refused_unless_forced() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("result");
		assert!(check_place(Some(&path), false).is_ok());
		write(&path, b"one").unwrap();
		assert!(check_place(Some(&path), false).is_err());
		assert!(check_place(Some(&path), true).is_ok());
		assert!(check_place(None, false).is_ok());
		assert!(write(&dir.path().join("no/where"), b"").is_err());
	}
}

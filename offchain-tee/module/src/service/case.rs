//! What the chain says at one block about a module whose live evidence is to be judged.

use tea_chain::{
	At,
	types::{BootRecord, ChainCertificate, ChipRecord, EvidenceRecord, ModuleInfo},
};
use tea_primitives::{
	draw::Purpose,
	ids::{ModuleId, Round},
};

use crate::verify::{AcceptedRelease, Case, Posted};

/// What is judged.
struct Subject {
	module: ModuleId,
	round: Round,
	purpose: Purpose,
	posted: EvidenceRecord,
	chip: ChipRecord,
	boot: BootRecord,
}

/// A round in progress; nothing when there is no such round any more. `nonce_block` is the block that the quote names.
pub async fn of_round(
	at: &At,
	module: ModuleId,
	round: Round,
	nonce_block: u32,
) -> Result<Option<Case>, tea_chain::Error> {
	let (record, info) = futures::try_join!(at.round(module), at.module_info(module))?;
	let Some(record) = record.filter(|record| record.round == round) else {
		return Ok(None);
	};
	let Some(ModuleInfo {
		chip: Some(chip),
		boot: Some(boot),
		..
	}) = info
	else {
		return Ok(None);
	};
	if boot.seq != record.boot_seq {
		return Ok(None);
	}
	let subject = Subject {
		module,
		round,
		purpose: record.purpose,
		posted: record.evidence,
		chip,
		boot,
	};
	read(at, subject, nonce_block).await.map(Some)
}

/// A certified module that somebody challenges: the round is that of its certificate, the evidence that of the last passed
/// round. Nothing when the certificate is of another boot.
pub async fn of_certified(
	at: &At,
	certificate: &ChainCertificate,
	nonce_block: u32,
) -> Result<Option<Case>, tea_chain::Error> {
	let module = certificate.module;
	let Some(ModuleInfo {
		chip: Some(chip),
		boot: Some(boot),
		..
	}) = at.module_info(module).await?
	else {
		return Ok(None);
	};
	if boot.seq != certificate.boot_seq || boot.keys != certificate.keys {
		return Ok(None);
	}
	let subject = Subject {
		module,
		round: certificate.round,
		purpose: Purpose::Attestation,
		posted: boot.evidence.clone(),
		chip,
		boot,
	};
	read(at, subject, nonce_block).await.map(Some)
}

async fn read(at: &At, subject: Subject, nonce_block: u32) -> Result<Case, tea_chain::Error> {
	let Subject {
		module,
		round,
		purpose,
		posted,
		chip,
		boot,
	} = subject;
	let is_known = nonce_block <= at.number();
	let (releases, denied, now_ms) = futures::try_join!(
		at.releases_of(chip.class),
		at.denied_firmware(chip.vendor),
		at.timestamp_ms(),
	)?;
	let nonce_block_hash = if is_known {
		at.hash_of(nonce_block).await?
	} else {
		None
	};
	Ok(Case {
		genesis: at.chain().genesis(),
		module,
		round,
		purpose,
		boot_seq: boot.seq,
		keys: boot.keys,
		class: chip.class,
		ak: chip.ak,
		signer: chip.signer,
		boot: chip.boot,
		pins: chip.pins,
		denied: denied
			.into_iter()
			.filter(|denial| {
				denial
					.model
					.as_ref()
					.is_none_or(|model| *model == chip.model)
			})
			.map(|denial| denial.range)
			.collect(),
		posted: Posted {
			quote: posted.quote,
			values: posted.values,
			manifest_root: posted.manifest_root,
			log_root: posted.log_root,
		},
		releases: AcceptedRelease::of_chain(releases),
		head: at.number(),
		nonce_window: at.constants().await?.nonce_window,
		nonce_block_hash,
		now_ms,
	})
}

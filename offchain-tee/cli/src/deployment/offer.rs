//! Finds a module that becomes the initial pinner: own ones first, then by credit.

use codec::Encode;
use tea_chain::{
	AccountId, At, Chain,
	types::{Registration, Terms},
};
use tea_envelope::{EnvelopeHash, K1, Keys, Subject};
use tea_module::pins::{
	Denial,
	admission::{Holder, admits},
	links::{Origin, owner_context},
	protocol::{Body, OFFER_LIFE, Offer, Proposal, Reseeding},
	seal::Recipient,
};
use tea_primitives::{deployment::DeploymentId, ids::ModuleId};

use super::{keystore::copy_of, post::Post};
use crate::{
	failure::{Failure, Kind, Result},
	output::Output,
};

/// Modules that are asked, at most.
const MOST: usize = 5;
/// Times that a module is asked which says that it is busy.
const TRIES: usize = 5;
/// Pause before it is asked again.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(4);

/// Blocks before the end of an offer in which it is not handed in any more.
const MARGIN: u32 = 4;

/// Whether the chain will take an offer that is handed in now.
pub(crate) fn is_fresh(offer: &Offer, now: u32) -> bool {
	now.saturating_add(MARGIN) < offer.seed.block.saturating_add(OFFER_LIFE)
}

/// What a module is asked for.
pub(crate) enum Wish<'a> {
	/// To be the initial pinner of a new deployment.
	New(&'a Registration),
	/// To take the key of a lost one: its id, its seed and the hash of its registration.
	Again(DeploymentId, u32, [u8; 32]),
}

/// Modules that may be asked, the best first.
pub(crate) async fn pinners(
	at: &At,
	owner: AccountId,
	terms: &Terms,
	named: Option<u32>,
) -> Result<Vec<ModuleId>> {
	let life = at.constants().await?.certificate_life;
	let mut found = Vec::new();
	let mut refused = None;
	for certificate in at.certificates().await? {
		let module = certificate.module;
		if named.is_some_and(|named| named != module.0) {
			continue;
		}
		let Some(camellia) = at.camellia(module).await? else {
			continue;
		};
		let Some(its_owner) = camellia.owner else {
			continue;
		};
		let holder = Holder {
			certificate,
			owner: its_owner,
		};
		match admits(terms, &holder, at.number(), life) {
			Ok(()) => found.push((its_owner != owner, u16::MAX - camellia.credit, module)),
			Err(denial) => refused = Some((module, denial)),
		}
	}
	found.sort_unstable();
	let modules: Vec<_> = found.into_iter().map(|(_, _, module)| module).collect();
	if !modules.is_empty() {
		return Ok(modules);
	}
	Err(match (named, refused) {
		(_, Some((module, denial))) => Failure::new(
			Kind::Denied,
			format!("no Active module is admitted by these terms; of module {module}: {denial}"),
			"change the terms, or wait for other modules",
		),
		(Some(named), None) => Failure::new(
			Kind::Denied,
			format!("module {named} is not Active"),
			"`tea modules` shows which are; leave --pinner out to take any",
		),
		(None, None) => Failure::new(
			Kind::Denied,
			"no module is Active",
			"wait for one; `tea modules` shows where they stand",
		),
	})
}

/// Gets link 0 from one of these modules. What none of them would do is said with their reasons.
pub(crate) async fn obtain(
	chain: &Chain,
	post: &mut Post,
	output: Output,
	modules: &[ModuleId],
	wish: &Wish<'_>,
	k1: Option<&K1>,
) -> Result<Offer> {
	let mut reasons = Vec::new();
	for module in modules.iter().take(MOST) {
		for attempt in 1..=TRIES {
			match ask(chain, post, output, *module, wish, k1).await? {
				Ok(offer) => return Ok(offer),
				Err(Some(denial)) if denial.is_passing() && attempt < TRIES => {
					tokio::time::sleep(PAUSE).await;
				}
				Err(Some(denial)) => {
					reasons.push(format!("module {module}: {denial}"));
					break;
				}
				Err(None) => {
					reasons.push(format!("module {module} does not answer"));
					break;
				}
			}
		}
	}
	Err(Failure::new(
		Kind::Denied,
		format!("no module took it. {}", reasons.join(". ")),
		"nothing was registered; run the same command again, perhaps with another --pinner",
	))
}

/// Asks one module. The inner error is its refusal, or nothing when it said nothing.
async fn ask(
	chain: &Chain,
	post: &mut Post,
	output: Output,
	module: ModuleId,
	wish: &Wish<'_>,
	k1: Option<&K1>,
) -> Result<Result<Offer, Option<Denial>>> {
	let at = chain.finalized().await?;
	at.ensure_fresh().await?;
	let recipient = match Recipient::look_up(&at, module).await {
		Ok(recipient) => recipient,
		Err(denial) => return Ok(Err(Some(denial))),
	};
	let owner = post.account();
	let pinner = (recipient.module(), recipient.boot_seq());
	let subject = match wish {
		Wish::New(registration) => Subject::Content(registration.content.ciphertext_hash),
		Wish::Again(deployment, ..) => Subject::Deployment(deployment.0),
	};
	let context = owner_context(owner, subject, pinner, recipient.block);
	let envelope = match k1 {
		Some(k1) => {
			let keys = Keys {
				k1: copy_of(k1),
				deployment: None,
			};
			match recipient.seal(&keys, &chain.genesis(), &context) {
				Ok(envelope) => Some(envelope),
				Err(denial) => return Ok(Err(Some(denial))),
			}
		}
		None => None,
	};
	let hash: Option<EnvelopeHash> = envelope.as_ref().map(|envelope| envelope.hash());
	let bytes = envelope.map(|envelope| envelope.encode());
	let (name, body, origin) = match wish {
		Wish::New(registration) => (
			registration.content.ciphertext_hash,
			Body::Propose(Box::new(Proposal {
				mailbox: post.mailbox(),
				registration: (*registration).clone(),
				block: recipient.block,
				envelope: bytes,
			})),
			Origin {
				genesis: chain.genesis(),
				owner,
				registration: registration.hash(),
				number: 0,
			},
		),
		Wish::Again(deployment, seed, registration) => (
			deployment.0,
			Body::Reseed(Box::new(Reseeding {
				mailbox: post.mailbox(),
				deployment: *deployment,
				block: recipient.block,
				envelope: bytes.unwrap_or_default(),
			})),
			Origin {
				genesis: chain.genesis(),
				owner,
				registration: *registration,
				number: seed.saturating_add(1),
			},
		),
	};
	let bar = output.bar();
	bar.set_message(format!("module {module} fetches the content and opens it"));
	let answer = post.ask(&recipient, &name, &body, |read, size| {
		let percent = read.saturating_mul(100).checked_div(size.max(1));
		bar.set_position(percent.unwrap_or_default().min(100));
	});
	let answer = answer.await;
	bar.finish_and_clear();
	let session = &recipient.certificate.keys.session;
	Ok(match answer? {
		Ok(Body::Offer(offer))
			if origin.is_offered(&offer, pinner, session, recipient.block, hash) =>
		{
			Ok(*offer)
		}
		// Signed for something else than was asked for: as bad as no signature.
		Ok(Body::Offer(_)) => Err(Some(Denial::BadSignature)),
		Ok(Body::Denied(denial)) => Err(Some(denial)),
		_ => Err(None),
	})
}

//! The pinner that is asked for a key (SPEC ). Everything that the candidate says is checked against the chain
//! at a finalised head, and its machine by a quote over a fresh challenge; only then the keys are sealed, for that chip in
//! that state and boot, and the hand-over is signed.

use tea_chain::At;
use tea_tpm::Hash;

use super::{
	admission::{check_hand_over, check_open},
	checker::{self, Ability},
	denial::Denial,
	links::{pin_context, pin_link},
	protocol::{Body, Contact, challenge_nonce, pinner_payload},
	seal::Recipient,
	vault::Held,
	world::World,
};
use crate::{
	protocol::RoundEvidence,
	service::case,
	verify::{Case, No},
};
use tea_chain::types::{ChainCertificate, DeploymentRecord, PinTable};
use tea_primitives::verdict::FailReason;

/// What a candidate was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Challenge {
	/// Drawn for it.
	pub(super) drawn: Hash,
	/// What it says that it is able to run.
	pub(super) ability: Ability,
	/// First block in which it is forgotten.
	pub(super) until: u32,
}

/// Shows a candidate that the deployment key is here, and asks for evidence.
pub(super) fn prove_holding(
	held: &Held,
	contact: &Contact,
	nonce: &Hash,
	challenge: &Challenge,
) -> Result<Body, Denial> {
	let answer = held
		.sign(&pinner_payload(contact, nonce))
		.ok_or(Denial::NotAPinner)?;
	Ok(Body::Proof {
		answer,
		challenge: challenge.drawn,
	})
}

/// Hands the keys of a deployment to a candidate, or says why not.
pub(super) async fn grant(
	world: &World,
	contact: &Contact,
	challenge: &Challenge,
	evidence: &RoundEvidence,
) -> Result<Body, Denial> {
	let at = world.head().await?;
	let held = world
		.vault
		.pinned(&contact.deployment)
		.ok_or(Denial::NotAPinner)?;
	let standing = world.deployment(&at, contact.deployment).await?;
	let record = &standing.record;
	check_open(record, at.number())?;
	// The own certificate first: a module that is not Active hands nothing over.
	world
		.admit(&at, &standing.terms, contact.pinner)
		.await
		.map_err(|_| Denial::NotServing)?;
	let certificate = world.admit(&at, &standing.terms, contact.candidate).await?;
	let table = at.pin_table(contact.deployment).await?;
	let live = count_live(&at, record, &table).await?;
	let parent = check_hand_over(
		record,
		&table,
		live,
		contact.pinner,
		held.seed,
		contact.candidate,
	)?;
	// What the chain alone knows: the cap on the value at risk.
	at.usable_by(contact.deployment, contact.candidate.0)
		.await?
		.map_err(Denial::from)?;
	check_ability(world, &at, record, &certificate, &challenge.ability).await?;

	let recipient = Recipient::look_up(&at, contact.candidate.0).await?;
	if recipient.boot_seq() != contact.candidate.1 {
		return Err(Denial::PeerNotActive);
	}
	let case = case::of_certified(&at, &certificate, evidence.binding.nonce_block)
		.await?
		.ok_or(Denial::PeerNotActive)?;
	judge(&case, &recipient, contact, challenge, evidence)?;
	seal(world, &held, contact, &recipient, parent)
}

/// Live pins of a deployment; no more are counted than the owner wants.
async fn count_live(at: &At, record: &DeploymentRecord, table: &PinTable) -> Result<usize, Denial> {
	let mut live = 0usize;
	for pin in table.pins.iter().filter(|pin| pin.seed == record.seed) {
		let certificate = at.certificate_of(pin.module).await?;
		if certificate.is_some_and(|certificate| certificate.boot_seq == pin.boot_seq) {
			live = live.saturating_add(1);
			if live >= usize::from(record.wanted) {
				break;
			}
		}
	}
	Ok(live)
}

/// Runs the checker with what the candidate said about itself; class and capabilities are the chain's.
async fn check_ability(
	world: &World,
	at: &At,
	record: &DeploymentRecord,
	certificate: &ChainCertificate,
	ability: &Ability,
) -> Result<(), Denial> {
	let granted = at
		.module_info(certificate.module)
		.await?
		.and_then(|info| info.profile)
		.map(|profile| profile.capabilities)
		.unwrap_or_default();
	if !is_honest(ability, certificate, granted) {
		return Err(Denial::NotCapable);
	}
	let checker = &record.checker;
	checker::check(checker, ability, &*world.contents, &world.executor).await
}

/// Whether an ability agrees with the chain as far as the chain knows.
fn is_honest(ability: &Ability, certificate: &ChainCertificate, granted: u64) -> bool {
	ability.class == certificate.class && ability.capabilities & !granted == 0
}

/// Whether the machine of the candidate is, right now, the one that the chain certified.
fn judge(
	case: &Case,
	recipient: &Recipient,
	contact: &Contact,
	challenge: &Challenge,
	evidence: &RoundEvidence,
) -> Result<(), Denial> {
	let drawn = challenge_nonce(contact, &challenge.drawn);
	let verified = case
		.judge_challenge(drawn, evidence)
		.map_err(|no| match no {
			No::Fail(reason) => {
				tracing::warn!(candidate = %contact.candidate.0, ?reason, "a candidate fails");
				Denial::BadEvidence(reason)
			}
			No::Abstain(reason) => {
				tracing::info!(candidate = %contact.candidate.0, %reason, "a candidate is not judged");
				Denial::NoVerdict
			}
		})?;
	// The policy in this name was computed from the quoted values just now.
	if *verified.rk_name() != recipient.rk_name {
		return Err(Denial::BadEvidence(FailReason::BadQuote));
	}
	Ok(())
}

/// Seals the keys and signs the link.
fn seal(
	world: &World,
	held: &Held,
	contact: &Contact,
	recipient: &Recipient,
	parent: Hash,
) -> Result<Body, Denial> {
	let block = recipient.block;
	let context = pin_context(contact, block);
	let envelope = recipient.seal(held.keys(), &contact.genesis, &context)?;
	let link = pin_link(contact, parent, block, envelope.hash());
	let signature = tea_link::Sign::sign(&*world.signer, &link.payload());
	Ok(Body::Grant {
		block,
		envelope: codec::Encode::encode(&envelope),
		signature,
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::pins::{admission::tests::holder, vault::tests::held};
	use tea_primitives::{HardwareClass, deployment::DeploymentId, ids::ModuleId};

	fn ability() -> Ability {
		Ability {
			class: HardwareClass::C,
			memory_pages: 1,
			fuel: 1,
			capabilities: 0b011,
		}
	}

	#[test]
	fn ability_is_compared_with_the_chain() {
		let certificate = holder(1).certificate;
		assert!(is_honest(&ability(), &certificate, 0b111));
		assert!(is_honest(&ability(), &certificate, 0b011));
		assert!(!is_honest(&ability(), &certificate, 0b001));
		let finer = Ability {
			class: HardwareClass::A,
			..ability()
		};
		assert!(!is_honest(&finer, &certificate, 0b111));
	}

	#[test]
	fn pinner_shows_that_it_holds_the_deployment_key() {
		let held = held(0);
		let contact = Contact {
			genesis: [1; 32],
			deployment: DeploymentId([2; 32]),
			pinner: (ModuleId(3), 4),
			candidate: (ModuleId(5), 6),
		};
		let challenge = Challenge {
			drawn: [7; 32],
			ability: ability(),
			until: 9,
		};
		let body = prove_holding(&held, &contact, &[8; 32], &challenge).unwrap();
		let Body::Proof { answer, challenge } = body else {
			panic!("{body:?}");
		};
		assert_eq!(challenge, [7; 32]);
		let payload = pinner_payload(&contact, &[8; 32]);
		assert!(tea_link::verify(&answer, &payload, &held.public));
		// For nobody else, and for no other nonce.
		let other = Contact {
			candidate: (ModuleId(6), 6),
			..contact
		};
		for payload in [
			pinner_payload(&other, &[8; 32]),
			pinner_payload(&contact, &[9; 32]),
		] {
			assert!(!tea_link::verify(&answer, &payload, &held.public));
		}
	}
}

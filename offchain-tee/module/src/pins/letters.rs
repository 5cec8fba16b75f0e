//! What comes in. A letter is believed when the key that the chain names for its sender signed it, once.

use tea_chain::AccountId;
use tea_link::{Letter, Mailbox, Party, Unverified};
use tea_primitives::{
	deployment::DeploymentId,
	ids::{BootSeq, ModuleId},
};

use super::{
	candidate::{self, Granted, Stage},
	denial::Denial,
	initial::Asked,
	parent::{Challenge, prove_holding},
	protocol::{Body, pinner_payload},
	service::{Done, Pins},
};
use crate::{keys::random, service::courier::Address};

/// Blocks for which a candidate may take to show its evidence.
const SHOW: u32 = 10;
/// Challenges that are remembered.
const MOST_CHALLENGES: usize = 256;

impl Pins {
	/// A letter about pins, from anybody.
	pub(super) async fn read(&mut self, letter: Unverified) {
		match letter.from() {
			Party::Client(account) => self.read_of_owner(AccountId(account), letter),
			Party::Module { id, boot_seq } => self.read_of_module((id, boot_seq), letter).await,
			Party::Registrar(_) => self.world.metrics.drop_letter("unexpected"),
		}
	}

	/// Believes a letter of a sender with this key.
	fn believe(&mut self, letter: Unverified, sender: &Party, key: &[u8; 32]) -> Option<Letter> {
		match letter.verify(sender, key, &mut self.replays) {
			Ok(letter) => Some(letter),
			Err(error) => {
				tracing::debug!(%error, "a letter was dropped");
				self.world.metrics.drop_letter(error.label());
				None
			}
		}
	}

	fn read_of_owner(&mut self, owner: AccountId, letter: Unverified) {
		// An account is its key.
		let Some(letter) = self.believe(letter, &Party::Client(owner.0), &owner.0) else {
			return;
		};
		let subject = letter.subject.as_bytes().to_vec();
		let asked = match Body::from_bytes(&letter.body) {
			Ok(Body::Propose(proposal)) => Asked::Propose(proposal),
			Ok(Body::Reseed(reseeding)) => Asked::Reseed(reseeding),
			Ok(_) => return self.world.metrics.drop_letter("unexpected"),
			Err(_) => return self.world.metrics.drop_letter("format"),
		};
		self.asked(owner, subject, &letter.body, asked);
	}

	async fn read_of_module(&mut self, sender: (ModuleId, BootSeq), letter: Unverified) {
		let Some(at) = self.finalized().await else {
			return;
		};
		// The letter is verified for the boot that the chain certifies, whichever it claims.
		let certificate = match at.certificate_of(sender.0).await {
			Ok(Some(certificate)) => certificate,
			Ok(None) => return self.world.metrics.drop_letter("peer_not_active"),
			Err(error) => {
				tracing::debug!(%error, "the sender of a letter is not looked up");
				return;
			}
		};
		let from = Address {
			party: Party::Module {
				id: sender.0,
				boot_seq: certificate.boot_seq,
			},
			mailbox: Mailbox(certificate.keys.transport),
			key: certificate.keys.session,
		};
		let Some(letter) = self.believe(letter, &from.party, &from.key) else {
			return;
		};
		let Ok(deployment) = <[u8; 32]>::try_from(letter.subject.as_bytes()).map(DeploymentId)
		else {
			return self.world.metrics.drop_letter("format");
		};
		let sender = (sender.0, certificate.boot_seq);
		match Body::from_bytes(&letter.body) {
			Ok(Body::Apply { nonce, ability }) => {
				self.applied(&from, sender, deployment, nonce, ability);
			}
			Ok(Body::Evidence(evidence)) => self.shown(from, sender, deployment, evidence),
			Ok(Body::Proof { answer, challenge }) => {
				self.proven(sender, deployment, &answer, challenge).await;
			}
			Ok(Body::Grant {
				block,
				envelope,
				signature,
			}) => {
				let granted = Granted {
					block,
					envelope,
					signature,
				};
				self.granted(sender, deployment, granted);
			}
			Ok(Body::Denied(denial)) => self.denied(sender, deployment, denial).await,
			Ok(_) => self.world.metrics.drop_letter("unexpected"),
			Err(_) => self.world.metrics.drop_letter("format"),
		}
	}

	// As a pinner.

	fn applied(
		&mut self,
		from: &Address,
		candidate: (ModuleId, BootSeq),
		deployment: DeploymentId,
		nonce: tea_tpm::Hash,
		ability: super::checker::Ability,
	) {
		if !self.world.is_serving() {
			return self.deny(from, deployment, Denial::NotServing);
		}
		let Some(held) = self.world.vault.pinned(&deployment) else {
			return self.deny(from, deployment, Denial::NotAPinner);
		};
		let now = self.now;
		self.challenges.retain(|_, challenge| now < challenge.until);
		let key = (deployment, candidate.0);
		if self.challenges.len() >= MOST_CHALLENGES && !self.challenges.contains_key(&key) {
			return self.deny(from, deployment, Denial::Busy);
		}
		let Ok(drawn) = random() else {
			return self.deny(from, deployment, Denial::Busy);
		};
		let challenge = Challenge {
			drawn: *drawn,
			ability,
			until: now.saturating_add(SHOW),
		};
		let contact = self.contact(deployment, self.world.me(), candidate);
		match prove_holding(&held, &contact, &nonce, &challenge) {
			Ok(body) => {
				self.challenges.insert(key, challenge);
				self.tell(from, &deployment.0, &body);
			}
			Err(denial) => self.deny(from, deployment, denial),
		}
	}

	fn shown(
		&mut self,
		from: Address,
		candidate: (ModuleId, BootSeq),
		deployment: DeploymentId,
		evidence: Box<crate::protocol::RoundEvidence>,
	) {
		// Good for one examination: whoever fails begins anew.
		let challenge = self.challenges.remove(&(deployment, candidate.0));
		let Some(challenge) = challenge.filter(|challenge| self.now < challenge.until) else {
			return self.deny(&from, deployment, Denial::NoChallenge);
		};
		if !self.world.is_serving() {
			return self.deny(&from, deployment, Denial::NotServing);
		}
		let contact = self.contact(deployment, self.world.me(), candidate);
		self.examine(from, contact, challenge, evidence);
	}

	// As a candidate.

	async fn proven(
		&mut self,
		pinner: (ModuleId, BootSeq),
		deployment: DeploymentId,
		answer: &[u8; 64],
		challenge: tea_tpm::Hash,
	) {
		let contact = self.contact(deployment, pinner, self.world.me());
		let Some(seat) = self.seats.get_mut(&deployment) else {
			return self.world.metrics.drop_letter("unexpected");
		};
		let nonce = match (seat.asked, seat.stage) {
			(Some((asked, nonce)), Stage::Asking(_)) if asked == pinner => nonce,
			_ => return self.world.metrics.drop_letter("unexpected"),
		};
		if !tea_link::verify(answer, &pinner_payload(&contact, &nonce), &seat.public_key) {
			self.refused(&Denial::NotAPinner);
			return self.ask_next(deployment).await;
		}
		seat.stage = Stage::Quoting;
		let world = self.world.clone();
		self.jobs.spawn(async move {
			let evidence = world.evidence(&contact, &challenge).await;
			Done::Quoted(deployment, evidence.map(Box::new))
		});
	}

	fn granted(&mut self, pinner: (ModuleId, BootSeq), deployment: DeploymentId, granted: Granted) {
		let contact = self.contact(deployment, pinner, self.world.me());
		let Some(seat) = self.seats.get_mut(&deployment) else {
			return self.world.metrics.drop_letter("unexpected");
		};
		let is_due = matches!(seat.stage, Stage::Showing(_))
			&& seat.asked.is_some_and(|(asked, _)| asked == pinner);
		if !is_due {
			return self.world.metrics.drop_letter("unexpected");
		}
		seat.stage = Stage::Opening;
		let world = self.world.clone();
		self.jobs.spawn(async move {
			let opened = candidate::open(&world, &contact, &granted).await;
			Done::Opened(deployment, opened.map(Box::new))
		});
	}

	async fn denied(
		&mut self,
		pinner: (ModuleId, BootSeq),
		deployment: DeploymentId,
		denial: Denial,
	) {
		let is_asked = self.seats.get(&deployment).is_some_and(|seat| {
			matches!(seat.stage, Stage::Asking(_) | Stage::Showing(_))
				&& seat.asked.is_some_and(|(asked, _)| asked == pinner)
		});
		if !is_asked {
			return self.world.metrics.drop_letter("unexpected");
		}
		tracing::debug!(deployment = %hex::encode(deployment.0), pinner = %pinner.0, %denial, "a pinner says no");
		if denial == Denial::Enough {
			return self.give_up(deployment, &denial);
		}
		self.refused(&denial);
		self.ask_next(deployment).await;
	}
}

//! A candidate that checks nothing of its own.

use std::{
	collections::{BTreeMap, HashMap},
	path::PathBuf,
};

use serde_json::json;
use tea_chain::{At, Error, types::ChainCertificate};
use tea_envelope::KeyEnvelope;
use tea_link::{Mailbox, Party, Purpose, Replays, Unverified};
use tea_module::{
	pins::{
		Denial, Feed, World,
		checker::Ability,
		links::pin_context,
		protocol::{Body, Contact},
	},
	protocol::RoundEvidence,
	service::{courier::Address, listener::Sight},
	signals::stopped,
};
use tea_primitives::{
	HardwareClass,
	deployment::DeploymentId,
	ids::{BootSeq, ModuleId},
};

use crate::diary::{Diary, Loot};

/// Blocks for which an answer is waited for.
const PATIENCE: u32 = 6;

/// What is tried with each pinner, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trick {
	/// Asks as an honest module would, if it were allowed to.
	Straight,
	/// Says that it has another class and every capability.
	Boast,
	/// Answers a fresh challenge with evidence for an earlier one.
	OldEvidence,
	/// Shows evidence without having been asked for it.
	Unasked,
}

impl Trick {
	const fn next(self) -> Option<Self> {
		match self {
			Self::Straight => Some(Self::Boast),
			Self::Boast => Some(Self::OldEvidence),
			Self::OldEvidence => Some(Self::Unasked),
			Self::Unasked => None,
		}
	}
}

/// How far it is with one pinner and one deployment.
#[derive(Clone, Copy, Debug)]
struct Talk {
	trick: Option<Trick>,
	/// The block in which it spoke last, and whether it was Active then.
	asked: Option<(u32, bool)>,
}

struct Candidate {
	world: World,
	diary: Diary,
	replays: Replays,
	talks: BTreeMap<(DeploymentId, ModuleId), Talk>,
	/// The first evidence that it made.
	old: Option<Box<RoundEvidence>>,
	/// Certificates of pinners, as they were when they were asked.
	pinners: HashMap<ModuleId, ChainCertificate>,
}

/// Lies until told to stop.
pub(crate) async fn run(world: World, feed: Feed, folder: PathBuf) {
	let Feed {
		mut sights,
		mut letters,
		mut stop,
	} = feed;
	let mut candidate = Candidate {
		world,
		diary: Diary::new(folder),
		replays: Replays::default(),
		talks: BTreeMap::new(),
		old: None,
		pinners: HashMap::new(),
	};
	candidate.try_loot().await;
	loop {
		tokio::select! {
			() = stopped(&mut stop) => return,
			seen = sights.recv() => {
				if let Ok(Sight::Final(at, _)) = seen
					&& let Err(error) = candidate.see(&at).await
				{
					tracing::warn!(%error, "the chain cannot be read");
				}
			}
			Some(letter) = letters.recv() => candidate.read(letter).await,
		}
	}
}

impl Candidate {
	/// Opens in this boot what was captured in an earlier one.
	async fn try_loot(&self) {
		let Some(loot) = self.diary.loot() else {
			return;
		};
		let contact = Contact {
			genesis: self.world.boot.genesis,
			deployment: DeploymentId(loot.deployment),
			pinner: (ModuleId(loot.pinner.0), loot.pinner.1),
			candidate: (ModuleId(loot.candidate.0), loot.candidate.1),
		};
		let opened = self.open(&contact, loot.block, &loot.envelope).await;
		self.diary.write(&json!({
			"event": "replayed",
			"of_boot": loot.candidate.1,
			"in_boot": self.world.boot_seq,
			"opened": opened.is_ok(),
			"reason": opened.err().map(|denial| denial.label()),
		}));
	}

	/// Opens an envelope. The keys go at once.
	async fn open(&self, contact: &Contact, block: u32, envelope: &[u8]) -> Result<(), Denial> {
		let envelope = KeyEnvelope::from_bytes(envelope).map_err(|_| Denial::BadEnvelope)?;
		let authentic = envelope
			.authenticate(|_| true)
			.map_err(|_| Denial::BadEnvelope)?;
		let context = pin_context(contact, block);
		let opener = &self.world.opener;
		opener.open(&envelope, &authentic, &context).await.map(drop)
	}

	async fn see(&mut self, at: &At) -> Result<(), Error> {
		let now = at.number();
		self.replays.forget(now);
		let (me, boot_seq) = self.world.me();
		let own = at.certificate_of(me).await?;
		let is_active = own.is_some_and(|own| own.boot_seq == boot_seq);
		for (deployment, _) in at.deployments().await? {
			for pin in at.pin_table(deployment).await?.pins {
				let certificate = at.certificate_of(pin.module).await?;
				let certificate = certificate.filter(|held| held.boot_seq == pin.boot_seq);
				if let Some(certificate) = certificate.filter(|_| pin.module != me) {
					self.pinners.insert(pin.module, certificate);
					self.go_on(deployment, pin.module, now, is_active);
				}
			}
		}
		Ok(())
	}

	/// Speaks, if it is its turn.
	fn go_on(&mut self, deployment: DeploymentId, pinner: ModuleId, now: u32, is_active: bool) {
		let mut talk = *self.talks.entry((deployment, pinner)).or_insert(Talk {
			trick: Some(Trick::Straight),
			asked: None,
		});
		if let Some((block, was_active)) = talk.asked {
			if now < block.saturating_add(PATIENCE) {
				return;
			}
			self.note(deployment, pinner, talk.trick, was_active, "silence", None);
			// Whoever is not Active is not answered; the same is tried again later.
			if was_active {
				talk.trick = talk.trick.and_then(Trick::next);
			}
			talk.asked = None;
		}
		let Some(trick) = talk.trick else {
			self.talks.insert((deployment, pinner), talk);
			return;
		};
		let body = match (trick, &self.old) {
			(Trick::Unasked, Some(old)) => Some(Body::Evidence(old.clone())),
			// It has none yet.
			(Trick::Unasked | Trick::OldEvidence, None) => None,
			_ => Some(Body::Apply {
				nonce: [7; 32],
				ability: self.ability(trick),
			}),
		};
		if let Some(body) = body
			&& let Some(to) = self.address_of(pinner)
		{
			self.tell(&to, deployment, &body);
			talk.asked = Some((now, is_active));
		}
		self.talks.insert((deployment, pinner), talk);
	}

	fn ability(&self, trick: Trick) -> Ability {
		let own = self.world.ability();
		match trick {
			Trick::Boast => Ability {
				class: HardwareClass::A,
				capabilities: u64::MAX,
				memory_pages: u32::MAX,
				fuel: u64::MAX,
			},
			_ => own,
		}
	}

	fn address_of(&self, pinner: ModuleId) -> Option<Address> {
		let certificate = self.pinners.get(&pinner)?;
		Some(Address {
			party: Party::Module {
				id: pinner,
				boot_seq: certificate.boot_seq,
			},
			mailbox: Mailbox(certificate.keys.transport),
			key: certificate.keys.session,
		})
	}

	fn tell(&self, to: &Address, deployment: DeploymentId, body: &Body) {
		let now = self.world.chain.health().best;
		let courier = &self.world.courier;
		courier.post(to, Purpose::Pin, &deployment.0, None, now, body.to_bytes());
	}

	fn note(
		&self,
		deployment: DeploymentId,
		pinner: ModuleId,
		trick: Option<Trick>,
		was_active: bool,
		outcome: &str,
		reason: Option<&str>,
	) {
		self.diary.write(&json!({
			"event": "asked",
			"deployment": format!("0x{}", hex::encode(deployment.0)),
			"pinner": pinner.0,
			"trick": trick.map(|trick| format!("{trick:?}")),
			"active": was_active,
			"outcome": outcome,
			"reason": reason,
		}));
	}

	async fn read(&mut self, letter: Unverified) {
		let Party::Module { id, .. } = letter.from() else {
			return;
		};
		let Some(from) = self.address_of(id) else {
			return;
		};
		let Ok(letter) = letter.verify(&from.party, &from.key, &mut self.replays) else {
			return;
		};
		let Ok(deployment) = <[u8; 32]>::try_from(letter.subject.as_bytes()).map(DeploymentId)
		else {
			return;
		};
		let Some(talk) = self.talks.get(&(deployment, id)).copied() else {
			return;
		};
		let Some((_, was_active)) = talk.asked else {
			return;
		};
		let Party::Module { boot_seq, .. } = from.party else {
			return;
		};
		let contact = Contact {
			genesis: self.world.boot.genesis,
			deployment,
			pinner: (id, boot_seq),
			candidate: self.world.me(),
		};
		match Body::from_bytes(&letter.body) {
			Ok(Body::Proof { challenge, .. }) => {
				if let Some(evidence) = self.evidence(&contact, &challenge, talk.trick).await {
					self.tell(&from, deployment, &Body::Evidence(evidence));
				}
			}
			Ok(Body::Denied(denial)) => {
				let reason = Some(denial.label());
				self.note(deployment, id, talk.trick, was_active, "denied", reason);
				self.settle(deployment, id, talk);
			}
			Ok(Body::Grant {
				block, envelope, ..
			}) => {
				let opened = self.open(&contact, block, &envelope).await.is_ok();
				let outcome = if opened { "granted" } else { "unopened" };
				self.note(deployment, id, talk.trick, was_active, outcome, None);
				let loot = loot(&contact, block, envelope);
				if let Err(error) = self.diary.keep(&loot) {
					tracing::error!(%error, "the loot cannot be kept");
				}
				self.settle(deployment, id, talk);
			}
			_ => (),
		}
	}

	async fn evidence(
		&mut self,
		contact: &Contact,
		challenge: &[u8; 32],
		trick: Option<Trick>,
	) -> Option<Box<RoundEvidence>> {
		if trick == Some(Trick::OldEvidence) {
			return self.old.clone();
		}
		let evidence = self.world.evidence(contact, challenge).await;
		let evidence = evidence
			.inspect_err(|denial| tracing::warn!(%denial, "no evidence"))
			.ok()
			.map(Box::new)?;
		self.old.get_or_insert_with(|| evidence.clone());
		Some(evidence)
	}

	/// On to the next trick.
	fn settle(&mut self, deployment: DeploymentId, pinner: ModuleId, talk: Talk) {
		let next = Talk {
			trick: talk.trick.and_then(Trick::next),
			asked: None,
		};
		self.talks.insert((deployment, pinner), next);
	}
}

fn loot(contact: &Contact, block: u32, envelope: Vec<u8>) -> Loot {
	let plain = |(module, boot_seq): (ModuleId, BootSeq)| (module.0, boot_seq);
	Loot {
		deployment: contact.deployment.0,
		pinner: plain(contact.pinner),
		candidate: plain(contact.candidate),
		block,
		envelope,
	}
}

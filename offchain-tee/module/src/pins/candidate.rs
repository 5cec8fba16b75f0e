//! The candidate (SPEC ): finds out whether it wants and may hold a key, asks a pinner, opens what it
//! gets, proves that the key opens the content, and signs for it.

use std::sync::atomic::AtomicU64;

use tea_chain::{AccountId, types::DeploymentRecord};
use tea_envelope::KeyEnvelope;
use tea_primitives::{
	deployment::{DeploymentId, Visibility},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;

use super::{
	admission::check_open,
	checker,
	content::prove,
	denial::Denial,
	links::{pin_context, pin_link},
	protocol::Contact,
	vault::Held,
	world::World,
};

/// Blocks for which an answer of a pinner is waited for.
const PATIENCE: u32 = 5;

/// How far an application is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
	/// The content is fetched to the own host, and the own checks run.
	Preparing,
	/// A pinner was asked in this block.
	Asking(u32),
	/// The chip quotes over the pinner's challenge.
	Quoting,
	/// The evidence was shown in this block.
	Showing(u32),
	/// The envelope and the content are opened.
	Opening,
	/// The confirmation is on its way to the chain.
	Confirming,
}

/// One application.
#[derive(Clone, Debug)]
pub(super) struct Seat {
	pub(super) stage: Stage,
	/// Public half of the deployment key.
	pub(super) public_key: [u8; 32],
	/// Pinners that may be asked yet; the last one is next.
	pub(super) others: Vec<(ModuleId, BootSeq)>,
	/// The pinner that is asked, and the nonce that it has to answer.
	pub(super) asked: Option<((ModuleId, BootSeq), Hash)>,
}

impl Seat {
	/// An application that has just begun.
	pub(super) const fn new(public_key: [u8; 32]) -> Self {
		Self {
			stage: Stage::Preparing,
			public_key,
			others: Vec::new(),
			asked: None,
		}
	}

	/// Whether the pinner that is asked has let its time pass.
	pub(super) const fn is_late(&self, now: u32) -> bool {
		match self.stage {
			Stage::Asking(since) | Stage::Showing(since) => now >= since.saturating_add(PATIENCE),
			_ => false,
		}
	}

	/// Goes to the next pinner; nothing when all were asked.
	pub(super) fn next(&mut self, nonce: Hash, now: u32) -> Option<(ModuleId, BootSeq)> {
		let next = self.others.pop()?;
		self.asked = Some((next, nonce));
		self.stage = Stage::Asking(now);
		Some(next)
	}
}

/// Who may be asked, so that the last one is next: near the owner first, but not all candidates the same one.
pub(super) fn in_order(
	mut pinners: Vec<(ModuleId, BootSeq)>,
	me: ModuleId,
) -> Vec<(ModuleId, BootSeq)> {
	let len = pinners.len().max(1);
	pinners.rotate_left(usize::try_from(me.0).unwrap_or_default() % len);
	pinners.reverse();
	pinners
}

/// Whether this module wants the deployment, may hold it and is able to run it; then its host keeps the content.
pub(super) async fn prepare(world: &World, deployment: DeploymentId) -> Result<(), Denial> {
	let at = world.head().await?;
	let standing = world.deployment(&at, deployment).await?;
	let record = &standing.record;
	check_open(record, at.number())?;
	let owner: AccountId = record.owner;
	world
		.policy
		.takes(record.kind, &owner, &standing.terms, &record.content)?;
	let (pins, bytes) = world.vault.load();
	world.policy.has_room(pins, bytes, record.content.size)?;
	let me = world.me();
	world.admit(&at, &standing.terms, me).await?;
	at.usable_by(deployment, me.0)
		.await?
		.map_err(Denial::from)?;
	checker::check(
		&record.checker,
		&world.ability(),
		&*world.contents,
		&world.executor,
	)
	.await?;
	world.contents.keep(&record.content.cid).await?;
	Ok(())
}

/// What a pinner gave.
#[derive(Clone, Debug)]
pub(super) struct Granted {
	pub(super) block: u32,
	pub(super) envelope: Vec<u8>,
	pub(super) signature: [u8; 64],
}

/// What the chain is to be told.
#[derive(Clone, Debug)]
pub(super) struct Confirmation {
	pub(super) parent: Hash,
	pub(super) block: u32,
	pub(super) sealed_key: Hash,
	pub(super) giver: [u8; 64],
	pub(super) receiver: [u8; 64],
	/// Hash of the link.
	pub(super) link: Hash,
}

/// Opens what a pinner gave. A key that opens nothing is not signed for.
pub(super) async fn open(
	world: &World,
	contact: &Contact,
	granted: &Granted,
) -> Result<(Held, Confirmation), Denial> {
	let at = world.head().await?;
	let (record, table, certificate) = futures::try_join!(
		at.deployment(contact.deployment),
		at.pin_table(contact.deployment),
		at.certificate_of(contact.pinner.0)
	)?;
	let record = record.ok_or(Denial::UnknownDeployment)?;
	check_open(&record, at.number())?;
	let session = certificate
		.filter(|certificate| certificate.boot_seq == contact.pinner.1)
		.ok_or(Denial::PeerNotActive)?
		.keys
		.session;
	let parent = table
		.pins
		.iter()
		.find(|pin| (pin.module, pin.boot_seq) == contact.pinner && pin.seed == record.seed)
		.ok_or(Denial::NotAPinner)?
		.link;
	let envelope = KeyEnvelope::from_bytes(&granted.envelope).map_err(|_| Denial::BadEnvelope)?;
	let link = pin_link(contact, parent, granted.block, envelope.hash());
	let payload = link.payload();
	let authentic = envelope
		.authenticate(|_| tea_link::verify(&granted.signature, &payload, &session))
		.map_err(|_| Denial::BadSignature)?;
	let context = pin_context(contact, granted.block);
	let keys = world.opener.open(&envelope, &authentic, &context).await?;
	let held = take(keys, &record)?;
	let read = AtomicU64::new(0);
	let proven = prove(
		&*world.contents,
		record.kind,
		Visibility::Hosted,
		&record.content,
		Some(held.k1()),
		&read,
	);
	proven.await?;
	let confirmation = Confirmation {
		parent,
		block: granted.block,
		sealed_key: envelope.hash().0,
		giver: granted.signature,
		receiver: tea_link::Sign::sign(&*world.signer, &payload),
		link: link.hash(),
	};
	Ok((held, confirmation))
}

/// Takes keys in, if the deployment key is the one that the chain names.
fn take(keys: tea_envelope::Keys, record: &DeploymentRecord) -> Result<Held, Denial> {
	let held = Held::new(keys, record.seed, record.content).map_err(|error| {
		tracing::error!(%error, "a key is not held");
		Denial::NoRoom
	})?;
	held.filter(|held| held.public == record.public_key)
		.ok_or(Denial::BadKey)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::pins::{admission::tests::record, vault};
	use tea_envelope::{DeploymentKey, K1, Keys};

	#[test]
	fn pinners_are_asked_in_turn_and_not_all_the_same_first() {
		let pinners = vec![(ModuleId(1), 1), (ModuleId(2), 1), (ModuleId(3), 1)];
		let first = |me| {
			let mut seat = Seat::new([0; 32]);
			seat.others = in_order(pinners.clone(), ModuleId(me));
			seat.next([1; 32], 5).unwrap().0.0
		};
		assert_eq!([first(0), first(1), first(2), first(3)], [1, 2, 3, 1]);
		let mut seat = Seat::new([0; 32]);
		seat.others = in_order(pinners, ModuleId(0));
		let asked: Vec<_> = std::iter::from_fn(|| seat.next([1; 32], 5))
			.map(|(module, _)| module.0)
			.collect();
		assert_eq!(asked, [1, 2, 3]);
		assert!(in_order(vec![], ModuleId(7)).is_empty());
	}

	#[test]
	fn silent_pinner_is_left() {
		let mut seat = Seat::new([0; 32]);
		assert!(!seat.is_late(100), "nobody was asked");
		seat.others = vec![(ModuleId(1), 1)];
		seat.next([1; 32], 10);
		assert!(!seat.is_late(10 + PATIENCE - 1));
		assert!(seat.is_late(10 + PATIENCE));
		seat.stage = Stage::Showing(20);
		assert!(seat.is_late(20 + PATIENCE));
		for busy in [Stage::Quoting, Stage::Opening, Stage::Confirming] {
			seat.stage = busy;
			assert!(!seat.is_late(1000));
		}
	}

	#[test]
	fn deployment_key_has_to_be_the_one_on_chain() {
		let keys = |fill: u8, with_key: bool| Keys {
			k1: K1::take(&mut [1; 32]),
			deployment: with_key.then(|| DeploymentKey::take(&mut [fill; 32])),
		};
		let mut record = record();
		record.public_key = vault::public_of(&DeploymentKey::take(&mut [2; 32])).unwrap();
		assert!(take(keys(2, true), &record).is_ok());
		assert_eq!(take(keys(3, true), &record).err(), Some(Denial::BadKey));
		assert_eq!(take(keys(2, false), &record).err(), Some(Denial::BadKey));
	}
}

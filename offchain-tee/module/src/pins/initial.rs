//! The initial pinner (SPEC R-077): takes K1 from an owner, proves that it opens the content, makes the deployment key and
//! signs link 0. Nothing is on chain before the owner registers, and what is not registered in time is wiped.

use std::sync::atomic::AtomicU64;

use codec::Encode;
use tea_chain::{AccountId, At, types::Registration};
use tea_envelope::{DeploymentKey, EnvelopeHash, K1, KeyEnvelope, Keys, Subject};
use tea_link::os_rng::OsRng;
use tea_primitives::deployment::{Checker, Content, DeploymentId, Kind, Visibility};

use super::{
	admission::check_registration,
	checker,
	content::{prove, sha256},
	denial::Denial,
	links::{Origin, owner_context},
	protocol::{OFFER_LIFE, Offer, Proposal, Reseeding},
	vault::{Held, public_of},
	world::World,
};
use tea_chain::types::MultiSignature;

/// What an owner asks for.
pub(super) enum Asked {
	/// To be the initial pinner of a new deployment.
	Propose(Box<Proposal>),
	/// To take the key of a lost one.
	Reseed(Box<Reseeding>),
}

/// What came of it: the offer, and the keys if there are any to hold.
pub(super) struct Made {
	pub(super) offer: Offer,
	pub(super) held: Option<Held>,
	/// First block in which the offer is over.
	pub(super) until: u32,
}

/// Carries out what an owner asked for. `owner` has signed it.
pub(super) async fn make(
	world: &World,
	owner: AccountId,
	asked: &Asked,
	read: &AtomicU64,
) -> Result<Made, Denial> {
	let at = world.head().await?;
	match asked {
		Asked::Propose(proposal) => propose(world, &at, owner, proposal, read).await,
		Asked::Reseed(reseeding) => reseed(world, &at, owner, reseeding, read).await,
	}
}

async fn propose(
	world: &World,
	at: &At,
	owner: AccountId,
	proposal: &Proposal,
	read: &AtomicU64,
) -> Result<Made, Denial> {
	let Proposal {
		registration,
		block,
		envelope,
		..
	} = proposal;
	let Registration {
		kind,
		visibility,
		content,
		terms,
		..
	} = registration;
	check_registration(registration, at.number())?;
	if envelope.is_some() != (*visibility == Visibility::Hosted) {
		return Err(Denial::BadRegistration);
	}
	let until = last_block(world, *block)?;
	world.policy.takes(*kind, &owner, terms, content)?;
	if *visibility == Visibility::Hosted {
		check_room(world, content)?;
		check_ability(world, &registration.checker).await?;
	}
	world.admit(at, terms, world.me()).await?;
	check_deposit(world, at, owner, registration).await?;

	let (keys, sealed_key) = match envelope {
		Some(envelope) => {
			let subject = Subject::Content(content.ciphertext_hash);
			let (keys, hash) = open(world, owner, subject, *block, envelope).await?;
			(Some(keys), Some(hash))
		}
		None => (None, None),
	};
	let k1 = keys.as_ref().map(|keys| &keys.k1);
	match k1 {
		Some(k1) => keep_and_prove(world, *kind, content, k1, read).await?,
		None => prove(&*world.contents, *kind, *visibility, content, None, read).await?,
	}

	let origin = Origin {
		genesis: world.boot.genesis,
		owner,
		registration: registration.hash(),
		number: 0,
	};
	offer(
		world, &origin, None, keys, *content, *block, sealed_key, until,
	)
}

async fn reseed(
	world: &World,
	at: &At,
	owner: AccountId,
	reseeding: &Reseeding,
	read: &AtomicU64,
) -> Result<Made, Denial> {
	let Reseeding {
		deployment,
		block,
		envelope,
		..
	} = reseeding;
	let standing = world.deployment(at, *deployment).await?;
	let record = &standing.record;
	if record.owner != owner {
		return Err(Denial::NotOwner);
	}
	super::admission::check_open(record, at.number())?;
	let until = last_block(world, *block)?;
	world
		.policy
		.takes(record.kind, &owner, &standing.terms, &record.content)?;
	check_room(world, &record.content)?;
	check_ability(world, &record.checker).await?;
	for pin in at.pin_table(*deployment).await?.pins {
		let certificate = at.certificate_of(pin.module).await?;
		let is_live = certificate.is_some_and(|certificate| certificate.boot_seq == pin.boot_seq)
			&& pin.seed == record.seed;
		if is_live {
			return Err(Denial::NotLost);
		}
	}
	let me = world.me();
	world.admit(at, &standing.terms, me).await?;
	at.usable_by(*deployment, me.0)
		.await?
		.map_err(Denial::from)?;

	let subject = Subject::Deployment(deployment.0);
	let (keys, hash) = open(world, owner, subject, *block, envelope).await?;
	keep_and_prove(world, record.kind, &record.content, &keys.k1, read).await?;
	let origin = Origin {
		genesis: world.boot.genesis,
		owner,
		registration: record.registration,
		number: record.seed.saturating_add(1),
	};
	let id = Some(*deployment);
	offer(
		world,
		&origin,
		id,
		Some(keys),
		record.content,
		*block,
		Some(hash),
		until,
	)
}

/// Has the host keep a content, and proves that the key opens it.
async fn keep_and_prove(
	world: &World,
	kind: Kind,
	content: &Content,
	k1: &K1,
	read: &AtomicU64,
) -> Result<(), Denial> {
	world.contents.keep(&content.cid).await?;
	let hosted = Visibility::Hosted;
	let proven = prove(&*world.contents, kind, hosted, content, Some(k1), read).await;
	if proven.is_err() {
		world.release(&content.cid).await;
	}
	proven
}

/// Refuses a block that is not known yet or too old. Gives the first block in which an offer that names it is over.
fn last_block(world: &World, block: u32) -> Result<u32, Denial> {
	let window = world.chain.deployment_constants()?.link_window;
	let until = block.saturating_add(window.min(OFFER_LIFE));
	let best = world.chain.health().best;
	if block <= best && best < until {
		Ok(until)
	} else {
		Err(Denial::StaleBlock)
	}
}

fn check_room(world: &World, content: &Content) -> Result<(), Denial> {
	let (pins, bytes) = world.vault.load();
	world.policy.has_room(pins, bytes, content.size)
}

/// Whether this module is able to run the code: the first pinner has to be, as any other.
async fn check_ability(world: &World, checker: &Checker) -> Result<(), Denial> {
	let ability = world.ability();
	checker::check(checker, &ability, &*world.contents, &world.executor).await
}

/// Whether the owner can pay what the chain will hold: nobody works for an account that cannot register.
async fn check_deposit(
	world: &World,
	at: &At,
	owner: AccountId,
	registration: &Registration,
) -> Result<(), Denial> {
	let constants = world.chain.deployment_constants()?;
	let bytes = u128::try_from(registration.encoded_size()).unwrap_or(u128::MAX);
	let deposit = constants
		.deposit_base
		.saturating_add(constants.deposit_per_byte.saturating_mul(bytes));
	if at.free_balance(owner).await? >= deposit {
		Ok(())
	} else {
		Err(Denial::Unfunded)
	}
}

async fn open(
	world: &World,
	owner: AccountId,
	subject: Subject,
	block: u32,
	envelope: &[u8],
) -> Result<(Keys, EnvelopeHash), Denial> {
	let envelope = KeyEnvelope::from_bytes(envelope).map_err(|_| Denial::BadEnvelope)?;
	let hash = envelope.hash();
	// The owner signed the letter, and the envelope is in it byte for byte.
	let authentic = envelope
		.authenticate(|_| true)
		.map_err(|_| Denial::BadEnvelope)?;
	let context = owner_context(owner, subject, world.me(), block);
	let keys = world.opener.open(&envelope, &authentic, &context).await?;
	Ok((keys, hash))
}

/// Makes the deployment key and signs link 0. `deployment`: one that has its id already.
#[allow(
	clippy::too_many_arguments,
	reason = "all of it stands in the link or beside it"
)]
fn offer(
	world: &World,
	origin: &Origin,
	deployment: Option<DeploymentId>,
	keys: Option<Keys>,
	content: Content,
	block: u32,
	sealed_key: Option<EnvelopeHash>,
	until: u32,
) -> Result<Made, Denial> {
	let key = DeploymentKey::generate(&mut OsRng);
	let refused = |error: crate::harden::HardenError| {
		tracing::error!(%error, "a key is not held");
		Denial::NoRoom
	};
	let (public, held) = match keys {
		Some(keys) => {
			let keys = Keys {
				k1: keys.k1,
				deployment: Some(key),
			};
			let held = Held::new(keys, origin.number, content)
				.map_err(refused)?
				.ok_or(Denial::BadKey)?;
			(held.public, Some(held))
		}
		None => (public_of(&key).ok_or(Denial::BadKey)?, None),
	};
	let deployment = deployment.unwrap_or_else(|| DeploymentId::of_key(&public));
	let (mut seed, link) = origin.unsigned(deployment, public, world.me(), block, sealed_key);
	let signature = tea_link::Sign::sign(&*world.signer, &link.payload());
	seed.signature = MultiSignature::Sr25519(signature);
	Ok(Made {
		offer: Offer { deployment, seed },
		held,
		until,
	})
}

/// What names a request: the same words from the same owner get the same answer.
pub(super) fn name_of(owner: &AccountId, body: &[u8]) -> [u8; 32] {
	sha256(&(owner, sha256(body)).encode())
}

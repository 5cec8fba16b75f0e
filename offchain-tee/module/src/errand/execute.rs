//! One errand from its sources to a body that waits for its quote. Whatever this holds is wiped when it returns.

use std::{sync::Arc, time::Duration, time::Instant};

use tea_chain::{
	At,
	types::{Assignment, ErrandRecord, KeyPath, UsedSource},
};
use tea_envelope::{K1, KeyEnvelope};
use tea_executor::{
	Cancel, Capability, Ipfs, Job, Rand, Secret, Time, abi::MAX_DATA_BYTES, content_hash,
};
use tea_primitives::{
	deployment::Cid,
	draw::BeaconValue,
	errand::{Capabilities, ErrandId, FaultReason, POT_DOMAIN, PotBody, SealedResult},
};

use super::{
	finality::order_stands,
	policy::needed,
	run::{self, Ran},
	sealing::{Seat, result_context, seal_result},
	source::{self, Keying, Material, Spoilt},
	world::{MEMORY_UNIT, World},
};
use crate::pins::{Denial, vault::Held};

/// How often a run that waits for finality looks whether it was cancelled.
const CANCELLED: Duration = Duration::from_secs(1);

/// An errand that this module has to run, as the chain describes it at one block.
#[derive(Clone)]
pub(super) struct Order {
	pub(super) errand: ErrandId,
	pub(super) record: ErrandRecord,
	pub(super) assignment: Assignment,
	pub(super) materials: Vec<Material>,
	/// Beacon of the block after the posting, and the time of the posting, where they are granted.
	pub(super) beacon: Option<BeaconValue>,
	pub(super) posted_ms: Option<u64>,
	pub(super) cancel: Cancel,
}

/// How long the stages took.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stages {
	pub(super) fetch: Duration,
	pub(super) decrypt: Duration,
	pub(super) translate: Duration,
	pub(super) run: Duration,
	pub(super) seal: Duration,
	pub(super) store: Duration,
}

/// A run that waits for its quote.
pub(super) struct Executed {
	pub(super) body: PotBody,
	pub(super) stages: Stages,
	/// Name of code that only pins open, to be forgotten with its pin.
	pub(super) pinned_code: Option<[u8; 32]>,
}

/// A key of a source, wherever it came from.
enum Key {
	Pinned(Arc<Held>),
	Supplied(K1),
}

impl Key {
	fn k1(&self) -> &K1 {
		match self {
			Self::Pinned(held) => held.k1(),
			Self::Supplied(key) => key,
		}
	}
}

/// Why there is nothing to give to the guest.
enum Hindrance {
	/// This machine's.
	Fault(FaultReason),
	/// The client's or an owner's: it has a proof.
	Ended(Box<Ran>),
}

impl From<FaultReason> for Hindrance {
	fn from(reason: FaultReason) -> Self {
		Self::Fault(reason)
	}
}

/// Runs an errand, seals and stores its result.
pub(super) async fn execute(world: Arc<World>, order: Order) -> Result<Executed, FaultReason> {
	let at = world.chain.best().await.map_err(unseen)?;
	let mut stages = Stages::default();
	let sizes: Vec<u64> = order
		.materials
		.iter()
		.map(|material| material.content.size)
		.collect();
	let units = needed(&order.record, &sizes).div_ceil(MEMORY_UNIT);
	let units = u32::try_from(units).unwrap_or(u32::MAX);
	let room = world
		.memory
		.clone()
		.acquire_many_owned(units)
		.await
		.map_err(|_| FaultReason::Shutdown)?;
	let mut pinned_code = None;
	let ran = match gather(&world, &at, &order, &mut stages).await {
		Ok((code, job)) => {
			let hash = content_hash(&code);
			let wall = Duration::from_millis(order.record.limits.wall_ms.into());
			let executor = world.executor.clone();
			// The time on the wall counts for a guest that runs, not for one in a queue.
			let turn = world
				.guests
				.acquire()
				.await
				.map_err(|_| FaultReason::Shutdown)?;
			let ran = run::run(executor, code, job, wall, order.cancel.clone()).await;
			drop(turn);
			match order.materials.first().map(|code| code.keying) {
				// Nothing of it stays here.
				Some(Keying::Supplied) => {
					world.executor.forget(&hash);
				}
				Some(Keying::Pinned(_)) => pinned_code = Some(hash),
				_ => (),
			}
			ran?
		}
		Err(Hindrance::Ended(ran)) => *ran,
		Err(Hindrance::Fault(reason)) => return Err(reason),
	};
	drop(room);
	(stages.translate, stages.run) = (ran.translate, ran.run);
	tracing::info!(
		errand = %order.errand,
		attempt = order.record.attempt,
		exit = ?ran.exit,
		fuel = ran.fuel,
		run_ms = stages.run.as_millis(),
		"the guest has ended"
	);
	final_order(&world, &order).await?;
	// The block at which it was looked at: verifiers know that one.
	let block = at.number();
	let result = deliver(&world, &order, &ran.result, block, &mut stages).await?;
	let body = body(&world, &order, &ran, result, block).ok_or(FaultReason::Host)?;
	Ok(Executed {
		body,
		stages,
		pinned_code,
	})
}

fn unseen(error: tea_chain::Error) -> FaultReason {
	tracing::warn!(%error, "the chain is not seen");
	FaultReason::Host
}

/// Fetches and opens everything that the guest is given.
async fn gather(
	world: &World,
	at: &At,
	order: &Order,
	stages: &mut Stages,
) -> Result<(Secret, Job), Hindrance> {
	let mut code = None;
	let mut data = Vec::new();
	for material in &order.materials {
		let key = key(world, at, order, material).await?;
		let opened = source::open(&*world.store, material, key.as_ref().map(Key::k1)).await;
		let (plaintext, took) = opened.map_err(|spoilt| spoil(order, material, spoilt))?;
		stages.fetch = stages.fetch.saturating_add(took.fetch);
		stages.decrypt = stages.decrypt.saturating_add(took.decrypt);
		match material.number {
			0 => code = Some(plaintext),
			_ => data.push(plaintext),
		}
	}
	let params = at.errand_params(order.errand).await.map_err(unseen)?;
	let job = Job {
		params: Secret::new(params),
		data,
		limits: run::limits(&order.record.limits),
		grants: grants(world, order).await?,
	};
	let code = code.ok_or(FaultReason::ContentUnavailable)?;
	Ok((code, job))
}

fn spoil(order: &Order, material: &Material, spoilt: Spoilt) -> Hindrance {
	tracing::info!(errand = %order.errand, source = material.number, ?spoilt, "a source is not given to the guest");
	match (spoilt, material.keying) {
		(Spoilt::Content(_), _) => Hindrance::Fault(FaultReason::ContentUnavailable),
		(Spoilt::Input(fault), _) => Hindrance::Ended(Box::new(Ran::bad_input(fault))),
		(Spoilt::BadKey, Keying::Supplied) => Hindrance::Ended(Box::new(Ran::bad_key())),
		// The key of a pin was proven to open this content.
		(Spoilt::BadKey, _) => Hindrance::Fault(FaultReason::ContentUnavailable),
	}
}

/// The key of a source; nothing if it lies open.
async fn key(
	world: &World,
	at: &At,
	order: &Order,
	material: &Material,
) -> Result<Option<Key>, Hindrance> {
	match material.keying {
		Keying::Plain => Ok(None),
		Keying::Pinned(deployment) => world
			.vault
			.pinned(&deployment)
			.map(|held| Some(Key::Pinned(held)))
			.ok_or(Hindrance::Fault(FaultReason::ContentUnavailable)),
		Keying::Supplied => supplied(world, at, order, material.number)
			.await
			.map(|key| Some(Key::Supplied(key))),
	}
}

/// Opens the envelope that a key holder brought to the chain.
async fn supplied(world: &World, at: &At, order: &Order, number: u8) -> Result<K1, Hindrance> {
	let bad_key = || Hindrance::Ended(Box::new(Ran::bad_key()));
	let place = usize::from(number);
	let (Some(KeyPath::Supplied(link)), Some((_, source))) = (
		order.assignment.keys.get(place).copied(),
		order.record.sources().nth(place),
	) else {
		return Err(FaultReason::ContentUnavailable.into());
	};
	let envelope = at
		.envelope(order.errand, number)
		.await
		.map_err(unseen)?
		.ok_or(FaultReason::ContentUnavailable)?;
	let envelope = KeyEnvelope::from_bytes(&envelope).map_err(|_| bad_key())?;
	let holder = source.key_holder(order.record.client);
	let seat = Seat {
		errand: order.errand,
		executor: order.assignment.executor,
		boot_seq: order.assignment.boot_seq,
		assigned: order.assignment.assigned,
	};
	let deployment = source.deployment().map(|used| used.id);
	// The chain made the link from the holder's signed call; only its block has to be found.
	let blocks = order.assignment.assigned..=at.number();
	let authentic = envelope
		.authenticate(|hash| {
			blocks.rev().any(|block| {
				let made = seat.link(world.boot.genesis, holder, deployment, block, *hash);
				made.hash() == link
			})
		})
		.map_err(|_| bad_key())?;
	let keys = world
		.opener
		.open(&envelope, &authentic, &seat.key_context(holder))
		.await
		.map_err(|denial| match denial {
			Denial::TpmUnavailable => Hindrance::Fault(FaultReason::Tpm),
			_ => bad_key(),
		})?;
	if let Err(error) = crate::harden::lock_bytes(keys.k1.expose()) {
		tracing::error!(%error, "a key is not held");
		return Err(FaultReason::Host.into());
	}
	Ok(keys.k1)
}

/// The capabilities that the errand grants.
async fn grants(world: &World, order: &Order) -> Result<Vec<Box<dyn Capability>>, Hindrance> {
	use codec::Encode;
	let granted = order.record.needs.capabilities;
	let mut grants: Vec<Box<dyn Capability>> = Vec::new();
	if granted.grants(Capabilities::RAND) {
		let beacon = order.beacon.ok_or(FaultReason::Host)?;
		let errand = order.errand.encode();
		grants.push(Box::new(Rand::new(&world.boot.genesis, &errand, &beacon)));
	}
	if granted.grants(Capabilities::TIME) {
		grants.push(Box::new(Time::new(
			order.posted_ms.ok_or(FaultReason::Host)?,
		)));
	}
	if granted.grants(Capabilities::IPFS) {
		let mut blocks = Vec::new();
		for material in order.materials.iter().filter(|source| source.number > 0) {
			let most = material
				.stored_len()
				.unwrap_or_default()
				.min(2 * MAX_DATA_BYTES as u64);
			let closure = world.store.closure(&material.content.cid, most).await;
			blocks.extend(closure.map_err(|error| {
				tracing::info!(errand = %order.errand, %error, "the blocks of an input cannot be had");
				FaultReason::ContentUnavailable
			})?);
		}
		let ipfs = Ipfs::new(blocks).map_err(|error| {
			tracing::info!(errand = %order.errand, %error, "the blocks of an input cannot be used");
			FaultReason::ContentUnavailable
		})?;
		grants.push(Box::new(ipfs));
	}
	Ok(grants)
}

/// Waits until the order stands in a finalised block, so that the key to which the result is sealed is the client's on
/// every fork.
async fn final_order(world: &World, order: &Order) -> Result<(), FaultReason> {
	let stands = order_stands(&world.chain, order.errand, &order.record);
	tokio::pin!(stands);
	loop {
		tokio::select! {
			stands = &mut stands => return match stands.map_err(unseen)? {
				true => Ok(()),
				false => {
					tracing::warn!(errand = %order.errand, "the order lost its fork");
					Err(FaultReason::Shutdown)
				}
			},
			// Whoever cancels does not wake this.
			() = tokio::time::sleep(CANCELLED) => if order.cancel.is_cancelled() {
				return Err(FaultReason::Shutdown);
			},
		}
	}
}

/// Seals the result to the client and has the host keep it.
async fn deliver(
	world: &World,
	order: &Order,
	plaintext: &[u8],
	block: u32,
	stages: &mut Stages,
) -> Result<SealedResult, FaultReason> {
	let began = Instant::now();
	let context = result_context(
		order.errand,
		order.assignment.executor,
		order.record.client,
		block,
	);
	let client_key = order.record.client_key;
	let sealed = seal_result(plaintext, client_key, &world.boot.genesis, &context);
	let sealed = sealed.map_err(|error| {
		tracing::warn!(errand = %order.errand, %error, "nothing can be sealed to the client's key");
		FaultReason::Host
	})?;
	stages.seal = began.elapsed();
	let began = Instant::now();
	let len = sealed.file.len() as u64;
	let stored = async {
		let cid = world.store.add(sealed.file).await?;
		world.store.keep_for(&cid, order.errand, len).await?;
		Ok(cid)
	};
	let cid: Cid = stored
		.await
		.map_err(|error: crate::pins::content::ContentError| {
			tracing::warn!(errand = %order.errand, %error, "the host does not keep a result");
			FaultReason::Host
		})?;
	stages.store = began.elapsed();
	Ok(SealedResult {
		cid,
		ciphertext: sealed.ciphertext,
		commitment: sealed.commitment,
		enc: sealed.enc,
	})
}

fn body(
	world: &World,
	order: &Order,
	ran: &Ran,
	result: SealedResult,
	block: u32,
) -> Option<PotBody> {
	let data: Vec<_> = order
		.record
		.data
		.iter()
		.map(UsedSource::ciphertext_hash)
		.collect();
	Some(PotBody {
		domain: POT_DOMAIN,
		errand: order.errand,
		attempt: order.record.attempt,
		executor: order.assignment.executor,
		boot_seq: order.assignment.boot_seq,
		client_key: order.record.client_key,
		code: order.record.code.ciphertext_hash(),
		data: data.try_into().ok()?,
		links: order.assignment.links().try_into().ok()?,
		input: order.record.input,
		result,
		exit: ran.exit,
		fuel: ran.fuel,
		manifest_root: world.boot.manifest.root(),
		block,
	})
}

//! What executor and verifiers were drawn from, as the state of the block shows it in which they were drawn. Of the pool only
//! that part is read which a draw looks at.
//!
//! Executors are fixed when a block is finalised, after everything else in it: so its state is what was drawn from. A second
//! committee is drawn within a block: the states before and after it are all that can be had.

use std::{cell::RefCell, collections::BTreeMap};

use codec::{Decode, DecodeAll, Encode};
use tea_chain::{
	AccountId,
	key::{blake2, entry, twox},
	types::{
		Assignment, CamelliaRecord, CamelliaStage, CertificateRecord, ChainCertificate,
		ChainMember, CreditEntry, ErrandRecord, RegistrarRecord, Workload,
	},
};
use tea_primitives::{
	camellia::{DrawWeight, math},
	committee::{COMMITTEE_SIZE, MAX_CANDIDATES, Pool, REGISTRARS_LEAVE_AT, committee},
	draw::{BeaconValue, Draw, DrawError, Purpose},
	errand::{ErrandId, TicketProof},
	ids::{BootSeq, ModuleId},
};

use super::facts::{self, State};

/// Why nobody is drawn again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Undrawn {
	/// The draw gives no committee.
	NoCommittee,
	/// Somebody whom the draw looks at is not shown.
	NotShown,
}

impl From<DrawError> for Undrawn {
	fn from(_: DrawError) -> Self {
		Self::NoCommittee
	}
}

/// The part of the pool that a draw looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PoolPart {
	/// How many may be drawn.
	pub(crate) len: Option<u32>,
	/// Who stands where.
	pub(crate) members: BTreeMap<u32, Option<ChainMember>>,
	/// Whose they are; nobody's who may not be drawn.
	pub(crate) owners: Vec<(ChainMember, Option<AccountId>)>,
}

impl Pool<AccountId> for PoolPart {
	type Error = Undrawn;

	fn len(&self) -> Result<u32, Undrawn> {
		self.len.ok_or(Undrawn::NotShown)
	}

	fn member(&self, place: u32) -> Result<Option<ChainMember>, Undrawn> {
		self.members.get(&place).cloned().ok_or(Undrawn::NotShown)
	}

	fn owner(&self, member: &ChainMember) -> Result<Option<AccountId>, Undrawn> {
		let found = self.owners.iter().find(|(shown, _)| shown == member);
		found.map(|(_, owner)| *owner).ok_or(Undrawn::NotShown)
	}
}

/// The pool in a state; remembers what was looked at.
struct Looking<'a, S> {
	state: &'a S,
	/// The block of the draw: certificates end with blocks.
	block: u32,
	seen: RefCell<PoolPart>,
}

fn read<T: Decode>(state: &impl State, key: &[u8]) -> Result<Option<T>, Undrawn> {
	let Some(bytes) = state.get(key).map_err(|_| Undrawn::NotShown)? else {
		return Ok(None);
	};
	let value = T::decode_all(&mut &bytes[..]).map_err(|_| Undrawn::NotShown)?;
	Ok(Some(value))
}

/// The owner of the NFT of a module.
fn owner(state: &impl State, module: ModuleId) -> Result<Option<AccountId>, Undrawn> {
	let Some(collection) = read::<u32>(state, &entry("Camellia", "Collection"))? else {
		return Ok(None);
	};
	let key = blake2(blake2(entry("Nfts", "Item"), &collection), &module.0);
	let Some(item) = state.get(&key).map_err(|_| Undrawn::NotShown)? else {
		return Ok(None);
	};
	// Who may sell it, and the deposit, stand behind.
	AccountId::decode(&mut &item[..])
		.map(Some)
		.map_err(|_| Undrawn::NotShown)
}

fn certificate(
	state: &impl State,
	module: ModuleId,
	block: u32,
) -> Result<Option<ChainCertificate>, Undrawn> {
	let key = twox(entry("Attestation", "Certificates"), &module);
	let record: Option<CertificateRecord> = read(state, &key)?;
	Ok(record
		.map(|record| record.certificate)
		.filter(|certificate| block < certificate.until))
}

impl<S: State> Looking<'_, S> {
	fn count(&self) -> Result<(u32, u32), Undrawn> {
		let modules = entry("Delegation", "ModuleCount");
		let modules = read(self.state, &modules)?.unwrap_or(0);
		if modules >= REGISTRARS_LEAVE_AT {
			return Ok((modules, 0));
		}
		let registrars = entry("Attestation", "RegistrarCount");
		Ok((modules, read(self.state, &registrars)?.unwrap_or(0)))
	}
}

impl<S: State> Pool<AccountId> for Looking<'_, S> {
	type Error = Undrawn;

	fn len(&self) -> Result<u32, Undrawn> {
		let (modules, registrars) = self.count()?;
		let len = modules.saturating_add(registrars);
		self.seen.borrow_mut().len = Some(len);
		Ok(len)
	}

	fn member(&self, place: u32) -> Result<Option<ChainMember>, Undrawn> {
		let (modules, _) = self.count()?;
		let member = match place.checked_sub(modules) {
			None => read(self.state, &twox(entry("Delegation", "Modules"), &place))?
				.map(ChainMember::Module),
			Some(index) => read(
				self.state,
				&twox(entry("Attestation", "RegistrarAt"), &index),
			)?
			.map(ChainMember::Registrar),
		};
		self.seen.borrow_mut().members.insert(place, member.clone());
		Ok(member)
	}

	fn owner(&self, member: &ChainMember) -> Result<Option<AccountId>, Undrawn> {
		let owner = match member {
			ChainMember::Module(module) => {
				// Both are asked for before one is missed.
				let (owner, certified) = (
					owner(self.state, *module),
					certificate(self.state, *module, self.block),
				);
				certified?.and(owner?)
			}
			ChainMember::Registrar(account) => read::<RegistrarRecord>(
				self.state,
				&blake2(entry("Attestation", "Registrars"), account),
			)?
			.map(|registrar| registrar.owner),
		};
		self.seen.borrow_mut().owners.push((member.clone(), owner));
		Ok(owner)
	}
}

/// A draw of verifiers.
#[derive(Clone, Copy)]
pub(crate) struct Verifiers<'a> {
	/// Genesis hash.
	pub(crate) genesis: [u8; 32],
	/// The errand.
	pub(crate) errand: ErrandId,
	/// Its record.
	pub(crate) record: &'a ErrandRecord,
	/// Who has it.
	pub(crate) assignment: &'a Assignment,
	/// 0 for the first committee, 1 for the second.
	pub(crate) redrawn: u8,
	/// The block that fixed the draw.
	pub(crate) fixed_in: u32,
	/// The beacon of the block after.
	pub(crate) beacon: &'a BeaconValue,
}

impl Verifiers<'_> {
	/// Draws as the chain does: nobody of the owners of executor and client, and nobody of a former committee.
	pub(crate) fn from<P: Pool<AccountId>>(&self, pool: &P) -> Result<Vec<ChainMember>, P::Error> {
		let subject = (self.errand, self.record.attempt, self.redrawn).encode();
		let draw = Draw {
			purpose: Purpose::Errand,
			subject: &subject,
			block: self.fixed_in.saturating_add(1),
			size: COMMITTEE_SIZE,
			excluded_owners: &[self.assignment.beneficiary, self.record.client],
			excluded: match self.redrawn {
				0 => &[],
				_ => &self.assignment.former,
			},
		};
		committee(pool, &draw, &self.genesis, self.beacon, MAX_CANDIDATES)
	}

	/// What of the pool this draw looks at, in a state.
	fn look(&self, state: &impl State, block: u32) -> PoolPart {
		let looking = Looking {
			state,
			block,
			seen: RefCell::default(),
		};
		// Whatever comes of it: the checks draw again from what was seen.
		let _ = self.from(&looking);
		looking.seen.into_inner()
	}
}

/// The state in which an executor was fixed, and its first committee drawn.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
	/// The block.
	pub(crate) block: u32,
	/// The errand in it.
	pub(crate) record: ErrandRecord,
	/// Whose the executor was.
	pub(crate) beneficiary: Option<AccountId>,
	/// The beacon of executor and verifiers.
	pub(crate) beacon: Option<BeaconValue>,
	/// Whom the committee was drawn from.
	pub(crate) pool: PoolPart,
	/// Who claimed the errand in the block.
	pub(crate) claimants: Vec<Claimant>,
}

/// A claim, as it stands in an extrinsic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
	/// Who signed it, if that can be read.
	pub(crate) signer: Option<[u8; 32]>,
	/// The ticket.
	pub(crate) ticket: TicketProof,
}

/// Who claimed, and what the state says about it.
#[derive(Clone, Debug)]
pub(crate) struct Claimant {
	/// The ticket.
	pub(crate) ticket: TicketProof,
	/// The module of the signer; none when the state does not show it.
	pub(crate) standing: Option<Standing>,
}

/// What the signer of a claim is.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
	/// No module, or not one that is Active in this boot.
	Nobody,
	/// An Active module.
	Active(Box<Runner>),
}

/// A module that races for an errand.
#[derive(Clone, Debug)]
pub(crate) struct Runner {
	/// Its certificate.
	pub(crate) certificate: ChainCertificate,
	/// Whose it is.
	pub(crate) owner: Option<AccountId>,
	/// Its weight.
	pub(crate) weight: Weights,
	/// Whether it had no other errand at the end of the block.
	pub(crate) is_idle: bool,
}

/// The least and the greatest weight that a module may have had. They are equal unless its credit moved in the same block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weights {
	/// The least.
	pub(crate) least: DrawWeight,
	/// The greatest.
	pub(crate) greatest: DrawWeight,
}

impl Weights {
	/// Any weight that there is.
	pub(crate) const ANY: Self = Self {
		least: DrawWeight::MIN,
		greatest: DrawWeight::MAX,
	};

	/// Exactly this one.
	pub(crate) const fn exactly(weight: DrawWeight) -> Self {
		Self {
			least: weight,
			greatest: weight,
		}
	}
}

/// Weight of a Camellia at a block; none without hardware, or when its life is over.
fn weight_at(record: &CamelliaRecord, block: u32) -> Option<DrawWeight> {
	let CamelliaStage::Planted { since, ends } = record.stage else {
		return None;
	};
	record.hardware.filter(|_| block < ends)?;
	let age = block.saturating_sub(since);
	let days = block
		.saturating_sub(record.credit_as_of)
		.checked_div(math::DAY)
		.unwrap_or_default();
	Some(math::draw_weight(
		math::productivity(record.base_productivity, age, record.life_span),
		// There are no stake slots but the own one.
		math::ONE.into(),
		math::credit_decayed(record.credit, days),
	))
}

fn runner(
	state: &impl State,
	module: ModuleId,
	boot_seq: BootSeq,
	block: u32,
) -> Result<Standing, Undrawn> {
	let camellia = twox(entry("Camellia", "Camelliae"), &module);
	let log = twox(entry("Camellia", "CreditLogs"), &module);
	let workload = twox(entry("Errand", "Workloads"), &module);
	// All are asked for before one is missed.
	let (certificate, owner, camellia, log, workload) = (
		certificate(state, module, block),
		owner(state, module),
		read::<CamelliaRecord>(state, &camellia),
		read::<Vec<CreditEntry>>(state, &log),
		read::<Workload>(state, &workload),
	);
	let certificate = certificate?.filter(|certificate| certificate.boot_seq == boot_seq);
	let weight = camellia?.and_then(|record| weight_at(&record, block));
	let (Some(certificate), Some(weight)) = (certificate, weight) else {
		return Ok(Standing::Nobody);
	};
	let moved = log?
		.and_then(|log| log.last().copied())
		.is_some_and(|last| last.block == block);
	Ok(Standing::Active(Box::new(Runner {
		certificate,
		owner: owner?,
		weight: match moved {
			true => Weights::ANY,
			false => Weights::exactly(weight),
		},
		is_idle: workload?.is_none_or(|workload| workload.errands.is_empty()),
	})))
}

fn standing(state: &impl State, signer: [u8; 32], block: u32) -> Result<Standing, Undrawn> {
	let key = blake2(entry("Attestation", "Sessions"), &signer);
	match read::<(ModuleId, BootSeq)>(state, &key)? {
		Some((module, boot_seq)) => runner(state, module, boot_seq, block),
		None => Ok(Standing::Nobody),
	}
}

/// Reads the state in which an executor was fixed.
pub(crate) fn scene(
	state: &impl State,
	errand: ErrandId,
	genesis: [u8; 32],
	beacons: u32,
	block: u32,
	claims: &[Claim],
) -> Option<Scene> {
	let record = facts::errand(state, errand)?;
	let assignment = record.assignment()?;
	if assignment.assigned != block {
		return None;
	}
	let beacon = facts::beacon(state, record.draw.beacon_block(), beacons);
	let claimants = claims
		.iter()
		.map(|claim| Claimant {
			ticket: claim.ticket,
			standing: claim
				.signer
				.and_then(|signer| standing(state, signer, block).ok()),
		})
		.collect();
	let mut scene = Scene {
		block,
		beneficiary: owner(state, assignment.executor).ok().flatten(),
		beacon,
		pool: PoolPart::default(),
		claimants,
		record,
	};
	if let Some(draw) = scene.draw(errand, genesis) {
		scene.pool = draw.look(state, block);
	}
	Some(scene)
}

impl Scene {
	/// The draw of the first committee; none without its beacon.
	pub(crate) fn draw(&self, errand: ErrandId, genesis: [u8; 32]) -> Option<Verifiers<'_>> {
		Some(Verifiers {
			genesis,
			errand,
			record: &self.record,
			assignment: self.record.assignment()?,
			redrawn: 0,
			fixed_in: self.record.draw.fixed_in,
			beacon: self.beacon.as_ref()?,
		})
	}
}

/// The draw of a second committee: from the state before the block of the draw, what was drawn from before and after it.
#[derive(Clone, Debug)]
pub(crate) struct Second {
	/// The errand before the block, without verifiers.
	pub(crate) record: ErrandRecord,
	/// The block that fixed the draw.
	pub(crate) fixed_in: u32,
	/// The beacon of the block after.
	pub(crate) beacon: Option<BeaconValue>,
	/// Whom it was drawn from, as far as that is shown: before and after the block.
	pub(crate) pools: Vec<PoolPart>,
}

/// Reads the draw of a second committee, made in `block`. `after`: the state after that block.
pub(crate) fn second(
	before: &impl State,
	after: Option<&impl State>,
	errand: ErrandId,
	genesis: [u8; 32],
	beacons: u32,
	block: u32,
) -> Option<Second> {
	let record = facts::errand(before, errand)?;
	let fixed_in = record.assignment()?.redraw?;
	let beacon = facts::beacon(before, fixed_in.saturating_add(1), beacons);
	let mut second = Second {
		record,
		fixed_in,
		beacon,
		pools: Vec::new(),
	};
	let mut pools = vec![second.look(before, errand, genesis, block)];
	pools.extend(after.map(|after| second.look(after, errand, genesis, block)));
	second.pools = pools;
	Some(second)
}

impl Second {
	/// What of the pool in a state this draw looks at.
	pub(crate) fn look(
		&self,
		state: &impl State,
		errand: ErrandId,
		genesis: [u8; 32],
		block: u32,
	) -> PoolPart {
		self.draw(errand, genesis)
			.map_or_else(PoolPart::default, |draw| draw.look(state, block))
	}

	/// The draw; none without its beacon.
	pub(crate) fn draw(&self, errand: ErrandId, genesis: [u8; 32]) -> Option<Verifiers<'_>> {
		Some(Verifiers {
			genesis,
			errand,
			record: &self.record,
			assignment: self.record.assignment()?,
			redrawn: 1,
			fixed_in: self.fixed_in,
			beacon: self.beacon.as_ref()?,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::{
			lab::{BEACONS, ERRAND, Entries, GENESIS, Lab, certified},
			proof::Unproven,
		},
		*,
	};
	use tea_primitives::camellia::CreditEvent;

	type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

	const BLOCK: u32 = 12;

	/// The scene of the lab, after a change of its state.
	fn scene_with(change: impl FnOnce(&mut Storage)) -> Scene {
		let lab = Lab::new();
		let mut entries = lab.drawn_from();
		change(&mut entries);
		read_scene(&lab, &Entries(entries)).unwrap()
	}

	fn read_scene(lab: &Lab, state: &impl State) -> Option<Scene> {
		let claim = Claim {
			signer: Some(certified(ModuleId(1)).certificate.keys.session),
			ticket: lab.scene_of().claimants[0].ticket,
		};
		scene(state, ERRAND, GENESIS, BEACONS, BLOCK, &[claim])
	}

	fn drawn(scene: &Scene) -> Result<Vec<ChainMember>, Undrawn> {
		scene.draw(ERRAND, GENESIS).unwrap().from(&scene.pool)
	}

	fn modules(numbers: [u32; 4]) -> Vec<ChainMember> {
		numbers.map(|n| ChainMember::Module(ModuleId(n))).to_vec()
	}

	fn runner_of(scene: &Scene) -> Option<&Runner> {
		match scene.claimants[0].standing.as_ref().unwrap() {
			Standing::Active(runner) => Some(runner),
			Standing::Nobody => None,
		}
	}

	#[test]
	fn committee_is_drawn_from_those_that_the_state_shows() {
		let scene = scene_with(|_| ());
		assert_eq!(scene.pool.len, Some(10));
		assert_eq!(drawn(&scene), Ok(modules([2, 3, 4, 5])));
		// No more of the pool is read than the draw looks at.
		assert_eq!(scene.pool.members.len(), 6);
		assert_eq!(scene.beneficiary, Some(AccountId([0x0b; 32])));
	}

	#[test]
	fn certificate_that_ended_is_none() {
		for (until, expected) in [(BLOCK, [2, 4, 5, 7]), (BLOCK + 1, [2, 3, 4, 5])] {
			let scene = scene_with(|entries| {
				let mut record = certified(ModuleId(3));
				record.certificate.until = until;
				let key = twox(entry("Attestation", "Certificates"), &ModuleId(3));
				entries.insert(key, record.encode());
			});
			assert_eq!(drawn(&scene), Ok(modules(expected)));
		}
	}

	#[test]
	fn registrars_are_drawn_while_modules_are_few() {
		let scene = scene_with(|entries| {
			entries.insert(entry("Delegation", "ModuleCount"), 0u32.encode());
			entries.insert(entry("Attestation", "RegistrarCount"), 5u32.encode());
			for index in 0..5u32 {
				let account = AccountId([0x50 + index as u8; 32]);
				let record = RegistrarRecord {
					transport: [0; 32],
					owner: AccountId([0x60 + index as u8; 32]),
					name: Vec::new(),
					index,
				};
				entries.insert(
					twox(entry("Attestation", "RegistrarAt"), &index),
					account.encode(),
				);
				entries.insert(
					blake2(entry("Attestation", "Registrars"), &account),
					record.encode(),
				);
			}
		});
		assert_eq!(scene.pool.len, Some(5));
		let drawn = drawn(&scene).unwrap();
		assert_eq!(drawn.len(), 4);
		let is_registrar = |member: &ChainMember| matches!(member, ChainMember::Registrar(_));
		assert!(drawn.iter().all(is_registrar), "{drawn:?}");
		// When modules are enough, nobody asks how many registrars there are.
		let scene = scene_with(|entries| {
			entries.insert(entry("Attestation", "RegistrarCount"), 5u32.encode());
		});
		assert_eq!(scene.pool.len, Some(10));
	}

	/// A state that keeps one key to itself.
	struct Hiding(Entries, Vec<u8>);

	impl State for Hiding {
		fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unproven> {
			match key == self.1 {
				true => Err(Unproven),
				false => self.0.get(key),
			}
		}
	}

	#[test]
	fn what_is_not_shown_is_not_taken_for_nothing() {
		let lab = Lab::new();
		let read = |key: Vec<u8>| read_scene(&lab, &Hiding(Entries(lab.drawn_from()), key));
		let three = ModuleId(3);
		for key in [
			entry("Delegation", "ModuleCount"),
			twox(entry("Attestation", "Certificates"), &three),
			blake2(blake2(entry("Nfts", "Item"), &7u32), &three.0),
		] {
			assert_eq!(drawn(&read(key).unwrap()), Err(Undrawn::NotShown));
		}
		let one = ModuleId(1);
		for key in [
			twox(entry("Camellia", "Camelliae"), &one),
			twox(entry("Camellia", "CreditLogs"), &one),
			twox(entry("Errand", "Workloads"), &one),
		] {
			assert!(read(key).unwrap().claimants[0].standing.is_none());
		}
		assert!(read(twox(entry("Errand", "Errands"), &ERRAND)).is_none());
	}

	#[test]
	fn weight_is_that_of_the_block_unless_credit_moved_in_it() {
		let with_log = |block: u32| {
			scene_with(|entries| {
				let log = vec![CreditEntry {
					block,
					event: CreditEvent::DutyDone,
					credit: 1_000,
				}];
				let key = twox(entry("Camellia", "CreditLogs"), &ModuleId(1));
				entries.insert(key, log.encode());
			})
		};
		let weight = |scene: &Scene| runner_of(scene).unwrap().weight;
		assert_eq!(
			weight(&with_log(BLOCK - 1)),
			Weights::exactly(DrawWeight::ONE)
		);
		assert_eq!(weight(&with_log(BLOCK)), Weights::ANY);
	}

	#[test]
	fn who_is_not_active_in_this_boot_is_nobody() {
		let nobody = |change: &dyn Fn(&mut Storage)| {
			assert!(runner_of(&scene_with(change)).is_none());
		};
		assert!(runner_of(&scene_with(|_| ())).is_some());
		let session = certified(ModuleId(1)).certificate.keys.session;
		let session = blake2(entry("Attestation", "Sessions"), &session);
		nobody(&|entries| drop(entries.remove(&session)));
		nobody(&|entries| drop(entries.insert(session.clone(), (ModuleId(1), 9u32).encode())));
		nobody(&|entries| {
			drop(entries.remove(&twox(entry("Attestation", "Certificates"), &ModuleId(1))));
		});
		nobody(&|entries| {
			drop(entries.remove(&twox(entry("Camellia", "Camelliae"), &ModuleId(1))));
		});
	}
}

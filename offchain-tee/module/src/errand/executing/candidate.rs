//! Errands that nobody has: whether this module may and wants to run them, and when it claims.

use std::collections::BTreeMap;

use tea_chain::{At, Error, types::ErrandRecord};
use tea_executor::Cancel;
use tea_primitives::{
	deployment::Cid,
	draw::BeaconValue,
	errand::{Capabilities, ErrandId},
};

use super::{Done, Executing, TIMES, tray::Item, work::Work};
use crate::{
	errand::{
		eligible::{Standing, Unfit},
		execute::Order,
		source::{Keying, Material, look_at, materials},
		ticket::Ticket,
	},
	pins::{Denial, admission::Holder, content::ContentError},
};

/// Blocks after which a claim that is not seen in the state is made again.
const CLAIM_AGAIN: u32 = 6;
/// Blocks for which an errand is left alone that this module may not claim now.
const LOOK_AGAIN: u32 = 3;
/// Claims of one draw.
const MAX_CLAIMS: u8 = 3;

/// Whether the contents are at the own host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fetch {
	No,
	UnderWay,
	Done,
	/// Not before this block again.
	Failed(u32),
}

/// An errand that may be claimed.
pub(super) struct Candidate {
	record: ErrandRecord,
	materials: Option<Vec<Material>>,
	beacon: Option<BeaconValue>,
	posted_ms: Option<u64>,
	ticket: Option<Ticket>,
	fetch: Fetch,
	/// Block of the last claim.
	claimed: Option<u32>,
	claims: u8,
	/// First block in which it is looked at again.
	not_before: u32,
	may_use: bool,
}

impl Candidate {
	fn new(record: ErrandRecord) -> Self {
		Self {
			record,
			materials: None,
			beacon: None,
			posted_ms: None,
			ticket: None,
			fetch: Fetch::No,
			claimed: None,
			claims: 0,
			not_before: 0,
			may_use: false,
		}
	}

	pub(super) const fn attempt(&self) -> u8 {
		self.record.attempt
	}

	/// The chain did not take the claim: another may have come first.
	pub(super) const fn not_claimed(&mut self, now: u32) {
		self.claimed = None;
		self.not_before = now.saturating_add(1);
	}

	/// Whether it may be claimed in a moment.
	pub(super) fn is_near(&self) -> bool {
		self.fetch == Fetch::UnderWay
	}

	/// Contents that the host keeps for it.
	fn contents(&self) -> Vec<Cid> {
		match self.fetch {
			Fetch::No => Vec::new(),
			_ => fetched_here(self.materials.as_deref().unwrap_or_default()),
		}
	}

	/// What is left to do when it is this module's.
	pub(super) fn into_parts(self) -> (Option<Vec<Material>>, Option<BeaconValue>, Option<u64>) {
		(self.materials, self.beacon, self.posted_ms)
	}
}

/// Contents that are kept for an errand, and not for a pin.
pub(super) fn fetched_here(materials: &[Material]) -> Vec<Cid> {
	materials
		.iter()
		.filter(|material| !matches!(material.keying, Keying::Pinned(_)))
		.map(|material| material.content.cid)
		.collect()
}

impl Executing {
	/// A posting: its record, and its time if the guest may ask for it.
	pub(super) async fn posted(&mut self, at: &At, errand: ErrandId) -> Result<(), Error> {
		if self.world.policy.most == 0 {
			return Ok(());
		}
		let Some(record) = at.errand(errand).await? else {
			return Ok(());
		};
		if record.needs.capabilities.grants(Capabilities::TIME) {
			let time = (at.hash(), at.timestamp_ms().await?);
			self.times.insert(at.number(), time);
			while self.times.len() > TIMES {
				self.times.pop_first();
			}
		}
		self.take_up(at, errand, record).await
	}

	/// An errand that may be claimed, as it stands now.
	pub(super) fn offered(&mut self, errand: ErrandId, record: ErrandRecord) {
		if self.world.policy.most == 0 {
			return;
		}
		match self.open.get_mut(&errand) {
			Some(candidate)
				if candidate.record.attempt == record.attempt
					&& candidate.record.posted == record.posted =>
			{
				if candidate.record.draw != record.draw {
					(candidate.claimed, candidate.claims) = (None, 0);
					// A ticket of the draw before is worth nothing now.
					self.claims.forget(errand);
				}
				candidate.record = record;
			}
			_ => {
				self.drop_candidate(errand);
				self.open.insert(errand, Candidate::new(record));
			}
		}
	}

	/// Lets go of an errand that is none of this module's business any more.
	pub(super) fn drop_candidate(&mut self, errand: ErrandId) {
		self.claims.forget(errand);
		if let Some(candidate) = self.open.remove(&errand) {
			let contents = candidate.contents();
			self.release(errand, contents);
		}
	}

	/// This module at a block; nothing while it is not certified in this boot.
	async fn standing(&self, at: &At) -> Result<Option<Standing>, Error> {
		let me = self.world.module();
		let (certificate, camellia, workload, constants) = futures::try_join!(
			at.certificate_of(me),
			at.camellia(me),
			at.workload(me),
			at.constants()
		)?;
		let Some(certificate) =
			certificate.filter(|certificate| certificate.boot_seq == self.world.boot_seq)
		else {
			return Ok(None);
		};
		let Some((owner, weight)) =
			camellia.and_then(|camellia| Some((camellia.owner?, camellia.draw_weight)))
		else {
			return Ok(None);
		};
		// Claims that are under way may still become errands.
		let under_way = self
			.open
			.values()
			.filter(|candidate| candidate.claimed.is_some())
			.count();
		Ok(Some(Standing {
			holder: Holder { certificate, owner },
			weight,
			taken: workload.errands.len().saturating_add(under_way),
			certificate_life: constants.certificate_life,
		}))
	}

	/// Looks at all errands that may be claimed.
	pub(super) async fn consider_all(&mut self, at: &At) -> Result<(), Error> {
		if self.open.is_empty() || !self.world.is_serving() {
			return Ok(());
		}
		let Some(mut standing) = self.standing(at).await? else {
			return Ok(());
		};
		self.draw_tickets(at).await?;
		// The best tickets first: others are more likely to win with the others.
		let mut all: Vec<_> = self
			.open
			.iter()
			.map(|(errand, candidate)| (candidate.ticket.map(|ticket| ticket.rank()), *errand))
			.collect();
		all.sort_by_key(|(rank, errand)| (rank.unwrap_or(u64::MAX), *errand));
		for (_, errand) in all {
			self.consider(at, &mut standing, errand).await?;
		}
		Ok(())
	}

	/// Draws the tickets of all draws whose beacon is known. Errands of one block share it.
	async fn draw_tickets(&mut self, at: &At) -> Result<(), Error> {
		let now = at.number();
		let mut beacons = BTreeMap::new();
		for (errand, candidate) in &mut self.open {
			let draw = candidate.record.draw;
			let block = draw.beacon_block();
			if candidate.ticket.is_some_and(|ticket| ticket.is_of(&draw)) || now < block {
				continue;
			}
			let beacon = match beacons.get(&block) {
				Some(beacon) => *beacon,
				None => {
					let beacon = at.beacon(block).await?;
					beacons.insert(block, beacon);
					beacon
				}
			};
			candidate.ticket = beacon.map(|beacon| {
				let attempt = (*errand, candidate.record.attempt);
				let genesis = &self.world.boot.genesis;
				Ticket::draw(&self.world.vrf, genesis, attempt, draw, &beacon)
			});
		}
		Ok(())
	}

	/// Fuel of runs that are still to come, if those that are claimed become this module's.
	fn queued_fuel(&self) -> u64 {
		let claimed = self
			.open
			.values()
			.filter(|candidate| candidate.claimed.is_some())
			.map(|candidate| candidate.record.limits.fuel);
		let to_run = self.works.values().filter_map(Work::fuel_to_come);
		claimed.chain(to_run).fold(0, u64::saturating_add)
	}

	/// Looks at one. What never fits is let go; what does not fit now is looked at again.
	async fn consider(
		&mut self,
		at: &At,
		standing: &mut Standing,
		errand: ErrandId,
	) -> Result<(), Error> {
		let now = at.number();
		let Some(candidate) = self.open.get_mut(&errand) else {
			return Ok(());
		};
		if now < candidate.not_before || self.claims.holds(errand) {
			return Ok(());
		}
		if let Some(claimed) = candidate.claimed {
			if now < claimed.saturating_add(CLAIM_AGAIN) {
				return Ok(());
			}
			candidate.claimed = None;
		}
		match self.judge(at, standing, errand).await? {
			Ok(true) => {
				self.claim(errand, now);
				standing.taken = standing.taken.saturating_add(1);
			}
			Ok(false) => (),
			Err(Refusal::Never(why)) => {
				tracing::debug!(%errand, why, "not taken");
				self.drop_candidate(errand);
			}
			Err(Refusal::NotNow(why)) => {
				tracing::debug!(%errand, why, "not taken now");
				if let Some(candidate) = self.open.get_mut(&errand) {
					candidate.not_before = now.saturating_add(LOOK_AGAIN);
				}
			}
		}
		Ok(())
	}

	/// Whether the errand is to be claimed now.
	async fn judge(
		&mut self,
		at: &At,
		standing: &Standing,
		errand: ErrandId,
	) -> Result<Result<bool, Refusal>, Error> {
		let world = self.world.clone();
		let me = world.module();
		let now = at.number();
		let next = now.saturating_add(1);
		let queued = self.queued_fuel();
		let most = self.flow.room();
		let Some(candidate) = self.open.get_mut(&errand) else {
			return Ok(Ok(false));
		};
		let weight = match standing.may_claim(me, &candidate.record, next, most) {
			Ok(weight) => weight,
			// There may be room at any time.
			Err(Unfit::Full) => return Ok(Ok(false)),
			Err(unfit) => return Ok(Err(unfit.into())),
		};
		// The first executor has half of what is left.
		let left = candidate.record.deadline.saturating_sub(next) / 2;
		let fuel = candidate.record.limits.fuel;
		let is_in_time = world
			.policy
			.is_in_time(queued, fuel, world.pace.blocks(left));
		if candidate.materials.is_none() {
			let gathered = match materials(at, &candidate.record).await {
				Ok(gathered) => gathered,
				Err(Denial::ChainUnavailable) => return Ok(Ok(false)),
				Err(denial) => return Ok(Err(Refusal::Never(denial.to_string()))),
			};
			let sizes: Vec<_> = gathered.iter().map(|source| source.content.size).collect();
			if let Err(declined) = world.policy.takes(&candidate.record, &sizes) {
				return Ok(Err(Refusal::Never(declined.to_string())));
			}
			candidate.materials = Some(gathered);
		}
		if !candidate.may_use {
			for (number, source) in candidate.record.sources() {
				let Some(used) = source.deployment() else {
					continue;
				};
				let (record, terms) =
					futures::try_join!(at.deployment(used.id), at.terms(used.id, used.terms))?;
				let is_pinned = world.vault.pinned(&used.id).is_some();
				let may =
					standing.may_use(number, record.as_ref(), terms.as_ref(), is_pinned, next);
				if let Err(unfit) = may {
					return Ok(Err(unfit.into()));
				}
			}
			candidate.may_use = true;
		}
		let draw = candidate.record.draw;
		let is_let_in = candidate
			.ticket
			.is_some_and(|ticket| ticket.is_of(&draw) && ticket.is_let_in(weight, next));
		if !is_let_in || !is_in_time {
			return Ok(Ok(false));
		}
		if candidate.claims >= MAX_CLAIMS {
			let why = "the chain refuses the claim; the class cap may be reached";
			return Ok(Err(Refusal::Never(why.into())));
		}
		if let Err(refusal) = values(at, candidate, &self.times).await? {
			return Ok(Err(refusal));
		}
		match candidate.fetch {
			Fetch::Done => Ok(Ok(true)),
			Fetch::UnderWay => Ok(Ok(false)),
			Fetch::Failed(until) if now < until => Ok(Ok(false)),
			Fetch::No | Fetch::Failed(_) => {
				candidate.fetch = Fetch::UnderWay;
				let materials = candidate.materials.clone().unwrap_or_default();
				self.fetch(errand, materials);
				Ok(Ok(false))
			}
		}
	}

	/// Has the host fetch what no pin keeps there, and compares it with its hash: whoever claims what cannot be had
	/// pays for it with credit.
	fn fetch(&mut self, errand: ErrandId, materials: Vec<Material>) {
		let world = self.world.clone();
		self.jobs.spawn(async move {
			let fetched = async {
				for material in &materials {
					if matches!(material.keying, Keying::Pinned(_)) {
						continue;
					}
					let len = material.stored_len().ok_or_else(|| {
						ContentError::Mismatch("no content has such a length".into())
					})?;
					let cid = &material.content.cid;
					world.store.keep_for(cid, errand, len).await?;
					look_at(&*world.store, material).await?;
				}
				Ok(())
			};
			let fetched = fetched.await;
			Done::Fetched(errand, fetched)
		});
	}

	/// Says whether the contents are here.
	pub(super) fn fetched(&mut self, errand: ErrandId, fetched: Result<(), ContentError>) -> bool {
		let best = self.best;
		let Some(candidate) = self.open.get_mut(&errand) else {
			return false;
		};
		match fetched {
			Ok(()) => {
				candidate.fetch = Fetch::Done;
				true
			}
			Err(error) => {
				tracing::debug!(%errand, %error, "its contents cannot be had");
				candidate.fetch = Fetch::Failed(best.saturating_add(LOOK_AGAIN));
				false
			}
		}
	}

	/// The next block may take the claims of those whose contents are here now.
	pub(super) async fn consider_fetched(&mut self) {
		let Ok(at) = self.world.chain.best().await else {
			return;
		};
		if let Err(error) = self.consider_all(&at).await {
			tracing::debug!(%error, "errands cannot be read");
		}
	}

	fn claim(&mut self, errand: ErrandId, now: u32) {
		let Some(candidate) = self.open.get_mut(&errand) else {
			return;
		};
		let Some(ticket) = candidate.ticket else {
			return;
		};
		candidate.claimed = Some(now);
		candidate.claims = candidate.claims.saturating_add(1);
		let attempt = candidate.record.attempt;
		tracing::info!(%errand, attempt, block = now, "claiming");
		// The best ones first: others are more likely to have the others.
		self.claims.put(Item {
			errand,
			attempt,
			rank: ticket.rank(),
			payload: ticket.proof,
		});
	}

	/// What a run of this errand is given, out of what was gathered before the claim or out of the state.
	pub(super) async fn order(
		&mut self,
		at: &At,
		errand: ErrandId,
		record: ErrandRecord,
	) -> Result<Option<Order>, Error> {
		let Some(assignment) = record.assignment().cloned() else {
			return Ok(None);
		};
		self.claims.forget(errand);
		let mut candidate = match self.open.remove(&errand) {
			Some(candidate) => candidate,
			None => Candidate::new(record.clone()),
		};
		candidate.record = record.clone();
		if candidate.materials.is_none() {
			match materials(at, &record).await {
				Ok(gathered) => candidate.materials = Some(gathered),
				Err(denial) => {
					tracing::warn!(%errand, %denial, "its sources are not known");
					return Ok(None);
				}
			}
		}
		// What is missing now ends the run with a fault.
		let _ = values(at, &mut candidate, &self.times).await?;
		let (materials, beacon, posted_ms) = candidate.into_parts();
		Ok(Some(Order {
			errand,
			record,
			assignment,
			materials: materials.unwrap_or_default(),
			beacon,
			posted_ms,
			cancel: Cancel::new(),
		}))
	}
}

/// Values of capabilities that are known for a while only.
async fn values(
	at: &At,
	candidate: &mut Candidate,
	times: &std::collections::BTreeMap<u32, ([u8; 32], u64)>,
) -> Result<Result<(), Refusal>, Error> {
	let granted = candidate.record.needs.capabilities;
	let posted = candidate.record.posted;
	if granted.grants(Capabilities::RAND) && candidate.beacon.is_none() {
		candidate.beacon = at.beacon(posted.saturating_add(1)).await?;
		if candidate.beacon.is_none() {
			let why = "the beacon of its posting is not known any more";
			return Ok(Err(Refusal::Never(why.into())));
		}
	}
	if granted.grants(Capabilities::TIME) && candidate.posted_ms.is_none() {
		let hash = at.hash_of(posted).await?;
		candidate.posted_ms = times
			.get(&posted)
			.filter(|(seen, _)| Some(*seen) == hash)
			.map(|(_, ms)| *ms);
		if candidate.posted_ms.is_none() {
			let why = "this module did not see the block of its posting";
			return Ok(Err(Refusal::Never(why.into())));
		}
	}
	Ok(Ok(()))
}

/// Why an errand is not claimed.
enum Refusal {
	Never(String),
	NotNow(String),
}

impl From<Unfit> for Refusal {
	fn from(unfit: Unfit) -> Self {
		if unfit.is_lasting() {
			Self::Never(unfit.to_string())
		} else {
			Self::NotNow(unfit.to_string())
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::errand::tests::record;
	use tea_primitives::deployment::{Content, DeploymentId};

	fn material(number: u8, keying: Keying) -> Material {
		Material {
			number,
			content: Content {
				cid: Cid::new(Cid::RAW, [number; 32]),
				ciphertext_hash: [number; 32],
				commitment: [number; 32],
				size: 1,
			},
			keying,
		}
	}

	#[test]
	fn only_what_no_pin_keeps_is_kept_for_an_errand() {
		let mut candidate = Candidate::new(record());
		candidate.materials = Some(vec![
			material(0, Keying::Pinned(DeploymentId([1; 32]))),
			material(1, Keying::Plain),
			material(2, Keying::Supplied),
		]);
		assert!(candidate.contents().is_empty(), "nothing was fetched");
		candidate.fetch = Fetch::UnderWay;
		let kept = [Cid::new(Cid::RAW, [1; 32]), Cid::new(Cid::RAW, [2; 32])];
		assert_eq!(candidate.contents(), kept);
	}

	#[test]
	fn claim_that_lost_is_made_again_in_the_next_block() {
		let mut candidate = Candidate::new(record());
		candidate.claimed = Some(100);
		candidate.not_claimed(101);
		assert_eq!((candidate.claimed, candidate.not_before), (None, 102));
	}
}

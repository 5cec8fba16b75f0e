//! Which deployments want pins: what a candidate knows of the chain, and in which order it offers itself.
//!
//! Fewer live pins come first: where few hold a key, each of them is drawn more often. Among equals the better price
//! decides. So that not all modules come at once for one place, they stand in a line that follows from deployment and
//! module; whoever is behind waits, and moves up when those before it do not come.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use tea_chain::types::{ChainCertificate, DeploymentRecord, Pin};
use tea_primitives::{
	deployment::DeploymentId,
	ids::{BootSeq, ModuleId},
};

use super::admission::check_open;

/// Deployments that are known, at most: what is beyond is not offered to.
const MOST: usize = 4096;
/// Blocks for which one who stands behind waits for those before it.
const PATIENCE: u32 = 10;

/// A deployment on the board.
#[derive(Clone, Debug)]
pub struct Entry {
	/// Its record.
	pub record: DeploymentRecord,
	/// Its pins, live or not.
	pub pins: Vec<Pin>,
	/// What a use or an hour costs.
	pub price: u128,
	/// Since when it has too few live pins.
	lacking: Option<u32>,
	/// Not before this block: it was tried in vain.
	not_before: u32,
}

/// All that a candidate knows.
#[derive(Clone, Debug, Default)]
pub struct Board {
	entries: BTreeMap<DeploymentId, Entry>,
	active: BTreeMap<ModuleId, (BootSeq, u32)>,
}

impl Board {
	/// Forgets everything.
	pub fn clear(&mut self) {
		*self = Self::default();
	}

	/// The chain has a deployment that is open.
	pub fn set(
		&mut self,
		id: DeploymentId,
		record: DeploymentRecord,
		pins: Vec<Pin>,
		price: u128,
		now: u32,
	) {
		if check_open(&record, now).is_err() {
			self.entries.remove(&id);
			return;
		}
		if let Some(entry) = self.entries.get_mut(&id) {
			// A new seed is a new beginning.
			if entry.record.seed != record.seed {
				entry.not_before = 0;
			}
			entry.record = record;
			entry.pins = pins;
			entry.price = price;
		} else if self.entries.len() < MOST {
			let entry = Entry {
				record,
				pins,
				price,
				lacking: None,
				not_before: 0,
			};
			self.entries.insert(id, entry);
		}
	}

	/// The chain has it no more, or it takes no pins.
	pub fn remove(&mut self, id: &DeploymentId) {
		self.entries.remove(id);
	}

	/// A deployment on the board.
	pub fn get(&self, id: &DeploymentId) -> Option<&Entry> {
		self.entries.get(id)
	}

	/// The chain certifies a module.
	pub fn certify(&mut self, certificate: &ChainCertificate) {
		let boot = (certificate.boot_seq, certificate.until);
		self.active.insert(certificate.module, boot);
	}

	/// The chain certifies a module no more.
	pub fn lapse(&mut self, module: ModuleId) {
		self.active.remove(&module);
	}

	/// It was tried in vain, and is not tried again before this block.
	pub fn put_off(&mut self, id: &DeploymentId, until: u32) {
		if let Some(entry) = self.entries.get_mut(id) {
			entry.not_before = until;
		}
	}

	fn is_live(&self, entry: &Entry, pin: &Pin, now: u32) -> bool {
		pin.seed == entry.record.seed
			&& self
				.active
				.get(&pin.module)
				.is_some_and(|(boot_seq, until)| *boot_seq == pin.boot_seq && now < *until)
	}

	/// The live pins of a deployment, those near the owner first.
	pub fn live(&self, id: &DeploymentId, now: u32) -> Vec<Pin> {
		let Some(entry) = self.entries.get(id) else {
			return Vec::new();
		};
		let mut live: Vec<_> = entry
			.pins
			.iter()
			.filter(|pin| self.is_live(entry, pin, now))
			.copied()
			.collect();
		live.sort_by_key(|pin| pin.depth);
		live
	}

	/// Where a module stands among those who could come for a place, from 0.
	fn rank(&self, id: &DeploymentId, live: &[Pin], me: ModuleId, now: u32) -> usize {
		let place = |module: ModuleId| -> [u8; 32] {
			Sha256::new()
				.chain_update(id.0)
				.chain_update(module.0.to_le_bytes())
				.finalize()
				.into()
		};
		let own = place(me);
		self.active
			.iter()
			.filter(|(module, (_, until))| {
				**module != me
					&& now < *until && !live.iter().any(|pin| pin.module == **module)
					&& place(**module) < own
			})
			.count()
	}

	/// The deployments to which this module should offer itself now, the best first. To be asked in every finalised block.
	pub fn due(&mut self, me: ModuleId, now: u32) -> Vec<DeploymentId> {
		let mut due = Vec::new();
		let ids: Vec<_> = self.entries.keys().copied().collect();
		for id in ids {
			let live = self.live(&id, now);
			let rank = self.rank(&id, &live, me, now);
			let Some(entry) = self.entries.get_mut(&id) else {
				continue;
			};
			let missing = usize::from(entry.record.wanted).saturating_sub(live.len());
			let is_mine = live.iter().any(|pin| pin.module == me);
			// Without a live pin nobody can hand the key over; its time may have come too.
			if missing == 0 || live.is_empty() || is_mine || check_open(&entry.record, now).is_err()
			{
				entry.lacking = None;
				continue;
			}
			let since = *entry.lacking.get_or_insert(now);
			let group = u32::try_from(rank / missing).unwrap_or(u32::MAX);
			let turn = since.saturating_add(group.saturating_mul(PATIENCE));
			if now >= turn.max(entry.not_before) {
				due.push((live.len(), u128::MAX - entry.price, id));
			}
		}
		due.sort_unstable();
		due.into_iter().map(|(_, _, id)| id).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::pins::admission::tests::{holder, pin, record};

	fn board(modules: u32) -> Board {
		let mut board = Board::default();
		for module in 1..=modules {
			board.certify(&holder(module).certificate);
		}
		board
	}

	fn id(fill: u8) -> DeploymentId {
		DeploymentId([fill; 32])
	}

	#[test]
	fn deployment_is_due_while_too_few_pins_are_live() {
		let mut board = board(2);
		let mut record = record();
		record.wanted = 2;
		board.set(id(1), record.clone(), vec![pin(1, 1)], 5, 10);
		assert_eq!(board.due(ModuleId(2), 10), [id(1)]);
		board.set(id(1), record.clone(), vec![pin(1, 1), pin(2, 2)], 5, 10);
		assert!(board.due(ModuleId(2), 10).is_empty());
		assert!(board.due(ModuleId(1), 10).is_empty());
		// The certificate of the other runs out.
		board.set(id(1), record, vec![pin(1, 1), pin(3, 2)], 5, 10);
		assert_eq!(board.due(ModuleId(2), 10), [id(1)]);
	}

	#[test]
	fn nobody_comes_where_nobody_can_give() {
		let mut board = board(2);
		board.set(id(1), record(), vec![pin(3, 1)], 5, 10);
		assert!(board.due(ModuleId(2), 10).is_empty(), "its pinner is away");
		let mut old = pin(1, 1);
		old.boot_seq = 9;
		board.set(id(1), record(), vec![old], 5, 10);
		assert!(board.due(ModuleId(2), 10).is_empty(), "of another boot");
		let mut reseeded = record();
		reseeded.seed = 1;
		board.set(id(1), reseeded, vec![pin(1, 1)], 5, 10);
		assert!(board.due(ModuleId(2), 10).is_empty(), "of another seed");
	}

	#[test]
	fn ended_and_foreign_deployments_are_not_on_the_board() {
		let mut board = board(2);
		let mut ending = record();
		ending.expires = Some(20);
		board.set(id(1), ending, vec![pin(1, 1)], 5, 10);
		assert_eq!(board.due(ModuleId(2), 19), [id(1)]);
		assert!(board.due(ModuleId(2), 20).is_empty());
		let mut retired = record();
		retired.retired = Some(5);
		board.set(id(1), retired, vec![pin(1, 1)], 5, 10);
		assert!(board.get(&id(1)).is_none());
	}

	#[test]
	fn fewest_pins_come_first_and_then_the_better_price() {
		let mut board = board(3);
		let mut record = record();
		record.wanted = 3;
		board.set(id(1), record.clone(), vec![pin(1, 1), pin(2, 2)], 9, 10);
		board.set(id(2), record.clone(), vec![pin(1, 1)], 5, 10);
		board.set(id(3), record, vec![pin(1, 1)], 7, 10);
		assert_eq!(board.due(ModuleId(3), 10), [id(3), id(2), id(1)]);
	}

	#[test]
	fn who_stands_behind_waits_for_those_before_it() {
		let mut board = board(5);
		let mut record = record();
		record.wanted = 2;
		board.set(id(1), record, vec![pin(1, 1)], 5, 10);
		let at = |board: &mut Board, now| -> Vec<u32> {
			(2..=5)
				.filter(|module| !board.due(ModuleId(*module), now).is_empty())
				.collect()
		};
		assert_eq!(at(&mut board, 10).len(), 1, "one place, one candidate");
		assert_eq!(at(&mut board, 10 + PATIENCE - 1).len(), 1);
		assert_eq!(at(&mut board, 10 + PATIENCE).len(), 2);
		assert_eq!(at(&mut board, 10 + 3 * PATIENCE).len(), 4);
		// Whoever is gone keeps nobody waiting.
		let first = at(&mut board, 10)[0];
		board.lapse(ModuleId(first));
		let moved_up: Vec<_> = at(&mut board, 10)
			.into_iter()
			.filter(|module| *module != first)
			.collect();
		assert_eq!(moved_up.len(), 1);
	}

	#[test]
	fn what_was_tried_in_vain_waits() {
		let mut board = board(2);
		board.set(id(1), record(), vec![pin(1, 1)], 5, 10);
		assert_eq!(board.due(ModuleId(2), 10), [id(1)]);
		board.put_off(&id(1), 30);
		assert!(board.due(ModuleId(2), 29).is_empty());
		assert_eq!(board.due(ModuleId(2), 30), [id(1)]);
		// A new seed is tried at once.
		board.put_off(&id(1), 90);
		let mut reseeded = record();
		reseeded.seed = 1;
		let mut pin = pin(1, 1);
		pin.seed = 1;
		board.set(id(1), reseeded, vec![pin], 5, 31);
		assert_eq!(board.due(ModuleId(2), 31), [id(1)]);
	}

	#[test]
	fn live_pins_near_the_owner_come_first() {
		let mut board = board(3);
		board.set(
			id(1),
			record(),
			vec![pin(1, 3), pin(2, 1), pin(9, 1), pin(3, 2)],
			5,
			10,
		);
		let modules: Vec<_> = board.live(&id(1), 10).iter().map(|p| p.module.0).collect();
		assert_eq!(modules, [2, 3, 1]);
		assert!(board.live(&id(2), 10).is_empty());
		assert!(board.live(&id(1), 1500).is_empty(), "all have lapsed");
	}
}

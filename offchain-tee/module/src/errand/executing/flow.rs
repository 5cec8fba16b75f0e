//! How many errands a module has at a time. As many as its settings allow, if they go through quickly; where machine, chip, host
//! or verifiers have too much to do, no more than go through: errands that wait for each other miss their deadlines together.

use std::time::Duration;

/// Errands that a module has at any rate, if its settings allow.
const FLOOR: usize = 8;
/// Blocks from the end of a run to the settlement in which a proof goes through where nothing is in its way. Another errand finds
/// room then.
const QUICK: u32 = 3;
/// Blocks after which something was in its way. An errand less finds room then.
const SLOW: u32 = 6;

/// What the errands that came to their ends say about the next ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
	most: usize,
	room: usize,
}

impl Flow {
	/// A module that may have so many.
	pub(super) const fn new(most: usize) -> Self {
		Self { most, room: FLOOR }
	}

	/// A proof went through in this time, on a chain of such blocks.
	pub(super) fn ended(&mut self, took: Duration, block: Duration) {
		if took <= block.saturating_mul(QUICK) {
			self.room = self.room.saturating_add(1).min(self.most.max(FLOOR));
		} else if took > block.saturating_mul(SLOW) {
			self.room = self.room.saturating_sub(1).max(FLOOR);
		}
	}

	/// One was given up.
	pub(super) fn given_up(&mut self) {
		self.room = (self.room / 2).max(FLOOR);
	}

	/// How many the module may have now.
	pub(super) fn room(&self) -> usize {
		self.room.min(self.most)
	}
}

#[cfg(test)]
mod tests {
	use std::collections::VecDeque;

	use super::*;

	const BLOCK: Duration = Duration::from_secs(1);

	/// Errands that a module has after so many blocks of endless demand, when so many proofs go through in a block, and none
	/// before the second one.
	fn taken(most: usize, through: usize) -> usize {
		let mut flow = Flow::new(most);
		let mut waiting: VecDeque<u32> = VecDeque::new();
		for now in 0..500 {
			while waiting.len() < flow.room() {
				waiting.push_back(now);
			}
			for _ in 0..through {
				if waiting.front().is_some_and(|ran| ran + 2 <= now)
					&& let Some(ran) = waiting.pop_front()
				{
					flow.ended(BLOCK * (now - ran), BLOCK);
				}
			}
		}
		waiting.len()
	}

	#[test]
	fn as_many_as_allowed_where_they_go_through() {
		assert!(taken(64, 32) >= 64 - 32);
		let mut flow = Flow::new(64);
		for _ in 0..100 {
			flow.ended(BLOCK, BLOCK);
		}
		assert_eq!(flow.room(), 64);
		assert_eq!(Flow::new(3).room(), 3, "fewer than the floor");
		assert_eq!(Flow::new(0).room(), 0);
	}

	#[test]
	fn no_more_than_go_through_where_they_do_not() {
		for through in [1, 2, 3] {
			let most = FLOOR.max(through * SLOW as usize);
			assert!(taken(64, through) <= most, "{through}");
		}
	}

	#[test]
	fn who_gives_up_takes_half() {
		let mut flow = Flow::new(64);
		for _ in 0..32 {
			flow.ended(BLOCK, BLOCK);
		}
		assert_eq!(flow.room(), FLOOR + 32);
		flow.given_up();
		assert_eq!(flow.room(), (FLOOR + 32) / 2);
		for _ in 0..10 {
			flow.given_up();
		}
		assert_eq!(flow.room(), FLOOR);
		flow.ended(BLOCK * 100, BLOCK);
		assert_eq!(flow.room(), FLOOR);
	}
}

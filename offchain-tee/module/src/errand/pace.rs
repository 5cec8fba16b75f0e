//! How fast the chain goes, as deadlines that are counted in blocks need it.

use std::time::Duration;

/// Part of a block's time after which the last word about a deadline is said: what others had to say in the block has
/// mostly come by then, and what is said still gets into the next one.
const PART: u32 = 3;

/// How long before a deadline the last word about it is said. Where blocks come quickly, a call takes longer than one of them to
/// get into one.
const WORD: Duration = Duration::from_secs(4);
/// Blocks before a deadline in which the last word is said at the latest: what is said in the last of them still comes in time.
const LAST_CALL: u32 = 2;

/// The pace of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
	block_time: Duration,
}

impl Pace {
	/// A chain whose blocks come at this interval.
	pub const fn new(block_time: Duration) -> Self {
		Self { block_time }
	}

	/// How long so many blocks take.
	pub fn blocks(self, count: u32) -> Duration {
		self.block_time.saturating_mul(count)
	}

	/// Blocks before a deadline in which whoever is not done gives up. No more than a quarter of the time, unless that would be
	/// too late.
	pub fn last_call(self, time: u32) -> u32 {
		let blocks = WORD
			.as_millis()
			.div_ceil(self.block_time.as_millis().max(1));
		u32::try_from(blocks)
			.unwrap_or(u32::MAX)
			.min(time / 4)
			.max(LAST_CALL)
	}

	/// Age of the best block from which on the last word in it is said.
	pub fn late(self) -> Duration {
		self.block_time / PART
	}

	/// How often deadlines are looked at between blocks: often enough that what is late is seen in time.
	pub fn tick(self) -> Duration {
		// An interval cannot be zero.
		(self.late() / 2).max(Duration::from_millis(1))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn last_word_is_said_while_the_block_is_the_best_one() {
		for (block, late) in [(500, 166), (1_000, 333), (3_000, 1_000), (6_000, 2_000)] {
			let block = Duration::from_millis(block);
			let pace = Pace::new(block);
			assert_eq!(pace.late().as_millis(), late);
			// Seen at the latest a tick later: half of the block is left for the word to get to a block author.
			assert!(pace.late() + pace.tick() <= block / 2, "{block:?}");
		}
	}

	#[test]
	fn last_call_leaves_time_for_the_word() {
		let call = |ms, time| Pace::new(Duration::from_millis(ms)).last_call(time);
		assert_eq!(call(6_000, 500), 2);
		assert_eq!(call(3_000, 500), 2);
		assert_eq!(call(1_000, 500), 4);
		assert_eq!(call(1_000, 15), 3, "a quarter of a short time");
		assert_eq!(call(1_000, 2), 2);
		assert_eq!(call(0, 400), 100);
	}

	#[test]
	fn chain_without_a_pace_is_no_panic() {
		let pace = Pace::new(Duration::ZERO);
		assert!(pace.late().is_zero());
		assert!(!pace.tick().is_zero());
	}
}

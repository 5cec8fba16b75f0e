//! When a certificate is renewed: at a random moment between half and nine tenths of its life, so that the modules of a
//! network do not come all at once.

use rand::Rng;

/// A certificate as far as its renewal is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
	/// First block in which it is no longer valid.
	pub until: u32,
	/// Blocks from its issue to its end.
	pub life: u32,
}

impl Term {
	/// The first block in which the chain takes a renewal.
	pub fn opens(&self) -> u32 {
		self.until.saturating_sub(self.life / 2)
	}

	/// The last block at which a first try is planned: a tenth of the life stays for further ones.
	pub fn latest(&self) -> u32 {
		let tenth = (self.life / 10).max(1);
		self.until.saturating_sub(tenth).max(self.opens())
	}

	/// A random block from [`Term::opens`] to [`Term::latest`].
	pub fn draw(&self, rng: &mut impl Rng) -> u32 {
		// One block later than the chain would take it: evidence is made before its block.
		let first = self.opens().saturating_add(1).min(self.latest());
		rng.random_range(first..=self.latest())
	}

	/// The block of the next try after one that came to nothing, if there is any before the end.
	pub fn again(&self, now: u32, cool_down_until: Option<u32>, pause: u32) -> Option<u32> {
		let at = now
			.saturating_add(pause)
			.max(cool_down_until.unwrap_or_default());
		(at < self.until).then_some(at)
	}

	/// Blocks that are left.
	pub fn left(&self, now: u32) -> u32 {
		self.until.saturating_sub(now)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn certificate_of_600_blocks_is_renewed_between_half_and_nine_tenths() {
		let term = Term {
			until: 1600,
			life: 600,
		};
		assert_eq!((term.opens(), term.latest()), (1300, 1540));
		let mut rng = rand::rng();
		let drawn: Vec<u32> = (0..2000).map(|_| term.draw(&mut rng)).collect();
		assert!(drawn.iter().all(|at| (1301..=1540).contains(at)));
		assert!(drawn.iter().any(|at| *at < 1330) && drawn.iter().any(|at| *at > 1510));
	}

	#[test]
	fn failed_try_is_repeated_before_the_end_only() {
		let term = Term {
			until: 1600,
			life: 600,
		};
		assert_eq!(term.again(1540, None, 5), Some(1545));
		assert_eq!(term.again(1540, Some(1560), 5), Some(1560));
		assert_eq!(term.again(1540, Some(1600), 5), None);
		assert_eq!(term.again(1598, None, 5), None);
		assert_eq!(term.left(1598), 2);
		assert_eq!(term.left(1700), 0);
	}

	proptest! {
		#[test]
		fn drawn_block_is_accepted_by_the_chain(until in any::<u32>(), life in 0u32..10_000) {
			let term = Term { until, life };
			let at = term.draw(&mut rand::rng());
			prop_assert!(at >= term.opens());
			prop_assert!(at <= term.latest());
			prop_assert!(at <= until);
		}
	}
}

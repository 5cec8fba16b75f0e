//! How old the newest finalised head is: by what it says of itself. One that came just now may be old all the same.

use std::time::{Duration, Instant};

/// The newest finalised head.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head {
	/// When it was seen, and how old it was then.
	seen: Option<(Instant, Duration)>,
}

impl Head {
	/// A head of this age was seen.
	pub fn see(&mut self, now: Instant, age: Duration) {
		self.seen = Some((now, age));
	}

	/// How old the newest one is; nothing while there is none.
	pub fn age(&self, now: Instant) -> Option<Duration> {
		let (at, age) = self.seen?;
		Some(age.saturating_add(now.saturating_duration_since(at)))
	}

	/// Whether there is one that is no older than this.
	pub fn is_within(&self, now: Instant, most: Duration) -> bool {
		self.age(now).is_some_and(|age| age <= most)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const MINUTE: Duration = Duration::from_secs(60);

	#[test]
	fn old_head_that_came_just_now_is_old() {
		let now = Instant::now();
		let mut head = Head::default();
		assert!(!head.is_within(now, MINUTE), "there is none");
		head.see(now, 2 * MINUTE);
		assert!(!head.is_within(now, MINUTE));
		head.see(now, MINUTE / 4);
		assert!(head.is_within(now, MINUTE));
	}

	#[test]
	fn head_ages_until_the_next_one_is_seen() {
		let now = Instant::now();
		let mut head = Head::default();
		head.see(now, MINUTE / 2);
		assert!(head.is_within(now + MINUTE / 2, MINUTE));
		let late = now + 2 * MINUTE;
		assert_eq!(head.age(late), Some(2 * MINUTE + MINUTE / 2));
		assert!(!head.is_within(late, MINUTE));
		head.see(late, Duration::ZERO);
		assert!(head.is_within(late, MINUTE));
	}
}

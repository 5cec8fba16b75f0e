//! Pauses between attempts.

use std::time::Duration;

/// Pauses that double up to a limit, each shortened or lengthened by up to a quarter, so that programs that lost the same
/// node do not come back in step. It never ends.
#[derive(Clone, Debug)]
pub struct Backoff {
	next: Duration,
	limit: Duration,
}

impl Backoff {
	/// Pauses from `first` to `limit`.
	pub const fn new(first: Duration, limit: Duration) -> Self {
		Self { next: first, limit }
	}

	/// What a connection waits before it is made again: 0.25 s to 15 s.
	pub const fn of_connections() -> Self {
		Self::new(Duration::from_millis(250), Duration::from_secs(15))
	}
}

impl Iterator for Backoff {
	type Item = Duration;

	fn next(&mut self) -> Option<Duration> {
		let pause = self.next.mul_f64(rand::random_range(0.75..1.25));
		self.next = self.next.saturating_mul(2).min(self.limit);
		Some(pause)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn pauses_grow_to_the_limit_and_never_end() {
		let pauses: Vec<_> = Backoff::of_connections().take(100).collect();
		assert_eq!(pauses.len(), 100);
		assert!(pauses[0] < Duration::from_millis(320));
		let limit = Duration::from_secs(15);
		assert!(pauses.iter().all(|pause| *pause <= limit.mul_f64(1.25)));
		assert!(pauses[99] >= limit.mul_f64(0.75));
		// They are jittered: hardly two at the limit are the same.
		let different: std::collections::HashSet<_> = pauses[50..].iter().collect();
		assert!(different.len() > 10);
	}
}

//! Waiting with a deadline, and saying what was seen when it passes.

use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// How often a condition is looked at.
const POLL: Duration = Duration::from_millis(200);

/// A point in time that several waits share.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
	/// The point `after` from now.
	pub fn after(after: Duration) -> Self {
		Self(Instant::now() + after)
	}

	/// What is left until then; zero when it has passed.
	pub fn remaining(&self) -> Duration {
		self.0.saturating_duration_since(Instant::now())
	}
}

/// Look again and again until `look` answers `Ok(value)`; after `within`, fail with `what` and the last reason that
/// `look` gave.
pub async fn wait_until<T>(
	what: &str,
	within: Duration,
	mut look: impl AsyncFnMut() -> Result<T>,
) -> Result<T> {
	let deadline = Deadline::after(within);
	let mut last = None;
	loop {
		match tokio::time::timeout(deadline.remaining().max(POLL), look()).await {
			Ok(Ok(value)) => return Ok(value),
			Ok(Err(reason)) => last = Some(reason),
			Err(_) => {}
		}
		if deadline.remaining().is_zero() {
			match last {
				Some(last) => bail!("waited {within:?} in vain until {what}; at last: {last:#}"),
				None => bail!("waited {within:?} in vain until {what}; there was no answer at all"),
			}
		}
		tokio::time::sleep(POLL).await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use anyhow::{anyhow, ensure};

	#[tokio::test]
	async fn gives_the_value_once_the_condition_holds() {
		let mut seen = 0;
		let value = wait_until("three looks", Duration::from_secs(5), async || {
			seen += 1;
			ensure!(seen == 3, "only {seen}");
			Ok(seen)
		})
		.await
		.unwrap();
		assert_eq!(value, 3);
	}

	#[tokio::test]
	async fn says_what_was_seen_last() {
		let error = wait_until("the sky falls", Duration::from_millis(300), async || {
			Err::<(), _>(anyhow!("it is still up"))
		})
		.await
		.unwrap_err()
		.to_string();
		assert!(
			error.contains("the sky falls") && error.contains("it is still up"),
			"{error}"
		);
	}
}

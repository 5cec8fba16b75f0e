//! A line in which calls wait for their turn.

use futures::{
	FutureExt,
	future::{BoxFuture, Either},
};
use std::sync::Arc;
use tokio::{
	sync::{Mutex, OwnedMutexGuard},
	task::unconstrained,
};

/// A line. Clones are the same line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line(Arc<Mutex<()>>);

/// Whoever has it is first in line; dropping it calls the next one.
#[derive(Debug)]
pub(crate) struct Turn {
	_guard: OwnedMutexGuard<()>,
}

/// A place in line. Dropping it leaves the line.
pub(crate) struct Place(Either<Turn, BoxFuture<'static, Turn>>);

impl Line {
	/// Joins the end of the line, at once: whoever joins later comes later, whichever of both asks for its turn first.
	pub(crate) fn join(&self) -> Place {
		let lock = Arc::clone(&self.0).lock_owned();
		let mut turn = lock.map(|guard| Turn { _guard: guard }).boxed();
		// The lock is fair, and queues a future when that is polled for the first time. How a task that has used up its budget
		// fares there is up to tokio.
		match unconstrained(turn.as_mut()).now_or_never() {
			Some(turn) => Place(Either::Left(turn)),
			None => Place(Either::Right(turn)),
		}
	}
}

impl Place {
	/// Waits for the turn.
	pub(crate) async fn turn(self) -> Turn {
		match self.0 {
			Either::Left(turn) => turn,
			Either::Right(turn) => turn.await,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::poll;
	use std::pin::pin;

	#[tokio::test]
	async fn turns_come_in_the_order_of_joining_whoever_asks_first() {
		let line = Line::default();
		let [first, second, third] = [line.join(), line.join(), line.join()];
		let mut third = pin!(third.turn());
		assert!(poll!(&mut third).is_pending());
		let mut second = pin!(second.turn());
		assert!(poll!(&mut second).is_pending());
		let first = first.turn().await;
		assert!(poll!(&mut second).is_pending());
		drop(first);
		assert!(poll!(&mut third).is_pending(), "it is the second one's");
		drop(second.await);
		third.await;
	}

	#[tokio::test]
	async fn place_that_is_given_up_holds_nobody_up() {
		let line = Line::default();
		let [first, second, third] = [line.join(), line.join(), line.join()];
		drop(second);
		drop(first);
		third.turn().await;
		line.join().turn().await;
	}

	#[tokio::test]
	async fn tired_task_joins_all_the_same() {
		let line = Line::default();
		let first = line.join();
		while tokio::task::consume_budget().now_or_never().is_some() {}
		let second = line.join();
		tokio::task::yield_now().await;
		let third = line.join();
		drop(first);
		let mut third = pin!(third.turn());
		assert!(poll!(&mut third).is_pending(), "it is the second one's");
		drop(second);
		third.await;
	}
}

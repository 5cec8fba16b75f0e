//! Operations that wait for the TPM: the most urgent kind first, within a kind the earliest deadline.

use std::{
	cmp::Ordering,
	collections::BinaryHeap,
	sync::{Condvar, Mutex, MutexGuard, PoisonError},
	time::Instant,
};

/// How urgent an operation is, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Priority {
	/// A sender or a challenger waits for a secret.
	Activate,
	/// A committee waits for a live quote.
	LiveQuote,
	/// An errand waits for its quote.
	PotQuote,
	/// Everything that has hours: renewal, start, measurement, questions.
	Renewal,
}

/// Why an operation is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rejected {
	Full,
	Closed,
}

struct Waiting<T> {
	priority: Priority,
	deadline: Instant,
	number: u64,
	item: T,
}

impl<T> Waiting<T> {
	fn key(&self) -> (Priority, Instant, u64) {
		(self.priority, self.deadline, self.number)
	}
}

impl<T> PartialEq for Waiting<T> {
	fn eq(&self, other: &Self) -> bool {
		self.key() == other.key()
	}
}

impl<T> Eq for Waiting<T> {}

impl<T> PartialOrd for Waiting<T> {
	fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
		Some(self.cmp(other))
	}
}

impl<T> Ord for Waiting<T> {
	// The heap gives the greatest first.
	fn cmp(&self, other: &Self) -> Ordering {
		other.key().cmp(&self.key())
	}
}

struct State<T> {
	heap: BinaryHeap<Waiting<T>>,
	number: u64,
	is_closed: bool,
}

/// A bounded queue of operations, ordered by priority and deadline.
pub(crate) struct JobQueue<T> {
	state: Mutex<State<T>>,
	changed: Condvar,
	capacity: usize,
}

impl<T> JobQueue<T> {
	pub(crate) fn new(capacity: usize) -> Self {
		let state = State {
			heap: BinaryHeap::new(),
			number: 0,
			is_closed: false,
		};
		Self {
			state: Mutex::new(state),
			changed: Condvar::new(),
			capacity,
		}
	}

	fn lock(&self) -> MutexGuard<'_, State<T>> {
		// Nothing under this lock can panic half way.
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Adds an operation. One more urgent than the least urgent waiting one is taken even when the queue is
	/// full, because a flood of renewals must not keep out an activation; the queue stays below twice its size.
	pub(crate) fn push(
		&self,
		priority: Priority,
		deadline: Instant,
		item: T,
	) -> Result<(), Rejected> {
		let mut state = self.lock();
		if state.is_closed {
			return Err(Rejected::Closed);
		}
		let limit = match priority {
			Priority::Activate | Priority::LiveQuote => 2 * self.capacity,
			_ => self.capacity,
		};
		if state.heap.len() >= limit {
			return Err(Rejected::Full);
		}
		let number = state.number;
		state.number += 1;
		state.heap.push(Waiting {
			priority,
			deadline,
			number,
			item,
		});
		self.changed.notify_one();
		Ok(())
	}

	/// The next operation with its deadline; waits for one. Nothing once the queue is closed and empty.
	pub(crate) fn pop(&self) -> Option<(Instant, T)> {
		let mut state = self.lock();
		loop {
			if let Some(next) = state.heap.pop() {
				return Some((next.deadline, next.item));
			}
			if state.is_closed {
				return None;
			}
			state = self
				.changed
				.wait(state)
				.unwrap_or_else(PoisonError::into_inner);
		}
	}

	/// Takes nothing more. What waits is still served.
	pub(crate) fn close(&self) {
		self.lock().is_closed = true;
		self.changed.notify_all();
	}

	/// Takes nothing more and gives back what waits.
	pub(crate) fn close_and_drain(&self) -> Vec<T> {
		let mut state = self.lock();
		state.is_closed = true;
		let waiting = std::mem::take(&mut state.heap);
		self.changed.notify_all();
		waiting.into_iter().map(|waiting| waiting.item).collect()
	}

	pub(crate) fn len(&self) -> usize {
		self.lock().heap.len()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{sync::Arc, thread, time::Duration};

	fn all<T>(queue: &JobQueue<T>) -> Vec<T> {
		queue.close();
		std::iter::from_fn(|| queue.pop())
			.map(|(_, item)| item)
			.collect()
	}

	#[test]
	fn urgent_kinds_come_first() {
		let (queue, at) = (JobQueue::new(8), Instant::now());
		for priority in [
			Priority::Renewal,
			Priority::PotQuote,
			Priority::Activate,
			Priority::LiveQuote,
		] {
			queue.push(priority, at, priority).unwrap();
		}
		assert_eq!(
			all(&queue),
			[
				Priority::Activate,
				Priority::LiveQuote,
				Priority::PotQuote,
				Priority::Renewal
			]
		);
	}

	#[test]
	fn earliest_deadline_comes_first_within_a_kind() {
		let (queue, now) = (JobQueue::new(8), Instant::now());
		for seconds in [3, 1, 2] {
			queue
				.push(
					Priority::PotQuote,
					now + Duration::from_secs(seconds),
					seconds,
				)
				.unwrap();
		}
		queue
			.push(Priority::Activate, now + Duration::from_secs(9), 9)
			.unwrap();
		assert_eq!(all(&queue), [9, 1, 2, 3]);
	}

	#[test]
	fn equals_keep_their_order() {
		let (queue, at) = (JobQueue::new(8), Instant::now());
		for number in 0..5 {
			queue.push(Priority::Renewal, at, number).unwrap();
		}
		assert_eq!(all(&queue), [0, 1, 2, 3, 4]);
	}

	#[test]
	fn full_queue_refuses_but_keeps_room_for_the_urgent() {
		let (queue, at) = (JobQueue::new(2), Instant::now());
		for _ in 0..2 {
			queue.push(Priority::Renewal, at, ()).unwrap();
		}
		assert_eq!(queue.push(Priority::Renewal, at, ()), Err(Rejected::Full));
		assert_eq!(queue.push(Priority::PotQuote, at, ()), Err(Rejected::Full));
		for _ in 0..2 {
			queue.push(Priority::LiveQuote, at, ()).unwrap();
		}
		assert_eq!(queue.push(Priority::Activate, at, ()), Err(Rejected::Full));
		assert_eq!(queue.len(), 4);
	}

	#[test]
	fn closed_queue_serves_what_waits_and_takes_nothing() {
		let (queue, at) = (JobQueue::new(2), Instant::now());
		queue.push(Priority::Renewal, at, 1).unwrap();
		queue.close();
		assert_eq!(queue.push(Priority::Activate, at, 2), Err(Rejected::Closed));
		assert_eq!(queue.pop().map(|(_, item)| item), Some(1));
		assert!(queue.pop().is_none());
	}

	#[test]
	fn drained_queue_gives_everything_back() {
		let (queue, at) = (JobQueue::new(4), Instant::now());
		queue.push(Priority::Renewal, at, 1).unwrap();
		queue.push(Priority::Activate, at, 2).unwrap();
		let mut drained = queue.close_and_drain();
		drained.sort();
		assert_eq!(drained, [1, 2]);
		assert!(queue.pop().is_none());
	}

	#[test]
	fn waiting_thread_wakes_up() {
		let queue = Arc::new(JobQueue::new(4));
		let waiting = thread::spawn({
			let queue = queue.clone();
			move || (queue.pop().map(|(_, item)| item), queue.pop().is_none())
		});
		thread::sleep(Duration::from_millis(20));
		queue.push(Priority::Renewal, Instant::now(), 7).unwrap();
		thread::sleep(Duration::from_millis(20));
		queue.close();
		assert_eq!(waiting.join().unwrap(), (Some(7), true));
	}
}

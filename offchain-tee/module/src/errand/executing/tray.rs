//! Claims, or proofs, that go out together. One call of a kind is on its way at a time: what comes meanwhile shares the next
//! one, which goes out when that one stands in a block. A light client's pool keeps each extrinsic until it is final, so few
//! that carry much come further than many.

use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};

use tea_chain::Withdrawal;
use tea_primitives::errand::ErrandId;
use tea_tpm::pot::MAX_BATCH;

/// One claim or proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item<P> {
	/// The errand.
	pub(super) errand: ErrandId,
	/// Its attempt.
	pub(super) attempt: u8,
	/// Those with a low rank go first.
	pub(super) rank: u64,
	/// What the call says about it.
	pub(super) payload: P,
}

/// A call on its way, and what it carries.
struct Flight<P> {
	items: Vec<Item<P>>,
	withdrawal: Withdrawal,
}

/// Claims or proofs of one module.
pub(super) struct Tray<P> {
	waiting: Vec<Item<P>>,
	/// Of calls that the chain refused as a whole. Each goes out alone, so that the false one among them is found.
	alone: Vec<Item<P>>,
	flights: BTreeMap<u64, Flight<P>>,
	/// The call that the others wait for.
	ahead: Option<u64>,
	/// Since when the oldest one waits.
	since: Option<Instant>,
	calls: u64,
}

impl<P> Default for Tray<P> {
	fn default() -> Self {
		Self {
			waiting: Vec::new(),
			alone: Vec::new(),
			flights: BTreeMap::new(),
			ahead: None,
			since: None,
			calls: 0,
		}
	}
}

impl<P: Clone> Tray<P> {
	/// Puts one in, in place of what is said of the same errand.
	pub(super) fn put(&mut self, item: Item<P>) {
		self.forget(item.errand);
		self.since.get_or_insert_with(Instant::now);
		self.waiting.push(item);
	}

	/// Takes one out that has become pointless.
	pub(super) fn forget(&mut self, errand: ErrandId) {
		self.waiting.retain(|item| item.errand != errand);
		self.alone.retain(|item| item.errand != errand);
	}

	/// Whether an errand waits, or is on its way into a block.
	pub(super) fn holds(&self, errand: ErrandId) -> bool {
		let ahead = self.ahead.and_then(|call| self.flights.get(&call));
		let flying = ahead.into_iter().flat_map(|flight| &flight.items);
		self.waiting
			.iter()
			.chain(&self.alone)
			.chain(flying)
			.any(|item| item.errand == errand)
	}

	/// What goes out now, if anything. Those that others are about to join are held back, but not for longer than `linger`.
	pub(super) fn next(&mut self, linger: Duration) -> Option<Vec<Item<P>>> {
		if self.ahead.is_some() {
			return None;
		}
		if let Some(item) = self.alone.pop() {
			return Some(vec![item]);
		}
		if self.waiting.is_empty() {
			self.since = None;
			return None;
		}
		let is_young = self.since.is_some_and(|since| since.elapsed() < linger);
		if is_young && self.waiting.len() < MAX_BATCH {
			return None;
		}
		self.since = None;
		self.waiting.sort_by_key(|item| (item.rank, item.errand));
		let many = self.waiting.len().min(MAX_BATCH);
		let next = self.waiting.drain(..many).collect();
		if !self.waiting.is_empty() {
			self.since = Some(Instant::now());
		}
		Some(next)
	}

	/// What goes out next, whatever is on its way.
	pub(super) fn hurry(&mut self) -> Option<Vec<Item<P>>> {
		self.ahead = None;
		self.next(Duration::ZERO)
	}

	/// Number of the next call.
	pub(super) const fn number(&self) -> u64 {
		self.calls
	}

	/// They went out, with that number.
	pub(super) fn sent(&mut self, items: Vec<Item<P>>, withdrawal: Withdrawal) {
		self.flights
			.insert(self.calls, Flight { items, withdrawal });
		self.ahead = Some(self.calls);
		self.calls = self.calls.saturating_add(1);
	}

	/// The call stands in a block.
	pub(super) fn stands(&mut self, call: u64) {
		if self.ahead == Some(call) {
			self.ahead = None;
		}
	}

	/// The call is at its end, whichever. Gives what it carried.
	pub(super) fn ended(&mut self, call: u64) -> Vec<Item<P>> {
		self.stands(call);
		self.flights
			.remove(&call)
			.map(|flight| flight.items)
			.unwrap_or_default()
	}

	/// Sends each of these that is still wanted again, in a call of its own.
	pub(super) fn single_out(
		&mut self,
		items: Vec<Item<P>>,
		is_wanted: impl Fn(&ErrandId) -> bool,
	) {
		for item in items {
			if !is_wanted(&item.errand) {
				continue;
			}
			self.forget(item.errand);
			self.alone.push(item);
		}
	}

	/// Takes the call back that the others wait for, when nothing in it is wanted any more.
	pub(super) fn withdraw_unless(&self, is_wanted: impl Fn(&ErrandId) -> bool) {
		let Some(flight) = self.ahead.and_then(|call| self.flights.get(&call)) else {
			return;
		};
		if !flight.items.iter().any(|item| is_wanted(&item.errand)) {
			flight.withdrawal.withdraw();
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn item(errand: u64, rank: u64) -> Item<()> {
		Item {
			errand: ErrandId(errand),
			attempt: 0,
			rank,
			payload: (),
		}
	}

	fn errands(items: &[Item<()>]) -> Vec<u64> {
		items.iter().map(|item| item.errand.0).collect()
	}

	/// Sends what is due. Gives the number of the call and what it carries.
	fn send(tray: &mut Tray<()>) -> Option<(u64, Vec<u64>)> {
		let items = tray.next(Duration::ZERO)?;
		let (number, carried) = (tray.number(), errands(&items));
		tray.sent(items, Withdrawal::default());
		Some((number, carried))
	}

	#[test]
	fn what_comes_together_goes_out_together_in_the_order_of_its_rank() {
		let mut tray = Tray::default();
		assert_eq!(send(&mut tray), None);
		for (errand, rank) in [(1, 9), (2, 5), (3, 7)] {
			tray.put(item(errand, rank));
		}
		assert_eq!(send(&mut tray), Some((0, vec![2, 3, 1])));
		tray.put(item(4, 0));
		assert_eq!(send(&mut tray), None, "the first call is not in a block");
		tray.stands(0);
		assert_eq!(send(&mut tray), Some((1, vec![4])));
		// Word of the first call does not open the way for a third.
		tray.put(item(5, 0));
		assert_eq!(errands(&tray.ended(0)), [2, 3, 1]);
		tray.stands(0);
		assert_eq!(send(&mut tray), None);
		assert_eq!(errands(&tray.ended(1)), [4]);
		assert_eq!(send(&mut tray), Some((2, vec![5])));
	}

	#[test]
	fn in_the_end_nothing_waits() {
		let mut tray = Tray::default();
		for errand in 0..40 {
			tray.put(item(errand, errand));
		}
		assert!(send(&mut tray).is_some());
		tray.put(item(40, 40));
		assert_eq!(send(&mut tray), None);
		let items = tray.hurry().expect("those that were left");
		assert_eq!(items.len(), 9);
		tray.sent(items, Withdrawal::default());
		assert_eq!(tray.hurry(), None);
	}

	#[test]
	fn no_call_carries_more_than_the_chain_takes() {
		let mut tray = Tray::default();
		for errand in 0..40 {
			tray.put(item(errand, errand));
		}
		assert_eq!(send(&mut tray).map(|(_, carried)| carried.len()), Some(32));
		tray.stands(0);
		assert_eq!(send(&mut tray).map(|(_, carried)| carried.len()), Some(8));
	}

	#[test]
	fn those_that_others_are_about_to_join_are_held_back() {
		let mut tray = Tray::default();
		tray.put(item(0, 0));
		assert_eq!(tray.next(Duration::MAX), None);
		assert_eq!(tray.next(Duration::ZERO).map(|items| items.len()), Some(1));
		// A call that is full waits for nobody.
		for errand in 0..33 {
			tray.put(item(errand, errand));
		}
		assert_eq!(tray.next(Duration::MAX).map(|items| items.len()), Some(32));
		assert_eq!(tray.next(Duration::MAX), None);
	}

	#[test]
	fn the_last_word_about_an_errand_counts() {
		let mut tray = Tray::default();
		tray.put(item(1, 3));
		tray.put(item(1, 8));
		tray.put(item(2, 5));
		tray.forget(ErrandId(2));
		let items = tray.next(Duration::ZERO).expect("one");
		assert_eq!(items, [item(1, 8)]);
	}

	#[test]
	fn errands_are_held_until_their_call_stands_in_a_block() {
		let mut tray = Tray::default();
		tray.put(item(1, 1));
		assert!(tray.holds(ErrandId(1)) && !tray.holds(ErrandId(2)));
		assert!(send(&mut tray).is_some());
		assert!(tray.holds(ErrandId(1)));
		tray.stands(0);
		assert!(!tray.holds(ErrandId(1)));
	}

	#[test]
	fn those_of_a_refused_call_go_out_alone() {
		let mut tray = Tray::default();
		for errand in [1, 2, 4] {
			tray.put(item(errand, errand));
		}
		assert_eq!(send(&mut tray), Some((0, vec![1, 2, 4])));
		let items = tray.ended(0);
		tray.put(item(3, 3));
		tray.single_out(items, |errand| *errand != ErrandId(4));
		tray.forget(ErrandId(1));
		assert_eq!(send(&mut tray), Some((1, vec![2])));
		tray.stands(1);
		assert_eq!(send(&mut tray), Some((2, vec![3])));
	}

	#[test]
	fn call_of_which_nothing_is_wanted_is_taken_back() {
		let mut tray = Tray::default();
		tray.put(item(1, 1));
		tray.put(item(2, 2));
		let items = tray.next(Duration::ZERO).expect("two");
		let withdrawal = Withdrawal::default();
		tray.sent(items, withdrawal.clone());
		tray.withdraw_unless(|errand| *errand == ErrandId(2));
		assert!(!withdrawal.is_withdrawn());
		tray.withdraw_unless(|_| false);
		assert!(withdrawal.is_withdrawn());
	}
}

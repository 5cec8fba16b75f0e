//! The testee's side of a round: gathers the members' nonces, has the TPM quote over them, shows the evidence, collects
//! the passes. A pure machine: it is told what came in and which block it is, and says what to do.

use std::collections::BTreeMap;

use tea_primitives::ids::Round;
use tea_tpm::Hash;

use crate::showing::{Pass, Showing};

/// Blocks for which nonces are gathered when not all members have written.
const GATHERING: u32 = 4;
/// Quotes of one round.
const MAX_QUOTES: u8 = 3;
/// Blocks after which passes that did not arrive on chain are handed in again.
const RESUBMIT: u32 = 4;

/// Passes that a committee of this size needs: two thirds, rounded up.
pub const fn quorum(members: usize) -> usize {
	(2 * members).div_ceil(3)
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
	/// Nothing before something comes in or another block.
	Wait,
	/// Have the TPM quote over these nonces, in this order.
	Quote(Vec<(u8, Hash)>),
	/// Show the evidence to these members.
	Show(Vec<u8>),
	/// Hand in these passes.
	Submit {
		/// SHA-256 of the live quote.
		live_quote: Hash,
		/// Position and signature of members.
		passes: Vec<Pass>,
	},
	/// The window is over.
	Over,
}

/// One round in which this module is examined.
#[derive(Clone, Debug)]
pub struct Examination {
	round: Round,
	members: usize,
	drawn: u32,
	deadline: u32,
	nonces: BTreeMap<u8, Hash>,
	live: Option<Showing>,
	quotes: u8,
	submitted: Option<u32>,
}

impl Examination {
	/// A round whose committee of so many members was drawn in this block.
	pub fn new(round: Round, members: usize, drawn: u32, deadline: u32) -> Self {
		Self {
			round,
			members,
			drawn,
			deadline,
			nonces: BTreeMap::new(),
			live: None,
			quotes: 0,
			submitted: None,
		}
	}

	/// Its number.
	pub fn round(&self) -> Round {
		self.round
	}

	/// First block in which it is too late.
	pub fn deadline(&self) -> u32 {
		self.deadline
	}

	/// SHA-256 of the present live quote.
	pub fn live_quote(&self) -> Option<Hash> {
		self.live.as_ref().map(Showing::quote)
	}

	/// A member wrote its nonce. The first one counts: a member that started again has a new one only when none was quoted.
	pub fn nonce(&mut self, member: u8, nonce: Hash) {
		let is_quoted = self.live.as_ref().is_some_and(|live| live.is_for(member));
		if usize::from(member) < self.members && !is_quoted {
			self.nonces.insert(member, nonce);
		} else if let Some(live) = &mut self.live
			&& !live.is_passed_by(member)
		{
			live.not_seen(member);
			if self.nonces.get(&member) != Some(&nonce) && usize::from(member) < self.members {
				// It started again and forgot the old one: only a new quote satisfies it.
				self.nonces.insert(member, nonce);
				live.refused(member);
			}
		}
	}

	/// The TPM made the quote over the nonces of these members.
	pub fn quoted(&mut self, now: u32, hash: Hash, members: impl IntoIterator<Item = u8>) {
		self.quotes = self.quotes.saturating_add(1);
		self.live = Some(Showing::new(hash, now, members));
	}

	/// The evidence went out to a member.
	pub fn shown(&mut self, now: u32, member: u8) {
		if let Some(live) = &mut self.live {
			live.shown(now, member);
		}
	}

	/// A member passed this live quote; its signature was verified.
	pub fn passed(&mut self, member: u8, live_quote: &Hash, signature: [u8; 64]) {
		if let Some(live) = &mut self.live {
			live.passed(member, live_quote, signature);
		}
	}

	/// A member says nothing about this live quote.
	pub fn abstained(&mut self, member: u8, live_quote: &Hash) {
		if let Some(live) = &mut self.live {
			live.declined(member, live_quote);
		}
	}

	/// The passes went out.
	pub fn submitted(&mut self, now: u32) {
		self.submitted = Some(now);
	}

	/// What to do in this block.
	pub fn next(&mut self, now: u32) -> Step {
		if now >= self.deadline {
			return Step::Over;
		}
		let quorum = quorum(self.members);
		let Some(live) = &mut self.live else {
			let gathered =
				now >= self.drawn.saturating_add(GATHERING) && self.nonces.len() >= quorum;
			if gathered || self.nonces.len() == self.members {
				return self.quote();
			}
			return Step::Wait;
		};
		let waits = self
			.submitted
			.is_some_and(|at| now < at.saturating_add(RESUBMIT));
		if let Some(passes) = live.complete(now, quorum)
			&& !waits
		{
			return Step::Submit {
				live_quote: live.quote(),
				passes,
			};
		}
		let (is_spent, due) = (live.is_spent(now, quorum), live.due(now));
		if is_spent && self.quotes < MAX_QUOTES && self.nonces.len() >= quorum {
			return self.quote();
		}
		if due.is_empty() {
			Step::Wait
		} else {
			Step::Show(due)
		}
	}

	fn quote(&self) -> Step {
		Step::Quote(
			self.nonces
				.iter()
				.map(|(member, nonce)| (*member, *nonce))
				.collect(),
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const QUOTE: Hash = [9; 32];

	fn examination() -> Examination {
		Examination::new(3, 4, 100, 120)
	}

	fn with_nonces(members: &[u8]) -> Examination {
		let mut it = examination();
		for member in members {
			it.nonce(*member, [*member; 32]);
		}
		it
	}

	fn quoted(members: &[u8]) -> Examination {
		let mut it = with_nonces(members);
		it.quoted(102, QUOTE, members.iter().copied());
		for member in members {
			it.shown(102, *member);
		}
		it
	}

	#[test]
	fn quorum_is_two_thirds() {
		assert_eq!([1, 2, 3, 4, 5, 6, 7].map(quorum), [1, 2, 2, 3, 4, 4, 5]);
	}

	#[test]
	fn all_nonces_are_quoted_at_once() {
		let Step::Quote(nonces) = with_nonces(&[3, 0, 2, 1]).next(101) else {
			panic!("all are there");
		};
		let members: Vec<u8> = nonces.iter().map(|(member, _)| *member).collect();
		assert_eq!(members, [0, 1, 2, 3], "in the order of the members");
	}

	#[test]
	fn three_nonces_are_waited_on_for_four_blocks() {
		let mut it = with_nonces(&[0, 1, 3]);
		assert_eq!(it.next(103), Step::Wait);
		assert!(matches!(it.next(104), Step::Quote(nonces) if nonces.len() == 3));
	}

	#[test]
	fn two_nonces_are_no_quorum() {
		let mut it = with_nonces(&[0, 1]);
		assert_eq!(it.next(119), Step::Wait);
		assert_eq!(it.next(120), Step::Over);
	}

	#[test]
	fn evidence_is_shown_again_until_it_is_answered() {
		let mut it = quoted(&[0, 1, 2, 3]);
		assert_eq!(it.next(103), Step::Wait);
		it.passed(1, &QUOTE, [1; 64]);
		it.abstained(2, &QUOTE);
		assert_eq!(it.next(104), Step::Show(vec![0, 3]));
		// Who asks again did not get it.
		it.shown(104, 0);
		it.shown(104, 3);
		it.nonce(3, [3; 32]);
		assert_eq!(it.next(105), Step::Show(vec![3]));
	}

	#[test]
	fn quorum_waits_one_block_for_the_others() {
		let mut it = quoted(&[0, 1, 2, 3]);
		for member in 0..3 {
			it.passed(member, &QUOTE, [member; 64]);
		}
		assert_eq!(it.next(103), Step::Wait);
		let Step::Submit { live_quote, passes } = it.next(104) else {
			panic!("a quorum passed");
		};
		assert_eq!((live_quote, passes.len()), (QUOTE, 3));
		it.submitted(104);
		assert!(!matches!(it.next(105), Step::Submit { .. }));
		// They never arrived.
		assert!(matches!(it.next(108), Step::Submit { .. }));
	}

	#[test]
	fn member_that_abstained_is_not_waited_for() {
		let mut it = quoted(&[0, 1, 2, 3]);
		for member in 0..3 {
			it.passed(member, &QUOTE, [member; 64]);
		}
		it.abstained(3, &QUOTE);
		assert!(matches!(it.next(103), Step::Submit { passes, .. } if passes.len() == 3));
	}

	#[test]
	fn all_passes_are_handed_in_at_once() {
		let mut it = quoted(&[0, 1, 2, 3]);
		for member in 0..4 {
			it.passed(member, &QUOTE, [member; 64]);
		}
		assert!(matches!(it.next(103), Step::Submit { passes, .. } if passes.len() == 4));
	}

	#[test]
	fn pass_of_another_quote_or_member_does_not_count() {
		let mut it = quoted(&[0, 1, 2]);
		it.passed(0, &[8; 32], [0; 64]);
		it.passed(3, &QUOTE, [0; 64]);
		it.passed(7, &QUOTE, [0; 64]);
		it.passed(1, &QUOTE, [0; 64]);
		it.passed(1, &QUOTE, [0; 64]);
		assert_eq!(it.live.as_ref().unwrap().count(), 1);
	}

	#[test]
	fn hopeless_quote_is_made_anew_with_late_nonces() {
		let mut it = quoted(&[0, 1, 2]);
		it.nonce(3, [3; 32]);
		it.abstained(0, &QUOTE);
		assert!(matches!(it.next(103), Step::Quote(nonces) if nonces.len() == 4));
	}

	#[test]
	fn member_that_started_again_gets_a_new_quote() {
		let mut it = quoted(&[0, 1, 2]);
		it.nonce(2, [77; 32]);
		let Step::Quote(nonces) = it.next(103) else {
			panic!("the old quote is worthless");
		};
		assert!(nonces.contains(&(2, [77; 32])));
	}

	#[test]
	fn quotes_of_a_round_are_bounded() {
		let mut it = with_nonces(&[0, 1, 2, 3]);
		let mut quotes = 0;
		for now in 101..120 {
			if let Step::Quote(nonces) = it.next(now) {
				quotes += 1;
				it.quoted(now, [quotes; 32], nonces.iter().map(|(member, _)| *member));
			}
		}
		assert_eq!(quotes, MAX_QUOTES);
	}

	#[test]
	fn nobody_outside_the_committee_is_heard() {
		let mut it = with_nonces(&[0, 1, 4, 200]);
		assert_eq!(it.next(110), Step::Wait);
	}

	proptest! {
		/// Whatever comes in, in whatever order: passes that are handed in are a quorum of distinct members of one quote.
		#[test]
		fn handed_in_passes_are_a_quorum(events in proptest::collection::vec((0u8..5, 0u8..8, 0u32..2), 0..60)) {
			let mut it = examination();
			let mut now = 100;
			let mut serial = 0u8;
			for (kind, member, pause) in events {
				now += pause;
				match kind {
					0 => it.nonce(member, [member; 32]),
					1 => it.passed(member, &[serial; 32], [member; 64]),
					2 => it.abstained(member, &[serial; 32]),
					_ => (),
				}
				match it.next(now) {
					Step::Quote(nonces) => {
						prop_assert!(nonces.len() >= quorum(4));
						serial += 1;
						it.quoted(now, [serial; 32], nonces.iter().map(|(member, _)| *member));
					}
					Step::Show(members) => members.into_iter().for_each(|member| it.shown(now, member)),
					Step::Submit { live_quote, passes } => {
						prop_assert_eq!(live_quote, [serial; 32]);
						prop_assert!(passes.len() >= quorum(4));
						prop_assert!(passes.is_sorted_by(|(a, _), (b, _)| a < b));
						prop_assert!(passes.iter().all(|(member, _)| *member < 4));
						it.submitted(now);
					}
					Step::Over => prop_assert!(now >= 120),
					Step::Wait => (),
				}
			}
		}
	}
}

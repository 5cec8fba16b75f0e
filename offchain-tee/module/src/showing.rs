//! A quote that is shown to the members of a committee, and what each of them said about it.

use std::collections::{BTreeMap, BTreeSet};

use tea_tpm::Hash;

/// Blocks after which evidence that nobody answered is shown again.
const PATIENCE: u32 = 2;
/// Blocks for which passes beyond the quorum are waited for: who passed is to have the good of it.
const COURTESY: u32 = 1;
/// Blocks after which a quote that found no quorum is made anew.
pub(crate) const STALE: u32 = 5;

/// Position of a member, and its signature under its pass.
pub type Pass = (u8, [u8; 64]);

/// One quote on its way through a committee.
#[derive(Clone, Debug)]
pub struct Showing {
	quote: Hash,
	made: u32,
	members: BTreeSet<u8>,
	shown: BTreeMap<u8, u32>,
	passes: BTreeMap<u8, [u8; 64]>,
	declined: BTreeSet<u8>,
	complete_since: Option<u32>,
}

impl Showing {
	/// A quote over the nonces of these members.
	pub fn new(quote: Hash, made: u32, members: impl IntoIterator<Item = u8>) -> Self {
		Self {
			quote,
			made,
			members: members.into_iter().collect(),
			shown: BTreeMap::new(),
			passes: BTreeMap::new(),
			declined: BTreeSet::new(),
			complete_since: None,
		}
	}

	/// SHA-256 of the quote.
	pub const fn quote(&self) -> Hash {
		self.quote
	}

	/// Whether the nonce of this member is in it.
	pub fn is_for(&self, member: u8) -> bool {
		self.members.contains(&member)
	}

	/// Whether this member has passed it.
	pub fn is_passed_by(&self, member: u8) -> bool {
		self.passes.contains_key(&member)
	}

	/// How many have passed it.
	pub fn count(&self) -> usize {
		self.passes.len()
	}

	/// The evidence went out to a member.
	pub fn shown(&mut self, now: u32, member: u8) {
		self.shown.insert(member, now);
	}

	/// A member asks again, so it did not get the evidence.
	pub fn not_seen(&mut self, member: u8) {
		self.shown.remove(&member);
	}

	/// A member passed the quote with this hash; its signature was verified.
	pub fn passed(&mut self, member: u8, quote: &Hash, signature: [u8; 64]) {
		if self.quote == *quote && self.is_for(member) {
			self.passes.insert(member, signature);
		}
	}

	/// A member says nothing about the quote with this hash.
	pub fn declined(&mut self, member: u8, quote: &Hash) {
		if self.quote == *quote {
			self.refused(member);
		}
	}

	/// A member will not pass it any more.
	pub fn refused(&mut self, member: u8) {
		self.declined.insert(member);
	}

	/// A member takes its pass back.
	pub fn withdrawn(&mut self, member: u8) {
		self.passes.remove(&member);
		self.refused(member);
	}

	/// The passes, when there is a quorum of them and all have answered or had another block for it.
	pub fn complete(&mut self, now: u32, quorum: usize) -> Option<Vec<Pass>> {
		if self.count() < quorum {
			return None;
		}
		let since = *self.complete_since.get_or_insert(now);
		let all = self.members.iter().all(|member| self.has_answered(*member));
		(all || now >= since.saturating_add(COURTESY)).then(|| {
			self.passes
				.iter()
				.map(|(member, signature)| (*member, *signature))
				.collect()
		})
	}

	/// Whether another quote is needed for a quorum: too many said no, or nobody says more.
	pub fn is_spent(&self, now: u32, quorum: usize) -> bool {
		let left = self.members.len().saturating_sub(self.declined.len());
		self.count() < quorum && (left < quorum || self.is_old(now))
	}

	/// Whether all had their time.
	pub const fn is_old(&self, now: u32) -> bool {
		now >= self.made.saturating_add(STALE)
	}

	/// To whom the evidence is to be shown, for the first time or again.
	pub fn due(&self, now: u32) -> Vec<u8> {
		self.members
			.iter()
			.copied()
			.filter(|member| !self.has_answered(*member))
			.filter(|member| {
				self.shown
					.get(member)
					.is_none_or(|at| now >= at.saturating_add(PATIENCE))
			})
			.collect()
	}

	fn has_answered(&self, member: u8) -> bool {
		self.is_passed_by(member) || self.declined.contains(&member)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const QUOTE: Hash = [7; 32];

	fn passed_by(members: &[u8]) -> Showing {
		let mut showing = Showing::new(QUOTE, 100, 0..4);
		for member in members {
			showing.passed(*member, &QUOTE, [*member; 64]);
		}
		showing
	}

	#[test]
	fn quorum_gives_the_others_a_block() {
		let mut showing = passed_by(&[0, 1]);
		assert_eq!(showing.complete(100, 3), None);
		showing.passed(2, &QUOTE, [2; 64]);
		assert_eq!(showing.complete(101, 3), None);
		let passes = vec![(0, [0; 64]), (1, [1; 64]), (2, [2; 64])];
		assert_eq!(showing.complete(102, 3), Some(passes));
	}

	#[test]
	fn nobody_is_waited_for_when_all_have_answered() {
		let mut showing = passed_by(&[0, 1, 2]);
		showing.declined(3, &[8; 32]);
		assert_eq!(showing.complete(100, 3), None, "it was about another quote");
		showing.declined(3, &QUOTE);
		assert!(showing.complete(100, 3).is_some());
		assert!(showing.due(110).is_empty());
	}

	#[test]
	fn quote_is_spent_when_a_quorum_is_out_of_reach_or_silent() {
		let mut showing = passed_by(&[0, 1]);
		assert!(!showing.is_spent(104, 3));
		assert!(showing.is_spent(105, 3), "the others had their time");
		showing.withdrawn(0);
		assert_eq!(showing.count(), 1);
		assert!(!showing.is_spent(104, 3));
		showing.refused(2);
		assert!(showing.is_spent(100, 3));
	}

	#[test]
	fn evidence_goes_again_to_who_is_silent_or_has_not_seen_it() {
		let mut showing = passed_by(&[0]);
		assert_eq!(showing.due(100), [1, 2, 3]);
		for member in 1..4 {
			showing.shown(100, member);
		}
		showing.not_seen(2);
		assert_eq!(showing.due(101), [2]);
		assert_eq!(showing.due(102), [1, 2, 3]);
	}
}

//! The executor's side of one attempt, from the run to the chain: gathers nonces, waits for its quote, shows the evidence,
//! collects passes, hands in. A pure machine: it is told what came in and which block it is, and says what to do.

use std::collections::BTreeMap;

use tea_primitives::errand::FaultReason;
use tea_tpm::Hash;

use crate::showing::{Pass, Showing};

/// Blocks after the assignment for which nonces are waited for when not all verifiers have written.
const GATHERING: u32 = 1;
/// Quotes of one attempt.
const MAX_QUOTES: u8 = 4;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
	/// Nothing before something comes in or another block.
	Wait,
	/// Put the proof in line for a quote over these nonces.
	Quote(Vec<(u8, Hash)>),
	/// Show the evidence to these verifiers.
	Show(Vec<u8>),
	/// Hand in the proof with these passes.
	HandIn(Vec<Pass>),
	/// Tell the chain that it comes to nothing.
	GiveUp(FaultReason),
	/// It is too late for everything.
	Over,
}

/// Whether something that was told to somebody else is still under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
	No,
	/// It is.
	UnderWay,
	/// Until this block it is not said again.
	Refused(u32),
}

impl Told {
	const fn may_be_said(self, now: u32) -> bool {
		match self {
			Self::No => true,
			Self::UnderWay => false,
			Self::Refused(until) => now >= until,
		}
	}
}

/// One attempt that this module runs.
#[derive(Clone, Debug)]
pub struct Proof {
	members: usize,
	/// Block of the assignment or of the second committee.
	drawn: u32,
	/// First block in which verifiers may be called silent.
	patient_until: u32,
	deadline: u32,
	/// Blocks before it in which an executor that is not done gives up: silence costs more.
	last_call: u32,
	has_run: bool,
	nonces: BTreeMap<u8, Hash>,
	is_queued: bool,
	live: Option<Showing>,
	quotes: u8,
	hand_in: Told,
	give_up: Told,
	/// The run came to nothing.
	fault: Option<FaultReason>,
}

impl Proof {
	/// An attempt whose committee of so many members was drawn in this block. `patience`: blocks that verifiers have.
	/// `last_call`: blocks before the deadline in which it is given up.
	pub fn new(
		members: usize,
		drawn: u32,
		patience: u32,
		(deadline, last_call): (u32, u32),
	) -> Self {
		Self {
			members,
			drawn,
			patient_until: drawn.saturating_add(patience),
			deadline,
			last_call,
			has_run: false,
			nonces: BTreeMap::new(),
			is_queued: false,
			live: None,
			quotes: 0,
			hand_in: Told::No,
			give_up: Told::No,
			fault: None,
		}
	}

	/// The keys came: deadlines moved.
	pub fn postponed(&mut self, deadline: u32) {
		self.deadline = deadline;
	}

	/// The run has ended, and there is something to prove.
	pub fn ran(&mut self) {
		self.has_run = true;
	}

	/// The run came to nothing, and there is nothing to prove.
	pub fn fault(&mut self, reason: FaultReason) {
		self.fault = Some(reason);
	}

	/// A second committee takes over.
	pub fn redrawn(&mut self, members: usize, now: u32, patience: u32) {
		*self = Self {
			has_run: self.has_run,
			fault: self.fault,
			..Self::new(members, now, patience, (self.deadline, self.last_call))
		};
	}

	/// Passes that the proof needs.
	pub const fn quorum(&self) -> usize {
		(2 * self.members).div_ceil(3)
	}

	/// A verifier wrote its nonce.
	pub fn nonce(&mut self, member: u8, nonce: Hash) {
		if usize::from(member) >= self.members {
			return;
		}
		let before = self.nonces.insert(member, nonce);
		if let Some(live) = &mut self.live
			&& live.is_for(member)
			&& !live.is_passed_by(member)
		{
			live.not_seen(member);
			// With another nonce it cannot pass it.
			if before != Some(nonce) {
				live.refused(member);
			}
		}
	}

	/// Position and nonce of those who have written.
	pub fn nonces(&self) -> impl Iterator<Item = (u8, Hash)> {
		self.nonces.iter().map(|(member, nonce)| (*member, *nonce))
	}

	/// The TPM made the quote over the nonces of these verifiers.
	pub fn quoted(&mut self, now: u32, quote: Hash, members: impl IntoIterator<Item = u8>) {
		self.is_queued = false;
		self.quotes = self.quotes.saturating_add(1);
		self.live = Some(Showing::new(quote, now, members));
	}

	/// There is no quote this time.
	pub fn not_quoted(&mut self) {
		self.is_queued = false;
		self.quotes = self.quotes.saturating_add(1);
	}

	/// The quote that verifiers answer about.
	pub fn quote(&self) -> Option<Hash> {
		self.live.as_ref().map(Showing::quote)
	}

	/// The evidence went out to a verifier.
	pub fn shown(&mut self, now: u32, member: u8) {
		if let Some(live) = &mut self.live {
			live.shown(now, member);
		}
	}

	/// A verifier passed this quote; its signature was verified.
	pub fn passed(&mut self, member: u8, quote: &Hash, signature: [u8; 64]) {
		if let Some(live) = &mut self.live {
			live.passed(member, quote, signature);
		}
	}

	/// A verifier says nothing about this quote, or has voted against it.
	pub fn declined(&mut self, member: u8, quote: &Hash) {
		if let Some(live) = &mut self.live {
			live.declined(member, quote);
		}
	}

	/// A verifier voted against this attempt; its pass would be refused.
	pub fn refuted(&mut self, member: u8) {
		self.nonces.remove(&member);
		if let Some(live) = &mut self.live {
			live.withdrawn(member);
		}
	}

	/// The chain did not take the proof. `anew`: the quote is of no use any more.
	pub fn not_taken(&mut self, now: u32, anew: bool) {
		self.hand_in = Told::Refused(now.saturating_add(1));
		if anew {
			self.live = None;
		}
	}

	/// The chain did not take the notice that it comes to nothing.
	pub fn not_given_up(&mut self, now: u32) {
		self.give_up = Told::Refused(now.saturating_add(1));
	}

	/// What to do in this block. `late`: the block is old enough for the last word in it.
	pub fn next(&mut self, now: u32, late: bool) -> Step {
		if now >= self.deadline {
			return Step::Over;
		}
		if self.give_up == Told::UnderWay {
			return Step::Wait;
		}
		if let Some(reason) = self.fault {
			if !self.give_up.may_be_said(now) {
				return Step::Wait;
			}
			self.give_up = Told::UnderWay;
			return Step::GiveUp(reason);
		}
		let step = self.step(now);
		match step {
			Step::Wait | Step::Show(_) if self.is_hopeless(now, late) => self.give(now, step),
			step => step,
		}
	}

	/// Whether there is no time left, or no quorum in sight. What was handed in is waited for to the end.
	fn is_hopeless(&self, now: u32, late: bool) -> bool {
		if self.hand_in == Told::UnderWay {
			return false;
		}
		let is_last = late && now.saturating_add(self.last_call) >= self.deadline;
		is_last || (self.quotes >= MAX_QUOTES && !self.is_queued && self.live.is_none())
	}

	fn give(&mut self, now: u32, otherwise: Step) -> Step {
		let reason = match (self.has_run, &self.live) {
			(false, _) => FaultReason::WallClock,
			(true, None) if self.nonces.len() >= self.quorum() => FaultReason::Tpm,
			(true, _) => FaultReason::VerifiersSilent,
		};
		let is_early = reason == FaultReason::VerifiersSilent && now < self.patient_until;
		if is_early || !self.give_up.may_be_said(now) {
			return otherwise;
		}
		self.give_up = Told::UnderWay;
		Step::GiveUp(reason)
	}

	fn step(&mut self, now: u32) -> Step {
		let quorum = self.quorum();
		if !self.has_run || self.members == 0 {
			return Step::Wait;
		}
		let Some(live) = &mut self.live else {
			let waited = now >= self.drawn.saturating_add(GATHERING);
			let gathered =
				self.nonces.len() == self.members || (waited && self.nonces.len() >= quorum);
			if gathered && !self.is_queued && self.quotes < MAX_QUOTES {
				return self.enqueue();
			}
			return self.silence(now);
		};
		if let Some(passes) = live.complete(now, quorum)
			&& self.hand_in.may_be_said(now)
		{
			self.hand_in = Told::UnderWay;
			return Step::HandIn(passes);
		}
		let (is_spent, due) = (live.is_spent(now, quorum), live.due(now));
		if is_spent && !self.is_queued && self.quotes < MAX_QUOTES && self.nonces.len() >= quorum {
			return self.enqueue();
		}
		if due.is_empty() {
			self.silence(now)
		} else {
			Step::Show(due)
		}
	}

	fn enqueue(&mut self) -> Step {
		self.is_queued = true;
		Step::Quote(self.nonces().collect())
	}

	/// Too few verifiers have answered, and they had their time.
	fn silence(&mut self, now: u32) -> Step {
		let quorum = self.quorum();
		let answered = match &self.live {
			// A declined quote is made anew while there are quotes left.
			Some(live) => live.count() >= quorum || self.quotes < MAX_QUOTES,
			None => self.nonces.len() >= quorum,
		};
		let had_time = match &self.live {
			Some(live) => live.is_old(now),
			None => true,
		};
		if !answered
			&& had_time
			&& !self.is_queued
			&& now >= self.patient_until
			&& self.give_up.may_be_said(now)
		{
			self.give_up = Told::UnderWay;
			return Step::GiveUp(FaultReason::VerifiersSilent);
		}
		Step::Wait
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::showing::STALE;

	const QUOTE: Hash = [7; 32];

	fn proof() -> Proof {
		Proof::new(4, 100, 4, (200, 2))
	}

	fn with_nonces(members: &[u8]) -> Proof {
		let mut proof = proof();
		proof.ran();
		for member in members {
			proof.nonce(*member, [*member; 32]);
		}
		proof
	}

	fn quoted(members: &[u8]) -> Proof {
		let mut proof = with_nonces(members);
		let now = if members.len() == 4 { 100 } else { 101 };
		assert!(matches!(proof.next(now, false), Step::Quote(_)));
		proof.quoted(now, QUOTE, members.iter().copied());
		proof
	}

	#[test]
	fn honest_attempt_goes_straight_through() {
		let mut proof = proof();
		assert_eq!(proof.next(100, false), Step::Wait, "the guest runs");
		proof.ran();
		assert_eq!(proof.next(100, false), Step::Wait, "no nonces yet");
		for member in 0..4 {
			proof.nonce(member, [member; 32]);
		}
		let nonces: Vec<_> = (0..4).map(|member| (member, [member; 32])).collect();
		assert_eq!(proof.next(100, false), Step::Quote(nonces));
		assert_eq!(proof.next(100, false), Step::Wait, "it is in line");
		proof.quoted(100, QUOTE, 0..4);
		assert_eq!(proof.next(100, false), Step::Show(vec![0, 1, 2, 3]));
		for member in 0..4 {
			proof.shown(100, member);
		}
		assert_eq!(proof.next(100, false), Step::Wait);
		for member in 0..4 {
			proof.passed(member, &QUOTE, [member; 64]);
		}
		let passes: Vec<_> = (0..4).map(|member| (member, [member; 64])).collect();
		assert_eq!(proof.next(100, false), Step::HandIn(passes));
		assert_eq!(proof.next(101, false), Step::Wait, "it is on its way");
	}

	#[test]
	fn three_of_four_are_enough_after_a_block() {
		let mut proof = with_nonces(&[0, 1, 3]);
		assert_eq!(proof.next(100, false), Step::Wait);
		assert!(matches!(proof.next(101, false), Step::Quote(nonces) if nonces.len() == 3));
		proof.quoted(101, QUOTE, [0, 1, 3]);
		for member in [0, 1] {
			proof.passed(member, &QUOTE, [1; 64]);
		}
		assert_eq!(proof.next(101, false), Step::Show(vec![3]));
		proof.shown(101, 3);
		assert_eq!(proof.next(102, false), Step::Wait);
		proof.passed(3, &QUOTE, [1; 64]);
		assert!(matches!(proof.next(102, false), Step::HandIn(passes) if passes.len() == 3));
	}

	#[test]
	fn late_verifier_is_waited_for_a_block_so_that_it_is_paid() {
		let mut proof = quoted(&[0, 1, 2, 3]);
		for member in 0..4 {
			proof.shown(100, member);
		}
		for member in 0..3 {
			proof.passed(member, &QUOTE, [1; 64]);
		}
		assert_eq!(proof.next(100, false), Step::Wait);
		assert!(matches!(proof.next(101, false), Step::HandIn(_)));
		// Who declined is not waited for.
		let mut proof = quoted(&[0, 1, 2, 3]);
		for member in 0..3 {
			proof.passed(member, &QUOTE, [1; 64]);
		}
		proof.declined(3, &QUOTE);
		assert!(matches!(proof.next(100, false), Step::HandIn(passes) if passes.len() == 3));
	}

	#[test]
	fn strangers_and_other_quotes_count_for_nothing() {
		let mut proof = proof();
		proof.ran();
		proof.nonce(4, [4; 32]);
		assert_eq!(proof.nonces().count(), 0);
		let mut proof = quoted(&[0, 1, 2]);
		for member in 0..4 {
			proof.passed(member, &[8; 32], [1; 64]);
		}
		proof.passed(3, &QUOTE, [1; 64]);
		proof.declined(0, &[8; 32]);
		assert_eq!(proof.next(101, false), Step::Show(vec![0, 1, 2]));
	}

	#[test]
	fn evidence_is_shown_again_to_who_says_nothing_or_asks() {
		let mut proof = quoted(&[0, 1, 2, 3]);
		for member in 0..4 {
			proof.shown(100, member);
		}
		assert_eq!(proof.next(101, false), Step::Wait);
		proof.nonce(2, [2; 32]);
		assert_eq!(proof.next(101, false), Step::Show(vec![2]));
		proof.shown(101, 2);
		assert_eq!(proof.next(102, false), Step::Show(vec![0, 1, 3]));
	}

	#[test]
	fn verifiers_that_started_again_need_another_quote() {
		let mut proof = quoted(&[0, 1, 2, 3]);
		proof.nonce(2, [22; 32]);
		assert_eq!(proof.next(100, false), Step::Show(vec![0, 1, 3]));
		proof.nonce(3, [33; 32]);
		let Step::Quote(nonces) = proof.next(100, false) else {
			panic!("a quorum is out of reach");
		};
		assert!(nonces.contains(&(2, [22; 32])) && nonces.contains(&(3, [33; 32])));
	}

	#[test]
	fn vote_against_takes_the_verifier_out() {
		let mut proof = quoted(&[0, 1, 2, 3]);
		for member in 0..4 {
			proof.passed(member, &QUOTE, [1; 64]);
		}
		proof.refuted(0);
		assert!(matches!(proof.next(100, false), Step::HandIn(passes) if passes.len() == 3));
	}

	#[test]
	fn proof_that_was_not_taken_is_handed_in_again_or_quoted_anew() {
		let mut proof = quoted(&[0, 1, 2, 3]);
		for member in 0..4 {
			proof.passed(member, &QUOTE, [1; 64]);
		}
		assert!(matches!(proof.next(100, false), Step::HandIn(_)));
		proof.not_taken(100, false);
		assert_eq!(proof.next(100, false), Step::Wait);
		assert!(matches!(proof.next(101, false), Step::HandIn(_)));
		proof.not_taken(101, true);
		assert!(matches!(proof.next(102, false), Step::Quote(_)));
	}

	#[test]
	fn silent_verifiers_are_called_silent_when_they_had_their_time() {
		let mut proof = with_nonces(&[0, 1]);
		for now in 100..104 {
			assert_eq!(proof.next(now, false), Step::Wait, "{now}");
		}
		assert_eq!(
			proof.next(104, false),
			Step::GiveUp(FaultReason::VerifiersSilent)
		);
		assert_eq!(proof.next(105, false), Step::Wait, "the chain is told once");
		proof.not_given_up(105);
		assert_eq!(
			proof.next(106, false),
			Step::GiveUp(FaultReason::VerifiersSilent)
		);
		proof.redrawn(4, 109, 4);
		assert_eq!(proof.next(109, false), Step::Wait);
		for member in 0..4 {
			proof.nonce(member, [member; 32]);
		}
		assert!(
			matches!(proof.next(109, false), Step::Quote(_)),
			"the run is not repeated"
		);
	}

	#[test]
	fn verifiers_that_answer_no_quote_are_called_silent_in_the_end() {
		let mut proof = with_nonces(&[0, 1, 2, 3]);
		let mut now = 100;
		for _ in 0..MAX_QUOTES {
			assert!(matches!(proof.next(now, false), Step::Quote(_)), "{now}");
			proof.quoted(now, QUOTE, 0..4);
			for _ in 0..STALE {
				if let Step::Show(members) = proof.next(now, false) {
					for member in members {
						proof.shown(now, member);
					}
				}
				now += 1;
			}
		}
		for member in 0..4 {
			proof.shown(now, member);
		}
		assert_eq!(
			proof.next(now, false),
			Step::GiveUp(FaultReason::VerifiersSilent)
		);
	}

	#[test]
	fn tpm_that_gives_no_quote_is_named() {
		let mut proof = with_nonces(&[0, 1, 2, 3]);
		for _ in 0..MAX_QUOTES {
			assert!(matches!(proof.next(100, false), Step::Quote(_)));
			proof.not_quoted();
		}
		assert_eq!(proof.next(100, false), Step::GiveUp(FaultReason::Tpm));
	}

	#[test]
	fn what_is_not_done_before_the_deadline_is_given_up_in_time() {
		let mut proof = proof();
		assert_eq!(proof.next(197, true), Step::Wait);
		assert_eq!(proof.next(198, false), Step::Wait, "the block is young");
		assert_eq!(proof.next(198, true), Step::GiveUp(FaultReason::WallClock));
		assert_eq!(proof.next(200, true), Step::Over);
		// What was handed in is waited for.
		let mut proof = quoted(&[0, 1, 2, 3]);
		for member in 0..4 {
			proof.passed(member, &QUOTE, [1; 64]);
		}
		assert!(matches!(proof.next(198, false), Step::HandIn(_)));
		assert_eq!(proof.next(199, true), Step::Wait);
		assert_eq!(proof.next(200, true), Step::Over);
	}

	#[test]
	fn fault_is_told_until_the_chain_knows() {
		let mut proof = proof();
		proof.fault(FaultReason::ContentUnavailable);
		let told = Step::GiveUp(FaultReason::ContentUnavailable);
		assert_eq!(proof.next(100, false), told);
		assert_eq!(proof.next(101, false), Step::Wait);
		proof.not_given_up(101);
		assert_eq!(proof.next(101, false), Step::Wait);
		assert_eq!(proof.next(102, false), told);
	}

	#[test]
	fn keys_postpone_the_deadline() {
		let mut proof = proof();
		proof.postponed(300);
		assert_eq!(proof.next(250, true), Step::Wait);
	}
}

//! What verifiers write to the executor. A letter is believed when the key that the chain names for its sender signed it.

use tea_link::Unverified;
use tea_primitives::errand::{ERRAND_PASS_DOMAIN, ErrandPass};

use super::{EARLY, Executing};
use crate::errand::protocol::{About, Body};

impl Executing {
	/// A letter of somebody who says to be a verifier. Verifiers may see their draw a moment earlier.
	pub(super) fn read(&mut self, letter: Unverified) {
		let Some(about) = About::from_subject(letter.subject().as_bytes()) else {
			return self.world.metrics.drop_letter("format");
		};
		let is_known = self
			.works
			.get(&about.errand)
			.is_some_and(|work| work.attempt() == about.attempt);
		if is_known {
			self.take(about, letter);
		} else {
			if self.early.len() >= EARLY {
				self.early.pop_front();
				self.world.metrics.drop_letter("unexpected");
			}
			self.early.push_back(letter);
		}
	}

	/// Letters that came too early, after another block was seen. What is about nothing still is dropped.
	pub(super) fn read_early(&mut self) {
		for letter in std::mem::take(&mut self.early) {
			let about = About::from_subject(letter.subject().as_bytes());
			match about {
				Some(about) if self.works.contains_key(&about.errand) => self.take(about, letter),
				_ => self.world.metrics.drop_letter("unexpected"),
			}
		}
	}

	fn take(&mut self, about: About, letter: Unverified) {
		let dropped = |label: &str| self.world.metrics.drop_letter(label);
		let Some(work) = self
			.works
			.get_mut(&about.errand)
			.filter(|work| work.attempt() == about.attempt)
		else {
			return dropped("unexpected");
		};
		let from = letter.from();
		let sender = work
			.verifiers
			.iter()
			.position(|verifier| verifier.address.is_some_and(|address| address.is_of(&from)));
		let Some((sender, address)) =
			sender.and_then(|at| Some((at, work.verifiers.get(at)?.address?)))
		else {
			return dropped("peer_not_active");
		};
		let letter = match letter.verify(&address.party, &address.key, &mut self.replays) {
			Ok(letter) => letter,
			Err(error) => {
				tracing::debug!(errand = %about.errand, %error, "a letter was dropped");
				return dropped(error.label());
			}
		};
		let body = match Body::from_bytes(&letter.body) {
			Ok(body) => body,
			Err(_) => return dropped("format"),
		};
		match body {
			Body::Nonce {
				member,
				nonce,
				known_log,
			} if usize::from(member) == sender => {
				if let Some(verifier) = work.verifiers.get_mut(sender) {
					verifier.known_log = known_log;
				}
				work.proof.nonce(member, nonce);
			}
			Body::Passed {
				member,
				pot,
				quote,
				signature,
			} if usize::from(member) == sender => {
				let order = work.order();
				let pass = ErrandPass {
					domain: ERRAND_PASS_DOMAIN,
					genesis: self.world.boot.genesis,
					errand: about.errand,
					attempt: about.attempt,
					executor: order.assignment.executor,
					boot_seq: order.assignment.boot_seq,
					member,
					pot,
					quote,
				};
				// A pass that the chain would refuse would spoil the others.
				if work.pot() == Some(pot)
					&& tea_link::verify(&signature, &pass.payload(), &address.key)
				{
					work.proof.passed(member, &quote, signature);
				} else {
					dropped("bad_signature");
				}
			}
			Body::Abstained {
				member,
				quote,
				reason,
			} if usize::from(member) == sender => {
				tracing::info!(errand = %about.errand, member, %reason, "a verifier says nothing");
				work.proof.declined(member, &quote);
			}
			_ => dropped("unexpected"),
		}
	}
}

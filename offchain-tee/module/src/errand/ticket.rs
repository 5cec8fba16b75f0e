//! The module's own tickets: drawn in private when the beacon is known, shown when the chain lets them in.

use tea_chain::types::DrawPlan;
use tea_primitives::{
	camellia::DrawWeight,
	draw::BeaconValue,
	errand::{ErrandId, TicketProof},
	ticket,
};

use crate::keys::SigningKey;

/// A ticket for one draw.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
	/// What is shown to claim.
	pub proof: TicketProof,
	random: u64,
	plan: DrawPlan,
}

impl Ticket {
	/// The ticket of this key for an attempt.
	pub fn draw(
		key: &SigningKey,
		genesis: &[u8; 32],
		(errand, attempt): (ErrandId, u8),
		plan: DrawPlan,
		beacon: &BeaconValue,
	) -> Self {
		let input = ticket::input(genesis, &ticket::subject(errand, attempt), beacon);
		let proof = key.prove_ticket(&input);
		Self {
			random: ticket::random_of(&key.public(), &input, &proof.pre_output),
			proof,
			plan,
		}
	}

	/// Its place among the tickets of this module: the lowest number is the best.
	pub const fn rank(&self) -> u64 {
		self.random
	}

	/// Whether it is a ticket of this draw.
	pub fn is_of(&self, plan: &DrawPlan) -> bool {
		self.plan.fixed_in == plan.fixed_in
	}

	/// Whether a block of this height lets it in, when the module weighs so much.
	pub fn is_let_in(&self, weight: DrawWeight, block: u32) -> bool {
		let Some(open) = block.checked_sub(self.plan.claims_open()) else {
			return false;
		};
		ticket::value(self.random, weight) <= ticket::threshold(self.plan.total_weight, open)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn plan(fixed_in: u32, total_weight: u64) -> DrawPlan {
		DrawPlan {
			fixed_in,
			total_weight,
		}
	}

	#[test]
	fn nobody_is_let_in_before_claims_open_and_everybody_at_last() {
		let key = SigningKey::generate().unwrap();
		// A million modules: hardly anybody is let in at first.
		let plan = plan(10, 1_000_000 * u64::from(DrawWeight::ONE.0));
		let ticket = Ticket::draw(&key, &[1; 32], (ErrandId(1), 0), plan, &[2; 32]);
		assert!(ticket.is_of(&plan));
		let first = (0..200).find(|block| ticket.is_let_in(DrawWeight::ONE, *block));
		assert!(first.unwrap() >= plan.claims_open(), "{first:?}");
		assert!((first.unwrap()..300).all(|block| ticket.is_let_in(DrawWeight::ONE, block)));
	}

	#[test]
	fn lonely_module_is_let_in_at_once() {
		let key = SigningKey::generate().unwrap();
		let ticket = Ticket::draw(&key, &[1; 32], (ErrandId(1), 0), plan(10, 0), &[2; 32]);
		assert!(!ticket.is_let_in(DrawWeight::ONE, 11));
		assert!(ticket.is_let_in(DrawWeight::MIN, 12));
	}

	#[test]
	fn another_draw_needs_another_ticket() {
		let key = SigningKey::generate().unwrap();
		let draw = |errand, attempt, beacon: u8| {
			Ticket::draw(
				&key,
				&[1; 32],
				(ErrandId(errand), attempt),
				plan(10, 0),
				&[beacon; 32],
			)
		};
		let one = draw(1, 0, 2);
		assert_eq!(one.random, draw(1, 0, 2).random);
		for other in [draw(2, 0, 2), draw(1, 1, 2), draw(1, 0, 3)] {
			assert_ne!(one.random, other.random);
		}
		assert!(!one.is_of(&plan(11, 0)));
	}
}

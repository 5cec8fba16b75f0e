//! What this module takes, by the will of whoever runs it.

use tea_chain::{AccountId, types::Terms};
use tea_primitives::deployment::{Content, Kind, Price};

use super::denial::Denial;

/// The policy of a module. Nothing in it binds anybody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
	/// Whether it pins code.
	pub code: bool,
	/// Whether it pins data.
	pub data: bool,
	/// Pins at a time, at most.
	pub most_pins: u32,
	/// Bytes of one content, at most.
	pub most_size: u64,
	/// Bytes of all contents, at most.
	pub most_total: u64,
	/// Owners that are always taken.
	pub owners: Vec<AccountId>,
	/// What an owner who is not in the list has to ask for a use, at least; nothing admits only the list.
	pub least_price: Option<u128>,
	/// Memory for a guest, in pages of 64 KiB.
	pub memory_pages: u32,
	/// Fuel of one run.
	pub fuel: u64,
}

/// What a use or an hour costs.
pub const fn price(terms: &Terms) -> u128 {
	match terms.price {
		Price::PerUse(amount) | Price::Hourly(amount) => amount,
	}
}

impl Policy {
	/// Whether it takes anything at all.
	pub const fn is_open(&self) -> bool {
		self.most_pins > 0 && (self.code || self.data)
	}

	/// Whether it takes a content of this owner under these terms.
	pub fn takes(
		&self,
		kind: Kind,
		owner: &AccountId,
		terms: &Terms,
		content: &Content,
	) -> Result<(), Denial> {
		let is_taken = match kind {
			Kind::Code => self.code,
			Kind::Data => self.data,
		};
		if !is_taken {
			return Err(Denial::KindNotTaken);
		}
		if content.size > self.most_size {
			return Err(Denial::TooLarge);
		}
		let is_paid = self.least_price.is_some_and(|least| price(terms) >= least);
		if is_paid || self.owners.contains(owner) {
			Ok(())
		} else {
			Err(Denial::OwnerNotTaken)
		}
	}

	/// Whether there is room for one more beside so many pins of so many bytes.
	pub fn has_room(&self, pins: usize, bytes: u64, more: u64) -> Result<(), Denial> {
		let is_free = u32::try_from(pins).is_ok_and(|pins| pins < self.most_pins)
			&& bytes
				.checked_add(more)
				.is_some_and(|total| total <= self.most_total);
		if is_free { Ok(()) } else { Err(Denial::NoRoom) }
	}
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use crate::pins::protocol::tests::sample::registration;

	pub(crate) fn policy() -> Policy {
		Policy {
			code: true,
			data: true,
			most_pins: 2,
			most_size: 1000,
			most_total: 1500,
			owners: vec![AccountId([1; 32])],
			least_price: Some(5),
			memory_pages: 100,
			fuel: 1000,
		}
	}

	#[test]
	fn owner_or_price_is_enough() {
		let registration = registration();
		let (stranger, friend) = (AccountId([9; 32]), AccountId([1; 32]));
		let ask = |policy: &Policy, owner| {
			policy.takes(
				registration.kind,
				owner,
				&registration.terms,
				&registration.content,
			)
		};
		assert_eq!(ask(&policy(), &stranger), Ok(()));
		let dear = Policy {
			least_price: Some(6),
			..policy()
		};
		let listed = Policy {
			least_price: None,
			..policy()
		};
		for policy in [dear, listed] {
			assert_eq!(ask(&policy, &stranger), Err(Denial::OwnerNotTaken));
			assert_eq!(ask(&policy, &friend), Ok(()));
		}
	}

	#[test]
	fn kind_and_size_are_limits_for_friends_too() {
		let registration = registration();
		let friend = AccountId([1; 32]);
		let ask = |policy: &Policy, kind, size| {
			let content = Content {
				size,
				..registration.content
			};
			policy.takes(kind, &friend, &registration.terms, &content)
		};
		for (kind, policy) in [
			(
				Kind::Code,
				Policy {
					code: false,
					..policy()
				},
			),
			(
				Kind::Data,
				Policy {
					data: false,
					..policy()
				},
			),
		] {
			assert_eq!(ask(&policy, kind, 1), Err(Denial::KindNotTaken));
			assert!(policy.is_open());
		}
		assert_eq!(ask(&policy(), Kind::Data, 1000), Ok(()));
		assert_eq!(ask(&policy(), Kind::Data, 1001), Err(Denial::TooLarge));
	}

	#[test]
	fn room_is_counted_in_pins_and_bytes() {
		let policy = policy();
		assert_eq!(policy.has_room(1, 500, 1000), Ok(()));
		assert_eq!(policy.has_room(1, 501, 1000), Err(Denial::NoRoom));
		assert_eq!(policy.has_room(2, 0, 1), Err(Denial::NoRoom));
		assert_eq!(policy.has_room(0, u64::MAX, 1), Err(Denial::NoRoom));
		let none = Policy {
			most_pins: 0,
			..policy
		};
		assert!(!none.is_open());
	}
}

//! Choosing without replacement: a stream of hashes, and a Fisher-Yates shuffle of which only the swapped places exist.

use alloc::collections::BTreeMap;
use codec::Encode;
use sp_io::hashing::blake2_256;
use tea_primitives::draw::{BeaconValue, Purpose};

/// Tag in front of everything that is hashed for committees.
pub const COMMITTEE_DOMAIN: [u8; 16] = *b"tea/committee/v1";

/// How often a number is drawn anew to be free of bias. Each time is less likely than 2⁻³², so the limit is never met.
const ATTEMPTS: u32 = 8;

/// Numbers that nobody could know before the beacon.
pub(crate) struct Stream {
	seed: [u8; 32],
	counter: u32,
}

impl Stream {
	/// seed = H(domain ‖ genesis ‖ purpose ‖ subject ‖ beacon); the subject carries its length.
	pub(crate) fn new(
		genesis: &[u8; 32],
		purpose: Purpose,
		subject: &[u8],
		beacon: &BeaconValue,
	) -> Self {
		let seed = (COMMITTEE_DOMAIN, genesis, purpose, subject, beacon).using_encoded(blake2_256);
		Self { seed, counter: 0 }
	}

	/// First eight bytes of H(seed ‖ counter), little end first.
	fn next_number(&mut self) -> u64 {
		let [a, b, c, d, e, f, g, h, ..] = (self.seed, self.counter).using_encoded(blake2_256);
		self.counter = self.counter.saturating_add(1);
		u64::from_le_bytes([a, b, c, d, e, f, g, h])
	}

	/// A number below `bound`, each equally likely: numbers of the incomplete last turn are drawn anew.
	pub(crate) fn below(&mut self, bound: u32) -> u32 {
		let bound = u64::from(bound.max(1));
		// 2⁶⁴ mod bound.
		let incomplete = u64::MAX
			.checked_rem(bound)
			.unwrap_or_default()
			.saturating_add(1)
			.checked_rem(bound)
			.unwrap_or_default();
		let last = u64::MAX.saturating_sub(incomplete);
		let mut number = self.next_number();
		for _ in 1..ATTEMPTS {
			if number <= last {
				break;
			}
			number = self.next_number();
		}
		u32::try_from(number.checked_rem(bound).unwrap_or_default()).unwrap_or_default()
	}
}

/// The numbers 0 … total − 1 in an order that the stream decides.
pub(crate) struct Shuffle {
	stream: Stream,
	total: u32,
	taken: u32,
	moved: BTreeMap<u32, u32>,
}

impl Shuffle {
	pub(crate) fn new(stream: Stream, total: u32) -> Self {
		Self {
			stream,
			total,
			taken: 0,
			moved: BTreeMap::new(),
		}
	}
}

impl Iterator for Shuffle {
	type Item = u32;

	fn next(&mut self) -> Option<u32> {
		let left = self
			.total
			.checked_sub(self.taken)
			.filter(|left| *left > 0)?;
		let place = self.taken.saturating_add(self.stream.below(left));
		// What stands in front goes to the chosen place, and the front is never looked at again.
		let front = self.moved.remove(&self.taken).unwrap_or(self.taken);
		let chosen = if place == self.taken {
			front
		} else {
			self.moved.insert(place, front).unwrap_or(place)
		};
		self.taken = self.taken.saturating_add(1);
		Some(chosen)
	}
}

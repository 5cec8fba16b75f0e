//! Committees: who is drawn for a purpose and subject with a beacon, out of a pool (DESIGN 5, SPEC 3.2). The chain draws
//! with this, and whoever has the pool of that moment draws again with the same.
//!
//! Choosing without replacement: a stream of hashes, and a Fisher-Yates shuffle of which only the swapped places exist.

use crate::draw::{BeaconValue, Draw, DrawError, Drawn, Member, Purpose};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::Encode;
use sp_runtime::traits::{BlakeTwo256, Hash as _};

/// Tag in front of everything that is hashed for committees. Whoever changes what is drawn changes it.
pub const COMMITTEE_DOMAIN: [u8; 16] = *b"tea/committee/v1";

/// Members of a committee of the network: N (SPEC 3.1).
pub const COMMITTEE_SIZE: u32 = 4;

/// Candidates that one draw of the network looks at, at most.
pub const MAX_CANDIDATES: u32 = 64;

/// Active modules at which the registrars leave the pool of the network: 2N (R-063, SPEC 3.1).
pub const REGISTRARS_LEAVE_AT: u32 = 2 * COMMITTEE_SIZE;

/// How often a number is drawn anew to be free of bias. Each time is less likely than 2⁻³², so the limit is never met.
const ATTEMPTS: u32 = 8;

fn blake2_256(bytes: &[u8]) -> [u8; 32] {
	BlakeTwo256::hash(bytes).0
}

/// Numbers that nobody could know before the beacon.
pub struct Stream {
	seed: [u8; 32],
	counter: u32,
}

impl Stream {
	/// seed = H(domain ‖ genesis ‖ purpose ‖ subject ‖ beacon); the subject carries its length.
	pub fn new(genesis: &[u8; 32], purpose: Purpose, subject: &[u8], beacon: &BeaconValue) -> Self {
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
	pub fn below(&mut self, bound: u32) -> u32 {
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
pub struct Shuffle {
	stream: Stream,
	total: u32,
	taken: u32,
	moved: BTreeMap<u32, u32>,
}

impl Shuffle {
	/// An order of so many numbers.
	pub fn new(stream: Stream, total: u32) -> Self {
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

/// Those who may be drawn, as they are at the moment of a draw.
pub trait Pool<AccountId> {
	/// Why nobody is drawn: no committee, or, for whoever has a part of the pool only, something that is not in it.
	type Error: From<DrawError>;

	/// How many there are: modules at the places from 0 on, registrars after them.
	fn len(&self) -> Result<u32, Self::Error>;

	/// Whether there is nobody.
	fn is_empty(&self) -> Result<bool, Self::Error> {
		self.len().map(|len| len == 0)
	}

	/// Who stands at a place.
	fn member(&self, place: u32) -> Result<Option<Member<AccountId>>, Self::Error>;

	/// Whose member this is; `None` when it may not be drawn now.
	fn owner(&self, member: &Member<AccountId>) -> Result<Option<AccountId>, Self::Error>;
}

/// Draws from a pool with the beacon of the draw's block. Looks at so many candidates at most; the same draw from the same pool
/// gives the same members in the same order.
pub fn committee<AccountId: PartialEq, BlockNumber, P: Pool<AccountId>>(
	pool: &P,
	draw: &Draw<'_, AccountId, BlockNumber>,
	genesis: &[u8; 32],
	beacon: &BeaconValue,
	candidates: u32,
) -> Result<Vec<Member<AccountId>>, P::Error> {
	Ok(drawn(pool, draw, genesis, beacon, candidates)?.committee?)
}

/// The same, and how many candidates were looked at.
pub fn drawn<AccountId: PartialEq, BlockNumber, P: Pool<AccountId>>(
	pool: &P,
	draw: &Draw<'_, AccountId, BlockNumber>,
	genesis: &[u8; 32],
	beacon: &BeaconValue,
	candidates: u32,
) -> Result<Drawn<AccountId>, P::Error> {
	let mut looked_at = 0u32;
	let total = pool.len()?;
	// Nobody is no committee: a quorum of nobody would be met by nobody.
	if draw.size == 0 || draw.size > total {
		return Ok(Drawn {
			committee: Err(DrawError::NoCommittee),
			looked_at,
		});
	}
	let stream = Stream::new(genesis, draw.purpose, draw.subject, beacon);
	let mut members = Vec::new();
	let mut owners: Vec<AccountId> = Vec::new();
	for place in Shuffle::new(stream, total).take(candidates as usize) {
		looked_at = looked_at.saturating_add(1);
		let Some(member) = pool.member(place)? else {
			continue;
		};
		if draw.excluded.contains(&member) {
			continue;
		}
		// Read now: a module may have been sold a block ago.
		let Some(owner) = pool.owner(&member)? else {
			continue;
		};
		if draw.excluded_owners.contains(&owner) || owners.contains(&owner) {
			continue;
		}
		members.push(member);
		owners.push(owner);
		if members.len() >= draw.size as usize {
			return Ok(Drawn {
				committee: Ok(members),
				looked_at,
			});
		}
	}
	Ok(Drawn {
		committee: Err(DrawError::NoCommittee),
		looked_at,
	})
}

#[cfg(test)]
mod tests;

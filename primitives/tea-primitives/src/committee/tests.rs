//! The draw on any input, and frozen ones.

use super::*;
use crate::{errand::ErrandId, ids::ModuleId};
use core::cell::Cell;
use proptest::prelude::*;
use std::collections::BTreeSet;

type Account = u8;

const GENESIS: [u8; 32] = [1; 32];
const BEACON: BeaconValue = [2; 32];

/// Modules by owner, then registrars by owner; nobody owns what has none. Counts the owners that are looked up.
struct Everybody {
	modules: Vec<Option<Account>>,
	registrars: Vec<Account>,
	looks: Cell<u32>,
}

impl Everybody {
	fn new(modules: impl IntoIterator<Item = Account>) -> Self {
		Self {
			modules: modules.into_iter().map(Some).collect(),
			registrars: Vec::new(),
			looks: Cell::new(0),
		}
	}

	fn drawn(&self, draw: &Draw<'_, Account, u32>) -> Result<Vec<Member<Account>>, DrawError> {
		committee(self, draw, &GENESIS, &BEACON, MAX_CANDIDATES)
	}
}

impl Pool<Account> for Everybody {
	type Error = DrawError;

	fn len(&self) -> Result<u32, DrawError> {
		Ok((self.modules.len() + self.registrars.len()) as u32)
	}

	fn member(&self, place: u32) -> Result<Option<Member<Account>>, DrawError> {
		Ok(match (place as usize).checked_sub(self.modules.len()) {
			None => Some(Member::Module(ModuleId(place))),
			Some(at) => self.registrars.get(at).copied().map(Member::Registrar),
		})
	}

	fn owner(&self, member: &Member<Account>) -> Result<Option<Account>, DrawError> {
		self.looks.set(self.looks.get() + 1);
		Ok(match member {
			Member::Module(module) => self.modules[module.0 as usize],
			Member::Registrar(account) => Some(*account),
		})
	}
}

fn subject() -> Vec<u8> {
	(ErrandId(7), 0u8, 0u8).encode()
}

fn draw<'a>(subject: &'a [u8], size: u32) -> Draw<'a, Account, u32> {
	Draw {
		purpose: Purpose::Errand,
		subject,
		block: 11,
		size,
		excluded_owners: &[],
		excluded: &[],
	}
}

fn modules(numbers: &[u32]) -> Vec<Member<Account>> {
	numbers
		.iter()
		.map(|number| Member::Module(ModuleId(*number)))
		.collect()
}

fn order(purpose: Purpose, subject: &[u8], total: u32) -> Vec<u32> {
	let stream = Stream::new(&GENESIS, purpose, subject, &BEACON);
	Shuffle::new(stream, total).take(10).collect()
}

/// Reckoned by another implementation, with a shuffle of the whole list: what is drawn must never change.
#[test]
fn streams_and_orders_are_frozen() {
	let stream = Stream::new(&GENESIS, Purpose::Errand, &subject(), &BEACON);
	assert_eq!(stream.seed[..4], [0x4c, 0x49, 0xf0, 0xa2]);
	assert_eq!(stream.seed[28..], [0x12, 0xa1, 0x55, 0x7c]);
	let mut stream = stream;
	assert_eq!(
		[(); 3].map(|()| stream.next_number()),
		[
			0x5076_c2d4_6904_25c4,
			0xd714_48fa_4ad8_62bf,
			0x9f1e_3c8c_4255_13ae
		]
	);
	let mut stream = Stream::new(&GENESIS, Purpose::Errand, &subject(), &BEACON);
	assert_eq!(
		[(); 3].map(|()| stream.below(u32::MAX)),
		[3_111_839_896, 569_158_586, 3_782_430_778]
	);
	let by_purpose = [
		Purpose::Enrolment,
		Purpose::Attestation,
		Purpose::SecondCommittee,
		Purpose::Errand,
	]
	.map(|purpose| order(purpose, &subject(), 10));
	assert_eq!(
		by_purpose,
		[
			[8, 4, 7, 0, 6, 2, 3, 9, 1, 5],
			[9, 3, 8, 1, 2, 4, 7, 6, 5, 0],
			[8, 7, 5, 3, 2, 6, 0, 4, 1, 9],
			[6, 9, 8, 4, 5, 1, 3, 7, 2, 0],
		]
	);
	assert_eq!(
		order(Purpose::Errand, b"", 10),
		[0, 3, 8, 2, 4, 7, 5, 1, 6, 9]
	);
	assert_eq!(
		order(Purpose::Errand, &subject(), 100_000)[..8],
		[27_076, 38_250, 69_152, 88_310, 35_789, 34_854, 913, 86_440]
	);
}

/// The order of the ten is 6 9 8 4 5 1 3 7 2 0.
#[test]
fn committees_are_frozen() {
	let subject = subject();
	let all = Everybody::new(0..10);
	assert_eq!(all.drawn(&draw(&subject, 4)), Ok(modules(&[6, 9, 8, 4])));
	let excluding = Draw {
		excluded_owners: &[9, 4],
		excluded: &[Member::Module(ModuleId(8))],
		..draw(&subject, 4)
	};
	assert_eq!(all.drawn(&excluding), Ok(modules(&[6, 5, 1, 3])));
	let mut shared = Everybody::new([0, 1, 2, 3, 6, 5, 6, 7, 8, 6]);
	assert_eq!(shared.drawn(&draw(&subject, 4)), Ok(modules(&[6, 8, 5, 1])));
	shared.modules[8] = None;
	assert_eq!(shared.drawn(&draw(&subject, 4)), Ok(modules(&[6, 5, 1, 3])));
	let mut few = Everybody::new(0..6);
	few.registrars = vec![20, 21, 22, 23];
	assert_eq!(
		few.drawn(&draw(&subject, 4)),
		Ok(vec![
			Member::Registrar(20),
			Member::Registrar(23),
			Member::Registrar(22),
			Member::Module(ModuleId(4)),
		])
	);
}

#[test]
fn nobody_is_no_committee() {
	let subject = subject();
	let none = Err(DrawError::NoCommittee);
	assert_eq!(Everybody::new([]).drawn(&draw(&subject, 1)), none);
	assert_eq!(Everybody::new(0..3).drawn(&draw(&subject, 0)), none);
	assert_eq!(Everybody::new(0..3).drawn(&draw(&subject, 4)), none);
	assert_eq!(Everybody::new([1; 9]).drawn(&draw(&subject, 2)), none);
	assert_eq!(Everybody::new([]).is_empty(), Ok(true));
}

#[test]
fn so_many_candidates_are_looked_at() {
	let whale = Everybody::new([1; 200]);
	assert!(whale.drawn(&draw(&subject(), 2)).is_err());
	assert_eq!(whale.looks.get(), MAX_CANDIDATES);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(2_000))]

	#[test]
	fn shuffle_is_a_permutation(seed: [u8; 32], total in 0u32..300) {
		let stream = Stream::new(&seed, Purpose::Errand, b"s", &seed);
		let order: Vec<_> = Shuffle::new(stream, total).collect();
		prop_assert_eq!(order.len(), total as usize);
		prop_assert_eq!(order.into_iter().collect::<BTreeSet<_>>(), (0..total).collect());
	}

	#[test]
	fn numbers_stay_below_their_bound(seed: [u8; 32], bound: u32) {
		let mut stream = Stream::new(&seed, Purpose::Errand, b"s", &seed);
		prop_assert!(stream.below(bound) < bound.max(1));
	}

	/// Whatever the pool: as many as were asked for, each of another owner, none excluded.
	#[test]
	fn committee_keeps_its_rules(
		owners in proptest::collection::vec(0u8..12, 0..60),
		size in 1u32..6,
		beacon: [u8; 32],
	) {
		let pool = Everybody::new(owners.clone());
		let excluded = [Member::Module(ModuleId(0))];
		let wanted = Draw { excluded_owners: &[3], excluded: &excluded, ..draw(b"s", size) };
		let apart: BTreeSet<_> = owners.iter().skip(1).filter(|owner| **owner != 3).collect();
		match committee(&pool, &wanted, &GENESIS, &beacon, MAX_CANDIDATES) {
			Ok(members) => {
				prop_assert_eq!(members.len(), size as usize);
				let drawn: BTreeSet<_> = members
					.iter()
					.map(|member| pool.owner(member).unwrap().unwrap())
					.collect();
				prop_assert_eq!(drawn.len(), size as usize);
				prop_assert!(!drawn.contains(&3) && !members.contains(&excluded[0]));
			}
			Err(error) => {
				prop_assert_eq!(error, DrawError::NoCommittee);
				prop_assert!(apart.len() < size as usize);
			}
		}
	}

	/// Who looks at fewer candidates finds the same committee, or none.
	#[test]
	fn frugal_draw_gives_what_the_whole_one_gives(
		owners in proptest::collection::vec(0u8..12, 0..60),
		size in 1u32..6,
		beacon: [u8; 32],
		few in 0u32..16,
	) {
		let pool = Everybody::new(owners);
		let wanted = draw(b"s", size);
		let whole = drawn(&pool, &wanted, &GENESIS, &beacon, MAX_CANDIDATES).unwrap();
		let frugal = drawn(&pool, &wanted, &GENESIS, &beacon, few).unwrap();
		prop_assert!(frugal.looked_at <= few);
		if whole.looked_at <= few {
			prop_assert_eq!(frugal, whole);
		} else {
			prop_assert_eq!(frugal.committee, Err(DrawError::NoCommittee));
		}
	}
}

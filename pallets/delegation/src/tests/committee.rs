use crate::mock::*;
use std::collections::BTreeSet;
use tea_primitives::{
	draw::{Draw, DrawError, KnownGood, Member, Purpose},
	ids::ModuleId,
};

fn owners_of(members: &[Member<AccountId>]) -> BTreeSet<AccountId> {
	members
		.iter()
		.map(|member| <TestMembers as tea_primitives::draw::Membership<_>>::owner(member).unwrap())
		.collect()
}

#[test]
fn members_are_distinct() {
	ExtBuilder::default().modules(20).build_and_execute(|| {
		for subject in 0..100u32 {
			let members = committee(&draw(&subject.to_le_bytes(), 4)).unwrap();
			assert_eq!(members.iter().collect::<BTreeSet<_>>().len(), 4);
		}
	});
}

/// Reckoned by another implementation from the genesis hash, the author's randomness and the subject.
#[test]
fn committee_is_frozen() {
	ExtBuilder::default().modules(10).build_and_execute(|| {
		let members = [3, 7, 8, 1].map(|module| Member::Module(ModuleId(module)));
		assert_eq!(committee(&draw(b"frozen", 4)), Ok(members.to_vec()));
	});
}

#[test]
fn same_draw_gives_same_members() {
	ExtBuilder::default().modules(20).build_and_execute(|| {
		assert_eq!(committee(&draw(b"a", 4)), committee(&draw(b"a", 4)));
		let five = committee(&draw(b"a", 5)).unwrap();
		assert_eq!(committee(&draw(b"a", 4)).unwrap(), five[..4]);
	});
}

/// Q04: whoever fixes the subject in block b does not know the beacon of block b + 1, and nothing else decides.
#[test]
fn draw_does_not_depend_on_submitter() {
	let drawn = |beacon: [u8; 32], noise: bool| {
		let mut members = None;
		ExtBuilder::default().modules(40).build_and_execute(|| {
			if noise {
				System::set_extrinsic_index(3);
				pallet_timestamp::Now::<Test>::put(77);
				System::set_parent_hash(sp_core::H256([9; 32]));
			}
			let mut draw = draw(b"round 1", 4);
			draw.block = 2;
			assert_eq!(
				committee(&draw),
				Err(DrawError::NoBeacon),
				"not while it is submitted"
			);
			finish(beacon);
			members = Some(committee(&draw).unwrap());
		});
		members.unwrap()
	};
	assert_eq!(drawn([2; 32], false), drawn([2; 32], true));
	assert_ne!(drawn([2; 32], false), drawn([3; 32], false));
}

#[test]
fn purposes_subjects_and_genesis_are_apart() {
	ExtBuilder::default().modules(60).build_and_execute(|| {
		let mut all = BTreeSet::new();
		for purpose in [
			Purpose::Enrolment,
			Purpose::Attestation,
			Purpose::SecondCommittee,
			Purpose::Errand,
		] {
			for subject in [&b""[..], b"\0", b"\0\0", b"a"] {
				all.insert(
					committee(&Draw {
						purpose,
						..draw(subject, 4)
					})
					.unwrap(),
				);
			}
		}
		assert_eq!(all.len(), 16);
		frame_system::BlockHash::<Test>::insert(0, sp_core::H256([1; 32]));
		assert!(!all.contains(&committee(&draw(b"a", 4)).unwrap()));
	});
}

/// Q12
#[test]
fn committee_excludes_owner() {
	ExtBuilder::default()
		.owned_by((0..30).map(|n| n / 3).collect())
		.build_and_execute(|| {
			for subject in 0..200u32 {
				let subject = subject.to_le_bytes();
				let mut draw = draw(&subject, 4);
				draw.excluded_owners = &[3, 5];
				let members = committee(&draw).unwrap();
				let owners = owners_of(&members);
				assert_eq!(owners.len(), 4, "no two of one owner");
				assert!(!owners.contains(&3) && !owners.contains(&5));
			}
		});
}

#[test]
fn owner_is_read_when_the_draw_is_made() {
	ExtBuilder::default().modules(6).build_and_execute(|| {
		let excluded = [7_777];
		let mut draw = draw(b"sold", 5);
		draw.excluded_owners = &excluded;
		let before = committee(&draw).unwrap();
		let Some(Member::Module(sold)) = before.first().cloned() else {
			panic!("a module")
		};
		set_owner(sold.0, Some(7_777));
		let after = committee(&draw).unwrap();
		assert!(!after.contains(&Member::Module(sold)));
	});
}

#[test]
fn excluded_members_are_not_drawn_again() {
	ExtBuilder::default().modules(8).build_and_execute(|| {
		let first = committee(&draw(b"first", 4)).unwrap();
		let mut second = draw(b"second", 4);
		second.purpose = Purpose::SecondCommittee;
		second.excluded = &first;
		let second = committee(&second).unwrap();
		assert!(second.iter().all(|member| !first.contains(member)));
	});
}

#[test]
fn who_may_not_be_drawn_now_is_passed_over() {
	ExtBuilder::default().modules(8).build_and_execute(|| {
		for module in 0..4 {
			set_owner(module, None);
		}
		let members = committee(&draw(b"a", 4)).unwrap();
		assert_eq!(members.len(), 4);
		set_owner(4, None);
		assert_eq!(committee(&draw(b"a", 4)), Err(DrawError::NoCommittee));
	});
}

#[test]
fn registrars_fill_up() {
	ExtBuilder::default().registrars(5).build_and_execute(|| {
		let members = committee(&draw(b"first of all", 5)).unwrap();
		assert_eq!(owners_of(&members), (1..=5).collect());
	});
}

#[test]
fn registrar_and_module_of_one_owner_do_not_meet() {
	ExtBuilder::default()
		.owned_by(vec![1, 2, 3])
		.registrars(3)
		.build_and_execute(|| {
			for subject in 0..50u32 {
				let subject = subject.to_le_bytes();
				let members = committee(&draw(&subject, 3)).unwrap();
				assert_eq!(owners_of(&members).len(), 3);
				assert_eq!(committee(&draw(&subject, 4)), Err(DrawError::NoCommittee));
			}
		});
}

#[test]
fn too_small_a_set_has_no_committee() {
	ExtBuilder::default().modules(3).build_and_execute(|| {
		assert_eq!(committee(&draw(b"a", 4)), Err(DrawError::NoCommittee));
		assert!(committee(&draw(b"a", 3)).is_ok());
		Delegation::dismiss(ModuleId(0));
		assert_eq!(committee(&draw(b"a", 3)), Err(DrawError::NoCommittee));
	});
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(committee(&draw(b"a", 1)), Err(DrawError::NoCommittee));
	});
}

#[test]
fn committee_of_nobody_is_none() {
	ExtBuilder::default().modules(3).build_and_execute(|| {
		assert_eq!(committee(&draw(b"a", 0)), Err(DrawError::NoCommittee));
	});
}

#[test]
fn unknown_beacons_draw_nobody() {
	ExtBuilder::default().modules(10).build_and_execute(|| {
		for block in [0, 2, 3, u64::MAX] {
			let mut draw = draw(b"a", 4);
			draw.block = block;
			assert_eq!(committee(&draw), Err(DrawError::NoBeacon), "{block}");
		}
		for byte in 2..20 {
			finish([byte; 32]);
		}
		assert_eq!(
			committee(&draw(b"a", 4)),
			Err(DrawError::NoBeacon),
			"too old"
		);
	});
}

/// Whatever the set holds, a draw looks at a constant number of candidates.
#[test]
fn draw_is_bounded() {
	let whale = (0..500).map(|_| 1).collect();
	ExtBuilder::default().owned_by(whale).build_and_execute(|| {
		owner_reads();
		assert_eq!(committee(&draw(b"a", 4)), Err(DrawError::NoCommittee));
		assert_eq!(owner_reads(), CANDIDATES);
	});
}

/// In a set that is not larger than the number of candidates a draw finds whom there is.
#[test]
fn committee_is_found_whenever_there_is_one() {
	let mut owners = vec![1; 61];
	owners.extend([2, 3, 4]);
	assert_eq!(owners.len(), CANDIDATES as usize);
	ExtBuilder::default()
		.owned_by(owners)
		.build_and_execute(|| {
			for subject in 0..300u32 {
				let members = committee(&draw(&subject.to_le_bytes(), 4)).unwrap();
				assert_eq!(owners_of(&members), (1..=4).collect());
			}
		});
}

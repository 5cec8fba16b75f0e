use crate::{DrawQuery, KnownGoodInfo, mock::*};
use tea_primitives::{
	draw::{DrawError, Member, Purpose},
	ids::ModuleId,
};

fn query(size: u32) -> DrawQuery<AccountId, u64> {
	DrawQuery {
		purpose: Purpose::Attestation,
		subject: b"a".to_vec(),
		block: 1,
		size,
		excluded_owners: vec![1_000],
		excluded: vec![Member::Module(ModuleId(1))],
	}
}

#[test]
fn anyone_can_draw_again() {
	ExtBuilder::default().modules(10).build_and_execute(|| {
		let members = Delegation::committee(query(4)).unwrap();
		let again = committee(&tea_primitives::draw::Draw {
			excluded_owners: &[1_000],
			excluded: &[Member::Module(ModuleId(1))],
			..draw(b"a", 4)
		});
		assert_eq!(Ok(members), again);
		assert_eq!(Delegation::committee(query(9)), Err(DrawError::NoCommittee));
		assert_eq!(
			Delegation::committee(DrawQuery {
				block: 9,
				..query(4)
			}),
			Err(DrawError::NoBeacon)
		);
	});
}

#[test]
fn set_is_shown_in_pages() {
	ExtBuilder::default().modules(300).build_and_execute(|| {
		assert_eq!(
			Delegation::known_good(),
			KnownGoodInfo {
				modules: 300,
				registrars: 0
			}
		);
		assert_eq!(Delegation::members(0).len(), 256);
		assert_eq!(Delegation::members(256).len(), 44);
		assert_eq!(
			Delegation::members(256).first(),
			Some(&Member::Module(ModuleId(256)))
		);
		assert_eq!(Delegation::members(300).len(), 0);
		assert_eq!(Delegation::members(u32::MAX).len(), 0);
		assert!(Delegation::beacon(1).is_some());
	});
}

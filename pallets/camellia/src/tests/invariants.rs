use crate::{
	Agenda, Camelliae, Chips, CreditLogs, DeathCause, Kind, NextId, Operators, Stage, math, mock::*,
};
use codec::Encode;
use frame_support::traits::StorageInfoTrait;
use tea_primitives::ids::ModuleId;

fn broken(number: &str, breakage: impl FnOnce()) {
	one().with(2, Kind::C).build().execute_with(|| {
		plant();
		check_state();
		breakage();
		let error = Camellia::do_try_state().expect_err("the breakage is seen");
		assert!(
			format!("{error:?}").contains(&format!("{number}: ")),
			"{error:?}"
		);
	});
}

fn change(change: impl FnOnce(&mut crate::CamelliaRecordOf<Test>)) {
	Camelliae::<Test>::mutate_extant(MODULE, change);
}

#[test]
fn every_breakage_is_seen() {
	broken("1", || NextId::<Test>::put(ModuleId(1)));
	broken("2", || {
		change(|record| record.credit = math::CREDIT_MAX + 1)
	});
	broken("2", || change(|record| record.credit_as_of = 2));
	broken("3", || change(|record| record.base_productivity = 1));
	broken("3", || change(|record| record.life_span *= 2));
	broken("4", || {
		change(|record| record.stage = Stage::Planted { since: 1, ends: 2 });
	});
	broken("4", || {
		change(|record| record.stage = Stage::Fresh { withers: 201_600 })
	});
	broken("5", || Chips::<Test>::insert(CHIP, ModuleId(1)));
	broken("5", || Chips::<Test>::insert([3; 32], ModuleId(1)));
	broken("6", || Agenda::<Test>::remove(end_of(MODULE)));
	broken("6", || {
		Agenda::<Test>::insert(5, frame_support::BoundedVec::truncate_from(vec![MODULE]))
	});
	broken("6", || {
		Agenda::<Test>::insert(5, frame_support::BoundedVec::default())
	});
	broken("7", || {
		Camellia::mint(ModuleId(77), &who(1)).unwrap();
	});
	broken("9", || {
		crate::Rewards::<Test>::insert(MODULE, who(1), 5);
	});
	broken("9", || {
		crate::Rewards::<Test>::insert(MODULE, who(1), 0);
	});
	broken("8", || {
		CreditLogs::<Test>::insert(ModuleId(77), crate::CreditLogOf::<Test>::default())
	});
	broken("8", || {
		Operators::<Test>::insert(
			ModuleId(77),
			crate::OperatorRecord {
				named_by: who(1),
				operator: who(2),
			},
		);
	});
}

/// C05
#[test]
fn no_unbounded_storage() {
	let infos = Camellia::storage_info();
	assert!(infos.len() >= 8);
	for info in infos {
		assert!(
			info.max_size.is_some(),
			"{:?}",
			String::from_utf8_lossy(&info.storage_name)
		);
	}
}

#[test]
fn encodings_are_frozen() {
	assert_eq!(Kind::A.encode(), [0]);
	assert_eq!(Kind::B.encode(), [1]);
	assert_eq!(Kind::C.encode(), [2]);
	assert_eq!(Stage::Fresh { withers: 5u32 }.encode(), [1, 5, 0, 0, 0]);
	assert_eq!(
		Stage::Planted {
			since: 5u32,
			ends: 6
		}
		.encode(),
		[2, 5, 0, 0, 0, 6, 0, 0, 0]
	);
	assert_eq!(DeathCause::Withered.encode(), [0]);
	assert_eq!(DeathCause::EndOfLife.encode(), [1]);
	assert_eq!(DeathCause::ItemBurnt.encode(), [2]);
}

#[test]
fn spec_numbers_are_as_written() {
	assert_eq!(math::DAY, 24 * 60 * 60 / 3);
	assert_eq!(math::WITHERS_AFTER, 7 * math::DAY);
	assert_eq!(Kind::A.life_span(), 24 * 876_000);
	assert_eq!(Kind::C.life_span(), 12 * 876_000);
	assert_eq!(
		[Kind::A, Kind::B, Kind::C].map(Kind::productivity),
		[2_000_000, 1_000_000, 500_000]
	);
}

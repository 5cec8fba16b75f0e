use crate as pallet_camellia;
use crate::{Agenda, Camelliae, Error, Event, Kind, Stage, mock::*};
use frame_support::{assert_noop, assert_ok, assert_storage_noop, traits::GetCallName};
use tea_primitives::{
	camellia::{Camellias, DrawWeight},
	ids::ModuleId,
};

type Registry = Camellia;

#[test]
fn first_hardware_plants() {
	one().build_and_execute(|| {
		jump_to(100);
		let withers = end_of(MODULE);
		plant();
		let record = Camelliae::<Test>::get(MODULE).unwrap();
		let ends = 100 + u64::from(record.life_span);
		assert_eq!(record.stage, Stage::Planted { since: 100, ends });
		assert_eq!(Registry::hardware(MODULE), Some(CHIP));
		assert_eq!(Registry::planted(), 1);
		assert!(
			Agenda::<Test>::get(withers).is_empty(),
			"it withers no more"
		);
		assert_eq!(Agenda::<Test>::get(ends), vec![MODULE]);
		assert_eq!(
			events(),
			[
				Event::Planted {
					module: MODULE,
					ends
				},
				Event::HardwareBound {
					module: MODULE,
					chip: CHIP
				},
			]
		);
	});
}

#[test]
fn age_and_credit_stay_when_hardware_is_replaced() {
	one().build_and_execute(|| {
		plant();
		let before = Camelliae::<Test>::get(MODULE).unwrap();
		jump_to(1_000);
		Registry::unbind(MODULE);
		assert_eq!(Registry::hardware(MODULE), None);
		assert_eq!(Registry::planted(), 0);
		assert_eq!(Registry::draw_weight(MODULE), None);
		assert!(Registry::is_living(MODULE));
		assert_ok!(Registry::plant(MODULE, [8; 32]));
		let after = Camelliae::<Test>::get(MODULE).unwrap();
		assert_eq!(
			after.stage, before.stage,
			"the life began with the first chip"
		);
		assert_eq!(after.credit, before.credit);
		assert_eq!(Registry::hardware(MODULE), Some([8; 32]));
	});
}

#[test]
fn a_chip_that_was_unbound_may_carry_another() {
	one().with(2, Kind::C).build_and_execute(|| {
		plant();
		Registry::unbind(MODULE);
		assert_ok!(Registry::plant(ModuleId(1), CHIP));
		assert_eq!(Registry::hardware(ModuleId(1)), Some(CHIP));
	});
}

#[test]
fn one_chip_carries_one_camellia() {
	one().with(2, Kind::C).build_and_execute(|| {
		plant();
		assert_noop!(Registry::plant(ModuleId(1), CHIP), Error::<Test>::EkInUse);
	});
}

#[test]
fn one_camellia_carries_one_chip() {
	one().build_and_execute(|| {
		plant();
		assert_noop!(
			Registry::plant(MODULE, [8; 32]),
			Error::<Test>::HardwareBound
		);
		assert_noop!(Registry::plant(MODULE, CHIP), Error::<Test>::HardwareBound);
	});
}

/// I15: no call binds hardware, and what others bind goes to the item that they name or nowhere.
#[test]
fn bind_to_foreign_item_refused() {
	let calls = <pallet_camellia::Call<Test> as GetCallName>::get_call_names();
	assert_eq!(calls, ["bear", "set_operator", "bury", "claim_rewards"]);
	one().with(2, Kind::B).build_and_execute(|| {
		plant();
		assert_noop!(
			Camellia::set_operator(signed(2), MODULE, Some(who(2))),
			Error::<Test>::NotOwner
		);
		assert_noop!(
			Registry::plant(MODULE, [8; 32]),
			Error::<Test>::HardwareBound
		);
		assert_eq!(
			Registry::owner(MODULE),
			Some(who(1)),
			"born for one, owned by one"
		);
		assert_eq!(Registry::hardware(ModuleId(1)), None);
	});
}

#[test]
fn what_was_never_born_cannot_be_planted() {
	one().build_and_execute(|| {
		assert_noop!(
			Registry::plant(ModuleId(1), CHIP),
			Error::<Test>::UnknownCamellia
		);
	});
}

#[test]
fn withered_cannot_be_planted() {
	one().build_and_execute(|| {
		jump_to(end_of(MODULE) - 1);
		assert!(Registry::is_living(MODULE));
		jump_to(end_of(MODULE));
		assert!(!Registry::is_living(MODULE));
		assert_noop!(Registry::plant(MODULE, CHIP), Error::<Test>::CamelliaDead);
	});
}

#[test]
fn dead_cannot_get_hardware() {
	one().build_and_execute(|| {
		plant();
		Registry::unbind(MODULE);
		jump_to(end_of(MODULE));
		assert_noop!(Registry::plant(MODULE, CHIP), Error::<Test>::CamelliaDead);
	});
}

#[test]
fn unbinding_nothing_changes_nothing() {
	one().build_and_execute(|| {
		assert_storage_noop!(Registry::unbind(MODULE));
		assert_storage_noop!(Registry::unbind(ModuleId(9)));
	});
}

#[test]
fn newborn_b_weighs_its_productivity() {
	one().build_and_execute(|| {
		plant();
		let base = Camelliae::<Test>::get(MODULE).unwrap().base_productivity;
		assert_eq!(
			Registry::draw_weight(MODULE),
			Some(DrawWeight(base * 3 / 10))
		);
		let life = end_of(MODULE) - 1;
		jump_to(1 + life * 4 / 10);
		assert_eq!(
			Registry::draw_weight(MODULE),
			Some(DrawWeight(base)),
			"full productivity, slot 0, the credit of a newborn: one, give or take 5 %"
		);
		jump_to(end_of(MODULE) - 1);
		assert_eq!(Registry::draw_weight(MODULE), Some(DrawWeight::MIN));
		jump_to(end_of(MODULE));
		assert_eq!(Registry::draw_weight(MODULE), None);
	});
}

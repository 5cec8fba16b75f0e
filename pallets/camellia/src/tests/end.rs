use crate::{
	Agenda, Camelliae, Chips, Collection, CreditLogs, DeathCause, Error, Event, Kind, Operators,
	WeightInfo, mock::*,
};
use frame_support::{assert_noop, assert_ok, dispatch::Pays, weights::Weight};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	ids::ModuleId,
};

fn is_gone(module: ModuleId) {
	assert!(!Camelliae::<Test>::contains_key(module));
	assert!(!CreditLogs::<Test>::contains_key(module));
	assert!(!Operators::<Test>::contains_key(module));
	assert_eq!(<Camellia as Camellias<_>>::owner(module), None);
	assert!(!<Camellia as Camellias<_>>::is_living(module));
	assert_eq!(
		Nfts::owner(Collection::<Test>::get().unwrap(), module.0),
		None
	);
}

#[test]
fn fresh_one_withers_by_itself() {
	one().build_and_execute(|| {
		let end = end_of(MODULE);
		assert_eq!(end, 201_600);
		enter(end - 1);
		assert!(<Camellia as Camellias<_>>::is_living(MODULE));
		enter(end);
		is_gone(MODULE);
		assert_eq!(ended(), [], "it never had hardware");
		assert_eq!(
			events(),
			[Event::Died {
				module: MODULE,
				owner: Some(who(1)),
				cause: DeathCause::Withered
			}]
		);
	});
}

#[test]
fn life_ends_by_itself() {
	one().build_and_execute(|| {
		plant();
		assert_ok!(Camellia::set_operator(signed(1), MODULE, Some(who(5))));
		<Camellia as Camellias<_>>::note(MODULE, CreditEvent::DutyDone);
		let end = end_of(MODULE);
		System::reset_events();
		let weight = enter(end);
		is_gone(MODULE);
		assert_eq!(ended(), [MODULE]);
		assert_eq!(Chips::<Test>::get(CHIP), None);
		assert_eq!(<Camellia as Camellias<_>>::planted(), 0);
		assert_eq!(
			events(),
			[
				Event::HardwareUnbound {
					module: MODULE,
					chip: CHIP
				},
				Event::Died {
					module: MODULE,
					owner: Some(who(1)),
					cause: DeathCause::EndOfLife
				},
			]
		);
		let burial = <() as WeightInfo>::bury().saturating_add(EndOfLifeWeight::get());
		assert_eq!(
			weight,
			<() as WeightInfo>::serve_agenda().saturating_add(burial)
		);
	});
}

#[test]
fn block_without_ends_weighs_little() {
	one().build_and_execute(|| {
		assert_eq!(enter(2), <() as WeightInfo>::serve_agenda());
		assert!(<() as WeightInfo>::serve_agenda().all_gt(Weight::zero()));
	});
}

#[test]
fn chip_is_free_after_the_end() {
	one().with(2, Kind::C).build_and_execute(|| {
		plant();
		enter(end_of(MODULE));
		assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(2), Kind::B));
		assert_ok!(<Camellia as Camellias<_>>::plant(ModuleId(2), CHIP));
	});
}

#[test]
fn anybody_buries_and_gets_the_fee_back() {
	one().build_and_execute(|| {
		plant();
		jump_to(end_of(MODULE) + 5);
		let info = Camellia::bury(signed(9), MODULE).unwrap();
		assert_eq!(info.pays_fee, Pays::No);
		is_gone(MODULE);
		assert_eq!(ended(), [MODULE]);
	});
}

#[test]
fn the_living_are_not_buried() {
	one().build_and_execute(|| {
		assert_noop!(
			Camellia::bury(signed(9), MODULE),
			Error::<Test>::StillLiving
		);
		plant();
		jump_to(end_of(MODULE) - 1);
		assert_noop!(
			Camellia::bury(signed(1), MODULE),
			Error::<Test>::StillLiving
		);
		assert_noop!(
			Camellia::bury(signed(1), ModuleId(1)),
			Error::<Test>::UnknownCamellia
		);
		assert_noop!(
			Camellia::bury(RuntimeOrigin::none(), MODULE),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn nobody_is_buried_twice() {
	one().build_and_execute(|| {
		jump_to(end_of(MODULE));
		assert_ok!(Camellia::bury(signed(9), MODULE));
		assert_noop!(
			Camellia::bury(signed(9), MODULE),
			Error::<Test>::UnknownCamellia
		);
		let block = System::block_number();
		enter(block);
	});
}

/// C07
#[test]
fn expired_entry_stays_dead() {
	one().build_and_execute(|| {
		plant();
		jump_to(end_of(MODULE) + 1);
		assert_noop!(
			<Camellia as Camellias<_>>::plant(MODULE, [8; 32]),
			Error::<Test>::CamelliaDead
		);
		<Camellia as Camellias<_>>::unbind(MODULE);
		assert_noop!(
			<Camellia as Camellias<_>>::plant(MODULE, CHIP),
			Error::<Test>::CamelliaDead
		);
		assert!(!<Camellia as Camellias<_>>::is_living(MODULE));
		assert_ok!(Camellia::bury(signed(2), MODULE));
	});
}

/// C06
#[test]
fn full_agenda_is_typed_and_drains() {
	ExtBuilder::default().build_and_execute(|| {
		// Two blocks with room for two each, and five that wither in the same block.
		for _ in 0..5 {
			assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B));
		}
		let end = end_of(MODULE);
		assert_eq!(Agenda::<Test>::get(end), vec![ModuleId(0), ModuleId(1)]);
		assert_eq!(Agenda::<Test>::get(end + 1), vec![ModuleId(2), ModuleId(3)]);
		assert!(events().contains(&Event::BurialLeftToOthers {
			module: ModuleId(4),
			from: end
		}));
		assert_eq!(Camelliae::<Test>::get(ModuleId(4)).unwrap().agenda, None);
		enter(end);
		assert!(
			!<Camellia as Camellias<_>>::is_living(ModuleId(2)),
			"dead before it is served"
		);
		enter(end + 1);
		assert_ok!(Camellia::bury(signed(9), ModuleId(4)));
		assert_eq!(Camelliae::<Test>::iter().count(), 0);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
	});
}

#[test]
fn planting_makes_room_in_the_agenda() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..4 {
			assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B));
		}
		plant();
		assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B));
		let born_last = Camelliae::<Test>::get(ModuleId(4)).unwrap();
		assert_eq!(born_last.agenda, Some(end_of(ModuleId(4))));
	});
}

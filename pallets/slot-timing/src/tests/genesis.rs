//! What a chain specification may choose.

use crate::{mock::*, *};

#[test]
fn the_default_is_three_seconds_and_an_hour() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(SlotMillis::<Test>::get(), 3_000);
		assert_eq!(EpochSlots::<Test>::get(), 1_200);
	});
}

#[test]
fn the_bounds_themselves_are_allowed() {
	for (millis, slots) in [(500, 4), (60_000, 28_800)] {
		ExtBuilder::default()
			.slot_millis(millis)
			.epoch_slots(slots)
			.build_and_execute(|| {
				assert_eq!(SlotMillis::<Test>::get(), millis);
				assert_eq!(EpochSlots::<Test>::get(), slots);
			});
	}
}

#[test]
fn it_is_written_in_camel_case() {
	let json = serde_json::json!({ "slotMillis": 1_000, "epochSlots": 20 });
	let config: GenesisConfig<Test> =
		serde_json::from_value(json).expect("the names are those of the README");
	assert_eq!((config.slot_millis, config.epoch_slots), (1_000, 20));
}

#[test]
fn an_unknown_field_is_refused() {
	let json = serde_json::json!({ "slotMillis": 1_000, "epochSlots": 20, "slots": 1 });
	assert!(serde_json::from_value::<GenesisConfig<Test>>(json).is_err());
}

#[test]
#[should_panic(expected = "slotTiming.slotMillis is 498: a slot must last 500 to 60000")]
fn a_slot_too_short_is_refused() {
	ExtBuilder::default()
		.slot_millis(498)
		.build_and_execute(|| ());
}

#[test]
#[should_panic(expected = "slotTiming.slotMillis is 60002: a slot must last 500 to 60000")]
fn a_slot_too_long_is_refused() {
	ExtBuilder::default()
		.slot_millis(60_002)
		.build_and_execute(|| ());
}

#[test]
#[should_panic(expected = "slotTiming.slotMillis is 1001: a slot must last an even number")]
fn an_odd_slot_is_refused() {
	ExtBuilder::default()
		.slot_millis(1_001)
		.build_and_execute(|| ());
}

#[test]
#[should_panic(expected = "slotTiming.epochSlots is 3: an epoch must have 4 to 28800 slots")]
fn an_epoch_too_short_is_refused() {
	ExtBuilder::default()
		.epoch_slots(3)
		.build_and_execute(|| ());
}

#[test]
#[should_panic(expected = "slotTiming.epochSlots is 28801: an epoch must have 4 to 28800 slots")]
fn an_epoch_too_long_is_refused() {
	ExtBuilder::default()
		.epoch_slots(28_801)
		.build_and_execute(|| ());
}

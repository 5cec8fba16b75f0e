//! That the check of the state finds what it should.

use crate::{mock::*, *};
use frame_support::assert_err;
use sp_runtime::TryRuntimeError;

#[test]
fn a_broken_slot_is_found() {
	ExtBuilder::default().build_and_execute(|| {
		for (millis, reason) in [
			(0, "a slot must last 500 to 60000 milliseconds"),
			(3_001, "a slot must last an even number of milliseconds"),
		] {
			SlotMillis::<Test>::put(millis);
			assert_err!(SlotTiming::do_try_state(), TryRuntimeError::Other(reason));
		}
		SlotMillis::<Test>::kill();
	});
}

#[test]
fn a_broken_epoch_is_found() {
	ExtBuilder::default().build_and_execute(|| {
		EpochSlots::<Test>::put(0);
		assert_err!(
			SlotTiming::do_try_state(),
			TryRuntimeError::Other("an epoch must have 4 to 28800 slots")
		);
		EpochSlots::<Test>::kill();
	});
}

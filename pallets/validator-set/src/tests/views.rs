//! View functions, and encodings that clients rely on.

use crate::{mock::*, *};
use codec::Encode;
use frame_support::{
	assert_ok,
	traits::{GetCallIndex, GetCallName},
};

#[test]
fn a_bond_is_shown_with_its_state() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(
			ValidatorSet::bond_of(1),
			Some(BondInfo {
				amount: MIN_BOND,
				state: BondState::Serving
			})
		);
		assert_eq!(ValidatorSet::bond_of(5), None);
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), 1_234));
		assert_eq!(
			ValidatorSet::bond_of(5),
			Some(BondInfo {
				amount: 1_234,
				state: BondState::Candidate { last_session: None }
			})
		);
	});
}

#[test]
fn the_set_is_shown_as_it_will_be() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(2)));
		assert_eq!(ValidatorSet::validators(), [1, 3, 4]);
	});
}

#[test]
fn encodings_are_frozen() {
	assert_eq!(BondState::Candidate { last_session: None }.encode(), [0, 0]);
	assert_eq!(
		BondState::Candidate {
			last_session: Some(1)
		}
		.encode(),
		[0, 1, 1, 0, 0, 0]
	);
	assert_eq!(BondState::Serving.encode(), [1]);
	assert_eq!(
		BondState::Unbonding {
			withdrawable_from: 2
		}
		.encode(),
		[2, 2, 0, 0, 0]
	);
	assert_eq!(Exposure { bond: 1_000u64 }.encode(), 1_000u64.to_le_bytes());
	assert_eq!(LeaveReason::Dismissed.encode(), [0]);
	assert_eq!(LeaveReason::Resigned.encode(), [1]);
	assert_eq!(LeaveReason::Offence.encode(), [2]);
	assert_eq!(HoldReason::Bond.encode(), [0]);
	assert_eq!(Error::<Test>::LastValidator.encode(), [11]);
}

#[test]
fn calls_keep_their_places() {
	assert_eq!(
		Call::<Test>::get_call_names(),
		[
			"bond",
			"unbond",
			"withdraw_unbonded",
			"admit",
			"dismiss",
			"resign"
		]
	);
	assert_eq!(Call::<Test>::get_call_indices(), [0, 1, 2, 3, 4, 5]);
}

//! `admit`, `dismiss` and `resign`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

#[test]
fn an_admitted_candidate_serves_two_sessions_later() {
	ExtBuilder::default().build_and_execute(|| {
		candidate(5);
		events();
		assert_ok!(ValidatorSet::admit(root(), 5));
		assert_eq!(
			events(),
			[Event::Admitted {
				who: 5,
				bond: MIN_BOND,
				first_session: 2
			}]
		);
		assert_eq!(state_of(5), Some(BondState::Serving));

		advance_to_session(1);
		assert_eq!(Session::validators(), [1, 2, 3, 4]);
		advance_to_session(2);
		assert_eq!(Session::validators(), [1, 2, 3, 4, 5]);
	});
}

#[test]
fn a_dismissed_validator_serves_what_was_planned() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::dismiss(root(), 2));
		assert_eq!(
			events(),
			[Event::Left {
				who: 2,
				reason: LeaveReason::Dismissed,
				last_session: 1
			}]
		);
		assert_eq!(
			state_of(2),
			Some(BondState::Candidate {
				last_session: Some(1)
			})
		);
		assert_eq!(held(2), MIN_BOND);

		advance_to_session(1);
		assert_eq!(Session::validators(), [1, 2, 3, 4]);
		advance_to_session(2);
		assert_eq!(Session::validators(), [1, 3, 4]);
	});
}

#[test]
fn a_validator_resigns() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(3);
		events();
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(4)));
		assert_eq!(
			events(),
			[Event::Left {
				who: 4,
				reason: LeaveReason::Resigned,
				last_session: 4
			}]
		);
		assert_eq!(ValidatorSet::validators(), [1, 2, 3]);
	});
}

#[test]
fn who_has_left_may_be_admitted_again() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_ok!(ValidatorSet::admit(root(), 1));
		assert_eq!(ValidatorSet::validators(), [2, 3, 4, 1]);
		advance_to_session(2);
		assert_eq!(Session::validators(), [2, 3, 4, 1]);
	});
}

#[test]
fn cannot_admit_without_a_bond() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(ValidatorSet::admit(root(), 5), Error::<Test>::NotBonded);
	});
}

#[test]
fn cannot_admit_with_a_slashed_bond() {
	ExtBuilder::default().build_and_execute(|| {
		offend(1, 1);
		assert_noop!(ValidatorSet::admit(root(), 1), Error::<Test>::BelowMinBond);
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), MIN_BOND / 100));
		assert_ok!(ValidatorSet::admit(root(), 1));
	});
}

#[test]
fn cannot_admit_without_session_keys() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		assert_noop!(ValidatorSet::admit(root(), 5), Error::<Test>::NoSessionKeys);
	});
}

#[test]
fn cannot_admit_who_is_unbonding() {
	ExtBuilder::default().build_and_execute(|| {
		candidate(5);
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(5)));
		assert_noop!(ValidatorSet::admit(root(), 5), Error::<Test>::BondUnbonding);
	});
}

#[test]
fn cannot_admit_twice() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ValidatorSet::admit(root(), 1),
			Error::<Test>::AlreadyServing
		);
	});
}

#[test]
fn cannot_admit_into_a_full_set() {
	ExtBuilder::default()
		.validators(MAX_VALIDATORS.into())
		.build_and_execute(|| {
			candidate(7);
			assert_noop!(ValidatorSet::admit(root(), 7), Error::<Test>::SetFull);
			assert_ok!(ValidatorSet::dismiss(root(), 1));
			assert_ok!(ValidatorSet::admit(root(), 7));
		});
}

#[test]
fn cannot_take_out_who_is_not_in() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		for who in [5, 6] {
			assert_noop!(
				ValidatorSet::dismiss(root(), who),
				Error::<Test>::NotServing
			);
			assert_noop!(
				ValidatorSet::resign(RuntimeOrigin::signed(who)),
				Error::<Test>::NotServing
			);
		}
	});
}

#[test]
fn cannot_leave_twice() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_noop!(
			ValidatorSet::resign(RuntimeOrigin::signed(1)),
			Error::<Test>::NotServing
		);
		assert_noop!(ValidatorSet::dismiss(root(), 1), Error::<Test>::NotServing);
	});
}

#[test]
fn the_last_validator_cannot_leave() {
	ExtBuilder::default().validators(2).build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_noop!(
			ValidatorSet::resign(RuntimeOrigin::signed(2)),
			Error::<Test>::LastValidator
		);
		assert_noop!(
			ValidatorSet::dismiss(root(), 2),
			Error::<Test>::LastValidator
		);
	});
}

#[test]
fn only_governance_admits_and_dismisses() {
	ExtBuilder::default().build_and_execute(|| {
		candidate(5);
		for origin in [
			RuntimeOrigin::signed(1),
			RuntimeOrigin::signed(5),
			RuntimeOrigin::none(),
		] {
			assert_noop!(
				ValidatorSet::admit(origin.clone(), 5),
				DispatchError::BadOrigin
			);
			assert_noop!(ValidatorSet::dismiss(origin, 1), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn only_a_validator_resigns() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(ValidatorSet::resign(origin), DispatchError::BadOrigin);
		}
	});
}

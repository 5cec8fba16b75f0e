//! `unbond` and `withdraw_unbonded`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn who_never_served_waits_for_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(2);
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		events();
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(5)));
		assert_eq!(
			state_of(5),
			Some(BondState::Unbonding {
				withdrawable_from: 2
			})
		);
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(5)));
		assert_eq!((held(5), state_of(5)), (0, None));
		assert_eq!(
			events(),
			[
				Event::UnbondingStarted {
					who: 5,
					amount: MIN_BOND,
					withdrawable_from: 2
				},
				Event::Withdrawn {
					who: 5,
					amount: MIN_BOND
				},
			]
		);
	});
}

#[test]
fn the_delay_counts_from_the_last_session_of_service() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(2);
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(1)));
		// Planned up to session 3, of which offences can be reported through session 6.
		assert_eq!(
			state_of(1),
			Some(BondState::Unbonding {
				withdrawable_from: 7
			})
		);

		advance_to_session(3);
		assert!(Session::validators().contains(&1));
		advance_to_session(4);
		assert!(!Session::validators().contains(&1));

		advance_to_session(6);
		assert_noop!(
			ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(1)),
			Error::<Test>::StillSlashable
		);
		// The last moment at which the last session of service can be reported.
		assert_eq!(report(&[], (1, MIN_BOND), 3, 0, 10), Ok(()));
		assert_eq!(held(1), MIN_BOND - MIN_BOND / 10);

		advance_to_session(7);
		events();
		assert_eq!(report(&[], (1, MIN_BOND), 3, 1, 20), Ok(()));
		assert_eq!(events(), [Event::OffenceOutdated { session: 3 }]);
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(1)));
		assert_eq!((held(1), state_of(1)), (0, None));
	});
}

#[test]
fn waiting_before_unbonding_counts() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		advance_to_session(9);
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(1)));
		assert_eq!(
			state_of(1),
			Some(BondState::Unbonding {
				withdrawable_from: 9
			})
		);
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(1)));
	});
}

#[test]
fn a_bond_that_is_slashed_to_nothing_leaves_no_trace() {
	ExtBuilder::default().build_and_execute(|| {
		offend(1, 100);
		assert_eq!(held(1), 0);
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(1)));
		advance_to_session(5);
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(1)));
		assert_eq!(state_of(1), None);
	});
}

#[test]
fn who_has_withdrawn_may_bond_again() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(5)));
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(5)));
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		assert_eq!(
			state_of(5),
			Some(BondState::Candidate { last_session: None })
		);
	});
}

#[test]
fn cannot_unbond_without_a_bond() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ValidatorSet::unbond(RuntimeOrigin::signed(5)),
			Error::<Test>::NotBonded
		);
	});
}

#[test]
fn cannot_unbond_while_serving() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ValidatorSet::unbond(RuntimeOrigin::signed(1)),
			Error::<Test>::StillServing
		);
	});
}

#[test]
fn cannot_unbond_twice() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(1)));
		assert_noop!(
			ValidatorSet::unbond(RuntimeOrigin::signed(1)),
			Error::<Test>::BondUnbonding
		);
	});
}

#[test]
fn cannot_withdraw_without_a_bond() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(5)),
			Error::<Test>::NotBonded
		);
	});
}

#[test]
fn cannot_withdraw_what_is_not_unbonding() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		for who in [1, 5] {
			assert_noop!(
				ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(who)),
				Error::<Test>::NotUnbonding
			);
		}
	});
}

#[test]
fn cannot_withdraw_twice() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(5)));
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(5)));
		assert_noop!(
			ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(5)),
			Error::<Test>::NotBonded
		);
	});
}

#[test]
fn only_the_owner_can_unbond_and_withdraw() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				ValidatorSet::unbond(origin.clone()),
				DispatchError::BadOrigin
			);
			assert_noop!(
				ValidatorSet::withdraw_unbonded(origin),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn session_keys_go_with_the_bond() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(2);
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(1)));
		advance_to_session(7);
		assert!(Session::load_keys(&1).is_some());
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(1)));
		assert!(Session::load_keys(&1).is_none());
		assert_eq!(System::consumers(&1), 0);
	});
}

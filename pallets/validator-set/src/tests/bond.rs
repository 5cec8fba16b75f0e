//! `bond`.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{ArithmeticError, DispatchError, TokenError};

#[test]
fn bond_starts_and_grows() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		assert_eq!(held(5), MIN_BOND);
		assert_eq!(
			state_of(5),
			Some(BondState::Candidate { last_session: None })
		);

		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), 1));
		assert_eq!(held(5), MIN_BOND + 1);
		assert_eq!(
			events(),
			[
				Event::Bonded {
					who: 5,
					added: MIN_BOND,
					total: MIN_BOND
				},
				Event::Bonded {
					who: 5,
					added: 1,
					total: MIN_BOND + 1
				},
			]
		);
	});
}

#[test]
fn a_validator_adds_and_goes_on_serving() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), 500));
		assert_eq!(held(1), MIN_BOND + 500);
		assert_eq!(state_of(1), Some(BondState::Serving));
	});
}

#[test]
fn a_candidate_keeps_what_it_answers_for_when_it_adds() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), 500));
		assert_eq!(
			state_of(1),
			Some(BondState::Candidate {
				last_session: Some(1)
			})
		);
	});
}

#[test]
fn cannot_bond_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ValidatorSet::bond(RuntimeOrigin::signed(5), 0),
			Error::<Test>::NothingToBond
		);
	});
}

#[test]
fn cannot_start_below_the_least_bond() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND - 1),
			Error::<Test>::BelowMinBond
		);
	});
}

#[test]
fn cannot_stay_below_the_least_bond_after_a_slash() {
	ExtBuilder::default().build_and_execute(|| {
		offend(1, 50);
		assert_noop!(
			ValidatorSet::bond(RuntimeOrigin::signed(1), MIN_BOND / 2 - 1),
			Error::<Test>::BelowMinBond
		);
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), MIN_BOND / 2));
	});
}

#[test]
fn cannot_bond_while_unbonding() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(5)));
		assert_noop!(
			ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND),
			Error::<Test>::BondUnbonding
		);
	});
}

#[test]
fn cannot_bond_what_is_not_there() {
	ExtBuilder::default().build_and_execute(|| {
		for (who, amount) in [(5, ENDOWMENT + 1), (STRANGER, MIN_BOND)] {
			assert_noop!(
				ValidatorSet::bond(RuntimeOrigin::signed(who), amount),
				TokenError::FundsUnavailable
			);
		}
		assert_noop!(
			ValidatorSet::bond(RuntimeOrigin::signed(1), Balance::MAX),
			ArithmeticError::Overflow
		);
	});
}

#[test]
fn cannot_bond_the_existential_deposit() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			ValidatorSet::bond(RuntimeOrigin::signed(5), ENDOWMENT),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn nobody_else_can_bond() {
	ExtBuilder::default().build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				ValidatorSet::bond(origin, MIN_BOND),
				DispatchError::BadOrigin
			);
		}
	});
}

//! What happens to an offender.

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Perbill;
use sp_staking::offence::{OffenceDetails, OffenceError, OnOffenceHandler, ReportOffence};

fn percent(percent: u32) -> Perbill {
	Perbill::from_percent(percent)
}

#[test]
fn an_offence_costs_the_bond_and_the_seat() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(2);
		events();
		let issued = Balances::total_issuance();

		assert_eq!(report(&[9], (1, MIN_BOND), 2, 7, 50), Ok(()));

		assert_eq!(held(1), 500);
		assert_eq!(Balances::free_balance(9), ENDOWMENT + 50);
		assert_eq!(Balances::total_issuance(), issued - 450);
		assert_eq!(
			events(),
			[
				Event::ReporterRewarded {
					reporter: 9,
					validator: 1,
					session: 2,
					amount: 50
				},
				Event::Slashed {
					validator: 1,
					session: 2,
					fraction: percent(50),
					amount: 500,
					burnt: 450
				},
				Event::Left {
					who: 1,
					reason: LeaveReason::Offence,
					last_session: 3
				},
			]
		);

		// In the session of the report and in the one that was planned with it the offender is disabled.
		assert!(is_disabled(1));
		advance_to_session(3);
		assert!(Session::validators().contains(&1));
		assert!(is_disabled(1));
		// Two sessions later it is gone.
		advance_to_session(4);
		assert_eq!(Session::validators(), [2, 3, 4]);
		assert!(Session::disabled_validators().is_empty());

		assert_eq!(
			state_of(1),
			Some(BondState::Candidate {
				last_session: Some(3)
			})
		);
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(1)));
		advance_to_session(7);
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(1)));
		assert_eq!(Balances::free_balance(1), ENDOWMENT - 500);
	});
}

#[test]
fn an_offence_of_an_earlier_session_is_punished_from_the_exposure_of_then() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), 3_000));
		advance_to_session(3);
		assert_eq!(report(&[], (1, MIN_BOND), 0, 0, 100), Ok(()));
		assert_eq!(held(1), 3_000);
	});
}

#[test]
fn a_bond_that_is_unbonding_is_slashed() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(1)));
		advance_to_session(3);
		offend_earlier(1, 30);
		assert_eq!(held(1), 700);
		assert_eq!(
			state_of(1),
			Some(BondState::Unbonding {
				withdrawable_from: 5
			})
		);
	});
}

fn offend_earlier(who: AccountId, percent: u32) {
	assert_eq!(report(&[], (who, MIN_BOND), 1, 3, percent), Ok(()));
}

#[test]
fn the_largest_fraction_of_a_session_counts() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(1);
		for (time, fraction, left) in [(0, 20, 800), (1, 20, 800), (2, 10, 800), (3, 50, 500)] {
			assert_eq!(report(&[], (1, MIN_BOND), 1, time, fraction), Ok(()));
			assert_eq!(held(1), left);
		}
		assert_eq!(
			SlashedFractions::<Test>::get(1).into_inner(),
			[(1, percent(50))]
		);
	});
}

#[test]
fn a_second_report_that_is_no_worse_changes_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		offend(1, 50);
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), 500));
		assert_ok!(ValidatorSet::admit(RuntimeOrigin::root(), 1));
		events();

		assert_eq!(report(&[9], (1, MIN_BOND), 0, 99, 50), Ok(()));
		assert_eq!(events(), []);
		assert_eq!((held(1), state_of(1)), (MIN_BOND, Some(BondState::Serving)));
	});
}

#[test]
fn the_same_report_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(report(&[], (1, MIN_BOND), 0, 1, 50), Ok(()));
		assert_eq!(
			report(&[9], (1, MIN_BOND), 0, 1, 50),
			Err(OffenceError::DuplicateReport)
		);
		assert_eq!(held(1), 500);
		assert_eq!(Balances::free_balance(9), ENDOWMENT);
	});
}

#[test]
fn each_session_counts_by_itself_up_to_the_hold() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(2);
		events();
		for (session, left) in [(0, 400), (1, 0), (2, 0)] {
			assert_eq!(
				report(&[9], (1, MIN_BOND), session, session.into(), 60),
				Ok(())
			);
			assert_eq!(held(1), left);
		}
		// Of 600, of the 400 that were left, of nothing.
		assert_eq!(Balances::free_balance(9), ENDOWMENT + 60 + 40);
		let slashed: Vec<_> = events()
			.into_iter()
			.filter_map(|event| match event {
				Event::Slashed { amount, burnt, .. } => Some((amount, burnt)),
				_ => None,
			})
			.collect();
		assert_eq!(slashed, [(600, 540), (400, 360), (0, 0)]);
	});
}

#[test]
fn those_who_offend_together_pay_more_each() {
	ExtBuilder::default().build_and_execute(|| {
		let offence = |who| TestOffence {
			offenders: vec![(who, Exposure { bond: MIN_BOND })],
			session: 0,
			time: 5,
			fraction: percent(20),
		};
		assert_eq!(Offences::report_offence(vec![9], offence(1)), Ok(()));
		assert_eq!((held(1), held(2)), (800, MIN_BOND));
		// The second offender raises the fraction of both; who reported the first is paid for the rise.
		assert_eq!(Offences::report_offence(vec![10], offence(2)), Ok(()));
		assert_eq!((held(1), held(2)), (600, 600));
		assert_eq!(Balances::free_balance(9), ENDOWMENT + 20 + 20);
		assert_eq!(Balances::free_balance(10), ENDOWMENT + 40);
	});
}

#[test]
fn reporters_share_equally_and_the_remainder_burns() {
	ExtBuilder::default().build_and_execute(|| {
		let issued = Balances::total_issuance();
		assert_eq!(report(&[8, 9, 10], (1, MIN_BOND), 0, 0, 100), Ok(()));
		for reporter in [8, 9, 10] {
			assert_eq!(Balances::free_balance(reporter), ENDOWMENT + 33);
		}
		assert_eq!(Balances::total_issuance(), issued - 1_000 + 99);
	});
}

#[test]
fn reporters_beyond_the_most_get_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let mut reporters = vec![5; MAX_REPORTERS as usize];
		reporters.push(9);
		assert_eq!(report(&reporters, (1, MIN_BOND), 0, 0, 100), Ok(()));
		assert_eq!(Balances::free_balance(9), ENDOWMENT);
		assert_eq!(Balances::free_balance(5), ENDOWMENT + 96);
	});
}

#[test]
fn an_offender_is_not_paid_for_reporting_itself() {
	ExtBuilder::default().build_and_execute(|| {
		let issued = Balances::total_issuance();
		assert_eq!(report(&[1], (1, MIN_BOND), 0, 0, 50), Ok(()));
		assert_eq!(Balances::free_balance(1), ENDOWMENT - MIN_BOND);
		assert_eq!(Balances::total_issuance(), issued - 500);
		// Beside another one it gets nothing either.
		assert_eq!(report(&[2, 9], (2, MIN_BOND), 0, 1, 50), Ok(()));
		assert_eq!(Balances::free_balance(2), ENDOWMENT - MIN_BOND);
		assert_eq!(Balances::free_balance(9), ENDOWMENT + 50);
	});
}

#[test]
fn a_reward_that_cannot_be_deposited_burns() {
	ExtBuilder::default().build_and_execute(|| {
		let issued = Balances::total_issuance();
		// 5 is less than the existential deposit of an account that is not there.
		assert_eq!(report(&[STRANGER], (1, MIN_BOND), 0, 0, 5), Ok(()));
		assert_eq!(Balances::free_balance(STRANGER), 0);
		assert_eq!(Balances::total_issuance(), issued - 50);
	});
}

#[test]
fn an_offence_without_a_fraction_costs_the_seat_only() {
	ExtBuilder::default().build_and_execute(|| {
		offend(1, 0);
		assert_eq!(held(1), MIN_BOND);
		assert_eq!(
			state_of(1),
			Some(BondState::Candidate {
				last_session: Some(1)
			})
		);
		assert!(is_disabled(1));
	});
}

#[test]
fn the_last_validator_is_slashed_and_kept() {
	ExtBuilder::default().validators(1).build_and_execute(|| {
		offend(1, 40);
		assert_eq!(held(1), 600);
		assert_eq!(state_of(1), Some(BondState::Serving));
		assert!(!is_disabled(1));
		assert_eq!(
			events().last(),
			Some(&Event::OffenderKept {
				validator: 1,
				session: 0
			})
		);
		advance_to_session(4);
		assert_eq!(Session::validators(), [1]);
		assert!(!is_disabled(1));
	});
}

#[test]
fn when_all_offend_one_is_kept() {
	ExtBuilder::default().build_and_execute(|| {
		let exposure = Exposure { bond: MIN_BOND };
		let offence = TestOffence {
			offenders: (1..=4).map(|who| (who, exposure)).collect(),
			session: 0,
			time: 0,
			fraction: percent(10),
		};
		assert_eq!(Offences::report_offence(vec![], offence), Ok(()));
		assert_eq!(ValidatorSet::validators(), [4]);
		assert!((1..=4).all(|who| held(who) == 600));
		advance_to_session(2);
		assert_eq!(Session::validators(), [4]);
	});
}

#[test]
fn who_has_left_is_disabled_while_it_still_serves() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		events();
		offend(1, 10);
		assert!(is_disabled(1));
		assert!(
			!events()
				.iter()
				.any(|event| matches!(event, Event::Left { .. }))
		);
		advance_to_session(1);
		assert!(is_disabled(1));
	});
}

#[test]
fn who_serves_no_more_is_not_suspended() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(1)));
		advance_to_session(2);
		assert_eq!(report(&[], (1, MIN_BOND), 1, 0, 10), Ok(()));
		assert_eq!(held(1), 900);
		assert!(Suspended::<Test>::get().is_empty());
		assert!(Session::disabled_validators().is_empty());
	});
}

#[test]
fn two_offences_suspend_once_with_the_worse() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(1);
		assert_eq!(report(&[], (1, MIN_BOND), 1, 0, 50), Ok(()));
		assert_eq!(report(&[], (1, MIN_BOND), 0, 1, 20), Ok(()));
		assert_eq!(Suspended::<Test>::get().into_inner(), [(1, percent(50))]);
		advance_to_session(2);
		assert!(Suspended::<Test>::get().is_empty());
	});
}

#[test]
fn an_offence_too_old_is_not_punished() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(UNBONDING);
		assert_eq!(report(&[], (1, MIN_BOND), 0, 0, 10), Ok(()));
		assert_eq!(held(1), 900);
		advance_to_session(UNBONDING + 1);
		events();
		assert_eq!(report(&[9], (2, MIN_BOND), 0, 1, 10), Ok(()));
		assert_eq!(events(), [Event::OffenceOutdated { session: 0 }]);
		assert_eq!((held(2), state_of(2)), (MIN_BOND, Some(BondState::Serving)));
	});
}

#[test]
fn noted_fractions_age_out() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(1);
		assert_eq!(report(&[], (1, MIN_BOND), 1, 0, 10), Ok(()));
		advance_to_session(1 + UNBONDING);
		assert!(SlashedFractions::<Test>::contains_key(1));
		advance_to_session(1 + UNBONDING + 1);
		assert!(!SlashedFractions::<Test>::contains_key(1));
	});
}

#[test]
fn an_offender_comes_back_only_through_governance() {
	ExtBuilder::default().build_and_execute(|| {
		offend(1, 50);
		assert_noop!(
			ValidatorSet::resign(RuntimeOrigin::signed(1)),
			Error::<Test>::NotServing
		);
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), 500));
		advance_to_session(4);
		assert_eq!(Session::validators(), [2, 3, 4]);
		assert_ok!(ValidatorSet::admit(RuntimeOrigin::root(), 1));
		advance_to_session(6);
		assert_eq!(Session::validators(), [2, 3, 4, 1]);
	});
}

#[test]
fn the_handler_returns_the_weight_of_its_work() {
	ExtBuilder::default().build_and_execute(|| {
		let details = [OffenceDetails {
			offender: (1, Exposure { bond: MIN_BOND }),
			reporters: vec![],
		}];
		let weight = ValidatorSet::on_offence(&details, &[percent(1)], 0);
		assert_eq!(weight, <() as WeightInfo>::on_offence(1));
	});
}

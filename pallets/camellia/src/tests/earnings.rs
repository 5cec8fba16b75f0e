//! Earnings: noted at settlement, pulled by those who earned them.

use crate::{Error, Event, Rewards, mock::*};
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::Preservation,
	},
};
use tea_primitives::{camellia::Camellias, errand::Earnings, ids::ModuleId};

fn account() -> tea_primitives::chain::AccountId {
	<Camellia as Earnings<_, _>>::account()
}

/// What an errand does: pays the account, then has it noted.
fn earn(module: ModuleId, beneficiary: u8, amount: Balance) -> bool {
	assert_ok!(<Balances as Mutate<_>>::transfer(
		&who(10),
		&account(),
		amount,
		Preservation::Preserve
	));
	Camellia::accrue(module, &who(beneficiary), amount)
}

fn free(n: u8) -> Balance {
	Balances::balance(&who(n))
}

#[test]
fn the_account_lives_from_genesis_on() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(Balances::balance(&account()), MINIMUM);
		assert_eq!(account(), Camellia::account_id());
	});
}

#[test]
fn earnings_wait_until_they_are_pulled() {
	one().build_and_execute(|| {
		assert!(earn(MODULE, 1, 30));
		assert!(earn(MODULE, 1, 12));
		assert_eq!(free(1), ENDOWMENT);
		assert_eq!(Camellia::rewards(MODULE, who(1)), 42);
		System::reset_events();
		assert_ok!(Camellia::claim_rewards(signed(1), MODULE));
		assert_eq!(free(1), ENDOWMENT + 42);
		assert_eq!(
			events(),
			[Event::RewardsClaimed {
				module: MODULE,
				who: who(1),
				amount: 42
			}]
		);
		assert_eq!(Balances::balance(&account()), MINIMUM);
		assert_eq!(
			Rewards::<Test>::iter().count(),
			0,
			"nothing is left in state"
		);
	});
}

#[test]
fn nothing_is_pulled_twice_or_by_others() {
	one().with(2, crate::Kind::B).build_and_execute(|| {
		assert!(earn(MODULE, 1, 30));
		for (caller, module) in [(2, MODULE), (1, ModuleId(1)), (1, ModuleId(77))] {
			assert_noop!(
				Camellia::claim_rewards(signed(caller), module),
				Error::<Test>::NothingToClaim
			);
		}
		assert_ok!(Camellia::claim_rewards(signed(1), MODULE));
		assert_noop!(
			Camellia::claim_rewards(signed(1), MODULE),
			Error::<Test>::NothingToClaim
		);
		assert_noop!(
			Camellia::claim_rewards(RuntimeOrigin::none(), MODULE),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

/// What was begun under one owner is that owner's, whoever has the Camellia when it is paid.
#[test]
fn earnings_stay_with_who_owned_it_when_the_work_began() {
	one().build_and_execute(|| {
		assert!(earn(MODULE, 1, 30));
		assert_ok!(Nfts::transfer(
			signed(1),
			crate::Collection::<Test>::get().unwrap(),
			MODULE.0,
			who(2)
		));
		assert!(earn(MODULE, 1, 5));
		assert!(earn(MODULE, 2, 7));
		assert_ok!(Camellia::claim_rewards(signed(2), MODULE));
		assert_ok!(Camellia::claim_rewards(signed(1), MODULE));
		assert_eq!((free(1), free(2)), (ENDOWMENT + 35, ENDOWMENT + 7));
	});
}

#[test]
fn earnings_outlive_the_camellia() {
	one().build_and_execute(|| {
		plant();
		assert!(earn(MODULE, 1, 30));
		enter(end_of(MODULE));
		assert_eq!(<Camellia as Camellias<_>>::owner(MODULE), None);
		assert_ok!(Camellia::claim_rewards(signed(1), MODULE));
		assert_eq!(free(1), ENDOWMENT + 30);
	});
}

#[test]
fn nothing_accrues_for_what_does_not_exist() {
	one().build_and_execute(|| {
		assert!(!Camellia::accrue(ModuleId(77), &who(1), 5));
		assert!(Camellia::accrue(MODULE, &who(1), 0));
		assert_eq!(Rewards::<Test>::iter().count(), 0);
	});
}

/// A payment smaller than what an account must hold arrives, because the account is alive.
#[test]
fn small_payments_arrive_and_leave() {
	one().build_and_execute(|| {
		assert!(earn(MODULE, 1, 1));
		assert_ok!(Camellia::claim_rewards(signed(1), MODULE));
		assert_eq!(free(1), ENDOWMENT + 1);
	});
}

/// Who is paid into a dead account too little to live keeps the claim.
#[test]
fn a_claim_that_cannot_be_paid_is_kept() {
	one().build_and_execute(|| {
		assert!(earn(MODULE, 50, 1));
		assert_eq!(free(50), 0);
		assert_noop!(
			Camellia::claim_rewards(signed(50), MODULE),
			sp_runtime::TokenError::BelowMinimum
		);
		assert!(earn(MODULE, 50, MINIMUM));
		assert_ok!(Camellia::claim_rewards(signed(50), MODULE));
	});
}

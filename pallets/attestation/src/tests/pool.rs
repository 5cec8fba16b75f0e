//! The duty pool.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use tea_primitives::{draw::Member, ids::ModuleId};

type Errors = Error<Test>;

/// Who owns the members of the committee of the round in progress.
fn owners(module: &TestModule) -> Vec<AccountId> {
	module
		.round()
		.committee
		.iter()
		.map(|member| Attestation::owner_of(member).unwrap())
		.collect()
}

fn points_in_all() -> u32 {
	DutyPoints::<Test>::iter_values().sum()
}

fn pay(who: &AccountId) -> sp_runtime::DispatchResult {
	Attestation::pay_duties(signed(&account(99)), who.clone())
}

#[test]
fn duties_earn_points_and_points_are_paid() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		// The challengers whose secrets came back.
		assert_eq!(points_in_all(), C);
		assert_ok!(module.attest());
		module.wait_for_draw();
		let members = owners(&module);
		DutyPoints::<Test>::drain().count();
		assert_ok!(module.pass(&[0, 1, 2]));
		// The fourth said nothing.
		for (position, owner) in members.iter().enumerate() {
			assert_eq!(DutyPoints::<Test>::get(owner), u32::from(position < 3));
		}
		let (who, before) = (&members[0], Balances::free_balance(&members[0]));
		let pool = Attestation::duty_pool().1;
		assert_ok!(pay(who));
		assert_eq!(Balances::free_balance(who), before + REWARD);
		assert_eq!(Attestation::duty_pool().1, pool - REWARD);
		assert!(!DutyPoints::<Test>::contains_key(who));
		assert!(events().contains(&Event::DutiesPaid {
			who: who.clone(),
			points: 1,
			amount: REWARD
		}));
		assert_noop!(pay(who), Errors::NothingToClaim);
		assert_noop!(pay(&members[3]), Errors::NothingToClaim);
	});
}

#[test]
fn the_pool_is_empty_and_duty_goes_on() {
	// The account needs one unit to exist, so two duties and a half can be paid.
	ExtBuilder::default()
		.pool(1 + 2 * REWARD + REWARD / 2)
		.build_and_execute(|| {
			let who = account(50);
			DutyPoints::<Test>::insert(&who, 5);
			assert_ok!(pay(&who));
			assert_eq!(DutyPoints::<Test>::get(&who), 3);
			assert_noop!(pay(&who), Errors::PoolEmpty);
			TestModule::active(1);
			// Somebody fills it, and what waited is paid.
			assert_ok!(Balances::transfer_allow_death(
				signed(&account(2)),
				Attestation::duty_pool_account(),
				100 * REWARD
			));
			assert_ok!(pay(&who));
			assert!(!DutyPoints::<Test>::contains_key(&who));
		});
}

#[test]
fn later_owner_gets_no_earlier_pay() {
	ExtBuilder::default().build_and_execute(|| {
		TestModule::active(1);
		let member = Member::Module(ModuleId(1));
		DutyPoints::<Test>::drain().count();
		<Attestation as RewardsHook<_>>::duty_done(
			&member,
			ModuleId(2),
			tea_primitives::draw::Purpose::Attestation,
		);
		world::Items::<Test>::mutate(ModuleId(1), |item| {
			item.as_mut().unwrap().owner = account(60);
		});
		assert_eq!(DutyPoints::<Test>::get(account(1)), 1);
		assert_eq!(DutyPoints::<Test>::get(account(60)), 0);
	});
}

#[test]
fn who_boots_too_often_pays_the_round() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let price = REWARD * Balance::from(N);
		for boot in 2..=PAID_BOOTS + 2 {
			advance(1);
			module.reboot();
			let (owner, pool) = (
				Balances::free_balance(&module.owner),
				Attestation::duty_pool().1,
			);
			assert_ok!(module.attest());
			let pays = if boot > PAID_BOOTS { price } else { 0 };
			assert_eq!(Balances::free_balance(&module.owner), owner - pays);
			assert_eq!(Attestation::duty_pool().1, pool + pays);
			assert_eq!(
				events().contains(&Event::RoundPaid {
					module: module.id,
					who: module.owner.clone(),
					amount: price
				}),
				pays > 0
			);
			while DrawQueueEnds::<Test>::get().len() > 2 {
				advance(1);
			}
		}
		// The next day begins anew.
		advance_to(DAY);
		module.reboot();
		let owner = Balances::free_balance(&module.owner);
		assert_ok!(module.attest());
		assert_eq!(Balances::free_balance(&module.owner), owner);
		assert_eq!(
			BootsOfDay::<Test>::get(module.id),
			Some(DayCount { day: 1, count: 1 })
		);
	});
}

#[test]
fn the_owner_pays_not_the_operator_and_must_have_it() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		world::Items::<Test>::mutate(module.id, |item| {
			item.as_mut().unwrap().operator = Some(account(40));
		});
		module.operator = account(40);
		BootsOfDay::<Test>::insert(
			module.id,
			DayCount {
				day: 0,
				count: PAID_BOOTS,
			},
		);
		module.reboot();
		let evidence = module.evidence();
		frame_support::hypothetically!({
			let all = Balances::free_balance(&module.owner);
			let _ = Balances::burn(signed(&module.owner), all - 5, false);
			CountingVerify::taken();
			assert_noop!(
				module.post_evidence(evidence.clone()),
				Errors::InsufficientBalance
			);
			assert_eq!(CountingVerify::taken(), 0);
		});
		let operator = Balances::free_balance(&module.operator);
		assert_ok!(module.post_evidence(evidence));
		assert_eq!(Balances::free_balance(&module.operator), operator);
	});
}

#[test]
fn renewals_and_refused_evidence_count_as_no_boot() {
	ExtBuilder::default().build_and_execute(|| {
		let mut module = TestModule::active(1);
		let count = || BootsOfDay::<Test>::get(ModuleId(1)).unwrap().count;
		assert_eq!(count(), 1);
		advance(LIFE / 2);
		assert_ok!(module.renew());
		assert_eq!(count(), 1);
		module.reboot();
		let mut evidence = module.evidence();
		evidence.signature[10] ^= 1;
		assert!(module.post_evidence(evidence).is_err());
		assert_eq!(count(), 1);
		assert_ok!(module.attest());
		assert_eq!(count(), 2);
		assert_ok!(Attestation::retire(signed(&module.owner), module.id));
		assert!(!BootsOfDay::<Test>::contains_key(module.id));
	});
}

#[test]
fn a_price_that_changed_counts_for_points_that_wait() {
	ExtBuilder::default().build_and_execute(|| {
		let who = account(50);
		DutyPoints::<Test>::insert(&who, 3);
		let mut parameters = PARAMETERS;
		parameters.duty_reward = 100;
		assert_ok!(Attestation::set_parameters(
			RuntimeOrigin::root(),
			parameters
		));
		let before = Balances::free_balance(&who);
		assert_ok!(pay(&who));
		assert_eq!(Balances::free_balance(&who), before + 300);
	});
}

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use tea_primitives::{
	camellia::CreditEvent,
	deployment::{Charge, DeploymentId, Kind, Visibility},
	errand::{ErrandId, Exit, FaultReason, Outcome, Payee, RefundReason, Role, Source, Trap},
	ids::ModuleId,
};

const UNIT: Balance = 1_000_000_000_000;
const PARENT: ModuleId = ModuleId(5);

/// Code for 3, data for 2, both pinned by module 1; the pin of the code came from module 5.
fn example(while_degraded: bool) -> (ErrandId, DeploymentId) {
	let code = deploy(1, Kind::Code, Visibility::Hosted);
	let data = deploy(2, Kind::Data, Visibility::Hosted);
	with_deployment(code, |item| item.charge = Charge::PerUse(3 * UNIT));
	with_deployment(data, |item| item.charge = Charge::PerUse(2 * UNIT));
	pin(code, X, Some(PARENT), while_degraded);
	pin(data, X, None, false);
	let mut ask = Ask::of(Source::Deployed(code), vec![Source::Deployed(data)]);
	ask.max_price = 10 * UNIT;
	ask.limits.fuel = 50_000_000_000;
	let errand = ask.post();
	assign_to(errand, X);
	(errand, code)
}

/// SPEC 3.4: hold 10; data 2, code 3, gas 5.
#[test]
fn worked_example() {
	ExtBuilder::default().build_and_execute(|| {
		let before = |n: u8| Balances::free_balance(account(n));
		let (client_before, developer, owner) = (before(1), before(51), before(52));
		let (delegator, parent) = (before(100 - 7), before(100 - 5));
		let (errand, _) = example(false);
		let beneficiary = account(99);
		finish(errand, Exit::Ok, 50_000_000_000);
		assert_eq!(before(52) - owner, 2 * UNIT, "data owner");
		assert_eq!(before(51) - developer, 3 * UNIT, "developer");
		assert_eq!(paid(errand, Role::Executor), [3_500_000_000_002]);
		assert_eq!(earned(X, &beneficiary), 3_500_000_000_002);
		assert_eq!(before(93) - delegator, UNIT * 3 / 4, "delegator");
		assert_eq!(paid(errand, Role::Verifier), [166_666_666_666; 3]);
		assert_eq!(before(95) - parent, UNIT / 4, "parent");
		assert_eq!(client_before - before(1), 10 * UNIT, "nothing back");
		assert_eq!(finished(errand).bill.returned, 0);
	});
	// With gas 4: executor 2.8, delegator 0.6, verifiers 0.4, parents 0.2, back 1.
	ExtBuilder::default().build_and_execute(|| {
		let (errand, _) = example(false);
		finish(errand, Exit::Ok, 40_000_000_000);
		assert_eq!(paid(errand, Role::Executor), [2_800_000_000_001]);
		assert_eq!(paid(errand, Role::Delegator), [600_000_000_000]);
		assert_eq!(paid(errand, Role::Verifier), [133_333_333_333; 3]);
		assert_eq!(paid(errand, Role::Parent), [200_000_000_000]);
		assert_eq!(finished(errand).bill.returned, UNIT);
	});
}

///
#[test]
fn parents_in_need_earn_double_from_the_executor() {
	ExtBuilder::default().build_and_execute(|| {
		let (errand, _) = example(true);
		finish(errand, Exit::Ok, 50_000_000_000);
		assert_eq!(paid(errand, Role::Parent), [UNIT / 2]);
		assert_eq!(paid(errand, Role::Executor), [3_250_000_000_002]);
	});
}

/// a parent that is dead or retired leaves its part to the executor.
#[test]
fn part_of_a_dead_parent_is_the_executors() {
	for change in [
		(|record: &mut world::Machine| record.living = false) as fn(&mut world::Machine),
		|record| record.status = RETIRED,
	] {
		ExtBuilder::default().modules(12).build_and_execute(|| {
			let (errand, _) = example(false);
			with_module(PARENT, change);
			// It may be a verifier too; others pass then.
			let members: Vec<u8> = (0..4)
				.filter(|position| verifier_module(errand, *position) != PARENT)
				.take(3)
				.collect();
			let mut pot = pot_of(errand, body(errand, Exit::Ok, 50_000_000_000));
			verdicts(errand, &mut pot, &members);
			assert_ok!(complete(errand, pot));
			assert!(paid(errand, Role::Parent).is_empty());
			assert_eq!(paid(errand, Role::Executor), [3_750_000_000_002]);
		});
	}
}

/// gas is paid, use prices go back.
#[test]
fn guest_fault_pays_gas_only() {
	ExtBuilder::default().build_and_execute(|| {
		let (errand, code) = example(false);
		finish(errand, Exit::Trap(Trap::DivisionByZero), 10_000_000_000);
		assert_eq!(
			outcome(errand),
			Outcome::Failed(Exit::Trap(Trap::DivisionByZero))
		);
		assert!(paid(errand, Role::Developer).is_empty());
		assert!(paid(errand, Role::DataOwner).is_empty());
		assert_eq!(finished(errand).bill.gas, UNIT);
		assert_eq!(finished(errand).bill.returned, 9 * UNIT);
		assert_eq!(
			world::Counted::<Test>::get(code),
			1,
			"a fault of the guest is a use"
		);
	});
}

/// M07
#[test]
fn infrastructure_fault_earns_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let before = Balances::free_balance(client());
		let (errand, code) = example(false);
		credit();
		assert_ok!(fail(errand, FaultReason::WallClock));
		assert_eq!(credit(), [(X, CreditEvent::InfrastructureFault)]);
		assert_eq!(earned(X, &account(99)), 0);
		assert_ok!(Errand::cancel(signed(&client()), errand));
		assert_eq!(Balances::free_balance(client()), before);
		assert_eq!(world::Counted::<Test>::get(code), 0);
		assert!(finished(errand).bill.lines.is_empty());
	});
}

#[test]
fn credit_moves_by_the_table() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let verifiers: Vec<_> = (0..3).map(|n| verifier_module(errand, n)).collect();
		credit();
		finish(errand, Exit::Ok, 1);
		let mut expected = vec![(X, CreditEvent::ErrandConfirmed)];
		expected.extend(
			verifiers
				.into_iter()
				.map(|module| (module, CreditEvent::DutyDone)),
		);
		assert_eq!(credit(), expected);
		// A guest fault is no errand confirmed.
		let errand = assigned();
		credit();
		finish(errand, Exit::Failed(1), 1);
		assert!(
			credit()
				.iter()
				.all(|(_, event)| *event == CreditEvent::DutyDone)
		);
	});
}

/// M04: once claimed, an errand cannot be taken back, and whoever ran it is paid.
#[test]
fn cancel_after_claim_pays_gas() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		assert_noop!(
			Errand::cancel(signed(&account(2)), errand),
			Error::<Test>::NotClient
		);
		advance(2);
		assert_ok!(claim(errand, X));
		assert_noop!(
			Errand::cancel(signed(&client()), errand),
			Error::<Test>::AlreadyAssigned
		);
		advance(1);
		assert_noop!(
			Errand::cancel(signed(&client()), errand),
			Error::<Test>::AlreadyAssigned
		);
		finish(errand, Exit::Ok, 1_000_000);
		assert_eq!(finished(errand).bill.gas, 100_000_000);

		let errand = post();
		assert_ok!(Errand::cancel(signed(&client()), errand));
		assert_eq!(outcome(errand), Outcome::Cancelled);
		assert_eq!(held(&client()), 0);
	});
}

/// M15: what was earned belongs to who owned the module when it began.
#[test]
fn later_owner_gets_no_earlier_pay() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let (old, new) = (account(99), account(40));
		with_module(X, |record| record.owner = new.clone());
		finish(errand, Exit::Ok, 1_000_000);
		let amount = earned(X, &old);
		assert_eq!(amount, paid(errand, Role::Executor)[0]);
		assert_eq!(earned(X, &new), 0);
		let before = Balances::free_balance(&old);
		assert_eq!(pull(X, &old), amount);
		assert_eq!(Balances::free_balance(&old), before + amount);
		let next = assigned();
		finish(next, Exit::Ok, 1_000_000);
		assert!(earned(X, &new) > 0);
	});
}

/// M09
#[test]
fn no_hold_without_errand() {
	ExtBuilder::default().build_and_execute(|| {
		let errands = [post(), post(), post()];
		assert_eq!(on_hold(), 30_000_000_000);
		assert_ok!(Errand::cancel(signed(&client()), errands[0]));
		assert_eq!(on_hold(), 20_000_000_000);
		assign_to(errands[1], X);
		finish(errands[1], Exit::Ok, 1);
		assert_eq!(on_hold(), 10_000_000_000);
		advance(300);
		assert_eq!(on_hold(), 0);
		assert_eq!(on_hold(), open_holds());
	});
}

/// M09: money waits on the clients' own accounts, never on one of the pallet's.
#[test]
fn pallet_account_is_empty() {
	ExtBuilder::default().build_and_execute(|| {
		let accounts = frame_system::Account::<Test>::iter_keys().count();
		let errand = post();
		assert_eq!(frame_system::Account::<Test>::iter_keys().count(), accounts);
		assign_to(errand, X);
		finish(errand, Exit::Ok, 1_000);
		assert_eq!(frame_system::Account::<Test>::iter_keys().count(), accounts);
	});
}

/// a payee that cannot be paid leaves its line to the client.
#[test]
fn unpayable_line_goes_back() {
	ExtBuilder::default().build_and_execute(|| {
		let mut ask = Ask::default();
		// Too little to bring an account to life.
		ask.options.payee = Some((account(150), DEPOSIT - 1));
		let errand = ask.post();
		assign_to(errand, X);
		finish(errand, Exit::Ok, 1_000);
		let bill = finished(errand).bill;
		let line = bill
			.lines
			.iter()
			.find(|line| line.role == Role::Developer)
			.expect("a line");
		assert!(!line.paid);
		assert_eq!(line.payee, Payee::Account(account(150)));
		assert_eq!(Balances::free_balance(account(150)), 0);

		ask.options.payee = Some((account(150), DEPOSIT));
		let errand = ask.post();
		assign_to(errand, X);
		finish(errand, Exit::Ok, 1_000);
		assert_eq!(Balances::free_balance(account(150)), DEPOSIT);
		// Somebody who pays himself has it at once.
		ask.options.payee = Some((client(), 5));
		let errand = ask.post();
		assign_to(errand, X);
		finish(errand, Exit::Ok, 1_000);
		assert_eq!(paid(errand, Role::Developer), [5]);
	});
}

#[test]
fn part_of_a_dead_executor_goes_back() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let pot = pot(errand);
		with_module(X, |record| record.living = false);
		assert_ok!(complete(errand, pot));
		assert_eq!(outcome(errand), Outcome::Confirmed, "open errands finish");
		assert!(paid(errand, Role::Executor).is_empty());
	});
}

/// delegators of the data when the code has none.
#[test]
fn delegators_of_data_when_code_is_ad_hoc() {
	ExtBuilder::default().build_and_execute(|| {
		let data = deploy(2, Kind::Data, Visibility::Plain);
		let more = deploy(3, Kind::Data, Visibility::Plain);
		with_deployment(more, |item| item.delegator = ModuleId(6));
		let mut ask = Ask::of(
			ad_hoc(1, false),
			vec![
				Source::Deployed(data),
				Source::Deployed(more),
				Source::Deployed(data),
			],
		);
		ask.max_price = UNIT;
		let errand = ask.post();
		assign_to(errand, X);
		finish(errand, Exit::Ok, 1_000_000);
		assert_eq!(paid(errand, Role::Delegator), [7_500_000, 7_500_000]);
		// Both ad-hoc: no delegator, no parent.
		let errand = assigned();
		finish(errand, Exit::Ok, 1_000_000);
		assert!(paid(errand, Role::Delegator).is_empty());
		assert!(paid(errand, Role::Parent).is_empty());
	});
}

///
#[test]
fn no_line_of_a_platform() {
	ExtBuilder::default().build_and_execute(|| {
		let (errand, _) = example(false);
		finish(errand, Exit::Ok, 50_000_000_000);
		let bill = finished(errand).bill;
		let paid: Balance = bill
			.lines
			.iter()
			.filter(|line| line.paid)
			.map(|line| line.amount)
			.sum();
		assert_eq!(paid + bill.returned, bill.held);
		let gas: Balance = bill
			.lines
			.iter()
			.filter(|line| !matches!(line.role, Role::Developer | Role::DataOwner))
			.map(|line| line.amount)
			.sum();
		assert_eq!(gas, bill.gas);
	});
}

#[test]
fn shares_must_be_whole() {
	ExtBuilder::default().build_and_execute(|| {
		let shares = Shares {
			executor: 60,
			delegator: 20,
			verifiers: 15,
			parents: 5,
			parents_degraded: 8,
		};
		assert_noop!(
			Errand::set_shares(signed(&client()), shares),
			sp_runtime::DispatchError::BadOrigin
		);
		assert_noop!(
			Errand::set_gas_price(signed(&client()), 1),
			sp_runtime::DispatchError::BadOrigin
		);
		for broken in [
			Shares {
				executor: 61,
				..shares
			},
			Shares {
				parents: 6,
				..shares
			},
			Shares {
				parents_degraded: 4,
				..shares
			},
			Shares {
				parents_degraded: 66,
				..shares
			},
		] {
			assert_noop!(
				Errand::set_shares(RuntimeOrigin::root(), broken),
				Error::<Test>::BadShares
			);
		}
		assert_ok!(Errand::set_shares(RuntimeOrigin::root(), shares));
		let errand = assigned();
		finish(errand, Exit::Ok, 1_000_000);
		assert_eq!(paid(errand, Role::Verifier), [5_000_000; 3]);
	});
}

/// Whoever waits for a refund has it without a call of its own.
#[test]
fn refund_names_the_last_reason() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		assert_ok!(fail(errand, FaultReason::Host));
		assign_to(errand, ModuleId(2));
		assert_ok!(fail(errand, FaultReason::Tpm));
		assert_eq!(
			outcome(errand),
			Outcome::Refunded(RefundReason::Fault(FaultReason::Tpm))
		);
		assert_eq!(
			finished(errand).executor.map(|(module, ..)| module),
			Some(ModuleId(2))
		);
	});
}

/// even if a price were reckoned wrongly, other errands' holds are out of reach.
#[test]
fn settlement_never_takes_more_than_was_held() {
	ExtBuilder::default().build_and_execute(|| {
		let other = post();
		let errand = assigned();
		Errands::<Test>::mutate(errand, |record| {
			record.as_mut().expect("assigned").gas_price = 3 * GAS_PRICE;
		});
		finish(errand, Exit::Ok, 50_000_000);
		assert!(paid(errand, Role::Executor).is_empty(), "13.5 of 10");
		assert_eq!(finished(errand).bill.returned, 8_500_000_000);
		assert_eq!(held(&client()), record(other).held);
	});
}

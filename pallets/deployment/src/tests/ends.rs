//! Ends: expiry, the way out of state, full agendas.

use super::{uses::*, *};
use frame_support::assert_noop;
use tea_primitives::deployment::UseOutcome;

fn expiring(n: u8, block: u32) -> DeploymentId {
	let mut terms = open_terms();
	terms.expires = Some(block);
	register(n, with_terms(terms), m(1))
}

#[test]
fn a_deployment_expires_by_itself() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = expiring(1, 5);
		pin(deployment, m(1), m(2));
		advance_to(4);
		assert_noop!(expire(deployment), Errors::NothingDue);
		assert_eq!(state(deployment, m(2)), Some(PinState::Live));
		events();
		// In that very block, whether or not anybody has noted it.
		System::set_block_number(5);
		assert_eq!(status(deployment), Some(DeploymentStatus::Expired));
		assert_eq!(state(deployment, m(2)), Some(PinState::Void));
		System::set_block_number(4);
		advance(1);
		let events = events();
		assert!(matches!(
			events[0],
			Event::Closed {
				reason: EndReason::Expired,
				..
			}
		));
		assert!(matches!(events.last(), Some(Event::Removed { .. })));
		assert_eq!(Deployment::deployment(deployment), None);
		assert_eq!(Deployment::pins(deployment), vec![]);
		assert_eq!(Holdings::<Test>::iter().count(), 0);
		assert_eq!(on_hold(OWNER), 0);
	});
}

/// C07
#[test]
fn expired_entry_stays_dead() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = expiring(1, 5);
		let link = pin_link(deployment, m(1), m(2));
		advance_to(6);
		assert!(Ended::<Test>::contains_key(deployment));
		assert_noop!(try_register(1, data(), m(1)), Errors::DeploymentExists);
		assert_noop!(send(&link, &link), Errors::UnknownDeployment);
		assert_noop!(
			set_terms(OWNER, deployment, open_terms()),
			Errors::UnknownDeployment
		);
		assert_noop!(retire(OWNER, deployment), Errors::UnknownDeployment);
		assert_noop!(expire(deployment), Errors::UnknownDeployment);
		assert_noop!(try_drop(deployment, m(1)), Errors::UnknownDeployment);
	});
}

/// C06
#[test]
fn full_agenda_is_typed_and_drains() {
	ExtBuilder::default().build_and_execute(|| {
		// Nine blocks of two places each.
		for n in 1..=18 {
			expiring(n, 10);
		}
		events();
		let last = expiring(19, 10);
		assert!(events().contains(&Event::AgendaFull {
			deployment: last,
			due: 10
		}));
		advance_to(18);
		assert_eq!(Deployments::<Test>::iter().count(), 1);
		// Its end holds all the same, and anybody may serve it.
		assert_eq!(status(last), Some(DeploymentStatus::Expired));
		assert_ok!(expire(last));
		assert_eq!(Deployments::<Test>::iter().count(), 0);
		assert_eq!(Agenda::<Test>::iter().count(), 0);
		assert_eq!(on_hold(OWNER), 0);
	});
}

#[test]
fn a_long_table_leaves_in_steps() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = expiring(1, 5);
		for n in 2..=MAX_PINS {
			pin(deployment, m(1), m(n));
		}
		advance_to(5);
		assert!(Deployments::<Test>::get(deployment).unwrap().closed);
		assert_eq!(Deployment::pins(deployment).len() as u32, MAX_PINS - 8);
		check_state();
		advance(1);
		check_state();
		// A pinner may say that it has wiped the key while the record is there.
		let left = Deployment::pins(deployment)[0].pin.module;
		assert_ok!(try_drop(deployment, left));
		advance(1);
		assert!(!Deployments::<Test>::contains_key(deployment));
	});
}

#[test]
fn many_clients_leave_in_steps() {
	let mut ext = ExtBuilder::default().build();
	let deployment = ext.execute_with(|| {
		let mut terms = open_terms();
		terms.free_uses = 5;
		let deployment = register(1, with_terms(terms), m(1));
		for client in 1..=70 {
			let usage = begin(deployment, client);
			end(deployment, client, &usage, UseOutcome::Confirmed);
		}
		assert_eq!(Clients::<Test>::iter_prefix(deployment).count(), 70);
		assert_ok!(retire(OWNER, deployment));
		check_state();
		deployment
	});
	// Keys that are cleared are counted in the database, so each step is a block of its own.
	for (left, is_known) in [(38, true), (6, true), (0, false)] {
		ext.commit_all().unwrap();
		ext.execute_with(|| {
			advance(1);
			assert_eq!(Clients::<Test>::iter_prefix(deployment).count(), left);
			assert_eq!(Deployments::<Test>::contains_key(deployment), is_known);
			check_state();
		});
	}
}

#[test]
fn an_errand_that_outlasts_the_expiry_keeps_the_record() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = expiring(1, 12);
		let usage = begin(deployment, CLIENT);
		advance_to(20);
		// Closed, empty, and waiting for the errand to be ended.
		let record = Deployments::<Test>::get(deployment).unwrap();
		assert!(record.closed);
		assert_eq!(record.agenda, None);
		assert_noop!(expire(deployment), Errors::NothingDue);
		assert_eq!(end(deployment, CLIENT, &usage, UseOutcome::NotCounted), 0);
		advance(1);
		assert!(!Deployments::<Test>::contains_key(deployment));
	});
}

/// M09
#[test]
fn no_hold_without_deployment() {
	ExtBuilder::default().build_and_execute(|| {
		for n in 1..=3 {
			register(n, data(), m(1));
		}
		for n in 1..=3 {
			assert_ok!(retire(OWNER, id(n)));
		}
		advance(3);
		assert_eq!(on_hold(OWNER), 0);
		assert_eq!(Balances::free_balance(account(OWNER)), ENDOWMENT);
		assert_eq!(Links::<Test>::iter().count(), 0);
		assert_eq!(Pins::<Test>::iter().count(), 0);
		assert_eq!(TermsByHash::<Test>::iter().count(), 0);
	});
}

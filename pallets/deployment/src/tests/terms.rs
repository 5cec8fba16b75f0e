//! Terms that change.

use super::*;
use codec::Encode;
use frame_support::assert_noop;

#[test]
fn set_terms_works() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let before = on_hold(OWNER);
		let mut terms = open_terms();
		terms.clients.block = list(vec![account(9), account(8)]);
		events();
		assert_ok!(set_terms(OWNER, deployment, terms.clone()));
		let record = Deployments::<Test>::get(deployment).unwrap();
		assert_eq!(TermsByHash::<Test>::iter_prefix(deployment).count(), 1);
		assert_eq!(
			Deployment::terms(deployment, record.terms),
			Some(terms.clone())
		);
		assert_eq!(on_hold(OWNER), before + 64);
		let [
			Event::TermsSet {
				hash,
				terms: shown,
				deposit,
				..
			},
		] = &events()[..]
		else {
			panic!("one event");
		};
		assert_eq!(
			(*hash, &**shown, *deposit),
			(record.terms, &terms, before + 64)
		);
		// Shorter terms cost less again.
		assert_ok!(set_terms(OWNER, deployment, open_terms()));
		assert_eq!(on_hold(OWNER), before);
	});
}

#[test]
fn set_terms_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let mut terms = open_terms();
		terms.free_uses = 1;
		assert_noop!(
			set_terms(STRANGER, deployment, terms.clone()),
			Errors::NotOwner
		);
		assert_noop!(set_terms(OWNER, id(7), terms), Errors::UnknownDeployment);
		assert_noop!(
			set_terms(OWNER, deployment, open_terms()),
			Errors::TermsUnchanged
		);
		let mut terms = open_terms();
		terms.classes = Classes(0);
		assert_noop!(set_terms(OWNER, deployment, terms), Errors::TermsInvalid);
		let mut terms = open_terms();
		terms.expires = Some(System::block_number());
		assert_noop!(set_terms(OWNER, deployment, terms), Errors::TermsInvalid);
		let code = register(2, code(), m(1));
		let mut terms = open_terms();
		terms.max_output = Some(1);
		assert_noop!(set_terms(OWNER, code, terms), Errors::TermsInvalid);
		let mut terms = open_terms();
		terms.expires = Some(3);
		assert_ok!(set_terms(OWNER, deployment, terms));
		System::set_block_number(3);
		assert_noop!(
			set_terms(OWNER, deployment, open_terms()),
			Errors::DeploymentExpired
		);
	});
}

#[test]
fn longer_terms_need_money() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		use frame_support::traits::{fungible::Mutate, tokens::Preservation};
		let rest = Balances::free_balance(account(OWNER)) - 1;
		assert_ok!(<Balances as Mutate<_>>::transfer(
			&account(OWNER),
			&account(STRANGER),
			rest,
			Preservation::Preserve
		));
		let mut terms = open_terms();
		terms.clients.block = list(vec![account(9)]);
		assert_noop!(
			set_terms(OWNER, deployment, terms),
			Errors::InsufficientBalance
		);
	});
}

#[test]
fn the_expiry_moves_in_the_agenda() {
	ExtBuilder::default().build_and_execute(|| {
		let mut terms = open_terms();
		terms.expires = Some(10);
		let deployment = register(1, with_terms(terms.clone()), m(1));
		assert_eq!(Agenda::<Test>::get(10).to_vec(), vec![deployment]);
		terms.expires = Some(20);
		assert_ok!(set_terms(OWNER, deployment, terms.clone()));
		assert!(!Agenda::<Test>::contains_key(10));
		assert_eq!(Agenda::<Test>::get(20).to_vec(), vec![deployment]);
		terms.expires = None;
		assert_ok!(set_terms(OWNER, deployment, terms.clone()));
		assert!(!Agenda::<Test>::contains_key(20));
		terms.expires = Some(5);
		assert_ok!(set_terms(OWNER, deployment, terms));
		advance_to(5);
		assert!(!Deployments::<Test>::contains_key(deployment));
	});
}

#[test]
fn the_hash_is_that_of_the_terms() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		assert_eq!(
			Deployments::<Test>::get(deployment).unwrap().terms,
			sp_io::hashing::blake2_256(&open_terms().encode())
		);
	});
}

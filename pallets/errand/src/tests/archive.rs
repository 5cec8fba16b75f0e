use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use tea_primitives::errand::{ErrandId, Exit};

fn idle(weight: Weight) -> Weight {
	Errand::on_idle(System::block_number(), weight)
}

#[test]
fn final_records_leave_the_state_after_a_while() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		finish(errand, Exit::Ok, 1);
		let other = post();
		assert_ok!(Errand::cancel(signed(&client()), other));
		advance(ARCHIVE - 1);
		idle(Weight::MAX);
		assert!(Errand::pot(errand).is_some());
		assert_noop!(
			Errand::expire(signed(&client()), errand),
			Error::<Test>::TooSoon
		);
		advance(1);
		idle(Weight::MAX);
		assert!(Errand::errand(errand).is_none());
		assert!(Errand::errand(other).is_none());
		assert_eq!(OldestFinished::<Test>::get(), ErrandId(2));
		assert_noop!(
			Errand::expire(signed(&client()), errand),
			Error::<Test>::UnknownErrand
		);
	});
}

#[test]
fn anybody_may_clear_a_final_record() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		finish(errand, Exit::Ok, 1);
		advance(ARCHIVE);
		assert_ok!(Errand::expire(signed(&account(40)), errand));
		assert!(Errand::errand(errand).is_none());
		idle(Weight::MAX);
		assert_eq!(OldestFinished::<Test>::get(), ErrandId(1));
	});
}

#[test]
fn pruning_stays_within_its_weight() {
	ExtBuilder::default().build_and_execute(|| {
		for _ in 0..6 {
			let errand = post();
			assert_ok!(Errand::cancel(signed(&client()), errand));
		}
		advance(ARCHIVE);
		assert_eq!(idle(Weight::zero()), Weight::zero());
		assert_eq!(Finished::<Test>::iter().count(), 6);
		let three = <()>::prune().saturating_mul(4);
		assert!(idle(three).all_lte(three));
		assert_eq!(Finished::<Test>::iter().count(), 3);
		idle(Weight::MAX);
		assert_eq!(Finished::<Test>::iter().count(), 0);
	});
}

/// An errand that is not final keeps its place: nothing behind it is forgotten.
#[test]
fn open_errand_is_waited_for() {
	ExtBuilder::default().build_and_execute(|| {
		let open = post();
		let errand = post();
		assert_ok!(Errand::cancel(signed(&client()), errand));
		idle(Weight::MAX);
		assert_eq!(OldestFinished::<Test>::get(), open);
		assert_ok!(Errand::cancel(signed(&client()), open));
		advance(ARCHIVE);
		idle(Weight::MAX);
		assert_eq!(OldestFinished::<Test>::get(), ErrandId(2));
	});
}

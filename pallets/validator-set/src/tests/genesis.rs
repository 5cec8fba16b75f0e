//! What a chain specification may name.

use crate::{mock::*, *};
use frame_support::traits::Hooks;

#[test]
fn validators_are_bonded_and_planned() {
	ExtBuilder::default()
		.bonds(vec![(3, 1_000), (1, 2_000)])
		.build_and_execute(|| {
			assert_eq!(ValidatorSet::validators(), [3, 1]);
			assert_eq!(Session::validators(), [3, 1]);
			assert_eq!((held(3), held(1)), (1_000, 2_000));
			assert_eq!(
				(state_of(3), state_of(1)),
				(Some(BondState::Serving), Some(BondState::Serving))
			);
			for session in [0, 1] {
				assert_eq!(
					Exposures::<Test>::get(session, 1),
					Some(Exposure { bond: 2_000 })
				);
			}
		});
}

#[test]
fn without_validators_the_session_keys_decide() {
	ExtBuilder::default()
		.bonds(Vec::new())
		.keys(vec![1, 2])
		.build_and_execute(|| {
			assert!(ValidatorSet::validators().is_empty());
			advance_to_session(3);
			assert_eq!(Session::validators(), [1, 2]);
		});
}

#[test]
fn the_configuration_is_sound() {
	ExtBuilder::default().build_and_execute(ValidatorSet::integrity_test);
}

#[test]
#[should_panic(expected = "validatorSet.validators: 2 is there twice")]
fn a_validator_named_twice_is_refused() {
	ExtBuilder::default()
		.bonds(vec![(1, MIN_BOND), (2, MIN_BOND), (2, MIN_BOND)])
		.build();
}

#[test]
#[should_panic(expected = "validatorSet.validators: 2 bonds 999, but 1000 is the least")]
fn a_bond_too_small_is_refused() {
	ExtBuilder::default()
		.bonds(vec![(1, MIN_BOND), (2, MIN_BOND - 1)])
		.build();
}

#[test]
#[should_panic(expected = "validatorSet.validators: 7 of them, but 6 is the most")]
fn too_many_validators_are_refused() {
	ExtBuilder::default().validators(7).build();
}

#[test]
#[should_panic(expected = "validatorSet.validators: 99 cannot bond 1000 of its balance")]
fn a_bond_without_money_is_refused() {
	ExtBuilder::default()
		.bonds(vec![(STRANGER, MIN_BOND)])
		.build();
}

#[test]
#[should_panic(expected = "validatorSet.validators: 2 has no session keys in session.keys")]
fn a_validator_without_keys_is_refused() {
	ExtBuilder::default().validators(2).keys(vec![1]).build();
}

#[test]
#[should_panic(expected = "validatorSet must stand before session in the runtime")]
fn a_set_that_comes_after_the_sessions_is_refused() {
	ExtBuilder::default()
		.bonds(Vec::new())
		.keys(vec![1])
		.build()
		.execute_with(|| {
			frame_support::traits::BuildGenesisConfig::build(&GenesisConfig::<Test> {
				validators: vec![(1, MIN_BOND)],
			});
		});
}

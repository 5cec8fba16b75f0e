//! Planning, identification, and what ages out.

use crate::{mock::*, *};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, traits::KeyOwnerProofSystem};
use pallet_session::historical::{HistoricalSessions, StoredRange};
use sp_runtime::{RuntimeAppPublic, key_types::DUMMY, testing::UintAuthorityId, traits::Convert};

fn key(who: AccountId) -> (sp_runtime::KeyTypeId, Vec<u8>) {
	(DUMMY, UintAuthorityId(who).encode())
}

#[test]
fn a_new_bond_is_exposed_from_the_next_planned_session_on() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), 500));
		assert_eq!(
			Exposures::<Test>::get(1, 1),
			Some(Exposure { bond: MIN_BOND })
		);
		advance_to_session(1);
		assert_eq!(
			Exposures::<Test>::get(1, 1),
			Some(Exposure { bond: MIN_BOND })
		);
		assert_eq!(
			Exposures::<Test>::get(2, 1),
			Some(Exposure {
				bond: MIN_BOND + 500
			})
		);
	});
}

#[test]
fn exposures_of_past_sessions_are_forgotten() {
	ExtBuilder::default().build_and_execute(|| {
		for session in 1..8 {
			advance_to_session(session);
			assert_eq!(Exposures::<Test>::iter_prefix(session - 1).count(), 0);
			assert_eq!(Exposures::<Test>::iter().count(), 8);
			check_state();
		}
	});
}

#[test]
fn key_history_is_kept_as_long_as_bonds() {
	ExtBuilder::default().build_and_execute(|| {
		for session in 1..12 {
			advance_to_session(session);
			let oldest = session.saturating_sub(UNBONDING);
			assert_eq!(StoredRange::<Test>::get(), Some((oldest, session + 2)));
			assert_eq!(
				HistoricalSessions::<Test>::iter_keys().count() as u32,
				session + 2 - oldest
			);
		}
	});
}

#[test]
fn only_the_bonded_have_a_validator_id() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(ValidatorIdOf::<Test>::convert(1), Some(1));
		assert_eq!(ValidatorIdOf::<Test>::convert(5), None);
		assert_noop!(
			Session::set_keys(
				RuntimeOrigin::signed(5),
				session_keys(5),
				ownership_proof(5)
			),
			pallet_session::Error::<Test>::NoAssociatedValidatorId
		);
		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(5), MIN_BOND));
		assert_ok!(Session::set_keys(
			RuntimeOrigin::signed(5),
			session_keys(5),
			ownership_proof(5)
		));
		assert_ok!(ValidatorSet::admit(RuntimeOrigin::root(), 5));
	});
}

fn ownership_proof(who: AccountId) -> Vec<u8> {
	UintAuthorityId(who)
		.generate_proof_of_possession(&who.encode())
		.unwrap()
		.encode()
}

#[test]
fn only_validators_of_the_session_are_identified() {
	ExtBuilder::default().build_and_execute(|| {
		candidate(5);
		assert_ok!(ValidatorSet::admit(RuntimeOrigin::root(), 5));
		assert_eq!(
			ExposureOf::<Test>::convert(1),
			Some(Exposure { bond: MIN_BOND })
		);
		assert_eq!(ExposureOf::<Test>::convert(5), None);
		advance_to_session(1);
		assert_eq!(ExposureOf::<Test>::convert(5), None);
		advance_to_session(2);
		assert_eq!(
			ExposureOf::<Test>::convert(5),
			Some(Exposure { bond: MIN_BOND })
		);
		assert_eq!(ExposureOf::<Test>::convert(6), None);
	});
}

#[test]
fn a_proof_of_ownership_survives_bonds_slashes_and_the_end_of_the_session() {
	ExtBuilder::default().build_and_execute(|| {
		advance_to_session(2);
		let proof = Historical::prove(key(1)).unwrap();
		let identified = Some((1, Exposure { bond: MIN_BOND }));
		assert_eq!(Historical::check_proof(key(1), proof.clone()), identified);

		assert_ok!(ValidatorSet::bond(RuntimeOrigin::signed(1), 500));
		offend(2, 50);
		assert_eq!(Historical::check_proof(key(1), proof.clone()), identified);

		advance_to_session(2 + UNBONDING);
		assert_eq!(Historical::check_proof(key(1), proof.clone()), identified);
		advance_to_session(2 + UNBONDING + 1);
		assert_eq!(Historical::check_proof(key(1), proof), None);
	});
}

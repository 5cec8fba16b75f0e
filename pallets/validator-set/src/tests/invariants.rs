//! That the check of the state finds what it should.

use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_err};
use sp_runtime::{Perbill, TryRuntimeError};

/// Breaks a sound state in one way and expects to be told which.
fn finds(reason: &'static str, breaks: impl FnOnce()) {
	ExtBuilder::default().build().execute_with(|| {
		check_state();
		breaks();
		assert_err!(ValidatorSet::do_try_state(), TryRuntimeError::Other(reason));
	});
}

#[test]
fn a_broken_set_is_found() {
	finds("1: a validator is in the set twice", || {
		Validators::<Test>::try_append(1).unwrap();
	});
	finds("2: the set differs from the bonds that serve", || {
		Validators::<Test>::try_append(5).unwrap();
	});
	finds("2: the set differs from the bonds that serve", || {
		Bonds::<Test>::insert(5, BondState::Serving);
	});
	finds("3: the set has become empty", || {
		Validators::<Test>::kill();
		for who in 1..=4 {
			Bonds::<Test>::insert(who, BondState::Candidate { last_session: None });
		}
	});
}

#[test]
fn a_broken_bond_is_found() {
	finds("4: a bond answers for unplanned sessions", || {
		Bonds::<Test>::insert(
			5,
			BondState::Candidate {
				last_session: Some(2),
			},
		);
	});
	finds("5: a bond is held for too long", || {
		Bonds::<Test>::insert(
			5,
			BondState::Unbonding {
				withdrawable_from: UNBONDING + 3,
			},
		);
	});
}

#[test]
fn a_broken_exposure_is_found() {
	finds(
		"6: an exposure is neither of this session nor of the next",
		|| {
			Exposures::<Test>::insert(2, 1, Exposure { bond: 1 });
		},
	);
	finds("7: more validators are exposed than fit the set", || {
		for who in 1..=u64::from(MAX_VALIDATORS) + 1 {
			Exposures::<Test>::insert(1, who, Exposure { bond: 1 });
		}
	});
}

#[test]
fn a_broken_offence_is_found() {
	let twice = || BoundedVec::truncate_from(vec![(1, Perbill::zero()); 2]);
	finds(
		"8: a fraction is noted for a session that cannot be reported",
		|| {
			SlashedFractions::<Test>::insert(1, twice());
		},
	);
	finds("9: an offender is noted twice for a session", || {
		SlashedFractions::<Test>::insert(0, twice());
	});
	finds("10: an offender is suspended twice", || {
		Suspended::<Test>::put(twice())
	});
	finds(
		"11: somebody is suspended from a session that it is not planned for",
		|| {
			Suspended::<Test>::put(BoundedVec::truncate_from(vec![(5, Perbill::zero())]));
		},
	);
}

//! What holds for all slashes: nothing is created or lost.

use crate::{mock::*, slash::*, *};
use frame_support::assert_ok;
use proptest::prelude::*;
use sp_runtime::Perbill;

fn any_perbill() -> impl Strategy<Value = Perbill> {
	(0..=1_000_000_000u32).prop_map(Perbill::from_parts)
}

proptest! {
	#[test]
	fn rising_fractions_take_what_the_largest_takes(
		exposed in any::<u128>(),
		mut fractions in prop::collection::vec(any_perbill(), 1..10),
	) {
		fractions.sort();
		let mut previous = Perbill::zero();
		let mut taken = 0u128;
		for fraction in fractions {
			taken += due(exposed, previous, fraction);
			previous = fraction;
		}
		prop_assert_eq!(taken, previous.mul_floor(exposed));
		prop_assert!(taken <= exposed);
	}

	#[test]
	fn a_fraction_that_does_not_rise_takes_nothing(
		exposed in any::<u128>(),
		one in any_perbill(),
		other in any_perbill(),
	) {
		prop_assert_eq!(due(exposed, one.max(other), one.min(other)), 0);
	}

	#[test]
	fn rewards_never_exceed_their_share(
		amount in any::<u128>(),
		share in any_perbill(),
		reporters in 0..=MAX_REPORTERS,
	) {
		let each = reward_of_each(amount, share, reporters);
		let rewarded = each.checked_mul(reporters.into());
		prop_assert!(rewarded.is_some_and(|rewarded| rewarded <= share.mul_floor(amount)));
		// What the division leaves over is less than one smallest unit for each.
		let left_over = share.mul_floor(amount) - each * u128::from(reporters);
		prop_assert!(reporters == 0 || left_over < reporters.into());
	}
}

/// One thing that happens on the chain.
#[derive(Clone, Debug)]
enum Step {
	Bond {
		who: AccountId,
		amount: Balance,
	},
	Unbond {
		who: AccountId,
	},
	Withdraw {
		who: AccountId,
	},
	Admit {
		who: AccountId,
	},
	Dismiss {
		who: AccountId,
	},
	Resign {
		who: AccountId,
	},
	Offend {
		who: AccountId,
		back: u32,
		parts: u32,
		reporters: Vec<AccountId>,
	},
	NextSession,
}

fn any_account() -> impl Strategy<Value = AccountId> {
	1..=8u64
}

fn any_step() -> impl Strategy<Value = Step> {
	prop_oneof![
		(any_account(), 0..3_000u64).prop_map(|(who, amount)| Step::Bond { who, amount }),
		any_account().prop_map(|who| Step::Unbond { who }),
		any_account().prop_map(|who| Step::Withdraw { who }),
		any_account().prop_map(|who| Step::Admit { who }),
		any_account().prop_map(|who| Step::Dismiss { who }),
		any_account().prop_map(|who| Step::Resign { who }),
		(
			any_account(),
			0..6u32,
			0..=1_000_000_000u32,
			prop::collection::vec(prop_oneof![1..=ACCOUNTS, Just(STRANGER)], 0..4),
		)
			.prop_map(|(who, back, parts, reporters)| Step::Offend {
				who,
				back,
				parts,
				reporters
			}),
		Just(Step::NextSession),
		Just(Step::NextSession),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn no_history_breaks_an_invariant_or_keeps_money(
		steps in prop::collection::vec(any_step(), 1..60),
	) {
		ExtBuilder::default().keys((1..=8).collect()).build_and_execute(|| {
			// What each validator of each session was exposed with: what a proof would say.
			let mut exposed = std::collections::BTreeMap::new();
			for (time, step) in steps.into_iter().enumerate() {
				let session = Session::current_index();
				for (who, exposure) in Exposures::<Test>::iter_prefix(session) {
					exposed.insert((session, who), exposure);
				}
				play(step, time as u64, &exposed);
				check_state();
				assert!(!ValidatorSet::validators().is_empty());
				assert!(!Session::validators().is_empty());
			}
			everybody_gets_their_money_back();
		});
	}
}

type Exposed = std::collections::BTreeMap<(u32, AccountId), Exposure<Balance>>;

/// A call may be refused, which then changes nothing; the invariants tell.
fn play(step: Step, time: u64, exposed: &Exposed) {
	let session = Session::current_index();
	let _refused_or_not = match step {
		Step::Bond { who, amount } => ValidatorSet::bond(RuntimeOrigin::signed(who), amount),
		Step::Unbond { who } => ValidatorSet::unbond(RuntimeOrigin::signed(who)),
		Step::Withdraw { who } => ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(who)),
		Step::Admit { who } => ValidatorSet::admit(RuntimeOrigin::root(), who),
		Step::Dismiss { who } => ValidatorSet::dismiss(RuntimeOrigin::root(), who),
		Step::Resign { who } => ValidatorSet::resign(RuntimeOrigin::signed(who)),
		Step::Offend {
			who,
			back,
			parts,
			reporters,
		} => {
			let session = session.saturating_sub(back);
			if let Some(exposure) = exposed.get(&(session, who)) {
				punish_and_compare(who, *exposure, session, time, parts, reporters);
			}
			Ok(())
		}
		Step::NextSession => {
			advance_to_session(session + 1);
			Ok(())
		}
	};
}

/// An offence takes from the hold what it takes from issuance and gives to reporters, never more than the largest
/// fraction of the exposure.
fn punish_and_compare(
	who: AccountId,
	exposure: Exposure<Balance>,
	session: u32,
	time: u64,
	parts: u32,
	reporters: Vec<AccountId>,
) {
	use sp_staking::offence::ReportOffence;
	let (hold, issued, others) = (held(who), Balances::total_issuance(), all_but(who));
	let fraction = Perbill::from_parts(parts);
	assert_ok!(Offences::report_offence(
		reporters,
		TestOffence {
			offenders: vec![(who, exposure)],
			session,
			time,
			fraction
		},
	));
	let (slashed, burnt) = (hold - held(who), issued - Balances::total_issuance());
	assert!(slashed <= fraction.mul_floor(exposure.bond));
	assert_eq!(slashed - burnt, all_but(who) - others);
	assert!(burnt >= slashed - slashed / 10);
}

fn all_but(who: AccountId) -> Balance {
	(1..=ACCOUNTS)
		.chain([STRANGER])
		.filter(|other| *other != who)
		.map(Balances::total_balance_of)
		.sum()
}

/// No path ends with money that its owner cannot have back, but for the last validator's.
fn everybody_gets_their_money_back() {
	let last = ValidatorSet::validators()[0];
	for who in ValidatorSet::validators()
		.into_iter()
		.filter(|who| *who != last)
	{
		assert_ok!(ValidatorSet::resign(RuntimeOrigin::signed(who)));
	}
	for (who, state) in Bonds::<Test>::iter().collect::<Vec<_>>() {
		if matches!(state, BondState::Candidate { .. }) {
			assert_ok!(ValidatorSet::unbond(RuntimeOrigin::signed(who)));
		}
	}
	advance_to_session(Session::current_index() + UNBONDING + 2);
	for who in (1..=ACCOUNTS).filter(|who| *who != last && state_of(*who).is_some()) {
		assert_ok!(ValidatorSet::withdraw_unbonded(RuntimeOrigin::signed(who)));
	}
	for who in (1..=ACCOUNTS).filter(|who| *who != last) {
		assert_eq!(held(who), 0);
	}
}

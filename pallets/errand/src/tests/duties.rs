use super::lab::*;
use crate::{mock::*, *};
use frame_support::{
	assert_ok,
	dispatch::{CheckIfFeeless, GetDispatchInfo},
	traits::StorageInfoTrait,
};
use tea_primitives::{
	errand::{Exit, FaultReason, RefuteReason},
	ids::ModuleId,
};

fn is_feeless(call: Call<Test>, who: &AccountId) -> bool {
	RuntimeCall::from(call).is_feeless(&signed(who))
}

/// C02: what is judged before a fee is taken touches no curve.
#[test]
fn validation_never_touches_a_curve() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		advance(2);
		let call = Call::claim {
			errand,
			ticket: ticket(errand, X),
		};
		curve_operations();
		assert!(is_feeless(call.clone(), &session(X)));
		assert!(!is_feeless(call, &client()));
		assert_eq!(curve_operations(), 0);
		assert_ok!(claim(errand, X));
		advance(1);

		let pot = pot(errand);
		curve_operations();
		let call = Call::complete {
			errand,
			pot: Box::new(pot.clone()),
		};
		assert!(is_feeless(call.clone(), &session(X)));
		assert!(!is_feeless(call, &session(ModuleId(2))));
		let mut wrong = pot;
		wrong.body.fuel += 1;
		assert!(!is_feeless(
			Call::complete {
				errand,
				pot: Box::new(wrong),
			},
			&session(X)
		));
		assert_eq!(curve_operations(), 0);
	});
}

#[test]
fn duties_are_feeless_while_they_are_valid() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let fail = |reason| Call::fail { errand, reason };
		assert!(is_feeless(fail(FaultReason::Host), &session(X)));
		assert!(!is_feeless(fail(FaultReason::VerifiersSilent), &session(X)));
		assert!(!is_feeless(fail(FaultReason::Host), &client()));
		let vote = Call::vote_fail {
			errand,
			reason: RefuteReason::OtherPot,
		};
		assert!(is_feeless(vote.clone(), &verifier(errand, 0)));
		assert!(!is_feeless(vote.clone(), &session(X)));
		assert_ok!(vote_fail(errand, 0));
		assert!(!is_feeless(vote, &verifier(errand, 0)));
		// What clients and key holders do costs fees.
		assert!(!is_feeless(Call::cancel { errand }, &client()));
		assert!(!is_feeless(Call::refuse { errand }, &client()));
		assert!(!is_feeless(Call::expire { errand }, &session(X)));
	});
}

/// C03: the registry of modules counts; here it is asked.
#[test]
fn failing_calls_lose_feelessness() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let call = Call::complete {
			errand,
			pot: Box::new(pot(errand)),
		};
		assert!(is_feeless(call.clone(), &session(X)));
		world::Fallen::<Test>::put(vec![session(X)]);
		assert!(!is_feeless(call, &session(X)));
	});
}

/// C01
#[test]
fn every_call_has_a_weight_and_lists_cost_by_their_length() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let pot = pot(errand);
		let base = Call::<Test>::complete {
			errand,
			pot: Box::new(pot.clone()),
		}
		.get_dispatch_info()
		.call_weight;
		let mut longer = pot;
		verdicts(errand, &mut longer, &[0, 1, 2, 3]);
		let more = Call::<Test>::complete {
			errand,
			pot: Box::new(longer),
		}
		.get_dispatch_info()
		.call_weight;
		assert!(more.all_gt(base), "each verdict counts");
		for weight in [
			<()>::post(0),
			<()>::cancel(),
			<()>::claim(),
			<()>::assign(),
			<()>::complete(0),
			<()>::complete_in_batch(0),
			<()>::fail(),
			<()>::supply_key(),
			<()>::refuse(),
			<()>::vote_fail(),
			<()>::expire(),
			<()>::redraw(),
			<()>::set_shares(),
			<()>::set_gas_price(),
			<()>::agenda(),
			<()>::look(),
			<()>::prune(),
		] {
			assert!(weight.ref_time() > 0);
		}
		assert!(<()>::post(8).all_gt(<()>::post(0)));
		assert!(<()>::complete(3).all_gte(<()>::complete_in_batch(3)));
	});
}

/// The first claim of a block pays for the assignment at its end, a better one does not pay again.
#[test]
fn replaced_claim_gives_weight_back() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		advance(2);
		let mut modules = [X, ModuleId(2)];
		modules.sort_by_key(|module| {
			Errand::check_claim(
				&session(*module),
				errand,
				&ticket(errand, *module).pre_output,
			)
			.map(|(_, value)| value)
			.ok()
		});
		assert_eq!(
			claim(errand, modules[1]).expect("valid").actual_weight,
			None
		);
		assert_eq!(
			claim(errand, modules[0]).expect("valid").actual_weight,
			Some(<()>::claim())
		);
	});
}

/// C05
#[test]
fn no_unbounded_storage() {
	for info in Errand::storage_info() {
		assert!(
			info.max_size.is_some(),
			"{} has a largest size",
			String::from_utf8_lossy(&info.storage_name)
		);
	}
}

/// O11: refunds need no call of the one who waits for them.
#[test]
fn no_refund_call_in_metadata() {
	use frame_support::traits::GetCallName;
	assert_eq!(
		Call::<Test>::get_call_names(),
		[
			"post",
			"cancel",
			"claim",
			"complete",
			"fail",
			"supply_key",
			"refuse",
			"vote_fail",
			"expire",
			"set_shares",
			"set_gas_price"
		]
	);
}

#[test]
fn finished_errands_keep_modules_free() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		assert!(is_busy(X));
		finish(errand, Exit::Ok, 1);
		assert!(!is_busy(X));
		assert_eq!(
			<Errand as tea_primitives::errand::ValueAtRisk<Balance>>::of_errands(X),
			0
		);
	});
}

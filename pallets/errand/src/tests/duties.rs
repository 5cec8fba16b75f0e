use super::lab::*;
use crate::{mock::*, *};
use frame_support::{
	assert_ok,
	dispatch::{CheckIfFeeless, GetDispatchInfo},
	traits::StorageInfoTrait,
};
use tea_primitives::{
	deployment::{Kind, Visibility},
	errand::{Exit, FaultReason, RefuteReason, Source},
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
		let ticket = tea_primitives::errand::TicketProof {
			pre_output: [0; 32],
			proof: [0; 64],
		};
		let weight = |call: Call<Test>| call.get_dispatch_info().call_weight;
		let proofs = |count| {
			weight(Call::complete_many {
				pots: vec![pot.clone(); count].try_into().expect("room"),
			})
		};
		let claims = |count| {
			weight(Call::claim_many {
				claims: vec![(errand, ticket); count].try_into().expect("room"),
			})
		};
		assert!(proofs(2).ref_time() > proofs(1).ref_time());
		assert!(claims(2).ref_time() > claims(1).ref_time());
		let other = pot_of(errand, body(errand, Exit::Ok, 1));
		let mixed = weight(Call::complete_many {
			pots: vec![pot.clone(), other].try_into().expect("room"),
		});
		assert!(mixed.ref_time() > proofs(2).ref_time(), "each quote counts");
		let pot = Box::new(pot.clone());
		assert_eq!(weight(Call::complete { errand, pot }), proofs(1));
		assert_eq!(weight(Call::claim { errand, ticket }), claims(1));
		for weight in [
			<()>::post(0),
			<()>::cancel(),
			<()>::claim(0, 0),
			<()>::draw(0),
			<()>::assign(0, 0),
			<()>::complete(0, 0),
			<()>::quote(),
			<()>::verifiers(0),
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
		for (more, less) in [
			(<()>::claim(2, 0), <()>::claim(1, 0)),
			(<()>::draw(9), <()>::draw(8)),
			(<()>::assign(2, 0), <()>::assign(1, 0)),
			(<()>::complete(2, 0), <()>::complete(1, 0)),
			(<()>::complete(1, 1), <()>::complete(1, 0)),
			(<()>::verifiers(2), <()>::verifiers(1)),
		] {
			assert!(more.ref_time() > less.ref_time());
		}
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
		let cost = |module| claim(errand, module).expect("valid").actual_weight;
		let first = cost(modules[1]).expect("known");
		assert_eq!(
			first,
			<()>::claim(1, 0)
				.saturating_add(<()>::draw(64))
				.saturating_add(<()>::assign(1, 0))
		);
		assert_eq!(cost(modules[0]), Some(<()>::claim(1, 0)));
	});
}

/// C01: deployments are what costs, of code and of data; contents that the client names cost next to nothing.
#[test]
fn deployments_cost_from_post_to_proof() {
	ExtBuilder::default().build_and_execute(|| {
		let [code, data] = [(1, Kind::Code), (2, Kind::Data)].map(|(number, kind)| {
			let deployment = deploy(number, kind, Visibility::Hosted);
			pin(deployment, X, None, false);
			Source::Deployed(deployment)
		});
		for (code, data, deployments) in [
			(ad_hoc(1, false), ad_hoc(2, false), 0),
			(code.clone(), ad_hoc(2, false), 1),
			(code, data, 2),
		] {
			let ask = Ask::of(code, vec![data]);
			let call = Call::<Test>::post {
				code: ask.code.clone(),
				data: ask.data.clone().try_into().expect("room"),
				params: Default::default(),
				client_key: [0; 32],
				limits: ask.limits,
				max_price: ask.max_price,
				deadline: ask.deadline,
				options: ask.options.clone(),
			};
			let weight = call.get_dispatch_info().call_weight;
			assert_eq!(weight, <()>::post(deployments));

			let errand = ask.post();
			advance(2);
			let claimed = claim(errand, X).expect("valid").actual_weight;
			assert_eq!(
				claimed,
				Some(
					<()>::claim(1, deployments)
						.saturating_add(<()>::draw(64))
						.saturating_add(<()>::assign(1, deployments))
				)
			);
			advance(1);
			let completed = complete(errand, pot(errand)).expect("good").actual_weight;
			assert_eq!(
				completed,
				Some(<()>::complete(1, deployments).saturating_add(<()>::quote()))
			);
		}
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
			"set_gas_price",
			"claim_many",
			"complete_many"
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

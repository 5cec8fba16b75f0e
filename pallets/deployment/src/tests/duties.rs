//! Duty calls: feeless when everything but the signatures is right.

use super::*;
use frame_support::dispatch::CheckIfFeeless;

fn confirmation(link: &LinkOf<Test>) -> RuntimeCall {
	let nothing = sign(&session(link.to, link.boot_seq), b"");
	RuntimeCall::Deployment(Call::confirm_pin {
		deployment: link.deployment,
		parent: link.parent,
		block: link.block,
		sealed_key: link.sealed_key,
		giver: nothing.clone(),
		receiver: nothing,
	})
}

fn is_feeless(call: &RuntimeCall, who: &AccountId) -> bool {
	call.is_feeless(&signed(who))
}

/// C02
#[test]
fn validation_never_touches_a_curve() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let call = confirmation(&pin_link(deployment, m(1), m(2)));
		verifications();
		// The signatures are worthless; that shows in dispatch only.
		assert!(is_feeless(&call, &session(m(2), 1)));
		assert_eq!(verifications(), 0);
	});
}

/// C03
#[test]
fn what_dispatch_refuses_is_not_feeless() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let child = session(m(2), 1);
		let call = confirmation(&pin_link(deployment, m(1), m(2)));
		assert!(is_feeless(&call, &child));
		assert!(!is_feeless(&call, &account(CLIENT)));
		assert!(!is_feeless(&call, &session(m(1), 1)));
		assert!(!call.is_feeless(&RuntimeOrigin::none()));
		let mut other = pin_link(deployment, m(1), m(2));
		other.parent = [1; 32];
		assert!(!is_feeless(&confirmation(&other), &child));
		suspend(m(1));
		assert!(!is_feeless(&call, &child));
		activate(m(1));
		world::AtRisk::<Test>::insert(m(2), Balance::MAX);
		assert!(!is_feeless(&call, &child));
		world::AtRisk::<Test>::remove(m(2));
		advance(LINK_WINDOW + 1);
		assert!(!is_feeless(&call, &child));
	});
}

#[test]
fn failing_calls_lose_feelessness() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let child = session(m(2), 1);
		let call = confirmation(&pin_link(deployment, m(1), m(2)));
		world::Failing::<Test>::put(vec![child.clone()]);
		assert!(!is_feeless(&call, &child));
		world::Failing::<Test>::kill();
		assert!(is_feeless(&call, &child));
	});
}

#[test]
fn giving_up_a_pin_is_feeless_for_its_module() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let call = RuntimeCall::Deployment(Call::drop_pin {
			deployment,
			reason: DropReason::Policy,
		});
		assert!(is_feeless(&call, &session(m(1), 1)));
		assert!(!is_feeless(&call, &session(m(2), 1)));
		assert!(!is_feeless(&call, &account(OWNER)));
	});
}

#[test]
fn owners_calls_cost_fees() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for call in [Call::retire { deployment }, Call::expire { deployment }] {
			assert_eq!(duty_subject::<Test>(&call), None);
			assert!(!is_feeless(&RuntimeCall::Deployment(call), &account(OWNER)));
		}
	});
}

#[test]
fn a_duty_is_about_one_deployment() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let subject = |call: RuntimeCall| match call {
			RuntimeCall::Deployment(call) => duty_subject::<Test>(&call).unwrap(),
			_ => panic!("a call of this pallet"),
		};
		let one = subject(confirmation(&pin_link(deployment, m(1), m(2))));
		// Other signatures, another parent: the same duty.
		let mut link = pin_link(deployment, m(1), m(2));
		link.sealed_key = [1; 32];
		assert_eq!(subject(confirmation(&link)), one);
		link.deployment = id(2);
		assert_ne!(subject(confirmation(&link)), one);
		let drop = Call::drop_pin {
			deployment,
			reason: DropReason::Policy,
		};
		assert_ne!(duty_subject::<Test>(&drop), Some(one));
	});
}

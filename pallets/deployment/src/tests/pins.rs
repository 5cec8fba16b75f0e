//! Pins: how keys spread, and when a pin counts.

use super::*;
use frame_support::{assert_noop, dispatch::GetDispatchInfo};
use tea_primitives::{HardwareClass, deployment::Node};

#[test]
fn confirm_pin_works() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		events();
		verifications();
		assert_eq!(status(deployment), Some(DeploymentStatus::Degraded));
		advance(1);
		let link = pin_link(deployment, m(1), m(2));
		assert_ok!(send(&link, &link));
		assert_eq!(verifications(), 2);
		let stored = pin_of(deployment, m(2)).unwrap();
		assert_eq!(
			stored,
			Pin {
				module: m(2),
				boot_seq: 1,
				seed: 0,
				link: link.hash(),
				depth: 2,
				since: 2,
				while_degraded: true,
			}
		);
		let [
			Event::Pinned {
				module,
				parent,
				depth: 2,
				while_degraded: true,
				link: shown,
				..
			},
		] = &events()[..]
		else {
			panic!("one event");
		};
		assert_eq!((*module, *parent), (m(2), m(1)));
		assert_eq!(shown.link, link);
		assert_eq!(shown.receiver_key, <[u8; 32]>::from(session(m(2), 1)));
		pin(deployment, m(2), m(3));
		assert_eq!(status(deployment), Some(DeploymentStatus::Live));
		// Beyond what is wanted, parents earn the ordinary part.
		pin(deployment, m(1), m(4));
		assert!(!pin_of(deployment, m(4)).unwrap().while_degraded);
		assert_eq!(Holdings::<Test>::get(m(4)).value, 50);
	});
}

/// K09
#[test]
fn orphan_link_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let other = register(2, data(), m(3));
		let mut link = pin_link(deployment, m(1), m(2));
		// A parent that nobody knows, none, one of another deployment, the own hash.
		for parent in [[7; 32], NO_PARENT, link_of(other, m(3)), link.hash()] {
			link.parent = parent;
			assert_noop!(send(&link, &link), Errors::UnknownParent);
		}
		// The link of a pin that was given up.
		pin(deployment, m(1), m(4));
		let link = pin_link(deployment, m(4), m(2));
		assert_ok!(try_drop(deployment, m(4)));
		assert_noop!(send(&link, &link), Errors::UnknownParent);
	});
}

/// K01
#[test]
fn unsigned_envelope_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let link = pin_link(deployment, m(1), m(2));
		let child = session(m(2), 1);
		let by = |account: &AccountId| sign(account, &link.payload());
		let parent = session(m(1), 1);
		for (giver, receiver) in [
			(by(&child), by(&child)),
			(by(&parent), by(&parent)),
			(by(&child), by(&parent)),
			(by(&session(m(3), 1)), by(&child)),
			(by(&parent), by(&session(m(3), 1))),
		] {
			assert_noop!(
				Deployment::confirm_pin(
					signed(&child),
					deployment,
					link.parent,
					link.block,
					link.sealed_key,
					giver,
					receiver,
				),
				Errors::BadSignature
			);
		}
		// Every field is signed.
		for wrong in [
			Link {
				genesis: [0; 32],
				..link.clone()
			},
			Link {
				domain: *b"tea/pod-link/v2",
				..link.clone()
			},
			Link {
				deployment: id(2),
				..link.clone()
			},
			Link {
				parent: [1; 32],
				..link.clone()
			},
			Link {
				from: Giver::Module(m(1), 2),
				..link.clone()
			},
			Link {
				from: Giver::Module(m(3), 1),
				..link.clone()
			},
			Link {
				to: m(3),
				..link.clone()
			},
			Link {
				boot_seq: 2,
				..link.clone()
			},
			Link {
				reason: LinkReason::Execute(1),
				..link.clone()
			},
			Link {
				block: 0,
				..link.clone()
			},
			Link {
				sealed_key: [6; 32],
				..link.clone()
			},
		] {
			assert_noop!(send(&link, &wrong), Errors::BadSignature);
		}
		assert_ok!(send(&link, &link));
	});
}

#[test]
fn only_a_session_key_confirms() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let link = pin_link(deployment, m(1), m(2));
		let signature = sign(&session(m(1), 1), &link.payload());
		for who in [account(OWNER), account(102), session(m(2), 7)] {
			assert_noop!(
				Deployment::confirm_pin(
					signed(&who),
					deployment,
					link.parent,
					link.block,
					link.sealed_key,
					signature.clone(),
					signature.clone(),
				),
				Errors::NotModule
			);
		}
	});
}

#[test]
fn both_must_be_active() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		suspend(m(2));
		assert_noop!(try_pin(deployment, m(1), m(2)), Errors::PeerNotActive);
		activate(m(2));
		let link = pin_link(deployment, m(1), m(2));
		suspend(m(1));
		assert_noop!(send(&link, &link), Errors::ParentNotActive);
		reboot(m(1));
		activate(m(1));
		assert_noop!(send(&link, &link), Errors::ParentNotActive);
		quarantine(m(1));
		assert_noop!(send(&link, &link), Errors::ParentNotActive);
		// A session of a boot that is over has no authority.
		reboot(m(2));
		activate(m(2));
		assert_noop!(send(&link, &link), Errors::NotModule);
	});
}

#[test]
fn a_certificate_of_another_boot_is_none() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		world::CertifiedBoot::<Test>::insert(m(2), 7);
		assert_noop!(try_pin(deployment, m(1), m(2)), Errors::PeerNotActive);
		world::CertifiedBoot::<Test>::remove(m(2));
		pin(deployment, m(1), m(2));
	});
}

#[test]
fn a_certificate_that_lapsed_counts_in_its_very_block() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		pin(deployment, m(1), m(3));
		System::set_block_number(LIFE);
		assert_eq!(status(deployment), Some(DeploymentStatus::Live));
		System::set_block_number(LIFE + 1);
		assert_eq!(status(deployment), Some(DeploymentStatus::Lost));
		assert_eq!(state(deployment, m(2)), Some(PinState::Suspended));
		assert_noop!(try_pin(deployment, m(1), m(4)), Errors::PeerNotActive);
		activate(m(2));
		assert_eq!(status(deployment), Some(DeploymentStatus::Degraded));
		assert_eq!(state(deployment, m(2)), Some(PinState::Live));
	});
}

#[test]
fn pins_follow_the_status_of_their_module() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		for (action, expected) in [
			(suspend as fn(ModuleId), PinState::Suspended),
			(activate, PinState::Live),
			(reboot, PinState::Void),
			(activate, PinState::Void),
		] {
			action(m(2));
			assert_eq!(state(deployment, m(2)), Some(expected));
		}
		quarantine(m(1));
		assert_eq!(state(deployment, m(1)), Some(PinState::Void));
		assert_eq!(status(deployment), Some(DeploymentStatus::Lost));
	});
}

#[test]
fn a_child_outlives_its_parent() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		pin(deployment, m(2), m(3));
		quarantine(m(1));
		assert_ok!(try_drop(deployment, m(2)));
		assert_eq!(state(deployment, m(3)), Some(PinState::Live));
		let chain = Deployment::delegation_chain(deployment, Some(m(3)));
		let receivers: Vec<_> = chain.iter().map(|signed| signed.link.to).collect();
		assert_eq!(receivers, [m(3), m(2), m(1)]);
		pin(deployment, m(3), m(4));
	});
}

#[test]
fn a_module_pins_anew_after_a_reboot() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		assert_noop!(try_pin(deployment, m(1), m(2)), Errors::AlreadyPinned);
		reboot(m(2));
		activate(m(2));
		pin(deployment, m(1), m(2));
		assert_eq!(pin_of(deployment, m(2)).unwrap().boot_seq, 2);
		assert_eq!(Pins::<Test>::get(deployment).pins.len(), 2);
		// What it answers for is of this boot.
		assert_eq!(
			Holdings::<Test>::get(m(2)),
			Holding {
				boot_seq: 2,
				pins: 1,
				value: 50
			}
		);
	});
}

/// Must-not 12
#[test]
fn a_link_is_used_once() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let link = pin_link(deployment, m(1), m(2));
		assert_ok!(send(&link, &link));
		pin(deployment, m(2), m(3));
		assert_ok!(try_drop(deployment, m(2)));
		// It is still part of the chain of its child.
		assert_noop!(send(&link, &link), Errors::LinkUsed);
		advance(LINK_WINDOW + 1);
		assert_noop!(send(&link, &link), Errors::StaleLink);
	});
}

#[test]
fn the_block_of_a_link_is_of_the_window() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let mut link = pin_link(deployment, m(1), m(2));
		link.block = 2;
		assert_noop!(send(&link, &link), Errors::StaleLink);
		link.block = 1;
		advance(LINK_WINDOW + 1);
		assert_noop!(send(&link, &link), Errors::StaleLink);
		link.block = 2;
		assert_ok!(send(&link, &link));
	});
}

#[test]
fn generations_end() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for n in 1..u32::from(MAX_DEPTH) {
			pin(deployment, m(n), m(n + 1));
		}
		let deepest = m(MAX_DEPTH.into());
		assert_eq!(pin_of(deployment, deepest).unwrap().depth, MAX_DEPTH);
		assert_noop!(try_pin(deployment, deepest, m(20)), Errors::TooDeep);
		pin(deployment, m(1), m(20));
	});
}

/// A deployment at module 1 with as many pins as there may be.
fn full() -> DeploymentId {
	let deployment = deployed();
	for n in 2..=MAX_PINS {
		pin(deployment, m(1), m(n));
	}
	deployment
}

#[test]
fn places_end_and_dead_pins_make_way() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = full();
		let next = m(MAX_PINS + 1);
		assert_noop!(try_pin(deployment, m(1), next), Errors::TooManyPins);
		events();
		// A suspended one of the oldest makes way.
		suspend(m(3));
		pin(deployment, m(1), next);
		assert_eq!(pin_of(deployment, m(3)), None);
		assert!(!Holdings::<Test>::contains_key(m(3)));
		assert!(matches!(
			&events()[..],
			[
				Event::PinRemoved {
					module: ModuleId(3),
					..
				},
				Event::Pinned { .. }
			]
		));
		// It is a module like others afterwards.
		activate(m(3));
		assert_noop!(try_pin(deployment, m(1), m(3)), Errors::TooManyPins);
		// The own pin of an older boot makes way for the new one.
		reboot(m(4));
		activate(m(4));
		pin(deployment, m(1), m(4));
		assert_eq!(Pins::<Test>::get(deployment).pins.len() as u32, MAX_PINS);
	});
}

#[test]
fn terms_and_caps_are_checked_by_the_chain() {
	ExtBuilder::default().build_and_execute(|| {
		let mut terms = open_terms();
		terms.nodes.block = list(vec![Node::Module(m(2)), Node::Owner(account(103))]);
		terms.nodes.allow = Some(list(vec![
			Node::Module(m(1)),
			Node::Module(m(2)),
			Node::Module(m(3)),
			Node::Owner(account(104)),
		]));
		terms.classes = Classes::of(&[HardwareClass::B, HardwareClass::D]);
		let deployment = register(1, with_terms(terms), m(1));
		// Block wins, by module and by owner; who is on no list is not admitted.
		assert_noop!(try_pin(deployment, m(1), m(2)), Errors::NodeNotAllowed);
		assert_noop!(try_pin(deployment, m(1), m(3)), Errors::NodeNotAllowed);
		assert_noop!(try_pin(deployment, m(1), m(5)), Errors::NodeNotAllowed);
		change(m(4), |machine| machine.class = HardwareClass::C);
		assert_noop!(try_pin(deployment, m(1), m(4)), Errors::ClassNotAccepted);
		// Class D may answer for 100; this deployment is worth 50.
		change(m(4), |machine| machine.class = HardwareClass::D);
		world::AtRisk::<Test>::insert(m(4), 51);
		assert_noop!(try_pin(deployment, m(1), m(4)), Errors::ClassCapExceeded);
		world::AtRisk::<Test>::insert(m(4), 50);
		pin(deployment, m(1), m(4));
		assert_eq!(verifications(), 3);
	});
}

#[test]
fn what_a_module_answers_for_adds_up_and_goes_down_again() {
	ExtBuilder::default().build_and_execute(|| {
		change(m(9), |machine| machine.class = HardwareClass::D);
		for n in 1..=3 {
			register(n, data(), m(1));
		}
		pin(id(1), m(1), m(9));
		pin(id(2), m(1), m(9));
		assert_noop!(try_pin(id(3), m(1), m(9)), Errors::ClassCapExceeded);
		assert_ok!(try_drop(id(1), m(9)));
		pin(id(3), m(1), m(9));
		assert_eq!(Holdings::<Test>::get(m(9)).value, 100);
		// A new boot holds nothing yet.
		reboot(m(9));
		activate(m(9));
		pin(id(1), m(1), m(9));
		assert_eq!(Holdings::<Test>::get(m(9)).value, 50);
	});
}

#[test]
fn certificates_grow_old() {
	ExtBuilder::default().build_and_execute(|| {
		let mut terms = open_terms();
		terms.max_certificate_age = Some(100);
		let deployment = register(1, with_terms(terms), m(1));
		advance(100);
		pin(deployment, m(1), m(2));
		advance(1);
		assert_noop!(try_pin(deployment, m(1), m(3)), Errors::CertificateTooOld);
		activate(m(3));
		pin(deployment, m(1), m(3));
	});
}

/// C08
#[test]
fn empty_allow_list_means_nobody() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let mut terms = open_terms();
		terms.nodes.allow = Some(list(vec![]));
		assert_ok!(set_terms(OWNER, deployment, terms));
		assert_noop!(try_pin(deployment, m(1), m(2)), Errors::NodeNotAllowed);
	});
}

#[test]
fn unknown_and_ended_deployments_take_no_pin() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(try_pin(id(7), m(1), m(2)), Errors::UnknownDeployment);
		let mut terms = open_terms();
		terms.expires = Some(5);
		let deployment = register(1, with_terms(terms), m(1));
		let link = pin_link(deployment, m(1), m(2));
		System::set_block_number(5);
		assert_noop!(send(&link, &link), Errors::DeploymentExpired);
		let deployment = register(2, data(), m(1));
		let link = pin_link(deployment, m(1), m(2));
		assert_ok!(retire(OWNER, deployment));
		assert_noop!(send(&link, &link), Errors::AlreadyRetired);
	});
}

#[test]
fn drop_pin_works() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		events();
		assert_noop!(try_drop(deployment, m(3)), Errors::NotPinner);
		assert_noop!(try_drop(id(7), m(3)), Errors::UnknownDeployment);
		assert_noop!(
			Deployment::drop_pin(signed(&account(101)), deployment, DropReason::Policy),
			Errors::NotModule
		);
		// Also when it is not Active: it still has its session key.
		suspend(m(2));
		assert_ok!(try_drop(deployment, m(2)));
		assert!(matches!(
			&events()[..],
			[Event::Unpinned {
				module: ModuleId(2),
				boot_seq: 1,
				reason: DropReason::Draining,
				..
			}]
		));
		assert!(!Holdings::<Test>::contains_key(m(2)));
		// Nobody gives up the pin of another one.
		assert_noop!(try_drop(deployment, m(2)), Errors::NotPinner);
		// The owner hears of the last one.
		assert_ok!(try_drop(deployment, m(1)));
		assert!(matches!(
			&events()[..],
			[Event::Unpinned { .. }, Event::Lost { owner, .. }] if *owner == account(OWNER)
		));
		assert_eq!(status(deployment), Some(DeploymentStatus::Lost));
		// All links but link 0 are gone.
		assert_eq!(Links::<Test>::iter().count(), 1);
	});
}

#[test]
fn a_later_boot_gives_up_what_an_older_one_held() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		reboot(m(2));
		assert_ok!(try_drop(deployment, m(2)));
		assert_eq!(pin_of(deployment, m(2)), None);
	});
}

#[test]
fn long_dead_chains_leave_state_step_by_step() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for n in 1..u32::from(MAX_DEPTH) {
			pin(deployment, m(n), m(n + 1));
		}
		for n in 1..=u32::from(MAX_DEPTH) {
			assert_ok!(try_drop(deployment, m(n)));
		}
		// The last one had the whole chain to itself: some of it waits.
		assert!(!Pins::<Test>::get(deployment).loose.is_empty());
		assert_ok!(expire(deployment));
		assert!(!Pins::<Test>::contains_key(deployment));
		assert_eq!(Links::<Test>::iter().count(), 1);
		assert_noop!(expire(deployment), Errors::NothingDue);
	});
}

#[test]
fn expire_clears_void_pins_and_leaves_suspended_ones() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for n in 2..=5 {
			pin(deployment, m(1), m(n));
		}
		assert_noop!(expire(deployment), Errors::NothingDue);
		suspend(m(2));
		reboot(m(3));
		quarantine(m(4));
		assert_ok!(expire(deployment));
		let left: Vec<_> = Deployment::pins(deployment)
			.into_iter()
			.map(|view| view.pin.module)
			.collect();
		assert_eq!(left.len(), 3);
		for n in [1, 2, 5] {
			assert!(left.contains(&m(n)));
		}
	});
}

#[test]
fn live_pins_are_found_first() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for n in 2..=8 {
			pin(deployment, m(1), m(n));
		}
		for n in 3..=8 {
			suspend(m(n));
		}
		// Two of three are live: the pin is made while degraded, and the live ones move behind.
		pin(deployment, m(1), m(9));
		assert!(pin_of(deployment, m(9)).unwrap().while_degraded);
		let order: Vec<_> = Pins::<Test>::get(deployment)
			.pins
			.iter()
			.map(|pin| pin.module.0)
			.collect();
		assert_eq!(order, [3, 4, 5, 6, 7, 8, 1, 2, 9]);
		pin(deployment, m(1), m(10));
		assert!(!pin_of(deployment, m(10)).unwrap().while_degraded);
	});
}

#[test]
fn the_weight_is_that_of_the_pins_looked_at() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let link = pin_link(deployment, m(1), m(2));
		let signature = sign(&session(m(1), 1), b"");
		let call = Call::<Test>::confirm_pin {
			deployment,
			parent: link.parent,
			block: link.block,
			sealed_key: link.sealed_key,
			giver: signature.clone(),
			receiver: signature,
		};
		let declared = call.get_dispatch_info().call_weight;
		assert_eq!(declared, <() as WeightInfo>::confirm_pin(PROBES));
		let actual = send(&link, &link).unwrap().actual_weight.unwrap();
		assert_eq!(actual, <() as WeightInfo>::confirm_pin(1));
		assert!(actual.ref_time() < declared.ref_time());
	});
}

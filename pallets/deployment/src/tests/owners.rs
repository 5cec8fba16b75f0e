//! What owners do afterwards: seed anew, retire.

use super::*;
use frame_support::assert_noop;
use tea_primitives::HardwareClass;

/// A deployment of modules 1 to 3 that nobody holds any more.
fn lost() -> DeploymentId {
	let deployment = deployed();
	pin(deployment, m(1), m(2));
	pin(deployment, m(1), m(3));
	for n in 1..=3 {
		reboot(m(n));
	}
	deployment
}

#[test]
fn reseed_works() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = lost();
		assert_eq!(status(deployment), Some(DeploymentStatus::Lost));
		let before = Deployments::<Test>::get(deployment).unwrap();
		events();
		assert_ok!(try_reseed(OWNER, deployment, m(5)));
		let record = Deployments::<Test>::get(deployment).unwrap();
		assert_eq!((record.seed, record.delegator), (1, m(5)));
		assert_ne!(record.public_key, before.public_key);
		assert_ne!(record.origin, before.origin);
		assert_eq!(record.registration, before.registration);
		assert_eq!(status(deployment), Some(DeploymentStatus::Degraded));
		assert!(
			events()
				.iter()
				.any(|event| matches!(event, Event::Reseeded { seed: 1, .. }))
		);
		pin(deployment, m(5), m(6));
		let chain = Deployment::delegation_chain(deployment, Some(m(6)));
		assert_eq!(chain.len(), 2);
		assert_eq!(chain[1].link.hash(), record.origin);
	});
}

#[test]
fn reseed_is_for_lost_deployments_of_the_owner() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		assert_noop!(try_reseed(STRANGER, deployment, m(5)), Errors::NotOwner);
		assert_noop!(try_reseed(OWNER, deployment, m(5)), Errors::NotLost);
		quarantine(m(1));
		assert_noop!(try_reseed(OWNER, deployment, m(5)), Errors::NotLost);
		suspend(m(2));
		suspend(m(5));
		assert_noop!(try_reseed(OWNER, deployment, m(5)), Errors::PinnerNotActive);
		activate(m(5));
		let record = Deployments::<Test>::get(deployment).unwrap();
		let reseed = |seed: SeedOf<Test>| {
			Deployment::reseed(signed(&account(OWNER)), deployment, Box::new(seed))
		};
		// Link 0 of the registration, or of a seed that is not the next one, is worth nothing.
		for number in [0, 2] {
			let link = origin_link(deployment, key(9), number, record.registration, m(5));
			assert_noop!(reseed(seed(&link, key(9))), Errors::BadPinnerSignature);
		}
		// Nor that of another record.
		let link = origin_link(deployment, key(9), 1, code().hash(), m(5));
		assert_noop!(reseed(seed(&link, key(9))), Errors::BadPinnerSignature);
		// Nor another key than the one that was signed.
		let link = origin_link(deployment, key(9), 1, record.registration, m(5));
		assert_noop!(
			reseed(Seed {
				public_key: key(8),
				..seed(&link, key(9))
			}),
			Errors::BadPinnerSignature
		);
		let stale = seed(&link, key(9));
		reboot(m(5));
		activate(m(5));
		assert_noop!(reseed(stale), Errors::StaleBoot);
		assert_ok!(try_reseed(OWNER, deployment, m(5)));
		assert_ok!(retire(OWNER, deployment));
		assert_noop!(try_reseed(OWNER, deployment, m(6)), Errors::AlreadyRetired);
	});
}

#[test]
fn pins_of_an_older_seed_are_void() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for n in 2..=4 {
			pin(deployment, m(1), m(n));
		}
		for n in 1..=4 {
			suspend(m(n));
		}
		assert_ok!(try_reseed(OWNER, deployment, m(5)));
		// They come back in the same boot, but the deployment has another key now.
		for n in 1..=4 {
			activate(m(n));
		}
		let info = Deployment::deployment(deployment).unwrap();
		assert_eq!(info.live, 1);
		let old = pin_link(deployment, m(3), m(6));
		assert_noop!(send(&old, &old), Errors::UnknownParent);
		// A module of before may pin again in the same boot, and does not answer for it twice.
		change(m(3), |machine| machine.class = HardwareClass::D);
		world::AtRisk::<Test>::insert(m(3), CAP_D - 50);
		pin(deployment, m(5), m(3));
		assert_eq!(state(deployment, m(3)), Some(PinState::Live));
		// Calls clear the old ones away.
		pin(deployment, m(5), m(6));
		pin(deployment, m(5), m(7));
		pin(deployment, m(5), m(8));
		let left = Deployment::pins(deployment);
		assert!(left.iter().all(|view| view.state == PinState::Live));
		assert_eq!(Holdings::<Test>::get(m(1)), Holding::default());
	});
}

#[test]
fn a_full_table_of_dead_pins_can_be_seeded() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for n in 2..=MAX_PINS {
			pin(deployment, m(1), m(n));
		}
		for n in 1..=MAX_PINS {
			suspend(m(n));
		}
		assert_ok!(try_reseed(OWNER, deployment, m(MAX_PINS + 1)));
		assert_ok!(expire(deployment));
		assert_eq!(Deployment::deployment(deployment).unwrap().live, 1);
	});
}

#[test]
fn retire_works() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		assert_noop!(retire(STRANGER, deployment), Errors::NotOwner);
		assert_noop!(retire(OWNER, id(7)), Errors::UnknownDeployment);
		events();
		assert_ok!(retire(OWNER, deployment));
		assert_noop!(retire(OWNER, deployment), Errors::AlreadyRetired);
		assert_eq!(status(deployment), Some(DeploymentStatus::Retired));
		assert_eq!(state(deployment, m(1)), Some(PinState::Void));
		assert_noop!(
			set_terms(OWNER, deployment, open_terms()),
			Errors::AlreadyRetired
		);
		advance(1);
		let events = events();
		assert!(matches!(events[0], Event::Retired { uses: 0, .. }));
		assert!(matches!(
			events[1],
			Event::Closed {
				reason: EndReason::Retired,
				..
			}
		));
		assert!(matches!(events.last(), Some(Event::Removed { .. })));
		assert!(!Deployments::<Test>::contains_key(deployment));
		assert_eq!(Links::<Test>::iter().count(), 0);
		assert_eq!(on_hold(OWNER), 0);
	});
}

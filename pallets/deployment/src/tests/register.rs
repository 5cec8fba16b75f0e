//! Registration: what must be right, and that nothing is left of a refused one.

use super::*;
use codec::Encode;
use frame_support::assert_noop;
use tea_primitives::{
	HardwareClass,
	deployment::{Document, MAX_CODE, MAX_DATA, Needs, Node},
};

#[test]
fn register_works() {
	ExtBuilder::default().build_and_execute(|| {
		let registration = data();
		let bytes = registration.encoded_size() as Balance;
		let deployment = register(1, registration.clone(), m(1));

		let record = Deployments::<Test>::get(deployment).unwrap();
		assert_eq!(record.owner, account(OWNER));
		assert_eq!(record.delegator, m(1));
		assert_eq!(record.content, registration.content);
		assert_eq!(record.registration, registration.hash());
		assert_eq!(record.deposit, DEPOSIT_BASE + bytes * DEPOSIT_PER_BYTE);
		assert_eq!(on_hold(OWNER), record.deposit);
		assert_eq!(state(deployment, m(1)), Some(PinState::Live));
		let initial = pin_of(deployment, m(1)).unwrap();
		assert_eq!((initial.depth, initial.seed), (1, 0));
		assert_eq!(Holdings::<Test>::get(m(1)).value, 50);
		// One signature, and one only.
		assert_eq!(verifications(), 1);
		let [
			Event::Registered {
				deployment: id,
				owner,
				registration: shown,
				link,
				deposit,
			},
		] = &events()[..]
		else {
			panic!("one event");
		};
		assert_eq!((*id, owner), (deployment, &account(OWNER)));
		assert_eq!(**shown, registration);
		assert_eq!(link.link.hash(), record.origin);
		assert_eq!(*deposit, record.deposit);
	});
}

#[test]
fn plain_and_private_have_a_delegator_and_no_pins() {
	ExtBuilder::default().build_and_execute(|| {
		for (n, visibility) in [(1, Visibility::Plain), (2, Visibility::Private)] {
			let deployment = register(
				n,
				Registration {
					visibility,
					..code()
				},
				m(1),
			);
			assert_eq!(Deployment::pins(deployment), vec![]);
			assert_eq!(status(deployment), Some(DeploymentStatus::Live));
			assert_eq!(
				Deployments::<Test>::get(deployment).unwrap().delegator,
				m(1)
			);
			assert_eq!(Deployment::delegation_chain(deployment, None).len(), 1);
			assert_noop!(try_pin(deployment, m(1), m(2)), Errors::NotHosted);
			assert_noop!(try_reseed(OWNER, deployment, m(2)), Errors::NotHosted);
		}
		assert!(!Holdings::<Test>::contains_key(m(1)));
	});
}

#[test]
fn an_id_that_is_not_of_the_key_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let link = origin_link(id(2), key(1), 0, data().hash(), m(1));
		assert_noop!(
			call_register(OWNER, id(2), data(), seed(&link, key(1))),
			Errors::BadId
		);
	});
}

#[test]
fn a_deployment_cannot_be_overwritten() {
	ExtBuilder::default().build_and_execute(|| {
		deployed();
		assert_noop!(try_register(1, data(), m(2)), Errors::DeploymentExists);
		// Nor by somebody else.
		let link = Link {
			from: Giver::Account(account(STRANGER)),
			..origin_link(id(1), key(1), 0, code().hash(), m(2))
		};
		assert_noop!(
			call_register(STRANGER, id(1), code(), seed(&link, key(1))),
			Errors::DeploymentExists
		);
	});
}

#[test]
fn the_pinner_signs_every_field() {
	ExtBuilder::default().build_and_execute(|| {
		let good = origin_link(id(1), key(1), 0, data().hash(), m(1));
		let signature = seed(&good, key(1)).signature;
		let refused =
			|who, registration: RegistrationOf<Test>, change: &dyn Fn(&mut SeedOf<Test>)| {
				let mut seed = seed(&good, key(1));
				seed.signature = signature.clone();
				change(&mut seed);
				assert_noop!(
					call_register(who, id(1), registration, seed),
					Errors::BadPinnerSignature
				);
			};
		refused(STRANGER, data(), &|_| ());
		refused(OWNER, data(), &|seed| seed.sealed_key = [0; 32]);
		refused(OWNER, data(), &|seed| seed.block = 0);
		refused(OWNER, data(), &|seed| seed.pinner = m(2));
		refused(OWNER, code(), &|_| ());
		refused(
			OWNER,
			Registration {
				wanted: 4,
				..data()
			},
			&|_| (),
		);
		refused(
			OWNER,
			Registration {
				declared_value: 51,
				..data()
			},
			&|_| (),
		);
		refused(
			OWNER,
			Registration {
				visibility: Visibility::Plain,
				..data()
			},
			&|_| (),
		);
		refused(
			OWNER,
			Registration {
				replaces: Some(id(9)),
				..data()
			},
			&|_| (),
		);
		let mut terms = open_terms();
		terms.price = Price::PerUse(8);
		refused(OWNER, with_terms(terms), &|_| ());
		let mut other = data();
		other.content.commitment = [9; 32];
		refused(OWNER, other, &|_| ());
		// The very same with nothing changed goes through.
		assert_ok!(call_register(OWNER, id(1), data(), seed(&good, key(1))));
	});
}

/// Must-not 5: no key that the caller brings along is believed.
#[test]
fn a_signature_of_anybody_else_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let link = origin_link(id(1), key(1), 0, data().hash(), m(1));
		let mut seed = seed(&link, key(1));
		seed.signature = sign(&session(m(2), 1), &link.payload());
		assert_noop!(
			call_register(OWNER, id(1), data(), seed),
			Errors::BadPinnerSignature
		);
	});
}

/// Q03
#[test]
fn link_of_other_context_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let good = origin_link(id(1), key(1), 0, data().hash(), m(1));
		for wrong in [
			Link {
				genesis: [0; 32],
				..good.clone()
			},
			Link {
				domain: *b"tea/pod-link/v2",
				..good.clone()
			},
			Link {
				deployment: id(2),
				..good.clone()
			},
			Link {
				reason: LinkReason::Pin,
				..good.clone()
			},
			Link {
				parent: [1; 32],
				..good.clone()
			},
			origin_link(id(1), key(1), 1, data().hash(), m(1)),
		] {
			let mut seed = seed(&good, key(1));
			seed.signature = sign(&session(m(1), 1), &wrong.payload());
			assert_noop!(
				call_register(OWNER, id(1), data(), seed),
				Errors::BadPinnerSignature
			);
		}
	});
}

#[test]
fn the_pinner_must_be_active_in_that_boot() {
	ExtBuilder::default().build_and_execute(|| {
		let link = origin_link(id(1), key(1), 0, data().hash(), m(1));
		let early = seed(&link, key(1));
		suspend(m(1));
		assert_noop!(
			call_register(OWNER, id(1), data(), early.clone()),
			Errors::PinnerNotActive
		);
		reboot(m(1));
		assert_noop!(
			call_register(OWNER, id(1), data(), early.clone()),
			Errors::PinnerNotActive
		);
		activate(m(1));
		assert_noop!(
			call_register(OWNER, id(1), data(), early),
			Errors::StaleBoot
		);
		assert_noop!(
			call_register(
				OWNER,
				id(1),
				data(),
				Seed {
					pinner: m(999),
					..seed(&link, key(1))
				}
			),
			Errors::PinnerNotActive
		);
	});
}

#[test]
fn a_block_outside_the_window_is_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let mut link = origin_link(id(1), key(1), 0, data().hash(), m(1));
		link.block = 2;
		assert_noop!(
			call_register(OWNER, id(1), data(), seed(&link, key(1))),
			Errors::StaleLink
		);
		link.block = 1;
		advance(LINK_WINDOW);
		assert_ok!(call_register(OWNER, id(1), data(), seed(&link, key(1))));
		let mut link = origin_link(id(2), key(2), 0, data().hash(), m(1));
		link.block = 0;
		assert_noop!(
			call_register(OWNER, id(2), data(), seed(&link, key(2))),
			Errors::StaleLink
		);
	});
}

#[test]
fn limits_of_the_record_are_enforced() {
	ExtBuilder::default().build_and_execute(|| {
		let refused = |change: &dyn Fn(&mut RegistrationOf<Test>), error: Errors| {
			let mut registration = code();
			change(&mut registration);
			assert_noop!(try_register(1, registration, m(1)), error);
		};
		refused(&|r| r.content.size = MAX_CODE + 1, Errors::TooLarge);
		refused(
			&|r| {
				r.kind = Kind::Data;
				r.content.size = MAX_DATA + 1;
			},
			Errors::TooLarge,
		);
		let bad = Document {
			cid: Cid([0; 36]),
			hash: [0; 32],
		};
		refused(&|r| r.content.cid = bad.cid, Errors::BadCid);
		refused(&|r| r.description = Some(bad), Errors::BadCid);
		refused(&|r| r.checker = Checker::Wasm(bad), Errors::BadCid);
		refused(&|r| r.wanted = 0, Errors::TermsInvalid);
		refused(&|r| r.wanted = 17, Errors::TermsInvalid);
		refused(&|r| r.terms.classes = Classes(0), Errors::TermsInvalid);
		refused(&|r| r.terms.classes = Classes(0x80), Errors::TermsInvalid);
		refused(&|r| r.terms.expires = Some(1), Errors::TermsInvalid);
		refused(&|r| r.terms.readers.ad_hoc = true, Errors::TermsInvalid);
		refused(
			&|r| r.terms.readers.code = Some(list(vec![])),
			Errors::TermsInvalid,
		);
		refused(&|r| r.terms.max_output = Some(1), Errors::TermsInvalid);
		let needs = Needs {
			memory_pages: 1,
			fuel: 1,
			classes: Classes(0),
			capabilities: 0,
		};
		refused(&|r| r.checker = Checker::Needs(needs), Errors::TermsInvalid);
		refused(
			&|r| {
				r.kind = Kind::Data;
				r.checker = Checker::Needs(Needs {
					classes: Classes::ALL,
					..needs
				});
			},
			Errors::TermsInvalid,
		);
		let mut largest = code();
		largest.content.size = MAX_CODE;
		largest.wanted = 16;
		register(1, largest, m(1));
		let mut largest = data();
		largest.content.size = MAX_DATA;
		register(2, largest, m(1));
	});
}

#[test]
fn the_terms_must_admit_the_initial_pinner() {
	ExtBuilder::default().build_and_execute(|| {
		let mut terms = open_terms();
		terms.nodes.block = list(vec![Node::Module(m(1))]);
		assert_noop!(
			try_register(1, with_terms(terms), m(1)),
			Errors::NodeNotAllowed
		);
		let mut terms = open_terms();
		terms.classes = Classes::of(&[HardwareClass::A]);
		assert_noop!(
			try_register(1, with_terms(terms), m(1)),
			Errors::ClassNotAccepted
		);
		let mut terms = open_terms();
		terms.max_certificate_age = Some(10);
		advance(11);
		assert_noop!(
			try_register(1, with_terms(terms.clone()), m(1)),
			Errors::CertificateTooOld
		);
		renew_all();
		register(1, with_terms(terms), m(1));
	});
}

#[test]
fn without_money_nothing_is_registered() {
	ExtBuilder::default().build_and_execute(|| {
		let link = Link {
			from: Giver::Account(account(50)),
			..origin_link(id(1), key(1), 0, data().hash(), m(1))
		};
		assert_noop!(
			call_register(50, id(1), data(), seed(&link, key(1))),
			Errors::InsufficientBalance
		);
		// Money comes before curves.
		assert_eq!(verifications(), 0);
	});
}

/// C07
#[test]
fn max_values_do_not_overflow() {
	ExtBuilder::default().build_and_execute(|| {
		let mut registration = data();
		registration.declared_value = Balance::MAX;
		registration.terms.price = Price::Hourly(Balance::MAX);
		registration.terms.free_uses = u32::MAX;
		registration.terms.max_certificate_age = Some(u32::MAX);
		registration.terms.expires = Some(u32::MAX);
		registration.terms.max_output = Some(u32::MAX);
		register(1, registration.clone(), m(1));
		// A second one of that value is above every cap, also where there is none.
		assert_noop!(
			try_register(2, registration.clone(), m(1)),
			Errors::ClassCapExceeded
		);
		assert_noop!(try_register(2, data(), m(1)), Errors::ClassCapExceeded);
		register(2, data(), m(2));
		assert_eq!(Holdings::<Test>::get(m(1)).value, Balance::MAX);
	});
}

#[test]
fn a_deployment_that_takes_more_room_costs_more() {
	ExtBuilder::default().build_and_execute(|| {
		register(1, data(), m(1));
		let small = on_hold(OWNER);
		let mut terms = open_terms();
		terms.clients.block = list((0..64u8).map(|n| account(n + 60)).collect());
		register(2, with_terms(terms), m(1));
		assert_eq!(on_hold(OWNER) - small, small + 64 * 32 + 1);
	});
}

//! View functions.

use super::*;
use sp_runtime::traits::Verify;
use tea_primitives::deployment::{Node, Refusal};

/// What anybody can do with the chain of a pin, without the chain.
fn verify_offline(chain: &[SignedLinkOf<Test>], owner: &AccountId) {
	for (signed, parent) in chain.iter().zip(chain.iter().skip(1)) {
		let payload = signed.link.payload();
		assert_eq!(signed.link.parent, parent.link.hash());
		assert_eq!(
			signed.link.from,
			Giver::Module(parent.link.to, parent.link.boot_seq)
		);
		let giver = signed.giver.as_ref().unwrap();
		assert!(giver.verify(payload.as_slice(), &parent.receiver_key.into()));
		assert!(
			signed
				.receiver
				.verify(payload.as_slice(), &signed.receiver_key.into())
		);
	}
	let origin = chain.last().unwrap();
	assert_eq!(origin.link.parent, NO_PARENT);
	assert_eq!(origin.link.from, Giver::Account(owner.clone()));
	assert!(origin.receiver.verify(
		origin.link.payload().as_slice(),
		&origin.receiver_key.into()
	));
}

#[test]
fn a_chain_leads_to_the_owner() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for n in 1..u32::from(MAX_DEPTH) {
			pin(deployment, m(n), m(n + 1));
		}
		// The givers are long gone.
		for n in 1..u32::from(MAX_DEPTH) {
			reboot(m(n));
			assert_ok!(try_drop(deployment, m(n)));
		}
		let chain = Deployment::delegation_chain(deployment, Some(m(MAX_DEPTH.into())));
		assert_eq!(chain.len(), usize::from(MAX_DEPTH));
		verify_offline(&chain, &account(OWNER));
		assert_eq!(Deployment::delegation_chain(deployment, Some(m(1))), vec![]);
		assert_eq!(Deployment::delegation_chain(id(7), None), vec![]);
		assert_eq!(
			Deployment::delegation_chain(deployment, None),
			chain[chain.len() - 1..].to_vec()
		);
	});
}

#[test]
fn pins_tell_who_got_it_from_whom() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		pin(deployment, m(2), m(3));
		let parents: Vec<_> = Deployment::pins(deployment)
			.into_iter()
			.map(|view| (view.pin.module, view.parent))
			.collect();
		assert!(parents.contains(&(m(1), None)));
		assert!(parents.contains(&(m(2), Some(m(1)))));
		assert!(parents.contains(&(m(3), Some(m(2)))));
		assert_eq!(Deployment::pins(id(7)), vec![]);
		assert_eq!(Deployment::holding(m(3)).value, 50);
	});
}

#[test]
fn usable_by_says_why_not() {
	ExtBuilder::default().build_and_execute(|| {
		let usable = |n| Deployment::usable_by(id(1), m(n));
		assert_eq!(usable(1), Err(Refusal::UnknownDeployment));
		let mut terms = open_terms();
		terms.nodes.block = list(vec![Node::Module(m(3))]);
		terms.expires = Some(20);
		register(1, with_terms(terms), m(1));
		assert_eq!(usable(1), Ok(()));
		assert_eq!(usable(2), Ok(()));
		assert_eq!(usable(3), Err(Refusal::NodeNotAllowed));
		assert_eq!(usable(99), Err(Refusal::PeerNotActive));
		suspend(m(2));
		assert_eq!(usable(2), Err(Refusal::PeerNotActive));
		activate(m(2));
		world::AtRisk::<Test>::insert(m(2), Balance::MAX);
		assert_eq!(usable(2), Err(Refusal::ClassCapExceeded));
		// Who pins already answers for it already.
		world::AtRisk::<Test>::insert(m(1), Balance::MAX);
		assert_eq!(usable(1), Ok(()));
		System::set_block_number(20);
		assert_eq!(usable(1), Err(Refusal::Expired));
		System::set_block_number(19);
		assert_ok!(retire(OWNER, id(1)));
		assert_eq!(usable(1), Err(Refusal::Retired));
	});
}

#[test]
fn the_status_counts_every_live_pin() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let status = || {
			let info = Deployment::deployment(deployment).unwrap();
			(info.status, info.live)
		};
		assert_eq!(status(), (DeploymentStatus::Degraded, 1));
		for n in 2..=MAX_PINS {
			pin(deployment, m(1), m(n));
		}
		assert_eq!(status(), (DeploymentStatus::Live, MAX_PINS));
		for n in 3..=MAX_PINS {
			suspend(m(n));
		}
		assert_eq!(status(), (DeploymentStatus::Degraded, 2));
		suspend(m(1));
		suspend(m(2));
		assert_eq!(status(), (DeploymentStatus::Lost, 0));
		activate(m(MAX_PINS));
		assert_eq!(status(), (DeploymentStatus::Degraded, 1));
	});
}

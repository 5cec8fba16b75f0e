//! Tests by concern. A name like K09 in a comment is a row of the list of attacks.
#![allow(clippy::unwrap_used)]

mod duties;
mod encodings;
mod ends;
mod histories;
mod owners;
mod pins;
mod register;
mod terms;
mod uses;
mod views;

use crate::{mock::*, *};
use frame_support::{assert_ok, dispatch::DispatchResultWithPostInfo};
use sp_runtime::{BoundedVec, DispatchResult};
use tea_primitives::{
	deployment::{
		Checker, Cid, Classes, Content, DeploymentId, Giver, Hash, Kind, LINK_DOMAIN, Link,
		LinkReason, Lists, NO_PARENT, Price, Readers, Registration, Terms, Visibility,
	},
	ids::ModuleId,
};

type Errors = Error<Test>;

const OWNER: u8 = 1;
const CLIENT: u8 = 2;
const STRANGER: u8 = 3;

fn m(n: u32) -> ModuleId {
	ModuleId(n)
}

/// Deployment key number `n`.
fn key(n: u8) -> [u8; 32] {
	[n; 32]
}

fn id(n: u8) -> DeploymentId {
	DeploymentId::of_key(&key(n))
}

fn list<T>(entries: Vec<T>) -> BoundedVec<T, sp_core::ConstU32<64>> {
	BoundedVec::truncate_from(entries)
}

/// Terms that admit everybody for a price of 7.
fn open_terms() -> TermsOf<Test> {
	Terms {
		free_uses: 0,
		price: Price::PerUse(7),
		classes: Classes::ALL,
		max_certificate_age: None,
		nodes: Lists::default(),
		clients: Lists::default(),
		expires: None,
		readers: Readers::default(),
		max_output: None,
	}
}

/// Hosted data, three replicas wanted, declared value 50.
fn data() -> RegistrationOf<Test> {
	Registration {
		kind: Kind::Data,
		visibility: Visibility::Hosted,
		content: Content {
			cid: Cid::new(Cid::DAG_PB, [1; 32]),
			ciphertext_hash: [2; 32],
			commitment: [3; 32],
			size: 1_000,
		},
		terms: open_terms(),
		wanted: 3,
		checker: Checker::None,
		description: None,
		declared_value: 50,
		replaces: None,
	}
}

/// The same as code.
fn code() -> RegistrationOf<Test> {
	Registration {
		kind: Kind::Code,
		..data()
	}
}

fn with_terms(terms: TermsOf<Test>) -> RegistrationOf<Test> {
	Registration { terms, ..data() }
}

fn genesis() -> [u8; 32] {
	[0x99; 32]
}

/// Link 0 as a pinner of the present boot would sign it.
fn origin_link(
	deployment: DeploymentId,
	public_key: [u8; 32],
	number: u32,
	registration: Hash,
	pinner: ModuleId,
) -> LinkOf<Test> {
	Link {
		domain: LINK_DOMAIN,
		genesis: genesis(),
		deployment,
		parent: NO_PARENT,
		from: Giver::Account(account(OWNER)),
		to: pinner,
		boot_seq: boot_of(pinner),
		reason: LinkReason::Origin {
			seed: number,
			public_key,
			registration,
		},
		block: System::block_number(),
		sealed_key: [4; 32],
	}
}

fn boot_of(module: ModuleId) -> u32 {
	world::Machines::<Test>::get(module).unwrap().boot_seq
}

/// What the initial pinner gives back to the owner.
fn seed(link: &LinkOf<Test>, public_key: [u8; 32]) -> SeedOf<Test> {
	Seed {
		public_key,
		pinner: link.to,
		boot_seq: link.boot_seq,
		block: link.block,
		sealed_key: link.sealed_key,
		signature: sign(&session(link.to, link.boot_seq), &link.payload()),
	}
}

fn call_register(
	who: u8,
	deployment: DeploymentId,
	registration: RegistrationOf<Test>,
	seed: SeedOf<Test>,
) -> DispatchResult {
	Deployment::register(
		signed(&account(who)),
		deployment,
		Box::new(registration),
		Box::new(seed),
	)
}

/// Registers number `n` with everything as it should be.
fn try_register(n: u8, registration: RegistrationOf<Test>, pinner: ModuleId) -> DispatchResult {
	let link = origin_link(id(n), key(n), 0, registration.hash(), pinner);
	call_register(OWNER, id(n), registration, seed(&link, key(n)))
}

fn register(n: u8, registration: RegistrationOf<Test>, pinner: ModuleId) -> DeploymentId {
	assert_ok!(try_register(n, registration, pinner));
	id(n)
}

/// Number 1, hosted data, at module 1.
fn deployed() -> DeploymentId {
	register(1, data(), m(1))
}

fn pin_of(deployment: DeploymentId, module: ModuleId) -> Option<Pin<u32>> {
	Pins::<Test>::get(deployment)
		.pins
		.into_iter()
		.find(|pin| pin.module == module)
}

/// The hash of the link by which a module got the key.
fn link_of(deployment: DeploymentId, module: ModuleId) -> Hash {
	pin_of(deployment, module).map_or([0xee; 32], |pin| pin.link)
}

/// A link from one pinner to a module, in their present boots.
fn pin_link(deployment: DeploymentId, parent: ModuleId, child: ModuleId) -> LinkOf<Test> {
	Link {
		domain: LINK_DOMAIN,
		genesis: genesis(),
		deployment,
		parent: link_of(deployment, parent),
		from: Giver::Module(
			parent,
			pin_of(deployment, parent).map_or(boot_of(parent), |pin| pin.boot_seq),
		),
		to: child,
		boot_seq: boot_of(child),
		reason: LinkReason::Pin,
		block: System::block_number(),
		sealed_key: [5; 32],
	}
}

/// Sends a link with signatures over what is given as `signed_link`.
fn send(link: &LinkOf<Test>, signed_link: &LinkOf<Test>) -> DispatchResultWithPostInfo {
	let Giver::Module(parent, parent_boot) = &link.from else {
		panic!("a pinner gives");
	};
	let child = session(link.to, link.boot_seq);
	Deployment::confirm_pin(
		signed(&child),
		link.deployment,
		link.parent,
		link.block,
		link.sealed_key,
		sign(&session(*parent, *parent_boot), &signed_link.payload()),
		sign(&child, &signed_link.payload()),
	)
}

fn try_pin(
	deployment: DeploymentId,
	parent: ModuleId,
	child: ModuleId,
) -> DispatchResultWithPostInfo {
	let link = pin_link(deployment, parent, child);
	send(&link, &link)
}

fn pin(deployment: DeploymentId, parent: ModuleId, child: ModuleId) {
	assert_ok!(try_pin(deployment, parent, child));
}

fn try_drop(deployment: DeploymentId, module: ModuleId) -> DispatchResult {
	let account = session(module, boot_of(module));
	Deployment::drop_pin(signed(&account), deployment, DropReason::Draining)
}

fn try_reseed(who: u8, deployment: DeploymentId, pinner: ModuleId) -> DispatchResultWithPostInfo {
	let record = Deployments::<Test>::get(deployment).unwrap();
	let number = record.seed + 1;
	let public_key = [0x80 + number as u8; 32];
	let link = origin_link(deployment, public_key, number, record.registration, pinner);
	Deployment::reseed(
		signed(&account(who)),
		deployment,
		Box::new(seed(&link, public_key)),
	)
}

fn set_terms(who: u8, deployment: DeploymentId, terms: TermsOf<Test>) -> DispatchResult {
	Deployment::set_terms(signed(&account(who)), deployment, Box::new(terms))
}

fn retire(who: u8, deployment: DeploymentId) -> DispatchResult {
	Deployment::retire(signed(&account(who)), deployment)
}

fn expire(deployment: DeploymentId) -> DispatchResult {
	Deployment::expire(signed(&account(STRANGER)), deployment)
}

fn status(deployment: DeploymentId) -> Option<DeploymentStatus> {
	Deployment::deployment(deployment).map(|info| info.status)
}

fn state(deployment: DeploymentId, module: ModuleId) -> Option<PinState> {
	Deployment::pins(deployment)
		.into_iter()
		.find(|view| view.pin.module == module)
		.map(|view| view.state)
}

fn on_hold(n: u8) -> Balance {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&HoldReason::Deposit.into(), &account(n))
}

//! What errands ask and tell.

use super::*;
use frame_support::assert_noop;
use tea_primitives::{
	HardwareClass,
	deployment::{
		Charge, CodeRef, Deployments as Uses, Executor, Node, Refusal, Usage, UseOutcome,
		UseRequest,
	},
	module::{Attested, Certificate},
};

type Trait = Deployment;

pub(super) fn quote(
	deployment: DeploymentId,
	client: u8,
) -> Result<Usage<AccountId, Balance>, Refusal> {
	quote_with(deployment, client, |_| ())
}

fn quote_with(
	deployment: DeploymentId,
	client: u8,
	change: impl FnOnce(&mut UseRequest<'_, AccountId, u32>),
) -> Result<Usage<AccountId, Balance>, Refusal> {
	let code = id(77);
	let client = account(client);
	let mut request = UseRequest {
		client: &client,
		kind: Deployments::<Test>::get(deployment).map_or(Kind::Data, |record| record.kind),
		code: CodeRef::Deployed(&code),
		max_output: 1_000,
		deadline: System::block_number() + 10,
	};
	change(&mut request);
	<Trait as Uses<_, _, _>>::quote_use(&deployment, &request)
}

/// Posts an errand of a client.
pub(super) fn begin(deployment: DeploymentId, client: u8) -> Usage<AccountId, Balance> {
	let usage = quote(deployment, client).unwrap();
	<Trait as Uses<_, _, _>>::begin_use(
		&deployment,
		&account(client),
		&usage,
		System::block_number() + 10,
	);
	usage
}

pub(super) fn end(
	deployment: DeploymentId,
	client: u8,
	usage: &Usage<AccountId, Balance>,
	outcome: UseOutcome,
) -> Balance {
	<Trait as Uses<_, _, _>>::end_use(
		&deployment,
		&account(client),
		&usage.terms,
		&usage.charge,
		outcome,
	)
}

fn execute(deployment: DeploymentId, terms: &Hash, module: ModuleId) -> Result<(), Refusal> {
	let certificate: Certificate<u32> =
		<World as Attested<AccountId, u32>>::certificate(module).unwrap();
	let owner = account(100 + module.0 as u8);
	<Trait as Uses<_, _, _>>::may_execute(
		&deployment,
		terms,
		&Executor {
			certificate: &certificate,
			owner: &owner,
		},
	)
}

#[test]
fn a_use_is_quoted_begun_and_paid() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let usage = begin(deployment, CLIENT);
		let record = Deployments::<Test>::get(deployment).unwrap();
		assert_eq!(
			usage,
			Usage {
				owner: account(OWNER),
				visibility: Visibility::Hosted,
				content: data().content,
				charge: Charge::PerUse(7),
				terms: record.terms,
				delegator: m(1),
				checker: Checker::None,
			}
		);
		assert_eq!(usage.charge.at_most(), 7);
		assert_eq!((record.uses, record.busy_until), (1, 11));
		events();
		assert_eq!(end(deployment, CLIENT, &usage, UseOutcome::Confirmed), 7);
		assert!(matches!(&events()[..], [Event::Used { due: 7, .. }]));
		assert_eq!(Deployments::<Test>::get(deployment).unwrap().uses, 0);
		// Who pays each time is not kept in mind.
		assert!(!Clients::<Test>::contains_key(deployment, account(CLIENT)));
	});
}

#[test]
fn a_use_that_failed_costs_nothing() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		for outcome in [UseOutcome::GuestFault, UseOutcome::NotCounted] {
			let usage = begin(deployment, CLIENT);
			assert_eq!(end(deployment, CLIENT, &usage, outcome), 0);
		}
	});
}

#[test]
fn refusals_are_typed() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(quote(id(7), CLIENT), Err(Refusal::UnknownDeployment));
		let mut terms = open_terms();
		terms.clients.block = list(vec![account(4)]);
		terms.clients.allow = Some(list(vec![account(CLIENT), account(4)]));
		terms.max_output = Some(1_000);
		terms.expires = Some(30);
		let deployment = register(1, with_terms(terms), m(1));
		assert_eq!(quote(deployment, 4), Err(Refusal::ClientNotAllowed));
		assert_eq!(quote(deployment, STRANGER), Err(Refusal::ClientNotAllowed));
		assert!(quote(deployment, CLIENT).is_ok());
		assert_eq!(
			quote_with(deployment, CLIENT, |request| request.kind = Kind::Code),
			Err(Refusal::WrongKind)
		);
		assert_eq!(
			quote_with(deployment, CLIENT, |request| request.max_output = 1_001),
			Err(Refusal::OutputTooLarge)
		);
		assert!(quote_with(deployment, CLIENT, |request| request.deadline = 30).is_ok());
		assert_eq!(
			quote_with(deployment, CLIENT, |request| request.deadline = 31),
			Err(Refusal::Expired)
		);
		suspend(m(1));
		assert_eq!(quote(deployment, CLIENT), Err(Refusal::DeploymentLost));
		activate(m(1));
		System::set_block_number(30);
		assert_eq!(quote(deployment, CLIENT), Err(Refusal::Expired));
		System::set_block_number(29);
		assert_ok!(retire(OWNER, deployment));
		assert_eq!(quote(deployment, CLIENT), Err(Refusal::Retired));
	});
}

#[test]
fn owners_say_which_code_reads_their_data() {
	ExtBuilder::default().build_and_execute(|| {
		let one = id(77);
		let other = id(78);
		let ask = |n: u8, visibility, readers: Readers, code: CodeRef<'_>| {
			let mut terms = open_terms();
			terms.readers = readers;
			let registration = Registration {
				visibility,
				..with_terms(terms)
			};
			let deployment = register(n, registration, m(1));
			quote_with(deployment, CLIENT, |request| {
				request.code = match code {
					CodeRef::AdHoc => CodeRef::AdHoc,
					CodeRef::Deployed(id) if *id == one => CodeRef::Deployed(&id77::ID),
					CodeRef::Deployed(_) => CodeRef::Deployed(&id78::ID),
				}
			})
			.map(|_| ())
		};
		let only = |ids: Vec<DeploymentId>, ad_hoc| Readers {
			code: Some(list(ids)),
			ad_hoc,
		};
		use Visibility::*;
		let refused = Err(Refusal::CodeNotAllowed);
		assert_eq!(
			ask(1, Hosted, only(vec![one], false), CodeRef::Deployed(&one)),
			Ok(())
		);
		assert_eq!(
			ask(2, Hosted, only(vec![one], false), CodeRef::Deployed(&other)),
			refused
		);
		assert_eq!(
			ask(3, Hosted, only(vec![], true), CodeRef::Deployed(&one)),
			refused
		);
		assert_eq!(ask(4, Hosted, only(vec![], true), CodeRef::AdHoc), Ok(()));
		// Code that nobody knows reads sealed data only when the owner says so, public data unless he says otherwise.
		assert_eq!(ask(5, Hosted, Readers::default(), CodeRef::AdHoc), refused);
		assert_eq!(ask(6, Private, Readers::default(), CodeRef::AdHoc), refused);
		assert_eq!(ask(7, Plain, Readers::default(), CodeRef::AdHoc), Ok(()));
		assert_eq!(
			ask(8, Plain, only(vec![one], false), CodeRef::AdHoc),
			refused
		);
		assert_eq!(
			ask(9, Hosted, Readers::default(), CodeRef::Deployed(&other)),
			Ok(())
		);
	});
}

/// Names with a life as long as the test.
mod id77 {
	use super::*;
	use std::sync::LazyLock;
	pub(super) static ID: LazyLock<DeploymentId> = LazyLock::new(|| id(77));
}
mod id78 {
	use super::*;
	use std::sync::LazyLock;
	pub(super) static ID: LazyLock<DeploymentId> = LazyLock::new(|| id(78));
}

#[test]
fn the_first_uses_are_free() {
	ExtBuilder::default().build_and_execute(|| {
		let mut terms = open_terms();
		terms.free_uses = 2;
		let deployment = register(1, with_terms(terms), m(1));
		let first = begin(deployment, CLIENT);
		let second = begin(deployment, CLIENT);
		let third = begin(deployment, CLIENT);
		assert_eq!(first.charge, Charge::Free);
		assert_eq!(second.charge, Charge::Free);
		assert_eq!(third.charge, Charge::PerUse(7));
		// Each client has its own.
		assert_eq!(quote(deployment, STRANGER).unwrap().charge, Charge::Free);
		// A failed run that the guest did not cause gives the free use back; a guest's fault does not.
		assert_eq!(end(deployment, CLIENT, &first, UseOutcome::NotCounted), 0);
		assert_eq!(quote(deployment, CLIENT).unwrap().charge, Charge::Free);
		assert_eq!(end(deployment, CLIENT, &second, UseOutcome::GuestFault), 0);
		let again = begin(deployment, CLIENT);
		assert_eq!(again.charge, Charge::Free);
		assert_eq!(quote(deployment, CLIENT).unwrap().charge, Charge::PerUse(7));
		assert_eq!(end(deployment, CLIENT, &again, UseOutcome::Confirmed), 0);
		assert_eq!(end(deployment, CLIENT, &third, UseOutcome::Confirmed), 7);
		assert_eq!(Deployment::client(deployment, account(CLIENT)).free_uses, 2);
	});
}

#[test]
fn an_hour_is_paid_once() {
	ExtBuilder::default().build_and_execute(|| {
		let mut terms = open_terms();
		terms.price = Price::Hourly(100);
		let deployment = register(1, with_terms(terms), m(1));
		// Two at once: both have it on hold, one pays.
		let first = begin(deployment, CLIENT);
		let second = begin(deployment, CLIENT);
		assert_eq!(first.charge, Charge::Hour(100));
		assert_eq!(second.charge, Charge::Hour(100));
		assert_eq!(end(deployment, CLIENT, &first, UseOutcome::Confirmed), 100);
		assert_eq!(end(deployment, CLIENT, &second, UseOutcome::Confirmed), 0);
		let third = begin(deployment, CLIENT);
		assert_eq!(third.charge, Charge::Covered);
		assert_eq!(third.charge.at_most(), 0);
		// What was covered when it was posted stays so.
		advance(PASS);
		assert_eq!(end(deployment, CLIENT, &third, UseOutcome::Confirmed), 0);
		let fourth = begin(deployment, CLIENT);
		assert_eq!(fourth.charge, Charge::Hour(100));
		assert_eq!(end(deployment, CLIENT, &fourth, UseOutcome::GuestFault), 0);
		assert_eq!(quote(deployment, CLIENT).unwrap().charge, Charge::Hour(100));
	});
}

/// Post, use the hour for others, cancel: the hour is paid by whoever is confirmed.
#[test]
fn a_cancelled_errand_buys_no_hour() {
	ExtBuilder::default().build_and_execute(|| {
		let mut terms = open_terms();
		terms.price = Price::Hourly(100);
		let deployment = register(1, with_terms(terms), m(1));
		let buyer = begin(deployment, CLIENT);
		let other = begin(deployment, CLIENT);
		assert_eq!(end(deployment, CLIENT, &buyer, UseOutcome::NotCounted), 0);
		assert_eq!(end(deployment, CLIENT, &other, UseOutcome::Confirmed), 100);
	});
}

/// M06
#[test]
fn later_terms_do_not_apply() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		let usage = begin(deployment, CLIENT);
		let mut terms = open_terms();
		terms.price = Price::PerUse(1_000);
		terms.nodes.block = list(vec![Node::Module(m(2))]);
		terms.classes = Classes::of(&[HardwareClass::A]);
		assert_ok!(set_terms(OWNER, deployment, terms));
		let record = Deployments::<Test>::get(deployment).unwrap();
		assert_ne!(record.terms, usage.terms);
		assert_eq!(record.former_terms, 1);
		// The errand goes on by its own.
		assert_eq!(execute(deployment, &usage.terms, m(2)), Ok(()));
		assert_eq!(
			execute(deployment, &record.terms, m(2)),
			Err(Refusal::NodeNotAllowed)
		);
		assert_eq!(
			execute(deployment, &record.terms, m(1)),
			Err(Refusal::ClassNotAccepted)
		);
		assert_eq!(end(deployment, CLIENT, &usage, UseOutcome::Confirmed), 7);
		// Then they are forgotten.
		assert_eq!(Deployment::terms(deployment, usage.terms), None);
		assert_eq!(
			execute(deployment, &usage.terms, m(2)),
			Err(Refusal::UnknownTerms)
		);
	});
}

#[test]
fn former_terms_are_bounded_and_may_return() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let priced = |price| {
			let mut terms = open_terms();
			terms.price = Price::PerUse(price);
			terms
		};
		let first = begin(deployment, CLIENT);
		assert_ok!(set_terms(OWNER, deployment, priced(8)));
		let second = begin(deployment, CLIENT);
		assert_ok!(set_terms(OWNER, deployment, priced(9)));
		let third = begin(deployment, CLIENT);
		assert_noop!(
			set_terms(OWNER, deployment, priced(10)),
			Errors::TooManyTerms
		);
		// Terms that are kept already take no further place.
		assert_ok!(set_terms(OWNER, deployment, priced(8)));
		assert_eq!(
			Deployments::<Test>::get(deployment).unwrap().former_terms,
			2
		);
		assert_eq!(end(deployment, CLIENT, &first, UseOutcome::Confirmed), 7);
		assert_eq!(end(deployment, CLIENT, &third, UseOutcome::Confirmed), 9);
		assert_eq!(end(deployment, CLIENT, &second, UseOutcome::Confirmed), 8);
		assert_eq!(
			Deployments::<Test>::get(deployment).unwrap().former_terms,
			0
		);
		assert!(Deployment::terms(deployment, second.terms).is_some());
	});
}

#[test]
fn no_expiry_before_the_end_of_running_errands() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let usage = begin(deployment, CLIENT);
		let until = |block| {
			let mut terms = open_terms();
			terms.expires = Some(block);
			terms
		};
		assert_noop!(
			set_terms(OWNER, deployment, until(10)),
			Errors::ErrandsRunLonger
		);
		assert_ok!(set_terms(OWNER, deployment, until(11)));
		end(deployment, CLIENT, &usage, UseOutcome::NotCounted);
		assert_ok!(set_terms(OWNER, deployment, until(2)));
	});
}

#[test]
fn executors_need_a_live_pin_of_this_boot() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let terms = Deployments::<Test>::get(deployment).unwrap().terms;
		assert_eq!(execute(deployment, &terms, m(1)), Ok(()));
		assert_eq!(execute(deployment, &terms, m(2)), Err(Refusal::NotPinner));
		pin(deployment, m(1), m(2));
		assert_eq!(execute(deployment, &terms, m(2)), Ok(()));
		let live = <Trait as Uses<_, _, _>>::pin(&deployment, m(2), 1).unwrap();
		assert_eq!(live.parent, Some(m(1)));
		assert_eq!(live.link, link_of(deployment, m(2)));
		assert!(live.while_degraded);
		assert_eq!(
			<Trait as Uses<_, _, _>>::pin(&deployment, m(1), 1)
				.unwrap()
				.parent,
			None
		);
		// A pin of an older seed is none, though its module is Active in the same boot again.
		suspend(m(1));
		suspend(m(2));
		assert_ok!(try_reseed(OWNER, deployment, m(3)));
		activate(m(2));
		assert_eq!(execute(deployment, &terms, m(2)), Err(Refusal::NotPinner));
		pin(deployment, m(3), m(2));
		assert_eq!(execute(deployment, &terms, m(2)), Ok(()));
		reboot(m(2));
		activate(m(2));
		assert_eq!(execute(deployment, &terms, m(2)), Err(Refusal::NotPinner));
		assert_eq!(<Trait as Uses<_, _, _>>::pin(&deployment, m(2), 1), None);
		assert_eq!(<Trait as Uses<_, _, _>>::pin(&deployment, m(2), 2), None);
		suspend(m(3));
		assert_eq!(<Trait as Uses<_, _, _>>::pin(&deployment, m(3), 1), None);
		// Public code needs no pin.
		let plain = register(
			2,
			Registration {
				visibility: Visibility::Plain,
				..code()
			},
			m(4),
		);
		let terms = Deployments::<Test>::get(plain).unwrap().terms;
		assert_eq!(execute(plain, &terms, m(9)), Ok(()));
		assert_eq!(
			execute(id(7), &terms, m(9)),
			Err(Refusal::UnknownDeployment)
		);
		assert_eq!(execute(plain, &[0; 32], m(9)), Err(Refusal::UnknownTerms));
	});
}

#[test]
fn a_retired_deployment_serves_running_errands() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		let usage = begin(deployment, CLIENT);
		assert_ok!(retire(OWNER, deployment));
		advance(3);
		// Its pins count until the last errand is over.
		assert_eq!(state(deployment, m(1)), Some(PinState::Live));
		assert_eq!(execute(deployment, &usage.terms, m(1)), Ok(()));
		assert_eq!(end(deployment, CLIENT, &usage, UseOutcome::Confirmed), 7);
		assert_eq!(state(deployment, m(1)), Some(PinState::Void));
		assert_eq!(
			execute(deployment, &usage.terms, m(1)),
			Err(Refusal::Retired)
		);
		advance(1);
		assert!(!Deployments::<Test>::contains_key(deployment));
	});
}

#[test]
fn pinners_and_values_are_told() {
	ExtBuilder::default().build_and_execute(|| {
		let deployment = deployed();
		pin(deployment, m(1), m(2));
		pin(deployment, m(1), m(3));
		suspend(m(2));
		let pinners = |limit| <Trait as Uses<AccountId, _, _>>::pinners(&deployment, limit);
		assert_eq!(pinners(8), [m(3), m(1)]);
		assert_eq!(pinners(2), [m(3)]);
		assert_eq!(pinners(0), []);
		let value = |n| <Trait as Uses<AccountId, Balance, u32>>::declared_value(m(n));
		assert_eq!(value(1), 50);
		assert_eq!(value(2), 0);
		assert_eq!(value(9), 0);
		reboot(m(1));
		activate(m(1));
		assert_eq!(value(1), 0);
		assert_eq!(<Trait as Uses<AccountId, _, _>>::pinners(&id(7), 3), []);
	});
}

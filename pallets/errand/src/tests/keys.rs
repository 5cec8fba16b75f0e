use super::lab::*;
use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use sp_io::hashing::sha2_256;
use tea_primitives::{
	camellia::CreditEvent,
	deployment::{DeploymentId, Giver, Kind, LINK_DOMAIN, Link, LinkReason, NO_PARENT, Visibility},
	errand::{ErrandId, Exit, FaultReason, Outcome, RefundReason, Source},
	ids::ModuleId,
};

const Y: ModuleId = ModuleId(2);

/// Private code of account 51 on sealed data of the client, assigned to module 1.
fn waiting() -> ErrandId {
	let code = deploy(1, Kind::Code, Visibility::Private);
	let errand = Ask::of(
		Source::Deployed(code),
		vec![ad_hoc(2, true), ad_hoc(3, false)],
	)
	.post();
	assign_to(errand, X);
	errand
}

fn developer() -> AccountId {
	account(51)
}

///
#[test]
fn keys_are_asked_for_and_supplied() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = waiting();
		assert!(matches!(
			record(errand).stage,
			Stage::AwaitingKey { since: 7, until, .. } if until == 7 + KEY_WAIT
		));
		advance(10);
		assert_ok!(supply(errand, &developer(), 0, 1));
		assert!(matches!(record(errand).stage, Stage::AwaitingKey { .. }));
		assert_ok!(supply(errand, &client(), 1, 1));
		let record_now = record(errand);
		assert!(matches!(record_now.stage, Stage::Assigned(_)));
		// Deadlines stood still for eleven blocks.
		assert_eq!(System::block_number(), 18);
		assert_eq!(record_now.deadline, 105 + 11);
		assert_eq!(assignment(errand).deadline, 18 + (116 - 18) / 2);

		let link = Link {
			domain: LINK_DOMAIN,
			genesis: Errand::genesis(),
			deployment: DeploymentId([1; 32]),
			parent: NO_PARENT,
			from: Giver::Account(developer()),
			to: X,
			boot_seq: 1,
			reason: LinkReason::Execute(errand.0),
			block: 18u32,
			sealed_key: sha2_256(&[b"tea/envelope/v1".as_slice(), &[1; 400]].concat()),
		};
		assert_eq!(
			assignment(errand).keys[0],
			KeyPath::Supplied(link.hash()),
			"the chain makes the link from what was signed"
		);
		let (params, envelopes) = Errand::input(errand).expect("not final");
		assert_eq!(params.to_vec(), b"params");
		assert_eq!(envelopes.len(), 2);

		let pot = pot(errand);
		assert_eq!(pot.body.links.len(), 2);
		assert_ok!(complete(errand, pot));
		assert_eq!(Envelopes::<Test>::iter().count(), 0, "wiped at the end");
	});
}

#[test]
fn complete_before_the_keys_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = waiting();
		let pot = pot_of(errand, body(errand, Exit::Ok, 1));
		assert_noop!(complete(errand, pot), Error::<Test>::KeysMissing);
	});
}

#[test]
fn only_the_key_holder_supplies_and_only_for_this_boot() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = waiting();
		assert_noop!(supply(errand, &client(), 0, 1), Error::<Test>::NotKeyHolder);
		assert_noop!(
			supply(errand, &developer(), 1, 1),
			Error::<Test>::NotKeyHolder
		);
		assert_noop!(supply(errand, &client(), 2, 1), Error::<Test>::KeyNotWanted);
		assert_noop!(supply(errand, &client(), 3, 1), Error::<Test>::KeyNotWanted);
		assert_noop!(supply(errand, &client(), 1, 2), Error::<Test>::WrongBoot);
		assert_noop!(
			Errand::supply_key(signed(&client()), errand, 1, 1, Default::default()),
			Error::<Test>::BadEnvelope
		);
		assert_ok!(supply(errand, &client(), 1, 1));
		assert_noop!(supply(errand, &client(), 1, 1), Error::<Test>::KeyNotWanted);
		reboot(X);
		assert_noop!(supply(errand, &developer(), 0, 1), Error::<Test>::WrongBoot);
		assert_noop!(supply(errand, &developer(), 0, 2), Error::<Test>::WrongBoot);
		let open = post();
		assert_noop!(supply(open, &client(), 0, 1), Error::<Test>::NotAwaitingKey);
	});
}

/// F-10: the new executor is asked about anew.
#[test]
fn reboot_while_waiting_asks_anew() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = waiting();
		assert_ok!(supply(errand, &client(), 1, 1));
		advance(5);
		reboot(X);
		credit();
		assert_ok!(Errand::expire(signed(&account(30)), errand));
		assert_eq!(credit(), [(X, CreditEvent::InfrastructureFault)]);
		assert_eq!(Envelopes::<Test>::iter().count(), 0);
		assert_eq!(record(errand).deadline, 105 + 6, "the wait does not count");
		assign_to(errand, Y);
		assert_ok!(supply(errand, &client(), 1, 1));
		assert_ok!(supply(errand, &developer(), 0, 1));
		finish(errand, Exit::Ok, 1_000);
	});
}

///
#[test]
fn refused_key_refunds_without_penalty() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = waiting();
		credit();
		assert_noop!(
			Errand::refuse(signed(&account(9)), errand),
			Error::<Test>::NotKeyHolder
		);
		assert_ok!(supply(errand, &client(), 1, 1));
		assert_noop!(
			Errand::refuse(signed(&client()), errand),
			Error::<Test>::NotKeyHolder
		);
		assert_ok!(Errand::refuse(signed(&developer()), errand));
		assert_eq!(outcome(errand), Outcome::Refunded(RefundReason::KeyRefused));
		assert_eq!(held(&client()), 0);
		assert_eq!(credit(), []);
		let plain = assigned();
		assert_noop!(
			Errand::refuse(signed(&client()), plain),
			Error::<Test>::NotAwaitingKey
		);
	});
}

/// nobody answers.
#[test]
fn wait_for_a_key_ends() {
	ExtBuilder::default().build_and_execute(|| {
		let mut ask = Ask::of(ad_hoc(1, true), vec![]);
		ask.options.key_wait = Some(20);
		// Shorter than the wait: deadlines stand still.
		ask.deadline = 10;
		let errand = ask.post();
		assign_to(errand, X);
		credit();
		advance_to(7 + 19);
		frame_support::hypothetically!({
			assert_ok!(supply(errand, &client(), 0, 1));
		});
		System::set_block_number(27);
		assert_noop!(
			supply(errand, &client(), 0, 1),
			Error::<Test>::DeadlinePassed
		);
		System::set_block_number(26);
		advance(1);
		assert_eq!(
			outcome(errand),
			Outcome::Refunded(RefundReason::KeyNotSupplied)
		);
		assert_eq!(credit(), []);
	});
}

/// the proof of a wrong key costs nobody but the one who supplied it.
#[test]
fn wrong_key_is_proven_and_refunded() {
	ExtBuilder::default().build_and_execute(|| {
		let before = Balances::free_balance(client());
		let errand = waiting();
		assert_ok!(supply(errand, &developer(), 0, 1));
		assert_ok!(supply(errand, &client(), 1, 1));
		finish(errand, Exit::BadKey, 1_000);
		let record = finished(errand);
		assert_eq!(record.outcome, Outcome::Refunded(RefundReason::BadKey));
		assert!(record.pot.is_some());
		assert!(record.bill.lines.is_empty());
		assert_eq!(Balances::free_balance(client()), before);
		assert_eq!(
			world::Counted::<Test>::get(DeploymentId([1; 32])),
			0,
			"no use"
		);
	});
}

/// Links of other keys in the PoT.
#[test]
fn pot_names_the_links_of_its_keys() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = waiting();
		assert_ok!(supply(errand, &developer(), 0, 1));
		assert_ok!(supply(errand, &client(), 1, 1));
		let good = body(errand, Exit::Ok, 1);
		for links in [
			vec![],
			vec![good.links[0]],
			vec![good.links[1], good.links[0]],
			vec![good.links[0], good.links[1], [0; 32]],
		] {
			let mut body = good.clone();
			body.links = BoundedVec::truncate_from(links);
			let pot = pot_of(errand, body);
			assert_noop!(
				complete(errand, pot),
				Error::<Test>::BadPot(PotField::Links)
			);
		}
		assert_ok!(complete(errand, pot_of(errand, good)));
	});
}

#[test]
fn executor_gives_up_while_it_waits() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = waiting();
		advance(4);
		assert_noop!(
			fail(errand, FaultReason::VerifiersSilent),
			Error::<Test>::BadReason
		);
		assert_ok!(fail(errand, FaultReason::Shutdown));
		assert_eq!(record(errand).stage, Stage::Open);
		assert_eq!(record(errand).deadline, 105 + 5, "waited since block 7");
	});
}

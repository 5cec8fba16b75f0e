use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use tea_primitives::{
	HardwareClass,
	deployment::{Classes, Kind, Refusal, Visibility},
	draw::Member,
	errand::{Source, TicketProof},
	ids::ModuleId,
};

const Y: ModuleId = ModuleId(2);

#[test]
fn lowest_ticket_of_the_block_is_the_executor() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		advance(2);
		let value = |module: ModuleId| {
			Errand::check_claim(&session(module), errand, &ticket(errand, module).pre_output)
				.map(|(_, value)| value)
				.expect("a valid claim")
		};
		let (low, high) = if value(X) < value(Y) { (X, Y) } else { (Y, X) };
		assert_ok!(claim(errand, high));
		assert_eq!(Errand::errands_of(high), [errand]);
		assert_ok!(claim(errand, low));
		assert_eq!(Errand::errands_of(high), []);
		assert_eq!(Errand::errands_of(low), [errand]);
		assert_noop!(claim(errand, high), Error::<Test>::LowerTicketClaimed);
		assert_noop!(claim(errand, low), Error::<Test>::LowerTicketClaimed);
		advance(1);
		let assignment = assignment(errand);
		assert_eq!(assignment.executor, low);
		assert_eq!(assignment.verifiers.len(), N as usize);
		assert_eq!(assignment.assigned, 7);
		// Half of what is left.
		assert_eq!(assignment.deadline, 7 + (105 - 7) / 2);
		assert_noop!(claim(errand, high), Error::<Test>::ExecutorFixed);
		assert_eq!(
			Queue::<Test>::get(),
			Counters {
				open: 0,
				assigned: 1
			}
		);
	});
}

/// M06
#[test]
fn claim_outside_window_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		assert_noop!(claim(errand, X), Error::<Test>::ClaimsNotOpen);
		advance(1);
		assert_noop!(claim(errand, X), Error::<Test>::ClaimsNotOpen);
		advance(1);
		hypothetically_ok(|| claim(errand, X).is_ok());
		// Without an agenda it would stay open: nobody may claim at the deadline.
		Errands::<Test>::mutate(errand, |record| {
			record.as_mut().expect("open").deadline = System::block_number();
		});
		assert_noop!(claim(errand, X), Error::<Test>::DeadlinePassed);
		assert_noop!(
			Errand::claim(
				signed(&session(X)),
				tea_primitives::errand::ErrandId(9),
				ticket(errand, X)
			),
			Error::<Test>::UnknownErrand
		);
	});
}

fn hypothetically_ok(call: impl FnOnce() -> bool) {
	frame_support::hypothetically!(assert!(call()));
}

#[test]
fn threshold_widens_until_everybody_may_claim() {
	ExtBuilder::default().build_and_execute(|| {
		// As if very many modules were there.
		world::Total::<Test>::put(1_000_000_000_000);
		let errand = post();
		advance(2);
		assert_noop!(claim(errand, X), Error::<Test>::TicketTooHigh);
		advance(10);
		assert_ok!(claim(errand, X));
	});
}

/// Q06
#[test]
fn ticket_of_younger_key_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		advance(2);
		for since in [5, 6, 7] {
			with_module(X, |record| record.since = since);
			assert_noop!(claim(errand, X), Error::<Test>::KeyTooNew);
		}
		with_module(X, |record| record.since = 4);
		assert_ok!(claim(errand, X));
	});
}

#[test]
fn ticket_of_other_key_errand_or_attempt_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		let other = post();
		advance(2);
		let by = signed(&session(X));
		assert_noop!(
			Errand::claim(by.clone(), errand, ticket(errand, Y)),
			Error::<Test>::BadVrfProof
		);
		assert_noop!(
			Errand::claim(by.clone(), errand, ticket(other, X)),
			Error::<Test>::BadVrfProof
		);
		let forged = TicketProof {
			proof: [7; 64],
			..ticket(errand, X)
		};
		assert_noop!(
			Errand::claim(by, errand, forged),
			Error::<Test>::BadVrfProof
		);
	});
}

/// R-117, rule by rule.
#[test]
fn only_eligible_modules_may_claim() {
	ExtBuilder::default().build_and_execute(|| {
		let mut ask = Ask::default();
		ask.options.needs.classes = Classes::of(&[HardwareClass::B, HardwareClass::C]);
		let errand = ask.post();
		advance(2);
		let refused = |rule: Rule| {
			assert_noop!(claim(errand, X), Error::<Test>::NotEligible(rule));
		};
		assert_noop!(
			Errand::claim(signed(&client()), errand, ticket(errand, X)),
			Error::<Test>::NotModule
		);
		with_module(X, |record| record.status = INACTIVE);
		refused(Rule::NotActive);
		with_module(X, |record| record.status = ACTIVE);
		with_module(X, |record| record.living = false);
		refused(Rule::NotLiving);
		with_module(X, |record| record.living = true);
		with_module(X, |record| record.class = HardwareClass::A);
		refused(Rule::Class);
		with_module(X, |record| record.class = HardwareClass::C);
		world::Declared::<Test>::insert(X, CAP - 10_000_000_000 + 1);
		refused(Rule::ClassCap);
		world::Declared::<Test>::insert(X, CAP - 10_000_000_000);
		let owner = world::Modules::<Test>::get(X).expect("a module").owner;
		with_module(X, |record| record.owner = client());
		refused(Rule::OwnErrand);
		with_module(X, |record| record.owner = owner);
		assert_ok!(claim(errand, X));
	});
}

#[test]
fn own_module_runs_when_the_client_allows_it() {
	ExtBuilder::default().build_and_execute(|| {
		let mut ask = Ask::default();
		ask.options.allow_own = true;
		let errand = ask.post();
		with_module(X, |record| record.owner = client());
		assign_to(errand, X);
		assert_ok!(complete(errand, pot(errand)));
	});
}

#[test]
fn module_takes_only_so_many_errands() {
	ExtBuilder::default().build_and_execute(|| {
		let errands: Vec<_> = (0..=MAX_ERRANDS).map(|_| post()).collect();
		advance(2);
		for errand in &errands[..MAX_ERRANDS as usize] {
			assert_ok!(claim(*errand, X));
		}
		let last = errands[MAX_ERRANDS as usize];
		assert_noop!(
			claim(last, X),
			Error::<Test>::NotEligible(Rule::TooManyErrands)
		);
		assert!(is_busy(X));
		assert!(!is_busy(Y));
		assert_ok!(claim(last, Y));
		advance(1);
		assert_ok!(complete(errands[0], pot(errands[0])));
		assert_eq!(Errand::errands_of(X).len(), MAX_ERRANDS as usize - 1);
	});
}

#[test]
fn block_takes_only_so_many_claims() {
	ExtBuilder::default().build_and_execute(|| {
		let errands: Vec<_> = (0..=MAX_CLAIMS).map(|_| post()).collect();
		advance(2);
		for (n, errand) in errands[..MAX_CLAIMS as usize].iter().enumerate() {
			assert_ok!(claim(*errand, ModuleId(1 + n as u32 % 4)));
		}
		let last = errands[MAX_CLAIMS as usize];
		assert_noop!(claim(last, ModuleId(5)), Error::<Test>::BlockFull);
		advance(1);
		assert_ok!(claim(last, ModuleId(5)));
		for errand in &errands[..MAX_CLAIMS as usize] {
			assert!(record(*errand).assignment().is_some());
		}
	});
}

#[test]
fn hosted_sources_need_live_pins() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Hosted);
		let data = deploy(2, Kind::Data, Visibility::Hosted);
		pin(code, X, None, false);
		let errand = Ask::of(Source::Deployed(code), vec![Source::Deployed(data)]).post();
		advance(2);
		assert_noop!(claim(errand, X), Error::<Test>::NotPinner);
		pin(data, X, None, false);
		assert_ok!(claim(errand, X));
		advance(1);
		let keys = assignment(errand).keys;
		assert!(matches!(keys[0], KeyPath::Pin { .. }));
		assert!(matches!(keys[1], KeyPath::Pin { .. }));
	});
}

/// M06, R-092: who may execute is judged by the terms of the posting.
#[test]
fn later_terms_do_not_apply() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Plain);
		let errand = Ask::of(Source::Deployed(code), vec![]).post();
		// New terms block the module, and make the use dear.
		with_deployment(code, |item| {
			item.terms = [77; 32];
			item.charge = tea_primitives::deployment::Charge::PerUse(1_000_000);
		});
		world::Blocked::<Test>::insert([77; 32], vec![X]);
		assert_ok!(Errand::set_gas_price(RuntimeOrigin::root(), 7));
		assert_ok!(Errand::set_shares(
			RuntimeOrigin::root(),
			Shares {
				executor: 85,
				delegator: 0,
				..Shares::DEFAULT
			}
		));
		assign_to(errand, X);
		finish(errand, tea_primitives::errand::Exit::Ok, 1_000_000);
		let bill = finished(errand).bill;
		assert_eq!(bill.gas, 1_000_000 * GAS_PRICE);
		assert!(paid(errand, tea_primitives::errand::Role::Developer).is_empty());
		assert_eq!(
			paid(errand, tea_primitives::errand::Role::Delegator),
			[15_000_000]
		);

		let errand = Ask::of(Source::Deployed(code), vec![]).post();
		advance(2);
		assert_noop!(
			claim(errand, X),
			Error::<Test>::NotEligible(Rule::Terms(Refusal::NodeNotAllowed))
		);
	});
}

/// Q12
#[test]
fn committee_excludes_owner() {
	ExtBuilder::default().build_and_execute(|| {
		// Module 2 belongs to the owner of the executor, module 3 to the client.
		let owner = world::Modules::<Test>::get(X).expect("a module").owner;
		with_module(Y, |record| record.owner = owner);
		with_module(ModuleId(3), |record| record.owner = client());
		for _ in 0..12 {
			let errand = assigned();
			let verifiers = assignment(errand).verifiers;
			for excluded in [X, Y, ModuleId(3)] {
				assert!(!verifiers.contains(&Member::Module(excluded)));
			}
			assert_ok!(complete(errand, pot(errand)));
		}
	});
}

/// Q08
#[test]
fn client_cannot_name_verifiers() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = assigned();
		let drawn =
			<World as tea_primitives::draw::Draws<_, _>>::committee(&tea_primitives::draw::Draw {
				purpose: tea_primitives::draw::Purpose::Errand,
				subject: &codec::Encode::encode(&(errand, 0u8, 0u8)),
				block: 6,
				size: N,
				excluded_owners: &[account(99), client()],
				excluded: &[],
			});
		assert_eq!(
			drawn.expect("a committee"),
			assignment(errand).verifiers.to_vec(),
			"chain, errand and beacon decide"
		);
	});
}

/// Q04: what is posted does not change the draw, and the beacon is younger than the posting.
#[test]
fn draw_does_not_depend_on_submitter() {
	ExtBuilder::default().build_and_execute(|| {
		let tickets = |ask: Ask| {
			frame_support::hypothetically!({
				let errand = ask.post();
				advance(2);
				(
					record(errand).draw.fixed_in,
					ticket(errand, X).pre_output,
					ticket(errand, Y).pre_output,
				)
			})
		};
		let first = tickets(Ask::default());
		let other = Ask {
			client: account(2),
			params: b"other".to_vec(),
			max_price: 10_000_000_001,
			..Ask::default()
		};
		assert_eq!(tickets(other), first);
		assert_eq!(first.0, 5);
		assert!(<World as tea_primitives::draw::Draws<_, _>>::beacon(6).is_none());
	});
}

#[test]
fn without_a_committee_the_claim_lapses() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		advance(2);
		world::NoCommittee::<Test>::put(true);
		assert_ok!(claim(errand, X));
		advance(1);
		let record_now = record(errand);
		assert_eq!(record_now.stage, Stage::Open);
		assert_eq!(record_now.draw.fixed_in, 7);
		assert_eq!(record_now.attempt, 0, "nobody is to blame");
		assert!(!is_busy(X));
		world::NoCommittee::<Test>::kill();
		assign_to(errand, X);
		assert_ok!(complete(errand, pot(errand)));
	});
}

#[test]
fn pin_that_is_gone_by_the_end_of_the_block_lets_the_claim_lapse() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Hosted);
		pin(code, X, None, false);
		let errand = Ask::of(Source::Deployed(code), vec![]).post();
		advance(2);
		assert_ok!(claim(errand, X));
		world::Pins::<Test>::remove((code, X));
		advance(1);
		assert_eq!(record(errand).stage, Stage::Open);
	});
}

#[test]
fn registrars_check_while_modules_are_few() {
	ExtBuilder::default()
		.modules(1)
		.registrars(6)
		.build_and_execute(|| {
			let errand = assigned();
			let verifiers = assignment(errand).verifiers;
			assert!(
				verifiers
					.iter()
					.all(|member| matches!(member, Member::Registrar(_)))
			);
			let first = verifier(errand, 0);
			let before = Balances::free_balance(&first);
			assert_ok!(complete(errand, pot(errand)));
			// 10 % of 5 000 000 000 among three, at once.
			assert_eq!(Balances::free_balance(&first) - before, 166_666_666);
		});
}

/// b, claim in b + 2, result in b + 3.
#[test]
fn shortest_deadline_is_enough() {
	ExtBuilder::default().build_and_execute(|| {
		let ask = Ask {
			deadline: MIN_DEADLINE,
			..Ask::default()
		};
		let errand = ask.post();
		assign_to(errand, X);
		assert_eq!(System::block_number(), 8);
		assert_eq!(assignment(errand).deadline, 5 + MIN_DEADLINE);
		assert_ok!(complete(errand, pot(errand)));
	});
}

/// Draws of one block share the candidates that its claims have paid for: what finds none is drawn again with another beacon,
/// and nobody is to blame.
#[test]
fn draws_look_no_further_than_the_claims_have_paid_for() {
	ExtBuilder::default().build_and_execute(|| {
		// Nearly all modules are the client's: each draw looks at very many.
		for _ in 0..200 {
			module_of(client());
		}
		let errands: Vec<_> = (0..MAX_ERRANDS).map(|_| post()).collect();
		advance(2);
		for errand in &errands {
			assert_ok!(claim(*errand, X));
		}
		advance(1);
		let (whole, lapsed): (Vec<_>, Vec<_>) = errands
			.iter()
			.partition(|errand| record(**errand).assignment().is_some());
		assert!(!lapsed.is_empty(), "a committee of strangers is rare");
		for errand in whole {
			assert_eq!(assignment(errand).verifiers.len(), N as usize);
		}
		for errand in lapsed {
			assert_eq!(record(errand).stage, Stage::Open);
			assert_eq!(record(errand).draw.fixed_in, 7);
		}
		assert_eq!(crate::impls::candidates_for(0), 0);
		assert_eq!(crate::impls::candidates_for(1), 64);
		assert_eq!(crate::impls::candidates_for(3), 96);
	});
}

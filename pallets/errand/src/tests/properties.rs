//! Random histories: whatever people, modules and chance do, money is conserved and every errand ends.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::traits::Hooks;
use proptest::prelude::*;
use tea_primitives::{
	deployment::{Charge, Kind, Visibility},
	errand::{Exit, FaultReason, Limit, Source, Trap},
	ids::ModuleId,
};

/// Something that happens. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Step {
	Post {
		client: u8,
		code: u8,
		data: u8,
		deadline: u32,
		price: u32,
	},
	Claim {
		errand: u8,
		module: u8,
	},
	Complete {
		errand: u8,
		exit: u8,
		fuel: u32,
		members: u8,
	},
	Fail {
		errand: u8,
		reason: u8,
	},
	Vote {
		errand: u8,
		member: u8,
	},
	Supply {
		errand: u8,
		source: u8,
	},
	Refuse {
		errand: u8,
	},
	Cancel {
		errand: u8,
	},
	Expire {
		errand: u8,
	},
	Reboot {
		module: u8,
	},
	Toggle {
		module: u8,
	},
	Kill {
		module: u8,
	},
	Sell {
		module: u8,
		owner: u8,
	},
	Dark,
	Wait {
		blocks: u8,
	},
	Idle,
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		6 => (1u8..4, 0u8..4, 0u8..4, 3u32..60, any::<u32>()).prop_map(
			|(client, code, data, deadline, price)| Step::Post { client, code, data, deadline, price }
		),
		10 => (any::<u8>(), 1u8..10).prop_map(|(errand, module)| Step::Claim { errand, module }),
		8 => (any::<u8>(), 0u8..7, any::<u32>(), prop_oneof![3 => Just(7u8), 1 => any::<u8>()]).prop_map(
			|(errand, exit, fuel, members)| Step::Complete { errand, exit, fuel, members }
		),
		2 => (any::<u8>(), 0u8..6).prop_map(|(errand, reason)| Step::Fail { errand, reason }),
		3 => (any::<u8>(), 0u8..4).prop_map(|(errand, member)| Step::Vote { errand, member }),
		4 => (any::<u8>(), 0u8..3).prop_map(|(errand, source)| Step::Supply { errand, source }),
		1 => any::<u8>().prop_map(|errand| Step::Refuse { errand }),
		1 => any::<u8>().prop_map(|errand| Step::Cancel { errand }),
		2 => any::<u8>().prop_map(|errand| Step::Expire { errand }),
		1 => (1u8..10).prop_map(|module| Step::Reboot { module }),
		1 => (1u8..10).prop_map(|module| Step::Toggle { module }),
		1 => (8u8..10).prop_map(|module| Step::Kill { module }),
		1 => (1u8..10, 1u8..60).prop_map(|(module, owner)| Step::Sell { module, owner }),
		1 => Just(Step::Dark),
		12 => (1u8..6).prop_map(|blocks| Step::Wait { blocks }),
		1 => Just(Step::Idle),
	]
}

fn source(n: u8, kind: Kind) -> Source {
	let base = if kind == Kind::Code { 10 } else { 20 };
	match n {
		0 => ad_hoc(base, false),
		1 => ad_hoc(base + 1, true),
		2 => Source::Deployed(tea_primitives::deployment::DeploymentId([base + 2; 32])),
		_ => Source::Deployed(tea_primitives::deployment::DeploymentId([base + 3; 32])),
	}
}

fn prepare() {
	for (base, kind) in [(10u8, Kind::Code), (20, Kind::Data)] {
		let hosted = deploy(base + 2, kind, Visibility::Hosted);
		let private = deploy(base + 3, kind, Visibility::Private);
		with_deployment(hosted, |item| item.charge = Charge::PerUse(12_345));
		with_deployment(private, |item| item.charge = Charge::Hour(777));
		for n in 1..6 {
			pin(
				hosted,
				ModuleId(n),
				(n > 1).then_some(ModuleId(n - 1)),
				n % 2 == 0,
			);
		}
	}
}

fn pick(n: u8) -> Option<tea_primitives::errand::ErrandId> {
	let mut open: Vec<_> = Errands::<Test>::iter_keys().collect();
	open.sort();
	(!open.is_empty()).then(|| open[usize::from(n) % open.len()])
}

fn apply(step: Step) {
	match step {
		Step::Post {
			client,
			code,
			data,
			deadline,
			price,
		} => {
			let mut ask = Ask::of(source(code, Kind::Code), vec![source(data, Kind::Data)]);
			ask.client = account(client);
			ask.deadline = deadline;
			ask.limits.fuel = 1_000_000;
			ask.max_price = 100_000_000 + Balance::from(price % 100_000);
			if code < 2 {
				ask.options.payee = Some((account(client + 60), Balance::from(price % 3_000)));
			}
			let _ = ask.try_post();
		}
		Step::Claim { errand, module } => {
			if let Some(errand) = pick(errand)
				&& world::Modules::<Test>::contains_key(ModuleId(module.into()))
			{
				let _ = claim(errand, ModuleId(module.into()));
			}
		}
		Step::Complete {
			errand,
			exit,
			fuel,
			members,
		} => {
			let Some(errand) = pick(errand) else { return };
			if record(errand)
				.assignment()
				.is_none_or(|assignment| assignment.verifiers.is_empty())
			{
				return;
			}
			let exits = [
				Exit::Ok,
				Exit::Ok,
				Exit::Failed(3),
				Exit::Trap(Trap::StackOverflow),
				Exit::OutOfFuel,
				Exit::LimitExceeded(Limit::HostCalls),
				Exit::BadKey,
			];
			let exit = exits[usize::from(exit)];
			let fuel = if exit == Exit::OutOfFuel {
				1_000_000
			} else {
				u64::from(fuel % 1_100_000)
			};
			let mut pot = pot_of(errand, body(errand, exit, fuel));
			let members: Vec<u8> = (0..4)
				.filter(|member| members & (1 << member) != 0)
				.collect();
			verdicts(errand, &mut pot, &members);
			let _ = complete(errand, pot);
		}
		Step::Fail { errand, reason } => {
			let reasons = [
				FaultReason::ContentUnavailable,
				FaultReason::Tpm,
				FaultReason::Host,
				FaultReason::WallClock,
				FaultReason::Shutdown,
				FaultReason::VerifiersSilent,
			];
			if let Some(errand) =
				pick(errand).filter(|errand| record(*errand).assignment().is_some())
			{
				let _ = fail(errand, reasons[usize::from(reason)]);
			}
		}
		Step::Vote { errand, member } => {
			if let Some(errand) = pick(errand).filter(|errand| {
				record(*errand)
					.assignment()
					.is_some_and(|assignment| !assignment.verifiers.is_empty())
			}) {
				let _ = vote_fail(errand, member);
			}
		}
		Step::Supply { errand, source } => {
			let Some(errand) = pick(errand) else { return };
			let record = record(errand);
			let holder = record
				.sources()
				.nth(source.into())
				.map(|(_, source)| source.key_holder(&record.client).clone());
			if let (Some(holder), Some(assignment)) = (holder, record.assignment()) {
				let _ = supply(errand, &holder, source, assignment.boot_seq);
			}
		}
		Step::Refuse { errand } => {
			if let Some(errand) = pick(errand) {
				let _ = Errand::refuse(signed(&record(errand).client), errand);
			}
		}
		Step::Cancel { errand } => {
			if let Some(errand) = pick(errand) {
				let _ = Errand::cancel(signed(&record(errand).client), errand);
			}
		}
		Step::Expire { errand } => {
			if let Some(errand) = pick(errand) {
				let _ = Errand::expire(signed(&account(9)), errand);
			}
		}
		Step::Reboot { module } => reboot(ModuleId(module.into())),
		Step::Toggle { module } => with_module(ModuleId(module.into()), |record| {
			record.status = if record.status == ACTIVE {
				INACTIVE
			} else {
				ACTIVE
			};
		}),
		Step::Kill { module } => {
			with_module(ModuleId(module.into()), |record| record.living = false)
		}
		Step::Sell { module, owner } => {
			with_module(ModuleId(module.into()), |record| {
				record.owner = account(owner)
			});
		}
		Step::Dark => world::Dark::<Test>::append(System::block_number() + 1),
		Step::Wait { blocks } => advance(blocks.into()),
		Step::Idle => {
			Errand::on_idle(System::block_number(), frame_support::weights::Weight::MAX);
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 200, ..ProptestConfig::default() })]

	#[test]
	fn money_is_conserved_and_every_errand_ends(steps in proptest::collection::vec(step(), 1..70)) {
		ExtBuilder::default().modules(9).build_and_execute(|| {
			prepare();
			let issuance = Balances::total_issuance();
			for step in steps {
				apply(step);
				check_everything(issuance);
			}
			// Left alone, all that is open ends: by the agenda, or by anybody's call when that was full.
			for _ in 0..6 {
				advance(120);
				let mut open: Vec<_> = Errands::<Test>::iter_keys().collect();
				open.sort();
				for errand in open {
					let _ = Errand::expire(signed(&account(9)), errand);
				}
			}
			assert_eq!(Errands::<Test>::iter().count(), 0, "every errand ends");
			assert_eq!(on_hold(), 0, "every hold ends");
			assert_eq!(Workloads::<Test>::iter().count(), 0);
			assert_eq!(ParamsOf::<Test>::iter().count(), 0);
			assert_eq!(Envelopes::<Test>::iter().count(), 0);
			check_everything(issuance);
		});
	}
}

/// The histories above are not idle: they come to every kind of end.
#[test]
fn histories_come_to_every_end() {
	use proptest::{strategy::ValueTree, test_runner::TestRunner};
	use std::collections::BTreeSet;
	use tea_primitives::errand::Outcome;

	let mut runner = TestRunner::deterministic();
	let histories = proptest::collection::vec(step(), 60..70);
	let mut ends = BTreeSet::new();
	for _ in 0..60 {
		let steps = histories
			.new_tree(&mut runner)
			.expect("a history")
			.current();
		ExtBuilder::default().modules(9).build_and_execute(|| {
			prepare();
			steps.into_iter().for_each(apply);
			if !world::Suspected::<Test>::get().is_empty() {
				ends.insert("Refuted".into());
			}
			advance(120);
			ends.extend(
				Finished::<Test>::iter_values().map(|record| match record.outcome {
					Outcome::Failed(_) => "Failed".into(),
					Outcome::Refunded(tea_primitives::errand::RefundReason::Fault(_)) => {
						"Fault".into()
					}
					outcome => format!("{outcome:?}"),
				}),
			);
		});
	}
	for end in [
		"Confirmed",
		"Failed",
		"Cancelled",
		"Fault",
		"Refunded(NoExecutor)",
		"Refunded(NoPinners)",
		"Refunded(KeyRefused)",
		"Refunded(KeyNotSupplied)",
		"Refunded(ExecutorSilent)",
		"Refuted",
	] {
		assert!(ends.contains(end), "{end} is missing: {ends:?}");
	}
}

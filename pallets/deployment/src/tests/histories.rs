//! Random histories: whatever people and modules do, the invariants hold, and in the end nothing is left.

use super::{uses::*, *};
use frame_support::traits::Hooks;
use proptest::prelude::*;
use tea_primitives::deployment::{Usage, UseOutcome};

const MODULES: u32 = 12;

#[derive(Clone, Debug)]
enum Step {
	Register(u8, u32, bool),
	Pin(u8, u32, u32),
	Drop(u8, u32),
	Activate(u32),
	Suspend(u32),
	Reboot(u32),
	Quarantine(u32),
	Reseed(u8, u32),
	SetTerms(u8, u8, Option<u8>),
	Retire(u8),
	Expire(u8),
	Begin(u8, u8),
	End(u8, u8),
	Advance(u8),
}

fn step() -> impl Strategy<Value = Step> {
	let deployment = 1u8..=3;
	let module = 1u32..=MODULES;
	prop_oneof![
		1 => (deployment.clone(), module.clone(), any::<bool>()).prop_map(|(d, p, e)| Step::Register(d, p, e)),
		8 => (deployment.clone(), module.clone(), module.clone()).prop_map(|(d, p, c)| Step::Pin(d, p, c)),
		3 => (deployment.clone(), module.clone()).prop_map(|(d, p)| Step::Drop(d, p)),
		4 => module.clone().prop_map(Step::Activate),
		1 => module.clone().prop_map(Step::Suspend),
		1 => module.clone().prop_map(Step::Reboot),
		1 => module.clone().prop_map(Step::Quarantine),
		2 => (deployment.clone(), module.clone()).prop_map(|(d, p)| Step::Reseed(d, p)),
		1 => (deployment.clone(), 1u8..4, proptest::option::of(1u8..60)).prop_map(|(d, p, e)| Step::SetTerms(d, p, e)),
		1 => deployment.clone().prop_map(Step::Retire),
		1 => deployment.clone().prop_map(Step::Expire),
		3 => (deployment.clone(), 1u8..4).prop_map(|(d, c)| Step::Begin(d, c)),
		3 => (any::<u8>(), 0u8..3).prop_map(|(n, o)| Step::End(n, o)),
		2 => (1u8..12).prop_map(Step::Advance),
	]
}

struct Run {
	open: Vec<(DeploymentId, u8, Usage<AccountId, Balance>)>,
}

impl Run {
	/// Does a step; what is refused changes nothing.
	fn take(&mut self, step: Step) {
		let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
		let done = match step {
			Step::Register(n, pinner, expires) => {
				let mut registration = data();
				registration.wanted = 1 + n % 3;
				registration.terms.free_uses = n.into();
				registration.terms.expires = expires.then_some(System::block_number() + 40);
				try_register(n, registration, m(pinner)).is_ok()
			}
			Step::Pin(n, parent, child) => {
				transactional(|| try_pin(id(n), m(parent), m(child)).is_ok())
			}
			Step::Drop(n, module) => transactional(|| try_drop(id(n), m(module)).is_ok()),
			Step::Activate(module) => {
				activate(m(module));
				true
			}
			Step::Suspend(module) => {
				suspend(m(module));
				true
			}
			Step::Reboot(module) => {
				reboot(m(module));
				true
			}
			Step::Quarantine(module) => {
				// Whoever leaves quarantine has booted anew.
				reboot(m(module));
				quarantine(m(module));
				true
			}
			Step::Reseed(n, pinner) => {
				Deployments::<Test>::contains_key(id(n))
					&& transactional(|| try_reseed(OWNER, id(n), m(pinner)).is_ok())
			}
			Step::SetTerms(n, price, expires) => {
				let mut terms = open_terms();
				terms.price = Price::Hourly(price.into());
				terms.expires = expires.map(|after| System::block_number() + u32::from(after));
				transactional(|| set_terms(OWNER, id(n), terms).is_ok())
			}
			Step::Retire(n) => retire(OWNER, id(n)).is_ok(),
			Step::Expire(n) => transactional(|| expire(id(n)).is_ok()),
			Step::Begin(n, client) => match quote(id(n), client) {
				Ok(_) => {
					self.open.push((id(n), client, begin(id(n), client)));
					true
				}
				Err(_) => false,
			},
			Step::End(n, outcome) => {
				if self.open.is_empty() {
					return;
				}
				let index = usize::from(n) % self.open.len();
				let (deployment, client, usage) = self.open.swap_remove(index);
				let outcome = [
					UseOutcome::Confirmed,
					UseOutcome::GuestFault,
					UseOutcome::NotCounted,
				][usize::from(outcome)];
				let due = end(deployment, client, &usage, outcome);
				assert!(due <= usage.charge.at_most());
				true
			}
			Step::Advance(blocks) => {
				advance(blocks.into());
				true
			}
		};
		if !done {
			assert_eq!(
				before,
				sp_io::storage::root(sp_runtime::StateVersion::V1),
				"a refusal changes nothing"
			);
		}
		check_state();
	}
}

/// As the runtime dispatches: all or nothing.
fn transactional(call: impl FnOnce() -> bool) -> bool {
	frame_support::storage::with_storage_layer(|| {
		if call() {
			Ok(())
		} else {
			Err(sp_runtime::DispatchError::Other("refused"))
		}
	})
	.is_ok()
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

	#[test]
	fn any_history_keeps_the_invariants(steps in proptest::collection::vec(step(), 1..80)) {
		let mut ext = ExtBuilder::default().build();
		ext.execute_with(|| {
			let mut run = Run { open: Vec::new() };
			register(1, data(), m(1));
			for step in steps {
				run.take(step);
			}
			for (deployment, client, usage) in std::mem::take(&mut run.open) {
				end(deployment, client, &usage, UseOutcome::NotCounted);
			}
			for n in 1..=3 {
				let _ = retire(OWNER, id(n));
			}
			check_state();
		});
		// Clients leave in blocks of their own.
		for _ in 0..40 {
			ext.commit_all().unwrap();
			ext.execute_with(|| {
				let next = System::block_number() + 1;
				System::set_block_number(next);
				Deployment::on_initialize(next);
			});
		}
		ext.execute_with(|| {
			check_state();
			assert_eq!(Deployments::<Test>::iter().count(), 0);
			assert_eq!(Links::<Test>::iter().count(), 0);
			assert_eq!(Holdings::<Test>::iter().count(), 0);
			assert_eq!(Agenda::<Test>::iter().count(), 0);
			assert_eq!(Clients::<Test>::iter().count(), 0);
			assert_eq!(on_hold(OWNER), 0);
		});
	}
}

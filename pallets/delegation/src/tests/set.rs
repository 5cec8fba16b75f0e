use crate::{Event, ModuleCount, Modules, Places, mock::*};
use frame_support::assert_storage_noop;
use std::collections::BTreeSet;
use tea_primitives::{
	draw::{KnownGood, Member},
	ids::ModuleId,
};

fn listed() -> Vec<u32> {
	(0..ModuleCount::<Test>::get())
		.map(|place| Modules::<Test>::get(place).unwrap().0)
		.collect()
}

#[test]
fn modules_come_and_go() {
	ExtBuilder::default().modules(4).build_and_execute(|| {
		assert_eq!(Delegation::modules(), 4);
		Delegation::dismiss(ModuleId(1));
		assert_eq!(listed(), [0, 3, 2], "the last one fills the gap");
		Delegation::dismiss(ModuleId(2));
		assert_eq!(listed(), [0, 3]);
		Delegation::admit(ModuleId(1));
		assert_eq!(listed(), [0, 3, 1]);
		for module in [0, 3, 1] {
			Delegation::dismiss(ModuleId(module));
		}
		assert!(listed().is_empty());
		assert_eq!(Modules::<Test>::iter().count(), 0);
		assert_eq!(Places::<Test>::iter().count(), 0);
		System::assert_has_event(
			Event::Dismissed {
				module: ModuleId(1),
				modules: 0,
			}
			.into(),
		);
	});
}

#[test]
fn again_is_no_error() {
	ExtBuilder::default().modules(2).build_and_execute(|| {
		assert_storage_noop!(Delegation::admit(ModuleId(1)));
		assert_storage_noop!(Delegation::dismiss(ModuleId(7)));
	});
}

/// Q11
#[test]
fn registrars_end_at_2n() {
	ExtBuilder::default()
		.modules(7)
		.registrars(5)
		.build_and_execute(|| {
			assert_eq!(Delegation::known_good().registrars, 5);
			let members = Delegation::members(0);
			assert_eq!(members.len(), 12);
			assert_eq!(members.last(), Some(&Member::Registrar(5)));

			set_owner(7, Some(1_007));
			Delegation::admit(ModuleId(7));
			assert_eq!(Delegation::known_good().registrars, 0);
			assert_eq!(Delegation::members(0).len(), 8);
			for subject in 0..200u32 {
				let subject = subject.to_le_bytes();
				let members = committee(&draw(&subject, 4)).unwrap();
				assert!(
					members
						.iter()
						.all(|member| matches!(member, Member::Module(_)))
				);
			}
		});
}

#[test]
fn registrars_come_back_when_modules_leave() {
	ExtBuilder::default()
		.modules(8)
		.registrars(5)
		.build_and_execute(|| {
			assert_eq!(Delegation::known_good().registrars, 0);
			Delegation::dismiss(ModuleId(3));
			assert_eq!(Delegation::known_good().registrars, 5);
		});
}

proptest::proptest! {
	/// Whatever comes and goes in whatever order, the list holds who is in, without gaps, and draws only them.
	#[test]
	fn any_history_leaves_a_dense_list(steps in proptest::collection::vec((0u32..12, proptest::bool::ANY), 0..60)) {
		ExtBuilder::default().build_and_execute(|| {
			let mut inside = BTreeSet::new();
			for (module, comes) in steps {
				set_owner(module, Some(u64::from(module)));
				if comes {
					Delegation::admit(ModuleId(module));
					inside.insert(module);
				} else {
					Delegation::dismiss(ModuleId(module));
					inside.remove(&module);
				}
				check_state();
				assert_eq!(listed().into_iter().collect::<BTreeSet<_>>(), inside);
				if let Ok(members) = committee(&draw(b"a", 3)) {
					assert!(members.iter().all(
						|member| matches!(member, Member::Module(module) if inside.contains(&module.0))
					));
				} else {
					assert!(inside.len() < 3);
				}
			}
		});
	}
}

//! Random lives: the invariants hold after every step, and nothing that is refused changes anything.

use crate::{Camelliae, Collection, Kind, math, mock::*};
use frame_support::storage::with_storage_layer;
use proptest::prelude::*;
use tea_primitives::{
	camellia::{Camellias, CreditEvent, DrawWeight},
	ids::ModuleId,
};

#[derive(Clone, Debug)]
enum Step {
	Bear(u8, Kind),
	Plant(u32, u8),
	Unbind(u32),
	Give(u32, u8, u8),
	Operator(u32, u8),
	Note(u32, CreditEvent),
	Bury(u32),
	Wait(u64),
	WaitForEnd(u32),
}

fn step() -> impl Strategy<Value = Step> {
	let module = 0u32..8;
	let account = 1u8..4;
	let kind = prop_oneof![Just(Kind::A), Just(Kind::B), Just(Kind::C)];
	let event = prop_oneof![
		Just(CreditEvent::ErrandConfirmed),
		Just(CreditEvent::DutyMissed),
		Just(CreditEvent::ProvableLie),
	];
	prop_oneof![
		3 => (account.clone(), kind).prop_map(|(owner, kind)| Step::Bear(owner, kind)),
		4 => (module.clone(), 0u8..4).prop_map(|(module, chip)| Step::Plant(module, chip)),
		1 => module.clone().prop_map(Step::Unbind),
		2 => (module.clone(), account.clone(), account.clone())
			.prop_map(|(module, from, to)| Step::Give(module, from, to)),
		1 => (module.clone(), account).prop_map(|(module, owner)| Step::Operator(module, owner)),
		3 => (module.clone(), event).prop_map(|(module, event)| Step::Note(module, event)),
		2 => module.clone().prop_map(Step::Bury),
		2 => (1u64..300_000).prop_map(Step::Wait),
		1 => module.prop_map(Step::WaitForEnd),
	]
}

/// Does it, or rolls it back as a refused call.
fn take(step: Step) {
	let now = System::block_number();
	let _ = with_storage_layer(|| match step {
		Step::Bear(owner, kind) => Camellia::bear(RuntimeOrigin::root(), who(owner), kind),
		Step::Plant(module, chip) => {
			<Camellia as Camellias<_>>::plant(ModuleId(module), [chip; 32])
		}
		Step::Unbind(module) => {
			<Camellia as Camellias<_>>::unbind(ModuleId(module));
			Ok(())
		}
		Step::Give(module, from, to) => {
			let collection = Collection::<Test>::get().unwrap();
			Nfts::transfer(signed(from), collection, module, who(to))
		}
		Step::Operator(module, owner) => {
			Camellia::set_operator(signed(owner), ModuleId(module), Some(who(9)))
		}
		Step::Note(module, event) => {
			<Camellia as Camellias<_>>::note(ModuleId(module), event);
			Ok(())
		}
		Step::Bury(module) => Camellia::bury(signed(9), ModuleId(module))
			.map(|_| ())
			.map_err(|failed| failed.error),
		Step::Wait(blocks) => {
			enter(now + blocks);
			Ok(())
		}
		Step::WaitForEnd(module) => {
			if let Some(record) = Camelliae::<Test>::get(ModuleId(module)) {
				enter(record.stage.end().max(now));
			}
			Ok(())
		}
	});
}

fn check() {
	check_state();
	let mut bound = 0;
	for (module, record) in Camelliae::<Test>::iter() {
		let living = <Camellia as Camellias<_>>::is_living(module);
		assert!(
			<Camellia as Camellias<_>>::owner(module).is_some(),
			"every record has its item"
		);
		assert_eq!(living, System::block_number() < record.stage.end());
		bound += u32::from(record.hardware.is_some());
		let weight = <Camellia as Camellias<_>>::draw_weight(module);
		assert_eq!(weight.is_some(), living && record.hardware.is_some());
		assert!(weight.is_none_or(|weight| (DrawWeight::MIN..=DrawWeight::MAX).contains(&weight)));
		let info = Camellia::camellia(module).unwrap();
		assert!(u32::from(info.credit) <= math::CREDIT_MAX / math::POINT);
		assert!(info.operator.is_none() || info.owner.is_some());
	}
	assert_eq!(<Camellia as Camellias<_>>::planted(), bound);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(200))]

	#[test]
	fn any_life_keeps_the_invariants(steps in proptest::collection::vec(step(), 1..40)) {
		one().with(2, Kind::C).build_and_execute(|| {
			for step in steps {
				take(step);
				check();
			}
		});
	}
}

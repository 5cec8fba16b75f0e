use crate::{Camelliae, Collection, Error, Event, Kind, NextId, Stage, math, mock::*};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;
use std::collections::BTreeSet;
use tea_primitives::{camellia::Camellias, ids::ModuleId};

#[test]
fn governance_has_camelliae_born() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(3), Kind::A));
		let record = Camelliae::<Test>::get(MODULE).unwrap();
		assert_eq!(record.kind, Kind::A);
		assert_eq!(record.born, 1);
		assert_eq!(record.credit, math::CREDIT_START);
		assert_eq!(record.stage, Stage::Fresh { withers: 201_601 });
		assert_eq!(<Camellia as Camellias<_>>::owner(MODULE), Some(who(3)));
		assert!(<Camellia as Camellias<_>>::is_living(MODULE));
		assert_eq!(<Camellia as Camellias<_>>::draw_weight(MODULE), None);
		assert_eq!(
			events(),
			[Event::Born {
				module: MODULE,
				owner: who(3),
				kind: Kind::A,
				base_productivity: record.base_productivity,
				life_span: record.life_span,
				withers: 201_601,
			}]
		);
	});
}

#[test]
fn only_governance_bears() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			Camellia::bear(signed(1), who(1), Kind::B),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn item_number_is_module_number() {
	ExtBuilder::default().build_and_execute(|| {
		for n in 0..3u32 {
			assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::C));
			let collection = Collection::<Test>::get().unwrap();
			assert_eq!(Nfts::owner(collection, n), Some(who(1)));
		}
		assert_eq!(NextId::<Test>::get(), ModuleId(3));
	});
}

#[test]
fn traits_come_from_the_beacon() {
	let born = |beacon| {
		let mut traits = None;
		ExtBuilder::default().build_and_execute(|| {
			set_beacon(beacon);
			assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B));
			let record = Camelliae::<Test>::get(MODULE).unwrap();
			traits = Some((record.base_productivity, record.life_span));
		});
		traits.unwrap()
	};
	assert_eq!(born(Some([1; 32])), born(Some([1; 32])));
	assert_ne!(born(Some([1; 32])), born(Some([2; 32])));
	assert_eq!(
		born(None),
		born(Some([0; 32])),
		"without a beacon: all zeroes, as documented"
	);
}

#[test]
fn traits_differ_between_siblings_and_from_each_other() {
	ExtBuilder::default().build_and_execute(|| {
		set_beacon(Some([9; 32]));
		let mut productivities = BTreeSet::new();
		let mut pairs = Vec::new();
		for n in 0..200u32 {
			assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B));
			let record = Camelliae::<Test>::get(ModuleId(n)).unwrap();
			productivities.insert(record.base_productivity);
			let mean = |value: u32, middle: u32| f64::from(value) / f64::from(middle) - 1.0;
			pairs.push((
				mean(record.base_productivity, Kind::B.productivity()),
				mean(record.life_span, Kind::B.life_span()),
			));
		}
		assert!(productivities.len() > 150);
		// Evenly drawn from ± 5 %: standard deviation 2.9 %. Correlation of 200 independent pairs: 7 % either way.
		let spread = |f: fn(&(f64, f64)) -> f64| {
			(pairs.iter().map(|p| f(p) * f(p)).sum::<f64>() / 200.0).sqrt()
		};
		let (productive, long) = (spread(|p| p.0), spread(|p| p.1));
		assert!((0.02..0.04).contains(&productive), "{productive}");
		assert!((0.02..0.04).contains(&long), "{long}");
		let correlation = pairs.iter().map(|p| p.0 * p.1).sum::<f64>() / 200.0 / productive / long;
		assert!(correlation.abs() < 0.35, "{correlation}");
	});
}

#[test]
fn numbers_are_never_given_twice() {
	one().build_and_execute(|| {
		enter(end_of(MODULE));
		assert_eq!(Camelliae::<Test>::get(MODULE), None);
		assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B));
		assert!(Camelliae::<Test>::contains_key(ModuleId(1)));
	});
}

#[test]
fn numbers_can_be_used_up() {
	ExtBuilder::default().build_and_execute(|| {
		NextId::<Test>::put(ModuleId(u32::MAX));
		assert_noop!(
			Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B),
			Error::<Test>::NumbersUsedUp
		);
	});
}

#[test]
fn collection_is_made_when_genesis_did_not() {
	sp_io::TestExternalities::default().execute_with(|| {
		System::set_block_number(1);
		assert_eq!(Collection::<Test>::get(), None);
		assert_ok!(Nfts::force_create(
			RuntimeOrigin::root(),
			who(1),
			pallet_nfts::CollectionConfig {
				settings: pallet_nfts::CollectionSettings::all_enabled(),
				max_supply: None,
				mint_settings: Default::default(),
			}
		));
		assert_ok!(Camellia::bear(RuntimeOrigin::root(), who(1), Kind::B));
		assert_eq!(Collection::<Test>::get(), Some(1), "0 is somebody else's");
		assert_eq!(pallet_nfts::NextCollectionId::<Test>::get(), Some(2));
		check_state();
	});
}

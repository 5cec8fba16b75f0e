use crate::{Camelliae, Collection, DeathCause, Error, Event, Kind, Stage, mock::*};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::Dispatchable;
use tea_primitives::camellia::{Camellias, CreditEvent};

type NftsError = pallet_nfts::Error<Test>;

fn collection() -> u32 {
	Collection::<Test>::get().unwrap()
}

fn owner() -> Option<tea_primitives::chain::AccountId> {
	<Camellia as Camellias<_>>::owner(MODULE)
}

#[test]
fn bound_camellia_is_given_away_with_all_it_has() {
	one().build_and_execute(|| {
		plant();
		<Camellia as Camellias<_>>::note(MODULE, CreditEvent::ErrandConfirmed);
		let before = Camelliae::<Test>::get(MODULE);
		assert_ok!(Nfts::transfer(signed(1), collection(), MODULE.0, who(2)));
		assert_eq!(owner(), Some(who(2)));
		assert_eq!(
			Camelliae::<Test>::get(MODULE),
			before,
			"hardware, age and credit go along"
		);
	});
}

#[test]
fn bound_camellia_is_sold_through_pallet_nfts() {
	one().build_and_execute(|| {
		plant();
		assert_ok!(Nfts::set_price(
			signed(1),
			collection(),
			MODULE.0,
			Some(700),
			None
		));
		assert_ok!(Nfts::buy_item(signed(2), collection(), MODULE.0, 700));
		assert_eq!(owner(), Some(who(2)));
		assert_eq!(Balances::free_balance(who(1)), ENDOWMENT + 700);
		assert_eq!(Balances::free_balance(who(2)), ENDOWMENT - 700);
		assert_eq!(<Camellia as Camellias<_>>::hardware(MODULE), Some(CHIP));
	});
}

#[test]
fn bound_camelliae_are_swapped_through_pallet_nfts() {
	one().with(2, Kind::C).build_and_execute(|| {
		plant();
		assert_ok!(Nfts::create_swap(
			signed(1),
			collection(),
			0,
			collection(),
			Some(1),
			None,
			100
		));
		assert_ok!(Nfts::claim_swap(
			signed(2),
			collection(),
			1,
			collection(),
			0,
			None
		));
		assert_eq!(owner(), Some(who(2)));
		assert_eq!(Nfts::owner(collection(), 1), Some(who(1)));
	});
}

#[test]
fn owner_cannot_burn_a_camellia() {
	one().build_and_execute(|| {
		plant();
		let burn = RuntimeCall::Nfts(pallet_nfts::Call::burn {
			collection: collection(),
			item: MODULE.0,
		});
		assert_noop!(
			burn.dispatch(signed(1)).map_err(|failed| failed.error),
			frame_system::Error::<Test>::CallFiltered
		);
		assert_eq!(owner(), Some(who(1)));
	});
}

#[test]
fn items_of_other_collections_can_be_burnt() {
	one().build_and_execute(|| {
		let dispatch = |call: pallet_nfts::Call<Test>| {
			RuntimeCall::Nfts(call)
				.dispatch(signed(1))
				.map_err(|failed| failed.error)
		};
		assert_ok!(dispatch(pallet_nfts::Call::create {
			admin: who(1),
			config: pallet_nfts::CollectionConfig {
				settings: pallet_nfts::CollectionSettings::all_enabled(),
				max_supply: None,
				mint_settings: Default::default(),
			},
		}));
		let other = collection() + 1;
		assert_ok!(dispatch(pallet_nfts::Call::mint {
			collection: other,
			item: 0,
			mint_to: who(1),
			witness_data: None,
		}));
		assert_ok!(dispatch(pallet_nfts::Call::burn {
			collection: other,
			item: 0
		}));
	});
}

/// Who has power over pallet-nfts can burn; the rest of the Camellia is then cleared away like a dead one.
#[test]
fn camellia_without_item_is_dead() {
	one().build_and_execute(|| {
		plant();
		System::reset_events();
		assert_ok!(Nfts::burn(RuntimeOrigin::root(), collection(), MODULE.0));
		assert!(!<Camellia as Camellias<_>>::is_living(MODULE));
		check_state();
		assert_ok!(Camellia::bury(signed(9), MODULE));
		assert_eq!(ended(), [MODULE]);
		assert!(events().contains(&Event::Died {
			module: MODULE,
			owner: None,
			cause: DeathCause::ItemBurnt
		}));
	});
}

#[test]
fn nobody_mints_but_this_pallet() {
	one().build_and_execute(|| {
		assert_noop!(
			Nfts::mint(signed(1), collection(), 5, who(1), None),
			NftsError::NoPermission
		);
		assert_noop!(
			Nfts::force_mint(
				signed(1),
				collection(),
				5,
				who(1),
				pallet_nfts::ItemConfig {
					settings: pallet_nfts::ItemSettings::all_enabled()
				}
			),
			NftsError::NoPermission
		);
	});
}

#[test]
fn nobody_locks_items_or_takes_the_collection() {
	one().build_and_execute(|| {
		assert_noop!(
			Nfts::lock_item_transfer(signed(1), collection(), MODULE.0),
			NftsError::NoPermission
		);
		assert_noop!(
			Nfts::lock_item_properties(signed(1), collection(), MODULE.0, true, true),
			NftsError::NoPermission
		);
		assert_noop!(
			Nfts::lock_collection(
				signed(1),
				collection(),
				pallet_nfts::CollectionSettings::from_disabled(
					pallet_nfts::CollectionSetting::TransferableItems.into()
				)
			),
			NftsError::NoPermission
		);
		assert_noop!(
			Nfts::set_team(signed(1), collection(), Some(who(1)), None, None),
			NftsError::NoPermission
		);
		assert_ok!(Nfts::set_accept_ownership(signed(1), Some(collection())));
		assert_noop!(
			Nfts::transfer_ownership(signed(1), collection(), who(1)),
			NftsError::NoPermission
		);
	});
}

#[test]
fn strangers_do_not_move_items() {
	one().build_and_execute(|| {
		assert_noop!(
			Nfts::transfer(signed(2), collection(), MODULE.0, who(2)),
			NftsError::NoPermission
		);
		assert_noop!(
			Nfts::buy_item(signed(2), collection(), MODULE.0, 1),
			NftsError::NotForSale
		);
	});
}

#[test]
fn dead_camellia_cannot_be_sold() {
	one().build_and_execute(|| {
		plant();
		assert_ok!(Nfts::set_price(
			signed(1),
			collection(),
			MODULE.0,
			Some(700),
			None
		));
		jump_to(end_of(MODULE));
		assert_noop!(
			Nfts::buy_item(signed(2), collection(), MODULE.0, 700),
			NftsError::ItemLocked
		);
		assert_noop!(
			Nfts::transfer(signed(1), collection(), MODULE.0, who(2)),
			NftsError::ItemLocked
		);
		assert_ok!(Camellia::bury(signed(2), MODULE));
	});
}

#[test]
fn attributes_of_owners_do_not_stand_in_the_way_of_the_end() {
	one().build_and_execute(|| {
		plant();
		assert_ok!(Nfts::set_attribute(
			signed(1),
			collection(),
			Some(MODULE.0),
			pallet_nfts::AttributeNamespace::ItemOwner,
			b"name".to_vec().try_into().unwrap(),
			b"rose".to_vec().try_into().unwrap(),
		));
		assert_ok!(Nfts::approve_transfer(
			signed(1),
			collection(),
			MODULE.0,
			who(3),
			None
		));
		enter(end_of(MODULE));
		assert_eq!(owner(), None);
	});
}

#[test]
fn new_owner_does_not_start_a_new_life() {
	one().build_and_execute(|| {
		plant();
		let stage = Camelliae::<Test>::get(MODULE).unwrap().stage;
		jump_to(500);
		assert_ok!(Nfts::transfer(signed(1), collection(), MODULE.0, who(2)));
		assert_noop!(
			<Camellia as Camellias<_>>::plant(MODULE, [9; 32]),
			Error::<Test>::HardwareBound
		);
		assert_eq!(Camelliae::<Test>::get(MODULE).unwrap().stage, stage);
		assert!(matches!(stage, Stage::Planted { since: 1, .. }));
	});
}

use crate::{Error, Event, Operators, mock::*};
use frame_support::{assert_noop, assert_ok};
use tea_primitives::{camellia::Camellias, ids::ModuleId};

fn operator() -> Option<tea_primitives::chain::AccountId> {
	<Camellia as Camellias<_>>::operator(MODULE)
}

#[test]
fn owner_names_and_dismisses() {
	one().build_and_execute(|| {
		assert_eq!(operator(), None);
		assert_ok!(Camellia::set_operator(signed(1), MODULE, Some(who(5))));
		assert_eq!(operator(), Some(who(5)));
		assert_ok!(Camellia::set_operator(signed(1), MODULE, None));
		assert_eq!(operator(), None);
		assert!(!Operators::<Test>::contains_key(MODULE));
		assert_eq!(
			events(),
			[
				Event::OperatorSet {
					module: MODULE,
					operator: Some(who(5))
				},
				Event::OperatorSet {
					module: MODULE,
					operator: None
				},
			]
		);
	});
}

#[test]
fn strangers_and_the_operator_itself_cannot_name() {
	one().build_and_execute(|| {
		assert_ok!(Camellia::set_operator(signed(1), MODULE, Some(who(5))));
		for stranger in [2, 5] {
			assert_noop!(
				Camellia::set_operator(signed(stranger), MODULE, Some(who(6))),
				Error::<Test>::NotOwner
			);
		}
		assert_noop!(
			Camellia::set_operator(RuntimeOrigin::root(), MODULE, None),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn unknown_and_dead_have_no_operator() {
	one().build_and_execute(|| {
		assert_noop!(
			Camellia::set_operator(signed(1), ModuleId(1), None),
			Error::<Test>::UnknownCamellia
		);
		jump_to(end_of(MODULE));
		assert_noop!(
			Camellia::set_operator(signed(1), MODULE, Some(who(5))),
			Error::<Test>::CamelliaDead
		);
	});
}

#[test]
fn operator_of_a_former_owner_is_void() {
	one().build_and_execute(|| {
		let collection = crate::Collection::<Test>::get().unwrap();
		assert_ok!(Camellia::set_operator(signed(1), MODULE, Some(who(5))));
		assert_ok!(Nfts::transfer(signed(1), collection, MODULE.0, who(2)));
		assert_eq!(operator(), None);
		assert_ok!(Camellia::set_operator(signed(2), MODULE, Some(who(6))));
		assert_eq!(operator(), Some(who(6)));
		assert_noop!(
			Camellia::set_operator(signed(1), MODULE, Some(who(5))),
			Error::<Test>::NotOwner
		);
	});
}

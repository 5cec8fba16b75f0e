use super::lab::*;
use crate::{mock::*, *};
use tea_primitives::errand::Exit;

#[test]
fn views_show_an_errand_from_post_to_proof() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		assert!(matches!(
			Errand::errand(errand),
			Some(ErrandInfo::Unfinished(_))
		));
		assert_eq!(Errand::pot(errand), None);
		assert_eq!(Errand::bill(errand), None);
		assert_eq!(
			Errand::queue(),
			Counters {
				open: 1,
				assigned: 0
			}
		);
		assign_to(errand, X);
		assert_eq!(
			Errand::queue(),
			Counters {
				open: 0,
				assigned: 1
			}
		);
		assert_eq!(Errand::errands_of(X), [errand]);
		let pot = pot_of(errand, body(errand, Exit::Ok, 1_000));
		complete(errand, pot.clone()).expect("a good proof");
		assert!(matches!(
			Errand::errand(errand),
			Some(ErrandInfo::Finished(_))
		));
		assert_eq!(Errand::pot(errand), Some(pot));
		let bill = Errand::bill(errand).expect("final");
		assert_eq!(bill.gas, 100_000);
		assert_eq!(bill.held, 10_000_000_000);
		assert_eq!(Errand::input(errand), None);
	});
}

#[test]
fn unknown_errand_is_none() {
	ExtBuilder::default().build_and_execute(|| {
		let unknown = tea_primitives::errand::ErrandId(3);
		assert_eq!(Errand::errand(unknown), None);
		assert_eq!(Errand::input(unknown), None);
	});
}

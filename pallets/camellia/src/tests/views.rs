use crate::{Collection, Kind, LifeStage, math, mock::*};
use frame_support::assert_ok;
use tea_primitives::{
	camellia::{Camellias, CreditEvent, DrawWeight},
	ids::ModuleId,
};

#[test]
fn one_query_tells_everything() {
	one().build_and_execute(|| {
		let info = Camellia::camellia(MODULE).unwrap();
		assert_eq!(info.owner, Some(who(1)));
		assert_eq!((info.kind, info.stage), (Kind::B, LifeStage::Fresh));
		assert_eq!((info.born, info.planted, info.ends), (0, None, 201_600));
		assert_eq!(
			(info.age_in_tenths, info.productivity, info.draw_weight),
			(None, 0, None)
		);
		assert_eq!((info.credit, info.credit_log.len()), (1_000, 0));

		plant();
		assert_ok!(Camellia::set_operator(signed(1), MODULE, Some(who(4))));
		<Camellia as Camellias<_>>::note(MODULE, CreditEvent::DutyDone);
		jump_to(2 + u64::from(info.life_span) / 10);
		let info = Camellia::camellia(MODULE).unwrap();
		assert_eq!(info.stage, LifeStage::Planted);
		assert_eq!(info.operator, Some(who(4)));
		assert_eq!(info.hardware, Some(CHIP));
		assert_eq!(info.planted, Some(1));
		assert_eq!(info.ends, 1 + u64::from(info.life_span));
		assert_eq!(info.age_in_tenths, Some(1));
		assert_eq!(info.productivity, info.base_productivity * 6 / 10);
		assert_eq!(info.stake_weight, u64::from(math::ONE));
		assert_eq!(info.credit_log.len(), 1);
		assert!(info.draw_weight.unwrap() > DrawWeight(info.productivity * 99 / 100));

		<Camellia as Camellias<_>>::unbind(MODULE);
		let idle = Camellia::camellia(MODULE).unwrap();
		assert_eq!((idle.stage, idle.draw_weight), (LifeStage::Idle, None));

		jump_to(info.ends);
		let dead = Camellia::camellia(MODULE).unwrap();
		assert_eq!(
			(dead.stage, dead.productivity, dead.age_in_tenths),
			(LifeStage::Dead, 0, None)
		);
	});
}

#[test]
fn unknown_is_nothing() {
	one().build_and_execute(|| {
		assert_eq!(Camellia::camellia(ModuleId(1)), None);
		assert_eq!(Camellia::collection(), Collection::<Test>::get());
	});
}

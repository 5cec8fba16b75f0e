use crate::{Camelliae, CreditLogs, Event, LOG_LENGTH, math, mock::*};
use frame_support::assert_storage_noop;
use tea_primitives::{
	camellia::{Camellias, CreditEvent, CreditEvent::*, DrawWeight},
	ids::ModuleId,
};

const DAY: u64 = math::DAY as u64;

fn note(event: CreditEvent) {
	<Camellia as Camellias<_>>::note(MODULE, event);
}

fn credit() -> u16 {
	Camellia::camellia(MODULE).unwrap().credit
}

fn set_credit(points: u32) {
	Camelliae::<Test>::mutate_extant(MODULE, |record| record.credit = points * math::POINT);
}

/// SPEC 3.4, line by line, from 5000.
#[test]
fn every_event_moves_credit_as_the_table_says() {
	for (event, after) in [
		(ErrandConfirmed, 5_050),
		(DutyDone, 5_010),
		(RenewalPassed, 5_010),
		(DutyMissed, 4_750),
		(InfrastructureFault, 4_500),
		(DeadlineMissed, 4_000),
		(ProvablyBad, 2_500),
		(Quarantined, 0),
		(ProvableLie, 0),
	] {
		one().build_and_execute(|| {
			set_credit(5_000);
			note(event);
			assert_eq!(credit(), after, "{event:?}");
			assert_eq!(
				events(),
				[Event::CreditMoved {
					module: MODULE,
					event,
					from: 5_000,
					to: after
				}]
			);
		});
	}
}

#[test]
fn newborn_starts_at_a_thousand() {
	one().build_and_execute(|| {
		assert_eq!(credit(), 1_000);
		note(ErrandConfirmed);
		assert_eq!(credit(), 1_090);
	});
}

#[test]
fn a_day_takes_a_hundredth_of_the_distance() {
	one().build_and_execute(|| {
		set_credit(9_000);
		jump_to(DAY - 1);
		assert_eq!(credit(), 9_000);
		jump_to(DAY);
		assert_eq!(credit(), 8_920);
		jump_to(2 * DAY);
		assert_eq!(credit(), 8_840, "8840.8");
		jump_to(1_000 * DAY);
		assert_eq!(credit(), 1_000);
	});
}

#[test]
fn what_is_lost_grows_back() {
	one().build_and_execute(|| {
		note(Quarantined);
		assert_eq!(credit(), 0);
		jump_to(DAY);
		assert_eq!(credit(), 10);
		jump_to(69 * DAY);
		assert_eq!(credit(), 500, "half of it in 69 days");
	});
}

#[test]
fn reading_does_not_write() {
	one().build_and_execute(|| {
		set_credit(9_000);
		jump_to(10 * DAY + 5);
		assert_storage_noop!({
			credit();
		});
		note(DutyMissed);
		let record = Camelliae::<Test>::get(MODULE).unwrap();
		assert_eq!(record.credit_as_of, 10 * DAY, "the begun day still counts");
	});
}

#[test]
fn decay_does_not_depend_on_how_often_it_is_written() {
	let after = |write: bool| {
		let mut credit = 0;
		one().build_and_execute(|| {
			set_credit(9_000);
			for day in 1..=100 {
				jump_to(day * DAY + 17);
				if write {
					Camelliae::<Test>::mutate_extant(MODULE, |record| {
						(record.credit, record.credit_as_of) = Camellia::credit_now(record);
					});
				}
			}
			credit = self::credit();
		});
		credit
	};
	assert!(after(true).abs_diff(after(false)) <= 1);
}

#[test]
fn log_keeps_the_last_sixteen() {
	one().build_and_execute(|| {
		for block in 1..=20 {
			jump_to(block);
			note(if block == 20 { DutyMissed } else { DutyDone });
		}
		let log = CreditLogs::<Test>::get(MODULE);
		assert_eq!(log.len() as u32, LOG_LENGTH);
		assert_eq!(log.first().unwrap().block, 5);
		let last = log.last().unwrap();
		assert_eq!(
			(last.block, last.event, last.credit),
			(20, DutyMissed, credit())
		);
	});
}

#[test]
fn unknown_has_no_credit() {
	one().build_and_execute(|| {
		assert_storage_noop!(<Camellia as Camellias<_>>::note(ModuleId(9), DutyDone));
	});
}

#[test]
fn credit_moves_the_weight() {
	one().build_and_execute(|| {
		plant();
		let record = Camelliae::<Test>::get(MODULE).unwrap();
		jump_to(1 + u64::from(record.life_span) * 4 / 10);
		Camelliae::<Test>::mutate_extant(MODULE, |record| {
			record.credit_as_of = System::block_number();
		});
		let weight = |points| {
			set_credit(points);
			<Camellia as Camellias<_>>::draw_weight(MODULE).unwrap()
		};
		let base = record.base_productivity;
		assert_eq!(weight(1_000), DrawWeight(base));
		assert_eq!(weight(4_000), DrawWeight(base * 2));
		assert_eq!(weight(10_000), DrawWeight(base * 2), "no more than two");
		assert_eq!(weight(250), DrawWeight(base / 2));
		assert_eq!(weight(0), DrawWeight(base / 4), "no less than a quarter");
	});
}

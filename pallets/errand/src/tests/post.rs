use super::lab::*;
use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use tea_primitives::{
	HardwareClass,
	deployment::{Charge, Checker, Cid, Classes, Kind, Needs as CodeNeeds, Refusal, Visibility},
	errand::{Capabilities, ErrandId, Needs, Source},
	ids::ModuleId,
};

#[test]
fn post_holds_the_maximum_and_keeps_the_order() {
	ExtBuilder::default().build_and_execute(|| {
		let errand = post();
		assert_eq!(held(&client()), 10_000_000_000);
		let record = record(errand);
		assert_eq!(record.held, 10_000_000_000);
		assert_eq!(record.deadline, 105);
		assert_eq!(record.stage, Stage::Open);
		assert_eq!(ParamsOf::<Test>::get(errand).to_vec(), b"params");
		assert_eq!(
			events(),
			[Event::Posted {
				errand,
				client: client(),
				held: 10_000_000_000,
				deployments: Default::default(),
				terms: record.terms,
				deadline: 105,
			}]
		);
		assert_eq!(
			Queue::<Test>::get(),
			Counters {
				open: 1,
				assigned: 0
			}
		);
	});
}

///
#[test]
fn equal_errands_are_two_errands() {
	ExtBuilder::default().build_and_execute(|| {
		let (first, second) = (post(), post());
		assert_eq!((first, second), (ErrandId(0), ErrandId(1)));
		assert_eq!(held(&client()), 20_000_000_000);
	});
}

/// code and data, deployed and ad-hoc.
#[test]
fn all_four_source_combinations_run() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Hosted);
		let data = deploy(2, Kind::Data, Visibility::Hosted);
		pin(code, X, None, false);
		pin(data, X, None, false);
		for code in [Source::Deployed(code), ad_hoc(11, false)] {
			for data in [Source::Deployed(data), ad_hoc(12, false)] {
				let errand = Ask::of(code.clone(), vec![data]).post();
				assign_to(errand, X);
				assert_ok!(complete(errand, pot(errand)));
			}
		}
	});
}

/// M04
#[test]
fn post_without_funds_refused() {
	ExtBuilder::default().build_and_execute(|| {
		let poor = account(120);
		let ask = Ask {
			client: poor,
			..Ask::default()
		};
		assert_noop!(ask.try_post(), Error::<Test>::InsufficientBalance);
		let ask = Ask {
			max_price: ENDOWMENT + 1,
			..Ask::default()
		};
		assert_noop!(ask.try_post(), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn maximum_price_must_cover_prices_and_gas() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Plain);
		let data = deploy(2, Kind::Data, Visibility::Plain);
		with_deployment(code, |item| item.charge = Charge::PerUse(30));
		with_deployment(data, |item| item.charge = Charge::Hour(20));
		let mut ask = Ask::of(Source::Deployed(code), vec![Source::Deployed(data)]);
		ask.max_price = 50 + 50_000_000 * GAS_PRICE - 1;
		assert_noop!(ask.try_post(), Error::<Test>::PriceTooLow);
		ask.max_price += 1;
		assert_eq!(
			Errand::maximum_price(
				client(),
				ask.code.clone(),
				BoundedVec::truncate_from(ask.data.clone()),
				ask.limits,
				ask.deadline,
			),
			Ok(ask.max_price)
		);
		assert_ok!(ask.try_post());

		let mut ask = Ask::default();
		ask.options.payee = Some((account(9), Balance::MAX));
		assert_noop!(ask.try_post(), Error::<Test>::PriceTooLow);
	});
}

#[test]
fn limits_and_sizes_are_bounded() {
	ExtBuilder::default().build_and_execute(|| {
		let refused = |change: fn(&mut Ask), error: Error<Test>| {
			let mut ask = Ask {
				max_price: ENDOWMENT / 2,
				..Ask::default()
			};
			change(&mut ask);
			assert_noop!(ask.try_post(), error);
		};
		refused(|ask| ask.limits.fuel = 1_000_000_000_001, Error::TooLarge);
		refused(|ask| ask.limits.pages = 4_097, Error::TooLarge);
		refused(|ask| ask.limits.output = (4 << 20) + 1, Error::TooLarge);
		refused(|ask| ask.limits.wall_ms = 300_001, Error::TooLarge);
		refused(|ask| ask.limits.fuel = 0, Error::BadLimits);
		refused(|ask| ask.limits.pages = 0, Error::BadLimits);
		refused(|ask| ask.limits.output = 0, Error::BadLimits);
		refused(|ask| ask.limits.wall_ms = 0, Error::BadLimits);
		refused(|ask| ask.deadline = MIN_DEADLINE - 1, Error::BadDeadline);
		refused(|ask| ask.deadline = MAX_DEADLINE + 1, Error::BadDeadline);
		refused(|ask| ask.options.key_wait = Some(0), Error::BadDeadline);
		refused(
			|ask| ask.options.key_wait = Some(KEY_WAIT + 1),
			Error::BadDeadline,
		);
		fn with(source: &mut Source, change: fn(&mut tea_primitives::deployment::Content)) {
			if let Source::AdHoc(ad_hoc) = source {
				change(&mut ad_hoc.content);
			}
		}
		refused(
			|ask| with(&mut ask.code, |content| content.size = (16 << 20) + 1),
			Error::TooLarge,
		);
		refused(
			|ask| with(&mut ask.data[0], |content| content.size = (1 << 30) + 1),
			Error::TooLarge,
		);
		refused(
			|ask| with(&mut ask.code, |content| content.size = 0),
			Error::NoCode,
		);
		refused(
			|ask| with(&mut ask.data[0], |content| content.size = 0),
			Error::BadContent,
		);
		refused(
			|ask| with(&mut ask.data[0], |content| content.cid = Cid([0; 36])),
			Error::BadContent,
		);
		refused(
			|ask| ask.options.needs.classes = Classes(0),
			Error::BadNeeds,
		);
		refused(
			|ask| ask.options.needs.capabilities = Capabilities(8),
			Error::BadNeeds,
		);
	});
}

/// Each usage term that the registry of deployments enforces at `post`, refused by its name.
#[test]
fn refused_uses_keep_their_names() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Plain);
		let ask = Ask::of(Source::Deployed(code), vec![]);
		for (refusal, error) in [
			(Refusal::Retired, Error::<Test>::Retired),
			(Refusal::Expired, Error::Expired),
			(Refusal::DeploymentLost, Error::DeploymentLost),
			(Refusal::ClientNotAllowed, Error::ClientNotAllowed),
			(Refusal::CodeNotAllowed, Error::CodeNotAllowed),
			(Refusal::OutputTooLarge, Error::OutputTooLarge),
			(Refusal::WrongKind, Error::WrongKind),
		] {
			with_deployment(code, |item| item.refusal = Some(refusal));
			assert_noop!(ask.try_post(), error);
		}
		with_deployment(code, |item| item.refusal = None);
		assert_ok!(ask.try_post());
		let unknown = tea_primitives::deployment::DeploymentId([99; 32]);
		assert_noop!(
			Ask::of(Source::Deployed(unknown), vec![]).try_post(),
			Error::<Test>::UnknownDeployment
		);
		assert_noop!(
			Ask::of(ad_hoc(1, false), vec![Source::Deployed(code)]).try_post(),
			Error::<Test>::WrongKind
		);
	});
}

///
#[test]
fn ad_hoc_code_reads_only_data_that_admits_it() {
	ExtBuilder::default().build_and_execute(|| {
		let data = deploy(2, Kind::Data, Visibility::Plain);
		with_deployment(data, |item| item.ad_hoc = false);
		let ask = Ask::of(ad_hoc(1, false), vec![Source::Deployed(data)]);
		assert_noop!(ask.try_post(), Error::<Test>::CodeNotAllowed);
		let code = deploy(1, Kind::Code, Visibility::Plain);
		assert_ok!(Ask::of(Source::Deployed(code), vec![Source::Deployed(data)]).try_post());
		with_deployment(data, |item| item.max_output = 999);
		assert_noop!(
			Ask::of(Source::Deployed(code), vec![Source::Deployed(data)]).try_post(),
			Error::<Test>::OutputTooLarge
		);
	});
}

/// Deadlines stand still while a key is waited for, so an errand that waits needs more room before the expiry.
#[test]
fn deadline_is_never_beyond_the_expiry() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Plain);
		with_deployment(code, |item| item.expires = 5 + 100);
		let mut ask = Ask::of(Source::Deployed(code), vec![ad_hoc(2, false)]);
		assert_ok!(ask.try_post());
		ask.deadline = 101;
		assert_noop!(ask.try_post(), Error::<Test>::Expired);
		ask.deadline = 100;
		ask.data = vec![ad_hoc(2, true)];
		assert_noop!(ask.try_post(), Error::<Test>::Expired);
		ask.options.key_wait = Some(10);
		ask.deadline = 80;
		assert_ok!(ask.try_post());
	});
}

///
#[test]
fn needs_are_intersected_with_those_of_the_code() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Plain);
		let only = |classes: &[HardwareClass]| {
			Checker::Needs(CodeNeeds {
				memory_pages: 1,
				fuel: 1,
				classes: Classes::of(classes),
				capabilities: 0,
			})
		};
		with_deployment(code, |item| {
			item.checker = only(&[HardwareClass::A, HardwareClass::B]);
		});
		let mut ask = Ask::of(Source::Deployed(code), vec![]);
		ask.options.needs = Needs {
			classes: Classes::of(&[HardwareClass::B, HardwareClass::C]),
			capabilities: Capabilities::RAND,
		};
		let errand = ask.post();
		assert_eq!(
			record(errand).needs.classes,
			Classes::of(&[HardwareClass::B])
		);
		with_deployment(code, |item| item.checker = only(&[HardwareClass::A]));
		assert_noop!(ask.try_post(), Error::<Test>::BadNeeds);
	});
}

#[test]
fn payee_is_for_ad_hoc_code_only() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Plain);
		let mut ask = Ask::of(Source::Deployed(code), vec![]);
		ask.options.payee = Some((account(9), 10));
		assert_noop!(ask.try_post(), Error::<Test>::BadPayee);
		ask.code = ad_hoc(1, false);
		assert_ok!(ask.try_post());
	});
}

#[test]
fn refused_post_leaves_no_use_behind() {
	ExtBuilder::default().build_and_execute(|| {
		let code = deploy(1, Kind::Code, Visibility::Plain);
		with_deployment(code, |item| item.charge = Charge::PerUse(1 << 60));
		let ask = Ask::of(Source::Deployed(code), vec![]);
		assert_noop!(ask.try_post(), Error::<Test>::PriceTooLow);
		assert_eq!(world::Uses::<Test>::iter().count(), 0);
	});
}

/// C07
#[test]
fn max_values_do_not_overflow() {
	ExtBuilder::default().build_and_execute(|| {
		assert_ok!(Errand::set_gas_price(RuntimeOrigin::root(), Balance::MAX));
		let mut ask = Ask {
			max_price: Balance::MAX,
			..Ask::default()
		};
		assert_noop!(ask.try_post(), Error::<Test>::PriceTooLow);
		ask.limits.fuel = 1;
		assert_noop!(ask.try_post(), Error::<Test>::InsufficientBalance);
		NextErrand::<Test>::put(ErrandId(u64::MAX));
		assert_ok!(Errand::set_gas_price(RuntimeOrigin::root(), 1));
		ask.max_price = 1_000;
		assert_noop!(ask.try_post(), Error::<Test>::NumbersUsedUp);
		NextErrand::<Test>::put(ErrandId(0));
	});
}

/// the weight of pinners, not of everybody, starts the threshold.
#[test]
fn threshold_starts_by_those_who_may_claim() {
	ExtBuilder::default().build_and_execute(|| {
		world::Total::<Test>::put(77);
		assert_eq!(record(post()).draw.total_weight, 77);
		let code = deploy(1, Kind::Code, Visibility::Hosted);
		pin(code, X, None, false);
		pin(code, ModuleId(2), None, false);
		let errand = Ask::of(Source::Deployed(code), vec![]).post();
		assert_eq!(record(errand).draw.total_weight, 2_000_000);
	});
}

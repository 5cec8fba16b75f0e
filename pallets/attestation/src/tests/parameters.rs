//! Windows, periods and prices: set by genesis and governance, within bounds.

use super::lab::*;
use crate::{mock::*, parameters::ALL, *};
use codec::Encode;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{BuildStorage, DispatchError};
use tea_primitives::module::ModuleStatus;

type Errors = Error<Test>;

fn set(parameters: Parameters<u32, Balance>) -> sp_runtime::DispatchResult {
	Attestation::set_parameters(RuntimeOrigin::root(), parameters)
}

/// `parameters` with this one of them changed.
fn with(
	mut parameters: Parameters<u32, Balance>,
	parameter: ParameterName,
	value: u128,
) -> Parameters<u32, Balance> {
	let blocks = u32::try_from(value).unwrap();
	match parameter {
		ParameterName::ChallengeWindow => parameters.challenge_window = blocks,
		ParameterName::ResponseWindow => parameters.response_window = blocks,
		ParameterName::RevealWindow => parameters.reveal_window = blocks,
		ParameterName::NonceWindow => parameters.nonce_window = blocks,
		ParameterName::RoundWindow => parameters.round_window = blocks,
		ParameterName::RoundCoolDown => parameters.round_cool_down = blocks,
		ParameterName::EnrolmentCoolDown => parameters.enrolment_cool_down = blocks,
		ParameterName::CertificateLife => parameters.certificate_life = blocks,
		ParameterName::QuarantineCoolDown => parameters.quarantine_cool_down = blocks,
		ParameterName::BondDelay => parameters.bond_delay = blocks,
		ParameterName::EnrolmentBond => parameters.enrolment_bond = value,
		ParameterName::ReportBond => parameters.report_bond = value,
		ParameterName::DutyReward => parameters.duty_reward = value,
		ParameterName::PaidBoots => parameters.paid_boots = blocks,
	}
	parameters
}

/// This one of them.
fn of(parameters: &Parameters<u32, Balance>, parameter: ParameterName) -> u128 {
	match parameter {
		ParameterName::ChallengeWindow => parameters.challenge_window.into(),
		ParameterName::ResponseWindow => parameters.response_window.into(),
		ParameterName::RevealWindow => parameters.reveal_window.into(),
		ParameterName::NonceWindow => parameters.nonce_window.into(),
		ParameterName::RoundWindow => parameters.round_window.into(),
		ParameterName::RoundCoolDown => parameters.round_cool_down.into(),
		ParameterName::EnrolmentCoolDown => parameters.enrolment_cool_down.into(),
		ParameterName::CertificateLife => parameters.certificate_life.into(),
		ParameterName::QuarantineCoolDown => parameters.quarantine_cool_down.into(),
		ParameterName::BondDelay => parameters.bond_delay.into(),
		ParameterName::EnrolmentBond => parameters.enrolment_bond,
		ParameterName::ReportBond => parameters.report_bond,
		ParameterName::DutyReward => parameters.duty_reward,
		ParameterName::PaidBoots => parameters.paid_boots.into(),
	}
}

/// Parameters in the middle of all bounds, so that one alone can be moved to its own bound.
fn middle() -> Parameters<u32, Balance> {
	Parameters {
		round_window: 12,
		certificate_life: 200,
		..PARAMETERS
	}
}

#[test]
fn every_bound_is_kept() {
	ExtBuilder::default().build_and_execute(|| {
		for parameter in ALL {
			let (least, most) = (of(&BOUNDS.least, *parameter), of(&BOUNDS.most, *parameter));
			// What must fit to it gets out of its way.
			let mut base = middle();
			match parameter {
				ParameterName::CertificateLife => base.round_window = BOUNDS.least.round_window,
				ParameterName::RoundWindow => base.certificate_life = BOUNDS.most.certificate_life,
				_ => (),
			}
			let error = Errors::OutOfBounds(*parameter);
			if least > 0 {
				assert_noop!(set(with(base, *parameter, least - 1)), error);
			}
			let error = Errors::OutOfBounds(*parameter);
			assert_noop!(set(with(base, *parameter, most + 1)), error);
			assert_ok!(set(with(base, *parameter, least)));
			assert_ok!(set(with(base, *parameter, most)));
			assert_eq!(of(&Attestation::parameters(), *parameter), most);
		}
	});
}

#[test]
fn a_live_chain_has_narrower_bounds() {
	ExtBuilder::default().bare().live().build_and_execute(|| {
		for parameter in ALL {
			let least = of(&BOUNDS.least_live, *parameter);
			let mut base = middle();
			if *parameter == ParameterName::CertificateLife {
				base.round_window = BOUNDS.least_live.round_window;
			}
			let error = Errors::OutOfBounds(*parameter);
			assert_noop!(set(with(base, *parameter, least - 1)), error);
			assert_ok!(set(with(base, *parameter, least)));
		}
	});
}

#[test]
fn a_renewal_fits_into_half_of_a_certificate() {
	ExtBuilder::default().build_and_execute(|| {
		let mut parameters = middle();
		parameters.certificate_life = 2 * parameters.round_window;
		assert_noop!(
			set(parameters),
			Errors::OutOfBounds(ParameterName::CertificateLife)
		);
		parameters.certificate_life += 2;
		assert_ok!(set(parameters));
	});
}

#[test]
fn only_governance_sets_parameters_and_tells() {
	ExtBuilder::default().build_and_execute(|| {
		assert_noop!(
			Attestation::set_parameters(signed(&account(1)), middle()),
			DispatchError::BadOrigin
		);
		assert_ok!(set(middle()));
		assert!(events().contains(&Event::ParametersSet {
			parameters: middle()
		}));
		assert_eq!(Attestation::parameters(), middle());
	});
}

#[test]
fn a_change_holds_for_what_begins_after_it() {
	ExtBuilder::default().build_and_execute(|| {
		let module = TestModule::enrolled(1);
		assert_ok!(module.attest());
		module.wait_for_draw();
		let deadline = module.round().deadline;
		let mut parameters = PARAMETERS;
		parameters.round_window = 12;
		parameters.certificate_life = 40;
		assert_ok!(set(parameters));
		assert_eq!(module.round().deadline, deadline);
		let now = System::block_number();
		assert_ok!(module.pass(&[0, 1, 2]));
		let until = Attestation::certificate_of(module.id).unwrap().until;
		assert_eq!(until, now + 40);
		// The renewal opens by the new life, and its round has the new window.
		advance_to(until - 20);
		assert_ok!(module.renew());
		module.wait_for_draw();
		assert_eq!(module.round().deadline, System::block_number() + 12);
		advance_to(until);
		assert_eq!(module.status(), Some(ModuleStatus::Inactive));
	});
}

#[test]
fn a_changed_bond_leaves_older_ones_alone() {
	ExtBuilder::default().build_and_execute(|| {
		let first = TestModule::enrolled(1);
		let mut parameters = PARAMETERS;
		parameters.enrolment_bond = 3 * BOND;
		assert_ok!(set(parameters));
		let second = TestModule::enrolled(2);
		assert_eq!((first.held(), second.held()), (BOND, 3 * BOND));
		assert_ok!(Attestation::retire(signed(&first.owner), first.id));
		advance(BOND_DELAY);
		assert_eq!((first.held(), second.held()), (0, 3 * BOND));
	});
}

#[test]
fn genesis_sets_them_and_refuses_nonsense() {
	let build = |change: fn(&mut crate::GenesisConfig<Test>), live: bool| {
		let builder = ExtBuilder::default().bare();
		let mut genesis = if live { builder.live() } else { builder }.genesis();
		change(&mut genesis);
		std::panic::catch_unwind(|| genesis.build_storage())
			.map_err(|panic| *panic.downcast::<String>().unwrap())
	};
	let shorten = |genesis: &mut crate::GenesisConfig<Test>| {
		genesis.parameters.certificate_life = 44;
	};
	let storage = build(shorten, false).unwrap().unwrap();
	sp_io::TestExternalities::new(storage).execute_with(|| {
		assert_eq!(Attestation::parameters().certificate_life, 44);
	});
	let refused = build(shorten, true).unwrap_err();
	assert!(refused.starts_with("attestation.parameters: "), "{refused}");
	assert!(refused.contains("OutOfBounds"), "{refused}");
	assert!(build(|genesis| genesis.parameters.nonce_window = 0, false).is_err());
}

#[test]
fn genesis_writes_them_in_json_and_a_patch_of_one_suffices() {
	let genesis = ExtBuilder::default().genesis();
	let json = serde_json::to_value(&genesis).unwrap();
	assert_eq!(json["parameters"]["certificateLife"], LIFE);
	let mut default = serde_json::to_value(crate::GenesisConfig::<Test>::default()).unwrap();
	default["parameters"]["certificateLife"] = 44.into();
	let back: crate::GenesisConfig<Test> = serde_json::from_value(default.clone()).unwrap();
	assert_eq!(
		back.parameters,
		Parameters {
			certificate_life: 44,
			..PARAMETERS
		}
	);
	default["parameters"]["certificateLive"] = 44.into();
	assert!(serde_json::from_value::<crate::GenesisConfig<Test>>(default).is_err());
}

#[test]
fn without_a_record_the_defaults_hold() {
	ExtBuilder::default().build_and_execute(|| {
		CurrentParameters::<Test>::kill();
		assert_eq!(Attestation::parameters(), PARAMETERS);
	});
}

#[test]
fn encodings_are_frozen() {
	let parameters = Parameters::<u32, u128> {
		challenge_window: 1,
		response_window: 2,
		reveal_window: 3,
		nonce_window: 4,
		round_window: 5,
		round_cool_down: 6,
		enrolment_cool_down: 7,
		certificate_life: 8,
		quarantine_cool_down: 9,
		bond_delay: 10,
		enrolment_bond: 11,
		report_bond: 12,
		duty_reward: 13,
		paid_boots: 14,
	};
	let mut expected = Vec::new();
	for blocks in 1u32..=10 {
		expected.extend(blocks.to_le_bytes());
	}
	for money in 11u128..=13 {
		expected.extend(money.to_le_bytes());
	}
	expected.extend(14u32.to_le_bytes());
	assert_eq!(parameters.encode(), expected);
	for (index, parameter) in ALL.iter().enumerate() {
		assert_eq!(parameter.encode(), [u8::try_from(index).unwrap()]);
	}
	for (index, offence) in [
		Offence::ContradictingVerdicts,
		Offence::ClonedTpm,
		Offence::RefutedVerdict,
	]
	.into_iter()
	.enumerate()
	{
		assert_eq!(offence.encode(), [u8::try_from(index).unwrap()]);
	}
	assert_eq!(Suspicion::Reported(Offence::ClonedTpm).encode(), [4, 1]);
}

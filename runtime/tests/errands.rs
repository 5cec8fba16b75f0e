//! Deployments and errands among the other pallets: what the runtime itself adds to them.

#![allow(clippy::unwrap_used)]

use codec::Encode;
use frame_support::{
	assert_noop, assert_ok,
	traits::{
		Contains, Get, Hooks,
		fungible::{Inspect, InspectHold},
	},
};
use pallet_attestation::{DutySubjects, ParameterName};
use sp_keyring::Sr25519Keyring::{self, Alice, Bob};
use sp_runtime::{BuildStorage, traits::Convert};
use tea_primitives::{
	HardwareClass,
	camellia::Camellias,
	chain::UNIT,
	deployment::{Cid, Content, DeploymentId},
	draw::KnownGood,
	errand::{
		ActiveWeight, AdHoc, Earnings, ErrandId, FaultReason, Limits, Needs, Options, Source,
		TicketProof,
	},
	ids::ModuleId,
};
use tea_runtime::{
	Attestation, Balances, BalancesConfig, Camellia, CamelliaConfig, Delegation, Errand, Runtime,
	RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin, System, configs::DEFAULT_PARAMETERS,
	constants,
};

/// Alice owns four Camelliae of different kinds, Bob has money.
fn chain() -> sp_io::TestExternalities {
	use pallet_camellia::Kind;
	let storage = RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: [Alice, Bob]
				.map(|who| (who.to_account_id(), 1_000 * UNIT))
				.to_vec(),
			..Default::default()
		},
		camellia: CamelliaConfig {
			camellias: [Kind::A, Kind::B, Kind::C, Kind::A]
				.map(|kind| (Alice.to_account_id(), kind))
				.to_vec(),
		},
		..Default::default()
	}
	.build_storage()
	.unwrap();
	let mut externalities = sp_io::TestExternalities::new(storage);
	externalities.execute_with(|| System::set_block_number(1));
	externalities
}

fn signed(who: Sr25519Keyring) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.to_account_id())
}

fn subject(call: impl Into<RuntimeCall>) -> Option<Vec<u8>> {
	<Runtime as pallet_attestation::Config>::OtherDuties::subject(&call.into())
}

fn claim(errand: u64, byte: u8) -> pallet_errand::Call<Runtime> {
	pallet_errand::Call::claim {
		errand: ErrandId(errand),
		ticket: TicketProof {
			pre_output: [byte; 32],
			proof: [byte; 64],
		},
	}
}

#[test]
fn duties_about_the_same_are_one() {
	assert_eq!(subject(claim(1, 1)), subject(claim(1, 2)));
	let others = [
		subject(claim(1, 1)),
		subject(claim(2, 1)),
		subject(pallet_errand::Call::fail {
			errand: ErrandId(1),
			reason: FaultReason::Host,
		}),
		subject(pallet_deployment::Call::drop_pin {
			deployment: DeploymentId([1; 32]),
			reason: pallet_deployment::DropReason::Draining,
		}),
		subject(pallet_deployment::Call::drop_pin {
			deployment: DeploymentId([2; 32]),
			reason: pallet_deployment::DropReason::Draining,
		}),
	];
	for (index, one) in others.iter().enumerate() {
		assert!(one.is_some());
		assert!(!others[..index].contains(one), "{index} is told apart");
	}
	// What is no duty has no subject, and what attestation judges itself has none here.
	assert_eq!(
		subject(pallet_errand::Call::cancel {
			errand: ErrandId(1)
		}),
		None
	);
	assert_eq!(subject(frame_system::Call::remark { remark: vec![] }), None);
}

#[test]
fn caps_of_a_class_are_the_same_for_pins_and_errands() {
	type OfErrands = <Runtime as pallet_errand::Config>::ClassCap;
	type OfDeployments = <Runtime as pallet_deployment::Config>::ClassCap;
	for (class, cap) in [
		(HardwareClass::A, Some(100_000 * UNIT)),
		(HardwareClass::B, Some(10_000 * UNIT)),
		(HardwareClass::C, Some(5_000 * UNIT)),
		(HardwareClass::V, Some(1_000 * UNIT)),
		(HardwareClass::D, Some(100 * UNIT)),
		(HardwareClass::Dev, None),
	] {
		assert_eq!(OfErrands::convert(class), cap);
		assert_eq!(OfDeployments::convert(class), cap);
	}
}

#[test]
fn age_of_certificates_follows_the_parameters() {
	type Life = <Runtime as pallet_deployment::Config>::CertificateLife;
	chain().execute_with(|| {
		assert_eq!(Life::get(), DEFAULT_PARAMETERS.certificate_life);
		let mut parameters = DEFAULT_PARAMETERS;
		parameters.certificate_life = 900;
		assert_ok!(Attestation::set_parameters(
			RuntimeOrigin::root(),
			parameters
		));
		assert_eq!(Life::get(), 900);
		parameters.certificate_life = 2 * parameters.round_window;
		assert_noop!(
			Attestation::set_parameters(RuntimeOrigin::root(), parameters),
			pallet_attestation::Error::<Runtime>::OutOfBounds(ParameterName::CertificateLife)
		);
	});
}

#[test]
fn earnings_have_an_account_from_the_first_block_on() {
	chain().execute_with(|| {
		let account = <Camellia as Earnings<_, _>>::account();
		assert_eq!(Balances::balance(&account), constants::EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn weight_of_the_active_is_their_mean_times_their_number() {
	type Weights = <Runtime as pallet_errand::Config>::ActiveWeight;
	chain().execute_with(|| {
		assert_eq!(Weights::of_active(64), 0);
		let mut all = Vec::new();
		for n in 0..4 {
			let module = ModuleId(n);
			assert_ok!(Camellia::plant(module, [n as u8; 32]));
			Delegation::admit(module);
			all.push(u64::from(Camellia::draw_weight(module).unwrap().0));
		}
		assert_ne!(all[0], all[1], "kinds weigh differently");
		assert_eq!(Weights::of_active(64), all.iter().sum::<u64>());
		assert_eq!(Weights::of_active(4), all.iter().sum::<u64>());
		// Places 0 and 2 stand for all.
		assert_eq!(Weights::of_active(2), (all[0] + all[2]) * 2);
		assert_eq!(Weights::of_active(0), 0);
	});
}

fn post() -> ErrandId {
	let errand = pallet_errand::NextErrand::<Runtime>::get();
	let content = Content {
		cid: Cid::new(Cid::RAW, [1; 32]),
		ciphertext_hash: [2; 32],
		commitment: [3; 32],
		size: 100,
	};
	assert_ok!(Errand::post(
		signed(Bob),
		Source::AdHoc(AdHoc {
			content,
			sealed: false
		}),
		Default::default(),
		Default::default(),
		[4; 32],
		Limits {
			fuel: 1_000_000_000,
			pages: 16,
			output: 1_024,
			wall_ms: 1_000,
		},
		UNIT,
		constants::time::MINUTES,
		Options {
			needs: Needs::default(),
			key_wait: None,
			allow_own: false,
			payee: None,
		},
	));
	errand
}

fn held() -> u128 {
	Balances::balance_on_hold(
		&pallet_errand::HoldReason::Errand.into(),
		&Bob.to_account_id(),
	)
}

#[test]
fn gas_costs_a_tenth_of_a_unit_for_a_thousand_million() {
	chain().execute_with(|| {
		let price = pallet_errand::GasPrice::<Runtime>::get();
		assert_eq!(price * 1_000_000_000, UNIT / 10);
	});
}

#[test]
fn an_errand_that_nobody_can_run_is_refunded_by_itself() {
	chain().execute_with(|| {
		let issuance = Balances::total_issuance();
		let errand = post();
		assert_eq!(held(), UNIT);
		for block in 2..=1 + constants::time::MINUTES {
			Errand::on_finalize(block - 1);
			System::set_block_number(block);
			Errand::on_initialize(block);
		}
		assert!(pallet_errand::Finished::<Runtime>::contains_key(errand));
		assert_eq!(held(), 0);
		assert_eq!(Balances::balance(&Bob.to_account_id()), 1_000 * UNIT);
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn modules_without_errands_are_not_busy() {
	chain().execute_with(|| {
		let errand = post();
		let busy = <Runtime as pallet_attestation::Config>::Busy::contains;
		assert!(!busy(&ModuleId(0)));
		pallet_errand::Workloads::<Runtime>::mutate(ModuleId(0), |workload| {
			workload.errands.try_push(errand).unwrap();
		});
		assert!(busy(&ModuleId(0)));
		assert!(!busy(&ModuleId(1)));
	});
}

/// Wallets and indexers read calls by these numbers.
#[test]
fn calls_keep_their_indices() {
	use frame_support::traits::{GetCallIndex, GetCallName};
	fn calls<Call: GetCallName + GetCallIndex>() -> Vec<(u8, &'static str)> {
		let indices = Call::get_call_indices().iter().copied();
		indices
			.zip(Call::get_call_names().iter().copied())
			.collect()
	}
	let numbered = |names: &[&'static str]| (0u8..).zip(names.to_vec()).collect::<Vec<_>>();
	assert_eq!(
		calls::<pallet_deployment::Call<Runtime>>(),
		numbered(&[
			"register",
			"set_terms",
			"reseed",
			"retire",
			"confirm_pin",
			"drop_pin",
			"expire",
		])
	);
	assert_eq!(
		calls::<pallet_errand::Call<Runtime>>(),
		numbered(&[
			"post",
			"cancel",
			"claim",
			"complete",
			"fail",
			"supply_key",
			"refuse",
			"vote_fail",
			"expire",
			"set_shares",
			"set_gas_price",
			"claim_many",
			"complete_many",
		])
	);
	assert_eq!(
		calls::<pallet_camellia::Call<Runtime>>(),
		numbered(&["bear", "set_operator", "bury", "claim_rewards"])
	);
	assert_eq!(RuntimeCall::from(claim(1, 1)).encode()[..2], [44, 2]);
}

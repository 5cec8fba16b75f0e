//! What a chain may start with.

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::BuildStorage;
use tea_primitives::{
	HardwareClass,
	ids::{IssuerId, ReleaseId},
};

fn panic_of(genesis: crate::GenesisConfig<Test>) -> String {
	let built = std::panic::catch_unwind(|| genesis.build_storage());
	*built
		.expect_err("no genesis")
		.downcast::<String>()
		.expect("a sentence")
}

#[test]
fn live_genesis_refuses_dev() {
	let genesis = ExtBuilder::default().live().genesis();
	assert_eq!(
		panic_of(genesis),
		"attestation.issuers: issuer 2 has class Dev, which a live chain refuses"
	);
	let mut genesis = ExtBuilder::default().bare().live().genesis();
	let mut dev = releases();
	dev[0].class = "Dev".into();
	genesis.releases = dev;
	assert_eq!(
		panic_of(genesis),
		"attestation.releases: release 1 has class Dev, which a live chain refuses"
	);
}

#[test]
fn live_genesis_needs_five_registrars_of_different_owners() {
	let sentence =
		"attestation.registrars: a live chain starts with 5 registrars of different owners, not 4";
	assert_eq!(
		panic_of(ExtBuilder::default().bare().live().registrars(4).genesis()),
		sentence
	);
	let mut genesis = ExtBuilder::default().bare().live().registrars(5).genesis();
	genesis.registrars[4].owner = genesis.registrars[0].owner.clone();
	assert_eq!(panic_of(genesis), sentence);
	ExtBuilder::default()
		.bare()
		.live()
		.registrars(5)
		.build_and_execute(|| ());
}

#[test]
fn a_live_chain_never_accepts_software_tpms() {
	ExtBuilder::default().bare().live().build_and_execute(|| {
		let info = IssuerInfo {
			class: HardwareClass::Dev,
			..issuer_info(1)
		};
		assert_noop!(
			Attestation::register_issuer(RuntimeOrigin::root(), IssuerId(1), info),
			Error::<Test>::ClassNotAllowed
		);
		let mut record = release(&[11, 12, 13], vec![[1; 32]; 3], MANIFEST);
		record.class = HardwareClass::Dev;
		assert_noop!(
			Attestation::register_release(RuntimeOrigin::root(), ReleaseId(1), record),
			Error::<Test>::ClassNotAllowed
		);
		assert_ok!(Attestation::register_issuer(
			RuntimeOrigin::root(),
			IssuerId(1),
			issuer_info(1)
		));
	});
}

#[test]
fn nonsense_is_named() {
	let with = |change: fn(&mut crate::GenesisConfig<Test>)| {
		let mut genesis = ExtBuilder::default().genesis();
		change(&mut genesis);
		panic_of(genesis)
	};
	assert_eq!(
		with(|genesis| genesis.issuers[0].class = "E".into()),
		"attestation: there is no hardware class \"E\""
	);
	assert_eq!(
		with(|genesis| genesis.issuers[0].algorithm = "sha1".into()),
		"attestation: there is no signature algorithm \"sha1\""
	);
	assert_eq!(
		with(|genesis| genesis.releases[0].manifest_root = sp_core::Bytes(vec![1])),
		"attestation: releases.manifestRoot has 1 bytes, not 32"
	);
	assert!(with(|genesis| genesis.releases[0].value_sets.clear()).contains("BadReference"),);
	assert!(
		with(|genesis| genesis.registrars[1] = genesis.registrars[0].clone())
			.contains("is there twice"),
	);
}

#[test]
fn genesis_is_written_in_json() {
	let genesis = ExtBuilder::default().genesis();
	let json = serde_json::to_value(&genesis).unwrap();
	assert_eq!(json["issuers"][0]["class"], "C");
	assert!(
		json["issuers"][0]["spki"]
			.as_str()
			.unwrap()
			.starts_with("0x30")
	);
	let back: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert_eq!(back.registrars.len(), genesis.registrars.len());
	assert_eq!(back.issuers[0].spki, genesis.issuers[0].spki);
}

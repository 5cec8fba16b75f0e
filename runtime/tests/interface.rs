//! What wallets, indexers and light clients rely on: names, indices and encodings that must not move.

#![allow(clippy::unwrap_used)]

use codec::Encode;
use frame_support::traits::{InstanceFilter, PalletInfo as _, PalletsInfoAccess as _};
use sp_runtime::{BuildStorage, traits::TransactionExtension};
use tea_runtime::{
	AllPalletsWithSystem, Runtime, RuntimeCall, RuntimeGenesisConfig, TxExtension,
	configs::ProxyType,
};

fn externalities() -> sp_io::TestExternalities {
	RuntimeGenesisConfig::default()
		.build_storage()
		.unwrap()
		.into()
}

#[test]
fn metadata_is_served_in_the_versions_that_clients_use() {
	externalities().execute_with(|| {
		for version in [14, 15, 16] {
			assert!(Runtime::metadata_versions().contains(&version));
			let metadata = Runtime::metadata_at_version(version).unwrap();
			// "meta", then the version.
			assert_eq!(metadata[..5], [b'm', b'e', b't', b'a', version as u8]);
		}
		assert!(Runtime::metadata_at_version(13).is_none());
	});
}

#[test]
fn transaction_extensions_are_checked_in_this_order() {
	let names: Vec<_> = <TxExtension as TransactionExtension<RuntimeCall>>::metadata()
		.into_iter()
		.map(|extension| extension.identifier)
		.collect();
	assert_eq!(
		names,
		[
			"AuthorizeCall",
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"DutyGuard",
			"ChargeTransactionPayment",
			"CheckMetadataHash",
			"WeightReclaim",
		]
	);
}

#[test]
fn pallets_keep_their_names_and_indices() {
	let mut pallets: Vec<_> = AllPalletsWithSystem::infos()
		.into_iter()
		.map(|pallet| (pallet.index, pallet.name))
		.collect();
	pallets.sort_unstable();
	assert_eq!(
		pallets,
		[
			(0, "System"),
			(1, "SlotTiming"),
			(2, "Babe"),
			(3, "Timestamp"),
			(4, "Authorship"),
			(5, "Balances"),
			(6, "TransactionPayment"),
			(7, "SkipFeelessPayment"),
			(10, "ValidatorSet"),
			(11, "Session"),
			(12, "Historical"),
			(13, "Grandpa"),
			(14, "Offences"),
			(20, "Council"),
			(21, "Elections"),
			(22, "Whitelist"),
			(23, "Scheduler"),
			(24, "Preimage"),
			(25, "Sudo"),
			(30, "Utility"),
			(31, "Multisig"),
			(32, "Proxy"),
			(33, "Nfts"),
			(40, "Delegation"),
			(41, "Camellia"),
			(42, "Attestation"),
			(43, "Deployment"),
			(44, "Errand"),
		]
	);
	assert_eq!(
		<Runtime as frame_system::Config>::PalletInfo::index::<tea_runtime::ValidatorSet>(),
		Some(10)
	);
}

#[test]
fn proxy_types_keep_their_encoding() {
	for (kind, byte) in [
		(ProxyType::Any, 0),
		(ProxyType::NonTransfer, 1),
		(ProxyType::Governance, 2),
		(ProxyType::Validator, 3),
	] {
		assert_eq!(kind.encode(), [byte]);
	}
}

#[test]
fn proxies_cannot_move_money_unless_they_may_do_everything() {
	let transfer = RuntimeCall::Balances(pallet_balances::Call::transfer_all {
		dest: sp_keyring::Sr25519Keyring::Bob.to_account_id().into(),
		keep_alive: false,
	});
	assert!(ProxyType::Any.filter(&transfer));
	for kind in [
		ProxyType::NonTransfer,
		ProxyType::Governance,
		ProxyType::Validator,
	] {
		assert!(!kind.filter(&transfer), "{kind:?} must not transfer");
		assert!(!kind.is_superset(&ProxyType::Any));
	}
	let resign = RuntimeCall::ValidatorSet(pallet_validator_set::Call::resign {});
	assert!(ProxyType::Validator.filter(&resign));
	assert!(!ProxyType::Governance.filter(&resign));
}

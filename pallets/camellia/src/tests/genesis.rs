use crate::{Camelliae, Collection, Kind, mock::*};
use frame_support::traits::StorageVersion;
use tea_primitives::{camellia::Camellias, ids::ModuleId};

#[test]
fn camelliae_are_born_in_order() {
	ExtBuilder::default()
		.with(1, Kind::A)
		.with(2, Kind::B)
		.with(1, Kind::C)
		.build_and_execute(|| {
			let kinds: Vec<_> = (0..3)
				.map(|n| Camelliae::<Test>::get(ModuleId(n)).unwrap().kind)
				.collect();
			assert_eq!(kinds, [Kind::A, Kind::B, Kind::C]);
			let owners: Vec<_> = (0..3)
				.map(|n| <Camellia as Camellias<_>>::owner(ModuleId(n)).unwrap())
				.collect();
			assert_eq!(owners, [who(1), who(2), who(1)]);
			assert_eq!(Camelliae::<Test>::get(MODULE).unwrap().born, 0);
		});
}

#[test]
fn collection_belongs_to_an_account_without_key() {
	ExtBuilder::default().build_and_execute(|| {
		let collection = Collection::<Test>::get().unwrap();
		assert_eq!(
			Nfts::collection_owner(collection),
			Some(Camellia::account_id())
		);
		let account = System::account(Camellia::account_id()).data;
		assert_eq!(
			(account.free, account.reserved),
			(MINIMUM, 0),
			"no deposits"
		);
		assert_eq!(
			pallet_nfts::NextCollectionId::<Test>::get(),
			Some(collection + 1)
		);
	});
}

#[test]
fn genesis_is_written_in_plain_words() {
	let json = serde_json::json!({ "camellias": [[who(1), "A"], [who(2), "C"]] });
	let genesis: crate::GenesisConfig<Test> = serde_json::from_value(json).unwrap();
	assert_eq!(genesis.camellias, [(who(1), Kind::A), (who(2), Kind::C)]);
}

#[test]
fn storage_version_is_written() {
	ExtBuilder::default().build_and_execute(|| {
		assert_eq!(StorageVersion::get::<Camellia>(), StorageVersion::new(1));
	});
}

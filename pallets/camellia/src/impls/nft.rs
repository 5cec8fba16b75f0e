//! The collection in pallet-nfts, and what its owners may do with the items.

use crate::{Camelliae, Collection, Config, Error, Event, Pallet};
use core::marker::PhantomData;
use frame_support::traits::{
	Contains, Get, Incrementable,
	tokens::{
		Locker,
		nonfungibles_v2::{Inspect, Mutate},
	},
};
use pallet_nfts::{
	CollectionConfig, CollectionSetting, CollectionSettings, ItemConfig, ItemSettings,
	MintSettings, NextCollectionId,
};
use sp_runtime::{DispatchError, DispatchResult, traits::AccountIdConversion};
use tea_primitives::ids::ModuleId;

type Nfts<T> = pallet_nfts::Pallet<T>;

impl<T: Config> Pallet<T> {
	/// The account of the collection. It has no key: nobody has the roles of issuer, admin and freezer.
	pub fn account_id() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// The collection, which is made when it is wanted first, with the account that owns it. Its items are free of
	/// deposits: what they cost, the one who gets them pays elsewhere.
	pub(crate) fn ensure_collection() -> Result<u32, DispatchError> {
		if let Some(collection) = Collection::<T>::get() {
			return Ok(collection);
		}
		let collection = NextCollectionId::<T>::get()
			.or_else(<T as pallet_nfts::Config>::CollectionId::initial_value)
			.ok_or(Error::<T>::NoCollection)?;
		Self::endow_account()?;
		let owner = Self::account_id();
		Nfts::<T>::do_create_collection(
			collection,
			owner.clone(),
			owner.clone(),
			CollectionConfig {
				settings: CollectionSettings::from_disabled(
					CollectionSetting::DepositRequired.into(),
				),
				max_supply: None,
				mint_settings: MintSettings::default(),
			},
			Default::default(),
			pallet_nfts::Event::ForceCreated { collection, owner },
		)?;
		NextCollectionId::<T>::set(collection.increment());
		Collection::<T>::put(collection);
		Self::deposit_event(Event::CollectionCreated { collection });
		Ok(collection)
	}

	pub(crate) fn mint(module: ModuleId, owner: &T::AccountId) -> DispatchResult {
		let collection = Self::ensure_collection()?;
		let config = ItemConfig {
			settings: ItemSettings::all_enabled(),
		};
		<Nfts<T> as Mutate<_, _>>::mint_into(&collection, &module.0, owner, &config, true)
	}

	/// Burns the item. Its record must be gone: the lock on dead items lets go with it.
	pub(crate) fn burn(module: ModuleId) -> DispatchResult {
		let collection = Collection::<T>::get().ok_or(Error::<T>::NoCollection)?;
		<Nfts<T> as Mutate<_, _>>::burn(&collection, &module.0, None)
	}

	/// Who owns the item, whatever its stage.
	pub(crate) fn item_owner(module: ModuleId) -> Option<T::AccountId> {
		<Nfts<T> as Inspect<_>>::owner(&Collection::<T>::get()?, &module.0)
	}
}

/// What is dead is not sold: it only waits to be buried.
impl<T: Config> Locker<u32, u32> for Pallet<T> {
	fn is_locked(collection: u32, item: u32) -> bool {
		Collection::<T>::get() == Some(collection)
			&& Camelliae::<T>::get(ModuleId(item)).is_some_and(|record| Self::is_over(&record))
	}
}

/// Lets through all calls of pallet-nfts except that an owner burns a Camellia, whose module, credit and stakes hang on
/// it. For the runtime's base call filter: pallet-nfts itself cannot tell burning from selling.
pub struct KeepsCamelliae<T>(PhantomData<T>);

impl<T: Config> Contains<pallet_nfts::Call<T>> for KeepsCamelliae<T> {
	fn contains(call: &pallet_nfts::Call<T>) -> bool {
		match call {
			pallet_nfts::Call::burn { collection, .. } => {
				Collection::<T>::get().as_ref() != Some(collection)
			}
			_ => true,
		}
	}
}

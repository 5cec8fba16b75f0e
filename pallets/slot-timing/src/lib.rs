#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;

pub use impls::{EpochLength, MinimumPeriod, SlotDuration};
pub use pallet::*;
pub use types::{
	DEFAULT_EPOCH_SLOTS, DEFAULT_SLOT_MILLIS, MAX_EPOCH_SLOTS, MAX_SLOT_MILLIS, MIN_EPOCH_SLOTS,
	MIN_SLOT_MILLIS,
};

/// Storage and genesis of the timing.
#[frame_support::pallet]
pub mod pallet {
	use crate::{DEFAULT_EPOCH_SLOTS, DEFAULT_SLOT_MILLIS, types};
	use core::marker::PhantomData;
	use frame_support::{pallet_prelude::*, traits::ConstU64};
	use frame_system::pallet_prelude::BlockNumberFor;

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The timing of the chain.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// Nothing to configure: the values are genesis data.
	#[pallet::config]
	pub trait Config: frame_system::Config {}

	/// Milliseconds of a slot. Written at genesis, then never.
	#[pallet::storage]
	pub type SlotMillis<T: Config> =
		StorageValue<_, u64, ValueQuery, ConstU64<DEFAULT_SLOT_MILLIS>>;

	/// Slots of an epoch. Written at genesis, then never.
	#[pallet::storage]
	pub type EpochSlots<T: Config> =
		StorageValue<_, u64, ValueQuery, ConstU64<DEFAULT_EPOCH_SLOTS>>;

	/// The timing that a chain starts, and stays, with.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Milliseconds of a slot.
		pub slot_millis: u64,
		/// Slots of an epoch.
		pub epoch_slots: u64,
		/// The runtime.
		#[serde(skip)]
		pub _config: PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				slot_millis: DEFAULT_SLOT_MILLIS,
				epoch_slots: DEFAULT_EPOCH_SLOTS,
				_config: PhantomData,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if let Err(reason) = types::check_slot_millis(self.slot_millis) {
				panic!("slotTiming.slotMillis is {}: {reason}", self.slot_millis);
			}
			if let Err(reason) = types::check_epoch_slots(self.epoch_slots) {
				panic!("slotTiming.epochSlots is {}: {reason}", self.epoch_slots);
			}
			SlotMillis::<T>::put(self.slot_millis);
			EpochSlots::<T>::put(self.epoch_slots);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}

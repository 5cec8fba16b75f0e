//! The getters that other pallets are configured with, and the checks of the state.

use crate::{Config, EpochSlots, SlotMillis};
#[cfg(any(test, feature = "try-runtime"))]
use crate::{Pallet, types};
use core::marker::PhantomData;
use frame_support::traits::Get;
#[cfg(any(test, feature = "try-runtime"))]
use sp_runtime::TryRuntimeError;

/// Milliseconds of a slot.
pub struct SlotDuration<T>(PhantomData<T>);

impl<T: Config> Get<u64> for SlotDuration<T> {
	fn get() -> u64 {
		SlotMillis::<T>::get()
	}
}

/// Least distance of two timestamps, milliseconds: half a slot.
pub struct MinimumPeriod<T>(PhantomData<T>);

impl<T: Config> Get<u64> for MinimumPeriod<T> {
	fn get() -> u64 {
		SlotMillis::<T>::get() / 2
	}
}

/// Slots of an epoch.
pub struct EpochLength<T>(PhantomData<T>);

impl<T: Config> Get<u64> for EpochLength<T> {
	fn get() -> u64 {
		EpochSlots::<T>::get()
	}
}

#[cfg(any(test, feature = "try-runtime"))]
impl<T: Config> Pallet<T> {
	/// Checks the invariants that the README numbers.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		// 1. and 2.
		types::check_slot_millis(SlotMillis::<T>::get())?;
		types::check_epoch_slots(EpochSlots::<T>::get())?;
		Ok(())
	}
}

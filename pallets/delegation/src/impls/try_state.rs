//! The invariants of the README, checked by walking the maps.

use crate::{Beacons, Config, LatestBeacon, ModuleCount, Modules, Pallet, Places};
use frame_support::{ensure, traits::Get};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let count = ModuleCount::<T>::get();
		let mut listed = 0u32;
		for (place, module) in Modules::<T>::iter() {
			listed = listed.saturating_add(1);
			ensure!(place < count, "1: places are below the count");
			ensure!(
				Places::<T>::get(module) == Some(place),
				"2: each module knows its place, and has one"
			);
		}
		ensure!(listed == count, "1: there are no gaps");
		let placed = Places::<T>::iter_keys().count();
		ensure!(
			placed == count as usize,
			"2: nobody has a place without being listed"
		);

		let now = frame_system::Pallet::<T>::block_number();
		let latest = LatestBeacon::<T>::get();
		for (place, record) in Beacons::<T>::iter() {
			ensure!(place < T::BeaconHistory::get(), "3: the ring has a size");
			ensure!(
				place == Self::place(record.block),
				"3: each beacon is in its place"
			);
			ensure!(record.block <= now, "4: no beacon is of the future");
			ensure!(
				latest.is_some_and(|latest| latest.block >= record.block),
				"5: the latest beacon is the latest"
			);
		}
		if let Some(latest) = latest {
			ensure!(
				Self::beacon_of(latest.block) == Some(latest.value),
				"5: the latest beacon is in the ring"
			);
		}
		Ok(())
	}
}

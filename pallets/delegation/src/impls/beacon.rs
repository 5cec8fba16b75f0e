//! The randomness of each block.

use crate::{BEACON_DOMAIN, BeaconRecord, Beacons, Config, Event, LatestBeacon, Pallet};
use codec::Encode;
use frame_support::traits::Get;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_io::hashing::blake2_256;
use sp_runtime::{SaturatedConversion, traits::Zero};
use tea_primitives::draw::BeaconValue;

impl<T: Config> Pallet<T> {
	/// Hash of the genesis block, which is in front of everything that is drawn.
	pub(crate) fn genesis() -> [u8; 32] {
		let hash = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::zero());
		// Hashes of the chain have 32 bytes; of a longer one the first.
		let mut genesis = [0; 32];
		for (byte, of_hash) in genesis.iter_mut().zip(hash.as_ref()) {
			*byte = *of_hash;
		}
		genesis
	}

	/// Place of a block in the ring.
	pub(crate) fn place(block: BlockNumberFor<T>) -> u32 {
		block
			.saturated_into::<u64>()
			.checked_rem(T::BeaconHistory::get().into())
			.unwrap_or_default()
			.saturated_into()
	}

	/// Writes the beacon of the block that ends. An author without VRF output leaves the randomness of an earlier block
	/// behind; that is no news, and used twice it would be known in advance.
	pub(crate) fn record_beacon(now: BlockNumberFor<T>, randomness: Option<[u8; 32]>) {
		let value = randomness.map(|output| (BEACON_DOMAIN, output).using_encoded(blake2_256));
		let fresh = value
			.filter(|value| LatestBeacon::<T>::get().is_none_or(|latest| latest.value != *value));
		let Some(value) = fresh else {
			Self::deposit_event(Event::BeaconMissing { block: now });
			return;
		};
		let record = BeaconRecord { block: now, value };
		Beacons::<T>::insert(Self::place(now), record);
		LatestBeacon::<T>::put(record);
	}

	/// The beacon of a finished block that is not older than the ring.
	pub(crate) fn beacon_of(block: BlockNumberFor<T>) -> Option<BeaconValue> {
		Beacons::<T>::get(Self::place(block))
			.filter(|record| record.block == block)
			.map(|record| record.value)
	}
}

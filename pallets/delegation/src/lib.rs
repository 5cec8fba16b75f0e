#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(any(test, feature = "runtime-benchmarks"))]
mod fixture;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use pallet::*;
pub use types::{BeaconRecord, BeaconRecordOf, DrawQuery, DrawQueryOf, KnownGoodInfo};
pub use weights::WeightInfo;

/// Tag in front of the author's randomness when it becomes the beacon.
pub const BEACON_DOMAIN: [u8; 13] = *b"tea/beacon/v1";

/// Configuration and storage of beacon and known-good set.
#[frame_support::pallet]
pub mod pallet {
	use crate::{BeaconRecordOf, DrawQueryOf, KnownGoodInfo, WeightInfo};
	use alloc::vec::Vec;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use tea_primitives::{
		draw::{BeaconValue, DrawError, Draws, Member, Membership},
		ids::ModuleId,
	};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Who is drawn.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// VRF output of the author of the block, read when the block is finalised: the pallet that knows it stands
		/// before this one in the runtime.
		type AuthorRandomness: Get<Option<[u8; 32]>>;

		/// Whose members they are, and who the registrars are.
		type Membership: Membership<Self::AccountId>;

		/// Blocks whose beacon is kept.
		#[pallet::constant]
		type BeaconHistory: Get<u32>;

		/// Candidates that one draw looks at, at most. In a set that is not larger a committee is found whenever there is
		/// one.
		#[pallet::constant]
		type MaxCandidates: Get<u32>;

		/// Modules in the set at which registrars leave it: 2N.
		#[pallet::constant]
		type RegistrarsLeaveAt: Get<u32>;

		/// Weights of the hook, the draw and the ticket.
		type WeightInfo: WeightInfo;

		/// Makes modules that may be drawn.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper;
	}

	/// Randomness of the last blocks: that of block b in place b mod `BeaconHistory`.
	//
	// Twox64Concat: places are counted by the chain.
	#[pallet::storage]
	pub type Beacons<T: Config> = StorageMap<_, Twox64Concat, u32, BeaconRecordOf<T>>;

	/// The last beacon, so that a randomness that was not renewed is seen.
	#[pallet::storage]
	pub type LatestBeacon<T: Config> = StorageValue<_, BeaconRecordOf<T>>;

	/// Number of Active modules.
	#[pallet::storage]
	pub type ModuleCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Active modules at the places 0 … [`ModuleCount`] − 1, without gaps: draws read places.
	//
	// Twox64Concat: places are counted by the chain.
	#[pallet::storage]
	pub type Modules<T: Config> = StorageMap<_, Twox64Concat, u32, ModuleId>;

	/// The reverse of [`Modules`]: leaving must not search.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type Places<T: Config> = StorageMap<_, Twox64Concat, ModuleId, u32>;

	/// What happens to the known-good set.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A module may be drawn from now on.
		#[codec(index = 0)]
		Admitted {
			/// The module.
			module: ModuleId,
			/// Modules that may be drawn now.
			modules: u32,
		},
		/// A module may not be drawn any more.
		#[codec(index = 1)]
		Dismissed {
			/// The module.
			module: ModuleId,
			/// Modules that may be drawn now.
			modules: u32,
		},
		/// The author's randomness was not a new one, so this block has no beacon.
		#[codec(index = 2)]
		BeaconMissing {
			/// The block.
			block: BlockNumberFor<T>,
		},
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			T::WeightInfo::record_beacon()
		}

		fn on_finalize(now: BlockNumberFor<T>) {
			Self::record_beacon(now, T::AuthorRandomness::get());
		}

		fn integrity_test() {
			assert!(
				T::BeaconHistory::get() > 1,
				"BeaconHistory: a draw needs the beacon of a past block"
			);
			assert!(
				T::MaxCandidates::get() >= T::RegistrarsLeaveAt::get(),
				"MaxCandidates: a draw must be able to look at all who replace the registrars",
			);
			assert!(
				T::RegistrarsLeaveAt::get() > 0,
				"RegistrarsLeaveAt: without registrars the first module is never attested",
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The randomness of one of the last blocks.
		pub fn beacon(block: BlockNumberFor<T>) -> Option<BeaconValue> {
			<Self as Draws<_, _>>::beacon(block)
		}

		/// How many may be drawn.
		pub fn known_good() -> KnownGoodInfo {
			Self::set_info()
		}

		/// Members of the known-good set from a place on, 256 at most.
		pub fn members(from: u32) -> Vec<Member<T::AccountId>> {
			Self::page_of_members(from)
		}

		/// The committee that a draw gives with the set as it is in this block.
		pub fn committee(query: DrawQueryOf<T>) -> Result<Vec<Member<T::AccountId>>, DrawError> {
			Self::answer(&query)
		}
	}
}

#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use impls::KeepsCamelliae;
pub use pallet::*;
pub use types::{
	CamelliaInfo, CamelliaInfoOf, CamelliaRecord, CamelliaRecordOf, CreditEntry, CreditLogOf,
	DeathCause, EarningsBalanceOf, Kind, LOG_LENGTH, LifeStage, OperatorRecord, OperatorRecordOf,
	Stage,
};
pub use weights::WeightInfo;

use tea_primitives::camellia::math;

/// Configuration, storage and calls of the registry of Camelliae.
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		CamelliaInfoOf, CamelliaRecordOf, CreditLogOf, DeathCause, EarningsBalanceOf, Kind,
		OperatorRecordOf, WeightInfo,
	};
	use alloc::vec::Vec;
	use frame_support::{PalletId, pallet_prelude::*, traits::fungible};
	use frame_system::pallet_prelude::*;
	use tea_primitives::{
		camellia::{CreditEvent, OnEndOfLife},
		draw::Draws,
		ids::{EkHash, ModuleId},
	};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The registry of Camelliae.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config:
		frame_system::Config + pallet_nfts::Config<CollectionId = u32, ItemId = u32>
	{
		/// Who has Camelliae born: governance.
		type BirthOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// What Camelliae earn.
		type Currency: fungible::Mutate<Self::AccountId>;

		/// Where the randomness of a birth comes from.
		type Draws: Draws<Self::AccountId, BlockNumberFor<Self>>;

		/// Who must hear that a planted Camellia's life is over.
		type OnEndOfLife: OnEndOfLife;

		/// What `OnEndOfLife` weighs at most.
		type EndOfLifeWeight: Get<Weight>;

		/// Whose account owns the collection, and holds what was earned and not pulled.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Camelliae that are buried in one block by themselves, at most.
		#[pallet::constant]
		type MaxEndsPerBlock: Get<u32>;

		/// Blocks after the wanted one that are searched for room in the agenda.
		#[pallet::constant]
		type AgendaSpread: Get<u32>;

		/// Weights of the calls and of the hook.
		type WeightInfo: WeightInfo;
	}

	/// The collection in pallet-nfts whose items are Camelliae.
	#[pallet::storage]
	pub type Collection<T: Config> = StorageValue<_, u32>;

	/// Number of the next Camellia. No number is given twice.
	#[pallet::storage]
	pub type NextId<T: Config> = StorageValue<_, ModuleId, ValueQuery>;

	/// Every Camellia that is not buried. Owners stand in pallet-nfts.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type Camelliae<T: Config> = StorageMap<_, Twox64Concat, ModuleId, CamelliaRecordOf<T>>;

	/// The reverse of the field `hardware` of [`Camelliae`], so that a chip carries one Camellia; counted, because the
	/// number is the base of the cap per class.
	//
	// Blake2_128Concat: who makes a chip, makes the key that is hashed into its identity.
	#[pallet::storage]
	pub type Chips<T: Config> = CountedStorageMap<_, Blake2_128Concat, EkHash, ModuleId>;

	/// The accounts that owners named for their modules.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type Operators<T: Config> = StorageMap<_, Twox64Concat, ModuleId, OperatorRecordOf<T>>;

	/// What moved the credit of each Camellia last. Apart from [`Camelliae`], because draws read that and not this.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type CreditLogs<T: Config> =
		StorageMap<_, Twox64Concat, ModuleId, CreditLogOf<T>, ValueQuery>;

	/// What was earned with each Camellia and not pulled, by who owned it when the work began. It outlives the Camellia.
	//
	// Twox64Concat and Blake2_128Concat: numbers are counted by the chain; accounts.
	#[pallet::storage]
	pub type Rewards<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		ModuleId,
		Blake2_128Concat,
		T::AccountId,
		EarningsBalanceOf<T>,
	>;

	/// Whose life ends, by block.
	//
	// Twox64Concat: heights are counted by the chain.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageMap<
		_,
		Twox64Concat,
		BlockNumberFor<T>,
		BoundedVec<ModuleId, T::MaxEndsPerBlock>,
		ValueQuery,
	>;

	/// What happens to Camelliae.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The collection was made.
		#[codec(index = 0)]
		CollectionCreated {
			/// Its number in pallet-nfts.
			collection: u32,
		},
		/// A Camellia was born.
		#[codec(index = 1)]
		Born {
			/// Its number, which is the number of its NFT and of the module that will live on it.
			module: ModuleId,
			/// Its first owner.
			owner: T::AccountId,
			/// Its kind.
			kind: Kind,
			/// Productivity at its best age, in millionths.
			base_productivity: u32,
			/// Blocks of life from planting.
			life_span: u32,
			/// First block in which it is withered unless it was planted.
			withers: BlockNumberFor<T>,
		},
		/// A Camellia got its first hardware: its life has begun.
		#[codec(index = 2)]
		Planted {
			/// The Camellia.
			module: ModuleId,
			/// First block in which it is dead.
			ends: BlockNumberFor<T>,
		},
		/// Hardware was bound to a Camellia.
		#[codec(index = 3)]
		HardwareBound {
			/// The Camellia.
			module: ModuleId,
			/// Identity of the chip.
			chip: EkHash,
		},
		/// Hardware was taken from a Camellia.
		#[codec(index = 4)]
		HardwareUnbound {
			/// The Camellia.
			module: ModuleId,
			/// Identity of the chip.
			chip: EkHash,
		},
		/// The owner named an operator, or none.
		#[codec(index = 5)]
		OperatorSet {
			/// The Camellia.
			module: ModuleId,
			/// The account that may act for the module from now on.
			operator: Option<T::AccountId>,
		},
		/// The credit of a Camellia moved.
		#[codec(index = 6)]
		CreditMoved {
			/// The Camellia.
			module: ModuleId,
			/// Why.
			event: CreditEvent,
			/// Whole points before.
			from: u16,
			/// Whole points after.
			to: u16,
		},
		/// A Camellia is no more: its NFT is burnt, its credit gone.
		#[codec(index = 7)]
		Died {
			/// The former Camellia.
			module: ModuleId,
			/// Its last owner.
			owner: Option<T::AccountId>,
			/// Why.
			cause: DeathCause,
		},
		/// The end of a life will not be served by itself: somebody has to call `bury` then.
		#[codec(index = 8)]
		BurialLeftToOthers {
			/// The Camellia.
			module: ModuleId,
			/// First block in which `bury` is accepted.
			from: BlockNumberFor<T>,
		},
		/// Earnings were pulled.
		#[codec(index = 9)]
		RewardsClaimed {
			/// The Camellia with which they were earned.
			module: ModuleId,
			/// Who earned them.
			who: T::AccountId,
			/// How much.
			amount: EarningsBalanceOf<T>,
		},
	}

	/// Why a call, or another pallet's wish, is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no Camellia of that number. It was never born, or is buried.
		#[codec(index = 0)]
		UnknownCamellia,
		/// The caller does not own the Camellia. Ask its owner, whom pallet-nfts names.
		#[codec(index = 1)]
		NotOwner,
		/// The Camellia is withered or at the end of its life. Only `bury` can be done with it.
		#[codec(index = 2)]
		CamelliaDead,
		/// The Camellia lives. Wait for the block that its record names.
		#[codec(index = 3)]
		StillLiving,
		/// The Camellia carries other hardware. Retire that first.
		#[codec(index = 4)]
		HardwareBound,
		/// The chip carries another Camellia. Retire that first.
		#[codec(index = 5)]
		EkInUse,
		/// All numbers of Camelliae are used up.
		#[codec(index = 6)]
		NumbersUsedUp,
		/// pallet-nfts has no number left for the collection.
		#[codec(index = 7)]
		NoCollection,
		/// Nothing that the caller has earned with this Camellia waits. Work is paid when an errand settles.
		#[codec(index = 8)]
		NothingToClaim,
	}

	/// Which Camelliae are there from the first block on.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Owners and kinds; the numbers are 0, 1, 2 … in this order.
		pub camellias: Vec<(T::AccountId, Kind)>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if let Err(reason) = Pallet::<T>::ensure_collection() {
				panic!("camellia: collection and account cannot be made: {reason:?}");
			}
			for (index, (owner, kind)) in self.camellias.iter().enumerate() {
				if let Err(reason) = Pallet::<T>::do_bear(owner.clone(), *kind) {
					panic!("camellia.camellias: number {index} cannot be born: {reason:?}");
				}
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::serve_agenda(now)
		}

		fn integrity_test() {
			assert!(
				T::MaxEndsPerBlock::get() > 0,
				"MaxEndsPerBlock: without room in the agenda nothing dies by itself",
			);
			let all = Self::agenda_weight(T::MaxEndsPerBlock::get());
			let block = T::BlockWeights::get().max_block;
			assert!(
				all.all_lte(block.saturating_div(4)),
				"MaxEndsPerBlock: burials of a block must leave three quarters of it to others",
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Has a Camellia born, fresh, for an owner.
		///
		/// - Origin: `BirthOrigin`.
		/// - Refused when all numbers are used up.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::bear())]
		pub fn bear(origin: OriginFor<T>, owner: T::AccountId, kind: Kind) -> DispatchResult {
			T::BirthOrigin::ensure_origin(origin)?;
			Self::do_bear(owner, kind).map(|_| ())
		}

		/// Names the account that may sign `register`, `respond` and the first `attest` of a boot for the module, or
		/// none. It is forgotten when the Camellia gets another owner.
		///
		/// - Origin: signed, by the owner.
		/// - Refused when the Camellia is dead.
		#[pallet::call_index(1)]
		#[pallet::weight(<T as Config>::WeightInfo::set_operator())]
		pub fn set_operator(
			origin: OriginFor<T>,
			module: ModuleId,
			operator: Option<T::AccountId>,
		) -> DispatchResult {
			Self::do_set_operator(ensure_signed(origin)?, module, operator)
		}

		/// Takes a dead Camellia out of state: its module retires, its hardware is free, its NFT is burnt. Whoever
		/// does this gets the fee back.
		///
		/// - Origin: signed.
		/// - Refused while the Camellia lives.
		#[pallet::call_index(2)]
		#[pallet::weight(<T as Config>::WeightInfo::bury().saturating_add(T::EndOfLifeWeight::get()))]
		pub fn bury(origin: OriginFor<T>, module: ModuleId) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_bury(module)?;
			Ok(Pays::No.into())
		}

		/// Pulls what the caller has earned with a Camellia: it owned it when the work began.
		///
		/// - Origin: signed, by who earned it, whether or not the Camellia is still there.
		/// - Refused when nothing waits.
		#[pallet::call_index(3)]
		#[pallet::weight(<T as Config>::WeightInfo::claim_rewards())]
		pub fn claim_rewards(origin: OriginFor<T>, module: ModuleId) -> DispatchResult {
			Self::do_claim_rewards(ensure_signed(origin)?, module)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Everything about a Camellia: age, kind, stake, credit and its reasons, weight, hardware, owner.
		pub fn camellia(module: ModuleId) -> Option<CamelliaInfoOf<T>> {
			Self::info(module)
		}

		/// The collection in pallet-nfts whose items are Camelliae.
		pub fn collection() -> Option<u32> {
			Collection::<T>::get()
		}

		/// What an account has earned with a Camellia and not pulled.
		pub fn rewards(module: ModuleId, who: T::AccountId) -> EarningsBalanceOf<T> {
			Rewards::<T>::get(module, who).unwrap_or_default()
		}
	}
}

#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
mod slash;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

pub use impls::{ExposureOf, MAX_REPORTERS, ValidatorIdOf};
pub use pallet::*;
pub use types::{
	BalanceOf, BondInfo, BondInfoOf, BondState, Exposure, ExposureRecordOf, LeaveReason,
};
pub use weights::WeightInfo;

/// Configuration, storage and calls of the validator set.
#[frame_support::pallet]
pub mod pallet {
	use crate::{BalanceOf, BondInfoOf, BondState, ExposureRecordOf, LeaveReason, WeightInfo};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{ValidatorRegistration, ValidatorSet, fungible},
	};
	use frame_system::pallet_prelude::*;
	use pallet_session::SessionInterface;
	use sp_runtime::{Perbill, traits::Zero};
	use sp_staking::SessionIndex;

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The validator set.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Who admits and dismisses validators: governance.
		type AdminOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// What bonds are made of.
		type Currency: fungible::Balanced<Self::AccountId>
			+ fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>
			+ fungible::BalancedHold<Self::AccountId>;

		/// The runtime's reasons to hold money.
		type RuntimeHoldReason: From<HoldReason>;

		/// The session pallet with its history: who has keys, which session it is, who gets disabled.
		type Session: SessionInterface<ValidatorId = Self::AccountId, AccountId = Self::AccountId>
			+ ValidatorRegistration<Self::AccountId>
			+ ValidatorSet<Self::AccountId, ValidatorId = Self::AccountId>;

		/// Least bond of a validator.
		#[pallet::constant]
		type MinBond: Get<BalanceOf<Self>>;

		/// Validators at most.
		#[pallet::constant]
		type MaxValidators: Get<u32>;

		/// Sessions for which a bond stays slashable after the last one in which its owner was a validator. The history
		/// of session keys is kept as long and no longer, so an offence cannot be reported after it.
		#[pallet::constant]
		type UnbondingSessions: Get<SessionIndex>;

		/// Part of a slash that goes to those who reported the offence. The rest is burnt.
		#[pallet::constant]
		type ReporterShare: Get<Perbill>;

		/// Weights of the calls and of the offence handler.
		type WeightInfo: WeightInfo;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The bond of a validator, a candidate, or one who has left and can still be slashed.
		#[codec(index = 0)]
		Bond,
	}

	/// Everybody who has a bond, and where they stand. The amount is the hold itself.
	//
	// Blake2_128Concat: anybody can bond, so the keys are chosen by users.
	#[pallet::storage]
	pub type Bonds<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, BondState>;

	/// The set, in the order of admission. Sessions are planned with it two sessions ahead.
	///
	/// A list beside [`Bonds`] because planning needs all of them and must not walk a map.
	#[pallet::storage]
	pub type Validators<T: Config> =
		StorageValue<_, BoundedVec<T::AccountId, T::MaxValidators>, ValueQuery>;

	/// What each validator had on hold when the session was planned. Of the session in progress and the next one; older
	/// ones live on in the roots of the key history.
	//
	// Twox64Concat: session indices are counted by the chain, accounts were let in by governance; nobody chooses
	// enough of them to unbalance the trie.
	#[pallet::storage]
	pub type Exposures<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		SessionIndex,
		Twox64Concat,
		T::AccountId,
		ExposureRecordOf<T>,
	>;

	/// The largest fraction that each offender of a session was punished with, so that a second report of the same
	/// takes nothing twice.
	//
	// Twox64Concat: session indices are counted by the chain.
	#[pallet::storage]
	pub type SlashedFractions<T: Config> = StorageMap<
		_,
		Twox64Concat,
		SessionIndex,
		BoundedVec<(T::AccountId, Perbill), T::MaxValidators>,
		ValueQuery,
	>;

	/// Offenders caught in this session who are planned for the next one already: they are disabled again when it
	/// starts.
	#[pallet::storage]
	pub type Suspended<T: Config> =
		StorageValue<_, BoundedVec<(T::AccountId, Perbill), T::MaxValidators>, ValueQuery>;

	/// What happens to bonds and to the set.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Money was added to a bond.
		#[codec(index = 0)]
		Bonded {
			/// Owner of the bond.
			who: T::AccountId,
			/// What was added.
			added: BalanceOf<T>,
			/// What is on hold now.
			total: BalanceOf<T>,
		},
		/// The owner of a bond wants it back.
		#[codec(index = 1)]
		UnbondingStarted {
			/// Owner of the bond.
			who: T::AccountId,
			/// What is on hold now; a slash may still take of it.
			amount: BalanceOf<T>,
			/// First session in which it may be withdrawn.
			withdrawable_from: SessionIndex,
		},
		/// A bond was released.
		#[codec(index = 2)]
		Withdrawn {
			/// Owner of the money.
			who: T::AccountId,
			/// What was released.
			amount: BalanceOf<T>,
		},
		/// Governance took a candidate into the set.
		#[codec(index = 3)]
		Admitted {
			/// The new validator.
			who: T::AccountId,
			/// Its bond.
			bond: BalanceOf<T>,
			/// First session in which it is a validator.
			first_session: SessionIndex,
		},
		/// A validator is out of the set.
		#[codec(index = 4)]
		Left {
			/// The former validator.
			who: T::AccountId,
			/// Why.
			reason: LeaveReason,
			/// Last session in which it is still a validator.
			last_session: SessionIndex,
		},
		/// The bond of an offender was slashed.
		#[codec(index = 5)]
		Slashed {
			/// The offender.
			validator: T::AccountId,
			/// Session of the offence.
			session: SessionIndex,
			/// Fraction of the bond exposed in that session that the offence costs; what earlier reports of the
			/// same session took is part of it.
			fraction: Perbill,
			/// What was taken now.
			amount: BalanceOf<T>,
			/// Part of the amount that was burnt; the rest went to the reporters.
			burnt: BalanceOf<T>,
		},
		/// Somebody was paid for reporting an offence.
		#[codec(index = 6)]
		ReporterRewarded {
			/// Who reported.
			reporter: T::AccountId,
			/// The offender.
			validator: T::AccountId,
			/// Session of the offence.
			session: SessionIndex,
			/// What the reporter got.
			amount: BalanceOf<T>,
		},
		/// The only validator of the set has offended. It was slashed but stays: without it there would be no chain.
		#[codec(index = 7)]
		OffenderKept {
			/// The offender.
			validator: T::AccountId,
			/// Session of the offence.
			session: SessionIndex,
		},
		/// An offence was reported after the bonds behind it had been set free. Nothing was done.
		#[codec(index = 8)]
		OffenceOutdated {
			/// Session of the offence.
			session: SessionIndex,
		},
	}

	/// Why a call is refused.
	#[pallet::error]
	pub enum Error<T> {
		/// The amount is zero. Name what is to be added to the bond.
		#[codec(index = 0)]
		NothingToBond,
		/// The bond would be, or after a slash is, less than `MinBond`. Bond at least what is missing.
		#[codec(index = 1)]
		BelowMinBond,
		/// The account has no bond. Call `bond` first.
		#[codec(index = 2)]
		NotBonded,
		/// The bond is being unbonded. Withdraw it when its delay is over and bond anew.
		#[codec(index = 3)]
		BondUnbonding,
		/// The account is in the validator set. Resign first; the bond answers for what is done until then.
		#[codec(index = 4)]
		StillServing,
		/// The bond is not being unbonded. Call `unbond` and wait for the session that its event names.
		#[codec(index = 5)]
		NotUnbonding,
		/// Offences of the account can still be reported. Wait for the session that `UnbondingStarted` named.
		#[codec(index = 6)]
		StillSlashable,
		/// The candidate has no session keys. It must call `set_keys` of the session pallet first.
		#[codec(index = 7)]
		NoSessionKeys,
		/// The set has `MaxValidators` members. Dismiss one first.
		#[codec(index = 8)]
		SetFull,
		/// The account is in the validator set already.
		#[codec(index = 9)]
		AlreadyServing,
		/// The account is not in the validator set.
		#[codec(index = 10)]
		NotServing,
		/// It is the only validator: without it the chain would stop. Admit another one first.
		#[codec(index = 11)]
		LastValidator,
	}

	/// Who validates from the first block on.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// Accounts and their bonds, which are held of their genesis balances. May be empty only where a specification is
		/// still to be filled in: pallet-session then goes by its own keys.
		pub validators: Vec<(T::AccountId, BalanceOf<T>)>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			assert!(
				self.validators.len() <= T::MaxValidators::get() as usize,
				"validatorSet.validators: {} of them, but {} is the most",
				self.validators.len(),
				T::MaxValidators::get(),
			);
			assert!(
				self.validators.is_empty()
					|| <T::Session as ValidatorSet<T::AccountId>>::validators().is_empty(),
				"validatorSet must stand before session in the runtime: session asks for the set",
			);
			for (who, bond) in &self.validators {
				assert!(
					!Bonds::<T>::contains_key(who),
					"validatorSet.validators: {who:?} is there twice",
				);
				assert!(
					*bond >= T::MinBond::get(),
					"validatorSet.validators: {who:?} bonds {bond:?}, but {:?} is the least",
					T::MinBond::get(),
				);
				if let Err(reason) = <T::Currency as fungible::MutateHold<_>>::hold(
					&HoldReason::Bond.into(),
					who,
					*bond,
				) {
					panic!(
						"validatorSet.validators: {who:?} cannot bond {bond:?} of its balance: {reason:?}"
					);
				}
				Bonds::<T>::insert(who, BondState::Serving);
				Validators::<T>::try_append(who.clone())
					.expect("not more than `MaxValidators` were let through above; qed");
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::MaxValidators::get() > 0,
				"MaxValidators: a chain needs a validator"
			);
			assert!(
				!T::MinBond::get().is_zero(),
				"MinBond: a bond of nothing cannot be slashed"
			);
			assert!(
				T::UnbondingSessions::get() > 0,
				"UnbondingSessions: an offence is often reported in the next session",
			);
			assert!(
				T::ReporterShare::get() < Perbill::one(),
				"ReporterShare: a slash that is paid out whole can be had back through a friend",
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Starts a bond or adds to it.
		///
		/// - Origin: signed.
		/// - Refused when the whole would stay below `MinBond`, and while the bond is being unbonded.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::bond())]
		pub fn bond(
			origin: OriginFor<T>,
			#[pallet::compact] amount: BalanceOf<T>,
		) -> DispatchResult {
			Self::do_bond(ensure_signed(origin)?, amount)
		}

		/// Starts the delay after which the bond can be withdrawn. It counts from the last session in which the caller
		/// was a validator; who never was one waits for nothing.
		///
		/// - Origin: signed.
		/// - Refused while the caller is in the set.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::unbond())]
		pub fn unbond(origin: OriginFor<T>) -> DispatchResult {
			Self::do_unbond(ensure_signed(origin)?)
		}

		/// Releases what is left of a bond whose delay is over, and the session keys with their deposit.
		///
		/// - Origin: signed.
		/// - Refused before the session that `UnbondingStarted` named.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw_unbonded())]
		pub fn withdraw_unbonded(origin: OriginFor<T>) -> DispatchResult {
			Self::do_withdraw_unbonded(ensure_signed(origin)?)
		}

		/// Takes a candidate into the set, with effect from the session after the next.
		///
		/// - Origin: `AdminOrigin`.
		/// - Refused without a bond of `MinBond`, without session keys, and when the set is full.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::admit())]
		pub fn admit(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_admit(who)
		}

		/// Takes a validator out of the set, with effect from the session after the next. Its bond stays on hold.
		///
		/// - Origin: `AdminOrigin`.
		/// - Refused for the last validator.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::dismiss())]
		pub fn dismiss(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
			T::AdminOrigin::ensure_origin(origin)?;
			Self::do_leave(who, LeaveReason::Dismissed)
		}

		/// Leaves the set, with effect from the session after the next. The bond stays on hold.
		///
		/// - Origin: signed, by a validator.
		/// - Refused for the last validator.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::resign())]
		pub fn resign(origin: OriginFor<T>) -> DispatchResult {
			Self::do_leave(ensure_signed(origin)?, LeaveReason::Resigned)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The set as the next session to be planned will have it, in the order of admission.
		pub fn validators() -> Vec<T::AccountId> {
			Validators::<T>::get().into_inner()
		}

		/// Amount and state of the account's bond.
		pub fn bond_of(who: T::AccountId) -> Option<BondInfoOf<T>> {
			let state = Bonds::<T>::get(&who)?;
			Some(BondInfoOf::<T> {
				amount: Self::bonded(&who),
				state,
			})
		}
	}
}

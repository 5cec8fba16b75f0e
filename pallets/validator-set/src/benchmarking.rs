//! Benchmarks: every call and the offence handler, each on a full set.

use super::*;
use alloc::{vec, vec::Vec};
use codec::Decode;
use frame_benchmarking::{BenchmarkError, account, v2::*};
use frame_support::traits::{
	EnsureOrigin, Get, ValidatorRegistration as _, ValidatorSet,
	fungible::{Balanced, Inspect, InspectHold, MutateHold},
	tokens::Precision,
};
use frame_system::RawOrigin;
use pallet_session::SessionInterface;
use sp_runtime::{
	Perbill, Saturating,
	traits::{TrailingZeroInput, Zero},
};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

/// Mints what a bond of twice the least needs beside the existential deposit.
fn funded<T: Config>(name: &'static str, index: u32) -> Result<T::AccountId, BenchmarkError> {
	let who: T::AccountId = account(name, index, 0);
	let amount = T::MinBond::get()
		.saturating_mul(3u32.into())
		.saturating_add(T::Currency::minimum_balance());
	// The debt of the deposit, dropped, is newly issued money.
	drop(T::Currency::deposit(&who, amount, Precision::Exact)?);
	Ok(who)
}

fn bonded<T: Config>(
	name: &'static str,
	index: u32,
	state: BondState,
) -> Result<T::AccountId, BenchmarkError> {
	let who = funded::<T>(name, index)?;
	T::Currency::hold(&HoldReason::Bond.into(), &who, T::MinBond::get())?;
	Bonds::<T>::insert(&who, state);
	Ok(who)
}

/// Fills the set with `count` validators and plans them for this session and the next.
fn fill_set<T: Config>(count: u32) -> Result<Vec<T::AccountId>, BenchmarkError> {
	for (former, _) in Bonds::<T>::drain().collect::<Vec<_>>() {
		T::Currency::release_all(&HoldReason::Bond.into(), &former, Precision::Exact)?;
	}
	let mut validators = Vec::new();
	let current = Pallet::<T>::current_session();
	for index in 0..count {
		let who = bonded::<T>("validator", index, BondState::Serving)?;
		let exposure = Exposure {
			bond: T::MinBond::get(),
		};
		for session in [current, current.saturating_add(1)] {
			Exposures::<T>::insert(session, &who, exposure);
		}
		validators.push(who);
	}
	let set = validators
		.clone()
		.try_into()
		.map_err(|_| BenchmarkError::Stop("the set fits"))?;
	Validators::<T>::put::<frame_support::BoundedVec<_, _>>(set);
	Ok(validators)
}

fn register_keys<T: Config>(who: &T::AccountId) -> Result<(), BenchmarkError> {
	let keys = <T::Session as SessionInterface>::Keys::decode(&mut TrailingZeroInput::zeroes())
		.map_err(|_| BenchmarkError::Stop("zeroes are session keys"))?;
	<T::Session as SessionInterface>::set_keys(who, keys)?;
	Ok(())
}

fn admin<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::AdminOrigin::try_successful_origin()
		.map_err(|()| BenchmarkError::Stop("governance has an origin"))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn bond() -> Result<(), BenchmarkError> {
		let who = bonded::<T>("candidate", 0, BondState::Candidate { last_session: None })?;
		let added = T::MinBond::get();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), added);

		assert_eq!(Pallet::<T>::bonded(&who), added.saturating_mul(2u32.into()));
		Ok(())
	}

	#[benchmark]
	fn unbond() -> Result<(), BenchmarkError> {
		let last_session = Some(Pallet::<T>::current_session());
		let who = bonded::<T>("candidate", 0, BondState::Candidate { last_session })?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(matches!(
			Bonds::<T>::get(&who),
			Some(BondState::Unbonding { .. })
		));
		Ok(())
	}

	#[benchmark]
	fn withdraw_unbonded() -> Result<(), BenchmarkError> {
		let withdrawable_from = Pallet::<T>::current_session();
		let who = bonded::<T>("candidate", 0, BondState::Unbonding { withdrawable_from })?;
		register_keys::<T>(&who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!T::Session::is_registered(&who));
		assert!(!Bonds::<T>::contains_key(&who));
		assert!(T::Currency::balance_on_hold(&HoldReason::Bond.into(), &who).is_zero());
		Ok(())
	}

	#[benchmark]
	fn admit() -> Result<(), BenchmarkError> {
		fill_set::<T>(T::MaxValidators::get().saturating_sub(1))?;
		let who = bonded::<T>("candidate", 0, BondState::Candidate { last_session: None })?;
		register_keys::<T>(&who)?;
		let origin = admin::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone());

		assert!(Validators::<T>::get().contains(&who));
		Ok(())
	}

	#[benchmark]
	fn dismiss() -> Result<(), BenchmarkError> {
		let validators = fill_set::<T>(T::MaxValidators::get())?;
		let who = validators
			.last()
			.ok_or(BenchmarkError::Stop("the set is full"))?
			.clone();
		let origin = admin::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone());

		assert!(!Validators::<T>::get().contains(&who));
		Ok(())
	}

	#[benchmark]
	fn resign() -> Result<(), BenchmarkError> {
		let validators = fill_set::<T>(T::MaxValidators::get())?;
		let who = validators
			.last()
			.ok_or(BenchmarkError::Stop("the set is full"))?
			.clone();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!Validators::<T>::get().contains(&who));
		Ok(())
	}

	/// `n` offenders of one session, each reported by as many as are paid.
	#[benchmark]
	fn on_offence(n: Linear<1, { T::MaxValidators::get() }>) -> Result<(), BenchmarkError> {
		let validators = fill_set::<T>(T::MaxValidators::get())?;
		let reporters = (0..MAX_REPORTERS)
			.map(|index| funded::<T>("reporter", index))
			.collect::<Result<Vec<_>, _>>()?;
		let exposure = Exposure {
			bond: T::MinBond::get(),
		};
		let offenders: Vec<_> = validators
			.iter()
			.rev()
			.take(n as usize)
			.map(|who| OffenceDetails {
				offender: (who.clone(), exposure),
				reporters: reporters.clone(),
			})
			.collect();
		let fractions = vec![Perbill::from_percent(50); offenders.len()];
		let session = <T::Session as ValidatorSet<T::AccountId>>::session_index();

		#[block]
		{
			let _weight = <Pallet<T> as OnOffenceHandler<_, _, _>>::on_offence(
				&offenders, &fractions, session,
			);
		}

		assert_eq!(SlashedFractions::<T>::get(session).len(), n as usize);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, mock::ExtBuilder::default().build(), mock::Test);
}

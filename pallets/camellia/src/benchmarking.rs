//! Benchmarks: every call, the hook, and what other pallets call.

use super::*;
use alloc::vec::Vec;
use frame_benchmarking::{BenchmarkError, account, v2::*};
use frame_support::traits::{
	EnsureOrigin, Get, Hooks,
	fungible::{Inspect, Mutate},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use sp_runtime::traits::Saturating;
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	errand::Earnings,
	ids::{EkHash, ModuleId},
};

const CHIP: EkHash = [7; 32];

fn born<T: Config>(owner: &T::AccountId) -> Result<ModuleId, BenchmarkError> {
	Ok(Pallet::<T>::do_bear(owner.clone(), Kind::A)?)
}

/// A planted Camellia that has everything there is to clear away, in a full agenda.
fn full<T: Config>(owner: &T::AccountId) -> Result<ModuleId, BenchmarkError> {
	let module = born::<T>(owner)?;
	<Pallet<T> as Camellias<_>>::plant(module, CHIP)?;
	Pallet::<T>::do_set_operator(owner.clone(), module, Some(account("operator", 0, 0)))?;
	for _ in 0..LOG_LENGTH {
		<Pallet<T> as Camellias<_>>::note(module, CreditEvent::DutyDone);
	}
	let due = end_of::<T>(module)?;
	let others: Vec<_> = (1..T::MaxEndsPerBlock::get())
		.map(|n| ModuleId(u32::MAX - n))
		.collect();
	for other in others {
		Agenda::<T>::try_append(due, other).map_err(|()| BenchmarkError::Stop("there is room"))?;
	}
	Ok(module)
}

fn end_of<T: Config>(module: ModuleId) -> Result<BlockNumberFor<T>, BenchmarkError> {
	Camelliae::<T>::get(module)
		.map(|record| record.stage.end())
		.ok_or(BenchmarkError::Stop("it was born"))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// The first birth, which makes the collection too, into an agenda with one place left.
	#[benchmark]
	fn bear() -> Result<(), BenchmarkError> {
		Collection::<T>::kill();
		let owner: T::AccountId = account("owner", 0, 0);
		let module = NextId::<T>::get();
		let due =
			frame_system::Pallet::<T>::block_number().saturating_add(math::WITHERS_AFTER.into());
		for later in 0..T::AgendaSpread::get() {
			for n in 0..T::MaxEndsPerBlock::get() {
				Agenda::<T>::try_append(due.saturating_add(later.into()), ModuleId(u32::MAX - n))
					.map_err(|()| BenchmarkError::Stop("there is room"))?;
			}
		}
		let origin = T::BirthOrigin::try_successful_origin()
			.map_err(|()| BenchmarkError::Stop("governance has an origin"))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, owner, Kind::A);

		assert!(Camelliae::<T>::contains_key(module));
		Ok(())
	}

	#[benchmark]
	fn set_operator() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let module = born::<T>(&owner)?;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner),
			module,
			Some(account("operator", 0, 0)),
		);

		assert!(Operators::<T>::contains_key(module));
		Ok(())
	}

	#[benchmark]
	fn bury() -> Result<(), BenchmarkError> {
		let owner: T::AccountId = account("owner", 0, 0);
		let module = full::<T>(&owner)?;
		frame_system::Pallet::<T>::set_block_number(end_of::<T>(module)?);

		#[extrinsic_call]
		_(RawOrigin::Signed(account("caller", 0, 0)), module);

		assert!(!Camelliae::<T>::contains_key(module));
		Ok(())
	}

	/// The first claim of an account that has no money: it comes to life.
	#[benchmark]
	fn claim_rewards() -> Result<(), BenchmarkError> {
		let who: T::AccountId = account("miner", 0, 0);
		let module = born::<T>(&account("owner", 0, 0))?;
		let amount = <T as Config>::Currency::minimum_balance();
		Pallet::<T>::endow_account()?;
		<T as Config>::Currency::mint_into(&Pallet::<T>::account_id(), amount)?;
		assert!(Pallet::<T>::accrue(module, &who, amount));

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), module);

		assert_eq!(<T as Config>::Currency::balance(&who), amount);
		Ok(())
	}

	/// The hook of a block without ends; each end costs `bury`.
	#[benchmark]
	fn serve_agenda() -> Result<(), BenchmarkError> {
		let block = BlockNumberFor::<T>::from(1_000_000u32);

		#[block]
		{
			Pallet::<T>::on_initialize(block);
		}

		Ok(())
	}

	/// First hardware: the Camellia moves from one agenda to another.
	#[benchmark]
	fn plant() -> Result<(), BenchmarkError> {
		let module = born::<T>(&account("owner", 0, 0))?;

		#[block]
		{
			<Pallet<T> as Camellias<_>>::plant(module, CHIP)?;
		}

		assert!(Chips::<T>::contains_key(CHIP));
		Ok(())
	}

	/// The log is full, and days have passed.
	#[benchmark]
	fn note() -> Result<(), BenchmarkError> {
		let module = full::<T>(&account("owner", 0, 0))?;
		let later = frame_system::Pallet::<T>::block_number()
			.saturating_add(math::DAY.saturating_mul(500).into());
		frame_system::Pallet::<T>::set_block_number(later);

		#[block]
		{
			<Pallet<T> as Camellias<_>>::note(module, CreditEvent::DutyMissed);
		}

		assert_eq!(CreditLogs::<T>::get(module).len() as u32, LOG_LENGTH);
		Ok(())
	}

	#[benchmark]
	fn draw_weight() -> Result<(), BenchmarkError> {
		let module = full::<T>(&account("owner", 0, 0))?;
		let later = frame_system::Pallet::<T>::block_number()
			.saturating_add(math::DAY.saturating_mul(500).into());
		frame_system::Pallet::<T>::set_block_number(later);
		let weight;

		#[block]
		{
			weight = <Pallet<T> as Camellias<_>>::draw_weight(module);
		}

		assert!(weight.is_some());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, mock::ExtBuilder::default().build(), mock::Test);
}

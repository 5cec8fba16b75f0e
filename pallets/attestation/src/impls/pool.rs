//! The pool of public duties: duties earn points, points are paid while the pool has money, and who boots more
//! often than the pool pays for pays the pool.

use crate::{
	BalanceOf, BootsOfDay, Config, CurrentParameters, DayCount, DutyPoints, Error, Event, Pallet,
	RewardsHook,
};
use frame_support::{
	ensure,
	traits::{
		Get,
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Preservation},
	},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	DispatchResult, SaturatedConversion, Saturating,
	traits::{AccountIdConversion, CheckedDiv, Zero},
};
use tea_primitives::{
	draw::{Member, Purpose},
	ids::ModuleId,
};

impl<T: Config> Pallet<T> {
	/// The account that pays for public duties. Anybody may give it money.
	pub fn duty_pool_account() -> T::AccountId {
		T::PalletId::get().into_account_truncating()
	}

	/// What the pool can pay now. It keeps what its account needs to exist.
	pub(crate) fn pool_balance() -> BalanceOf<T> {
		T::Currency::reducible_balance(
			&Self::duty_pool_account(),
			Preservation::Preserve,
			Fortitude::Polite,
		)
	}

	pub(crate) fn do_pay_duties(who: T::AccountId) -> DispatchResult {
		let points = DutyPoints::<T>::get(&who);
		ensure!(points > 0, Error::<T>::NothingToClaim);
		let reward = CurrentParameters::<T>::get().duty_reward;
		let affordable = Self::pool_balance()
			.checked_div(&reward)
			.unwrap_or_default()
			.saturated_into::<u32>();
		let paid = points.min(affordable);
		ensure!(paid > 0, Error::<T>::PoolEmpty);
		let amount = reward.saturating_mul(paid.into());
		T::Currency::transfer(
			&Self::duty_pool_account(),
			&who,
			amount,
			Preservation::Preserve,
		)?;
		DutyPoints::<T>::mutate_exists(&who, |left| {
			*left = points.checked_sub(paid).filter(|left| *left > 0);
		});
		Self::deposit_event(Event::DutiesPaid {
			who,
			points: paid,
			amount,
		});
		Ok(())
	}

	fn today() -> BlockNumberFor<T> {
		Self::now()
			.checked_div(&T::DayLength::get())
			.unwrap_or_default()
	}

	/// Boots of this module whose rounds were opened today.
	fn boots_today(module: ModuleId) -> u32 {
		BootsOfDay::<T>::get(module)
			.filter(|record| record.day == Self::today())
			.map_or(0, |record| record.count)
	}

	/// What the owner of the module pays for the round of another boot of today; refused when it has not got it.
	pub(crate) fn price_of_boot(
		module: ModuleId,
		owner: Option<&T::AccountId>,
	) -> Result<BalanceOf<T>, Error<T>> {
		let parameters = CurrentParameters::<T>::get();
		if Self::boots_today(module) < parameters.paid_boots {
			return Ok(Zero::zero());
		}
		let price = parameters
			.duty_reward
			.saturating_mul(T::CommitteeSize::get().into());
		let has = owner.map_or_else(Zero::zero, |owner| {
			T::Currency::reducible_balance(owner, Preservation::Preserve, Fortitude::Polite)
		});
		ensure!(has >= price, Error::<T>::InsufficientBalance);
		Ok(price)
	}

	/// Counts a boot, and moves what its round costs into the pool.
	pub(crate) fn count_boot(module: ModuleId, owner: Option<T::AccountId>, price: BalanceOf<T>) {
		let count = Self::boots_today(module).saturating_add(1);
		BootsOfDay::<T>::insert(
			module,
			DayCount {
				day: Self::today(),
				count,
			},
		);
		let Some(payer) = owner.filter(|_| !price.is_zero()) else {
			return;
		};
		let paid = T::Currency::transfer(
			&payer,
			&Self::duty_pool_account(),
			price,
			Preservation::Preserve,
		);
		// The balance was looked at before. What still stops it is the pool's own account, which is nobody's fault here.
		if paid.is_ok() {
			Self::deposit_event(Event::RoundPaid {
				module,
				who: payer,
				amount: price,
			});
		}
	}
}

/// Duties earn points of whoever owns the member at that moment, so a buyer gets no earlier pay.
impl<T: Config> RewardsHook<T::AccountId> for Pallet<T> {
	fn duty_done(member: &Member<T::AccountId>, _: ModuleId, _: Purpose) {
		let Some(owner) = Self::owner_of(member) else {
			return;
		};
		DutyPoints::<T>::mutate(&owner, |points| *points = points.saturating_add(1));
	}
}

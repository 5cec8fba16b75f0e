//! What Camelliae earn waits here until those who earned it pull it. Nothing is reckoned when they do: what
//! was noted at settlement is what is paid.

use crate::{Camelliae, Config, EarningsBalanceOf, Error, Event, Pallet, Rewards};
use frame_support::traits::{
	fungible::{Inspect, Mutate},
	tokens::Preservation,
};
use sp_runtime::{DispatchResult, Saturating, traits::Zero};
use tea_primitives::{errand::Earnings, ids::ModuleId};

type CurrencyOf<T> = <T as Config>::Currency;

impl<T: Config> Pallet<T> {
	/// Brings the account to life on which earnings wait. What keeps it alive is nobody's, so that a payment of any size can
	/// arrive, and every one can leave.
	pub(crate) fn endow_account() -> DispatchResult {
		let account = Self::account_id();
		let missing =
			CurrencyOf::<T>::minimum_balance().saturating_sub(CurrencyOf::<T>::balance(&account));
		if !missing.is_zero() {
			CurrencyOf::<T>::mint_into(&account, missing)?;
		}
		Ok(())
	}

	pub(crate) fn do_claim_rewards(who: T::AccountId, module: ModuleId) -> DispatchResult {
		let amount = Rewards::<T>::take(module, &who).ok_or(Error::<T>::NothingToClaim)?;
		CurrencyOf::<T>::transfer(&Self::account_id(), &who, amount, Preservation::Preserve)?;
		Self::deposit_event(Event::RewardsClaimed {
			module,
			who,
			amount,
		});
		Ok(())
	}
}

/// There are no stakers yet, so everything is the miner's.
impl<T: Config> Earnings<T::AccountId, EarningsBalanceOf<T>> for Pallet<T> {
	fn account() -> T::AccountId {
		Self::account_id()
	}

	fn accrue(module: ModuleId, beneficiary: &T::AccountId, amount: EarningsBalanceOf<T>) -> bool {
		if !Camelliae::<T>::contains_key(module) {
			return false;
		}
		if !amount.is_zero() {
			Rewards::<T>::mutate(module, beneficiary, |reward| {
				*reward = Some(reward.unwrap_or_default().saturating_add(amount));
			});
		}
		true
	}
}

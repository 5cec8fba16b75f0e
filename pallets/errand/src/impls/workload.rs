//! What modules have taken and not finished.

use crate::{BalanceOf, Config, Pallet, Workloads};
use core::marker::PhantomData;
use frame_support::traits::{Contains, Defensive};
use sp_runtime::Saturating;
use tea_primitives::{
	errand::{ErrandId, ValueAtRisk},
	ids::ModuleId,
};

/// The modules with open errands: their hardware is not exchanged meanwhile.
pub struct Busy<T>(PhantomData<T>);

impl<T: Config> Contains<ModuleId> for Busy<T> {
	fn contains(module: &ModuleId) -> bool {
		Workloads::<T>::contains_key(module)
	}
}

impl<T: Config> ValueAtRisk<BalanceOf<T>> for Pallet<T> {
	fn of_errands(module: ModuleId) -> BalanceOf<T> {
		Workloads::<T>::get(module).at_risk
	}
}

impl<T: Config> Pallet<T> {
	/// Notes that a module has taken an errand. There is room: `check_claim` has looked.
	pub(crate) fn occupy(module: ModuleId, errand: ErrandId, held: BalanceOf<T>) {
		Workloads::<T>::mutate(module, |workload| {
			let _ = workload.errands.try_push(errand).defensive();
			workload.at_risk = workload.at_risk.saturating_add(held);
		});
	}

	/// Notes that it has it no longer.
	pub(crate) fn vacate(module: ModuleId, errand: ErrandId, held: BalanceOf<T>) {
		Workloads::<T>::mutate_exists(module, |slot| {
			let Some(workload) = slot else {
				return;
			};
			workload.errands.retain(|other| *other != errand);
			workload.at_risk = workload.at_risk.saturating_sub(held);
			if workload.errands.is_empty() {
				*slot = None;
			}
		});
	}
}

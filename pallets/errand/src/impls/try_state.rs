//! The invariants of the README, checked by walking the maps.

use crate::{
	AssignmentOf, BalanceOf, ClaimedNow, Config, Counters, Envelopes, ErrandRecordOf, Errands,
	Finished, GasShares, HoldReason, KeyPath, NextErrand, OldestFinished, Pallet, ParamsOf, Queue,
	Stage, Workloads,
};
use alloc::collections::BTreeMap;
use codec::Encode;
use frame_support::{
	ensure,
	traits::{Get, fungible::InspectHold},
};
use sp_runtime::{
	Saturating, TryRuntimeError,
	traits::{CheckedSub, Zero},
};
use tea_primitives::{errand::ErrandId, ids::ModuleId};

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::check_holds()?;
		Self::check_workloads()?;
		let mut counted = Counters::default();
		for (errand, record) in Errands::<T>::iter() {
			ensure!(
				errand < NextErrand::<T>::get(),
				"3: numbers come from the counter"
			);
			ensure!(
				!Finished::<T>::contains_key(errand),
				"3: no errand is final and not final"
			);
			let count = if record.assignment().is_some() {
				&mut counted.assigned
			} else {
				&mut counted.open
			};
			count.saturating_inc();
			Self::check_record(errand, &record)?;
		}
		ensure!(
			Queue::<T>::get() == counted,
			"4: errands that are not final are counted"
		);
		for errand in ParamsOf::<T>::iter_keys() {
			ensure!(
				Errands::<T>::contains_key(errand),
				"5: params belong to errands that are not final"
			);
		}
		for (errand, number, _) in Envelopes::<T>::iter() {
			let path = Errands::<T>::get(errand)
				.and_then(|record| record.assignment().cloned())
				.and_then(|assignment| assignment.keys.get(usize::from(number)).copied());
			ensure!(
				matches!(path, Some(KeyPath::Supplied(_))),
				"5: envelopes belong to keys that were supplied"
			);
		}
		for (errand, record) in Finished::<T>::iter() {
			ensure!(
				errand < NextErrand::<T>::get() && errand >= OldestFinished::<T>::get(),
				"6: final errands are between the oldest and the next"
			);
			let paid = record
				.bill
				.lines
				.iter()
				.filter(|line| line.paid)
				.fold(BalanceOf::<T>::zero(), |sum, line| {
					sum.saturating_add(line.amount)
				});
			ensure!(
				record.bill.held.checked_sub(&paid) == Some(record.bill.returned),
				"7: a bill adds up to what was held"
			);
		}
		for errand in ClaimedNow::<T>::get() {
			ensure!(
				Errands::<T>::get(errand)
					.is_some_and(|record| matches!(record.stage, Stage::Claimed { .. })),
				"8: what was claimed in this block is listed"
			);
		}
		ensure!(
			GasShares::<T>::get().are_whole(),
			"9: shares are a hundred per cent"
		);
		Ok(())
	}

	fn check_holds() -> Result<(), TryRuntimeError> {
		let mut held = BTreeMap::new();
		for record in Errands::<T>::iter_values() {
			let sum = held
				.entry(record.client.encode())
				.or_insert((record.client, BalanceOf::<T>::zero()));
			sum.1 = sum.1.saturating_add(record.held);
		}
		// Clients whose errands are all final have nothing on hold any more.
		for record in Finished::<T>::iter_values() {
			held.entry(record.client.encode())
				.or_insert((record.client, BalanceOf::<T>::zero()));
		}
		for (client, sum) in held.into_values() {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Errand.into(), &client) == sum,
				"1: what a client has on hold is the sum of its errands"
			);
		}
		Ok(())
	}

	fn check_workloads() -> Result<(), TryRuntimeError> {
		let mut taken: BTreeMap<ModuleId, (u32, BalanceOf<T>)> = BTreeMap::new();
		for (errand, record) in Errands::<T>::iter() {
			let Some(module) = Self::holder(&record) else {
				continue;
			};
			ensure!(
				Workloads::<T>::get(module).errands.contains(&errand),
				"2: a module knows what it has taken"
			);
			let sum = taken.entry(module).or_default();
			sum.0 = sum.0.saturating_add(1);
			sum.1 = sum.1.saturating_add(record.held);
		}
		let mut modules = 0usize;
		for (module, workload) in Workloads::<T>::iter() {
			modules = modules.saturating_add(1);
			let (count, held) = taken.get(&module).copied().unwrap_or_default();
			ensure!(
				count > 0 && workload.errands.len() as u32 == count && workload.at_risk == held,
				"2: a module has taken nothing else, and answers for the holds"
			);
		}
		ensure!(modules == taken.len(), "2: idle modules have no record");
		Ok(())
	}

	fn holder(record: &ErrandRecordOf<T>) -> Option<ModuleId> {
		match &record.stage {
			Stage::Claimed { module, .. } => Some(*module),
			_ => record.assignment().map(|assignment| assignment.executor),
		}
	}

	fn check_record(errand: ErrandId, record: &ErrandRecordOf<T>) -> Result<(), TryRuntimeError> {
		ensure!(
			record.posted <= record.draw.fixed_in && record.draw.fixed_in <= Self::now(),
			"10: a draw is fixed between posting and now"
		);
		ensure!(
			(record.attempt == 0) == record.former.is_none(),
			"11: the second attempt has a former executor"
		);
		if matches!(record.stage, Stage::Claimed { .. }) {
			ensure!(
				ClaimedNow::<T>::get().contains(&errand),
				"8: what was claimed in this block is listed"
			);
		}
		if let Some(assignment) = record.assignment() {
			Self::check_assignment(record, assignment)?;
		}
		Ok(())
	}

	fn check_assignment(
		record: &ErrandRecordOf<T>,
		assignment: &AssignmentOf<T>,
	) -> Result<(), TryRuntimeError> {
		ensure!(
			record.former != Some(assignment.executor),
			"11: nobody has an errand twice"
		);
		ensure!(
			assignment.keys.len() == record.data.len().saturating_add(1),
			"12: every source has a path"
		);
		ensure!(
			assignment.keys.contains(&KeyPath::Wanted)
				== matches!(record.stage, Stage::AwaitingKey { .. }),
			"12: keys are waited for exactly while one is missing"
		);
		ensure!(
			assignment.verifiers.len() as u32 == T::CommitteeSize::get()
				|| (assignment.verifiers.is_empty() && assignment.redraw.is_some()),
			"13: a committee is whole, or being drawn again"
		);
		if let Stage::Assigned(_) = record.stage {
			ensure!(
				assignment.deadline <= record.deadline,
				"14: an executor's deadline is within the errand's"
			);
		}
		Ok(())
	}
}

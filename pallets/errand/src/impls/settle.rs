//! Settlement: everybody is paid from the hold, and what is left goes back, in the call that ends the errand (F-12).

use crate::{
	AssignmentOf, BalanceOf, Config, ErrandRecordOf, Errands, Event, Finished, FinishedRecord,
	HoldReason, KeyPath, Pallet, ParamsOf, PotOf, Queue, UsedSource, bill,
};
use alloc::vec::Vec;
use frame_support::{
	BoundedVec,
	storage::with_storage_layer,
	traits::{
		Get,
		fungible::MutateHold,
		tokens::{Fortitude, Precision, Restriction},
	},
};
use sp_runtime::{DispatchError, SaturatedConversion, Saturating, traits::Zero};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	deployment::{Deployments, UseOutcome},
	draw::Member,
	errand::{Bill, BillLine, Earnings, ErrandId, Exit, Outcome, Payee, RefundReason, Role},
	ids::ModuleId,
	module::{Attested, ModuleStatus},
};

/// What an executor has done.
pub(crate) struct Work<T: Config> {
	pub(crate) assignment: AssignmentOf<T>,
	pub(crate) pot: PotOf<T>,
}

/// A line that is not paid yet.
struct Due<T: Config> {
	role: Role,
	payee: Payee<T::AccountId>,
	amount: BalanceOf<T>,
	/// Of a module: who owned it when its work began.
	beneficiary: Option<T::AccountId>,
}

impl<T: Config> Due<T> {
	fn account(role: Role, account: T::AccountId, amount: BalanceOf<T>) -> Self {
		Self {
			role,
			payee: Payee::Account(account),
			amount,
			beneficiary: None,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Pays for a run and ends the errand.
	pub(crate) fn settle(errand: ErrandId, record: ErrandRecordOf<T>, work: Work<T>) {
		let exit = work.pot.body.exit;
		let (outcome, uses) = match exit {
			Exit::Ok => (Outcome::Confirmed, UseOutcome::Confirmed),
			Exit::BadKey => (
				Outcome::Refunded(RefundReason::BadKey),
				UseOutcome::NotCounted,
			),
			exit => (Outcome::Failed(exit), UseOutcome::GuestFault),
		};
		let gas = if exit == Exit::BadKey {
			Zero::zero()
		} else {
			work.pot
				.body
				.fuel
				.saturated_into::<BalanceOf<T>>()
				.saturating_mul(record.gas_price)
		};
		let mut dues = Self::use_dues(&record, uses);
		dues.extend(Self::gas_dues(&record, &work, gas));
		if outcome == Outcome::Confirmed {
			T::Camellias::note(work.assignment.executor, CreditEvent::ErrandConfirmed);
		}
		for (position, _) in &work.pot.verdicts {
			if let Some(Member::Module(module)) =
				work.assignment.verifiers.get(usize::from(*position))
			{
				T::Camellias::note(*module, CreditEvent::DutyDone);
			}
		}
		Self::finish(errand, record, outcome, gas, dues, Some(work));
	}

	/// Ends an errand without cost for the client.
	pub(crate) fn give_back(errand: ErrandId, record: ErrandRecordOf<T>, outcome: Outcome) {
		let dues = Self::use_dues(&record, UseOutcome::NotCounted);
		frame_support::defensive_assert!(dues.is_empty(), "a use that does not count is free");
		Self::finish(errand, record, outcome, Zero::zero(), Vec::new(), None);
	}

	/// Ends all uses. Gives what they cost.
	fn use_dues(record: &ErrandRecordOf<T>, outcome: UseOutcome) -> Vec<Due<T>> {
		let mut dues = Vec::new();
		for (number, source) in record.sources() {
			let role = if number == 0 {
				Role::Developer
			} else {
				Role::DataOwner
			};
			match (source, &record.payee) {
				(UsedSource::Deployed(used), _) => {
					let price = T::Deployments::end_use(
						&used.id,
						&record.client,
						&used.terms,
						&used.charge,
						outcome,
					);
					// What was promised, whatever the answer is.
					let price = price.min(used.charge.at_most());
					dues.push(Due::account(role, used.owner.clone(), price));
				}
				(UsedSource::AdHoc(_), Some((payee, amount)))
					if number == 0 && outcome == UseOutcome::Confirmed =>
				{
					dues.push(Due::account(role, payee.clone(), *amount));
				}
				(UsedSource::AdHoc(_), _) => (),
			}
		}
		dues.retain(|due: &Due<T>| !due.amount.is_zero());
		dues
	}

	/// Whether a module may be paid for what it did once.
	fn is_payable(module: ModuleId) -> Option<T::AccountId> {
		let owner = T::Camellias::owner(module)?;
		(T::Attested::status(module) != Some(ModuleStatus::Retired)).then_some(owner)
	}

	/// The initial pinner of the code; of ad-hoc code those of the data, each once.
	fn delegators(record: &ErrandRecordOf<T>) -> Vec<T::AccountId> {
		let mut modules: Vec<ModuleId> = Vec::new();
		match &record.code {
			UsedSource::Deployed(used) => modules.push(used.delegator),
			UsedSource::AdHoc(_) => {
				for used in record.deployments() {
					if !modules.contains(&used.delegator) {
						modules.push(used.delegator);
					}
				}
			}
		}
		modules.into_iter().filter_map(Self::is_payable).collect()
	}

	/// Who has which part of the gas.
	fn gas_dues(record: &ErrandRecordOf<T>, work: &Work<T>, gas: BalanceOf<T>) -> Vec<Due<T>> {
		let Work { assignment, pot } = work;
		let delegators = Self::delegators(record);
		let parents: Vec<(T::AccountId, bool)> = assignment
			.keys
			.iter()
			.filter_map(|path| match path {
				KeyPath::Pin {
					parent: Some(parent),
					while_degraded,
					..
				} => Some((Self::is_payable(*parent)?, *while_degraded)),
				_ => None,
			})
			.collect();
		let degraded: Vec<bool> = parents.iter().map(|(_, degraded)| *degraded).collect();
		let split = bill::split(
			gas,
			&record.shares,
			delegators.len(),
			pot.verdicts.len(),
			&degraded,
		);

		let mut dues = Vec::from([Due {
			role: Role::Executor,
			payee: Payee::Module(assignment.executor),
			amount: split.executor,
			beneficiary: Some(assignment.beneficiary.clone()),
		}]);
		dues.extend(
			delegators
				.into_iter()
				.map(|owner| Due::account(Role::Delegator, owner, split.delegator)),
		);
		for (position, _) in &pot.verdicts {
			match assignment.verifiers.get(usize::from(*position)) {
				Some(Member::Module(module)) => dues.push(Due {
					role: Role::Verifier,
					payee: Payee::Module(*module),
					amount: split.verifier,
					beneficiary: T::Camellias::owner(*module),
				}),
				Some(Member::Registrar(account)) => dues.push(Due::account(
					Role::Verifier,
					account.clone(),
					split.verifier,
				)),
				None => {
					frame_support::defensive!("verdicts are of members");
				}
			}
		}
		dues.extend(
			parents
				.into_iter()
				.zip(split.parents)
				.map(|((owner, _), amount)| Due::account(Role::Parent, owner, amount)),
		);
		dues.retain(|due: &Due<T>| !due.amount.is_zero());
		dues
	}

	/// Pays one line from the hold of the client. All or nothing.
	fn pay(client: &T::AccountId, due: &Due<T>) -> bool {
		let reason = HoldReason::Errand.into();
		let transfer = |to: &T::AccountId| {
			T::Currency::transfer_on_hold(
				&reason,
				client,
				to,
				due.amount,
				Precision::Exact,
				Restriction::Free,
				Fortitude::Force,
			)
			.map(|_| ())
		};
		with_storage_layer(|| match &due.payee {
			Payee::Account(account) if account == client => {
				T::Currency::release(&reason, client, due.amount, Precision::Exact).map(|_| ())
			}
			Payee::Account(account) => transfer(account),
			Payee::Module(module) => {
				let beneficiary = due
					.beneficiary
					.as_ref()
					.ok_or(DispatchError::CannotLookup)?;
				transfer(&T::Earnings::account())?;
				frame_support::ensure!(
					T::Earnings::accrue(*module, beneficiary, due.amount),
					DispatchError::CannotLookup
				);
				Ok(())
			}
		})
		.is_ok()
	}

	/// Ends an errand: closes its state, pays, frees the rest, keeps proof and bill.
	fn finish(
		errand: ErrandId,
		record: ErrandRecordOf<T>,
		outcome: Outcome,
		gas: BalanceOf<T>,
		dues: Vec<Due<T>>,
		work: Option<Work<T>>,
	) {
		// Closed before any money moves.
		Errands::<T>::remove(errand);
		ParamsOf::<T>::remove(errand);
		Self::wipe_envelopes(errand, &record);
		let assignment = record.assignment().cloned();
		Queue::<T>::mutate(|queue| {
			let count = if assignment.is_some() {
				&mut queue.assigned
			} else {
				&mut queue.open
			};
			*count = count.saturating_sub(1);
		});
		if let Some(assignment) = &assignment {
			Self::vacate(assignment.executor, errand, record.held);
		}

		let mut left = record.held;
		let mut lines = Vec::new();
		for due in dues {
			// Never more than was held for this errand.
			let paid = due.amount <= left && Self::pay(&record.client, &due);
			if paid {
				left = left.saturating_sub(due.amount);
			}
			lines.push(BillLine {
				role: due.role,
				payee: due.payee,
				amount: due.amount,
				paid,
			});
		}
		let released = T::Currency::release(
			&HoldReason::Errand.into(),
			&record.client,
			left,
			Precision::BestEffort,
		);
		frame_support::defensive_assert!(
			released == Ok(left),
			"every errand stands for a hold of its own"
		);

		let now = Self::now();
		let bill = Bill {
			held: record.held,
			gas,
			lines: BoundedVec::truncate_from(lines),
			returned: left,
		};
		let executor = assignment.as_ref().map(|assignment| assignment.executor);
		Self::deposit_event(Event::Settled {
			errand,
			client: record.client.clone(),
			outcome,
			executor,
			bill: bill.clone(),
		});
		Finished::<T>::insert(
			errand,
			FinishedRecord {
				client: record.client,
				outcome,
				attempt: record.attempt,
				terms: record.terms,
				draw: record.draw,
				executor: assignment.as_ref().map(|assignment| {
					(assignment.executor, assignment.boot_seq, assignment.ticket)
				}),
				verifiers: assignment
					.map(|assignment| assignment.verifiers)
					.unwrap_or_default(),
				bill,
				pot: work.map(|work| work.pot),
				posted: record.posted,
				finished: now,
				until: now.saturating_add(T::ArchiveTime::get()),
			},
		);
	}
}

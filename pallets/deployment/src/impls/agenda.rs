//! What is due when: a bounded agenda by block. An end holds whether or not it found room here, and everybody may call
//! `expire` after it. What is long leaves state step by step.

use super::{ROOM_PROBES, STEP_CLIENTS, STEP_LINKS, STEP_PINS};
use crate::{
	Agenda, Clients, Config, DeploymentRecordOf, Deployments, EndReason, Ended, Error, Event,
	Links, Pallet, PinTableOf, Pins, TermsByHash, WeightInfo,
};
use frame_support::{ensure, storage::with_storage_layer, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	DispatchResult, Saturating,
	traits::{Convert, One},
};
use tea_primitives::{deployment::DeploymentId, module::Attested};

/// Blocks after a full one in which room is looked for.
const SPILL: u32 = 8;

impl<T: Config> Pallet<T> {
	/// Notes that something is due, in place of what was noted before. The caller writes the record.
	pub(crate) fn schedule(
		deployment: DeploymentId,
		record: &mut DeploymentRecordOf<T>,
		due: BlockNumberFor<T>,
	) {
		Self::unschedule(&deployment, record);
		let mut block = due;
		for _ in 0..=SPILL {
			if Agenda::<T>::try_append(block, deployment).is_ok() {
				record.agenda = Some(block);
				return;
			}
			block = block.saturating_add(One::one());
		}
		Self::deposit_event(Event::AgendaFull { deployment, due });
	}

	/// Forgets what was noted. The caller writes the record.
	pub(crate) fn unschedule(deployment: &DeploymentId, record: &mut DeploymentRecordOf<T>) {
		let Some(block) = record.agenda.take() else {
			return;
		};
		Agenda::<T>::mutate_exists(block, |agenda| {
			let mut left = agenda.take().unwrap_or_default();
			left.retain(|entry| entry != deployment);
			*agenda = (!left.is_empty()).then_some(left);
		});
	}

	pub(crate) fn agenda_weight(items: u32) -> Weight {
		T::WeightInfo::serve_agenda()
			.saturating_add(T::WeightInfo::expire().saturating_mul(items.into()))
	}

	/// Does what is due in this block. What turned out pointless meanwhile is passed over.
	pub(crate) fn serve_agenda(now: BlockNumberFor<T>) -> Weight {
		let agenda = Agenda::<T>::take(now);
		let items = agenda.len() as u32;
		for deployment in agenda {
			Deployments::<T>::mutate_extant(deployment, |record| record.agenda = None);
			// A refusal means that there is nothing to do any more.
			let _ = with_storage_layer(|| Self::do_expire(deployment));
		}
		Self::agenda_weight(items)
	}

	pub(crate) fn do_expire(deployment: DeploymentId) -> DispatchResult {
		let record = Deployments::<T>::get(deployment).ok_or(Error::<T>::UnknownDeployment)?;
		if Self::pins_are_void(&record) {
			Self::close(deployment, record)
		} else {
			Self::clear(&deployment, &record)
		}
	}

	/// One step of a deployment's way out of state.
	fn close(deployment: DeploymentId, mut record: DeploymentRecordOf<T>) -> DispatchResult {
		let mut table = Pins::<T>::get(deployment);
		let is_first = !record.closed;
		ensure!(
			is_first || record.uses == 0 || !is_empty::<T>(&table),
			Error::<T>::NothingDue
		);
		if is_first {
			record.closed = true;
			Self::deposit_event(Event::Closed {
				deployment,
				reason: Self::end_of(&record).unwrap_or(EndReason::Retired),
			});
		}
		for _ in 0..STEP_PINS {
			if table.pins.is_empty()
				|| Self::remove_pin(&deployment, &record, &mut table, 0).is_err()
			{
				break;
			}
		}
		Self::release_links(&mut table, STEP_LINKS);
		let is_cleared = is_empty::<T>(&table);
		Self::write_table(&deployment, table);
		if record.uses > 0 {
			// The last use that ends notes it again.
			if is_cleared {
				Self::unschedule(&deployment, &mut record);
			} else {
				Self::schedule_next(deployment, &mut record);
			}
			Deployments::<T>::insert(deployment, record);
			return Ok(());
		}
		// Records that stay behind are found by the next step, in another block.
		let clients = Clients::<T>::clear_prefix(deployment, STEP_CLIENTS, None);
		if !is_cleared || clients.maybe_cursor.is_some() {
			Self::schedule_next(deployment, &mut record);
			Deployments::<T>::insert(deployment, record);
			return Ok(());
		}
		Self::unschedule(&deployment, &mut record);
		let _ = Self::let_go(&record.origin);
		TermsByHash::<T>::remove(deployment, record.terms);
		Deployments::<T>::remove(deployment);
		Ended::<T>::insert(deployment, Self::now());
		Self::free(&record.owner, record.deposit);
		Self::deposit_event(Event::Removed {
			deployment,
			owner: record.owner,
			deposit: record.deposit,
		});
		Ok(())
	}

	pub(crate) fn schedule_next(deployment: DeploymentId, record: &mut DeploymentRecordOf<T>) {
		let next = Self::now().saturating_add(One::one());
		Self::schedule(deployment, record, next);
	}

	/// Clears away what former pins of a running deployment have left: the oldest pins that are void, and links.
	fn clear(deployment: &DeploymentId, record: &DeploymentRecordOf<T>) -> DispatchResult {
		let mut table = Pins::<T>::get(deployment);
		let mut removed = 0u32;
		let mut index = 0usize;
		for _ in 0..ROOM_PROBES {
			let Some(pin) = table.pins.get(index).filter(|_| removed < STEP_PINS) else {
				break;
			};
			if Self::is_void(record, pin)
				&& Self::remove_pin(deployment, record, &mut table, index).is_ok()
			{
				removed = removed.saturating_add(1);
			} else {
				index = index.saturating_add(1);
			}
		}
		let released = Self::release_links(&mut table, STEP_LINKS);
		ensure!(removed > 0 || released > 0, Error::<T>::NothingDue);
		Self::write_table(deployment, table);
		Ok(())
	}

	/// Whether a pin will never count again: its seed, its boot or its deployment is over.
	pub(crate) fn is_void(record: &DeploymentRecordOf<T>, pin: &super::pins::PinOf<T>) -> bool {
		if pin.seed != record.seed || Self::pins_are_void(record) {
			return true;
		}
		let Some(link) = Links::<T>::get(pin.link) else {
			return true;
		};
		let session = T::SessionAccount::convert(link.receiver_key);
		T::Attestation::module_of_session(&session) != Some((pin.module, pin.boot_seq))
	}
}

fn is_empty<T: Config>(table: &PinTableOf<T>) -> bool {
	table.pins.is_empty() && table.loose.is_empty()
}

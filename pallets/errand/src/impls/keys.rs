//! Keys that are supplied at run time (R-166 … R-171).

use crate::{
	AssignmentOf, Config, Envelope, Envelopes, ErrandRecordOf, Errands, Error, Event, KeyPath,
	Pallet, Stage,
};
use frame_support::ensure;
use sp_io::hashing::sha2_256;
use sp_runtime::{DispatchResult, SaturatedConversion, Saturating};
use tea_primitives::{
	deployment::{DeploymentId, Giver, Hash, LINK_DOMAIN, Link, LinkReason, NO_PARENT},
	errand::{ErrandId, RefundReason},
	ids::BootSeq,
	module::Attested,
};

/// Tag of the hash of a key envelope, the same as in `tea-envelope`, so that the receiver compares what it opens.
const ENVELOPE_DOMAIN: &[u8] = b"tea/envelope/v1";

/// The hash of a key envelope.
pub(crate) fn envelope_hash(envelope: &[u8]) -> Hash {
	sha2_256(&[ENVELOPE_DOMAIN, envelope].concat())
}

impl<T: Config> Pallet<T> {
	/// Asks the key holders of an errand whose executor is fixed.
	pub(crate) fn ask_for_keys(
		errand: ErrandId,
		record: &ErrandRecordOf<T>,
		assignment: AssignmentOf<T>,
	) -> Stage<T::AccountId, frame_system::pallet_prelude::BlockNumberFor<T>> {
		let since = Self::now();
		let until = since.saturating_add(record.key_wait);
		for (number, source) in record.sources() {
			if source.needs_key() {
				Self::deposit_event(Event::KeyWanted {
					errand,
					source: number,
					holder: source.key_holder(&record.client).clone(),
					client: record.client.clone(),
					executor: assignment.executor,
					boot_seq: assignment.boot_seq,
					until,
				});
			}
		}
		Self::schedule(errand, until);
		Stage::AwaitingKey {
			assignment,
			since,
			until,
		}
	}

	pub(crate) fn do_supply_key(
		who: T::AccountId,
		errand: ErrandId,
		number: u8,
		boot_seq: BootSeq,
		envelope: Envelope,
	) -> DispatchResult {
		let mut record = Self::unfinished(errand)?;
		let Stage::AwaitingKey {
			mut assignment,
			since,
			until,
		} = record.stage.clone()
		else {
			return Err(Error::<T>::NotAwaitingKey.into());
		};
		let now = Self::now();
		ensure!(now < until, Error::<T>::DeadlinePassed);
		let (_, source) = record
			.sources()
			.nth(number.into())
			.ok_or(Error::<T>::KeyNotWanted)?;
		ensure!(source.needs_key(), Error::<T>::KeyNotWanted);
		ensure!(
			*source.key_holder(&record.client) == who,
			Error::<T>::NotKeyHolder
		);
		let path = assignment
			.keys
			.get_mut(usize::from(number))
			.filter(|path| **path == KeyPath::Wanted)
			.ok_or(Error::<T>::KeyNotWanted)?;
		ensure!(!envelope.is_empty(), Error::<T>::BadEnvelope);
		ensure!(
			boot_seq == assignment.boot_seq
				&& T::Attested::certificate(assignment.executor)
					.is_some_and(|certificate| certificate.boot_seq == boot_seq),
			Error::<T>::WrongBoot
		);

		let link = Link {
			domain: LINK_DOMAIN,
			genesis: Self::genesis(),
			// A content that is no deployment has no id; its envelope tells it apart.
			deployment: source
				.deployment()
				.map_or(DeploymentId::default(), |used| used.id),
			parent: NO_PARENT,
			from: Giver::Account(who.clone()),
			to: assignment.executor,
			boot_seq,
			reason: LinkReason::Execute(errand.0),
			block: now,
			sealed_key: envelope_hash(&envelope),
		}
		.hash();
		*path = KeyPath::Supplied(link);
		Envelopes::<T>::insert(errand, number, envelope);
		Self::deposit_event(Event::KeySupplied {
			errand,
			source: number,
			holder: who,
			executor: assignment.executor,
			boot_seq,
			link,
		});
		record.stage = if assignment.keys.contains(&KeyPath::Wanted) {
			Stage::AwaitingKey {
				assignment,
				since,
				until,
			}
		} else {
			// Deadlines stood still meanwhile.
			record.deadline = record.deadline.saturating_add(now.saturating_sub(since));
			assignment.deadline = Self::executor_deadline(record.attempt, now, record.deadline);
			Self::schedule(errand, assignment.deadline);
			Self::deposit_event(Event::KeysComplete {
				errand,
				executor: assignment.executor,
				executor_deadline: assignment.deadline,
				deadline: record.deadline,
			});
			Stage::Assigned(assignment)
		};
		Errands::<T>::insert(errand, record);
		Ok(())
	}

	pub(crate) fn do_refuse(who: T::AccountId, errand: ErrandId) -> DispatchResult {
		let record = Self::unfinished(errand)?;
		let Stage::AwaitingKey { assignment, .. } = &record.stage else {
			return Err(Error::<T>::NotAwaitingKey.into());
		};
		let asked = record.sources().any(|(number, source)| {
			source.needs_key()
				&& *source.key_holder(&record.client) == who
				&& assignment.keys.get(usize::from(number)) == Some(&KeyPath::Wanted)
		});
		ensure!(asked, Error::<T>::NotKeyHolder);
		Self::refund(errand, record, RefundReason::KeyRefused);
		Ok(())
	}

	/// Takes the sealed keys of an executor out of the state.
	pub(crate) fn wipe_envelopes(errand: ErrandId, record: &ErrandRecordOf<T>) {
		for (number, source) in record.sources() {
			if source.needs_key() {
				Envelopes::<T>::remove(errand, number);
			}
		}
	}

	/// The block in progress, as it stands in PoTs.
	pub(crate) fn now_u32() -> u32 {
		Self::now().saturated_into()
	}
}

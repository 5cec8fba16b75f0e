//! The queue of draws. What is fixed in block b is drawn with the beacon of block b + 1, in b + 2 or later.

use crate::{
	AgendaItem, Config, CurrentParameters, DrawJob, DrawJobOf, DrawQueue, DrawQueueEnds,
	EnrolmentFailure, EnrolmentPhase, EnrolmentRecordOf, Enrolments, Error, Event, Pallet,
	RoundOutcome, RoundRecordOf, Rounds, SlotState, WeightInfo,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{BoundedVec, ensure, traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{Saturating, traits::One};
use tea_primitives::{
	camellia::Camellias,
	draw::{Draw, DrawError, Draws, Member, Purpose},
	ids::{ModuleId, Round},
};

/// Blocks for which a draw waits for its beacon before it takes a younger one.
const PATIENCE: u32 = 8;

/// What became of the first draw in the queue.
enum Drawn {
	/// It is done, or pointless.
	Done,
	/// Its beacon is not there yet.
	Waits,
}

impl<T: Config> Pallet<T> {
	/// Whether another draw may be asked for.
	pub(crate) fn ensure_room() -> Result<(), Error<T>> {
		ensure!(
			DrawQueueEnds::<T>::get().len() < T::MaxQueue::get(),
			Error::<T>::QueueFull
		);
		Ok(())
	}

	/// Asks for a draw. Calls look for room before; what follows from a committee's decision always gets in, because
	/// the rounds in progress bound it.
	pub(crate) fn enqueue(module: ModuleId, round: Round, purpose: Purpose) {
		let mut ends = DrawQueueEnds::<T>::get();
		DrawQueue::<T>::insert(
			ends.tail,
			DrawJob {
				module,
				round,
				purpose,
				fixed_in: Self::now(),
			},
		);
		ends.tail = ends.tail.wrapping_add(1);
		DrawQueueEnds::<T>::put(ends);
	}

	/// Draws in the order of the queue, so many per block.
	pub(crate) fn do_draws(now: BlockNumberFor<T>) -> Weight {
		let mut weight = T::WeightInfo::draws();
		for _ in 0..T::DrawsPerBlock::get() {
			let ends = DrawQueueEnds::<T>::get();
			if ends.len() == 0 {
				break;
			}
			let job = DrawQueue::<T>::get(ends.head);
			weight.saturating_accrue(T::WeightInfo::draw().saturating_add(T::DrawWeight::get()));
			if let Some(job) = job
				&& let Drawn::Waits = Self::draw(&job, now)
			{
				break;
			}
			DrawQueue::<T>::remove(ends.head);
			DrawQueueEnds::<T>::mutate(|ends| ends.head = ends.head.wrapping_add(1));
		}
		weight
	}

	fn draw(job: &DrawJobOf<T>, now: BlockNumberFor<T>) -> Drawn {
		let decided_by = job.fixed_in.saturating_add(One::one());
		if now <= decided_by {
			return Drawn::Waits;
		}
		let drawn = match job.purpose {
			Purpose::Enrolment => match Enrolments::<T>::get(job.module) {
				Some(record)
					if record.round == job.round && record.phase == EnrolmentPhase::Drawing =>
				{
					Self::draw_challengers(job, decided_by, record)
				}
				_ => Ok(()),
			},
			purpose => match Rounds::<T>::get(job.module) {
				Some(record)
					if record.round == job.round
						&& record.purpose == purpose
						&& record.committee.is_empty() =>
				{
					Self::draw_committee(job, decided_by, record)
				}
				_ => Ok(()),
			},
		};
		match drawn {
			Ok(()) => Drawn::Done,
			Err(()) if now <= decided_by.saturating_add(PATIENCE.into()) => Drawn::Waits,
			Err(()) => {
				// The beacon is lost: a younger one decides, which nobody knows yet either.
				Self::enqueue(job.module, job.round, job.purpose);
				Self::deposit_event(Event::DrawDeferred {
					module: job.module,
					round: job.round,
				});
				Drawn::Done
			}
		}
	}

	/// Fills the empty slots. An error means that there is no beacon.
	fn draw_challengers(
		job: &DrawJobOf<T>,
		block: BlockNumberFor<T>,
		mut record: EnrolmentRecordOf<T>,
	) -> Result<(), ()> {
		let module = job.module;
		let Some(owner) = T::Camellias::owner(module) else {
			Self::fail_enrolment(module, record, EnrolmentFailure::CamelliaDead);
			return Ok(());
		};
		let mut owners = Vec::from([owner]);
		owners.extend(
			record
				.slots
				.iter()
				.filter_map(|slot| slot.challenger.as_ref())
				.filter_map(Self::owner_of),
		);
		let size = record
			.slots
			.iter()
			.filter(|slot| slot.challenger.is_none())
			.count() as u32;
		let drawn = T::Draws::committee(&Draw {
			purpose: Purpose::Enrolment,
			subject: &(module, job.round, record.redrawn).encode(),
			block,
			size,
			excluded_owners: &owners,
			excluded: &record.drawn,
		});
		match drawn {
			Err(DrawError::NoBeacon) => return Err(()),
			Ok(members) if members.len() as u32 == size => {
				Self::seat_challengers(module, record, members)
			}
			_ => {
				record.deadline = Self::now();
				Self::fail_enrolment(module, record, EnrolmentFailure::NoCommittee);
			}
		}
		Ok(())
	}

	fn seat_challengers(
		module: ModuleId,
		mut record: EnrolmentRecordOf<T>,
		members: Vec<Member<T::AccountId>>,
	) {
		let mut members = members.into_iter();
		for slot in record.slots.iter_mut() {
			if slot.challenger.is_none()
				&& let Some(member) = members.next()
			{
				// There is room for two draws of all slots, and there are two at most.
				let _ = record.drawn.try_push(member.clone());
				slot.challenger = Some(member);
				slot.state = SlotState::Waiting;
			}
		}
		record.phase = EnrolmentPhase::Posting;
		record.deadline =
			Self::now().saturating_add(CurrentParameters::<T>::get().challenge_window);
		Self::schedule(record.deadline, module, AgendaItem::Enrolment(module));
		let challengers = record
			.slots
			.iter()
			.filter_map(|slot| slot.challenger.clone())
			.collect::<Vec<_>>();
		Self::deposit_event(Event::ChallengersDrawn {
			module,
			round: record.round,
			challengers: BoundedVec::truncate_from(challengers),
			deadline: record.deadline,
		});
		Enrolments::<T>::insert(module, record);
	}

	/// Draws the committee of a round. An error means that there is no beacon.
	fn draw_committee(
		job: &DrawJobOf<T>,
		block: BlockNumberFor<T>,
		mut record: RoundRecordOf<T>,
	) -> Result<(), ()> {
		let module = job.module;
		let size = T::CommitteeSize::get();
		let drawn = match T::Camellias::owner(module) {
			Some(owner) => T::Draws::committee(&Draw {
				purpose: job.purpose,
				subject: &(module, job.round).encode(),
				block,
				size,
				excluded_owners: &[owner],
				excluded: &record.former,
			}),
			None => Err(DrawError::NoCommittee),
		};
		match drawn {
			Err(DrawError::NoBeacon) => return Err(()),
			Ok(members) if members.len() as u32 == size => {
				record.committee = BoundedVec::truncate_from(members);
				record.deadline =
					Self::now().saturating_add(CurrentParameters::<T>::get().round_window);
				Self::schedule(record.deadline, module, AgendaItem::Round(module));
				Self::deposit_event(Event::CommitteeDrawn {
					module,
					round: record.round,
					purpose: record.purpose,
					members: record.committee.clone(),
					deadline: record.deadline,
				});
				Rounds::<T>::insert(module, record);
			}
			_ => Self::end_undecided(module, record, RoundOutcome::NoCommittee),
		}
		Ok(())
	}
}

//! Enrolment: a chip is registered, challenged, answers, and its attestation key is bound.

use super::governance::serial_hash;
use crate::{
	AgendaItem, Answer, BalanceOf, Blob, CertificateRefusal, ChallengeRecord, Challenges,
	ChipRecord, Chips, ChipsOfClass, ChipsOfIssuer, Config, CoolDowns, CredentialRefusal,
	CurrentParameters, DeniedSerials, EkOwners, EkRecord, EnrolmentFailure, EnrolmentPhase,
	EnrolmentRecord, EnrolmentRecordOf, Enrolments, Error, Event, IssuerStatus, Issuers, Modules,
	Pallet, Profiles, PublicRefusal, RewardsHook, RoundOutcome, Rounds, Slot, SlotState,
	StatusReason,
};
use alloc::{vec, vec::Vec};
use frame_support::{
	BoundedVec,
	dispatch::{DispatchResultWithPostInfo, Pays},
	ensure,
	storage::with_storage_layer,
	traits::{Contains, Get, UnixTime},
};
use sp_runtime::{DispatchResult, Saturating};
use tea_primitives::{
	HardwareClass,
	camellia::{Camellias, CreditEvent},
	draw::{Member, Purpose},
	ids::{EkHash, IssuerId, ModuleId},
	module::ModuleStatus,
};
use tea_tpm::{
	AkPublic, Challenge, ChallengeContext, Hash, LeafRules, UnverifiedLeaf,
	credential::CredentialParts,
};

impl<T: Config> Pallet<T> {
	/// Genesis hash of the chain.
	pub(crate) fn genesis() -> Hash {
		let hash = frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::from(0u32),
		);
		let mut genesis = [0; 32];
		for (to, from) in genesis.iter_mut().zip(hash.as_ref()) {
			*to = *from;
		}
		genesis
	}

	/// Whether `who` owns or operates the module.
	pub(crate) fn ensure_operator(who: &T::AccountId, module: ModuleId) -> Result<(), Error<T>> {
		let owner = T::Camellias::owner(module).ok_or(Error::<T>::UnknownModule)?;
		ensure!(
			*who == owner || T::Camellias::operator(module).as_ref() == Some(who),
			Error::<T>::NotOperator
		);
		Ok(())
	}

	/// Whether the status of the module allows another enrolment; the chip that it must be, if it is not free.
	fn may_enrol(module: ModuleId) -> Result<Option<EkHash>, Error<T>> {
		let bound = T::Camellias::hardware(module);
		let Some(record) = Self::effective(module) else {
			ensure!(bound.is_none(), Error::<T>::HardwareBound);
			return Ok(None);
		};
		match record.status {
			ModuleStatus::Retired => {
				ensure!(bound.is_none(), Error::<T>::HardwareBound);
				ensure!(!T::Busy::contains(&module), Error::<T>::ModuleBusy);
				Ok(None)
			}
			ModuleStatus::Enrolled | ModuleStatus::Inactive | ModuleStatus::Pending => {
				ensure!(!T::Busy::contains(&module), Error::<T>::ModuleBusy);
				Ok(bound)
			}
			ModuleStatus::Quarantined => {
				let closed = Chips::<T>::get(module).is_some_and(|chip| chip.closed);
				ensure!(closed, Error::<T>::HardwareBound);
				ensure!(
					record
						.cool_down_until
						.is_none_or(|until| until <= Self::now()),
					Error::<T>::InQuarantine
				);
				Ok(bound)
			}
			_ => Err(Error::<T>::HardwareBound),
		}
	}

	/// The bond that a further chip of this class costs, if there is room for it.
	fn bond_for(class: HardwareClass) -> Result<BalanceOf<T>, Error<T>> {
		let bond = CurrentParameters::<T>::get().enrolment_bond;
		let living = T::Camellias::planted();
		if living < T::ClassCapFrom::get() {
			return Ok(bond);
		}
		let chips = ChipsOfClass::<T>::get(class);
		ensure!(chips.saturating_mul(2) <= living, Error::<T>::ClassFull);
		if chips.saturating_mul(3) > living {
			Ok(bond.saturating_add(bond))
		} else {
			Ok(bond)
		}
	}

	pub(crate) fn do_register(
		who: T::AccountId,
		module: ModuleId,
		ek_leaf: &[u8],
		issuer: IssuerId,
		ak_public: &[u8],
	) -> DispatchResult {
		Self::ensure_operator(&who, module)?;
		ensure!(T::Camellias::is_living(module), Error::<T>::CamelliaDead);
		let must_be = Self::may_enrol(module)?;
		let now = Self::now();
		ensure!(
			CoolDowns::<T>::get(&who).is_none_or(|until| until <= now),
			Error::<T>::CoolingDown
		);
		Self::ensure_room()?;
		let record = Issuers::<T>::get(issuer).ok_or(Error::<T>::UnknownIssuer)?;
		ensure!(
			record.status == IssuerStatus::Accepted,
			Error::<T>::IssuerSuspended
		);
		// A chip that enrols again stands in both counts already.
		let bond = if must_be.is_none() {
			ensure!(
				ChipsOfIssuer::<T>::get(issuer) < record.cap,
				Error::<T>::IssuerCapReached
			);
			Self::bond_for(record.class)?
		} else {
			CurrentParameters::<T>::get().enrolment_bond
		};
		let ak = AkPublic::parse(ak_public)
			.map_err(|reason| Error::<T>::BadAkTemplate(PublicRefusal(reason)))?;
		let refused = |reason| Error::<T>::BadCertificate(CertificateRefusal(reason));
		let leaf = UnverifiedLeaf::parse(ek_leaf).map_err(refused)?;
		let certificate = leaf
			.verify::<T::SigVerify>(&record.key, record.algorithm)
			.and_then(|leaf| {
				leaf.certify(LeafRules {
					now: T::Clock::now().as_secs(),
					class: record.class,
					vendor: record.vendor,
					requires_purpose: record.requires_purpose,
					is_denied: |serial: &[u8]| {
						DeniedSerials::<T>::contains_key(issuer, serial_hash(serial))
					},
				})
			})
			.map_err(refused)?;
		let ek = certificate.key().clone();
		let id = ek.id();
		ensure!(
			must_be.is_none_or(|bound| bound == id),
			Error::<T>::HardwareBound
		);
		Self::ensure_free(module, &id, must_be.is_some())?;
		let signer = ak
			.qualified_name(&ek)
			.map_err(|reason| Error::<T>::BadAkTemplate(PublicRefusal(reason)))?;
		let model = certificate.attributes().model.unwrap_or_default().to_vec();

		let former = Chips::<T>::get(module);
		if let Some(former) = &former {
			Self::release(module, &former.bonded_by, former.bond);
		}
		Self::hold(&who, bond)?;
		if let Some(former) = former {
			Self::uncount(former.issuer, former.class);
			Self::close_attestation(module);
			Chips::<T>::remove(module);
		}
		ChipsOfIssuer::<T>::mutate(issuer, |count| *count = count.saturating_add(1));
		ChipsOfClass::<T>::mutate(record.class, |count| *count = count.saturating_add(1));
		EkOwners::<T>::insert(
			id,
			EkRecord {
				module,
				barred_until: None,
			},
		);
		// A wait that is over may still be noted when its block of the agenda was full.
		CoolDowns::<T>::remove(&who);
		let round = Self::next_round(module);
		let chip = ChipRecord {
			id,
			issuer,
			class: record.class,
			vendor: record.vendor,
			model: BoundedVec::truncate_from(model),
			ak_name: ak.name(),
			ek,
			ak,
			signer,
			bonded_by: who.clone(),
			bond,
			closed: false,
			boot: None,
			pins: None,
		};
		let slots = vec![Slot::empty(); T::Challengers::get() as usize];
		Enrolments::<T>::insert(
			module,
			EnrolmentRecord {
				round,
				by: who.clone(),
				chip,
				phase: EnrolmentPhase::Drawing,
				deadline: Self::draw_deadline(),
				redrawn: false,
				slots: BoundedVec::truncate_from(slots),
				drawn: BoundedVec::new(),
			},
		);
		Self::set_status(
			module,
			ModuleStatus::Challenged,
			StatusReason::Registered,
			None,
		);
		Self::enqueue(module, round, Purpose::Enrolment);
		Self::deposit_event(Event::Registered {
			module,
			round,
			chip: id,
			issuer,
			class: record.class,
			by: who,
			bond,
		});
		Ok(())
	}

	/// When a draw that never happened is given up.
	pub(crate) fn draw_deadline() -> frame_system::pallet_prelude::BlockNumberFor<T> {
		let parameters = CurrentParameters::<T>::get();
		let window = parameters.challenge_window.max(parameters.round_window);
		Self::now().saturating_add(window.saturating_add(window))
	}

	/// One chip, one module.
	fn ensure_free(module: ModuleId, id: &EkHash, again: bool) -> Result<(), Error<T>> {
		match EkOwners::<T>::get(id) {
			None => Ok(()),
			Some(owner) if again && owner.module == module => Ok(()),
			Some(EkRecord {
				barred_until: Some(until),
				..
			}) if until <= Self::now() => Ok(()),
			Some(_) => Err(Error::<T>::EkInUse),
		}
	}

	/// A chip of this issuer and class is gone.
	pub(crate) fn uncount(issuer: IssuerId, class: HardwareClass) {
		ChipsOfIssuer::<T>::mutate_exists(issuer, decrement);
		ChipsOfClass::<T>::mutate_exists(class, decrement);
	}

	/// Everything about a challenge but what is in it.
	pub(crate) fn check_challenge(
		who: &T::AccountId,
		module: ModuleId,
		slot: u8,
		blob: &Blob,
	) -> Result<EnrolmentRecordOf<T>, Error<T>> {
		let record = Self::enrolment_in(module, EnrolmentPhase::Posting)?;
		let entry = record
			.slots
			.get(usize::from(slot))
			.filter(|slot| slot.state == SlotState::Waiting)
			.ok_or(Error::<T>::WrongSlot)?;
		ensure!(
			entry
				.challenger
				.as_ref()
				.is_some_and(|member| Self::acts_as(who, member)),
			Error::<T>::NotChallenger
		);
		CredentialParts::parse(record.chip.ek.kind(), blob)
			.map_err(|reason| Error::<T>::BadBlob(CredentialRefusal(reason)))?;
		Ok(record)
	}

	/// The enrolment in this phase, while its window is open.
	fn enrolment_in(
		module: ModuleId,
		phase: EnrolmentPhase,
	) -> Result<EnrolmentRecordOf<T>, Error<T>> {
		let record = Enrolments::<T>::get(module).ok_or(Error::<T>::NoEnrolment)?;
		ensure!(
			record.phase == phase && Self::now() < record.deadline,
			Error::<T>::WrongPhase
		);
		Ok(record)
	}

	pub(crate) fn do_challenge(
		who: T::AccountId,
		module: ModuleId,
		slot: u8,
		blob: Blob,
		commitment: Hash,
	) -> DispatchResult {
		let mut record = Self::check_challenge(&who, module, slot, &blob)?;
		Challenges::<T>::insert(module, slot, ChallengeRecord { blob, commitment });
		if let Some(entry) = record.slots.get_mut(usize::from(slot)) {
			entry.state = SlotState::Posted;
		}
		Self::deposit_event(Event::ChallengePosted {
			module,
			round: record.round,
			slot,
		});
		if count(&record, SlotState::Waiting) == 0 {
			Self::want_answers(module, &mut record);
		}
		Enrolments::<T>::insert(module, record);
		Ok(())
	}

	/// Opens the window of the module.
	fn want_answers(module: ModuleId, record: &mut EnrolmentRecordOf<T>) {
		record.phase = EnrolmentPhase::Answering;
		record.deadline = Self::now().saturating_add(CurrentParameters::<T>::get().response_window);
		Self::schedule(record.deadline, module, AgendaItem::Enrolment(module));
		Self::deposit_event(Event::AnswersWanted {
			module,
			round: record.round,
			deadline: record.deadline,
		});
	}

	/// Where a challenge of this enrolment belongs.
	fn challenge_context(
		module: ModuleId,
		record: &EnrolmentRecordOf<T>,
		slot: u8,
	) -> ChallengeContext {
		ChallengeContext {
			genesis: Self::genesis(),
			module: module.0,
			round: record.round,
			slot,
		}
	}

	pub(crate) fn do_respond(
		who: T::AccountId,
		module: ModuleId,
		answers: &[Answer],
	) -> DispatchResultWithPostInfo {
		Self::ensure_operator(&who, module)?;
		let mut record = Self::enrolment_in(module, EnrolmentPhase::Answering)?;
		ensure!(
			answers.len() == record.slots.len(),
			Error::<T>::WrongAnswerCount
		);
		let mut disputed = 0u16;
		for (index, answer) in (0u8..).zip(answers) {
			let place = usize::from(index);
			if record.slots.get(place).map(|slot| slot.state) != Some(SlotState::Posted) {
				continue;
			}
			let state = match answer {
				Answer::Secret(secret) => {
					let wanted =
						Challenges::<T>::get(module, index).map(|posted| posted.commitment);
					let shown = Self::challenge_context(module, &record, index).commitment(secret);
					if wanted == Some(shown) {
						SlotState::Correct
					} else {
						SlotState::Wrong
					}
				}
				Answer::Bad => {
					disputed |= 1u16.checked_shl(index.into()).unwrap_or_default();
					SlotState::Disputed
				}
				Answer::Absent => SlotState::Wrong,
			};
			if let Some(slot) = record.slots.get_mut(place) {
				slot.state = state;
				if state == SlotState::Correct
					&& let Some(challenger) = &slot.challenger
				{
					Self::duty_done(challenger, module, Purpose::Enrolment);
				}
			}
		}
		if disputed != 0 && Self::may_still_bind(&record) {
			record.phase = EnrolmentPhase::Disputing;
			record.deadline =
				Self::now().saturating_add(CurrentParameters::<T>::get().reveal_window);
			Self::schedule(record.deadline, module, AgendaItem::Enrolment(module));
			Self::deposit_event(Event::BlobsDisputed {
				module,
				round: record.round,
				slots: disputed,
				deadline: record.deadline,
			});
			Enrolments::<T>::insert(module, record);
			return Ok(Pays::No.into());
		}
		if Self::settle_enrolment(module, record) {
			Ok(Pays::No.into())
		} else {
			Ok(().into())
		}
	}

	/// Slots that a new draw can still make good.
	fn redrawable(record: &EnrolmentRecordOf<T>) -> u32 {
		if record.redrawn {
			0
		} else {
			count(record, SlotState::Silent).saturating_add(count(record, SlotState::AtFault))
		}
	}

	/// Whether enough answers can still become right.
	fn may_still_bind(record: &EnrolmentRecordOf<T>) -> bool {
		count(record, SlotState::Correct)
			.saturating_add(count(record, SlotState::Disputed))
			.saturating_add(Self::redrawable(record))
			>= T::CorrectAnswers::get()
	}

	pub(crate) fn check_reveal(
		who: &T::AccountId,
		module: ModuleId,
		slot: u8,
	) -> Result<EnrolmentRecordOf<T>, Error<T>> {
		let record = Self::enrolment_in(module, EnrolmentPhase::Disputing)?;
		let entry = record
			.slots
			.get(usize::from(slot))
			.filter(|slot| slot.state == SlotState::Disputed)
			.ok_or(Error::<T>::WrongSlot)?;
		ensure!(
			entry
				.challenger
				.as_ref()
				.is_some_and(|member| Self::acts_as(who, member)),
			Error::<T>::NotChallenger
		);
		Ok(record)
	}

	pub(crate) fn do_reveal(
		who: T::AccountId,
		module: ModuleId,
		slot: u8,
		root: &Hash,
	) -> DispatchResult {
		let mut record = Self::check_reveal(&who, module, slot)?;
		let context = Self::challenge_context(module, &record, slot);
		let honest = Challenge::new(root, &context, &record.chip.ek, &record.chip.ak_name)
			.is_ok_and(|made| {
				Challenges::<T>::get(module, slot)
					.is_some_and(|posted| made.is(&posted.blob, &posted.commitment))
			});
		if let Some(entry) = record.slots.get_mut(usize::from(slot)) {
			entry.state = if honest {
				SlotState::Wrong
			} else {
				SlotState::AtFault
			};
			if !honest && let Some(challenger) = &entry.challenger {
				Self::note(challenger, CreditEvent::ProvablyBad);
			}
		}
		Self::deposit_event(Event::DisputeSettled {
			module,
			round: record.round,
			slot,
			challenger_at_fault: !honest,
		});
		if count(&record, SlotState::Disputed) == 0 {
			Self::settle_enrolment(module, record);
		} else {
			Enrolments::<T>::insert(module, record);
		}
		Ok(())
	}

	/// All answers are judged: binds the key, draws challengers in place of bad ones, or gives up. Tells whether the
	/// enrolment lives.
	fn settle_enrolment(module: ModuleId, record: EnrolmentRecordOf<T>) -> bool {
		let correct = count(&record, SlotState::Correct);
		let wanted = T::CorrectAnswers::get();
		if correct >= wanted {
			Self::bind(module, record)
		} else if correct.saturating_add(Self::redrawable(&record)) >= wanted {
			Self::redraw(module, record);
			true
		} else {
			Self::fail_enrolment(module, record, EnrolmentFailure::TooFewCorrect);
			false
		}
	}

	/// Other challengers take the slots of those who were silent or at fault.
	fn redraw(module: ModuleId, mut record: EnrolmentRecordOf<T>) {
		for (index, slot) in (0u8..).zip(record.slots.iter_mut()) {
			if matches!(slot.state, SlotState::Silent | SlotState::AtFault) {
				*slot = Slot::empty();
				Challenges::<T>::remove(module, index);
			}
		}
		record.redrawn = true;
		record.phase = EnrolmentPhase::Drawing;
		record.deadline = Self::draw_deadline();
		Self::enqueue(module, record.round, Purpose::Enrolment);
		Enrolments::<T>::insert(module, record);
	}

	/// The key is proven.
	fn bind(module: ModuleId, record: EnrolmentRecordOf<T>) -> bool {
		let chip = record.chip.id;
		if T::Camellias::hardware(module) != Some(chip)
			&& with_storage_layer(|| T::Camellias::plant(module, chip)).is_err()
		{
			Self::fail_enrolment(module, record, EnrolmentFailure::CamelliaDead);
			return false;
		}
		Self::drop_enrolment(module, record.slots.len());
		Self::deposit_event(Event::Enrolled {
			module,
			round: record.round,
			chip,
		});
		Chips::<T>::insert(module, record.chip);
		Self::set_status(
			module,
			ModuleStatus::Enrolled,
			StatusReason::KeyProven,
			None,
		);
		true
	}

	fn drop_enrolment(module: ModuleId, slots: usize) {
		for slot in (0u8..).take(slots) {
			Challenges::<T>::remove(module, slot);
		}
		Enrolments::<T>::remove(module);
	}

	/// The enrolment leaves no trace but the numbers that were used up.
	pub(crate) fn fail_enrolment(
		module: ModuleId,
		record: EnrolmentRecordOf<T>,
		reason: EnrolmentFailure,
	) {
		let chip = &record.chip;
		Self::drop_enrolment(module, record.slots.len());
		EkOwners::<T>::remove(chip.id);
		Self::uncount(chip.issuer, chip.class);
		Self::release(module, &chip.bonded_by, chip.bond);
		Modules::<T>::remove(module);
		Profiles::<T>::remove(module);
		T::Camellias::unbind(module);
		let at_fault = matches!(
			reason,
			EnrolmentFailure::NoAnswer
				| EnrolmentFailure::TooFewCorrect
				| EnrolmentFailure::GivenUp
		);
		if at_fault {
			let wait = CurrentParameters::<T>::get().enrolment_cool_down;
			let until = Self::now().saturating_add(wait);
			CoolDowns::<T>::insert(&record.by, until);
			Self::schedule(until, module, AgendaItem::CoolDown(record.by.clone()));
		}
		Self::deposit_event(Event::EnrolmentFailed {
			module,
			round: record.round,
			chip: chip.id,
			reason,
		});
	}

	pub(crate) fn do_expire_enrolment(module: ModuleId) -> DispatchResult {
		let mut record = Enrolments::<T>::get(module).ok_or(Error::<T>::NoEnrolment)?;
		ensure!(Self::now() >= record.deadline, Error::<T>::TooSoon);
		match record.phase {
			EnrolmentPhase::Drawing => {
				Self::fail_enrolment(module, record, EnrolmentFailure::NoCommittee)
			}
			EnrolmentPhase::Posting => Self::end_posting(module, record),
			EnrolmentPhase::Answering => {
				Self::fail_enrolment(module, record, EnrolmentFailure::NoAnswer)
			}
			EnrolmentPhase::Disputing => {
				let round = record.round;
				for (index, slot) in (0u8..).zip(record.slots.iter_mut()) {
					if slot.state == SlotState::Disputed {
						slot.state = SlotState::AtFault;
						if let Some(challenger) = &slot.challenger {
							Self::note(challenger, CreditEvent::DutyMissed);
						}
						Self::deposit_event(Event::DisputeSettled {
							module,
							round,
							slot: index,
							challenger_at_fault: true,
						});
					}
				}
				Self::settle_enrolment(module, record);
			}
		}
		Ok(())
	}

	/// Some challengers were silent. Those who posted may suffice; if not, others are asked once.
	fn end_posting(module: ModuleId, mut record: EnrolmentRecordOf<T>) {
		for slot in record.slots.iter_mut() {
			if slot.state == SlotState::Waiting {
				slot.state = SlotState::Silent;
				if let Some(challenger) = &slot.challenger {
					Self::note(challenger, CreditEvent::DutyMissed);
				}
			}
		}
		let posted = count(&record, SlotState::Posted);
		let usable = posted.saturating_add(count(&record, SlotState::Correct));
		if posted > 0 && usable >= T::CorrectAnswers::get() {
			Self::want_answers(module, &mut record);
			Enrolments::<T>::insert(module, record);
		} else if record.redrawn {
			Self::fail_enrolment(module, record, EnrolmentFailure::TooFewChallenges);
		} else {
			Self::redraw(module, record);
		}
	}

	/// Moves the credit of a member; registrars have none.
	pub(crate) fn note(member: &Member<T::AccountId>, event: CreditEvent) {
		if let Member::Module(module) = member {
			T::Camellias::note(*module, event);
		}
	}

	/// A member did its duty.
	pub(crate) fn duty_done(member: &Member<T::AccountId>, testee: ModuleId, purpose: Purpose) {
		Self::note(member, CreditEvent::DutyDone);
		T::Rewards::duty_done(member, testee, purpose);
	}

	/// Ends everything that an attestation key was good for: certificate, round and boot.
	pub(crate) fn close_attestation(module: ModuleId) {
		Self::revoke(module);
		if let Some(round) = Rounds::<T>::get(module) {
			Self::close_round(module, &round, RoundOutcome::Superseded);
		}
		Self::end_boot(module);
	}
}

fn count<A, B, N>(record: &EnrolmentRecord<A, B, N>, state: SlotState) -> u32 {
	record
		.slots
		.iter()
		.filter(|slot| slot.state == state)
		.count() as u32
}

fn decrement(count: &mut Option<u32>) {
	*count = count
		.and_then(|count| count.checked_sub(1))
		.filter(|count| *count > 0);
}

/// What the challengers of an enrolment posted, by slot.
pub(crate) fn challenges<T: Config>(module: ModuleId, slots: usize) -> Vec<(u8, ChallengeRecord)> {
	(0u8..)
		.take(slots)
		.filter_map(|slot| Challenges::<T>::get(module, slot).map(|posted| (slot, posted)))
		.collect()
}

//! Claims: who may execute, whose ticket is the lowest, and who checks.

use crate::{
	Assignment, AssignmentOf, BalanceOf, Claimed, ClaimedNow, Config, DrawPlan, ErrandRecordOf,
	Errands, Error, Event, Finished, KeyPath, Pallet, Queue, Rule, Shortlist, Stage, UsedSource,
	VerifiersOf, WeightInfo, Workloads,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	BoundedVec,
	dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
	ensure,
	traits::{Defensive, Get},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	DispatchError, SaturatedConversion, Saturating,
	traits::{Convert, One},
};
use tea_primitives::{
	HardwareClass,
	camellia::{Camellias, DrawWeight},
	committee::MAX_CANDIDATES,
	deployment::{Deployments, Executor, Refusal, Visibility},
	draw::{Draw, DrawError, Draws, Member, Purpose, Shortlists},
	errand::{ErrandId, MAX_INPUTS, TicketProof, TicketRefusal, TicketRequest, Tickets},
	ids::{BootSeq, ModuleId},
	module::{Attested, Certificate},
	ticket::subject,
};

/// A claim that is right in everything but the proof of its ticket.
pub(crate) struct Claim<T: Config> {
	record: ErrandRecordOf<T>,
	certificate: Certificate<BlockNumberFor<T>>,
	weight: DrawWeight,
	blocks_open: u32,
	/// Who has the lowest ticket so far in this block.
	rival: Option<ModuleId>,
}

impl<T: Config> Claim<T> {
	fn request<'a>(&'a self, subject: &'a [u8]) -> TicketRequest<'a, BlockNumberFor<T>> {
		TicketRequest {
			module: self.certificate.module,
			weight: self.weight,
			key: &self.certificate.keys.vrf,
			key_since: self.certificate.since,
			subject,
			fixed_in: self.record.draw.fixed_in,
			total_weight: self.record.draw.total_weight,
			blocks_open: self.blocks_open,
		}
	}
}

/// What claims of one call cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClaimCost {
	/// Claims, refused ones too.
	claims: u32,
	/// Data inputs of their errands.
	data: u32,
	/// First claims of the block: each has verifiers drawn now, and is assigned at the end of the block.
	first: u32,
	/// Data inputs of their errands.
	first_data: u32,
	/// Candidates that the draws looked at, all together.
	candidates: u32,
}

impl ClaimCost {
	/// What so many claims cost at most.
	pub(crate) const fn at_most(claims: u32) -> Self {
		let data = claims.saturating_mul(MAX_INPUTS);
		Self {
			claims,
			data,
			first: claims,
			first_data: data,
			candidates: claims.saturating_mul(MAX_CANDIDATES),
		}
	}

	/// A refused claim: how far it was looked at is not known.
	const REFUSED: Self = Self {
		claims: 1,
		data: MAX_INPUTS,
		first: 0,
		first_data: 0,
		candidates: 0,
	};

	fn add(&mut self, other: Self) {
		self.claims = self.claims.saturating_add(other.claims);
		self.data = self.data.saturating_add(other.data);
		self.first = self.first.saturating_add(other.first);
		self.first_data = self.first_data.saturating_add(other.first_data);
		self.candidates = self.candidates.saturating_add(other.candidates);
	}

	/// In weight.
	pub(crate) fn weight<W: WeightInfo>(&self) -> Weight {
		let claims = W::claim(self.claims, self.data);
		if self.first == 0 {
			return claims;
		}
		// The part of a draw that does not depend on its candidates is paid by each of them.
		let draws = W::draw(0)
			.saturating_mul(self.first.saturating_sub(1).into())
			.saturating_add(W::draw(self.candidates));
		claims
			.saturating_add(draws)
			.saturating_add(W::assign(self.first, self.first_data))
	}
}

fn refused<T: Config>(refusal: TicketRefusal) -> Error<T> {
	match refusal {
		TicketRefusal::NoBeacon => Error::NoBeacon,
		TicketRefusal::KeyTooNew => Error::KeyTooNew,
		TicketRefusal::TooHigh => Error::TicketTooHigh,
		TicketRefusal::BadProof => Error::BadVrfProof,
	}
}

/// What a draw of verifiers is about.
fn draw_subject(errand: ErrandId, attempt: u8, redrawn: u8) -> Vec<u8> {
	(errand, attempt, redrawn).encode()
}

impl<T: Config> Pallet<T> {
	/// An errand that is not final.
	pub(crate) fn unfinished(errand: ErrandId) -> Result<ErrandRecordOf<T>, Error<T>> {
		Errands::<T>::get(errand).ok_or_else(|| {
			// Reads the record: light clients validate duties, and accept no proof of a mere "there is such a key".
			if Finished::<T>::get(errand).is_some() {
				Error::<T>::AlreadySettled
			} else {
				Error::<T>::UnknownErrand
			}
		})
	}

	/// Everything about a claim that costs no curve operation.
	pub(crate) fn check_claim(
		who: &T::AccountId,
		errand: ErrandId,
		pre_output: &[u8; 32],
	) -> Result<(Claim<T>, u128), Error<T>> {
		let record = Self::unfinished(errand)?;
		let now = Self::now();
		let best = match &record.stage {
			Stage::Open | Stage::AwaitingPinners { .. } => None,
			// Claims of the block are fixed at its end, so this one is of this block.
			Stage::Claimed { module, ticket, .. } => Some((*ticket, *module)),
			Stage::Assigned(_) | Stage::AwaitingKey { .. } => {
				return Err(Error::<T>::ExecutorFixed);
			}
		};
		ensure!(now < record.deadline, Error::<T>::DeadlinePassed);
		let opens = Self::claims_open(&record.draw);
		ensure!(now >= opens, Error::<T>::ClaimsNotOpen);
		let (module, boot_seq) =
			T::Attested::module_of_session(who).ok_or(Error::<T>::NotModule)?;
		let certificate =
			T::Attested::certificate(module).ok_or(Error::<T>::NotEligible(Rule::NotActive))?;
		ensure!(certificate.boot_seq == boot_seq, Error::<T>::StaleBoot);
		let weight = Self::check_eligible(&record, &certificate)?;
		ensure!(
			best.is_some()
				|| ClaimedNow::<T>::decode_len().unwrap_or_default()
					< T::MaxClaimsPerBlock::get() as usize,
			Error::<T>::BlockFull
		);
		let claim = Claim {
			blocks_open: now.saturating_sub(opens).saturated_into(),
			rival: best.map(|(_, rival)| rival),
			record,
			certificate,
			weight,
		};
		let subject = subject(errand, claim.record.attempt);
		let value = T::Tickets::without_proof(&claim.request(&subject), pre_output)
			.map_err(refused::<T>)?;
		ensure!(
			best.is_none_or(|best| (value, module) < best),
			Error::<T>::LowerTicketClaimed
		);
		Ok((claim, value))
	}

	/// The rules of R-117. Gives the weight of the module.
	fn check_eligible(
		record: &ErrandRecordOf<T>,
		certificate: &Certificate<BlockNumberFor<T>>,
	) -> Result<DrawWeight, Error<T>> {
		let module = certificate.module;
		let unless = |holds: bool, rule: Rule| {
			ensure!(holds, Error::<T>::NotEligible(rule));
			Ok(())
		};
		unless(record.former != Some(module), Rule::FormerExecutor)?;
		unless(
			record.needs.classes.contains(certificate.class),
			Rule::Class,
		)?;
		let owner = T::Camellias::owner(module)
			.filter(|_| T::Camellias::is_living(module))
			.ok_or(Error::<T>::NotEligible(Rule::NotLiving))?;
		unless(record.allow_own || owner != record.client, Rule::OwnErrand)?;
		let workload = Workloads::<T>::get(module);
		unless(!workload.errands.is_full(), Rule::TooManyErrands)?;
		unless(
			Self::is_within_cap(
				certificate.class,
				module,
				workload.at_risk.saturating_add(record.held),
			),
			Rule::ClassCap,
		)?;
		let executor = Executor {
			certificate,
			owner: &owner,
		};
		for used in record.deployments() {
			T::Deployments::may_execute(&used.id, &used.terms, &executor).map_err(|refusal| {
				match refusal {
					Refusal::NotPinner => Error::<T>::NotPinner,
					refusal => Error::<T>::NotEligible(Rule::Terms(refusal)),
				}
			})?;
		}
		T::Camellias::draw_weight(module).ok_or(Error::<T>::NotEligible(Rule::NotLiving))
	}

	fn is_within_cap(class: HardwareClass, module: ModuleId, errands: BalanceOf<T>) -> bool {
		T::ClassCap::convert(class)
			.is_none_or(|cap| errands.saturating_add(T::Deployments::declared_value(module)) <= cap)
	}

	pub(crate) fn do_claim(
		who: T::AccountId,
		errand: ErrandId,
		ticket: &TicketProof,
	) -> DispatchResultWithPostInfo {
		let (claim, _) = Self::check_claim(&who, errand, &ticket.pre_output)?;
		let value = Self::prove(&claim, errand, ticket)?;
		let cost = Self::accept_claim(errand, claim, value)?;
		Ok(PostDispatchInfo {
			actual_weight: Some(cost.weight::<T::WeightInfo>()),
			..Default::default()
		})
	}

	/// Claims one after the other. What has become pointless since they were sent is left out; a false proof refuses all of
	/// them, because nobody sends one by accident.
	pub(crate) fn do_claim_many(
		who: T::AccountId,
		claims: &[(ErrandId, TicketProof)],
	) -> DispatchResultWithPostInfo {
		let mut cost = ClaimCost::default();
		let mut refusal = DispatchError::from(Error::<T>::NothingNamed);
		let mut is_any_taken = false;
		for (errand, ticket) in claims {
			match Self::check_claim(&who, *errand, &ticket.pre_output) {
				Ok((claim, _)) => {
					let value = Self::prove(&claim, *errand, ticket)?;
					cost.add(Self::accept_claim(*errand, claim, value)?);
					is_any_taken = true;
				}
				Err(error) => {
					cost.add(ClaimCost::REFUSED);
					refusal = error.into();
					Self::deposit_event(Event::NotTaken {
						errand: *errand,
						error: refusal,
					});
				}
			}
		}
		ensure!(is_any_taken, refusal);
		Ok(PostDispatchInfo {
			actual_weight: Some(cost.weight::<T::WeightInfo>()),
			..Default::default()
		})
	}

	/// Verifies the proof of a ticket.
	pub(crate) fn prove(
		claim: &Claim<T>,
		errand: ErrandId,
		ticket: &TicketProof,
	) -> Result<u128, Error<T>> {
		let subject = subject(errand, claim.record.attempt);
		T::Tickets::with_proof(&claim.request(&subject), ticket).map_err(refused::<T>)
	}

	/// Notes a claim with the lowest ticket so far. The first one has the verifiers drawn, and pays for the assignment at the
	/// end of the block.
	pub(crate) fn accept_claim(
		errand: ErrandId,
		claim: Claim<T>,
		value: u128,
	) -> Result<ClaimCost, Error<T>> {
		let Claim {
			mut record,
			certificate,
			rival,
			..
		} = claim;
		let module = certificate.module;
		let data = record.data.len() as u32;
		let mut cost = ClaimCost {
			claims: 1,
			data,
			..ClaimCost::default()
		};
		match rival {
			Some(rival) => Self::vacate(rival, errand, record.held),
			None => {
				let (shortlist, looked_at) = Self::shortlist(errand, &record);
				ClaimedNow::<T>::try_append(Claimed { errand, shortlist })
					.map_err(|_| Error::<T>::BlockFull)?;
				(cost.first, cost.first_data, cost.candidates) = (1, data, looked_at);
			}
		}
		Self::occupy(module, errand, record.held);
		record.stage = Stage::Claimed {
			module,
			boot_seq: certificate.boot_seq,
			ticket: value,
		};
		Errands::<T>::insert(errand, record);
		Self::deposit_event(Event::Claimed {
			errand,
			module,
			ticket: value,
		});
		Ok(cost)
	}

	/// Who may verify an errand, in the order of the draw, and how many candidates were looked at. One more than needed,
	/// because the executor's owner has none of them, and is not known before the end of the block.
	pub(crate) fn shortlist(
		errand: ErrandId,
		record: &ErrandRecordOf<T>,
	) -> (Shortlist<T::AccountId>, u32) {
		let drawn = T::Draws::shortlist(
			&Draw {
				purpose: Purpose::Errand,
				subject: &draw_subject(errand, record.attempt, 0),
				block: record.draw.fixed_in.saturating_add(One::one()),
				size: T::CommitteeSize::get(),
				excluded_owners: core::slice::from_ref(&record.client),
				excluded: &[],
			},
			1,
		);
		(BoundedVec::truncate_from(drawn.members), drawn.looked_at)
	}

	/// Fixes the executors of this block, and draws who checks them.
	pub(crate) fn assign_claimed() {
		for claimed in ClaimedNow::<T>::take() {
			Self::assign(claimed);
		}
	}

	/// Fixes the executor of an errand that was claimed.
	pub(crate) fn assign(claimed: Claimed<T::AccountId>) {
		let Claimed { errand, shortlist } = claimed;
		let Some(mut record) = Errands::<T>::get(errand).defensive() else {
			return;
		};
		let Stage::Claimed {
			module,
			boot_seq,
			ticket,
		} = record.stage
		else {
			frame_support::defensive!("what is claimed in a block stays so to its end");
			return;
		};
		let drawn = Self::assignment(&record, &shortlist, module, boot_seq, ticket);
		let Some(assignment) = drawn else {
			// Nobody is to blame: another beacon decides, about executor and verifiers.
			Self::vacate(module, errand, record.held);
			record.draw = DrawPlan {
				fixed_in: Self::now(),
				..record.draw
			};
			record.stage = Stage::Open;
			Self::schedule(errand, Self::claims_end(&record.draw, record.deadline));
			Errands::<T>::insert(errand, record);
			Self::deposit_event(Event::NoCommittee { errand, module });
			return;
		};
		Self::deposit_event(Event::Assigned {
			errand,
			attempt: record.attempt,
			executor: module,
			boot_seq,
			verifiers: assignment.verifiers.clone(),
			deadline: assignment.deadline,
		});
		Queue::<T>::mutate(|queue| {
			queue.open = queue.open.saturating_sub(1);
			queue.assigned = queue.assigned.saturating_add(1);
		});
		record.stage = if assignment.keys.contains(&KeyPath::Wanted) {
			Self::ask_for_keys(errand, &record, assignment)
		} else {
			Self::schedule(errand, assignment.deadline);
			Stage::Assigned(assignment)
		};
		Errands::<T>::insert(errand, record);
	}

	/// The assignment of an executor, if there are pins and a committee.
	fn assignment(
		record: &ErrandRecordOf<T>,
		shortlist: &[(Member<T::AccountId>, T::AccountId)],
		executor: ModuleId,
		boot_seq: BootSeq,
		ticket: u128,
	) -> Option<AssignmentOf<T>> {
		let beneficiary = T::Camellias::owner(executor)?;
		let keys = record
			.sources()
			.map(|(_, source)| match source {
				source if source.needs_key() => Some(KeyPath::Wanted),
				UsedSource::Deployed(used) if used.visibility == Visibility::Hosted => {
					let pin = T::Deployments::pin(&used.id, executor, boot_seq)?;
					Some(KeyPath::Pin {
						link: pin.link,
						parent: pin.parent,
						while_degraded: pin.while_degraded,
					})
				}
				_ => Some(KeyPath::None),
			})
			.collect::<Option<Vec<_>>>()?;
		let verifiers = Self::verifiers_of(executor, &beneficiary, shortlist)?;
		let now = Self::now();
		Some(Assignment {
			executor,
			boot_seq,
			beneficiary,
			ticket,
			assigned: now,
			deadline: Self::executor_deadline(record.attempt, now, record.deadline),
			verifiers,
			redraw: None,
			former: VerifiersOf::<T>::new(),
			failed: 0,
			keys: BoundedVec::truncate_from(keys),
		})
	}

	/// The first of the short list that are not of the executor's owner, if there are enough.
	fn verifiers_of(
		executor: ModuleId,
		owner: &T::AccountId,
		shortlist: &[(Member<T::AccountId>, T::AccountId)],
	) -> Option<VerifiersOf<T>> {
		let size = T::CommitteeSize::get() as usize;
		let members: Vec<Member<T::AccountId>> = shortlist
			.iter()
			// The executor itself, because it may have been sold in this block.
			.filter(|(member, of)| of != owner && *member != Member::Module(executor))
			.map(|(member, _)| member.clone())
			.take(size)
			.collect();
		BoundedVec::try_from(members)
			.ok()
			.filter(|members: &VerifiersOf<T>| members.len() == size)
	}

	/// Draws a second committee for an errand: nobody of the owners of executor and client.
	pub(crate) fn draw_verifiers(
		errand: ErrandId,
		record: &ErrandRecordOf<T>,
		owner: &T::AccountId,
		fixed_in: BlockNumberFor<T>,
		redrawn: u8,
		former: &VerifiersOf<T>,
	) -> Result<VerifiersOf<T>, DrawError> {
		let size = T::CommitteeSize::get();
		let members: Vec<Member<T::AccountId>> = T::Draws::committee(&Draw {
			purpose: Purpose::Errand,
			subject: &draw_subject(errand, record.attempt, redrawn),
			block: fixed_in.saturating_add(One::one()),
			size,
			excluded_owners: &[owner.clone(), record.client.clone()],
			excluded: former,
		})?;
		BoundedVec::try_from(members)
			.ok()
			.filter(|members| members.len() as u32 == size)
			.ok_or(DrawError::NoCommittee)
	}

	/// First block in which the executor of an attempt is too late: the first one has half of what is left, the second one
	/// all of it; the first one too, when the other half would be too short for a second one.
	pub(crate) fn executor_deadline(
		attempt: u8,
		now: BlockNumberFor<T>,
		deadline: BlockNumberFor<T>,
	) -> BlockNumberFor<T> {
		let left: u32 = deadline.saturating_sub(now).saturated_into();
		let half = now.saturating_add(left.div_ceil(2).into());
		if attempt > 0 || deadline < half.saturating_add(T::MinDeadline::get()) {
			deadline
		} else {
			half
		}
	}
}

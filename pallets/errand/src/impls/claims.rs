//! Claims: who may execute, whose ticket is the lowest, and who checks.

use crate::{
	Assignment, AssignmentOf, BalanceOf, ClaimedNow, Config, DrawPlan, ErrandRecordOf, Errands,
	Error, Event, Finished, KeyPath, Pallet, Queue, Rule, Stage, UsedSource, VerifiersOf,
	WeightInfo, Workloads,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	BoundedVec,
	dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
	ensure,
	traits::{ConstU32, Defensive, Get},
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
	draw::{Draw, DrawError, FrugalDraws, Purpose},
	errand::{ErrandId, MAX_SOURCES, TicketProof, TicketRefusal, TicketRequest, Tickets},
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

/// Candidates that a claim pays for, unless it is the first one of its block, which pays for as many as a draw looks at. Draws of
/// one block share what was paid for.
const SHARE: u32 = 16;

/// Candidates that the draws of a block with so many claimed errands look at, all together.
pub(crate) const fn candidates_for(claimed: u32) -> u32 {
	match claimed.checked_sub(1) {
		Some(others) => MAX_CANDIDATES.saturating_add(others.saturating_mul(SHARE)),
		None => 0,
	}
}

/// What claims of one call cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClaimCost {
	/// Claims, refused ones too.
	claims: u32,
	/// Deployments that their errands use.
	deployments: u32,
	/// First claims of an errand in this block: they pay for its draw and its assignment at the end of the block.
	first: u32,
	/// Deployments that their errands use.
	first_deployments: u32,
	/// Candidates that their draws may look at, all together.
	candidates: u32,
}

impl ClaimCost {
	/// What so many claims cost at most.
	pub(crate) const fn at_most(claims: u32) -> Self {
		let deployments = claims.saturating_mul(MAX_SOURCES);
		Self {
			claims,
			deployments,
			first: claims,
			first_deployments: deployments,
			candidates: candidates_for(claims),
		}
	}

	/// A refused claim: how far it was looked at is not known.
	const REFUSED: Self = Self {
		claims: 1,
		deployments: MAX_SOURCES,
		first: 0,
		first_deployments: 0,
		candidates: 0,
	};

	fn add(&mut self, other: Self) {
		self.claims = self.claims.saturating_add(other.claims);
		self.deployments = self.deployments.saturating_add(other.deployments);
		self.first = self.first.saturating_add(other.first);
		self.first_deployments = self
			.first_deployments
			.saturating_add(other.first_deployments);
		self.candidates = self.candidates.saturating_add(other.candidates);
	}

	/// In weight.
	pub(crate) fn weight<W: WeightInfo>(&self) -> Weight {
		let claims = W::claim(self.claims, self.deployments);
		if self.first == 0 {
			return claims;
		}
		// What a draw costs without its candidates is paid for each of them.
		let draws = W::draw(0)
			.saturating_mul(self.first.saturating_sub(1).into())
			.saturating_add(W::draw(self.candidates));
		claims
			.saturating_add(draws)
			.saturating_add(W::assign(self.first, self.first_deployments))
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

	/// Notes a claim with the lowest ticket so far. The first one pays for draw and assignment at the end of the block.
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
		let deployments = record.deployments().count() as u32;
		let mut cost = ClaimCost {
			claims: 1,
			deployments,
			..ClaimCost::default()
		};
		match rival {
			Some(rival) => Self::vacate(rival, errand, record.held),
			None => {
				let others = ClaimedNow::<T>::decode_len().unwrap_or_default() as u32;
				ClaimedNow::<T>::try_append(errand).map_err(|_| Error::<T>::BlockFull)?;
				let candidates =
					candidates_for(others.saturating_add(1)).saturating_sub(candidates_for(others));
				(cost.first, cost.first_deployments, cost.candidates) =
					(1, deployments, candidates);
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

	/// Fixes the executors of this block, and draws who checks them, out of the candidates that the claims have paid for.
	pub(crate) fn assign_claimed() {
		let claimed = ClaimedNow::<T>::take();
		let mut candidates = candidates_for(claimed.len() as u32);
		for errand in claimed {
			let Some(record) = Errands::<T>::get(errand).defensive() else {
				continue;
			};
			let looked_at = Self::assign(errand, record, candidates);
			candidates = candidates.saturating_sub(looked_at);
		}
	}

	/// Fixes the executor of an errand that was claimed. Says at how many candidates for its verifiers was looked.
	pub(crate) fn assign(errand: ErrandId, mut record: ErrandRecordOf<T>, candidates: u32) -> u32 {
		let Stage::Claimed {
			module,
			boot_seq,
			ticket,
		} = record.stage
		else {
			frame_support::defensive!("what is claimed in a block stays so to its end");
			return 0;
		};
		let (assignment, looked_at) =
			Self::assignment(errand, &record, (module, boot_seq, ticket), candidates);
		let Some(assignment) = assignment else {
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
			return looked_at;
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
		looked_at
	}

	/// The assignment of an executor, if there are pins and a committee, and the candidates that were looked at.
	fn assignment(
		errand: ErrandId,
		record: &ErrandRecordOf<T>,
		(executor, boot_seq, ticket): (ModuleId, BootSeq, u128),
		candidates: u32,
	) -> (Option<AssignmentOf<T>>, u32) {
		let Some((beneficiary, keys)) = Self::owner_and_keys(record, executor, boot_seq) else {
			return (None, 0);
		};
		let (verifiers, looked_at) = Self::draw_verifiers(
			errand,
			record,
			&beneficiary,
			record.draw.fixed_in,
			0,
			&VerifiersOf::<T>::new(),
			candidates,
		);
		let now = Self::now();
		let assignment = verifiers.ok().map(|verifiers| Assignment {
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
			keys,
		});
		(assignment, looked_at)
	}

	/// Who is paid for the work of an executor, and how its keys come to it; nothing when a pin is gone.
	fn owner_and_keys(
		record: &ErrandRecordOf<T>,
		executor: ModuleId,
		boot_seq: BootSeq,
	) -> Option<(T::AccountId, BoundedVec<KeyPath, ConstU32<MAX_SOURCES>>)> {
		let owner = T::Camellias::owner(executor)?;
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
		Some((owner, BoundedVec::truncate_from(keys)))
	}

	/// Draws the verifiers of an errand: nobody of the owners of executor and client. Says at how many candidates was looked.
	pub(crate) fn draw_verifiers(
		errand: ErrandId,
		record: &ErrandRecordOf<T>,
		owner: &T::AccountId,
		fixed_in: BlockNumberFor<T>,
		redrawn: u8,
		former: &VerifiersOf<T>,
		candidates: u32,
	) -> (Result<VerifiersOf<T>, DrawError>, u32) {
		let size = T::CommitteeSize::get();
		let drawn = T::Draws::draw(
			&Draw {
				purpose: Purpose::Errand,
				subject: &(errand, record.attempt, redrawn).encode(),
				block: fixed_in.saturating_add(One::one()),
				size,
				excluded_owners: &[owner.clone(), record.client.clone()],
				excluded: former,
			},
			candidates,
		);
		let verifiers = drawn.committee.and_then(|members| {
			BoundedVec::try_from(members)
				.ok()
				.filter(|members: &VerifiersOf<T>| members.len() as u32 == size)
				.ok_or(DrawError::NoCommittee)
		});
		(verifiers, drawn.looked_at)
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

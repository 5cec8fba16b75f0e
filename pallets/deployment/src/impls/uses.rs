//! What errands ask and tell.

use crate::{
	BalanceOf, ClientRecord, Clients, Config, DeploymentRecordOf, Deployments, EndReason, Event,
	Links, Pallet, Pins, TermUses, TermsByHash, TermsOf,
};
use alloc::vec::Vec;
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{Saturating, traits::Zero};
use tea_primitives::{
	deployment::{
		Charge, CodeRef, DeploymentId, Executor, Giver, Hash, Kind, LivePin, Price, Refusal, Usage,
		UseOutcome, UseRequest, Visibility,
	},
	ids::{BootSeq, ModuleId},
	module::Attested,
};

impl<T: Config> Pallet<T> {
	/// How the next use of a client is charged.
	fn charge(
		id: &DeploymentId,
		terms: &TermsOf<T>,
		client: &T::AccountId,
	) -> Charge<BalanceOf<T>> {
		if let (0, Price::PerUse(amount)) = (terms.free_uses, terms.price) {
			return Charge::PerUse(amount);
		}
		let record = Clients::<T>::get(id, client);
		if record.free_uses < terms.free_uses {
			return Charge::Free;
		}
		match terms.price {
			Price::PerUse(amount) => Charge::PerUse(amount),
			Price::Hourly(_) if Self::now() < record.paid_until => Charge::Covered,
			Price::Hourly(amount) => Charge::Hour(amount),
		}
	}

	/// Whether this code may read data on these terms.
	fn may_read(visibility: Visibility, terms: &TermsOf<T>, code: CodeRef<'_>) -> bool {
		let listed = terms.readers.code.as_ref();
		match code {
			CodeRef::Deployed(id) => listed.is_none_or(|codes| codes.contains(id)),
			CodeRef::AdHoc => {
				terms.readers.ad_hoc || (visibility == Visibility::Plain && listed.is_none())
			}
		}
	}

	/// Changes what is known of a client, and forgets it when that is nothing.
	fn mutate_client(
		id: &DeploymentId,
		client: &T::AccountId,
		change: impl FnOnce(&mut ClientRecord<BlockNumberFor<T>>),
	) {
		Clients::<T>::mutate_exists(id, client, |entry| {
			let mut record = entry.take().unwrap_or_default();
			change(&mut record);
			let means_something = record.free_uses > 0 || Self::now() < record.paid_until;
			*entry = means_something.then_some(record);
		});
	}

	/// No entry means no use.
	fn set_uses(id: &DeploymentId, terms: &Hash, uses: u32) {
		if uses == 0 {
			TermUses::<T>::remove(id, terms);
		} else {
			TermUses::<T>::insert(id, terms, uses);
		}
	}

	/// One use less: terms and deployments go when nothing needs them any more.
	fn release_use(id: &DeploymentId, record: &mut DeploymentRecordOf<T>, terms: &Hash) {
		record.uses = record.uses.saturating_sub(1);
		let left = TermUses::<T>::get(id, terms).saturating_sub(1);
		Self::set_uses(id, terms, left);
		if left == 0 && *terms != record.terms {
			TermsByHash::<T>::remove(id, terms);
			record.former_terms = record.former_terms.saturating_sub(1);
		}
		if record.uses == 0 && Self::end_of(record).is_some() {
			Self::schedule_next(*id, record);
		}
	}
}

impl<T: Config>
	tea_primitives::deployment::Deployments<T::AccountId, BalanceOf<T>, BlockNumberFor<T>>
	for Pallet<T>
{
	fn quote_use(
		id: &DeploymentId,
		request: &UseRequest<'_, T::AccountId, BlockNumberFor<T>>,
	) -> Result<Usage<T::AccountId, BalanceOf<T>>, Refusal> {
		let record = Deployments::<T>::get(id).ok_or(Refusal::UnknownDeployment)?;
		match Self::end_of(&record) {
			None => (),
			Some(EndReason::Retired) => return Err(Refusal::Retired),
			Some(EndReason::Expired) => return Err(Refusal::Expired),
		}
		ensure!(record.kind == request.kind, Refusal::WrongKind);
		ensure!(
			record
				.expires
				.is_none_or(|expires| request.deadline <= expires),
			Refusal::Expired
		);
		let present = TermsByHash::<T>::get(id, record.terms).ok_or(Refusal::UnknownTerms)?;
		ensure!(
			present.clients.admit(|account| account == request.client),
			Refusal::ClientNotAllowed
		);
		if record.kind == Kind::Data {
			ensure!(
				Self::may_read(record.visibility, &present, request.code),
				Refusal::CodeNotAllowed
			);
			ensure!(
				present
					.max_output
					.is_none_or(|most| request.max_output <= most),
				Refusal::OutputTooLarge
			);
		}
		if record.visibility == Visibility::Hosted {
			ensure!(
				Self::any_live(&record, &Pins::<T>::get(id)),
				Refusal::DeploymentLost
			);
		}
		Ok(Usage {
			charge: Self::charge(id, &present, request.client),
			owner: record.owner,
			visibility: record.visibility,
			content: record.content,
			terms: record.terms,
			delegator: record.delegator,
			checker: record.checker,
		})
	}

	fn begin_use(
		id: &DeploymentId,
		client: &T::AccountId,
		usage: &Usage<T::AccountId, BalanceOf<T>>,
		deadline: BlockNumberFor<T>,
	) {
		Deployments::<T>::mutate_extant(id, |record| {
			record.uses = record.uses.saturating_add(1);
			record.busy_until = record.busy_until.max(deadline);
		});
		TermUses::<T>::mutate(id, usage.terms, |uses| *uses = uses.saturating_add(1));
		if usage.charge == Charge::Free {
			Self::mutate_client(id, client, |record| {
				record.free_uses = record.free_uses.saturating_add(1);
			});
		}
	}

	fn end_use(
		id: &DeploymentId,
		client: &T::AccountId,
		terms: &Hash,
		charge: &Charge<BalanceOf<T>>,
		outcome: UseOutcome,
	) -> BalanceOf<T> {
		let Some(mut record) = Deployments::<T>::get(id) else {
			frame_support::defensive!("a deployment stays as long as an errand uses it");
			return Zero::zero();
		};
		let due = match (charge, outcome) {
			(Charge::PerUse(amount), UseOutcome::Confirmed) => *amount,
			(Charge::Hour(amount), UseOutcome::Confirmed) => {
				if Self::now() < Clients::<T>::get(id, client).paid_until {
					Zero::zero()
				} else {
					let until = Self::now().saturating_add(T::PassBlocks::get());
					Self::mutate_client(id, client, |record| record.paid_until = until);
					*amount
				}
			}
			(Charge::Free, UseOutcome::NotCounted) => {
				Self::mutate_client(id, client, |record| {
					record.free_uses = record.free_uses.saturating_sub(1);
				});
				Zero::zero()
			}
			_ => Zero::zero(),
		};
		Self::release_use(id, &mut record, terms);
		Deployments::<T>::insert(id, record);
		if outcome != UseOutcome::NotCounted {
			Self::deposit_event(Event::Used {
				deployment: *id,
				client: client.clone(),
				charge: *charge,
				due,
			});
		}
		due
	}

	fn may_execute(
		id: &DeploymentId,
		terms: &Hash,
		executor: &Executor<'_, T::AccountId, BlockNumberFor<T>>,
	) -> Result<(), Refusal> {
		let record = Deployments::<T>::get(id).ok_or(Refusal::UnknownDeployment)?;
		if Self::pins_are_void(&record) {
			return Err(match record.retired {
				Some(_) => Refusal::Retired,
				None => Refusal::Expired,
			});
		}
		let certificate = executor.certificate;
		let agreed = TermsByHash::<T>::get(id, terms).ok_or(Refusal::UnknownTerms)?;
		Self::admit(&agreed, certificate, executor.owner)?;
		if record.visibility == Visibility::Hosted {
			let holds = Pins::<T>::get(id).pins.iter().any(|pin| {
				pin.module == certificate.module
					&& pin.boot_seq == certificate.boot_seq
					&& pin.seed == record.seed
			});
			ensure!(holds, Refusal::NotPinner);
		}
		Ok(())
	}

	fn pin(
		id: &DeploymentId,
		module: ModuleId,
		boot_seq: BootSeq,
	) -> Option<LivePin<BlockNumberFor<T>>> {
		let record = Deployments::<T>::get(id)?;
		let table = Pins::<T>::get(id);
		let pin = table
			.pins
			.iter()
			.find(|pin| pin.module == module && pin.boot_seq == boot_seq)
			.filter(|pin| Self::is_live(&record, pin))?;
		let parent = match Links::<T>::get(pin.link)?.from {
			Giver::Module(parent, _) => Some(parent),
			Giver::Account(_) => None,
		};
		Some(LivePin {
			link: pin.link,
			parent,
			while_degraded: pin.while_degraded,
			since: pin.since,
		})
	}

	fn pinners(id: &DeploymentId, limit: u32) -> Vec<ModuleId> {
		let Some(record) = Deployments::<T>::get(id) else {
			return Vec::new();
		};
		Pins::<T>::get(id)
			.pins
			.iter()
			.rev()
			.take(limit as usize)
			.filter(|pin| Self::is_live(&record, pin))
			.map(|pin| pin.module)
			.collect()
	}

	fn declared_value(module: ModuleId) -> BalanceOf<T> {
		T::Attestation::certificate(module).map_or_else(Zero::zero, |certificate| {
			Self::value_held(module, certificate.boot_seq)
		})
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn bench_deploy(
		owner: &T::AccountId,
		kind: Kind,
		visibility: Visibility,
		pinner: ModuleId,
		boot_seq: BootSeq,
	) -> DeploymentId {
		crate::benchmarking::deploy::<T>(owner, kind, visibility, pinner, boot_seq)
	}
}

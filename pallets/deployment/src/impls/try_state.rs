//! The invariants of the README, checked by walking the maps.

use crate::{
	Agenda, BalanceOf, Clients, Config, DeploymentRecordOf, Deployments, Ended, HoldReason,
	Holding, Holdings, Links, Pallet, Pins, TermUses, TermsByHash,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{
	ensure,
	traits::{Get, fungible::InspectHold},
};
use sp_runtime::{TryRuntimeError, traits::Saturating};
use tea_primitives::{
	deployment::{DeploymentId, Giver, Hash, LinkReason, NO_PARENT, Visibility},
	ids::ModuleId,
};

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		for (id, record) in Deployments::<T>::iter() {
			Self::check_record(&id, &record)?;
		}
		Self::check_belonging()?;
		Self::check_pins()?;
		Self::check_links()?;
		Self::check_deposits()?;
		Self::check_agenda()
	}

	fn check_record(
		id: &DeploymentId,
		record: &DeploymentRecordOf<T>,
	) -> Result<(), TryRuntimeError> {
		ensure!(
			!Ended::<T>::contains_key(id),
			"1: an ended deployment stays ended"
		);
		let mut uses = 0u32;
		let mut former = 0u8;
		for (hash, terms) in TermsByHash::<T>::iter_prefix(id) {
			ensure!(
				hash == Self::hash_of(&terms),
				"2: terms stand under their hash"
			);
			let of_these = TermUses::<T>::get(id, hash);
			uses = uses.saturating_add(of_these);
			if hash == record.terms {
				ensure!(
					terms.expires == record.expires,
					"2: the record expires as its terms say"
				);
			} else {
				former = former.saturating_add(1);
				ensure!(of_these > 0, "2: former terms have a use");
			}
		}
		ensure!(
			TermsByHash::<T>::contains_key(id, record.terms),
			"2: the present terms are known"
		);
		ensure!(former == record.former_terms, "2: former terms are counted");
		ensure!(
			former <= T::MaxFormerTerms::get(),
			"2: former terms are bounded"
		);
		ensure!(uses == record.uses, "3: uses are counted by terms");
		let origin = Links::<T>::get(record.origin).ok_or("4: link 0 is kept")?;
		ensure!(
			origin.parent == NO_PARENT
				&& origin.to == record.delegator
				&& origin.from == Giver::Account(record.owner.clone())
				&& origin.reason
					== LinkReason::Origin {
						seed: record.seed,
						public_key: record.public_key,
						registration: record.registration,
					},
			"4: link 0 is of this seed"
		);
		ensure!(
			record.visibility == Visibility::Hosted || !Pins::<T>::contains_key(id),
			"5: only hosted keys are pinned"
		);
		if record.closed {
			ensure!(Self::pins_are_void(record), "1: what is closed has ended");
		}
		if let Some(block) = record.agenda {
			ensure!(
				Agenda::<T>::get(block).contains(id),
				"10: the deployment stands in the agenda that its record names"
			);
		}
		Ok(())
	}

	fn check_belonging() -> Result<(), TryRuntimeError> {
		let of_terms = TermsByHash::<T>::iter_keys().map(|(id, _)| id);
		let of_uses = TermUses::<T>::iter_keys().map(|(id, _)| id);
		let of_clients = Clients::<T>::iter_keys().map(|(id, _)| id);
		let of_links = Links::<T>::iter_values().map(|link| link.deployment);
		let all = of_terms
			.chain(of_uses)
			.chain(of_clients)
			.chain(of_links)
			.chain(Pins::<T>::iter_keys());
		for id in all {
			ensure!(
				Deployments::<T>::contains_key(id),
				"6: nothing is left of an ended deployment"
			);
		}
		Ok(())
	}

	fn check_pins() -> Result<(), TryRuntimeError> {
		let mut held = BTreeMap::<ModuleId, Holding<BalanceOf<T>>>::new();
		for (id, table) in Pins::<T>::iter() {
			ensure!(
				!table.pins.is_empty() || !table.loose.is_empty(),
				"5: no empty table"
			);
			let record = Deployments::<T>::get(id).ok_or("6: pins belong to deployments")?;
			let mut modules = BTreeSet::new();
			for pin in &table.pins {
				ensure!(
					modules.insert(pin.module),
					"5: a module pins a deployment once"
				);
				ensure!(pin.seed <= record.seed, "5: no pin is of a later seed");
				let link = Links::<T>::get(pin.link).ok_or("7: every pin has its link")?;
				ensure!(
					link.deployment == id
						&& link.to == pin.module
						&& link.boot_seq == pin.boot_seq
						&& link.depth == pin.depth,
					"7: the link of a pin is its own"
				);
				let holding = Holdings::<T>::get(pin.module);
				if holding.boot_seq == pin.boot_seq {
					let sum = held.entry(pin.module).or_insert(Holding {
						boot_seq: pin.boot_seq,
						..Default::default()
					});
					sum.pins = sum.pins.saturating_add(1);
					sum.value = sum.value.saturating_add(record.declared_value);
				} else {
					ensure!(
						pin.boot_seq < holding.boot_seq,
						"8: every pin of the latest boot is counted"
					);
				}
			}
		}
		for (module, holding) in Holdings::<T>::iter() {
			ensure!(
				held.get(&module) == Some(&holding),
				"8: a module answers for the sum of its pins"
			);
		}
		Ok(())
	}

	fn check_links() -> Result<(), TryRuntimeError> {
		let mut holders = BTreeMap::<Hash, u32>::new();
		let mut hold = |hash: Hash| {
			let count = holders.entry(hash).or_default();
			*count = count.saturating_add(1);
		};
		for record in Deployments::<T>::iter_values() {
			hold(record.origin);
		}
		for table in Pins::<T>::iter_values() {
			for pin in &table.pins {
				hold(pin.link);
			}
			for loose in &table.loose {
				hold(*loose);
			}
		}
		for (hash, link) in Links::<T>::iter() {
			ensure!(
				hash == Self::signed(link.clone()).link.hash(),
				"7: links stand under their hash"
			);
			if link.parent == NO_PARENT {
				ensure!(link.depth == 1, "7: link 0 is the first generation");
				continue;
			}
			hold(link.parent);
			let parent = Links::<T>::get(link.parent).ok_or("7: chains lead to the owner")?;
			ensure!(
				parent.deployment == link.deployment
					&& link.from == Giver::Module(parent.to, parent.boot_seq)
					&& link.depth == parent.depth.saturating_add(1)
					&& link.depth <= T::MaxDepth::get(),
				"7: who gives has received"
			);
		}
		for (hash, link) in Links::<T>::iter() {
			ensure!(
				holders.remove(&hash) == Some(link.holders),
				"7: a link stays as long as something hangs on it"
			);
		}
		ensure!(holders.is_empty(), "7: whatever is held exists");
		Ok(())
	}

	fn check_deposits() -> Result<(), TryRuntimeError> {
		let mut owed = BTreeMap::<T::AccountId, BalanceOf<T>>::new();
		for record in Deployments::<T>::iter_values() {
			let sum = owed.entry(record.owner).or_default();
			*sum = sum.saturating_add(record.deposit);
		}
		for (owner, sum) in owed {
			ensure!(
				T::Currency::balance_on_hold(&HoldReason::Deposit.into(), &owner) == sum,
				"9: what is on hold is the sum of the deposits"
			);
		}
		Ok(())
	}

	fn check_agenda() -> Result<(), TryRuntimeError> {
		for (block, agenda) in Agenda::<T>::iter() {
			ensure!(!agenda.is_empty(), "10: no agenda is kept empty");
			let mut seen = BTreeSet::new();
			for id in agenda {
				ensure!(seen.insert(id), "10: each stands in an agenda once");
				ensure!(
					Deployments::<T>::get(id).is_some_and(|record| record.agenda == Some(block)),
					"10: an agenda names deployments that name it"
				);
			}
		}
		Ok(())
	}
}

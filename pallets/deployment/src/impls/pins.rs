//! Pins: who holds the key. A pin is a record of who received it; whether it is live, suspended or void is read from
//! the certificate of its module at the moment of the question, so no change of a module's status walks over pins.

use super::{LOST_PROBES, PROBES, ROOM_PROBES, TIDY_LINKS, TIDY_PINS};
use crate::{
	BalanceOf, Config, DeploymentRecordOf, Deployments, DropReason, Error, Event, Holding,
	Holdings, LinkOf, Links, Pallet, Pin, PinTableOf, Pins, TermsByHash, WeightInfo,
};
use alloc::{boxed::Box, vec::Vec};
use frame_support::{dispatch::DispatchResultWithPostInfo, ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{
	DispatchResult, Saturating,
	traits::{CheckedAdd, Convert, Verify, Zero},
};
use tea_primitives::{
	camellia::Camellias,
	deployment::{
		DeploymentId, Giver, Hash, LINK_DOMAIN, Link, LinkReason, SignedLink, Visibility,
	},
	ids::{BootSeq, ModuleId},
	module::Attested,
};

/// A pin of this runtime.
pub(crate) type PinOf<T> = Pin<BlockNumberFor<T>>;

/// A pin that is right in everything but the signatures over its link.
pub(crate) struct Confirmation<T: Config> {
	record: DeploymentRecordOf<T>,
	table: PinTableOf<T>,
	module: ModuleId,
	boot_seq: BootSeq,
	key: [u8; 32],
	parent: PinOf<T>,
	parent_key: [u8; 32],
	/// The pin that makes way.
	makes_way: Option<usize>,
}

impl<T: Config> Pallet<T> {
	/// Whether a pin counts now: the deployment and its seed go on, and the module is Active in the boot of the pin.
	pub(crate) fn is_live(record: &DeploymentRecordOf<T>, pin: &PinOf<T>) -> bool {
		pin.seed == record.seed
			&& !Self::pins_are_void(record)
			&& T::Attestation::certificate(pin.module)
				.is_some_and(|certificate| certificate.boot_seq == pin.boot_seq)
	}

	/// Whether any of the latest pins is live.
	pub(crate) fn any_live(record: &DeploymentRecordOf<T>, table: &PinTableOf<T>) -> bool {
		table
			.pins
			.iter()
			.rev()
			.take(LOST_PROBES as usize)
			.any(|pin| Self::is_live(record, pin))
	}

	/// Whether fewer of the latest pins are live than the owner wants, and how many were looked at. Then the live ones
	/// move behind the others, so that the next look finds them first.
	fn is_degraded(record: &DeploymentRecordOf<T>, table: &mut PinTableOf<T>) -> (bool, u32) {
		let mut live = 0u8;
		let mut looked = 0u32;
		let mut alive = Vec::new();
		let mut others = Vec::new();
		for pin in table.pins.iter().rev().take(PROBES as usize) {
			looked = looked.saturating_add(1);
			if Self::is_live(record, pin) {
				alive.push(*pin);
				live = live.saturating_add(1);
				if live >= record.wanted {
					return (false, looked);
				}
			} else {
				others.push(*pin);
			}
		}
		let latest_first = alive.into_iter().chain(others);
		for (place, pin) in table.pins.iter_mut().rev().zip(latest_first) {
			*place = pin;
		}
		(true, looked)
	}

	/// Where the pin of a module stands in the table.
	pub(crate) fn position_of(table: &PinTableOf<T>, module: ModuleId) -> Option<usize> {
		table.pins.iter().position(|pin| pin.module == module)
	}

	pub(crate) fn write_table(deployment: &DeploymentId, table: PinTableOf<T>) {
		if table.pins.is_empty() && table.loose.is_empty() {
			Pins::<T>::remove(deployment);
		} else {
			Pins::<T>::insert(deployment, table);
		}
	}

	/// Adds a pin; its module answers for the declared value from now on.
	pub(crate) fn add_pin(
		record: &DeploymentRecordOf<T>,
		table: &mut PinTableOf<T>,
		pin: PinOf<T>,
	) -> Result<(), Error<T>> {
		let former = Holdings::<T>::get(pin.module);
		let held = if former.boot_seq == pin.boot_seq {
			former
		} else {
			Holding {
				boot_seq: pin.boot_seq,
				..Default::default()
			}
		};
		let value: BalanceOf<T> = held
			.value
			.checked_add(&record.declared_value)
			.ok_or(Error::<T>::ClassCapExceeded)?;
		table
			.pins
			.try_push(pin)
			.map_err(|_| Error::<T>::TooManyPins)?;
		let holding = Holding {
			pins: held.pins.saturating_add(1),
			value,
			..held
		};
		Holdings::<T>::insert(pin.module, holding);
		Ok(())
	}

	/// Takes a pin away. Its link waits to be let go.
	fn take_pin(
		record: &DeploymentRecordOf<T>,
		table: &mut PinTableOf<T>,
		index: usize,
	) -> Result<PinOf<T>, Error<T>> {
		let pin = *table.pins.get(index).ok_or(Error::<T>::NotPinner)?;
		table
			.loose
			.try_push(pin.link)
			.map_err(|_| Error::<T>::LooseEnds)?;
		table.pins.remove(index);
		Holdings::<T>::mutate_exists(pin.module, |entry| {
			let Some(holding) = entry
				.as_mut()
				.filter(|holding| holding.boot_seq == pin.boot_seq)
			else {
				return;
			};
			holding.pins = holding.pins.saturating_sub(1);
			holding.value = holding.value.saturating_sub(record.declared_value);
			if holding.pins == 0 {
				*entry = None;
			}
		});
		Ok(pin)
	}

	/// Takes a pin away whose module has not asked for it.
	pub(crate) fn remove_pin(
		deployment: &DeploymentId,
		record: &DeploymentRecordOf<T>,
		table: &mut PinTableOf<T>,
		index: usize,
	) -> Result<(), Error<T>> {
		let pin = Self::take_pin(record, table, index)?;
		Self::deposit_event(Event::PinRemoved {
			deployment: *deployment,
			module: pin.module,
			boot_seq: pin.boot_seq,
		});
		Ok(())
	}

	/// Clears away pins of older seeds, a few of them.
	pub(crate) fn tidy_pins(
		deployment: &DeploymentId,
		record: &DeploymentRecordOf<T>,
		table: &mut PinTableOf<T>,
	) {
		for _ in 0..TIDY_PINS {
			let old = table.pins.iter().position(|pin| pin.seed != record.seed);
			let removed = old.map(|index| Self::remove_pin(deployment, record, table, index));
			if !matches!(removed, Some(Ok(()))) {
				return;
			}
		}
	}

	/// Everything about a new pin that can be checked without a curve, in a constant number of reads.
	pub(crate) fn check_confirmation(
		who: &T::AccountId,
		deployment: &DeploymentId,
		parent: &Hash,
		block: BlockNumberFor<T>,
	) -> Result<Confirmation<T>, Error<T>> {
		let (module, boot_seq) =
			T::Attestation::module_of_session(who).ok_or(Error::<T>::NotModule)?;
		let record = Self::open(deployment)?;
		ensure!(
			record.visibility == Visibility::Hosted,
			Error::<T>::NotHosted
		);
		Self::check_block(block)?;
		let certificate = T::Attestation::certificate(module)
			.filter(|certificate| certificate.boot_seq == boot_seq)
			.ok_or(Error::<T>::PeerNotActive)?;

		let table = Pins::<T>::get(deployment);
		let own = Self::position_of(&table, module);
		let is_present = |pin: &PinOf<T>| pin.boot_seq == boot_seq && pin.seed == record.seed;
		ensure!(
			!own.and_then(|index| table.pins.get(index))
				.is_some_and(is_present),
			Error::<T>::AlreadyPinned
		);
		let parent = *table
			.pins
			.iter()
			.find(|pin| pin.link == *parent && pin.seed == record.seed)
			.ok_or(Error::<T>::UnknownParent)?;
		let parent_key = T::Attestation::certificate(parent.module)
			.filter(|certificate| certificate.boot_seq == parent.boot_seq)
			.map(|certificate| certificate.keys.session)
			.ok_or(Error::<T>::ParentNotActive)?;
		ensure!(parent.depth < T::MaxDepth::get(), Error::<T>::TooDeep);

		let terms =
			TermsByHash::<T>::get(deployment, record.terms).ok_or(Error::<T>::UnknownDeployment)?;
		let owner = T::Camellias::owner(module).ok_or(Error::<T>::PeerNotActive)?;
		Self::admit(&terms, &certificate, &owner).map_err(Self::refused)?;
		// A pin of this boot, but of an older seed, counts already.
		let counts = own
			.and_then(|index| table.pins.get(index))
			.is_some_and(|pin| pin.boot_seq == boot_seq);
		let more = if counts {
			Zero::zero()
		} else {
			record.declared_value
		};
		Self::check_cap(module, boot_seq, certificate.class, more).map_err(Self::refused)?;

		let makes_way = match own {
			Some(index) => Some(index),
			None if table.pins.is_full() => {
				let dead = table
					.pins
					.iter()
					.take(ROOM_PROBES as usize)
					.position(|pin| !Self::is_live(&record, pin));
				Some(dead.ok_or(Error::<T>::TooManyPins)?)
			}
			None => None,
		};
		ensure!(
			makes_way.is_none() || !table.loose.is_full(),
			Error::<T>::LooseEnds
		);
		Ok(Confirmation {
			record,
			table,
			module,
			boot_seq,
			key: certificate.keys.session,
			parent,
			parent_key,
			makes_way,
		})
	}

	pub(crate) fn do_confirm_pin(
		who: T::AccountId,
		deployment: DeploymentId,
		parent: Hash,
		block: BlockNumberFor<T>,
		sealed_key: Hash,
		giver: T::MemberSignature,
		receiver: T::MemberSignature,
	) -> DispatchResultWithPostInfo {
		let Confirmation {
			record,
			mut table,
			module,
			boot_seq,
			key,
			parent,
			parent_key,
			makes_way,
		} = Self::check_confirmation(&who, &deployment, &parent, block)?;
		let link: LinkOf<T> = Link {
			domain: LINK_DOMAIN,
			genesis: Self::genesis(),
			deployment,
			parent: parent.link,
			from: Giver::Module(parent.module, parent.boot_seq),
			to: module,
			boot_seq,
			reason: LinkReason::Pin,
			block,
			sealed_key,
		};
		// Reads the record: light clients validate duties, and accept no proof of a mere "there is such a key".
		ensure!(Links::<T>::get(link.hash()).is_none(), Error::<T>::LinkUsed);
		let payload = link.payload();
		let parent_account = T::SessionAccount::convert(parent_key);
		ensure!(
			giver.verify(payload.as_slice(), &parent_account)
				&& receiver.verify(payload.as_slice(), &who),
			Error::<T>::BadSignature
		);

		// First of all: the table is as it was checked until the pin has made way.
		match makes_way {
			Some(index) => Self::remove_pin(&deployment, &record, &mut table, index)?,
			None => Self::tidy_pins(&deployment, &record, &mut table),
		}
		let (while_degraded, looked) = Self::is_degraded(&record, &mut table);
		let depth = parent.depth.saturating_add(1);
		let signed = SignedLink {
			link,
			giver: Some(giver),
			receiver,
			receiver_key: key,
		};
		let pin = Pin {
			module,
			boot_seq,
			seed: record.seed,
			link: Self::keep_link(&signed, depth, 1),
			depth,
			since: Self::now(),
			while_degraded,
		};
		Self::add_pin(&record, &mut table, pin)?;
		Self::release_links(&mut table, TIDY_LINKS);
		Self::write_table(&deployment, table);
		Self::deposit_event(Event::Pinned {
			deployment,
			module,
			boot_seq,
			parent: parent.module,
			depth,
			while_degraded,
			link: Box::new(signed),
		});
		Ok(Some(T::WeightInfo::confirm_pin(looked)).into())
	}

	/// The pin that a session key may give up.
	pub(crate) fn check_drop(
		who: &T::AccountId,
		deployment: &DeploymentId,
	) -> Result<(DeploymentRecordOf<T>, PinTableOf<T>, usize), Error<T>> {
		let (module, boot_seq) =
			T::Attestation::module_of_session(who).ok_or(Error::<T>::NotModule)?;
		let record = Deployments::<T>::get(deployment).ok_or(Error::<T>::UnknownDeployment)?;
		let table = Pins::<T>::get(deployment);
		let index = table
			.pins
			.iter()
			.position(|pin| pin.module == module && pin.boot_seq <= boot_seq)
			.ok_or(Error::<T>::NotPinner)?;
		ensure!(!table.loose.is_full(), Error::<T>::LooseEnds);
		Ok((record, table, index))
	}

	pub(crate) fn do_drop_pin(
		who: T::AccountId,
		deployment: DeploymentId,
		reason: DropReason,
	) -> DispatchResult {
		let (record, mut table, index) = Self::check_drop(&who, &deployment)?;
		let was_live = table
			.pins
			.get(index)
			.is_some_and(|pin| Self::is_live(&record, pin));
		let pin = Self::take_pin(&record, &mut table, index)?;
		Self::release_links(&mut table, TIDY_LINKS);
		let is_lost =
			was_live && Self::end_of(&record).is_none() && !Self::any_live(&record, &table);
		Self::write_table(&deployment, table);
		Self::deposit_event(Event::Unpinned {
			deployment,
			module: pin.module,
			boot_seq: pin.boot_seq,
			reason,
		});
		if is_lost {
			Self::deposit_event(Event::Lost {
				deployment,
				owner: record.owner,
			});
		}
		Ok(())
	}
}

//! Issuers, deny lists, releases and registrars.

use crate::{
	AcceptedReleases, CertificateRefusal, Config, CurrentParameters, DenialChange, DeniedFirmware,
	DeniedSerials, DevAllowed, Error, Event, FirmwareDenial, IssuerInfo, IssuerRecord,
	IssuerStatus, Issuers, Pallet, ParametersOf, RegistrarAt, RegistrarCount, RegistrarInfo,
	RegistrarRecord, Registrars, ReleaseRecordOf, Releases, Serial,
};
use frame_support::{ensure, traits::Get};
use sp_runtime::DispatchResult;
use tea_primitives::{
	HardwareClass,
	ids::{IssuerId, ReleaseId},
};
use tea_tpm::{Hash, IssuerKey};

/// Under what name the deny list knows a serial number.
pub(crate) fn serial_hash(serial: &[u8]) -> Hash {
	sp_io::hashing::sha2_256(serial)
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_set_parameters(parameters: ParametersOf<T>) -> DispatchResult {
		let live = !DevAllowed::<T>::get();
		parameters
			.check(&T::ParameterBounds::get(), live)
			.map_err(Error::<T>::OutOfBounds)?;
		CurrentParameters::<T>::put(parameters);
		Self::deposit_event(Event::ParametersSet { parameters });
		Ok(())
	}

	fn ensure_allowed(class: HardwareClass) -> Result<(), Error<T>> {
		ensure!(
			class != HardwareClass::Dev || DevAllowed::<T>::get(),
			Error::<T>::ClassNotAllowed
		);
		Ok(())
	}

	pub(crate) fn do_register_issuer(id: IssuerId, info: IssuerInfo) -> DispatchResult {
		Self::ensure_allowed(info.class)?;
		let known = Issuers::<T>::get(id);
		ensure!(
			known
				.as_ref()
				.is_none_or(|known| info.version > known.version),
			Error::<T>::VersionNotNewer
		);
		let key = IssuerKey::from_spki(&info.spki)
			.map_err(|reason| Error::<T>::BadCertificate(CertificateRefusal(reason)))?;
		let record = IssuerRecord {
			key,
			algorithm: info.algorithm,
			vendor: info.vendor,
			class: info.class,
			requires_purpose: info.requires_purpose,
			cap: info.cap,
			version: info.version,
			status: known.map_or(IssuerStatus::Accepted, |known| known.status),
		};
		Issuers::<T>::insert(id, record);
		Self::deposit_event(Event::IssuerRegistered {
			issuer: id,
			class: info.class,
			version: info.version,
		});
		Ok(())
	}

	pub(crate) fn do_set_issuer_status(issuer: IssuerId, status: IssuerStatus) -> DispatchResult {
		Issuers::<T>::try_mutate(issuer, |record| {
			record
				.as_mut()
				.map(|record| record.status = status)
				.ok_or(Error::<T>::UnknownIssuer)
		})?;
		Self::deposit_event(Event::IssuerStatusSet { issuer, status });
		Ok(())
	}

	pub(crate) fn do_set_serial_denial(
		issuer: IssuerId,
		serial: Serial,
		change: DenialChange,
	) -> DispatchResult {
		ensure!(
			Issuers::<T>::contains_key(issuer),
			Error::<T>::UnknownIssuer
		);
		let hash = serial_hash(&serial);
		let denied = DeniedSerials::<T>::contains_key(issuer, hash);
		ensure!(
			denied != (change == DenialChange::Deny),
			Error::<T>::DenialUnchanged
		);
		match change {
			DenialChange::Deny => DeniedSerials::<T>::insert(issuer, hash, ()),
			DenialChange::Allow => DeniedSerials::<T>::remove(issuer, hash),
		}
		Self::deposit_event(Event::SerialDenialChanged {
			issuer,
			serial,
			change,
		});
		Ok(())
	}

	pub(crate) fn do_set_firmware_denial(
		vendor: u32,
		denial: FirmwareDenial,
		change: DenialChange,
	) -> DispatchResult {
		DeniedFirmware::<T>::try_mutate(vendor, |denials| {
			let position = denials.iter().position(|known| *known == denial);
			match (change, position) {
				(DenialChange::Deny, None) => denials
					.try_push(denial.clone())
					.map_err(|_| Error::<T>::DenyListFull),
				(DenialChange::Allow, Some(position)) => {
					denials.swap_remove(position);
					Ok(())
				}
				_ => Err(Error::<T>::DenialUnchanged),
			}
		})?;
		Self::deposit_event(Event::FirmwareDenialChanged {
			vendor,
			denial,
			change,
		});
		Ok(())
	}

	pub(crate) fn do_register_release(
		release: ReleaseId,
		record: ReleaseRecordOf<T>,
	) -> DispatchResult {
		Self::ensure_allowed(record.class)?;
		ensure!(
			!Releases::<T>::contains_key(release),
			Error::<T>::ReleaseExists
		);
		let class = record.class;
		let may_be_strict = class.always_strict().union(class.strict_or_pinned());
		ensure!(
			record.strict.contains_all(class.always_strict())
				&& may_be_strict.contains_all(record.strict)
				&& !record.value_sets.is_empty()
				&& record
					.value_sets
					.iter()
					.all(|set| set.len() == record.strict.count()),
			Error::<T>::BadReference
		);
		let now = frame_system::Pallet::<T>::block_number();
		AcceptedReleases::<T>::try_mutate(class, |accepted| {
			// The windows of some may have closed since.
			accepted.retain(|id| {
				Releases::<T>::get(id).is_some_and(|release| release.is_accepted(now))
			});
			accepted
				.try_push(release)
				.map_err(|_| Error::<T>::ReleasesFull)
		})?;
		Releases::<T>::insert(release, record);
		Self::deposit_event(Event::ReleaseRegistered { release, class });
		Ok(())
	}

	pub(crate) fn do_retire_release(release: ReleaseId) -> DispatchResult {
		let record = Releases::<T>::get(release).ok_or(Error::<T>::UnknownRelease)?;
		AcceptedReleases::<T>::try_mutate(record.class, |accepted| {
			let position = accepted
				.iter()
				.position(|id| *id == release)
				.ok_or(Error::<T>::UnknownRelease)?;
			accepted.remove(position);
			Ok::<_, Error<T>>(())
		})?;
		Self::deposit_event(Event::ReleaseRetired { release });
		Ok(())
	}

	pub(crate) fn do_set_registrar(
		account: T::AccountId,
		info: Option<RegistrarInfo<T::AccountId>>,
	) -> DispatchResult {
		match info {
			Some(info) => Self::put_registrar(account, info),
			None => Self::remove_registrar(account),
		}
	}

	fn put_registrar(account: T::AccountId, info: RegistrarInfo<T::AccountId>) -> DispatchResult {
		let index = match Registrars::<T>::get(&account) {
			Some(known) => known.index,
			None => {
				let index = RegistrarCount::<T>::get();
				ensure!(index < T::MaxRegistrars::get(), Error::<T>::RegistrarsFull);
				RegistrarCount::<T>::put(index.saturating_add(1));
				RegistrarAt::<T>::insert(index, &account);
				index
			}
		};
		let owner = info.owner.clone();
		Registrars::<T>::insert(
			&account,
			RegistrarRecord {
				transport: info.transport,
				owner: info.owner,
				name: info.name,
				index,
			},
		);
		Self::deposit_event(Event::RegistrarSet {
			registrar: account,
			owner,
		});
		Ok(())
	}

	/// The last one of the list takes the place of the one that leaves.
	fn remove_registrar(account: T::AccountId) -> DispatchResult {
		let record = Registrars::<T>::take(&account).ok_or(Error::<T>::UnknownRegistrar)?;
		let last = RegistrarCount::<T>::get().saturating_sub(1);
		if let Some(moved) = RegistrarAt::<T>::take(last)
			&& last != record.index
		{
			Registrars::<T>::mutate(&moved, |registrar| {
				if let Some(registrar) = registrar {
					registrar.index = record.index;
				}
			});
			RegistrarAt::<T>::insert(record.index, &moved);
		}
		RegistrarCount::<T>::put(last);
		Self::deposit_event(Event::RegistrarRemoved { registrar: account });
		Ok(())
	}
}

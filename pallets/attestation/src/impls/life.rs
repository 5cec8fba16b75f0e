//! What happens to a module: boots begin and end, certificates are given and revoked, hardware leaves.

use crate::{
	AgendaItem, BootRecord, Boots, BootsOfDay, CertificateRecord, CertificateRecordOf,
	Certificates, Chips, CommitteeOf, Config, CurrentParameters, EkOwners, EnrolmentFailure,
	Enrolments, Error, Event, EvidenceRecord, FailedDutiesOf, ModuleRecord, ModuleRecordOf,
	Modules, Pallet, PastBoot, PastBoots, Profiles, RetireReason, RoundOutcome, RoundRecordOf,
	Sequences, Sessions, StatusReason, Suspicion,
};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::{DispatchResult, Saturating, traits::Convert};
use tea_primitives::{
	camellia::{Camellias, CreditEvent},
	draw::{KnownGood, Purpose},
	ids::{BootSeq, ModuleId, ReleaseId, Round},
	module::{BootKeys, Certificate, ModuleStatus},
	verdict::FailReason,
};
use tea_tpm::Hash;

impl<T: Config> Pallet<T> {
	/// The certificate of a module, unless it has lapsed. Nobody has to note the lapse for this.
	pub(crate) fn valid_certificate(module: ModuleId) -> Option<CertificateRecordOf<T>> {
		Certificates::<T>::get(module).filter(|record| Self::now() < record.certificate.until)
	}

	/// Where the module stands in this block, whether or not anybody has noted a lapse.
	pub(crate) fn effective(module: ModuleId) -> Option<ModuleRecordOf<T>> {
		let mut record = Modules::<T>::get(module)?;
		if record.status == ModuleStatus::Active
			&& let Some(certified) = Certificates::<T>::get(module)
			&& certified.certificate.until <= Self::now()
		{
			record.status = ModuleStatus::Inactive;
			record.reason = StatusReason::CertificateLapsed;
			record.since = certified.certificate.until;
		}
		Some(record)
	}

	pub(crate) fn set_status(
		module: ModuleId,
		status: ModuleStatus,
		reason: StatusReason,
		cool_down_until: Option<BlockNumberFor<T>>,
	) {
		Modules::<T>::insert(
			module,
			ModuleRecord {
				status,
				since: Self::now(),
				reason,
				cool_down_until,
			},
		);
		Self::deposit_event(Event::StatusChanged {
			module,
			status,
			reason,
		});
	}

	/// Makes the keys of a boot known. Their account exists as long as the boot does.
	pub(crate) fn start_boot(
		module: ModuleId,
		seq: BootSeq,
		keys: BootKeys,
		evidence: EvidenceRecord,
	) {
		let session = T::SessionAccount::convert(keys.session);
		frame_system::Pallet::<T>::inc_providers(&session);
		Sessions::<T>::insert(&session, (module, seq));
		Sequences::<T>::mutate(module, |sequence| sequence.boot_seq = seq);
		Self::deposit_event(Event::BootPosted {
			module,
			boot_seq: seq,
			session,
			safe: evidence.safe,
		});
		Boots::<T>::insert(
			module,
			BootRecord {
				seq,
				keys,
				since: Self::now(),
				evidence,
			},
		);
	}

	/// Takes all authority from the keys of the present boot, in this block.
	pub(crate) fn end_boot(module: ModuleId) {
		let Some(boot) = Boots::<T>::take(module) else {
			return;
		};
		let session = T::SessionAccount::convert(boot.keys.session);
		Sessions::<T>::remove(&session);
		FailedDutiesOf::<T>::remove(&session);
		// It fails while something else holds on to the account, which then lives on without any authority here.
		let _ = frame_system::Pallet::<T>::dec_providers(&session);
		PastBoots::<T>::mutate(module, |past| {
			if past.is_full() {
				past.remove(0);
			}
			let _ = past.try_push(PastBoot {
				seq: boot.seq,
				keys: boot.keys,
				since: boot.since,
				until: Self::now(),
			});
		});
		Self::deposit_event(Event::BootEnded {
			module,
			boot_seq: boot.seq,
			session,
		});
	}

	/// Gives a certificate.
	pub(crate) fn certify(
		module: ModuleId,
		round: &RoundRecordOf<T>,
		keys: BootKeys,
		class: tea_primitives::HardwareClass,
		release: ReleaseId,
		passed: u16,
		live_quote: Hash,
	) {
		let now = Self::now();
		let since = Self::valid_certificate(module)
			.filter(|_| round.renewal)
			.map_or(now, |record| record.certificate.since);
		let until = now.saturating_add(CurrentParameters::<T>::get().certificate_life);
		Certificates::<T>::insert(
			module,
			CertificateRecord {
				certificate: Certificate {
					module,
					boot_seq: round.boot_seq,
					round: round.round,
					keys,
					class,
					release,
					since,
					until,
				},
				committee: round.committee.clone(),
				passed,
				live_quote,
			},
		);
		Self::schedule(until, module, AgendaItem::Certificate(module));
		Self::set_status(
			module,
			ModuleStatus::Active,
			StatusReason::RoundPassed,
			None,
		);
		T::KnownGood::admit(module);
		Self::deposit_event(Event::Certified {
			module,
			boot_seq: round.boot_seq,
			round: round.round,
			release,
			until,
		});
	}

	/// Takes the certificate away.
	pub(crate) fn revoke(module: ModuleId) {
		if Certificates::<T>::take(module).is_some() {
			T::KnownGood::dismiss(module);
		}
	}

	pub(crate) fn do_expire_certificate(module: ModuleId) -> DispatchResult {
		let record = Certificates::<T>::get(module).ok_or(Error::<T>::NotLapsed)?;
		ensure!(
			record.certificate.until <= Self::now(),
			Error::<T>::NotLapsed
		);
		Self::revoke(module);
		Self::set_status(
			module,
			ModuleStatus::Inactive,
			StatusReason::CertificateLapsed,
			None,
		);
		Ok(())
	}

	/// Authentic bad news: no work, and a second committee.
	pub(crate) fn suspect(
		module: ModuleId,
		round: Round,
		boot_seq: BootSeq,
		suspicion: Suspicion,
		evidence: EvidenceRecord,
		former: CommitteeOf<T>,
	) {
		Self::supersede_round(module);
		Self::revoke(module);
		Self::set_status(
			module,
			ModuleStatus::Suspicious,
			StatusReason::Suspected(suspicion),
			None,
		);
		Self::open_round(
			module,
			round,
			Purpose::SecondCommittee,
			boot_seq,
			false,
			evidence,
			former,
		);
	}

	/// The second committee confirmed the bad news.
	pub(crate) fn quarantine(module: ModuleId, reason: FailReason) {
		Self::revoke(module);
		Self::end_boot(module);
		T::Camellias::note(module, CreditEvent::Quarantined);
		Self::set_status(
			module,
			ModuleStatus::Quarantined,
			StatusReason::SecondCommitteeFailed(reason),
			Some(Self::end_of_quarantine()),
		);
	}

	/// When evidence of a module that is quarantined now is accepted again.
	fn end_of_quarantine() -> BlockNumberFor<T> {
		Self::now().saturating_add(CurrentParameters::<T>::get().quarantine_cool_down)
	}

	pub(crate) fn do_retire(who: T::AccountId, module: ModuleId) -> DispatchResult {
		let owner = T::Camellias::owner(module).ok_or(Error::<T>::UnknownModule)?;
		ensure!(who == owner, Error::<T>::NotOwner);
		let record = Modules::<T>::get(module).ok_or(Error::<T>::NotEnrolled)?;
		ensure!(
			record.status != ModuleStatus::Retired,
			Error::<T>::ModuleRetired
		);
		Self::take_out(module, RetireReason::Owner);
		Ok(())
	}

	/// The hardware leaves. Its bond waits; a chip that leaves in quarantine cannot begin anew elsewhere meanwhile.
	pub(crate) fn take_out(module: ModuleId, reason: RetireReason) {
		if let Some(enrolment) = Enrolments::<T>::get(module) {
			let failure = match reason {
				RetireReason::Owner => EnrolmentFailure::GivenUp,
				RetireReason::EndOfLife => EnrolmentFailure::CamelliaDead,
			};
			Self::fail_enrolment(module, enrolment, failure);
			return;
		}
		let Some(record) = Modules::<T>::get(module) else {
			return;
		};
		Self::close_attestation(module);
		if let Some(chip) = Chips::<T>::take(module) {
			let barred = matches!(
				record.status,
				ModuleStatus::Quarantined | ModuleStatus::Suspicious
			)
			.then(|| {
				record
					.cool_down_until
					.unwrap_or_else(Self::end_of_quarantine)
			});
			let round = Self::next_round(module);
			Self::unbond(module, round, &chip, barred);
			Self::uncount(chip.issuer, chip.class);
			match barred {
				Some(until) => EkOwners::<T>::mutate(chip.id, |owner| {
					if let Some(owner) = owner {
						owner.barred_until = Some(until);
					}
				}),
				None => EkOwners::<T>::remove(chip.id),
			}
		}
		Profiles::<T>::remove(module);
		BootsOfDay::<T>::remove(module);
		T::Camellias::unbind(module);
		Self::set_status(
			module,
			ModuleStatus::Retired,
			StatusReason::Retired(reason),
			None,
		);
	}

	/// Closes a round that ended without a decision, and puts the module where it belongs.
	pub(crate) fn end_undecided(module: ModuleId, round: RoundRecordOf<T>, outcome: RoundOutcome) {
		Self::close_round(module, &round, outcome);
		let reason = match outcome {
			RoundOutcome::NoCommittee => StatusReason::NoCommittee,
			_ => StatusReason::RoundUndecided,
		};
		// Nobody is to blame for a committee that does not exist, so nobody waits.
		let wait = (outcome == RoundOutcome::Undecided)
			.then(|| Self::now().saturating_add(CurrentParameters::<T>::get().round_cool_down));
		let status = Modules::<T>::get(module).map(|record| record.status);
		let next = match status {
			Some(ModuleStatus::Suspicious) => ModuleStatus::Inactive,
			Some(ModuleStatus::Pending) => ModuleStatus::Enrolled,
			Some(status) => status,
			None => return,
		};
		Self::set_status(module, next, reason, wait);
	}
}

//! `attest`: evidence of a boot. What costs nothing is checked first, the signature last; what is authentic is recorded,
//! good or bad.

use crate::{
	AcceptedReleases, BalanceOf, BindingRefusal, BootRecordOf, Boots, ChipRecordOf, Chips, Config,
	CurrentParameters, DeniedFirmware, Error, Event, Evidence, EvidenceRecord, Pallet, PastBoots,
	Profiles, PublicRefusal, QuoteRefusal, ReleaseRecordOf, Releases, RoundOutcome, Rounds,
	Sequences, Sessions, SignatureRefusal, StatusReason, Suspicion, Tpm2Evidence, Values,
	types::select,
};
use alloc::vec::Vec;
use frame_support::{
	BoundedVec,
	dispatch::{DispatchResultWithPostInfo, Pays},
	ensure,
	traits::UnixTime,
};
use sp_runtime::{
	SaturatedConversion,
	traits::{CheckedSub, Convert, Zero},
};
use tea_primitives::{
	HardwareClass,
	camellia::Camellias,
	draw::Purpose,
	ids::{ModuleId, ReleaseId, Round},
	module::{BootKeys, ModuleStatus},
};
use tea_tpm::{
	AttestContext, AttestEvidence, BindingError, Boot, CounterError, EvidenceError, Hash, PcrError,
	PcrValues, QuoteError, VerifiedAttest,
	binding::ExpectedBinding,
	evidence::{FirmwareRange, InspectedAttest, inspect_attest},
	pcr::Reference,
};

/// What the chain knows of a module that posts evidence.
pub(crate) struct Case<T: Config> {
	module: ModuleId,
	status: ModuleStatus,
	chip: ChipRecordOf<T>,
	boot: Option<BootRecordOf<T>>,
	keys: BootKeys,
	/// The same boot with the same keys: its certificate is to be renewed.
	renewal: bool,
	first_boot_seq: u32,
	owner: Option<T::AccountId>,
	/// What the owner pays for the round.
	price: BalanceOf<T>,
	denied: Vec<FirmwareRange>,
	expected: ExpectedBinding,
}

impl<T: Config> Case<T> {
	/// Looks at everything but the signature.
	fn inspect<'a>(&'a self, evidence: &'a Tpm2Evidence) -> Result<InspectedAttest<'a>, Error<T>> {
		inspect_attest(
			&AttestEvidence {
				quote: &evidence.quote,
				signature: &evidence.signature,
				binding: &evidence.binding,
				rk_public: &evidence.rk_public,
				pcr_values: &evidence.pcr_values,
			},
			&AttestContext {
				ak: &self.chip.ak,
				signer: &self.chip.signer,
				selection: self.chip.class.selection(),
				denied_firmware: &self.denied,
				binding: self.expected,
				boot: self.chip.boot.as_ref(),
				first_boot_seq: self.first_boot_seq,
			},
		)
		.map_err(refusal)
	}
}

/// The error of the pallet for a refusal of the verifier, in the words of the specification.
fn refusal<T: Config>(error: EvidenceError) -> Error<T> {
	match error {
		EvidenceError::Quote(QuoteError::FirmwareDenied) => Error::FirmwareDenied,
		EvidenceError::Quote(
			QuoteError::PcrCount
			| QuoteError::PcrBank
			| QuoteError::PcrSelectSize
			| QuoteError::PcrBitmap,
		)
		| EvidenceError::Pcr(_) => Error::BadPcrSelection,
		EvidenceError::Quote(field) => Error::BadQuote(QuoteRefusal(field)),
		EvidenceError::Binding(BindingError::Genesis) => Error::WrongGenesis,
		EvidenceError::Binding(BindingError::Round) => Error::WrongRound,
		EvidenceError::Binding(BindingError::BootSeq) => Error::StaleBoot,
		EvidenceError::Binding(
			BindingError::FutureBlock | BindingError::StaleBlock | BindingError::BlockHash,
		) => Error::StaleEvidence,
		EvidenceError::Binding(field) => Error::BadBinding(BindingRefusal(field)),
		EvidenceError::Rk(field) => Error::BadRkPolicy(PublicRefusal(field)),
		EvidenceError::Signature(reason) => Error::BadSignature(SignatureRefusal(reason)),
	}
}

/// How much a measurement error tells: what holds for every release first, then the release that agrees longest.
fn telling(error: &PcrError) -> (u8, u8) {
	match error {
		PcrError::Zero(index) | PcrError::AllOnes(index) => (4, *index),
		PcrError::FirmwareChanged(index) => (3, *index),
		PcrError::Mismatch(index) => (2, *index),
		_ => (1, 0),
	}
}

impl<T: Config> Pallet<T> {
	/// The releases of a class that are accepted now.
	pub(crate) fn accepted_releases(class: HardwareClass) -> Vec<(ReleaseId, ReleaseRecordOf<T>)> {
		let now = Self::now();
		AcceptedReleases::<T>::get(class)
			.into_iter()
			.filter_map(|id| Releases::<T>::get(id).map(|record| (id, record)))
			.filter(|(_, record)| record.is_accepted(now))
			.collect()
	}

	/// The release whose measurements these are. Pins are compared when they are given.
	pub(crate) fn judge(
		class: HardwareClass,
		values: &[Hash],
		manifest_root: &Hash,
		pins: Option<&Values>,
	) -> Result<ReleaseId, Suspicion> {
		let all = class.selection();
		let mut worst = PcrError::NoReference;
		let mut measured = false;
		let labelled = PcrValues::new(all, values).map_err(Suspicion::Measurement)?;
		for (id, release) in Self::accepted_releases(class) {
			let pins = pins.and_then(|pins| {
				select(
					all.without(class.always_strict()),
					pins,
					all.without(release.strict),
				)
			});
			let reference = Reference {
				class,
				strict: release.strict,
				releases: release.value_sets.iter().map(|set| &set[..]),
				pins: pins.as_deref(),
			};
			match reference.judge(&labelled) {
				Ok(_) if release.manifest_root == *manifest_root => return Ok(id),
				Ok(_) => measured = true,
				Err(error) if telling(&error) > telling(&worst) => worst = error,
				Err(_) => (),
			}
		}
		Err(if measured {
			Suspicion::Manifest
		} else {
			Suspicion::Measurement(worst)
		})
	}

	/// The values that a later boot is compared with: those that no class holds strict.
	pub(crate) fn pins_of(class: HardwareClass, values: &[Hash]) -> Option<Values> {
		let all = class.selection();
		select(all, values, all.without(class.always_strict()))
			.and_then(|pins| BoundedVec::try_from(pins).ok())
	}

	/// Everything about evidence that can be told without looking into the quote.
	fn case(who: &T::AccountId, evidence: &Tpm2Evidence) -> Result<Case<T>, Error<T>> {
		let binding = &evidence.binding;
		let module = ModuleId(binding.module);
		let record = Self::effective(module).ok_or(Error::<T>::NotEnrolled)?;
		let now = Self::now();
		let cooling = record.cool_down_until.is_some_and(|until| until > now);
		match record.status {
			ModuleStatus::Challenged => return Err(Error::NotEnrolled),
			ModuleStatus::Suspicious => return Err(Error::UnderSuspicion),
			ModuleStatus::Retired => return Err(Error::ModuleRetired),
			ModuleStatus::Quarantined => ensure!(!cooling, Error::<T>::InQuarantine),
			_ => ensure!(!cooling, Error::<T>::CoolingDown),
		}
		let chip = Chips::<T>::get(module).ok_or(Error::<T>::NotEnrolled)?;
		ensure!(!chip.closed, Error::<T>::MustEnrolAgain);

		let keys = BootKeys {
			session: binding.session_key,
			vrf: binding.vrf_key,
			transport: binding.transport_key,
		};
		let boot = Boots::<T>::get(module);
		let parameters = CurrentParameters::<T>::get();
		let renewal = boot
			.as_ref()
			.is_some_and(|boot| boot.seq == binding.boot_seq && boot.keys == keys);
		let by_session = Sessions::<T>::get(who).is_some_and(|(of, _)| of == module);
		if !(renewal && by_session) {
			Self::ensure_operator(who, module)?;
		}
		if renewal {
			// The record, not "is there one": light clients execute this on proofs (ADR 0014).
			ensure!(Rounds::<T>::get(module).is_none(), Error::<T>::RoundOpen);
			if let Some(certified) = Self::valid_certificate(module) {
				let half = parameters.certificate_life / 2u32.into();
				let opens = certified
					.certificate
					.until
					.checked_sub(&half)
					.unwrap_or_default();
				ensure!(now >= opens, Error::<T>::TooEarly);
			}
		} else {
			Self::ensure_fresh_key(module, &keys)?;
		}
		let owner = T::Camellias::owner(module);
		let price = if renewal {
			Zero::zero()
		} else {
			Self::price_of_boot(module, owner.as_ref())?
		};
		Self::ensure_room()?;
		ensure!(
			!Self::accepted_releases(chip.class).is_empty(),
			Error::<T>::NoAcceptedRelease
		);

		let sequence = Sequences::<T>::get(module);
		let head: u32 = now.saturated_into();
		let named = frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::from(binding.nonce_block),
		);
		let nonce_block_hash = Hash::try_from(named.as_ref())
			.ok()
			.filter(|hash| *hash != [0; 32]);
		let denied = DeniedFirmware::<T>::get(chip.vendor)
			.into_iter()
			.filter(|denial| {
				denial
					.model
					.as_ref()
					.is_none_or(|model| *model == chip.model)
			})
			.map(|denial| denial.range)
			.collect();
		Ok(Case {
			module,
			status: record.status,
			chip,
			boot,
			keys,
			renewal,
			first_boot_seq: sequence.boot_seq.saturating_add(1),
			owner,
			price,
			denied,
			expected: ExpectedBinding {
				genesis: Self::genesis(),
				module: module.0,
				round: sequence.round.saturating_add(1),
				head,
				window: parameters.nonce_window.saturated_into(),
				nonce_block_hash,
				committee_nonce: [0; 32],
			},
		})
	}

	/// A session key serves one boot of one module.
	fn ensure_fresh_key(module: ModuleId, keys: &BootKeys) -> Result<(), Error<T>> {
		let session = T::SessionAccount::convert(keys.session);
		ensure!(
			!Sessions::<T>::contains_key(&session)
				&& !Self::is_registrar(&session)
				&& PastBoots::<T>::get(module)
					.iter()
					.all(|past| past.keys.session != keys.session),
			Error::<T>::SessionKeyInUse
		);
		Ok(())
	}

	/// Whether this is a renewal by the session key, right in everything but the signature of the TPM.
	pub(crate) fn check_renewal(who: &T::AccountId, evidence: &Evidence) -> Result<(), Error<T>> {
		let Evidence::Tpm2(evidence) = evidence;
		let case = Self::case(who, evidence)?;
		let by_session = Sessions::<T>::get(who).is_some_and(|(of, _)| of == case.module);
		ensure!(case.renewal && by_session, Error::<T>::NotOperator);
		case.inspect(evidence).map(|_| ())
	}

	pub(crate) fn do_attest(who: T::AccountId, evidence: &Evidence) -> DispatchResultWithPostInfo {
		let Evidence::Tpm2(evidence) = evidence;
		let case = Self::case(&who, evidence)?;
		let verified = case
			.inspect(evidence)?
			.verify::<T::SigVerify>()
			.map_err(refusal::<T>)?;
		// From here on the evidence is authentic: nothing is refused, everything is recorded.
		Ok(Self::accept(case, verified, evidence))
	}

	/// Records authentic evidence. The fee of good evidence comes back.
	fn accept(
		mut case: Case<T>,
		verified: VerifiedAttest,
		evidence: &Tpm2Evidence,
	) -> frame_support::dispatch::PostDispatchInfo {
		let module = case.module;
		let round = Self::next_round(module);
		let now: u64 = T::Clock::now().as_millis().saturated_into();
		if case.status == ModuleStatus::Inactive {
			// The record may still say Active; nobody had noted the lapse.
			let _ = Self::do_expire_certificate(module);
		}
		let record = EvidenceRecord {
			quote: *verified.quote_hash(),
			pcr_digest: *verified.pcr_digest(),
			values: evidence.pcr_values.clone(),
			manifest_root: evidence.binding.manifest_root,
			log_root: evidence.binding.log_root,
			rk_name: *verified.rk_name(),
			firmware_version: verified.firmware_version(),
			safe: verified.counters().safe,
		};
		let counters = *verified.counters();
		match case
			.chip
			.boot
			.as_ref()
			.map(|boot| boot.judge(&counters, now))
		{
			None | Some(Ok(_)) => (),
			Some(Err(reason @ CounterError::ClockRate)) => {
				Self::refuse_renewal(module, round, reason);
				return ().into();
			}
			Some(Err(reason)) => {
				case.chip.closed = true;
				Chips::<T>::insert(module, &case.chip);
				let boot_seq = case.boot.map_or(0, |boot| boot.seq);
				let suspicion = Suspicion::Counter(reason);
				Self::suspect(
					module,
					round,
					boot_seq,
					suspicion,
					record,
					Default::default(),
				);
				return ().into();
			}
		}

		case.chip.boot = Some(Boot {
			seq: verified.boot_seq(),
			counters,
			accepted_at: now,
		});
		Chips::<T>::insert(module, &case.chip);
		if !case.renewal {
			Self::count_boot(module, case.owner.take(), case.price);
			Self::close_attestation(module);
			Self::start_boot(module, verified.boot_seq(), case.keys, record.clone());
		}
		Profiles::<T>::insert(module, &evidence.profile);
		let judged = Self::judge(
			case.chip.class,
			&record.values,
			&record.manifest_root,
			case.chip.pins.as_ref(),
		);
		match judged {
			Ok(_) => {
				let keeps = case.renewal && case.status == ModuleStatus::Active;
				if !keeps {
					Self::set_status(
						module,
						ModuleStatus::Pending,
						StatusReason::BootPosted,
						None,
					);
				}
				Self::open_round(
					module,
					round,
					Purpose::Attestation,
					verified.boot_seq(),
					keeps,
					record,
					Default::default(),
				);
				Pays::No.into()
			}
			Err(suspicion) => {
				let boot_seq = verified.boot_seq();
				Self::suspect(
					module,
					round,
					boot_seq,
					suspicion,
					record,
					Default::default(),
				);
				().into()
			}
		}
	}

	/// The clock of the TPM does not fit the chain's: no renewal, and no guilt either. The certificate runs out.
	fn refuse_renewal(module: ModuleId, round: Round, reason: CounterError) {
		crate::Modules::<T>::mutate(module, |record| {
			if let Some(record) = record {
				record.reason = StatusReason::RenewalRefused(reason);
				record.since = Self::now();
			}
		});
		Self::deposit_event(Event::RenewalRefused {
			module,
			round,
			reason,
		});
	}

	/// Ends a round without a decision of its committee.
	pub(crate) fn supersede_round(module: ModuleId) {
		if let Some(round) = Rounds::<T>::get(module) {
			Self::close_round(module, &round, RoundOutcome::Superseded);
		}
	}

	/// Counts the next enrolment or round of the module.
	pub(crate) fn next_round(module: ModuleId) -> Round {
		Sequences::<T>::mutate(module, |sequence| {
			sequence.round = sequence.round.saturating_add(1);
			sequence.round
		})
	}
}

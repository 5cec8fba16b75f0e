//! Benchmarks: every call and hook with the largest and slowest input that it accepts.
//!
//! Committees consist of modules, because those cost more than registrars: a certificate to read and a credit to move.

use super::*;
use alloc::{vec, vec::Vec};
use codec::{Decode, Encode};
use frame_benchmarking::{BenchmarkError, account, v2::*};
use frame_support::{
	BoundedVec,
	traits::{
		EnsureOrigin, Get,
		fungible::{Balanced, Inspect, MutateHold},
		tokens::Precision,
	},
};
use frame_system::{RawOrigin, pallet_prelude::BlockNumberFor};
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use sp_runtime::{SaturatedConversion, Saturating, traits::Convert};
use tea_primitives::{
	HardwareClass,
	camellia::Camellias,
	draw::{KnownGood, Member, Purpose},
	ids::{IssuerId, ModuleId, ReleaseId},
	module::{BootKeys, Certificate, ModuleStatus},
	verdict::FailReason,
};
use tea_tpm::{
	AkPublic, Boot, Challenge, ChallengeContext, Counters, EkPublic, Hash, PcrSelection,
	QuoteBinding, RkPublic, SignatureAlgorithm, binding::QUOTE_DOMAIN, evidence::FirmwareRange,
	public::rk_policy,
};

mod evidence;

use evidence::SoftTpm;

/// What the runtime does for the benchmarks.
pub trait BenchmarkHelper<Signature, BlockNumber> {
	/// Sets the clock of the chain, in milliseconds since 1970.
	fn set_time(moment: u64);
	/// Makes the beacon of a block known.
	fn set_beacon(block: BlockNumber);
	/// A fresh session key.
	fn session_key() -> [u8; 32];
	/// A member's signature.
	fn sign(key: &[u8; 32], message: &[u8]) -> Signature;
}

/// sr25519 keys in the keystore of the host.
pub struct KeystoreHelper;

impl KeystoreHelper {
	const KEYS: sp_core::crypto::KeyTypeId = sp_core::crypto::KeyTypeId(*b"tea!");

	/// A fresh key.
	pub fn generate() -> [u8; 32] {
		sp_io::crypto::sr25519_generate(Self::KEYS, None).0
	}

	/// Its signature.
	pub fn sign(key: &[u8; 32], message: &[u8]) -> Option<sp_runtime::MultiSignature> {
		let key = sp_core::sr25519::Public::from_raw(*key);
		sp_io::crypto::sr25519_sign(Self::KEYS, &key, message).map(Into::into)
	}
}

const ISSUER: IssuerId = IssuerId(1);
const VENDOR: u32 = 0x4946_5800;
const MOMENT: u64 = 4_000_000_000_000;
/// What `data/make.sh` made: a certificate of 4 KiB and its issuer, of both slow kinds.
const P384: (&[u8], &[u8], SignatureAlgorithm) = (
	include_bytes!("data/ek_leaf_p384.der"),
	include_bytes!("data/issuer_p384.spki"),
	SignatureAlgorithm::EcdsaP384Sha384,
);
const RSA4096: (&[u8], &[u8], SignatureAlgorithm) = (
	include_bytes!("data/ek_leaf_rsa4096.der"),
	include_bytes!("data/issuer_rsa4096.spki"),
	SignatureAlgorithm::RsaSha384,
);
const EK_POINT: &[u8; 96] = include_bytes!("data/ek_point.bin");

/// An endorsement key of the slowest kind, P-384.
fn ek() -> EkPublic {
	let (x, y) = EK_POINT.split_at(48);
	let half = |bytes: &[u8]| bytes.try_into().expect("48 of 96 bytes; qed");
	EkPublic::P384 {
		x: half(x),
		y: half(y),
	}
}

type Helper<T> = <T as Config>::BenchmarkHelper;

fn stop(what: &'static str) -> BenchmarkError {
	BenchmarkError::Stop(what)
}

fn governance<T: Config>() -> Result<T::RuntimeOrigin, BenchmarkError> {
	T::GovernanceOrigin::try_successful_origin().map_err(|()| stop("governance has an origin"))
}

fn funded<T: Config>(name: &'static str, index: u32) -> Result<T::AccountId, BenchmarkError> {
	let who: T::AccountId = account(name, index, 0);
	let amount = Pallet::<T>::parameters()
		.enrolment_bond
		.saturating_mul(20u32.into())
		.saturating_add(T::Currency::minimum_balance());
	drop(T::Currency::deposit(&who, amount, Precision::Exact)?);
	Ok(who)
}

fn issuer_info((_, spki, algorithm): (&[u8], &[u8], SignatureAlgorithm)) -> IssuerInfo {
	IssuerInfo {
		spki: BoundedVec::truncate_from(spki.to_vec()),
		algorithm,
		vendor: VENDOR,
		class: HardwareClass::C,
		requires_purpose: true,
		cap: u32::MAX,
		version: 7,
	}
}

/// As many releases as there may be, each with as many sets as there may be; the last set of the last one fits.
fn releases<T: Config>(class: HardwareClass) {
	let strict = PcrSelection::of(&[4, 11, 12, 13, 14]);
	let wanted = SoftTpm::strict_values(strict);
	let mut ids = Vec::new();
	for id in 0..MAX_RELEASES {
		let sets = (0..MAX_VALUE_SETS).map(|set| {
			let last =
				id.saturating_add(1) == MAX_RELEASES && set.saturating_add(1) == MAX_VALUE_SETS;
			let mut values = wanted.clone();
			if let (false, Some(value)) = (last, values.last_mut()) {
				*value = [0xaa; 32];
			}
			BoundedVec::truncate_from(values)
		});
		let record = ReleaseRecord {
			class,
			strict,
			value_sets: BoundedVec::truncate_from(sets.collect::<Vec<_>>()),
			manifest_root: [6; 32],
			until: Some(u32::MAX.into()),
		};
		Releases::<T>::insert(ReleaseId(id), record);
		ids.push(ReleaseId(id));
	}
	AcceptedReleases::<T>::insert(class, BoundedVec::truncate_from(ids));
}

fn chip<T: Config>(
	module: ModuleId,
	owner: &T::AccountId,
) -> Result<ChipRecordOf<T>, BenchmarkError> {
	let ak = AkPublic::parse(&SoftTpm::ak_area()).map_err(|_| stop("an attestation key"))?;
	let bond = Pallet::<T>::parameters().enrolment_bond;
	T::Currency::hold(&HoldReason::EnrolmentBond.into(), owner, bond)?;
	let ek = ek();
	let mut id = ek.id();
	for (to, from) in id.iter_mut().zip(module.0.to_be_bytes()) {
		*to = from;
	}
	EkOwners::<T>::insert(
		id,
		EkRecord {
			module,
			barred_until: None,
		},
	);
	ChipsOfIssuer::<T>::mutate(ISSUER, |count| *count = count.saturating_add(1));
	ChipsOfClass::<T>::mutate(HardwareClass::C, |count| *count = count.saturating_add(1));
	let signer = ak.qualified_name(&ek).map_err(|_| stop("two keys"))?;
	Ok(ChipRecord {
		id,
		issuer: ISSUER,
		class: HardwareClass::C,
		vendor: VENDOR,
		model: BoundedVec::truncate_from(vec![b'x'; MAX_MODEL as usize]),
		ek,
		ak_name: ak.name(),
		ak,
		signer,
		bonded_by: owner.clone(),
		bond,
		closed: false,
		boot: None,
		pins: None,
	})
}

fn evidence_record() -> EvidenceRecord {
	let pcrs = SoftTpm::pcrs();
	EvidenceRecord {
		quote: [1; 32],
		pcr_digest: SoftTpm::pcr_digest(&pcrs),
		values: BoundedVec::truncate_from(pcrs),
		manifest_root: [6; 32],
		log_root: [7; 32],
		rk_name: tea_tpm::ObjectName([0; 34]),
		firmware_version: 1,
		safe: true,
	}
}

/// A module of its own owner with a proven key and a boot.
fn booted<T: Config>(index: u32) -> Result<(ModuleId, T::AccountId, BootKeys), BenchmarkError> {
	let owner = funded::<T>("owner", index)?;
	let module = T::Camellias::bear(&owner)?;
	let mut record = chip::<T>(module, &owner)?;
	T::Camellias::plant(module, record.id)?;
	record.boot = Some(Boot {
		seq: 1,
		counters: Counters {
			clock: 1,
			reset_count: 1,
			restart_count: 0,
			safe: true,
		},
		accepted_at: 0,
	});
	record.pins = Pallet::<T>::pins_of(HardwareClass::C, &SoftTpm::pcrs());
	Chips::<T>::insert(module, record);
	let keys = BootKeys {
		session: Helper::<T>::session_key(),
		vrf: [2; 32],
		transport: [3; 32],
	};
	Pallet::<T>::start_boot(module, 1, keys, evidence_record());
	Profiles::<T>::insert(module, evidence::profile());
	let past = PastBoot {
		seq: 0,
		keys: BootKeys {
			session: [9; 32],
			vrf: [9; 32],
			transport: [9; 32],
		},
		since: 0u32.into(),
		until: 1u32.into(),
	};
	PastBoots::<T>::insert(
		module,
		BoundedVec::truncate_from(vec![past; MAX_PAST_BOOTS as usize]),
	);
	Sequences::<T>::insert(
		module,
		Sequence {
			round: 5,
			boot_seq: 1,
		},
	);
	Ok((module, owner, keys))
}

/// The same with a certificate that ends in `until`.
fn certified<T: Config>(
	index: u32,
	until: BlockNumberFor<T>,
) -> Result<(ModuleId, T::AccountId, BootKeys), BenchmarkError> {
	let (module, owner, keys) = booted::<T>(index)?;
	let certificate = Certificate {
		module,
		boot_seq: 1,
		round: 5,
		keys,
		class: HardwareClass::C,
		release: ReleaseId(0),
		since: 0u32.into(),
		until,
	};
	Certificates::<T>::insert(
		module,
		CertificateRecord {
			certificate,
			committee: full_committee::<T>(),
			passed: u16::MAX,
			live_quote: [0; 32],
		},
	);
	T::KnownGood::admit(module);
	Pallet::<T>::set_status(
		module,
		ModuleStatus::Active,
		StatusReason::RoundPassed,
		None,
	);
	Ok((module, owner, keys))
}

fn full_committee<T: Config>() -> CommitteeOf<T> {
	let members = (0..T::CommitteeSize::get()).map(|index| Member::Module(ModuleId(index)));
	BoundedVec::truncate_from(members.collect::<Vec<_>>())
}

/// Certified modules of different owners.
fn members<T: Config>(count: u32) -> Result<Vec<(ModuleId, BootKeys)>, BenchmarkError> {
	(0..count)
		.map(|index| {
			certified::<T>(index.saturating_add(100), u32::MAX.into())
				.map(|(module, _, keys)| (module, keys))
		})
		.collect()
}

fn round_record<T: Config>(
	purpose: Purpose,
	renewal: bool,
	members: &[(ModuleId, BootKeys)],
) -> RoundRecordOf<T> {
	let committee = members.iter().map(|(module, _)| Member::Module(*module));
	RoundRecord {
		round: 5,
		purpose,
		boot_seq: 1,
		renewal,
		deadline: u32::MAX.into(),
		committee: BoundedVec::truncate_from(committee.collect::<Vec<_>>()),
		former: BoundedVec::new(),
		failed: 0,
		evidence: evidence_record(),
	}
}

/// A module that is examined by a full committee of modules.
fn examined<T: Config>(
	purpose: Purpose,
) -> Result<(ModuleId, BootKeys, Vec<(ModuleId, BootKeys)>), BenchmarkError> {
	releases::<T>(HardwareClass::C);
	let members = members::<T>(T::CommitteeSize::get())?;
	let (module, _, keys) = certified::<T>(1, u32::MAX.into())?;
	let renewal = purpose == Purpose::Attestation;
	Rounds::<T>::insert(module, round_record::<T>(purpose, renewal, &members));
	Ok((module, keys, members))
}

/// An enrolment in this phase, all of whose slots stand the same.
fn enrolling<T: Config>(
	phase: EnrolmentPhase,
	state: SlotState,
) -> Result<(ModuleId, T::AccountId, Vec<(ModuleId, BootKeys)>), BenchmarkError> {
	let members = members::<T>(T::Challengers::get())?;
	let owner = funded::<T>("owner", 1)?;
	let module = T::Camellias::bear(&owner)?;
	let chip = chip::<T>(module, &owner)?;
	let slots = members.iter().map(|(member, _)| Slot {
		challenger: Some(Member::Module(*member)),
		state,
	});
	let drawn = members.iter().map(|(member, _)| Member::Module(*member));
	Enrolments::<T>::insert(
		module,
		EnrolmentRecord {
			round: 5,
			by: owner.clone(),
			chip,
			phase,
			deadline: u32::MAX.into(),
			redrawn: false,
			slots: BoundedVec::truncate_from(slots.collect::<Vec<_>>()),
			drawn: BoundedVec::truncate_from(drawn.collect::<Vec<_>>()),
		},
	);
	Pallet::<T>::set_status(
		module,
		ModuleStatus::Challenged,
		StatusReason::Registered,
		None,
	);
	for slot in (0u8..).take(members.len()) {
		let challenge = challenge_of::<T>(module, slot)?;
		Challenges::<T>::insert(
			module,
			slot,
			ChallengeRecord {
				blob: BoundedVec::truncate_from(challenge.blob().as_bytes().to_vec()),
				commitment: *challenge.commitment(),
			},
		);
	}
	Ok((module, owner, members))
}

fn challenge_of<T: Config>(module: ModuleId, slot: u8) -> Result<Challenge, BenchmarkError> {
	let record = Enrolments::<T>::get(module).ok_or(stop("an enrolment"))?;
	let context = ChallengeContext {
		genesis: Pallet::<T>::genesis(),
		module: module.0,
		round: record.round,
		slot,
	};
	Challenge::new(&[7; 32], &context, &record.chip.ek, &record.chip.ak_name)
		.map_err(|_| stop("a challenge"))
}

fn session<T: Config>(keys: &BootKeys) -> RawOrigin<T::AccountId> {
	RawOrigin::Signed(T::SessionAccount::convert(keys.session))
}

fn start<T: Config>() {
	frame_system::Pallet::<T>::set_block_number(1_000u32.into());
	Helper::<T>::set_time(MOMENT);
}

/// Fills a block of the agenda with other things.
fn fill<T: Config>(block: BlockNumberFor<T>) {
	let item = AgendaItem::Round(ModuleId(u32::MAX));
	let count = T::AgendaPerBlock::get() as usize;
	Agenda::<T>::insert(block, BoundedVec::truncate_from(vec![item; count]));
}

/// Fills the agenda from this block on, so that room is found only in the last block that is looked at.
fn crowd<T: Config>(block: BlockNumberFor<T>) {
	for after in 0..crate::impls::SPILL {
		fill::<T>(block.saturating_add(after.into()));
	}
}

/// Registers a chip under this kind of issuer.
fn registers<T: Config>(
	issuer: (&[u8], &[u8], SignatureAlgorithm),
) -> Result<(T::AccountId, ModuleId, EkLeaf, AkArea), BenchmarkError> {
	start::<T>();
	Pallet::<T>::do_register_issuer(ISSUER, issuer_info(issuer))?;
	let owner = funded::<T>("owner", 1)?;
	let module = T::Camellias::bear(&owner)?;
	let leaf = BoundedVec::truncate_from(issuer.0.to_vec());
	let ak = BoundedVec::truncate_from(SoftTpm::rsa_ak_area());
	Ok((owner, module, leaf, ak))
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register_issuer() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ISSUER, issuer_info(P384));

		assert!(Issuers::<T>::contains_key(ISSUER));
		Ok(())
	}

	#[benchmark]
	fn set_issuer_status() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		Pallet::<T>::do_register_issuer(ISSUER, issuer_info(P384))?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ISSUER, IssuerStatus::Suspended);

		Ok(())
	}

	#[benchmark]
	fn set_serial_denial() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		Pallet::<T>::do_register_issuer(ISSUER, issuer_info(P384))?;
		let serial = BoundedVec::truncate_from(vec![1; MAX_SERIAL as usize]);

		#[extrinsic_call]
		_(
			origin as T::RuntimeOrigin,
			ISSUER,
			serial,
			DenialChange::Deny,
		);

		assert_eq!(DeniedSerials::<T>::iter_prefix(ISSUER).count(), 1);
		Ok(())
	}

	#[benchmark]
	fn set_firmware_denial() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let denial = |first: u32| FirmwareDenial {
			model: Some(BoundedVec::truncate_from(vec![1; MAX_MODEL as usize])),
			range: FirmwareRange {
				first: first.into(),
				last: u64::MAX,
			},
		};
		let denials: Vec<_> = (1..MAX_DENIALS).map(denial).collect();
		DeniedFirmware::<T>::insert(VENDOR, BoundedVec::truncate_from(denials));

		#[extrinsic_call]
		_(
			origin as T::RuntimeOrigin,
			VENDOR,
			denial(0),
			DenialChange::Deny,
		);

		assert_eq!(DeniedFirmware::<T>::get(VENDOR).len(), MAX_DENIALS as usize);
		Ok(())
	}

	#[benchmark]
	fn register_release() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		releases::<T>(HardwareClass::C);
		let gone = ReleaseId(0);
		let record = Releases::<T>::get(gone).ok_or(stop("a release"))?;
		Releases::<T>::mutate(gone, |release| {
			if let Some(release) = release {
				release.until = Some(0u32.into());
			}
		});

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ReleaseId(99), record);

		assert!(Releases::<T>::contains_key(ReleaseId(99)));
		Ok(())
	}

	#[benchmark]
	fn retire_release() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		releases::<T>(HardwareClass::C);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, ReleaseId(0));

		Ok(())
	}

	/// Worst is the removal of one that is not the last.
	#[benchmark]
	fn set_registrar() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let first: T::AccountId = account("registrar", 0, 0);
		for index in 0..2 {
			let info = RegistrarInfo {
				transport: [0; 32],
				owner: account("owner", index, 0),
				name: BoundedVec::truncate_from(vec![b'x'; 32]),
			};
			Pallet::<T>::do_set_registrar(account("registrar", index, 0), Some(info))?;
		}

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, first.clone(), None);

		assert!(!Registrars::<T>::contains_key(first));
		Ok(())
	}

	/// A certificate of 4 KiB under a P-384 issuer. Which kind of issuer is dearest depends on the machine, so the call
	/// takes the larger one of both weights.
	#[benchmark]
	fn register() -> Result<(), BenchmarkError> {
		let (owner, module, leaf, ak) = registers::<T>(P384)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), module, leaf, ISSUER, ak);

		assert!(Enrolments::<T>::contains_key(module));
		Ok(())
	}

	/// A certificate of 4 KiB under an RSA-4096 issuer.
	#[benchmark]
	fn register_rsa() -> Result<(), BenchmarkError> {
		let (owner, module, leaf, ak) = registers::<T>(RSA4096)?;

		#[extrinsic_call]
		register(RawOrigin::Signed(owner), module, leaf, ISSUER, ak);

		assert!(Enrolments::<T>::contains_key(module));
		Ok(())
	}

	/// The last challenge, which opens the window of the module.
	#[benchmark]
	fn challenge() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, members) = enrolling::<T>(EnrolmentPhase::Posting, SlotState::Posted)?;
		Enrolments::<T>::mutate(module, |record| {
			if let Some(slot) = record.as_mut().and_then(|record| record.slots.get_mut(0)) {
				slot.state = SlotState::Waiting;
			}
		});
		Challenges::<T>::remove(module, 0);
		let made = challenge_of::<T>(module, 0)?;
		let blob = BoundedVec::truncate_from(made.blob().as_bytes().to_vec());
		let (_, keys) = members.first().ok_or(stop("a member"))?;
		crowd::<T>(Pallet::<T>::now().saturating_add(Pallet::<T>::parameters().response_window));

		#[extrinsic_call]
		_(session::<T>(keys), module, 0, blob, *made.commitment());

		assert_eq!(
			Enrolments::<T>::get(module).map(|record| record.phase),
			Some(EnrolmentPhase::Answering)
		);
		Ok(())
	}

	/// All answers are right.
	#[benchmark]
	fn respond() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, owner, members) =
			enrolling::<T>(EnrolmentPhase::Answering, SlotState::Posted)?;
		let secrets = (0u8..)
			.take(members.len())
			.map(|slot| Ok(Answer::Secret(*challenge_of::<T>(module, slot)?.secret())))
			.collect::<Result<Vec<_>, BenchmarkError>>()?;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(owner),
			module,
			BoundedVec::truncate_from(secrets),
		);

		assert!(Chips::<T>::contains_key(module));
		Ok(())
	}

	/// The last dispute: a P-384 credential is made again, and the enrolment is settled.
	#[benchmark]
	fn reveal() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, members) = enrolling::<T>(EnrolmentPhase::Disputing, SlotState::Correct)?;
		Enrolments::<T>::mutate(module, |record| {
			if let Some(slot) = record.as_mut().and_then(|record| record.slots.get_mut(0)) {
				slot.state = SlotState::Disputed;
			}
		});
		let (_, keys) = members.first().ok_or(stop("a member"))?;

		#[extrinsic_call]
		_(session::<T>(keys), module, 0, [8; 32]);

		assert!(Chips::<T>::contains_key(module));
		Ok(())
	}

	/// A new boot of an Active module, whose evidence fits the very last set of values.
	#[benchmark]
	fn attest() -> Result<(), BenchmarkError> {
		start::<T>();
		releases::<T>(HardwareClass::C);
		let (module, owner, _) = certified::<T>(1, u32::MAX.into())?;
		let members = members::<T>(T::CommitteeSize::get())?;
		Rounds::<T>::insert(
			module,
			round_record::<T>(Purpose::Attestation, true, &members),
		);
		let denial = FirmwareDenial {
			model: None,
			range: FirmwareRange { first: 1, last: 0 },
		};
		DeniedFirmware::<T>::insert(
			VENDOR,
			BoundedVec::truncate_from(vec![denial; MAX_DENIALS as usize]),
		);
		// It boots so often that its owner pays for the round.
		BootsOfDay::<T>::insert(
			module,
			DayCount {
				day: 0u32.into(),
				count: u32::MAX.saturating_sub(1),
			},
		);
		let evidence = evidence::evidence::<T>(module)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), Evidence::from(evidence));

		assert_eq!(
			Modules::<T>::get(module).map(|record| record.status),
			Some(ModuleStatus::Pending)
		);
		Ok(())
	}

	#[benchmark]
	fn submit_verdicts(
		n: Linear<
			{ crate::impls::quorum(T::CommitteeSize::get() as usize) },
			{ T::CommitteeSize::get() },
		>,
	) -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, keys, members) = examined::<T>(Purpose::Attestation)?;
		let round = Rounds::<T>::get(module).ok_or(stop("a round"))?;
		let release = ReleaseId(MAX_RELEASES.saturating_sub(1));
		let passes: Vec<_> = (0u8..)
			.zip(&members)
			.take(n as usize)
			.map(|(position, (_, keys))| {
				let pass = Pallet::<T>::pass_of(module, &round, position, [0; 32], release);
				(position, Helper::<T>::sign(&keys.session, &pass.payload()))
			})
			.collect();
		crowd::<T>(Pallet::<T>::now().saturating_add(Pallet::<T>::parameters().certificate_life));

		#[extrinsic_call]
		_(
			session::<T>(&keys),
			module,
			round.round,
			[0; 32],
			BoundedVec::truncate_from(passes),
		);

		assert!(!Rounds::<T>::contains_key(module));
		Ok(())
	}

	/// The fail that decides a second committee: the module goes into quarantine.
	#[benchmark]
	fn vote_fail() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, members) = examined::<T>(Purpose::SecondCommittee)?;
		let (_, last) = members.last().ok_or(stop("a member"))?;
		let all_but_last = (1u16 << members.len().saturating_sub(1)).saturating_sub(1);
		Rounds::<T>::mutate(module, |round| {
			if let Some(round) = round {
				round.failed = all_but_last;
			}
		});

		#[extrinsic_call]
		_(session::<T>(last), module, 5, FailReason::LogMismatch(11));

		assert_eq!(
			Modules::<T>::get(module).map(|record| record.status),
			Some(ModuleStatus::Quarantined)
		);
		Ok(())
	}

	/// Nobody said anything.
	#[benchmark]
	fn expire_round() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, _) = examined::<T>(Purpose::Attestation)?;
		Rounds::<T>::mutate(module, |round| {
			if let Some(round) = round {
				round.deadline = 1u32.into();
			}
		});
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), module);

		assert!(!Rounds::<T>::contains_key(module));
		Ok(())
	}

	/// Every blob is disputed and no challenger shows its root value: all are to be drawn anew.
	#[benchmark]
	fn expire_enrolment() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, _) = enrolling::<T>(EnrolmentPhase::Disputing, SlotState::Disputed)?;
		Enrolments::<T>::mutate(module, |record| {
			if let Some(record) = record {
				record.deadline = 1u32.into();
				record.redrawn = true;
			}
		});
		crowd::<T>(
			Pallet::<T>::now().saturating_add(Pallet::<T>::parameters().enrolment_cool_down),
		);
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), module);

		assert!(!Enrolments::<T>::contains_key(module));
		Ok(())
	}

	#[benchmark]
	fn expire_certificate() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, _) = certified::<T>(1, 1u32.into())?;
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), module);

		assert!(!Certificates::<T>::contains_key(module));
		Ok(())
	}

	/// An Active module whose renewal is examined.
	#[benchmark]
	fn retire() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, _) = examined::<T>(Purpose::Attestation)?;
		let owner = T::Camellias::owner(module).ok_or(stop("an owner"))?;
		crowd::<T>(Pallet::<T>::now().saturating_add(Pallet::<T>::parameters().bond_delay));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner), module);

		assert!(!Chips::<T>::contains_key(module));
		Ok(())
	}

	#[benchmark]
	fn expire_bond() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, _) = booted::<T>(1)?;
		let chip = Chips::<T>::take(module).ok_or(stop("a chip"))?;
		EkOwners::<T>::insert(
			chip.id,
			EkRecord {
				module,
				barred_until: Some(1u32.into()),
			},
		);
		Unbondings::<T>::insert(
			module,
			5,
			Unbonding {
				who: chip.bonded_by,
				amount: chip.bond,
				free_from: 1u32.into(),
				chip: chip.id,
			},
		);
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), module, 5);

		assert!(!Unbondings::<T>::contains_key(module, 5));
		Ok(())
	}

	/// A full block of the agenda, none of whose items has anything to do.
	#[benchmark]
	fn agenda() -> Result<(), BenchmarkError> {
		start::<T>();
		let now = Pallet::<T>::now();
		fill::<T>(now);

		#[block]
		{
			let _weight = Pallet::<T>::do_agenda(now);
		}

		assert!(Agenda::<T>::get(now).is_empty());
		Ok(())
	}

	/// No draw waits.
	#[benchmark]
	fn draws() -> Result<(), BenchmarkError> {
		start::<T>();
		let now = Pallet::<T>::now();

		#[block]
		{
			let _weight = Pallet::<T>::do_draws(now);
		}

		Ok(())
	}

	/// One draw of five challengers among modules.
	#[benchmark]
	fn draw() -> Result<(), BenchmarkError> {
		start::<T>();
		let (module, _, _) = enrolling::<T>(EnrolmentPhase::Drawing, SlotState::Empty)?;
		members::<T>(T::Challengers::get().saturating_mul(4))?;
		Enrolments::<T>::mutate(module, |record| {
			if let Some(record) = record {
				for slot in record.slots.iter_mut() {
					slot.challenger = None;
				}
			}
		});
		let now = Pallet::<T>::now();
		crowd::<T>(now.saturating_add(Pallet::<T>::parameters().challenge_window));
		let fixed_in = now.saturating_sub(2u32.into());
		Helper::<T>::set_beacon(now.saturating_sub(1u32.into()));
		DrawQueue::<T>::insert(
			0,
			DrawJob {
				module,
				round: 5,
				purpose: Purpose::Enrolment,
				fixed_in,
			},
		);
		DrawQueueEnds::<T>::put(QueueEnds { head: 0, tail: 1 });

		#[block]
		{
			let _weight = Pallet::<T>::do_draws(now);
		}

		assert_eq!(DrawQueueEnds::<T>::get().len(), 0);
		Ok(())
	}

	/// What is checked of the dearest duty, a renewal: once for its place in the pool, once more for its fee. And the
	/// count of a failure.
	#[benchmark]
	fn duty_guard() -> Result<(), BenchmarkError> {
		start::<T>();
		releases::<T>(HardwareClass::C);
		let (module, _, keys) = certified::<T>(1, 1u32.into())?;
		let evidence = Evidence::from(evidence::renewal::<T>(module, keys)?);
		let who = T::SessionAccount::convert(keys.session);

		#[block]
		{
			for _ in 0..2 {
				Pallet::<T>::check_renewal(&who, &evidence)
					.map_err(|_| stop("a renewal that is right in everything"))?;
			}
			Pallet::<T>::note_failed_duty(&who);
		}

		assert_eq!(FailedDutiesOf::<T>::get(who).count, 1);
		Ok(())
	}

	#[benchmark]
	fn set_parameters() -> Result<(), BenchmarkError> {
		let origin = governance::<T>()?;
		let parameters = Pallet::<T>::parameters();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, parameters);

		Ok(())
	}

	/// Two passes of the oldest boot that is known, while the module is examined itself.
	#[benchmark]
	fn report_contradiction() -> Result<(), BenchmarkError> {
		let (module, _, _) = examined::<T>(Purpose::Attestation)?;
		let reporter = funded::<T>("reporter", 1)?;
		let session = Helper::<T>::session_key();
		PastBoots::<T>::mutate(module, |past| {
			if let Some(last) = past.last_mut() {
				last.keys.session = session;
			}
		});
		let round = Rounds::<T>::get(module).ok_or(stop("a round"))?;
		let pass = Pallet::<T>::pass_of(module, &round, 0, [0; 32], ReleaseId(0));
		let other = tea_primitives::verdict::Pass {
			log_root: [9; 32],
			..pass
		};
		let sign =
			|pass: &tea_primitives::verdict::Pass| Helper::<T>::sign(&session, &pass.payload());
		let proof = Proof::ContradictingVerdicts(alloc::boxed::Box::new(Contradiction {
			session,
			pass,
			signature: sign(&pass),
			against: Statement::Pass(other, sign(&other)),
		}));

		#[extrinsic_call]
		report(RawOrigin::Signed(reporter), module, proof);

		assert!(Reports::<T>::contains_key(module));
		Ok(())
	}

	/// A quote of the first boot that names a block after the second one.
	#[benchmark]
	fn report_clone() -> Result<(), BenchmarkError> {
		let (module, keys, _) = examined::<T>(Purpose::Attestation)?;
		let reporter = funded::<T>("reporter", 1)?;
		let evidence = evidence::renewal::<T>(module, keys)?;
		Boots::<T>::mutate(module, |boot| {
			if let Some(boot) = boot {
				boot.since = 0u32.into();
			}
		});
		Chips::<T>::mutate(module, |chip| {
			if let Some(boot) = chip.as_mut().and_then(|chip| chip.boot.as_mut()) {
				boot.counters.reset_count = 2;
			}
		});
		let proof = Proof::ClonedTpm(alloc::boxed::Box::new(StrayQuote {
			quote: evidence.quote,
			signature: evidence.signature,
			binding: evidence.binding,
		}));

		#[extrinsic_call]
		report(RawOrigin::Signed(reporter), module, proof);

		assert!(Reports::<T>::contains_key(module));
		Ok(())
	}

	/// A whole committee passed what is no quote.
	#[benchmark]
	fn report_refuted() -> Result<(), BenchmarkError> {
		let (module, _, members) = examined::<T>(Purpose::Attestation)?;
		let reporter = funded::<T>("reporter", 1)?;
		let live_quote = vec![7u8; 160];
		let committee = members.iter().map(|(module, _)| Member::Module(*module));
		let committee = BoundedVec::truncate_from(committee.collect::<Vec<_>>());
		Certificates::<T>::mutate(module, |record| {
			if let Some(record) = record {
				record.live_quote = sp_io::hashing::sha2_256(&live_quote);
				record.committee = committee;
			}
		});
		let proof = Proof::RefutedVerdict(BoundedVec::truncate_from(live_quote));

		#[extrinsic_call]
		report(RawOrigin::Signed(reporter), module, proof);

		assert!(Reports::<T>::contains_key(module));
		Ok(())
	}

	/// Some points are paid, others have to wait.
	#[benchmark]
	fn pay_duties() -> Result<(), BenchmarkError> {
		let who: T::AccountId = account("worker", 0, 0);
		let pool = Pallet::<T>::duty_pool_account();
		let reward = Pallet::<T>::parameters().duty_reward;
		let money = T::Currency::minimum_balance()
			.saturating_mul(2u32.into())
			.saturating_add(reward.saturating_mul(2u32.into()));
		drop(T::Currency::deposit(&pool, money, Precision::Exact)?);
		DutyPoints::<T>::insert(&who, u32::MAX);
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), who.clone());

		assert!(DutyPoints::<T>::get(who) < u32::MAX);
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		mock::ExtBuilder::default().build_with_keystore(),
		mock::Test
	);
}

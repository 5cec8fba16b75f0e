//! Boot, challenges and verdicts on a real software TPM.

#[allow(dead_code, reason = "the TPM's own tests use more of it")]
#[path = "../../../tpm-device/tests/swtpm/soft.rs"]
mod soft;

mod pins;

use std::{
	fs,
	path::Path,
	sync::atomic::{AtomicU64, Ordering},
};

use soft::Soft;
use tea_chain::types::{
	ChallengeRecord, ChipRecord, Enrolment, EnrolmentPhase, EnrolmentRecord, Slot, SlotState,
};
use tea_module::{
	attest::{BootState, measure_boot},
	exit::Cause,
	keys::{BootSecrets, random, transport_key},
	measure::{ChainSource, Measurement},
	protocol::RoundEvidence,
	service::challenger::{Owed, owed},
	state::StateDir,
	verify::{AcceptedRelease, Case, Posted, Verdict},
};
use tea_primitives::{
	draw::{Member, Purpose},
	ids::{IssuerId, ModuleId, ReleaseId},
	verdict::FailReason,
};
use tea_tpm::{
	Boot, ChallengeContext, EkKind, EkPublic, HardwareClass, Hash, binding::committee_nonce,
};
use tea_tpm_device::{AkAlgorithm, BootEvidence, Config, Event, EventLog, Identity, Tpm};

const CLASS: HardwareClass = HardwareClass::Dev;
const MODULE: ModuleId = ModuleId(7);
const GENESIS: Hash = [1; 32];
const NONCE: Hash = [0x77; 32];

struct Machine {
	soft: Soft,
	dir: tempfile::TempDir,
	identity: Option<Identity>,
}

impl Machine {
	fn new() -> Self {
		Self {
			soft: Soft::manufacture(),
			dir: tempfile::tempdir().expect("a directory"),
			identity: None,
		}
	}

	/// What a process does at its start.
	async fn start(&mut self, program: &[u8]) -> Result<Process, tea_module::exit::Exit> {
		let config = Config::new(self.soft.tcti(), EkKind::Rsa2048);
		let tpm = Tpm::open(config).await.expect("an open TPM");
		let identity = match &self.identity {
			Some(identity) => identity.clone(),
			None => {
				let ek = tpm.endorsement_key().await.expect("a key");
				tpm.create_ak(ek, AkAlgorithm::P256).await.expect("a key")
			}
		};
		tpm.load(identity.clone()).await.expect("a loaded key");
		self.identity = Some(identity.clone());
		let state = StateDir::open(self.dir.path()).expect("a state directory");
		let measurement = measured(self.dir.path(), program);
		let firmware = EventLog::default();
		let booted = measure_boot(&tpm, &state, &measurement, CLASS, &firmware).await;
		let (secrets, log) = match booted {
			Ok(booted) => booted,
			Err(exit) => {
				tpm.shutdown().await.expect("an orderly end");
				return Err(exit);
			}
		};
		let boot = BootState {
			genesis: GENESIS,
			module: MODULE,
			class: CLASS,
			keys: secrets.public(),
			log,
			manifest: measurement.manifest().clone(),
		};
		Ok(Process {
			tpm,
			identity,
			measurement,
			boot,
			secrets,
			clock: AtomicU64::new(0),
			_state: state,
		})
	}
}

struct Process {
	tpm: Tpm,
	identity: Identity,
	measurement: Measurement,
	boot: BootState,
	secrets: BootSecrets,
	/// Of the last quote.
	clock: AtomicU64,
	_state: StateDir,
}

fn measured(dir: &Path, program: &[u8]) -> Measurement {
	let path = dir.join("program");
	fs::write(&path, program).expect("a program");
	Measurement::of(&path, &ChainSource::TrustedRpc).expect("a measurement")
}

impl Process {
	/// A quote that is younger than the one before: the chip's clock counts milliseconds, and a fast one makes two in one.
	async fn quote(&self, nonce: Hash) -> BootEvidence {
		loop {
			let binding = self.boot.binding((95, [2; 32]), 3, 1, nonce);
			let quoted = self
				.tpm
				.attest_live(binding, CLASS.selection())
				.await
				.expect("evidence");
			let clock = quoted.counters().clock;
			if self.clock.swap(clock, Ordering::Relaxed) != clock {
				return quoted;
			}
		}
	}

	async fn live(&self) -> RoundEvidence {
		let evidence = self.quote(committee_nonce(&[NONCE])).await;
		RoundEvidence {
			round: 3,
			binding: evidence.binding,
			quote: evidence.quote,
			signature: evidence.signature,
			rk_public: evidence.rk_public,
			pcr_values: evidence.pcr_values,
			nonces: vec![(2, NONCE)],
			log: self.boot.log.to_bytes(),
			manifest: self.boot.manifest.to_bytes(),
		}
	}

	/// What a chain would say that accepted `posted` and a release of this program.
	fn case(&self, posted: &BootEvidence) -> Case {
		let reference = self.measurement.reference(CLASS).expect("values");
		let ak = self.identity.ak().expect("a key");
		Case {
			genesis: GENESIS,
			module: MODULE,
			round: 3,
			purpose: Purpose::Attestation,
			boot_seq: 1,
			keys: self.boot.keys,
			class: CLASS,
			signer: ak.qualified_name(&self.identity.ek).expect("a name"),
			ak,
			boot: Some(Boot {
				seq: 1,
				counters: *posted.counters(),
				accepted_at: 1_000_000,
			}),
			pins: None,
			denied: vec![],
			posted: Posted {
				quote: *posted.verified.quote_hash(),
				values: posted.pcr_values.clone(),
				manifest_root: posted.binding.manifest_root,
				log_root: posted.binding.log_root,
			},
			releases: vec![AcceptedRelease {
				id: ReleaseId(1),
				strict: reference.strict,
				value_sets: vec![reference.values],
				manifest_root: reference.manifest_root,
			}],
			head: 100,
			nonce_window: 20,
			nonce_block_hash: Some([2; 32]),
			now_ms: 1_000_000,
		}
	}

	async fn end(self) {
		self.tpm.shutdown().await.expect("an orderly end");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn measured_boot_passes_by_its_computed_reference_values() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let posted = process.quote([0; 32]).await;
	let verdict = process
		.case(&posted)
		.judge(2, &NONCE, &process.live().await);
	assert!(matches!(
		verdict,
		Verdict::Pass {
			release: ReleaseId(1),
			..
		}
	));
	process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restarted_process_extends_nothing_twice_and_has_new_keys() {
	let mut machine = Machine::new();
	let first = machine.start(b"program").await.expect("a boot");
	let (keys, log) = (first.boot.keys, first.boot.log.clone());
	let values = first.tpm.pcrs(CLASS.selection()).await.expect("values");
	first.end().await;
	let second = machine.start(b"program").await.expect("the same boot");
	assert_eq!(second.boot.log, log);
	assert_ne!(second.boot.keys, keys);
	let again = second.tpm.pcrs(CLASS.selection()).await.expect("values");
	assert_eq!(again, values);
	second.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_program_in_the_same_boot_has_to_restart_the_machine() {
	let mut machine = Machine::new();
	machine.start(b"program").await.expect("a boot").end().await;
	let exit = machine.start(b"program, tampered").await.err();
	let exit = exit.expect("a refusal");
	assert_eq!(exit.cause, Cause::RestartMachine);
	assert!(exit.sentence.contains("PCR 11"), "{}", exit.sentence);
	// The power goes off and on again.
	machine.soft.kill();
	assert!(machine.soft.start());
	let tampered = machine.start(b"program, tampered").await.expect("a boot");
	tampered.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tampered_program_fails_by_its_pcr() {
	let mut machine = Machine::new();
	let tampered = machine.start(b"program, tampered").await.expect("a boot");
	let posted = tampered.quote([0; 32]).await;
	let mut case = tampered.case(&posted);
	let released = measured(machine.dir.path(), b"program")
		.reference(CLASS)
		.expect("values");
	case.releases[0].value_sets = vec![released.values];
	case.releases[0].manifest_root = released.manifest_root;
	let verdict = case.judge(2, &NONCE, &tampered.live().await);
	// The manifest holds the executable, so PCR 12 differs as well.
	assert_eq!(verdict, Verdict::Fail(FailReason::PcrMismatch(11)));
	tampered.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn extension_after_the_boot_was_posted_fails_by_its_pcr() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let posted = process.quote([0; 32]).await;
	let later = Event::of(11, "later", b"something else ran");
	process.tpm.measure(later).await.expect("a measurement");
	let verdict = process
		.case(&posted)
		.judge(2, &NONCE, &process.live().await);
	assert_eq!(verdict, Verdict::Fail(FailReason::PcrMismatch(11)));
	process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reset_of_the_chip_alone_is_found_by_its_counters() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let posted = process.quote([0; 32]).await;
	machine.soft.reset();
	machine.soft.tool("tpm2_startup", &["-c"]);
	// The right words go into the PCRs again; the keys are those of the boot before.
	for event in process.measurement.plan(CLASS) {
		process.tpm.measure(event).await.expect("a measurement");
	}
	let verdict = process
		.case(&posted)
		.judge(2, &NONCE, &process.live().await);
	assert_eq!(verdict, Verdict::Fail(FailReason::BootMismatch));
	process.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn challenge_of_a_challenger_opens_in_the_chip_that_it_was_made_for() {
	let mut machine = Machine::new();
	let process = machine.start(b"program").await.expect("a boot");
	let Identity { ek, .. } = &process.identity;
	let me = Member::Registrar(tea_chain::AccountId([9; 32]));
	let secret = transport_key(random().expect("randomness")).expect("a key");
	let mut enrolment = enrolment(ek.clone(), &process.identity, me.clone());
	let made = |enrolment: &Enrolment, now| {
		owed(&me, &secret, &GENESIS, MODULE, enrolment, now).expect("a challenge")
	};
	let duties = made(&enrolment, 10);
	let [
		Owed::Post {
			slot: 1,
			blob,
			commitment,
		},
	] = &duties[..]
	else {
		panic!("one challenge is owed");
	};
	let opened = process
		.tpm
		.activate_ak(blob.clone())
		.await
		.expect("a secret");
	let context = ChallengeContext {
		genesis: GENESIS,
		module: MODULE.0,
		round: 4,
		slot: 1,
	};
	assert_eq!(context.commitment(opened.expose()), *commitment);

	// The same root value makes the same challenge again: also after a restart of the challenger.
	assert!(made(&enrolment, 10) == duties);
	// Nothing is owed when it is too late, was posted, or is another one's.
	assert!(made(&enrolment, 40).is_empty());
	enrolment.record.slots[1].state = SlotState::Posted;
	assert!(made(&enrolment, 10).is_empty());
	// A dispute asks for the root value, in that phase only.
	enrolment.record.slots[1].state = SlotState::Disputed;
	assert!(made(&enrolment, 10).is_empty());
	enrolment.record.phase = EnrolmentPhase::Disputing;
	let revealed = made(&enrolment, 10);
	let [Owed::Reveal { slot: 1, root }] = &revealed[..] else {
		panic!("the root value is owed");
	};
	let again = tea_tpm::Challenge::new(
		root,
		&context,
		ek,
		&process.identity.ak().expect("a key").name(),
	)
	.expect("a challenge");
	assert!(again.is(blob, commitment));
	process.end().await;
}

fn enrolment(ek: EkPublic, identity: &Identity, me: tea_chain::types::ChainMember) -> Enrolment {
	let ak = identity.ak().expect("a key");
	let other = Member::Registrar(tea_chain::AccountId([8; 32]));
	let slot = |challenger| Slot {
		challenger: Some(challenger),
		state: SlotState::Waiting,
	};
	Enrolment {
		record: EnrolmentRecord {
			round: 4,
			by: tea_chain::AccountId([5; 32]),
			chip: ChipRecord {
				id: ek.id(),
				issuer: IssuerId(1),
				class: CLASS,
				vendor: 0x1014,
				model: vec![],
				ak_name: ak.name(),
				signer: ak.qualified_name(&ek).expect("a name"),
				ek,
				ak,
				bonded_by: tea_chain::AccountId([5; 32]),
				bond: 0,
				closed: false,
				boot: None,
				pins: None,
			},
			phase: EnrolmentPhase::Posting,
			deadline: 40,
			redrawn: false,
			slots: vec![slot(other), slot(me)],
			drawn: vec![],
		},
		posted: Vec::<(u8, ChallengeRecord)>::new(),
	}
}

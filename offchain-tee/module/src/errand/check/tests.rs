//! Every check of a verifier has a test that fails without it. The quotes are signed by a key in memory, in the form in which
//! a TPM signs them.

use super::*;
use crate::{
	errand::{
		batch::{Bundle, Ready},
		protocol::{Nonce, tests::body},
		tests::{assignment, record},
	},
	verify::tests::{CLASS, NOW_MS, chip, counters, log, measurement, quoted},
};
use tea_primitives::{
	errand::{Limits, Trap},
	ids::{ModuleId, ReleaseId},
};
use tea_tpm::{Counters, ObjectName};

const MEMBER: u8 = 1;
const NONCE: Hash = [0x77; 32];

/// An executor that can be made to lie.
struct Executor {
	ready: Vec<Ready>,
	counters: Counters,
	log: EventLog,
	values: Vec<Hash>,
	genesis: Hash,
	boot_seq: u32,
}

fn honest_body() -> PotBody {
	let record = record();
	let assignment = assignment();
	let mut honest = body();
	honest.client_key = record.client_key;
	honest.code = record.code.ciphertext_hash();
	honest.data = record
		.data
		.iter()
		.map(|source| source.ciphertext_hash())
		.collect::<Vec<_>>()
		.try_into()
		.unwrap();
	honest.links = assignment.links().try_into().unwrap();
	honest.input = record.input;
	honest.executor = assignment.executor;
	honest.boot_seq = assignment.boot_seq;
	honest.fuel = 10;
	honest.block = assignment.assigned;
	honest.manifest_root = measurement().manifest().root();
	honest
}

impl Executor {
	fn honest() -> Self {
		let log = log(&measurement().plan(CLASS));
		Self {
			ready: vec![Ready {
				body: honest_body(),
				nonces: vec![(0, [0x11; 32]), (MEMBER, NONCE), (3, [0x33; 32])],
			}],
			counters: counters(10_500),
			values: log.replay(CLASS.selection()),
			log,
			genesis: [1; 32],
			boot_seq: assignment().boot_seq,
		}
	}

	/// The evidence of the first errand, quoted and signed as it stands.
	fn evidence(self) -> Evidence {
		let bundle = Bundle::new(&self.ready).unwrap();
		let digest: Hash = Sha256::digest(self.values.as_flattened()).into();
		let binding = PotBinding {
			genesis: self.genesis,
			module: assignment().executor.0,
			boot_seq: self.boot_seq,
			pot_root: bundle.root,
			nonces: bundle.nonces_hash(),
		};
		let (quote, signature) = quoted(&chip(), &binding.hash(), &self.counters, &digest);
		Evidence {
			body: self.ready[0].body.clone(),
			batch: bundle.places[0].1.clone(),
			nonces: bundle.nonces,
			quote,
			signature,
			log: Some(self.log.to_bytes()),
		}
	}
}

/// What the chain says about the honest executor.
fn case() -> Case {
	let honest = Executor::honest();
	let reference = measurement().reference(CLASS).unwrap();
	let pinnable = CLASS.selection().without(CLASS.always_strict());
	let manifest_root = measurement().manifest().root();
	Case {
		genesis: [1; 32],
		errand: honest_body().errand,
		record: record(),
		assignment: assignment(),
		order_is_final: true,
		ak: chip().ak,
		signer: chip().signer,
		class: CLASS,
		is_certified: true,
		evidence: EvidenceRecord {
			quote: [8; 32],
			pcr_digest: Sha256::digest(honest.values.as_flattened()).into(),
			values: honest.values.clone(),
			manifest_root,
			log_root: honest.log.root(),
			rk_name: ObjectName([0; 34]),
			firmware_version: 7,
			safe: true,
		},
		boot: Boot {
			seq: assignment().boot_seq,
			counters: counters(10_000),
			accepted_at: NOW_MS - 500,
		},
		pins: Some(honest.log.replay(pinnable)),
		releases: vec![AcceptedRelease {
			id: ReleaseId(1),
			strict: reference.strict,
			value_sets: vec![reference.values],
			manifest_root,
		}],
		head: assignment().assigned + 3,
		now_ms: NOW_MS,
	}
}

fn verdict(case: &Case, evidence: &Evidence) -> Verdict {
	case.judge(MEMBER, &NONCE, None, evidence)
}

/// The verdict over an executor that lies, before the honest chain.
fn lie(change: impl FnOnce(&mut Executor)) -> Verdict {
	let mut executor = Executor::honest();
	change(&mut executor);
	verdict(&case(), &executor.evidence())
}

/// The verdict over a body that is quoted as it stands.
fn body_says(change: impl FnOnce(&mut PotBody)) -> Verdict {
	lie(|executor| change(&mut executor.ready[0].body))
}

/// The verdict over bytes that were changed after the quote.
fn altered(change: impl FnOnce(&mut Evidence)) -> Verdict {
	let mut evidence = Executor::honest().evidence();
	change(&mut evidence);
	verdict(&case(), &evidence)
}

/// The verdict over the honest executor, before another chain.
fn chain(change: impl FnOnce(&mut Case)) -> Verdict {
	let mut case = case();
	change(&mut case);
	verdict(&case, &Executor::honest().evidence())
}

const fn refuted(reason: FailReason) -> Verdict {
	Verdict::Refuted(RefuteReason::Evidence(reason))
}

#[test]
fn honest_run_passes_and_the_pass_names_everything() {
	let evidence = Executor::honest().evidence();
	let pot = evidence.body.hash();
	let quote: Hash = Sha256::digest(&evidence.quote).into();
	let expected = Verdict::Pass {
		pot,
		quote,
		log_root: case().evidence.log_root,
	};
	assert_eq!(verdict(&case(), &evidence), expected);
	let pass = case().pass(MEMBER, pot, quote);
	assert_eq!(pass.errand, evidence.body.errand);
	assert_eq!((pass.executor, pass.boot_seq), (evidence.body.executor, 2));
	assert_eq!((pass.member, pass.pot, pass.quote), (MEMBER, pot, quote));
}

#[test]
fn guest_faults_pass_as_results_do() {
	for exit in [
		Exit::Failed(3),
		Exit::Trap(Trap::Unreachable),
		Exit::OutOfFuel,
	] {
		let limit = record().limits.fuel;
		let passed = body_says(|body| {
			body.exit = exit;
			body.fuel = limit;
		});
		assert!(matches!(passed, Verdict::Pass { .. }), "{exit:?}");
	}
}

#[test]
fn each_errand_of_a_batch_passes() {
	let passed = lie(|executor| {
		for errand in 1..4 {
			let mut body = honest_body();
			body.errand = ErrandId(1000 + errand);
			executor.ready.push(Ready {
				body,
				nonces: vec![(0, [errand as u8; 32])],
			});
		}
	});
	assert!(matches!(passed, Verdict::Pass { .. }));
}

#[test]
fn what_another_fork_could_say_blames_nobody() {
	let other = Verdict::Abstain(Abstention::OtherAttempt);
	for change in [
		(|body| body.errand = ErrandId(99)) as fn(&mut PotBody),
		|body| body.attempt = 1,
		|body| body.executor = ModuleId(9),
		|body| body.boot_seq = 3,
		|body| body.links = vec![[99; 32]].try_into().unwrap(),
		|body| body.links = Default::default(),
	] {
		assert_eq!(body_says(change), other);
	}
	let not_final = chain(|case| {
		case.order_is_final = false;
		case.record.input = [99; 32];
	});
	assert_eq!(not_final, other);
	let waiting = chain(|case| case.assignment.keys.push(KeyPath::Wanted));
	assert_eq!(waiting, other);
	let stale = Verdict::Abstain(Abstention::Stale);
	assert_eq!(body_says(|body| body.block -= 1), stale);
	assert_eq!(body_says(|body| body.block += 4), stale);
}

#[test]
fn pot_of_another_order_is_refuted() {
	for change in [
		(|body| body.domain[0] ^= 1) as fn(&mut PotBody),
		|body| body.client_key = [99; 32],
		|body| body.code = [99; 32],
		|body| body.data = Default::default(),
		|body| body.data = vec![[99; 32]].try_into().unwrap(),
		|body| body.input = [99; 32],
		|body| body.result.cid.0[0] = 9,
		|body| body.manifest_root = [99; 32],
		|body| body.fuel = record().limits.fuel + 1,
		|body| body.exit = Exit::OutOfFuel,
		// None of these sources has a supplied key.
		|body| body.exit = Exit::BadKey,
	] {
		assert_eq!(
			body_says(change),
			Verdict::Refuted(RefuteReason::OtherErrand)
		);
	}
}

#[test]
fn own_nonce_has_to_be_in_the_quote() {
	let missing = Verdict::Abstain(Abstention::NonceMissing);
	let nonces = |change: fn(&mut Vec<(u8, Hash)>)| lie(|e| change(&mut e.ready[0].nonces));
	assert_eq!(
		nonces(|nonces| nonces.retain(|(member, _)| *member != MEMBER)),
		missing
	);
	assert_eq!(nonces(|nonces| nonces[1].0 = 2), missing);
	assert_eq!(nonces(|nonces| nonces[1].1 = [0x78; 32]), missing);
	// Of another errand it proves nothing.
	assert_eq!(
		altered(|evidence| evidence.nonces[1].errand = ErrandId(99)),
		missing
	);
}

#[test]
fn quote_that_is_bound_to_something_else_is_refuted() {
	let other = Verdict::Refuted(RefuteReason::OtherPot);
	assert_eq!(altered(|evidence| evidence.body.fuel += 1), other);
	assert_eq!(altered(|evidence| evidence.batch.root = [9; 32]), other);
	assert_eq!(altered(|evidence| evidence.batch.index = 1), other);
	assert_eq!(
		altered(|evidence| {
			let stray = Nonce {
				errand: ErrandId(1),
				member: 0,
				nonce: [1; 32],
			};
			evidence.nonces.push(stray);
		}),
		other
	);
	assert_eq!(lie(|executor| executor.genesis = [2; 32]), other);
	assert_eq!(lie(|executor| executor.boot_seq = 3), other);
}

#[test]
fn quote_of_another_chip_or_state_is_refuted() {
	let bad = refuted(FailReason::BadQuote);
	assert_eq!(altered(|e| e.quote[0] ^= 1), bad);
	assert_eq!(altered(|e| *e.signature.last_mut().unwrap() ^= 1), bad);
	assert_eq!(altered(|e| e.signature.clear()), bad);
	assert_eq!(lie(|executor| executor.values[0] = [9; 32]), bad);
	assert_eq!(chain(|case| case.signer.0[5] ^= 1), bad);
	assert_eq!(chain(|case| case.evidence.firmware_version = 8), bad);
}

#[test]
fn counters_tell_another_boot_or_an_older_quote() {
	let stale = Verdict::Abstain(Abstention::Stale);
	assert_eq!(lie(|executor| executor.counters.clock = 10_000), stale);
	let mismatch = refuted(FailReason::CounterMismatch);
	assert_eq!(lie(|executor| executor.counters.reset_count = 5), mismatch);
	assert_eq!(
		lie(|executor| executor.counters.clock = 10_000_000),
		mismatch
	);
}

#[test]
fn executor_without_certificate_or_release_gets_nothing() {
	let nothing = Verdict::Abstain(Abstention::NotCertified);
	assert_eq!(chain(|case| case.is_certified = false), nothing);
	assert_eq!(chain(|case| case.releases.clear()), nothing);
	assert_eq!(
		chain(|case| case.releases[0].manifest_root = [9; 32]),
		nothing
	);
}

#[test]
fn log_has_to_explain_the_boot() {
	let event = |pcr| tea_tpm_device::Event::of(pcr, "test", b"more");
	let more = lie(|executor| executor.log.append(event(12)).unwrap());
	assert_eq!(more, refuted(FailReason::LogMismatch(12)));
	let less = altered(|evidence| evidence.log = Some(EventLog::default().to_bytes()));
	assert!(
		matches!(
			less,
			Verdict::Refuted(RefuteReason::Evidence(FailReason::LogMissing(_)))
		),
		"{less:?}"
	);
	let unreadable = Verdict::Abstain(Abstention::Unreadable);
	assert_eq!(altered(|evidence| evidence.log = None), unreadable);
	assert_eq!(altered(|evidence| evidence.log = Some(vec![7])), unreadable);
	assert!(matches!(
		chain(|case| case.evidence.log_root = [9; 32]),
		Verdict::Refuted(RefuteReason::Evidence(FailReason::LogMismatch(_)))
	));
}

#[test]
fn log_that_was_replayed_before_need_not_be_shown_again() {
	let mut evidence = Executor::honest().evidence();
	evidence.log = None;
	let case = case();
	let known = case.evidence.log_root;
	let judge = |known: &Hash| case.judge(MEMBER, &NONCE, Some(known), &evidence);
	assert!(matches!(judge(&known), Verdict::Pass { .. }));
	assert_eq!(judge(&[9; 32]), Verdict::Abstain(Abstention::Unreadable));
}

#[test]
fn limits_are_those_of_the_order() {
	let small = chain(|case| {
		case.record.limits = Limits {
			fuel: 9,
			..case.record.limits
		};
	});
	assert_eq!(small, Verdict::Refuted(RefuteReason::OtherErrand));
}

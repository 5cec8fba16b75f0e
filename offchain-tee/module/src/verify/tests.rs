//! Every check of a member has a test that fails without it. The quotes are signed by a key in memory, in the form in which
//! a TPM signs them.

use super::*;
use crate::{
	manifest::Entry,
	measure::{ChainSource, Measurement},
};
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use tea_tpm::{
	Counters, EkPublic, ObjectName, QuoteBinding, RkPublic, binding::QUOTE_DOMAIN,
	public::rk_policy,
};
use tea_tpm_device::Event;

pub(crate) const CLASS: HardwareClass = HardwareClass::Dev;
const MEMBER: u8 = 1;
const NONCE: Hash = [0x77; 32];
pub(crate) const NOW_MS: u64 = 1_000_000;

/// A chip in memory.
pub(crate) struct Chip {
	key: SigningKey,
	pub(crate) ak: AkPublic,
	pub(crate) signer: QualifiedName,
}

fn public_area(head: &str, key: &SigningKey) -> Vec<u8> {
	let point = key.verifying_key().to_encoded_point(false);
	let mut area = hex::decode(head).unwrap();
	for coordinate in [point.x().unwrap(), point.y().unwrap()] {
		area.extend([0, 32]);
		area.extend_from_slice(coordinate);
	}
	area
}

fn key(fill: u8) -> SigningKey {
	SigningKey::from_slice(&[fill; 32]).unwrap()
}

pub(crate) fn chip() -> Chip {
	let key = key(5);
	let area = public_area("0023000b00050472000000100018000b00030010", &key);
	let ak = AkPublic::parse(&area).unwrap();
	let (x, y) = {
		let point = self::key(6).verifying_key().to_encoded_point(false);
		((*point.x().unwrap()).into(), (*point.y().unwrap()).into())
	};
	let signer = ak.qualified_name(&EkPublic::P256 { x, y }).unwrap();
	Chip { key, ak, signer }
}

pub(crate) fn log(events: &[Event]) -> EventLog {
	let mut log = EventLog::default();
	for event in events {
		log.append(event.clone()).unwrap();
	}
	log
}

pub(crate) fn measurement() -> Measurement {
	// The program of the tests is large, and measuring it takes its time.
	static ONCE: LazyLock<Measurement> =
		LazyLock::new(|| Measurement::of_this_program(&ChainSource::TrustedRpc).unwrap());
	ONCE.clone()
}

pub(crate) fn counters(clock: u64) -> Counters {
	Counters {
		clock,
		reset_count: 4,
		restart_count: 1,
		safe: true,
	}
}

/// A testee that can be made to lie.
struct Testee {
	chip: Chip,
	counters: Counters,
	log: EventLog,
	values: Vec<Hash>,
	manifest: Vec<u8>,
	binding: QuoteBinding,
	nonces: Vec<(u8, Hash)>,
}

impl Testee {
	fn honest() -> Self {
		let log = log(&measurement().plan(CLASS));
		let manifest = measurement().manifest().clone();
		let mut testee = Self {
			chip: chip(),
			counters: counters(10_500),
			values: log.replay(CLASS.selection()),
			manifest: manifest.to_bytes(),
			binding: QuoteBinding {
				domain: QUOTE_DOMAIN,
				genesis: [1; 32],
				module: 7,
				round: 3,
				nonce_block: 95,
				nonce_block_hash: [2; 32],
				committee_nonce: [0; 32],
				session_key: [3; 32],
				vrf_key: [4; 32],
				transport_key: [5; 32],
				rk_name: ObjectName([0; 34]),
				boot_seq: 9,
				manifest_root: manifest.root(),
				log_root: log.root(),
			},
			log,
			nonces: vec![(0, [0x11; 32]), (MEMBER, NONCE), (3, [0x33; 32])],
		};
		let nonces: Vec<Hash> = testee.nonces.iter().map(|(_, nonce)| *nonce).collect();
		testee.binding.committee_nonce = committee_nonce(&nonces);
		testee
	}

	fn rk(&self, digest: &Hash) -> Vec<u8> {
		let policy = rk_policy(CLASS.selection(), digest);
		let mut head = String::from("0023000b000504b20020");
		head += &hex::encode(policy);
		head += "00100018000b00030010";
		public_area(&head, &key(8))
	}

	/// The evidence, quoted and signed as it stands.
	fn evidence(mut self) -> RoundEvidence {
		let digest: Hash = Sha256::digest(self.values.as_flattened()).into();
		let rk_public = self.rk(&digest);
		let policy = rk_policy(CLASS.selection(), &digest);
		self.binding.rk_name = RkPublic::parse(&rk_public, &policy).unwrap().name();
		let (quote, signature) = quoted(&self.chip, &self.binding.hash(), &self.counters, &digest);
		RoundEvidence {
			round: 3,
			binding: self.binding,
			quote,
			signature,
			rk_public,
			pcr_values: self.values,
			nonces: self.nonces,
			log: self.log.to_bytes(),
			manifest: self.manifest,
		}
	}
}

/// A quote as the chip signs it.
pub(crate) fn quoted(
	chip: &Chip,
	extra_data: &Hash,
	counters: &Counters,
	digest: &Hash,
) -> (Vec<u8>, Vec<u8>) {
	let mut quote = hex::decode("ff54434780180022").unwrap();
	quote.extend_from_slice(&chip.signer.0);
	quote.extend([0, 32]);
	quote.extend(extra_data);
	quote.extend(counters.clock.to_be_bytes());
	quote.extend(counters.reset_count.to_be_bytes());
	quote.extend(counters.restart_count.to_be_bytes());
	quote.push(u8::from(counters.safe));
	quote.extend(7u64.to_be_bytes());
	quote.extend([0, 0, 0, 1, 0, 11, 3]);
	quote.extend(CLASS.selection().to_bytes());
	quote.extend([0, 32]);
	quote.extend(digest);
	assert_eq!(quote.len(), 145);
	let signed: Signature = chip.key.sign_prehash(&Sha256::digest(&quote)).unwrap();
	let mut signature = vec![0, 0x18, 0, 0x0b];
	for scalar in [signed.r().to_bytes(), signed.s().to_bytes()] {
		signature.extend([0, 32]);
		signature.extend_from_slice(&scalar);
	}
	(quote, signature)
}

/// What the chain says about the honest testee.
fn case() -> Case {
	let honest = Testee::honest();
	let reference = measurement().reference(CLASS).unwrap();
	let pinnable = CLASS.selection().without(CLASS.always_strict());
	Case {
		genesis: [1; 32],
		module: ModuleId(7),
		round: 3,
		purpose: Purpose::Attestation,
		boot_seq: 9,
		keys: BootKeys {
			session: [3; 32],
			vrf: [4; 32],
			transport: [5; 32],
		},
		class: CLASS,
		ak: honest.chip.ak.clone(),
		signer: honest.chip.signer,
		boot: Some(Boot {
			seq: 9,
			counters: counters(10_000),
			accepted_at: NOW_MS - 500,
		}),
		pins: Some(honest.log.replay(pinnable)),
		denied: vec![],
		posted: Posted {
			quote: [8; 32],
			values: honest.values,
			manifest_root: honest.binding.manifest_root,
			log_root: honest.binding.log_root,
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
		now_ms: NOW_MS,
	}
}

fn verdict(case: &Case, evidence: &RoundEvidence) -> Verdict {
	case.judge(MEMBER, &NONCE, evidence)
}

/// The verdict over a testee that lies, before the honest chain.
fn lie(change: impl FnOnce(&mut Testee)) -> Verdict {
	let mut testee = Testee::honest();
	change(&mut testee);
	verdict(&case(), &testee.evidence())
}

/// The verdict over bytes that were changed after the quote.
fn altered(change: impl FnOnce(&mut RoundEvidence)) -> Verdict {
	let mut evidence = Testee::honest().evidence();
	change(&mut evidence);
	verdict(&case(), &evidence)
}

/// The verdict over the honest testee, before another chain.
fn chain(change: impl FnOnce(&mut Case)) -> Verdict {
	let mut case = case();
	change(&mut case);
	verdict(&case, &Testee::honest().evidence())
}

fn fail(reason: FailReason) -> Verdict {
	Verdict::Fail(reason)
}

#[test]
fn honest_testee_passes_and_the_pass_names_everything() {
	let evidence = Testee::honest().evidence();
	let live_quote: Hash = Sha256::digest(&evidence.quote).into();
	let release = ReleaseId(1);
	assert_eq!(
		verdict(&case(), &evidence),
		Verdict::Pass {
			release,
			live_quote
		}
	);
	let pass = case().pass(MEMBER, live_quote, release);
	assert_eq!(pass.module, ModuleId(7));
	assert_eq!((pass.round, pass.boot_seq, pass.member), (3, 9, MEMBER));
	assert_eq!((pass.evidence, pass.live_quote), ([8; 32], live_quote));
	assert_eq!(pass.log_root, case().posted.log_root);
}

#[test]
fn other_round_is_no_matter_of_honesty() {
	let other = Verdict::Abstain(Abstention::OtherRound);
	assert_eq!(altered(|evidence| evidence.round = 4), other);
	assert_eq!(lie(|testee| testee.binding.round = 2), other);
	assert_eq!(chain(|case| case.round = 4), other);
}

#[test]
fn keys_of_another_boot_fail() {
	let mismatch = fail(FailReason::BootMismatch);
	assert_eq!(lie(|testee| testee.binding.session_key = [9; 32]), mismatch);
	assert_eq!(lie(|testee| testee.binding.vrf_key = [9; 32]), mismatch);
	assert_eq!(
		lie(|testee| testee.binding.transport_key = [9; 32]),
		mismatch
	);
	assert_eq!(lie(|testee| testee.binding.boot_seq = 10), mismatch);
}

#[test]
fn quote_without_the_own_nonce_gets_no_verdict() {
	let missing = Verdict::Abstain(Abstention::NonceMissing);
	assert_eq!(lie(|testee| testee.nonces[1].1 = [0x78; 32]), missing);
	assert_eq!(lie(|testee| testee.nonces[1].0 = 2), missing);
	let without = lie(|testee| {
		testee.nonces.remove(1);
	});
	assert_eq!(without, missing);
}

#[test]
fn nonces_that_are_listed_and_not_quoted_fail() {
	assert_eq!(
		lie(|testee| testee.binding.committee_nonce = [0; 32]),
		fail(FailReason::BadQuote)
	);
	// The list is longer than what was quoted.
	assert_eq!(
		lie(|testee| testee.nonces.push((9, [1; 32]))),
		fail(FailReason::BadQuote)
	);
}

#[test]
fn stale_quote_gets_no_verdict() {
	let stale = Verdict::Abstain(Abstention::Stale);
	assert_eq!(lie(|testee| testee.binding.nonce_block = 79), stale);
	assert_eq!(lie(|testee| testee.binding.nonce_block = 101), stale);
	assert_eq!(
		lie(|testee| testee.binding.nonce_block_hash = [9; 32]),
		stale
	);
	assert_eq!(chain(|case| case.nonce_block_hash = None), stale);
	assert!(matches!(
		lie(|testee| testee.binding.nonce_block = 80),
		Verdict::Pass { .. }
	));
}

#[test]
fn binding_of_another_chain_or_module_fails() {
	for verdict in [
		lie(|testee| testee.binding.genesis = [9; 32]),
		lie(|testee| testee.binding.module = 8),
		lie(|testee| testee.binding.domain = *b"tea/quote/v2"),
	] {
		assert_eq!(verdict, fail(FailReason::BadQuote));
	}
}

#[test]
fn every_byte_of_quote_and_signature_counts() {
	let honest = Testee::honest().evidence();
	for at in 0..honest.quote.len() {
		let verdict = altered(|evidence| evidence.quote[at] ^= 1);
		assert!(
			matches!(verdict, Verdict::Fail(_)),
			"byte {at}: {verdict:?}"
		);
	}
	for at in 0..honest.signature.len() {
		let verdict = altered(|evidence| evidence.signature[at] ^= 1);
		assert_eq!(verdict, fail(FailReason::BadQuote), "byte {at}");
	}
	assert_eq!(
		altered(|evidence| evidence.quote.push(0)),
		fail(FailReason::BadQuote)
	);
}

#[test]
fn quote_of_another_key_fails() {
	assert_eq!(
		lie(|testee| testee.chip.key = key(9)),
		fail(FailReason::BadQuote)
	);
	assert_eq!(
		lie(|testee| testee.chip.signer.0[2] ^= 1),
		fail(FailReason::BadQuote)
	);
}

#[test]
fn receive_key_of_another_policy_fails() {
	assert_eq!(
		altered(|evidence| evidence.rk_public[12] ^= 1),
		fail(FailReason::BadQuote)
	);
}

#[test]
fn denied_firmware_fails() {
	let verdict = chain(|case| case.denied = vec![FirmwareRange { first: 0, last: 7 }]);
	assert_eq!(verdict, fail(FailReason::BadQuote));
	assert!(matches!(
		chain(|case| case.denied = vec![FirmwareRange { first: 8, last: 9 }]),
		Verdict::Pass { .. }
	));
}

#[test]
fn reset_of_the_chip_alone_is_found() {
	let mismatch = fail(FailReason::BootMismatch);
	assert_eq!(lie(|testee| testee.counters.reset_count = 5), mismatch);
	assert_eq!(lie(|testee| testee.counters.restart_count = 2), mismatch);
}

#[test]
fn counters_that_go_back_fail() {
	let mismatch = fail(FailReason::CounterMismatch);
	assert_eq!(lie(|testee| testee.counters.reset_count = 3), mismatch);
	assert_eq!(lie(|testee| testee.counters.restart_count = 0), mismatch);
	assert_eq!(lie(|testee| testee.counters.clock = 10_000), mismatch);
	// A clock that runs away shows a clone.
	assert_eq!(lie(|testee| testee.counters.clock = 10_000_000), mismatch);
}

#[test]
fn values_other_than_posted_fail_by_their_pcr() {
	let verdict = lie(|testee| {
		testee.log.append(Event::of(12, "later", b"x")).unwrap();
		testee.values = testee.log.replay(CLASS.selection());
	});
	assert_eq!(verdict, fail(FailReason::PcrMismatch(12)));
}

#[test]
fn values_that_were_not_quoted_fail() {
	assert_eq!(
		altered(|evidence| evidence.pcr_values[0] = [1; 32]),
		fail(FailReason::BadQuote)
	);
	let one_missing = altered(|evidence| {
		evidence.pcr_values.pop();
	});
	assert_eq!(one_missing, fail(FailReason::BadQuote));
}

#[test]
fn measurement_of_no_release_fails_by_its_pcr() {
	for (at, pcr) in [(0, 11), (1, 12), (2, 13)] {
		let verdict = chain(|case| case.releases[0].value_sets[0][at] = [1; 32]);
		assert_eq!(verdict, fail(FailReason::PcrMismatch(pcr)));
	}
	assert_eq!(
		chain(|case| case.releases.clear()),
		Verdict::Abstain(Abstention::NoRelease)
	);
}

#[test]
fn changed_firmware_fails_in_the_first_committee_and_may_pass_in_the_second() {
	let change = |case: &mut Case| case.pins.as_mut().unwrap()[1] = [1; 32];
	// Pins are of 0, 2, 4, 7, 14.
	assert_eq!(chain(change), fail(FailReason::PcrMismatch(2)));
	let second = chain(|case| {
		change(case);
		case.purpose = Purpose::SecondCommittee;
	});
	assert!(matches!(second, Verdict::Pass { .. }));
}

#[test]
fn first_fitting_release_is_named() {
	let verdict = chain(|case| {
		let mut other = case.releases[0].clone();
		other.id = ReleaseId(9);
		other.manifest_root = [0; 32];
		case.releases.insert(0, other);
	});
	assert!(matches!(
		verdict,
		Verdict::Pass {
			release: ReleaseId(1),
			..
		}
	));
}

#[test]
fn log_that_leads_elsewhere_fails_by_its_pcr() {
	// The values are right, the story is another one.
	let plan = measurement().plan(CLASS);
	let retold = |change: &dyn Fn(&mut Vec<Event>)| {
		let mut events = plan.clone();
		change(&mut events);
		let story = log(&events);
		altered(|evidence| evidence.log = story.to_bytes())
	};
	let executable = plan.iter().position(|event| event.pcr == 11).unwrap();
	assert_eq!(
		retold(&|events| events[executable].digest = [1; 32]),
		fail(FailReason::LogMismatch(11))
	);
	assert_eq!(
		retold(&|events| drop(events.remove(executable))),
		fail(FailReason::LogMissing(11))
	);
	// The same digests under other names are not the log that was bound.
	assert_eq!(
		retold(&|events| events[0].kind = "renamed".into()),
		fail(FailReason::LogMismatch(0))
	);
}

#[test]
fn unreadable_parts_get_no_verdict() {
	let unreadable = Verdict::Abstain(Abstention::Unreadable);
	assert_eq!(altered(|evidence| evidence.log = vec![9]), unreadable);
	assert_eq!(altered(|evidence| evidence.manifest = vec![9]), unreadable);
}

#[test]
fn log_root_is_the_posted_one() {
	assert_eq!(
		chain(|case| case.posted.log_root = [1; 32]),
		fail(FailReason::LogMismatch(0))
	);
	assert_eq!(
		lie(|testee| testee.binding.log_root = [1; 32]),
		fail(FailReason::LogMismatch(0))
	);
}

#[test]
fn manifest_is_posted_quoted_and_released() {
	let mismatch = fail(FailReason::ManifestMismatch);
	let other = Manifest::new(vec![Entry {
		name: "executable".into(),
		digest: [1; 32],
	}])
	.unwrap();
	assert_eq!(
		altered(|evidence| evidence.manifest = other.to_bytes()),
		mismatch
	);
	assert_eq!(
		lie(|testee| testee.binding.manifest_root = [1; 32]),
		mismatch
	);
	assert_eq!(
		chain(|case| case.releases[0].manifest_root = [1; 32]),
		mismatch
	);
	assert_eq!(chain(|case| case.posted.manifest_root = [1; 32]), mismatch);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	/// Nothing that a testee can send makes a member panic, and nothing but the honest evidence passes.
	#[test]
	fn altered_evidence_never_passes(part in 0usize..7, at in any::<prop::sample::Index>(), flip in 1u8..) {
		let verdict = altered(|evidence| {
			let bytes = match part {
				0 => &mut evidence.quote,
				1 => &mut evidence.signature,
				2 => &mut evidence.rk_public,
				3 => &mut evidence.log,
				4 => &mut evidence.manifest,
				5 => {
					let value = &mut evidence.pcr_values[at.index(8)];
					value[at.index(32)] ^= flip;
					return;
				}
				_ => {
					let nonce = &mut evidence.nonces[at.index(3)].1;
					nonce[at.index(32)] ^= flip;
					return;
				}
			};
			let at = at.index(bytes.len());
			bytes[at] ^= flip;
		});
		let passes = matches!(verdict, Verdict::Pass { .. });
		prop_assert!(!passes, "{:?}", verdict);
	}
}

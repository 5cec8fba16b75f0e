//! The whole attester side on a real software TPM.

mod proxy;
mod soft;

use std::time::{Duration, Instant};

use codec::{Decode, Encode};
use proxy::Proxy;
use soft::Soft;
use tea_tpm::{
	Challenge, ChallengeContext, Counters, EkKind, EkPublic, Ephemeral, EvidenceError,
	HardwareClass, IssuerKey, LeafRules, ObjectName, PcrSelection, PcrValues, Progress,
	QuoteBinding, QuoteError, RustCrypto, SignatureAlgorithm, UnverifiedLeaf,
	binding::QUOTE_DOMAIN, make_credential, pot::PotBinding,
};
use tea_tpm_device::{
	AkAlgorithm, BootEvidence, Config, EkCertificate, Error, Event, Identity, PcrState, Tpm,
};

const PCRS: PcrSelection = PcrSelection::UEFI;

/// What a chain would have on record: the key that a registered issuer certified.
fn certified(soft: &Soft, leaf: &[u8]) -> EkPublic {
	let issuer = soft.issuer_spki();
	let issuer = IssuerKey::from_spki(&issuer).expect("an issuer");
	UnverifiedLeaf::parse(leaf)
		.expect("a certificate")
		.verify::<RustCrypto>(&issuer, SignatureAlgorithm::RsaSha256)
		.expect("a signature of the issuer")
		.certify(LeafRules {
			now: 4_000_000_000,
			class: HardwareClass::Dev,
			vendor: 0x1014,
			requires_purpose: true,
			is_denied: |_: &[u8]| false,
		})
		.expect("an endorsement certificate")
		.key()
		.clone()
}

fn binding(boot_seq: u32) -> QuoteBinding {
	QuoteBinding {
		domain: QUOTE_DOMAIN,
		genesis: [1; 32],
		module: 7,
		round: 3,
		nonce_block: 990,
		nonce_block_hash: [2; 32],
		committee_nonce: [0; 32],
		session_key: [3; 32],
		vrf_key: [4; 32],
		transport_key: [5; 32],
		// Filled in by the device.
		rk_name: ObjectName([0; 34]),
		boot_seq,
		manifest_root: [6; 32],
		log_root: [7; 32],
	}
}

fn pot() -> PotBinding {
	PotBinding {
		genesis: [1; 32],
		module: 7,
		boot_seq: 1,
		pot_root: [8; 32],
		nonces: [9; 32],
	}
}

fn challenge(slot: u8, ek: &EkPublic, name: &ObjectName) -> Challenge {
	let place = ChallengeContext {
		genesis: [1; 32],
		module: 7,
		round: 1,
		slot,
	};
	Challenge::new(&[slot + 1; 32], &place, ek, name).expect("a challenge")
}

/// A credential with a known secret, as a sender of a key makes it.
fn credential(ek: &EkPublic, name: &ObjectName, secret: [u8; 32]) -> Vec<u8> {
	let ephemeral = match ek.kind() {
		EkKind::Rsa2048 => Ephemeral::Rsa2048 {
			seed: [1; 32],
			oaep: [2; 32],
		},
		EkKind::P256 => Ephemeral::P256([3; 32]),
		EkKind::P384 => Ephemeral::P384([3; 48]),
	};
	make_credential(ek, name, &secret, &ephemeral)
		.expect("a credential")
		.as_bytes()
		.to_vec()
}

async fn open(soft: &Soft, kind: EkKind) -> Tpm {
	Tpm::open(Config::new(soft.tcti(), kind))
		.await
		.expect("an open TPM")
}

/// The state of a machine that has booted.
async fn boot(tpm: &Tpm) {
	for pcr in [0, 2, 4, 7, 11, 14] {
		tpm.measure(Event::of(pcr, "boot", &[pcr]))
			.await
			.expect("a measurement");
	}
}

/// The key of the chip, certified where the chip has a certificate.
async fn endorsement(soft: &Soft, tpm: &Tpm, kind: EkKind) -> EkPublic {
	match tpm.certificate(kind).await.expect("an answer") {
		EkCertificate::Present(leaf) => certified(soft, &leaf),
		EkCertificate::Absent => tpm.endorsement_key().await.expect("a key"),
	}
}

async fn enrol(soft: &Soft, tpm: &Tpm, kind: EkKind) -> Identity {
	let ek = endorsement(soft, tpm, kind).await;
	let identity = tpm
		.create_ak(ek, AkAlgorithm::P256)
		.await
		.expect("an attestation key");
	tpm.load(identity.clone()).await.expect("a loaded key");
	identity
}

/// Reopens the chip as a restarted module does.
async fn reopen(soft: &Soft, identity: &Identity) -> Tpm {
	let tpm = open(soft, identity.ek.kind()).await;
	tpm.load(identity.clone())
		.await
		.expect("the kept key loads");
	tpm
}

async fn counters(tpm: &Tpm) -> Counters {
	*tpm.attest(binding(1), PCRS)
		.await
		.expect("evidence")
		.counters()
}

/// From certificate to errand, for one kind of endorsement key and one of attestation key.
async fn whole_path(kind: EkKind, algorithm: AkAlgorithm, has_certificate: bool) {
	let soft = Soft::manufacture();
	let tpm = open(&soft, kind).await;
	boot(&tpm).await;
	let certificate = tpm.certificate(kind).await.expect("an answer");
	assert_eq!(certificate != EkCertificate::Absent, has_certificate);
	let ek = endorsement(&soft, &tpm, kind).await;
	assert_eq!(tpm.endorsement_key().await.expect("a key"), ek);

	let identity = tpm.create_ak(ek.clone(), algorithm).await.expect("a key");
	let kept = Identity::decode(&mut &identity.encode()[..]).expect("a kept identity");
	assert_eq!(kept, identity);
	let ak = tpm.load(kept).await.expect("a loaded key");
	for slot in 0..3 {
		let challenge = challenge(slot, &ek, &ak.name());
		let secret = tpm
			.activate_ak(challenge.blob().as_bytes().to_vec())
			.await
			.expect("a secret");
		assert_eq!(secret.expose(), challenge.secret());
	}

	let evidence = tpm.attest(binding(1), PCRS).await.expect("evidence");
	let BootEvidence {
		state, verified, ..
	} = &evidence;
	assert_eq!(evidence.as_evidence().pcr_values.len(), PCRS.count());
	let values = PcrValues::new(PCRS, &evidence.pcr_values).expect("values");
	tpm.log()
		.explain(&values)
		.expect("the log explains the values");

	let rk = tpm.receive_key(*state).await.expect("a receive key");
	assert_eq!(rk.name(), *verified.rk_name());
	let sent = credential(&ek, &rk.name(), [0x5a; 32]);
	let secret = tpm
		.activate_rk(*state, sent.clone())
		.await
		.expect("a secret");
	assert_eq!(secret.expose(), &[0x5a; 32]);

	let firmware = verified.firmware_version();
	let quoted = tpm
		.quote_pot(pot(), *state, firmware)
		.await
		.expect("a quote");
	assert!(quoted.verified.counters().clock > verified.counters().clock);

	tpm.measure(Event::of(11, "later", b"anything"))
		.await
		.expect("a measurement");
	match tpm.activate_rk(*state, sent.clone()).await {
		Err(Error::WrongState(code)) => assert_eq!(code.of_chip(), Some(0x99d)),
		other => panic!("{other:?}"),
	}
	assert!(matches!(
		tpm.quote_pot(pot(), *state, firmware).await,
		Err(Error::Evidence(EvidenceError::Quote(QuoteError::PcrDigest)))
	));
	let other = PcrState {
		digest: [1; 32],
		..*state
	};
	assert!(tpm.activate_rk(other, sent).await.is_err());
	tpm.shutdown().await.expect("an orderly end");
	assert_eq!(soft.handles(), 0, "nothing is left in the chip");
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_path_with_rsa_endorsement_key() {
	whole_path(EkKind::Rsa2048, AkAlgorithm::P256, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_path_with_p384_endorsement_key() {
	whole_path(EkKind::P384, AkAlgorithm::P256, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_path_with_p256_endorsement_key_without_certificate() {
	whole_path(EkKind::P256, AkAlgorithm::P256, false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_path_with_rsa_attestation_key() {
	whole_path(EkKind::Rsa2048, AkAlgorithm::Rsa2048, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credential_for_another_key_stays_closed() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	let identity = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	let foreign = credential(&identity.ek, &ObjectName([7; 34]), [1; 32]);
	assert!(matches!(
		tpm.activate_ak(foreign).await,
		Err(Error::ForeignCredential(_))
	));
	assert!(matches!(
		tpm.activate_ak(vec![0; 328]).await,
		Err(Error::Credential(_))
	));
	assert!(matches!(
		tpm.activate_ak(vec![]).await,
		Err(Error::Credential(_))
	));
}

#[tokio::test(flavor = "multi_thread")]
async fn other_endorsement_key_than_the_certified_one_is_refused() {
	let (mine, other) = (Soft::manufacture(), Soft::manufacture());
	let (tpm, other) = (
		open(&mine, EkKind::Rsa2048).await,
		open(&other, EkKind::Rsa2048).await,
	);
	let foreign = other.endorsement_key().await.expect("a key");
	assert!(matches!(
		tpm.create_ak(foreign.clone(), AkAlgorithm::P256).await,
		Err(Error::OtherEndorsementKey)
	));
	let identity = enrol(&mine, &tpm, EkKind::Rsa2048).await;
	let interposed = Identity {
		ek: foreign,
		..identity
	};
	assert!(matches!(
		tpm.load(interposed).await,
		Err(Error::OtherEndorsementKey)
	));
	assert!(matches!(
		tpm.attest(binding(1), PCRS).await,
		Err(Error::NoAttestationKey)
	));
}

#[tokio::test(flavor = "multi_thread")]
async fn blob_of_another_chip_means_enrol_again() {
	let (mine, other) = (Soft::manufacture(), Soft::manufacture());
	let (tpm, other_tpm) = (
		open(&mine, EkKind::P384).await,
		open(&other, EkKind::P384).await,
	);
	let foreign = enrol(&other, &other_tpm, EkKind::P384).await;
	let ek = endorsement(&mine, &tpm, EkKind::P384).await;
	let refused = tpm.load(Identity { ek, ..foreign }).await;
	assert!(matches!(refused, Err(Error::EnrolAgain(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn orderly_reboot() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	let identity = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	let before = counters(&tpm).await;
	tpm.shutdown().await.expect("an orderly end");
	soft.reset();
	let after = counters(&reopen(&soft, &identity).await).await;
	assert_eq!(after.progress_since(&before), Ok(Progress::NewBoot));
	assert_eq!(after.reset_count, before.reset_count + 1);
	assert!(after.safe);
}

#[tokio::test(flavor = "multi_thread")]
async fn power_cut_under_a_running_module() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	let before = counters(&tpm).await;
	soft.reset();
	soft.tool("tpm2_startup", &["-c"]);
	// The loaded keys are gone; they come back without anybody's help.
	let after = counters(&tpm).await;
	assert_eq!(after.progress_since(&before), Ok(Progress::NewBoot));
	assert!(!after.safe);
}

#[tokio::test(flavor = "multi_thread")]
async fn resume_counts_as_a_boot() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	let before = counters(&tpm).await;
	soft.tool("tpm2_shutdown", &[]);
	soft.reset();
	soft.tool("tpm2_startup", &[]);
	let after = counters(&tpm).await;
	assert_eq!(after.reset_count, before.reset_count);
	assert_eq!(after.restart_count, before.restart_count + 1);
	assert_eq!(after.progress_since(&before), Ok(Progress::NewBoot));
}

#[tokio::test(flavor = "multi_thread")]
async fn cleared_chip_means_enrol_again() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	let identity = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	tpm.shutdown().await.expect("an orderly end");
	soft.tool("tpm2_clear", &["-c", "l"]);
	let tpm = open(&soft, EkKind::Rsa2048).await;
	assert_eq!(tpm.endorsement_key().await.expect("a key"), identity.ek);
	match tpm.load(identity.clone()).await {
		Err(error @ Error::EnrolAgain(_)) => {
			assert_eq!(error.code().and_then(|code| code.of_chip()), Some(0x1df));
			assert!(error.to_string().contains("enrol again"));
		}
		other => panic!("{other:?}"),
	}
	assert!(matches!(
		tpm.attest(binding(1), PCRS).await,
		Err(Error::NoAttestationKey)
	));
	let again = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	assert_ne!(again.public, identity.public);
	counters(&tpm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chip_that_comes_back_is_used_again() {
	let mut soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	soft.kill();
	assert!(matches!(
		tpm.attest(binding(1), PCRS).await,
		Err(Error::Unavailable(_))
	));
	assert!(soft.start());
	counters(&tpm).await;
	assert_eq!(tpm.health().failed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn chip_that_is_not_there_is_one_clear_sentence() {
	let config = Config::new(soft::tcti(soft::free_ports()), EkKind::Rsa2048);
	let error = Tpm::open(config).await.err().expect("nothing is there");
	assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
	assert!(error.to_string().contains("cannot be reached"));
	let config = Config::new(
		"device:/dev/no-such-tpm".parse().expect("a place"),
		EkKind::P384,
	);
	let error = Tpm::open(config).await.err().expect("nothing is there");
	assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
}

/// Leaves so many objects behind as a process does that dies.
fn litter(soft: &Soft, objects: usize) {
	for number in 0..objects {
		let context = format!("left{number}.ctx");
		soft.tool(
			"tpm2_createprimary",
			&["-C", "o", "-G", "ecc", "-c", &context],
		);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_handles_are_swept_at_start() {
	let soft = Soft::manufacture();
	litter(&soft, 2);
	for name in ["one", "two"] {
		soft.tool("tpm2_startauthsession", &["--policy-session", "-S", name]);
	}
	assert!(soft.handles() >= 4);
	let tpm = open(&soft, EkKind::Rsa2048).await;
	assert_eq!(soft.handles(), 0);
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	counters(&tpm).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slot_exhaustion_is_handled() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	boot(&tpm).await;
	let identity = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	// Two of three slots are the module's own. The third is taken, and a receive key needs one.
	litter(&soft, 1);
	assert!(
		soft.try_tool("tpm2_createprimary", &["-C", "o", "-c", "more.ctx"])
			.is_err()
	);
	let evidence = tpm.attest(binding(1), PCRS).await.expect("room was made");
	let sent = credential(&identity.ek, evidence.verified.rk_name(), [4; 32]);
	for round in 0..20 {
		if round % 5 == 0 {
			let _ = soft.try_tool("tpm2_createprimary", &["-C", "o", "-c", "more.ctx"]);
		}
		let secret = tpm
			.activate_rk(evidence.state, sent.clone())
			.await
			.expect("room was made");
		assert_eq!(secret.expose(), &[4; 32]);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn lockout_is_reported_and_quotes_go_on() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	let state = tpm.chip_state().await.expect("a state");
	assert!(!state.in_lockout && state.has_sha256_bank);
	assert_eq!(&state.manufacturer, b"IBM\0");
	soft.tool(
		"tpm2_dictionarylockout",
		&["--setup-parameters", "-n", "3", "-t", "600", "-l", "600"],
	);
	let attributes = "authread|authwrite";
	soft.tool(
		"tpm2_nvdefine",
		&["0x1500001", "-s", "8", "-p", "right", "-a", attributes],
	);
	for _ in 0..4 {
		assert!(
			soft.try_tool("tpm2_nvread", &["0x1500001", "-P", "wrong", "-s", "8"])
				.is_err()
		);
	}
	let state = tpm.chip_state().await.expect("a state");
	assert!(state.in_lockout, "{state:?}");
	assert_eq!((state.failures, state.max_failures), (3, 3));
	counters(&tpm).await;
	tpm.shutdown().await.expect("an orderly end");
}

#[tokio::test(flavor = "multi_thread")]
async fn activation_is_encrypted_on_the_wire() {
	for kind in [EkKind::Rsa2048, EkKind::P256, EkKind::P384] {
		let soft = Soft::manufacture();
		let proxy = Proxy::to(soft.port);
		let tpm = Tpm::open(Config::new(proxy.tcti(), kind))
			.await
			.expect("an open TPM");
		let identity = enrol(&soft, &tpm, kind).await;
		let name = identity.ak().expect("a key").name();
		let challenge = challenge(1, &identity.ek, &name);
		let blob = challenge.blob().as_bytes().to_vec();
		let secret = tpm.activate_ak(blob.clone()).await.expect("a secret");
		assert_eq!(secret.expose(), challenge.secret());

		let evidence = tpm.attest(binding(1), PCRS).await.expect("evidence");
		let psk = [0xc3; 32];
		let sent = credential(&identity.ek, evidence.verified.rk_name(), psk);
		let opened = tpm
			.activate_rk(evidence.state, sent)
			.await
			.expect("a secret");
		assert_eq!(opened.expose(), &psk);

		assert!(proxy.saw(&blob[4..36]), "the recording has the command");
		assert!(proxy.saw(&evidence.quote), "the recording has answers");
		assert!(
			!proxy.saw(challenge.secret()),
			"{kind:?}: the secret crossed the wire"
		);
		assert!(!proxy.saw(&psk), "{kind:?}: the key crossed the wire");
		for part in challenge.secret().windows(8).chain(psk.windows(8)) {
			assert!(
				!proxy.saw(part),
				"{kind:?}: a part of a secret crossed the wire"
			);
		}
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn secret_that_was_changed_on_the_wire_is_refused() {
	let soft = Soft::manufacture();
	let proxy = Proxy::to(soft.port);
	let tpm = Tpm::open(Config::new(proxy.tcti(), EkKind::Rsa2048))
		.await
		.expect("an open TPM");
	let identity = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	let name = identity.ak().expect("a key").name();
	let sent = credential(&identity.ek, &name, [4; 32]);
	proxy.tamper(true);
	match tpm.activate_ak(sent.clone()).await {
		Err(Error::Refused(code)) => assert_eq!(code.of_chip(), None, "the library refused"),
		other => panic!("{other:?}"),
	}
	proxy.tamper(false);
	assert_eq!(
		tpm.activate_ak(sent).await.expect("a secret").expose(),
		&[4; 32]
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_chip_keeps_its_deadlines() {
	let soft = Soft::manufacture();
	let proxy = Proxy::to(soft.port);
	let config = Config::new(proxy.tcti(), EkKind::Rsa2048);
	let deadlines = config.deadlines;
	let tpm = Tpm::open(config).await.expect("an open TPM");
	let identity = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	proxy.slow_down();
	let first = tpm.attest(binding(1), PCRS).await.expect("evidence");
	let commands = proxy.commands();
	for _ in 0..3 {
		let began = Instant::now();
		tpm.attest_live(binding(1), PCRS)
			.await
			.expect("evidence in time");
		assert!(
			began.elapsed() >= Duration::from_millis(400),
			"the chip is slow"
		);
		assert!(began.elapsed() < deadlines.live_quote / 2);
	}
	assert_eq!(
		proxy.commands() - commands,
		6,
		"a live quote is two commands"
	);
	let began = Instant::now();
	let firmware = first.verified.firmware_version();
	tpm.quote_pot(pot(), first.state, firmware)
		.await
		.expect("a quote in time");
	assert!(began.elapsed() < Duration::from_secs(1));

	// Everything at once, the urgent ones last: they overtake.
	let sent = credential(&identity.ek, first.verified.rk_name(), [4; 32]);
	let began = Instant::now();
	let busy: Vec<_> = (0..6)
		.map(|_| {
			let tpm = tpm.clone();
			tokio::spawn(async move { tpm.attest(binding(1), PCRS).await })
		})
		.collect();
	tokio::time::sleep(Duration::from_millis(50)).await;
	let (live, opened) = tokio::join!(
		tpm.attest_live(binding(1), PCRS),
		tpm.activate_rk(first.state, sent)
	);
	assert_eq!(opened.expect("a secret").expose(), &[4; 32]);
	live.expect("evidence in time");
	let urgent = began.elapsed();
	assert!(urgent < deadlines.live_quote);
	for renewal in busy {
		renewal.await.expect("a task").expect("evidence");
	}
	assert!(began.elapsed() > urgent, "renewals came last");
	assert!(
		tpm.health()
			.last_quote
			.is_some_and(|took| took > Duration::from_millis(400))
	);
}

#[tokio::test(flavor = "multi_thread")]
async fn deadline_is_kept_when_the_chip_is_too_slow() {
	let soft = Soft::manufacture();
	let proxy = Proxy::to(soft.port);
	let mut config = Config::new(proxy.tcti(), EkKind::Rsa2048);
	config.deadlines.live_quote = Duration::from_millis(300);
	let tpm = Tpm::open(config).await.expect("an open TPM");
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	tpm.attest(binding(1), PCRS).await.expect("evidence");
	proxy.slow_down();
	let began = Instant::now();
	let (first, second) = tokio::join!(
		tpm.attest_live(binding(1), PCRS),
		tpm.attest_live(binding(1), PCRS)
	);
	assert!(matches!(first, Err(Error::Deadline)), "{first:?}");
	assert!(matches!(second, Err(Error::Deadline)), "{second:?}");
	assert!(
		began.elapsed() < Duration::from_millis(400),
		"nobody waits longer than asked"
	);
	tpm.attest(binding(1), PCRS)
		.await
		.expect("the chip is fine");
	assert_eq!(tpm.health().expired, 1, "what came too late was not begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn pcrs_that_move_during_the_quote_are_read_again() {
	let soft = Soft::manufacture();
	let proxy = Proxy::to(soft.port);
	let tpm = Tpm::open(Config::new(proxy.tcti(), EkKind::Rsa2048))
		.await
		.expect("an open TPM");
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	tpm.attest(binding(1), PCRS).await.expect("evidence");
	proxy.extend_before(4);
	let evidence = tpm
		.attest(binding(1), PCRS)
		.await
		.expect("the fifth try fits");
	assert_eq!(evidence.pcr_values, tpm.pcrs(PCRS).await.expect("values"));

	proxy.extend_before(5);
	match tpm.attest(binding(1), PCRS).await {
		Err(error @ Error::PcrsMoving) => assert!(error.is_passing()),
		other => panic!("{other:?}"),
	}
	tpm.attest(binding(1), PCRS)
		.await
		.expect("nothing moves any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_chip_is_asked_again() {
	let soft = Soft::manufacture();
	let proxy = Proxy::to(soft.port);
	let tpm = Tpm::open(Config::new(proxy.tcti(), EkKind::Rsa2048))
		.await
		.expect("an open TPM");
	enrol(&soft, &tpm, EkKind::Rsa2048).await;
	for code in [0x922, 0x908] {
		proxy.be_busy(code, 15);
		tpm.measure(Event::of(11, "busy", b"busy"))
			.await
			.expect("a measurement");
		proxy.be_busy(code, 15);
		tpm.attest(binding(1), PCRS).await.expect("evidence");
	}
	let values = tpm.pcrs(PCRS).await.expect("values");
	assert_eq!(tpm.log().replay(PCRS), values, "nothing was extended twice");

	proxy.be_busy(0x922, u64::MAX);
	match tpm.attest(binding(1), PCRS).await {
		Err(error @ Error::Busy(_)) => assert!(error.is_passing()),
		other => panic!("{other:?}"),
	}
	proxy.be_busy(0x922, 0);
	tpm.attest(binding(1), PCRS).await.expect("evidence");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answer_neither_loses_nor_repeats_a_measurement() {
	const EXTEND: u32 = 0x182;
	let soft = Soft::manufacture();
	let proxy = Proxy::to(soft.port);
	let tpm = Tpm::open(Config::new(proxy.tcti(), EkKind::Rsa2048))
		.await
		.expect("an open TPM");
	for arrives in [true, false, true] {
		proxy.cut(EXTEND, arrives);
		tpm.measure(Event::of(12, "cut", b"cut"))
			.await
			.expect("a measurement");
		let values = tpm.pcrs(PCRS).await.expect("values");
		assert_eq!(tpm.log().replay(PCRS), values, "arrives: {arrives}");
	}
	assert_eq!(tpm.log().events().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn endorsement_hierarchy_with_a_password_is_named() {
	let soft = Soft::manufacture();
	soft.tool("tpm2_changeauth", &["-c", "endorsement", "somebody"]);
	let tpm = open(&soft, EkKind::P384).await;
	let refused = tpm.endorsement_key().await;
	assert!(matches!(refused, Err(Error::Endorsement(_))), "{refused:?}");
	soft.tool("tpm2_changeauth", &["-c", "endorsement", "-p", "somebody"]);
	enrol(&soft, &tpm, EkKind::P384).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn measurements_are_logged_and_explained() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	boot(&tpm).await;
	for pcr in [16, 17, 23, 24, 255] {
		let refused = tpm.measure(Event::of(pcr, "", b"")).await;
		assert!(matches!(refused, Err(Error::NotExtendable(at)) if at == pcr));
	}
	let values = tpm.pcrs(PCRS).await.expect("values");
	assert_eq!(tpm.log().replay(PCRS), values);
	assert_eq!(tpm.log().events().len(), 6);

	// A restart of the process keeps the log; without it nothing is explained.
	let log = tpm.log();
	tpm.shutdown().await.expect("an orderly end");
	let mut config = Config::new(soft.tcti(), EkKind::Rsa2048);
	config.log = log;
	let tpm = Tpm::open(config).await.expect("an open TPM");
	tpm.measure(Event::of(12, "more", b"more"))
		.await
		.expect("a measurement");
	let values = tpm.pcrs(PCRS).await.expect("values");
	tpm.log()
		.explain(&PcrValues::new(PCRS, &values).expect("values"))
		.expect("explained");

	soft.tool(
		"tpm2_pcrextend",
		&[&format!("13:sha256={}", "01".repeat(32))],
	);
	let values = tpm.pcrs(PCRS).await.expect("values");
	let unexplained = tpm
		.log()
		.explain(&PcrValues::new(PCRS, &values).expect("values"));
	assert_eq!(unexplained, Err(tea_tpm_device::LogError::Unexplained(13)));
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_handle_says_so() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	let clone = tpm.clone();
	tpm.shutdown().await.expect("an orderly end");
	tpm.shutdown().await.expect("a second end is no error");
	assert!(matches!(clone.pcrs(PCRS).await, Err(Error::Closed)));
}

/// Sessions and handles of a crashed or careless process stop a chip after 65 536 of them. This takes some minutes.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn soak_of_more_than_65536_quotes() {
	let soft = Soft::manufacture();
	let tpm = open(&soft, EkKind::Rsa2048).await;
	let identity = enrol(&soft, &tpm, EkKind::Rsa2048).await;
	let first = tpm.attest(binding(1), PCRS).await.expect("evidence");
	let firmware = first.verified.firmware_version();
	let sent = credential(&identity.ek, first.verified.rk_name(), [4; 32]);
	let memory = resident();
	for number in 0..66_000u32 {
		let quoted = tpm.quote_pot(pot(), first.state, firmware).await;
		quoted.unwrap_or_else(|error| panic!("quote {number}: {error:?}"));
		if number % 64 == 0 {
			let opened = tpm.activate_rk(first.state, sent.clone()).await;
			opened.unwrap_or_else(|error| panic!("activation {number}: {error:?}"));
		}
	}
	assert_eq!(soft.handles(), 2, "nothing but the two own keys");
	assert!(resident() < memory + 16 * 1024, "memory is flat");
}

/// Resident memory of this process in KiB.
fn resident() -> u64 {
	let status = std::fs::read_to_string("/proc/self/status").expect("a status");
	let line = status
		.lines()
		.find(|line| line.starts_with("VmRSS:"))
		.expect("a line");
	line.split_whitespace()
		.nth(1)
		.and_then(|number| number.parse().ok())
		.expect("a number")
}

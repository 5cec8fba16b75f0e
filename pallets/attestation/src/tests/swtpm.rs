//! The same chain with real evidence: a software TPM made and booted while the test runs.
//!
//! It proves protocol and code, not hardware. The simulations are those of the TPM profile that concern the chain.

#[path = "../../../../primitives/tea-tpm/tests/swtpm/tpm.rs"]
#[allow(dead_code, unreachable_pub)]
mod tpm;

use super::lab::*;
use crate::{mock::*, *};
use frame_support::{BoundedVec, assert_noop, assert_ok};
use std::{fs, process::Command, time::Instant};
use tea_primitives::{
	HardwareClass,
	ids::ReleaseId,
	module::{Attested, ModuleStatus},
};
use tea_tpm::{
	AkPublic, CounterError, EkKind, Hash, PcrError, PcrSelection, PublicError, QuoteBinding,
	QuoteError, binding::QUOTE_DOMAIN, public::rk_policy,
};
use tpm::{Key, Tpm, UEFI_PCRS};

type Errors = Error<Test>;

const AK: &str = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|sign";
const ECC: &str = "ecc256:ecdsa-sha256:null";
const RSA: &str = "rsa2048:rsassa-sha256:null";
/// The release of the software TPM's machine.
const DEV_RELEASE: ReleaseId = ReleaseId(7);

/// A module with a running TPM.
struct Machine {
	tpm: Tpm,
	kind: EkKind,
	ek: Key,
	ak: Key,
	/// Its people and its session keys.
	module: TestModule,
	/// When the chain began, by the clock that the TPM runs by.
	began: Instant,
}

/// How a machine goes down.
#[derive(PartialEq)]
enum Down {
	Orderly,
	PowerCut,
	Suspend,
}

impl Machine {
	/// Makes a TPM, boots it, and registers its issuer and its release with the chain.
	fn new(n: u8, kind: EkKind, algorithm: &str) -> Self {
		let tpm = Tpm::manufacture();
		tpm.boot();
		let ek = tpm.ek(kind);
		let ak = tpm.child(&ek, kind, algorithm, AK);
		let issuer = tpm.issuer();
		let (_, certificate) = x509_parser::parse_x509_certificate(&issuer).expect("a certificate");
		let version = Issuers::<Test>::get(DEV_ISSUER).map_or(1, |issuer| issuer.version + 1);
		let info = IssuerInfo {
			spki: BoundedVec::truncate_from(certificate.public_key().raw.to_vec()),
			algorithm: tea_tpm::SignatureAlgorithm::RsaSha256,
			vendor: 0x1014,
			class: HardwareClass::Dev,
			requires_purpose: true,
			cap: 100,
			version,
		};
		assert_ok!(Attestation::register_issuer(
			RuntimeOrigin::root(),
			DEV_ISSUER,
			info
		));
		if !Releases::<Test>::contains_key(DEV_RELEASE) {
			let pcrs = tpm.pcrs(UEFI_PCRS);
			let strict = PcrSelection::of(&[11, 12, 13]);
			let values = PcrSelection::UEFI
				.iter()
				.zip(pcrs)
				.filter(|(index, _)| strict.contains(*index))
				.map(|(_, value)| value);
			let mut record = release(&[11, 12, 13], values.collect(), MANIFEST);
			record.class = HardwareClass::Dev;
			assert_ok!(Attestation::register_release(
				RuntimeOrigin::root(),
				DEV_RELEASE,
				record
			));
		}
		Self {
			tpm,
			kind,
			ek,
			ak,
			module: TestModule::born(n),
			began: Instant::now(),
		}
	}

	/// A certified module.
	fn active(n: u8) -> Self {
		let machine = Self::new(n, EkKind::Rsa2048, ECC);
		machine.enrol();
		machine.activate();
		machine
	}

	/// The chain's clock follows the one that the TPM runs by, however fast the test makes blocks.
	fn set_clock(&self) {
		Timestamp::set_timestamp(START + 10_000 + self.began.elapsed().as_millis() as u64);
	}

	fn register(&self) -> sp_runtime::DispatchResult {
		self.register_key(&self.ak.public)
	}

	fn register_key(&self, public: &[u8]) -> sp_runtime::DispatchResult {
		Attestation::register(
			signed(&self.module.operator),
			self.module.id,
			EkLeaf::truncate_from(self.tpm.ek_leaf(self.kind)),
			DEV_ISSUER,
			AkArea::truncate_from(public.to_vec()),
		)
	}

	/// What the chip takes out of the blobs on chain.
	fn answers(&self) -> Vec<Answer> {
		let slots = self.module.enrolment().slots.len() as u8;
		(0..slots)
			.map(|slot| {
				let Some(posted) = Challenges::<Test>::get(self.module.id, slot) else {
					return Answer::Absent;
				};
				let opened = self
					.tpm
					.activate(&self.ek, self.kind, &self.ak, &posted.blob);
				match opened.ok().and_then(|secret| Hash::try_from(secret).ok()) {
					Some(secret) => Answer::Secret(secret),
					None => Answer::Bad,
				}
			})
			.collect()
	}

	fn enrol(&self) {
		assert_ok!(self.register());
		self.module.wait_for_draw();
		self.module.challenge_all();
		assert_ok!(self.module.respond(&self.answers()));
		assert_eq!(self.module.status(), Some(ModuleStatus::Enrolled));
	}

	/// Evidence of this moment: log, quote, PCRs, in the order of the profile.
	fn evidence(&self) -> Tpm2Evidence {
		self.set_clock();
		let rk = self.tpm.rk(UEFI_PCRS);
		let keys = self.module.boot_keys();
		let block = System::block_number() - 1;
		let info = Attestation::module_info(self.module.id).expect("a module");
		let mut binding = QuoteBinding {
			domain: QUOTE_DOMAIN,
			genesis: Attestation::genesis(),
			module: self.module.id.0,
			round: info.next_round,
			nonce_block: block,
			nonce_block_hash: System::block_hash(block).0,
			committee_nonce: [0; 32],
			session_key: keys.session,
			vrf_key: keys.vrf,
			transport_key: keys.transport,
			rk_name: tea_tpm::ObjectName(rk.name.as_slice().try_into().expect("a Name")),
			boot_seq: info.boot_seq + 1,
			manifest_root: MANIFEST,
			log_root: [7; 32],
		};
		// The module learns the number of its boot from its own counters.
		let probe = self.tpm.quote(&self.ak, UEFI_PCRS, &binding.hash());
		let counters = tea_tpm::Quote::parse(&probe.attest)
			.expect("a quote")
			.counters();
		if let Some(known) = info.chip.and_then(|chip| chip.boot) {
			let shown = (counters.reset_count, counters.restart_count);
			let last = (known.counters.reset_count, known.counters.restart_count);
			binding.boot_seq = if shown > last {
				known.seq + 1
			} else {
				known.seq
			};
		}
		let quote = self.tpm.quote(&self.ak, UEFI_PCRS, &binding.hash());
		Tpm2Evidence {
			quote: BoundedVec::truncate_from(quote.attest),
			signature: BoundedVec::truncate_from(quote.signature),
			binding,
			rk_public: BoundedVec::truncate_from(rk.public),
			pcr_values: BoundedVec::truncate_from(self.tpm.pcrs(UEFI_PCRS)),
			profile: Profile::default(),
		}
	}

	fn attest(&self) -> sp_runtime::DispatchResultWithInfo<PostInfo> {
		self.module.post_evidence(self.evidence())
	}

	/// A whole round: live quote over the members' nonces, passes, certificate.
	fn activate(&self) {
		assert_ok!(self.attest());
		self.module.wait_for_draw();
		assert_ok!(self.pass());
		assert_eq!(self.module.status(), Some(ModuleStatus::Active));
	}

	/// Three members check the live quote with the verifier of the chain and sign.
	fn pass(&self) -> sp_runtime::DispatchResult {
		use sp_core::Pair;
		let round = self.module.round();
		let nonces: Vec<Hash> = (0..N as u8).map(|member| [member + 1; 32]).collect();
		let mut live = self.evidence();
		live.binding.round = round.round;
		live.binding.committee_nonce = tea_tpm::binding::committee_nonce(&nonces);
		let quote = self.tpm.quote(&self.ak, UEFI_PCRS, &live.binding.hash());
		let chip = Chips::<Test>::get(self.module.id).expect("a chip");
		let inspected = tea_tpm::evidence::inspect_attest(
			&tea_tpm::AttestEvidence {
				quote: &quote.attest,
				signature: &quote.signature,
				binding: &live.binding,
				rk_public: &live.rk_public,
				pcr_values: &live.pcr_values,
			},
			&tea_tpm::AttestContext {
				ak: &chip.ak,
				signer: &chip.signer,
				selection: chip.class.selection(),
				denied_firmware: &[],
				binding: tea_tpm::binding::ExpectedBinding {
					genesis: Attestation::genesis(),
					module: self.module.id.0,
					round: round.round,
					head: System::block_number(),
					window: NONCE_WINDOW,
					nonce_block_hash: Some(live.binding.nonce_block_hash),
					committee_nonce: tea_tpm::binding::committee_nonce(&nonces),
				},
				boot: chip.boot.as_ref(),
				first_boot_seq: 0,
			},
		);
		let verified = inspected
			.and_then(|inspected| inspected.verify::<tea_tpm::RustCrypto>())
			.expect("a good live quote");
		let live_quote = *verified.quote_hash();
		let passes = (0u8..3)
			.map(|position| {
				let pass =
					Attestation::pass_of(self.module.id, &round, position, live_quote, DEV_RELEASE);
				let pair = pair_of(&self.module.member(position));
				(position, pair.sign(&pass.payload()).into())
			})
			.collect::<Vec<_>>();
		Attestation::submit_verdicts(
			signed(&self.module.session()),
			self.module.id,
			round.round,
			live_quote,
			BoundedVec::truncate_from(passes),
		)
	}

	/// The control port of the TPM, from the command line of its process.
	fn control(&self) -> String {
		let pid = String::from_utf8(self.tpm.read("pid")).expect("a number");
		let line = fs::read(format!("/proc/{}/cmdline", pid.trim())).expect("a process");
		let line = String::from_utf8_lossy(&line).replace('\0', " ");
		let ports: Vec<&str> = line
			.split("port=")
			.skip(1)
			.map(|rest| rest.split([' ', ',']).next().expect("a port"))
			.collect();
		format!("127.0.0.1:{}", ports[1])
	}

	/// Judged from now on as hardware of class C, in which a platform has to measure. No certificate of a software TPM
	/// gets there through `register`.
	fn judged_as_class_c(&self) {
		Chips::<Test>::mutate(self.module.id, |chip| {
			chip.as_mut().expect("a chip").class = HardwareClass::C;
		});
		ChipsOfClass::<Test>::remove(HardwareClass::Dev);
		ChipsOfClass::<Test>::insert(HardwareClass::C, 1);
	}

	/// Takes the machine down and up again, and nothing measures.
	fn restart_unmeasured(&mut self, down: Down) {
		if down == Down::Orderly {
			self.tpm.tool("tpm2_shutdown", &["-c"]);
		}
		self.init();
		self.tpm.tool("tpm2_startup", &["-c"]);
		self.reload();
		self.module.keys += 1;
	}

	/// Resets the chip.
	fn init(&self) {
		let init = Command::new("swtpm_ioctl")
			.args(["--tcp", &self.control(), "-i"])
			.status()
			.expect("swtpm_ioctl is installed");
		assert!(init.success());
	}

	/// Takes the machine down, does something to its state, and brings it up again with the same measurements.
	fn restart(&mut self, down: Down, meanwhile: impl FnOnce(&Self)) {
		match down {
			Down::Orderly => drop(self.tpm.tool("tpm2_shutdown", &["-c"])),
			Down::Suspend => drop(self.tpm.tool("tpm2_shutdown", &[])),
			Down::PowerCut => (),
		}
		meanwhile(self);
		self.init();
		if down == Down::Suspend {
			self.tpm.tool("tpm2_startup", &[]);
		} else {
			self.tpm.tool("tpm2_startup", &["-c"]);
			self.tpm.boot();
		}
		self.reload();
		self.module.keys += 1;
	}

	/// Loads the attestation key again, as the module does at each start.
	fn reload(&mut self) {
		self.ek = self.tpm.ek(self.kind);
		self.load_ak().expect("the key loads");
	}

	fn load_ak(&mut self) -> Result<(), String> {
		self.tpm.session("ek.session");
		self.tpm.tool(
			"tpm2_policysecret",
			&["-S", "ek.session", "-c", "endorsement"],
		);
		let ek = self.ek.context.display().to_string();
		self.tpm.try_tool(
			"tpm2_load",
			&[
				"-C",
				&ek,
				"-P",
				"session:ek.session",
				"-u",
				"child.pub",
				"-r",
				"child.priv",
				"-c",
				"reloaded.ctx",
			],
		)?;
		self.ak.context = self.tpm.path("reloaded.ctx");
		Ok(())
	}

	/// Copies the state of the chip that is switched off.
	fn keep_state(&self) {
		let state = self.tpm.path("state/tpm2-00.permall");
		fs::copy(state, self.tpm.path("kept")).expect("a copy");
	}

	/// Puts the copy in place of what the chip has become.
	fn restore_state(&self) {
		let state = self.tpm.path("state/tpm2-00.permall");
		fs::copy(self.tpm.path("kept"), state).expect("a copy");
	}

	fn boot_seq(&self) -> u32 {
		Boots::<Test>::get(self.module.id).expect("a boot").seq
	}
}

#[test]
fn swtpm_whole_enrolment_and_round() {
	for (kind, algorithm) in [
		(EkKind::Rsa2048, ECC),
		(EkKind::Rsa2048, RSA),
		(EkKind::P384, ECC),
	] {
		ExtBuilder::default().build_and_execute(|| {
			let machine = Machine::new(1, kind, algorithm);
			machine.enrol();
			let chip = Chips::<Test>::get(machine.module.id).unwrap();
			assert_eq!(chip.ek.public_area().as_bytes(), machine.ek.public);
			assert_eq!(chip.ak_name.0[..], machine.ak.name);
			machine.activate();
			let certificate = Attestation::certificate(machine.module.id).unwrap();
			assert_eq!(certificate.class, HardwareClass::Dev);
			// A renewal in the same boot.
			advance(LIFE / 2);
			machine.set_clock();
			let evidence = Evidence::from(machine.evidence());
			assert_ok!(Attestation::attest(
				signed(&machine.module.session()),
				evidence
			));
			assert_eq!(machine.module.status(), Some(ModuleStatus::Active));
			machine.module.wait_for_draw();
			assert_ok!(machine.pass());
			assert!(Attestation::certificate(machine.module.id).unwrap().until > certificate.until);
		});
	}
}

#[test]
fn swtpm_sim_orderly_reboot_power_cut_resume() {
	ExtBuilder::default().build_and_execute(|| {
		let mut machine = Machine::active(1);
		for (seq, down) in [(2, Down::Orderly), (3, Down::PowerCut), (4, Down::Suspend)] {
			let old = machine.module.session();
			let orderly = down == Down::Orderly;
			machine.restart(down, |_| ());
			let evidence = machine.evidence();
			let says = tea_tpm::Quote::parse(&evidence.quote)
				.expect("a quote")
				.counters()
				.safe;
			assert_ok!(machine.module.post_evidence(evidence));
			assert_eq!(machine.module.status(), Some(ModuleStatus::Pending));
			assert!(Attestation::module_of_session(&old).is_none());
			assert_eq!(machine.boot_seq(), seq);
			let boot = Boots::<Test>::get(machine.module.id).unwrap();
			// After a power cut a chip calls its clock safe again once it has written it, at the latest after four seconds:
			// sooner than a busy machine can quote.
			assert_eq!(boot.evidence.safe, says);
			if orderly {
				assert!(says);
			}
			machine.module.wait_for_draw();
			assert_ok!(machine.pass());
			assert_eq!(machine.module.status(), Some(ModuleStatus::Active));
		}
	});
}

#[test]
fn swtpm_sim_clear() {
	ExtBuilder::default().build_and_execute(|| {
		let mut machine = Machine::active(1);
		machine.tpm.tool("tpm2_clear", &["-c", "l"]);
		machine.ek = machine.tpm.ek(machine.kind);
		assert!(
			machine.load_ak().is_err(),
			"the key of a cleared chip is gone"
		);
		// The certificate runs out; the same chip enrols again, with another key.
		advance(LIFE);
		machine.ak = machine.tpm.child(&machine.ek, machine.kind, ECC, AK);
		machine.module.keys += 1;
		machine.enrol();
		machine.activate();
		assert_eq!(machine.boot_seq(), 2);
	});
}

#[test]
fn swtpm_sim_clone() {
	ExtBuilder::default().build_and_execute(|| {
		let mut machine = Machine::active(1);
		machine.restart(Down::Orderly, |machine| machine.keep_state());
		machine.activate();
		advance(LIFE / 2);
		machine.activate_renewal();
		// The copy starts from the same state: equal counters, an older clock.
		let keys = machine.module.keys;
		machine.restart(Down::PowerCut, |machine| machine.restore_state());
		machine.module.keys = keys;
		advance(LIFE / 2);
		assert_ok!(machine.attest());
		assert_eq!(
			machine.module.reason(),
			StatusReason::Suspected(Suspicion::Counter(CounterError::ClockRollback))
		);
		assert!(Chips::<Test>::get(machine.module.id).unwrap().closed);
	});
}

impl Machine {
	fn activate_renewal(&self) {
		assert_ok!(self.attest());
		self.module.wait_for_draw();
		assert_ok!(self.pass());
	}
}

#[test]
fn swtpm_sim_rollback() {
	ExtBuilder::default().build_and_execute(|| {
		let mut machine = Machine::active(1);
		machine.restart(Down::Orderly, |machine| machine.keep_state());
		machine.restart(Down::Orderly, |_| ());
		machine.restart(Down::Orderly, |_| ());
		machine.activate();
		machine.restart(Down::PowerCut, |machine| machine.restore_state());
		let mut evidence = machine.evidence();
		assert_ok!(machine.module.post_evidence(evidence.clone()));
		assert_eq!(
			machine.module.reason(),
			StatusReason::Suspected(Suspicion::Counter(CounterError::ResetRollback))
		);
		evidence.binding.round += 1;
		assert_noop!(
			machine.module.post_evidence(evidence),
			Errors::UnderSuspicion
		);
	});
}

#[test]
fn swtpm_sim_pcr_tamper() {
	ExtBuilder::default().build_and_execute(|| {
		let mut machine = Machine::active(1);
		machine.restart(Down::Orderly, |_| ());
		machine.tpm.extend(11, 0x66);
		assert_ok!(machine.attest());
		assert_eq!(
			machine.module.reason(),
			StatusReason::Suspected(Suspicion::Measurement(PcrError::Mismatch(11)))
		);
		machine.module.wait_for_draw();
		machine.module.fail();
		assert_eq!(machine.module.status(), Some(ModuleStatus::Quarantined));
		// The way back leads over an accepted release.
		advance(QUARANTINE);
		machine.restart(Down::Orderly, |_| ());
		machine.activate();
	});
}

/// A platform that measures into one bank and leaves another one empty (CVE-2021-42299), in a class that measures its
/// firmware.
#[test]
fn swtpm_sim_unmeasured_bank() {
	ExtBuilder::default().build_and_execute(|| {
		let mut machine = Machine::new(1, EkKind::Rsa2048, ECC);
		// Both banks; the words of the boot go into SHA-1 only.
		machine
			.tpm
			.tool("tpm2_pcrallocate", &["sha1:all+sha256:all"]);
		machine.restart_unmeasured(Down::Orderly);
		for pcr in [0u8, 2, 4, 7, 11, 12, 13, 14] {
			let word = format!("{pcr}:sha1={}", hex::encode([pcr + 1; 20]));
			machine.tpm.tool("tpm2_pcrextend", &[&word]);
		}
		let sha1 = machine.tpm.tool("tpm2_pcrread", &["sha1:0"]);
		assert!(
			!sha1.contains("0x0000000000000000000000000000000000000000"),
			"{sha1}"
		);
		machine.enrol();
		machine.judged_as_class_c();
		assert_ok!(machine.attest());
		assert_eq!(machine.module.status(), Some(ModuleStatus::Suspicious));
		assert_eq!(
			machine.module.reason(),
			StatusReason::Suspected(Suspicion::Measurement(PcrError::Zero(0)))
		);
		// And no committee can pass it.
		machine.module.wait_for_draw();
		assert_noop!(machine.module.pass(&[0, 1, 2]), Errors::ReleaseNotAccepted);
	});
}

#[test]
fn swtpm_sim_secure_boot_change() {
	ExtBuilder::default().build_and_execute(|| {
		let mut machine = Machine::active(1);
		machine.restart(Down::Orderly, |_| ());
		machine.tpm.extend(7, 0x66);
		assert_ok!(machine.attest());
		assert_eq!(
			machine.module.reason(),
			StatusReason::Suspected(Suspicion::Measurement(PcrError::FirmwareChanged(7)))
		);
		machine.module.wait_for_draw();
		assert_ok!(machine.pass());
		assert_eq!(machine.module.status(), Some(ModuleStatus::Active));
	});
}

#[test]
fn swtpm_sim_forged_quotes() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = Machine::new(1, EkKind::Rsa2048, ECC);
		machine.enrol();
		let good = machine.evidence();
		let hash = good.binding.hash();
		let forged = |attestation: tpm::Attestation, error: Errors| {
			let mut evidence = good.clone();
			evidence.quote = BoundedVec::truncate_from(attestation.attest);
			evidence.signature = BoundedVec::truncate_from(attestation.signature);
			assert_noop!(machine.module.post_evidence(evidence), error);
		};
		let quote = |field| Errors::BadQuote(QuoteRefusal(field));
		forged(
			machine.tpm.quote(&machine.ak, "sha256:16", &hash),
			Errors::BadPcrSelection,
		);
		forged(
			machine
				.tpm
				.quote(&machine.ak, "sha256:0,2,4,7,11,12,13", &hash),
			Errors::BadPcrSelection,
		);
		forged(
			machine.tpm.quote(&machine.ak, UEFI_PCRS, &hash[..31]),
			quote(QuoteError::Length),
		);
		forged(
			machine.tpm.quote(&machine.ak, UEFI_PCRS, &[1; 32]),
			quote(QuoteError::ExtraData),
		);
		let mut bytes = good.quote.to_vec();
		bytes[0] = 0xfe;
		let signed_bytes = machine
			.tpm
			.sign_bytes(&machine.ak, &bytes)
			.expect("a signature");
		forged(signed_bytes, quote(QuoteError::Magic));
		assert_ok!(machine.module.post_evidence(good.clone()));
	});
}

#[test]
fn swtpm_sim_foreign_ak_and_relay() {
	ExtBuilder::default().build_and_execute(|| {
		let mine = Machine::new(1, EkKind::Rsa2048, ECC);
		mine.enrol();
		// Another machine answers for mine: right binding, right measurements, another chip.
		let other = Machine::new(2, EkKind::Rsa2048, ECC);
		let mut evidence = mine.evidence();
		let rk = other.tpm.rk(UEFI_PCRS);
		evidence.binding.rk_name =
			tea_tpm::ObjectName(rk.name.as_slice().try_into().expect("a Name"));
		evidence.rk_public = BoundedVec::truncate_from(rk.public);
		let quote = other
			.tpm
			.quote(&other.ak, UEFI_PCRS, &evidence.binding.hash());
		evidence.quote = BoundedVec::truncate_from(quote.attest);
		evidence.signature = BoundedVec::truncate_from(quote.signature);
		assert_noop!(
			mine.module.post_evidence(evidence),
			Errors::BadQuote(QuoteRefusal(QuoteError::Signer))
		);
	});
}

#[test]
fn swtpm_sim_software_ak() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = Machine::new(1, EkKind::Rsa2048, ECC);
		// A key with the restricted bit clear.
		let loose = machine.tpm.child(
			&machine.ek,
			machine.kind,
			"ecc256:ecdsa-sha256:null",
			"fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign",
		);
		assert_noop!(
			machine.register_key(&loose.public),
			Errors::BadAkTemplate(PublicRefusal(PublicError::Attributes))
		);
		// A key of software that claims to be a TPM's: the template is right, so it comes down to activation.
		let software = SoftTpm::new(9).ak_area();
		assert!(AkPublic::parse(&software).is_ok());
		assert_ok!(machine.register_key(&software));
		machine.module.wait_for_draw();
		machine.module.challenge_all();
		let answers = machine.answers();
		assert!(
			answers.iter().all(|answer| *answer == Answer::Bad),
			"the chip opens none"
		);
		assert_ok!(machine.module.respond(&answers));
		for slot in 0..C as u8 {
			let who = machine.module.challenger(slot);
			assert_ok!(Attestation::reveal(
				signed(&who),
				machine.module.id,
				slot,
				root(slot)
			));
		}
		assert_eq!(machine.module.status(), None);
	});
}

#[test]
fn swtpm_sim_bad_challenger_and_lying_module() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = Machine::new(1, EkKind::Rsa2048, ECC);
		let module = &machine.module;
		assert_ok!(machine.register());
		module.wait_for_draw();
		for slot in 0..3 {
			assert_ok!(module.post(slot, &module.challenge(slot, &root(slot))));
		}
		// Slot 3 holds a blob that no chip opens, slot 4 the blob and commitment of slot 0.
		let honest = module.challenge(3, &root(3));
		let mut blob = honest.blob().as_bytes().to_vec();
		blob[60] ^= 1;
		assert_ok!(Attestation::challenge(
			signed(&module.challenger(3)),
			module.id,
			3,
			BoundedVec::truncate_from(blob),
			*honest.commitment()
		));
		assert_ok!(module.post(4, &module.challenge(0, &root(0))));
		let mut answers = machine.answers();
		assert_eq!(answers[3], Answer::Bad);
		// The copied blob opens, but its secret does not fit the commitment of this slot.
		answers[4] = Answer::Bad;
		// And the module lies about slot 2.
		frame_support::hypothetically!({
			let mut lie = answers.clone();
			lie[2] = Answer::Bad;
			assert_ok!(module.respond(&lie));
			let who = module.challenger(2);
			assert_ok!(Attestation::reveal(signed(&who), module.id, 2, root(2)));
			assert!(events().contains(&Event::DisputeSettled {
				module: module.id,
				round: 1,
				slot: 2,
				challenger_at_fault: false
			}));
		});
		assert_ok!(module.respond(&answers));
		for slot in [3, 4] {
			let who = module.challenger(slot);
			assert_ok!(Attestation::reveal(
				signed(&who),
				module.id,
				slot,
				root(slot)
			));
		}
		// Both slots are drawn anew, and the enrolment completes.
		module.wait_for_draw();
		module.challenge_all();
		assert_ok!(module.respond(&machine.answers()));
		assert_eq!(module.status(), Some(ModuleStatus::Enrolled));
	});
}

#[test]
fn swtpm_names_follow_from_the_policy() {
	ExtBuilder::default().build_and_execute(|| {
		let machine = Machine::active(1);
		let boot = Boots::<Test>::get(machine.module.id).unwrap();
		let policy = rk_policy(PcrSelection::UEFI, &boot.evidence.pcr_digest);
		let rk = machine.tpm.rk(UEFI_PCRS);
		assert_eq!(boot.evidence.rk_name.0[..], rk.name);
		assert_eq!(rk.public[10..42], policy);
	});
}

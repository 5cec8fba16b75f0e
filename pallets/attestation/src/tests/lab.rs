//! Modules with a software TPM, and what people do with them.
//!
//! The keys sign whatever they are given, so every forgery is signed again and fails at the check that is meant to
//! stop it.

use crate::{mock::*, *};
use codec::Encode;
use frame_support::{BoundedVec, assert_ok};
use hex_literal::hex;
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use sha2::{Digest, Sha256};
use sp_core::{Bytes, Pair};
use sp_runtime::{DispatchResult, DispatchResultWithInfo, MultiSignature};
use tea_primitives::{
	HardwareClass,
	draw::{Member, Purpose},
	ids::{IssuerId, ModuleId, ReleaseId},
	module::{BootKeys, ModuleStatus},
	verdict::FailReason,
};
use tea_tpm::{
	AkPublic, Challenge, ChallengeContext, EkPublic, Hash, PcrSelection, QuoteBinding, RkPublic,
	binding::QUOTE_DOMAIN, public::rk_policy,
};

/// The issuer of the lab: class C, P-256.
pub(crate) const ISSUER: IssuerId = IssuerId(1);
/// The issuer of the genuine certificates of a software TPM: class Dev, RSA-3072.
pub(crate) const DEV_ISSUER: IssuerId = IssuerId(2);
/// Identifier of the maker of the lab's chips.
pub(crate) const VENDOR: u32 = 0x4946_5800;
/// The release that the lab's modules run.
pub(crate) const RELEASE: ReleaseId = ReleaseId(1);
/// Its manifest.
pub(crate) const MANIFEST: Hash = [6; 32];
/// The PCRs that it holds strict.
pub(crate) const STRICT: [u8; 4] = [4, 11, 12, 13];

const ISSUER_KEY: [u8; 32] = [0x31; 32];

fn signing_key(seed: [u8; 32]) -> SigningKey {
	SigningKey::from_slice(&seed).expect("a scalar")
}

fn coordinates(key: &SigningKey) -> ([u8; 32], [u8; 32]) {
	let point = key.verifying_key().to_encoded_point(false);
	let coordinate = |bytes: Option<&p256::FieldBytes>| (*bytes.expect("a point")).into();
	(coordinate(point.x()), coordinate(point.y()))
}

fn sign(key: &SigningKey, message: &[u8]) -> ([u8; 32], [u8; 32]) {
	let signature: Signature = key
		.sign_prehash(&Sha256::digest(message))
		.expect("a signature");
	let (r, s) = signature.split_bytes();
	(r.into(), s.into())
}

/// An element of DER: tag, shortest length, the parts one behind the other.
pub(crate) fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
	let value = parts.concat();
	let len = match value.len() {
		len @ 0..0x80 => vec![len as u8],
		len @ 0x80..0x100 => vec![0x81, len as u8],
		len => [&[0x82][..], &(len as u16).to_be_bytes()].concat(),
	};
	[&[tag][..], &len, &value].concat()
}

fn integer(number: &[u8]) -> Vec<u8> {
	let zeros = number
		.iter()
		.take_while(|byte| **byte == 0)
		.count()
		.min(number.len() - 1);
	let number = &number[zeros..];
	let sign: &[u8] = if number[0] & 0x80 != 0 { &[0] } else { &[] };
	tlv(0x02, &[sign, number])
}

fn p256_spki(key: &SigningKey) -> Vec<u8> {
	let (x, y) = coordinates(key);
	let point = tlv(0x03, &[&[0, 4], &x, &y]);
	tlv(
		0x30,
		&[&hex!("301306072a8648ce3d020106082a8648ce3d030107"), &point],
	)
}

/// What a certificate of the lab says.
#[derive(Clone)]
pub(crate) struct Leaf {
	pub(crate) ek: [u8; 32],
	pub(crate) serial: u8,
	pub(crate) is_authority: bool,
	pub(crate) usage: u8,
	pub(crate) maker: &'static str,
	pub(crate) model: &'static str,
	pub(crate) padding: usize,
}

impl Leaf {
	/// The certificate, signed by the lab's issuer.
	pub(crate) fn sign(&self) -> EkLeaf {
		self.sign_with(&signing_key(ISSUER_KEY))
	}

	/// The certificate, signed by anybody.
	pub(crate) fn sign_with(&self, issuer: &SigningKey) -> EkLeaf {
		let attribute = |id: &[u8], text: &[u8]| {
			tlv(
				0x31,
				&[&tlv(0x30, &[&tlv(0x06, &[id]), &tlv(0x0c, &[text])])],
			)
		};
		let extension = |id: &[u8], value: &[u8]| {
			let critical = tlv(0x01, &[&[0xff]]);
			tlv(0x30, &[&tlv(0x06, &[id]), &critical, &tlv(0x04, &[value])])
		};
		let constraints: &[u8] = if self.is_authority {
			&hex!("30030101ff")
		} else {
			&hex!("3000")
		};
		let usage = tlv(0x03, &[&[self.usage.trailing_zeros() as u8, self.usage]]);
		let chip = tlv(
			0x30,
			&[
				&attribute(&hex!("6781050201"), self.maker.as_bytes()),
				&attribute(&hex!("6781050202"), self.model.as_bytes()),
				&attribute(&hex!("6781050203"), b"id:00070055"),
			],
		);
		let purpose = tlv(0x30, &[&tlv(0x06, &[&hex!("6781050801")])]);
		let mut extensions = vec![
			extension(&hex!("551d0f"), &usage),
			extension(&hex!("551d13"), constraints),
			tlv(
				0x30,
				&[&tlv(0x06, &[&hex!("551d25")]), &tlv(0x04, &[&purpose])],
			),
			extension(&hex!("551d11"), &tlv(0x30, &[&tlv(0xa4, &[&chip])])),
		];
		if self.padding > 0 {
			let filler = vec![0u8; self.padding];
			extensions.push(tlv(
				0x30,
				&[&tlv(0x06, &[&hex!("2a0304")]), &tlv(0x04, &[&filler])],
			));
		}
		let algorithm = hex!("300a06082a8648ce3d040302");
		let name = tlv(0x30, &[&attribute(&hex!("550403"), b"Test issuer")]);
		let validity = tlv(
			0x30,
			&[
				&tlv(0x17, &[b"240102030405Z"]),
				&tlv(0x18, &[b"99991231235959Z"]),
			],
		);
		let signed = tlv(
			0x30,
			&[
				&tlv(0xa0, &[&integer(&[2])]),
				&integer(&[self.serial]),
				&algorithm,
				&name,
				&validity,
				&tlv(0x30, &[]),
				&p256_spki(&signing_key(self.ek)),
				&tlv(0xa3, &[&tlv(0x30, &[&extensions.concat()])]),
			],
		);
		let (r, s) = sign(issuer, &signed);
		let signature = tlv(0x30, &[&integer(&r), &integer(&s)]);
		let leaf = tlv(
			0x30,
			&[&signed, &algorithm, &tlv(0x03, &[&[0], &signature])],
		);
		BoundedVec::try_from(leaf).expect("at most 4 KiB")
	}
}

/// A TPM whose keys sign whatever they are given.
#[derive(Clone)]
pub(crate) struct SoftTpm {
	pub(crate) ek: [u8; 32],
	pub(crate) ak: [u8; 32],
	pub(crate) reset: u32,
	pub(crate) restart: u32,
	pub(crate) safe: bool,
	/// Milliseconds that its clock is ahead of the chain's.
	pub(crate) ahead: i64,
	pub(crate) firmware: u64,
	pub(crate) pcrs: Vec<Hash>,
}

impl SoftTpm {
	pub(crate) fn new(seed: u8) -> Self {
		let mut ak = [0x42; 32];
		ak[0] = seed;
		let mut ek = [0x77; 32];
		ek[0] = seed;
		Self {
			ek,
			ak,
			reset: 1,
			restart: 0,
			safe: true,
			ahead: 1_000_000,
			firmware: 0x2019_1023_0016_3636,
			pcrs: (0..8).map(|index| [index + 1; 32]).collect(),
		}
	}

	pub(crate) fn leaf(&self) -> Leaf {
		Leaf {
			ek: self.ek,
			serial: 0x0a,
			is_authority: false,
			usage: 0x08,
			maker: "id:49465800",
			model: "SLB9670",
			padding: 0,
		}
	}

	pub(crate) fn ek_public(&self) -> EkPublic {
		let (x, y) = coordinates(&signing_key(self.ek));
		EkPublic::P256 { x, y }
	}

	pub(crate) fn ak_area(&self) -> AkArea {
		self.ak_area_with(0x0005_0472)
	}

	pub(crate) fn ak_area_with(&self, attributes: u32) -> AkArea {
		let (x, y) = coordinates(&signing_key(self.ak));
		let area = [
			&hex!("0023000b")[..],
			&attributes.to_be_bytes(),
			&hex!("000000100018000b000300100020"),
			&x,
			&[0, 32],
			&y,
		]
		.concat();
		BoundedVec::try_from(area).expect("a public area")
	}

	fn ak_public(&self) -> AkPublic {
		AkPublic::parse(&self.ak_area()).expect("an attestation key")
	}

	pub(crate) fn pcr_digest(&self) -> Hash {
		Sha256::digest(self.pcrs.as_flattened()).into()
	}

	fn rk_public(&self) -> Vec<u8> {
		let policy = rk_policy(PcrSelection::UEFI, &self.pcr_digest());
		let (x, y) = coordinates(&signing_key([0x55; 32]));
		[
			&hex!("0023000b000504b20020")[..],
			&policy,
			&hex!("00100018000b000300100020"),
			&x,
			&[0, 32],
			&y,
		]
		.concat()
	}

	pub(crate) fn quote(&self, extra_data: &Hash) -> Vec<u8> {
		let signer = self
			.ak_public()
			.qualified_name(&self.ek_public())
			.expect("two different keys");
		let clock = (Timestamp::get() - START) as i64 + self.ahead;
		[
			&hex!("ff54434780180022")[..],
			&signer.0,
			&[0, 32],
			extra_data,
			&(clock as u64).to_be_bytes(),
			&self.reset.to_be_bytes(),
			&self.restart.to_be_bytes(),
			&[u8::from(self.safe)],
			&self.firmware.to_be_bytes(),
			&hex!("00000001000b03"),
			&PcrSelection::UEFI.to_bytes(),
			&[0, 32],
			&self.pcr_digest(),
		]
		.concat()
	}

	pub(crate) fn sign(&self, quote: &[u8]) -> Vec<u8> {
		let (r, s) = sign(&signing_key(self.ak), quote);
		[&hex!("0018000b0020")[..], &r, &[0, 32], &s].concat()
	}

	/// An orderly reboot.
	pub(crate) fn reboot(&mut self) {
		self.reset += 1;
		self.restart = 0;
	}
}

/// A module, its people and its chip.
#[derive(Clone)]
pub(crate) struct TestModule {
	pub(crate) id: ModuleId,
	pub(crate) owner: AccountId,
	pub(crate) operator: AccountId,
	pub(crate) tpm: SoftTpm,
	/// Made anew at each boot.
	pub(crate) keys: u8,
}

impl TestModule {
	/// Number `n`: its Camellia is born, nothing more.
	pub(crate) fn born(n: u8) -> Self {
		let module = Self {
			id: ModuleId(n.into()),
			owner: account(n),
			operator: account(n),
			tpm: SoftTpm::new(n),
			keys: 1,
		};
		bear(module.id, module.owner.clone());
		module
	}

	/// Number `n`, its key proven.
	pub(crate) fn enrolled(n: u8) -> Self {
		let module = Self::born(n);
		module.enrol();
		module
	}

	/// Number `n`, certified.
	pub(crate) fn active(n: u8) -> Self {
		let module = Self::enrolled(n);
		module.activate();
		module
	}

	fn key_seed(&self, purpose: u8) -> [u8; 32] {
		sp_io::hashing::sha2_256(&(self.id, self.keys, purpose).encode())
	}

	pub(crate) fn boot_keys(&self) -> BootKeys {
		BootKeys {
			session: pair(self.key_seed(0)).public().0,
			vrf: self.key_seed(1),
			transport: self.key_seed(2),
		}
	}

	/// Account of the session key of this boot.
	pub(crate) fn session(&self) -> AccountId {
		pair(self.key_seed(0)).public().into()
	}

	/// Reboots the machine: other counters, other keys.
	pub(crate) fn reboot(&mut self) {
		self.tpm.reboot();
		self.keys += 1;
	}

	pub(crate) fn register(&self) -> DispatchResult {
		Attestation::register(
			signed(&self.operator),
			self.id,
			self.tpm.leaf().sign(),
			ISSUER,
			self.tpm.ak_area(),
		)
	}

	/// The enrolment in progress.
	pub(crate) fn enrolment(&self) -> EnrolmentRecordOf<Test> {
		Enrolments::<Test>::get(self.id).expect("an enrolment")
	}

	/// The account that was drawn for a slot.
	pub(crate) fn challenger(&self, slot: u8) -> AccountId {
		let member = self.enrolment().slots[usize::from(slot)].challenger.clone();
		account_of(&member.expect("a challenger"))
	}

	/// The challenge that this root value decides.
	pub(crate) fn challenge(&self, slot: u8, root: &Hash) -> Challenge {
		let record = self.enrolment();
		let context = ChallengeContext {
			genesis: Attestation::genesis(),
			module: self.id.0,
			round: record.round,
			slot,
		};
		Challenge::new(root, &context, &record.chip.ek, &record.chip.ak_name).expect("a challenge")
	}

	pub(crate) fn post(&self, slot: u8, challenge: &Challenge) -> DispatchResult {
		Attestation::challenge(
			signed(&self.challenger(slot)),
			self.id,
			slot,
			BoundedVec::truncate_from(challenge.blob().as_bytes().to_vec()),
			*challenge.commitment(),
		)
	}

	/// All challengers that are waited for post good challenges.
	pub(crate) fn challenge_all(&self) {
		let slots = self.enrolment().slots;
		for (slot, entry) in (0u8..).zip(&slots) {
			if entry.state == SlotState::Waiting {
				assert_ok!(self.post(slot, &self.challenge(slot, &root(slot))));
			}
		}
	}

	/// The right answers to good challenges.
	pub(crate) fn answers(&self) -> BoundedVec<Answer, frame_support::traits::ConstU32<16>> {
		let slots = self.enrolment().slots;
		let answers = (0u8..).zip(&slots).map(|(slot, entry)| match entry.state {
			SlotState::Posted => Answer::Secret(*self.challenge(slot, &root(slot)).secret()),
			_ => Answer::Absent,
		});
		BoundedVec::truncate_from(answers.collect())
	}

	pub(crate) fn respond(&self, answers: &[Answer]) -> DispatchResultWithInfo<PostInfo> {
		let answers = BoundedVec::truncate_from(answers.to_vec());
		Attestation::respond(signed(&self.operator), self.id, answers)
	}

	/// Register, challenges, answers.
	pub(crate) fn enrol(&self) {
		assert_ok!(self.register());
		self.wait_for_draw();
		self.challenge_all();
		assert_ok!(self.respond(&self.answers()));
		assert_eq!(self.status(), Some(ModuleStatus::Enrolled));
	}

	/// Until all draws are done.
	pub(crate) fn wait_for_draw(&self) {
		advance(2);
		while DrawQueueEnds::<Test>::get().len() > 0 {
			advance(1);
		}
	}

	/// The boot number that the chain will give to evidence of this moment.
	fn boot_seq(&self) -> u32 {
		let Some(boot) = Chips::<Test>::get(self.id).and_then(|chip| chip.boot) else {
			return Sequences::<Test>::get(self.id).boot_seq + 1;
		};
		let counters = (boot.counters.reset_count, boot.counters.restart_count);
		if (self.tpm.reset, self.tpm.restart) > counters {
			boot.seq + 1
		} else {
			boot.seq
		}
	}

	/// The binding of good evidence.
	pub(crate) fn binding(&self) -> QuoteBinding {
		let keys = self.boot_keys();
		let policy = rk_policy(PcrSelection::UEFI, &self.tpm.pcr_digest());
		let block = System::block_number() - 1;
		QuoteBinding {
			domain: QUOTE_DOMAIN,
			genesis: Attestation::genesis(),
			module: self.id.0,
			round: Sequences::<Test>::get(self.id).round + 1,
			nonce_block: block,
			nonce_block_hash: System::block_hash(block).0,
			committee_nonce: [0; 32],
			session_key: keys.session,
			vrf_key: keys.vrf,
			transport_key: keys.transport,
			rk_name: RkPublic::parse(&self.tpm.rk_public(), &policy)
				.expect("a receive key")
				.name(),
			boot_seq: self.boot_seq(),
			manifest_root: MANIFEST,
			log_root: [7; 32],
		}
	}

	/// Evidence with this binding, signed.
	pub(crate) fn evidence_with(&self, binding: QuoteBinding) -> Tpm2Evidence {
		let quote = self.tpm.quote(&binding.hash());
		Tpm2Evidence {
			signature: BoundedVec::truncate_from(self.tpm.sign(&quote)),
			quote: BoundedVec::truncate_from(quote),
			binding,
			rk_public: BoundedVec::truncate_from(self.tpm.rk_public()),
			pcr_values: BoundedVec::truncate_from(self.tpm.pcrs.clone()),
			profile: Profile::default(),
		}
	}

	/// Good evidence of this moment.
	pub(crate) fn evidence(&self) -> Tpm2Evidence {
		self.evidence_with(self.binding())
	}

	/// Posts evidence, as the operator.
	pub(crate) fn post_evidence(&self, evidence: Tpm2Evidence) -> DispatchResultWithInfo<PostInfo> {
		Attestation::attest(signed(&self.operator), Evidence::from(evidence))
	}

	pub(crate) fn attest(&self) -> DispatchResultWithInfo<PostInfo> {
		self.post_evidence(self.evidence())
	}

	/// Posts evidence, as the session key.
	pub(crate) fn renew(&self) -> DispatchResultWithInfo<PostInfo> {
		Attestation::attest(signed(&self.session()), Evidence::from(self.evidence()))
	}

	/// The round in progress.
	pub(crate) fn round(&self) -> RoundRecordOf<Test> {
		Rounds::<Test>::get(self.id).expect("a round")
	}

	/// Account of a member of the committee.
	pub(crate) fn member(&self, position: u8) -> AccountId {
		account_of(&self.round().committee[usize::from(position)])
	}

	/// The pass of a member of the committee.
	pub(crate) fn pass_of(&self, position: u8) -> (u8, MultiSignature) {
		let pass = Attestation::pass_of(self.id, &self.round(), position, LIVE_QUOTE, RELEASE);
		let signature = pair_of(&self.member(position)).sign(&pass.payload());
		(position, signature.into())
	}

	pub(crate) fn submit(&self, passes: Vec<(u8, MultiSignature)>) -> DispatchResult {
		let round = self.round().round;
		Attestation::submit_verdicts(
			signed(&self.session()),
			self.id,
			round,
			LIVE_QUOTE,
			BoundedVec::truncate_from(passes),
		)
	}

	/// These members pass the module.
	pub(crate) fn pass(&self, positions: &[u8]) -> DispatchResult {
		self.submit(
			positions
				.iter()
				.map(|position| self.pass_of(*position))
				.collect(),
		)
	}

	pub(crate) fn vote_fail(&self, position: u8, reason: FailReason) -> DispatchResult {
		let round = self.round().round;
		Attestation::vote_fail(signed(&self.member(position)), self.id, round, reason)
	}

	/// Two members fail the module.
	pub(crate) fn fail(&self) {
		let reason = FailReason::LogMismatch(11);
		assert_ok!(self.vote_fail(0, reason));
		assert_ok!(self.vote_fail(1, reason));
	}

	/// Evidence, committee, passes.
	pub(crate) fn activate(&self) {
		assert_ok!(self.attest());
		self.wait_for_draw();
		assert_ok!(self.pass(&[0, 1, 2]));
		assert_eq!(self.status(), Some(ModuleStatus::Active));
	}

	pub(crate) fn status(&self) -> Option<ModuleStatus> {
		Attestation::effective(self.id).map(|record| record.status)
	}

	pub(crate) fn reason(&self) -> StatusReason {
		Attestation::effective(self.id).expect("a module").reason
	}

	/// What its owner has on hold.
	pub(crate) fn held(&self) -> Balance {
		use frame_support::traits::fungible::InspectHold;
		Balances::balance_on_hold(&HoldReason::EnrolmentBond.into(), &self.operator)
	}
}

/// What a call gives back.
pub(crate) type PostInfo = frame_support::dispatch::PostDispatchInfo;

/// SHA-256 of the live quote in the rounds of the lab.
pub(crate) const LIVE_QUOTE: Hash = [0x11; 32];

/// The root value of the challenger of a slot.
pub(crate) fn root(slot: u8) -> Hash {
	[slot + 1; 32]
}

/// The account that acts for a member.
pub(crate) fn account_of(member: &Member<AccountId>) -> AccountId {
	Attestation::account_of(member).expect("a member that may act")
}

/// The issuers of the lab's genesis.
pub(crate) fn issuers() -> Vec<GenesisIssuer> {
	vec![
		GenesisIssuer {
			id: ISSUER.0,
			spki: Bytes(p256_spki(&signing_key(ISSUER_KEY))),
			algorithm: "p256-sha256".into(),
			vendor: VENDOR,
			class: "C".into(),
			requires_purpose: true,
			cap: 100,
		},
		GenesisIssuer {
			id: DEV_ISSUER.0,
			spki: Bytes(
				include_bytes!("../../../../primitives/tea-tpm/tests/data/issuer_rsa3072.spki")
					.to_vec(),
			),
			algorithm: "rsa-sha256".into(),
			vendor: 0x1014,
			class: "Dev".into(),
			requires_purpose: true,
			cap: 100,
		},
	]
}

/// The releases of the lab's genesis.
pub(crate) fn releases() -> Vec<GenesisRelease> {
	let pcrs = SoftTpm::new(1).pcrs;
	let values = PcrSelection::UEFI
		.iter()
		.zip(pcrs)
		.filter(|(index, _)| STRICT.contains(index))
		.map(|(_, value)| Bytes(value.to_vec()));
	vec![GenesisRelease {
		id: RELEASE.0,
		class: "C".into(),
		strict: STRICT.to_vec(),
		value_sets: vec![values.collect()],
		manifest_root: Bytes(MANIFEST.to_vec()),
	}]
}

/// What governance would say of the lab's issuer.
pub(crate) fn issuer_info(version: u32) -> IssuerInfo {
	IssuerInfo {
		spki: BoundedVec::truncate_from(p256_spki(&signing_key(ISSUER_KEY))),
		algorithm: tea_tpm::SignatureAlgorithm::EcdsaP256Sha256,
		vendor: VENDOR,
		class: HardwareClass::C,
		requires_purpose: true,
		cap: 100,
		version,
	}
}

/// A release of class C with these values for its strict PCRs.
pub(crate) fn release(
	strict: &[u8],
	values: Vec<Hash>,
	manifest_root: Hash,
) -> ReleaseRecordOf<Test> {
	ReleaseRecord {
		class: HardwareClass::C,
		strict: PcrSelection::of(strict),
		value_sets: BoundedVec::truncate_from(vec![BoundedVec::truncate_from(values)]),
		manifest_root,
		until: None,
	}
}

/// So many living modules of other classes that the lab's class is a small one.
pub(crate) fn other_classes() {
	world::MorePlanted::<Test>::put(100);
}

/// The purpose of the round in progress.
pub(crate) fn purpose(module: &TestModule) -> Purpose {
	module.round().purpose
}

//! A settled errand with all its evidence, made with development keys. They sign whatever they are given, so every forgery is
//! signed again and fails at the check that is meant to stop it.

use std::collections::BTreeMap;

use codec::{Decode, Encode};
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use sha2::{Digest, Sha256};
use sp_core::{Pair, crypto::VrfSecret};
use tea_chain::{
	AccountId, Key, Sign,
	key::{blake2, entry, twox},
	types::{
		Assignment, BeaconRecord, Bill, BillLine, BootRecord, CamelliaRecord, CamelliaStage,
		CertificateRecord, ChainMember, ChipRecord, DeploymentRecord, DrawPlan, ErrandRecord,
		ErrandStage, EvidenceRecord, FinishedErrand, KeyPath, Kind as CamelliaKind, Link,
		MultiSignature, Payee, Pot, ReleaseRecord, Shares, SignedLink, Used, UsedSource,
	},
};
use tea_envelope::{Commitment, Committer, EnvelopeHash, K1, TransportSecret};
use tea_link::os_rng::OsRng;
use tea_module::errand::sealing::{result_context, seal_result};
use tea_primitives::{
	HardwareClass,
	camellia::{DrawWeight, math},
	committee::{Shuffle, Stream},
	deployment::{
		Charge, Checker, Cid, Content, DeploymentId, Giver, Kind, LINK_DOMAIN, LinkReason,
		NO_PARENT, Visibility,
	},
	draw::Purpose,
	errand::{
		AdHoc, Batch, Capabilities, ERRAND_PASS_DOMAIN, ErrandId, ErrandPass, Exit, Input, Limits,
		Needs, Outcome, POT_DOMAIN, PotBody, Role, SealedResult, Source, TicketProof,
	},
	ids::{IssuerId, ModuleId, ReleaseId},
	module::{BootKeys, Certificate},
	ticket,
};
use tea_tpm::{
	AkPublic, Boot, Counters, EkPublic, ObjectName, PcrSelection, PcrValues,
	pot::{PotBinding, batch_path, batch_root},
};

use super::{
	checks::{Check, Found, Known, judge},
	draw::{self, Claim, Claimant, Runner, Scene, Second, Standing, Weights},
	facts::{Before, Delegation, Facts, State},
	proof::Unproven,
};
use crate::errand::{
	book::{Asked, Page},
	keys::seat,
};

/// Who pays.
pub(crate) const CLIENT: AccountId = AccountId([0xc1; 32]);
/// Who owns the code.
pub(crate) const OWNER: AccountId = AccountId([0x0e; 32]);

/// Genesis hash.
pub(crate) const GENESIS: [u8; 32] = [0x6e; 32];
/// The errand.
pub(crate) const ERRAND: ErrandId = ErrandId(7);
const CODE: DeploymentId = DeploymentId([0x10; 32]);
const REGISTRATION: [u8; 32] = [4; 32];
const X: ModuleId = ModuleId(1);
const BOOT: u32 = 3;
const MANIFEST: [u8; 32] = [0x3a; 32];
const FIRMWARE: u64 = 0x2019_1023;
const GAS_PRICE: u128 = 100;
const FUEL: u64 = 50_000;
const HELD: u128 = 20_000_000;

/// Those who may be drawn.
const POOL: u32 = 10;
/// Blocks whose beacon is kept.
pub(crate) const BEACONS: u32 = 256;
const BEACON: [u8; 32] = [0xbe; 32];

/// A state that is wholly known.
pub(crate) struct Entries(pub(crate) BTreeMap<Vec<u8>, Vec<u8>>);

impl State for Entries {
	fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Unproven> {
		Ok(self.0.get(key).cloned())
	}
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
	Sha256::digest(bytes).into()
}

fn tpm_key(purpose: u8) -> SigningKey {
	SigningKey::from_slice(&sha256(&[purpose, 0x79])).unwrap()
}

fn coordinates(key: &SigningKey) -> ([u8; 32], [u8; 32]) {
	let point = key.verifying_key().to_encoded_point(false);
	((*point.x().unwrap()).into(), (*point.y().unwrap()).into())
}

fn ak() -> AkPublic {
	let (x, y) = coordinates(&tpm_key(0));
	let head = hex::decode("0023000b00050472000000100018000b000300100020").unwrap();
	let area = [&head[..], &x, &[0, 32], &y].concat();
	AkPublic::parse(&area).unwrap()
}

fn ek() -> EkPublic {
	let (x, y) = coordinates(&tpm_key(1));
	EkPublic::P256 { x, y }
}

fn client_secret(mut bytes: [u8; 32]) -> TransportSecret {
	TransportSecret::take(&mut bytes)
}

/// The session key of a module.
fn session(module: ModuleId) -> Key {
	Key::from_seed(&sha256(
		&[&b"session"[..], &module.0.to_le_bytes()].concat(),
	))
	.unwrap()
}

/// The session key of the member at a position of the committee.
pub(crate) fn session_of(member: u8) -> [u8; 32] {
	session(ModuleId(u32::from(member) + 2)).public()
}

fn vrf_of(module: ModuleId) -> sp_core::sr25519::Pair {
	sp_core::sr25519::Pair::from_seed(&sha256(&[&b"vrf"[..], &module.0.to_le_bytes()].concat()))
}

/// The ticket of a module.
fn ticket_of(module: ModuleId) -> TicketProof {
	let input = ticket::input(&GENESIS, &ticket::subject(ERRAND, 0), &BEACON);
	let proof = vrf_of(module).vrf_sign(&ticket::sign_data(&input)).encode();
	TicketProof::decode(&mut &proof[..]).unwrap()
}

fn keys(module: ModuleId) -> BootKeys {
	BootKeys {
		session: session(module).public(),
		vrf: vrf_of(module).public().0,
		transport: [0x77; 32],
	}
}

fn values() -> Vec<[u8; 32]> {
	(0..HardwareClass::Dev.selection().count())
		.map(|n| [u8::try_from(n).unwrap() + 1; 32])
		.collect()
}

fn pcr_digest() -> [u8; 32] {
	PcrValues::new(HardwareClass::Dev.selection(), &values())
		.unwrap()
		.digest()
}

/// What a quote says.
#[derive(Clone)]
pub(crate) struct QuoteOf {
	pub(crate) extra_data: [u8; 32],
	pub(crate) signer: [u8; 34],
	pub(crate) clock: u64,
	pub(crate) resets: u32,
	pub(crate) firmware: u64,
	pub(crate) selection: PcrSelection,
	pub(crate) pcr_digest: [u8; 32],
}

impl QuoteOf {
	fn bytes(&self) -> Vec<u8> {
		let hex = |text| hex::decode(text).unwrap();
		[
			&hex("ff54434780180022")[..],
			&self.signer,
			&[0, 32],
			&self.extra_data,
			&self.clock.to_be_bytes(),
			&self.resets.to_be_bytes(),
			&0u32.to_be_bytes(),
			&[1],
			&self.firmware.to_be_bytes(),
			&hex("00000001000b03"),
			&self.selection.to_bytes(),
			&[0, 32],
			&self.pcr_digest,
		]
		.concat()
	}
}

fn tpm_sign(quote: &[u8]) -> Vec<u8> {
	let signature: Signature = tpm_key(0).sign_prehash(&sha256(quote)).unwrap();
	let (r, s) = signature.split_bytes();
	[&hex::decode("0018000b0020").unwrap()[..], &r, &[0, 32], &s].concat()
}

fn content(n: u8) -> Content {
	Content {
		cid: Cid::new(Cid::RAW, [n; 32]),
		ciphertext_hash: [n; 32],
		commitment: [n + 100; 32],
		size: 1_000,
	}
}

fn used(visibility: Visibility) -> UsedSource {
	UsedSource::Deployed(Used {
		id: CODE,
		owner: OWNER,
		visibility,
		ciphertext_hash: [0xcc; 32],
		charge: Charge::PerUse(1_000),
		terms: [9; 32],
		delegator: ModuleId(2),
	})
}

fn file(n: u8, sealed: bool) -> UsedSource {
	UsedSource::AdHoc(AdHoc {
		content: content(n),
		sealed,
	})
}

fn assignment(keys: Vec<KeyPath>) -> Assignment {
	Assignment {
		executor: X,
		boot_seq: BOOT,
		beneficiary: AccountId([0x0b; 32]),
		ticket: 0,
		assigned: 12,
		deadline: 60,
		verifiers: (2..6).map(|n| ChainMember::Module(ModuleId(n))).collect(),
		redraw: None,
		former: Vec::new(),
		failed: 0,
		keys,
	}
}

fn record(code: UsedSource, data: Vec<UsedSource>, stage: ErrandStage) -> ErrandRecord {
	ErrandRecord {
		client: CLIENT,
		client_key: [0; 32],
		code,
		data,
		input: [0; 32],
		terms: [9; 32],
		limits: Limits {
			fuel: 100_000,
			pages: 16,
			output: 1_000,
			wall_ms: 1_000,
		},
		needs: Needs::default(),
		gas_price: GAS_PRICE,
		shares: Shares {
			executor: 70,
			delegator: 15,
			verifiers: 10,
			parents: 5,
			parents_degraded: 10,
		},
		payee: None,
		held: HELD,
		key_wait: 100,
		allow_own: false,
		posted: 10,
		deadline: 110,
		attempt: 0,
		former: None,
		draw: DrawPlan {
			fixed_in: 10,
			total_weight: 100_000,
		},
		stage,
	}
}

/// An errand that waits for keys: code of the owner, a sealed and a public file of the client.
pub(crate) fn private() -> ErrandRecord {
	let keys = vec![KeyPath::Wanted, KeyPath::Wanted, KeyPath::None];
	record(
		used(Visibility::Private),
		vec![file(1, true), file(2, false)],
		ErrandStage::AwaitingKey {
			assignment: assignment(keys),
			since: 12,
			until: 112,
		},
	)
}

fn assigned(record: &mut ErrandRecord) -> &mut Assignment {
	match &mut record.stage {
		ErrandStage::Assigned(assignment) => assignment,
		_ => panic!("it is assigned"),
	}
}

/// The certificate of a module.
pub(crate) fn certified(module: ModuleId) -> CertificateRecord {
	CertificateRecord {
		certificate: Certificate {
			module,
			boot_seq: BOOT,
			round: 1,
			keys: keys(module),
			class: HardwareClass::Dev,
			release: ReleaseId(1),
			since: 5,
			until: 600,
		},
		committee: (2..6).map(|n| ChainMember::Module(ModuleId(n))).collect(),
		passed: 0b111,
		live_quote: [1; 32],
	}
}

/// Owner → module 2 → the executor, the link of the pin first.
fn links() -> Vec<SignedLink> {
	let sign = |module, link: &Link| MultiSignature::Sr25519(session(module).sign(&link.payload()));
	let origin = Link {
		domain: LINK_DOMAIN,
		genesis: GENESIS,
		deployment: CODE,
		parent: NO_PARENT,
		from: Giver::Account(OWNER),
		to: ModuleId(2),
		boot_seq: 1,
		reason: LinkReason::Origin {
			seed: 0,
			public_key: [5; 32],
			registration: REGISTRATION,
		},
		block: 2,
		sealed_key: [6; 32],
	};
	let pin = Link {
		parent: origin.hash(),
		from: Giver::Module(ModuleId(2), 1),
		to: X,
		boot_seq: BOOT,
		reason: LinkReason::Pin,
		block: 5,
		..origin.clone()
	};
	vec![
		SignedLink {
			giver: Some(sign(ModuleId(2), &pin)),
			receiver: sign(X, &pin),
			receiver_key: session(X).public(),
			link: pin,
		},
		SignedLink {
			giver: None,
			receiver: sign(ModuleId(2), &origin),
			receiver_key: session(ModuleId(2)).public(),
			link: origin,
		},
	]
}

/// A settled errand: hosted code, a sealed file and a public file, one quote of its own.
pub(crate) struct Lab {
	/// All that is known of it.
	pub(crate) facts: Facts,
	secret: [u8; 32],
	asked: Asked,
}

impl Lab {
	/// What the guest wrote.
	pub(crate) const OUTPUT: &[u8] = b"7, 99 %\n";

	/// An honest one.
	pub(crate) fn new() -> Self {
		let secret = [0x44; 32];
		let client_key = client_secret(secret).public().0;
		let envelope = vec![0xee; 400];
		let links = links();
		let pin = links[0].link.hash();
		let mut seated = assignment(Vec::new());
		let sealed_key = EnvelopeHash(sha256(&[&b"tea/envelope/v1"[..], &envelope].concat()));
		let execute = seat(ERRAND, &seated)
			.link(GENESIS, CLIENT, None, 14, sealed_key)
			.hash();
		seated.keys = vec![
			KeyPath::Pin {
				link: pin,
				parent: Some(ModuleId(2)),
				while_degraded: false,
			},
			KeyPath::Supplied(execute),
			KeyPath::None,
		];
		let input = ticket::input(&GENESIS, &ticket::subject(ERRAND, 0), &BEACON);
		let proof = ticket_of(X);
		let random = ticket::random_of(&keys(X).vrf, &input, &proof.pre_output);
		seated.ticket = ticket::value(random, DrawWeight::ONE).0;

		let asked = Asked {
			code: Source::Deployed(CODE),
			data: vec![
				Source::AdHoc(AdHoc {
					content: content(1),
					sealed: true,
				}),
				Source::AdHoc(AdHoc {
					content: content(2),
					sealed: false,
				}),
			],
			params: b"params".to_vec(),
			limits: private().limits,
			capabilities: Capabilities::default(),
		};
		let mut order = record(
			used(Visibility::Hosted),
			vec![file(1, true), file(2, false)],
			ErrandStage::Assigned(seated.clone()),
		);
		order.client_key = client_key;
		let hashes: Vec<_> = order
			.sources()
			.map(|(_, used)| used.ciphertext_hash())
			.collect();
		order.input = Input::new(
			hashes[0],
			&hashes[1..],
			&asked.params,
			order.limits,
			order.needs.capabilities,
		)
		.hash();

		let context = result_context(ERRAND, X, CLIENT, 12);
		let sealed = seal_result(Self::OUTPUT, client_key, &GENESIS, &context).unwrap();
		let body = PotBody {
			domain: POT_DOMAIN,
			errand: ERRAND,
			attempt: 0,
			executor: X,
			boot_seq: BOOT,
			client_key,
			code: hashes[0],
			data: hashes[1..].to_vec().try_into().unwrap(),
			links: seated.links().try_into().unwrap(),
			input: order.input,
			result: SealedResult {
				cid: Cid::new(Cid::RAW, sealed.ciphertext),
				ciphertext: sealed.ciphertext,
				commitment: sealed.commitment,
				enc: sealed.enc,
			},
			exit: Exit::Ok,
			fuel: FUEL,
			manifest_root: MANIFEST,
			block: 12,
		};
		let strict = HardwareClass::Dev.always_strict();
		let reference = HardwareClass::Dev
			.selection()
			.iter()
			.zip(values())
			.filter(|(index, _)| strict.contains(*index))
			.map(|(_, value)| value)
			.collect();
		let before = Before {
			params: asked.params.clone(),
			envelopes: vec![None, Some(envelope), None],
			certificate: Some(certified(X)),
			chip: Some(ChipRecord {
				id: [1; 32],
				issuer: IssuerId(1),
				class: HardwareClass::Dev,
				vendor: 1,
				model: Vec::new(),
				ek: ek(),
				ak: ak(),
				ak_name: ObjectName([2; 34]),
				signer: ak().qualified_name(&ek()).unwrap(),
				bonded_by: OWNER,
				bond: 0,
				closed: false,
				boot: Some(Boot {
					seq: BOOT,
					counters: Counters {
						clock: 50_000,
						reset_count: 1,
						restart_count: 0,
						safe: true,
					},
					accepted_at: 1_000_000,
				}),
				pins: None,
			}),
			boot: Some(BootRecord {
				seq: BOOT,
				keys: keys(X),
				since: 4,
				evidence: EvidenceRecord {
					quote: [1; 32],
					pcr_digest: pcr_digest(),
					values: values(),
					manifest_root: MANIFEST,
					log_root: [2; 32],
					rk_name: ObjectName([3; 34]),
					firmware_version: FIRMWARE,
					safe: true,
				},
			}),
			release: Some(ReleaseRecord {
				class: HardwareClass::Dev,
				strict,
				value_sets: vec![reference],
				manifest_root: MANIFEST,
				until: None,
			}),
			signers: (2..6)
				.map(|n| Some(session(ModuleId(n)).public()))
				.collect(),
			beacon: Some(BEACON),
			delegations: vec![Delegation {
				source: 0,
				link: pin,
				deployment: CODE,
				owner: OWNER,
				registration: Some(REGISTRATION),
				sessions: links
					.iter()
					.map(|signed| Some(signed.receiver_key))
					.collect(),
				links,
			}],
			record: order,
		};
		let mut lab = Self {
			facts: Facts {
				genesis: GENESIS,
				errand: ERRAND,
				record: FinishedErrand {
					client: CLIENT,
					outcome: Outcome::Confirmed,
					attempt: 0,
					terms: [9; 32],
					draw: before.record.draw,
					executor: Some((X, BOOT, seated.ticket)),
					verifiers: seated.verifiers.clone(),
					bill: bill(),
					pot: None,
					posted: 10,
					finished: 15,
					until: 30_000,
				},
				time_ms: Some(1_030_000),
				before: Some(before),
				claims: Some(vec![proof]),
				scene: None,
				second: None,
				result: Some(sealed.file),
			},
			secret,
			asked,
		};
		lab.prove(body, |_| ());
		lab.facts.scene = draw::scene(
			&Entries(lab.drawn_from()),
			ERRAND,
			GENESIS,
			BEACONS,
			12,
			&[Claim {
				signer: Some(keys(X).session),
				ticket: proof,
			}],
		);
		lab
	}

	/// What executor and verifiers are drawn from: the executor and a module of the client would be drawn first
	/// if they might be, then the modules 2 to 5, then the others.
	pub(crate) fn drawn_from(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
		let record = match &self.facts.scene {
			Some(scene) => scene.record.clone(),
			None => self.facts.before.as_ref().unwrap().record.clone(),
		};
		let subject = (ERRAND, 0u8, 0u8).encode();
		let stream = Stream::new(&GENESIS, Purpose::Errand, &subject, &BEACON);
		let modules = [1, 6, 2, 3, 4, 5, 7, 8, 9, 10].map(ModuleId);
		let mut entries = BTreeMap::from([
			(twox(entry("Errand", "Errands"), &ERRAND), record.encode()),
			(
				twox(entry("Delegation", "Beacons"), &11u32),
				BeaconRecord {
					block: 11,
					value: BEACON,
				}
				.encode(),
			),
			(entry("Delegation", "ModuleCount"), POOL.encode()),
			(entry("Camellia", "Collection"), 7u32.encode()),
		]);
		for (place, module) in Shuffle::new(stream, POOL).zip(modules) {
			let mut put = |key: Vec<u8>, value: Vec<u8>| {
				assert!(entries.insert(key, value).is_none());
			};
			put(
				twox(entry("Delegation", "Modules"), &place),
				module.encode(),
			);
			put(
				twox(entry("Attestation", "Certificates"), &module),
				certified(module).encode(),
			);
			put(
				blake2(entry("Attestation", "Sessions"), &keys(module).session),
				(module, BOOT).encode(),
			);
			let owner = match module {
				X => AccountId([0x0b; 32]),
				ModuleId(6) => CLIENT,
				ModuleId(number) => AccountId([u8::try_from(number).unwrap(); 32]),
			};
			// Nobody else may sell it, and there is a deposit.
			let item = (owner, 0u8, owner, 100u128).encode();
			put(
				blake2(blake2(entry("Nfts", "Item"), &7u32), &module.0),
				item,
			);
			let camellia = CamelliaRecord {
				kind: CamelliaKind::B,
				base_productivity: math::ONE,
				life_span: 30,
				born: 0,
				// In its best age.
				stage: CamelliaStage::Planted { since: 0, ends: 30 },
				hardware: Some([1; 32]),
				agenda: None,
				credit: math::CREDIT_START,
				credit_as_of: 0,
			};
			put(
				twox(entry("Camellia", "Camelliae"), &module),
				camellia.encode(),
			);
		}
		entries
	}

	/// The claim of module 9 in the block of the assignment.
	pub(crate) fn rival(&self, weight: Weights) -> Claimant {
		let module = ModuleId(9);
		Claimant {
			ticket: ticket_of(module),
			standing: Some(Standing::Active(Box::new(Runner {
				certificate: certified(module).certificate,
				owner: Some(AccountId([9; 32])),
				weight,
				is_idle: true,
			}))),
		}
	}

	/// The state in which it was drawn.
	pub(crate) fn scene_of(&self) -> &Scene {
		self.facts.scene.as_ref().unwrap()
	}

	/// The same, to be altered.
	pub(crate) fn scene(&mut self) -> &mut Scene {
		self.facts.scene.as_mut().unwrap()
	}

	/// The assignment as it was drawn, to be altered.
	pub(crate) fn drawn(&mut self) -> &mut Assignment {
		assigned(&mut self.scene().record)
	}

	/// The draw of the second committee, to be altered.
	pub(crate) fn second(&mut self) -> &mut Second {
		self.facts.second.as_mut().unwrap()
	}

	/// What the second committee is drawn from.
	pub(crate) fn silent(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
		let mut record = self.facts.before.as_ref().unwrap().record.clone();
		assigned(&mut record).redraw = Some(11);
		assigned(&mut record).verifiers.clear();
		// The beacon of the block after the one in which the executor complained.
		let beacon = BeaconRecord {
			block: 12,
			value: [0xbd; 32],
		};
		let mut entries = self.drawn_from();
		entries.insert(twox(entry("Errand", "Errands"), &ERRAND), record.encode());
		entries.insert(
			twox(entry("Delegation", "Beacons"), &12u32),
			beacon.encode(),
		);
		entries
	}

	/// The first committee is silent, a second one is drawn in block 14. The verdicts stay those of the first one.
	pub(crate) fn redraw(&mut self) {
		let first = std::mem::take(&mut self.assignment().verifiers);
		self.assignment().former = first;
		let state = Entries(self.silent());
		let second = draw::second(&state, Some(&state), ERRAND, GENESIS, BEACONS, 14).unwrap();
		let verifiers = second
			.draw(ERRAND, GENESIS)
			.unwrap()
			.from(&second.pools[0])
			.unwrap();
		self.facts.second = Some(second);
		self.facts.record.verifiers = verifiers.clone();
		self.assignment().verifiers = verifiers;
		self.assignment().redraw = Some(14);
	}

	/// The order of the client.
	pub(crate) fn page(&self) -> Page {
		Page {
			genesis: GENESIS,
			client: CLIENT,
			secret: client_secret(self.secret),
			keys: vec![None, Some(K1::take(&mut [1; 32])), None],
			asked: self.asked.clone(),
			errand: Some(ERRAND),
		}
	}

	/// The deployment of the code.
	pub(crate) const fn deployment_id(&self) -> DeploymentId {
		CODE
	}

	/// Its record.
	pub(crate) fn deployment(&self) -> DeploymentRecord {
		DeploymentRecord {
			owner: OWNER,
			kind: Kind::Code,
			visibility: Visibility::Hosted,
			content: content(0xcc - 100),
			wanted: 3,
			checker: Checker::None,
			description: None,
			declared_value: 0,
			replaces: None,
			registration: REGISTRATION,
			registered: 3,
			public_key: [5; 32],
			seed: 0,
			origin: [0; 32],
			delegator: ModuleId(2),
			terms: [9; 32],
			former_terms: 0,
			expires: None,
			retired: None,
			closed: false,
			uses: 1,
			busy_until: 110,
			deposit: 0,
			agenda: None,
		}
	}

	/// What the PoT says.
	pub(crate) fn body(&self) -> PotBody {
		self.pot().body.clone()
	}

	/// The PoT.
	pub(crate) fn pot(&self) -> &Pot {
		self.facts.record.pot.as_ref().unwrap()
	}

	/// The PoT, to be altered.
	pub(crate) fn pot_mut(&mut self) -> &mut Pot {
		self.facts.record.pot.as_mut().unwrap()
	}

	/// The state before the end, to be altered.
	pub(crate) fn before(&mut self) -> &mut Before {
		self.facts.before.as_mut().unwrap()
	}

	/// The assignment, to be altered.
	pub(crate) fn assignment(&mut self) -> &mut Assignment {
		assigned(&mut self.before().record)
	}

	/// Another PoT, quoted and passed again: the second of a batch of three. `change`: what the quote says instead.
	pub(crate) fn prove(&mut self, body: PotBody, change: impl FnOnce(&mut QuoteOf)) {
		let hashes = [[0xa1; 32], body.hash(), [0xa2; 32]];
		let root = batch_root(&hashes).unwrap();
		let (path, depth) = batch_path(&hashes, 1).unwrap();
		let nonces = sha256(b"nonces");
		let binding = PotBinding {
			genesis: GENESIS,
			module: body.executor.0,
			boot_seq: body.boot_seq,
			pot_root: root,
			nonces,
		};
		let mut quote = QuoteOf {
			extra_data: binding.hash(),
			signer: ak().qualified_name(&ek()).unwrap().0,
			clock: 79_000,
			resets: 1,
			firmware: FIRMWARE,
			selection: HardwareClass::Dev.selection(),
			pcr_digest: pcr_digest(),
		};
		change(&mut quote);
		let quote = quote.bytes();
		self.facts.record.pot = Some(Pot {
			batch: Batch {
				root,
				index: 1,
				len: 3,
				path: path[..depth].to_vec().try_into().unwrap(),
			},
			nonces,
			signature: tpm_sign(&quote).try_into().unwrap(),
			quote: quote.try_into().unwrap(),
			verdicts: Default::default(),
			body,
		});
		self.pass(&[0, 1, 2]);
	}

	/// These members pass the PoT as it stands.
	pub(crate) fn pass(&mut self, members: &[u8]) {
		let pot = self.pot();
		let verdicts: Vec<_> = members
			.iter()
			.map(|member| {
				let pass = ErrandPass {
					domain: ERRAND_PASS_DOMAIN,
					genesis: GENESIS,
					errand: ERRAND,
					attempt: 0,
					executor: pot.body.executor,
					boot_seq: pot.body.boot_seq,
					member: *member,
					pot: pot.body.hash(),
					quote: sha256(&pot.quote),
				};
				let key = session(ModuleId(u32::from(*member) + 2));
				let signature = MultiSignature::Sr25519(key.sign(&pass.payload()));
				(*member, signature)
			})
			.collect();
		self.pot_mut().verdicts = verdicts.try_into().unwrap();
	}

	/// All checks, with the order at hand.
	pub(crate) fn checks(&self) -> Vec<Check> {
		let page = self.page();
		judge(
			&self.facts,
			Known {
				page: Some(&page),
				no_result: None,
			},
		)
	}

	/// The names of the checks that fail.
	pub(crate) fn failing(&self) -> Vec<&'static str> {
		self.checks()
			.into_iter()
			.filter(|check| matches!(check.found, Found::Fails(_)))
			.map(|check| check.name)
			.collect()
	}
}

/// 5 000 000 of gas and 1 000 for the use.
fn bill() -> Bill {
	let line = |role, payee, amount| BillLine {
		role,
		payee,
		amount,
		paid: true,
	};
	let gas = u128::from(FUEL) * GAS_PRICE;
	let verifier = gas * 10 / 100 / 3;
	let (delegator, parent) = (gas * 15 / 100, gas * 5 / 100);
	let executor = gas - 3 * verifier - delegator - parent;
	let mut lines = vec![
		line(Role::Developer, Payee::Account(OWNER), 1_000),
		line(Role::Executor, Payee::Module(X), executor),
		line(Role::Delegator, Payee::Account(OWNER), delegator),
	];
	lines.extend((2..5).map(|n| line(Role::Verifier, Payee::Module(ModuleId(n)), verifier)));
	lines.push(line(Role::Parent, Payee::Account(OWNER), parent));
	Bill {
		held: HELD,
		gas,
		lines: lines.try_into().unwrap(),
		returned: HELD - gas - 1_000,
	}
}

/// A commitment under a key, for results that are forged.
pub(crate) fn commitment(k1: &K1, plain: &[u8]) -> Commitment {
	let mut committer = Committer::new(k1);
	committer.update(plain);
	committer.finish()
}

/// Randomness, for those who forge.
pub(crate) const RNG: OsRng = OsRng;

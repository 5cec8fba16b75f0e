//! Modules with a software TPM, and what they and their clients do.
//!
//! The keys sign whatever they are given, so every forgery is signed again and fails at the check that is meant to stop it.

use crate::{mock::*, *};
use codec::Encode;
use frame_support::{BoundedVec, assert_ok, traits::fungible::InspectHold};
use hex_literal::hex;
use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner};
use sp_core::Pair;
use sp_io::hashing::sha2_256;
use sp_runtime::{DispatchResult, DispatchResultWithInfo, MultiSignature};
use tea_primitives::{
	HardwareClass,
	deployment::{Charge, Checker, Cid, Content, DeploymentId, Hash, Kind, LivePin, Visibility},
	draw::{Draws, Member},
	errand::{
		AdHoc, Batch, ErrandId, Exit, FaultReason, Limits, Needs, Options, Outcome, POT_DOMAIN,
		PotBody, QuoteKey, RefuteReason, Role, SealedResult, Source, TicketProof, Tickets,
	},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::{
	AkPublic, Boot, Counters, EkPublic, PcrSelection,
	pot::{PotBinding, batch_path, batch_root},
};

/// What a call gives back.
pub(crate) type PostInfo = frame_support::dispatch::PostDispatchInfo;

const FIRMWARE: u64 = 0x2019_1023_0016_3636;
const RESETS: u32 = 1;

fn signing_key(module: ModuleId, purpose: u8) -> SigningKey {
	SigningKey::from_slice(&sha2_256(&(module, purpose).encode())).expect("a scalar")
}

fn coordinates(key: &SigningKey) -> ([u8; 32], [u8; 32]) {
	let point = key.verifying_key().to_encoded_point(false);
	let coordinate = |bytes: Option<&p256::FieldBytes>| (*bytes.expect("a point")).into();
	(coordinate(point.x()), coordinate(point.y()))
}

fn ak(module: ModuleId) -> AkPublic {
	let (x, y) = coordinates(&signing_key(module, 0));
	let area = [
		&hex!("0023000b00050472000000100018000b000300100020")[..],
		&x,
		&[0, 32],
		&y,
	]
	.concat();
	AkPublic::parse(&area).expect("an attestation key")
}

/// The PCR digest of the lab's modules.
pub(crate) fn pcr_digest() -> Hash {
	sha2_256([[1u8; 32]; 8].as_flattened())
}

/// What the registry of modules knows of a module's TPM.
pub(crate) fn quote_key(module: ModuleId, record: &world::Machine) -> QuoteKey {
	let (x, y) = coordinates(&signing_key(module, 1));
	let ak = ak(module);
	QuoteKey {
		signer: ak
			.qualified_name(&EkPublic::P256 { x, y })
			.expect("two different keys"),
		ak,
		class: record.class,
		pcr_digest: pcr_digest(),
		firmware_version: FIRMWARE,
		manifest_root: MANIFEST,
		boot: Boot {
			seq: record.boot_seq,
			counters: Counters {
				clock: record.clock,
				reset_count: RESETS,
				restart_count: 0,
				safe: true,
			},
			accepted_at: record.accepted_at,
		},
	}
}

/// What a quote says.
#[derive(Clone)]
pub(crate) struct QuoteOf {
	pub(crate) module: ModuleId,
	pub(crate) extra_data: Hash,
	pub(crate) clock: u64,
	pub(crate) resets: u32,
	pub(crate) firmware: u64,
	pub(crate) pcr_digest: Hash,
}

impl QuoteOf {
	/// A quote of a module of this moment.
	pub(crate) fn now(module: ModuleId, extra_data: Hash) -> Self {
		let record = world::Modules::<Test>::get(module).expect("a module");
		Self {
			module,
			extra_data,
			clock: record.clock + (Timestamp::get() - record.accepted_at),
			resets: RESETS,
			firmware: FIRMWARE,
			pcr_digest: pcr_digest(),
		}
	}

	pub(crate) fn bytes(&self) -> Vec<u8> {
		let record = world::Modules::<Test>::get(self.module).expect("a module");
		[
			&hex!("ff54434780180022")[..],
			&quote_key(self.module, &record).signer.0,
			&[0, 32],
			&self.extra_data,
			&self.clock.to_be_bytes(),
			&self.resets.to_be_bytes(),
			&0u32.to_be_bytes(),
			&[1],
			&self.firmware.to_be_bytes(),
			&hex!("00000001000b03"),
			&PcrSelection::UEFI.to_bytes(),
			&[0, 32],
			&self.pcr_digest,
		]
		.concat()
	}
}

/// The TPM of a module signs a quote.
pub(crate) fn tpm_sign(module: ModuleId, quote: &[u8]) -> Vec<u8> {
	let signature: Signature = signing_key(module, 0)
		.sign_prehash(&sha2_256(quote))
		.expect("a signature");
	let (r, s) = signature.split_bytes();
	[&hex!("0018000b0020")[..], &r, &[0, 32], &s].concat()
}

/// A certified module.
pub(crate) fn add_module(id: ModuleId, owner: AccountId) {
	world::Modules::<Test>::insert(
		id,
		world::Machine {
			owner,
			status: ACTIVE,
			living: true,
			class: HardwareClass::B,
			boot_seq: 1,
			since: System::block_number(),
			weight: 1_000_000,
			accepted_at: Timestamp::get(),
			clock: 50_000,
		},
	);
}

/// Changes a module.
pub(crate) fn with_module(id: ModuleId, change: impl FnOnce(&mut world::Machine)) {
	world::Modules::<Test>::mutate(id, |record| change(record.as_mut().expect("a module")));
}

/// Account of the session key of a module's present boot.
pub(crate) fn session(id: ModuleId) -> AccountId {
	let record = world::Modules::<Test>::get(id).expect("a module");
	keys_of(id, record.boot_seq).session.into()
}

/// The machine reboots: other keys.
pub(crate) fn reboot(id: ModuleId) {
	with_module(id, |record| record.boot_seq += 1);
}

/// A content that is told apart by a number.
pub(crate) fn content(n: u8) -> Content {
	Content {
		cid: Cid::new(Cid::RAW, [n; 32]),
		ciphertext_hash: [n; 32],
		commitment: [n.wrapping_add(100); 32],
		size: 1_000,
	}
}

/// Deployment number `n`, owned by account 50 + n, delegated by module 7, free.
pub(crate) fn deploy(n: u8, kind: Kind, visibility: Visibility) -> DeploymentId {
	let id = DeploymentId([n; 32]);
	world::Items::<Test>::insert(
		id,
		world::Deployment {
			owner: account(50 + n),
			kind,
			visibility,
			content: content(n),
			charge: Charge::Free,
			terms: [n; 32],
			delegator: ModuleId(7),
			checker: Checker::None,
			refusal: None,
			expires: 10_000,
			max_output: 1_000_000,
			ad_hoc: true,
		},
	);
	id
}

/// Changes a deployment.
pub(crate) fn with_deployment(id: DeploymentId, change: impl FnOnce(&mut world::Deployment)) {
	world::Items::<Test>::mutate(id, |item| change(item.as_mut().expect("a deployment")));
}

/// A module pins a deployment in its present boot.
pub(crate) fn pin(
	id: DeploymentId,
	module: ModuleId,
	parent: Option<ModuleId>,
	while_degraded: bool,
) {
	let boot_seq = world::Modules::<Test>::get(module)
		.expect("a module")
		.boot_seq;
	world::Pins::<Test>::insert(
		(id, module),
		(
			boot_seq,
			LivePin {
				link: sha2_256(&(id, module, boot_seq).encode()),
				parent,
				while_degraded,
				since: System::block_number(),
			},
		),
	);
}

/// Ad-hoc content.
pub(crate) fn ad_hoc(n: u8, sealed: bool) -> Source {
	Source::AdHoc(AdHoc {
		content: content(n),
		sealed,
	})
}

/// A client that the tests use.
pub(crate) fn client() -> AccountId {
	account(1)
}

/// What a client asks for.
#[derive(Clone)]
pub(crate) struct Ask {
	pub(crate) client: AccountId,
	pub(crate) code: Source,
	pub(crate) data: Vec<Source>,
	pub(crate) params: Vec<u8>,
	pub(crate) limits: Limits,
	pub(crate) max_price: Balance,
	pub(crate) deadline: u32,
	pub(crate) options: Options<AccountId, Balance, u32>,
}

impl Default for Ask {
	fn default() -> Self {
		Self {
			client: client(),
			code: ad_hoc(1, false),
			data: vec![ad_hoc(2, false)],
			params: b"params".to_vec(),
			limits: Limits {
				fuel: 50_000_000,
				pages: 16,
				output: 1_000,
				wall_ms: 1_000,
			},
			max_price: 10_000_000_000,
			deadline: 100,
			options: Options {
				needs: Needs::default(),
				key_wait: None,
				allow_own: false,
				payee: None,
			},
		}
	}
}

impl Ask {
	pub(crate) fn of(code: Source, data: Vec<Source>) -> Self {
		Self {
			code,
			data,
			..Default::default()
		}
	}

	pub(crate) fn try_post(&self) -> DispatchResult {
		Errand::post(
			signed(&self.client),
			self.code.clone(),
			BoundedVec::truncate_from(self.data.clone()),
			BoundedVec::truncate_from(self.params.clone()),
			[0xc1; 32],
			self.limits,
			self.max_price,
			self.deadline,
			self.options.clone(),
		)
	}

	pub(crate) fn post(&self) -> ErrandId {
		let errand = NextErrand::<Test>::get();
		assert_ok!(self.try_post());
		errand
	}
}

/// An errand of plain ad-hoc sources.
pub(crate) fn post() -> ErrandId {
	Ask::default().post()
}

/// An errand that is not final.
pub(crate) fn record(errand: ErrandId) -> ErrandRecordOf<Test> {
	Errands::<Test>::get(errand).expect("not final")
}

/// A final errand.
pub(crate) fn finished(errand: ErrandId) -> FinishedRecordOf<Test> {
	Finished::<Test>::get(errand).expect("final")
}

/// Its outcome.
pub(crate) fn outcome(errand: ErrandId) -> Outcome {
	finished(errand).outcome
}

/// The ticket of a module for an errand as it stands.
pub(crate) fn ticket(errand: ErrandId, module: ModuleId) -> TicketProof {
	let record = record(errand);
	let beacon = <World as Draws<_, _>>::beacon(record.draw.fixed_in + 1).unwrap_or_default();
	let subject = (errand, record.attempt).encode();
	let boot_seq = world::Modules::<Test>::get(module)
		.expect("a module")
		.boot_seq;
	prove(
		module,
		boot_seq,
		&<World as Tickets<u32>>::input(&subject, &beacon),
	)
}

/// A module claims.
pub(crate) fn claim(errand: ErrandId, module: ModuleId) -> DispatchResultWithInfo<PostInfo> {
	Errand::claim(signed(&session(module)), errand, ticket(errand, module))
}

/// Waits until claims open, has one module claim, and waits until it is the executor.
pub(crate) fn assign_to(errand: ErrandId, module: ModuleId) {
	advance_to((record(errand).draw.fixed_in + 2).max(System::block_number()));
	assert_ok!(claim(errand, module));
	advance(1);
}

/// The executor of the tests.
pub(crate) const X: ModuleId = ModuleId(1);

/// A posted errand that module 1 runs.
pub(crate) fn assigned() -> ErrandId {
	let errand = post();
	assign_to(errand, X);
	errand
}

/// The assignment of an errand.
pub(crate) fn assignment(errand: ErrandId) -> AssignmentOf<Test> {
	record(errand).assignment().expect("assigned").clone()
}

/// The account that acts for a verifier.
pub(crate) fn verifier(errand: ErrandId, position: u8) -> AccountId {
	match &assignment(errand).verifiers[usize::from(position)] {
		Member::Module(module) => session(*module),
		Member::Registrar(account) => account.clone(),
	}
}

/// The module at a position of the committee.
pub(crate) fn verifier_module(errand: ErrandId, position: u8) -> ModuleId {
	match &assignment(errand).verifiers[usize::from(position)] {
		Member::Module(module) => *module,
		Member::Registrar(_) => panic!("a registrar"),
	}
}

/// What the executor would say about a run that used this much fuel.
pub(crate) fn body(errand: ErrandId, exit: Exit, fuel: u64) -> PotBody {
	let record = record(errand);
	let assignment = assignment(errand);
	let links = assignment.keys.iter().filter_map(|path| match path {
		KeyPath::Pin { link, .. } | KeyPath::Supplied(link) => Some(*link),
		_ => None,
	});
	PotBody {
		domain: POT_DOMAIN,
		errand,
		attempt: record.attempt,
		executor: assignment.executor,
		boot_seq: assignment.boot_seq,
		client_key: record.client_key,
		code: record.code.ciphertext_hash(),
		data: BoundedVec::truncate_from(
			record
				.data
				.iter()
				.map(|source| source.ciphertext_hash())
				.collect(),
		),
		links: BoundedVec::truncate_from(links.collect()),
		input: record.input,
		result: SealedResult {
			cid: Cid::new(Cid::RAW, [0xaa; 32]),
			ciphertext: [0xab; 32],
			commitment: [0xac; 32],
			enc: [0xad; 32],
		},
		exit,
		fuel,
		manifest_root: MANIFEST,
		block: assignment.assigned,
	}
}

/// Signs passes of these members over a PoT.
pub(crate) fn verdicts(errand: ErrandId, pot: &mut PotOf<Test>, members: &[u8]) {
	let hash = pot.body.hash();
	let quote = sha2_256(&pot.quote);
	pot.verdicts = BoundedVec::truncate_from(
		members
			.iter()
			.map(|member| {
				let pass = Errand::pass_of(
					errand,
					record(errand).attempt,
					&assignment(errand),
					*member,
					hash,
					quote,
				);
				let signature = pair_of(&verifier(errand, *member)).sign(&pass.payload());
				(*member, MultiSignature::from(signature))
			})
			.collect(),
	);
}

/// PoTs under one quote of the executor of the first.
pub(crate) fn batch(bodies: Vec<(ErrandId, PotBody)>) -> Vec<PotOf<Test>> {
	let hashes: Vec<Hash> = bodies.iter().map(|(_, body)| body.hash()).collect();
	let root = batch_root(&hashes).expect("a batch");
	let module = bodies[0].1.executor;
	let boot_seq = bodies[0].1.boot_seq;
	let nonces = sha2_256(b"nonces");
	let binding = PotBinding {
		genesis: Errand::genesis(),
		module: module.0,
		boot_seq,
		pot_root: root,
		nonces,
	};
	let quote = QuoteOf::now(module, binding.hash()).bytes();
	let signature = tpm_sign(module, &quote);
	bodies
		.into_iter()
		.enumerate()
		.map(|(index, (errand, body))| {
			let (path, depth) = batch_path(&hashes, index).expect("a member");
			let mut pot = tea_primitives::errand::Pot {
				body,
				batch: Batch {
					root,
					index: index as u8,
					len: hashes.len() as u8,
					path: BoundedVec::truncate_from(path[..depth].to_vec()),
				},
				nonces,
				quote: BoundedVec::truncate_from(quote.clone()),
				signature: BoundedVec::truncate_from(signature.clone()),
				verdicts: Default::default(),
			};
			verdicts(errand, &mut pot, &[0, 1, 2]);
			pot
		})
		.collect()
}

/// A PoT of its own quote, with verdicts.
pub(crate) fn pot_of(errand: ErrandId, body: PotBody) -> PotOf<Test> {
	batch(vec![(errand, body)]).remove(0)
}

/// A good PoT.
pub(crate) fn pot(errand: ErrandId) -> PotOf<Test> {
	pot_of(errand, body(errand, Exit::Ok, 50_000_000))
}

/// Signs the quote again after a change, and has the verifiers pass it again.
pub(crate) fn requote(errand: ErrandId, pot: &mut PotOf<Test>, change: impl FnOnce(&mut QuoteOf)) {
	let module = pot.body.executor;
	let binding = PotBinding {
		genesis: Errand::genesis(),
		module: module.0,
		boot_seq: pot.body.boot_seq,
		pot_root: pot.batch.root,
		nonces: pot.nonces,
	};
	let mut quote = QuoteOf::now(module, binding.hash());
	change(&mut quote);
	let bytes = quote.bytes();
	pot.signature = BoundedVec::truncate_from(tpm_sign(module, &bytes));
	pot.quote = BoundedVec::truncate_from(bytes);
	verdicts(errand, pot, &[0, 1, 2]);
}

/// The executor hands a PoT in.
pub(crate) fn complete(errand: ErrandId, pot: PotOf<Test>) -> DispatchResultWithInfo<PostInfo> {
	let executor = session(assignment(errand).executor);
	Errand::complete(signed(&executor), errand, Box::new(pot))
}

/// The executor finishes with this exit and fuel.
pub(crate) fn finish(errand: ErrandId, exit: Exit, fuel: u64) {
	let pot = pot_of(errand, body(errand, exit, fuel));
	assert_ok!(complete(errand, pot));
}

/// The executor gives up.
pub(crate) fn fail(errand: ErrandId, reason: FaultReason) -> DispatchResult {
	Errand::fail(
		signed(&session(assignment(errand).executor)),
		errand,
		reason,
	)
}

/// A verifier says no.
pub(crate) fn vote_fail(errand: ErrandId, position: u8) -> DispatchResult {
	let reason = RefuteReason::OtherPot;
	Errand::vote_fail(signed(&verifier(errand, position)), errand, reason)
}

/// A key holder supplies a key.
pub(crate) fn supply(
	errand: ErrandId,
	holder: &AccountId,
	source: u8,
	boot_seq: BootSeq,
) -> DispatchResult {
	let envelope = BoundedVec::truncate_from(vec![source + 1; 400]);
	Errand::supply_key(signed(holder), errand, source, boot_seq, envelope)
}

/// What somebody has on hold for errands.
pub(crate) fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::Errand.into(), who)
}

/// What was paid for a role.
pub(crate) fn paid(errand: ErrandId, role: Role) -> Vec<Balance> {
	finished(errand)
		.bill
		.lines
		.iter()
		.filter(|line| line.role == role && line.paid)
		.map(|line| line.amount)
		.collect()
}

/// Stands in for the runtime in benchmarks.
#[cfg(feature = "runtime-benchmarks")]
#[allow(unreachable_pub)]
pub struct Helper;

#[cfg(feature = "runtime-benchmarks")]
impl crate::BenchmarkHelper<Test> for Helper {
	fn fund(who: &AccountId, amount: Balance) {
		use frame_support::traits::fungible::Mutate;
		Balances::mint_into(who, amount).expect("money");
	}

	fn certify(module: ModuleId) -> [u8; 32] {
		with_module(module, |record| record.since = 0);
		keys_of(module, 1).session
	}

	fn tpm_sign(module: ModuleId, quote: &[u8]) -> Vec<u8> {
		tpm_sign(module, quote)
	}

	fn set_time() {
		world::Total::<Test>::put(1);
	}

	fn set_beacon(_: u32) {}

	fn verify_a_ticket() -> bool {
		true
	}

	fn sign(key: &[u8; 32], message: &[u8]) -> MultiSignature {
		pair_of(&AccountId::from(*key)).sign(message).into()
	}
}

/// The next module, of this owner.
pub(crate) fn module_of(owner: AccountId) -> ModuleId {
	let module = ModuleId(1 + world::Modules::<Test>::iter().count() as u32);
	add_module(module, owner);
	module
}

/// A deployment with a pin that has a parent.
#[cfg(feature = "runtime-benchmarks")]
pub(crate) fn bench_deploy(
	owner: &AccountId,
	kind: Kind,
	visibility: Visibility,
	pinner: ModuleId,
	_: BootSeq,
) -> DeploymentId {
	let n = 1 + world::Items::<Test>::iter().count() as u8;
	let id = deploy(n, kind, visibility);
	with_deployment(id, |item| {
		item.owner = owner.clone();
		item.charge = Charge::PerUse(10_000);
		item.delegator = pinner;
	});
	pin(id, pinner, Some(pinner), false);
	id
}

//! A runtime with money, a clock, and doubles of the other rooms that keep their promises.
#![allow(unreachable_pub)]

use crate::{self as pallet_errand};
use codec::{Decode, Encode};
use frame_support::{
	derive_impl, parameter_types,
	traits::{
		ConstU32, ConstU128, Contains, Hooks,
		fungible::{InspectHold, Mutate, MutateHold},
		tokens::{Fortitude, Precision, Preservation, Restriction},
	},
};
use sp_core::{
	H256, Pair,
	crypto::{VrfPublic, VrfSecret},
	sr25519::{
		self,
		vrf::{VrfSignData, VrfSignature, VrfTranscript},
	},
};
use sp_runtime::{
	AccountId32, BuildStorage, DispatchResult, MultiSignature,
	traits::{Convert, ConvertInto, IdentityLookup},
};
use std::{cell::RefCell, collections::BTreeMap};
use tea_primitives::{
	HardwareClass,
	camellia::{Camellias, CreditEvent, DrawWeight},
	deployment::{
		Charge, Checker, CodeRef, Content, DeploymentId, Deployments, Executor, Hash, Kind,
		LivePin, Refusal, Usage, UseOutcome, UseRequest, Visibility,
	},
	draw::{BeaconValue, Draw, DrawError, Drawn, Draws, FrugalDraws, Member, Membership},
	errand::{
		ActiveWeight, DutyStanding, Earnings, ErrandId, QuoteKey, QuoteKeyError, QuoteKeys,
		RefuteReason, Stakes, Suspects, TicketProof, TicketRefusal, TicketRequest, Tickets,
	},
	ids::{BootSeq, EkHash, ModuleId, ReleaseId},
	module::{Attested, BootKeys, Certificate, ModuleStatus},
};
use tea_tpm::{
	AkPublic, CertificateError, IssuerKey, RustCrypto, SigVerify, SignatureAlgorithm,
	SignatureError, TpmSignature,
};

pub(crate) type AccountId = AccountId32;
pub(crate) type Balance = u128;

/// What stands in for the other rooms. It lives in storage, so a refused call leaves it alone too.
#[frame_support::pallet(dev_mode)]
#[allow(missing_docs, unreachable_pub)]
pub(crate) mod world {
	use super::*;
	use frame_support::pallet_prelude::*;

	/// A module, and the software TPM behind it.
	#[derive(Clone, Encode, Decode, TypeInfo)]
	pub(crate) struct Machine {
		pub(crate) owner: AccountId,
		pub(crate) status: u8,
		pub(crate) living: bool,
		pub(crate) class: HardwareClass,
		pub(crate) boot_seq: BootSeq,
		pub(crate) since: u32,
		pub(crate) weight: u32,
		pub(crate) accepted_at: u64,
		pub(crate) clock: u64,
	}

	/// A deployment.
	#[derive(Clone, Encode, Decode, TypeInfo)]
	pub(crate) struct Deployment {
		pub(crate) owner: AccountId,
		pub(crate) kind: Kind,
		pub(crate) visibility: Visibility,
		pub(crate) content: Content,
		pub(crate) charge: Charge<Balance>,
		pub(crate) terms: Hash,
		pub(crate) delegator: ModuleId,
		pub(crate) checker: Checker,
		pub(crate) refusal: Option<Refusal>,
		pub(crate) expires: u32,
		pub(crate) max_output: u32,
		pub(crate) ad_hoc: bool,
	}

	/// What is at home in one slot: what a Camellia has earned and not given out.
	#[derive(Clone, Default, Encode, Decode, TypeInfo)]
	pub(crate) struct Earned {
		pub(crate) miner: BTreeMap<AccountId, Balance>,
	}

	#[pallet::pallet]
	#[pallet::without_storage_info]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {}

	#[pallet::composite_enum]
	pub enum HoldReason {
		Slot,
	}

	#[pallet::storage]
	pub(crate) type Modules<T> = StorageMap<_, Twox64Concat, ModuleId, Machine>;
	#[pallet::storage]
	pub(crate) type Registrars<T> = StorageValue<_, Vec<AccountId>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type ReleaseRetired<T> = StorageValue<_, bool, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Items<T> = StorageMap<_, Twox64Concat, DeploymentId, Deployment>;
	/// Modules that terms do not admit, by the hash of the terms.
	#[pallet::storage]
	pub(crate) type Blocked<T> = StorageMap<_, Twox64Concat, Hash, Vec<ModuleId>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Pins<T> =
		StorageMap<_, Twox64Concat, (DeploymentId, ModuleId), (BootSeq, LivePin<u32>)>;
	/// Uses that have begun and not ended.
	#[pallet::storage]
	pub(crate) type Uses<T> = StorageMap<_, Twox64Concat, (DeploymentId, Hash), u32, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Counted<T> = StorageMap<_, Twox64Concat, DeploymentId, u32, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Credit<T> = StorageValue<_, Vec<(ModuleId, CreditEvent)>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Suspected<T> =
		StorageValue<_, Vec<(ModuleId, BootSeq, RefuteReason)>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Dark<T> = StorageValue<_, Vec<u32>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type NoCommittee<T> = StorageValue<_, bool, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Fallen<T> = StorageValue<_, Vec<AccountId>, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Earnt<T> = StorageMap<_, Twox64Concat, ModuleId, Earned, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Total<T> = StorageValue<_, u64, ValueQuery>;
	#[pallet::storage]
	pub(crate) type Declared<T> = StorageMap<_, Twox64Concat, ModuleId, Balance, ValueQuery>;
}

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type World = world;
	#[runtime::pallet_index(4)]
	pub type Errand = pallet_errand;
}

type Block = frame_system::mocking::MockBlockU32<Test>;

/// Members of a committee.
pub(crate) const N: u32 = 4;
/// Windows and bounds, shortened where a test would otherwise wait for a day.
pub(crate) const MIN_DEADLINE: u32 = 4;
pub(crate) const MAX_DEADLINE: u32 = 400;
pub(crate) const KEY_WAIT: u32 = 60;
pub(crate) const OPEN_PATIENCE: u32 = 12;
pub(crate) const PINNERS_WAIT: u32 = 30;
pub(crate) const VERIFIER_PATIENCE: u32 = 3;
pub(crate) const ARCHIVE: u32 = 500;
pub(crate) const MAX_ERRANDS: u32 = 8;
pub(crate) const MAX_CLAIMS: u32 = 12;
pub(crate) const AGENDA_PER_BLOCK: u32 = 8;
pub(crate) const EXPIRIES_PER_BLOCK: u32 = 4;
pub(crate) const GAS_PRICE: Balance = 100;
pub(crate) const ENDOWMENT: Balance = 1_000_000_000_000_000;
pub(crate) const DEPOSIT: Balance = 1_000;
/// Cap of class C; the others have none.
pub(crate) const CAP: Balance = 200_000_000_000_000;
/// Milliseconds of the first block, and of a block.
pub(crate) const START: u64 = 1_800_000_000_000;
pub(crate) const SLOT: u64 = 3_000;
/// Manifest of the modules.
pub(crate) const MANIFEST: Hash = [6; 32];

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountData = pallet_balances::AccountData<Balance>;
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<DEPOSIT>;
}

impl world::Config for Test {}

thread_local! {
	static VERIFICATIONS: RefCell<u32> = const { RefCell::new(0) };
	static PAIRS: RefCell<BTreeMap<AccountId, sr25519::Pair>> = const { RefCell::new(BTreeMap::new()) };
}

/// Curve operations since the last look: signatures of TPMs and proofs of tickets.
pub(crate) fn curve_operations() -> u32 {
	VERIFICATIONS.with_borrow_mut(std::mem::take)
}

fn count_curve_operation() {
	VERIFICATIONS.with_borrow_mut(|count| *count += 1);
}

/// Verifies for real, and counts.
pub struct CountingVerify;

impl SigVerify for CountingVerify {
	fn attestation(
		key: &AkPublic,
		digest: &Hash,
		signature: &TpmSignature<'_>,
	) -> Result<(), SignatureError> {
		count_curve_operation();
		RustCrypto::attestation(key, digest, signature)
	}

	fn certificate(
		key: &IssuerKey,
		algorithm: SignatureAlgorithm,
		signed: &[u8],
		signature: &[u8],
	) -> Result<(), CertificateError> {
		count_curve_operation();
		RustCrypto::certificate(key, algorithm, signed, signature)
	}
}

parameter_types! {
	pub const GasPriceOfGenesis: Balance = GAS_PRICE;
}

/// Class C has a cap.
pub struct Caps;
impl Convert<HardwareClass, Option<Balance>> for Caps {
	fn convert(class: HardwareClass) -> Option<Balance> {
		(class == HardwareClass::C).then_some(CAP)
	}
}

impl pallet_errand::Config for Test {
	type ActiveWeight = World;
	type AgendaPerBlock = ConstU32<AGENDA_PER_BLOCK>;
	type ArchiveTime = ConstU32<ARCHIVE>;
	type Attested = World;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = crate::tests::lab::Helper;
	type Camellias = World;
	type ClassCap = Caps;
	type Clock = Timestamp;
	type CommitteeSize = ConstU32<N>;
	type Currency = Balances;
	type Deployments = World;
	type Draws = World;
	type Duties = World;
	type Earnings = World;
	type ExpiriesPerBlock = ConstU32<EXPIRIES_PER_BLOCK>;
	type GovernanceOrigin = frame_system::EnsureRoot<AccountId>;
	type InitialGasPrice = GasPriceOfGenesis;
	type KeyWait = ConstU32<KEY_WAIT>;
	type MaxClaimsPerBlock = ConstU32<MAX_CLAIMS>;
	type MaxDeadline = ConstU32<MAX_DEADLINE>;
	type MaxErrandsPerModule = ConstU32<MAX_ERRANDS>;
	type MemberSignature = MultiSignature;
	type Membership = World;
	type MinDeadline = ConstU32<MIN_DEADLINE>;
	type OpenPatience = ConstU32<OPEN_PATIENCE>;
	type PinnersWait = ConstU32<PINNERS_WAIT>;
	type QuoteKeys = World;
	type RuntimeHoldReason = RuntimeHoldReason;
	type SessionAccount = ConvertInto;
	type SigVerify = CountingVerify;
	type Stakes = World;
	type Suspects = World;
	type Tickets = World;
	type VerifierPatience = ConstU32<VERIFIER_PATIENCE>;
	type WeightInfo = ();
}

/// Status codes of the double.
pub(crate) const ACTIVE: u8 = 0;
pub(crate) const INACTIVE: u8 = 1;
pub(crate) const RETIRED: u8 = 2;

/// Seed of a key of a module's boot.
pub(crate) fn key_seed(module: ModuleId, boot_seq: BootSeq, purpose: u8) -> [u8; 32] {
	sp_io::hashing::sha2_256(&(module, boot_seq, purpose).encode())
}

/// Keys of a module's boot.
pub(crate) fn keys_of(module: ModuleId, boot_seq: BootSeq) -> BootKeys {
	BootKeys {
		session: pair(key_seed(module, boot_seq, 0)).public().0,
		vrf: pair(key_seed(module, boot_seq, 1)).public().0,
		transport: key_seed(module, boot_seq, 2),
	}
}

impl Attested<AccountId, u32> for World {
	fn status(module: ModuleId) -> Option<ModuleStatus> {
		world::Modules::<Test>::get(module).map(|record| match record.status {
			ACTIVE => ModuleStatus::Active,
			RETIRED => ModuleStatus::Retired,
			_ => ModuleStatus::Inactive,
		})
	}

	fn certificate(module: ModuleId) -> Option<Certificate<u32>> {
		let record =
			world::Modules::<Test>::get(module).filter(|record| record.status == ACTIVE)?;
		Some(Certificate {
			module,
			boot_seq: record.boot_seq,
			round: 1,
			keys: keys_of(module, record.boot_seq),
			class: record.class,
			release: ReleaseId(1),
			since: record.since,
			until: u32::MAX,
		})
	}

	fn module_of_session(account: &AccountId) -> Option<(ModuleId, BootSeq)> {
		world::Modules::<Test>::iter()
			.find(|(id, record)| AccountId::from(keys_of(*id, record.boot_seq).session) == *account)
			.map(|(id, record)| (id, record.boot_seq))
	}
}

impl Membership<AccountId> for World {
	fn owner(member: &Member<AccountId>) -> Option<AccountId> {
		match member {
			Member::Module(module) => world::Modules::<Test>::get(module)
				.filter(|record| record.status == ACTIVE)
				.map(|record| record.owner),
			Member::Registrar(account) => world::Registrars::<Test>::get()
				.contains(account)
				.then(|| account.clone()),
		}
	}

	fn registrar(index: u32) -> Option<AccountId> {
		world::Registrars::<Test>::get()
			.get(index as usize)
			.cloned()
	}

	fn registrars() -> u32 {
		world::Registrars::<Test>::get().len() as u32
	}
}

impl QuoteKeys for World {
	fn quote_key(module: ModuleId) -> Result<QuoteKey, QuoteKeyError> {
		if world::ReleaseRetired::<Test>::get() {
			return Err(QuoteKeyError::ReleaseNotAccepted);
		}
		let record = world::Modules::<Test>::get(module)
			.filter(|record| record.status == ACTIVE)
			.ok_or(QuoteKeyError::NotCertified)?;
		Ok(crate::tests::lab::quote_key(module, &record))
	}
}

impl Camellias<AccountId> for World {
	fn owner(module: ModuleId) -> Option<AccountId> {
		world::Modules::<Test>::get(module)
			.filter(|record| record.living)
			.map(|record| record.owner)
	}

	fn operator(_: ModuleId) -> Option<AccountId> {
		None
	}

	fn is_living(module: ModuleId) -> bool {
		world::Modules::<Test>::get(module).is_some_and(|record| record.living)
	}

	fn hardware(_: ModuleId) -> Option<EkHash> {
		None
	}

	fn planted() -> u32 {
		world::Modules::<Test>::iter().count() as u32
	}

	fn plant(_: ModuleId, _: EkHash) -> DispatchResult {
		Ok(())
	}

	fn unbind(_: ModuleId) {}

	fn draw_weight(module: ModuleId) -> Option<DrawWeight> {
		world::Modules::<Test>::get(module).map(|record| DrawWeight(record.weight))
	}

	fn note(module: ModuleId, event: CreditEvent) {
		world::Credit::<Test>::append((module, event));
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn bear(owner: &AccountId) -> Result<ModuleId, sp_runtime::DispatchError> {
		Ok(crate::tests::lab::module_of(owner.clone()))
	}
}

impl Draws<AccountId, u32> for World {
	fn beacon(block: u32) -> Option<BeaconValue> {
		let now = System::block_number();
		let known = block < now && !world::Dark::<Test>::get().contains(&block);
		known.then(|| sp_io::hashing::sha2_256(&("beacon", block).encode()))
	}

	fn committee(draw: &Draw<'_, AccountId, u32>) -> Result<Vec<Member<AccountId>>, DrawError> {
		Self::draw(draw, u32::MAX).committee
	}
}

impl FrugalDraws<AccountId, u32> for World {
	fn draw(draw: &Draw<'_, AccountId, u32>, candidates: u32) -> Drawn<AccountId> {
		let failed = |error, looked_at| Drawn {
			committee: Err(error),
			looked_at,
		};
		let Some(beacon) = Self::beacon(draw.block) else {
			return failed(DrawError::NoBeacon, 0);
		};
		if world::NoCommittee::<Test>::get() {
			return failed(DrawError::NoCommittee, 0);
		}
		let mut pool: Vec<_> = world::Modules::<Test>::iter_keys()
			.map(Member::Module)
			.collect();
		pool.extend(
			world::Registrars::<Test>::get()
				.into_iter()
				.map(Member::Registrar),
		);
		pool.sort_by_key(|member| {
			sp_io::hashing::sha2_256(&(draw.purpose, draw.subject, beacon, member).encode())
		});
		let mut owners = draw.excluded_owners.to_vec();
		let mut drawn = Vec::new();
		for (looked_at, member) in (1..=candidates).zip(pool) {
			if let Some(owner) = <World as Membership<_>>::owner(&member)
				&& !owners.contains(&owner)
				&& !draw.excluded.contains(&member)
			{
				owners.push(owner);
				drawn.push(member);
			}
			if drawn.len() == draw.size as usize {
				return Drawn {
					committee: Ok(drawn),
					looked_at,
				};
			}
		}
		failed(DrawError::NoCommittee, candidates)
	}
}

impl ActiveWeight for World {
	fn of_active(_: u32) -> u64 {
		world::Total::<Test>::get()
	}
}

/// What the VRF of the tests signs.
pub(crate) fn sign_data(input: &Hash) -> VrfSignData {
	VrfTranscript::new(b"test", &[(b"input", input)]).into_sign_data()
}

/// Genuine VRF, evenly distributed values: the double keeps the promises that matter here.
fn judge(
	request: &TicketRequest<'_, u32>,
	pre_output: &[u8; 32],
) -> Result<(u128, Hash), TicketRefusal> {
	if request.key_since >= request.fixed_in {
		return Err(TicketRefusal::KeyTooNew);
	}
	let beacon =
		<World as Draws<_, _>>::beacon(request.fixed_in + 1).ok_or(TicketRefusal::NoBeacon)?;
	let input = <World as Tickets<u32>>::input(request.subject, &beacon);
	let hash = sp_io::hashing::blake2_256(&(request.key, input, pre_output).encode());
	let random = u64::decode(&mut &hash[..]).expect("eight bytes");
	let value = u128::from(random) * 1_000_000 / u128::from(request.weight.0);
	let first = u128::from(u64::MAX) * 1_500_000 / u128::from(request.total_weight.max(1));
	let threshold = first.checked_shl(request.blocks_open).unwrap_or(u128::MAX);
	if request.blocks_open < 10 && value > threshold {
		return Err(TicketRefusal::TooHigh);
	}
	Ok((value, input))
}

impl Tickets<u32> for World {
	fn without_proof(
		request: &TicketRequest<'_, u32>,
		pre_output: &[u8; 32],
	) -> Result<u128, TicketRefusal> {
		judge(request, pre_output).map(|(value, _)| value)
	}

	fn with_proof(
		request: &TicketRequest<'_, u32>,
		proof: &TicketProof,
	) -> Result<u128, TicketRefusal> {
		let (value, input) = judge(request, &proof.pre_output)?;
		count_curve_operation();
		let signature = proof.using_encoded(|mut bytes| VrfSignature::decode(&mut bytes));
		let key = sr25519::Public::from_raw(*request.key);
		signature
			.is_ok_and(|signature| key.vrf_verify(&sign_data(&input), &signature))
			.then_some(value)
			.ok_or(TicketRefusal::BadProof)
	}

	fn input(subject: &[u8], beacon: &BeaconValue) -> Hash {
		sp_io::hashing::blake2_256(&(subject, beacon).encode())
	}
}

/// The ticket of a module's boot for an input.
pub(crate) fn prove(module: ModuleId, boot_seq: BootSeq, input: &Hash) -> TicketProof {
	let signature = pair(key_seed(module, boot_seq, 1)).vrf_sign(&sign_data(input));
	TicketProof::decode(&mut &signature.encode()[..]).expect("output and proof")
}

impl DutyStanding<AccountId> for World {
	fn is_feeless(who: &AccountId) -> bool {
		!world::Fallen::<Test>::get().contains(who)
	}
}

impl Suspects for World {
	fn refuted(module: ModuleId, boot_seq: BootSeq, _: ErrandId, reason: RefuteReason) {
		world::Suspected::<Test>::append((module, boot_seq, reason));
	}
}

/// Where earnings wait.
pub(crate) fn earnings() -> AccountId {
	AccountId::from([0xec; 32])
}

/// No stakers here: everything is the miner's, pulled by [`pull`].
impl Earnings<AccountId, Balance> for World {
	fn account() -> AccountId {
		earnings()
	}

	fn accrue(module: ModuleId, beneficiary: &AccountId, amount: Balance) -> bool {
		if !<World as Camellias<_>>::is_living(module) {
			return false;
		}
		world::Earnt::<Test>::mutate(module, |earned| {
			*earned.miner.entry(beneficiary.clone()).or_default() += amount;
		});
		true
	}
}

/// What a beneficiary has earned with a module and not pulled.
pub(crate) fn earned(module: ModuleId, beneficiary: &AccountId) -> Balance {
	world::Earnt::<Test>::get(module)
		.miner
		.get(beneficiary)
		.copied()
		.unwrap_or_default()
}

/// Pulls it.
pub(crate) fn pull(module: ModuleId, beneficiary: &AccountId) -> Balance {
	let amount = world::Earnt::<Test>::mutate(module, |earned| {
		earned.miner.remove(beneficiary).unwrap_or_default()
	});
	<Balances as Mutate<_>>::transfer(&earnings(), beneficiary, amount, Preservation::Preserve)
		.expect("earnings are there");
	amount
}

impl Stakes<AccountId, Balance> for World {
	fn slash_silence(module: ModuleId, at_most: Balance, to: &AccountId) -> Balance {
		let Some(owner) = <World as Camellias<_>>::owner(module) else {
			return 0;
		};
		let reason = world::HoldReason::Slot.into();
		let part = Balances::balance_on_hold(&reason, &owner) / 100;
		Balances::transfer_on_hold(
			&reason,
			&owner,
			to,
			part.min(at_most),
			Precision::BestEffort,
			Restriction::Free,
			Fortitude::Force,
		)
		.unwrap_or_default()
	}
}

/// Puts this much into slot 0 of a module.
pub(crate) fn stake(module: ModuleId, amount: Balance) {
	let owner = <World as Camellias<_>>::owner(module).expect("a module");
	Balances::hold(&world::HoldReason::Slot.into(), &owner, amount).expect("the owner is rich");
}

impl Deployments<AccountId, Balance, u32> for World {
	fn quote_use(
		id: &DeploymentId,
		request: &UseRequest<'_, AccountId, u32>,
	) -> Result<Usage<AccountId, Balance>, Refusal> {
		let item = world::Items::<Test>::get(id).ok_or(Refusal::UnknownDeployment)?;
		if let Some(refusal) = item.refusal {
			return Err(refusal);
		}
		if item.kind != request.kind {
			return Err(Refusal::WrongKind);
		}
		if request.deadline > item.expires {
			return Err(Refusal::Expired);
		}
		if item.kind == Kind::Data {
			if request.max_output > item.max_output {
				return Err(Refusal::OutputTooLarge);
			}
			if request.code == CodeRef::AdHoc && !item.ad_hoc {
				return Err(Refusal::CodeNotAllowed);
			}
		}
		Ok(Usage {
			owner: item.owner,
			visibility: item.visibility,
			content: item.content,
			charge: item.charge,
			terms: item.terms,
			delegator: item.delegator,
			checker: item.checker,
		})
	}

	fn begin_use(id: &DeploymentId, _: &AccountId, usage: &Usage<AccountId, Balance>, _: u32) {
		world::Uses::<Test>::mutate((id, usage.terms), |uses| *uses += 1);
	}

	fn end_use(
		id: &DeploymentId,
		_: &AccountId,
		terms: &Hash,
		charge: &Charge<Balance>,
		outcome: UseOutcome,
	) -> Balance {
		world::Uses::<Test>::mutate((id, terms), |uses| {
			*uses = uses.checked_sub(1).expect("each use ends once");
		});
		if outcome != UseOutcome::NotCounted {
			world::Counted::<Test>::mutate(id, |count| *count += 1);
		}
		if outcome == UseOutcome::Confirmed {
			charge.at_most()
		} else {
			0
		}
	}

	fn may_execute(
		id: &DeploymentId,
		terms: &Hash,
		executor: &Executor<'_, AccountId, u32>,
	) -> Result<(), Refusal> {
		let certificate = executor.certificate;
		if world::Blocked::<Test>::get(terms).contains(&certificate.module) {
			return Err(Refusal::NodeNotAllowed);
		}
		let item = world::Items::<Test>::get(id).ok_or(Refusal::UnknownDeployment)?;
		if item.visibility == Visibility::Hosted
			&& Self::pin(id, certificate.module, certificate.boot_seq).is_none()
		{
			return Err(Refusal::NotPinner);
		}
		Ok(())
	}

	fn pin(id: &DeploymentId, module: ModuleId, boot_seq: BootSeq) -> Option<LivePin<u32>> {
		world::Pins::<Test>::get((id, module))
			.filter(|(boot, _)| *boot == boot_seq)
			.map(|(_, pin)| pin)
	}

	fn pinners(id: &DeploymentId, limit: u32) -> Vec<ModuleId> {
		world::Pins::<Test>::iter_keys()
			.filter(|(of, _)| of == id)
			.map(|(_, module)| module)
			.take(limit as usize)
			.collect()
	}

	fn declared_value(module: ModuleId) -> Balance {
		world::Declared::<Test>::get(module)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn bench_deploy(
		owner: &AccountId,
		kind: Kind,
		visibility: Visibility,
		pinner: ModuleId,
		boot_seq: BootSeq,
	) -> DeploymentId {
		crate::tests::lab::bench_deploy(owner, kind, visibility, pinner, boot_seq)
	}
}

/// A key pair of the test, found again by its account.
pub(crate) fn pair(seed: [u8; 32]) -> sr25519::Pair {
	let pair = sr25519::Pair::from_seed(&seed);
	PAIRS.with_borrow_mut(|pairs| pairs.insert(pair.public().into(), pair.clone()));
	pair
}

/// The key pair behind an account that the test has made.
pub(crate) fn pair_of(account: &AccountId) -> sr25519::Pair {
	PAIRS.with_borrow(|pairs| pairs[account].clone())
}

/// Account number `n` of people.
pub(crate) fn account(n: u8) -> AccountId {
	pair([n; 32]).public().into()
}

/// A chain with modules of different owners.
pub(crate) struct ExtBuilder {
	modules: u32,
	registrars: u8,
}

impl Default for ExtBuilder {
	fn default() -> Self {
		Self {
			modules: 8,
			registrars: 0,
		}
	}
}

impl ExtBuilder {
	/// So many modules, numbered from 1.
	pub(crate) fn modules(mut self, count: u32) -> Self {
		self.modules = count;
		self
	}

	/// So many registrars.
	pub(crate) fn registrars(mut self, count: u8) -> Self {
		self.registrars = count;
		self
	}

	/// The state in the first block in which everything is old enough.
	pub(crate) fn build(self) -> sp_io::TestExternalities {
		let mut balances: Vec<_> = (1..=100).map(|n| (account(n), ENDOWMENT)).collect();
		balances.push((earnings(), DEPOSIT));
		let storage = RuntimeGenesisConfig {
			balances: pallet_balances::GenesisConfig {
				balances,
				..Default::default()
			},
			..Default::default()
		}
		.build_storage()
		.expect("the test names a valid genesis");
		let mut ext = sp_io::TestExternalities::new(storage);
		ext.execute_with(|| {
			advance_to(1);
			for n in 1..=self.modules {
				crate::tests::lab::add_module(ModuleId(n), account(100 - n as u8));
			}
			world::Registrars::<Test>::put(
				(0..self.registrars)
					.map(|n| account(60 + n))
					.collect::<Vec<_>>(),
			);
			world::Total::<Test>::put(1);
			advance_to(5);
			System::reset_events();
		});
		curve_operations();
		ext
	}

	/// Runs the test, then checks the invariants, and that no money came or went.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			let issuance = Balances::total_issuance();
			test();
			check_everything(issuance);
		});
	}
}

/// The invariants, and that money only moved.
pub(crate) fn check_everything(issuance: Balance) {
	Errand::do_try_state().expect("the invariants hold after every test");
	assert_eq!(
		Balances::total_issuance(),
		issuance,
		"nothing is minted or burnt"
	);
	let all: Balance = frame_system::Account::<Test>::iter_values()
		.map(|info| info.data.free + info.data.reserved)
		.sum();
	assert_eq!(all, issuance, "every unit is on an account");
	assert_eq!(on_hold(), open_holds(), "every hold belongs to an errand");
	let uses: u32 = world::Uses::<Test>::iter_values().sum();
	let open: u32 = crate::Errands::<Test>::iter_values()
		.map(|record| record.deployments().count() as u32)
		.sum();
	assert_eq!(uses, open, "every use ends with its errand");
	let earned: Balance = world::Earnt::<Test>::iter_values()
		.flat_map(|earned| earned.miner.into_values())
		.sum();
	assert_eq!(
		Balances::free_balance(earnings()),
		DEPOSIT + earned,
		"what waits to be pulled is there"
	);
}

/// What is on hold for errands, on any account.
pub(crate) fn on_hold() -> Balance {
	let reason: RuntimeHoldReason = crate::HoldReason::Errand.into();
	pallet_balances::Holds::<Test>::iter_values()
		.flat_map(|holds| holds.into_iter())
		.filter(|hold| hold.id == reason)
		.map(|hold| hold.amount)
		.sum()
}

/// What open errands say that is on hold.
pub(crate) fn open_holds() -> Balance {
	crate::Errands::<Test>::iter_values()
		.map(|record| record.held)
		.sum()
}

/// The hash that the chain of the tests gives to a block.
pub(crate) fn hash_of(block: u32) -> H256 {
	H256(sp_io::hashing::sha2_256(&("block", block).encode()))
}

/// Goes through the blocks up to this one.
pub(crate) fn advance_to(block: u32) {
	while System::block_number() < block {
		let now = System::block_number();
		Errand::on_finalize(now);
		let next = now + 1;
		System::initialize(&next, &hash_of(now), &Default::default());
		Timestamp::set_timestamp(START + u64::from(next) * SLOT);
		Errand::on_initialize(next);
	}
}

/// Goes on by so many blocks.
pub(crate) fn advance(blocks: u32) {
	advance_to(System::block_number() + blocks);
}

/// The events of this pallet in this block.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
	System::read_events_for_pallet::<crate::Event<Test>>()
}

/// What moved anybody's credit, oldest first, since the last look.
pub(crate) fn credit() -> Vec<(ModuleId, CreditEvent)> {
	world::Credit::<Test>::take()
}

/// A signed origin.
pub(crate) fn signed(who: &AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(who.clone())
}

/// Whether a module is busy, as the registry of modules asks.
pub(crate) fn is_busy(module: ModuleId) -> bool {
	crate::Busy::<Test>::contains(&module)
}

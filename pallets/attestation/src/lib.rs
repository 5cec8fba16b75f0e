#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod errors;
mod extension;
mod genesis;
mod impls;
#[cfg(test)]
mod mock;
mod offences;
mod parameters;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::{BenchmarkHelper, KeystoreHelper};
pub use errors::*;
pub use extension::{DutyGuard, DutySubjects};
pub use genesis::{GenesisIssuer, GenesisRegistrar, GenesisRelease};
pub use offences::*;
pub use pallet::*;
pub use parameters::*;
pub use types::*;
pub use weights::WeightInfo;

/// Configuration, storage and calls of the registry of modules.
#[frame_support::pallet]
pub mod pallet {
	use crate::{genesis::*, types::*, *};
	use alloc::vec::Vec;
	use frame_support::{
		PalletId,
		pallet_prelude::*,
		traits::{Contains, UnixTime, fungible},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::{Convert, IdentifyAccount, Verify};
	use tea_primitives::{
		HardwareClass,
		camellia::Camellias,
		draw::{Draws, KnownGood, Purpose},
		ids::{BootSeq, EkHash, IssuerId, ModuleId, ReleaseId, Round},
		module::{Certificate, ModuleStatus},
		verdict::FailReason,
	};
	use tea_tpm::{Hash, evidence::FirmwareRange};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The registry of modules.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// Who registers issuers, releases and registrars.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// What bonds are made of.
		type Currency: fungible::Balanced<Self::AccountId>
			+ fungible::Mutate<Self::AccountId>
			+ fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons to hold money.
		type RuntimeHoldReason: From<HoldReason>;

		/// The registry of Camelliae: who owns and operates a module, and what credit it has.
		type Camellias: Camellias<Self::AccountId>;

		/// Beacon and draws.
		type Draws: Draws<Self::AccountId, BlockNumberFor<Self>>;

		/// What a draw costs at worst: almost all candidates are of one owner, or excluded. It comes on top of what
		/// `WeightInfo::draw` measures.
		type DrawWeight: Get<Weight>;

		/// The set that committees are drawn from.
		type KnownGood: KnownGood<Self::AccountId>;

		/// The clock of the chain, which TPM clocks and certificates are compared with.
		type Clock: UnixTime;

		/// Number of the epoch, in which failed duty calls are counted.
		type Epoch: Get<u64>;

		/// Signature of a member over its verdict.
		type MemberSignature: Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>>
			+ Parameter
			+ MaxEncodedLen;

		/// Account of a session key.
		type SessionAccount: Convert<[u8; 32], Self::AccountId>;

		/// Where the signatures of TPMs and issuers are verified.
		type SigVerify: tea_tpm::SigVerify;

		/// Modules with open work: their hardware cannot be replaced.
		type Busy: Contains<ModuleId>;

		/// What feeless calls of other pallets are about.
		type OtherDuties: DutySubjects<Self::RuntimeCall>;

		/// Who is paid for public duties.
		type Rewards: RewardsHook<Self::AccountId>;

		/// Members of a committee (N).
		#[pallet::constant]
		type CommitteeSize: Get<u32>;

		/// Challengers of an enrolment (c).
		#[pallet::constant]
		type Challengers: Get<u32>;

		/// Right answers that prove an attestation key (k).
		#[pallet::constant]
		type CorrectAnswers: Get<u32>;

		/// Windows, periods and prices of a chain whose genesis says nothing else.
		#[pallet::constant]
		type DefaultParameters: Get<ParametersOf<Self>>;

		/// Between what governance may set them.
		#[pallet::constant]
		type ParameterBounds: Get<BoundsOf<Self>>;

		/// Names the account of the duty pool.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Blocks of a day, in which boots are counted.
		#[pallet::constant]
		type DayLength: Get<BlockNumberFor<Self>>;

		/// Living Camelliae from which on the shares of the classes are limited.
		#[pallet::constant]
		type ClassCapFrom: Get<u32>;

		/// Duty calls that may fail in an epoch before the next ones cost fees.
		#[pallet::constant]
		type MaxFailedDuties: Get<u32>;

		/// Registrars at most.
		#[pallet::constant]
		type MaxRegistrars: Get<u32>;

		/// Draws that may wait.
		#[pallet::constant]
		type MaxQueue: Get<u32>;

		/// Draws in one block.
		#[pallet::constant]
		type DrawsPerBlock: Get<u32>;

		/// Things that may be due in one block.
		#[pallet::constant]
		type AgendaPerBlock: Get<u32>;

		/// Priority of duty calls in the pool: they pay no tip.
		#[pallet::constant]
		type DutyPriority: Get<u64>;

		/// Weights of calls and hooks.
		type WeightInfo: WeightInfo;

		/// What the runtime does for the benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::MemberSignature, BlockNumberFor<Self>>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The bond of an enrolment and of the chip that it bound.
		#[codec(index = 0)]
		EnrolmentBond,
		/// The bond of a report whose second committee has not decided.
		#[codec(index = 1)]
		ReportBond,
	}

	/// Windows, periods and prices in force.
	#[pallet::storage]
	pub type CurrentParameters<T: Config> =
		StorageValue<_, ParametersOf<T>, ValueQuery, <T as Config>::DefaultParameters>;

	/// Whether software TPMs may enrol. False for ever in a live chain.
	#[pallet::storage]
	pub type DevAllowed<T: Config> = StorageValue<_, bool, ValueQuery>;

	/// Issuers of endorsement certificates.
	//
	// Twox64Concat: governance chooses the keys.
	#[pallet::storage]
	pub type Issuers<T: Config> = StorageMap<_, Twox64Concat, IssuerId, IssuerRecord>;

	/// Chips of each issuer, enrolled or enrolling.
	//
	// Twox64Concat: governance chooses the keys.
	#[pallet::storage]
	pub type ChipsOfIssuer<T: Config> = StorageMap<_, Twox64Concat, IssuerId, u32, ValueQuery>;

	/// Chips of each class, enrolled or enrolling.
	//
	// Twox64Concat: six keys.
	#[pallet::storage]
	pub type ChipsOfClass<T: Config> = StorageMap<_, Twox64Concat, HardwareClass, u32, ValueQuery>;

	/// Certificates that an issuer has revoked: SHA-256 of their serial numbers.
	//
	// Twox64Concat and Identity: governance chooses the keys, and the second one is a hash.
	#[pallet::storage]
	pub type DeniedSerials<T: Config> =
		StorageDoubleMap<_, Twox64Concat, IssuerId, Identity, Hash, ()>;

	/// Firmware that is refused, by the identifier of the TPM's maker.
	//
	// Twox64Concat: governance chooses the keys.
	#[pallet::storage]
	pub type DeniedFirmware<T: Config> = StorageMap<
		_,
		Twox64Concat,
		u32,
		BoundedVec<FirmwareDenial, ConstU32<MAX_DENIALS>>,
		ValueQuery,
	>;

	/// All releases that were ever registered.
	//
	// Twox64Concat: governance chooses the keys.
	#[pallet::storage]
	pub type Releases<T: Config> = StorageMap<_, Twox64Concat, ReleaseId, ReleaseRecordOf<T>>;

	/// The releases of each class that are not retired.
	///
	/// A list beside [`Releases`] because evidence is compared with all of them and must not walk a map.
	//
	// Twox64Concat: six keys.
	#[pallet::storage]
	pub type AcceptedReleases<T: Config> = StorageMap<
		_,
		Twox64Concat,
		HardwareClass,
		BoundedVec<ReleaseId, ConstU32<MAX_RELEASES>>,
		ValueQuery,
	>;

	/// Accounts that fill committees while there are too few Active modules.
	//
	// Blake2_128Concat: accounts.
	#[pallet::storage]
	pub type Registrars<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, RegistrarRecordOf<T>>;

	/// The registrars by position, without gaps: draws pick positions.
	//
	// Twox64Concat: positions are counted.
	#[pallet::storage]
	pub type RegistrarAt<T: Config> = StorageMap<_, Twox64Concat, u32, T::AccountId>;

	/// Number of registrars.
	#[pallet::storage]
	pub type RegistrarCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// Modules that were registered, and where they stand.
	//
	// Twox64Concat, here and below: module ids are counted by the chain.
	#[pallet::storage]
	pub type Modules<T: Config> = StorageMap<_, Twox64Concat, ModuleId, ModuleRecordOf<T>>;

	/// The last numbers of each module. Never removed, so that nothing signed is valid twice.
	#[pallet::storage]
	pub type Sequences<T: Config> = StorageMap<_, Twox64Concat, ModuleId, Sequence, ValueQuery>;

	/// Chips whose attestation key is proven.
	#[pallet::storage]
	pub type Chips<T: Config> = StorageMap<_, Twox64Concat, ModuleId, ChipRecordOf<T>>;

	/// Which module an endorsement key belongs to: one chip, one module.
	//
	// Identity: the key is a hash.
	#[pallet::storage]
	pub type EkOwners<T: Config> = StorageMap<_, Identity, EkHash, EkRecord<BlockNumberFor<T>>>;

	/// Enrolments in progress. Nothing in here is proven.
	#[pallet::storage]
	pub type Enrolments<T: Config> = StorageMap<_, Twox64Concat, ModuleId, EnrolmentRecordOf<T>>;

	/// What the challengers of an enrolment posted, by slot. Apart from [`Enrolments`], because blobs are long.
	//
	// Twox64Concat: module ids are counted, slots are few.
	#[pallet::storage]
	pub type Challenges<T: Config> =
		StorageDoubleMap<_, Twox64Concat, ModuleId, Twox64Concat, u8, ChallengeRecord>;

	/// Accounts that may not register before this block.
	//
	// Blake2_128Concat: accounts.
	#[pallet::storage]
	pub type CoolDowns<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, BlockNumberFor<T>>;

	/// The present boot of each module that posted one.
	#[pallet::storage]
	pub type Boots<T: Config> = StorageMap<_, Twox64Concat, ModuleId, BootRecordOf<T>>;

	/// Past boots, the oldest first, so that what they signed stays checkable.
	#[pallet::storage]
	pub type PastBoots<T: Config> = StorageMap<
		_,
		Twox64Concat,
		ModuleId,
		BoundedVec<PastBoot<BlockNumberFor<T>>, ConstU32<MAX_PAST_BOOTS>>,
		ValueQuery,
	>;

	/// The session accounts of present boots. What is not in here has no authority.
	//
	// Blake2_128Concat: modules choose their keys.
	#[pallet::storage]
	pub type Sessions<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, (ModuleId, BootSeq)>;

	/// What modules say about themselves.
	#[pallet::storage]
	pub type Profiles<T: Config> = StorageMap<_, Twox64Concat, ModuleId, Profile>;

	/// Attestation rounds in progress, one per module.
	#[pallet::storage]
	pub type Rounds<T: Config> = StorageMap<_, Twox64Concat, ModuleId, RoundRecordOf<T>>;

	/// Certificates. A record whose `until` has come counts as absent, whether or not it is still here.
	#[pallet::storage]
	pub type Certificates<T: Config> =
		StorageMap<_, Twox64Concat, ModuleId, CertificateRecordOf<T>>;

	/// Bonds of hardware that has left, by module and enrolment.
	//
	// Twox64Concat: both are counted by the chain.
	#[pallet::storage]
	pub type Unbondings<T: Config> =
		StorageDoubleMap<_, Twox64Concat, ModuleId, Twox64Concat, Round, UnbondingOf<T>>;

	/// Draws that wait for their beacon, by number.
	//
	// Twox64Concat: numbers are counted.
	#[pallet::storage]
	pub type DrawQueue<T: Config> = StorageMap<_, Twox64Concat, u32, DrawJobOf<T>>;

	/// Both ends of [`DrawQueue`].
	#[pallet::storage]
	pub type DrawQueueEnds<T: Config> = StorageValue<_, QueueEnds, ValueQuery>;

	/// What is due, by block.
	//
	// Twox64Concat: block numbers.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageMap<
		_,
		Twox64Concat,
		BlockNumberFor<T>,
		BoundedVec<AgendaItem<T::AccountId>, T::AgendaPerBlock>,
		ValueQuery,
	>;

	/// Accounts whose duty calls failed in dispatch. An entry leaves with the session key.
	//
	// Blake2_128Concat: accounts.
	#[pallet::storage]
	pub type FailedDutiesOf<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, FailedDuties, ValueQuery>;

	/// Offences that were proven, by what was proven: the same one counts once.
	//
	// Identity: the keys are hashes.
	#[pallet::storage]
	pub type Punished<T: Config> = StorageMap<_, Identity, Hash, BlockNumberFor<T>>;

	/// Reports whose second committees have not decided, by the module that they accuse.
	#[pallet::storage]
	pub type Reports<T: Config> =
		StorageMap<_, Twox64Concat, ModuleId, ReportRecord<T::AccountId, BalanceOf<T>>>;

	/// Public duties that the pool has not paid yet, by who owned the member when it did them.
	//
	// Blake2_128Concat: accounts.
	#[pallet::storage]
	pub type DutyPoints<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// How often each module booted today. An entry leaves with the hardware.
	#[pallet::storage]
	pub type BootsOfDay<T: Config> =
		StorageMap<_, Twox64Concat, ModuleId, DayCount<BlockNumberFor<T>>>;

	/// What happens to modules.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Governance registered an issuer or a newer record of one.
		#[codec(index = 0)]
		IssuerRegistered {
			/// The issuer.
			issuer: IssuerId,
			/// What the hardware behind its certificates can prove.
			class: HardwareClass,
			/// Version of the record.
			version: u32,
		},
		/// Governance accepts or suspends an issuer.
		#[codec(index = 1)]
		IssuerStatusSet {
			/// The issuer.
			issuer: IssuerId,
			/// What holds now.
			status: IssuerStatus,
		},
		/// A certificate was put on the deny list or taken off.
		#[codec(index = 2)]
		SerialDenialChanged {
			/// The issuer.
			issuer: IssuerId,
			/// Serial number of the certificate.
			serial: Serial,
			/// What was done.
			change: DenialChange,
		},
		/// Firmware was put on the deny list or taken off.
		#[codec(index = 3)]
		FirmwareDenialChanged {
			/// Identifier of the maker.
			vendor: u32,
			/// What is or was denied.
			denial: FirmwareDenial,
			/// What was done.
			change: DenialChange,
		},
		/// Governance accepts a release.
		#[codec(index = 4)]
		ReleaseRegistered {
			/// The release.
			release: ReleaseId,
			/// The class that it is for.
			class: HardwareClass,
		},
		/// A release is accepted no more.
		#[codec(index = 5)]
		ReleaseRetired {
			/// The release.
			release: ReleaseId,
		},
		/// Governance named a registrar, or changed what is known of it.
		#[codec(index = 6)]
		RegistrarSet {
			/// Its account.
			registrar: T::AccountId,
			/// On whose behalf it acts.
			owner: T::AccountId,
		},
		/// An account is registrar no more.
		#[codec(index = 7)]
		RegistrarRemoved {
			/// Its account.
			registrar: T::AccountId,
		},
		/// A chip was registered. Challengers are drawn with the beacon of the next block.
		#[codec(index = 8)]
		Registered {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// Identity of the chip.
			chip: EkHash,
			/// Who vouches for it.
			issuer: IssuerId,
			/// What its hardware can prove.
			class: HardwareClass,
			/// Who registered it.
			by: T::AccountId,
			/// What was put on hold.
			bond: BalanceOf<T>,
		},
		/// Challengers were drawn, at first or in place of others.
		#[codec(index = 9)]
		ChallengersDrawn {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// The challenger of every slot.
			challengers: CommitteeOf<T>,
			/// First block in which it is too late to post.
			deadline: BlockNumberFor<T>,
		},
		/// A challenge is on chain.
		#[codec(index = 10)]
		ChallengePosted {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// The slot.
			slot: u8,
		},
		/// The module may answer now.
		#[codec(index = 11)]
		AnswersWanted {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// First block in which it is too late.
			deadline: BlockNumberFor<T>,
		},
		/// The module calls blobs bad: their challengers must show their root values.
		#[codec(index = 12)]
		BlobsDisputed {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// Bit i: slot i.
			slots: u16,
			/// First block in which it is too late.
			deadline: BlockNumberFor<T>,
		},
		/// A dispute is settled.
		#[codec(index = 13)]
		DisputeSettled {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// The slot.
			slot: u8,
			/// Whether the challenger was at fault; else the answer counts as wrong.
			challenger_at_fault: bool,
		},
		/// The attestation key is proven and bound.
		#[codec(index = 14)]
		Enrolled {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// Identity of the chip.
			chip: EkHash,
		},
		/// An enrolment failed. The chip is free again, the bond came back.
		#[codec(index = 15)]
		EnrolmentFailed {
			/// The module.
			module: ModuleId,
			/// Number of the enrolment.
			round: Round,
			/// Identity of the chip.
			chip: EkHash,
			/// Why.
			reason: EnrolmentFailure,
		},
		/// A boot was posted. Keys of an older one have no authority from this block on.
		#[codec(index = 16)]
		BootPosted {
			/// The module.
			module: ModuleId,
			/// Number of the boot.
			boot_seq: BootSeq,
			/// Account of its session key.
			session: T::AccountId,
			/// Whether the last power-off was orderly.
			safe: bool,
		},
		/// A boot ended: its keys have no authority any more.
		#[codec(index = 17)]
		BootEnded {
			/// The module.
			module: ModuleId,
			/// Number of the boot.
			boot_seq: BootSeq,
			/// Account of its session key.
			session: T::AccountId,
		},
		/// A round was opened. Its committee is drawn with the beacon of the next block.
		#[codec(index = 18)]
		RoundOpened {
			/// The module.
			module: ModuleId,
			/// Number of the round.
			round: Round,
			/// First or second committee.
			purpose: Purpose,
			/// The boot that is examined.
			boot_seq: BootSeq,
			/// SHA-256 of the quote that is examined.
			evidence: Hash,
		},
		/// A committee was drawn.
		#[codec(index = 19)]
		CommitteeDrawn {
			/// The module.
			module: ModuleId,
			/// Number of the round.
			round: Round,
			/// First or second committee.
			purpose: Purpose,
			/// Its members.
			members: CommitteeOf<T>,
			/// First block in which it is too late for verdicts.
			deadline: BlockNumberFor<T>,
		},
		/// A member voted against the module.
		#[codec(index = 20)]
		FailVoted {
			/// The module.
			module: ModuleId,
			/// Number of the round.
			round: Round,
			/// Position of the member.
			member: u8,
			/// Why.
			reason: FailReason,
		},
		/// A round is over.
		#[codec(index = 21)]
		RoundClosed {
			/// The module.
			module: ModuleId,
			/// Number of the round.
			round: Round,
			/// First or second committee.
			purpose: Purpose,
			/// How it ended.
			outcome: RoundOutcome,
		},
		/// A certificate was given.
		#[codec(index = 22)]
		Certified {
			/// The module.
			module: ModuleId,
			/// The boot.
			boot_seq: BootSeq,
			/// Number of the round.
			round: Round,
			/// The release that it showed.
			release: ReleaseId,
			/// First block in which the certificate is not valid any more.
			until: BlockNumberFor<T>,
		},
		/// A module stands somewhere else now.
		#[codec(index = 23)]
		StatusChanged {
			/// The module.
			module: ModuleId,
			/// Where it stands.
			status: ModuleStatus,
			/// Why.
			reason: StatusReason,
		},
		/// A renewal was authentic, but was refused. The certificate runs on until it lapses.
		#[codec(index = 24)]
		RenewalRefused {
			/// The module.
			module: ModuleId,
			/// Number of the round.
			round: Round,
			/// Why.
			reason: tea_tpm::CounterError,
		},
		/// A bond is free.
		#[codec(index = 25)]
		BondReturned {
			/// The module.
			module: ModuleId,
			/// Whose money it is.
			who: T::AccountId,
			/// How much.
			amount: BalanceOf<T>,
		},
		/// A duty call failed in dispatch.
		#[codec(index = 26)]
		DutyFailed {
			/// Who signed it.
			who: T::AccountId,
			/// How many of this account failed in this epoch.
			count: u32,
		},
		/// There was no room to note a deadline. It holds all the same; anybody may call `expire_*` after it.
		#[codec(index = 27)]
		AgendaFull {
			/// The module.
			module: ModuleId,
			/// The deadline.
			due: BlockNumberFor<T>,
		},
		/// A draw found no beacon for too long and waits for a new one.
		#[codec(index = 28)]
		DrawDeferred {
			/// The module.
			module: ModuleId,
			/// The enrolment or round.
			round: Round,
		},
		/// Governance set windows, periods and prices.
		#[codec(index = 29)]
		ParametersSet {
			/// What holds for everything that begins from now on.
			parameters: ParametersOf<T>,
		},
		/// Somebody proved an offence. What it costs in credit, the registry of Camelliae tells.
		#[codec(index = 30)]
		OffenceProven {
			/// Who is accused.
			module: ModuleId,
			/// What it did.
			offence: Offence,
			/// Under what name it is punished, once.
			evidence: Hash,
			/// Who proved it.
			reporter: T::AccountId,
		},
		/// The second committee of a reported module is done.
		#[codec(index = 31)]
		ReportSettled {
			/// The module.
			module: ModuleId,
			/// Who reported it.
			reporter: T::AccountId,
			/// What was on hold.
			bond: BalanceOf<T>,
			/// Whether the committee passed the module, which costs the bond; else it is free again.
			lost: bool,
		},
		/// The pool paid for public duties.
		#[codec(index = 32)]
		DutiesPaid {
			/// Who was paid.
			who: T::AccountId,
			/// For how many duties.
			points: u32,
			/// How much.
			amount: BalanceOf<T>,
		},
		/// The owner of a module paid the pool for a round, because the module boots so often.
		#[codec(index = 33)]
		RoundPaid {
			/// The module.
			module: ModuleId,
			/// Who paid.
			who: T::AccountId,
			/// How much.
			amount: BalanceOf<T>,
		},
	}

	/// Why a call is refused. Nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such Camellia, so there is no such module.
		#[codec(index = 0)]
		UnknownModule,
		/// Only the owner of the Camellia or the operator that it named may do this.
		#[codec(index = 1)]
		NotOperator,
		/// Only the owner of the Camellia may do this.
		#[codec(index = 2)]
		NotOwner,
		/// The Camellia has withered or has reached the end of its life.
		#[codec(index = 3)]
		CamelliaDead,
		/// The module carries hardware already, or its status does not allow another enrolment. Retire it first.
		#[codec(index = 4)]
		HardwareBound,
		/// The chip belongs to another module, or is barred until a quarantine is over.
		#[codec(index = 5)]
		EkInUse,
		/// There is no such issuer.
		#[codec(index = 6)]
		UnknownIssuer,
		/// Governance has suspended this issuer.
		#[codec(index = 7)]
		IssuerSuspended,
		/// The issuer has as many chips as governance allows it.
		#[codec(index = 8)]
		IssuerCapReached,
		/// The certificate of the endorsement key is refused.
		#[codec(index = 9)]
		BadCertificate(CertificateRefusal),
		/// The attestation key does not follow the template.
		#[codec(index = 10)]
		BadAkTemplate(PublicRefusal),
		/// More than half of the modules are of this class already.
		#[codec(index = 11)]
		ClassFull,
		/// This chain does not accept hardware of this class.
		#[codec(index = 12)]
		ClassNotAllowed,
		/// The free balance does not cover the bond; or, when the module has booted often today, the price of its round.
		#[codec(index = 13)]
		InsufficientBalance,
		/// The account let an enrolment fail and must wait; or the module must wait after an undecided round.
		#[codec(index = 14)]
		CoolingDown,
		/// Too many draws wait. Try again in the next block.
		#[codec(index = 15)]
		QueueFull,
		/// No enrolment of this module is in progress.
		#[codec(index = 16)]
		NoEnrolment,
		/// The enrolment is in another phase, or the window of this one is over.
		#[codec(index = 17)]
		WrongPhase,
		/// The signer was not drawn for this slot, or may not act at present.
		#[codec(index = 18)]
		NotChallenger,
		/// There is no such slot, or it does not wait for this.
		#[codec(index = 19)]
		WrongSlot,
		/// The blob does not have the form of a credential for this endorsement key.
		#[codec(index = 20)]
		BadBlob(CredentialRefusal),
		/// There must be exactly one answer for each slot.
		#[codec(index = 21)]
		WrongAnswerCount,
		/// The module has no proven attestation key.
		#[codec(index = 22)]
		NotEnrolled,
		/// A second committee examines the module; until it is done no evidence is accepted.
		#[codec(index = 23)]
		UnderSuspicion,
		/// The module is in quarantine, and its cool-down is not over.
		#[codec(index = 24)]
		InQuarantine,
		/// Counters of the TPM went back under this attestation key. Make a new one and register again.
		#[codec(index = 25)]
		MustEnrolAgain,
		/// The module has left.
		#[codec(index = 26)]
		ModuleRetired,
		/// A round is in progress.
		#[codec(index = 27)]
		RoundOpen,
		/// The certificate has more than half of its life before it.
		#[codec(index = 28)]
		TooEarly,
		/// The session key was used before, or belongs to somebody else.
		#[codec(index = 29)]
		SessionKeyInUse,
		/// No release of this class is accepted, so there is nothing to compare the evidence with.
		#[codec(index = 30)]
		NoAcceptedRelease,
		/// A field of the quote is wrong.
		#[codec(index = 31)]
		BadQuote(QuoteRefusal),
		/// A field of the binding is wrong.
		#[codec(index = 32)]
		BadBinding(BindingRefusal),
		/// The binding belongs to another chain.
		#[codec(index = 33)]
		WrongGenesis,
		/// The binding belongs to another round.
		#[codec(index = 34)]
		WrongRound,
		/// The block that the binding names is too old, not yet there or not on this chain.
		#[codec(index = 35)]
		StaleEvidence,
		/// The evidence belongs to another boot.
		#[codec(index = 36)]
		StaleBoot,
		/// The quote is not over the PCRs of the class in the SHA-256 bank, or the values do not fit.
		#[codec(index = 37)]
		BadPcrSelection,
		/// Governance denies the firmware of this TPM.
		#[codec(index = 38)]
		FirmwareDenied,
		/// The receive key does not follow template and policy.
		#[codec(index = 39)]
		BadRkPolicy(PublicRefusal),
		/// The signature of the attestation key is refused.
		#[codec(index = 40)]
		BadSignature(SignatureRefusal),
		/// No such round is in progress, or its window is over.
		#[codec(index = 41)]
		RoundClosed,
		/// The committee of the round is not drawn yet.
		#[codec(index = 42)]
		CommitteeNotDrawn,
		/// The signer is not the session key of the module that is examined.
		#[codec(index = 43)]
		NotTestee,
		/// The signer or the verdict's position is not on the committee, or may not act at present.
		#[codec(index = 44)]
		NotOnCommittee,
		/// A member has spoken already, or stands twice in the list.
		#[codec(index = 45)]
		DuplicateVerdict,
		/// Fewer passes than the committee needs.
		#[codec(index = 46)]
		TooFewVerdicts,
		/// The signature of a member over its verdict does not verify.
		#[codec(index = 47)]
		BadVerdictSignature,
		/// The measurements belong to no release that is accepted now.
		#[codec(index = 48)]
		ReleaseNotAccepted,
		/// The deadline has not come yet.
		#[codec(index = 49)]
		TooSoon,
		/// The certificate is valid, or there is none.
		#[codec(index = 50)]
		NotLapsed,
		/// There is no such bond.
		#[codec(index = 51)]
		NoBond,
		/// The module has open work.
		#[codec(index = 52)]
		ModuleBusy,
		/// The record is not newer than the one it would replace.
		#[codec(index = 53)]
		VersionNotNewer,
		/// There is such a release already. Its values are for ever.
		#[codec(index = 54)]
		ReleaseExists,
		/// There is no such release, or it is retired.
		#[codec(index = 55)]
		UnknownRelease,
		/// The class has as many accepted releases as there may be. Retire one first.
		#[codec(index = 56)]
		ReleasesFull,
		/// The value sets do not fit the PCRs of the class, or there are none.
		#[codec(index = 57)]
		BadReference,
		/// There are as many registrars as there may be.
		#[codec(index = 58)]
		RegistrarsFull,
		/// There is no such registrar.
		#[codec(index = 59)]
		UnknownRegistrar,
		/// The deny list of this vendor is full.
		#[codec(index = 60)]
		DenyListFull,
		/// The entry is there already, or is not there.
		#[codec(index = 61)]
		DenialUnchanged,
		/// This parameter is outside its bounds, or does not fit the others.
		#[codec(index = 62)]
		OutOfBounds(ParameterName),
		/// The proof leaves a question open, so it proves nothing. Committees judge what is not plain.
		#[codec(index = 63)]
		NotConclusive,
		/// This offence was proven before, and counts once.
		#[codec(index = 64)]
		AlreadyPunished,
		/// The account has no points: it did no public duty that is not paid.
		#[codec(index = 65)]
		NothingToClaim,
		/// The duty pool cannot pay one point at present. The points wait.
		#[codec(index = 66)]
		PoolEmpty,
	}

	/// What governance has decided before the first block.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Windows, periods and prices.
		pub parameters: ParametersOf<T>,
		/// Issuers of endorsement certificates.
		pub issuers: Vec<GenesisIssuer>,
		/// Accepted releases.
		pub releases: Vec<GenesisRelease>,
		/// Accounts that fill the committees until there are enough Active modules.
		pub registrars: Vec<GenesisRegistrar<T::AccountId>>,
		/// A live chain accepts no software TPM and no short periods, and starts with five registrars of different owners.
		pub live: bool,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				parameters: T::DefaultParameters::get(),
				issuers: Vec::new(),
				releases: Vec::new(),
				registrars: Vec::new(),
				live: false,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::build_genesis(self);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::do_agenda(now).saturating_add(Self::do_draws(now))
		}

		fn integrity_test() {
			Self::check_constants();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers an issuer of endorsement certificates, or a newer record of one.
		///
		/// - Origin: `GovernanceOrigin`.
		/// - Refused when its key is not usable, its version is not newer, or its class is not accepted here.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register_issuer())]
		pub fn register_issuer(
			origin: OriginFor<T>,
			issuer: IssuerId,
			info: IssuerInfo,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_register_issuer(issuer, info)
		}

		/// Accepts or suspends an issuer. Chips that are enrolled keep their records.
		///
		/// - Origin: `GovernanceOrigin`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_issuer_status())]
		pub fn set_issuer_status(
			origin: OriginFor<T>,
			issuer: IssuerId,
			status: IssuerStatus,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_issuer_status(issuer, status)
		}

		/// Puts a certificate on the deny list, or takes it off.
		///
		/// - Origin: `GovernanceOrigin`.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_serial_denial())]
		pub fn set_serial_denial(
			origin: OriginFor<T>,
			issuer: IssuerId,
			serial: Serial,
			change: DenialChange,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_serial_denial(issuer, serial, change)
		}

		/// Puts a range of firmware versions of a vendor, or of one of its models, on the deny list, or takes it off.
		///
		/// - Origin: `GovernanceOrigin`.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_firmware_denial())]
		pub fn set_firmware_denial(
			origin: OriginFor<T>,
			vendor: u32,
			denial: FirmwareDenial,
			change: DenialChange,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_firmware_denial(vendor, denial, change)
		}

		/// Accepts a release for a class.
		///
		/// - Origin: `GovernanceOrigin`.
		/// - Refused when the reference values do not fit the class: a release that compares nothing is none.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::register_release())]
		pub fn register_release(
			origin: OriginFor<T>,
			release: ReleaseId,
			record: ReleaseRecordOf<T>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_register_release(release, record)
		}

		/// Accepts a release no more. Certificates that were given for it run out by themselves.
		///
		/// - Origin: `GovernanceOrigin`.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::retire_release())]
		pub fn retire_release(origin: OriginFor<T>, release: ReleaseId) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_retire_release(release)
		}

		/// Names a registrar, changes what is known of it, or with no `info` dismisses it.
		///
		/// - Origin: `GovernanceOrigin`.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::set_registrar())]
		pub fn set_registrar(
			origin: OriginFor<T>,
			registrar: T::AccountId,
			info: Option<RegistrarInfo<T::AccountId>>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_registrar(registrar, info)
		}

		/// Registers a chip for a module: verifies its certificate, takes a bond and asks for challengers.
		///
		/// - Origin: signed, by owner or operator of the Camellia. The fee is kept, so that a stranger's chip costs.
		/// - Refused without a living Camellia that may carry the chip, a known issuer and room in its class.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::register().max(T::WeightInfo::register_rsa()))]
		pub fn register(
			origin: OriginFor<T>,
			module: ModuleId,
			ek_leaf: EkLeaf,
			issuer: IssuerId,
			ak_public: AkArea,
		) -> DispatchResult {
			Self::do_register(ensure_signed(origin)?, module, &ek_leaf, issuer, &ak_public)
		}

		/// Posts a challenge for the chip that enrols.
		///
		/// - Origin: signed, by the challenger that was drawn for this slot. Feeless when valid.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::challenge())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, module: &ModuleId, slot: &u8, blob: &Blob, _: &Hash| -> bool {
			Pallet::<T>::is_duty(origin, |who| Pallet::<T>::check_challenge(who, *module, *slot, blob).map(|_| ()))
		})]
		pub fn challenge(
			origin: OriginFor<T>,
			module: ModuleId,
			slot: u8,
			blob: Blob,
			commitment: Hash,
		) -> DispatchResult {
			Self::do_challenge(ensure_signed(origin)?, module, slot, blob, commitment)
		}

		/// Answers all challenges at once: a secret, or that the blob is bad.
		///
		/// - Origin: signed, by owner or operator. The fee comes back unless the enrolment fails by it.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::respond())]
		pub fn respond(
			origin: OriginFor<T>,
			module: ModuleId,
			secrets: BoundedVec<Answer, ConstU32<MAX_COMMITTEE>>,
		) -> DispatchResultWithPostInfo {
			Self::do_respond(ensure_signed(origin)?, module, &secrets)
		}

		/// Shows the root value of a blob that the module calls bad. The runtime makes blob and commitment again, bit for
		/// bit: if they differ the challenger is at fault, else the answer counts as wrong.
		///
		/// - Origin: signed, by the challenger of this slot. Feeless when valid.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::reveal())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, module: &ModuleId, slot: &u8, _: &Hash| -> bool {
			Pallet::<T>::is_duty(origin, |who| Pallet::<T>::check_reveal(who, *module, *slot).map(|_| ()))
		})]
		pub fn reveal(
			origin: OriginFor<T>,
			module: ModuleId,
			slot: u8,
			root: Hash,
		) -> DispatchResult {
			Self::do_reveal(ensure_signed(origin)?, module, slot, &root)
		}

		/// Posts evidence of a boot, or of the same boot again to renew its certificate, and opens a round.
		///
		/// - Origin: signed, by owner or operator; by the session key for a renewal, which is feeless when valid.
		///   The fee of good evidence comes back.
		/// - Evidence that is not authentic is refused. Authentic bad news is recorded: the module becomes
		///   Suspicious, and a second committee is drawn.
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::attest())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, evidence: &Evidence| -> bool {
			Pallet::<T>::is_duty(origin, |who| Pallet::<T>::check_renewal(who, evidence))
		})]
		pub fn attest(origin: OriginFor<T>, evidence: Evidence) -> DispatchResultWithPostInfo {
			Self::do_attest(ensure_signed(origin)?, &evidence)
		}

		/// Hands in the passes of a committee, which certify the module.
		///
		/// - Origin: signed, by the session key of the module that is examined. Feeless when valid.
		/// - `live_quote` is the SHA-256 of the quote that holds the members' nonces.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::submit_verdicts(passes.len() as u32))]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			module: &ModuleId,
			round: &Round,
			_: &Hash,
			passes: &BoundedVec<(u8, T::MemberSignature), ConstU32<MAX_COMMITTEE>>,
		| -> bool {
			Pallet::<T>::is_duty(origin, |who| {
				let members = passes.iter().map(|(member, _)| *member);
				Pallet::<T>::check_verdicts(who, *module, *round, members).map(|_| ())
			})
		})]
		pub fn submit_verdicts(
			origin: OriginFor<T>,
			module: ModuleId,
			round: Round,
			live_quote: Hash,
			passes: BoundedVec<(u8, T::MemberSignature), ConstU32<MAX_COMMITTEE>>,
		) -> DispatchResult {
			Self::do_submit_verdicts(ensure_signed(origin)?, module, round, live_quote, &passes)
		}

		/// Votes against the module. The round fails when it cannot pass any more.
		///
		/// - Origin: signed, by a member of the committee, once. Feeless when valid.
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::vote_fail())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, module: &ModuleId, round: &Round, _: &FailReason| -> bool {
			Pallet::<T>::is_duty(origin, |who| Pallet::<T>::check_vote(who, *module, *round).map(|_| ()))
		})]
		pub fn vote_fail(
			origin: OriginFor<T>,
			module: ModuleId,
			round: Round,
			reason: FailReason,
		) -> DispatchResult {
			Self::do_vote_fail(ensure_signed(origin)?, module, round, reason)
		}

		/// Ends a round whose window is over.
		///
		/// - Origin: signed, by anybody.
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::expire_round())]
		pub fn expire_round(origin: OriginFor<T>, module: ModuleId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_round(module)
		}

		/// Ends a phase of an enrolment whose window is over.
		///
		/// - Origin: signed, by anybody.
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::expire_enrolment())]
		pub fn expire_enrolment(origin: OriginFor<T>, module: ModuleId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_enrolment(module)
		}

		/// Makes a module Inactive whose certificate has lapsed, and dismisses it from the known-good set.
		///
		/// - Origin: signed, by anybody.
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::expire_certificate())]
		pub fn expire_certificate(origin: OriginFor<T>, module: ModuleId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_certificate(module)
		}

		/// Takes the hardware out of the network. Its bond comes back after `bond_delay`.
		///
		/// - Origin: signed, by the owner of the Camellia.
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::retire())]
		pub fn retire(origin: OriginFor<T>, module: ModuleId) -> DispatchResult {
			Self::do_retire(ensure_signed(origin)?, module)
		}

		/// Releases the bond of hardware that has left, after its delay.
		///
		/// - Origin: signed, by anybody; the money goes to whom it belongs.
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::expire_bond())]
		pub fn expire_bond(origin: OriginFor<T>, module: ModuleId, round: Round) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_bond(module, round)
		}

		/// Sets windows, periods and prices. What began keeps the deadline that it was given.
		///
		/// - Origin: `GovernanceOrigin`.
		/// - Refused when one is outside its bounds, which are narrower in a live chain, or when they do not fit together.
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::set_parameters())]
		pub fn set_parameters(origin: OriginFor<T>, parameters: ParametersOf<T>) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_parameters(parameters)
		}

		/// Proves an offence of a module. It loses credit at once, and while it has a boot a second committee examines it.
		///
		/// - Origin: signed, by anybody; puts `report_bond` on hold while the second committee has not decided. It is lost
		///   when the committee passes the module.
		/// - Refused unless the chain can tell everything from the proof and its own records.
		#[pallet::call_index(20)]
		#[pallet::weight(match proof.offence() {
			Offence::ContradictingVerdicts => T::WeightInfo::report_contradiction(),
			Offence::ClonedTpm => T::WeightInfo::report_clone(),
			Offence::RefutedVerdict => T::WeightInfo::report_refuted(),
		})]
		pub fn report(
			origin: OriginFor<T>,
			module: ModuleId,
			proof: Proof<T::MemberSignature>,
		) -> DispatchResult {
			Self::do_report(ensure_signed(origin)?, module, &proof)
		}

		/// Pays an account for its public duties, as far as the pool has money.
		///
		/// - Origin: signed, by anybody; the money goes to whom it belongs.
		#[pallet::call_index(21)]
		#[pallet::weight(T::WeightInfo::pay_duties())]
		pub fn pay_duties(origin: OriginFor<T>, who: T::AccountId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_pay_duties(who)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// The certificate of a module; a lapsed or revoked one reads as absent.
		pub fn certificate_of(module: ModuleId) -> Option<Certificate<BlockNumberFor<T>>> {
			Self::valid_certificate(module).map(|record| record.certificate)
		}

		/// The same with the committee that gave it and its verdicts.
		pub fn certificate_record(module: ModuleId) -> Option<CertificateRecordOf<T>> {
			Self::valid_certificate(module)
		}

		/// The committee of the round in progress; empty while it is not drawn.
		pub fn known_good_committee(module: ModuleId) -> Option<(Round, Purpose, CommitteeOf<T>)> {
			Rounds::<T>::get(module).map(|round| (round.round, round.purpose, round.committee))
		}

		/// Why a module stands where it stands: the last typed reason, and the block of it.
		pub fn why(module: ModuleId) -> Option<(ModuleStatus, StatusReason, BlockNumberFor<T>)> {
			Self::effective(module).map(|record| (record.status, record.reason, record.since))
		}

		/// Everything that is known of a module.
		pub fn module_info(module: ModuleId) -> Option<ModuleInfoOf<T>> {
			Self::info(module)
		}

		/// An enrolment in progress, with the blobs that the chip is to open, by slot.
		pub fn enrolment_of(module: ModuleId) -> Option<EnrolmentView<T>> {
			Self::enrolment_with_challenges(module)
		}

		/// The module and boot whose keys these were, present or past.
		pub fn boot_keys(
			module: ModuleId,
			boot_seq: BootSeq,
		) -> Vec<tea_primitives::module::BootKeys> {
			Self::keys_of_boot(module, boot_seq)
		}

		/// Windows, periods and prices in force.
		pub fn parameters() -> ParametersOf<T> {
			CurrentParameters::<T>::get()
		}

		/// Modules and where they stand, [`MODULES_PER_PAGE`] at most: those that come behind `after`, in an order
		/// without meaning. The last one of a page is where the next page goes on; the page behind the last is empty.
		pub fn modules(after: Option<ModuleId>) -> Vec<(ModuleId, ModuleStatus)> {
			Self::modules_after(after)
		}

		/// The releases of a class that are accepted now.
		pub fn releases_of(class: HardwareClass) -> Vec<(ReleaseId, ReleaseRecordOf<T>)> {
			Self::accepted_releases(class)
		}

		/// All registrars, in the order of the dense list.
		pub fn registrar_list() -> Vec<(T::AccountId, RegistrarRecordOf<T>)> {
			Self::all_registrars()
		}

		/// Account of the duty pool, and what it can pay now.
		pub fn duty_pool() -> (T::AccountId, BalanceOf<T>) {
			(Self::duty_pool_account(), Self::pool_balance())
		}

		/// Firmware of a vendor that is refused.
		pub fn denied_firmware(vendor: u32) -> Vec<(Option<Vec<u8>>, FirmwareRange)> {
			DeniedFirmware::<T>::get(vendor)
				.into_iter()
				.map(|denial| (denial.model.map(BoundedVec::into_inner), denial.range))
				.collect()
		}
	}
}

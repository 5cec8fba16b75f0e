#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
pub mod bill;
mod errors;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::{BenchmarkHelper, SoftTpm};
pub use errors::*;
pub use impls::{Busy, duty_subject};
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Configuration, storage and calls of errands.
// `post` says all that is ordered: eight words in the metadata are clearer than a record in a record.
#[allow(clippy::too_many_arguments)]
#[frame_support::pallet]
pub mod pallet {
	use crate::{
		impls::{ClaimCost, ProofCost, deployed},
		types::*,
		*,
	};
	use alloc::vec::Vec;
	use frame_support::{
		pallet_prelude::*,
		traits::{UnixTime, fungible},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::{Convert, IdentifyAccount, Verify};
	use tea_primitives::{
		HardwareClass,
		camellia::Camellias,
		deployment::{DeploymentId, Deployments, Hash, Refusal},
		draw::{FrugalDraws, Membership},
		errand::{
			ActiveWeight, DutyStanding, Earnings, ErrandId, FaultReason, Limits, MAX_SOURCES,
			Outcome, QuoteKeys, RefundReason, RefuteReason, Source, Stakes, Suspects, TicketProof,
			Tickets,
		},
		ids::{BootSeq, ModuleId},
		module::Attested,
	};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Errands.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// How heavy all Active modules are together.
		type ActiveWeight: ActiveWeight;

		/// Errands that are looked at in one block, at most.
		#[pallet::constant]
		type AgendaPerBlock: Get<u32>;

		/// Blocks for which final errands stay in the state.
		#[pallet::constant]
		type ArchiveTime: Get<BlockNumberFor<Self>>;

		/// Who is certified, with which keys.
		type Attested: Attested<Self::AccountId, BlockNumberFor<Self>>;

		/// Makes modules, deployments and signatures.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: crate::BenchmarkHelper<Self>;

		/// Owners, weights and credit of modules.
		type Camellias: Camellias<Self::AccountId>;

		/// The most value at risk on one module of a class; `None`: no cap (SPEC 3.1).
		type ClassCap: Convert<HardwareClass, Option<BalanceOf<Self>>>;

		/// Time of the chain, with which clocks of TPMs are compared.
		type Clock: UnixTime;

		/// Verifiers of an errand: N.
		#[pallet::constant]
		type CommitteeSize: Get<u32>;

		/// Money.
		type Currency: fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Terms, pins and uses of deployments.
		type Deployments: Deployments<Self::AccountId, BalanceOf<Self>, BlockNumberFor<Self>>;

		/// Beacon and committees.
		type Draws: FrugalDraws<Self::AccountId, BlockNumberFor<Self>>;

		/// Whose duty calls are feeless.
		type Duties: DutyStanding<Self::AccountId>;

		/// What Camelliae earn.
		type Earnings: Earnings<Self::AccountId, BalanceOf<Self>>;

		/// Errands that one block ends or re-opens because their time is over, at most. The others wait a block.
		#[pallet::constant]
		type ExpiriesPerBlock: Get<u32>;

		/// Who sets shares and gas price.
		type GovernanceOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Price of one unit of fuel, until governance sets another one.
		#[pallet::constant]
		type InitialGasPrice: Get<BalanceOf<Self>>;

		/// Blocks to wait for a key holder, unless the client sets less.
		#[pallet::constant]
		type KeyWait: Get<BlockNumberFor<Self>>;

		/// Claims of different errands in one block, at most.
		#[pallet::constant]
		type MaxClaimsPerBlock: Get<u32>;

		/// Longest time for an errand, in blocks.
		#[pallet::constant]
		type MaxDeadline: Get<BlockNumberFor<Self>>;

		/// Errands that a module may have taken and not finished, at most.
		#[pallet::constant]
		type MaxErrandsPerModule: Get<u32>;

		/// A verifier's signature.
		type MemberSignature: Parameter
			+ MaxEncodedLen
			+ Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>>;

		/// Who is a registrar.
		type Membership: Membership<Self::AccountId>;

		/// Shortest time for an errand, in blocks.
		#[pallet::constant]
		type MinDeadline: Get<BlockNumberFor<Self>>;

		/// Blocks after the first claim could have come, until the errand counts as one that nobody may run. By then
		/// every ticket is let in.
		#[pallet::constant]
		type OpenPatience: Get<BlockNumberFor<Self>>;

		/// Blocks to wait for pinners.
		#[pallet::constant]
		type PinnersWait: Get<BlockNumberFor<Self>>;

		/// What quotes of modules are verified with.
		type QuoteKeys: QuoteKeys;

		/// The overarching hold reason.
		type RuntimeHoldReason: From<HoldReason>;

		/// The account of a session key.
		type SessionAccount: Convert<[u8; 32], Self::AccountId>;

		/// Verifies signatures of TPMs.
		type SigVerify: tea_tpm::SigVerify;

		/// What answers for a silent executor.
		type Stakes: Stakes<Self::AccountId, BalanceOf<Self>>;

		/// Who looks into refuted evidence.
		type Suspects: Suspects;

		/// What tickets are worth.
		type Tickets: Tickets<BlockNumberFor<Self>>;

		/// Blocks that an executor gives its verifiers before it may call them silent.
		#[pallet::constant]
		type VerifierPatience: Get<BlockNumberFor<Self>>;

		/// Weights of calls and hooks.
		type WeightInfo: WeightInfo;
	}

	/// Why money is on hold.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The most that an open errand may cost, of its client.
		#[codec(index = 0)]
		Errand,
	}

	/// Number of the next errand.
	#[pallet::storage]
	pub type NextErrand<T: Config> = StorageValue<_, ErrandId, ValueQuery>;

	/// Errands that are not final.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type Errands<T: Config> = StorageMap<_, Twox64Concat, ErrandId, ErrandRecordOf<T>>;

	/// Params of errands that are not final, apart from their records: only the executor reads them.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type ParamsOf<T: Config> = StorageMap<_, Twox64Concat, ErrandId, Params, ValueQuery>;

	/// Sealed keys for the executor of an errand, by source.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type Envelopes<T: Config> =
		StorageDoubleMap<_, Twox64Concat, ErrandId, Twox64Concat, u8, Envelope>;

	/// Errands that are final: outcome, bill and PoT in one read.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type Finished<T: Config> = StorageMap<_, Twox64Concat, ErrandId, FinishedRecordOf<T>>;

	/// The oldest errand that may still be in [`Finished`].
	#[pallet::storage]
	pub type OldestFinished<T: Config> = StorageValue<_, ErrandId, ValueQuery>;

	/// What modules have taken and not finished.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type Workloads<T: Config> =
		StorageMap<_, Twox64Concat, ModuleId, WorkloadOf<T>, ValueQuery>;

	/// The last batch evidence of a module that was verified: SHA-256 of quote and signature, and the boot.
	//
	// Twox64Concat: numbers are counted by the chain.
	#[pallet::storage]
	pub type BatchEvidence<T: Config> = StorageMap<_, Twox64Concat, ModuleId, (BootSeq, Hash)>;

	/// Errands that were claimed in the block in progress; empty between blocks.
	#[pallet::storage]
	pub type ClaimedNow<T: Config> =
		StorageValue<_, BoundedVec<ErrandId, T::MaxClaimsPerBlock>, ValueQuery>;

	/// When errands are looked at. A deadline holds whether or not it found room here.
	//
	// Twox64Concat: blocks are counted by the chain.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageMap<
		_,
		Twox64Concat,
		BlockNumberFor<T>,
		BoundedVec<ErrandId, T::AgendaPerBlock>,
		ValueQuery,
	>;

	/// Errands that are not final, in numbers.
	#[pallet::storage]
	pub type Queue<T: Config> = StorageValue<_, Counters, ValueQuery>;

	/// Shares of errands that are posted now.
	#[pallet::storage]
	pub type GasShares<T: Config> = StorageValue<_, Shares, ValueQuery, DefaultShares>;

	/// Price of fuel of errands that are posted now.
	#[pallet::storage]
	pub type GasPrice<T: Config> =
		StorageValue<_, BalanceOf<T>, ValueQuery, <T as Config>::InitialGasPrice>;

	/// [`Shares::DEFAULT`].
	#[pallet::type_value]
	pub fn DefaultShares() -> Shares {
		Shares::DEFAULT
	}

	/// What happens to errands.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A client posted an errand; its maximum is on hold.
		#[codec(index = 0)]
		Posted {
			/// The errand.
			errand: ErrandId,
			/// Who pays.
			client: T::AccountId,
			/// What is on hold.
			held: BalanceOf<T>,
			/// Deployments that it uses.
			deployments: BoundedVec<DeploymentId, ConstU32<MAX_SOURCES>>,
			/// Hash of what was agreed on.
			terms: Hash,
			/// First block in which it is too late.
			deadline: BlockNumberFor<T>,
		},
		/// A module has the lowest ticket so far. At the end of the block it is the executor.
		#[codec(index = 1)]
		Claimed {
			/// The errand.
			errand: ErrandId,
			/// The module.
			module: ModuleId,
			/// Worth of its ticket.
			ticket: u128,
		},
		/// Executor and verifiers are fixed.
		#[codec(index = 2)]
		Assigned {
			/// The errand.
			errand: ErrandId,
			/// Its attempt.
			attempt: u8,
			/// Who runs it.
			executor: ModuleId,
			/// In which boot.
			boot_seq: BootSeq,
			/// Who checks it.
			verifiers: VerifiersOf<T>,
			/// First block in which the executor is too late.
			deadline: BlockNumberFor<T>,
		},
		/// Too few verifiers of different owners could be drawn: modules may claim anew, with another beacon.
		#[codec(index = 3)]
		NoCommittee {
			/// The errand.
			errand: ErrandId,
			/// The module whose claim lapsed.
			module: ModuleId,
		},
		/// A key holder is asked for a key.
		#[codec(index = 4)]
		KeyWanted {
			/// The errand.
			errand: ErrandId,
			/// The source: 0 is the code, n the data input n − 1.
			source: u8,
			/// Who has the key.
			holder: T::AccountId,
			/// Who pays.
			client: T::AccountId,
			/// To whom the key would go.
			executor: ModuleId,
			/// In which boot.
			boot_seq: BootSeq,
			/// First block in which the wait is over.
			until: BlockNumberFor<T>,
		},
		/// A key holder supplied a key. The envelope is in the state until the errand ends.
		#[codec(index = 5)]
		KeySupplied {
			/// The errand.
			errand: ErrandId,
			/// The source.
			source: u8,
			/// Who supplied it.
			holder: T::AccountId,
			/// To whom.
			executor: ModuleId,
			/// In which boot.
			boot_seq: BootSeq,
			/// Hash of the Execute link.
			link: Hash,
		},
		/// All keys are there. Deadlines run again.
		#[codec(index = 6)]
		KeysComplete {
			/// The errand.
			errand: ErrandId,
			/// Who runs it.
			executor: ModuleId,
			/// First block in which the executor is too late.
			executor_deadline: BlockNumberFor<T>,
			/// First block in which it is too late for everything.
			deadline: BlockNumberFor<T>,
		},
		/// A verifier said no.
		#[codec(index = 7)]
		FailVoted {
			/// The errand.
			errand: ErrandId,
			/// Position in the committee.
			member: u8,
			/// Why.
			reason: RefuteReason,
		},
		/// The executor called its verifiers silent: a second committee will be drawn.
		#[codec(index = 8)]
		CommitteeSilent {
			/// The errand.
			errand: ErrandId,
			/// Who runs it.
			executor: ModuleId,
		},
		/// The second committee is drawn.
		#[codec(index = 9)]
		CommitteeRedrawn {
			/// The errand.
			errand: ErrandId,
			/// Who checks it now.
			verifiers: VerifiersOf<T>,
		},
		/// The first attempt is over; modules may claim again, without the former executor.
		#[codec(index = 10)]
		Reopened {
			/// The errand.
			errand: ErrandId,
			/// Number of the attempt that begins.
			attempt: u8,
			/// Who may not claim again.
			former: ModuleId,
			/// Why.
			reason: RefundReason,
		},
		/// Nobody who may run it has turned up.
		#[codec(index = 11)]
		PinnersWanted {
			/// The errand.
			errand: ErrandId,
			/// First block in which the wait is over.
			until: BlockNumberFor<T>,
		},
		/// The beacon of a draw does not exist: a younger one decides.
		#[codec(index = 12)]
		DrawDeferred {
			/// The errand.
			errand: ErrandId,
			/// The block after which the beacon is taken.
			fixed_in: BlockNumberFor<T>,
		},
		/// An errand is final, and settled with exactly this bill.
		#[codec(index = 13)]
		Settled {
			/// The errand.
			errand: ErrandId,
			/// Who paid.
			client: T::AccountId,
			/// How it ended.
			outcome: Outcome,
			/// Who had it last.
			executor: Option<ModuleId>,
			/// Every line, and what went back.
			bill: BillOf<T>,
		},
		/// Part of a silent executor's stake went to the client.
		#[codec(index = 14)]
		SilenceSlashed {
			/// The errand.
			errand: ErrandId,
			/// The module.
			module: ModuleId,
			/// How much.
			amount: BalanceOf<T>,
		},
		/// A final errand left the state.
		#[codec(index = 15)]
		Archived {
			/// The errand.
			errand: ErrandId,
		},
		/// The agenda has no room near this block; anybody may call `expire` from then on.
		#[codec(index = 16)]
		AgendaFull {
			/// The errand.
			errand: ErrandId,
			/// When it should be looked at.
			due: BlockNumberFor<T>,
		},
		/// Governance set the shares of gas.
		#[codec(index = 17)]
		SharesSet {
			/// The shares.
			shares: Shares,
		},
		/// Governance set the price of fuel.
		#[codec(index = 18)]
		GasPriceSet {
			/// Price of one unit of fuel.
			price: BalanceOf<T>,
		},
		/// One of several claims or proofs in a call was left out; the others were taken.
		#[codec(index = 19)]
		NotTaken {
			/// The errand.
			errand: ErrandId,
			/// Why.
			error: DispatchError,
		},
	}

	/// Why a call is refused. Nothing has changed then.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no such errand, or it is final and has left the state. Look for its events.
		UnknownErrand,
		/// The errand is final. Its record says how it ended.
		AlreadySettled,
		/// There is no such deployment. Check the id.
		UnknownDeployment,
		/// The deployment is retired by its owner. Use another one.
		Retired,
		/// The deployment expires before the errand could be finished. Set a shorter deadline or use another one.
		Expired,
		/// No module holds the key of the deployment. Its owner can give it to a pinner again.
		DeploymentLost,
		/// Code is named as data, or data as code.
		WrongKind,
		/// The terms of the deployment do not admit this client.
		ClientNotAllowed,
		/// The data may not be read by this code.
		CodeNotAllowed,
		/// The owner of the data allows a smaller output only. Lower the limit.
		OutputTooLarge,
		/// The code has no content. Name a CID and a size.
		NoCode,
		/// The CID of a source is not a binary CIDv1 with SHA-256, or its size is zero.
		BadContent,
		/// A size or limit is above what the chain allows.
		TooLarge,
		/// A limit is zero.
		BadLimits,
		/// No class of hardware fits both errand and code, or a capability is unknown.
		BadNeeds,
		/// A payee may be named only for code that is not deployed.
		BadPayee,
		/// The deadline is shorter or longer than allowed, or the wait for a key is.
		BadDeadline,
		/// Use prices and gas at the limit are more than the maximum price. Raise it or lower the fuel.
		PriceTooLow,
		/// The client's free balance does not cover the maximum price.
		InsufficientBalance,
		/// Only the client may do that.
		NotClient,
		/// A module has claimed the errand already. It will end by itself.
		AlreadyAssigned,
		/// The executor is fixed, or the errand waits for something else than claims.
		ExecutorFixed,
		/// Claims open in the second block after the draw was fixed.
		ClaimsNotOpen,
		/// The signer is not the session key of a registered boot.
		NotModule,
		/// The boot is not the module's present one, or not the one that the errand was assigned to.
		StaleBoot,
		/// The module may not run this errand; the rule says why.
		NotEligible(Rule),
		/// The module holds no live pin of a deployment that the errand needs.
		NotPinner,
		/// The module was certified too late for this draw.
		KeyTooNew,
		/// The beacon of the draw is not known. Wait for the next draw.
		NoBeacon,
		/// The ticket is not let in yet. Try again in a later block.
		TicketTooHigh,
		/// The proof of the ticket is wrong.
		BadVrfProof,
		/// Another module has claimed with a lower ticket.
		LowerTicketClaimed,
		/// As many errands as possible are claimed in this block. Try again in the next one.
		BlockFull,
		/// The signer is not the executor of this errand.
		NotExecutor,
		/// The errand is not assigned yet.
		NotAssigned,
		/// It is too late.
		DeadlinePassed,
		/// Keys are still missing.
		KeysMissing,
		/// The second committee is not drawn yet.
		CommitteeNotDrawn,
		/// This field of the PoT does not fit the errand.
		BadPot(PotField),
		/// This field of the quote is wrong.
		BadQuote(QuoteRefusal),
		/// The signature of the attestation key is wrong.
		BadSignature(SignatureRefusal),
		/// Clock or counters of the quote do not fit the boot. Quote again.
		BadCounters(CounterRefusal),
		/// The release that the executor runs is no longer accepted.
		ReleaseNotAccepted,
		/// Fewer verdicts than two thirds of the committee.
		TooFewVerdicts,
		/// A verdict names a position that does not exist, or a member that may not act now.
		NotOnCommittee,
		/// A member is named twice, or has said no.
		DuplicateVerdict,
		/// The signature of a verdict is wrong.
		BadVerdictSignature,
		/// The errand waits for no key.
		NotAwaitingKey,
		/// The signer does not hold a key that is waited for.
		NotKeyHolder,
		/// This source needs no key, or has one.
		KeyNotWanted,
		/// The envelope is made for another boot of the executor.
		WrongBoot,
		/// The envelope is empty.
		BadEnvelope,
		/// This reason may not be given now.
		BadReason,
		/// Nothing is due yet.
		TooSoon,
		/// The shares are not a hundred per cent.
		BadShares,
		/// The chain has counted as many errands as it can.
		NumbersUsedUp,
		/// The call names no errand.
		NothingNamed,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::do_agenda(now)
		}

		// Its weight is part of the claims that it finishes.
		fn on_finalize(_: BlockNumberFor<T>) {
			Self::assign_claimed();
		}

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::prune(remaining)
		}

		fn integrity_test() {
			let committee = T::CommitteeSize::get();
			assert!(
				committee > 0 && committee <= tea_primitives::errand::MAX_VERIFIERS,
				"CommitteeSize: a PoT has room for MAX_VERIFIERS verdicts"
			);
			assert!(
				quorum(committee as usize) <= committee,
				"CommitteeSize: a quorum must be possible"
			);
			assert!(
				T::MinDeadline::get() >= 4u32.into(),
				"MinDeadline: beacon, claim and result take three blocks"
			);
			assert!(
				T::MaxDeadline::get() >= T::MinDeadline::get(),
				"MaxDeadline: not below the least"
			);
			assert!(Shares::DEFAULT.are_whole(), "Shares: a hundred per cent");
			assert!(
				T::ExpiriesPerBlock::get() > 0 && T::AgendaPerBlock::get() > 0,
				"AgendaPerBlock, ExpiriesPerBlock: a deadline must be served"
			);
			assert!(
				T::MaxErrandsPerModule::get() >= 1 && T::MaxClaimsPerBlock::get() >= 1,
				"MaxErrandsPerModule, MaxClaimsPerBlock: someone must be able to work"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Orders a function call and puts its maximum price on hold.
		///
		/// - Origin: signed, by the client.
		/// - `deadline` counts blocks from now. `max_price` must cover use prices and gas at the limit of fuel.
		/// - The errand keeps the terms, the gas price and the shares of this block.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::post(deployed(code, data)))]
		pub fn post(
			origin: OriginFor<T>,
			code: Source,
			data: DataSources,
			params: Params,
			client_key: [u8; 32],
			limits: Limits,
			#[pallet::compact] max_price: BalanceOf<T>,
			#[pallet::compact] deadline: BlockNumberFor<T>,
			options: OptionsOf<T>,
		) -> DispatchResult {
			Self::do_post(
				ensure_signed(origin)?,
				Order {
					code,
					data,
					params,
					client_key,
					limits,
					max_price,
					deadline,
					options,
				},
			)
		}

		/// Takes an errand back that nobody has claimed.
		///
		/// - Origin: signed, by the client. The whole hold is free again.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, errand: ErrandId) -> DispatchResult {
			Self::do_cancel(ensure_signed(origin)?, errand)
		}

		/// Claims an errand with a ticket. A lower ticket in the same block replaces it; at the end of the block the
		/// executor is fixed and its verifiers are drawn.
		///
		/// - Origin: signed, by the session key of a module. Feeless when valid.
		#[pallet::call_index(2)]
		#[pallet::weight(ClaimCost::at_most(1).weight::<T::WeightInfo>())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, errand: &ErrandId, ticket: &TicketProof| -> bool {
			Pallet::<T>::is_duty(origin, |who| {
				Pallet::<T>::check_claim(who, *errand, &ticket.pre_output).map(|_| ())
			})
		})]
		pub fn claim(
			origin: OriginFor<T>,
			errand: ErrandId,
			ticket: TicketProof,
		) -> DispatchResultWithPostInfo {
			Self::do_claim(ensure_signed(origin)?, errand, &ticket)
		}

		/// Hands in the proof of a run. The chain verifies all of it, pays everybody, and frees the rest of the hold.
		///
		/// - Origin: signed, by the session key of the executor. Feeless when valid.
		/// - What is refused changes nothing: the executor may correct it until its deadline.
		#[pallet::call_index(3)]
		#[pallet::weight(ProofCost::at_most(core::slice::from_ref(&**pot)).weight::<T>())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, errand: &ErrandId, pot: &BoxedPotOf<T>| -> bool {
			Pallet::<T>::is_duty(origin, |who| {
				Pallet::<T>::check_complete(who, *errand, pot).map(|_| ())
			})
		})]
		pub fn complete(
			origin: OriginFor<T>,
			errand: ErrandId,
			pot: BoxedPotOf<T>,
		) -> DispatchResultWithPostInfo {
			Self::do_complete(ensure_signed(origin)?, errand, *pot)
		}

		/// Gives an errand up, without evidence and without pay. It is re-opened once, then refunded.
		///
		/// - Origin: signed, by the session key of the executor. Feeless when valid.
		/// - `VerifiersSilent` has a second committee drawn, once, and costs nothing.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::fail())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, errand: &ErrandId, reason: &FaultReason| -> bool {
			Pallet::<T>::is_duty(origin, |who| {
				Pallet::<T>::check_fail(who, *errand, *reason).map(|_| ())
			})
		})]
		pub fn fail(origin: OriginFor<T>, errand: ErrandId, reason: FaultReason) -> DispatchResult {
			Self::do_fail(ensure_signed(origin)?, errand, reason)
		}

		/// Supplies the key of a source, sealed to the executor's chip, state and boot.
		///
		/// - Origin: signed, by the key holder: owner of a `Private` deployment, client for sealed ad-hoc sources.
		/// - Look at the executor first; do so at a finalised block.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::supply_key())]
		pub fn supply_key(
			origin: OriginFor<T>,
			errand: ErrandId,
			source: u8,
			boot_seq: BootSeq,
			envelope: Envelope,
		) -> DispatchResult {
			Self::do_supply_key(ensure_signed(origin)?, errand, source, boot_seq, envelope)
		}

		/// Refuses to supply a key. The client has its whole hold back.
		///
		/// - Origin: signed, by a key holder who is asked.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::refuse())]
		pub fn refuse(origin: OriginFor<T>, errand: ErrandId) -> DispatchResult {
			Self::do_refuse(ensure_signed(origin)?, errand)
		}

		/// Votes against the evidence of an executor. When it cannot reach its quorum any more, it is Suspicious and the
		/// errand is re-opened or refunded.
		///
		/// - Origin: signed, by a drawn verifier, once. Feeless when valid.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::vote_fail())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, errand: &ErrandId, _: &RefuteReason| -> bool {
			Pallet::<T>::is_duty(origin, |who| Pallet::<T>::check_vote(who, *errand).map(|_| ()))
		})]
		pub fn vote_fail(
			origin: OriginFor<T>,
			errand: ErrandId,
			reason: RefuteReason,
		) -> DispatchResult {
			Self::do_vote_fail(ensure_signed(origin)?, errand, reason)
		}

		/// Does what is due: draws again, ends a wait, takes the errand from an executor that is silent or gone, refunds,
		/// or takes a final record out of the state.
		///
		/// - Origin: signed, by anybody.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::expire().max(T::WeightInfo::redraw()))]
		pub fn expire(origin: OriginFor<T>, errand: ErrandId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(errand)
		}

		/// Sets how gas of later errands is shared.
		///
		/// - Origin: governance.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::set_shares())]
		pub fn set_shares(origin: OriginFor<T>, shares: Shares) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_shares(shares)
		}

		/// Sets the price of one unit of fuel of later errands.
		///
		/// - Origin: governance.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::set_gas_price())]
		pub fn set_gas_price(
			origin: OriginFor<T>,
			#[pallet::compact] price: BalanceOf<T>,
		) -> DispatchResult {
			T::GovernanceOrigin::ensure_origin(origin)?;
			Self::do_set_gas_price(price);
			Ok(())
		}

		/// Claims several errands, each as `claim` does.
		///
		/// - Origin: signed, by the session key of a module. Feeless when one of them is valid.
		/// - A claim that is refused is left out (`NotTaken`), unless the proof of its ticket is false.
		#[pallet::call_index(11)]
		#[pallet::weight(ClaimCost::at_most(claims.len() as u32).weight::<T::WeightInfo>())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, claims: &Claims| -> bool {
			Pallet::<T>::is_duty(origin, |who| {
				Pallet::<T>::check_any(claims, |(errand, ticket)| {
					Pallet::<T>::check_claim(who, *errand, &ticket.pre_output).map(|_| ())
				})
			})
		})]
		pub fn claim_many(origin: OriginFor<T>, claims: Claims) -> DispatchResultWithPostInfo {
			Self::do_claim_many(ensure_signed(origin)?, &claims)
		}

		/// Hands in several proofs, each as `complete` does. Those under one quote cost less when they stand together.
		///
		/// - Origin: signed, by the session key of the executor. Feeless when one of them is valid.
		/// - A proof that is refused is left out (`NotTaken`), unless one of its signatures is false.
		#[pallet::call_index(12)]
		#[pallet::weight(ProofCost::at_most(pots).weight::<T>())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, pots: &PotsOf<T>| -> bool {
			Pallet::<T>::is_duty(origin, |who| {
				Pallet::<T>::check_any(pots, |pot| {
					Pallet::<T>::check_complete(who, pot.body.errand, pot).map(|_| ())
				})
			})
		})]
		pub fn complete_many(origin: OriginFor<T>, pots: PotsOf<T>) -> DispatchResultWithPostInfo {
			Self::do_complete_many(ensure_signed(origin)?, pots.into_inner())
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Everything about an errand.
		pub fn errand(errand: ErrandId) -> Option<ErrandInfoOf<T>> {
			Self::info(errand)
		}

		/// Its proof.
		pub fn pot(errand: ErrandId) -> Option<PotOf<T>> {
			Finished::<T>::get(errand)?.pot
		}

		/// What it cost.
		pub fn bill(errand: ErrandId) -> Option<BillOf<T>> {
			Finished::<T>::get(errand).map(|record| record.bill)
		}

		/// Its params and the sealed keys for its executor, by source.
		pub fn input(errand: ErrandId) -> Option<(Params, Vec<(u8, Envelope)>)> {
			Self::input_of(errand)
		}

		/// What a client would have to hold for an errand of these sources now, with so much fuel and output; a payee of
		/// ad-hoc code apart.
		pub fn maximum_price(
			client: T::AccountId,
			code: Source,
			data: DataSources,
			limits: Limits,
			deadline: BlockNumberFor<T>,
		) -> Result<BalanceOf<T>, Refusal> {
			Self::reckon(&client, &code, &data, &limits, deadline)
		}

		/// Errands that are not final, in numbers.
		pub fn queue() -> Counters {
			Queue::<T>::get()
		}

		/// Errands that a module has taken and not finished.
		pub fn errands_of(module: ModuleId) -> Vec<ErrandId> {
			Workloads::<T>::get(module).errands.into_inner()
		}
	}
}

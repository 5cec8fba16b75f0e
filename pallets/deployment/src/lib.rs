#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
pub use benchmarking::BenchmarkHelper;
pub use impls::{PROBES, duty_subject};
pub use pallet::*;
pub use types::*;
pub use weights::WeightInfo;

/// Configuration, storage and calls of the registry of deployments.
#[frame_support::pallet]
pub mod pallet {
	use crate::{types::*, *};
	use alloc::{boxed::Box, vec::Vec};
	use frame_support::{pallet_prelude::*, traits::fungible};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::{Convert, IdentifyAccount, Verify};
	use tea_primitives::{
		HardwareClass,
		camellia::Camellias,
		deployment::{Charge, DeploymentId, Hash, Refusal},
		errand::{DutyStanding, ValueAtRisk},
		ids::{BootSeq, ModuleId},
		module::Attested,
	};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// The registry of deployments.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// What deposits are made of.
		type Currency: fungible::Mutate<Self::AccountId>
			+ fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's reasons to hold money.
		type RuntimeHoldReason: From<HoldReason>;

		/// The registry of modules: who is Active, with which keys.
		type Attestation: Attested<Self::AccountId, BlockNumberFor<Self>>;

		/// The registry of Camelliae: who owns a module.
		type Camellias: Camellias<Self::AccountId>;

		/// What modules answer for by their errands.
		type Errands: ValueAtRisk<BalanceOf<Self>>;

		/// Most value at risk of a module of this class; `None`: no limit.
		type ClassCap: Convert<HardwareClass, Option<BalanceOf<Self>>>;

		/// Whose duty calls are feeless: not of those of whom too many failed.
		type Duties: DutyStanding<Self::AccountId>;

		/// Signature of a pinner over a link.
		type MemberSignature: Verify<Signer: IdentifyAccount<AccountId = Self::AccountId>>
			+ Parameter
			+ MaxEncodedLen;

		/// Account of a session key.
		type SessionAccount: Convert<[u8; 32], Self::AccountId>;

		/// Blocks for which a certificate is valid: by this its age is known.
		type CertificateLife: Get<BlockNumberFor<Self>>;

		/// How many blocks old the block may be that a link names.
		#[pallet::constant]
		type LinkWindow: Get<BlockNumberFor<Self>>;

		/// Pins of one deployment, at most.
		#[pallet::constant]
		type MaxPins: Get<u32>;

		/// Generations of pins from the owner, at most.
		#[pallet::constant]
		type MaxDepth: Get<u8>;

		/// Former terms of one deployment that running errands may keep, at most.
		#[pallet::constant]
		type MaxFormerTerms: Get<u8>;

		/// Blocks of a paid hour.
		#[pallet::constant]
		type PassBlocks: Get<BlockNumberFor<Self>>;

		/// What every deployment puts on hold.
		#[pallet::constant]
		type DepositBase: Get<BalanceOf<Self>>;

		/// What each byte of its registration adds.
		#[pallet::constant]
		type DepositPerByte: Get<BalanceOf<Self>>;

		/// Deployments that are served in one block, at most.
		#[pallet::constant]
		type AgendaPerBlock: Get<u32>;

		/// Weights of calls and hooks.
		type WeightInfo: WeightInfo;

		/// What the runtime does for the benchmarks.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: BenchmarkHelper<Self::MemberSignature>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The room that a deployment takes in state.
		#[codec(index = 0)]
		Deposit,
	}

	/// All deployments that are in state.
	//
	// Identity, here and below: the key is a hash.
	#[pallet::storage]
	pub type Deployments<T: Config> = StorageMap<_, Identity, DeploymentId, DeploymentRecordOf<T>>;

	/// Deployments that left state, and when. No id is given twice.
	#[pallet::storage]
	pub type Ended<T: Config> = StorageMap<_, Identity, DeploymentId, BlockNumberFor<T>>;

	/// The present terms of each deployment, and former ones that running errands keep.
	//
	// Identity: both keys are hashes.
	#[pallet::storage]
	pub type TermsByHash<T: Config> =
		StorageDoubleMap<_, Identity, DeploymentId, Identity, Hash, TermsOf<T>>;

	/// How many running errands go by these terms, when any do. Apart from the terms, which are long: an errand counts, and does not
	/// write them again.
	#[pallet::storage]
	pub type TermUses<T: Config> =
		StorageDoubleMap<_, Identity, DeploymentId, Identity, Hash, u32, ValueQuery>;

	/// The pins of each `Hosted` deployment.
	#[pallet::storage]
	pub type Pins<T: Config> = StorageMap<_, Identity, DeploymentId, PinTableOf<T>, ValueQuery>;

	/// Proofs of delegation, by their hash: all that lead from a pin to the owner.
	#[pallet::storage]
	pub type Links<T: Config> = StorageMap<_, Identity, Hash, LinkRecordOf<T>>;

	/// What each module answers for by its pins. Of an older boot it counts as nothing.
	//
	// Twox64Concat: module ids are counted by the chain.
	#[pallet::storage]
	pub type Holdings<T: Config> =
		StorageMap<_, Twox64Concat, ModuleId, Holding<BalanceOf<T>>, ValueQuery>;

	/// What clients have used of deployments whose first uses are free or whose hours are paid.
	//
	// Identity and Blake2_128Concat: a hash, and accounts.
	#[pallet::storage]
	pub type Clients<T: Config> = StorageDoubleMap<
		_,
		Identity,
		DeploymentId,
		Blake2_128Concat,
		T::AccountId,
		ClientRecordOf<T>,
		ValueQuery,
	>;

	/// Deployments that have something due, by block.
	//
	// Twox64Concat: block numbers.
	#[pallet::storage]
	pub type Agenda<T: Config> = StorageMap<
		_,
		Twox64Concat,
		BlockNumberFor<T>,
		BoundedVec<DeploymentId, T::AgendaPerBlock>,
		ValueQuery,
	>;

	/// What happens to deployments.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A deployment was registered. Of a `Hosted` one the initial pin is confirmed.
		#[codec(index = 0)]
		Registered {
			/// The deployment.
			deployment: DeploymentId,
			/// Who owns it.
			owner: T::AccountId,
			/// All that was registered.
			registration: Box<RegistrationOf<T>>,
			/// Link 0, signed by the initial pinner; the owner signed the extrinsic.
			link: Box<SignedLinkOf<T>>,
			/// What was put on hold.
			deposit: BalanceOf<T>,
		},
		/// The owner changed the terms, for errands that are posted from now on.
		#[codec(index = 1)]
		TermsSet {
			/// The deployment.
			deployment: DeploymentId,
			/// Hash of the terms.
			hash: Hash,
			/// The terms.
			terms: Box<TermsOf<T>>,
			/// What is on hold now.
			deposit: BalanceOf<T>,
		},
		/// A module holds the key.
		#[codec(index = 2)]
		Pinned {
			/// The deployment.
			deployment: DeploymentId,
			/// The module.
			module: ModuleId,
			/// Its boot.
			boot_seq: BootSeq,
			/// The module that handed the key over.
			parent: ModuleId,
			/// Generations from the owner.
			depth: u8,
			/// Whether too few pins were live: the parent earns more.
			while_degraded: bool,
			/// The proof, signed by both.
			link: Box<SignedLinkOf<T>>,
		},
		/// A module gave its pin up.
		#[codec(index = 3)]
		Unpinned {
			/// The deployment.
			deployment: DeploymentId,
			/// The module.
			module: ModuleId,
			/// The boot of the pin.
			boot_seq: BootSeq,
			/// Why.
			reason: DropReason,
		},
		/// A pin made way for another one, because its module is not Active in the boot of the pin.
		#[codec(index = 4)]
		PinRemoved {
			/// The deployment.
			deployment: DeploymentId,
			/// The module.
			module: ModuleId,
			/// The boot of the pin.
			boot_seq: BootSeq,
		},
		/// The last live pin was given up: no errand is accepted until the owner seeds the deployment anew.
		#[codec(index = 5)]
		Lost {
			/// The deployment.
			deployment: DeploymentId,
			/// Its owner.
			owner: T::AccountId,
		},
		/// The owner handed the key to a pinner again. Pins of before are void.
		#[codec(index = 6)]
		Reseeded {
			/// The deployment.
			deployment: DeploymentId,
			/// How often this has happened.
			seed: u32,
			/// Link 0, signed by the initial pinner; the owner signed the extrinsic.
			link: Box<SignedLinkOf<T>>,
		},
		/// The owner wants no further errands. Running ones finish.
		#[codec(index = 7)]
		Retired {
			/// The deployment.
			deployment: DeploymentId,
			/// Uses of running errands.
			uses: u32,
		},
		/// All pins are void, keys are to be wiped. The record leaves state.
		#[codec(index = 8)]
		Closed {
			/// The deployment.
			deployment: DeploymentId,
			/// Why.
			reason: EndReason,
		},
		/// The record has left state, the deposit is free.
		#[codec(index = 9)]
		Removed {
			/// The deployment.
			deployment: DeploymentId,
			/// Its owner.
			owner: T::AccountId,
			/// What was on hold.
			deposit: BalanceOf<T>,
		},
		/// There was no room to note that something is due. It holds all the same; anybody may call `expire` from then on.
		#[codec(index = 10)]
		AgendaFull {
			/// The deployment.
			deployment: DeploymentId,
			/// The block.
			due: BlockNumberFor<T>,
		},
		/// A client's use of a deployment ended and was paid or counted.
		#[codec(index = 11)]
		Used {
			/// The deployment.
			deployment: DeploymentId,
			/// The client.
			client: T::AccountId,
			/// How it was charged.
			charge: Charge<BalanceOf<T>>,
			/// What it costs.
			due: BalanceOf<T>,
		},
	}

	/// Why a call is refused. Nothing has changed.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no deployment of this id, or none any more.
		#[codec(index = 0)]
		UnknownDeployment,
		/// There is, or was, a deployment of this id. Have the pinner make another deployment key.
		#[codec(index = 1)]
		DeploymentExists,
		/// The id is not the hash of the deployment key.
		#[codec(index = 2)]
		BadId,
		/// A CID is not a binary CIDv1 with SHA-256, of a raw leaf or a dag-pb tree.
		#[codec(index = 3)]
		BadCid,
		/// The content is larger than 16 MiB of code or 1 GiB of data.
		#[codec(index = 4)]
		TooLarge,
		/// The terms contradict themselves or the deployment: no class, an expiry that has passed, a reader list or
		/// largest result for code, a checker for data, or a number of replicas outside 1 … 16.
		#[codec(index = 5)]
		TermsInvalid,
		/// The initial pinner has no valid certificate. Choose another one.
		#[codec(index = 6)]
		PinnerNotActive,
		/// The pinner has booted since. Hand the key over again.
		#[codec(index = 7)]
		StaleBoot,
		/// The signature of the initial pinner does not cover this record and link 0.
		#[codec(index = 8)]
		BadPinnerSignature,
		/// The deposit is more than the account can put on hold.
		#[codec(index = 9)]
		InsufficientBalance,
		/// The block that the link names is too old, or has not come yet. Hand the key over again.
		#[codec(index = 10)]
		StaleLink,
		/// The signer does not own the deployment.
		#[codec(index = 11)]
		NotOwner,
		/// The deployment is retired.
		#[codec(index = 12)]
		AlreadyRetired,
		/// The time of the deployment is over.
		#[codec(index = 13)]
		DeploymentExpired,
		/// The deployment is `Plain` or `Private`: nobody pins its key.
		#[codec(index = 14)]
		NotHosted,
		/// The signer is not the session key of a module's present boot.
		#[codec(index = 15)]
		NotModule,
		/// The module has no valid certificate in this boot.
		#[codec(index = 16)]
		PeerNotActive,
		/// No pin of this deployment came by the parent link. Ask a present pinner.
		#[codec(index = 17)]
		UnknownParent,
		/// The module that handed the key over is not Active in the boot of its pin. Ask another pinner.
		#[codec(index = 18)]
		ParentNotActive,
		/// The signature of the giver or of the receiver over the link does not verify.
		#[codec(index = 19)]
		BadSignature,
		/// This very link has been used. Hand the key over again.
		#[codec(index = 20)]
		LinkUsed,
		/// The module holds this pin already.
		#[codec(index = 21)]
		AlreadyPinned,
		/// The deployment has as many pins as there may be.
		#[codec(index = 22)]
		TooManyPins,
		/// The parent is as far from the owner as a pin may be. Ask a pinner of an earlier generation.
		#[codec(index = 23)]
		TooDeep,
		/// The node lists do not admit the module.
		#[codec(index = 24)]
		NodeNotAllowed,
		/// The terms do not accept the class of the module's hardware.
		#[codec(index = 25)]
		ClassNotAccepted,
		/// The module's last attestation is older than the terms accept. Renew the certificate first.
		#[codec(index = 26)]
		CertificateTooOld,
		/// With this deployment the module would answer for more than its class may.
		#[codec(index = 27)]
		ClassCapExceeded,
		/// The module holds no pin of this deployment.
		#[codec(index = 28)]
		NotPinner,
		/// The deployment has live pins: it needs no new seed.
		#[codec(index = 29)]
		NotLost,
		/// These are the present terms.
		#[codec(index = 30)]
		TermsUnchanged,
		/// Running errands keep too many former terms. Wait until some of them end.
		#[codec(index = 31)]
		TooManyTerms,
		/// A running errand may last beyond this expiry.
		#[codec(index = 32)]
		ErrandsRunLonger,
		/// There is nothing to do for this deployment at present.
		#[codec(index = 33)]
		NothingDue,
		/// Too many links of former pins wait to leave state. Call `expire` for the deployment and try again.
		#[codec(index = 34)]
		LooseEnds,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::serve_agenda(now)
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
		/// Registers a deployment that an initial pinner has accepted.
		///
		/// - Origin: signed, by whoever is its owner from now on. Puts the deposit on hold.
		/// - Refused unless the id is new and belongs to the deployment key, and the pinner is Active in that boot, admitted by
		///   the terms, and has signed link 0, which covers the whole record.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(
			origin: OriginFor<T>,
			deployment: DeploymentId,
			registration: Box<RegistrationOf<T>>,
			seed: Box<SeedOf<T>>,
		) -> DispatchResult {
			Self::do_register(ensure_signed(origin)?, deployment, *registration, *seed)
		}

		/// Sets other terms, for errands that are posted and pins that are confirmed from now on.
		///
		/// - Origin: signed, by the owner. The deposit follows the length of the terms.
		/// - Refused when an errand may run beyond the new expiry.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_terms())]
		pub fn set_terms(
			origin: OriginFor<T>,
			deployment: DeploymentId,
			terms: Box<TermsOf<T>>,
		) -> DispatchResult {
			Self::do_set_terms(ensure_signed(origin)?, deployment, *terms)
		}

		/// Seeds a lost deployment anew: the same id, a new deployment key and link 0. Pins of before are void.
		///
		/// - Origin: signed, by the owner.
		/// - Refused while a pin is live.
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::reseed(T::MaxPins::get()))]
		pub fn reseed(
			origin: OriginFor<T>,
			deployment: DeploymentId,
			seed: Box<SeedOf<T>>,
		) -> DispatchResultWithPostInfo {
			Self::do_reseed(ensure_signed(origin)?, deployment, *seed)
		}

		/// Ends a deployment: no further errands and pins. When the last running errand is over, its pins are void and
		/// the deposit comes back.
		///
		/// - Origin: signed, by the owner.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::retire())]
		pub fn retire(origin: OriginFor<T>, deployment: DeploymentId) -> DispatchResult {
			Self::do_retire(ensure_signed(origin)?, deployment)
		}

		/// Confirms that the signing module holds the key, with the link by which it came.
		///
		/// - Origin: signed, by the session key of the receiver. Feeless when valid.
		/// - `parent` is the hash of the link by which the giver holds the key.
		/// - Refused unless both are Active in their boots, the terms and the class admit the receiver, there is room, and
		///   both have signed the link.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::confirm_pin(PROBES))]
		#[pallet::feeless_if(|
			origin: &OriginFor<T>,
			deployment: &DeploymentId,
			parent: &Hash,
			block: &BlockNumberFor<T>,
			_: &Hash,
			_: &T::MemberSignature,
			_: &T::MemberSignature,
		| -> bool {
			Pallet::<T>::is_duty(origin, |who| {
				Pallet::<T>::check_confirmation(who, deployment, parent, *block).map(|_| ())
			})
		})]
		pub fn confirm_pin(
			origin: OriginFor<T>,
			deployment: DeploymentId,
			parent: Hash,
			block: BlockNumberFor<T>,
			sealed_key: Hash,
			giver: T::MemberSignature,
			receiver: T::MemberSignature,
		) -> DispatchResultWithPostInfo {
			let who = ensure_signed(origin)?;
			Self::do_confirm_pin(who, deployment, parent, block, sealed_key, giver, receiver)
		}

		/// Gives a pin up: the signing module has wiped the key.
		///
		/// - Origin: signed, by the session key of the pinner, in the boot of the pin or a later one. Feeless when valid.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::drop_pin())]
		#[pallet::feeless_if(|origin: &OriginFor<T>, deployment: &DeploymentId, _: &DropReason| -> bool {
			Pallet::<T>::is_duty(origin, |who| Pallet::<T>::check_drop(who, deployment).map(|_| ()))
		})]
		pub fn drop_pin(
			origin: OriginFor<T>,
			deployment: DeploymentId,
			reason: DropReason,
		) -> DispatchResult {
			Self::do_drop_pin(ensure_signed(origin)?, deployment, reason)
		}

		/// Does what is due for a deployment: closes it when its time is over, takes it out of state step by step, and
		/// clears away what former pins have left.
		///
		/// - Origin: signed, by anybody.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, deployment: DeploymentId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(deployment)
		}
	}

	#[pallet::view_functions]
	impl<T: Config> Pallet<T> {
		/// Everything about a deployment, its terms and where it stands.
		pub fn deployment(deployment: DeploymentId) -> Option<DeploymentInfoOf<T>> {
			Self::info(&deployment)
		}

		/// Who holds its key, and where each pin stands. An unknown deployment has none.
		pub fn pins(deployment: DeploymentId) -> Vec<PinViewOf<T>> {
			Self::pin_views(&deployment)
		}

		/// The proofs from a module's pin back to the owner, that of the pin first. Without a pin: link 0 alone.
		pub fn delegation_chain(
			deployment: DeploymentId,
			module: Option<ModuleId>,
		) -> Vec<SignedLinkOf<T>> {
			Self::chain_of(&deployment, module)
		}

		/// Whether a module may pin the deployment now, and execute it: its terms, its certificate, the cap of its class.
		pub fn usable_by(deployment: DeploymentId, module: ModuleId) -> Result<(), Refusal> {
			Self::admits(&deployment, module)
		}

		/// Terms by their hash: the present ones, and those that running errands keep.
		pub fn terms(deployment: DeploymentId, hash: Hash) -> Option<TermsOf<T>> {
			TermsByHash::<T>::get(deployment, hash)
		}

		/// Free uses that a client has taken, and until when its hours are paid.
		pub fn client(deployment: DeploymentId, client: T::AccountId) -> ClientRecordOf<T> {
			Clients::<T>::get(deployment, client)
		}

		/// What a module answers for by its pins.
		pub fn holding(module: ModuleId) -> Holding<BalanceOf<T>> {
			Holdings::<T>::get(module)
		}
	}
}

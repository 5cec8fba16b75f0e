//! Records and states of the registry of deployments.
//
// INVARIANT: everything here is stored, part of an event or of a call, so variants keep their indices.

use crate::Config;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	BoundedVec, CloneNoBound, DebugNoBound, EqNoBound, PartialEqNoBound, traits::fungible,
};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use sp_runtime::traits::Get;
use tea_primitives::{
	deployment::{
		Checker, Content, DeploymentId, Document, Giver, Hash, Kind, Link, LinkReason,
		Registration, SignedLink, Terms, Visibility,
	},
	ids::{BootSeq, ModuleId},
};

/// Balance of the currency that deposits are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// [`Registration`] of the runtime.
pub type RegistrationOf<T> =
	Registration<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`Terms`] of the runtime.
pub type TermsOf<T> =
	Terms<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`Link`] of the runtime.
pub type LinkOf<T> = Link<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;
/// [`SignedLink`] of the runtime.
pub type SignedLinkOf<T> = SignedLink<
	<T as frame_system::Config>::AccountId,
	BlockNumberFor<T>,
	<T as Config>::MemberSignature,
>;
/// [`Seed`] of the runtime.
pub type SeedOf<T> = Seed<BlockNumberFor<T>, <T as Config>::MemberSignature>;
/// [`DeploymentRecord`] of the runtime.
pub type DeploymentRecordOf<T> =
	DeploymentRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`LinkRecord`] of the runtime.
pub type LinkRecordOf<T> = LinkRecord<
	<T as frame_system::Config>::AccountId,
	BlockNumberFor<T>,
	<T as Config>::MemberSignature,
>;
/// [`PinTable`] of the runtime.
pub type PinTableOf<T> = PinTable<BlockNumberFor<T>, <T as Config>::MaxPins>;
/// [`DeploymentInfo`] of the runtime.
pub type DeploymentInfoOf<T> =
	DeploymentInfo<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;
/// [`ClientRecord`] of the runtime.
pub type ClientRecordOf<T> = ClientRecord<BlockNumberFor<T>>;
/// [`PinView`] of the runtime.
pub type PinViewOf<T> = PinView<BlockNumberFor<T>>;

/// What the initial pinner has made and signed: the owner brings it to the chain.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Seed<BlockNumber, Signature> {
	/// Public half of the deployment key.
	pub public_key: [u8; 32],
	/// The pinner.
	pub pinner: ModuleId,
	/// Its boot.
	pub boot_seq: BootSeq,
	/// The finalised block at which the owner looked it up.
	pub block: BlockNumber,
	/// SHA-256 of the envelope that brought the key; zero when there is none.
	pub sealed_key: Hash,
	/// The pinner's signature over link 0.
	pub signature: Signature,
}

/// A deployment. Its terms and pins stand elsewhere, because they are long.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DeploymentRecord<AccountId, Balance, BlockNumber> {
	/// Who registered it.
	pub owner: AccountId,
	/// Code or data.
	pub kind: Kind,
	/// Who has the key.
	pub visibility: Visibility,
	/// The content.
	pub content: Content,
	/// Live pins that the owner wants.
	pub wanted: u8,
	/// How candidates find out whether they are able to run the code.
	pub checker: Checker,
	/// What people read.
	pub description: Option<Document>,
	/// What every pinner answers for.
	pub declared_value: Balance,
	/// The deployment of which this is a new version.
	pub replaces: Option<DeploymentId>,
	/// Hash of all that was registered, as link 0 names it.
	pub registration: Hash,
	/// Block of the registration.
	pub registered: BlockNumber,
	/// Public half of the present deployment key.
	pub public_key: [u8; 32],
	/// How often it was seeded anew. Pins of an older seed are void.
	pub seed: u32,
	/// Hash of the present link 0.
	pub origin: Hash,
	/// The initial pinner of the present seed.
	pub delegator: ModuleId,
	/// Hash of the present terms.
	pub terms: Hash,
	/// Former terms that running errands keep.
	pub former_terms: u8,
	/// First block without errands and pins, as the present terms say.
	pub expires: Option<BlockNumber>,
	/// Block in which the owner retired it.
	pub retired: Option<BlockNumber>,
	/// Its pins are void, and it leaves state step by step.
	pub closed: bool,
	/// Uses of running errands.
	pub uses: u32,
	/// Latest deadline of any errand so far.
	pub busy_until: BlockNumber,
	/// What is on hold for it.
	pub deposit: Balance,
	/// The block in whose agenda it stands.
	pub agenda: Option<BlockNumber>,
}

/// What a client has used of a deployment.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ClientRecord<BlockNumber> {
	/// Free uses that are taken.
	pub free_uses: u32,
	/// First block after the hours that are paid.
	pub paid_until: BlockNumber,
}

/// A pin. Whether it is live, the certificate of its module says.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Pin<BlockNumber> {
	/// Who holds the key.
	pub module: ModuleId,
	/// In which boot.
	pub boot_seq: BootSeq,
	/// Of which seed.
	pub seed: u32,
	/// Hash of the link by which it came.
	pub link: Hash,
	/// Generations from the owner: 1 is the initial pin.
	pub depth: u8,
	/// Block of its confirmation.
	pub since: BlockNumber,
	/// Whether too few were live then.
	pub while_degraded: bool,
}

/// The pins of a deployment, the oldest first.
#[derive(
	CloneNoBound, DebugNoBound, PartialEqNoBound, EqNoBound, Encode, Decode, MaxEncodedLen, TypeInfo,
)]
#[scale_info(skip_type_params(MaxPins))]
pub struct PinTable<BlockNumber: Clone + core::fmt::Debug + PartialEq + Eq, MaxPins: Get<u32>> {
	/// The pins, live or not.
	pub pins: BoundedVec<Pin<BlockNumber>, MaxPins>,
	/// Links whose pin, or whose last child, is gone. They leave state a few at a time.
	pub loose: BoundedVec<Hash, MaxPins>,
}

impl<BlockNumber: Clone + core::fmt::Debug + PartialEq + Eq, MaxPins: Get<u32>> Default
	for PinTable<BlockNumber, MaxPins>
{
	fn default() -> Self {
		Self {
			pins: BoundedVec::new(),
			loose: BoundedVec::new(),
		}
	}
}

/// A proof of delegation, kept as long as a pin hangs on it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct LinkRecord<AccountId, BlockNumber, Signature> {
	/// The deployment.
	pub deployment: DeploymentId,
	/// Hash of the parent link.
	pub parent: Hash,
	/// Who gave.
	pub from: Giver<AccountId>,
	/// Who received.
	pub to: ModuleId,
	/// In which boot.
	pub boot_seq: BootSeq,
	/// Why.
	pub reason: LinkReason,
	/// The finalised block at which the giver looked the receiver up.
	pub block: BlockNumber,
	/// SHA-256 of the envelope.
	pub sealed_key: Hash,
	/// Signature of the giver; none in link 0.
	pub giver: Option<Signature>,
	/// Signature of the receiver.
	pub receiver: Signature,
	/// Session key of the receiver.
	pub receiver_key: [u8; 32],
	/// Generations from the owner.
	pub depth: u8,
	/// Pins, links and records that hold on to it.
	pub holders: u32,
}

/// What a module answers for by its pins, in one boot.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Holding<Balance> {
	/// The boot.
	pub boot_seq: BootSeq,
	/// Its pins.
	pub pins: u32,
	/// Sum of the declared values.
	pub value: Balance,
}

/// Why a pinner gives a pin up.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum DropReason {
	/// It leaves, or shuts down.
	#[codec(index = 0)]
	Draining,
	/// The deployment is retired or expired.
	#[codec(index = 1)]
	Ended,
	/// Its own policy.
	#[codec(index = 2)]
	Policy,
	/// The key or the content turned out bad.
	#[codec(index = 3)]
	BadKey,
}

/// Why a deployment ended.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum EndReason {
	/// The owner retired it.
	#[codec(index = 0)]
	Retired,
	/// Its time is over.
	#[codec(index = 1)]
	Expired,
}

/// Where a deployment stands (SPEC 6.4).
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum DeploymentStatus {
	/// As many live pins as wanted, or none needed.
	#[codec(index = 0)]
	Live,
	/// Fewer than wanted: parents earn more.
	#[codec(index = 1)]
	Degraded,
	/// None. The owner may re-seed it.
	#[codec(index = 2)]
	Lost,
	/// Retired by its owner. Running errands finish.
	#[codec(index = 3)]
	Retired,
	/// Its time is over.
	#[codec(index = 4)]
	Expired,
}

/// Where a pin stands (SPEC 6.4).
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum PinState {
	/// Its module is Active in the boot of the pin.
	#[codec(index = 0)]
	Live,
	/// Its module is not Active, but the boot goes on.
	#[codec(index = 1)]
	Suspended,
	/// The boot is over, or the deployment, or its seed.
	#[codec(index = 2)]
	Void,
}

/// A pin, as readers see it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PinView<BlockNumber> {
	/// The pin.
	pub pin: Pin<BlockNumber>,
	/// The module that handed the key over; `None`: the owner.
	pub parent: Option<ModuleId>,
	/// Where it stands.
	pub state: PinState,
}

/// A deployment, as readers see it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DeploymentInfo<AccountId, Balance, BlockNumber> {
	/// The record.
	pub record: DeploymentRecord<AccountId, Balance, BlockNumber>,
	/// The present terms.
	pub terms: Terms<AccountId, Balance, BlockNumber>,
	/// Where it stands.
	pub status: DeploymentStatus,
	/// Live pins.
	pub live: u32,
}

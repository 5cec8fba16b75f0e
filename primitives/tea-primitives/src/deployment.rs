//! Deployments: content with terms, the pins that hold its key, and the chain of proofs of delegation (SPEC 5.E – 5.I).

use crate::{
	HardwareClass,
	ids::{BootSeq, ModuleId},
	module::Certificate,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, bounded::BoundedVec};
use sp_runtime::traits::{BlakeTwo256, Hash as _};

/// Entries of an allow-list or block-list, at most.
pub const MAX_LIST: u32 = 64;
/// Pins of one deployment, at most.
pub const MAX_PINS: u32 = 128;
/// Generations of pins from the owner, at most: the initial pin is the first.
pub const MAX_DEPTH: u8 = 64;
/// Wanted replicas, at most.
pub const MAX_WANTED: u8 = 16;
/// Bytes of code after decryption, at most.
pub const MAX_CODE: u64 = 16 << 20;
/// Bytes of data after decryption, at most.
pub const MAX_DATA: u64 = 1 << 30;
/// Bytes that a result may have, at most.
pub const MAX_OUTPUT: u32 = 4 << 20;
/// Blocks of one paid hour of a time pass.
pub const PASS_BLOCKS: u32 = 1200;

/// Blake2-256 or SHA-256 of something, as the field says.
pub type Hash = [u8; 32];

fn blake2_256(bytes: &[u8]) -> Hash {
	BlakeTwo256::hash(bytes).0
}

/// Name of a deployment: blake2-256 of the public half of its first deployment key.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct DeploymentId(pub [u8; 32]);

impl DeploymentId {
	/// The name that the first deployment key gives.
	pub fn of_key(public: &[u8; 32]) -> Self {
		Self(blake2_256(public))
	}
}

/// Name of a content in IPFS: a binary CIDv1 with SHA-256, of a single leaf (`raw`) or of a tree (`dag-pb`).
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Cid(pub [u8; 36]);

impl Cid {
	/// Version and codec of a single leaf, then SHA-256 and its length.
	pub const RAW: [u8; 4] = [0x01, 0x55, 0x12, 0x20];
	/// The same of a tree.
	pub const DAG_PB: [u8; 4] = [0x01, 0x70, 0x12, 0x20];

	/// A CID by its prefix and digest.
	pub fn new(prefix: [u8; 4], digest: [u8; 32]) -> Self {
		let mut bytes = [0; 36];
		let (head, tail) = bytes.split_at_mut(4);
		head.copy_from_slice(&prefix);
		tail.copy_from_slice(&digest);
		Self(bytes)
	}

	/// Whether it is of the accepted form.
	pub fn is_valid(&self) -> bool {
		self.0.starts_with(&Self::RAW) || self.0.starts_with(&Self::DAG_PB)
	}
}

/// What a deployment is for.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Kind {
	/// It runs as the function.
	#[codec(index = 0)]
	Code,
	/// It is a parameter of the function.
	#[codec(index = 1)]
	Data,
}

/// Who has the key.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Visibility {
	/// There is none: the content is public.
	#[codec(index = 0)]
	Plain,
	/// The pinners.
	#[codec(index = 1)]
	Hosted,
	/// The owner, who gives it to one executor for each errand.
	#[codec(index = 2)]
	Private,
}

/// A content: where it is, and by what it is recognised.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Content {
	/// Its name in IPFS.
	pub cid: Cid,
	/// SHA-256 of the bytes as they are stored.
	pub ciphertext_hash: Hash,
	/// Commitment to the plaintext, keyed with the content's key; of a public content its SHA-256.
	pub commitment: Hash,
	/// Bytes after decryption.
	pub size: u64,
}

/// A document in IPFS.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Document {
	/// Its name in IPFS.
	pub cid: Cid,
	/// SHA-256 of its bytes.
	pub hash: Hash,
}

/// A set of hardware classes, one bit each, by their codec index.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Classes(pub u8);

impl Classes {
	/// Every class.
	pub const ALL: Self = Self(0b11_1111);

	/// These classes.
	pub fn of(classes: &[HardwareClass]) -> Self {
		Self(
			classes
				.iter()
				.fold(0, |bits, class| bits | Self::bit(*class)),
		)
	}

	/// Whether this class is one of them.
	pub fn contains(self, class: HardwareClass) -> bool {
		self.0 & Self::bit(class) != 0
	}

	/// Whether it names at least one class, and nothing that is none.
	pub fn is_valid(self) -> bool {
		self.0 != 0 && self.0 & !Self::ALL.0 == 0
	}

	fn bit(class: HardwareClass) -> u8 {
		1u8.checked_shl(class as u32).unwrap_or_default()
	}
}

/// What a module must offer.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Needs {
	/// Memory for the guest, in pages of 64 KiB.
	pub memory_pages: u32,
	/// Fuel of one run.
	pub fuel: u64,
	/// Classes of hardware.
	pub classes: Classes,
	/// Capabilities, one bit each, as in a module's profile.
	pub capabilities: u64,
}

/// How a candidate finds out whether it is able to run the code.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Checker {
	/// It need not.
	#[codec(index = 0)]
	None,
	/// By a list.
	#[codec(index = 1)]
	Needs(Needs),
	/// By a wasm check, run in the sandbox.
	#[codec(index = 2)]
	Wasm(Document),
}

/// An allow-list and a block-list. The block-list wins; no allow-list admits everybody, an empty one nobody.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Lists<Entry> {
	/// Who is admitted.
	pub allow: Option<BoundedVec<Entry, ConstU32<MAX_LIST>>>,
	/// Who is not.
	pub block: BoundedVec<Entry, ConstU32<MAX_LIST>>,
}

impl<Entry> Default for Lists<Entry> {
	fn default() -> Self {
		Self {
			allow: None,
			block: BoundedVec::new(),
		}
	}
}

impl<Entry> Lists<Entry> {
	/// Whether somebody is admitted whom these entries mean.
	pub fn admit(&self, means: impl Fn(&Entry) -> bool) -> bool {
		!self.block.iter().any(&means)
			&& self
				.allow
				.as_ref()
				.is_none_or(|allow| allow.iter().any(&means))
	}
}

/// An entry of a node list.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Node<AccountId> {
	/// A module.
	#[codec(index = 0)]
	Module(ModuleId),
	/// All modules of an owner.
	#[codec(index = 1)]
	Owner(AccountId),
}

/// What uses cost once the free ones are used up.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Price<Balance> {
	/// This much each.
	#[codec(index = 0)]
	PerUse(Balance),
	/// This much for an hour of as many uses as the client likes.
	#[codec(index = 1)]
	Hourly(Balance),
}

/// Which code may read a data deployment.
#[derive(
	Default,
	Clone,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Readers {
	/// Code deployments that may; `None`: every one, an empty list: none.
	pub code: Option<BoundedVec<DeploymentId, ConstU32<MAX_LIST>>>,
	/// Whether code that is not deployed may. Of a `Plain` deployment it always may, unless `code` is a list.
	pub ad_hoc: bool,
}

/// The conditions of use, all enforced on chain (SPEC 5.F). They are composable: every one that is set must hold.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Terms<AccountId, Balance, BlockNumber> {
	/// Uses of each client that cost nothing.
	pub free_uses: u32,
	/// What the next ones cost.
	pub price: Price<Balance>,
	/// Classes of hardware for pinners and executors.
	pub classes: Classes,
	/// Oldest certificate, counted from the round that gave it.
	pub max_certificate_age: Option<BlockNumber>,
	/// Modules that may pin and execute.
	pub nodes: Lists<Node<AccountId>>,
	/// Accounts that may post errands.
	pub clients: Lists<AccountId>,
	/// First block without errands and pins.
	pub expires: Option<BlockNumber>,
	/// Code that may read the data.
	pub readers: Readers,
	/// Largest result of an errand that reads the data.
	pub max_output: Option<u32>,
}

/// What an owner registers. The initial pinner signs all of it (see [`Link`]).
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Registration<AccountId, Balance, BlockNumber> {
	/// Code or data.
	pub kind: Kind,
	/// Who has the key.
	pub visibility: Visibility,
	/// The content. It never changes.
	pub content: Content,
	/// The conditions of use.
	pub terms: Terms<AccountId, Balance, BlockNumber>,
	/// Live pins that the owner wants.
	pub wanted: u8,
	/// How candidates find out whether they are able to run the code.
	pub checker: Checker,
	/// What people read. Where it differs from the terms, the terms count.
	pub description: Option<Document>,
	/// What the owner says that the content is worth: every pinner answers for it within the cap of its class.
	pub declared_value: Balance,
	/// The deployment of which this is a new version.
	pub replaces: Option<DeploymentId>,
}

impl<AccountId: Encode, Balance: Encode, BlockNumber: Encode>
	Registration<AccountId, Balance, BlockNumber>
{
	/// Its blake2-256, which link 0 names.
	pub fn hash(&self) -> Hash {
		blake2_256(&self.encode())
	}
}

/// Tag in front of every signed link.
pub const LINK_DOMAIN: [u8; 15] = *b"tea/pod-link/v1";

/// The hash that stands for "no parent" in link 0.
pub const NO_PARENT: Hash = [0; 32];

/// Who hands a key over.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Giver<AccountId> {
	/// The owner, or another key holder: signs by the extrinsic that brings the link.
	#[codec(index = 0)]
	Account(AccountId),
	/// A pinner, in a boot: signs with the session key of that boot.
	#[codec(index = 1)]
	Module(ModuleId, BootSeq),
}

/// Why a key is handed over.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum LinkReason {
	/// Link 0: the owner to the initial pinner.
	#[codec(index = 0)]
	Origin {
		/// 0 at registration, one more at each re-seeding.
		seed: u32,
		/// Public half of the deployment key that the pinner made.
		public_key: [u8; 32],
		/// [`Registration::hash`]: by this the pinner signs the whole record.
		registration: Hash,
	},
	/// A pinner to the next one.
	#[codec(index = 1)]
	Pin,
	/// A key holder to the executor of this errand.
	#[codec(index = 2)]
	Execute(u64),
}

/// A proof of delegation: one hand-over of a deployment's key. Links are chained by hash back to the owner.
///
/// INVARIANT: this is signed and hashed. The fields keep their order, and a change takes another domain.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Link<AccountId, BlockNumber> {
	/// [`LINK_DOMAIN`].
	pub domain: [u8; 15],
	/// Genesis hash of the chain.
	pub genesis: [u8; 32],
	/// The deployment.
	pub deployment: DeploymentId,
	/// Hash of the link by which the giver got the key; [`NO_PARENT`] when it is an account.
	pub parent: Hash,
	/// Who gives.
	pub from: Giver<AccountId>,
	/// The module that receives.
	pub to: ModuleId,
	/// Its boot. The envelope opens in no other.
	pub boot_seq: BootSeq,
	/// Why.
	pub reason: LinkReason,
	/// The finalised block at which the giver looked the receiver up.
	pub block: BlockNumber,
	/// SHA-256 of the envelope; zero when there is no key to hand over.
	pub sealed_key: Hash,
}

impl<AccountId: Encode, BlockNumber: Encode> Link<AccountId, BlockNumber> {
	/// The bytes that giver and receiver sign.
	pub fn payload(&self) -> Vec<u8> {
		self.encode()
	}

	/// Its blake2-256, by which others name it.
	pub fn hash(&self) -> Hash {
		blake2_256(&self.encode())
	}
}

/// A link with what is needed to verify it without the chain.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SignedLink<AccountId, BlockNumber, Signature> {
	/// The link.
	pub link: Link<AccountId, BlockNumber>,
	/// Signature of the giver, with the receiver's key of the parent link; `None` in link 0, where the owner signed the
	/// extrinsic.
	pub giver: Option<Signature>,
	/// Signature of the receiver, with `receiver_key`.
	pub receiver: Signature,
	/// Session key of the receiver in that boot.
	pub receiver_key: [u8; 32],
}

/// Why a module or a use is refused.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Refusal {
	/// There is no such deployment.
	#[codec(index = 0)]
	UnknownDeployment,
	/// The owner retired it.
	#[codec(index = 1)]
	Retired,
	/// Its time is over, or would be before the errand's deadline.
	#[codec(index = 2)]
	Expired,
	/// No pinner holds its key. The owner may re-seed it.
	#[codec(index = 3)]
	DeploymentLost,
	/// It is code used as data, or data used as code.
	#[codec(index = 4)]
	WrongKind,
	/// The lists do not admit the client.
	#[codec(index = 5)]
	ClientNotAllowed,
	/// The data may not be read by this code.
	#[codec(index = 6)]
	CodeNotAllowed,
	/// The errand asks for a larger result than the owner of the data allows.
	#[codec(index = 7)]
	OutputTooLarge,
	/// The module has no valid certificate.
	#[codec(index = 8)]
	PeerNotActive,
	/// The lists do not admit the module.
	#[codec(index = 9)]
	NodeNotAllowed,
	/// The hardware of the module is of a class that the owner does not accept.
	#[codec(index = 10)]
	ClassNotAccepted,
	/// The module's last attestation is older than the owner accepts.
	#[codec(index = 11)]
	CertificateTooOld,
	/// The module holds no live pin in this boot.
	#[codec(index = 12)]
	NotPinner,
	/// These terms are not known any more, or never were.
	#[codec(index = 13)]
	UnknownTerms,
	/// The value at risk would be above the cap of the module's class.
	#[codec(index = 14)]
	ClassCapExceeded,
}

/// Code that would read data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeRef<'a> {
	/// A code deployment.
	Deployed(&'a DeploymentId),
	/// Code that is not deployed.
	AdHoc,
}

/// A use that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct UseRequest<'a, AccountId, BlockNumber> {
	/// Who pays.
	pub client: &'a AccountId,
	/// As what it would be used.
	pub kind: Kind,
	/// The code that would read the data; without meaning when the deployment is the code.
	pub code: CodeRef<'a>,
	/// Largest result.
	pub max_output: u32,
	/// Deadline of the errand.
	pub deadline: BlockNumber,
}

/// How a use is charged. Kept by the errand from `begin_use` to `end_use`.
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
pub enum Charge<Balance> {
	/// One of the free uses, which is taken already.
	#[codec(index = 0)]
	Free,
	/// This much.
	#[codec(index = 1)]
	PerUse(Balance),
	/// An hour for this much, unless another use has bought one before this one ends.
	#[codec(index = 2)]
	Hour(Balance),
	/// Within an hour that is paid.
	#[codec(index = 3)]
	Covered,
}

impl<Balance: Copy + Default> Charge<Balance> {
	/// What the use costs at most: this much must be on hold.
	pub fn at_most(&self) -> Balance {
		match self {
			Self::Free | Self::Covered => Balance::default(),
			Self::PerUse(amount) | Self::Hour(amount) => *amount,
		}
	}
}

/// What an errand keeps of a deployment that it uses.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Usage<AccountId, Balance> {
	/// Who is paid for the use, and has the key of a `Private` deployment.
	pub owner: AccountId,
	/// Who has the key.
	pub visibility: Visibility,
	/// The content.
	pub content: Content,
	/// How the use is charged.
	pub charge: Charge<Balance>,
	/// Hash of the terms that hold for this errand.
	pub terms: Hash,
	/// The initial pinner: the delegator's part is its.
	pub delegator: ModuleId,
	/// How an executor finds out whether it is able to run the code.
	pub checker: Checker,
}

/// How an errand ended, as far as its deployments care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseOutcome {
	/// Confirmed: counts and is paid.
	Confirmed,
	/// A fault of the guest: counts, costs no use price.
	GuestFault,
	/// Anything else: as if it had not been.
	NotCounted,
}

/// A module that would execute.
#[derive(Clone, Copy, Debug)]
pub struct Executor<'a, AccountId, BlockNumber> {
	/// Its valid certificate.
	pub certificate: &'a Certificate<BlockNumber>,
	/// Owner of its Camellia.
	pub owner: &'a AccountId,
}

/// A live pin.
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
pub struct LivePin<BlockNumber> {
	/// Hash of its link.
	pub link: Hash,
	/// The module that handed the key over; `None`: the owner.
	pub parent: Option<ModuleId>,
	/// Whether too few were live when it was confirmed: its parent earns more.
	pub while_degraded: bool,
	/// Block of its confirmation.
	pub since: BlockNumber,
}

/// What errands ask and tell the registry of deployments. The answers hold for the current block.
pub trait Deployments<AccountId, Balance, BlockNumber> {
	/// Whether an errand may use the deployment, and on which conditions. A bounded number of reads.
	fn quote_use(
		id: &DeploymentId,
		request: &UseRequest<'_, AccountId, BlockNumber>,
	) -> Result<Usage<AccountId, Balance>, Refusal>;

	/// The errand is accepted: keeps its terms, takes a free use. Call it with what `quote_use` gave in the same block,
	/// once for each time that the errand names the deployment.
	fn begin_use(
		id: &DeploymentId,
		client: &AccountId,
		usage: &Usage<AccountId, Balance>,
		deadline: BlockNumber,
	);

	/// The errand is final. Once for each `begin_use`. Gives what the use costs, which is never more than
	/// [`Charge::at_most`].
	fn end_use(
		id: &DeploymentId,
		client: &AccountId,
		terms: &Hash,
		charge: &Charge<Balance>,
		outcome: UseOutcome,
	) -> Balance;

	/// Whether a module may execute by the terms of the snapshot, and holds a live pin if there is a key to hold.
	fn may_execute(
		id: &DeploymentId,
		terms: &Hash,
		executor: &Executor<'_, AccountId, BlockNumber>,
	) -> Result<(), Refusal>;

	/// The live pin of this module in this boot.
	fn pin(id: &DeploymentId, module: ModuleId, boot_seq: BootSeq) -> Option<LivePin<BlockNumber>>;

	/// Modules with a live pin, the latest first; at most `limit` pins are looked at.
	fn pinners(id: &DeploymentId, limit: u32) -> Vec<ModuleId>;

	/// Declared values of the deployments whose keys this module holds in its present boot.
	fn declared_value(module: ModuleId) -> Balance;

	/// Benchmarks need a deployment with the largest terms, which admits everybody, with as many pins as there may be;
	/// of them only the last one looked at is live, of this module and boot, and has a parent.
	#[cfg(feature = "runtime-benchmarks")]
	fn bench_deploy(
		owner: &AccountId,
		kind: Kind,
		visibility: Visibility,
		pinner: ModuleId,
		boot_seq: BootSeq,
	) -> DeploymentId;
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;

	fn link() -> Link<[u8; 32], u32> {
		Link {
			domain: LINK_DOMAIN,
			genesis: [1; 32],
			deployment: DeploymentId([2; 32]),
			parent: [3; 32],
			from: Giver::Module(ModuleId(4), 5),
			to: ModuleId(6),
			boot_seq: 7,
			reason: LinkReason::Pin,
			block: 8,
			sealed_key: [9; 32],
		}
	}

	#[test]
	fn link_encoding_is_frozen() {
		let mut expected = b"tea/pod-link/v1".to_vec();
		expected.extend([1; 32]);
		expected.extend([2; 32]);
		expected.extend([3; 32]);
		expected.extend([1, 4, 0, 0, 0, 5, 0, 0, 0]);
		expected.extend([6, 0, 0, 0, 7, 0, 0, 0, 1, 8, 0, 0, 0]);
		expected.extend([9; 32]);
		assert_eq!(link().payload(), expected);
		assert_eq!(link().hash(), blake2_256(&expected));
	}

	#[test]
	fn link_reasons_and_givers_are_frozen() {
		let origin = LinkReason::Origin {
			seed: 1,
			public_key: [2; 32],
			registration: [3; 32],
		};
		let mut expected = vec![0, 1, 0, 0, 0];
		expected.extend([2; 32]);
		expected.extend([3; 32]);
		assert_eq!(origin.encode(), expected);
		assert_eq!(LinkReason::Pin.encode(), [1]);
		assert_eq!(LinkReason::Execute(7).encode(), [2, 7, 0, 0, 0, 0, 0, 0, 0]);
		assert_eq!(Giver::Account([8u8, 9]).encode(), [0, 8, 9]);
		assert_eq!(
			Giver::<[u8; 2]>::Module(ModuleId(1), 2).encode(),
			[1, 1, 0, 0, 0, 2, 0, 0, 0]
		);
	}

	/// E24
	#[test]
	fn link_field_shift_refused() {
		// Every encoding gives back the fields that it was made of, whatever the variants are.
		let givers = [
			Giver::Account([1; 32]),
			Giver::Module(ModuleId(0x0101_0101), 0x0101_0101),
		];
		let reasons = [
			LinkReason::Pin,
			LinkReason::Execute(0x0101_0101_0101_0101),
			LinkReason::Origin {
				seed: 0x0101_0101,
				public_key: [1; 32],
				registration: [1; 32],
			},
		];
		let mut seen = Vec::new();
		for from in givers {
			for reason in reasons {
				let link = Link {
					from: from.clone(),
					reason,
					..link()
				};
				let bytes = link.payload();
				assert_eq!(Link::decode(&mut &bytes[..]).unwrap(), link);
				assert!(!seen.contains(&bytes));
				seen.push(bytes);
			}
		}
	}

	#[test]
	fn small_encodings_are_frozen() {
		assert_eq!(Kind::Code.encode(), [0]);
		assert_eq!(Kind::Data.encode(), [1]);
		assert_eq!(Visibility::Plain.encode(), [0]);
		assert_eq!(Visibility::Hosted.encode(), [1]);
		assert_eq!(Visibility::Private.encode(), [2]);
		assert_eq!(Price::PerUse(7u16).encode(), [0, 7, 0]);
		assert_eq!(Price::Hourly(7u16).encode(), [1, 7, 0]);
		assert_eq!(
			Node::<[u8; 1]>::Module(ModuleId(1)).encode(),
			[0, 1, 0, 0, 0]
		);
		assert_eq!(Node::Owner([9u8]).encode(), [1, 9]);
		assert_eq!(Checker::None.encode(), [0]);
		assert_eq!(Charge::<u8>::Free.encode(), [0]);
		assert_eq!(Charge::PerUse(7u8).encode(), [1, 7]);
		assert_eq!(Charge::Hour(7u8).encode(), [2, 7]);
		assert_eq!(Charge::<u8>::Covered.encode(), [3]);
		use Refusal::*;
		let refusals = [
			UnknownDeployment,
			Retired,
			Expired,
			DeploymentLost,
			WrongKind,
			ClientNotAllowed,
			CodeNotAllowed,
			OutputTooLarge,
			PeerNotActive,
			NodeNotAllowed,
			ClassNotAccepted,
			CertificateTooOld,
			NotPinner,
			UnknownTerms,
			ClassCapExceeded,
		];
		for (index, refusal) in refusals.into_iter().enumerate() {
			assert_eq!(refusal.encode(), [u8::try_from(index).unwrap()]);
		}
	}

	#[test]
	fn registration_encoding_is_frozen() {
		let registration = Registration::<[u8; 1], u16, u32> {
			kind: Kind::Data,
			visibility: Visibility::Hosted,
			content: Content {
				cid: Cid::new(Cid::RAW, [1; 32]),
				ciphertext_hash: [2; 32],
				commitment: [3; 32],
				size: 4,
			},
			terms: Terms {
				free_uses: 5,
				price: Price::Hourly(6),
				classes: Classes::of(&[HardwareClass::A, HardwareClass::Dev]),
				max_certificate_age: Some(7),
				nodes: Lists {
					allow: Some(BoundedVec::truncate_from(vec![Node::Module(ModuleId(8))])),
					block: BoundedVec::truncate_from(vec![Node::Owner([9])]),
				},
				clients: Lists {
					allow: None,
					block: BoundedVec::truncate_from(vec![[10]]),
				},
				expires: Some(11),
				readers: Readers {
					code: Some(BoundedVec::new()),
					ad_hoc: true,
				},
				max_output: Some(12),
			},
			wanted: 13,
			checker: Checker::Needs(Needs {
				memory_pages: 14,
				fuel: 15,
				classes: Classes::ALL,
				capabilities: 16,
			}),
			description: Some(Document {
				cid: Cid::new(Cid::DAG_PB, [17; 32]),
				hash: [18; 32],
			}),
			declared_value: 19,
			replaces: Some(DeploymentId([20; 32])),
		};
		let mut expected = vec![1, 1, 0x01, 0x55, 0x12, 0x20];
		expected.extend([1; 32]);
		expected.extend([2; 32]);
		expected.extend([3; 32]);
		expected.extend([4, 0, 0, 0, 0, 0, 0, 0]);
		expected.extend([5, 0, 0, 0, 1, 6, 0, 0b10_0001, 1, 7, 0, 0, 0]);
		expected.extend([1, 4, 0, 8, 0, 0, 0, 4, 1, 9]);
		expected.extend([0, 4, 10]);
		expected.extend([1, 11, 0, 0, 0]);
		expected.extend([1, 0, 1]);
		expected.extend([1, 12, 0, 0, 0]);
		expected.extend([13, 1, 14, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0b11_1111]);
		expected.extend([16, 0, 0, 0, 0, 0, 0, 0]);
		expected.extend([1, 0x01, 0x70, 0x12, 0x20]);
		expected.extend([17; 32]);
		expected.extend([18; 32]);
		expected.extend([19, 0, 1]);
		expected.extend([20; 32]);
		assert_eq!(registration.encode(), expected);
		assert_eq!(registration.hash(), blake2_256(&expected));
	}

	#[test]
	fn class_bits_are_codec_indices() {
		use HardwareClass::*;
		for class in [A, B, C, D, V, Dev] {
			let index = class.encode()[0];
			assert_eq!(Classes::of(&[class]).0, 1 << index);
			assert!(Classes::ALL.contains(class));
		}
		assert!(!Classes(0).is_valid());
		assert!(!Classes(0b100_0000).is_valid());
		assert!(Classes::ALL.is_valid());
	}

	/// C08
	#[test]
	fn empty_allow_list_means_nobody() {
		let mut lists = Lists::<u8>::default();
		assert!(lists.admit(|entry| *entry == 1));
		lists.allow = Some(BoundedVec::truncate_from(vec![1]));
		assert!(lists.admit(|entry| *entry == 1));
		assert!(!lists.admit(|entry| *entry == 2));
		lists.block = BoundedVec::truncate_from(vec![1]);
		assert!(!lists.admit(|entry| *entry == 1));
		lists.block = BoundedVec::new();
		lists.allow = Some(BoundedVec::new());
		assert!(!lists.admit(|entry| *entry == 1));
	}

	#[test]
	fn only_the_profile_of_ipfs_is_a_cid() {
		assert!(Cid::new(Cid::RAW, [0; 32]).is_valid());
		assert!(Cid::new(Cid::DAG_PB, [0; 32]).is_valid());
		assert!(!Cid::new([0x01, 0x55, 0x13, 0x40], [0; 32]).is_valid());
		assert!(!Cid([0; 36]).is_valid());
	}

	#[test]
	fn the_id_is_the_hash_of_the_key() {
		assert_eq!(
			DeploymentId::of_key(&[7; 32]),
			DeploymentId(blake2_256(&[7; 32]))
		);
	}
}

//! Records of the registry of deployments.

use crate::AccountId;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use tea_primitives::{
	deployment::{
		Charge, Checker, Content, DeploymentId, Document, Giver, Kind, LINK_DOMAIN, LinkReason,
		Visibility, {self},
	},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;

use super::MultiSignature;

/// What an owner registers, on this chain.
pub type Registration = deployment::Registration<AccountId, u128, u32>;
/// The conditions of use, on this chain.
pub type Terms = deployment::Terms<AccountId, u128, u32>;
/// A step of a key from one holder to the next, on this chain.
pub type Link = deployment::Link<AccountId, u32>;
/// A link with its signatures, on this chain.
pub type SignedLink = deployment::SignedLink<AccountId, u32, MultiSignature>;

mirror! {
	/// What the initial pinner has made and signed: the owner brings it to the chain.
	pub struct Seed {
		/// Public half of the deployment key.
		pub public_key: [u8; 32],
		/// The pinner.
		pub pinner: ModuleId,
		/// Its boot.
		pub boot_seq: BootSeq,
		/// The finalised block at which the owner looked it up.
		pub block: u32,
		/// SHA-256 of the envelope that brought the key; zero when there is none.
		pub sealed_key: Hash,
		/// The pinner's signature over link 0.
		pub signature: MultiSignature,
	}

	/// A deployment. Its terms and pins stand elsewhere.
	pub struct DeploymentRecord {
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
		pub declared_value: u128,
		/// The deployment of which this is a new version.
		pub replaces: Option<DeploymentId>,
		/// Hash of all that was registered, as link 0 names it.
		pub registration: Hash,
		/// Block of the registration.
		pub registered: u32,
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
		pub expires: Option<u32>,
		/// Block in which the owner retired it.
		pub retired: Option<u32>,
		/// Its pins are void, and it leaves state step by step.
		pub closed: bool,
		/// Uses of running errands.
		pub uses: u32,
		/// Latest deadline of any errand so far.
		pub busy_until: u32,
		/// What is on hold for it.
		pub deposit: u128,
		/// The block in whose agenda it stands.
		pub agenda: Option<u32>,
	}

	/// A pin. Whether it is live, the certificate of its module says.
	#[derive(Copy)]
	pub struct Pin {
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
		pub since: u32,
		/// Whether too few were live then.
		pub while_degraded: bool,
	}

	/// The pins of a deployment.
	#[derive(Default)]
	pub struct PinTable {
		/// The pins, live or not.
		pub pins: Vec<Pin>,
		/// Links that wait to leave state.
		pub loose: Vec<Hash>,
	}

	/// A proof of delegation, kept as long as a pin hangs on it.
	pub struct LinkRecord {
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
		pub block: u32,
		/// SHA-256 of the envelope.
		pub sealed_key: Hash,
		/// Signature of the giver; none in link 0.
		pub giver: Option<MultiSignature>,
		/// Signature of the receiver.
		pub receiver: MultiSignature,
		/// Session key of the receiver.
		pub receiver_key: [u8; 32],
		/// Generations from the owner.
		pub depth: u8,
		/// Pins, links and records that hold on to it.
		pub holders: u32,
	}

	/// What a module answers for by its pins, in one boot.
	#[derive(Copy, Default)]
	pub struct Holding {
		/// The boot.
		pub boot_seq: BootSeq,
		/// Its pins.
		pub pins: u32,
		/// Sum of the declared values.
		pub value: u128,
	}

	/// Why a pinner gives a pin up.
	#[derive(Copy)]
	pub enum DropReason {
		/// It leaves, or shuts down.
		Draining,
		/// The deployment is retired or expired.
		Ended,
		/// Its own policy.
		Policy,
		/// The key or the content turned out bad.
		BadKey,
	}

	/// Why a deployment ended.
	#[derive(Copy)]
	pub enum EndReason {
		/// The owner retired it.
		Retired,
		/// Its time is over.
		Expired,
	}

	/// Where a deployment stands (SPEC 6.4).
	#[derive(Copy)]
	pub enum DeploymentStatus {
		/// As many live pins as wanted, or none needed.
		Live,
		/// Fewer than wanted: parents earn more.
		Degraded,
		/// None. The owner may re-seed it.
		Lost,
		/// Retired by its owner. Running errands finish.
		Retired,
		/// Its time is over.
		Expired,
	}

	/// Where a pin stands (SPEC 6.4).
	#[derive(Copy)]
	pub enum PinState {
		/// Its module is Active in the boot of the pin.
		Live,
		/// Its module is not Active, but the boot goes on.
		Suspended,
		/// The boot is over, or the deployment, or its seed.
		Void,
	}

	/// A pin, as readers see it.
	#[derive(Copy)]
	pub struct PinView {
		/// The pin.
		pub pin: Pin,
		/// The module that handed the key over; `None`: the owner.
		pub parent: Option<ModuleId>,
		/// Where it stands.
		pub state: PinState,
	}

	/// A deployment, as readers see it.
	pub struct DeploymentInfo {
		/// The record.
		pub record: DeploymentRecord,
		/// The present terms.
		pub terms: Terms,
		/// Where it stands.
		pub status: DeploymentStatus,
		/// Live pins.
		pub live: u32,
	}
}

impl DeploymentRecord {
	/// Whether further pins are accepted in a block of this height.
	pub fn is_open(&self, now: u32) -> bool {
		self.retired.is_none() && !self.is_expired(now)
	}

	/// Whether its time is over in a block of this height.
	pub fn is_expired(&self, now: u32) -> bool {
		self.expires.is_some_and(|expires| expires <= now)
	}

	/// Whether all its pins are void. A retired deployment keeps them until its last errand is over.
	pub fn pins_are_void(&self, now: u32) -> bool {
		self.closed || self.is_expired(now) || (self.retired.is_some() && self.uses == 0)
	}
}

impl LinkRecord {
	/// The link as it was signed.
	pub fn signed(self, genesis: [u8; 32]) -> SignedLink {
		SignedLink {
			link: Link {
				domain: LINK_DOMAIN,
				genesis,
				deployment: self.deployment,
				parent: self.parent,
				from: self.from,
				to: self.to,
				boot_seq: self.boot_seq,
				reason: self.reason,
				block: self.block,
				sealed_key: self.sealed_key,
			},
			giver: self.giver,
			receiver: self.receiver,
			receiver_key: self.receiver_key,
		}
	}
}

/// What the runtime fixes for deployments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeploymentConstants {
	/// How many blocks old the block may be that a link names.
	pub link_window: u32,
	/// Pins of one deployment, at most.
	pub max_pins: u32,
	/// Generations of pins from the owner, at most.
	pub max_depth: u8,
	/// What every deployment puts on hold.
	pub deposit_base: u128,
	/// What each byte of its registration adds.
	pub deposit_per_byte: u128,
}

/// What happens to deployments. The words are those of the pallet.
#[allow(missing_docs, reason = "the pallet documents its events")]
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum DeploymentEvent {
	Registered {
		deployment: DeploymentId,
		owner: AccountId,
		registration: Box<Registration>,
		link: Box<SignedLink>,
		deposit: u128,
	},
	TermsSet {
		deployment: DeploymentId,
		hash: Hash,
		terms: Box<Terms>,
		deposit: u128,
	},
	Pinned {
		deployment: DeploymentId,
		module: ModuleId,
		boot_seq: BootSeq,
		parent: ModuleId,
		depth: u8,
		while_degraded: bool,
		link: Box<SignedLink>,
	},
	Unpinned {
		deployment: DeploymentId,
		module: ModuleId,
		boot_seq: BootSeq,
		reason: DropReason,
	},
	PinRemoved {
		deployment: DeploymentId,
		module: ModuleId,
		boot_seq: BootSeq,
	},
	Lost {
		deployment: DeploymentId,
		owner: AccountId,
	},
	Reseeded {
		deployment: DeploymentId,
		seed: u32,
		link: Box<SignedLink>,
	},
	Retired {
		deployment: DeploymentId,
		uses: u32,
	},
	Closed {
		deployment: DeploymentId,
		reason: EndReason,
	},
	Removed {
		deployment: DeploymentId,
		owner: AccountId,
		deposit: u128,
	},
	AgendaFull {
		deployment: DeploymentId,
		due: u32,
	},
	Used {
		deployment: DeploymentId,
		client: AccountId,
		charge: Charge<u128>,
		due: u128,
	},
}

impl DeploymentEvent {
	/// The deployment that it happened to.
	pub const fn deployment(&self) -> DeploymentId {
		match self {
			Self::Registered { deployment, .. }
			| Self::TermsSet { deployment, .. }
			| Self::Pinned { deployment, .. }
			| Self::Unpinned { deployment, .. }
			| Self::PinRemoved { deployment, .. }
			| Self::Lost { deployment, .. }
			| Self::Reseeded { deployment, .. }
			| Self::Retired { deployment, .. }
			| Self::Closed { deployment, .. }
			| Self::Removed { deployment, .. }
			| Self::AgendaFull { deployment, .. }
			| Self::Used { deployment, .. } => *deployment,
		}
	}
}

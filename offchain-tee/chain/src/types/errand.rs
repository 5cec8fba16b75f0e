//! Records of errands.

use super::{ChainMember, MultiSignature};
use crate::{AccountId, runtime::DispatchError};
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use tea_primitives::{
	deployment::{Charge, DeploymentId, Visibility},
	draw::BeaconValue,
	errand::{self, AdHoc, ErrandId, Limits, Needs, Outcome, RefundReason, RefuteReason},
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;

/// What else a client may want, on this chain.
pub type ErrandOptions = errand::Options<AccountId, u128, u32>;
/// A proof with its evidence, on this chain.
pub type Pot = errand::Pot<MultiSignature>;
/// What an errand cost, on this chain.
pub type Bill = errand::Bill<AccountId, u128>;
/// A line of a bill, on this chain.
pub type BillLine = errand::BillLine<AccountId, u128>;
/// Who is paid, on this chain.
pub type Payee = errand::Payee<AccountId>;

mirror! {
	/// How gas is shared, in per cent.
	#[derive(Copy)]
	pub struct Shares {
		/// Executor, who also has the remainders.
		pub executor: u8,
		/// Initial pinner.
		pub delegator: u8,
		/// Verifiers together.
		pub verifiers: u8,
		/// Parents together.
		pub parents: u8,
		/// Parents together, for pins that were confirmed while the deployment was Degraded.
		pub parents_degraded: u8,
	}

	/// A deployment as an errand uses it, by the terms of the block of its posting.
	pub struct Used {
		/// The deployment.
		pub id: DeploymentId,
		/// Who is paid for the use, and has the key of a `Private` deployment.
		pub owner: AccountId,
		/// Who has the key.
		pub visibility: Visibility,
		/// Hash of what is stored.
		pub ciphertext_hash: Hash,
		/// How the use is charged.
		pub charge: Charge<u128>,
		/// Hash of the terms.
		pub terms: Hash,
		/// Its initial pinner.
		pub delegator: ModuleId,
	}

	/// Where code or data comes from, with what was agreed on.
	pub enum UsedSource {
		/// A deployment.
		Deployed(Used),
		/// A content that the client named itself.
		AdHoc(AdHoc),
	}

	/// The draw of an executor.
	#[derive(Copy)]
	pub struct DrawPlan {
		/// Block that fixed it. The beacon is the next one's, claims open in the one after.
		pub fixed_in: u32,
		/// Weight in millionths of all who may claim, by which the threshold starts.
		pub total_weight: u64,
	}

	/// How the key of a source came to the executor.
	#[derive(Copy)]
	pub enum KeyPath {
		/// There is none: the content is public.
		None,
		/// By the executor's pin.
		Pin {
			/// Hash of its link.
			link: Hash,
			/// The module that handed the key over.
			parent: Option<ModuleId>,
			/// Whether too few were live then.
			while_degraded: bool,
		},
		/// The key holder has not supplied it yet.
		Wanted,
		/// The key holder supplied it: hash of the link.
		Supplied(Hash),
	}

	/// Who does the work, and until when.
	pub struct Assignment {
		/// Who runs it.
		pub executor: ModuleId,
		/// In which boot.
		pub boot_seq: BootSeq,
		/// Who owned the executor when it got the errand, and is paid for it.
		pub beneficiary: AccountId,
		/// Worth of its ticket.
		pub ticket: u128,
		/// Block at whose end it was assigned.
		pub assigned: u32,
		/// First block in which the executor is too late.
		pub deadline: u32,
		/// Who checks it; empty while a second committee is being drawn.
		pub verifiers: Vec<ChainMember>,
		/// Block whose next beacon decides about the second committee.
		pub redraw: Option<u32>,
		/// The first committee, when it was silent.
		pub former: Vec<ChainMember>,
		/// Members that said no, as bits.
		pub failed: u16,
		/// How the keys came: code first, then data in order.
		pub keys: Vec<KeyPath>,
	}

	/// Where an errand stands. The final states are in [`FinishedErrand`].
	pub enum ErrandStage {
		/// Modules may claim it.
		Open,
		/// Nobody who may run it has turned up. A module that pins what is missing may claim.
		AwaitingPinners {
			/// First block in which the wait is over.
			until: u32,
		},
		/// Claimed in this block. A lower ticket may still replace the claim.
		Claimed {
			/// Who has the lowest ticket so far.
			module: ModuleId,
			/// In which boot.
			boot_seq: BootSeq,
			/// Worth of the ticket.
			ticket: u128,
		},
		/// The executor works.
		Assigned(Assignment),
		/// A key holder is asked. Deadlines stand still.
		AwaitingKey {
			/// Who will work.
			assignment: Assignment,
			/// Since when.
			since: u32,
			/// First block in which the wait is over.
			until: u32,
		},
	}

	/// An errand that is not final.
	pub struct ErrandRecord {
		/// Who pays.
		pub client: AccountId,
		/// Whom the result is sealed to.
		pub client_key: [u8; 32],
		/// The function.
		pub code: UsedSource,
		/// What it is given.
		pub data: Vec<UsedSource>,
		/// Input hash of the PoT.
		pub input: Hash,
		/// Hash of what was agreed on.
		pub terms: Hash,
		/// How much the guest may use.
		pub limits: Limits,
		/// What the executor must be able to do.
		pub needs: Needs,
		/// Price of one unit of fuel.
		pub gas_price: u128,
		/// How gas is shared.
		pub shares: Shares,
		/// Who is paid for ad-hoc code, and how much.
		pub payee: Option<(AccountId, u128)>,
		/// What the client has on hold for it.
		pub held: u128,
		/// Blocks to wait for a key holder.
		pub key_wait: u32,
		/// Whether the client's own modules may run it.
		pub allow_own: bool,
		/// Block of the posting.
		pub posted: u32,
		/// First block in which it is too late for everything.
		pub deadline: u32,
		/// Number of the attempt, from 0.
		pub attempt: u8,
		/// The executor of the first attempt.
		pub former: Option<ModuleId>,
		/// The draw of the executor.
		pub draw: DrawPlan,
		/// Where it stands.
		pub stage: ErrandStage,
	}

	/// A final errand. It leaves the state after a while; events stay.
	pub struct FinishedErrand {
		/// Who paid.
		pub client: AccountId,
		/// How it ended.
		pub outcome: Outcome,
		/// In which attempt.
		pub attempt: u8,
		/// Hash of what was agreed on.
		pub terms: Hash,
		/// The draw of the executor.
		pub draw: DrawPlan,
		/// Who had it last, and its ticket.
		pub executor: Option<(ModuleId, BootSeq, u128)>,
		/// Who checked it.
		pub verifiers: Vec<ChainMember>,
		/// What it cost.
		pub bill: Bill,
		/// Its proof, if it came to one.
		pub pot: Option<Pot>,
		/// Block of the posting.
		pub posted: u32,
		/// Block of the end.
		pub finished: u32,
		/// First block in which the record may leave the state.
		pub until: u32,
	}

	/// Errands that are not final, by what they wait for.
	#[derive(Copy, Default)]
	pub struct ErrandQueue {
		/// For an executor.
		pub open: u32,
		/// For a result, or for the key before it.
		pub assigned: u32,
	}

	/// What a module has taken and not finished.
	#[derive(Default)]
	pub struct Workload {
		/// The errands.
		pub errands: Vec<ErrandId>,
		/// Their holds.
		pub at_risk: u128,
	}

	/// Randomness of a block, with the block.
	#[derive(Copy)]
	pub struct BeaconRecord {
		/// The block.
		pub block: u32,
		/// Its randomness.
		pub value: BeaconValue,
	}
}

/// An errand, final or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrandInfo {
	/// Not final yet.
	Unfinished(Box<ErrandRecord>),
	/// Final.
	Finished(Box<FinishedErrand>),
}

/// What the runtime fixes for errands. Times are in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrandConstants {
	/// Verifiers of an errand.
	pub committee_size: u32,
	/// Shortest time for an errand.
	pub min_deadline: u32,
	/// Longest time for an errand.
	pub max_deadline: u32,
	/// Blocks after claims opened until an errand counts as one that nobody may run.
	pub open_patience: u32,
	/// Wait for pinners.
	pub pinners_wait: u32,
	/// Wait for a key holder, unless the client sets less.
	pub key_wait: u32,
	/// What an executor gives its verifiers before it may call them silent.
	pub verifier_patience: u32,
	/// Errands that a module may have taken and not finished, at most.
	pub max_errands_per_module: u32,
	/// How long final records stay.
	pub archive_time: u32,
}

impl ErrandConstants {
	/// Verdicts that a proof needs: two thirds of the committee, rounded up.
	pub const fn quorum(&self) -> u32 {
		quorum(self.committee_size)
	}
}

/// Two thirds, rounded up.
const fn quorum(members: u32) -> u32 {
	members.saturating_mul(2).div_ceil(3)
}

impl UsedSource {
	/// Hash of what is stored.
	pub const fn ciphertext_hash(&self) -> Hash {
		match self {
			Self::Deployed(used) => used.ciphertext_hash,
			Self::AdHoc(ad_hoc) => ad_hoc.content.ciphertext_hash,
		}
	}

	/// Whether its key has to be supplied for this errand.
	pub fn needs_key(&self) -> bool {
		match self {
			Self::Deployed(used) => used.visibility == Visibility::Private,
			Self::AdHoc(ad_hoc) => ad_hoc.sealed,
		}
	}

	/// Who supplies that key.
	pub const fn key_holder(&self, client: AccountId) -> AccountId {
		match self {
			Self::Deployed(used) => used.owner,
			Self::AdHoc(_) => client,
		}
	}

	/// The deployment, if it is one.
	pub const fn deployment(&self) -> Option<&Used> {
		match self {
			Self::Deployed(used) => Some(used),
			Self::AdHoc(_) => None,
		}
	}
}

impl DrawPlan {
	/// The block whose beacon decides.
	pub const fn beacon_block(&self) -> u32 {
		self.fixed_in.saturating_add(1)
	}

	/// The first block that accepts claims.
	pub const fn claims_open(&self) -> u32 {
		self.fixed_in.saturating_add(2)
	}
}

impl Assignment {
	/// Verdicts that a proof needs; `None` while a second committee is being drawn.
	pub fn quorum(&self) -> Option<u32> {
		let members = u32::try_from(self.verifiers.len()).ok()?;
		(members > 0).then(|| quorum(members))
	}

	/// Whether this member said no.
	pub fn has_failed(&self, member: u8) -> bool {
		1u16.checked_shl(member.into())
			.is_some_and(|bit| self.failed & bit != 0)
	}

	/// Hashes of the links by which keys came, as a PoT names them: code first, without those that need no key.
	pub fn links(&self) -> Vec<Hash> {
		let link = |path: &KeyPath| match path {
			KeyPath::Pin { link, .. } | KeyPath::Supplied(link) => Some(*link),
			KeyPath::None | KeyPath::Wanted => None,
		};
		self.keys.iter().filter_map(link).collect()
	}
}

impl ErrandRecord {
	/// Code and data, with their numbers: 0 is the code.
	pub fn sources(&self) -> impl Iterator<Item = (u8, &UsedSource)> {
		(0u8..).zip(std::iter::once(&self.code).chain(&self.data))
	}

	/// The deployments among them.
	pub fn deployments(&self) -> impl Iterator<Item = &Used> {
		self.sources().filter_map(|(_, source)| source.deployment())
	}

	/// Who has it, once that is fixed.
	pub const fn assignment(&self) -> Option<&Assignment> {
		match &self.stage {
			ErrandStage::Assigned(assignment) | ErrandStage::AwaitingKey { assignment, .. } => {
				Some(assignment)
			}
			_ => None,
		}
	}
}

/// What happens to errands. The words are those of the pallet.
#[allow(missing_docs, reason = "the pallet documents its events")]
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ErrandEvent {
	Posted {
		errand: ErrandId,
		client: AccountId,
		held: u128,
		deployments: Vec<DeploymentId>,
		terms: Hash,
		deadline: u32,
	},
	Claimed {
		errand: ErrandId,
		module: ModuleId,
		ticket: u128,
	},
	Assigned {
		errand: ErrandId,
		attempt: u8,
		executor: ModuleId,
		boot_seq: BootSeq,
		verifiers: Vec<ChainMember>,
		deadline: u32,
	},
	NoCommittee {
		errand: ErrandId,
		module: ModuleId,
	},
	KeyWanted {
		errand: ErrandId,
		source: u8,
		holder: AccountId,
		client: AccountId,
		executor: ModuleId,
		boot_seq: BootSeq,
		until: u32,
	},
	KeySupplied {
		errand: ErrandId,
		source: u8,
		holder: AccountId,
		executor: ModuleId,
		boot_seq: BootSeq,
		link: Hash,
	},
	KeysComplete {
		errand: ErrandId,
		executor: ModuleId,
		executor_deadline: u32,
		deadline: u32,
	},
	FailVoted {
		errand: ErrandId,
		member: u8,
		reason: RefuteReason,
	},
	CommitteeSilent {
		errand: ErrandId,
		executor: ModuleId,
	},
	CommitteeRedrawn {
		errand: ErrandId,
		verifiers: Vec<ChainMember>,
	},
	Reopened {
		errand: ErrandId,
		attempt: u8,
		former: ModuleId,
		reason: RefundReason,
	},
	PinnersWanted {
		errand: ErrandId,
		until: u32,
	},
	DrawDeferred {
		errand: ErrandId,
		fixed_in: u32,
	},
	Settled {
		errand: ErrandId,
		client: AccountId,
		outcome: Outcome,
		executor: Option<ModuleId>,
		bill: Box<Bill>,
	},
	SilenceSlashed {
		errand: ErrandId,
		module: ModuleId,
		amount: u128,
	},
	Archived {
		errand: ErrandId,
	},
	AgendaFull {
		errand: ErrandId,
		due: u32,
	},
	SharesSet {
		shares: Shares,
	},
	GasPriceSet {
		price: u128,
	},
	NotTaken {
		errand: ErrandId,
		error: DispatchError,
	},
}

impl ErrandEvent {
	/// The errand that it happened to; `None`: governance set something for later ones.
	pub const fn errand(&self) -> Option<ErrandId> {
		match self {
			Self::Posted { errand, .. }
			| Self::Claimed { errand, .. }
			| Self::Assigned { errand, .. }
			| Self::NoCommittee { errand, .. }
			| Self::KeyWanted { errand, .. }
			| Self::KeySupplied { errand, .. }
			| Self::KeysComplete { errand, .. }
			| Self::FailVoted { errand, .. }
			| Self::CommitteeSilent { errand, .. }
			| Self::CommitteeRedrawn { errand, .. }
			| Self::Reopened { errand, .. }
			| Self::PinnersWanted { errand, .. }
			| Self::DrawDeferred { errand, .. }
			| Self::Settled { errand, .. }
			| Self::SilenceSlashed { errand, .. }
			| Self::Archived { errand }
			| Self::AgendaFull { errand, .. }
			| Self::NotTaken { errand, .. } => Some(*errand),
			Self::SharesSet { .. } | Self::GasPriceSet { .. } => None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn assignment(members: u8, failed: u16, keys: Vec<KeyPath>) -> Assignment {
		Assignment {
			executor: ModuleId(1),
			boot_seq: 1,
			beneficiary: AccountId([0; 32]),
			ticket: 0,
			assigned: 1,
			deadline: 10,
			verifiers: (0..members)
				.map(|n| ChainMember::Module(ModuleId(n.into())))
				.collect(),
			redraw: None,
			former: Vec::new(),
			failed,
			keys,
		}
	}

	#[test]
	fn quorum_is_two_thirds_and_none_without_a_committee() {
		for (members, quorum) in [
			(0, None),
			(1, Some(1)),
			(3, Some(2)),
			(4, Some(3)),
			(6, Some(4)),
		] {
			assert_eq!(assignment(members, 0, Vec::new()).quorum(), quorum);
		}
	}

	#[test]
	fn votes_are_bits() {
		let assignment = assignment(4, 0b100, Vec::new());
		let failed: Vec<_> = (0..=255).filter(|n| assignment.has_failed(*n)).collect();
		assert_eq!(failed, [2]);
	}

	#[test]
	fn links_are_those_of_keys_in_order() {
		let pin = KeyPath::Pin {
			link: [1; 32],
			parent: None,
			while_degraded: false,
		};
		let keys = vec![
			KeyPath::Supplied([2; 32]),
			KeyPath::None,
			KeyPath::Wanted,
			pin,
		];
		assert_eq!(assignment(4, 0, keys).links(), [[2; 32], [1; 32]]);
	}
}

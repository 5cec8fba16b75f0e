//! Records and states of the registry of modules.
//
// INVARIANT: everything here is stored, part of an event or of a call, so variants keep their indices.

use crate::{Config, Offence};
use alloc::{boxed::Box, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	BoundedVec,
	traits::{ConstU32, fungible},
};
use frame_system::pallet_prelude::BlockNumberFor;
use scale_info::TypeInfo;
use tea_primitives::{
	HardwareClass,
	draw::{Member, Purpose},
	ids::{BootSeq, EkHash, IssuerId, ModuleId, Round},
	module::{BootKeys, Certificate, ModuleStatus},
	verdict::FailReason,
};
use tea_tpm::{
	AkPublic, Boot, CounterError, EkPublic, Hash, IssuerKey, ObjectName, PcrError, PcrSelection,
	QualifiedName, QuoteBinding, SignatureAlgorithm, evidence::FirmwareRange,
};

/// Members that any committee may have; votes are kept as the bits of a `u16`.
pub const MAX_COMMITTEE: u32 = 16;
/// Most PCRs that a class selects.
pub const MAX_PCRS: u32 = 10;
/// Sets of reference values of one release: one per way in which its image may boot.
pub const MAX_VALUE_SETS: u32 = 8;
/// Releases of one class that are accepted at the same time: old and new ones during their windows.
pub const MAX_RELEASES: u32 = 4;
/// Past boots whose keys stay known.
pub const MAX_PAST_BOOTS: u32 = 16;
/// Denied firmware of one vendor.
pub const MAX_DENIALS: u32 = 32;
/// Longest part number that is kept of a certificate.
pub const MAX_MODEL: u32 = 64;
/// Most bytes of a serial number.
pub const MAX_SERIAL: u32 = 64;
/// Modules on a page of the view function `modules`.
pub const MODULES_PER_PAGE: usize = 256;
/// Addresses in a profile.
pub const MAX_ADDRESSES: u32 = 4;

/// Balance of the currency that bonds are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// Certificate of an endorsement key, in DER.
pub type EkLeaf = BoundedVec<u8, ConstU32<4096>>;
/// Public area of an attestation key.
pub type AkArea = BoundedVec<u8, ConstU32<280>>;
/// `SubjectPublicKeyInfo` of an issuer, in DER.
pub type Spki = BoundedVec<u8, ConstU32<600>>;
/// Serial number of a certificate, as the certificate writes it.
pub type Serial = BoundedVec<u8, ConstU32<MAX_SERIAL>>;
/// A credential of any kind of endorsement key.
pub type Blob = BoundedVec<u8, ConstU32<328>>;
/// PCR values, ascending.
pub type Values = BoundedVec<Hash, ConstU32<MAX_PCRS>>;
/// Members in the order of the draw.
pub type Committee<AccountId> = BoundedVec<Member<AccountId>, ConstU32<MAX_COMMITTEE>>;
/// [`Committee`] with the accounts of the runtime.
pub type CommitteeOf<T> = Committee<<T as frame_system::Config>::AccountId>;

/// Whether certificates of an issuer are accepted.
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
pub enum IssuerStatus {
	/// New chips may enrol.
	#[codec(index = 0)]
	Accepted,
	/// No chip of this issuer enrols; those that are enrolled keep their records.
	#[codec(index = 1)]
	Suspended,
}

/// What governance says about an issuer of endorsement certificates.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct IssuerInfo {
	/// `SubjectPublicKeyInfo` of the issuer's certificate.
	pub spki: Spki,
	/// How it signs.
	pub algorithm: SignatureAlgorithm,
	/// Identifier of the TPM maker, as registered by the TCG.
	pub vendor: u32,
	/// What the hardware behind its certificates can prove.
	pub class: HardwareClass,
	/// Whether every certificate states the purpose of an endorsement key.
	pub requires_purpose: bool,
	/// Chips of this issuer at most.
	pub cap: u32,
	/// Rises with every change, so that an older record cannot replace a newer one.
	pub version: u32,
}

/// An issuer of endorsement certificates.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct IssuerRecord {
	/// Its public key.
	pub key: IssuerKey,
	/// How it signs.
	pub algorithm: SignatureAlgorithm,
	/// Identifier of the TPM maker.
	pub vendor: u32,
	/// What the hardware behind its certificates can prove.
	pub class: HardwareClass,
	/// Whether every certificate states the purpose of an endorsement key.
	pub requires_purpose: bool,
	/// Chips of this issuer at most.
	pub cap: u32,
	/// Version of this record.
	pub version: u32,
	/// Whether its certificates are accepted.
	pub status: IssuerStatus,
}

/// Firmware that is refused, of all models of a vendor or of one.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct FirmwareDenial {
	/// The part number; none means every model.
	pub model: Option<BoundedVec<u8, ConstU32<MAX_MODEL>>>,
	/// Versions, both ends included.
	pub range: FirmwareRange,
}

/// A change of the list of denied firmware.
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
pub enum DenialChange {
	/// Put on the list.
	#[codec(index = 0)]
	Deny,
	/// Taken off the list.
	#[codec(index = 1)]
	Allow,
}

/// Approved measurements and manifest of a class.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ReleaseRecord<BlockNumber> {
	/// The class it is for.
	pub class: HardwareClass,
	/// The PCRs that must equal a value set; all others are pinned.
	pub strict: PcrSelection,
	/// For each way to boot, the values of the strict PCRs in ascending order.
	pub value_sets: BoundedVec<BoundedVec<Hash, ConstU32<MAX_PCRS>>, ConstU32<MAX_VALUE_SETS>>,
	/// Merkle root over everything that a module of this release runs.
	pub manifest_root: Hash,
	/// First block in which it is accepted no more.
	pub until: Option<BlockNumber>,
}

/// [`ReleaseRecord`] with the block numbers of the runtime.
pub type ReleaseRecordOf<T> = ReleaseRecord<BlockNumberFor<T>>;

/// An account that fills committees while there are too few Active modules.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RegistrarRecord<AccountId> {
	/// X25519 key that messages are sealed to.
	pub transport: [u8; 32],
	/// On whose behalf it acts: never two members of one owner in a committee.
	pub owner: AccountId,
	/// Name of the owner, for people.
	pub name: BoundedVec<u8, ConstU32<32>>,
	/// Position in the dense list.
	pub index: u32,
}

/// [`RegistrarRecord`] with the accounts of the runtime.
pub type RegistrarRecordOf<T> = RegistrarRecord<<T as frame_system::Config>::AccountId>;

/// What governance says about a registrar.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RegistrarInfo<AccountId> {
	/// X25519 key that messages are sealed to.
	pub transport: [u8; 32],
	/// On whose behalf it acts.
	pub owner: AccountId,
	/// Name of the owner, for people.
	pub name: BoundedVec<u8, ConstU32<32>>,
}

/// A chip and its attestation key. In [`crate::Chips`] the key is proven; in an [`EnrolmentRecord`] it is claimed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ChipRecord<AccountId, Balance> {
	/// Identity of the chip.
	pub id: EkHash,
	/// Who vouches for it.
	pub issuer: IssuerId,
	/// What its hardware can prove.
	pub class: HardwareClass,
	/// Identifier of its maker.
	pub vendor: u32,
	/// Part number, as the certificate writes it.
	pub model: BoundedVec<u8, ConstU32<MAX_MODEL>>,
	/// Endorsement key.
	pub ek: EkPublic,
	/// Attestation key.
	pub ak: AkPublic,
	/// Name of the attestation key, target of challenges.
	pub ak_name: ObjectName,
	/// Qualified name of the attestation key: what every quote must carry.
	pub signer: QualifiedName,
	/// Whose money the bond is.
	pub bonded_by: AccountId,
	/// What is on hold.
	pub bond: Balance,
	/// Counters went back under this attestation key: it is finished, the way back is a new enrolment.
	pub closed: bool,
	/// Counters of the last accepted evidence.
	pub boot: Option<Boot>,
	/// Values of the PCRs that no class holds strict, at the last passed round.
	pub pins: Option<Values>,
}

/// [`ChipRecord`] with the types of the runtime.
pub type ChipRecordOf<T> = ChipRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// Which module an endorsement key belongs to.
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
pub struct EkRecord<BlockNumber> {
	/// The module.
	pub module: ModuleId,
	/// Set when the module has left in quarantine: the first block in which another module may use the chip.
	pub barred_until: Option<BlockNumber>,
}

/// Where an enrolment stands.
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
pub enum EnrolmentPhase {
	/// Challengers are to be drawn.
	#[codec(index = 0)]
	Drawing,
	/// Challengers post their blobs.
	#[codec(index = 1)]
	Posting,
	/// The module answers.
	#[codec(index = 2)]
	Answering,
	/// Challengers whose blobs the module calls bad show their root values.
	#[codec(index = 3)]
	Disputing,
}

/// Where one challenge stands.
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
pub enum SlotState {
	/// No challenger yet.
	#[codec(index = 0)]
	Empty,
	/// The challenger is to post.
	#[codec(index = 1)]
	Waiting,
	/// The blob is on chain.
	#[codec(index = 2)]
	Posted,
	/// The module showed the secret.
	#[codec(index = 3)]
	Correct,
	/// The module did not show the secret.
	#[codec(index = 4)]
	Wrong,
	/// The module calls the blob bad.
	#[codec(index = 5)]
	Disputed,
	/// The challenger let its window pass.
	#[codec(index = 6)]
	Silent,
	/// The challenger's root value convicts it, or it showed none.
	#[codec(index = 7)]
	AtFault,
}

/// One challenger of an enrolment.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Slot<AccountId> {
	/// Who was drawn.
	pub challenger: Option<Member<AccountId>>,
	/// Where its challenge stands.
	pub state: SlotState,
}

/// An enrolment in progress.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EnrolmentRecord<AccountId, Balance, BlockNumber> {
	/// Its number.
	pub round: Round,
	/// Who registered: pays the bond, and waits after a failure.
	pub by: AccountId,
	/// The chip and the key that are to be proven.
	pub chip: ChipRecord<AccountId, Balance>,
	/// Where it stands.
	pub phase: EnrolmentPhase,
	/// First block in which the phase is over.
	pub deadline: BlockNumber,
	/// Whether challengers have been drawn anew already.
	pub redrawn: bool,
	/// The challenges.
	pub slots: BoundedVec<Slot<AccountId>, ConstU32<MAX_COMMITTEE>>,
	/// Everybody who was drawn, so that nobody is drawn again.
	pub drawn: BoundedVec<Member<AccountId>, ConstU32<{ 2 * MAX_COMMITTEE }>>,
}

/// [`EnrolmentRecord`] with the types of the runtime.
pub type EnrolmentRecordOf<T> =
	EnrolmentRecord<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// What a challenger posted.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ChallengeRecord {
	/// The credential, for the chip to open.
	pub blob: Blob,
	/// The commitment to the secret in it.
	pub commitment: Hash,
}

/// What a module says to one challenge.
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
pub enum Answer {
	/// The secret that the chip took out of the blob.
	#[codec(index = 0)]
	Secret(Hash),
	/// The blob is bad: the chip refused it, or the secret does not fit the commitment.
	#[codec(index = 1)]
	Bad,
	/// There was no blob to open.
	#[codec(index = 2)]
	Absent,
}

/// Where a module's enrolment went wrong.
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
pub enum EnrolmentFailure {
	/// The known-good set has too few members of different owners.
	#[codec(index = 0)]
	NoCommittee,
	/// Too few challengers posted, twice.
	#[codec(index = 1)]
	TooFewChallenges,
	/// The module did not answer.
	#[codec(index = 2)]
	NoAnswer,
	/// Too few answers are right.
	#[codec(index = 3)]
	TooFewCorrect,
	/// The Camellia cannot carry the chip any more.
	#[codec(index = 4)]
	CamelliaDead,
	/// The owner gave up.
	#[codec(index = 5)]
	GivenUp,
}

/// Why a module retired.
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
pub enum RetireReason {
	/// Its owner wanted it.
	#[codec(index = 0)]
	Owner,
	/// Its Camellia died.
	#[codec(index = 1)]
	EndOfLife,
}

/// Authentic bad news about a module.
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
pub enum Suspicion {
	/// A measurement is in no accepted release, missing, or changed.
	#[codec(index = 0)]
	Measurement(PcrError),
	/// Counters or clock went back: the chip was cleared, rolled back or cloned.
	#[codec(index = 1)]
	Counter(CounterError),
	/// The manifest belongs to no accepted release.
	#[codec(index = 2)]
	Manifest,
	/// The committee found it out.
	#[codec(index = 3)]
	Committee(FailReason),
	/// Somebody proved an offence.
	#[codec(index = 4)]
	Reported(Offence),
}

/// Why a module stands where it stands. Stored, and shown word for word.
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
pub enum StatusReason {
	/// `register` was accepted.
	#[codec(index = 0)]
	Registered,
	/// Enough answers were right.
	#[codec(index = 1)]
	KeyProven,
	/// Evidence of a boot was accepted, a committee examines it.
	#[codec(index = 2)]
	BootPosted,
	/// A committee passed it.
	#[codec(index = 3)]
	RoundPassed,
	/// The window of the round ended without a decision.
	#[codec(index = 4)]
	RoundUndecided,
	/// No committee could be drawn.
	#[codec(index = 5)]
	NoCommittee,
	/// The certificate ran out.
	#[codec(index = 6)]
	CertificateLapsed,
	/// Authentic bad news.
	#[codec(index = 7)]
	Suspected(Suspicion),
	/// The second committee confirmed the bad news.
	#[codec(index = 8)]
	SecondCommitteeFailed(FailReason),
	/// The renewal was authentic, but the TPM's clock does not fit the chain's.
	#[codec(index = 9)]
	RenewalRefused(CounterError),
	/// The second committee passed it, but its attestation key is finished: enrol again.
	#[codec(index = 10)]
	MustEnrolAgain,
	/// It left.
	#[codec(index = 11)]
	Retired(RetireReason),
}

/// Where a module stands.
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
pub struct ModuleRecord<BlockNumber> {
	/// Its status. A lapsed certificate counts from its block on, even before this field follows.
	pub status: ModuleStatus,
	/// Block of the last change.
	pub since: BlockNumber,
	/// Why.
	pub reason: StatusReason,
	/// First block in which evidence is accepted again, after an undecided round or in quarantine.
	pub cool_down_until: Option<BlockNumber>,
}

/// [`ModuleRecord`] with the block numbers of the runtime.
pub type ModuleRecordOf<T> = ModuleRecord<BlockNumberFor<T>>;

/// The last numbers that were given out to a module. They outlive everything else, so nothing signed is ever valid twice.
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
pub struct Sequence {
	/// Last enrolment or round.
	pub round: Round,
	/// Last boot.
	pub boot_seq: BootSeq,
}

/// What accepted evidence says.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EvidenceRecord {
	/// SHA-256 of the quote.
	pub quote: Hash,
	/// The signed PCR digest.
	pub pcr_digest: Hash,
	/// The PCR values behind it.
	pub values: Values,
	/// Merkle root over everything that runs.
	pub manifest_root: Hash,
	/// Root of the boot log.
	pub log_root: Hash,
	/// Name of the receive key.
	pub rk_name: ObjectName,
	/// Firmware version of the TPM.
	pub firmware_version: u64,
	/// False after a power cut: no guilt, but to be asked again.
	pub safe: bool,
}

/// The present boot of a module.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct BootRecord<BlockNumber> {
	/// Its number.
	pub seq: BootSeq,
	/// Its keys.
	pub keys: BootKeys,
	/// Block in which it was posted.
	pub since: BlockNumber,
	/// Evidence of the last passed round; before it, the evidence that was posted.
	pub evidence: EvidenceRecord,
}

/// [`BootRecord`] with the block numbers of the runtime.
pub type BootRecordOf<T> = BootRecord<BlockNumberFor<T>>;

/// A past boot, so that what it signed stays checkable.
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
pub struct PastBoot<BlockNumber> {
	/// Its number.
	pub seq: BootSeq,
	/// Its keys.
	pub keys: BootKeys,
	/// Block in which it was posted.
	pub since: BlockNumber,
	/// Block in which its keys lost all authority.
	pub until: BlockNumber,
}

/// An attestation round.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RoundRecord<AccountId, BlockNumber> {
	/// Its number.
	pub round: Round,
	/// First or second committee.
	pub purpose: Purpose,
	/// The boot that is examined.
	pub boot_seq: BootSeq,
	/// Whether the module keeps its certificate meanwhile.
	pub renewal: bool,
	/// First block in which nothing is accepted any more.
	pub deadline: BlockNumber,
	/// Members in the order of the draw; empty before it.
	pub committee: Committee<AccountId>,
	/// Members of the first committee, who are not asked again.
	pub former: Committee<AccountId>,
	/// Bit i: member i voted fail.
	pub failed: u16,
	/// What is examined.
	pub evidence: EvidenceRecord,
}

/// [`RoundRecord`] with the types of the runtime.
pub type RoundRecordOf<T> = RoundRecord<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// How a round ended.
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
pub enum RoundOutcome {
	/// Enough members passed the module.
	#[codec(index = 0)]
	Passed,
	/// So many members failed it that it cannot pass.
	#[codec(index = 1)]
	Failed,
	/// The window ended before a decision.
	#[codec(index = 2)]
	Undecided,
	/// No committee could be drawn.
	#[codec(index = 3)]
	NoCommittee,
	/// A newer boot, a new enrolment or the module's end made it pointless.
	#[codec(index = 4)]
	Superseded,
}

/// A certificate, and who gave it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct CertificateRecord<AccountId, BlockNumber> {
	/// What relying parties read.
	pub certificate: Certificate<BlockNumber>,
	/// The committee.
	pub committee: Committee<AccountId>,
	/// Bit i: member i signed a pass.
	pub passed: u16,
	/// SHA-256 of the live quote that the members saw.
	pub live_quote: Hash,
}

/// [`CertificateRecord`] with the types of the runtime.
pub type CertificateRecordOf<T> =
	CertificateRecord<<T as frame_system::Config>::AccountId, BlockNumberFor<T>>;

/// A bond that waits for its delay.
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
pub struct Unbonding<AccountId, Balance, BlockNumber> {
	/// Whose money it is.
	pub who: AccountId,
	/// How much.
	pub amount: Balance,
	/// First block in which it is free.
	pub free_from: BlockNumber,
	/// The chip that it answered for.
	pub chip: EkHash,
}

/// [`Unbonding`] with the types of the runtime.
pub type UnbondingOf<T> =
	Unbonding<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// A draw that waits for its beacon.
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
pub struct DrawJob<BlockNumber> {
	/// Who is examined.
	pub module: ModuleId,
	/// The enrolment or round.
	pub round: Round,
	/// What the committee is for.
	pub purpose: Purpose,
	/// The block that fixed the subject; the beacon of the next one decides.
	pub fixed_in: BlockNumber,
}

/// [`DrawJob`] with the block numbers of the runtime.
pub type DrawJobOf<T> = DrawJob<BlockNumberFor<T>>;

/// Both ends of a queue that is kept as a map.
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
pub struct QueueEnds {
	/// Number of the first job.
	pub head: u32,
	/// Number that the next job gets.
	pub tail: u32,
}

/// What is due in a block.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum AgendaItem<AccountId> {
	/// A phase of an enrolment ends.
	#[codec(index = 0)]
	Enrolment(ModuleId),
	/// The window of a round ends.
	#[codec(index = 1)]
	Round(ModuleId),
	/// A certificate lapses.
	#[codec(index = 2)]
	Certificate(ModuleId),
	/// A bond is free.
	#[codec(index = 3)]
	Bond(ModuleId, Round),
	/// An account may register again.
	#[codec(index = 4)]
	CoolDown(AccountId),
}

/// Duty calls of an account that failed in dispatch.
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
pub struct FailedDuties {
	/// The epoch in which they failed.
	pub epoch: u64,
	/// How many.
	pub count: u32,
}

/// How often something happened in a day.
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
pub struct DayCount<BlockNumber> {
	/// The day, counted from genesis.
	pub day: BlockNumber,
	/// How often.
	pub count: u32,
}

/// What a module says about itself. Nothing is decided by it.
#[derive(
	Clone,
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
pub struct Profile {
	/// Peer id in the IPFS network.
	pub peer_id: BoundedVec<u8, ConstU32<64>>,
	/// Addresses that browsers may start from.
	pub addresses: BoundedVec<BoundedVec<u8, ConstU32<128>>, ConstU32<MAX_ADDRESSES>>,
	/// Capabilities, one bit each.
	pub capabilities: u64,
	/// Versions of its programs, for people.
	pub versions: BoundedVec<u8, ConstU32<64>>,
	/// CID of the boot log.
	pub log: BoundedVec<u8, ConstU32<64>>,
}

/// Evidence of a boot, by kind of hardware.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Evidence {
	/// A TPM 2.0.
	#[codec(index = 0)]
	Tpm2(Box<Tpm2Evidence>),
}

impl From<Tpm2Evidence> for Evidence {
	fn from(evidence: Tpm2Evidence) -> Self {
		Self::Tpm2(Box::new(evidence))
	}
}

/// Evidence of a TPM 2.0. Every field is bounded, so nothing oversized is decoded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Tpm2Evidence {
	/// `TPMS_ATTEST`.
	pub quote: BoundedVec<u8, ConstU32<160>>,
	/// `TPMT_SIGNATURE`.
	pub signature: BoundedVec<u8, ConstU32<280>>,
	/// What the quote is bound to.
	pub binding: QuoteBinding,
	/// `TPMT_PUBLIC` of the receive key.
	pub rk_public: BoundedVec<u8, ConstU32<128>>,
	/// The PCR values, ascending.
	pub pcr_values: Values,
	/// What the module says about itself.
	pub profile: Profile,
}

/// A module as the view function `module_info` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ModuleInfo<AccountId, Balance, BlockNumber> {
	/// Its status in this block.
	pub status: ModuleStatus,
	/// Block of the last change.
	pub since: BlockNumber,
	/// Why it stands there.
	pub reason: StatusReason,
	/// First block in which evidence is accepted again.
	pub cool_down_until: Option<BlockNumber>,
	/// The number that its next enrolment or round will have.
	pub next_round: Round,
	/// The number of its last boot.
	pub boot_seq: BootSeq,
	/// Its chip, once proven.
	pub chip: Option<ChipRecord<AccountId, Balance>>,
	/// Its present boot.
	pub boot: Option<BootRecord<BlockNumber>>,
	/// What it says about itself.
	pub profile: Option<Profile>,
}

/// [`ModuleInfo`] with the types of the runtime.
pub type ModuleInfoOf<T> =
	ModuleInfo<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockNumberFor<T>>;

/// An enrolment with what its challengers posted, by slot.
pub type EnrolmentView<T> = (EnrolmentRecordOf<T>, Vec<(u8, ChallengeRecord)>);

/// Who is paid for public duties.
pub trait RewardsHook<AccountId> {
	/// `member` did a duty for `testee`.
	fn duty_done(member: &Member<AccountId>, testee: ModuleId, purpose: Purpose);
}

impl<AccountId> RewardsHook<AccountId> for () {
	fn duty_done(_: &Member<AccountId>, _: ModuleId, _: Purpose) {}
}

impl<AccountId> Slot<AccountId> {
	/// A slot without a challenger.
	pub(crate) const fn empty() -> Self {
		Self {
			challenger: None,
			state: SlotState::Empty,
		}
	}
}

impl<BlockNumber: PartialOrd> ReleaseRecord<BlockNumber> {
	/// Whether it is accepted in block `now`.
	pub(crate) fn is_accepted(&self, now: BlockNumber) -> bool {
		self.until.as_ref().is_none_or(|until| now < *until)
	}
}

impl QueueEnds {
	/// Number of jobs.
	pub(crate) const fn len(&self) -> u32 {
		self.tail.wrapping_sub(self.head)
	}
}

/// The values of `some` out of the values of `all`, both ascending. `None` when one is missing.
pub(crate) fn select(all: PcrSelection, values: &[Hash], some: PcrSelection) -> Option<Vec<Hash>> {
	let labelled: Vec<_> = all.iter().zip(values).collect();
	some.iter()
		.map(|wanted| {
			labelled
				.iter()
				.find(|(index, _)| *index == wanted)
				.map(|(_, value)| **value)
		})
		.collect()
}

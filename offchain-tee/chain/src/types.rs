//! Records of the chain as plain types.
//!
//! They mirror the types of the pallets field for field, so that programs beside the chain need no FRAME. A test compares
//! each of them with the metadata of the runtime, and at run time an item whose shape in the connected runtime differs
//! from that metadata is refused ([`crate::Error::RuntimeChanged`]).

use crate::AccountId;
use codec::{Decode, Encode};
use scale_info::TypeInfo;
use std::fmt;
use tea_primitives::{
	HardwareClass,
	camellia::{CreditEvent, DrawWeight},
	draw::{Member, Purpose},
	ids::{BootSeq, EkHash, IssuerId, ModuleId, ReleaseId, Round},
	module::{BootKeys, Certificate, ModuleStatus},
	verdict::FailReason,
};
use tea_tpm::{
	AkPublic, Boot, CounterError, EkPublic, Hash, IssuerKey, ObjectName, PcrError, PcrSelection,
	QualifiedName, QuoteBinding, SignatureAlgorithm, evidence::FirmwareRange,
};

/// Somebody in a committee of this chain.
pub type ChainMember = Member<AccountId>;

/// A certificate of this chain.
pub type ChainCertificate = Certificate<u32>;

/// Declares types that mirror those of the chain.
macro_rules! mirror {
	($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)+) => {
		$(
			$(#[$meta])*
			#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
			pub $kind $name $body
		)+
	};
}

mod deployment;
mod errand;

pub use deployment::*;
pub use errand::*;

mirror! {
	/// Whether certificates of an issuer are accepted.
	#[derive(Copy)]
	pub enum IssuerStatus {
		/// New chips may enrol.
		Accepted,
		/// No chip of this issuer enrols; those that are enrolled keep their records.
		Suspended,
	}

	/// What governance says about an issuer of endorsement certificates.
	pub struct IssuerInfo {
		/// `SubjectPublicKeyInfo` of the issuer's certificate.
		pub spki: Vec<u8>,
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
		/// Rises with every change.
		pub version: u32,
	}

	/// An issuer of endorsement certificates.
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
	pub struct FirmwareDenial {
		/// The part number; none means every model.
		pub model: Option<Vec<u8>>,
		/// Versions, both ends included.
		pub range: FirmwareRange,
	}

	/// A change of a list of denials.
	#[derive(Copy)]
	pub enum DenialChange {
		/// Put on the list.
		Deny,
		/// Taken off the list.
		Allow,
	}

	/// Approved measurements and manifest of a class.
	pub struct ReleaseRecord {
		/// The class it is for.
		pub class: HardwareClass,
		/// The PCRs that must equal a value set; all others are pinned.
		pub strict: PcrSelection,
		/// For each way to boot, the values of the strict PCRs in ascending order.
		pub value_sets: Vec<Vec<Hash>>,
		/// Merkle root over everything that a module of this release runs.
		pub manifest_root: Hash,
		/// First block in which it is accepted no more.
		pub until: Option<u32>,
	}

	/// An account that fills committees while there are too few Active modules.
	pub struct RegistrarRecord {
		/// X25519 key that messages are sealed to.
		pub transport: [u8; 32],
		/// On whose behalf it acts.
		pub owner: AccountId,
		/// Name of the owner, for people.
		pub name: Vec<u8>,
		/// Position in the dense list.
		pub index: u32,
	}

	/// What governance says about a registrar.
	pub struct RegistrarInfo {
		/// X25519 key that messages are sealed to.
		pub transport: [u8; 32],
		/// On whose behalf it acts.
		pub owner: AccountId,
		/// Name of the owner, for people; 32 bytes at most.
		pub name: Vec<u8>,
	}

	/// A chip and its attestation key: proven in a module, claimed in an enrolment.
	pub struct ChipRecord {
		/// Identity of the chip.
		pub id: EkHash,
		/// Who vouches for it.
		pub issuer: IssuerId,
		/// What its hardware can prove.
		pub class: HardwareClass,
		/// Identifier of its maker.
		pub vendor: u32,
		/// Part number, as the certificate writes it.
		pub model: Vec<u8>,
		/// Endorsement key.
		pub ek: EkPublic,
		/// Attestation key.
		pub ak: AkPublic,
		/// Name of the attestation key, target of challenges.
		pub ak_name: ObjectName,
		/// Qualified name of the attestation key.
		pub signer: QualifiedName,
		/// Whose money the bond is.
		pub bonded_by: AccountId,
		/// What is on hold.
		pub bond: u128,
		/// Counters went back under this attestation key: the way back is a new enrolment.
		pub closed: bool,
		/// Counters of the last accepted evidence.
		pub boot: Option<Boot>,
		/// Values of the PCRs that no class holds strict, at the last passed round.
		pub pins: Option<Vec<Hash>>,
	}

	/// Where an enrolment stands.
	#[derive(Copy)]
	pub enum EnrolmentPhase {
		/// Challengers are to be drawn.
		Drawing,
		/// Challengers post their blobs.
		Posting,
		/// The module answers.
		Answering,
		/// Challengers whose blobs the module calls bad show their root values.
		Disputing,
	}

	/// Where one challenge stands.
	#[derive(Copy)]
	pub enum SlotState {
		/// No challenger yet.
		Empty,
		/// The challenger is to post.
		Waiting,
		/// The blob is on chain.
		Posted,
		/// The module showed the secret.
		Correct,
		/// The module did not show the secret.
		Wrong,
		/// The module calls the blob bad.
		Disputed,
		/// The challenger let its window pass.
		Silent,
		/// The challenger's root value convicts it, or it showed none.
		AtFault,
	}

	/// One challenger of an enrolment.
	pub struct Slot {
		/// Who was drawn.
		pub challenger: Option<ChainMember>,
		/// Where its challenge stands.
		pub state: SlotState,
	}

	/// An enrolment in progress.
	pub struct EnrolmentRecord {
		/// Its number.
		pub round: Round,
		/// Who registered: pays the bond, and waits after a failure.
		pub by: AccountId,
		/// The chip and the key that are to be proven.
		pub chip: ChipRecord,
		/// Where it stands.
		pub phase: EnrolmentPhase,
		/// First block in which the phase is over.
		pub deadline: u32,
		/// Whether challengers have been drawn anew already.
		pub redrawn: bool,
		/// The challenges.
		pub slots: Vec<Slot>,
		/// Everybody who was drawn, so that nobody is drawn again.
		pub drawn: Vec<ChainMember>,
	}

	/// What a challenger posted.
	pub struct ChallengeRecord {
		/// The credential, for the chip to open.
		pub blob: Vec<u8>,
		/// The commitment to the secret in it.
		pub commitment: Hash,
	}

	/// What a module says to one challenge.
	#[derive(Copy)]
	pub enum Answer {
		/// The secret that the chip took out of the blob.
		Secret(Hash),
		/// The blob is bad: the chip refused it, or the secret does not fit the commitment.
		Bad,
		/// There was no blob to open.
		Absent,
	}

	/// Where a module's enrolment went wrong.
	#[derive(Copy)]
	pub enum EnrolmentFailure {
		/// The known-good set has too few members of different owners.
		NoCommittee,
		/// Too few challengers posted, twice.
		TooFewChallenges,
		/// The module did not answer.
		NoAnswer,
		/// Too few answers are right.
		TooFewCorrect,
		/// The Camellia cannot carry the chip any more.
		CamelliaDead,
		/// The owner gave up.
		GivenUp,
	}

	/// Why a module retired.
	#[derive(Copy)]
	pub enum RetireReason {
		/// Its owner wanted it.
		Owner,
		/// Its Camellia died.
		EndOfLife,
	}

	/// Authentic bad news about a module.
	#[derive(Copy)]
	pub enum Suspicion {
		/// A measurement is in no accepted release, missing, or changed.
		Measurement(PcrError),
		/// Counters or clock went back: the chip was cleared, rolled back or cloned.
		Counter(CounterError),
		/// The manifest belongs to no accepted release.
		Manifest,
		/// The committee found it out.
		Committee(FailReason),
		/// Somebody proved an offence.
		Reported(Offence),
	}

	/// What a module can be convicted of.
	#[derive(Copy)]
	pub enum Offence {
		/// It signed verdicts of one round that cannot both be true.
		ContradictingVerdicts,
		/// Its TPM runs twice, or was put back to an older state.
		ClonedTpm,
		/// It was certified for a live quote that no honest member passes.
		RefutedVerdict,
	}

	/// Windows, periods and prices that governance sets.
	#[derive(Copy)]
	pub struct Parameters {
		/// Blocks in which challengers post.
		pub challenge_window: u32,
		/// Blocks in which the module answers.
		pub response_window: u32,
		/// Blocks in which a challenger shows the root value of a blob that the module calls bad.
		pub reveal_window: u32,
		/// How many blocks old the block may be that a quote names.
		pub nonce_window: u32,
		/// Blocks of an attestation round.
		pub round_window: u32,
		/// Blocks between an undecided round and the next evidence.
		pub round_cool_down: u32,
		/// Blocks for which an account waits after an enrolment that it let fail.
		pub enrolment_cool_down: u32,
		/// Blocks for which a certificate is valid. Renewal opens at half of it.
		pub certificate_life: u32,
		/// Blocks in quarantine before evidence is accepted again.
		pub quarantine_cool_down: u32,
		/// Blocks between the end of a module's hardware and the return of its bond.
		pub bond_delay: u32,
		/// What an enrolment puts on hold; twice as much in a class above a third.
		pub enrolment_bond: u128,
		/// What a report puts on hold.
		pub report_bond: u128,
		/// What the pool pays for one public duty.
		pub duty_reward: u128,
		/// Boots of a module in a day whose rounds the pool pays.
		pub paid_boots: u32,
	}

	/// Why a module stands where it stands.
	#[derive(Copy)]
	pub enum StatusReason {
		/// `register` was accepted.
		Registered,
		/// Enough answers were right.
		KeyProven,
		/// Evidence of a boot was accepted, a committee examines it.
		BootPosted,
		/// A committee passed it.
		RoundPassed,
		/// The window of the round ended without a decision.
		RoundUndecided,
		/// No committee could be drawn.
		NoCommittee,
		/// The certificate ran out.
		CertificateLapsed,
		/// Authentic bad news.
		Suspected(Suspicion),
		/// The second committee confirmed the bad news.
		SecondCommitteeFailed(FailReason),
		/// The renewal was authentic, but the TPM's clock does not fit the chain's.
		RenewalRefused(CounterError),
		/// The second committee passed it, but its attestation key is finished: enrol again.
		MustEnrolAgain,
		/// It left.
		Retired(RetireReason),
	}

	/// Where a module stands, as stored.
	#[derive(Copy)]
	pub struct ModuleRecord {
		/// Its status. A lapsed certificate counts from its block on, even before this field follows.
		pub status: ModuleStatus,
		/// Block of the last change.
		pub since: u32,
		/// Why.
		pub reason: StatusReason,
		/// First block in which evidence is accepted again.
		pub cool_down_until: Option<u32>,
	}

	/// The last numbers that were given out to a module.
	#[derive(Copy, Default)]
	pub struct Sequence {
		/// Last enrolment or round.
		pub round: Round,
		/// Last boot.
		pub boot_seq: BootSeq,
	}

	/// What accepted evidence says.
	pub struct EvidenceRecord {
		/// SHA-256 of the quote.
		pub quote: Hash,
		/// The signed PCR digest.
		pub pcr_digest: Hash,
		/// The PCR values behind it.
		pub values: Vec<Hash>,
		/// Merkle root over everything that runs.
		pub manifest_root: Hash,
		/// Root of the boot log.
		pub log_root: Hash,
		/// Name of the receive key.
		pub rk_name: ObjectName,
		/// Firmware version of the TPM.
		pub firmware_version: u64,
		/// False after a power cut.
		pub safe: bool,
	}

	/// The present boot of a module.
	pub struct BootRecord {
		/// Its number.
		pub seq: BootSeq,
		/// Its keys.
		pub keys: BootKeys,
		/// Block in which it was posted.
		pub since: u32,
		/// Evidence of the last passed round; before it, the evidence that was posted.
		pub evidence: EvidenceRecord,
	}

	/// A past boot, so that what it signed stays checkable.
	#[derive(Copy)]
	pub struct PastBoot {
		/// Its number.
		pub seq: BootSeq,
		/// Its keys.
		pub keys: BootKeys,
		/// Block in which it was posted.
		pub since: u32,
		/// Block in which its keys lost all authority.
		pub until: u32,
	}

	/// An attestation round.
	pub struct RoundRecord {
		/// Its number.
		pub round: Round,
		/// First or second committee.
		pub purpose: Purpose,
		/// The boot that is examined.
		pub boot_seq: BootSeq,
		/// Whether the module keeps its certificate meanwhile.
		pub renewal: bool,
		/// First block in which nothing is accepted any more.
		pub deadline: u32,
		/// Members in the order of the draw; empty before it.
		pub committee: Vec<ChainMember>,
		/// Members of the first committee, who are not asked again.
		pub former: Vec<ChainMember>,
		/// Bit i: member i voted fail.
		pub failed: u16,
		/// What is examined.
		pub evidence: EvidenceRecord,
	}

	/// How a round ended.
	#[derive(Copy)]
	pub enum RoundOutcome {
		/// Enough members passed the module.
		Passed,
		/// So many members failed it that it cannot pass.
		Failed,
		/// The window ended before a decision.
		Undecided,
		/// No committee could be drawn.
		NoCommittee,
		/// A newer boot, a new enrolment or the module's end made it pointless.
		Superseded,
	}

	/// A certificate, and who gave it.
	pub struct CertificateRecord {
		/// What relying parties read.
		pub certificate: ChainCertificate,
		/// The committee.
		pub committee: Vec<ChainMember>,
		/// Bit i: member i signed a pass.
		pub passed: u16,
		/// SHA-256 of the live quote that the members saw.
		pub live_quote: Hash,
	}

	/// What a module says about itself. Nothing is decided by it.
	#[derive(Default)]
	pub struct Profile {
		/// Peer id in the IPFS network; 64 bytes at most.
		pub peer_id: Vec<u8>,
		/// Addresses that browsers may start from; 4 of 128 bytes at most.
		pub addresses: Vec<Vec<u8>>,
		/// Capabilities, one bit each.
		pub capabilities: u64,
		/// Versions of its programs, for people; 64 bytes at most.
		pub versions: Vec<u8>,
		/// CID of the boot log; 64 bytes at most.
		pub log: Vec<u8>,
	}

	/// Evidence of a boot, by kind of hardware.
	pub enum Evidence {
		/// A TPM 2.0.
		Tpm2(Box<Tpm2Evidence>),
	}

	/// Evidence of a TPM 2.0.
	pub struct Tpm2Evidence {
		/// `TPMS_ATTEST`; 160 bytes at most.
		pub quote: Vec<u8>,
		/// `TPMT_SIGNATURE`; 280 bytes at most.
		pub signature: Vec<u8>,
		/// What the quote is bound to.
		pub binding: QuoteBinding,
		/// `TPMT_PUBLIC` of the receive key; 128 bytes at most.
		pub rk_public: Vec<u8>,
		/// The PCR values, ascending.
		pub pcr_values: Vec<Hash>,
		/// What the module says about itself.
		pub profile: Profile,
	}

	/// Kind of a Camellia: its place in the economy.
	#[derive(Copy, Hash)]
	pub enum Kind {
		/// Twice the productivity, 24 months.
		A,
		/// The measure of the others: productivity 1, 24 months.
		B,
		/// Half the productivity, 12 months.
		C,
	}

	/// What moved the credit of a Camellia.
	#[derive(Copy)]
	pub struct CreditEntry {
		/// When.
		pub block: u32,
		/// Why.
		pub event: CreditEvent,
		/// Whole points after it.
		pub credit: u16,
	}

	/// Stage of life of a Camellia.
	#[derive(Copy)]
	pub enum LifeStage {
		/// Waits for hardware and withers without.
		Fresh,
		/// Carries hardware.
		Planted,
		/// Lives without hardware at the moment.
		Idle,
		/// Waits to be buried.
		Dead,
	}

	/// Stage of life of a Camellia, as it is stored.
	#[derive(Copy)]
	pub enum CamelliaStage {
		/// Born, never had hardware.
		#[codec(index = 1)]
		Fresh {
			/// First block in which it is withered.
			withers: u32,
		},
		/// Its life has begun, with or without hardware at the moment.
		#[codec(index = 2)]
		Planted {
			/// Block in which it was planted.
			since: u32,
			/// First block in which it is dead.
			ends: u32,
		},
	}

	/// A Camellia, as it is stored. Its owner stands in the NFT.
	pub struct CamelliaRecord {
		/// Kind.
		pub kind: Kind,
		/// Productivity at its best age, in millionths.
		pub base_productivity: u32,
		/// Blocks of life from planting.
		pub life_span: u32,
		/// Block of birth.
		pub born: u32,
		/// Stage of life.
		pub stage: CamelliaStage,
		/// Identity of the chip that is bound to it.
		pub hardware: Option<EkHash>,
		/// Block in whose agenda its end stands.
		pub agenda: Option<u32>,
		/// Credit at `credit_as_of`, in thousandths of a point.
		pub credit: u32,
		/// Block up to which decay is accounted for.
		pub credit_as_of: u32,
	}

	/// Why a Camellia is no more.
	#[derive(Copy)]
	pub enum DeathCause {
		/// It never got hardware in time.
		Withered,
		/// Its life was over.
		EndOfLife,
		/// Somebody with power over pallet-nfts burnt the item.
		ItemBurnt,
	}

	/// All that there is to know about a Camellia.
	pub struct CamelliaInfo {
		/// Owner of the NFT now.
		pub owner: Option<AccountId>,
		/// The account that this owner named for the module.
		pub operator: Option<AccountId>,
		/// Kind.
		pub kind: Kind,
		/// Stage of life.
		pub stage: LifeStage,
		/// Block of birth.
		pub born: u32,
		/// Block of planting.
		pub planted: Option<u32>,
		/// First block in which it is dead; of a fresh one, withered.
		pub ends: u32,
		/// Blocks of life from planting.
		pub life_span: u32,
		/// Tenth of its life, from 0.
		pub age_in_tenths: Option<u8>,
		/// Productivity at its best age, in millionths.
		pub base_productivity: u32,
		/// Productivity now, in millionths.
		pub productivity: u32,
		/// Weight of its filled slots, in millionths.
		pub stake_weight: u64,
		/// Whole points of credit.
		pub credit: u16,
		/// What moved the credit last, oldest first.
		pub credit_log: Vec<CreditEntry>,
		/// Weight in draws.
		pub draw_weight: Option<DrawWeight>,
		/// Identity of the chip that is bound to it.
		pub hardware: Option<EkHash>,
	}

	/// A motion of the council, and who voted how.
	pub struct Motion {
		/// Its number.
		pub index: u32,
		/// Ayes that carry it.
		pub threshold: u32,
		/// Who agreed.
		pub ayes: Vec<AccountId>,
		/// Who did not.
		pub nays: Vec<AccountId>,
		/// Block in which the voting ends.
		pub end: u32,
	}

	/// Signature of an account.
	pub enum MultiSignature {
		/// Ed25519.
		Ed25519([u8; 64]),
		/// sr25519: what modules and registrars sign with.
		Sr25519([u8; 64]),
		/// ECDSA on secp256k1.
		Ecdsa([u8; 65]),
	}
}

/// A module as a client sees it in one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleInfo {
	/// Its status in this block: a certificate that ran out counts.
	pub status: ModuleStatus,
	/// Block of the last change.
	pub since: u32,
	/// Why it stands there.
	pub reason: StatusReason,
	/// First block in which evidence is accepted again.
	pub cool_down_until: Option<u32>,
	/// The number that its next enrolment or round will have.
	pub next_round: Round,
	/// The number of its last boot.
	pub boot_seq: BootSeq,
	/// Its chip, once proven.
	pub chip: Option<ChipRecord>,
	/// Its present boot.
	pub boot: Option<BootRecord>,
	/// What it says about itself.
	pub profile: Option<Profile>,
}

/// An enrolment with what its challengers posted, by slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
	/// The enrolment.
	pub record: EnrolmentRecord,
	/// What was posted.
	pub posted: Vec<(u8, ChallengeRecord)>,
}

/// How a member of a committee is reached and recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberKeys {
	/// sr25519: signs its calls, letters and verdicts. A registrar's is its account.
	pub session: [u8; 32],
	/// X25519: letters are sealed to it.
	pub transport: [u8; 32],
	/// The boot of a module; `None` for a registrar.
	pub boot_seq: Option<BootSeq>,
}

/// What the runtime fixes, and what governance sets, in one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constants {
	/// Members of a committee (N).
	pub committee_size: u32,
	/// Challengers of an enrolment (c).
	pub challengers: u32,
	/// Right answers that prove an attestation key (k).
	pub correct_answers: u32,
	/// Least balance of an account.
	pub existential_deposit: u128,
	/// Windows, periods and prices; the fields are there as those of this record.
	pub parameters: Parameters,
}

impl std::ops::Deref for Constants {
	type Target = Parameters;

	fn deref(&self) -> &Parameters {
		&self.parameters
	}
}

impl Constants {
	/// Passes that certify a module: two thirds of the committee, rounded up.
	pub const fn quorum(&self) -> u32 {
		(2 * self.committee_size).div_ceil(3)
	}
}

/// An account's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
	/// What can be spent or put on hold.
	pub free: u128,
	/// What is on hold.
	pub reserved: u128,
	/// Locked part of `free`.
	pub frozen: u128,
	/// Extrinsics that the account has signed.
	pub nonce: u32,
}

/// Who can speak for governance on this chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Governance {
	/// The sudo key of a development chain.
	pub sudo: Option<AccountId>,
	/// Members of the council.
	pub council: Vec<AccountId>,
}

impl From<Tpm2Evidence> for Evidence {
	fn from(evidence: Tpm2Evidence) -> Self {
		Self::Tpm2(Box::new(evidence))
	}
}

impl fmt::Display for EnrolmentFailure {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::NoCommittee => {
				"there are too few challengers of different owners; wait for more modules or registrars"
			}
			Self::TooFewChallenges => {
				"too few challengers posted, twice; register again after the cool-down"
			}
			Self::NoAnswer => {
				"the module did not answer in time; keep it running and register again"
			}
			Self::TooFewCorrect => {
				"too few answers were right: the attestation key is not in the chip with this endorsement key"
			}
			Self::CamelliaDead => "the Camellia is at the end of its life",
			Self::GivenUp => "the owner gave up",
		})
	}
}

impl fmt::Display for Suspicion {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Measurement(error) => write!(f, "a measurement is not acceptable: {error}"),
			Self::Counter(error) => {
				write!(f, "the counters of the TPM contradict the past: {error}")
			}
			Self::Manifest => f.write_str("what it runs belongs to no accepted release"),
			Self::Committee(reason) => {
				write!(f, "its committee found: {}", crate::describe(*reason))
			}
			Self::Reported(offence) => write!(f, "somebody proved that {offence}"),
		}
	}
}

impl fmt::Display for Offence {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::ContradictingVerdicts => {
				"it signed verdicts of one round that cannot both be true"
			}
			Self::ClonedTpm => "its TPM runs twice or was put back to an older state",
			Self::RefutedVerdict => {
				"it was certified for a live quote that no honest member passes"
			}
		})
	}
}

impl fmt::Display for StatusReason {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Registered => f.write_str("registered; challengers examine the attestation key"),
			Self::KeyProven => {
				f.write_str("the attestation key is proven; the module has to attest its boot")
			}
			Self::BootPosted => f.write_str("a boot was posted; a committee examines it"),
			Self::RoundPassed => f.write_str("its committee passed it"),
			Self::RoundUndecided => {
				f.write_str("its committee did not decide in time; it may attest again")
			}
			Self::NoCommittee => {
				f.write_str("no committee could be drawn; it may attest again later")
			}
			Self::CertificateLapsed => {
				f.write_str("its certificate ran out; a running module attests again by itself")
			}
			Self::Suspected(suspicion) => {
				write!(f, "suspected: {suspicion}; a second committee examines it")
			}
			Self::SecondCommitteeFailed(reason) => write!(
				f,
				"a second committee confirmed: {}; run an accepted release and wait for the end of the quarantine",
				crate::describe(*reason)
			),
			Self::RenewalRefused(error) => write!(f, "its renewal was refused: {error}"),
			Self::MustEnrolAgain => {
				f.write_str("its attestation key is finished; make a new one and enrol again")
			}
			Self::Retired(RetireReason::Owner) => f.write_str("retired by its owner"),
			Self::Retired(RetireReason::EndOfLife) => {
				f.write_str("retired, because its Camellia is at the end of its life")
			}
		}
	}
}

/// Events of the registry of modules.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(
	missing_docs,
	reason = "the runtime documents its events, and the names are the same"
)]
pub enum AttestationEvent {
	IssuerRegistered {
		issuer: IssuerId,
		class: HardwareClass,
		version: u32,
	},
	IssuerStatusSet {
		issuer: IssuerId,
		status: IssuerStatus,
	},
	SerialDenialChanged {
		issuer: IssuerId,
		serial: Vec<u8>,
		change: DenialChange,
	},
	FirmwareDenialChanged {
		vendor: u32,
		denial: FirmwareDenial,
		change: DenialChange,
	},
	ReleaseRegistered {
		release: ReleaseId,
		class: HardwareClass,
	},
	ReleaseRetired {
		release: ReleaseId,
	},
	RegistrarSet {
		registrar: AccountId,
		owner: AccountId,
	},
	RegistrarRemoved {
		registrar: AccountId,
	},
	Registered {
		module: ModuleId,
		round: Round,
		chip: EkHash,
		issuer: IssuerId,
		class: HardwareClass,
		by: AccountId,
		bond: u128,
	},
	ChallengersDrawn {
		module: ModuleId,
		round: Round,
		challengers: Vec<ChainMember>,
		deadline: u32,
	},
	ChallengePosted {
		module: ModuleId,
		round: Round,
		slot: u8,
	},
	AnswersWanted {
		module: ModuleId,
		round: Round,
		deadline: u32,
	},
	BlobsDisputed {
		module: ModuleId,
		round: Round,
		slots: u16,
		deadline: u32,
	},
	DisputeSettled {
		module: ModuleId,
		round: Round,
		slot: u8,
		challenger_at_fault: bool,
	},
	Enrolled {
		module: ModuleId,
		round: Round,
		chip: EkHash,
	},
	EnrolmentFailed {
		module: ModuleId,
		round: Round,
		chip: EkHash,
		reason: EnrolmentFailure,
	},
	BootPosted {
		module: ModuleId,
		boot_seq: BootSeq,
		session: AccountId,
		safe: bool,
	},
	BootEnded {
		module: ModuleId,
		boot_seq: BootSeq,
		session: AccountId,
	},
	RoundOpened {
		module: ModuleId,
		round: Round,
		purpose: Purpose,
		boot_seq: BootSeq,
		evidence: Hash,
	},
	CommitteeDrawn {
		module: ModuleId,
		round: Round,
		purpose: Purpose,
		members: Vec<ChainMember>,
		deadline: u32,
	},
	FailVoted {
		module: ModuleId,
		round: Round,
		member: u8,
		reason: FailReason,
	},
	RoundClosed {
		module: ModuleId,
		round: Round,
		purpose: Purpose,
		outcome: RoundOutcome,
	},
	Certified {
		module: ModuleId,
		boot_seq: BootSeq,
		round: Round,
		release: ReleaseId,
		until: u32,
	},
	StatusChanged {
		module: ModuleId,
		status: ModuleStatus,
		reason: StatusReason,
	},
	RenewalRefused {
		module: ModuleId,
		round: Round,
		reason: CounterError,
	},
	BondReturned {
		module: ModuleId,
		who: AccountId,
		amount: u128,
	},
	DutyFailed {
		who: AccountId,
		count: u32,
	},
	AgendaFull {
		module: ModuleId,
		due: u32,
	},
	DrawDeferred {
		module: ModuleId,
		round: Round,
	},
	ParametersSet {
		parameters: Parameters,
	},
	OffenceProven {
		module: ModuleId,
		offence: Offence,
		evidence: Hash,
		reporter: AccountId,
	},
	ReportSettled {
		module: ModuleId,
		reporter: AccountId,
		bond: u128,
		lost: bool,
	},
	DutiesPaid {
		who: AccountId,
		points: u32,
		amount: u128,
	},
	RoundPaid {
		module: ModuleId,
		who: AccountId,
		amount: u128,
	},
}

/// Events of the registry of Camelliae.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[allow(
	missing_docs,
	reason = "the runtime documents its events, and the names are the same"
)]
pub enum CamelliaEvent {
	CollectionCreated {
		collection: u32,
	},
	Born {
		module: ModuleId,
		owner: AccountId,
		kind: Kind,
		base_productivity: u32,
		life_span: u32,
		withers: u32,
	},
	Planted {
		module: ModuleId,
		ends: u32,
	},
	HardwareBound {
		module: ModuleId,
		chip: EkHash,
	},
	HardwareUnbound {
		module: ModuleId,
		chip: EkHash,
	},
	OperatorSet {
		module: ModuleId,
		operator: Option<AccountId>,
	},
	CreditMoved {
		module: ModuleId,
		event: CreditEvent,
		from: u16,
		to: u16,
	},
	Died {
		module: ModuleId,
		owner: Option<AccountId>,
		cause: DeathCause,
	},
	BurialLeftToOthers {
		module: ModuleId,
		from: u32,
	},
	RewardsClaimed {
		module: ModuleId,
		who: AccountId,
		amount: u128,
	},
}

/// What happened in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
	/// With a module.
	Attestation(AttestationEvent),
	/// With a Camellia.
	Camellia(CamelliaEvent),
	/// With a deployment.
	Deployment(DeploymentEvent),
	/// With an errand.
	Errand(ErrandEvent),
	/// Anything else.
	Other {
		/// The pallet.
		pallet: String,
		/// The event.
		name: String,
	},
}

/// One event, and what caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord {
	/// Position of the extrinsic in the block; `None` for what the block does by itself.
	pub extrinsic: Option<u32>,
	/// What happened.
	pub event: Event,
}

//! Errands: what a PoT says, how an errand ends, who is paid, and what the pallet asks of its neighbours (SPEC 5.J … 5.O,
//! 6.5, F-06 … F-12).
//!
//! INVARIANT: everything here is stored, signed, hashed or shown; an index is never used again.

use crate::{
	camellia::DrawWeight,
	deployment::{Cid, Classes, Content, DeploymentId, Hash},
	draw::BeaconValue,
	ids::{BootSeq, ModuleId},
	verdict::FailReason,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, bounded::BoundedVec};
use sp_runtime::traits::{BlakeTwo256, Hash as _};
use tea_tpm::{AkPublic, Boot, HardwareClass, QualifiedName};

/// Data inputs of an errand, at most.
pub const MAX_INPUTS: u32 = 8;
/// Sources of an errand, at most: its code and its data.
pub const MAX_SOURCES: u32 = MAX_INPUTS + 1;
/// Bytes of params, at most (SPEC 3.3).
pub const MAX_PARAMS: u32 = 4096;
/// Bytes of a key envelope, at most.
pub const MAX_ENVELOPE: u32 = 512;
/// Members of an errand's committee, at most.
pub const MAX_VERIFIERS: u32 = 6;
/// Lines of a bill, at most: data owners, developer, executor, delegators, verifiers, parents.
pub const MAX_LINES: u32 = MAX_INPUTS + 2 + MAX_INPUTS + MAX_VERIFIERS + MAX_SOURCES;
/// Most pages of guest memory, of 64 KiB each (SPEC 3.3).
pub const MAX_PAGES: u32 = 4096;
/// Most fuel (SPEC 3.3).
pub const MAX_FUEL: u64 = 1_000_000_000_000;
/// Longest run, milliseconds of wall clock (SPEC 3.3).
pub const MAX_WALL_MS: u32 = 300_000;
/// Bytes of a quote.
pub const QUOTE_LEN: u32 = 145;
/// Bytes of a TPM's signature, at most: RSA-2048.
pub const MAX_SIGNATURE: u32 = 262;
/// Hashes of a path to a batch root, at most.
pub const MAX_BATCH_PATH: u32 = tea_tpm::pot::MAX_PATH as u32;

fn blake2_256(bytes: &[u8]) -> Hash {
	BlakeTwo256::hash(bytes).0
}

/// Name of an errand, counted by the chain: equal errands are different ones.
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
pub struct ErrandId(pub u64);

impl From<u64> for ErrandId {
	fn from(number: u64) -> Self {
		Self(number)
	}
}

impl core::fmt::Display for ErrandId {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		self.0.fmt(f)
	}
}

/// Derives what everything that is stored or signed here needs.
macro_rules! record {
	($($(#[$meta:meta])* $kind:ident $name:ident $(<$($parameter:ident),+>)? { $($body:tt)* })+) => {
		$(
			$(#[$meta])*
			#[derive(
				Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
			)]
			pub $kind $name $(<$($parameter),+>)? { $($body)* }
		)+
	};
}

/// The same for what is copied.
macro_rules! value {
	($($(#[$meta:meta])* $kind:ident $name:ident { $($body:tt)* })+) => {
		$(
			$(#[$meta])*
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
			pub $kind $name { $($body)* }
		)+
	};
}

record! {
	/// A content that is no deployment.
	struct AdHoc {
		/// The content.
		pub content: Content,
		/// Encrypted under an ad-hoc key, which the client supplies to the executor.
		pub sealed: bool,
	}

	/// Where code or data comes from.
	enum Source {
		/// A deployment.
		#[codec(index = 0)]
		Deployed(DeploymentId),
		/// A content that the client names itself.
		#[codec(index = 1)]
		AdHoc(AdHoc),
	}

	/// What else a client may want.
	struct Options<AccountId, Balance, BlockNumber> {
		/// What the executor must be able to do.
		pub needs: Needs,
		/// Blocks to wait for a key holder, when less than what the chain waits.
		pub key_wait: Option<BlockNumber>,
		/// The client's own modules may run it.
		pub allow_own: bool,
		/// Who is paid for ad-hoc code, and how much.
		pub payee: Option<(AccountId, Balance)>,
	}
}

value! {
	/// How much a guest may use.
	struct Limits {
		/// Fuel.
		pub fuel: u64,
		/// Pages of memory, of 64 KiB each.
		pub pages: u32,
		/// Bytes of output.
		pub output: u32,
		/// Milliseconds of wall clock. Hitting it is the executor's fault, not the guest's.
		pub wall_ms: u32,
	}

	/// What an errand needs of its executor beside the limits.
	struct Needs {
		/// Hardware classes that will do.
		pub classes: Classes,
		/// Capabilities that the guest is granted.
		pub capabilities: Capabilities,
	}
}

impl Default for Needs {
	fn default() -> Self {
		Self {
			classes: Classes::ALL,
			capabilities: Capabilities::default(),
		}
	}
}

/// Capabilities of the guest ABI that an errand grants, as bits.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Hash,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Capabilities(pub u32);

impl Capabilities {
	/// `rand`: random bytes that the errand and the beacon after its posting decide.
	pub const RAND: Self = Self(1);
	/// `time`: the timestamp of the block that holds the posting.
	pub const TIME: Self = Self(1 << 1);
	/// `ipfs`: blocks below the data of the errand.
	pub const IPFS: Self = Self(1 << 2);
	/// All that there are.
	pub const ALL: Self = Self(0b111);

	/// Whether it holds nothing unknown.
	pub const fn is_known(self) -> bool {
		self.0 & !Self::ALL.0 == 0
	}

	/// Whether `other` is granted.
	pub const fn grants(self, other: Self) -> bool {
		self.0 & other.0 == other.0
	}
}

/// Tag of the input hash.
pub const INPUT_DOMAIN: [u8; 12] = *b"tea/input/v1";

/// Everything of an errand that decides its output and fuel. Values of capabilities follow from errand, genesis and
/// beacon, which a PoT names too.
#[derive(Clone, Debug, Encode)]
pub struct Input<'a> {
	/// [`INPUT_DOMAIN`].
	pub domain: [u8; 12],
	/// Ciphertext hash of the code.
	pub code: Hash,
	/// Ciphertext hashes of the data, in order.
	pub data: &'a [Hash],
	/// blake2-256 of the params.
	pub params: Hash,
	/// How much the guest may use.
	pub limits: Limits,
	/// What it is granted.
	pub capabilities: Capabilities,
}

impl<'a> Input<'a> {
	/// The input of code, data and params under these limits.
	pub fn new(
		code: Hash,
		data: &'a [Hash],
		params: &[u8],
		limits: Limits,
		capabilities: Capabilities,
	) -> Self {
		Self {
			domain: INPUT_DOMAIN,
			code,
			data,
			params: blake2_256(params),
			limits,
			capabilities,
		}
	}

	/// The input hash of a PoT.
	pub fn hash(&self) -> Hash {
		self.using_encoded(blake2_256)
	}
}

value! {
	/// How a guest stopped on its own.
	enum Trap {
		/// `unreachable`.
		#[codec(index = 0)]
		Unreachable,
		/// Access outside the memory.
		#[codec(index = 1)]
		MemoryOutOfBounds,
		/// Access outside a table.
		#[codec(index = 2)]
		TableOutOfBounds,
		/// Indirect call to null.
		#[codec(index = 3)]
		IndirectCallToNull,
		/// Indirect call with another signature.
		#[codec(index = 4)]
		BadSignature,
		/// Division by zero.
		#[codec(index = 5)]
		DivisionByZero,
		/// Integer overflow.
		#[codec(index = 6)]
		IntegerOverflow,
		/// Conversion of a number that has no integer.
		#[codec(index = 7)]
		BadConversion,
		/// Stack overflow.
		#[codec(index = 8)]
		StackOverflow,
		/// A host call was given a range outside the memory.
		#[codec(index = 9)]
		BadPointer,
	}

	/// Which limit a guest ran into.
	enum Limit {
		/// Bytes of output.
		#[codec(index = 0)]
		Output,
		/// Number of host calls.
		#[codec(index = 1)]
		HostCalls,
		/// Pages of memory, at the start. Later a guest is told and decides itself.
		#[codec(index = 2)]
		Memory,
	}

	/// Why the code cannot run at all.
	enum ModuleFault {
		/// It is no valid WebAssembly, or uses a feature that is switched off.
		#[codec(index = 0)]
		Invalid,
		/// It imports what it is not granted or what does not exist.
		#[codec(index = 1)]
		Import,
		/// An export is missing or of another type.
		#[codec(index = 2)]
		Export,
		/// Its memory is missing, imported or there twice.
		#[codec(index = 3)]
		Memory,
		/// It has a start function.
		#[codec(index = 4)]
		Start,
		/// It is too large, or has too many parts.
		#[codec(index = 5)]
		TooLarge,
		/// Its manifest is missing or wrong.
		#[codec(index = 6)]
		Manifest,
		/// It is made for another ABI or engine.
		#[codec(index = 7)]
		Engine,
	}

	/// Why an input cannot be used.
	enum InputFault {
		/// What it means is not what its commitment says.
		#[codec(index = 0)]
		Commitment,
		/// It is larger than it was said to be.
		#[codec(index = 1)]
		TooLarge,
		/// It is not sealed as content is.
		#[codec(index = 2)]
		Malformed,
	}

	/// How a run ended. Every one of these has the same evidence as success; whatever is not in this list is an
	/// infrastructure fault, and has no PoT.
	enum Exit {
		/// Success.
		#[codec(index = 0)]
		Ok,
		/// The guest gave back this value.
		#[codec(index = 1)]
		Failed(i32),
		/// The guest stopped.
		#[codec(index = 2)]
		Trap(Trap),
		/// All fuel was used; the PoT says as much fuel as the limit.
		#[codec(index = 3)]
		OutOfFuel,
		/// Another limit was hit.
		#[codec(index = 4)]
		LimitExceeded(Limit),
		/// The code cannot run.
		#[codec(index = 5)]
		BadModule(ModuleFault),
		/// An input cannot be used.
		#[codec(index = 6)]
		BadInput(InputFault),
		/// A supplied key does not open its source: nobody is paid.
		#[codec(index = 7)]
		BadKey,
	}

	/// Why an executor gives up without evidence and without pay.
	enum FaultReason {
		/// Code or data cannot be had, or is not what its hash says.
		#[codec(index = 0)]
		ContentUnavailable,
		/// The TPM does not answer.
		#[codec(index = 1)]
		Tpm,
		/// The host does not serve.
		#[codec(index = 2)]
		Host,
		/// The run took too long.
		#[codec(index = 3)]
		WallClock,
		/// The module shuts down.
		#[codec(index = 4)]
		Shutdown,
		/// Too few verifiers answer. Once, a new committee is drawn instead.
		#[codec(index = 5)]
		VerifiersSilent,
	}
}

value! {
	/// Why a verifier says no.
	enum RefuteReason {
		/// Quote, log or release of the executor.
		#[codec(index = 0)]
		Evidence(FailReason),
		/// The quote is not bound to this PoT.
		#[codec(index = 1)]
		OtherPot,
		/// The PoT is not of this errand as it stands on chain.
		#[codec(index = 2)]
		OtherErrand,
		/// The quote does not hold the verifier's own nonce.
		#[codec(index = 3)]
		NonceMissing,
	}
}

/// Tag in front of every PoT.
pub const POT_DOMAIN: [u8; 17] = *b"tea/errand-pot/v1";

record! {
	/// The sealed result.
	struct SealedResult {
		/// Where it is.
		pub cid: Cid,
		/// Hash of what is stored.
		pub ciphertext: Hash,
		/// Commitment of what it means, keyed from the sealing.
		pub commitment: Hash,
		/// Public half of the key from which the client makes the key of the result.
		pub enc: [u8; 32],
	}

	/// What the executor's TPM signs about one run: this input gave this output.
	struct PotBody {
		/// [`POT_DOMAIN`]; it carries the version.
		pub domain: [u8; 17],
		/// The errand.
		pub errand: ErrandId,
		/// Its attempt, from 0.
		pub attempt: u8,
		/// Who ran it.
		pub executor: ModuleId,
		/// In which boot.
		pub boot_seq: BootSeq,
		/// Whom the result is sealed to.
		pub client_key: [u8; 32],
		/// Ciphertext hash of the code.
		pub code: Hash,
		/// Ciphertext hashes of the data, in order.
		pub data: BoundedVec<Hash, ConstU32<MAX_INPUTS>>,
		/// Hashes of the PoD links by which keys came to the executor: code first, then data in order, without those that
		/// need no key.
		pub links: BoundedVec<Hash, ConstU32<MAX_SOURCES>>,
		/// [`Input::hash`].
		pub input: Hash,
		/// The sealed result. Of an exit other than `Ok` it holds what the client may know about it.
		pub result: SealedResult,
		/// How the run ended.
		pub exit: Exit,
		/// Fuel used.
		pub fuel: u64,
		/// Root of the manifest that the executor runs.
		pub manifest_root: Hash,
		/// A finalised block in which the errand was assigned to the executor.
		pub block: u32,
	}
}

impl PotBody {
	/// The PoT hash, blake2-256: the leaf that quotes and verdicts name.
	pub fn hash(&self) -> Hash {
		self.using_encoded(blake2_256)
	}
}

/// Tag in front of every verdict about an errand.
pub const ERRAND_PASS_DOMAIN: [u8; 18] = *b"tea/errand-pass/v1";

value! {
	/// A verifier's statement that a PoT is what it says. Signed with its session key, a registrar with the key of its
	/// account; every field has a fixed size, so none can shift into another.
	struct ErrandPass {
		/// [`ERRAND_PASS_DOMAIN`].
		pub domain: [u8; 18],
		/// Genesis hash of the chain.
		pub genesis: Hash,
		/// The errand.
		pub errand: ErrandId,
		/// Its attempt.
		pub attempt: u8,
		/// Who ran it.
		pub executor: ModuleId,
		/// In which boot.
		pub boot_seq: BootSeq,
		/// Position of the signer in the committee.
		pub member: u8,
		/// [`PotBody::hash`].
		pub pot: Hash,
		/// SHA-256 of the quote, whose nonces hold the member's own.
		pub quote: Hash,
	}
}

impl ErrandPass {
	/// The bytes that are signed.
	pub fn payload(&self) -> Vec<u8> {
		self.encode()
	}
}

record! {
	/// Place of a PoT in the batch that shares a quote. Alone, it is its own root.
	struct Batch {
		/// The root that the quote is bound to.
		pub root: Hash,
		/// Number of the PoT in the batch, from 0.
		pub index: u8,
		/// PoTs in the batch.
		pub len: u8,
		/// Siblings from the bottom up.
		pub path: BoundedVec<Hash, ConstU32<MAX_BATCH_PATH>>,
	}

	/// A PoT with its evidence, as it is handed in and kept. At most 2 KiB.
	struct Pot<Signature> {
		/// What is proven.
		pub body: PotBody,
		/// Where it stands in its batch.
		pub batch: Batch,
		/// SHA-256 of the nonces of all errands of the batch.
		pub nonces: Hash,
		/// `TPMS_ATTEST`.
		pub quote: BoundedVec<u8, ConstU32<QUOTE_LEN>>,
		/// `TPMT_SIGNATURE`.
		pub signature: BoundedVec<u8, ConstU32<MAX_SIGNATURE>>,
		/// Passes of verifiers: position in the committee and signature over [`ErrandPass`].
		pub verdicts: BoundedVec<(u8, Signature), ConstU32<MAX_VERIFIERS>>,
	}
}

value! {
	/// What somebody is paid for.
	enum Role {
		/// Use of data.
		#[codec(index = 0)]
		DataOwner,
		/// Use of code.
		#[codec(index = 1)]
		Developer,
		/// Running it.
		#[codec(index = 2)]
		Executor,
		/// Having been the initial pinner.
		#[codec(index = 3)]
		Delegator,
		/// A verdict in the PoT.
		#[codec(index = 4)]
		Verifier,
		/// Having handed the executor its keys.
		#[codec(index = 5)]
		Parent,
	}
}

record! {
	/// Who is paid.
	enum Payee<AccountId> {
		/// An account, at once.
		#[codec(index = 0)]
		Account(AccountId),
		/// The Camellia of a module: by accrual, pulled by owner and stakers.
		#[codec(index = 1)]
		Module(ModuleId),
	}

	/// A line of a bill.
	struct BillLine<AccountId, Balance> {
		/// What for.
		pub role: Role,
		/// Who.
		pub payee: Payee<AccountId>,
		/// How much.
		pub amount: Balance,
		/// Whether it was paid. A payee that cannot be paid leaves its line to the client.
		pub paid: bool,
	}

	/// What an errand cost. The paid lines and what went back are what was held, exactly.
	struct Bill<AccountId, Balance> {
		/// What the client had on hold for it.
		pub held: Balance,
		/// Fuel times the price of the snapshot.
		pub gas: Balance,
		/// Who was paid.
		pub lines: BoundedVec<BillLine<AccountId, Balance>, ConstU32<MAX_LINES>>,
		/// What went back to the client.
		pub returned: Balance,
	}
}

value! {
	/// Why the whole hold went back.
	enum RefundReason {
		/// Nobody ran it in time.
		#[codec(index = 0)]
		NoExecutor,
		/// Nobody who may run it turned up while it waited for pinners.
		#[codec(index = 1)]
		NoPinners,
		/// The key holder refused.
		#[codec(index = 2)]
		KeyRefused,
		/// The key holder did not supply the key in time.
		#[codec(index = 3)]
		KeyNotSupplied,
		/// The supplied key was wrong.
		#[codec(index = 4)]
		BadKey,
		/// The last executor let its deadline pass without a word.
		#[codec(index = 5)]
		ExecutorSilent,
		/// The last executor gave up.
		#[codec(index = 6)]
		Fault(FaultReason),
		/// The verifiers of the last executor said no.
		#[codec(index = 7)]
		Refuted,
		/// The last executor lost its boot or its certificate.
		#[codec(index = 8)]
		ExecutorGone,
	}

	/// How an errand ended.
	enum Outcome {
		/// Settled, with a result.
		#[codec(index = 0)]
		Confirmed,
		/// The guest failed: gas is paid, use prices went back.
		#[codec(index = 1)]
		Failed(Exit),
		/// The client took it back before anybody claimed it.
		#[codec(index = 2)]
		Cancelled,
		/// Everything went back.
		#[codec(index = 3)]
		Refunded(RefundReason),
	}
}

/// What is needed to verify a quote about an errand of a certified module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuoteKey {
	/// The attestation key.
	pub ak: AkPublic,
	/// Its qualified name.
	pub signer: QualifiedName,
	/// The class, which fixes the PCR selection.
	pub class: HardwareClass,
	/// The PCR digest of the boot.
	pub pcr_digest: Hash,
	/// The firmware version of the boot.
	pub firmware_version: u64,
	/// Root of the manifest that it runs.
	pub manifest_root: Hash,
	/// Counters to judge the quote by.
	pub boot: Boot,
}

/// Why there is no key to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteKeyError {
	/// The module is not certified now.
	NotCertified,
	/// The release that it runs is no longer accepted.
	ReleaseNotAccepted,
}

/// Where quotes of certified modules are verified with.
pub trait QuoteKeys {
	/// The key of a module that is certified now and runs an accepted release.
	fn quote_key(module: ModuleId) -> Result<QuoteKey, QuoteKeyError>;
}

value! {
	/// What a module sends to claim: output and proof of its VRF.
	struct TicketProof {
		/// VRF pre-output: a compressed ristretto point, one for each key and input.
		pub pre_output: [u8; 32],
		/// Proof that the holder of the key made it.
		pub proof: [u8; 64],
	}
}

/// A ticket to be examined.
#[derive(Clone, Copy, Debug)]
pub struct TicketRequest<'a, BlockNumber> {
	/// The module that claims.
	pub module: ModuleId,
	/// Its weight.
	pub weight: DrawWeight,
	/// Its VRF key.
	pub key: &'a [u8; 32],
	/// Block in which that key was certified.
	pub key_since: BlockNumber,
	/// What is claimed: the encoded id of the errand, and its attempt.
	pub subject: &'a [u8],
	/// Block that fixed the subject. The beacon is the next block's.
	pub fixed_in: BlockNumber,
	/// Weight in millionths of all who may claim.
	pub total_weight: u64,
	/// Blocks since claims opened.
	pub blocks_open: u32,
}

/// Why a ticket is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketRefusal {
	/// The beacon is not known.
	NoBeacon,
	/// The key could have been chosen for this draw.
	KeyTooNew,
	/// The ticket is not yet let in.
	TooHigh,
	/// The holder of the key did not make this output.
	BadProof,
}

/// What tickets are worth. The least value wins; of equal ones the lower module.
pub trait Tickets<BlockNumber> {
	/// Everything about a ticket that costs no curve operation.
	fn without_proof(
		request: &TicketRequest<'_, BlockNumber>,
		pre_output: &[u8; 32],
	) -> Result<u128, TicketRefusal>;

	/// A ticket with its proof.
	fn with_proof(
		request: &TicketRequest<'_, BlockNumber>,
		proof: &TicketProof,
	) -> Result<u128, TicketRefusal>;

	/// What the VRF of a ticket is evaluated on: for benchmarks and for those who claim.
	fn input(subject: &[u8], beacon: &BeaconValue) -> Hash;
}

/// How heavy those are who may claim: the threshold of tickets needs it.
pub trait ActiveWeight {
	/// Weight in millionths of all Active modules, reckoned from at most `sample` of them.
	fn of_active(sample: u32) -> u64;
}

/// Whose duty calls are feeless.
pub trait DutyStanding<AccountId> {
	/// Whether duty calls of this account cost nothing while they are valid.
	fn is_feeless(who: &AccountId) -> bool;
}

/// Who looks into bad news about a module.
pub trait Suspects {
	/// A committee of an errand refuted the evidence of this boot.
	fn refuted(module: ModuleId, boot_seq: BootSeq, errand: ErrandId, reason: RefuteReason);
}

/// What Camelliae earn: accrued at settlement, pulled by owner and stakers.
pub trait Earnings<AccountId, Balance> {
	/// The account where earnings wait to be pulled. It always exists.
	fn account() -> AccountId;

	/// Notes that `amount` has come to [`Earnings::account`] for the Camellia of `module`: the miner's part for
	/// `beneficiary`, who owned it when the work began, the rest by slot weight. False when there is no such Camellia:
	/// then nothing has come.
	fn accrue(module: ModuleId, beneficiary: &AccountId, amount: Balance) -> bool;
}

/// What stands behind the promise of an executor.
pub trait Stakes<AccountId, Balance> {
	/// Takes 1 % of slot 0, at most `at_most`, for an executor that said nothing, and gives it to `to`. Says how much.
	fn slash_silence(module: ModuleId, at_most: Balance, to: &AccountId) -> Balance;
}

impl<AccountId, Balance: Default> Stakes<AccountId, Balance> for () {
	fn slash_silence(_: ModuleId, _: Balance, _: &AccountId) -> Balance {
		Balance::default()
	}
}

/// What errands put at stake on a module.
pub trait ValueAtRisk<Balance> {
	/// Holds of the errands that a module has taken and not finished.
	fn of_errands(module: ModuleId) -> Balance;
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec;

	fn body() -> PotBody {
		PotBody {
			domain: POT_DOMAIN,
			errand: ErrandId(1),
			attempt: 2,
			executor: ModuleId(3),
			boot_seq: 4,
			client_key: [5; 32],
			code: [6; 32],
			data: BoundedVec::truncate_from(vec![[7; 32]]),
			links: BoundedVec::truncate_from(vec![[8; 32]]),
			input: [9; 32],
			result: SealedResult {
				cid: Cid::new(Cid::RAW, [10; 32]),
				ciphertext: [12; 32],
				commitment: [13; 32],
				enc: [14; 32],
			},
			exit: Exit::Failed(-1),
			fuel: 15,
			manifest_root: [16; 32],
			block: 17,
		}
	}

	#[test]
	fn pot_body_encoding_is_frozen() {
		let mut expected = b"tea/errand-pot/v1".to_vec();
		expected.extend([1, 0, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 4, 0, 0, 0]);
		expected.extend([5; 32]);
		expected.extend([6; 32]);
		expected.push(4);
		expected.extend([7; 32]);
		expected.push(4);
		expected.extend([8; 32]);
		expected.extend([9; 32]);
		expected.extend(Cid::RAW);
		expected.extend([10; 32]);
		expected.extend([12; 32]);
		expected.extend([13; 32]);
		expected.extend([14; 32]);
		expected.extend([1, 255, 255, 255, 255, 15, 0, 0, 0, 0, 0, 0, 0]);
		expected.extend([16; 32]);
		expected.extend([17, 0, 0, 0]);
		assert_eq!(body().encode(), expected);
		assert_eq!(body().hash(), blake2_256(&expected));
	}

	#[test]
	fn pass_encoding_is_frozen() {
		let pass = ErrandPass {
			domain: ERRAND_PASS_DOMAIN,
			genesis: [1; 32],
			errand: ErrandId(2),
			attempt: 3,
			executor: ModuleId(4),
			boot_seq: 5,
			member: 6,
			pot: [7; 32],
			quote: [8; 32],
		};
		let mut expected = b"tea/errand-pass/v1".to_vec();
		expected.extend([1; 32]);
		expected.extend([2, 0, 0, 0, 0, 0, 0, 0, 3, 4, 0, 0, 0, 5, 0, 0, 0, 6]);
		expected.extend([7; 32]);
		expected.extend([8; 32]);
		assert_eq!(pass.payload(), expected);
		assert_eq!(pass.payload().len(), ErrandPass::max_encoded_len());
	}

	#[test]
	fn exit_encodings_are_frozen() {
		for (exit, bytes) in [
			(Exit::Ok, &[0][..]),
			(Exit::Failed(2), &[1, 2, 0, 0, 0]),
			(Exit::Trap(Trap::Unreachable), &[2, 0]),
			(Exit::Trap(Trap::BadPointer), &[2, 9]),
			(Exit::OutOfFuel, &[3]),
			(Exit::LimitExceeded(Limit::Output), &[4, 0]),
			(Exit::LimitExceeded(Limit::HostCalls), &[4, 1]),
			(Exit::LimitExceeded(Limit::Memory), &[4, 2]),
			(Exit::BadModule(ModuleFault::Invalid), &[5, 0]),
			(Exit::BadModule(ModuleFault::Engine), &[5, 7]),
			(Exit::BadInput(InputFault::Commitment), &[6, 0]),
			(Exit::BadInput(InputFault::Malformed), &[6, 2]),
			(Exit::BadKey, &[7]),
		] {
			assert_eq!(exit.encode(), bytes);
		}
		let traps = [
			Trap::Unreachable,
			Trap::MemoryOutOfBounds,
			Trap::TableOutOfBounds,
			Trap::IndirectCallToNull,
			Trap::BadSignature,
			Trap::DivisionByZero,
			Trap::IntegerOverflow,
			Trap::BadConversion,
			Trap::StackOverflow,
			Trap::BadPointer,
		];
		for (index, trap) in (0u8..).zip(traps) {
			assert_eq!(trap.encode(), [index]);
		}
		let faults = [
			ModuleFault::Invalid,
			ModuleFault::Import,
			ModuleFault::Export,
			ModuleFault::Memory,
			ModuleFault::Start,
			ModuleFault::TooLarge,
			ModuleFault::Manifest,
			ModuleFault::Engine,
		];
		for (index, fault) in (0u8..).zip(faults) {
			assert_eq!(fault.encode(), [index]);
		}
	}

	#[test]
	fn outcome_encodings_are_frozen() {
		use FaultReason::*;
		let reasons = [
			ContentUnavailable,
			Tpm,
			Host,
			WallClock,
			Shutdown,
			VerifiersSilent,
		];
		for (index, reason) in (0u8..).zip(reasons) {
			assert_eq!(reason.encode(), [index]);
		}
		for (reason, bytes) in [
			(
				RefuteReason::Evidence(FailReason::LogMismatch(11)),
				&[0, 2, 11][..],
			),
			(RefuteReason::OtherPot, &[1]),
			(RefuteReason::OtherErrand, &[2]),
			(RefuteReason::NonceMissing, &[3]),
		] {
			assert_eq!(reason.encode(), bytes);
		}
		for (outcome, bytes) in [
			(Outcome::Confirmed, &[0][..]),
			(Outcome::Failed(Exit::OutOfFuel), &[1, 3]),
			(Outcome::Cancelled, &[2]),
			(Outcome::Refunded(RefundReason::NoExecutor), &[3, 0]),
			(Outcome::Refunded(RefundReason::NoPinners), &[3, 1]),
			(Outcome::Refunded(RefundReason::KeyRefused), &[3, 2]),
			(Outcome::Refunded(RefundReason::KeyNotSupplied), &[3, 3]),
			(Outcome::Refunded(RefundReason::BadKey), &[3, 4]),
			(Outcome::Refunded(RefundReason::ExecutorSilent), &[3, 5]),
			(
				Outcome::Refunded(RefundReason::Fault(FaultReason::Host)),
				&[3, 6, 2],
			),
			(Outcome::Refunded(RefundReason::Refuted), &[3, 7]),
			(Outcome::Refunded(RefundReason::ExecutorGone), &[3, 8]),
		] {
			assert_eq!(outcome.encode(), bytes);
		}
		let roles = [
			Role::DataOwner,
			Role::Developer,
			Role::Executor,
			Role::Delegator,
			Role::Verifier,
			Role::Parent,
		];
		for (index, role) in (0u8..).zip(roles) {
			assert_eq!(role.encode(), [index]);
		}
		assert_eq!(Payee::Account([1u8, 2]).encode(), [0, 1, 2]);
		assert_eq!(
			Payee::<[u8; 2]>::Module(ModuleId(3)).encode(),
			[1, 3, 0, 0, 0]
		);
	}

	/// Bounds of a signature as accounts make them: a variant and 64 or 65 bytes.
	#[test]
	fn pot_fits_into_two_kibibytes() {
		assert!(Pot::<sp_runtime::MultiSignature>::max_encoded_len() <= 2048);
	}

	#[test]
	fn input_hash_depends_on_every_field() {
		let limits = Limits {
			fuel: 1,
			pages: 2,
			output: 3,
			wall_ms: 4,
		};
		let base = || Input::new([1; 32], &[[2; 32]], b"params", limits, Capabilities(0));
		let hash = base().hash();
		let other = Limits { fuel: 2, ..limits };
		for changed in [
			Input::new([2; 32], &[[2; 32]], b"params", limits, Capabilities(0)),
			Input::new([1; 32], &[[3; 32]], b"params", limits, Capabilities(0)),
			Input::new([1; 32], &[], b"params", limits, Capabilities(0)),
			Input::new([1; 32], &[[2; 32]], b"param", limits, Capabilities(0)),
			Input::new([1; 32], &[[2; 32]], b"params", other, Capabilities(0)),
			Input::new([1; 32], &[[2; 32]], b"params", limits, Capabilities::RAND),
		] {
			assert_ne!(changed.hash(), hash);
		}
		assert_eq!(base().hash(), hash);
	}
}

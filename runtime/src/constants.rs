//! Every number of the runtime that is not a genesis value, with its unit.

use frame_support::weights::{Weight, constants::WEIGHT_REF_TIME_PER_SECOND};
use sp_runtime::Perbill;
use tea_primitives::chain::{Balance, BlockNumber, MICRO, MILLI, UNIT};

/// Deadlines, in blocks of 3 s.
pub mod time {
	use super::BlockNumber;

	/// Blocks in a minute.
	pub const MINUTES: BlockNumber = 20;
	/// Blocks in an hour.
	pub const HOURS: BlockNumber = 60 * MINUTES;
	/// Blocks in a day.
	pub const DAYS: BlockNumber = 24 * HOURS;
}

/// Block hashes kept, so that evidence and mortal transactions may name a block of the last 3.4 hours.
pub const BLOCK_HASH_COUNT: BlockNumber = 4096;

/// A block computes for one second of its three, so that it is imported long before the next slot.
pub const MAX_BLOCK_WEIGHT: Weight = Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND, u64::MAX);

/// Part of a block that normal calls may fill; the rest is for operational ones.
pub const NORMAL_DISPATCH_RATIO: Perbill = Perbill::from_percent(75);

/// Encoded length of a block, bytes.
pub const MAX_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;

/// Least balance of an account that is not kept alive by a provider.
pub const EXISTENTIAL_DEPOSIT: Balance = MILLI;

/// Fee of one byte of an extrinsic; the fee of weight is one smallest unit for a picosecond.
pub const BYTE_FEE: Balance = MICRO;

/// What a record of `items` entries and `bytes` bytes costs its creator while it exists.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
	items as Balance * 100 * MILLI + bytes as Balance * MILLI
}

/// Validators at most.
pub const MAX_VALIDATORS: u32 = 100;

/// Least bond of a validator.
pub const MIN_VALIDATOR_BOND: Balance = 10_000 * UNIT;

/// Sessions for which a bond stays slashable after its validator has left: a week of live epochs.
pub const UNBONDING_SESSIONS: u32 = 168;

/// Seats of the council.
pub const COUNCIL_SEATS: u32 = 7;

/// Members of a committee (N of the SPEC). Whoever checks a draw reckons with it too.
pub const COMMITTEE_SIZE: u32 = tea_primitives::committee::COMMITTEE_SIZE;

/// What a module's owner has on hold while its hardware is bound.
pub const ENROLMENT_BOND: Balance = 100 * UNIT;

/// What a reporter of an offence has on hold until the second committee has decided.
pub const REPORT_BOND: Balance = 10 * UNIT;

/// What the duty pool pays for one public duty.
pub const DUTY_REWARD: Balance = 10 * MILLI;

/// What a development chain puts into the duty pool.
pub const DEVELOPMENT_DUTY_POOL: Balance = 1_000 * UNIT;

/// Price of one unit of fuel until governance sets another: a tenth of a unit for a thousand million.
pub const GAS_PRICE: Balance = 100;

/// Pool priority of duty calls: they pay no tip, and come before what does.
pub const DUTY_PRIORITY: u64 = 1 << 60;

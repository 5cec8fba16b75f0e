//! Counters and clock of the TPM: which boot this is, and whether the chip was cleared, rolled back or cloned.
//!
//! All of this is applied only to evidence whose signature verified.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::error::CounterError;

/// How far the clock of a TPM may be off, in percent, beside [`CLOCK_SLACK_MS`].
const CLOCK_TOLERANCE_PERCENT: u128 = 15;
/// How far the clock of a TPM may be off over any span, in milliseconds.
const CLOCK_SLACK_MS: u128 = 60_000;

/// Clock and counters of a quote.
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
pub struct Counters {
	/// Milliseconds for which the TPM was powered since it was cleared.
	pub clock: u64,
	/// Number of resets.
	pub reset_count: u32,
	/// Number of resumes since the last reset.
	pub restart_count: u32,
	/// Whether no higher clock value can have been shown before: false after a power cut.
	pub safe: bool,
}

/// Whether later evidence belongs to the same boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
	/// The same boot, with an advanced clock.
	SameBoot,
	/// A new boot: keys of the old one have lost all authority.
	NewBoot,
}

impl Counters {
	const fn boot(&self) -> (u32, u32) {
		(self.reset_count, self.restart_count)
	}

	/// What these counters mean after `earlier` ones of the same attestation key.
	///
	/// Clocks are never compared across boots.
	pub fn progress_since(&self, earlier: &Self) -> Result<Progress, CounterError> {
		if self.reset_count < earlier.reset_count {
			return Err(CounterError::ResetRollback);
		}
		if self.reset_count > earlier.reset_count {
			return Ok(Progress::NewBoot);
		}
		if self.restart_count < earlier.restart_count {
			return Err(CounterError::RestartRollback);
		}
		if self.restart_count > earlier.restart_count {
			return Ok(Progress::NewBoot);
		}
		if self.clock <= earlier.clock {
			return Err(CounterError::ClockRollback);
		}
		Ok(Progress::SameBoot)
	}
}

/// The last accepted evidence of a boot.
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
pub struct Boot {
	/// Number of the boot, kept by the chain.
	pub seq: u32,
	/// Counters of the last accepted `attest`.
	pub counters: Counters,
	/// When it was accepted, in milliseconds of the chain's clock.
	pub accepted_at: u64,
}

impl Boot {
	/// The number of the boot that `counters` belong to: the next one when a counter rose.
	pub(crate) fn seq_of(&self, counters: &Counters) -> Option<u32> {
		if counters.boot() > self.counters.boot() {
			self.seq.checked_add(1)
		} else {
			Some(self.seq)
		}
	}

	/// Judges the counters of a later `attest`, accepted at `now`.
	pub fn judge(&self, counters: &Counters, now: u64) -> Result<Progress, CounterError> {
		let progress = counters.progress_since(&self.counters)?;
		if progress == Progress::SameBoot {
			self.check_rate(counters, now)?;
		}
		Ok(progress)
	}

	/// Judges the counters of a PoT quote that is handed in at `now`.
	///
	/// It belongs to this boot and is younger than its last `attest`. PoT quotes need not rise among themselves
	/// and move nothing: results may be included out of order, and a batch shares one quote.
	pub fn judge_pot(&self, counters: &Counters, now: u64) -> Result<(), CounterError> {
		if counters.boot() != self.counters.boot() {
			return Err(CounterError::OtherBoot);
		}
		if counters.clock <= self.counters.clock {
			return Err(CounterError::ClockRollback);
		}
		self.check_rate(counters, now)
	}

	/// The clock of one boot advances at the rate of the chain's timestamp.
	fn check_rate(&self, counters: &Counters, now: u64) -> Result<(), CounterError> {
		let tpm = u128::from(counters.clock.saturating_sub(self.counters.clock));
		let chain = u128::from(now.saturating_sub(self.accepted_at));
		let tolerance = chain * CLOCK_TOLERANCE_PERCENT / 100 + CLOCK_SLACK_MS;
		if tpm.abs_diff(chain) > tolerance {
			Err(CounterError::ClockRate)
		} else {
			Ok(())
		}
	}
}

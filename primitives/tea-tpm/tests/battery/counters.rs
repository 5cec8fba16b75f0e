//! Counters and clock: reboots, power cuts, resumes, clears, roll-backs and clones.

use tea_tpm::{Boot, CounterError, Counters, EvidenceError, Progress};

use crate::lab::Lab;

const HOUR: u64 = 3_600_000;

fn counters(reset_count: u32, restart_count: u32, clock: u64) -> Counters {
	Counters {
		clock,
		reset_count,
		restart_count,
		safe: true,
	}
}

fn boot() -> Boot {
	Boot {
		seq: 4,
		counters: counters(10, 2, HOUR),
		accepted_at: 100 * HOUR,
	}
}

fn judge(counters: Counters, elapsed: u64) -> Result<Progress, CounterError> {
	boot().judge(&counters, 100 * HOUR + elapsed)
}

#[test]
fn reset_count_lower_is_rollback() {
	assert_eq!(
		judge(counters(9, 2, 2 * HOUR), HOUR),
		Err(CounterError::ResetRollback)
	);
	assert_eq!(
		judge(counters(0, 99, 2 * HOUR), HOUR),
		Err(CounterError::ResetRollback)
	);
}

#[test]
fn restart_count_lower_is_rollback() {
	assert_eq!(
		judge(counters(10, 1, 2 * HOUR), HOUR),
		Err(CounterError::RestartRollback)
	);
}

#[test]
fn clock_lower_or_equal_in_one_boot_is_rollback() {
	assert_eq!(
		judge(counters(10, 2, HOUR - 1), 0),
		Err(CounterError::ClockRollback)
	);
	assert_eq!(
		judge(counters(10, 2, HOUR), 0),
		Err(CounterError::ClockRollback)
	);
}

#[test]
fn reset_and_restart_are_new_boots() {
	assert_eq!(judge(counters(11, 0, 1), HOUR), Ok(Progress::NewBoot));
	assert_eq!(judge(counters(10, 3, 1), HOUR), Ok(Progress::NewBoot));
}

#[test]
fn clock_outside_the_band_refused() {
	let (at, slack) = (100 * HOUR, 60_000);
	let band = at * 15 / 100 + slack;
	assert_eq!(
		judge(counters(10, 2, HOUR + at + band), at),
		Ok(Progress::SameBoot)
	);
	assert_eq!(
		judge(counters(10, 2, HOUR + at - band), at),
		Ok(Progress::SameBoot)
	);
	assert_eq!(
		judge(counters(10, 2, HOUR + at + band + 1), at),
		Err(CounterError::ClockRate)
	);
	assert_eq!(
		judge(counters(10, 2, HOUR + at - band - 1), at),
		Err(CounterError::ClockRate)
	);
}

#[test]
fn clocks_are_not_compared_across_boots() {
	assert_eq!(judge(counters(11, 0, u64::MAX), 0), Ok(Progress::NewBoot));
}

#[test]
fn extreme_counters_do_not_overflow() {
	assert_eq!(
		judge(counters(10, 2, u64::MAX), HOUR),
		Err(CounterError::ClockRate)
	);
	let last = Boot {
		accepted_at: u64::MAX,
		..boot()
	};
	assert_eq!(
		last.judge(&counters(10, 2, 2 * HOUR), 0),
		Err(CounterError::ClockRate)
	);
	let full = Boot {
		accepted_at: 0,
		counters: counters(u32::MAX, u32::MAX, 0),
		seq: u32::MAX,
	};
	assert_eq!(
		full.judge(&counters(u32::MAX, u32::MAX, u64::MAX), u64::MAX),
		Ok(Progress::SameBoot)
	);
}

#[test]
fn pot_quote_of_other_boot_refused() {
	let judge = |counters| boot().judge_pot(&counters, 101 * HOUR);
	assert_eq!(
		judge(counters(11, 2, 2 * HOUR)),
		Err(CounterError::OtherBoot)
	);
	assert_eq!(
		judge(counters(10, 3, 2 * HOUR)),
		Err(CounterError::OtherBoot)
	);
	assert_eq!(
		judge(counters(9, 2, 2 * HOUR)),
		Err(CounterError::OtherBoot)
	);
	assert_eq!(
		judge(counters(10, 2, HOUR)),
		Err(CounterError::ClockRollback)
	);
	assert_eq!(
		judge(counters(10, 2, 20 * HOUR)),
		Err(CounterError::ClockRate)
	);
	assert_eq!(judge(counters(10, 2, 2 * HOUR)), Ok(()));
}

/// The number of the boot follows the counters, not the word of the module.
#[test]
fn boot_seq_follows_the_counters() {
	let stored = |reset_count, restart_count| Boot {
		seq: 4,
		counters: counters(reset_count, restart_count, 1),
		accepted_at: 0,
	};
	// The lab's quote has 2 resets and no restart.
	for (boot, expected) in [
		(stored(2, 0), 4),
		(stored(1, 0), 5),
		(stored(1, 9), 5),
		(stored(3, 0), 4),
	] {
		for claimed in [3, 4, 5, 6] {
			let mut lab = Lab::new();
			lab.boot = Some(boot);
			lab.binding.boot_seq = claimed;
			lab.bind();
			let attested = lab.attest();
			if claimed == expected {
				assert_eq!(attested.expect("good evidence").boot_seq(), expected);
			} else {
				let error = EvidenceError::Binding(tea_tpm::BindingError::BootSeq);
				assert_eq!(attested, Err(error), "{boot:?} claimed {claimed}");
			}
		}
	}
}

#[test]
fn boot_seq_does_not_wrap() {
	let mut lab = Lab::new();
	lab.boot = Some(Boot {
		seq: u32::MAX,
		counters: counters(1, 0, 1),
		accepted_at: 0,
	});
	lab.binding.boot_seq = 0;
	lab.bind();
	assert_eq!(
		lab.attest(),
		Err(EvidenceError::Binding(tea_tpm::BindingError::BootSeq))
	);
}

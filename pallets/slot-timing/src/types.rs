//! Bounds and defaults of the timing.

/// Milliseconds of a slot unless genesis says otherwise.
pub const DEFAULT_SLOT_MILLIS: u64 = 3_000;
/// Shortest slot, milliseconds.
pub const MIN_SLOT_MILLIS: u64 = 500;
/// Longest slot, milliseconds.
pub const MAX_SLOT_MILLIS: u64 = 60_000;

/// Slots of an epoch unless genesis says otherwise.
pub const DEFAULT_EPOCH_SLOTS: u64 = 1_200;
/// Fewest slots of an epoch.
pub const MIN_EPOCH_SLOTS: u64 = 4;
/// Most slots of an epoch.
pub const MAX_EPOCH_SLOTS: u64 = 28_800;

/// Refuses a slot duration that the chain could not keep.
pub(crate) fn check_slot_millis(millis: u64) -> Result<(), &'static str> {
	if !(MIN_SLOT_MILLIS..=MAX_SLOT_MILLIS).contains(&millis) {
		return Err("a slot must last 500 to 60000 milliseconds");
	}
	if !millis.is_multiple_of(2) {
		return Err("a slot must last an even number of milliseconds");
	}
	Ok(())
}

/// Refuses an epoch length that the chain could not keep.
pub(crate) fn check_epoch_slots(slots: u64) -> Result<(), &'static str> {
	if !(MIN_EPOCH_SLOTS..=MAX_EPOCH_SLOTS).contains(&slots) {
		return Err("an epoch must have 4 to 28800 slots");
	}
	Ok(())
}

//! A runtime of this pallet alone.

use crate as pallet_slot_timing;
use frame_support::derive_impl;
use sp_runtime::BuildStorage;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type SlotTiming = pallet_slot_timing;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
}

impl pallet_slot_timing::Config for Test {}

/// A chain with the timing that the test asks for.
#[derive(Default)]
pub(crate) struct ExtBuilder {
	timing: pallet_slot_timing::GenesisConfig<Test>,
}

impl ExtBuilder {
	pub(crate) fn slot_millis(mut self, millis: u64) -> Self {
		self.timing.slot_millis = millis;
		self
	}

	pub(crate) fn epoch_slots(mut self, slots: u64) -> Self {
		self.timing.epoch_slots = slots;
		self
	}

	/// Runs the test, then checks the invariants.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		let storage = RuntimeGenesisConfig {
			slot_timing: self.timing,
			..Default::default()
		}
		.build_storage()
		.expect("the test names a valid genesis");
		sp_io::TestExternalities::new(storage).execute_with(|| {
			test();
			SlotTiming::do_try_state().expect("the invariants hold after every test");
		});
	}
}

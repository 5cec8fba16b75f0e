//! Relations between the constants of the runtime.

use super::PROBES;
use crate::{Config, Pallet};
use frame_support::traits::Get;
use sp_runtime::traits::Zero;
use tea_primitives::deployment::MAX_WANTED;

impl<T: Config> Pallet<T> {
	pub(crate) fn check_constants() {
		assert!(
			T::MaxPins::get() >= u32::from(MAX_WANTED),
			"MaxPins: there must be room for the replicas that owners may want",
		);
		assert!(
			PROBES >= u32::from(MAX_WANTED),
			"PROBES: as many pins must be looked at as owners may want",
		);
		assert!(
			T::MaxDepth::get() > 0,
			"MaxDepth: the initial pin has depth 1"
		);
		assert!(
			!T::LinkWindow::get().is_zero(),
			"LinkWindow: a link names a block of the past",
		);
		assert!(
			T::AgendaPerBlock::get() > 0,
			"AgendaPerBlock: without room in the agenda nothing ends by itself",
		);
		let all = Self::agenda_weight(T::AgendaPerBlock::get());
		let block = T::BlockWeights::get().max_block;
		assert!(
			all.all_lte(block.saturating_div(4)),
			"AgendaPerBlock: what is due must leave three quarters of a block to others",
		);
	}
}

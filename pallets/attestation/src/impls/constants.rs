//! What the constants must be to each other.

use crate::{Config, MAX_COMMITTEE, Pallet};
use frame_support::traits::Get;
use sp_runtime::traits::Zero;

impl<T: Config> Pallet<T> {
	/// Stops a runtime whose constants contradict each other.
	pub(crate) fn check_constants() {
		let (n, c, k) = (
			T::CommitteeSize::get(),
			T::Challengers::get(),
			T::CorrectAnswers::get(),
		);
		assert!(
			(1..=MAX_COMMITTEE).contains(&n),
			"CommitteeSize: 1 to {MAX_COMMITTEE}, not {n}"
		);
		assert!(
			(1..=MAX_COMMITTEE).contains(&c),
			"Challengers: 1 to {MAX_COMMITTEE}, not {c}"
		);
		assert!(
			k <= c && k.saturating_mul(2) > c,
			"CorrectAnswers: {k} of {c} is not a majority that can be reached"
		);
		let bounds = T::ParameterBounds::get();
		for (name, parameters, live) in [
			("DefaultParameters", T::DefaultParameters::get(), true),
			("ParameterBounds.least_live", bounds.least_live, true),
			("ParameterBounds.least", bounds.least, false),
			("ParameterBounds.most", bounds.most, true),
		] {
			if let Err(parameter) = parameters.check(&bounds, live) {
				panic!("{name}: {parameter:?} contradicts the bounds or another parameter");
			}
		}
		let least = bounds.least;
		for (name, window) in [
			("challenge_window", least.challenge_window),
			("response_window", least.response_window),
			("reveal_window", least.reveal_window),
			("nonce_window", least.nonce_window),
			("round_window", least.round_window),
			("DayLength", T::DayLength::get()),
		] {
			assert!(
				!window.is_zero(),
				"{name}: a window of nothing ends nothing"
			);
		}
		assert!(
			bounds.most.nonce_window <= T::BlockHashCount::get(),
			"ParameterBounds.most.nonce_window: hashes of older blocks are not kept"
		);
		assert!(
			!least.duty_reward.is_zero(),
			"ParameterBounds.least.duty_reward: points that are worth nothing"
		);
		assert!(
			T::DrawsPerBlock::get() > 0 && T::AgendaPerBlock::get() > 0 && T::MaxQueue::get() > 0,
			"DrawsPerBlock, AgendaPerBlock, MaxQueue: without them nothing goes on"
		);
		assert!(
			T::MaxFailedDuties::get() > 0,
			"MaxFailedDuties: duties would never be feeless"
		);
	}
}

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
		for (name, window) in [
			("ChallengeWindow", T::ChallengeWindow::get()),
			("ResponseWindow", T::ResponseWindow::get()),
			("RevealWindow", T::RevealWindow::get()),
			("RoundWindow", T::RoundWindow::get()),
			("CertificateLife", T::CertificateLife::get()),
		] {
			assert!(
				!window.is_zero(),
				"{name}: a window of nothing ends nothing"
			);
		}
		assert!(
			T::CertificateLife::get() / 2u32.into() > T::RoundWindow::get(),
			"CertificateLife: a renewal must fit into its second half"
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

//! Examining a ticket.

use crate::{Config, Pallet};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{One, Saturating};
use tea_primitives::{
	draw::BeaconValue,
	errand::{TicketProof, TicketRefusal, TicketRequest, Tickets},
	ticket,
};

impl<T: Config> Tickets<BlockNumberFor<T>> for Pallet<T> {
	fn without_proof(
		request: &TicketRequest<'_, BlockNumberFor<T>>,
		pre_output: &[u8; 32],
	) -> Result<u128, TicketRefusal> {
		Self::judge(request, pre_output).map(|(value, _)| value)
	}

	fn with_proof(
		request: &TicketRequest<'_, BlockNumberFor<T>>,
		proof: &TicketProof,
	) -> Result<u128, TicketRefusal> {
		let (value, input) = Self::judge(request, &proof.pre_output)?;
		ensure!(
			ticket::is_proved(request.key, &input, proof),
			TicketRefusal::BadProof
		);
		Ok(value)
	}

	fn input(subject: &[u8], beacon: &BeaconValue) -> [u8; 32] {
		ticket::input(&Self::genesis(), subject, beacon)
	}
}

impl<T: Config> Pallet<T> {
	/// What the ticket is worth if its proof holds, and the input of its VRF.
	fn judge(
		request: &TicketRequest<'_, BlockNumberFor<T>>,
		pre_output: &[u8; 32],
	) -> Result<(u128, [u8; 32]), TicketRefusal> {
		ensure!(
			request.key_since < request.fixed_in,
			TicketRefusal::KeyTooNew
		);
		let input = Self::ticket_input(request)?;
		let random = ticket::random_of(request.key, &input, pre_output);
		let value = ticket::value(random, request.weight);
		ensure!(
			value <= ticket::threshold(request.total_weight, request.blocks_open),
			TicketRefusal::TooHigh
		);
		Ok((value.0, input))
	}

	/// What the module's VRF is evaluated on, once the block after the posting is finished.
	pub(crate) fn ticket_input(
		request: &TicketRequest<'_, BlockNumberFor<T>>,
	) -> Result<[u8; 32], TicketRefusal> {
		let beacon = Self::beacon_of(request.fixed_in.saturating_add(One::one()))
			.ok_or(TicketRefusal::NoBeacon)?;
		Ok(<Self as Tickets<_>>::input(request.subject, &beacon))
	}
}

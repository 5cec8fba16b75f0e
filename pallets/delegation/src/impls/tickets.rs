//! Examining a ticket.

use crate::{
	Config, Pallet, TicketClaim, TicketError,
	ticket::{self, Ticket, TicketProof},
};
use frame_support::ensure;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{One, Saturating};

impl<T: Config> Pallet<T> {
	/// Everything about a ticket that costs no curve operation: for validation in the pool. The answer is what the ticket
	/// is worth if its proof holds.
	pub fn ticket_without_proof(
		claim: &TicketClaim<'_, BlockNumberFor<T>>,
		pre_output: &[u8; 32],
	) -> Result<Ticket, TicketError> {
		Self::judge(claim, pre_output).map(|(ticket, _)| ticket)
	}

	/// A ticket with its proof.
	pub fn ticket(
		claim: &TicketClaim<'_, BlockNumberFor<T>>,
		proof: &TicketProof,
	) -> Result<Ticket, TicketError> {
		let (ticket, input) = Self::judge(claim, &proof.pre_output)?;
		ensure!(
			ticket::is_proved(claim.key, &input, proof),
			TicketError::BadVrfProof
		);
		Ok(ticket)
	}

	/// The ticket and the input of its VRF.
	fn judge(
		claim: &TicketClaim<'_, BlockNumberFor<T>>,
		pre_output: &[u8; 32],
	) -> Result<(Ticket, [u8; 32]), TicketError> {
		ensure!(claim.key_since < claim.posted, TicketError::KeyTooNew);
		let input = Self::ticket_input(claim)?;
		let random = ticket::random_of(claim.key, &input, pre_output);
		let value = ticket::value(random, claim.weight);
		ensure!(
			value <= ticket::threshold(claim.total_weight, claim.blocks_open),
			TicketError::TicketTooHigh
		);
		let module = claim.module;
		Ok((Ticket { value, module }, input))
	}

	/// What the module's VRF is evaluated on, once the block after the posting is finished.
	pub fn ticket_input(
		claim: &TicketClaim<'_, BlockNumberFor<T>>,
	) -> Result<[u8; 32], TicketError> {
		let beacon = Self::beacon_of(claim.posted.saturating_add(One::one()))
			.ok_or(TicketError::NoBeacon)?;
		Ok(ticket::input(&Self::genesis(), claim.subject, &beacon))
	}
}

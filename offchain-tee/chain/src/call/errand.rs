//! Calls about errands.

use crate::{
	call::Call,
	types::{ErrandOptions, Pot},
};
use codec::Compact;
use tea_primitives::{
	errand::{ErrandId, FaultReason, Limits, RefuteReason, Source, TicketProof},
	ids::BootSeq,
};

const PALLET: &str = "Errand";

/// What a client orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
	/// The function.
	pub code: Source,
	/// What it is given, eight sources at most.
	pub data: Vec<Source>,
	/// More input, 4096 bytes at most, that everybody can read.
	pub params: Vec<u8>,
	/// X25519 key to which the result is sealed.
	pub client_key: [u8; 32],
	/// How much the guest may use.
	pub limits: Limits,
	/// What is put on hold, and the most that it may cost.
	pub max_price: u128,
	/// Blocks from now.
	pub deadline: u32,
	/// What else the client wants.
	pub options: ErrandOptions,
}

impl Call {
	/// Orders a function call and puts its maximum price on hold.
	pub fn post(order: &Order) -> Self {
		let Order {
			code,
			data,
			params,
			client_key,
			limits,
			max_price,
			deadline,
			options,
		} = order;
		let arguments = (
			code,
			data,
			params,
			client_key,
			limits,
			Compact(*max_price),
			Compact(*deadline),
			options,
		);
		Self::new(PALLET, "post", &arguments)
	}

	/// Takes an errand back that nobody has claimed.
	pub fn cancel(errand: ErrandId) -> Self {
		Self::new(PALLET, "cancel", &errand)
	}

	/// Claims an errand for the signing module.
	pub fn claim(errand: ErrandId, ticket: &TicketProof) -> Self {
		Self::new(PALLET, "claim", &(errand, ticket))
	}

	/// Hands in the proof of a run.
	pub fn complete(errand: ErrandId, pot: &Pot) -> Self {
		Self::new(PALLET, "complete", &(errand, pot))
	}

	/// Claims several errands for the signing module. Those that are refused are left out ([`crate::Outcome::left_out`]).
	pub fn claim_many(claims: &[(ErrandId, TicketProof)]) -> Self {
		Self::new(PALLET, "claim_many", &claims)
	}

	/// Hands in several proofs. Those that are refused are left out ([`crate::Outcome::left_out`]).
	pub fn complete_many(pots: &[Pot]) -> Self {
		Self::new(PALLET, "complete_many", &pots)
	}

	/// Gives an errand up, without evidence and without pay.
	pub fn fail(errand: ErrandId, reason: FaultReason) -> Self {
		Self::new(PALLET, "fail", &(errand, reason))
	}

	/// Supplies the key of a source, sealed to the executor's chip, state and boot: 0 is the code, n the data input n − 1.
	pub fn supply_key(errand: ErrandId, source: u8, boot_seq: BootSeq, envelope: &[u8]) -> Self {
		Self::new(PALLET, "supply_key", &(errand, source, boot_seq, envelope))
	}

	/// Refuses to supply a key.
	pub fn refuse(errand: ErrandId) -> Self {
		Self::new(PALLET, "refuse", &errand)
	}

	/// Votes against the evidence of an executor.
	pub fn vote_fail_errand(errand: ErrandId, reason: RefuteReason) -> Self {
		Self::new(PALLET, "vote_fail", &(errand, reason))
	}

	/// Does what is due for an errand.
	pub fn expire_errand(errand: ErrandId) -> Self {
		Self::new(PALLET, "expire", &errand)
	}
}

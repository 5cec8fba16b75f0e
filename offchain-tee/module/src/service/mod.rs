//! What a process does while it runs, by concern. Data flows one way: [`listener`] and [`mailroom`] see what happens,
//! [`duty`] and [`own`] decide, [`courier`] and [`outbox`] carry it out. Later services stand beside these two.
//!
//! Which head decides what: whatever releases something (a root value, secrets of an enrolment, a serving state) follows
//! finalised blocks. Rounds follow the best block: nonces, public evidence and verdicts tell nobody a secret, a verdict is
//! bound to module, round, boot, member and evidence, so on another fork it either still holds or does not verify.

pub mod case;
pub mod challenger;
pub mod courier;
pub mod duty;
pub mod head;
pub mod listener;
pub mod mailroom;
pub mod outbox;
pub mod own;

use std::sync::Arc;

use tea_chain::types::ChainMember;
use tea_envelope::TransportSecret;
use tea_link::Party;

use crate::keys::Signer;

/// Somebody for whom this process acts: its module, or a registrar.
#[derive(Clone)]
pub struct Actor {
	/// How committees name it.
	pub member: ChainMember,
	/// How letters name it.
	pub party: Party,
	/// Signs its calls, letters and verdicts.
	pub signer: Arc<dyn Signer>,
	/// Opens its letters.
	pub transport: Arc<TransportSecret>,
}

/// How long one look at the chain may take before the next block is waited for.
pub(crate) const LOOK: std::time::Duration = std::time::Duration::from_secs(30);

//! The challenger of an enrolment (SPEC F-01): what it owes at a finalised block follows from the state of the enrolment
//! alone, so nothing is forgotten by a restart.

use tea_chain::{
	AccountId,
	types::{ChainMember, Enrolment, EnrolmentPhase, SlotState},
};
use tea_envelope::TransportSecret;
use tea_primitives::{draw::Member, ids::ModuleId};
use tea_tpm::{Challenge, ChallengeContext, CredentialError, Hash};

use crate::keys::challenge_root;

/// What a challenger owes.
#[derive(Clone, PartialEq, Eq)]
pub enum Owed {
	/// To post a challenge.
	Post {
		/// The slot.
		slot: u8,
		/// The credential.
		blob: Vec<u8>,
		/// The commitment to its secret.
		commitment: Hash,
	},
	/// To show its root value: the module calls the blob bad.
	Reveal {
		/// The slot.
		slot: u8,
		/// The root value.
		root: Hash,
	},
}

/// Whether somebody is a challenger of an enrolment.
pub fn is_challenger(me: &ChainMember, enrolment: &tea_chain::types::EnrolmentRecord) -> bool {
	enrolment
		.slots
		.iter()
		.any(|slot| slot.challenger.as_ref() == Some(me))
}

/// What `me` owes to an enrolment in a block of this height. Computed from what stands on chain, never from what the module
/// says.
pub fn owed(
	me: &Member<AccountId>,
	secret: &TransportSecret,
	genesis: &[u8; 32],
	module: ModuleId,
	enrolment: &Enrolment,
	now: u32,
) -> Result<Vec<Owed>, CredentialError> {
	let record = &enrolment.record;
	if now >= record.deadline {
		return Ok(Vec::new());
	}
	let mut owed = Vec::new();
	for (index, slot) in (0u8..).zip(&record.slots) {
		if slot.challenger.as_ref() != Some(me) {
			continue;
		}
		let root = challenge_root(secret, genesis, module, record.round, index);
		match (record.phase, slot.state) {
			(EnrolmentPhase::Posting, SlotState::Waiting) => {
				let context = ChallengeContext {
					genesis: *genesis,
					module: module.0,
					round: record.round,
					slot: index,
				};
				let challenge =
					Challenge::new(&root, &context, &record.chip.ek, &record.chip.ak_name)?;
				owed.push(Owed::Post {
					slot: index,
					blob: challenge.blob().as_bytes().to_vec(),
					commitment: *challenge.commitment(),
				});
			}
			(EnrolmentPhase::Disputing, SlotState::Disputed) => owed.push(Owed::Reveal {
				slot: index,
				root: *root,
			}),
			_ => (),
		}
	}
	Ok(owed)
}

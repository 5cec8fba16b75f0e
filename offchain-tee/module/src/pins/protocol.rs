//! What owner and pinner, and candidate and pinner, write to each other (SPEC F-03, F-05). Sealed and signed letters carry
//! it ([`tea_link::Letter`], purpose `Pin`); here are only the bodies.
//!
//! ```text
//! owner      Propose ─────►  ◄──── Working … Offer | Denied       initial pinner
//! owner      Reseed  ─────►  ◄──── Working … Offer | Denied       initial pinner of the next seed
//! candidate  Apply   ─────►  ◄──── Proof | Denied                 pinner
//!            Evidence ────►  ◄──── Grant | Denied
//! ```
//!
//! Every letter may get lost: whoever waits writes again, and gets the same answer.
//!
//! INVARIANT: encodings are frozen. Two releases talk to each other while an upgrade lasts.

use codec::{Decode, DecodeAll, Encode};
use tea_chain::types::{Registration, Seed};
use tea_envelope::key::MAX_ENVELOPE_LEN;
use tea_primitives::{
	deployment::DeploymentId,
	ids::{BootSeq, ModuleId},
};
use tea_tpm::Hash;

use super::{checker::Ability, denial::Denial};
use crate::protocol::{ProtocolError, RoundEvidence};

/// What the answer of a pinner to a candidate is signed under, with the deployment key.
const PINNER_DOMAIN: &[u8] = b"tea/pinner/v1";
/// What the challenge of a pinner is hashed under. No member's nonces hash to the same value: their length differs.
const CHALLENGE_DOMAIN: &[u8] = b"tea/pin-challenge/v1";

/// Blocks for which an initial pinner keeps what it has offered. An owner that comes later asks again.
pub const OFFER_LIFE: u32 = 100;

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Body {
	/// Owner to module: be the initial pinner.
	#[codec(index = 0)]
	Propose(Box<Proposal>),
	/// Owner to module: seed a lost deployment anew.
	#[codec(index = 1)]
	Reseed(Box<Reseeding>),
	/// Module to owner: it fetches and opens the content.
	#[codec(index = 2)]
	Working {
		/// Bytes that were read so far.
		read: u64,
		/// Bytes in all.
		size: u64,
	},
	/// Module to owner: link 0, signed.
	#[codec(index = 3)]
	Offer(Box<Offer>),
	/// Candidate to pinner.
	#[codec(index = 4)]
	Apply {
		/// Drawn by the candidate.
		nonce: Hash,
		/// What it is able to run, by its own word.
		ability: Ability,
	},
	/// Pinner to candidate: it holds the deployment key, and asks for evidence.
	#[codec(index = 5)]
	Proof {
		/// sr25519 with the deployment key, over [`pinner_payload`].
		answer: [u8; 64],
		/// Drawn by the pinner; evidence is bound to it.
		challenge: Hash,
	},
	/// Candidate to pinner: live evidence, bound to the challenge.
	#[codec(index = 6)]
	Evidence(Box<RoundEvidence>),
	/// Pinner to candidate: the keys.
	#[codec(index = 7)]
	Grant {
		/// The finalised block at which the pinner looked the candidate up.
		block: u32,
		/// The sealed keys.
		envelope: Vec<u8>,
		/// sr25519 with the pinner's session key, over the link.
		signature: [u8; 64],
	},
	/// Anybody to anybody: no.
	#[codec(index = 8)]
	Denied(Denial),
}

/// What an owner proposes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Proposal {
	/// Where answers go: a key that the owner's program made for this purpose.
	pub mailbox: [u8; 32],
	/// All that will be registered.
	pub registration: Registration,
	/// The finalised block at which the owner looked the module up.
	pub block: u32,
	/// K1, sealed to chip, state and boot; of a `Hosted` deployment only.
	pub envelope: Option<Vec<u8>>,
}

/// K1 of a deployment that nobody holds any more.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Reseeding {
	/// Where answers go.
	pub mailbox: [u8; 32],
	/// The deployment.
	pub deployment: DeploymentId,
	/// The finalised block at which the owner looked the module up.
	pub block: u32,
	/// K1, sealed to chip, state and boot.
	pub envelope: Vec<u8>,
}

/// What an initial pinner has made and signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Offer {
	/// The deployment.
	pub deployment: DeploymentId,
	/// For the chain.
	pub seed: Seed,
}

impl Body {
	/// The body as bytes.
	pub fn to_bytes(&self) -> Vec<u8> {
		self.encode()
	}

	/// Reads a body and nothing behind it. It may come from anybody.
	pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, ProtocolError> {
		let body = Self::decode_all(&mut bytes).map_err(|_| ProtocolError::Format)?;
		let fits = |envelope: &Vec<u8>| envelope.len() <= MAX_ENVELOPE_LEN;
		let is_bounded = match &body {
			Self::Propose(proposal) => proposal.envelope.as_ref().is_none_or(fits),
			Self::Reseed(reseeding) => fits(&reseeding.envelope),
			Self::Grant { envelope, .. } => fits(envelope),
			Self::Evidence(evidence) => {
				evidence.check()?;
				true
			}
			_ => true,
		};
		if is_bounded {
			Ok(body)
		} else {
			Err(ProtocolError::Size)
		}
	}
}

/// Who applies to whom, for which deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub struct Contact {
	/// Genesis hash of the chain.
	pub genesis: Hash,
	/// The deployment.
	pub deployment: DeploymentId,
	/// The pinner and its boot.
	pub pinner: (ModuleId, BootSeq),
	/// The candidate and its boot.
	pub candidate: (ModuleId, BootSeq),
}

/// What a pinner signs with the deployment key, to show that it holds it.
pub fn pinner_payload(contact: &Contact, nonce: &Hash) -> Vec<u8> {
	(PINNER_DOMAIN.to_vec(), contact, nonce).encode()
}

/// What stands in the place of the committee's nonce in a candidate's live quote.
pub fn challenge_nonce(contact: &Contact, challenge: &Hash) -> Hash {
	use sha2::{Digest, Sha256};
	Sha256::new_with_prefix(CHALLENGE_DOMAIN)
		.chain_update(contact.encode())
		.chain_update(challenge)
		.finalize()
		.into()
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use proptest::prelude::*;
	use sample::registration;
	use tea_chain::types::MultiSignature;
	use tea_primitives::HardwareClass;

	/// A registration, made without a chain.
	pub(crate) mod sample {
		use super::*;
		use tea_primitives::deployment::{
			Checker, Cid, Classes, Content, Kind, Lists, Price, Readers, Terms, Visibility,
		};

		pub(crate) fn registration() -> Registration {
			Registration {
				kind: Kind::Data,
				visibility: Visibility::Hosted,
				content: Content {
					cid: Cid::new(Cid::RAW, [1; 32]),
					ciphertext_hash: [2; 32],
					commitment: [3; 32],
					size: 4,
				},
				terms: Terms {
					free_uses: 0,
					price: Price::PerUse(5),
					classes: Classes::ALL,
					max_certificate_age: None,
					nodes: Lists::default(),
					clients: Lists::default(),
					expires: None,
					readers: Readers::default(),
					max_output: None,
				},
				wanted: 3,
				checker: Checker::None,
				description: None,
				declared_value: 0,
				replaces: None,
			}
		}
	}

	fn ability() -> Ability {
		Ability {
			class: HardwareClass::Dev,
			memory_pages: 1,
			fuel: 2,
			capabilities: 3,
		}
	}

	fn bodies() -> Vec<Body> {
		let deployment = DeploymentId([1; 32]);
		vec![
			Body::Propose(Box::new(Proposal {
				mailbox: [1; 32],
				registration: registration(),
				block: 2,
				envelope: Some(vec![3; 250]),
			})),
			Body::Reseed(Box::new(Reseeding {
				mailbox: [1; 32],
				deployment,
				block: 2,
				envelope: vec![3; 250],
			})),
			Body::Working { read: 1, size: 2 },
			Body::Offer(Box::new(Offer {
				deployment,
				seed: Seed {
					public_key: [1; 32],
					pinner: ModuleId(2),
					boot_seq: 3,
					block: 4,
					sealed_key: [5; 32],
					signature: MultiSignature::Sr25519([6; 64]),
				},
			})),
			Body::Apply {
				nonce: [1; 32],
				ability: ability(),
			},
			Body::Proof {
				answer: [1; 64],
				challenge: [2; 32],
			},
			Body::Evidence(Box::new(crate::protocol::tests::evidence())),
			Body::Grant {
				block: 1,
				envelope: vec![2; 250],
				signature: [3; 64],
			},
			Body::Denied(Denial::Busy),
		]
	}

	#[test]
	fn bodies_come_back_as_they_were() {
		for (index, body) in bodies().into_iter().enumerate() {
			let bytes = body.to_bytes();
			assert_eq!(usize::from(bytes[0]), index, "indices are frozen");
			assert_eq!(Body::from_bytes(&bytes), Ok(body));
			for len in 0..bytes.len() {
				assert!(Body::from_bytes(&bytes[..len]).is_err());
			}
			let longer = [&bytes[..], &[0]].concat();
			assert_eq!(Body::from_bytes(&longer), Err(ProtocolError::Format));
		}
		assert_eq!(Body::from_bytes(&[9]), Err(ProtocolError::Format));
	}

	#[test]
	fn envelopes_that_cannot_be_one_are_refused() {
		let long = vec![0; MAX_ENVELOPE_LEN + 1];
		let grant = Body::Grant {
			block: 1,
			envelope: long.clone(),
			signature: [0; 64],
		};
		let reseed = Body::Reseed(Box::new(Reseeding {
			mailbox: [1; 32],
			deployment: DeploymentId([1; 32]),
			block: 2,
			envelope: long.clone(),
		}));
		let propose = Body::Propose(Box::new(Proposal {
			mailbox: [1; 32],
			registration: registration(),
			block: 2,
			envelope: Some(long),
		}));
		for body in [grant, reseed, propose] {
			assert_eq!(Body::from_bytes(&body.to_bytes()), Err(ProtocolError::Size));
		}
	}

	#[test]
	fn challenges_differ_by_every_part_of_the_contact() {
		let contact = Contact {
			genesis: [1; 32],
			deployment: DeploymentId([2; 32]),
			pinner: (ModuleId(3), 4),
			candidate: (ModuleId(5), 6),
		};
		let others = [
			Contact {
				genesis: [9; 32],
				..contact
			},
			Contact {
				deployment: DeploymentId([9; 32]),
				..contact
			},
			Contact {
				pinner: (ModuleId(9), 4),
				..contact
			},
			Contact {
				pinner: (ModuleId(3), 9),
				..contact
			},
			Contact {
				candidate: (ModuleId(9), 6),
				..contact
			},
			Contact {
				candidate: (ModuleId(5), 9),
				..contact
			},
		];
		let nonce = [7; 32];
		for other in others {
			assert_ne!(
				challenge_nonce(&other, &nonce),
				challenge_nonce(&contact, &nonce)
			);
			assert_ne!(
				pinner_payload(&other, &nonce),
				pinner_payload(&contact, &nonce)
			);
		}
		assert_ne!(
			challenge_nonce(&contact, &[8; 32]),
			challenge_nonce(&contact, &nonce)
		);
	}

	#[test]
	fn challenge_is_no_committee_nonce() {
		// What is hashed is no whole number of nonces long, so no members can have drawn it.
		let contact = Contact {
			genesis: [1; 32],
			deployment: DeploymentId([2; 32]),
			pinner: (ModuleId(3), 4),
			candidate: (ModuleId(5), 6),
		};
		let hashed = CHALLENGE_DOMAIN.len() + contact.encode().len() + 32;
		assert_ne!(hashed % 32, 0);
	}

	proptest! {
		#[test]
		fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
			if let Ok(body) = Body::from_bytes(&bytes) {
				prop_assert_eq!(body.to_bytes(), bytes);
			}
		}
	}
}

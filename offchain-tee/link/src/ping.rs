//! Signed pings: a module shows that it lives, and in which boot.

use codec::{Decode, Encode};
use tea_primitives::ids::{BootSeq, ModuleId};

use crate::{Genesis, Sign, sign};

/// What the signed bytes begin with.
const DOMAIN: &[u8; 11] = b"tea/ping/v1";

/// A module's answer to a ping.
///
/// INVARIANT: it crosses the host link and the network; fields keep their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedPong {
	/// The module.
	pub module: ModuleId,
	/// Number of its boot.
	pub boot_seq: BootSeq,
	/// Signature of its session key.
	pub signature: [u8; 64],
}

/// The bytes that are signed. Every field has a fixed size.
fn payload(
	genesis: &Genesis,
	module: ModuleId,
	boot_seq: BootSeq,
	challenge: &[u8; 32],
) -> Vec<u8> {
	(DOMAIN, genesis, module, boot_seq, challenge).encode()
}

impl SignedPong {
	/// Answers a ping.
	pub fn sign(
		signer: &dyn Sign,
		genesis: &Genesis,
		module: ModuleId,
		boot_seq: BootSeq,
		challenge: &[u8; 32],
	) -> Self {
		Self {
			module,
			boot_seq,
			signature: signer.sign(&payload(genesis, module, boot_seq, challenge)),
		}
	}

	/// Whether it answers this challenge and is signed with this session key.
	pub fn verify(&self, genesis: &Genesis, challenge: &[u8; 32], session: &[u8; 32]) -> bool {
		let payload = payload(genesis, self.module, self.boot_seq, challenge);
		sign::verify(&self.signature, &payload, session)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use schnorrkel::{ExpansionMode, MiniSecretKey};

	#[test]
	fn payload_is_frozen() {
		let mut expected = b"tea/ping/v1".to_vec();
		expected.extend([1; 32]);
		expected.extend([2, 0, 0, 0, 3, 0, 0, 0]);
		expected.extend([4; 32]);
		assert_eq!(payload(&[1; 32], ModuleId(2), 3, &[4; 32]), expected);
		let pong = SignedPong {
			module: ModuleId(2),
			boot_seq: 3,
			signature: [5; 64],
		};
		assert_eq!(
			pong.encode(),
			[&[2, 0, 0, 0, 3, 0, 0, 0][..], &[5; 64]].concat()
		);
	}

	#[test]
	fn pong_verifies_for_its_challenge_key_chain_module_and_boot_only() {
		let key = |seed| {
			MiniSecretKey::from_bytes(&[seed; 32])
				.unwrap()
				.expand_to_keypair(ExpansionMode::Ed25519)
		};
		let (signer, other) = (key(1), key(2));
		let public = signer.public.to_bytes();
		let pong = SignedPong::sign(&signer, &[1; 32], ModuleId(2), 3, &[4; 32]);
		assert!(pong.verify(&[1; 32], &[4; 32], &public));
		assert!(!pong.verify(&[9; 32], &[4; 32], &public));
		assert!(!pong.verify(&[1; 32], &[9; 32], &public));
		assert!(!pong.verify(&[1; 32], &[4; 32], &other.public.to_bytes()));
		assert!(!pong.verify(&[1; 32], &[4; 32], &[0xff; 32]));
		for forged in [
			SignedPong {
				module: ModuleId(9),
				..pong
			},
			SignedPong {
				boot_seq: 9,
				..pong
			},
			SignedPong {
				signature: [0; 64],
				..pong
			},
		] {
			assert!(!forged.verify(&[1; 32], &[4; 32], &public));
		}
	}
}

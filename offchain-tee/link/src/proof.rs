//! Proof that a mailbox is one's own: the host seals a challenge to it, the module opens it.
//!
//! Letters never open as challenges, nor the other way round: a challenge is bound to a subject that is the hash of no
//! letter's content, and to no chain.

use sha2::{Digest, Sha256};
use tea_envelope::{Context, Message, Party, Purpose, Subject, TransportPublic, TransportSecret};

use crate::{Mailbox, os_rng::OsRng};

const DOMAIN: &[u8] = b"tea/attach/v1";
const NO_CHAIN: [u8; 32] = [0; 32];

fn context(mailbox: &Mailbox) -> Context {
	let digest = Sha256::new()
		.chain_update(DOMAIN)
		.chain_update(mailbox.0)
		.finalize();
	Context {
		purpose: Purpose::Message,
		subject: Subject::Content(digest.into()),
		sender: Party::Account([0; 32]),
		receiver: Party::Account(mailbox.0),
		boot_seq: 0,
		block: 0,
	}
}

/// Seals a challenge. Nothing, if the mailbox is no usable key.
pub(crate) fn challenge(mailbox: &Mailbox, answer: &[u8; 32]) -> Option<Vec<u8>> {
	let receiver = TransportPublic(mailbox.0);
	let context = context(mailbox);
	Message::seal(answer, receiver, &NO_CHAIN, &context, &mut OsRng)
		.ok()
		.map(|sealed| codec::Encode::encode(&sealed))
}

/// Opens a challenge.
pub(crate) fn answer(sealed: &[u8], secret: &TransportSecret) -> Option<[u8; 32]> {
	let mailbox = Mailbox(secret.public().0);
	let opened = Message::from_bytes(sealed)
		.ok()?
		.open(secret, &NO_CHAIN, &context(&mailbox))
		.ok()?;
	opened.as_slice().try_into().ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::letter::{Letter, Party, Purpose, Subject, open};
	use schnorrkel::{ExpansionMode, MiniSecretKey};

	fn secret(seed: u8) -> TransportSecret {
		TransportSecret::take(&mut [seed; 32])
	}

	#[test]
	fn only_the_owner_answers() {
		let mailbox = Mailbox(secret(1).public().0);
		let sealed = challenge(&mailbox, &[5; 32]).unwrap();
		assert_eq!(answer(&sealed, &secret(1)), Some([5; 32]));
		assert_eq!(answer(&sealed, &secret(2)), None);
		assert_eq!(answer(&sealed[1..], &secret(1)), None);
	}

	#[test]
	fn key_of_low_order_is_no_mailbox() {
		assert_eq!(challenge(&Mailbox([0; 32]), &[5; 32]), None);
	}

	#[test]
	fn host_cannot_have_a_letter_opened_as_a_challenge() {
		let me = Party::Client([1; 32]);
		let signer = MiniSecretKey::from_bytes(&[1; 32])
			.unwrap()
			.expand_to_keypair(ExpansionMode::Ed25519);
		let mailbox = Mailbox(secret(1).public().0);
		let letter = Letter::new(Purpose::Round, Subject::default(), me, me, 9, vec![1; 32]);
		let sealed = letter.seal(&[0; 32], &signer, &mailbox).unwrap();
		assert!(open(&sealed, &[0; 32], &secret(1), &me, 1).is_ok());
		// The part of the letter that has the form of a challenge.
		assert_eq!(answer(&sealed[1..82], &secret(1)), None);
	}
}

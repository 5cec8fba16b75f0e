//! Encodings that are signed, authenticated or stored: a change here is another version.

use codec::{Decode, Encode, MaxEncodedLen};
use tea_envelope::{key::MAX_ENVELOPE_LEN, *};

use crate::lab::*;

#[test]
fn context_encoding_is_frozen() {
	assert_eq!(
		context(Purpose::Pin).encode(),
		[
			&[2, 0][..],
			&[0xde; 32],
			&[0, 7, 0, 0, 0],
			&[0, 8, 0, 0, 0],
			&[3, 0, 0, 0],
			&[0xe8, 3, 0, 0],
		]
		.concat()
	);
	for (index, purpose) in [
		Purpose::InitialPin,
		Purpose::Reseed,
		Purpose::Pin,
		Purpose::Execute,
		Purpose::Message,
		Purpose::Result,
	]
	.into_iter()
	.enumerate()
	{
		assert_eq!(purpose.encode(), [index as u8]);
	}
	assert!(Purpose::decode(&mut &[6][..]).is_err());
	assert_eq!(Subject::Errand(5).encode(), [1, 5, 0, 0, 0, 0, 0, 0, 0]);
	assert_eq!(
		Subject::Content([9; 32]).encode(),
		[&[2][..], &[9; 32]].concat()
	);
	assert_eq!(
		Party::Account([9; 32]).encode(),
		[&[1][..], &[9; 32]].concat()
	);
}

#[test]
fn envelope_encoding_is_frozen() {
	let envelope = seal(&context(Purpose::Pin));
	let encoded = envelope.encode();
	assert_eq!(encoded[..2], [0x31, 0x02]);
	assert_eq!(encoded[2..142], [0xc0; 140]);
	assert_eq!(encoded[174..176], [0x41, 0x01]);
	assert_eq!(encoded.len(), 256);
	assert_eq!(KeyEnvelope::max_encoded_len(), MAX_ENVELOPE_LEN);
	assert_eq!(MAX_ENVELOPE_LEN, 444);
}

/// Made by another implementation of the same formats, `tests/data/reference.py`, and never made anew for a version.
fn answer(name: &str) -> Vec<u8> {
	let answers = include_str!("../data/known_answers.txt");
	let value = answers
		.lines()
		.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
	hex::decode(value.expect("an answer")).expect("hex")
}

fn sealed(plaintext: &[u8]) -> Vec<u8> {
	content::seal(&k1(0x11), &ID, plaintext, &mut Counting(0)).expect("sealed")
}

#[test]
fn content_format_is_frozen() {
	assert_eq!(sealed(b"tea"), answer("content"));
	let opened = content::open(&k1(0x11), &ID, &answer("content")).expect("opened");
	assert_eq!(*opened, b"tea");

	let mut hasher = CiphertextHasher::default();
	sealed(&plaintext(content::FIRST_CHUNK_LEN + 1))
		.chunks(1_000)
		.for_each(|piece| hasher.update(piece));
	assert_eq!(hasher.finish().0[..], answer("content_two_leaves_sha256"));
}

#[test]
fn commitment_is_frozen() {
	let mut committer = Committer::new(&k1(0x11));
	committer.update(b"tea");
	assert_eq!(committer.finish().0[..], answer("commitment"));
}

#[test]
fn key_envelope_format_is_frozen() {
	assert_eq!(transport(0x44).public().0[..], answer("transport_public"));
	let envelope = seal_with(&context(Purpose::Pin), &mut Counting(0));
	assert_eq!(envelope.encode(), answer("key_envelope"));
	assert_eq!(envelope.hash().0[..], answer("key_envelope_hash"));
	let envelope = KeyEnvelope::from_bytes(&answer("key_envelope")).expect("an envelope");
	assert!(open(&envelope, &context(Purpose::Pin)).is_ok());
}

#[test]
fn message_format_is_frozen() {
	let (receiver, context) = (transport(0x44).public(), context(Purpose::Message));
	let message = Message::seal(b"tea", receiver, &GENESIS, &context, &mut Counting(0));
	assert_eq!(message.expect("sealed").encode(), answer("message"));
	let message = Message::from_bytes(&answer("message")).expect("a message");
	let opened = message
		.open(&transport(0x44), &GENESIS, &context)
		.expect("opened");
	assert_eq!(*opened, b"tea");
}

#[test]
fn result_key_is_frozen() {
	let (client, context) = (transport(0x44).public(), context(Purpose::Result));
	let (enc, key) =
		result::encapsulate(client, &GENESIS, &context, &mut Counting(0)).expect("a key");
	assert_eq!(enc[..], answer("result_enc"));
	assert_eq!(key.expose()[..], answer("result_key"));
}

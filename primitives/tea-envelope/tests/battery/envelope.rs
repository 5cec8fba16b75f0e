//! Key envelopes, messages, result keys: what opens, and who does not get in.

use codec::Encode;
use hpke::{
	Deserializable, Kem, OpModeS, PskBundle, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256,
	kem::X25519HkdfSha256, setup_sender_with_rng,
};
use tea_envelope::{
	context::Genesis,
	key::{CIPHERTEXT_LENS, CREDENTIAL_LENS},
	message::MAX_MESSAGE_LEN,
	*,
};

use crate::lab::*;

const KEY_PURPOSES: [Purpose; 4] = [
	Purpose::InitialPin,
	Purpose::Reseed,
	Purpose::Pin,
	Purpose::Execute,
];

/// Every context that differs in one field.
fn other_contexts(context: Context) -> Vec<Context> {
	let mut others = vec![
		Context {
			subject: Subject::Deployment([0xdf; 32]),
			..context
		},
		Context {
			subject: Subject::Content([0xde; 32]),
			..context
		},
		Context {
			subject: Subject::Errand(1),
			..context
		},
		Context {
			sender: Party::Module(9),
			..context
		},
		Context {
			sender: Party::Account([7; 32]),
			..context
		},
		Context {
			receiver: Party::Module(7),
			..context
		},
		Context {
			receiver: Party::Account([8; 32]),
			..context
		},
		Context {
			boot_seq: 2,
			..context
		},
		Context {
			boot_seq: 4,
			..context
		},
		Context {
			block: 1_001,
			..context
		},
	];
	let purposes = [Purpose::Message, Purpose::Result]
		.into_iter()
		.chain(KEY_PURPOSES);
	others.extend(purposes.map(|purpose| Context { purpose, ..context }));
	others.retain(|other| *other != context);
	others
}

#[test]
fn keys_arrive() {
	for purpose in KEY_PURPOSES {
		let envelope = seal(&context(purpose));
		let envelope = KeyEnvelope::from_bytes(&envelope.encode()).expect("an envelope");
		let keys = open(&envelope, &context(purpose)).expect("opened");
		assert_eq!(keys.k1.expose(), &[0x11; 32]);
		let deployment = keys.deployment.map(|key| *key.expose());
		assert_eq!(deployment, (purpose == Purpose::Pin).then_some([0x22; 32]));
		assert_eq!(envelope.cred(), [0xc0; 140]);
	}
}

// K01

#[test]
fn unsigned_envelope_refused() {
	let envelope = seal(&context(Purpose::Pin));
	let signed = envelope.hash();
	// Whoever knows the receiver's public keys can seal: this one is well made, and not the one that was signed.
	let forged = seal_with(&context(Purpose::Pin), &mut rng(2));
	assert!(open(&forged, &context(Purpose::Pin)).is_ok());
	let refused = forged.authenticate(|hash| *hash == signed);
	assert_eq!(refused.err(), Some(EnvelopeError::Unsigned));
	assert!(envelope.authenticate(|hash| *hash == signed).is_ok());
}

#[test]
fn signature_covers_every_field() {
	let envelope = seal(&context(Purpose::Pin));
	let encoded = envelope.encode();
	for at in 0..encoded.len() {
		let mut spoilt = encoded.clone();
		spoilt[at] ^= 1;
		if let Ok(spoilt) = KeyEnvelope::from_bytes(&spoilt) {
			assert_ne!(spoilt.hash(), envelope.hash(), "{at}");
		}
	}
}

// K03

#[test]
fn captured_envelope_refused() {
	let context = context(Purpose::Pin);
	let envelope = seal(&context);
	let envelope = envelope.authenticate(|_| true).expect("signed");
	let open = |secret, other_psk, name, genesis: Genesis| {
		let opened = envelope.open(
			&transport(secret),
			&psk(other_psk),
			name,
			&genesis,
			&context,
		);
		opened.err()
	};
	assert_eq!(open(0x44, 0x33, &RK_NAME, GENESIS), None);
	// The same chip and state after a reboot: another transport key.
	assert_eq!(
		open(0x45, 0x33, &RK_NAME, GENESIS),
		Some(EnvelopeError::Open)
	);
	// Another chip or another state: its TPM gives out no such key.
	assert_eq!(
		open(0x44, 0x34, &RK_NAME, GENESIS),
		Some(EnvelopeError::Open)
	);
	assert_eq!(
		open(0x44, 0x33, &[0x0c; 34], GENESIS),
		Some(EnvelopeError::Open)
	);
	// Another chain.
	assert_eq!(
		open(0x44, 0x33, &RK_NAME, [0x6f; 32]),
		Some(EnvelopeError::Open)
	);
}

#[test]
fn envelope_for_another_context_refused() {
	for purpose in KEY_PURPOSES {
		let envelope = seal(&context(purpose));
		for other in other_contexts(context(purpose)) {
			assert_eq!(
				open(&envelope, &other).err(),
				Some(EnvelopeError::Open),
				"{other:?}"
			);
		}
	}
}

#[test]
fn spoilt_envelope_refused() {
	let encoded = seal(&context(Purpose::Pin)).encode();
	// The credential is the chip's to refuse, and the signature's.
	for at in 142..encoded.len() {
		for bit in 0..8 {
			let mut spoilt = encoded.clone();
			spoilt[at] ^= 1 << bit;
			if let Ok(spoilt) = KeyEnvelope::from_bytes(&spoilt) {
				let refused = open(&spoilt, &context(Purpose::Pin)).err();
				assert_eq!(refused, Some(EnvelopeError::Open), "{at} {bit}");
			}
		}
	}
}

#[test]
fn keys_fit_the_purpose() {
	let seal = |keys: &Keys, purpose| {
		KeyEnvelope::seal(
			keys,
			transport(0x44).public(),
			&psk(0x33),
			&RK_NAME,
			&[0; 140],
			&GENESIS,
			&context(purpose),
			&mut rng(1),
		)
		.err()
	};
	let (one, two) = (keys(Purpose::Execute), keys(Purpose::Pin));
	assert_eq!(seal(&one, Purpose::Pin), Some(EnvelopeError::Purpose));
	for purpose in [Purpose::InitialPin, Purpose::Reseed, Purpose::Execute] {
		assert_eq!(seal(&one, purpose), None);
		assert_eq!(seal(&two, purpose), Some(EnvelopeError::Purpose));
	}
	for purpose in [Purpose::Message, Purpose::Result] {
		assert_eq!(seal(&one, purpose), Some(EnvelopeError::Purpose));
		assert_eq!(seal(&two, purpose), Some(EnvelopeError::Purpose));
	}
}

#[test]
fn credential_has_a_length_that_a_chip_takes() {
	for len in 0..400 {
		let envelope = KeyEnvelope::seal(
			&keys(Purpose::Pin),
			transport(0x44).public(),
			&psk(0x33),
			&RK_NAME,
			&vec![0; len],
			&GENESIS,
			&context(Purpose::Pin),
			&mut rng(1),
		);
		if CREDENTIAL_LENS.contains(&len) {
			let encoded = envelope.expect("sealed").encode();
			assert!(KeyEnvelope::from_bytes(&encoded).is_ok());
		} else {
			assert_eq!(envelope.err(), Some(EnvelopeError::Credential));
		}
	}
}

/// What a sender gives who does not use this crate: encapsulated key and ciphertext.
fn seal_anything(
	psk: Option<(&[u8], &[u8])>,
	format: &str,
	context: &Context,
	plaintext: &[u8],
) -> (Vec<u8>, Vec<u8>) {
	type Suite = X25519HkdfSha256;
	let mode = psk.map_or(OpModeS::Base, |(psk, psk_id)| {
		OpModeS::Psk(PskBundle::new(psk, psk_id).expect("a pre-shared key"))
	});
	let receiver = transport(0x44).public();
	let receiver = <Suite as Kem>::PublicKey::from_bytes(&receiver.0).expect("a key");
	let info = [format.as_bytes(), &GENESIS].concat();
	let (enc, mut sender) = setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, Suite>(
		&mode,
		&receiver,
		&info,
		&mut rng(1),
	)
	.expect("a context");
	let mut body = plaintext.to_vec();
	let tag = sender.seal_inout_detached((&mut body[..]).into(), &context.encode());
	(
		enc.to_bytes().to_vec(),
		[&body[..], &tag.expect("sealed").to_bytes()].concat(),
	)
}

#[test]
fn keys_that_do_not_fit_the_purpose_refused() {
	for purpose in [Purpose::Message, Purpose::Result]
		.into_iter()
		.chain(KEY_PURPOSES)
	{
		for len in [32, 64] {
			let context = context(purpose);
			let psk = Some((&[0x33; 32][..], &RK_NAME[..]));
			let (enc, ciphertext) = seal_anything(psk, "tea/k1/v1", &context, &vec![9; len]);
			let enc: [u8; 32] = enc.try_into().expect("32 bytes");
			let encoded = (vec![0_u8; 140], enc, ciphertext).encode();
			let opened = open(
				&KeyEnvelope::from_bytes(&encoded).expect("an envelope"),
				&context,
			);
			let fits = KEY_PURPOSES.contains(&purpose) && (purpose == Purpose::Pin) == (len == 64);
			assert_eq!(
				opened.err(),
				(!fits).then_some(EnvelopeError::Open),
				"{purpose:?} {len}"
			);
		}
	}
}

#[test]
fn message_of_another_purpose_refused() {
	for purpose in [Purpose::Message, Purpose::Result]
		.into_iter()
		.chain(KEY_PURPOSES)
	{
		let context = context(purpose);
		let (enc, ciphertext) = seal_anything(None, "tea/message/v1", &context, b"tea");
		let enc: [u8; 32] = enc.try_into().expect("32 bytes");
		let message = Message::from_bytes(&(enc, ciphertext).encode()).expect("a message");
		let refused = message.open(&transport(0x44), &GENESIS, &context).err();
		assert_eq!(
			refused,
			(purpose != Purpose::Message).then_some(EnvelopeError::Open)
		);
	}
}

#[test]
fn base_mode_envelope_refused() {
	let context = context(Purpose::Execute);
	let (enc, ciphertext) = seal_anything(None, "tea/k1/v1", &context, &[9; 32]);
	let enc: [u8; 32] = enc.try_into().expect("32 bytes");
	let encoded = (vec![0_u8; 140], enc, ciphertext).encode();
	let opened = open(
		&KeyEnvelope::from_bytes(&encoded).expect("an envelope"),
		&context,
	);
	assert_eq!(opened.err(), Some(EnvelopeError::Open));
}

#[test]
fn no_other_lengths_are_envelopes() {
	for len in 0..500 {
		for (cred, ciphertext) in [(len, 80), (140, len)] {
			let encoded = (vec![0_u8; cred], [0_u8; 32], vec![0_u8; ciphertext]).encode();
			let good = CREDENTIAL_LENS.contains(&cred) && CIPHERTEXT_LENS.contains(&ciphertext);
			assert_eq!(
				KeyEnvelope::from_bytes(&encoded).is_ok(),
				good,
				"{cred} {ciphertext}"
			);
		}
	}
}

/// Coordinates whose multiples by clamped scalars are zero.
const LOW_ORDER: [&str; 4] = [
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

#[test]
fn low_order_point_refused() {
	for point in LOW_ORDER {
		let point: [u8; 32] = hex::decode(point)
			.expect("hex")
			.try_into()
			.expect("32 bytes");
		let receiver = TransportPublic(point);
		let (context, rng) = (context(Purpose::Message), &mut rng(1));
		let sealed = Message::seal(b"", receiver, &GENESIS, &context, rng);
		assert_eq!(sealed.err(), Some(EnvelopeError::ReceiverKey));

		let mut encoded = seal(&self::context(Purpose::Pin)).encode();
		encoded[142..174].copy_from_slice(&point);
		let envelope = KeyEnvelope::from_bytes(&encoded).expect("an envelope");
		let refused = open(&envelope, &self::context(Purpose::Pin)).err();
		assert_eq!(refused, Some(EnvelopeError::Open));
	}
}

#[test]
fn lengths_are_bounded_before_bytes_are_read() {
	let good = seal(&context(Purpose::Pin)).encode();
	let refused = |bytes: &[u8]| {
		assert_eq!(
			KeyEnvelope::from_bytes(bytes).err(),
			Some(EnvelopeError::Malformed)
		);
	};
	refused(&[]);
	refused(&good[..good.len() - 1]);
	refused(&[&good[..], &[0]].concat());
	// Lengths of four gigabytes, for credential and ciphertext.
	refused(&[0x03, 0xff, 0xff, 0xff, 0xff]);
	refused(&[&good[..174], &[0x03, 0xff, 0xff, 0xff, 0xff]].concat());
	// 140 and 80 with more bytes than a length needs.
	refused(&[&[0x32, 0x02, 0, 0][..], &good[2..]].concat());
	let message = [&[0; 32][..], &[0x03, 0xff, 0xff, 0xff, 0xff]].concat();
	assert_eq!(
		Message::from_bytes(&message).err(),
		Some(EnvelopeError::Malformed)
	);
	let no_tag = [&[0; 32][..], &[15 << 2], &[0; 15]].concat();
	assert_eq!(
		Message::from_bytes(&no_tag).err(),
		Some(EnvelopeError::Malformed)
	);
}

fn message(plaintext: &[u8]) -> Message {
	let (receiver, context) = (transport(0x44).public(), context(Purpose::Message));
	Message::seal(plaintext, receiver, &GENESIS, &context, &mut rng(1)).expect("sealed")
}

#[test]
fn messages_arrive() {
	for len in [0, 1, 1000, MAX_MESSAGE_LEN] {
		let message = Message::from_bytes(&message(&plaintext(len)).encode()).expect("a message");
		let opened = message.open(&transport(0x44), &GENESIS, &context(Purpose::Message));
		assert_eq!(*opened.expect("opened"), plaintext(len));
	}
	let (receiver, context) = (transport(0x44).public(), context(Purpose::Message));
	let long = plaintext(MAX_MESSAGE_LEN + 1);
	let sealed = Message::seal(&long, receiver, &GENESIS, &context, &mut rng(1));
	assert_eq!(sealed.err(), Some(EnvelopeError::TooLong));
	let context = self::context(Purpose::Pin);
	let sealed = Message::seal(b"", receiver, &GENESIS, &context, &mut rng(1));
	assert_eq!(sealed.err(), Some(EnvelopeError::Purpose));
}

#[test]
fn message_of_another_context_refused() {
	let message = message(b"message");
	let open = |secret, genesis, context: &Context| {
		message.open(&transport(secret), &genesis, context).err()
	};
	let context = context(Purpose::Message);
	assert_eq!(open(0x44, GENESIS, &context), None);
	assert_eq!(open(0x45, GENESIS, &context), Some(EnvelopeError::Open));
	assert_eq!(open(0x44, [0; 32], &context), Some(EnvelopeError::Open));
	for other in other_contexts(context) {
		assert_eq!(
			open(0x44, GENESIS, &other),
			Some(EnvelopeError::Open),
			"{other:?}"
		);
	}
}

#[test]
fn result_is_for_the_client_only() {
	let context = context(Purpose::Result);
	let (enc, executor) =
		result::encapsulate(transport(0x44).public(), &GENESIS, &context, &mut rng(1))
			.expect("a key");
	let client = |secret, genesis, context: &Context| {
		result::decapsulate(&transport(secret), &enc, &genesis, context)
			.map(|key| key.expose() == executor.expose())
	};
	assert_eq!(client(0x44, GENESIS, &context), Ok(true));
	assert_eq!(client(0x45, GENESIS, &context), Ok(false));
	assert_eq!(client(0x44, [0; 32], &context), Ok(false));
	for other in other_contexts(context) {
		let other_key = match other.purpose {
			Purpose::Result => Ok(false),
			_ => Err(EnvelopeError::Open),
		};
		assert_eq!(client(0x44, GENESIS, &other), other_key, "{other:?}");
	}
	let other = Context {
		purpose: Purpose::Message,
		..context
	};
	let refused = result::encapsulate(transport(1).public(), &GENESIS, &other, &mut rng(1));
	assert_eq!(refused.err(), Some(EnvelopeError::Purpose));
}
